/* data·inclusion v1: structures and services with the names of our fields. */
#include "modules/directory/import/format.h"

static const char *const structure_names[] = {"source", "id", "nom", "date_maj"};
static const char *const service_names[] = {"source", "structure_id", "id", "nom", "description", "date_maj"};

/* One missing name is a mistake of a record; half of them, and it is another kind of file. */
static bool has_half(const struct format_file *f, const char *const *names, size_t n)
{
    size_t missing = 0;
    for (size_t i = 0; i < n; i++)
        missing += !format_has(f, names[i]);
    return missing * 2 < n;
}

bool format_is_inclusion_1(const struct format_file *f)
{
    if (f->container != FORMAT_JSON && f->container != FORMAT_JSON_LINES)
        return false;
    if (f->lists[0].name && f->n_names == 0)
        return true; /* the export of an empty directory */
    return format_has(f, "structure_id") ? has_half(f, service_names, sizeof service_names / sizeof *service_names)
                                         : has_half(f, structure_names, sizeof structure_names / sizeof *structure_names);
}

/* What the national API and ours add to the standard. */
static bool is_api_extra(struct str key)
{
    static const char *const extras[] = {"adresse_certifiee", "score_qualite", "doublons", "structure", "services",
                                         "distance", "score_recherche"};
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++)
        if (str_eq(key, str_from(extras[i])))
            return true;
    return str_starts(key, STR("_di_"));
}

enum directory_kind format_inclusion_kind(const struct format_row *row)
{
    if (row->list)
        return strcmp(row->list, "services") == 0 ? DIRECTORY_SERVICE : DIRECTORY_STRUCTURE;
    for (size_t i = 0; i < row->n; i++)
        if (str_eq(row->names[i], STR("structure_id")))
            return DIRECTORY_SERVICE;
    return DIRECTORY_STRUCTURE;
}

void format_inclusion_cell(struct importer *im, const struct format_row *row, size_t i, struct raw_record *raw,
                           struct directory_problems *problems)
{
    const struct field_table *t = field_table(raw->kind);
    const struct field *f = field_find(t, row->names[i]);
    if (f && row->nested[i])
        format_nested(im, f, problems);
    else if (f)
        raw->cells[f - t->fields] = row->values[i];
    else if (!is_api_extra(row->names[i]))
        import_ignore(im, row->names[i]);
}

static enum err read_row(struct importer *im, void *ctx, const struct format_row *row, struct directory_problems *problems)
{
    struct raw_record *raw = format_raw(im, format_inclusion_kind(row));
    (void)ctx;
    for (size_t i = 0; i < row->n; i++)
        format_inclusion_cell(im, row, i, raw, problems);
    return import_raw(im, raw, row->line, problems);
}

/* Structures first: services point to them. */
enum err format_each_inclusion(struct importer *im, const struct format_file *f,
                               enum err (*row)(struct importer *, void *, const struct format_row *, struct directory_problems *))
{
    struct format_reader r = {.row = row};
    if (f->lists[0].name || str_find(im->in->data, STR("\"structure_id\""), 0) < 0)
        return format_each(im, f, &r);
    r.key = "structure_id";
    r.without = true;
    TRY(format_each(im, f, &r));
    r.without = false;
    return format_each(im, f, &r);
}

enum err format_read_inclusion_1(struct importer *im, const struct format_file *f)
{
    return format_each_inclusion(im, f, read_row);
}
