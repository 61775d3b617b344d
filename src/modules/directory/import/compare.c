/* One record of a file against the directory: new, the same, changed, come back; and those that are no longer there. */
#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "modules/directory/geocoding/addresses.h"
#include "modules/directory/import/import.h"
#include "modules/directory/inclusion.h"

/* Of a row that has none, or an unreadable one: the values decide. */
#define NO_FINGERPRINT "00000000000000000000000000000000"
#define NO_ID "00000000-0000-0000-0000-000000000000" /* nothing is written */

/* -- what the directory has ----------------------------------------------------------------------- */

struct loading {
    struct importer *im;
    enum directory_kind kind;
    bool failed;
};

/* A place is known by its source and id; structures and services by their published id alone, which is unique. */
static struct mark_key key_of(const struct marks *m, enum directory_kind kind, struct str source, struct str source_id)
{
    return import_marks_key(m, kind == DIRECTORY_PLACE ? source : STR_NONE, source_id);
}

static void load_mark(void *ctx, const struct record_mark *from)
{
    struct loading *l = ctx;
    struct marks *m = &l->im->marks[l->kind];
    struct mark *to = import_marks_get(m, key_of(m, l->kind, from->source, from->source_id));
    if (!to || !import_marks_set(to, from->id, from->fingerprint.n == 32 ? from->fingerprint : STR(NO_FINGERPRINT))) {
        l->failed = true;
        return;
    }
    to->deleted = from->deleted;
    to->gone = from->gone;
    to->same_feed = str_eq(from->feed, l->im->in->feed);
}

/* What a place publishes in the other standard. */
static void load_derived(void *ctx, const struct record_mark *from)
{
    struct loading *l = ctx;
    struct marks *d = &l->im->derived;
    if (from->deleted)
        return;
    struct directory_record place = {.source = from->source, .source_id = from->source_id};
    l->failed |= !import_marks_get(d, import_marks_key(d, STR_NONE, inclusion_id_of_place(l->im->other, &place)));
    arena_reset(l->im->other);
}

/* Only what the file speaks of: a few queries a kind, whatever the number of rows. */
static enum err load_kind(struct importer *im, enum directory_kind kind)
{
    struct loading l = {im, kind, false};
    int64_t choices = 0;
    if (!im->c)
        return OK;
    if (!im->loaded[kind]) {
        TRY(record_each_mark(im->c, kind, load_mark, &l));
        TRY(db_query_int(im->c, "SELECT COUNT(*) FROM directory_choice WHERE kind = $1", DB_PARAMS(DB_INT(kind)), &choices));
        im->has_choices[kind] = choices > 0;
    }
    im->loaded[kind] = true;
    if (kind != DIRECTORY_PLACE && !im->derived_loaded) {
        TRY(record_each_mark(im->c, DIRECTORY_PLACE, load_derived, &l));
        im->derived_loaded = true;
    }
    return l.failed ? ERR_LIMIT : OK;
}

static enum err load_choices(struct importer *im, enum directory_kind kind, struct str id, struct str_list *out)
{
    struct db_rows *r;
    size_t cap = 0;
    *out = (struct str_list){NULL, 0};
    if (!im->has_choices[kind])
        return OK;
    TRY(db_query(im->c, "SELECT field FROM directory_choice WHERE kind = $1 AND record_id = $2",
                 DB_PARAMS(DB_INT(kind), DB_TEXT(id)), &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        out->items = arena_grow(im->rows, out->items, out->n, &cap, out->n + 1, sizeof *out->items);
        out->items[out->n++] = db_col_text_in(r, 0, im->rows);
    }
}

/* -- rules of the whole file ---------------------------------------------------------------------- */

/* A new source gets its name as people write it: "© les contributeurs d’OpenStreetMap" for openstreetmap. One that the import
 * names itself is not called as the first of those that its file puts together. */
static enum err name_source(struct importer *im, const struct directory_place *p)
{
    for (size_t i = 0; i < im->n_sources; i++)
        if (str_eq(im->sources[i], p->record.source))
            return OK;
    if (im->n_sources == sizeof im->sources / sizeof *im->sources)
        return OK;
    im->sources[im->n_sources++] = arena_str(im->a, p->record.source);
    bool own = str_find(text_slug(im->rows, p->source_texte, p->source_texte.n), p->record.source, 0) >= 0;
    return directory_source_save(im->c, p->record.source, own ? p->source_texte : STR_NONE, STR_NONE);
}

/* `id`: as the file says it. */
static const char *check_unique(struct importer *im, enum directory_kind kind, struct mark *mark, struct str id, size_t line)
{
    struct mark *of_file = mark;
    if (kind == DIRECTORY_PLACE && !im->ours)
        of_file = import_marks_get(&im->ids, import_marks_key(&im->ids, STR_NONE, id));
    if (!of_file)
        return NULL;
    if (of_file->line != 0)
        return arena_cstr(im->rows, arena_printf(im->rows, "Cet identifiant est déjà celui de la ligne %u : chaque fiche a le sien.",
                                                 of_file->line));
    of_file->line = (uint32_t)line;
    return NULL;
}

/* The structure with this published id: of this file or of the directory. *id is left as it is when there is none. */
static bool find_structure(struct importer *im, struct str published, struct str *id)
{
    struct marks *m = &im->marks[DIRECTORY_STRUCTURE];
    const struct mark *found = import_marks_find(m, import_marks_key(m, STR_NONE, published));
    if (!found || !found->known)
        return false;
    *id = import_marks_id(im->rows, found);
    return true;
}

/* A service cannot be without its structure; a place can. */
static enum err link_structure(struct importer *im, enum directory_kind kind, void *record, struct directory_problems *problems)
{
    struct directory_place *p = record;
    struct directory_service *s = record;
    struct str published = kind == DIRECTORY_PLACE ? p->structure_source_id : kind == DIRECTORY_SERVICE ? s->structure_source_id : STR_NONE;
    if (published.n == 0 && kind != DIRECTORY_SERVICE)
        return OK;
    TRY(load_kind(im, DIRECTORY_STRUCTURE));
    if (!find_structure(im, published, kind == DIRECTORY_PLACE ? &p->structure_id : &s->structure_id) && kind == DIRECTORY_SERVICE)
        field_problem(im->rows, problems, "structure_id", published,
                      "Cette structure n’est ni dans le fichier ni dans l’annuaire : ajoutez-la.", true);
    return OK;
}

enum err import_knows_structure(struct importer *im, struct str id, bool *known)
{
    struct marks *m = &im->marks[DIRECTORY_STRUCTURE];
    TRY(load_kind(im, DIRECTORY_STRUCTURE));
    const struct mark *found = import_marks_find(m, import_marks_key(m, STR_NONE, id));
    *known = found && found->known && !found->gone;
    if (*known)
        import_marks_get(m, found->key)->met = true; /* this file speaks of it */
    return OK;
}

/* What the file cannot say stays: the links. */
static void keep_links(enum directory_kind kind, const void *before, void *record)
{
    struct directory_place *p = record;
    if (kind == DIRECTORY_PLACE && p->structure_id.n == 0)
        p->structure_id = ((const struct directory_place *)before)->structure_id;
    else if (kind == DIRECTORY_SERVICE)
        ((struct directory_service *)record)->place_id = ((const struct directory_service *)before)->place_id;
}

/* -- writing -------------------------------------------------------------------------------------- */

/* One record on its way. */
struct row {
    enum directory_kind kind;
    void *record;
    size_t line;
    const struct directory_problems *problems;
    const struct directory_corrections *corrections;
    struct mark *mark;
};

static enum err tell_change(struct importer *im, const struct row *row, enum directory_import_action action, const void *before,
                            const void *after)
{
    if (!im->in->change)
        return OK;
    const struct directory_import_change told = {
        .action = action, .kind = row->kind, .line = row->line,
        .name = import_name_of(row->kind, after), .id = ((const struct directory_record *)after)->source_id,
        .changes = import_notes_changes(im->rows, field_table(row->kind), before, after)};
    return im->in->change(im->in->ctx, &told) ? OK : ERR_IO;
}

static enum err add(struct importer *im, const struct row *row)
{
    struct directory_record *r = record_of(row->record);
    if (row->kind == DIRECTORY_PLACE)
        TRY(name_source(im, row->record));
    r->remarks = import_notes_remarks(im->rows, field_table(row->kind), row->problems, row->corrections, NULL, row->record);
    r->added_by = str_from(im->changes.id);
    TRY(record_save_insert(im->c, im->rows, im->in->actor, row->kind, row->record));
    im->counts.added++;
    return im->in->change
               ? tell_change(im, row, DIRECTORY_IMPORT_ADD, arena_zalloc(im->rows, field_table(row->kind)->size), row->record)
               : OK;
}

/* Live again, as its file says it again. */
static enum err come_back(struct importer *im, const struct row *row, struct directory_record *before, struct str changes)
{
    before->deleted_at_ms = before->gone_at_ms = 0;
    bool changed;
    TRY(record_save_update(im->c, im->rows, im->in->actor, row->kind, before, row->record, &changed));
    TRY(record_journal(im->c, im->rows, im->in->actor, "return", row->kind, before->id, STR_NONE));
    row->mark->deleted = row->mark->gone = false;
    im->counts.back++;
    return import_changes_add(im, DIRECTORY_IMPORT_BACK, row->kind, before->id, changes);
}

/* It was there when the workbook left: what its source says since is newer. */
static enum err stay_gone(struct importer *im, const struct row *row, const struct directory_record *before)
{
    record_of(row->record)->id = before->id;
    im->counts.kept_deleted++;
    return import_notes_line(&im->notes, im->rows, row->line, import_name_of(row->kind, row->record), "id", before->source_id,
                             STR_NONE, "fiche.disparue",
                             STR("Depuis que ce classeur est sorti, le fichier d’où vient cette fiche ne l’a plus : elle n’est plus montrée."));
}

/* A point found from the address lives as long as the address: no file said it, so none misses it, and a workbook that says it
 * again has it from here. What the remarks said of it is given back when it stays. */
static struct str keep_found_point(struct importer *im, const struct row *row, const void *before, struct policy *policy)
{
    const struct field_table *t = field_table(row->kind);
    const struct field *point[] = {field_find(t, STR("latitude")), field_find(t, STR("longitude"))};
    if (row->kind != DIRECTORY_PLACE || policy->fates[point[0] - t->fields] != (im->copy ? POLICY_SAME : POLICY_KEPT_VALUE))
        return STR_NONE;
    struct str found = geocode_remarked(im->rows, ((const struct directory_record *)before)->remarks, GEOCODE_RULE);
    bool same = found.n && geocode_same_address(im->rows, before, row->record);
    for (size_t i = 0; found.n && i < sizeof point / sizeof *point; i++) {
        policy->fates[point[i] - t->fields] = same ? POLICY_SAME : POLICY_TAKEN;
        if (!same)
            field_clear(point[i], row->record);
    }
    return same ? found : STR_NONE;
}

/* By the rules of files, or by those of a copy of the directory: what a person corrected there is their choice. */
static enum err decide(struct importer *im, const struct row *row, const void *before, struct str_list chosen, struct policy *out)
{
    if (im->copy) {
        TRY(import_copy_decide(im, row->kind, before, row->record, chosen, out));
        if (!im->copy->corrected)
            return OK;
        return record_remember_choices(im->c, im->rows, arena_printf(im->rows, RECORD_CHOICE_IMPORT "%s", im->changes.id), row->kind, before,
                                       row->record);
    }
    import_policy(row->kind, before, row->record, chosen, im->today, out);
    return OK;
}

static enum err change(struct importer *im, const struct row *row)
{
    const struct field_table *t = field_table(row->kind);
    struct str id = import_marks_id(im->rows, row->mark);
    void *before = arena_zalloc(im->rows, t->size), *says = arena_alloc(im->rows, t->size);
    struct str_list chosen;
    struct policy policy;
    bool changed;
    TRY(record_get(im->c, im->rows, row->kind, SELECT_BY_ID, DB_PARAMS(DB_TEXT(id)), before));
    if (row->mark->gone && im->copy && import_copy_dated(im, before))
        return stay_gone(im, row, before);
    TRY(load_choices(im, row->kind, id, &chosen));
    memcpy(says, row->record, t->size);
    TRY(decide(im, row, before, chosen, &policy));
    keep_links(row->kind, before, row->record);
    struct str found = keep_found_point(im, row, before, &policy);
    struct str remarks = import_notes_remarks(im->rows, t, row->problems, row->corrections, &policy, row->record);
    if (im->copy)
        remarks = import_notes_remarks_left(im->rows, t, record_of(before)->remarks, remarks, &policy);
    record_of(row->record)->remarks = found.n && !im->copy ? geocode_remark(im->rows, remarks, found) : remarks;
    TRY(import_notes_kept(&im->notes, im->rows, row->line, import_name_of(row->kind, row->record), t, &policy, before, says));
    struct str changes = import_notes_changes(im->rows, t, before, row->record);
    for (size_t i = 0; i < t->n; i++)
        im->counts.kept_since += policy.fates[i] == POLICY_KEPT_SINCE;
    if (row->mark->deleted) {
        TRY(tell_change(im, row, DIRECTORY_IMPORT_BACK, before, row->record));
        return come_back(im, row, before, changes);
    }
    TRY(record_save_update(im->c, im->rows, im->in->actor, row->kind, before, row->record, &changed));
    if (!changed) {
        im->counts.unchanged++;
        return OK;
    }
    im->counts.updated++;
    TRY(tell_change(im, row, DIRECTORY_IMPORT_UPDATE, before, row->record));
    return changes.n ? import_changes_add(im, DIRECTORY_IMPORT_UPDATE, row->kind, id, changes) : OK;
}

/* Said by another file before: from now on this feed answers for it. */
static enum err adopt(struct importer *im, const struct row *row)
{
    static const char *const sql[] = {
        [DIRECTORY_PLACE] = "UPDATE directory_place SET feed = $1 WHERE id = $2",
        [DIRECTORY_STRUCTURE] = "UPDATE directory_structure SET feed = $1 WHERE id = $2",
        [DIRECTORY_SERVICE] = "UPDATE directory_service SET feed = $1 WHERE id = $2",
    };
    im->counts.unchanged++;
    if (row->mark->same_feed || im->in->feed.n == 0 || im->ours)
        return OK;
    return db_exec(im->c, sql[row->kind], DB_PARAMS(DB_TEXT(im->in->feed), DB_TEXT(import_marks_id(im->rows, row->mark))), NULL);
}

static enum err write_row(struct importer *im, const struct row *row)
{
    struct directory_record *r = record_of(row->record);
    char fingerprint[33];
    if (r->fingerprint.n == 32)
        memcpy(fingerprint, r->fingerprint.p, 32), fingerprint[32] = 0;
    else
        fields_fingerprint(field_table(row->kind), row->record, fingerprint);
    r->fingerprint = STR_NONE; /* it may become something else than what the file says */
    if (!im->c) {
        im->counts.added++;
        return import_marks_set(row->mark, STR(NO_ID), str_from(fingerprint)) ? OK : ERR_BUG;
    }
    record_of(row->record)->feed = im->ours && row->mark->known ? STR_NONE : im->in->feed;
    if (row->mark->known && !row->mark->deleted && import_marks_same(row->mark, fingerprint))
        return adopt(im, row);
    if (row->mark->known) {
        TRY(change(im, row));
    } else {
        record_of(row->record)->fingerprint = str_from(fingerprint);
        TRY(add(im, row));
    }
    return import_marks_set(row->mark, record_of(row->record)->id, str_from(fingerprint)) ? OK : ERR_BUG;
}

enum err import_compare(struct importer *im, enum directory_kind kind, void *record, size_t line,
                        struct directory_problems *problems, const struct directory_corrections *corrections)
{
    struct directory_record *r = record_of(record);
    struct marks *m = &im->marks[kind];
    TRY(load_kind(im, kind));
    if (kind != DIRECTORY_PLACE && import_marks_find(&im->derived, import_marks_key(&im->derived, STR_NONE, r->source_id))) {
        im->counts.unchanged++; /* our own place, coming back as a structure or a service */
        return OK;
    }
    struct str said = r->source_id;
    if (kind == DIRECTORY_PLACE)
        TRY(import_find_own_id(im, record));
    struct mark *mark = import_marks_get(m, key_of(m, kind, r->source, r->source_id));
    struct mark *source = import_marks_get(&im->seen, import_marks_key(&im->seen, STR_NONE, r->source));
    if (!mark || !source)
        return ERR_LIMIT;
    mark->met = true;
    const char *twice = check_unique(im, kind, mark, said, line);
    if (twice)
        field_problem(im->rows, problems, "id", said, twice, true);
    else
        TRY(link_structure(im, kind, record, problems));
    if (problems->refused)
        return OK;
    if (mark->deleted && !mark->gone) {
        im->counts.kept_deleted++;
        return import_notes_line(&im->notes, im->rows, line, import_name_of(kind, record), "id", r->source_id, STR_NONE,
                                 "fiche.retiree",
                                 STR("Fiche retirée de l’annuaire par une personne : elle reste retirée."));
    }
    return write_row(im, &(struct row){kind, record, line, problems, corrections, mark});
}

/* Of the record, by the key that it has here; added when the file alone says it. */
static enum err mark_of(struct importer *im, enum directory_kind kind, const void *record, struct mark **out)
{
    const struct directory_record *r = record;
    struct directory_place own;
    TRY(load_kind(im, kind));
    if (kind == DIRECTORY_PLACE) {
        own = *(const struct directory_place *)record;
        TRY(import_find_own_id(im, &own));
        r = &own.record;
    }
    struct marks *m = &im->marks[kind];
    *out = import_marks_get(m, key_of(m, kind, r->source, r->source_id));
    return *out ? OK : ERR_LIMIT;
}

enum err import_has(struct importer *im, enum directory_kind kind, const void *record, bool *has)
{
    const struct directory_record *r = record;
    struct mark *mark;
    TRY(mark_of(im, kind, record, &mark));
    *has = (mark->known && !mark->deleted) || (kind != DIRECTORY_PLACE && import_marks_find(&im->derived, import_marks_key(&im->derived, STR_NONE, r->source_id)));
    return OK;
}

enum err import_find(struct importer *im, enum directory_kind kind, struct str source, struct str source_id, void *record,
                     bool *known)
{
    struct marks *m = &im->marks[kind];
    TRY(load_kind(im, kind));
    const struct mark *mark = import_marks_find(m, key_of(m, kind, source, source_id));
    *known = mark && mark->known;
    return *known ? record_get(im->c, im->rows, kind, SELECT_BY_ID, DB_PARAMS(DB_TEXT(import_marks_id(im->rows, mark))), record) : OK;
}

enum err import_compare_refused(struct importer *im, enum directory_kind kind, const void *record)
{
    struct mark *mark;
    if (((const struct directory_record *)record)->source_id.n == 0)
        return OK;
    TRY(mark_of(im, kind, record, &mark));
    mark->met = true;
    return OK;
}

/* -- gone ----------------------------------------------------------------------------------------- */

/* A file that has lost more than half of what it said is more often a mistake than the truth. */
enum { GONE_FREE = 5, GONE_SHARE = 2 };

struct gone {
    struct str id, name;
    bool kept; /* a person answers for it */
};

static enum err list_gone(struct importer *im, enum directory_kind kind, struct gone **out, size_t *n, int64_t *live)
{
    static const char *const sql[] = {
#define LIVE_OF_FEED(table)                                                                                              \
    "SELECT t.id, t.source, t.source_id, t.nom, t.confirmed_at_ms, (SELECT COUNT(*) FROM directory_choice h"             \
    " WHERE h.kind = $1 AND h.record_id = t.id) FROM " table " t WHERE t.feed = $2 AND t.deleted_at_ms = 0 ORDER BY t.id"
        [DIRECTORY_PLACE] = LIVE_OF_FEED("directory_place"),
        [DIRECTORY_STRUCTURE] = LIVE_OF_FEED("directory_structure"),
        [DIRECTORY_SERVICE] = LIVE_OF_FEED("directory_service"),
    };
    const struct marks *m = &im->marks[kind];
    struct db_rows *r;
    size_t cap = 0;
    *n = 0;
    *out = NULL;
    TRY(db_query(im->c, sql[kind], DB_PARAMS(DB_INT(kind), DB_TEXT(im->in->feed)), &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        if (!import_marks_find(&im->seen, import_marks_key(&im->seen, STR_NONE, db_col_text(r, 1))))
            continue;
        ++*live;
        const struct mark *mark = import_marks_find(m, key_of(m, kind, db_col_text(r, 1), db_col_text(r, 2)));
        if (mark && mark->met)
            continue;
        *out = arena_grow(im->a, *out, *n, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = (struct gone){db_col_text_in(r, 0, im->a), db_col_text_in(r, 3, im->a),
                                       db_col_int(r, 4) > 0 || db_col_int(r, 5) > 0};
    }
}

static enum err mark_gone(struct importer *im, enum directory_kind kind, const struct gone *g)
{
    static const char *const sql[] = {
        [DIRECTORY_PLACE] = "UPDATE directory_place SET deleted_at_ms = $1, gone_at_ms = $1 WHERE id = $2",
        [DIRECTORY_STRUCTURE] = "UPDATE directory_structure SET deleted_at_ms = $1, gone_at_ms = $1 WHERE id = $2",
        [DIRECTORY_SERVICE] = "UPDATE directory_service SET deleted_at_ms = $1, gone_at_ms = $1 WHERE id = $2",
    };
    if (g->kept)
        return import_notes_line(&im->notes, im->rows, 0, g->name, "id", STR_NONE, STR_NONE, "garde.personne",
                                 STR("Le fichier n’a plus cette fiche, mais une personne l’a confirmée ou corrigée : elle est "
                                     "gardée. Vérifiez qu’elle existe encore."));
    TRY(db_exec(im->c, sql[kind], DB_PARAMS(DB_INT(clock_now_ms()), DB_TEXT(g->id)), NULL));
    TRY(record_journal(im->c, im->rows, im->in->actor, "gone", kind, g->id, STR_NONE));
    TRY(import_changes_add(im, DIRECTORY_IMPORT_GONE, kind, g->id, STR_NONE));
    im->counts.gone++;
    if (im->in->change) {
        const struct directory_import_change told = {.action = DIRECTORY_IMPORT_GONE, .kind = kind, .name = g->name, .id = g->id};
        if (!im->in->change(im->in->ctx, &told))
            return ERR_IO;
    }
    return import_notes_line(&im->notes, im->rows, 0, g->name, "id", STR_NONE, STR_NONE, "fiche.disparue",
                             STR("Le fichier n’a plus cette fiche : elle n’est plus montrée."));
}

enum err import_compare_gone(struct importer *im)
{
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++) {
        struct gone *gone;
        size_t n;
        int64_t live = 0;
        if (!im->loaded[kind])
            continue;
        TRY(list_gone(im, (enum directory_kind)kind, &gone, &n, &live));
        if (n > GONE_FREE && (int64_t)n * GONE_SHARE > live && !im->in->complete) {
            im->gone_withheld += (int64_t)n;
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            TRY(mark_gone(im, (enum directory_kind)kind, &gone[i]));
            arena_reset(im->rows);
        }
    }
    return OK;
}
