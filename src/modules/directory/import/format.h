/* The formats that need no mapping: recognised by the names they use, read record by record, whatever the size of the
 * file. One row of the table of format.c a format: a newcomer is added there. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_FORMAT_H
#define BALISE_MODULES_DIRECTORY_FORMAT_H

#include "modules/directory/import/import.h"
#include "table/records.h"

/* What holds the records. */
enum format_container {
    FORMAT_CSV,
    FORMAT_JSON,       /* an array, alone or under a key; or the two lists of data·inclusion */
    FORMAT_JSON_LINES, /* one object after the other */
    FORMAT_GEOJSON,    /* a collection of features: the names are those of their properties */
    FORMAT_OVERPASS    /* elements of OpenStreetMap: the names are their tags */
};

enum { FORMAT_NAMES_MAX = 256, FORMAT_LISTS_MAX = 2 };

/* One record, whatever holds it. GeoJSON and Overpass add names of their own: "@id" (of the feature; "node/123"),
 * "@timestamp", "geometry.latitude" and "geometry.longitude" (the middle of what is not a point). */
struct format_row {
    const struct str *names;  /* of a CSV: in lower case */
    const struct str *values; /* as cells: lists joined with `|`, null empty */
    const bool *nested;       /* an object, or a list of objects: no cell can hold it, its value is empty */
    size_t n;
    size_t line;
    const char *list; /* "structures" or "services" when the file says so; NULL otherwise */
};

/* A file, opened: what its first records are made of, and where its records are. */
struct format_file {
    enum format_container container;
    struct str names[FORMAT_NAMES_MAX], nested[FORMAT_NAMES_MAX]; /* of the first records, all together */
    size_t n_names, n_nested;
    struct {
        const char *name; /* as in format_row */
        struct table_cut at;
    } lists[FORMAT_LISTS_MAX];
    size_t n_lists;
    struct str header; /* the names as they are written, for messages */
    struct arena *a;   /* of the import; and the whole text: for a format that names do not tell */
    struct str text;
};
/* Do the first records use this name, for a value that is a text, a number or a list of those? */
bool format_has(const struct format_file *f, const char *name);
bool format_has_nested(const struct format_file *f, const char *name);
bool format_has_any(const struct format_file *f, const char *const *names, size_t n);
#define FORMAT_HAS_ANY(f, names) format_has_any((f), (names), sizeof(names) / sizeof *(names))

struct format {
    /* Shown to people, without what holds it: "LaMednum v0". The container is added: "LaMednum v0 (GeoJSON)". */
    const char *name;
    bool free_form; /* as in struct importer */
    bool (*detect)(const struct format_file *f);
    enum err (*read)(struct importer *im, const struct format_file *f);
};
/* Recognises the file and reads it: every record ends in import_raw. *name: as shown to people. */
enum err format_read(struct importer *im, const char **name) MUST_USE;

/* The workbook that Balise wrote, sheet by sheet. ERR_NOT_FOUND: it is another one, or no workbook; nothing was read. */
enum err format_read_workbook(struct importer *im, const char **name) MUST_USE;

/* -- for readers ---------------------------------------------------------------------------------- */
/* Of one record. `problems` holds what is wrong with the row itself (an open quote…) and goes on to import_raw. */
struct format_reader {
    enum err (*row)(struct importer *im, void *ctx, const struct format_row *row, struct directory_problems *problems);
    void *ctx;
    /* Only records whose text holds this key, or only those that do not; NULL: all. JSON only. */
    const char *key;
    bool without;
};
enum err format_each(struct importer *im, const struct format_file *f, const struct format_reader *r) MUST_USE;

/* The value of a name; STR_NONE when there is none. Trimmed. */
struct str format_value(const struct format_row *row, const char *name);
/* A value that no cell can hold is reported. */
void format_nested(struct importer *im, const struct field *f, struct directory_problems *problems);
/* -- what Balise wrote: the text when it is a slug; of "https://annuaire.example/lieux/mediatheque", its last part; of
 * "source--id", the source. STR_NONE when they are not. */
struct str format_slug(struct importer *im, struct str text);
struct str format_slug_of_link(struct importer *im, struct str link);
struct str format_source_of(struct importer *im, struct str published, struct str id);
/* The phone that was written as it is dialled, once the address is there: E.164 again. */
void format_dialled(struct arena *a, struct raw_record *raw);
/* An empty raw record, in im->rows, with room for corrections. */
struct raw_record *format_raw(struct importer *im, enum directory_kind kind);
/* The reader wrote something else than what was said: shown with the corrections. */
void format_corrected(struct importer *im, struct raw_record *raw, const char *field, const char *rule, struct str before,
                      struct str after);
/* Adds a value to a list cell, once. */
void format_add(struct importer *im, struct str *cell, struct str value);
/* Adds a text after `between` when there is one already. */
void format_join(struct arena *a, struct str *cell, const char *between, struct str text);

/* -- what holds the records (read_csv.c, read_json.c) -------------------------------------------- */
enum err format_open_csv(struct importer *im, struct format_file *f) MUST_USE;
enum err format_each_csv(struct importer *im, const struct format_file *f, const struct format_reader *r) MUST_USE;
enum err format_open_json(struct importer *im, struct format_file *f) MUST_USE;
enum err format_each_json(struct importer *im, const struct format_file *f, const struct format_reader *r) MUST_USE;
/* Remembers a name of the first records; the text must live as long as the import. */
void format_name(struct str *names, size_t *n, struct str name);

/* -- the formats ---------------------------------------------------------------------------------- */
/* All that a place of LaMednum has, and no name of data·inclusion's own, whose files say every name, null or not: few values are
 * filled, nothing else tells one standard from the other. */
bool format_is_plain_place(const struct format_file *f);
bool format_is_lamednum_2(const struct format_file *f);
bool format_is_lamednum_1(const struct format_file *f);
bool format_is_lamednum_0(const struct format_file *f);
enum err format_read_lamednum_2(struct importer *im, const struct format_file *f) MUST_USE;
enum err format_read_lamednum_1(struct importer *im, const struct format_file *f) MUST_USE;
enum err format_read_lamednum_0(struct importer *im, const struct format_file *f) MUST_USE;
bool format_is_inclusion_1(const struct format_file *f);
enum err format_read_inclusion_1(struct importer *im, const struct format_file *f) MUST_USE;
enum directory_kind format_inclusion_kind(const struct format_row *row);
/* A value of data·inclusion under the name of one of our fields. */
void format_inclusion_cell(struct importer *im, const struct format_row *row, size_t i, struct raw_record *raw,
                           struct directory_problems *problems);
/* Every record, structures first. */
enum err format_each_inclusion(struct importer *im, const struct format_file *f,
                               enum err (*row)(struct importer *, void *, const struct format_row *,
                                               struct directory_problems *)) MUST_USE;
bool format_is_inclusion_0(const struct format_file *f);
enum err format_read_inclusion_0(struct importer *im, const struct format_file *f) MUST_USE;
bool format_is_hsds(const struct format_file *f);
enum err format_read_hsds(struct importer *im, const struct format_file *f) MUST_USE;
bool format_is_osm(const struct format_file *f);
enum err format_read_osm(struct importer *im, const struct format_file *f) MUST_USE;
bool format_is_balise(const struct format_file *f);
enum err format_read_balise(struct importer *im, const struct format_file *f) MUST_USE;

#endif
