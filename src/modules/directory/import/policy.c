#include "modules/directory/import/policy.h"

#include <stddef.h>

static size_t value_size(enum field_kind kind)
{
    switch (kind) {
    case FIELD_LIST:
        return sizeof(struct str_list);
    case FIELD_SET:
    case FIELD_ONE:
        return sizeof(struct directory_set);
    case FIELD_NUMBER:
        return sizeof(struct directory_number);
    case FIELD_COUNT:
        return sizeof(int64_t);
    case FIELD_TEXT:
    case FIELD_HOURS:
        break;
    }
    return sizeof(struct str);
}

static const struct str *hours_text(const struct field_table *t, const void *record)
{
    return (const struct str *)((const char *)record + t->hours_text);
}

void import_policy_copy(const struct field_table *t, const struct field *f, const void *from, void *to)
{
    memcpy(field_at(f, to), field_in(f, from), value_size(f->kind));
    if (f->kind == FIELD_HOURS)
        memcpy((char *)to + t->hours_text, (const char *)from + t->hours_text, sizeof(struct str));
}

static bool empty(const struct field_table *t, const struct field *f, const void *record)
{
    return field_empty(f, record) && (f->kind != FIELD_HOURS || hours_text(t, record)->n == 0);
}

static bool equal(const struct field_table *t, const struct field *f, const void *a, const void *b)
{
    return field_equal(f, a, b) && (f->kind != FIELD_HOURS || str_eq(*hours_text(t, a), *hours_text(t, b)));
}

/* Nobody knows: 1970-01-01 in LaMednum files, 2000-01-01 where data·inclusion needs a date. A day to come is a mistake. */
static bool known_date(struct str text, struct civil_date today, int64_t *days)
{
    struct civil_date d;
    if (!civil_parse(text, &d) || d.year <= 1970 || str_eq(text, STR("2000-01-01")))
        return false;
    *days = civil_to_days(d);
    return *days <= civil_to_days(today) + 1;
}

static bool is_older(const struct field_table *t, const void *before, const void *record, struct civil_date today)
{
    const struct field *f = field_find(t, STR("date_maj"));
    const struct str *was = field_in(f, before), *says = field_in(f, record);
    int64_t had, has;
    return known_date(*was, today, &had) && known_date(*says, today, &has) && has < had;
}

static bool is_chosen(struct str_list chosen, const struct field *f)
{
    for (size_t i = 0; i < chosen.n; i++)
        if (str_eq(chosen.items[i], str_from(f->name)))
            return true;
    return false;
}

static enum policy_fate fate_of(const struct field_table *t, const struct field *f, const void *before, const void *record,
                                bool chosen, bool older)
{
    if (equal(t, f, before, record))
        return POLICY_SAME;
    if (chosen)
        return POLICY_KEPT_CHOICE;
    if (empty(t, f, record))
        return POLICY_KEPT_VALUE;
    return older && !empty(t, f, before) ? POLICY_KEPT_FRESHER : POLICY_TAKEN;
}

/* Half a point from here and half from there would be nowhere: the stronger reason to keep holds for both. */
static void join_point(const struct field_table *t, struct policy *p)
{
    const struct field *lat = field_find(t, STR("latitude")), *lon = field_find(t, STR("longitude"));
    enum policy_fate *a = &p->fates[lat - t->fields], *b = &p->fates[lon - t->fields];
    enum policy_fate kept = *a >= POLICY_KEPT_CHOICE ? *a : *b >= POLICY_KEPT_CHOICE ? *b : POLICY_SAME;
    if (kept == POLICY_SAME)
        return;
    *a = *b = kept;
}

static void keep(const struct field_table *t, const struct policy *p, const void *before, void *record)
{
    for (size_t i = 0; i < t->n; i++)
        if (p->fates[i] >= POLICY_KEPT_CHOICE)
            import_policy_copy(t, &t->fields[i], before, record);
}

void import_policy(enum directory_kind kind, const void *before, void *record, struct str_list chosen, struct civil_date today,
                   struct policy *out)
{
    const struct field_table *t = field_table(kind);
    bool older = is_older(t, before, record, today);
    for (size_t i = 0; i < t->n; i++)
        out->fates[i] = fate_of(t, &t->fields[i], before, record, is_chosen(chosen, &t->fields[i]), older);
    join_point(t, out);
    keep(t, out, before, record);
}

void import_policy_of_copy(enum directory_kind kind, const void *before, void *record, const struct policy_copy *copy,
                           struct str_list chosen, struct civil_date today, struct policy *out)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        uint64_t bit = field_bit(t, f);
        bool touched = (copy->said & bit) && !equal(t, f, copy->back, record) && !equal(t, f, before, record);
        out->fates[i] = !touched ? POLICY_SAME : (copy->since & bit) ? POLICY_KEPT_SINCE : POLICY_TAKEN;
        if (!touched)
            import_policy_copy(t, f, before, record);
    }
    if (!copy->dated) {
        import_policy(kind, before, record, chosen, today, out);
        return;
    }
    join_point(t, out);
    keep(t, out, before, record);
}
