/* Memory that is released all at once: one arena per request, per import row, per snapshot.
 *
 * arena_alloc never returns NULL. Over the cap, or when the system has no memory left, it runs
 * longjmp to the boundary set by arena_boundary(); the single owner of the arena then releases it
 * (deferred releases run) and answers 503, or ends the command. Without a boundary it ends the
 * program with a message. So code that uses an arena contains neither free() nor NULL checks. */
#ifndef BALISE_BASE_ARENA_H
#define BALISE_BASE_ARENA_H

#include <setjmp.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

/* `cap`: bytes it may hold in all (SIZE_MAX for none). Returns NULL only if memory is exhausted. */
struct arena *arena_new(size_t cap);

/* Runs the deferred releases, newest first, then frees everything. NULL is accepted. */
void arena_free(struct arena *a);

/* As arena_free, but keeps the first block for the next use. */
void arena_reset(struct arena *a);

/* Where to jump when memory is refused; `where` must stay valid as long as it is set. The usual form:
 *   jmp_buf refused;
 *   if (setjmp(refused) != 0) { … rollback, 503 … }
 *   arena_boundary(a, &refused); */
void arena_boundary(struct arena *a, jmp_buf *where);

/* Aligned for any type. arena_alloc's bytes are not set; arena_zalloc's are zero. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull, malloc, alloc_size(2)));
void *arena_zalloc(struct arena *a, size_t size) __attribute__((returns_nonnull, malloc, alloc_size(2)));

/* Array of n elements, zeroed; refuses n * size that overflows. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull, malloc));

/* Grows an array that lives in the arena: returns the array, moved if needed, with room for at least
 * `need` elements; *cap is updated. `items` may be NULL with *cap == 0. */
void *arena_grow(struct arena *a, void *items, size_t used, size_t *cap, size_t need, size_t size)
    __attribute__((returns_nonnull));

/* Copies, always NUL-terminated after the last byte. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s) __attribute__((returns_nonnull));
/* The pieces one after the other. */
struct str arena_join(struct arena *a, const struct str *pieces, size_t n);
#define ARENA_JOIN(arena, ...)                                        \
    arena_join((arena), (const struct str[]){__VA_ARGS__},            \
               sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Calls release(what) when the arena is reset or freed. */
void arena_defer(struct arena *a, void (*release)(void *), void *what);

/* Bytes asked for so far. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(arena, type) ((type *)arena_zalloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, n, type) ((type *)arena_array((arena), (n), sizeof(type)))

#endif
