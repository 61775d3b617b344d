/* balise demo: the fictional territory, in an empty database. */
#include <getopt.h>

#include "cli/cli.h"
#include "modules/demo/demo.h"

struct demo_work {
    struct arena *a;
    struct demo_counts counts;
};

static enum err run(struct db_conn *c, void *ctx)
{
    struct demo_work *w = ctx;
    return demo_load(c, w->a, DEMO_SEED, zone_local(ZONE_PARIS, clock_now_ms()).date, &w->counts);
}

static int load(struct cli *cli, bool if_empty)
{
    struct demo_work w = {.a = cli->arena};
    struct db_conn *c;
    int64_t started = clock_mono_us();
    enum err e = db_acquire(cli->app.db, &c);
    if (e == OK) {
        e = db_transaction(c, DB_WRITE, run, &w);
        if (e != OK && e != ERR_CONFLICT)
            cli_error("la démonstration n’a pas pu être écrite : %.*s.", STR_ARG(db_last_error(c)));
        db_release(c);
    }
    if (e == ERR_CONFLICT && if_empty)
        return 0;
    if (e == ERR_CONFLICT)
        cli_error("cette base contient déjà des fiches : la démonstration ne remplit qu’une base vide.");
    if (e != OK)
        return 1;
    if (!cli->quiet)
        printf("Territoire de démonstration (données fictives) : %lld structures, %lld services, %lld lieux, "
               "en %.1f s.\n",
               (long long)w.counts.structures, (long long)w.counts.services, (long long)w.counts.places,
               (double)(clock_mono_us() - started) / 1e6);
    return 0;
}

int cmd_demo(struct cli *cli, int argc, char **argv)
{
    static const struct option known[] = {{"if-empty", no_argument, NULL, 'e'}, {0}};
    bool if_empty = false;
    for (int o; (o = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (o != 'e')
            return 2;
        if_empty = true;
    }
    if (optind < argc) {
        cli_error("demo ne prend pas d’argument.");
        return 2;
    }
    int status = cli_open(cli) ? load(cli, if_empty) : 1;
    cli_close(cli);
    return status;
}
