/* The same source, again and again: what changes, what goes, what comes back, what a person said; tried first, undone after. */
#include "directory_test.h"

#include "base/clock.h"
#include "modules/directory/jobs.h"

#define HEADER "id,nom,commune,code_postal,adresse,date_maj,telephone,site_web,source\n"
#define PLACE(id, date, phone, site) id ",Lieu " id ",Rennes,35000," id " rue Haute," date "," phone "," site ",Essai\n"
#define A PLACE("a", "2026-01-01", "+33261910001", "https://a.example")
#define B PLACE("b", "2026-01-01", "+33261910002", "https://b.example")
#define C PLACE("c", "2026-01-01", "+33261910003", "https://c.example")

static const struct directory_import fed = {.feed = STR_INIT("essai")};

static struct imported again(struct store *s, const char *csv)
{
    struct imported got = import_with(s, str_from(csv), fed);
    assert_int_equal(got.err, OK);
    return got;
}

static struct directory_place *place(struct store *s, const char *source_id)
{
    struct db_rows *r;
    bool has;
    struct directory_sheet sheet;
    assert_ok(db_query(s->conn, "SELECT id FROM directory_place WHERE source_id = $1", DB_PARAMS(DB_TEXT(str_from(source_id))), &r));
    assert_ok(db_next(r, &has));
    assert_true(has);
    struct str id = db_col_text_in(r, 0, s->a);
    db_rows_end(r);
    enum err e = directory_find_by_id(s->conn, s->a, id, &sheet);
    assert_true(e == OK || e == ERR_GONE);
    return sheet.place;
}

static void person_saves(struct store *s, struct directory_place *p)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("person:1"), p));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
}

static void a_person_wins_over_the_file(struct store *s)
{
    again(s, HEADER A B);
    struct directory_place *p = place(s, "a");
    p->telephone = STR_NONE; /* emptied: nobody answers there */
    p->adresse = STR("12 place Sainte-Anne");
    person_saves(s, p);
    struct imported got = again(s, HEADER PLACE("a", "2026-02-01", "+33261910009", "https://new.example") B);
    assert_counts(&got, 0, 1, 1, 0);
    p = place(s, "a");
    assert_int_equal(p->telephone.n, 0);
    assert_str("12 place Sainte-Anne", p->adresse);
    assert_str("https://new.example", p->site_web.items[0]); /* what the person did not touch follows the file */
    assert_true(has_text(got.report, "Lieu a,telephone,'+33261910009,,garde.choix"));
    got = again(s, HEADER PLACE("a", "2026-02-01", "+33261910009", "https://new.example") B);
    assert_counts(&got, 0, 0, 2, 0);
}

static void a_value_beats_an_empty_cell_and_is_told(struct store *s)
{
    again(s, HEADER A);
    struct imported got = again(s, HEADER PLACE("a", "2026-02-01", "", "https://a.example"));
    assert_counts(&got, 0, 1, 0, 0); /* the date */
    assert_str("+33261910001", place(s, "a")->telephone);
    assert_true(has_text(got.report, "telephone,,'+33261910001,garde.valeur"));
    assert_true(has_text(place(s, "a")->record.remarks, "[\"telephone\",\"garde.valeur\",\"\",\"+33261910001\"]"));
    /* Said again: nothing to check any more. */
    again(s, HEADER A);
    again(s, HEADER PLACE("a", "2026-03-01", "+33261910001", "https://a.example"));
    assert_int_equal(place(s, "a")->record.remarks.n, 0);
}

static void an_older_file_only_fills(struct store *s)
{
    again(s, HEADER PLACE("a", "2026-02-01", "+33261910001", ""));
    struct imported got = again(s, HEADER PLACE("a", "2025-02-01", "+33261910009", "https://old.example"));
    assert_counts(&got, 0, 1, 0, 0);
    struct directory_place *p = place(s, "a");
    assert_str("+33261910001", p->telephone);
    assert_str("2026-02-01", p->date_maj);
    assert_str("https://old.example", p->site_web.items[0]);
    assert_true(has_text(got.report, "garde.recente"));
}

static void what_the_source_no_longer_says_is_gone_and_comes_back(struct store *s)
{
    again(s, HEADER A B C);
    struct imported got = again(s, HEADER A C);
    assert_counts(&got, 0, 0, 2, 0);
    assert_int_equal(got.result.counts.gone, 1);
    assert_true(has_text(got.report, ",Lieu b,id,,,fiche.disparue"));
    assert_true(place(s, "b")->record.deleted_at_ms > 0);
    assert_false(has_text(export_text(s, EXPORT_LAMEDNUM_CSV), "Lieu b"));
    struct str id = place(s, "b")->record.id, slug = place(s, "b")->record.slug;
    got = again(s, HEADER A B C);
    assert_int_equal(got.result.counts.back, 1);
    assert_counts(&got, 0, 0, 2, 0);
    assert_int_equal(place(s, "b")->record.deleted_at_ms, 0);
    assert_true(str_eq(place(s, "b")->record.id, id) && str_eq(place(s, "b")->record.slug, slug));
    /* A refused row is still there; a part of a file takes nothing away; another feed neither. */
    got = again(s, HEADER A C "b,,Rennes,35000,1 rue,2026-01-01,,,Essai\n");
    assert_int_equal(got.result.counts.gone, 0);
    got = import_with(s, STR(HEADER A), (struct directory_import){.feed = STR("essai"), .partial = true});
    assert_int_equal(got.result.counts.gone, 0);
    got = import_with(s, STR(HEADER "z,Lieu z,Rennes,35000,1 rue,2026-01-01,,,Essai\n"), (struct directory_import){.feed = STR("autre")});
    assert_int_equal(got.result.counts.gone, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0"), 4);
}

static void what_a_person_vouches_for_is_not_gone(struct store *s)
{
    again(s, HEADER A B C);
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_confirm(s->conn, s->a, STR("person:1"), DIRECTORY_PLACE, place(s, "b")->record.id, STR("la mairie")));
    assert_ok(directory_delete(s->conn, s->a, STR("person:1"), DIRECTORY_PLACE, place(s, "c")->record.id));
    assert_ok(db_commit(s->conn));
    struct imported got = again(s, HEADER A);
    assert_int_equal(got.result.counts.gone, 0);
    assert_int_equal(place(s, "b")->record.deleted_at_ms, 0);
    assert_true(has_text(got.report, "garde.personne"));
    got = again(s, HEADER A B C); /* removed by a person: stays removed */
    assert_int_equal(got.result.counts.kept_deleted, 1);
    assert_true(place(s, "c")->record.deleted_at_ms > 0 && place(s, "c")->record.gone_at_ms == 0);
}

/* Two sources call a place "a": our file tells them apart, and comes back as both. */
static void our_own_file_is_known_again(struct store *s)
{
    again(s, HEADER A B);
    import_ok(s, STR(HEADER "a,Mairie,Rennes,35000,2 rue Basse,2026-01-01,+33261910004,,Autre\n"));
    static const enum directory_format formats[] = {EXPORT_LAMEDNUM_CSV, EXPORT_LAMEDNUM_JSON, EXPORT_LAMEDNUM_2_CSV, EXPORT_LAMEDNUM_2_JSON};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct str file = export_text(s, formats[i]);
        assert_true(has_text(file, "essai--a") && has_text(file, "autre--a"));
        struct imported got = import_ok(s, file);
        assert_counts(&got, 0, 0, 3, 0);
        assert_str(arena_cstr(s->a, file), export_text(s, formats[i]));
    }
    /* Corrected there, it is corrected here; refused, it is still there. */
    struct str file = export_text(s, EXPORT_LAMEDNUM_CSV);
    struct imported got = import_ok(s, replaced(s, file, "2 rue Basse", "4 rue Basse"));
    assert_counts(&got, 0, 1, 2, 0);
    got = import_with(s, replaced(s, file, "Mairie,", ","), (struct directory_import){.feed = STR("autre")});
    assert_counts(&got, 0, 0, 2, 1);
    assert_int_equal(got.result.counts.gone, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0"), 3);
}

/* `--source` called the source otherwise than its words; another place of the same words and id is another place. */
static void our_own_file_is_known_by_its_words(struct store *s)
{
    const struct directory_import renamed = {.feed = STR("essai"), .source = STR("cd35")};
    assert_int_equal(import_with(s, STR(HEADER A B), renamed).err, OK);
    static const enum directory_format formats[] = {EXPORT_LAMEDNUM_CSV, EXPORT_LAMEDNUM_2_JSON};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct imported got = import_ok(s, export_text(s, formats[i]));
        assert_counts(&got, 0, 0, 2, 0);
    }
    struct imported got = import_ok(s, STR(HEADER "a,Un autre lieu,Rennes,35000,a rue Haute,2026-01-01,,,Essai\n"));
    assert_counts(&got, 1, 0, 0, 0); /* essai: a */
    got = import_ok(s, export_text(s, EXPORT_LAMEDNUM_CSV)); /* now they are told apart: "cd35--a" */
    assert_counts(&got, 0, 0, 3, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source = 'cd35'"), 2);
}

/* What a copy of the directory writes otherwise than it is (a phone as it is dialled) is not changed by coming back. */
static void our_own_copies_change_nothing(struct store *s)
{
    import_ok(s, fixture(s, "inclusion.json"));
    import_ok(s, fixture(s, "places.csv"));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_service WHERE telephone = '02 61 91 00 20'"), 1);
    static const enum directory_format formats[] = {EXPORT_TABLE, EXPORT_GEOJSON, EXPORT_XLSX, EXPORT_HSDS, EXPORT_DATA_INCLUSION};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct imported got = import_ok(s, export_text(s, formats[i]));
        assert_counts(&got, 0, 0, got.result.counts.rows, 0);
    }
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_service WHERE telephone = '02 61 91 00 20'"), 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_choice"), 0);
    struct imported got = import_ok(s, replaced(s, export_text(s, EXPORT_TABLE), "02 61 91 00 20", "02 61 91 00 21"));
    assert_int_equal(got.result.counts.updated, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_structure WHERE telephone = '+33261910021'"), 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_choice"), 0); /* a table is no workbook */
}

/* Structures that say no more than their names, and no service at all: nothing but the name of the list tells what they are. */
static void bare_structures_leave_and_come_back(struct store *s)
{
    static const enum directory_format formats[] = {EXPORT_DATA_INCLUSION, EXPORT_TABLE, EXPORT_HSDS};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        import_ok(s, STR("{\"structures\":[{\"source\":\"dora\",\"id\":\"dora--1\",\"nom\":\"Le CCAS\",\"date_maj\":\"2026-01-01\"},"
                         "{\"source\":\"dora\",\"id\":\"dora--2\",\"nom\":\"La Maison\",\"date_maj\":\"2026-01-02\"}],\"services\":[]}"));
        struct str file = export_text(s, formats[i]), inclusion = export_text(s, EXPORT_DATA_INCLUSION);
        forget_all(s);
        struct imported got = import_ok(s, file);
        assert_counts(&got, 2, 0, 0, 0);
        assert_str(arena_cstr(s->a, inclusion), export_text(s, EXPORT_DATA_INCLUSION));
        forget_all(s);
    }
}

/* Our map has what has a point: what it does not show is not gone, whatever its file is called. */
static void our_own_map_takes_nothing_away(struct store *s)
{
    again(s, HEADER A B C);
    store_run(s, "UPDATE directory_place SET latitude = 48.1, longitude = -1.6 WHERE source_id = 'a'");
    struct imported got = import_with(s, export_text(s, EXPORT_GEOJSON), fed);
    assert_int_equal(got.err, OK);
    assert_counts(&got, 0, 0, 1, 0);
    assert_int_equal(got.result.counts.gone + got.result.gone_withheld, 0);
}

static struct str many(struct store *s, int from, int to)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_lit(&b, HEADER);
    for (int i = from; i < to; i++)
        buf_printf(&b, "m%d,Lieu %d,Rennes,35000,%d rue Haute,2026-01-01,,,Essai\n", i, i, i);
    struct str text = arena_str(s->a, buf_str(&b));
    buf_deinit(&b);
    return text;
}

static void most_of_a_source_does_not_vanish_by_mistake(struct store *s)
{
    import_with(s, many(s, 0, 40), fed);
    struct imported got = import_with(s, many(s, 0, 15), fed);
    assert_int_equal(got.result.counts.gone, 0);
    assert_int_equal(got.result.gone_withheld, 25);
    got = import_with(s, many(s, 0, 15), (struct directory_import){.feed = STR("essai"), .complete = true});
    assert_int_equal(got.result.counts.gone, 25);
    assert_int_equal(got.result.gone_withheld, 0);
}

/* -- tried first ---------------------------------------------------------------------------------- */

struct told {
    struct store *s;
    struct buf text;
};

static bool tell(void *ctx, const struct directory_import_change *ch)
{
    static const char *const actions[] = {"add", "update", "gone", "back"};
    struct told *t = ctx;
    buf_printf(&t->text, "%s %.*s %zu %.*s\n", actions[ch->action], STR_ARG(ch->name), ch->line, STR_ARG(ch->changes));
    return true;
}

static void a_dry_run_shows_all_and_keeps_nothing(struct store *s)
{
    again(s, HEADER A B C);
    int64_t seq, seq_after, entries = store_int(s, "SELECT COUNT(*) FROM journal_entry");
    assert_ok(db_change_seq(s->conn, "directory", &seq));
    struct str before = export_text(s, EXPORT_LAMEDNUM_CSV);
    struct told told = {.s = s};
    buf_init(&told.text, 1 << 20);
    struct directory_import in = {.data = STR(HEADER PLACE("a", "2026-02-01", "+33261910009", "https://a.example") C
                                              PLACE("d", "2026-02-01", "", "")),
                                  .default_source = STR("balise"), .actor = STR("import:test"), .feed = STR("essai"),
                                  .dry_run = true, .change = tell, .ctx = &told};
    struct directory_import_result res;
    struct str why;
    assert_ok(directory_import_run(s->conn, s->a, &in, &res, &why));
    assert_int_equal(res.counts.added, 1);
    assert_int_equal(res.counts.updated, 1);
    assert_int_equal(res.counts.gone, 1);
    assert_int_equal(res.id.n, 0);
    struct str text = buf_str(&told.text);
    assert_true(has_text(text, "update Lieu a 2 {\"telephone\":[\"+33261910001\",\"+33261910009\"],\"date_maj\":[\"2026-01-01\",\"2026-02-01\"]}"));
    assert_true(has_text(text, "add Lieu d 4 {\"id\":[\"\",\"d\"],\"nom\":[\"\",\"Lieu d\"]"));
    assert_true(has_text(text, "gone Lieu b 0 \n"));
    buf_deinit(&told.text);
    assert_true(str_eq(before, export_text(s, EXPORT_LAMEDNUM_CSV)));
    assert_ok(db_change_seq(s->conn, "directory", &seq_after));
    assert_int_equal(seq, seq_after);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry"), entries);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_import"), 1);
}

/* -- undone after --------------------------------------------------------------------------------- */

static struct directory_undo_result undo(struct store *s, struct str id)
{
    struct directory_undo_result res;
    assert_ok(directory_import_undo(s->conn, s->a, id, STR("command"), &res));
    return res;
}

static void undoing_gives_everything_back(struct store *s)
{
    again(s, HEADER A B C);
    again(s, HEADER A B); /* c is gone */
    struct str before = export_text(s, EXPORT_LAMEDNUM_CSV);
    struct imported got = again(s, HEADER PLACE("a", "2026-02-01", "+33261910009", "https://n.example|https://a.example")
                                       C PLACE("d", "2026-02-01", "", "")); /* a changed, b gone, c back, d new */
    assert_counts(&got, 1, 1, 0, 0);
    struct directory_undo_result res = undo(s, got.result.id);
    assert_int_equal(res.removed, 2); /* d, and c again */
    assert_int_equal(res.restored, 1);
    assert_int_equal(res.returned, 1);
    assert_int_equal(res.left + res.kept, 0);
    assert_true(str_eq(before, export_text(s, EXPORT_LAMEDNUM_CSV)));
    struct directory_undo_result twice;
    assert_err(ERR_CONFLICT, directory_import_undo(s->conn, s->a, got.result.id, STR("command"), &twice));
    assert_err(ERR_NOT_FOUND, directory_import_undo(s->conn, s->a, STR("nothing"), STR("command"), &twice));
    /* And the file can be imported again. */
    got = again(s, HEADER PLACE("a", "2026-02-01", "+33261910009", "https://a.example") C PLACE("d", "2026-02-01", "", ""));
    assert_int_equal(got.result.counts.back, 2);
    assert_int_equal(got.result.counts.updated, 1);
    struct directory_import_run_info *runs;
    size_t n;
    assert_ok(directory_import_list(s->conn, s->a, 10, &runs, &n));
    assert_int_equal(n, 4);
    assert_true(runs[0].undone_at_ms == 0 && runs[1].undone_at_ms > 0);
    assert_str("essai", runs[0].feed);
    assert_str("LaMednum 1.0.2 (CSV)", runs[0].format);
}

static void undoing_leaves_what_changed_since(struct store *s)
{
    again(s, HEADER A B);
    struct imported got = again(s, HEADER PLACE("a", "2026-02-01", "+33261910009", "https://n.example") B PLACE("d", "2026-02-01", "", ""));
    struct directory_place *p = place(s, "a");
    p->telephone = STR("+33261910010");
    person_saves(s, p);
    p = place(s, "d");
    p->adresse = STR("2 rue Basse");
    person_saves(s, p);
    struct directory_undo_result res = undo(s, got.result.id);
    assert_int_equal(res.left, 1);
    assert_int_equal(res.kept, 1);
    assert_int_equal(res.removed, 0);
    assert_str("+33261910010", place(s, "a")->telephone);
    assert_str("https://a.example", place(s, "a")->site_web.items[0]);
    assert_int_equal(place(s, "d")->record.deleted_at_ms, 0);
}

static void forgotten_changes_cannot_be_undone(struct store *s)
{
    again(s, HEADER A B);
    struct imported got = again(s, HEADER A PLACE("b", "2026-02-01", "+33261910009", "https://b.example"));
    struct directory_undo_result res;
    store_run(s, "DELETE FROM directory_import_change");
    assert_err(ERR_GONE, directory_import_undo(s->conn, s->a, got.result.id, STR("command"), &res));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_import WHERE undone_at_ms > 0"), 0);
}

static int64_t in_a_year_and_a_month(void)
{
    return (int64_t)(20783 + 395) * 86400000; /* after 2026-11-26 */
}

/* What was replaced may be what somebody asked to remove: it is not kept for ever. */
static void replaced_values_are_forgotten_after_a_year(struct store *s)
{
    struct job job = {.db = s->db, .a = arena_new(SIZE_MAX)};
    again(s, HEADER A B);
    again(s, HEADER A PLACE("b", "2026-02-01", "+33261910009", "https://b.example"));
    assert_ok(import_forget(&job));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_import_change"), 1);
    clock_set_source(in_a_year_and_a_month);
    enum err e = import_forget(&job);
    clock_set_source(NULL);
    arena_free(job.a);
    assert_int_equal(e, OK);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_import_change"), 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_import"), 2);
}

static void a_record_said_by_another_file_is_adopted(struct store *s)
{
    again(s, HEADER A B);
    struct imported got = import_with(s, STR(HEADER B C), (struct directory_import){.feed = STR("nouveau")});
    assert_counts(&got, 1, 0, 1, 0);
    assert_str("nouveau", place(s, "b")->record.feed);
    got = again(s, HEADER A); /* b is the other file's now */
    assert_int_equal(got.result.counts.gone, 0);
}

static const struct store_test tests[] = {
    STORE_TEST(a_person_wins_over_the_file),
    STORE_TEST(a_value_beats_an_empty_cell_and_is_told),
    STORE_TEST(an_older_file_only_fills),
    STORE_TEST(what_the_source_no_longer_says_is_gone_and_comes_back),
    STORE_TEST(our_own_file_is_known_again),
    STORE_TEST(our_own_file_is_known_by_its_words),
    STORE_TEST(our_own_copies_change_nothing),
    STORE_TEST(bare_structures_leave_and_come_back),
    STORE_TEST(our_own_map_takes_nothing_away),
    STORE_TEST(what_a_person_vouches_for_is_not_gone),
    STORE_TEST(most_of_a_source_does_not_vanish_by_mistake),
    STORE_TEST(a_dry_run_shows_all_and_keeps_nothing),
    STORE_TEST(undoing_gives_everything_back),
    STORE_TEST(undoing_leaves_what_changed_since),
    STORE_TEST(forgotten_changes_cannot_be_undone),
    STORE_TEST(replaced_values_are_forgotten_after_a_year),
    STORE_TEST(a_record_said_by_another_file_is_adopted),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
