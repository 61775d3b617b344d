/* What the tests of cleaning share: a table of values as people type them, with what must come out. */
#ifndef BALISE_TESTS_CLEAN_CHECK_H
#define BALISE_TESTS_CLEAN_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "clean/clean.h"

struct clean_case {
    const char *given;
    const char *value; /* NULL: must be refused */
    const char *rules; /* names between spaces; NULL: not looked at */
};

typedef struct cleaned clean_function(struct arena *a, struct str v);

static inline void check_rules(const char *given, const struct cleaned *c, const char *wanted)
{
    struct buf b;
    buf_init(&b, 1000);
    for (size_t i = 0; i < c->n_rules; i++) {
        if (i > 0)
            buf_char(&b, ' ');
        buf_lit(&b, c->rules[i]);
    }
    if (!str_eq(buf_str(&b), str_from(wanted)))
        fail_msg("[%s]\n  rules  %.*s\n  wanted %s", given, STR_ARG(buf_str(&b)), wanted);
    buf_deinit(&b);
}

/* Each value, then the value that came out, which must stay as it is without a rule. */
static inline void check_cleaner(clean_function *clean, const struct clean_case *cases, size_t n)
{
    struct arena *a = arena_new(SIZE_MAX);
    for (size_t i = 0; i < n; i++) {
        struct cleaned c = clean(a, str_from(cases[i].given)), again;
        if (!cases[i].value) {
            if (!c.refused)
                fail_msg("[%s]\n  gives  %.*s\n  wanted a refusal", cases[i].given, STR_ARG(c.value));
            assert_int_equal(c.n_rules, 0);
            assert_int_equal(c.value.n, 0);
            continue;
        }
        if (c.refused || !str_eq(c.value, str_from(cases[i].value)))
            fail_msg("[%s]\n  gives  %.*s%s\n  wanted %s", cases[i].given, STR_ARG(c.value), c.refused ? c.refused : "", cases[i].value);
        if (cases[i].rules)
            check_rules(cases[i].given, &c, cases[i].rules);
        again = clean(a, c.value);
        if (c.value.n > 0 && (again.refused || again.n_rules > 0 || !str_eq(again.value, c.value)))
            fail_msg("[%s]\n  cleaned again: %.*s%s", cases[i].value, STR_ARG(again.value), again.refused ? again.refused : "");
    }
    arena_free(a);
}
#define CHECK(clean, cases) check_cleaner((clean), (cases), sizeof(cases) / sizeof *(cases))

#endif
