/* bench_db URL…: what the database layer costs. Each URL is an empty database (sqlite:PATH or a libpq URI).
 *   build/tests/bench/bench_db sqlite:/var/tmp/bench.sqlite
 *   tests/pg.sh sh -c 'build/tests/bench/bench_db "$BALISE_TEST_PG"'      (that server does not fsync) */
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/journal/journal.h"

enum { READS = 20000, WRITES = 500, IMPORT = 2656, PROGRAMS = 8, CONTENDED = 100 };

static const struct db_migration schema = {
    "b", 1, "0001_b",
    "CREATE TABLE b_row (id TEXT PRIMARY KEY, name TEXT NOT NULL, n BIGINT NOT NULL, lat DOUBLE PRECISION, more TEXT);\n"
    "CREATE INDEX b_row_name ON b_row (name);\n"};

static void must(enum err e, struct db_conn *c)
{
    if (e == OK)
        return;
    fprintf(stderr, "%s: %.*s\n", err_name(e), STR_ARG(c ? db_last_error(c) : STR_NONE));
    exit(1);
}

static struct db *open_db(struct arena *a, const char *url)
{
    struct db *db;
    struct str why = STR_NONE;
    if (db_open(a, url, (struct db_options){.create = true}, &db, &why) != OK) {
        fprintf(stderr, "%.*s\n", STR_ARG(why));
        exit(1);
    }
    return db;
}

static enum err put(struct db_conn *c, int64_t i)
{
    char id[40], name[80];
    snprintf(id, sizeof id, "01920000-0000-7000-8000-%012lld", (long long)i);
    snprintf(name, sizeof name, "Espace numérique numéro %lld", (long long)(i * 7919 % 100000));
    const struct str fields[] = {STR_INIT("nom"), STR_INIT("horaires")};
    TRY(db_exec(c,
                "INSERT INTO b_row (id, name, n, lat, more) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (id) DO UPDATE SET name = excluded.name, n = b_row.n + 1",
                DB_PARAMS(DB_TEXT(str_from(id)), DB_TEXT(str_from(name)), DB_INT(i), DB_REAL(48.1173 + (double)i / 1e5),
                          DB_NULL),
                NULL));
    TRY(journal_append(c, &(struct journal_entry){.actor = STR("import:bench"), .action = STR("place.create"),
                                                  .object_kind = STR("place"), .object_id = str_from(id),
                                                  .fields = fields, .n_fields = 2}));
    return db_touch(c, "b");
}

static enum err import(struct db_conn *c, void *ctx)
{
    (void)ctx;
    for (int64_t i = 0; i < IMPORT; i++)
        TRY(put(c, i));
    return OK;
}

static enum err rows_only(struct db_conn *c, void *ctx)
{
    (void)ctx;
    for (int64_t i = 0; i < IMPORT; i++)
        TRY(journal_append(c, &(struct journal_entry){.actor = STR("import:bench"), .action = STR("place.create"),
                                                      .object_kind = STR("place"), .object_id = STR("x")}));
    return OK;
}

static enum err write_one(struct db_conn *c, void *ctx)
{
    return put(c, (*(int64_t *)ctx)++);
}

static void say(const char *what, double value, const char *unit)
{
    printf("  %-58s %10.1f %s\n", what, value, unit);
}

static void one_connection(struct db *db)
{
    struct db_conn *c;
    must(db_acquire(db, &c), NULL);
    int64_t started = clock_mono_us();
    must(db_transaction(c, DB_WRITE, import, NULL), c);
    say("import: 2,656 upserts + journal, one transaction", (double)(clock_mono_us() - started) / 1e3, "ms");
    started = clock_mono_us();
    must(db_transaction(c, DB_WRITE, rows_only, NULL), c);
    say("of which about, for 2,656 journal entries alone", (double)(clock_mono_us() - started) / 1e3, "ms");

    int64_t next = 1000000, n;
    started = clock_mono_us();
    for (int i = 0; i < WRITES; i++)
        must(db_transaction(c, DB_WRITE, write_one, &next), c);
    say("transactions: 1 row + journal + change sequence", WRITES * 1e6 / (double)(clock_mono_us() - started), "/s");

    started = clock_mono_us();
    for (int i = 0; i < READS; i++) {
        char id[40];
        snprintf(id, sizeof id, "01920000-0000-7000-8000-%012d", i % IMPORT);
        must(db_query_int(c, "SELECT n FROM b_row WHERE id = $1", DB_PARAMS(DB_TEXT(str_from(id))), &n), c);
    }
    say("read one row by its key", (double)(clock_mono_us() - started) / READS, "us");

    struct journal_report r;
    started = clock_mono_us();
    must(journal_verify(c, &r), c);
    say("journal: verify, an entry", (double)(clock_mono_us() - started) / (double)r.entries, "us");
    db_release(c);
    started = clock_mono_us();
    for (int i = 0; i < READS; i++) {
        must(db_acquire(db, &c), NULL);
        db_release(c);
    }
    say("connection from the pool and back", (double)(clock_mono_us() - started) / READS, "us");
}

struct program {
    const char *url;
    int64_t next;
    int failed;
};

static void *contend(void *ctx)
{
    struct program *p = ctx;
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db = open_db(a, p->url);
    struct db_conn *c;
    must(db_acquire(db, &c), NULL);
    for (int i = 0; i < CONTENDED; i++)
        p->failed += db_transaction(c, DB_WRITE, write_one, &p->next) != OK;
    db_release(c);
    db_close(db);
    arena_free(a);
    return NULL;
}

static void several_programs(const char *url)
{
    pthread_t threads[PROGRAMS];
    struct program programs[PROGRAMS];
    int failed = 0;
    int64_t started = clock_mono_us();
    for (int i = 0; i < PROGRAMS; i++) {
        programs[i] = (struct program){.url = url, .next = 2000000 + i * 10000};
        if (pthread_create(&threads[i], NULL, contend, &programs[i]) != 0)
            exit(1);
    }
    for (int i = 0; i < PROGRAMS; i++) {
        pthread_join(threads[i], NULL);
        failed += programs[i].failed;
    }
    say("8 programs writing at once, transactions", PROGRAMS * CONTENDED * 1e6 / (double)(clock_mono_us() - started), "/s");
    say("  of which given up after 3 tries", failed, "");
}

int main(int argc, char **argv)
{
    log_set_level(LOG_ERROR_);
    struct db_migration all[8] = {schema};
    size_t n = 1;
    for (size_t i = 0; i < journal_migrations_count; i++)
        all[n++] = journal_migrations[i];
    for (int i = 1; i < argc; i++) {
        struct arena *a = arena_new(SIZE_MAX);
        struct db *db = open_db(a, argv[i]);
        struct str why = STR_NONE;
        if (db_migrate(db, a, all, n, NULL, &why) != OK) {
            fprintf(stderr, "%.*s\n", STR_ARG(why));
            return 1;
        }
        printf("%s\n", db_engine(db) == DB_SQLITE ? "SQLite" : "PostgreSQL");
        one_connection(db);
        several_programs(argv[i]);
        db_close(db);
        arena_free(a);
    }
    return argc > 1 ? 0 : 2;
}
