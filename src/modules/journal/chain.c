#include "modules/journal/chain.h"

#include <sodium.h>

enum { HASH_BYTES = 32 };

struct canonical {
    char bytes[JOURNAL_CANONICAL_MAX];
    size_t n;
    bool over;
};

/* Ten times quicker than printf, and each entry has nine numbers. */
static size_t put_digits(char *out, uint64_t v)
{
    char text[20];
    size_t n = 0;
    do
        text[n++] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    for (size_t i = 0; i < n; i++)
        out[i] = text[n - 1 - i];
    return n;
}

/* "5:texte," : a length before each part, so that no two different entries give the same bytes. */
static void put(struct canonical *c, struct str s)
{
    if (c->over || s.n + 24 > sizeof c->bytes - c->n) {
        c->over = true;
        return;
    }
    c->n += put_digits(c->bytes + c->n, s.n);
    c->bytes[c->n++] = ':';
    if (s.n)
        memcpy(c->bytes + c->n, s.p, s.n);
    c->n += s.n;
    c->bytes[c->n++] = ',';
}

static void put_int(struct canonical *c, int64_t v)
{
    char text[24];
    size_t sign = v < 0;
    text[0] = '-';
    size_t n = sign + put_digits(text + sign, v < 0 ? -(uint64_t)v : (uint64_t)v);
    put(c, (struct str){text, n});
}

enum err journal_hash(struct str prev, const struct journal_row *row, char out[JOURNAL_HASH_LEN + 1])
{
    __attribute__((uninitialized)) struct canonical c; /* kilobytes: clearing them would cost more than the hash */
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
