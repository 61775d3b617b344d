/* The HSDS file: references of rows in the published order, then records by the hundred; the taxonomies of their terms. */
#include "base/clock.h"
#include "modules/directory/export/export.h"
#include "modules/directory/hsds/hsds.h"

struct file {
    struct exporter *x;
    struct arena *rows; /* of a hundred records */
    struct hsds_out out;
    struct hsds_ref *refs;
    size_t n, cap;
};

/* A host that is live; a native structure that stands under the id that the place would publish. */
#define PLACE_WITH_HOST                                                                                               \
    " FROM directory_place p LEFT JOIN directory_structure h ON h.id = p.structure_id AND h.deleted_at_ms = 0"         \
    " LEFT JOIN directory_structure n ON n.source_id = p.source || '--' || p.source_id AND n.deleted_at_ms = 0"

static const char *const order_services =
    "SELECT u.id, u.of_place, u.host, u.host_of_place FROM ("
    "SELECT t.id AS id, 0 AS of_place, t.source AS source, t.source_id AS published, s.id AS host, 0 AS host_of_place"
    " FROM directory_service t JOIN directory_structure s ON s.id = t.structure_id"
    " WHERE t.deleted_at_ms = 0 AND s.deleted_at_ms = 0"
    " UNION ALL SELECT p.id, 1, p.source, p.source || '--' || p.source_id, COALESCE(h.id, n.id, p.id),"
    " CASE WHEN COALESCE(h.id, n.id) IS NULL THEN 1 ELSE 0 END" PLACE_WITH_HOST
    " WHERE p.deleted_at_ms = 0 AND COALESCE(p.merged_into, '') = '' AND p.services IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM directory_service v WHERE v.structure_id = h.id AND v.deleted_at_ms = 0)"
    " AND NOT EXISTS (SELECT 1 FROM directory_service v WHERE v.source_id = p.source || '--' || p.source_id AND v.deleted_at_ms = 0)"
    ") u ORDER BY u.source, u.published, u.id";

static const char *const order_organizations =
    "SELECT u.id, 0, u.id, u.of_place FROM ("
    "SELECT t.id AS id, 0 AS of_place, t.source AS source, t.source_id AS published FROM directory_structure t"
    " WHERE t.deleted_at_ms = 0"
    " UNION ALL SELECT p.id, 1, p.source, p.source || '--' || p.source_id" PLACE_WITH_HOST
    " WHERE p.deleted_at_ms = 0 AND COALESCE(p.merged_into, '') = '' AND COALESCE(h.id, n.id) IS NULL"
    ") u ORDER BY u.source, u.published, u.id";

static void copy_row(char out[HSDS_ID_LEN + 1], struct str id)
{
    size_t n = id.n < HSDS_ID_LEN ? id.n : HSDS_ID_LEN;
    memcpy(out, id.p, n);
    out[n] = '\0';
}

static enum err list_refs(struct file *f, const char *sql)
{
    struct db_rows *r;
    f->n = 0;
    TRY(db_query(f->x->c, sql, DB_NO_PARAMS, &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        f->refs = arena_grow(f->x->a, f->refs, f->n, &f->cap, f->n + 1, sizeof *f->refs);
        struct hsds_ref *ref = &f->refs[f->n++];
        copy_row(ref->row, db_col_text(r, 0));
        ref->of_place = db_col_int(r, 1) != 0;
        copy_row(ref->organization_row, db_col_text(r, 2));
        ref->organization_of_place = db_col_int(r, 3) != 0;
    }
}

static enum err write_services(struct file *f)
{
    struct hsds_service services[HSDS_LOAD_MAX];
    for (size_t at = 0; at < f->n; at += HSDS_LOAD_MAX) {
        size_t n = f->n - at < HSDS_LOAD_MAX ? f->n - at : HSDS_LOAD_MAX, loaded;
        TRY(hsds_load_services(f->x->c, f->rows, f->refs + at, n, services, &loaded));
        for (size_t i = 0; i < loaded; i++) {
            hsds_write_service(&f->out, &services[i], HSDS_FULL);
            TRY(export_flush(f->x, false));
        }
        arena_reset(f->rows);
    }
    return OK;
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The organizations of the services just written, sorted: some forty bytes each. */
static char (*written_organizations(struct file *f))[HSDS_ID_LEN + 1]
{
    char (*rows)[HSDS_ID_LEN + 1] = arena_array(f->x->a, f->n + 1, sizeof *rows);
    for (size_t i = 0; i < f->n; i++)
        memcpy(rows[i], f->refs[i].organization_row, sizeof rows[i]);
    qsort(rows, f->n, sizeof *rows, compare_rows);
    return rows;
}

static enum err write_others(struct file *f)
{
    struct hsds_organization organizations[HSDS_LOAD_MAX];
    for (size_t at = 0; at < f->n; at += HSDS_LOAD_MAX) {
        size_t n = f->n - at < HSDS_LOAD_MAX ? f->n - at : HSDS_LOAD_MAX, loaded;
        TRY(hsds_load_organizations(f->x->c, f->rows, f->refs + at, n, organizations, &loaded));
        for (size_t i = 0; i < loaded; i++) {
            hsds_write_organization(&f->out, &organizations[i], NULL, 0, HSDS_FULL, HSDS_MINIMAL);
            TRY(export_flush(f->x, false));
        }
        arena_reset(f->rows);
    }
    return OK;
}

static enum err write_file(struct file *f)
{
    struct json_writer *w = f->out.w;
    json_object_begin(w);
    json_key(w, STR("services"));
    json_array_begin(w);
    TRY(list_refs(f, order_services));
    TRY(write_services(f));
    json_array_end(w);
    char (*written)[HSDS_ID_LEN + 1] = written_organizations(f);
    size_t n_written = f->n, kept = 0;
    TRY(list_refs(f, order_organizations));
    for (size_t i = 0; i < f->n; i++)
        if (!bsearch(f->refs[i].organization_row, written, n_written, sizeof *written, compare_rows))
            f->refs[kept++] = f->refs[i];
    f->n = kept;
    json_key(w, STR("organizations"));
    json_array_begin(w);
    TRY(write_others(f));
    json_array_end(w);
    json_key(w, STR("taxonomies")); /* what the terms refer to */
    json_array_begin(w);
    for (int t = 0; t < HSDS_TAXONOMY_COUNT; t++)
        hsds_write_taxonomy(w, (enum hsds_taxonomy)t);
    json_array_end(w);
    json_object_end(w);
    return OK;
}

/* {"services": […], "organizations": […], "taxonomies": […]}: services by source and id, each with its organization and
 * places; the organizations that offer none; the lists that terms are taken from. */
enum err export_hsds(struct exporter *x)
{
    struct file f = {.x = x, .rows = arena_new(SIZE_MAX)};
    f.out = (struct hsds_out){&x->json, f.rows, civil_from_days(clock_now_ms() / 86400000), false};
    enum err e = f.rows ? write_file(&f) : ERR_LIMIT;
    if (e == OK)
        buf_char(&x->out, '\n');
    arena_free(f.rows);
    return e;
}
