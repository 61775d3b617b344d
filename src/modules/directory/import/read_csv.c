/* LaMednum 1.0.2 as CSV. */
#include "modules/directory/import/import.h"

enum { COLUMNS_MAX = 256, PROGRESS_ROWS = 64 };

/* Name without spaces around, case ignored: what a spreadsheet changes by itself. */
static const struct field *column_field(const struct field_table *t, struct str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq_nocase(str_trim(name), str_from(t->fields[i].name)))
            return &t->fields[i];
    return NULL;
}

static void add_name(struct buf *b, struct str name)
{
    enum { SHOWN = 40 };
    if (b->n > 0)
        buf_lit(b, ", ");
    buf_add(b, field_cut(name, SHOWN));
}

static enum err missing_columns(struct importer *im, struct str missing, const struct csv_row *header)
{
    enum { LIST_MAX = 400 };
    struct buf found;
    buf_init(&found, 64 * 1024);
    for (size_t i = 0; i < header->n && found.n < LIST_MAX; i++)
        add_name(&found, str_trim(header->cells[i]));
    enum err e = import_fail(im,
                             "Ce n’est pas un fichier du standard « lieux de médiation numérique ». Il manque : %.*s. "
                             "La première ligne dit : %.*s. Vérifiez la ligne des titres et le séparateur.",
                             STR_ARG(missing), STR_ARG(buf_str(&found)));
    buf_deinit(&found);
    return e;
}

static enum err read_header(struct importer *im, const struct csv_row *header, const struct field **columns)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct buf missing;
    if (header->n > COLUMNS_MAX)
        return import_fail(im, "Le fichier a %zu colonnes ; le standard en a %zu.", header->n, t->n);
    for (size_t i = 0; i < header->n; i++) {
        columns[i] = column_field(t, header->cells[i]);
        for (size_t k = 0; k < i && columns[i]; k++)
            if (columns[k] == columns[i])
                return import_fail(im, "La colonne « %s » est là deux fois : gardez la bonne.", columns[i]->name);
    }
    buf_init(&missing, 4096);
    for (size_t f = 0; f < t->n; f++) {
        bool there = !t->fields[f].required;
        for (size_t i = 0; i < header->n; i++)
            there |= columns[i] == &t->fields[f];
        if (!there)
            add_name(&missing, str_from(t->fields[f].name));
    }
    enum err e = missing.n ? missing_columns(im, buf_str(&missing), header) : OK;
    buf_deinit(&missing);
    for (size_t i = 0; i < header->n && e == OK; i++)
        if (!columns[i])
            import_ignore(im, str_trim(header->cells[i]));
    return e;
}

static enum err read_row(struct importer *im, const struct csv_row *row, const struct field *const *columns, size_t n)
{
    struct directory_problems problems = {0};
    struct directory_place *p = ARENA_NEW(im->rows, struct directory_place);
    if (row->damaged)
        field_problem(im->rows, &problems, "id", row->n ? row->cells[0] : STR_NONE,
                    "Un guillemet ouvert dans cette ligne n’est jamais fermé.", true);
    for (size_t i = 0; i < row->n && i < n; i++)
        if (columns[i])
            field_read_cell(im->rows, columns[i], p, row->cells[i], &problems);
    for (size_t i = n; i < row->n; i++)
        if (str_trim(row->cells[i]).n > 0) {
            field_problem(im->rows, &problems, "id", row->cells[i],
                        "Cette ligne a plus de cellules que de titres : un séparateur est de trop, ou il manque des guillemets.", true);
            break;
        }
    return import_record(im, DIRECTORY_PLACE, p, row->line, &problems, &(struct directory_corrections){0});
}

enum err import_csv(struct importer *im)
{
    const struct field *columns[COLUMNS_MAX] = {NULL};
    struct csv_reader *r = csv_reader_new(im->a, im->in->data, (struct csv_options){0});
    struct csv_row row;
    if (!csv_next(r, &row))
        return import_fail(im, "Le fichier est vide.");
    TRY(read_header(im, &row, columns));
    size_t n = row.n;
    while (csv_next(r, &row)) {
        TRY(read_row(im, &row, columns, n));
        arena_reset(im->rows);
        if (im->counts.rows % PROGRESS_ROWS == 0)
            import_progress(im, csv_offset(r));
    }
    import_progress(im, im->in->data.n);
    return OK;
}
