/* data·inclusion v1: the structures and the services that are kept, and those that the places are. */
#include "modules/directory/export/export.h"

#include "modules/directory/inclusion.h"

/* A place of a live structure is told by it. */
#define HOST " LEFT JOIN directory_structure h ON h.id = t.structure_id AND h.deleted_at_ms = 0"
#define DERIVED_ID "t.source || '--' || t.source_id"

static const struct export_part structures[] = {
    {DIRECTORY_STRUCTURE, "t.source", "t.source_id", " FROM directory_structure t WHERE t.deleted_at_ms = 0", NULL},
    {DIRECTORY_PLACE, "t.source", DERIVED_ID,
     " FROM directory_place t" HOST " WHERE " EXPORT_PLACE_IS_LIVE " AND h.id IS NULL AND NOT EXISTS (SELECT 1"
     " FROM directory_structure n WHERE n.source_id = " DERIVED_ID " AND n.deleted_at_ms = 0)", NULL, inclusion_structure_fields},
};
/* A place that offers nothing has no service; one whose structure tells its services adds none. */
static const struct export_part services[] = {
    {DIRECTORY_SERVICE, "t.source", "t.source_id",
     " FROM directory_service t JOIN directory_structure s ON s.id = t.structure_id"
     " WHERE t.deleted_at_ms = 0 AND s.deleted_at_ms = 0", NULL},
    {DIRECTORY_PLACE, "t.source", DERIVED_ID,
     " FROM directory_place t" HOST " WHERE " EXPORT_PLACE_IS_LIVE " AND t.services IS NOT NULL AND (h.id IS NULL OR NOT EXISTS"
     " (SELECT 1 FROM directory_service v WHERE v.structure_id = h.id AND v.deleted_at_ms = 0)) AND NOT EXISTS (SELECT 1"
     " FROM directory_service n WHERE n.source_id = " DERIVED_ID " AND n.deleted_at_ms = 0)",
     "h.source_id", inclusion_service_fields},
};

/* Where nobody sent structures, nothing is to be merged nor looked up. */
static const struct export_part structures_of_places[] = {
    {DIRECTORY_PLACE, "t.source", DERIVED_ID, " FROM directory_place t WHERE " EXPORT_PLACE_IS_LIVE, NULL, inclusion_structure_fields}};
static const struct export_part services_of_places[] = {
    {DIRECTORY_PLACE, "t.source", DERIVED_ID, " FROM directory_place t WHERE " EXPORT_PLACE_IS_LIVE " AND t.services IS NOT NULL", NULL,
     inclusion_service_fields}};

static void write_list(struct json_writer *w, struct str cell)
{
    struct str item;
    json_array_begin(w);
    while (str_split(&cell, '|', &item))
        json_str(w, item);
    json_array_end(w);
}

/* Of a record that was read: cells are at hand. */
void export_json_value(struct exporter *x, const struct field *f, const struct export_row *r, size_t i)
{
    struct json_writer *w = &x->json;
    const void *at = field_in(f, r->record);
    const struct directory_number *number = at;
    if (f->kind == FIELD_NUMBER && number->known)
        json_num(w, number->value);
    else if (f->kind == FIELD_COUNT && *(const int64_t *)at != 0)
        json_int(w, *(const int64_t *)at);
    else if (f->kind == FIELD_NUMBER || f->kind == FIELD_COUNT || r->cells[i].n == 0)
        json_null_value(w);
    else if (f->kind == FIELD_SET)
        json_raw(w, r->sets[i]->json);
    else if (f->kind == FIELD_LIST)
        write_list(w, r->cells[i]);
    else
        json_str(w, r->cells[i]);
}

/* -- one record, whoever made it (directory.h) ----------------------------------------------------- */

/* `x` NULL: words of sets are not kept. */
static void write_value(struct exporter *x, struct json_writer *w, const struct field *f, const void *record)
{
    const void *at = field_in(f, record);
    if (field_empty(f, record)) {
        json_null_value(w);
    } else if (f->kind == FIELD_NUMBER) {
        json_num(w, ((const struct directory_number *)at)->value);
    } else if (f->kind == FIELD_COUNT) {
        json_int(w, *(const int64_t *)at);
    } else if (f->kind == FIELD_LIST) {
        const struct str_list *l = at;
        json_array_begin(w);
        for (size_t i = 0; i < l->n; i++)
            json_str(w, l->items[i]);
        json_array_end(w);
    } else if (f->kind == FIELD_SET && x) {
        json_raw(w, export_set_of(x, f->values, *(const struct directory_set *)at)->json);
    } else if (f->kind == FIELD_SET) {
        struct directory_set s = *(const struct directory_set *)at;
        json_array_begin(w);
        for (int i = directory_set_next(s, 0); i >= 0; i = directory_set_next(s, i + 1))
            json_str(w, str_from(directory_enum_value(f->values, i)->value));
        json_array_end(w);
    } else if (f->kind == FIELD_ONE) {
        int i = directory_set_next(*(const struct directory_set *)at, 0);
        json_str(w, str_from(directory_enum_value(f->values, i)->value));
    } else {
        json_str(w, *(const struct str *)at);
    }
}

static void write_members(struct json_writer *w, enum directory_kind kind, const void *record)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++) {
        json_key(w, str_from(t->fields[i].name));
        write_value(NULL, w, &t->fields[i], record);
    }
}

void directory_write_structure(struct json_writer *w, const struct directory_structure *s)
{
    write_members(w, DIRECTORY_STRUCTURE, s);
}

void directory_write_service(struct json_writer *w, const struct directory_service *s)
{
    write_members(w, DIRECTORY_SERVICE, s);
}

/* -- the export ------------------------------------------------------------------------------------ */

static void write_native(struct exporter *x, const struct export_row *r)
{
    const struct field_table *t = field_table(r->kind);
    for (size_t i = 0; i < t->n; i++) {
        json_raw_key(&x->json, x->keys[r->kind][i]);
        export_json_value(x, &t->fields[i], r, i);
    }
}

static void write_derived(struct exporter *x, enum directory_kind kind, const void *record)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++) {
        json_raw_key(&x->json, x->keys[kind][i]);
        write_value(x, &x->json, &t->fields[i], record);
    }
}

static enum err write_structure(struct exporter *x, const struct export_row *r)
{
    json_object_begin(&x->json);
    if (r->kind == DIRECTORY_PLACE) {
        struct directory_structure derived;
        inclusion_structure_of_place(x->row, r->record, &derived);
        write_derived(x, DIRECTORY_STRUCTURE, &derived);
    } else {
        write_native(x, r);
    }
    json_object_end(&x->json);
    return OK;
}

static enum err write_service(struct exporter *x, const struct export_row *r)
{
    json_object_begin(&x->json);
    if (r->kind == DIRECTORY_PLACE) {
        struct directory_service derived;
        inclusion_service_of_place(x->row, r->record, r->host, &derived);
        write_derived(x, DIRECTORY_SERVICE, &derived);
    } else {
        write_native(x, r);
    }
    json_object_end(&x->json);
    return OK;
}

enum err export_inclusion(struct exporter *x)
{
    struct json_writer *w = &x->json;
    int64_t any = 0;
    TRY(db_query_int(x->c, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM directory_structure LIMIT 1) any_structure", DB_NO_PARAMS, &any));
    json_object_begin(w);
    json_key(w, STR("structures"));
    json_array_begin(w);
    TRY(export_each(x, any ? structures : structures_of_places, any ? 2 : 1, EXPORT_WITH_ORIGIN, write_structure));
    json_array_end(w);
    json_key(w, STR("services"));
    json_array_begin(w);
    TRY(export_each(x, any ? services : services_of_places, any ? 2 : 1, EXPORT_WITH_ORIGIN, write_service));
    json_array_end(w);
    json_object_end(w);
    buf_char(&x->out, '\n');
    return OK;
}
