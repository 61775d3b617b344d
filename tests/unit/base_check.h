/* What the unit tests of base share. */
#ifndef BALISE_TESTS_BASE_CHECK_H
#define BALISE_TESTS_BASE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"

static inline void check_str_(struct str actual, struct str expected, const char *file, int line)
{
    if (str_eq(actual, expected))
        return;
    print_error("got      [%.*s] (%zu)\nexpected [%.*s] (%zu)\n", STR_ARG(actual), actual.n,
                STR_ARG(expected), expected.n);
    _fail(file, line);
}
/* `expected`: a literal; it may hold a NUL. */
#define assert_str(actual, expected) check_str_((actual), STR(expected), __FILE__, __LINE__)
#define assert_str_eq(actual, expected) check_str_((actual), (expected), __FILE__, __LINE__)

/* Checks what was written, and empties the buffer. */
#define assert_buf(b, expected)                                                                    \
    do {                                                                                           \
        assert_false((b)->failed);                                                                 \
        check_str_(buf_str(b), STR(expected), __FILE__, __LINE__);                                 \
        buf_clear(b);                                                                              \
    } while (0)

#endif
