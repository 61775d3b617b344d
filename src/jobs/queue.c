/* Every statement of the queue. Claiming is a guarded UPDATE, not a lock: it works the same, and
 * outside any transaction, on both engines. */
#include "jobs/private.h"

#include "base/id.h"
#include "base/log.h"

int jobs_lease_ms(const struct job_kind *k)
{
    return (k->lease_s ? k->lease_s : JOBS_LEASE_S) * 1000;
}

int jobs_attempts_max(const struct job_kind *k)
{
    return k->attempts_max ? k->attempts_max : JOBS_ATTEMPTS;
}

int64_t jobs_backoff_ms(int64_t attempts)
{
    int64_t wait = JOBS_BACKOFF_MS;
    for (int64_t i = 1; i < attempts && wait < JOBS_BACKOFF_MAX_MS; i++)
        wait *= 2;
    return wait < JOBS_BACKOFF_MAX_MS ? wait : JOBS_BACKOFF_MAX_MS;
}

enum err jobs_enqueue(struct db_conn *c, struct job_order order)
{
    char id[ID_LEN + 1];
    id_new(id);
    int64_t now = clock_now_ms();
    return db_exec(c,
                   "INSERT INTO job_queue (id, kind, once_key, payload, state, due_ms, attempts, created_ms) "
                   "VALUES ($1, $2, $3, $4, 'waiting', $5, 0, $6) ON CONFLICT (once_key) DO NOTHING",
                   DB_PARAMS(DB_TEXT(str_from(id)), DB_TEXT(str_from(order.kind)), DB_TEXT_OR_NULL(order.key),
                             DB_TEXT(order.payload), DB_INT(order.run_at_ms ? order.run_at_ms : now),
                             DB_INT(now)),
                   NULL);
}

/* "… IN ($2, $3…)": one text for each number of kinds, so one prepared statement a program. */
static const char *due_sql(struct arena *a, size_t n)
{
    struct str list = STR("$2");
    for (size_t i = 1; i < n; i++)
        list = arena_printf(a, "%.*s, $%zu", STR_ARG(list), i + 2);
    return arena_printf(a,
                        "SELECT id, kind, payload, attempts, token FROM job_queue "
                        "WHERE due_ms <= $1 AND kind IN (%.*s) ORDER BY due_ms, id LIMIT 1",
                        STR_ARG(list))
        .p;
}

static const struct job_kind *kind_named(const struct job_kind *kinds, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(str_from(kinds[i].name), name))
            return &kinds[i];
    }
    return NULL;
}

enum err jobs_next_due(struct db_conn *c, struct arena *a, const struct job_kind *kinds, size_t n,
                       struct jobs_due *out)
{
    struct db_value *values = ARENA_ARRAY(a, n + 1, struct db_value);
    values[0] = DB_INT(clock_now_ms());
    for (size_t i = 0; i < n; i++)
        values[i + 1] = DB_TEXT(str_from(kinds[i].name));
    struct db_rows *r;
    TRY(db_query(c, due_sql(a, n), (struct db_params){values, n + 1}, &r));
    bool has;
    enum err e = db_next(r, &has);
    if (e == OK && !has)
        e = ERR_NOT_FOUND;
    if (e == OK)
        *out = (struct jobs_due){
            .id = db_col_text_in(r, 0, a),
            .kind = kind_named(kinds, n, db_col_text(r, 1)),
            .payload = db_col_text_in(r, 2, a),
            .attempts = db_col_int(r, 3),
            .token = db_col_text_in(r, 4, a),
        };
    db_rows_end(r);
    return e;
}

/* The number of attempts is the guard: it moves with every claim and every other end of an attempt
 * leaves due_ms in the future, so a claim made on stale news changes nothing. */
enum err jobs_claim(struct db_conn *c, const struct jobs_due *due, struct str token, bool *won)
{
    int64_t now = clock_now_ms(), changed;
    *won = false;
    TRY(db_exec(c,
                "UPDATE job_queue SET state = 'running', token = $1, due_ms = $2, attempts = attempts + 1 "
                "WHERE id = $3 AND attempts = $4 AND due_ms <= $5",
                DB_PARAMS(DB_TEXT(token), DB_INT(now + jobs_lease_ms(due->kind)), DB_TEXT(due->id),
                          DB_INT(due->attempts), DB_INT(now)),
                &changed));
    *won = changed == 1;
    return OK;
}

static enum err finish_open(struct db_conn *c, struct str id, struct str token, int64_t due_ms,
                            struct str failure, int64_t *changed)
{
    return db_exec(c,
                   "UPDATE job_queue SET state = 'waiting', token = NULL, due_ms = $1, failure = $2 "
                   "WHERE id = $3 AND token = $4",
                   DB_PARAMS(DB_INT(due_ms), DB_TEXT_OR_NULL(failure), DB_TEXT(id), DB_TEXT(token)), changed);
}

/* What it was about is forgotten when it is done; a dead letter keeps it, to be looked at and
 * revived. */
static enum err finish_closed(struct db_conn *c, struct str id, struct str token, enum jobs_end how,
                              struct str failure, int64_t *changed)
{
    struct db_params p =
        DB_PARAMS(DB_INT(clock_now_ms()), DB_TEXT_OR_NULL(failure), DB_TEXT(id), DB_TEXT(token));
    if (how == JOBS_DONE)
        return db_exec(c,
                       "UPDATE job_queue SET state = 'done', token = NULL, due_ms = NULL, payload = '', "
                       "ended_ms = $1, failure = $2 WHERE id = $3 AND token = $4",
                       p, changed);
    return db_exec(c,
                   "UPDATE job_queue SET state = 'dead', token = NULL, due_ms = NULL, "
                   "ended_ms = $1, failure = $2 WHERE id = $3 AND token = $4",
                   p, changed);
}

enum err jobs_finish(struct db_conn *c, struct str id, struct str token, enum jobs_end how, int64_t delay_ms,
                     struct str failure, bool *held)
{
    int64_t changed = 0;
    enum err e = how == JOBS_AGAIN ? finish_open(c, id, token, clock_now_ms() + delay_ms, failure, &changed)
                                   : finish_closed(c, id, token, how, failure, &changed);
    *held = changed == 1;
    return e;
}

enum err jobs_bury(struct db_conn *c, const struct jobs_due *due)
{
    bool held;
    return jobs_finish(c, due->id, due->token, JOBS_DEAD, 0, STR("the worker died or fell silent"), &held);
}

enum err jobs_heartbeat(struct job *job)
{
    struct db_conn *c;
    int64_t changed;
    TRY(db_acquire(job->db, &c));
    enum err e = db_exec(
        c, "UPDATE job_queue SET due_ms = $1 WHERE id = $2 AND token = $3",
        DB_PARAMS(DB_INT(clock_now_ms() + job->lease_ms), DB_TEXT(job->id), DB_TEXT(job->token)), &changed);
    db_release(c);
    TRY(e);
    return changed == 1 ? OK : ERR_CONFLICT;
}

enum err jobs_done_in(struct job *job, struct db_conn *c)
{
    bool held;
    TRY(jobs_finish(c, job->id, job->token, JOBS_DONE, 0, STR_NONE, &held));
    job->done = held;
    return held ? OK : ERR_CONFLICT;
}

enum err jobs_forget_old(struct db_conn *c)
{
    int64_t n;
    TRY(db_exec(c, "DELETE FROM job_queue WHERE ended_ms < $1 AND state = 'done'",
                DB_PARAMS(DB_INT(clock_now_ms() - JOBS_KEPT_MS)), &n));
    if (n)
        log_info("jobs.forgotten", LOG_I("jobs", n));
    return OK;
}

enum err jobs_count(struct db_conn *c, struct jobs_counts *out)
{
    int64_t now = clock_now_ms();
    struct db_rows *r;
    *out = (struct jobs_counts){0};
    TRY(db_query(c,
                 "SELECT coalesce(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0), "
                 "coalesce(sum(CASE WHEN state = 'running' THEN 1 ELSE 0 END), 0), "
                 "coalesce(sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0), "
                 "min(due_ms) FROM job_queue WHERE state <> 'done'",
                 DB_NO_PARAMS, &r));
    bool has;
    enum err e = db_next(r, &has);
    if (e == OK && has) {
        out->waiting = db_col_int(r, 0);
        out->running = db_col_int(r, 1);
        out->dead = db_col_int(r, 2);
        if (!db_is_null(r, 3) && db_col_int(r, 3) < now)
            out->late_ms = now - db_col_int(r, 3);
    }
    db_rows_end(r);
    return e;
}

enum err jobs_revive(struct db_conn *c, const char *kind, int64_t *n)
{
    return db_exec(c,
                   "UPDATE job_queue SET state = 'waiting', due_ms = $1, attempts = 0, ended_ms = NULL "
                   "WHERE state = 'dead' AND (CAST($2 AS TEXT) IS NULL OR kind = $2)",
                   DB_PARAMS(DB_INT(clock_now_ms()), DB_TEXT_OR_NULL(str_from(kind))), n);
}
