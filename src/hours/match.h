/* Does a rule speak of this date? Private to src/hours. */
#ifndef BALISE_HOURS_MATCH_H
#define BALISE_HOURS_MATCH_H

#include "hours/ast.h"

/* A date with what the selectors ask about it. */
struct hours_date {
    int64_t days; /* since 1970-01-01 */
    struct civil_date civil;
    int weekday;  /* 0 = Monday */
    const struct hours_place *place;
};
struct hours_date hours_date_of(int64_t days, const struct hours_place *place);

/* HOURS_MAYBE when it hangs on school holidays that nobody has published yet. */
enum hours_maybe hours_rule_matches(const struct hours_rule *r, const struct hours_date *d);

#endif
