/* Token buckets by address and class, in a table that never grows: a full row forgets the bucket that was
 * used longest ago, which can only make the limit kinder. */
#include <arpa/inet.h>
#include <sodium.h>

#include "http/exchange.h"

enum { SHARDS = 16, WAYS = 8 };

struct bucket {
    unsigned char key[16];
    double tokens;
    int64_t seen_us; /* 0: free */
    int class;
};

struct shard {
    pthread_mutex_t lock;
    struct bucket *buckets;
};

struct rate_table {
    unsigned char hash_key[crypto_shorthash_KEYBYTES];
    double per_us[4], burst[4];
    bool limited[4];
    size_t rows; /* of each shard */
    struct shard shards[SHARDS];
};

struct rate_table *rate_table_new(const int per_minute[4], size_t entries)
{
    struct rate_table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    randombytes_buf(t->hash_key, sizeof t->hash_key);
    for (int c = 0; c < 4; c++) {
        t->limited[c] = per_minute[c] > 0;
        t->per_us[c] = per_minute[c] / 60e6;
        t->burst[c] = per_minute[c];
    }
    t->rows = entries / SHARDS / WAYS ? entries / SHARDS / WAYS : 1;
    for (int i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&t->shards[i].lock, NULL);
        t->shards[i].buckets = calloc(t->rows * WAYS, sizeof *t->shards[i].buckets);
        if (!t->shards[i].buckets) {
            rate_table_free(t);
            return NULL;
        }
    }
    return t;
}

void rate_table_free(struct rate_table *t)
{
    if (!t)
        return;
    for (int i = 0; i < SHARDS; i++)
        free(t->shards[i].buckets);
    free(t);
}

bool address_key(struct str address, unsigned char key[16])
{
    char text[INET6_ADDRSTRLEN];
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    if (address.n == 0 || address.n >= sizeof text)
        return false;
    memcpy(text, address.p, address.n);
    text[address.n] = '\0';
    memcpy(key, mapped, sizeof mapped);
    if (inet_pton(AF_INET, text, key + 12) == 1)
        return true;
    if (inet_pton(AF_INET6, text, key) != 1)
        return false;
    if (memcmp(key, mapped, sizeof mapped) != 0)
        memset(key + 8, 0, 8); /* a household or an office has a /64 */
    return true;
}

static struct bucket *bucket_for(struct bucket *row, const unsigned char key[16], int class, double burst)
{
    struct bucket *oldest = row;
    for (int i = 0; i < WAYS; i++) {
        if (row[i].seen_us && row[i].class == class && memcmp(row[i].key, key, 16) == 0)
            return &row[i];
        if (row[i].seen_us < oldest->seen_us)
            oldest = &row[i];
    }
    memcpy(oldest->key, key, 16);
    oldest->class = class;
    oldest->tokens = burst;
    oldest->seen_us = 0;
    return oldest;
}

int rate_take(struct rate_table *t, struct str address, enum rate_class c, int64_t now_us)
{
    unsigned char key[17];
    if (!t->limited[c] || !address_key(address, key))
        return 0;
    key[16] = (unsigned char)c;
    union {
        unsigned char bytes[crypto_shorthash_BYTES];
        uint64_t number;
    } hash;
    crypto_shorthash(hash.bytes, key, sizeof key, t->hash_key);
    struct shard *s = &t->shards[hash.number % SHARDS];
    pthread_mutex_lock(&s->lock);
    struct bucket *b = bucket_for(s->buckets + hash.number / SHARDS % t->rows * WAYS, key, (int)c, t->burst[c]);
    if (b->seen_us && now_us > b->seen_us)
        b->tokens += (double)(now_us - b->seen_us) * t->per_us[c];
    if (b->tokens > t->burst[c])
        b->tokens = t->burst[c];
    b->seen_us = now_us > 0 ? now_us : 1;
    int wait_s = 0;
    if (b->tokens >= 1)
        b->tokens -= 1;
    else
        wait_s = (int)((1 - b->tokens) / t->per_us[c] / 1e6) + 1;
    pthread_mutex_unlock(&s->lock);
    return wait_s;
}
