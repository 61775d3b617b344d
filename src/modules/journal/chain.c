#include "modules/journal/chain.h"

#include <sodium.h>
#include <stdio.h>

enum { HASH_BYTES = 32 };

struct canonical {
    char bytes[JOURNAL_CANONICAL_MAX];
    size_t n;
    bool over;
};

/* "5:texte," : a length before each part, so that no two different entries give the same bytes. */
static void put(struct canonical *c, struct str s)
{
    if (c->over || s.n + 24 > sizeof c->bytes - c->n) {
        c->over = true;
        return;
    }
    c->n += (size_t)snprintf(c->bytes + c->n, 24, "%zu:", s.n);
    if (s.n)
        memcpy(c->bytes + c->n, s.p, s.n);
    c->n += s.n;
    c->bytes[c->n++] = ',';
}

static void put_int(struct canonical *c, int64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)v);
    put(c, (struct str){text, (size_t)n});
}

enum err journal_hash(struct str prev, const struct journal_row *row, char out[JOURNAL_HASH_LEN + 1])
{
    struct canonical c;
    c.n = 0;
    c.over = false;
    put(&c, STR("balise-journal-1"));
    put(&c, prev);
    put_int(&c, row->seq);
    put_int(&c, row->at_ms);
    put(&c, row->actor);
    put(&c, row->action);
    put(&c, row->object_kind);
    put(&c, row->object_id);
    put(&c, row->detail);
    if (c.over)
        return ERR_LIMIT;
    unsigned char hash[HASH_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)c.bytes, c.n, NULL, 0);
    sodium_bin2hex(out, JOURNAL_HASH_LEN + 1, hash, sizeof hash);
    return OK;
}
