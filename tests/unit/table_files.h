/* Files for the tests of tables: archives made in memory. */
#ifndef BALISE_TESTS_TABLE_FILES_H
#define BALISE_TESTS_TABLE_FILES_H

#include "base/arena.h"

struct table_entry {
    const char *name;
    struct str text;
};
/* A zip archive of these entries; the text lives in the arena. */
struct str table_archive(struct arena *a, const struct table_entry *entries, size_t n);

/* The text of one file of an archive; aborts when it has none, or is damaged. */
struct str table_archive_text(struct arena *a, struct str archive, const char *name);

/* A workbook of one sheet "Feuille" written by hand: the inside of <sheetData>, of <sst>, of <styleSheet>, the
 * attributes of <workbookPr>, and what follows the rows. Empty ones are left out. */
struct table_workbook {
    const char *rows, *strings, *styles, *properties, *after;
    const char *sheet; /* its name; NULL: "Feuille" */
};
struct str table_workbook(struct arena *a, struct table_workbook w);

#endif
