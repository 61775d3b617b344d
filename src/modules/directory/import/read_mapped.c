/* Any table through a mapping: CSV, workbook, JSON, GeoJSON, JSON lines. */
#include "base/text.h"
#include "modules/directory/import/import.h"
#include "modules/directory/import/map.h"

enum { PROGRESS_ROWS = 64, LOOK_ROWS = 200 };

static bool is_grid(enum table_kind kind)
{
    return kind == TABLE_CSV || kind == TABLE_XLSX;
}

/* Records of JSON leave out what they do not know: the columns of the file are those of its first rows together. */
static enum err look_at_records(struct importer *im, const struct map *m, struct map_bound *b)
{
    struct arena *a = arena_new(SIZE_MAX);
    struct table *t;
    struct table_row row;
    struct str why = STR_NONE;
    bool has = true;
    if (!a)
        return ERR_LIMIT;
    enum err e = table_open(a, im->in->data, m->reading, &t, &why);
    for (size_t i = 0; i < LOOK_ROWS && e == OK && has; i++) {
        e = table_next(t, &row, &has, &why);
        if (e == OK && has)
            map_bind(b, &row);
    }
    if (e == ERR_INVALID)
        *im->why = arena_str(im->a, why);
    arena_free(a);
    b->shape = 0; /* of another reading */
    return e;
}

/* What the file says and the mapping does not name: told, not kept. */
static void tell_unused(struct importer *im, const struct map_bound *b, const struct table_row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (!map_uses(b, i))
            import_ignore(im, row->names[i]);
}

static enum err read_row(struct importer *im, const struct map_bound *b, const struct table_row *row)
{
    struct directory_problems problems = {0};
    struct raw_record *raw = ARENA_NEW(im->rows, struct raw_record);
    map_row(im->rows, b, row, raw);
    if (row->overflow)
        field_problem(im->rows, &problems, "id", *raw_cell(raw, "id"),
                      "Cette ligne a plus de cellules que de titres : un séparateur est de trop, ou il manque des guillemets.", true);
    return import_raw(im, raw, row->line, &problems);
}

static const char *format_words(struct importer *im, enum table_kind kind, const struct map *m)
{
    enum { NAME_MAX = 60 };
    struct str name = text_slug(im->a, m->source, NAME_MAX);
    return arena_cstr(im->a, name.n ? arena_printf(im->a, "%s, correspondance %.*s", table_kind_words(kind), STR_ARG(name))
                                    : arena_printf(im->a, "%s, avec une correspondance", table_kind_words(kind)));
}

enum err import_mapped(struct importer *im, const struct map *m, struct directory_import_result *out)
{
    struct table *t;
    struct table_row row;
    bool has;
    struct map_bound *b = map_bound_new(im->a, m);
    TRY(table_open(im->a, im->in->data, m->reading, &t, im->why));
    out->format = format_words(im, table_kind_of(t), m);
    if (!is_grid(table_kind_of(t)))
        TRY(look_at_records(im, m, b));
    TRY(table_next(t, &row, &has, im->why));
    if (!has)
        return import_fail(im, "Le fichier ne contient aucune fiche.");
    map_bind(b, &row);
    TRY(map_check(b, &row, is_grid(table_kind_of(t)), &out->missing_columns, im->why));
    tell_unused(im, b, &row);
    while (has) {
        map_bind(b, &row);
        TRY(read_row(im, b, &row));
        arena_reset(im->rows);
        if (im->counts.rows % PROGRESS_ROWS == 0)
            import_progress(im, table_offset(t));
        TRY(table_next(t, &row, &has, im->why));
    }
    import_progress(im, im->in->data.n);
    return OK;
}
