/* What a French text says, clause by clause, before it is written as an expression. Private to src/hours. */
#ifndef BALISE_HOURS_FRENCH_H
#define BALISE_HOURS_FRENCH_H

#include "hours/ast.h"

enum { CLAUSES_MAX = 32, CLAUSE_SPANS_MAX = 6 };

enum { HALF_MORNING = 1, HALF_AFTERNOON = 2, HALF_EVENING = 4 };

struct french_span {
    int start, end; /* minutes; end past 24:00 for a night */
};

struct french_clause {
    bool has_days, holidays; /* holidays: "dimanche et jours fériés" */
    unsigned mask;           /* bit 0 = lundi */
    unsigned nth_mask;       /* as struct hours_days: "1er et 3e lundi du mois" */
    unsigned halves;         /* "matin" was said */
    unsigned closed_halves;  /* "fermé le matin" was said */
    struct french_span spans[CLAUSE_SPANS_MAX];
    size_t n;
    bool closed, appointment;
    bool remarked;           /* an appointment was spoken of after its hours: more hours are another matter */
    bool other_day, other_week; /* "un lundi sur deux", "une semaine sur deux": which ones is not said */
    int parity;                 /* 0; 1 odd weeks, 2 even weeks */
    bool vacation;           /* in school holidays; with a period: in those only */
    char period[40];         /* "Jul,Aug", "Sep 01-Jun 30": in OSM; "" all year */
};

struct french_text {
    struct french_clause clauses[CLAUSES_MAX];
    size_t n;
    bool holidays_off, vacation_off;
    bool vacation_unsaid; /* "hors vacances scolaires": nothing is said of these */
};

/* False when something is not understood, or can be understood in two ways. `cell`: the text of one weekday,
 * without day names. */
bool french_read(struct arena *a, struct str text, struct french_text *out);

/* Writes clauses as an expression; false when they contradict each other. */
bool french_write(const struct french_text *t, struct buf *out);

#endif
