/* The parsed expression, private to src/hours. A rule is a day selector (years AND dates AND weeks AND each
 * weekday group; absent means every day) with times (absent means the whole day) and a state. */
#ifndef BALISE_HOURS_AST_H
#define BALISE_HOURS_AST_H

#include "hours/hours.h"

enum {
    HOURS_TEXT_MAX = 2000, /* bytes; the longest real value met has 158 */
    HOURS_SPANS_MAX = 200, /* in one expression: bounds what hours_at keeps on its stack */
    DAY_MIN = 24 * 60,
    NO_YEAR = 0
};

struct hours_years {
    int from, to; /* inclusive; to = INT_MAX for "2026+" and "2026/2" */
    int step;     /* ≥ 1 */
};
struct hours_weeks {
    int from, to, step;
};

/* One end of a range of dates. */
struct hours_point {
    enum { POINT_MONTH, POINT_DAY, POINT_NTH, POINT_EASTER } kind;
    int year;  /* NO_YEAR: every year */
    int month; /* 1…12 */
    int day;   /* POINT_DAY */
    int weekday, nth; /* POINT_NTH: 0 = Monday; 1…5 or −1…−5 */
    int offset_days;
};
struct hours_dates {
    struct hours_point from, to;
    bool range;     /* written with a "-" */
    bool to_december; /* "Mar 15+": until the end of the year */
    int step;       /* every n days from the first; 1 normally */
};

/* One element of a weekday group. */
struct hours_days {
    enum { DAYS_MASK, DAYS_NTH, DAYS_PH, DAYS_SH } kind;
    uint8_t mask;      /* bit 0 = Monday; DAYS_MASK and DAYS_NTH */
    uint16_t nth_mask; /* DAYS_NTH: bits 1…5 from the start, 9…13 = −1…−5 */
    int offset_days;   /* DAYS_NTH, DAYS_PH */
};
/* Elements joined by commas: one of them must match. */
struct hours_group {
    struct hours_days *items;
    size_t n;
};

struct hours_time {
    int16_t start;     /* 0…1439 */
    int16_t end;       /* > start, ≤ 2880; equal to start when only the start is known ("17:00+") */
    int16_t guess_end; /* with open_end: until when the state is held unknown */
    bool open_end;
};

enum hours_join { JOIN_OVERRIDE, JOIN_ADD, JOIN_FALLBACK }; /* ";"  ","  "||" */

struct hours_rule {
    enum hours_join join;
    bool fallback; /* joined by "||", or by "," to such a rule: speaks only where it is closed otherwise */
    struct hours_years *years;
    size_t n_years;
    struct hours_dates *dates;
    size_t n_dates;
    struct hours_weeks *weeks;
    size_t n_weeks;
    struct hours_group *groups;
    size_t n_groups;
    struct hours_time *times;
    size_t n_times;
    bool always;   /* written 24/7 */
    bool modifier; /* the state is written */
    enum hours_state state;
    struct str comment;
};

struct hours {
    struct hours_rule *rules;
    size_t n;
    struct str text; /* our copy: comments point into it */
    bool weekly;     /* every week is the same: no date, week, year, nth, holiday */
    bool never_opens; /* every rule closes */
    bool uses_years; /* years are written: the next change may be far */
};

/* Has the rule anything that chooses days? */
static inline bool hours_rule_dated(const struct hours_rule *r)
{
    return r->n_years + r->n_dates + r->n_weeks + r->n_groups > 0;
}

/* ---- eval.c ---- */
/* Does this rule wipe what the rules before it said of its days? */
bool hours_rule_replaces_day(const struct hours *h, size_t i);

/* ---- holidays.c, school.c ---- */
enum hours_maybe { HOURS_NO, HOURS_YES, HOURS_MAYBE };
/* Is this date in the school holidays of the département? HOURS_MAYBE when there is no data for it. */
enum hours_maybe hours_school_holiday(const char *departement, struct civil_date date);

/* "09:05"; up to 48:00. */
void hours_format_clock(struct buf *b, int minutes);
/* Mo-Fr for three days or more that follow each other, Mo,Tu for two. Bit 0 = Monday. */
void hours_format_mask(struct buf *b, unsigned mask);

#endif
