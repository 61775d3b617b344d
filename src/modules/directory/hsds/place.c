/* A place inside HSDS: what only LaMednum says of it (kind, labels, presentation, parent…) has no place among organizations and
 * services, so its whole record travels as one value, for a directory that takes it over. */
#include "modules/directory/hsds/hsds.h"

struct str hsds_place_text(struct arena *a, const struct directory_place *p)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct buf b;
    struct json_writer w;
    buf_init(&b, SIZE_MAX);
    json_start(&w, &b);
    json_object_begin(&w);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        if (field_empty(f, p))
            continue;
        json_key(&w, str_from(f->name));
        if (f->kind == FIELD_NUMBER)
            json_num(&w, ((const struct directory_number *)field_in(f, p))->value);
        else
            json_str(&w, field_cell(a, f, p));
    }
    json_object_end(&w);
    struct str text = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return text;
}

bool hsds_place_cells(struct arena *a, struct str text, struct str *cells)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct str why;
    json_t *o;
    if (text.n == 0 || json_parse(a, text, &o, &why) != OK || !json_is_object(o))
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const json_t *value = json_object_get(o, t->fields[i].name);
        cells[i] = json_is_number(value) ? buf_double_in(a, json_number_value(value)) : json_get_str(o, t->fields[i].name);
    }
    return true;
}
