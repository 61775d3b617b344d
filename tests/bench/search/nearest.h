/* What the databases leave to their client: the 20 nearest of the rows, the counts, the text of a match. */
#ifndef BALISE_BENCH_SEARCH_NEAREST_H
#define BALISE_BENCH_SEARCH_NEAREST_H

#include "engine.h"

struct nearest {
    uint32_t n;
    double distance[DATA_TOP];
    uint32_t id[DATA_TOP]; /* nearest first */
};

void nearest_add(struct nearest *near, struct answer *out, uint32_t id, uint32_t fees, double distance_m);
void nearest_end(const struct nearest *near, struct answer *out);

/* "numer ateli t12"; good until the next call. */
struct str data_tokens_with_themes(const struct data_service *s);
/* "numer AND ateli AND t12"; returns the length, 0 if it does not fit. */
size_t data_match(const struct data_query *q, const char *and_word, char *out, size_t size);

#endif
