#include "modules/module.h"
#include "modules/territory/territory.h"

extern const struct db_migration territory_migrations[];
extern const size_t territory_migrations_count;

static enum err follow(struct app *app)
{
    return territory_refresh(app->db);
}

static void stop(struct app *app)
{
    (void)app;
    territory_stop();
}

const struct module territory_module = {
    .name = "territory",
    .migrations = territory_migrations,
    .n_migrations = 1,
    .start = follow,
    .stop = stop,
    .refresh = follow,
};
