/* The GeoJSON that Balise exports: places and structures side by side, each with the names of its standard. */
#include "modules/directory/import/format.h"

bool format_is_balise(const struct format_file *f)
{
    return f->container == FORMAT_GEOJSON && format_has(f, "nature") && format_has(f, "permalien");
}

static const struct field *field_of(const struct field_table *t, struct str name)
{
    if (str_eq(name, STR("geometry.latitude")))
        return field_find(t, STR("latitude"));
    if (str_eq(name, STR("geometry.longitude")))
        return field_find(t, STR("longitude"));
    return field_find(t, name);
}

/* Made anew by each directory. */
static bool is_own(struct str name)
{
    return str_eq(name, STR("@id")) || str_eq(name, STR("nature")) || str_eq(name, STR("permalien"));
}

static enum err read_row(struct importer *im, void *ctx, const struct format_row *row, struct directory_problems *problems)
{
    bool structure = str_eq(format_value(row, "nature"), STR("structure"));
    struct raw_record *raw = format_raw(im, structure ? DIRECTORY_STRUCTURE : DIRECTORY_PLACE);
    const struct field_table *t = field_table(raw->kind);
    (void)ctx;
    for (size_t i = 0; i < row->n; i++) {
        const struct field *f = field_of(t, row->names[i]);
        if (f && row->nested[i])
            format_nested(im, f, problems);
        else if (f)
            raw->cells[f - t->fields] = row->values[i];
        else if (!is_own(row->names[i]))
            import_ignore(im, row->names[i]);
    }
    return import_raw(im, raw, row->line, problems);
}

enum err format_read_balise(struct importer *im, const struct format_file *f)
{
    return format_each(im, f, &(struct format_reader){.row = read_row});
}
