/* err, arena, str, buf, geo, log, snapshot. */
#include "base_check.h"

#include <math.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/geo.h"
#include "base/log.h"
#include "base/snapshot.h"

/* Some tests ask for more memory than there is: AddressSanitizer must answer NULL, as malloc does.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static struct buf out;

static int setup(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_deinit(&out);
    return 0;
}

/* ---- err ---- */

static void err_names(void **state)
{
    (void)state;
    assert_string_equal(err_name(OK), "ok");
    for (int e = OK; e <= ERR_BUG; e++) {
        assert_string_not_equal(err_name((enum err)e), "unknown");
        for (int f = OK; f < e; f++)
            assert_string_not_equal(err_name((enum err)e), err_name((enum err)f));
    }
    assert_string_equal(err_name((enum err)999), "unknown");
}

static enum err fails(enum err e, int *steps)
{
    ++*steps;
    TRY(e);
    ++*steps;
    return OK;
}

static void err_try(void **state)
{
    (void)state;
    int steps = 0;
    assert_int_equal(fails(ERR_DB, &steps), ERR_DB);
    assert_int_equal(steps, 1);
    assert_int_equal(fails(OK, &steps), OK);
    assert_int_equal(steps, 3);
}

/* ---- arena ---- */

static void arena_gives_aligned_pieces(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    assert_non_null(a);
    for (size_t n = 0; n < 20000; n = n * 2 + 1) {
        char *p = arena_alloc(a, n);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        memset(p, 0xAA, n);
        char *z = arena_zalloc(a, n);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(z[i], 0);
    }
    assert_ptr_not_equal(arena_alloc(a, 0), arena_alloc(a, 0));
    int *numbers = ARENA_ARRAY(a, 1000, int);
    assert_int_equal(numbers[999], 0);
    arena_free(a);
    arena_free(NULL);
}

static void arena_counts_what_was_asked(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    assert_int_equal(arena_used(a), 0);
    arena_alloc(a, 5);
    arena_alloc(a, 100000);
    assert_int_equal(arena_used(a), 100005);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    arena_free(a);
}

static void arena_jumps_at_the_cap(void **state)
{
    (void)state;
    struct arena *a = arena_new(1000);
    jmp_buf refused;
    volatile size_t taken = 0, jumps = 0;
    if (setjmp(refused) != 0)
        jumps++;
    arena_boundary(a, &refused);
    while (jumps == 0) {
        arena_alloc(a, 100);
        taken += 100;
    }
    assert_int_equal(taken, 1000);
    assert_int_equal(jumps, 1);
    assert_int_equal(arena_used(a), 1000);
    arena_reset(a); /* usable again */
    arena_alloc(a, 1000);
    assert_int_equal(jumps, 1);
    arena_free(a);
}

/* Each of these must jump, not wrap around. */
static void arena_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    jmp_buf refused;
    volatile int step = 0, jumps = 0;
    volatile size_t huge = SIZE_MAX;
    size_t cap = 4;
    if (setjmp(refused) != 0)
        jumps++;
    arena_boundary(a, &refused);
    switch (step++) {
    case 0:
        arena_alloc(a, huge - 8);
        break;
    case 1:
        arena_array(a, huge / 4, 8);
        break;
    case 2:
        arena_grow(a, NULL, 0, &cap, huge / 2, 8);
        break;
    case 3:
        arena_str(a, (struct str){"x", huge});
        break;
    case 4:
        arena_alloc(a, huge / 4); /* no overflow, but the system refuses */
        break;
    default:
        assert_int_equal(jumps, 5);
        arena_free(a);
        return;
    }
    fail_msg("step %d did not jump", step - 1);
}

static char released[16];

static void release(void *what)
{
    size_t n = strlen(released);
    released[n] = *(char *)what;
    released[n + 1] = '\0';
}

static void arena_runs_defers_newest_first(void **state)
{
    (void)state;
    char names[] = "abc";
    struct arena *a = arena_new(SIZE_MAX);
    released[0] = '\0';
    arena_defer(a, release, &names[0]);
    arena_defer(a, release, &names[1]);
    arena_reset(a);
    assert_string_equal(released, "ba");
    arena_reset(a);
    assert_string_equal(released, "ba");
    arena_defer(a, release, &names[2]);
    arena_free(a);
    assert_string_equal(released, "bac");
}

static void arena_grows_arrays(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    int *items = NULL;
    size_t cap = 0;
    for (size_t n = 0; n < 10000; n++) {
        items = arena_grow(a, items, n, &cap, n + 1, sizeof *items);
        assert_true(cap >= n + 1);
        items[n] = (int)n;
        if (n % 100 == 0)
            memset(arena_alloc(a, 24), 0xFF, 24); /* so that it cannot always grow in place */
    }
    for (size_t n = 0; n < 10000; n++)
        assert_int_equal(items[n], n);
    assert_ptr_equal(arena_grow(a, items, 10000, &cap, 5, sizeof *items), items);
    arena_free(a);
}

static void arena_copies_text(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    char source[] = "médiathèque";
    struct str copy = arena_str(a, str_from(source));
    memset(source, 'x', sizeof source - 1);
    assert_str(copy, "médiathèque");
    assert_int_equal(copy.p[copy.n], '\0');
    assert_string_equal(arena_cstr(a, STR_NONE), "");
    assert_str(arena_printf(a, "%d %s", 42, "lieux"), "42 lieux");
    struct str wide = arena_printf(a, "%1000d|%s", 7, "fin");
    assert_int_equal(wide.n, 1004);
    assert_true(str_ends(wide, STR("7|fin")));
    struct str joined = ARENA_JOIN(a, STR("12"), STR_NONE, STR("-"), wide);
    assert_true(joined.n == 3 + wide.n && str_starts(joined, STR("12-  ")) && joined.p[joined.n] == '\0');
    assert_str(arena_join(a, NULL, 0), "");
    assert_int_equal(wide.p[wide.n], '\0');
    arena_free(a);
}

/* ---- str ---- */

static void str_views(void **state)
{
    (void)state;
    assert_null(str_from(NULL).p);
    assert_str(str_from("abc"), "abc");
    assert_str(str_sub(STR("abcdef"), 2, 3), "cde");
    assert_str(str_sub(STR("abcdef"), 4, SIZE_MAX), "ef");
    assert_str(str_sub(STR("abc"), 3, 1), "");
    assert_str(str_sub(STR("abc"), SIZE_MAX, 1), "");
    assert_str(str_sub(STR_NONE, 0, 1), "");
}

static void str_comparisons(void **state)
{
    (void)state;
    assert_true(str_eq(STR_NONE, STR("")));
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a"), STR("ab")));
    assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_eq_nocase(STR("É"), STR("é"))); /* ASCII only */
    assert_false(str_eq_nocase(STR("@"), STR("`")));
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR("z"), STR("é")) < 0);
    assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
    assert_true(str_starts(STR("abc"), STR("ab")) && str_starts(STR("abc"), STR_NONE));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")) && str_ends(STR(""), STR("")));
    assert_false(str_ends(STR("c"), STR("bc")));
}

static void str_searches(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("abcabc"), STR("bc"), 0), 1);
    assert_int_equal(str_find(STR("abcabc"), STR("bc"), 2), 4);
    assert_int_equal(str_find(STR("abcabc"), STR("bc"), 5), -1);
    assert_int_equal(str_find(STR("abc"), STR(""), 3), 3);
    assert_int_equal(str_find(STR("abc"), STR(""), 4), -1);
    assert_int_equal(str_find(STR_NONE, STR("a"), 0), -1);
    assert_int_equal(str_find_char(STR("a,b,c"), ',', 2), 3);
    assert_int_equal(str_find_char(STR("abc"), ',', 9), -1);
}

static void str_trimming(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n a b \v\f ")), "a b");
    assert_str(str_trim(STR("\xC2\xA0\xE2\x80\xAF 35 000\xC2\xA0\xE2\x80\xAF")), "35 000");
    assert_str(str_trim(STR("à")), "à"); /* C3 A0: its last byte is the one of NBSP */
    assert_str(str_trim(STR("  ")), "");
    assert_str(str_trim(STR_NONE), "");
}

static void str_splitting(void **state)
{
    (void)state;
    struct str rest = STR("a||b"), piece;
    assert_true(str_split(&rest, '|', &piece));
    assert_str(piece, "a");
    assert_true(str_split(&rest, '|', &piece));
    assert_str(piece, "");
    assert_true(str_split(&rest, '|', &piece));
    assert_str(piece, "b");
    assert_false(str_split(&rest, '|', &piece));
    rest = STR("a|");
    assert_true(str_split(&rest, '|', &piece));
    assert_false(str_split(&rest, '|', &piece));
    rest = STR_NONE;
    assert_false(str_split(&rest, '|', &piece));
}

static void check_int(struct str text, bool valid, int64_t value)
{
    int64_t v = -77;
    assert_int_equal(str_to_int(text, &v), valid);
    assert_true(v == (valid ? value : -77));
}

static void str_integers(void **state)
{
    (void)state;
    check_int(STR("0"), true, 0);
    check_int(STR("-0"), true, 0);
    check_int(STR("+42"), true, 42);
    check_int(STR("00035"), true, 35);
    check_int(STR("9223372036854775807"), true, INT64_MAX);
    check_int(STR("-9223372036854775808"), true, INT64_MIN);
    check_int(STR("9223372036854775808"), false, 0);
    check_int(STR("-9223372036854775809"), false, 0);
    check_int(STR("99999999999999999999999"), false, 0);
    check_int(STR(""), false, 0);
    check_int(STR("-"), false, 0);
    check_int(STR("+"), false, 0);
    check_int(STR(" 1"), false, 0);
    check_int(STR("1 "), false, 0);
    check_int(STR("1.0"), false, 0);
    check_int(STR("0x10"), false, 0);
    check_int(STR("1\0"), false, 0);
}

static void str_doubles(void **state)
{
    (void)state;
    static const char *const good[] = {"0",
                                       "-0",
                                       "48.1173",
                                       "-1.6777926",
                                       "46.1060711578546",
                                       "5.",
                                       ".5",
                                       "+2.35",
                                       "1e3",
                                       "1.5E-7",
                                       "1e+22",
                                       "0.1",
                                       "123456789012345678",
                                       "1e308",
                                       "5e-324",
                                       "1e-999",
                                       "0.30000000000000004",
                                       "9007199254740993",
                                       "000000000000000000001"};
    static const char *const bad[] = {"",    "-",     ".",   "1,5", "1e",    "1e+",
                                      " 1",  "1 ",    "nan", "inf", "0x1p3", "1e999",
                                      "--1", "1.2.3", "1_0", "e5",  "∞"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double v;
        if (!str_to_double(str_from(good[i]), &v) || v != strtod(good[i], NULL))
            fail_msg("%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v;
        if (str_to_double(str_from(bad[i]), &v))
            fail_msg("%s accepted", bad[i]);
    }
    double v;
    assert_false(str_to_double(STR("1\0"), &v));
    assert_true(str_to_double(STR("-0"), &v) && signbit(v));
}

static void str_utf8(void **state)
{
    (void)state;
    assert_true(str_is_utf8(STR("Médiathèque 🙂 ￿")));
    assert_true(str_is_utf8(STR("\xF4\x8F\xBF\xBF"))); /* U+10FFFF */
    assert_true(str_is_utf8(STR_NONE));
    static const char *const bad[] = {
        "\x80",     /* continuation alone */
        "\xC3",     /* cut */
        "\xC0\xAF", /* overlong / */
        "\xC1\xBF",     "\xE0\x80\xAF",     "\xE0\x9F\xBF",     "\xF0\x8F\xBF\xBF", /* overlong */
        "\xED\xA0\x80",                                                             /* surrogate */
        "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
        "\xE2\x82",     "\xF0\x9F\x99",     "abcdefgh\xE9\x20", "12345678abcdefg\xE9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (str_is_utf8(str_from(bad[i])))
            fail_msg("case %zu accepted", i);
    assert_false(str_is_utf8(STR("a\0b")));
    assert_false(str_is_utf8(STR("12345678\0abcdefg")));
    assert_int_equal(str_length(STR("é🙂a")), 3);
    assert_int_equal(str_length(STR_NONE), 0);
}

/* ---- buf ---- */

static void buf_appends(void **state)
{
    (void)state;
    buf_lit(&out, "a");
    buf_char(&out, 'b');
    buf_add(&out, STR_NONE);
    buf_int(&out, INT64_MIN);
    buf_char(&out, ' ');
    buf_int(&out, INT64_MAX);
    buf_int(&out, 0);
    assert_buf(&out, "ab-9223372036854775808 92233720368547758070");
    buf_printf(&out, "%s=%d", "x", 5);
    buf_printf(&out, "|%300s|", "y");
    assert_int_equal(out.n, 3 + 302);
    buf_clear(&out);
    char *p = buf_reserve(&out, 1000);
    memset(p, 'z', 1000);
    buf_commit(&out, 3);
    assert_buf(&out, "zzz");
}

static void buf_stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_lit(&b, "12345");
    buf_lit(&b, "67890");
    assert_false(b.failed); /* exactly full */
    buf_char(&b, 'x');
    assert_true(b.failed);
    assert_str(buf_str(&b), "1234567890");
    buf_clear(&b);
    buf_lit(&b, "12345");
    buf_lit(&b, "678901");
    assert_true(b.failed);
    buf_lit(&b, "6"); /* would fit, but what comes before it is missing */
    assert_str(buf_str(&b), "12345");
    assert_null(buf_reserve(&b, 1));
    buf_printf(&b, "%d", 1);
    assert_str(buf_str(&b), "12345");
    buf_clear(&b);
    assert_false(b.failed);
    buf_printf(&b, "%s", "1234567890");
    assert_buf(&b, "1234567890");
    buf_printf(&b, "%s", "12345678901");
    assert_true(b.failed);
    buf_deinit(&b);
    buf_init(&b, 0);
    assert_str(buf_str(&b), "");
    buf_add(&b, STR(""));
    assert_false(b.failed);
    buf_char(&b, 'x');
    assert_true(b.failed);
    buf_deinit(&b);
    buf_init(&b, SIZE_MAX);
    assert_null(buf_reserve(&b, SIZE_MAX));
    buf_deinit(&b);
}

static void buf_writes_shortest_doubles(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } cases[] = {
        {46.1060711578546, "46.1060711578546"},
        {5, "5"},
        {0.1, "0.1"},
        {0.3, "0.3"},
        {-0.0, "0"},
        {0.1 + 0.2, "0.30000000000000004"},
        {-1.6777926, "-1.6777926"},
        {100, "100"},
        {123456789012345, "123456789012345"},
        {1e15, "1e+15"},
        {1e22, "1e+22"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {-1e-7, "-1e-07"},
        {5e-324, "4.94065645841247e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.0 / 3, "0.6666666666666666"},
        {48.117266, "48.117266"},
        {0.05, "0.05"},
        {0.001, "0.001"},
        {10.01, "10.01"},
        {9007199254740992, "9007199254740992"},
        {1 / 3.0, "0.3333333333333333"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&out);
        buf_double(&out, cases[i].v);
        assert_str_eq(buf_str(&out), str_from(cases[i].text));
    }
}

/* Random doubles of every size read back as they were, and never take more digits than printf's. */
static void buf_doubles_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 0x9E3779B97F4A7C15U;
    for (int i = 0; i < 200000; i++) {
        double v, back;
        char text[40];
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        if (i % 2)
            v = (double)(int64_t)(seed >> 20) / (double)(1 + seed % 1000000) / 1e4;
        else
            memcpy(&v, &seed, sizeof v);
        if (!isfinite(v))
            continue;
        buf_clear(&out);
        buf_double(&out, v);
        assert_true(str_to_double(buf_str(&out), &back));
        assert_true(v == back);
        for (int precision = 15; precision <= 17; precision++) {
            snprintf(text, sizeof text, "%.*g", precision, v);
            if (strtod(text, NULL) == v)
                break;
        }
        assert_str_eq(buf_str(&out), str_from(text));
    }
    buf_clear(&out);
}

/* ---- geo ---- */

static void geo_distances(void **state)
{
    (void)state;
    struct geo_point paris = {48.8566, 2.3522}, rennes = {48.1173, -1.6778};
    assert_true(fabs(geo_distance_m(paris, rennes) - 308000) < 1500);
    assert_true(geo_distance_m(paris, paris) == 0);
    assert_true(geo_distance_m(paris, rennes) == geo_distance_m(rennes, paris));
    struct geo_point pole = {90, 0}, other = {-90, 123};
    assert_true(fabs(geo_distance_m(pole, other) - M_PI * 6371008.8) < 1);
    struct geo_point west = {0, -179.9}, east = {0, 179.9};
    assert_true(fabs(geo_distance_m(west, east) - 22239) < 5);
    assert_true(geo_valid(paris) && geo_valid(pole));
    assert_false(geo_valid((struct geo_point){90.1, 0}));
    assert_false(geo_valid((struct geo_point){0, 180.5}));
    assert_false(geo_valid((struct geo_point){NAN, 0}));
    assert_false(geo_valid((struct geo_point){0, INFINITY}));
}

/* Points of the circle in every direction are in the box, and the box is not much larger. */
static void geo_boxes_hold_the_circle(void **state)
{
    (void)state;
    static const double lats[] = {0, 12.5, 48.1, -49.3, 75, 89.5};
    static const double radii[] = {1, 500, 10000, 200000};
    for (size_t i = 0; i < sizeof lats / sizeof *lats; i++)
        for (size_t k = 0; k < sizeof radii / sizeof *radii; k++) {
            struct geo_point c = {lats[i], 2};
            struct geo_box box = geo_box_around(c, radii[k]);
            double angle = radii[k] / 6371008.8 * (1 - 1e-9), widest = 0;
            for (int turn = 0; turn < 720; turn++) {
                double bearing = turn * M_PI / 360, lat = c.lat * M_PI / 180;
                double lat2 = asin(sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(bearing));
                double dlon =
                    atan2(sin(bearing) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sin(lat2));
                struct geo_point p = {lat2 * 180 / M_PI, c.lon + dlon * 180 / M_PI};
                widest = fmax(widest, fabs(p.lon - c.lon));
                if (fabs(p.lon) <= 180 && !geo_in_box(box, p))
                    fail_msg("lat %g radius %g bearing %d", c.lat, radii[k], turn);
            }
            if (box.lon_max - box.lon_min < 359)
                assert_true((box.lon_max - box.lon_min) / 2 < widest * 1.001);
        }
    struct geo_box pole = geo_box_around((struct geo_point){89.99, 0}, 5000);
    assert_true(pole.lat_max == 90 && pole.lon_min == -180 && pole.lon_max == 180);
    struct geo_box line = geo_box_around((struct geo_point){-14, 179.99}, 5000);
    assert_true(line.lon_min == -180 && line.lon_max == 180);
}

static void geo_france(void **state)
{
    (void)state;
    static const struct geo_point in[] = {{48.8566, 2.3522}, {42.0396, 9.0129}, {16.27, -61.50},
                                          {14.6, -61.05},    {4.92, -52.31},    {-21.11, 55.53},
                                          {-12.78, 45.23},   {46.78, -56.17},   {-22.27, 166.45},
                                          {-17.55, -149.56}, {-13.28, -176.17}, {-49.35, 70.22}};
    static const struct geo_point outside[] = {
        {0, 0}, {52.52, 13.4}, {2.3522, 48.8566}, {40.4, -3.7}, {NAN, NAN}};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        assert_true(geo_in_france(in[i]));
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_false(geo_in_france(outside[i]));
}

/* ---- log ---- */

/* 2026-11-24T10:00:00Z */
static int64_t fixed_clock(void)
{
    return 1795514400000;
}

/* Runs `write_log` with standard error going to a pipe; what was written is in `out`. */
static void capture(void (*write_log)(void))
{
    int ends[2], saved = dup(STDERR_FILENO);
    char text[8192];
    assert_int_equal(pipe(ends), 0);
    fflush(stderr);
    dup2(ends[1], STDERR_FILENO);
    write_log();
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text);
    close(ends[0]);
    buf_clear(&out);
    buf_add(&out, (struct str){text, n > 0 ? (size_t)n : 0});
}

static void one_event(void)
{
    log_info("http.request", LOG_C("method", "GET"), LOG_I("status", 200), LOG_C("empty", ""),
             LOG_C("path", "/lieux à côté"), LOG_S("forged", STR("x\nlevel=\"error\"\x1b[2J\xFF")));
}

static void silent_event(void)
{
    log_debug("not.shown", LOG_I("n", 1));
}

static void log_lines(void **state)
{
    (void)state;
    clock_set_source(fixed_clock);
    capture(silent_event);
    assert_buf(&out, "");
    capture(one_event);
    assert_buf(&out, "2026-11-24T10:00:00.000Z info http.request method=GET status=200 empty=\"\" "
                     "path=\"/lieux à côté\" forged=\"x\\nlevel=\\\"error\\\"\\x1B[2J\\xFF\"\n");
    log_set_level(LOG_DEBUG_);
    capture(silent_event);
    assert_buf(&out, "2026-11-24T10:00:00.000Z debug not.shown n=1\n");
    log_set_level(LOG_INFO_);
    setenv("BALISE_LOG", "json", 1);
    capture(one_event);
    assert_buf(
        &out,
        "{\"time\":\"2026-11-24T10:00:00.000Z\",\"level\":\"info\",\"event\":\"http.request\","
        "\"method\":\"GET\",\"status\":200,\"empty\":\"\",\"path\":\"/lieux à côté\","
        "\"forged\":\"x\\nlevel=\\\"error\\\"\\u001b[2J\xEF\xBF\xBD\"}\n");
    unsetenv("BALISE_LOG");
    clock_set_source(NULL);
}

static struct str huge_field;

static void huge_event(void)
{
    log_warn("too.long", LOG_S("field", huge_field));
}

static void log_lines_are_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    huge_field = (struct str){memset(arena_alloc(a, 1 << 20), 'x', 1 << 20), 1 << 20};
    capture(huge_event);
    assert_buf(&out, "warn too.long (fields lost)\n");
    arena_free(a);
}

/* ---- snapshot ---- */

static void count_release(void *data)
{
    ++*(int *)data;
}

static void snapshots_live_until_dropped(void **state)
{
    (void)state;
    struct snapshot_slot slot;
    int first = 0, second = 0;
    snapshot_slot_init(&slot);
    assert_null(snapshot_take(&slot));
    assert_true(snapshot_publish(&slot, &first, count_release));
    struct snapshot *held = snapshot_take(&slot);
    assert_ptr_equal(held->data, &first);
    assert_true(snapshot_publish(&slot, &second, count_release));
    assert_int_equal(first, 0); /* still held */
    snapshot_drop(held);
    assert_int_equal(first, 1);
    assert_int_equal(second, 0);
    snapshot_slot_deinit(&slot);
    assert_int_equal(second, 1);
    snapshot_drop(NULL);
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(err_names),
        TEST(err_try),
        TEST(arena_gives_aligned_pieces),
        TEST(arena_counts_what_was_asked),
        TEST(arena_jumps_at_the_cap),
        TEST(arena_refuses_sizes_that_overflow),
        TEST(arena_runs_defers_newest_first),
        TEST(arena_grows_arrays),
        TEST(arena_copies_text),
        TEST(str_views),
        TEST(str_comparisons),
        TEST(str_searches),
        TEST(str_trimming),
        TEST(str_splitting),
        TEST(str_integers),
        TEST(str_doubles),
        TEST(str_utf8),
        TEST(buf_appends),
        TEST(buf_stops_at_its_maximum),
        TEST(buf_writes_shortest_doubles),
        TEST(buf_doubles_round_trip),
        TEST(geo_distances),
        TEST(geo_boxes_hold_the_circle),
        TEST(geo_france),
        TEST(log_lines),
        TEST(log_lines_are_bounded),
        TEST(snapshots_live_until_dropped),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
