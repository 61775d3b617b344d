#include <utf8proc.h>

#include "base/text_private.h"
#include "base/utf8.h"

uint32_t text_next(struct str s, size_t *at, uint32_t bad)
{
    uint32_t cp;
    size_t n = utf8_decode(s.p + *at, s.n - *at, &cp);
    if (n == 0) {
        *at += utf8_bad_length(s.p + *at, s.n - *at);
        return bad;
    }
    *at += n;
    return cp;
}

size_t text_pieces(uint32_t cp, uint32_t out[PIECES_MAX])
{
    utf8proc_int32_t raw[PIECES_MAX / 2]; /* each may be split in two below */
    int boundary = 0;
    /* "nº 2" is written for "n° 2": not the letter o that compatibility would make of it */
    if (cp == 0xAA || cp == 0xBA) {
        out[0] = ' ';
        return 1;
    }
    utf8proc_ssize_t n = utf8proc_decompose_char(
        (utf8proc_int32_t)cp, raw, PIECES_MAX / 2,
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD, &boundary);
    if (n < 0 || n > PIECES_MAX / 2) {
        out[0] = ' ';
        return 1;
    }
    size_t count = 0;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        if (raw[i] == 0x153 || raw[i] == 0xE6) {
            out[count++] = raw[i] == 0xE6 ? 'a' : 'o';
            out[count++] = 'e';
        } else {
            out[count++] = (uint32_t)raw[i];
        }
    }
    return count;
}

enum piece_kind text_piece_kind(uint32_t cp)
{
    /* modifier letters used as apostrophes, that Unicode calls letters */
    if (cp >= 0x2B9 && cp <= 0x2DF)
        return PIECE_SEPARATOR;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
    switch (property->category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return PIECE_LETTER;
    case UTF8PROC_CATEGORY_MC: /* vowels of Indic scripts: part of the spelling, not an accent */
        return property->combining_class ? PIECE_MARK : PIECE_LETTER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
        return PIECE_MARK;
    case UTF8PROC_CATEGORY_CF:
        return cp == 0x200B ? PIECE_SEPARATOR : PIECE_IGNORED; /* zero width space */
    default:
        return PIECE_SEPARATOR;
    }
}

uint32_t text_base_letter(uint32_t cp)
{
    switch (cp) {
    case 0xF8:
        return 'o';
    case 0x111:
        return 'd';
    case 0x127:
        return 'h';
    case 0x131:
        return 'i';
    case 0x142:
        return 'l';
    default:
        return cp;
    }
}

uint32_t text_cp1252(unsigned char byte)
{
    static const uint16_t high[32] = {
        0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
        0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
    return byte >= 0x80 && byte < 0xA0 ? high[byte - 0x80] : byte;
}

struct str text_from_cp1252(struct arena *a, struct str s)
{
    char bytes[4];
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += (unsigned char)s.p[i] < 0x80 ? 1
                                          : utf8_encode(text_cp1252((unsigned char)s.p[i]), bytes);
    char *out = arena_alloc(a, n + 1), *end = out;
    for (size_t i = 0; i < s.n; i++) {
        size_t len = utf8_encode(text_cp1252((unsigned char)s.p[i]), bytes);
        memcpy(end, bytes, len);
        end += len;
    }
    *end = '\0';
    return (struct str){out, n};
}

/* True for code points that NFC never changes, whatever stands beside them. */
static bool is_inert(uint32_t cp)
{
    if (cp < 0x300)
        return true;
    if ((cp >= 0x1100 && cp <= 0x11FF) || (cp >= 0xAC00 && cp <= 0xD7A3))
        return false; /* Hangul composes by rule, not by table */
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
    return p->combining_class == 0 && p->decomp_seqindex == UINT16_MAX &&
           p->comb_index == UINT16_MAX;
}

static bool is_control(uint32_t cp)
{
    return (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7F && cp < 0xA0);
}

/* Bytes at the start that need no change at all. */
static size_t clean_prefix(struct str s, bool *composed)
{
    size_t i = 0;
    *composed = true;
    while (i < s.n) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x80) {
            if (is_control(c))
                break;
            i++;
            continue;
        }
        uint32_t cp;
        size_t n = utf8_decode(s.p + i, s.n - i, &cp);
        if (n == 0 || is_control(cp))
            break;
        if (!is_inert(cp))
            *composed = false;
        i += n;
    }
    return i;
}

/* Drops controls and extra marks, makes ends of line \n, replaces bad bytes. */
static struct str cleaned(struct arena *a, struct str s, bool *composed)
{
    char *out = arena_alloc(a, s.n * 3 + 1); /* a bad byte becomes U+FFFD, three bytes */
    size_t n = 0, marks = 0;
    *composed = true;
    for (size_t i = 0; i < s.n;) {
        uint32_t cp = text_next(s, &i, 0xFFFD);
        if (cp == '\r') {
            if (i < s.n && s.p[i] == '\n')
                continue;
            cp = '\n';
        }
        if (is_control(cp))
            continue;
        if (!is_inert(cp)) {
            *composed = false;
            bool mark = utf8proc_get_property((utf8proc_int32_t)cp)->combining_class != 0;
            marks = mark ? marks + 1 : 0;
            if (marks > MARKS_MAX)
                continue;
        } else {
            marks = 0;
        }
        n += utf8_encode(cp, out + n);
    }
    return (struct str){out, n};
}

/* s is valid UTF-8 by now. */
static struct str compose(struct arena *a, struct str s)
{
    const int options = UTF8PROC_COMPOSE | UTF8PROC_STABLE;
    if (s.n > INT32_MAX / 4)
        return s;
    size_t room = s.n * 4; /* no canonical decomposition is longer than four code points */
    utf8proc_int32_t *cps = arena_alloc(a, room * sizeof *cps);
    utf8proc_ssize_t n = utf8proc_decompose((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n,
                                            cps, (utf8proc_ssize_t)room, options);
    if (n < 0 || (size_t)n > room)
        return s;
    n = utf8proc_normalize_utf32(cps, n, options);
    if (n < 0)
        return s;
    char *out = arena_alloc(a, (size_t)n * 4 + 1);
    size_t len = 0;
    for (utf8proc_ssize_t i = 0; i < n; i++)
        len += utf8_encode((uint32_t)cps[i], out + len);
    out[len] = '\0';
    return (struct str){out, len};
}

struct str text_normalize(struct arena *a, struct str s)
{
    bool composed;
    if (clean_prefix(s, &composed) == s.n && composed)
        return s;
    struct str clean = cleaned(a, s, &composed);
    struct str result = composed ? arena_str(a, clean) : compose(a, clean);
    return str_eq(result, s) ? s : result;
}
