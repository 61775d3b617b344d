/* A workbook (ECMA-376, SpreadsheetML): the parts of the archive, read through expat by pieces. Private to the layer table. */
#ifndef BALISE_TABLE_XLSX_H
#define BALISE_TABLE_XLSX_H

#include <expat.h>
#include <zip.h>

#include "table/table_private.h"

/* How the number of a cell is shown. */
enum xlsx_format { XLSX_PLAIN, XLSX_DATE, XLSX_TIME, XLSX_DATE_TIME, XLSX_ZEROS /* + digits − 1: leading zeros */ };
enum { XLSX_ZEROS_MAX = 20 };

struct xlsx_sheet {
    struct str name, entry; /* entry: of the archive */
    bool hidden;
};

struct xlsx {
    struct table *t;
    zip_t *zip;
    size_t budget;         /* bytes that may still be inflated */
    struct str *strings;   /* shared ones */
    size_t n_strings, strings_cap, strings_bytes;
    unsigned char *styles; /* enum xlsx_format of each cell style */
    size_t n_styles, styles_cap;
    struct xlsx_sheet *sheets;
    size_t n_sheets, sheets_cap;
    bool date_1904, ended; /* ended: no row is left */
    void *rows; /* of the sheet that is read */
};

/* -- xlsx.c: the package --------------------------------------------------------------------------- */
struct xlsx_part {
    struct xlsx *x;
    zip_file_t *file;
    XML_Parser parser;
    bool whole; /* read to the end */
    void *ctx;  /* of the handlers, which get the part as user data */
};
/* A part that is being read. *found false, and OK, when the archive has no such entry. */
enum err table_xlsx_part_open(struct xlsx *x, struct str entry, struct xlsx_part **out, bool *found) MUST_USE;
/* Parses until a handler stops the parser (resumable), or to the end. */
enum err table_xlsx_part_read(struct xlsx_part *p) MUST_USE;
void table_xlsx_part_close(struct xlsx_part *p);
/* Up to n bytes of an entry, counted against the budget; *got 0 at the end. */
enum err table_xlsx_inflate(struct xlsx *x, zip_file_t *file, void *to, size_t n, size_t *got) MUST_USE;
/* "x:row" → "row". */
const char *table_xlsx_local(const char *name);
/* Value of an attribute by its local name, or NULL. */
const char *table_xlsx_attribute(const char **attributes, const char *name);
/* Appends the text of a file: characters that XML cannot hold are written _x000D_. */
struct str table_xlsx_text(struct arena *a, struct str text);

/* -- xlsx_numbers.c: pure --------------------------------------------------------------------------- */
enum xlsx_format table_xlsx_builtin_format(int64_t id);
enum xlsx_format table_xlsx_format_of(struct str code);
/* The digits of a cell as the text that the row gives. */
struct str table_xlsx_number(struct arena *a, struct str digits, unsigned format, bool date_1904);

/* -- xlsx_rows.c: the rows of a sheet --------------------------------------------------------------- */
/* Begins at the first row of this sheet; ends what was read before. */
enum err table_xlsx_rows_open(struct xlsx *x, const struct xlsx_sheet *sheet) MUST_USE;
/* Next row that has a cell with a value: its cells, in the row's arena of the table. *has false at the end. */
enum err table_xlsx_rows_next(struct xlsx *x, struct str **cells, size_t *n, size_t *line, bool *has) MUST_USE;
void table_xlsx_rows_close(struct xlsx *x);

#endif
