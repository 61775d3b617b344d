/* Puts the program together for one command: database, migrations, settings of the territory. */
#include "base/log.h"
#include "cli/cli.h"
#include "modules/modules.h"
#include "modules/territory/territory.h"

bool cli_open(struct cli *cli)
{
    struct str why = STR_NONE;
    if (db_open(cli->arena, cli->db_url, (struct db_options){.create = true, .cache_kib = cli->cache_kib, .map_kib = cli->map_kib}, &cli->app.db, &why) != OK) {
        cli_error("%.*s", STR_ARG(why));
        return false;
    }
    size_t n;
    const struct db_migration *all = modules_migrations(cli->arena, &n);
    struct db_migrate_report report;
    if (db_migrate(cli->app.db, cli->arena, all, n, &report, &why) != OK) {
        cli_error("%.*s", STR_ARG(why));
        return false;
    }
    if (report.applied > 0 && report.backup.n > 0)
        log_info("db.backup", LOG_S("path", report.backup), LOG_I("migrations", report.applied));
    if (territory_refresh(cli->app.db) != OK) {
        cli_error("les réglages du territoire ne peuvent pas être lus.");
        return false;
    }
    cli->app.routes = modules_routes(cli->arena, &cli->app.n_routes);
    return true;
}

void cli_close(struct cli *cli)
{
    db_close(cli->app.db);
    cli->app.db = NULL;
}
