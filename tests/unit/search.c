/* The index against a plain scan that shares nothing with it but text, stems and distances from base. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/text.h"
#include "search/search.h"
#include "search_scan.h"

/* -- allocations, counted and refused -------------------------------------------------------------------- */

static long live, refuse_in = -1; /* refuse_in: how many more succeed; -1: all */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);

static bool refused(void)
{
    return refuse_in == 0 || (refuse_in > 0 && refuse_in-- == 0);
}

void *__wrap_malloc(size_t size)
{
    void *p = refused() ? NULL : __real_malloc(size);
    live += p != NULL;
    return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *p = refused() ? NULL : __real_calloc(n, size);
    live += p != NULL;
    return p;
}

void *__wrap_realloc(void *p, size_t size)
{
    void *q = refused() ? NULL : __real_realloc(p, size);
    live += q != NULL && p == NULL;
    return q;
}

void __wrap_free(void *p)
{
    live -= p != NULL;
    __real_free(p);
}

/* -- random corpora and queries ---------------------------------------------------------------------------- */

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 32) * n >> 32);
}

static double between(double low, double high)
{
    return low + (high - low) * (below(1U << 30) / (double)(1U << 30));
}

static const char *const vocabulary[] = {
    "numérique", "Numériques", "numerique", "numérisation", "numéro", "aide", "Aider", "aidés", "aidant", "AIDANTS",
    "activité", "activites", "actif", "l'aide", "L’ordinateur", "ordinateurs", "d'ordinateur", "qu'elle",
    "œuvre", "oeuvres", "Œuvre", "de", "la", "les", "un", "pour", "à", "et", "côte", "coté", "cote", "côtes",
    "O'Neil", "\"Ñ\"", "🙂", "ñandú", "Saint-Malo", "saint", "malo", "35000", "3", "3D", "a", "ab", "abc", "abcd",
    "impôts", "impot", "imposition", "cheval", "chevaux", "--", "…", "\xff\xfe", "naïve", "naive", "ﬁn", "fin",
    "e\xcc\x81té", "été", "étés", "permanence", "permanences", "anticonstitutionnellement",
};
enum { VOCABULARY = sizeof vocabulary / sizeof *vocabulary };

/* Low numbers more often, so that some words are rare. */
static const char *some_word(void)
{
    return vocabulary[below(2) ? below(VOCABULARY) : below(12)];
}

static struct str some_text(struct arena *a, uint32_t words_max)
{
    struct str s = STR("");
    for (uint32_t n = below(words_max + 1); n > 0; n--)
        s = arena_printf(a, "%.*s%s%s", STR_ARG(s), some_word(), below(8) ? " " : ", ");
    return s;
}

enum places { IN_FRANCE, ONE_TOWN, ON_A_GRID, AT_THE_POLES, AT_THE_ANTIMERIDIAN, EVERYWHERE, NOWHERE, PLACES };

static struct geo_point some_point(enum places where)
{
    switch (where) {
    case IN_FRANCE:
        return (struct geo_point){between(42, 51), between(-5, 8)};
    case ONE_TOWN:
        return (struct geo_point){48.1 + (below(9) - 4.0) / 500, -1.68 + (below(9) - 4.0) / 500};
    case ON_A_GRID: /* distances that are equal on paper */
        return (struct geo_point){(int)below(9) - 4, (int)below(9) - 4};
    case AT_THE_POLES:
        return (struct geo_point){(below(2) ? 1 : -1) * (below(6) ? between(89.5, 90) : 90), between(-180, 180)};
    case AT_THE_ANTIMERIDIAN:
        return (struct geo_point){between(-18, -12), below(8) == 0   ? 180
                                                     : below(8) == 0 ? -180
                                                     : below(2)      ? between(179, 180)
                                                                     : between(-180, -179)};
    default:
        return (struct geo_point){between(-90, 90), between(-180, 180)};
    }
}

struct corpus {
    enum places where;
    struct search_schema schema;
    struct search_document *docs;
    size_t n;
};

static void set_facets(const struct search_schema *schema, struct search_document *d)
{
    for (uint32_t f = 0; f < SEARCH_FACETS_MAX; f++)
        for (uint32_t k = below(4); k > 0 && schema->facet_values[f]; k--) {
            uint32_t v = below(schema->facet_values[f]);
            d->facets[f][v / 64] |= UINT64_C(1) << v % 64;
        }
}

static struct corpus some_corpus(struct arena *a, size_t n_max)
{
    static const uint16_t sizes[] = {0, 1, 2, 7, 30, 63, 64, 65, 100, 128, 191, 192};
    struct corpus c = {.where = below(PLACES), .n = below(3) ? below((uint32_t)n_max) : below(4)};
    for (uint32_t f = 0; f < SEARCH_FACETS_MAX; f++)
        c.schema.facet_values[f] = sizes[below(sizeof sizes / sizeof *sizes)];
    c.docs = ARENA_ARRAY(a, c.n, struct search_document);
    for (size_t i = 0; i < c.n; i++) {
        struct search_document *d = &c.docs[i];
        d->ref = (uint32_t)(i * 7 + 3);
        d->order_key = arena_printf(a, "%c-%zu", (char)('a' + below(20)), i);
        for (uint32_t f = 0; f < SEARCH_FIELDS_MAX; f++)
            d->fields[f] = some_text(a, f * 3 + 3);
        d->has_point = c.where != NOWHERE && below(8) != 0;
        d->point = d->has_point && i && below(4) == 0 ? c.docs[below((uint32_t)i)].point : some_point(c.where);
        if (d->has_point && below(50) == 0)
            d->point.lat = below(2) ? NAN : 91; /* counts as none */
        set_facets(&c.schema, d);
    }
    return c;
}

static struct search_filter some_filter(const struct corpus *c)
{
    struct search_filter f = {.facet = (uint8_t)below(SEARCH_FACETS_MAX), .or_empty = below(4) == 0};
    if (below(60) == 0)
        f.facet = 200; /* no such facet: a mistake of the caller, which must not read elsewhere */
    uint32_t values = f.facet < SEARCH_FACETS_MAX ? c->schema.facet_values[f.facet] : 0;
    for (uint32_t k = below(values + 1U); k > 0; k--) {
        uint32_t v = below(below(10) ? values : SEARCH_FACET_VALUES_MAX);
        f.any[v / 64] |= UINT64_C(1) << v % 64;
    }
    return f;
}

static void set_place(const struct corpus *c, struct search_query *q)
{
    q->has_point = below(4) != 0;
    q->point = c->n && below(3) == 0 ? c->docs[below((uint32_t)c->n)].point : some_point(c->where);
    switch (below(6)) {
    case 0:
        q->radius_m = 0;
        break;
    case 1: /* a document exactly on the circle is in */
        q->radius_m = c->n ? geo_distance_m(q->point, c->docs[below((uint32_t)c->n)].point) : 1;
        break;
    case 2:
        q->radius_m = between(1, 2e7);
        break;
    case 3:
        q->radius_m = below(2) ? 1e9 : 20015114.5;
        break;
    default:
        q->radius_m = between(1, 100000);
        break;
    }
    if (isnan(q->radius_m))
        q->radius_m = -1;
}

static struct search_query some_query(struct arena *a, const struct corpus *c)
{
    static const uint32_t limits[] = {0, 1, 3, 20, 10000, UINT32_MAX};
    struct search_query q = {0};
    if (below(4))
        q.text = some_text(a, below(4) ? 3 : 25);
    if (below(6) == 0)
        q.text = str_sub(q.text, 0, below((uint32_t)q.text.n + 1)); /* an unfinished word */
    q.prefix_last = below(3) == 0;
    set_place(c, &q);
    q.has_beyond = below(4) == 0;
    q.beyond = some_filter(c);
    q.n_filters = below(3) ? below(3) : below(6);
    struct search_filter *filters = ARENA_ARRAY(a, q.n_filters, struct search_filter);
    for (size_t i = 0; i < q.n_filters; i++)
        filters[i] = some_filter(c);
    q.filters = filters;
    q.order = below(3);
    q.offset = below(3) ? 0 : below(5) ? below((uint32_t)c->n + 5) : UINT32_MAX - below(3);
    q.limit = limits[below(6)];
    q.want_facets = below(2);
    return q;
}

static struct search_index *index_of(const struct corpus *c)
{
    struct search_builder *b = search_builder_new(&c->schema);
    struct search_index *ix;
    assert_non_null(b);
    for (size_t i = 0; i < c->n; i++)
        assert_int_equal(search_builder_add(b, &c->docs[i]), OK);
    assert_int_equal(search_builder_finish(b, &ix), OK);
    return ix;
}

static void assert_same(const struct search_result *got, const struct search_result *want)
{
    assert_int_equal(got->total, want->total);
    assert_int_equal(got->partial_words, want->partial_words);
    assert_int_equal(got->n_hits, want->n_hits);
    for (size_t i = 0; i < got->n_hits; i++) {
        assert_int_equal(got->hits[i].ref, want->hits[i].ref);
        assert_true(got->hits[i].score == want->hits[i].score);
        assert_true(got->hits[i].distance_m == want->hits[i].distance_m);
    }
    assert_int_equal(!got->facet_counts, !want->facet_counts);
    if (got->facet_counts)
        assert_memory_equal(got->facet_counts, want->facet_counts, SEARCH_FACETS_MAX * sizeof *got->facet_counts);
}

/* What was met, so that a generator gone dull is noticed. */
static struct {
    unsigned queries, found, partial, hits, worded, counted;
} met;

static void compare_one_corpus(uint64_t number, size_t n_max)
{
    struct arena *a = arena_new(SIZE_MAX), *answer = arena_new(SIZE_MAX);
    seed = number * 0x9E3779B97F4A7C15u + 1;
    struct corpus c = some_corpus(a, n_max);
    struct search_index *ix = index_of(&c);
    struct scan *scan = scan_new(&c.schema, c.docs, c.n);
    assert_int_equal(search_index_count(ix), c.n);
    for (int i = 0; i < 40; i++) {
        struct search_query q = some_query(a, &c);
        struct search_result got, want;
        search_run(ix, answer, &q, &got);
        scan_run(scan, answer, &q, &want);
        if (got.total != want.total || got.n_hits != want.n_hits || got.partial_words != want.partial_words)
            print_error("corpus %llu, query %d: \"%.*s\"\n", (unsigned long long)number, i, STR_ARG(q.text));
        assert_same(&got, &want);
        met.queries++;
        met.found += want.total > 0;
        met.partial += want.partial_words;
        met.hits += (unsigned)want.n_hits;
        met.worded += want.n_hits && want.hits[0].score > 0;
        met.counted += want.facet_counts != NULL;
        arena_reset(answer);
    }
    scan_free(scan);
    search_index_free(ix);
    arena_free(answer);
    arena_free(a);
}

static void same_as_a_scan(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 250; number++)
        compare_one_corpus(number, 60);
    for (uint64_t number = 251; number <= 256; number++)
        compare_one_corpus(number, 1200);
    assert_true(met.queries > 10000 && met.found > met.queries / 4 && met.partial > met.queries / 40);
    assert_true(met.hits > met.queries && met.worded > met.queries / 8 && met.counted > met.queries / 4);
}

/* More than one window of scores, where the scan stays affordable. */
static void same_as_a_scan_when_large(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    seed = 77;
    struct corpus c = {.where = EVERYWHERE, .n = 10300, .schema = {{3, 70}}};
    c.docs = ARENA_ARRAY(a, c.n, struct search_document);
    for (size_t i = 0; i < c.n; i++) {
        c.docs[i] = (struct search_document){.ref = (uint32_t)i,
                                             .order_key = arena_printf(a, "%08x", below(UINT32_MAX)),
                                             .fields = {some_text(a, 2), STR_NONE, STR_NONE, some_text(a, 3)},
                                             .has_point = below(9) != 0,
                                             .point = some_point(EVERYWHERE)};
        set_facets(&c.schema, &c.docs[i]);
    }
    struct search_index *ix = index_of(&c);
    struct scan *scan = scan_new(&c.schema, c.docs, c.n);
    for (int i = 0; i < 30; i++) {
        struct search_query q = i ? some_query(a, &c) : (struct search_query){.limit = UINT32_MAX};
        struct search_result got, want;
        search_run(ix, a, &q, &got);
        scan_run(scan, a, &q, &want);
        assert_same(&got, &want);
    }
    scan_free(scan);
    search_index_free(ix);
    arena_free(a);
}

/* -- cases told one by one ----------------------------------------------------------------------------- */

struct fixture {
    struct arena *a;
    struct corpus corpus;
    struct search_index *ix;
};

static struct search_document doc_named(uint32_t ref, const char *key, const char *name, const char *description)
{
    return (struct search_document){.ref = ref,
                                    .order_key = str_from(key),
                                    .fields = {str_from(name), STR_NONE, STR_NONE, str_from(description)}};
}

static struct fixture fixture_of(struct search_document *docs, size_t n)
{
    struct fixture f = {.a = arena_new(SIZE_MAX), .corpus = {.docs = docs, .n = n, .schema = {{4, 100}}}};
    f.ix = index_of(&f.corpus);
    return f;
}

static void fixture_free(struct fixture *f)
{
    search_index_free(f->ix);
    arena_free(f->a);
}

/* The refs found, as "3 1 2". */
static const char *found(struct fixture *f, struct search_query q)
{
    struct search_result r;
    struct str s = STR("");
    q.limit = q.limit ? q.limit : 100;
    search_run(f->ix, f->a, &q, &r);
    for (size_t i = 0; i < r.n_hits; i++)
        s = arena_printf(f->a, "%.*s%s%u", STR_ARG(s), i ? " " : "", r.hits[i].ref);
    return arena_cstr(f->a, s);
}

static const char *found_text(struct fixture *f, const char *text)
{
    return found(f, (struct search_query){.text = str_from(text)});
}

static void order_of_ways_and_fields(void **state)
{
    (void)state;
    struct search_document docs[] = {
        doc_named(1, "f", "ordinateurs portables", ""),
        doc_named(2, "e", "rien", "un ordinateur"),
        doc_named(3, "d", "ordinateur", ""),
        doc_named(4, "c", "rien", "des ordinateurs"),
        doc_named(5, "b", "ordinateurs", "ordinateur"),
        doc_named(6, "a", "ordinal", ""),
    };
    struct fixture f = fixture_of(docs, 6);
    /* exact in the name, exact lower down (keys b, e), stem in the name, stem lower down */
    assert_string_equal(found_text(&f, "Ordinateur"), "3 5 2 1 4");
    assert_string_equal(found(&f, (struct search_query){.text = STR("ordi"), .prefix_last = true}), "6 5 3 1 4 2");
    assert_string_equal(found_text(&f, "ordi"), "");
    fixture_free(&f);
}

static void words_missing_and_stop_words(void **state)
{
    (void)state;
    struct search_document docs[] = {
        doc_named(1, "1", "aide aux démarches", ""),
        doc_named(2, "2", "aide à l'impôt", ""),
        doc_named(3, "3", "cours de dessin", "pour les grands"),
    };
    struct fixture f = fixture_of(docs, 3);
    struct search_result r;
    assert_string_equal(found_text(&f, "l'aide pour les impôts"), "2");
    search_run(f.ix, f.a, &(struct search_query){.text = STR("aide impôts kayak"), .limit = 9}, &r);
    assert_true(r.partial_words);
    assert_int_equal(r.total, 2);
    assert_int_equal(r.hits[0].ref, 2);
    assert_int_equal(r.hits[1].ref, 1);
    assert_true(r.hits[0].score > r.hits[1].score && r.hits[1].score > 0);
    search_run(f.ix, f.a, &(struct search_query){.text = STR("kayak"), .limit = 9}, &r);
    assert_false(r.partial_words);
    assert_int_equal(r.total, 0);
    assert_string_equal(found_text(&f, "pour les"), "3"); /* stop words alone are words */
    fixture_free(&f);
}

static void accents_typed_or_not(void **state)
{
    (void)state;
    struct search_document docs[] = {
        doc_named(1, "1", "activité", ""),
        doc_named(2, "2", "ACTIVITÉS", ""),
        doc_named(3, "3", "L'Œuvre d'été", ""),
    };
    struct fixture f = fixture_of(docs, 3);
    assert_string_equal(found_text(&f, "activites"), "2 1");
    assert_string_equal(found_text(&f, "activité"), "1 2");
    assert_string_equal(found_text(&f, "oeuvres"), "3");
    assert_string_equal(found_text(&f, "ETE"), "3");
    fixture_free(&f);
}

static void odd_texts(void **state)
{
    (void)state;
    struct search_document docs[] = {doc_named(1, "1", "O'Neil \"Ñ\" 🙂", "…"), doc_named(2, "2", "🙂", "?!")};
    struct fixture f = fixture_of(docs, 2);
    assert_string_equal(found_text(&f, "O'Neil \"Ñ\" 🙂"), "1");
    assert_string_equal(found_text(&f, "ñ"), "1");
    assert_string_equal(found_text(&f, "… ?! -- \""), "1 2"); /* no word: no text */
    assert_string_equal(found_text(&f, ""), "1 2");
    assert_string_equal(found(&f, (struct search_query){.text = {"\xff\x00\xc3", 3}}), "1 2");
    fixture_free(&f);
}

static void empty_index(void **state)
{
    (void)state;
    struct fixture f = fixture_of(NULL, 0);
    struct search_result r;
    struct search_query q = {.text = STR("aide"), .prefix_last = true, .has_point = true, .radius_m = 1000, .limit = 20, .want_facets = true};
    search_run(f.ix, f.a, &q, &r);
    assert_int_equal(r.total, 0);
    assert_int_equal(r.n_hits, 0);
    assert_non_null(r.facet_counts);
    assert_int_equal(search_index_count(f.ix), 0);
    fixture_free(&f);
}

static void places_and_pages(void **state)
{
    (void)state;
    struct search_document docs[5];
    for (uint32_t i = 0; i < 5; i++) {
        docs[i] = doc_named(i, (const char *[]){"e", "d", "c", "b", "a"}[i], "lieu", "");
        docs[i].has_point = i < 4;
        docs[i].point = (struct geo_point){i < 2 ? 90 : -16.5, (double[]){10, -170, 179.999, -179.999, 0}[i]};
    }
    docs[4].facets[0][0] = 1; /* at a distance */
    struct fixture f = fixture_of(docs, 5);
    struct search_query q = {.has_point = true, .point = {89.99, 100}, .radius_m = 2000};
    assert_string_equal(found(&f, q), "1 0"); /* the pole is one point */
    q.point = (struct geo_point){-16.5, 180};
    assert_string_equal(found(&f, q), "3 2");
    q.has_beyond = true;
    q.beyond = (struct search_filter){.any = {1}};
    assert_string_equal(found(&f, q), "3 2 4");
    q.offset = 2;
    assert_string_equal(found(&f, q), "4");
    q.offset = UINT32_MAX;
    assert_string_equal(found(&f, q), "");
    q.offset = 1;
    q.limit = 1;
    q.order = SEARCH_BY_KEY;
    assert_string_equal(found(&f, q), "3");
    assert_string_equal(found(&f, (struct search_query){.limit = 2, .offset = 1, .order = SEARCH_BY_KEY}), "3 2");
    fixture_free(&f);
}

/* A neighbour one rounding away, at the east and the north end of the circle. */
static void exactly_on_the_circle(void **state)
{
    (void)state;
    const struct geo_point centre = {0, 170};
    struct search_document docs[2] = {doc_named(1, "1", "est", ""), doc_named(2, "2", "nord", "")};
    docs[0].has_point = docs[1].has_point = true;
    for (double step = 1; step > 1e-13; step /= 3) {
        docs[0].point = (struct geo_point){centre.lat, centre.lon + step};
        docs[1].point = (struct geo_point){centre.lat + step, centre.lon};
        struct fixture f = fixture_of(docs, 2);
        for (int i = 0; i < 2; i++) {
            struct search_query q = {.has_point = true, .point = centre};
            q.radius_m = geo_distance_m(centre, docs[i].point);
            assert_non_null(strchr(found(&f, q), '1' + i));
        }
        fixture_free(&f);
    }
}

static void counts_ignore_their_own_filter(void **state)
{
    (void)state;
    struct search_document docs[4];
    for (uint32_t i = 0; i < 4; i++) {
        docs[i] = doc_named(i, (const char *[]){"a", "b", "c", "d"}[i], "lieu", "");
        docs[i].facets[0][0] = UINT64_C(1) << i % 2;
        docs[i].facets[1][1] = UINT64_C(1) << i / 2; /* values 64 and 65 */
    }
    struct fixture f = fixture_of(docs, 4);
    struct search_filter filters[] = {{.facet = 0, .any = {1}}, {.facet = 1, .any = {0, 1}}};
    struct search_query q = {.filters = filters, .n_filters = 2, .limit = 9, .want_facets = true};
    struct search_result r;
    search_run(f.ix, f.a, &q, &r);
    assert_int_equal(r.total, 1);
    assert_int_equal(r.facet_counts[0][0], 1);
    assert_int_equal(r.facet_counts[0][1], 1); /* if the other value were chosen */
    assert_int_equal(r.facet_counts[1][64], 1);
    assert_int_equal(r.facet_counts[1][65], 1);
    fixture_free(&f);
}

/* -- memory ---------------------------------------------------------------------------------------------- */

static enum err build_all(const struct corpus *c, struct search_index **out)
{
    struct search_builder *b = search_builder_new(&c->schema);
    *out = NULL;
    if (!b)
        return ERR_LIMIT;
    for (size_t i = 0; i < c->n; i++) {
        enum err e = search_builder_add(b, &c->docs[i]);
        if (e != OK) {
            assert_int_equal(search_builder_add(b, &c->docs[i]), ERR_LIMIT); /* and stays so */
            search_builder_free(b);
            return e;
        }
    }
    return search_builder_finish(b, out);
}

static void memory_refused_at_each_point(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    seed = 9;
    struct corpus c = some_corpus(a, 60);
    c.n = c.n < 30 ? c.n : 30;
    long before = live, n = 0;
    struct search_index *ix = NULL;
    enum err e = ERR_LIMIT;
    for (; e != OK; n++) {
        assert_true(n < 100000);
        refuse_in = n;
        e = build_all(&c, &ix);
        refuse_in = -1;
        if (e != OK) {
            assert_int_equal(e, ERR_LIMIT);
            assert_null(ix);
            assert_int_equal(live, before);
        }
    }
    assert_true(n > 20);
    assert_int_equal(search_index_count(ix), c.n);
    search_index_free(ix);
    assert_int_equal(live, before);
    arena_free(a);
}

static void a_query_leaves_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    seed = 11;
    struct corpus c = some_corpus(a, 500);
    struct search_index *ix = index_of(&c);
    struct search_result r;
    search_run(ix, a, &(struct search_query){.text = STR("unknownword")}, &r); /* this thread's stemmer */
    for (int i = 0; i < 200; i++) {
        struct search_query q = some_query(a, &c);
        long before = live;
        struct arena *answer = arena_new(SIZE_MAX);
        search_run(ix, answer, &q, &r);
        arena_free(answer);
        assert_int_equal(live, before);
    }
    search_index_free(ix);
    arena_free(a);
    search_index_free(NULL);
    search_builder_free(NULL);
}

/* The arena's owner gets its boundary back, whatever the query asks. */
static void small_arena_jumps(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    seed = 12;
    struct corpus c = {.n = 2000, .docs = ARENA_ARRAY(a, 2000, struct search_document)};
    for (size_t i = 0; i < c.n; i++)
        c.docs[i] = doc_named((uint32_t)i, arena_cstr(a, arena_printf(a, "%zu", i)), "lieu", "");
    struct search_index *ix = index_of(&c);
    struct arena *small = arena_new((size_t)16 * 1024);
    jmp_buf full;
    volatile bool jumped = false;
    struct search_result r;
    if (setjmp(full) == 0) {
        arena_boundary(small, &full);
        search_run(ix, small, &(struct search_query){.limit = 10000}, &r);
    } else {
        jumped = true;
    }
    assert_true(jumped);
    arena_free(small);
    search_index_free(ix);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_ways_and_fields),
        cmocka_unit_test(words_missing_and_stop_words),
        cmocka_unit_test(accents_typed_or_not),
        cmocka_unit_test(odd_texts),
        cmocka_unit_test(empty_index),
        cmocka_unit_test(places_and_pages),
        cmocka_unit_test(exactly_on_the_circle),
        cmocka_unit_test(counts_ignore_their_own_filter),
        cmocka_unit_test(memory_refused_at_each_point),
        cmocka_unit_test(a_query_leaves_nothing),
        cmocka_unit_test(small_arena_jumps),
        cmocka_unit_test(same_as_a_scan),
        cmocka_unit_test(same_as_a_scan_when_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
