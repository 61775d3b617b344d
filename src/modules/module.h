/* What a module gives to the program. src/modules/modules.c is the one explicit list. */
#ifndef BALISE_MODULES_MODULE_H
#define BALISE_MODULES_MODULE_H

#include "db/db.h"
#include "http/http.h"
#include "jobs/jobs.h"

/* What handlers and jobs work with; rq->app points to it. Made once by the program (cli/app.c). */
struct app {
    struct db *db;
    struct str territory_name; /* "Ille-et-Vilaine", setting territory.name */
    struct str source_slug;    /* the territory's own data source: "balise-35" */
    struct str help_phone;     /* the human door, E.164; setting contact.phone; may be empty */
    struct str help_hours;     /* its opening hours in OSM form; may be empty */
    bool demo;                 /* the data are fictional: every page says so */
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
