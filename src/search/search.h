/* The in-memory index: immutable, built from documents, queried by any number of threads. Pure: no
 * I/O, no clock. The owner builds it from the database and publishes it through one pointer
 * (base/snapshot.h).
 *
 * Documents are numbered in grid order, so a circle is a few ranges; postings are sorted; facets are bit masks.
 * Ranking: exact folded form before stem before prefix; a word in a heavier field before a lighter
 * one; then distance when a point is given; then the document's `order_key`: the order is total and stable.
 * Typos, synonyms and suggestions have their place in analysis.c and suggest.c and come later. */
#ifndef BALISE_SEARCH_SEARCH_H
#define BALISE_SEARCH_SEARCH_H

#include "base/arena.h"
#include "base/geo.h"
#include "base/str.h"

enum {
    SEARCH_FIELDS_MAX = 4,  /* text fields by weight: 0 name, 1 labels, 2 place, 3 description */
    SEARCH_FACETS_MAX = 12, /* independent facets */
    SEARCH_FACET_VALUES_MAX = 192 /* values per facet: three words of 64 bits */
};

struct search_document {
    uint32_t ref;         /* the owner's number for it; returned as is; unique */
    struct str order_key; /* the last word on order: unique, compared as bytes (an id, a sort key) */
    struct str fields[SEARCH_FIELDS_MAX];
    bool has_point;
    struct geo_point point;
    /* Values of each facet as bit numbers; the masks are copied. */
    uint64_t facets[SEARCH_FACETS_MAX][SEARCH_FACET_VALUES_MAX / 64];
};

struct search_builder;
struct search_index;

/* How many values each facet has (0: unused); ≤ SEARCH_FACET_VALUES_MAX. */
struct search_schema {
    uint16_t facet_values[SEARCH_FACETS_MAX];
};

struct search_builder *search_builder_new(const struct search_schema *schema);
/* Copies what it keeps. ERR_LIMIT when memory is refused. */
enum err search_builder_add(struct search_builder *b, const struct search_document *doc) MUST_USE;
/* Consumes the builder. */
enum err search_builder_finish(struct search_builder *b, struct search_index **out) MUST_USE;
void search_builder_free(struct search_builder *b);
void search_index_free(struct search_index *ix);
size_t search_index_count(const struct search_index *ix);
size_t search_index_bytes(const struct search_index *ix);

enum search_order {
    SEARCH_BY_RELEVANCE, /* text score, then distance, then order_key */
    SEARCH_BY_DISTANCE,  /* distance (no point last), then score, then order_key */
    SEARCH_BY_KEY
};

/* One condition on a facet: the document has one of `any` (or none of the facet's values when
 * `or_empty`). Conditions are joined by AND. */
struct search_filter {
    uint8_t facet;
    bool or_empty;
    uint64_t any[SEARCH_FACET_VALUES_MAX / 64];
};

struct search_query {
    struct str text; /* what the person typed; every meaningful word must be found; the last one may
                        be a prefix when `prefix_last` */
    bool prefix_last;
    bool has_point;
    struct geo_point point;
    double radius_m;    /* ≤ 0: no limit; with a limit, documents without a point are kept only if
                           they pass `beyond` */
    bool has_beyond;    /* also keep documents out of the radius that meet this filter (a-distance) */
    struct search_filter beyond;
    const struct search_filter *filters;
    size_t n_filters;
    /* What a mask cannot say (a zone, a score, open now); NULL: everything. Called last, for documents that
       pass the rest; totals, facets and pages count only what it keeps. */
    bool (*keep)(uint32_t ref, void *ctx);
    void *keep_ctx;
    enum search_order order;
    uint32_t offset, limit; /* limit ≤ 10 000 */
    bool want_facets; /* counts over the whole answer; a facet that is filtered is counted as if its own
                         filter were not there (so the user sees what another choice would give) */
};

struct search_hit {
    uint32_t ref;
    float score;      /* > 0 with a text, else 0 */
    double distance_m; /* < 0 when there is no point */
};
struct search_result {
    uint32_t total;
    struct search_hit *hits;
    size_t n_hits;
    uint32_t (*facet_counts)[SEARCH_FACET_VALUES_MAX]; /* [facet][value], NULL unless asked */
    bool partial_words; /* no document held every word: the words that exist were used (OR), so that a
                           person is never left with an empty page for one word too many */
};
/* The result lives in `a`. Never fails: an empty query gives every document. */
void search_run(const struct search_index *ix, struct arena *a, const struct search_query *q,
                struct search_result *out);

#endif
