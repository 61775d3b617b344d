/* The national API: a program written for data·inclusion finds what it expects. */
#include "site.h"

static json_int_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static json_t *item(const json_t *page, size_t i)
{
    return json_array_get(json_object_get(page, "items"), i);
}

static void pages(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *all = site_get_json(&site, "/api/v1/structures", 200);
    /* The native one, and the one made from the place. */
    assert_int_equal(number(all, "total"), 2);
    assert_int_equal(number(all, "page"), 1);
    assert_int_equal(number(all, "size"), 2);
    assert_int_equal(number(all, "pages"), 1);
    json_t *first = item(all, 0);
    assert_str("essai--lieu-1", json_get_str(first, "id"));
    assert_true(json_is_boolean(json_object_get(first, "adresse_certifiee")));
    assert_true(json_is_number(json_object_get(first, "score_qualite")));
    assert_true(json_is_array(json_object_get(first, "doublons")));

    json_t *second = site_get_json(&site, "/api/v1/services/?page=2&size=2", 200);
    assert_int_equal(number(second, "total"), 3);
    assert_int_equal(number(second, "size"), 1);
    assert_int_equal(number(second, "pages"), 2);
    assert_int_equal(number(site_get_json(&site, "/api/v1/services?page=9", 200), "size"), 0);
    site_close(&site);
}

static void one_record(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *structure = site_get_json(&site, "/api/v1/structures/essai--s1", 200);
    assert_int_equal(json_array_size(json_object_get(structure, "services")), 2);
    json_t *service = site_get_json(&site, "/api/v1/services/essai--v1", 200);
    assert_str("Maison des Voisins", json_get_str(json_object_get(service, "structure"), "nom"));
    json_t *absent = site_get_json(&site, "/api/v1/services/essai--v9", 404);
    assert_non_null(json_object_get(absent, "detail"));
    site_close(&site);
}

static void filters(struct store *s)
{
    static const struct {
        const char *query;
        int total;
    } cases[] = {
        {"thematiques=numerique", 3},
        {"thematiques=famille", 0},
        {"thematiques=famille&thematiques=numerique--acceder-a-des-services-en-ligne", 3},
        {"frais=payant", 0},
        {"publics=seniors", 3}, /* the place's is for everyone */
        {"publics=femmes", 1},
        {"publics=tous-publics", 3},
        {"modes_accueil=a-distance", 1},
        {"sources=essai", 3},
        {"sources=autre", 0},
        {"code_departement=35", 3},
        {"slug_departement=ille-et-vilaine", 3},
        {"slug_region=bretagne", 3},
        {"code_departement=75", 0},
        {"code_commune=35115", 2},
        {"score_qualite_minimum=1", 0},
        {"recherche_public=S%C3%A9niors", 2},
        {"recherche_public=seniors+-seniors", 0},
    };
    struct site site;
    site_fill(s);
    site_open(&site, s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[256];
        snprintf(target, sizeof target, "/api/v1/services?%s", cases[i].query);
        json_int_t total = number(site_get_json(&site, target, 200), "total");
        if (total != cases[i].total)
            print_error("%s: %d, wanted %d\n", target, (int)total, cases[i].total);
        assert_int_equal(total, cases[i].total);
    }
    site_close(&site);
}

static void refusals(struct store *s)
{
    static const char *const refused[] = {
        "/api/v1/services?page=0",          "/api/v1/services?size=10001",
        "/api/v1/services?size=x",          "/api/v1/services?thematiques=inconnue",
        "/api/v1/search/services?lat=48.1", "/api/v1/search?lon=-1.6",
        "/api/v1/search/services?code_commune=99999", "/api/v1/search?distance=0",
        "/api/v1/structures?code_departement=99"};
    struct site site;
    site_fill(s);
    site_open(&site, s);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_non_null(json_object_get(site_get_json(&site, refused[i], 422), "detail"));
    json_t *half = site_get_json(&site, "/api/v1/search/services?code_commune=35238&lat=48", 422);
    assert_str("The `lat` and `lon` must be simultaneously filled.", json_get_str(half, "detail"));
    site_close(&site);
}

static void around_a_commune(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    /* Fougères: its own at 0 km, the place of Rennes within 50 km, the one at a distance last without distance. */
    json_t *found = site_get_json(&site, "/api/v1/search/services?code_commune=35115&lat=48.3525&lon=-1.2044", 200);
    assert_int_equal(number(found, "total"), 3);
    assert_int_equal(number(item(found, 0), "distance"), 0);
    json_int_t far = number(item(found, 1), "distance");
    assert_true(far >= 44 && far <= 45);
    assert_true(json_is_null(json_object_get(item(found, 2), "distance")));
    /* Marseille: only what is offered at a distance is left. */
    found = site_get_json(&site, "/api/v1/search/services?code_commune=13055", 200);
    assert_int_equal(number(found, "total"), 1);
    site_close(&site);
}

static void words(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *found = site_get_json(&site, "/api/v1/search?q=dossiers", 200);
    assert_true(number(found, "total") >= 1);
    assert_str("Aide aux dossiers", json_get_str(json_object_get(item(found, 0), "service"), "nom"));
    double last = 1;
    for (size_t i = 0; item(found, i); i++) {
        double score = json_number_value(json_object_get(item(found, i), "score_recherche"));
        assert_true(score >= 0 && score <= last);
        last = score;
    }
    site_close(&site);
}

static void lists(struct store *s)
{
    static const char *const names[] = {"frais", "modes-accueil", "modes-mobilisation", "personnes-mobilisatrices",
                                        "publics", "reseaux-porteurs", "thematiques", "types-services"};
    static const size_t sizes[] = {2, 2, 4, 2, 14, 108, 69, 6};
    struct site site;
    site_open(&site, s);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char target[64];
        snprintf(target, sizeof target, "/api/v1/doc/%s", names[i]);
        json_t *list = site_get_json(&site, target, 200);
        assert_int_equal(json_array_size(list), sizes[i]);
        assert_true(json_get_str(json_array_get(list, 0), "value").n > 0);
        assert_true(json_get_str(json_array_get(list, 0), "label").n > 0);
    }
    assert_non_null(json_object_get(site_get_json(&site, "/api/v1/doc/autre", 404), "detail"));
    site_fill(s);
    site_refresh(&site);
    assert_str("essai", json_get_str(json_array_get(site_get_json(&site, "/api/v1/sources", 200), 0), "slug"));
    site_close(&site);
}

/* The document tells every API route, and every $ref leads somewhere, or to the schemas of another standard. */
static void references_lead_somewhere(const json_t *node, const json_t *schemas)
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_array(node))
        json_array_foreach(node, i, value) references_lead_somewhere(value, schemas);
    json_object_foreach((json_t *)node, key, value)
    {
        if (strcmp(key, "$ref") == 0 && json_is_string(value) && json_string_value(value)[0] == '#') {
            const char *name = strrchr(json_string_value(value), '/');
            assert_non_null(json_object_get(schemas, name + 1));
        }
        references_lead_somewhere(value, schemas);
    }
}

static void openapi(struct store *s)
{
    struct site site;
    site_open(&site, s);
    json_t *document = site_get_json(&site, "/api/v1/openapi.json", 200);
    assert_str("3.1.0", json_get_str(document, "openapi"));
    json_t *paths = json_object_get(document, "paths");
    for (size_t t = 0; t < site.app.n_routes; t++)
        for (size_t i = 0; i < site.app.routes[t].n; i++) {
            const struct route *r = &site.app.routes[t].routes[i];
            if (r->style == STYLE_API)
                assert_non_null(json_object_get(paths, r->path));
        }
    references_lead_somewhere(document, json_object_get(json_object_get(document, "components"), "schemas"));
    site_close(&site);
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(pages),    STORE_TEST(one_record), STORE_TEST(filters), STORE_TEST(refusals),
        STORE_TEST(around_a_commune), STORE_TEST(words), STORE_TEST(lists), STORE_TEST(openapi),
    };
    return site_test_main(tests, sizeof tests / sizeof *tests);
}
