/* How far a text can be copied as it is: what writers of JSON and of XML ask of nearly every byte that they write.
 * Sixteen bytes at a time, or eight where the processor has no SSE2. */
#ifndef BALISE_BASE_PLAIN_H
#define BALISE_BASE_PLAIN_H

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/str.h"

#ifdef __SSE2__
/* A bit for each of 16 bytes. */
static inline unsigned plain_others_16(const char *p, const char special[3])
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i found = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20)); /* signed: also above ASCII */
    for (int k = 0; k < 3; k++)
        found = _mm_or_si128(found, _mm_cmpeq_epi8(x, _mm_set1_epi8(special[k])));
    return (unsigned)_mm_movemask_epi8(found);
}
#endif

/* The high bit of each of 8 bytes. Subtracting sets the high bit of a byte under the limit; the borrow it makes may set bits
 * after it wrongly, so only the first one counts. */
static inline uint64_t plain_others_8(const char *p, const char special[3])
{
    const uint64_t ones = 0x0101010101010101U;
    uint64_t x;
    memcpy(&x, p, sizeof x);
    x = le64toh(x);
    uint64_t found = x | (x - ones * 0x20);
    for (int k = 0; k < 3; k++)
        found |= (x ^ ones * (unsigned char)special[k]) - ones;
    return found & ones * 0x80;
}

/* From i, the first byte that is a control, above ASCII, or one of three (twice the same, if they are two). Constants, so
 * that the compiler unrolls them. */
static inline size_t plain_end(struct str s, size_t i, const char special[3])
{
#ifdef __SSE2__
    for (; s.n - i >= 16; i += 16) {
        unsigned found = plain_others_16(s.p + i, special);
        if (found)
            return i + (size_t)__builtin_ctz(found);
    }
#endif
    for (; s.n - i >= 8; i += 8) {
        uint64_t found = plain_others_8(s.p + i, special);
        if (found)
            return i + (size_t)__builtin_ctzll(found) / 8;
    }
    for (; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c >= 0x80 || s.p[i] == special[0] || s.p[i] == special[1] || s.p[i] == special[2])
            break;
    }
    return i;
}

#endif
