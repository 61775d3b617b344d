/* Files and the parts of them that are asked for (RFC 9110 §14): one range; several are answered whole. */
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/exchange.h"

void response_file(struct response *rs, int fd, uint64_t size, const char *encoding)
{
    struct http_exchange *ex = rs->exchange;
    exchange_close_file(ex);
    ex->file_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    ex->file_size = size;
    ex->file_encoding = encoding;
    if (ex->file_fd < 0)
        ex->set_failed = true;
}

void exchange_close_file(struct http_exchange *ex)
{
    if (ex->file_fd >= 0)
        close(ex->file_fd);
    ex->file_fd = -1;
}

void exchange_close_out(struct http_exchange *ex)
{
    if (ex->out.fd >= 0)
        close(ex->out.fd);
    ex->out.fd = -1;
}

enum range { RANGE_NONE, RANGE_PART, RANGE_OUTSIDE };

static enum range range_parse(struct str s, uint64_t size, uint64_t *first, uint64_t *last)
{
    int64_t from = -1, to = -1;
    if (!str_starts(s, STR("bytes=")) || str_find_char(s, ',', 0) >= 0)
        return RANGE_NONE;
    s = str_trim(str_sub(s, 6, s.n));
    ptrdiff_t dash = str_find_char(s, '-', 0);
    if (dash < 0)
        return RANGE_NONE;
    struct str a = str_sub(s, 0, (size_t)dash), b = str_sub(s, (size_t)dash + 1, s.n);
    if ((a.n && (!str_to_int(a, &from) || from < 0)) || (b.n && (!str_to_int(b, &to) || to < 0)) || (!a.n && !b.n))
        return RANGE_NONE;
    if (!a.n) { /* the last `to` bytes */
        if (to == 0 || size == 0)
            return RANGE_OUTSIDE;
        *first = (uint64_t)to < size ? size - (uint64_t)to : 0;
        *last = size - 1;
        return RANGE_PART;
    }
    if (b.n && to < from)
        return RANGE_NONE;
    if ((uint64_t)from >= size)
        return RANGE_OUTSIDE;
    *first = (uint64_t)from;
    *last = !b.n || (uint64_t)to >= size ? size - 1 : (uint64_t)to;
    return RANGE_PART;
}

/* If-Range: a part only if the file is still the one that the client began. */
static bool still_the_same(const struct http_exchange *ex)
{
    struct str held = wire_header(&ex->wire, "If-Range");
    int64_t date_ms;
    if (!held.n)
        return true;
    if (held.p[0] == '"')
        return ex->etag.n && held.n == ex->etag.n + 2 && str_eq(str_sub(held, 1, ex->etag.n), ex->etag);
    return ex->modified_ms > 0 && clock_parse_http(held, &date_ms) && date_ms / 1000 == ex->modified_ms / 1000;
}

bool respond_file(struct http_exchange *ex)
{
    struct http_out *out = &ex->out;
    struct str asked = ex->rq.method == HTTP_GET ? wire_header(&ex->wire, "Range") : STR_NONE;
    uint64_t size = ex->file_size, first = 0, last = size ? size - 1 : 0;
    enum range range = asked.n && still_the_same(ex) ? range_parse(asked, size, &first, &last) : RANGE_NONE;
    struct arena *front = ex->worker->front;
    out_header(out, "Accept-Ranges", STR("bytes"));
    if (ex->file_encoding)
        out_header(out, "Content-Encoding", str_from(ex->file_encoding));
    if (range == RANGE_OUTSIDE) {
        out->status = 416;
        out_header(out, "Content-Range", arena_printf(front, "bytes */%llu", (unsigned long long)size));
        return ex->file_encoding != NULL;
    }
    out->fd = ex->file_fd;
    ex->file_fd = -1;
    out->offset = first;
    out->size = size ? last - first + 1 : 0;
    if (range == RANGE_PART) {
        out->status = 206;
        out_header(out, "Content-Range",
                   arena_printf(front, "bytes %llu-%llu/%llu", (unsigned long long)first, (unsigned long long)last,
                                (unsigned long long)size));
    }
    return ex->file_encoding != NULL;
}
