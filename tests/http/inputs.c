/* Declared input: what reaches a handler, and what people are told when it does not. */
#include "http_check.h"

#include "base/json.h"

#define NOTHING "text= size=20 lat=0 open=0 date=0-0-0 colour=-1 colours=0 topics="

static void fills_from_the_query(void **state)
{
    static const struct {
        const char *query, *body;
    } cases[] = {
        {"", NOTHING},
        {"?", NOTHING},
        {"?&&unknown=1&utm_source=x&=y", NOTHING},
        {"?text=&size=&colour=&topics=&date=", NOTHING}, /* the empty boxes of a form */
        {"?text=%C3%A9t%C3%A9", "text=été size=20 lat=0 open=0 date=0-0-0 colour=-1 colours=0 topics="},
        {"?text=e%CC%81t", "text=ét size=20 lat=0 open=0 date=0-0-0 colour=-1 colours=0 topics="}, /* NFC */
        {"?text=+ab%20+", "text=ab size=20 lat=0 open=0 date=0-0-0 colour=-1 colours=0 topics="},
        {"?size=1&size=7", "text= size=7! lat=0 open=0 date=0-0-0 colour=-1 colours=0 topics="}, /* the last counts */
        {"?lat=-48.25", "text= size=20 lat=-48.25 open=0 date=0-0-0 colour=-1 colours=0 topics="},
        {"?lat=48,25", "text= size=20 lat=48.25 open=0 date=0-0-0 colour=-1 colours=0 topics="},
        {"?open=oui", "text= size=20 lat=0 open=1! date=0-0-0 colour=-1 colours=0 topics="},
        {"?open=0", "text= size=20 lat=0 open=0! date=0-0-0 colour=-1 colours=0 topics="},
        {"?date=2026-02-28", "text= size=20 lat=0 open=0 date=2026-2-28 colour=-1 colours=0 topics="},
        {"?date=28/02/2026", "text= size=20 lat=0 open=0 date=2026-2-28 colour=-1 colours=0 topics="},
        {"?colour=bleu", "text= size=20 lat=0 open=0 date=0-0-0 colour=2 colours=0 topics="},
        {"?topics=a&topics=b%26c&topics=", "text= size=20 lat=0 open=0 date=0-0-0 colour=-1 colours=0 topics=[a][b&c]"},
        {"?topics[]=a&topics%5B%5D=b", "text= size=20 lat=0 open=0 date=0-0-0 colour=-1 colours=0 topics=[a][b]"},
        {"?colours=vert&colours=bleu&colours=bleu", "text= size=20 lat=0 open=0 date=0-0-0 colour=-1 colours=6 topics="},
        {"?size[]=3", NOTHING}, /* only lists have that form */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[200];
        trying = cases[i].query;
        snprintf(target, sizeof target, "/tout%s", cases[i].query);
        struct http_test_answer a = get(target);
        assert_status(a, 200);
        assert_text(a.body, cases[i].body);
    }
}

/* One wrong value, what a person reads in both languages, what a program gets. */
static void says_what_to_do(void **state)
{
    static const struct {
        const char *query, *name, *french, *english, *type;
    } cases[] = {
        {"size=0", "size", "Écrivez un nombre entre 1 et 50.", "Enter a number between 1 and 50.", "greater_than_equal"},
        {"size=51", "size", "Écrivez un nombre entre 1 et 50.", "Enter a number between 1 and 50.", "less_than_equal"},
        {"size=dix", "size", "Écrivez un nombre entre 1 et 50.", "Enter a number between 1 and 50.", "int_parsing"},
        {"size=1.5", "size", "Écrivez un nombre entre 1 et 50.", "Enter a number between 1 and 50.", "int_parsing"},
        {"size=99999999999999999999", "size", "Écrivez un nombre entre 1 et 50.", "Enter a number between 1 and 50.",
         "int_parsing"},
        {"lat=91", "lat", "Écrivez un nombre entre -90 et 90.", "Enter a number between -90 and 90.", "less_than_equal"},
        {"lat=nan", "lat", "Écrivez un nombre entre -90 et 90.", "Enter a number between -90 and 90.", "float_parsing"},
        {"lat=1e999", "lat", "Écrivez un nombre entre -90 et 90.", "Enter a number between -90 and 90.", "float_parsing"},
        {"text=a", "text", "Écrivez 2 caractères au moins.", "Enter at least 2 characters.", "string_too_short"},
        {"text=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9", "text", "Écrivez 5 caractères au plus.",
         "Enter at most 5 characters.", "string_too_long"},
        {"open=peut-%C3%AAtre", "open", "Répondez par oui ou par non.", "Answer yes or no.", "bool_parsing"},
        {"date=2026-02-30", "date", "Écrivez la date comme ceci : 28/02/2026.", "Enter the date like this: 2026-02-28.",
         "date_parsing"},
        {"date=31/04/2026", "date", "Écrivez la date comme ceci : 28/02/2026.", "Enter the date like this: 2026-02-28.",
         "date_parsing"},
        {"colour=jaune", "colour", "Choisissez une réponse de la liste.", "Choose a value from the list.", "enum"},
        {"colours=vert&colours=jaune", "colours", "Choisissez une réponse de la liste.",
         "Choose a value from the list.", "enum"},
        {"topics=a&topics=b&topics=c&topics=d", "topics", "Choisissez 3 réponses au plus.",
         "Choose at most 3 values.", "too_long"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[200];
        json_t *doc;
        trying = cases[i].query;
        /* A page that people reach by links keeps going, and tells. */
        snprintf(target, sizeof target, "/souple?%s", cases[i].query);
        struct http_test_answer a = get(target);
        assert_status(a, 200);
        assert_holds(a.body, cases[i].french);
        snprintf(target, sizeof target, "/en/souple?%s", cases[i].query);
        a = get(target);
        assert_status(a, 200);
        /* The date's example is the one of the language. */
        if (strcmp(cases[i].name, "date") != 0)
            assert_holds(a.body, cases[i].english);
        snprintf(target, sizeof target, "/tout?%s", cases[i].query);
        assert_status(get(target), 422);
        snprintf(target, sizeof target, "/api/v1/tout?%s", cases[i].query);
        a = get(target);
        assert_status(a, 422);
        assert_text(a.content_type, "application/json");
        assert_int_equal(json_parse(memory, a.body, &doc, NULL), OK);
        json_t *error = json_array_get(json_object_get(doc, "detail"), 0);
        assert_string_equal(json_string_value(json_object_get(error, "type")), cases[i].type);
        assert_string_equal(json_string_value(json_object_get(error, "msg")), cases[i].english);
        json_t *place = json_object_get(error, "loc");
        assert_string_equal(json_string_value(json_array_get(place, 0)), "query");
        assert_string_equal(json_string_value(json_array_get(place, 1)), cases[i].name);
    }
}

static void drops_what_is_wrong_when_lenient(void **state)
{
    (void)state;
    struct http_test_answer a = get("/souple?size=99&colour=jaune&text=abc&open=oui");
    assert_holds(a.body, "text=abc size=20 lat=0 open=1! date=0-0-0 colour=-1 colours=0 topics=");
    assert_holds(a.body, "error:size=99 (Écrivez un nombre entre 1 et 50.)");
    assert_holds(a.body, "error:colour=jaune");
    /* Of a list, only the wrong items go. */
    a = get("/souple?colours=vert&colours=jaune&colours=bleu&topics=1&topics=2&topics=3&topics=4");
    assert_holds(a.body, "colours=6 topics=[1][2][3]");
    assert_holds(a.body, "error:colours");
    assert_holds(a.body, "error:topics");
    /* What is shown again is cut at a whole character. */
    char target[4096] = "/souple?size=";
    for (int i = 0; i < 600; i++)
        strncat(target, "%C3%A9", 7);
    a = get(target);
    assert_status(a, 200);
    assert_true(str_is_utf8(a.body));
    assert_true(a.body.n < 1300);
}

static void required_fields(void **state)
{
    (void)state;
    assert_status(get("/obligatoire?q=a&kind=vert"), 200);
    assert_status(get("/obligatoire?q=a"), 422);
    assert_status(get("/obligatoire?q=+&kind=vert"), 422);
    assert_status(get("/obligatoire?q=%01%C2%A0&kind=vert"), 422); /* nothing that can be read */
    assert_status(get("/lieux/%C2%A0"), 404);
    struct http_test_answer a = get_with("/obligatoire", "Accept: application/json");
    assert_status(a, 422);
    assert_text(a.content_type, "application/problem+json");
    assert_holds(a.body, "\"status\":422");
    assert_holds(a.body, "{\"name\":\"q\",\"detail\":\"Remplissez cette case.\"}");
    assert_holds(a.body, "{\"name\":\"kind\",\"detail\":\"Choisissez une réponse.\"}");
    a = get_with("/en/obligatoire", "Accept: application/json");
    assert_holds(a.body, "Fill in this field.");
}

static struct http_test_answer post_json(const char *body)
{
    return ask(HTTP_POST, "/api/v1/tout", "Content-Type: application/json; charset=utf-8", body);
}

static void fills_from_json(void **state)
{
    (void)state;
    struct http_test_answer a = post_json(
        "{\"text\":\"été\",\"size\":3,\"lat\":48.5,\"open\":true,\"date\":\"2026-02-28\",\"colour\":\"bleu\","
        "\"topics\":[\"a\",\"b\"],\"colours\":[\"rouge\",\"bleu\"],\"other\":[1]}");
    assert_status(a, 200);
    assert_text(a.body, "text=été size=3! lat=48.5 open=1! date=2026-2-28 colour=2 colours=5 topics=[a][b]");
    assert_text(post_json("{\"text\":null,\"topics\":[]}").body, NOTHING);
    static const char *const wrong_types[] = {
        "{\"size\":\"3\"}", "{\"size\":3.0}",      "{\"text\":3}",         "{\"open\":\"true\"}", "{\"lat\":\"48\"}",
        "{\"date\":28}",    "{\"topics\":\"a\"}", "{\"topics\":[\"a\",1]}", "{\"colour\":[]}",     "{\"colours\":{}}",
    };
    for (size_t i = 0; i < sizeof wrong_types / sizeof *wrong_types; i++) {
        trying = wrong_types[i];
        a = post_json(wrong_types[i]);
        assert_status(a, 422);
        assert_holds(a.body, "\"loc\":[\"body\",");
    }
    static const char *const no_json[] = {"{", "[]", "\"a\"", "{\"a\":1,\"a\":2}", "{\"text\":\"\xff\"}", "null"};
    for (size_t i = 0; i < sizeof no_json / sizeof *no_json; i++)
        assert_status(post_json(no_json[i]), 400);
    assert_status(ask(HTTP_POST, "/api/v1/tout", "Content-Type: text/plain", "{}"), 415);
    assert_status(ask(HTTP_POST, "/api/v1/tout", NULL, "{}"), 415);
    assert_status(ask(HTTP_POST, "/api/v1/tout", NULL, ""), 200);
}

static void limits_bodies(void **state)
{
    (void)state;
    char big[1200];
    memset(big, ' ', sizeof big);
    big[0] = '{';
    big[1] = '}';
    big[1024] = '\0';
    assert_status(post_json(big), 200);
    big[1024] = ' ';
    big[1025] = '\0';
    struct http_test_answer a = post_json(big);
    assert_status(a, 413);
    assert_text(a.body, "{\"detail\":\"Content Too Large\"}");
    /* A GET route takes none. */
    assert_status(ask(HTTP_GET, "/lieux", NULL, "x"), 413);
    assert_status(ask(HTTP_POST, "/nulle-part", NULL, "x"), 404);
    assert_status(ask(HTTP_POST, "/", NULL, "x"), 405);
}

static void too_many_parameters(void **state)
{
    (void)state;
    char target[8000] = "/tout?a=1";
    size_t n = strlen(target);
    for (int i = 0; i < 1500; i++)
        n += (size_t)snprintf(target + n, sizeof target - n, "&b=%d", i % 10);
    assert_status(get(target), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_from_the_query),  cmocka_unit_test(says_what_to_do),
        cmocka_unit_test(drops_what_is_wrong_when_lenient), cmocka_unit_test(required_fields),
        cmocka_unit_test(fills_from_json),       cmocka_unit_test(limits_bodies),
        cmocka_unit_test(too_many_parameters),
    };
    return cmocka_run_group_tests(tests, site_setup, site_teardown);
}
