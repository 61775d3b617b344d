/* What the tests of the web tier share: the fixture's site without a socket, and readable failures. */
#ifndef BALISE_TESTS_HTTP_CHECK_H
#define BALISE_TESTS_HTTP_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

extern struct http_server *site;
extern struct arena *memory;
/* The case of a table that runs, shown when it fails. */
extern const char *trying;

/* Starts the fixture with this configuration (NULL: defaults); ends the former one. */
void site_start(const struct http_config *cfg);
int site_setup(void **state);
int site_teardown(void **state);

/* Answers live until the next site_start. `headers` as for http_dispatch. */
struct http_test_answer ask(enum http_method m, const char *target, const char *headers, const char *body);
struct http_test_answer get(const char *target);
struct http_test_answer get_with(const char *target, const char *headers);
/* STR_NONE when the answer has no such header. */
struct str header(const struct http_test_answer *answer, const char *name);

#define assert_status(answer, wanted) check_status((answer), (wanted), __FILE__, __LINE__)
#define assert_text(text, wanted) check_text((text), (wanted), true, __FILE__, __LINE__)
#define assert_holds(text, wanted) check_text((text), (wanted), false, __FILE__, __LINE__)
void check_status(struct http_test_answer answer, int wanted, const char *file, int line);
void check_text(struct str text, const char *wanted, bool whole, const char *file, int line);

#endif
