/* The part of a rule that chooses years, dates and weeks. */
#include <limits.h>

#include "hours/parser.h"

static bool is_year(const struct hours_token *t)
{
    return t->kind == TOK_NUMBER && t->text.n == 4 && t->value >= 1900 && t->value <= 2999;
}

static bool parse_step(struct parser *p, int max, int *step)
{
    *step = 1;
    if (!accept(p, '/'))
        return true;
    if (tok(p)->kind != TOK_NUMBER || tok(p)->value < 1 || tok(p)->value > max)
        return fail(p, FAULT("ce pas de répétition n’est pas possible", "this repetition is not possible"));
    *step = tok(p)->value;
    next(p);
    return true;
}

static bool parse_years_item(struct parser *p, struct hours_years *out)
{
    if (!is_year(tok(p)))
        return fail(p, FAULT("une année est attendue ici", "a year is expected here"));
    *out = (struct hours_years){tok(p)->value, tok(p)->value, 1};
    next(p);
    if (accept(p, '+')) {
        out->to = INT_MAX;
        return true;
    }
    if (accept(p, '-')) {
        if (!is_year(tok(p)) || tok(p)->value <= out->from)
            return fail(p, FAULT("une année plus grande est attendue après le tiret", "a later year is expected after the dash"));
        out->to = tok(p)->value;
        next(p);
    } else if (is_sign(p, '/')) {
        out->to = INT_MAX;
    }
    return parse_step(p, 1000, &out->step);
}

/* A single year right before a month or easter belongs to that date ("2026 Dec 24"). */
static bool year_of_date(struct parser *p)
{
    struct hours_lexer ahead = p->l;
    if (!is_year(&ahead.tok))
        return false;
    hours_lexer_next(&ahead);
    return starts_date(&ahead.tok);
}

static bool parse_years(struct parser *p, struct hours_rule *r)
{
    struct hours_years list[LIST_MAX];
    size_t n = 0;
    do {
        if (n == LIST_MAX)
            return fail(p, TOO_LONG);
        if (!parse_years_item(p, &list[n++]))
            return false;
    } while (accept(p, ','));
    r->years = keep(p, list, n, sizeof *list);
    r->n_years = n;
    return true;
}

static int month_days(int month)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1];
}

/* A day of the month: a number that is not the start of a time; "24." is read as 24. */
static bool at_day_number(struct parser *p)
{
    return tok(p)->kind == TOK_NUMBER && tok(p)->text.n <= 2 && !hours_number_is_time(p);
}

static bool parse_day_number(struct parser *p, struct hours_point *out)
{
    if (tok(p)->value < 1 || tok(p)->value > month_days(out->month))
        return fail(p, FAULT("ce jour n’existe pas dans ce mois", "this day does not exist in this month"));
    out->kind = POINT_DAY;
    out->day = tok(p)->value;
    next(p);
    (void)accept(p, '.');
    return true;
}

/* Su[-1] after a month, as an end of a range. */
static bool parse_nth_point(struct parser *p, struct hours_point *out)
{
    out->kind = POINT_NTH;
    out->weekday = tok(p)->value;
    next(p);
    if (!accept(p, '[') || !hours_parse_nth(p, &out->nth))
        return false;
    if (!accept(p, ']'))
        return fail(p, FAULT("le crochet n’est pas fermé", "the bracket is not closed"));
    (void)hours_parse_day_offset(p, &out->offset_days);
    return true;
}

/* [year] month [day | weekday[n]] [± days], or easter [± days]. At the start of a range, a weekday is
 * part of the date only if "-" and another date follow; otherwise it chooses days within the month. */
static bool parse_point(struct parser *p, bool ends_range, struct hours_point *out)
{
    *out = (struct hours_point){0};
    if (is_year(tok(p))) {
        out->year = tok(p)->value;
        next(p);
    }
    if (tok(p)->kind == TOK_EASTER) {
        out->kind = POINT_EASTER;
        next(p);
        (void)hours_parse_day_offset(p, &out->offset_days);
        return true;
    }
    if (tok(p)->kind != TOK_MONTH)
        return fail(p, FAULT("un mois est attendu ici, comme Jan", "a month is expected here, such as Jan"));
    out->kind = POINT_MONTH;
    out->month = tok(p)->value;
    next(p);
    (void)accept(p, '.');
    if (at_day_number(p))
        return parse_day_number(p, out);
    if (tok(p)->kind != TOK_WEEKDAY)
        return true;
    struct parser ahead = *p;
    struct hours_point nth = *out;
    if (!parse_nth_point(&ahead, &nth))
        return !ends_range || ahead.fault.fr == NULL || fail_at(p, ahead.fault, ahead.culprit);
    struct parser after = ahead;
    bool date_follows = accept(&after, '-') && (starts_date(tok(&after)) || year_of_date(&after));
    if (ends_range || date_follows) {
        *out = nth;
        p->l = ahead.l;
    }
    return true;
}

static bool parse_dates_end(struct parser *p, struct hours_dates *out)
{
    out->range = true;
    if (at_day_number(p)) { /* Dec 24-26 */
        if (out->from.kind != POINT_DAY)
            return fail(p, FAULT("un mois est attendu après le tiret, comme Jan-Mar", "a month is expected after the dash, such as Jan-Mar"));
        out->to = out->from;
        if (!parse_day_number(p, &out->to))
            return false;
        return out->to.day > out->from.day || fail(p, FAULT("la fin doit suivre le début", "the end must come after the start"));
    }
    if (!starts_date(tok(p)) && !is_year(tok(p)))
        return fail(p, FAULT("une date est attendue après le tiret, comme Aug 31", "a date is expected after the dash, such as Aug 31"));
    /* "Jun-Aug Su[1]": the first Sundays of these months; "Jun 05-Aug Su[1]": until that Sunday. */
    return parse_point(p, out->from.kind != POINT_MONTH, &out->to);
}

static bool parse_dates_item(struct parser *p, const struct hours_dates *before, struct hours_dates *out)
{
    *out = (struct hours_dates){.step = 1};
    if (before && at_day_number(p)) { /* Dec 24,26 */
        out->from = before->to;
        if (before->to.kind != POINT_DAY)
            return fail(p, FAULT("un mois est attendu ici", "a month is expected here"));
        if (!parse_day_number(p, &out->from))
            return false;
    } else if (!parse_point(p, false, &out->from)) {
        return false;
    }
    /* "2026 Dec 24,Dec 31": the year goes on. */
    if (before && out->from.year == NO_YEAR)
        out->from.year = before->to.year != NO_YEAR ? before->to.year : before->from.year;
    out->to = out->from;
    if (out->from.kind != POINT_MONTH && accept(p, '+')) {
        out->range = out->to_december = true;
        out->to = (struct hours_point){.kind = POINT_DAY, .year = out->from.year, .month = 12, .day = 31};
        return true;
    }
    if (accept(p, '-') && !parse_dates_end(p, out))
        return false;
    return parse_step(p, 366, &out->step);
}

static bool comma_then_date(struct parser *p)
{
    if (!is_sign(p, ','))
        return false;
    struct parser ahead = *p;
    next(&ahead);
    return starts_date(tok(&ahead)) || year_of_date(&ahead) || at_day_number(&ahead);
}

static bool parse_dates(struct parser *p, struct hours_rule *r)
{
    struct hours_dates list[LIST_MAX];
    size_t n = 0;
    do {
        if (n > 0)
            next(p);
        if (n == LIST_MAX)
            return fail(p, TOO_LONG);
        if (!parse_dates_item(p, n > 0 ? &list[n - 1] : NULL, &list[n]))
            return false;
        n++;
    } while (comma_then_date(p));
    r->dates = keep(p, list, n, sizeof *list);
    r->n_dates = n;
    return true;
}

static bool parse_weeks(struct parser *p, struct hours_rule *r)
{
    struct hours_weeks list[LIST_MAX];
    size_t n = 0;
    do {
        struct hours_weeks w = {0};
        if (n == LIST_MAX)
            return fail(p, TOO_LONG);
        if (tok(p)->kind != TOK_NUMBER || tok(p)->value < 1 || tok(p)->value > 53)
            return fail(p, FAULT("un numéro de semaine de 1 à 53 est attendu ici", "a week number from 1 to 53 is expected here"));
        w.from = w.to = tok(p)->value;
        next(p);
        if (accept(p, '-')) {
            if (tok(p)->kind != TOK_NUMBER || tok(p)->value <= w.from || tok(p)->value > 53)
                return fail(p, FAULT("une semaine plus grande est attendue après le tiret", "a later week is expected after the dash"));
            w.to = tok(p)->value;
            next(p);
        }
        if (!parse_step(p, 26, &w.step))
            return false;
        list[n++] = w;
    } while (accept(p, ','));
    r->weeks = keep(p, list, n, sizeof *list);
    r->n_weeks = n;
    return true;
}

bool hours_parse_wide(struct parser *p, struct hours_rule *r)
{
    if (is_year(tok(p)) && !year_of_date(p) && !parse_years(p, r))
        return false;
    if ((starts_date(tok(p)) || year_of_date(p)) && !parse_dates(p, r))
        return false;
    if (tok(p)->kind == TOK_WEEK) {
        next(p);
        if (!parse_weeks(p, r))
            return false;
    }
    if (r->n_years + r->n_dates + r->n_weeks > 0)
        (void)accept(p, ':');
    return true;
}
