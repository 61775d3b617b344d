/* The national API inside the module: what its handlers read, for api_input.c and module.c. */
#ifndef BALISE_MODULES_DIRECTORY_API_H
#define BALISE_MODULES_DIRECTORY_API_H

#include "base/clock.h"
#include "http/http.h"
#include "modules/directory/directory.h"

/* Every parameter of the lists and searches; each route declares those it accepts. */
struct api_query {
    struct str_list sources, reseaux_porteurs, thematiques, frais, publics, modes_accueil, types;
    struct str recherche_public, q;
    double score_qualite_minimum;
    struct str code_region, slug_region, code_departement, slug_departement, code_commune;
    bool exclure_doublons; /* accepted; there is one record a place until duplicates are known */
    double lat, lon, distance;
    bool has_lat, has_lon;
    int64_t page, size;
};
struct api_id {
    struct str id;
};

extern const struct input api_structures_input, api_services_input, api_search_services_input, api_search_input,
    api_id_input, api_doc_input;


enum err api_structures(struct request *rq, struct response *rs);
enum err api_structure(struct request *rq, struct response *rs);
enum err api_services(struct request *rq, struct response *rs);
enum err api_service(struct request *rq, struct response *rs);
enum err api_search_services(struct request *rq, struct response *rs);
enum err api_search(struct request *rq, struct response *rs);
enum err api_sources(struct request *rq, struct response *rs);
enum err api_doc(struct request *rq, struct response *rs);
enum err api_openapi(struct request *rq, struct response *rs);

#endif
