/* Where a record is: its commune, postal code and INSEE code read together. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_TIDY_COMMUNE_H
#define BALISE_MODULES_DIRECTORY_TIDY_COMMUNE_H

#include "modules/directory/tidy/tidy.h"
#include "modules/territory/territory.h"

struct tidy_commune {
    struct cleaned commune, code_postal, code_insee;
    bool known;  /* which commune of today it is; else each value is only cleaned by itself */
    struct territory_commune found;
    bool doubt;  /* the three contradict each other: nothing was guessed */
};
/* Each cell may be empty; what can be deduced without a choice is filled: see docs/cleaning-records.md for the order. */
void tidy_commune(struct arena *a, const struct tidy_context *said, struct tidy_commune *out);

/* The first postal code that exists, or is a CEDEX, in an address ("8 rue de la Boétie - 33000 Bordeaux"); `town`: what follows it. False
 * when there is none. */
bool tidy_address_code(struct arena *a, struct str adresse, struct str *code_postal, struct str *town);

/* The commune of a code: 75111 → 75056, a merged commune → that of today; a code that is not known comes back as it is. */
struct str tidy_commune_code(struct str code_insee);

#endif
