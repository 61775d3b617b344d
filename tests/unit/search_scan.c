#include "search_scan.h"

#include "base/text.h"

/* A word of the documents, once per spelling. */
struct spelling {
    struct str folded, stem, plain_stem; /* stem of the spelling, stem of the folded form */
};
struct scan {
    struct arena *a;
    struct text_stemmer *stemmer;
    const struct search_schema *schema;
    const struct search_document *docs;
    size_t n;
    struct text_word *(*words)[SEARCH_FIELDS_MAX];
    size_t (*n_words)[SEARCH_FIELDS_MAX];
    struct spelling *spellings;
    size_t n_spellings, cap;
};

/* A word of the query with every stem that it answers to. */
struct asked {
    struct str folded;
    bool prefix;
    struct str stems[64];
    size_t n_stems;
};

struct match {
    const struct search_document *doc;
    int words, quality;
    double metres; /* < 0: none */
};

static void learn(struct scan *s, const struct text_word *w)
{
    struct spelling new = {w->folded, text_stem(s->stemmer, s->a, w->word), text_stem(s->stemmer, s->a, w->folded)};
    for (size_t i = 0; i < s->n_spellings; i++)
        if (str_eq(s->spellings[i].folded, new.folded) && str_eq(s->spellings[i].stem, new.stem))
            return;
    s->spellings = arena_grow(s->a, s->spellings, s->n_spellings, &s->cap, s->n_spellings + 1, sizeof new);
    s->spellings[s->n_spellings++] = new;
}

struct scan *scan_new(const struct search_schema *schema, const struct search_document *docs, size_t n)
{
    struct arena *a = arena_new(SIZE_MAX);
    struct scan *s = ARENA_NEW(a, struct scan);
    *s = (struct scan){.a = a, .stemmer = text_stemmer_new(), .schema = schema, .docs = docs, .n = n};
    s->words = arena_array(a, n, sizeof *s->words);
    s->n_words = arena_array(a, n, sizeof *s->n_words);
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < SEARCH_FIELDS_MAX; f++) {
            s->n_words[i][f] = text_words(a, docs[i].fields[f], &s->words[i][f]);
            for (size_t w = 0; w < s->n_words[i][f]; w++)
                learn(s, &s->words[i][f][w]);
        }
    return s;
}

void scan_free(struct scan *s)
{
    text_stemmer_free(s->stemmer);
    arena_free(s->a);
}

/* -- words ------------------------------------------------------------------------------------------- */

static bool has_stem(const struct asked *q, struct str stem)
{
    for (size_t i = 0; i < q->n_stems; i++)
        if (str_eq(q->stems[i], stem))
            return true;
    return false;
}

static void add_stem(struct asked *q, struct str stem)
{
    if (!has_stem(q, stem) && q->n_stems < sizeof q->stems / sizeof *q->stems)
        q->stems[q->n_stems++] = stem;
}

static struct asked ask(struct scan *s, struct arena *a, const struct text_word *w, bool prefix)
{
    struct asked q = {.folded = w->folded, .prefix = prefix};
    for (size_t i = 0; i < s->n_spellings; i++)
        if (str_eq(s->spellings[i].folded, w->folded)) {
            add_stem(&q, s->spellings[i].stem);
            add_stem(&q, s->spellings[i].plain_stem);
        }
    if (q.n_stems == 0) {
        add_stem(&q, text_stem(s->stemmer, a, w->word));
        add_stem(&q, text_stem(s->stemmer, a, w->folded));
    }
    return q;
}

static size_t ask_all(struct scan *s, struct arena *a, const struct search_query *q, struct asked **out)
{
    struct text_word *words;
    size_t n = text_words(a, q->text, &words), meaningful = 0, kept = 0;
    for (size_t i = 0; i < n; i++)
        meaningful += !text_is_stop_word(words[i].folded);
    *out = arena_array(a, n, sizeof **out);
    for (size_t i = 0; i < n; i++)
        if (kept < 16 && (meaningful == 0 || !text_is_stop_word(words[i].folded)))
            (*out)[kept++] = ask(s, a, &words[i], q->prefix_last && i == n - 1);
    return kept;
}

/* 3 exact, 2 stem, 1 prefix, 0 not. */
static int way(const struct scan *s, const struct asked *q, struct str folded)
{
    if (str_eq(q->folded, folded))
        return 3;
    for (size_t i = 0; i < s->n_spellings; i++)
        if (str_eq(s->spellings[i].folded, folded) &&
            (has_stem(q, s->spellings[i].stem) || has_stem(q, s->spellings[i].plain_stem)))
            return 2;
    return q->prefix && str_starts(folded, q->folded) ? 1 : 0;
}

/* 12 exact in the name … 1 prefix in the description, 0 not found. */
static int quality(const struct scan *s, const struct asked *q, size_t doc)
{
    int best = 0;
    for (int f = 0; f < 4; f++)
        for (size_t w = 0; w < s->n_words[doc][f]; w++) {
            int how = way(s, q, s->words[doc][f][w].folded);
            int value = how ? (how - 1) * 4 + (4 - f) : 0;
            best = value > best ? value : best;
        }
    return best;
}

/* -- filters ----------------------------------------------------------------------------------------- */

static bool has_value(const struct scan *s, const struct search_document *d, uint32_t facet, uint32_t value)
{
    return facet < SEARCH_FACETS_MAX && value < s->schema->facet_values[facet] &&
           (d->facets[facet][value / 64] >> value % 64 & 1);
}

static bool meets(const struct scan *s, const struct search_document *d, const struct search_filter *f)
{
    bool empty = true;
    for (uint32_t v = 0; v < SEARCH_FACET_VALUES_MAX; v++)
        if (has_value(s, d, f->facet, v)) {
            empty = false;
            if (f->any[v / 64] >> v % 64 & 1)
                return true;
        }
    return empty && f->or_empty;
}

/* Every filter but those of one facet (255: but none). */
static bool meets_all_but(const struct scan *s, const struct search_document *d, const struct search_query *q, uint32_t facet)
{
    for (size_t i = 0; i < q->n_filters; i++)
        if (q->filters[i].facet != facet && !meets(s, d, &q->filters[i]))
            return false;
    return true;
}

static bool place_accepts(const struct scan *s, const struct match *m, const struct search_query *q)
{
    if (!q->has_point || !geo_valid(q->point) || !(q->radius_m > 0))
        return true;
    if (m->metres >= 0 && m->metres <= q->radius_m)
        return true;
    return q->has_beyond && meets(s, m->doc, &q->beyond);
}

/* -- order ------------------------------------------------------------------------------------------- */

static int by_distance(const struct match *x, const struct match *y)
{
    if (x->metres < 0 || y->metres < 0)
        return (x->metres < 0) - (y->metres < 0);
    return (x->metres > y->metres) - (x->metres < y->metres);
}

static int by_score(const struct match *x, const struct match *y)
{
    if (x->words != y->words)
        return y->words - x->words;
    return y->quality - x->quality;
}

static int compare(const void *a, const void *b, void *query)
{
    const struct match *x = a, *y = b;
    const struct search_query *q = query;
    int c = 0;
    if (q->order == SEARCH_BY_RELEVANCE)
        c = by_score(x, y) ? by_score(x, y) : by_distance(x, y);
    if (q->order == SEARCH_BY_DISTANCE)
        c = by_distance(x, y) ? by_distance(x, y) : by_score(x, y);
    return c ? c : str_cmp(x->doc->order_key, y->doc->order_key);
}

/* -- the run ----------------------------------------------------------------------------------------- */

static void count(const struct scan *s, const struct search_query *q, const struct search_document *d,
                  uint32_t (*counts)[SEARCH_FACET_VALUES_MAX])
{
    for (uint32_t f = 0; f < SEARCH_FACETS_MAX; f++)
        if (meets_all_but(s, d, q, f))
            for (uint32_t v = 0; v < SEARCH_FACET_VALUES_MAX; v++)
                counts[f][v] += has_value(s, d, f, v);
}

static size_t collect(struct scan *s, struct arena *a, const struct search_query *q, const struct asked *asked,
                      size_t n_asked, size_t words_needed, struct match *matches, struct search_result *out)
{
    size_t n = 0;
    if (q->want_facets)
        out->facet_counts = arena_array(a, SEARCH_FACETS_MAX, sizeof *out->facet_counts);
    for (size_t i = 0; i < s->n; i++) {
        const struct search_document *d = &s->docs[i];
        struct match m = {.doc = d, .metres = -1};
        for (size_t w = 0; w < n_asked; w++) {
            int how = quality(s, &asked[w], i);
            m.words += how > 0;
            m.quality += how;
        }
        if (q->has_point && geo_valid(q->point) && d->has_point && geo_valid(d->point))
            m.metres = geo_distance_m(q->point, d->point);
        if ((size_t)m.words < words_needed || !place_accepts(s, &m, q))
            continue;
        if (q->want_facets)
            count(s, q, d, out->facet_counts);
        if (meets_all_but(s, d, q, 255))
            matches[n++] = m;
    }
    return n;
}

void scan_run(struct scan *s, struct arena *a, const struct search_query *q, struct search_result *out)
{
    struct asked *asked;
    struct match *matches = arena_array(a, s->n, sizeof *matches);
    size_t n_asked = ask_all(s, a, q, &asked);
    *out = (struct search_result){0};
    size_t n = collect(s, a, q, asked, n_asked, n_asked, matches, out);
    bool partial = n == 0 && n_asked > 1;
    if (partial)
        n = collect(s, a, q, asked, n_asked, 1, matches, out);
    struct search_query order = *q;
    qsort_r(matches, n, sizeof *matches, compare, &order);
    out->total = (uint32_t)n;
    out->partial_words = partial && n > 0;
    uint64_t limit = q->limit < 10000 ? q->limit : 10000;
    out->hits = arena_array(a, n, sizeof *out->hits);
    for (uint64_t i = q->offset; i < n && i < q->offset + limit; i++) {
        const struct match *m = &matches[i];
        float score = 0;
        if (n_asked && partial)
            score = (float)(m->words * 256 + m->quality) / (float)(268 * (int)n_asked);
        else if (n_asked)
            score = (float)m->quality / (float)(12 * (int)n_asked);
        out->hits[out->n_hits++] = (struct search_hit){m->doc->ref, score, m->metres};
    }
}
