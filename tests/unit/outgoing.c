/* Where a request may go, how often, and what is done when the service asks for patience. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "base/clock.h"
#include "outgoing/outgoing.h"

static bool address_ok(const char *address, bool by_operator)
{
    struct str why = STR_NONE;
    enum err e = outgoing_address_check(str_from(address), by_operator, &why);
    assert_true((e == OK) == (why.n == 0));
    return e == OK;
}

static void https_but_on_this_machine(void **state)
{
    (void)state;
    assert_true(address_ok("https://data.geopf.fr/geocodage", false));
    assert_true(address_ok("https://adresses.example:8443", true));
    assert_true(address_ok("http://127.0.0.1:8080/geo", true));
    assert_true(address_ok("http://localhost", true));
    assert_true(address_ok("http://[::1]:1/", true));
    static const char *const wrong[] = {
        "http://adresses.example",    "http://127.0.0.1.example/", "http://127.0.0.2/",      "ftp://a.example",
        "https://",                   "https:///chemin",           "https://a b",            "https://a.example?x=1",
        "https://moi:mot@a.example",  "https://a.example#x",       "https://a.example:0",    "https://a.example:70000",
        "https://a.example:80x/",     "file:///etc/passwd",        "",                       "https://[::1",
        "http://localhost@a.example", "https://a\r\nHost: b",      "HTTPS//a.example",       "https://é.example",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(address_ok(wrong[i], true));
        assert_false(address_ok(wrong[i], false));
    }
    assert_false(address_ok("http://127.0.0.1:8080", false)); /* only the operator may say so */
}

static bool public_4(const char *text)
{
    unsigned char octets[4];
    assert_int_equal(inet_pton(AF_INET, text, octets), 1);
    return outgoing_is_public(octets, 4);
}

static bool public_6(const char *text)
{
    unsigned char octets[16];
    assert_int_equal(inet_pton(AF_INET6, text, octets), 1);
    return outgoing_is_public(octets, 16);
}

static void addresses_of_the_internet(void **state)
{
    static const char *const inside_4[] = {"0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254",
                                           "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.2.1", "198.18.0.1", "198.19.9.9",
                                           "203.0.113.9", "224.0.0.1", "255.255.255.255"};
    static const char *const outside_4[] = {"8.8.8.8", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1",
                                            "198.17.0.1", "198.20.0.1", "223.255.255.254", "11.0.0.1"};
    static const char *const inside_6[] = {"::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1",
                                           "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2001:db8::1", "2002:7f00:1::", "2001::1"};
    (void)state;
    for (size_t i = 0; i < sizeof inside_4 / sizeof *inside_4; i++)
        assert_false(public_4(inside_4[i]));
    for (size_t i = 0; i < sizeof outside_4 / sizeof *outside_4; i++)
        assert_true(public_4(outside_4[i]));
    for (size_t i = 0; i < sizeof inside_6 / sizeof *inside_6; i++)
        assert_false(public_6(inside_6[i]));
    assert_true(public_6("2a00:1450:4007::1"));
    assert_true(public_6("::ffff:8.8.8.8"));
    assert_false(outgoing_is_public((const unsigned char *)"\x08\x08", 2));
}

static void patience_asked(void **state)
{
    (void)state;
    int64_t now = 0;
    assert_true(clock_parse_http(STR("Tue, 24 Nov 2026 10:00:00 GMT"), &now));
    assert_int_equal(outgoing_retry_after(STR(" 5\r\n"), now), 5);
    assert_int_equal(outgoing_retry_after(STR("Tue, 24 Nov 2026 10:00:30 GMT"), now), 30);
    assert_int_equal(outgoing_retry_after(STR("Tue, 24 Nov 2026 09:00:00 GMT"), now), 0);
    assert_int_equal(outgoing_retry_after(STR("99999999999"), now), INT32_MAX);
    assert_int_equal(outgoing_retry_after(STR("-3"), now), -1);
    assert_int_equal(outgoing_retry_after(STR("bientôt"), now), -1);
}

/* -- a service of ours ------------------------------------------------------------------------------ */

struct fake {
    const struct outgoing_answer *answers; /* in order */
    int n, asked;
    int64_t now_ms;
    int64_t asked_at[16];
    bool stop;
};

static enum err fake_exchange(void *ctx, struct arena *a, const struct outgoing_wire *wire, struct outgoing_answer *out,
                              struct str *why)
{
    struct fake *f = ctx;
    (void)a;
    assert_string_equal(wire->url, "https://adresses.example/geo/search/");
    assert_true(wire->request->timeout_ms > 0 && wire->request->answer_max > 0);
    assert_true(f->asked < f->n);
    f->asked_at[f->asked] = f->now_ms;
    *out = f->answers[f->asked++];
    if (out->status)
        return OK;
    *why = STR("Coupé.");
    return ERR_IO;
}
static int64_t fake_now(void *ctx)
{
    return ((struct fake *)ctx)->now_ms;
}
static void fake_wait(void *ctx, int64_t ms)
{
    assert_true(ms > 0 && ms <= 1000);
    ((struct fake *)ctx)->now_ms += ms;
}
static bool fake_stopping(void *ctx)
{
    return ((struct fake *)ctx)->stop;
}

static enum err ask(struct fake *f, int times, struct str *why)
{
    const struct outgoing_transport transport = {fake_exchange, fake_now, fake_wait, f};
    struct arena *a = arena_new(SIZE_MAX);
    const struct outgoing_options opt = {.address = STR("https://adresses.example/geo/"), .per_second = 4,
                                         .transport = &transport, .stopping = fake_stopping, .ctx = f};
    struct outgoing *o;
    assert_int_equal(outgoing_open(a, &opt, &o, why), OK);
    struct outgoing_answer answer;
    enum err e = OK;
    for (int i = 0; e == OK && i < times; i++)
        e = outgoing_send(o, a, &(struct outgoing_request){.path = "/search/"}, &answer, why);
    static char kept[300];
    snprintf(kept, sizeof kept, "%.*s", STR_ARG(*why));
    *why = str_from(kept);
    arena_free(a);
    return e;
}

static void not_more_often_than_said(void **state)
{
    (void)state;
    struct outgoing_answer answers[8];
    struct str why = STR_NONE;
    for (int i = 0; i < 8; i++)
        answers[i] = (struct outgoing_answer){.status = 200, .retry_after_s = -1};
    struct fake f = {.answers = answers, .n = 8};
    assert_int_equal(ask(&f, 8, &why), OK);
    for (int i = 1; i < 8; i++)
        assert_true(f.asked_at[i] - f.asked_at[i - 1] >= 250);
}

static void waits_as_long_as_asked(void **state)
{
    (void)state;
    static const struct outgoing_answer answers[] = {{429, STR_INIT(""), 7}, {503, STR_INIT(""), -1}, {200, STR_INIT("bien"), -1}};
    struct fake f = {.answers = answers, .n = 3};
    struct str why = STR_NONE;
    assert_int_equal(ask(&f, 1, &why), OK);
    assert_int_equal(f.asked, 3);
    assert_true(f.asked_at[1] - f.asked_at[0] >= 7000);
    assert_true(f.asked_at[2] - f.asked_at[1] >= 5000);
}

static void gives_up_in_time(void **state)
{
    (void)state;
    static const struct outgoing_answer busy[] = {{429, STR_INIT(""), 1}, {429, STR_INIT(""), 1}, {429, STR_INIT(""), 1},
                                                  {429, STR_INIT(""), 1}, {200, STR_INIT(""), -1}};
    static const struct outgoing_answer tomorrow[] = {{503, STR_INIT(""), 86400}}, moved[] = {{302, STR_INIT(""), -1}},
                                        broken[] = {{500, STR_INIT(""), -1}}, missing[] = {{404, STR_INIT(""), -1}},
                                        cut[] = {{0, STR_INIT(""), -1}};
    const struct {
        const struct outgoing_answer *answers;
        int n;
        enum err wanted;
        const char *says;
    } cases[] = {{busy, 5, ERR_LIMIT, "occupé (429)"}, {tomorrow, 1, ERR_LIMIT, "occupé (503)"}, {moved, 1, ERR_IO, "redirection"},
                 {broken, 1, ERR_IO, "500"},           {missing, 1, ERR_IO, "404"},              {cut, 1, ERR_IO, "Coupé."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f = {.answers = cases[i].answers, .n = cases[i].n};
        struct str why = STR_NONE;
        assert_int_equal(ask(&f, 1, &why), cases[i].wanted);
        assert_true(str_find(why, str_from(cases[i].says), 0) >= 0);
        assert_int_equal(f.asked, cases[i].n > 1 ? 4 : 1);
    }
}

static void stops_when_the_program_stops(void **state)
{
    (void)state;
    static const struct outgoing_answer answers[] = {{429, STR_INIT(""), 30}};
    struct fake f = {.answers = answers, .n = 1, .stop = true};
    struct str why = STR_NONE;
    assert_int_equal(ask(&f, 1, &why), ERR_GONE);
    assert_int_equal(f.asked, 1);
}

/* The real transport: the program's own address may not lead to this machine, whatever the name. */
static void nothing_inside_is_reached(void **state)
{
    (void)state;
    static const char *const inside[] = {"https://127.0.0.1:9", "https://localhost:9", "https://[::1]:9", "https://10.0.0.1"};
    struct arena *a = arena_new(SIZE_MAX);
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        struct outgoing *o;
        struct outgoing_answer answer;
        struct str why = STR_NONE;
        assert_int_equal(outgoing_open(a, &(struct outgoing_options){.address = str_from(inside[i])}, &o, &why), OK);
        assert_int_equal(outgoing_send(o, a, &(struct outgoing_request){.path = "/", .timeout_ms = 2000}, &answer, &why), ERR_DENIED);
        assert_true(str_find(why, STR("privée"), 0) >= 0);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(https_but_on_this_machine), cmocka_unit_test(addresses_of_the_internet),
        cmocka_unit_test(patience_asked),            cmocka_unit_test(not_more_often_than_said),
        cmocka_unit_test(waits_as_long_as_asked),    cmocka_unit_test(gives_up_in_time),
        cmocka_unit_test(stops_when_the_program_stops), cmocka_unit_test(nothing_inside_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
