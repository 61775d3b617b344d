/* A PostgreSQL connection that is lost: mended when nothing can have been done twice, told when one cannot
 * know. On SQLite there is nothing to lose; what both share is checked there too. */
#include "pg_proxy.h"
#include "store_test.h"

static const struct db_migration schema[] = {
    {"t", 1, "0001_t", "CREATE TABLE t_row (id BIGINT PRIMARY KEY);\n"},
};

static enum err put(struct db_conn *c, int64_t id)
{
    return db_exec(c, "INSERT INTO t_row (id) VALUES ($1)", DB_PARAMS(DB_INT(id)), NULL);
}

static int64_t count(struct store *s)
{
    return store_int(s, "SELECT count(*) FROM t_row");
}

static int64_t backend(struct db_conn *c)
{
    int64_t pid;
    assert_ok(db_query_int(c, "SELECT pg_backend_pid()", DB_NO_PARAMS, &pid));
    return pid;
}

/* From another connection; returns once the server process is gone. */
static void kill_backend(struct store *s, int64_t pid)
{
    int64_t n = 1;
    assert_ok(db_query_int(s->conn, "SELECT CAST(pg_terminate_backend(CAST($1 AS INTEGER), 5000) AS INTEGER)",
                           DB_PARAMS(DB_INT(pid)), &n));
    assert_int_equal(n, 1);
}

static struct db_conn *another(struct store *s)
{
    struct db_conn *c;
    assert_ok(db_acquire(s->db, &c));
    return c;
}

static void killed_while_idle(struct store *s)
{
    struct db_conn *c = another(s);
    int64_t n, pid = backend(c);
    kill_backend(s, pid);
    assert_ok(db_query_int(c, "SELECT count(*) FROM t_row", DB_NO_PARAMS, &n)); /* a reading */
    assert_true(backend(c) != pid);
    kill_backend(s, backend(c));
    assert_ok(put(c, 1)); /* a writing: it had not left yet */
    kill_backend(s, backend(c));
    assert_ok(db_begin(c, DB_WRITE)); /* a transaction */
    assert_ok(put(c, 2));
    assert_ok(db_commit(c));
    pid = backend(c);
    db_release(c);
    kill_backend(s, pid);
    c = another(s); /* in the pool */
    assert_ok(put(c, 3));
    db_release(c);
    assert_int_equal(count(s), 3);
}

struct killer {
    struct store *s;
    int calls;
    bool before_commit; /* after the last statement, else between two */
};

static enum err killed_the_first_time(struct db_conn *c, void *ctx)
{
    struct killer *k = ctx;
    k->calls++;
    TRY(put(c, 10));
    if (k->calls == 1 && !k->before_commit)
        kill_backend(k->s, backend(c));
    TRY(put(c, 11));
    if (k->calls == 1 && k->before_commit)
        kill_backend(k->s, backend(c));
    return OK;
}

static void killed_in_a_transaction(struct store *s)
{
    struct db_conn *c = another(s);
    assert_ok(db_begin(c, DB_WRITE));
    assert_ok(put(c, 1));
    kill_backend(s, backend(c));
    assert_err(ERR_DB, put(c, 2));
    assert_err(ERR_DB, put(c, 3)); /* it has failed, and is not begun again behind our back */
    db_rollback(c);
    assert_int_equal(count(s), 0);
    assert_ok(put(c, 4));
    assert_int_equal(count(s), 1);
    for (int before_commit = 0; before_commit < 2; before_commit++) {
        struct killer k = {.s = s, .before_commit = before_commit};
        assert_ok(db_transaction(c, DB_WRITE, killed_the_first_time, &k));
        assert_int_equal(k.calls, 2);
        assert_int_equal(count(s), 3);
        store_run(s, "DELETE FROM t_row WHERE id >= 10");
    }
    db_release(c);
}

static void killed_in_the_middle_of_rows(struct store *s)
{
    struct db_conn *c = another(s);
    int64_t pid = backend(c), n = 0;
    struct db_rows *r;
    bool has;
    assert_ok(db_query(c,
                       "WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 3000000) "
                       "SELECT i, 'une ligne assez longue pour que rien ne tienne dans un tampon' FROM k",
                       DB_NO_PARAMS, &r));
    enum err e;
    while ((e = db_next(r, &has)) == OK && has) {
        if (++n == 10)
            kill_backend(s, pid);
    }
    assert_int_equal(e, ERR_DB); /* never mistaken for the end */
    assert_true(n >= 10 && n < 3000000);
    db_rows_end(r);
    assert_ok(put(c, 1));
    db_release(c);
}

/* -- through a proxy: the line is cut at the worst moments ---------------------------------------- */
struct line {
    struct pg_proxy *proxy;
    struct db *db;
    struct db_conn *c;
};

static struct line line_open(struct store *s)
{
    struct line l;
    const char *through;
    struct str why = STR_NONE;
    l.proxy = pg_proxy_start(s->a, s->url, &through);
    if (db_open(s->a, through, (struct db_options){.pool_max = 1}, &l.db, &why) != OK)
        fail_msg("%.*s", STR_ARG(why));
    assert_ok(db_acquire(l.db, &l.c));
    return l;
}

static void line_close(struct line l)
{
    db_release(l.c);
    db_close(l.db);
    pg_proxy_stop(l.proxy);
}

static enum err counted_put(struct db_conn *c, void *ctx)
{
    int *calls = ctx;
    return put(c, 100 + ++*calls);
}

static void lost_during_the_commit(struct store *s)
{
    struct line l = line_open(s);
    assert_ok(db_begin(l.c, DB_WRITE));
    assert_ok(put(l.c, 1));
    pg_proxy_cut(l.proxy, PG_CUT_AFTER, "COMMIT");
    assert_err(ERR_UNCERTAIN, db_commit(l.c));
    assert_int_equal(count(s), 1); /* it was done */
    assert_ok(db_begin(l.c, DB_WRITE));
    assert_ok(put(l.c, 2));
    pg_proxy_cut(l.proxy, PG_CUT_BEFORE, "COMMIT");
    assert_err(ERR_UNCERTAIN, db_commit(l.c));
    assert_int_equal(count(s), 1); /* it was not */
    int calls = 0;
    pg_proxy_cut(l.proxy, PG_CUT_AFTER, "COMMIT");
    assert_err(ERR_UNCERTAIN, db_transaction(l.c, DB_WRITE, counted_put, &calls));
    assert_int_equal(calls, 1); /* never tried again blindly */
    assert_ok(db_transaction(l.c, DB_WRITE, counted_put, &calls));
    assert_int_equal(count(s), 3);
    line_close(l);
}

static void lost_during_a_statement(struct store *s)
{
    struct line l = line_open(s);
    int64_t n;
    assert_ok(put(l.c, 1)); /* prepared */
    assert_ok(db_query_int(l.c, "SELECT count(*) FROM t_row WHERE id > $1", DB_PARAMS(DB_INT(7770)), &n));
    pg_proxy_cut(l.proxy, PG_CUT_AFTER, "7777");
    assert_err(ERR_UNCERTAIN, put(l.c, 7777)); /* outside a transaction it may have been done, and was */
    assert_int_equal(count(s), 2);
    pg_proxy_cut(l.proxy, PG_CUT_BEFORE, "7778");
    assert_err(ERR_UNCERTAIN, put(l.c, 7778));
    assert_int_equal(count(s), 2);
    /* a reading is simply asked again */
    pg_proxy_cut(l.proxy, PG_CUT_AFTER, "7770");
    assert_ok(db_query_int(l.c, "SELECT count(*) FROM t_row WHERE id > $1", DB_PARAMS(DB_INT(7770)), &n));
    assert_int_equal(n, 1);
    pg_proxy_cut(l.proxy, PG_CUT_BEFORE, "LOCK TABLE");
    assert_ok(db_begin(l.c, DB_WRITE));
    assert_ok(put(l.c, 3));
    assert_ok(db_commit(l.c));
    line_close(l);
}

static void a_statement_prepared_before_the_table_changed(struct store *s)
{
    struct db_conn *c = another(s);
    struct db_rows *r;
    bool has;
    const char *all = "SELECT * FROM t_row";
    store_run(s, "INSERT INTO t_row (id) VALUES (1)");
    for (int i = 0; i < 7; i++) { /* often enough for a generic plan */
        assert_ok(db_query(c, all, DB_NO_PARAMS, &r));
        db_rows_end(r);
    }
    store_run(s, "ALTER TABLE t_row ADD COLUMN more TEXT");
    assert_ok(db_query(c, all, DB_NO_PARAMS, &r));
    assert_ok(db_next(r, &has));
    assert_true(has && db_is_null(r, 1));
    db_rows_end(r);
    db_release(c);
}

/* -- opening -------------------------------------------------------------------------------------- */
static void opening_explains_itself_without_the_password(struct store *s)
{
    static const char *const wrong[] = {
        "postgresql://balise:tres-secret@127.0.0.1:1/base",
        "postgresql://balise:tres-secret%zz@127.0.0.1:1/base",
        "postgresql://balise:tres-secret@autre@127.0.0.1:1/base",
        "postgresql://balise:tres-secret@127.0.0.1:port/base",
        "postgresql://balise:tres-secret@127.0.0.1:1/base?tres-secret",
        "sqlite:/nonexistent/tres/base.sqlite",
        "sqlite:/nonexistent.sqlite",
        "sqlite:",
        "mysql://balise:tres-secret@127.0.0.1/base",
        "",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct db *db;
        struct str why = STR_NONE;
        assert_int_not_equal(db_open(s->a, wrong[i], (struct db_options){.pool_max = 1}, &db, &why), OK);
        assert_true(why.n > 20);
        assert_true(str_find(why, STR("secret"), 0) < 0);
    }
    if (s->engine != DB_POSTGRES)
        return;
    /* A refused password, on the real server. */
    const char *at = strchr(s->url, '@');
    struct db *db;
    struct str why = STR_NONE;
    const char *url = arena_printf(s->a, "postgresql://balise:tres-secret%s", at).p;
    assert_err(ERR_DB, db_open(s->a, url, (struct db_options){.pool_max = 1}, &db, &why));
    assert_true(str_find(why, STR("secret"), 0) < 0);
}

static void the_session_is_as_it_must_be(struct store *s)
{
    if (s->engine != DB_POSTGRES) {
        assert_int_equal(store_int(s, "PRAGMA synchronous"), 2);
        assert_int_equal(store_int(s, "PRAGMA foreign_keys"), 1);
        assert_int_equal(store_int(s, "PRAGMA trusted_schema"), 0);
        return;
    }
    /* tests/pg.sh starts the server with synchronous_commit off */
    static const char *const settings[][2] = {
        {"synchronous_commit", "on"}, {"TimeZone", "UTC"}, {"client_encoding", "UTF8"}, {"standard_conforming_strings", "on"}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        int64_t n;
        assert_ok(db_query_int(s->conn, "SELECT count(*) FROM pg_settings WHERE name = $1 AND setting = $2",
                               DB_PARAMS(DB_TEXT(str_from(settings[i][0])), DB_TEXT(str_from(settings[i][1]))), &n));
        assert_int_equal(n, 1);
    }
}

static const struct store_test tests[] = {
    STORE_TEST_ON(killed_while_idle, ON_POSTGRES),
    STORE_TEST_ON(killed_in_a_transaction, ON_POSTGRES),
    STORE_TEST_ON(killed_in_the_middle_of_rows, ON_POSTGRES),
    STORE_TEST_ON(lost_during_the_commit, ON_POSTGRES),
    STORE_TEST_ON(lost_during_a_statement, ON_POSTGRES),
    STORE_TEST(a_statement_prepared_before_the_table_changed),
    STORE_TEST(opening_explains_itself_without_the_password),
    STORE_TEST(the_session_is_as_it_must_be),
};

STORE_TEST_MAIN(tests, {schema, sizeof schema / sizeof *schema})
