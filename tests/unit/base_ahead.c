/* Work done ahead: everything in order, errors after what came before them, and an end whenever the reader wants it. */
#include "base_check.h"

#include "base/ahead.h"

struct counting {
    int next, last; /* the last one; after it comes the end, or the error */
    enum err at_end;
};

static enum err count(void *ctx, struct arena *a, void **value)
{
    struct counting *c = ctx;
    if (c->next > c->last)
        return c->at_end;
    int *n = ARENA_NEW(a, int);
    *n = c->next++;
    *value = n;
    return OK;
}

/* How many came, in order, before the end or `stop`. */
static int take(struct counting *c, int stop, enum err *e)
{
    struct ahead h = {.fill = count, .ctx = c};
    struct ahead_item *item;
    int taken = 0;
    *e = ahead_begin(&h);
    while (*e == OK && taken < stop && (*e = ahead_next(&h, &item)) == OK && item) {
        assert_int_equal(*(const int *)item->value, taken);
        ahead_give_back(&h, item);
        taken++;
    }
    ahead_end(&h);
    return taken;
}

static void all_of_them_in_order(void **state)
{
    (void)state;
    enum err e;
    for (int last = -1; last < 100; last += 7) {
        struct counting c = {0, last, OK};
        assert_int_equal(take(&c, 1000, &e), last + 1);
        assert_int_equal(e, OK);
    }
}

static void the_error_comes_after_the_others(void **state)
{
    (void)state;
    enum err e;
    for (int last = -1; last < 60; last += 5) {
        struct counting c = {0, last, ERR_IO};
        assert_int_equal(take(&c, 1000, &e), last + 1);
        assert_int_equal(e, ERR_IO);
    }
}

static void the_reader_may_stop(void **state)
{
    (void)state;
    enum err e;
    for (int stop = 0; stop < 40; stop++) {
        struct counting c = {0, 1000000, OK};
        assert_int_equal(take(&c, stop, &e), stop);
        assert_int_equal(e, OK);
        assert_true(c.next <= stop + AHEAD_ITEMS + 1); /* no further ahead than it has room for */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_them_in_order),
        cmocka_unit_test(the_error_comes_after_the_others),
        cmocka_unit_test(the_reader_may_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
