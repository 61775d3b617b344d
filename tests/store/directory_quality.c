/* The report on quality over real rows: figures a source, last imports, and when it is made again. */
#include "base/clock.h"
#include "directory_test.h"
#include "modules/directory/quality.h"

static int64_t day_ms; /* the clock of these tests */

static int64_t test_clock(void)
{
    return day_ms;
}

static void touch(struct store *s)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    assert_ok(directory_refresh(s->db));
}

/* What requests hold, until stop(). */
static struct arena *held;

static const struct quality_report *report(struct store *s)
{
    const struct quality_report *r;
    if (!held)
        held = arena_new(SIZE_MAX);
    assert_ok(quality_report(s->db, held, &r));
    return r;
}

static const struct quality_source *source(const struct quality_report *r, const char *slug)
{
    for (size_t i = 0; i < r->n_sources; i++)
        if (str_eq(r->sources[i].slug, str_from(slug)))
            return &r->sources[i];
    fail_msg("no source %s", slug);
    return NULL;
}

static void start(struct store *s)
{
    assert_true(clock_parse_utc(STR("2026-11-24T09:30:00Z"), &day_ms));
    clock_set_source(test_clock);
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    touch(s);
}

static void stop(void)
{
    arena_free(held);
    held = NULL;
    quality_stop();
    directory_stop();
    clock_set_source(NULL);
}

static void figures_agree_with_the_tables(struct store *s)
{
    start(s);
    const struct quality_report *r = report(s);
    assert_int_equal(r->all.places, store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0"));
    assert_int_equal(r->all.structures, store_int(s, "SELECT COUNT(*) FROM directory_structure WHERE deleted_at_ms = 0"));
    assert_int_equal(r->all.counts[QUALITY_NO_PHONE],
                     store_int(s, "SELECT COUNT(*) FROM directory_place WHERE telephone IS NULL") +
                         store_int(s, "SELECT COUNT(*) FROM directory_structure WHERE telephone IS NULL"));
    assert_int_equal(r->all.counts[QUALITY_NO_POINT],
                     store_int(s, "SELECT COUNT(*) FROM directory_place WHERE latitude IS NULL") +
                         store_int(s, "SELECT COUNT(*) FROM directory_structure WHERE latitude IS NULL"));
    int64_t ages = 0;
    for (int m = QUALITY_HALF_YEAR; m <= QUALITY_NO_DATE; m++)
        ages += r->all.counts[m];
    assert_int_equal(ages, quality_sheets(&r->all));
    assert_int_equal(r->all.counts[QUALITY_CONFIRMED] + r->all.counts[QUALITY_NEVER_CONFIRMED], quality_sheets(&r->all));
    assert_true(r->all.services > 0 && r->all.score > 0 && r->all.score <= 1);
    int64_t sheets = 0, services = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        sheets += quality_sheets(&r->sources[i]);
        services += r->sources[i].services;
        assert_true(i == 0 || str_cmp(r->sources[i - 1].slug, r->sources[i].slug) < 0);
    }
    assert_int_equal(sheets, quality_sheets(&r->all));
    assert_int_equal(services, r->all.services);
    stop();
}

static void a_removed_sheet_is_not_counted(struct store *s)
{
    start(s);
    int64_t before = report(s)->all.places;
    store_run(s, "UPDATE directory_place SET deleted_at_ms = 1, gone_at_ms = 1 WHERE nom = 'Médiathèque des Tilleuls'");
    touch(s);
    assert_int_equal(report(s)->all.places, before - 1);
    stop();
}

static void help_may_come_from_the_structure(struct store *s)
{
    start(s);
    store_run(s, "UPDATE directory_place SET services = NULL, structure_id = NULL");
    touch(s);
    assert_int_equal(report(s)->all.counts[QUALITY_NO_SERVICE],
                     report(s)->all.places +
                         store_int(s, "SELECT COUNT(*) FROM directory_structure t WHERE NOT EXISTS"
                                      " (SELECT 1 FROM directory_service v WHERE v.structure_id = t.id)"));
    int64_t before = report(s)->all.counts[QUALITY_NO_SERVICE];
    store_run(s, "UPDATE directory_place SET structure_id = (SELECT MIN(structure_id) FROM directory_service WHERE place_id IS"
                 " NULL) WHERE nom = 'Médiathèque des Tilleuls'");
    touch(s);
    assert_int_equal(report(s)->all.counts[QUALITY_NO_SERVICE], before - 1);
    stop();
}

static void the_last_import_of_each_source(struct store *s)
{
    start(s);
    store_run(s, "UPDATE directory_place SET feed = 'fichier'");
    store_run(s, "INSERT INTO directory_import (id, feed, file_name, format, actor, at_ms, undone_at_ms, rows_read, added,"
                 " updated, unchanged, refused, gone, kept_deleted, dropped, corrected) VALUES"
                 " ('1', 'fichier', 'a.csv', 'LaMednum 1.0.2 (CSV)', 'x', 1790000000000, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0),"
                 " ('2', 'fichier', 'a.json', 'LaMednum 1.0.2 (JSON)', 'x', 1791000000000, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0),"
                 " ('3', 'fichier', 'a.xlsx', 'tableau', 'x', 1792000000000, 1792000000001, 1, 1, 0, 0, 0, 0, 0, 0, 0),"
                 " ('4', 'autre', 'b.csv', 'autre', 'x', 1793000000000, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0)");
    store_run(s, "UPDATE directory_place SET source = 'essai'");
    touch(s);
    const struct quality_source *one = source(report(s), "essai");
    assert_int_equal(one->imported_ms, 1791000000000); /* the third was undone, the fourth is of others */
    assert_str("LaMednum 1.0.2 (JSON)", one->format);
    /* One that changed nothing is seen all the same. */
    store_run(s, "UPDATE directory_import SET at_ms = 1796000000000 WHERE id = '2'");
    assert_int_equal(source(report(s), "essai")->imported_ms, 1796000000000);
    stop();
}

static void remarks_phones_and_distances(struct store *s)
{
    start(s);
    store_run(s, "UPDATE directory_place SET remarks = '[[\"telephone\",\"valeur.ecartee\",\"12\",\"\"]]',"
                 " telephone = '+33261910099'");
    store_run(s, "UPDATE directory_place SET latitude = 43.6, longitude = 3.87 WHERE nom = 'Maison du lac'");
    touch(s);
    const struct quality_report *r = report(s);
    assert_int_equal(r->all.counts[QUALITY_LEFT_ASIDE], r->all.places);
    assert_int_equal(r->all.counts[QUALITY_SHARED_PHONE], r->all.places >= QUALITY_PHONE_MANY ? r->all.places : 0);
    assert_true(r->all.places >= QUALITY_PHONE_MANY);
    assert_int_equal(r->all.counts[QUALITY_FAR], 1);
    assert_str("Maison du lac", r->examples[QUALITY_FAR][0].nom);
    store_run(s, "UPDATE directory_place SET telephone = '+33261910098' WHERE nom = 'Médiathèque des Tilleuls'");
    touch(s);
    assert_int_equal(report(s)->all.counts[QUALITY_SHARED_PHONE], 0); /* four are left */
    stop();
}

static void made_again_when_something_changes_only(struct store *s)
{
    start(s);
    const struct quality_report *first = report(s);
    assert_ptr_equal(first, report(s));
    /* Without a change that is told, what is in the tables does not matter. */
    store_run(s, "UPDATE directory_place SET telephone = NULL");
    assert_ptr_equal(first, report(s));
    touch(s);
    const struct quality_report *second = report(s);
    assert_ptr_not_equal(first, second);
    assert_int_equal(source(second, "balise")->slug.n, 6);
    day_ms += 86400000;
    assert_ptr_not_equal(second, report(s)); /* ages depend on the day */
    stop();
}

/* The index is late by one change: right figures, but not kept. */
static void not_kept_while_the_index_is_late(struct store *s)
{
    start(s);
    const struct quality_report *first = report(s);
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    const struct quality_report *late = report(s);
    assert_ptr_not_equal(first, late);
    assert_ptr_not_equal(late, report(s));
    assert_ok(directory_refresh(s->db));
    assert_ptr_equal(report(s), report(s));
    stop();
}

static void an_empty_directory(struct store *s)
{
    const struct quality_report *r = report(s);
    assert_int_equal(r->n_sources, 0);
    assert_int_equal(quality_sheets(&r->all), 0);
    assert_true(r->all.score < 0);
    stop();
}

/* Three sheets of one place count three, whatever the pairs; what a person said to be distinct does not count. */
static void places_that_look_the_same_are_counted_once_each(struct store *s)
{
    static const char rows[] = "id,nom,commune,code_postal,adresse,date_maj,pivot,source\n"
                               "1,Médiathèque des Peupliers,Vitré,35500,4 rue des Saules,2026-01-01,,A\n";
    start(s);
    int64_t before = report(s)->all.counts[QUALITY_TWIN];
    import_ok(s, str_from(rows));
    touch(s);
    assert_int_equal(report(s)->all.counts[QUALITY_TWIN], before);
    import_ok(s, replaced(s, str_from(rows), ",A\n", ",B\n"));
    import_ok(s, replaced(s, str_from(rows), ",A\n", ",C\n"));
    touch(s);
    const struct quality_report *r = report(s);
    assert_int_equal(r->all.counts[QUALITY_TWIN], before + 3);
    assert_int_equal(source(r, "a")->counts[QUALITY_TWIN], 1);
    assert_int_equal(source(r, "c")->counts[QUALITY_TWIN], 1);
    assert_true(r->n_examples[QUALITY_TWIN] >= 3);
    struct directory_duplicate *pairs;
    size_t n;
    assert_ok(directory_duplicates(s->conn, s->a, DIRECTORY_DUPLICATE_LEAST, true, &pairs, &n));
    assert_ok(db_begin(s->conn, DB_WRITE));
    for (size_t i = 0; i < n; i++)
        assert_ok(directory_distinct(s->conn, s->a, STR("test"), pairs[i].a.id, pairs[i].b.id));
    assert_ok(db_commit(s->conn));
    touch(s);
    assert_int_equal(report(s)->all.counts[QUALITY_TWIN], 0);
    stop();
}

static const struct store_test tests[] = {
    STORE_TEST(places_that_look_the_same_are_counted_once_each),
    STORE_TEST(figures_agree_with_the_tables),    STORE_TEST(a_removed_sheet_is_not_counted),
    STORE_TEST(help_may_come_from_the_structure), STORE_TEST(the_last_import_of_each_source),
    STORE_TEST(remarks_phones_and_distances),     STORE_TEST(made_again_when_something_changes_only),
    STORE_TEST(not_kept_while_the_index_is_late), STORE_TEST(an_empty_directory),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
