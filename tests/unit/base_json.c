#include "base_check.h"

#include <math.h>

#include "base/json.h"

static struct buf out;
static struct arena *a;

static int setup(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    a = arena_new(SIZE_MAX);
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    buf_deinit(&out);
    arena_free(a);
    return 0;
}

static void structure(void **state)
{
    (void)state;
    struct json_writer w;
    json_start(&w, &out);
    json_object_begin(&w);
    json_key(&w, STR("nom"));
    json_str(&w, STR("Médiathèque"));
    json_key(&w, STR("services"));
    json_array_begin(&w);
    json_int(&w, -5);
    json_num(&w, 46.1060711578546);
    json_bool(&w, true);
    json_bool(&w, false);
    json_null_value(&w);
    json_array_begin(&w);
    json_array_end(&w);
    json_object_begin(&w);
    json_object_end(&w);
    json_raw(&w, STR("{\"x\":1}"));
    json_str_or_null(&w, STR(""));
    json_str_or_null(&w, STR("y"));
    json_str(&w, STR_NONE);
    json_array_end(&w);
    json_key(&w, STR("a\"b"));
    json_object_begin(&w);
    json_key(&w, STR("c"));
    json_int(&w, INT64_MIN);
    json_key(&w, STR("d"));
    json_raw(&w, STR("[1]"));
    json_object_end(&w);
    json_object_end(&w);
    assert_buf(&out,
               "{\"nom\":\"Médiathèque\",\"services\":[-5,46.1060711578546,true,false,null,[],{},"
               "{\"x\":1},null,\"y\",\"\"],\"a\\\"b\":{\"c\":-9223372036854775808,\"d\":[1]}}");
}

static void check_number(double v, const char *expected)
{
    struct json_writer w;
    json_start(&w, &out);
    json_num(&w, v);
    assert_str_eq(buf_str(&out), str_from(expected));
    buf_clear(&out);
}

static void numbers(void **state)
{
    (void)state;
    check_number(0.1, "0.1");
    check_number(-0.0, "0");
    check_number(1e21, "1e+21");
    check_number(NAN, "null");
    check_number(INFINITY, "null");
    check_number(-INFINITY, "null");
}

static void check_text(struct str text, struct str expected)
{
    struct json_writer w;
    struct buf tight;
    json_start(&w, &out);
    json_str(&w, text);
    assert_str_eq(buf_str(&out), expected);
    /* what is written fits a maximum of exactly its size */
    buf_init(&tight, expected.n);
    json_start(&w, &tight);
    json_str(&w, text);
    assert_false(tight.failed);
    assert_str_eq(buf_str(&tight), expected);
    buf_deinit(&tight);
    buf_clear(&out);
}
#define assert_text(text, expected) check_text(STR(text), STR("\"" expected "\""))

static void texts(void **state)
{
    (void)state;
    assert_text("", "");
    assert_text("O'Neil \"Ñ\" 🙂", "O'Neil \\\"Ñ\\\" 🙂");
    assert_text("a\\b/c", "a\\\\b/c");
    assert_text("\b\t\n\f\r", "\\b\\t\\n\\f\\r");
    assert_text("\0\x01\x1F\x7F", "\\u0000\\u0001\\u001f\x7F");
    assert_text("</script>", "</script>");
    assert_text("\xE2\x80\xA8", "\xE2\x80\xA8"); /* U+2028 is allowed in JSON */
    assert_text("0123456789abcdef\n0123456789abcdef", "0123456789abcdef\\n0123456789abcdef");
}

static void invalid_utf8(void **state)
{
    (void)state;
    assert_text("caf\xE9!", "caf\xEF\xBF\xBD!");
    assert_text("\xFF\xFE", "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_text("\xE2\x82", "\xEF\xBF\xBD");
    assert_text("\xF0\x9F\x99"
                "a",
                "\xEF\xBF\xBD"
                "a");
    assert_text("\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_text("\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_text("\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_text("é\"\xE9\"é", "é\\\"\xEF\xBF\xBD\\\"é");
}

/* Each special byte at each place of a text longer than the vectors: escaped, and read back the
 * same. */
static void every_place(void **state)
{
    (void)state;
    static const char *const specials[] = {"\"", "\\",   "\n",   "\x1F", "\x7F", " ",
                                           "é",  "🙂", "\xE9", "!",    "#",    "["};
    for (size_t k = 0; k < sizeof specials / sizeof *specials; k++)
        for (size_t n = 0; n < 50; n++)
            for (size_t tail = 0; tail < 20; tail++) {
                struct json_writer w;
                struct buf text;
                json_t *tree;
                buf_init(&text, 200);
                for (size_t i = 0; i < n; i++)
                    buf_char(&text, 'x');
                buf_lit(&text, specials[k]);
                for (size_t i = 0; i < tail; i++)
                    buf_char(&text, '~');
                json_start(&w, &out);
                json_array_begin(&w);
                json_str(&w, buf_str(&text));
                json_array_end(&w);
                struct arena *own = arena_new(SIZE_MAX);
                assert_int_equal(json_parse(own, buf_str(&out), &tree, NULL), OK);
                const json_t *item = json_array_get(tree, 0);
                struct str back = {json_string_value(item), json_string_length(item)};
                if (specials[k][0] == '\xE9')
                    assert_int_equal(back.n, text.n + 2);
                else
                    assert_str_eq(back, buf_str(&text));
                arena_free(own);
                buf_deinit(&text);
                buf_clear(&out);
            }
}

static void too_deep_to_write(void **state)
{
    (void)state;
    struct json_writer w;
    json_start(&w, &out);
    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        json_array_begin(&w);
    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        json_array_end(&w);
    assert_false(out.failed);
    buf_clear(&out);
    json_start(&w, &out);
    for (int i = 0; i < 1000; i++)
        json_array_begin(&w);
    for (int i = 0; i < 2000; i++)
        json_array_end(&w);
    assert_true(out.failed);
    buf_clear(&out);
}

static void parse_values(void **state)
{
    (void)state;
    json_t *tree;
    assert_int_equal(
        json_parse(a, STR("\xEF\xBB\xBF{\"nom\":\"Été\",\"n\":5,\"rien\":null}"), &tree, NULL), OK);
    assert_str(json_get_str(tree, "nom"), "Été");
    assert_null(json_get_str(tree, "n").p);
    assert_null(json_get_str(tree, "rien").p);
    assert_null(json_get_str(tree, "absent").p);
    assert_null(json_get_str(NULL, "nom").p);
    assert_int_equal(json_parse(a, STR(" [1, 2.5e3, \"\\u00e9\"] \n"), &tree, NULL), OK);
    assert_int_equal(json_array_size(tree), 3);
    assert_int_equal(json_parse(a, STR("\"alone\""), &tree, NULL), OK);
    assert_string_equal(json_string_value(tree), "alone");
}

static void check_refused(struct str text, const char *why)
{
    json_t *tree = (json_t *)(void *)&tree;
    struct str said = STR_NONE;
    assert_int_equal(json_parse(a, text, &tree, &said), ERR_INVALID);
    assert_null(tree);
    assert_str_eq(said, str_from(why));
    assert_int_equal(json_parse(a, text, &tree, NULL), ERR_INVALID);
}

static void parse_refusals(void **state)
{
    (void)state;
    check_refused(STR(""), "JSON illisible, ligne 1, colonne 1 : le document est vide.");
    check_refused(STR_NONE, "JSON illisible, ligne 1, colonne 1 : le document est vide.");
    check_refused(STR("{\"a\":1,\n\"b\" 2}"),
                  "JSON illisible, ligne 2, colonne 5 : la syntaxe n’est pas correcte.");
    check_refused(STR("[1,2"),
                  "JSON illisible, ligne 1, colonne 4 : le document s’arrête trop tôt.");
    check_refused(STR("[1] x"),
                  "JSON illisible, ligne 1, colonne 5 : il y a du texte après la fin du document.");
    check_refused(
        STR("{\"a\":1,\"a\":2}"),
        "JSON illisible, ligne 1, colonne 10 : une clé est présente deux fois dans le même objet.");
    check_refused(STR("[\"caf\xE9\"]"),
                  "JSON illisible, ligne 1, colonne 5 : le texte n’est pas en UTF-8.");
    check_refused(STR("[123456789012345678901234567890]"),
                  "JSON illisible, ligne 1, colonne 31 : un nombre est trop grand.");
    check_refused(STR("[1e999]"), "JSON illisible, ligne 1, colonne 6 : un nombre est trop grand.");
    check_refused(STR("[\"a\\u0000b\"]"),
                  "JSON illisible, ligne 1, colonne 11 : un texte contient le caractère nul.");
}

static void parse_depth(void **state)
{
    (void)state;
    struct buf b;
    json_t *tree;
    struct str why;
    buf_init(&b, 1 << 22);
    for (int i = 0; i < 64; i++)
        buf_char(&b, '[');
    buf_lit(&b, "\"[[[[\\\"[[[[\""); /* brackets of a text do not count */
    for (int i = 0; i < 64; i++)
        buf_char(&b, ']');
    assert_int_equal(json_parse(a, buf_str(&b), &tree, NULL), OK);
    buf_clear(&b);
    buf_lit(&b, "{\"é\":\n");
    for (int i = 0; i < 1000000; i++)
        buf_char(&b, '[');
    assert_int_equal(json_parse(a, buf_str(&b), &tree, &why), ERR_INVALID);
    assert_str(why, "JSON illisible, ligne 2, colonne 64 : trop de niveaux imbriqués.");
    buf_deinit(&b);
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(structure),    TEST(numbers),        TEST(texts),
        TEST(invalid_utf8), TEST(every_place),    TEST(too_deep_to_write),
        TEST(parse_values), TEST(parse_refusals), TEST(parse_depth),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
