/* Rows of the directory's tables, for import, export, index and API. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_RECORD_H
#define BALISE_MODULES_DIRECTORY_RECORD_H

#include "modules/directory/fields.h"

/* A condition that follows "SELECT … FROM directory_<kind> t ". */
enum record_select {
    SELECT_BY_ID,        /* $1 */
    SELECT_BY_KEY,       /* $1 source, $2 source_id; removed ones too */
    SELECT_BY_STRUCTURE, /* $1: places or services of a structure, live, by name */
    SELECT_ALL_LIVE,     /* every live one, in no order: as fast as the table is read */
    SELECT_SOME,         /* $1 … $100: ids */
    SELECT_COUNT
};
enum { SOME_MAX = 100 };

/* Opens the rows; each is read with record_read into a zeroed record. */
enum err record_open(struct db_conn *c, enum directory_kind kind, enum record_select which, struct db_params params,
                    struct db_rows **out) MUST_USE;
/* Texts are copied into `a`. */
void record_read(const struct db_rows *r, enum directory_kind kind, struct arena *a, void *record);
/* One record; ERR_NOT_FOUND. */
enum err record_get(struct db_conn *c, struct arena *a, enum directory_kind kind, enum record_select which,
                   struct db_params params, void *record) MUST_USE;
/* Several, as one array of records in `a`. */
enum err record_list(struct db_conn *c, struct arena *a, enum directory_kind kind, enum record_select which,
                    struct db_params params, void **records, size_t *n) MUST_USE;

/* What the import compares with: one per record of a kind, removed ones included. */
struct record_mark {
    struct str id, source, source_id, fingerprint; /* valid until the next row */
    bool deleted, gone; /* gone: deleted because its file no longer had it */
    struct str feed;    /* valid until the next row */
};
enum err record_each_mark(struct db_conn *c, enum directory_kind kind, void (*each)(void *ctx, const struct record_mark *),
                         void *ctx) MUST_USE;

/* The common part of a record of any kind. */
struct directory_record *record_of(void *record);
/* Writes a new row; the key must be free: *added false when it is not. */
enum err record_insert(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record, bool *added) MUST_USE;
enum err record_update(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record) MUST_USE;
/* Takes the permalink that the record had elsewhere (its slug), when it is one and nothing has it here. */
enum err record_claim_slug(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record, bool *taken) MUST_USE;
/* Gives the record a permalink made from its name and town. */
enum err record_take_slug(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record) MUST_USE;
/* -- save.c ----------------------------------------------------------------------------------------- */
enum err record_save_insert(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind, void *record) MUST_USE;
/* `before`: the row as it is; the record keeps its id, permalink, confirmation, and the feed and remarks it does not say
 * (remarks: {NULL, 0} keeps, "" empties). *changed
 * false: nothing differs, nothing was written (but the fingerprint, when its recipe changed). */
enum err record_save_update(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind, const void *before,
                     void *record, bool *changed) MUST_USE;
/* Which fields of a record changed after this moment: bits by row of its table of fields. */
enum err record_fields_since(struct db_conn *c, struct arena *a, enum directory_kind kind, struct str id, int64_t after_ms,
                             uint64_t *out) MUST_USE;
/* Who made the choices that a corrected workbook stands for, before the id of the run: undoing it forgets them. */
#define RECORD_CHOICE_IMPORT "import:"
/* What differs was chosen by a person: from now on no file changes these fields. Not the date of the source. */
enum err record_remember_choices(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind, const void *before,
                                 const void *record) MUST_USE;
/* Names of the fields that differ, joined by ",". Empty when nothing does. */
struct str record_changed_fields(struct arena *a, enum directory_kind kind, const void *before, const void *after);
enum err record_journal(struct db_conn *c, struct arena *a, struct str actor, const char *action,
                       enum directory_kind kind, struct str id, struct str fields) MUST_USE;

#endif
