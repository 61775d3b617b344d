/* One place out of several: which value is kept. Pure. */
#include <stdlib.h>

#include "modules/directory/duplicates/merge.h"
#include "modules/directory/fields.h"
#include "modules/directory/import/policy.h"

enum { SOURCE_ID_MAX = 200 }; /* of the field `id` */

struct ranked {
    const struct directory_place *place;
    int64_t day; /* of date_maj; INT64_MIN when it says nothing */
};

/* 1970-01-01 is how files say that nobody knows; a day to come is a mistake. */
static int64_t real_day(struct str date_maj, struct civil_date today)
{
    struct civil_date d;
    if (!civil_parse(date_maj, &d) || d.year <= 1970)
        return INT64_MIN;
    int64_t day = civil_to_days(d);
    return day <= civil_to_days(today) + 1 ? day : INT64_MIN;
}

static int freshest_first(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->day != b->day)
        return a->day > b->day ? -1 : 1;
    if (a->place->record.updated_at_ms != b->place->record.updated_at_ms)
        return a->place->record.updated_at_ms > b->place->record.updated_at_ms ? -1 : 1;
    return str_cmp(a->place->record.id, b->place->record.id);
}

struct fold {
    struct arena *a;
    struct ranked *ranked;
    size_t n;
    const struct field_table *t;
    struct directory_place *out;
};

static struct fold start(struct arena *a, const struct directory_place *const *places, size_t n, struct civil_date today,
                         struct directory_place *out)
{
    struct fold f = {.a = a, .ranked = ARENA_ARRAY(a, n, struct ranked), .t = field_table(DIRECTORY_PLACE), .out = out};
    bool some_live = false;
    for (size_t i = 0; i < n; i++)
        some_live |= places[i]->record.deleted_at_ms == 0;
    for (size_t i = 0; i < n; i++)
        if (!some_live || places[i]->record.deleted_at_ms == 0)
            f.ranked[f.n++] = (struct ranked){places[i], real_day(places[i]->date_maj, today)};
    qsort(f.ranked, f.n, sizeof *f.ranked, freshest_first);
    return f;
}

static void fold_list(struct fold *f, const struct field *field)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < f->n; i++)
        n += ((const struct str_list *)field_in(field, f->ranked[i].place))->n;
    struct str *all = ARENA_ARRAY(f->a, n + 1, struct str);
    for (size_t i = 0; i < f->n; i++) {
        const struct str_list *l = field_in(field, f->ranked[i].place);
        for (size_t k = 0; k < l->n; k++)
            all[at++] = l->items[k];
    }
    *(struct str_list *)field_at(field, f->out) = field_list_normal(f->a, all, n);
}

static void fold_set(struct fold *f, const struct field *field)
{
    struct directory_set *out = field_at(field, f->out);
    *out = DIRECTORY_SET_NONE;
    for (size_t i = 0; i < f->n; i++)
        *out = directory_set_union(*out, *(const struct directory_set *)field_in(field, f->ranked[i].place));
}

/* The freshest that says something; hours in words say something too. */
static void fold_value(struct fold *f, const struct field *field)
{
    const struct directory_place *from = f->ranked[0].place;
    for (size_t i = 0; i < f->n; i++) {
        const struct directory_place *p = f->ranked[i].place;
        if (!field_empty(field, p) || (field->kind == FIELD_HOURS && p->horaires_texte.n > 0)) {
            from = p;
            break;
        }
    }
    import_policy_copy(f->t, field, from, f->out);
}

static void fold_point(struct fold *f)
{
    f->out->latitude = f->out->longitude = (struct directory_number){false, 0};
    for (size_t i = 0; i < f->n; i++) {
        const struct directory_place *p = f->ranked[i].place;
        if (!p->latitude.known || !p->longitude.known)
            continue;
        f->out->latitude = p->latitude;
        f->out->longitude = p->longitude;
        return;
    }
}

/* A record's own key is no value of the place. */
static bool is_key(const struct field *field)
{
    return field->offset == offsetof(struct directory_place, record.source_id);
}

static void fold_fields(struct fold *f)
{
    for (size_t i = 0; i < f->t->n; i++) {
        const struct field *field = &f->t->fields[i];
        if (is_key(field) || field->kind == FIELD_NUMBER)
            continue;
        if (field->kind == FIELD_LIST)
            fold_list(f, field);
        else if (field->kind == FIELD_SET)
            fold_set(f, field);
        else
            fold_value(f, field);
    }
    fold_point(f);
}

/* -- what people chose ------------------------------------------------------------------------------- */

static bool is_point(struct str field)
{
    return str_eq(field, STR("latitude")) || str_eq(field, STR("longitude"));
}

static void apply_choice(struct fold *f, const struct merge_choice *choice)
{
    const struct field *field = field_find(f->t, choice->field);
    if (is_point(choice->field)) {
        f->out->latitude = choice->record->latitude;
        f->out->longitude = choice->record->longitude;
    } else if (field && !is_key(field)) {
        import_policy_copy(f->t, field, choice->record, f->out);
    }
}

static bool stronger(const struct merge_choice *a, const struct merge_choice *b, const struct directory_place *own)
{
    if ((a->record == own) != (b->record == own))
        return a->record == own;
    return a->at_ms > b->at_ms;
}

static void apply_choices(struct fold *f, const struct merge_choice *choices, size_t n, const struct directory_place *own)
{
    for (size_t i = 0; i < n; i++) {
        bool beaten = false;
        for (size_t k = 0; k < n && !beaten; k++) {
            bool one = str_eq(choices[i].field, choices[k].field) || (is_point(choices[i].field) && is_point(choices[k].field));
            beaten = k != i && one && stronger(&choices[k], &choices[i], own);
        }
        if (!beaten)
            apply_choice(f, &choices[i]);
    }
}

void merge_fold(struct arena *a, const struct directory_place *const *places, size_t n, const struct merge_choice *choices,
                size_t n_choices, const struct directory_place *own, struct civil_date today, struct directory_place *out)
{
    struct fold f = start(a, places, n, today, out);
    fold_fields(&f);
    apply_choices(&f, choices, n_choices, own);
}

/* -- the main one, and the id ------------------------------------------------------------------------ */

size_t merge_completeness(const struct directory_place *p)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    size_t n = p->horaires_texte.n > 0;
    for (size_t i = 0; i < t->n; i++)
        n += !field_empty(&t->fields[i], p);
    return n;
}

static int compare_texts(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

struct str merge_source_id(struct arena *a, const struct directory_place *const *places, size_t n, struct str main_source_id,
                           struct str merge_id)
{
    struct str *ids = ARENA_ARRAY(a, n, struct str), joined = STR_NONE;
    for (size_t i = 0; i < n; i++)
        ids[i] = places[i]->record.source_id;
    qsort(ids, n, sizeof *ids, compare_texts);
    for (size_t i = 0; i < n; i++)
        joined = i == 0 ? ids[0] : arena_printf(a, "%.*s__%.*s", STR_ARG(joined), STR_ARG(ids[i]));
    if (str_length(joined) <= SOURCE_ID_MAX)
        return joined;
    return arena_printf(a, "%.*s__%.*s", STR_ARG(field_cut(main_source_id, SOURCE_ID_MAX / 2)), STR_ARG(merge_id));
}
