/* The demonstration territory: Ille-et-Vilaine's real communes, fictional structures, places and services.
 * The same seed and the same month always give the same records; every page says that they are fictional. */
#ifndef BALISE_MODULES_DEMO_DEMO_H
#define BALISE_MODULES_DEMO_DEMO_H

#include "base/clock.h"
#include "db/db.h"

enum { DEMO_SEED = 35 };

struct demo_counts {
    int64_t structures, places, services;
    int64_t stale, without_hours, without_phone, without_point, duplicates; /* the defects, over places and structures */
};

/* Writes the settings, the coordinates of the communes and the records. `today`: dates are counted back from
 * the first day of its month. Inside a DB_WRITE transaction. ERR_CONFLICT: the directory is not empty. */
enum err demo_load(struct db_conn *c, struct arena *a, uint64_t seed, struct civil_date today,
                   struct demo_counts *out) MUST_USE;

#endif
