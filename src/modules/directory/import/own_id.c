/* A place of one of our LaMednum files, found again. The standard has one id and the words of the source, where a place here has
 * the slug of its source (which `--source` may have given) and an id of its own; and two that have the same id leave told
 * apart by their source: "source--id" (export/lamednum.c). */
#include "modules/directory/import/import.h"

static bool is_known(const struct importer *im, struct str source, struct str source_id)
{
    const struct marks *m = &im->marks[DIRECTORY_PLACE];
    const struct mark *found = import_marks_find(m, import_marks_key(m, source, source_id));
    return found && found->known;
}

/* Is a source that has these words known by another slug than the one they make? Asked once for each. */
static enum err is_renamed(struct importer *im, const struct directory_place *p, bool *out)
{
    enum { MOST = sizeof im->renamed / sizeof *im->renamed };
    for (size_t i = 0; i < im->n_renamed; i++)
        if (str_eq(im->renamed[i].words, p->source_texte)) {
            *out = im->renamed[i].yes;
            return OK;
        }
    int64_t n;
    TRY(db_query_int(im->c, "SELECT COUNT(*) FROM directory_place WHERE COALESCE(source_texte, '') = $1 AND source <> $2",
                     DB_PARAMS(DB_TEXT(p->source_texte), DB_TEXT(p->record.source)), &n));
    *out = n > 0;
    if (im->n_renamed < MOST)
        im->renamed[im->n_renamed++] = (struct import_renamed){arena_str(im->a, p->source_texte), *out};
    return OK;
}

/* Takes the key of the only place that the query gives; none or several: it stays as it is. */
static enum err take_only(struct importer *im, struct directory_record *r, const char *sql, struct db_params params)
{
    struct db_rows *rows;
    struct str source = STR_NONE, id = STR_NONE;
    size_t n = 0;
    bool has;
    enum err e;
    TRY(db_query(im->c, sql, params, &rows));
    for (; (e = db_next(rows, &has)) == OK && has; n++) {
        source = db_col_text_in(rows, 0, im->rows);
        id = db_col_text_in(rows, 1, im->rows);
    }
    db_rows_end(rows);
    if (e == OK && n == 1) {
        r->source = source;
        r->source_id = id;
    }
    return e;
}

#define SAME_WORDS "SELECT source, source_id FROM directory_place WHERE COALESCE(source_texte, '') = $1 AND source_id = $2"

enum err import_find_source(struct importer *im, struct str words, struct str id, struct str *source)
{
    struct directory_record found = {.source = *source};
    TRY(take_only(im, &found, SAME_WORDS, DB_PARAMS(DB_TEXT(words), DB_TEXT(id))));
    *source = found.source;
    return OK;
}

enum err import_find_own_id(struct importer *im, struct directory_place *p)
{
    struct directory_record *r = &p->record;
    bool renamed = false;
    if (!im->c || im->ours || r->source.n == 0 || is_known(im, r->source, r->source_id))
        return OK;
    ptrdiff_t at = str_find(r->source_id, STR("--"), 0);
    struct str before = at > 0 ? str_sub(r->source_id, 0, (size_t)at) : STR_NONE;
    struct str after = at > 0 ? str_sub(r->source_id, (size_t)at + 2, r->source_id.n) : STR_NONE;
    if (at > 0 && is_known(im, before, after)) {
        if (!str_eq(before, r->source))
            return take_only(im, r, SAME_WORDS " AND source = $3", DB_PARAMS(DB_TEXT(p->source_texte), DB_TEXT(after), DB_TEXT(before)));
        r->source_id = after;
        return OK;
    }
    if (im->in->source.n == 0)
        TRY(is_renamed(im, p, &renamed));
    if (!renamed)
        return OK;
    /* The words and the id of another's list may be the same: only the same place is. */
    return take_only(im, r, SAME_WORDS " AND nom = $3 AND code_postal = $4",
                     DB_PARAMS(DB_TEXT(p->source_texte), DB_TEXT(r->source_id), DB_TEXT(p->nom), DB_TEXT(p->code_postal)));
}
