/* What the HSDS API asks of the snapshot: numbers of services and structures. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_HSDS_SELECT_H
#define BALISE_MODULES_DIRECTORY_HSDS_SELECT_H

#include "modules/directory/hsds/hsds.h"
#include "modules/directory/index.h"
#include "modules/territory/territory.h"

/* While a snapshot is made, once structures and services are in their order. */
void hsds_sort(struct snapshot_data *d, struct arena *scratch);

struct hsds_selection {
    struct str search;
    bool has_term, has_taxonomy, has_organization;
    struct hsds_term term; /* not of HSDS_CHAMPS */
    enum hsds_taxonomy taxonomy;
    uint32_t organization; /* number of a structure */
    int64_t modified_after_ms; /* 0: no condition */
    bool located;          /* only what is given somewhere */
    bool has_point;        /* within radius_m of `point` */
    struct geo_point point;
    double radius_m;
    const struct territory_commune *communes; /* one of them must be in the zone of eligibility */
    size_t n_communes;
    uint64_t offset, limit; /* with words the first 10 000 answers can be seen */
};
struct hsds_numbers {
    uint32_t *items;
    size_t n;
    int64_t total;
};
/* By published id; with `search`, best first. */
void hsds_select_services(struct arena *a, const struct snapshot_data *d, const struct hsds_selection *q, struct hsds_numbers *out);
/* Reads search, modified_after_ms, offset and limit. `search` finds organizations through their services, and those
 * without any by name. */
void hsds_select_organizations(struct arena *a, const struct snapshot_data *d, const struct hsds_selection *q,
                               struct hsds_numbers *out);
/* By HSDS identifier; false when there is none. */
bool hsds_find_service(const struct snapshot_data *d, struct hsds_id id, uint32_t *number);
bool hsds_find_organization(const struct snapshot_data *d, struct hsds_id id, uint32_t *number);
/* When the service, or its organization, was last changed. */
int64_t hsds_last_change(const struct snapshot_data *d, uint32_t service);
struct hsds_ref hsds_service_ref(const struct snapshot_data *d, uint32_t service);
struct hsds_ref hsds_organization_ref(const struct snapshot_data *d, uint32_t structure);

#endif
