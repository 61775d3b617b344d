/* The modules of the program, in the order in which their migrations run. */
#ifndef BALISE_MODULES_MODULES_H
#define BALISE_MODULES_MODULES_H

#include "modules/module.h"

extern const struct module *const modules[];
extern const size_t modules_count;

/* The migrations of the foundation (db, jobs) and of every module, in order, in `a`. */
const struct db_migration *modules_migrations(struct arena *a, size_t *n);
/* The routes of every module. */
const struct route_table *modules_routes(struct arena *a, size_t *n);
/* The kinds of jobs of every module. */
const struct job_kind *modules_jobs(struct arena *a, size_t *n);

#endif
