/* Tables: every kind of file gives the same rows; what is no table, or a trap, is refused with a sentence. */
#include "base_check.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include "table/table.h"
#include "table_files.h"

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

static const struct table_options none = {0};

static struct str refusal_of(struct str data, struct table_options opt)
{
    struct table *t;
    struct table_row row;
    struct str why;
    bool has;
    enum err e = table_open(a, data, opt, &t, &why);
    while (e == OK && (e = table_next(t, &row, &has, &why)) == OK && has)
        ;
    if (e == OK)
        return STR("no refusal");
    assert_int_equal(e, ERR_INVALID);
    assert_true(why.n > 0 && str_is_utf8(why));
    return why;
}

/* "line: name=value · name=value" a row, empty values left out; the data is copied without a NUL after it. */
static struct str shown_with(struct str data, struct table_options opt)
{
    struct buf b;
    struct table *t;
    struct table_row row;
    struct str why;
    bool has;
    char *exact = malloc(data.n ? data.n : 1);
    if (data.n)
        memcpy(exact, data.p, data.n);
    struct arena *own = arena_new(SIZE_MAX);
    buf_init(&b, 1 << 20);
    if (table_open(own, (struct str){exact, data.n}, opt, &t, &why) != OK)
        fail_msg("%.*s", STR_ARG(why));
    size_t last = 0;
    while (table_next(t, &row, &has, &why) == OK && has) {
        buf_printf(&b, "%zu:", row.line);
        for (size_t i = 0; i < row.n; i++) {
            if (row.values[i].n > 0)
                buf_printf(&b, " %.*s=%.*s", STR_ARG(row.names[i]), STR_ARG(row.values[i]));
            if (row.values[i].n > 0)
                assert_str_eq(table_value(&row, row.names[i]), row.values[i]);
        }
        buf_lit(&b, row.overflow ? " !\n" : "\n");
        assert_true(table_offset(t) >= last && table_offset(t) <= data.n);
        last = table_offset(t);
    }
    if (why.n > 0)
        fail_msg("%.*s", STR_ARG(why));
    assert_int_equal(table_offset(t), data.n);
    struct str result = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    arena_free(own);
    free(exact);
    return result;
}

#define assert_rows(data, expected) assert_str(shown_with(data, none), expected)

static void assert_refused(struct str data, const char *word)
{
    struct str why = refusal_of(data, none);
    if (str_find(why, str_from(word), 0) < 0)
        fail_msg("« %.*s » does not say « %s »", STR_ARG(why), word);
}

/* -- CSV -------------------------------------------------------------------------------------------- */

static void csv_of_every_dialect(void **state)
{
    (void)state;
    assert_rows(STR("nom,ville\nA,Rennes\n"), "2: nom=A ville=Rennes\n");
    assert_rows(STR("\xEF\xBB\xBFnom;ville\r\n\"A\nB\";Rennes\r\n;\r\nC;Vitr\xC3\xA9"), "2: nom=A\nB ville=Rennes\n5: nom=C ville=Vitré\n");
    assert_rows(STR("nom\tville\nMairie\tVitr\xE9\n"), "2: nom=Mairie ville=Vitré\n");
    assert_rows(STR("\xFF\xFEn\0;\0v\0\n\0\xE9\0;\0b\0"), "2: n=é v=b\n");
    assert_rows(STR("nom\nA\nB\n"), "2: nom=A\n3: nom=B\n");
    /* a mark of UTF-8 that lies */
    assert_rows(STR("\xEF\xBB\xBFnom,ville\nCaf\xE9,x\n"), "2: nom=Café ville=x\n");
}

static void csv_headers_are_found_and_named(void **state)
{
    (void)state;
    assert_rows(STR("Liste des lieux, 2026\n\nnom;ville;cp\nA;Rennes;35000\nB;Vitré;35500\n"),
                "4: nom=A ville=Rennes cp=35000\n5: nom=B ville=Vitré cp=35500\n");
    assert_rows(STR("sep=|\nnom;x|ville\nA;B|Rennes\n"), "3: nom;x=A;B ville=Rennes\n");
    assert_rows(STR("nom,,nom,\"Code\npostal \"\nA,x,B,35000\n"), "3: nom=A colonne 2=x nom (2)=B Code postal=35000\n");
    assert_rows(STR("nom,ville\nA,Rennes,trop\nB\nC,Rennes,\n"), "2: nom=A ville=Rennes colonne 3=trop !\n3: nom=B\n4: nom=C ville=Rennes\n");
    struct table_options third = {.header = 3, .delimiter = ';'};
    assert_str(shown_with(STR("a;b\nc;d\nnom;ville\nA;Rennes\n"), third), "4: nom=A ville=Rennes\n");
    third.header = 9;
    assert_str(refusal_of(STR("a;b\nc;d\n"), third), "Aucune ligne de titres à la ligne 9 du fichier.");
}

static void csv_that_breaks_is_refused(void **state)
{
    (void)state;
    assert_refused(STR("nom,ville\n\"A,Rennes\nB,Vitré\n"), "Ligne 2 : un guillemet");
    assert_str(refusal_of(STR("nom,ville\nCaf\xE9,x\n"), (struct table_options){.encoding = "utf-8"}),
               "Ce fichier n’est pas en UTF-8. Essayez l’encodage windows-1252, ou laissez Balise le trouver.");
    assert_str(shown_with(STR("nom,ville\nCaf\xE9,x\n"), (struct table_options){.encoding = "windows-1252"}), "2: nom=Café ville=x\n");
    assert_str(refusal_of(STR("a,b\n"), (struct table_options){.encoding = "ebcdic"}), "L’encodage « ebcdic » n’est pas connu : utf-8 ou windows-1252.");
    struct buf wide;
    buf_init(&wide, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_printf(&wide, "c%d,", i);
    assert_refused(buf_str(&wide), "plus de 4096 colonnes");
    buf_deinit(&wide);
}

/* -- JSON ------------------------------------------------------------------------------------------- */

static void json_records_wherever_they_are(void **state)
{
    (void)state;
    static const char row[] = "1: nom=A ville.cp=35000\n";
    assert_rows(STR("[{\"nom\":\"A\",\"ville\":{\"cp\":35000}}]"), "1: nom=A ville.cp=35000\n");
    assert_str_eq(shown_with(STR("{\"total\":1,\"data\":{\"lieux\":[{\"nom\":\"A\",\"ville\":{\"cp\":35000}}],\"x\":[1]}}"), none), str_from(row));
    assert_rows(STR("{\"nom\":\"A\"}\n{\"nom\":\"B\"}\n\n"), "1: nom=A\n2: nom=B\n");
    assert_rows(STR("{\"nom\":\"A\"}"), "1: nom=A\n");
    assert_rows(STR("{\"lieux\":[]}"), "");
    assert_refused(STR("{\"a\":[{}],\"b\":[{\"x\":1}]}"), "« a », « b »");
    struct table_options b = {.records = STR("b")};
    assert_str(shown_with(STR("{\"a\":[{}],\"b\":[{\"x\":1}]}"), b), "1: x=1\n");
    assert_str(refusal_of(STR("{\"a\":[{}]}"), b), "Ce JSON n’a pas de liste « b ».");
    assert_str(refusal_of(STR("[{}]"), b), "Ce JSON n’a pas de liste « b ».");
}

static void json_values_are_flattened(void **state)
{
    (void)state;
    assert_rows(STR("[{\"a\":null,\"b\":true,\"c\":[\"x\",2,\"y\"],\"d\":[{\"rue\":\"r1\"},{\"rue\":\"r2\"}],\"e\":44.839574881764,"
                    "\"s\":35600000063516,\"t\":{}}]"),
                "1: b=true c=x|2|y d.0.rue=r1 d.1.rue=r2 e=44.839574881764 s=35600000063516\n");
    /* rows whose names differ */
    assert_rows(STR("[{\"a\":1,\"b\":2},\n{\"b\":3},\n{},\n{\"b\":4}]"), "1: a=1 b=2\n2: b=3\n4: b=4\n");
}

static void the_shape_changes_with_the_names(void **state)
{
    (void)state;
    struct table *t;
    struct table_row row;
    struct str why;
    uint32_t shapes[4];
    bool has;
    assert_int_equal(table_open(a, STR("[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":5},{\"a\":5}]"), none, &t, &why), OK);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(table_next(t, &row, &has, &why), OK);
        shapes[i] = row.shape;
    }
    assert_int_equal(shapes[0], shapes[1]);
    assert_true(shapes[1] != shapes[2] && shapes[2] != shapes[3]);
}

static void geojson_gives_a_point(void **state)
{
    (void)state;
    struct table *t;
    struct str why;
    struct str data = STR("{\"type\":\"FeatureCollection\",\"features\":[\n"
                          "{\"type\":\"Feature\",\"properties\":{\"nom\":\"A\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.19,50.69]}},\n"
                          "{\"type\":\"Feature\",\"properties\":{\"nom\":\"B\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,2],[3,6],[1,2]]]}},\n"
                          "{\"type\":\"Feature\",\"properties\":{\"nom\":\"C\"},\"geometry\":null}]}");
    assert_rows(data, "2: type=Feature properties.nom=A geometry.latitude=50.69 geometry.longitude=3.19 geometry.type=Point geometry.coordinates=3.19|50.69\n"
                      "3: type=Feature properties.nom=B geometry.latitude=4 geometry.longitude=2 geometry.type=Polygon\n"
                      "4: type=Feature properties.nom=C\n");
    assert_int_equal(table_open(a, data, none, &t, &why), OK);
    assert_int_equal(table_kind_of(t), TABLE_GEOJSON);
}

static void json_that_breaks_is_refused(void **state)
{
    (void)state;
    assert_refused(STR("[{\"a\":1},{\"b\":"), "coupé");
    assert_refused(STR("[{\"a\":1}"), "coupé");
    assert_refused(STR("[{\"a\":1},]"), "Ligne 1");
    assert_refused(STR("[{\"a\":1}] x"), "Ligne 1");
    assert_refused(STR("[1,2]"), "accolades");
    assert_refused(STR("[{\"a\":1,\"a\":2}]"), "deux fois");
    assert_refused(STR("{\"a\":1}\n{\"b\":1"), "coupé");
    assert_refused(STR("{\"a\":1}\nfin"), "Ligne 2");
    assert_refused(STR("[{\"a\":\"\xE9\"}]"), "UTF-8");
    assert_refused(STR("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"), "imbriquées");
}

/* -- XLSX ------------------------------------------------------------------------------------------- */

#define CELLS(one, two) "<c t=\"inlineStr\"><is><t>" one "</t></is></c><c t=\"inlineStr\"><is><t>" two "</t></is></c>"
#define HEADERS "<row r=\"1\">" CELLS("nom", "valeur") "</row>"

static struct str made(const char *rows, const char *strings, const char *styles, const char *properties, const char *after)
{
    return table_workbook(a, (struct table_workbook){rows, strings, styles, properties, after});
}

static void workbook_texts(void **state)
{
    (void)state;
    assert_rows(made("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c></row>"
                     "<row r=\"4\"><c r=\"C4\" t=\"s\"><v>2</v></c><c r=\"D4\" t=\"s\"><v>99</v></c></row>",
                     "<si><t>nom</t></si><si><r><t>co</t></r><r><t xml:space=\"preserve\">de </t></r><rPh><t>x</t></rPh></si><si><t>a_x000D_&#10;b</t></si>",
                     NULL, NULL, NULL),
                "4: code=a\nb\n");
    assert_rows(made(HEADERS "<row>" CELLS("A", "b") "<c t=\"str\"><f>CONCAT(A2)</f><v>plus</v></c></row><row/>"
                             "<row r=\"9\"><c r=\"B9\" t=\"e\"><v>#N/A</v></c><c r=\"A9\" t=\"b\"><v>1</v></c></row>"
                             "<row r=\"10\"><c r=\"B10\" t=\"e\"><v>#REF!</v></c></row>",
                     NULL, NULL, NULL, NULL),
                "2: nom=A valeur=b colonne 3=plus\n9: nom=true\n");
}

static void workbook_numbers_and_dates(void **state)
{
    (void)state;
    static const char styles[] =
        "<numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/><numFmt numFmtId=\"165\" formatCode=\"00000\"/>"
        "<numFmt numFmtId=\"166\" formatCode=\"&quot;le &quot;d mmm yyyy h:mm\"/><numFmt numFmtId=\"167\" formatCode=\"[h]:mm\"/>"
        "<numFmt numFmtId=\"168\" formatCode=\"[Red]0.00&quot; d’ici&quot;\"/></numFmts>"
        "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
        "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"166\"/>"
        "<xf numFmtId=\"20\"/><xf numFmtId=\"167\"/><xf numFmtId=\"168\"/></cellXfs>";
    static const char rows[] =
        HEADERS "<row><c r=\"B2\" s=\"0\"><v>44.839574881764002</v></c></row><row><c r=\"B3\"><v>3.5600000063516E13</v></c></row>"
                "<row><c r=\"B4\" s=\"1\"><v>44562</v></c></row><row><c r=\"B5\" s=\"2\"><v>44562.75</v></c></row>"
                "<row><c r=\"B6\" s=\"3\"><v>1000</v></c></row><row><c r=\"B7\" s=\"4\"><v>44562.4375</v></c></row>"
                "<row><c r=\"B8\" s=\"5\"><v>0.395833333333333</v></c></row><row><c r=\"B9\" s=\"6\"><v>1.5</v></c></row>"
                "<row><c r=\"B10\" s=\"7\"><v>12.5</v></c></row><row><c r=\"B11\" s=\"1\"><v>59</v></c></row>"
                "<row><c r=\"B12\" s=\"1\"><v>-4</v></c></row><row><c r=\"B13\" s=\"900\"><v>7</v></c></row>"
                "<row><c r=\"B14\" t=\"d\"><v>2022-01-01</v></c></row>";
    assert_rows(made(rows, NULL, styles, NULL, NULL),
                "2: valeur=44.839574881764\n3: valeur=35600000063516\n4: valeur=2022-01-01\n5: valeur=2022-01-01\n"
                "6: valeur=01000\n7: valeur=2022-01-01T10:30:00\n8: valeur=09:30\n9: valeur=36:00\n10: valeur=12.5\n"
                "11: valeur=1900-02-28\n12: valeur=-4\n13: valeur=7\n14: valeur=2022-01-01\n");
    assert_rows(made(HEADERS "<row><c r=\"B2\" s=\"1\"><v>43100</v></c></row>", NULL, styles, "date1904=\"1\"", NULL), "2: valeur=2022-01-01\n");
}

static void workbook_merged_cells(void **state)
{
    (void)state;
    static const char rows[] = "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>Les lieux</v></c></row><row r=\"2\">" CELLS("ville", "nom") "</row>"
                               "<row r=\"3\">" CELLS("Rennes", "a") "</row><row r=\"4\"><c r=\"B4\" t=\"str\"><v>b</v></c></row>"
                               "<row r=\"5\"><c r=\"A5\"/></row><row r=\"6\"><c r=\"B6\" t=\"str\"><v>c</v></c></row>";
    assert_rows(made(rows, NULL, NULL, NULL, "<mergeCells><mergeCell ref=\"A3:A5\"/><mergeCell ref=\"A1:B1\"/></mergeCells>"),
                "3: ville=Rennes nom=a\n4: ville=Rennes nom=b\n6: nom=c\n");
}

/* Written by another program, to a file, as people's are. */
static struct str written_by_a_spreadsheet(void)
{
    char path[] = "/tmp/balise-table-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *help = workbook_add_worksheet(book, "Lisez-moi"), *hidden = workbook_add_worksheet(book, "Cachée");
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Lieux");
    lxw_format *date = workbook_add_format(book);
    format_set_num_format(date, "dd/mm/yyyy");
    worksheet_write_string(help, 0, 0, "Voici nos lieux.", NULL);
    worksheet_write_string(hidden, 0, 0, "nom", NULL);
    worksheet_write_string(hidden, 0, 1, "secret", NULL);
    worksheet_write_string(hidden, 1, 0, "X", NULL);
    worksheet_hide(hidden);
    worksheet_write_string(sheet, 2, 0, "Nom", NULL);
    worksheet_write_string(sheet, 2, 1, "Mise à jour", NULL);
    worksheet_write_string(sheet, 2, 2, "Latitude", NULL);
    worksheet_write_string(sheet, 3, 0, "Médiathèque <&>", NULL);
    worksheet_write_datetime(sheet, 3, 1, &(lxw_datetime){2022, 3, 4, 0, 0, 0}, date);
    worksheet_write_number(sheet, 3, 2, 48.1173, NULL);
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *bytes = arena_alloc(a, 1 << 20);
    size_t n = fread(bytes, 1, 1 << 20, f);
    (void)fclose(f);
    unlink(path);
    return (struct str){bytes, n};
}

static void workbook_of_another_program(void **state)
{
    (void)state;
    struct str data = written_by_a_spreadsheet();
    assert_rows(data, "4: Nom=Médiathèque <&> Mise à jour=2022-03-04 Latitude=48.1173\n");
    assert_str(shown_with(data, (struct table_options){.sheet = STR("Cachée")}), "2: nom=X\n");
    assert_str(refusal_of(data, (struct table_options){.sheet = STR("Bus")}),
               "Ce classeur n’a pas de feuille « Bus ». Feuilles : « Lisez-moi », « Cachée », « Lieux ».");
    struct str name = STR("aéééééééééééééééééééééééééééééééééééééééééééééééééééééééé"); /* its hundredth byte is half a character */
    assert_true(str_starts(refusal_of(data, (struct table_options){.sheet = name}), STR("Ce classeur n’a pas de feuille « aéé")));
    assert_str(refusal_of(data, (struct table_options){.header = 40}), "Aucune ligne de titres à la ligne 40 de la feuille.");
    assert_refused(str_sub(data, 0, data.n / 2), "abîmé");
}

static void what_is_no_workbook_is_refused(void **state)
{
    (void)state;
    struct table_entry ods = {"mimetype", STR("application/vnd.oasis.opendocument.spreadsheet")}, any = {"lisez-moi.txt", STR("bonjour")};
    assert_refused(table_archive(a, &ods, 1), "ODS");
    assert_refused(table_archive(a, &any, 1), "archive");
    assert_refused(STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 et la suite"), ".xls");
    assert_refused(made("", NULL, NULL, NULL, NULL), "aucune ligne");
    assert_refused(made("<row><c></row>", NULL, NULL, NULL, NULL), "abîmé");
    assert_refused(made("<row r=\"1\">" CELLS("a", "b") "</row><row><c r=\"XFD2\"><v>1</v></c></row>", NULL, NULL, NULL, NULL), "4096");
}

/* Entities that swell, and an archive that does. */
static void traps_are_refused(void **state)
{
    (void)state;
    struct table_entry bomb[4] = {
        {"xl/workbook.xml", STR("<!DOCTYPE w [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><workbook><sheets>&b;</sheets></workbook>")}};
    assert_refused(table_archive(a, bomb, 1), "abîmé");
    size_t n = (size_t)600 << 20;
    char *spaces = malloc(n);
    assert_non_null(spaces);
    memset(spaces, ' ', n);
    memcpy(spaces, "<worksheet><sheetData>", 22);
    struct table_entry swelling[3] = {
        {"xl/workbook.xml", STR("<workbook xmlns:r=\"r\"><sheets><sheet name=\"F\" r:id=\"r1\"/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels", STR("<Relationships><Relationship Id=\"r1\" Type=\"worksheet\" Target=\"s.xml\"/></Relationships>")},
        {"xl/s.xml", {spaces, n}}};
    struct str data = table_archive(a, swelling, 3);
    free(spaces);
    assert_true(data.n < 1 << 20);
    assert_refused(data, "trop gros");
}

static void strangers_are_named(void **state)
{
    (void)state;
    assert_refused(STR(""), "vide");
    assert_refused(STR("  \n "), "vide");
    assert_refused(STR("%PDF-1.7"), "PDF");
    assert_refused(STR("<!doctype html>"), "HTML");
    assert_refused(STR("\x1F\x8B\x08 x"), "gzip");
    assert_refused(STR("Rar!\x1A"), "archive");
    assert_refused(STR("nom,ville\nA,\0B\n"), "texte");
    assert_refused(STR("\n\nPK\003\004\0\0a,b"), "texte"); /* a workbook starts at once */
    assert_refused(STR("\xFF\xFE\x20\x00"), "vide");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(csv_of_every_dialect, setup, teardown),
        cmocka_unit_test_setup_teardown(csv_headers_are_found_and_named, setup, teardown),
        cmocka_unit_test_setup_teardown(csv_that_breaks_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(json_records_wherever_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(json_values_are_flattened, setup, teardown),
        cmocka_unit_test_setup_teardown(the_shape_changes_with_the_names, setup, teardown),
        cmocka_unit_test_setup_teardown(geojson_gives_a_point, setup, teardown),
        cmocka_unit_test_setup_teardown(json_that_breaks_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(workbook_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(workbook_numbers_and_dates, setup, teardown),
        cmocka_unit_test_setup_teardown(workbook_merged_cells, setup, teardown),
        cmocka_unit_test_setup_teardown(workbook_of_another_program, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_workbook_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(traps_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(strangers_are_named, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
