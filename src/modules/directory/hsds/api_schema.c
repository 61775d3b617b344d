/* The shapes of the HSDS API for the OpenAPI document: those of the standard, by their addresses, as its own document
 * does, inside its page. */
#include "modules/directory/hsds/api.h"

#define STANDARD "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/"

static void open_named(struct json_writer *w, const char *key)
{
    json_key(w, str_from(key));
    json_object_begin(w);
}

static void pair(struct json_writer *w, const char *key, const char *value)
{
    json_key(w, str_from(key));
    json_str(w, str_from(value));
}

static void property(struct json_writer *w, const char *name, const char *type)
{
    open_named(w, name);
    pair(w, "type", type);
    json_object_end(w);
}

static void page(struct json_writer *w, const char *name, const char *item)
{
    static const char *const counts[] = {"total_items", "total_pages", "page_number", "size"};
    static const char *const flags[] = {"first_page", "last_page", "empty"};
    open_named(w, name);
    pair(w, "type", "object");
    open_named(w, "properties");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        property(w, counts[i], "integer");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        property(w, flags[i], "boolean");
    open_named(w, "contents");
    pair(w, "type", "array");
    open_named(w, "items");
    pair(w, "$ref", item);
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
}

void hsds_api_schemas(struct json_writer *w)
{
    static const struct {
        const char *name, *one, *page, *item;
    } shapes[] = {
        {"hsds_service", STANDARD "compiled/service.json", "hsds_services", STANDARD "compiled/service_list.json"},
        {"hsds_service_at_location", STANDARD "compiled/service_at_location.json", "hsds_service_at_locations",
         STANDARD "compiled/service_at_location_list.json"},
        {"hsds_organization", STANDARD "compiled/organization.json", "hsds_organizations",
         STANDARD "compiled/organization_list.json"},
        {"hsds_taxonomy", STANDARD "taxonomy.json", "hsds_taxonomies", STANDARD "taxonomy.json"},
        {"hsds_taxonomy_term", STANDARD "taxonomy_term.json", "hsds_taxonomy_terms", STANDARD "taxonomy_term.json"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        open_named(w, shapes[i].name);
        pair(w, "$ref", shapes[i].one);
        json_object_end(w);
        page(w, shapes[i].page, shapes[i].item);
    }
    open_named(w, "hsds_about");
    pair(w, "type", "object");
    open_named(w, "properties");
    property(w, "version", "string");
    property(w, "profile", "string");
    property(w, "openapi_url", "string");
    json_object_end(w);
    json_object_end(w);
}
