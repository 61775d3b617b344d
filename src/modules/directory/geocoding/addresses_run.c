/* Asking the address service for the places that have no point, and writing what it is right about. */
#include "modules/directory/geocoding/addresses.h"

#include "base/clock.h"
#include "base/log.h"
#include "modules/directory/duplicates/merge.h"
#include "modules/directory/geocoding/service.h"
#include "modules/directory/jobs.h"
#include "modules/directory/record.h"
#include "modules/territory/territory.h"

/* A place without a point. */
struct wanted {
    struct str id, code_insee;
    struct geocode_query query;
};
/* Places with the same address: one question. */
struct question {
    size_t first, n; /* in run.places */
    struct geocode_query query;
    struct geocode_answer answer;
    bool fresh; /* the answer is new: to be kept */
    enum { TO_ASK, TO_WRITE, TO_WAIT } state;
};
struct run {
    const struct directory_geocoding *in;
    struct directory_geocoding_result *out;
    struct arena *a;     /* of the run */
    struct arena *batch; /* of one request and its transaction */
    struct outgoing *service;
    struct wanted *places; /* by key */
    struct question *questions;
    size_t n_places, n_questions;
};

/* -- what has no point ---------------------------------------------------------------------------- */

static int compare_wanted(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    int c = str_cmp(x->query.key, y->query.key);
    return c ? c : str_cmp(x->id, y->id);
}

/* A point that a person emptied stays empty; a place that stands for others has the point of one of them. */
#define NOT_CHOSEN                                                                                                        \
    " AND t.deleted_at_ms = 0 AND t.latitude IS NULL AND t.longitude IS NULL AND NOT EXISTS (SELECT 1 FROM directory_choice h" \
    " WHERE h.kind = 0 AND h.record_id = t.id AND h.field IN ('latitude', 'longitude'))"                                   \
    " AND NOT EXISTS (SELECT 1 FROM directory_merge m WHERE m.place_id = t.id AND m.undone_at_ms = 0)"

static enum err read_places(struct run *r, struct db_conn *c)
{
    struct db_rows *rows;
    enum err e;
    bool has;
    size_t cap = 0;
    TRY(db_query(c,
                 "SELECT t.id, t.adresse, t.code_postal, t.commune, t.code_insee FROM directory_place t WHERE 1 = 1" NOT_CHOSEN,
                 DB_NO_PARAMS, &rows));
    while ((e = db_next(rows, &has)) == OK && has) {
        struct wanted w = {.id = db_col_text_in(rows, 0, r->a), .code_insee = db_col_text_in(rows, 4, r->a)};
        if (!geocode_query_make(r->a, db_col_text_in(rows, 1, r->a), db_col_text_in(rows, 2, r->a),
                                db_col_text_in(rows, 3, r->a), w.code_insee, &w.query))
            continue;
        r->places = arena_grow(r->a, r->places, r->n_places, &cap, r->n_places + 1, sizeof *r->places);
        r->places[r->n_places++] = w;
    }
    db_rows_end(rows);
    return e;
}

static void make_questions(struct run *r)
{
    r->questions = ARENA_ARRAY(r->a, r->n_places, struct question);
    if (r->n_places)
        qsort(r->places, r->n_places, sizeof *r->places, compare_wanted);
    for (size_t i = 0; i < r->n_places; i++) {
        struct question *last = r->n_questions ? &r->questions[r->n_questions - 1] : NULL;
        if (last && str_eq(last->query.key, r->places[i].query.key)) {
            last->n++;
            if (last->query.code_insee.n == 0)
                last->query.code_insee = r->places[i].query.code_insee;
        } else {
            r->questions[r->n_questions++] = (struct question){.first = i, .n = 1, .query = r->places[i].query};
        }
    }
    r->out->without_point = (int64_t)r->n_places;
}

/* -- what is known already ------------------------------------------------------------------------ */

static bool suits_one(const struct run *r, const struct question *q)
{
    for (size_t i = 0; q->answer.found && i < q->n; i++)
        if (geocode_same_commune(r->places[q->first + i].code_insee, q->answer.code_insee))
            return true;
    return false;
}

static void take_known(struct run *r, struct question *q, const struct db_rows *rows, int64_t now_ms)
{
    q->answer = (struct geocode_answer){
        .answered = true,
        .found = db_col_int(rows, 1) != 0,
        .point = {db_col_real(rows, 2), db_col_real(rows, 3)},
        .score = db_col_real(rows, 4),
        .type = db_col_text_in(rows, 5, r->a),
        .code_insee = db_col_text_in(rows, 6, r->a),
    };
    bool recent = now_ms - db_col_int(rows, 7) < (int64_t)GEOCODE_ASK_AGAIN_DAYS * 86400000;
    q->state = suits_one(r, q) ? TO_WRITE : recent ? TO_WAIT : TO_ASK;
}

/* Both in the order of the keys: one pass. */
static enum err read_known(struct run *r, struct db_conn *c)
{
    struct db_rows *rows;
    enum err e;
    bool has;
    size_t at = 0;
    int64_t now_ms = clock_now_ms();
    TRY(db_query(c,
                 "SELECT query, found, latitude, longitude, score, type, code_insee, at_ms FROM directory_geocode ORDER BY query",
                 DB_NO_PARAMS, &rows));
    while ((e = db_next(rows, &has)) == OK && has) {
        while (at < r->n_questions && str_cmp(r->questions[at].query.key, db_col_text(rows, 0)) < 0)
            at++;
        if (at < r->n_questions && str_eq(r->questions[at].query.key, db_col_text(rows, 0)))
            take_known(r, &r->questions[at], rows, now_ms);
    }
    db_rows_end(rows);
    for (size_t i = 0; i < r->n_questions; i++)
        r->out->to_ask += r->questions[i].state == TO_ASK;
    return e;
}

static enum err read_all(struct run *r, struct db_conn *c)
{
    TRY(read_places(r, c));
    make_questions(r);
    return read_known(r, c);
}

/* -- writing -------------------------------------------------------------------------------------- */

struct writing {
    struct run *r;
    struct question **questions;
    size_t n;
    int64_t placed;
};

static enum err keep_answer(struct db_conn *c, const struct question *q)
{
    const struct geocode_answer *a = &q->answer;
    bool point = a->label.n > 0;
    return db_exec(c,
                   "INSERT INTO directory_geocode (query, found, latitude, longitude, score, label, type, code_insee, at_ms)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (query) DO UPDATE SET found = $2, latitude = $3,"
                   " longitude = $4, score = $5, label = $6, type = $7, code_insee = $8, at_ms = $9",
                   DB_PARAMS(DB_TEXT(q->query.key), DB_INT(a->found), point ? DB_REAL(a->point.lat) : DB_NULL,
                             point ? DB_REAL(a->point.lon) : DB_NULL, point ? DB_REAL(a->score) : DB_NULL,
                             DB_TEXT_OR_NULL(a->label), DB_TEXT_OR_NULL(a->type), DB_TEXT_OR_NULL(a->code_insee),
                             DB_INT(clock_now_ms())),
                   NULL);
}

/* Nobody gave it a point meanwhile? */
static enum err still_wanted(struct db_conn *c, struct arena *a, struct str id, bool *wanted, struct str *remarks)
{
    struct db_rows *rows;
    TRY(db_query(c, "SELECT t.remarks FROM directory_place t WHERE t.id = $1" NOT_CHOSEN, DB_PARAMS(DB_TEXT(id)), &rows));
    enum err e = db_next(rows, wanted);
    if (e == OK && *wanted)
        *remarks = db_col_text_in(rows, 0, a);
    db_rows_end(rows);
    return e;
}

/* What the source says does not change (`fingerprint`): the same file imported again finds the record as it was. */
static enum err place_point(struct writing *w, struct db_conn *c, const struct wanted *p, const struct geocode_answer *answer)
{
    struct arena *a = w->r->batch;
    struct str remarks = STR_NONE;
    bool wanted;
    if (!geocode_same_commune(p->code_insee, answer->code_insee))
        return OK;
    TRY(still_wanted(c, a, p->id, &wanted, &remarks));
    if (!wanted)
        return OK;
    TRY(db_exec(c,
                "UPDATE directory_place SET latitude = $1, longitude = $2, remarks = $3, updated_at_ms = $4 WHERE id = $5",
                DB_PARAMS(DB_REAL(answer->point.lat), DB_REAL(answer->point.lon),
                          DB_TEXT(geocode_remark(a, remarks, geocode_words(a, answer))), DB_INT(clock_now_ms()), DB_TEXT(p->id)),
                NULL));
    w->placed++;
    TRY(record_journal(c, a, w->r->in->actor, "update", DIRECTORY_PLACE, p->id, STR("latitude,longitude")));
    struct str shown;
    TRY(merge_of_part(c, a, p->id, &shown));
    return shown.n ? merge_refresh(c, a, w->r->in->actor, shown) : OK;
}

static enum err write_answers(struct db_conn *c, void *ctx)
{
    struct writing *w = ctx;
    w->placed = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct question *q = w->questions[i];
        if (q->fresh)
            TRY(keep_answer(c, q));
        for (size_t k = 0; q->answer.found && k < q->n; k++)
            TRY(place_point(w, c, &w->r->places[q->first + k], &q->answer));
    }
    return w->placed > 0 ? directory_changed(c) : OK;
}

/* The connection is held for the transaction only: a slow service holds nothing. */
static enum err write_batch(struct run *r, struct db *db, struct question **questions, size_t n)
{
    struct writing w = {.r = r, .questions = questions, .n = n};
    struct db_conn *c;
    TRY(db_acquire(db, &c));
    enum err e = db_transaction(c, DB_WRITE, write_answers, &w);
    db_release(c);
    if (e == OK)
        r->out->placed += w.placed;
    return e;
}

/* -- asking --------------------------------------------------------------------------------------- */

static enum err send_batch(struct run *r, struct str file, struct str *csv, struct str *why)
{
    const struct outgoing_part columns[] = {
        {.name = "columns", .value = STR("adresse")},
        {.name = "columns", .value = STR("commune")},
        {.name = "postcode", .value = STR("code_postal")},
        {.name = "citycode", .value = STR("code_insee")},
    };
    return geocode_service_post(r->service, r->batch, "/search/csv/", file, columns, sizeof columns / sizeof *columns, csv, why);
}

static enum err ask_batch(struct run *r, struct question **questions, size_t n, struct str *why)
{
    enum { FILE_MAX = 8 << 20 };
    struct geocode_query *queries = ARENA_ARRAY(r->batch, n, struct geocode_query);
    struct geocode_answer *answers = ARENA_ARRAY(r->batch, n, struct geocode_answer);
    struct str csv;
    struct buf file;
    if (r->in->each_batch)
        TRY(r->in->each_batch(r->in->ctx));
    for (size_t i = 0; i < n; i++)
        queries[i] = questions[i]->query;
    buf_init(&file, FILE_MAX);
    geocode_write(queries, n, &file);
    enum err e = file.failed ? ERR_LIMIT : send_batch(r, buf_str(&file), &csv, why);
    buf_deinit(&file);
    TRY(e);
    TRY(geocode_read(r->batch, csv, queries, n, answers, why));
    for (size_t i = 0; i < n; i++) {
        questions[i]->answer = answers[i];
        questions[i]->fresh = answers[i].answered;
        r->out->asked += answers[i].answered;
    }
    return OK;
}

/* The next questions in this state, from *at. */
static size_t gather(struct run *r, int state, size_t most, size_t *at, struct question *out[GEOCODE_BATCH])
{
    size_t n = 0;
    for (; *at < r->n_questions && n < most; ++*at)
        if ((int)r->questions[*at].state == state)
            out[n++] = &r->questions[*at];
    return n;
}

static enum err write_known(struct run *r, struct db *db)
{
    struct question *questions[GEOCODE_BATCH];
    for (size_t at = 0, n; (n = gather(r, TO_WRITE, GEOCODE_BATCH, &at, questions)) > 0; arena_reset(r->batch))
        TRY(write_batch(r, db, questions, n));
    return OK;
}

static enum err ask_all(struct run *r, struct db *db, struct str *why)
{
    struct question *questions[GEOCODE_BATCH];
    int64_t left = r->in->limit > 0 ? r->in->limit : INT64_MAX;
    for (size_t at = 0, n; left > 0; left -= (int64_t)n, arena_reset(r->batch)) {
        n = gather(r, TO_ASK, left < GEOCODE_BATCH ? (size_t)left : GEOCODE_BATCH, &at, questions);
        if (n == 0)
            break;
        TRY(ask_batch(r, questions, n, why));
        TRY(write_batch(r, db, questions, n));
    }
    return OK;
}

/* -- the run -------------------------------------------------------------------------------------- */

static enum err geocode(struct run *r, struct db *db, struct str *why)
{
    struct db_conn *c;
    TRY(geocode_service_open(r->a, r->in, &r->service, why));
    TRY(db_acquire(db, &c));
    enum err e = read_all(r, c);
    db_release(c);
    if (e != OK || r->in->dry_run)
        return e;
    TRY(write_known(r, db));
    return ask_all(r, db, why);
}

enum err directory_geocode(struct db *db, struct arena *a, const struct directory_geocoding *in,
                           struct directory_geocoding_result *out, struct str *why)
{
    *out = (struct directory_geocoding_result){0};
    struct run r = {.in = in, .out = out, .a = arena_new(SIZE_MAX), .batch = arena_new(SIZE_MAX)};
    struct str said = STR_NONE;
    enum err e = r.a && r.batch ? geocode(&r, db, &said) : ERR_LIMIT;
    *why = said.n ? arena_str(a, said) : e == OK ? STR_NONE : arena_printf(a, "La recherche s’est arrêtée : %s.", err_name(e));
    arena_free(r.batch);
    arena_free(r.a);
    return e;
}

/* -- in the background ---------------------------------------------------------------------------- */

static bool job_stopping(void *ctx)
{
    return jobs_stopping(ctx);
}

static enum err job_lives(void *ctx)
{
    return jobs_stopping(ctx) ? ERR_GONE : jobs_heartbeat(ctx);
}

/* A service that fails is not a job that fails: the next one, a quarter of an hour later, asks again. */
enum err geocode_job(struct job *job)
{
    struct str service = territory_settings(territory_in(job->a))->geocoding, why;
    struct directory_geocoding_result done;
    if (service.n == 0)
        return OK;
    const struct directory_geocoding in = {.service = service, .actor = STR("geocodage"), .stopping = job_stopping,
                                           .each_batch = job_lives, .ctx = job};
    enum err e = directory_geocode(job->db, job->a, &in, &done, &why);
    if (e != OK && e != ERR_GONE)
        log_warn("directory.geocode_failed", LOG_S("why", why), LOG_I("placed", done.placed));
    else if (done.placed > 0)
        log_info("directory.geocoded", LOG_I("placed", done.placed), LOG_I("asked", done.asked));
    return OK;
}
