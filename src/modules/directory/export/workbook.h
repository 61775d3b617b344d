/* The workbook (XLSX): what its columns say, for who writes it (workbook.c) and who reads it back (import/format_workbook.c).
 * Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_EXPORT_WORKBOOK_H
#define BALISE_MODULES_DIRECTORY_EXPORT_WORKBOOK_H

#include "modules/directory/model.h"

enum workbook_how {
    WORKBOOK_FIELD,    /* as the standard writes it */
    WORKBOOK_LABELS,   /* labels of the values, joined with " ; " */
    WORKBOOK_LINES,    /* items, one a line */
    WORKBOOK_PHONE,    /* as it is dialled */
    WORKBOOK_DATE,
    WORKBOOK_SENTENCE, /* OSM hours as people say them */
    WORKBOOK_LINK,     /* address of the page; of a service: of its structure's */
    WORKBOOK_FIRST_DAY, WORKBOOK_CONFIRMED, /* of this directory */
    WORKBOOK_LAST_CHANGE, /* of this directory, to the second: tells whether the record changed since the workbook left */
    WORKBOOK_PUBLISHED /* of a place: "source--id", its identifier in the other standards */
};
struct workbook_column {
    const char *title;
    int width;
    enum workbook_how how;
    const char *field; /* of the standard; NULL: none */
};
struct workbook_sheet {
    const char *name;
    enum directory_kind kind;
    const struct workbook_column *columns;
    size_t n;
};
enum { WORKBOOK_SHEETS = 3, WORKBOOK_COLUMNS_MAX = 48 };
extern const struct workbook_sheet export_workbook_sheets[WORKBOOK_SHEETS]; /* structures before services, which point to them */

#endif
