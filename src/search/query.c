/* One query: ranges of documents from the place, scores from the words, then for what is left the filters,
 * the exact distance, the counts and the best `offset + limit`. */
#include <math.h>

#include "search/index.h"

#define EARTH_RADIUS_M 6371008.8 /* as geo_distance_m */
/* Chords and haversines of the same two points agree within 1e-14; further apart than this, the chords are
 * in the order of the distances. */
#define CHORD_DOUBT 1e-12
#define CHORD_NONE 4.0 /* no distance: after any chord, which is ≤ 2 */

enum {
    WINDOW = 8192, /* documents scored at a time: what is touched stays in the first cache */
    WORD_FOUND = 256, /* one more word found outweighs how well the others are: 16 words × 12 < 256 */
    RANK_MAX = SEARCH_WAYS * SEARCH_FIELDS_MAX,
    NO_FACET = 1 << SEARCH_FACETS_MAX /* refused by a filter on a facet that does not exist */
};

struct range {
    uint32_t from, to;
};

/* The postings of one term, for one word of the query. */
struct reader {
    const uint32_t *begin, *at, *end;
    const uint8_t *rank; /* by fields */
};
struct word {
    struct reader *readers;
    size_t n;
    size_t postings;
};

struct candidate {
    uint32_t doc;
    uint32_t score;
    double chord;
    double metres; /* < 0: not computed yet */
};

struct condition {
    uint32_t facet_bit;
    uint32_t word; /* first in the row */
    uint32_t n_words;
    uint64_t any[SEARCH_FACET_VALUES_MAX / 64], all[SEARCH_FACET_VALUES_MAX / 64];
    bool or_empty;
};

struct run {
    const struct search_index *ix;
    struct arena *a;
    const struct search_query *q;
    struct word *words;
    size_t n_words;
    bool any_word; /* OR instead of AND */
    struct condition *conditions, beyond, located;
    struct range *ranges;
    size_t n_ranges;
    bool has_point, in_circle;
    double chord_in, chord_out; /* surely in, surely out; between, ask the haversine */
    struct search_unit centre;
    /* Of the window: documents that hold the word being read, one bit each, and its rank where the bit is
     * set; sums of ranks. */
    uint64_t *holds;
    uint8_t *rank;
    uint16_t *score;
    uint32_t total;
    uint32_t *counts; /* by bit of the row; NULL when not wanted */
    struct candidate *heap; /* worst first */
    size_t n_heap, heap_cap, heap_max;
};

/* -- order ------------------------------------------------------------------------------------------- */

static double metres_to(const struct run *r, uint32_t doc)
{
    return geo_distance_m(r->q->point, r->ix->points[doc]);
}

static double steps_to(const struct run *r, struct candidate *c)
{
    if (c->chord >= CHORD_NONE)
        return INFINITY;
    if (c->metres < 0)
        c->metres = metres_to(r, c->doc);
    return nearbyint(c->metres / r->q->step_m);
}

static int by_distance(const struct run *r, struct candidate *a, struct candidate *b)
{
    if (r->q->step_m > 0) {
        double x = steps_to(r, a), y = steps_to(r, b);
        return (x > y) - (x < y);
    }
    double apart = a->chord - b->chord;
    if (fabs(apart) > CHORD_DOUBT)
        return apart < 0 ? -1 : 1;
    if (a->chord >= CHORD_NONE || !r->has_point)
        return 0;
    const struct geo_point *p = &r->ix->points[a->doc], *o = &r->ix->points[b->doc];
    if (p->lat == o->lat && p->lon == o->lon)
        return 0;
    if (a->metres < 0)
        a->metres = metres_to(r, a->doc);
    if (b->metres < 0)
        b->metres = metres_to(r, b->doc);
    return (a->metres > b->metres) - (a->metres < b->metres);
}

/* < 0 when a comes first; never 0 for two documents. */
static int compare(const struct run *r, struct candidate *a, struct candidate *b)
{
    int c = 0, by_score = (a->score < b->score) - (a->score > b->score);
    if (r->q->order == SEARCH_BY_RELEVANCE)
        c = by_score ? by_score : by_distance(r, a, b);
    else if (r->q->order == SEARCH_BY_DISTANCE && (c = by_distance(r, a, b)) == 0)
        c = by_score;
    if (c)
        return c;
    return r->ix->key_ranks[a->doc] < r->ix->key_ranks[b->doc] ? -1 : 1;
}

static void sift_down(const struct run *r, struct candidate *heap, size_t n, size_t at)
{
    struct candidate moving = heap[at];
    for (size_t child; (child = at * 2 + 1) < n; at = child) {
        if (child + 1 < n && compare(r, &heap[child + 1], &heap[child]) > 0)
            child++;
        if (compare(r, &heap[child], &moving) < 0)
            break;
        heap[at] = heap[child];
    }
    heap[at] = moving;
}

static void heap_offer(struct run *r, struct candidate c)
{
    if (r->n_heap == r->heap_max) {
        if (r->n_heap == 0 || compare(r, &c, &r->heap[0]) > 0)
            return;
        r->heap[0] = c;
        sift_down(r, r->heap, r->n_heap, 0);
        return;
    }
    r->heap = arena_grow(r->a, r->heap, r->n_heap, &r->heap_cap, r->n_heap + 1, sizeof *r->heap);
    size_t at = r->n_heap++;
    for (size_t parent; at > 0 && compare(r, &r->heap[parent = (at - 1) / 2], &c) < 0; at = parent)
        r->heap[at] = r->heap[parent];
    r->heap[at] = c;
}

/* Best first. */
static void heap_sort(struct run *r)
{
    for (size_t n = r->n_heap; n > 1; n--) {
        struct candidate worst = r->heap[0];
        r->heap[0] = r->heap[n - 1];
        sift_down(r, r->heap, n - 1, 0);
        r->heap[n - 1] = worst;
    }
}

/* -- conditions -------------------------------------------------------------------------------------- */

static struct condition condition_of(const struct search_index *ix, const struct search_filter *f)
{
    struct condition c = {.facet_bit = NO_FACET, .or_empty = f->or_empty};
    if (f->facet >= SEARCH_FACETS_MAX)
        return c;
    const struct search_facet_place *p = &ix->layout.place[f->facet];
    c.facet_bit = 1U << f->facet;
    c.word = p->word;
    c.n_words = (p->values + 63U) / 64;
    for (uint32_t i = 0; i < c.n_words; i++) {
        uint32_t values = p->values - i * 64;
        uint64_t known = values >= 64 ? UINT64_MAX : (UINT64_C(1) << values) - 1;
        c.all[i] = known << p->shift;
        c.any[i] = (f->any[i] & known) << p->shift;
    }
    return c;
}

static bool meets(const struct condition *c, const uint64_t *row)
{
    uint64_t any = 0, all = 0;
    for (uint32_t i = 0; i < c->n_words; i++) {
        any |= row[c->word + i] & c->any[i];
        all |= row[c->word + i] & c->all[i];
    }
    return any || (c->or_empty && !all);
}

/* Bits of the facets whose filters refuse the document. */
static uint32_t refused_by(const struct run *r, const uint64_t *row)
{
    uint32_t refused = 0;
    for (size_t i = 0; i < r->q->n_filters; i++)
        if (!meets(&r->conditions[i], row))
            refused |= r->conditions[i].facet_bit;
    return refused;
}

static bool is_inside(const struct run *r, struct candidate *c)
{
    if (!r->in_circle || c->chord <= r->chord_in)
        return true;
    if (c->chord >= r->chord_out)
        return false;
    c->metres = metres_to(r, c->doc);
    return c->metres <= r->q->radius_m;
}

/* Within the radius, or beyond it and allowed to be. One that may not have a distance loses it. */
static bool is_near_enough(const struct run *r, struct candidate *c, const uint64_t *row)
{
    bool inside = is_inside(r, c);
    if (!inside && !(r->q->has_beyond && meets(&r->beyond, row)))
        return false;
    if (r->q->has_located && !(inside && meets(&r->located, row))) {
        c->chord = CHORD_NONE;
        c->metres = -1;
    }
    return true;
}

static void count_bits(uint32_t *counts, uint32_t word, uint64_t bits)
{
    for (; bits; bits &= bits - 1)
        counts[word * 64 + (uint32_t)__builtin_ctzll(bits)]++;
}

static void count_all(struct run *r, const uint64_t *row)
{
    for (uint32_t i = 0; i < r->ix->layout.words; i++)
        count_bits(r->counts, i, row[i]);
}

/* The document is out because of this facet's filters only: it counts for this facet. */
static void count_facet(struct run *r, const uint64_t *row, uint32_t facet_bit)
{
    const struct condition *c = r->conditions;
    while (c->facet_bit != facet_bit)
        c++;
    for (uint32_t i = 0; i < c->n_words; i++)
        count_bits(r->counts, c->word + i, row[c->word + i] & c->all[i]);
}

static double chord_to(const struct run *r, uint32_t doc)
{
    if (!r->has_point || doc >= r->ix->n_points)
        return CHORD_NONE;
    const struct search_unit *u = &r->ix->units[doc];
    double x = u->x - r->centre.x, y = u->y - r->centre.y, z = u->z - r->centre.z;
    return sqrt(x * x + y * y + z * z);
}

/* A document that the words accept. */
static void consider(struct run *r, uint32_t doc, uint32_t score)
{
    const uint64_t *row = r->ix->rows + (size_t)doc * r->ix->layout.words;
    uint32_t refused = refused_by(r, row);
    if (refused && (!r->counts || (refused & (refused - 1))))
        return;
    struct candidate c = {doc, score, chord_to(r, doc), -1};
    if (!is_near_enough(r, &c, row))
        return;
    if (r->q->keep && !r->q->keep(r->ix->refs[doc], r->q->keep_ctx))
        return;
    if (refused) {
        count_facet(r, row, refused);
        return;
    }
    r->total++;
    if (r->counts)
        count_all(r, row);
    if (r->heap_max)
        heap_offer(r, c);
}

/* -- words ------------------------------------------------------------------------------------------- */

/* By way of being found, then by the heaviest of the fields. */
#define RANKS(n)                                                                                   \
    {0, (n) + 4, (n) + 3, (n) + 4, (n) + 2, (n) + 4, (n) + 3, (n) + 4,                             \
     (n) + 1, (n) + 4, (n) + 3, (n) + 4, (n) + 2, (n) + 4, (n) + 3, (n) + 4}
static const uint8_t ranks[SEARCH_WAYS][SEARCH_FIELD_MASK + 1] = {
    [SEARCH_PREFIX] = RANKS(0),
    [SEARCH_STEM] = RANKS(SEARCH_FIELDS_MAX),
    [SEARCH_EXACT] = RANKS(2 * SEARCH_FIELDS_MAX),
};

static int compare_words(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    return (x->postings > y->postings) - (x->postings < y->postings);
}

/* Rarest first: the others are read only where it is. */
static void open_words(struct run *r)
{
    struct search_word *found;
    r->n_words = search_analyse(r->ix, r->a, r->q, &found);
    r->words = ARENA_ARRAY(r->a, r->n_words, struct word);
    for (size_t i = 0; i < r->n_words; i++) {
        struct word *w = &r->words[i];
        w->n = found[i].n;
        w->readers = ARENA_ARRAY(r->a, w->n, struct reader);
        for (size_t k = 0; k < w->n; k++) {
            const struct search_probe *p = &found[i].probes[k];
            const uint32_t *at = r->ix->postings.at;
            struct reader *reader = &w->readers[k];
            reader->begin = reader->at = r->ix->postings.items + at[p->term];
            reader->end = r->ix->postings.items + at[p->term + 1];
            reader->rank = ranks[p->way];
            w->postings += (size_t)(reader->end - reader->begin);
        }
    }
    if (r->n_words > 1)
        qsort(r->words, r->n_words, sizeof *r->words, compare_words);
}

/* First posting at or after the document, from where we are: often near, otherwise found by steps. */
static const uint32_t *seek(const struct search_index *ix, const uint32_t *at, const uint32_t *end, uint32_t doc)
{
    const uint32_t *items = ix->postings.items, posting = doc << SEARCH_FIELD_BITS;
    for (int near = 0; near < 8; near++, at++)
        if (at == end || *at >= posting)
            return at;
    if (at == end)
        return at;
    /* last step before the posting; the block where we are begins before it */
    size_t low = (size_t)(at - items) / SEARCH_POSTINGS_STEP, high = (size_t)(end - 1 - items) / SEARCH_POSTINGS_STEP;
    while (low < high) {
        size_t middle = high - (high - low) / 2;
        if (ix->posting_steps[middle] < posting)
            low = middle;
        else
            high = middle - 1;
    }
    const uint32_t *block = items + low * SEARCH_POSTINGS_STEP, *after = block + SEARCH_POSTINGS_STEP;
    at = at > block ? at : block;
    after = after < end ? after : end;
    for (size_t n = (size_t)(after - at); n > 0;) {
        size_t half = n / 2;
        if (at[half] < posting) {
            at += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return at;
}

static size_t bit_words(struct range win)
{
    return (win.to - win.from + 63) / 64;
}

/* The documents of the window that hold the word, and its best rank in each. */
static void read_word(struct run *r, struct word *w, struct range win)
{
    memset(r->holds, 0, bit_words(win) * sizeof *r->holds);
    for (size_t i = 0; i < w->n; i++) {
        struct reader *reader = &w->readers[i];
        const uint32_t *at = seek(r->ix, reader->at, reader->end, win.from), *end = reader->end;
        for (; at < end && *at >> SEARCH_FIELD_BITS < win.to; at++) {
            uint32_t doc = (*at >> SEARCH_FIELD_BITS) - win.from;
            uint64_t bit = UINT64_C(1) << doc % 64;
            uint8_t rank = reader->rank[*at & SEARCH_FIELD_MASK];
            if (!(r->holds[doc / 64] & bit) || r->rank[doc] < rank)
                r->rank[doc] = rank;
            r->holds[doc / 64] |= bit;
        }
        reader->at = at;
    }
}

static uint8_t rank_in(const struct search_index *ix, struct word *w, uint32_t doc)
{
    uint8_t best = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct reader *reader = &w->readers[i];
        reader->at = seek(ix, reader->at, reader->end, doc);
        if (reader->at == reader->end || *reader->at >> SEARCH_FIELD_BITS != doc)
            continue;
        uint8_t rank = reader->rank[*reader->at & SEARCH_FIELD_MASK];
        best = best < rank ? rank : best;
    }
    return best;
}

/* AND: the rarest word is read whole, the others only where it is. */
static void run_every_word(struct run *r, struct range win)
{
    read_word(r, &r->words[0], win);
    for (size_t i = 0; i < bit_words(win); i++)
        for (uint64_t left = r->holds[i]; left; left &= left - 1) {
            uint32_t doc = (uint32_t)i * 64 + (uint32_t)__builtin_ctzll(left), score = r->rank[doc], rank = score;
            for (size_t w = 1; w < r->n_words && rank; w++) {
                rank = rank_in(r->ix, &r->words[w], win.from + doc);
                score += rank;
            }
            if (rank)
                consider(r, win.from + doc, score);
        }
}

static void run_any_word(struct run *r, struct range win)
{
    memset(r->score, 0, (win.to - win.from) * sizeof *r->score);
    for (size_t w = 0; w < r->n_words; w++) {
        read_word(r, &r->words[w], win);
        for (size_t i = 0; i < bit_words(win); i++)
            for (uint64_t left = r->holds[i]; left; left &= left - 1) {
                uint32_t doc = (uint32_t)i * 64 + (uint32_t)__builtin_ctzll(left);
                r->score[doc] = (uint16_t)(r->score[doc] + WORD_FOUND + r->rank[doc]);
            }
    }
    for (uint32_t doc = 0; doc < win.to - win.from; doc++)
        if (r->score[doc])
            consider(r, win.from + doc, r->score[doc]);
}

static void run_window(struct run *r, struct range win)
{
    if (r->n_words == 0)
        for (uint32_t doc = win.from; doc < win.to; doc++)
            consider(r, doc, 0);
    else if (r->any_word)
        run_any_word(r, win);
    else
        run_every_word(r, win);
}

/* -- places ------------------------------------------------------------------------------------------ */

/* The part of a band that may be between two longitudes: a few documents more on each side, which the
 * distance will refuse. */
static struct range cut_band(const struct search_index *ix, struct range band, double lon_min, double lon_max)
{
    const double *lons = ix->lon_steps;
    uint32_t first = (band.from + SEARCH_LONS_STEP - 1) / SEARCH_LONS_STEP;
    uint32_t end = (band.to + SEARCH_LONS_STEP - 1) / SEARCH_LONS_STEP; /* steps first … end - 1 are in the band */
    uint32_t low = first;
    for (uint32_t high = end; low < high;) { /* first step not before lon_min */
        uint32_t middle = low + (high - low) / 2;
        if (lons[middle] < lon_min)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > first)
        band.from = (low - 1) * SEARCH_LONS_STEP;
    for (uint32_t high = end; low < high;) { /* first step after lon_max */
        uint32_t middle = low + (high - low) / 2;
        if (lons[middle] <= lon_max)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < end)
        band.to = low * SEARCH_LONS_STEP;
    return band;
}

static void add_range(struct run *r, size_t *cap, struct range range)
{
    if (range.from == range.to)
        return;
    if (r->n_ranges && r->ranges[r->n_ranges - 1].to == range.from) {
        r->ranges[r->n_ranges - 1].to = range.to;
        return;
    }
    r->ranges = arena_grow(r->a, r->ranges, r->n_ranges, cap, r->n_ranges + 1, sizeof *r->ranges);
    r->ranges[r->n_ranges++] = range;
}

static void set_ranges(struct run *r)
{
    size_t cap = 0;
    if (!r->in_circle || r->q->has_beyond) {
        add_range(r, &cap, (struct range){0, r->ix->n_docs});
        return;
    }
    struct geo_box box = geo_box_around(r->q->point, r->q->radius_m);
    bool all_round = box.lon_min <= -180 && box.lon_max >= 180;
    for (uint32_t band = search_band(box.lat_min), last = search_band(box.lat_max); band <= last; band++) {
        struct range docs = {r->ix->band_at[band], r->ix->band_at[band + 1]};
        add_range(r, &cap, all_round ? docs : cut_band(r->ix, docs, box.lon_min, box.lon_max));
    }
}

static void set_place(struct run *r)
{
    const struct search_query *q = r->q;
    r->has_point = q->has_point && geo_valid(q->point);
    r->in_circle = r->has_point && q->radius_m > 0;
    if (r->has_point) {
        double lat = q->point.lat * (M_PI / 180), lon = q->point.lon * (M_PI / 180);
        r->centre = (struct search_unit){cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)};
    }
    if (r->in_circle) {
        double half = q->radius_m / (2 * EARTH_RADIUS_M);
        double chord = half < M_PI / 2 ? 2 * sin(half) : 3; /* 3: the whole Earth, not what has no point */
        r->chord_in = chord - CHORD_DOUBT;
        r->chord_out = chord + CHORD_DOUBT;
    }
}

/* -- the run ----------------------------------------------------------------------------------------- */

static void scan(struct run *r)
{
    r->total = 0;
    r->n_heap = 0;
    if (r->counts)
        memset(r->counts, 0, r->ix->layout.words * 64 * sizeof *r->counts);
    for (size_t w = 0; w < r->n_words; w++)
        for (size_t i = 0; i < r->words[w].n; i++)
            r->words[w].readers[i].at = r->words[w].readers[i].begin;
    if (r->n_words && !r->any_word && r->words[0].postings == 0)
        return;
    for (size_t i = 0; i < r->n_ranges; i++) {
        struct range win = {r->ranges[i].from, r->ranges[i].from};
        while (win.to < r->ranges[i].to) {
            win.from = win.to;
            win.to = r->ranges[i].to - win.from > WINDOW ? win.from + WINDOW : r->ranges[i].to;
            run_window(r, win);
        }
    }
}

static float score_shown(const struct run *r, uint32_t score)
{
    if (r->n_words == 0)
        return 0;
    float most = (float)((r->any_word ? WORD_FOUND + RANK_MAX : RANK_MAX) * (int)r->n_words);
    return (float)score / most;
}

static void set_hits(struct run *r, struct search_result *out)
{
    heap_sort(r);
    if (r->n_heap <= r->q->offset)
        return;
    out->n_hits = r->n_heap - r->q->offset;
    out->hits = ARENA_ARRAY(r->a, out->n_hits, struct search_hit);
    for (size_t i = 0; i < out->n_hits; i++) {
        struct candidate *c = &r->heap[r->q->offset + i];
        if (c->metres < 0 && c->chord < CHORD_NONE)
            c->metres = metres_to(r, c->doc);
        out->hits[i] = (struct search_hit){r->ix->refs[c->doc], score_shown(r, c->score), c->metres};
    }
}

static void set_counts(const struct run *r, struct search_result *out)
{
    out->facet_counts = arena_array(r->a, SEARCH_FACETS_MAX, sizeof *out->facet_counts);
    for (uint32_t f = 0; f < SEARCH_FACETS_MAX; f++) {
        const struct search_facet_place *p = &r->ix->layout.place[f];
        if (p->values)
            memcpy(out->facet_counts[f], r->counts + p->word * 64U + p->shift, p->values * sizeof *r->counts);
    }
}

static void prepare(struct run *r)
{
    const struct search_query *q = r->q;
    r->conditions = ARENA_ARRAY(r->a, q->n_filters, struct condition);
    for (size_t i = 0; i < q->n_filters; i++)
        r->conditions[i] = condition_of(r->ix, &q->filters[i]);
    if (q->has_beyond)
        r->beyond = condition_of(r->ix, &q->beyond);
    if (q->has_located)
        r->located = condition_of(r->ix, &q->located);
    uint64_t most = q->limit == 0 ? 0 : (uint64_t)q->offset + (q->limit < SEARCH_LIMIT_MAX ? q->limit : SEARCH_LIMIT_MAX);
    r->heap_max = most < r->ix->n_docs ? (size_t)most : r->ix->n_docs;
    if (q->want_facets)
        r->counts = ARENA_ARRAY(r->a, r->ix->layout.words * 64, uint32_t);
    set_place(r);
    set_ranges(r);
    open_words(r);
    uint32_t widest = 0;
    for (size_t i = 0; i < r->n_ranges; i++) {
        uint32_t n = r->ranges[i].to - r->ranges[i].from;
        widest = n > widest ? n : widest;
    }
    if (r->n_words) {
        widest = widest < WINDOW ? widest : WINDOW;
        r->holds = arena_alloc(r->a, (widest + 63) / 64 * sizeof *r->holds);
        r->rank = arena_alloc(r->a, widest * sizeof *r->rank);
        r->score = arena_alloc(r->a, widest * sizeof *r->score);
    }
}

void search_run(const struct search_index *ix, struct arena *a, const struct search_query *q,
                struct search_result *out)
{
    struct run r = {.ix = ix, .a = a, .q = q};
    *out = (struct search_result){0};
    prepare(&r);
    scan(&r);
    if (r.total == 0 && r.n_words > 1) {
        r.any_word = true;
        scan(&r);
        out->partial_words = r.total > 0;
    }
    out->total = r.total;
    set_hits(&r, out);
    if (r.counts)
        set_counts(&r, out);
}
