/* HSDS 3.0.1 (Open Referral), and its UK profile: what the directory publishes as data·inclusion structures and services,
 * said as organizations, services, locations. Table of fields and what is lost: docs/hsds.md. Private to the module.
 *
 * Identifiers are UUIDs made from what is published (source--id), not rows' own: they are the same after a restart, in a
 * file, in another directory that imported it, and when a native record takes the place of a derived one. Children
 * (phone, address, schedule…) get theirs from their parent. */
#ifndef BALISE_MODULES_DIRECTORY_HSDS_H
#define BALISE_MODULES_DIRECTORY_HSDS_H

#include "base/json.h"
#include "modules/directory/record.h"

#define HSDS_VERSION "3.0.1"

/* -- identifiers (ids.c) -------------------------------------------------------------------------- */
struct hsds_id {
    unsigned char bytes[16];
};
enum { HSDS_ID_LEN = 36 };
/* `entity`: the HSDS table; `key`: unique in it. */
struct hsds_id hsds_id_make(const char *entity, struct str key);
/* Of something that belongs to `parent`: the `rank`th of its kind. Twice the same call on a child gives the parent back. */
struct hsds_id hsds_id_child(struct hsds_id parent, const char *entity, size_t rank);
/* Of a pair: an attribute, from what bears it and its term. */
struct hsds_id hsds_id_pair(struct hsds_id a, struct hsds_id b);
void hsds_id_text(struct hsds_id id, char out[HSDS_ID_LEN + 1]);
bool hsds_id_parse(struct str text, struct hsds_id *out);
int hsds_id_compare(struct hsds_id a, struct hsds_id b);
/* Of what is published under this id. */
struct hsds_id hsds_organization_id(struct str published);
struct hsds_id hsds_service_id(struct str published);
/* From a service's to its service_at_location's, and back. */
struct hsds_id hsds_service_at_location_id(struct hsds_id service);

/* A member of the object being written; nothing for an empty text. */
void hsds_put(struct json_writer *w, const char *key, struct str value);
void hsds_put_id(struct json_writer *w, const char *key, struct hsds_id id);
void hsds_put_date(struct json_writer *w, const char *key, int64_t days);

/* -- taxonomies (terms.c) ------------------------------------------------------------------------- */
enum hsds_taxonomy {
    HSDS_THEMATIQUES, /* two levels: categories, then themes */
    HSDS_PUBLICS,
    HSDS_TYPES,
    HSDS_FRAIS,
    HSDS_MODES_ACCUEIL,
    HSDS_MODES_MOBILISATION,
    HSDS_MOBILISABLE_PAR,
    HSDS_RESEAUX,       /* of organizations */
    HSDS_SERVICES_MEDNUM, /* LaMednum's nine */
    HSDS_CHAMPS,        /* fields that HSDS has no place for: the attribute bears the value */
    HSDS_TAXONOMY_COUNT
};
struct hsds_term {
    enum hsds_taxonomy taxonomy;
    int row; /* of the enumeration; of the fields' table for HSDS_CHAMPS */
    bool category; /* HSDS_THEMATIQUES: a row of ENUM_CATEGORIE */
};
size_t hsds_terms_count(void);
struct hsds_term hsds_term_at(size_t i); /* by taxonomy, parents first */
bool hsds_term_find(struct str uuid, struct hsds_term *out);
bool hsds_taxonomy_find(struct str uuid, enum hsds_taxonomy *out);
struct hsds_id hsds_term_id(struct hsds_term t);
/* ENUM_COUNT for HSDS_CHAMPS. */
enum directory_enum_id hsds_taxonomy_values(enum hsds_taxonomy t);
/* The standard's word; the label. */
struct str hsds_term_code(struct hsds_term t);
struct str hsds_term_name(struct hsds_term t);
bool hsds_term_parent(struct hsds_term t, struct hsds_term *out);
/* Row of a field in HSDS_CHAMPS; -1 when it has none. */
int hsds_champ(struct str field);
void hsds_write_taxonomy(struct json_writer *w, enum hsds_taxonomy t);
void hsds_write_term(struct json_writer *w, struct hsds_term t);
/* Folded, for `search`. */
struct str hsds_taxonomy_text(struct arena *a, enum hsds_taxonomy t);
struct str hsds_term_text(struct arena *a, struct hsds_term t);
/* One attribute of `of` (a row of the table `entity`), with its term; `value` may be empty. */
void hsds_write_attribute(struct json_writer *w, struct hsds_id of, const char *entity, struct hsds_term t, struct str value);

/* -- schedules (schedule.c) ----------------------------------------------------------------------- */
/* Writes "schedules": […] of `parent` (whose table is `entity`) from OSM hours; nothing when there are none. `today`
 * chooses the years for which "every other week" is counted. */
void hsds_write_schedules(struct json_writer *w, struct arena *a, const char *entity, struct hsds_id parent, struct str hours,
                          struct str code_insee, struct civil_date today);
/* The other way: OSM hours from the objects of a "schedules" array; STR_NONE when they say none. What cannot be said is
 * given in words, which are no OSM hours. Schedules that are over are left out. */
struct str hsds_read_schedules(struct arena *a, const json_t *schedules, struct civil_date today);

/* -- records, ready to be written ----------------------------------------------------------------- */
struct hsds_organization {
    const struct directory_structure *s;
    const struct directory_place *place; /* what it is derived from; NULL: native */
};
struct hsds_service {
    struct hsds_organization organization;
    const struct directory_service *s;
    const struct directory_place *place; /* where it is given, when the directory knows; may be NULL */
    bool of_place;                       /* derived from `place` */
};
/* How much of a record is said. */
enum hsds_detail {
    HSDS_MINIMAL, /* id and date */
    HSDS_LIST,    /* what is single */
    HSDS_FULL     /* everything */
};
struct hsds_out {
    struct json_writer *w;
    struct arena *a;
    struct civil_date today;
    bool row_times; /* say when rows changed on this server: for those who follow the API; a file is the same wherever it is written */
};
/* Each writes one JSON object. */
void hsds_write_service(const struct hsds_out *o, const struct hsds_service *v, enum hsds_detail detail);
/* `services`: of the organization, written in `service_detail`; may be NULL. */
void hsds_write_organization(const struct hsds_out *o, const struct hsds_organization *g, const struct hsds_service *services,
                             size_t n, enum hsds_detail detail, enum hsds_detail service_detail);
/* Only for a service that has a place (hsds_is_located). */
void hsds_write_service_at_location(const struct hsds_out *o, const struct hsds_service *v, enum hsds_detail detail);
/* Is anything said of where it is? */
bool hsds_is_located(const struct directory_service *s);

/* -- where (location.c) --------------------------------------------------------------------------- */
struct hsds_location {
    struct hsds_id id;
    struct str name, commune, code_postal, code_insee, adresse, complement_adresse, hours, acces_url;
    struct directory_number latitude, longitude;
    const struct directory_place *place;
};
/* False when nothing is said of where it is. */
bool hsds_location_of_organization(const struct hsds_organization *g, struct hsds_location *out);
/* The organization's or the place's own when the service says the same address; its own otherwise. */
bool hsds_location_of_service(struct arena *a, const struct hsds_service *v, struct hsds_location *out);
/* Are town, postal code and département known, as an HSDS address wants? */
bool hsds_has_address(struct arena *a, const struct hsds_location *l);
void hsds_write_location(const struct hsds_out *o, const struct hsds_location *l, enum hsds_detail detail);

/* -- places (place.c) ----------------------------------------------------------------------------- */
/* The LaMednum record as a JSON object: what is known, lists joined with `|`. */
struct str hsds_place_text(struct arena *a, const struct directory_place *p);
/* Back into cells, one for each field of a place, in the order of its table. False when the text is no such object. */
bool hsds_place_cells(struct arena *a, struct str text, struct str *cells);

/* -- reading rows (load.c) ------------------------------------------------------------------------ */
/* What is published, by rows: a native record or the place that it is derived from. */
struct hsds_ref {
    char row[HSDS_ID_LEN + 1], organization_row[HSDS_ID_LEN + 1];
    bool of_place, organization_of_place;
};
enum { HSDS_LOAD_MAX = SOME_MAX };
/* n ≤ HSDS_LOAD_MAX; in the same order. A record that is no more is left out: *n_out ≤ n. At most five queries. */
enum err hsds_load_services(struct db_conn *c, struct arena *a, const struct hsds_ref *refs, size_t n,
                            struct hsds_service *out, size_t *n_out) MUST_USE;
/* Uses `organization_row` only. */
enum err hsds_load_organizations(struct db_conn *c, struct arena *a, const struct hsds_ref *refs, size_t n,
                                 struct hsds_organization *out, size_t *n_out) MUST_USE;

#endif
