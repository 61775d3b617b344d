#include "i18n/format.h"

#include <math.h>

#define NBSP "\u00a0"

static const char *const weekdays[LANG_COUNT][7] = {
    {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};
static const char *const months[LANG_COUNT][12] = {
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
     "novembre", "décembre"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
     "November", "December"},
};

struct str format_number(struct arena *a, enum lang lang, int64_t n)
{
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    uint64_t groups[7];
    size_t count = 0;
    do {
        groups[count++] = rest % 1000;
        rest /= 1000;
    } while (rest > 0);
    struct str out = arena_printf(a, "%s%llu", n < 0 ? "-" : "", (unsigned long long)groups[count - 1]);
    while (--count > 0)
        out = arena_printf(a, "%.*s%s%03llu", STR_ARG(out), lang == LANG_FR ? NBSP : ",",
                           (unsigned long long)groups[count - 1]);
    return out;
}

/* 12 → "1,2" / "1.2"; 20 → "2". */
static struct str tenths(struct arena *a, enum lang lang, int64_t n)
{
    if (n % 10 == 0)
        return format_number(a, lang, n / 10);
    return arena_printf(a, "%lld%c%lld", (long long)(n / 10), lang == LANG_FR ? ',' : '.',
                        (long long)(n % 10));
}

struct str format_distance(struct arena *a, enum lang lang, double metres)
{
    if (!(metres >= 0) || metres > 1e8)
        return STR_NONE;
    int64_t tens = llround(metres / 10);
    if (tens < 100)
        return arena_printf(a, "%lld" NBSP "m", (long long)(tens * 10));
    int64_t hundreds = llround(metres / 100);
    struct str km = hundreds < 100 ? tenths(a, lang, hundreds) : format_number(a, lang, llround(metres / 1000));
    return arena_printf(a, "%.*s" NBSP "km", STR_ARG(km));
}

struct str format_weekday(enum lang lang, int weekday)
{
    if (weekday < 1 || weekday > 7)
        return STR_NONE;
    return str_from(weekdays[lang][weekday - 1]);
}

struct str format_date_short(struct arena *a, enum lang lang, struct civil_date d)
{
    if (!civil_valid(d))
        return STR_NONE;
    return arena_printf(a, "%d%s" NBSP "%s %d", d.day, lang == LANG_FR && d.day == 1 ? "er" : "",
                        months[lang][d.month - 1], d.year);
}

struct str format_date(struct arena *a, enum lang lang, struct civil_date d)
{
    struct str date = format_date_short(a, lang, d);
    if (date.n == 0)
        return date;
    return arena_printf(a, "%.*s %.*s", STR_ARG(format_weekday(lang, civil_weekday(d))), STR_ARG(date));
}

struct str format_phone(struct arena *a, struct str e164)
{
    enum { DIGITS = 9 };
    static const char *const prefixes[] = {"+33", "+262", "+590", "+594", "+596"};
    const char *d = NULL;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (e164.n == strlen(prefixes[i]) + DIGITS && str_starts(e164, str_from(prefixes[i])))
            d = e164.p + strlen(prefixes[i]);
    if (!d)
        return e164;
    for (size_t i = 0; i < DIGITS; i++) {
        if (d[i] < '0' || d[i] > '9')
            return e164;
    }
    struct str space = STR(NBSP);
    return ARENA_JOIN(a, STR("0"), {d, 1}, space, {d + 1, 2}, space, {d + 3, 2}, space, {d + 5, 2}, space, {d + 7, 2});
}

struct str format_bytes(struct arena *a, enum lang lang, int64_t bytes)
{
    bool fr = lang == LANG_FR;
    if (bytes < 0)
        return STR_NONE;
    if (bytes < 1000)
        return arena_printf(a, "%lld" NBSP "%s", (long long)bytes, fr ? "octets" : "bytes");
    if (bytes < 999500)
        return arena_printf(a, "%lld" NBSP "%s", (long long)((bytes + 500) / 1000), fr ? "ko" : "KB");
    struct str mega = tenths(a, lang, (bytes + 50000) / 100000);
    return arena_printf(a, "%.*s" NBSP "%s", STR_ARG(mega), fr ? "Mo" : "MB");
}
