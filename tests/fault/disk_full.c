/* A disk that fills up at every possible moment: a clean error, nothing half-done, and all is well once
 * there is room again. The limit on the size of files (RLIMIT_FSIZE) plays the disk. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "modules/journal/journal.h"
#include "store_test.h"

enum { ROWS = 30, STEP = 4096, STEPS = 150 };

static const struct db_migration schema[] = {
    {"t", 1, "0001_t", "CREATE TABLE t_row (id BIGINT PRIMARY KEY, text TEXT NOT NULL);\n"
                       "CREATE INDEX t_row_text ON t_row (text);\n"},
};

static void set_limit(rlim_t bytes)
{
    signal(SIGXFSZ, SIG_IGN); /* writes then fail with EFBIG instead */
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void no_limit(void)
{
    set_limit(RLIM_INFINITY);
}

static enum err fill(struct db_conn *c, void *ctx)
{
    int64_t *next = ctx;
    char text[900];
    memset(text, 'x', sizeof text);
    for (int i = 0; i < ROWS; i++) {
        int64_t id = *next + i;
        snprintf(text, sizeof text, "%lld", (long long)id * 7919 % 1000);
        text[strlen(text)] = 'x';
        TRY(db_exec(c, "INSERT INTO t_row (id, text) VALUES ($1, $2)",
                    DB_PARAMS(DB_INT(id), DB_TEXT(((struct str){text, sizeof text - 1}))), NULL));
        TRY(journal_append(c, &(struct journal_entry){.actor = STR("test"), .action = STR("t.write"),
                                                      .object_kind = STR("t"), .object_id = STR("x")}));
    }
    return OK;
}

static void assert_whole(struct store *s, int64_t rows)
{
    struct journal_report r;
    assert_int_equal(store_int(s, "SELECT count(*) FROM t_row"), rows);
    assert_ok(journal_verify(s->conn, &r));
    assert_int_equal(r.broken, 0);
    assert_int_equal(r.entries, rows);
}

static void a_transaction_is_whole_or_not_at_all(struct store *s)
{
    int64_t done = 0;
    int refused = 0, accepted = 0;
    for (int step = 0; step < STEPS; step++) {
        /* The WAL starts again from nothing, so that the limit falls at another place of the writing. */
        struct db_rows *r;
        bool has;
        assert_ok(db_query(s->conn, "PRAGMA wal_checkpoint(TRUNCATE)", DB_NO_PARAMS, &r));
        assert_ok(db_next(r, &has));
        db_rows_end(r);
        set_limit((rlim_t)(step * STEP));
        enum err e = db_transaction(s->conn, DB_WRITE, fill, &done);
        no_limit();
        if (e == OK) {
            accepted++;
            done += ROWS;
        } else {
            assert_true(e == ERR_IO || e == ERR_UNCERTAIN);
            refused++;
        }
        assert_whole(s, done);
    }
    assert_true(refused > 5);
    assert_true(accepted > 5);
    assert_ok(db_transaction(s->conn, DB_WRITE, fill, &done));
    assert_whole(s, done + ROWS);
    struct db_rows *r;
    bool has;
    assert_ok(db_query(s->conn, "PRAGMA integrity_check", DB_NO_PARAMS, &r));
    assert_ok(db_next(r, &has));
    assert_str("ok", db_col_text(r, 0));
    db_rows_end(r);
}

static void a_full_database_still_reads(struct store *s)
{
    int64_t done = 0;
    assert_ok(db_transaction(s->conn, DB_WRITE, fill, &done));
    done += ROWS;
    struct db_rows *r;
    bool has;
    assert_ok(db_query(s->conn, "PRAGMA max_page_count = 1", DB_NO_PARAMS, &r)); /* no page more */
    assert_ok(db_next(r, &has));
    db_rows_end(r);
    enum err e = OK;
    while (e == OK) { /* free pages may hold a little more */
        e = db_transaction(s->conn, DB_WRITE, fill, &done);
        done += e == OK ? ROWS : 0;
    }
    assert_int_equal(e, ERR_IO);
    assert_whole(s, done);
    assert_err(ERR_IO, db_transaction(s->conn, DB_WRITE, fill, &done));
    assert_whole(s, done);
}

static int files_beside(struct store *s, const char *what)
{
    char folder[128];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(s->path, '/') - s->path), s->path);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int n = 0;
    for (struct dirent *d; (d = readdir(dir));)
        n += strstr(d->d_name, what) != NULL;
    closedir(dir);
    return n;
}

static void no_migration_without_its_backup(struct store *s)
{
    int64_t done = 0;
    assert_ok(db_transaction(s->conn, DB_WRITE, fill, &done));
    struct db_migration all[8];
    size_t n = 0;
    all[n++] = schema[0];
    for (size_t i = 0; i < journal_migrations_count; i++)
        all[n++] = journal_migrations[i];
    all[n++] = (struct db_migration){"t", 2, "0002_t", "CREATE TABLE t_more (id TEXT PRIMARY KEY);\n"};
    int before = files_beside(s, ".before"); /* the modules' own first migrations had theirs */
    struct db_migrate_report report;
    struct str why;
    set_limit(3 * STEP);
    enum err e = db_migrate(s->db, s->a, all, n, &report, &why);
    no_limit();
    assert_int_equal(e, ERR_IO);
    assert_true(str_find(why, STR("sauvegarder"), 0) >= 0);
    assert_int_equal(files_beside(s, ".before"), before);
    assert_int_equal(store_int(s, "SELECT count(*) FROM schema_migration WHERE module = 't'"), 1);
    assert_ok(db_migrate(s->db, s->a, all, n, &report, &why));
    assert_int_equal(files_beside(s, ".before-t-2.sqlite"), 1);
    assert_whole(s, ROWS);
}

static const struct store_test tests[] = {
    STORE_TEST_ON(a_transaction_is_whole_or_not_at_all, ON_SQLITE),
    STORE_TEST_ON(a_full_database_still_reads, ON_SQLITE),
    STORE_TEST_ON(no_migration_without_its_backup, ON_SQLITE),
};

STORE_TEST_MAIN(tests, {schema, sizeof schema / sizeof *schema}, {journal_migrations, journal_migrations_count})
