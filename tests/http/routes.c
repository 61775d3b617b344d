/* Which row answers, in which language, and what is refused before any row. */
#include "http_check.h"

#include "base/json.h"

static void finds_the_row(void **state)
{
    static const struct {
        enum http_method method;
        const char *target;
        int status;
        const char *body;
    } cases[] = {
        {HTTP_GET, "/", 200, "Accueil"},
        {HTTP_GET, "/lieux", 200, "new place"},
        {HTTP_GET, "/lieux/nouveau", 200, "new place"}, /* a literal wins over {slug} */
        {HTTP_GET, "/lieux/nouveaux", 200, "place nouveaux at /lieux/nouveaux"},
        {HTTP_GET, "/lieux/nouveau/horaires", 200, "hours of nouveau"}, /* and gives way when it leads nowhere */
        {HTTP_POST, "/lieux/x/horaires", 200, "hours of x"},
        {HTTP_GET, "/lieux/M%C3%A9diath%C3%A8que%20%26%20co", 200, "place Médiathèque & co"},
        {HTTP_GET, "/lieux/a%2Fb", 200, "place a/b"}, /* an encoded slash does not cut */
        {HTTP_GET, "/lieux/a+b", 200, "place a+b"},
        {HTTP_GET, "/lieux/a?x=/y/z?", 200, "place a"},
        {HTTP_GET, "/nulle-part", 404, "existe pas"},
        {HTTP_GET, "/lieux/a/b/c", 404, ""},
        {HTTP_GET, "/lieux/a/horaires/b", 404, ""},
        {HTTP_GET, "/echec/inconnu", 404, ""}, /* not one of the declared values */
        {HTTP_GET, "/api/v1/echec/inconnu", 404, "{\"detail\":\"Not Found\"}"},
        {HTTP_GET, "/Lieux", 404, ""},
        {HTTP_GET, "//lieux", 404, ""},
        {HTTP_GET, "/lieux//horaires", 404, ""},
        {HTTP_GET, "//", 404, ""},
        {HTTP_GET, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t", 404, ""},
        {HTTP_DELETE, "/lieux/x/horaires", 405, ""},
        {HTTP_POST, "/", 405, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_test_answer a = ask(cases[i].method, cases[i].target, NULL, NULL);
        trying = cases[i].target;
        assert_status(a, cases[i].status);
        assert_holds(a.body, cases[i].body);
    }
}

static void speaks_two_languages(void **state)
{
    (void)state;
    assert_holds(get("/").body, "Accueil");
    assert_holds(get("/en").body, "Home");
    assert_holds(get("/en/lieux/x").body, "place x at /lieux/x");
    assert_status(get("/en/en"), 404);
    assert_status(get("/english"), 404);
    /* A language belongs to pages: data have one address each. */
    assert_status(get("/en/api/v1/constante"), 404);
    assert_status(get("/en/nombres.csv"), 404);
    assert_holds(get("/en/nowhere").body, "This page does not exist");
    assert_holds(get("/nulle-part").body, "Cette page n’existe pas");
}

static void one_address_a_page(void **state)
{
    (void)state;
    struct http_test_answer a = get("/lieux/");
    assert_status(a, 308);
    assert_text(header(&a, "Location"), "/lieux");
    a = get("/en/lieux/caf%C3%A9/?page=2&x=%20");
    assert_status(a, 308);
    assert_text(header(&a, "Location"), "/en/lieux/caf%C3%A9?page=2&x=%20");
    a = get("/en/");
    assert_status(a, 308);
    assert_text(header(&a, "Location"), "/en");
    a = get("/nombres.csv/");
    assert_status(a, 308);
    /* The API's clients expect an answer at both. */
    assert_status(get("/api/v1/constante/"), 200);
    assert_status(get("/api/v1/constante"), 200);
    assert_status(get("/lieux//"), 404);
    assert_status(get("//evil.example/"), 404);
}

static void other_methods(void **state)
{
    (void)state;
    struct http_test_answer a = get_with("/qui", ":method: HEAD\nHost: balise.example");
    assert_status(a, 200);
    assert_int_equal(a.body.n, 0);
    assert_text(header(&a, "Content-Length"), "26"); /* "http://balise.example head" */

    a = get_with("/lieux/x/horaires", ":method: OPTIONS");
    assert_status(a, 405);
    assert_text(header(&a, "Allow"), "GET, HEAD, POST");
    a = get_with("/lieux", ":method: TRACE");
    assert_status(a, 405);
    assert_text(header(&a, "Allow"), "GET, HEAD");
    a = get_with("/nulle-part", ":method: PATCH");
    assert_status(a, 404);

    /* Anyone's page may read the open data. */
    a = get_with("/api/v1/tout", ":method: OPTIONS\nOrigin: https://mairie.example\nAccess-Control-Request-Method: GET");
    assert_status(a, 204);
    assert_text(header(&a, "Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
    assert_text(header(&a, "Access-Control-Allow-Origin"), "*");
    assert_holds(header(&a, "Access-Control-Allow-Headers"), "Authorization");
    a = get("/");
    assert_null(header(&a, "Access-Control-Allow-Origin").p);
    a = get_with("/api/v1/constante", ":method: PATCH");
    assert_status(a, 405);
    assert_text(a.body, "{\"detail\":\"Method Not Allowed\"}");
}

static void refuses_bad_addresses(void **state)
{
    static const char *const targets[] = {
        "/lieux/%",       "/lieux/%2",      "/lieux/%zz",        "/lieux/%00",         "/lieux/a%0Ab",
        "/lieux/../tout", "/lieux/..",      "/lieux/%2e%2E/x",   "/lieux/.%2e%2fx",    "/lieux/./x",
        "/lieux/..%5Cx",  "/lieux/%ff",     "/lieux/\xff",       "/lieux/%C3",         "/lieux/%ED%A0%80",
        "/tout?text=%",   "/tout?text=%ff", "/tout?text=%00",    "/tout?te%xxt=a",     "/tout#x",
        "/lieux/a b",     "/tout?a=b c",    "/lieux/\x01",       "http://localhost/",  "*",
        "lieux",          "",               "/lieux/%C0%AE%C0%AE",
    };
    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        trying = targets[i];
        assert_status(get(targets[i]), 400);
    }
    assert_status(get("/lieux/..."), 200);
    assert_status(get("/lieux/a..b"), 200);
    /* Browsers send these bare. */
    assert_status(get("/tout?x=[a]|{b}\"<c>é"), 200);
}

static void refuses_bad_heads(void **state)
{
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"Host: balise.example:8080", 200},
        {"Host: [2001:db8::1]:80", 200},
        {"Host: 192.0.2.1", 200},
        {"Host: a\nHost: a", 400},
        {"Host: a b", 400},
        {"Host: user@a", 400},
        {"Host: a/b", 400},
        {"Host: a:99999", 400},
        {"Host: [::1", 400},
        {"Host: [::1]x", 400},
        {"Host:", 400},
        {"Content-Length: 0\nContent-Length: 0", 400},
        {"Content-Length: 1\ncontent-length: 1", 400},
        {"Content-Length: -1", 400},
        {"Content-Length: +1", 400},
        {"Content-Length: 1,1", 400},
        {"Content-Length: 99999999999999999999", 400},
        {"Content-Length: 0\nTransfer-Encoding: chunked", 400},
        {"Transfer-Encoding: chunked\nTransfer-Encoding: chunked", 400},
        {"Transfer-Encoding: gzip, chunked", 400},
        {"Transfer-Encoding: identity", 400},
        {"X a: b", 400},
        {"X\x01: b", 400},
        {"X: a\x01" "b", 400},
        {"X: a\rb", 400},
        {"X: a\tb", 200},
        {"X: é", 200},
        {":method: GE T", 400},
        {":method: averyveryverylongmethod", 400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        trying = cases[i].headers;
        assert_status(get_with("/", cases[i].headers), cases[i].status);
    }
    char *many = test_malloc(20 * 1024);
    size_t n = 0;
    for (int i = 0; i < 80; i++)
        n += (size_t)snprintf(many + n, 20, "X-%d: y\n", i);
    assert_status(get_with("/", many), 431);
    memset(many, 'a', 17 * 1024);
    memcpy(many, "X: ", 3);
    many[17 * 1024] = '\0';
    assert_status(get_with("/", many), 431);
    memset(many, 'a', 8 * 1024 + 1);
    many[0] = '/';
    many[8 * 1024 + 1] = '\0';
    assert_status(get(many), 414);
    many[8 * 1024] = '\0';
    assert_status(get(many), 404);
    test_free(many);
}

static void answers_only_for_its_hosts(void **state)
{
    static const char *const hosts[] = {"balise.example", "localhost:8080", "[::1]", NULL};
    (void)state;
    site_start(&(struct http_config){.allowed_hosts = hosts});
    assert_status(get_with("/", "Host: balise.example"), 200);
    assert_status(get_with("/", "Host: BALISE.example:443"), 200);
    assert_status(get_with("/", "Host: localhost:8080"), 200);
    assert_status(get_with("/", "Host: [::1]:8080"), 200);
    assert_status(get_with("/", "Host: localhost:8081"), 421);
    assert_status(get_with("/", "Host: evil.example"), 421);
    assert_status(get_with("/", "Host: balise.example.evil.example"), 421);
    site_start(NULL);
}

static void believes_its_proxy_only(void **state)
{
    (void)state;
    struct http_config cfg = {.trusted_proxy = "127.0.0.1"};
    site_start(&cfg);
    assert_text(get_with("/qui", "Host: b.example\nX-Forwarded-Proto: https").body, "https://b.example get");
    cfg.trusted_proxy = "192.0.2.7";
    site_start(&cfg);
    assert_text(get_with("/qui", "Host: b.example\nX-Forwarded-Proto: https").body, "http://b.example get");
    cfg.public_url = "https://balise.example";
    site_start(&cfg);
    assert_text(get_with("/qui", "Host: b.example").body, "https://balise.example get");
    site_start(NULL);
}

/* -- start-up ---------------------------------------------------------------------------------------- */
static enum err nothing(struct request *rq, struct response *rs)
{
    (void)rq;
    (void)rs;
    return OK;
}

struct some {
    struct str a;
    int64_t b;
};
static const char *const no_values[] = {NULL};
#define SOME(...) &(const struct input){sizeof(struct some), (const struct input_field[]){{__VA_ARGS__}}, 1, false}

static void refuses_to_start(const struct route *rows, size_t n, const char *wanted)
{
    struct http_server *s = NULL;
    struct str why;
    enum err e = http_server_start(&(struct http_config){0}, &(struct route_table){rows, n}, 1, &s, &why, memory);
    if (e == OK) {
        http_server_stop(s, 0);
        fail_msg("started, although: %s", wanted);
    }
    assert_int_equal(e, ERR_INVALID);
    assert_holds(why, wanted);
}

#define BAD(wanted, ...) refuses_to_start(&(const struct route){__VA_ARGS__}, 1, wanted)

static void checks_rows_at_start(void **state)
{
    (void)state;
    BAD("GET /a: no permission", HTTP_GET, "/a", nothing, .input = INPUT_NONE);
    BAD("GET /a: no input", HTTP_GET, "/a", nothing, ALLOW_EVERYONE);
    BAD("GET /a: no handler", HTTP_GET, "/a", NULL, ALLOW_EVERYONE, INPUT_NONE);
    BAD("POST /a: no csrf", HTTP_POST, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE, .body_max = 10);
    BAD("PUT /a: no csrf", HTTP_PUT, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("DELETE /a: no csrf", HTTP_DELETE, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("nothing to protect", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE, CSRF_FORM);
    BAD("no body", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE, .body_max = 1);
    BAD("body_max", HTTP_POST, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE, CSRF_FORM);
    BAD("summary", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE, .style = STYLE_API);
    BAD("unknown method", 0, "/a", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("the path must be", HTTP_GET, "a", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("the path must be", HTTP_GET, "/a/", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("the path must be", HTTP_GET, "/a//b", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("the path must be", HTTP_GET, "/A", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("the path must be", HTTP_GET, "/{}", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("the path must be", HTTP_GET, NULL, nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("{id} is not declared", HTTP_GET, "/a/{id}", nothing, ALLOW_EVERYONE, INPUT_NONE);
    BAD("not in the path", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, SOME("id", IN_PATH, INPUT_TEXT));
    BAD("has no name", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, SOME(NULL, IN_QUERY, INPUT_TEXT));
    BAD("has no source", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, SOME("x", 0, INPUT_TEXT));
    BAD("has no type", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, SOME("x", IN_QUERY, 0));
    BAD("does not lie", HTTP_GET, "/a", nothing, ALLOW_EVERYONE,
        SOME("x", IN_QUERY, INPUT_TEXT, offsetof(struct some, b)));
    BAD("does not lie", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, SOME("x", IN_QUERY, INPUT_INT, 4));
    BAD("present_offset", HTTP_GET, "/a", nothing, ALLOW_EVERYONE,
        SOME("x", IN_QUERY, INPUT_INT, 0, .present_offset = sizeof(struct some)));
    BAD("comes from a body", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, SOME("x", IN_FORM, INPUT_TEXT));
    BAD("comes from a body", HTTP_PUT, "/a", nothing, ALLOW_EVERYONE, SOME("x", IN_JSON, INPUT_TEXT),
        CSRF_TOKEN_NOT_NEEDED);
    BAD("no list of values", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, SOME("x", IN_QUERY, INPUT_ENUM));
    BAD("no list of values", HTTP_GET, "/a", nothing, ALLOW_EVERYONE,
        SOME("x", IN_QUERY, INPUT_ENUM_LIST, .values = no_values));
    BAD("fallback", HTTP_GET, "/a", nothing, ALLOW_EVERYONE,
        SOME("x", IN_QUERY, INPUT_INT, .min = 1, .max = 5, .fallback = "6"));
    BAD("4 KiB", HTTP_GET, "/a", nothing, ALLOW_EVERYONE, &(const struct input){.size = 4097});
    const struct input_field twice[] = {{"x", IN_QUERY, INPUT_TEXT}, {"x", IN_QUERY, INPUT_TEXT}};
    BAD("declared twice", HTTP_GET, "/a", nothing, ALLOW_EVERYONE,
        &(const struct input){sizeof(struct some), twice, 2, false});
    const struct input_field mixed[] = {{"x", IN_FORM, INPUT_TEXT}, {"y", IN_JSON, INPUT_TEXT}};
    BAD("not both", HTTP_POST, "/a", nothing, ALLOW_EVERYONE,
        &(const struct input){sizeof(struct some), mixed, 2, false}, CSRF_FORM, 100);

    const struct input_field a[] = {{"a", IN_PATH, INPUT_TEXT}}, b[] = {{"b", IN_PATH, INPUT_TEXT}};
    const struct input in_a = {sizeof(struct some), a, 1, false}, in_b = {sizeof(struct some), b, 1, false};
    const struct route same[] = {
        {HTTP_GET, "/lieux/{a}", nothing, ALLOW_EVERYONE, &in_a},
        {HTTP_GET, "/lieux/{b}", nothing, ALLOW_EVERYONE, &in_b}, /* another name is no other address */
    };
    refuses_to_start(same, 2, "declared twice");
}

static void counts_rows(const struct route *r, void *ctx)
{
    assert_non_null(r->path);
    ++*(size_t *)ctx;
}

static void gives_every_row(void **state)
{
    size_t n = 0;
    (void)state;
    http_each_route(&fixture_routes, 1, counts_rows, &n);
    assert_int_equal(n, fixture_routes.n);
}

/* -- the API document -------------------------------------------------------------------------------- */
static json_t *at(json_t *tree, const char *const *keys)
{
    for (; *keys; keys++) {
        tree = json_object_get(tree, *keys);
        if (!tree)
            fail_msg("the document has no %s", *keys);
    }
    return tree;
}
#define AT(tree, ...) at(tree, (const char *const[]){__VA_ARGS__, NULL})

static void describes_the_api(void **state)
{
    (void)state;
    struct buf b;
    json_t *doc;
    struct str why;
    buf_init(&b, 1 << 20);
    http_openapi(&fixture_routes, 1, STR("Test"), STR("1.2"), STR("{\"thing\": {\"type\": \"object\"}}"), &b);
    if (json_parse(memory, buf_str(&b), &doc, &why) != OK)
        fail_msg("%.*s", STR_ARG(why));
    assert_string_equal(json_string_value(AT(doc, "openapi")), "3.1.0");
    json_t *paths = AT(doc, "paths");
    assert_int_equal(json_object_size(paths), 4); /* pages and files are not in it */
    json_t *get_all = AT(paths, "/api/v1/tout", "get");
    json_t *size = json_array_get(AT(get_all, "parameters"), 1);
    assert_string_equal(json_string_value(AT(size, "name")), "size");
    assert_int_equal(json_integer_value(AT(size, "schema", "maximum")), 50);
    assert_int_equal(json_integer_value(AT(size, "schema", "default")), 20);
    json_t *page = AT(get_all, "responses", "200", "content", "application/json", "schema");
    assert_string_equal(json_string_value(AT(page, "properties", "items", "items", "$ref")),
                        "#/components/schemas/thing");
    assert_non_null(AT(get_all, "responses", "422"));
    json_t *post = AT(paths, "/api/v1/tout", "post", "requestBody", "content", "application/json", "schema");
    assert_string_equal(json_string_value(AT(post, "properties", "colour", "type")), "string");
    json_t *list = AT(paths, "/api/v1/echec/{kind}", "get", "responses", "200", "content", "application/json", "schema");
    assert_string_equal(json_string_value(AT(list, "type")), "array");
    assert_non_null(AT(doc, "components", "schemas", "thing"));
    assert_non_null(AT(doc, "components", "schemas", "ErrorDetail"));
    buf_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_row),
        cmocka_unit_test(speaks_two_languages),
        cmocka_unit_test(one_address_a_page),
        cmocka_unit_test(other_methods),
        cmocka_unit_test(refuses_bad_addresses),
        cmocka_unit_test(refuses_bad_heads),
        cmocka_unit_test(answers_only_for_its_hosts),
        cmocka_unit_test(believes_its_proxy_only),
        cmocka_unit_test(checks_rows_at_start),
        cmocka_unit_test(gives_every_row),
        cmocka_unit_test(describes_the_api),
    };
    return cmocka_run_group_tests(tests, site_setup, site_teardown);
}
