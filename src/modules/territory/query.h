/* What a person typed, prepared once. Private to the module. */
#ifndef BALISE_MODULES_TERRITORY_QUERY_H
#define BALISE_MODULES_TERRITORY_QUERY_H

#include "base/arena.h"
#include "modules/territory/territory.h"

enum { TERRITORY_WORDS_MAX = 16 };

struct territory_query {
    struct str words[TERRITORY_WORDS_MAX]; /* folded; St written in full */
    size_t n_words;
    struct str compact;      /* the words put together: names are searched without spaces */
    struct str code;         /* a postal or INSEE code of five characters, or empty */
    struct str code_start;   /* two to four digits alone: the beginning of a postal code; or empty */
    bool has_departement;    /* "Rennes (35)", "Rennes, Ille-et-Vilaine" */
    struct territory_departement departement;
};

/* Lives in `a`. */
void territory_query_parse(struct arena *a, struct str text, struct territory_query *out);
/* The same without the leading article; false when there is none. */
bool territory_query_drop_article(struct territory_query *q);
/* The same without the first word. */
void territory_query_drop_first(struct territory_query *q);
/* "Rennes 35": takes a département's code off the end; false when there is none. */
bool territory_query_take_departement(struct arena *a, struct territory_query *q);

#endif
