/* The HSDS API inside the module: what its handlers read, for api_input.c and module.c. */
#ifndef BALISE_MODULES_DIRECTORY_HSDS_API_H
#define BALISE_MODULES_DIRECTORY_HSDS_API_H

#include "base/json.h"
#include "http/http.h"

enum hsds_format { HSDS_JSON, HSDS_NDJSON };

/* Every parameter of the lists; each route declares those it accepts. */
struct hsds_query {
    struct str id;
    struct str search, taxonomy_term_id, taxonomy_id, organization_id, parent_id, modified_after, postcode;
    double proximity; /* metres */
    bool has_proximity;
    bool minimal, full, full_service, top_only;
    int format; /* enum hsds_format */
    int64_t page, per_page;
};

extern const struct input hsds_services_input, hsds_service_at_locations_input, hsds_organizations_input,
    hsds_organization_input, hsds_taxonomies_input, hsds_terms_input, hsds_one_input;

enum err hsds_api_about(struct request *rq, struct response *rs);
enum err hsds_api_services(struct request *rq, struct response *rs);
enum err hsds_api_service(struct request *rq, struct response *rs);
enum err hsds_api_service_at_locations(struct request *rq, struct response *rs);
enum err hsds_api_service_at_location(struct request *rq, struct response *rs);
enum err hsds_api_organizations(struct request *rq, struct response *rs);
enum err hsds_api_organization(struct request *rq, struct response *rs);
enum err hsds_api_taxonomies(struct request *rq, struct response *rs);
enum err hsds_api_taxonomy(struct request *rq, struct response *rs);
enum err hsds_api_terms(struct request *rq, struct response *rs);
enum err hsds_api_term(struct request *rq, struct response *rs);

/* Members of "schemas" of the OpenAPI document that the routes name. */
void hsds_api_schemas(struct json_writer *w);

#endif
