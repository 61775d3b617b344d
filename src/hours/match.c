#include "hours/match.h"

struct hours_date hours_date_of(int64_t days, const struct hours_place *place)
{
    struct hours_date d = {.days = days, .civil = civil_from_days(days), .place = place};
    d.weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return d;
}

static bool in_years(const struct hours_rule *r, int year)
{
    for (size_t i = 0; i < r->n_years; i++) {
        const struct hours_years *y = &r->years[i];
        if (year >= y->from && year <= y->to && (year - y->from) % y->step == 0)
            return true;
    }
    return r->n_years == 0;
}

static bool in_weeks(const struct hours_rule *r, struct civil_date date)
{
    if (r->n_weeks == 0)
        return true;
    int week = civil_iso_week(date);
    for (size_t i = 0; i < r->n_weeks; i++) {
        const struct hours_weeks *w = &r->weeks[i];
        if (week >= w->from && week <= w->to && (week - w->from) % w->step == 0)
            return true;
    }
    return false;
}

static int64_t month_start(int year, int month)
{
    return civil_to_days((struct civil_date){year, month, 1});
}

static int64_t month_after(int year, int month)
{
    return month == 12 ? month_start(year + 1, 1) : month_start(year, month + 1);
}

/* The nth (from the end when negative) weekday of a month; false when the month has none. */
static bool nth_weekday(int year, int month, int weekday, int nth, int64_t *out)
{
    int64_t first = month_start(year, month), after = month_after(year, month);
    int64_t first_weekday = ((first + 3) % 7 + 7) % 7;
    int64_t day = first + (weekday - first_weekday + 7) % 7;
    if (nth > 0) {
        day += (int64_t)(nth - 1) * 7;
    } else {
        while (day + 7 < after)
            day += 7;
        day += (int64_t)(nth + 1) * 7;
    }
    *out = day;
    return day >= first && day < after;
}

/* The day a point means in a year. `last`: the end of the range. False when it does not exist
 * (29 February, a fifth Monday); inside a range, 29 February then falls on the day before or after. */
static bool resolve(const struct hours_point *pt, int year, bool last, bool range, int64_t *out)
{
    if (pt->year != NO_YEAR)
        year = pt->year;
    switch (pt->kind) {
    case POINT_EASTER:
        *out = civil_to_days(civil_easter(year));
        break;
    case POINT_NTH:
        if (!nth_weekday(year, pt->month, pt->weekday, pt->nth, out))
            return false;
        break;
    case POINT_DAY: {
        int64_t first = month_start(year, pt->month), after = month_after(year, pt->month);
        *out = first + pt->day - 1;
        if (*out >= after) {
            if (!range)
                return false;
            *out = last ? after - 1 : after;
        }
        break;
    }
    default:
        *out = last ? month_after(year, pt->month) - 1 : month_start(year, pt->month);
    }
    *out += pt->offset_days;
    return true;
}

/* The range written with the year `year`. One that ends before it starts goes over the new year: it then
 * holds the two ends of its year, unless it gives its year itself. */
static bool range_holds(const struct hours_dates *r, int year, const struct hours_date *d)
{
    int64_t from = 0, to = 0;
    if (!resolve(&r->from, year, false, r->range, &from))
        return false;
    if (!r->range && r->from.kind != POINT_MONTH)
        return d->days == from;
    if (!resolve(&r->to, year, true, true, &to))
        return false;
    if (to < from) {
        if (r->from.year != NO_YEAR) {
            if (r->to.year != NO_YEAR || !resolve(&r->to, year + 1, true, true, &to))
                return false;
        } else if (year != d->civil.year) {
            return false;
        } else if (d->days >= from) {
            to = d->days;
        } else if (!resolve(&r->from, year - 1, false, true, &from)) {
            return false;
        }
    }
    return d->days >= from && d->days <= to && (d->days - from) % r->step == 0;
}

static bool in_dates(const struct hours_rule *r, const struct hours_date *d)
{
    for (size_t i = 0; i < r->n_dates; i++) {
        const struct hours_dates *dates = &r->dates[i];
        if (dates->from.year != NO_YEAR) {
            if (range_holds(dates, dates->from.year, d))
                return true;
            continue;
        }
        /* With an offset, a date may belong to the year before or after. */
        int around = dates->from.offset_days != 0 || dates->to.offset_days != 0;
        for (int year = d->civil.year - around; year <= d->civil.year + around; year++)
            if (range_holds(dates, year, d))
                return true;
    }
    return r->n_dates == 0;
}

static bool is_nth(const struct hours_days *item, const struct hours_date *d)
{
    int64_t days = d->days - item->offset_days;
    struct civil_date c = civil_from_days(days);
    int weekday = (int)(((days + 3) % 7 + 7) % 7);
    if (!(item->mask & 1u << weekday))
        return false;
    int from_start = (c.day - 1) / 7 + 1;
    int from_end = (int)((month_after(c.year, c.month) - 1 - days) / 7) + 1;
    return (item->nth_mask & (1u << from_start | 1u << (8 + from_end))) != 0;
}

static enum hours_maybe item_matches(const struct hours_days *item, const struct hours_date *d)
{
    switch (item->kind) {
    case DAYS_NTH:
        return is_nth(item, d) ? HOURS_YES : HOURS_NO;
    case DAYS_PH: {
        struct civil_date c = item->offset_days == 0 ? d->civil : civil_from_days(d->days - item->offset_days);
        return hours_public_holiday(d->place->departement, c) ? HOURS_YES : HOURS_NO;
    }
    case DAYS_SH:
        return hours_school_holiday(d->place->departement, d->civil);
    default:
        return item->mask & 1u << d->weekday ? HOURS_YES : HOURS_NO;
    }
}

static enum hours_maybe group_matches(const struct hours_group *g, const struct hours_date *d)
{
    enum hours_maybe best = HOURS_NO;
    for (size_t i = 0; i < g->n; i++) {
        enum hours_maybe m = item_matches(&g->items[i], d);
        if (m == HOURS_YES)
            return HOURS_YES;
        if (m == HOURS_MAYBE)
            best = HOURS_MAYBE;
    }
    return best;
}

enum hours_maybe hours_rule_matches(const struct hours_rule *r, const struct hours_date *d)
{
    if (!in_years(r, d->civil.year) || !in_dates(r, d) || !in_weeks(r, d->civil))
        return HOURS_NO;
    enum hours_maybe all = HOURS_YES;
    for (size_t i = 0; i < r->n_groups && all != HOURS_NO; i++) {
        enum hours_maybe m = group_matches(&r->groups[i], d);
        if (m != HOURS_YES)
            all = m;
    }
    return all;
}
