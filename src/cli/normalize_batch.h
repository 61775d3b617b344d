/* The answers of `balise normalize --batch`, apart from reading and printing so that tests can call them. */
#ifndef BALISE_CLI_NORMALIZE_BATCH_H
#define BALISE_CLI_NORMALIZE_BATCH_H

#include "base/arena.h"
#include "base/buf.h"

/* One line {"field", "value", "context"} → {"value", "rules"} or {"error"}, without line end. `left` is added when items
 * of a list are in none. */
void normalize_batch_line(struct arena *a, struct str line, struct buf *out);

#endif
