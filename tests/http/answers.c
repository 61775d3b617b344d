/* What is sent back: headers, caching, compression, parts of files, errors in the route's style. */
#include "http_check.h"

#include <zlib.h>

#include "base/json.h"
#include "http/exchange.h"

static void protects_pages(void **state)
{
    (void)state;
    struct http_test_answer a = get("/");
    struct str policy = header(&a, "Content-Security-Policy");
    assert_holds(policy, "default-src 'self'");
    assert_holds(policy, "frame-ancestors 'none'");
    assert_holds(policy, "base-uri 'none'");
    assert_holds(policy, "form-action 'self'");
    assert_true(str_find(policy, STR("unsafe"), 0) < 0);
    assert_text(header(&a, "X-Content-Type-Options"), "nosniff");
    assert_text(header(&a, "Referrer-Policy"), "strict-origin-when-cross-origin");
    assert_text(header(&a, "Cross-Origin-Opener-Policy"), "same-origin");
    assert_text(header(&a, "Cross-Origin-Resource-Policy"), "same-origin");
    assert_holds(header(&a, "Permissions-Policy"), "camera=()");
    /* Errors too. */
    a = get("/nulle-part");
    assert_holds(header(&a, "Content-Security-Policy"), "default-src 'self'");
    assert_text(header(&a, "Cache-Control"), "no-store");
    assert_int_equal(header(&a, "X-Request-Id").n, 16);
    a = get("/api/v1/constante");
    assert_text(header(&a, "Access-Control-Allow-Origin"), "*");
    assert_text(header(&a, "Cross-Origin-Resource-Policy"), "cross-origin");
    a = get("/nombres.csv");
    assert_holds(header(&a, "Content-Security-Policy"), "default-src 'none'");

    site_start(&(struct http_config){.image_sources = "https://tuiles.example"});
    a = get("/");
    assert_holds(header(&a, "Content-Security-Policy"), "img-src 'self' data: https://tuiles.example;");
    site_start(NULL);
}

static void caches(void **state)
{
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"", 200},
        {"If-None-Match: \"v7\"", 304},
        {"If-None-Match: W/\"v7\"", 304},
        {"If-None-Match: \"v6\", W/\"v7\" , \"v8\"", 304},
        {"If-None-Match: *", 304},
        {"If-None-Match: \"v6\"", 200},
        {"If-None-Match: v7", 200},
        {"If-None-Match: \"v77\"", 200},
        {"If-Modified-Since: Sat, 28 Feb 2026 10:00:00 GMT", 304},
        {"If-Modified-Since: Sat, 28 Feb 2026 10:00:01 GMT", 304},
        {"If-Modified-Since: Sat, 28 Feb 2026 09:59:59 GMT", 200},
        {"If-Modified-Since: hier", 200},
        /* The tag decides when both are there. */
        {"If-None-Match: \"v6\"\nIf-Modified-Since: Sat, 28 Feb 2026 10:00:00 GMT", 200},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        trying = cases[i].headers;
        struct http_test_answer a = get_with("/garde", cases[i].headers);
        assert_status(a, cases[i].status);
        assert_text(a.body, cases[i].status == 304 ? "" : "fresh");
        assert_text(header(&a, "ETag"), "W/\"v7\"");
        assert_text(header(&a, "Last-Modified"), "Sat, 28 Feb 2026 10:00:00 GMT");
        assert_text(header(&a, "Cache-Control"), "public, max-age=60");
        assert_text(header(&a, "Vary"), "Accept-Encoding");
        assert_int_equal(header(&a, "Content-Type").n > 0, cases[i].status == 200);
    }
    struct http_test_answer a = get("/");
    assert_text(header(&a, "Cache-Control"), "no-cache");
    a = get("/formulaire"); /* holds a visitor's token */
    assert_text(header(&a, "Cache-Control"), "no-store");
}

/* What was made again and is the same is not sent again, whoever made it. */
static void tags_what_is_the_same(void **state)
{
    (void)state;
    struct http_test_answer a = get("/api/v1/constante?n=5000"), b = get("/api/v1/constante?n=5001");
    struct str tag = header(&a, "ETag");
    assert_true(str_starts(tag, STR("W/\"")) && !str_eq(tag, header(&b, "ETag")));
    const char *same = arena_cstr(memory, arena_printf(memory, "If-None-Match: %.*s", STR_ARG(tag)));
    static const char *const codings[] = {"", "\nAccept-Encoding: gzip"};
    for (size_t i = 0; i < sizeof codings / sizeof *codings; i++) {
        const char *headers = arena_cstr(memory, arena_printf(memory, "%s%s", same, codings[i]));
        a = get_with("/api/v1/constante?n=5000", headers);
        assert_status(a, 304);
        assert_int_equal(a.body.n, 0);
        assert_true(str_eq(header(&a, "ETag"), tag));
        assert_text(header(&a, "Cache-Control"), "no-cache");
        assert_text(header(&a, "Vary"), "Accept-Encoding");
        a = get_with("/api/v1/constante?n=5001", headers);
        assert_status(a, 200);
    }
    a = get_with("/garde", same); /* its handler has a tag of its own */
    assert_text(header(&a, "ETag"), "W/\"v7\"");
    a = get("/formulaire"); /* holds a visitor's token */
    assert_null(header(&a, "ETag").p);
    a = get_with("/nulle-part", "If-None-Match: *");
    assert_status(a, 404);
    assert_null(header(&a, "ETag").p);
}

static struct str gunzip(struct str in)
{
    size_t room = 4 * 1024 * 1024;
    char *out = arena_alloc(memory, room);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n, .next_out = (Bytef *)out,
                  .avail_out = (uInt)room};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    return (struct str){out, room - z.avail_out};
}

static void compresses(void **state)
{
    static const struct {
        const char *accept;
        bool gzip;
    } cases[] = {
        {"Accept-Encoding: gzip", true},
        {"Accept-Encoding: gzip, deflate, br, zstd", true},
        {"Accept-Encoding: GZip;q=0.5", true},
        {"Accept-Encoding: *", true},
        {"Accept-Encoding: br;q=1.0, *;q=0.001", true},
        {"Accept-Encoding: gzip;q=0", false},
        {"Accept-Encoding: gzip;q=0.0, *", false},
        {"Accept-Encoding: *;q=0", false},
        {"Accept-Encoding: identity, gzip;q=0.5", false},
        {"Accept-Encoding: identity;q=0.5, gzip", true},
        {"Accept-Encoding: deflate", false},
        {"Accept-Encoding: gzip;q=2", false},
        {"Accept-Encoding: gzip;q=x", false},
        {"Accept-Encoding: gzipped", false},
        {"", false},
    };
    (void)state;
    struct str plain = get("/api/v1/constante?n=5000").body;
    assert_int_equal(plain.n, 5000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        trying = cases[i].accept;
        struct http_test_answer a = get_with("/api/v1/constante?n=5000", cases[i].accept);
        assert_text(header(&a, "Vary"), "Accept-Encoding");
        if (cases[i].gzip) {
            assert_text(header(&a, "Content-Encoding"), "gzip");
            assert_true(a.body.n < 200);
            assert_true(str_eq(gunzip(a.body), plain));
        } else {
            assert_null(header(&a, "Content-Encoding").p);
            assert_true(str_eq(a.body, plain));
        }
    }
    struct http_test_answer a = get_with("/api/v1/constante?n=1000", "Accept-Encoding: gzip");
    assert_null(header(&a, "Content-Encoding").p); /* not worth it */
    a = get_with("/api/v1/constante?n=2000000", "Accept-Encoding: gzip");
    assert_int_equal(gunzip(a.body).n, 2000000);
    a = get_with("/api/v1/constante?n=5000", "Accept-Encoding: gzip\n:method: HEAD");
    assert_text(header(&a, "Content-Encoding"), "gzip");
    assert_int_equal(a.body.n, 0);
}

static void knows_what_compresses(void **state)
{
    (void)state;
    assert_true(content_type_compressible(STR("text/html; charset=utf-8")));
    assert_true(content_type_compressible(STR("application/geo+json")));
    assert_true(content_type_compressible(STR("application/problem+json")));
    assert_true(content_type_compressible(STR("image/svg+xml")));
    assert_false(content_type_compressible(STR("image/png")));
    assert_false(content_type_compressible(STR("font/woff2")));
    assert_false(content_type_compressible(STR("")));
    assert_int_equal(encoding_choose(STR("gzip, br"), true, true), ENCODING_BROTLI);
    assert_int_equal(encoding_choose(STR("gzip, br;q=0.9"), true, true), ENCODING_GZIP);
    assert_int_equal(encoding_choose(STR("br"), true, false), ENCODING_IDENTITY);
    assert_int_equal(encoding_choose(STR("*"), true, true), ENCODING_BROTLI);
    /* Bytes that do not shrink go as they are. */
    struct worker w = {0};
    struct buf out;
    unsigned char noise[4096];
    uint32_t x = 12345;
    for (size_t i = 0; i < sizeof noise; i++) {
        x = x * 1103515245 + 12345;
        noise[i] = (unsigned char)(x >> 16);
    }
    assert_false(compress_gzip(&w, (struct str){(const char *)noise, sizeof noise}, &out));
    memset(noise, 'a', sizeof noise);
    assert_true(compress_gzip(&w, (struct str){(const char *)noise, sizeof noise}, &out)); /* and the stream goes on */
    assert_int_equal(gunzip(buf_str(&out)).n, sizeof noise);
    buf_deinit(&out);
    deflateEnd(&w.deflate);
}

static void sends_parts_of_files(void **state)
{
    static const struct {
        const char *headers;
        int status;
        const char *body, *range;
    } cases[] = {
        {"", 200, NULL, NULL},
        {"Range: bytes=0-0", 206, "0", "bytes 0-0/95"},
        {"Range: bytes=10-15", 206, "012345", "bytes 10-15/95"},
        {"Range: bytes=90-", 206, "01234", "bytes 90-94/95"},
        {"Range: bytes=-3", 206, "234", "bytes 92-94/95"},
        {"Range: bytes=90-1000", 206, "01234", "bytes 90-94/95"},
        {"Range: bytes=-1000", 206, NULL, "bytes 0-94/95"},
        {"Range: bytes=95-", 416, NULL, "bytes */95"},
        {"Range: bytes=-0", 416, NULL, "bytes */95"},
        {"Range: bytes=5-4", 200, NULL, NULL},
        {"Range: bytes=1-2,4-5", 200, NULL, NULL},
        {"Range: bytes=a-b", 200, NULL, NULL},
        {"Range: bytes=-", 200, NULL, NULL},
        {"Range: lines=1-2", 200, NULL, NULL},
        {"Range: bytes=99999999999999999999-", 200, NULL, NULL},
        {"Range: bytes=0-0\nIf-Range: \"numbers\"", 206, "0", "bytes 0-0/95"},
        {"Range: bytes=0-0\nIf-Range: \"other\"", 200, NULL, NULL},
        {"Range: bytes=0-0\nIf-Range: W/\"numbers\"", 200, NULL, NULL},
        {"Range: bytes=0-0\nIf-Range: Sat, 28 Feb 2026 10:00:00 GMT", 206, "0", "bytes 0-0/95"},
        {"Range: bytes=0-0\nIf-Range: Sat, 28 Feb 2026 10:00:01 GMT", 200, NULL, NULL},
        {"If-None-Match: \"numbers\"", 304, "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        trying = cases[i].headers;
        struct http_test_answer a = get_with("/nombres.csv?n=95", cases[i].headers);
        assert_status(a, cases[i].status);
        if (cases[i].body)
            assert_text(a.body, cases[i].body);
        else if (cases[i].status != 416)
            assert_int_equal(a.body.n, 95);
        if (cases[i].range)
            assert_text(header(&a, "Content-Range"), cases[i].range);
        else
            assert_null(header(&a, "Content-Range").p);
        if (cases[i].status < 400)
            assert_text(header(&a, "ETag"), "\"numbers\"");
    }
    assert_int_equal(get("/nombres.csv?n=0").body.n, 0);
    struct http_test_answer a = get_with("/nombres.csv?n=95", ":method: HEAD");
    assert_text(header(&a, "Content-Length"), "95");
    assert_text(header(&a, "Accept-Ranges"), "bytes");
    assert_int_equal(a.body.n, 0);
}

static void serves_assets(void **state)
{
    (void)state;
    struct http_test_answer a = get("/a/zed.1111.css");
    assert_text(a.body, "body{}");
    assert_text(a.content_type, "text/css; charset=utf-8");
    assert_text(header(&a, "Cache-Control"), "public, max-age=31536000, immutable");
    assert_text(header(&a, "Vary"), "Accept-Encoding");
    a = get_with("/a/zed.1111.css", "Accept-Encoding: gzip, br");
    assert_text(a.body, "BR");
    assert_text(header(&a, "Content-Encoding"), "br");
    a = get_with("/a/zed.1111.css", "Accept-Encoding: gzip");
    assert_text(a.body, "GZ");
    a = get_with("/a/app.2222.svg", "Accept-Encoding: gzip, br"); /* has no other form */
    assert_text(a.body, "<svg/>");
    assert_null(header(&a, "Vary").p);
    assert_status(get("/a/zed.9999.css"), 404);
    assert_status(get("/a/"), 404);
    assert_status(ask(HTTP_POST, "/a/zed.1111.css", NULL, NULL), 404);
    assert_string_equal(asset_url("zed.css"), "/a/zed.1111.css");
    assert_text(asset_text("app.svg"), "<svg/>");
}

static void redirects_within_the_site(void **state)
{
    (void)state;
    struct http_test_answer a = get("/vers/lieux");
    assert_status(a, 303);
    assert_text(header(&a, "Location"), "/lieux?page=2");
    a = get("/en/vers/lieux");
    assert_text(header(&a, "Location"), "/en/lieux?page=2");
    static const char *const out[] = {"/vers/ailleurs", "/vers/double", "/vers/injection"};
    for (size_t i = 0; i < 3; i++) {
        trying = out[i];
        a = get(out[i]);
        assert_status(a, 500);
        assert_null(header(&a, "Location").p);
        assert_null(header(&a, "Set-Cookie").p);
    }
}

static void tells_failures(void **state)
{
    static const struct {
        const char *kind;
        int status;
    } cases[] = {
        {"not-found", 404}, {"invalid", 422}, {"conflict", 409}, {"denied", 403},    {"limit", 503},
        {"gone", 410},      {"db", 503},      {"io", 503},       {"uncertain", 503}, {"bug", 500},
        {"memory", 503},    {"headers", 500},   {"large", 500},    {"teapot", 413},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[64];
        trying = cases[i].kind;
        snprintf(target, sizeof target, "/echec/%s", cases[i].kind);
        fixture_released = 0;
        struct http_test_answer a = get(target);
        assert_status(a, cases[i].status);
        assert_int_equal(fixture_released, 1); /* rolled back */
        assert_true(str_find(a.body, STR("half"), 0) < 0);
        assert_null(header(&a, "X-Half").p);
        assert_text(header(&a, "Cache-Control"), "no-store");
        assert_int_equal(header(&a, "Retry-After").n > 0, cases[i].status == 503);
        assert_holds(a.body, "<h1>");

        a = get_with(target, "Accept: application/json");
        assert_text(a.content_type, "application/problem+json");
        a = get_with(target, "Accept: text/html, application/json");
        assert_text(a.content_type, "text/html; charset=utf-8");

        snprintf(target, sizeof target, "/api/v1/echec/%s/", cases[i].kind);
        a = get(target);
        assert_status(a, cases[i].status);
        assert_text(a.content_type, "application/json");
        assert_true(str_starts(a.body, STR("{\"detail\":\"")));
    }
    struct http_test_answer a = get("/api/v1/detail");
    assert_status(a, 422);
    assert_text(a.body, "{\"detail\":\"The `lat` and `lon` must be \\\"simultaneously\\\" filled.\"}");
    assert_text(get("/api/v1/nulle-part").body, "{\"detail\":\"Not Found\"}");
    /* After all that, the same worker still serves. */
    assert_status(get("/"), 200);
}

static void own_error_page(struct request *rq, struct response *rs, int status, enum err why)
{
    buf_printf(&rs->body, "own page %d %s %s", status, err_name(why), rq->lang == LANG_EN ? "en" : "fr");
    memset(arena_alloc(rq->arena, 100), 0, 100);
}

static void greedy_error_page(struct request *rq, struct response *rs, int status, enum err why)
{
    (void)rs;
    (void)status;
    (void)why;
    for (;;)
        memset(arena_alloc(rq->arena, 4096), 0, 4096);
}

static void draws_the_programs_errors(void **state)
{
    (void)state;
    struct http_config cfg = {.error_page = own_error_page, .arena_cap = 64 * 1024};
    site_start(&cfg);
    assert_text(get("/en/nowhere").body, "own page 404 not found en");
    assert_text(get("/tout?size=0").body, "own page 422 invalid fr");
    struct http_test_answer a = get("/en/echec/memory");
    assert_status(a, 503);
    assert_text(a.body, "own page 503 limit en");
    cfg.error_page = greedy_error_page;
    site_start(&cfg);
    a = get("/echec/bug");
    assert_status(a, 503); /* an error page that fails as well */
    assert_holds(a.body, "503");
    site_start(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(protects_pages),        cmocka_unit_test(caches),
        cmocka_unit_test(tags_what_is_the_same), cmocka_unit_test(compresses),
        cmocka_unit_test(knows_what_compresses),
        cmocka_unit_test(sends_parts_of_files),  cmocka_unit_test(serves_assets),
        cmocka_unit_test(redirects_within_the_site), cmocka_unit_test(tells_failures),
        cmocka_unit_test(draws_the_programs_errors),
    };
    return cmocka_run_group_tests(tests, site_setup, site_teardown);
}
