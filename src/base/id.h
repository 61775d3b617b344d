/* UUIDv7 (RFC 9562) in lower-case text: ordered by creation time, safe to make on several nodes. */
#ifndef BALISE_BASE_ID_H
#define BALISE_BASE_ID_H

#include "base/arena.h"

enum { ID_LEN = 36 };

/* Fills 37 bytes, NUL-terminated. Monotonic within a process. */
void id_new(char out[ID_LEN + 1]);
struct str id_new_in(struct arena *a);
bool id_valid(struct str s);

/* Replaceable randomness for tests; NULL goes back to libsodium. */
void id_set_random(void (*fill)(void *out, size_t n));

#endif
