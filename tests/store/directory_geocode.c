/* Places without a point, on both databases: what is asked, written, kept, and left alone — with a service of the test's own. */
#include "base/clock.h"
#include "base/csv.h"
#include "directory_test.h"
#include "outgoing/outgoing.h"

/* -- the service -------------------------------------------------------------------------------------- */

struct service {
    int requests, lines;   /* so far */
    int fails_from;        /* this request and the next ones are cut; 0: none */
    const char *raw;       /* this body instead of answers */
    const char *city_code; /* of every answer */
    const char *score;
    struct buf sent;
    int64_t ms;
};
static int64_t now_ms;
static int64_t test_clock(void)
{
    return now_ms;
}

static int64_t service_now(void *ctx)
{
    return ((struct service *)ctx)->ms;
}
static void service_wait(void *ctx, int64_t ms)
{
    ((struct service *)ctx)->ms += ms;
}

static struct str part_of(const struct outgoing_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->n_parts; i++)
        if (strcmp(rq->parts[i].name, name) == 0)
            return rq->parts[i].value;
    fail_msg("%s was not sent", name);
    return STR_NONE;
}

/* Every address is at 48.2, -1.5, but those of "Nulle part". */
static void answer_lines(struct service *f, struct arena *a, struct str file, struct buf *out)
{
    struct csv_reader *r = csv_reader_new(a, file, (struct csv_options){.delimiter = ',', .encoding = CSV_UTF8});
    struct csv_row row;
    assert_true(csv_next(r, &row));
    buf_lit(out, "numero,adresse,longitude,latitude,result_score,result_label,result_type,result_city,result_citycode,result_status\n");
    while (csv_next(r, &row)) {
        bool found = str_find(row.cells[1], STR("Nulle part"), 0) < 0;
        f->lines++;
        buf_printf(out, "%.*s,x,%s,%s,%s,%s,%s,%.*s,%s,ok\n", STR_ARG(row.cells[0]), found ? "-1.5" : "", found ? "48.2" : "",
                   found ? f->score : "", found ? "une adresse" : "", found ? "street" : "", STR_ARG(row.cells[2]),
                   found ? f->city_code : "");
    }
}

static enum err service_exchange(void *ctx, struct arena *a, const struct outgoing_wire *wire, struct outgoing_answer *out,
                                 struct str *why)
{
    struct service *f = ctx;
    struct buf body;
    assert_string_equal(wire->url, "https://adresses.example/search/csv/");
    assert_true(str_eq(part_of(wire->request, "postcode"), STR("code_postal")));
    assert_true(str_eq(part_of(wire->request, "citycode"), STR("code_insee")));
    buf_clear(&f->sent);
    buf_add(&f->sent, part_of(wire->request, "data"));
    if (++f->requests >= f->fails_from && f->fails_from > 0) {
        *why = STR("Coupé.");
        return ERR_IO;
    }
    buf_init(&body, 4 << 20);
    if (f->raw)
        buf_lit(&body, f->raw);
    else
        answer_lines(f, a, buf_str(&f->sent), &body);
    *out = (struct outgoing_answer){200, arena_str(a, buf_str(&body)), -1};
    buf_deinit(&body);
    return OK;
}

/* -- the directory ------------------------------------------------------------------------------------ */

static struct directory_geocoding_result run(struct store *s, struct service *f, enum err wanted, struct directory_geocoding in)
{
    const struct outgoing_transport transport = {service_exchange, service_now, service_wait, f};
    struct directory_geocoding_result result;
    struct str why;
    in.service = STR("https://adresses.example/");
    in.actor = STR("essai");
    in.transport = &transport;
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

static struct service start(void)
{
    struct service f = {.city_code = "35152", .score = "0.9"};
    assert_true(clock_parse_utc(STR("2026-11-24T09:30:00Z"), &now_ms));
    clock_set_source(test_clock);
    buf_init(&f.sent, 8 << 20);
    return f;
}

static void stop(struct service *f)
{
    buf_deinit(&f->sent);
    clock_set_source(NULL);
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
    struct service f = start();
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
    stop(&f);
}

static void the_commune_must_be_that_of_the_record(struct store *s)
{
    struct service f = start();
    add(s, "1", "4 rue Haute", "35238"); /* it says Rennes, the service Liffré */
    add(s, "2", "4 rue Haute", "");
    struct directory_geocoding_result r = RUN(s, &f, 0);
    assert_int_equal(r.placed, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = '1' AND latitude IS NULL"), 1);
    assert_int_equal(RUN(s, &f, 0).asked, 0); /* not every quarter of an hour */
    assert_int_equal(f.requests, 1);
    stop(&f);
}

static void what_was_not_found_is_asked_again_after_90_days(struct store *s)
{
    struct service f = start();
    add(s, "1", "Nulle part", "35152");
    assert_int_equal(RUN(s, &f, 0).asked, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_geocode WHERE found = 0 AND latitude IS NULL"), 1);
    now_ms += (int64_t)89 * 86400000;
    assert_int_equal(RUN(s, &f, 0).asked, 0);
    now_ms += (int64_t)2 * 86400000;
    assert_int_equal(RUN(s, &f, 0).asked, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_geocode"), 1);
    f.score = "0.5";
    f.city_code = "35152";
    add(s, "2", "6 rue Haute", "35152"); /* rather right, and in the right town */
    assert_int_equal(RUN(s, &f, 0).placed, 1);
    f.score = "0.35";
    add(s, "3", "7 rue Haute", "35152");
    assert_int_equal(RUN(s, &f, 0).placed, 0);
    stop(&f);
}

static void what_a_person_chose_stays(struct store *s)
{
    struct service f = start();
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
    stop(&f);
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
    struct service f = start();
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
    stop(&f);
}

/* A person gives the point while the service is being asked. */
static enum err someone_is_faster(void *ctx)
{
    store_run(ctx, "UPDATE directory_place SET latitude = 48.0, longitude = -1.0");
    return OK;
}

static void a_point_given_meanwhile_stays(struct store *s)
{
    struct service f = start();
    add(s, "1", "4 rue Haute", "35152");
    struct directory_geocoding_result r = RUN(s, &f, .each_batch = someone_is_faster, .ctx = s);
    assert_int_equal(r.asked, 1);
    assert_int_equal(r.placed, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE latitude = 48.0 AND remarks IS NULL"), 1);
    stop(&f);
}

static void nothing_leaves_nothing_changes(struct store *s)
{
    struct service f = start();
    add(s, "1", "4 rue Haute", "35152");
    add(s, "2", "5 rue Haute", "35152");
    struct directory_geocoding_result r = RUN(s, &f, .dry_run = true);
    assert_int_equal(r.without_point, 2);
    assert_int_equal(r.to_ask, 2);
    assert_int_equal(r.asked + r.placed + f.requests, 0);
    r = RUN(s, &f, .limit = 1);
    assert_int_equal(r.asked, 1);
    assert_int_equal(with_point(s), 1);
    stop(&f);
}

static void a_failure_leaves_everything_as_before(struct store *s)
{
    static const char *const nonsense[] = {"", "<html>", "numero,latitude\n0,48\n", "\xff\xfe\x00"};
    struct service f = start();
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
    stop(&f);
}

static void what_came_before_a_failure_stays(struct store *s)
{
    enum { PLACES = 600 }; /* two requests */
    struct service f = start();
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
    stop(&f);
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
