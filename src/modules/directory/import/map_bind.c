/* Names of columns → their place in the rows; a mapping that speaks of another file is refused before the first row. */
#include "base/text.h"
#include "modules/directory/import/map.h"

struct map_bound *map_bound_new(struct arena *a, const struct map *m)
{
    struct map_bound *b = ARENA_NEW(a, struct map_bound);
    *b = (struct map_bound){.map = m, .a = a, .at = ARENA_ARRAY(a, m->n_columns, int), .seen = ARENA_ARRAY(a, m->n_columns, bool)};
    for (size_t i = 0; i < m->n_columns; i++)
        b->at[i] = -1;
    return b;
}

static int find_exact(const struct table_row *row, struct str name)
{
    for (size_t i = 0; i < row->n; i++)
        if (str_eq(row->names[i], name))
            return (int)i;
    return -1;
}

/* "Code Postal *" for "code postal"; when two names are like it nothing is guessed. */
static int find_like(const struct str *folded, size_t n, struct str name)
{
    int found = -1;
    for (size_t i = 0; i < n && name.n > 0; i++)
        if (str_eq(folded[i], name)) {
            if (found >= 0)
                return -1;
            found = (int)i;
        }
    return found;
}

static struct str *folded_names(struct arena *a, const struct table_row *row)
{
    struct str *folded = ARENA_ARRAY(a, row->n, struct str);
    for (size_t i = 0; i < row->n; i++)
        folded[i] = text_fold(a, row->names[i]);
    return folded;
}

void map_bind(struct map_bound *b, const struct table_row *row)
{
    const struct map *m = b->map;
    struct str *folded = NULL;
    struct arena *a = NULL;
    if (b->shape == row->shape)
        return;
    b->shape = row->shape;
    for (size_t i = 0; i < m->n_columns; i++) {
        b->at[i] = find_exact(row, m->columns[i]);
        if (b->at[i] < 0 && !a) {
            a = arena_new(SIZE_MAX); /* names may change with each row: nothing of this is kept */
            if (a)
                folded = folded_names(a, row);
        }
        if (b->at[i] < 0 && folded)
            b->at[i] = find_like(folded, row->n, m->folded[i]);
        b->seen[i] |= b->at[i] >= 0;
    }
    arena_free(a);
}

bool map_uses(const struct map_bound *b, size_t index)
{
    for (size_t i = 0; i < b->map->n_columns; i++)
        if (b->at[i] == (int)index)
            return true;
    return false;
}

/* -- what is missing ------------------------------------------------------------------------------ */

/* Edits from one folded name to the other. */
static size_t edits(struct str a, struct str b)
{
    enum { LONGEST = 64 };
    size_t row[LONGEST + 1];
    a = str_sub(a, 0, LONGEST);
    b = str_sub(b, 0, LONGEST);
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);
            diagonal = row[j];
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = change < least ? change : least;
        }
    }
    return row[b.n];
}

/* 0: the same; 100: nothing in common. One name inside the other is near. */
static size_t distance(struct str a, struct str b)
{
    size_t longest = a.n > b.n ? a.n : b.n;
    if (a.n == 0 || b.n == 0)
        return 100;
    if (str_find(a, b, 0) >= 0 || str_find(b, a, 0) >= 0)
        return 30;
    return edits(a, b) * 100 / longest;
}

/* The three names of the file that are the nearest, or the first ones when none is near. */
static void add_nearest(struct map_bound *b, struct buf *out, struct str folded, const struct table_row *row)
{
    enum { SHOWN = 3, NEAR = 60, FIRST = 12 };
    struct str *names = folded_names(b->a, row);
    size_t shown = 0;
    for (size_t limit = 10; limit <= NEAR && shown < SHOWN; limit += 10)
        for (size_t i = 0; i < row->n && shown < SHOWN; i++) {
            size_t d = distance(folded, names[i]);
            if (d <= limit && d + 10 > limit)
                buf_printf(out, "%s« %.*s »", shown++ ? ", " : " Colonnes proches : ", STR_ARG(field_cut(row->names[i], 60)));
        }
    for (size_t i = 0; shown == 0 && i < row->n && i < FIRST; i++)
        buf_printf(out, "%s« %.*s »", i ? ", " : " Colonnes du fichier : ", STR_ARG(field_cut(row->names[i], 60)));
    buf_lit(out, row->n ? "." : "");
}

static void add_columns_of(const struct map_value *v, struct map_columns out[4], size_t *n)
{
    *n = 0;
    if (v->columns.n)
        out[(*n)++] = v->columns;
    if (v->joined.n)
        out[(*n)++] = v->joined;
    if (v->cut.n)
        out[(*n)++] = v->cut;
    if (v->otherwise && v->otherwise->columns.n)
        out[(*n)++] = v->otherwise->columns;
}

/* A field is lost when it names columns and the file has none of them. *first: one of these names. */
static bool is_lost(const struct map_bound *b, const struct map_value *v, size_t *first)
{
    struct map_columns lists[4];
    size_t n;
    add_columns_of(v, lists, &n);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < lists[k].n; i++)
            if (b->seen[lists[k].items[i]])
                return false;
    if (n > 0)
        *first = lists[0].items[0];
    return n > 0;
}

/* Without these there is no place, or not the same one at the next import. */
static bool makes_a_place(const struct field *f)
{
    static const char *const names[] = {"id", "nom", "commune", "code_postal", "adresse"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

static struct str taken(struct map_bound *b, struct buf *text)
{
    struct str s = arena_str(b->a, buf_str(text));
    buf_deinit(text);
    return s;
}

/* "labellisation" or "labellisation_fs": one of them is enough. */
static void forgive_alternatives(const struct map_bound *b, const struct map_value *v, bool *forgiven)
{
    bool any = false;
    if (!v)
        return;
    for (size_t i = 0; i < v->columns.n; i++)
        any |= b->seen[v->columns.items[i]];
    for (size_t i = 0; i < v->columns.n && any; i++)
        forgiven[v->columns.items[i]] = true;
}

static struct str missing_columns(struct map_bound *b)
{
    enum { MISSING_MAX = 2000 };
    const struct map *m = b->map;
    bool *forgiven = ARENA_ARRAY(b->a, m->n_columns, bool);
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < m->n_fields; i++)
        forgive_alternatives(b, m->fields[i].value, forgiven);
    forgive_alternatives(b, m->hours.week, forgiven);
    for (size_t i = 0; i < m->n_columns && text.n < MISSING_MAX; i++)
        if (!b->seen[i] && !forgiven[i])
            buf_printf(&text, "%s%.*s", text.n ? ", " : "", STR_ARG(field_cut(m->columns[i], 60)));
    return taken(b, &text);
}

static bool rule_is_lost(const struct map_bound *b, const struct map_rule *rule, size_t *first)
{
    for (size_t i = 0; i < rule->columns.n; i++)
        if (b->seen[rule->columns.items[i]])
            return false;
    *first = rule->columns.items[0];
    return true;
}

/* Rows cannot be chosen by a column that is not there. */
static void check_rows(struct map_bound *b, const struct table_row *row, struct buf *text)
{
    const struct map_rows *rows = &b->map->rows;
    size_t first = 0;
    for (size_t i = 0; i < rows->n_keep + rows->n_leave && text->n == 0; i++) {
        if (!rule_is_lost(b, i < rows->n_keep ? &rows->keep[i] : &rows->leave[i - rows->n_keep], &first))
            continue;
        buf_printf(text, "Correspondance, « lignes » : la colonne « %.*s » n’est pas dans le fichier.",
                   STR_ARG(field_cut(b->map->columns[first], 100)));
        add_nearest(b, text, b->map->folded[first], row);
    }
}

enum err map_check(struct map_bound *b, const struct table_row *row, bool strict, struct str *missing, struct str *why)
{
    const struct map *m = b->map;
    struct buf text;
    size_t found = 0, first = 0;
    for (size_t i = 0; i < m->n_columns; i++)
        found += b->seen[i];
    *missing = missing_columns(b);
    buf_init(&text, 1 << 20);
    if (found == 0 && m->n_columns > 0) {
        buf_printf(&text, "Aucune des colonnes de la correspondance n’est dans ce fichier : est-ce le bon ?");
        add_nearest(b, &text, m->folded[0], row);
    }
    for (size_t i = 0; i < m->n_fields && text.n == 0; i++) {
        const struct map_field *f = &m->fields[i];
        bool asked = f->value && f->value->constant.n == 0 && (strict || makes_a_place(f->field));
        if (!asked || !is_lost(b, f->value, &first))
            continue;
        buf_printf(&text, "Correspondance, « %s » : la colonne « %.*s » n’est pas dans le fichier.", f->field->name,
                   STR_ARG(field_cut(m->columns[first], 100)));
        add_nearest(b, &text, m->folded[first], row);
    }
    if (strict)
        check_rows(b, row, &text);
    *why = taken(b, &text);
    return why->n ? ERR_INVALID : OK;
}
