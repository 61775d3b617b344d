/* A row of a copy of the directory, against the record: what was touched, and what changed meanwhile. */
#include "base/clock.h"
#include "modules/directory/import/import.h"

enum err import_copy_complete(struct importer *im, struct raw_record *raw)
{
    const struct field_table *t = field_table(raw->kind);
    const uint64_t all = (UINT64_C(1) << t->n) - 1;
    const struct import_copy rest = {.said = all & ~im->copy->said};
    bool known = false;
    if (!im->c)
        return OK;
    if (raw->kind == DIRECTORY_PLACE && raw->source.n == 0) /* without its published identifier */
        TRY(import_find_source(im, *raw_cell(raw, "source"), *raw_cell(raw, "id"), &raw->source));
    if (rest.said == 0)
        return OK;
    void *record = arena_zalloc(im->rows, t->size);
    TRY(import_find(im, raw->kind, raw->source, *raw_cell(raw, "id"), record, &known));
    if (known)
        im->copy->say(im->rows, raw->kind, record, &rest, raw);
    return OK;
}

/* A moment as the workbook can say it: to the second; of the hour that comes twice in autumn, the first. */
static int64_t as_said(int64_t at_ms)
{
    return zone_to_utc_ms(ZONE_PARIS, zone_local(ZONE_PARIS, at_ms));
}

/* A record that is younger than the row says came here from the workbook of another directory. */
bool import_copy_dated(const struct importer *im, const struct directory_record *before)
{
    return im->copy->left_ms > 0 && as_said(before->created_at_ms) <= im->copy->left_ms;
}

/* The journal knows which fields; what it forgot since may be any of them. */
static enum err changed_since(struct importer *im, enum directory_kind kind, const struct directory_record *before, uint64_t *out)
{
    enum { LAST_OF_SECOND = 999 };
    *out = 0;
    if (as_said(before->updated_at_ms) <= im->copy->left_ms)
        return OK;
    TRY(record_fields_since(im->c, im->rows, kind, before->id, im->copy->left_ms + LAST_OF_SECOND, out));
    if (*out == 0)
        *out = UINT64_MAX;
    return OK;
}

/* What comes back of a record when nobody touches it: cleaning may write it otherwise, a cell may be too short for it. */
static const void *back_untouched(struct importer *im, enum directory_kind kind, const void *before)
{
    struct directory_problems problems = {0};
    struct directory_corrections corrections = {0};
    struct raw_record raw = {.kind = kind, .source = ((const struct directory_record *)before)->source};
    im->copy->say(im->rows, kind, before, im->copy, &raw);
    void *back = raw_read(im->rows, &raw, im->free_form, im->today, &problems, &corrections);
    import_check(im->in, im->today, im->rows, kind, back, &problems);
    return back;
}

enum err import_copy_decide(struct importer *im, enum directory_kind kind, const void *before, void *record,
                               struct str_list chosen, struct policy *out)
{
    struct policy_copy copy = {.said = im->copy->said, .back = back_untouched(im, kind, before),
                               .dated = import_copy_dated(im, before)};
    if (copy.dated)
        TRY(changed_since(im, kind, before, &copy.since));
    import_policy_of_copy(kind, before, record, &copy, chosen, im->today, out);
    return OK;
}
