/* Places without a point, on both databases: what is asked, written, kept, and left alone — with a service of the test's own. */
#include "address_service.h"
#include "directory_test.h"

/* -- the service -------------------------------------------------------------------------------------- */

/* Every address is at 48.2, -1.5, but those of "Nulle part". */
static void answer(const struct address_service *f, const struct csv_row *asked, struct buf *out)
{
    bool found = str_find(asked->cells[1], STR("Nulle part"), 0) < 0;
    buf_printf(out, "%.*s,x,%s,%s,%s,%s,%s,%.*s,%s,ok\n", STR_ARG(asked->cells[0]), found ? "-1.5" : "", found ? "48.2" : "",
               found ? f->score : "", found ? "une adresse" : "", found ? "street" : "", STR_ARG(asked->cells[2]),
               found ? f->city_code : "");
}

#define SERVICE                                                                                                          \
    {.path = "/search/csv/", .line = answer, .city_code = "35152", .score = "0.9",                                         \
     .head = "numero,adresse,longitude,latitude,result_score,result_label,result_type,result_city,result_citycode,result_status\n"}

/* -- the directory ------------------------------------------------------------------------------------ */

static struct directory_geocoding_result run(struct store *s, struct address_service *f, enum err wanted, struct directory_geocoding in)
{
    struct directory_geocoding_result result;
    struct str why;
    in.service = ADDRESS_SERVICE;
    in.actor = STR("essai");
    in.transport = &f->transport;
    enum err e = directory_geocode(s->db, s->a, &in, &result, &why);
    if (e != wanted)
        print_error("%.*s\n", STR_ARG(why));
    assert_int_equal(e, wanted);
    assert_true((e == OK) == (why.n == 0));
    return result;
}
#define RUN(s, f, ...) run(s, f, OK, (struct directory_geocoding){__VA_ARGS__})

static void add(struct store *s, const char *id, const char *adresse, const char *insee)
{
    struct directory_place p = {
        .record = {.source = STR("essai"), .source_id = str_from(id)}, .nom = STR("Lieu"), .commune = STR("Liffré"),
        .code_postal = STR("35340"), .code_insee = str_from(insee), .adresse = str_from(adresse), .date_maj = STR("2026-01-01")};
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("essai"), &p));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
}

static int64_t with_point(struct store *s)
{
    return store_int(s, "SELECT COUNT(*) FROM directory_place WHERE latitude = 48.2 AND longitude = -1.5");
}

static struct str text_of(struct store *s, const char *sql)
{
    struct db_rows *rows;
    bool has;
    assert_ok(db_query(s->conn, sql, DB_NO_PARAMS, &rows));
    assert_ok(db_next(rows, &has));
    assert_true(has);
    struct str text = db_col_text_in(rows, 0, s->a);
    db_rows_end(rows);
    return text;
}

static void each_address_is_asked_once(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    add(s, "1", "4, rue de l’Église", "35152");
    add(s, "2", "4 RUE DE L'EGLISE", "35152");
    add(s, "3", "5 rue de l’Église", "");
    add(s, "4", " - ", "35152"); /* nothing to ask */
    int64_t seq, after;
    assert_ok(db_change_seq(s->conn, "directory", &seq));
    struct directory_geocoding_result r = RUN(s, &f, 0);
    assert_int_equal(r.without_point, 3);
    assert_int_equal(r.to_ask, 2);
    assert_int_equal(r.asked, 2);
    assert_int_equal(r.placed, 3);
    assert_int_equal(with_point(s), 3);
    assert_int_equal(f.requests, 1);
    assert_false(has_text(buf_str(&f.sent), "essai")); /* no name, no identifier */
    assert_false(has_text(buf_str(&f.sent), "Lieu"));
    assert_ok(db_change_seq(s->conn, "directory", &after));
    assert_int_equal(after, seq + 1);
    assert_str("[[\"latitude\",\"coordonnees.adresse\",\"\",\"48.2,-1.5 (street 0.90)\"]]",
               text_of(s, "SELECT remarks FROM directory_place WHERE source_id = '1'"));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry WHERE action = 'place.update' AND actor = 'essai'"), 3);

    /* A later import of the same address needs nobody. */
    add(s, "5", "5 Rue de l’église", "35152");
    r = RUN(s, &f, 0);
    assert_int_equal(r.to_ask, 0);
    assert_int_equal(r.placed, 1);
    assert_int_equal(f.requests, 1);
    assert_int_equal(RUN(s, &f, 0).without_point, 0);
    address_service_stop(&f);
}

static void the_commune_must_be_that_of_the_record(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    add(s, "1", "4 rue Haute", "35238"); /* it says Rennes, the service Liffré */
    add(s, "2", "4 rue Haute", "");
    struct directory_geocoding_result r = RUN(s, &f, 0);
    assert_int_equal(r.placed, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = '1' AND latitude IS NULL"), 1);
    assert_int_equal(RUN(s, &f, 0).asked, 0); /* not every quarter of an hour */
    assert_int_equal(f.requests, 1);
    address_service_stop(&f);
}

static void what_was_not_found_is_asked_again_after_90_days(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    add(s, "1", "Nulle part", "35152");
    assert_int_equal(RUN(s, &f, 0).asked, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_geocode WHERE found = 0 AND latitude IS NULL"), 1);
    address_service_days_later(89);
    assert_int_equal(RUN(s, &f, 0).asked, 0);
    address_service_days_later(2);
    assert_int_equal(RUN(s, &f, 0).asked, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_geocode"), 1);
    f.score = "0.5";
    f.city_code = "35152";
    add(s, "2", "6 rue Haute", "35152"); /* rather right, and in the right town */
    assert_int_equal(RUN(s, &f, 0).placed, 1);
    f.score = "0.35";
    add(s, "3", "7 rue Haute", "35152");
    assert_int_equal(RUN(s, &f, 0).placed, 0);
    address_service_stop(&f);
}

static void what_a_person_chose_stays(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    add(s, "1", "4 rue Haute", "35152");
    add(s, "2", "5 rue Haute", "35152");
    store_run(s, "INSERT INTO directory_choice (kind, record_id, field, at_ms, actor)"
                 " SELECT 0, id, 'latitude', 1, 'marie' FROM directory_place WHERE source_id = '1'");
    store_run(s, "UPDATE directory_place SET latitude = 48.0, longitude = -1.0 WHERE source_id = '2'");
    assert_int_equal(RUN(s, &f, 0).without_point, 0);
    assert_int_equal(f.requests, 0);
    add(s, "3", "6 rue Haute", "35152");
    store_run(s, "UPDATE directory_place SET deleted_at_ms = 1 WHERE source_id = '3'");
    assert_int_equal(RUN(s, &f, 0).without_point, 0);
    assert_int_equal(with_point(s), 0);
    address_service_stop(&f);
}

static struct str file_of(struct store *s, const char *adresse, const char *date)
{
    return arena_printf(s->a, "id,nom,pivot,commune,code_postal,code_insee,adresse,date_maj\n"
                              "1,Lieu,,Liffré,35340,35152,%s,%s\n", adresse, date);
}

/* The file that never said a point does not miss it; a new address needs a new point. */
static void a_found_point_lives_as_long_as_its_address(struct store *s)
{
    static const char remark[] = "[[\"latitude\",\"coordonnees.adresse\",\"\",\"48.2,-1.5 (street 0.90)\"]]";
    struct address_service f = SERVICE;
    address_service_start(&f);
    import_ok(s, file_of(s, "4 rue Haute", "2026-01-01"));
    assert_int_equal(RUN(s, &f, 0).placed, 1);
    import_ok(s, file_of(s, "4 rue Haute", "2026-01-01")); /* the same file */
    assert_str(remark, text_of(s, "SELECT remarks FROM directory_place"));
    import_ok(s, file_of(s, "4 RUE HAUTE", "2026-02-01"));
    assert_int_equal(with_point(s), 1);
    assert_str(remark, text_of(s, "SELECT remarks FROM directory_place"));
    import_ok(s, file_of(s, "9 rue Basse", "2026-03-01"));
    assert_int_equal(with_point(s), 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE remarks IS NULL AND latitude IS NULL"), 1);
    assert_int_equal(RUN(s, &f, 0).placed, 1);
    assert_int_equal(f.requests, 2);
    address_service_stop(&f);
}

/* A person gives the point while the service is being asked. */
static enum err someone_is_faster(void *ctx)
{
    store_run(ctx, "UPDATE directory_place SET latitude = 48.0, longitude = -1.0");
    return OK;
}

static void a_point_given_meanwhile_stays(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    add(s, "1", "4 rue Haute", "35152");
    struct directory_geocoding_result r = RUN(s, &f, .each_batch = someone_is_faster, .ctx = s);
    assert_int_equal(r.asked, 1);
    assert_int_equal(r.placed, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE latitude = 48.0 AND remarks IS NULL"), 1);
    address_service_stop(&f);
}

static void nothing_leaves_nothing_changes(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    add(s, "1", "4 rue Haute", "35152");
    add(s, "2", "5 rue Haute", "35152");
    struct directory_geocoding_result r = RUN(s, &f, .dry_run = true);
    assert_int_equal(r.without_point, 2);
    assert_int_equal(r.to_ask, 2);
    assert_int_equal(r.asked + r.placed + f.requests, 0);
    r = RUN(s, &f, .limit = 1);
    assert_int_equal(r.asked, 1);
    assert_int_equal(with_point(s), 1);
    address_service_stop(&f);
}

static void a_failure_leaves_everything_as_before(struct store *s)
{
    static const char *const nonsense[] = {"", "<html>", "numero,latitude\n0,48\n", "\xff\xfe\x00"};
    struct address_service f = SERVICE;
    address_service_start(&f);
    int64_t seq, after;
    add(s, "1", "4 rue Haute", "35152");
    assert_ok(db_change_seq(s->conn, "directory", &seq));
    f.fails_from = 1;
    run(s, &f, ERR_IO, (struct directory_geocoding){0});
    f.fails_from = 0;
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        f.raw = nonsense[i];
        run(s, &f, ERR_INVALID, (struct directory_geocoding){0});
    }
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_geocode"), 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE latitude IS NULL AND remarks IS NULL"), 1);
    assert_ok(db_change_seq(s->conn, "directory", &after));
    assert_int_equal(after, seq);
    f.raw = NULL;
    assert_int_equal(RUN(s, &f, 0).placed, 1);
    address_service_stop(&f);
}

static void what_came_before_a_failure_stays(struct store *s)
{
    enum { PLACES = 600 }; /* two requests */
    struct address_service f = SERVICE;
    address_service_start(&f);
    f.fails_from = 2;
    assert_ok(db_begin(s->conn, DB_WRITE));
    for (int i = 0; i < PLACES; i++) {
        struct directory_place p = {
            .record = {.source = STR("essai"), .source_id = arena_printf(s->a, "%d", i)}, .nom = STR("Lieu"),
            .commune = STR("Liffré"), .code_postal = STR("35340"), .adresse = arena_printf(s->a, "%d rue Haute", i),
            .date_maj = STR("2026-01-01")};
        assert_ok(directory_place_save(s->conn, s->a, STR("essai"), &p));
    }
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    struct directory_geocoding_result r = run(s, &f, ERR_IO, (struct directory_geocoding){0});
    assert_int_equal(r.asked, 500);
    assert_int_equal(r.placed, 500);
    f.fails_from = 0;
    r = RUN(s, &f, 0);
    assert_int_equal(r.asked, PLACES - 500);
    assert_int_equal(with_point(s), PLACES);
    address_service_stop(&f);
}

static const struct store_test tests[] = {
    STORE_TEST(each_address_is_asked_once),
    STORE_TEST(the_commune_must_be_that_of_the_record),
    STORE_TEST(what_was_not_found_is_asked_again_after_90_days),
    STORE_TEST(what_a_person_chose_stays),
    STORE_TEST(a_point_given_meanwhile_stays),
    STORE_TEST(a_found_point_lives_as_long_as_its_address),
    STORE_TEST(nothing_leaves_nothing_changes),
    STORE_TEST(a_failure_leaves_everything_as_before),
    STORE_TEST(what_came_before_a_failure_stays),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
