/* Which kind of file it is, and what all kinds share. */
#include <stdarg.h>

#include "base/utf8.h"
#include "table/table_private.h"

/* A text that was cut may end in the middle of a character. */
static size_t whole_characters(const char *text, size_t n)
{
    size_t start = n;
    uint32_t cp;
    while (start > 0 && utf8_is_cont((unsigned char)text[start - 1]))
        start--;
    if (start > 0)
        start--;
    return n == 0 || utf8_decode(text + start, n - start, &cp) > 0 ? n : start;
}

struct str table_shown(struct str s, size_t n)
{
    s = str_sub(s, 0, n);
    return str_sub(s, 0, whole_characters(s.p, s.n));
}

enum err table_fail(struct table *t, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    t->why = arena_str(t->a, (struct str){text, whole_characters(text, strlen(text))});
    return ERR_INVALID;
}

/* -- names ---------------------------------------------------------------------------------------- */

size_t table_filled(const struct str *cells, size_t n, size_t least)
{
    size_t filled = 0;
    for (size_t i = 0; i < n && filled < least; i++)
        filled += cells[i].n > 0 && str_trim(cells[i]).n > 0;
    return filled;
}

/* A header on two lines is one name: "Code\npostal" and "Code postal" are the same column. */
static struct str folded_spaces(struct arena *a, struct str s)
{
    s = str_trim(s);
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool space = s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r';
        if (!space)
            out[n++] = s.p[i];
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    return (struct str){out, n};
}

static bool name_taken(const struct table_names *names, struct str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->items[i], name))
            return true;
    return false;
}

static void add_name(struct table_names *names, struct str name)
{
    struct str unique = name;
    for (int times = 2; name_taken(names, unique); times++)
        unique = arena_printf(names->a, "%.*s (%d)", STR_ARG(name), times);
    names->items = arena_grow(names->a, names->items, names->n, &names->cap, names->n + 1, sizeof *names->items);
    names->items[names->n++] = unique;
}

static enum err too_wide(struct table *t, size_t line)
{
    return table_fail(t, "Ligne %zu : plus de %d colonnes. Vérifiez le séparateur, ou retirez les colonnes inutiles.", line,
                      TABLE_COLUMNS_MAX);
}

/* Columns that have no header. */
static void number_names(struct table_names *names, size_t n)
{
    while (names->n < n)
        add_name(names, arena_printf(names->a, "colonne %zu", names->n + 1));
}

enum err table_take_headers(struct table *t, const struct str *cells, size_t n)
{
    struct table_names *names = &t->names;
    if (n > TABLE_COLUMNS_MAX)
        return too_wide(t, 1);
    while (n > 0 && str_trim(cells[n - 1]).n == 0)
        n--;
    names->a = t->a;
    for (size_t i = 0; i < n; i++) {
        struct str name = folded_spaces(names->a, cells[i]);
        if (name.n > 0)
            add_name(names, name);
        else
            number_names(names, i + 1);
    }
    names->given = n;
    return OK;
}

enum err table_give_row(struct table *t, struct table_row *row, const struct str *cells, size_t n, size_t line)
{
    struct table_names *names = &t->names;
    if (n > TABLE_COLUMNS_MAX)
        return too_wide(t, line);
    bool overflow = n > names->given && table_filled(cells + names->given, n - names->given, 1) > 0;
    if (overflow && n > names->n) {
        number_names(names, n);
        names->shape++;
    }
    struct str *values = arena_alloc(t->row, (names->n + 1) * sizeof *values);
    for (size_t i = 0; i < names->n; i++)
        values[i] = i < n ? cells[i] : STR_NONE;
    *row = (struct table_row){.names = names->items, .values = values, .n = names->n, .line = line,
                              .shape = names->shape, .overflow = overflow};
    return OK;
}

struct str table_value(const struct table_row *row, struct str name)
{
    for (size_t i = 0; i < row->n; i++)
        if (str_eq(row->names[i], name))
            return row->values[i];
    return STR_NONE;
}

/* -- kinds ---------------------------------------------------------------------------------------- */

enum table_kind table_kind_of(const struct table *t)
{
    return t->kind;
}

const char *table_kind_words(enum table_kind kind)
{
    static const char *const words[] = {"CSV", "classeur Excel (XLSX)", "JSON", "GeoJSON", "JSON par lignes"};
    return words[kind];
}

static bool starts(struct str s, const char *what)
{
    struct str head = str_from(what);
    return s.n >= head.n && str_eq_nocase(str_sub(s, 0, head.n), head);
}

static bool is_utf16(struct str s)
{
    return s.n >= 2 && (memcmp(s.p, "\xFF\xFE", 2) == 0 || memcmp(s.p, "\xFE\xFF", 2) == 0);
}

const char *table_stranger(struct str data)
{
    struct str s = str_trim(str_starts(data, STR("\xEF\xBB\xBF")) ? str_sub(data, 3, data.n) : data);
    if (s.n == 0)
        return "Le fichier est vide.";
    if (starts(s, "\xD0\xCF\x11\xE0"))
        return "C’est un classeur d’un ancien Excel (.xls), ou protégé par un mot de passe. Ouvrez-le et enregistrez-le au "
               "format .xlsx ou CSV (UTF-8), sans mot de passe.";
    if (starts(s, "%PDF"))
        return "C’est un document PDF. Il faut le fichier de données, au format CSV ou JSON.";
    if (starts(s, "\x1F\x8B"))
        return "Le fichier est compressé (gzip). Décompressez-le d’abord : gunzip FICHIER.gz.";
    if (starts(s, "Rar!") || starts(s, "7z\xBC\xAF"))
        return "C’est une archive. Décompressez-la d’abord, et donnez le fichier de données qui est dedans.";
    if (starts(s, "<"))
        return "C’est une page web (HTML) ou du XML. Téléchargez le fichier de données lui-même, au format CSV ou JSON.";
    if (!str_starts(data, STR("PK\003\004")) && !is_utf16(data) && memchr(data.p, 0, data.n))
        return "Ce n’est pas un fichier de texte. Il faut un fichier CSV ou JSON, en UTF-8.";
    return NULL;
}

/* "Unicode text" of Excel. A half pair, or a NUL, becomes U+FFFD. */
static struct str from_utf16(struct arena *a, struct str s)
{
    bool little = s.p[0] == '\xFF';
    char *out = arena_alloc(a, s.n / 2 * 3 + 1);
    size_t n = 0;
    for (size_t i = 2; i + 1 < s.n; i += 2) {
        uint32_t cp = (unsigned char)s.p[i + (little ? 1 : 0)] * 256U + (unsigned char)s.p[i + (little ? 0 : 1)];
        uint32_t low = i + 3 < s.n ? (unsigned char)s.p[i + (little ? 3 : 2)] * 256U + (unsigned char)s.p[i + (little ? 2 : 3)] : 0;
        if (cp >= 0xD800 && cp < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        } else if (cp == 0 || (cp >= 0xD800 && cp < 0xE000)) {
            cp = 0xFFFD;
        }
        n += utf8_encode(cp, out + n);
    }
    return (struct str){out, n};
}

static enum err open_kind(struct table *t)
{
    const char *stranger = table_stranger(t->data);
    if (stranger)
        return table_fail(t, "%s", stranger);
    if (str_starts(t->data, STR("PK\003\004")))
        return table_open_xlsx(t);
    if (is_utf16(t->data))
        t->data = from_utf16(t->a, t->data);
    struct str s = str_trim(str_starts(t->data, STR("\xEF\xBB\xBF")) ? str_sub(t->data, 3, t->data.n) : t->data);
    if (s.n == 0)
        return table_fail(t, "Le fichier est vide.");
    return s.p[0] == '{' || s.p[0] == '[' ? table_open_json(t) : table_open_csv(t);
}

static void free_rows(void *what)
{
    arena_free(what);
}

enum err table_open(struct arena *a, struct str data, struct table_options opt, struct table **out, struct str *why)
{
    struct table *t = ARENA_NEW(a, struct table);
    struct arena *rows = arena_new(SIZE_MAX);
    *out = NULL;
    *why = STR_NONE;
    if (!rows)
        return ERR_LIMIT;
    arena_defer(a, free_rows, rows);
    *t = (struct table){.a = a, .row = rows, .data = data, .size = data.n, .opt = opt, .names = {.a = a, .shape = 1}};
    enum err e = open_kind(t);
    *why = t->why;
    if (e == OK)
        *out = t;
    return e;
}

enum err table_next(struct table *t, struct table_row *row, bool *has, struct str *why)
{
    arena_reset(t->row);
    *row = (struct table_row){0};
    *has = false;
    enum err e = t->next(t, row, has);
    *why = e == OK ? STR_NONE : t->why;
    return e;
}

size_t table_offset(const struct table *t)
{
    return t->offset(t);
}
