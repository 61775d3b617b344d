/* A query as people type it on search sites: words that must all be there, OR, -word, "exact phrase"; accents
 * ignored, French endings too. Pure; private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_WORDS_H
#define BALISE_MODULES_DIRECTORY_WORDS_H

#include "base/arena.h"

struct words_term {
    struct str *stems; /* one, or those of a phrase in order */
    size_t n;
    bool negated;
};
/* One of the groups must be met; a group is met when each of its terms is. */
struct words_group {
    struct words_term *terms;
    size_t n, cap;
};
struct words_query {
    struct words_group *groups;
    size_t n, cap;
};
void words_parse(struct arena *a, struct str text, struct words_query *out);
/* `folded`: as text_fold gives it. A query without any word meets nothing. */
bool words_meet(const struct words_query *q, struct str folded);

#endif
