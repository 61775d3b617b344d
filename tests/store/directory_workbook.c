/* The workbook, corrected in a spreadsheet and imported again: what a person touched is their choice, the rest is left as it is. */
#include "directory_test.h"

#include "../unit/table_files.h"
#include "base/clock.h"
#include "modules/directory/export/workbook.h"
#include "modules/directory/fields.h"
#include "modules/directory/geocoding/addresses.h"
#include "table/table.h"

/* Tests move it. 2026-11-26T08:00:00Z */
static int64_t now_ms;
enum { SECOND = 1000 };

static int64_t test_clock(void)
{
    return now_ms;
}

static void begin(void)
{
    now_ms = INT64_C(1795680000000);
    clock_set_source(test_clock);
}

#define HEADER "id,nom,commune,code_postal,adresse,date_maj,telephone,site_web,presentation_resume,latitude,longitude,source\n"
#define ROW(telephone, site, resume) "1,Mairie,Vitré,35500,1 rue Haute,1970-01-01," telephone "," site "," resume ",,,Essai\n"
#define FIRST ROW("+33261910001", "https://mairie.example/", "Ouvert à tous")

/* The list that its source sends, again and again. */
static struct imported from_source(struct store *s, const char *rows)
{
    struct imported got = import_with(s, arena_printf(s->a, HEADER "%s", rows), (struct directory_import){.feed = STR("liste")});
    assert_int_equal(got.err, OK);
    return got;
}

static struct imported from_hand(struct store *s, struct str book)
{
    struct imported got = import_with(s, book, (struct directory_import){.file_name = STR("corrections.xlsx")});
    assert_int_equal(got.err, OK);
    assert_string_equal(got.result.format, "Balise (XLSX)");
    return got;
}

struct edit {
    const char *from, *to; /* texts of cells */
};

/* The workbook with cells changed, in its first sheet where they are met first, as a spreadsheet would write it. */
static struct str edited(struct store *s, struct str xlsx, int sheet, const struct edit *edits, size_t n)
{
    static const char *const names[] = {"_rels/.rels", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
                                        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"};
    struct table_entry entries[sizeof names / sizeof *names];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        entries[i] = (struct table_entry){names[i], table_archive_text(s->a, xlsx, names[i])};
    for (size_t i = 0; i < n; i++) {
        struct str *text = &entries[4 + sheet].text;
        *text = replaced(s, *text, arena_cstr(s->a, arena_printf(s->a, ">%s<", edits[i].from)),
                         arena_cstr(s->a, arena_printf(s->a, ">%s<", edits[i].to)));
    }
    return table_archive(s->a, entries, sizeof names / sizeof *names);
}
#define EDITED(book, ...) edited(s, book, 1, (const struct edit[]){__VA_ARGS__}, sizeof((const struct edit[]){__VA_ARGS__}) / sizeof(struct edit))

static struct str export_book(struct store *s)
{
    return export_text(s, EXPORT_XLSX);
}

static int64_t places(struct store *s, const char *condition)
{
    return store_int(s, arena_cstr(s->a, arena_printf(s->a, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0 AND %s", condition)));
}

static int64_t choices(struct store *s)
{
    return store_int(s, "SELECT COUNT(*) FROM directory_choice");
}

/* -- what a person touched ------------------------------------------------------------------------- */

/* Columns moved, columns gone, and cells written as people write. What the sheet says no more stays. */
static void a_workbook_is_corrected_by_hand(struct store *s)
{
    begin();
    static const char *const titles[] = {"Identifiant de la source", "Nom", "Téléphone", "Source", "Mes notes", "Horaires", "Horaires (OpenStreetMap)",
                                         "Services", "Adresse", "Commune", "Code postal", "Mise à jour par la source", "Courriels"};
    static const char *const cells[] = {"1", "Mairie", "02.61.91.00.11", "Essai", "à rappeler", "Lundi 9h-12h", "Mo 09:00-11:00",
                                        "Aide aux démarches administratives ; Compréhension du monde numérique", "1 rue Haute", "Vitré", "35500",
                                        "2026-02-03", "a@essai.example\nb@essai.example"};
    struct buf rows;
    static const char list[] = "id,nom,commune,code_postal,adresse,date_maj,pivot,source,horaires,site_web\n"
                               "1,Mairie,Vitré,35500,1 rue Haute,2026-02-03,,Essai,Mo 09:00-11:00,https://mairie.example/\n";
    struct imported first = import_with(s, str_from(list), (struct directory_import){.feed = STR("liste")});
    assert_int_equal(first.err, OK);
    buf_init(&rows, 1 << 16);
    for (int r = 0; r < 2; r++) {
        buf_lit(&rows, "<row>");
        for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
            buf_printf(&rows, "<c t=\"str\"><v>%s</v></c>", r == 0 ? titles[i] : cells[i]);
        buf_lit(&rows, "</row>");
    }
    struct str book = table_workbook(s->a, (struct table_workbook){.rows = arena_cstr(s->a, buf_str(&rows)), .sheet = "Lieux"});
    buf_deinit(&rows);
    struct imported got = import_with(s, book, (struct directory_import){.feed = STR("annuaire")});
    assert_int_equal(got.err, OK);
    assert_string_equal(got.result.format, "Balise (XLSX)");
    assert_counts(&got, 0, 1, 0, 0);
    assert_str("Mes notes", got.result.ignored_columns);
#define CORRECTED "SELECT COUNT(*) FROM directory_place WHERE telephone = '+33261910011' AND horaires = 'Mo 09:00-12:00'"       \
                  " AND services LIKE '%|%' AND courriels = 'a@essai.example|b@essai.example' AND site_web IS NOT NULL"      \
                  " AND feed = 'liste'"
    assert_int_equal(store_int(s, CORRECTED), 1);
    /* A person's corrections: the list that comes again, even fresher, does not undo them. */
    import_ok(s, replaced(s, str_from(list), "2026-02-03", "2026-03-04"));
    assert_int_equal(store_int(s, CORRECTED " AND date_maj = '2026-03-04'"), 1);
    /* Undone, they are nobody's choice any more. */
    struct directory_undo_result undone;
    assert_ok(directory_import_undo(s->conn, s->a, got.result.id, STR("test"), &undone));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_choice"), 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE horaires = 'Mo 09:00-11:00' AND telephone IS NULL"), 1);
    /* Another workbook needs a mapping. */
    got = import_text(s, table_workbook(s->a, (struct table_workbook){.rows = "<row><c t=\"str\"><v>Nom</v></c><c t=\"str\"><v>Ville</v></c></row><row><c t=\"str\"><v>Mairie</v></c>"
                                                                       "<c t=\"str\"><v>Vitré</v></c></row>", .sheet = "Lieux"}));
    assert_int_equal(got.err, ERR_INVALID);
    assert_true(has_text(got.why, "--suggest"));
}

static void an_emptied_cell_empties(struct store *s)
{
    begin();
    from_source(s, FIRST);
    struct imported got = from_hand(s, EDITED(export_book(s), {"02 61 91 00 01", ""}, {"https://mairie.example/", ""}));
    assert_counts(&got, 0, 1, 0, 0);
    assert_int_equal(places(s, "telephone IS NULL AND site_web IS NULL AND presentation_resume = 'Ouvert à tous'"), 1);
    assert_int_equal(choices(s), 2);
    /* Nobody answers there: the source does not put it back. */
    got = from_source(s, FIRST);
    assert_int_equal(places(s, "telephone IS NULL AND site_web IS NULL"), 1);
    assert_true(has_text(got.report, "garde.choix"));
}

static void the_last_correction_wins(struct store *s)
{
    begin();
    from_source(s, FIRST);
    struct imported first = from_hand(s, EDITED(export_book(s), {"02 61 91 00 01", "02 61 91 00 02"}));
    now_ms += 60 * SECOND;
    struct imported second = from_hand(s, EDITED(export_book(s), {"02 61 91 00 02", "02 61 91 00 03"}));
    assert_counts(&second, 0, 1, 0, 0);
    assert_int_equal(places(s, "telephone = '+33261910003'"), 1);
    /* Undone, the first is there again, and still somebody's choice. */
    struct directory_undo_result undone;
    assert_ok(directory_import_undo(s->conn, s->a, second.result.id, STR("test"), &undone));
    from_source(s, FIRST);
    assert_int_equal(places(s, "telephone = '+33261910002'"), 1);
    assert_ok(directory_import_undo(s->conn, s->a, first.result.id, STR("test"), &undone));
    assert_int_equal(choices(s), 0);
    assert_int_equal(places(s, "telephone = '+33261910001'"), 1);
}

static struct str only_text(struct store *s, const char *sql)
{
    struct db_rows *r;
    bool has;
    assert_ok(db_query(s->conn, sql, DB_NO_PARAMS, &r));
    assert_ok(db_next(r, &has));
    assert_true(has);
    struct str text = db_col_text_in(r, 0, s->a);
    db_rows_end(r);
    return text;
}

/* It is corrected as any other; its sources go on saying theirs, and no longer what was touched. */
static void a_merged_place(struct store *s)
{
#define OTHER(telephone) HEADER "9,Mairie de Vitré,Vitré,35500,1 rue Haute,1970-01-01," telephone ",,,,,Ailleurs\n"
    begin();
    from_source(s, FIRST);
    assert_int_equal(import_with(s, STR(OTHER("+33261910001")), (struct directory_import){.feed = STR("ailleurs")}).err, OK);
    struct str parts[] = {only_text(s, "SELECT id FROM directory_place WHERE source_id = '1'"),
                          only_text(s, "SELECT id FROM directory_place WHERE source_id = '9'")};
    struct str merge_id, place_id;
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_merge(s->conn, s->a, STR("test"), (struct str_list){parts, 2}, 90, &merge_id, &place_id));
    assert_ok(db_commit(s->conn));
    now_ms += 60 * SECOND;
    struct imported got = from_hand(s, EDITED(export_book(s), {"02 61 91 00 01", "02 61 91 00 02"}, {"Ouvert à tous", ""}));
    assert_counts(&got, 0, 1, 0, 0);
#define SEEN "merged_into IS NULL AND telephone = '+33261910002' AND presentation_resume IS NULL AND site_web = "
    assert_int_equal(places(s, SEEN "'https://mairie.example/'"), 1);
    now_ms += 60 * SECOND;
    from_source(s, ROW("+33261910008", "https://new.example/", "Fermé"));
    assert_int_equal(import_with(s, STR(OTHER("+33261910009")), (struct directory_import){.feed = STR("ailleurs")}).err, OK);
    assert_int_equal(places(s, SEEN "'https://new.example/'"), 1);
}

/* -- what changed after the workbook had left ----------------------------------------------------------- */

static void what_changed_since_stays_and_is_told(struct store *s)
{
    begin();
    from_source(s, FIRST);
    struct str book = export_book(s);
    now_ms += 60 * SECOND;
    from_source(s, ROW("+33261910009", "https://new.example/", "Ouvert à tous"));
    struct imported got = from_hand(s, EDITED(book, {"02 61 91 00 01", "02 61 91 00 02"}, {"Ouvert à tous", "Ouvert le matin"}));
    assert_counts(&got, 0, 1, 0, 0);
    /* The site was not touched in the workbook: its old value does not come back either. */
    assert_int_equal(places(s, "telephone = '+33261910009' AND site_web = 'https://new.example/' AND presentation_resume = 'Ouvert le matin'"), 1);
    assert_true(has_text(got.report, "telephone,'+33261910002,'+33261910009,garde.depuis"));
    assert_int_equal(got.result.counts.kept_since, 2);
    assert_true(has_text(got.report, "site_web,https://mairie.example/,https://new.example/,garde.depuis"));
    assert_int_equal(choices(s), 1);
    /* The same workbook with one more correction: only what it changed itself has changed since. */
    now_ms += 60 * SECOND;
    got = from_hand(s, EDITED(book, {"Ouvert à tous", "Ouvert le matin"}, {"1 rue Haute", "2 rue Haute"}));
    assert_int_equal(places(s, "adresse = '2 rue Haute' AND presentation_resume = 'Ouvert le matin' AND telephone = '+33261910009'"), 1);
}

static void what_went_since_stays_away(struct store *s)
{
    begin();
    from_source(s, FIRST "2,Médiathèque,Vitré,35500,3 rue Haute,1970-01-01,,,,,,Essai\n");
    struct str book = export_book(s);
    now_ms += 60 * SECOND;
    assert_int_equal(from_source(s, FIRST).result.counts.gone, 1);
    struct imported got = from_hand(s, EDITED(book, {"3 rue Haute", "4 rue Haute"}));
    assert_int_equal(got.result.counts.kept_deleted, 1);
    assert_true(has_text(got.report, "fiche.disparue"));
    assert_int_equal(places(s, "1 = 1"), 1);
}

/* What another directory's workbook says of its moments says nothing of ours. */
static void the_workbook_of_another_directory(struct store *s)
{
    begin();
    from_source(s, FIRST);
    struct str book = export_book(s);
    forget_all(s);
    now_ms += 60 * SECOND;
    struct imported got = from_hand(s, book);
    assert_counts(&got, 1, 0, 0, 0);
    struct directory_undo_result undone;
    assert_ok(directory_import_undo(s->conn, s->a, got.result.id, STR("test"), &undone));
    assert_int_equal(places(s, "1 = 1"), 0);
    assert_int_equal(from_hand(s, book).result.counts.back, 1);
    now_ms += 60 * SECOND;
    from_hand(s, EDITED(book, {"02 61 91 00 01", "02 61 91 00 02"}, {"https://mairie.example/", ""}));
    assert_int_equal(places(s, "telephone = '+33261910002'"), 1);
    /* Nobody knows what changed meanwhile: a value beats an empty cell. */
    assert_int_equal(places(s, "site_web = 'https://mairie.example/'"), 1);
}

/* 02:30 comes twice in the night of 25 October 2026. */
static void the_night_of_two_hours(struct store *s)
{
    begin();
    now_ms -= INT64_C(60) * 86400 * SECOND;
    from_source(s, FIRST);
    for (int hour = 0; hour < 2; hour++) {
        now_ms = INT64_C(1792888200000) + hour * INT64_C(3600000); /* 00:30 and 01:30, UTC */
        from_source(s, arena_cstr(s->a, arena_printf(s->a, ROW("+3326191000%d", "", ""), 4 + hour)));
        struct str book = export_book(s);
        assert_true(has_text(table_archive_text(s->a, book, "xl/worksheets/sheet1.xml"), ">46320.104166<"));
        from_hand(s, EDITED(book, {"1 rue Haute", hour ? "8 rue Haute" : "1 rue Haute"}));
        assert_int_equal(places(s, hour ? "adresse = '8 rue Haute'" : "adresse = '1 rue Haute'"), 1);
    }
}

/* -- cell by cell ---------------------------------------------------------------------------------- */

static void add_cell(struct buf *b, struct str text)
{
    buf_lit(b, "<c t=\"str\"><v>");
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '&' || text.p[i] == '<')
            buf_lit(b, text.p[i] == '&' ? "&amp;" : "&lt;");
        else
            buf_char(b, text.p[i]);
    buf_lit(b, "</v></c>");
}

/* The row of the place "lieu-1" as the workbook says it, with one cell changed: a book of that row alone. */
static struct str book_with(struct store *s, struct str xlsx, const char *title, const char *value)
{
    struct table *t;
    struct table_row row;
    struct str why;
    bool has;
    struct buf names, values;
    assert_int_equal(table_open(s->a, xlsx, (struct table_options){.sheet = STR("Lieux")}, &t, &why), OK);
    do {
        assert_int_equal(table_next(t, &row, &has, &why), OK);
        assert_true(has);
    } while (!str_eq(table_value(&row, STR("Identifiant de la source")), STR("lieu-1")));
    buf_init(&names, 1 << 16);
    buf_init(&values, 1 << 16);
    for (size_t i = 0; i < row.n; i++) {
        struct str cell = str_eq(row.names[i], str_from(title)) ? str_from(value) : row.values[i];
        add_cell(&names, row.names[i]);
        add_cell(&values, cell);
    }
    struct str rows = arena_printf(s->a, "<row>%.*s</row><row>%.*s</row>", STR_ARG(buf_str(&names)), STR_ARG(buf_str(&values)));
    buf_deinit(&names);
    buf_deinit(&values);
    return table_workbook(s->a, (struct table_workbook){.rows = arena_cstr(s->a, rows), .sheet = "Lieux"});
}

static struct directory_place *lieu_1(struct store *s)
{
    struct directory_sheet sheet;
    struct str id = only_text(s, "SELECT id FROM directory_place WHERE source_id = 'lieu-1'");
    assert_ok(directory_find_by_id(s->conn, s->a, id, &sheet));
    return sheet.place;
}

/* What another value, or none, is for a field of the place: what cannot be read is no correction. */
static const char *other_value(const struct field *f, const struct directory_place *place)
{
    static const struct {
        const char *field, *value;
    } others[] = {{"code_postal", "35370"}, {"code_insee", "35360"}, {"commune", "Vitré"}, {"telephone", "02 61 91 00 77"},
                  {"courriels", "autre@lieu.example"}, {"site_web", "https://autre.example/"}, {"prise_rdv", "https://autre.example/rdv"},
                  {"fiche_acces_libre", "https://autre.example/acces"}, {"date_maj", "2026-10-20"}, {"pivot", "21350238000019"},
                  {"latitude", "48.1"}, {"longitude", "-1.3"}};
    if (f->kind == FIELD_SET)
        for (int i = 0; i < directory_enum(f->values)->n; i++) {
            const struct directory_value *v = directory_enum_value(f->values, i);
            if (!directory_set_has(*(const struct directory_set *)field_in(f, place), i))
                return v->label ? v->label : v->value;
        }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(f->name, others[i].field) == 0)
            return others[i].value;
    return f->kind == FIELD_HOURS ? "Le mardi de 8 h à 9 h." : "Autre chose";
}

static void assert_only(struct store *s, const struct field *f, const char *value, const struct directory_place *before)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    const struct directory_place *after = lieu_1(s);
    if (field_equal(f, before, after))
        fail_msg("%s: \"%s\" changed nothing", f->name, value);
    for (size_t i = 0; i < t->n; i++)
        if (&t->fields[i] != f && !field_equal(&t->fields[i], before, after))
            fail_msg("%s: \"%s\" changed %s too", f->name, value, t->fields[i].name);
    int64_t expected = strcmp(f->name, "date_maj") != 0;
    int64_t own = store_int(s, arena_cstr(s->a, arena_printf(s->a, "SELECT COUNT(*) FROM directory_choice WHERE field = '%s'", f->name)));
    if (choices(s) != expected || own != expected)
        fail_msg("%s: \"%s\" makes %d choices", f->name, value, (int)choices(s));
}

/* A required value cannot be emptied, half a point is none, and the sentence of the hours wins over the expression beside it. */
static bool can_change(const struct field *f, enum workbook_how how, bool emptied)
{
    if (f->kind == FIELD_HOURS)
        return how == WORKBOOK_SENTENCE;
    return !emptied || (f->kind != FIELD_NUMBER && !(f->required && f->kind == FIELD_TEXT));
}

/* Whatever the column: its field changes, it alone, and it is the only choice that is noted. */
static void one_cell_changes_one_field(struct store *s)
{
    const struct workbook_sheet *sheet = &export_workbook_sheets[0];
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    int tried = 0;
    begin();
    import_ok(s, fixture(s, "places.csv"));
    struct str xlsx = export_book(s);
    const struct directory_place *before = lieu_1(s);
    for (size_t c = 0; c < sheet->n; c++) {
        const struct workbook_column *column = &sheet->columns[c];
        const struct field *f = column->field ? field_find(t, str_from(column->field)) : NULL;
        bool key = f && (strcmp(f->name, "id") == 0 || strcmp(f->name, "source") == 0);
        for (int emptied = 0; f && !key && emptied < 2; emptied++) {
            const char *value = emptied ? "" : other_value(f, before);
            struct directory_undo_result undone;
            if (!can_change(f, column->how, emptied))
                continue;
            struct imported got = from_hand(s, book_with(s, xlsx, column->title, value));
            assert_counts(&got, 0, 1, 0, 0);
            assert_only(s, f, value, before);
            assert_ok(directory_import_undo(s->conn, s->a, got.result.id, STR("test"), &undone));
            assert_int_equal(undone.restored, 1);
            tried++;
        }
    }
    assert_true(tried > 50);
}

/* -- what nobody touched ----------------------------------------------------------------------------- */

static void a_column_that_is_gone_says_nothing(struct store *s)
{
    begin();
    from_source(s, FIRST);
    struct imported got = from_hand(s, EDITED(export_book(s), {"Téléphone", "Mes notes"}, {"Ouvert à tous", "Ouvert le matin"}));
    assert_int_equal(places(s, "telephone = '+33261910001' AND presentation_resume = 'Ouvert le matin'"), 1);
    assert_int_equal(choices(s), 1);
    assert_false(has_text(got.report, "garde."));
}

/* Names and phones of two places, of which one is not corrected; the third is left out. The source is told by its name alone. */
static void a_light_sheet(struct store *s)
{
    static const char rows[] = "<row><c t=\"str\"><v>Nom</v></c><c t=\"str\"><v>Source</v></c><c t=\"str\"><v>Identifiant de la source</v></c>"
                               "<c t=\"str\"><v>Téléphone</v></c></row>"
                               "<row><c t=\"str\"><v>Mairie</v></c><c t=\"str\"><v>Essai</v></c><c t=\"str\"><v>1</v></c>"
                               "<c t=\"str\"><v>02 61 91 00 02</v></c></row>"
                               "<row><c t=\"str\"><v>Médiathèque</v></c><c t=\"str\"><v>Essai</v></c><c t=\"str\"><v>2</v></c>"
                               "<c t=\"str\"><v>0639 98 00 01</v></c></row>"; /* a mobile, dialled in Mayotte */
    begin();
    struct imported got = import_with(s, STR(HEADER FIRST "2,Médiathèque,Mamoudzou,97600,3 rue Haute,1970-01-01,+262639980001,,,,,Essai\n"
                                                          "3,Cyber-base,Vitré,35500,5 rue Haute,1970-01-01,,,,,,Essai\n"),
                                      (struct directory_import){.feed = STR("liste"), .source = STR("autre-nom")});
    assert_int_equal(got.err, OK);
    struct str book = table_workbook(s->a, (struct table_workbook){.rows = rows, .sheet = "Lieux"});
    for (int time = 0; time < 2; time++) {
        got = import_with(s, book, (struct directory_import){.feed = STR("liste")});
        assert_int_equal(got.err, OK);
        assert_counts(&got, 0, time == 0, 2 - (time == 0), 0);
        assert_int_equal(got.result.counts.gone, 0);
    }
    assert_int_equal(places(s, "telephone = '+33261910002' AND site_web = 'https://mairie.example/' AND adresse = '1 rue Haute'"), 1);
    assert_int_equal(places(s, "1 = 1"), 3);
    assert_int_equal(choices(s), 1);
    /* Two sources with these words call a place "1": which one is meant cannot be told, and none is touched. */
    assert_int_equal(import_with(s, STR(HEADER FIRST), (struct directory_import){.feed = STR("troisieme"), .source = STR("a-part")}).err, OK);
    got = import_with(s, book, (struct directory_import){.feed = STR("liste")});
    assert_int_equal(got.err, OK);
    assert_counts(&got, 0, 0, 1, 1);
    assert_int_equal(places(s, "telephone = '+33261910001'"), 1);
}

/* Cleaning would write it otherwise, or a cell cannot hold it: as nobody touched it, it stays. */
static void what_comes_back_otherwise_is_untouched(struct store *s)
{
    begin();
    from_source(s, FIRST);
    import_ok(s, fixture(s, "inclusion.json"));
    struct buf b;
    buf_init(&b, 1 << 17);
    buf_lit(&b, "UPDATE directory_place SET adresse = '1  Rue   haute', horaires_texte = 'le matin', presentation_detail = '");
    for (int i = 0; i < 40000; i++)
        buf_char(&b, 'x');
    buf_lit(&b, "'");
    store_run(s, arena_cstr(s->a, buf_str(&b)));
    buf_deinit(&b);
    from_hand(s, EDITED(export_book(s), {"Ouvert à tous", "Ouvert le matin"}));
    assert_int_equal(places(s, "adresse = '1  Rue   haute' AND horaires_texte = 'le matin' AND LENGTH(presentation_detail) = 40000"
                               " AND presentation_resume = 'Ouvert le matin'"), 1);
    assert_int_equal(choices(s), 1);
    /* A service whose phone is as its source writes it. */
#define SERVICE "SELECT COUNT(*) FROM directory_service WHERE telephone = '02 61 91 00 20'"
    assert_int_equal(store_int(s, SERVICE), 1);
    from_hand(s, edited(s, export_book(s), 3, &(const struct edit){"Aide aux démarches", "Aide pour tous"}, 1));
    assert_int_equal(store_int(s, SERVICE " AND nom = 'Aide pour tous'"), 1);
    assert_int_equal(choices(s), 2);
}

/* A person may work on the sentence alone. */
static void hours_without_their_expression(struct store *s)
{
    begin();
    from_source(s, FIRST);
    store_run(s, "UPDATE directory_place SET horaires = 'Mo 09:00-12:00 \"sur rendez-vous\"; PH off'");
    struct str book = EDITED(export_book(s), {"Horaires (OpenStreetMap)", "Mes notes"}, {"Ouvert à tous", "Ouvert le matin"});
    from_hand(s, book);
    assert_int_equal(places(s, "horaires = 'Mo 09:00-12:00 \"sur rendez-vous\"; PH off' AND presentation_resume = 'Ouvert le matin'"), 1);
    assert_int_equal(choices(s), 1);
}

static void a_found_point_goes_with_its_address(struct store *s)
{
    begin();
    from_source(s, FIRST);
    struct str remarks = geocode_remark(s->a, STR("[[\"pivot\",\"valeur.ecartee\",\"12\",\"\"]]"), STR("48.12,-1.21 (housenumber 0.97)"));
    store_run(s, arena_cstr(s->a, arena_printf(s->a, "UPDATE directory_place SET latitude = 48.12, longitude = -1.21, remarks = '%.*s'", STR_ARG(remarks))));
    from_hand(s, EDITED(export_book(s), {"Ouvert à tous", "Ouvert le matin"}));
    assert_int_equal(places(s, "latitude > 48 AND remarks LIKE '%coordonnees.adresse%' AND remarks LIKE '%valeur.ecartee%'"), 1);
    now_ms += 60 * SECOND;
    from_hand(s, EDITED(export_book(s), {"1 rue Haute", "12 rue Basse"}));
    assert_int_equal(places(s, "adresse = '12 rue Basse' AND latitude IS NULL AND longitude IS NULL AND remarks NOT LIKE '%coordonnees.adresse%'"
                               " AND remarks LIKE '%valeur.ecartee%'"), 1);
    /* It may be found again, from the new address: nobody chose to have none. */
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_choice WHERE field IN ('latitude', 'longitude')"), 0);
}

static const struct store_test tests[] = {
    STORE_TEST(a_workbook_is_corrected_by_hand),
    STORE_TEST(an_emptied_cell_empties),
    STORE_TEST(the_last_correction_wins),
    STORE_TEST(a_merged_place),
    STORE_TEST(what_changed_since_stays_and_is_told),
    STORE_TEST(what_went_since_stays_away),
    STORE_TEST(the_workbook_of_another_directory),
    STORE_TEST(the_night_of_two_hours),
    STORE_TEST(one_cell_changes_one_field),
    STORE_TEST(a_column_that_is_gone_says_nothing),
    STORE_TEST(a_light_sheet),
    STORE_TEST(what_comes_back_otherwise_is_untouched),
    STORE_TEST(hours_without_their_expression),
    STORE_TEST(a_found_point_goes_with_its_address),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
