/* Merging and unmerging. A merge adds a place that stands for others; nothing is taken from those, so undoing is removing it.
 * Merging what was merged already: the former place becomes a part too, its own parts follow the new one. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/id.h"
#include "modules/directory/duplicates/merge.h"
#include "modules/directory/record.h"

static enum err get_place(struct db_conn *c, struct arena *a, struct str id, struct directory_place **out)
{
    *out = ARENA_NEW(a, struct directory_place);
    return record_get(c, a, DIRECTORY_PLACE, SELECT_BY_ID, DB_PARAMS(DB_TEXT(id)), *out);
}

/* The first column of every row. */
static enum err list_texts(struct db_conn *c, struct arena *a, const char *sql, struct str id, struct str_list *out)
{
    struct db_rows *r;
    size_t cap = 0;
    bool has = true;
    enum err e;
    *out = (struct str_list){NULL, 0};
    TRY(db_query(c, sql, DB_PARAMS(DB_TEXT(id)), &r));
    while ((e = db_next(r, &has)) == OK && has) {
        out->items = arena_grow(a, out->items, out->n, &cap, out->n + 1, sizeof *out->items);
        out->items[out->n++] = db_col_text_in(r, 0, a);
    }
    db_rows_end(r);
    return e;
}

/* Does it stand for others (it may itself be seen through another since)? */
static enum err is_merged_place(struct db_conn *c, struct str id, bool *out)
{
    int64_t n = 0;
    TRY(db_query_int(c, "SELECT COUNT(*) FROM directory_merge WHERE place_id = $1 AND undone_at_ms = 0", DB_PARAMS(DB_TEXT(id)), &n));
    *out = n > 0;
    return OK;
}

enum err merge_links(struct db_conn *c, struct arena *a, struct merge_link **out, size_t *n)
{
    struct db_rows *r;
    size_t cap = 0;
    bool has = true;
    enum err e;
    *out = NULL;
    *n = 0;
    TRY(db_query(c, "SELECT id, merged_into, source FROM directory_place WHERE merged_into IS NOT NULL ORDER BY merged_into, id",
                 DB_NO_PARAMS, &r));
    while ((e = db_next(r, &has)) == OK && has) {
        *out = arena_grow(a, *out, *n, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = (struct merge_link){db_col_text_in(r, 0, a), db_col_text_in(r, 1, a), db_col_text_in(r, 2, a)};
    }
    db_rows_end(r);
    return e;
}

enum err merge_of_part(struct db_conn *c, struct arena *a, struct str place_id, struct str *out)
{
    struct db_rows *r;
    bool has = false;
    *out = STR_NONE;
    TRY(db_query(c, "SELECT merged_into FROM directory_place WHERE id = $1", DB_PARAMS(DB_TEXT(place_id)), &r));
    enum err e = db_next(r, &has);
    if (e == OK && has)
        *out = db_col_text_in(r, 0, a);
    db_rows_end(r);
    return e != OK ? e : has ? OK : ERR_NOT_FOUND;
}

/* -- what a merged place is made of ------------------------------------------------------------------ */

struct made_of {
    struct directory_place **places; /* that a source says */
    size_t n, cap;
    struct directory_place **former; /* merged places that were merged again: people may have chosen on them */
    size_t n_former, cap_former;
    struct merge_choice *choices;
    size_t n_choices, cap_choices;
};

static enum err add_choices(struct db_conn *c, struct arena *a, struct made_of *m, const struct directory_place *p)
{
    struct db_rows *r;
    bool has = true;
    enum err e;
    TRY(db_query(c, "SELECT field, at_ms FROM directory_choice WHERE kind = $1 AND record_id = $2",
                 DB_PARAMS(DB_INT(DIRECTORY_PLACE), DB_TEXT(p->record.id)), &r));
    while ((e = db_next(r, &has)) == OK && has) {
        m->choices = arena_grow(a, m->choices, m->n_choices, &m->cap_choices, m->n_choices + 1, sizeof *m->choices);
        m->choices[m->n_choices++] = (struct merge_choice){p, db_col_text_in(r, 0, a), db_col_int(r, 1)};
    }
    db_rows_end(r);
    return e;
}

static enum err add_place(struct db_conn *c, struct arena *a, struct made_of *m, struct directory_place *p)
{
    bool merged;
    TRY(is_merged_place(c, p->record.id, &merged));
    TRY(add_choices(c, a, m, p));
    if (merged) {
        m->former = arena_grow(a, m->former, m->n_former, &m->cap_former, m->n_former + 1, sizeof *m->former);
        m->former[m->n_former++] = p;
    } else {
        m->places = arena_grow(a, m->places, m->n, &m->cap, m->n + 1, sizeof *m->places);
        m->places[m->n++] = p;
    }
    return OK;
}

/* The parts of a merged place, at every depth. */
static enum err add_parts(struct db_conn *c, struct arena *a, struct made_of *m, struct str id)
{
    struct str_list ids;
    TRY(list_texts(c, a, "SELECT id FROM directory_place WHERE merged_into = $1 ORDER BY id", id, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        struct directory_place *p;
        TRY(get_place(c, a, ids.items[i], &p));
        TRY(add_place(c, a, m, p));
    }
    return OK;
}

static struct civil_date today(void)
{
    return civil_from_days(clock_now_ms() / 86400000);
}

static void fold(struct arena *a, const struct made_of *m, const struct directory_place *own, struct directory_place *out)
{
    merge_fold(a, (const struct directory_place *const *)m->places, m->n, m->choices, m->n_choices, own, today(), out);
    for (size_t i = 0; i < m->n; i++)
        if (m->places[i]->record.confirmed_at_ms > out->record.confirmed_at_ms) {
            out->record.confirmed_at_ms = m->places[i]->record.confirmed_at_ms;
            out->record.confirmed_by = m->places[i]->record.confirmed_by;
        }
}

/* -- merging ----------------------------------------------------------------------------------------- */

struct merging {
    struct db_conn *c;
    struct arena *a;
    struct str actor, id;
    struct directory_place **parts; /* as people see them: places, and places that stand for others */
    size_t n;
    struct directory_place *main;
    struct made_of made;
    struct directory_place place; /* the new one */
};

/* The places that are shown for these ids, each once. */
static enum err find_parts(struct merging *m, struct str_list ids)
{
    m->parts = ARENA_ARRAY(m->a, ids.n + 1, struct directory_place *);
    for (size_t i = 0; i < ids.n; i++) {
        struct directory_place *p;
        size_t k = 0;
        TRY(get_place(m->c, m->a, ids.items[i], &p));
        if (p->merged_into.n > 0)
            TRY(get_place(m->c, m->a, p->merged_into, &p));
        if (p->record.deleted_at_ms != 0)
            return ERR_GONE;
        while (k < m->n && !str_eq(m->parts[k]->record.id, p->record.id))
            k++;
        if (k == m->n)
            m->parts[m->n++] = p;
    }
    return m->n < 2 ? ERR_CONFLICT : OK;
}

/* The one that says most; the oldest of two. */
static void find_main(struct merging *m)
{
    m->main = m->parts[0];
    for (size_t i = 1; i < m->n; i++) {
        size_t best = merge_completeness(m->main), here = merge_completeness(m->parts[i]);
        if (here > best || (here == best && str_cmp(m->parts[i]->record.id, m->main->record.id) < 0))
            m->main = m->parts[i];
    }
}

static void find_links(struct merging *m)
{
    m->place.structure_id = m->main->structure_id;
    m->place.record.created_at_ms = m->main->record.created_at_ms;
    for (size_t i = 0; i < m->n; i++) {
        const struct directory_place *p = m->parts[i];
        if (m->place.structure_id.n == 0)
            m->place.structure_id = p->structure_id;
        if (p->record.created_at_ms < m->place.record.created_at_ms)
            m->place.record.created_at_ms = p->record.created_at_ms;
    }
}

static enum err insert_place(struct merging *m)
{
    struct directory_record *r = &m->place.record;
    bool added = false;
    r->id = id_new_in(m->a);
    r->slug = m->main->record.slug;
    r->source = m->main->record.source;
    r->updated_at_ms = clock_now_ms();
    find_links(m);
    fold(m->a, &m->made, NULL, &m->place);
    r->source_id = merge_source_id(m->a, (const struct directory_place *const *)m->made.places, m->made.n, m->main->record.source_id, m->id);
    TRY(record_insert(m->c, m->a, DIRECTORY_PLACE, &m->place, &added));
    if (added)
        return OK;
    /* A file brought a place with that very id: an export that came back. */
    r->source_id = arena_printf(m->a, "%.*s__%.*s", STR_ARG(m->main->record.source_id), STR_ARG(m->id));
    TRY(record_insert(m->c, m->a, DIRECTORY_PLACE, &m->place, &added));
    return added ? OK : ERR_CONFLICT;
}

/* The permalink that the main one lends leads to the new place. */
static enum err lend_slug(struct merging *m)
{
    return db_exec(m->c, "UPDATE directory_slug SET record_id = $1 WHERE slug = $2 AND record_id = $3",
                   DB_PARAMS(DB_TEXT(m->place.record.id), DB_TEXT(m->main->record.slug), DB_TEXT(m->main->record.id)), NULL);
}

static enum err note_part(struct merging *m, const struct directory_place *p)
{
    struct str id = m->place.record.id;
    TRY(db_exec(m->c, "UPDATE directory_place SET merged_into = $1 WHERE id = $2 OR merged_into = $2",
                DB_PARAMS(DB_TEXT(id), DB_TEXT(p->record.id)), NULL));
    TRY(db_exec(m->c, "INSERT INTO directory_merge_part (merge_id, place_id, slug) VALUES ($1, $2, $3)",
                DB_PARAMS(DB_TEXT(m->id), DB_TEXT(p->record.id), p == m->main ? DB_TEXT(p->record.slug) : DB_NULL), NULL));
    return record_journal(m->c, m->a, m->actor, "merged", DIRECTORY_PLACE, p->record.id, STR_NONE);
}

enum err directory_merge(struct db_conn *c, struct arena *a, struct str actor, struct str_list places, int score,
                         struct str *merge_id, struct str *place_id)
{
    struct merging *m = ARENA_NEW(a, struct merging);
    *m = (struct merging){.c = c, .a = a, .actor = actor, .id = id_new_in(a)};
    TRY(find_parts(m, places));
    find_main(m);
    for (size_t i = 0; i < m->n; i++) {
        bool merged;
        TRY(is_merged_place(c, m->parts[i]->record.id, &merged));
        TRY(add_place(c, a, &m->made, m->parts[i]));
        if (merged)
            TRY(add_parts(c, a, &m->made, m->parts[i]->record.id));
    }
    TRY(insert_place(m));
    TRY(lend_slug(m));
    TRY(db_exec(c, "INSERT INTO directory_merge (id, place_id, at_ms, actor, score) VALUES ($1, $2, $3, $4, $5)",
                DB_PARAMS(DB_TEXT(m->id), DB_TEXT(m->place.record.id), DB_INT(clock_now_ms()), DB_TEXT(actor),
                          score > 0 ? DB_INT(score) : DB_NULL),
                NULL));
    for (size_t i = 0; i < m->n; i++)
        TRY(note_part(m, m->parts[i]));
    *merge_id = m->id;
    *place_id = m->place.record.id;
    return record_journal(c, a, actor, "merge", DIRECTORY_PLACE, m->place.record.id, STR_NONE);
}

/* -- making the values again ------------------------------------------------------------------------- */

/* A place that is renamed takes the permalink that its main part was given for the same reason, when there is one. */
static enum err take_slug(struct db_conn *c, struct arena *a, const struct made_of *made, struct directory_place *p)
{
    for (size_t i = 0; i < made->n; i++) {
        const struct directory_record *part = &made->places[i]->record;
        int64_t changed = 0;
        if (!str_eq(made->places[i]->nom, p->nom) || str_eq(part->slug, p->record.slug))
            continue;
        TRY(db_exec(c, "UPDATE directory_slug SET record_id = $1 WHERE slug = $2 AND record_id = $3",
                    DB_PARAMS(DB_TEXT(p->record.id), DB_TEXT(part->slug), DB_TEXT(part->id)), &changed));
        if (changed == 1) {
            p->record.slug = part->slug;
            return OK;
        }
    }
    return record_take_slug(c, a, DIRECTORY_PLACE, p);
}

/* Gone with the last of its parts, back with the first; removed by a person, it stays removed. */
static bool follow_parts(const struct made_of *made, struct directory_record *r)
{
    bool live = false;
    for (size_t i = 0; i < made->n; i++)
        live |= made->places[i]->record.deleted_at_ms == 0;
    if (live == (r->deleted_at_ms == 0) || (live && r->gone_at_ms == 0))
        return false;
    r->deleted_at_ms = r->gone_at_ms = live ? 0 : clock_now_ms();
    return true;
}

enum err merge_refresh(struct db_conn *c, struct arena *a, struct str actor, struct str place_id)
{
    struct directory_place *before, *after = ARENA_NEW(a, struct directory_place);
    struct made_of made = {.n = 0};
    bool merged;
    TRY(get_place(c, a, place_id, &before));
    if (before->merged_into.n > 0)
        return merge_refresh(c, a, actor, before->merged_into);
    TRY(is_merged_place(c, place_id, &merged));
    if (!merged)
        return ERR_NOT_FOUND;
    TRY(add_choices(c, a, &made, before));
    TRY(add_parts(c, a, &made, place_id));
    if (made.n == 0)
        return ERR_NOT_FOUND;
    *after = *before;
    fold(a, &made, before, after);
    struct str fields = record_changed_fields(a, DIRECTORY_PLACE, before, after);
    bool moved = follow_parts(&made, &after->record);
    if (fields.n == 0 && !moved && after->record.confirmed_at_ms == before->record.confirmed_at_ms)
        return OK;
    if (!str_eq(before->nom, after->nom) || !str_eq(before->commune, after->commune))
        TRY(take_slug(c, a, &made, after));
    if (fields.n > 0 || moved)
        after->record.updated_at_ms = clock_now_ms();
    TRY(record_update(c, a, DIRECTORY_PLACE, after));
    return record_journal(c, a, actor, !moved ? "update" : after->record.deleted_at_ms ? "delete" : "restore", DIRECTORY_PLACE,
                          place_id, fields);
}

enum err merge_refresh_import(struct db_conn *c, struct arena *a, struct str actor, struct str import_id)
{
    struct str_list places;
    TRY(list_texts(c, a,
                   "SELECT DISTINCT p.merged_into FROM directory_place p WHERE p.merged_into IS NOT NULL AND (p.added_by = $1 OR"
                   " EXISTS (SELECT 1 FROM directory_import_change h WHERE h.import_id = $1 AND h.record_id = p.id)) ORDER BY 1",
                   import_id, &places));
    for (size_t i = 0; i < places.n; i++)
        TRY(merge_refresh(c, a, actor, places.items[i]));
    return OK;
}

/* -- undoing ----------------------------------------------------------------------------------------- */

/* All that is under a former merged place follows it again. */
static enum err give_back(struct db_conn *c, struct arena *a, struct str former, struct str place_id, int depth)
{
    enum { DEPTH_MAX = 64 };
    struct str_list under;
    if (depth > DEPTH_MAX)
        return ERR_BUG;
    TRY(list_texts(c, a,
                 "SELECT p.place_id FROM directory_merge_part p JOIN directory_merge m ON m.id = p.merge_id"
                 " WHERE m.place_id = $1 AND m.undone_at_ms = 0 ORDER BY p.place_id",
                 place_id, &under));
    for (size_t i = 0; i < under.n; i++) {
        TRY(db_exec(c, "UPDATE directory_place SET merged_into = $1 WHERE id = $2", DB_PARAMS(DB_TEXT(former), DB_TEXT(under.items[i])), NULL));
        TRY(give_back(c, a, former, under.items[i], depth + 1));
    }
    return OK;
}

/* Its permalinks and services return to the main part; the row stays, removed, with what people wrote in it. */
static enum err remove_place(struct db_conn *c, struct arena *a, struct str merge_id, struct directory_place *p)
{
    struct str_list main;
    TRY(list_texts(c, a, "SELECT place_id FROM directory_merge_part WHERE merge_id = $1 AND slug IS NOT NULL", merge_id, &main));
    if (main.n != 1)
        return ERR_BUG;
    TRY(db_exec(c, "UPDATE directory_slug SET record_id = $1 WHERE record_id = $2",
                DB_PARAMS(DB_TEXT(main.items[0]), DB_TEXT(p->record.id)), NULL));
    TRY(db_exec(c, "UPDATE directory_service SET place_id = $1 WHERE place_id = $2",
                DB_PARAMS(DB_TEXT(main.items[0]), DB_TEXT(p->record.id)), NULL));
    /* The key is free for the day when they are merged again. */
    p->record.source_id = arena_printf(a, "%.*s~%.*s", STR_ARG(p->record.source_id), STR_ARG(merge_id));
    p->record.deleted_at_ms = clock_now_ms();
    p->record.gone_at_ms = 0;
    return record_update(c, a, DIRECTORY_PLACE, p);
}

static enum err find_merge(struct db_conn *c, struct arena *a, struct str merge_id, struct str *place_id)
{
    struct db_rows *r;
    bool has = false;
    int64_t undone = 0;
    TRY(db_query(c, "SELECT place_id, undone_at_ms FROM directory_merge WHERE id = $1", DB_PARAMS(DB_TEXT(merge_id)), &r));
    enum err e = db_next(r, &has);
    if (e == OK && has) {
        *place_id = db_col_text_in(r, 0, a);
        undone = db_col_int(r, 1);
    }
    db_rows_end(r);
    return e != OK ? e : !has ? ERR_NOT_FOUND : undone ? ERR_GONE : OK;
}

enum err directory_unmerge(struct db_conn *c, struct arena *a, struct str actor, struct str merge_id, struct directory_unmerged *out)
{
    struct str place_id = STR_NONE;
    struct directory_place *p;
    struct str_list parts;
    *out = (struct directory_unmerged){.places = 0};
    TRY(find_merge(c, a, merge_id, &place_id));
    TRY(get_place(c, a, place_id, &p));
    if (p->merged_into.n > 0)
        return ERR_CONFLICT;
    TRY(list_texts(c, a, "SELECT field FROM directory_choice WHERE kind = 0 AND record_id = $1 ORDER BY field", place_id, &out->kept));
    TRY(list_texts(c, a, "SELECT place_id FROM directory_merge_part WHERE merge_id = $1 ORDER BY place_id", merge_id, &parts));
    TRY(remove_place(c, a, merge_id, p));
    TRY(db_exec(c, "UPDATE directory_merge SET undone_at_ms = $1 WHERE id = $2", DB_PARAMS(DB_INT(clock_now_ms()), DB_TEXT(merge_id)), NULL));
    for (size_t i = 0; i < parts.n; i++) {
        bool merged;
        struct str id = parts.items[i];
        TRY(db_exec(c, "UPDATE directory_place SET merged_into = NULL WHERE id = $1", DB_PARAMS(DB_TEXT(id)), NULL));
        TRY(is_merged_place(c, id, &merged));
        TRY(give_back(c, a, id, id, 0));
        if (merged) /* its parts may have changed in the meantime */
            TRY(merge_refresh(c, a, actor, id));
        TRY(record_journal(c, a, actor, "unmerged", DIRECTORY_PLACE, id, STR_NONE));
        out->places++;
    }
    return record_journal(c, a, actor, "unmerge", DIRECTORY_PLACE, place_id, STR_NONE);
}

enum err directory_part_sources(struct db_conn *c, struct arena *a, struct str place_id, struct str_list *out)
{
    return list_texts(c, a, "SELECT DISTINCT source FROM directory_place WHERE merged_into = $1 ORDER BY source", place_id, out);
}

/* -- the list ---------------------------------------------------------------------------------------- */

enum err directory_merges(struct db_conn *c, struct arena *a, size_t most, struct directory_merge_info **out, size_t *n)
{
    struct db_rows *r;
    size_t cap = 0;
    bool has = true;
    enum err e;
    *out = NULL;
    *n = 0;
    TRY(db_query(c,
                 "SELECT m.id, m.place_id, p.nom, p.commune, m.actor, m.at_ms, m.undone_at_ms, m.score,"
                 " (SELECT COUNT(*) FROM directory_merge_part q WHERE q.merge_id = m.id)"
                 " FROM directory_merge m JOIN directory_place p ON p.id = m.place_id ORDER BY m.at_ms DESC, m.id DESC LIMIT $1",
                 DB_PARAMS(DB_INT(most)), &r));
    while ((e = db_next(r, &has)) == OK && has) {
        *out = arena_grow(a, *out, *n, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = (struct directory_merge_info){
            .id = db_col_text_in(r, 0, a), .place_id = db_col_text_in(r, 1, a), .nom = db_col_text_in(r, 2, a),
            .commune = db_col_text_in(r, 3, a), .actor = db_col_text_in(r, 4, a), .at_ms = db_col_int(r, 5),
            .undone_at_ms = db_col_int(r, 6), .score = db_col_int(r, 7), .places = db_col_int(r, 8)};
    }
    db_rows_end(r);
    return e;
}
