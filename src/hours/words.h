/* Pieces of wording shared by words.c and sentence.c. Private to src/hours. */
#ifndef BALISE_HOURS_WORDS_H
#define BALISE_HOURS_WORDS_H

#include "hours/ast.h"

#define NBSP "\xC2\xA0"
#define NDASH "\xE2\x80\x93"
#define WORD_JOINER "\xE2\x81\xA0"

enum { WORDS_MAX = 64 * 1024 };

/* A choice by language. */
static inline const char *in_language(enum hours_language l, const char *fr, const char *en, const char *falc)
{
    return l == HOURS_FR ? fr : l == HOURS_EN ? en : falc;
}

/* 0 = Monday: "lundi", "Monday". 1…12: "janvier", "January". */
const char *hours_weekday_name(int weekday, enum hours_language lang);
const char *hours_month_name(int month, enum hours_language lang);
/* 1110 → "18 h 30", "6.30 pm"; whole days are taken off; 0 → "minuit", "midnight". */
void hours_clock_words(struct buf *out, int minutes, enum hours_language lang);
/* "9 h – 12 h", "à partir de 17 h", "24 h sur 24"; FALC and `prose`: "de 9 h à 12 h". No comment. */
void hours_span_words(struct buf *out, const struct hours_span *span, bool prose, enum hours_language lang);
/* Copies the words to the arena and releases the buffer. */
struct str hours_words_done(struct arena *a, struct buf *b);

#endif
