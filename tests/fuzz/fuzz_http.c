/* One request of any bytes through the real pipeline: "METHOD target\nName: value\n…\n\nbody". What a handler gets
 * keeps to its declaration, and what is sent back cannot be split by the client's bytes. */
#include "fuzz.h"

#include <math.h>
#include <sodium.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http.h"

struct given {
    struct str slug, text;
    int64_t size;
    double lat;
    bool open;
    struct civil_date date;
    int colour;
    struct str_list topics;
    uint64_t colours;
};
static const char *const colours[] = {"rouge", "vert", "bleu", NULL};

#define FIELDS(from)                                                                                                   \
    {"text", from, INPUT_TEXT, offsetof(struct given, text), .min = 2, .max = 5},                                      \
        {"size", from, INPUT_INT, offsetof(struct given, size), .min = 1, .max = 50, .fallback = "20"},                \
        {"lat", from, INPUT_NUMBER, offsetof(struct given, lat), .min = -90, .max = 90},                               \
        {"open", from, INPUT_BOOL, offsetof(struct given, open)},                                                      \
        {"date", from, INPUT_DATE, offsetof(struct given, date)},                                                      \
        {"colour", from, INPUT_ENUM, offsetof(struct given, colour), .values = colours},                               \
        {"topics", from, INPUT_LIST, offsetof(struct given, topics), .max = 3},                                        \
        {"colours", from, INPUT_ENUM_LIST, offsetof(struct given, colours), .values = colours}
#define SLUG {"slug", IN_PATH, INPUT_TEXT, offsetof(struct given, slug)}

static const struct input_field query_fields[] = {SLUG, FIELDS(IN_QUERY)};
static const struct input_field form_fields[] = {SLUG, FIELDS(IN_FORM)};
static const struct input_field json_fields[] = {SLUG, FIELDS(IN_JSON)};
static const struct input query_input = {sizeof(struct given), query_fields, 9, false};
static const struct input lenient_input = {sizeof(struct given), query_fields, 9, true};
static const struct input form_input = {sizeof(struct given), form_fields, 9, true};
static const struct input json_input = {sizeof(struct given), json_fields, 9, false};

static enum err check(struct request *rq, struct response *rs)
{
    const struct given *in = rq->input;
    expect(str_is_utf8(rq->path) && rq->path.n && rq->path.p[0] == '/');
    expect(str_is_utf8(in->slug) && in->slug.n && str_length(in->slug) <= 200);
    expect(str_is_utf8(in->text));
    expect(in->text.n == 0 || (str_length(in->text) >= 2 && str_length(in->text) <= 5));
    expect(in->size >= 1 && in->size <= 50);
    expect(isfinite(in->lat) && fabs(in->lat) <= 90);
    expect((in->date.year == 0 && in->date.month == 0) || civil_valid(in->date));
    expect(in->colour >= -1 && in->colour <= 2);
    expect(in->colours < 8);
    expect(in->topics.n <= 3);
    for (size_t i = 0; i < in->topics.n; i++)
        expect(in->topics.items[i].n && str_is_utf8(in->topics.items[i]) && str_length(in->topics.items[i]) <= 200);
    for (size_t i = 0; i < rq->n_field_errors; i++)
        expect(rq->field_errors[i].message.n && str_is_utf8(rq->field_errors[i].value));
    (void)response_cached(rq, rs, STR("a"), 1000, "no-cache");
    if (str_find_char(in->text, '\n', 0) < 0) /* a header of two lines would be our mistake */
        response_header(rs, "X-Text", in->text);
    buf_add(&rs->body, in->text);
    return OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/strict/{slug}", check, ALLOW_EVERYONE, &query_input},
    {HTTP_GET, "/souple/{slug}", check, ALLOW_EVERYONE, &lenient_input},
    {HTTP_POST, "/form/{slug}", check, ALLOW_EVERYONE, &form_input, CSRF_TOKEN_NOT_NEEDED, 4096},
    {HTTP_POST, "/api/v1/json/{slug}", check, ALLOW_EVERYONE, &json_input, CSRF_TOKEN_NOT_NEEDED, 4096,
     .style = STYLE_API, .summary = "x"},
};

static struct http_server *site(void)
{
    static struct http_server *s;
    if (s)
        return s;
    struct arena *a = arena_new(SIZE_MAX);
    struct str why;
    expect(a && sodium_init() >= 0);
    log_set_level(LOG_ERROR_ + 1);
    expect(http_server_start(&(struct http_config){.trusted_proxy = "127.0.0.1"}, &(struct route_table){routes, 4}, 1,
                             &s, &why, a) == OK);
    arena_free(a);
    return s;
}

/* Every line of the answer's headers is one that the façade wrote: "Name: value". */
static void check_headers(struct str headers)
{
    struct str line;
    while (str_split(&headers, '\n', &line)) {
        expect(str_find_char(line, ':', 1) > 0);
        expect(str_find_char(line, '\r', 0) < 0 && str_find_char(line, '\0', 0) < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const int statuses[] = {200, 204, 304, 308, 400, 404, 405, 413, 414, 415, 422, 431, 503};
    struct str text = {(const char *)data, n}, method, target, head, body;
    ptrdiff_t blank = str_find(text, STR("\n\n"), 0);
    head = blank < 0 ? text : str_sub(text, 0, (size_t)blank);
    body = blank < 0 ? STR("") : str_sub(text, (size_t)blank + 2, n);
    ptrdiff_t line_end = str_find_char(head, '\n', 0);
    struct str line = line_end < 0 ? head : str_sub(head, 0, (size_t)line_end);
    struct str headers = line_end < 0 ? STR("") : str_sub(head, (size_t)line_end + 1, head.n);
    ptrdiff_t space = str_find_char(line, ' ', 0);
    method = space < 0 ? STR("GET") : str_sub(line, 0, (size_t)space);
    target = space < 0 ? line : str_sub(line, (size_t)space + 1, line.n);

    struct arena *a = arena_new(SIZE_MAX);
    struct http_test_answer answer;
    headers = arena_printf(a, ":method: %.*s\n%.*s", STR_ARG(method), STR_ARG(headers));
    http_dispatch(site(), a, HTTP_GET, target, headers, body, &answer);
    bool known = false;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        known = known || answer.status == statuses[i];
    expect(known);
    check_headers(answer.headers);
    arena_free(a);
    return 0;
}
