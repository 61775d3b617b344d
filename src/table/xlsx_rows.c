/* The rows of one sheet, pulled one at a time: the parser stops at each </row>. */
#include "table/xlsx.h"

enum { ROWS_MAX = 1 << 20, MERGES_MAX = 100000, CELL_MAX = 1 << 20 };

enum cell_kind { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_BOOLEAN, CELL_ERROR };

/* A cell that stands for those under it. */
struct merge {
    size_t column, first, last;
};
struct carried {
    struct str value;
    size_t last; /* row; 0: none */
};

struct rows {
    struct xlsx_part *part;
    bool in_data, row_ready;
    size_t row, column, next_column;
    /* the cell that is read */
    enum cell_kind kind;
    unsigned format;
    bool in_value, in_cell;
    int phonetic;
    struct buf text;
    /* the row that is read */
    struct str *cells;
    size_t n, cap;
    bool too_wide;
    /* merges, by first row */
    struct merge *merges;
    size_t n_merges, merges_cap, next_merge;
    struct carried *carried;
    size_t n_carried, carried_cap;
};

/* "BC12" → column 54 (from 0) and row 12; what is missing stays as it is. */
static void read_reference(const char *s, size_t *column, size_t *row)
{
    size_t c = 0, r = 0;
    for (; *s >= 'A' && *s <= 'Z' && c <= TABLE_COLUMNS_MAX; s++)
        c = c * 26 + (size_t)(*s - 'A' + 1);
    for (; *s >= '0' && *s <= '9' && r <= ROWS_MAX; s++)
        r = r * 10 + (size_t)(*s - '0');
    if (c > 0)
        *column = c - 1;
    if (r > 0)
        *row = r;
}

/* -- merged cells --------------------------------------------------------------------------------- */

static void read_merge(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *p = data;
    struct rows *s = p->ctx;
    const char *reference = table_xlsx_attribute(attributes, "ref");
    if (strcmp(table_xlsx_local(name), "mergeCell") != 0 || !reference || s->n_merges == MERGES_MAX)
        return;
    const char *colon = strchr(reference, ':');
    struct merge m = {0};
    size_t end_column = 0;
    read_reference(reference, &m.column, &m.first);
    if (colon)
        read_reference(colon + 1, &end_column, &m.last);
    if (m.last <= m.first || m.column >= TABLE_COLUMNS_MAX)
        return; /* on one row only: a title */
    s->merges = arena_grow(p->x->t->a, s->merges, s->n_merges, &s->merges_cap, s->n_merges + 1, sizeof *s->merges);
    s->merges[s->n_merges++] = m;
}

static int by_first_row(const void *a, const void *b)
{
    const struct merge *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* They are written after the rows; most sheets have none, which costs one look through the bytes. */
static enum err has_merges(struct xlsx *x, struct xlsx_part *p, bool *out)
{
    enum { CHUNK = 64 * 1024, KEPT = 16 };
    static const struct str word = STR_INIT("mergeCell ");
    char *bytes = arena_alloc(x->t->row, CHUNK + KEPT);
    size_t kept = 0, got;
    *out = false;
    do {
        TRY(table_xlsx_inflate(x, p->file, bytes + kept, CHUNK, &got));
        *out = str_find((struct str){bytes, kept + got}, word, 0) >= 0;
        size_t n = kept + got;
        kept = n < word.n ? n : word.n;
        memmove(bytes, bytes + n - kept, kept);
    } while (got > 0 && !*out);
    return OK;
}

static enum err read_merges(struct xlsx *x, struct str entry, struct rows *s)
{
    struct xlsx_part *p;
    bool found, any;
    TRY(table_xlsx_part_open(x, entry, &p, &found));
    if (!found)
        return OK;
    enum err e = has_merges(x, p, &any);
    table_xlsx_part_close(p);
    if (e != OK || !any)
        return e;
    TRY(table_xlsx_part_open(x, entry, &p, &found));
    p->ctx = s;
    XML_SetElementHandler(p->parser, read_merge, NULL);
    e = table_xlsx_part_read(p);
    table_xlsx_part_close(p);
    if (s->n_merges > 1)
        qsort(s->merges, s->n_merges, sizeof *s->merges, by_first_row);
    return e;
}

/* Takes the values that begin here, gives those that last. */
static void carry(struct xlsx *x, struct rows *s)
{
    for (; s->next_merge < s->n_merges && s->merges[s->next_merge].first <= s->row; s->next_merge++) {
        const struct merge *m = &s->merges[s->next_merge];
        if (m->first < s->row || m->column >= s->n || s->cells[m->column].n == 0)
            continue;
        while (s->n_carried <= m->column) {
            s->carried = arena_grow(x->t->a, s->carried, s->n_carried, &s->carried_cap, s->n_carried + 1, sizeof *s->carried);
            s->carried[s->n_carried++] = (struct carried){STR_NONE, 0};
        }
        s->carried[m->column] = (struct carried){arena_str(x->t->a, s->cells[m->column]), m->last};
    }
    for (size_t i = 0; i < s->n_carried; i++) {
        if (s->carried[i].last < s->row)
            continue;
        while (s->n <= i) {
            s->cells = arena_grow(x->t->row, s->cells, s->n, &s->cap, s->n + 1, sizeof *s->cells);
            s->cells[s->n++] = STR_NONE;
        }
        if (s->cells[i].n == 0)
            s->cells[i] = s->carried[i].value;
    }
}

/* -- cells ---------------------------------------------------------------------------------------- */

static void start_cell(struct xlsx *x, struct rows *s, const XML_Char **attributes)
{
    const char *reference = table_xlsx_attribute(attributes, "r"), *type = table_xlsx_attribute(attributes, "t");
    const char *style = table_xlsx_attribute(attributes, "s");
    int64_t number = 0;
    s->column = s->next_column;
    if (reference)
        read_reference(reference, &s->column, &s->row);
    s->next_column = s->column + 1;
    s->kind = !type || strcmp(type, "n") == 0 ? CELL_NUMBER
              : strcmp(type, "s") == 0        ? CELL_SHARED
              : strcmp(type, "b") == 0        ? CELL_BOOLEAN
              : strcmp(type, "e") == 0        ? CELL_ERROR
                                              : CELL_TEXT; /* str, inlineStr, d */
    bool styled = style && str_to_int(str_from(style), &number) && number >= 0 && (size_t)number < x->n_styles;
    s->format = styled ? x->styles[number] : XLSX_PLAIN;
    s->in_cell = true;
    buf_clear(&s->text);
}

static struct str cell_value(struct xlsx *x, const struct rows *s)
{
    struct str text = buf_str(&s->text);
    int64_t number;
    switch (s->kind) {
    case CELL_SHARED:
        return str_to_int(str_trim(text), &number) && number >= 0 && (size_t)number < x->n_strings ? x->strings[number] : STR_NONE;
    case CELL_BOOLEAN:
        return str_eq(str_trim(text), STR("1")) ? STR("true") : text.n ? STR("false") : STR_NONE;
    case CELL_ERROR:
        return STR_NONE;
    case CELL_TEXT:
        return table_xlsx_text(x->t->row, text);
    case CELL_NUMBER:
    default:
        return text.n ? table_xlsx_number(x->t->row, arena_str(x->t->row, text), s->format, x->date_1904) : STR_NONE;
    }
}

static void end_cell(struct xlsx *x, struct rows *s)
{
    s->in_cell = false;
    struct str value = cell_value(x, s);
    if (value.n == 0)
        return;
    if (s->column >= TABLE_COLUMNS_MAX || s->text.failed) {
        s->too_wide = true;
        return;
    }
    while (s->n <= s->column) {
        s->cells = arena_grow(x->t->row, s->cells, s->n, &s->cap, s->n + 1, sizeof *s->cells);
        s->cells[s->n++] = STR_NONE;
    }
    s->cells[s->column] = value;
}

static void start_element(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *p = data;
    struct rows *s = p->ctx;
    const char *local = table_xlsx_local(name);
    if (strcmp(local, "sheetData") == 0) {
        s->in_data = true;
    } else if (!s->in_data) {
        return;
    } else if (strcmp(local, "row") == 0) {
        const char *number = table_xlsx_attribute(attributes, "r");
        size_t column = 0;
        s->row++;
        s->next_column = 0;
        if (number)
            read_reference(number, &column, &s->row);
    } else if (strcmp(local, "c") == 0) {
        start_cell(p->x, s, attributes);
    } else if (s->in_cell) {
        s->phonetic += strcmp(local, "rPh") == 0;
        /* <v> of every kind; <is><t> of texts written in place */
        s->in_value = strcmp(local, "v") == 0 || (strcmp(local, "t") == 0 && s->phonetic == 0);
    }
}

static void add_text(void *data, const XML_Char *text, int n)
{
    struct rows *s = ((struct xlsx_part *)data)->ctx;
    if (s->in_value && s->in_cell)
        buf_add(&s->text, (struct str){text, (size_t)n});
}

static void end_element(void *data, const XML_Char *name)
{
    struct xlsx_part *p = data;
    struct rows *s = p->ctx;
    const char *local = table_xlsx_local(name);
    s->in_value = false;
    if (strcmp(local, "sheetData") == 0) {
        s->in_data = false;
    } else if (!s->in_data) {
        return;
    } else if (strcmp(local, "rPh") == 0) {
        s->phonetic -= s->phonetic > 0;
    } else if (strcmp(local, "c") == 0) {
        end_cell(p->x, s);
    } else if (strcmp(local, "row") == 0 && (s->n > 0 || s->too_wide)) {
        s->row_ready = true;
        XML_StopParser(p->parser, XML_TRUE);
    }
}

/* -- the rows ------------------------------------------------------------------------------------- */

static void free_text(void *what)
{
    buf_deinit(what);
}

void table_xlsx_rows_close(struct xlsx *x)
{
    struct rows *s = x->rows;
    if (s && s->part)
        table_xlsx_part_close(s->part);
    x->rows = NULL;
}

enum err table_xlsx_rows_open(struct xlsx *x, const struct xlsx_sheet *sheet)
{
    struct rows *s = ARENA_NEW(x->t->a, struct rows);
    bool found;
    table_xlsx_rows_close(x);
    x->ended = false;
    buf_init(&s->text, CELL_MAX);
    arena_defer(x->t->a, free_text, &s->text);
    TRY(read_merges(x, sheet->entry, s));
    TRY(table_xlsx_part_open(x, sheet->entry, &s->part, &found));
    if (!found) {
        s->part = NULL; /* a sheet whose part is not there has no row */
    } else {
        s->part->ctx = s;
        XML_SetElementHandler(s->part->parser, start_element, end_element);
        XML_SetCharacterDataHandler(s->part->parser, add_text);
    }
    x->rows = s;
    return OK;
}

enum err table_xlsx_rows_next(struct xlsx *x, struct str **cells, size_t *n, size_t *line, bool *has)
{
    struct rows *s = x->rows;
    *has = false;
    if (!s || !s->part || !s->part->parser)
        return OK;
    for (;;) {
        s->cells = NULL;
        s->n = s->cap = 0;
        s->too_wide = s->row_ready = false;
        TRY(table_xlsx_part_read(s->part));
        if (!s->row_ready) { /* nothing is left */
            table_xlsx_part_close(s->part);
            x->ended = true;
            return OK;
        }
        if (s->too_wide)
            return table_fail(x->t, "Ligne %zu de la feuille : plus de %d colonnes, ou un texte trop long. Gardez ce qui est utile.",
                              s->row, TABLE_COLUMNS_MAX);
        bool filled = table_filled(s->cells, s->n, 1) > 0;
        carry(x, s);
        if (filled)
            break;
    }
    *cells = s->cells;
    *n = s->n;
    *line = s->row;
    *has = true;
    return OK;
}
