/* OSM hours as HSDS schedules. A span that comes back every week, every other week or on the nth weekday of the month is a
 * rule; the sentence of the whole expression stands in the description of each, for what is no rule (holidays, dates). */
#include "base/clock.h"
#include "hours/hours.h"
#include "modules/directory/hsds/hsds.h"

static const char *const day_names[7] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
enum { DAY_MINUTES = 24 * 60 };

static void write_number(struct json_writer *w, const char *key, int64_t value)
{
    json_key(w, str_from(key));
    json_int(w, value);
}

static void write_clock(struct json_writer *w, const char *key, int minutes)
{
    char text[40];
    minutes %= DAY_MINUTES;
    int n = snprintf(text, sizeof text, "%02d:%02d:00", minutes / 60, minutes % 60);
    hsds_put(w, key, (struct str){text, (size_t)n});
}

/* -- every other week ----------------------------------------------------------------------------- */
/* "One week out of two" follows the numbers of ISO weeks, and a year of 53 weeks breaks the alternation: week 53 is
 * followed by week 1, odd as well. A series holds from one such year to the next. */
struct run {
    int64_t first, last; /* days since 1970: a Monday, a Sunday */
};

static int64_t first_monday(int year)
{
    struct civil_date in_week_1 = {year, 1, 4};
    return civil_to_days(in_week_1) - (civil_weekday(in_week_1) - 1);
}

static bool has_week_53(int year)
{
    return first_monday(year + 1) - first_monday(year) == 53 * 7;
}

static struct run run_of(struct civil_date d)
{
    int64_t thursday = civil_to_days(d) - (civil_weekday(d) - 1) + 3;
    int from = civil_from_days(thursday).year, to = from;
    while (!has_week_53(from - 1))
        from--;
    while (!has_week_53(to))
        to++;
    return (struct run){first_monday(from), first_monday(to + 1) - 1};
}

static void write_run(struct json_writer *w, const struct hours_recurrence *r, struct run run)
{
    int64_t first = -1, last = -1;
    for (int64_t monday = run.first + (r->parity == 2 ? 7 : 0); monday <= run.last; monday += 14)
        for (int day = 0; day < 7; day++)
            if (r->days & 1u << day) {
                last = monday + day;
                first = first < 0 ? last : first;
            }
    hsds_put_date(w, "valid_from", first);
    hsds_put_date(w, "valid_to", last);
    hsds_put_date(w, "dtstart", first);
    hsds_put_date(w, "until", last);
}

/* -- writing -------------------------------------------------------------------------------------- */

struct schedules {
    struct json_writer *w;
    const char *parent_key; /* "location_id" */
    struct hsds_id parent;
    struct str sentence;
    int64_t offset_hours; /* of the place's clocks in winter */
    size_t rank;
};

static void open_schedule(struct schedules *s)
{
    json_object_begin(s->w);
    hsds_put_id(s->w, "id", hsds_id_child(s->parent, "schedule", s->rank++));
    hsds_put_id(s->w, s->parent_key, s->parent);
}

static void write_days(struct json_writer *w, const struct hours_recurrence *r)
{
    char text[64];
    int n = 0;
    for (int day = 0; day < 7; day++)
        if (r->days & 1u << day) {
            char rank[8] = "";
            if (r->nth != 0)
                (void)snprintf(rank, sizeof rank, "%d", r->nth);
            n += snprintf(text + n, sizeof text - (size_t)n, "%s%s%s", n > 0 ? "," : "", rank, day_names[day]);
        }
    hsds_put(w, "byday", (struct str){text, (size_t)n});
}

static void write_rule(struct schedules *s, const struct hours_recurrence *r, const struct run *run)
{
    struct json_writer *w = s->w;
    open_schedule(s);
    if (run)
        write_run(w, r, *run);
    write_number(w, "timezone", s->offset_hours);
    hsds_put(w, "freq", r->nth != 0 ? STR("MONTHLY") : STR("WEEKLY"));
    write_number(w, "interval", r->parity != 0 ? 2 : 1);
    write_days(w, r);
    hsds_put(w, "description", s->sentence);
    write_clock(w, "opens_at", r->start);
    if (r->end != r->start)
        write_clock(w, "closes_at", r->end);
    json_object_end(w);
}

static void write_recurrence(struct schedules *s, const struct hours_recurrence *r, struct civil_date today)
{
    if (r->parity == 0) {
        write_rule(s, r, NULL);
        return;
    }
    struct run now = run_of(today);
    struct run next = run_of(civil_from_days(now.last + 1));
    write_rule(s, r, &now);
    write_rule(s, r, &next);
}

void hsds_write_schedules(struct json_writer *w, struct arena *a, const char *entity, struct hsds_id parent, struct str hours,
                          struct str code_insee, struct civil_date today)
{
    static const int64_t a_winter_day = INT64_C(1767225600000); /* 1 January 2026 */
    struct hours *h;
    struct str why;
    if (hours.n == 0 || hours_parse(a, hours, &h, &why) != OK)
        return;
    struct hours_recurrences found;
    hours_recur(a, h, &found);
    struct schedules s = {.w = w,
                          .parent_key = strcmp(entity, "location") == 0 ? "location_id" : "service_id",
                          .parent = parent,
                          .sentence = hours_sentence(a, h, HOURS_FR),
                          .offset_hours = zone_offset_minutes(zone_of_insee(code_insee), a_winter_day) / 60};
    json_key(w, STR("schedules"));
    json_array_begin(w);
    for (size_t i = 0; i < found.n; i++)
        write_recurrence(&s, &found.items[i], today);
    if (found.n == 0) {
        open_schedule(&s);
        hsds_put(w, "description", s.sentence);
        json_object_end(w);
    }
    json_array_end(w);
}

/* -- reading -------------------------------------------------------------------------------------- */

enum { SPANS_MAX = 8, GROUPS_MAX = 16, TEXT_MAX = 16 * 1024 };

/* What opens on the same kind of days: of every week, of the first of the month, until a date… */
struct group {
    int nth, parity;
    struct civil_date from, to; /* to.year == 0: no end */
    struct {
        int start, end;
    } spans[7][SPANS_MAX];
    size_t n[7];
};
struct reading {
    struct group groups[GROUPS_MAX];
    size_t n;
    bool lost; /* something is no rule of ours */
};

static int clock_of(struct str text)
{
    if (text.n < 5 || text.p[2] != ':')
        return -1;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && (text.p[i] < '0' || text.p[i] > '9'))
            return -1;
    int minutes = ((text.p[0] - '0') * 10 + text.p[1] - '0') * 60 + (text.p[3] - '0') * 10 + text.p[4] - '0';
    return minutes > DAY_MINUTES ? -1 : minutes;
}

static bool date_of(const json_t *o, const char *key, struct civil_date *out)
{
    struct str text = json_get_str(o, key);
    return civil_parse(str_sub(text, 0, 10), out);
}

static int64_t number_of(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    int64_t n = 0;
    if (json_is_number(v))
        return (int64_t)json_number_value(v);
    return json_is_string(v) && str_to_int(json_get_str(o, key), &n) ? n : 0;
}

static bool same_date(struct civil_date x, struct civil_date y)
{
    return x.year == y.year && x.month == y.month && x.day == y.day;
}

static struct group *group_for(struct reading *r, const struct group *like)
{
    for (size_t i = 0; i < r->n; i++) {
        struct group *g = &r->groups[i];
        if (g->nth == like->nth && g->parity == like->parity && same_date(g->from, like->from) && same_date(g->to, like->to))
            return g;
    }
    if (r->n == GROUPS_MAX)
        return NULL;
    r->groups[r->n] = *like;
    return &r->groups[r->n++];
}

static bool add_span(struct reading *r, const struct group *like, int day, int start, int end)
{
    struct group *g = group_for(r, like);
    size_t at = 0;
    if (!g)
        return false;
    size_t n = g->n[day];
    while (at < n && g->spans[day][at].start < start)
        at++;
    if (at < n && g->spans[day][at].start == start && g->spans[day][at].end == end)
        return true;
    if (n == SPANS_MAX)
        return false;
    memmove(&g->spans[day][at + 1], &g->spans[day][at], (n - at) * sizeof g->spans[day][0]);
    g->spans[day][at].start = start;
    g->spans[day][at].end = end;
    g->n[day]++;
    return true;
}

/* "2SA" → rank 2, Saturday; false when it is neither. */
static bool day_of(struct str text, int *nth, int *day)
{
    int64_t rank = 0;
    if (text.n < 2 || (text.n > 2 && (!str_to_int(str_sub(text, 0, text.n - 2), &rank) || rank < -5 || rank > 5 || rank == 0)))
        return false;
    for (*day = 0; *day < 7; ++*day)
        if (str_eq_nocase(str_sub(text, text.n - 2, 2), str_from(day_names[*day])))
            break;
    *nth = (int)rank;
    return *day < 7;
}

static bool has_text(const json_t *o, const char *key)
{
    return json_get_str(o, key).n > 0;
}

/* The kind of days of one schedule; false when we have no such rule. */
static bool kind_of(const json_t *o, struct civil_date today, struct group *like, bool *monthly)
{
    struct str freq = json_get_str(o, "freq");
    int64_t interval = number_of(o, "interval");
    struct civil_date start, from;
    *monthly = str_eq_nocase(freq, STR("MONTHLY"));
    if ((freq.n > 0 && !*monthly && !str_eq_nocase(freq, STR("WEEKLY"))) || has_text(o, "bymonthday") || has_text(o, "byweekno") ||
        has_text(o, "byyearday") || number_of(o, "count") > 0)
        return false;
    if (interval == 2 && !*monthly && date_of(o, "dtstart", &start)) {
        like->parity = civil_iso_week(start) % 2 ? 1 : 2; /* dates only say from when it is counted */
        return true;
    }
    if (interval > 1)
        return false;
    bool begins = date_of(o, "valid_from", &from) && civil_to_days(from) > civil_to_days(today);
    if (!date_of(o, "valid_to", &like->to) && !date_of(o, "until", &like->to)) {
        like->to = (struct civil_date){0};
        return !begins;
    }
    like->from = date_of(o, "valid_from", &from) ? from : (struct civil_date){2000, 1, 1};
    return true;
}

static bool is_over(const json_t *o, struct civil_date today)
{
    struct civil_date to;
    return (date_of(o, "valid_to", &to) || date_of(o, "until", &to)) && civil_to_days(to) < civil_to_days(today);
}

static bool read_rule(struct reading *r, const json_t *o, struct civil_date today)
{
    struct group like = {0};
    bool monthly;
    int opens = clock_of(json_get_str(o, "opens_at")), closes = clock_of(json_get_str(o, "closes_at"));
    struct str days = json_get_str(o, "byday"), piece;
    if (opens < 0 || days.n == 0 || !kind_of(o, today, &like, &monthly))
        return false;
    if (closes < 0)
        closes = opens; /* "from 17:00" */
    else if (closes <= opens)
        closes += DAY_MINUTES;
    while (str_split(&days, ',', &piece)) {
        int day;
        if (!day_of(str_trim(piece), &like.nth, &day) || (like.nth != 0) != monthly ||
            !add_span(r, &like, day, opens, closes))
            return false;
    }
    return true;
}

static bool same_spans(const struct group *g, int x, int y)
{
    return g->n[x] == g->n[y] && memcmp(g->spans[x], g->spans[y], g->n[x] * sizeof g->spans[x][0]) == 0;
}

static void format_date(struct buf *b, struct civil_date d)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    buf_printf(b, "%d %s %02d", d.year, months[d.month - 1], d.day);
}

static void format_days(struct buf *b, const struct group *g, int first)
{
    static const char *const names[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    if (g->to.year != 0) {
        format_date(b, g->from);
        buf_char(b, '-');
        format_date(b, g->to);
        buf_char(b, ' ');
    }
    if (g->parity != 0)
        buf_lit(b, g->parity == 1 ? "week 1-53/2 " : "week 2-52/2 ");
    for (int day = first; day < 7; day++)
        if (same_spans(g, first, day)) {
            buf_printf(b, "%s%s", day > first ? "," : "", names[day]);
            if (g->nth != 0)
                buf_printf(b, "[%d]", g->nth);
        }
}

static void format_group(struct buf *b, const struct group *g)
{
    unsigned done = 0;
    for (int day = 0; day < 7; day++) {
        if (g->n[day] == 0 || done & 1u << day)
            continue;
        buf_lit(b, b->n > 0 ? ", " : "");
        format_days(b, g, day);
        for (int other = day; other < 7; other++)
            if (same_spans(g, day, other))
                done |= 1u << other;
        for (size_t i = 0; i < g->n[day]; i++) {
            int start = g->spans[day][i].start, end = g->spans[day][i].end;
            buf_printf(b, "%c%02d:%02d", i > 0 ? ',' : ' ', start / 60, start % 60);
            if (end == start)
                buf_char(b, '+');
            else
                buf_printf(b, "-%02d:%02d", end > DAY_MINUTES ? (end - DAY_MINUTES) / 60 : end / 60, end % 60);
        }
    }
}

/* Rules whose days do not meet are joined by "; ", as people do. */
static bool days_meet(const struct reading *r)
{
    unsigned seen = 0;
    for (size_t i = 0; i < r->n; i++) {
        unsigned days = 0;
        for (int day = 0; day < 7; day++)
            days |= r->groups[i].n[day] > 0 ? 1u << day : 0;
        if (seen & days)
            return true;
        seen |= days;
    }
    return false;
}

static struct str with_semicolons(struct arena *a, struct str text)
{
    char *out = arena_cstr(a, text);
    for (char *p = out; (p = strstr(p, ", ")); p++)
        *p = ';';
    return str_from(out);
}

static struct str expression(struct arena *a, const struct reading *r)
{
    struct buf b;
    struct hours *h;
    struct str why;
    buf_init(&b, TEXT_MAX);
    for (size_t i = 0; i < r->n; i++)
        format_group(&b, &r->groups[i]);
    struct str text = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    if (!days_meet(r))
        text = with_semicolons(a, text);
    return text.n > 0 && hours_parse(a, text, &h, &why) == OK ? hours_format(a, h) : STR_NONE;
}

/* The words of all of them, each once. */
static struct str words_of(struct arena *a, const json_t *schedules, struct civil_date today)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    for (size_t i = 0; i < json_array_size(schedules); i++) {
        const json_t *o = json_array_get(schedules, i);
        struct str text = str_trim(json_get_str(o, "description"));
        if (text.n == 0 || is_over(o, today) || str_find(buf_str(&b), text, 0) >= 0)
            continue;
        buf_lit(&b, b.n > 0 ? " ; " : "");
        buf_add(&b, text);
    }
    struct str words = b.failed ? STR_NONE : arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return words;
}

struct str hsds_read_schedules(struct arena *a, const json_t *schedules, struct civil_date today)
{
    struct reading *r = ARENA_NEW(a, struct reading);
    for (size_t i = 0; i < json_array_size(schedules); i++) {
        const json_t *o = json_array_get(schedules, i);
        if (!is_over(o, today))
            r->lost |= !read_rule(r, o, today);
    }
    struct str words = r->lost ? words_of(a, schedules, today) : STR_NONE;
    return words.n > 0 ? words : expression(a, r);
}
