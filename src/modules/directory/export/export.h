/* How exports are made: ordered rows read one by one, written at once, forgotten. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_EXPORT_EXPORT_H
#define BALISE_MODULES_DIRECTORY_EXPORT_EXPORT_H

#include "base/buf.h"
#include "base/csv.h"
#include "base/json.h"
#include "modules/directory/fields.h"

enum { EXPORT_FIELDS_MAX = 40 };

struct export_words;
struct exporter {
    struct db_conn *c;
    struct arena *a;   /* of the whole export: what does not grow with the number of rows */
    struct arena *row; /* emptied from row to row */
    struct export_words *words;
    struct str keys[DIRECTORY_SERVICE + 1][EXPORT_FIELDS_MAX]; /* "\"nom\":" of each field */
    struct buf out;
    struct json_writer json;
    bool (*sink)(void *ctx, struct str piece);
    void *ctx;
    struct str site; /* its public address, once asked for */
    void *format;    /* what the format keeps from row to row */
};
/* Gives what is written to the sink once there is a piece of it; `all`: whatever there is. */
enum err export_flush(struct exporter *x, bool all) MUST_USE;

/* -- words.c: sets and hours, as they are stored and as they are written, kept from row to row --------------- */
struct export_set {
    struct directory_set set;
    struct str cell; /* words of today's list, sorted, joined with `|` */
    struct str json; /* array of them */
    struct str labels; /* for people, in French, joined with " ; " */
};
struct export_words *export_words_new(struct arena *a);
/* From what the database keeps. Valid until the row arena is emptied, at least. */
const struct export_set *export_set_of_text(struct exporter *x, const struct field *f, struct str text);
/* OSM hours as people say them in French; empty when there are none. Valid as above. */
struct str export_sentence_of(struct exporter *x, struct str osm);
const struct export_set *export_set_of(struct exporter *x, enum directory_enum_id list, struct directory_set set);

/* -- rows.c ---------------------------------------------------------------------------------------- */
/* Columns read besides those of the standard's fields. */
enum {
    EXPORT_WITH_PAGE = 1,    /* source and permalink */
    EXPORT_WITH_ORIGIN = 2,  /* source, time of the last change: what deriving a record needs; lists as lists */
    EXPORT_WITH_HISTORY = 4, /* first and last change, confirmation */
};
/* Rows of one kind. The table is `t`. */
struct export_part {
    enum directory_kind kind;
    const char *first, *second; /* what orders: expressions that an index holds, so that rows come without a sort */
    const char *from;           /* " FROM … WHERE …" */
    const char *host;           /* expression: published id of the structure that it belongs to; NULL: not asked */
    uint64_t (*fields)(void);   /* those that are read: bits by row of the table; NULL: all. The others are empty */
};
/* Valid until `write` returns. */
struct export_row {
    int part; /* index of the part it comes from */
    enum directory_kind kind;
    struct str second; /* what orders it in the second place; empty when there is one part */
    struct str host;
    void *record; /* struct directory_place, _structure or _service: what was asked for is filled */
    /* Of each field of the kind's table: a text as it is, a list joined with `|`. Not of numbers. */
    struct str cells[EXPORT_FIELDS_MAX];
    const struct export_set *sets[EXPORT_FIELDS_MAX]; /* of FIELD_SET and FIELD_ONE; NULL: empty */
};
enum { EXPORT_PARTS_MAX = 2 };
/* Runs `write` on each row, ordered by `first`, then `second`, whatever its part. One statement, nothing kept. */
enum err export_each(struct exporter *x, const struct export_part *parts, size_t n, unsigned with,
                     enum err (*write)(struct exporter *, const struct export_row *)) MUST_USE;
/* Conditions of what is published. A place that is seen through another one is not told apart: as an expression, for
 * an index on it must not be preferred to the one that orders. */
#define EXPORT_PLACE_IS_LIVE "t.deleted_at_ms = 0 AND COALESCE(t.merged_into, '') = ''"

/* -- formats --------------------------------------------------------------------------------------- */
enum err export_lamednum_csv(struct exporter *x) MUST_USE;
enum err export_lamednum_json(struct exporter *x) MUST_USE;
enum err export_lamednum_2_csv(struct exporter *x) MUST_USE;
enum err export_lamednum_2_json(struct exporter *x) MUST_USE;
enum err export_inclusion(struct exporter *x) MUST_USE;
enum err export_geojson(struct exporter *x) MUST_USE;
enum err export_hsds(struct exporter *x) MUST_USE; /* in hsds/ */
enum err export_table(struct exporter *x) MUST_USE;
enum err export_workbook(struct exporter *x) MUST_USE;
/* Live records of a kind by source and identifier, for the formats that are neither standard (table.c). */
extern const struct export_part export_all_places[], export_all_structures[], export_all_services[];
/* "lieu", "structure", "service". */
const char *export_nature(enum directory_kind kind);
/* Of the row's page, or of the structure's for a service. Without the site's address while it is not set. */
struct str export_permalink(struct exporter *x, const struct export_row *r);
/* As it is dialled, with plain spaces: what people type to find it. */
struct str export_phone(struct exporter *x, struct str e164);
/* The day in France, YYYY-MM-DD; empty: never. */
struct str export_day(struct exporter *x, int64_t at_ms);
/* Its hours as people say them; empty when there are none. */
struct str export_hours_sentence(struct exporter *x, const struct export_row *r);
/* A field's value in the JSON of data·inclusion: lists as arrays, null when there is none. */
void export_json_value(struct exporter *x, const struct field *f, const struct export_row *r, size_t i);

#endif
