/* Places that come with a point and no address, on both databases: what is asked, what is kept, what the import makes of it — with
 * a service of the test's own. */
#include "address_service.h"
#include "directory_test.h"

/* -- the service -------------------------------------------------------------------------------------- */

/* All is in Liffré, but what is south of 48: Rennes; and what is east of −1: nothing is there. */
static void answer(const struct address_service *f, const struct csv_row *asked, struct buf *out)
{
    double lat = 0, lon = 0;
    assert_int_equal(asked->n, 3);
    assert_true(str_to_double(asked->cells[1], &lat) && str_to_double(asked->cells[2], &lon));
    buf_printf(out, "%.*s,,,", STR_ARG(asked->cells[0]));
    if (lon > -1)
        buf_lit(out, ",,,,,,\n");
    else
        buf_printf(out, "%s,housenumber,%s\n", f->distance,
                   lat > 48 ? "4 Rue Haute,Rue Haute,35340,Liffré,35152" : "5 Rue Basse,Rue Basse,35000,Rennes,35238");
}

#define SERVICE                                                                                                          \
    {.path = "/reverse/csv/", .line = answer, .distance = "12",                                                            \
     .head = "numero,latitude,longitude,result_distance,result_type,result_name,result_street,result_postcode,result_city,"   \
             "result_citycode\n"}

static struct directory_locating_result ask_with(struct store *s, struct address_service *f, struct str data, struct str mapping, bool dry_run,
                                                 enum err wanted)
{
    const struct directory_geocoding how = {.service = ADDRESS_SERVICE, .dry_run = dry_run, .transport = &f->transport};
    static const struct str here[] = {STR_INIT("35")};
    const struct directory_import in = {.data = data, .mapping = mapping, .default_source = STR("balise"), .departements = here,
                                        .n_departements = f->only_35 ? 1 : 0};
    struct directory_locating_result done;
    struct str why;
    enum err e = directory_locate(s->db, s->a, &in, &how, &done, &why);
    if (e != wanted)
        print_error("%.*s\n", STR_ARG(why));
    assert_int_equal(e, wanted);
    assert_true((e == OK) == (why.n == 0));
    return done;
}

static struct directory_locating_result ask(struct store *s, struct address_service *f, struct str data)
{
    return ask_with(s, f, data, STR_NONE, false, OK);
}

/* -- files -------------------------------------------------------------------------------------------- */

#define ELEMENT(id, tags, lon, lat)                                                                                           \
    "{\"type\":\"Feature\",\"id\":\"node/" id "\",\"properties\":{\"amenity\":\"library\",\"name\":\"Lieu " id "\",\"@timestamp\":" \
    "\"2026-01-02T00:00:00Z\"" tags "},\"geometry\":{\"type\":\"Point\",\"coordinates\":[" lon "," lat "]}}"
#define COLLECTION(...) "{\"type\":\"FeatureCollection\",\"features\":[" __VA_ARGS__ "]}"
static const char osm[] = COLLECTION(
    ELEMENT("1", "", "-1.508391", "48.213602") "," ELEMENT("2", "", "-1.508392", "48.213601") "," /* a metre away: the same */
    ELEMENT("3", ",\"addr:city\":\"Liffré\",\"addr:postcode\":\"35340\"", "-1.6", "48.3") ","
    ELEMENT("4", ",\"addr:city\":\"Rennes\",\"addr:postcode\":\"35000\"", "-1.7", "48.4") "," /* the service says Liffré */
    ELEMENT("5", "", "2.3", "48.8") ","
    ELEMENT("6", ",\"addr:city\":\"Rennes\",\"addr:postcode\":\"35000\",\"addr:street\":\"rue Haute\"", "-1.8", "48.1"));

static int64_t places(struct store *s, const char *where)
{
    return store_int(s, arena_cstr(s->a, arena_printf(s->a, "SELECT COUNT(*) FROM directory_place WHERE %s", where)));
}

static void assert_done(struct directory_locating_result got, int64_t without, int64_t to_ask, int64_t asked, int64_t found)
{
    assert_int_equal(got.without_address, without);
    assert_int_equal(got.to_ask, to_ask);
    assert_int_equal(got.asked, asked);
    assert_int_equal(got.found, found);
}

/* -- tests -------------------------------------------------------------------------------------------- */

static void a_point_is_given_the_address_next_to_it(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    struct imported got = import_text(s, str_from(osm));
    assert_counts(&got, 1, 0, 0, 5);
    assert_int_equal(got.result.counts.point_only, 5);
    assert_done(ask(s, &f, str_from(osm)), 5, 4, 4, 3);
    assert_false(has_text(buf_str(&f.sent), "Lieu") || has_text(buf_str(&f.sent), "node"));
    got = import_text(s, str_from(osm));
    assert_counts(&got, 3, 0, 1, 2);
    assert_int_equal(places(s, "adresse = '4 Rue Haute' AND commune = 'Liffré' AND code_postal = '35340' AND code_insee = '35152'"), 3);
    assert_int_equal(places(s, "remarks LIKE '%\"adresse\",\"adresse.point\",\"48.213602, -1.508391\",\"4 Rue Haute, 35340 Liffré (12 m)\"%'"), 1);
    assert_true(has_text(got.report, "adresse.point"));
    /* Nobody is asked twice, and the same file changes nothing. */
    assert_done(ask(s, &f, str_from(osm)), 5, 0, 0, 0);
    assert_int_equal(f.requests, 1);
    got = import_text(s, str_from(osm));
    assert_counts(&got, 0, 0, 4, 2);
    address_service_stop(&f);
}

static void what_is_farther_is_believed_less(struct store *s)
{
    static const char one[] = COLLECTION(ELEMENT("1", "", "-1.5", "48.2")), two[] = COLLECTION(ELEMENT("2", "", "-1.6", "48.2"));
    struct address_service f = SERVICE;
    address_service_start(&f);
    f.distance = "30";
    assert_done(ask(s, &f, str_from(one)), 1, 1, 1, 1);
    struct imported got = import_text(s, str_from(one));
    assert_counts(&got, 1, 0, 0, 0);
    assert_int_equal(places(s, "adresse = 'Rue Haute'"), 1);
    f.distance = "80"; /* the town, and no street: still refused, and told why */
    assert_done(ask(s, &f, str_from(two)), 1, 1, 1, 1);
    got = import_text(s, str_from(two));
    assert_counts(&got, 0, 0, 0, 1);
    assert_true(has_text(got.report, "adresse") && has_text(got.report, "obligatoire"));
    address_service_stop(&f);
}

static void what_was_not_found_is_asked_again_after_90_days(struct store *s)
{
    static const char nowhere[] = COLLECTION(ELEMENT("1", "", "2.3", "48.8"));
    struct address_service f = SERVICE;
    address_service_start(&f);
    assert_done(ask(s, &f, str_from(nowhere)), 1, 1, 1, 0);
    address_service_days_later(89);
    assert_done(ask(s, &f, str_from(nowhere)), 1, 0, 0, 0);
    address_service_days_later(2);
    assert_done(ask(s, &f, str_from(nowhere)), 1, 1, 1, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_point"), 1);
    address_service_stop(&f);
}

static void what_came_before_a_failure_stays(struct store *s)
{
    enum { ROWS = 700 }; /* two requests */
    struct address_service f = SERVICE;
    address_service_start(&f);
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_lit(&b, "id,nom,commune,code_postal,adresse,latitude,longitude,date_maj,source\n");
    for (int i = 0; i < ROWS; i++)
        buf_printf(&b, "%d,Lieu %d,,,,48.2%03d,-1.5,2026-01-01,Liste\n", i, i, i);
    struct str file = arena_str(s->a, buf_str(&b));
    buf_deinit(&b);
    f.fails_from = 2;
    assert_done(ask_with(s, &f, file, STR_NONE, false, ERR_IO), ROWS, ROWS, 500, 500);
    struct imported got = import_text(s, file);
    assert_counts(&got, 500, 0, 0, ROWS - 500);
    f.fails_from = 0;
    assert_done(ask(s, &f, file), ROWS, ROWS - 500, ROWS - 500, ROWS - 500);
    got = import_text(s, file);
    assert_counts(&got, ROWS - 500, 0, 500, 0);
    address_service_stop(&f);
}

static void nothing_leaves_in_a_dry_run(struct store *s)
{
    struct address_service f = SERVICE;
    address_service_start(&f);
    assert_done(ask_with(s, &f, str_from(osm), STR_NONE, true, OK), 5, 4, 0, 0);
    assert_int_equal(f.requests, 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_point"), 0);
    /* A file that cannot be read: the import says it. */
    assert_done(ask(s, &f, STR("<html>")), 0, 0, 0, 0);
    assert_int_equal(f.requests, 0);
    address_service_stop(&f);
}

#define MAPPING                                                                                                       \
    "{\"source\":\"Liste\",\"id\":{\"colonne\":\"n\"},\"nom\":{\"colonne\":\"nom\"},\"commune\":{\"colonne\":\"ville\"},"   \
    "\"adresse\":{\"colonne\":\"rue\"},\"latitude\":{\"colonne\":\"y\"},\"longitude\":{\"colonne\":\"x\"},\"date_maj\":{\"valeur\":\"2026-01-01\"}}"
static void a_mapping_finds_it_too(struct store *s)
{
    /* the second one is swapped, the third Lambert-93 */
    static const char table[] = "n;nom;rue;ville;x;y\n1;A;;;-1,5083;48,2136\n2;B;-;;48.2136;-1.5083\n3;C;;;365500;6799000\n4;D;;;-1.7;47.9\n";
    static const struct str elsewhere[] = {STR_INIT("75")};
    struct address_service f = SERVICE;
    address_service_start(&f);
    assert_done(ask_with(s, &f, str_from(table), STR(MAPPING), false, OK), 4, 3, 3, 3);
    struct imported got = import_with(s, str_from(table), (struct directory_import){.mapping = STR(MAPPING)});
    assert_counts(&got, 4, 0, 0, 0);
    assert_int_equal(places(s, "adresse = '4 Rue Haute' AND commune = 'Liffré'"), 3);
    assert_int_equal(places(s, "adresse = '5 Rue Basse' AND commune = 'Rennes' AND source_id = '4'"), 1);
    forget_all(s);
    got = import_with(s, str_from(table), (struct directory_import){.mapping = STR(MAPPING), .departements = elsewhere, .n_departements = 1});
    assert_int_equal(got.result.counts.left_out, 4); /* where they are is known now */
    address_service_stop(&f);
}

/* Rows that the service leaves out are asked at the next import. */
static void what_is_not_answered_is_asked_again(struct store *s)
{
    struct address_service f = SERVICE;
    struct str all = arena_printf(s->a, "%s0,,,12,housenumber,4 Rue Haute,Rue Haute,35340,Liffré,35152\n", f.head);
    address_service_start(&f);
    f.raw = all.p;
    assert_done(ask(s, &f, str_from(osm)), 5, 4, 1, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_point"), 1);
    f.raw = NULL;
    assert_done(ask(s, &f, str_from(osm)), 5, 3, 3, 2);
    address_service_stop(&f);
}

/* Of a national list, only what may be in the département: Brest and Paris are not, Dinan, in the next one, may be. */
static void what_is_far_from_what_is_asked_for_is_not_asked(struct store *s)
{
    static const char far[] = COLLECTION(ELEMENT("1", "", "-1.5", "48.2") "," ELEMENT("2", "", "-4.48", "48.39") ","
                                         ELEMENT("3", "", "2.35", "48.85") "," ELEMENT("4", "", "-2.05", "48.45"));
    struct address_service f = SERVICE;
    address_service_start(&f);
    f.only_35 = true;
    assert_done(ask(s, &f, str_from(far)), 2, 2, 2, 2);
    /* and what is far without an address is elsewhere, not refused; Dinan's, as the service says, is in Liffré */
    struct imported got = import_with(s, str_from(far), (struct directory_import){.departements = &(struct str)STR_INIT("35"), .n_departements = 1});
    assert_int_equal(got.result.counts.left_out, 2);
    assert_counts(&got, 2, 0, 0, 0);
    f.only_35 = false;
    assert_done(ask(s, &f, str_from(far)), 4, 2, 2, 1);
    address_service_stop(&f);
}

/* In our own files what is empty was emptied. */
static void what_a_person_empties_is_not_filled(struct store *s)
{
    static const char file[] = "id,nom,commune,code_postal,adresse,latitude,longitude,date_maj,source\n1,Lieu,,,,48.2,-1.5,2026-01-01,Liste\n";
    struct address_service f = SERVICE;
    address_service_start(&f);
    (void)ask(s, &f, str_from(file));
    import_ok(s, str_from(file));
    struct str whole = replaced(s, export_text(s, EXPORT_TABLE), "4 Rue Haute", "");
    struct imported got = import_text(s, whole);
    assert_counts(&got, 0, 0, 0, 1);
    assert_int_equal(places(s, "adresse = '4 Rue Haute'"), 1);
    address_service_stop(&f);
}

static const struct store_test tests[] = {
    STORE_TEST(a_point_is_given_the_address_next_to_it),
    STORE_TEST(what_is_farther_is_believed_less),
    STORE_TEST(what_was_not_found_is_asked_again_after_90_days),
    STORE_TEST(what_came_before_a_failure_stays),
    STORE_TEST(nothing_leaves_in_a_dry_run),
    STORE_TEST(a_mapping_finds_it_too),
    STORE_TEST(what_is_not_answered_is_asked_again),
    STORE_TEST(what_is_far_from_what_is_asked_for_is_not_asked),
    STORE_TEST(what_a_person_empties_is_not_filled),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
