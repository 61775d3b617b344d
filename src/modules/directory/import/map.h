/* A mapping: from the columns of any table to the fields of a place. Its format is in docs/import-mapping.md: that of
 * mednum-cli's configurations, and more. Pure. Private to the module.
 *
 * Read once (map_parse), bound to a file (map_bind: names become indexes, once for rows of one shape), then each row
 * costs the cells that it names and nothing else. What the mapping does not name is never looked at. */
#ifndef BALISE_MODULES_DIRECTORY_MAP_H
#define BALISE_MODULES_DIRECTORY_MAP_H

#include "modules/directory/import/raw.h"
#include "table/table.h"

enum { MAP_COLUMNS_MAX = 1000, MAP_DAYS = 7 };

/* Columns by their number in the mapping's own list. */
struct map_columns {
    uint16_t *items;
    size_t n;
};

/* What is taken out of an address written on one line. */
enum map_part { MAP_WHOLE, MAP_STREET, MAP_POSTAL_CODE, MAP_TOWN };

/* One text from a row: the first of these that says something. */
struct map_value {
    struct map_columns columns; /* the first that is not empty */
    struct map_columns joined;  /* those that are not empty, together */
    struct str glue;
    const struct map_value *otherwise; /* when nothing is joined */
    struct map_columns cut; /* one: the piece number `piece` between separators */
    struct str cut_at;
    size_t piece;
    struct str constant;
    enum map_part part;
    struct str items_at; /* lists: what separates the items; empty: `|` */
};

struct map_term {
    struct str folded, plain; /* folded empty: only signs, looked for as they are */
};
/* A rule of a list: one of the columns holds one of the terms, and none of `except`. Without columns, always; without
 * terms, when it is not empty. */
struct map_rule {
    struct map_columns columns;
    struct map_term *terms, *except;
    size_t n_terms, n_except;
    struct str *targets; /* none: the values of the columns */
    size_t n_targets;
    struct str *accompaniments; /* of services: what it adds to modalites_accompagnement */
    size_t n_accompaniments;
};

struct map_field {
    const struct field *field;
    size_t cell;                   /* of raw_record.cells */
    const struct map_value *value; /* NULL: rules */
    struct map_rule *rules;
    size_t n_rules;
};

/* Rows that are read: those for which a rule of `keep` holds (all, without any), and none of `leave`. Rules without targets. */
struct map_rows {
    struct map_rule *keep, *leave;
    size_t n_keep, n_leave;
};

struct map_hours {
    const struct map_value *osm, *week; /* may be NULL */
    struct map_columns days[MAP_DAYS];  /* Monday first; one column, or morning and afternoon */
    bool by_day;
};

/* Cells that the engine itself fills. */
enum map_known {
    MAP_ID, MAP_NOM, MAP_ADRESSE, MAP_CODE_POSTAL, MAP_COMMUNE, MAP_SOURCE, MAP_TYPOLOGIE, MAP_HORAIRES,
    MAP_ACCOMPAGNEMENT, MAP_KNOWN_COUNT
};

struct map {
    size_t known[MAP_KNOWN_COUNT]; /* their index in raw_record.cells */
    struct str source; /* name of the source; may be empty */
    struct table_options reading;
    struct str *columns; /* every name that is used */
    struct str *folded;
    size_t n_columns;
    struct map_field fields[RAW_CELLS];
    size_t n_fields;
    struct map_rows rows;
    struct map_hours hours;
    const struct map_value *weeks; /* semaine_ouverture; may be NULL */
};

/* ERR_INVALID with *why (French: where in the document, what is expected). The mapping lives in `a`. */
enum err map_parse(struct arena *a, struct str json, struct map **out, struct str *why) MUST_USE;

/* -- map_bind.c: the columns of a file -------------------------------------------------------------- */
struct map_bound {
    const struct map *map;
    struct arena *a;
    int *at;    /* index in the row of each column of the mapping, −1: none */
    bool *seen; /* in one of the rows so far */
    uint32_t shape;
};
struct map_bound *map_bound_new(struct arena *a, const struct map *m);
/* Finds the columns in these rows: by their name, else without case, accents and signs when only one is like it. */
void map_bind(struct map_bound *b, const struct table_row *row);
/* After the rows of the beginning: ERR_INVALID when the file is another one than the mapping speaks of: no column of it, or
 * none for a field that is asked for (`strict`: any field of one value, and what rows are chosen by; otherwise what makes a place). *why proposes the
 * nearest names. `missing`: names of the mapping that the file does not have, separated by ", ". */
enum err map_check(struct map_bound *b, const struct table_row *row, bool strict, struct str *missing, struct str *why) MUST_USE;
/* Is this column of the row named by the mapping? */
bool map_uses(const struct map_bound *b, size_t index);

/* -- map_read.c: a row -------------------------------------------------------------------------------- */
/* Fills a zeroed record of a place. Texts are views of the row, or live in `a`. */
void map_row(struct arena *a, const struct map_bound *b, const struct table_row *row, struct raw_record *raw);
/* Does the mapping want this row? */
bool map_wants(struct arena *a, const struct map_bound *b, const struct table_row *row);
/* The part of an address on one line: "8 rue Haute - 33000 Bordeaux". Empty when it has no postal code, but the street:
 * the whole. */
struct str map_address_part(struct str address, enum map_part part);

#endif
