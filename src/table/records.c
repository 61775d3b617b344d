#include "table/records.h"

#include "base/buf.h"

enum { DEPTH_MAX = 24 };

static bool at_end(const struct table_cut *k)
{
    return k->at >= k->text.n;
}

static void skip_space(struct table_cut *k)
{
    for (char c; (c = table_cut_here(k)) == ' ' || c == '\t' || c == '\r' || c == '\n'; k->at++)
        k->line += c == '\n';
}

void table_cut_start(struct table_cut *k, struct arena *a, struct str text)
{
    *k = (struct table_cut){.text = text, .line = 1, .a = a};
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        k->at = 3;
    skip_space(k);
}

static enum err truncated(struct table_cut *k)
{
    k->why = arena_printf(k->a, "Le fichier est coupé : il s’arrête ligne %zu avant la fin du JSON. Téléchargez-le de nouveau.", k->line);
    return ERR_INVALID;
}

enum err table_cut_unexpected(struct table_cut *k)
{
    if (at_end(k))
        return truncated(k);
    size_t n = 1; /* a whole character */
    while (k->at + n < k->text.n && ((unsigned char)k->text.p[k->at + n] & 0xC0) == 0x80)
        n++;
    k->why = arena_printf(k->a, "Ligne %zu : ce n’est pas du JSON (près de « %.*s »).", k->line,
                          STR_ARG(str_sub(k->text, k->at, n)));
    return ERR_INVALID;
}

static enum err skip_string(struct table_cut *k)
{
    k->at++;
    while (!at_end(k) && table_cut_here(k) != '"') {
        k->line += table_cut_here(k) == '\n';
        k->at += table_cut_here(k) == '\\' ? 2 : 1;
    }
    if (at_end(k))
        return truncated(k);
    k->at++;
    return OK;
}

/* Of a number or of a word. */
static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '+' || c == '-' || c == '.' || c == 'E';
}

static enum err skip_piece(struct table_cut *k, int *depth)
{
    char c = table_cut_here(k);
    if (c == '"')
        return skip_string(k);
    if (c == '{' || c == '[') {
        if (++*depth > DEPTH_MAX) {
            k->why = arena_printf(k->a, "Ligne %zu : des données trop imbriquées pour ce format.", k->line);
            return ERR_INVALID;
        }
        k->at++;
        return OK;
    }
    if (c == '}' || c == ']') {
        if (--*depth < 0)
            return table_cut_unexpected(k);
        k->at++;
        return OK;
    }
    if (*depth > 0 && (c == ',' || c == ':')) {
        k->at++;
        return OK;
    }
    if (!is_plain(c))
        return table_cut_unexpected(k);
    while (is_plain(table_cut_here(k)))
        k->at++;
    return OK;
}

enum err table_cut_value(struct table_cut *k, struct str *value)
{
    int depth = 0;
    skip_space(k);
    size_t start = k->at;
    do {
        skip_space(k);
        if (at_end(k))
            return truncated(k);
        TRY(skip_piece(k, &depth));
    } while (depth > 0);
    if (value)
        *value = str_sub(k->text, start, k->at - start);
    return OK;
}

/* Moves to the next thing of an array or of an object; *has is false when `close` came instead. */
static enum err next_inside(struct table_cut *k, char close, bool *first, bool *has)
{
    if (*first)
        k->at++;
    skip_space(k);
    *has = table_cut_here(k) != close;
    if (!*has) {
        k->at++;
        return OK;
    }
    if (!*first) {
        if (table_cut_here(k) != ',')
            return table_cut_unexpected(k);
        k->at++;
        skip_space(k);
    }
    *first = false;
    return at_end(k) ? truncated(k) : OK;
}

enum err table_cut_item(struct table_cut *k, bool *first, bool *has)
{
    return next_inside(k, ']', first, has);
}

enum err table_cut_member(struct table_cut *k, bool *first, struct str *key, bool *has)
{
    TRY(next_inside(k, '}', first, has));
    if (!*has)
        return OK;
    if (table_cut_here(k) != '"')
        return table_cut_unexpected(k);
    size_t start = k->at + 1;
    TRY(skip_string(k));
    *key = str_sub(k->text, start, k->at - start - 1);
    skip_space(k);
    if (table_cut_here(k) != ':')
        return table_cut_unexpected(k);
    k->at++;
    skip_space(k);
    return OK;
}

enum err table_cut_finish(struct table_cut *k)
{
    skip_space(k);
    return at_end(k) ? OK : table_cut_unexpected(k);
}

/* -- one value → one cell ------------------------------------------------------------------------- */

static struct str number_text(struct arena *a, const json_t *v)
{
    return json_is_integer(v) ? arena_printf(a, "%lld", (long long)json_integer_value(v)) : buf_double_in(a, json_real_value(v));
}

static struct str scalar_text(struct arena *a, const json_t *v)
{
    if (json_is_string(v))
        return (struct str){json_string_value(v), json_string_length(v)};
    if (json_is_number(v))
        return number_text(a, v);
    return json_is_true(v) ? STR("true") : json_is_false(v) ? STR("false") : STR_NONE;
}

bool table_json_cell(struct arena *a, const json_t *v, struct str *out)
{
    struct buf b;
    *out = STR_NONE;
    if (!json_is_array(v)) {
        *out = scalar_text(a, v);
        return !json_is_object(v);
    }
    bool flat = true;
    buf_init(&b, 1024 * 1024);
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *item = json_array_get(v, i);
        flat &= !json_is_object(item) && !json_is_array(item);
        buf_lit(&b, i ? "|" : "");
        buf_add(&b, scalar_text(a, item));
    }
    *out = arena_str(a, buf_str(&b));
    flat &= !b.failed;
    buf_deinit(&b);
    return flat;
}
