#include "base/buf.h"

#include "base/arena.h"

#include <math.h>
#include <stdarg.h>

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_deinit(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
}

struct str buf_str(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}

bool buf_grow(struct buf *b, size_t n)
{
    if (b->failed || n > b->max || b->n > b->max - n) {
        b->failed = true;
        return false;
    }
    size_t cap = b->cap < 128 ? 256 : b->cap;
    while (cap < b->n + n)
        cap = cap > SIZE_MAX / 2 ? b->n + n : cap * 2;
    if (cap > b->max)
        cap = b->max;
    char *p = realloc(b->p, cap ? cap : 1);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_int(struct buf *b, int64_t v)
{
    char digits[20];
    size_t i = sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        digits[--i] = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        digits[--i] = '-';
    buf_add(b, (struct str){digits + i, sizeof digits - i});
}

/* The case of almost every number written (coordinates, rates): a decimal of at most 15 digits.
 * Such a decimal, when it reads back as v, is the only one of 15 digits or fewer, hence the
 * shortest. */
static bool add_short_decimal(struct buf *b, double v)
{
    double size = fabs(v), power = 1;
    if (size < 1e-4 || size >= 1e15)
        return false;
    for (int places = 0; places <= 15; places++, power *= 10) {
        double scaled = nearbyint(size * power);
        if (scaled >= 1e15)
            return false;
        if (scaled / power != size)
            continue;
        char digits[24];
        size_t i = sizeof digits;
        uint64_t u = (uint64_t)scaled;
        for (int k = 0; k < places || u || k == places; k++) {
            if (k == places && places > 0)
                digits[--i] = '.';
            digits[--i] = (char)('0' + u % 10);
            u /= 10;
        }
        if (v < 0)
            digits[--i] = '-';
        buf_add(b, (struct str){digits + i, sizeof digits - i});
        return true;
    }
    return false;
}

void buf_double(struct buf *b, double v)
{
    if (v == 0) { /* also -0, as JSON.stringify does */
        buf_char(b, '0');
        return;
    }
    if (add_short_decimal(b, v))
        return;
    char text[40];
    int n = 0;
    for (int precision = 15; precision <= 17; precision++) {
        n = snprintf(text, sizeof text, "%.*g", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    for (int i = 0; i < n; i++)
        if (text[i] == ',') /* whatever setlocale() a library did */
            text[i] = '.';
    buf_add(b, (struct str){text, n > 0 ? (size_t)n : 0});
}

struct str buf_double_in(struct arena *a, double v)
{
    struct buf b;
    buf_init(&b, 64);
    buf_double(&b, v);
    struct str text = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return text;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    size_t room = b->failed || !b->p ? 0 : b->cap - b->n;
    int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, args);
    va_end(args);
    if (n < 0) {
        b->failed = true;
    } else if ((size_t)n < room) {
        b->n += (size_t)n;
    } else if (!b->failed) {
        /* vsnprintf also writes a NUL, which may not fit under the maximum */
        char *text = malloc((size_t)n + 1);
        if (text && vsnprintf(text, (size_t)n + 1, fmt, again) == n)
            buf_add(b, (struct str){text, (size_t)n});
        else
            b->failed = true;
        free(text);
    }
    va_end(again);
}
