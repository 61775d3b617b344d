#include "base/ahead.h"

/* Waits for room: when there is none, for half of it, so that the threads do not wake each other at every item. */
static bool wait_for_room(struct ahead *h)
{
    if (h->n == AHEAD_ITEMS)
        while (h->n > AHEAD_ITEMS / 2 && !h->stopped)
            pthread_cond_wait(&h->emptied, &h->lock);
    return !h->stopped;
}

static void *run(void *arg)
{
    struct ahead *h = arg;
    pthread_mutex_lock(&h->lock);
    while (wait_for_room(h)) {
        struct ahead_item *item = &h->items[(h->first + h->n) % AHEAD_ITEMS];
        pthread_mutex_unlock(&h->lock); /* the item is nobody else's until it is counted */
        enum err e = h->fill(h->ctx, item->a, &item->value);
        pthread_mutex_lock(&h->lock);
        h->e = e;
        if (e != OK || !item->value)
            break;
        if (h->n++ == 0)
            pthread_cond_signal(&h->filled);
    }
    h->ended = true;
    pthread_cond_signal(&h->filled);
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

enum err ahead_begin(struct ahead *h)
{
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->filled, NULL);
    pthread_cond_init(&h->emptied, NULL);
    for (size_t i = 0; i < AHEAD_ITEMS; i++) {
        h->items[i].a = arena_new(SIZE_MAX);
        if (!h->items[i].a)
            return ERR_LIMIT;
    }
    h->threaded = pthread_create(&h->thread, NULL, run, h) == 0;
    return OK;
}

static enum err fill_now(struct ahead *h, struct ahead_item **item)
{
    TRY(h->fill(h->ctx, h->items[0].a, &h->items[0].value));
    *item = h->items[0].value ? &h->items[0] : NULL;
    return OK;
}

enum err ahead_next(struct ahead *h, struct ahead_item **item)
{
    *item = NULL;
    if (!h->threaded)
        return fill_now(h, item);
    pthread_mutex_lock(&h->lock);
    while (h->n == 0 && !h->ended)
        pthread_cond_wait(&h->filled, &h->lock);
    if (h->n > 0)
        *item = &h->items[h->first];
    enum err e = *item ? OK : h->e;
    pthread_mutex_unlock(&h->lock);
    return e;
}

void ahead_give_back(struct ahead *h, struct ahead_item *item)
{
    arena_reset(item->a);
    item->value = NULL;
    if (!h->threaded)
        return;
    pthread_mutex_lock(&h->lock);
    h->first = (h->first + 1) % AHEAD_ITEMS;
    if (--h->n == AHEAD_ITEMS / 2)
        pthread_cond_signal(&h->emptied);
    pthread_mutex_unlock(&h->lock);
}

void ahead_end(struct ahead *h)
{
    if (h->threaded) {
        pthread_mutex_lock(&h->lock);
        h->stopped = true;
        pthread_cond_signal(&h->emptied);
        pthread_mutex_unlock(&h->lock);
        pthread_join(h->thread, NULL);
    }
    for (size_t i = 0; i < AHEAD_ITEMS; i++)
        arena_free(h->items[i].a);
    pthread_cond_destroy(&h->emptied);
    pthread_cond_destroy(&h->filled);
    pthread_mutex_destroy(&h->lock);
}
