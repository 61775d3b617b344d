/* The four exports. Ids are read first, in the published order (some forty bytes a record); then records by the
 * hundred, each written and forgotten. */
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/id.h"
#include "base/json.h"
#include "modules/directory/inclusion.h"
#include "modules/directory/record.h"

static const struct directory_format_info formats[EXPORT_COUNT] = {
    [EXPORT_LAMEDNUM_CSV] = {"lamednum-csv", "text/csv; charset=utf-8", "csv", "Lieux de médiation numérique (CSV)",
                             "Places, LaMednum standard (CSV)"},
    [EXPORT_LAMEDNUM_JSON] = {"lamednum-json", "application/json; charset=utf-8", "json",
                              "Lieux de médiation numérique (JSON)", "Places, LaMednum standard (JSON)"},
    [EXPORT_DATA_INCLUSION] = {"data-inclusion", "application/json; charset=utf-8", "json",
                               "Structures et services data·inclusion (JSON)",
                               "Structures and services, data·inclusion (JSON)"},
    [EXPORT_GEOJSON] = {"geojson", "application/geo+json; charset=utf-8", "geojson", "Carte (GeoJSON)", "Map (GeoJSON)"},
};

const struct directory_format_info *directory_format_info(enum directory_format f)
{
    return &formats[f];
}

bool directory_format_find(struct str name, enum directory_format *out)
{
    for (int f = 0; f < EXPORT_COUNT; f++)
        if (str_eq(name, str_from(formats[f].name))) {
            *out = (enum directory_format)f;
            return true;
        }
    return false;
}

/* -- what is published, in order ------------------------------------------------------------------ */

struct listed {
    char id[ID_LEN];
    uint8_t kind;  /* enum directory_kind of the row to read */
    bool prefixed; /* LaMednum: the id needs its source to be unique */
};

struct exporter {
    struct db_conn *c;
    struct arena *a;    /* of the whole export */
    struct arena *rows; /* of a hundred records */
    struct buf out;
    struct json_writer json;
    bool (*sink)(void *ctx, struct str piece);
    void *ctx;
    struct listed *listed;
    size_t n, cap;
    struct directory_structure host; /* the last one asked for */
};

enum { PIECE = 64 * 1024, BUFFER_MAX = 16 * 1024 * 1024 };

static enum err flush(struct exporter *x, size_t least)
{
    if (x->out.failed)
        return ERR_LIMIT;
    if (x->out.n < least || x->out.n == 0)
        return OK;
    bool taken = x->sink(x->ctx, buf_str(&x->out));
    buf_clear(&x->out);
    return taken ? OK : ERR_IO;
}

/* The order is made of what is published, so that an import in an empty directory exports the same again. */
static const char *const order_lamednum =
    "SELECT t.id, 0, CASE WHEN EXISTS (SELECT 1 FROM directory_place o WHERE o.source_id = t.source_id"
    " AND o.source <> t.source AND o.deleted_at_ms = 0 AND o.merged_into IS NULL) THEN 1 ELSE 0 END AS prefixed,"
    " COALESCE(t.source_texte, '') AS words,"
    " CASE WHEN EXISTS (SELECT 1 FROM directory_place o WHERE o.source_id = t.source_id"
    " AND o.source <> t.source AND o.deleted_at_ms = 0 AND o.merged_into IS NULL) THEN t.source || '--' || t.source_id ELSE t.source_id END AS published"
    " FROM directory_place t WHERE t.deleted_at_ms = 0 AND t.merged_into IS NULL ORDER BY words, published, t.id";

#define HOST_IS_LIVE "EXISTS (SELECT 1 FROM directory_structure h WHERE h.id = p.structure_id AND h.deleted_at_ms = 0)"

static const char *const order_structures =
    "SELECT u.id, u.kind, 0 FROM ("
    "SELECT t.id AS id, 1 AS kind, t.source AS source, t.source_id AS published FROM directory_structure t"
    " WHERE t.deleted_at_ms = 0"
    " UNION ALL SELECT p.id, 0, p.source, p.source || '--' || p.source_id FROM directory_place p"
    " WHERE p.deleted_at_ms = 0 AND p.merged_into IS NULL AND NOT " HOST_IS_LIVE
    " AND NOT EXISTS (SELECT 1 FROM directory_structure n WHERE"
    " n.source_id = p.source || '--' || p.source_id AND n.deleted_at_ms = 0)"
    ") u ORDER BY u.source, u.published, u.id";

static const char *const order_services =
    "SELECT u.id, u.kind, 0 FROM ("
    "SELECT t.id AS id, 2 AS kind, t.source AS source, t.source_id AS published FROM directory_service t"
    " JOIN directory_structure s ON s.id = t.structure_id WHERE t.deleted_at_ms = 0 AND s.deleted_at_ms = 0"
    " UNION ALL SELECT p.id, 0, p.source, p.source || '--' || p.source_id FROM directory_place p"
    " WHERE p.deleted_at_ms = 0 AND p.merged_into IS NULL AND p.services IS NOT NULL AND NOT (" HOST_IS_LIVE
    " AND EXISTS (SELECT 1 FROM directory_service v WHERE v.structure_id = p.structure_id AND v.deleted_at_ms = 0))"
    " AND NOT EXISTS (SELECT 1 FROM directory_service n WHERE"
    " n.source_id = p.source || '--' || p.source_id AND n.deleted_at_ms = 0)"
    ") u ORDER BY u.source, u.published, u.id";

static const char *const order_located =
    "SELECT u.id, u.kind, 0 FROM ("
    "SELECT id, 0 AS kind, source, source_id FROM directory_place"
    " WHERE deleted_at_ms = 0 AND merged_into IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL"
    " UNION ALL SELECT id, 1, source, source_id FROM directory_structure"
    " WHERE deleted_at_ms = 0 AND latitude IS NOT NULL AND longitude IS NOT NULL"
    ") u ORDER BY u.kind, u.source, u.source_id";

static enum err list_ids(struct exporter *x, const char *sql)
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
        x->listed = arena_grow(x->a, x->listed, x->n, &x->cap, x->n + 1, sizeof *x->listed);
        struct str id = db_col_text(r, 0);
        struct listed *l = &x->listed[x->n];
        if (id.n != ID_LEN)
            continue;
        memcpy(l->id, id.p, ID_LEN);
        l->kind = (uint8_t)db_col_int(r, 1);
        l->prefixed = db_col_int(r, 2) != 0;
        x->n++;
    }
}

/* -- reading by the hundred ----------------------------------------------------------------------- */

struct batch {
    const struct listed *listed; /* SOME_MAX at most */
    size_t n;
    void *records[SOME_MAX]; /* in the order of the list; NULL: not read (cannot be: one transaction) */
};

static enum err read_kind(struct exporter *x, enum directory_kind kind, struct batch *b)
{
    struct db_value ids[SOME_MAX];
    size_t wanted = 0;
    struct db_rows *r;
    for (size_t i = 0; i < b->n; i++)
        if (b->listed[i].kind == kind)
            ids[wanted++] = DB_TEXT(((struct str){b->listed[i].id, ID_LEN}));
    if (wanted == 0)
        return OK;
    for (size_t i = wanted; i < SOME_MAX; i++)
        ids[i] = ids[0];
    TRY(record_open(x->c, kind, SELECT_SOME, (struct db_params){ids, SOME_MAX}, &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        void *record = arena_zalloc(x->rows, field_table(kind)->size);
        record_read(r, kind, x->rows, record);
        for (size_t i = 0; i < b->n; i++)
            if (b->listed[i].kind == kind && memcmp(b->listed[i].id, record_of(record)->id.p, ID_LEN) == 0)
                b->records[i] = record;
    }
}

/* Runs `write` on every listed record, in order. */
static enum err each_record(struct exporter *x, enum err (*write)(struct exporter *, const struct listed *, void *record))
{
    for (size_t at = 0; at < x->n; at += SOME_MAX) {
        struct batch b = {.listed = x->listed + at, .n = x->n - at < SOME_MAX ? x->n - at : SOME_MAX};
        for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
            TRY(read_kind(x, (enum directory_kind)kind, &b));
        for (size_t i = 0; i < b.n; i++) {
            if (!b.records[i])
                return ERR_BUG;
            TRY(write(x, &b.listed[i], b.records[i]));
            TRY(flush(x, PIECE));
        }
        arena_reset(x->rows);
    }
    return OK;
}

/* -- LaMednum ------------------------------------------------------------------------------------- */

/* The standard's way of writing what the database keeps in another. */
static struct str lamednum_cell(struct exporter *x, const struct field *f, const struct listed *l,
                                const struct directory_place *p)
{
    if (f->offset == offsetof(struct directory_place, record.source_id) && l->prefixed)
        return inclusion_id_of_place(x->rows, &p->record);
    if (f->offset == offsetof(struct directory_place, pivot) && p->pivot.n == 0)
        return STR("00000000000000");
    return field_cell(x->rows, f, p);
}

static enum err write_csv_place(struct exporter *x, const struct listed *l, void *record)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct csv_writer w = {.out = &x->out, .guard = CSV_EXACT};
    for (size_t i = 0; i < t->n; i++)
        csv_cell(&w, lamednum_cell(x, &t->fields[i], l, record));
    csv_end_row(&w);
    return OK;
}

static enum err export_csv(struct exporter *x)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct csv_writer w = {.out = &x->out, .guard = CSV_EXACT};
    for (size_t i = 0; i < t->n; i++)
        csv_cell(&w, str_from(t->fields[i].name));
    csv_end_row(&w);
    TRY(list_ids(x, order_lamednum));
    return each_record(x, write_csv_place);
}

static enum err write_json_place(struct exporter *x, const struct listed *l, void *record)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    json_object_begin(&x->json);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        struct str cell = lamednum_cell(x, f, l, record);
        if (cell.n == 0)
            continue;
        json_key(&x->json, str_from(f->name));
        if (f->kind == FIELD_NUMBER)
            json_num(&x->json, ((const struct directory_number *)field_in(f, record))->value);
        else
            json_str(&x->json, cell);
    }
    json_object_end(&x->json);
    return OK;
}

static enum err export_json(struct exporter *x)
{
    TRY(list_ids(x, order_lamednum));
    json_array_begin(&x->json);
    TRY(each_record(x, write_json_place));
    json_array_end(&x->json);
    return OK;
}

/* -- data·inclusion ------------------------------------------------------------------------------- */

static void write_value(struct json_writer *w, const struct field *f, const void *record)
{
    const void *at = field_in(f, record);
    if (field_empty(f, record)) {
        json_null_value(w);
    } else if (f->kind == FIELD_NUMBER) {
        json_num(w, ((const struct directory_number *)at)->value);
    } else if (f->kind == FIELD_COUNT) {
        json_int(w, *(const int64_t *)at);
    } else if (f->kind == FIELD_LIST) {
        const struct str_list *l = at;
        json_array_begin(w);
        for (size_t i = 0; i < l->n; i++)
            json_str(w, l->items[i]);
        json_array_end(w);
    } else if (f->kind == FIELD_SET) {
        struct directory_set s = *(const struct directory_set *)at;
        json_array_begin(w);
        for (int i = directory_set_next(s, 0); i >= 0; i = directory_set_next(s, i + 1))
            json_str(w, str_from(directory_enum_value(f->values, i)->value));
        json_array_end(w);
    } else if (f->kind == FIELD_ONE) {
        int i = directory_set_next(*(const struct directory_set *)at, 0);
        json_str(w, str_from(directory_enum_value(f->values, i)->value));
    } else {
        json_str(w, *(const struct str *)at);
    }
}

static void write_members(struct json_writer *w, enum directory_kind kind, const void *record)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++) {
        json_key(w, str_from(t->fields[i].name));
        write_value(w, &t->fields[i], record);
    }
}

void directory_write_structure(struct json_writer *w, const struct directory_structure *s)
{
    write_members(w, DIRECTORY_STRUCTURE, s);
}

void directory_write_service(struct json_writer *w, const struct directory_service *s)
{
    write_members(w, DIRECTORY_SERVICE, s);
}

static enum err write_structure(struct exporter *x, const struct listed *l, void *record)
{
    struct directory_structure derived;
    if (l->kind == DIRECTORY_PLACE)
        inclusion_structure_of_place(x->rows, record, &derived);
    json_object_begin(&x->json);
    directory_write_structure(&x->json, l->kind == DIRECTORY_PLACE ? &derived : record);
    json_object_end(&x->json);
    return OK;
}

static enum err write_service(struct exporter *x, const struct listed *l, void *record)
{
    struct directory_service derived;
    if (l->kind == DIRECTORY_PLACE) {
        struct directory_place *p = record;
        struct str host = STR_NONE;
        if (p->structure_id.n > 0 && !str_eq(x->host.record.id, p->structure_id))
            TRY(record_get(x->c, x->a, DIRECTORY_STRUCTURE, SELECT_BY_ID, DB_PARAMS(DB_TEXT(p->structure_id)), &x->host));
        if (p->structure_id.n > 0 && x->host.record.deleted_at_ms == 0)
            host = x->host.record.source_id;
        inclusion_service_of_place(x->rows, p, host, &derived);
    }
    json_object_begin(&x->json);
    directory_write_service(&x->json, l->kind == DIRECTORY_PLACE ? &derived : record);
    json_object_end(&x->json);
    return OK;
}

static enum err export_inclusion(struct exporter *x)
{
    json_object_begin(&x->json);
    json_key(&x->json, STR("structures"));
    json_array_begin(&x->json);
    TRY(list_ids(x, order_structures));
    TRY(each_record(x, write_structure));
    json_array_end(&x->json);
    json_key(&x->json, STR("services"));
    json_array_begin(&x->json);
    TRY(list_ids(x, order_services));
    TRY(each_record(x, write_service));
    json_array_end(&x->json);
    json_object_end(&x->json);
    return OK;
}

/* -- GeoJSON (RFC 7946) --------------------------------------------------------------------------- */

static enum err write_feature(struct exporter *x, const struct listed *l, void *record)
{
    struct json_writer *w = &x->json;
    const struct field_table *t = field_table((enum directory_kind)l->kind);
    const struct directory_number *lat = field_in(field_find(t, STR("latitude")), record);
    const struct directory_number *lon = field_in(field_find(t, STR("longitude")), record);
    json_object_begin(w);
    json_key(w, STR("type"));
    json_str(w, STR("Feature"));
    json_key(w, STR("id"));
    json_str(w, record_of(record)->id);
    json_key(w, STR("geometry"));
    json_object_begin(w);
    json_key(w, STR("type"));
    json_str(w, STR("Point"));
    json_key(w, STR("coordinates"));
    json_array_begin(w);
    json_num(w, lon->value);
    json_num(w, lat->value);
    json_array_end(w);
    json_object_end(w);
    json_key(w, STR("properties"));
    json_object_begin(w);
    json_key(w, STR("nature"));
    json_str(w, l->kind == DIRECTORY_PLACE ? STR("lieu") : STR("structure"));
    json_key(w, STR("permalien"));
    json_str(w, record_of(record)->slug);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        if (f->kind == FIELD_NUMBER || field_empty(f, record))
            continue;
        json_key(w, str_from(f->name));
        write_value(w, f, record);
    }
    json_object_end(w);
    json_object_end(w);
    return OK;
}

static enum err export_geojson(struct exporter *x)
{
    json_object_begin(&x->json);
    json_key(&x->json, STR("type"));
    json_str(&x->json, STR("FeatureCollection"));
    json_key(&x->json, STR("features"));
    json_array_begin(&x->json);
    TRY(list_ids(x, order_located));
    TRY(each_record(x, write_feature));
    json_array_end(&x->json);
    json_object_end(&x->json);
    return OK;
}

enum err directory_export(struct db_conn *c, enum directory_format f, bool (*sink)(void *ctx, struct str piece),
                          void *ctx)
{
    static enum err (*const run[EXPORT_COUNT])(struct exporter *) = {
        [EXPORT_LAMEDNUM_CSV] = export_csv,
        [EXPORT_LAMEDNUM_JSON] = export_json,
        [EXPORT_DATA_INCLUSION] = export_inclusion,
        [EXPORT_GEOJSON] = export_geojson,
    };
    struct exporter x = {.c = c, .sink = sink, .ctx = ctx, .a = arena_new(SIZE_MAX), .rows = arena_new(SIZE_MAX)};
    enum err e = x.a && x.rows ? db_begin(c, DB_READ) : ERR_LIMIT;
    if (e == OK) {
        buf_init(&x.out, BUFFER_MAX);
        json_start(&x.json, &x.out);
        e = run[f](&x);
        if (e == OK && f != EXPORT_LAMEDNUM_CSV)
            buf_char(&x.out, '\n');
        if (e == OK)
            e = flush(&x, 0);
        buf_deinit(&x.out);
        db_rollback(c); /* nothing was written */
    }
    arena_free(x.rows);
    arena_free(x.a);
    return e;
}
