/* Tables: any bytes as a file, or as the parts of a workbook. What is read is text, in order, and bounded; what is not says why. */
#include "fuzz.h"

#include "../unit/table_files.h"
#include "table/table.h"

static const char *piece(struct arena *a, struct str *rest)
{
    struct str s = STR_NONE;
    (void)str_split(rest, 0, &s);
    return arena_cstr(a, s);
}

/* A workbook: rows, strings, styles, properties, what follows the rows; between NULs. */
static struct str workbook(struct arena *a, struct str rest)
{
    struct table_workbook w;
    w.rows = piece(a, &rest);
    w.strings = piece(a, &rest);
    w.styles = piece(a, &rest);
    w.properties = piece(a, &rest);
    w.after = piece(a, &rest);
    return table_workbook(a, w);
}

static void read_all(struct arena *a, struct str data, struct table_options opt)
{
    struct table *t;
    struct table_row row;
    struct str why;
    bool has;
    size_t offset = 0, line = 0;
    enum err e = table_open(a, data, opt, &t, &why);
    while (e == OK && (e = table_next(t, &row, &has, &why)) == OK && has) {
        expect(row.n > 0 && row.n <= TABLE_COLUMNS_MAX + 1);
        /* the rows of a sheet may be numbered in any order */
        expect(row.line >= line || table_kind_of(t) == TABLE_XLSX);
        bool any = false;
        for (size_t i = 0; i < row.n; i++) {
            expect(str_is_utf8(row.names[i]) && str_is_utf8(row.values[i]));
            any |= row.values[i].n > 0;
        }
        expect(any);
        expect(table_offset(t) >= offset && table_offset(t) <= data.n);
        offset = table_offset(t);
        line = row.line;
    }
    expect(e == OK || (e == ERR_INVALID && why.n > 0 && str_is_utf8(why)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char delimiters[] = {0, 0, 0, ';', ','};
    if (n == 0)
        return 0;
    struct arena *a = arena_new(SIZE_MAX);
    struct str text = {(const char *)data + 1, n - 1};
    struct table_options opt = {.delimiter = delimiters[data[0] / 2 % sizeof delimiters], .header = data[0] / 10 % 8 == 7 ? 2 : 0};
    read_all(a, data[0] % 2 ? workbook(a, text) : text, opt);
    arena_free(a);
    return 0;
}
