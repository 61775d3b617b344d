/* What the readers of the kinds share. Private to the layer table. */
#ifndef BALISE_TABLE_PRIVATE_H
#define BALISE_TABLE_PRIVATE_H

#include "base/buf.h"
#include "table/table.h"

/* Names of the columns of the present rows, made once. */
struct table_names {
    struct arena *a; /* of the names themselves */
    struct str *items;
    size_t n, cap;
    size_t given; /* of them, how many the headers say */
    uint32_t shape;
};

struct table {
    struct arena *a;   /* the caller's */
    struct arena *row; /* emptied before each row */
    struct str data;
    size_t size; /* of the file as given; data may be its conversion */
    struct table_options opt;
    enum table_kind kind;
    struct table_names names;
    /* Puts the next row in, or *has = false. */
    enum err (*next)(struct table *t, struct table_row *row, bool *has);
    size_t (*offset)(const struct table *t);
    void *reader; /* of the kind */
    struct str why;
};

/* Says why, and returns ERR_INVALID. */
enum err table_fail(struct table *t, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;
/* At most n bytes of a name, never half a character. */
struct str table_shown(struct str s, size_t n);
/* Does one of the cells say something? More than `least` − 1 of them? */
size_t table_filled(const struct str *cells, size_t n, size_t least);
/* The headers as names: spaces folded, empty ones numbered, doubles numbered. */
enum err table_take_headers(struct table *t, const struct str *cells, size_t n) MUST_USE;
/* The row of these cells, under the names; missing cells are empty, names are added for cells that have none. */
enum err table_give_row(struct table *t, struct table_row *row, const struct str *cells, size_t n, size_t line) MUST_USE;

enum err table_open_csv(struct table *t) MUST_USE;
enum err table_open_json(struct table *t) MUST_USE;
enum err table_open_xlsx(struct table *t) MUST_USE;

#endif
