/* From the documents as they came to the index: strings sorted, documents numbered by place, postings
 * turned round. */
#include <math.h>

#include "search/builder.h"

/* NULL when memory is refused; otherwise counted in the index. Never of zero bytes. */
static void *take(struct search_index *ix, size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (p)
        ix->bytes += (n ? n : 1) * size;
    return p;
}

static int compare_interned(const void *a, const void *b, void *table)
{
    const uint32_t *x = a, *y = b;
    return str_cmp(search_interned(table, *x), search_interned(table, *y));
}

/* Sorts the strings of `from` into `to`, and gives the new number of each old one (to be freed). */
static uint32_t *sort_strings(struct search_index *ix, struct search_intern *from, struct search_strings *to)
{
    uint32_t n = from->n;
    to->at = take(ix, (size_t)n + 1, sizeof *to->at);
    to->bytes = take(ix, from->n_bytes, 1);
    uint32_t *order = calloc((size_t)n + 1, sizeof *order), *number = calloc((size_t)n + 1, sizeof *number);
    if (!to->at || !to->bytes || !order || !number) {
        free(order);
        free(number);
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, compare_interned, from);
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct str s = search_interned(from, order[i]);
        memcpy(to->bytes + at, s.p, s.n);
        at += (uint32_t)s.n;
        to->at[i + 1] = at;
        number[order[i]] = i;
    }
    to->n = n;
    free(order);
    return number;
}

/* -- families ---------------------------------------------------------------------------------------- */

static int compare_u64(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Lists of the low halves by high half, in ascending order; `pairs` is sorted and rid of repeats. */
static bool lists_of_pairs(struct search_index *ix, uint64_t *pairs, size_t *n_pairs, uint32_t n_lists,
                           struct search_lists *out)
{
    size_t n = 0;
    if (*n_pairs)
        qsort(pairs, *n_pairs, sizeof *pairs, compare_u64);
    for (size_t i = 0; i < *n_pairs; i++)
        if (i == 0 || pairs[i] != pairs[i - 1])
            pairs[n++] = pairs[i];
    *n_pairs = n;
    out->at = take(ix, (size_t)n_lists + 1, sizeof *out->at);
    out->items = take(ix, n, sizeof *out->items);
    if (!out->at || !out->items || n > UINT32_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        out->at[(pairs[i] >> 32) + 1]++;
        out->items[i] = (uint32_t)pairs[i];
    }
    for (uint32_t i = 0; i < n_lists; i++)
        out->at[i + 1] += out->at[i];
    return true;
}

static bool make_families(struct search_index *ix, struct search_builder *b, const uint32_t *term_number)
{
    uint32_t *stem_number = sort_strings(ix, &b->stems, &ix->stems);
    if (!stem_number)
        return false;
    for (size_t i = 0; i < b->n_kin; i++)
        b->kin[i] = (uint64_t)stem_number[b->kin[i] >> 32] << 32 | term_number[(uint32_t)b->kin[i]];
    free(stem_number);
    if (!lists_of_pairs(ix, b->kin, &b->n_kin, ix->stems.n, &ix->family))
        return false;
    for (size_t i = 0; i < b->n_kin; i++)
        b->kin[i] = b->kin[i] << 32 | b->kin[i] >> 32;
    return lists_of_pairs(ix, b->kin, &b->n_kin, ix->terms.n, &ix->stems_of);
}

/* -- documents --------------------------------------------------------------------------------------- */

struct placed {
    uint32_t band, doc;
    double lon;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->band != y->band)
        return x->band < y->band ? -1 : 1;
    if (x->lon != y->lon) /* never NaN */
        return x->lon < y->lon ? -1 : 1;
    return (x->doc > y->doc) - (x->doc < y->doc);
}

static struct search_unit unit_of(struct geo_point p)
{
    double lat = p.lat * (M_PI / 180), lon = p.lon * (M_PI / 180);
    return (struct search_unit){cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)};
}

/* The documents in index order (to be freed), and all that is kept of each but words and rank. */
static struct placed *place_documents(struct search_index *ix, const struct search_builder *b)
{
    uint32_t n = b->n_docs, n_points = 0, words = b->layout.words;
    struct placed *order = calloc((size_t)n + 1, sizeof *order);
    if (!order)
        return NULL;
    for (uint32_t i = 0; i < n; i++) {
        const struct search_kept *d = &b->docs[i];
        n_points += d->has_point;
        order[i] = d->has_point ? (struct placed){search_band(d->point.lat), i, d->point.lon}
                                : (struct placed){SEARCH_BANDS, i, 0};
    }
    qsort(order, n, sizeof *order, compare_placed);
    ix->n_docs = n;
    ix->n_points = n_points;
    ix->layout = b->layout;
    ix->refs = take(ix, n, sizeof *ix->refs);
    ix->points = take(ix, n_points, sizeof *ix->points);
    ix->units = take(ix, n_points, sizeof *ix->units);
    ix->rows = take(ix, (size_t)n * words, sizeof *ix->rows);
    ix->band_at = take(ix, SEARCH_BANDS + 1, sizeof *ix->band_at);
    ix->lon_steps = take(ix, n_points / SEARCH_LONS_STEP + 1, sizeof *ix->lon_steps);
    if (!ix->refs || !ix->points || !ix->units || !ix->rows || !ix->band_at || !ix->lon_steps) {
        free(order);
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct search_kept *d = &b->docs[order[i].doc];
        ix->refs[i] = d->ref;
        if (words)
            memcpy(ix->rows + (size_t)i * words, b->rows + (size_t)order[i].doc * words, words * sizeof *ix->rows);
        if (i < n_points) {
            ix->points[i] = d->point;
            ix->units[i] = unit_of(d->point);
            if (i % SEARCH_LONS_STEP == 0)
                ix->lon_steps[i / SEARCH_LONS_STEP] = d->point.lon;
            ix->band_at[order[i].band + 1]++;
        }
    }
    for (uint32_t i = 0; i < SEARCH_BANDS; i++)
        ix->band_at[i + 1] += ix->band_at[i];
    return order;
}

static int compare_keys(const void *a, const void *b, void *builder)
{
    const uint32_t *x = a, *y = b;
    const struct search_builder *from = builder;
    const struct search_kept *dx = &from->docs[*x], *dy = &from->docs[*y];
    int by_key = str_cmp((struct str){from->keys + dx->key_at, dx->key_n},
                         (struct str){from->keys + dy->key_at, dy->key_n});
    return by_key ? by_key : (*x > *y) - (*x < *y);
}

static bool rank_keys(struct search_index *ix, struct search_builder *b, const struct placed *order)
{
    uint32_t n = b->n_docs;
    uint32_t *by_key = calloc((size_t)n + 1, sizeof *by_key), *rank = calloc((size_t)n + 1, sizeof *rank);
    ix->key_ranks = take(ix, n, sizeof *ix->key_ranks);
    bool ok = by_key && rank && ix->key_ranks;
    if (ok) {
        for (uint32_t i = 0; i < n; i++)
            by_key[i] = i;
        qsort_r(by_key, n, sizeof *by_key, compare_keys, b);
        for (uint32_t i = 0; i < n; i++)
            rank[by_key[i]] = i;
        for (uint32_t i = 0; i < n; i++)
            ix->key_ranks[i] = rank[order[i].doc];
    }
    free(by_key);
    free(rank);
    return ok;
}

/* -- postings ---------------------------------------------------------------------------------------- */

static bool turn_postings(struct search_index *ix, const struct search_builder *b, const struct placed *order,
                          const uint32_t *term_number)
{
    uint32_t n_terms = ix->terms.n, *next = calloc((size_t)n_terms + 1, sizeof *next);
    uint32_t *at = ix->postings.at = take(ix, (size_t)n_terms + 1, sizeof *at);
    uint32_t *items = ix->postings.items = take(ix, b->n_words, sizeof *items);
    ix->posting_steps = take(ix, b->n_words / SEARCH_POSTINGS_STEP + 1, sizeof *items);
    if (!next || !at || !items || !ix->posting_steps) {
        free(next);
        return false;
    }
    for (size_t i = 0; i < b->n_words; i++)
        at[term_number[b->words[i] >> SEARCH_FIELD_BITS] + 1]++;
    for (uint32_t i = 0; i < n_terms; i++) {
        at[i + 1] += at[i];
        next[i] = at[i];
    }
    for (uint32_t i = 0; i < b->n_docs; i++) {
        uint32_t doc = order[i].doc;
        size_t end = doc + 1 < b->n_docs ? b->docs[doc + 1].words_at : b->n_words;
        for (size_t w = b->docs[doc].words_at; w < end; w++) {
            uint32_t term = term_number[b->words[w] >> SEARCH_FIELD_BITS];
            items[next[term]++] = i << SEARCH_FIELD_BITS | (b->words[w] & SEARCH_FIELD_MASK);
        }
    }
    for (size_t i = 0; i < b->n_words; i += SEARCH_POSTINGS_STEP)
        ix->posting_steps[i / SEARCH_POSTINGS_STEP] = items[i];
    free(next);
    return true;
}

static bool fill(struct search_index *ix, struct search_builder *b)
{
    uint32_t *term_number = sort_strings(ix, &b->terms, &ix->terms);
    struct placed *order = place_documents(ix, b);
    bool ok = term_number && order && make_families(ix, b, term_number) && rank_keys(ix, b, order) &&
              turn_postings(ix, b, order, term_number);
    free(order);
    free(term_number);
    return ok;
}

enum err search_builder_finish(struct search_builder *b, struct search_index **out)
{
    struct search_index *ix = b->failed ? NULL : calloc(1, sizeof *ix);
    *out = NULL;
    if (ix) {
        ix->bytes = sizeof *ix;
        if (fill(ix, b)) {
            *out = ix;
        } else {
            search_index_free(ix);
        }
    }
    search_builder_free(b);
    return *out ? OK : ERR_LIMIT;
}

void search_index_free(struct search_index *ix)
{
    if (!ix)
        return;
    free(ix->terms.at);
    free(ix->terms.bytes);
    free(ix->stems.at);
    free(ix->stems.bytes);
    free(ix->postings.at);
    free(ix->postings.items);
    free(ix->posting_steps);
    free(ix->stems_of.at);
    free(ix->stems_of.items);
    free(ix->family.at);
    free(ix->family.items);
    free(ix->band_at);
    free(ix->lon_steps);
    free(ix->points);
    free(ix->units);
    free(ix->refs);
    free(ix->key_ranks);
    free(ix->rows);
    free(ix);
}

size_t search_index_count(const struct search_index *ix)
{
    return ix->n_docs;
}

size_t search_index_bytes(const struct search_index *ix)
{
    return ix->bytes;
}
