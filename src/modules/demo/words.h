/* Sentences made of variants, in correct French around names of communes. Private to the module. */
#ifndef BALISE_MODULES_DEMO_WORDS_H
#define BALISE_MODULES_DEMO_WORDS_H

#include "base/arena.h"
#include "modules/demo/random.h"

/* What {…} stands for. */
struct demo_words {
    struct str commune, pays, propre, quartier, nom, voisine;
};

/* "de Vitré", "d’Acigné", "du Rheu", "des Iffs", "de L’Hermitage"; "à Vitré", "au Rheu", "aux Iffs". */
struct str demo_of(struct arena *a, struct str commune);
struct str demo_at(struct arena *a, struct str commune);

/* The i-th of the variants "a|b|c", or one drawn. */
size_t demo_variants(const char *variants);
struct str demo_variant(const char *variants, size_t i);
struct str demo_draw(struct demo_random *r, const char *variants);

/* Replaces {commune} {de} {a} {pays} {propre} {quartier} {nom} {dev} ("de" the neighbour). */
struct str demo_fill(struct arena *a, struct str text, const struct demo_words *w);

#endif
