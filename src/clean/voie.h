/* Private to the layer: words of streets. */
#ifndef BALISE_CLEAN_VOIE_H
#define BALISE_CLEAN_VOIE_H

#include "clean/private.h"

struct voie_word {
    const char *short_form, *full; /* lower case */
};
/* "av" → "Avenue"; NULL when it is no abbreviation. Without its dot, in any case. */
const char *clean_voie_kind(struct str word);
const char *clean_voie_title(struct str word);
/* A marshal whom streets are named after, or the first word of one: "Foch", "de". */
bool clean_voie_is_marshal(struct str word);
/* "rue", "Allée", "BOULEVARD": a kind of street in full. */
bool clean_voie_is_kind(struct str word);

#endif
