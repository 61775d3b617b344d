#include "fixture.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

atomic_int fixture_released;

static void release(void *what)
{
    (void)what;
    fixture_released++;
}

static enum err page_home(struct request *rq, struct response *rs)
{
    buf_printf(&rs->body, "<!doctype html><title>%s</title>", rq->lang == LANG_EN ? "Home" : "Accueil");
    return OK;
}

/* -- everything that an input can be ---------------------------------------------------------------- */
static const char *const colours[] = {"rouge", "vert", "bleu", NULL};

struct everything {
    struct str text;
    int64_t size;
    double lat;
    bool open, open_given, size_given;
    struct civil_date date;
    int colour;
    struct str_list topics;
    uint64_t colours;
};

#define FIELDS(from)                                                                                                   \
    {"text", from, INPUT_TEXT, offsetof(struct everything, text), .min = 2, .max = 5},                                 \
        {"size", from, INPUT_INT, offsetof(struct everything, size),                                                   \
         .present_offset = offsetof(struct everything, size_given), .min = 1, .max = 50, .fallback = "20"},            \
        {"lat", from, INPUT_NUMBER, offsetof(struct everything, lat), .min = -90, .max = 90},                          \
        {"open", from, INPUT_BOOL, offsetof(struct everything, open),                                                  \
         .present_offset = offsetof(struct everything, open_given)},                                                   \
        {"date", from, INPUT_DATE, offsetof(struct everything, date)},                                                 \
        {"colour", from, INPUT_ENUM, offsetof(struct everything, colour), .values = colours},                          \
        {"topics", from, INPUT_LIST, offsetof(struct everything, topics), .max = 3},                                   \
        {"colours", from, INPUT_ENUM_LIST, offsetof(struct everything, colours), .values = colours}

static const struct input_field query_fields[] = {FIELDS(IN_QUERY)};
static const struct input_field form_fields[] = {FIELDS(IN_FORM)};
static const struct input_field json_fields[] = {FIELDS(IN_JSON)};
static const struct input query_input = {sizeof(struct everything), query_fields, 8, false};
static const struct input lenient_input = {sizeof(struct everything), query_fields, 8, true};
static const struct input form_input = {sizeof(struct everything), form_fields, 8, false};
static const struct input json_input = {sizeof(struct everything), json_fields, 8, false};

static enum err show_everything(struct request *rq, struct response *rs)
{
    const struct everything *in = rq->input;
    struct buf *b = &rs->body;
    rs->content_type = "text/plain; charset=utf-8";
    buf_printf(b, "text=%.*s size=%lld%s lat=%g open=%d%s date=%d-%d-%d colour=%d colours=%llu topics=",
               STR_ARG(in->text), (long long)in->size, in->size_given ? "!" : "", in->lat, in->open,
               in->open_given ? "!" : "", in->date.year, in->date.month, in->date.day, in->colour,
               (unsigned long long)in->colours);
    for (size_t i = 0; i < in->topics.n; i++)
        buf_printf(b, "[%.*s]", STR_ARG(in->topics.items[i]));
    for (size_t i = 0; i < rq->n_field_errors; i++)
        buf_printf(b, " error:%.*s=%.*s (%.*s)", STR_ARG(rq->field_errors[i].name),
                   STR_ARG(rq->field_errors[i].value), STR_ARG(rq->field_errors[i].message));
    return OK;
}

struct required {
    struct str q;
    int kind;
};
static const struct input_field required_fields[] = {
    {"q", IN_QUERY, INPUT_TEXT, offsetof(struct required, q), .required = true},
    {"kind", IN_QUERY, INPUT_ENUM, offsetof(struct required, kind), .required = true, .values = colours},
};
static const struct input required_input = {sizeof(struct required), required_fields, 2, false};

static enum err say_done(struct request *rq, struct response *rs)
{
    (void)rq;
    buf_lit(&rs->body, "done");
    return OK;
}

/* -- paths ------------------------------------------------------------------------------------------- */
struct slug {
    struct str slug;
};
static const struct input_field slug_fields[] = {
    {"slug", IN_PATH, INPUT_TEXT, offsetof(struct slug, slug), .required = true}};
static const struct input slug_input = {sizeof(struct slug), slug_fields, 1, false};

static enum err page_place(struct request *rq, struct response *rs)
{
    const struct slug *in = rq->input;
    buf_printf(&rs->body, "place %.*s at %.*s", STR_ARG(in->slug), STR_ARG(rq->path));
    return OK;
}

static enum err page_new(struct request *rq, struct response *rs)
{
    (void)rq;
    buf_lit(&rs->body, "new place");
    return OK;
}

static enum err page_hours(struct request *rq, struct response *rs)
{
    const struct slug *in = rq->input;
    buf_printf(&rs->body, "hours of %.*s", STR_ARG(in->slug));
    return OK;
}

/* -- answers ----------------------------------------------------------------------------------------- */
struct count {
    int64_t n;
};
static const struct input_field count_fields[] = {
    {"n", IN_QUERY, INPUT_INT, offsetof(struct count, n), .min = 0, .max = 100e6, .fallback = "2000"}};
static const struct input count_input = {sizeof(struct count), count_fields, 1, false};

/* {"text": "…"} of n bytes in all: what the bench compares real answers with. */
static enum err api_constant(struct request *rq, struct response *rs)
{
    const struct count *in = rq->input;
    rs->content_type = "application/json";
    buf_lit(&rs->body, "{\"text\":\"");
    int64_t left = in->n - 11;
    if (left > 0) {
        char *p = buf_reserve(&rs->body, (size_t)left);
        if (!p)
            return OK;
        memset(p, 'a', (size_t)left);
        buf_commit(&rs->body, (size_t)left);
    }
    buf_lit(&rs->body, "\"}");
    return OK;
}

static enum err api_detail(struct request *rq, struct response *rs)
{
    (void)rq;
    response_detail(rs, 422, STR("The `lat` and `lon` must be \"simultaneously\" filled."));
    return OK;
}

static enum err page_cached(struct request *rq, struct response *rs)
{
    /* 2026-02-28T10:00:00.500Z */
    if (response_cached(rq, rs, STR("v7"), INT64_C(1772272800500), "public, max-age=60"))
        return OK;
    buf_lit(&rs->body, "fresh");
    return OK;
}

static enum err file_numbers(struct request *rq, struct response *rs)
{
    const struct count *in = rq->input;
    rs->content_type = "text/csv; charset=utf-8";
    if (response_cached(rq, rs, STR("numbers"), INT64_C(1772272800000), "public, no-cache"))
        return OK;
    char name[] = "/tmp/balise-test-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0)
        return ERR_IO;
    unlink(name);
    char block[4096];
    int64_t left = in->n;
    for (int64_t at = 0; left > 0;) {
        size_t n = left < (int64_t)sizeof block ? (size_t)left : sizeof block;
        for (size_t i = 0; i < n; i++, at++)
            block[i] = (char)('0' + at % 10);
        if (write(fd, block, n) != (ssize_t)n)
            break;
        left -= (int64_t)n;
    }
    response_file(rs, fd, (uint64_t)in->n, NULL);
    close(fd);
    return left ? ERR_IO : OK;
}

static enum err page_redirect(struct request *rq, struct response *rs)
{
    const struct slug *in = rq->input;
    if (str_eq(in->slug, STR("ailleurs")))
        response_redirect(rs, 303, STR("https://evil.example/"));
    else if (str_eq(in->slug, STR("double")))
        response_redirect(rs, 303, STR("//evil.example/"));
    else if (str_eq(in->slug, STR("injection")))
        response_redirect(rs, 303, STR("/a\r\nSet-Cookie: x=y"));
    else
        response_redirect(rs, 303, STR("/lieux?page=2"));
    return OK;
}

struct fail {
    int kind;
};
static const char *const failures[] = {"not-found", "invalid", "conflict", "denied", "limit", "gone", "db", "io",
                                       "uncertain", "bug",     "memory",   "headers", "large", "teapot", NULL};
static const struct input_field fail_fields[] = {
    {"kind", IN_PATH, INPUT_ENUM, offsetof(struct fail, kind), .required = true, .values = failures}};
static const struct input fail_input = {sizeof(struct fail), fail_fields, 1, false};

static enum err page_fail(struct request *rq, struct response *rs)
{
    const struct fail *in = rq->input;
    arena_defer(rq->arena, release, NULL);
    buf_lit(&rs->body, "half an answer");
    response_header(rs, "X-Half", STR("1"));
    if (in->kind == 10)
        for (;;)
            memset(arena_alloc(rq->arena, 1 << 20), 1, 1 << 20);
    for (int i = 0; in->kind == 11 && i < 100; i++)
        response_header(rs, "X-Fill", STR("1"));
    while (in->kind == 12 && !rs->body.failed)
        buf_lit(&rs->body, "0123456789012345678901234567890123456789012345678901234567890123");
    if (in->kind == 11 || in->kind == 12)
        return OK;
    if (in->kind == 13)
        rs->status = 413;
    return in->kind == 13 ? ERR_LIMIT : (enum err)(in->kind + 1);
}

static enum err page_form(struct request *rq, struct response *rs)
{
    struct str token = request_csrf_token(rq, rs);
    buf_printf(&rs->body, "<form method=post><input type=hidden name=csrf value=\"%.*s\"></form>%600s", STR_ARG(token), "");
    return OK;
}

static enum err page_who(struct request *rq, struct response *rs)
{
    rs->content_type = "text/plain; charset=utf-8";
    buf_printf(&rs->body, "%.*s %s", STR_ARG(rq->base_url), rq->head_only ? "head" : "get");
    return OK;
}

static enum err page_slow(struct request *rq, struct response *rs)
{
    (void)rq;
    usleep(300 * 1000);
    buf_lit(&rs->body, "slow but done");
    return OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/", page_home, ALLOW_EVERYONE, INPUT_NONE},
    {HTTP_GET, "/tout", show_everything, ALLOW_EVERYONE, &query_input},
    {HTTP_GET, "/souple", show_everything, ALLOW_EVERYONE, &lenient_input},
    {HTTP_GET, "/obligatoire", say_done, ALLOW_EVERYONE, &required_input},
    {HTTP_GET, "/lieux", page_new, ALLOW_EVERYONE, INPUT_NONE},
    {HTTP_GET, "/lieux/nouveau", page_new, ALLOW_EVERYONE, INPUT_NONE},
    {HTTP_GET, "/lieux/{slug}", page_place, ALLOW_EVERYONE, &slug_input},
    {HTTP_GET, "/lieux/{slug}/horaires", page_hours, ALLOW_EVERYONE, &slug_input},
    {HTTP_POST, "/lieux/{slug}/horaires", page_hours, ALLOW_EVERYONE, &slug_input, CSRF_TOKEN_NOT_NEEDED, 1024},
    {HTTP_GET, "/garde", page_cached, ALLOW_EVERYONE, INPUT_NONE},
    {HTTP_GET, "/vers/{slug}", page_redirect, ALLOW_EVERYONE, &slug_input},
    {HTTP_GET, "/echec/{kind}", page_fail, ALLOW_EVERYONE, &fail_input},
    {HTTP_GET, "/formulaire", page_form, ALLOW_EVERYONE, INPUT_NONE},
    {HTTP_POST, "/formulaire", show_everything, ALLOW_EVERYONE, &form_input, CSRF_FORM, 32 * 1024},
    {HTTP_GET, "/qui", page_who, ALLOW_EVERYONE, INPUT_NONE},
    {HTTP_GET, "/lent", page_slow, ALLOW_EVERYONE, INPUT_NONE},
    {HTTP_GET, "/cherche", page_new, ALLOW_EVERYONE, INPUT_NONE, .rate = RATE_SEARCH},
    {HTTP_GET, "/nombres.csv", file_numbers, ALLOW_EVERYONE, &count_input, .style = STYLE_FILE},
    {HTTP_POST, "/api/v1/tout", show_everything, ALLOW_EVERYONE, &json_input, CSRF_TOKEN_NOT_NEEDED, 1024,
     .style = STYLE_API, .summary = "Everything as JSON"},
    {HTTP_GET, "/api/v1/tout", show_everything, ALLOW_EVERYONE, &query_input, .style = STYLE_API,
     .summary = "Everything in the query", .answer = "page:thing"},
    {HTTP_GET, "/api/v1/constante", api_constant, ALLOW_EVERYONE, &count_input, .rate = RATE_UNLIMITED,
     .style = STYLE_API, .summary = "An answer of a given size", .answer = "thing"},
    {HTTP_GET, "/api/v1/detail", api_detail, ALLOW_EVERYONE, INPUT_NONE, .style = STYLE_API,
     .summary = "An error of the handler"},
    {HTTP_GET, "/api/v1/echec/{kind}", page_fail, ALLOW_EVERYONE, &fail_input, .style = STYLE_API,
     .summary = "Fails as asked", .answer = "list:thing"},
};
const struct route_table fixture_routes = {routes, sizeof routes / sizeof *routes};

static const struct asset assets[] = {
    {"/a/zed.1111.css", "zed.css", "text/css; charset=utf-8", STR_INIT("body{}"), STR_INIT("GZ"), STR_INIT("BR")},
    {"/a/app.2222.svg", "app.svg", "image/svg+xml", STR_INIT("<svg/>"), {NULL, 0}, {NULL, 0}},
};
const struct asset_table fixture_assets = {assets, 2};
