#include "pg_proxy.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS_MAX = 16, BYTES = 65536, TICK_MS = 20 };

struct pg_proxy {
    pthread_t thread;
    int listener, port;
    char host[128], service[16];
    atomic_bool stop;
    pthread_mutex_t lock;
    enum pg_cut how;
    const char *what;
    int client[PAIRS_MAX], server[PAIRS_MAX];
    int n;
    char buffer[BYTES];
};

static void die(const char *what)
{
    perror(what);
    abort();
}

static int connect_to_server(const struct pg_proxy *p)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(p->host, p->service, &hints, &found) != 0)
        die("getaddrinfo");
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0)
        die("connect");
    freeaddrinfo(found);
    return fd;
}

static void close_pair(struct pg_proxy *p, int i)
{
    close(p->client[i]);
    close(p->server[i]);
    p->n--;
    p->client[i] = p->client[p->n];
    p->server[i] = p->server[p->n];
}

static bool send_all(int fd, const char *bytes, ssize_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, (size_t)n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        n -= sent;
    }
    return true;
}

static enum pg_cut cut_now(struct pg_proxy *p, ssize_t n)
{
    pthread_mutex_lock(&p->lock);
    enum pg_cut how = PG_PASS;
    if (p->what && memmem(p->buffer, (size_t)n, p->what, strlen(p->what))) {
        how = p->how;
        p->what = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    return how;
}

/* False: the pair is to be closed. */
static bool from_client(struct pg_proxy *p, int i)
{
    ssize_t n = recv(p->client[i], p->buffer, sizeof p->buffer, 0);
    if (n <= 0)
        return false;
    enum pg_cut how = cut_now(p, n);
    if (how == PG_CUT_BEFORE || !send_all(p->server[i], p->buffer, n))
        return false;
    if (how == PG_CUT_AFTER) {
        ssize_t answer = recv(p->server[i], p->buffer, sizeof p->buffer, 0);
        (void)answer; /* it has answered: it has done it */
        return false;
    }
    return true;
}

static bool from_server(struct pg_proxy *p, int i)
{
    ssize_t n = recv(p->server[i], p->buffer, sizeof p->buffer, 0);
    return n > 0 && send_all(p->client[i], p->buffer, n);
}

static void *relay(void *ctx)
{
    struct pg_proxy *p = ctx;
    while (!atomic_load(&p->stop)) {
        struct pollfd fds[2 * PAIRS_MAX + 1] = {{.fd = p->listener, .events = POLLIN}};
        int n = p->n;
        for (int i = 0; i < n; i++) {
            fds[1 + 2 * i] = (struct pollfd){.fd = p->client[i], .events = POLLIN};
            fds[2 + 2 * i] = (struct pollfd){.fd = p->server[i], .events = POLLIN};
        }
        if (poll(fds, (nfds_t)(2 * n + 1), TICK_MS) <= 0)
            continue;
        for (int i = n - 1; i >= 0; i--) {
            if ((fds[1 + 2 * i].revents && !from_client(p, i)) || (fds[2 + 2 * i].revents && !from_server(p, i)))
                close_pair(p, i);
        }
        if (fds[0].revents && p->n < PAIRS_MAX) {
            p->client[p->n] = accept(p->listener, NULL, NULL);
            p->server[p->n++] = connect_to_server(p);
        }
    }
    while (p->n)
        close_pair(p, 0);
    return NULL;
}

/* postgresql://user:password@HOST:PORT/… : the form that tests/pg.sh gives. */
static const char *address_through(struct arena *a, struct pg_proxy *p, const char *url)
{
    const char *at = strchr(url, '@');
    const char *slash = at ? strchr(at, '/') : NULL;
    const char *colon = at ? strchr(at, ':') : NULL;
    if (!slash || !colon || colon > slash) {
        fprintf(stderr, "BALISE_TEST_PG must look like postgresql://user:password@host:port/base\n");
        abort();
    }
    snprintf(p->host, sizeof p->host, "%.*s", (int)(colon - at - 1), at + 1);
    snprintf(p->service, sizeof p->service, "%.*s", (int)(slash - colon - 1), colon + 1);
    return arena_printf(a, "%.*s127.0.0.1:%d%s", (int)(at + 1 - url), url, p->port, slash).p;
}

struct pg_proxy *pg_proxy_start(struct arena *a, const char *url, const char **through)
{
    struct pg_proxy *p = calloc(1, sizeof *p);
    if (!p)
        die("calloc");
    pthread_mutex_init(&p->lock, NULL);
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof where;
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&where, n) != 0 || listen(p->listener, 8) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&where, &n) != 0)
        die("proxy");
    p->port = ntohs(where.sin_port);
    *through = address_through(a, p, url);
    if (pthread_create(&p->thread, NULL, relay, p) != 0)
        die("pthread_create");
    return p;
}

void pg_proxy_cut(struct pg_proxy *p, enum pg_cut how, const char *what)
{
    pthread_mutex_lock(&p->lock);
    p->how = how;
    p->what = what;
    pthread_mutex_unlock(&p->lock);
}

void pg_proxy_stop(struct pg_proxy *p)
{
    atomic_store(&p->stop, true);
    pthread_join(p->thread, NULL);
    close(p->listener);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
