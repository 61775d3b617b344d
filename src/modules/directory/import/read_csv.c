/* Records of a CSV: one a row, named by the first row. */
#include "base/text.h"
#include "modules/directory/import/format.h"

enum { PROGRESS_ROWS = 64 };

/* What a spreadsheet changes by itself: spaces around a name, its case. */
static struct str column_name(struct arena *a, struct str cell)
{
    cell = str_trim(text_normalize(a, cell));
    char *p = arena_cstr(a, cell);
    for (size_t i = 0; i < cell.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] - 'A' + 'a');
    return (struct str){p, cell.n};
}

enum err format_open_csv(struct importer *im, struct format_file *f)
{
    struct csv_reader *r = csv_reader_new(im->a, im->in->data, (struct csv_options){0});
    struct csv_row row;
    f->container = FORMAT_CSV;
    if (!csv_next(r, &row))
        return import_fail(im, "Le fichier est vide.");
    if (row.n > FORMAT_NAMES_MAX)
        return import_fail(im, "Le fichier a %zu colonnes : c’est trop, il en faut %d au plus. Vérifiez le séparateur.", row.n,
                           FORMAT_NAMES_MAX);
    for (size_t i = 0; i < row.n; i++) {
        f->names[f->n_names++] = column_name(im->a, row.cells[i]);
        format_join(im->a, &f->header, ", ", field_cut(str_trim(text_normalize(im->a, row.cells[i])), 40));
    }
    return OK;
}

static enum err read_row(struct importer *im, const struct format_file *f, const struct format_reader *r,
                         const struct csv_row *row)
{
    struct directory_problems problems = {0};
    struct str values[FORMAT_NAMES_MAX];
    static const bool nested[FORMAT_NAMES_MAX];
    if (row->damaged)
        field_problem(im->rows, &problems, "id", row->n ? text_normalize(im->rows, row->cells[0]) : STR_NONE,
                      "Un guillemet ouvert dans cette ligne n’est jamais fermé.", true);
    for (size_t i = 0; i < f->n_names; i++)
        values[i] = i < row->n ? row->cells[i] : STR_NONE;
    for (size_t i = f->n_names; i < row->n; i++)
        if (str_trim(row->cells[i]).n > 0) {
            field_problem(im->rows, &problems, "id", text_normalize(im->rows, row->cells[i]),
                          "Cette ligne a plus de cellules que de titres : un séparateur est de trop, ou il manque des guillemets.", true);
            break;
        }
    struct format_row as_row = {f->names, values, nested, f->n_names, row->line, NULL};
    return r->row(im, r->ctx, &as_row, &problems);
}

enum err format_each_csv(struct importer *im, const struct format_file *f, const struct format_reader *r)
{
    struct csv_reader *csv = csv_reader_new(im->a, im->in->data, (struct csv_options){0});
    struct csv_row row;
    bool more = csv_next(csv, &row); /* the titles */
    while (more && csv_next(csv, &row)) {
        TRY(read_row(im, f, r, &row));
        arena_reset(im->rows);
        if (im->counts.rows % PROGRESS_ROWS == 0)
            import_progress(im, csv_offset(csv));
    }
    import_progress(im, im->in->data.n);
    return OK;
}
