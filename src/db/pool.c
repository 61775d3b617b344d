/* Opening, the pool of connections, and the writer's place of this process. */
#include "db/private.h"

#include <errno.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

void *db_alloc(size_t size)
{
    void *p = calloc(1, size);
    if (!p) {
        fputs("balise: out of memory in the database layer\n", stderr);
        abort();
    }
    return p;
}

char *db_copy(struct str s)
{
    char *p = db_alloc(s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    return p;
}

enum err db_fail(struct db_conn *c, enum err e, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(c->error, sizeof c->error, fmt, args);
    va_end(args);
    if (e == ERR_DB || e == ERR_IO || e == ERR_BUG || e == ERR_UNCERTAIN)
        log_warn("db.error", LOG_C("kind", err_name(e)), LOG_C("error", c->error));
    return e;
}

struct str db_last_error(const struct db_conn *c)
{
    return str_from(c->error);
}

int64_t db_statement_limit_ms(const struct db_conn *c)
{
    if (c->unlimited || c->db->opt.statement_ms < 0)
        return 0;
    return c->db->opt.statement_ms ? c->db->opt.statement_ms : DB_STATEMENT_MS;
}

int db_writer_wait_ms(const struct db *db)
{
    return db->opt.wait_ms > 0 ? db->opt.wait_ms : DB_WRITER_WAIT_MS;
}

/* -- waiting ------------------------------------------------------------------------------------- */
static void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

static struct timespec deadline_in(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t ns = t.tv_nsec + (ms % 1000) * 1000000;
    t.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    t.tv_nsec = (long)(ns % 1000000000);
    return t;
}

/* -- the writer's place -------------------------------------------------------------------------- */
struct db_waiter {
    struct db_waiter *next;
    pthread_cond_t granted_cond;
    bool granted;
    pthread_t thread;
};

static void leave_queue(struct db *db, struct db_waiter *me)
{
    struct db_waiter **at = &db->first_waiter;
    while (*at != me)
        at = &(*at)->next;
    *at = me->next;
}

static bool wait_for_turn(struct db *db)
{
    struct db_waiter me = {.thread = pthread_self()};
    cond_init(&me.granted_cond);
    struct db_waiter **at = &db->first_waiter;
    while (*at)
        at = &(*at)->next;
    *at = &me;
    struct timespec until = deadline_in(db_writer_wait_ms(db));
    while (!me.granted) {
        if (pthread_cond_timedwait(&me.granted_cond, &db->lock, &until) == ETIMEDOUT && !me.granted) {
            leave_queue(db, &me);
            break;
        }
    }
    pthread_cond_destroy(&me.granted_cond);
    return me.granted;
}

enum err db_writer_take(struct db_conn *c)
{
    struct db *db = c->db;
    enum err e = OK;
    pthread_mutex_lock(&db->lock);
    if (!db->writer_busy) {
        db->writer_busy = true;
        db->writer = pthread_self();
    } else if (pthread_equal(db->writer, pthread_self())) {
        e = ERR_BUG;
    } else if (!wait_for_turn(db)) {
        e = ERR_LIMIT;
    }
    pthread_mutex_unlock(&db->lock);
    if (e == ERR_BUG)
        return db_fail(c, e, "this thread writes already, on another connection");
    if (e == ERR_LIMIT) {
        c->retryable = true;
        return db_fail(c, e, "another writer kept its place for too long");
    }
    c->writer_held = true;
    return OK;
}

/* Handed straight to the next in line: nobody overtakes. */
void db_writer_give(struct db_conn *c)
{
    if (!c->writer_held)
        return;
    c->writer_held = false;
    struct db *db = c->db;
    pthread_mutex_lock(&db->lock);
    struct db_waiter *next = db->first_waiter;
    if (next) {
        db->first_waiter = next->next;
        db->writer = next->thread;
        next->granted = true;
        pthread_cond_signal(&next->granted_cond);
    } else {
        db->writer_busy = false;
    }
    pthread_mutex_unlock(&db->lock);
}

bool db_writer_is_me(struct db *db)
{
    pthread_mutex_lock(&db->lock);
    bool mine = db->writer_busy && pthread_equal(db->writer, pthread_self());
    pthread_mutex_unlock(&db->lock);
    return mine;
}

/* -- connections --------------------------------------------------------------------------------- */
static void conn_close(struct db_conn *c)
{
    if (!c->broken) {
        db_cache_clear(c, true);
        c->db->driver->disconnect(c);
    }
    if (c->tx_arena)
        arena_free(c->tx_arena);
    free(c->scratch);
    free(c);
}

static enum err conn_new(struct db *db, struct arena *a, struct db_conn **out, struct str *why)
{
    struct db_conn *c = db_alloc(sizeof *c);
    c->db = db;
    c->rows.conn = c;
    enum err e = db->driver->connect(c, a, why);
    if (e != OK) {
        c->broken = true;
        conn_close(c);
        return e;
    }
    *out = c;
    return OK;
}

enum err db_conn_reopen(struct db_conn *c)
{
    if (!c->broken) {
        log_warn("db.reconnect", LOG_C("why", "the connection was lost"));
        db_cache_clear(c, false);
        c->db->driver->disconnect(c);
        c->broken = true;
    }
    TRY(c->db->driver->connect(c, NULL, NULL));
    c->broken = false;
    return OK;
}

/* -- the pool ------------------------------------------------------------------------------------ */
/* An idle connection, the most recently used first: its cache is warm. `*nested` when this thread has
 * one already. */
static struct db_conn *pool_idle(struct db *db, bool *nested)
{
    struct db_conn *idle = NULL;
    *nested = false;
    for (struct db_conn *c = db->conns; c; c = c->next) {
        if (!c->in_use && !idle)
            idle = c;
        if (c->in_use && pthread_equal(c->owner, pthread_self()))
            *nested = true;
    }
    return idle;
}

static void pool_remove(struct db *db, struct db_conn *c)
{
    struct db_conn **at = &db->conns;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
}

static void pool_add_first(struct db *db, struct db_conn *c)
{
    c->next = db->conns;
    db->conns = c;
}

/* With the lock held. Returns with a place counted in db->n, or an idle connection in *out. A thread that
 * holds a connection is let over the maximum: if all threads waited for a second one while keeping the
 * first, nobody would ever move. */
static enum err pool_wait(struct db *db, struct db_conn **out)
{
    struct timespec until = deadline_in(db->opt.wait_ms > 0 ? db->opt.wait_ms : DB_ACQUIRE_WAIT_MS);
    for (;;) {
        bool nested;
        *out = pool_idle(db, &nested);
        if (*out)
            return OK;
        if (nested || db->n < db->opt.pool_max) {
            db->n++;
            return OK;
        }
        db->waiting++;
        int rc = pthread_cond_timedwait(&db->freed, &db->lock, &until);
        db->waiting--;
        if (rc == ETIMEDOUT)
            return ERR_LIMIT;
    }
}

enum err db_acquire(struct db *db, struct db_conn **out)
{
    struct db_conn *c = NULL;
    pthread_mutex_lock(&db->lock);
    enum err e = pool_wait(db, &c);
    if (e == OK && c) {
        c->in_use = true;
        c->owner = pthread_self();
    }
    pthread_mutex_unlock(&db->lock);
    if (e != OK) {
        log_warn("db.pool_exhausted", LOG_I("connections", db->n));
        return e;
    }

    if (!c) {
        e = conn_new(db, NULL, &c, NULL);
        pthread_mutex_lock(&db->lock);
        if (e == OK) {
            c->in_use = true;
            c->owner = pthread_self();
            pool_add_first(db, c);
        } else {
            db->n--;
            pthread_cond_signal(&db->freed);
        }
        pthread_mutex_unlock(&db->lock);
        TRY(e);
    } else if (c->broken || !db->driver->alive(c)) {
        e = db_conn_reopen(c);
        if (e != OK) {
            db_release(c);
            return e;
        }
    }
    c->error[0] = '\0';
    *out = c;
    return OK;
}

void db_release(struct db_conn *c)
{
    if (!c)
        return;
    struct db *db = c->db;
    db_rows_end(&c->rows);
    if (c->in_tx) {
        log_warn("db.transaction_left_open", LOG_C("then", "rolled back"));
        db_rollback(c);
    }
    c->unlimited = false;
    pthread_mutex_lock(&db->lock);
    c->in_use = false;
    pool_remove(db, c);
    bool surplus = db->n > db->opt.pool_max;
    if (surplus)
        db->n--;
    else
        pool_add_first(db, c);
    pthread_cond_signal(&db->freed);
    pthread_mutex_unlock(&db->lock);
    if (surplus)
        conn_close(c);
}

struct in_arena {
    struct db_conn *conn;
};

static void release_in_arena(void *what)
{
    struct in_arena *held = what;
    db_release(held->conn);
}

enum err db_acquire_in(struct db *db, struct arena *a, struct db_conn **out)
{
    /* Registered first: arena_defer may leave by longjmp. */
    struct in_arena *held = ARENA_NEW(a, struct in_arena);
    arena_defer(a, release_in_arena, held);
    TRY(db_acquire(db, &held->conn));
    *out = held->conn;
    return OK;
}

/* -- opening ------------------------------------------------------------------------------------- */
static enum err make_scratch(struct db *db)
{
    char path[] = "/dev/shm/balise-XXXXXX", fallback[] = "/tmp/balise-XXXXXX";
    const char *made = mkdtemp(path);
    if (!made)
        made = mkdtemp(fallback);
    if (!made)
        return ERR_IO;
    db->scratch_dir = db_copy(str_from(made));
    char file[64];
    int n = snprintf(file, sizeof file, "%s/db.sqlite", made);
    db->target = db_copy((struct str){file, (size_t)n});
    db->opt.create = true;
    db->opt.read_only = false;
    return OK;
}

static void remove_scratch(struct db *db)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; db->scratch_dir && i < sizeof suffixes / sizeof *suffixes; i++) {
        char file[80];
        snprintf(file, sizeof file, "%s%s", db->target, suffixes[i]);
        unlink(file);
    }
    if (db->scratch_dir)
        rmdir(db->scratch_dir);
}

static enum err choose_driver(struct db *db, struct str url, struct str *why)
{
    static const struct str sqlite = STR_INIT("sqlite:"), memory = STR_INIT("sqlite::memory:");
    db->driver = &db_sqlite_driver;
    if (str_eq(url, memory)) {
        if (make_scratch(db) == OK)
            return OK;
        *why = STR("Impossible de créer une base temporaire dans /tmp.");
        return ERR_IO;
    }
    if (str_starts(url, sqlite) && url.n > sqlite.n) {
        db->target = db_copy(str_sub(url, sqlite.n, url.n));
        return OK;
    }
    if (str_starts(url, STR("postgresql://")) || str_starts(url, STR("postgres://"))) {
        db->driver = &db_postgres_driver;
        db->target = db_copy(url);
        return OK;
    }
    *why = STR("Adresse de base de données non reconnue. Écrivez « sqlite:CHEMIN » ou "
               "« postgresql://utilisateur@serveur/base ».");
    return ERR_INVALID;
}

enum err db_open(struct arena *a, const char *url, struct db_options opt, struct db **out,
                 struct str *why)
{
    struct str ignored;
    if (!why)
        why = &ignored;
    struct db *db = db_alloc(sizeof *db);
    db->opt = opt;
    if (opt.pool_max <= 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        db->opt.pool_max = (int)(2 * (cores > 0 ? cores : 1) + 2);
    }
    pthread_mutex_init(&db->lock, NULL);
    cond_init(&db->freed);
    enum err e = choose_driver(db, str_from(url), why);
    struct db_conn *first = NULL;
    if (e == OK)
        e = conn_new(db, a, &first, why);
    if (e != OK) {
        db_close(db);
        return e;
    }
    db->n = 1;
    pool_add_first(db, first);
    *out = db;
    return OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    while (db->conns) {
        struct db_conn *c = db->conns;
        db->conns = c->next;
        if (c->in_use)
            log_error("db.closed_in_use", LOG_C("then", "the connection is closed all the same"));
        conn_close(c);
    }
    remove_scratch(db);
    free(db->scratch_dir);
    free(db->target);
    pthread_cond_destroy(&db->freed);
    pthread_mutex_destroy(&db->lock);
    free(db);
}

enum db_engine db_engine(const struct db *db)
{
    return db->driver->engine;
}
