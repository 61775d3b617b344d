/* Routes as a tree of segments. A literal wins over {name}; when it leads nowhere, {name} is tried. */
#include "http/exchange.h"

struct node {
    struct str literal; /* of this segment; empty for {name} and for the root */
    struct node **children; /* literals, sorted */
    size_t n_children;
    struct node *any; /* {name} */
    const struct route *by_method[HTTP_DELETE + 1];
};

struct router {
    struct arena *arena;
    struct node root;
};

/* Index of the literal, or of where it should go. */
static size_t position(const struct node *n, struct str literal, bool *found)
{
    size_t low = 0, high = n->n_children;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(n->children[mid]->literal, literal);
        if (order == 0) {
            *found = true;
            return mid;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *found = false;
    return low;
}

static struct node *child_for(struct arena *a, struct node *n, struct str segment)
{
    if (segment.p[0] == '{') {
        if (!n->any)
            n->any = ARENA_NEW(a, struct node);
        return n->any;
    }
    bool found;
    size_t at = position(n, segment, &found);
    if (found)
        return n->children[at];
    struct node **bigger = ARENA_ARRAY(a, n->n_children + 1, struct node *);
    struct node *fresh = ARENA_NEW(a, struct node);
    fresh->literal = segment;
    for (size_t i = 0; i < n->n_children; i++)
        bigger[i < at ? i : i + 1] = n->children[i];
    bigger[at] = fresh;
    n->children = bigger;
    n->n_children++;
    return fresh;
}

static bool segment_ok(struct str s)
{
    if (s.n == 0)
        return false;
    bool capture = s.p[0] == '{';
    if (capture && (s.n < 3 || s.p[s.n - 1] != '}'))
        return false;
    for (size_t i = capture; i < s.n - capture; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!ok)
            return false;
    }
    return true;
}

bool route_captures(const char *path, struct str names[HTTP_CAPTURES_MAX], size_t *n)
{
    struct str rest = str_from(path), piece;
    size_t segments = 0;
    *n = 0;
    if (rest.n == 0 || rest.p[0] != '/')
        return false;
    if (rest.n > 1 && rest.p[rest.n - 1] == '/')
        return false;
    rest = str_sub(rest, 1, rest.n);
    while (str_split(&rest, '/', &piece)) {
        if (!segment_ok(piece) || ++segments > HTTP_SEGMENTS_MAX)
            return false;
        if (piece.p[0] != '{')
            continue;
        if (*n == HTTP_CAPTURES_MAX)
            return false;
        names[(*n)++] = str_sub(piece, 1, piece.n - 2);
    }
    return true;
}

/* STR_NONE, or what is wrong with the row. */
static struct str row_mistake(const struct route *r, struct arena *a)
{
    struct str names[HTTP_CAPTURES_MAX];
    size_t n;
    if (!r->path || !route_captures(r->path, names, &n))
        return STR("the path must be /literal or {name} segments, lower case, without a slash at the end");
    if (r->method < HTTP_GET || r->method > HTTP_DELETE)
        return STR("unknown method");
    if (!r->handler)
        return STR("no handler");
    if (r->allow == ALLOW_NOBODY_DECLARED)
        return STR("no permission: .allow is mandatory");
    if (!r->input)
        return STR("no input: .input is mandatory, INPUT_NONE says that nothing is read");
    if (r->method == HTTP_GET && r->csrf != CSRF_SAFE_METHOD)
        return STR("a GET route has nothing to protect: .csrf must stay CSRF_SAFE_METHOD");
    if (r->method != HTTP_GET && r->csrf == CSRF_SAFE_METHOD)
        return STR("no csrf: .csrf is mandatory for methods that change something");
    if (r->method == HTTP_GET && r->body_max != 0)
        return STR("a GET route has no body: .body_max must be 0");
    if (r->csrf == CSRF_FORM && r->body_max == 0)
        return STR("a form needs a .body_max");
    if (r->style == STYLE_API && !r->summary)
        return STR("an API route needs a .summary");
    return input_check(r, a);
}

static enum err add_row(struct router *router, const struct route *r, struct arena *a, struct str *why)
{
    static const char *const methods[] = {"?", "GET", "POST", "PUT", "DELETE"};
    struct str mistake = row_mistake(r, a);
    struct node *n = &router->root;
    if (mistake.n == 0) {
        struct str rest = str_sub(str_from(r->path), 1, SIZE_MAX), piece;
        while (str_split(&rest, '/', &piece))
            n = child_for(router->arena, n, piece);
        if (n->by_method[r->method])
            mistake = arena_printf(a, "the same address is declared twice (also %s)",
                                   n->by_method[r->method]->path);
    }
    if (mistake.n) {
        const char *method = r->method >= HTTP_GET && r->method <= HTTP_DELETE ? methods[r->method] : "?";
        *why = arena_printf(a, "route %s %s: %.*s", method, r->path ? r->path : "(none)", STR_ARG(mistake));
        return ERR_INVALID;
    }
    n->by_method[r->method] = r;
    return OK;
}

enum err router_new(const struct route_table *tables, size_t n_tables, struct arena *a, struct router **out,
                    struct str *why)
{
    struct arena *own = arena_new(SIZE_MAX);
    if (!own)
        return ERR_LIMIT;
    struct router *router = ARENA_NEW(own, struct router);
    router->arena = own;
    for (size_t t = 0; t < n_tables; t++)
        for (size_t i = 0; i < tables[t].n; i++) {
            enum err e = add_row(router, &tables[t].routes[i], a, why);
            if (e != OK) {
                router_free(router);
                return e;
            }
        }
    *out = router;
    return OK;
}

void router_free(struct router *r)
{
    if (r)
        arena_free(r->arena);
}

static const struct node *descend(const struct node *n, const struct str *segments, size_t left,
                                  struct str *captures, size_t n_captures)
{
    if (left == 0) {
        for (int m = HTTP_GET; m <= HTTP_DELETE; m++)
            if (n->by_method[m])
                return n;
        return NULL;
    }
    bool found;
    size_t at = position(n, segments[0], &found);
    if (found) {
        const struct node *end = descend(n->children[at], segments + 1, left - 1, captures, n_captures);
        if (end)
            return end;
    }
    if (!n->any || n_captures == HTTP_CAPTURES_MAX)
        return NULL;
    captures[n_captures] = segments[0];
    return descend(n->any, segments + 1, left - 1, captures, n_captures + 1);
}

void router_find(const struct router *r, const struct str *segments, size_t n, struct route_match *out)
{
    *out = (struct route_match){0};
    const struct node *end = descend(&r->root, segments, n, out->captures, 0);
    if (!end)
        return;
    out->found = true;
    for (int m = HTTP_GET; m <= HTTP_DELETE; m++)
        out->by_method[m] = end->by_method[m];
}

void http_each_route(const struct route_table *tables, size_t n_tables, http_route_visit visit, void *ctx)
{
    for (size_t t = 0; t < n_tables; t++)
        for (size_t i = 0; i < tables[t].n; i++)
            visit(&tables[t].routes[i], ctx);
}
