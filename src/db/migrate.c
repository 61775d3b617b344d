/* Migrations: what is missing is applied, what differs is refused. */
#include "db/private.h"

#include <sodium.h>
#include <unistd.h>

#include "base/clock.h"

enum { CHECKSUM_BYTES = 32, PG_LOCK = 1651469431 /* "bali": any constant of ours */ };

static const struct db_migration own[] = {
    {"db", 1, "0001_change",
     "CREATE TABLE db_change (topic TEXT PRIMARY KEY, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL);\n"},
};

/* db_writer stays empty: it is what writing transactions lock on PostgreSQL. */
static const char bootstrap[] =
    "CREATE TABLE IF NOT EXISTS schema_migration (module TEXT NOT NULL, number BIGINT NOT NULL,"
    " name TEXT NOT NULL, checksum TEXT NOT NULL, applied_ms BIGINT NOT NULL,"
    " PRIMARY KEY (module, number));\n"
    "-- @postgresql\n"
    "CREATE TABLE IF NOT EXISTS db_writer (held BIGINT);\n";

struct applied {
    struct str module, checksum;
    int64_t number;
};

struct migrator {
    struct db *db;
    struct db_conn *conn;
    struct arena *a;
    const struct db_migration **all;
    size_t n;
    struct applied *applied;
    size_t applied_n;
    struct db_migrate_report *report;
    struct str *why;
};

static struct str checksum(struct arena *a, const struct db_migration *m)
{
    unsigned char hash[CHECKSUM_BYTES];
    char hex[2 * CHECKSUM_BYTES + 1];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)m->sql, strlen(m->sql), NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return arena_str(a, str_from(hex));
}

/* -- the program's own list ---------------------------------------------------------------------- */
static enum err collect(struct migrator *m, const struct db_migration *all, size_t n)
{
    size_t own_n = sizeof own / sizeof *own;
    m->n = own_n + n;
    m->all = ARENA_ARRAY(m->a, m->n, const struct db_migration *);
    for (size_t i = 0; i < m->n; i++) {
        m->all[i] = i < own_n ? &own[i] : &all[i - own_n];
        int expected = 1;
        for (size_t j = 0; j < i; j++)
            expected += strcmp(m->all[j]->module, m->all[i]->module) == 0;
        if (m->all[i]->number == expected)
            continue;
        *m->why = arena_printf(m->a, "Erreur du programme : migration %s/%d, on attendait %d.",
                               m->all[i]->module, m->all[i]->number, expected);
        return ERR_BUG;
    }
    return OK;
}

/* -- what the database has ----------------------------------------------------------------------- */
static enum err load_applied(struct migrator *m)
{
    size_t cap = 0;
    struct db_rows *r;
    TRY(db_query(m->conn, "SELECT module, number, checksum FROM schema_migration ORDER BY module, number",
                 DB_NO_PARAMS, &r));
    bool has;
    enum err e;
    while ((e = db_next(r, &has)) == OK && has) {
        m->applied = arena_grow(m->a, m->applied, m->applied_n, &cap, m->applied_n + 1,
                                sizeof *m->applied);
        m->applied[m->applied_n++] = (struct applied){
            .module = db_col_text_in(r, 0, m->a),
            .number = db_col_int(r, 1),
            .checksum = db_col_text_in(r, 2, m->a),
        };
    }
    db_rows_end(r);
    return e;
}

static const struct db_migration *in_program(const struct migrator *m, const struct applied *x)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->all[i]->number == x->number && str_eq(str_from(m->all[i]->module), x->module))
            return m->all[i];
    }
    return NULL;
}

static bool is_applied(const struct migrator *m, const struct db_migration *x)
{
    for (size_t i = 0; i < m->applied_n; i++) {
        if (m->applied[i].number == x->number && str_eq(m->applied[i].module, str_from(x->module)))
            return true;
    }
    return false;
}

static enum err compare(struct migrator *m)
{
    for (size_t i = 0; i < m->applied_n; i++) {
        const struct applied *x = &m->applied[i];
        const struct db_migration *ours = in_program(m, x);
        if (!ours) {
            *m->why = arena_printf(m->a,
                                   "La base vient d'une version plus récente de Balise (étape %.*s/%d "
                                   "inconnue ici). Installez cette version, ou restaurez une sauvegarde "
                                   "plus ancienne.",
                                   STR_ARG(x->module), (int)x->number);
            return ERR_CONFLICT;
        }
        if (str_eq(checksum(m->a, ours), x->checksum))
            continue;
        *m->why = arena_printf(m->a,
                               "L'étape %s/%d déjà appliquée à la base n'est pas celle de ce programme. "
                               "Installez la version d'origine, ou restaurez une sauvegarde.",
                               ours->module, ours->number);
        return ERR_CONFLICT;
    }
    return OK;
}

/* -- applying ------------------------------------------------------------------------------------ */
static enum err apply_in_transaction(struct migrator *m, const struct db_migration *x, const char *sql)
{
    TRY(m->db->driver->script(m->conn, sql));
    return db_exec(m->conn,
                   "INSERT INTO schema_migration (module, number, name, checksum, applied_ms) "
                   "VALUES ($1, $2, $3, $4, $5)",
                   DB_PARAMS(DB_TEXT(str_from(x->module)), DB_INT(x->number),
                             DB_TEXT(str_from(x->name)), DB_TEXT(checksum(m->a, x)),
                             DB_INT(clock_now_ms())),
                   NULL);
}

static enum err apply(struct migrator *m, const struct db_migration *x)
{
    const char *sql = "";
    struct str problem = STR_NONE;
    enum err e = sql_for_engine(m->a, x->sql, m->db->driver->engine, &sql, &problem);
    if (e == OK) {
        e = db_begin(m->conn, DB_WRITE);
        if (e == OK)
            e = apply_in_transaction(m, x, sql);
        if (e == OK)
            e = db_commit(m->conn);
        else
            db_rollback(m->conn);
        problem = db_last_error(m->conn);
    }
    if (e == OK) {
        log_info("db.migrated", LOG_C("module", x->module), LOG_I("number", x->number));
        return OK;
    }
    *m->why = arena_printf(m->a, "La mise à jour de la base s'est arrêtée à l'étape %s/%d, qui n'a rien "
                                 "changé : %.*s.",
                           x->module, x->number, STR_ARG(problem));
    return e;
}

static enum err backup(struct migrator *m, const struct db_migration *before)
{
    if (m->db->driver->engine != DB_SQLITE || !m->applied_n || m->db->scratch_dir)
        return OK;
    enum err e = db_file_backup(m->conn, m->a, before, &m->report->backup);
    if (e != OK)
        *m->why = arena_printf(m->a, "Impossible de sauvegarder la base avant sa mise à jour (%.*s). "
                                     "Rien n'a été changé. Vérifiez la place sur le disque.",
                               STR_ARG(db_last_error(m->conn)));
    return e;
}

static enum err apply_missing(struct migrator *m)
{
    for (size_t i = 0; i < m->n; i++) {
        if (is_applied(m, m->all[i]))
            continue;
        if (m->db->opt.read_only) {
            *m->why = STR("La base doit d'abord être mise à jour : elle est ouverte en lecture seule.");
            return ERR_CONFLICT;
        }
        if (m->report->applied == 0)
            TRY(backup(m, m->all[i]));
        TRY(apply(m, m->all[i]));
        m->report->applied++;
    }
    return OK;
}

/* -- one at a time ------------------------------------------------------------------------------- */
static enum err lock(struct migrator *m, int *fd)
{
    m->conn->unlimited = true;
    if (m->db->driver->engine == DB_SQLITE) {
        *fd = db_file_lock(m->db->target);
        return *fd >= 0 ? OK : ERR_LIMIT;
    }
    char sql[160];
    snprintf(sql, sizeof sql,
             "SET statement_timeout = 0; SET lock_timeout = '60s'; SELECT pg_advisory_lock(%d)",
             PG_LOCK);
    return m->db->driver->script(m->conn, sql);
}

static void unlock(struct migrator *m, int fd)
{
    m->conn->unlimited = false;
    if (m->db->driver->engine == DB_SQLITE) {
        if (fd >= 0)
            close(fd);
        return;
    }
    char sql[200];
    snprintf(sql, sizeof sql,
             "SET statement_timeout = %lld; SET lock_timeout = %d; SELECT pg_advisory_unlock(%d)",
             (long long)db_statement_limit_ms(m->conn), db_writer_wait_ms(m->db), PG_LOCK);
    /* If this fails the connection is lost, and the lock with it. */
    if (m->db->driver->script(m->conn, sql) != OK)
        log_warn("db.unlock_failed", LOG_C("error", m->conn->error));
}

static enum err make_tables(struct migrator *m)
{
    const char *sql = "";
    struct str problem;
    if (m->db->opt.read_only)
        return OK;
    TRY(sql_for_engine(m->a, bootstrap, m->db->driver->engine, &sql, &problem));
    return m->db->driver->script(m->conn, sql);
}

static enum err migrate_locked(struct migrator *m)
{
    enum err e = make_tables(m);
    if (e == OK)
        e = load_applied(m);
    if (e != OK) {
        *m->why = arena_printf(m->a, "Impossible de préparer la base : %.*s.",
                               STR_ARG(db_last_error(m->conn)));
        return e;
    }
    TRY(compare(m));
    TRY(apply_missing(m));
    m->report->total = (int)m->n;
    return OK;
}

enum err db_migrate(struct db *db, struct arena *a, const struct db_migration *all, size_t n,
                    struct db_migrate_report *report, struct str *why)
{
    struct db_migrate_report ignored_report;
    struct str ignored_why;
    struct migrator m = {.db = db, .a = a, .report = report ? report : &ignored_report,
                         .why = why ? why : &ignored_why};
    *m.report = (struct db_migrate_report){0};
    *m.why = STR_NONE;
    TRY(collect(&m, all, n));
    TRY(db_acquire(db, &m.conn));
    int fd = -1;
    enum err e = lock(&m, &fd);
    if (e == OK)
        e = migrate_locked(&m);
    else
        *m.why = STR("Un autre programme met la base à jour en ce moment. Réessayez dans une minute.");
    unlock(&m, fd);
    db_release(m.conn);
    return e;
}
