/* One open-addressing table: about 100 bytes a record, so that comparing a file with the directory costs one
 * query a kind, not one a row. */
#include <sodium.h>

#include "modules/directory/import/import.h"

void import_marks_init(struct marks *m)
{
    *m = (struct marks){0};
    randombytes_buf(m->secret, sizeof m->secret);
}

void import_marks_deinit(struct marks *m)
{
    free(m->slots);
    *m = (struct marks){0};
}

struct mark_key import_marks_key(const struct marks *m, struct str source, struct str source_id)
{
    enum { SHORT = 256 }; /* a key that is never longer than this is hashed at once */
    struct mark_key key;
    crypto_generichash_state h;
    uint64_t n = source.n;
    if (source.n + source_id.n <= SHORT) {
        unsigned char text[sizeof n + SHORT];
        memcpy(text, &n, sizeof n);
        if (source.n > 0)
            memcpy(text + sizeof n, source.p, source.n);
        if (source_id.n > 0)
            memcpy(text + sizeof n + source.n, source_id.p, source_id.n);
        crypto_shorthash_siphashx24((unsigned char *)&key, text, sizeof n + source.n + source_id.n, m->secret);
        key.h[0] |= 1; /* zero is a free slot */
        return key;
    }
    crypto_generichash_init(&h, m->secret, sizeof m->secret, sizeof key);
    crypto_generichash_update(&h, (const unsigned char *)&n, sizeof n);
    if (source.n > 0)
        crypto_generichash_update(&h, (const unsigned char *)source.p, source.n);
    if (source_id.n > 0)
        crypto_generichash_update(&h, (const unsigned char *)source_id.p, source_id.n);
    crypto_generichash_final(&h, (unsigned char *)&key, sizeof key);
    key.h[0] |= 1; /* zero is a free slot */
    return key;
}

static struct mark *slot_of(struct mark *slots, size_t cap, struct mark_key key)
{
    size_t i = key.h[1] & (cap - 1);
    while (slots[i].key.h[0] != 0 && (slots[i].key.h[0] != key.h[0] || slots[i].key.h[1] != key.h[1]))
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

static bool grow(struct marks *m)
{
    size_t cap = m->cap ? m->cap * 2 : 256;
    struct mark *slots = calloc(cap, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].key.h[0] != 0)
            *slot_of(slots, cap, m->slots[i].key) = m->slots[i];
    free(m->slots);
    m->slots = slots;
    m->cap = cap;
    return true;
}

struct mark *import_marks_get(struct marks *m, struct mark_key key)
{
    if (m->n + 1 > m->cap - m->cap / 4 && !grow(m))
        return NULL;
    struct mark *slot = slot_of(m->slots, m->cap, key);
    if (slot->key.h[0] == 0) {
        slot->key = key;
        m->n++;
    }
    return slot;
}

const struct mark *import_marks_find(const struct marks *m, struct mark_key key)
{
    if (m->cap == 0)
        return NULL;
    const struct mark *slot = slot_of(m->slots, m->cap, key);
    return slot->key.h[0] ? slot : NULL;
}

bool import_marks_set(struct mark *mark, struct str id, struct str fingerprint)
{
    size_t n = 0, m = 0;
    mark->known = true;
    return sodium_hex2bin(mark->id, sizeof mark->id, id.p, id.n, "-", &n, NULL) == 0 && n == sizeof mark->id &&
           sodium_hex2bin(mark->fingerprint, sizeof mark->fingerprint, fingerprint.p, fingerprint.n, NULL, &m, NULL) == 0 &&
           m == sizeof mark->fingerprint;
}

struct str import_marks_id(struct arena *a, const struct mark *mark)
{
    static const int dashes[] = {4, 6, 8, 10};
    struct buf b;
    buf_init(&b, 64);
    for (int i = 0, d = 0; i < 16; i++) {
        if (d < 4 && i == dashes[d]) {
            buf_char(&b, '-');
            d++;
        }
        buf_printf(&b, "%02x", mark->id[i]);
    }
    struct str s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

bool import_marks_same(const struct mark *mark, const char fingerprint[33])
{
    struct mark other;
    size_t n = 0;
    return sodium_hex2bin(other.fingerprint, sizeof other.fingerprint, fingerprint, 32, NULL, &n, NULL) == 0 &&
           memcmp(mark->fingerprint, other.fingerprint, sizeof other.fingerprint) == 0;
}
