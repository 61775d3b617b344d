/* Writes without end and prints each row once its commit has returned: tests/fault/kill9.c kills it.
 * Each transaction makes two rows and a journal entry, so that half of one would show. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "modules/journal/journal.h"

enum { THREADS = 3 };

static const struct db_migration schema[] = {
    {"t", 1, "0001_t",
     "CREATE TABLE t_left (thread BIGINT, i BIGINT, text TEXT NOT NULL, PRIMARY KEY (thread, i));\n"
     "CREATE TABLE t_right (thread BIGINT, i BIGINT, PRIMARY KEY (thread, i));\n"},
};

struct writer {
    struct db *db;
    int thread;
    int64_t i;
};

static enum err write_pair(struct db_conn *c, void *ctx)
{
    const struct writer *w = ctx;
    char text[600];
    memset(text, 'a' + (int)(w->i % 26), sizeof text);
    struct db_params key = DB_PARAMS(DB_INT(w->thread), DB_INT(w->i));
    TRY(db_exec(c, "INSERT INTO t_left (thread, i, text) VALUES ($1, $2, $3)",
                DB_PARAMS(DB_INT(w->thread), DB_INT(w->i), DB_TEXT(((struct str){text, sizeof text}))), NULL));
    TRY(journal_append(c, &(struct journal_entry){.actor = STR("test"), .action = STR("t.write"),
                                                  .object_kind = STR("t"), .object_id = STR("x")}));
    TRY(db_touch(c, "t"));
    return db_exec(c, "INSERT INTO t_right (thread, i) VALUES ($1, $2)", key, NULL);
}

static void *write_for_ever(void *ctx)
{
    struct writer *w = ctx;
    struct db_conn *c;
    if (db_acquire(w->db, &c) != OK ||
        db_query_int(c, "SELECT coalesce(max(i), 0) FROM t_left WHERE thread = $1", DB_PARAMS(DB_INT(w->thread)),
                     &w->i) != OK)
        _exit(3);
    while (true) {
        w->i++;
        if (db_transaction(c, DB_WRITE, write_pair, w) != OK)
            _exit(4);
        char line[48];
        int n = snprintf(line, sizeof line, "%d %lld\n", w->thread, (long long)w->i);
        if (write(1, line, (size_t)n) != n)
            _exit(5);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db;
    struct str why;
    struct db_migration all[8] = {schema[0]};
    size_t n = 1;
    for (size_t i = 0; i < journal_migrations_count; i++)
        all[n++] = journal_migrations[i];
    log_set_level(LOG_WARN_);
    if (db_open(a, argv[1], (struct db_options){.create = true}, &db, &why) != OK ||
        db_migrate(db, a, all, n, NULL, &why) != OK) {
        fprintf(stderr, "%.*s\n", STR_ARG(why));
        return 1;
    }
    if (write(1, "ready\n", 6) != 6)
        return 5;
    pthread_t threads[THREADS];
    struct writer writers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){.db = db, .thread = i};
        if (pthread_create(&threads[i], NULL, write_for_ever, &writers[i]) != 0)
            return 6;
    }
    pthread_join(threads[0], NULL);
    return 0;
}
