/* Reading one record with what belongs to it, and the figures of the whole. */
#include "modules/directory/index.h"
#include "modules/directory/record.h"

static enum err services_of(struct db_conn *c, struct arena *a, struct str structure_id, struct str place_id,
                            struct directory_sheet *out)
{
    void *all;
    TRY(record_list(c, a, DIRECTORY_SERVICE, SELECT_BY_STRUCTURE, DB_PARAMS(DB_TEXT(structure_id)), &all, &out->n_services));
    struct directory_service *services = all;
    out->services = ARENA_ARRAY(a, out->n_services ? out->n_services : 1, struct directory_service);
    size_t at = 0;
    for (int here = 1; here >= 0; here--)
        for (size_t i = 0; i < out->n_services; i++)
            if ((place_id.n > 0 && str_eq(services[i].place_id, place_id)) == (here == 1))
                out->services[at++] = services[i];
    return OK;
}

static enum err place_sheet(struct db_conn *c, struct arena *a, struct directory_sheet *out)
{
    struct directory_structure *host = ARENA_NEW(a, struct directory_structure);
    if (out->place->structure_id.n == 0)
        return OK;
    TRY(record_get(c, a, DIRECTORY_STRUCTURE, SELECT_BY_ID, DB_PARAMS(DB_TEXT(out->place->structure_id)), host));
    if (host->record.deleted_at_ms != 0)
        return OK;
    out->structure = host;
    return services_of(c, a, host->record.id, out->place->record.id, out);
}

static enum err structure_sheet(struct db_conn *c, struct arena *a, struct directory_sheet *out)
{
    void *places;
    struct str id = out->structure->record.id;
    TRY(services_of(c, a, id, STR_NONE, out));
    TRY(record_list(c, a, DIRECTORY_PLACE, SELECT_BY_STRUCTURE, DB_PARAMS(DB_TEXT(id)), &places, &out->n_places));
    out->places = places;
    return OK;
}

static enum err sheet(struct db_conn *c, struct arena *a, enum directory_kind kind, struct str id,
                      struct directory_sheet *out)
{
    void *record = arena_zalloc(a, field_table(kind)->size);
    *out = (struct directory_sheet){.kind = kind};
    TRY(record_get(c, a, kind, SELECT_BY_ID, DB_PARAMS(DB_TEXT(id)), record));
    if (kind == DIRECTORY_PLACE && ((struct directory_place *)record)->merged_into.n > 0)
        TRY(record_get(c, a, kind, SELECT_BY_ID, DB_PARAMS(DB_TEXT(((struct directory_place *)record)->merged_into)), record));
    if (kind == DIRECTORY_PLACE)
        out->place = record;
    else
        out->structure = record;
    if (record_of(record)->deleted_at_ms != 0)
        return ERR_GONE;
    return kind == DIRECTORY_PLACE ? place_sheet(c, a, out) : structure_sheet(c, a, out);
}

enum err directory_find_by_slug(struct db_conn *c, struct arena *a, struct str slug, struct directory_sheet *out,
                                struct str *canonical)
{
    struct db_rows *r;
    bool has = false;
    *canonical = STR_NONE;
    TRY(db_query(c, "SELECT kind, record_id FROM directory_slug WHERE slug = $1", DB_PARAMS(DB_TEXT(slug)), &r));
    enum err e = db_next(r, &has);
    enum directory_kind kind = DIRECTORY_PLACE;
    struct str id = STR_NONE;
    if (e == OK && has) {
        kind = (enum directory_kind)db_col_int(r, 0);
        id = db_col_text_in(r, 1, a);
    }
    db_rows_end(r);
    if (e != OK || !has)
        return e != OK ? e : ERR_NOT_FOUND;
    TRY(sheet(c, a, kind, id, out));
    *canonical = kind == DIRECTORY_PLACE ? out->place->record.slug : out->structure->record.slug;
    return OK;
}

enum err directory_find_by_id(struct db_conn *c, struct arena *a, struct str id, struct directory_sheet *out)
{
    enum err e = sheet(c, a, DIRECTORY_PLACE, id, out);
    return e == ERR_NOT_FOUND ? sheet(c, a, DIRECTORY_STRUCTURE, id, out) : e;
}

enum err directory_count(struct db_conn *c, struct directory_counts *out)
{
    struct db_rows *r;
    bool has = false;
    *out = (struct directory_counts){0};
    TRY(db_query(c,
                 "SELECT (SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0 AND merged_into IS NULL),"
                 " (SELECT COUNT(*) FROM directory_structure WHERE deleted_at_ms = 0),"
                 " (SELECT COUNT(*) FROM directory_service t JOIN directory_structure s ON s.id = t.structure_id"
                 " WHERE t.deleted_at_ms = 0 AND s.deleted_at_ms = 0)",
                 DB_NO_PARAMS, &r));
    enum err e = db_next(r, &has);
    if (e == OK && has) {
        out->places = db_col_int(r, 0);
        out->structures = db_col_int(r, 1);
        out->services = db_col_int(r, 2);
    }
    db_rows_end(r);
    int64_t seq;
    return e == OK ? directory_version(c, &seq, &out->last_change_ms) : e;
}

enum err directory_version(struct db_conn *c, int64_t *seq, int64_t *changed_ms)
{
    TRY(db_change_seq(c, "directory", seq));
    return db_change_time(c, "directory", changed_ms);
}

enum err directory_sources(struct db_conn *c, struct arena *a, struct directory_source **out, size_t *n)
{
    struct db_rows *r;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(db_query(c,
                 "SELECT u.source, d.nom, d.description FROM ("
                 "SELECT source FROM directory_place WHERE deleted_at_ms = 0 AND merged_into IS NULL UNION"
                 " SELECT source FROM directory_structure WHERE deleted_at_ms = 0 UNION"
                 " SELECT source FROM directory_service WHERE deleted_at_ms = 0) u"
                 " LEFT JOIN directory_source d ON d.slug = u.source ORDER BY u.source",
                 DB_NO_PARAMS, &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        *out = arena_grow(a, *out, *n, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = (struct directory_source){db_col_text_in(r, 0, a), db_col_text_in(r, 1, a), db_col_text_in(r, 2, a)};
    }
}

enum err directory_source_name(struct db_conn *c, struct arena *a, struct str slug, struct str *out)
{
    struct db_rows *r;
    bool has = false;
    *out = slug;
    TRY(db_query(c, "SELECT nom FROM directory_source WHERE slug = $1", DB_PARAMS(DB_TEXT(slug)), &r));
    enum err e = db_next(r, &has);
    if (e == OK && has && db_col_text(r, 0).n)
        *out = db_col_text_in(r, 0, a);
    db_rows_end(r);
    return e;
}

enum err directory_source_save(struct db_conn *c, struct str slug, struct str nom, struct str description)
{
    return db_exec(c,
                   "INSERT INTO directory_source (slug, nom, description) VALUES ($1, $2, $3)"
                   " ON CONFLICT (slug) DO UPDATE SET nom = COALESCE(excluded.nom, directory_source.nom),"
                   " description = COALESCE(excluded.description, directory_source.description)",
                   DB_PARAMS(DB_TEXT(slug), DB_TEXT_OR_NULL(nom), DB_TEXT_OR_NULL(description)), NULL);
}
