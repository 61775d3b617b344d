/* The formats, and how one is run: rows come one by one, are written in a buffer, and leave by pieces. */
#include "modules/directory/export/export.h"

static const struct directory_format_info formats[EXPORT_COUNT] = {
    [EXPORT_LAMEDNUM_CSV] = {"lamednum-csv", "text/csv; charset=utf-8", "csv", "Lieux de médiation numérique 1.0.2 (CSV)",
                             "Places, LaMednum 1.0.2 (CSV)"},
    [EXPORT_LAMEDNUM_JSON] = {"lamednum-json", "application/json; charset=utf-8", "json",
                              "Lieux de médiation numérique 1.0.2 (JSON)", "Places, LaMednum 1.0.2 (JSON)"},
    [EXPORT_LAMEDNUM_2_CSV] = {"lamednum-2-csv", "text/csv; charset=utf-8", "csv",
                               "Lieux de médiation numérique 2.0.0 (CSV)", "Places, LaMednum 2.0.0 (CSV)"},
    [EXPORT_LAMEDNUM_2_JSON] = {"lamednum-2-json", "application/json; charset=utf-8", "json",
                                "Lieux de médiation numérique 2.0.0 (JSON)", "Places, LaMednum 2.0.0 (JSON)"},
    [EXPORT_DATA_INCLUSION] = {"data-inclusion", "application/json; charset=utf-8", "json",
                               "Structures et services, data·inclusion v1 (JSON)",
                               "Organisations and services, data·inclusion v1 (JSON)"},
    [EXPORT_GEOJSON] = {"geojson", "application/geo+json; charset=utf-8", "geojson", "Carte (GeoJSON)", "Map (GeoJSON)"},
    [EXPORT_HSDS] = {"hsds", "application/json; charset=utf-8", "json", "Services et organisations, HSDS 3 (JSON)",
                     "Services and organisations, HSDS 3 (JSON)"},
    [EXPORT_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
                     "Tableur : lieux, structures et services (Excel)", "Spreadsheet: places, organisations and services (Excel)",
                     .packed = true},
    [EXPORT_TABLE] = {"csv-tout", "text/csv; charset=utf-8", "csv", "Tout dans un tableau (CSV)", "Everything in one table (CSV)"},
};
static enum err (*const writers[EXPORT_COUNT])(struct exporter *) = {
    [EXPORT_LAMEDNUM_CSV] = export_lamednum_csv,
    [EXPORT_LAMEDNUM_JSON] = export_lamednum_json,
    [EXPORT_LAMEDNUM_2_CSV] = export_lamednum_2_csv,
    [EXPORT_LAMEDNUM_2_JSON] = export_lamednum_2_json,
    [EXPORT_DATA_INCLUSION] = export_inclusion,
    [EXPORT_GEOJSON] = export_geojson,
    [EXPORT_HSDS] = export_hsds,
    [EXPORT_XLSX] = export_workbook,
    [EXPORT_TABLE] = export_table,
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

enum { PIECE = 64 * 1024, BUFFER_MAX = 16 * 1024 * 1024 };

enum err export_flush(struct exporter *x, bool all)
{
    if (x->out.failed)
        return ERR_LIMIT;
    if (x->out.n < (all ? 1 : PIECE))
        return OK;
    bool taken = x->sink(x->ctx, buf_str(&x->out));
    buf_clear(&x->out);
    return taken ? OK : ERR_IO;
}

static void prepare(struct exporter *x)
{
    buf_init(&x->out, BUFFER_MAX);
    json_start(&x->json, &x->out);
    x->words = export_words_new(x->a);
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++) {
        const struct field_table *t = field_table((enum directory_kind)kind);
        for (size_t i = 0; i < t->n; i++)
            x->keys[kind][i] = json_key_make(x->a, str_from(t->fields[i].name));
    }
}

enum err directory_export(struct db_conn *c, enum directory_format f, bool (*sink)(void *ctx, struct str piece),
                          void *ctx)
{
    struct exporter x = {.c = c, .sink = sink, .ctx = ctx, .a = arena_new(SIZE_MAX), .row = arena_new(SIZE_MAX)};
    enum err e = x.a && x.row ? db_begin(c, DB_READ) : ERR_LIMIT;
    if (e == OK) {
        prepare(&x);
        e = writers[f](&x);
        if (e == OK)
            e = export_flush(&x, true);
        buf_deinit(&x.out);
        db_rollback(c); /* nothing was written */
    }
    arena_free(x.row);
    arena_free(x.a);
    return e;
}
