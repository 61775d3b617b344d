/* balise geocode: the points of places that have an address and no point. */
#include "cli/cli.h"
#include "modules/directory/directory.h"
#include "modules/territory/territory.h"

struct options {
    const char *url;
    int64_t limit;
    bool dry_run;
};

static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        bool limit = strcmp(argv[i], "--limit") == 0, url = strcmp(argv[i], "--url") == 0;
        if (strcmp(argv[i], "--dry-run") == 0) {
            o->dry_run = true;
        } else if (!limit && !url) {
            cli_error("argument inconnu « %s ».", argv[i]);
            return false;
        } else if (++i == argc) {
            cli_error("%s attend une valeur.", argv[i - 1]);
            return false;
        } else if (url) {
            o->url = argv[i];
        } else if (!str_to_int(str_from(argv[i]), &o->limit) || o->limit < 1) {
            cli_error("--limit attend un nombre d’adresses, 1 au moins.");
            return false;
        }
    }
    return true;
}

static void say(const struct directory_geocoding_result *r, bool dry_run)
{
    if (dry_run)
        printf("Lieux sans position : %lld ; adresses qui seraient demandées : %lld. Rien n’est parti, rien n’a changé.\n",
               (long long)r->without_point, (long long)r->to_ask);
    else
        printf("Lieux sans position : %lld ; adresses demandées : %lld ; positions trouvées : %lld.\n", (long long)r->without_point,
               (long long)r->asked, (long long)r->placed);
}

static bool run(struct cli *cli, const struct options *o)
{
    struct directory_geocoding in = {.service = str_from(o->url), .dry_run = o->dry_run, .limit = o->limit,
                                     .actor = STR("geocodage")};
    struct directory_geocoding_result result;
    struct str why;
    if (!o->url)
        in.service = territory_settings(territory_in(cli->arena))->geocoding;
    if (in.service.n == 0 && o->dry_run)
        in.service = STR("geoplateforme"); /* to count, nobody needs to agree */
    if (in.service.n == 0) {
        cli_error("aucun service d’adresses n’est autorisé. Pour celui de l’État : balise territory set geocoding geoplateforme");
        return false;
    }
    enum err e = directory_geocode(cli->app.db, cli->arena, &in, &result, &why);
    if (e != OK)
        cli_error("%.*s", STR_ARG(why));
    if (!cli->quiet)
        say(&result, o->dry_run);
    return e == OK;
}

int cmd_geocode(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    if (!parse(argc, argv, &o))
        return 2;
    bool done = cli_open(cli) && run(cli, &o);
    cli_close(cli);
    return done ? 0 : 1;
}
