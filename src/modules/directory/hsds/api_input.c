/* What each HSDS route reads: the parameters of the 3.0.1 API document. */
#include <stddef.h>

#include "modules/directory/hsds/api.h"

static const char *const formats[] = {"json", "ndjson", NULL};

#define Q(member) offsetof(struct hsds_query, member)
#define TEXT(member, most, text)                                                                             \
    {.name = #member, .source = IN_QUERY, .type = INPUT_TEXT, .offset = Q(member), .min = 0, .max = most, .doc = text}
#define FLAG(member, text) {.name = #member, .source = IN_QUERY, .type = INPUT_BOOL, .offset = Q(member), .doc = text}
#define SEARCH TEXT(search, 200, "words")
#define PAGES                                                                                                \
    {.name = "page", .source = IN_QUERY, .type = INPUT_INT, .offset = Q(page), .min = 1, .max = 1000000,     \
     .fallback = "1", .doc = "from 1"},                                                                      \
        {.name = "per_page", .source = IN_QUERY, .type = INPUT_INT, .offset = Q(per_page), .min = 1,         \
         .max = 500, .fallback = "50", .doc = "from 1 to 500"},                                              \
    {                                                                                                        \
        .name = "format", .source = IN_QUERY, .type = INPUT_ENUM, .offset = Q(format), .values = formats,    \
        .fallback = "json", .doc = "ndjson: everything, one object a line, without pages"                    \
    }
#define CONDITIONS                                                                                           \
    SEARCH, TEXT(taxonomy_term_id, 36, "UUID of a term; a category stands for its terms"),                   \
        TEXT(taxonomy_id, 36, "UUID of a taxonomy: services that have a term of it"),                        \
        TEXT(organization_id, 36, "UUID of an organization"),                                                \
        TEXT(modified_after, 40, "date or date-time: changed then or later")
#define DECLARE(name, rows)                                                                                  \
    const struct input name = {.size = sizeof(struct hsds_query), .fields = rows, .n = sizeof rows / sizeof *rows}

static const struct input_field one[] = {{.name = "id", .source = IN_PATH, .type = INPUT_TEXT, .offset = Q(id), .required = true,
                                          .min = 1, .max = 100, .doc = "UUID"}};
static const struct input_field one_organization[] = {{.name = "id", .source = IN_PATH, .type = INPUT_TEXT, .offset = Q(id),
                                                       .required = true, .min = 1, .max = 100, .doc = "UUID"},
                                                      FLAG(full_service, "its services in full")};
static const struct input_field services[] = {
    CONDITIONS, PAGES, FLAG(minimal, "id and date of each service, all on one page"), FLAG(full, "each service in full")};
static const struct input_field at_locations[] = {
    CONDITIONS, PAGES, FLAG(full, "in full"),
    TEXT(postcode, 5, "French postal code: offered to its inhabitants, or around its centre with proximity"),
    {.name = "proximity", .source = IN_QUERY, .type = INPUT_NUMBER, .offset = Q(proximity),
     .present_offset = Q(has_proximity), .min = 1, .max = 20000000, .doc = "metres around the centre of postcode"}};
static const struct input_field organizations[] = {SEARCH, TEXT(modified_after, 40, "date or date-time: changed then or later"),
                                                   PAGES, FLAG(full, "each organization in full"),
                                                   FLAG(full_service, "with full: services in full")};
static const struct input_field taxonomies[] = {SEARCH, PAGES};
static const struct input_field terms[] = {SEARCH, TEXT(taxonomy_id, 36, "UUID of a taxonomy"),
                                           TEXT(parent_id, 36, "UUID of a term: those below it"),
                                           FLAG(top_only, "only terms without a parent"), PAGES};

DECLARE(hsds_one_input, one);
DECLARE(hsds_organization_input, one_organization);
DECLARE(hsds_services_input, services);
DECLARE(hsds_service_at_locations_input, at_locations);
DECLARE(hsds_organizations_input, organizations);
DECLARE(hsds_taxonomies_input, taxonomies);
DECLARE(hsds_terms_input, terms);
