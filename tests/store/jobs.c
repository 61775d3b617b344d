/* The queue: each job once, by one worker, in spite of failures, deaths and several programs. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/id.h"
#include "jobs/private.h"
#include "store_test.h"

enum { MANY = 200, PATIENCE_MS = 20000 };

/* -- a clock that only moves when told ----------------------------------------------------------- */
static atomic_int_least64_t now_ms;

static int64_t fixed_clock(void)
{
    return atomic_load(&now_ms);
}

static void set_clock(int64_t ms)
{
    atomic_store(&now_ms, ms);
    clock_set_source(fixed_clock);
}

static void nap(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L}, NULL);
}

/* -- jobs that note what happens to them --------------------------------------------------------- */
struct notes {
    pthread_mutex_t lock;
    int runs[MANY];
    int running[MANY]; /* at this moment */
    int twice;         /* two workers at the same time */
    int total, attempts_seen, stopping_seen;
    enum err answer[16]; /* of attempt n + 1 */
    atomic_bool hold;
};

static void notes_init(struct notes *n)
{
    memset(n, 0, sizeof *n);
    pthread_mutex_init(&n->lock, NULL);
}

static int total_of(struct notes *n)
{
    pthread_mutex_lock(&n->lock);
    int total = n->total;
    pthread_mutex_unlock(&n->lock);
    return total;
}

static enum err note(struct job *job)
{
    struct notes *n = job->app;
    int64_t i = 0;
    if (job->payload.n && !str_to_int(job->payload, &i))
        return ERR_INVALID;
    pthread_mutex_lock(&n->lock);
    n->runs[i]++;
    n->twice += n->running[i]++ > 0;
    n->attempts_seen = job->attempt;
    n->total++;
    pthread_mutex_unlock(&n->lock);
    while (atomic_load(&n->hold) && !jobs_stopping(job))
        nap(2);
    if (i % 7 == 3)
        nap(1);
    pthread_mutex_lock(&n->lock);
    n->running[i]--;
    n->stopping_seen += jobs_stopping(job);
    enum err e = job->attempt <= 16 ? n->answer[job->attempt - 1] : OK;
    pthread_mutex_unlock(&n->lock);
    return e;
}

static const struct job_kind note_kind[] = {{.name = "t.note", .run = note, .lease_s = 30, .attempts_max = 3}};

static struct jobs_runner *start(struct store *s, const struct job_kind *kinds, size_t n, void *app, int workers)
{
    struct jobs_runner *r = NULL;
    struct jobs_options opt = {.workers = workers, .poll_ms = 5, .app = app, .zone = ZONE_PARIS};
    assert_ok(jobs_runner_start(s->db, kinds, n, opt, &r));
    return r;
}

static void enqueue(struct store *s, const char *kind, const char *payload)
{
    assert_ok(jobs_enqueue(s->conn, (struct job_order){.kind = kind, .payload = str_from(payload)}));
}

static void wait_for(struct store *s, const char *sql, int64_t wanted)
{
    for (int waited = 0; waited < PATIENCE_MS && store_int(s, sql) != wanted; waited += 5)
        nap(5);
    assert_int_equal(store_int(s, sql), wanted);
}

#define DONE "SELECT count(*) FROM job_queue WHERE state = 'done'"
#define DEAD "SELECT count(*) FROM job_queue WHERE state = 'dead'"
#define WAITING "SELECT count(*) FROM job_queue WHERE state = 'waiting'"

/* -- tests --------------------------------------------------------------------------------------- */
static void every_job_runs_once_whoever_looks(struct store *s)
{
    struct notes n;
    notes_init(&n);
    struct jobs_runner *first = start(s, note_kind, 1, &n, 3);
    /* another program on the same database */
    struct db *db;
    struct str why;
    assert_ok(db_open(s->a, s->url, (struct db_options){.pool_max = 4}, &db, &why));
    struct jobs_runner *second;
    struct jobs_options opt = {.workers = 3, .poll_ms = 5, .app = &n};
    assert_ok(jobs_runner_start(db, note_kind, 1, opt, &second));
    for (int i = 0; i < MANY; i++)
        enqueue(s, "t.note", arena_printf(s->a, "%d", i).p);
    jobs_runner_wake(first);
    wait_for(s, DONE, MANY);
    jobs_runner_stop(first);
    jobs_runner_stop(second);
    db_close(db);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(n.runs[i], 1);
    assert_int_equal(n.twice, 0);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue WHERE payload <> ''"), 0);
}

struct claimer {
    struct store *s;
    pthread_barrier_t *together;
    int won;
};

static void *claim_all(void *ctx)
{
    struct claimer *me = ctx;
    struct arena *a = arena_new(SIZE_MAX);
    struct db_conn *c;
    struct jobs_due due;
    assert_ok(db_acquire(me->s->db, &c));
    pthread_barrier_wait(me->together);
    enum err e;
    while ((e = jobs_next_due(c, a, note_kind, 1, &due)) == OK) {
        bool won;
        assert_ok(jobs_claim(c, &due, id_new_in(a), &won));
        me->won += won;
    }
    assert_err(ERR_NOT_FOUND, e);
    db_release(c);
    arena_free(a);
    return NULL;
}

static void two_workers_never_hold_the_same_job(struct store *s)
{
    enum { THREADS = 6, JOBS = 60 };
    for (int i = 0; i < JOBS; i++)
        enqueue(s, "t.note", "");
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, THREADS);
    pthread_t threads[THREADS];
    struct claimer who[THREADS];
    int won = 0;
    for (int i = 0; i < THREADS; i++) {
        who[i] = (struct claimer){s, &together, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, claim_all, &who[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        won += who[i].won;
    }
    pthread_barrier_destroy(&together);
    assert_int_equal(won, JOBS);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue WHERE state = 'running' AND attempts = 1"), JOBS);
}

static void the_same_key_is_the_same_job(struct store *s)
{
    struct job_order o = {.kind = "t.note", .key = STR("import:1"), .payload = STR("1")};
    assert_ok(jobs_enqueue(s->conn, o));
    assert_ok(jobs_enqueue(s->conn, o));
    o.key = STR("import:2");
    assert_ok(jobs_enqueue(s->conn, o));
    assert_int_equal(store_int(s, WAITING), 2);
    /* with the caller's transaction, and not without it */
    assert_ok(db_begin(s->conn, DB_WRITE));
    o.key = STR("import:3");
    assert_ok(jobs_enqueue(s->conn, o));
    db_rollback(s->conn);
    assert_int_equal(store_int(s, WAITING), 2);
}

static void failures_are_tried_again_then_buried(struct store *s)
{
    struct notes n;
    notes_init(&n);
    n.answer[0] = n.answer[1] = n.answer[2] = ERR_IO;
    set_clock(1800000000000);
    enqueue(s, "t.note", "1");
    struct jobs_runner *r = start(s, note_kind, 1, &n, 1);
    for (int attempt = 1; attempt <= 3; attempt++) {
        for (int waited = 0; total_of(&n) < attempt && waited < PATIENCE_MS; waited += 2)
            nap(2);
        wait_for(s, "SELECT count(*) FROM job_queue WHERE state = 'running'", 0);
        assert_int_equal(total_of(&n), attempt);
        if (attempt == 3)
            break;
        int64_t wait = store_int(s, "SELECT due_ms FROM job_queue") - atomic_load(&now_ms);
        assert_in_range(wait, 10000 << (attempt - 1), 12000 << (attempt - 1));
        nap(30);
        assert_int_equal(total_of(&n), attempt); /* not before its time */
        set_clock(atomic_load(&now_ms) + wait);
    }
    wait_for(s, DEAD, 1);
    struct jobs_counts counts;
    assert_ok(jobs_count(s->conn, &counts));
    assert_int_equal(counts.dead, 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue WHERE payload = '1' AND failure IS NOT NULL"), 1);
    /* a person gives it a new life */
    n.answer[0] = OK;
    int64_t revived;
    assert_ok(jobs_revive(s->conn, "t.other", &revived));
    assert_int_equal(revived, 0);
    assert_ok(jobs_revive(s->conn, NULL, &revived));
    assert_int_equal(revived, 1);
    wait_for(s, DONE, 1);
    jobs_runner_stop(r);
    clock_set_source(NULL);
}

static void what_cannot_succeed_is_not_tried_again(struct store *s)
{
    struct notes n;
    notes_init(&n);
    n.answer[0] = ERR_INVALID;
    enqueue(s, "t.note", "1");
    struct jobs_runner *r = start(s, note_kind, 1, &n, 1);
    wait_for(s, DEAD, 1);
    jobs_runner_stop(r);
    assert_int_equal(n.total, 1);
}

static enum err eats_memory(struct job *job)
{
    struct db_conn *c;
    TRY(db_acquire_in(job->db, job->a, &c));
    TRY(db_begin(c, DB_WRITE));
    while (true)
        memset(arena_alloc(job->a, 1 << 20), 1, 1 << 20);
}

static void too_much_memory_fails_the_attempt_only(struct store *s)
{
    static const struct job_kind kinds[] = {{.name = "t.eats", .run = eats_memory, .attempts_max = 1}};
    enqueue(s, "t.eats", "");
    struct jobs_runner *r = start(s, kinds, 1, NULL, 1);
    wait_for(s, DEAD, 1);
    jobs_runner_stop(r);
    store_run(s, "DELETE FROM job_queue"); /* its transaction is gone, the writer's place free */
}

static enum err dies(struct job *job)
{
    (void)job;
    _exit(7);
}

/* A real program that dies in the middle of a real job. */
static void a_dead_workers_job_is_taken_over(struct store *s)
{
    static const struct job_kind deadly[] = {{.name = "t.note", .run = dies, .lease_s = 1}};
    enqueue(s, "t.note", "5");
    pid_t child = fork();
    if (child == 0) {
        struct arena *a = arena_new(SIZE_MAX);
        struct db *db;
        struct str why;
        struct jobs_runner *r;
        if (db_open(a, s->url, (struct db_options){.pool_max = 2}, &db, &why) != OK ||
            jobs_runner_start(db, deadly, 1, (struct jobs_options){.workers = 1, .poll_ms = 5}, &r) != OK)
            _exit(1);
        nap(PATIENCE_MS);
        _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue WHERE state = 'running' AND attempts = 1"), 1);

    struct notes n;
    notes_init(&n);
    struct jobs_runner *r = start(s, note_kind, 1, &n, 2);
    wait_for(s, DONE, 1);
    jobs_runner_stop(r);
    assert_int_equal(n.runs[5], 1);
    assert_int_equal(n.attempts_seen, 2);
}

static void a_job_that_kills_its_workers_is_buried(struct store *s)
{
    struct notes n;
    notes_init(&n);
    enqueue(s, "t.note", "5");
    store_run(s, "UPDATE job_queue SET state = 'running', attempts = 3, token = 'gone', due_ms = 1");
    struct jobs_runner *r = start(s, note_kind, 1, &n, 1);
    wait_for(s, DEAD, 1);
    jobs_runner_stop(r);
    assert_int_equal(n.total, 0);
}

static void a_lost_lease_writes_nothing_more(struct store *s)
{
    set_clock(1800000000000);
    enqueue(s, "t.note", "1");
    struct jobs_due due;
    bool won, held;
    assert_ok(jobs_next_due(s->conn, s->a, note_kind, 1, &due));
    assert_ok(jobs_claim(s->conn, &due, STR("first"), &won));
    assert_true(won);
    struct job job = {.db = s->db, .id = due.id, .token = STR("first"), .lease_ms = 30000};
    set_clock(1800000020000);
    assert_ok(jobs_heartbeat(&job)); /* until …50 */
    set_clock(1800000040000);
    assert_err(ERR_NOT_FOUND, jobs_next_due(s->conn, s->a, note_kind, 1, &due));
    set_clock(1800000051000);
    struct jobs_due again;
    assert_ok(jobs_next_due(s->conn, s->a, note_kind, 1, &again));
    assert_str("first", again.token);
    assert_ok(jobs_claim(s->conn, &again, STR("second"), &won));
    assert_true(won);
    assert_err(ERR_CONFLICT, jobs_heartbeat(&job));
    assert_ok(jobs_finish(s->conn, job.id, job.token, JOBS_DONE, 0, STR_NONE, &held));
    assert_false(held);
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_err(ERR_CONFLICT, jobs_done_in(&job, s->conn));
    db_rollback(s->conn);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue WHERE token = 'second' AND attempts = 2"), 1);
    clock_set_source(NULL);
}

static enum err done_with_its_effect(struct job *job)
{
    struct db_conn *c;
    TRY(db_acquire_in(job->db, job->a, &c));
    TRY(db_begin(c, DB_WRITE));
    TRY(db_exec(c, "INSERT INTO db_change (topic, seq, at_ms) VALUES ('effect', 1, 0)", DB_NO_PARAMS, NULL));
    TRY(jobs_done_in(job, c));
    TRY(job->attempt == 1 ? ERR_IO : OK); /* rolled back with its end */
    return db_commit(c);
}

static void effects_and_end_are_one(struct store *s)
{
    static const struct job_kind kinds[] = {{.name = "t.effect", .run = done_with_its_effect}};
    set_clock(1800000000000);
    enqueue(s, "t.effect", "");
    struct jobs_runner *r = start(s, kinds, 1, NULL, 2);
    wait_for(s, "SELECT count(*) FROM job_queue WHERE state = 'waiting' AND attempts = 1", 1);
    set_clock(1800000060000);
    wait_for(s, DONE, 1);
    jobs_runner_stop(r);
    assert_int_equal(store_int(s, "SELECT count(*) FROM db_change WHERE topic = 'effect'"), 1);
    clock_set_source(NULL);
}

static void stopping_lets_jobs_end(struct store *s)
{
    struct notes n;
    notes_init(&n);
    atomic_store(&n.hold, true);
    n.answer[0] = ERR_IO; /* "later, the program stops" */
    enqueue(s, "t.note", "1");
    struct jobs_runner *r = start(s, note_kind, 1, &n, 1);
    for (int waited = 0; total_of(&n) < 1 && waited < PATIENCE_MS; waited += 2)
        nap(2);
    jobs_runner_stop(r);
    assert_int_equal(n.stopping_seen, 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue WHERE state = 'waiting' AND attempts = 1"), 1);
    assert_true(store_int(s, "SELECT due_ms FROM job_queue") <= clock_now_ms());
    /* kinds that this program does not know are left alone */
    static const struct job_kind others[] = {{.name = "t.other", .run = note}};
    r = start(s, others, 1, &n, 1);
    nap(50);
    jobs_runner_stop(r);
    assert_int_equal(n.total, 1);
}

static void schedules_give_each_moment_once(struct store *s)
{
    static const struct job_kind kinds[] = {
        {.name = "t.often", .run = note, .schedule = {.every_s = 60}},
        {.name = "t.night", .run = note, .schedule = {.daily = true, .hour = 3, .minute = 30}},
    };
    struct notes n;
    notes_init(&n);
    set_clock(1795514400000); /* 2026-11-24T10:00:00Z */
    struct jobs_runner *first = start(s, kinds, 2, &n, 2), *second = start(s, kinds, 2, &n, 2);
    wait_for(s, DONE, 2); /* what was missed before the first start, once each */
    nap(50);
    assert_int_equal(total_of(&n), 2);
    set_clock(1795514400000 + 59999);
    nap(50);
    assert_int_equal(total_of(&n), 2);
    set_clock(1795514400000 + 10 * 60000); /* ten moments missed: caught up once */
    wait_for(s, DONE, 3);
    nap(50);
    jobs_runner_stop(first);
    jobs_runner_stop(second);
    assert_int_equal(total_of(&n), 3);
    first = start(s, kinds, 2, &n, 1); /* a new start is no new moment */
    nap(50);
    jobs_runner_stop(first);
    assert_int_equal(total_of(&n), 3);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue WHERE kind = 't.night'"), 1);
    clock_set_source(NULL);
}

static void daily_moments_follow_the_local_clock(struct store *s)
{
    (void)s;
    struct job_schedule at = {.daily = true, .hour = 2, .minute = 30};
    struct { const char *now, *slot; } cases[] = {
        {"2026-01-15T01:30:00Z", "2026-01-15T01:30:00Z"}, /* winter: UTC+1 */
        {"2026-01-15T01:29:59Z", "2026-01-14T01:30:00Z"},
        {"2026-07-15T00:30:00Z", "2026-07-15T00:30:00Z"}, /* summer: UTC+2 */
        {"2026-07-15T23:00:00Z", "2026-07-15T00:30:00Z"}, /* 01:00 on the 16th: not yet */
        {"2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z"}, /* 02:30 does not exist: 03:30 */
        {"2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z"}, /* twice: the first */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t now, slot;
        assert_true(clock_parse_utc(str_from(cases[i].now), &now));
        assert_true(clock_parse_utc(str_from(cases[i].slot), &slot));
        assert_true(jobs_slot_ms(&at, ZONE_PARIS, now) == slot);
    }
    struct jobs_runner *r;
    static const struct job_kind wrong[] = {
        {.name = "t.a"},
        {.name = "", .run = note},
        {.name = "t.a", .run = note, .schedule = {.every_s = 90000}},
        {.name = "t.a", .run = note, .schedule = {.daily = true, .hour = 24}},
        {.name = "t.a", .run = note, .schedule = {.daily = true, .every_s = 5}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_err(ERR_INVALID, jobs_runner_start(s->db, &wrong[i], 1, (struct jobs_options){0}, &r));
    static const struct job_kind same[] = {{.name = "t.a", .run = note}, {.name = "t.a", .run = note}};
    assert_err(ERR_INVALID, jobs_runner_start(s->db, same, 2, (struct jobs_options){0}, &r));
}

static void old_ends_are_forgotten(struct store *s)
{
    struct notes n;
    notes_init(&n);
    set_clock(1800000000000);
    enqueue(s, "t.note", "1");
    struct jobs_runner *r = start(s, note_kind, 1, &n, 1);
    wait_for(s, DONE, 1);
    set_clock(1800000000000 + 7LL * 86400000);
    nap(50);
    assert_int_equal(store_int(s, DONE), 1);
    set_clock(1800000000000 + 7LL * 86400000 + 3700000);
    wait_for(s, DONE, 0);
    jobs_runner_stop(r);
    clock_set_source(NULL);
    struct jobs_counts counts;
    store_run(s, "INSERT INTO job_queue (id, kind, payload, state, due_ms, attempts, created_ms) "
                 "VALUES ('a', 'k', '', 'waiting', 1, 0, 1)");
    assert_ok(jobs_count(s->conn, &counts));
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.running, 0);
    assert_true(counts.late_ms > 1000000);
}

static const struct store_test tests[] = {
    STORE_TEST(every_job_runs_once_whoever_looks),
    STORE_TEST(two_workers_never_hold_the_same_job),
    STORE_TEST(the_same_key_is_the_same_job),
    STORE_TEST(failures_are_tried_again_then_buried),
    STORE_TEST(what_cannot_succeed_is_not_tried_again),
    STORE_TEST(too_much_memory_fails_the_attempt_only),
    STORE_TEST(a_dead_workers_job_is_taken_over),
    STORE_TEST(a_job_that_kills_its_workers_is_buried),
    STORE_TEST(a_lost_lease_writes_nothing_more),
    STORE_TEST(effects_and_end_are_one),
    STORE_TEST(stopping_lets_jobs_end),
    STORE_TEST(schedules_give_each_moment_once),
    STORE_TEST(daily_moments_follow_the_local_clock),
    STORE_TEST(old_ends_are_forgotten),
};

STORE_TEST_MAIN(tests, {jobs_migrations, jobs_migrations_count})
