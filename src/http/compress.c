/* Which encoding a client takes (RFC 9110 §12.5.3), and gzip made on the fly. */
#include "http/exchange.h"

enum { LEVEL = 5, GZIP_WINDOW = 15 + 16, MEMORY = 8 };

/* "0.5" → 500, "1" → 1000; −1 when malformed. */
static int quality(struct str s)
{
    if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
        return -1;
    int q = (s.p[0] - '0') * 1000, unit = 100;
    for (size_t i = 2; i < s.n; i++, unit /= 10) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        q += (s.p[i] - '0') * unit;
    }
    return q > 1000 ? 1000 : q;
}

/* Thousandths of preference for one coding; −1 when the header does not name it. */
static int preference(struct str header, struct str coding)
{
    struct str rest = header, item;
    while (str_split(&rest, ',', &item)) {
        struct str parameters = item, name = STR_NONE, parameter;
        if (!str_split(&parameters, ';', &name) || !str_eq_nocase(str_trim(name), coding))
            continue;
        int q = 1000;
        while (str_split(&parameters, ';', &parameter)) {
            parameter = str_trim(parameter);
            if (parameter.n > 2 && (parameter.p[0] == 'q' || parameter.p[0] == 'Q') && parameter.p[1] == '=')
                q = quality(str_sub(parameter, 2, parameter.n));
        }
        return q < 0 ? 0 : q;
    }
    return -1;
}

static int accepted(struct str header, struct str coding)
{
    int q = preference(header, coding);
    return q >= 0 ? q : preference(header, STR("*"));
}

enum encoding encoding_choose(struct str accept_encoding, bool gzip, bool brotli)
{
    if (accept_encoding.n == 0)
        return ENCODING_IDENTITY;
    int br = brotli ? accepted(accept_encoding, STR("br")) : -1;
    int gz = gzip ? accepted(accept_encoding, STR("gzip")) : -1;
    /* Not named, plain bytes are always welcome, but after what was asked for. */
    int plain = preference(accept_encoding, STR("identity"));
    int best = plain > 0 ? plain : 0;
    if (br > 0 && br >= gz && br >= best)
        return ENCODING_BROTLI;
    return gz > 0 && gz >= best ? ENCODING_GZIP : ENCODING_IDENTITY;
}

bool content_type_compressible(struct str content_type)
{
    static const char *const types[] = {
        "application/json", "application/problem+json", "application/geo+json", "application/javascript",
        "application/xml",  "application/atom+xml",     "application/rss+xml",  "image/svg+xml",
    };
    ptrdiff_t semicolon = str_find_char(content_type, ';', 0);
    struct str type = semicolon < 0 ? content_type : str_sub(content_type, 0, (size_t)semicolon);
    if (str_starts(type, STR("text/")))
        return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq(str_trim(type), str_from(types[i])))
            return true;
    return false;
}

bool compress_gzip(struct worker *w, struct str in, struct buf *out)
{
    z_stream *z = &w->deflate;
    if (!w->deflate_ready) {
        if (deflateInit2(z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
            return false;
        w->deflate_ready = true;
    } else if (deflateReset(z) != Z_OK) {
        return false;
    }
    if (in.n > UINT32_MAX)
        return false;
    /* Room for a good compression; one that needs more is not worth its time. */
    size_t room = in.n - in.n / 8;
    buf_init(out, room);
    char *to = buf_reserve(out, room);
    if (!to)
        return false;
    z->next_in = (Bytef *)(uintptr_t)in.p;
    z->avail_in = (uInt)in.n;
    z->next_out = (Bytef *)to;
    z->avail_out = (uInt)room;
    if (deflate(z, Z_FINISH) != Z_STREAM_END) {
        buf_deinit(out);
        return false;
    }
    buf_commit(out, room - z->avail_out);
    return true;
}
