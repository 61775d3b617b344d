#include "store_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_MAX_ = 160, URL_MAX = 512 };

struct one {
    const struct store_test *test;
    struct store_migrations migrations;
    struct store store;
    char name[NAME_MAX_], url[URL_MAX], dir[64], path[96], schema[64];
};

static const char *server_url(void)
{
    return getenv("BALISE_TEST_PG");
}

/* -- a place for each test ----------------------------------------------------------------------- */
static void make_file(struct one *o)
{
    bool fast = access("/dev/shm", W_OK) == 0;
    snprintf(o->dir, sizeof o->dir, "%s/balise-test-XXXXXX", fast ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(o->dir));
    snprintf(o->path, sizeof o->path, "%s/db.sqlite", o->dir);
    snprintf(o->url, sizeof o->url, "sqlite:%s", o->path);
    o->store.path = o->path;
}

static void remove_file(struct one *o)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", o->dir);
    assert_int_equal(system(command), 0);
}

static void run_on_server(const char *fmt, const char *schema)
{
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db;
    struct db_conn *c;
    struct str why;
    char sql[128];
    snprintf(sql, sizeof sql, "%s %s", fmt, schema);
    if (db_open(a, server_url(), (struct db_options){.pool_max = 1}, &db, &why) != OK)
        fail_msg("%.*s", STR_ARG(why));
    assert_ok(db_acquire(db, &c));
    if (db_exec(c, sql, DB_NO_PARAMS, NULL) != OK)
        fail_msg("%s: %.*s", sql, STR_ARG(db_last_error(c)));
    db_release(c);
    db_close(db);
    arena_free(a);
}

static void make_schema(struct one *o)
{
    static int count;
    snprintf(o->schema, sizeof o->schema, "t%ld_%d", (long)getpid(), count++);
    run_on_server("CREATE SCHEMA", o->schema);
    snprintf(o->url, sizeof o->url, "%s%coptions=-csearch_path%%3D%s", server_url(),
             strchr(server_url(), '?') ? '&' : '?', o->schema);
}

static void remove_schema(struct one *o)
{
    char what[80];
    snprintf(what, sizeof what, "%s CASCADE", o->schema);
    run_on_server("DROP SCHEMA", what);
}

/* -- one test ------------------------------------------------------------------------------------ */
static int set_up(void **state)
{
    struct one *o = *state;
    struct store *s = &o->store;
    if (s->engine == DB_SQLITE)
        make_file(o);
    else
        make_schema(o);
    s->url = o->url;
    s->a = arena_new(SIZE_MAX);
    struct str why = STR_NONE;
    struct db_options opt = {.create = true, .pool_max = 8};
    if (db_open(s->a, s->url, opt, &s->db, &why) != OK ||
        db_migrate(s->db, s->a, o->migrations.all, o->migrations.n, NULL, &why) != OK)
        fail_msg("%.*s", STR_ARG(why));
    assert_ok(db_acquire(s->db, &s->conn));
    return 0;
}

static int tear_down(void **state)
{
    struct one *o = *state;
    db_release(o->store.conn);
    db_close(o->store.db);
    arena_free(o->store.a);
    if (o->store.engine == DB_SQLITE)
        remove_file(o);
    else
        remove_schema(o);
    return 0;
}

static void run_one(void **state)
{
    struct one *o = *state;
    o->test->run(&o->store);
}

void store_run(struct store *s, const char *sql)
{
    if (db_exec(s->conn, sql, DB_NO_PARAMS, NULL) != OK)
        fail_msg("%s: %.*s", sql, STR_ARG(db_last_error(s->conn)));
}

int64_t store_int(struct store *s, const char *sql)
{
    int64_t n = 0;
    if (db_query_int(s->conn, sql, DB_NO_PARAMS, &n) != OK)
        fail_msg("%s: %.*s", sql, STR_ARG(db_last_error(s->conn)));
    return n;
}

/* -- all of them --------------------------------------------------------------------------------- */
static void no_server(void **state)
{
    (void)state;
    fail_msg("BALISE_TEST_PG is not set: run under tests/pg.sh, or say BALISE_TEST_ENGINES=sqlite");
}

static struct store_migrations join(const struct store_migrations *lists, size_t n)
{
    struct store_migrations all = {NULL, 0};
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += lists[i].n;
    struct db_migration *copy = calloc(total + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < lists[i].n; j++)
            copy[all.n++] = lists[i].all[j];
    }
    all.all = copy;
    return all;
}

static bool wanted(const char *engine)
{
    const char *only = getenv("BALISE_TEST_ENGINES");
    return !only || !*only || strcmp(only, engine) == 0;
}

int store_test_main(const struct store_test *tests, size_t n, const struct store_migrations *lists,
                    size_t lists_n)
{
    static const char *const engines[] = {[DB_SQLITE] = "sqlite", [DB_POSTGRES] = "postgresql"};
    struct store_migrations all = join(lists, lists_n);
    struct one *ones = calloc(2 * n, sizeof *ones);
    struct CMUnitTest *list = calloc(2 * n + 1, sizeof *list);
    size_t count = 0;
    for (int engine = DB_SQLITE; engine <= DB_POSTGRES; engine++) {
        if (!wanted(engines[engine]))
            continue;
        if (engine == DB_POSTGRES && !server_url()) {
            list[count++] = (struct CMUnitTest){"postgresql: server", no_server, NULL, NULL, NULL};
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            if (tests[i].where == (engine == DB_SQLITE ? ON_POSTGRES : ON_SQLITE))
                continue;
            struct one *o = &ones[count];
            o->test = &tests[i];
            o->migrations = all;
            o->store.engine = (enum db_engine)engine;
            snprintf(o->name, sizeof o->name, "%s: %s", engines[engine], tests[i].name);
            list[count++] = (struct CMUnitTest){o->name, run_one, set_up, tear_down, o};
        }
    }
    int failed = _cmocka_run_group_tests("store", list, count, NULL, NULL);
    free((void *)(uintptr_t)all.all);
    free(list);
    free(ones);
    return failed;
}
