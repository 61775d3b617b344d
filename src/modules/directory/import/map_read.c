/* A row through a mapping → the cells of a place, as the file says them. */
#include <sodium.h>

#include "base/text.h"
#include "modules/directory/import/map.h"

enum { ITEMS_MAX = 128 };
struct items {
    struct str items[ITEMS_MAX];
    size_t n;
};

struct reading {
    struct arena *a;
    const struct map_bound *b;
    const struct table_row *row;
    struct str *folded; /* of each column of the mapping, once needed */
    bool *is_folded;
    struct items list;           /* of the field that is read: too large to be cleared for each */
    struct items accompaniments; /* what rules of services say of how people are helped */
};

static struct str cell(const struct reading *r, uint16_t column)
{
    int at = r->b->at[column];
    return at < 0 ? STR_NONE : str_trim(r->row->values[at]);
}

static struct str folded_cell(struct reading *r, uint16_t column)
{
    if (!r->is_folded[column]) {
        r->folded[column] = text_fold(r->a, cell(r, column));
        r->is_folded[column] = true;
    }
    return r->folded[column];
}

/* -- one value ------------------------------------------------------------------------------------ */

static struct str joined(const struct reading *r, const struct map_value *v)
{
    size_t length = 0, n = 0;
    for (size_t i = 0; i < v->joined.n; i++)
        length += cell(r, v->joined.items[i]).n + v->glue.n;
    char *out = arena_alloc(r->a, length + 1);
    for (size_t i = 0; i < v->joined.n; i++) {
        struct str s = cell(r, v->joined.items[i]);
        if (s.n == 0)
            continue;
        if (n > 0 && v->glue.n > 0) {
            memcpy(out + n, v->glue.p, v->glue.n);
            n += v->glue.n;
        }
        memcpy(out + n, s.p, s.n);
        n += s.n;
    }
    return (struct str){out, n};
}

/* "POINT (2.3 48.8)", as databases write a point. */
static struct str without_point_words(struct str s)
{
    if (s.n > 7 && str_eq_nocase(str_sub(s, 0, 5), STR("POINT")) && s.p[s.n - 1] == ')') {
        ptrdiff_t open = str_find_char(s, '(', 0);
        if (open >= 0)
            return str_trim(str_sub(s, (size_t)open + 1, s.n - (size_t)open - 2));
    }
    return s;
}

static struct str piece_of(struct str s, struct str at, size_t wanted)
{
    s = without_point_words(s);
    /* a list of JSON is joined with `|`; people think of its commas */
    if (str_find(s, at, 0) < 0 && str_eq(at, STR(",")) && str_find_char(s, '|', 0) >= 0)
        at = STR("|");
    size_t start = 0;
    for (size_t i = 0;; i++) {
        ptrdiff_t end = str_find(s, at, start);
        if (i == wanted)
            return str_trim(end < 0 ? str_sub(s, start, s.n) : str_sub(s, start, (size_t)end - start));
        if (end < 0)
            return STR_NONE;
        start = (size_t)end + at.n;
    }
}

static struct str value_of(const struct reading *r, const struct map_value *v)
{
    struct str s = STR_NONE;
    for (size_t i = 0; i < v->columns.n && s.n == 0; i++)
        s = cell(r, v->columns.items[i]);
    if (s.n == 0 && v->joined.n)
        s = joined(r, v);
    if (s.n == 0 && v->otherwise)
        s = value_of(r, v->otherwise);
    if (s.n == 0 && v->cut.n)
        s = piece_of(cell(r, v->cut.items[0]), v->cut_at, v->piece);
    if (s.n > 0 && v->part != MAP_WHOLE)
        s = map_address_part(s, v->part);
    return s.n ? s : v->constant;
}

/* -- an address on one line ----------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The last group of five digits that may be a postal code: a number of a street or of a box comes before it. */
static bool find_postal_code(struct str s, size_t *at)
{
    bool found = false;
    for (size_t i = 0; i + 5 <= s.n; i++) {
        if (i > 0 && (is_digit(s.p[i - 1]) || is_letter(s.p[i - 1])))
            continue; /* in a word or in a number */
        size_t n = 0;
        while (i + n < s.n && is_digit(s.p[i + n]))
            n++;
        bool box = i >= 3 && (s.p[i - 3] | 0x20) == 'b' && (s.p[i - 2] | 0x20) == 'p' && s.p[i - 1] == ' ';
        bool box_cs = i >= 3 && (s.p[i - 3] | 0x20) == 'c' && (s.p[i - 2] | 0x20) == 's' && s.p[i - 1] == ' ';
        int departement = n == 5 ? (s.p[i] - '0') * 10 + (s.p[i + 1] - '0') : 0;
        if (n == 5 && !box && !box_cs && ((departement >= 1 && departement <= 95) || departement == 97 || departement == 98)) {
            *at = i;
            found = true;
        }
    }
    return found;
}

/* Spaces, commas and dashes of any length at both ends. */
static struct str without_separators(struct str s)
{
    static const char *const dashes[] = {"-", ",", ";", "–", "—", "|", "/"};
    for (bool again = true; again;) {
        again = false;
        s = str_trim(s);
        for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
            struct str d = str_from(dashes[i]);
            if (str_ends(s, d)) {
                s = str_sub(s, 0, s.n - d.n);
                again = true;
            }
            if (str_starts(s, d)) {
                s = str_sub(s, d.n, s.n);
                again = true;
            }
        }
    }
    return s;
}

struct str map_address_part(struct str address, enum map_part part)
{
    size_t at;
    if (part == MAP_WHOLE)
        return address;
    if (!find_postal_code(address, &at))
        return part == MAP_STREET ? without_separators(address) : STR_NONE;
    if (part == MAP_POSTAL_CODE)
        return str_sub(address, at, 5);
    return without_separators(part == MAP_STREET ? str_sub(address, 0, at) : str_sub(address, at + 5, address.n));
}

/* -- lists ---------------------------------------------------------------------------------------- */

static void add_item(struct items *list, struct str item)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i], item))
            return;
    if (item.n > 0 && list->n < ITEMS_MAX)
        list->items[list->n++] = item;
}

static void add_pieces(struct items *list, struct str s, struct str separator)
{
    struct str mark = str_trim(separator);
    size_t start = 0;
    for (;;) {
        ptrdiff_t end = str_find(s, separator, start);
        struct str item = str_trim(end < 0 ? str_sub(s, start, s.n) : str_sub(s, start, (size_t)end - start));
        if (end < 0 && mark.n > 0 && str_ends(item, mark)) /* "Jeunes / Seniors /": its last space was trimmed */
            item = str_trim(str_sub(item, 0, item.n - mark.n));
        add_item(list, item);
        if (end < 0)
            return;
        start = (size_t)end + separator.n;
    }
}

static struct str items_text(struct arena *a, const struct items *list)
{
    size_t length = 0, n = 0;
    if (list->n < 2)
        return list->n ? list->items[0] : STR_NONE;
    for (size_t i = 0; i < list->n; i++)
        length += list->items[i].n + 1;
    char *out = arena_alloc(a, length);
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            out[n++] = '|';
        memcpy(out + n, list->items[i].p, list->items[i].n);
        n += list->items[i].n;
    }
    return (struct str){out, n};
}

static bool holds_one(struct reading *r, uint16_t column, const struct map_term *terms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (terms[i].folded.n ? str_find(folded_cell(r, column), terms[i].folded, 0) >= 0
                              : str_find(cell(r, column), terms[i].plain, 0) >= 0)
            return true;
    return false;
}

static bool column_agrees(struct reading *r, const struct map_rule *rule, uint16_t column)
{
    return cell(r, column).n > 0 && (rule->n_terms == 0 || holds_one(r, column, rule->terms, rule->n_terms)) &&
           !holds_one(r, column, rule->except, rule->n_except);
}

/* Adds what the rule gives; false when it does not hold. */
static bool apply_rule(struct reading *r, const struct map_rule *rule, struct items *out)
{
    bool holds = rule->columns.n == 0;
    for (size_t i = 0; i < rule->columns.n && !(holds && rule->n_targets); i++) {
        if (!column_agrees(r, rule, rule->columns.items[i]))
            continue;
        holds = true;
        if (rule->n_targets == 0)
            add_pieces(out, cell(r, rule->columns.items[i]), STR("|"));
    }
    for (size_t i = 0; i < rule->n_targets && holds; i++)
        add_item(out, rule->targets[i]);
    return holds;
}

static struct str list_value(struct reading *r, const struct map_value *v)
{
    struct str s = value_of(r, v);
    if (s.n == 0 || v->items_at.n == 0)
        return s;
    r->list.n = 0;
    add_pieces(&r->list, s, v->items_at);
    return items_text(r->a, &r->list);
}

static struct str field_value(struct reading *r, const struct map_field *f)
{
    if (f->value)
        return f->field->kind == FIELD_SET || f->field->kind == FIELD_LIST ? list_value(r, f->value) : value_of(r, f->value);
    r->list.n = 0;
    for (size_t i = 0; i < f->n_rules; i++)
        if (apply_rule(r, &f->rules[i], &r->list))
            for (size_t k = 0; k < f->rules[i].n_accompaniments; k++)
                add_item(&r->accompaniments, f->rules[i].accompaniments[k]);
    return items_text(r->a, &r->list);
}

/* -- hours ---------------------------------------------------------------------------------------- */

static bool says_closed(struct str s)
{
    static const char *const words[] = {"-", "–", "—", "/", "x", "X", "fermé", "Fermé", "FERMÉ", "ferme", "Ferme"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(s, str_from(words[i])))
            return true;
    return s.n == 0;
}

/* Morning and afternoon make one text; a half day that is closed says nothing when the other is open. */
static struct str day_text(const struct reading *r, const struct map_columns *columns)
{
    struct str first = columns->n ? cell(r, columns->items[0]) : STR_NONE, out = STR_NONE;
    if (columns->n < 2)
        return first;
    for (size_t i = 0; i < columns->n; i++) {
        struct str s = cell(r, columns->items[i]);
        if (!says_closed(s))
            out = out.n ? arena_printf(r->a, "%.*s / %.*s", STR_ARG(out), STR_ARG(s)) : s;
    }
    return out.n ? out : first;
}

static int week_parity(struct arena *a, struct str s)
{
    struct str folded = text_fold(a, s);
    if (str_find(folded, STR("impair"), 0) >= 0 || str_eq(folded, STR("odd")))
        return 1;
    return str_find(folded, STR("pair"), 0) >= 0 || str_eq(folded, STR("even")) ? 2 : 0;
}

static void read_hours(const struct reading *r, struct raw_record *raw)
{
    const struct map_hours *h = &r->b->map->hours;
    struct str *whole = &raw->cells[r->b->map->known[MAP_HORAIRES]];
    bool any = false;
    *whole = h->osm ? value_of(r, h->osm) : STR_NONE;
    for (size_t i = 0; i < MAP_DAYS && h->by_day && whole->n == 0; i++) {
        raw->horaires_jours[i] = day_text(r, &h->days[i]);
        any |= !says_closed(raw->horaires_jours[i]);
    }
    raw->horaires_par_jour = any;
    if (!any)
        memset(raw->horaires_jours, 0, sizeof raw->horaires_jours);
    if (whole->n == 0 && !any && h->week)
        *whole = value_of(r, h->week);
    if (r->b->map->weeks)
        raw->semaines = week_parity(r->a, value_of(r, r->b->map->weeks));
}

/* -- the row -------------------------------------------------------------------------------------- */

/* An id from what the row says. Not its number: rows move when the file is sorted or one is removed, and every place
 * after it would become another one. */
static struct str made_id(struct arena *a, const struct map *m, const struct raw_record *raw)
{
    static const enum map_known parts[] = {MAP_NOM, MAP_ADRESSE, MAP_CODE_POSTAL, MAP_COMMUNE};
    unsigned char hash[16];
    char hex[2 * sizeof hash + 1];
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, sizeof hash);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct str folded = text_fold(a, raw->cells[m->known[parts[i]]]);
        if (folded.n > 0)
            crypto_generichash_update(&h, (const unsigned char *)folded.p, folded.n);
        crypto_generichash_update(&h, (const unsigned char *)"\n", 1);
    }
    crypto_generichash_final(&h, hash, sizeof hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return arena_printf(a, "ligne-%.16s", hex);
}

/* LaMednum's way to say that the day is not known; the field is required. */
#define UNKNOWN_DATE "1970-01-01"

static struct reading *start_reading(struct arena *a, const struct map_bound *b, const struct table_row *row)
{
    struct reading *r = ARENA_NEW(a, struct reading);
    r->a = a;
    r->b = b;
    r->row = row;
    r->folded = ARENA_ARRAY(a, b->map->n_columns, struct str);
    r->is_folded = ARENA_ARRAY(a, b->map->n_columns, bool);
    return r;
}

static bool one_agrees(struct reading *r, const struct map_rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rules[i].columns.n; k++)
            if (column_agrees(r, &rules[i], rules[i].columns.items[k]))
                return true;
    return false;
}

bool map_wants(struct arena *a, const struct map_bound *b, const struct table_row *row)
{
    const struct map_rows *rows = &b->map->rows;
    if (rows->n_keep + rows->n_leave == 0)
        return true;
    struct reading *r = start_reading(a, b, row);
    return (rows->n_keep == 0 || one_agrees(r, rows->keep, rows->n_keep)) && !one_agrees(r, rows->leave, rows->n_leave);
}

void map_row(struct arena *a, const struct map_bound *b, const struct table_row *row, struct raw_record *raw)
{
    const struct map *m = b->map;
    struct reading *r = start_reading(a, b, row);
    struct str *cells = raw->cells, *how = &cells[m->known[MAP_ACCOMPAGNEMENT]];
    raw->kind = DIRECTORY_PLACE;
    for (size_t i = 0; i < m->n_fields; i++)
        cells[m->fields[i].cell] = field_value(r, &m->fields[i]);
    if (r->accompaniments.n > 0) {
        if (how->n > 0)
            add_pieces(&r->accompaniments, *how, STR("|"));
        *how = items_text(a, &r->accompaniments);
    }
    read_hours(r, raw);
    if (cells[m->known[MAP_SOURCE]].n == 0)
        cells[m->known[MAP_SOURCE]] = m->source;
    raw->date_inconnue = UNKNOWN_DATE;
    raw->typologie_du_nom = cells[m->known[MAP_TYPOLOGIE]].n == 0;
    if (cells[m->known[MAP_ID]].n == 0)
        cells[m->known[MAP_ID]] = made_id(a, m, raw);
}
