#include "modules/directory/import/ahead.h"

static void empty(struct ahead_row *row)
{
    struct arena *a = row->a;
    arena_reset(a);
    *row = (struct ahead_row){.a = a};
}

/* Waits for room: when there is none, for half of it, so that the threads do not wake each other at every row. */
static bool wait_for_room(struct ahead *h)
{
    if (h->n == AHEAD_ROWS)
        while (h->n > AHEAD_ROWS / 2 && !h->stopped)
            pthread_cond_wait(&h->emptied, &h->lock);
    return !h->stopped;
}

static void *run(void *arg)
{
    struct ahead *h = arg;
    pthread_mutex_lock(&h->lock);
    while (wait_for_room(h)) {
        struct ahead_row *row = &h->rows[(h->first + h->n) % AHEAD_ROWS];
        bool has = false;
        pthread_mutex_unlock(&h->lock); /* the row is nobody else's until it is counted */
        enum err e = h->fill(h->ctx, row, &has);
        pthread_mutex_lock(&h->lock);
        h->e = e;
        if (e != OK || !has)
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
    for (size_t i = 0; i < AHEAD_ROWS; i++) {
        h->rows[i].a = arena_new(SIZE_MAX);
        if (!h->rows[i].a)
            return ERR_LIMIT;
    }
    h->threaded = pthread_create(&h->thread, NULL, run, h) == 0;
    return OK;
}

static enum err fill_now(struct ahead *h, struct ahead_row **row)
{
    bool has = false;
    TRY(h->fill(h->ctx, &h->rows[0], &has));
    *row = has ? &h->rows[0] : NULL;
    return OK;
}

enum err ahead_next(struct ahead *h, struct ahead_row **row)
{
    *row = NULL;
    if (!h->threaded)
        return fill_now(h, row);
    pthread_mutex_lock(&h->lock);
    while (h->n == 0 && !h->ended)
        pthread_cond_wait(&h->filled, &h->lock);
    if (h->n > 0)
        *row = &h->rows[h->first];
    enum err e = *row ? OK : h->e;
    pthread_mutex_unlock(&h->lock);
    return e;
}

void ahead_give_back(struct ahead *h, struct ahead_row *row)
{
    empty(row);
    if (!h->threaded)
        return;
    pthread_mutex_lock(&h->lock);
    h->first = (h->first + 1) % AHEAD_ROWS;
    if (--h->n == AHEAD_ROWS / 2)
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
    for (size_t i = 0; i < AHEAD_ROWS; i++)
        arena_free(h->rows[i].a);
    pthread_cond_destroy(&h->emptied);
    pthread_cond_destroy(&h->filled);
    pthread_mutex_destroy(&h->lock);
}
