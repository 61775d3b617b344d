/* CSV: nothing is read outside the file, and what is written is read back the same. */
#include "fuzz.h"

#include "base/csv.h"

static const struct csv_options comma = {.delimiter = ',', .encoding = CSV_UTF8};

static void check_copy(struct arena *a, struct csv_reader *first, struct str copy)
{
    struct csv_row row, again;
    struct csv_reader *second = csv_reader_new(a, copy, comma);
    if (str_starts(copy, STR("\xEF\xBB\xBF")))
        return; /* a cell that begins with U+FEFF is taken for the mark of the file */
    while (csv_next(first, &row)) {
        expect(csv_next(second, &again));
        expect(!again.damaged);
        expect(again.n == row.n);
        for (size_t i = 0; i < row.n; i++)
            expect(str_eq(row.cells[i], again.cells[i]));
    }
    expect(!csv_next(second, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char delimiters[] = {0, 0, ',', ';', '\t', '|'};
    if (n == 0)
        return 0;
    struct csv_options options = {.delimiter = delimiters[data[0] % sizeof delimiters]};
    options.encoding = data[0] / 6 % 3 == 0   ? CSV_ENCODING_GUESS
                       : data[0] / 6 % 3 == 1 ? CSV_UTF8
                                              : CSV_CP1252;
    struct str text = {(const char *)data + 1, n - 1};
    struct arena *a = arena_new(SIZE_MAX);
    struct buf out;
    struct csv_row row;
    struct csv_reader *r = csv_reader_new(a, text, options);
    buf_init(&out, SIZE_MAX);
    struct csv_writer w = {.out = &out, .quote_all = data[0] & 1};
    size_t line = 0, offset = 0;
    while (csv_next(r, &row)) {
        expect(row.n > 0);
        expect(row.line > line);
        expect(csv_offset(r) >= offset && csv_offset(r) <= text.n);
        line = row.line;
        offset = csv_offset(r);
        for (size_t i = 0; i < row.n; i++)
            csv_cell(&w, row.cells[i]);
        csv_end_row(&w);
    }
    expect(csv_offset(r) == text.n);
    expect(!out.failed);
    check_copy(a, csv_reader_new(a, text, options), buf_str(&out));
    buf_deinit(&out);
    arena_free(a);
    return 0;
}
