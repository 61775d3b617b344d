/* Worker threads and schedules. */
#include "jobs/private.h"

#include <pthread.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdatomic.h>
#include <time.h>

#include "base/id.h"
#include "base/log.h"

enum {
    WORKERS = 2,
    WORKERS_MAX = 32,
    POLL_MS = 500,
    ARENA_MAX = 64 * 1024 * 1024,
    FINISH_TRIES = 3,
    FORGET_EVERY_MS = 3600 * 1000
};

struct jobs_runner {
    struct db *db;
    const struct job_kind *kinds;
    size_t n;
    struct jobs_options opt;
    pthread_t threads[WORKERS_MAX];
    int started;
    atomic_bool stopping;

    pthread_mutex_t lock;
    pthread_cond_t wake;
    int64_t quiet_until_us; /* somebody looked, there was nothing: no need to look before */
    uint64_t wakes;         /* so far */
    int64_t *slots;         /* of each kind: the last one enqueued */
    int64_t forgot_ms;
};

/* -- schedules --------------------------------------------------------------------------------- */
static int64_t daily_ms(const struct job_schedule *s, enum zone zone, struct civil_date day)
{
    return zone_to_utc_ms(zone, (struct civil_time){.date = day, .hour = s->hour, .minute = s->minute});
}

int64_t jobs_slot_ms(const struct job_schedule *s, enum zone zone, int64_t now_ms)
{
    if (!s->daily) {
        int64_t every_ms = (int64_t)s->every_s * 1000;
        return now_ms - now_ms % every_ms;
    }
    struct civil_date today = zone_local(zone, now_ms).date;
    int64_t slot = daily_ms(s, zone, today);
    if (slot <= now_ms)
        return slot;
    return daily_ms(s, zone, civil_from_days(civil_to_days(today) - 1));
}

static enum err enqueue_slot(struct jobs_runner *r, struct db_conn *c, size_t i, int64_t slot)
{
    char key[160];
    int n = snprintf(key, sizeof key, "schedule:%s:%lld", r->kinds[i].name, (long long)slot);
    return jobs_enqueue(c, (struct job_order){.kind = r->kinds[i].name, .key = {key, (size_t)n}});
}

/* Which moments have come since the last look. Only one worker at a time gets a true answer for
 * each. */
static bool take_slot(struct jobs_runner *r, size_t i, int64_t *slot)
{
    const struct job_schedule *s = &r->kinds[i].schedule;
    if (!s->every_s && !s->daily)
        return false;
    *slot = jobs_slot_ms(s, r->opt.zone, clock_now_ms());
    pthread_mutex_lock(&r->lock);
    bool mine = r->slots[i] != *slot;
    r->slots[i] = *slot;
    pthread_mutex_unlock(&r->lock);
    return mine;
}

static bool time_to_forget(struct jobs_runner *r)
{
    int64_t now = clock_now_ms();
    pthread_mutex_lock(&r->lock);
    bool mine = now - r->forgot_ms >= FORGET_EVERY_MS;
    if (mine)
        r->forgot_ms = now;
    pthread_mutex_unlock(&r->lock);
    return mine;
}

static enum err keep_schedules(struct jobs_runner *r, struct db_conn *c)
{
    for (size_t i = 0; i < r->n; i++) {
        int64_t slot;
        if (!take_slot(r, i, &slot))
            continue;
        enum err e = enqueue_slot(r, c, i, slot);
        if (e != OK) { /* next time */
            pthread_mutex_lock(&r->lock);
            r->slots[i] = 0;
            pthread_mutex_unlock(&r->lock);
            return e;
        }
    }
    return time_to_forget(r) ? jobs_forget_old(c) : OK;
}

/* -- one job ----------------------------------------------------------------------------------- */
static enum err run_bounded(struct job *job, enum err (*run)(struct job *))
{
    jmp_buf refused;
    if (setjmp(refused) != 0)
        return ERR_LIMIT;
    arena_boundary(job->a, &refused);
    return run(job);
}

/* Its arena is released before the end is written: a transaction it left open would bar the way. */
static enum err run_guarded(struct job *job, enum err (*run)(struct job *))
{
    job->a = arena_new(ARENA_MAX);
    if (!job->a)
        return ERR_LIMIT;
    enum err e = run_bounded(job, run);
    arena_free(job->a);
    job->a = NULL;
    return e;
}

static enum jobs_end end_of(const struct job *job, const struct job_kind *kind, enum err e)
{
    switch (e) {
    case OK:
        return JOBS_DONE;
    case ERR_INVALID:
    case ERR_GONE:
    case ERR_NOT_FOUND:
    case ERR_DENIED:
    case ERR_BUG:
        return JOBS_DEAD;
    default:
        break;
    }
    if (jobs_stopping(job))
        return JOBS_AGAIN;
    return job->attempt >= jobs_attempts_max(kind) ? JOBS_DEAD : JOBS_AGAIN;
}

static int64_t delay_of(const struct job *job)
{
    if (jobs_stopping(job))
        return 0;
    int64_t wait = jobs_backoff_ms(job->attempt);
    return wait + (int64_t)randombytes_uniform((uint32_t)(wait / 5)); /* not all at the same time */
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

/* Under its token the end of an attempt can be written twice without harm, so a doubtful one is
 * repeated. If it cannot be written at all, the lease runs out and the job is run again. */
static void finish(struct job *job, enum jobs_end how, enum err e)
{
    struct str failure = e == OK ? STR_NONE : str_from(err_name(e));
    int64_t delay = how == JOBS_AGAIN ? delay_of(job) : 0;
    for (int try = 1; try <= FINISH_TRIES; try++) {
        struct db_conn *c;
        bool held = false;
        enum err written = db_acquire(job->db, &c);
        if (written == OK) {
            written = jobs_finish(c, job->id, job->token, how, delay, failure, &held);
            db_release(c);
        }
        if (written == OK) {
            if (!held && try == 1 && !job->done)
                log_warn("jobs.lease_lost", LOG_S("kind", job->kind), LOG_S("id", job->id));
            return;
        }
        pause_ms(200 * try);
    }
    log_error("jobs.end_not_written", LOG_S("kind", job->kind), LOG_S("id", job->id));
}

static void work(struct jobs_runner *r, const struct jobs_due *due, struct str token)
{
    struct job job = {
        .kind = str_from(due->kind->name),
        .payload = due->payload,
        .attempt = (int)due->attempts + 1,
        .db = r->db,
        .app = r->opt.app,
        .runner = r,
        .id = due->id,
        .token = token,
        .lease_ms = jobs_lease_ms(due->kind),
    };
    int64_t started = clock_mono_us();
    enum err e = run_guarded(&job, due->kind->run);
    enum jobs_end how = end_of(&job, due->kind, e);
    if (!(e == OK && job.done))
        finish(&job, how, e);
    log_event(how == JOBS_DEAD    ? LOG_ERROR_
              : how == JOBS_AGAIN ? LOG_WARN_
                                  : LOG_INFO_,
              "jobs.run",
              (const struct log_field[]){
                  LOG_S("kind", job.kind),
                  LOG_I("attempt", job.attempt),
                  LOG_C("end", how == JOBS_DONE    ? "done"
                               : how == JOBS_AGAIN ? "again"
                                                   : "dead"),
                  LOG_C("result", err_name(e)),
                  LOG_I("ms", (clock_mono_us() - started) / 1000),
              },
              5);
}

/* Finds a job and makes it ours, or says there is none (ERR_NOT_FOUND). */
static enum err take(struct jobs_runner *r, struct db_conn *c, struct arena *a, struct str token,
                     struct jobs_due *due)
{
    TRY(keep_schedules(r, c));
    while (!atomic_load(&r->stopping)) {
        TRY(jobs_next_due(c, a, r->kinds, r->n, due));
        if (due->token.n && due->attempts >= jobs_attempts_max(due->kind)) {
            log_error("jobs.dead", LOG_C("kind", due->kind->name), LOG_S("id", due->id));
            TRY(jobs_bury(c, due));
            continue;
        }
        bool won;
        TRY(jobs_claim(c, due, token, &won));
        if (won)
            return OK;
    }
    return ERR_NOT_FOUND;
}

/* True when a job was run: there may be more. */
static bool run_one(struct jobs_runner *r)
{
    struct arena *a = arena_new(ARENA_MAX);
    if (!a)
        return false;
    struct db_conn *c;
    struct jobs_due due;
    struct str token = id_new_in(a);
    enum err e = db_acquire(r->db, &c);
    if (e == OK) {
        e = take(r, c, a, token, &due);
        db_release(c);
    }
    if (e == OK)
        work(r, &due, token);
    else if (e != ERR_NOT_FOUND)
        log_warn("jobs.look_failed", LOG_C("error", err_name(e)));
    arena_free(a);
    return e == OK;
}

/* -- threads ----------------------------------------------------------------------------------- */
static struct timespec from_us(int64_t mono_us)
{
    return (struct timespec){.tv_sec = (time_t)(mono_us / 1000000),
                             .tv_nsec = (long)(mono_us % 1000000) * 1000};
}

static uint64_t wait_until_quiet_ends(struct jobs_runner *r)
{
    pthread_mutex_lock(&r->lock);
    while (!atomic_load(&r->stopping) && clock_mono_us() < r->quiet_until_us) {
        struct timespec until = from_us(r->quiet_until_us);
        pthread_cond_timedwait(&r->wake, &r->lock, &until);
    }
    uint64_t wakes = r->wakes;
    pthread_mutex_unlock(&r->lock);
    return wakes;
}

static void *worker(void *ctx)
{
    struct jobs_runner *r = ctx;
    while (!atomic_load(&r->stopping)) {
        uint64_t wakes = wait_until_quiet_ends(r);
        if (atomic_load(&r->stopping) || run_one(r))
            continue;
        pthread_mutex_lock(&r->lock);
        if (wakes == r->wakes) /* else something may have come since the look */
            r->quiet_until_us = clock_mono_us() + (int64_t)r->opt.poll_ms * 1000;
        pthread_mutex_unlock(&r->lock);
    }
    return NULL;
}

static bool valid_schedule(const struct job_schedule *s)
{
    if (s->daily)
        return !s->every_s && s->hour >= 0 && s->hour < 24 && s->minute >= 0 && s->minute < 60;
    return s->every_s >= 0 && s->every_s <= JOBS_DAY_S;
}

static bool valid_kinds(const struct job_kind *kinds, size_t n)
{
    if (n > JOBS_KINDS_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct job_kind *k = &kinds[i];
        if (!k->name || !*k->name || strlen(k->name) > 100 || !k->run || k->lease_s < 0 ||
            k->attempts_max < 0 || !valid_schedule(&k->schedule))
            return false;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(kinds[j].name, k->name) == 0)
                return false;
        }
    }
    return true;
}

static struct jobs_runner *runner_new(struct db *db, const struct job_kind *kinds, size_t n,
                                      struct jobs_options opt)
{
    struct jobs_runner *r = calloc(1, sizeof *r);
    int64_t *slots = calloc(n + 1, sizeof *slots);
    if (!r || !slots) {
        free(r);
        free(slots);
        return NULL;
    }
    r->db = db;
    r->kinds = kinds;
    r->n = n;
    r->opt = opt;
    r->slots = slots;
    r->opt.poll_ms = opt.poll_ms > 0 ? opt.poll_ms : POLL_MS;
    r->opt.workers = opt.workers > 0 ? opt.workers : WORKERS;
    if (r->opt.workers > WORKERS_MAX)
        r->opt.workers = WORKERS_MAX;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attr);
    pthread_condattr_destroy(&attr);
    return r;
}

enum err jobs_runner_start(struct db *db, const struct job_kind *kinds, size_t n, struct jobs_options opt,
                           struct jobs_runner **out)
{
    if (!valid_kinds(kinds, n))
        return ERR_INVALID;
    struct jobs_runner *r = runner_new(db, kinds, n, opt);
    if (!r)
        return ERR_LIMIT;
    for (; n && r->started < r->opt.workers; r->started++) {
        if (pthread_create(&r->threads[r->started], NULL, worker, r) != 0) {
            jobs_runner_stop(r);
            return ERR_LIMIT;
        }
    }
    *out = r;
    return OK;
}

void jobs_runner_wake(struct jobs_runner *r)
{
    pthread_mutex_lock(&r->lock);
    r->quiet_until_us = 0;
    r->wakes++;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

void jobs_runner_stop(struct jobs_runner *r)
{
    if (!r)
        return;
    atomic_store(&r->stopping, true);
    jobs_runner_wake(r);
    for (int i = 0; i < r->started; i++)
        pthread_join(r->threads[i], NULL);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r->slots);
    free(r);
}

bool jobs_stopping(const struct job *job)
{
    return job->runner && atomic_load(&job->runner->stopping);
}
