/* A record as a file says it, before it is cleaned, checked and compared: cells of text under the names of the
 * standard's fields. What readers of every format give to the import. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_IMPORT_RAW_H
#define BALISE_MODULES_DIRECTORY_IMPORT_RAW_H

#include "modules/directory/fields.h"

enum { RAW_CELLS = 40 }; /* rows of the widest table of fields, with room */

struct geocode_known;
struct raw_record {
    enum directory_kind kind;
    /* cells[i]: of field_table(kind)->fields[i]; lists joined with `|`, as in a CSV. n == 0: the file says nothing. */
    struct str cells[RAW_CELLS];
    struct str horaires_jours[7]; /* seven texts, Monday first, when hours come day by day; then horaires is empty */
    bool horaires_par_jour;
    int semaines;                 /* alternate weeks: 0 all, 1 odd, 2 even */
    bool typologie_du_nom;        /* nothing was said of the kind of place: it may be inferred from the name */
    /* Written when the file gives no date that can be read: the standard's way to say that it is not known ("1970-01-01" in
     * LaMednum, "2000-01-01" in data·inclusion). NULL: a date is required. */
    const char *date_inconnue;
    struct str source; /* slug of the source of a place when it is not made from the words of its `source`; may be empty */
    struct str structure; /* published id of the structure that a place belongs to; empty: none, or the file cannot say */
    const struct geocode_known *addresses; /* what is known of points without an address; NULL: nothing */
    struct str slug;   /* permalink that a new record takes when nothing has it here; may be empty */
    /* What the reader changed itself (a former vocabulary, a date taken from a sentence): shown with the corrections. */
    struct directory_corrections *corrections; /* may be NULL */
};

/* The cell of a field, by its name in the standard; aborts when the kind has no such field (a mistake of the code). */
struct str *raw_cell(struct raw_record *raw, const char *field);
/* Cleans it and reads it as a record: what is left is to check, compare and write. Texts are views of the cells, or live in `a`.
 * Pure: any thread may do it. `free_form`: as in struct importer. */
void *raw_read(struct arena *a, struct raw_record *raw, bool free_form, struct civil_date today,
               struct directory_problems *problems, struct directory_corrections *corrections);

#endif
