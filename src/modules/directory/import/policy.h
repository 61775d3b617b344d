/* What becomes of a record of the directory when its file says something else. Pure. Private to the module.
 *
 * For each field: a person's choice wins over the file; a value beats an empty cell; the freshest wins (the dates that
 * the source gives: date_maj). Latitude and longitude are one value, hours and their text are one value. */
#ifndef BALISE_MODULES_DIRECTORY_IMPORT_POLICY_H
#define BALISE_MODULES_DIRECTORY_IMPORT_POLICY_H

#include "modules/directory/fields.h"

enum policy_fate {
    POLICY_SAME,
    POLICY_TAKEN,       /* what the file says */
    POLICY_KEPT_CHOICE, /* a person chose what is there, or emptied it */
    POLICY_KEPT_VALUE,  /* the file says nothing any more: to be checked */
    POLICY_KEPT_FRESHER, /* what is there is dated after the file */
    POLICY_KEPT_SINCE    /* what is there changed after the workbook that a person corrected had left */
};
enum { POLICY_FIELDS_MAX = 40 };
struct policy {
    enum policy_fate fates[POLICY_FIELDS_MAX]; /* by row of the table of fields */
};

/* `before`: the row as it is. `record`: what the file says; on return, what the row must become. `chosen`: the names of the
 * fields that a person chose. `today`: a date after it proves nothing. */
void import_policy(enum directory_kind kind, const void *before, void *record, struct str_list chosen, struct civil_date today,
                   struct policy *out);

/* The same for a row of a copy of the directory that comes back. A field is untouched when it has no column (`said`), or says
 * what the record has, as it is or as it comes back when nobody touched it (`back`): it stays. The others follow the rules
 * above; in a workbook that a person corrected and that says when it left (`dated`), they are the person's choice, over an
 * older one and were they emptied, but for those that changed `since`. */
struct policy_copy {
    uint64_t said, since; /* bits by row of the table of fields */
    const void *back;
    bool dated;
};
void import_policy_of_copy(enum directory_kind kind, const void *before, void *record, const struct policy_copy *copy,
                           struct str_list chosen, struct civil_date today, struct policy *out);

/* Sets one field of a record as another has it; hours take their text along. */
void import_policy_copy(const struct field_table *t, const struct field *f, const void *from, void *to);

#endif
