#include <utf8proc.h>

#include "base/text_private.h"
#include "base/utf8.h"

/* A sort key has four levels, each only read when those before are equal:
 *   1 letters and digits, folded        "cote" for "Côté"
 *   2 accents, left to right            one byte a letter, one more for each accent
 *   3 case                              one byte a letter
 *   4 what level 1 left out             spaces and punctuation, where they were
 * They are separated by 01. Weights are between 02 and 7F and punctuation is written in UTF-8, so a
 * key is valid text without a NUL: it can be stored in a text column (collation C). At levels 2 to
 * 4 a run of 02 at the end is dropped: 01, which then takes its place, is lower too. */
enum { SEPARATOR = 1, PLAIN = 2, UPPER = 3, LIGATURE = 0x60 };

struct level {
    char *p;
    size_t n, cap, kept; /* kept: without the 02s at the end */
};

static void put(struct arena *a, struct level *l, const char *p, size_t n)
{
    l->p = arena_grow(a, l->p, l->n, &l->cap, l->n + n, 1);
    memcpy(l->p + l->n, p, n);
    l->n += n;
    if (n > 1 || p[0] != PLAIN)
        l->kept = l->n;
}

static void put_weight(struct arena *a, struct level *l, int weight)
{
    char c = (char)weight;
    put(a, l, &c, 1);
}

/* In the order of Unicode's default table, which French keeps. */
static int accent_weight(uint32_t mark)
{
    /* acute grave breve circumflex caron ring diaeresis double-acute tilde dot stroke cedilla ogonek
     * macron */
    static const uint16_t order[] = {0x301, 0x300, 0x306, 0x302, 0x30C, 0x30A, 0x308,
                                     0x30B, 0x303, 0x307, 0x338, 0x327, 0x328, 0x304};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i] == mark)
            return 3 + (int)i;
    return 0x20 + (int)(mark & 0x3F);
}

/* The same as below, for most of what is sorted. */
static void put_ascii(struct arena *a, struct level levels[4], char c)
{
    bool upper = c >= 'A' && c <= 'Z';
    char low = (char)(upper ? c + ('a' - 'A') : c);
    if ((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9')) {
        put(a, &levels[0], &low, 1);
        put_weight(a, &levels[1], PLAIN);
        put_weight(a, &levels[2], upper ? UPPER : PLAIN);
        put_weight(a, &levels[3], PLAIN);
    } else {
        put_weight(a, &levels[3], c < ' ' ? ' ' : c);
    }
}

static void put_code_point(struct arena *a, struct level levels[4], uint32_t cp)
{
    if (cp < 0x80) {
        put_ascii(a, levels, (char)cp);
        return;
    }
    uint32_t pieces[PIECES_MAX];
    char bytes[4];
    size_t n = text_pieces(cp, pieces);
    bool upper = utf8proc_tolower((utf8proc_int32_t)cp) != (utf8proc_int32_t)cp;
    bool ligature = cp == 0x152 || cp == 0x153 || cp == 0xC6 || cp == 0xE6;
    for (size_t i = 0; i < n; i++) {
        uint32_t base = text_base_letter(pieces[i]);
        switch (text_piece_kind(pieces[i])) {
        case PIECE_LETTER:
            put(a, &levels[0], bytes, utf8_encode(base, bytes));
            put_weight(a, &levels[1], PLAIN);
            if (base != pieces[i]) /* the stroke of ø, ł */
                put_weight(a, &levels[1], accent_weight(0x338));
            if (ligature && i == 0) /* œ after oe and OE */
                put_weight(a, &levels[1], LIGATURE);
            put_weight(a, &levels[2], upper ? UPPER : PLAIN);
            put_weight(a, &levels[3], PLAIN);
            break;
        case PIECE_MARK:
            put_weight(a, &levels[1], accent_weight(pieces[i]));
            break;
        case PIECE_SEPARATOR:
            put(a, &levels[3], bytes, utf8_encode(pieces[i] < ' ' ? ' ' : pieces[i], bytes));
            break;
        case PIECE_IGNORED:
            break;
        }
    }
}

struct str text_sort_key(struct arena *a, struct str s)
{
    struct level levels[4] = {0};
    for (int i = 0; i < 4; i++) /* enough for almost every text */
        levels[i].p = arena_grow(a, NULL, 0, &levels[i].cap, s.n + s.n / 4 + 8, 1);
    for (size_t i = 0; i < s.n;)
        put_code_point(a, levels, text_next(s, &i, 0xFFFD));
    levels[0].kept = levels[0].n;
    int last = 3;
    while (last > 0 && levels[last].kept == 0)
        last--;
    size_t n = 0;
    for (int i = 0; i <= last; i++)
        n += levels[i].kept + 1;
    char *key = arena_alloc(a, n), *end = key;
    for (int i = 0; i <= last; i++) {
        if (i)
            *end++ = SEPARATOR;
        if (levels[i].kept)
            memcpy(end, levels[i].p, levels[i].kept);
        end += levels[i].kept;
    }
    *end = '\0';
    return (struct str){key, n - 1};
}

int text_compare(struct str a, struct str b)
{
    if (str_eq(a, b))
        return 0;
    struct arena *keys = arena_new(SIZE_MAX);
    if (!keys)
        return str_cmp(a, b);
    int c = str_cmp(text_sort_key(keys, a), text_sort_key(keys, b));
    arena_free(keys);
    return c;
}
