/* What both engines share: the checks before a statement, rows, transactions, the change sequence. */
#include "db/private.h"

#include "base/clock.h"

#include <math.h>
#include <sodium.h>
#include <time.h>

enum { TRIES = 3, CHANGE_TOPICS_MAX = 16 };

/* -- statements ---------------------------------------------------------------------------------- */
/* Everything PostgreSQL's aborted state refuses, SQLite refuses too. */
static enum err ready(struct db_conn *c)
{
    c->stale = false;
    if (c->rows.open)
        return db_fail(c, ERR_BUG, "rows of another statement are still open on this connection");
    if (c->in_tx)
        return c->tx_failed ? db_fail(c, ERR_DB, "the transaction has failed already") : OK;
    c->retryable = false;
    if (c->broken || c->lost || !c->db->driver->alive(c))
        return db_conn_reopen(c);
    return OK;
}

static enum err check_params(struct db_conn *c, const struct db_stmt *st, struct db_params p)
{
    if (p.n != (size_t)st->facts.params)
        return db_fail(c, ERR_BUG, "%zu parameters given, %d wanted: %.160s", p.n, st->facts.params,
                       st->sql);
    for (size_t i = 0; i < p.n; i++) {
        const struct db_value *v = &p.values[i];
        if (v->type == DB_TEXT_ && !str_is_utf8(v->s))
            return db_fail(c, ERR_INVALID, "$%zu is not UTF-8 text, or holds a NUL", i + 1);
        if (v->type == DB_REAL_ && !isfinite(v->d))
            return db_fail(c, ERR_INVALID, "$%zu is not a finite number", i + 1);
    }
    return OK;
}

/* Once a statement has failed, its transaction can only be rolled back: PostgreSQL's rule for both. */
static enum err failed(struct db_conn *c, enum err e)
{
    c->tx_failed = c->in_tx;
    return e;
}

static enum err find(struct db_conn *c, const char *sql, struct db_params p, struct db_stmt **out)
{
    TRY(db_cache_get(c, sql, out));
    TRY(check_params(c, *out, p));
    if ((*out)->writes && c->in_tx && c->tx_kind == DB_READ)
        return db_fail(c, ERR_BUG, "a DB_READ transaction cannot write: %.160s", sql);
    if ((*out)->writes && !c->in_tx && db_writer_is_me(c->db))
        return db_fail(c, ERR_BUG, "this thread writes already, on another connection");
    return OK;
}

/* Outside a transaction: a stale statement was not run. When the connection was lost, a reading may be run
 * again on a new one; a writing may have been done. */
static bool may_run_again(struct db_conn *c, const char *sql, enum err *e)
{
    struct sql_facts facts;
    bool stale = c->stale;
    c->stale = false;
    if (c->in_tx || sql_scan(sql, &facts))
        return false;
    if (stale || !c->lost)
        return stale;
    if (facts.kind != SQL_SELECT) {
        *e = ERR_UNCERTAIN;
        return false;
    }
    *e = db_conn_reopen(c);
    return *e == OK;
}

static enum err exec_once(struct db_conn *c, const char *sql, struct db_params p, int64_t *changed)
{
    struct db_stmt *st;
    TRY(find(c, sql, p, &st));
    enum err e = c->db->driver->exec(c, st, p, changed);
    if (c->stale)
        db_cache_drop(c, st);
    return e;
}

enum err db_exec(struct db_conn *c, const char *sql, struct db_params params, int64_t *changed)
{
    int64_t ignored;
    TRY(ready(c));
    enum err e = exec_once(c, sql, params, changed ? changed : &ignored);
    if (e != OK && may_run_again(c, sql, &e))
        e = exec_once(c, sql, params, changed ? changed : &ignored);
    return e == OK ? OK : failed(c, e);
}

static enum err query_once(struct db_conn *c, const char *sql, struct db_params p)
{
    struct db_stmt *st;
    TRY(find(c, sql, p, &st));
    /* Its COMMIT would come with the last row, which nobody may ever ask for. */
    if (st->facts.kind == SQL_CHANGE && !c->in_tx)
        return db_fail(c, ERR_BUG, "a change that returns rows needs a transaction: %.160s", sql);
    struct db_rows *r = &c->rows;
    *r = (struct db_rows){.conn = c, .stmt = st, .open = true};
    enum err e = c->db->driver->query(c, st, p, r);
    if (e != OK)
        db_rows_end(r);
    if (c->stale)
        db_cache_drop(c, st);
    return e;
}

enum err db_query(struct db_conn *c, const char *sql, struct db_params params, struct db_rows **out)
{
    TRY(ready(c));
    enum err e = query_once(c, sql, params);
    if (e != OK && may_run_again(c, sql, &e))
        e = query_once(c, sql, params);
    if (e != OK)
        return failed(c, e);
    *out = &c->rows;
    return OK;
}

enum err db_next(struct db_rows *r, bool *has)
{
    *has = false;
    if (!r->open)
        return db_fail(r->conn, ERR_BUG, "db_next after db_rows_end");
    if (r->drained)
        return OK;
    enum err e = r->conn->db->driver->next(r, has);
    r->on_row = *has;
    r->drained = !*has;
    return e == OK ? OK : failed(r->conn, e);
}

void db_rows_end(struct db_rows *r)
{
    if (!r || !r->open)
        return;
    r->conn->db->driver->end(r);
    r->open = r->on_row = false;
}

static void check_column(const struct db_rows *r, int col)
{
    if (r->open && r->on_row && col >= 0 && col < r->columns)
        return;
    fprintf(stderr, "balise: column %d of %d asked for, %s: %s\n", col, r->columns,
            r->on_row ? "on a row" : "without a row", r->stmt ? r->stmt->sql : "");
    abort();
}

bool db_is_null(const struct db_rows *r, int col)
{
    check_column(r, col);
    return r->conn->db->driver->is_null(r, col);
}

int64_t db_col_int(const struct db_rows *r, int col)
{
    check_column(r, col);
    return r->conn->db->driver->col_int(r, col);
}

double db_col_real(const struct db_rows *r, int col)
{
    check_column(r, col);
    return r->conn->db->driver->col_real(r, col);
}

struct str db_col_text(const struct db_rows *r, int col)
{
    check_column(r, col);
    return r->conn->db->driver->col_text(r, col);
}

struct str db_col_text_in(const struct db_rows *r, int col, struct arena *a)
{
    struct str s = db_col_text(r, col);
    return s.p ? arena_str(a, s) : STR_NONE;
}

enum err db_query_int(struct db_conn *c, const char *sql, struct db_params params, int64_t *out)
{
    struct db_rows *r;
    TRY(db_query(c, sql, params, &r));
    bool has;
    enum err e = db_next(r, &has);
    if (e == OK && !has)
        e = ERR_NOT_FOUND;
    if (e == OK)
        *out = db_col_int(r, 0);
    db_rows_end(r);
    return e;
}

/* -- transactions -------------------------------------------------------------------------------- */
enum err db_begin(struct db_conn *c, enum db_tx kind)
{
    if (c->in_tx)
        return db_fail(c, ERR_BUG, "transactions do not nest");
    if (kind == DB_WRITE && c->db->opt.read_only)
        return db_fail(c, ERR_BUG, "the database was opened for reading only");
    TRY(ready(c));
    if (kind == DB_WRITE)
        TRY(db_writer_take(c));
    enum err e = c->db->driver->begin(c, kind);
    /* A connection that had died unnoticed: nothing was begun, so a second try is harmless. */
    if (e != OK && c->lost && db_conn_reopen(c) == OK)
        e = c->db->driver->begin(c, kind);
    if (e != OK) {
        db_writer_give(c);
        return e;
    }
    c->in_tx = true;
    c->tx_failed = c->retryable = false;
    c->tx_kind = kind;
    return OK;
}

void db_tx_over(struct db_conn *c)
{
    db_writer_give(c);
    c->in_tx = c->tx_failed = false;
    c->tx_slots = NULL;
    if (c->tx_arena)
        arena_reset(c->tx_arena);
}

void db_rollback(struct db_conn *c)
{
    if (!c->in_tx)
        return;
    db_rows_end(&c->rows);
    c->db->driver->rollback(c);
    db_tx_over(c);
}

static enum err before_commit(struct db_conn *c)
{
    if (c->rows.open)
        return db_fail(c, ERR_BUG, "rows are still open at commit");
    if (c->tx_failed)
        return c->retryable ? ERR_CONFLICT : ERR_DB;
    for (struct db_tx_slot *slot = c->tx_slots; slot; slot = slot->next) {
        if (slot->before_commit)
            TRY(slot->before_commit(c, slot->state));
    }
    return OK;
}

enum err db_commit(struct db_conn *c)
{
    if (!c->in_tx)
        return db_fail(c, ERR_BUG, "commit without a transaction");
    enum err e = before_commit(c);
    if (e != OK) {
        db_rollback(c);
        return e;
    }
    e = c->db->driver->commit(c);
    db_tx_over(c);
    return e;
}

void *db_tx_state(struct db_conn *c, const void *key, size_t size,
                  enum err (*before)(struct db_conn *, void *))
{
    if (!c->in_tx || c->tx_kind != DB_WRITE)
        return NULL;
    struct db_tx_slot **at = &c->tx_slots;
    for (; *at; at = &(*at)->next) {
        if ((*at)->key == key)
            return (*at)->state;
    }
    if (!c->tx_arena)
        c->tx_arena = arena_new(SIZE_MAX);
    if (!c->tx_arena)
        return NULL;
    struct db_tx_slot *slot = ARENA_NEW(c->tx_arena, struct db_tx_slot);
    slot->key = key;
    slot->before_commit = before;
    slot->state = arena_zalloc(c->tx_arena, size);
    *at = slot;
    return slot->state;
}

static void pause_ms(uint32_t ms)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000}, NULL);
}

enum err db_transaction(struct db_conn *c, enum db_tx kind, enum err (*work)(struct db_conn *, void *),
                        void *ctx)
{
    for (int try = 1;; try++) {
        enum err e = db_begin(c, kind);
        if (e == ERR_LIMIT) /* it has waited long enough already */
            return e;
        if (e == OK)
            e = work(c, ctx);
        if (e == OK)
            e = db_commit(c);
        else
            db_rollback(c);
        if (e == OK || e == ERR_UNCERTAIN || !c->retryable || try == TRIES)
            return e;
        pause_ms(5 + randombytes_uniform(40u * (unsigned)try));
    }
}

/* -- changes ------------------------------------------------------------------------------------- */
struct touched {
    const char *topics[CHANGE_TOPICS_MAX];
    size_t n;
};

/* At commit: once a topic, and the row stays locked for no longer than it must. */
static enum err write_touched(struct db_conn *c, void *state)
{
    struct touched *t = state;
    for (size_t i = 0; i < t->n; i++)
        TRY(db_exec(c,
                    "INSERT INTO db_change (topic, seq, at_ms) VALUES ($1, 1, $2) "
                    "ON CONFLICT (topic) DO UPDATE SET seq = db_change.seq + 1, at_ms = excluded.at_ms",
                    DB_PARAMS(DB_TEXT(str_from(t->topics[i])), DB_INT(clock_now_ms())), NULL));
    return OK;
}

enum err db_touch(struct db_conn *c, const char *topic)
{
    static const char key;
    struct touched *t = db_tx_state(c, &key, sizeof *t, write_touched);
    if (!t)
        return db_fail(c, ERR_BUG, "db_touch outside a writing transaction");
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->topics[i], topic) == 0)
            return OK;
    }
    if (t->n == CHANGE_TOPICS_MAX)
        return db_fail(c, ERR_BUG, "too many topics in one transaction");
    t->topics[t->n++] = arena_cstr(c->tx_arena, str_from(topic));
    return OK;
}

enum err db_change_seq(struct db_conn *c, const char *topic, int64_t *seq)
{
    enum err e = db_query_int(c, "SELECT seq FROM db_change WHERE topic = $1",
                              DB_PARAMS(DB_TEXT(str_from(topic))), seq);
    if (e == ERR_NOT_FOUND) {
        *seq = 0;
        e = OK;
    }
    return e;
}

enum err db_change_time(struct db_conn *c, const char *topic, int64_t *at_ms)
{
    enum err e = db_query_int(c, "SELECT at_ms FROM db_change WHERE topic = $1", DB_PARAMS(DB_TEXT(str_from(topic))),
                              at_ms);
    if (e == ERR_NOT_FOUND) {
        *at_ms = 0;
        e = OK;
    }
    return e;
}
