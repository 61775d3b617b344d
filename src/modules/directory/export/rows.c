/* Rows in the published order, one by one: an index gives the order, so that nothing is sorted and the memory is the
 * same for a hundred places as for a hundred thousand. */
#include <stddef.h>

#include "base/ahead.h"
#include "modules/directory/export/export.h"

struct column {
    const char *sql; /* after "t." */
    size_t offset;   /* in the record */
    bool whole;      /* a whole number; else a text */
    unsigned with;
};
#define R(member) offsetof(struct directory_record, member)
#define BESIDE_THE_STANDARD                                                                       \
    {"source", R(source), false, EXPORT_WITH_ORIGIN | EXPORT_WITH_PAGE},                           \
        {"updated_at_ms", R(updated_at_ms), true, EXPORT_WITH_ORIGIN | EXPORT_WITH_HISTORY},        \
        {"created_at_ms", R(created_at_ms), true, EXPORT_WITH_HISTORY},                             \
        {"confirmed_at_ms", R(confirmed_at_ms), true, EXPORT_WITH_HISTORY}
static const struct column with_page[] = {BESIDE_THE_STANDARD, {"slug", R(slug), false, EXPORT_WITH_PAGE}, {0}};
static const struct column service_columns[] = {BESIDE_THE_STANDARD, {0}};
static const struct column *const beside[] = {
    [DIRECTORY_PLACE] = with_page, [DIRECTORY_STRUCTURE] = with_page, [DIRECTORY_SERVICE] = service_columns};

/* -- the statement --------------------------------------------------------------------------------- */

struct plan {
    const struct export_part *parts;
    size_t n_parts;
    unsigned with;
    uint64_t fields[DIRECTORY_SERVICE + 1]; /* of the kind, which are read */
    int start[DIRECTORY_SERVICE + 1]; /* first column of the kind; 0: not read */
    int columns;
};

/* With several parts, before the columns of the kinds: what orders them together. The first column is the number of the
 * part, or of nothing. */
enum { COL_PART, COL_HOST, COL_FIRST, COL_SECOND };

static bool is_read(const struct plan *p, const struct field_table *t, size_t i)
{
    return (p->fields[t->kind] & field_bit(t, &t->fields[i])) != 0;
}

static int columns_of(const struct plan *p, enum directory_kind kind)
{
    const struct field_table *t = field_table(kind);
    int n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += is_read(p, t, i);
    for (const struct column *c = beside[kind]; c->sql; c++)
        n += (c->with & p->with) != 0;
    return n;
}

static void add_columns(struct buf *sql, const struct plan *p, enum directory_kind kind)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++)
        if (is_read(p, t, i) && t->fields[i].column)
            buf_printf(sql, ", t.%s", t->fields[i].column);
        else if (is_read(p, t, i)) /* the structure of a service */
            buf_lit(sql, ", s.source_id");
    for (const struct column *c = beside[kind]; c->sql; c++)
        if (c->with & p->with)
            buf_printf(sql, ", t.%s", c->sql);
}

/* Columns of the same kind stand at the same place in every part; those of another are NULL. */
static void add_part(struct buf *sql, struct plan *p, size_t which)
{
    const struct export_part *part = &p->parts[which];
    buf_printf(sql, "%sSELECT %zu, %s", which ? " UNION ALL " : "", which, part->host ? part->host : "NULL");
    if (p->n_parts > 1)
        buf_printf(sql, ", %s AS first_order, %s AS second_order", part->first, part->second);
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++) {
        if (p->start[kind] == 0)
            continue;
        if ((enum directory_kind)kind == part->kind)
            add_columns(sql, p, part->kind);
        else
            for (int i = columns_of(p, (enum directory_kind)kind); i > 0; i--)
                buf_lit(sql, ", NULL");
    }
    buf_lit(sql, part->from);
}

static const char *make_statement(struct exporter *x, struct plan *p)
{
    struct buf sql;
    buf_init(&sql, 64 * 1024);
    p->columns = p->n_parts > 1 ? COL_SECOND + 1 : COL_HOST + 1;
    for (size_t i = 0; i < p->n_parts; i++)
        p->fields[p->parts[i].kind] |= p->parts[i].fields ? p->parts[i].fields() : UINT64_MAX;
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
        for (size_t i = 0; i < p->n_parts; i++)
            if (p->parts[i].kind == (enum directory_kind)kind && p->start[kind] == 0) {
                p->start[kind] = p->columns;
                p->columns += columns_of(p, (enum directory_kind)kind);
            }
    for (size_t i = 0; i < p->n_parts; i++)
        add_part(&sql, p, i);
    if (p->n_parts > 1)
        buf_lit(&sql, " ORDER BY first_order, second_order");
    else
        buf_printf(&sql, " ORDER BY %s, %s", p->parts->first, p->parts->second);
    const char *text = arena_cstr(x->a, buf_str(&sql));
    buf_deinit(&sql);
    return text;
}

/* -- reading, ahead of the writing ------------------------------------------------------------------- */

/* Half of an export is the database's work: another thread does it, some rows ahead. */
enum { BLOCK_ROWS = 32 }; /* fewer wake the other thread more often; more no longer fit in its cache */
struct cell {
    bool known;
    union {
        struct str text; /* in the block's arena */
        int64_t whole;
        double real;
    };
};
struct block {
    size_t n;
    struct cell *cells; /* BLOCK_ROWS × columns; of a row, only those of its kind are set */
};
struct reading {
    const struct plan *plan;
    struct db_rows *rows;
    bool ended;
    struct arena *a; /* of the block being read */
    char *at;        /* room for texts, there */
    size_t left;
};

enum cell_kind { CELL_TEXT, CELL_WHOLE, CELL_REAL };

static enum cell_kind kind_of(const struct field *f)
{
    return f->kind == FIELD_NUMBER ? CELL_REAL : f->kind == FIELD_COUNT ? CELL_WHOLE : CELL_TEXT;
}

/* Texts one after the other: an allocation each would cost as much as reading them. */
static struct str keep_text(struct reading *r, struct str text)
{
    enum { CHUNK = 8 * 1024 };
    if (text.n > r->left) {
        r->left = text.n > CHUNK ? text.n : CHUNK;
        r->at = arena_alloc(r->a, r->left);
    }
    struct str kept = {memcpy(r->at, text.p, text.n), text.n};
    r->at += text.n;
    r->left -= text.n;
    return kept;
}

/* In its place: a cell that is returned is written by bytes, then read as a whole, which the processor waits for. */
static void read_cell(struct reading *r, int col, enum cell_kind kind, struct cell *out)
{
    const struct db_rows *rows = r->rows;
    if (kind == CELL_TEXT) {
        struct str text = db_col_text(rows, col);
        out->known = text.n > 0;
        out->text = text.n > 0 ? keep_text(r, text) : STR_NONE;
    } else if (kind == CELL_WHOLE) {
        out->known = true;
        out->whole = db_col_int(rows, col);
    } else {
        out->known = !db_is_null(rows, col);
        out->real = out->known ? db_col_real(rows, col) : 0;
    }
}

static enum directory_kind kind_of_part(const struct plan *p, const struct cell *row)
{
    return p->parts[p->n_parts > 1 ? row[COL_PART].whole : 0].kind;
}

static void read_cells(struct reading *r, struct cell *row)
{
    const struct plan *p = r->plan;
    if (p->n_parts > 1) {
        read_cell(r, COL_PART, CELL_WHOLE, &row[COL_PART]);
        read_cell(r, COL_SECOND, CELL_TEXT, &row[COL_SECOND]);
    }
    read_cell(r, COL_HOST, CELL_TEXT, &row[COL_HOST]);
    enum directory_kind kind = kind_of_part(p, row);
    const struct field_table *t = field_table(kind);
    int col = p->start[kind];
    for (size_t i = 0; i < t->n; i++)
        if (is_read(p, t, i)) {
            read_cell(r, col, kind_of(&t->fields[i]), &row[col]);
            col++;
        }
    for (const struct column *c = beside[kind]; c->sql; c++)
        if (c->with & p->with) {
            read_cell(r, col, c->whole ? CELL_WHOLE : CELL_TEXT, &row[col]);
            col++;
        }
}

static enum err read_block(void *ctx, struct arena *a, void **value)
{
    struct reading *r = ctx;
    const struct plan *p = r->plan;
    if (r->ended)
        return OK;
    r->a = a;
    r->left = 0;
    struct block *b = ARENA_NEW(a, struct block);
    b->cells = arena_alloc(a, BLOCK_ROWS * (size_t)p->columns * sizeof *b->cells);
    while (b->n < BLOCK_ROWS) {
        bool has = false;
        TRY(db_next(r->rows, &has));
        r->ended = !has;
        if (!has)
            break;
        read_cells(r, b->cells + b->n++ * (size_t)p->columns);
    }
    *value = b->n > 0 ? b : NULL;
    return OK;
}

/* -- one row --------------------------------------------------------------------------------------- */

/* A joined list, as its items. Views of the text. */
static struct str_list list_of(struct arena *a, struct str text)
{
    size_t n = 1, k = 0;
    if (text.n == 0)
        return (struct str_list){NULL, 0};
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '|';
    struct str *items = ARENA_ARRAY(a, n, struct str), piece;
    while (str_split(&text, '|', &piece))
        items[k++] = piece;
    return (struct str_list){items, k};
}

static void take_field(struct exporter *x, const struct cell *cell, const struct field *f, size_t i, unsigned with,
                       struct export_row *r)
{
    void *at = field_at(f, r->record);
    enum cell_kind kind = kind_of(f);
    r->cells[i] = STR_NONE;
    r->sets[i] = NULL;
    if (kind == CELL_REAL) {
        *(struct directory_number *)at = (struct directory_number){cell->known, cell->real};
        return;
    }
    if (kind == CELL_WHOLE) {
        *(int64_t *)at = cell->whole;
        return;
    }
    if (f->kind == FIELD_SET || f->kind == FIELD_ONE) {
        const struct export_set *s = cell->known ? export_set_of_text(x, f, cell->text) : NULL;
        *(struct directory_set *)at = s ? s->set : DIRECTORY_SET_NONE;
        if (s && s->cell.n) {
            r->sets[i] = s;
            r->cells[i] = s->cell;
        }
        return;
    }
    r->cells[i] = cell->text;
    if (f->kind != FIELD_LIST)
        *(struct str *)at = cell->text;
    else if (with & EXPORT_WITH_ORIGIN)
        *(struct str_list *)at = list_of(x->row, cell->text);
}

union any_record {
    struct directory_place place;
    struct directory_structure structure;
    struct directory_service service;
};

static void take_row(struct exporter *x, const struct plan *p, const struct cell *row, union any_record records[], struct export_row *r)
{
    r->part = p->n_parts > 1 ? (int)row[COL_PART].whole : 0;
    r->kind = p->parts[r->part].kind;
    r->second = p->n_parts > 1 ? row[COL_SECOND].text : STR_NONE;
    r->host = row[COL_HOST].text;
    r->record = &records[r->kind];
    const struct field_table *t = field_table(r->kind);
    const struct cell *cell = row + p->start[r->kind];
    for (size_t i = 0; i < t->n; i++)
        if (is_read(p, t, i))
            take_field(x, cell++, &t->fields[i], i, p->with, r);
    for (const struct column *c = beside[r->kind]; c->sql; c++) {
        void *at = (char *)r->record + c->offset;
        if (!(c->with & p->with))
            continue;
        if (c->whole)
            *(int64_t *)at = cell++->whole;
        else
            *(struct str *)at = cell++->text;
    }
}

static enum err write_rows(struct exporter *x, const struct plan *p, struct ahead *h,
                           enum err (*write)(struct exporter *, const struct export_row *))
{
    union any_record records[DIRECTORY_SERVICE + 1] = {0};
    struct export_row r = {0};
    struct ahead_item *item;
    enum err e;
    while ((e = ahead_next(h, &item)) == OK && item) {
        const struct block *b = item->value;
        for (size_t i = 0; i < b->n; i++) {
            take_row(x, p, b->cells + i * (size_t)p->columns, records, &r);
            TRY(write(x, &r));
            TRY(export_flush(x, false));
            arena_reset(x->row);
        }
        ahead_give_back(h, item);
    }
    return e;
}

enum err export_each(struct exporter *x, const struct export_part *parts, size_t n, unsigned with,
                     enum err (*write)(struct exporter *, const struct export_row *))
{
    struct plan p = {.parts = parts, .n_parts = n, .with = with};
    struct reading r = {.plan = &p};
    TRY(db_query(x->c, make_statement(x, &p), DB_NO_PARAMS, &r.rows));
    struct ahead h = {.fill = read_block, .ctx = &r};
    enum err e = ahead_begin(&h);
    if (e == OK)
        e = write_rows(x, &p, &h, write);
    ahead_end(&h);
    db_rows_end(r.rows);
    return e;
}
