#include "base/json.h"

#include <math.h>

#include "base/plain.h"
#include "base/utf8.h"

void json_start(struct json_writer *w, struct buf *out)
{
    *w = (struct json_writer){.out = out};
}

static void add_escape(struct buf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    if (letters[c]) {
        text[1] = letters[c];
        buf_add(b, (struct str){text, 2});
    } else {
        buf_add(b, (struct str){text, 6});
    }
}

/* From i, the first byte that cannot be copied as it is: to escape, or not UTF-8. */
static inline size_t skip_valid(struct str s, size_t i)
{
    while ((i = plain_end(s, i, "\"\\\\")) < s.n && (unsigned char)s.p[i] >= 0x80) {
        uint32_t cp;
        size_t n = utf8_decode(s.p + i, s.n - i, &cp);
        if (n == 0)
            break;
        i += n;
    }
    return i;
}

/* The string with its quotes, then `after` (a colon) if it is not zero. */
static void add_string(struct buf *b, struct str s, char after)
{
    size_t i = skip_valid(s, 0), run = 0; /* run: start of what is to be copied as it is */
    size_t all = s.n + 2 + (after != 0);
    char *p = i == s.n ? buf_reserve(b, all) : NULL;
    if (p) { /* nearly always */
        *p++ = '"';
        if (s.n)
            memcpy(p, s.p, s.n);
        p[s.n] = '"';
        if (after)
            p[s.n + 1] = after;
        buf_commit(b, all);
        return;
    }
    buf_char(b, '"');
    for (; i < s.n; i = skip_valid(s, i)) {
        unsigned char c = (unsigned char)s.p[i];
        buf_add(b, (struct str){s.p + run, i - run});
        if (c < 0x80) {
            add_escape(b, c);
            i++;
        } else {
            buf_lit(b, "\xEF\xBF\xBD");
            i += utf8_bad_length(s.p + i, s.n - i);
        }
        run = i;
    }
    if (run < s.n)
        buf_add(b, (struct str){s.p + run, s.n - run});
    buf_char(b, '"');
    if (after)
        buf_char(b, after);
}

static void before_value(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->has_item[w->depth])
        buf_char(w->out, ',');
    w->has_item[w->depth] = true;
}

static void open_level(struct json_writer *w, char c)
{
    before_value(w);
    buf_char(w->out, c);
    if (w->depth == JSON_DEPTH_MAX - 1) {
        w->out->failed = true; /* a bug of the caller: better no document than a wrong one */
        return;
    }
    w->has_item[++w->depth] = false;
}

static void close_level(struct json_writer *w, char c)
{
    buf_char(w->out, c);
    if (w->depth > 0)
        w->depth--;
}

void json_object_begin(struct json_writer *w)
{
    open_level(w, '{');
}

void json_object_end(struct json_writer *w)
{
    close_level(w, '}');
}

void json_array_begin(struct json_writer *w)
{
    open_level(w, '[');
}

void json_array_end(struct json_writer *w)
{
    close_level(w, ']');
}

void json_key(struct json_writer *w, struct str key)
{
    before_value(w);
    add_string(w->out, key, ':');
    w->after_key = true;
}

void json_str(struct json_writer *w, struct str value)
{
    before_value(w);
    add_string(w->out, value, 0);
}

void json_str_or_null(struct json_writer *w, struct str value)
{
    if (value.n)
        json_str(w, value);
    else
        json_null_value(w);
}

void json_int(struct json_writer *w, int64_t value)
{
    before_value(w);
    buf_int(w->out, value);
}

void json_num(struct json_writer *w, double value)
{
    before_value(w);
    if (isfinite(value))
        buf_double(w->out, value);
    else
        buf_lit(w->out, "null");
}

void json_bool(struct json_writer *w, bool value)
{
    before_value(w);
    buf_lit(w->out, value ? "true" : "false");
}

void json_null_value(struct json_writer *w)
{
    before_value(w);
    buf_lit(w->out, "null");
}

void json_raw(struct json_writer *w, struct str json)
{
    before_value(w);
    buf_add(w->out, json);
}

void json_raw_key(struct json_writer *w, struct str made)
{
    before_value(w);
    buf_add(w->out, made);
    w->after_key = true;
}

struct str json_key_make(struct arena *a, struct str key)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    add_string(&b, key, ':');
    struct str made = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return made;
}

void json_error(struct buf *out, struct str why)
{
    struct json_writer w;
    json_start(&w, out);
    json_object_begin(&w);
    json_key(&w, STR("error"));
    json_str(&w, why);
    json_object_end(&w);
}

/* Nesting beyond this is no real document; jansson itself would recurse 2,048 levels deep. */
enum { PARSE_DEPTH_MAX = 64 };
static const size_t parse_bytes_max = (size_t)256 << 20;

/* Offset of the bracket that goes too deep, or -1. */
static ptrdiff_t too_deep_at(struct str text)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > PARSE_DEPTH_MAX)
                return (ptrdiff_t)i;
        } else if ((c == ']' || c == '}') && depth) {
            depth--;
        }
    }
    return -1;
}

static struct str reason(struct arena *a, struct str text, const json_error_t *e)
{
    const char *what;
    switch (json_error_code(e)) {
    case json_error_premature_end_of_input:
        what = "le document s’arrête trop tôt";
        break;
    case json_error_end_of_input_expected:
        what = "il y a du texte après la fin du document";
        break;
    case json_error_invalid_utf8:
        what = "le texte n’est pas en UTF-8";
        break;
    case json_error_duplicate_key:
        what = "une clé est présente deux fois dans le même objet";
        break;
    case json_error_numeric_overflow:
        what = "un nombre est trop grand";
        break;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        what = "un texte contient le caractère nul";
        break;
    case json_error_out_of_memory:
        what = "la mémoire ne suffit pas pour lire ce document";
        break;
    default:
        what = "la syntaxe n’est pas correcte";
    }
    if (str_trim(text).n == 0)
        what = "le document est vide";
    return arena_printf(a, "JSON illisible, ligne %d, colonne %d : %s.", e->line < 1 ? 1 : e->line,
                        e->column < 1 ? 1 : e->column, what);
}

static void release_tree(void *slot)
{
    json_decref(*(json_t **)slot);
}

enum err json_parse(struct arena *a, struct str text, json_t **out, struct str *why)
{
    *out = NULL;
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n);
    if (text.n > parse_bytes_max) {
        if (why)
            *why = STR("Le document JSON est trop gros.");
        return ERR_INVALID;
    }
    ptrdiff_t deep = too_deep_at(text);
    if (deep >= 0) {
        int line = 1;
        size_t start = 0;
        for (size_t i = 0; i < (size_t)deep; i++)
            if (text.p[i] == '\n') {
                line++;
                start = i + 1;
            }
        if (why)
            *why = arena_printf(
                a, "JSON illisible, ligne %d, colonne %zu : trop de niveaux imbriqués.", line,
                str_length(str_sub(text, start, (size_t)deep - start)) + 1);
        return ERR_INVALID;
    }
    json_error_t e;
    json_t **slot = ARENA_NEW(a, json_t *);
    arena_defer(a, release_tree, slot); /* before the tree exists: this may jump */
    json_t *tree = *slot =
        json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (!tree) {
        if (why)
            *why = reason(a, text, &e);
        return ERR_INVALID;
    }
    *out = tree;
    return OK;
}

struct str json_get_str(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}
