/* RFC 4180 reader and writer.
 *
 * The reader accepts what people really have: UTF-8 with or without BOM, Windows-1252, some of it
 * inside UTF-8, `,` `;` tab or `|` (guessed from the header line outside quotes, or said by Excel's
 * first line `sep=;`), \n \r\n \r, cells on several lines, quotes inside unquoted cells. It never
 * fails on content: a quote left open ends at the end of the file and is reported in `damaged`. */
#ifndef BALISE_BASE_CSV_H
#define BALISE_BASE_CSV_H

#include "base/arena.h"
#include "base/buf.h"

struct csv_options {
    char delimiter; /* 0: guess */
    enum { CSV_ENCODING_GUESS, CSV_UTF8, CSV_CP1252 } encoding;
};

struct csv_row {
    struct str *cells; /* valid until the next csv_next, unless copied */
    size_t n;
    size_t line;  /* 1-based line of the file where the row starts */
    bool damaged; /* a quote was never closed */
};

struct csv_reader;
/* Reads from memory: `data` must stay valid. The reader and its buffers live in `a`. */
struct csv_reader *csv_reader_new(struct arena *a, struct str data, struct csv_options opt);
/* Next row (empty lines are skipped); false at the end. */
bool csv_next(struct csv_reader *r, struct csv_row *row);
char csv_delimiter(const struct csv_reader *r);
/* Bytes consumed so far, for a progress bar. */
size_t csv_offset(const struct csv_reader *r);

/* Writer: comma, double quote, \n after each row. Cells that hold `,` `"` \n \r, or that begin or end
 * with a space, are quoted; so is the empty cell of a row that has no other. */
enum csv_guard {
    CSV_EXACT,        /* values as they are: for machines and round trips */
    /* a value that a spreadsheet would run (= + - @ tab CR LF first) gets a leading ', but a plain
     * negative number, as a longitude is, stays a number */
    CSV_SPREADSHEET
};
struct csv_writer {
    struct buf *out;
    enum csv_guard guard;
    bool quote_all; /* quote every non-empty cell */
    bool started;   /* private: a cell was written on this row */
};
void csv_cell(struct csv_writer *w, struct str value);
/* The value that CSV_SPREADSHEET wrote as this cell. */
struct str csv_unguarded(struct str cell);
void csv_end_row(struct csv_writer *w);

#endif
