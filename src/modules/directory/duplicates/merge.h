/* Several places shown as one, and back. Private to the module; the public part is in directory.h. */
#ifndef BALISE_MODULES_DIRECTORY_MERGE_H
#define BALISE_MODULES_DIRECTORY_MERGE_H

#include "modules/directory/duplicates/duplicates.h"

/* -- the values of the place that stands for others (fold.c, pure) ----------------------------------- */
/* A field that a person chose on one of the records. */
struct merge_choice {
    const struct directory_place *record; /* whose value it is */
    struct str field;
    int64_t at_ms;
};
/* Fills the fields of the standard: per field a value beats none, the freshest wins (date_maj when it is real, then
 * updated_at_ms, then the oldest id), lists are put together, latitude and longitude come from one place, hours with their
 * text too. A person's choice wins, emptied or not; the last one if there are several, those on `own` (the place itself, may
 * be NULL) before all. Removed places do not count, unless all are. Changes no other member. n > 0. */
void merge_fold(struct arena *a, const struct directory_place *const *places, size_t n, const struct merge_choice *choices,
                size_t n_choices, const struct directory_place *own, struct civil_date today, struct directory_place *out);
/* How much a place says: the main one says most. */
size_t merge_completeness(const struct directory_place *p);
/* "a__b": their ids sorted; one that a standard can hold. `merge_id` stands for the rest when they are too long. */
struct str merge_source_id(struct arena *a, const struct directory_place *const *places, size_t n, struct str main_source_id,
                           struct str merge_id);

/* -- the database (merge.c) -------------------------------------------------------------------------- */
/* Of each place that is seen through another. Sorted by `into`. */
struct merge_link {
    struct str part, into, source;
};
enum err merge_links(struct db_conn *c, struct arena *a, struct merge_link **out, size_t *n) MUST_USE;
/* The place that stands for this one; empty when it is shown itself. ERR_NOT_FOUND. */
enum err merge_of_part(struct db_conn *c, struct arena *a, struct str place_id, struct str *out) MUST_USE;
/* Makes the values of a merged place again, after one of its parts changed, is gone, or came back: the place is gone with
 * the last of them and comes back with the first. For the import, in its transaction, once for each merged place when all
 * its rows are written. Nothing is written when nothing changes. ERR_NOT_FOUND: no such merged place. */
enum err merge_refresh(struct db_conn *c, struct arena *a, struct str actor, struct str place_id) MUST_USE;
/* The same for every merged place that has a part which this import added or changed: when it is done, or undone. */
enum err merge_refresh_import(struct db_conn *c, struct arena *a, struct str actor, struct str import_id) MUST_USE;

/* -- reading the whole directory (list.c) ------------------------------------------------------------ */
struct duplicate_listing {
    struct directory_duplicate_place *shown;
    struct duplicate_place *places; /* the same, ready */
    size_t n;
};
enum err duplicate_listing_read(struct db_conn *c, struct arena *a, struct duplicate_listing *out) MUST_USE;
/* Two places that a person said are not one; for those that are merged, the ones that stand for them. Sorted. */
struct duplicate_apart {
    struct str a, b;
};
enum err duplicate_apart_read(struct db_conn *c, struct arena *a, struct duplicate_apart **out, size_t *n) MUST_USE;
/* -- groups (groups.c) ------------------------------------------------------------------------------- */
struct duplicate_grouping {
    const struct duplicate_place *places;
    size_t n;
    struct duplicate_apart *apart;
    size_t n_apart;
    bool same_source;
};
/* groups[i]: the lowest number of the places that are one with i, itself when it is alone. Returns how many pairs that look
 * the same were left because a place of their groups is another. */
size_t duplicate_groups(struct arena *a, const struct duplicate_grouping *g, const struct duplicate_pairs *pairs, uint32_t *groups);

bool duplicate_is_apart(const struct duplicate_apart *all, size_t n, struct str x, struct str y);

#endif
