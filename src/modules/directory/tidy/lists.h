/* What people and former standards say for the values of the closed lists. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_TIDY_LISTS_H
#define BALISE_MODULES_DIRECTORY_TIDY_LISTS_H

#include "modules/directory/tidy/tidy.h"

/* One row of a vocabulary. Case, accents, punctuation, spaces, plurals do not count. `means`: values of today joined with
 * `|`; empty: it was said in a former standard and has no counterpart today. */
struct tidy_words {
    enum directory_enum_id list;
    const char *said;
    const char *means;
};
/* Each ends with a row whose `said` is NULL. */
extern const struct tidy_words tidy_words_lamednum[], tidy_words_inclusion[];

/* Thématiques of data·inclusion v0, that v1 renamed: value, label, values of today. */
struct tidy_theme {
    const char *value, *label, *means;
};
extern const struct tidy_theme tidy_former_themes[]; /* ends with a NULL value */

/* What one item of a list means. */
struct tidy_item {
    struct directory_set set; /* empty: nothing of this list */
    bool known;               /* the word is known, though it may have no counterpart */
    const char *rule;         /* NULL: the standard's own spelling */
};
/* One item, without separator. Constant time; only what is not found is compared with its neighbours in length, for
 * a slip of the keyboard. */
struct tidy_item tidy_list_item(struct arena *a, enum directory_enum_id list, struct str item);

/* The cell of a field that is a list or one value of an enumeration. */
struct cleaned tidy_list(struct arena *a, const struct field *f, struct str cell, struct str *left);

/* Kinds of place that a name says ("Médiathèque de Bruz" → BIB); none when it does not. One reading of its words. */
struct directory_set tidy_typologie(struct arena *a, struct str name);

#endif
