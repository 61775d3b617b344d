/* JSON: one array of records, at the top or under a key; GeoJSON; JSON lines. */
#include "base/json.h"
#include "table/records.h"
#include "table/table_private.h"

enum { SEARCH_DEPTH = 4, LISTS_MAX = 8, NAME_MAX = 200 };

struct reader {
    struct table_cut k;
    bool lines, first, done;
    /* the row being flattened */
    struct str *names, *values;
    size_t n, names_cap, values_cap;
    struct str *parts; /* of the dotted name */
    size_t depth;
    struct arena *kept; /* the names given to the caller */
};

/* -- where the records are ------------------------------------------------------------------------ */

struct found {
    struct table_cut at[LISTS_MAX]; /* at the `[` */
    struct str path[LISTS_MAX];
    size_t n;
};

static enum err cut_failed(struct table *t, const struct table_cut *k)
{
    t->why = k->why;
    return ERR_INVALID;
}

static bool holds_objects(struct table_cut k)
{
    bool first = true, has;
    return table_cut_item(&k, &first, &has) == OK && has && table_cut_here(&k) == '{';
}

static struct str joined_path(struct arena *a, struct str path, struct str key)
{
    return path.n ? arena_printf(a, "%.*s.%.*s", STR_ARG(path), STR_ARG(key)) : key;
}

/* Arrays of objects under the object where the cursor is, the cursor being moved after it. */
static enum err find_lists(struct table *t, struct table_cut *k, struct str path, int depth, struct found *out)
{
    struct str key;
    bool first = true, has;
    for (;;) {
        if (table_cut_member(k, &first, &key, &has) != OK)
            return cut_failed(t, k);
        if (!has)
            return OK;
        struct str under = joined_path(t->a, path, key);
        bool asked = t->opt.records.n > 0 && str_eq(under, t->opt.records);
        if (table_cut_here(k) == '[' && out->n < LISTS_MAX && (t->opt.records.n ? asked : holds_objects(*k))) {
            out->path[out->n] = under;
            out->at[out->n++] = *k;
        } else if (table_cut_here(k) == '{' && depth < SEARCH_DEPTH) {
            TRY(find_lists(t, k, under, depth + 1, out));
            continue;
        }
        if (table_cut_value(k, NULL) != OK)
            return cut_failed(t, k);
    }
}

static enum err several_lists(struct table *t, const struct found *found)
{
    struct buf names;
    buf_init(&names, 64 * 1024);
    for (size_t i = 0; i < found->n; i++)
        buf_printf(&names, "%s« %.*s »", i ? ", " : "", STR_ARG(table_shown(found->path[i], NAME_MAX)));
    enum err e = table_fail(t, "Ce JSON contient plusieurs listes : %.*s. Dites laquelle lire.", STR_ARG(buf_str(&names)));
    buf_deinit(&names);
    return e;
}

static enum err no_list(struct table *t)
{
    if (t->opt.records.n > 0)
        return table_fail(t, "Ce JSON n’a pas de liste « %.*s ».", STR_ARG(table_shown(t->opt.records, NAME_MAX)));
    return table_fail(t, "Ce JSON ne contient aucune liste de fiches.");
}

/* An object with lists, the first of several objects one after the other, or one record alone. */
static enum err open_object(struct table *t, struct reader *r)
{
    struct table_cut k = r->k, after = r->k;
    struct found found = {.n = 0};
    if (table_cut_value(&after, NULL) != OK)
        return cut_failed(t, &after);
    bool more = table_cut_finish(&after) != OK;
    if (more && table_cut_here(&after) != '{')
        return cut_failed(t, &after);
    if (!more)
        TRY(find_lists(t, &k, STR_NONE, 1, &found));
    if (found.n > 1)
        return several_lists(t, &found);
    if (found.n == 1) {
        struct table_cut list = found.at[0];
        r->k = list;
        t->kind = str_eq(found.path[0], STR("features")) ? TABLE_GEOJSON : TABLE_JSON;
        return OK;
    }
    if (t->opt.records.n > 0)
        return no_list(t);
    t->kind = TABLE_JSON_LINES;
    r->lines = true;
    return OK;
}

static enum err open_array(struct table *t, struct reader *r)
{
    struct table_cut whole = r->k;
    if (t->opt.records.n > 0)
        return no_list(t);
    if (table_cut_value(&whole, NULL) != OK || table_cut_finish(&whole) != OK)
        return cut_failed(t, &whole);
    t->kind = TABLE_JSON;
    return OK;
}

/* -- one record → names and values ---------------------------------------------------------------- */

static void add_value(struct table *t, struct reader *r, struct str value)
{
    size_t length = 0, at = 0;
    for (size_t i = 0; i < r->depth; i++)
        length += r->parts[i].n + 1;
    char *name = arena_alloc(t->row, length + 1);
    for (size_t i = 0; i < r->depth; i++) {
        if (i > 0)
            name[at++] = '.';
        if (r->parts[i].n > 0)
            memcpy(name + at, r->parts[i].p, r->parts[i].n);
        at += r->parts[i].n;
    }
    r->names = arena_grow(t->row, r->names, r->n, &r->names_cap, r->n + 1, sizeof *r->names);
    r->values = arena_grow(t->row, r->values, r->n, &r->values_cap, r->n + 1, sizeof *r->values);
    r->names[r->n] = (struct str){name, at};
    r->values[r->n++] = value;
}

struct box {
    double low[2], high[2];
    bool any;
};

static void stretch(struct box *b, const json_t *v)
{
    const json_t *x = json_array_get(v, 0), *y = json_array_get(v, 1);
    if (json_is_number(x) && json_is_number(y)) {
        double at[2] = {json_number_value(x), json_number_value(y)};
        for (int i = 0; i < 2; i++) {
            b->low[i] = !b->any || at[i] < b->low[i] ? at[i] : b->low[i];
            b->high[i] = !b->any || at[i] > b->high[i] ? at[i] : b->high[i];
        }
        b->any = true;
        return;
    }
    for (size_t i = 0; i < json_array_size(v); i++)
        stretch(b, json_array_get(v, i));
}

/* Longitude first, as GeoJSON wants it (RFC 7946, 3.1.1). */
static void add_point(struct table *t, struct reader *r, const json_t *geometry)
{
    static const struct str names[2] = {STR_INIT("longitude"), STR_INIT("latitude")};
    struct box b = {.any = false};
    stretch(&b, json_object_get(geometry, "coordinates"));
    for (int i = 1; i >= 0 && b.any; i--) {
        r->parts[r->depth++] = names[i];
        add_value(t, r, buf_double_in(t->row, b.low[i] == b.high[i] ? b.low[i] : (b.low[i] + b.high[i]) / 2));
        r->depth--;
    }
}

static bool is_geometry(const struct reader *r, const json_t *v)
{
    return r->depth == 1 && str_eq(r->parts[0], STR("geometry")) && json_is_string(json_object_get(v, "type")) &&
           json_is_array(json_object_get(v, "coordinates"));
}

/* The cutter has bounded the depth. */
static void flatten(struct table *t, struct reader *r, const json_t *v)
{
    struct str cell;
    const char *key;
    json_t *member;
    if (r->n > TABLE_COLUMNS_MAX)
        return;
    if (table_json_cell(t->row, v, &cell)) {
        add_value(t, r, cell);
        return;
    }
    bool geometry = is_geometry(r, v);
    if (geometry)
        add_point(t, r, v);
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        /* the outline of an area is no information for a directory, and may have thousands of points */
        if (geometry && strcmp(key, "coordinates") == 0 && json_is_array(json_array_get(member, 0)))
            continue;
        r->parts[r->depth++] = str_from(key);
        flatten(t, r, member);
        r->depth--;
    }
    for (size_t i = 0; i < json_array_size(v) && r->n <= TABLE_COLUMNS_MAX; i++) {
        r->parts[r->depth++] = arena_printf(t->row, "%zu", i);
        flatten(t, r, json_array_get(v, i));
        r->depth--;
    }
}

/* The same names as the row before keep their number: a caller looks columns up once. */
static void keep_names(struct table *t, struct reader *r)
{
    struct table_names *names = &t->names;
    bool same = names->n == r->n && names->items;
    for (size_t i = 0; same && i < r->n; i++)
        same = str_eq(names->items[i], r->names[i]);
    if (same)
        return;
    arena_reset(r->kept);
    names->items = arena_alloc(r->kept, (r->n + 1) * sizeof *names->items);
    for (size_t i = 0; i < r->n; i++)
        names->items[i] = arena_str(r->kept, r->names[i]);
    names->n = r->n;
    names->shape++;
}

/* -- rows ----------------------------------------------------------------------------------------- */

static enum err next_record(struct table *t, struct reader *r, struct str *text, size_t *line, bool *has)
{
    if (r->lines) {
        bool end = table_cut_finish(&r->k) == OK;
        *has = !end;
        if (end)
            return OK;
    } else if (table_cut_item(&r->k, &r->first, has) != OK) {
        return cut_failed(t, &r->k);
    }
    *line = r->k.line;
    if (*has && table_cut_value(&r->k, text) != OK)
        return cut_failed(t, &r->k);
    return OK;
}

static enum err next_row(struct table *t, struct table_row *row, bool *has)
{
    enum { PARTS = 64 };
    struct reader *r = t->reader;
    struct str text, why;
    json_t *record;
    size_t line;
    while (!r->done) {
        bool more;
        TRY(next_record(t, r, &text, &line, &more));
        if (!more) {
            r->done = true;
            r->k.at = r->k.text.n; /* what follows the list was looked at when it was opened */
            return OK;
        }
        if (json_parse(t->row, text, &record, &why) != OK)
            return table_fail(t, "La fiche qui commence ligne %zu n’est pas du JSON valide. %.*s", line, STR_ARG(why));
        if (!json_is_object(record))
            return table_fail(t, "Ligne %zu : on attend une fiche entre accolades { }.", line);
        r->names = r->values = NULL;
        r->n = r->names_cap = r->values_cap = r->depth = 0;
        r->parts = ARENA_ARRAY(t->row, PARTS, struct str);
        flatten(t, r, record);
        if (r->n > TABLE_COLUMNS_MAX)
            return table_fail(t, "Ligne %zu : plus de %d informations dans une fiche.", line, TABLE_COLUMNS_MAX);
        if (table_filled(r->values, r->n, 1) > 0) {
            keep_names(t, r);
            *row = (struct table_row){.names = t->names.items, .values = r->values, .n = r->n, .line = line, .shape = t->names.shape};
            *has = true;
            return OK;
        }
        arena_reset(t->row);
    }
    return OK;
}

static size_t offset(const struct table *t)
{
    const struct reader *r = t->reader;
    return (size_t)((double)r->k.at / (double)t->data.n * (double)t->size);
}

static void free_names(void *what)
{
    arena_free(what);
}

enum err table_open_json(struct table *t)
{
    struct reader *r = ARENA_NEW(t->a, struct reader);
    if (!str_is_utf8(t->data))
        return table_fail(t, "Ce JSON n’est pas en UTF-8. Enregistrez-le de nouveau en UTF-8.");
    r->kept = arena_new(SIZE_MAX);
    if (!r->kept)
        return ERR_LIMIT;
    arena_defer(t->a, free_names, r->kept);
    r->first = true;
    t->reader = r;
    t->next = next_row;
    t->offset = offset;
    table_cut_start(&r->k, t->a, t->data);
    return table_cut_here(&r->k) == '[' ? open_array(t, r) : open_object(t, r);
}
