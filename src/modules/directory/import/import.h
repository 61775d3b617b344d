/* The parts of the import engine. The reader of a format (format.h) turns a file into raw records and hands each to
 * import_raw; it knows nothing of the database. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_IMPORT_H
#define BALISE_MODULES_DIRECTORY_IMPORT_H

#include "base/buf.h"
#include "base/csv.h"
#include "modules/directory/geocoding/points.h"
#include "modules/directory/import/map.h"
#include "modules/directory/import/notes.h"
#include "modules/directory/import/raw.h"
#include "modules/directory/record.h"
#include "modules/territory/territory.h"

/* -- marks.c: what is in the directory already, and what this file said already -------------- */
/* 16 bytes that stand for a source and an id (keyed hash: nobody can make two files collide). */
struct mark_key {
    uint64_t h[2];
};
struct mark {
    struct mark_key key;
    unsigned char id[16], fingerprint[16]; /* of the record, from their hexadecimal form */
    uint32_t line;  /* of this file; 0: not kept yet */
    bool known;     /* the directory has it: id and fingerprint are set */
    bool deleted;
    bool gone;      /* deleted because its file no longer had it */
    bool same_feed; /* said by the feed of this import before */
    bool met;       /* this file speaks of it, refused or not */
};
struct marks {
    struct mark *slots;
    size_t n, cap; /* cap: a power of two */
    unsigned char secret[32];
};
void import_marks_init(struct marks *m);
void import_marks_deinit(struct marks *m);
struct mark_key import_marks_key(const struct marks *m, struct str source, struct str source_id);
/* Found, or added with everything empty. NULL when memory is refused. */
struct mark *import_marks_get(struct marks *m, struct mark_key key);
const struct mark *import_marks_find(const struct marks *m, struct mark_key key);
/* False when the texts are not an id and a fingerprint. */
bool import_marks_set(struct mark *mark, struct str id, struct str fingerprint);
/* The id as text. */
struct str import_marks_id(struct arena *a, const struct mark *mark);
bool import_marks_same(const struct mark *mark, const char fingerprint[33]);

/* -- changes.c: the run and what it changed, to be undone ------------------------------------------ */
enum { CHANGES_BATCH = 40, CHANGES_COLUMNS = 6 };
struct import_changes {
    char id[37];      /* of the run */
    int64_t number;
    struct arena *a;  /* of the rows that wait */
    struct db_value values[CHANGES_BATCH * CHANGES_COLUMNS];
    size_t n;
};
struct importer;
enum err import_changes_begin(struct importer *im) MUST_USE;
/* What is added needs none: its `added_by` says it. */
enum err import_changes_add(struct importer *im, enum directory_import_action action, enum directory_kind kind, struct str record_id,
                            struct str changes) MUST_USE;
enum err import_changes_end(struct importer *im, const char *format) MUST_USE;

/* -- copy.c: rows of a copy of the directory that Balise wrote ---------------------------------- */
/* What the file says besides the values of a row. */
struct import_copy {
    uint64_t said; /* fields that have a column there: bits by row of the table of fields */
    /* The record as the same columns would say it, had nobody touched them. Texts live in `a`, or are those of the record. */
    void (*say)(struct arena *a, enum directory_kind kind, const void *record, const struct import_copy *copy, struct raw_record *raw);
    /* A workbook: a person corrected it, what differs is their choice. */
    bool corrected;
    int64_t left_ms; /* to the second: when the record had last changed, when the workbook left; 0: it does not say */
    bool sentence_only; /* of the hours */
};
/* Gives the row what it has no columns for, from the record that it is about: a lighter sheet can be corrected too. */
enum err import_copy_complete(struct importer *im, struct raw_record *raw) MUST_USE;
/* Decides as import_policy_of_copy; the row of the record is `before`. */
enum err import_copy_decide(struct importer *im, enum directory_kind kind, const void *before, void *record,
                            struct str_list chosen, struct policy *out) MUST_USE;
/* Is the workbook of this directory, and does it say when it left? Then a record that is gone went afterwards. */
bool import_copy_dated(const struct importer *im, const struct directory_record *before);

/* -- own_id.c ------------------------------------------------------------------------------------ */
struct import_renamed {
    struct str words; /* of a source */
    bool yes;         /* it has another slug than the one that its words make */
};
/* The slug of the source that has these words and a place of this id; as it is when there is none, or several. */
enum err import_find_source(struct importer *im, struct str words, struct str id, struct str *source) MUST_USE;
/* Gives a place that came back the key that it has here; another keeps its own. */
enum err import_find_own_id(struct importer *im, struct directory_place *p) MUST_USE;

/* -- scope.c: what is taken of a file that speaks of more ------------------------------------------ */
/* False: the record is elsewhere than in the départements that are asked for, and the directory does not have it. */
enum err import_takes(struct importer *im, enum directory_kind kind, const void *record, bool *taken) MUST_USE;
/* Is the place known to be elsewhere than in the territory's own départements? */
bool import_is_outside(const struct importer *im, const struct directory_place *p);
/* Is the point near enough to a commune of the départements that are asked for to be in it? True when none is. */
bool import_may_be_here(const struct directory_import *in, struct geo_point p);
/* Was this structure met, and not taken? */
bool import_left_structure(const struct importer *im, struct str id);

/* -- import.c ------------------------------------------------------------------------------------- */
struct importer {
    const struct directory_import *in;
    struct db_conn *c;   /* NULL: nothing is compared nor written */
    struct arena *a;    /* of the whole import */
    struct arena *rows; /* emptied after each record */
    struct arena *other; /* emptied after each use */
    struct directory_import_counts counts;
    struct marks marks[3];   /* by kind */
    struct marks derived;    /* what places of this directory publish as structures and services */
    struct marks ids;        /* LaMednum: `id` is the key of the file, whatever the source */
    bool ours;    /* what Balise wrote: it tells sources apart (two of them may have given the same id), and it is nobody's list: a
                     record that the directory has goes on answering to the file that it came from */
    bool part;    /* the file never says all (a map, a workbook of which a person kept some rows): nothing is gone */
    const struct import_copy *copy; /* of the row being read; NULL: the file is somebody's */
    struct marks seen;       /* sources that this file speaks of */
    int64_t gone_withheld;   /* too many are not in the file any more: left as they are */
    bool free_form; /* the file follows no standard of today: every value is written in its best form; otherwise what is
                       valid stays letter for letter */
    bool loaded[3], derived_loaded;
    bool has_choices[3];     /* by kind: a person chose something somewhere */
    struct import_changes changes;
    struct import_notes notes;
    struct civil_date today;
    struct str sources[32];  /* already named */
    size_t n_sources;
    struct import_renamed renamed[32];
    size_t n_renamed;
    struct marks served;     /* structures that have a service in the départements asked for */
    bool served_known;
    struct marks elsewhere;  /* structures that were not taken */
    const struct territory_settings *territory;
    struct geocode_known addresses; /* next to points, as the address service gave them */
    const struct import_scout *scout; /* the file is only looked at; NULL: it is imported */
    size_t read_bytes;
    struct buf ignored;
    struct str *why;
};

/* Checks, compares, writes. `problems` holds what the reader could not keep already, `corrections` what cleaning changed.
 * The record lives in im->rows. Anything but OK ends the import. */
enum err import_record(struct importer *im, enum directory_kind kind, void *record, size_t line,
                       struct directory_problems *problems, const struct directory_corrections *corrections) MUST_USE;
/* The two halves of import_record. The first is pure: any thread may do it. */
void import_check(const struct directory_import *in, struct civil_date today, struct arena *a, enum directory_kind kind, void *record,
                  struct directory_problems *problems);
enum err import_checked(struct importer *im, enum directory_kind kind, void *record, size_t line,
                        struct directory_problems *problems, const struct directory_corrections *corrections) MUST_USE;
/* Looking at a file before it is imported: `meets` is given each record, cleaned and checked. Nothing is compared nor written. */
struct import_scout {
    enum err (*meets)(void *ctx, enum directory_kind kind, const void *record);
    void *ctx;
};
enum err import_scout_file(const struct directory_import *in, struct arena *a, const struct import_scout *scout, struct str *why) MUST_USE;
/* A row that the mapping does not want: counted, and that is all. */
void import_leave_out(struct importer *im);
/* Cleans, then as import_record. The cells live in im->rows. Every reader of a format ends here. */
enum err import_raw(struct importer *im, struct raw_record *raw, size_t line, struct directory_problems *problems) MUST_USE;
/* A column or key that no standard has: told once. */
void import_ignore(struct importer *im, struct str name);
void import_progress(struct importer *im, size_t read_bytes);
/* Says why the file cannot be read, and returns ERR_INVALID. */
enum err import_fail(struct importer *im, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;

/* Any table, through a mapping. Says its format and the columns that the mapping names and the file does not have. */
enum err import_mapped(struct importer *im, const struct map *m, struct directory_import_result *out) MUST_USE;

/* -- compare.c ------------------------------------------------------------------------------------ */
/* Compares one checked record with the directory, and writes what must be. Adds to `problems` what refuses it. */
enum err import_compare(struct importer *im, enum directory_kind kind, void *record, size_t line,
                        struct directory_problems *problems, const struct directory_corrections *corrections) MUST_USE;
/* Does the directory, or the file so far, have the record? What was removed, or undone, it has no more. */
enum err import_has(struct importer *im, enum directory_kind kind, const void *record, bool *has) MUST_USE;
/* The record that has this key, removed or not; *known false: none. */
enum err import_find(struct importer *im, enum directory_kind kind, struct str source, struct str source_id, void *record,
                     bool *known) MUST_USE;
/* A refused record that the directory has is not gone. */
enum err import_compare_refused(struct importer *im, enum directory_kind kind, const void *record) MUST_USE;
/* What the feed said before and this file does not: gone. */
enum err import_compare_gone(struct importer *im) MUST_USE;
/* Is this structure (by its published id) in the directory, or in what was read of the file? Then it is not gone. */
enum err import_knows_structure(struct importer *im, struct str id, bool *known) MUST_USE;
/* For people: the name of a record, its id when it has none. */
struct str import_name_of(enum directory_kind kind, const void *record);

#endif
