/* Where the demonstration's structures stand. Private to the module. */
#ifndef BALISE_MODULES_DEMO_GEOGRAPHY_H
#define BALISE_MODULES_DEMO_GEOGRAPHY_H

#include "base/arena.h"
#include "base/geo.h"
#include "modules/demo/random.h"
#include "modules/territory/territory.h"

struct demo_quarter {
    const char *code; /* of the commune */
    const char *name;
    double lat, lon;
    double spread_km;
    const char *postal_code;
    const char *streets; /* its own, besides those of any town; may be empty */
};

struct demo_town {
    struct territory_commune commune;
    struct geo_point centre; /* of the town itself */
    struct geo_point middle; /* of the commune's land */
    double surface_km2;
    struct str pays;         /* the intercommunalité, as people say it */
    double pole;             /* weight among the centres of the territory */
    const struct demo_quarter *quarters;
    size_t n_quarters;
    struct str near[3]; /* names of the closest larger towns */
};

struct demo_towns {
    struct demo_town *all; /* the most peopled first */
    size_t n;
};

/* The communes of Ille-et-Vilaine; `coordinates`: CSV of the module. */
enum err demo_towns_read(struct arena *a, struct str coordinates, struct demo_towns *out) MUST_USE;

struct demo_address {
    struct str voie, complement, code_postal;
    struct geo_point point;
};
/* `quarter` NULL: anywhere in the town. `central`: on the main square or nearby. */
void demo_address_draw(struct demo_random *r, struct arena *a, const struct demo_town *t,
                       const struct demo_quarter *quarter, bool central, struct demo_address *out);

#endif
