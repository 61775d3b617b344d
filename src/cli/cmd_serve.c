/* balise serve: the site and the API, until SIGINT or SIGTERM. */
#include <getopt.h>
#include <signal.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "modules/modules.h"
#include "modules/territory/territory.h"
#include "view/assets.h"
#include "view/view.h"

enum { REFRESH_MS = 250, GRACE_MS = 10000 };

struct serve_options {
    const char *listen, *public_url, *proxy;
    int threads;
    int rate; /* 0: the defaults, -1: none */
};

static bool read_options(int argc, char **argv, struct serve_options *o)
{
    static const struct option known[] = {{"listen", required_argument, NULL, 'l'},
                                          {"threads", required_argument, NULL, 't'},
                                          {"public-url", required_argument, NULL, 'u'},
                                          {"trusted-proxy", required_argument, NULL, 'p'},
                                          {"no-rate-limit", no_argument, NULL, 'n'},
                                          {0}};
    *o = (struct serve_options){.listen = "127.0.0.1:8080"};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        int64_t n = 0;
        switch (c) {
        case 'l': o->listen = optarg; break;
        case 'u': o->public_url = optarg; break;
        case 'p': o->proxy = optarg; break;
        case 'n': o->rate = -1; break;
        case 't':
            if (!str_to_int(str_from(optarg), &n) || n < 1 || n > 256) {
                cli_error("--threads attend un nombre entre 1 et 256.");
                return false;
            }
            o->threads = (int)n;
            break;
        default: return false;
        }
    }
    if (optind < argc) {
        cli_error("« %s » est de trop. « balise serve --help » donne l’usage.", argv[optind]);
        return false;
    }
    return true;
}

/* Follows committed changes until a stop signal comes. */
static int follow_until_stopped(struct app *app, const sigset_t *stop)
{
    const struct timespec pause = {.tv_nsec = REFRESH_MS * 1000000L};
    for (;;) {
        int signal_number = sigtimedwait(stop, NULL, &pause);
        if (signal_number > 0)
            return signal_number;
        for (size_t i = 0; i < modules_count; i++) {
            if (!modules[i]->refresh)
                continue;
            enum err e = modules[i]->refresh(app);
            if (e != OK)
                log_warn("module.refresh", LOG_C("module", modules[i]->name), LOG_C("err", err_name(e)));
        }
    }
}

static bool start_modules(struct app *app)
{
    for (size_t i = 0; i < modules_count; i++) {
        enum err e = modules[i]->start ? modules[i]->start(app) : OK;
        if (e != OK) {
            cli_error("le module « %s » ne démarre pas (%s).", modules[i]->name, err_name(e));
            return false;
        }
    }
    return true;
}

static void stop_modules(struct app *app)
{
    for (size_t i = modules_count; i-- > 0;)
        if (modules[i]->stop)
            modules[i]->stop(app);
}

/* What a person who started it by hand wants to read; the log says it too. */
static void announce(const char *listen_at, int port)
{
    bool here = strncmp(listen_at, "127.0.0.1:", 10) == 0 || strncmp(listen_at, "[::1]:", 6) == 0 || *listen_at == '*';
    const char *colon = strrchr(listen_at, ':');
    int host = colon ? (int)(colon - listen_at) : 0;
    printf("Balise est ouvert : http://%.*s:%d (Ctrl-C pour fermer)\n", here ? 9 : host, here ? "localhost" : listen_at,
           port);
    fflush(stdout);
}

static int serve(struct cli *cli, const struct serve_options *o, const sigset_t *stop)
{
    struct str set_url = territory_settings(territory_in(cli->arena))->public_url;
    struct http_config cfg = {
        .listen = o->listen,
        .public_url = o->public_url ? o->public_url : set_url.n ? arena_cstr(cli->arena, set_url) : NULL,
        .trusted_proxy = o->proxy,
        .threads = o->threads,
        .error_page = view_error_page,
        .app = &cli->app,
    };
    if (o->rate < 0)
        for (size_t i = 0; i < sizeof cfg.rate_per_minute / sizeof *cfg.rate_per_minute; i++)
            cfg.rate_per_minute[i] = -1;
    http_set_assets(&site_assets);
    struct http_server *server;
    struct str why = STR_NONE;
    if (http_server_start(&cfg, cli->app.routes, cli->app.n_routes, &server, &why, cli->arena) != OK) {
        if (str_find(why, STR("in use"), 0) >= 0)
            cli_error("%s est déjà pris par un autre programme, ou Balise tourne déjà : choisissez un autre port.",
                      o->listen);
        else
            cli_error("le site ne peut pas s’ouvrir sur %s : %.*s", o->listen, STR_ARG(why));
        return 1;
    }
    struct jobs_runner *runner;
    size_t n_kinds;
    const struct job_kind *kinds = modules_jobs(cli->arena, &n_kinds);
    enum err e = jobs_runner_start(cli->app.db, kinds, n_kinds, (struct jobs_options){.app = &cli->app}, &runner);
    if (e != OK) {
        cli_error("la file des tâches ne démarre pas (%s).", err_name(e));
        http_server_stop(server, 0);
        return 1;
    }
    log_info("serve.ready", LOG_C("listen", o->listen), LOG_I("port", http_server_port(server)));
    announce(o->listen, http_server_port(server));
    int by = follow_until_stopped(&cli->app, stop);
    log_info("serve.stopping", LOG_I("signal", by));
    http_server_stop(server, GRACE_MS);
    jobs_runner_stop(runner);
    puts("Balise est fermé.");
    return 0;
}

int cmd_serve(struct cli *cli, int argc, char **argv)
{
    struct serve_options o;
    if (!read_options(argc, argv, &o))
        return 2;
    /* Blocked before any thread exists, so that only sigtimedwait receives them. */
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);

    int status = 1;
    cli->cache_kib = cli->map_kib = 0;
    if (cli_open(cli)) {
        if (start_modules(&cli->app))
            status = serve(cli, &o, &stop);
        stop_modules(&cli->app);
    }
    cli_close(cli);
    return status;
}
