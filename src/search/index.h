/* Private to src/search: the shape of the index.
 *
 * Documents are numbered by band of latitude, then by longitude: a circle is one range of numbers in each
 * band it crosses. Those without a point come last. A posting is the document's number and, in its low
 * bits, the fields the word is in; postings of a term are sorted, so a range is a slice of them.
 *
 * A term is a folded form. There are no postings of stems: a stem is a family of terms, and a word of the
 * query becomes a list of terms, each with the way it was found (enum search_way). What comes later enters
 * there: a spelling mistake or a synonym is one more way to reach terms, in search_analyse(); suggestions
 * read the sorted terms, in a file of their own. */
#ifndef BALISE_SEARCH_INDEX_H
#define BALISE_SEARCH_INDEX_H

#include "search/search.h"

enum {
    SEARCH_FIELD_BITS = 4,
    SEARCH_FIELD_MASK = (1 << SEARCH_FIELD_BITS) - 1,
    SEARCH_DOCS_MAX = (1 << (32 - SEARCH_FIELD_BITS)) - 1,
    SEARCH_BANDS_PER_DEGREE = 16, /* 7 km: three or four ranges for a circle of 10 km */
    SEARCH_BANDS = 180 * SEARCH_BANDS_PER_DEGREE + 1,
    SEARCH_POSTINGS_STEP = 64, /* four lines of cache */
    SEARCH_LONS_STEP = 16
};

/* Distinct strings sorted as bytes; number i is bytes[at[i]] … bytes[at[i + 1]]. */
struct search_strings {
    uint32_t n;
    uint32_t *at; /* n + 1 */
    char *bytes;
};

/* Lists of numbers; list i is items[at[i]] … items[at[i + 1]]. */
struct search_lists {
    uint32_t *at; /* number of lists + 1 */
    uint32_t *items;
};

/* Where a facet is in a row. Up to 64 values never straddle two words; more begin a word. */
struct search_facet_place {
    uint8_t word, shift;
    uint16_t values;
};
struct search_layout {
    struct search_facet_place place[SEARCH_FACETS_MAX];
    uint32_t words; /* of a row */
};

/* The point on the unit sphere: a chord is far cheaper than a haversine, and orders alike. */
struct search_unit {
    double x, y, z;
};

struct search_index {
    uint32_t n_docs, n_points; /* documents 0 … n_points - 1 have a point */
    struct search_strings terms, stems;
    struct search_lists postings; /* by term */
    uint32_t *posting_steps;      /* every 64th of all postings: where a jump lands is found in few pages */
    struct search_lists stems_of; /* by term */
    struct search_lists family;   /* by stem: terms */
    uint32_t *band_at;            /* SEARCH_BANDS + 1: first document of each band */
    double *lon_steps;            /* longitude of every 16th document that has a point */
    struct geo_point *points;     /* n_points */
    struct search_unit *units;    /* n_points */
    uint32_t *refs, *key_ranks;   /* n_docs */
    uint64_t *rows;               /* n_docs × layout.words */
    struct search_layout layout;
    size_t bytes;
};

static inline struct str search_string(const struct search_strings *t, uint32_t i)
{
    return (struct str){t->bytes + t->at[i], t->at[i + 1] - t->at[i]};
}

static inline uint32_t search_band(double lat)
{
    return (uint32_t)((lat + 90) * SEARCH_BANDS_PER_DEGREE);
}

/* analysis.c */

/* Best last. */
enum search_way { SEARCH_PREFIX, SEARCH_STEM, SEARCH_EXACT, SEARCH_WAYS };

struct search_probe {
    uint32_t term;
    enum search_way way;
};
/* One meaningful word of a query: the terms it may be found by; none when it is unknown. */
struct search_word {
    struct search_probe *probes;
    size_t n, cap;
};
/* Returns the number of words, 0 when the text has none. */
size_t search_analyse(const struct search_index *ix, struct arena *a, const struct search_query *q,
                      struct search_word **out);
/* First string that is not before s; n when there is none. */
uint32_t search_lower_bound(const struct search_strings *t, struct str s);

#endif
