/* One small interface over SQLite (embedded, the default) and PostgreSQL (libpq).
 *
 * One SQL text for both: the portable subset of docs/decisions/0003-portable-sql.md; parameters are
 * $1, $2… in ascending order of first use. Statements are prepared once per connection and cached by
 * text. A text with two statements is refused.
 *
 * A `struct db` is shared by all threads; a `struct db_conn` is used by one thread at a time. */
#ifndef BALISE_DB_DB_H
#define BALISE_DB_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;
struct db_conn;
struct db_rows;

enum db_engine { DB_SQLITE, DB_POSTGRES };

struct db_options {
    int pool_max;     /* connections at most; 0: 2 × cores + 2 */
    bool create;      /* SQLite: create the file if it is not there */
    bool read_only;
    int statement_ms; /* one statement at most (one step of it on SQLite); 0: 2 minutes, -1: no limit */
    int cache_kib;    /* SQLite, pages kept by one connection; 0: SQLite's own 2 MiB */
    int map_kib;      /* SQLite, of the file at most, read in place; 0: none. A failing disk then ends the program instead of
                         giving an error: for commands, not for the site */
    int wait_ms;      /* for a connection of the pool, for the writer's place; 0: 5 s, 10 s */
};

/* `url`: "sqlite:PATH", "sqlite::memory:" (a private throw-away file, for tests: same behaviour) or
 * "postgresql://…" / "postgres://…" (any libpq URI). On failure *why is a French sentence made in `a`
 * that says what to do; it never holds a password. */
enum err db_open(struct arena *a, const char *url, struct db_options opt, struct db **out,
                 struct str *why) MUST_USE;
void db_close(struct db *db);
enum db_engine db_engine(const struct db *db);

/* A connection from the pool; waits up to 5 s, then ERR_LIMIT. A thread that holds one already never
 * waits. Give it back with db_release (a transaction still open is rolled back, and logged). */
enum err db_acquire(struct db *db, struct db_conn **out) MUST_USE;
void db_release(struct db_conn *c);
/* The same, given back when the arena is reset or freed. */
enum err db_acquire_in(struct db *db, struct arena *a, struct db_conn **out) MUST_USE;

/* -- parameters -------------------------------------------------------------------------------- */
enum db_type { DB_NULL_, DB_INT_, DB_REAL_, DB_TEXT_ };
struct db_value {
    enum db_type type;
    union {
        int64_t i;
        double d;
        struct str s;
    };
};
#define DB_NULL ((struct db_value){.type = DB_NULL_})
#define DB_INT(v) ((struct db_value){.type = DB_INT_, .i = (int64_t)(v)})
#define DB_REAL(v) ((struct db_value){.type = DB_REAL_, .d = (v)})
#define DB_TEXT(v) ((struct db_value){.type = DB_TEXT_, .s = (v)})
/* Empty or absent text → NULL: what a column that means "unknown when NULL" wants. */
#define DB_TEXT_OR_NULL(v) db_text_or_null(v)
static inline struct db_value db_text_or_null(struct str s)
{
    return s.n ? DB_TEXT(s) : DB_NULL;
}
struct db_params {
    const struct db_value *values;
    size_t n;
};
/* DB_PARAMS(DB_TEXT(id), DB_INT(3)); DB_NO_PARAMS when there are none. */
#define DB_PARAMS(...)                                                                             \
    ((struct db_params){(const struct db_value[]){__VA_ARGS__},                                    \
                        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)})
#define DB_NO_PARAMS ((struct db_params){NULL, 0})

/* -- statements -------------------------------------------------------------------------------- */
/* Runs a statement that returns no rows. `changed` may be NULL. Errors:
 *   ERR_CONFLICT   unique violation
 *   ERR_INVALID    CHECK, NOT NULL, foreign key, a value the column's type cannot hold, text that is not
 *                  UTF-8 or holds a NUL, a number that is not finite
 *   ERR_DENIED     refused by a trigger
 *   ERR_LIMIT      took too long, waited too long for a lock
 *   ERR_IO         disk full, file trouble
 *   ERR_UNCERTAIN  outside a transaction, the connection was lost while it ran
 *   ERR_BUG        a text outside the portable subset, wrong number of parameters
 *   ERR_DB         the rest
 * In a transaction any error is final: everything but db_rollback (and db_commit, which rolls back and
 * reports it) is refused until then, on both engines. So: ON CONFLICT, never try-and-catch. */
enum err db_exec(struct db_conn *c, const char *sql, struct db_params params, int64_t *changed) MUST_USE;

/* Rows are streamed (constant memory, whatever the size of the answer). Always db_rows_end (on
 * PostgreSQL it reads what is left: say LIMIT when a few rows are enough). While rows are open no other
 * statement may run on the same connection. INSERT … RETURNING needs a transaction. */
enum err db_query(struct db_conn *c, const char *sql, struct db_params params, struct db_rows **out) MUST_USE;
/* OK with *has false at the end. */
enum err db_next(struct db_rows *r, bool *has) MUST_USE;
void db_rows_end(struct db_rows *r);
/* Columns are numbered from 0. A text is valid until the next db_next; copy it to keep it.
 * NULL reads as 0, 0.0, STR_NONE. Asking for a column that is not there is ERR_BUG: it aborts. */
bool db_is_null(const struct db_rows *r, int col);
int64_t db_col_int(const struct db_rows *r, int col);
double db_col_real(const struct db_rows *r, int col);
struct str db_col_text(const struct db_rows *r, int col);
struct str db_col_text_in(const struct db_rows *r, int col, struct arena *a);
/* One row of one integer: counts, sequences. ERR_NOT_FOUND when there is no row. */
enum err db_query_int(struct db_conn *c, const char *sql, struct db_params params, int64_t *out) MUST_USE;

/* -- transactions ------------------------------------------------------------------------------ */
/* DB_WRITE takes the writer's place at once: one writing transaction at a time on both engines (waits up
 * to 10 s, then ERR_LIMIT), readers never wait. DB_READ sees one moment of the database and cannot write.
 * No nesting. */
enum db_tx { DB_READ, DB_WRITE };
enum err db_begin(struct db_conn *c, enum db_tx kind) MUST_USE;
/* The transaction is over whatever is returned. ERR_UNCERTAIN: the connection was lost while committing,
 * see base/err.h. ERR_CONFLICT: a serialization failure, the whole transaction may be run again. */
enum err db_commit(struct db_conn *c) MUST_USE;
void db_rollback(struct db_conn *c);
/* Runs `work` in a transaction and commits; runs it again (3 times at most, with a short random wait)
 * after a serialization failure, a deadlock, or a connection lost before the commit. ERR_LIMIT: the
 * writer's place did not come free in time.
 * `work` must have no other effect. */
enum err db_transaction(struct db_conn *c, enum db_tx kind, enum err (*work)(struct db_conn *, void *),
                        void *ctx) MUST_USE;

/* Memory kept for the length of the current DB_WRITE transaction: zeroed the first time `key` (any
 * address of the caller's own) is asked for, the same bytes afterwards. `before_commit` (may be NULL)
 * runs in db_commit, in order of first use; its error rolls back and is returned by db_commit. NULL
 * outside a writing transaction. */
void *db_tx_state(struct db_conn *c, const void *key, size_t size,
                  enum err (*before_commit)(struct db_conn *, void *state)) MUST_USE;

/* What the last failure was, in English, for logs only; no parameter values. */
struct str db_last_error(const struct db_conn *c);

/* -- changes ----------------------------------------------------------------------------------- */
/* A rising number that every writing transaction bumps through db_touch (table db_change, one row
 * per topic). Snapshots built from the database poll it: a committed change is visible within a
 * second on every node. Call inside the transaction. */
enum err db_touch(struct db_conn *c, const char *topic) MUST_USE;
enum err db_change_seq(struct db_conn *c, const char *topic, int64_t *seq) MUST_USE;
/* When the last one was committed, UTC; 0: never. */
enum err db_change_time(struct db_conn *c, const char *topic, int64_t *at_ms) MUST_USE;

/* -- migrations -------------------------------------------------------------------------------- */
/* Numbered per module, embedded, one transaction each, checksummed. */
struct db_migration {
    const char *module; /* "directory" */
    int number;         /* 1, 2, 3… without a gap */
    const char *name;   /* "0001_places" */
    const char *sql;
};
/* The text is portable SQL, statements ended by ";". Types of columns: TEXT, BIGINT (or INTEGER: 64 bits
 * on both), DOUBLE PRECISION. On SQLite they become INTEGER and REAL and every CREATE TABLE is STRICT; on
 * PostgreSQL TEXT gets COLLATE "C", so that both compare text byte by byte. What only one engine can say
 * (triggers) goes between lines of its own, and is run there as it is written:
 *   -- @sqlite
 *   -- @postgresql
 *   -- @all          back to both
 * tools/migrations.py turns a folder of .sql files into such an array. */
struct db_migrate_report {
    int applied;       /* now */
    int total;
    struct str backup; /* path of the SQLite backup made before, if any */
};
/* Applies what is missing, in the order given; the tables of db itself come first, unasked. `all` is
 * every migration of the program: what the database has and `all` has not makes it newer than the program.
 * Before changing an SQLite database that holds data, VACUUM INTO beside it
 * (PATH.before-<module>-<number>.sqlite; the last three are kept). ERR_CONFLICT when the checksum of an
 * applied migration differs or the database is newer; *why says it in French. Two processes at once: one
 * waits. */
enum err db_migrate(struct db *db, struct arena *a, const struct db_migration *all, size_t n,
                    struct db_migrate_report *report, struct str *why) MUST_USE;

#endif
