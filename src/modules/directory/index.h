/* The snapshot: everything that people and programs search, built from the database, immutable once
 * published. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_INDEX_H
#define BALISE_MODULES_DIRECTORY_INDEX_H

#include "modules/directory/directory.h"
#include "modules/directory/pieces.h"
#include "search/search.h"

/* Where something published comes from: what HSDS reads again, by the hundred. */
struct published_row {
    unsigned char id[16]; /* of the record, as bytes */
    bool of_place;        /* derived: the record is a place */
    int64_t updated_ms;
};
/* A structure as it is published: native, or derived from a place. */
struct published_structure {
    struct str id, source;
    struct piece json;
    struct directory_set reseaux;
    struct str departement, code_insee;
    double score;            /* mean of its services' */
    uint32_t n_services, first_service; /* in snapshot.of_structure */
    struct published_row row;
};
struct published_service {
    struct str id;
    struct piece json;
    uint32_t structure;
    struct directory_set thematiques, publics, frais, modes_accueil, types;
    struct str source, departement, code_insee;
    struct str_list zone;    /* zone_eligibilite; empty: no condition */
    struct str publics_words; /* folded: labels of the publics, and their precisions */
    double score;
    bool has_point;
    struct geo_point point;
    struct published_row row;
    bool located; /* something is said of where it is given */
    uint8_t modes_mobilisation, mobilisable_par; /* bits of the enumerations */
    uint16_t services_lamednum;                  /* of the place that it is derived from */
};

/* What a place published before it was merged. */
struct published_alias {
    struct str id, now;
};

/* Facets of the index of services. */
enum service_facet { SF_THEMATIQUE, SF_FRAIS, SF_PUBLIC, SF_MODE, SF_TYPE, SF_COUNT };

struct snapshot_data {
    int64_t version;  /* change sequence of the directory */
    int64_t day;      /* scores depend on the date: a new day is a new snapshot */
    struct arena *arena;
    struct pieces pieces;
    struct directory_card *cards;
    size_t n_cards;
    uint32_t *cards_by_slug, *cards_by_id; /* sorted */
    struct search_index *card_index;
    struct published_structure *structures; /* sorted by id */
    size_t n_structures;
    struct published_service *services;
    uint32_t *services_by_id;
    size_t n_services;
    struct published_alias *aliases; /* sorted by id */
    size_t n_aliases;
    uint32_t *of_structure; /* numbers of services, grouped by structure, by id within */
    uint32_t *structures_by_hsds, *services_by_hsds; /* sorted by HSDS identifier (hsds/select.c) */
    struct search_index *service_index;
};

/* Reads the whole directory in one DB_READ transaction. *out is freed with index_data_free. */
enum err index_build(struct db *db, int64_t day, struct snapshot_data **out) MUST_USE;
void index_data_free(void *data);

/* The current snapshot, held until the arena is reset or freed; NULL before the first one. */
const struct snapshot_data *index_current(struct arena *a);


/* What people need that no standard says in so many words (index_needs.c); `texts` are those of the record. */
struct directory_set index_needs(struct directory_set themes, struct directory_set services_lamednum,
                                 struct directory_set accompagnement, const struct str *texts, size_t n);

#endif
