/* The chain itself: canonical bytes and hash of an entry. Pure. */
#ifndef BALISE_MODULES_JOURNAL_CHAIN_H
#define BALISE_MODULES_JOURNAL_CHAIN_H

#include "base/err.h"
#include "base/str.h"

enum {
    JOURNAL_HASH_LEN = 64,           /* BLAKE2b-256 in hexadecimal */
    JOURNAL_DETAIL_MAX = 16 * 1024,
    JOURNAL_CANONICAL_MAX = 20 * 1024
};

struct journal_row {
    int64_t seq, at_ms;
    struct str actor, action, object_kind, object_id, detail;
};

/* Hash of `row` after an entry whose hash is `prev` (empty before the first). ERR_LIMIT: too long to be one
 * of ours. */
enum err journal_hash(struct str prev, const struct journal_row *row, char out[JOURNAL_HASH_LEN + 1]) MUST_USE;

#endif
