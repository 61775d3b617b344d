/* The answers of `balise hours`, apart from reading and printing so that tests can call them. */
#ifndef BALISE_CLI_HOURS_BATCH_H
#define BALISE_CLI_HOURS_BATCH_H

#include "base/buf.h"
#include "hours/hours.h"

/* A moment as people give it: "2026-11-22", "2026-11-22T10:00[:30]" on the clocks of the place, or with Z or
 * ±hh:mm. The answer is written in the same form. */
struct hours_moment {
    int64_t utc_ms;
    bool zoned;   /* it had Z or ±hh:mm */
    bool seconds; /* it had seconds */
};
bool hours_moment_parse(struct str s, const struct hours_place *place, struct hours_moment *out);
void hours_moment_format(struct buf *out, int64_t utc_ms, const struct hours_place *place,
                         const struct hours_moment *like);

/* "35", "2A", "974", or the INSEE code of a commune; "" for nowhere in particular. False when it is not French. */
bool hours_place_parse(struct str s, struct hours_place *out);

/* One line {"expression", "at", "departement"} → {"state", "comment", "next_change"} or {"error"}, without line end.
 * `now_ms` stands for an `at` that is absent. */
void hours_batch_line(struct arena *a, struct str line, int64_t now_ms, struct buf *out);

#endif
