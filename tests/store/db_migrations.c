/* Migrations: applied once, refused when they differ, backed up before. */
#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_test.h"

#define A1                                                                                         \
    {                                                                                              \
        "a", 1, "0001_first",                                                                      \
            "CREATE TABLE a_first (id TEXT PRIMARY KEY, n BIGINT);\n"                              \
            "INSERT INTO a_first (id, n) VALUES ('x', 1);\n"                                       \
    }
#define A2 {"a", 2, "0002_second", "CREATE TABLE a_second (id TEXT PRIMARY KEY);\n"}
#define B1 {"b", 1, "0001_first", "CREATE TABLE b_first (r DOUBLE PRECISION);\n"}

enum { OWN = 1 }; /* those of db itself */

#define MIGRATE(s, why, report, ...)                                                               \
    db_migrate((s)->db, (s)->a, (const struct db_migration[]){__VA_ARGS__},                        \
               sizeof((const struct db_migration[]){__VA_ARGS__}) / sizeof(struct db_migration),   \
               (report), (why))

static bool says(struct str why, const char *what)
{
    if (str_find(why, str_from(what), 0) < 0)
        print_error("\"%.*s\" does not say \"%s\"\n", STR_ARG(why), what);
    return str_find(why, str_from(what), 0) >= 0;
}

static int backups(struct store *s, const char *ending)
{
    if (s->engine != DB_SQLITE)
        return 0;
    char folder[128];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(s->path, '/') - s->path), s->path);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int n = 0;
    for (struct dirent *d; (d = readdir(dir));) {
        n += strstr(d->d_name, ".before") && str_ends(str_from(d->d_name), str_from(ending));
        assert_null(strstr(d->d_name, ".tmp"));
    }
    closedir(dir);
    return n;
}

static void missing_ones_are_applied_once(struct store *s)
{
    struct db_migrate_report rep;
    struct str why;
    assert_ok(MIGRATE(s, &why, &rep, A1));
    assert_int_equal(rep.applied, 1);
    assert_int_equal(rep.total, OWN + 1);
    assert_ok(MIGRATE(s, &why, &rep, A1));
    assert_int_equal(rep.applied, 0);
    assert_int_equal(rep.backup.n, 0);
    assert_int_equal(store_int(s, "SELECT count(*) FROM a_first"), 1);

    assert_ok(MIGRATE(s, &why, &rep, A1, A2, B1));
    assert_int_equal(rep.applied, 2);
    assert_int_equal(rep.total, OWN + 3);
    assert_int_equal(store_int(s, "SELECT count(*) FROM schema_migration"), OWN + 3);
    assert_int_equal(store_int(s, "SELECT count(*) FROM schema_migration WHERE length(checksum) = 64"), OWN + 3);
}

static void differences_are_refused(struct store *s)
{
    struct str why;
    assert_ok(MIGRATE(s, &why, NULL, A1, A2));
    assert_err(ERR_CONFLICT, MIGRATE(s, &why, NULL, A1, {"a", 2, "0002_second", "CREATE TABLE a_other (id TEXT);"}));
    assert_true(says(why, "a/2") && says(why, "pas celle de ce programme"));
    assert_err(ERR_CONFLICT, MIGRATE(s, &why, NULL, A1));
    assert_true(says(why, "a/2") && says(why, "plus récente"));
    assert_err(ERR_CONFLICT, MIGRATE(s, &why, NULL, A1, B1));
    assert_true(says(why, "plus récente"));
    assert_int_equal(store_int(s, "SELECT count(*) FROM schema_migration"), OWN + 2);
    assert_err(ERR_BUG, MIGRATE(s, &why, NULL, A1, A2, {"c", 2, "0002_c", ""}));
    assert_err(ERR_BUG, MIGRATE(s, &why, NULL, A1, A2, A2));
    assert_ok(MIGRATE(s, &why, NULL, A1, A2, B1));
}

static void a_failed_one_changes_nothing(struct store *s)
{
    struct str why;
    struct db_migrate_report rep;
    assert_err(ERR_DB, MIGRATE(s, &why, &rep, A1,
                               {"a", 2, "0002_bad", "CREATE TABLE a_half (id TEXT);\n"
                                                    "INSERT INTO a_first (id, n) VALUES ('y', 2);\n"
                                                    "INSERT INTO a_nowhere (id) VALUES (1);\n"}));
    assert_true(says(why, "a/2") && says(why, "rien"));
    assert_int_equal(rep.applied, 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM a_first"), 1);
    assert_ok(MIGRATE(s, &why, &rep, A1, {"a", 2, "0002_good", "CREATE TABLE a_half (id TEXT);\n"}));
    assert_int_equal(rep.applied, 1);
}

static void types_and_sections(struct store *s)
{
    static const char sql[] =
        "-- a comment; with a semicolon and a quote '\n"
        "CREATE TABLE c_type (\n"
        "  text TEXT NOT NULL DEFAULT 'a (b, c); d' CHECK (text <> CAST(1 AS TEXT)),\n"
        "  big BIGINT, small INTEGER, real DOUBLE  PRECISION, -- real is a name here\n"
        "  PRIMARY KEY (text, big), UNIQUE (small)\n"
        ");\n"
        "ALTER TABLE c_type ADD COLUMN later TEXT;\n"
        "-- @sqlite\n"
        "CREATE TRIGGER c_never BEFORE DELETE ON c_type BEGIN SELECT RAISE(ABORT, 'kept'); END;\n"
        "-- @postgresql\n"
        "CREATE FUNCTION c_refuse() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN RAISE EXCEPTION 'kept; it''s'; END $$;\n"
        "CREATE TRIGGER c_never BEFORE DELETE ON c_type FOR EACH ROW EXECUTE FUNCTION c_refuse();\n"
        "-- @all\n"
        "INSERT INTO c_type (big, small, real) VALUES (1099511627776, 1099511627777, 0.5);\n";
    struct str why;
    if (MIGRATE(s, &why, NULL, {"c", 1, "0001_types", sql}) != OK)
        fail_msg("%.*s", STR_ARG(why));
    assert_int_equal(store_int(s, "SELECT small - big FROM c_type"), 1); /* 64 bits both */
    assert_err(ERR_DENIED, db_exec(s->conn, "DELETE FROM c_type", DB_NO_PARAMS, NULL));
    assert_err(ERR_INVALID, db_exec(s->conn, "UPDATE c_type SET big = $1", DB_PARAMS(DB_TEXT(STR("x"))), NULL));
    assert_err(ERR_INVALID, db_exec(s->conn, "UPDATE c_type SET big = NULL", DB_NO_PARAMS, NULL));
    store_run(s, "INSERT INTO c_type (text, big) VALUES ('É', 2)");
    store_run(s, "INSERT INTO c_type (text, big, later) VALUES ('b', 2, 'Z')");
    assert_int_equal(store_int(s, "SELECT count(*) FROM c_type WHERE text < 'É'"), 2);
}

static void what_is_not_portable_is_refused(struct store *s)
{
    static const char *const refused[] = {
        "CREATE TABLE d (a VARCHAR(10));",
        "CREATE TABLE d (a BOOLEAN);",
        "CREATE TABLE d (a TEXT, b JSONB);",
        "CREATE TABLE d (a DOUBLE);",
        "ALTER TABLE a_first ADD COLUMN b INT;",
        "CREATE TRIGGER x AFTER DELETE ON a_first BEGIN SELECT 1; END;",
        "BEGIN; CREATE TABLE d (a TEXT); COMMIT;",
        "-- @mysql\nCREATE TABLE d (a TEXT);",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct str why;
        assert_err(ERR_BUG, MIGRATE(s, &why, NULL, A1, {"d", 1, "0001_d", refused[i]}));
        assert_true(says(why, "d/1"));
    }
}

static void a_copy_is_made_before(struct store *s)
{
    struct str why;
    struct db_migrate_report rep;
    assert_ok(MIGRATE(s, &why, &rep, A1));
    assert_int_equal(backups(s, ".before-a-1.sqlite"), s->engine == DB_SQLITE);
    assert_ok(MIGRATE(s, &why, &rep, A1, A2, B1));
    if (s->engine != DB_SQLITE) {
        assert_int_equal(rep.backup.n, 0);
        return;
    }
    struct str expected = arena_printf(s->a, "%s.before-a-2.sqlite", s->path);
    assert_true(str_eq(rep.backup, expected));
    struct stat st;
    assert_int_equal(stat(expected.p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    struct db *old; /* it is the database as it was, whole */
    struct db_conn *c;
    int64_t n;
    const char *url = arena_printf(s->a, "sqlite:%.*s", STR_ARG(expected)).p;
    assert_ok(db_open(s->a, url, (struct db_options){.read_only = true}, &old, &why));
    assert_ok(db_acquire(old, &c));
    assert_ok(db_query_int(c, "SELECT count(*) FROM a_first", DB_NO_PARAMS, &n));
    assert_int_equal(n, 1);
    assert_err(ERR_DB, db_query_int(c, "SELECT count(*) FROM b_first", DB_NO_PARAMS, &n));
    db_release(c);
    assert_err(ERR_CONFLICT, db_migrate(old, s->a, (const struct db_migration[]){A1, A2}, 2, NULL, &why));
    assert_true(says(why, "lecture seule"));
    db_close(old);

    struct db_migration many[8] = {A1, A2, B1};
    for (int i = 3; i < 8; i++) {
        many[i] = (struct db_migration){"e", i - 2, "e", "CREATE INDEX e_i ON a_first (n); DROP INDEX e_i;"};
        assert_ok(db_migrate(s->db, s->a, many, (size_t)i + 1, &rep, &why));
    }
    assert_int_equal(backups(s, ".sqlite"), 3);
    assert_int_equal(backups(s, ".before-e-5.sqlite"), 1);
    assert_int_equal(backups(s, ".before-a-2.sqlite"), 0);
}

static void *migrate_too(void *ctx)
{
    struct store *s = ctx;
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db;
    struct str why = STR_NONE;
    enum err e = db_open(a, s->url, (struct db_options){.pool_max = 2}, &db, &why);
    if (e == OK) {
        e = db_migrate(db, a, (const struct db_migration[]){A1, A2, B1}, 3, NULL, &why);
        db_close(db);
    }
    if (e != OK)
        print_error("%.*s\n", STR_ARG(why));
    arena_free(a);
    return e == OK ? NULL : s;
}

static void several_at_once_wait_for_each_other(struct store *s)
{
    pthread_t threads[6];
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, migrate_too, s), 0);
    for (int i = 0; i < 6; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(store_int(s, "SELECT count(*) FROM a_first"), 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM schema_migration"), OWN + 3);
}

static const struct store_test tests[] = {
    STORE_TEST(missing_ones_are_applied_once),
    STORE_TEST(differences_are_refused),
    STORE_TEST(a_failed_one_changes_nothing),
    STORE_TEST(types_and_sections),
    STORE_TEST(what_is_not_portable_is_refused),
    STORE_TEST(a_copy_is_made_before),
    STORE_TEST(several_at_once_wait_for_each_other),
};

STORE_TEST_MAIN(tests, {NULL, 0})
