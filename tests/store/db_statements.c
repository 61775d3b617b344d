/* Values, rows, errors, the portable subset: the same on both engines. */
#include <malloc.h>
#include <math.h>

#include "store_test.h"

static const struct db_migration schema[] = {
    {"t", 1, "0001_t",
     "CREATE TABLE t_value (id BIGINT PRIMARY KEY, n INTEGER, r DOUBLE PRECISION, s TEXT);\n"
     "CREATE TABLE t_rule (\n"
     "  name TEXT NOT NULL UNIQUE, -- one of each; \"name\" here is no statement\n"
     "  age BIGINT CHECK (age >= 0), owner BIGINT REFERENCES t_value (id),\n"
     "  CONSTRAINT named CHECK (name <> 'interdit; CREATE TABLE x (y'));\n"
     "ALTER TABLE t_rule ADD COLUMN note TEXT;\n"
     "ALTER TABLE t_rule ADD weight DOUBLE PRECISION;\n"
     "CREATE INDEX t_rule_age ON t_rule (age, name);\n"},
};

static struct db_rows *ask(struct store *s, const char *sql, struct db_params p)
{
    struct db_rows *r;
    bool has;
    if (db_query(s->conn, sql, p, &r) != OK)
        fail_msg("%s: %.*s", sql, STR_ARG(db_last_error(s->conn)));
    assert_ok(db_next(r, &has));
    assert_true(has);
    return r;
}

static void insert(struct store *s, int64_t id, struct db_value n, struct db_value r, struct db_value t)
{
    int64_t changed;
    assert_ok(db_exec(s->conn, "INSERT INTO t_value (id, n, r, s) VALUES ($1, $2, $3, $4)",
                      DB_PARAMS(DB_INT(id), n, r, t), &changed));
    assert_int_equal(changed, 1);
}

static void values_come_back(struct store *s)
{
    insert(s, 1, DB_INT(INT64_MAX), DB_REAL(46.1060711578546), DB_TEXT(STR("Œuvre d'été 🏠 \"x\" \\ %")));
    insert(s, 2, DB_INT(INT64_MIN), DB_REAL(-0.1), DB_TEXT(STR("")));
    insert(s, 3, DB_NULL, DB_NULL, DB_NULL);
    insert(s, 4, DB_INT(0), DB_REAL(1e300), DB_TEXT_OR_NULL(STR("")));

    const char *sql = "SELECT n, r, s FROM t_value WHERE id = $1";
    struct db_rows *r = ask(s, sql, DB_PARAMS(DB_INT(1)));
    assert_true(db_col_int(r, 0) == INT64_MAX);
    assert_true(db_col_real(r, 1) == 46.1060711578546);
    assert_str("Œuvre d'été 🏠 \"x\" \\ %", db_col_text(r, 2));
    bool has;
    assert_ok(db_next(r, &has));
    assert_false(has);
    assert_ok(db_next(r, &has)); /* again after the end */
    assert_false(has);
    db_rows_end(r);

    r = ask(s, sql, DB_PARAMS(DB_INT(2)));
    assert_true(db_col_int(r, 0) == INT64_MIN);
    assert_true(db_col_real(r, 1) == -0.1);
    assert_str("", db_col_text(r, 2));
    assert_false(db_is_null(r, 2));
    db_rows_end(r);

    r = ask(s, sql, DB_PARAMS(DB_INT(3)));
    for (int i = 0; i < 3; i++)
        assert_true(db_is_null(r, i));
    assert_int_equal(db_col_int(r, 0), 0);
    assert_true(db_col_real(r, 1) == 0.0);
    assert_null(db_col_text(r, 2).p);
    assert_null(db_col_text_in(r, 2, s->a).p);
    db_rows_end(r);

    r = ask(s, sql, DB_PARAMS(DB_INT(4)));
    assert_true(db_col_real(r, 1) == 1e300);
    assert_true(db_is_null(r, 2));
    db_rows_end(r);
}

static void parameters_take_the_columns_type(struct store *s)
{
    insert(s, 1, DB_INT(5), DB_REAL(2), DB_TEXT(STR("a")));
    /* NULL first, so that nothing can be learnt from the first value */
    const char *find = "SELECT count(*) FROM t_value WHERE n = $1 OR s = $2 OR r = $3";
    int64_t n;
    assert_ok(db_query_int(s->conn, find, DB_PARAMS(DB_NULL, DB_NULL, DB_NULL), &n));
    assert_int_equal(n, 0);
    assert_ok(db_query_int(s->conn, find, DB_PARAMS(DB_INT(5), DB_NULL, DB_NULL), &n));
    assert_int_equal(n, 1);
    assert_ok(db_query_int(s->conn, find, DB_PARAMS(DB_NULL, DB_TEXT(STR("a")), DB_NULL), &n));
    assert_int_equal(n, 1);
    assert_ok(db_query_int(s->conn, find, DB_PARAMS(DB_NULL, DB_NULL, DB_INT(2)), &n));
    assert_int_equal(n, 1);
    /* the same parameter twice, and the forms that the portable subset asks for */
    const char *cast = "SELECT count(*) FROM t_value WHERE CAST($1 AS TEXT) IS NULL OR s = $1 LIMIT $2";
    assert_ok(db_query_int(s->conn, cast, DB_PARAMS(DB_NULL, DB_INT(10)), &n));
    assert_int_equal(n, 1);
    assert_ok(db_query_int(s->conn, cast, DB_PARAMS(DB_TEXT(STR("z")), DB_INT(10)), &n));
    assert_int_equal(n, 0);
    assert_ok(db_query_int(s->conn, "SELECT CAST($1 AS BIGINT) + 1", DB_PARAMS(DB_INT(1LL << 40)), &n));
    assert_true(n == (1LL << 40) + 1);
    struct db_rows *r = ask(s, "SELECT CAST($1 AS DOUBLE PRECISION) / 4, $2 || 'b', n = 5, n = 6, sum(n), avg(n) "
                               "FROM t_value GROUP BY n",
                            DB_PARAMS(DB_INT(1), DB_TEXT(STR("a"))));
    assert_true(db_col_real(r, 0) == 0.25);
    assert_str("ab", db_col_text(r, 1));
    assert_int_equal(db_col_int(r, 2), 1); /* a comparison is 1 or 0 */
    assert_str("0", db_col_text(r, 3));
    assert_int_equal(db_col_int(r, 4), 5);
    assert_true(db_col_real(r, 5) == 5.0);
    assert_int_equal(db_col_int(r, 0), 0); /* cut */
    db_rows_end(r);
}

static void text_sorts_by_bytes(struct store *s)
{
    const char *const words[] = {"a", "B", "é", "Z", "z", "e", "-", "l'été"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        insert(s, (int64_t)i, DB_NULL, DB_NULL, DB_TEXT(str_from(words[i])));
    struct db_rows *r;
    assert_ok(db_query(s->conn, "SELECT s FROM t_value WHERE s >= $1 ORDER BY s", DB_PARAMS(DB_TEXT(STR(""))), &r));
    const char *const order[] = {"-", "B", "Z", "a", "e", "l'été", "z", "é"};
    bool has;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        assert_ok(db_next(r, &has));
        assert_true(has);
        assert_str(order[i], db_col_text(r, 0));
    }
    db_rows_end(r);
    assert_int_equal(store_int(s, "SELECT count(*) FROM t_value WHERE s LIKE 'Z%'"), 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM t_value WHERE s < 'a'"), 3);
}

static void violations_have_names(struct store *s)
{
    struct db_conn *c = s->conn;
    store_run(s, "INSERT INTO t_rule (name, age) VALUES ('un', 1)");
    assert_err(ERR_CONFLICT, db_exec(c, "INSERT INTO t_rule (name) VALUES ('un')", DB_NO_PARAMS, NULL));
    assert_err(ERR_INVALID, db_exec(c, "INSERT INTO t_rule (name, age) VALUES ('x', -1)", DB_NO_PARAMS, NULL));
    assert_err(ERR_INVALID, db_exec(c, "INSERT INTO t_rule (name) VALUES (NULL)", DB_NO_PARAMS, NULL));
    assert_err(ERR_INVALID, db_exec(c, "INSERT INTO t_rule (name, owner) VALUES ('x', 99)", DB_NO_PARAMS, NULL));
    assert_err(ERR_INVALID, db_exec(c, "INSERT INTO t_rule (name) VALUES ('interdit; CREATE TABLE x (y')",
                                    DB_NO_PARAMS, NULL));
    const char *age = "INSERT INTO t_rule (name, age) VALUES ($1, $2)";
    assert_err(ERR_INVALID, db_exec(c, age, DB_PARAMS(DB_TEXT(STR("x")), DB_TEXT(STR("trois"))), NULL));
    assert_err(ERR_INVALID, db_exec(c, age, DB_PARAMS(DB_TEXT(STR("x")), DB_REAL(1.5)), NULL));
    assert_err(ERR_INVALID, db_exec(c, age, DB_PARAMS(DB_TEXT(STR("a\0b")), DB_INT(1)), NULL));
    assert_err(ERR_INVALID, db_exec(c, age, DB_PARAMS(DB_TEXT(STR("\xff")), DB_INT(1)), NULL));
    assert_err(ERR_INVALID, db_exec(c, "INSERT INTO t_rule (name, weight) VALUES ('x', $1)",
                                    DB_PARAMS(DB_REAL((double)NAN)), NULL));
    assert_err(ERR_DB, db_exec(c, "INSERT INTO t_nothing (a) VALUES (1)", DB_NO_PARAMS, NULL));
    assert_true(db_last_error(c).n > 0);
    assert_int_equal(store_int(s, "SELECT count(*) FROM t_rule"), 1);

    int64_t changed;
    const char *upsert = "INSERT INTO t_rule (name, age) VALUES ($1, 7) ON CONFLICT (name) DO NOTHING";
    assert_ok(db_exec(c, upsert, DB_PARAMS(DB_TEXT(STR("un"))), &changed));
    assert_int_equal(changed, 0);
    assert_ok(db_exec(c, upsert, DB_PARAMS(DB_TEXT(STR("deux"))), &changed));
    assert_int_equal(changed, 1);
    assert_ok(db_exec(c, "UPDATE t_rule SET age = age + 1", DB_NO_PARAMS, &changed));
    assert_int_equal(changed, 2);
    assert_ok(db_exec(c, "CREATE TABLE t_more (a TEXT)", DB_NO_PARAMS, &changed));
    assert_int_equal(changed, 0);
}

static void errors_hold_no_values(struct store *s)
{
    const char *sql = "INSERT INTO t_rule (name, age) VALUES ($1, $2)";
    struct db_params secret = DB_PARAMS(DB_TEXT(STR("Mme Secret")), DB_TEXT(STR("0691 secret")));
    assert_err(ERR_INVALID, db_exec(s->conn, sql, secret, NULL));
    assert_true(str_find(db_last_error(s->conn), STR("ecret"), 0) < 0);
    struct db_params twice = DB_PARAMS(DB_TEXT(STR("Mme Secret")), DB_INT(1));
    assert_ok(db_exec(s->conn, sql, twice, NULL));
    assert_err(ERR_CONFLICT, db_exec(s->conn, sql, twice, NULL));
    assert_true(str_find(db_last_error(s->conn), STR("ecret"), 0) < 0);
}

static void only_the_portable_subset(struct store *s)
{
    static const char *const refused[] = {
        "SELECT 1; SELECT 2",
        "DELETE FROM t_rule; DELETE FROM t_value",
        "SELECT n FROM t_value WHERE id = ?",
        "SELECT n FROM t_value WHERE id = :id",
        "SELECT id::text FROM t_value",
        "SELECT n FROM t_value WHERE id = @id",
        "SELECT n FROM t_value WHERE id = $2 AND n = $1",
        "SELECT n FROM t_value WHERE id = $1 AND n = $3",
        "SELECT n FROM t_value WHERE id = $01",
        "SELECT $$text$$",
        "BEGIN",
        "COMMIT",
        "savepoint a",
        "",
        "  -- nothing\n",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct db_value v[3] = {DB_INT(1), DB_INT(1), DB_INT(1)};
        for (size_t n = 0; n <= 3; n++)
            assert_err(ERR_BUG, db_exec(s->conn, refused[i], (struct db_params){v, n}, NULL));
    }
    int64_t n;
    assert_err(ERR_BUG, db_query_int(s->conn, "SELECT CAST($1 AS BIGINT)", DB_NO_PARAMS, &n));
    assert_err(ERR_BUG, db_query_int(s->conn, "SELECT 1", DB_PARAMS(DB_INT(1)), &n));
    assert_err(ERR_BUG, db_exec(s->conn, "SELECT 1", DB_NO_PARAMS, NULL));
    assert_err(ERR_DB, db_query_int(s->conn, "SELECT \"no such column\"", DB_NO_PARAMS, &n));
    /* and what looks like two statements but is one */
    assert_ok(db_query_int(s->conn, "SELECT 1 /* ; ? : */ + length('a;b''c?') -- ; :x\n ;  -- end", DB_NO_PARAMS, &n));
    assert_int_equal(n, 7);
    assert_ok(db_query_int(s->conn, "WITH a (b) AS (SELECT 3) SELECT b FROM a", DB_NO_PARAMS, &n));
    assert_int_equal(n, 3);
}

static void rows_keep_the_connection(struct store *s)
{
    insert(s, 1, DB_INT(1), DB_NULL, DB_NULL);
    insert(s, 2, DB_INT(2), DB_NULL, DB_NULL);
    struct db_rows *r = ask(s, "SELECT n FROM t_value ORDER BY id", DB_NO_PARAMS);
    int64_t n;
    assert_err(ERR_BUG, db_query_int(s->conn, "SELECT 1", DB_NO_PARAMS, &n));
    assert_err(ERR_BUG, db_exec(s->conn, "DELETE FROM t_value", DB_NO_PARAMS, NULL));
    assert_int_equal(db_col_int(r, 0), 1);
    db_rows_end(r);
    db_rows_end(r);
    assert_ok(db_query_int(s->conn, "SELECT 1", DB_NO_PARAMS, &n));
    bool has;
    assert_err(ERR_BUG, db_next(r, &has));
    assert_false(has);
}

static void statements_are_kept_and_dropped(struct store *s)
{
    char sql[64];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 700; i++) { /* more than are kept */
            int64_t n;
            snprintf(sql, sizeof sql, "SELECT %d + CAST($1 AS BIGINT)", i);
            assert_ok(db_query_int(s->conn, sql, DB_PARAMS(DB_INT(1000)), &n));
            assert_int_equal(n, 1000 + i);
        }
    }
    /* a table that changes under a prepared statement */
    const char *all = "SELECT * FROM t_value";
    insert(s, 1, DB_INT(1), DB_NULL, DB_NULL);
    for (int i = 0; i < 8; i++)
        db_rows_end(ask(s, all, DB_NO_PARAMS));
    store_run(s, "ALTER TABLE t_value ADD COLUMN more INTEGER");
    struct db_rows *r = ask(s, all, DB_NO_PARAMS);
    assert_true(db_is_null(r, 4));
    db_rows_end(r);
}

/* 100 MB of rows, a few kilobytes in memory. */
static void a_hundred_thousand_rows_stream(struct store *s)
{
    char kilobyte[1025];
    memset(kilobyte, 'x', 1024);
    kilobyte[1024] = '\0';
    const char *sql = arena_printf(s->a,
                                   "WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 100000) "
                                   "SELECT i, '%s ' || i FROM k", kilobyte).p;
    struct db_rows *r;
    bool has;
    int64_t n = 0, sum = 0, bytes = 0;
    size_t before = mallinfo2().uordblks, most = before;
    assert_ok(db_query(s->conn, sql, DB_NO_PARAMS, &r));
    while (true) {
        assert_ok(db_next(r, &has));
        if (!has)
            break;
        n++;
        sum += db_col_int(r, 0);
        bytes += (int64_t)db_col_text(r, 1).n;
        size_t now = mallinfo2().uordblks;
        most = now > most ? now : most;
    }
    db_rows_end(r);
    assert_int_equal(n, 100000);
    assert_true(sum == 100000LL * 100001 / 2 && bytes > 100 * 1000 * 1000);
    assert_true(most - before < 1000 * 1000); /* (a sanitizer's allocator counts nothing here) */
    r = ask(s, sql, DB_NO_PARAMS); /* left after one row */
    assert_str("1", str_sub(db_col_text(r, 1), 1025, 9));
    db_rows_end(r);
    assert_int_equal(store_int(s, "SELECT 5"), 5);
}

static const struct store_test tests[] = {
    STORE_TEST(values_come_back),
    STORE_TEST(parameters_take_the_columns_type),
    STORE_TEST(text_sorts_by_bytes),
    STORE_TEST(violations_have_names),
    STORE_TEST(errors_hold_no_values),
    STORE_TEST(only_the_portable_subset),
    STORE_TEST(rows_keep_the_connection),
    STORE_TEST(statements_are_kept_and_dropped),
    STORE_TEST(a_hundred_thousand_rows_stream),
};

STORE_TEST_MAIN(tests, {schema, sizeof schema / sizeof *schema})
