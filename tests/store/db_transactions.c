/* Transactions, the change sequence, and what becomes of a failure in the middle. */
#include <unistd.h>

#include "store_test.h"

static const struct db_migration schema[] = {
    {"t", 1, "0001_t", "CREATE TABLE t_row (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);\n"},
};

static enum err put(struct db_conn *c, int64_t id)
{
    return db_exec(c, "INSERT INTO t_row (id, n) VALUES ($1, 0)", DB_PARAMS(DB_INT(id)), NULL);
}

static int64_t count(struct store *s)
{
    return store_int(s, "SELECT count(*) FROM t_row");
}

static void commit_keeps_rollback_forgets(struct store *s)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(put(s->conn, 1));
    assert_ok(db_commit(s->conn));
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(put(s->conn, 2));
    db_rollback(s->conn);
    db_rollback(s->conn); /* nothing left to undo */
    assert_int_equal(count(s), 1);
    assert_err(ERR_BUG, db_commit(s->conn));
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_err(ERR_BUG, db_begin(s->conn, DB_READ));
    db_rollback(s->conn);
}

static void release_rolls_back(struct store *s)
{
    struct db_conn *c;
    assert_ok(db_acquire(s->db, &c));
    assert_ok(db_begin(c, DB_WRITE));
    assert_ok(put(c, 1));
    struct db_rows *r;
    assert_ok(db_query(c, "SELECT id FROM t_row", DB_NO_PARAMS, &r));
    db_release(c);
    assert_int_equal(count(s), 0);
    /* and with the arena of a request */
    struct arena *a = arena_new(1 << 16);
    assert_ok(db_acquire_in(s->db, a, &c));
    assert_ok(db_begin(c, DB_WRITE));
    assert_ok(put(c, 1));
    arena_free(a);
    assert_int_equal(count(s), 0);
    assert_ok(db_begin(s->conn, DB_WRITE)); /* the writer's place is free again */
    db_rollback(s->conn);
}

static void one_failure_ends_the_transaction(struct store *s)
{
    assert_ok(put(s->conn, 1));
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(put(s->conn, 2));
    assert_err(ERR_CONFLICT, put(s->conn, 1));
    int64_t n;
    assert_err(ERR_DB, put(s->conn, 3));
    assert_err(ERR_DB, db_query_int(s->conn, "SELECT 1", DB_NO_PARAMS, &n));
    assert_err(ERR_DB, db_commit(s->conn));
    assert_int_equal(count(s), 1);
    assert_ok(put(s->conn, 2));
    /* the way to do it */
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(db_exec(s->conn, "INSERT INTO t_row (id, n) VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET n = excluded.n",
                      DB_NO_PARAMS, NULL));
    assert_ok(db_query_int(s->conn, "UPDATE t_row SET n = n + 1 WHERE id = $1 RETURNING n", DB_PARAMS(DB_INT(1)), &n));
    assert_int_equal(n, 10);
    assert_ok(db_commit(s->conn));
    assert_err(ERR_BUG, db_query_int(s->conn, "UPDATE t_row SET n = 0 RETURNING n", DB_NO_PARAMS, &n));
    assert_int_equal(store_int(s, "SELECT sum(n) FROM t_row"), 10);
}

static void a_reading_sees_one_moment_and_cannot_write(struct store *s)
{
    struct db_conn *reader;
    int64_t n;
    assert_ok(db_acquire(s->db, &reader));
    assert_ok(db_begin(reader, DB_READ));
    assert_ok(db_query_int(reader, "SELECT count(*) FROM t_row", DB_NO_PARAMS, &n));
    assert_ok(put(s->conn, 1));
    assert_ok(db_query_int(reader, "SELECT count(*) FROM t_row", DB_NO_PARAMS, &n));
    assert_int_equal(n, 0);
    assert_ok(db_commit(reader));
    assert_ok(db_query_int(reader, "SELECT count(*) FROM t_row", DB_NO_PARAMS, &n));
    assert_int_equal(n, 1);
    assert_ok(db_begin(reader, DB_READ));
    assert_err(ERR_BUG, put(reader, 2));
    db_rollback(reader);
    /* a reader is served while somebody writes */
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(put(s->conn, 2));
    assert_ok(db_query_int(reader, "SELECT count(*) FROM t_row", DB_NO_PARAMS, &n));
    assert_int_equal(n, 1);
    /* but this thread cannot wait for itself */
    assert_err(ERR_BUG, put(reader, 3));
    assert_err(ERR_BUG, db_begin(reader, DB_WRITE));
    assert_ok(db_commit(s->conn));
    assert_ok(put(reader, 3));
    db_release(reader);
}

static enum err fails_twice(struct db_conn *c, void *ctx)
{
    int *calls = ctx;
    TRY(put(c, ++*calls));
    return ERR_NOT_FOUND;
}

static enum err put_100(struct db_conn *c, void *ctx)
{
    int *calls = ctx;
    ++*calls;
    return put(c, 100);
}

static void a_transaction_runs_its_work(struct store *s)
{
    int calls = 0;
    assert_ok(db_transaction(s->conn, DB_WRITE, put_100, &calls));
    assert_err(ERR_CONFLICT, db_transaction(s->conn, DB_WRITE, put_100, &calls));
    assert_int_equal(calls, 2); /* a unique violation is no reason to run it again */
    assert_err(ERR_NOT_FOUND, db_transaction(s->conn, DB_WRITE, fails_twice, &calls));
    assert_int_equal(calls, 3);
    assert_int_equal(count(s), 1);
}

static void changes_have_a_number(struct store *s)
{
    int64_t before, after;
    assert_ok(db_change_seq(s->conn, "directory", &before));
    assert_int_equal(before, 0);
    assert_err(ERR_BUG, db_touch(s->conn, "directory"));
    for (int i = 0; i < 3; i++) {
        assert_ok(db_begin(s->conn, DB_WRITE));
        char topic[16];
        snprintf(topic, sizeof topic, "direct%s", "ory"); /* not kept by address */
        for (int j = 0; j < 5; j++)
            assert_ok(db_touch(s->conn, topic));
        topic[0] = '?';
        assert_ok(db_touch(s->conn, "journal"));
        assert_ok(db_commit(s->conn));
    }
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(db_touch(s->conn, "directory"));
    db_rollback(s->conn);
    int64_t at_ms = 0;
    assert_ok(db_change_time(s->conn, "directory", &at_ms));
    assert_true(at_ms > 0);
    assert_ok(db_change_time(s->conn, "never", &at_ms));
    assert_int_equal(at_ms, 0);
    assert_ok(db_change_seq(s->conn, "directory", &after));
    assert_int_equal(after, 3); /* once a transaction, not for one rolled back */
    assert_ok(db_change_seq(s->conn, "journal", &after));
    assert_int_equal(after, 3);
}

struct kept {
    int calls;
};
static int commits;

static enum err at_commit(struct db_conn *c, void *state)
{
    struct kept *k = state;
    commits++;
    return k->calls > 2 ? ERR_INVALID : put(c, k->calls);
}

static void state_lives_as_long_as_the_transaction(struct store *s)
{
    static const char key, other;
    assert_null(db_tx_state(s->conn, &key, sizeof(struct kept), at_commit));
    for (int round = 1; round <= 3; round++) {
        assert_ok(db_begin(s->conn, DB_WRITE));
        for (int i = 0; i < round; i++) {
            struct kept *k = db_tx_state(s->conn, &key, sizeof *k, at_commit);
            assert_int_equal(k->calls, i);
            k->calls++;
        }
        assert_ptr_not_equal(db_tx_state(s->conn, &other, 8, NULL), db_tx_state(s->conn, &key, 8, NULL));
        assert_err(round == 3 ? ERR_INVALID : OK, db_commit(s->conn));
    }
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_non_null(db_tx_state(s->conn, &key, sizeof(struct kept), at_commit));
    db_rollback(s->conn);
    assert_int_equal(commits, 3);
    assert_int_equal(count(s), 2);
    commits = 0;
}

static void a_throw_away_database(struct store *s)
{
    struct db *db;
    struct db_conn *one, *two;
    struct str why;
    int64_t n;
    assert_ok(db_open(s->a, "sqlite::memory:", (struct db_options){0}, &db, &why));
    assert_ok(db_migrate(db, s->a, schema, 1, NULL, &why));
    assert_ok(db_acquire(db, &one));
    assert_ok(db_acquire(db, &two));
    assert_ok(put(one, 1));
    assert_ok(db_query_int(two, "SELECT count(*) FROM t_row", DB_NO_PARAMS, &n));
    assert_int_equal(n, 1); /* its connections share it */
    struct db_rows *r;
    bool has;
    assert_ok(db_query(one, "PRAGMA database_list", DB_NO_PARAMS, &r));
    assert_ok(db_next(r, &has));
    const char *path = arena_cstr(s->a, db_col_text(r, 2));
    db_rows_end(r);
    assert_int_equal(access(path, F_OK), 0);
    db_release(one);
    db_release(two);
    db_close(db);
    assert_int_equal(access(path, F_OK), -1);
    *strrchr((char *)(uintptr_t)path, '/') = '\0';
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(count(s), 0);
}

static const struct store_test tests[] = {
    STORE_TEST(commit_keeps_rollback_forgets),
    STORE_TEST(release_rolls_back),
    STORE_TEST(one_failure_ends_the_transaction),
    STORE_TEST(a_reading_sees_one_moment_and_cannot_write),
    STORE_TEST(a_transaction_runs_its_work),
    STORE_TEST(changes_have_a_number),
    STORE_TEST(state_lives_as_long_as_the_transaction),
    STORE_TEST_ON(a_throw_away_database, ON_SQLITE),
};

STORE_TEST_MAIN(tests, {schema, sizeof schema / sizeof *schema})
