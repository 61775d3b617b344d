/* Imports through a mapping: any table, one transaction, nothing kept that the mapping does not name. */
#include "directory_test.h"

#include <unistd.h>

#include "../unit/table_files.h"

struct mapped {
    struct store *s;
    struct buf report;
};

static bool collect(void *ctx, struct str piece)
{
    buf_add(&((struct mapped *)ctx)->report, piece);
    return true;
}

static struct imported import_mapped_text(struct store *s, struct str data, struct str mapping)
{
    struct imported got = {0};
    struct mapped m = {.s = s};
    buf_init(&m.report, 64 << 20);
    struct directory_import in = {.data = data, .mapping = mapping, .default_source = STR("balise"), .actor = STR("import:test"),
                                  .report = collect, .ctx = &m};
    got.err = directory_import_run(s->conn, s->a, &in, &got.result, &got.why);
    got.report = arena_str(s->a, buf_str(&m.report));
    buf_deinit(&m.report);
    return got;
}

static const char mapping[] =
    "{\"source\": \"Essai\", \"id\": {\"colonne\": \"N\"}, \"nom\": {\"colonne\": \"Lieu\"}, \"commune\": {\"colonne\": \"Ville\"},"
    " \"code_postal\": {\"colonne\": \"CP\"}, \"adresse\": {\"colonne\": \"Rue\"}, \"date_maj\": {\"colonne\": [\"Maj\", \"Date\"], \"valeur\": \"2026-01-01\"},"
    " \"services\": [{\"colonnes\": [\"Wifi\", \"Poste\"], \"termes\": [\"oui\"], \"cible\": \"Accès internet et matériel informatique\"}],"
    " \"frais_a_charge\": [{\"cible\": \"Gratuit\"}]}";
static const char places[] = "N;Lieu;Ville;CP;Rue;Maj;Wifi;Responsable\n"
                             "1;Mairie;Vitré;35500;1 rue Haute;2026-02-03;Oui;Camille Secret\n"
                             "2;Médiathèque;Rennes;35000;2 place Basse;;non;\n"
                             "3;;Rennes;35000;3 place Basse;;non;\n"
                             "4;Trop;Rennes;35000;4 place; Basse;2026-01-01;oui;x;de trop\n";

static void a_table_becomes_places(struct store *s)
{
    struct imported got = import_mapped_text(s, str_from(places), str_from(mapping));
    assert_int_equal(got.err, OK);
    assert_counts(&got, 2, 0, 0, 2);
    assert_string_equal(got.result.format, "CSV, correspondance essai");
    assert_str("Responsable", got.result.ignored_columns);
    assert_str("Poste", got.result.missing_columns);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source = 'essai' AND source_texte = 'Essai'"), 2);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE date_maj = '2026-02-03'"), 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE services = 'Accès internet et matériel informatique'"), 1);
    assert_true(has_text(got.report, "un séparateur est de trop"));
    for (int f = 0; f < EXPORT_COUNT; f++)
        assert_false(has_text(export_text(s, (enum directory_format)f), "Secret"));
    /* sorted another way, under other names: the same places */
    got = import_mapped_text(s, STR("Rue;N °;LIEU;VILLE;CP;Date;Wifi\n1 rue Haute;1;Mairie;Vitré;35500;2026-02-03;oui\n"), str_from(mapping));
    assert_counts(&got, 0, 0, 1, 0);
}

static void a_workbook_becomes_places(struct store *s)
{
    struct str book = table_workbook(
        s->a, (struct table_workbook){
                  .rows = "<row><c t=\"str\"><v>N</v></c><c t=\"str\"><v>Lieu</v></c><c t=\"str\"><v>Ville</v></c><c t=\"str\"><v>CP</v></c><c t=\"str\"><v>Rue</v></c>"
                          "<c t=\"str\"><v>Maj</v></c></row><row><c><v>1</v></c><c t=\"s\"><v>0</v></c><c t=\"str\"><v>Bourg-en-Bresse</v></c><c s=\"1\"><v>1000</v></c>"
                          "<c t=\"str\"><v>1 rue Haute</v></c><c s=\"2\"><v>46000</v></c></row>",
                  .strings = "<si><t>Mairie</t></si>",
                  .styles = "<numFmts><numFmt numFmtId=\"164\" formatCode=\"00000\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs>"});
    struct imported got = import_mapped_text(s, book, str_from(mapping));
    assert_int_equal(got.err, OK);
    assert_counts(&got, 1, 0, 0, 0);
    assert_string_equal(got.result.format, "classeur Excel (XLSX), correspondance essai");
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE code_postal = '01000' AND date_maj = '2025-12-09'"), 1);
}

static void what_cannot_be_read_writes_nothing(struct store *s)
{
    struct imported got = import_mapped_text(s, str_from(places), STR("{\"nom\": \"Lieu\"}"));
    assert_int_equal(got.err, ERR_INVALID);
    assert_true(has_text(got.why, "Correspondance, « nom »"));
    got = import_mapped_text(s, STR("a;b\n1;2\n"), str_from(mapping));
    assert_int_equal(got.err, ERR_INVALID);
    assert_true(has_text(got.why, "est-ce le bon ?"));
    got = import_mapped_text(s, STR("N;Lieu;Ville;CP;Rue;Maj\n1;Mairie;Vitré;35500;1 rue;2026-02-03\n2;\"Ouvert;;;;\n"), str_from(mapping));
    assert_int_equal(got.err, ERR_INVALID);
    assert_true(has_text(got.why, "Ligne 3"));
    got = import_mapped_text(s, STR("N;Lieu;Ville;CP;Rue;Maj\n"), str_from(mapping));
    assert_int_equal(got.err, ERR_INVALID);
    got = import_mapped_text(s, STR("%PDF-1.7"), str_from(mapping));
    assert_int_equal(got.err, ERR_INVALID);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place"), 0);
}

/* -- real files ------------------------------------------------------------------------------------- */

static struct str example(struct store *s, const char *name)
{
    return fixture(s, arena_cstr(s->a, arena_printf(s->a, "../../../examples/mappings/%s.json", name)));
}

struct real {
    const char *example, *config, *file;
    int64_t rows, least; /* accepted by mednum-cli */
};
static const struct real reals[] = {
    {"france-services", "liste-fs-20221201.config.json", "liste-fs-20221201.csv", 2683, 2656},
    {"gironde", "gironde.config.json", "gironde.json", 347, 322},
    {"angers", "angers.config.json", "angers.json", 63, 63},
    {"etapes-numerique", "etapes-numerique.config.json", "etapes-numerique.json", 95, 95},
};

static void check_real(struct store *s, const struct real *real, struct str map, const char *name)
{
    struct str data = shared_file(s, arena_cstr(s->a, arena_printf(s->a, "lieux/%s", real->file)));
    if (data.n == 0 || map.n == 0)
        return;
    forget_all(s);
    struct imported got = import_mapped_text(s, data, map);
    if (got.err != OK)
        fail_msg("%s: %.*s", name, STR_ARG(got.why));
    struct directory_import_counts n = got.result.counts;
    print_message("%s: %lld read, %lld kept, %lld refused, %lld values left aside\n", name, (long long)n.rows, (long long)n.added,
                  (long long)n.refused, (long long)n.dropped);
    assert_int_equal(n.rows, real->rows);
    assert_int_equal(n.added + n.refused, real->rows);
    assert_true(n.added >= real->least);
    got = import_mapped_text(s, data, map);
    assert_counts(&got, 0, 0, n.added, n.refused);
}

static void real_sources_by_our_mappings(struct store *s)
{
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        check_real(s, &reals[i], example(s, reals[i].example), reals[i].example);
}

static void real_sources_by_the_configurations_of_the_other_tool(struct store *s)
{
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        check_real(s, &reals[i], shared_file(s, arena_cstr(s->a, arena_printf(s->a, "lieux/%s", reals[i].config))), reals[i].config);
}

static const struct store_test tests[] = {
    STORE_TEST(a_table_becomes_places),
    STORE_TEST(a_workbook_becomes_places),
    STORE_TEST(what_cannot_be_read_writes_nothing),
    STORE_TEST(real_sources_by_our_mappings),
    STORE_TEST(real_sources_by_the_configurations_of_the_other_tool),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
