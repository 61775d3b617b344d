#include "modules/module.h"

#include "modules/journal/jobs.h"
#include "modules/journal/journal.h"
#include "modules/journal/journal_migrations.h"

const struct module journal_module = {
    .name = "journal",
    .migrations = journal_migrations,
    .n_migrations = JOURNAL_MIGRATIONS,
    .jobs = journal_jobs,
    .n_jobs = JOURNAL_JOBS,
};
