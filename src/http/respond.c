/* From what a handler filled to what is sent: headers, compression, caching, errors. */
#include <sodium.h>

#include "base/clock.h"
#include "base/json.h"
#include "http/error_words.h"
#include "http/exchange.h"
#include "http/input_words.h"

enum { COMPRESS_MIN = 1024 };

int status_of_err(enum err e)
{
    switch (e) {
    case OK:
        return 200;
    case ERR_NOT_FOUND:
        return 404;
    case ERR_INVALID:
        return 422;
    case ERR_CONFLICT:
        return 409;
    case ERR_DENIED:
        return 403;
    case ERR_GONE:
        return 410;
    case ERR_LIMIT: /* no connection left in the pool, memory cap: it passes */
    case ERR_DB:
    case ERR_IO:
    case ERR_UNCERTAIN:
        return 503;
    case ERR_BUG:
        break;
    }
    return 500;
}

/* -- what handlers call ------------------------------------------------------------------------------ */
struct str request_header(const struct request *rq, const char *name)
{
    return wire_header(&rq->exchange->wire, name);
}

bool request_accepts_gzip(const struct request *rq)
{
    return encoding_choose(request_header(rq, "Accept-Encoding"), true, false) == ENCODING_GZIP;
}

static bool header_safe(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
            return false;
    return true;
}

void response_header(struct response *rs, const char *name, struct str value)
{
    struct http_exchange *ex = rs->exchange;
    if (!header_safe(value) || ex->n_set == HTTP_SET_MAX) {
        ex->set_failed = true;
        return;
    }
    ex->set[ex->n_set++] = (struct http_pair){str_from(name), arena_str(ex->worker->front, value)};
}

static struct str *set_header(struct http_exchange *ex, const char *name)
{
    for (size_t i = 0; i < ex->n_set; i++)
        if (str_eq_nocase(ex->set[i].name, str_from(name)))
            return &ex->set[i].value;
    return NULL;
}

void response_redirect(struct response *rs, int status, struct str location)
{
    struct http_exchange *ex = rs->exchange;
    const struct request *rq = &ex->rq;
    bool local = location.n && location.p[0] == '/' && !(location.n > 1 && strchr("/\\", location.p[1]));
    bool ours = str_starts(location, rq->base_url) &&
                (location.n == rq->base_url.n || location.p[rq->base_url.n] == '/');
    if (!local && !ours) {
        ex->set_failed = true;
        return;
    }
    rs->status = status;
    if (local && rq->lang == LANG_EN)
        location = arena_printf(ex->worker->front, "/en%.*s", STR_ARG(str_eq(location, STR("/")) ? STR("") : location));
    response_header(rs, "Location", location);
}

/* "W/"a", "b"" holds etag? Compared weakly, as If-None-Match asks. */
static bool etag_listed(struct str header, struct str etag)
{
    struct str rest = header, item;
    while (str_split(&rest, ',', &item)) {
        item = str_trim(item);
        if (str_eq(item, STR("*")))
            return true;
        if (str_starts(item, STR("W/")))
            item = str_sub(item, 2, item.n);
        if (item.n == etag.n + 2 && item.p[0] == '"' && item.p[item.n - 1] == '"' &&
            str_eq(str_sub(item, 1, etag.n), etag))
            return true;
    }
    return false;
}

static bool not_modified(struct request *rq, struct str etag, int64_t modified_ms)
{
    struct str none_match = request_header(rq, "If-None-Match");
    struct str since = request_header(rq, "If-Modified-Since");
    int64_t known_ms;
    if (rq->method != HTTP_GET)
        return false;
    if (none_match.n)
        return etag.n && etag_listed(none_match, etag);
    /* HTTP dates have no milliseconds. */
    return modified_ms > 0 && since.n && clock_parse_http(since, &known_ms) && modified_ms / 1000 <= known_ms / 1000;
}

bool response_cached(struct request *rq, struct response *rs, struct str etag, int64_t modified_ms,
                     const char *cache_control)
{
    struct http_exchange *ex = rq->exchange;
    struct arena *front = ex->worker->front;
    ex->etag = etag.n ? arena_str(front, etag) : STR_NONE;
    ex->modified_ms = modified_ms;
    response_header(rs, "Cache-Control", str_from(cache_control));
    if (!not_modified(rq, etag, modified_ms))
        return false;
    rs->status = 304;
    return true;
}

void response_detail(struct response *rs, int status, struct str detail)
{
    struct json_writer w;
    rs->status = status;
    rs->content_type = "application/json";
    buf_clear(&rs->body);
    json_start(&w, &rs->body);
    json_object_begin(&w);
    json_key(&w, STR("detail"));
    json_str(&w, detail);
    json_object_end(&w);
}

/* -- errors ------------------------------------------------------------------------------------------ */
static enum route_style style_of(const struct http_exchange *ex)
{
    if (ex->route)
        return ex->route->style;
    return str_starts(ex->target.path, STR("/api/")) ? STYLE_API : STYLE_PAGE;
}

static void json_member(struct json_writer *w, const char *key, struct str value)
{
    json_key(w, str_from(key));
    json_str(w, value);
}

/* [{"type", "loc": ["query", "size"], "msg", "input"}], as clients of the national API read it. */
static void api_errors(struct http_exchange *ex, struct json_writer *w)
{
    static const char *const places[] = {"", "path", "query", "body", "body"};
    json_array_begin(w);
    for (size_t i = 0; i < ex->rq.n_field_errors; i++) {
        const struct field_error *e = &ex->rq.field_errors[i];
        const struct input_fault *f = &ex->faults[i];
        json_object_begin(w);
        json_member(w, "type", str_from(input_fault_type(f->field, f->fault)));
        json_key(w, STR("loc"));
        json_array_begin(w);
        json_str(w, str_from(places[f->field->source]));
        json_str(w, e->name);
        json_array_end(w);
        json_member(w, "msg", e->message);
        json_member(w, "input", e->value);
        json_object_end(w);
    }
    json_array_end(w);
}

static void api_error(struct http_exchange *ex, int status)
{
    struct json_writer w;
    ex->rs.content_type = "application/json";
    json_start(&w, &ex->rs.body);
    json_object_begin(&w);
    json_key(&w, STR("detail"));
    if (status == 422 && ex->rq.n_field_errors)
        api_errors(ex, &w);
    else
        json_str(&w, str_from(status_reason(status)));
    json_object_end(&w);
}

/* RFC 9457 */
static void problem_json(struct http_exchange *ex, int status)
{
    struct json_writer w;
    const struct error_words *words = error_words(ex->rq.lang, status);
    ex->rs.content_type = "application/problem+json";
    json_start(&w, &ex->rs.body);
    json_object_begin(&w);
    json_member(&w, "type", STR("about:blank"));
    json_member(&w, "title", str_from(status_reason(status)));
    json_key(&w, STR("status"));
    json_int(&w, status);
    json_member(&w, "detail", str_from(words->detail));
    json_member(&w, "instance", arena_printf(ex->worker->front, "urn:balise:request:%s", ex->id));
    if (ex->rq.n_field_errors) {
        json_key(&w, STR("errors"));
        json_array_begin(&w);
        for (size_t i = 0; i < ex->rq.n_field_errors; i++) {
            json_object_begin(&w);
            json_member(&w, "name", ex->rq.field_errors[i].name);
            json_member(&w, "detail", ex->rq.field_errors[i].message);
            json_object_end(&w);
        }
        json_array_end(&w);
    }
    json_object_end(&w);
}

/* The program's own page is error_page in the configuration; this one needs nothing. */
static void bare_page(struct http_exchange *ex, int status)
{
    const struct error_words *words = error_words(ex->rq.lang, status);
    const char *lang = ex->rq.lang == LANG_EN ? "en" : "fr";
    buf_printf(&ex->rs.body,
               "<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width\"><title>%s</title><h1>%s</h1><p>%s</p></html>\n",
               lang, words->title, words->title, words->detail);
}

static bool wants_json(const struct http_exchange *ex)
{
    struct str accept = wire_header(&ex->wire, "Accept");
    return str_find(accept, STR("json"), 0) >= 0 && str_find(accept, STR("text/html"), 0) < 0;
}

static void drop_answer(struct http_exchange *ex)
{
    buf_clear(&ex->rs.body);
    ex->rs.status = 200;
    ex->rs.content_type = NULL;
    ex->n_set = 0;
    ex->set_failed = false;
    ex->etag = STR_NONE;
    ex->modified_ms = 0;
    exchange_close_file(ex);
}

void respond_error(struct http_exchange *ex, int status, enum err why)
{
    drop_answer(ex);
    ex->rs.status = status;
    if (style_of(ex) == STYLE_API)
        api_error(ex, status);
    else if (wants_json(ex))
        problem_json(ex, status);
    else if (ex->server->cfg.error_page)
        ex->server->cfg.error_page(&ex->rq, &ex->rs, status, why);
    else
        bare_page(ex, status);
    if (ex->rs.status < 400)
        ex->rs.status = status;
    if (status == 503 && !set_header(ex, "Retry-After"))
        response_header(&ex->rs, "Retry-After", STR("5"));
    if (status >= 400)
        response_header(&ex->rs, "X-Request-Id", str_from(ex->id));
}

/* -- what is sent ------------------------------------------------------------------------------------ */
void out_header(struct http_out *out, const char *name, struct str value)
{
    if (out->n_headers < OUT_HEADERS_MAX)
        out->headers[out->n_headers++] = (struct http_pair){str_from(name), value};
}

/* Needs no memory at all: for what is refused before, or because memory is. */
void respond_plain(struct http_exchange *ex, int status)
{
    struct http_out *out = &ex->out;
    buf_deinit(&out->buffer);
    out->status = status;
    out->n_headers = 0;
    out->fixed = str_from(error_words(LANG_FR, status)->plain);
    out_header(out, "Content-Type", STR("text/plain; charset=utf-8"));
    out_header(out, "Cache-Control", STR("no-store"));
    out_header(out, "X-Content-Type-Options", STR("nosniff"));
    if (status == 503)
        out_header(out, "Retry-After", STR("5"));
}

static void security_headers(struct http_exchange *ex, enum route_style style)
{
    struct http_out *out = &ex->out;
    bool open = style != STYLE_PAGE;
    out_header(out, "X-Content-Type-Options", STR("nosniff"));
    out_header(out, "Cross-Origin-Resource-Policy", open ? STR("cross-origin") : STR("same-origin"));
    if (style != STYLE_API && !set_header(ex, "Content-Security-Policy"))
        out_header(out, "Content-Security-Policy",
                   open ? STR("default-src 'none'; frame-ancestors 'none'; sandbox") : ex->server->page_policy);
    if (open) {
        out_header(out, "Access-Control-Allow-Origin", STR("*"));
    } else {
        out_header(out, "Referrer-Policy", STR("strict-origin-when-cross-origin"));
        out_header(out, "Cross-Origin-Opener-Policy", STR("same-origin"));
        out_header(out, "Permissions-Policy",
                   STR("camera=(), microphone=(), payment=(), usb=(), geolocation=(self)"));
    }
}

static void cache_headers(struct http_exchange *ex, bool varies)
{
    struct http_out *out = &ex->out;
    bool private = ex->personal || ex->rs.status >= 400 || ex->rq.method != HTTP_GET;
    if (private) {
        struct str *set = set_header(ex, "Cache-Control");
        if (set)
            *set = STR("no-store");
        else
            out_header(out, "Cache-Control", STR("no-store"));
    } else {
        if (!set_header(ex, "Cache-Control"))
            out_header(out, "Cache-Control", STR("no-cache"));
        /* A weak tag for what may go out compressed or not; a file has bytes of its own. */
        if (ex->etag.n)
            out_header(out, "ETag",
                       arena_printf(ex->worker->front, "%s\"%.*s\"", style_of(ex) == STYLE_FILE ? "" : "W/",
                                    STR_ARG(ex->etag)));
        if (ex->modified_ms > 0) {
            struct buf date;
            char *text = arena_alloc(ex->worker->front, 32);
            buf_init(&date, 32);
            clock_format_http(&date, ex->modified_ms);
            size_t n = date.n < 32 ? date.n : 31;
            memcpy(text, buf_str(&date).p, n);
            text[n] = '\0';
            buf_deinit(&date);
            out_header(out, "Last-Modified", (struct str){text, n});
        }
    }
    if (varies && !set_header(ex, "Vary"))
        out_header(out, "Vary", STR("Accept-Encoding"));
}

/* The body, compressed when the client likes it and it pays. */
static bool body_out(struct http_exchange *ex, struct str type)
{
    struct response *rs = &ex->rs;
    bool text = content_type_compressible(type) && !set_header(ex, "Content-Encoding");
    if (text && rs->body.n >= COMPRESS_MIN && rs->status != 304 &&
        encoding_choose(wire_header(&ex->wire, "Accept-Encoding"), true, false) == ENCODING_GZIP &&
        compress_gzip(ex->worker, buf_str(&rs->body), &ex->out.buffer)) {
        out_header(&ex->out, "Content-Encoding", STR("gzip"));
        return true;
    }
    ex->out.buffer = rs->body;
    rs->body = (struct buf){0};
    return text;
}

/* What was made again and is the same need not be sent again: a page that is reloaded on a slow phone, an API that is asked
 * every night. Handlers that can tell before they make anything call response_cached. */
static void tag_body(struct http_exchange *ex)
{
    enum { TAG_BYTES = 16, LEAST = 512 };
    struct response *rs = &ex->rs;
    if (ex->rq.method != HTTP_GET || rs->status != 200 || ex->personal || ex->etag.n > 0 || ex->file_fd >= 0 ||
        rs->body.n < LEAST || set_header(ex, "Cache-Control"))
        return;
    unsigned char hash[TAG_BYTES];
    char *tag = arena_alloc(ex->worker->front, 2 * TAG_BYTES + 1);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)rs->body.p, rs->body.n, NULL, 0);
    sodium_bin2hex(tag, 2 * TAG_BYTES + 1, hash, sizeof hash);
    ex->etag = (struct str){tag, 2 * TAG_BYTES};
    if (not_modified(&ex->rq, ex->etag, 0)) {
        rs->status = 304;
        buf_clear(&rs->body);
    }
}

void respond_finish(struct http_exchange *ex)
{
    struct http_out *out = &ex->out;
    struct response *rs = &ex->rs;
    tag_body(ex);
    struct str type = str_from(rs->content_type ? rs->content_type : "text/html; charset=utf-8");
    out->status = rs->status;
    out->n_headers = 0;
    out->no_body = rs->status == 304 || rs->status == 204;
    bool varies = false;
    if (ex->file_fd >= 0 && !out->no_body)
        varies = respond_file(ex);
    else if (!out->no_body)
        varies = body_out(ex, type);
    else
        varies = content_type_compressible(type);
    if (!out->no_body && (out->buffer.n || ex->file_fd >= 0 || out->fd >= 0))
        out_header(out, "Content-Type", type);
    cache_headers(ex, varies);
    security_headers(ex, style_of(ex));
    for (size_t i = 0; i < ex->n_set; i++)
        out_header(out, ex->set[i].name.p, ex->set[i].value);
}

void respond_asset(struct http_exchange *ex, const struct asset *asset)
{
    struct http_out *out = &ex->out;
    out->status = 200;
    out->n_headers = 0;
    out->fixed = asset->raw;
    switch (encoding_choose(wire_header(&ex->wire, "Accept-Encoding"), asset->gzip.n > 0, asset->brotli.n > 0)) {
    case ENCODING_BROTLI:
        out->fixed = asset->brotli;
        out_header(out, "Content-Encoding", STR("br"));
        break;
    case ENCODING_GZIP:
        out->fixed = asset->gzip;
        out_header(out, "Content-Encoding", STR("gzip"));
        break;
    case ENCODING_IDENTITY:
        break;
    }
    out_header(out, "Content-Type", str_from(asset->content_type));
    /* The name changes with the bytes. */
    out_header(out, "Cache-Control", STR("public, max-age=31536000, immutable"));
    if (asset->gzip.n || asset->brotli.n)
        out_header(out, "Vary", STR("Accept-Encoding"));
    out_header(out, "X-Content-Type-Options", STR("nosniff"));
    out_header(out, "Cross-Origin-Resource-Policy", STR("same-origin"));
}
