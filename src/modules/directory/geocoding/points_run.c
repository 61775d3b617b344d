/* Asking the address service what is next to the points of a file whose records say no address, before it is imported. */
#include "base/clock.h"
#include "modules/directory/geocoding/points.h"
#include "modules/directory/geocoding/service.h"
#include "modules/directory/import/import.h"

struct run {
    const struct directory_geocoding *in;
    const struct directory_import *file;
    struct directory_locating_result *out;
    struct arena *a;     /* of the run */
    struct arena *batch; /* of one request and its transaction */
    struct outgoing *service;
    struct geocode_near *points;
    size_t n, cap;
};

/* -- what the file does not say --------------------------------------------------------------------- */

static enum err meet(void *ctx, enum directory_kind kind, const void *record)
{
    struct run *r = ctx;
    const struct directory_place *p = record;
    if (kind != DIRECTORY_PLACE || !p->latitude.known || !p->longitude.known)
        return OK;
    struct geocode_said said = {p->adresse, p->commune, p->code_postal, p->code_insee};
    bool lacks = geocode_lacks(r->batch, &said);
    arena_reset(r->batch);
    if (!lacks)
        return OK;
    const struct geo_point point = {p->latitude.value, p->longitude.value};
    if (!import_may_be_here(r->file, point)) /* it will not be taken: nobody needs to know where it is */
        return OK;
    r->out->without_address++;
    r->points = arena_grow(r->a, r->points, r->n, &r->cap, r->n + 1, sizeof *r->points);
    r->points[r->n++] = (struct geocode_near){.at = geocode_place_of(point)};
    return OK;
}

/* Each point once. */
static void sort_points(struct run *r)
{
    size_t kept = 0;
    if (r->n > 0)
        qsort(r->points, r->n, sizeof *r->points, geocode_near_compare);
    for (size_t i = 0; i < r->n; i++)
        if (kept == 0 || geocode_near_compare(&r->points[kept - 1], &r->points[i]) != 0)
            r->points[kept++] = r->points[i];
    r->n = kept;
}

/* Both in the order of the points: one pass. */
static enum err leave_known(struct run *r, struct db_conn *c)
{
    struct db_rows *rows;
    enum err e;
    bool has;
    size_t at = 0, kept = 0;
    int64_t oldest_ms = clock_now_ms() - (int64_t)GEOCODE_ASK_AGAIN_DAYS * 86400000;
    TRY(db_query(c, "SELECT latitude, longitude FROM directory_point WHERE found = 1 OR at_ms > $1 ORDER BY latitude, longitude",
                 DB_PARAMS(DB_INT(oldest_ms)), &rows));
    while ((e = db_next(rows, &has)) == OK && has) {
        const struct geocode_near known = {.at = {(int32_t)db_col_int(rows, 0), (int32_t)db_col_int(rows, 1)}};
        while (at < r->n && geocode_near_compare(&r->points[at], &known) < 0)
            r->points[kept++] = r->points[at++];
        if (at < r->n && geocode_near_compare(&r->points[at], &known) == 0)
            at++;
    }
    db_rows_end(rows);
    while (at < r->n)
        r->points[kept++] = r->points[at++];
    r->n = kept;
    r->out->to_ask = (int64_t)kept;
    return e;
}

/* -- asking --------------------------------------------------------------------------------------- */

struct writing {
    const struct geocode_near *points;
    size_t n;
};

static enum err keep_answers(struct db_conn *c, void *ctx)
{
    const struct writing *w = ctx;
    for (size_t i = 0; i < w->n; i++) {
        const struct geocode_near *p = &w->points[i];
        if (!p->answered)
            continue;
        TRY(db_exec(c,
                    "INSERT INTO directory_point (latitude, longitude, found, adresse, commune, code_postal, code_insee, distance_m,"
                    " at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (latitude, longitude) DO UPDATE SET found = $3,"
                    " adresse = $4, commune = $5, code_postal = $6, code_insee = $7, distance_m = $8, at_ms = $9",
                    DB_PARAMS(DB_INT(p->at.lat), DB_INT(p->at.lon), DB_INT(p->found), DB_TEXT_OR_NULL(p->adresse),
                              DB_TEXT_OR_NULL(p->commune), DB_TEXT_OR_NULL(p->code_postal), DB_TEXT_OR_NULL(p->code_insee),
                              p->found ? DB_INT(p->distance_m) : DB_NULL, DB_INT(clock_now_ms())),
                    NULL));
    }
    return OK;
}

/* The connection is held for the transaction only: a slow service holds nothing. */
static enum err ask_batch(struct run *r, struct db *db, struct geocode_near *points, size_t n, struct str *why)
{
    enum { LINE_MOST = 64 };
    struct writing w = {points, n};
    struct db_conn *c;
    struct buf file;
    struct str csv;
    if (r->in->each_batch)
        TRY(r->in->each_batch(r->in->ctx));
    buf_init(&file, (GEOCODE_BATCH + 1) * LINE_MOST);
    geocode_near_write(points, n, &file);
    enum err e = file.failed ? ERR_LIMIT : geocode_service_post(r->service, r->batch, "/reverse/csv/", buf_str(&file), NULL, 0, &csv, why);
    buf_deinit(&file);
    TRY(e);
    TRY(geocode_near_read(r->batch, csv, points, n, why));
    for (size_t i = 0; i < n; i++) {
        r->out->asked += points[i].answered;
        r->out->found += points[i].found;
    }
    TRY(db_acquire(db, &c));
    e = db_transaction(c, DB_WRITE, keep_answers, &w);
    db_release(c);
    arena_reset(r->batch);
    return e;
}

static enum err ask_all(struct run *r, struct db *db, struct str *why)
{
    TRY(geocode_service_open(r->a, r->in, &r->service, why));
    for (size_t at = 0, n; at < r->n; at += n) {
        n = r->n - at < GEOCODE_BATCH ? r->n - at : GEOCODE_BATCH;
        TRY(ask_batch(r, db, &r->points[at], n, why));
    }
    return OK;
}

static enum err locate(struct run *r, struct db *db, const struct directory_import *file, struct str *why)
{
    struct db_conn *c;
    enum err e = import_scout_file(file, r->a, &(struct import_scout){meet, r}, why);
    if (e == ERR_INVALID)
        *why = STR_NONE; /* the import says what is wrong with the file */
    if (e != OK)
        return e == ERR_INVALID ? OK : e;
    sort_points(r);
    if (r->n == 0)
        return OK;
    TRY(db_acquire(db, &c));
    e = leave_known(r, c);
    db_release(c);
    return e != OK || r->in->dry_run || r->n == 0 ? e : ask_all(r, db, why);
}

enum err directory_locate(struct db *db, struct arena *a, const struct directory_import *file, const struct directory_geocoding *in,
                          struct directory_locating_result *out, struct str *why)
{
    struct run r = {.in = in, .file = file, .out = out, .a = arena_new(SIZE_MAX), .batch = arena_new(SIZE_MAX)};
    struct str said = STR_NONE;
    *out = (struct directory_locating_result){0};
    enum err e = r.a && r.batch ? locate(&r, db, file, &said) : ERR_LIMIT;
    *why = said.n ? arena_str(a, said) : e == OK ? STR_NONE : arena_printf(a, "La recherche s’est arrêtée : %s.", err_name(e));
    arena_free(r.batch);
    arena_free(r.a);
    return e;
}
