/* Who changed or looked at what: append-only, hash-chained, without personal values. */
#ifndef BALISE_MODULES_JOURNAL_JOURNAL_H
#define BALISE_MODULES_JOURNAL_JOURNAL_H

#include "db/db.h"

struct module;
extern const struct module journal_module;
extern const struct db_migration journal_migrations[];
extern const size_t journal_migrations_count;

enum { JOURNAL_NAME_MAX = 200, JOURNAL_FIELDS_MAX = 200 };

struct journal_entry {
    struct str actor;  /* an account's id, "import:<source>", "command", "visitor": never a name */
    struct str action; /* "place.update" */
    struct str object_kind, object_id;
    /* What was changed or read: names of fields ("nom", "horaires.lundi"), so no value can slip in. */
    const struct str *fields;
    size_t n_fields;
};

/* Adds an entry to the caller's DB_WRITE transaction; all of them reach the database before it commits.
 * The chain's head is read once and written once a transaction, rows go in many at a time: a few
 * microseconds each. ERR_INVALID: an empty or over-long part (bytes), a field's name with anything but
 * letters, digits and _ . - ; ERR_BUG: no writing transaction. */
enum err journal_append(struct db_conn *c, const struct journal_entry *e) MUST_USE;

/* Names of the fields that committed entries about one object later than `after_ms` hold, each once; texts in `a`. */
enum err journal_fields_since(struct db_conn *c, struct arena *a, struct str object_kind, struct str object_id, int64_t after_ms,
                              struct str_list *out) MUST_USE;

/* Walks the chain, in a reading transaction of its own. */
struct journal_report {
    int64_t entries; /* read and right, before the first broken link */
    int64_t broken;  /* seq of the first one that is not as it was written; 0: all are right */
    enum journal_fault {
        JOURNAL_RIGHT,
        JOURNAL_ALTERED, /* its content, or that of the one before, was changed */
        JOURNAL_MISSING, /* this one is not there */
        JOURNAL_ADDED    /* it comes after the last one that was written */
    } fault;
    int64_t head_seq;
    char head_hash[65]; /* print it, or keep it elsewhere: it vouches for everything before */
};
enum err journal_verify(struct db_conn *c, struct journal_report *out) MUST_USE;

/* Forgets entries older than `before_ms`, for good, and notes it as a new entry. The chain then starts
 * after them, and can still be verified. Runs in the caller's DB_WRITE transaction, before any append. */
enum err journal_purge(struct db_conn *c, int64_t before_ms, struct str actor, int64_t *purged) MUST_USE;

#endif
