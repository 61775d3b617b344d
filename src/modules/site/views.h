/* What the pages about the site itself show. */
#ifndef BALISE_MODULES_SITE_VIEWS_H
#define BALISE_MODULES_SITE_VIEWS_H

#include "view/view.h"

struct view_api_parameter {
    const char *name, *place, *type, *doc; /* place: "path", "query"; doc in English, may be NULL */
    bool required, repeated;
};
struct view_api_route {
    const char *method, *path, *summary;
    const struct view_api_parameter *parameters;
    size_t n_parameters;
};
struct view_api {
    const struct view_api_route *routes;
    size_t n_routes;
};

struct view_map_link {
    struct str words, url;
};
struct view_map {
    const struct view_map_link *needs;
    size_t n_needs;
};

#endif
