/* Tokens of an opening_hours value. Private to src/hours. */
#ifndef BALISE_HOURS_LEX_H
#define BALISE_HOURS_LEX_H

#include "base/str.h"

enum hours_token_kind {
    TOK_END,
    TOK_NUMBER,  /* value, digits in text */
    TOK_WEEKDAY, /* value 0 = Monday */
    TOK_MONTH,   /* value 1…12 */
    TOK_PH,
    TOK_SH,
    TOK_WEEK,
    TOK_EASTER,
    TOK_DAY, /* day, days */
    TOK_OPEN,
    TOK_OFF, /* off, closed */
    TOK_UNKNOWN,
    TOK_SUN,     /* sunrise, sunset, dawn, dusk: known, refused */
    TOK_COMMENT, /* text without its quotes */
    TOK_FALLBACK, /* || */
    TOK_SIGN,    /* one of - , ; : / [ ] ( ) + . h in value */
    TOK_BAD      /* anything else; an unclosed quote has value '"' */
};

struct hours_token {
    enum hours_token_kind kind;
    int value;
    struct str text;
    bool space_before;
};

/* Reads one token ahead; copy the struct to come back later. */
struct hours_lexer {
    struct str text;
    size_t at;              /* first byte after `tok` */
    struct hours_token tok; /* the current token; TOK_END at the end, again and again */
};
void hours_lexer_init(struct hours_lexer *l, struct str text);
void hours_lexer_next(struct hours_lexer *l);

#endif
