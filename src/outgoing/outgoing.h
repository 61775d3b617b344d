/* Requests that Balise sends to others over HTTP, from jobs and commands only: never while a person waits for a page.
 *
 * One service at one address, decided by the operator. What protects:
 *   - https only; http only towards this machine (localhost, 127.0.0.1, ::1), when the operator wrote that address;
 *   - an address written in the program may only lead to public addresses of the internet, looked at when the connection
 *     is made (a name that leads inside is refused); one written by the operator may lead inside their network;
 *   - no redirection is followed, no proxy is used, no cookie is kept;
 *   - every request has a time limit and its answer a size limit;
 *   - no more requests a second than said; after 429 and 503, waits as long as the service asks, a few times only. */
#ifndef BALISE_OUTGOING_OUTGOING_H
#define BALISE_OUTGOING_OUTGOING_H

#include "base/arena.h"
#include "base/err.h"

/* A field of a form (multipart/form-data); with a file name, a file. */
struct outgoing_part {
    const char *name;
    const char *file_name;    /* NULL: an ordinary field */
    const char *content_type; /* of a file */
    struct str value;
};
struct outgoing_request {
    const char *path; /* after the address of the service: "/search/csv/" */
    const struct outgoing_part *parts; /* POST */
    size_t n_parts;                    /* 0: GET */
    int timeout_ms;    /* connection and answer together; 0: 30 s */
    size_t answer_max; /* bytes; 0: 1 MiB */
};
struct outgoing_answer {
    int status;
    struct str body;    /* in the arena given */
    int retry_after_s;  /* asked by the service; −1: it said nothing */
};

/* How a request leaves, and time: replaced in tests. */
struct outgoing_wire {
    const char *url; /* whole */
    const struct outgoing_request *request; /* limits filled in */
    bool inside;     /* private addresses are accepted */
};
struct outgoing_transport {
    /* OK whatever the status; ERR_IO: not reached, cut, too slow; ERR_LIMIT: the answer is too large; ERR_DENIED: the
     * address leads inside. *why: French. */
    enum err (*exchange)(void *ctx, struct arena *a, const struct outgoing_wire *wire, struct outgoing_answer *out,
                         struct str *why);
    int64_t (*now_ms)(void *ctx); /* monotonic */
    void (*wait_ms)(void *ctx, int64_t ms);
    void *ctx;
};
/* libcurl. */
extern const struct outgoing_transport outgoing_curl;

struct outgoing_options {
    struct str address; /* "https://data.geopf.fr/geocodage" */
    bool by_operator;   /* written by the operator, not by the program */
    int per_second;     /* requests; 0: 10 */
    const struct outgoing_transport *transport; /* NULL: outgoing_curl */
    /* Asked at least once a second while waiting; true: give up (ERR_GONE). NULL: never. */
    bool (*stopping)(void *ctx);
    void *ctx;
};
struct outgoing;
/* Lives in `a`, for one thread. ERR_INVALID with *why (French) when the address cannot be used. */
enum err outgoing_open(struct arena *a, const struct outgoing_options *opt, struct outgoing **out, struct str *why) MUST_USE;
/* OK: the service answered 200. Otherwise *why says in French what happened and what to do: ERR_IO (network, another
 * status), ERR_LIMIT (the service asks for more patience than is reasonable, or the answer is too large), ERR_DENIED
 * (refused for safety), ERR_GONE (stopping). `out` lives in `a`. */
enum err outgoing_send(struct outgoing *o, struct arena *a, const struct outgoing_request *rq, struct outgoing_answer *out,
                       struct str *why) MUST_USE;

/* -- pure, for tests -------------------------------------------------------------------------------- */
/* May this address be written? ERR_INVALID with *why. */
enum err outgoing_address_check(struct str address, bool by_operator, struct str *why) MUST_USE;
/* Is it an address of the internet? `octets`: 4 of IPv4 or 16 of IPv6. False for what is private, local, link-local,
 * shared, documentation, multicast or reserved, mapped IPv4 included. */
bool outgoing_is_public(const unsigned char *octets, size_t n);
/* Seconds of a Retry-After header (a number, or an HTTP date); −1 when it is neither. */
int outgoing_retry_after(struct str value, int64_t now_ms);

#endif
