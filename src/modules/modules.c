#include "modules/modules.h"

#include "modules/directory/directory.h"
#include "modules/journal/journal.h"
#include "modules/site/site.h"
#include "modules/territory/territory.h"

const struct module *const modules[] = {
    &journal_module, &territory_module, &directory_module, &site_module,
};
const size_t modules_count = sizeof modules / sizeof *modules;

const struct db_migration *modules_migrations(struct arena *a, size_t *n)
{
    size_t total = jobs_migrations_count;
    for (size_t i = 0; i < modules_count; i++)
        total += modules[i]->n_migrations;
    struct db_migration *all = ARENA_ARRAY(a, total, struct db_migration);
    size_t at = 0;
    for (size_t i = 0; i < jobs_migrations_count; i++)
        all[at++] = jobs_migrations[i];
    for (size_t i = 0; i < modules_count; i++)
        for (size_t k = 0; k < modules[i]->n_migrations; k++)
            all[at++] = modules[i]->migrations[k];
    *n = total;
    return all;
}

const struct route_table *modules_routes(struct arena *a, size_t *n)
{
    struct route_table *tables = ARENA_ARRAY(a, modules_count, struct route_table);
    for (size_t i = 0; i < modules_count; i++)
        tables[i] = modules[i]->routes;
    *n = modules_count;
    return tables;
}

const struct job_kind *modules_jobs(struct arena *a, size_t *n)
{
    size_t total = 0;
    for (size_t i = 0; i < modules_count; i++)
        total += modules[i]->n_jobs;
    struct job_kind *all = ARENA_ARRAY(a, total, struct job_kind);
    size_t at = 0;
    for (size_t i = 0; i < modules_count; i++)
        for (size_t k = 0; k < modules[i]->n_jobs; k++)
            all[at++] = modules[i]->jobs[k];
    *n = total;
    return all;
}
