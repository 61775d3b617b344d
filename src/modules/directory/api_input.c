/* What each route of the national API reads. */
#include <stddef.h>

#include "modules/directory/api.h"

#define Q(member) offsetof(struct api_query, member)
#define LIST(member, text)                                                                                   \
    {.name = #member, .source = IN_QUERY, .type = INPUT_LIST, .offset = Q(member), .doc = text}
#define TEXT(member, most, text)                                                                             \
    {.name = #member, .source = IN_QUERY, .type = INPUT_TEXT, .offset = Q(member), .min = 0, .max = most,    \
     .doc = text}

#define TERRITORY_FIELDS                                                                                     \
    TEXT(code_region, 3, "INSEE code of a région"), TEXT(slug_region, 80, "slug of a région: bretagne"),     \
        TEXT(code_departement, 3, "code of a département: 35"),                                              \
        TEXT(slug_departement, 80, "slug of a département: ille-et-vilaine"),                                \
        TEXT(code_commune, 5, "INSEE code of a commune")
#define SERVICE_FILTERS                                                                                      \
    LIST(sources, "slugs of sources"), LIST(thematiques, "thématiques, or whole categories"),                \
        LIST(frais, "see /doc/frais"), LIST(publics, "see /doc/publics; tous-publics is always kept"),       \
        LIST(modes_accueil, "see /doc/modes-accueil"), LIST(types, "see /doc/types-services"),               \
        {.name = "score_qualite_minimum", .source = IN_QUERY, .type = INPUT_NUMBER,                          \
         .offset = Q(score_qualite_minimum), .min = 0, .max = 1, .doc = "from 0 to 1"}
#define RECHERCHE_PUBLIC                                                                                     \
    TEXT(recherche_public, 200, "words over the publics: OR, -word, \"exact phrase\"")
#define EXCLURE_DOUBLONS                                                                                     \
    {.name = "exclure_doublons", .source = IN_QUERY, .type = INPUT_BOOL, .offset = Q(exclure_doublons),      \
     .doc = "keep one record of each group of duplicates"}
#define POINT                                                                                                \
    {.name = "lat", .source = IN_QUERY, .type = INPUT_NUMBER, .offset = Q(lat), .present_offset = Q(has_lat),\
     .min = -90, .max = 90, .doc = "latitude, with lon"},                                                    \
    {                                                                                                        \
        .name = "lon", .source = IN_QUERY, .type = INPUT_NUMBER, .offset = Q(lon),                           \
        .present_offset = Q(has_lon), .min = -180, .max = 180, .doc = "longitude, with lat"                  \
    }
#define PAGES                                                                                                \
    {.name = "page", .source = IN_QUERY, .type = INPUT_INT, .offset = Q(page), .min = 1, .max = 1000000,     \
     .fallback = "1", .doc = "from 1"},                                                                      \
    {                                                                                                        \
        .name = "size", .source = IN_QUERY, .type = INPUT_INT, .offset = Q(size), .min = 1, .max = 10000,    \
        .fallback = "5000", .doc = "from 1 to 10000"                                                         \
    }
#define DECLARE(name, rows)                                                                                \
    const struct input name = {.size = sizeof(struct api_query), .fields = rows, .n = sizeof rows / sizeof *rows}

static const struct input_field structures[] = {LIST(sources, "slugs of sources"),
                                                LIST(reseaux_porteurs, "see /doc/reseaux-porteurs"),
                                                TERRITORY_FIELDS, EXCLURE_DOUBLONS, PAGES};
static const struct input_field services[] = {SERVICE_FILTERS, RECHERCHE_PUBLIC, TERRITORY_FIELDS, PAGES};
static const struct input_field search_services[] = {
    TEXT(code_commune, 5, "INSEE code: keeps what is offered to its inhabitants, around its centre"),
    SERVICE_FILTERS, RECHERCHE_PUBLIC, POINT, EXCLURE_DOUBLONS, PAGES};
static const struct input_field search[] = {
    TEXT(q, 200, "words"), SERVICE_FILTERS, TERRITORY_FIELDS, POINT,
    {.name = "distance", .source = IN_QUERY, .type = INPUT_NUMBER, .offset = Q(distance), .min = 1, .max = 20000,
     .fallback = "50", .doc = "kilometres around lat and lon"},
    PAGES};

DECLARE(api_structures_input, structures);
DECLARE(api_services_input, services);
DECLARE(api_search_services_input, search_services);
DECLARE(api_search_input, search);

static const struct input_field by_id[] = {{.name = "id", .source = IN_PATH, .type = INPUT_TEXT,
                                            .offset = offsetof(struct api_id, id), .required = true, .min = 1,
                                            .max = 300, .doc = "as published: source--local-id"}};
static const struct input_field by_list[] = {{.name = "liste", .source = IN_PATH, .type = INPUT_TEXT,
                                              .offset = offsetof(struct api_id, id), .required = true, .min = 1,
                                              .max = 40, .doc = "frais, modes-accueil, publics, thematiques…"}};
const struct input api_id_input = {.size = sizeof(struct api_id), .fields = by_id, .n = 1};
const struct input api_doc_input = {.size = sizeof(struct api_id), .fields = by_list, .n = 1};
