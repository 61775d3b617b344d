/* HSDS files: what Balise wrote comes back exactly; what others wrote is read as far as it can be said. */
#include "directory_valid.h"

#include "base/json.h"

static const json_t *with_id(const json_t *root, const char *list, const char *id)
{
    const json_t *all = json_object_get(root, list);
    for (size_t i = 0; i < json_array_size(all); i++)
        if (str_eq(json_get_str(json_array_get(all, i), "id"), str_from(id)))
            return json_array_get(all, i);
    fail_msg("no %s in %s", id, list);
    return NULL;
}

static json_t *exported_json(struct store *s, enum directory_format f)
{
    json_t *root;
    struct str why;
    assert_ok(json_parse(s->a, export_text(s, f), &root, &why));
    return root;
}

/* From one directory to an empty one: HSDS and the two other standards are the same to the last byte, places being places. */
static void what_balise_wrote_comes_back(struct store *s)
{
    static const enum directory_format others[] = {EXPORT_DATA_INCLUSION, EXPORT_LAMEDNUM_CSV, EXPORT_GEOJSON};
    enum { OTHERS = sizeof others / sizeof *others };
    struct str before[OTHERS];
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    for (size_t i = 0; i < OTHERS; i++)
        before[i] = export_text(s, others[i]);
    struct str hsds = export_text(s, EXPORT_HSDS);
    forget_all(s);
    struct imported got = import_ok(s, hsds);
    assert_string_equal(got.result.format, "HSDS 3 (JSON)");
    assert_int_equal(got.result.counts.refused, 0);
    assert_int_equal(got.result.counts.dropped, 0);
    assert_str(arena_cstr(s->a, hsds), export_text(s, EXPORT_HSDS));
    for (size_t i = 0; i < OTHERS; i++)
        assert_str(arena_cstr(s->a, before[i]), export_text(s, others[i]));
    /* The same file again changes nothing. */
    struct imported again = import_ok(s, hsds);
    assert_counts(&again, 0, 0, again.result.counts.rows, 0);
}

/* A place that stands for its structure's services is said by its service alone, and comes back with its structure. */
static void a_place_comes_back_with_its_structure(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    store_run(s, "DELETE FROM directory_service");
    store_run(s, "UPDATE directory_place SET structure_id = (SELECT id FROM directory_structure WHERE source_id ="
                 " 'annuaire-demo--ccas-1') WHERE source_id = 'lieu-1'");
    struct str before = export_text(s, EXPORT_HSDS);
    forget_all(s);
    import_ok(s, before);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place p JOIN directory_structure t ON t.id = p.structure_id"
                                  " WHERE p.source_id = 'lieu-1' AND t.source_id = 'annuaire-demo--ccas-1'"), 1);
    assert_str(arena_cstr(s->a, before), export_text(s, EXPORT_HSDS));
}

/* Where it came from, its own places are not read as somebody else's records. */
static void places_are_not_doubled(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    struct str before = export_text(s, EXPORT_HSDS);
    struct imported got = import_ok(s, before);
    assert_int_equal(got.result.counts.added + got.result.counts.updated, 0);
    assert_true(str_eq(before, export_text(s, EXPORT_HSDS)));
}

static void others_are_read(struct store *s)
{
    struct imported got = import_ok(s, fixture(s, "hsds.json"));
    assert_counts(&got, 3, 0, 0, 1);
    assert_true(has_text(got.report, "Ce service n’est pas actif"));
    json_t *root = exported_json(s, EXPORT_DATA_INCLUSION);
    const json_t *structure = with_id(root, "structures", "balise--7c7a1c1e-0a8e-4a5c-8f55-0f6d5a1b2c3d");
    assert_str("Les Voisins", json_get_str(structure, "nom"));
    assert_str("55210055400013", json_get_str(structure, "siret"));
    assert_str("2026-06-07", json_get_str(structure, "date_maj"));
    const json_t *o = with_id(root, "services", "balise--0b5f2a4e-52b1-4d0e-9c1a-1f2e3d4c5b60");
    static const char *const said[][2] = {
        {"structure_id", "balise--7c7a1c1e-0a8e-4a5c-8f55-0f6d5a1b2c3d"},
        {"nom", "Digital drop-in"},
        {"date_maj", "2026-06-07"},
        {"lien_source", "https://voisins.example/digital"},
        {"frais", "gratuit"},
        {"frais_precisions", "Free of charge"},
        {"publics_precisions", "Dès 16 ans. Adults of the district"},
        {"conditions_acces", "A library card"},
        {"mobilisation_precisions", "Just turn up"},
        {"commune", "Rennes"},
        {"code_postal", "35000"},
        {"adresse", "4 rue des Goélands"},
        {"complement_adresse", "Bâtiment B"},
        {"telephone", "+33261910030"},
        {"courriel", "digital@voisins.example"},
        {"contact_nom_prenom", "Accueil"},
        {"horaires_accueil", "Mo,We 14:00-16:30; Sa[1] 10:00-12:00"},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!str_eq(json_get_str(o, said[i][0]), str_from(said[i][1])))
            fail_msg("%s: %.*s", said[i][0], STR_ARG(json_get_str(o, said[i][0])));
    assert_int_equal(json_array_size(json_object_get(o, "publics")), 1);
    const json_t *evening = with_id(root, "services", "balise--0b5f2a4e-52b1-4d0e-9c1a-1f2e3d4c5b61");
    assert_str("payant", json_get_str(evening, "frais"));
    assert_str("Evening class", json_get_str(evening, "description")); /* HSDS asks none */
    assert_true(json_is_null(json_object_get(evening, "horaires_accueil"))); /* words are no hours */
    size_t structures, services;
    assert_valid_inclusion(s, export_text(s, EXPORT_DATA_INCLUSION), &structures, &services);
    assert_int_equal(structures + services, 3);
}

/* The same records in every form that they are exchanged in. */
static void forms_are_recognised(struct store *s)
{
    static const char *const forms[] = {
        "[{\"id\":\"A\",\"name\":\"Aide\",\"description\":\"De l’aide.\",\"status\":\"active\",\"last_modified\":\"2026-01-02T00:00:00Z\","
        "\"organization\":{\"id\":\"B\",\"name\":\"Les Voisins\"}}]",
        "{\"id\":\"A\",\"name\":\"Aide\",\"description\":\"De l’aide.\",\"status\":\"active\",\"last_modified\":\"2026-01-02T00:00:00Z\","
        "\"organization\":{\"id\":\"B\",\"name\":\"Les Voisins\"}}\n",
        "{\"id\":\"B\",\"name\":\"Les Voisins\",\"website\":\"https://voisins.example/\"}\n"
        "{\"id\":\"A\",\"name\":\"Aide\",\"description\":\"De l’aide.\",\"status\":\"active\",\"last_modified\":\"2026-01-02T00:00:00Z\","
        "\"organization_id\":\"B\"}\n",
        "[{\"id\":\"B\",\"name\":\"Les Voisins\",\"services\":[{\"id\":\"A\",\"name\":\"Aide\",\"description\":\"De l’aide.\","
        "\"status\":\"active\",\"last_modified\":\"2026-01-02T00:00:00Z\"}]}]",
        "{\"services\":[{\"id\":\"A\",\"name\":\"Aide\",\"description\":\"De l’aide.\",\"status\":\"active\","
        "\"last_modified\":\"2026-01-02T00:00:00Z\",\"organization_id\":\"B\"}],\"organizations\":[{\"id\":\"B\",\"name\":\"Les Voisins\"}]}",
        "{\"contents\":[{\"id\":\"C\",\"location_id\":\"L\",\"service\":{\"id\":\"A\",\"name\":\"Aide\",\"description\":\"De l’aide.\","
        "\"status\":\"active\",\"last_modified\":\"2026-01-02T00:00:00Z\",\"organization\":{\"id\":\"B\",\"name\":\"Les Voisins\"}}}]}",
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        forget_all(s);
        struct imported got = import_text(s, str_from(forms[i]));
        if (got.err != OK || got.result.counts.added != 2)
            fail_msg("form %zu: %d added. %.*s %.*s", i, (int)got.result.counts.added, STR_ARG(got.why), STR_ARG(got.report));
        json_t *root = exported_json(s, EXPORT_DATA_INCLUSION);
        assert_str("balise--B", json_get_str(with_id(root, "services", "balise--A"), "structure_id"));
    }
}

/* The profile before HSDS 3: other names for the same things. */
static void open_referral_uk_1_is_read(struct store *s)
{
    static const char page[] =
        "{\"totalElements\":1,\"number\":1,\"content\":[{\"id\":\"A\",\"name\":\"Aide\",\"description\":\"De l’aide.\",\"status\":\"active\","
        "\"fees\":\"Adhésion\",\"assured_date\":\"2026-02-03\",\"organization\":{\"id\":\"B\",\"name\":\"Les Voisins\",\"url\":\"https://voisins.example/\"},"
        "\"contacts\":[{\"id\":\"C\",\"phones\":[{\"number\":\"+33261910031\"}]}],\"service_at_locations\":[{\"id\":\"D\",\"regular_schedules\":["
        "{\"id\":\"E\",\"freq\":\"WEEKLY\",\"byday\":\"TU\",\"opens_at\":\"09:00\",\"closes_at\":\"12:00\"}],\"location\":{\"id\":\"F\",\"latitude\":48.1159,"
        "\"longitude\":-1.6884,\"physical_addresses\":[{\"id\":\"G\",\"address_1\":\"4 rue des Goélands\",\"city\":\"Rennes\",\"postal_code\":\"35000\"}]}}]}]}";
    import_ok(s, str_from(page));
    json_t *root = exported_json(s, EXPORT_DATA_INCLUSION);
    const json_t *o = with_id(root, "services", "balise--A");
    assert_str("Tu 09:00-12:00", json_get_str(o, "horaires_accueil"));
    assert_str("4 rue des Goélands", json_get_str(o, "adresse"));
    assert_str("+33261910031", json_get_str(o, "telephone"));
    assert_str("Adhésion", json_get_str(o, "frais_precisions"));
    assert_str("2026-02-03", json_get_str(o, "date_maj"));
    assert_str("https://voisins.example/", json_get_str(with_id(root, "structures", "balise--B"), "site_web"));
}

static void strangers_are_not_hsds(struct store *s)
{
    static const char *const others[] = {"[{\"id\":\"1\",\"name\":\"Un fichier quelconque\"}]", "{\"services\":[{\"nom\":\"x\"}]}",
                                         "{\"contents\":[]}", "{\"id\":3}", "[1,2]", "[[[[", "{\"a\""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct imported got = import_text(s, str_from(others[i]));
        assert_int_equal(got.err, ERR_INVALID);
        assert_true(got.why.n > 0);
        assert_true(got.result.format == NULL || strcmp(got.result.format, "HSDS 3 (JSON)") != 0);
    }
    struct imported cut = import_text(s, str_sub(fixture(s, "hsds.json"), 0, 3000));
    assert_int_equal(cut.err, ERR_INVALID);
    assert_true(cut.why.n > 0);
}

static const struct store_test tests[] = {
    STORE_TEST(what_balise_wrote_comes_back),
    STORE_TEST(a_place_comes_back_with_its_structure),
    STORE_TEST(places_are_not_doubled),
    STORE_TEST(others_are_read),
    STORE_TEST(forms_are_recognised),
    STORE_TEST(open_referral_uk_1_is_read),
    STORE_TEST(strangers_are_not_hsds),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
