/* Export: what came in goes out, valid and in the same order; what a place becomes in the other standard. */
#include "directory_valid.h"

#include "base/csv.h"
#include "base/json.h"

/* Exported, imported into an empty directory, exported again: the same bytes. */
static void assert_round_trip(struct store *s, enum directory_format f)
{
    struct str first = export_text(s, f);
    forget_all(s);
    struct imported got = import_ok(s, first);
    assert_int_equal(got.result.counts.refused, 0);
    assert_int_equal(got.result.counts.dropped, 0);
    struct str second = export_text(s, f);
    if (!str_eq(first, second))
        fail_msg("not the same:\n%.*s\n---\n%.*s", STR_ARG(str_sub(first, 0, 2000)), STR_ARG(str_sub(second, 0, 2000)));
}

static void csv_gives_back_what_came(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    struct str csv = export_text(s, EXPORT_LAMEDNUM_CSV);
    assert_int_equal(assert_valid_lamednum_csv(s, csv), 5);
    static const char *const kept[] = {
        "accueil@tilleuls.example|mediatheque@saint-aubin.example",
        "https://saint-aubin.example/médiathèque|https://tilleuls.example/",
        "\"Accès libre à six ordinateurs.\nUne conseillère numérique reçoit le mercredi, « avec ou sans » rendez-vous",
        "\"O'Neil \"\"Ñ\"\" 🙂\"",
        "\"1, place \"\"du\"\" Marché\"",
        "48.1087,-1.2835,BIB|MUNI",
        "Étapes numériques(La Poste)",
        "Autre label|Label d’ici",
        "lieu-2,00000000000000,",
        "1970-01-01",
        "\"week 2-52/2 We 14:00-17:00; week 1-53/2 Fr 09:00-12:00 \"\"sur rendez-vous\"\"\"",
        "Jeunes|Seniors",
        "Langues étrangères (anglais)|Surdité",
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (!has_text(csv, kept[i]))
            fail_msg("lost: %s\n%.*s", kept[i], STR_ARG(csv));
}

static void round_trips_are_identical(struct store *s)
{
    static const enum directory_format formats[] = {EXPORT_LAMEDNUM_CSV, EXPORT_LAMEDNUM_JSON, EXPORT_LAMEDNUM_2_CSV,
                                                    EXPORT_LAMEDNUM_2_JSON, EXPORT_DATA_INCLUSION, EXPORT_GEOJSON,
                                                    EXPORT_TABLE, EXPORT_HSDS};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        forget_all(s);
        import_ok(s, fixture(s, "places.csv"));
        import_ok(s, fixture(s, "inclusion.json"));
        assert_round_trip(s, formats[i]);
    }
}

/* Another place had the plain name when this one came: its page keeps the address that people know. */
static void a_permalink_comes_back(struct store *s)
{
    static const enum directory_format formats[] = {EXPORT_GEOJSON, EXPORT_TABLE};
    static const char rows[] = "id,nom,commune,code_postal,adresse,date_maj,pivot,source,latitude,longitude\n"
                               "2,Mairie,Vitré,35500,1 rue,2026-01-01,,Zèbre,48.1,-1.2\n1,Mairie,Vitré,35500,1 rue,2026-01-01,,Abeille,48.1,-1.2\n";
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        forget_all(s);
        import_ok(s, str_from(rows));
        struct str file = export_text(s, formats[i]);
        assert_true(has_text(file, "mairie-vitre-2"));
        assert_round_trip(s, formats[i]);
        assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE slug = 'mairie-vitre' AND source = 'zebre'"), 1);
        /* What is no permalink, or somebody's already, is not taken. */
        forget_all(s);
        import_ok(s, replaced(s, replaced(s, file, "mairie-vitre-2", "../<b>"), "mairie-vitre", "ailleurs"));
        assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE slug IN ('ailleurs', 'mairie-vitre')"), 2);
    }
}

/* Two sources may have given the same id: in one file it must be unique. */
static void equal_ids_of_two_sources_are_told_apart(struct store *s)
{
    static const char row[] = "id,nom,commune,code_postal,adresse,date_maj,pivot,source\n"
                              "1,Lieu,Rennes,35000,1 rue,2026-01-01,,A\n0,Lieu,Rennes,35000,1 rue,2026-01-01,,A\n";
    import_ok(s, str_from(row));
    import_ok(s, replaced(s, replaced(s, str_from(row), ",A\n", ",B\n"), ",A\n", ",B\n"));
    struct str csv = export_text(s, EXPORT_LAMEDNUM_CSV);
    assert_int_equal(assert_valid_lamednum_csv(s, csv), 4);
    assert_true(has_text(csv, "\na--1,") && has_text(csv, "\nb--1,"));
    assert_round_trip(s, EXPORT_LAMEDNUM_CSV);
}

static json_t *exported_json(struct store *s, enum directory_format f)
{
    json_t *root;
    struct str why;
    assert_ok(json_parse(s->a, export_text(s, f), &root, &why));
    return root;
}

static const json_t *with_id(const json_t *list, const char *id)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(list, i), "id")), id) == 0)
            return json_array_get(list, i);
    return NULL;
}

static void native_inclusion_comes_back(struct store *s)
{
    import_ok(s, fixture(s, "inclusion.json"));
    json_t *in, *out = exported_json(s, EXPORT_DATA_INCLUSION);
    struct str why;
    static const char *const lists[] = {"structures", "services"};
    assert_ok(json_parse(s->a, fixture(s, "inclusion.json"), &in, &why));
    for (int l = 0; l < 2; l++) {
        const json_t *given = json_object_get(in, lists[l]), *got = json_object_get(out, lists[l]);
        assert_int_equal(json_array_size(given), json_array_size(got));
        for (size_t i = 0; i < json_array_size(given); i++) {
            const json_t *o = json_array_get(given, i);
            const json_t *back = with_id(got, json_string_value(json_object_get(o, "id")));
            const char *key;
            json_t *value;
            assert_non_null(back);
            json_object_foreach((json_t *)(uintptr_t)o, key, value) {
                const json_t *v = json_object_get(back, key);
                bool list = json_is_array(value); /* the order of a list says nothing */
                if (list ? json_array_size(v) != json_array_size(value) : !json_equal(v, value))
                    fail_msg("%s is not what it was", key);
            }
        }
    }
}

static void a_place_becomes_a_structure_and_a_service(struct store *s)
{
    size_t structures, services;
    import_ok(s, fixture(s, "places.csv"));
    assert_valid_inclusion(s, export_text(s, EXPORT_DATA_INCLUSION), &structures, &services);
    assert_int_equal(structures, 5);
    assert_int_equal(services, 4); /* one offers nothing */
    json_t *root = exported_json(s, EXPORT_DATA_INCLUSION);
    const json_t *o = with_id(json_object_get(root, "services"), "annuaire-de-demonstration--lieu-1");
    assert_non_null(o);
    assert_str("annuaire-de-demonstration--lieu-1", json_get_str(o, "structure_id"));
    assert_str("aide-materielle", json_get_str(o, "type"));
    assert_str("gratuit", json_get_str(o, "frais"));
    assert_str("https://rdv.example/tilleuls?lieu=1&date=demain", json_get_str(o, "lien_mobilisation"));
    assert_int_equal(json_array_size(json_object_get(o, "modes_accueil")), 2);
    assert_int_equal(json_array_size(json_object_get(o, "mobilisable_par")), 2);
    assert_str("35", str_from(json_string_value(json_array_get(json_object_get(o, "zone_eligibilite"), 0))));
    /* jeunes, seniors, handicap, exil: each maps */
    assert_int_equal(json_array_size(json_object_get(o, "publics")), 4);
    const json_t *p = with_id(json_object_get(root, "structures"), "annuaire-de-demonstration--lieu-1");
    assert_str("https://saint-aubin.example/m%C3%A9diath%C3%A8que", json_get_str(p, "site_web"));
    assert_int_equal(json_array_size(json_object_get(p, "reseaux_porteurs")), 2);
    const json_t *d = with_id(json_object_get(root, "services"), "autre-source--lieu-3");
    assert_str("Utilisation sécurisée du numérique", json_get_str(d, "description"));
    assert_str("payant", json_get_str(d, "frais"));
    /* A date that the other standard refuses becomes the day we had the record. */
    const json_t *unknown = with_id(json_object_get(root, "structures"), "annuaire-de-demonstration--lieu-2");
    assert_true(str_cmp(json_get_str(unknown, "date_maj"), STR("2000-01-01")) > 0);
    const json_t *far = with_id(json_object_get(root, "services"), "balise--lieu-5");
    assert_str("972", str_from(json_string_value(json_array_get(json_object_get(far, "zone_eligibilite"), 0))));
}

static void link_place(struct store *s, const char *slug, const char *structure_slug)
{
    struct directory_sheet place, host;
    struct str canonical;
    assert_ok(directory_find_by_slug(s->conn, s->a, str_from(slug), &place, &canonical));
    assert_ok(directory_find_by_slug(s->conn, s->a, str_from(structure_slug), &host, &canonical));
    place.place->structure_id = host.structure->record.id;
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("test"), place.place));
    assert_ok(db_commit(s->conn));
}

static void a_place_of_a_structure_is_not_told_twice(struct store *s)
{
    size_t structures, services;
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    link_place(s, "mediatheque-des-tilleuls-saint-aubin-des-landes", "ccas-de-saint-aubin-saint-aubin-des-landes");
    assert_valid_inclusion(s, export_text(s, EXPORT_DATA_INCLUSION), &structures, &services);
    assert_int_equal(structures, 2 + 4);
    assert_int_equal(services, 2 + 3);
    /* Without services of its own, the structure gets those of its place. */
    store_run(s, "DELETE FROM directory_service");
    json_t *root = exported_json(s, EXPORT_DATA_INCLUSION);
    const json_t *o = with_id(json_object_get(root, "services"), "annuaire-de-demonstration--lieu-1");
    assert_str("annuaire-demo--ccas-1", json_get_str(o, "structure_id"));
    /* Once the structure is removed, the place stands for itself again. */
    store_run(s, "UPDATE directory_structure SET deleted_at_ms = 1 WHERE source_id = 'annuaire-demo--ccas-1'");
    assert_valid_inclusion(s, export_text(s, EXPORT_DATA_INCLUSION), &structures, &services);
    assert_int_equal(structures, 1 + 5);
    assert_int_equal(services, 4);
}

static void geojson_has_what_has_a_point(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    assert_int_equal(assert_valid_geojson(s, export_text(s, EXPORT_GEOJSON)), 4);
}

static void an_empty_directory_exports_empty_files(struct store *s)
{
    size_t structures, services;
    assert_int_equal(assert_valid_lamednum_csv(s, export_text(s, EXPORT_LAMEDNUM_CSV)), 0);
    assert_str("[]\n", export_text(s, EXPORT_LAMEDNUM_JSON));
    assert_valid_inclusion(s, export_text(s, EXPORT_DATA_INCLUSION), &structures, &services);
    assert_int_equal(structures + services, 0);
    assert_int_equal(assert_valid_geojson(s, export_text(s, EXPORT_GEOJSON)), 0);
}

static bool stop(void *ctx, struct str piece)
{
    (void)ctx, (void)piece;
    return false;
}

static void a_reader_that_goes_away_stops_the_export(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    assert_err(ERR_IO, directory_export(s->conn, EXPORT_LAMEDNUM_CSV, stop, NULL));
    assert_int_equal(assert_valid_lamednum_csv(s, export_text(s, EXPORT_LAMEDNUM_CSV)), 5);
}

/* -- real files, when they are there --------------------------------------------------------------- */

static void the_standards_own_example_comes_back(struct store *s)
{
    struct str example = shared_file(s, "schemas/lamednum-exemple-valide.csv");
    if (example.n == 0)
        return; /* the shared data are not on this machine */
    struct imported got = import_ok(s, example);
    assert_counts(&got, 1, 0, 0, 0);
    assert_int_equal(got.result.counts.dropped, 0);
    struct str csv = export_text(s, EXPORT_LAMEDNUM_CSV);
    struct csv_reader *given = csv_reader_new(s->a, example, (struct csv_options){0});
    struct csv_reader *back = csv_reader_new(s->a, csv, (struct csv_options){0});
    struct csv_row x, y;
    assert_true(csv_next(given, &x) && csv_next(back, &y));
    assert_true(csv_next(given, &x) && csv_next(back, &y));
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++) /* lists may be sorted: the same length, the same pieces */
        if (!str_eq(x.cells[i], y.cells[i])) {
            struct str rest = x.cells[i], piece;
            assert_int_equal(x.cells[i].n, y.cells[i].n);
            while (str_split(&rest, '|', &piece))
                assert_true(str_find(y.cells[i], piece, 0) >= 0);
        }
}

static void real_files_are_valid_and_stable(struct store *s)
{
    static const char *const files[] = {"reference/france-services.csv", "reference/angers.json",
                                        "reference/gironde.csv", "reference/etapes-numerique.csv"};
    size_t structures, services, expected = 0;
    if (shared_file(s, files[0]).n == 0)
        return; /* the shared data are not on this machine */
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct imported got = import_ok(s, shared_file(s, files[i]));
        assert_int_equal(got.result.counts.refused, 0);
        expected += (size_t)got.result.counts.added;
    }
    assert_int_equal(assert_valid_lamednum_csv(s, export_text(s, EXPORT_LAMEDNUM_CSV)), expected);
    assert_valid_inclusion(s, export_text(s, EXPORT_DATA_INCLUSION), &structures, &services);
    assert_int_equal(structures, expected);
    assert_round_trip(s, EXPORT_LAMEDNUM_CSV);
    assert_round_trip(s, EXPORT_LAMEDNUM_JSON);
    assert_round_trip(s, EXPORT_LAMEDNUM_2_CSV); /* forgets what that version cannot hold */
    assert_int_equal(assert_valid_lamednum_2_csv(s, export_text(s, EXPORT_LAMEDNUM_2_CSV)), expected);
    assert_round_trip(s, EXPORT_LAMEDNUM_2_JSON);
    assert_round_trip(s, EXPORT_GEOJSON);
    assert_round_trip(s, EXPORT_TABLE);
    assert_round_trip(s, EXPORT_DATA_INCLUSION); /* last: no place comes back */
    forget_all(s);
    import_ok(s, shared_file(s, files[2]));
    assert_round_trip(s, EXPORT_HSDS); /* thirteen times larger than the others: one source is enough */
}

static const struct store_test tests[] = {
    STORE_TEST(csv_gives_back_what_came),
    STORE_TEST(round_trips_are_identical),
    STORE_TEST(a_permalink_comes_back),
    STORE_TEST(equal_ids_of_two_sources_are_told_apart),
    STORE_TEST(native_inclusion_comes_back),
    STORE_TEST(a_place_becomes_a_structure_and_a_service),
    STORE_TEST(a_place_of_a_structure_is_not_told_twice),
    STORE_TEST(geojson_has_what_has_a_point),
    STORE_TEST(an_empty_directory_exports_empty_files),
    STORE_TEST(a_reader_that_goes_away_stops_the_export),
    STORE_TEST(the_standards_own_example_comes_back),
    STORE_TEST(real_files_are_valid_and_stable),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
