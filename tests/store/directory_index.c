/* The snapshot: what people find, what the API lists, and how soon. */
#include "base/clock.h"
#include "directory_test.h"

#include "base/json.h"

static struct directory_answer search(struct store *s, const char *text, struct directory_query q)
{
    struct directory_answer found;
    q.text = str_from(text);
    q.limit = q.limit ? q.limit : 100;
    directory_search_cards(s->a, &q, &found);
    return found;
}

static void fill(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    assert_ok(directory_refresh(s->db));
}

static struct directory_set one(enum directory_enum_id id, const char *value)
{
    struct directory_set set = DIRECTORY_SET_NONE;
    int row = directory_enum_find(id, str_from(value));
    assert_true(row >= 0);
    directory_set_add(&set, row);
    return set;
}

static const struct directory_card *card(struct store *s, const char *slug)
{
    const struct directory_card *found = directory_card(s->a, str_from(slug));
    if (!found)
        fail_msg("no card %s", slug);
    return found;
}

static void cards_are_places_and_structures_without_a_place(struct store *s)
{
    fill(s);
    assert_int_equal(search(s, "", (struct directory_query){0}).total, 5 + 2);
    const struct directory_card *c = card(s, "mediatheque-des-tilleuls-saint-aubin-des-landes");
    assert_int_equal(c->kind, DIRECTORY_PLACE);
    assert_str("Médiathèque des Tilleuls", c->nom);
    assert_non_null(c->hours);
    assert_true(c->has_point);
    assert_int_equal(c->famille, directory_enum_find(ENUM_FAMILLE, STR("bibliotheque"))); /* BIB and MUNI */
    assert_int_equal(directory_set_count(c->services), 3);
    assert_true(directory_card(s->a, c->id) == c);
    assert_null(directory_card(s->a, STR("inconnu")));
    directory_stop();
}

static void words_find_what_people_mean(struct store *s)
{
    static const struct {
        const char *text, *slug;
    } cases[] = {
        {"médiathèque", "mediatheque-des-tilleuls-saint-aubin-des-landes"},
        {"mediatheques saint aubin", "mediatheque-des-tilleuls-saint-aubin-des-landes"},
        {"imprimante", "mediatheque-des-tilleuls-saint-aubin-des-landes"},
        {"arnaques", "bus-numerique-vitre"},
        {"EPN ou bus", "bus-numerique-vitre"},
        {"97200", "maison-du-lac-fort-de-france"},
        {"éclaircie", "association-eclaircie"},
        {"séances débuter", "association-eclaircie"},
        {"aide aux démarches", "ccas-de-saint-aubin-saint-aubin-des-landes"},
        {"CCAS", "maison-du-lac-fort-de-france"},
    };
    fill(s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct directory_answer found = search(s, cases[i].text, (struct directory_query){0});
        bool there = false;
        for (size_t k = 0; k < found.n_hits; k++)
            there |= str_eq(found.hits[k].card->slug, str_from(cases[i].slug));
        if (!there)
            fail_msg("\"%s\" does not find %s (%u found)", cases[i].text, cases[i].slug, found.total);
    }
    directory_stop();
}

static void filters_and_counts(struct store *s)
{
    fill(s);
    struct directory_query q = {.want_facets = true};
    q.filters[FACET_FRAIS] = one(ENUM_FRAIS_LAMEDNUM, "Gratuit");
    struct directory_answer found = search(s, "", q);
    assert_int_equal(found.total, 2); /* a place, and a structure by its service */
    assert_int_equal(found.facet_counts[FACET_FRAIS][directory_enum_find(ENUM_FRAIS_LAMEDNUM, STR("Payant"))], 2);
    /* Everyone, and those who do not say, answer to any public. */
    q = (struct directory_query){0};
    q.filters[FACET_PUBLIC] = one(ENUM_PUBLIC, "femmes");
    assert_int_equal(search(s, "", q).total, 5); /* not for young and old alone, not for job seekers and seniors alone */
    q = (struct directory_query){0};
    q.filters[FACET_FAMILLE] = one(ENUM_FAMILLE, "mairie-ccas");
    assert_int_equal(search(s, "", q).total, 3); /* a library of a town hall is also the town hall's */
    q = (struct directory_query){0};
    q.filters[FACET_BESOIN] = one(ENUM_BESOIN, "arnaques");
    assert_int_equal(search(s, "", q).total, 1);
    q = (struct directory_query){.has_point = true, .point = {48.1087, -1.2835}, .radius_m = 10000, .by_distance = true};
    found = search(s, "", q);
    assert_int_equal(found.total, 3);
    assert_true(found.hits[0].distance_m <= found.hits[1].distance_m);
    directory_stop();
}

/* What a structure offers in one place is not said of its other places. */
static void services_of_another_place_stay_there(struct store *s)
{
    fill(s);
    struct directory_sheet a, b, ccas;
    struct str slug;
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("bus-numerique-vitre"), &a, &slug));
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("o-neil-n-rennes"), &b, &slug));
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("ccas-de-saint-aubin-saint-aubin-des-landes"), &ccas, &slug));
    assert_int_equal(ccas.n_services, 1);
    a.place->structure_id = b.place->structure_id = ccas.structure->record.id;
    ccas.services[0].place_id = a.place->record.id;
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("test"), a.place));
    assert_ok(directory_place_save(s->conn, s->a, STR("test"), b.place));
    assert_ok(directory_service_save(s->conn, s->a, STR("test"), &ccas.services[0]));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    assert_ok(directory_refresh(s->db));
    int papers = directory_enum_find(ENUM_BESOIN, STR("demarches"));
    assert_true(directory_set_has(card(s, "bus-numerique-vitre")->besoins, papers));
    assert_false(directory_set_has(card(s, "o-neil-n-rennes")->besoins, papers));
    assert_null(directory_card(s->a, STR("ccas-de-saint-aubin-saint-aubin-des-landes"))); /* its places stand for it */
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("bus-numerique-vitre"), &a, &slug));
    assert_int_equal(a.n_services, 1);
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("ccas-de-saint-aubin-saint-aubin-des-landes"), &ccas, &slug));
    assert_int_equal(ccas.n_places, 2);
    directory_stop();
}

/* The API lists exactly what the export publishes. */
static void the_api_says_what_the_export_says(struct store *s)
{
    fill(s);
    /* A native record under the id that a place would give. */
    import_ok(s, STR("[{\"source\":\"autre-source\",\"id\":\"autre-source--lieu-9\",\"nom\":\"Native\",\"date_maj\":\"2026-01-01\"}]"));
    import_ok(s, STR("id,nom,commune,code_postal,adresse,date_maj,pivot,source,services\nlieu-9,Lieu neuf,Rennes,35000,1 rue,"
                     "2026-01-01,,Autre source,Loisirs et créations numériques\n"));
    assert_ok(directory_refresh(s->db));
    struct directory_selection sel = {.limit = 10000};
    struct directory_structures structures;
    struct directory_services services;
    directory_list_structures(s->a, &sel, &structures);
    directory_list_services(s->a, &sel, &services);
    json_t *root;
    struct str why;
    assert_ok(json_parse(s->a, export_text(s, EXPORT_DATA_INCLUSION), &root, &why));
    assert_int_equal(structures.total, json_array_size(json_object_get(root, "structures")));
    assert_int_equal(services.total, json_array_size(json_object_get(root, "services")));
    for (size_t i = 1; i < structures.n; i++)
        assert_true(str_cmp(structures.items[i - 1].id, structures.items[i].id) < 0);
    for (size_t i = 1; i < services.n; i++)
        assert_true(str_cmp(services.items[i - 1].id, services.items[i].id) < 0);
    struct directory_published_structure found;
    struct directory_services of;
    assert_ok(directory_published_structure_get(s->a, STR("autre-source--lieu-9"), &found, &of));
    assert_true(has_text(found.json, "\"Native\""));
    assert_int_equal(of.n, 1);
    directory_stop();
}

static void a_change_is_seen_and_nothing_is_rebuilt_for_nothing(struct store *s)
{
    fill(s);
    int64_t seq, changed, last = search(s, "", (struct directory_query){0}).version;
    assert_ok(directory_refresh(s->db));
    assert_int_equal(search(s, "", (struct directory_query){0}).version, last);
    assert_ok(directory_version(s->conn, &seq, &changed));
    assert_int_equal(seq, last);
    /* The time of the commit, which comes after the records it holds. */
    assert_true(changed >= store_int(s, "SELECT MAX(updated_at_ms) FROM directory_service"));
    assert_true(changed <= clock_now_ms());
    const struct directory_card *before = card(s, "bus-numerique-vitre");
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_delete(s->conn, s->a, STR("test"), DIRECTORY_PLACE, before->id));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    assert_ok(directory_refresh(s->db));
    assert_null(directory_card(s->a, STR("bus-numerique-vitre")));
    assert_str("Bus numérique", before->nom); /* who holds the old snapshot keeps it */
    directory_stop();
}

static const struct store_test tests[] = {
    STORE_TEST(cards_are_places_and_structures_without_a_place),
    STORE_TEST(words_find_what_people_mean),
    STORE_TEST(filters_and_counts),
    STORE_TEST(services_of_another_place_stay_there),
    STORE_TEST(the_api_says_what_the_export_says),
    STORE_TEST(a_change_is_seen_and_nothing_is_rebuilt_for_nothing),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
