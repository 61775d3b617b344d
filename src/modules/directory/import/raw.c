#include "modules/directory/import/raw.h"

#include "modules/directory/import/import.h"
#include "modules/directory/tidy/tidy.h"

struct str *raw_cell(struct raw_record *raw, const char *field)
{
    const struct field_table *t = field_table(raw->kind);
    const struct field *f = field_find(t, str_from(field));
    if (!f)
        abort();
    return &raw->cells[f - t->fields];
}

/* A format that does not require a date: one that cannot be read is no reason to refuse. */
static void give_date(struct arena *a, struct raw_record *raw, struct civil_date today, struct directory_problems *problems)
{
    const struct field *f = field_find(field_table(raw->kind), STR("date_maj"));
    struct str *cell = raw_cell(raw, "date_maj");
    struct check_context cx = {a, raw->kind == DIRECTORY_PLACE ? INT64_MAX : civil_to_days(today) + 1};
    const char *why = cell->n > 0 ? f->check(&cx, str_trim(*cell)) : NULL;
    if (cell->n > 0 && !why)
        return;
    if (why)
        field_problem(a, problems, f->name, *cell, why, false);
    *cell = str_from(raw->date_inconnue);
}

void *raw_read(struct arena *a, struct raw_record *raw, bool free_form, struct civil_date today,
               struct directory_problems *problems, struct directory_corrections *corrections)
{
    const struct field_table *t = field_table(raw->kind);
    void *record = arena_zalloc(a, t->size);
    tidy_record(a, raw, free_form ? TIDY_FULL : TIDY_STANDARD, problems, corrections);
    if (raw->date_inconnue)
        give_date(a, raw, today, problems);
    for (size_t i = 0; i < t->n; i++)
        field_read_cell(a, &t->fields[i], record, raw->cells[i], problems);
    if (raw->kind == DIRECTORY_PLACE) {
        record_of(record)->source = raw->source;
        ((struct directory_place *)record)->structure_source_id = raw->structure;
    }
    record_of(record)->slug = raw->slug;
    return record;
}

enum err import_raw(struct importer *im, struct raw_record *raw, size_t line, struct directory_problems *problems)
{
    struct directory_corrections none = {0}, *corrections = raw->corrections ? raw->corrections : &none;
    if (!im->ours) /* there, what is empty was emptied */
        raw->addresses = &im->addresses;
    void *record = raw_read(im->rows, raw, im->free_form, im->today, problems, corrections);
    return import_record(im, raw->kind, record, line, problems, corrections);
}
