/* The address that a client asks for: cut into segments, percent-decoded, and refused when two programs
 * could read it differently. */
#include "http/exchange.h"

enum { PAIRS_MAX = 1000 };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* False on a bad escape, a NUL or text that is not UTF-8. */
static bool decode(struct arena *a, struct str s, bool plus_is_space, struct str *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = s.n - i > 2 ? hex_digit(s.p[i + 1]) : -1;
            int low = s.n - i > 2 ? hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        p[n++] = c;
    }
    p[n] = '\0';
    *out = (struct str){p, n};
    return str_is_utf8(*out); /* refuses NUL too */
}

/* "..", also hidden behind an encoded separator: "%2e%2e%2f", "..\". */
static bool climbs(struct str segment)
{
    size_t from = 0;
    for (size_t i = 0; i <= segment.n; i++)
        if (i == segment.n || segment.p[i] == '/' || segment.p[i] == '\\') {
            struct str piece = str_sub(segment, from, i - from);
            if (str_eq(piece, STR("..")) || str_eq(piece, STR(".")))
                return true;
            from = i + 1;
        }
    return false;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return true;
    return false;
}

static bool parse_path(struct arena *a, struct http_target *t)
{
    if (!decode(a, t->raw_path, false, &t->path) || has_control(t->path))
        return false;
    struct str rest = str_sub(t->raw_path, 1, t->raw_path.n), piece;
    while (str_split(&rest, '/', &piece)) {
        struct str segment;
        if (!decode(a, piece, false, &segment) || climbs(segment))
            return false;
        if (t->n_segments == HTTP_SEGMENTS_MAX) {
            t->too_deep = true;
            continue;
        }
        t->segments[t->n_segments++] = segment;
    }
    /* str_split gives "a", "" for "a/" or only "a": one rule for both. */
    t->trailing_slash = t->raw_path.n > 1 && t->raw_path.p[t->raw_path.n - 1] == '/';
    if (t->trailing_slash && t->n_segments && t->segments[t->n_segments - 1].n == 0)
        t->n_segments--;
    if (str_find(t->raw_path, STR("//"), 0) >= 0) /* no page is there, and no redirect may start so */
        t->too_deep = true;
    return true;
}

int target_parse(struct arena *a, struct str target, struct http_target *out)
{
    *out = (struct http_target){0};
    for (size_t i = 0; i < target.n; i++) {
        unsigned char c = (unsigned char)target.p[i];
        if (c <= 0x20 || c == 0x7F || c == '#')
            return 400;
    }
    ptrdiff_t mark = str_find_char(target, '?', 0);
    out->raw_path = mark < 0 ? target : str_sub(target, 0, (size_t)mark);
    out->raw_query = mark < 0 ? STR("") : str_sub(target, (size_t)mark + 1, target.n);
    return parse_path(a, out) ? 0 : 400;
}

bool pairs_parse(struct arena *a, struct str text, struct http_pair **out, size_t *n)
{
    struct str rest = text, piece;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    while (str_split(&rest, '&', &piece)) {
        if (piece.n == 0)
            continue;
        if (*n == PAIRS_MAX)
            return false;
        ptrdiff_t equals = str_find_char(piece, '=', 0);
        struct str name = equals < 0 ? piece : str_sub(piece, 0, (size_t)equals);
        struct str value = equals < 0 ? STR("") : str_sub(piece, (size_t)equals + 1, piece.n);
        struct http_pair pair;
        if (!decode(a, name, true, &pair.name) || !decode(a, value, true, &pair.value))
            return false;
        *out = arena_grow(a, *out, *n, &cap, *n + 1, sizeof pair);
        (*out)[(*n)++] = pair;
    }
    return true;
}
