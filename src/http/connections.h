/* Private to http/: who is connected, and for how long a client may make the server wait. The library only
 * knows inactivity: a client that sends one byte every ten seconds would hold its place for ever. */
#ifndef BALISE_HTTP_CONNECTIONS_H
#define BALISE_HTTP_CONNECTIONS_H

#include <sys/socket.h>

#include "http/exchange.h"

enum {
    HEAD_TIMEOUT_MS = 15 * 1000,  /* from the end of the last answer to the end of the next head */
    BODY_TIMEOUT_MS = 120 * 1000, /* a body, whole */
    IDLE_TIMEOUT_S = 30           /* nothing sent nor taken */
};

struct connections;
struct connection;

/* `trusted`: an address without limit, may be NULL; `release` frees what a slot holds. Starts the thread that watches. NULL: no memory. */
struct connections *connections_new(int max_per_address, const char *trusted, void (*release)(void *));
void connections_free(struct connections *all);
/* False when this address has enough of them. */
bool connections_room(struct connections *all, const struct sockaddr *from);
/* NULL: no memory, refuse it. */
struct connection *connections_add(struct connections *all, int fd, const struct sockaddr *from);
void connections_remove(struct connections *all, struct connection *c);
/* The connection is cut if this is not called again in time; 0: no limit. */
void connection_deadline(struct connection *c, int in_ms);
struct str connection_address(const struct connection *c);
/* What the owner keeps with the connection, NULL at first; given to `release` when it ends. */
void **connection_slot(struct connection *c);

#endif
