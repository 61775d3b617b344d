/* What is asked of the address service about points, and what its answer is worth. */
#include "modules/directory/geocoding/points.h"

#include <math.h>

#include "base/text.h"
#include "modules/directory/geocoding/addresses.h"
#include "modules/directory/geocoding/service.h"
#include "modules/territory/territory.h"

static const double per_degree = 100000;

struct geocode_place geocode_place_of(struct geo_point p)
{
    return (struct geocode_place){(int32_t)lround(p.lat * per_degree), (int32_t)lround(p.lon * per_degree)};
}

/* -- asking --------------------------------------------------------------------------------------- */

void geocode_near_write(const struct geocode_near *points, size_t n, struct buf *out)
{
    buf_lit(out, "numero,latitude,longitude\n");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "%zu,", i);
        buf_double(out, points[i].at.lat / per_degree);
        buf_char(out, ',');
        buf_double(out, points[i].at.lon / per_degree);
        buf_char(out, '\n');
    }
}

/* -- reading -------------------------------------------------------------------------------------- */

enum { DISTANCE, TYPE, NAME, STREET, POSTAL, CITY, CITY_CODE, COLUMNS };
static const char *const column_names[COLUMNS] = {"result_distance", "result_type", "result_name",    "result_street",
                                                  "result_postcode", "result_city", "result_citycode"};

struct reading {
    struct arena *a;
    struct geocode_near *points;
};

/* "4 Rue Haute" when it is the house, "Rue Haute" when it is farther, nothing when it is another one. */
static struct str street_of(const struct str *cells, double distance)
{
    bool house = str_eq(cells[TYPE], STR("housenumber"));
    if (distance > GEOCODE_STREET_M || str_eq(cells[TYPE], STR("municipality")))
        return STR_NONE;
    return house && distance > GEOCODE_NUMBER_M ? cells[STREET] : cells[NAME];
}

static bool has_code(struct str postal)
{
    for (size_t i = 0; i < postal.n; i++)
        if (postal.p[i] < '0' || postal.p[i] > '9')
            return false;
    return postal.n == 5;
}

static void read_near(void *ctx, size_t number, const struct str *cells)
{
    enum { NAME_MOST = 200 };
    struct reading *r = ctx;
    struct geocode_near *out = &r->points[number];
    struct territory_commune c;
    double distance;
    *out = (struct geocode_near){.at = out->at, .answered = true};
    if (!str_to_double(cells[DISTANCE], &distance) || !(distance >= 0 && distance <= GEOCODE_TOWN_M) ||
        !territory_commune_find(cells[CITY_CODE], &c) || !has_code(cells[POSTAL]))
        return;
    out->adresse = geocode_service_text(r->a, street_of(cells, distance), NAME_MOST);
    out->commune = geocode_service_text(r->a, cells[CITY], NAME_MOST);
    out->code_postal = arena_str(r->a, cells[POSTAL]);
    out->code_insee = c.code;
    out->distance_m = (int)lround(distance);
    out->found = out->commune.n > 0;
}

enum err geocode_near_read(struct arena *a, struct str csv, struct geocode_near *points, size_t n, struct str *why)
{
    struct reading r = {a, points};
    return geocode_service_rows(a, csv, &(struct geocode_rows){column_names, COLUMNS, n, read_near, &r}, why);
}

/* -- what is known -------------------------------------------------------------------------------- */

int geocode_near_compare(const void *a, const void *b)
{
    const struct geocode_place x = ((const struct geocode_near *)a)->at, y = ((const struct geocode_near *)b)->at;
    if (x.lat != y.lat)
        return x.lat < y.lat ? -1 : 1;
    return (x.lon > y.lon) - (x.lon < y.lon);
}

const struct geocode_near *geocode_known_at(const struct geocode_known *known, struct geo_point p)
{
    const struct geocode_near wanted = {.at = geocode_place_of(p)};
    return known->n > 0 ? bsearch(&wanted, known->items, known->n, sizeof wanted, geocode_near_compare) : NULL;
}

enum err geocode_known_load(struct db_conn *c, struct arena *a, struct geocode_known *out)
{
    struct db_rows *rows;
    enum err e;
    bool has;
    size_t cap = 0;
    *out = (struct geocode_known){0};
    TRY(db_query(c,
                 "SELECT latitude, longitude, adresse, commune, code_postal, code_insee, distance_m FROM directory_point"
                 " WHERE found = 1 ORDER BY latitude, longitude",
                 DB_NO_PARAMS, &rows));
    while ((e = db_next(rows, &has)) == OK && has) {
        out->items = arena_grow(a, out->items, out->n, &cap, out->n + 1, sizeof *out->items);
        out->items[out->n++] = (struct geocode_near){
            .at = {(int32_t)db_col_int(rows, 0), (int32_t)db_col_int(rows, 1)},
            .answered = true,
            .found = true,
            .adresse = db_col_text_in(rows, 2, a),
            .commune = db_col_text_in(rows, 3, a),
            .code_postal = db_col_text_in(rows, 4, a),
            .code_insee = db_col_text_in(rows, 5, a),
            .distance_m = (int)db_col_int(rows, 6),
        };
    }
    db_rows_end(rows);
    return e;
}

/* -- worth ---------------------------------------------------------------------------------------- */

/* "-", "?" say nothing. */
static bool says_nothing(struct arena *a, struct str cell)
{
    return cell.n == 0 || text_fold(a, cell).n == 0;
}

bool geocode_lacks(struct arena *a, const struct geocode_said *said)
{
    return says_nothing(a, said->adresse) || says_nothing(a, said->commune) || says_nothing(a, said->code_postal);
}

/* However it is written: "St Malo", a former commune. */
static bool names_it(struct arena *a, struct str name, const struct geocode_near *near)
{
    struct territory_match *named;
    size_t n = territory_named(a, name, false, &named);
    for (size_t i = 0; i < n; i++)
        if (geocode_same_commune(named[i].commune.code, near->code_insee))
            return true;
    return str_eq(text_fold(a, name), text_fold(a, near->commune));
}

static bool posts_it(struct str code_postal, const struct geocode_near *near)
{
    struct territory_commune c;
    if (str_eq(code_postal, near->code_postal))
        return true;
    if (!territory_commune_find(near->code_insee, &c))
        return false;
    for (uint32_t i = 0; i < c.n_postal_codes; i++)
        if (str_eq(territory_postal_code(&c, i), code_postal))
            return true;
    return false;
}

static bool fill(struct arena *a, struct str *cell, struct str value)
{
    bool filled = value.n > 0 && says_nothing(a, *cell);
    if (filled)
        *cell = value;
    return filled;
}

const char *geocode_complete(struct arena *a, const struct geocode_near *near, struct geocode_said *said)
{
    if (!near->found || !geocode_lacks(a, said) || !geocode_same_commune(said->code_insee, near->code_insee) ||
        (!says_nothing(a, said->commune) && !names_it(a, said->commune, near)) ||
        (!says_nothing(a, said->code_postal) && !posts_it(said->code_postal, near)))
        return NULL;
    bool street = fill(a, &said->adresse, near->adresse), town = fill(a, &said->commune, near->commune);
    bool code = fill(a, &said->code_postal, near->code_postal);
    if (!street && !town && !code)
        return NULL;
    fill(a, &said->code_insee, near->code_insee);
    return street ? GEOCODE_STREET_RULE : town ? "commune" GEOCODE_POINT_RULE : "code_postal" GEOCODE_POINT_RULE;
}
