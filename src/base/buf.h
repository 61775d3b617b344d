/* A growing buffer with a mandatory maximum. Going over it, or out of memory, sets `failed` once:
 * later appends do nothing, so a long run of appends is checked in one place, at its end. */
#ifndef BALISE_BASE_BUF_H
#define BALISE_BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n, cap, max;
    bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_deinit(struct buf *b);  /* frees; usable again after buf_init */
void buf_clear(struct buf *b);   /* empties, keeps the memory, forgets `failed` */
/* The bytes so far; valid until the next append. */
struct str buf_str(const struct buf *b);

/* Private, for those below: room for n bytes more; false when it failed. */
bool buf_grow(struct buf *b, size_t n);

/* Inline: most appends are of a few bytes, and there is room. */
/* Room for n bytes at the end, or NULL if it failed; then buf_commit what was written. */
static inline char *buf_reserve(struct buf *b, size_t n)
{
    if ((b->failed || !b->p || n > b->cap - b->n) && !buf_grow(b, n))
        return NULL;
    return b->p + b->n;
}

static inline void buf_commit(struct buf *b, size_t n)
{
    b->n += n;
}

static inline void buf_char(struct buf *b, char c)
{
    char *p = buf_reserve(b, 1);
    if (p) {
        *p = c;
        b->n++;
    }
}

static inline void buf_add(struct buf *b, struct str s)
{
    char *p = s.n ? buf_reserve(b, s.n) : NULL;
    if (p) {
        memcpy(p, s.p, s.n);
        b->n += s.n;
    }
}

static inline void buf_lit(struct buf *b, const char *cstr)
{
    buf_add(b, str_from(cstr));
}

void buf_int(struct buf *b, int64_t v);
/* Shortest decimal form that reads back as the same double: 46.1060711578546, 5, 0.1. */
void buf_double(struct buf *b, double v);
/* The same, as a text of its own in the arena. */
struct arena;
struct str buf_double_in(struct arena *a, double v);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
