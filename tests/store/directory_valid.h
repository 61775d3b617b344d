/* Are exported files right by their standards? Written from the standards' own patterns, apart from the program's
 * rules. Each fails the running test with what is wrong. */
#ifndef BALISE_TESTS_DIRECTORY_VALID_H
#define BALISE_TESTS_DIRECTORY_VALID_H

#include "directory_test.h"

/* Version 1.0.2; the number of places. */
size_t assert_valid_lamednum_csv(struct store *s, struct str csv);
size_t assert_valid_lamednum_2_csv(struct store *s, struct str csv);
/* Numbers of structures and services. */
void assert_valid_inclusion(struct store *s, struct str json, size_t *structures, size_t *services);
/* RFC 7946; the number of features. */
size_t assert_valid_geojson(struct store *s, struct str json);

#endif
