/* Which format is this file in? The table of those that are known, and what their readers share. */
#include "modules/directory/import/format.h"

#include "base/text.h"
#include "clean/clean.h"
#include "table/table.h"

/* In this order: the first that recognises the file reads it. A newcomer is one row. */
static const struct format formats[] = {
    {"Balise", false, format_is_balise, format_read_balise},
    {"HSDS 3", true, format_is_hsds, format_read_hsds},
    {"OpenStreetMap", true, format_is_osm, format_read_osm},
    {"data·inclusion v0", true, format_is_inclusion_0, format_read_inclusion_0},
    {"LaMednum v0", true, format_is_lamednum_0, format_read_lamednum_0},
    {"LaMednum 2.0.0", false, format_is_lamednum_2, format_read_lamednum_2},
    {"LaMednum 1.0.2", false, format_is_lamednum_1, format_read_lamednum_1},
    {"data·inclusion v1", false, format_is_inclusion_1, format_read_inclusion_1},
};

static const char *const container_names[] = {
    [FORMAT_CSV] = "CSV",           [FORMAT_JSON] = "JSON",         [FORMAT_JSON_LINES] = "JSON Lines",
    [FORMAT_GEOJSON] = "GeoJSON",   [FORMAT_OVERPASS] = "Overpass",
};

/* -- names of the first records ------------------------------------------------------------------- */

static bool among(const struct str *names, size_t n, const char *name)
{
    struct str wanted = str_from(name);
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], wanted))
            return true;
    return false;
}

bool format_has(const struct format_file *f, const char *name)
{
    return among(f->names, f->n_names, name);
}

bool format_has_nested(const struct format_file *f, const char *name)
{
    return among(f->nested, f->n_nested, name);
}

bool format_has_any(const struct format_file *f, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (format_has(f, names[i]))
            return true;
    return false;
}

void format_name(struct str *names, size_t *n, struct str name)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq(names[i], name))
            return;
    if (*n < FORMAT_NAMES_MAX)
        names[(*n)++] = name;
}

/* -- what the readers share ----------------------------------------------------------------------- */

enum err format_each(struct importer *im, const struct format_file *f, const struct format_reader *r)
{
    return f->container == FORMAT_CSV ? format_each_csv(im, f, r) : format_each_json(im, f, r);
}

struct str format_value(const struct format_row *row, const char *name)
{
    struct str wanted = str_from(name);
    for (size_t i = 0; i < row->n; i++)
        if (str_eq(row->names[i], wanted))
            return str_trim(row->values[i]);
    return STR_NONE;
}

void format_nested(struct importer *im, const struct field *f, struct directory_problems *problems)
{
    field_problem(im->rows, problems, f->name, STR_NONE, "Il faut un texte, un nombre ou une liste simple.", f->required);
}

struct str format_slug(struct importer *im, struct str text)
{
    return str_eq(text_slug(im->rows, text, text.n), text) ? text : STR_NONE;
}

struct str format_slug_of_link(struct importer *im, struct str link)
{
    for (ptrdiff_t at; (at = str_find_char(link, '/', 0)) >= 0;)
        link = str_sub(link, (size_t)at + 1, link.n);
    return format_slug(im, link);
}

struct str format_source_of(struct importer *im, struct str published, struct str id)
{
    struct str end = arena_printf(im->rows, "--%.*s", STR_ARG(id));
    return str_ends(published, end) ? format_slug(im, str_sub(published, 0, published.n - end.n)) : STR_NONE;
}

void format_dialled(struct arena *a, struct raw_record *raw)
{
    struct str *cell = raw_cell(raw, "telephone");
    struct cleaned c = clean_telephone(a, *cell, directory_departement(a, *raw_cell(raw, "code_insee"),
                                                                              *raw_cell(raw, "code_postal")));
    if (!c.refused)
        *cell = c.value;
}

struct raw_record *format_raw(struct importer *im, enum directory_kind kind)
{
    struct raw_record *raw = ARENA_NEW(im->rows, struct raw_record);
    raw->kind = kind;
    raw->corrections = ARENA_NEW(im->rows, struct directory_corrections);
    return raw;
}

void format_corrected(struct importer *im, struct raw_record *raw, const char *field, const char *rule, struct str before,
                      struct str after)
{
    struct directory_corrections *c = raw->corrections;
    c->items = arena_grow(im->rows, c->items, c->n, &c->cap, c->n + 1, sizeof *c->items);
    c->items[c->n++] = (struct directory_correction){field, rule, before, after};
}

void format_add(struct importer *im, struct str *cell, struct str value)
{
    struct str rest = *cell, piece;
    while (str_split(&rest, '|', &piece))
        if (str_eq(piece, value))
            return;
    format_join(im->rows, cell, "|", value);
}

void format_join(struct arena *a, struct str *cell, const char *between, struct str text)
{
    if (text.n > 0)
        *cell = cell->n == 0 ? text : arena_printf(a, "%.*s%s%.*s", STR_ARG(*cell), between, STR_ARG(text));
}

/* -- recognising ---------------------------------------------------------------------------------- */

static void list_names(struct importer *im, struct str *list, const struct format_file *f, enum directory_kind kind, bool missing)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++)
        if (t->fields[i].required && missing != format_has(f, t->fields[i].name))
            format_join(im->rows, list, ", ", str_from(t->fields[i].name));
}

/* The standard it is nearest to, what is missing for it, and what to do with any other table. */
static enum err unknown(struct importer *im, const struct format_file *f)
{
    enum { SHOWN = 400 };
    struct str missing = STR_NONE;
    bool service = format_has(f, "structure_id");
    list_names(im, &missing, f, service ? DIRECTORY_SERVICE : DIRECTORY_PLACE, true);
    return import_fail(im,
                       "Ce fichier n’est dans aucun des formats reconnus d’eux-mêmes. Il manque : %.*s, pour être %s. %s : %.*s. "
                       "Si c’est un autre tableau, dites ce que contiennent ses colonnes : « balise import --suggest FICHIER » "
                       "prépare la correspondance, à relire puis à donner avec --mapping.",
                       STR_ARG(missing), service ? "un service de data·inclusion" : "un lieu de médiation numérique (LaMednum)",
                       f->container == FORMAT_CSV ? "La première ligne dit" : "Les premières fiches disent",
                       STR_ARG(field_cut(f->header, SHOWN)));
}

/* Ours; else it is cut or no workbook at all, and the reader of tables says so; else it needs a mapping. */
static enum err read_workbook(struct importer *im, const char **name)
{
    struct table *t;
    enum err e = format_read_workbook(im, name);
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(table_open(im->a, im->in->data, (struct table_options){0}, &t, im->why));
    return import_fail(im, "Ce classeur n’est pas de ceux que Balise écrit. Dites quelles colonnes lire : « balise import --suggest FICHIER » "
                           "écrit une première correspondance, à donner avec --mapping.");
}

enum err format_read(struct importer *im, const char **name)
{
    if (str_starts(str_trim(im->in->data), STR("PK\003\004")))
        return read_workbook(im, name);
    struct format_file *f = ARENA_NEW(im->a, struct format_file);
    struct str data = str_trim(im->in->data);
    if (str_starts(data, STR("\xEF\xBB\xBF")))
        data = str_trim(str_sub(data, 3, data.n));
    bool json = data.n > 0 && (data.p[0] == '{' || data.p[0] == '[');
    *name = json ? "JSON" : "CSV";
    f->a = im->a;
    f->text = data;
    TRY(json ? format_open_json(im, f) : format_open_csv(im, f));
    arena_reset(im->rows);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].detect(f)) {
            *name = arena_cstr(im->a, arena_printf(im->a, "%s (%s)", formats[i].name, container_names[f->container]));
            im->free_form = formats[i].free_form;
            return formats[i].read(im, f);
        }
    return unknown(im, f);
}
