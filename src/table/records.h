/* Cuts a JSON text into its values without building a tree: a file of any size is read one record at a time. What is
 * inside a value is checked by whoever parses it. Also: a JSON value as the text of one cell. */
#ifndef BALISE_TABLE_RECORDS_H
#define BALISE_TABLE_RECORDS_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"

/* May be copied: a copy is a place to come back to. */
struct table_cut {
    struct str text;
    size_t at, line; /* line: 1-based */
    struct arena *a; /* for why */
    struct str why;  /* French; set with ERR_INVALID */
};
/* At the first value (after a BOM and spaces). */
void table_cut_start(struct table_cut *k, struct arena *a, struct str text);
/* The present character; 0 at the end. */
static inline char table_cut_here(const struct table_cut *k)
{
    return k->at < k->text.n ? k->text.p[k->at] : 0;
}
/* What stands here is not JSON, or the text is cut. */
enum err table_cut_unexpected(struct table_cut *k) MUST_USE;
/* One value of any kind, from here; `value` may be NULL. */
enum err table_cut_value(struct table_cut *k, struct str *value) MUST_USE;
/* Inside an array: the first call is made at its `[`, with *first true. *has: the cursor is at an item, to be taken with
 * table_cut_value before the next call; otherwise the cursor is after the `]`. */
enum err table_cut_item(struct table_cut *k, bool *first, bool *has) MUST_USE;
/* The same for the members of an object: `key` is as written, between its quotes. */
enum err table_cut_member(struct table_cut *k, bool *first, struct str *key, bool *has) MUST_USE;
/* Only spaces are left. */
enum err table_cut_finish(struct table_cut *k) MUST_USE;

/* One cell: a text, a number, "true", "false", empty for null; a list of those joined with `|`, as in the CSV of the
 * standards. False for an object, and for a list that holds objects or lists. */
bool table_json_cell(struct arena *a, const json_t *v, struct str *out);

#endif
