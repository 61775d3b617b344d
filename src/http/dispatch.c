/* One request through the same pipeline, without a socket. */
#include <unistd.h>

#include "http/exchange.h"

static void wire_from_text(struct http_exchange *ex, enum http_method method, struct str target, struct str headers,
                           struct str body, struct str length)
{
    static const char *const names[] = {"?", "GET", "POST", "PUT", "DELETE"};
    struct http_wire *w = &ex->wire;
    struct str rest = headers, line;
    bool host = false;
    w->method = str_from(method >= HTTP_GET && method <= HTTP_DELETE ? names[method] : "?");
    w->target = target;
    w->version = STR("HTTP/1.1");
    w->peer = STR("127.0.0.1");
    while (str_split(&rest, '\n', &line)) {
        ptrdiff_t colon = str_find_char(line, ':', 1); /* ":method" begins with one */
        if (colon < 0)
            continue;
        struct http_pair h = {str_sub(line, 0, (size_t)colon), str_trim(str_sub(line, (size_t)colon + 1, line.n))};
        if (str_eq(h.name, STR(":method"))) { /* HEAD, OPTIONS… */
            w->method = h.value;
            continue;
        }
        host = host || str_eq_nocase(h.name, STR("Host"));
        if (w->n_headers == HTTP_HEADERS_MAX - 2)
            w->too_many_headers = true;
        else
            w->headers[w->n_headers++] = h;
    }
    if (!host)
        w->headers[w->n_headers++] = (struct http_pair){STR("Host"), STR("localhost")};
    if (body.n)
        w->headers[w->n_headers++] = (struct http_pair){STR("Content-Length"), length};
}

static struct str file_bytes(struct arena *a, const struct http_out *out)
{
    char *p = arena_alloc(a, out->size + 1);
    size_t n = 0;
    while (n < out->size) {
        ssize_t got = pread(out->fd, p + n, out->size - n, (off_t)(out->offset + n));
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return (struct str){p, n};
}

static void copy_out(struct arena *a, const struct http_exchange *ex, struct http_test_answer *answer)
{
    const struct http_out *out = &ex->out;
    struct str body = out->fd >= 0 ? file_bytes(a, out) : out->buffer.p ? buf_str(&out->buffer) : out->fixed;
    *answer = (struct http_test_answer){.status = out->status, .body = STR(""), .content_type = STR("")};
    if (!out->no_body && !str_eq(ex->wire.method, STR("HEAD")))
        answer->body = arena_str(a, body);
    struct buf text;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < out->n_headers; i++) {
        buf_printf(&text, "%.*s: %.*s\n", STR_ARG(out->headers[i].name), STR_ARG(out->headers[i].value));
        if (str_eq(out->headers[i].name, STR("Content-Type")))
            answer->content_type = arena_str(a, out->headers[i].value);
    }
    if (!out->no_body)
        buf_printf(&text, "Content-Length: %zu\n", body.n);
    answer->headers = arena_str(a, buf_str(&text));
    buf_deinit(&text);
}

void http_dispatch(struct http_server *s, struct arena *a, enum http_method method, struct str target,
                   struct str headers, struct str body, struct http_test_answer *out)
{
    struct http_exchange *ex = ARENA_NEW(a, struct http_exchange);
    exchange_init(ex, s);
    wire_from_text(ex, method, target, headers, body, arena_printf(a, "%zu", body.n));
    if (!exchange_begin(ex)) {
        if (body.n && !exchange_body(ex, body.p, body.n))
            respond_plain(ex, 413);
        else
            exchange_finish(ex);
    }
    copy_out(a, ex, out);
    exchange_deinit(ex);
}
