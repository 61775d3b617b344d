/* The way of a request: guard → target → route → permission → rate → body → input → handler → answer.
 * Memory refused anywhere jumps back here: defers run (a transaction is rolled back), the answer is 503. */
#include "base/clock.h"
#include "base/log.h"
#include "http/exchange.h"

bool permission_granted(enum permission p, enum role r)
{
    (void)r;
    return p == ALLOW_EVERYONE;
}

/* -- life of an exchange ----------------------------------------------------------------------------- */
void exchange_init(struct http_exchange *ex, struct http_server *s)
{
    static const char digits[] = "0123456789abcdef";
    *ex = (struct http_exchange){.server = s, .file_fd = -1, .out.fd = -1, .out.status = 500};
    /* splitmix64: ids that do not tell how many requests there were */
    uint64_t z = atomic_fetch_add_explicit(&s->next_id, UINT64_C(0x9E3779B97F4A7C15), memory_order_relaxed);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    for (int i = 0; i < HTTP_ID_LEN; i++, z >>= 4)
        ex->id[i] = digits[z & 15];
    ex->started_us = clock_mono_us();
    atomic_fetch_add(&s->running, 1);
}

void exchange_deinit(struct http_exchange *ex)
{
    exchange_release(ex);
    exchange_close_file(ex);
    exchange_close_out(ex);
    buf_deinit(&ex->body);
    buf_deinit(&ex->rs.body);
    http_room_give(ex->server, &ex->out.buffer);
    atomic_fetch_sub(&ex->server->running, 1);
}

void exchange_release(struct http_exchange *ex)
{
    if (!ex->worker)
        return;
    http_room_give(ex->server, &ex->rs.body);
    worker_give(ex->server, ex->worker);
    ex->worker = NULL;
}

/* Runs a step; false when memory was refused. */
static bool guarded(struct http_exchange *ex, void (*step)(struct http_exchange *))
{
    jmp_buf refused;
    volatile bool whole = false;
    if (setjmp(refused) == 0) {
        arena_boundary(ex->worker->front, &refused);
        arena_boundary(ex->worker->arena, &refused);
        step(ex);
        whole = true;
    }
    arena_boundary(ex->worker->front, NULL);
    arena_boundary(ex->worker->arena, NULL);
    return whole;
}

/* -- who asks, for what ------------------------------------------------------------------------------ */
static bool same_address(struct str a, const char *b)
{
    unsigned char x[16], y[16];
    return b && address_key(a, x) && address_key(str_from(b), y) && memcmp(x, y, sizeof x) == 0;
}

static void identify_client(struct http_exchange *ex)
{
    const struct http_config *cfg = &ex->server->cfg;
    struct str client = ex->wire.peer;
    ex->secure = cfg->public_url && str_starts(str_from(cfg->public_url), STR("https:"));
    if (same_address(client, cfg->trusted_proxy)) {
        /* The last address is the one that the proxy saw itself. */
        struct str rest = wire_header(&ex->wire, "X-Forwarded-For"), item, last = STR_NONE;
        unsigned char key[16];
        while (str_split(&rest, ',', &item))
            last = str_trim(item);
        if (address_key(last, key))
            client = last;
        ex->secure = ex->secure || str_eq_nocase(wire_header(&ex->wire, "X-Forwarded-Proto"), STR("https"));
    }
    size_t n = client.n < sizeof ex->client ? client.n : sizeof ex->client - 1;
    if (n)
        memcpy(ex->client, client.p, n);
    ex->client[n] = '\0';
}

static bool host_allowed(const struct http_config *cfg, struct str host)
{
    if (!cfg->allowed_hosts || !host.n)
        return true;
    ptrdiff_t colon = host.p[0] == '[' ? str_find(host, STR("]:"), 0) : str_find_char(host, ':', 0);
    struct str name = colon < 0 ? host : str_sub(host, 0, (size_t)colon + (host.p[0] == '['));
    for (const char *const *h = cfg->allowed_hosts; *h; h++)
        if (str_eq_nocase(host, str_from(*h)) || str_eq_nocase(name, str_from(*h)))
            return true;
    return false;
}

static void request_basics(struct http_exchange *ex)
{
    struct request *rq = &ex->rq;
    struct arena *front = ex->worker->front;
    *rq = (struct request){.arena = ex->worker->arena, .exchange = ex, .app = ex->server->cfg.app,
                           .role = ROLE_VISITOR, .id = str_from(ex->id), .method = HTTP_GET};
    ex->rs.exchange = ex;
    ex->rs.status = 200;
    if (!ex->rs.body.p)
        http_room_take(ex->server, &ex->rs.body);
    ex->rs.body.max = HTTP_BODY_MAX;
    buf_clear(&ex->rs.body);
    rq->head_only = str_eq(ex->wire.method, STR("HEAD"));
    struct str host = str_trim(wire_header(&ex->wire, "Host"));
    if (ex->server->cfg.public_url)
        rq->base_url = str_from(ex->server->cfg.public_url);
    else
        rq->base_url = arena_printf(front, "%s://%.*s", ex->secure ? "https" : "http",
                                    STR_ARG(host.n ? host : STR("localhost")));
}

static enum http_method method_of(struct str m)
{
    static const char *const names[] = {[HTTP_GET] = "GET", "POST", "PUT", "DELETE"};
    if (str_eq(m, STR("HEAD")))
        return HTTP_GET;
    for (enum http_method i = HTTP_GET; i <= HTTP_DELETE; i++)
        if (str_eq(m, str_from(names[i])))
            return i;
    return 0;
}

static const struct route *any_route(const struct route_match *m)
{
    for (int i = HTTP_GET; i <= HTTP_DELETE; i++)
        if (m->by_method[i])
            return m->by_method[i];
    return NULL;
}

/* Finds the route; /en chooses English for pages. Only those have a language in their address. */
static void find_route(struct http_exchange *ex)
{
    struct http_target *t = &ex->target;
    struct request *rq = &ex->rq;
    bool english = t->n_segments > 0 && str_eq(t->segments[0], STR("en"));
    size_t skip = english ? 1 : 0;
    rq->lang = english ? LANG_EN : LANG_FR;
    rq->raw_query = t->raw_query;
    rq->path = str_sub(t->path, english ? 3 : 0, t->path.n - (t->trailing_slash ? 1 : 0) - (english ? 3 : 0));
    if (rq->path.n == 0)
        rq->path = STR("/");
    ex->match = (struct route_match){0};
    if (!t->too_deep)
        router_find(ex->server->router, t->segments + skip, t->n_segments - skip, &ex->match);
    const struct route *r = any_route(&ex->match);
    if (r && english && r->style != STYLE_PAGE)
        ex->match = (struct route_match){0};
}

/* 0, or the status that ends it. ex->route stays NULL when there is none. */
static int locate(struct http_exchange *ex)
{
    struct arena *front = ex->worker->front;
    request_basics(ex);
    int status = target_parse(front, ex->wire.target, &ex->target);
    if (status)
        return status;
    struct http_pair *query;
    if (!pairs_parse(front, ex->target.raw_query, &query, &ex->n_query))
        return 400;
    ex->query = query;
    find_route(ex);
    if (!host_allowed(&ex->server->cfg, str_trim(wire_header(&ex->wire, "Host"))))
        return 421;
    if (!ex->match.found)
        return 404;
    enum http_method m = method_of(ex->wire.method);
    ex->route = m ? ex->match.by_method[m] : NULL;
    ex->rq.route = ex->route;
    ex->rq.method = m ? m : HTTP_GET;
    return ex->route ? 0 : 405;
}

/* -- answers that need no handler -------------------------------------------------------------------- */
static struct str allowed_methods(struct http_exchange *ex, bool open)
{
    const struct route *const *by = ex->match.by_method;
    return arena_printf(ex->worker->front, "%s%s%s%s%s", by[HTTP_GET] ? "GET, HEAD" : "",
                        by[HTTP_POST] ? (by[HTTP_GET] ? ", POST" : "POST") : "", by[HTTP_PUT] ? ", PUT" : "",
                        by[HTTP_DELETE] ? ", DELETE" : "", open ? ", OPTIONS" : "");
}

static void method_refused(struct http_exchange *ex)
{
    const struct route *any = any_route(&ex->match);
    bool open = any->style != STYLE_PAGE;
    struct str methods = allowed_methods(ex, open);
    ex->route = any; /* the error is told in this route's style */
    if (open && str_eq(ex->wire.method, STR("OPTIONS"))) {
        ex->rs.status = 204;
        response_header(&ex->rs, "Access-Control-Allow-Methods", methods);
        response_header(&ex->rs, "Access-Control-Allow-Headers", STR("Authorization, Content-Type"));
        response_header(&ex->rs, "Access-Control-Max-Age", STR("86400"));
    } else {
        respond_error(ex, 405, ERR_INVALID);
    }
    response_header(&ex->rs, "Allow", methods);
    respond_finish(ex);
}

static void refuse(struct http_exchange *ex, int status, enum err why)
{
    respond_error(ex, status, why);
    respond_finish(ex);
}

static void not_located(struct http_exchange *ex, int status)
{
    bool get = str_eq(ex->wire.method, STR("GET")) || str_eq(ex->wire.method, STR("HEAD"));
    if (status == 400) /* as what guard.c refuses */
        ex->out.close = true;
    const struct asset *asset = status == 404 && get ? asset_find(ex->target.raw_path) : NULL;
    if (asset)
        respond_asset(ex, asset);
    else if (status == 405)
        method_refused(ex);
    else
        refuse(ex, status, status == 404 ? ERR_NOT_FOUND : ERR_INVALID);
}

/* One address for each page. The API answers at both, as its clients expect. */
static bool redirect_slash(struct http_exchange *ex)
{
    struct str path = ex->target.raw_path, query = ex->target.raw_query;
    if (!ex->target.trailing_slash || ex->route->style == STYLE_API)
        return false;
    ex->rs.status = 308;
    response_header(&ex->rs, "Location",
                    arena_printf(ex->worker->front, "%.*s%s%.*s", STR_ARG(str_sub(path, 0, path.n - 1)),
                                 query.n ? "?" : "", STR_ARG(query)));
    respond_finish(ex);
    return true;
}

/* -- the handler ------------------------------------------------------------------------------------- */
static void log_failure(const struct http_exchange *ex, int status, const char *why)
{
    if (status >= 500)
        log_error("http.failed", LOG_C("route", ex->route->path), LOG_I("status", status), LOG_C("why", why),
                  LOG_C("id", ex->id));
}

static void run_handler(struct http_exchange *ex)
{
    enum err e = ex->route->handler(&ex->rq, &ex->rs);
    if (e == OK && !ex->rs.body.failed && !ex->set_failed)
        return;
    int status = status_of_err(e);
    const char *why = err_name(e);
    if (e == OK) {
        e = ERR_BUG;
        status = 500;
        why = ex->set_failed ? "a header, redirect or file that may not be sent" : "answer too large";
    } else if (ex->rs.status >= 400) {
        status = ex->rs.status; /* the handler knows better */
    }
    log_failure(ex, status, why);
    arena_reset(ex->worker->arena); /* rollback, before the page that tells it */
    respond_error(ex, status, e);
}

static bool rate_allows(struct http_exchange *ex)
{
    int wait_s = ex->route->rate == RATE_UNLIMITED || !ex->server->rates
                     ? 0
                     : rate_take(ex->server->rates, str_from(ex->client), ex->route->rate, clock_mono_us());
    if (wait_s == 0)
        return true;
    respond_error(ex, 429, ERR_LIMIT);
    response_header(&ex->rs, "Retry-After", arena_printf(ex->worker->front, "%d", wait_s));
    respond_finish(ex);
    return false;
}

static void answer(struct http_exchange *ex)
{
    int status = locate(ex);
    if (status) {
        not_located(ex, status);
        return;
    }
    if (redirect_slash(ex))
        return;
    if (!permission_granted(ex->route->allow, ex->rq.role)) {
        refuse(ex, 403, ERR_DENIED);
        return;
    }
    if (!rate_allows(ex))
        return;
    status = input_body(ex);
    if (!status && !csrf_allowed(ex))
        status = 403;
    if (status) {
        refuse(ex, status, status == 403 ? ERR_DENIED : ERR_INVALID);
        return;
    }
    enum err e = input_read(ex);
    if (e == OK)
        run_handler(ex);
    else
        respond_error(ex, status_of_err(e), e);
    respond_finish(ex);
}

/* After memory was refused: everything of the request is gone; what was asked is found again, cheaply,
 * so that the error is told in the right language and style. */
static void answer_no_memory(struct http_exchange *ex)
{
    (void)locate(ex);
    if (ex->route)
        log_failure(ex, 503, "memory cap of the request");
    refuse(ex, 503, ERR_LIMIT);
}

void exchange_finish(struct http_exchange *ex)
{
    if (!ex->worker && !(ex->worker = worker_take(ex->server))) {
        respond_plain(ex, 503);
        return;
    }
    if (guarded(ex, answer))
        return;
    arena_reset(ex->worker->arena);
    arena_reset(ex->worker->front);
    ex->n_set = 0;
    if (!guarded(ex, answer_no_memory))
        respond_plain(ex, 503);
}

/* -- before the body --------------------------------------------------------------------------------- */
/* What is refused without reading a body: the connection is then closed. */
static void check_body(struct http_exchange *ex)
{
    int status = locate(ex);
    if (!status && ex->verdict.content_length > ex->route->body_max)
        status = 413;
    if (!status && ex->route->body_max == 0)
        status = 413;
    if (!status) {
        buf_init(&ex->body, ex->route->body_max);
        return;
    }
    ex->out.close = true;
    not_located(ex, status);
}

bool exchange_begin(struct http_exchange *ex)
{
    guard_check(&ex->wire, &ex->verdict);
    if (ex->verdict.status) {
        log_info("http.refused", LOG_I("status", ex->verdict.status), LOG_C("why", ex->verdict.why),
                 LOG_C("id", ex->id));
        ex->out.close = true;
        respond_plain(ex, ex->verdict.status);
        return true;
    }
    identify_client(ex);
    if (!ex->verdict.has_body)
        return false;
    ex->worker = worker_take(ex->server);
    if (!ex->worker || !guarded(ex, check_body)) {
        ex->out.close = true;
        respond_plain(ex, 503);
    }
    if (ex->out.close)
        return true;
    exchange_release(ex); /* a slow sender holds no worker */
    ex->query = ex->form = NULL;
    ex->route = NULL;
    return false;
}

bool exchange_body(struct http_exchange *ex, const char *bytes, size_t n)
{
    buf_add(&ex->body, (struct str){bytes, n});
    return !ex->body.failed;
}
