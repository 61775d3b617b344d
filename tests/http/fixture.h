/* A small site of our own: the same routes for the tests without sockets and for the raw-socket ones. */
#ifndef BALISE_TESTS_HTTP_FIXTURE_H
#define BALISE_TESTS_HTTP_FIXTURE_H

#include <stdatomic.h>

#include "http/http.h"

extern const struct route_table fixture_routes;
extern const struct asset_table fixture_assets;
/* How many deferred releases ran: a rollback is one. */
extern atomic_int fixture_released;

#endif
