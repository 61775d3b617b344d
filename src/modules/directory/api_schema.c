/* The shapes of the national API's answers, for the OpenAPI document: made from the tables of fields and
 * enumerations, so that they cannot say something else than what is sent. */
#include "base/json.h"
#include "modules/directory/api.h"
#include "modules/directory/fields.h"
#include "modules/directory/hsds/api.h"
#include "modules/module.h"

static void pair(struct json_writer *w, const char *key, const char *value)
{
    json_key(w, str_from(key));
    json_str(w, str_from(value));
}

static void open_named(struct json_writer *w, const char *key)
{
    json_key(w, str_from(key));
    json_object_begin(w);
}

/* "type": ["string", "null"] for what may be missing. */
static void type_of(struct json_writer *w, const char *type, bool required)
{
    json_key(w, STR("type"));
    if (required) {
        json_str(w, str_from(type));
        return;
    }
    json_array_begin(w);
    json_str(w, str_from(type));
    json_str(w, STR("null"));
    json_array_end(w);
}

static void reference(struct json_writer *w, const char *name)
{
    struct str path = STR("#/components/schemas/");
    char whole[96];
    snprintf(whole, sizeof whole, "%.*s%s", STR_ARG(path), name);
    pair(w, "$ref", whole);
}

static void enumeration(struct json_writer *w, enum directory_enum_id id, bool or_null)
{
    const struct directory_enum *e = directory_enum(id);
    json_key(w, STR("enum"));
    json_array_begin(w);
    for (int i = 0; i < e->n; i++)
        json_str(w, str_from(e->values[i].value));
    if (or_null)
        json_null_value(w);
    json_array_end(w);
}

static void field_schema(struct json_writer *w, const struct field *f)
{
    open_named(w, f->name);
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_HOURS:
        type_of(w, "string", f->required);
        if (f->max > 0) {
            json_key(w, STR("maxLength"));
            json_int(w, f->max);
        }
        if (f->kind == FIELD_HOURS)
            pair(w, "description", "OSM opening_hours");
        break;
    case FIELD_NUMBER: type_of(w, "number", f->required); break;
    case FIELD_COUNT: type_of(w, "integer", f->required); break;
    case FIELD_ONE:
        type_of(w, "string", f->required);
        enumeration(w, f->values, !f->required);
        break;
    case FIELD_LIST:
    case FIELD_SET:
        type_of(w, "array", f->required);
        open_named(w, "items");
        pair(w, "type", "string");
        if (f->kind == FIELD_SET)
            enumeration(w, f->values, false);
        json_object_end(w);
        break;
    }
    json_object_end(w);
}

static void simple(struct json_writer *w, const char *name, const char *type)
{
    open_named(w, name);
    pair(w, "type", type);
    json_object_end(w);
}

static void list_of(struct json_writer *w, const char *name, const char *schema)
{
    open_named(w, name);
    pair(w, "type", "array");
    open_named(w, "items");
    reference(w, schema);
    json_object_end(w);
    json_object_end(w);
}

/* The standard's fields, without closing "properties". */
static void begin_record(struct json_writer *w, const char *name, enum directory_kind kind)
{
    const struct field_table *t = field_table(kind);
    open_named(w, name);
    pair(w, "type", "object");
    json_key(w, STR("required"));
    json_array_begin(w);
    for (size_t i = 0; i < t->n; i++)
        if (t->fields[i].required)
            json_str(w, str_from(t->fields[i].name));
    json_array_end(w);
    open_named(w, "properties");
    for (size_t i = 0; i < t->n; i++)
        field_schema(w, &t->fields[i]);
    simple(w, "adresse_certifiee", "boolean");
}

static void end_record(struct json_writer *w)
{
    json_object_end(w);
    json_object_end(w);
}

static void records(struct json_writer *w)
{
    begin_record(w, "base_structure", DIRECTORY_STRUCTURE);
    end_record(w);

    begin_record(w, "structure", DIRECTORY_STRUCTURE);
    simple(w, "score_qualite", "number");
    list_of(w, "doublons", "source_id");
    end_record(w);

    begin_record(w, "structure_detail", DIRECTORY_STRUCTURE);
    simple(w, "score_qualite", "number");
    list_of(w, "doublons", "base_structure");
    list_of(w, "services", "service");
    end_record(w);

    begin_record(w, "service", DIRECTORY_SERVICE);
    simple(w, "score_qualite", "number");
    end_record(w);

    begin_record(w, "service_detail", DIRECTORY_SERVICE);
    simple(w, "score_qualite", "number");
    open_named(w, "structure");
    reference(w, "base_structure");
    json_object_end(w);
    end_record(w);
}

static void found_service(struct json_writer *w, const char *name, bool with_score)
{
    open_named(w, name);
    pair(w, "type", "object");
    open_named(w, "properties");
    open_named(w, "service");
    reference(w, "service_detail");
    json_object_end(w);
    open_named(w, "distance");
    type_of(w, "integer", false);
    pair(w, "description", "whole kilometres; null for what is offered at a distance");
    json_object_end(w);
    if (with_score) {
        open_named(w, "score_recherche");
        type_of(w, "number", false);
        json_object_end(w);
    }
    json_object_end(w);
    json_object_end(w);
}

static void small_shapes(struct json_writer *w)
{
    static const char *const names[] = {"source_id", "source", "value"};
    static const char *const members[][3] = {
        {"source", "id", NULL}, {"slug", "nom", "description"}, {"value", "label", "description"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        open_named(w, names[i]);
        pair(w, "type", "object");
        open_named(w, "properties");
        for (size_t k = 0; k < 3 && members[i][k]; k++) {
            open_named(w, members[i][k]);
            type_of(w, "string", k < 2);
            json_object_end(w);
        }
        json_object_end(w);
        json_object_end(w);
    }
}

enum err api_openapi(struct request *rq, struct response *rs)
{
    struct buf schemas;
    struct json_writer w;
    buf_init(&schemas, 1 << 20);
    json_start(&w, &schemas);
    json_object_begin(&w);
    records(&w);
    found_service(&w, "found_service", false);
    found_service(&w, "scored_service", true);
    small_shapes(&w);
    hsds_api_schemas(&w);
    json_object_end(&w);

    const struct app *app = rq->app;
    rs->content_type = "application/json; charset=utf-8";
    http_openapi(app->routes, app->n_routes, STR("Balise — API data·inclusion"), STR(BALISE_VERSION), buf_str(&schemas), &rs->body);
    enum err e = schemas.failed ? ERR_BUG : OK;
    buf_deinit(&schemas);
    return e;
}
