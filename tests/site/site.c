#include "site.h"

#include "base/clock.h"
#include "view/assets.h"
#include "view/view.h"

const char *const site_place_slug = "mediatheque-des-embruns-rennes";

void site_refresh(struct site *site)
{
    for (size_t i = 0; i < modules_count; i++)
        if (modules[i]->refresh)
            assert_ok(modules[i]->refresh(&site->app));
}

void site_open(struct site *site, struct store *s)
{
    struct str why = STR_NONE;
    *site = (struct site){.app = {.db = s->db}, .a = s->a};
    site->app.routes = modules_routes(s->a, &site->app.n_routes);
    for (size_t i = 0; i < modules_count; i++)
        if (modules[i]->start)
            assert_ok(modules[i]->start(&site->app));
    site_refresh(site);
    struct http_config cfg = {.error_page = view_error_page, .app = &site->app, .rate_per_minute = {-1, -1, -1, -1}};
    http_set_assets(&site_assets);
    enum err e = http_server_start(&cfg, site->app.routes, site->app.n_routes, &site->server, &why, s->a);
    if (e != OK)
        print_error("%.*s\n", STR_ARG(why));
    assert_int_equal(e, OK);
}

void site_close(struct site *site)
{
    http_server_stop(site->server, 0);
    for (size_t i = modules_count; i-- > 0;)
        if (modules[i]->stop)
            modules[i]->stop(&site->app);
}

struct http_test_answer site_get(struct site *site, const char *target)
{
    struct http_test_answer answer;
    http_dispatch(site->server, site->a, HTTP_GET, str_from(target), STR("Host: balise.example\n"), STR_NONE, &answer);
    return answer;
}

json_t *site_get_json(struct site *site, const char *target, int status)
{
    struct http_test_answer answer = site_get(site, target);
    if (answer.status != status)
        print_error("%s: %d\n%.*s\n", target, answer.status, STR_ARG(answer.body));
    assert_int_equal(answer.status, status);
    json_t *tree;
    assert_ok(json_parse(site->a, answer.body, &tree, NULL));
    return tree;
}

static struct directory_set one(enum directory_enum_id id, const char *value)
{
    struct directory_set set = DIRECTORY_SET_NONE;
    int row = directory_enum_find(id, str_from(value));
    assert_true(row >= 0);
    directory_set_add(&set, row);
    return set;
}

static struct directory_place a_place(void)
{
    return (struct directory_place){
        .record = {.source = STR("essai"), .source_id = STR("lieu-1")},
        .nom = STR("Médiathèque des Embruns"),
        .commune = STR("Rennes"),
        .code_postal = STR("35000"),
        .code_insee = STR("35238"),
        .adresse = STR("4 rue des Goélands"),
        .latitude = {true, 48.1159},
        .longitude = {true, -1.6884},
        .typologie = one(ENUM_TYPOLOGIE, "BIB"),
        .telephone = STR("+33261910011"),
        .horaires = STR("Tu-Sa 10:00-12:30,14:00-18:30"),
        .presentation_resume = STR("Des ordinateurs et quelqu’un pour aider."),
        .date_maj = STR("2026-11-03"),
        .services = one(ENUM_SERVICE_LAMEDNUM, "Aide aux démarches administratives"),
        .frais_a_charge = one(ENUM_FRAIS_LAMEDNUM, "Gratuit"),
        .modalites_acces = one(ENUM_ACCES, "Se présenter"),
        .modalites_accompagnement = one(ENUM_ACCOMPAGNEMENT, "Accompagnement individuel"),
    };
}

static struct directory_structure a_structure(void)
{
    return (struct directory_structure){
        .record = {.source = STR("essai"), .source_id = STR("essai--s1")},
        .nom = STR("Maison des Voisins"),
        .date_maj = STR("2026-10-01"),
        .description = STR("Une maison ouverte à toutes et tous."),
        .commune = STR("Fougères"),
        .code_postal = STR("35300"),
        .code_insee = STR("35115"),
        .adresse = STR("2 place du Marché"),
        .latitude = {true, 48.3525},
        .longitude = {true, -1.2044},
        .telephone = STR("+33261910012"),
    };
}

static struct directory_service a_service(const char *id, const char *name, const char *mode)
{
    return (struct directory_service){
        .record = {.source = STR("essai"), .source_id = str_from(id)},
        .nom = str_from(name),
        .description = STR("Une aide pas à pas pour remplir un dossier, avec une personne à côté de vous."),
        .date_maj = STR("2026-10-01"),
        .thematiques = one(ENUM_THEMATIQUE, "numerique--acceder-a-des-services-en-ligne"),
        .frais = one(ENUM_FRAIS, "gratuit"),
        .publics = one(ENUM_PUBLIC, "seniors"),
        .commune = STR("Fougères"),
        .code_postal = STR("35300"),
        .code_insee = STR("35115"),
        .adresse = STR("2 place du Marché"),
        .latitude = {true, 48.3525},
        .longitude = {true, -1.2044},
        .modes_accueil = one(ENUM_MODE_ACCUEIL, mode),
    };
}

void site_fill(struct store *s)
{
    struct directory_place place = a_place();
    struct directory_structure structure = a_structure();
    struct directory_service here = a_service("essai--v1", "Aide aux dossiers", "en-presentiel");
    struct directory_service away = a_service("essai--v2", "Aide par téléphone", "a-distance");
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("essai"), &place));
    assert_ok(directory_structure_save(s->conn, s->a, STR("essai"), &structure));
    here.structure_id = away.structure_id = structure.record.id;
    assert_ok(directory_service_save(s->conn, s->a, STR("essai"), &here));
    assert_ok(directory_service_save(s->conn, s->a, STR("essai"), &away));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    assert_str(site_place_slug, place.record.slug);
}

int site_test_main(const struct store_test *tests, size_t n)
{
    struct arena *a = arena_new(SIZE_MAX);
    size_t total;
    const struct db_migration *all = modules_migrations(a, &total);
    const struct store_migrations lists[] = {{all, total}};
    int failed = store_test_main(tests, n, lists, 1);
    arena_free(a);
    return failed;
}
