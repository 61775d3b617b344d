/* Records as JSON, in the order of the standard's fields. */
#include "base/json.h"
#include "modules/directory/fields.h"

static void write_list(struct json_writer *w, const struct str_list *list)
{
    if (list->n == 0) {
        json_null_value(w);
        return;
    }
    json_array_begin(w);
    for (size_t i = 0; i < list->n; i++)
        json_str(w, list->items[i]);
    json_array_end(w);
}

static void write_set(struct json_writer *w, enum directory_enum_id id, struct directory_set set)
{
    if (directory_set_empty(set)) {
        json_null_value(w);
        return;
    }
    json_array_begin(w);
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1))
        json_str(w, str_from(directory_enum_value(id, i)->value));
    json_array_end(w);
}

static void write_one(struct json_writer *w, enum directory_enum_id id, struct directory_set set)
{
    int i = directory_set_next(set, 0);
    json_str_or_null(w, i < 0 ? STR_NONE : str_from(directory_enum_value(id, i)->value));
}

static void write_field(struct json_writer *w, const struct field *f, const void *record)
{
    const void *at = field_in(f, record);
    json_key(w, str_from(f->name));
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_HOURS: json_str_or_null(w, *(const struct str *)at); break;
    case FIELD_LIST: write_list(w, at); break;
    case FIELD_SET: write_set(w, f->values, *(const struct directory_set *)at); break;
    case FIELD_ONE: write_one(w, f->values, *(const struct directory_set *)at); break;
    case FIELD_NUMBER: {
        const struct directory_number *n = at;
        if (n->known)
            json_num(w, n->value);
        else
            json_null_value(w);
        break;
    }
    case FIELD_COUNT: {
        int64_t n = *(const int64_t *)at;
        if (n > 0)
            json_int(w, n);
        else
            json_null_value(w);
        break;
    }
    }
}

static void write_record(struct json_writer *w, enum directory_kind kind, const void *record)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++)
        write_field(w, &t->fields[i], record);
}

void directory_write_structure(struct json_writer *w, const struct directory_structure *s)
{
    write_record(w, DIRECTORY_STRUCTURE, s);
}

void directory_write_service(struct json_writer *w, const struct directory_service *s)
{
    write_record(w, DIRECTORY_SERVICE, s);
}
