/* A view of bytes owned by somebody else: UTF-8 unless said otherwise, not NUL-terminated.
 * {NULL, 0} is "no value"; {"", 0} is "empty". Both have n == 0, and most code treats them alike. */
#ifndef BALISE_BASE_STR_H
#define BALISE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

struct str_list {
    struct str *items;
    size_t n;
};

/* A literal: STR("text"). In a constant initialiser: STR_INIT("text"). */
#define STR_INIT(lit) {"" lit, sizeof(lit) - 1}
#define STR(lit) ((struct str)STR_INIT(lit))
#define STR_NONE ((struct str){NULL, 0})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)((s).n > INT32_MAX ? INT32_MAX : (s).n), (s).n ? (s).p : ""

/* NULL gives STR_NONE. Inline: of a literal, nothing is counted. */
static inline struct str str_from(const char *cstr)
{
    return cstr ? (struct str){cstr, strlen(cstr)} : STR_NONE;
}
struct str str_sub(struct str s, size_t from, size_t n); /* cut to what exists */

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
int str_cmp(struct str a, struct str b);        /* byte order, as memcmp then length */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* First place of `what` at or after `from`, or -1. */
ptrdiff_t str_find(struct str s, struct str what, size_t from);
ptrdiff_t str_find_char(struct str s, char c, size_t from);

struct str str_trim(struct str s); /* ASCII white space, NBSP and narrow NBSP, both ends */

/* Takes the next piece before `sep` off *rest. Returns false when nothing is left.
 * "a||b" gives "a", "", "b"; "a|" gives "a"; "" gives nothing. */
bool str_split(struct str *rest, char sep, struct str *piece);

/* Whole string only, with or without a sign; false if there is anything else, or it does not fit. */
bool str_to_int(struct str s, int64_t *out);
bool str_to_double(struct str s, double *out); /* dot decimals, no locale, no inf/nan/hex */

bool str_is_utf8(struct str s);  /* well-formed, no surrogates, no NUL */
size_t str_length(struct str s); /* code points */

#endif
