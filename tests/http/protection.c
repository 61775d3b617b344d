/* Forms that only this site may send, and how often one address may ask. */
#include "http_check.h"

#include <pthread.h>
#include <stdatomic.h>

#include "http/exchange.h"

/* -- forms ------------------------------------------------------------------------------------------- */
struct form {
    char token[128], cookie[160];
};

static void copy(char *to, size_t room, struct str from)
{
    assert_true(from.n < room);
    memcpy(to, from.p, from.n);
    to[from.n] = '\0';
}

static struct form open_form(const char *headers)
{
    struct form f = {0};
    struct http_test_answer a = get_with("/formulaire", headers);
    assert_status(a, 200);
    ptrdiff_t at = str_find(a.body, STR("value=\""), 0);
    assert_true(at > 0);
    struct str rest = str_sub(a.body, (size_t)at + 7, a.body.n), token;
    assert_true(str_split(&rest, '"', &token));
    copy(f.token, sizeof f.token, token);
    struct str cookie = header(&a, "Set-Cookie"), pair = STR("");
    str_split(&cookie, ';', &pair);
    copy(f.cookie, sizeof f.cookie, pair);
    return f;
}

static struct http_test_answer send_form(const struct form *f, const char *more)
{
    char headers[600], body[200];
    snprintf(headers, sizeof headers, "Content-Type: application/x-www-form-urlencoded\nCookie: a=b; %s\n%s", f->cookie,
             more);
    snprintf(body, sizeof body, "csrf=%s&text=abc&colours=rouge&colours=vert", f->token);
    return ask(HTTP_POST, "/formulaire", headers, body);
}

static void takes_its_own_forms(void **state)
{
    (void)state;
    struct form f = open_form(NULL);
    struct http_test_answer a = send_form(&f, "");
    assert_status(a, 200);
    assert_holds(a.body, "text=abc size=20");
    assert_holds(a.body, "colours=3");
    assert_text(header(&a, "Cache-Control"), "no-store");
    assert_status(send_form(&f, "Sec-Fetch-Site: same-origin\nOrigin: http://localhost"), 200);
    assert_status(send_form(&f, "Referer: http://localhost/formulaire?x"), 200);
    assert_status(send_form(&f, "Host: b.example\nOrigin: http://b.example"), 200);

    /* A visitor who has a cookie keeps it; the form's token is another each time, and both are good. */
    char held[200];
    snprintf(held, sizeof held, "Cookie: %s", f.cookie);
    struct form second = open_form(held);
    assert_string_equal(second.cookie, "");
    assert_string_not_equal(second.token, f.token);
    memcpy(second.cookie, f.cookie, sizeof f.cookie);
    assert_status(send_form(&second, ""), 200);
}

static void refuses_foreign_forms(void **state)
{
    (void)state;
    struct form f = open_form(NULL), other = open_form(NULL), bad;
    assert_status(send_form(&f, "Origin: https://evil.example"), 403);
    assert_status(send_form(&f, "Origin: null"), 403);
    assert_status(send_form(&f, "Origin: http://localhost.evil.example"), 403);
    assert_status(send_form(&f, "Origin: http://localhost:81"), 403);
    assert_status(send_form(&f, "Sec-Fetch-Site: cross-site"), 403);
    assert_status(send_form(&f, "Sec-Fetch-Site: same-site"), 403);
    assert_status(send_form(&f, "Referer: https://evil.example/http://localhost/"), 403);

    bad = f;
    memcpy(bad.token, other.token, sizeof bad.token); /* of another visitor */
    assert_status(send_form(&bad, ""), 403);
    bad = f;
    bad.cookie[0] = '\0';
    assert_status(send_form(&bad, ""), 403);
    bad = f;
    bad.token[0] = '\0';
    assert_status(send_form(&bad, ""), 403);
    bad = f;
    bad.token[3] = bad.token[3] == 'A' ? 'B' : 'A';
    assert_status(send_form(&bad, ""), 403);
    bad = f;
    char *value = strchr(bad.cookie, '=') + 1;
    value[3] = value[3] == 'A' ? 'B' : 'A'; /* not signed by us */
    assert_status(send_form(&bad, ""), 403);
    assert_status(ask(HTTP_POST, "/formulaire", NULL, NULL), 403);
    assert_status(ask(HTTP_POST, "/formulaire", "Content-Type: application/x-www-form-urlencoded", "text=abc"), 403);
    assert_status(ask(HTTP_POST, "/formulaire", "Content-Type: multipart/form-data; boundary=x", "--x--"), 415);
    assert_status(ask(HTTP_POST, "/formulaire", "Content-Type: application/x-www-form-urlencoded", "a=%zz"), 400);
}

static void keys_sign_across_restarts(void **state)
{
    unsigned char secret[32] = {1, 2, 3};
    (void)state;
    site_start(&(struct http_config){.secret = secret});
    struct form f = open_form(NULL);
    site_start(&(struct http_config){.secret = secret}); /* a restart, or another node */
    assert_status(send_form(&f, ""), 200);
    secret[0] = 9;
    site_start(&(struct http_config){.secret = secret});
    assert_status(send_form(&f, ""), 403);
    site_start(NULL);
    assert_status(send_form(&f, ""), 403);
}

static void hides_its_cookie(void **state)
{
    (void)state;
    struct http_test_answer a = get("/formulaire");
    struct str cookie = header(&a, "Set-Cookie");
    assert_true(str_starts(cookie, STR("balise-csrf=")));
    assert_holds(cookie, "; Path=/; HttpOnly; SameSite=Lax");
    assert_true(str_find(cookie, STR("Secure"), 0) < 0);
    site_start(&(struct http_config){.public_url = "https://localhost"});
    a = get("/formulaire");
    cookie = header(&a, "Set-Cookie");
    assert_true(str_starts(cookie, STR("__Host-balise-csrf=")));
    assert_holds(cookie, "; Secure");
    struct form f = open_form(NULL);
    assert_status(send_form(&f, "Origin: https://localhost"), 200);
    site_start(NULL);
}

/* -- rates ------------------------------------------------------------------------------------------- */
static void limits_each_address(void **state)
{
    (void)state;
    struct http_config cfg = {.trusted_proxy = "127.0.0.1", .rate_per_minute = {5, 2, -1, -1}};
    site_start(&cfg);
    for (int i = 0; i < 5; i++)
        assert_status(get_with("/", "X-Forwarded-For: 198.51.100.7"), 200);
    struct http_test_answer a = get_with("/", "X-Forwarded-For: 198.51.100.7");
    assert_status(a, 429);
    int64_t wait_s;
    assert_true(str_to_int(header(&a, "Retry-After"), &wait_s));
    assert_in_range(wait_s, 1, 13);
    /* Another class, another address, what has no limit. */
    assert_status(get_with("/cherche", "X-Forwarded-For: 198.51.100.7"), 200);
    assert_status(get_with("/cherche", "X-Forwarded-For: 198.51.100.7"), 200);
    assert_status(get_with("/cherche", "X-Forwarded-For: 198.51.100.7"), 429);
    assert_status(get_with("/", "X-Forwarded-For: 198.51.100.8"), 200);
    for (int i = 0; i < 50; i++)
        assert_status(get_with("/api/v1/constante", "X-Forwarded-For: 198.51.100.7"), 200);
    /* What the client wrote before the proxy's own word counts for nothing. */
    assert_status(get_with("/", "X-Forwarded-For: 203.0.113.9, 198.51.100.7"), 429);
    /* One household is one /64. */
    for (int i = 0; i < 5; i++)
        assert_status(get_with("/", "X-Forwarded-For: 2001:db8:1:2::1"), 200);
    assert_status(get_with("/", "X-Forwarded-For: 2001:db8:1:2:ffff::9"), 429);
    assert_status(get_with("/", "X-Forwarded-For: 2001:db8:1:3::1"), 200);
    site_start(NULL);
}

static void buckets_fill_again(void **state)
{
    (void)state;
    const int per_minute[4] = {60, 60, -1, -1};
    struct rate_table *t = rate_table_new(per_minute, 1024);
    struct str who = STR("192.0.2.1");
    int64_t now = 1000000;
    for (int i = 0; i < 60; i++)
        assert_int_equal(rate_take(t, who, RATE_PAGE, now), 0);
    assert_int_equal(rate_take(t, who, RATE_PAGE, now), 2); /* a token comes in one second; rounded up */
    assert_int_equal(rate_take(t, who, RATE_PAGE, now + 999000), 1);
    assert_int_equal(rate_take(t, who, RATE_PAGE, now + 1100000), 0);
    assert_true(rate_take(t, who, RATE_PAGE, now + 1200000) > 0);
    assert_int_equal(rate_take(t, STR("::ffff:192.0.2.1"), RATE_SEARCH, now), 0);
    /* Never more than a minute's worth. */
    now += INT64_C(3600) * 1000000;
    int n = 0;
    while (rate_take(t, who, RATE_PAGE, now) == 0)
        n++;
    assert_int_equal(n, 60);
    assert_int_equal(rate_take(t, STR("not an address"), RATE_PAGE, now), 0);
    assert_int_equal(rate_take(t, who, RATE_EXPORT, now), 0);
    /* A flood of addresses takes no more room, and does not lock anybody out. */
    for (int i = 0; i < 100000; i++) {
        char text[32];
        snprintf(text, sizeof text, "10.%d.%d.%d", i >> 16 & 255, i >> 8 & 255, i & 255);
        assert_int_equal(rate_take(t, str_from(text), RATE_PAGE, now + i), 0);
    }
    rate_table_free(t);
}

static void reads_addresses(void **state)
{
    unsigned char a[16], b[16];
    (void)state;
    assert_true(address_key(STR("192.0.2.1"), a));
    assert_true(address_key(STR("::ffff:192.0.2.1"), b));
    assert_memory_equal(a, b, 16);
    assert_true(address_key(STR("2001:db8::1"), a));
    assert_true(address_key(STR("2001:db8::2"), b));
    assert_memory_equal(a, b, 16);
    assert_false(address_key(STR("192.0.2"), a));
    assert_false(address_key(STR("192.0.2.1, 10.0.0.1"), a));
    assert_false(address_key(STR(""), a));
    assert_false(address_key(STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), a));
}

/* -- at once ----------------------------------------------------------------------------------------- */
static atomic_int wrong;

static void *visitor(void *arg)
{
    static const char *const targets[] = {"/", "/tout?size=3", "/echec/memory", "/api/v1/constante?n=5000", "/formulaire",
                                          "/nombres.csv?n=3000", "/nulle-part"};
    static const int statuses[] = {200, 200, 503, 200, 200, 200, 404};
    struct arena *own = arena_new(SIZE_MAX);
    (void)arg;
    for (int i = 0; i < 140; i++) {
        struct http_test_answer a;
        http_dispatch(site, own, HTTP_GET, str_from(targets[i % 7]), STR("Accept-Encoding: gzip"), STR(""), &a);
        if (a.status != statuses[i % 7])
            atomic_fetch_add(&wrong, 1);
        arena_reset(own);
    }
    arena_free(own);
    return NULL;
}

static void serves_many_at_once(void **state)
{
    pthread_t threads[4];
    (void)state;
    struct http_config cfg = {.arena_cap = 2 * 1024 * 1024, .rate_per_minute = {1000000, 1000000, 1000000, -1}};
    site_start(&cfg);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, visitor, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
    site_start(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_its_own_forms),   cmocka_unit_test(refuses_foreign_forms),
        cmocka_unit_test(keys_sign_across_restarts), cmocka_unit_test(hides_its_cookie),
        cmocka_unit_test(limits_each_address),   cmocka_unit_test(buckets_fill_again),
        cmocka_unit_test(reads_addresses),       cmocka_unit_test(serves_many_at_once),
    };
    return cmocka_run_group_tests(tests, site_setup, site_teardown);
}
