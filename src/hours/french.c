/* Reads opening hours as people write them. Every word must be understood: one unknown word refuses the whole. */
#include "hours/french.h"

#include "hours/french_lex.h"

struct reader {
    const struct french_token *t; /* the current token */
    const struct french_token *first;
    struct french_text *out;
    struct french_clause *c;      /* the clause being read, the last of out */
    bool times_first;             /* "9h-12h le lundi": days come after their hours */
    bool appointment_scope;       /* "sur rendez-vous :" holds for what follows */
    char period[40];              /* "en août :" holds for what follows */
    bool vacation;                /* so does "pendant les vacances :" */
    int parity;                   /* so does "semaines paires :" */
};

static bool is_sign(const struct french_token *t, char c)
{
    return t->kind == F_SIGN && t->value == c;
}

static bool is_stop(const struct french_token *t)
{
    return is_sign(t, '.') || is_sign(t, ';') || is_sign(t, '\n');
}

static bool has_content(const struct french_clause *c)
{
    return c->n > 0 || c->closed || c->appointment || c->other_day || c->other_week;
}

static bool new_clause(struct reader *r)
{
    if (r->out->n == CLAUSES_MAX)
        return false;
    r->c = &r->out->clauses[r->out->n++];
    *r->c = (struct french_clause){
        .appointment = r->appointment_scope, .parity = r->parity, .vacation = r->vacation};
    memcpy(r->c->period, r->period, sizeof r->period);
    return true;
}

static bool skip_kind(struct reader *r, enum french_kind kind)
{
    if (r->t->kind != kind)
        return false;
    r->t++;
    return true;
}

/* ---- days ---- */

static bool is_article(const struct french_token *t)
{
    return t->kind == F_LE || t->kind == F_DU || t->kind == F_DE;
}

static unsigned half_of(const struct french_token *t)
{
    return t->kind == F_MORNING     ? HALF_MORNING
           : t->kind == F_AFTERNOON ? HALF_AFTERNOON
           : t->kind == F_EVENING   ? HALF_EVENING
                                    : 0;
}

static bool is_two(const struct french_token *t)
{
    return t->kind == F_TWO || (t->kind == F_NUMBER && t->value == 2);
}

static bool is_one(const struct french_token *t)
{
    return t->kind == F_UN || (t->kind == F_NUMBER && t->value == 1);
}

/* "un lundi sur deux" */
static bool at_other_day(const struct french_token *t)
{
    return is_one(t) && t[1].kind == F_DAY && t[2].kind == F_SUR && is_two(t + 3);
}

/* "1er lundi", "1er et 3e lundi": ranks up to a day. */
static bool at_ranked_day(const struct french_token *t)
{
    if (t->kind != F_RANK)
        return false;
    while (t->kind == F_RANK || t->kind == F_ET || is_sign(t, ',') || t->kind == F_LE)
        t++;
    return t->kind == F_DAY;
}

static bool at_holidays(const struct french_token *t)
{
    return t->kind == F_WORD_DAY && t->value == 0 && t[1].kind == F_HOLIDAY;
}

static bool at_days(const struct french_token *t)
{
    while (is_article(t))
        t++;
    return t->kind == F_DAY || t->kind == F_WEEKEND || t->kind == F_TOUS || t->kind == F_CHAQUE ||
           (t->kind == F_WORD_DAY && t->value == 7) || at_other_day(t) || at_ranked_day(t) || at_holidays(t);
}

static bool read_ranked_day(struct reader *r)
{
    for (; r->t->kind != F_DAY; r->t++) {
        int rank = r->t->value;
        if (r->t->kind == F_RANK && (rank > 5 || rank < -1))
            return false;
        if (r->t->kind == F_RANK)
            r->c->nth_mask |= 1u << (rank > 0 ? rank : 9);
    }
    r->c->mask |= 1u << r->t->value;
    r->t++;
    r->c->halves |= half_of(r->t);
    if (half_of(r->t))
        r->t++;
    bool of = skip_kind(r, F_DU) || (skip_kind(r, F_DE) && (skip_kind(r, F_CHAQUE) || true));
    return of && skip_kind(r, F_MONTH_WORD);
}

/* lundi, du lundi au vendredi, lundi-vendredi, le week-end, tous les jours, tous les lundis. */
static bool read_day_item(struct reader *r)
{
    while (is_article(r->t))
        r->t++;
    if (at_ranked_day(r->t))
        return read_ranked_day(r);
    if (at_other_day(r->t)) {
        r->c->mask |= 1u << r->t[1].value;
        r->c->other_day = true;
        r->t += 4;
        return true;
    }
    if (at_holidays(r->t)) {
        r->c->holidays = true;
        r->t += 2;
        return true;
    }
    bool every = r->t->kind == F_TOUS || r->t->kind == F_CHAQUE;
    if (every)
        r->t++;
    if (r->t->kind == F_LE && every)
        r->t++;
    if (r->t->kind == F_WORD_DAY && (every || r->t->value == 7)) {
        r->c->mask |= 0x7F;
        r->t++;
        return true;
    }
    if (skip_kind(r, F_WEEKEND)) {
        r->c->mask |= 0x60;
        return true;
    }
    if (r->t->kind != F_DAY)
        return false;
    int from = r->t->value, to = from;
    r->t++;
    bool dash = is_sign(r->t, '-') && r->t[1].kind == F_DAY;
    if ((r->t->kind == F_AU || r->t->kind == F_A || dash) && r->t[1].kind == F_DAY) {
        to = r->t[1].value;
        r->t += 2;
    }
    for (int d = from;; d = (d + 1) % 7) {
        r->c->mask |= 1u << d;
        if (d == to)
            return true;
    }
}

/* After a day: ", le" "et" "/" nothing, then another day. */
static bool another_day(struct reader *r)
{
    const struct french_token *t = r->t;
    while (is_sign(t, ',') || is_sign(t, '/') || t->kind == F_ET)
        t++;
    if (!at_days(t) || at_ranked_day(t) || at_other_day(t) || (t == r->t && t->kind != F_DAY))
        return false;
    r->t = t;
    return true;
}

static bool read_days(struct reader *r)
{
    bool start = r->out->n == 0 || r->c->has_days || (r->times_first ? r->c->n == 0 : has_content(r->c));
    if (start && !new_clause(r))
        return false;
    r->c->has_days = true;
    do {
        if (!read_day_item(r))
            return false;
    } while (!r->c->nth_mask && !r->c->other_day && another_day(r));
    unsigned half = half_of(r->t);
    if (half) {
        r->c->halves |= half;
        r->t++;
    }
    (void)skip_kind(r, F_WHOLE_DAY);
    return true;
}

/* ---- times ---- */

/* Can this token be one end of a span? Bare numbers only beside a dash or "à". */
static bool time_value(const struct french_token *t, bool end, int *minutes, bool *bare)
{
    *bare = t->kind == F_NUMBER;
    *minutes = t->value;
    if (t->kind == F_TIME) {
        if (!end && *minutes == DAY_MIN)
            *minutes = 0;
        return true;
    }
    if (t->kind == F_NUMBER && t->value <= 24) {
        *minutes = t->value * 60;
        return true;
    }
    if (t->kind != F_DIGITS4 || !end || t->value / 100 > 23 || t->value % 100 > 59)
        return false;
    *minutes = t->value / 100 * 60 + t->value % 100;
    return true;
}

/* "13/30 -": on French keyboards "/" is ":" with a shift too many. */
static bool at_slip(const struct french_token *t)
{
    bool quarter = t[0].kind == F_NUMBER && t[0].value < 24 && is_sign(t + 1, '/') && t[2].kind == F_NUMBER &&
                   t[2].value < 60 && t[2].value % 15 == 0;
    return quarter && is_sign(t + 3, '-') && t[4].kind == F_TIME;
}

/* What links two ends: "9h-12h", "9h à 12h", "9h 12h", "9h/12h", "entre 9h et 12h". Returns the end's token. */
static const struct french_token *skip_link(const struct french_token *t, bool between, bool *strong)
{
    bool slip = t->kind == F_NUMBER && t->value == 0 && t[1].kind == F_TIME; /* "à" is the key of "0" */
    *strong = t->kind == F_A || is_sign(t, '-') || slip;
    bool link = *strong || is_sign(t, '/') || t->kind == F_AU || (between && t->kind == F_ET);
    return link ? t + 1 : t;
}

static bool at_times(const struct french_token *t)
{
    int minutes;
    bool bare, strong;
    while (t->kind == F_DE || t->kind == F_ENTRE)
        t++;
    if (!time_value(t, false, &minutes, &bare))
        return false;
    if (!bare || at_slip(t))
        return true;
    const struct french_token *end = skip_link(t + 1, false, &strong);
    return strong && time_value(end, true, &minutes, &bare);
}

/* Hours said twice, or that overlap, are hours all the same: the spans are joined. But hours that start before all
 * others are a slip ("09:00-13:00-/3:00-16:00"). */
static bool merge_span(struct french_clause *c, struct french_span s)
{
    size_t kept = 0, at = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct french_span old = c->spans[i];
        if (old.start <= s.end && s.start <= old.end) {
            s.start = old.start < s.start ? old.start : s.start;
            s.end = old.end > s.end ? old.end : s.end;
        } else {
            c->spans[kept++] = old;
        }
    }
    if (kept == CLAUSE_SPANS_MAX)
        return false;
    while (at < kept && c->spans[at].start < s.start)
        at++;
    memmove(&c->spans[at + 1], &c->spans[at], (kept - at) * sizeof s);
    c->spans[at] = s;
    c->n = kept + 1;
    return true;
}

/* Loosely written hours ("9h 12h 14h 18h") must at least go forward; `strong`: a dash or "à" links the two. */
static bool add_span(struct french_clause *c, int start, int end, bool strong)
{
    bool forward = c->n == 0 || start >= c->spans[c->n - 1].end;
    bool night = end <= start && start >= 16 * 60 && end <= 6 * 60; /* "20h-2h"; "14h-7h" is a slip */
    if (start == 0 && end == 0 && strong) { /* "00:00 - 00:00": an empty cell of a form */
        c->closed = c->n == 0;
        return true;
    }
    if ((end <= start && !night) || (!forward && !strong))
        return false;
    c->closed = false;
    struct french_span s = {start, night ? end + DAY_MIN : end};
    if (!forward)
        return start >= c->spans[0].start && merge_span(c, s);
    if (c->n == CLAUSE_SPANS_MAX)
        return false;
    c->spans[c->n++] = s;
    return true;
}

static bool read_span(struct reader *r)
{
    int start, end;
    bool bare_start, bare_end, strong, between = false;
    for (; r->t->kind == F_DE || r->t->kind == F_ENTRE; r->t++)
        between = r->t->kind == F_ENTRE;
    if (!time_value(r->t, false, &start, &bare_start))
        return false;
    if (at_slip(r->t)) {
        start += r->t[2].value;
        r->t += 2;
    }
    r->t++;
    while (r->t->kind == F_NEUTRAL) /* "8h30 h à" */
        r->t++;
    r->t = skip_link(r->t, between, &strong);
    bool digits4 = r->t->kind == F_DIGITS4;
    if (!time_value(r->t, true, &end, &bare_end) || ((bare_start || bare_end || digits4) && !strong))
        return false;
    r->t++;
    return add_span(r->c, start, end, strong);
}

/* Skips what may stand between two spans; stops before anything else. */
static void skip_between_spans(struct reader *r)
{
    const struct french_token *t = r->t;
    while (is_sign(t, ',') || is_sign(t, '/') || is_sign(t, '-') || is_sign(t, ';') || is_sign(t, '+') ||
           is_sign(t, '\n') || t->kind == F_ET || (t->kind == F_NEUTRAL && t[1].kind == F_SIGN))
        t++;
    if (at_times(t))
        r->t = t;
}

static bool read_times(struct reader *r)
{
    if (r->out->n == 0)
        r->times_first = true;
    bool start = r->out->n == 0 || (r->times_first && r->c->has_days) || r->c->closed;
    bool same_days = !start && r->c->remarked;
    struct french_clause before = start ? (struct french_clause){0} : *r->c;
    if ((start || same_days) && !new_clause(r))
        return false;
    if (same_days) { /* "lundi 9h-12h sans rendez-vous, 14h-17h sur rendez-vous" */
        *r->c = before;
        r->c->n = 0;
        r->c->remarked = false;
        r->c->appointment = r->appointment_scope;
    }
    do {
        if (!read_span(r))
            return false;
        skip_between_spans(r);
    } while (at_times(r->t));
    return true;
}

/* ---- periods ---- */

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* "1er", "31": a day of the month. */
static bool at_date(const struct french_token *t)
{
    return (t->kind == F_RANK || t->kind == F_NUMBER) && t->value >= 1 && t->value <= 31 && t[1].kind == F_MONTH;
}

static bool at_period(const struct french_token *t)
{
    while (t->kind == F_EN || t->kind == F_DU || t->kind == F_DE || t->kind == F_DURING || t->kind == F_LE)
        t++;
    bool short_start = (t->kind == F_RANK || t->kind == F_NUMBER) && t[1].kind == F_AU && at_date(t + 2);
    return t->kind == F_MONTH || t->kind == F_VACATION || at_date(t) || short_start;
}

/* "1er au 15 août", "1er juillet au 31 août" */
static bool read_date_range(struct reader *r, char *out, size_t size)
{
    int from_day = r->t->value, from_month = 0;
    r->t++;
    if (r->t->kind == F_MONTH)
        from_month = (r->t++)->value;
    if (!skip_kind(r, F_AU) || !at_date(r->t))
        return false;
    int to_day = r->t[0].value, to_month = r->t[1].value;
    r->t += 2;
    if (from_month == 0)
        from_month = to_month;
    (void)snprintf(out, size, "%s %02d-%s %02d", months[from_month - 1], from_day, months[to_month - 1], to_day);
    return true;
}

struct period {
    char text[40];
    bool vacation;
};

/* After "vacances": "de Noël" gives the dates between which these holidays always fall. */
static bool read_vacation(struct reader *r, struct period *out)
{
    static const char *const seasons[] = {"Dec 14-Jan 12", "Oct 10-Nov 11", "Feb 01-Mar 15", "Mar 28-May 15",
                                          "Jun 28-Sep 04"};
    out->vacation = true;
    while (r->t->kind == F_NEUTRAL) /* scolaires */
        r->t++;
    const struct french_token *t = r->t;
    while (is_article(t))
        t++;
    if (t->kind == F_SEASON) {
        (void)snprintf(out->text, sizeof out->text, "%s", seasons[t->value]);
        r->t = t + 1;
    }
    return t->kind == F_SEASON || r->t->kind != F_DE;
}

/* "août", "juillet et août", "juillet-août", "septembre à juin", or dates, or the school holidays. */
static bool read_period(struct reader *r, struct period *out)
{
    *out = (struct period){0};
    while (r->t->kind == F_EN || r->t->kind == F_DU || r->t->kind == F_DE || r->t->kind == F_DURING || r->t->kind == F_LE)
        r->t++;
    if (skip_kind(r, F_VACATION))
        return read_vacation(r, out);
    if (r->t->kind != F_MONTH)
        return read_date_range(r, out->text, sizeof out->text);
    int from = (r->t++)->value;
    const struct french_token *t = r->t;
    bool range = t->kind == F_A || t->kind == F_AU || is_sign(t, '-');
    bool both = t->kind == F_ET || is_sign(t, ',') || is_sign(t, '/');
    if (both)
        while (t[1].kind == F_EN)
            t++;
    if ((range || both) && t[1].kind == F_MONTH) {
        (void)snprintf(out->text, sizeof out->text, "%s%c%s", months[from - 1], range ? '-' : ',',
                       months[t[1].value - 1]);
        r->t = t + 2;
        return true;
    }
    (void)snprintf(out->text, sizeof out->text, "%s", months[from - 1]);
    return true;
}

static void set_period(struct french_clause *c, const struct period *p)
{
    memcpy(c->period, p->text, sizeof c->period);
    c->vacation = p->vacation;
}

/* A period before any day or hour holds for all that follows, else for the clause it ends. */
static bool apply_period(struct reader *r)
{
    struct period period;
    if (!read_period(r, &period))
        return false;
    if (is_sign(r->t, ':') || r->out->n == 0) {
        memcpy(r->period, period.text, sizeof r->period);
        r->vacation = period.vacation;
        while (is_sign(r->t, ':') || is_sign(r->t, ','))
            r->t++;
        return r->out->n == 0 || new_clause(r);
    }
    if (r->c->period[0] != '\0' || r->c->vacation)
        return false;
    set_period(r->c, &period);
    return true;
}

/* ---- closures, exceptions, appointments, weeks ---- */

static bool read_closed(struct reader *r)
{
    r->t++;
    const struct french_token *t = r->t;
    while (is_article(t) || t->kind == F_DURING)
        t++;
    if (half_of(t)) { /* "fermé le matin - 13h30 à 18h" */
        if (r->out->n == 0 && !new_clause(r))
            return false;
        r->c->closed_halves |= half_of(t);
        r->t = t + 1;
        return true;
    }
    bool said_before = r->out->n > 0 && r->c->has_days && !has_content(r->c);
    if (!said_before && (at_days(r->t) || at_period(r->t))) {
        if (!new_clause(r))
            return false;
        r->c->closed = true;
        if (at_period(r->t)) {
            struct period period;
            if (!read_period(r, &period))
                return false;
            set_period(r->c, &period);
            return true;
        }
        r->c->has_days = true;
        do {
            if (!read_day_item(r))
                return false;
        } while (another_day(r));
        return !half_of(r->t) && r->c->halves == 0;
    }
    if (r->out->n == 0) { /* a cell that says "fermé" */
        if (!new_clause(r))
            return false;
    } else if (!said_before || r->c->halves) { /* "lundi matin fermé" leaves the afternoon unsaid */
        return false;
    }
    r->c->closed = true;
    return true;
}

/* "sauf le mercredi", "sauf jours fériés", "hors vacances scolaires" */
static bool read_except(struct reader *r)
{
    bool outside = r->t->kind == F_OUTSIDE;
    r->t++;
    const struct french_token *t = r->t;
    while (is_article(t) || t->kind == F_DURING)
        t++;
    if (at_holidays(t)) {
        r->out->holidays_off = true;
        r->t = t + 2;
        return true;
    }
    if (t->kind == F_VACATION) {
        struct period period;
        r->t = t;
        r->out->vacation_off = !outside;
        r->out->vacation_unsaid = outside;
        return read_period(r, &period) && period.text[0] == '\0';
    }
    if (outside || r->out->n == 0 || !r->c->has_days)
        return false;
    struct french_clause except = {0}, *clause = r->c;
    r->c = &except;
    do {
        if (!read_day_item(r))
            return false;
    } while (another_day(r));
    r->c = clause;
    unsigned left = clause->mask & ~except.mask;
    if (half_of(r->t) || except.nth_mask || except.holidays || (clause->mask & except.mask) != except.mask || left == 0)
        return false;
    clause->mask = left;
    return true;
}

/* "vendredi après-midi et samedi matin, semaines impaires": does it speak of both? Only a clause whose forerunners
 * are complete can take what comes after it. */
static bool forerunners_complete(const struct reader *r)
{
    for (size_t i = 0; i + 1 < r->out->n; i++)
        if (!has_content(&r->out->clauses[i]))
            return false;
    return true;
}

/* To which clause does "sur rendez-vous" belong? The one before when nothing separates them, the ones after when it
 * opens the text or a part of it. */
static bool read_appointment(struct reader *r)
{
    bool without = r->t->kind == F_SANS, bare = r->t->kind == F_APPOINTMENT;
    bool opens = r->out->n == 0 || (r->t > r->first && r->t[-1].kind == F_SIGN);
    r->t += r->t->kind == F_APPOINTMENT ? 1 : 2;
    while (r->t->kind == F_NEUTRAL)
        r->t++;
    bool closes = r->t->kind == F_END || r->t->kind == F_SIGN;
    bool waiting = r->out->n > 0 && r->c->has_days && !has_content(r->c);
    if (waiting || (r->out->n > 0 && (!opens || (closes && !r->appointment_scope)))) {
        r->c->appointment = !without;
        r->c->remarked = r->c->n > 0;
        return r->c->n > 0 || forerunners_complete(r);
    }
    if (bare)
        return false; /* "rendez-vous" alone says little */
    r->appointment_scope = !without;
    if (r->t->kind != F_END)
        return true;
    return r->out->n > 0 || new_clause(r);
}

static bool read_parity(struct reader *r)
{
    int parity = r->t[1].kind == F_EVEN ? 2 : 1;
    r->t += 2;
    if (is_sign(r->t, ':') || r->out->n == 0) {
        r->parity = parity;
        return new_clause(r);
    }
    if (r->c->parity != 0 || !forerunners_complete(r))
        return false;
    r->c->parity = parity;
    return true;
}

/* "une semaine sur deux", "1 semaine /2" */
static bool at_other_week(const struct french_token *t)
{
    return is_one(t) && t[1].kind == F_WEEK && (t[2].kind == F_SUR || is_sign(t + 2, '/')) && is_two(t + 3);
}

static bool at_appointment(const struct french_token *t)
{
    return t->kind == F_APPOINTMENT ||
           ((t->kind == F_SUR || t->kind == F_SANS || t->kind == F_AVEC) && t[1].kind == F_APPOINTMENT);
}

/* A word that carries no hours: skipped. */
static bool skip_filler(struct reader *r)
{
    const struct french_token *t = r->t;
    if (is_stop(t))
        r->appointment_scope = false;
    bool article = (is_article(t) || t->kind == F_ET || t->kind == F_A || t->kind == F_AU) && r->t[1].kind != F_END;
    if (t->kind != F_SIGN && t->kind != F_NEUTRAL && !article)
        return false;
    r->t++;
    return true;
}

static bool read_item(struct reader *r)
{
    const struct french_token *t = r->t;
    if (at_other_week(t)) {
        if (r->out->n == 0 && !new_clause(r))
            return false;
        r->c->other_week = true;
        r->t += 4;
        return forerunners_complete(r);
    }
    if (at_period(t) && !at_ranked_day(t))
        return apply_period(r);
    if (at_times(t))
        return read_times(r);
    if (at_days(t))
        return read_days(r);
    if (at_appointment(t))
        return read_appointment(r);
    if (t->kind == F_CLOSED)
        return read_closed(r);
    if (t->kind == F_EXCEPT || t->kind == F_OUTSIDE)
        return read_except(r);
    if (t->kind == F_WEEK && (t[1].kind == F_EVEN || t[1].kind == F_ODD))
        return read_parity(r);
    if (half_of(t) && r->out->n > 0 && (r->c->has_days || r->c->n > 0)) {
        r->c->halves |= half_of(t);
        r->t++;
        return true;
    }
    return skip_filler(r);
}

/* "matin" with hours in the afternoon is a slip. */
static bool halves_agree(const struct french_clause *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct french_span *s = &c->spans[i];
        if ((c->halves == HALF_MORNING && s->end > 14 * 60) || (c->halves == HALF_AFTERNOON && s->start < 12 * 60) ||
            (c->halves == HALF_EVENING && s->start < 16 * 60))
            return false;
        if ((c->closed_halves & HALF_MORNING && s->start < 12 * 60) ||
            (c->closed_halves & HALF_AFTERNOON && s->end > 14 * 60))
            return false;
    }
    return c->closed_halves == 0 || c->n > 0;
}

bool french_read(struct arena *a, struct str text, struct french_text *out)
{
    *out = (struct french_text){0};
    struct str folded = french_fold(a, text);
    if (folded.n == 0)
        return false;
    struct reader r = {.out = out};
    r.t = r.first = french_lex(a, folded);
    while (r.t->kind != F_END)
        if (!read_item(&r))
            return false;
    for (size_t i = 0; i < out->n; i++)
        if (!halves_agree(&out->clauses[i]))
            return false;
    return out->n > 0;
}
