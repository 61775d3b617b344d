/* Records of a JSON text: an array, alone or under a key, the two lists of data·inclusion, JSON lines, GeoJSON, the
 * elements of OpenStreetMap. The file is cut into its records first, so that memory holds one at a time, whatever the size. */
#include <math.h>

#include "base/json.h"
#include "modules/directory/import/format.h"

enum { PROGRESS_ROWS = 64, SAMPLE_MAX = 50 };

static enum err cut_failed(struct importer *im, const struct table_cut *k)
{
    return import_fail(im, "%.*s", STR_ARG(k->why));
}

#define CUT(k, expression)                                                                                   \
    do {                                                                                                     \
        if ((expression) != OK)                                                                              \
            return cut_failed(im, (k));                                                                      \
    } while (0)

/* -- one object → one row ------------------------------------------------------------------------- */

struct row_maker {
    struct importer *im;
    struct str *names, *values;
    bool *nested;
    size_t n, cap;
};

static void add(struct row_maker *m, struct str name, struct str value, bool nested)
{
    if (m->n == m->cap)
        return;
    m->names[m->n] = name;
    m->values[m->n] = value;
    m->nested[m->n++] = nested;
}

static void add_members(struct row_maker *m, const json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        struct str cell;
        bool flat = table_json_cell(m->im->rows, value, &cell);
        add(m, str_from(key), flat ? cell : STR_NONE, !flat);
    }
}

static void add_scalar(struct row_maker *m, const char *name, const json_t *v)
{
    struct str cell;
    if (v && table_json_cell(m->im->rows, v, &cell) && cell.n > 0)
        add(m, str_from(name), cell, false);
}

struct box {
    bool any;
    double west, south, east, north;
};

static void widen(struct box *b, double longitude, double latitude)
{
    if (!b->any)
        *b = (struct box){true, longitude, latitude, longitude, latitude};
    b->west = longitude < b->west ? longitude : b->west;
    b->east = longitude > b->east ? longitude : b->east;
    b->south = latitude < b->south ? latitude : b->south;
    b->north = latitude > b->north ? latitude : b->north;
}

/* The parser bounds the depth. */
static void walk_coordinates(const json_t *v, struct box *b)
{
    const json_t *first = json_array_get(v, 0), *second = json_array_get(v, 1);
    if (json_is_number(first) && json_is_number(second)) {
        widen(b, json_number_value(first), json_number_value(second));
        return;
    }
    for (size_t i = 0; i < json_array_size(v); i++)
        walk_coordinates(json_array_get(v, i), b);
}

static void add_number(struct row_maker *m, const char *name, double v)
{
    add(m, str_from(name), buf_double_in(m->im->rows, v), false);
}

/* A point stays as it is; a middle has the decimals of a map (1 cm). */
static double middle(double from, double to)
{
    const double centimetre = 1e7;
    return from == to ? from : round((from / 2 + to / 2) * centimetre) / centimetre;
}

static void add_point(struct row_maker *m, const struct box *b)
{
    if (!b->any)
        return;
    add_number(m, "geometry.longitude", middle(b->west, b->east));
    add_number(m, "geometry.latitude", middle(b->south, b->north));
}

/* Exports of OpenStreetMap put the tags apart, or among the properties. */
static void add_feature(struct row_maker *m, const json_t *feature)
{
    struct box b = {0};
    const json_t *properties = json_object_get(feature, "properties"), *tags = json_object_get(properties, "tags");
    const json_t *meta = json_object_get(properties, "meta"), *id = json_object_get(feature, "id");
    walk_coordinates(json_object_get(json_object_get(feature, "geometry"), "coordinates"), &b);
    add_point(m, &b);
    if (!json_object_get(properties, "@id"))
        add_scalar(m, "@id", id);
    if (json_is_object(tags)) {
        add_members(m, tags);
        add_scalar(m, "@timestamp", json_object_get(meta, "timestamp"));
    } else {
        add_members(m, properties);
    }
}

static void add_element(struct row_maker *m, const json_t *element)
{
    struct box b = {0};
    const json_t *center = json_object_get(element, "center"), *bounds = json_object_get(element, "bounds");
    const json_t *at = center ? center : element;
    struct str type = json_get_str(element, "type"), id;
    if (json_is_number(json_object_get(at, "lat")) && json_is_number(json_object_get(at, "lon"))) {
        widen(&b, json_number_value(json_object_get(at, "lon")), json_number_value(json_object_get(at, "lat")));
    } else if (json_is_number(json_object_get(bounds, "minlat")) && json_is_number(json_object_get(bounds, "minlon"))) {
        widen(&b, json_number_value(json_object_get(bounds, "minlon")), json_number_value(json_object_get(bounds, "minlat")));
        widen(&b, json_number_value(json_object_get(bounds, "maxlon")), json_number_value(json_object_get(bounds, "maxlat")));
    }
    add_point(m, &b);
    if (table_json_cell(m->im->rows, json_object_get(element, "id"), &id) && id.n > 0)
        add(m, STR("@id"), arena_printf(m->im->rows, "%.*s/%.*s", STR_ARG(type), STR_ARG(id)), false);
    add_scalar(m, "@timestamp", json_object_get(element, "timestamp"));
    add_members(m, json_object_get(element, "tags"));
}

static size_t members(const json_t *object)
{
    const json_t *properties = json_object_get(object, "properties");
    return json_object_size(object) + json_object_size(properties) + json_object_size(json_object_get(properties, "tags")) +
           json_object_size(json_object_get(object, "tags"));
}

static enum err make_row(struct importer *im, enum format_container container, struct str text, size_t line,
                         struct format_row *row)
{
    enum { OWN_NAMES = 4 };
    json_t *object;
    struct str why = STR_NONE;
    if (json_parse(im->rows, text, &object, &why) != OK)
        return import_fail(im, "La fiche qui commence ligne %zu n’est pas du JSON valide. %.*s", line, STR_ARG(why));
    if (!json_is_object(object))
        return import_fail(im, "Ligne %zu : on attend une fiche entre accolades { }.", line);
    struct row_maker m = {.im = im, .cap = members(object) + OWN_NAMES};
    m.names = ARENA_ARRAY(im->rows, m.cap, struct str);
    m.values = ARENA_ARRAY(im->rows, m.cap, struct str);
    m.nested = ARENA_ARRAY(im->rows, m.cap, bool);
    if (container == FORMAT_GEOJSON)
        add_feature(&m, object);
    else if (container == FORMAT_OVERPASS)
        add_element(&m, object);
    else
        add_members(&m, object);
    *row = (struct format_row){m.names, m.values, m.nested, m.n, line, NULL};
    return OK;
}

/* -- the records of a list ------------------------------------------------------------------------ */

struct walk {
    struct table_cut k;
    bool lines, first; /* JSON lines: no brackets */
};

static enum err next_item(struct importer *im, struct walk *w, struct str *text, size_t *line, bool *has)
{
    if (w->lines) {
        while (w->k.at < w->k.text.n && strchr(" \t\r\n", table_cut_here(&w->k))) {
            w->k.line += table_cut_here(&w->k) == '\n';
            w->k.at++;
        }
        *has = w->k.at < w->k.text.n;
    } else {
        CUT(&w->k, table_cut_item(&w->k, &w->first, has));
    }
    *line = w->k.line;
    if (*has)
        CUT(&w->k, table_cut_value(&w->k, text));
    return OK;
}

static struct walk walk_of(const struct format_file *f, size_t list)
{
    return (struct walk){f->lists[list].at, f->container == FORMAT_JSON_LINES, true};
}

static enum err sample_list(struct importer *im, struct format_file *f, size_t list)
{
    struct walk w = walk_of(f, list);
    for (int i = 0; i < SAMPLE_MAX; i++) {
        struct str text;
        struct format_row row;
        size_t line;
        bool has;
        TRY(next_item(im, &w, &text, &line, &has));
        if (!has)
            break;
        TRY(make_row(im, f->container, text, line, &row));
        for (size_t k = 0; k < row.n; k++) {
            struct str *names = row.nested[k] ? f->nested : f->names;
            size_t *n = row.nested[k] ? &f->n_nested : &f->n_names;
            size_t before = *n;
            format_name(names, n, row.names[k]);
            if (*n > before)
                names[before] = arena_str(im->a, names[before]);
        }
        arena_reset(im->rows);
    }
    return OK;
}

enum err format_each_json(struct importer *im, const struct format_file *f, const struct format_reader *r)
{
    struct str key = r->key ? arena_printf(im->a, "\"%s\"", r->key) : STR_NONE;
    for (size_t list = 0; list < f->n_lists; list++) {
        struct walk w = walk_of(f, list);
        for (;;) {
            struct str text;
            struct format_row row;
            struct directory_problems problems = {0};
            size_t line;
            bool has;
            TRY(next_item(im, &w, &text, &line, &has));
            if (!has)
                break;
            if (r->key && (str_find(text, key, 0) >= 0) == r->without)
                continue;
            TRY(make_row(im, f->container, text, line, &row));
            row.list = f->lists[list].name;
            TRY(r->row(im, r->ctx, &row, &problems));
            arena_reset(im->rows);
            if (im->counts.rows % PROGRESS_ROWS == 0)
                import_progress(im, w.k.at);
        }
    }
    import_progress(im, im->in->data.n);
    return OK;
}

/* -- what the file is ----------------------------------------------------------------------------- */

static void add_list(struct format_file *f, const char *name, struct table_cut at)
{
    if (f->n_lists == FORMAT_LISTS_MAX)
        return;
    f->lists[f->n_lists].name = name;
    f->lists[f->n_lists++].at = at;
}

/* Of a whole file: says what it is, holds no record. */
static bool is_envelope(struct str key)
{
    static const char *const keys[] = {"type", "name", "crs", "bbox", "version", "generator", "osm3s", "timestamp", "copyright",
                                       "attribution", "license", "total", "page", "pages", "size", "count", "next", "previous"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_eq(key, str_from(keys[i])))
            return true;
    return false;
}

/* The first member of each kind of list. */
struct envelope {
    struct table_cut structures, services, features, elements, other;
    bool has_structures, has_services, has_features, has_elements, has_other;
    size_t members;
    struct str keys; /* that say nothing to us */
};

static bool is_list_of_objects(struct table_cut k)
{
    bool first = true, has;
    return table_cut_here(&k) == '[' && table_cut_item(&k, &first, &has) == OK && (!has || table_cut_here(&k) == '{');
}

static void note_member(struct importer *im, struct envelope *e, struct str key, struct table_cut at)
{
    static const char *const names[] = {"structures", "services", "features", "elements"};
    struct table_cut *const to[] = {&e->structures, &e->services, &e->features, &e->elements};
    bool *const has[] = {&e->has_structures, &e->has_services, &e->has_features, &e->has_elements};
    enum { KEYS_MAX = 400 };
    e->members++;
    if (is_list_of_objects(at)) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (str_eq(key, str_from(names[i]))) {
                *to[i] = at;
                *has[i] = true;
                return;
            }
        if (!e->has_other) {
            e->other = at;
            e->has_other = true;
            return;
        }
    }
    if (!is_envelope(key) && e->keys.n < KEYS_MAX)
        format_join(im->a, &e->keys, ", ", field_cut(key, 40));
}

static void name_container(struct format_file *f, const struct envelope *e)
{
    f->container = FORMAT_JSON;
    if (e->has_features) {
        f->container = FORMAT_GEOJSON;
        add_list(f, NULL, e->features);
    } else if (e->has_structures || e->has_services) {
        if (e->has_structures)
            add_list(f, "structures", e->structures);
        if (e->has_services)
            add_list(f, "services", e->services);
    } else if (e->has_elements) {
        f->container = FORMAT_OVERPASS;
        add_list(f, NULL, e->elements);
    } else if (e->has_other) {
        add_list(f, NULL, e->other);
    }
}

static enum err open_object(struct importer *im, struct format_file *f, struct table_cut k)
{
    const struct table_cut start = k;
    struct envelope e = {0};
    struct str key;
    bool first = true, has;
    for (;;) {
        CUT(&k, table_cut_member(&k, &first, &key, &has));
        if (!has)
            break;
        note_member(im, &e, key, k);
        CUT(&k, table_cut_value(&k, NULL));
    }
    name_container(f, &e);
    if (table_cut_finish(&k) != OK) {
        if (table_cut_here(&k) != '{')
            return cut_failed(im, &k);
        f->n_lists = 0; /* an object after the other */
    }
    if (f->n_lists == 0) {
        if (e.members == 0)
            return import_fail(im, "Ce JSON n’a ni « structures » ni « services », ni aucune autre liste de fiches.");
        f->container = FORMAT_JSON_LINES;
        add_list(f, NULL, start);
    } else {
        struct str rest = e.keys, name;
        while (str_split(&rest, ',', &name))
            import_ignore(im, str_trim(name));
    }
    return OK;
}

static enum err open_array(struct importer *im, struct format_file *f, struct table_cut k)
{
    f->container = FORMAT_JSON;
    add_list(f, NULL, k);
    CUT(&k, table_cut_value(&k, NULL));
    CUT(&k, table_cut_finish(&k));
    return OK;
}

enum err format_open_json(struct importer *im, struct format_file *f)
{
    struct table_cut k;
    if (!str_is_utf8(im->in->data))
        return import_fail(im, "Ce JSON n’est pas en UTF-8. Enregistrez-le de nouveau en UTF-8.");
    table_cut_start(&k, im->a, f->text);
    for (const char *p = im->in->data.p; p < f->text.p; p++)
        k.line += *p == '\n';
    TRY(table_cut_here(&k) == '[' ? open_array(im, f, k) : open_object(im, f, k));
    for (size_t i = 0; i < f->n_lists; i++)
        TRY(sample_list(im, f, i));
    for (size_t i = 0; i < f->n_names; i++)
        format_join(im->a, &f->header, ", ", field_cut(f->names[i], 40));
    if (f->n_names == 0 && f->n_nested == 0 && !f->lists[0].name)
        return import_fail(im, "Le fichier ne contient aucune fiche.");
    return OK;
}
