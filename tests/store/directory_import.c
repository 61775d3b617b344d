/* Import: what is kept, refused, compared, reported; all or nothing. */
#include "directory_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER "id,nom,commune,code_postal,adresse,date_maj,pivot,frais_a_charge,telephone,source\n"
#define ROW(id) id ",Lieu " id ",Rennes,35000,1 rue Haute,2026-01-01,00000000000000,Gratuit,+33261910001,Essai\n"

static void first_import_keeps_everything(struct store *s)
{
    struct imported got = import_ok(s, fixture(s, "places.csv"));
    assert_counts(&got, 5, 0, 0, 0);
    assert_int_equal(got.result.counts.dropped, 0);
    assert_int_equal(got.report.n, 0);
    assert_string_equal(got.result.format, "LaMednum 1.0.2 (CSV)");
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place"), 5);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_slug"), 5);
    assert_int_equal(store_int(s, "SELECT COUNT(DISTINCT source) FROM directory_place"), 3);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source = 'annuaire-de-demonstration'"), 3);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source = 'balise'"), 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE pivot IS NULL"), 2);
    int64_t seq;
    assert_ok(db_change_seq(s->conn, "directory", &seq));
    assert_int_equal(seq, 1);
}

static void second_import_writes_nothing(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    int64_t entries = store_int(s, "SELECT COUNT(*) FROM journal_entry"), seq;
    int64_t updated = store_int(s, "SELECT MAX(updated_at_ms) FROM directory_place");
    struct imported got = import_ok(s, fixture(s, "places.csv"));
    assert_counts(&got, 0, 0, 5, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry"), entries);
    assert_int_equal(store_int(s, "SELECT MAX(updated_at_ms) FROM directory_place"), updated);
    assert_ok(db_change_seq(s->conn, "directory", &seq));
    assert_int_equal(seq, 1);
}

static void one_changed_value_is_one_update(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    int64_t entries = store_int(s, "SELECT COUNT(*) FROM journal_entry");
    struct imported got = import_ok(s, replaced(s, fixture(s, "places.csv"), "Place de la Gare", "Place du Château"));
    assert_counts(&got, 0, 1, 4, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE adresse = 'Place du Château'"), 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry"), entries + 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry WHERE action = 'place.update' AND detail LIKE '%adresse%'"), 1);
    /* A new order in a list is no change: it says nothing. */
    got = import_ok(s, replaced(s, replaced(s, fixture(s, "places.csv"), "Place de la Gare", "Place du Château"),
                                "Seniors|Jeunes", "Jeunes|Seniors"));
    assert_counts(&got, 0, 0, 5, 0);
}

/* A fingerprint made by an older recipe is only a hint: the values decide. */
static void an_unknown_fingerprint_is_no_change(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    int64_t updated = store_int(s, "SELECT MAX(updated_at_ms) FROM directory_place");
    store_run(s, "UPDATE directory_place SET fingerprint = 'old'");
    struct imported got = import_ok(s, fixture(s, "places.csv"));
    assert_counts(&got, 0, 0, 5, 0);
    assert_int_equal(store_int(s, "SELECT MAX(updated_at_ms) FROM directory_place"), updated);
}

static void what_humans_did_survives_an_import(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    struct directory_sheet sheet;
    struct str slug;
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("bus-numerique-vitre"), &sheet, &slug));
    struct str id = sheet.place->record.id;
    struct directory_structure host = {.nom = STR("Commune de Vitré"), .date_maj = STR("2026-01-01"),
                                       .record = {.source = STR("balise"), .source_id = STR("balise--vitre")}};
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_structure_save(s->conn, s->a, STR("test"), &host));
    sheet.place->structure_id = host.record.id;
    assert_ok(directory_place_save(s->conn, s->a, STR("test"), sheet.place));
    assert_ok(directory_confirm(s->conn, s->a, STR("test"), DIRECTORY_PLACE, id, STR("la mairie")));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));

    struct imported got = import_ok(s, replaced(s, fixture(s, "places.csv"), "Place de la Gare", "Place du Château"));
    assert_counts(&got, 0, 1, 4, 0);
    assert_ok(directory_find_by_id(s->conn, s->a, id, &sheet));
    assert_str("Place du Château", sheet.place->adresse);
    assert_true(str_eq(sheet.place->structure_id, host.record.id));
    assert_true(sheet.place->record.confirmed_at_ms > 0);
    assert_str("la mairie", sheet.place->record.confirmed_by);
}

static void what_humans_removed_stays_removed(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    store_run(s, "UPDATE directory_place SET deleted_at_ms = 5 WHERE source_id = 'lieu-3'");
    struct imported got = import_ok(s, replaced(s, fixture(s, "places.csv"), "Place de la Gare", "Place du Château"));
    assert_counts(&got, 0, 0, 4, 0);
    assert_int_equal(got.result.counts.kept_deleted, 1);
    assert_true(has_text(got.report, "elle reste retirée"));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0"), 4);
}

static void every_refusal_and_every_dropped_value_is_told(struct store *s)
{
    struct imported got = import_ok(
        s, STR(HEADER ROW("a")
               "b,,Rennes,3500x,,2026-02-30,00000000000000,,,\n"                             /* three refusals, one dropped */
               "c,Lieu c,Rennes,35000,1 rue,2026-01-01,123,cadeau,02 61 91,Essai\n"          /* three dropped */
               ROW("a")                                                                      /* twice the same id */
               "d,\"Lieu d,Rennes,35000,1 rue,2026-01-01,00000000000000,,,\n"));             /* never closed */
    assert_counts(&got, 2, 0, 0, 3);
    assert_int_equal(got.result.counts.dropped, 3);
    static const char *const lines[] = {
        "ligne,fiche,champ,avant,apres,regle,motif\n",
        "3,b,nom,,,fiche.refusee,Fiche refusée. Cette information est obligatoire.\n",
        "3,b,code_postal,3500x,,fiche.refusee,\"Fiche refusée. Un code postal a 5 chiffres, par exemple 35000.\"\n",
        "3,b,adresse,,,fiche.refusee,Fiche refusée.",
        "3,b,date_maj,2026-02-30,,valeur.ecartee,",
        "4,Lieu c,pivot,123,,valeur.ecartee,\"Valeur laissée de côté.",
        "4,Lieu c,frais_a_charge,cadeau,,valeur.ecartee,\"Valeur laissée de côté.",
        "4,Lieu c,telephone,02 61 91,,valeur.ecartee,\"Valeur laissée de côté.",
        "5,Lieu a,id,a,,fiche.refusee,Fiche refusée. Cet identifiant est déjà celui de la ligne 2",
        "6,\"Lieu d,Rennes",
        ",id,d,,fiche.refusee,Fiche refusée. Un guillemet ouvert",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!has_text(got.report, lines[i]))
            fail_msg("not in the report: %s\n%.*s", lines[i], STR_ARG(got.report));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = 'c' AND pivot IS NULL"
                                  " AND telephone IS NULL AND frais_a_charge IS NULL"), 1);
}

static void invalid_hours_are_kept_aside(struct store *s)
{
    import_ok(s, replaced(s, fixture(s, "places.csv"), "Tu-Fr 09:00-12:00,14:00-18:30; Sa 10:00-12:30; PH off",
                          "Tu-Fr :undefined-17:00"));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = 'lieu-1' AND horaires IS NULL"
                                  " AND horaires_texte = 'Tu-Fr :undefined-17:00'"), 1);
    assert_false(has_text(export_text(s, EXPORT_LAMEDNUM_CSV), "undefined"));
    struct imported got = import_ok(s, fixture(s, "places.csv"));
    assert_counts(&got, 0, 1, 4, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = 'lieu-1' AND horaires_texte IS NULL"
                                  " AND horaires IS NOT NULL"), 1);
}

static void other_dialects_of_csv(struct store *s)
{
    struct imported got = import_ok(s, STR("\xEF\xBB\xBF" "ID;Nom;commune;code_postal;adresse;date_maj;pivot;inconnue\r\n"
                                           "x;Caf\xC3\xA9 num\xC3\xA9rique;Rennes;35000;\"1; rue\nHaute\";2026-01-01;;rien\r\n"));
    assert_counts(&got, 1, 0, 0, 0);
    assert_str("inconnue", got.result.ignored_columns);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE adresse = '1; rue\nHaute'"), 1);
    got = import_ok(s, STR("id,nom,commune,code_postal,adresse,date_maj,pivot\ny,M\xE9""diath\xE8que,Br\xE9""cey,35000,1 rue,2026-01-01,\n"));
    assert_counts(&got, 1, 0, 0, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE nom = 'Médiathèque' AND commune = 'Brécey'"), 1);
}

static void wrong_files_are_named(struct store *s)
{
    static const struct {
        const char *data;
        size_t n;
        const char *why;
    } files[] = {
        {"", 0, "vide"},
        {" \n\n", 3, "vide"},
        {"PK\003\004xxxx", 8, "classeur"},
        {"%PDF-1.7", 8, "PDF"},
        {"<!doctype html><p>404", 21, "page web"},
        {"\x1f\x8b\x08zz", 5, "compressé"},
        {"id,nom\0\0", 8, "pas un fichier de texte"},
        {"nom,adresse\nx,y\n", 16, "Il manque : id, commune, code_postal, date_maj"},
        {"id,id,nom,commune,code_postal,adresse,date_maj\n", 47, "deux fois"},
        {"[]", 2, "aucune fiche"},
        {"{}", 2, "ni « structures » ni « services »"},
        {"{\"type\":\"FeatureCollection\",\"features\":[]}", 42, "aucune fiche"},
        {"[{\"a\":1}]", 9, "Il manque"},
        {"[1,2]", 5, "accolades"},
        {"[{\"id\":\"a\",}]", 13, "JSON valide"},
        {"[{\"id\":\"a\"}] x", 14, "JSON"},
        {"{\"structures\":[{]}", 18, "JSON"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct imported got = import_text(s, (struct str){files[i].data, files[i].n});
        assert_int_equal(got.err, ERR_INVALID);
        if (!has_text(got.why, files[i].why))
            fail_msg("file %zu: \"%.*s\" does not say \"%s\"", i, STR_ARG(got.why), files[i].why);
    }
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place"), 0);
}

/* Whatever the place of the cut, nothing is imported and the reason says it. */
static void a_cut_file_imports_nothing(struct store *s)
{
    struct str whole = fixture(s, "inclusion.json");
    for (size_t n = 2; n < whole.n - 2; n += 97) {
        struct imported got = import_text(s, str_sub(whole, 0, n));
        assert_int_equal(got.err, ERR_INVALID);
        if (!has_text(got.why, "coupé"))
            fail_msg("cut at %zu: %.*s", n, STR_ARG(got.why));
    }
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_structure"), 0);
}

static void inclusion_files_of_three_forms(struct store *s)
{
    struct str both = fixture(s, "inclusion.json");
    struct imported got = import_ok(s, both);
    assert_counts(&got, 4, 0, 0, 0);
    assert_string_equal(got.result.format, "data·inclusion v1 (JSON)");
    assert_int_equal(got.report.n, 0);
    assert_counts(&(struct imported){.result = import_ok(s, both).result}, 0, 0, 4, 0);
    /* One array, services before the structures they point to. */
    forget_all(s);
    got = import_ok(s, STR("[{\"source\":\"d\",\"structure_id\":\"d--1\",\"id\":\"d--s\",\"nom\":\"Atelier\","
                           "\"description\":\"Une aide.\",\"date_maj\":\"2026-01-01\",\"publics\":[\"tous-publics\",\"jeunes\"],"
                           "\"frais\":\"gratuit\",\"score_qualite\":0.5,\"étrange\":1},"
                           "{\"source\":\"d\",\"id\":\"d--1\",\"nom\":\"Maison\",\"date_maj\":\"2026-01-01\"},"
                           "{\"source\":\"d\",\"structure_id\":\"d--9\",\"id\":\"d--t\",\"nom\":\"Perdu\","
                           "\"description\":\"Sans structure.\",\"date_maj\":\"2026-01-01\"}]"));
    assert_counts(&got, 2, 0, 0, 1);
    assert_str("étrange", got.result.ignored_columns);
    assert_true(has_text(got.report, "structure_id,d--9,,fiche.refusee,Fiche refusée."));
    assert_true(has_text(got.report, "« tous-publics » ne se combine pas"));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_service WHERE publics = 'tous-publics'"), 1);
}

static void inclusion_rules(struct store *s)
{
    struct imported got = import_ok(s, STR("{\"structures\":[{\"source\":\"d\",\"id\":\"d--1\",\"nom\":\"AB\",\"date_maj\":\"1999-12-31\"},"
                                           "{\"source\":\"d\",\"id\":\"d--2\",\"nom\":\"Maison\",\"date_maj\":\"2999-01-01\"},"
                                           "{\"source\":\"d\",\"id\":\"d--3\",\"nom\":\"Maison\",\"date_maj\":\"2026-01-01\",\"siret\":\"12\","
                                           "\"courriel\":\"accueil@\",\"site_web\":\"voir la page\",\"description\":\"abc\","
                                           "\"reseaux_porteurs\":[\"ccas-cias\",\"inconnu\"],\"latitude\":48.1,\"code_postal\":35000}]}"));
    assert_counts(&got, 1, 0, 0, 2);
    assert_int_equal(got.result.counts.dropped, 6);
    assert_true(has_text(got.report, "La date est dans le futur"));
    assert_true(has_text(got.report, "2000 ou après"));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_structure WHERE reseaux_porteurs = 'ccas-cias'"
                                  " AND siret IS NULL AND latitude IS NULL AND code_postal = '35000'"), 1);
}

static void lists_as_arrays_or_text(struct store *s)
{
    struct imported got = import_ok(
        s, STR("[{\"id\":\"j1\",\"pivot\":\"00000000000000\",\"nom\":\"Lieu\",\"commune\":\"Rennes\",\"code_postal\":\"35000\","
               "\"adresse\":\"1 rue\",\"date_maj\":\"2026-01-01\",\"services\":[\"Utilisation sécurisée du numérique\","
               "\"Aide aux démarches administratives\"],\"courriels\":\"b@x.example|a@x.example\",\"latitude\":48.1,"
               "\"longitude\":\"-1.6\",\"telephone\":null}]"));
    assert_counts(&got, 1, 0, 0, 0);
    assert_string_equal(got.result.format, "LaMednum 1.0.2 (JSON)");
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE services ="
                                  " 'Aide aux démarches administratives|Utilisation sécurisée du numérique'"
                                  " AND courriels = 'a@x.example|b@x.example' AND latitude = 48.1 AND longitude = -1.6"), 1);
}

static void equal_names_get_their_own_permalink(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    struct directory_sheet sheet;
    struct str canonical;
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("o-neil-n-rennes"), &sheet, &canonical));
    assert_str("lieu-2", sheet.place->record.source_id);
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("o-neil-n-rennes-2"), &sheet, &canonical));
    assert_str("lieu-4", sheet.place->record.source_id);
    assert_str("O'Neil \"Ñ\" 🙂", sheet.place->nom);
    /* Fifty times the same name: no search for a free number without end. */
    struct buf many;
    buf_init(&many, 1 << 20);
    buf_lit(&many, HEADER);
    for (int i = 0; i < 50; i++)
        buf_printf(&many, "m%d,🙂,Rennes,35000,1 rue,2026-01-01,,,,Essai\n", i);
    struct imported got = import_ok(s, buf_str(&many));
    buf_deinit(&many);
    assert_counts(&got, 50, 0, 0, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(DISTINCT slug) FROM directory_place"), 55);
}

/* -- all or nothing ------------------------------------------------------------------------------- */

static bool stop_at_once(void *ctx, struct str csv)
{
    (void)ctx, (void)csv;
    return false;
}

static struct str many_rows(struct store *s, int rows, const char *last)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_lit(&b, HEADER);
    for (int i = 0; i < rows; i++)
        buf_printf(&b, "r%d,Lieu %d,Rennes,35000,1 rue,2026-01-01,,,,Essai\n", i, i);
    buf_lit(&b, last);
    struct str text = arena_str(s->a, buf_str(&b));
    buf_deinit(&b);
    return text;
}

static void a_report_that_cannot_be_written_stops_everything(struct store *s)
{
    struct directory_import in = {.data = many_rows(s, 500, "x,,,,,,,,,\n"), .default_source = STR("balise"),
                                  .actor = STR("import:test"), .report = stop_at_once};
    struct directory_import_result res;
    struct str why;
    assert_err(ERR_IO, directory_import_run(s->conn, s->a, &in, &res, &why));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place"), 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry"), 0);
}

static void die(void *ctx, size_t done, size_t total, int64_t rows)
{
    (void)ctx, (void)done, (void)total;
    if (rows >= 300)
        raise(SIGKILL);
}

static void child_import(struct store *s, struct str data)
{
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db;
    struct db_conn *c;
    struct str why;
    struct directory_import in = {.data = data, .default_source = STR("balise"), .actor = STR("import:test"), .progress = die};
    struct directory_import_result res;
    if (db_open(a, s->url, (struct db_options){0}, &db, &why) == OK && db_acquire(db, &c) == OK)
        (void)!directory_import_run(c, a, &in, &res, &why);
    _exit(1);
}

static void killed_in_the_middle_leaves_nothing(struct store *s)
{
    struct str data = many_rows(s, 500, "");
    pid_t child = fork();
    int status = 0;
    assert_true(child >= 0);
    if (child == 0)
        child_import(s, data);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place"), 0);
    struct imported got = import_ok(s, data);
    assert_counts(&got, 500, 0, 0, 0);
}

static void our_own_export_comes_back_as_nothing_new(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    struct imported got = import_ok(s, export_text(s, EXPORT_DATA_INCLUSION));
    assert_int_equal(got.result.counts.added, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_structure"), 0);
    got = import_ok(s, export_text(s, EXPORT_LAMEDNUM_JSON));
    assert_counts(&got, 0, 0, 5, 0);
}

/* A file that puts sources together, imported under one name, is not called as the first of them. */
static void a_source_is_called_as_itself(struct store *s)
{
    static const char rows[] = "id,nom,commune,code_postal,adresse,date_maj,pivot,source\n"
                               "1,Mairie,Bruz,35170,1 rue,2026-01-01,,© Réseau du Pays (ODbL)\n2,Mairie,Vitré,35500,1 rue,2026-01-01,,Dora\n";
    static const struct {
        const char *given, *slug, *nom;
    } cases[] = {{"reseau-du-pays", "reseau-du-pays", "© Réseau du Pays (ODbL)"}, {"agglo", "agglo", ""}, {NULL, "dora", "Dora"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        forget_all(s);
        struct imported got = import_with(s, str_from(rows), (struct directory_import){.source = cases[i].given ? str_from(cases[i].given) : STR_NONE});
        assert_int_equal(got.err, OK);
        char sql[200];
        (void)snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM directory_source WHERE slug = '%s' AND COALESCE(nom, '') = '%s'", cases[i].slug,
                       cases[i].nom);
        if (store_int(s, sql) != 1)
            fail_msg("%s", sql);
    }
}

static const struct store_test tests[] = {
    STORE_TEST(a_source_is_called_as_itself),
    STORE_TEST(first_import_keeps_everything),
    STORE_TEST(second_import_writes_nothing),
    STORE_TEST(one_changed_value_is_one_update),
    STORE_TEST(an_unknown_fingerprint_is_no_change),
    STORE_TEST(what_humans_did_survives_an_import),
    STORE_TEST(what_humans_removed_stays_removed),
    STORE_TEST(every_refusal_and_every_dropped_value_is_told),
    STORE_TEST(invalid_hours_are_kept_aside),
    STORE_TEST(other_dialects_of_csv),
    STORE_TEST(wrong_files_are_named),
    STORE_TEST(a_cut_file_imports_nothing),
    STORE_TEST(inclusion_files_of_three_forms),
    STORE_TEST(inclusion_rules),
    STORE_TEST(lists_as_arrays_or_text),
    STORE_TEST(equal_names_get_their_own_permalink),
    STORE_TEST(a_report_that_cannot_be_written_stops_everything),
    STORE_TEST(killed_in_the_middle_leaves_nothing),
    STORE_TEST(our_own_export_comes_back_as_nothing_new),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
