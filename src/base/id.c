#include "base/id.h"

#include <pthread.h>
#include <sodium.h>

#include "base/clock.h"

static void sodium_fill(void *out, size_t n)
{
    randombytes_buf(out, n);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*fill_random)(void *out, size_t n) = sodium_fill;
static bool sodium_ready;

/* The last id made: milliseconds, then its 74 random bits in two halves. */
static uint64_t last_ms, last_low;
static uint32_t last_high;

enum { HIGH_BITS = 12, LOW_BITS = 62 };

void id_set_random(void (*fill)(void *out, size_t n))
{
    pthread_mutex_lock(&lock);
    fill_random = fill ? fill : sodium_fill;
    last_ms = 0; /* a test that fixes randomness and clock gets the same ids each time */
    pthread_mutex_unlock(&lock);
}

/* RFC 9562 §6.2, method 2: in the same millisecond, or when the clock went back, the random part is
 * increased by a random amount, so ids stay ordered and cannot be guessed from one another. */
static void next_locked(uint64_t now_ms)
{
    uint64_t random[2];
    fill_random(random, sizeof random);
    if (now_ms > last_ms) {
        last_ms = now_ms;
        last_high = (uint32_t)random[0] & ((1U << HIGH_BITS) - 1);
        last_low = random[1] & ((UINT64_C(1) << LOW_BITS) - 1);
        return;
    }
    last_low += (random[1] & UINT32_MAX) + 1;
    if (last_low >> LOW_BITS) {
        last_low &= (UINT64_C(1) << LOW_BITS) - 1;
        last_high++;
    }
    if (last_high >> HIGH_BITS) {
        last_high = 0;
        last_ms++;
    }
}

void id_new(char out[ID_LEN + 1])
{
    static const char hex[] = "0123456789abcdef";
    int64_t now = clock_now_ms();
    pthread_mutex_lock(&lock);
    if (!sodium_ready) {
        if (sodium_init() < 0) {
            fprintf(stderr, "balise: no source of randomness\n");
            abort();
        }
        sodium_ready = true;
    }
    next_locked(now > 0 ? (uint64_t)now & ((UINT64_C(1) << 48) - 1) : 0);
    uint64_t first = last_ms << 16 | UINT64_C(0x7000) | last_high;
    uint64_t second = UINT64_C(2) << LOW_BITS | last_low;
    pthread_mutex_unlock(&lock);

    size_t at = 0;
    for (int nibble = 0; nibble < 32; nibble++) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
            out[at++] = '-';
        uint64_t half = nibble < 16 ? first : second;
        out[at++] = hex[half >> (60 - nibble % 16 * 4) & 15];
    }
    out[at] = '\0';
}

struct str id_new_in(struct arena *a)
{
    char *id = arena_alloc(a, ID_LEN + 1);
    id_new(id);
    return (struct str){id, ID_LEN};
}

bool id_valid(struct str s)
{
    if (s.n != ID_LEN)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-')
                return false;
        } else if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return s.p[14] == '7' && (s.p[19] == '8' || s.p[19] == '9' || s.p[19] == 'a' || s.p[19] == 'b');
}
