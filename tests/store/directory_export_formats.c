/* What LaMednum 2.0.0, the workbook and the table of everything say, and what holds for all formats:
 * the memory does not grow with the number of rows. */
#include "directory_valid.h"

#include <malloc.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "../unit/table_files.h"
#include "base/ahead.h"
#include "modules/directory/fields.h"

/* -- memory: what this program's own code holds (the linker leads its calls here) ------------------- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);
static _Atomic size_t held, most; /* an export reads its rows in a thread of their own */

static void *count(void *p, size_t before)
{
    size_t more = p ? malloc_usable_size(p) : 0, known = most;
    size_t now = atomic_fetch_add(&held, more - before) + more - before;
    while (now > known && !atomic_compare_exchange_weak(&most, &known, now))
        ;
    return p;
}

void *__wrap_malloc(size_t n)
{
    return count(__real_malloc(n), 0);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return count(__real_calloc(n, size), 0);
}

void *__wrap_realloc(void *p, size_t n)
{
    size_t before = p ? malloc_usable_size(p) : 0;
    return count(__real_realloc(p, n), before);
}

void __wrap_free(void *p)
{
    held -= p ? malloc_usable_size(p) : 0;
    __real_free(p);
}

static bool weigh(void *ctx, struct str piece)
{
    *(size_t *)ctx += piece.n;
    return true;
}

/* Every place of the fixtures, n times more. */
static void multiply_places(struct store *s, int n)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct buf names, values;
    buf_init(&names, 8192);
    buf_init(&values, 8192);
    for (size_t i = 1; i < t->n; i++) {
        buf_printf(&names, ", %s", t->fields[i].column);
        buf_printf(&values, ", t.%s", t->fields[i].column);
    }
    buf_char(&names, 0);
    buf_char(&values, 0);
    const char *sql = arena_cstr(
        s->a, arena_printf(s->a,
                           "INSERT INTO directory_place (id, slug, source, source_id, created_at_ms, updated_at_ms, fingerprint%s)"
                           " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                           " SELECT t.id || '-' || CAST(n.i AS TEXT), t.slug || '-' || CAST(n.i AS TEXT), t.source,"
                           " t.source_id || '-' || CAST(n.i AS TEXT), t.created_at_ms, t.updated_at_ms, t.fingerprint%s"
                           " FROM directory_place t CROSS JOIN n",
                           buf_str(&names).p, n, buf_str(&values).p));
    store_run(s, sql);
    buf_deinit(&names);
    buf_deinit(&values);
}

static size_t peak_of(struct store *s, enum directory_format f, size_t *bytes)
{
    size_t before = held;
    *bytes = 0;
    most = held;
    assert_ok(directory_export(s->conn, f, weigh, bytes));
    assert_int_equal(held, before); /* everything was given back */
    return most - before;
}

static void the_memory_is_the_same_for_a_hundred_times_more_rows(struct store *s)
{
    /* 205 places, then some 20,000: 25 MB of rows. As many blocks of rows are read ahead as there is time for. HSDS lists the rows of its services and organizations: that many bytes each. */
    enum { FEW = 40, MANY = 4000, AHEAD = AHEAD_ITEMS * 128 * 1024, ROOM = 64 * 1024 + AHEAD, HSDS_ROW = 300 };
    size_t few[EXPORT_COUNT], less[EXPORT_COUNT], more;
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    /* An id of two sources: the longer statement of LaMednum. */
    import_ok(s, STR("id,nom,commune,code_postal,adresse,date_maj,pivot,source\nlieu-1,Lieu,Rennes,35000,1 rue,2026-01-01,,Une autre\n"));
    multiply_places(s, FEW);
    for (int f = 0; f < EXPORT_COUNT; f++) {
        assert_ok(directory_export(s->conn, (enum directory_format)f, weigh, &less[f])); /* prepares the statements */
        few[f] = peak_of(s, (enum directory_format)f, &less[f]);
    }
    store_run(s, "DELETE FROM directory_place WHERE source_id LIKE '%-%-%'");
    multiply_places(s, MANY);
    assert_true(store_int(s, "SELECT COUNT(*) FROM directory_place") >= 20000);
    for (int f = 0; f < EXPORT_COUNT; f++) {
        if (f == EXPORT_HSDS)
            continue; /* keeps a reference to each record: its document nests what the others stream */
        size_t many = peak_of(s, (enum directory_format)f, &more);
        size_t room = f == EXPORT_HSDS ? ROOM + (size_t)HSDS_ROW * 5 * MANY : ROOM;
        if (many > few[f] + room || more < 20 * less[f])
            fail_msg("%s: %zu bytes held for %zu, %zu for %zu", directory_format_info((enum directory_format)f)->name, few[f],
                     less[f], many, more);
    }
}

/* -- LaMednum 2.0.0 ---------------------------------------------------------------------------------- */

static struct str cell(struct store *s, struct str csv, const char *column, size_t line)
{
    struct csv_reader *r = csv_reader_new(s->a, csv, (struct csv_options){',', CSV_UTF8});
    struct csv_row row;
    assert_true(csv_next(r, &row));
    size_t c = 0;
    while (c < row.n && !str_eq(row.cells[c], str_from(column)))
        c++;
    if (c == row.n)
        fail_msg("no column %s", column);
    for (size_t i = 0; i < line; i++)
        assert_true(csv_next(r, &row));
    assert_true(c < row.n);
    return row.cells[c];
}

static void version_2_says_nothing_rather_than_something_false(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    store_run(s, "UPDATE directory_place SET code_insee = '96001' WHERE source_id = 'lieu-4'");
    struct str csv = export_text(s, EXPORT_LAMEDNUM_2_CSV);
    assert_int_equal(assert_valid_lamednum_2_csv(s, csv), 5);
    static const struct {
        const char *column;
        size_t line; /* lieu-5 (no source), lieu-1, -2, -4, lieu-3 */
        const char *value;
    } cells[] = {
        {"id", 1, "lieu-5"},          {"id", 2, "lieu-1"},
        {"pivot", 1, ""}, /* its digits do not add up */
        {"pivot", 2, "55210055400013"}, {"pivot", 3, ""},
        {"pivot", 5, ""}, /* an RNA */
        {"date_maj", 3, ""},          {"date_maj", 2, "2026-10-02"},
        {"code_insee", 4, ""},        {"code_insee", 1, "97209"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        assert_str(cells[i].value, cell(s, csv, cells[i].column, cells[i].line));
    assert_true(has_text(csv, "Étapes numériques (La Poste)"));
    assert_false(has_text(csv, "00000000000000") || has_text(csv, "1970-01-01") || has_text(csv, "structure_parente"));
}

/* The JSON has the same values, and no member without one. */
static void version_2_is_the_same_in_json(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    struct str csv = export_text(s, EXPORT_LAMEDNUM_2_CSV), why;
    json_t *list;
    assert_ok(json_parse(s->a, export_text(s, EXPORT_LAMEDNUM_2_JSON), &list, &why));
    struct csv_reader *r = csv_reader_new(s->a, csv, (struct csv_options){',', CSV_UTF8});
    struct csv_row row;
    assert_true(csv_next(r, &row));
    struct str *names = ARENA_ARRAY(s->a, row.n, struct str);
    memcpy(names, row.cells, row.n * sizeof *names);
    for (size_t i = 0; csv_next(r, &row); i++) {
        const json_t *place = json_array_get(list, i);
        size_t said = 0;
        for (size_t c = 0; c < row.n; c++) {
            const json_t *v = json_object_get(place, arena_cstr(s->a, names[c]));
            double number;
            said += row.cells[c].n > 0;
            if (json_is_number(v))
                assert_true(str_to_double(row.cells[c], &number) && number == json_number_value(v));
            else
                assert_true(str_eq(json_is_string(v) ? str_from(json_string_value(v)) : STR_NONE, row.cells[c]));
        }
        assert_int_equal(said, json_object_size(place));
    }
}

/* -- the table of everything --------------------------------------------------------------------------- */

static void the_table_has_everything_and_runs_nothing(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    store_run(s, "UPDATE directory_place SET nom = '=HYPERLINK(\"https://x.example\")', confirmed_at_ms = 1767225600000"
                 " WHERE source_id = 'lieu-1'");
    struct str csv = export_text(s, EXPORT_TABLE);
    assert_true(str_starts(csv, STR("\xEF\xBB\xBFnature,")));
    assert_str("lieu", cell(s, csv, "nature", 1));
    assert_str("lieu-1", cell(s, csv, "id", 1));
    assert_str("'=HYPERLINK(\"https://x.example\")", cell(s, csv, "nom", 1));
    assert_str("2026-01-01", cell(s, csv, "confirmation", 1));
    assert_str("", cell(s, csv, "confirmation", 2));
    assert_true(has_text(cell(s, csv, "telephone", 1), "02"));
    assert_true(str_starts(cell(s, csv, "permalien", 1), STR("/lieux/")));
    assert_true(has_text(cell(s, csv, "horaires_en_clair", 1), "mardi"));
    assert_str("annuaire-de-demonstration", cell(s, csv, "source_des_donnees", 1));
    assert_str("structure", cell(s, csv, "nature", 6));
    assert_str("service", cell(s, csv, "nature", 8));
    assert_true(str_starts(cell(s, csv, "permalien", 8), STR("/lieux/")));
    assert_true(cell(s, csv, "structure_id", 8).n > 0 && cell(s, csv, "thematiques", 8).n > 0);
}

/* -- the workbook --------------------------------------------------------------------------------------- */

static void the_workbook_is_for_people(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    store_run(s, "UPDATE directory_place SET nom = '=1+1 <&> \x01', code_postal = '01000' WHERE source_id = 'lieu-1'");
    struct str xlsx = export_text(s, EXPORT_XLSX);
    struct str places = table_archive_text(s->a, xlsx, "xl/worksheets/sheet1.xml");
    static const char *const shown[] = {
        "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>",
        "<autoFilter ref=\"A1:AL6\"/></worksheet>",
        ">Publics accueillis en particulier<",
        " t=\"inlineStr\"><is><t xml:space=\"preserve\">=1+1 &lt;&amp;&gt; </t>",
        " t=\"inlineStr\"><is><t>01000</t>",
        ">02 61 91 00 11<",
        ">Bibliothèque / Médiathèque ; Municipalités<",
        " s=\"3\"><v>46297</v>", /* 2026-10-02 */
        "<v>48.1087</v>",
        "accueil@tilleuls.example\nmediatheque@saint-aubin.example",
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!has_text(places, shown[i]))
            fail_msg("not in the sheet: %s\n%.*s", shown[i], STR_ARG(places));
    assert_false(has_text(places, "<f>") || has_text(places, "1970") || has_text(places, "<hyperlink"));
    assert_true(has_text(table_archive_text(s->a, xlsx, "xl/worksheets/sheet2.xml"), ">Réseaux<"));
    assert_true(has_text(table_archive_text(s->a, xlsx, "xl/worksheets/sheet3.xml"), ">Comment faire la demande<"));
    assert_true(has_text(table_archive_text(s->a, xlsx, "xl/workbook.xml"), "Lieux!$A$1:$AL$6"));
    assert_true(has_text(table_archive_text(s->a, xlsx, "[Content_Types].xml"), "/xl/worksheets/sheet3.xml"));
}

/* Sheets of two workbooks; the rest of the file says when it was made. */
static void assert_same_sheets(struct store *s, struct str x, struct str y)
{
    for (int i = 1; i <= 3; i++) {
        const char *name = arena_cstr(s->a, arena_printf(s->a, "xl/worksheets/sheet%d.xml", i));
        assert_str(arena_cstr(s->a, table_archive_text(s->a, x, name)), table_archive_text(s->a, y, name));
    }
}

static int64_t at_noon(void)
{
    return INT64_C(1780000000000);
}

static void the_workbook_comes_back(struct store *s)
{
    clock_set_source(at_noon); /* a sheet says when its records last changed */
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, replaced(s, fixture(s, "inclusion.json"), "02 61 91 00 20", "+33261910020")); /* phones come back so */
    struct str xlsx = export_text(s, EXPORT_XLSX), hsds = export_text(s, EXPORT_HSDS);
    struct imported again = import_ok(s, xlsx);
    assert_string_equal(again.result.format, "Balise (XLSX)");
    assert_counts(&again, 0, 0, again.result.counts.rows, 0);
    forget_all(s);
    struct imported got = import_ok(s, xlsx);
    assert_int_equal(got.result.counts.refused + got.result.counts.dropped, 0);
    assert_same_sheets(s, xlsx, export_text(s, EXPORT_XLSX));
    assert_str(arena_cstr(s->a, hsds), export_text(s, EXPORT_HSDS));
    clock_set_source(NULL);
}

/* Letters that no packing shortens much, among which what XML escapes or takes several bytes. */
static struct str noise(struct store *s, uint32_t *seed)
{
    enum { LETTERS = 4000 };
    static const char *const others[] = {"&", "< ", " >", "]]>", "é", "’", "🙂", "œ"};
    struct buf b;
    buf_init(&b, SIZE_MAX);
    for (int i = 0; i < LETTERS; i++) {
        *seed = *seed * 1664525 + 1013904223;
        if (*seed >> 28 == 0)
            buf_lit(&b, others[*seed >> 24 & 7]);
        else
            buf_char(&b, (char)('a' + (*seed >> 16) % 26));
    }
    struct str text = arena_str(s->a, buf_str(&b));
    buf_deinit(&b);
    return text;
}

static void a_workbook_that_hardly_shrinks_comes_back(struct store *s)
{
    enum { PLACES = 150 };
    struct buf csv;
    uint32_t seed = 20261126;
    buf_init(&csv, SIZE_MAX);
    buf_lit(&csv, "id,nom,commune,code_postal,adresse,date_maj,pivot,source,presentation_detail\n");
    for (int i = 0; i < PLACES; i++)
        buf_printf(&csv, "lieu-%d,Lieu %d,Rennes,35000,%d rue Haute,2026-01-01,,Essai,%.*s\n", i, i, i + 1, STR_ARG(noise(s, &seed)));
    import_ok(s, buf_str(&csv));
    buf_deinit(&csv);
    struct str before = export_text(s, EXPORT_TABLE);
    struct imported again = import_ok(s, export_text(s, EXPORT_XLSX));
    assert_string_equal(again.result.format, "Balise (XLSX)");
    assert_counts(&again, 0, 0, PLACES, 0);
    assert_str(arena_cstr(s->a, before), export_text(s, EXPORT_TABLE));
    assert_true(before.n > PLACES * 4000 && has_text(before, "&") && has_text(before, "]]>") && has_text(before, "🙂"));
}

static void a_real_workbook_comes_back(struct store *s)
{
    struct str file = shared_file(s, "lieux/data-inclusion-v0-services-2022-12.json");
    if (file.n == 0)
        return; /* the shared data are not on this machine */
    clock_set_source(at_noon);
    assert_int_equal(import_text(s, file).err, OK);
    assert_int_equal(import_text(s, shared_file(s, "reference/gironde.csv")).err, OK);
    struct str xlsx = export_text(s, EXPORT_XLSX);
    forget_all(s);
    struct imported got = import_ok(s, xlsx);
    assert_int_equal(got.result.counts.refused, 0);
    assert_same_sheets(s, xlsx, export_text(s, EXPORT_XLSX));
    clock_set_source(NULL);
}

/* A cell holds 32,767 UTF-16 units, and an emoji is two of them. */
static void a_text_too_long_for_a_cell_is_cut(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_lit(&b, "UPDATE directory_place SET presentation_detail = '");
    for (int i = 0; i < 20000; i++)
        buf_lit(&b, "🙂");
    buf_lit(&b, "' WHERE source_id = 'lieu-1'");
    store_run(s, arena_cstr(s->a, buf_str(&b)));
    buf_deinit(&b);
    struct str sheet = table_archive_text(s->a, export_text(s, EXPORT_XLSX), "xl/worksheets/sheet1.xml");
    size_t smiles = 0;
    for (ptrdiff_t at = 0; (at = str_find(sheet, STR("🙂"), (size_t)at)) >= 0; at++)
        smiles++;
    assert_int_equal(smiles, 16383 + 2); /* two places have it in their names */
    assert_true(has_text(sheet, "🙂…</t>"));
}

static void an_empty_directory_still_makes_files(struct store *s)
{
    assert_int_equal(assert_valid_lamednum_2_csv(s, export_text(s, EXPORT_LAMEDNUM_2_CSV)), 0);
    assert_str("[]\n", export_text(s, EXPORT_LAMEDNUM_2_JSON));
    assert_true(has_text(table_archive_text(s->a, export_text(s, EXPORT_XLSX), "xl/worksheets/sheet1.xml"), "<autoFilter ref=\"A1:AL1\"/>"));
}

static bool stop(void *ctx, struct str piece)
{
    (void)ctx, (void)piece;
    return false;
}

static void whoever_goes_away_stops_any_format(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    for (int f = 0; f < EXPORT_COUNT; f++)
        assert_err(ERR_IO, directory_export(s->conn, (enum directory_format)f, stop, NULL));
}

/* A place that was merged into another is told by it alone, whatever the format. */
static void a_merged_place_does_not_leave_twice(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    store_run(s, "UPDATE directory_place SET merged_into = 'another' WHERE source_id = 'lieu-2'");
    for (int f = 0; f < EXPORT_COUNT; f++)
        if (f != EXPORT_XLSX) /* compressed */
            assert_false(has_text(export_text(s, (enum directory_format)f), "lieu-2"));
}

static const struct store_test tests[] = {
    STORE_TEST(version_2_says_nothing_rather_than_something_false),
    STORE_TEST(version_2_is_the_same_in_json),
    STORE_TEST(the_table_has_everything_and_runs_nothing),
    STORE_TEST(the_workbook_is_for_people),
    STORE_TEST(the_workbook_comes_back),
    STORE_TEST(a_workbook_that_hardly_shrinks_comes_back),
    STORE_TEST(a_real_workbook_comes_back),
    STORE_TEST(a_text_too_long_for_a_cell_is_cut),
    STORE_TEST(an_empty_directory_still_makes_files),
    STORE_TEST(whoever_goes_away_stops_any_format),
    STORE_TEST(a_merged_place_does_not_leave_twice),
    STORE_TEST(the_memory_is_the_same_for_a_hundred_times_more_rows),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
