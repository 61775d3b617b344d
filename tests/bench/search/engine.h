/* One engine of the bench: the same services, the same question, the same answer. */
#ifndef BALISE_BENCH_SEARCH_ENGINE_H
#define BALISE_BENCH_SEARCH_ENGINE_H

#include "data.h"

struct answer {
    uint32_t total;
    uint32_t n;
    uint32_t ids[DATA_TOP];     /* nearest first */
    uint32_t fees[DATA_FEES];   /* services of the answer by value of one facet */
};

struct engine {
    const char *name;
    const char *how;
    /* Loads the services; NULL: said on stderr. */
    void *(*open)(const struct data *d, const char *where);
    void (*close)(void *engine);
    /* What one thread works with. */
    void *(*session)(void *engine);
    void (*session_end)(void *session);
    bool (*run)(void *session, const struct data_query *q, struct answer *out);
    double build_s; /* filled by the bench */
    double bytes;   /* by open: what the index takes; 0 unknown */
};

extern struct engine engine_balise, engine_sqlite, engine_postgres;

#endif
