/* The engine fails at its Nth call, for every N: the error comes out, nothing is half-done, nothing stays
 * held, and the next try succeeds. */
#include <pthread.h>

#include "db/private.h"
#include "jobs/jobs.h"
#include "modules/journal/journal.h"
#include "store_test.h"

enum { CALLS_MAX = 200 };

static const struct db_migration schema[] = {
    {"t", 1, "0001_t", "CREATE TABLE t_row (id BIGINT PRIMARY KEY);\n"},
};

/* -- an engine that fails ------------------------------------------------------------------------- */
static const struct db_driver *real;
static struct db_driver faulty;
static int calls, fail_at;

static bool fails(struct db_conn *c, enum err *e)
{
    if (++calls != fail_at)
        return false;
    *e = db_fail(c, ERR_IO, "injected");
    return true;
}

static enum err faulty_prepare(struct db_conn *c, struct db_stmt *st)
{
    enum err e;
    return fails(c, &e) ? e : real->prepare(c, st);
}

static enum err faulty_exec(struct db_conn *c, struct db_stmt *st, struct db_params p, int64_t *changed)
{
    enum err e;
    return fails(c, &e) ? e : real->exec(c, st, p, changed);
}

static enum err faulty_query(struct db_conn *c, struct db_stmt *st, struct db_params p, struct db_rows *r)
{
    enum err e;
    return fails(c, &e) ? e : real->query(c, st, p, r);
}

static enum err faulty_next(struct db_rows *r, bool *has)
{
    enum err e;
    return fails(r->conn, &e) ? e : real->next(r, has);
}

static enum err faulty_begin(struct db_conn *c, enum db_tx kind)
{
    enum err e;
    return fails(c, &e) ? e : real->begin(c, kind);
}

static enum err faulty_commit(struct db_conn *c)
{
    enum err e;
    if (!fails(c, &e))
        return real->commit(c);
    real->rollback(c);
    return e;
}

static void inject(struct store *s, int at)
{
    if (!real) {
        real = s->db->driver;
        faulty = *real;
        faulty.prepare = faulty_prepare;
        faulty.exec = faulty_exec;
        faulty.query = faulty_query;
        faulty.next = faulty_next;
        faulty.begin = faulty_begin;
        faulty.commit = faulty_commit;
    }
    calls = 0;
    fail_at = at;
    s->db->driver = &faulty;
}

static void mend(struct store *s)
{
    s->db->driver = real;
    real = NULL;
}

/* -- what it does meanwhile ----------------------------------------------------------------------- */
static enum err last_rows(struct db_conn *c, int64_t *n)
{
    struct db_rows *r;
    bool has;
    enum err e;
    TRY(db_query(c, "SELECT id FROM t_row ORDER BY id DESC LIMIT 3", DB_NO_PARAMS, &r));
    while ((e = db_next(r, &has)) == OK && has)
        *n = db_col_int(r, 0) > *n ? db_col_int(r, 0) : *n;
    db_rows_end(r);
    return e;
}

static enum err work(struct db_conn *c, void *ctx)
{
    int64_t *id = ctx, last = 0;
    TRY(last_rows(c, &last));
    for (int i = 0; i < 3; i++) {
        TRY(db_exec(c, "INSERT INTO t_row (id) VALUES ($1)", DB_PARAMS(DB_INT(last + 1 + i)), NULL));
        TRY(journal_append(c, &(struct journal_entry){.actor = STR("test"), .action = STR("t.write"),
                                                      .object_kind = STR("t"), .object_id = STR("x")}));
        TRY(db_touch(c, "t"));
    }
    *id = last + 3;
    return jobs_enqueue(c, (struct job_order){.kind = "t.job", .payload = STR("1")});
}

static void assert_state(struct store *s, int64_t times)
{
    struct journal_report r;
    int64_t seq;
    assert_int_equal(store_int(s, "SELECT count(*) FROM t_row"), 3 * times);
    assert_int_equal(store_int(s, "SELECT count(*) FROM job_queue"), times);
    assert_ok(db_change_seq(s->conn, "t", &seq));
    assert_int_equal(seq, times);
    assert_ok(journal_verify(s->conn, &r));
    assert_int_equal(r.broken, 0);
    assert_int_equal(r.entries, 3 * times);
}

static void every_call_may_fail(struct store *s)
{
    int64_t id, times = 0;
    for (int at = 1;; at++) {
        assert_true(at < CALLS_MAX);
        db_cache_clear(s->conn, true); /* so that preparing fails too */
        inject(s, at);
        enum err e = db_transaction(s->conn, DB_WRITE, work, &id);
        bool reached = calls >= at;
        mend(s);
        assert_int_equal(e, reached ? ERR_IO : OK);
        times += e == OK;
        assert_state(s, times);
        assert_ok(db_transaction(s->conn, DB_WRITE, work, &id)); /* and at once after */
        assert_state(s, ++times);
        if (!reached)
            break;
        assert_int_equal(s->db->writer_busy, false);
    }
    assert_true(times > 20);
}

static const struct store_test tests[] = {STORE_TEST(every_call_may_fail)};

STORE_TEST_MAIN(tests, {schema, 1}, {jobs_migrations, jobs_migrations_count},
                {journal_migrations, journal_migrations_count})
