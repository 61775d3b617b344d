/* OSM opening_hours: parse, evaluate, put in words. Pure: no clock, no database, no locale.
 *
 * Grammar: the OSM specification 0.7.2 without sun times and points in time: weekdays, several spans, spans past midnight
 * and open ends, nth weekday, months, dates, years, weeks (week 2-52/2), PH, SH, easter, 24/7,
 * open/closed/off/unknown, comments, `;` `,` `||`. Public holidays are computed per département
 * (57, 67, 68, overseas); school holidays come from data per zone, and a year without data gives
 * `unknown`, never an error. */
#ifndef BALISE_HOURS_HOURS_H
#define BALISE_HOURS_HOURS_H

#include "base/arena.h"
#include "base/clock.h"

struct hours; /* a parsed expression; immutable, lives in its arena, may be shared by threads */

enum hours_state { HOURS_CLOSED, HOURS_OPEN, HOURS_UNKNOWN };

/* Where the place is: decides the zone, the public and the school holidays. */
struct hours_place {
    enum zone zone;
    char departement[4]; /* "35", "2A", "971"; "" when unknown: only national holidays */
};
struct hours_place hours_place_of_insee(struct str code_insee);

/* ERR_INVALID with *why (a French sentence with the place of the mistake) when the text is not valid.
 * Reads more than it writes: 9:00, 9.00, 9h00, 9-12, long dashes, English and French day names, any case. */
enum err hours_parse(struct arena *a, struct str text, struct hours **out, struct str *why) MUST_USE;

struct hours_now {
    enum hours_state state;
    struct str comment;      /* "sur rendez-vous", or empty; lives with the expression */
    bool has_next;           /* the state changes some day; looked for over eight years, 25 if years are written */
    int64_t next_ms;         /* when, UTC */
    enum hours_state next_state;
};
struct hours_now hours_at(const struct hours *h, const struct hours_place *place, int64_t utc_ms);

/* A span of one local day, the day it begins. Minutes from midnight; `end` may pass 24:00 (up to 48:00).
 * With `open_end` the true end is not known: `end` is the one announced, or `start` when none is. */
struct hours_span {
    int start, end;
    enum hours_state state; /* open or unknown */
    bool open_end;
    struct str comment;
};
struct hours_day {
    struct civil_date date;
    struct hours_span *spans; /* in order; empty when closed */
    size_t n;
    struct str holiday; /* French name of the public holiday, or empty */
};
/* The spans of one date (exceptions and holidays applied). */
struct hours_day hours_on(const struct hours *h, const struct hours_place *place, struct arena *a,
                          struct civil_date date);
/* Seven days starting on the Monday of the week that holds `date`. */
void hours_week(const struct hours *h, const struct hours_place *place, struct arena *a,
                struct civil_date date, struct hours_day out[7]);

enum hours_language { HOURS_FR, HOURS_EN, HOURS_FALC };
/* Why a text is not valid, as hours_parse says it but in the language asked for; empty when it is valid. */
struct str hours_fault(struct arena *a, struct str text, enum hours_language lang);
/* "9 h – 12 h · 14 h – 18 h 30" / "9 am – 12 pm"; "fermé" / "closed" when there is no span. */
struct str hours_day_words(struct arena *a, const struct hours_day *day, enum hours_language lang);
/* "Ouvert jusqu’à 18 h 30", "Fermé · ouvre lundi à 9 h", "Horaires à vérifier"; never empty. */
struct str hours_now_words(struct arena *a, const struct hours_now *now, const struct hours_place *place,
                           int64_t utc_ms, enum hours_language lang);
/* The whole expression in a sentence: "Du lundi au vendredi de 9 h à 12 h et de 14 h à 17 h." Workbooks hold it, and come back:
 * one that left before its words changed says hours that somebody corrected. */
struct str hours_sentence(struct arena *a, const struct hours *h, enum hours_language lang);

/* The expression written again in its one canonical form. */
struct str hours_format(struct arena *a, const struct hours *h);

/* 7 × 48 half hours from Monday 00:00, bit i % 64 of mask[i / 64], for filters on day and moment: set when the
 * place is open at least half of it in an ordinary week. No holidays; hours of some weeks, months or
 * first Mondays only count as open; closures of some weeks only do not count; unknown is not open. */
void hours_week_mask(const struct hours *h, uint64_t mask[6]);

/* Hours written in French → expression in canonical form, only when nothing has to be guessed; every word must
 * be understood. "lundi au vendredi 9h-12h30 / 14h-18h", "1er samedi du mois de 9h à 12h", "fermé en août"; what has
 * no hours stays a question: "lundi et jeudi matin" → Mo,Th "matin"; "un lundi sur deux de 9h à 12h" →
 * Mo 09:00-12:00 "un lundi sur deux". A text that is an expression already is only rewritten, hours that overlap
 * being joined. What is given back is given back the same when it is read again. ERR_INVALID otherwise: keep the text and show it. */
enum err hours_from_french(struct arena *a, struct str text, struct str *expression) MUST_USE;
/* Seven cells, Monday first: hours without day names; empty, "-" and "fermé" are closed. ERR_NOT_FOUND when all are. */
enum err hours_from_french_week(struct arena *a, const struct str cells[7], struct str *expression) MUST_USE;
/* The same expression in even or odd weeks only; closures on holidays stay. ERR_INVALID when it has weeks already. */
enum err hours_every_other_week(struct arena *a, struct str expression, bool even, struct str *out) MUST_USE;

/* A span that comes back, in the words of RFC 5545: every week, every other week, or on the nth weekday of the month. */
struct hours_recurrence {
    uint8_t days;   /* bit 0 = Monday */
    int nth;        /* 0: of every week; 1…5, −1…−5: of the month */
    int parity;     /* 0: all weeks, 1: odd ISO weeks, 2: even ones */
    int start, end; /* minutes from midnight; `end` may pass 24:00; equal to start when only the start is known */
};
struct hours_recurrences {
    struct hours_recurrence *items; /* by rank, parity, start, end */
    size_t n;
    bool whole; /* they say all of the expression; otherwise it has dates, holidays, comments… that only the sentence says */
};
/* What an ordinary week and month are made of: exceptions are left to the sentence, never turned into hours. */
void hours_recur(struct arena *a, const struct hours *h, struct hours_recurrences *out);

/* Public holiday at this date in this département: its French name, or NULL. */
const char *hours_public_holiday(const char *departement, struct civil_date date);

#endif
