/* What changes a record, one by one: the public writers. */
#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "modules/directory/record.h"
#include "modules/journal/journal.h"

static const char *const kind_names[] = {"place", "structure", "service"};

static bool name_changed(enum directory_kind kind, const void *before, const void *after)
{
    const struct field_table *t = field_table(kind);
    return !field_equal(field_find(t, STR("nom")), before, after) ||
           !field_equal(field_find(t, STR("commune")), before, after);
}

static bool links_equal(enum directory_kind kind, const void *x, const void *y)
{
    if (kind == DIRECTORY_PLACE)
        return str_eq(((const struct directory_place *)x)->structure_id, ((const struct directory_place *)y)->structure_id);
    if (kind == DIRECTORY_STRUCTURE)
        return true;
    const struct directory_service *s = x, *z = y;
    return str_eq(s->structure_id, z->structure_id) && str_eq(s->place_id, z->place_id);
}

struct str record_changed_fields(struct arena *a, enum directory_kind kind, const void *before, const void *after)
{
    const struct field_table *t = field_table(kind);
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < t->n; i++)
        if (t->fields[i].column && !field_equal(&t->fields[i], before, after)) {
            buf_lit(&b, b.n ? "," : "");
            buf_lit(&b, t->fields[i].name);
        }
    const struct str *x = (const struct str *)((const char *)before + t->hours_text);
    const struct str *y = (const struct str *)((const char *)after + t->hours_text);
    if (!str_eq(*x, *y))
        buf_lit(&b, b.n ? ",horaires_texte" : "horaires_texte");
    if (!links_equal(kind, before, after))
        buf_lit(&b, b.n ? ",liens" : "liens");
    struct str s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

enum err record_save_insert(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind, void *record)
{
    struct directory_record *r = record_of(record);
    bool added = false, has_slug = kind == DIRECTORY_SERVICE;
    if (r->id.n == 0)
        r->id = id_new_in(a);
    if (!has_slug)
        TRY(record_claim_slug(c, a, kind, record, &has_slug));
    if (!has_slug)
        TRY(record_take_slug(c, a, kind, record));
    r->created_at_ms = r->updated_at_ms = clock_now_ms();
    TRY(record_insert(c, a, kind, record, &added));
    if (!added)
        return ERR_CONFLICT;
    return record_journal(c, a, actor, "create", kind, r->id, STR_NONE);
}

enum err record_save_update(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind,
                     const void *before, void *record, bool *changed)
{
    struct directory_record *r = record_of(record);
    const struct directory_record *old = before;
    r->id = old->id;
    r->slug = old->slug;
    r->created_at_ms = old->created_at_ms;
    r->updated_at_ms = old->updated_at_ms;
    r->deleted_at_ms = old->deleted_at_ms;
    r->gone_at_ms = old->gone_at_ms;
    if (r->feed.n == 0)
        r->feed = old->feed;
    if (!r->remarks.p)
        r->remarks = old->remarks;
    if (r->confirmed_at_ms == 0) {
        r->confirmed_at_ms = old->confirmed_at_ms;
        r->confirmed_by = old->confirmed_by;
    }
    struct str fields = record_changed_fields(a, kind, before, record);
    *changed = fields.n > 0 || r->confirmed_at_ms != old->confirmed_at_ms || !str_eq(r->confirmed_by, old->confirmed_by);
    if (!*changed)
        return record_update(c, a, kind, record);
    if (kind != DIRECTORY_SERVICE && name_changed(kind, before, record))
        TRY(record_take_slug(c, a, kind, record));
    r->updated_at_ms = clock_now_ms();
    TRY(record_update(c, a, kind, record));
    return record_journal(c, a, actor, "update", kind, r->id, fields);
}

/* Hours and their text are one value, see import/policy.h. NULL: links. */
static const struct field *changed_field(enum directory_kind kind, struct str name)
{
    if (str_eq(name, STR("horaires_texte")))
        name = kind == DIRECTORY_PLACE ? STR("horaires") : STR("horaires_accueil");
    return field_find(field_table(kind), name);
}

enum err record_fields_since(struct db_conn *c, struct arena *a, enum directory_kind kind, struct str id, int64_t after_ms,
                             uint64_t *out)
{
    struct str_list names;
    *out = 0;
    TRY(journal_fields_since(c, a, str_from(kind_names[kind]), id, after_ms, &names));
    for (size_t i = 0; i < names.n; i++) {
        const struct field *f = changed_field(kind, names.items[i]);
        if (f)
            *out |= field_bit(field_table(kind), f);
    }
    return OK;
}

enum err record_remember_choices(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind, const void *before,
                                 const void *record)
{
    struct str rest = record_changed_fields(a, kind, before, record), name;
    while (str_split(&rest, ',', &name)) {
        const struct field *f = changed_field(kind, name);
        if (!f || str_eq(name, STR("date_maj"))) /* a date that stays would make every file old */
            continue;
        TRY(db_exec(c,
                    "INSERT INTO directory_choice (kind, record_id, field, at_ms, actor) VALUES ($1, $2, $3, $4, $5)"
                    " ON CONFLICT (kind, record_id, field) DO UPDATE SET at_ms = $4, actor = $5"
                    " WHERE excluded.actor NOT LIKE '" RECORD_CHOICE_IMPORT "%'", /* undone, the older choice is there still */
                    DB_PARAMS(DB_INT(kind), DB_TEXT(((const struct directory_record *)before)->id), DB_TEXT(str_from(f->name)),
                              DB_INT(clock_now_ms()), DB_TEXT(actor)),
                    NULL));
    }
    return OK;
}

static enum err save(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind, void *record)
{
    struct directory_record *r = record_of(record);
    if (r->id.n == 0)
        return record_save_insert(c, a, actor, kind, record);
    void *before = arena_zalloc(a, field_table(kind)->size);
    enum err e = record_get(c, a, kind, SELECT_BY_ID, DB_PARAMS(DB_TEXT(r->id)), before);
    if (e == ERR_NOT_FOUND)
        return record_save_insert(c, a, actor, kind, record);
    bool changed;
    TRY(e);
    TRY(record_remember_choices(c, a, actor, kind, before, record));
    return record_save_update(c, a, actor, kind, before, record, &changed);
}

enum err directory_place_save(struct db_conn *c, struct arena *a, struct str actor, struct directory_place *p)
{
    return save(c, a, actor, DIRECTORY_PLACE, p);
}

enum err directory_structure_save(struct db_conn *c, struct arena *a, struct str actor, struct directory_structure *s)
{
    return save(c, a, actor, DIRECTORY_STRUCTURE, s);
}

enum err directory_service_save(struct db_conn *c, struct arena *a, struct str actor, struct directory_service *s)
{
    return save(c, a, actor, DIRECTORY_SERVICE, s);
}

enum err directory_delete(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind, struct str id)
{
    static const char *const sql[] = {
        [DIRECTORY_PLACE] = "UPDATE directory_place SET deleted_at_ms = $1 WHERE id = $2 AND deleted_at_ms = 0",
        [DIRECTORY_STRUCTURE] = "UPDATE directory_structure SET deleted_at_ms = $1 WHERE id = $2 AND deleted_at_ms = 0",
        [DIRECTORY_SERVICE] = "UPDATE directory_service SET deleted_at_ms = $1 WHERE id = $2 AND deleted_at_ms = 0",
    };
    int64_t changed = 0;
    TRY(db_exec(c, sql[kind], DB_PARAMS(DB_INT(clock_now_ms()), DB_TEXT(id)), &changed));
    return changed == 1 ? record_journal(c, a, actor, "delete", kind, id, STR_NONE) : ERR_NOT_FOUND;
}

enum err directory_confirm(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind,
                           struct str id, struct str by)
{
    static const char *const sql[] = {
        [DIRECTORY_PLACE] = "UPDATE directory_place SET confirmed_at_ms = $1, confirmed_by = $2"
                            " WHERE id = $3 AND deleted_at_ms = 0",
        [DIRECTORY_STRUCTURE] = "UPDATE directory_structure SET confirmed_at_ms = $1, confirmed_by = $2"
                                " WHERE id = $3 AND deleted_at_ms = 0",
        [DIRECTORY_SERVICE] = "UPDATE directory_service SET confirmed_at_ms = $1, confirmed_by = $2"
                              " WHERE id = $3 AND deleted_at_ms = 0",
    };
    int64_t changed = 0;
    TRY(db_exec(c, sql[kind], DB_PARAMS(DB_INT(clock_now_ms()), DB_TEXT_OR_NULL(by), DB_TEXT(id)), &changed));
    return changed == 1 ? record_journal(c, a, actor, "confirm", kind, id, STR_NONE) : ERR_NOT_FOUND;
}

enum err directory_changed(struct db_conn *c)
{
    return db_touch(c, "directory");
}

enum err record_journal(struct db_conn *c, struct arena *a, struct str actor, const char *action,
                        enum directory_kind kind, struct str id, struct str fields)
{
    struct str names[64], name;
    size_t n = 0;
    while (n < sizeof names / sizeof *names && str_split(&fields, ',', &name))
        names[n++] = name;
    struct journal_entry e = {
        .actor = str_sub(actor, 0, JOURNAL_NAME_MAX),
        .action = arena_printf(a, "%s.%s", kind_names[kind], action),
        .object_kind = str_from(kind_names[kind]),
        .object_id = id,
        .fields = names,
        .n_fields = n,
    };
    return journal_append(c, &e);
}
