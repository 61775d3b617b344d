/* The web façade over libmicrohttpd: what a handler sees, what a route declares, how the server runs.
 *
 * A request goes: strict checks (refused with 400 and closed) → route → permission → rate class → declared
 * input (422 or the refused form) → handler → response. A handler gets a filled, validated struct and
 * reaches nothing else of what the client sent. Nothing here knows a module. */
#ifndef BALISE_HTTP_HTTP_H
#define BALISE_HTTP_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "i18n/i18n.h"

enum http_method { HTTP_GET = 1, HTTP_POST, HTTP_PUT, HTTP_DELETE }; /* HEAD is GET without its body */

/* -- who ------------------------------------------------------------------------------------------ */
/* Accounts come with their module; until then every request is a visitor's. A route's permission is
 * mandatory: zero is a start-up failure. */
enum role { ROLE_VISITOR, ROLE_COUNT };
enum permission {
    ALLOW_NOBODY_DECLARED = 0, /* the zero value: refused at start-up */
    ALLOW_EVERYONE
};
bool permission_granted(enum permission p, enum role r);

/* -- declared input ------------------------------------------------------------------------------- */
enum input_source { IN_PATH = 1, IN_QUERY, IN_FORM, IN_JSON };
enum input_type {
    INPUT_TEXT = 1, /* struct str: NFC, trimmed; min/max in code points */
    INPUT_INT,      /* int64_t; min/max */
    INPUT_NUMBER,   /* double; min/max; finite */
    INPUT_BOOL,     /* bool: 1 true on oui / 0 false off non */
    INPUT_DATE,     /* struct civil_date */
    INPUT_ENUM,     /* int: index in `values`; −1 when absent */
    INPUT_LIST,     /* struct str_list: repeated parameter; each item as INPUT_TEXT */
    INPUT_ENUM_LIST /* uint64_t bit mask over `values` (≤ 64) */
};
struct input_field {
    const char *name; /* as on the wire */
    enum input_source source;
    enum input_type type;
    size_t offset;         /* of the value in the input struct */
    size_t present_offset; /* of a `bool` that says it was given; 0: not wanted (so not the first member) */
    bool required;
    double min, max;           /* both 0: the type's defaults (text ≤ 200 code points, list ≤ 100 items) */
    const char *const *values; /* ENUM: NULL-terminated */
    const char *fallback;      /* value used when absent, parsed as if it were sent; may be NULL */
    const char *label;         /* message key (French text) used in errors: "Où ?" */
    const char *doc;           /* English, for the API document */
};
struct input {
    size_t size; /* of the struct, ≤ 4 KiB */
    const struct input_field *fields;
    size_t n;
    bool lenient; /* pages that people reach by hand-made links: an invalid value is dropped (as absent)
                     and listed in rq->field_errors, instead of 422; a wrong part of the path is always 404 */
};
#define INPUT_NONE ((const struct input *)&input_none)
extern const struct input input_none;

struct field_error {
    struct str name;    /* of the field */
    struct str message; /* in the request's language: what to do */
    struct str value;   /* what was sent, to show the form again (cut to 1 000 bytes) */
};

/* -- request -------------------------------------------------------------------------------------- */
struct route;
struct request {
    struct arena *arena; /* everything of this request; capped */
    enum http_method method;
    bool head_only;
    struct str path;        /* decoded, without the language prefix: "/lieux" for /en/lieux */
    struct str raw_query;   /* as sent, without "?" */
    struct str base_url;    /* "https://balise.example": configured, or from Host (checked) */
    enum lang lang;         /* from the "/en" prefix */
    const struct route *route;
    const void *input;      /* the struct that route->input describes */
    const struct field_error *field_errors;
    size_t n_field_errors;
    enum role role;
    struct str id;          /* of the request, for logs */
    void *app;              /* given to http_server_start */
    /* private to http/ */
    struct http_exchange *exchange;
};
/* A header, STR_NONE when absent. Only for what cannot be declared (Accept, If-None-Match…). */
struct str request_header(const struct request *rq, const char *name);
bool request_accepts_gzip(const struct request *rq);
/* For the hidden field "csrf" of a form sent to a CSRF_FORM route; sets the cookie that goes with it, and
 * keeps the page out of every cache. Valid as long as the request. */
struct response;
struct str request_csrf_token(struct request *rq, struct response *rs);

/* -- response ------------------------------------------------------------------------------------- */
struct response {
    int status;               /* 200 unless set */
    struct buf body;          /* max 64 MiB; compressed by the façade when the client accepts it */
    const char *content_type; /* default text/html; charset=utf-8 */
    /* private to http/ */
    struct http_exchange *exchange;
};
/* name must be a literal; value is copied. Refuses CR, LF, NUL (ERR_BUG → 500). */
void response_header(struct response *rs, const char *name, struct str value);
/* 303 to a local path (language prefix added) or an absolute URL of ours; anything else is ERR_BUG. */
void response_redirect(struct response *rs, int status, struct str location);
/* An answer that nobody tagged is tagged by its bytes, and not sent again to who has it; this one spares making it.
 * Caching: sets ETag and Last-Modified, answers If-None-Match / If-Modified-Since. True when the answer
 * is 304 and the handler must return OK at once. `etag` without quotes; modified_ms 0: none. */
bool response_cached(struct request *rq, struct response *rs, struct str etag, int64_t modified_ms,
                     const char *cache_control);
/* Sends `size` bytes of the file behind fd (dup'ed: the caller keeps its own), with ranges. `encoding`
 * is NULL or "gzip". The descriptor's position is not used. */
void response_file(struct response *rs, int fd, uint64_t size, const char *encoding);
/* A JSON error: {"detail": …} for /api/v1 routes of the national contract. */
void response_detail(struct response *rs, int status, struct str detail);

/* -- routes --------------------------------------------------------------------------------------- */
/* OK: the response is sent as filled. Anything else: the façade rolls everything back and answers with the
 * error page, problem+json or {"detail"} (by route->style), from one table err → status; a handler that set
 * rs->status to 400 or more chose another one. */
typedef enum err (*http_handler)(struct request *rq, struct response *rs);

enum csrf { CSRF_SAFE_METHOD = 0, CSRF_FORM, CSRF_TOKEN_NOT_NEEDED };
enum rate_class { RATE_PAGE = 0, RATE_SEARCH, RATE_EXPORT, RATE_UNLIMITED };
enum route_style { STYLE_PAGE = 0, STYLE_API, STYLE_FILE };

struct route {
    enum http_method method;
    const char *path; /* "/lieux/{slug}": literal or {name} segments; trailing slash answers too */
    http_handler handler;
    enum permission allow;     /* mandatory */
    const struct input *input; /* mandatory: INPUT_NONE says that nothing is read */
    enum csrf csrf;            /* mandatory for unsafe methods */
    size_t body_max;           /* 0 for GET */
    enum rate_class rate;
    enum route_style style;
    /* API document (OpenAPI 3.1); routes of STYLE_API without a summary are a start-up failure */
    const char *summary; /* English */
    const char *answer;  /* name of a schema in the API document, "page:service", "list:source", "service" */
};
struct route_table {
    const struct route *routes;
    size_t n;
};

/* -- server --------------------------------------------------------------------------------------- */
struct http_config {
    const char *listen;         /* "127.0.0.1:8080", "[::1]:8080", "*:8080" */
    const char *public_url;     /* NULL: from Host */
    const char *const *allowed_hosts; /* NULL-terminated; NULL: any well-formed Host */
    const char *trusted_proxy;  /* address whose X-Forwarded-For / -Proto are believed; NULL: none */
    int threads;                /* 0: cores */
    size_t arena_cap;           /* per request; 0: 32 MiB */
    int rate_per_minute[4];     /* by rate_class, per address; 0: default (none when listen is NULL); −1: no limit */
    int max_connections;        /* 0: 1 000 */
    int max_connections_per_address; /* 0: 256; the trusted proxy has no limit */
    const unsigned char *secret; /* 32 bytes that sign the tokens of forms; NULL: drawn at start-up */
    const char *image_sources;  /* added to img-src of the pages' policy: "https://data.geopf.fr"; may be NULL */
    /* Draws error pages (404, 422, 500…); must not fail. rq->route may be NULL. */
    void (*error_page)(struct request *rq, struct response *rs, int status, enum err why);
    void *app;
};
struct http_server;
/* Checks every route (permission, input, csrf, duplicates, offsets) before listening: *why says in English
 * which row is wrong. */
enum err http_server_start(const struct http_config *cfg, const struct route_table *tables, size_t n_tables,
                           struct http_server **out, struct str *why, struct arena *a) MUST_USE;
int http_server_port(const struct http_server *s);
/* Stops accepting, lets running requests end (at most `grace_ms`), then releases. */
void http_server_stop(struct http_server *s, int grace_ms);

/* Runs one request through the real router without a socket: tests by the thousand, the crawl list. The
 * response's body and headers live in `a`. */
struct http_test_answer {
    int status;
    struct str body, content_type, headers; /* headers: "Name: value\n…" */
};
/* `headers`: "Name: value\n…"; ":method: HEAD" replaces the method; Host and Content-Length are added. */
void http_dispatch(struct http_server *s, struct arena *a, enum http_method method, struct str target,
                   struct str headers, struct str body, struct http_test_answer *out);
/* A server that only dispatches (no socket): http_server_start with listen == NULL. */

/* OpenAPI 3.1 JSON made from the STYLE_API rows; `schemas` is a JSON object text of components. */
void http_openapi(const struct route_table *tables, size_t n_tables, struct str title, struct str version,
                  struct str schemas, struct buf *out);
/* Every row, in order, for the frozen route × role matrix and the crawl. */
typedef void (*http_route_visit)(const struct route *r, void *ctx);
void http_each_route(const struct route_table *tables, size_t n_tables, http_route_visit visit, void *ctx);

/* -- static assets (embedded, hashed, precompressed by tools/assets.py) --------------------------- */
struct asset {
    const char *path; /* "/a/app.3f9c2d1e.css" */
    const char *name; /* "app.css": what templates ask for */
    const char *content_type;
    struct str raw, gzip, brotli; /* gzip/brotli may be empty */
};
struct asset_table {
    const struct asset *assets;
    size_t n;
};
/* Set before http_server_start; served with a year of immutable caching. */
void http_set_assets(const struct asset_table *table);
/* "app.css" → "/a/app.3f9c2d1e.css"; an unknown name aborts (a template's mistake, caught by the tests). */
const char *asset_url(const char *name);
struct str asset_text(const char *name); /* raw bytes, for inline SVG */

#endif
