/* Files that hold a table, row by row: CSV in any dialect, XLSX, JSON (an array of objects, alone or under one key), GeoJSON,
 * JSON lines. Memory holds one row at a time, whatever the size of the file. Knows nothing of what the columns mean. */
#ifndef BALISE_TABLE_TABLE_H
#define BALISE_TABLE_TABLE_H

#include "base/arena.h"
#include "base/err.h"

struct table;

enum table_kind { TABLE_CSV, TABLE_XLSX, TABLE_JSON, TABLE_GEOJSON, TABLE_JSON_LINES };

struct table_options {
    char delimiter;         /* CSV; 0: guess */
    const char *encoding;   /* CSV: "utf-8" or "windows-1252"; NULL: guess (UTF-16 is known by its mark) */
    struct str sheet;       /* XLSX: its name; empty: the first visible one that holds rows */
    struct str records;     /* JSON: dotted path of the array; empty: the array itself, or the only one found */
    size_t header;          /* CSV, XLSX: 1-based line or row of the headers; 0: the first that holds two cells or more */
};

/* Columns that a row may have: more is a mistake, or an attack. */
enum { TABLE_COLUMNS_MAX = 4096 };

/* One row. A nested JSON object gives dotted names ("properties.nom", "adresse.0.rue"); a list of texts and numbers gives
 * one value joined with `|`; null gives an empty value. GeoJSON adds "geometry.latitude" and "geometry.longitude" (of a
 * point; the middle of the box otherwise). Columns without a name are called "colonne 3"; a name met twice, "Nom (2)".
 *
 * XLSX: a date is ISO text (2026-11-24, 2026-11-24T10:00:00, 09:30), by the format of its cell; a number is what its
 * digits say, with the leading zeros that a format 00000 shows; a boolean is "true" or "false"; an error (#N/A) is empty;
 * the value of a cell merged downwards stands in each of its rows.
 *
 * Valid until the next table_next. */
struct table_row {
    const struct str *names;
    const struct str *values; /* UTF-8, as they are: not trimmed */
    size_t n;
    size_t line;    /* of the file (CSV, JSON), row of the sheet (XLSX) */
    uint32_t shape; /* same number as the row before: same names. What was found by name may be kept */
    bool overflow;  /* CSV: holds more values than there are headers: a separator too many, or quotes that are missing */
};

/* ERR_INVALID with *why (French: what was found, what to do) when the file is none of these, cut, or a trap (an archive
 * that swells, too deep, too wide). `data` must stay valid, and the texts of `opt`. Nothing is ever written to disk. */
enum err table_open(struct arena *a, struct str data, struct table_options opt, struct table **out, struct str *why) MUST_USE;
enum table_kind table_kind_of(const struct table *t);
/* Next row that holds a value; *has false at the end. ERR_INVALID with *why when the file breaks there. */
enum err table_next(struct table *t, struct table_row *row, bool *has, struct str *why) MUST_USE;
/* "CSV", "classeur Excel (XLSX)"… */
const char *table_kind_words(enum table_kind kind);
/* What people send by mistake (PDF, web page, archive, empty file…): the French sentence; NULL when the bytes may be one
 * of the kinds, or a workbook. */
const char *table_stranger(struct str data);
/* Bytes read so far, for a progress bar; at most the size of the file. */
size_t table_offset(const struct table *t);
/* Value of a name; STR_NONE when the row has no such name. */
struct str table_value(const struct table_row *row, struct str name);

#endif
