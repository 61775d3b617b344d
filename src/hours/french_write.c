/* Clauses read from a French text, written as an expression. */
#include "hours/french.h"

/* What one weekday holds in an ordinary week. */
struct weekday_hours {
    struct french_span plain[2 * CLAUSE_SPANS_MAX], appointment[2 * CLAUSE_SPANS_MAX];
    size_t n_plain, n_appointment;
    char comment[48]; /* hours not known: "sur rendez-vous", "matin" */
};

struct schedule {
    struct weekday_hours days[7];
    unsigned mask; /* days that hold something */
};

static const char *const day_names[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
static const char *const french_days[] = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"};

static bool is_special(const struct french_clause *c)
{
    return c->nth_mask || c->parity || c->period[0] || c->vacation || c->other_day || c->other_week || c->holidays;
}

/* Hours that are not said: what was said instead. "" when nothing was. */
static void clause_comment(const struct french_clause *c, char *out, size_t size)
{
    const char *half = c->halves == HALF_MORNING     ? "matin"
                       : c->halves == HALF_AFTERNOON ? "après-midi"
                       : c->halves == HALF_EVENING   ? "soir"
                       : c->halves                   ? "une partie de la journée"
                                                     : "";
    int day = 0;
    while (day < 6 && !(c->mask & 1u << day))
        day++;
    if (c->n > 0)
        half = ""; /* the hours say it better */
    char which[32] = "";
    if (c->other_day)
        (void)snprintf(which, sizeof which, "un %s sur deux", french_days[day]);
    else if (c->other_week)
        (void)snprintf(which, sizeof which, "une semaine sur deux");
    (void)snprintf(out, size, "%s%s%s%s%s", half, half[0] && (which[0] || c->appointment) ? ", " : "", which,
                   which[0] && c->appointment ? ", " : "", c->appointment ? "sur rendez-vous" : "");
}

static bool overlaps(const struct french_span *spans, size_t n, struct french_span s)
{
    for (size_t i = 0; i < n; i++)
        if (s.start < spans[i].end && spans[i].start < s.end)
            return true;
    return false;
}

static bool add_to_day(struct weekday_hours *d, const struct french_clause *c)
{
    if (c->n == 0) {
        if (d->n_plain + d->n_appointment > 0 || d->comment[0])
            return false;
        clause_comment(c, d->comment, sizeof d->comment);
        return d->comment[0] != '\0';
    }
    for (size_t i = 0; i < c->n; i++) {
        struct french_span s = c->spans[i];
        if (d->comment[0] || overlaps(d->plain, d->n_plain, s) || overlaps(d->appointment, d->n_appointment, s))
            return false;
        if (d->n_plain + d->n_appointment == 2 * CLAUSE_SPANS_MAX)
            return false;
        if (c->appointment)
            d->appointment[d->n_appointment++] = s;
        else
            d->plain[d->n_plain++] = s;
    }
    return true;
}

static bool fill_schedule(const struct french_text *t, struct schedule *s)
{
    *s = (struct schedule){0};
    for (size_t i = 0; i < t->n; i++) {
        const struct french_clause *c = &t->clauses[i];
        if (is_special(c) || !c->has_days)
            continue;
        for (int d = 0; d < 7; d++) {
            if (!(c->mask & 1u << d))
                continue;
            if (c->closed) {
                s->days[d] = (struct weekday_hours){0};
                s->mask &= ~(1u << d);
            } else if (add_to_day(&s->days[d], c)) {
                s->mask |= 1u << d;
            } else {
                return false;
            }
        }
    }
    return true;
}

/* ---- writing ---- */

static void write_spans(struct buf *b, const struct french_span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int end = spans[i].end > DAY_MIN ? spans[i].end - DAY_MIN : spans[i].end;
        buf_char(b, i > 0 ? ',' : ' ');
        hours_format_clock(b, spans[i].start);
        buf_char(b, '-');
        hours_format_clock(b, end);
    }
}

static void separate(struct buf *b, const char *separator)
{
    if (b->n > 0)
        buf_lit(b, separator);
}

static bool same_hours(const struct weekday_hours *a, const struct weekday_hours *b)
{
    return a->n_plain == b->n_plain && a->n_appointment == b->n_appointment &&
           memcmp(a->plain, b->plain, sizeof a->plain) == 0 &&
           memcmp(a->appointment, b->appointment, sizeof a->appointment) == 0 && strcmp(a->comment, b->comment) == 0;
}

static void write_schedule(struct buf *b, const struct schedule *s)
{
    unsigned left = s->mask;
    for (int d = 0; d < 7; d++) {
        if (!(left & 1u << d))
            continue;
        const struct weekday_hours *day = &s->days[d];
        unsigned same = 0;
        for (int e = d; e < 7; e++)
            if (left & 1u << e && same_hours(day, &s->days[e]))
                same |= 1u << e;
        left &= ~same;
        separate(b, "; ");
        hours_format_mask(b, same);
        write_spans(b, day->plain, day->n_plain);
        if (day->n_plain > 0 && day->n_appointment > 0) {
            buf_lit(b, ", ");
            hours_format_mask(b, same);
        }
        write_spans(b, day->appointment, day->n_appointment);
        if (day->n_appointment > 0)
            buf_lit(b, " open \"sur rendez-vous\"");
        if (day->comment[0])
            buf_printf(b, " \"%s\"", day->comment);
    }
}

static void write_nth(struct buf *b, const struct french_clause *c)
{
    int day = 0;
    while (day < 6 && !(c->mask & 1u << day))
        day++;
    buf_lit(b, day_names[day]);
    char mark = '[';
    for (int bit = 1; bit < 14; bit++) {
        if (!(c->nth_mask & 1u << bit))
            continue;
        buf_printf(b, "%c%d", mark, bit < 6 ? bit : 8 - bit);
        mark = ',';
    }
    buf_char(b, ']');
}

static void write_special(struct buf *b, const struct french_clause *c)
{
    char comment[64];
    separate(b, "; ");
    if (c->period[0])
        buf_printf(b, "%s%s", c->period, c->has_days || c->parity || c->vacation ? " " : "");
    if (c->parity)
        buf_printf(b, "week %s%s", c->parity == 2 ? "2-52/2" : "1-53/2", c->has_days ? " " : "");
    if (c->vacation)
        buf_printf(b, "SH%s", c->has_days ? " " : "");
    if (c->nth_mask)
        write_nth(b, c);
    else if (c->has_days)
        hours_format_mask(b, c->mask);
    if (c->holidays)
        buf_printf(b, "%sPH", c->mask ? "," : "");
    write_spans(b, c->spans, c->n);
    if (c->closed) {
        buf_lit(b, " off");
        return;
    }
    clause_comment(c, comment, sizeof comment);
    bool sure = c->n > 0 && !c->other_day && !c->other_week;
    if (comment[0])
        buf_printf(b, "%s \"%s\"", sure ? " open" : "", comment);
}

/* Would this clause leave it unsaid what happens to the ordinary hours? Hours of a period replace them only if every
 * ordinary day is spoken of; first Mondays and odd weeks must be days without ordinary hours. */
static bool clashes(const struct french_text *t, const struct french_clause *c, unsigned ordinary)
{
    if (c->closed)
        return false;
    if (c->period[0] == '\0' && !c->vacation)
        return !c->holidays && (ordinary & (c->has_days ? c->mask : 0x7Fu)) != 0;
    unsigned spoken = 0;
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->clauses[i].period, c->period) == 0 && t->clauses[i].vacation == c->vacation)
            spoken |= t->clauses[i].has_days ? t->clauses[i].mask : 0x7Fu;
    return (ordinary & ~spoken) != 0;
}

static bool says_something(const struct french_clause *c)
{
    return c->n > 0 || c->closed || c->halves || c->appointment || c->other_day || c->other_week;
}

bool french_write(const struct french_text *t, struct buf *out)
{
    struct schedule s;
    bool closes_holidays = t->holidays_off;
    if (!fill_schedule(t, &s))
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const struct french_clause *c = &t->clauses[i];
        if (!says_something(c))
            return false;
        if (!c->has_days && !is_special(c)) { /* "9h-12h / 14h-18h", "sur rendez-vous": alone only */
            if (t->n > 1 || c->closed)
                return false;
            char comment[64];
            write_spans(out, c->spans, c->n);
            clause_comment(c, comment, sizeof comment);
            if (comment[0])
                buf_printf(out, "%s \"%s\"", c->n > 0 ? " open" : "", comment);
        }
    }
    write_schedule(out, &s);
    for (size_t i = 0; i < t->n; i++) {
        const struct french_clause *c = &t->clauses[i];
        if (!is_special(c))
            continue;
        if (c->closed && c->holidays && !c->period[0] && !c->vacation) { /* "fermé le dimanche et les jours fériés" */
            closes_holidays = true;
            if (c->mask & s.mask)
                return false;
            continue;
        }
        if (clashes(t, c, s.mask))
            return false;
        write_special(out, c);
    }
    if (out->n == 0)
        return false;
    if (t->vacation_unsaid)
        buf_lit(out, "; SH \"hors vacances scolaires\"");
    if (t->vacation_off)
        buf_lit(out, "; SH off");
    if (closes_holidays)
        buf_lit(out, "; PH off");
    return !out->failed;
}
