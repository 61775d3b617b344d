/* PostgreSQL through libpq: prepared statements whose parameter types the server infers from where they
 * stand (so `VALUES ($1)` and `col = $1` take the column's type, NULL included, as SQLite's affinity
 * does), values sent and received as text, rows streamed one by one. */
#include "db/private.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>

enum { TYPE_BOOL = 16, VERSION_MIN = 130000, NUMBER_MAX = 32 };

/* -- errors -------------------------------------------------------------------------------------- */
struct state_err {
    const char *prefix; /* of the SQLSTATE; the first that fits */
    enum err e;
    bool retryable, tell; /* tell: the server's primary message holds no value of ours */
};

static const struct state_err STATES[] = {
    {"23505", ERR_CONFLICT, false, true}, /* unique */
    {"23P01", ERR_CONFLICT, false, true}, /* exclusion */
    {"23", ERR_INVALID, false, true},     /* check, not null, foreign key */
    {"22", ERR_INVALID, false, false},    /* the column's type cannot hold it */
    {"40", ERR_CONFLICT, true, true},     /* serialization, deadlock */
    {"55P03", ERR_LIMIT, true, true},     /* lock_timeout */
    {"57014", ERR_LIMIT, false, true},    /* statement_timeout */
    {"53100", ERR_IO, false, true},       /* disk full */
    {"58", ERR_IO, false, true},
    {"54", ERR_LIMIT, false, true},
    {"53", ERR_LIMIT, false, true},
    {"P0001", ERR_DENIED, false, true}, /* RAISE in a trigger */
    {"25006", ERR_BUG, false, true},    /* writing in a read-only transaction */
    {"42", ERR_DB, false, true},
    {"", ERR_DB, false, true},
};

static const struct state_err *state_of(const char *sqlstate)
{
    const struct state_err *s = STATES;
    while (strncmp(sqlstate, s->prefix, strlen(s->prefix)) != 0)
        s++;
    return s;
}

static bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* `res` may be NULL: the failure is then the connection's. Frees it. */
static enum err fail(struct db_conn *c, PGresult *res, const char *sql)
{
    const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    const char *text = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    enum err e;
    if (!state || PQstatus(c->handle) == CONNECTION_BAD || starts(state, "57P") || starts(state, "08")) {
        c->lost = c->retryable = true;
        e = db_fail(c, ERR_DB, "the connection was lost (%s)", state ? state : "no answer");
    } else if (starts(state, "0A000") || starts(state, "26000")) {
        /* The table changed under a prepared statement, or the statement is gone. */
        c->stale = c->retryable = true;
        e = db_fail(c, ERR_CONFLICT, "postgresql %s: stale statement", state);
    } else {
        const struct state_err *s = state_of(state);
        c->retryable |= s->retryable;
        e = db_fail(c, s->e, "postgresql %s: %s in: %.200s", state,
                    s->tell && text ? text : "a value does not fit", sql);
    }
    PQclear(res);
    return e;
}

/* -- connecting ---------------------------------------------------------------------------------- */
static void be_quiet(void *ctx, const PGresult *res)
{
    (void)ctx;
    (void)res;
}

static void postgres_disconnect(struct db_conn *c)
{
    PQfinish(c->handle);
    c->handle = NULL;
}

static enum err run(struct db_conn *c, const char *sql)
{
    PGresult *res = PQexec(c->handle, sql);
    ExecStatusType status = PQresultStatus(res);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return fail(c, res, sql);
    PQclear(res);
    return OK;
}

static enum err configure(struct db_conn *c)
{
    char sql[640];
    snprintf(sql, sizeof sql,
             "SET timezone = 'UTC'; SET client_min_messages = warning;"
             "SET standard_conforming_strings = on; SET default_transaction_read_only = %s;"
             "SET statement_timeout = %lld; SET lock_timeout = %d;"
             "SET idle_in_transaction_session_timeout = '10min';"
             /* An acknowledged write is on the disk, whatever the server's default. */
             "SELECT set_config('synchronous_commit', 'on', false)"
             " WHERE current_setting('synchronous_commit') = 'off';",
             c->db->opt.read_only ? "on" : "off", (long long)db_statement_limit_ms(c),
             db_writer_wait_ms(c->db));
    return run(c, sql);
}

/* A French sentence without the password. libpq takes what follows the first @ of an unencoded password
 * for the host, and would print it. */
static void explain(struct db_conn *c, struct arena *a, struct str *why)
{
    if (!why)
        return;
    const char *host = PQhost(c->handle);
    const char *message = PQerrorMessage(c->handle);
    if (!host || strchr(host, '@') || !message || !*message || starts(message, "invalid") ||
        starts(message, "missing") || starts(message, "end of string") || starts(message, "unexpected")) {
        *why = STR("L'adresse PostgreSQL est mal formée. Dans le mot de passe, écrivez les caractères "
                   "spéciaux en %XX (« @ » devient %40).");
        return;
    }
    struct str said = str_trim(str_from(message));
    *why = arena_printf(a, "Connexion à PostgreSQL impossible. Le serveur ou le réseau répond : %.*s",
                        STR_ARG(said));
}

static enum err check_server(struct db_conn *c, struct arena *a, struct str *why)
{
    const char *encoding = PQparameterStatus(c->handle, "server_encoding");
    int version = PQserverVersion(c->handle);
    if (version < VERSION_MIN) {
        if (why)
            *why = arena_printf(a, "Ce serveur PostgreSQL est trop ancien (%d). Il faut la version 13 "
                                   "ou plus.", version / 10000);
        return db_fail(c, ERR_DB, "PostgreSQL %d is too old", version);
    }
    if (!encoding || strcmp(encoding, "UTF8") != 0) {
        if (why)
            *why = STR("La base PostgreSQL n'est pas en UTF-8. Créez-la avec ENCODING 'UTF8'.");
        return db_fail(c, ERR_DB, "the database is not UTF8");
    }
    return OK;
}

static enum err postgres_connect(struct db_conn *c, struct arena *a, struct str *why)
{
    /* What comes before the address may be changed by it; what comes after may not. */
    static const char *const keys[] = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                       "keepalives_count", "tcp_user_timeout", "dbname",
                                       "client_encoding",  "fallback_application_name", NULL};
    const char *const values[] = {"5", "30", "10", "3", "30000", c->db->target, "UTF8", "balise", NULL};
    PGconn *pg = PQconnectdbParams(keys, values, 1);
    c->handle = pg;
    enum err e;
    if (!pg || PQstatus(pg) != CONNECTION_OK) {
        explain(c, a, why);
        e = db_fail(c, ERR_DB, "no connection to PostgreSQL");
    } else {
        PQsetNoticeReceiver(pg, be_quiet, NULL);
        e = check_server(c, a, why);
        if (e == OK)
            e = configure(c);
    }
    if (e != OK) {
        c->lost = true;
        postgres_disconnect(c);
        return e;
    }
    c->lost = c->retryable = c->stale = false;
    return OK;
}

/* A server that closed has left its last word and an end of file on the socket. */
static bool postgres_alive(struct db_conn *c)
{
    PGconn *pg = c->handle;
    if (!pg || c->lost || PQstatus(pg) != CONNECTION_OK)
        return false;
    struct pollfd fd = {.fd = PQsocket(pg), .events = POLLIN};
    while (poll(&fd, 1, 0) > 0) {
        if (!PQconsumeInput(pg))
            return false;
    }
    return true;
}

/* -- statements ---------------------------------------------------------------------------------- */
static void name_of(const struct db_stmt *st, char out[NUMBER_MAX])
{
    snprintf(out, NUMBER_MAX, "b%llu", (unsigned long long)st->name);
}

static enum err postgres_prepare(struct db_conn *c, struct db_stmt *st)
{
    char name[NUMBER_MAX];
    name_of(st, name);
    PGresult *res = PQprepare(c->handle, name, st->sql, 0, NULL);
    if (PQresultStatus(res) != PGRES_COMMAND_OK)
        return fail(c, res, st->sql);
    PQclear(res);
    return OK;
}

static void postgres_finalize(struct db_conn *c, struct db_stmt *st)
{
    char sql[NUMBER_MAX + 16], name[NUMBER_MAX];
    name_of(st, name);
    snprintf(sql, sizeof sql, "DEALLOCATE %s", name);
    /* Refused in a failed transaction: the name is never given again, so nothing is harmed. */
    PQclear(PQexec(c->handle, sql));
}

static size_t format_real(double v, char out[NUMBER_MAX])
{
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(out, NUMBER_MAX, "%.*g", digits, v);
        if (strtod(out, NULL) == v)
            break;
    }
    return (size_t)n;
}

/* Writes one value, NUL-terminated; returns its bytes with the NUL. */
static size_t put_value(const struct db_value *v, char *at)
{
    switch (v->type) {
    case DB_INT_:
        return (size_t)snprintf(at, NUMBER_MAX, "%lld", (long long)v->i) + 1;
    case DB_REAL_:
        return format_real(v->d, at) + 1;
    case DB_TEXT_:
        if (v->s.n)
            memcpy(at, v->s.p, v->s.n);
        at[v->s.n] = '\0';
        return v->s.n + 1;
    case DB_NULL_:
        break;
    }
    return 0;
}

/* The parameters as libpq wants them: an array of pointers, then the texts, in the connection's buffer. */
static const char *const *put_params(struct db_conn *c, struct db_params p)
{
    size_t need = p.n * sizeof(char *);
    for (size_t i = 0; i < p.n; i++)
        need += p.values[i].type == DB_TEXT_ ? p.values[i].s.n + 1 : NUMBER_MAX;
    if (need > c->scratch_cap) {
        free(c->scratch);
        c->scratch = db_alloc(need * 2);
        c->scratch_cap = need * 2;
    }
    const char **pointers = (const char **)(void *)c->scratch;
    char *at = c->scratch + p.n * sizeof(char *);
    for (size_t i = 0; i < p.n; i++) {
        pointers[i] = p.values[i].type == DB_NULL_ ? NULL : at;
        at += put_value(&p.values[i], at);
    }
    return pointers;
}

static int64_t tuples_changed(PGresult *res)
{
    int64_t n = 0;
    return str_to_int(str_from(PQcmdTuples(res)), &n) ? n : 0;
}

static enum err postgres_exec(struct db_conn *c, struct db_stmt *st, struct db_params p,
                              int64_t *changed)
{
    char name[NUMBER_MAX];
    name_of(st, name);
    PGresult *res = PQexecPrepared(c->handle, name, (int)p.n, put_params(c, p), NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(res);
    if (status == PGRES_TUPLES_OK) {
        PQclear(res);
        return db_fail(c, ERR_BUG, "db_exec of a statement that returns rows: %.160s", st->sql);
    }
    if (status != PGRES_COMMAND_OK)
        return fail(c, res, st->sql);
    *changed = st->facts.kind == SQL_CHANGE ? tuples_changed(res) : 0;
    PQclear(res);
    return OK;
}

/* -- rows ---------------------------------------------------------------------------------------- */
static void read_to_the_end(struct db_conn *c)
{
    PGresult *res;
    while ((res = PQgetResult(c->handle)))
        PQclear(res);
}

/* The next row in r->result, or none. */
static enum err fetch(struct db_rows *r)
{
    struct db_conn *c = r->conn;
    PQclear(r->result);
    r->result = NULL;
    PGresult *res = PQgetResult(c->handle);
    switch (PQresultStatus(res)) {
    case PGRES_SINGLE_TUPLE:
        r->result = res;
        r->columns = PQnfields(res);
        return OK;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        PQclear(res);
        read_to_the_end(c);
        return OK;
    default: {
        enum err e = fail(c, res, r->stmt->sql);
        read_to_the_end(c);
        return e;
    }
    }
}

static enum err postgres_query(struct db_conn *c, struct db_stmt *st, struct db_params p,
                               struct db_rows *r)
{
    char name[NUMBER_MAX];
    name_of(st, name);
    if (!PQsendQueryPrepared(c->handle, name, (int)p.n, put_params(c, p), NULL, NULL, 0))
        return fail(c, NULL, st->sql);
    PQsetSingleRowMode(c->handle);
    r->peeked = true; /* the first row is read now: most failures show here, and can be mended */
    return fetch(r);
}

static enum err postgres_next(struct db_rows *r, bool *has)
{
    enum err e = r->peeked ? OK : fetch(r);
    r->peeked = false;
    *has = e == OK && r->result;
    return e;
}

static void postgres_end(struct db_rows *r)
{
    PQclear(r->result);
    r->result = NULL;
    read_to_the_end(r->conn);
}

static bool postgres_is_null(const struct db_rows *r, int col)
{
    return PQgetisnull(r->result, 0, col);
}

static struct str postgres_col_text(const struct db_rows *r, int col)
{
    if (PQgetisnull(r->result, 0, col))
        return STR_NONE;
    const char *p = PQgetvalue(r->result, 0, col);
    if (PQftype(r->result, col) == TYPE_BOOL) /* `a = b` as a column: 1 or 0, as in SQLite */
        return *p == 't' ? STR("1") : STR("0");
    return (struct str){p, (size_t)PQgetlength(r->result, 0, col)};
}

static double postgres_col_real(const struct db_rows *r, int col)
{
    struct str s = postgres_col_text(r, col);
    double d = 0;
    return str_to_double(s, &d) ? d : 0;
}

static int64_t postgres_col_int(const struct db_rows *r, int col)
{
    struct str s = postgres_col_text(r, col);
    int64_t n = 0;
    if (!s.n || str_to_int(s, &n))
        return n;
    double d = postgres_col_real(r, col); /* a double or a numeric: cut, as SQLite does */
    return d > -9.2e18 && d < 9.2e18 ? (int64_t)d : 0;
}

/* -- transactions -------------------------------------------------------------------------------- */
/* One writing transaction at a time, as in SQLite: LOCK TABLE takes no snapshot, so the transaction sees
 * all that was committed before its turn, and none ends in a serialization failure (decision 0003). */
static enum err postgres_begin(struct db_conn *c, enum db_tx kind)
{
    enum err e = run(c, kind == DB_READ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                        : "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE;"
                                          "LOCK TABLE db_writer IN EXCLUSIVE MODE");
    if (e != OK && !c->lost)
        PQclear(PQexec(c->handle, "ROLLBACK"));
    return e;
}

static void postgres_rollback(struct db_conn *c)
{
    if (c->lost)
        return;
    PGresult *res = PQexec(c->handle, "ROLLBACK");
    if (PQresultStatus(res) != PGRES_COMMAND_OK)
        c->lost = true;
    PQclear(res);
}

static enum err postgres_commit(struct db_conn *c)
{
    if (!postgres_alive(c)) { /* before COMMIT left: the server has rolled back */
        c->lost = c->retryable = true;
        return db_fail(c, ERR_DB, "the connection was lost before the commit");
    }
    PGresult *res = PQexec(c->handle, "COMMIT");
    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        enum err e = fail(c, res, "COMMIT");
        return c->lost ? db_fail(c, ERR_UNCERTAIN, "the connection was lost during the commit") : e;
    }
    bool committed = strcmp(PQcmdStatus(res), "COMMIT") == 0;
    PQclear(res);
    return committed ? OK : db_fail(c, ERR_DB, "the server rolled back instead of committing");
}

const struct db_driver db_postgres_driver = {
    .engine = DB_POSTGRES,
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .alive = postgres_alive,
    .prepare = postgres_prepare,
    .finalize = postgres_finalize,
    .exec = postgres_exec,
    .query = postgres_query,
    .next = postgres_next,
    .end = postgres_end,
    .is_null = postgres_is_null,
    .col_int = postgres_col_int,
    .col_real = postgres_col_real,
    .col_text = postgres_col_text,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .script = run,
};
