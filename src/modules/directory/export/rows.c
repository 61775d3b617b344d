/* Rows in the published order, one by one: an index gives the order, so that nothing is sorted and the memory is the
 * same for a hundred places as for a hundred thousand. */
#include <stddef.h>

#include "modules/directory/export/export.h"

struct column {
    const char *sql; /* after "t." */
    size_t offset;   /* in the record */
    bool whole;      /* a whole number; else a text */
    unsigned with;
};
#define R(member) offsetof(struct directory_record, member)
#define BESIDE_THE_STANDARD(hours)                                                                           \
    {"id", R(id), false, EXPORT_WITH_HISTORY}, {"source", R(source), false, EXPORT_WITH_ORIGIN | EXPORT_WITH_PAGE}, \
        {"updated_at_ms", R(updated_at_ms), true, EXPORT_WITH_ORIGIN | EXPORT_WITH_HISTORY},                  \
        {"created_at_ms", R(created_at_ms), true, EXPORT_WITH_HISTORY},                                       \
        {"confirmed_at_ms", R(confirmed_at_ms), true, EXPORT_WITH_HISTORY},                                   \
        {"confirmed_by", R(confirmed_by), false, EXPORT_WITH_HISTORY},                                        \
        {"horaires_texte", hours, false, EXPORT_WITH_HISTORY}
static const struct column place_columns[] = {
    BESIDE_THE_STANDARD(offsetof(struct directory_place, horaires_texte)), {"slug", R(slug), false, EXPORT_WITH_PAGE}, {0}};
static const struct column structure_columns[] = {
    BESIDE_THE_STANDARD(offsetof(struct directory_structure, horaires_texte)), {"slug", R(slug), false, EXPORT_WITH_PAGE}, {0}};
static const struct column service_columns[] = {
    BESIDE_THE_STANDARD(offsetof(struct directory_service, horaires_texte)), {0}};
static const struct column *const beside[] = {
    [DIRECTORY_PLACE] = place_columns, [DIRECTORY_STRUCTURE] = structure_columns, [DIRECTORY_SERVICE] = service_columns};

/* -- the statement --------------------------------------------------------------------------------- */

struct plan {
    const struct export_part *parts;
    size_t n_parts;
    unsigned with;
    int start[DIRECTORY_SERVICE + 1]; /* first column of the kind; 0: not read */
    int columns;
};

/* With several parts, before the columns of the kinds: what orders them together. The first column is the number of the
 * part, or of nothing. */
enum { COL_PART, COL_HOST, COL_FIRST, COL_SECOND };

static int columns_of(enum directory_kind kind, unsigned with)
{
    int n = (int)field_table(kind)->n;
    for (const struct column *c = beside[kind]; c->sql; c++)
        n += (c->with & with) != 0;
    return n;
}

static void add_columns(struct buf *sql, enum directory_kind kind, unsigned with)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++)
        if (t->fields[i].column)
            buf_printf(sql, ", t.%s", t->fields[i].column);
        else /* the structure of a service */
            buf_lit(sql, ", s.source_id");
    for (const struct column *c = beside[kind]; c->sql; c++)
        if (c->with & with)
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
            add_columns(sql, part->kind, p->with);
        else
            for (int i = columns_of((enum directory_kind)kind, p->with); i > 0; i--)
                buf_lit(sql, ", NULL");
    }
    buf_lit(sql, part->from);
}

static const char *make_statement(struct exporter *x, struct plan *p)
{
    struct buf sql;
    buf_init(&sql, 64 * 1024);
    p->columns = p->n_parts > 1 ? COL_SECOND + 1 : COL_HOST + 1;
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
        for (size_t i = 0; i < p->n_parts; i++)
            if (p->parts[i].kind == (enum directory_kind)kind && p->start[kind] == 0) {
                p->start[kind] = p->columns;
                p->columns += columns_of((enum directory_kind)kind, p->with);
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

static void read_field(struct exporter *x, const struct db_rows *rows, int col, const struct field *f, size_t i,
                       unsigned with, struct export_row *r)
{
    void *at = field_at(f, r->record);
    r->cells[i] = STR_NONE;
    r->sets[i] = NULL;
    if (f->kind == FIELD_NUMBER) {
        bool known = !db_is_null(rows, col);
        *(struct directory_number *)at = (struct directory_number){known, known ? db_col_real(rows, col) : 0};
        return;
    }
    if (f->kind == FIELD_COUNT) {
        *(int64_t *)at = db_col_int(rows, col);
        return;
    }
    struct str text = db_col_text(rows, col);
    if (f->kind == FIELD_SET || f->kind == FIELD_ONE) {
        const struct export_set *s = text.n ? export_set_of_text(x, f, text) : NULL;
        *(struct directory_set *)at = s ? s->set : DIRECTORY_SET_NONE;
        if (s && s->cell.n) {
            r->sets[i] = s;
            r->cells[i] = s->cell;
        }
        return;
    }
    r->cells[i] = text;
    if (f->kind != FIELD_LIST)
        *(struct str *)at = text;
    else if (with & EXPORT_WITH_ORIGIN)
        *(struct str_list *)at = list_of(x->row, text);
}

static void read_row(struct exporter *x, const struct plan *p, const struct db_rows *rows, struct export_row *r)
{
    const struct field_table *t = field_table(r->kind);
    int col = p->start[r->kind];
    for (size_t i = 0; i < t->n; i++)
        read_field(x, rows, col++, &t->fields[i], i, p->with, r);
    for (const struct column *c = beside[r->kind]; c->sql; c++) {
        void *at = (char *)r->record + c->offset;
        if (!(c->with & p->with))
            continue;
        if (c->whole)
            *(int64_t *)at = db_col_int(rows, col++);
        else
            *(struct str *)at = db_col_text(rows, col++);
    }
}

enum err export_each(struct exporter *x, const struct export_part *parts, size_t n, unsigned with,
                     enum err (*write)(struct exporter *, const struct export_row *))
{
    union {
        struct directory_place place;
        struct directory_structure structure;
        struct directory_service service;
    } records[DIRECTORY_SERVICE + 1] = {0};
    struct plan p = {.parts = parts, .n_parts = n, .with = with};
    struct export_row r = {0};
    struct db_rows *rows;
    enum err e;
    bool has = false;
    TRY(db_query(x->c, make_statement(x, &p), DB_NO_PARAMS, &rows));
    while ((e = db_next(rows, &has)) == OK && has) {
        r.part = n > 1 ? (int)db_col_int(rows, COL_PART) : 0;
        r.kind = parts[r.part].kind;
        r.second = n > 1 ? db_col_text(rows, COL_SECOND) : STR_NONE;
        r.host = parts[r.part].host ? db_col_text(rows, COL_HOST) : STR_NONE;
        r.record = &records[r.kind];
        read_row(x, &p, rows, &r);
        e = write(x, &r);
        if (e == OK)
            e = export_flush(x, false);
        if (e != OK)
            break;
        arena_reset(x->row);
    }
    db_rows_end(rows);
    return e;
}
