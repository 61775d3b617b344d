/* What queue.c (every statement) and runner.c (threads, schedules) share. */
#ifndef BALISE_JOBS_PRIVATE_H
#define BALISE_JOBS_PRIVATE_H

#include "jobs/jobs.h"

enum {
    JOBS_LEASE_S = 60,
    JOBS_ATTEMPTS = 8,
    JOBS_BACKOFF_MS = 10 * 1000,
    JOBS_BACKOFF_MAX_MS = 3600 * 1000,
    JOBS_KINDS_MAX = 200,
    JOBS_DAY_S = 86400
};
#define JOBS_KEPT_MS (7LL * JOBS_DAY_S * 1000)

/* The oldest job that may be claimed among these kinds; its texts live in `a`. ERR_NOT_FOUND: none.
 */
struct jobs_due {
    struct str id, payload;
    const struct job_kind *kind;
    int64_t attempts; /* so far */
    struct str token; /* of the worker that let its lease run out; STR_NONE: it was waiting */
};
enum err jobs_next_due(struct db_conn *c, struct arena *a, const struct job_kind *kinds, size_t n,
                       struct jobs_due *out) MUST_USE;
/* *won: this worker has it, under `token`, and no other. */
enum err jobs_claim(struct db_conn *c, const struct jobs_due *due, struct str token, bool *won) MUST_USE;
/* Ends an attempt: done, waiting again after `delay_ms`, or dead. *held false: the lease was lost,
 * and nothing was changed. */
enum jobs_end { JOBS_DONE, JOBS_AGAIN, JOBS_DEAD };
enum err jobs_finish(struct db_conn *c, struct str id, struct str token, enum jobs_end how, int64_t delay_ms,
                     struct str failure, bool *held) MUST_USE;
/* A worker died too often on it. */
enum err jobs_bury(struct db_conn *c, const struct jobs_due *due) MUST_USE;
/* Forgets what ended too long ago. */
enum err jobs_forget_old(struct db_conn *c) MUST_USE;

int jobs_lease_ms(const struct job_kind *k);
int jobs_attempts_max(const struct job_kind *k);
int64_t jobs_backoff_ms(int64_t attempts);
/* The latest moment of the schedule that is not after now. */
int64_t jobs_slot_ms(const struct job_schedule *s, enum zone zone, int64_t now_ms);

#endif
