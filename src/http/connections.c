#include "http/connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <time.h>

#include "base/clock.h"

struct connection {
    struct connection *prev, *next;
    int fd;
    unsigned char key[16];
    _Atomic int64_t deadline_us; /* 0: none */
    int64_t left_at;             /* the deadline that held when the client was first seen gone */
    void *slot;
    char address[INET6_ADDRSTRLEN];
};

struct connections {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct connection *first;
    int max_per_address;
    bool has_trusted, ending;
    unsigned char trusted[16];
    pthread_t watcher;
    void (*release)(void *slot);
};

static void address_text(const struct sockaddr *from, char out[INET6_ADDRSTRLEN])
{
    out[0] = '\0';
    if (from && from->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, out, INET6_ADDRSTRLEN);
    else if (from && from->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, out, INET6_ADDRSTRLEN);
}

/* The client went away and no request of it moved since the last look. (The library, told by epoll of bytes
 * and of the end at once, reads the bytes and waits for more.) One that only said that it has nothing more to
 * send gets its answer: while it is made there is no deadline. */
static bool gone(struct connection *c, int64_t deadline)
{
    char byte;
    if (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
        return false;
    bool before = c->left_at == deadline;
    c->left_at = deadline;
    return before;
}

/* Under the lock: the descriptor is not closed before connections_remove has taken it. */
static void cut_late_ones(struct connections *all)
{
    int64_t now = clock_mono_us();
    for (struct connection *c = all->first; c; c = c->next) {
        int64_t deadline = atomic_load_explicit(&c->deadline_us, memory_order_relaxed);
        if (deadline && (now > deadline || gone(c, deadline))) {
            shutdown(c->fd, SHUT_RDWR);
            atomic_store_explicit(&c->deadline_us, 0, memory_order_relaxed);
        }
    }
}

static void *watch(void *arg)
{
    struct connections *all = arg;
    pthread_mutex_lock(&all->lock);
    while (!all->ending) {
        struct timespec at;
        clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_sec += 1;
        while (!all->ending && pthread_cond_timedwait(&all->wake, &all->lock, &at) != ETIMEDOUT)
            ;
        cut_late_ones(all);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

struct connections *connections_new(int max_per_address, const char *trusted, void (*release)(void *))
{
    struct connections *all = calloc(1, sizeof *all);
    pthread_condattr_t monotonic;
    if (!all)
        return NULL;
    all->max_per_address = max_per_address;
    all->release = release;
    all->has_trusted = trusted && address_key(str_from(trusted), all->trusted);
    pthread_mutex_init(&all->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&all->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&all->watcher, NULL, watch, all) == 0)
        return all;
    free(all);
    return NULL;
}

void connections_free(struct connections *all)
{
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->ending = true;
    pthread_cond_signal(&all->wake);
    pthread_mutex_unlock(&all->lock);
    pthread_join(all->watcher, NULL);
    pthread_cond_destroy(&all->wake);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

bool connections_room(struct connections *all, const struct sockaddr *from)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char key[16];
    int n = 0;
    address_text(from, text);
    if (!address_key(str_from(text), key))
        return false;
    if (all->has_trusted && memcmp(key, all->trusted, sizeof key) == 0)
        return true;
    pthread_mutex_lock(&all->lock);
    for (const struct connection *c = all->first; c; c = c->next)
        n += memcmp(c->key, key, sizeof key) == 0;
    pthread_mutex_unlock(&all->lock);
    return n < all->max_per_address;
}

struct connection *connections_add(struct connections *all, int fd, const struct sockaddr *from)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->fd = fd;
    address_text(from, c->address);
    if (!address_key(str_from(c->address), c->key))
        memset(c->key, 0, sizeof c->key);
    connection_deadline(c, HEAD_TIMEOUT_MS);
    pthread_mutex_lock(&all->lock);
    c->next = all->first;
    if (c->next)
        c->next->prev = c;
    all->first = c;
    pthread_mutex_unlock(&all->lock);
    return c;
}

void connections_remove(struct connections *all, struct connection *c)
{
    pthread_mutex_lock(&all->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        all->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    pthread_mutex_unlock(&all->lock);
    if (c->slot)
        all->release(c->slot);
    free(c);
}

void connection_deadline(struct connection *c, int in_ms)
{
    int64_t at = in_ms ? clock_mono_us() + (int64_t)in_ms * 1000 : 0;
    atomic_store_explicit(&c->deadline_us, at, memory_order_relaxed);
}

struct str connection_address(const struct connection *c)
{
    return str_from(c->address);
}

void **connection_slot(struct connection *c)
{
    return &c->slot;
}
