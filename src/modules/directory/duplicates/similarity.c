/* Longest common subsequence, sixty-four letters at a time (Hyyrö 2004). */
#include "modules/directory/duplicates/duplicates.h"

enum { BLOCK = 64, BLOCKS = DUPLICATE_TEXT_MAX / BLOCK };

/* Where each byte stands in the shorter text. Kept clean between calls: only what was set is cleared. */
static _Thread_local uint64_t places_of[256][BLOCKS];

static void set_places(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        places_of[(unsigned char)s.p[i]][i / BLOCK] |= (uint64_t)1 << (i % BLOCK);
}

static void clear_places(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        places_of[(unsigned char)s.p[i]][i / BLOCK] = 0;
}

static size_t lcs_short(struct str b, size_t n)
{
    uint64_t s = ~(uint64_t)0;
    for (size_t i = 0; i < b.n; i++) {
        uint64_t u = s & places_of[(unsigned char)b.p[i]][0];
        s = (s + u) | (s - u);
    }
    uint64_t used = n == BLOCK ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
    return (size_t)__builtin_popcountll(~s & used);
}

static size_t lcs_long(struct str b, size_t n)
{
    uint64_t s[BLOCKS];
    size_t blocks = (n + BLOCK - 1) / BLOCK, total = 0;
    memset(s, 0xFF, sizeof s);
    for (size_t i = 0; i < b.n; i++) {
        const uint64_t *places = places_of[(unsigned char)b.p[i]];
        uint64_t carry = 0;
        for (size_t k = 0; k < blocks; k++) {
            uint64_t u = s[k] & places[k], sum = s[k] + u, with = sum + carry;
            carry = (sum < u) | (with < sum);
            s[k] = with | (s[k] & ~places[k]);
        }
    }
    for (size_t k = 0; k < blocks; k++) {
        size_t left = n - k * BLOCK;
        uint64_t used = left >= BLOCK ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
        total += (size_t)__builtin_popcountll(~s[k] & used);
    }
    return total;
}

size_t duplicate_lcs(struct str a, struct str b)
{
    a = str_sub(a, 0, DUPLICATE_TEXT_MAX);
    b = str_sub(b, 0, DUPLICATE_TEXT_MAX);
    if (a.n > b.n) {
        struct str longer = a;
        a = b;
        b = longer;
    }
    if (a.n == 0)
        return 0;
    if (a.n == b.n && memcmp(a.p, b.p, a.n) == 0)
        return a.n;
    set_places(a);
    size_t n = a.n <= BLOCK ? lcs_short(b, a.n) : lcs_long(b, a.n);
    clear_places(a);
    return n;
}

int duplicate_ratio(struct str a, struct str b)
{
    size_t both = (a.n < DUPLICATE_TEXT_MAX ? a.n : DUPLICATE_TEXT_MAX) + (b.n < DUPLICATE_TEXT_MAX ? b.n : DUPLICATE_TEXT_MAX);
    return both == 0 ? 100 : (int)((400 * duplicate_lcs(a, b) + both) / (2 * both));
}
