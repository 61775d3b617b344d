/* Points whose file says no address → the address next to them: what is asked, what the answer is worth, what is known
 * already. The service's contract is that of the Géoplateforme (POST /reverse/csv/). Pure but for geocode_known_load;
 * points_run.c asks and writes. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_GEOCODING_POINTS_H
#define BALISE_MODULES_DIRECTORY_GEOCODING_POINTS_H

#include "modules/directory/directory.h"

/* How the rules end that a record's remarks give for what was found this way: "adresse.point", "commune.point"… */
#define GEOCODE_POINT_RULE ".point"
#define GEOCODE_STREET_RULE "adresse" GEOCODE_POINT_RULE

/* How far an address may be and still be that of the point, in metres. A façade is seldom more than 20 m from the middle of
 * its house; beyond, only the street is believed, then only the town. */
enum { GEOCODE_NUMBER_M = 20, GEOCODE_STREET_M = 50, GEOCODE_TOWN_M = 100 };

/* Hundred-thousandths of a degree, about a metre: the same point, whoever wrote it. */
struct geocode_place {
    int32_t lat, lon;
};
struct geocode_place geocode_place_of(struct geo_point p);

/* An address next to a point. */
struct geocode_near {
    struct geocode_place at;
    bool answered; /* the service said something of this point, were it that it found nothing */
    bool found;    /* a town; then the four below hold */
    struct str adresse; /* empty: too far for that */
    struct str commune, code_postal, code_insee; /* as the service writes them: arrondissements are its own */
    int distance_m;
};

/* The file that is sent: numero,latitude,longitude; numero: from 0. Nothing else leaves. */
void geocode_near_write(const struct geocode_near *points, size_t n, struct buf *out);
/* Fills what was answered (`at` stays). ERR_INVALID with *why when the file is not what the service gives. Texts live in `a`. */
enum err geocode_near_read(struct arena *a, struct str csv, struct geocode_near *points, size_t n, struct str *why) MUST_USE;

/* Answers, sorted by point. */
struct geocode_known {
    struct geocode_near *items;
    size_t n;
};
int geocode_near_compare(const void *a, const void *b); /* of struct geocode_near, by point */
const struct geocode_near *geocode_known_at(const struct geocode_known *known, struct geo_point p);
/* Those with an address. In `a`. */
enum err geocode_known_load(struct db_conn *c, struct arena *a, struct geocode_known *out) MUST_USE;

/* What a record says of where it is; each may be empty. */
struct geocode_said {
    struct str adresse, commune, code_postal, code_insee;
};
/* Does something of its address lack: the street, the name of the town, the postal code? */
bool geocode_lacks(struct arena *a, const struct geocode_said *said);
/* Fills what is empty with what is next to the point, when nothing that is said goes against it. The rule of what lacked most; NULL:
 * nothing was filled. */
const char *geocode_complete(struct arena *a, const struct geocode_near *near, struct geocode_said *said);

#endif
