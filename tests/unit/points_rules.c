/* What is asked about points without an address, and what the answer is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/geocoding/points.h"

#define HEAD                                                                                                            \
    "numero,latitude,longitude,result_latitude,result_longitude,result_distance,result_label,result_type,result_id,"    \
    "result_housenumber,result_name,result_street,result_postcode,result_city,result_context,result_citycode,result_status\n"

static struct arena *a;

static int set_up(void **state)
{
    (void)state;
    a = arena_new(SIZE_MAX);
    return a ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static bool is(struct str s, const char *wanted)
{
    if (!str_eq(s, str_from(wanted)))
        print_error("\"%.*s\", wanted \"%s\"\n", STR_ARG(s), wanted);
    return str_eq(s, str_from(wanted));
}

static void only_points_are_sent(void **state)
{
    (void)state;
    const struct geocode_near points[] = {{.at = geocode_place_of((struct geo_point){48.2136021, -1.5083909})},
                                          {.at = geocode_place_of((struct geo_point){-21.1, 55.5})}};
    struct buf b;
    buf_init(&b, 4096);
    geocode_near_write(points, 2, &b);
    assert_true(is(buf_str(&b), "numero,latitude,longitude\n0,48.2136,-1.50839\n1,-21.1,55.5\n"));
    buf_deinit(&b);
}

static void a_metre_away_is_the_same_point(void **state)
{
    (void)state;
    struct geocode_near known[] = {{.at = {4821360, -150839}, .found = true, .commune = STR("Liffré")}};
    const struct geocode_known all = {known, 1}, none = {0};
    assert_ptr_equal(geocode_known_at(&all, (struct geo_point){48.2136021, -1.5083909}), &known[0]);
    assert_null(geocode_known_at(&all, (struct geo_point){48.21362, -1.50839}));
    assert_null(geocode_known_at(&none, (struct geo_point){48.21360, -1.50839}));
}

static struct geocode_near near_of(const char *distance, const char *type, const char *tail)
{
    struct geocode_near point = {.at = {4821360, -150839}};
    struct str why = STR_NONE, csv = arena_printf(a, HEAD "0,48.21360,-1.50839,48.2,-1.5,%s,x,%s,x,%s\n", distance, type, tail);
    assert_int_equal(geocode_near_read(a, csv, &point, 1, &why), OK);
    assert_true(point.answered);
    assert_int_equal(point.at.lat, 4821360);
    return point;
}
#define LIFFRE "4,4 Rue de Rennes,Rue de Rennes,35340,Liffré,x,35152,ok"

static void the_distance_decides_of_what_is_believed(void **state)
{
    (void)state;
    struct geocode_near got = near_of("12", "housenumber", LIFFRE);
    assert_true(got.found);
    assert_true(is(got.adresse, "4 Rue de Rennes") && is(got.commune, "Liffré"));
    assert_true(is(got.code_postal, "35340") && is(got.code_insee, "35152"));
    assert_int_equal(got.distance_m, 12);
    assert_true(is(near_of("20", "housenumber", LIFFRE).adresse, "4 Rue de Rennes"));
    assert_true(is(near_of("20.6", "housenumber", LIFFRE).adresse, "Rue de Rennes"));
    assert_true(is(near_of("50", "street", ",Rue de Rennes,,35340,Liffré,x,35152,ok").adresse, "Rue de Rennes"));
    assert_true(is(near_of("40", "locality", ",La Quinte,,35340,Liffré,x,35152,ok").adresse, "La Quinte"));
    got = near_of("51", "housenumber", LIFFRE);
    assert_true(got.found && got.adresse.n == 0 && is(got.commune, "Liffré"));
    assert_true(near_of("3", "municipality", ",Liffré,,35340,Liffré,x,35152,ok").adresse.n == 0);
    assert_true(near_of("100", "housenumber", LIFFRE).found);
    static const char *const far[] = {"101", "-1", "nan", "", "x", "1e9"};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        assert_false(near_of(far[i], "housenumber", LIFFRE).found);
    static const char *const wrong[] = {",,,,,,,not-found", "4,4 Rue X,Rue X,35340,Liffré,x,99999,ok", "4,4 Rue X,Rue X,3534,Liffré,x,35152,ok",
                                        "4,4 Rue X,Rue X,35340,,x,35152,ok"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(near_of("3", "housenumber", wrong[i]).found);
}

static void nonsense_is_refused_whole(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "<html>", "numero,latitude,longitude\n0,48,-1\n",
        HEAD "1,48,-1,48,-1,3,x,housenumber,x," LIFFRE "\n",           /* never asked */
        HEAD "0,48,-1,48,-1,3,x,housenumber,x," LIFFRE "\n0,48\n",     /* cut */
        HEAD "0,48,-1,48,-1,3,x,housenumber,x," LIFFRE "\n0,48,-1,48,-1,3,x,housenumber,x," LIFFRE "\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct geocode_near point = {0};
        struct str why = STR_NONE;
        assert_int_equal(geocode_near_read(a, str_from(wrong[i]), &point, 1, &why), ERR_INVALID);
        assert_true(why.n > 20);
    }
}

static bool completes(const struct geocode_near *near, struct geocode_said *said)
{
    return geocode_complete(a, near, said) != NULL;
}

static void what_is_empty_is_filled(void **state)
{
    (void)state;
    const struct geocode_near house = near_of("12", "housenumber", LIFFRE), town = near_of("80", "housenumber", LIFFRE);
    struct geocode_said said = {.adresse = STR("-")};
    assert_true(completes(&house, &said));
    assert_true(is(said.adresse, "4 Rue de Rennes") && is(said.commune, "Liffré") && is(said.code_postal, "35340") && is(said.code_insee, "35152"));
    said = (struct geocode_said){.adresse = STR("6 bis rue Haute")}; /* what is said stays */
    assert_true(completes(&house, &said));
    assert_true(is(said.adresse, "6 bis rue Haute") && is(said.commune, "Liffré"));
    said = (struct geocode_said){.commune = STR("LIFFRE"), .code_postal = STR("35340")};
    assert_true(completes(&house, &said));
    assert_true(is(said.adresse, "4 Rue de Rennes") && is(said.commune, "LIFFRE"));
    assert_string_equal(geocode_complete(a, &house, &(struct geocode_said){.commune = STR("Liffré")}), "adresse.point");
    assert_string_equal(geocode_complete(a, &town, &(struct geocode_said){.code_postal = STR("35340")}), "commune.point");
    said = (struct geocode_said){.commune = STR("Liffré"), .code_postal = STR("35340")};
    assert_false(completes(&town, &said)); /* the town was known */
    said = (struct geocode_said){.adresse = STR("6 rue Haute"), .commune = STR("Liffré")}; /* a town may have several */
    assert_string_equal(geocode_complete(a, &town, &said), "code_postal.point");
    assert_true(is(said.code_postal, "35340") && is(said.code_insee, "35152") && is(said.adresse, "6 rue Haute"));
    said = (struct geocode_said){.adresse = STR("6 rue Haute"), .commune = STR("Liffré"), .code_postal = STR("35340")};
    assert_false(geocode_lacks(a, &said));
    assert_false(completes(&house, &said));
    assert_true(is(said.adresse, "6 rue Haute") && said.code_insee.n == 0);
}

static void what_goes_against_it_fills_nothing(void **state)
{
    (void)state;
    const struct geocode_near house = near_of("12", "housenumber", LIFFRE);
    const struct geocode_said against[] = {{.commune = STR("Rennes")}, {.code_postal = STR("35000")}, {.code_insee = STR("35238")},
                                           {.commune = STR("Liffré"), .code_postal = STR("75011")}};
    for (size_t i = 0; i < sizeof against / sizeof *against; i++) {
        struct geocode_said said = against[i];
        assert_false(completes(&house, &said));
        assert_int_equal(said.adresse.n, 0);
    }
    /* An arrondissement is its city; a former commune is the one that it joined. */
    const struct geocode_near paris = near_of("5", "housenumber", "4,4 Rue Haute,Rue Haute,75011,Paris 11e Arrondissement,x,75111,ok");
    struct geocode_said said = {.commune = STR("Paris")};
    assert_true(completes(&paris, &said) && is(said.adresse, "4 Rue Haute"));
    said = (struct geocode_said){.code_insee = STR("75056")};
    assert_true(completes(&paris, &said) && is(said.code_insee, "75056"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_points_are_sent),
        cmocka_unit_test(a_metre_away_is_the_same_point),
        cmocka_unit_test(the_distance_decides_of_what_is_believed),
        cmocka_unit_test(nonsense_is_refused_whole),
        cmocka_unit_test(what_is_empty_is_filled),
        cmocka_unit_test(what_goes_against_it_fills_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
