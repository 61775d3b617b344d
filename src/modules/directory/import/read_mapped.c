/* Any table through a mapping: CSV, workbook, JSON, GeoJSON, JSON lines. */
#include "base/ahead.h"
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

/* A row read and cleaned by the second thread: the two halves of an import cost about the same. */
struct read_row {
    enum directory_kind kind;
    void *record;
    struct directory_problems problems;
    struct directory_corrections corrections;
    size_t line;
    size_t offset; /* bytes of the file read so far */
    bool unwanted; /* the mapping leaves it out: nothing else is set */
};
/* What the second thread works with. */
struct reading {
    struct arena *a; /* of the table and of its columns */
    struct table *t;
    struct map_bound *b;
    struct table_row row; /* the next one */
    bool has;
    const struct directory_import *in;
    const struct geocode_known *addresses;
    struct civil_date today;
    struct str why;
};

/* The cells are views of the row, which does not outlive the next one. */
static void keep_cells(struct arena *a, struct raw_record *raw)
{
    for (size_t i = 0; i < RAW_CELLS; i++)
        if (raw->cells[i].n > 0)
            raw->cells[i] = arena_str(a, raw->cells[i]);
    for (size_t i = 0; i < 7 && raw->horaires_par_jour; i++)
        if (raw->horaires_jours[i].n > 0)
            raw->horaires_jours[i] = arena_str(a, raw->horaires_jours[i]);
}

static enum err read_row(void *ctx, struct arena *a, void **value)
{
    struct reading *r = ctx;
    if (!r->has)
        return OK;
    struct read_row *out = *value = ARENA_NEW(a, struct read_row);
    struct raw_record *raw = ARENA_NEW(a, struct raw_record);
    map_bind(r->b, &r->row);
    if (!map_wants(a, r->b, &r->row)) {
        out->unwanted = true;
        out->offset = table_offset(r->t);
        return table_next(r->t, &r->row, &r->has, &r->why);
    }
    map_row(a, r->b, &r->row, raw);
    keep_cells(a, raw);
    if (r->row.overflow)
        field_problem(a, &out->problems, "id", *raw_cell(raw, "id"),
                      "Cette ligne a plus de cellules que de titres : un séparateur est de trop, ou il manque des guillemets.", true);
    out->kind = raw->kind;
    out->line = r->row.line;
    raw->addresses = r->addresses;
    out->record = raw_read(a, raw, true, r->today, &out->problems, &out->corrections);
    import_check(r->in, r->today, a, out->kind, out->record, &out->problems);
    char *fingerprint = arena_alloc(a, 33);
    fields_fingerprint(field_table(out->kind), out->record, fingerprint);
    record_of(out->record)->fingerprint = (struct str){fingerprint, 32};
    out->offset = table_offset(r->t);
    return table_next(r->t, &r->row, &r->has, &r->why);
}

static const char *format_words(struct importer *im, enum table_kind kind, const struct map *m)
{
    enum { NAME_MAX = 60 };
    struct str name = text_slug(im->a, m->source, NAME_MAX);
    return arena_cstr(im->a, name.n ? arena_printf(im->a, "%s, correspondance %.*s", table_kind_words(kind), STR_ARG(name))
                                    : arena_printf(im->a, "%s, avec une correspondance", table_kind_words(kind)));
}

/* Each row in the arena in which it was read. */
static enum err take_rows(struct importer *im, struct ahead *h)
{
    struct arena *own = im->rows;
    struct ahead_item *item;
    enum err e;
    while ((e = ahead_next(h, &item)) == OK && item) {
        struct read_row *row = item->value;
        im->rows = item->a;
        if (row->unwanted)
            import_leave_out(im);
        else
            e = import_checked(im, row->kind, row->record, row->line, &row->problems, &row->corrections);
        size_t offset = row->offset;
        im->rows = own;
        ahead_give_back(h, item);
        if (e != OK)
            return e;
        if (im->counts.rows % PROGRESS_ROWS == 0)
            import_progress(im, offset);
    }
    return e;
}

static enum err read_table(struct importer *im, const struct map *m, struct reading *r, struct directory_import_result *out)
{
    TRY(table_open(r->a, im->in->data, m->reading, &r->t, im->why));
    out->format = format_words(im, table_kind_of(r->t), m);
    if (!is_grid(table_kind_of(r->t)))
        TRY(look_at_records(im, m, r->b));
    TRY(table_next(r->t, &r->row, &r->has, im->why));
    if (!r->has)
        return import_fail(im, "Le fichier ne contient aucune fiche.");
    map_bind(r->b, &r->row);
    TRY(map_check(r->b, &r->row, is_grid(table_kind_of(r->t)), &out->missing_columns, im->why));
    tell_unused(im, r->b, &r->row);
    struct ahead h = {.fill = read_row, .ctx = r};
    enum err e = ahead_begin(&h);
    if (e == OK)
        e = take_rows(im, &h);
    ahead_end(&h);
    if (e == ERR_INVALID && r->why.n > 0)
        *im->why = r->why;
    return e;
}

enum err import_mapped(struct importer *im, const struct map *m, struct directory_import_result *out)
{
    struct reading r = {.a = arena_new(SIZE_MAX), .in = im->in, .addresses = &im->addresses, .today = im->today};
    if (!r.a)
        return ERR_LIMIT;
    r.b = map_bound_new(r.a, m);
    enum err e = read_table(im, m, &r, out);
    *im->why = arena_str(im->a, *im->why);
    out->missing_columns = arena_str(im->a, out->missing_columns);
    arena_free(r.a);
    if (e == OK)
        import_progress(im, im->in->data.n);
    return e;
}
