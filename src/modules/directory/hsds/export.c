/* The HSDS file: references of rows in the published order, then records by the hundred; the taxonomies of their terms. */
#include "base/clock.h"
#include "modules/directory/hsds/hsds.h"

struct exporter {
    struct db_conn *c;
    struct arena *a;    /* of the whole export: the references */
    struct arena *rows; /* of a hundred records */
    struct hsds_out out;
    enum err (*flush)(void *ctx);
    void *ctx;
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
    " WHERE p.deleted_at_ms = 0 AND p.merged_into IS NULL AND p.services IS NOT NULL AND NOT EXISTS (SELECT 1 FROM directory_service v"
    " WHERE v.structure_id = h.id AND v.deleted_at_ms = 0)"
    " AND NOT EXISTS (SELECT 1 FROM directory_service v WHERE"
    " v.source_id = p.source || '--' || p.source_id AND v.deleted_at_ms = 0)"
    ") u ORDER BY u.source, u.published, u.id";

static const char *const order_organizations =
    "SELECT u.id, 0, u.id, u.of_place FROM ("
    "SELECT t.id AS id, 0 AS of_place, t.source AS source, t.source_id AS published FROM directory_structure t"
    " WHERE t.deleted_at_ms = 0"
    " UNION ALL SELECT p.id, 1, p.source, p.source || '--' || p.source_id" PLACE_WITH_HOST
    " WHERE p.deleted_at_ms = 0 AND p.merged_into IS NULL AND COALESCE(h.id, n.id) IS NULL"
    ") u ORDER BY u.source, u.published, u.id";

static void copy_row(char out[HSDS_ID_LEN + 1], struct str id)
{
    size_t n = id.n < HSDS_ID_LEN ? id.n : HSDS_ID_LEN;
    memcpy(out, id.p, n);
    out[n] = '\0';
}

static enum err list_refs(struct exporter *x, const char *sql)
{
    struct db_rows *r;
    x->n = 0;
    TRY(db_query(x->c, sql, DB_NO_PARAMS, &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        x->refs = arena_grow(x->a, x->refs, x->n, &x->cap, x->n + 1, sizeof *x->refs);
        struct hsds_ref *ref = &x->refs[x->n++];
        copy_row(ref->row, db_col_text(r, 0));
        ref->of_place = db_col_int(r, 1) != 0;
        copy_row(ref->organization_row, db_col_text(r, 2));
        ref->organization_of_place = db_col_int(r, 3) != 0;
    }
}

static enum err write_services(struct exporter *x)
{
    struct hsds_service services[HSDS_LOAD_MAX];
    for (size_t at = 0; at < x->n; at += HSDS_LOAD_MAX) {
        size_t n = x->n - at < HSDS_LOAD_MAX ? x->n - at : HSDS_LOAD_MAX, loaded;
        TRY(hsds_load_services(x->c, x->rows, x->refs + at, n, services, &loaded));
        for (size_t i = 0; i < loaded; i++) {
            hsds_write_service(&x->out, &services[i], HSDS_FULL);
            TRY(x->flush(x->ctx));
        }
        arena_reset(x->rows);
    }
    return OK;
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The organizations of the services just written, sorted: some forty bytes each. */
static char (*written_organizations(struct exporter *x))[HSDS_ID_LEN + 1]
{
    char (*rows)[HSDS_ID_LEN + 1] = arena_array(x->a, x->n + 1, sizeof *rows);
    for (size_t i = 0; i < x->n; i++)
        memcpy(rows[i], x->refs[i].organization_row, sizeof rows[i]);
    qsort(rows, x->n, sizeof *rows, compare_rows);
    return rows;
}

static enum err write_others(struct exporter *x)
{
    struct hsds_organization organizations[HSDS_LOAD_MAX];
    for (size_t at = 0; at < x->n; at += HSDS_LOAD_MAX) {
        size_t n = x->n - at < HSDS_LOAD_MAX ? x->n - at : HSDS_LOAD_MAX, loaded;
        TRY(hsds_load_organizations(x->c, x->rows, x->refs + at, n, organizations, &loaded));
        for (size_t i = 0; i < loaded; i++) {
            hsds_write_organization(&x->out, &organizations[i], NULL, 0, HSDS_FULL, HSDS_MINIMAL);
            TRY(x->flush(x->ctx));
        }
        arena_reset(x->rows);
    }
    return OK;
}

static enum err write_file(struct exporter *x)
{
    struct json_writer *w = x->out.w;
    json_object_begin(w);
    json_key(w, STR("services"));
    json_array_begin(w);
    TRY(list_refs(x, order_services));
    TRY(write_services(x));
    json_array_end(w);
    char (*written)[HSDS_ID_LEN + 1] = written_organizations(x);
    size_t n_written = x->n, kept = 0;
    TRY(list_refs(x, order_organizations));
    for (size_t i = 0; i < x->n; i++)
        if (!bsearch(x->refs[i].organization_row, written, n_written, sizeof *written, compare_rows))
            x->refs[kept++] = x->refs[i];
    x->n = kept;
    json_key(w, STR("organizations"));
    json_array_begin(w);
    TRY(write_others(x));
    json_array_end(w);
    json_key(w, STR("taxonomies")); /* what the terms refer to */
    json_array_begin(w);
    for (int t = 0; t < HSDS_TAXONOMY_COUNT; t++)
        hsds_write_taxonomy(w, (enum hsds_taxonomy)t);
    json_array_end(w);
    json_object_end(w);
    return OK;
}

enum err hsds_export(struct db_conn *c, struct json_writer *w, enum err (*flush)(void *ctx), void *ctx)
{
    struct exporter x = {.c = c, .a = arena_new(SIZE_MAX), .rows = arena_new(SIZE_MAX), .flush = flush, .ctx = ctx};
    x.out = (struct hsds_out){w, x.rows, civil_from_days(clock_now_ms() / 86400000)};
    enum err e = x.a && x.rows ? write_file(&x) : ERR_LIMIT;
    arena_free(x.rows);
    arena_free(x.a);
    return e;
}
