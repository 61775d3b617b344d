/* Compares our answers with those of opening_hours.js 3.15.0, recorded on real values, and with the cases of its own
 * test suite that are in our grammar. The data is not part of the project: without it the test is skipped. */
#include <stdio.h>
#include <time.h>

#include "base/json.h"
#include "hours/hours.h"

static struct arena *arena;
static int failures;

static const struct hours_place occitanie = {ZONE_PARIS, "34"};

static json_t *load(const char *name)
{
    const char *shared = getenv("BALISE_SHARED");
    char path[512];
    (void)snprintf(path, sizeof path, "%s/data/hours/%s", shared ? shared : "../shared", name);
    return json_load_file(path, 0, NULL);
}

/* "2026-11-24T10:00:00", "2026-11-24 10:00" on the clocks of Paris. */
static int64_t instant(const char *text)
{
    struct civil_time t = {0};
    if (sscanf(text, "%d-%d-%d%*1[T ]%d:%d:%d", &t.date.year, &t.date.month, &t.date.day, &t.hour, &t.minute, &t.second) < 5) {
        (void)fprintf(stderr, "bad instant: %s\n", text);
        exit(1);
    }
    if (str_ends(str_from(text), STR("Z")))
        return civil_to_days(t.date) * 86400000 + ((t.hour * 60 + t.minute) * 60 + t.second) * INT64_C(1000);
    /* JavaScript lets a day run over its month: "2017-11-31". */
    while (!civil_valid(t.date))
        t.date.day--;
    return zone_to_utc_ms(ZONE_PARIS, t);
}

static const char *show(int64_t ms)
{
    struct civil_time t = zone_local(ZONE_PARIS, ms);
    return arena_cstr(arena, arena_printf(arena, "%04d-%02d-%02d %02d:%02d", t.date.year, t.date.month, t.date.day, t.hour, t.minute));
}

static struct hours *parse(const char *text, const char **why)
{
    struct hours *h = NULL;
    struct str reason = STR_NONE;
    if (hours_parse(arena, str_from(text), &h, &reason) == OK)
        return h;
    *why = arena_cstr(arena, reason);
    return NULL;
}

static void score(const char *what, int good, int all, double wanted)
{
    double rate = all > 0 ? 100.0 * good / all : 0;
    bool reached = rate >= wanted;
    if (!reached)
        failures++;
    (void)printf("%s %s: %d of %d, %.2f %% (at least %.0f %%)\n", reached ? "ok" : "NOT OK", what, good, all, rate, wanted);
}

/* ---- oracle.json: states and next changes of real values ---- */

static bool same_instant(const struct hours *h, const char *text, const char *when, const json_t *expected)
{
    int64_t ms = instant(when);
    struct hours_now now = hours_at(h, &occitanie, ms);
    enum hours_state state = json_integer_value(json_array_get(expected, 0))   ? HOURS_OPEN
                             : json_integer_value(json_array_get(expected, 1)) ? HOURS_UNKNOWN
                                                                               : HOURS_CLOSED;
    const char *next = json_string_value(json_array_get(expected, 2));
    bool same_next = next ? now.has_next && now.next_ms == instant(next) : !now.has_next;
    if (now.state == state && same_next)
        return true;
    (void)printf("  differs: %s at %s: state %d, next %s; the oracle says %d, %s\n", text, when, (int)now.state,
                 now.has_next ? show(now.next_ms) : "never", (int)state, next ? next : "never");
    return false;
}

static void oracle(const json_t *data)
{
    int good = 0, all = 0;
    size_t i;
    json_t *value, *expected;
    json_array_foreach(data, i, value) {
        const char *text = json_string_value(json_object_get(value, "h")), *why = NULL, *when;
        json_t *states = json_object_get(value, "states");
        struct hours *h = parse(text, &why);
        if (!states) {
            all++;
            good += h == NULL;
            if (h)
                (void)printf("  accepted, the oracle refuses: %s\n", text);
            continue;
        }
        json_object_foreach(states, when, expected) {
            all++;
            if (h)
                good += same_instant(h, text, when, expected);
            else
                (void)printf("  refused, the oracle reads: %s: %s\n", text, why);
        }
    }
    score("states and next changes", good, all, 99);
}

/* ---- upstream-tests-lgpl3.json: open intervals over a period ---- */

/* Ours is the grammar of the specification, in English, for France: neither the sun, nor points in time, nor
 * the other languages and countries, nor values that the other library mends with a warning. */
static const char *out_of_scope(const json_t *test, const char *text)
{
    static const char *const other_words[] = {
        "am", "pm", "a.m", "p.m", "openend", "midnight", "holiday", "Ferien", "day before", "work days", "Feiertag",
        "weekend", "geöffnet", "Vereinbarung", "appointment", "sur rendez", "Montag", "Dienstag", "daily", "all day",
        "7/7", "days/week", "always", "24x7", "Öffnungszeit", " to ", "до", " a ", " as ", " á ", "till", "until", "~",
        "～", "：", "°", "₀", "ორშაბათი", "januar ", "enero", "gennaio", "junio", "giugno", "lunes", "понедельник", "pn",
        "Su-28", "'testing'", "sun", "dawn", "dusk", "school", "public", "nach_", "on_app",
    };
    json_t *options = json_array_get(test, 9), *nominatim = json_array_get(test, 8);
    const char *country = json_string_value(json_object_get(json_object_get(nominatim, "address"), "country_code"));
    if (json_integer_value(json_object_get(options, "mode")) != 0 || json_object_get(options, "tag_key"))
        return "points in time";
    if (json_is_array(json_array_get(test, 1)))
        return "not held by the other library either";
    struct str s = str_from(text);
    if ((str_find(s, STR("PH"), 0) >= 0 || str_find(s, STR("SH"), 0) >= 0) && (!country || strcmp(country, "fr") != 0))
        return "holidays of another country";
    bool quoted = false; /* comments are free text */
    for (struct str piece; str_split(&s, '"', &piece); quoted = !quoted)
        for (size_t i = 0; !quoted && i < sizeof other_words / sizeof *other_words; i++)
            if (str_find(piece, str_from(other_words[i]), 0) >= 0)
                return "words out of the specification";
    return NULL;
}

struct total {
    int64_t open_ms, unknown_ms;
};

static struct total measure(const struct hours *h, int64_t from, int64_t to)
{
    struct total t = {0, 0};
    while (from < to) {
        struct hours_now now = hours_at(h, &occitanie, from);
        int64_t end = now.has_next && now.next_ms < to ? now.next_ms : to;
        if (now.state == HOURS_OPEN)
            t.open_ms += end - from;
        else if (now.state == HOURS_UNKNOWN)
            t.unknown_ms += end - from;
        from = end;
    }
    return t;
}

/* Every boundary of their intervals must be one of ours: same state just before and just after. */
static bool same_intervals(const struct hours *h, const json_t *intervals)
{
    size_t i;
    json_t *interval;
    json_array_foreach(intervals, i, interval) {
        int64_t start = instant(json_string_value(json_array_get(interval, 0)));
        int64_t end = instant(json_string_value(json_array_get(interval, 1)));
        bool unknown = json_is_true(json_array_get(interval, 2));
        enum hours_state state = unknown ? HOURS_UNKNOWN : HOURS_OPEN;
        if (hours_at(h, &occitanie, start).state != state || hours_at(h, &occitanie, end - 1).state != state)
            return false;
    }
    return true;
}

static void upstream(const json_t *data)
{
    int good = 0, all = 0, skipped = 0;
    size_t i;
    json_t *test;
    json_array_foreach(json_object_get(data, "tests"), i, test) {
        const char *text = json_string_value(json_array_get(test, 1)), *why = "";
        if (out_of_scope(test, text ? text : "")) {
            skipped++;
            continue;
        }
        all++;
        struct hours *h = parse(text, &why);
        const char *from = json_string_value(json_array_get(test, 3)), *to = json_string_value(json_array_get(test, 4));
        json_t *expected = json_array_get(test, 6);
        struct total t = {0, 0};
        if (h)
            t = measure(h, instant(from), instant(to));
        bool same = h && t.open_ms == json_integer_value(json_array_get(expected, 0)) &&
                    t.unknown_ms == json_integer_value(json_array_get(expected, 1)) &&
                    same_intervals(h, json_array_get(test, 5));
        good += same;
        if (!same)
            (void)printf("  differs: %s, %s to %s: open %lld, unknown %lld; expected %lld, %lld %s\n", text, from, to,
                         (long long)t.open_ms, (long long)t.unknown_ms,
                         (long long)json_integer_value(json_array_get(expected, 0)),
                         (long long)json_integer_value(json_array_get(expected, 1)), why);
    }
    (void)printf("  out of our grammar: %d\n", skipped);
    score("intervals of the other suite", good, all, 95);

    good = all = 0;
    json_array_foreach(json_object_get(data, "should_fail"), i, test) {
        const char *text = json_string_value(json_array_get(test, 1)), *why = NULL;
        json_t *options = json_array_get(test, 3);
        if (json_object_get(options, "mode") || json_object_get(options, "warnings_severity") ||
            strcmp(text, "PH") == 0 || strcmp(text, "SH") == 0)
            continue; /* about other arguments than the text */
        all++;
        if (!parse(text, &why))
            good++;
        else
            (void)printf("  accepted: %s\n", text);
    }
    score("refusals of the other suite", good, all, 95);
}

/* ---- mednum-cli-cas.jsonl: French hours as another tool converts them ---- */

/* Open at the same minutes over two ordinary weeks; a week is not enough for odd and even ones. */
/* Over two weeks without a holiday, every `minutes`. */
static bool same_hours(struct str a, struct str b, int minutes)
{
    const char *why;
    struct hours *ours = parse(arena_cstr(arena, a), &why), *theirs = parse(arena_cstr(arena, b), &why);
    int64_t start = instant("2026-11-16 00:00"), step = minutes * INT64_C(60000);
    if (!ours || !theirs)
        return false;
    for (int64_t ms = start + step / 2; ms < start + 14 * INT64_C(86400000); ms += step)
        if (hours_at(ours, &occitanie, ms).state != hours_at(theirs, &occitanie, ms).state)
            return false;
    return true;
}

static struct str first_text(const json_t *row)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)row, key, value)
        if (strcmp(key, "ouverture") != 0)
            return str_from(json_string_value(value));
    return STR_NONE;
}

static enum err convert_row(const json_t *row, struct str *out)
{
    static const char *const columns[] = {"Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche"};
    struct str cells[7], weeks = json_get_str(row, "ouverture");
    enum err e;
    if (json_object_get(row, "Lundi")) {
        for (int i = 0; i < 7; i++)
            cells[i] = json_get_str(row, columns[i]);
        e = hours_from_french_week(arena, cells, out);
    } else {
        e = hours_from_french(arena, first_text(row), out);
    }
    if (e == OK && weeks.n > 0)
        e = hours_every_other_week(arena, *out, str_eq(weeks, STR("Semaine paire")), out);
    return e;
}

static void french(void)
{
    const char *shared = getenv("BALISE_SHARED");
    char path[512], line[16384];
    int good = 0, all = 0;
    (void)snprintf(path, sizeof path, "%s/data/conformance/mednum-cli-cas.jsonl", shared ? shared : "../shared");
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    while (fgets(line, sizeof line, f)) {
        json_t *c = json_loads(line, 0, NULL);
        struct str fn = json_get_str(c, "fn"), wanted = json_get_str(c, "result"), got = STR_NONE;
        bool whole = str_eq(fn, STR("processHoraires")), cell = str_eq(fn, STR("toOsmHours"));
        json_t *argument = json_array_get(json_array_get(json_object_get(c, "args"), 0), 0);
        if (whole || cell) {
            enum err e = whole ? convert_row(argument, &got) : hours_from_french(arena, str_from(json_string_value(argument)), &got);
            bool none = wanted.n == 0 || str_eq(wanted, STR("__undefined"));
            bool same = none ? e != OK : e == OK && same_hours(got, wanted, 5);
            all++;
            good += same;
            if (!same)
                (void)printf("  differs: %.*s\n    ours:   %.*s\n    theirs: %.*s\n",
                             STR_ARG(whole ? first_text(argument) : str_from(json_string_value(argument))),
                             STR_ARG(e == OK ? got : STR("kept as a text")), STR_ARG(wanted));
        }
        json_decref(c);
    }
    (void)fclose(f);
    score("French hours of another tool", good, all, 75);
}

/* ---- our sentences: what we say in French, we understand, and mean the same ---- */

static void sentences(const json_t *data)
{
    int good = 0, all = 0, lies = 0;
    size_t i;
    json_t *value;
    json_array_foreach(data, i, value) {
        const char *why;
        struct str text = str_from(json_string_value(json_object_get(value, "h"))), back = STR_NONE;
        struct hours *h = parse(arena_cstr(arena, text), &why);
        if (!h)
            continue;
        struct str said = hours_sentence(arena, h, HOURS_FR);
        bool read = hours_from_french(arena, said, &back) == OK, same = read && same_hours(text, back, 30);
        all++;
        good += same;
        lies += read && !same;
        if (!same)
            (void)printf("  %s: %.*s\n    %.*s\n    %.*s\n", read ? "means something else" : "not read", STR_ARG(text), STR_ARG(said),
                         STR_ARG(back));
    }
    score("sentences of real values, read again", good, all, 99);
    score("sentences that mean something else", all - lies, all, 100);
}

/* ---- speed ---- */

static void speed(const json_t *data)
{
    struct timespec a, b;
    int64_t ms = instant("2026-11-24 10:00");
    int rounds = 20, values = 0, refused = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &a);
    for (int r = 0; r < rounds; r++) {
        struct arena *own = arena_new(SIZE_MAX);
        size_t i;
        json_t *value;
        json_array_foreach(data, i, value) {
            struct hours *h;
            struct str why;
            values++;
            if (hours_parse(own, str_from(json_string_value(json_object_get(value, "h"))), &h, &why) == OK)
                (void)hours_at(h, &occitanie, ms);
            else
                refused++;
        }
        arena_free(own);
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &b);
    double us = (double)(b.tv_sec - a.tv_sec) * 1e6 + (double)(b.tv_nsec - a.tv_nsec) / 1e3;
    (void)printf("  parse, state and next change: %.2f µs a value over %d real values (%d refused)\n", us / values,
                 values / rounds, refused / rounds);
}

int main(void)
{
    json_t *oracle_data = load("oracle.json"), *upstream_data = load("upstream-tests-lgpl3.json"),
           *real = load("real-values.json");
    if (!oracle_data || !upstream_data || !real) {
        (void)printf("the data is not here: skipped\n");
        return 77;
    }
    arena = arena_new(SIZE_MAX);
    oracle(oracle_data);
    upstream(upstream_data);
    french();
    sentences(real);
    speed(real);
    arena_free(arena);
    json_decref(oracle_data);
    json_decref(upstream_data);
    json_decref(real);
    return failures > 0;
}
