/* A workbook (Office Open XML, ISO/IEC 29500) written as it goes: sheets of rows, nothing kept. Private to the module.
 *
 * Every text is an inline string: nothing in it can be a formula. The first row is the header: frozen, with filters. */
#ifndef BALISE_MODULES_DIRECTORY_EXPORT_SHEET_H
#define BALISE_MODULES_DIRECTORY_EXPORT_SHEET_H

#include "base/clock.h"
#include "modules/directory/export/zip.h"

/* Ends a text that is longer than a cell can be. */
#define EXPORT_SHEET_CUT "…"

enum { EXPORT_SHEETS_MAX = 4 };
struct export_sheet_column {
    const char *title;
    int width; /* characters */
};
struct export_book {
    struct export_zip zip;
    struct buf xml; /* of the sheet, until there is enough to pack */
    struct {
        const char *name;
        size_t columns, rows; /* header included */
    } sheets[EXPORT_SHEETS_MAX];
    size_t n;
    size_t column; /* of the next cell, from 0 */
    struct {
        char digits[24];
        size_t n;
    } row; /* its number */
};
/* The book is freed by export_book_free whatever is returned. */
enum err export_book_begin(struct export_book *b, struct exporter *x, int64_t at_ms) MUST_USE;
/* Ends the sheet before, if any. `name`: 31 characters at most, and must stay valid. */
enum err export_sheet_begin(struct export_book *b, const char *name, const struct export_sheet_column *columns,
                            size_t n) MUST_USE;
void export_sheet_row(struct export_book *b);
/* The cells of the row, from the first column on. What XML cannot hold is left out; a text longer than a cell can
 * be (32,767) is cut. */
void export_sheet_text(struct export_book *b, struct str text);
void export_sheet_number(struct export_book *b, struct directory_number v);
void export_sheet_date(struct export_book *b, struct str day); /* "2026-11-24"; another text stays a text */
void export_sheet_day(struct export_book *b, enum zone zone, int64_t at_ms); /* there; nothing when it is 0 (never) */
/* Day and time there, to the second; nothing when it is 0 (never). */
void export_sheet_moment(struct export_book *b, enum zone zone, int64_t at_ms);
/* How many bytes of a text a cell holds: all, or what leaves room for the ellipsis (32,767 UTF-16 units). */
size_t export_sheet_fit(struct str text);
enum err export_sheet_row_end(struct export_book *b) MUST_USE;
enum err export_book_end(struct export_book *b) MUST_USE;
void export_book_free(struct export_book *b);

#endif
