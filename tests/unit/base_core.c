/* err, arena, str, buf, clock, log, id, geo, snapshot. */
#include "base_check.h"

#include <math.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/geo.h"
#include "base/id.h"
#include "base/log.h"
#include "base/snapshot.h"

/* Some tests ask for more memory than there is: AddressSanitizer must answer NULL, as malloc does. */
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
    static const char *const good[] = {
        "0",     "-0",   "48.1173",  "-1.6777926",         "46.1060711578546",  "5.",     ".5",
        "+2.35", "1e3",  "1.5E-7",   "1e+22",              "0.1",               "123456789012345678",
        "1e308", "5e-324", "1e-999", "0.30000000000000004", "9007199254740993", "000000000000000000001"};
    static const char *const bad[] = {"",     "-",     ".",      "1,5", "1e",  "1e+", " 1", "1 ", "nan",
                                      "inf", "0x1p3", "1e999", "--1", "1.2.3", "1_0", "e5", "∞"};
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
        "\x80",             /* continuation alone */
        "\xC3",             /* cut */
        "\xC0\xAF",         /* overlong / */
        "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xF0\x9F\x99",
        "abcdefgh\xE9\x20", "12345678abcdefg\xE9"};
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
        {46.1060711578546, "46.1060711578546"}, {5, "5"}, {0.1, "0.1"}, {0.3, "0.3"}, {-0.0, "0"},
        {0.1 + 0.2, "0.30000000000000004"}, {-1.6777926, "-1.6777926"}, {100, "100"},
        {123456789012345, "123456789012345"}, {1e15, "1e+15"}, {1e22, "1e+22"}, {0.0001, "0.0001"},
        {0.00001, "1e-05"}, {-1e-7, "-1e-07"}, {5e-324, "4.94065645841247e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"}, {2.0 / 3, "0.6666666666666666"},
        {48.117266, "48.117266"}, {0.05, "0.05"}, {0.001, "0.001"}, {10.01, "10.01"},
        {9007199254740992, "9007199254740992"}, {1 / 3.0, "0.3333333333333333"},
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

/* ---- clock ---- */

/* Every day of 400 years, against the C library. */
static void civil_days_agree_with_libc(void **state)
{
    (void)state;
    int64_t first = civil_to_days((struct civil_date){1800, 1, 1});
    for (int64_t days = first; days < first + 146097; days++) {
        struct civil_date d = civil_from_days(days);
        time_t t = (time_t)(days * 86400);
        struct tm tm;
        char week[8];
        gmtime_r(&t, &tm);
        strftime(week, sizeof week, "%V", &tm);
        if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 || d.day != tm.tm_mday ||
            civil_to_days(d) != days || !civil_valid(d) ||
            civil_weekday(d) != (tm.tm_wday ? tm.tm_wday : 7) ||
            civil_iso_week(d) != strtol(week, NULL, 10))
            fail_msg("%04d-%02d-%02d", d.year, d.month, d.day);
    }
}

static void civil_edges(void **state)
{
    (void)state;
    assert_int_equal(civil_to_days((struct civil_date){1970, 1, 1}), 0);
    assert_int_equal(civil_to_days((struct civil_date){0, 3, 1}), -719468);
    struct civil_date far = civil_from_days(INT64_MIN / 86400000);
    assert_int_equal(civil_to_days(far), INT64_MIN / 86400000);
    assert_true(civil_valid((struct civil_date){2024, 2, 29}));
    assert_true(civil_valid((struct civil_date){2000, 2, 29}));
    assert_false(civil_valid((struct civil_date){1900, 2, 29}));
    assert_false(civil_valid((struct civil_date){2026, 2, 29}));
    assert_false(civil_valid((struct civil_date){2026, 4, 31}));
    assert_false(civil_valid((struct civil_date){2026, 0, 1}));
    assert_false(civil_valid((struct civil_date){2026, 13, 1}));
    assert_false(civil_valid((struct civil_date){2026, 1, 0}));
    assert_false(civil_valid((struct civil_date){0, 1, 1}));
    assert_false(civil_valid((struct civil_date){10000, 1, 1}));
}

static void civil_weeks(void **state)
{
    (void)state;
    static const struct {
        struct civil_date d;
        int week, weekday;
    } cases[] = {{{2020, 12, 31}, 53, 4}, {{2021, 1, 3}, 53, 7},   {{2021, 1, 4}, 1, 1},
                 {{2026, 12, 31}, 53, 4}, {{2027, 1, 3}, 53, 7},   {{2027, 1, 4}, 1, 1},
                 {{2024, 12, 30}, 1, 1},  {{2023, 1, 1}, 52, 7},   {{2016, 1, 3}, 53, 7},
                 {{2026, 11, 24}, 48, 2}, {{2024, 2, 29}, 9, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(civil_iso_week(cases[i].d), cases[i].week);
        assert_int_equal(civil_weekday(cases[i].d), cases[i].weekday);
    }
}

static void civil_text(void **state)
{
    (void)state;
    struct civil_date d = {0};
    assert_true(civil_parse(STR("2024-02-29"), &d));
    assert_true(d.year == 2024 && d.month == 2 && d.day == 29);
    civil_format(&out, d);
    assert_buf(&out, "2024-02-29");
    civil_format(&out, (struct civil_date){33, 1, 2});
    assert_buf(&out, "0033-01-02");
    static const char *const bad[] = {"",           "2026-02-29", "2026-2-3",    "2026/02/03", "2026-02-03 ",
                                      "02-03-2026", "2026-00-10", "2026-13-10", "-026-01-01", "2026-01-1a",
                                      "+026-01-01", "２026-01-01", "0000-01-01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(civil_parse(str_from(bad[i]), &d));
    assert_int_equal(d.year, 2024); /* untouched */
}

static void easter_table(void **state)
{
    (void)state;
    static const struct civil_date sundays[] = {
        {1818, 3, 22}, {1943, 4, 25}, {1954, 4, 18}, {1961, 4, 2},  {1981, 4, 19}, {2000, 4, 23},
        {2008, 3, 23}, {2011, 4, 24}, {2016, 3, 27}, {2019, 4, 21}, {2020, 4, 12}, {2021, 4, 4},
        {2022, 4, 17}, {2023, 4, 9},  {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},  {2027, 3, 28},
        {2028, 4, 16}, {2029, 4, 1},  {2030, 4, 21}, {2038, 4, 25}, {2049, 4, 18}, {2285, 3, 22}};
    for (size_t i = 0; i < sizeof sundays / sizeof *sundays; i++) {
        struct civil_date d = civil_easter(sundays[i].year);
        assert_int_equal(civil_to_days(d), civil_to_days(sundays[i]));
    }
    for (int year = 1583; year < 4100; year++)
        assert_int_equal(civil_weekday(civil_easter(year)), 7);
}

static int64_t at(const char *text)
{
    int64_t ms = 0;
    if (!clock_parse_utc(str_from(text), &ms))
        fail_msg("cannot read %s", text);
    return ms;
}

static void check_local(enum zone z, const char *utc, const char *local)
{
    struct civil_time t = zone_local(z, at(utc));
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", t.date.year, t.date.month, t.date.day,
             t.hour, t.minute, t.second);
    assert_string_equal(text, local);
}

static void zone_nights_of_paris(void **state)
{
    (void)state;
    check_local(ZONE_PARIS, "2026-03-29T00:59:59Z", "2026-03-29 01:59:59");
    check_local(ZONE_PARIS, "2026-03-29T01:00:00Z", "2026-03-29 03:00:00");
    check_local(ZONE_PARIS, "2026-10-25T00:59:59Z", "2026-10-25 02:59:59");
    check_local(ZONE_PARIS, "2026-10-25T01:00:00Z", "2026-10-25 02:00:00");
    check_local(ZONE_PARIS, "2026-12-31T23:30:00Z", "2027-01-01 00:30:00");
    check_local(ZONE_PARIS, "1969-12-31T23:30:00Z", "1970-01-01 00:30:00");
    /* spring: 02:30 does not exist, it is 03:30 */
    struct civil_time gap = {{2026, 3, 29}, 2, 30, 0}, twice = {{2026, 10, 25}, 2, 30, 0};
    assert_true(zone_to_utc_ms(ZONE_PARIS, gap) == at("2026-03-29T01:30:00Z"));
    /* autumn: the first of the two 02:30 */
    assert_true(zone_to_utc_ms(ZONE_PARIS, twice) == at("2026-10-25T00:30:00Z"));
    struct civil_time after = {{2026, 10, 25}, 3, 0, 0}, before = {{2026, 3, 29}, 1, 59, 59};
    assert_true(zone_to_utc_ms(ZONE_PARIS, after) == at("2026-10-25T02:00:00Z"));
    assert_true(zone_to_utc_ms(ZONE_PARIS, before) == at("2026-03-29T00:59:59Z"));
    struct civil_time end_of_day = {{2026, 3, 28}, 24, 0, 0}; /* as opening hours write midnight */
    assert_true(zone_to_utc_ms(ZONE_PARIS, end_of_day) == at("2026-03-28T23:00:00Z"));
}

static void zone_overseas(void **state)
{
    (void)state;
    check_local(ZONE_GUADELOUPE, "2026-07-01T02:00:00Z", "2026-06-30 22:00:00");
    check_local(ZONE_GUYANE, "2026-07-01T02:00:00Z", "2026-06-30 23:00:00");
    check_local(ZONE_REUNION, "2026-07-01T02:00:00Z", "2026-07-01 06:00:00");
    check_local(ZONE_MAYOTTE, "2026-07-01T02:00:00Z", "2026-07-01 05:00:00");
    check_local(ZONE_NOUMEA, "2026-07-01T02:00:00Z", "2026-07-01 13:00:00");
    check_local(ZONE_WALLIS, "2026-07-01T02:00:00Z", "2026-07-01 14:00:00");
    check_local(ZONE_TAHITI, "2026-07-01T02:00:00Z", "2026-06-30 16:00:00");
    check_local(ZONE_MIQUELON, "2026-03-08T04:59:59Z", "2026-03-08 01:59:59");
    check_local(ZONE_MIQUELON, "2026-03-08T05:00:00Z", "2026-03-08 03:00:00");
    check_local(ZONE_MIQUELON, "2026-11-01T03:59:59Z", "2026-11-01 01:59:59");
    check_local(ZONE_MIQUELON, "2026-11-01T04:00:00Z", "2026-11-01 01:00:00");
    assert_int_equal(zone_of_insee(STR("35238")), ZONE_PARIS);
    assert_int_equal(zone_of_insee(STR("2A004")), ZONE_PARIS);
    assert_int_equal(zone_of_insee(STR("97105")), ZONE_GUADELOUPE);
    assert_int_equal(zone_of_insee(STR("972")), ZONE_GUADELOUPE);
    assert_int_equal(zone_of_insee(STR("97302")), ZONE_GUYANE);
    assert_int_equal(zone_of_insee(STR("974")), ZONE_REUNION);
    assert_int_equal(zone_of_insee(STR("97502")), ZONE_MIQUELON);
    assert_int_equal(zone_of_insee(STR("97611")), ZONE_MAYOTTE);
    assert_int_equal(zone_of_insee(STR("97701")), ZONE_GUADELOUPE);
    assert_int_equal(zone_of_insee(STR("97801")), ZONE_GUADELOUPE);
    assert_int_equal(zone_of_insee(STR("98611")), ZONE_WALLIS);
    assert_int_equal(zone_of_insee(STR("98735")), ZONE_TAHITI);
    assert_int_equal(zone_of_insee(STR("98818")), ZONE_NOUMEA);
    assert_int_equal(zone_of_insee(STR("9")), ZONE_PARIS);
    assert_int_equal(zone_of_insee(STR_NONE), ZONE_PARIS);
    assert_int_equal(zone_of_insee(STR("95x")), ZONE_PARIS);
}

/* Every half hour of these years against the system's zone files, where they are installed. */
static void zones_agree_with_libc(void **state)
{
    (void)state;
    static const struct {
        enum zone zone;
        const char *name;
    } names[] = {{ZONE_PARIS, "Europe/Paris"}, {ZONE_MIQUELON, "America/Miquelon"}};
    for (size_t k = 0; k < 2; k++) {
        if (setenv("TZ", names[k].name, 1) != 0)
            skip();
        tzset();
        time_t july = (time_t)(at("2026-07-01T00:00:00Z") / 1000);
        struct tm tm;
        localtime_r(&july, &tm);
        if (tm.tm_gmtoff == 0) /* zone unknown here */
            continue;
        time_t from = (time_t)(at("2008-01-01T00:00:00Z") / 1000);
        time_t to = (time_t)(at("2037-01-01T00:00:00Z") / 1000);
        for (time_t t = from; t < to; t += 1800) {
            localtime_r(&t, &tm);
            int minutes = zone_offset_minutes(names[k].zone, (int64_t)t * 1000);
            if (minutes * 60 != tm.tm_gmtoff)
                fail_msg("%s at %ld", names[k].name, (long)t);
            struct civil_time local = zone_local(names[k].zone, (int64_t)t * 1000);
            int64_t back = zone_to_utc_ms(names[k].zone, local) / 1000;
            if (back != t && back != t - 3600) /* the second of two equal times */
                fail_msg("%s back at %ld", names[k].name, (long)t);
        }
    }
    unsetenv("TZ");
    tzset();
}

static void clock_utc_text(void **state)
{
    (void)state;
    clock_format_utc(&out, 1795514400000 + 7);
    assert_buf(&out, "2026-11-24T10:00:00.007Z");
    clock_format_utc(&out, -1);
    assert_buf(&out, "1969-12-31T23:59:59.999Z");
    int64_t noon = at("2026-11-24T12:00:00Z");
    assert_true(at("2026-11-24") == noon - 12 * 3600000);
    assert_true(at("2026-11-24T13:00:00+01:00") == noon);
    assert_true(at("2026-11-24T02:00:00-10:00") == noon);
    assert_true(at("2026-11-24t12:00:00.5z") == noon + 500);
    assert_true(at("2026-11-24T12:00:00.123456789Z") == noon + 123);
    assert_true(at("2026-11-24T11:59:60Z") == noon); /* leap second */
    assert_true(at("2024-02-29T00:00:00Z") - at("2024-02-28") == 86400000);
    static const char *const bad[] = {
        "", "2026-11-24T", "2026-11-24T12:00:00", "2026-11-24T12:00Z", "2026-11-24 12:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T12:60:00Z", "2026-11-24T12:00:61Z", "2026-11-24T12:00:00.Z",
        "2026-11-24T12:00:00+0100", "2026-11-24T12:00:00+24:00", "2026-11-24T12:00:00+01:60",
        "2026-11-24T12:00:00ZZ", "2026-02-29T12:00:00Z", "2026-11-24T-1:00:00Z", "2026-11-24T12:00:00+"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms;
        if (clock_parse_utc(str_from(bad[i]), &ms))
            fail_msg("%s accepted", bad[i]);
    }
}

static int64_t fixed_now = 0;

static int64_t fixed_clock(void)
{
    return fixed_now;
}

static void clock_http_dates(void **state)
{
    (void)state;
    int64_t ms;
    clock_format_http(&out, at("2026-11-24T10:00:00Z"));
    assert_buf(&out, "Tue, 24 Nov 2026 10:00:00 GMT");
    clock_format_http(&out, at("1994-11-06T08:49:37Z"));
    assert_buf(&out, "Sun, 06 Nov 1994 08:49:37 GMT");
    fixed_now = at("2026-11-24");
    clock_set_source(fixed_clock);
    /* the three forms of RFC 9110 */
    static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < 3; i++) {
        assert_true(clock_parse_http(str_from(same[i]), &ms));
        assert_true(ms == at("1994-11-06T08:49:37Z"));
    }
    assert_true(clock_parse_http(STR("Thursday, 06-Nov-70 08:49:37 GMT"), &ms));
    assert_true(ms == at("2070-11-06T08:49:37Z")); /* 44 years ahead */
    assert_true(clock_parse_http(STR("Friday, 06-Nov-81 08:49:37 GMT"), &ms));
    assert_true(ms == at("1981-11-06T08:49:37Z"));
    clock_set_source(NULL);
    static const char *const bad[] = {
        "", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "1994-11-06T08:49:37Z", "0",
        "Sunday, 06-Nov-94 08:49:37", "Sun Nov 06 08:49:37 94", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Someday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-xx 08:49:37 GMT", ","};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (clock_parse_http(str_from(bad[i]), &ms))
            fail_msg("%s accepted", bad[i]);
}

static void clock_sources(void **state)
{
    (void)state;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t drift = clock_now_ms() - (int64_t)t.tv_sec * 1000;
    assert_true(drift > -5000 && drift < 5000);
    int64_t before = clock_mono_us();
    assert_true(clock_mono_us() >= before);
    fixed_now = 42;
    clock_set_source(fixed_clock);
    assert_true(clock_now_ms() == 42);
    clock_set_source(NULL);
    assert_true(clock_now_ms() > 42);
}

/* ---- id ---- */

static void ids_are_ordered_and_valid(void **state)
{
    (void)state;
    char last[ID_LEN + 1] = "", id[ID_LEN + 1];
    fixed_now = at("2026-11-24T10:00:00Z");
    clock_set_source(fixed_clock);
    for (int i = 0; i < 20000; i++) {
        if (i == 10000)
            fixed_now -= 60000; /* the clock is put back */
        if (i % 1000 == 999)
            fixed_now++;
        id_new(id);
        assert_true(id_valid(str_from(id)));
        assert_true(strcmp(last, id) < 0);
        memcpy(last, id, sizeof last);
    }
    clock_set_source(NULL);
}

static void all_ones(void *p, size_t n)
{
    memset(p, 0xFF, n);
}

static void ids_carry_over(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    fixed_now = at("2026-11-24T10:00:00Z");
    clock_set_source(fixed_clock);
    id_set_random(all_ones);
    assert_str(id_new_in(a), "01a20cff-7d00-7fff-bfff-ffffffffffff");
    struct str next = id_new_in(a); /* the random part is full: the millisecond goes up */
    assert_true(str_starts(next, STR("01a20cff-7d01-7000-8000-")));
    id_set_random(NULL);
    clock_set_source(NULL);
    arena_free(a);
}

static void ids_are_checked(void **state)
{
    (void)state;
    assert_true(id_valid(STR("0192f3a4-5b6c-7d8e-9f01-23456789abcd")));
    static const char *const bad[] = {
        "", "0192f3a4-5b6c-7d8e-9f01-23456789abc", "0192f3a4-5b6c-7d8e-9f01-23456789abcde",
        "0192F3A4-5b6c-7d8e-9f01-23456789abcd", "0192f3a4-5b6c-4d8e-9f01-23456789abcd",
        "0192f3a4-5b6c-7d8e-cf01-23456789abcd", "0192f3a405b6c-7d8e-9f01-23456789abcd",
        "0192f3a4-5b6c-7d8e-9f01-23456789abcg"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(id_valid(str_from(bad[i])));
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
                double dlon = atan2(sin(bearing) * sin(angle) * cos(lat),
                                    cos(angle) - sin(lat) * sin(lat2));
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
    static const struct geo_point in[] = {{48.8566, 2.3522}, {42.0396, 9.0129},   {16.27, -61.50},
                                          {14.6, -61.05},    {4.92, -52.31},      {-21.11, 55.53},
                                          {-12.78, 45.23},   {46.78, -56.17},     {-22.27, 166.45},
                                          {-17.55, -149.56}, {-13.28, -176.17},   {-49.35, 70.22}};
    static const struct geo_point outside[] = {{0, 0}, {52.52, 13.4}, {2.3522, 48.8566}, {40.4, -3.7},
                                               {NAN, NAN}};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        assert_true(geo_in_france(in[i]));
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_false(geo_in_france(outside[i]));
}

/* ---- log ---- */

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
    fixed_now = at("2026-11-24T10:00:00Z");
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
    assert_buf(&out, "{\"time\":\"2026-11-24T10:00:00.000Z\",\"level\":\"info\",\"event\":\"http.request\","
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
        TEST(civil_days_agree_with_libc),
        TEST(civil_edges),
        TEST(civil_weeks),
        TEST(civil_text),
        TEST(easter_table),
        TEST(zone_nights_of_paris),
        TEST(zone_overseas),
        TEST(zones_agree_with_libc),
        TEST(clock_utc_text),
        TEST(clock_http_dates),
        TEST(clock_sources),
        TEST(ids_are_ordered_and_valid),
        TEST(ids_carry_over),
        TEST(ids_are_checked),
        TEST(geo_distances),
        TEST(geo_boxes_hold_the_circle),
        TEST(geo_france),
        TEST(log_lines),
        TEST(log_lines_are_bounded),
        TEST(snapshots_live_until_dropped),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
