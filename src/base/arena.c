#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

/* Under AddressSanitizer what was not handed out is poisoned, and a gap is left after each piece,
 * so that overflows inside a block are seen as they would be with malloc. */
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
enum { GAP = 0 };
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = alignof(max_align_t), BLOCK_MIN = 4096, BLOCK_MAX = 256 * 1024 };

struct block {
    struct block *next; /* older */
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

struct defer {
    struct defer *next;
    void (*release)(void *);
    void *what;
};

struct arena {
    struct block *top;   /* where small pieces are cut; older blocks follow */
    struct block *first; /* kept by arena_reset */
    struct defer *defers;
    jmp_buf *where;
    size_t cap, used;
    size_t next_size;
};

static struct block *block_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct block))
        return NULL;
    struct block *b = malloc(sizeof *b + size);
    if (!b)
        return NULL;
    b->next = NULL;
    b->size = size;
    b->used = 0;
    POISON(b->bytes, size);
    return b;
}

static void block_free(struct block *b)
{
    UNPOISON(b->bytes, b->size);
    free(b);
}

struct arena *arena_new(size_t cap)
{
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->first = a->top = block_new(BLOCK_MIN);
    if (!a->first) {
        free(a);
        return NULL;
    }
    a->cap = cap;
    a->next_size = (size_t)BLOCK_MIN * 2;
    return a;
}

static void run_defers(struct arena *a)
{
    while (a->defers) {
        struct defer d = *a->defers;
        a->defers = d.next; /* unlinked first: a release that fails or jumps is not run twice */
        d.release(d.what);
    }
}

static void free_blocks(struct arena *a)
{
    for (struct block *b = a->top, *next; b; b = next) {
        next = b->next;
        if (b != a->first)
            block_free(b);
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    run_defers(a);
    free_blocks(a);
    block_free(a->first);
    free(a);
}

void arena_reset(struct arena *a)
{
    run_defers(a);
    free_blocks(a);
    a->top = a->first;
    a->first->next = NULL;
    a->first->used = 0;
    POISON(a->first->bytes, a->first->size);
    a->used = 0;
    a->next_size = (size_t)BLOCK_MIN * 2;
}

void arena_boundary(struct arena *a, jmp_buf *where)
{
    a->where = where;
}

static _Noreturn void refuse(struct arena *a, size_t size)
{
    if (a->where)
        longjmp(*a->where, 1);
    fprintf(stderr, "balise: memory refused: %zu bytes over %zu in use (cap %zu)\n", size, a->used,
            a->cap);
    abort();
}

/* A block with room for `size` bytes, made the top unless the piece is so large that it would waste
 * what is left of the present one. */
static struct block *block_for(struct arena *a, size_t size)
{
    if (size > a->next_size / 4) {
        struct block *own = block_new(size);
        if (!own)
            refuse(a, size);
        own->next = a->top->next;
        a->top->next = own;
        return own;
    }
    struct block *b = block_new(a->next_size);
    if (!b)
        refuse(a, size);
    b->next = a->top;
    a->top = b;
    if (a->next_size < BLOCK_MAX)
        a->next_size *= 2;
    return b;
}

static size_t aligned(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - ALIGN - GAP)
        refuse(a, size);
    size_t room = (size + ALIGN - 1) / ALIGN * ALIGN;
    return (room ? room : ALIGN) + GAP;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t room = aligned(a, size);
    if (size > a->cap || a->used > a->cap - size)
        refuse(a, size);
    struct block *b = a->top;
    if (b->size - b->used < room)
        b = block_for(a, room);
    void *p = b->bytes + b->used;
    b->used += room;
    a->used += size;
    UNPOISON(p, size);
    return p;
}

void *arena_zalloc(struct arena *a, size_t size)
{
    void *p = arena_alloc(a, size);
    memset(p, 0, size);
    return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(n, size, &all))
        refuse(a, SIZE_MAX);
    return arena_zalloc(a, all);
}

/* Extends the newest piece of the top block where it is. */
static bool grow_in_place(struct arena *a, void *items, size_t old_size, size_t new_size)
{
    struct block *b = a->top;
    size_t old_room = aligned(a, old_size), new_room = aligned(a, new_size);
    if (!items || b->used < old_room || b->bytes + b->used - old_room != (char *)items)
        return false;
    if (new_room - old_room > b->size - b->used || new_size - old_size > a->cap - a->used)
        return false;
    b->used += new_room - old_room;
    a->used += new_size - old_size;
    UNPOISON(items, new_size);
    return true;
}

void *arena_grow(struct arena *a, void *items, size_t used, size_t *cap, size_t need, size_t size)
{
    if (items && need <= *cap)
        return items;
    size_t want = *cap < 4 ? 8 : *cap;
    while (want < need)
        want = want > SIZE_MAX / 2 ? need : want * 2;
    if (want == *cap) /* only when items is NULL with a cap: treat it as empty */
        want = need > *cap ? need : *cap;
    size_t bytes;
    if (__builtin_mul_overflow(want, size, &bytes))
        refuse(a, SIZE_MAX);
    if (grow_in_place(a, items, *cap * size, bytes)) {
        *cap = want;
        return items;
    }
    void *moved = arena_alloc(a, bytes);
    if (items && used)
        memcpy(moved, items, used * size);
    *cap = want;
    return moved;
}

char *arena_cstr(struct arena *a, struct str s)
{
    if (s.n == SIZE_MAX)
        refuse(a, SIZE_MAX);
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

struct str arena_str(struct arena *a, struct str s)
{
    return (struct str){arena_cstr(a, s), s.n};
}

struct str arena_join(struct arena *a, const struct str *pieces, size_t n)
{
    size_t all = 0;
    for (size_t i = 0; i < n; i++)
        all += pieces[i].n;
    char *text = arena_alloc(a, all + 1), *p = text;
    for (size_t i = 0; i < n; i++) {
        if (pieces[i].n)
            memcpy(p, pieces[i].p, pieces[i].n);
        p += pieces[i].n;
    }
    *p = '\0';
    return (struct str){text, all};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    char small[256];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(small, sizeof small, fmt, args);
    va_end(args);
    if (n < 0)
        refuse(a, SIZE_MAX);
    size_t len = (size_t)n;
    if (len < sizeof small)
        return arena_str(a, (struct str){small, len});
    char *p = arena_alloc(a, len + 1);
    va_start(args, fmt);
    n = vsnprintf(p, len + 1, fmt, args);
    va_end(args);
    return (struct str){p, n < 0 ? 0 : len};
}

void arena_defer(struct arena *a, void (*release)(void *), void *what)
{
    struct defer *d = arena_alloc(a, sizeof *d);
    *d = (struct defer){a->defers, release, what};
    a->defers = d;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
