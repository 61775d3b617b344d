/* Undoing an import, and forgetting what it takes to undo old ones. */
#include "base/clock.h"
#include "base/json.h"
#include "modules/directory/duplicates/merge.h"
#include "modules/directory/fields.h"
#include "modules/directory/import/import.h"
#include "modules/directory/jobs.h"
#include "modules/directory/record.h"

struct undo {
    struct db_conn *c;
    struct arena *a;    /* of the whole */
    struct arena *rows; /* emptied after each record */
    struct str import_id, actor;
    struct directory_undo_result *out;
};

struct change {
    enum directory_kind kind;
    struct str record_id, action, changes;
};

/* -- the list ------------------------------------------------------------------------------------- */

enum err directory_import_list(struct db_conn *c, struct arena *a, size_t most, struct directory_import_run_info **out, size_t *n)
{
    struct db_rows *r;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(db_query(c,
                 "SELECT id, feed, file_name, format, actor, at_ms, undone_at_ms, rows_read, added, updated, unchanged, refused, gone,"
                 " left_out"
                 " FROM directory_import ORDER BY at_ms DESC, id DESC LIMIT $1",
                 DB_PARAMS(DB_INT(most)), &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        *out = arena_grow(a, *out, *n, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = (struct directory_import_run_info){
            .id = db_col_text_in(r, 0, a), .feed = db_col_text_in(r, 1, a), .file_name = db_col_text_in(r, 2, a),
            .format = db_col_text_in(r, 3, a), .actor = db_col_text_in(r, 4, a), .at_ms = db_col_int(r, 5),
            .undone_at_ms = db_col_int(r, 6), .rows = db_col_int(r, 7), .added = db_col_int(r, 8), .updated = db_col_int(r, 9),
            .unchanged = db_col_int(r, 10), .refused = db_col_int(r, 11), .gone = db_col_int(r, 12),
            .left_out = db_col_int(r, 13)};
    }
}

/* -- one record ----------------------------------------------------------------------------------- */

static enum err person_answers(struct undo *u, const struct change *ch, const struct directory_record *r, bool *out)
{
    int64_t choices = 0;
    TRY(db_query_int(u->c, "SELECT COUNT(*) FROM directory_choice WHERE kind = $1 AND record_id = $2",
                     DB_PARAMS(DB_INT(ch->kind), DB_TEXT(ch->record_id)), &choices));
    *out = choices > 0 || r->confirmed_at_ms > 0;
    return OK;
}

static enum err set_gone(struct undo *u, const struct change *ch, int64_t at_ms)
{
    static const char *const sql[] = {
        [DIRECTORY_PLACE] = "UPDATE directory_place SET deleted_at_ms = $1, gone_at_ms = $1 WHERE id = $2",
        [DIRECTORY_STRUCTURE] = "UPDATE directory_structure SET deleted_at_ms = $1, gone_at_ms = $1 WHERE id = $2",
        [DIRECTORY_SERVICE] = "UPDATE directory_service SET deleted_at_ms = $1, gone_at_ms = $1 WHERE id = $2",
    };
    TRY(db_exec(u->c, sql[ch->kind], DB_PARAMS(DB_INT(at_ms), DB_TEXT(ch->record_id)), NULL));
    return record_journal(u->c, u->rows, u->actor, at_ms ? "gone" : "return", ch->kind, ch->record_id, STR_NONE);
}

/* Marked as gone, so that importing the file again brings it back. */
static enum err undo_add(struct undo *u, const struct change *ch, const struct directory_record *now)
{
    bool kept;
    if (now->deleted_at_ms != 0)
        return OK;
    TRY(person_answers(u, ch, now, &kept));
    if (kept) {
        u->out->kept++;
        return OK;
    }
    u->out->removed++;
    return set_gone(u, ch, clock_now_ms());
}

/* Back to `before` where the row still says `after`. */
static void restore_field(struct undo *u, const struct field_table *t, const char *name, const json_t *pair, void *record)
{
    struct str before = {json_string_value(json_array_get(pair, 0)), json_string_length(json_array_get(pair, 0))};
    struct str after = {json_string_value(json_array_get(pair, 1)), json_string_length(json_array_get(pair, 1))};
    const struct field *f = field_find(t, str_from(name));
    if (strcmp(name, "horaires_texte") == 0) {
        struct str *text = (struct str *)((char *)record + t->hours_text);
        if (str_eq(*text, after))
            *text = before;
        else
            u->out->left++;
    } else if (f && str_eq(field_cell(u->rows, f, record), after)) {
        field_load_cell(u->rows, f, record, before);
    } else {
        u->out->left++;
    }
}

static enum err restore_fields(struct undo *u, const struct change *ch, const void *now)
{
    const struct field_table *t = field_table(ch->kind);
    void *record = arena_alloc(u->rows, t->size);
    json_t *changes;
    const char *name;
    json_t *pair;
    bool changed;
    if (ch->changes.n == 0)
        return OK;
    TRY(json_parse(u->rows, ch->changes, &changes, NULL));
    memcpy(record, now, t->size);
    json_object_foreach(changes, name, pair)
        restore_field(u, t, name, pair, record);
    TRY(record_save_update(u->c, u->rows, u->actor, ch->kind, now, record, &changed));
    u->out->restored += changed && str_eq(ch->action, STR("update"));
    return OK;
}

static enum err undo_one(struct undo *u, const struct change *ch)
{
    void *now = arena_zalloc(u->rows, field_table(ch->kind)->size);
    enum err e = record_get(u->c, u->rows, ch->kind, SELECT_BY_ID, DB_PARAMS(DB_TEXT(ch->record_id)), now);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    const struct directory_record *r = now;
    if (str_eq(ch->action, STR("add")))
        return undo_add(u, ch, r);
    if (str_eq(ch->action, STR("gone"))) {
        if (r->gone_at_ms == 0)
            return OK; /* back already, or removed by a person since */
        u->out->returned++;
        return set_gone(u, ch, 0);
    }
    TRY(restore_fields(u, ch, now));
    return str_eq(ch->action, STR("back")) ? undo_add(u, ch, r) : OK;
}

/* -- the whole ------------------------------------------------------------------------------------ */

static enum err list_changes(struct undo *u, struct change **out, size_t *n)
{
    struct db_rows *r;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(db_query(u->c,
                 "SELECT kind, record_id, action, changes, number FROM directory_import_change WHERE import_id = $1"
                 " UNION ALL SELECT 0, id, 'add', NULL, 0 FROM directory_place WHERE added_by = $1"
                 " UNION ALL SELECT 1, id, 'add', NULL, 0 FROM directory_structure WHERE added_by = $1"
                 " UNION ALL SELECT 2, id, 'add', NULL, 0 FROM directory_service WHERE added_by = $1 ORDER BY 5 DESC, 2",
                 DB_PARAMS(DB_TEXT(u->import_id)), &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        *out = arena_grow(u->a, *out, *n, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = (struct change){(enum directory_kind)db_col_int(r, 0), db_col_text_in(r, 1, u->a),
                                         db_col_text_in(r, 2, u->a), db_col_text_in(r, 3, u->a)};
    }
}

static enum err claim(struct undo *u, int64_t *changes)
{
    int64_t undone, claimed = 0;
    TRY(db_query_int(u->c, "SELECT undone_at_ms FROM directory_import WHERE id = $1", DB_PARAMS(DB_TEXT(u->import_id)), &undone));
    TRY(db_query_int(u->c, "SELECT updated + gone FROM directory_import WHERE id = $1", DB_PARAMS(DB_TEXT(u->import_id)),
                     changes));
    TRY(db_exec(u->c, "UPDATE directory_import SET undone_at_ms = $1 WHERE id = $2 AND undone_at_ms = 0",
                DB_PARAMS(DB_INT(clock_now_ms()), DB_TEXT(u->import_id)), &claimed));
    return claimed == 1 ? OK : ERR_CONFLICT;
}

static enum err undo_all(struct undo *u)
{
    struct change *changes;
    size_t n;
    int64_t wanted;
    TRY(claim(u, &wanted));
    TRY(list_changes(u, &changes, &n));
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        kept += !str_eq(changes[i].action, STR("add"));
    if (kept == 0 && wanted > 0)
        return ERR_GONE;
    TRY(db_exec(u->c, "DELETE FROM directory_choice WHERE actor = $1",
                DB_PARAMS(DB_TEXT(arena_printf(u->a, RECORD_CHOICE_IMPORT "%.*s", STR_ARG(u->import_id)))), NULL));
    for (size_t i = 0; i < n; i++) {
        TRY(undo_one(u, &changes[i]));
        arena_reset(u->rows);
    }
    TRY(merge_refresh_import(u->c, u->a, u->actor, u->import_id));
    return directory_changed(u->c);
}

enum err directory_import_undo(struct db_conn *c, struct arena *a, struct str import_id, struct str actor,
                               struct directory_undo_result *out)
{
    struct undo u = {.c = c, .a = a, .import_id = import_id, .actor = actor, .out = out, .rows = arena_new(SIZE_MAX)};
    *out = (struct directory_undo_result){0};
    if (!u.rows)
        return ERR_LIMIT;
    enum err e = db_begin(c, DB_WRITE);
    if (e == OK) {
        e = undo_all(&u);
        if (e == OK)
            e = db_commit(c);
        else
            db_rollback(c);
    }
    arena_free(u.rows);
    return e;
}

enum err import_forget(struct job *job)
{
    enum { KEPT_DAYS = 365 };
    struct db_conn *c;
    TRY(db_acquire_in(job->db, job->a, &c));
    return db_exec(c,
                   "DELETE FROM directory_import_change WHERE import_id IN (SELECT id FROM directory_import WHERE at_ms < $1)",
                   DB_PARAMS(DB_INT(clock_now_ms() - (int64_t)KEPT_DAYS * 86400000)), NULL);
}
