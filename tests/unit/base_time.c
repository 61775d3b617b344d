/* clock, id. */
#include "base_check.h"

#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

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
    } cases[] = {{{2020, 12, 31}, 53, 4}, {{2021, 1, 3}, 53, 7}, {{2021, 1, 4}, 1, 1},
                 {{2026, 12, 31}, 53, 4}, {{2027, 1, 3}, 53, 7}, {{2027, 1, 4}, 1, 1},
                 {{2024, 12, 30}, 1, 1},  {{2023, 1, 1}, 52, 7}, {{2016, 1, 3}, 53, 7},
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
    static const char *const bad[] = {
        "",           "2026-02-29",  "2026-2-3",   "2026/02/03", "2026-02-03 ",
        "02-03-2026", "2026-00-10",  "2026-13-10", "-026-01-01", "2026-01-1a",
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
    snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", t.date.year, t.date.month,
             t.date.day, t.hour, t.minute, t.second);
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
    static const char *const bad[] = {"",
                                      "2026-11-24T",
                                      "2026-11-24T12:00:00",
                                      "2026-11-24T12:00Z",
                                      "2026-11-24 12:00:00Z",
                                      "2026-11-24T24:00:00Z",
                                      "2026-11-24T12:60:00Z",
                                      "2026-11-24T12:00:61Z",
                                      "2026-11-24T12:00:00.Z",
                                      "2026-11-24T12:00:00+0100",
                                      "2026-11-24T12:00:00+24:00",
                                      "2026-11-24T12:00:00+01:60",
                                      "2026-11-24T12:00:00ZZ",
                                      "2026-02-29T12:00:00Z",
                                      "2026-11-24T-1:00:00Z",
                                      "2026-11-24T12:00:00+"};
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
    static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                       "Sunday, 06-Nov-94 08:49:37 GMT",
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
    static const char *const bad[] = {"",
                                      "Sun, 06 Nov 1994 08:49:37 CET",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Sun, 06 nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 25:49:37 GMT",
                                      "1994-11-06T08:49:37Z",
                                      "0",
                                      "Sunday, 06-Nov-94 08:49:37",
                                      "Sun Nov 06 08:49:37 94",
                                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                                      "Someday, 06-Nov-94 08:49:37 GMT",
                                      "Sunday, 06-Nov-xx 08:49:37 GMT",
                                      ","};
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
    static const char *const bad[] = {"",
                                      "0192f3a4-5b6c-7d8e-9f01-23456789abc",
                                      "0192f3a4-5b6c-7d8e-9f01-23456789abcde",
                                      "0192F3A4-5b6c-7d8e-9f01-23456789abcd",
                                      "0192f3a4-5b6c-4d8e-9f01-23456789abcd",
                                      "0192f3a4-5b6c-7d8e-cf01-23456789abcd",
                                      "0192f3a405b6c-7d8e-9f01-23456789abcd",
                                      "0192f3a4-5b6c-7d8e-9f01-23456789abcg"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(id_valid(str_from(bad[i])));
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
