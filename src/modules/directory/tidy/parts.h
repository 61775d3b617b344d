/* The parts of the cleaning of a record. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_TIDY_PARTS_H
#define BALISE_MODULES_DIRECTORY_TIDY_PARTS_H

#include "modules/directory/tidy/commune.h"
#include "modules/directory/tidy/lists.h"

enum tidy_cleaner {
    TIDY_AS_IS, /* identifiers: only trimmed */
    TIDY_TEXT, TIDY_TEXT_LINES, TIDY_LIST, TIDY_FREE_LIST, TIDY_COMMUNE, TIDY_VOIE, TIDY_PIVOT, TIDY_SIRET, TIDY_DECIMAL,
    TIDY_AMOUNT, /* 0 or more */
    TIDY_COUNT,  /* 1 or more, whole */
    TIDY_TELEPHONE, TIDY_COURRIELS, TIDY_COURRIEL, TIDY_SITES, TIDY_SITE, TIDY_HOURS, TIDY_DATE, TIDY_ZONES
};
/* How each field of a kind is cleaned, in the order of its table, and where the fields that others need stand. Made once. */
struct tidy_plan {
    enum tidy_cleaner cleaner[RAW_CELLS];
    size_t nom, commune, code_postal, code_insee, adresse, latitude, longitude; /* ranks in the table */
};
const struct tidy_plan *tidy_plan(enum directory_kind kind);

/* Would the standard take this value as it is? */
bool tidy_is_right(struct arena *a, const struct field *f, struct str v);

/* As tidy_value, for a field already found; *left as there, never NULL. */
struct cleaned tidy_field(struct arena *a, enum directory_kind kind, const struct field *f, struct str v,
                          const struct tidy_context *cx, struct str *left);

/* French or OSM hours → OSM; a text that is not understood comes back as it was given. */
struct cleaned tidy_hours(struct arena *a, struct str v);

/* The département that decides of a phone's prefix: from the codes, else as it was given. */
struct str tidy_departement(struct arena *a, const struct tidy_context *cx);

#endif
