/* GeoJSON (RFC 7946): the places and the structures that have a point. */
#include <stddef.h>

#include "modules/directory/export/export.h"

static const struct export_part places[] = {
    {DIRECTORY_PLACE, "t.source", "t.source_id",
     " FROM directory_place t WHERE " EXPORT_PLACE_IS_LIVE " AND t.latitude IS NOT NULL AND t.longitude IS NOT NULL", NULL}};
static const struct export_part structures[] = {
    {DIRECTORY_STRUCTURE, "t.source", "t.source_id",
     " FROM directory_structure t WHERE t.deleted_at_ms = 0 AND t.latitude IS NOT NULL AND t.longitude IS NOT NULL", NULL}};

/* The same in every directory that holds the record. A structure's own id holds its source. */
static struct str feature_id(struct exporter *x, const struct export_row *r)
{
    const struct directory_record *record = r->record;
    struct str nature = str_from(export_nature(r->kind));
    return r->kind == DIRECTORY_PLACE
               ? ARENA_JOIN(x->row, nature, STR("/"), record->source, STR("--"), record->source_id)
               : ARENA_JOIN(x->row, nature, STR("/"), record->source_id);
}

static enum err write_feature(struct exporter *x, const struct export_row *r)
{
    struct json_writer *w = &x->json;
    const struct field_table *t = field_table(r->kind);
    const struct directory_record *record = r->record;
    const struct directory_place *p = r->record;
    const struct directory_structure *s = r->record;
    bool place = r->kind == DIRECTORY_PLACE;
    json_object_begin(w);
    json_raw_key(w, STR("\"type\":"));
    json_raw(w, STR("\"Feature\""));
    json_raw_key(w, STR("\"id\":"));
    json_str(w, feature_id(x, r));
    json_raw_key(w, STR("\"geometry\":"));
    json_object_begin(w);
    json_raw_key(w, STR("\"type\":"));
    json_raw(w, STR("\"Point\""));
    json_raw_key(w, STR("\"coordinates\":"));
    json_array_begin(w);
    json_num(w, place ? p->longitude.value : s->longitude.value);
    json_num(w, place ? p->latitude.value : s->latitude.value);
    json_array_end(w);
    json_object_end(w);
    json_raw_key(w, STR("\"properties\":"));
    json_object_begin(w);
    json_raw_key(w, STR("\"nature\":"));
    json_str(w, str_from(export_nature(r->kind)));
    json_raw_key(w, STR("\"permalien\":"));
    json_str(w, record->slug);
    for (size_t i = 0; i < t->n; i++) {
        if (r->cells[i].n == 0) /* also the point, said above */
            continue;
        json_raw_key(w, x->keys[r->kind][i]);
        export_json_value(x, &t->fields[i], r, i);
    }
    json_object_end(w);
    json_object_end(w);
    return OK;
}

enum err export_geojson(struct exporter *x)
{
    struct json_writer *w = &x->json;
    json_object_begin(w);
    json_key(w, STR("type"));
    json_str(w, STR("FeatureCollection"));
    json_key(w, STR("features"));
    json_array_begin(w);
    TRY(export_each(x, places, 1, EXPORT_WITH_PAGE, write_feature));
    TRY(export_each(x, structures, 1, EXPORT_WITH_PAGE, write_feature));
    json_array_end(w);
    json_object_end(w);
    buf_char(&x->out, '\n');
    return OK;
}
