/* The embedded reference data, as packed by tools/territory_data.py. Private to the module. */
#ifndef BALISE_MODULES_TERRITORY_BLOB_H
#define BALISE_MODULES_TERRITORY_BLOB_H

#include "modules/territory/territory.h"

/* Names to search: folded, without spaces, put end to end in the order of the communes. */
struct territory_names {
    uint32_t n;
    const char *text;
    const uint32_t *offsets;  /* n + 1: name e is text[offsets[e] … offsets[e + 1]] */
    const uint16_t *communes; /* whose name it is */
    const uint32_t *former;   /* reference to the former name as written; 0 for a name of today */
    const uint64_t *words;    /* bit i: a word starts at byte i */
};

/* Positions (name << 6 | byte) sorted by the text from there to the end of the name; 3 bytes each. */
struct territory_positions {
    uint32_t n;
    const unsigned char *p;
};
enum territory_start {
    TERRITORY_START_HEAD,   /* of the name, or after its leading article */
    TERRITORY_START_WORD,   /* of another word */
    TERRITORY_START_INSIDE, /* neither, three letters or more from the end */
    TERRITORY_START_COUNT
};

struct territory_names territory_blob_names(void);
struct territory_positions territory_blob_positions(enum territory_start kind);
/* Population by commune index, side by side: ranking reads thousands of them. */
const uint32_t *territory_blob_populations(void);
struct str territory_blob_text(uint32_t reference);

/* Rank in the postal codes of the first one ≥ prefix; false when none starts with it. */
bool territory_blob_postal_range(struct str prefix, uint32_t *first, uint32_t *end);
/* The communes of the i-th postal code, the most peopled first. */
const uint16_t *territory_blob_postal_members(uint32_t i, uint32_t *n);
/* By name folded as tools/territory_data.py does: words of text_fold, one space, St written in full. */
bool territory_departement_folded(struct str folded, struct territory_departement *out);
/* A commune of today, or arrondissement, by code. */
bool territory_blob_index(struct str code, uint32_t *index);
/* The embedded centre point and how it was found. */
struct territory_point territory_blob_point(uint32_t index);

static inline uint32_t territory_position(const struct territory_positions *at, uint32_t i)
{
    const unsigned char *p = at->p + (size_t)i * 3;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

#endif
