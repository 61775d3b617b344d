/* What Balise exports for people and maps, coming back: the GeoJSON and the one table, where records of several kinds stand side
 * by side, each with the names of its standard. A record keeps its source and its permalink from one directory to the other. */
#include "base/csv.h"
#include "modules/directory/import/format.h"

bool format_is_balise(const struct format_file *f)
{
    return (f->container == FORMAT_GEOJSON || f->container == FORMAT_CSV) && format_has(f, "nature") && format_has(f, "permalien");
}

/* Known by whoever writes them (export/geojson.c, export/table.c); what each directory says for itself is left. */
static bool is_own(struct str name)
{
    static const char *const names[] = {"@id", "nature", "permalien", "source_des_donnees", "horaires_en_clair",
                                        "premiere_saisie", "dernier_changement", "confirmation"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(name, str_from(names[i])))
            return true;
    return false;
}

static const struct field *field_of(const struct field_table *t, struct str name)
{
    if (str_eq(name, STR("geometry.latitude")))
        return field_find(t, STR("latitude"));
    if (str_eq(name, STR("geometry.longitude")))
        return field_find(t, STR("longitude"));
    return field_find(t, name);
}

static enum directory_kind kind_of(const struct format_row *row)
{
    struct str nature = format_value(row, "nature");
    return str_eq(nature, STR("structure")) ? DIRECTORY_STRUCTURE : str_eq(nature, STR("service")) ? DIRECTORY_SERVICE : DIRECTORY_PLACE;
}

/* A feature is called "lieu/source--id". */
static struct str source_of(struct importer *im, const struct format_row *row)
{
    static const struct str before = {"lieu/", 5};
    struct str name = format_value(row, "@id"), said = format_value(row, "source_des_donnees");
    if (said.n > 0)
        return format_slug(im, said);
    return str_starts(name, before) ? format_source_of(im, str_sub(name, before.n, name.n), format_value(row, "id")) : STR_NONE;
}

static void say_map(struct arena *a, enum directory_kind kind, const void *record, const struct import_copy *copy, struct raw_record *raw)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++)
        if (copy->said & field_bit(t, &t->fields[i]))
            raw->cells[i] = field_cell(a, &t->fields[i], record);
}

/* In a table phones are as they are dialled. */
static void say_table(struct arena *a, enum directory_kind kind, const void *record, const struct import_copy *copy, struct raw_record *raw)
{
    say_map(a, kind, record, copy, raw);
    format_dialled(a, raw);
}

static enum err read_row(struct importer *im, void *ctx, const struct format_row *row, struct directory_problems *problems)
{
    const struct format_file *file = ctx;
    struct raw_record *raw = format_raw(im, kind_of(row));
    const struct field_table *t = field_table(raw->kind);
    struct import_copy copy = {.say = file->container == FORMAT_CSV ? say_table : say_map};
    for (size_t i = 0; i < row->n; i++) {
        const struct field *f = field_of(t, row->names[i]);
        copy.said |= f ? field_bit(t, f) : 0;
        struct str value = row->values[i];
        if (f && row->nested[i])
            format_nested(im, f, problems);
        else if (f)
            raw->cells[f - t->fields] = file->container == FORMAT_CSV ? csv_unguarded(value) : value;
        else if (!is_own(row->names[i]) && value.n > 0)
            import_ignore(im, row->names[i]);
    }
    if (file->container == FORMAT_CSV)
        format_dialled(im->rows, raw);
    if (raw->kind == DIRECTORY_PLACE)
        raw->source = source_of(im, row);
    if (raw->kind != DIRECTORY_SERVICE) /* a service has the page of its structure */
        raw->slug = format_slug_of_link(im, format_value(row, "permalien"));
    im->copy = &copy;
    enum err e = import_raw(im, raw, row->line, problems);
    im->copy = NULL;
    return e;
}

enum err format_read_balise(struct importer *im, const struct format_file *f)
{
    im->ours = true;
    im->part = f->container == FORMAT_GEOJSON; /* a map has what has a point */
    return format_each(im, f, &(struct format_reader){.row = read_row, .ctx = (void *)(uintptr_t)f});
}
