#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS
};

static pthread_once_t env_once = PTHREAD_ONCE_INIT;
static bool env_fixed;
static int64_t env_now_ms;
static _Atomic(int64_t (*)(void)) source;

static void read_env(void)
{
    env_fixed = clock_parse_utc(str_from(getenv("BALISE_NOW")), &env_now_ms);
}

int64_t clock_now_ms(void)
{
    int64_t (*replaced)(void) = atomic_load_explicit(&source, memory_order_relaxed);
    if (replaced)
        return replaced();
    pthread_once(&env_once, read_env);
    if (env_fixed)
        return env_now_ms;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void clock_set_source(int64_t (*now_ms)(void))
{
    atomic_store_explicit(&source, now_ms, memory_order_relaxed);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days are counted in years that begin in March, so that the leap day comes last; 400 years are
 * always 146,097 days. */
int64_t civil_to_days(struct civil_date d)
{
    int64_t year = (int64_t)d.year - (d.month <= 2);
    int64_t era = floor_div(year, 400), year_of_era = year - era * 400;
    int64_t month = d.month > 2 ? d.month - 3 : d.month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + d.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468; /* 0000-03-01 to 1970-01-01 */
}

struct civil_date civil_from_days(int64_t days)
{
    int64_t z = days + 719468, era = floor_div(z, 146097), day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct civil_date d = {.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
                           .month = (int)(month < 10 ? month + 3 : month - 9)};
    d.year = (int)(year_of_era + era * 400 + (d.month <= 2));
    return d;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

bool civil_valid(struct civil_date d)
{
    return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= days_in_month(d.year, d.month);
}

static int weekday_of_days(int64_t days)
{
    int64_t w = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(w < 0 ? w + 7 : w) + 1;
}

int civil_weekday(struct civil_date d)
{
    return weekday_of_days(civil_to_days(d));
}

int civil_iso_week(struct civil_date d)
{
    /* The week belongs to the year of its Thursday. */
    int64_t thursday = civil_to_days(d) - civil_weekday(d) + 4;
    struct civil_date t = civil_from_days(thursday);
    return (int)((thursday - civil_to_days((struct civil_date){t.year, 1, 1})) / 7 + 1);
}

/* n digits at s.p + at, or -1. */
static int digits_at(struct str s, size_t at, size_t n)
{
    int v = 0;
    if (at > s.n || n > s.n - at)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

bool civil_parse(struct str s, struct civil_date *out)
{
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    struct civil_date d = {digits_at(s, 0, 4), digits_at(s, 5, 2), digits_at(s, 8, 2)};
    if (!civil_valid(d))
        return false;
    *out = d;
    return true;
}

void civil_format(struct buf *b, struct civil_date d)
{
    buf_printf(b, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* Anonymous Gregorian computus (Meeus, Jones, Butcher). */
struct civil_date civil_easter(int year)
{
    int golden = year % 19, century = year / 100, in_century = year % 100;
    int correction = (century - (century + 8) / 25 + 1) / 3;
    int epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    int weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    int late = (golden + 11 * epact + 22 * weekday) / 451;
    int n = epact + weekday - 7 * late + 114;
    return (struct civil_date){year, n / 31, n % 31 + 1};
}

enum zone zone_of_insee(struct str code)
{
    if (code.n < 3 || code.p[0] != '9')
        return ZONE_PARIS;
    switch (digits_at(code, 0, 3)) {
    case 971:
    case 972:
    case 977:
    case 978:
        return ZONE_GUADELOUPE;
    case 973:
        return ZONE_GUYANE;
    case 974:
        return ZONE_REUNION;
    case 975:
        return ZONE_MIQUELON;
    case 976:
        return ZONE_MAYOTTE;
    case 986:
        return ZONE_WALLIS;
    case 987:
        return ZONE_TAHITI;
    case 988:
        return ZONE_NOUMEA;
    default:
        return ZONE_PARIS;
    }
}

/* Standard offset, and the rule by which one hour is added in summer. */
static const struct {
    int minutes;
    enum { NO_SUMMER, SUMMER_EU, SUMMER_US } summer;
} zones[ZONE_COUNT] = {
    [ZONE_PARIS] = {60, SUMMER_EU},    [ZONE_GUADELOUPE] = {-240, NO_SUMMER},
    [ZONE_GUYANE] = {-180, NO_SUMMER}, [ZONE_REUNION] = {240, NO_SUMMER},
    [ZONE_MAYOTTE] = {180, NO_SUMMER}, [ZONE_MIQUELON] = {-180, SUMMER_US},
    [ZONE_NOUMEA] = {660, NO_SUMMER},  [ZONE_WALLIS] = {720, NO_SUMMER},
    [ZONE_TAHITI] = {-600, NO_SUMMER},
};

/* Days since 1970 of the last Sunday on or before the date. */
static int64_t sunday_until(int year, int month, int day)
{
    int64_t days = civil_to_days((struct civil_date){year, month, day});
    return days - weekday_of_days(days) % 7;
}

int zone_offset_minutes(enum zone z, int64_t utc_ms)
{
    int standard = zones[z].minutes;
    if (zones[z].summer == NO_SUMMER)
        return standard;
    int year = civil_from_days(floor_div(utc_ms, DAY_MS)).year;
    int64_t begin, end;
    if (zones[z].summer == SUMMER_EU) { /* 01:00 UTC, last Sundays of March and October */
        begin = sunday_until(year, 3, 31) * DAY_MS + HOUR_MS;
        end = sunday_until(year, 10, 31) * DAY_MS + HOUR_MS;
    } else { /* 02:00 local, second Sunday of March, first of November */
        begin = sunday_until(year, 3, 14) * DAY_MS + (int64_t)(120 - standard) * MINUTE_MS;
        end = sunday_until(year, 11, 7) * DAY_MS + (int64_t)(60 - standard) * MINUTE_MS;
    }
    return utc_ms >= begin && utc_ms < end ? standard + 60 : standard;
}

/* Cuts milliseconds that are already local (or UTC) into date and time. */
static struct civil_time cut(int64_t ms)
{
    int64_t days = floor_div(ms, DAY_MS);
    int second = (int)((ms - days * DAY_MS) / SECOND_MS);
    return (struct civil_time){civil_from_days(days), second / 3600, second / 60 % 60, second % 60};
}

struct civil_time zone_local(enum zone z, int64_t utc_ms)
{
    return cut(utc_ms + (int64_t)zone_offset_minutes(z, utc_ms) * MINUTE_MS);
}

static int64_t joined(struct civil_time t)
{
    return civil_to_days(t.date) * DAY_MS + (int64_t)t.hour * HOUR_MS +
           (int64_t)t.minute * MINUTE_MS + (int64_t)t.second * SECOND_MS;
}

int64_t zone_to_utc_ms(enum zone z, struct civil_time local)
{
    int64_t naive = joined(local);
    int standard = zones[z].minutes;
    if (zones[z].summer != NO_SUMMER) {
        int64_t summer = naive - (int64_t)(standard + 60) * MINUTE_MS;
        /* in autumn both readings hold: summer time is the first of the two */
        if (zone_offset_minutes(z, summer) != standard)
            return summer;
    }
    /* winter; in the spring gap, standard time read as such falls one hour later */
    return naive - (int64_t)standard * MINUTE_MS;
}

void clock_format_utc(struct buf *b, int64_t utc_ms)
{
    struct civil_time t = cut(utc_ms);
    int ms = (int)(utc_ms - floor_div(utc_ms, SECOND_MS) * SECOND_MS);
    buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.date.year, t.date.month, t.date.day,
               t.hour, t.minute, t.second, ms);
}

static bool time_valid(struct civil_time t)
{
    /* :60, a leap second, is read as the first second of the next minute */
    return t.hour >= 0 && t.hour <= 23 && t.minute >= 0 && t.minute <= 59 && t.second >= 0 &&
           t.second <= 60;
}

/* "Z", "+hh:mm", "-hh:mm", nothing after. */
static bool parse_offset(struct str s, int64_t *minutes)
{
    *minutes = 0;
    if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z'))
        return true;
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':')
        return false;
    int hour = digits_at(s, 1, 2), minute = digits_at(s, 4, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    *minutes = (s.p[0] == '-' ? -1 : 1) * (hour * 60 + minute);
    return true;
}

bool clock_parse_utc(struct str s, int64_t *out)
{
    struct civil_time t = {0};
    if (!civil_parse(str_sub(s, 0, 10), &t.date))
        return false;
    if (s.n == 10) {
        *out = joined(t);
        return true;
    }
    if (s.n < 20 || (s.p[10] != 'T' && s.p[10] != 't') || s.p[13] != ':' || s.p[16] != ':')
        return false;
    t.hour = digits_at(s, 11, 2);
    t.minute = digits_at(s, 14, 2);
    t.second = digits_at(s, 17, 2);
    if (!time_valid(t))
        return false;
    size_t at = 19;
    int64_t ms = 0, unit = 100, minutes;
    if (s.p[at] == '.') {
        size_t first = ++at;
        for (; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++, unit /= 10)
            ms += (s.p[at] - '0') * unit;
        if (at == first)
            return false;
    }
    if (!parse_offset(str_sub(s, at, s.n), &minutes))
        return false;
    *out = joined(t) + ms - minutes * MINUTE_MS;
    return true;
}

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char *const day_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};

void clock_format_http(struct buf *b, int64_t utc_ms)
{
    struct civil_time t = cut(utc_ms);
    buf_printf(b, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", day_names[civil_weekday(t.date) - 1],
               t.date.day, month_names + (t.date.month - 1) * 3, t.date.year, t.hour, t.minute,
               t.second);
}

static int month_at(struct str s, size_t at)
{
    for (int m = 0; m < 12; m++)
        if (str_eq(str_sub(s, at, 3), (struct str){month_names + m * 3, 3}))
            return m + 1;
    return -1;
}

static bool time_at(struct str s, size_t at, struct civil_time *t)
{
    if (at + 8 > s.n || s.p[at + 2] != ':' || s.p[at + 5] != ':')
        return false;
    t->hour = digits_at(s, at, 2);
    t->minute = digits_at(s, at + 3, 2);
    t->second = digits_at(s, at + 6, 2);
    return time_valid(*t);
}

/* Two-digit year of RFC 850: past if it would be more than 50 years ahead (RFC 9110 §5.6.7). */
static int full_year(int two_digits)
{
    int now = cut(clock_now_ms()).date.year;
    int year = now - now % 100 + two_digits;
    return year > now + 50 ? year - 100 : year;
}

static bool parse_rfc850(struct str s, struct civil_time *t)
{
    ptrdiff_t comma = str_find_char(s, ',', 0);
    if (comma < 0)
        return false;
    struct str day = str_sub(s, 0, (size_t)comma), rest = str_sub(s, (size_t)comma, s.n);
    bool named = false;
    for (int i = 0; i < 7; i++)
        named = named || str_eq(day, str_from(day_names[i]));
    if (!named || rest.n != 24 || rest.p[1] != ' ' || rest.p[4] != '-' || rest.p[8] != '-' ||
        rest.p[11] != ' ' || !str_ends(rest, STR(" GMT")))
        return false;
    int year = digits_at(rest, 9, 2);
    t->date = (struct civil_date){year < 0 ? -1 : full_year(year), month_at(rest, 5),
                                  digits_at(rest, 2, 2)};
    return time_at(rest, 12, t);
}

bool clock_parse_http(struct str s, int64_t *out)
{
    struct civil_time t = {0};
    bool read;
    if (s.n == 29 && s.p[3] == ',') { /* Sun, 06 Nov 1994 08:49:37 GMT */
        t.date = (struct civil_date){digits_at(s, 12, 4), month_at(s, 8), digits_at(s, 5, 2)};
        read = s.p[4] == ' ' && s.p[7] == ' ' && s.p[11] == ' ' && s.p[16] == ' ' &&
               str_ends(s, STR(" GMT")) && time_at(s, 17, &t);
    } else if (s.n == 24 && s.p[3] == ' ') { /* Sun Nov  6 08:49:37 1994 (asctime) */
        int day = s.p[8] == ' ' ? digits_at(s, 9, 1) : digits_at(s, 8, 2);
        t.date = (struct civil_date){digits_at(s, 20, 4), month_at(s, 4), day};
        read = s.p[7] == ' ' && s.p[10] == ' ' && s.p[19] == ' ' && time_at(s, 11, &t);
    } else { /* Sunday, 06-Nov-94 08:49:37 GMT */
        read = parse_rfc850(s, &t);
    }
    if (!read || !civil_valid(t.date))
        return false;
    *out = joined(t);
    return true;
}
