/* The services that the bench searches: always the same for a seed. French words, from very frequent to
 * rare (Zipf-Mandelbrot), singular and plural; places gathered around towns of very different sizes, a few
 * services at each; one to three themes each. */
#ifndef BALISE_BENCH_SEARCH_DATA_H
#define BALISE_BENCH_SEARCH_DATA_H

#include "base/arena.h"
#include "base/geo.h"

enum { DATA_FIELDS = 4, DATA_THEMES = 60, DATA_FEES = 5, DATA_PUBLICS = 40, DATA_MODES = 3, DATA_TOP = 20 };

struct data_service {
    struct str fields[DATA_FIELDS]; /* as typed: capitals, accents, articles */
    struct str tokens; /* the same as the other engines index it: stems of its words, spaces between */
    bool has_point;
    struct geo_point point; /* no two alike, so that the order by distance is total */
    uint64_t themes, publics;
    uint32_t fees, modes;
};

/* Words and place of one service met in the data, and one of its themes. */
struct data_query {
    struct str typed;  /* "Numériques ateliers" */
    struct str tokens; /* "numer ateli" */
    struct geo_point point;
    uint32_t theme;
};

struct data {
    struct arena *a;
    struct data_service *services;
    uint32_t n_services;
    struct data_query *queries;
    uint32_t n_queries;
};

#define DATA_RADIUS_M 10000.0

struct data *data_new(uint64_t seed, uint32_t n_services, uint32_t n_queries);
void data_free(struct data *d);

#endif
