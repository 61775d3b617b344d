/* What is asked of the address service, and what its answer is worth. Pure. */
#include "modules/directory/geocoding/addresses.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "modules/directory/geocoding/service.h"
#include "modules/territory/territory.h"

/* -- asking --------------------------------------------------------------------------------------- */

/* The code that filters the answers. Paris, Lyon and Marseille are known by their arrondissements only. */
static struct str filter_code(struct str code_insee)
{
    struct territory_commune c;
    if (!territory_commune_find(code_insee, &c) || str_eq(c.code, STR("75056")) || str_eq(c.code, STR("69123")) ||
        str_eq(c.code, STR("13055")))
        return STR_NONE;
    return c.code;
}

bool geocode_query_make(struct arena *a, struct str adresse, struct str code_postal, struct str commune, struct str code_insee,
                        struct geocode_query *out)
{
    struct str street = text_fold(a, adresse), town = text_fold(a, commune);
    if (street.n == 0 || (town.n == 0 && code_postal.n == 0))
        return false;
    *out = (struct geocode_query){
        .key = arena_printf(a, "%.*s|%.*s|%.*s", STR_ARG(street), STR_ARG(code_postal), STR_ARG(town)),
        .adresse = adresse,
        .code_postal = code_postal,
        .commune = commune,
        .code_insee = filter_code(code_insee),
    };
    return true;
}

void geocode_write(const struct geocode_query *queries, size_t n, struct buf *out)
{
    struct csv_writer w = {.out = out, .guard = CSV_EXACT};
    buf_lit(out, "numero,adresse,commune,code_postal,code_insee\n");
    for (size_t i = 0; i < n; i++) {
        char number[24];
        int length = snprintf(number, sizeof number, "%zu", i);
        csv_cell(&w, (struct str){number, (size_t)length});
        csv_cell(&w, queries[i].adresse);
        csv_cell(&w, queries[i].commune);
        csv_cell(&w, queries[i].code_postal);
        csv_cell(&w, queries[i].code_insee);
        csv_end_row(&w);
    }
}

/* -- reading -------------------------------------------------------------------------------------- */

enum { LATITUDE, LONGITUDE, SCORE, LABEL, TYPE, CITY, CITY_CODE, COLUMNS };
static const char *const column_names[COLUMNS] = {"latitude",    "longitude",   "result_score",   "result_label",
                                                  "result_type", "result_city", "result_citycode"};

/* The national map's rule: surely, or rather and in the right town. */
static bool good_enough(struct arena *a, double score, struct str city, struct str commune)
{
    const double surely = 0.6, rather = 0.4;
    return score > surely || (score > rather && city.n > 0 && str_eq(text_fold(a, city), text_fold(a, commune)));
}

struct reading {
    struct arena *a;
    const struct geocode_query *queries;
    struct geocode_answer *answers;
};

static void read_answer(void *ctx, size_t number, const struct str *cells)
{
    struct reading *r = ctx;
    struct geocode_answer *out = &r->answers[number];
    out->answered = true;
    if (!str_to_double(cells[SCORE], &out->score) || !(out->score >= 0 && out->score <= 1) ||
        !str_to_double(cells[LATITUDE], &out->point.lat) || !str_to_double(cells[LONGITUDE], &out->point.lon)) {
        *out = (struct geocode_answer){.answered = true}; /* found nothing */
        return;
    }
    out->label = geocode_service_text(r->a, cells[LABEL], 200);
    out->type = geocode_service_text(r->a, cells[TYPE], 40);
    out->code_insee = geocode_service_text(r->a, cells[CITY_CODE], 5);
    out->found = geo_valid(out->point) && geo_in_france(out->point) &&
                 good_enough(r->a, out->score, cells[CITY], r->queries[number].commune);
}

enum err geocode_read(struct arena *a, struct str csv, const struct geocode_query *queries, size_t n,
                      struct geocode_answer *answers, struct str *why)
{
    struct reading r = {a, queries, answers};
    return geocode_service_rows(a, csv, &(struct geocode_rows){column_names, COLUMNS, n, read_answer, &r}, why);
}

/* -- worth ---------------------------------------------------------------------------------------- */

static struct str commune_of(struct str code)
{
    struct territory_commune c;
    if (!territory_commune_find(code, &c))
        return code;
    return c.parent.n ? c.parent : c.code;
}

bool geocode_same_commune(struct str record_insee, struct str answer_insee)
{
    return record_insee.n == 0 || str_eq(commune_of(record_insee), commune_of(answer_insee));
}

struct str geocode_words(struct arena *a, const struct geocode_answer *answer)
{
    struct buf b;
    buf_init(&b, 200);
    buf_double(&b, answer->point.lat);
    buf_char(&b, ',');
    buf_double(&b, answer->point.lon);
    struct str point = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return arena_printf(a, "%.*s (%.*s%s%.2f)", STR_ARG(point), STR_ARG(answer->type), answer->type.n ? " " : "", answer->score);
}

struct str geocode_remarked(struct arena *a, struct str remarks, const char *rule)
{
    json_t *all = NULL, *one;
    size_t i;
    if (str_find(remarks, str_from(rule), 0) < 0 || json_parse(a, remarks, &all, NULL) != OK)
        return STR_NONE;
    json_array_foreach(all, i, one) {
        const char *its = json_string_value(json_array_get(one, 1));
        if (its && strcmp(its, rule) == 0)
            return arena_str(a, str_from(json_string_value(json_array_get(one, 3))));
    }
    return STR_NONE;
}

bool geocode_same_address(struct arena *a, const struct directory_place *x, const struct directory_place *y)
{
    struct geocode_query p, q;
    return geocode_query_make(a, x->adresse, x->code_postal, x->commune, x->code_insee, &p) &&
           geocode_query_make(a, y->adresse, y->code_postal, y->commune, y->code_insee, &q) && str_eq(p.key, q.key);
}

/* The list that is there, without its closing bracket; "[" when there is none that can be read. */
static struct str open_list(struct arena *a, struct str remarks)
{
    json_t *all;
    remarks = str_trim(remarks);
    if (remarks.n == 0 || json_parse(a, remarks, &all, NULL) != OK || json_array_size(all) == 0) /* 0 for what is no array, too */
        return STR("[");
    return arena_printf(a, "%.*s,", (int)remarks.n - 1, remarks.p);
}

struct str geocode_remark(struct arena *a, struct str remarks, struct str after)
{
    enum { MOST = 4096 };
    struct json_writer w;
    struct buf b;
    buf_init(&b, MOST);
    json_start(&w, &b);
    const struct str remark[] = {STR("latitude"), STR(GEOCODE_RULE), STR(""), after};
    json_array_begin(&w);
    for (size_t i = 0; i < sizeof remark / sizeof *remark; i++)
        json_str(&w, remark[i]);
    json_array_end(&w);
    struct str out = arena_printf(a, "%.*s%.*s]", STR_ARG(open_list(a, remarks)), STR_ARG(buf_str(&b)));
    buf_deinit(&b);
    return out;
}
