#include "base_check.h"

#include "base/csv.h"

static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(SIZE_MAX);
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static const struct csv_options guess = {0};

/* Rows as one text that is easy to compare: line:cell|cell, "!" when damaged; a cell's end of line
 * is shown as ⏎. The data is copied without a NUL after it, so that ASan sees a byte read too far.
 */
static struct str shown(struct str data, struct csv_options options)
{
    struct buf b;
    struct csv_row row;
    char *exact = malloc(data.n ? data.n : 1);
    if (data.n)
        memcpy(exact, data.p, data.n);
    buf_init(&b, 1 << 20);
    struct csv_reader *r = csv_reader_new(a, (struct str){exact, data.n}, options);
    size_t last = 0;
    while (csv_next(r, &row)) {
        buf_printf(&b, "%zu:", row.line);
        for (size_t i = 0; i < row.n; i++) {
            if (i)
                buf_char(&b, '|');
            for (size_t k = 0; k < row.cells[i].n; k++)
                if (row.cells[i].p[k] == '\n')
                    buf_lit(&b, "⏎");
                else
                    buf_char(&b, row.cells[i].p[k]);
        }
        buf_lit(&b, row.damaged ? "!\n" : "\n");
        assert_true(csv_offset(r) >= last && csv_offset(r) <= data.n);
        last = csv_offset(r);
    }
    assert_false(csv_next(r, &row));
    assert_int_equal(csv_offset(r), data.n);
    struct str result = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    free(exact);
    return result;
}

#define assert_rows(data, expected) assert_str(shown(STR(data), guess), expected)

static void simple_rows(void **state)
{
    (void)state;
    assert_rows("", "");
    assert_rows("a", "1:a\n");
    assert_rows("a,b\n1,2\n", "1:a|b\n2:1|2\n");
    assert_rows("a,b\n1,2", "1:a|b\n2:1|2\n");
    assert_rows("a,b\n,\n", "1:a|b\n2:|\n");
    assert_rows("a,b,\n", "1:a|b|\n");
    assert_rows("a,b\n1,2,3\n4\n",
                "1:a|b\n2:1|2|3\n3:4\n"); /* uneven rows are the caller's business */
    assert_rows(" a , b \n", "1: a | b \n");
    assert_rows("a\0b,c\n", "1:a\0b|c\n");
}

static void ends_of_line(void **state)
{
    (void)state;
    assert_rows("a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n");
    assert_rows("a,b\r1,2\r", "1:a|b\n2:1|2\n");
    assert_rows("a,b\r\r\n1,2", "1:a|b\n3:1|2\n");
    assert_rows("\n\na,b\n\n\n1,2\n\n", "3:a|b\n6:1|2\n");
    assert_rows("\r\n\r\n", "");
    assert_rows("a,\r", "1:a|\n");
    assert_rows("a\n\"\"\n", "1:a\n2:\n"); /* not an empty line: one empty cell */
}

static void quotes(void **state)
{
    (void)state;
    assert_rows("\"a\",\"b,c\"\n", "1:a|b,c\n");
    assert_rows("\"say \"\"hi\"\"\",x\n", "1:say \"hi\"|x\n");
    assert_rows("\"\"\"\"\n", "1:\"\n");
    assert_rows("\"\"\"\"\"\"", "1:\"\"\n");
    assert_rows("\"\",\"\"\n", "1:|\n");
    assert_rows("a \"b\" c,d\n", "1:a \"b\" c|d\n"); /* inside an unquoted cell they are text */
    assert_rows("\"a\"b,c\n", "1:ab|c\n");           /* after the closing one, kept */
    assert_rows("\"a\" ,c\n", "1:a |c\n");
    assert_rows("\"a\"\"b\"c\"d\",e", "1:a\"bc\"d\"|e\n");
}

static void cells_on_several_lines(void **state)
{
    (void)state;
    assert_rows("h,i\n\"one\ntwo\",x\ny,z\n", "1:h|i\n2:one⏎two|x\n4:y|z\n");
    assert_rows("\"a\r\nb\",\"c\rd\"\r\ne,f", "1:a\r⏎b|c\rd\n4:e|f\n");
    assert_rows("\"a\n\n\nb\"\nc", "1:a⏎⏎⏎b\n5:c\n");
}

static void open_quotes(void **state)
{
    (void)state;
    assert_rows("a,b\n1,\"two\n3,4\n", "1:a|b\n2:1|two⏎3,4⏎!\n");
    assert_rows("\"", "1:!\n");
    assert_rows("a,\"", "1:a|!\n");
    assert_rows("a,\"b\"\"", "1:a|b\"!\n");
    assert_rows("a,\"b\"\"c", "1:a|b\"c!\n");
}

static char delimiter_of(struct str data)
{
    return csv_delimiter(csv_reader_new(a, data, guess));
}

static void delimiters(void **state)
{
    (void)state;
    assert_int_equal(delimiter_of(STR("a,b,c\n")), ',');
    assert_int_equal(delimiter_of(STR("a;b;c\n")), ';');
    assert_int_equal(delimiter_of(STR("a\tb\tc\n")), '\t');
    assert_int_equal(delimiter_of(STR("a|b|c\n")), '|');
    assert_int_equal(delimiter_of(STR("alone\n1;2;3\n")), ','); /* the header line decides */
    assert_int_equal(delimiter_of(STR("\"a,b,c,d\";e;f\n")), ';');
    assert_int_equal(delimiter_of(STR("\"a\n,,,\";e\n")), ';'); /* a header on two lines */
    assert_int_equal(delimiter_of(STR("Nom, prénom;Ville\n")), ';');
    assert_int_equal(delimiter_of(STR("\n\r\n a;b\n")), ';');
    assert_int_equal(delimiter_of(STR("")), ',');
    assert_rows("a;b\n1,5;2\n", "1:a|b\n2:1,5|2\n");
    assert_str(shown(STR("a,b;c\n"), (struct csv_options){.delimiter = ','}), "1:a|b;c\n");
    assert_rows("sep=|\na|b;c;d\n", "2:a|b;c;d\n"); /* Excel's own hint */
    assert_rows("sep=;\r\na;b\r\n", "2:a|b\n");
    assert_rows("sep=;x\n", "1:sep=|x\n");
    assert_rows("sep=\n", "1:sep=\n");
    assert_rows("sep=,", "1:sep=|\n");
}

static void encodings(void **state)
{
    (void)state;
    assert_rows("\xEF\xBB\xBFnom;ville\nÉté;Hœdic\n", "1:nom|ville\n2:Été|Hœdic\n");
    assert_rows("\xEF\xBB\xBF\"nom\";ville\n", "1:nom|ville\n"); /* BOM before a quote */
    assert_rows("\xEF\xBB\xBF", "");
    assert_rows("\xEF\xBB\xBFnom;ville\nM\xE9" "dia;Bruz\n", "1:nom|ville\n2:Média|Bruz\n"); /* pasted from elsewhere */
    assert_rows("nom;ville\nM\xE9"
                "diath\xE8que;H\x9C"
                "dic \x80\n",
                "1:nom|ville\n2:Médiathèque|Hœdic €\n");
    /* "CAFÉ»" in Windows-1252 ends with two bytes that UTF-8 would accept */
    assert_rows("\xAB"
                "CAF\xC9\xBB;\xE9t\xE9\n",
                "1:«CAFÉ»|été\n");
    /* mostly UTF-8 with one line pasted from elsewhere: only the stray bytes change */
    assert_rows("Été;à;côté\ncaf\xE9;œuf;x\n", "1:Été|à|côté\n2:café|œuf|x\n");
    assert_rows("Été à côté;cut\xC3", "1:Été à côté|cutÃ\n");
    assert_str(shown(STR("caf\xE9,\xC3\xA9\n"), (struct csv_options){.encoding = CSV_CP1252}),
               "1:café|Ã©\n");
    assert_str(shown(STR("caf\xE9,\xC3\xA9\n"), (struct csv_options){.encoding = CSV_UTF8}),
               "1:caf\xE9|é\n");
    /* a file that says it is Windows-1252 but begins with the UTF-8 mark is UTF-8 */
    assert_str(shown(STR("\xEF\xBB\xBF\xC3\xA9\n"), (struct csv_options){.encoding = CSV_CP1252}),
               "1:é\n");
}

/* Cells put together in scratch memory stay valid until the next row, however many there are. */
static void many_escaped_cells(void **state)
{
    (void)state;
    struct buf b;
    struct csv_row row;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "%s\"cell \"\"%d\"\"\"", i ? "," : "", i);
    struct csv_reader *r = csv_reader_new(a, buf_str(&b), guess);
    assert_true(csv_next(r, &row));
    assert_int_equal(row.n, 5000);
    for (int i = 0; i < 5000; i++) {
        char text[32];
        snprintf(text, sizeof text, "cell \"%d\"", i);
        assert_str_eq(row.cells[i], str_from(text));
    }
    buf_deinit(&b);
}

/* Memory does not grow with the number of rows. */
static void memory_is_bounded(void **state)
{
    (void)state;
    struct buf b;
    struct csv_row row;
    struct arena *own = arena_new(64 << 10);
    size_t rows = 0;
    buf_init(&b, 16 << 20);
    for (int i = 0; i < 50000; i++)
        buf_printf(&b, "%d,\"a \"\"quoted\"\" word\",\"two\nlines\"\n", i);
    struct csv_reader *r = csv_reader_new(own, buf_str(&b), guess);
    while (csv_next(r, &row)) {
        assert_int_equal(row.n, 3);
        rows++;
    }
    assert_int_equal(rows, 50000);
    assert_int_equal(csv_offset(r), b.n);
    arena_free(own);
    buf_deinit(&b);
}

static struct str written(struct csv_writer *w, const char *const *cells, size_t n)
{
    buf_clear(w->out);
    for (size_t i = 0; i < n; i++)
        csv_cell(w, str_from(cells[i]));
    csv_end_row(w);
    return buf_str(w->out);
}

#define assert_written(w, expected, ...)                                                           \
    do {                                                                                           \
        const char *const cells_[] = {__VA_ARGS__};                                                \
        assert_str(written((w), cells_, sizeof cells_ / sizeof *cells_), expected);                \
    } while (0)

static void writer(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 16);
    struct csv_writer w = {.out = &b};
    assert_written(&w, "a,b\n", "a", "b");
    assert_written(&w, "\"a,b\",\"c\"\"d\",\"e\nf\",\"g\rh\",i;j\n", "a,b", "c\"d", "e\nf", "g\rh",
                   "i;j");
    assert_written(&w, "\" a\",\"b \",\" \",c d\n", " a", "b ", " ", "c d");
    assert_written(&w, ",,\n", "", "", NULL);
    assert_written(&w, "\"\"\n", "");
    assert_written(&w, "\"\"\"\"\n", "\"");
    w.quote_all = true;
    assert_written(&w, "\"a\",,\"5\"\n", "a", "", "5");
    w.quote_all = false;
    buf_clear(&b);
    csv_end_row(&w);
    assert_buf(&b, "\n");
    buf_deinit(&b);
}

static void formula_guard(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 16);
    struct csv_writer w = {.out = &b, .guard = CSV_SPREADSHEET};
    assert_written(&w, "'=1+1,'+33299000000,'@SUM(A1),'-2+3\n", "=1+1", "+33299000000", "@SUM(A1)",
                   "-2+3");
    assert_written(&w, "'\tx,\"'\rx\",\"'\nx\"\n", "\tx", "\rx", "\nx");
    assert_written(&w, "\"'=HYPERLINK(\"\"x\"\",1)\"\n", "=HYPERLINK(\"x\",1)");
    /* numbers are data: a longitude must stay one */
    assert_written(&w, "-1.6777926,-5,'-,'--5,5=5,a-b\n", "-1.6777926", "-5", "-", "--5", "5=5",
                   "a-b");
    w.quote_all = true;
    assert_written(&w, "\"'=x\",,\"-1\"\n", "=x", "", "-1");
    w.quote_all = false;
    w.guard = CSV_EXACT;
    assert_written(&w, "=1+1,+33,-x\n", "=1+1", "+33", "-x");
    buf_deinit(&b);
}

/* What is written is read back: random cells made of the characters that matter. */
static void round_trip(void **state)
{
    (void)state;
    static const char *const bits[] = {",", "\"", "\n", "\r", ";",    " ",  "a", "é",
                                       "\t", "|", "=", "\r\n", "🙂", "'", "+", "-"};
    uint32_t seed = 12345;
    for (int round = 0; round < 3000; round++) {
        struct arena *own = arena_new(SIZE_MAX);
        struct buf b, cells[12];
        struct csv_row row;
        size_t rows = 1 + (size_t)round % 3, columns = 1 + (size_t)round % 4;
        buf_init(&b, 1 << 16);
        bool guarded = round % 2;
        struct csv_writer w = {.out = &b, .guard = guarded ? CSV_SPREADSHEET : CSV_EXACT};
        for (size_t i = 0; i < rows * columns; i++) {
            buf_init(&cells[i], 1 << 10);
            for (seed = seed * 1664525 + 1013904223; seed >> 28 > 4;
                 seed = seed * 1664525 + 1013904223)
                buf_lit(&cells[i], bits[(seed >> 8) % (sizeof bits / sizeof *bits)]);
            csv_cell(&w, buf_str(&cells[i]));
            if (i % columns == columns - 1)
                csv_end_row(&w);
        }
        struct csv_options comma = {.delimiter = ',', .encoding = CSV_UTF8};
        struct csv_reader *r = csv_reader_new(own, buf_str(&b), comma);
        for (size_t i = 0; i < rows; i++) {
            assert_true(csv_next(r, &row));
            assert_false(row.damaged);
            assert_int_equal(row.n, columns);
            for (size_t k = 0; k < columns; k++)
                assert_str_eq(guarded ? csv_unguarded(row.cells[k]) : row.cells[k], buf_str(&cells[i * columns + k]));
        }
        assert_false(csv_next(r, &row));
        for (size_t i = 0; i < rows * columns; i++)
            buf_deinit(&cells[i]);
        buf_deinit(&b);
        arena_free(own);
    }
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(simple_rows),
        TEST(ends_of_line),
        TEST(quotes),
        TEST(cells_on_several_lines),
        TEST(open_quotes),
        TEST(delimiters),
        TEST(encodings),
        TEST(many_escaped_cells),
        TEST(memory_is_bounded),
        TEST(writer),
        TEST(formula_guard),
        TEST(round_trip),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
