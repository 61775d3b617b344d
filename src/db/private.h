/* What db.c, cache.c, sqlite.c, postgres.c and migrate.c share. Nobody else includes it, except the
 * tests that replace the driver. */
#ifndef BALISE_DB_PRIVATE_H
#define BALISE_DB_PRIVATE_H

#include <pthread.h>
#include <sys/types.h>

#include "base/log.h"
#include "db/db.h"

enum {
    DB_ACQUIRE_WAIT_MS = 5000,
    DB_WRITER_WAIT_MS = 10000,
    DB_STATEMENT_MS = 120000,
    DB_STATEMENTS_MAX = 256, /* kept prepared on each connection */
    DB_STATEMENT_BUCKETS = 512,
    DB_ERROR_MAX = 512,
    DB_PARAMS_MAX = 32000 /* SQLite: 250,000; PostgreSQL: 65,535 in its protocol */
};

/* -- the text of a statement (scan.c) ------------------------------------------------------------ */
enum sql_kind { SQL_SELECT, SQL_CHANGE, SQL_OTHER, SQL_TRANSACTION };
struct sql_facts {
    enum sql_kind kind; /* from its first word */
    int params;         /* highest $n */
};
/* Why the text is outside the portable subset (English, static), or NULL. */
const char *sql_scan(const char *sql, struct sql_facts *out);
/* The end of the token that starts at p: a quoted string or name, a comment, a run of white space, a
 * word or number, `$n`, or one byte. p must not be at the end. */
const char *sql_token_end(const char *p);
bool sql_is_blank(const char *token); /* white space or a comment starts here */
/* begin, commit, savepoint… */
bool sql_is_transaction(const char *p, const char *end);
bool sql_is_word(const char *p, const char *end, const char *word);

/* The text of a migration as the engine wants it, in `a`; on ERR_BUG *why (English) says what is outside
 * the portable subset. (rewrite.c) */
enum err sql_for_engine(struct arena *a, const char *sql, enum db_engine engine, const char **out,
                        struct str *why) MUST_USE;

/* -- prepared statements (cache.c) --------------------------------------------------------------- */
struct db_stmt {
    struct db_stmt *next;             /* in its bucket */
    struct db_stmt *older, *newer;    /* by last use */
    uint64_t hash;
    char *sql;
    struct sql_facts facts;
    bool writes;   /* from its first word; SQLite knows better, and corrects it */
    void *handle;  /* SQLite: sqlite3_stmt */
    uint64_t name; /* PostgreSQL: its number on the connection */
};
struct db_cache {
    struct db_stmt *buckets[DB_STATEMENT_BUCKETS];
    struct db_stmt *newest, *oldest;
    size_t n;
    uint64_t names; /* given so far */
};
enum err db_cache_get(struct db_conn *c, const char *sql, struct db_stmt **out) MUST_USE;
void db_cache_drop(struct db_conn *c, struct db_stmt *st);
/* Forgets them all; `finalize` false when the connection is gone already. */
void db_cache_clear(struct db_conn *c, bool finalize);

/* -- one connection ------------------------------------------------------------------------------ */
struct db_rows {
    struct db_conn *conn;
    struct db_stmt *stmt;
    bool open, on_row;
    int columns;
    void *result;      /* PostgreSQL: the PGresult of the current row */
    bool drained;
    bool peeked;       /* PostgreSQL: the current row was not asked for yet */
};

/* What a module keeps for the length of a transaction: see db_tx_state. */
struct db_tx_slot {
    struct db_tx_slot *next;
    const void *key;
    enum err (*before_commit)(struct db_conn *, void *);
    void *state;
};

struct db_conn {
    struct db *db;
    struct db_conn *next; /* all of the pool's */
    bool in_use, broken;
    pthread_t owner;

    void *handle; /* sqlite3 or PGconn */
    struct db_cache cache;
    struct db_rows rows;

    bool in_tx, tx_failed, writer_held;
    enum db_tx tx_kind;
    bool retryable; /* the last failure says the transaction may be run again */
    bool lost;      /* the last failure was the loss of the connection; until it is opened again */
    bool stale;     /* the last failure says the prepared statement must be made again */
    struct arena *tx_arena;
    struct db_tx_slot *tx_slots;

    int64_t step_started_us; /* SQLite: for the time limit of a statement */
    bool unlimited;          /* no time limit: migrations */
    char *scratch;           /* PostgreSQL: parameters as text */
    size_t scratch_cap;
    char error[DB_ERROR_MAX];
};

/* An engine. Replaceable, so that tests inject faults. Every function is called by the one thread that
 * uses the connection; those that fail have called db_fail. */
struct db_driver {
    enum db_engine engine;
    /* `why` (may be NULL) gets a French sentence in `a`. */
    enum err (*connect)(struct db_conn *c, struct arena *a, struct str *why);
    void (*disconnect)(struct db_conn *c);
    /* False when the other side has closed; costs next to nothing. */
    bool (*alive)(struct db_conn *c);
    enum err (*prepare)(struct db_conn *c, struct db_stmt *st);
    void (*finalize)(struct db_conn *c, struct db_stmt *st);
    enum err (*exec)(struct db_conn *c, struct db_stmt *st, struct db_params p, int64_t *changed);
    enum err (*query)(struct db_conn *c, struct db_stmt *st, struct db_params p, struct db_rows *r);
    enum err (*next)(struct db_rows *r, bool *has);
    void (*end)(struct db_rows *r);
    bool (*is_null)(const struct db_rows *r, int col);
    int64_t (*col_int)(const struct db_rows *r, int col);
    double (*col_real)(const struct db_rows *r, int col);
    struct str (*col_text)(const struct db_rows *r, int col);
    enum err (*begin)(struct db_conn *c, enum db_tx kind);
    enum err (*commit)(struct db_conn *c);
    void (*rollback)(struct db_conn *c);
    /* Several statements of the engine's own language, no parameters: migrations. */
    enum err (*script)(struct db_conn *c, const char *sql);
};
extern const struct db_driver db_sqlite_driver, db_postgres_driver;

struct db_waiter;

struct db {
    const struct db_driver *driver;
    struct db_options opt;
    char *target; /* SQLite: path; PostgreSQL: URI */
    char *scratch_dir; /* "sqlite::memory:": removed by db_close */

    pthread_mutex_t lock;
    pthread_cond_t freed;
    struct db_conn *conns;
    int n;       /* open or being opened */
    int waiting;

    /* SQLite: the writer's place, first come first served. */
    struct db_waiter *first_waiter;
    bool writer_busy;
    pthread_t writer;
};

/* Records a failure on the connection and returns `e`. `fmt` never holds a parameter's value. */
enum err db_fail(struct db_conn *c, enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Waits for the writer's place of this process; ERR_LIMIT after 10 s, ERR_BUG when the thread has it. */
enum err db_writer_take(struct db_conn *c) MUST_USE;
void db_writer_give(struct db_conn *c);
bool db_writer_is_me(struct db *db);
enum err db_conn_reopen(struct db_conn *c) MUST_USE;
int64_t db_statement_limit_ms(const struct db_conn *c);
int db_writer_wait_ms(const struct db *db);
/* Ends the transaction's state, whatever became of it. */
void db_tx_over(struct db_conn *c);
/* SQLite only (backup.c). A lock between processes beside the file: a descriptor, or -1. */
int db_file_lock(const char *path);
/* VACUUM INTO PATH.before-<module>-<number>.sqlite, on the disk when it returns; keeps the last three. */
enum err db_file_backup(struct db_conn *c, struct arena *a, const struct db_migration *before,
                        struct str *path) MUST_USE;

void *db_alloc(size_t size); /* zeroed, or ends the program */
char *db_copy(struct str s);

#endif
