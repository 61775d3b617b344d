/* The one canonical form of an expression. Reading it back gives the same expression; tests and fuzzing hold it
 * to that. Weeks keep one digit ("week 1-53/2"), as French open data writes them. */
#include <limits.h>

#include "hours/ast.h"

static const char *const day_names[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Before every word of a rule but the first. */
static void space(struct buf *b, size_t start)
{
    if (b->n > start)
        buf_char(b, ' ');
}

static void format_offset(struct buf *b, int days)
{
    if (days != 0)
        buf_printf(b, " %+d day%s", days, days == 1 || days == -1 ? "" : "s");
}

static void format_step(struct buf *b, int step)
{
    if (step > 1)
        buf_printf(b, "/%d", step);
}

static void format_years(struct buf *b, const struct hours_rule *r)
{
    for (size_t i = 0; i < r->n_years; i++) {
        const struct hours_years *y = &r->years[i];
        if (i > 0)
            buf_char(b, ',');
        buf_printf(b, "%d", y->from);
        if (y->to == INT_MAX && y->step == 1)
            buf_char(b, '+');
        else if (y->to != INT_MAX && y->to != y->from)
            buf_printf(b, "-%d", y->to);
        format_step(b, y->step);
    }
}

static void format_point(struct buf *b, const struct hours_point *p)
{
    if (p->year != NO_YEAR)
        buf_printf(b, "%d ", p->year);
    switch (p->kind) {
    case POINT_EASTER:
        buf_lit(b, "easter");
        break;
    case POINT_NTH:
        buf_printf(b, "%s %s[%d]", month_names[p->month - 1], day_names[p->weekday], p->nth);
        break;
    case POINT_DAY:
        buf_printf(b, "%s %02d", month_names[p->month - 1], p->day);
        break;
    default:
        buf_lit(b, month_names[p->month - 1]);
    }
    format_offset(b, p->offset_days);
}

static void format_dates(struct buf *b, const struct hours_rule *r)
{
    for (size_t i = 0; i < r->n_dates; i++) {
        const struct hours_dates *d = &r->dates[i];
        if (i > 0)
            buf_char(b, ',');
        format_point(b, &d->from);
        if (d->to_december) {
            buf_char(b, '+');
        } else if (d->range) {
            bool same_month = d->from.kind == POINT_DAY && d->to.kind == POINT_DAY && d->from.month == d->to.month &&
                              d->from.year == d->to.year && d->from.day < d->to.day;
            buf_char(b, '-');
            if (same_month)
                buf_printf(b, "%02d", d->to.day);
            else
                format_point(b, &d->to);
        }
        format_step(b, d->step);
    }
}

static void format_weeks(struct buf *b, const struct hours_rule *r)
{
    buf_lit(b, "week ");
    for (size_t i = 0; i < r->n_weeks; i++) {
        const struct hours_weeks *w = &r->weeks[i];
        buf_printf(b, "%s%d", i > 0 ? "," : "", w->from);
        if (w->to != w->from)
            buf_printf(b, "-%d", w->to);
        format_step(b, w->step);
    }
}

void hours_format_mask(struct buf *b, unsigned mask)
{
    bool first = true;
    for (int d = 0; d < 7; d++) {
        if (!(mask & 1u << d))
            continue;
        int last = d;
        while (last < 6 && mask & 1u << (last + 1))
            last++;
        buf_lit(b, first ? "" : ",");
        buf_lit(b, day_names[d]);
        first = false;
        if (last - d >= 2) {
            buf_char(b, '-');
            buf_lit(b, day_names[last]);
            d = last;
        }
    }
}

static void format_nth(struct buf *b, const struct hours_days *item)
{
    int day = 0;
    while (!(item->mask & 1u << day))
        day++;
    buf_lit(b, day_names[day]);
    char mark = '[';
    for (int bit = 1; bit < 14; bit++) {
        if (!(item->nth_mask & 1u << bit))
            continue;
        buf_printf(b, "%c%d", mark, bit < 6 ? bit : 8 - bit);
        mark = ',';
    }
    buf_char(b, ']');
    format_offset(b, item->offset_days);
}

static void format_group(struct buf *b, const struct hours_group *g)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct hours_days *item = &g->items[i];
        if (i > 0)
            buf_char(b, ',');
        switch (item->kind) {
        case DAYS_NTH:
            format_nth(b, item);
            break;
        case DAYS_PH:
        case DAYS_SH:
            buf_lit(b, item->kind == DAYS_PH ? "PH" : "SH");
            format_offset(b, item->offset_days);
            break;
        default:
            hours_format_mask(b, item->mask);
        }
    }
}

/* Without printf: an import writes tens of thousands of these. */
void hours_format_clock(struct buf *b, int minutes)
{
    int parts[] = {minutes / 60, minutes % 60};
    for (int i = 0; i < 2; i++) {
        buf_char(b, (char)('0' + parts[i] / 10 % 10));
        buf_char(b, (char)('0' + parts[i] % 10));
        if (i == 0)
            buf_char(b, ':');
    }
}

static void format_times(struct buf *b, const struct hours_rule *r)
{
    for (size_t i = 0; i < r->n_times; i++) {
        const struct hours_time *t = &r->times[i];
        if (i > 0)
            buf_char(b, ',');
        hours_format_clock(b, t->start);
        if (t->end != t->start) {
            buf_char(b, '-');
            hours_format_clock(b, t->end > DAY_MIN && t->end - DAY_MIN <= t->start ? t->end - DAY_MIN : t->end);
        }
        if (t->open_end)
            buf_char(b, '+');
    }
}

/* `next` (or NULL): hours that would be read as more hours of this rule need the state to stand between. */
static void format_state(struct buf *b, const struct hours_rule *r, const struct hours_rule *next, size_t start)
{
    bool whole = r->n_times == 0 && !r->always;
    bool runs_on = next && next->join == JOIN_ADD && !hours_rule_dated(next) && next->n_times > 0;
    const char *word = NULL;
    if (r->state == HOURS_CLOSED)
        word = "off";
    else if (r->state == HOURS_UNKNOWN)
        word = r->comment.n > 0 ? NULL : "unknown";
    else if (r->comment.n > 0 || whole || runs_on)
        word = "open";
    if (word) {
        space(b, start);
        buf_lit(b, word);
    }
    if (r->comment.n > 0) {
        space(b, start);
        buf_char(b, '"');
        buf_add(b, r->comment);
        buf_char(b, '"');
    }
}

static void format_rule(struct buf *b, const struct hours_rule *r, const struct hours_rule *next)
{
    size_t start = b->n;
    format_years(b, r);
    if (r->n_dates > 0) {
        space(b, start);
        format_dates(b, r);
    }
    if (r->n_weeks > 0) {
        space(b, start);
        format_weeks(b, r);
    } else if (r->n_dates > 0 && r->n_groups > 0) {
        const struct hours_dates *last = &r->dates[r->n_dates - 1];
        if (last->range && last->to.kind == POINT_MONTH && last->from.kind != POINT_MONTH)
            buf_char(b, ':'); /* "Jun 05-Aug: Su[1]" is not "Jun 05-Aug Su[1]" */
    }
    for (size_t i = 0; i < r->n_groups; i++) {
        space(b, start);
        format_group(b, &r->groups[i]);
    }
    if (r->n_times > 0) {
        space(b, start);
        format_times(b, r);
    } else if (r->always && r->state != HOURS_CLOSED) {
        space(b, start);
        buf_lit(b, hours_rule_dated(r) ? "00:00-24:00" : "24/7"); /* "Jul 24/7" would be every 7 days */
    }
    format_state(b, r, next, start);
}

struct str hours_format(struct arena *a, const struct hours *h)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    for (size_t i = 0; i < h->n; i++) {
        if (i > 0)
            buf_lit(&b, h->rules[i].join == JOIN_OVERRIDE ? "; " : h->rules[i].join == JOIN_ADD ? ", " : " || ");
        format_rule(&b, &h->rules[i], i + 1 < h->n ? &h->rules[i + 1] : NULL);
    }
    struct str out = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return out;
}
