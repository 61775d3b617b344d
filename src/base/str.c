#include "base/str.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>

#include "base/utf8.h"

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (from >= s.n)
        return (struct str){s.p ? s.p + s.n : NULL, 0};
    size_t left = s.n - from;
    return (struct str){s.p + from, n < left ? n : left};
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char ascii_lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

ptrdiff_t str_find(struct str s, struct str what, size_t from)
{
    if (from > s.n || what.n > s.n - from)
        return -1;
    if (what.n == 0)
        return (ptrdiff_t)from;
    const char *at = memmem(s.p + from, s.n - from, what.p, what.n);
    return at ? at - s.p : -1;
}

ptrdiff_t str_find_char(struct str s, char c, size_t from)
{
    if (from >= s.n)
        return -1;
    const char *at = memchr(s.p + from, c, s.n - from);
    return at ? at - s.p : -1;
}

/* Bytes of white space at the start: ASCII, U+00A0, U+202F; 0 if there is none. */
static size_t space_at_start(struct str s)
{
    if (s.n == 0)
        return 0;
    if (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r'))
        return 1;
    if ((unsigned char)s.p[0] < 0x80)
        return 0;
    if (str_starts(s, STR("\xC2\xA0")))
        return 2;
    return str_starts(s, STR("\xE2\x80\xAF")) ? 3 : 0;
}

static size_t space_at_end(struct str s)
{
    if (s.n == 0)
        return 0;
    char last = s.p[s.n - 1];
    if (last == ' ' || (last >= '\t' && last <= '\r'))
        return 1;
    if ((unsigned char)last < 0x80)
        return 0;
    if (str_ends(s, STR("\xC2\xA0")))
        return 2;
    return str_ends(s, STR("\xE2\x80\xAF")) ? 3 : 0;
}

struct str str_trim(struct str s)
{
    size_t n;
    while ((n = space_at_start(s)) > 0)
        s = (struct str){s.p + n, s.n - n};
    while ((n = space_at_end(s)) > 0)
        s.n -= n;
    return s;
}

bool str_split(struct str *rest, char sep, struct str *piece)
{
    if (rest->n == 0)
        return false;
    const char *at = memchr(rest->p, sep, rest->n);
    size_t n = at ? (size_t)(at - rest->p) : rest->n;
    *piece = (struct str){rest->p, n};
    size_t taken = at ? n + 1 : n;
    *rest = (struct str){rest->p + taken, rest->n - taken};
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool str_to_int(struct str s, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    size_t i = s.n && (negative || s.p[0] == '+') ? 1 : 0;
    if (i == s.n)
        return false;
    int64_t v = 0; /* kept negative: INT64_MIN has no positive counterpart */
    for (; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
            return false;
    }
    if (!negative && v == INT64_MIN)
        return false;
    *out = negative ? v : -v;
    return true;
}

static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void c_locale_make(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

struct decimal {
    uint64_t digits; /* all of them as one number */
    int count;       /* significant digits, 20 when too many to be exact */
    int exponent;    /* value = digits × 10^exponent */
};

/* [sign] digits [. digits] [e [sign] digits], at least one digit before or after the dot. */
static bool decimal_scan(struct str s, struct decimal *d)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
    bool any = false, dot = false;
    *d = (struct decimal){0};
    for (; i < s.n && (is_digit(s.p[i]) || (s.p[i] == '.' && !dot)); i++) {
        if (s.p[i] == '.') {
            dot = true;
            continue;
        }
        any = true;
        if (dot)
            d->exponent--;
        if (d->count || s.p[i] != '0')
            d->count++;
        if (d->count <= 19)
            d->digits = d->digits * 10 + (uint64_t)(s.p[i] - '0');
        else
            d->count = 20;
    }
    if (!any)
        return false;
    if (i == s.n)
        return true;
    if (s.p[i] != 'e' && s.p[i] != 'E')
        return false;
    i++;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    size_t first = i;
    while (i < s.n && is_digit(s.p[i]))
        i++;
    d->count = 20; /* rare: left to strtod */
    return i == s.n && i > first;
}

bool str_to_double(struct str s, double *out)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal d;
    char copy[512];
    if (s.n >= sizeof copy || !decimal_scan(s, &d))
        return false;
    /* Both numbers are exact doubles, so their quotient is the correctly rounded value. */
    if (d.count <= 15 && d.exponent >= -22) {
        double v = (double)d.digits / tens[-d.exponent];
        *out = s.p[0] == '-' ? -v : v;
        return true;
    }
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    pthread_once(&c_locale_once, c_locale_make);
    double v = c_locale ? strtod_l(copy, NULL, c_locale) : strtod(copy, NULL);
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

bool str_is_utf8(struct str s)
{
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t cp;
        uint64_t word;
        if (s.n - i >= sizeof word) {
            memcpy(&word, s.p + i, sizeof word);
            /* eight ASCII bytes, none of them zero */
            if (((word | (word - 0x0101010101010101U)) & 0x8080808080808080U) == 0) {
                n = sizeof word;
                continue;
            }
        }
        n = s.p[i] == '\0' ? 0 : utf8_decode(s.p + i, s.n - i, &cp);
        if (n == 0)
            return false;
    }
    return true;
}

size_t str_length(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += !utf8_is_cont((unsigned char)s.p[i]);
    return count;
}
