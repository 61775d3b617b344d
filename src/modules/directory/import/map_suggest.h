/* Guessing what the columns of a table are: from their names and from a sample. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_MAP_SUGGEST_H
#define BALISE_MODULES_DIRECTORY_MAP_SUGGEST_H

#include <jansson.h>

#include "modules/directory/import/map.h"

enum { SUGGEST_ROWS = 200, SUGGEST_COLUMNS = 500 };

struct map_column {
    struct str name, folded;
    struct str *values; /* of the sample, those that are not empty */
    size_t n;
    bool used; /* a field has it already */
};
struct map_sample {
    struct arena *a;
    struct map_column *columns;
    size_t n, cap, rows;
};

/* -- map_patterns.c: what a text looks like. All pure ------------------------------------------------ */
typedef bool (*map_pattern)(struct str v);
bool map_looks_like_phone(struct str v);
bool map_looks_like_mail(struct str v);
bool map_looks_like_url(struct str v);
bool map_looks_like_booking(struct str v);
bool map_looks_like_accessibility(struct str v);
bool map_looks_like_latitude(struct str v);  /* of a place of France */
bool map_looks_like_longitude(struct str v);
bool map_looks_like_point(struct str v);     /* both, in one text */
bool map_looks_like_date(struct str v);
bool map_looks_like_postal_code(struct str v); /* a lost leading zero is allowed */
bool map_looks_like_siret(struct str v);
bool map_looks_like_street(struct str v);
bool map_looks_like_hours(struct str v);     /* in French */
bool map_looks_like_osm(struct str v);
bool map_looks_like_long_text(struct str v);
bool map_looks_like_name(struct str v);      /* letters, one line, not long */
/* Share of the values, 0…1; 0 of none. */
double map_share(const struct map_column *c, map_pattern looks);
/* The day that the name of a column speaks of (0: Monday), and the half (0: whole, 1: morning, 2: afternoon); −1: none. */
int map_day_of(struct str folded, int *half);
/* Does the folded text hold these folded words, whole? */
bool map_holds_words(struct str folded, struct str words);

/* -- map_suggest.c ------------------------------------------------------------------------------------ */
/* Notes why a field was given: {"confiance": 0.8, "raison": "…"}. */
void map_note(json_t *notes, const char *field, double confidence, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* -- map_suggest_lists.c ------------------------------------------------------------------------------ */
/* Adds the list fields that the columns seem to speak of. */
void map_suggest_lists(struct map_sample *s, json_t *mapping, json_t *notes);

#endif
