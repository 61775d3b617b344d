#include "modules/module.h"
#include "modules/directory/api.h"
#include "modules/directory/directory.h"
#include "modules/directory/hsds/api.h"
#include "modules/directory/jobs.h"
#include "modules/directory/pages.h"
#include "modules/directory/quality.h"

extern const struct db_migration directory_migrations[];
extern const size_t directory_migrations_count;

#define API_ROUTE(path_, handler_, input_, summary_, answer_)                                                            \
    {HTTP_GET, "/api/v1" path_, handler_, .allow = ALLOW_EVERYONE, .input = input_, .rate = RATE_SEARCH,                 \
     .style = STYLE_API, .summary = summary_, .answer = answer_}

#define HSDS_ROUTE(path_, handler_, input_, summary_, answer_)                                                           \
    {HTTP_GET, "/hsds" path_, handler_, .allow = ALLOW_EVERYONE, .input = input_, .rate = RATE_SEARCH,                   \
     .style = STYLE_API, .summary = summary_, .answer = answer_}

static const struct route routes[] = {
#include "modules/directory/pages_routes.h"
    API_ROUTE("/structures", api_structures, &api_structures_input, "Structures, by id", "page:structure"),
    API_ROUTE("/structures/{id}", api_structure, &api_id_input, "A structure and its services", "structure_detail"),
    API_ROUTE("/services", api_services, &api_services_input, "Services, by id", "page:service"),
    API_ROUTE("/services/{id}", api_service, &api_id_input, "A service and its structure", "service_detail"),
    API_ROUTE("/search/services", api_search_services, &api_search_services_input,
              "Services offered to the inhabitants of a commune, or around a point", "page:found_service"),
    API_ROUTE("/search", api_search, &api_search_input, "Services for some words", "page:scored_service"),
    API_ROUTE("/sources", api_sources, INPUT_NONE, "Where the data come from", "list:source"),
    API_ROUTE("/doc/{liste}", api_doc, &api_doc_input, "A reference list of values", "list:value"),
    HSDS_ROUTE("", hsds_api_about, INPUT_NONE, "HSDS: version and document of this API", "hsds_about"),
    HSDS_ROUTE("/services", hsds_api_services, &hsds_services_input, "HSDS: services", "hsds_services"),
    HSDS_ROUTE("/services/{id}", hsds_api_service, &hsds_one_input, "HSDS: a service in full", "hsds_service"),
    HSDS_ROUTE("/service_at_locations", hsds_api_service_at_locations, &hsds_service_at_locations_input,
               "HSDS: services where they are given", "hsds_service_at_locations"),
    HSDS_ROUTE("/service_at_locations/{id}", hsds_api_service_at_location, &hsds_one_input,
               "HSDS: a service where it is given, in full", "hsds_service_at_location"),
    HSDS_ROUTE("/organizations", hsds_api_organizations, &hsds_organizations_input, "HSDS: organizations", "hsds_organizations"),
    HSDS_ROUTE("/organizations/{id}", hsds_api_organization, &hsds_organization_input, "HSDS: an organization in full",
               "hsds_organization"),
    HSDS_ROUTE("/taxonomies", hsds_api_taxonomies, &hsds_taxonomies_input, "HSDS: lists of terms", "hsds_taxonomies"),
    HSDS_ROUTE("/taxonomies/{id}", hsds_api_taxonomy, &hsds_one_input, "HSDS: a list of terms", "hsds_taxonomy"),
    HSDS_ROUTE("/taxonomy_terms", hsds_api_terms, &hsds_terms_input, "HSDS: terms", "hsds_taxonomy_terms"),
    HSDS_ROUTE("/taxonomy_terms/{id}", hsds_api_term, &hsds_one_input, "HSDS: a term", "hsds_taxonomy_term"),
    {HTTP_GET, "/api/v1/openapi.json", api_openapi, .allow = ALLOW_EVERYONE, .input = INPUT_NONE, .style = STYLE_FILE},
};

static const struct job_kind jobs[] = {
    {"directory.forget_imports", import_forget, .schedule = {.daily = true, .hour = 4, .minute = 10}},
    {"directory.geocode", geocode_job, .lease_s = 900, .schedule = {.every_s = 900}},
};

static enum err refresh(struct app *app)
{
    return directory_refresh(app->db);
}

static void stop(struct app *app)
{
    (void)app;
    directory_stop();
    quality_stop();
}

const struct module directory_module = {
    .name = "directory",
    .routes = {routes, sizeof routes / sizeof *routes},
    .migrations = directory_migrations,
    .n_migrations = 3,
    .jobs = jobs,
    .n_jobs = sizeof jobs / sizeof *jobs,
    .start = refresh,
    .stop = stop,
    .refresh = refresh,
};
