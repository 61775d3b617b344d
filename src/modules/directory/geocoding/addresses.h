/* Addresses → points: what is asked, what the answer is worth. Pure; addresses_run.c asks and writes. Private to the module.
 *
 * The service is the Géoplateforme's (POST /search/csv/), or one with the same contract. Its `result_status` says nothing
 * of quality: only the score, the commune and the point decide. */
#ifndef BALISE_MODULES_DIRECTORY_GEOCODING_ADDRESSES_H
#define BALISE_MODULES_DIRECTORY_GEOCODING_ADDRESSES_H

#include "modules/directory/directory.h"

/* The rule that a record's remarks give for a point found this way. */
#define GEOCODE_RULE "coordonnees.adresse"

struct geocode_query {
    struct str key; /* folded: the same for "4, Rue de l'Église" and "4 rue de l’eglise" */
    struct str adresse, code_postal, commune, code_insee; /* code_insee: as the service knows it; may be empty */
};
/* False when there is nothing to ask: no street. Texts live in `a`, or are those given. */
bool geocode_query_make(struct arena *a, struct str adresse, struct str code_postal, struct str commune, struct str code_insee,
                        struct geocode_query *out);
/* The file that is sent: numero,adresse,commune,code_postal,code_insee; numero: from 0. No identifier leaves. */
void geocode_write(const struct geocode_query *queries, size_t n, struct buf *out);

struct geocode_answer {
    bool answered; /* the service said something of this query, were it that it found nothing */
    bool found;    /* right by its score and its commune's name */
    struct geo_point point;
    double score; /* 0…1 */
    struct str label, type, code_insee;
};
/* One answer a query (answers: n, zeroed). ERR_INVALID with *why when the file is not what the service gives: nothing of it
 * is kept. Texts live in `a`. */
enum err geocode_read(struct arena *a, struct str csv, const struct geocode_query *queries, size_t n,
                      struct geocode_answer *answers, struct str *why) MUST_USE;
/* Is the commune of the answer that of the record? Former communes and arrondissements count as their commune of today.
 * True when the record does not know its own. */
bool geocode_same_commune(struct str record_insee, struct str answer_insee);
/* "48.1117,-1.6834 (housenumber 0.97)", for the remarks of the record. */
struct str geocode_words(struct arena *a, const struct geocode_answer *answer);
/* What the remarks say by this rule, of a point or an address that was found; empty: nothing. */
struct str geocode_remarked(struct arena *a, struct str remarks, const char *rule);
/* The same question? */
bool geocode_same_address(struct arena *a, const struct directory_place *x, const struct directory_place *y);
/* The remarks with one more: [field, rule, before, after]. */
struct str geocode_remark(struct arena *a, struct str remarks, struct str after);

#endif
