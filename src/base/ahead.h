/* Work done ahead by a second thread, while this one uses what is ready: for two halves that cost about the same (reading a file
 * and writing rows, reading rows and writing a file). In order; a bounded number of items ahead. */
#ifndef BALISE_BASE_AHEAD_H
#define BALISE_BASE_AHEAD_H

#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"

enum { AHEAD_ITEMS = 16 };

struct ahead_item {
    struct arena *a; /* `value` and all that it points to live there; emptied when the item is given back */
    void *value;
};
struct ahead {
    /* Makes the next value in `a`; *value stays NULL at the end. Runs in the other thread: it may touch its own context and `a`,
     * nothing else that the caller touches before ahead_end. */
    enum err (*fill)(void *ctx, struct arena *a, void **value);
    void *ctx;
    /* private */
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    struct ahead_item items[AHEAD_ITEMS];
    size_t first, n;
    bool ended, stopped;
    enum err e;
};
/* `fill` and `ctx` are set. Without a second thread the items are made when they are asked for. ERR_LIMIT: no memory. */
enum err ahead_begin(struct ahead *h) MUST_USE;
/* The next item; NULL at the end. Give it back before the next one. The error of `fill`, after the items before it. */
enum err ahead_next(struct ahead *h, struct ahead_item **item) MUST_USE;
void ahead_give_back(struct ahead *h, struct ahead_item *item);
/* Stops, wherever it is; after a failed ahead_begin too. */
void ahead_end(struct ahead *h);

#endif
