/* Work done outside requests: a queue in the same database, claimed with leases by worker threads
 * of one or several processes.
 *
 * A job runs at least once. It runs twice only when a worker died or lost its lease in the middle,
 * so `run` is written to be run again; or it ends with jobs_done_in, in the transaction that holds
 * its effects, and then these happen exactly once. Two workers never hold the same job. */
#ifndef BALISE_JOBS_JOBS_H
#define BALISE_JOBS_JOBS_H

#include "base/arena.h"
#include "base/clock.h"
#include "db/db.h"

struct jobs_runner;

struct job {
    struct str kind;
    struct str payload; /* as enqueued */
    int attempt;        /* 1 the first time */
    struct arena *a;    /* of this run, capped; over the cap the attempt fails */
    struct db *db;
    void *app;
    struct jobs_runner *runner; /* private, as what follows */
    struct str id, token;
    int64_t lease_ms;
    bool done;
};

/* A job that comes back by itself: every_s, or once a day at a local time. A moment missed while
 * nothing ran is caught up once. On several nodes each moment gives one job. */
struct job_schedule {
    int every_s; /* 1 … 86,400; 0: not this way */
    bool daily;
    int hour, minute; /* local, see jobs_options.zone */
};

struct job_kind {
    const char *name; /* "directory.export": stays the same for as long as jobs may wait */
    /* OK ends the job. ERR_INVALID, ERR_GONE, ERR_NOT_FOUND, ERR_DENIED and ERR_BUG end it for good
     * as a dead letter; any other error is tried again after 10 s, 20 s, 40 s… one hour at most. */
    enum err (*run)(struct job *job);
    int lease_s;      /* longest silence between two jobs_heartbeat; 0: 60 */
    int attempts_max; /* then it is a dead letter; 0: 8 */
    struct job_schedule schedule;
};

/* -- asking for work --------------------------------------------------------------------------- */
struct job_order {
    const char *kind;
    struct str key;     /* a second order with the same key is ignored, until 7 days after the job's end */
    struct str payload; /* usually JSON with ids, never personal data: it stays until the job ends */
    int64_t run_at_ms;  /* not before; 0: now */
};
/* Within the caller's transaction if there is one: the job exists if, and only if, it commits. */
enum err jobs_enqueue(struct db_conn *c, struct job_order order) MUST_USE;

/* -- inside a job ------------------------------------------------------------------------------ */
/* Renews the lease; outside any transaction. ERR_CONFLICT: the lease ran out and another worker has
 * the job: stop at once and write nothing more. */
enum err jobs_heartbeat(struct job *job) MUST_USE;
/* Marks the job done in the writing transaction that holds its effects. ERR_CONFLICT as above: roll
 * back. */
enum err jobs_done_in(struct job *job, struct db_conn *c) MUST_USE;
/* The program is stopping: finish soon, or return any error to be run again later. */
bool jobs_stopping(const struct job *job);

/* -- workers ----------------------------------------------------------------------------------- */
struct jobs_options {
    int workers;    /* threads; 0: 2 */
    int poll_ms;    /* how long a new job may wait unseen; 0: 500 */
    enum zone zone; /* of daily schedules */
    void *app;      /* given to every job */
};
/* `kinds` must stay valid until jobs_runner_stop. Jobs of kinds that are not in the list are left
 * alone (another node, a newer program). ERR_INVALID: a kind without name or run, twice the same
 * name, or an impossible schedule. */
enum err jobs_runner_start(struct db *db, const struct job_kind *kinds, size_t n, struct jobs_options opt,
                           struct jobs_runner **out) MUST_USE;
/* Takes no new job, lets those that run end, frees. NULL is accepted. */
void jobs_runner_stop(struct jobs_runner *r);
/* A job was enqueued by this process: look now. */
void jobs_runner_wake(struct jobs_runner *r);

/* -- for people -------------------------------------------------------------------------------- */
struct jobs_counts {
    int64_t waiting, running, dead;
    int64_t late_ms; /* of the oldest that should have started; 0: none */
};
enum err jobs_count(struct db_conn *c, struct jobs_counts *out) MUST_USE;
/* Gives every dead letter of this kind a new life; NULL: all kinds. */
enum err jobs_revive(struct db_conn *c, const char *kind, int64_t *n) MUST_USE;

extern const struct db_migration jobs_migrations[];
extern const size_t jobs_migrations_count;

#endif
