#include "base/clock.h"
#include "base/json.h"
#include "modules/directory/directory.h"
#include "modules/site/site.h"
#include "modules/site/site_pages.h"

static bool database_answers(struct db *db, int64_t *us)
{
    int64_t started = clock_mono_us(), one = 0;
    struct db_conn *c;
    if (db_acquire(db, &c) != OK)
        return false;
    enum err e = db_query_int(c, "SELECT 1", DB_NO_PARAMS, &one);
    db_release(c);
    *us = clock_mono_us() - started;
    return e == OK && one == 1;
}

/* For the monitoring of the operator: 200 when the site can answer people, 503 when it cannot. Says nothing
 * that a visitor could not know. */
static enum err health(struct request *rq, struct response *rs)
{
    const struct app *app = rq->app;
    int64_t us = 0;
    bool database = database_answers(app->db, &us);
    size_t bytes, cards, services;
    directory_index_facts(&bytes, &cards, &services);

    struct json_writer w;
    rs->status = database ? 200 : 503;
    rs->content_type = "application/json; charset=utf-8";
    response_header(rs, "Cache-Control", STR("no-store"));
    json_start(&w, &rs->body);
    json_object_begin(&w);
    json_key(&w, STR("etat"));
    json_str(&w, database ? STR("bien") : STR("en panne"));
    json_key(&w, STR("version"));
    json_str(&w, STR(BALISE_VERSION));
    json_key(&w, STR("base_de_donnees"));
    json_str(&w, database ? STR("bien") : STR("ne répond pas"));
    json_key(&w, STR("base_de_donnees_us"));
    json_int(&w, us);
    json_key(&w, STR("lieux_indexes"));
    json_int(&w, (int64_t)cards);
    json_key(&w, STR("services_indexes"));
    json_int(&w, (int64_t)services);
    json_key(&w, STR("index_octets"));
    json_int(&w, (int64_t)bytes);
    json_object_end(&w);
    return OK;
}

/* Machines are welcome on pages and data; not on every combination of filters. */
static enum err robots(struct request *rq, struct response *rs)
{
    (void)rq;
    rs->content_type = "text/plain; charset=utf-8";
    response_header(rs, "Cache-Control", STR("public, max-age=86400"));
    buf_lit(&rs->body, "User-agent: *\nDisallow: /recherche\nDisallow: /en/recherche\nDisallow: /api/\n");
    return OK;
}

static enum err start(struct app *app)
{
    (void)app;
    view_site_source(site_describe);
    return OK;
}

#define PAGE_ROUTE(path_, handler_) {HTTP_GET, path_, handler_, .allow = ALLOW_EVERYONE, .input = INPUT_NONE}
static const struct route routes[] = {
    PAGE_ROUTE("/accessibilite", site_show_accessibility),
    PAGE_ROUTE("/mentions-legales", site_show_legal),
    PAGE_ROUTE("/plan-du-site", site_show_map),
    PAGE_ROUTE("/api", site_show_api),
    {HTTP_GET, "/sante", health, .allow = ALLOW_EVERYONE, .input = INPUT_NONE, .rate = RATE_UNLIMITED,
     .style = STYLE_FILE},
    {HTTP_GET, "/robots.txt", robots, .allow = ALLOW_EVERYONE, .input = INPUT_NONE, .style = STYLE_FILE},
};

const struct module site_module = {
    .name = "site",
    .routes = {routes, sizeof routes / sizeof *routes},
    .start = start,
};
