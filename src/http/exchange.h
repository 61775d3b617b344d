/* Private to http/: one request and its answer, from the bytes of a client (or of http_dispatch) to what
 * is sent. The steps are one file each; server.c and dispatch.c only feed them and carry the answer. */
#ifndef BALISE_HTTP_EXCHANGE_H
#define BALISE_HTTP_EXCHANGE_H

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "http/http.h"

enum {
    HTTP_URI_MAX = 8 * 1024,
    HTTP_HEAD_MAX = 16 * 1024,
    HTTP_HEADERS_MAX = 64,
    HTTP_SEGMENTS_MAX = 16,
    HTTP_CAPTURES_MAX = 4,
    HTTP_BODY_MAX = 64 * 1024 * 1024, /* of an answer */
    HTTP_ROOM_MAX = 64 * 1024,        /* larger ones give their memory back to the system */
    HTTP_ROOMS = 16,
    HTTP_ID_LEN = 16
};

struct http_pair {
    struct str name, value;
};

/* -- what the client sent (guard.c, target.c) -------------------------------------------------------- */
/* Views of bytes that nobody has checked yet. */
struct http_wire {
    struct str method, target, version;
    size_t n_headers;
    struct http_pair headers[HTTP_HEADERS_MAX];
    bool too_many_headers;
    bool ambiguous; /* the head holds what the library would hide: NUL, folded line, bare CR or LF */
    struct str peer; /* numeric address */
};
struct str wire_header(const struct http_wire *w, const char *name);

struct guard_verdict {
    int status;      /* 0: go on */
    const char *why; /* English, for the log */
    uint64_t content_length;
    bool has_body, chunked;
};
/* Everything that can be refused before a byte of the body: answered with 4xx, connection closed. */
void guard_check(const struct http_wire *w, struct guard_verdict *out);

/* The path and query, split and decoded into the arena. 0, or the status that refuses it. */
struct http_target {
    struct str path;      /* decoded, as sent: with the language prefix and the trailing slash */
    struct str raw_path;
    struct str raw_query;
    struct str segments[HTTP_SEGMENTS_MAX];
    size_t n_segments;
    bool trailing_slash, too_deep;
};
int target_parse(struct arena *a, struct str target, struct http_target *out);
/* "a=1&b=%20" → pairs. `form` text: + is a space. False on bad escapes, NUL, invalid UTF-8 or too many. */
bool pairs_parse(struct arena *a, struct str text, struct http_pair **out, size_t *n);

/* -- routes (router.c) ------------------------------------------------------------------------------- */
struct router;
struct route_match {
    const struct route *by_method[HTTP_DELETE + 1]; /* of the path found, NULL where there is none */
    struct str captures[HTTP_CAPTURES_MAX];
    bool found;
};
/* ERR_INVALID with *why in `a` when a row is wrong. */
enum err router_new(const struct route_table *tables, size_t n_tables, struct arena *a, struct router **out,
                    struct str *why) MUST_USE;
void router_free(struct router *r);
void router_find(const struct router *r, const struct str *segments, size_t n, struct route_match *out);
/* The names of a row's {…} segments, in order; false when the path is badly written. */
bool route_captures(const char *path, struct str names[HTTP_CAPTURES_MAX], size_t *n);
size_t input_type_size(enum input_type t);
/* What is wrong with a row's declared input; STR_NONE when nothing is. */
struct str input_check(const struct route *r, struct arena *a);

/* -- rates (rate.c) ---------------------------------------------------------------------------------- */
struct rate_table;
struct rate_table *rate_table_new(const int per_minute[4], size_t entries);
void rate_table_free(struct rate_table *t);
/* Takes one token: 0, or the seconds to wait. */
int rate_take(struct rate_table *t, struct str address, enum rate_class c, int64_t now_us);
/* "2001:db8:1:2:3::4" → its /64, "::ffff:192.0.2.1" → 192.0.2.1, as 16 bytes; false when it is no address. */
bool address_key(struct str address, unsigned char key[16]);

/* -- CSRF (csrf.c) ----------------------------------------------------------------------------------- */
enum { CSRF_SECRET_LEN = 32 };

/* -- one worker's memory ----------------------------------------------------------------------------- */
struct worker {
    struct worker *next;
    struct arena *front; /* what is known of the request; survives a rollback */
    struct arena *arena; /* the handler's */
    z_stream deflate;
    bool deflate_ready;
};

/* -- the answer -------------------------------------------------------------------------------------- */
enum { HTTP_SET_MAX = 16, OUT_HEADERS_MAX = HTTP_SET_MAX + 16 };
struct http_out {
    int status;
    size_t n_headers;
    struct http_pair headers[OUT_HEADERS_MAX]; /* values end with NUL; most live in worker->front */
    /* The body is one of these. */
    struct str fixed;   /* bytes that outlive the answer */
    struct buf buffer;  /* owned */
    int fd;             /* −1: none; owned */
    uint64_t offset, size;
    bool no_body; /* 204, 304: not even a length */
    bool close;
};
void out_header(struct http_out *out, const char *name, struct str value);

enum exchange_step { STEP_NEW, STEP_BODY, STEP_DONE };
struct http_exchange {
    struct http_server *server;
    struct worker *worker; /* while the handler runs */
    struct http_wire wire;
    struct guard_verdict verdict;
    struct http_target target;
    struct route_match match;
    enum exchange_step step;
    const struct route *route;
    const struct http_pair *query, *form;
    size_t n_query, n_form;
    struct buf body; /* of the request */
    const json_t *json;
    const struct input_fault *faults; /* beside rq.field_errors */
    struct request rq;
    struct response rs;
    struct http_out out;
    struct http_pair set[HTTP_SET_MAX]; /* response_header */
    size_t n_set;
    bool set_failed; /* a header that may not be sent: the handler's mistake */
    /* response_file */
    int file_fd; /* −1: none */
    uint64_t file_size;
    const char *file_encoding;
    struct str etag; /* response_cached */
    int64_t modified_ms;
    char csrf_token[96];
    bool personal; /* the page carries something of this visitor: never kept by a cache */
    char id[HTTP_ID_LEN + 1];
    int64_t started_us;
    uint64_t bytes_out;
    char client[48]; /* address, after the trusted proxy */
    bool secure;     /* https, as the trusted proxy or public_url says */
};

/* The steps of the pipeline (pipeline.c). `ex->wire` is filled first.
 * exchange_begin: guard, target, route, limits. True: refused now, ex->out is to be sent and the connection
 * closed; false: read the body, then exchange_finish. */
void exchange_init(struct http_exchange *ex, struct http_server *s);
void exchange_deinit(struct http_exchange *ex);
bool exchange_begin(struct http_exchange *ex);
/* False: the body is over the limit. */
bool exchange_body(struct http_exchange *ex, const char *bytes, size_t n);
void exchange_finish(struct http_exchange *ex);
/* After ex->out was handed over: defers run, the worker goes back. */
void exchange_release(struct http_exchange *ex);

/* Beside each field_error, for machines. */
enum fault { FAULT_MISSING, FAULT_FORMAT, FAULT_LOW, FAULT_HIGH, FAULT_CHOICE, FAULT_TOO_MANY };
struct input_fault {
    const struct input_field *field;
    enum fault fault;
};
/* input.c: reads ex->form out of the body; 0, or the status that refuses it (400, 415). */
int input_body(struct http_exchange *ex);
/* Fills ex->rq.input. ERR_INVALID: rq.field_errors say why (never when the input is lenient). ERR_NOT_FOUND: a
 * part of the path is not what the row declares. */
enum err input_read(struct http_exchange *ex) MUST_USE;

/* respond.c */
int status_of_err(enum err e);
const char *status_reason(int status);
void respond_error(struct http_exchange *ex, int status, enum err why);
void respond_finish(struct http_exchange *ex);
void respond_plain(struct http_exchange *ex, int status);
/* files.c: the file or the part asked for; true when the answer varies with Accept-Encoding. */
bool respond_file(struct http_exchange *ex);
void exchange_close_file(struct http_exchange *ex);
void exchange_close_out(struct http_exchange *ex);
/* compress.c */
enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_BROTLI };
enum encoding encoding_choose(struct str accept_encoding, bool gzip, bool brotli);
bool compress_gzip(struct worker *w, struct str in, struct buf *out);
bool content_type_compressible(struct str content_type);
/* assets.c: true when the path is an asset's and out is filled. */
const struct asset *asset_find(struct str path);
void respond_asset(struct http_exchange *ex, const struct asset *asset);
/* csrf.c */
bool csrf_allowed(struct http_exchange *ex);

struct http_server {
    struct http_config cfg;
    struct router *router;
    struct rate_table *rates;
    unsigned char secret[CSRF_SECRET_LEN];
    atomic_uint_fast64_t next_id;
    atomic_int running; /* requests begun and not ended */
    atomic_bool stopping;
    atomic_size_t held; /* bytes of large answers that clients have not taken yet */
    pthread_mutex_t lock; /* of what is kept for the next request: */
    struct worker *workers;
    struct buf rooms[HTTP_ROOMS];
    size_t n_rooms;
    size_t arena_cap;
    struct str page_policy; /* Content-Security-Policy of pages */
    struct http_listener *listener; /* server.c; NULL when it only dispatches */
};
struct worker *worker_take(struct http_server *s);
void worker_give(struct http_server *s, struct worker *w);
/* Memory for the bytes of an answer, grown by former ones; given back for the next one. */
void http_room_take(struct http_server *s, struct buf *b);
void http_room_give(struct http_server *s, struct buf *b);

/* server.c: the sockets. */
enum err listener_open(struct http_server *s, struct arena *a, struct str *why) MUST_USE;
void listener_close(struct http_server *s, int grace_ms);
int listener_port(const struct http_server *s);

#endif
