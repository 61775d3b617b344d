/* What a module gives to the program. src/modules/modules.c is the one explicit list. */
#ifndef BALISE_MODULES_MODULE_H
#define BALISE_MODULES_MODULE_H

#include "db/db.h"
#include "http/http.h"
#include "jobs/jobs.h"

/* What handlers and jobs work with; rq->app points to it. Made once by the program (cli/app.c). Settings of
 * the territory (name, phone of the human door, demonstration…) are read from modules/territory: they may
 * change while the program runs. */
struct app {
    struct db *db;
    const struct route_table *routes; /* of every module: API document, site map */
    size_t n_routes;
};

struct module {
    const char *name;
    const struct route_table routes;
    const struct db_migration *migrations;
    size_t n_migrations;
    const struct job_kind *jobs;
    size_t n_jobs;
    /* Called after migrations, before the server listens (load what is in memory); NULL: nothing. */
    enum err (*start)(struct app *app);
    void (*stop)(struct app *app);
    /* Called about four times a second from one thread: follow committed changes; NULL: nothing. */
    enum err (*refresh)(struct app *app);
};

#endif
