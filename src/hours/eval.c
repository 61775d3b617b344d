/* Evaluation. Each date has its own sessions, which may run past midnight, up to 48:00; what one sees
 * between 0:00 and 24:00 of a date is its own sessions and the tail of those of the day before.
 *
 * Where the specification is silent we do as opening_hours.js does: an "off" with times closes only these times;
 * a rule without any day after a rule with days adds to it; "17:00+" is held unknown until the morning. We differ
 * on one point: a rule that replaces the hours of a date replaces them to their end, past midnight included, and
 * does not touch the night that began the day before. */
#include "hours/ast.h"
#include "hours/match.h"

enum { CUTS_MAX = 2 * HOURS_SPANS_MAX + 4 };

struct piece {
    int16_t start;   /* ends where the next piece starts */
    int16_t rule;    /* −1: no rule speaks of it */
    uint8_t state;   /* enum hours_state */
    bool timed;      /* the rule gave times for it */
    bool open_end;
    bool doubtful;   /* hangs on school holidays that are not known */
};

/* Pieces in order; the last one ends at `end`. */
struct timeline {
    struct piece pieces[CUTS_MAX];
    int n;
    int16_t end;
};

static const struct piece nothing = {.rule = -1, .state = HOURS_CLOSED};

static void clear(struct timeline *t, int16_t end)
{
    t->pieces[0] = nothing;
    t->n = 1;
    t->end = end;
}

static int piece_end(const struct timeline *t, int i)
{
    return i + 1 < t->n ? t->pieces[i + 1].start : t->end;
}

/* Makes a piece start at `at`; returns its index. HOURS_SPANS_MAX bounds the number of cuts. */
static int cut(struct timeline *t, int at)
{
    int i = t->n - 1;
    while (t->pieces[i].start > at)
        i--;
    if (t->pieces[i].start == at)
        return i;
    memmove(&t->pieces[i + 2], &t->pieces[i + 1], (size_t)(t->n - i - 1) * sizeof t->pieces[0]);
    t->n++;
    t->pieces[i + 1] = t->pieces[i];
    t->pieces[i + 1].start = (int16_t)at;
    return i + 1;
}

/* Gives [from, to) to `what`; only where it is closed when `fallback`. */
static void paint(struct timeline *t, int from, int to, struct piece what, bool fallback)
{
    if (to > t->end)
        to = t->end;
    if (from >= to)
        return;
    int i = cut(t, from);
    if (to < t->end)
        (void)cut(t, to);
    for (; i < t->n && t->pieces[i].start < to; i++) {
        if (fallback && t->pieces[i].state != HOURS_CLOSED)
            continue;
        int16_t start = t->pieces[i].start;
        t->pieces[i] = what;
        t->pieces[i].start = start;
    }
}

bool hours_rule_replaces_day(const struct hours *h, size_t i)
{
    const struct hours_rule *r = &h->rules[i];
    if (r->join != JOIN_OVERRIDE || i == 0)
        return false;
    if (r->state == HOURS_CLOSED)
        return r->n_times == 0;
    return hours_rule_dated(r) || (r->state == HOURS_OPEN && !hours_rule_dated(&h->rules[i - 1]));
}

static void paint_rule(struct timeline *t, const struct hours_rule *r, int index)
{
    struct piece what = {.rule = (int16_t)index, .state = (uint8_t)r->state, .timed = r->n_times > 0};
    bool fallback = r->fallback;
    if (r->n_times == 0) {
        /* A whole day closes the night that follows it too, and opens until midnight. */
        paint(t, 0, r->state == HOURS_CLOSED ? t->end : DAY_MIN, what, fallback);
        return;
    }
    for (size_t i = 0; i < r->n_times; i++) {
        const struct hours_time *time = &r->times[i];
        paint(t, time->start, time->end, what, fallback);
        if (time->open_end) {
            struct piece after = what;
            after.open_end = true;
            if (after.state == HOURS_OPEN)
                after.state = HOURS_UNKNOWN;
            paint(t, time->end, time->guess_end, after, fallback);
        }
    }
}

/* The sessions that belong to one date, 0…2880. Returns true if school holidays were not known. */
static bool fill(const struct hours *h, const struct hours_date *d, bool assume_school_holiday, struct timeline *t)
{
    bool doubt = false;
    clear(t, 2 * DAY_MIN);
    for (size_t i = 0; i < h->n; i++) {
        enum hours_maybe m = hours_rule_matches(&h->rules[i], d);
        if (m == HOURS_MAYBE) {
            doubt = true;
            m = assume_school_holiday ? HOURS_YES : HOURS_NO;
        }
        if (m != HOURS_YES)
            continue;
        if (hours_rule_replaces_day(h, i))
            clear(t, 2 * DAY_MIN);
        paint_rule(t, &h->rules[i], (int)i);
    }
    return doubt;
}

/* Where the two answers differ, nobody can tell. */
static void blend(struct timeline *t, const struct timeline *other)
{
    for (int j = 0; j < other->n; j++)
        (void)cut(t, other->pieces[j].start);
    int j = 0;
    for (int i = 0; i < t->n; i++) {
        while (piece_end(other, j) <= t->pieces[i].start)
            j++;
        if (t->pieces[i].state != other->pieces[j].state) {
            t->pieces[i].state = HOURS_UNKNOWN;
            t->pieces[i].doubtful = true;
        }
    }
}

static void sessions(const struct hours *h, const struct hours_date *d, struct timeline *t)
{
    if (fill(h, d, false, t)) {
        struct timeline other;
        (void)fill(h, d, true, &other);
        blend(t, &other);
    }
}

/* Does the tail of the night before show where the day itself says `own`? */
static bool tail_wins(const struct hours *h, const struct piece *tail, const struct piece *own)
{
    if (tail->state == HOURS_CLOSED)
        return false;
    bool fallback = own->rule >= 0 && h->rules[own->rule].fallback;
    if (own->rule < 0 || fallback)
        return true;
    if (own->state == HOURS_CLOSED && !own->timed)
        return true;
    return tail->rule > own->rule;
}

/* What one sees between 0:00 and 24:00: `own` with the tail of `before` laid over it. */
static void visible(const struct hours *h, const struct timeline *before, const struct timeline *own,
                    struct timeline *out)
{
    out->end = DAY_MIN;
    out->n = 0; /* copied piece by piece: the room for pieces is large, their number small */
    do
        out->pieces[out->n] = own->pieces[out->n];
    while (++out->n < own->n && own->pieces[out->n].start < DAY_MIN);
    for (int i = 0; i < before->n; i++) {
        int from = before->pieces[i].start - DAY_MIN, to = piece_end(before, i) - DAY_MIN;
        if (to <= 0 || before->pieces[i].state == HOURS_CLOSED)
            continue;
        int k = cut(out, from > 0 ? from : 0);
        if (to < DAY_MIN)
            (void)cut(out, to);
        for (; k < out->n && out->pieces[k].start < to; k++) {
            if (!tail_wins(h, &before->pieces[i], &out->pieces[k]))
                continue;
            int16_t start = out->pieces[k].start;
            out->pieces[k] = before->pieces[i];
            out->pieces[k].start = start;
        }
    }
}

/* A local minute of a date in UTC. A time skipped by the spring change of clock is the moment of the change. */
static int64_t minute_to_utc(enum zone zone, int64_t days, int minute)
{
    struct civil_time local = {.date = civil_from_days(days + minute / DAY_MIN),
                               .hour = minute % DAY_MIN / 60,
                               .minute = minute % 60};
    int64_t utc = zone_to_utc_ms(zone, local);
    struct civil_time back = zone_local(zone, utc);
    if (back.hour == local.hour && back.minute == local.minute)
        return utc;
    return utc - utc % 3600000; /* clocks change on whole hours of UTC */
}

/* How far to look: a week when every week is the same; else until the rarest date (29 February, week 53, a
 * holiday on a given weekday) had its chance; written years may be far away. */
static int horizon_days(const struct hours *h)
{
    return h->weekly || h->never_opens ? 9 : h->uses_years ? 25 * 366 : 8 * 366;
}

static struct str comment_of(const struct hours *h, const struct piece *p)
{
    return p->rule >= 0 ? h->rules[p->rule].comment : STR_NONE;
}

struct hours_now hours_at(const struct hours *h, const struct hours_place *place, int64_t utc_ms)
{
    struct hours_now now = {.state = HOURS_CLOSED};
    struct timeline lines[2], seen;
    int64_t today = civil_to_days(zone_local(place->zone, utc_ms).date);
    struct hours_date d = hours_date_of(today - 1, place);
    bool found = false;
    sessions(h, &d, &lines[0]);
    for (int step = 0; step < horizon_days(h); step++) {
        struct timeline *before = &lines[step % 2], *own = &lines[(step + 1) % 2];
        d = hours_date_of(today + step, place);
        sessions(h, &d, own);
        visible(h, before, own, &seen);
        for (int i = 0; i < seen.n; i++) {
            const struct piece *p = &seen.pieces[i];
            if (!found) {
                if (i + 1 < seen.n && minute_to_utc(place->zone, d.days, seen.pieces[i + 1].start) <= utc_ms)
                    continue;
                found = true;
                now.state = (enum hours_state)p->state;
                now.comment = comment_of(h, p);
            } else if (p->state != now.state) {
                now.next_ms = minute_to_utc(place->zone, d.days, p->start);
                if (minute_to_utc(place->zone, d.days, piece_end(&seen, i)) <= now.next_ms)
                    continue; /* swallowed by the spring change of clock */
                now.has_next = true;
                now.next_state = (enum hours_state)p->state;
                return now;
            }
        }
    }
    now.next_ms = 0;
    return now;
}

struct hours_day hours_on(const struct hours *h, const struct hours_place *place, struct arena *a,
                          struct civil_date date)
{
    struct timeline t;
    struct hours_date d = hours_date_of(civil_to_days(date), place);
    struct hours_day day = {.date = date,
                            .holiday = str_from(hours_public_holiday(place->departement, date))};
    sessions(h, &d, &t);
    size_t n = 0;
    for (int i = 0; i < t.n; i++)
        n += t.pieces[i].state != HOURS_CLOSED;
    if (n == 0)
        return day;
    day.spans = ARENA_ARRAY(a, n, struct hours_span);
    for (int i = 0; i < t.n; i++) {
        const struct piece *p = &t.pieces[i];
        if (p->state == HOURS_CLOSED)
            continue;
        struct str comment = comment_of(h, p);
        struct hours_span *last = day.n > 0 ? &day.spans[day.n - 1] : NULL;
        bool follows = last && last->end == p->start && str_eq(last->comment, comment);
        if (follows && p->open_end) {
            last->open_end = true; /* "14 h – 17 h ou plus": the guess is not shown */
            continue;
        }
        if (follows && last->state == (enum hours_state)p->state && !last->open_end) {
            last->end = piece_end(&t, i);
            continue;
        }
        day.spans[day.n++] = (struct hours_span){
            .start = p->start,
            .end = p->open_end ? p->start : piece_end(&t, i),
            .state = p->open_end ? HOURS_OPEN : (enum hours_state)p->state,
            .open_end = p->open_end,
            .comment = comment,
        };
    }
    return day;
}

void hours_week(const struct hours *h, const struct hours_place *place, struct arena *a,
                struct civil_date date, struct hours_day out[7])
{
    int64_t monday = civil_to_days(date) - (civil_weekday(date) - 1);
    for (int i = 0; i < 7; i++)
        out[i] = hours_on(h, place, a, civil_from_days(monday + i));
}

/* ---- the ordinary week ---- */

/* Outside holidays; a first Monday counts as a Monday. */
static bool ordinary_day(const struct hours_rule *r, int weekday, bool *always)
{
    *always = r->n_years + r->n_dates + r->n_weeks == 0;
    for (size_t g = 0; g < r->n_groups; g++) {
        bool any = false;
        for (size_t i = 0; i < r->groups[g].n; i++) {
            const struct hours_days *item = &r->groups[g].items[i];
            bool day = item->kind == DAYS_MASK || item->kind == DAYS_NTH;
            int written = ((weekday - item->offset_days) % 7 + 7) % 7;
            if (day && item->mask & 1u << written) {
                any = true;
                *always = *always && item->kind == DAYS_MASK;
            }
        }
        if (!any)
            return false;
    }
    return true;
}

static void ordinary_sessions(const struct hours *h, int weekday, struct timeline *t)
{
    clear(t, 2 * DAY_MIN);
    for (size_t i = 0; i < h->n; i++) {
        bool always = false;
        struct hours_rule r = h->rules[i];
        if (!ordinary_day(&r, weekday, &always) || (!always && r.state == HOURS_CLOSED))
            continue;
        if (!always)
            r.fallback = true; /* some weeks only: adds, takes nothing away */
        else if (hours_rule_replaces_day(h, i))
            clear(t, 2 * DAY_MIN);
        paint_rule(t, &r, (int)i);
    }
}

void hours_week_mask(const struct hours *h, uint64_t mask[6])
{
    enum { WEEK_HALVES = 7 * 48, HALF = 30 };
    int open[WEEK_HALVES] = {0};
    struct timeline t;
    for (int day = 0; day < 7; day++) {
        ordinary_sessions(h, day, &t);
        for (int i = 0; i < t.n; i++) {
            if (t.pieces[i].state != HOURS_OPEN)
                continue;
            for (int m = t.pieces[i].start; m < piece_end(&t, i); m++)
                open[(day * 48 + m / HALF) % WEEK_HALVES]++;
        }
    }
    memset(mask, 0, 6 * sizeof *mask);
    for (int i = 0; i < WEEK_HALVES; i++)
        if (open[i] >= HALF / 2)
            mask[i / 64] |= (uint64_t)1 << (i % 64);
}
