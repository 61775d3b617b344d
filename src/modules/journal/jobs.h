#ifndef BALISE_MODULES_JOURNAL_JOBS_H
#define BALISE_MODULES_JOURNAL_JOBS_H

#include "jobs/jobs.h"

enum { JOURNAL_JOBS = 1 };
extern const struct job_kind journal_jobs[JOURNAL_JOBS];

#endif
