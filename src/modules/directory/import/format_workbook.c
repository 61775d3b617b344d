/* The workbook that Balise exports, coming back: somebody corrected it in a spreadsheet. Columns may have moved, or be gone. */
#include "base/clock.h"
#include "modules/directory/export/sheet.h"
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
    uint64_t said; /* by these columns */
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
    const struct field_table *t = field_table(r->sheet->kind);
    r->shape = row->shape;
    r->said = 0;
    for (size_t i = 0; i < row->n; i++) {
        const struct workbook_column *c = column_of(r->sheet, row->names[i]);
        if (c && c->field)
            r->said |= field_bit(t, field_find(t, str_from(c->field)));
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

static struct str hours_words(struct arena *a, struct str osm)
{
    struct hours *h;
    struct str why;
    return osm.n > 0 && hours_parse(a, osm, &h, &why) == OK ? hours_sentence(a, h, HOURS_FR) : STR_NONE;
}

/* The sentence is what people read, and correct: when it no longer says the OSM hours beside it, it wins. */
static struct str hours_of(struct importer *im, struct str osm, struct str sentence)
{
    struct str words = hours_words(im->rows, osm);
    return osm.n > 0 && (words.n == 0 || str_eq(words, sentence)) ? osm : sentence;
}

/* As people in metropolitan France read it; a workbook says it without its zone. 0: it says no such thing. */
static int64_t moment_of(struct arena *a, struct str cell)
{
    int64_t as_utc;
    if (!clock_parse_utc(cell.n == strlen("2026-11-26") ? cell : arena_printf(a, "%.*sZ", STR_ARG(cell)), &as_utc) || as_utc < 0)
        return 0;
    int second = (int)(as_utc / 1000 % 86400);
    return zone_to_utc_ms(ZONE_PARIS, (struct civil_time){civil_from_days(as_utc / 86400000), second / 3600, second / 60 % 60, second % 60});
}

/* What the cells of a row do not say by themselves. */
static void finish(struct arena *a, struct raw_record *raw)
{
    format_dialled(a, raw);
    if (raw->kind == DIRECTORY_PLACE)
        raw->date_inconnue = "1970-01-01"; /* written as an empty cell */
}

static void say(struct arena *a, enum directory_kind kind, const void *record, const struct import_copy *copy, struct raw_record *raw)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        if (!(copy->said & field_bit(t, f)))
            continue;
        struct str cell = field_cell(a, f, record);
        if (f->kind == FIELD_HOURS && copy->sentence_only)
            cell = hours_words(a, cell);
        size_t fit = export_sheet_fit(cell);
        raw->cells[i] = fit < cell.n ? arena_printf(a, "%.*s" EXPORT_SHEET_CUT, (int)fit, cell.p) : cell;
    }
    finish(a, raw);
}

struct said {
    struct str link, published, sentence, left;
    struct str *hours; /* the cell of the field */
    bool has_sentence;
};

static void read_cell(struct reading *r, const struct workbook_column *c, struct str value, struct raw_record *raw, struct said *said)
{
    struct importer *im = r->im;
    struct str *cell = c->field ? raw_cell(raw, c->field) : NULL;
    if (c->how == WORKBOOK_LABELS)
        *cell = words_of(im, field_find(field_table(raw->kind), str_from(c->field)), value);
    else if (c->how == WORKBOOK_LINES)
        *cell = items_of(im, value);
    else if (c->how == WORKBOOK_SENTENCE)
        said->sentence = value, said->hours = cell, said->has_sentence = true;
    else if (c->how == WORKBOOK_LINK)
        said->link = value;
    else if (c->how == WORKBOOK_PUBLISHED)
        said->published = value;
    else if (c->how == WORKBOOK_LAST_CHANGE)
        said->left = value;
    else if (cell)
        *cell = value;
}

static enum err read_row(struct reading *r, const struct table_row *row)
{
    struct importer *im = r->im;
    struct raw_record *raw = format_raw(im, r->sheet->kind);
    struct directory_problems problems = {0};
    struct said said = {0};
    if (row->shape != r->shape)
        find_columns(r, row);
    for (size_t i = 0; i < row->n && i < WORKBOOK_COLUMNS_MAX; i++)
        if (r->columns[i])
            read_cell(r, r->columns[i], str_trim(row->values[i]), raw, &said);
    struct import_copy copy = {.said = r->said, .left_ms = moment_of(im->rows, said.left), .say = say, .corrected = true,
                               .sentence_only = said.has_sentence && said.hours->n == 0};
    if (said.has_sentence)
        *said.hours = hours_of(im, *said.hours, said.sentence);
    if (raw->kind == DIRECTORY_PLACE)
        raw->source = format_source_of(im, said.published, *raw_cell(raw, "id"));
    if (raw->kind != DIRECTORY_SERVICE)
        raw->slug = format_slug_of_link(im, said.link);
    im->copy = &copy;
    enum err e = import_copy_complete(im, raw);
    finish(im->rows, raw); /* a phone is dialled from where the place is */
    if (e == OK)
        e = import_raw(im, raw, row->line, &problems);
    im->copy = NULL;
    return e;
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
        im->ours = im->part = true;
        read++;
        TRY(read_sheet(im, &export_workbook_sheets[i]));
    }
    import_progress(im, im->in->data.n);
    return read ? OK : ERR_NOT_FOUND;
}
