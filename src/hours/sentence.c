/* The whole expression in sentences, one a rule: when, then the hours or the closing, then the comment. */
#include <limits.h>

#include "hours/words.h"

/* Joins pieces as people do: "a", "a et b", "a, b et c". `i` is the piece about to be written. */
static void join(struct buf *b, size_t i, size_t n, enum hours_language l)
{
    if (i > 0)
        buf_lit(b, i + 1 == n ? in_language(l, " et ", " and ", " et ") : ", ");
}

static void rank(struct buf *b, int nth, enum hours_language l)
{
    if (l == HOURS_EN) {
        static const char *const en[] = {"first", "second", "third", "fourth", "fifth"};
        static const char *const en_end[] = {"last", "second to last", "third to last", "fourth to last", "fifth to last"};
        buf_lit(b, nth > 0 ? en[nth - 1] : en_end[-nth - 1]);
    } else if (nth == 1) {
        buf_lit(b, "1er");
    } else if (nth > 0) {
        buf_printf(b, "%de", nth);
    } else {
        static const char *const fr_end[] = {"dernier", "avant-dernier", "3e en partant de la fin", "4e en partant de la fin",
                                             "5e en partant de la fin"};
        buf_lit(b, fr_end[-nth - 1]);
    }
}

/* "le 1er lundi du mois" for rank 1; the odd French ones put the weekday first. */
static void rank_of_weekday(struct buf *b, int nth, int weekday, enum hours_language l)
{
    const char *day = hours_weekday_name(weekday, l);
    if (l == HOURS_EN) {
        buf_lit(b, "the ");
        rank(b, nth, l);
        buf_printf(b, " %s", day);
    } else if (nth < -2) {
        buf_printf(b, "le %s ", day);
        rank(b, nth, l);
    } else {
        buf_lit(b, nth == -2 ? "l’" : "le ");
        rank(b, nth, l);
        buf_printf(b, " %s", day);
    }
}

/* "la veille de", "2 jours après": what comes before an anchor that is moved by days. */
static void offset_words(struct buf *b, int days, enum hours_language l)
{
    int n = days < 0 ? -days : days;
    if (days == 0)
        return;
    if (l == HOURS_EN) {
        buf_printf(b, "%d day%s %s ", n, n > 1 ? "s" : "", days < 0 ? "before" : "after");
    } else {
        buf_printf(b, "%d jour%s %s ", n, n > 1 ? "s" : "", days < 0 ? "avant" : "après");
    }
}

/* ---- weekdays ---- */

static int bit_count(unsigned mask)
{
    return __builtin_popcount(mask);
}

static bool is_range(unsigned mask, int *first, int *last)
{
    if (mask == 0)
        return false;
    *first = 0;
    while (!(mask & 1u << *first))
        ++*first;
    *last = *first;
    while (*last < 6 && mask & 1u << (*last + 1))
        ++*last;
    return mask >> (*last + 1) == 0 && *last - *first >= 2;
}

static void mask_words(struct buf *b, unsigned mask, enum hours_language l)
{
    int first = 0, last = 0;
    if (mask == 0x7F) {
        buf_lit(b, in_language(l, "tous les jours", "every day", "tous les jours"));
        return;
    }
    if (is_range(mask, &first, &last)) {
        buf_printf(b, l == HOURS_EN ? "%s to %s" : "du %s au %s", hours_weekday_name(first, l),
                   hours_weekday_name(last, l));
        return;
    }
    size_t n = (size_t)bit_count(mask), i = 0;
    for (int d = 0; d < 7; d++) {
        if (!(mask & 1u << d))
            continue;
        join(b, i, n, l);
        buf_lit(b, in_language(l, "le ", i == 0 ? "on " : "", "le "));
        buf_lit(b, hours_weekday_name(d, l));
        i++;
    }
}

static void nth_words(struct buf *b, const struct hours_days *item, enum hours_language l)
{
    int weekday = 0;
    while (!(item->mask & 1u << weekday))
        weekday++;
    size_t n = (size_t)bit_count(item->nth_mask), i = 0;
    if (l == HOURS_EN && item->offset_days == 0)
        buf_lit(b, "on ");
    offset_words(b, item->offset_days, l);
    for (int bit = 1; bit < 14; bit++) {
        if (!(item->nth_mask & 1u << bit))
            continue;
        join(b, i++, n, l);
        rank_of_weekday(b, bit < 6 ? bit : 8 - bit, weekday, l);
    }
    buf_lit(b, in_language(l, " du mois", " of the month", " du mois"));
}

static void item_words(struct buf *b, const struct hours_days *item, enum hours_language l)
{
    switch (item->kind) {
    case DAYS_NTH:
        nth_words(b, item, l);
        break;
    case DAYS_PH:
        if (item->offset_days < 0)
            buf_lit(b, in_language(l, "la veille des jours fériés", "on the day before public holidays",
                                   "la veille des jours fériés"));
        else if (item->offset_days > 0)
            buf_lit(b, in_language(l, "le lendemain des jours fériés", "on the day after public holidays",
                                   "le lendemain des jours fériés"));
        else
            buf_lit(b, in_language(l, "les jours fériés", "on public holidays", "les jours fériés"));
        break;
    case DAYS_SH:
        buf_lit(b, in_language(l, "pendant les vacances scolaires", "during school holidays",
                               "pendant les vacances scolaires"));
        break;
    default:
        mask_words(b, item->mask, l);
    }
}

/* ---- weeks, dates, years ---- */

static void weeks_words(struct buf *b, const struct hours_rule *r, enum hours_language l)
{
    const struct hours_weeks *w = &r->weeks[0];
    if (r->n_weeks == 1 && w->step == 2 && w->from <= 2 && w->to >= 51) {
        buf_lit(b, w->from % 2 == 0 ? in_language(l, "les semaines paires", "in even weeks", "les semaines paires")
                                    : in_language(l, "les semaines impaires", "in odd weeks", "les semaines impaires"));
        return;
    }
    bool one = r->n_weeks == 1 && w->from == w->to;
    buf_lit(b, one ? in_language(l, "la semaine ", "in week ", "la semaine ")
                   : in_language(l, "les semaines ", "in weeks ", "les semaines "));
    for (size_t i = 0; i < r->n_weeks; i++) {
        w = &r->weeks[i];
        join(b, i, r->n_weeks, l);
        buf_int(b, w->from);
        if (w->to != w->from)
            buf_printf(b, l == HOURS_EN ? " to %d" : " à %d", w->to);
        if (w->step > 1)
            buf_printf(b, l == HOURS_EN ? " (one in %d)" : " (une sur %d)", w->step);
    }
}

/* "de janvier", "d’août" */
static void of_month(struct buf *b, int month, enum hours_language l)
{
    bool vowel = month == 4 || month == 8 || month == 10;
    if (l == HOURS_EN)
        buf_lit(b, "of ");
    else
        buf_lit(b, vowel ? "d’" : "de ");
    buf_lit(b, hours_month_name(month, l));
}

/* A date without its article: "24 décembre 2026", "dernier dimanche de mars", "Pâques". */
static void point_words(struct buf *b, const struct hours_point *p, enum hours_language l)
{
    switch (p->kind) {
    case POINT_EASTER:
        buf_lit(b, in_language(l, "Pâques", "Easter", "Pâques"));
        break;
    case POINT_NTH:
        if (l == HOURS_EN)
            buf_lit(b, "the ");
        if (l != HOURS_EN && p->nth < -2) {
            buf_printf(b, "%s ", hours_weekday_name(p->weekday, l));
            rank(b, p->nth, l);
        } else {
            rank(b, p->nth, l);
            buf_printf(b, " %s", hours_weekday_name(p->weekday, l));
        }
        buf_char(b, ' ');
        of_month(b, p->month, l);
        break;
    case POINT_DAY:
        buf_printf(b, "%d%s %s", p->day, p->day == 1 && l != HOURS_EN ? "er" : "", hours_month_name(p->month, l));
        break;
    default:
        buf_lit(b, hours_month_name(p->month, l));
    }
    if (p->year != NO_YEAR)
        buf_printf(b, " %d", p->year);
}

/* French articles: "le 24 décembre", "l’avant-dernier dimanche", "Pâques", "2 jours avant Pâques". */
static void point_with_article(struct buf *b, const struct hours_point *p, enum hours_language l)
{
    offset_words(b, p->offset_days, l);
    if (l != HOURS_EN && p->kind == POINT_NTH && p->nth == -2)
        buf_lit(b, "l’");
    else if (l != HOURS_EN && (p->kind == POINT_DAY || p->kind == POINT_NTH))
        buf_lit(b, "le ");
    point_words(b, p, l);
}

/* "du 24 décembre", "de janvier", "d’août" / "au", "à": contraction of de/à with the article. */
static void range_end(struct buf *b, const struct hours_point *p, bool last, enum hours_language l)
{
    if (l == HOURS_EN) {
        buf_lit(b, last ? " to " : "from ");
        point_with_article(b, p, l);
        return;
    }
    if (last)
        buf_char(b, ' ');
    bool plain = p->offset_days == 0 && (p->kind == POINT_DAY || (p->kind == POINT_NTH && p->nth != -2));
    if (plain) {
        buf_lit(b, last ? "au " : "du ");
        point_words(b, p, l);
        return;
    }
    bool vowel = p->kind == POINT_MONTH && (p->month == 4 || p->month == 8 || p->month == 10);
    buf_lit(b, last ? "à " : vowel ? "d’" : "de ");
    point_with_article(b, p, l);
}

static void dates_words(struct buf *b, const struct hours_dates *d, enum hours_language l)
{
    if (d->range) {
        range_end(b, &d->from, false, l);
        range_end(b, &d->to, true, l);
    } else if (d->from.kind == POINT_MONTH) {
        buf_lit(b, in_language(l, "en ", "in ", "en "));
        point_words(b, &d->from, l);
    } else {
        if (d->from.kind == POINT_EASTER && d->from.offset_days == 0)
            buf_lit(b, in_language(l, "à ", "at ", "à "));
        else if (l == HOURS_EN && d->from.offset_days == 0)
            buf_lit(b, "on ");
        point_with_article(b, &d->from, l);
    }
    if (d->step > 1)
        buf_printf(b, l == HOURS_EN ? " (one day in %d)" : " (un jour sur %d)", d->step);
}

static void years_words(struct buf *b, const struct hours_rule *r, enum hours_language l)
{
    for (size_t i = 0; i < r->n_years; i++) {
        const struct hours_years *y = &r->years[i];
        join(b, i, r->n_years, l);
        if (y->to == INT_MAX)
            buf_printf(b, l == HOURS_EN ? "from %d on" : "à partir de %d", y->from);
        else if (y->to == y->from)
            buf_printf(b, l == HOURS_EN ? "in %d" : "en %d", y->from);
        else
            buf_printf(b, l == HOURS_EN ? "from %d to %d" : "de %d à %d", y->from, y->to);
        if (y->step > 1)
            buf_printf(b, l == HOURS_EN ? " (one year in %d)" : " (un an sur %d)", y->step);
    }
}

/* ---- a rule ---- */

static void comma(struct buf *b, size_t start)
{
    if (b->n > start)
        buf_lit(b, ", ");
}

/* Nothing when the rule speaks of every day without saying so. */
static void when_words(struct buf *b, const struct hours_rule *r, enum hours_language l)
{
    size_t start = b->n;
    years_words(b, r, l);
    if (r->n_dates > 0)
        comma(b, start);
    for (size_t i = 0; i < r->n_dates; i++) {
        join(b, i, r->n_dates, l);
        dates_words(b, &r->dates[i], l);
    }
    if (r->n_weeks > 0) {
        comma(b, start);
        weeks_words(b, r, l);
    }
    for (size_t g = 0; g < r->n_groups; g++) {
        comma(b, start);
        for (size_t i = 0; i < r->groups[g].n; i++) {
            join(b, i, r->groups[g].n, l);
            item_words(b, &r->groups[g].items[i], l);
        }
    }
}

static int earlier(const void *x, const void *y)
{
    const struct hours_span *s = x, *t = y;
    return s->start != t->start ? (s->start > t->start) - (s->start < t->start) : (s->end > t->end) - (s->end < t->end);
}

/* As the table of the week says them: in order, those that touch as one. */
static size_t spans_of(const struct hours_rule *r, struct hours_span spans[HOURS_SPANS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_times; i++)
        spans[i] = (struct hours_span){.start = r->times[i].start, .end = r->times[i].end, .open_end = r->times[i].open_end};
    qsort(spans, r->n_times, sizeof *spans, earlier);
    for (size_t i = 0; i < r->n_times; i++) {
        struct hours_span *last = n > 0 ? &spans[n - 1] : NULL;
        bool touch = last && !last->open_end && !spans[i].open_end && spans[i].start <= last->end;
        if (!touch || spans[i].end - last->start > DAY_MIN) /* more than a day is said by no pair of hours */
            spans[n++] = spans[i];
        else if (spans[i].end > last->end)
            last->end = spans[i].end;
    }
    return n;
}

static void times_words(struct buf *b, const struct hours_rule *r, enum hours_language l)
{
    struct hours_span spans[HOURS_SPANS_MAX];
    size_t n = spans_of(r, spans);
    for (size_t i = 0; i < n; i++) {
        join(b, i, n, l);
        hours_span_words(b, &spans[i], true, l);
    }
}

/* Makes the first letter at `at` a capital: ASCII, or é à î… written C3 A0…BE. */
static void capitalise(struct buf *b, size_t at)
{
    if (b->failed || at >= b->n)
        return;
    unsigned char *p = (unsigned char *)b->p + at;
    if (*p >= 'a' && *p <= 'z')
        *p = (unsigned char)(*p - 32);
    else if (*p == 0xC3 && at + 1 < b->n && p[1] >= 0xA0 && p[1] <= 0xBE && p[1] != 0xB7)
        p[1] = (unsigned char)(p[1] - 32);
}

static void comment_words(struct buf *b, struct str comment, const char *before, const char *after)
{
    if (comment.n == 0)
        return;
    buf_lit(b, before);
    buf_add(b, comment);
    buf_lit(b, after);
}

static bool every_day(const struct hours_rule *r)
{
    return !hours_rule_dated(r);
}

static void closed_rule(struct buf *b, const struct hours_rule *r, enum hours_language l)
{
    if (l == HOURS_FALC) {
        when_words(b, r, l);
        if (every_day(r))
            buf_lit(b, r->n_times > 0 ? "tous les jours" : "");
        buf_lit(b, every_day(r) && r->n_times == 0 ? "c’est fermé" : ", c’est fermé");
    } else {
        buf_lit(b, in_language(l, "fermé", "closed", ""));
        if (!every_day(r)) {
            buf_char(b, ' ');
            when_words(b, r, l);
        }
    }
    if (r->n_times > 0) {
        buf_char(b, ' ');
        times_words(b, r, l);
    }
    comment_words(b, r->comment, " (", ")");
}

/* "du lundi au vendredi de 9 h à 12 h"; what is left of the sentence depends on the state. */
static void open_rule(struct buf *b, const struct hours_rule *r, bool added, enum hours_language l)
{
    if (every_day(r))
        buf_lit(b, in_language(l, "tous les jours", "every day", "tous les jours"));
    else
        when_words(b, r, l);
    if (l == HOURS_FALC && r->state == HOURS_OPEN)
        buf_lit(b, ", c’est ouvert");
    if (added)
        buf_lit(b, in_language(l, " aussi", " also", " aussi"));
    if (r->n_times > 0) {
        buf_char(b, ' ');
        times_words(b, r, l);
    } else if (r->state == HOURS_OPEN) {
        buf_lit(b, in_language(l, ", 24" NBSP "h sur 24", ", 24 hours a day", " jour et nuit"));
    }
    if (r->state == HOURS_OPEN) {
        comment_words(b, r->comment, " (", ")");
        return;
    }
    buf_lit(b, in_language(l, NBSP ": ", ": ", NBSP ": "));
    if (r->comment.n > 0)
        buf_add(b, r->comment);
    else
        buf_lit(b, in_language(l, "à vérifier", "to be checked", "les horaires sont à vérifier"));
}

static void rule_words(struct buf *b, const struct hours_rule *r, bool added, enum hours_language l)
{
    size_t start = b->n;
    if (r->join == JOIN_FALLBACK)
        buf_lit(b, in_language(l, "le reste du temps" NBSP ": ", "the rest of the time: ", "le reste du temps" NBSP ": "));
    if (r->state == HOURS_CLOSED)
        closed_rule(b, r, l);
    else if (r->state == HOURS_UNKNOWN && every_day(r) && r->n_times == 0)
        buf_add(b, r->comment.n > 0 ? r->comment
                                    : str_from(in_language(l, "horaires à vérifier", "opening hours to be checked",
                                                           "les horaires sont à vérifier")));
    else
        open_rule(b, r, added, l);
    capitalise(b, start);
    if (!str_ends(buf_str(b), STR(".")))
        buf_char(b, '.');
}

/* ---- rules that replace one another ---- */

enum { EVERY_DAY = 0x7F };

/* The days of a rule that speaks of weekdays alone, or of nothing; 0: of something else. */
static unsigned weekdays_of(const struct hours_rule *r)
{
    unsigned mask = 0;
    if (r->n_years + r->n_dates + r->n_weeks > 0 || r->n_groups > 1)
        return 0;
    for (size_t i = 0; r->n_groups == 1 && i < r->groups[0].n; i++) {
        if (r->groups[0].items[i].kind != DAYS_MASK)
            return 0;
        mask |= r->groups[0].items[i].mask;
    }
    return r->n_groups == 0 ? EVERY_DAY : mask;
}

/* "Mo-Fr 09:00-17:00; We 09:00-12:00": a person would not know which of the two holds on Wednesdays. The days that are left to
 * a rule are those that no later rule replaces. */
static unsigned days_left(const struct hours *h, size_t i)
{
    unsigned mask = weekdays_of(&h->rules[i]);
    for (size_t k = i + 1; k < h->n; k++)
        if (hours_rule_replaces_day(h, k))
            mask &= ~weekdays_of(&h->rules[k]);
    return mask;
}

/* Hours that come on top of others of the same days. */
static bool is_added(const struct hours *h, size_t i, unsigned days)
{
    const struct hours_rule *r = &h->rules[i];
    bool added = false;
    if (r->state != HOURS_OPEN || r->n_times == 0 || r->fallback || hours_rule_replaces_day(h, i))
        return false;
    for (size_t k = 0; k < i && !added; k++)
        added = h->rules[k].state == HOURS_OPEN && h->rules[k].n_times > 0 && (days_left(h, k) & days) != 0;
    return added;
}

struct str hours_sentence(struct arena *a, const struct hours *h, enum hours_language lang)
{
    struct buf b;
    buf_init(&b, WORDS_MAX);
    for (size_t i = 0; i < h->n; i++) {
        struct hours_rule said = h->rules[i];
        unsigned days = weekdays_of(&said), left = days_left(h, i);
        struct hours_days item = {.kind = DAYS_MASK, .mask = (uint8_t)left};
        struct hours_group group = {&item, 1};
        if (days && !left)
            continue;
        if (days != left) {
            said.groups = &group;
            said.n_groups = 1;
        }
        if (b.n > 0)
            buf_char(&b, ' ');
        rule_words(&b, &said, is_added(h, i, left), lang);
    }
    return hours_words_done(a, &b);
}
