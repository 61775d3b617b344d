/* Starting and stopping: the rows are checked, memory for the workers, then the sockets (listener.c). */
#include <sodium.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/exchange.h"

enum { ARENA_CAP = 32 * 1024 * 1024, FRONT_CAP = 8 * 1024 * 1024, RATE_ENTRIES = 8192 };

static const int default_rates[4] = {[RATE_PAGE] = 1200, [RATE_SEARCH] = 1200, [RATE_EXPORT] = 60, [RATE_UNLIMITED] = -1};

/* -- workers: as many as requests that run at once, kept for the next ones ---------------------------- */
static void worker_free(struct worker *w)
{
    arena_free(w->arena);
    arena_free(w->front);
    if (w->deflate_ready)
        deflateEnd(&w->deflate);
    free(w);
}

struct worker *worker_take(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    struct worker *w = s->workers;
    if (w)
        s->workers = w->next;
    pthread_mutex_unlock(&s->lock);
    if (w)
        return w;
    w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->arena = arena_new(s->arena_cap);
    w->front = arena_new(FRONT_CAP);
    if (w->arena && w->front)
        return w;
    worker_free(w);
    return NULL;
}

void worker_give(struct http_server *s, struct worker *w)
{
    arena_reset(w->arena);
    arena_reset(w->front);
    pthread_mutex_lock(&s->lock);
    w->next = s->workers;
    s->workers = w;
    pthread_mutex_unlock(&s->lock);
}

void http_room_take(struct http_server *s, struct buf *b)
{
    *b = (struct buf){0};
    pthread_mutex_lock(&s->lock);
    if (s->n_rooms)
        *b = s->rooms[--s->n_rooms];
    pthread_mutex_unlock(&s->lock);
}

void http_room_give(struct http_server *s, struct buf *b)
{
    if (b->p && b->cap <= HTTP_ROOM_MAX) {
        buf_clear(b);
        pthread_mutex_lock(&s->lock);
        if (s->n_rooms < HTTP_ROOMS) {
            s->rooms[s->n_rooms++] = *b;
            *b = (struct buf){0};
        }
        pthread_mutex_unlock(&s->lock);
    }
    buf_deinit(b);
}

/* -- start ------------------------------------------------------------------------------------------- */
static bool make_policy(struct http_server *s)
{
    const char *images = s->cfg.image_sources ? s->cfg.image_sources : "";
    char *text;
    int n = asprintf(&text,
                     "default-src 'self'; img-src 'self' data:%s%s; object-src 'none'; base-uri 'none'; "
                     "form-action 'self'; frame-ancestors 'none'",
                     *images ? " " : "", images);
    if (n < 0)
        return false;
    s->page_policy = (struct str){text, (size_t)n};
    return true;
}

static bool make_rates(struct http_server *s)
{
    int per_minute[4];
    for (int c = 0; c < 4; c++) {
        int asked = s->cfg.rate_per_minute[c];
        per_minute[c] = asked ? asked : s->cfg.listen ? default_rates[c] : -1;
    }
    s->rates = rate_table_new(per_minute, RATE_ENTRIES);
    return s->rates != NULL;
}

enum err http_server_start(const struct http_config *cfg, const struct route_table *tables, size_t n_tables,
                           struct http_server **out, struct str *why, struct arena *a)
{
    *why = STR("out of memory");
    struct http_server *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_LIMIT;
    s->cfg = *cfg;
    s->arena_cap = cfg->arena_cap ? cfg->arena_cap : ARENA_CAP;
    pthread_mutex_init(&s->lock, NULL);
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    atomic_init(&s->next_id, seed);
    if (cfg->secret)
        memcpy(s->secret, cfg->secret, sizeof s->secret);
    else
        randombytes_buf(s->secret, sizeof s->secret);
    enum err e = make_policy(s) && make_rates(s) ? OK : ERR_LIMIT;
    if (e == OK)
        e = router_new(tables, n_tables, a, &s->router, why);
    if (e == OK && cfg->listen)
        e = listener_open(s, a, why);
    if (e != OK) {
        http_server_stop(s, 0);
        return e;
    }
    *why = STR_NONE;
    *out = s;
    return OK;
}

int http_server_port(const struct http_server *s)
{
    return s->listener ? listener_port(s) : 0;
}

void http_server_stop(struct http_server *s, int grace_ms)
{
    if (!s)
        return;
    if (s->listener)
        listener_close(s, grace_ms);
    while (s->workers) {
        struct worker *w = s->workers;
        s->workers = w->next;
        worker_free(w);
    }
    while (s->n_rooms)
        buf_deinit(&s->rooms[--s->n_rooms]);
    rate_table_free(s->rates);
    router_free(s->router);
    free((char *)(uintptr_t)s->page_policy.p);
    sodium_memzero(s->secret, sizeof s->secret);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
