/* UUIDs of what is published: a hash of the table and the published id, in the shape of a name-based UUID (RFC 9562,
 * version 5, with BLAKE2b in the place of SHA-1). A child is its parent with bits turned over, by an amount that only
 * depends on its kind: cheap, unique, and the way back needs no table. */
#include <sodium.h>

#include "modules/directory/hsds/hsds.h"

static struct hsds_id hash(const char *entity, struct str key)
{
    struct hsds_id id;
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, sizeof id.bytes);
    crypto_generichash_update(&h, (const unsigned char *)"balise hsds ", 12);
    crypto_generichash_update(&h, (const unsigned char *)entity, strlen(entity) + 1);
    if (key.n > 0)
        crypto_generichash_update(&h, (const unsigned char *)key.p, key.n);
    crypto_generichash_final(&h, id.bytes, sizeof id.bytes);
    return id;
}

struct hsds_id hsds_id_make(const char *entity, struct str key)
{
    struct hsds_id id = hash(entity, key);
    id.bytes[6] = (unsigned char)((id.bytes[6] & 0x0F) | 0x50);
    id.bytes[8] = (unsigned char)((id.bytes[8] & 0x3F) | 0x80);
    return id;
}

/* Turns over every bit but those that say version and variant. */
static struct hsds_id turn(struct hsds_id id, struct hsds_id by)
{
    by.bytes[6] &= 0x0F;
    by.bytes[8] &= 0x3F;
    for (size_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] ^= by.bytes[i];
    return id;
}

struct hsds_id hsds_id_child(struct hsds_id parent, const char *entity, size_t rank)
{
    char number[24];
    int n = snprintf(number, sizeof number, "%zu", rank);
    return turn(parent, hash(entity, (struct str){number, (size_t)n}));
}

struct hsds_id hsds_id_pair(struct hsds_id a, struct hsds_id b)
{
    return turn(a, b);
}

void hsds_id_text(struct hsds_id id, char out[HSDS_ID_LEN + 1])
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = hex[id.bytes[i] >> 4];
        out[at++] = hex[id.bytes[i] & 15];
    }
    out[at] = '\0';
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hsds_id_parse(struct str text, struct hsds_id *out)
{
    if (text.n != HSDS_ID_LEN)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < sizeof out->bytes; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && text.p[at++] != '-')
            return false;
        int high = digit(text.p[at]), low = digit(text.p[at + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (unsigned char)(high << 4 | low);
        at += 2;
    }
    return true;
}

int hsds_id_compare(struct hsds_id a, struct hsds_id b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes);
}

struct hsds_id hsds_organization_id(struct str published)
{
    return hsds_id_make("organization", published);
}

struct hsds_id hsds_service_id(struct str published)
{
    return hsds_id_make("service", published);
}

struct hsds_id hsds_service_at_location_id(struct hsds_id service)
{
    return hsds_id_child(service, "service_at_location", 0);
}

void hsds_put(struct json_writer *w, const char *key, struct str value)
{
    if (value.n == 0)
        return;
    json_key(w, str_from(key));
    json_str(w, value);
}

void hsds_put_id(struct json_writer *w, const char *key, struct hsds_id id)
{
    char text[HSDS_ID_LEN + 1];
    hsds_id_text(id, text);
    hsds_put(w, key, (struct str){text, HSDS_ID_LEN});
}

void hsds_put_date(struct json_writer *w, const char *key, int64_t days)
{
    char text[48];
    struct civil_date d = civil_from_days(days);
    int n = snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
    hsds_put(w, key, (struct str){text, (size_t)n});
}
