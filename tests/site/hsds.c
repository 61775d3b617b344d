/* The HSDS API: pages, objects, conditions; what must not be there. */
#include "site.h"

static const char *target(struct site *site, const char *before, struct str value)
{
    return arena_cstr(site->a, arena_printf(site->a, "%s%.*s", before, STR_ARG(value)));
}

static json_int_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static bool flag(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_boolean(value));
    return json_is_true(value);
}

static json_t *contents(const json_t *page, size_t i)
{
    return json_array_get(json_object_get(page, "contents"), i);
}

static json_t *first(const json_t *o, const char *key)
{
    return json_array_get(json_object_get(o, key), 0);
}

static const json_t *named(const json_t *page, const char *name)
{
    const json_t *list = json_object_get(page, "contents");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(json_get_str(json_array_get(list, i), "name"), str_from(name)))
            return json_array_get(list, i);
    fail_msg("no %s", name);
    return NULL;
}

static json_int_t total(struct site *site, const char *address)
{
    return number(site_get_json(site, address, 200), "total_items");
}

static void about(struct store *s)
{
    struct site site;
    site_open(&site, s);
    json_t *a = site_get_json(&site, "/hsds/", 200);
    assert_str("3.0.1", json_get_str(a, "version"));
    assert_str("http://balise.example/api/v1/openapi.json", json_get_str(a, "openapi_url"));
    site_close(&site);
}

static void pages(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *one = site_get_json(&site, "/hsds/services?per_page=2", 200), *two = site_get_json(&site, "/hsds/services?per_page=2&page=2", 200);
    assert_int_equal(number(one, "total_items"), 3);
    assert_int_equal(number(one, "total_pages"), 2);
    assert_int_equal(number(one, "size"), 2);
    assert_true(flag(one, "first_page") && !flag(one, "last_page") && !flag(one, "empty"));
    assert_int_equal(number(two, "page_number"), 2);
    assert_int_equal(number(two, "size"), 1);
    assert_true(!flag(two, "first_page") && flag(two, "last_page"));
    json_t *past = site_get_json(&site, "/hsds/services?page=9", 200);
    assert_true(flag(past, "empty") && flag(past, "last_page") && !flag(past, "first_page"));
    /* The list says what is single, and the organization. */
    const json_t *service = contents(one, 0);
    assert_null(json_object_get(service, "attributes"));
    assert_true(json_get_str(json_object_get(service, "organization"), "name").n > 0);
    assert_int_equal(json_array_size(json_object_get(site_get_json(&site, "/hsds/services?minimal=true&per_page=1", 200), "contents")), 3);
    site_close(&site);
}

static void lines_are_the_pages(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    struct http_test_answer answer = site_get(&site, "/hsds/services?format=ndjson&full=true&per_page=1");
    json_t *page = site_get_json(&site, "/hsds/services?full=true", 200);
    struct str rest = answer.body, line;
    size_t n = 0;
    assert_int_equal(answer.status, 200);
    assert_str("application/x-ndjson; charset=utf-8", answer.content_type);
    while (str_split(&rest, '\n', &line)) {
        json_t *o;
        assert_ok(json_parse(site.a, line, &o, NULL));
        assert_true(json_equal(o, contents(page, n++)));
    }
    assert_int_equal(n, 3);
    site_close(&site);
}

static void a_service_in_full(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *list = site_get_json(&site, "/hsds/services", 200);
    struct str id = json_get_str(named(list, "Aide aux dossiers"), "id");
    json_t *o = site_get_json(&site, target(&site, "/hsds/services/", id), 200);
    assert_str("active", json_get_str(o, "status"));
    assert_str("Gratuit", json_get_str(o, "fees_description"));
    assert_int_equal(number(first(o, "cost_options"), "amount"), 0);
    assert_str("EUR", json_get_str(first(o, "cost_options"), "currency"));
    assert_null(json_object_get(o, "assured_date")); /* nobody confirmed it */
    json_t *organization = json_object_get(o, "organization"), *there = first(o, "service_at_locations");
    assert_str("Maison des Voisins", json_get_str(organization, "name"));
    assert_str("+33261910012", json_get_str(first(organization, "phones"), "number"));
    json_t *location = json_object_get(there, "location"), *address = first(location, "addresses");
    assert_str("2 place du Marché", json_get_str(address, "address_1"));
    assert_str("Ille-et-Vilaine", json_get_str(address, "state_province"));
    assert_str("Bretagne", json_get_str(address, "region"));
    /* The same address is the same location. */
    assert_true(str_eq(json_get_str(location, "id"), json_get_str(first(organization, "locations"), "id")));
    json_t *again = site_get_json(&site, target(&site, "/hsds/service_at_locations/", json_get_str(there, "id")), 200);
    assert_true(str_eq(json_get_str(json_object_get(again, "service"), "id"), id));
    site_close(&site);
}

static void a_place_is_a_service_and_an_organization(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *list = site_get_json(&site, "/hsds/services?full=true", 200);
    const json_t *o = named(list, "Service d'accompagnement au numérique");
    assert_str("Médiathèque des Embruns", json_get_str(json_object_get(first(o, "service_at_locations"), "location"), "name"));
    assert_int_equal(json_array_size(json_object_get(o, "schedules")), 2);
    assert_str("TU,WE,TH,FR,SA", json_get_str(first(o, "schedules"), "byday"));
    assert_str("Ille-et-Vilaine", json_get_str(first(o, "service_areas"), "name"));
    json_t *organization =
        site_get_json(&site, target(&site, "/hsds/organizations/", json_get_str(json_object_get(o, "organization"), "id")), 200);
    assert_str("Médiathèque des Embruns", json_get_str(organization, "name"));
    assert_int_equal(json_array_size(json_object_get(organization, "services")), 1);
    assert_null(json_object_get(first(organization, "services"), "attributes"));
    json_t *whole = site_get_json(&site, target(&site, "/hsds/organizations/", arena_printf(s->a, "%.*s?full_service=true", STR_ARG(json_get_str(organization, "id")))), 200);
    assert_non_null(json_object_get(first(whole, "services"), "attributes"));
    site_close(&site);
}

static struct str term_named(struct site *site, const char *name)
{
    json_t *terms = site_get_json(site, "/hsds/taxonomy_terms?per_page=500", 200);
    return json_get_str(named(terms, name), "id");
}

static void conditions(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *list = site_get_json(&site, "/hsds/services", 200);
    struct str organization = json_get_str(named(list, "Aide aux dossiers"), "organization_id");
    const struct {
        const char *address;
        int total;
    } cases[] = {
        {target(&site, "/hsds/services?organization_id=", organization), 2},
        {target(&site, "/hsds/service_at_locations?organization_id=", organization), 2},
        {"/hsds/services?organization_id=00000000-0000-5000-8000-000000000000", 0},
        {target(&site, "/hsds/services?taxonomy_term_id=", term_named(&site, "Séniors")), 2},
        {target(&site, "/hsds/services?taxonomy_term_id=", term_named(&site, "À distance")), 1},
        {target(&site, "/hsds/services?taxonomy_term_id=", term_named(&site, "Numérique")), 3},
        {target(&site, "/hsds/services?taxonomy_term_id=", term_named(&site, "Famille")), 0},
        {target(&site, "/hsds/services?taxonomy_term_id=", term_named(&site, "Aide aux démarches administratives")), 1},
        {"/hsds/services?taxonomy_term_id=x", 0},
        {"/hsds/services?search=par+t%C3%A9l%C3%A9phone", 1},
        {"/hsds/organizations?search=voisins", 1},
        {"/hsds/organizations", 2},
        {"/hsds/services?modified_after=2020-01-01", 3},
        {"/hsds/services?modified_after=2999-01-01T00:00:00Z", 0},
        {"/hsds/organizations?modified_after=2999-01-01", 0},
        {"/hsds/service_at_locations?postcode=35300", 3}, /* the place's is for the département */
        {"/hsds/service_at_locations?postcode=13001", 2},
        {"/hsds/service_at_locations?postcode=35300&proximity=5000", 2},
        {"/hsds/service_at_locations?postcode=35300&proximity=60000", 3},
        {"/hsds/taxonomies", 10},
        {"/hsds/taxonomies?search=publics", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_int_t got = total(&site, cases[i].address);
        if (got != cases[i].total)
            print_error("%s: %d, wanted %d\n", cases[i].address, (int)got, cases[i].total);
        assert_int_equal(got, cases[i].total);
    }
    struct str parent = term_named(&site, "Numérique");
    assert_int_equal(total(&site, target(&site, "/hsds/taxonomy_terms?parent_id=", parent)), 4);
    struct str themes = json_get_str(contents(site_get_json(&site, "/hsds/taxonomies", 200), 0), "id");
    assert_int_equal(total(&site, target(&site, "/hsds/taxonomy_terms?top_only=true&taxonomy_id=", themes)), 16);
    assert_int_equal(total(&site, target(&site, "/hsds/taxonomy_terms?search=bureautique&taxonomy_id=", themes)), 0);
    assert_int_equal(total(&site, target(&site, "/hsds/taxonomy_terms?search=alimentation&taxonomy_id=", themes)), 2);
    site_close(&site);
}

static void every_taxonomy_finds_its_services(struct store *s)
{
    struct site site;
    site_fill(s);
    site_open(&site, s);
    json_t *list = site_get_json(&site, "/hsds/taxonomies", 200);
    for (size_t i = 0; i < 10; i++) {
        const json_t *t = contents(list, i);
        struct str id = json_get_str(t, "id");
        assert_true(json_equal(site_get_json(&site, target(&site, "/hsds/taxonomies/", id), 200), t));
        json_t *terms = site_get_json(&site, target(&site, "/hsds/taxonomy_terms?per_page=500&taxonomy_id=", id), 200);
        assert_true(number(terms, "total_items") > 0);
        json_int_t of_taxonomy = total(&site, target(&site, "/hsds/services?taxonomy_id=", id)), of_terms = 0;
        bool fields = str_starts(json_get_str(t, "name"), STR("Champs"));
        for (size_t k = 0; !fields && k < json_array_size(json_object_get(terms, "contents")); k++) {
            json_int_t n = total(&site, target(&site, "/hsds/services?taxonomy_term_id=", json_get_str(contents(terms, k), "id")));
            of_terms = n > of_terms ? n : of_terms;
        }
        if (fields)
            assert_int_equal(of_taxonomy, 3);
        else
            assert_true(of_taxonomy >= of_terms && (of_taxonomy > 0) == (of_terms > 0));
    }
    site_close(&site);
}

static void refusals(struct store *s)
{
    static const char *const refused[] = {"/hsds/services?page=0", "/hsds/services?per_page=501", "/hsds/services?format=xml",
                                          "/hsds/services?modified_after=hier", "/hsds/service_at_locations?postcode=99999",
                                          "/hsds/service_at_locations?proximity=100",
                                          "/hsds/service_at_locations?postcode=35300&proximity=x"};
    static const char *const absent[] = {"/hsds/services/x", "/hsds/organizations/00000000-0000-5000-8000-000000000000",
                                         "/hsds/service_at_locations/x", "/hsds/taxonomies/x", "/hsds/taxonomy_terms/x",
                                         "/hsds/services/00000000-0000-5000-8000-000000000000"};
    struct site site;
    site_fill(s);
    site_open(&site, s);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_non_null(json_object_get(site_get_json(&site, refused[i], 422), "detail"));
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_non_null(json_object_get(site_get_json(&site, absent[i], 404), "detail"));
    struct str field = term_named(&site, "date_maj");
    assert_non_null(json_object_get(site_get_json(&site, target(&site, "/hsds/services?taxonomy_term_id=", field), 422), "detail"));
    site_close(&site);
}

/* Before anything is known, and after: what is confirmed is dated, what is removed is not told, who confirmed never is. */
static void people_and_removals(struct store *s)
{
    struct site site;
    site_open(&site, s);
    assert_int_equal(total(&site, "/hsds/services"), 0);
    assert_true(flag(site_get_json(&site, "/hsds/organizations", 200), "empty"));
    site_fill(s);
    struct directory_sheet sheet;
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("maison-des-voisins-fougeres"), &sheet, &(struct str){NULL, 0}));
    assert_ok(db_begin(s->conn, DB_WRITE));
    for (size_t i = 0; i < sheet.n_services; i++) {
        struct str id = sheet.services[i].record.id;
        if (str_eq(sheet.services[i].nom, STR("Aide par téléphone")))
            assert_ok(directory_delete(s->conn, s->a, STR("essai"), DIRECTORY_SERVICE, id));
        else
            assert_ok(directory_confirm(s->conn, s->a, STR("essai"), DIRECTORY_SERVICE, id, STR("Camille Personne")));
    }
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    site_refresh(&site);
    struct http_test_answer answer = site_get(&site, "/hsds/services?full=true");
    assert_true(str_find(answer.body, STR("Aide par téléphone"), 0) < 0);
    assert_true(str_find(answer.body, STR("Camille"), 0) < 0);
    assert_true(str_find(answer.body, STR("assurer_email"), 0) < 0);
    const json_t *o = named(site_get_json(&site, "/hsds/services", 200), "Aide aux dossiers");
    assert_int_equal(json_get_str(o, "assured_date").n, 10);
    assert_int_equal(json_get_str(o, "last_modified").n, 24);
    site_close(&site);
}

/* No text of a record can get out of its quotes, and no answer is a page. */
static void texts_stay_in_their_quotes(struct store *s)
{
    static const char *const updates[] = {
        "UPDATE directory_place SET nom = $1, adresse = $1, presentation_resume = $1, horaires_texte = $1",
        "UPDATE directory_structure SET nom = $1, description = $1, horaires_texte = $1",
        "UPDATE directory_service SET nom = $1, description = $1, contact_nom_prenom = $1, conditions_acces = $1, horaires_texte = $1"};
    static const char *const addresses[] = {"/hsds/services?full=true", "/hsds/organizations?full=true&full_service=true",
                                            "/hsds/service_at_locations?full=true", "/hsds/services?search=%22%3Cb%3E"};
    struct site site;
    site_fill(s);
    assert_ok(db_begin(s->conn, DB_WRITE));
    for (size_t i = 0; i < 3; i++)
        assert_ok(db_exec(s->conn, updates[i], DB_PARAMS(DB_TEXT(STR("\"'<&\\\n"))), NULL));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    site_open(&site, s);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct http_test_answer answer = site_get(&site, addresses[i]);
        json_t *tree;
        assert_int_equal(answer.status, 200);
        assert_ok(json_parse(site.a, answer.body, &tree, NULL));
        assert_str("application/json; charset=utf-8", answer.content_type);
    }
    struct http_test_answer answer = site_get(&site, addresses[0]);
    assert_true(str_find(answer.body, STR("\\\"'<&\\\\\\n"), 0) > 0);
    site_close(&site);
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(about),      STORE_TEST(pages),
        STORE_TEST(lines_are_the_pages),
        STORE_TEST(a_service_in_full), STORE_TEST(a_place_is_a_service_and_an_organization),
        STORE_TEST(conditions), STORE_TEST(every_taxonomy_finds_its_services),
        STORE_TEST(refusals),   STORE_TEST(people_and_removals),
        STORE_TEST(texts_stay_in_their_quotes),
    };
    return site_test_main(tests, sizeof tests / sizeof *tests);
}
