/* The snapshot: what the database says, made once and then only read. Private to the module. */
#ifndef BALISE_MODULES_TERRITORY_PRIVATE_H
#define BALISE_MODULES_TERRITORY_PRIVATE_H

#include "modules/territory/territory.h"

struct territory_coordinate {
    uint32_t commune; /* index */
    int32_t lat_e6, lon_e6;
    int32_t surface_ha; /* 0: not known */
};

struct territory {
    struct arena *arena; /* owns everything below; NULL for the empty one */
    struct territory_settings settings;
    const struct territory_departement *departements; /* the territory's own */
    size_t n_departements;
    const struct territory_coordinate *coordinates; /* by commune index */
    size_t n_coordinates;
    int64_t seq; /* of the topic "territory" when it was read */
};

static inline bool territory_is_own(const struct territory *t, uint32_t commune)
{
    for (size_t i = 0; i < t->n_departements; i++)
        if (commune - t->departements[i].first < t->departements[i].n)
            return true;
    return false;
}

/* Rules: *value is put in its one form ("35, 22" → "22,35"); false with a French sentence. */
bool territory_setting_check(struct arena *a, struct str key, struct str *value, struct str *why);
bool territory_setting_known(struct str key);

/* Store. */
enum err territory_store_load(struct db_conn *c, struct arena *a, struct territory *out) MUST_USE;
/* All of them, by commune index. */
enum err territory_store_coordinates(struct db_conn *c, struct arena *a, struct territory_coordinate **out,
                                     size_t *n) MUST_USE;
/* Each commune at most once. */
enum err territory_store_save_coordinates(struct db_conn *c, struct arena *a,
                                          const struct territory_coordinate *all, size_t n) MUST_USE;

#endif
