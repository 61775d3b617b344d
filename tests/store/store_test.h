/* Tests of stores: every function runs on SQLite (a file of its own) and on PostgreSQL (a schema of its
 * own), migrated and empty.
 *
 * BALISE_TEST_PG: libpq URI of a server where schemas may be made (tests/pg.sh gives one).
 * BALISE_TEST_ENGINES=sqlite (or postgresql): only that one. Without it, a missing PostgreSQL is a
 * failure, never a silent skip. */
#ifndef BALISE_TESTS_STORE_TEST_H
#define BALISE_TESTS_STORE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db.h"

struct store {
    enum db_engine engine;
    struct db *db;
    struct db_conn *conn; /* from the pool, outside any transaction */
    struct arena *a;      /* freed after the test */
    const char *url;      /* to open the same database again */
    const char *path;     /* SQLite: the file */
};

struct store_test {
    const char *name;
    void (*run)(struct store *s);
    enum { ON_BOTH, ON_SQLITE, ON_POSTGRES } where;
};
#define STORE_TEST(function) {#function, function, ON_BOTH}
/* For what one engine alone can suffer. */
#define STORE_TEST_ON(function, where) {#function, function, where}

struct store_migrations {
    const struct db_migration *all;
    size_t n;
};

/* The whole main(): STORE_TEST_MAIN(tests, {journal_migrations, journal_migrations_count}, …);
 * {NULL, 0} for none. */
int store_test_main(const struct store_test *tests, size_t n, const struct store_migrations *lists,
                    size_t lists_n);
#define STORE_TEST_MAIN(tests, ...)                                                                \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct store_migrations lists[] = {__VA_ARGS__};                                    \
        return store_test_main((tests), sizeof(tests) / sizeof *(tests), lists,                    \
                               sizeof lists / sizeof *lists);                                      \
    }

#define assert_ok(call) assert_err(OK, call)
#define assert_err(wanted, call)                                                                   \
    do {                                                                                           \
        enum err assert_err_got_ = (call);                                                         \
        if (assert_err_got_ != (wanted))                                                           \
            print_error("%s: %s, wanted %s\n", #call, err_name(assert_err_got_), err_name(wanted)); \
        assert_int_equal(assert_err_got_, (wanted));                                               \
    } while (0)
#define assert_str(wanted, got)                                                                    \
    do {                                                                                           \
        struct str assert_str_got_ = (got);                                                        \
        assert_true(assert_str_got_.p != NULL);                                                    \
        if (!str_eq(assert_str_got_, str_from(wanted)))                                            \
            print_error("\"%.*s\", wanted \"%s\"\n", STR_ARG(assert_str_got_), (wanted));          \
        assert_true(str_eq(assert_str_got_, str_from(wanted)));                                    \
    } while (0)

/* Runs SQL without parameters, must succeed. */
void store_run(struct store *s, const char *sql);
/* One integer, must be there. */
int64_t store_int(struct store *s, const char *sql);

#endif
