/* One structure of the demonstration and what hangs on it. Private to the module. */
#ifndef BALISE_MODULES_DEMO_RECORDS_H
#define BALISE_MODULES_DEMO_RECORDS_H

#include "base/clock.h"
#include "modules/demo/geography.h"
#include "modules/demo/kinds.h"
#include "modules/demo/offers.h"
#include "modules/demo/words.h"
#include "modules/directory/directory.h"

/* A structure before it is written: who, where, under what name. */
struct demo_seat {
    const struct demo_kind *kind;
    const struct demo_town *town;
    const struct demo_quarter *quarter; /* or NULL */
    struct str name;
    struct str propre; /* the proper part of the name, or empty */
    bool place;        /* it is also a place of digital mediation */
    bool twin, place_twin; /* the record, or its place, exists a second time from another source */
};

/* Decides every seat; the same for a seed. `places` and `structures` come out as asked in demo.h. */
enum err demo_plan(struct arena *a, uint64_t seed, const struct demo_towns *towns, struct demo_seat **out,
                   size_t *n) MUST_USE;

enum {
    DEMO_SERVICES_MAX = 14,
    DEMO_STRUCTURE_TWINS = 26,
    DEMO_PLACE_TWINS = 18,
};

struct demo_defects {
    bool stale, no_hours, no_phone, no_point;
};

/* Everything that is written for a seat. Links (structure_id, place_id) are made when saving. */
struct demo_batch {
    struct directory_structure structure, structure_twin;
    struct directory_service services[DEMO_SERVICES_MAX], twin_service;
    const struct demo_offer *offers[DEMO_SERVICES_MAX]; /* of each service */
    size_t n_services;
    struct directory_place place, place_twin;
    struct demo_defects defects;
};

struct demo_maker {
    uint64_t seed;
    int64_t base_day; /* first of the month: days are counted back from it */
};

/* Makes the records of the i-th seat in `a`. */
void demo_make(const struct demo_maker *m, struct arena *a, const struct demo_seat *seat, uint32_t i,
               struct demo_batch *out);

/* -- parts, in their own files -- */
struct str demo_hours_draw(struct demo_random *r, char letter, uint32_t population);
struct str demo_hours_words(struct demo_random *r);

struct demo_context {
    const struct demo_maker *maker;
    struct arena *a;
    const struct demo_seat *seat;
    uint32_t i;
    struct demo_random r;
    struct demo_words words;
    struct str domain; /* "vitre.example" */
    int64_t day;       /* of the structure's last change */
};
void demo_make_services(struct demo_context *cx, struct demo_batch *b);
void demo_make_place(struct demo_context *cx, struct demo_batch *b);
void demo_make_twins(struct demo_context *cx, struct demo_batch *b);
struct str demo_day_text(struct arena *a, int64_t day);
/* Bits of the values of `id` named in a list "a|b". Unknown names abort: the tables are wrong. */
struct directory_set demo_set(enum directory_enum_id id, const char *names);
struct str_list demo_list_of(struct arena *a, struct str one); /* empty for an empty text */

#endif
