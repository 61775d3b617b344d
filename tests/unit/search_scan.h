/* The contract of search/search.h done the plain way: every document read, every word compared. */
#ifndef BALISE_TESTS_SEARCH_SCAN_H
#define BALISE_TESTS_SEARCH_SCAN_H

#include "search/search.h"

struct scan;
/* Keeps the documents by reference. */
struct scan *scan_new(const struct search_schema *schema, const struct search_document *docs, size_t n);
void scan_free(struct scan *s);
void scan_run(struct scan *s, struct arena *a, const struct search_query *q, struct search_result *out);

#endif
