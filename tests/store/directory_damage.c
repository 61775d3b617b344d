/* Random damage to files: nothing crashes, every row is accounted for, nothing invalid leaves. The seed is fixed:
 * BALISE_SEED changes it. */
#include "directory_valid.h"

#include "base/csv.h"

static uint64_t seed;

static uint32_t random_below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 16) % n);
}

static void start_random(void)
{
    const char *given = getenv("BALISE_SEED");
    int64_t v = 20261124;
    if (given)
        (void)!str_to_int(str_from(given), &v);
    seed = (uint64_t)v * 2654435761U + 1;
}

/* What spreadsheets, other programs and bad luck put in cells. */
static const char *const nasty[] = {
    "",          " ",        "|",        "||a||",         "null",      "N/A",        "#REF!",    "=1+1",       "\"",
    "';--",      "\n\n",     "\r",       "\t",            "0",         "-1",         "1e308",    "NaN",        "48,11",
    "é",         "\xC3",     "\xFF\xFE", "🙂🙂🙂",         "2026-13-40", "31/12/2025", "1969-12-31", "99999999999999999999",
    "http://",   "https://x", "javascript:alert(1)", "mailto:a@b.example", "a@b", "@", "a@b.example|a@b.example|",
    "Mo-Fr 25:00-99:00", "Mo-Fr 9h-12h", ":undefined", "24/7", "Gratuit|gratuit|Payant", "Étapes numériques (La Poste)",
    "Seniors|Séniors", "TIERS_LIEUX|XX|ASSO", "+33", "+331234567890123", "00000000000000", "2A004", "20004", "\xE2\x80\xAE" "abc",
    "<script>",  "a\x01" "b", "\xEF\xBB\xBFid",
};

static struct str random_text(struct store *s)
{
    if (random_below(4) > 0)
        return str_from(nasty[random_below(sizeof nasty / sizeof *nasty)]);
    size_t n = random_below(8) == 0 ? 70000 + random_below(1000) : random_below(400);
    char *p = arena_alloc(s->a, n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)(random_below(3) ? 'a' + (int)random_below(26) : 1 + (int)random_below(255));
    return (struct str){p, n};
}

static struct str damaged_csv(struct store *s, struct str text, uint32_t share)
{
    struct buf out;
    struct csv_reader *r = csv_reader_new(s->a, text, (struct csv_options){0});
    struct csv_row row;
    buf_init(&out, 64 << 20);
    struct csv_writer w = {.out = &out};
    for (size_t line = 0; csv_next(r, &row); line++) {
        for (size_t i = 0; i < row.n; i++) {
            bool hit = line > 0 && random_below(share) == 0;
            csv_cell(&w, !hit ? row.cells[i] : random_below(5) == 0 ? row.cells[random_below((uint32_t)row.n)] : random_text(s));
        }
        csv_end_row(&w);
    }
    struct str damaged = arena_str(s->a, buf_str(&out));
    buf_deinit(&out);
    return damaged;
}

/* Lines of the report that refuse, one row counted once. */
static int64_t refused_rows(struct store *s, struct str report)
{
    struct csv_reader *r = csv_reader_new(s->a, report, (struct csv_options){',', CSV_UTF8});
    struct csv_row row;
    int64_t n = 0, last = -1, line;
    while (csv_next(r, &row))
        if (row.n == 7 && str_eq(row.cells[5], STR("fiche.refusee")) && str_to_int(row.cells[0], &line) && line != last) {
            last = line;
            n++;
        }
    return n;
}

static void check_directory(struct store *s, const struct imported *got)
{
    const struct directory_import_counts *n = &got->result.counts;
    size_t structures, services;
    assert_int_equal(n->rows, n->added + n->updated + n->unchanged + n->refused + n->left_out + n->kept_deleted + n->back);
    assert_int_equal(refused_rows(s, got->report), n->refused);
    assert_true(str_is_utf8(got->report));
    size_t places = assert_valid_lamednum_csv(s, export_text(s, EXPORT_LAMEDNUM_CSV));
    assert_int_equal(places, store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0"));
    assert_valid_inclusion(s, export_text(s, EXPORT_DATA_INCLUSION), &structures, &services);
    assert_valid_geojson(s, export_text(s, EXPORT_GEOJSON));
}

/* Into an empty directory and out again. */
static void assert_comes_back(struct store *s, enum directory_format f)
{
    struct str first = export_text(s, f);
    forget_all(s);
    struct imported got = import_ok(s, first);
    if (got.result.counts.refused > 0)
        fail_msg("%s: refused\n%.*s", directory_format_info(f)->name, STR_ARG(got.report));
    struct str second = export_text(s, f);
    size_t same = 0;
    while (same < first.n && same < second.n && first.p[same] == second.p[same])
        same++;
    if (same < first.n || same < second.n)
        fail_msg("%s is not the same from byte %zu:\n%.*s\n---\n%.*s", directory_format_info(f)->name, same,
                 STR_ARG(str_sub(first, same < 200 ? 0 : same - 200, 400)), STR_ARG(str_sub(second, same < 200 ? 0 : same - 200, 400)));
}

static void damaged_cells(struct store *s)
{
    start_random();
    struct str clean = fixture(s, "places.csv");
    for (int round = 0; round < 60; round++) {
        struct str damaged = damaged_csv(s, clean, 3 + random_below(60));
        struct imported got = import_text(s, damaged);
        if (got.err != OK) /* a NUL may have been written: the file is no text */
            assert_int_equal(got.err, ERR_INVALID);
        else
            check_directory(s, &got);
    }
    /* And the last state comes back byte for byte; the map last, for it forgets what has no point. */
    static const enum directory_format formats[] = {EXPORT_HSDS, EXPORT_TABLE, EXPORT_LAMEDNUM_CSV, EXPORT_GEOJSON};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        assert_comes_back(s, formats[i]);
}

/* The table of everything: structures and services too. */
static void damaged_table(struct store *s)
{
    start_random();
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    struct str clean = export_text(s, EXPORT_TABLE);
    for (int round = 0; round < 40; round++) {
        struct imported got = import_text(s, damaged_csv(s, clean, 3 + random_below(120)));
        if (got.err != OK)
            assert_int_equal(got.err, ERR_INVALID);
        else
            check_directory(s, &got);
    }
    static const enum directory_format formats[] = {EXPORT_HSDS, EXPORT_TABLE, EXPORT_DATA_INCLUSION};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        assert_comes_back(s, formats[i]);
}

static struct str damaged_bytes(struct store *s, struct str text)
{
    char *p = arena_alloc(s->a, text.n + 1);
    memcpy(p, text.p, text.n);
    static const char marks[] = "{}[],:\"\\\n0a|;\t";
    for (uint32_t i = 0, hits = 1 + random_below(6); i < hits; i++) {
        uint32_t at = random_below((uint32_t)text.n);
        p[at] = random_below(2) ? marks[random_below(sizeof marks - 1)] : (char)random_below(256);
    }
    size_t from = random_below(10) ? 0 : random_below((uint32_t)text.n);
    size_t n = random_below(10) ? text.n - from : random_below((uint32_t)(text.n - from));
    return (struct str){p + from, n};
}

static void damaged_bytes_of(struct store *s, const char *name, int rounds)
{
    start_random();
    struct str clean = fixture(s, name);
    for (int round = 0; round < rounds; round++) {
        struct imported got = import_text(s, damaged_bytes(s, clean));
        if (got.err != OK) {
            assert_int_equal(got.err, ERR_INVALID);
            assert_true(got.why.n > 0 && str_is_utf8(got.why));
        } else if (round % 8 == 0) {
            check_directory(s, &got);
        }
    }
}

static void damaged_csv_files(struct store *s)
{
    damaged_bytes_of(s, "places.csv", 150);
}

static void damaged_json_files(struct store *s)
{
    damaged_bytes_of(s, "inclusion.json", 300);
}

/* -- through a mapping ---------------------------------------------------------------------------------- */

static const char table[] =
    "N,Lieu,Ville,CP,Insee,Rue,X,Y,Tel,Mail,Site,Maj,Texte,Lu,Ma,Me,Je,Ve,Sa,Aide\n"
    "1,Mairie,Vitré,35500,35360,1 rue Haute,48.12,-1.21,02 61 91 00 01,a@x.example,x.example,03/02/2026,Ici,9h-12h,9h-12h,,9h-12h,9h-12h / 14h-17h,,démarches\n"
    "2,Médiathèque,RENNES,35000,35238,\"2, place Basse\",48.11,-1.68,0261910002,b@x.example,https://y.example/,2026-03-04,Là,,10h à 18h,10h à 18h,,,sur rendez-vous,internet\n"
    "3,CCAS de Fougères,Fougères,35300,,3 bis av. de la Gare,-1.2,48.35,+33261910003,,,1er mars 2026,,fermé,9:00-12:00,,un jeudi sur deux,,,démarches;internet\n"
    "4,France services,Saint Malo,35400,35288,4 Quai Nord,\"48,64\",\"-2,01\",02.61.91.00.04,d@x.example,,45000,,9h-17h,9h-17h,9h-17h,9h-17h,9h-17h,,internet\n";
static const char table_mapping[] =
    "{\"source\": \"Essai\", \"id\": {\"colonne\": \"N\"}, \"nom\": {\"colonne\": \"Lieu\"}, \"commune\": {\"colonne\": \"Ville\"},"
    " \"code_postal\": {\"colonne\": \"CP\"}, \"code_insee\": {\"colonne\": \"Insee\"}, \"adresse\": {\"colonne\": \"Rue\"},"
    " \"latitude\": {\"colonne\": \"X\"}, \"longitude\": {\"colonne\": \"Y\"}, \"telephone\": {\"colonne\": \"Tel\"},"
    " \"courriels\": {\"colonne\": \"Mail\"}, \"site_web\": {\"colonne\": \"Site\"}, \"date_maj\": {\"colonne\": \"Maj\"},"
    " \"presentation_detail\": {\"colonne\": \"Texte\"}, \"horaires\": {\"jours\": [{\"colonne\": \"Lu\", \"osm\": \"Mo\"},"
    " {\"colonne\": \"Ma\", \"osm\": \"Tu\"}, {\"colonne\": \"Me\", \"osm\": \"We\"}, {\"colonne\": \"Je\", \"osm\": \"Th\"},"
    " {\"colonne\": \"Ve\", \"osm\": \"Fr\"}, {\"colonne\": \"Sa\", \"osm\": \"Sa\"}]},"
    " \"services\": [{\"colonnes\": [\"Aide\"], \"termes\": [\"démarches\"], \"cible\": \"Aide aux démarches administratives\"},"
    " {\"colonnes\": [\"Aide\"], \"termes\": [\"internet\"], \"cible\": \"Accès internet et matériel informatique\"}]}";

static size_t rows_of(struct store *s, struct str csv)
{
    struct csv_reader *r = csv_reader_new(s->a, csv, (struct csv_options){0});
    struct csv_row row;
    size_t n = 0;
    while (csv_next(r, &row))
        n++;
    return n > 0 ? n - 1 : 0;
}

static void damage_mapped(struct store *s, struct str clean, struct str mapping, int rounds, uint32_t share)
{
    const struct directory_import in = {.mapping = mapping, .feed = STR("essai")};
    struct imported got = import_with(s, clean, in);
    if (got.err != OK)
        fail_msg("%.*s", STR_ARG(got.why));
    for (int round = 0; round < rounds; round++) {
        struct str damaged = damaged_csv(s, clean, share + random_below(3 * share));
        got = import_with(s, damaged, in);
        if (got.err != OK) { /* a header of another file, a NUL */
            assert_int_equal(got.err, ERR_INVALID);
            assert_true(got.why.n > 0);
            continue;
        }
        if (!has_text(got.report, "un guillemet"))
            assert_true((size_t)got.result.counts.rows <= rows_of(s, damaged));
        check_directory(s, &got);
    }
}

static void damaged_mapped_files(struct store *s)
{
    start_random();
    damage_mapped(s, str_from(table), str_from(table_mapping), 60, 4);
}

static void damaged_real_list(struct store *s)
{
    struct str clean = shared_file(s, "lieux/liste-fs-20221201.csv");
    const char *fixtures = getenv("BALISE_FIXTURES");
    if (clean.n == 0)
        return; /* the shared data are not on this machine */
    struct str mapping = test_file(s, arena_cstr(s->a, arena_printf(s->a, "%s/../../examples/mappings/france-services.json", fixtures)));
    start_random();
    damage_mapped(s, clean, mapping, 1, 15);
}

static void damaged_real_files(struct store *s)
{
    struct str clean = shared_file(s, "reference/gironde.csv");
    if (clean.n == 0)
        return; /* the shared data are not on this machine */
    start_random();
    for (int round = 0; round < 3; round++) {
        struct imported got = import_text(s, damaged_csv(s, clean, 20));
        assert_int_equal(got.err, OK);
        check_directory(s, &got);
    }
}

static const struct store_test tests[] = {
    STORE_TEST(damaged_cells),
    STORE_TEST(damaged_table),
    STORE_TEST(damaged_csv_files),
    STORE_TEST(damaged_json_files),
    STORE_TEST(damaged_real_files),
    STORE_TEST(damaged_mapped_files),
    STORE_TEST(damaged_real_list),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
