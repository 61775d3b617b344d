/* One row per field of the standards, in the standards' order: what reads, checks, stores, compares and writes
 * a record goes through these rows. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_FIELDS_H
#define BALISE_MODULES_DIRECTORY_FIELDS_H

#include "base/arena.h"
#include "base/clock.h"
#include "modules/directory/directory.h"

enum field_kind {
    FIELD_TEXT,   /* struct str */
    FIELD_LIST,   /* struct str_list */
    FIELD_SET,    /* struct directory_set */
    FIELD_ONE,    /* struct directory_set of one value at most */
    FIELD_NUMBER, /* struct directory_number */
    FIELD_COUNT,  /* int64_t, 0: unknown */
    FIELD_HOURS   /* struct str, valid OSM */
};

struct check_context {
    struct arena *a;
    int64_t last_day; /* dates of data·inclusion may not be later (days since 1970) */
};
/* NULL when the value is right, else the French sentence that says what to do. */
typedef const char *(*field_check)(const struct check_context *cx, struct str value);

struct field {
    const char *name;   /* in the standard: CSV column, JSON key, reports */
    const char *column; /* in the database */
    size_t offset;
    enum field_kind kind;
    enum directory_enum_id values; /* FIELD_SET, FIELD_ONE */
    bool required;
    bool amount;       /* of FIELD_NUMBER: 0 or more; else a coordinate */
    uint16_t min, max; /* code points of a text; 0: no bound */
    field_check check; /* of a text, or of each item of a list */
};

struct field_table {
    enum directory_kind kind;
    const char *name;      /* of the table: "directory_place" */
    const struct field *fields;
    size_t n;
    size_t size;           /* of the record */
    size_t hours_text;     /* offset of horaires_texte */
};
const struct field_table *field_table(enum directory_kind kind);
const struct field *field_find(const struct field_table *t, struct str name);

/* Sets of fields: bits by row of the table, which has fewer than 64. */
static inline uint64_t field_bit(const struct field_table *t, const struct field *f)
{
    return UINT64_C(1) << (f - t->fields);
}
static inline void *field_at(const struct field *f, void *record)
{
    return (char *)record + f->offset;
}
static inline const void *field_in(const struct field *f, const void *record)
{
    return (const char *)record + f->offset;
}
/* No value? */
bool field_empty(const struct field *f, const void *record);
void field_clear(const struct field *f, void *record);

/* The value as one cell: lists joined with `|`. Empty when there is none. In `a` when it must be made. */
struct str field_cell(struct arena *a, const struct field *f, const void *record);
/* Sets the field from a cell; what cannot be kept is added to `out` (values that are not in the list, what is
 * not a number). */
void field_read_cell(struct arena *a, const struct field *f, void *record, struct str cell,
                     struct directory_problems *out);
/* As read from the database: what is not known any more is left out. */
void field_load_cell(struct arena *a, const struct field *f, void *record, struct str cell);

bool field_equal(const struct field *f, const void *a, const void *b);
/* 32 hexadecimal digits of all that a source says (fields, hours as received); fills 33 bytes. */
void fields_fingerprint(const struct field_table *t, const void *record, char out[33]);

/* At most n bytes, never in the middle of a character. */
struct str field_cut(struct str s, size_t n);

void field_problem(struct arena *a, struct directory_problems *out, const char *field, struct str value,
                 const char *why, bool refuses);
/* The value is kept; somebody should look at it. */
void field_doubt(struct arena *a, struct directory_problems *out, const char *field, struct str value, const char *why);

/* -- checks of one value (checks.c) --------------------------------------------------------------- */
const char *check_pivot(const struct check_context *cx, struct str v);
const char *check_siret(const struct check_context *cx, struct str v);
const char *check_code_postal(const struct check_context *cx, struct str v);
const char *check_code_insee_lamednum(const struct check_context *cx, struct str v);
/* A code of the official geographic list, former departments and other numbers left out (LaMednum 2.0.0). */
bool check_code_insee_cog(struct str v);
const char *check_code_insee(const struct check_context *cx, struct str v);
const char *check_telephone_e164(const struct check_context *cx, struct str v);
const char *check_telephone(const struct check_context *cx, struct str v);
const char *check_courriel(const struct check_context *cx, struct str v);
const char *check_url(const struct check_context *cx, struct str v);
const char *check_uri(const struct check_context *cx, struct str v); /* ASCII only, ≤ 2083 */
const char *check_date(const struct check_context *cx, struct str v);
const char *check_date_inclusion(const struct check_context *cx, struct str v);
const char *check_zone(const struct check_context *cx, struct str v);
/* A valid SIRET: 14 digits and Luhn's key (La Poste's own rule included). */
bool check_siret_key(struct str v);
/* Written as the standard writes it, not only understood by hours_parse. */
bool check_hours_strict(struct str v);

/* Trims, normalises, splits on `|`, sorts in French order, removes doubles. */
struct str_list field_list_normal(struct arena *a, const struct str *items, size_t n);

#endif
