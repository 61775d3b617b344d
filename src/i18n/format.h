/* Numbers, distances, dates and phones as each language writes them. Spaces that must not break are
 * U+00A0. Results live in the arena. */
#ifndef BALISE_I18N_FORMAT_H
#define BALISE_I18N_FORMAT_H

#include "base/clock.h"
#include "i18n/i18n.h"

/* 12 345 · 12,345 */
struct str format_number(struct arena *a, enum lang lang, int64_t n);
/* 800 m · 1,2 km · 11 km; in English 1.2 km. Rounded so as not to promise more than is known: 10 m
 * steps under 1 km, 0.1 km under 10 km. Empty when negative (unknown). */
struct str format_distance(struct arena *a, enum lang lang, double metres);
/* mardi 8 décembre 2026 · Tuesday 8 December 2026; 1er janvier. Empty when the date is not valid. */
struct str format_date(struct arena *a, enum lang lang, struct civil_date d);
/* 8 décembre 2026 · 8 December 2026 */
struct str format_date_short(struct arena *a, enum lang lang, struct civil_date d);
/* Monday = 1: "lundi", "Monday". */
struct str format_weekday(enum lang lang, int weekday);
/* "+33261910011" → 02 61 91 00 11, and so overseas, where the national number is dialled too: "+262262200000" → 02 62 20
 * 00 00 (ARCEP's numbering plan); other countries keep their prefix: +32 … as it is. What is not a
 * phone number comes back unchanged. */
struct str format_phone(struct arena *a, struct str e164);
/* 3,4 Mo · 3.4 MB; 12 ko · 12 KB */
struct str format_bytes(struct arena *a, enum lang lang, int64_t bytes);

#endif
