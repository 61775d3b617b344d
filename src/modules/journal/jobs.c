/* Every night the chain is walked, and its head goes into the logs: kept elsewhere than the database, it
 * vouches for every entry before it, even against somebody who may rewrite the whole table. */
#include "modules/journal/jobs.h"

#include "base/log.h"
#include "modules/journal/journal.h"

static enum err verify(struct job *job)
{
    struct db_conn *c;
    struct journal_report r;
    TRY(db_acquire_in(job->db, job->a, &c));
    TRY(journal_verify(c, &r));
    if (r.broken) {
        log_error("journal.broken", LOG_I("seq", r.broken), LOG_I("fault", r.fault), LOG_I("head", r.head_seq));
        return ERR_BUG;
    }
    log_info("journal.head", LOG_I("seq", r.head_seq), LOG_C("hash", r.head_hash));
    return OK;
}

const struct job_kind journal_jobs[JOURNAL_JOBS] = {
    {.name = "journal.verify", .run = verify, .lease_s = 900, .schedule = {.daily = true, .hour = 4, .minute = 10}},
};
