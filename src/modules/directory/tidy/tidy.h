/* Cleaning a record: each cell by the rules of its field, with what the others say (the postal code decides of a phone's
 * prefix, the commune of a postal code…), the list of communes, the vocabularies of former standards. Uses src/clean
 * for what one value alone can tell. Pure but for the territory's embedded data. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_TIDY_H
#define BALISE_MODULES_DIRECTORY_TIDY_H

#include "clean/clean.h"
#include "modules/directory/import/raw.h"

enum tidy_level {
    TIDY_STANDARD, /* a file of the standard: what is valid stays letter for letter, the rest is cleaned */
    TIDY_FULL      /* any file: every value is written in its best form */
};

/* What the rest of the record says; each may be empty. */
struct tidy_context {
    struct str nom, code_postal, commune, code_insee, departement, adresse;
    enum tidy_level level;
    bool has_point; /* of a whole record, when its point is right as it is written */
    struct geo_point point;
};

/* One value of one field, by the standard's name (LaMednum's for a place, data·inclusion's otherwise): what
 * `balise normalize --batch` answers. For `horaires` the value may be French. For a list field each item is matched to
 * the standard's exact words; items that are not are left out, and say so in `left` (joined with `|`, may be NULL).
 * False when the kind has no such field. */
bool tidy_value(struct arena *a, enum directory_kind kind, const char *field, struct str value,
                const struct tidy_context *cx, struct cleaned *out, struct str *left);

/* The whole record, in place. Adds a correction per rule, a problem per value left aside (refuses: false). What is
 * required and missing is found later, by the check. */
void tidy_record(struct arena *a, struct raw_record *raw, enum tidy_level level, struct directory_problems *problems,
                 struct directory_corrections *corrections);

#endif
