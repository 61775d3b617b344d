/* What index_build.c and index_cards.c share while a snapshot is made. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_INDEX_BUILD_H
#define BALISE_MODULES_DIRECTORY_INDEX_BUILD_H

#include "modules/directory/index.h"

/* A service of a structure, as the cards need it: its words, and what it says in the lists of the cards. */
struct offered {
    struct offered *next;
    struct str nom, description, place_id; /* place_id: given there only; empty: wherever the structure is */
    struct directory_set thematiques, publics, frais, acces, accompagnement;
};
/* A live native structure while its services are gathered. */
struct host {
    struct str uuid;        /* the records' link */
    uint32_t published;     /* its number, before sorting */
    bool has_place;
    struct directory_card card;   /* as it will be if it has services and no place */
    struct offered *services;     /* last first */
    struct directory_set reseaux;
    struct str description;
};
/* The searched words of a card, until the index is made. */
struct card_words {
    struct str names, place, description; /* names: of its services */
    struct directory_set typologie, dispositifs, reseaux; /* labels that the card itself does not keep */
};
/* The searched words of a service, and where it is said to be. */
struct service_words {
    struct str nom, structure, place, description;
};
/* Numbers of the labels of a builder's lists, analysed when first met. */
struct labels {
    struct search_builder *builder;
    uint32_t number[ENUM_COUNT][128]; /* + 1; 0: not yet */
    uint32_t list[256]; /* of the document being made */
    size_t n;
};

/* A published id of a native record. */
struct native {
    struct str id;
    uint32_t number; /* of a structure, before sorting */
};

struct hours_seen {
    struct str text;
    const struct hours *hours; /* NULL: not valid */
};

struct publics_seen {
    uint64_t set; /* ENUM_PUBLIC has fewer than 64 values */
    struct str words;
};

struct build {
    struct snapshot_data *d;
    struct db_conn *c;
    struct arena *scratch; /* until the snapshot is ready */
    struct arena *row;     /* one record */
    struct civil_date today;
    const struct territory *territory;
    struct host *hosts; /* sorted by uuid once all are read */
    size_t n_hosts, cap_hosts;
    struct native *natives[2]; /* structures, services; sorted by id once all are read */
    size_t n_natives[2];
    struct card_words *words; /* of d->cards */
    size_t cap_words, cap_cards, cap_structures, cap_services;
    double *score_sums; /* of structures, before sorting */
    struct str sources[256];
    size_t n_sources;
    struct hours_seen *seen; /* hash table: most places share a few opening hours */
    size_t n_seen, cap_seen;
    struct publics_seen publics[64];
    size_t n_publics;
    struct buf json;
    struct service_words *service_words; /* of d->services */
    size_t cap_service_words;
};

/* -- index_cards.c -- */
void cards_add_place(struct build *b, const struct directory_place *p, struct host *host);
void cards_start_host(struct build *b, struct host *h, const struct directory_structure *s);
void cards_add_service(struct build *b, struct host *h, const struct directory_service *v);
void cards_add_host(struct build *b, const struct host *h);
/* Makes the index of cards. `row`: for one document at a time. May run beside services_index. */
enum err cards_index(struct build *b, struct arena *row) MUST_USE;
/* Adds the values' labels and words to the list of the document. */
enum err labels_add(struct labels *l, struct arena *scratch, enum directory_enum_id id, struct directory_set set) MUST_USE;
const struct hours *build_hours(struct build *b, struct str text);
struct str build_keep(struct build *b, struct str s);

#endif
