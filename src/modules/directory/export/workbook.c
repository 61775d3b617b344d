/* The workbook: for people. Headers in French, labels instead of codes, phones as they are dialled, hours in a sentence,
 * dates as dates; codes keep their zeros. Written by hand of its parts (sheet.c): the library for it says that all is well
 * when the disk is full. */
#include <stddef.h>

#include "base/clock.h"
#include "modules/directory/export/sheet.h"
#include "modules/directory/export/workbook.h"

struct workbook {
    struct export_book book;
    const struct workbook_sheet *sheet;
    size_t fields[WORKBOOK_COLUMNS_MAX]; /* of each column of the sheet */
};

/* -- cells ------------------------------------------------------------------------------------------- */

static struct str one_a_line(struct exporter *x, struct str list)
{
    struct str text = arena_str(x->row, list);
    char *p = (char *)(uintptr_t)text.p;
    for (size_t i = 0; i < text.n; i++)
        if (p[i] == '|')
            p[i] = '\n';
    return text;
}

static void write_number(struct export_book *b, const struct field *f, const void *record)
{
    int64_t count = f->kind == FIELD_COUNT ? *(const int64_t *)field_in(f, record) : 0;
    export_sheet_number(b, f->kind == FIELD_COUNT ? (struct directory_number){count != 0, (double)count}
                                                : *(const struct directory_number *)field_in(f, record));
}

static void write_cell(struct exporter *x, const struct export_row *r, size_t c)
{
    struct workbook *w = x->format;
    struct export_book *b = &w->book;
    const struct workbook_column *s = &w->sheet->columns[c];
    const struct directory_record *record = r->record;
    const struct field *f = s->field ? &field_table(r->kind)->fields[w->fields[c]] : NULL;
    struct str cell = f ? r->cells[w->fields[c]] : STR_NONE;
    const struct export_set *set = f ? r->sets[w->fields[c]] : NULL;
    switch (s->how) {
    case WORKBOOK_FIELD:
        if (f->kind == FIELD_NUMBER || f->kind == FIELD_COUNT)
            write_number(b, f, r->record);
        else
            export_sheet_text(b, cell);
        break;
    case WORKBOOK_LABELS: export_sheet_text(b, set ? set->labels : STR_NONE); break;
    case WORKBOOK_LINES: export_sheet_text(b, one_a_line(x, cell)); break;
    case WORKBOOK_PHONE: export_sheet_text(b, export_phone(x, cell)); break;
    case WORKBOOK_DATE: /* 1970-01-01: nobody knows */
        export_sheet_date(b, str_eq(cell, STR("1970-01-01")) ? STR_NONE : cell);
        break;
    case WORKBOOK_SENTENCE: export_sheet_text(b, export_hours_sentence(x, r)); break;
    case WORKBOOK_LINK: export_sheet_text(b, export_permalink(x, r)); break;
    case WORKBOOK_FIRST_DAY: export_sheet_day(b, ZONE_PARIS, record->created_at_ms); break;
    case WORKBOOK_LAST_CHANGE: export_sheet_moment(b, ZONE_PARIS, record->updated_at_ms); break;
    case WORKBOOK_CONFIRMED: export_sheet_day(b, ZONE_PARIS, record->confirmed_at_ms); break;
    case WORKBOOK_PUBLISHED:
        export_sheet_text(b, ARENA_JOIN(x->row, record->source, STR("--"), record->source_id));
        break;
    }
}

static enum err write_row(struct exporter *x, const struct export_row *r)
{
    struct workbook *w = x->format;
    export_sheet_row(&w->book);
    for (size_t c = 0; c < w->sheet->n; c++)
        write_cell(x, r, c);
    return export_sheet_row_end(&w->book);
}

/* -- the book ---------------------------------------------------------------------------------------- */

static enum err write_sheet(struct exporter *x, const struct workbook_sheet *sheet, const struct export_part *part)
{
    struct workbook *w = x->format;
    struct export_sheet_column columns[WORKBOOK_COLUMNS_MAX];
    const struct field_table *t = field_table(sheet->kind);
    w->sheet = sheet;
    for (size_t c = 0; c < sheet->n; c++) {
        const struct workbook_column *s = &sheet->columns[c];
        columns[c] = (struct export_sheet_column){s->title, s->width};
        if (s->field)
            w->fields[c] = (size_t)(field_find(t, str_from(s->field)) - t->fields);
    }
    TRY(export_sheet_begin(&w->book, sheet->name, columns, sheet->n));
    return export_each(x, part, 1, EXPORT_WITH_PAGE | EXPORT_WITH_ORIGIN | EXPORT_WITH_HISTORY, write_row);
}

static enum err write_book(struct exporter *x, struct workbook *w)
{
    static const struct export_part *const parts[] = {
        [DIRECTORY_PLACE] = export_all_places, [DIRECTORY_STRUCTURE] = export_all_structures, [DIRECTORY_SERVICE] = export_all_services};
    TRY(export_book_begin(&w->book, x, clock_now_ms()));
    for (size_t i = 0; i < WORKBOOK_SHEETS; i++)
        TRY(write_sheet(x, &export_workbook_sheets[i], parts[export_workbook_sheets[i].kind]));
    return export_book_end(&w->book);
}

enum err export_workbook(struct exporter *x)
{
    struct workbook *w = ARENA_NEW(x->a, struct workbook);
    x->format = w;
    enum err e = write_book(x, w);
    export_book_free(&w->book);
    return e;
}
