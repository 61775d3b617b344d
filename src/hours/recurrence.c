/* An expression as spans that come back. Rules are taken in order, as the evaluation takes them: a later rule joined by
 * ";" replaces what its days had. What cannot be said as a recurrence (dates, holidays, unknown, comments) leaves
 * `whole` false and changes nothing but the days that it closes for good. */
#include "hours/ast.h"

/* One span of one day, before days are put together. */
struct entry {
    int day, nth, parity, start, end;
};
struct entries {
    struct arena *a;
    struct entry *items;
    size_t n, cap;
    unsigned taken; /* days that earlier rules opened */
    bool whole;
};

/* The days of one rule, of one rank and parity. */
struct target {
    unsigned days;
    int nth, parity;
};

enum { LAST_ISO_WEEK = 52 };

/* False when the weeks are not one out of two. */
static bool parity_of(const struct hours_rule *r, int *parity)
{
    *parity = 0;
    if (r->n_weeks == 0)
        return true;
    const struct hours_weeks *w = &r->weeks[0];
    if (r->n_weeks != 1 || w->step != 2 || w->from < 1 || w->from > 2 || w->to < LAST_ISO_WEEK)
        return false;
    *parity = w->from;
    return true;
}

static void drop(struct entries *e, size_t i)
{
    e->items[i] = e->items[--e->n];
}

/* The days of the target lose what they had; half of it when the target is one week out of two. */
static void clear_days(struct entries *e, const struct target *t)
{
    for (size_t i = e->n; i-- > 0;) {
        struct entry *x = &e->items[i];
        if (!(t->days & 1u << x->day))
            continue;
        if (t->parity == 0 || x->parity == t->parity)
            drop(e, i);
        else if (x->nth != 0)
            e->whole = false; /* "every second week" and "first of the month" meet on some days only */
        else if (x->parity == 0)
            x->parity = 3 - t->parity;
    }
}

static unsigned days_of(const struct entries *e)
{
    unsigned days = 0;
    for (size_t i = 0; i < e->n; i++)
        days |= 1u << e->items[i].day;
    return days;
}

static void add(struct entries *e, const struct target *t, int start, int end)
{
    for (int day = 0; day < 7; day++) {
        if (!(t->days & 1u << day))
            continue;
        e->items = arena_grow(e->a, e->items, e->n, &e->cap, e->n + 1, sizeof *e->items);
        e->items[e->n++] = (struct entry){day, t->nth, t->parity, start, end};
    }
}

static void apply(struct entries *e, const struct hours_rule *r, struct target t)
{
    bool opens = r->state == HOURS_OPEN;
    if (t.nth != 0 && r->join != JOIN_ADD && (t.days & e->taken)) {
        e->whole = false; /* an exception to the ordinary week */
        return;
    }
    if (r->join != JOIN_ADD && t.nth == 0)
        clear_days(e, &t);
    if (!opens)
        return;
    for (size_t i = 0; i < r->n_times; i++)
        add(e, &t, r->times[i].start, r->times[i].end);
    if (r->n_times == 0)
        add(e, &t, 0, DAY_MIN);
}

static void apply_nth(struct entries *e, const struct hours_rule *r, const struct hours_days *item)
{
    for (int bit = 1; bit < 14; bit++)
        if (item->nth_mask & 1u << bit)
            apply(e, r, (struct target){item->mask, bit < 6 ? bit : 8 - bit, 0});
}

static void take_rule(struct entries *e, const struct hours_rule *r)
{
    enum { EVERY_DAY = 0x7F };
    int parity;
    e->taken = days_of(e);
    bool closes_hours = r->state == HOURS_CLOSED && r->n_times > 0;
    if (r->fallback || r->n_years > 0 || r->n_dates > 0 || r->n_groups > 1 || closes_hours || !parity_of(r, &parity)) {
        e->whole = false;
        return;
    }
    if (r->state == HOURS_UNKNOWN || r->comment.n > 0)
        e->whole = false;
    if (r->n_groups == 0)
        apply(e, r, (struct target){EVERY_DAY, 0, parity});
    for (size_t i = 0; r->n_groups == 1 && i < r->groups[0].n; i++) {
        const struct hours_days *item = &r->groups[0].items[i];
        if (item->kind == DAYS_MASK)
            apply(e, r, (struct target){item->mask, 0, parity});
        else if (item->kind == DAYS_NTH && item->offset_days == 0 && parity == 0)
            apply_nth(e, r, item);
        else
            e->whole = false;
    }
}

static int compare_columns(const int (*pairs)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pairs[i][0] != pairs[i][1])
            return pairs[i][0] < pairs[i][1] ? -1 : 1;
    return 0;
}

static int by_day(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    const int pairs[][2] = {{a->nth, b->nth}, {a->parity, b->parity}, {a->day, b->day}, {a->start, b->start}, {a->end, b->end}};
    return compare_columns(pairs, sizeof pairs / sizeof *pairs);
}

static int by_hours(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    const int pairs[][2] = {{a->nth, b->nth}, {a->parity, b->parity}, {a->start, b->start}, {a->end, b->end}, {a->day, b->day}};
    return compare_columns(pairs, sizeof pairs / sizeof *pairs);
}

static bool same_days(const struct entry *x, const struct entry *y)
{
    return x->nth == y->nth && x->parity == y->parity && x->day == y->day;
}

/* Spans of one day that touch are one, as people and the evaluation see them. */
static void merge(struct entries *e)
{
    size_t n = 0;
    if (e->n > 1)
        qsort(e->items, e->n, sizeof *e->items, by_day);
    for (size_t i = 0; i < e->n; i++) {
        struct entry *x = &e->items[i], *last = n > 0 ? &e->items[n - 1] : NULL;
        bool known = last && last->end > last->start && x->end > x->start;
        if (last && same_days(last, x) && ((known && x->start <= last->end) || (x->start == last->start && x->end == last->end)))
            last->end = x->end > last->end ? x->end : last->end;
        else
            e->items[n++] = *x;
    }
    e->n = n;
    if (e->n > 1)
        qsort(e->items, e->n, sizeof *e->items, by_hours);
}

void hours_recur(struct arena *a, const struct hours *h, struct hours_recurrences *out)
{
    struct entries e = {.a = a, .whole = true};
    for (size_t i = 0; i < h->n; i++)
        take_rule(&e, &h->rules[i]);
    merge(&e);
    *out = (struct hours_recurrences){.items = ARENA_ARRAY(a, e.n + 1, struct hours_recurrence), .whole = e.whole};
    for (size_t i = 0; i < e.n; i++) {
        const struct entry *x = &e.items[i];
        struct hours_recurrence *last = out->n > 0 ? &out->items[out->n - 1] : NULL;
        if (!last || last->nth != x->nth || last->parity != x->parity || last->start != x->start || last->end != x->end) {
            last = &out->items[out->n++];
            *last = (struct hours_recurrence){0, x->nth, x->parity, x->start, x->end};
        }
        last->days |= (uint8_t)(1u << x->day);
    }
}
