/* The workbook that Balise exports, coming back: somebody corrected it in a spreadsheet. Columns may have moved, or be gone. */
#include "modules/directory/export/workbook.h"
#include "modules/directory/import/format.h"
#include "table/table.h"

enum { PROGRESS_ROWS = 64 };

/* Does this sheet have our titles? A sheet that is not there, or a file that is no workbook, has none. */
static bool is_ours(struct importer *im, const struct workbook_sheet *sheet)
{
    static const char *const titles[] = {"Nom", "Source", "Identifiant de la source"};
    struct arena *a = arena_new(SIZE_MAX);
    struct table *t;
    struct table_row row;
    struct str why;
    bool has = false;
    if (!a)
        return false;
    bool ours = table_open(a, im->in->data, (struct table_options){.sheet = str_from(sheet->name)}, &t, &why) == OK &&
                table_next(t, &row, &has, &why) == OK && has;
    for (size_t i = 0; ours && i < sizeof titles / sizeof *titles; i++) {
        size_t c = 0;
        while (c < row.n && !str_eq(row.names[c], str_from(titles[i])))
            c++;
        ours = c < row.n;
    }
    arena_free(a);
    return ours;
}

/* -- one row -------------------------------------------------------------------------------------- */

struct reading {
    struct importer *im;
    const struct workbook_sheet *sheet;
    const struct workbook_column *columns[WORKBOOK_COLUMNS_MAX]; /* of the row's values, while the names are the same */
    uint32_t shape;
};

static const struct workbook_column *column_of(const struct workbook_sheet *sheet, struct str title)
{
    for (size_t i = 0; i < sheet->n; i++)
        if (str_eq(title, str_from(sheet->columns[i].title)))
            return &sheet->columns[i];
    return NULL;
}

static void find_columns(struct reading *r, const struct table_row *row)
{
    r->shape = row->shape;
    for (size_t i = 0; i < row->n; i++) {
        const struct workbook_column *c = column_of(r->sheet, row->names[i]);
        if (i < WORKBOOK_COLUMNS_MAX)
            r->columns[i] = c;
        if (!c || i >= WORKBOOK_COLUMNS_MAX)
            import_ignore(r->im, row->names[i]);
    }
}

/* A label → the word of the standard; anything else stays, for the cleaning to understand or to report. */
static struct str word_of(enum directory_enum_id list, struct str label)
{
    for (int i = 0; i < directory_enum(list)->n; i++) {
        const struct directory_value *v = directory_enum_value(list, i);
        if (v->label && str_eq(label, str_from(v->label)))
            return str_from(v->value);
    }
    return label;
}

static struct str words_of(struct importer *im, const struct field *f, struct str labels)
{
    struct str cell = STR_NONE, label;
    while (str_split(&labels, ';', &label))
        if (str_trim(label).n > 0)
            format_add(im, &cell, word_of(f->values, str_trim(label)));
    return cell;
}

static struct str items_of(struct importer *im, struct str lines)
{
    struct str cell = STR_NONE, line;
    while (str_split(&lines, '\n', &line))
        format_join(im->rows, &cell, "|", str_trim(line));
    return cell;
}

/* The sentence is what people read, and correct: when it no longer says the OSM hours beside it, it wins. */
static struct str hours_of(struct importer *im, struct str osm, struct str sentence)
{
    struct hours *h;
    struct str why;
    if (osm.n == 0 || hours_parse(im->rows, osm, &h, &why) != OK)
        return osm.n ? osm : sentence;
    return str_eq(hours_sentence(im->rows, h, HOURS_FR), sentence) ? osm : sentence;
}

static enum err read_row(struct reading *r, const struct table_row *row)
{
    struct importer *im = r->im;
    struct raw_record *raw = format_raw(im, r->sheet->kind);
    struct directory_problems problems = {0};
    struct str link = STR_NONE, published = STR_NONE, sentence = STR_NONE, *hours = NULL;
    bool has_sentence = false;
    if (row->shape != r->shape)
        find_columns(r, row);
    for (size_t i = 0; i < row->n && i < WORKBOOK_COLUMNS_MAX; i++) {
        const struct workbook_column *c = r->columns[i];
        struct str value = str_trim(row->values[i]);
        struct str *cell = c && c->field ? raw_cell(raw, c->field) : NULL;
        if (!c)
            continue;
        if (c->how == WORKBOOK_LABELS)
            *cell = words_of(im, field_find(field_table(raw->kind), str_from(c->field)), value);
        else if (c->how == WORKBOOK_LINES)
            *cell = items_of(im, value);
        else if (c->how == WORKBOOK_SENTENCE)
            sentence = value, hours = cell, has_sentence = true;
        else if (c->how == WORKBOOK_LINK)
            link = value;
        else if (c->how == WORKBOOK_PUBLISHED)
            published = value;
        else if (cell)
            *cell = value;
    }
    if (has_sentence)
        *hours = hours_of(im, *hours, sentence);
    format_dialled(im, raw);
    if (raw->kind == DIRECTORY_PLACE) {
        raw->source = format_source_of(im, published, *raw_cell(raw, "id"));
        raw->date_inconnue = "1970-01-01"; /* written as an empty cell */
    }
    if (raw->kind != DIRECTORY_SERVICE)
        raw->slug = format_slug_of_link(im, link);
    return import_raw(im, raw, row->line, &problems);
}

/* -- the sheets ----------------------------------------------------------------------------------- */

static enum err read_rows(struct reading *r, struct table *t)
{
    struct table_row row;
    bool has;
    for (;;) {
        TRY(table_next(t, &row, &has, r->im->why));
        if (!has)
            return OK;
        TRY(read_row(r, &row));
        arena_reset(r->im->rows);
        if (r->im->counts.rows % PROGRESS_ROWS == 0)
            import_progress(r->im, table_offset(t));
    }
}

static enum err read_sheet(struct importer *im, const struct workbook_sheet *sheet)
{
    struct reading r = {.im = im, .sheet = sheet, .shape = UINT32_MAX};
    struct arena *a = arena_new(SIZE_MAX);
    struct table *t;
    if (!a)
        return ERR_LIMIT;
    enum err e = table_open(a, im->in->data, (struct table_options){.sheet = str_from(sheet->name)}, &t, im->why);
    if (e == OK)
        e = read_rows(&r, t);
    *im->why = arena_str(im->a, *im->why); /* it may live with the table */
    arena_free(a);
    return e;
}

enum err format_read_workbook(struct importer *im, const char **name)
{
    size_t read = 0;
    for (size_t i = 0; i < WORKBOOK_SHEETS; i++) {
        if (!is_ours(im, &export_workbook_sheets[i]))
            continue;
        *name = "Balise (XLSX)";
        im->ours = im->by_hand = true;
        read++;
        TRY(read_sheet(im, &export_workbook_sheets[i]));
    }
    import_progress(im, im->in->data.n);
    return read ? OK : ERR_NOT_FOUND;
}
