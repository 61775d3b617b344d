/* UTF-8 one code point at a time: small enough to be inlined in the loops of str, text, csv, json.
 */
#ifndef BALISE_BASE_UTF8_H
#define BALISE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool utf8_is_cont(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* Reads the code point at p (n bytes left, n > 0). Returns its length, or 0 if it is not well
 * formed (Unicode 15, table 3-7: no overlong form, no surrogate, nothing above U+10FFFF). */
static inline size_t utf8_decode(const char *text, size_t n, uint32_t *cp)
{
    const unsigned char *p = (const unsigned char *)text;
    uint32_t c = p[0];
    if (c < 0x80) {
        *cp = c;
        return 1;
    }
    if (c < 0xC2 || c > 0xF4)
        return 0;
    if (c < 0xE0) {
        if (n < 2 || !utf8_is_cont(p[1]))
            return 0;
        *cp = (c & 0x1F) << 6 | (p[1] & 0x3FU);
        return 2;
    }
    if (c < 0xF0) {
        if (n < 3 || !utf8_is_cont(p[1]) || !utf8_is_cont(p[2]))
            return 0;
        uint32_t v = (c & 0x0F) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
        if (v < 0x800 || (v >= 0xD800 && v <= 0xDFFF))
            return 0;
        *cp = v;
        return 3;
    }
    if (n < 4 || !utf8_is_cont(p[1]) || !utf8_is_cont(p[2]) || !utf8_is_cont(p[3]))
        return 0;
    uint32_t v = (c & 0x07) << 18 | (p[1] & 0x3FU) << 12 | (p[2] & 0x3FU) << 6 | (p[3] & 0x3FU);
    if (v < 0x10000 || v > 0x10FFFF)
        return 0;
    *cp = v;
    return 4;
}

/* Bytes to skip for one U+FFFD when utf8_decode returned 0: the longest start of a well-formed
 * sequence, at least one byte (the practice recommended by Unicode, and that of browsers). */
static inline size_t utf8_bad_length(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < 0xC2 || p[0] > 0xF4 || n < 2)
        return 1;
    unsigned char low = 0x80, high = 0xBF;
    if (p[0] == 0xE0)
        low = 0xA0;
    else if (p[0] == 0xED)
        high = 0x9F;
    else if (p[0] == 0xF0)
        low = 0x90;
    else if (p[0] == 0xF4)
        high = 0x8F;
    if (p[0] < 0xE0 || p[1] < low || p[1] > high)
        return 1;
    if (p[0] < 0xF0 || n < 3 || !utf8_is_cont(p[2]))
        return 2;
    return 3;
}

/* Writes a valid code point; returns 1…4. */
static inline size_t utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

#endif
