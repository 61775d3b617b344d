/* Stands between libpq and the server, and cuts the line at a chosen moment. */
#ifndef BALISE_TESTS_PG_PROXY_H
#define BALISE_TESTS_PG_PROXY_H

#include "base/arena.h"

enum pg_cut {
    PG_PASS,
    PG_CUT_BEFORE, /* the server never hears it */
    PG_CUT_AFTER   /* the server hears it, does it, answers; the answer is not passed on */
};
struct pg_proxy;
/* Address of the same database through the proxy, in `a`. Ends the test on failure. */
struct pg_proxy *pg_proxy_start(struct arena *a, const char *url, const char **through);
/* The next message that holds `what` is cut, once; then everything passes again. */
void pg_proxy_cut(struct pg_proxy *p, enum pg_cut how, const char *what);
void pg_proxy_stop(struct pg_proxy *p);

#endif
