#include "hours/french.h"

/* The canonical form of a text; ERR_INVALID if it is not an expression. */
static enum err canonical(struct arena *a, struct str text, struct str *out)
{
    struct hours *h = NULL;
    struct str why;
    TRY(hours_parse(a, text, &h, &why));
    *out = hours_format(a, h);
    return OK;
}

/* Hours in order on days that are said, nothing else: what is written is in canonical form at once (tests/unit/hours_french.c
 * holds it to that). */
static bool is_plain(const struct french_text *t)
{
    enum { DAY = 24 * 60 };
    if (t->holidays_off || t->vacation_off || t->vacation_unsaid)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const struct french_clause *c = &t->clauses[i];
        if (!c->has_days || c->n == 0 || c->holidays || c->nth_mask || c->halves || c->closed_halves || c->closed || c->appointment ||
            c->other_day || c->other_week || c->parity || c->vacation || c->period[0])
            return false;
        for (size_t k = 0; k < c->n; k++)
            if (c->spans[k].start >= c->spans[k].end || c->spans[k].end > DAY || (k > 0 && c->spans[k].start <= c->spans[k - 1].end))
                return false;
        for (size_t k = 0; k < i; k++)
            if (t->clauses[k].mask & c->mask)
                return false;
    }
    return true;
}

static enum err write_canonical(struct arena *a, const struct french_text *t, struct str *out)
{
    struct buf b;
    buf_init(&b, 8 * 1024);
    enum err e = french_write(t, &b) ? OK : ERR_INVALID;
    if (e == OK && is_plain(t))
        *out = arena_str(a, buf_str(&b));
    else if (e == OK)
        e = canonical(a, buf_str(&b), out);
    buf_deinit(&b);
    return e;
}

/* A text that is an expression already. Days alone ("lundi") would be open day and night: nobody means that. */
static enum err already_written(struct arena *a, struct str text, struct str *out)
{
    struct hours *h = NULL;
    struct str why;
    TRY(hours_parse(a, text, &h, &why));
    for (size_t i = 0; i < h->n; i++) {
        const struct hours_rule *r = &h->rules[i];
        if (r->n_times == 0 && !r->modifier && !r->always && r->comment.n == 0)
            return ERR_INVALID;
    }
    *out = hours_format(a, h);
    return OK;
}

static enum err read_text(struct arena *a, struct str text, struct str *expression)
{
    struct french_text *t = ARENA_NEW(a, struct french_text);
    return french_read(a, text, t) ? write_canonical(a, t, expression) : ERR_INVALID;
}

enum err hours_from_french(struct arena *a, struct str text, struct str *expression)
{
    struct str written;
    *expression = STR_NONE;
    if (text.n > HOURS_TEXT_MAX)
        return ERR_INVALID;
    if (read_text(a, text, expression) == OK)
        return OK;
    TRY(already_written(a, text, &written));
    /* Well written, it may be understood as a text, which joins hours that overlap: it would change the next time it is read. */
    if (read_text(a, written, expression) != OK)
        *expression = written;
    return OK;
}

static bool is_empty_cell(struct str cell)
{
    for (size_t i = 0; i < cell.n; i++)
        if (!strchr(" -_/.\t\r\n", cell.p[i]) || cell.p[i] == '\0')
            return str_eq(str_trim(cell), STR("–")) || str_eq(str_trim(cell), STR("—"));
    return true;
}

/* What a cell says; NULL when it is not understood. Days are often alike: a cell that was read is not read again. */
static const struct french_text *read_cell(struct arena *a, const struct str cells[7], int day,
                                           const struct french_text *read[7])
{
    for (int earlier = 0; earlier < day; earlier++)
        if (read[earlier] && str_eq(cells[earlier], cells[day]))
            return read[earlier];
    struct french_text *t = arena_alloc(a, sizeof *t); /* set by french_read */
    if (cells[day].n > HOURS_TEXT_MAX || !french_read(a, cells[day], t) || t->holidays_off || t->vacation_off)
        return NULL;
    return t;
}

/* Puts it under its day. */
static enum err add_day(const struct french_text *t, int day, struct french_text *week)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct french_clause *c = &t->clauses[i];
        bool own_day = c->has_days && !c->holidays && c->mask == 1u << day; /* "lundi : 9h-12h" under lundi */
        if ((c->has_days && !own_day) || week->n == CLAUSES_MAX)
            return ERR_INVALID;
        if (c->closed && t->n == 1 && c->period[0] == '\0')
            return OK;
        struct french_clause *mine = &week->clauses[week->n++];
        *mine = *c;
        mine->has_days = true;
        mine->mask = 1u << day;
    }
    return OK;
}

enum err hours_from_french_week(struct arena *a, const struct str cells[7], struct str *expression)
{
    struct french_text *week = ARENA_NEW(a, struct french_text);
    const struct french_text *read[7] = {NULL};
    *expression = STR_NONE;
    for (int day = 0; day < 7; day++) {
        if (is_empty_cell(cells[day]))
            continue;
        read[day] = read_cell(a, cells, day, read);
        if (!read[day])
            return ERR_INVALID;
        TRY(add_day(read[day], day, week));
    }
    if (week->n == 0)
        return ERR_NOT_FOUND;
    return write_canonical(a, week, expression);
}

static bool is_holiday_closure(const struct hours_rule *r)
{
    if (r->state != HOURS_CLOSED || r->n_groups == 0)
        return false;
    for (size_t g = 0; g < r->n_groups; g++)
        for (size_t i = 0; i < r->groups[g].n; i++)
            if (r->groups[g].items[i].kind != DAYS_PH && r->groups[g].items[i].kind != DAYS_SH)
                return false;
    return true;
}

enum err hours_every_other_week(struct arena *a, struct str expression, bool even, struct str *out)
{
    struct hours *h = NULL;
    struct str why;
    struct hours_weeks *weeks = ARENA_NEW(a, struct hours_weeks);
    *weeks = even ? (struct hours_weeks){2, 52, 2} : (struct hours_weeks){1, 53, 2};
    *out = STR_NONE;
    TRY(hours_parse(a, expression, &h, &why));
    for (size_t i = 0; i < h->n; i++) {
        struct hours_rule *r = &h->rules[i];
        if (is_holiday_closure(r))
            continue;
        if (r->n_weeks > 0)
            return ERR_INVALID;
        r->weeks = weeks;
        r->n_weeks = 1;
    }
    *out = hours_format(a, h);
    return OK;
}
