/* One thread publishes new indexes while others search: run under ThreadSanitizer (./test, tier tsan). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/snapshot.h"
#include "search/search.h"

enum { READERS = 3, GENERATIONS = 60, DOCUMENTS = 200 };

static struct snapshot_slot slot;
static atomic_bool done;
static atomic_int released;

static void release(void *ix)
{
    search_index_free(ix);
    atomic_fetch_add(&released, 1);
}

/* Generation g holds DOCUMENTS + g documents, whose refs all begin at g × 1000. */
static struct search_index *index_of(struct arena *a, uint32_t generation)
{
    struct search_schema schema = {{3}};
    struct search_builder *b = search_builder_new(&schema);
    struct search_index *ix;
    assert_non_null(b);
    for (uint32_t i = 0; i < DOCUMENTS + generation; i++) {
        struct search_document d = {
            .ref = generation * 1000 + i,
            .order_key = arena_printf(a, "%05u", i),
            .fields = {STR("Atelier numérique"), STR_NONE, STR_NONE, arena_printf(a, "salle %u", i % 7)},
            .has_point = true,
            .point = {48 + i / 1000.0, -1.5},
            .facets = {{UINT64_C(1) << i % 3}},
        };
        assert_int_equal(search_builder_add(b, &d), OK);
    }
    assert_int_equal(search_builder_finish(b, &ix), OK);
    return ix;
}

static void *build_all(void *unused)
{
    (void)unused;
    for (uint32_t g = 1; g < GENERATIONS; g++) {
        struct arena *a = arena_new(SIZE_MAX);
        if (!snapshot_publish(&slot, index_of(a, g), release))
            abort();
        arena_free(a);
    }
    atomic_store(&done, true);
    return NULL;
}

/* Returns the number of answers that do not hold together. */
static void *search_all(void *unused)
{
    (void)unused;
    uintptr_t wrong = 0, runs = 0;
    uint32_t last = 0;
    struct arena *a = arena_new(SIZE_MAX);
    while (!atomic_load(&done) || runs < 50) {
        struct snapshot *s = snapshot_take(&slot);
        struct search_result r;
        struct search_query q = {.text = runs % 2 ? STR("ateliers") : STR("atelier salles numeri"),
                                 .prefix_last = true,
                                 .has_point = true,
                                 .point = {48, -1.5},
                                 .radius_m = 1e6,
                                 .limit = 10,
                                 .want_facets = true};
        search_run(s->data, a, &q, &r);
        uint32_t generation = r.n_hits ? r.hits[0].ref / 1000 : UINT32_MAX;
        if (r.total != DOCUMENTS + generation || r.total != search_index_count(s->data) || generation < last ||
            r.facet_counts[0][0] + r.facet_counts[0][1] + r.facet_counts[0][2] != r.total)
            wrong++;
        last = generation;
        snapshot_drop(s);
        arena_reset(a);
        runs++;
    }
    arena_free(a);
    return (void *)wrong;
}

static void readers_never_wait_nor_see_a_mix(void **state)
{
    (void)state;
    pthread_t builder, readers[READERS];
    struct arena *a = arena_new(SIZE_MAX);
    snapshot_slot_init(&slot);
    assert_true(snapshot_publish(&slot, index_of(a, 0), release));
    assert_int_equal(pthread_create(&builder, NULL, build_all, NULL), 0);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, search_all, NULL), 0);
    for (int i = 0; i < READERS; i++) {
        void *wrong;
        pthread_join(readers[i], &wrong);
        assert_int_equal((uintptr_t)wrong, 0);
    }
    pthread_join(builder, NULL);
    snapshot_slot_deinit(&slot);
    assert_int_equal(atomic_load(&released), GENERATIONS);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(readers_never_wait_nor_see_a_mix)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
