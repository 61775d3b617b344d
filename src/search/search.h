/* The in-memory index: immutable, built from documents, queried by any number of threads without a
 * lock. Pure: no I/O, no clock. The owner builds it from the database and publishes it through one
 * pointer (base/snapshot.h).
 *
 * How words meet. Both sides are cut by text_words(). A word of the query finds, best first:
 *   exact   the same folded form ("Numérique" finds "numerique");
 *   stem    the folded forms that share a French stem with it. The stems of a folded form are those of
 *           all the spellings met in the documents, and its own: so "activites", typed without
 *           accents, finds "activité";
 *   prefix  the folded forms that begin with it, for the last word, when `prefix_last`.
 * Each word counts once in a document, by its best way of being found, then by the heaviest field it was
 * found in; the score of a document is the sum over the words.
 *
 * The order is total and stable. How it works inside: index.h. */
#ifndef BALISE_SEARCH_SEARCH_H
#define BALISE_SEARCH_SEARCH_H

#include "base/arena.h"
#include "base/err.h"
#include "base/geo.h"
#include "base/str.h"

enum {
    SEARCH_FIELDS_MAX = 4,  /* text fields by weight: 0 name, 1 labels, 2 place, 3 description */
    SEARCH_FACETS_MAX = 12, /* independent facets */
    SEARCH_FACET_VALUES_MAX = 192, /* values per facet: three words of 64 bits */
    SEARCH_WORDS_MAX = 16,  /* meaningful words of a query; those after are ignored */
    SEARCH_LIMIT_MAX = 10000
};

struct search_document {
    uint32_t ref;         /* the owner's number for it; returned as is; unique */
    struct str order_key; /* the last word on order: unique, compared as bytes (an id, a sort key) */
    struct str fields[SEARCH_FIELDS_MAX];
    /* Texts that many documents share (labels of lists), analysed once: see search_builder_text. They count as
     * part of `texts_field`. */
    const uint32_t *texts;
    size_t n_texts;
    uint8_t texts_field;
    bool has_point; /* an invalid point counts as none */
    struct geo_point point;
    /* Values of each facet as bit numbers; the masks are copied; bits the schema does not know are dropped. */
    uint64_t facets[SEARCH_FACETS_MAX][SEARCH_FACET_VALUES_MAX / 64];
};

struct search_builder;
struct search_index;

/* How many values each facet has (0: unused); ≤ SEARCH_FACET_VALUES_MAX. */
struct search_schema {
    uint16_t facet_values[SEARCH_FACETS_MAX];
};

/* One thread at a time. NULL when memory is refused. */
struct search_builder *search_builder_new(const struct search_schema *schema);
/* Copies what it keeps. ERR_LIMIT when memory is refused, or past 268 million documents; the builder is
 * then good for search_builder_free only. */
enum err search_builder_add(struct search_builder *b, const struct search_document *doc) MUST_USE;
/* Analyses a text that several documents will have; *out is its number, for this builder. */
enum err search_builder_text(struct search_builder *b, struct str text, uint32_t *out) MUST_USE;
/* Consumes the builder, whatever it returns. */
enum err search_builder_finish(struct search_builder *b, struct search_index **out) MUST_USE;
void search_builder_free(struct search_builder *b); /* NULL is accepted */
void search_index_free(struct search_index *ix);    /* NULL is accepted */
size_t search_index_count(const struct search_index *ix);
size_t search_index_bytes(const struct search_index *ix);

enum search_order {
    SEARCH_BY_RELEVANCE, /* text score, then distance (no point last), then order_key */
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
    /* What the person typed. Every meaningful word must be found; stop words are ignored unless there
     * is nothing else. A text without any letter or digit is no text. */
    struct str text;
    bool prefix_last;
    bool has_point;
    struct geo_point point;
    double radius_m;    /* ≤ 0: no limit; with a limit, documents without a point are kept only if
                           they pass `beyond` */
    bool has_beyond;    /* also keep documents out of the radius that meet this filter (a-distance) */
    struct search_filter beyond;
    bool has_located;     /* only documents inside the radius that meet this filter have a distance; the */
    struct search_filter located; /* others come as if they had no point */
    double step_m;        /* > 0: distances are compared in steps of this, rounded to the nearest, half to even */
    const struct search_filter *filters;
    size_t n_filters;
    /* What a mask cannot say (a zone, a score): called last, for documents that pass the rest; totals, counts
     * and pages hold only what it keeps. NULL: everything. */
    bool (*keep)(uint32_t ref, void *ctx);
    void *keep_ctx;
    enum search_order order;
    uint32_t offset, limit; /* limit is cut to SEARCH_LIMIT_MAX. Memory grows with offset + limit */
    bool want_facets; /* counts over the whole answer; a facet that is filtered is counted as if its own
                         filters were not there (so the user sees what another choice would give) */
};

struct search_hit {
    uint32_t ref;
    float score;       /* 0 without a text, else in ]0, 1]: 1 is every word, as typed, in the heaviest field */
    double distance_m; /* geo_distance_m; < 0 when the query or the document has no point */
};
struct search_result {
    uint32_t total;
    struct search_hit *hits;
    size_t n_hits;
    uint32_t (*facet_counts)[SEARCH_FACET_VALUES_MAX]; /* [facet][value], NULL unless asked */
    bool partial_words; /* nothing that passes the place and the filters holds every word: the answer is
                           what holds at least one, the most words first (by relevance), so that a person
                           is never left with an empty page for one word too many */
};
/* The result lives in `a`. Never fails: an empty query gives every document. */
void search_run(const struct search_index *ix, struct arena *a, const struct search_query *q,
                struct search_result *out);

#endif
