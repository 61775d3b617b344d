/* Several threads, one database. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "store_test.h"

enum { THREADS = 8, ROUNDS = 40 };

static const struct db_migration schema[] = {
    {"t", 1, "0001_t",
     "CREATE TABLE t_counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);\n"
     "CREATE TABLE t_line (thread BIGINT NOT NULL, i BIGINT NOT NULL, s TEXT NOT NULL, PRIMARY KEY (thread, i));\n"
     "INSERT INTO t_counter (id, n) VALUES (1, 0);\n"},
};

struct thread {
    struct store *s;
    struct db *db;
    int number;
    pthread_barrier_t *together;
    pthread_t id;
    enum err e;
};

static void run_threads(struct store *s, struct db *db, int n, void *(*body)(void *))
{
    struct thread threads[THREADS];
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, (unsigned)n);
    for (int i = 0; i < n; i++) {
        threads[i] = (struct thread){.s = s, .db = db, .number = i, .together = &together};
        assert_int_equal(pthread_create(&threads[i].id, NULL, body, &threads[i]), 0);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(threads[i].id, NULL);
        assert_ok(threads[i].e);
    }
    pthread_barrier_destroy(&together);
}

/* Reads, thinks, writes: loses an increment as soon as two of them overlap. */
static enum err increment(struct db_conn *c, void *ctx)
{
    struct thread *t = ctx;
    int64_t n;
    TRY(db_query_int(c, "SELECT n FROM t_counter WHERE id = $1", DB_PARAMS(DB_INT(1)), &n));
    TRY(db_exec(c, "UPDATE t_counter SET n = $1 WHERE id = $2", DB_PARAMS(DB_INT(n + 1), DB_INT(1)), NULL));
    return db_touch(c, t->number % 2 ? "odd" : "even");
}

static enum err one_round(struct thread *t, struct db_conn *c, int i)
{
    TRY(db_transaction(c, DB_WRITE, increment, t));
    int64_t n;
    TRY(db_exec(c, "INSERT INTO t_line (thread, i, s) VALUES ($1, $2, $3)",
                DB_PARAMS(DB_INT(t->number), DB_INT(i), DB_TEXT(STR("é"))), NULL));
    TRY(db_query_int(c, "SELECT count(*) FROM t_line WHERE thread = $1", DB_PARAMS(DB_INT(t->number)), &n));
    return n == i + 1 ? OK : ERR_BUG; /* what it has written, it sees */
}

static void *write_and_read(void *ctx)
{
    struct thread *t = ctx;
    for (int i = 0; i < ROUNDS && t->e == OK; i++) {
        struct db_conn *c;
        t->e = db_acquire(t->db, &c);
        if (t->e != OK)
            break;
        t->e = one_round(t, c, i);
        db_release(c);
    }
    return NULL;
}

static void no_write_is_lost_between_threads(struct store *s)
{
    run_threads(s, s->db, THREADS, write_and_read);
    assert_int_equal(store_int(s, "SELECT n FROM t_counter"), THREADS * ROUNDS);
    assert_int_equal(store_int(s, "SELECT count(*) FROM t_line"), THREADS * ROUNDS);
    assert_int_equal(store_int(s, "SELECT sum(seq) FROM db_change"), THREADS * ROUNDS);
}

static void *write_from_elsewhere(void *ctx)
{
    struct thread *t = ctx;
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db;
    struct str why;
    t->e = db_open(a, t->s->url, (struct db_options){.pool_max = 1}, &db, &why);
    if (t->e == OK) {
        t->db = db;
        write_and_read(t);
        db_close(db);
    }
    arena_free(a);
    return NULL;
}

/* As several programs would: nothing is shared but the database. */
static void nor_between_programs(struct store *s)
{
    run_threads(s, NULL, THREADS, write_from_elsewhere);
    assert_int_equal(store_int(s, "SELECT n FROM t_counter"), THREADS * ROUNDS);
    assert_int_equal(store_int(s, "SELECT count(*) FROM t_line"), THREADS * ROUNDS);
}

static void *read_many(void *ctx)
{
    struct thread *t = ctx;
    struct db_conn *c;
    t->e = db_acquire(t->db, &c);
    for (int i = 0; i < ROUNDS && t->e == OK; i++) {
        int64_t n = -1;
        t->e = db_query_int(c, "SELECT n FROM t_counter", DB_NO_PARAMS, &n);
        if (t->e == OK && n != 0)
            t->e = ERR_BUG;
    }
    db_release(c);
    return NULL;
}

static void readers_never_wait_for_a_writer(struct store *s)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(db_exec(s->conn, "UPDATE t_counter SET n = 5", DB_NO_PARAMS, NULL));
    run_threads(s, s->db, THREADS - 1, read_many); /* they end while the transaction is open */
    assert_ok(db_commit(s->conn));
    assert_int_equal(store_int(s, "SELECT n FROM t_counter"), 5);
}

static void *take_two(void *ctx)
{
    struct thread *t = ctx;
    struct db_conn *first, *second;
    t->e = db_acquire(t->db, &first);
    if (t->e != OK)
        return NULL;
    pthread_barrier_wait(t->together); /* everybody has one, the pool is empty */
    t->e = db_acquire(t->db, &second);
    if (t->e == OK) {
        int64_t n;
        t->e = db_query_int(second, "SELECT n FROM t_counter", DB_NO_PARAMS, &n);
        db_release(second);
    }
    db_release(first);
    return NULL;
}

static void *take_one(void *ctx)
{
    struct thread *t = ctx;
    struct db_conn *c;
    enum err e = db_acquire(t->db, &c);
    if (e == OK)
        db_release(c);
    t->e = e == (t->s ? ERR_LIMIT : OK) ? OK : ERR_BUG;
    return NULL;
}

static void the_pool_is_bounded_and_never_stuck(struct store *s)
{
    struct db *db;
    struct db_conn *c;
    struct str why;
    struct db_options opt = {.pool_max = 3, .wait_ms = 300};
    assert_ok(db_open(s->a, s->url, opt, &db, &why));
    run_threads(s, db, 3, take_two);
    db_close(db);

    opt.pool_max = 1;
    assert_ok(db_open(s->a, s->url, opt, &db, &why));
    assert_ok(db_acquire(db, &c));
    run_threads(s, db, 1, take_one); /* refused after the wait */
    struct thread t = {.db = db}; /* served when it comes back */
    assert_int_equal(pthread_create(&t.id, NULL, take_one, &t), 0);
    db_release(c);
    pthread_join(t.id, NULL);
    assert_ok(t.e);
    db_close(db);
}

static void *begin_in_vain(void *ctx)
{
    struct thread *t = ctx;
    struct db_conn *c;
    t->e = db_acquire(t->db, &c);
    if (t->e != OK)
        return NULL;
    enum err begin = db_begin(c, DB_WRITE);
    if (begin == ERR_LIMIT)
        begin = db_transaction(c, DB_WRITE, increment, t);
    int64_t n;
    t->e = begin == ERR_LIMIT ? db_query_int(c, "SELECT n FROM t_counter", DB_NO_PARAMS, &n) : ERR_BUG;
    db_release(c);
    return NULL;
}

static void waiting_for_the_writers_place_ends(struct store *s)
{
    struct db *db, *other;
    struct db_conn *c;
    struct str why;
    struct db_options opt = {.pool_max = 3, .wait_ms = 200};
    assert_ok(db_open(s->a, s->url, opt, &db, &why));
    assert_ok(db_open(s->a, s->url, opt, &other, &why));
    assert_ok(db_acquire(db, &c));
    assert_ok(db_begin(c, DB_WRITE));
    run_threads(s, db, 2, begin_in_vain);    /* in the same program */
    run_threads(s, other, 1, begin_in_vain); /* in another one */
    db_rollback(c);
    assert_ok(db_begin(c, DB_WRITE)); /* those who gave up left no trace in the queue */
    db_rollback(c);
    db_release(c);
    db_close(other);
    db_close(db);
}

/* 10^8 rows: half a minute at least on any machine. */
#define ENDLESS                                                                                              \
    "WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 100000000) SELECT count(*) FROM k"

static void a_statement_may_not_run_for_ever(struct store *s)
{
    struct db *db;
    struct db_conn *c;
    struct str why;
    assert_ok(db_open(s->a, s->url, (struct db_options){.pool_max = 1, .statement_ms = 100}, &db, &why));
    assert_ok(db_acquire(db, &c));
    int64_t n, started = clock_mono_us();
    assert_err(ERR_LIMIT, db_query_int(c, ENDLESS, DB_NO_PARAMS, &n));
    assert_true(clock_mono_us() - started < 5000000);
    assert_ok(db_query_int(c, "SELECT n FROM t_counter", DB_NO_PARAMS, &n));
    db_release(c);
    db_close(db);
}

static const struct store_test tests[] = {
    STORE_TEST(no_write_is_lost_between_threads),
    STORE_TEST(nor_between_programs),
    STORE_TEST(readers_never_wait_for_a_writer),
    STORE_TEST(the_pool_is_bounded_and_never_stuck),
    STORE_TEST(waiting_for_the_writers_place_ends),
    STORE_TEST(a_statement_may_not_run_for_ever),
};

STORE_TEST_MAIN(tests, {schema, sizeof schema / sizeof *schema})
