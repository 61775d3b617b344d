/* SQLite: WAL, full synchronisation, one writer at a time in the process without spinning. */
#include "db/private.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { PROGRESS_OPS = 50000, WAL_KEPT_BYTES = 64 * 1024 * 1024 };

/* -- errors -------------------------------------------------------------------------------------- */
static enum err constraint_err(int extended)
{
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return ERR_CONFLICT;
    case SQLITE_CONSTRAINT_TRIGGER:
        return ERR_DENIED;
    default: /* CHECK, NOT NULL, foreign key, type of a STRICT column */
        return ERR_INVALID;
    }
}

static enum err err_of(struct db_conn *c, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        c->retryable = true;
        return ERR_LIMIT;
    case SQLITE_CONSTRAINT:
        return constraint_err(rc);
    case SQLITE_INTERRUPT:
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return ERR_IO;
    case SQLITE_MISUSE:
        return ERR_BUG;
    default:
        return ERR_DB;
    }
}

static enum err fail(struct db_conn *c, int rc)
{
    enum err e = err_of(c, rc);
    if (rc == SQLITE_INTERRUPT)
        return db_fail(c, e, "the statement took more than %lld ms",
                       (long long)db_statement_limit_ms(c));
    return db_fail(c, e, "sqlite %d: %s", rc, sqlite3_errmsg(c->handle));
}

/* -- connecting ---------------------------------------------------------------------------------- */
/* Counts the time of one step, not that of whoever reads the rows. */
static int over_time(void *ctx)
{
    struct db_conn *c = ctx;
    int64_t limit_ms = db_statement_limit_ms(c);
    return limit_ms && clock_mono_us() - c->step_started_us > limit_ms * 1000;
}

static bool configure(struct db_conn *c)
{
    sqlite3 *s = c->handle;
    sqlite3_extended_result_codes(s, 1);
    sqlite3_busy_timeout(s, db_writer_wait_ms(c->db));
    sqlite3_db_config(s, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(s, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(s, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_limit(s, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM INTO needs one */
    sqlite3_progress_handler(s, PROGRESS_OPS, over_time, c);
    char sql[640];
    snprintf(sql, sizeof sql,
             "PRAGMA page_size=8192;" /* of a new file: records are a kilobyte or two */
             "%s"
             "PRAGMA synchronous=%s;"
             "PRAGMA foreign_keys=ON;"
             "PRAGMA trusted_schema=OFF;"
             "PRAGMA temp_store=MEMORY;"
             "PRAGMA journal_size_limit=%d;"
             "PRAGMA cache_size=%d;"
             "PRAGMA mmap_size=%lld;"
             "PRAGMA case_sensitive_like=ON;", /* as PostgreSQL's LIKE */
             c->db->opt.read_only ? "PRAGMA query_only=ON;" : "PRAGMA journal_mode=WAL;",
             c->db->scratch_dir ? "OFF" : "FULL", WAL_KEPT_BYTES, c->db->opt.cache_kib > 0 ? -c->db->opt.cache_kib : -2000,
             (long long)c->db->opt.map_kib * 1024);
    c->step_started_us = clock_mono_us();
    return sqlite3_exec(s, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Made here, for its owner alone: it will hold personal data. */
static enum err ensure_file(struct db *db, struct arena *a, struct str *why)
{
    if (access(db->target, F_OK) == 0)
        return OK;
    if (!db->opt.create) {
        if (why)
            *why = arena_printf(a, "Le fichier %s n'existe pas. Vérifiez le chemin.", db->target);
        return ERR_NOT_FOUND;
    }
    int fd = open(db->target, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        if (why)
            *why = arena_printf(a, "Impossible de créer le fichier %s (%s). Vérifiez que le dossier "
                                   "existe et que vous avez le droit d'y écrire.",
                                db->target, strerror(errno));
        return ERR_IO;
    }
    close(fd);
    return OK;
}

static void sqlite_disconnect(struct db_conn *c)
{
    sqlite3_close(c->handle);
    c->handle = NULL;
}

static enum err sqlite_connect(struct db_conn *c, struct arena *a, struct str *why)
{
    struct db *db = c->db;
    TRY(ensure_file(db, a, why));
    int flags = SQLITE_OPEN_NOMUTEX |
                (db->opt.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    sqlite3 *s = NULL;
    int rc = sqlite3_open_v2(db->target, &s, flags, NULL);
    c->handle = s;
    if (rc == SQLITE_OK && configure(c))
        return OK;
    const char *detail = s ? sqlite3_errmsg(s) : "out of memory";
    enum err e = db_fail(c, err_of(c, s ? sqlite3_extended_errcode(s) : rc), "open: %s", detail);
    if (why && (rc & 0xff) != SQLITE_NOTADB)
        *why = arena_printf(a, "Impossible d'ouvrir la base %s : %s.", db->target, detail);
    sqlite_disconnect(c);
    return e;
}

static bool sqlite_alive(struct db_conn *c)
{
    return c->handle != NULL;
}

/* -- statements ---------------------------------------------------------------------------------- */
static enum err sqlite_prepare(struct db_conn *c, struct db_stmt *st)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v3(c->handle, st->sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL);
    if (rc != SQLITE_OK) {
        enum err e = err_of(c, rc);
        return db_fail(c, e, "sqlite %d: %s in: %.200s", rc, sqlite3_errmsg(c->handle), st->sql);
    }
    /* `$1` is a name to SQLite; the order of first use has been checked, so name and number agree. */
    int n = sqlite3_bind_parameter_count(s);
    for (int i = 1; i <= n; i++) {
        char want[16];
        snprintf(want, sizeof want, "$%d", i);
        const char *name = sqlite3_bind_parameter_name(s, i);
        if (n != st->facts.params || !name || strcmp(name, want) != 0) {
            sqlite3_finalize(s);
            return db_fail(c, ERR_BUG, "parameters out of order: %.200s", st->sql);
        }
    }
    st->handle = s;
    st->writes = !sqlite3_stmt_readonly(s);
    return OK;
}

static void sqlite_finalize(struct db_conn *c, struct db_stmt *st)
{
    (void)c;
    sqlite3_finalize(st->handle);
}

static int bind_one(sqlite3_stmt *s, int i, const struct db_value *v, sqlite3_destructor_type keep)
{
    switch (v->type) {
    case DB_INT_:
        return sqlite3_bind_int64(s, i, v->i);
    case DB_REAL_:
        return sqlite3_bind_double(s, i, v->d);
    case DB_TEXT_:
        return sqlite3_bind_text64(s, i, v->s.n ? v->s.p : "", v->s.n, keep, SQLITE_UTF8);
    case DB_NULL_:
        break;
    }
    return sqlite3_bind_null(s, i);
}

static enum err bind_all(struct db_conn *c, struct db_stmt *st, struct db_params p,
                         sqlite3_destructor_type keep)
{
    for (size_t i = 0; i < p.n; i++) {
        int rc = bind_one(st->handle, (int)i + 1, &p.values[i], keep);
        if (rc != SQLITE_OK)
            return fail(c, rc);
    }
    return OK;
}

static void rewind_stmt(struct db_stmt *st)
{
    sqlite3_reset(st->handle);
    sqlite3_clear_bindings(st->handle);
}

static enum err exec_bound(struct db_conn *c, struct db_stmt *st, int64_t *changed)
{
    c->step_started_us = clock_mono_us();
    int rc = sqlite3_step(st->handle);
    if (rc == SQLITE_ROW)
        return db_fail(c, ERR_BUG, "db_exec of a statement that returns rows: %.160s", st->sql);
    if (rc != SQLITE_DONE)
        return fail(c, rc);
    *changed = st->facts.kind == SQL_CHANGE ? sqlite3_changes64(c->handle) : 0;
    return OK;
}

static enum err sqlite_exec(struct db_conn *c, struct db_stmt *st, struct db_params p,
                            int64_t *changed)
{
    bool alone = st->writes && !c->in_tx;
    if (alone)
        TRY(db_writer_take(c));
    enum err e = bind_all(c, st, p, SQLITE_STATIC);
    if (e == OK)
        e = exec_bound(c, st, changed);
    rewind_stmt(st);
    if (alone)
        db_writer_give(c);
    return e;
}

static enum err sqlite_query(struct db_conn *c, struct db_stmt *st, struct db_params p,
                             struct db_rows *r)
{
    r->columns = sqlite3_column_count(st->handle);
    return bind_all(c, st, p, SQLITE_TRANSIENT);
}

static enum err sqlite_next(struct db_rows *r, bool *has)
{
    r->conn->step_started_us = clock_mono_us();
    int rc = sqlite3_step(r->stmt->handle);
    if (rc == SQLITE_ROW) {
        *has = true;
        r->columns = sqlite3_data_count(r->stmt->handle);
        return OK;
    }
    return rc == SQLITE_DONE ? OK : fail(r->conn, rc);
}

static void sqlite_end(struct db_rows *r)
{
    rewind_stmt(r->stmt);
}

static bool sqlite_is_null(const struct db_rows *r, int col)
{
    return sqlite3_column_type(r->stmt->handle, col) == SQLITE_NULL;
}

static int64_t sqlite_col_int(const struct db_rows *r, int col)
{
    return sqlite3_column_int64(r->stmt->handle, col);
}

static double sqlite_col_real(const struct db_rows *r, int col)
{
    return sqlite3_column_double(r->stmt->handle, col);
}

static struct str sqlite_col_text(const struct db_rows *r, int col)
{
    const char *p = (const char *)sqlite3_column_text(r->stmt->handle, col);
    return p ? (struct str){p, (size_t)sqlite3_column_bytes(r->stmt->handle, col)} : STR_NONE;
}

/* -- transactions -------------------------------------------------------------------------------- */
static enum err run(struct db_conn *c, const char *sql)
{
    c->step_started_us = clock_mono_us();
    int rc = sqlite3_exec(c->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : fail(c, rc);
}

static enum err sqlite_begin(struct db_conn *c, enum db_tx kind)
{
    return run(c, kind == DB_READ ? "BEGIN" : "BEGIN IMMEDIATE");
}

static void sqlite_rollback(struct db_conn *c)
{
    /* After a full disk or an I/O error SQLite has rolled back by itself. */
    if (!sqlite3_get_autocommit(c->handle) && run(c, "ROLLBACK") != OK)
        log_error("db.rollback_failed", LOG_C("error", c->error));
}

static enum err sqlite_commit(struct db_conn *c)
{
    c->step_started_us = clock_mono_us();
    int rc = sqlite3_exec(c->handle, "COMMIT", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return OK;
    enum err e = fail(c, rc);
    /* The frames are written, the disk would not say whether they are safe. */
    if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC)
        e = ERR_UNCERTAIN;
    sqlite_rollback(c);
    return e;
}

static enum err sqlite_script(struct db_conn *c, const char *sql)
{
    return run(c, sql);
}

const struct db_driver db_sqlite_driver = {
    .engine = DB_SQLITE,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .alive = sqlite_alive,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .exec = sqlite_exec,
    .query = sqlite_query,
    .next = sqlite_next,
    .end = sqlite_end,
    .is_null = sqlite_is_null,
    .col_int = sqlite_col_int,
    .col_real = sqlite_col_real,
    .col_text = sqlite_col_text,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .script = sqlite_script,
};
