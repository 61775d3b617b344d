/* Tokens of opening hours written by people in French. Private to src/hours. */
#ifndef BALISE_HOURS_FRENCH_LEX_H
#define BALISE_HOURS_FRENCH_LEX_H

#include "base/arena.h"
#include "base/str.h"

enum french_kind {
    F_END,
    F_TIME,    /* 9h, 9h30, 9:30, midi: minutes in value */
    F_NUMBER,  /* bare: an hour, a rank, a day of the month; value */
    F_DIGITS4, /* 1730: a time only after "12h-" */
    F_DAY,     /* value 0 = lundi */
    F_MONTH,   /* value 1…12 */
    F_RANK,    /* 1er, deuxième, dernier: value 1…5, -1 */
    F_SIGN,    /* - / , ; : . ( ) + and line end as '\n', in value */
    F_A, F_AU, F_DU, F_DE, F_LE, F_ET, F_EN, F_SUR, F_SANS, F_AVEC, F_UN, F_ENTRE, F_TOUS, F_CHAQUE,
    F_MORNING, F_AFTERNOON, F_EVENING, F_WHOLE_DAY, F_WORD_DAY, F_WEEKEND, F_WEEK, F_EVEN, F_ODD, F_MONTH_WORD,
    F_APPOINTMENT, F_CLOSED, F_HOLIDAY, F_VACATION, F_DURING, F_EXCEPT, F_OUTSIDE, F_TWO,
    F_SEASON,  /* Noël, Toussaint, hiver, printemps, été: 0…4, after "vacances" */
    F_NEUTRAL, /* ouvert, horaires, accueil… and a stray "h": said for the reader only */
    F_BAD
};

struct french_token {
    enum french_kind kind;
    int value;
};

/* The text without accents, capitals, HTML entities, odd spaces and dashes; STR_NONE when it holds characters that
 * have no place in opening hours. */
struct str french_fold(struct arena *a, struct str text);

/* Tokens of a folded text, ended by F_END. */
struct french_token *french_lex(struct arena *a, struct str folded);

#endif
