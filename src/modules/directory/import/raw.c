#include "modules/directory/import/raw.h"

#include "modules/directory/import/import.h"

struct str *raw_cell(struct raw_record *raw, const char *field)
{
    const struct field_table *t = field_table(raw->kind);
    const struct field *f = field_find(t, str_from(field));
    if (!f)
        abort();
    return &raw->cells[f - t->fields];
}

enum err import_raw(struct importer *im, struct raw_record *raw, size_t line, struct directory_problems *problems)
{
    const struct field_table *t = field_table(raw->kind);
    void *record = arena_zalloc(im->rows, t->size);
    for (size_t i = 0; i < t->n; i++)
        field_read_cell(im->rows, &t->fields[i], record, raw->cells[i], problems);
    return import_record(im, raw->kind, record, line, problems, &(struct directory_corrections){0});
}
