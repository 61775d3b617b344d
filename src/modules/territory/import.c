/* Official coordinates from a file: every row is read and judged first, then only what differs from the
 * database is written. */
#include <math.h>

#include "base/csv.h"
#include "base/json.h"
#include "modules/territory/private.h"

enum { REFUSALS_MAX = 1000 };

struct importing {
    struct arena *a;
    struct territory_import_report *report;
    struct territory_coordinate *found; /* by commune index; surface_ha −1: no row yet */
    size_t *lines;
    size_t refusals_cap;
};

struct import_row {
    size_t line;
    struct str code, lat, lon; /* as text, for the report */
    bool has_point;
    double latitude, longitude;
    double surface_ha; /* 0: not known; negative or not a number: refused */
};

static void refuse(struct importing *in, const struct import_row *row, struct str value, struct str why)
{
    struct territory_import_report *r = in->report;
    r->refused++;
    if (r->n_refusals == REFUSALS_MAX)
        return;
    r->refusals = arena_grow(in->a, r->refusals, r->n_refusals, &in->refusals_cap, r->n_refusals + 1,
                             sizeof *r->refusals);
    r->refusals[r->n_refusals++] = (struct territory_refusal){row->line, arena_str(in->a, str_sub(value, 0, 60)), why};
}

static struct str unknown_code(struct arena *a, struct str code)
{
    struct territory_commune today;
    if (code.n == 0)
        return STR("Le code de la commune manque.");
    if (territory_commune_find(code, &today))
        return arena_printf(a, "Cette commune fait maintenant partie de %.*s (%.*s).", STR_ARG(today.name),
                            STR_ARG(today.code));
    return STR("Ce code de commune n’existe pas.");
}

static void take_row(struct importing *in, const struct import_row *row)
{
    struct territory_commune commune;
    struct geo_point p = {row->latitude, row->longitude};
    in->report->read++;
    if (!territory_code_is_current(row->code) || !territory_commune_find(row->code, &commune)) {
        refuse(in, row, row->code, unknown_code(in->a, row->code));
        return;
    }
    if (!row->has_point && row->lat.n + row->lon.n > 0) {
        refuse(in, row, arena_printf(in->a, "%.*s %.*s", STR_ARG(row->lat), STR_ARG(row->lon)),
               STR("La latitude et la longitude sont deux nombres, comme 48.1113 et -1.6743."));
        return;
    }
    if (!row->has_point) {
        in->report->without_point++;
        return;
    }
    if (!geo_valid(p) || !geo_in_france(p)) {
        struct geo_point swapped = {p.lon, p.lat};
        refuse(in, row, arena_printf(in->a, "%.*s %.*s", STR_ARG(row->lat), STR_ARG(row->lon)),
               geo_valid(swapped) && geo_in_france(swapped)
                   ? STR("La latitude et la longitude sont inversées.")
                   : STR("Ce point n’est pas en France."));
        return;
    }
    if (!(row->surface_ha >= 0 && row->surface_ha < 2e7)) {
        refuse(in, row, row->code, STR("La surface n’est pas un nombre possible."));
        return;
    }
    if (in->lines[commune.index] != 0) {
        refuse(in, row, row->code,
               arena_printf(in->a, "Cette commune est déjà donnée, ligne %zu.", in->lines[commune.index]));
        return;
    }
    in->lines[commune.index] = row->line;
    in->found[commune.index] = (struct territory_coordinate){
        commune.index, (int32_t)lround(p.lat * 1e6), (int32_t)lround(p.lon * 1e6), (int32_t)lround(row->surface_ha)};
}

/* -- CSV */

enum column { CODE, LAT, LON, SURFACE_KM2, COLUMN_COUNT };

static void find_columns(const struct csv_row *header, ptrdiff_t at[COLUMN_COUNT])
{
    static const struct {
        struct str name;
        enum column column;
    } names[] = {
        {STR_INIT("code"), CODE},           {STR_INIT("code_insee"), CODE},
        {STR_INIT("lat"), LAT},             {STR_INIT("latitude"), LAT},
        {STR_INIT("lon"), LON},             {STR_INIT("lng"), LON},
        {STR_INIT("longitude"), LON},       {STR_INIT("surface_km2"), SURFACE_KM2},
        {STR_INIT("superficie_km2"), SURFACE_KM2},
    };
    for (int c = 0; c < COLUMN_COUNT; c++)
        at[c] = -1;
    for (size_t i = 0; i < header->n; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (str_eq_nocase(str_trim(header->cells[i]), names[k].name) && at[names[k].column] < 0)
                at[names[k].column] = (ptrdiff_t)i;
}

static struct str cell(const struct csv_row *row, ptrdiff_t column)
{
    return column >= 0 && (size_t)column < row->n ? str_trim(row->cells[column]) : STR_NONE;
}

static enum err read_csv(struct importing *in, struct str file, struct str *why)
{
    struct csv_reader *reader = csv_reader_new(in->a, file, (struct csv_options){0});
    struct csv_row row;
    ptrdiff_t at[COLUMN_COUNT];
    if (!csv_next(reader, &row)) {
        *why = STR("Le fichier est vide.");
        return ERR_INVALID;
    }
    find_columns(&row, at);
    if (at[CODE] < 0 || at[LAT] < 0 || at[LON] < 0) {
        *why = STR("Il faut les colonnes code, lat et lon (et surface_km2 si elle est connue), "
                   "ou le JSON de geo.api.gouv.fr.");
        return ERR_INVALID;
    }
    while (csv_next(reader, &row)) {
        struct import_row r = {.line = row.line, .code = cell(&row, at[CODE]), .lat = cell(&row, at[LAT]),
                               .lon = cell(&row, at[LON])};
        struct str surface = cell(&row, at[SURFACE_KM2]);
        r.has_point = str_to_double(r.lat, &r.latitude) && str_to_double(r.lon, &r.longitude);
        if (surface.n > 0)
            r.surface_ha = str_to_double(surface, &r.surface_ha) ? r.surface_ha * 100 : -1;
        take_row(in, &r);
    }
    return OK;
}

/* -- JSON of geo.api.gouv.fr */

static struct str number_text(struct arena *a, const json_t *number)
{
    return json_is_number(number) ? buf_double_in(a, json_number_value(number)) : STR_NONE;
}

static enum err read_json(struct importing *in, struct str file, struct str *why)
{
    json_t *tree, *item;
    size_t i;
    TRY(json_parse(in->a, file, &tree, why));
    if (!json_is_array(tree)) {
        *why = STR("Le JSON attendu est la liste des communes de geo.api.gouv.fr : "
                   "[{\"code\": …, \"centre\": …}, …].");
        return ERR_INVALID;
    }
    json_array_foreach(tree, i, item) {
        /* People go to the town hall rather than to the middle of the fields, when the file says where it is. */
        const json_t *hall = json_object_get(json_object_get(item, "mairie"), "coordinates");
        const json_t *point = hall ? hall : json_object_get(json_object_get(item, "centre"), "coordinates");
        const json_t *lon = json_array_get(point, 0), *lat = json_array_get(point, 1);
        const json_t *surface = json_object_get(item, "surface");
        struct import_row r = {
            .line = i + 1,
            .code = json_get_str(item, "code"),
            .lat = number_text(in->a, lat),
            .lon = number_text(in->a, lon),
            .has_point = json_is_number(lat) && json_is_number(lon),
        };
        if (!r.has_point && point && !json_is_null(point))
            r.lat = STR("?");
        r.latitude = json_number_value(lat);
        r.longitude = json_number_value(lon);
        if (surface && !json_is_null(surface))
            r.surface_ha = json_is_number(surface) ? json_number_value(surface) : -1;
        take_row(in, &r);
    }
    return OK;
}

/* -- writing what differs */

static enum err save(struct importing *in, struct db_conn *c)
{
    struct territory_import_report *r = in->report;
    struct territory_coordinate *old;
    size_t n_old, n_new = 0;
    struct territory_coordinate *changed = ARENA_ARRAY(in->a, territory_count(), struct territory_coordinate);
    TRY(territory_store_coordinates(c, in->a, &old, &n_old));
    for (uint32_t i = 0, k = 0; i < territory_count(); i++) {
        while (k < n_old && old[k].commune < i)
            k++;
        if (in->lines[i] == 0)
            continue;
        bool known = k < n_old && old[k].commune == i;
        struct territory_coordinate *now = &in->found[i];
        if (known && now->surface_ha == 0)
            now->surface_ha = old[k].surface_ha; /* a file without surfaces does not erase them */
        if (known && now->lat_e6 == old[k].lat_e6 && now->lon_e6 == old[k].lon_e6 &&
            now->surface_ha == old[k].surface_ha) {
            r->unchanged++;
            continue;
        }
        changed[n_new++] = *now;
        r->added += !known;
        r->changed += known;
    }
    if (n_new == 0)
        return OK;
    TRY(territory_store_save_coordinates(c, in->a, changed, n_new));
    return db_touch(c, "territory");
}

enum err territory_import(struct db_conn *c, struct arena *a, struct str file,
                          struct territory_import_report *report, struct str *why)
{
    *report = (struct territory_import_report){.read = 0};
    struct importing in = {
        .a = a,
        .report = report,
        .found = ARENA_ARRAY(a, territory_count(), struct territory_coordinate),
        .lines = ARENA_ARRAY(a, territory_count(), size_t),
    };
    struct str start = str_trim(str_starts(file, STR("\xEF\xBB\xBF")) ? str_sub(file, 3, file.n) : file);
    bool json = str_starts(start, STR("[")) || str_starts(start, STR("{"));
    TRY(json ? read_json(&in, file, why) : read_csv(&in, file, why));
    return save(&in, c);
}
