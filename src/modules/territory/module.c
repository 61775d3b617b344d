#include "modules/module.h"
#include "modules/territory/territory.h"
#include "modules/territory/territory_migrations.h"

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
    .n_migrations = TERRITORY_MIGRATIONS,
    .start = follow,
    .stop = stop,
    .refresh = follow,
};
