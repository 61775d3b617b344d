/* What is refused before anything looks at the request: heads on which two programs in a chain could
 * disagree (request smuggling), or that no honest client sends. RFC 9110, RFC 9112. */
#include "http/exchange.h"

struct str wire_header(const struct http_wire *w, const char *name)
{
    struct str want = str_from(name);
    for (size_t i = 0; i < w->n_headers; i++)
        if (str_eq_nocase(w->headers[i].name, want))
            return w->headers[i].value;
    return STR_NONE;
}

static size_t count_header(const struct http_wire *w, const char *name, struct str *value)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_headers; i++)
        if (str_eq_nocase(w->headers[i].name, str_from(name))) {
            *value = w->headers[i].value;
            n++;
        }
    return n;
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alnum && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.n > 0;
}

static bool is_field_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

static bool host_bytes(struct str s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alnum && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return s.n > 0;
}

/* name[:port], 192.0.2.1[:port], [2001:db8::1][:port] */
static bool is_host(struct str s)
{
    struct str port = STR_NONE;
    if (s.n > 260)
        return false;
    if (s.n && s.p[0] == '[') {
        ptrdiff_t end = str_find_char(s, ']', 0);
        if (end < 0 || !host_bytes(str_sub(s, 1, (size_t)end - 1), ":."))
            return false;
        port = str_sub(s, (size_t)end + 1, s.n);
        if (port.n == 0)
            return true;
        if (port.p[0] != ':')
            return false;
        port = str_sub(port, 1, port.n);
    } else {
        ptrdiff_t colon = str_find_char(s, ':', 0);
        if (!host_bytes(colon < 0 ? s : str_sub(s, 0, (size_t)colon), "-._"))
            return false;
        if (colon < 0)
            return true;
        port = str_sub(s, (size_t)colon + 1, s.n);
    }
    int64_t number;
    return host_bytes(port, "") && str_to_int(port, &number) && number > 0 && number < 65536;
}

static bool is_content_length(struct str s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || i > 17)
            return false;
        *out = *out * 10 + (uint64_t)(s.p[i] - '0');
    }
    return s.n > 0;
}

static bool refuse(struct guard_verdict *v, int status, const char *why)
{
    v->status = status;
    v->why = why;
    return false;
}

static bool check_line(const struct http_wire *w, struct guard_verdict *v)
{
    if (w->target.n > HTTP_URI_MAX)
        return refuse(v, 414, "address too long");
    if (w->ambiguous)
        return refuse(v, 400, "NUL, folded line or bare CR in the head");
    if (!is_token(w->method) || w->method.n > 20)
        return refuse(v, 400, "method");
    if (!str_eq(w->version, STR("HTTP/1.1")) && !str_eq(w->version, STR("HTTP/1.0")))
        return refuse(v, 505, "version");
    if (w->target.n == 0 || w->target.p[0] != '/')
        return refuse(v, 400, "target");
    return true;
}

static bool check_fields(const struct http_wire *w, struct guard_verdict *v)
{
    size_t head = w->method.n + w->target.n + w->version.n + 4;
    for (size_t i = 0; i < w->n_headers; i++) {
        if (!is_token(w->headers[i].name))
            return refuse(v, 400, "header name");
        if (!is_field_value(w->headers[i].value))
            return refuse(v, 400, "header value");
        head += w->headers[i].name.n + w->headers[i].value.n + 4;
    }
    if (w->too_many_headers || head > HTTP_HEAD_MAX)
        return refuse(v, 431, "head too large");
    return true;
}

static bool check_host(const struct http_wire *w, struct guard_verdict *v)
{
    struct str host = STR_NONE;
    size_t n = count_header(w, "Host", &host);
    if (n > 1)
        return refuse(v, 400, "two Host");
    if (n == 0 && str_eq(w->version, STR("HTTP/1.1")))
        return refuse(v, 400, "no Host");
    if (n == 1 && !is_host(str_trim(host)))
        return refuse(v, 400, "Host");
    return true;
}

static bool check_framing(const struct http_wire *w, struct guard_verdict *v)
{
    struct str length = STR_NONE, coding = STR_NONE;
    size_t lengths = count_header(w, "Content-Length", &length);
    size_t codings = count_header(w, "Transfer-Encoding", &coding);
    if (lengths > 1)
        return refuse(v, 400, "two Content-Length");
    if (lengths && codings)
        return refuse(v, 400, "Content-Length with Transfer-Encoding");
    if (lengths && !is_content_length(str_trim(length), &v->content_length))
        return refuse(v, 400, "Content-Length");
    if (codings > 1 || (codings && !str_eq_nocase(str_trim(coding), STR("chunked"))))
        return refuse(v, 400, "Transfer-Encoding");
    if (codings && !str_eq(w->version, STR("HTTP/1.1")))
        return refuse(v, 400, "Transfer-Encoding on HTTP/1.0");
    v->chunked = codings == 1;
    v->has_body = v->chunked || v->content_length > 0;
    return true;
}

void guard_check(const struct http_wire *w, struct guard_verdict *out)
{
    *out = (struct guard_verdict){0};
    if (check_line(w, out) && check_fields(w, out) && check_host(w, out))
        (void)check_framing(w, out);
}
