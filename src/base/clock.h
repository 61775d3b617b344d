/* Time: int64 UTC milliseconds from one replaceable clock; civil dates; French time zones. */
#ifndef BALISE_BASE_CLOCK_H
#define BALISE_BASE_CLOCK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

int64_t clock_now_ms(void);
/* Monotonic, for durations only. */
int64_t clock_mono_us(void);
/* Tests: fix the time; pass NULL to go back to the system's. BALISE_NOW=2026-11-24T10:00:00Z in the
 * environment does the same for a whole process (demonstrations, screenshots). */
void clock_set_source(int64_t (*now_ms)(void));

struct civil_date {
    int year, month, day; /* 1…12, 1…31 */
};
struct civil_time {
    struct civil_date date;
    int hour, minute, second;
};

/* Days since 1970-01-01 (proleptic Gregorian), and back. */
int64_t civil_to_days(struct civil_date d);
struct civil_date civil_from_days(int64_t days);
bool civil_valid(struct civil_date d);
/* ISO 8601: Monday = 1 … Sunday = 7; week 1 holds the first Thursday. */
int civil_weekday(struct civil_date d);
int civil_iso_week(struct civil_date d);
/* "2026-02-28" exactly. */
bool civil_parse(struct str s, struct civil_date *out);
void civil_format(struct buf *b, struct civil_date d);
struct civil_date civil_easter(int year); /* Gregorian computus */

/* Zones where French places are. Metropolitan France changes clock on the last Sundays of March and
 * October (directive 2000/84/EC); Saint-Pierre-et-Miquelon follows the US dates; the others never. */
enum zone {
    ZONE_PARIS,
    ZONE_GUADELOUPE, /* also Martinique, Saint-Martin, Saint-Barthélemy: UTC-4 */
    ZONE_GUYANE,     /* UTC-3 */
    ZONE_REUNION,    /* UTC+4 */
    ZONE_MAYOTTE,    /* UTC+3 */
    ZONE_MIQUELON,   /* UTC-3, summer -2 */
    ZONE_NOUMEA,     /* UTC+11 */
    ZONE_WALLIS,     /* UTC+12 */
    ZONE_TAHITI,     /* UTC-10 */
    ZONE_COUNT
};
/* From the start of an INSEE code ("35238", "97411", "974"); Paris when unknown. */
enum zone zone_of_insee(struct str code_insee);
int zone_offset_minutes(enum zone z, int64_t utc_ms);
struct civil_time zone_local(enum zone z, int64_t utc_ms);
/* A local time that does not exist (spring) is moved on by the missing hour; one that exists twice
 * (autumn) is the first of the two. */
int64_t zone_to_utc_ms(enum zone z, struct civil_time local);

/* RFC 3339 with Z: "2026-11-24T10:00:00.000Z". */
void clock_format_utc(struct buf *b, int64_t utc_ms);
bool clock_parse_utc(struct str s, int64_t *out); /* date, or date-time with Z or ±hh:mm */
/* HTTP date: "Tue, 24 Nov 2026 10:00:00 GMT", and back. */
void clock_format_http(struct buf *b, int64_t utc_ms);
bool clock_parse_http(struct str s, int64_t *out);

#endif
