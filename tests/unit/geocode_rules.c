/* What is asked of the address service, and what its answer is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/geocoding/addresses.h"

#define HEAD                                                                                                     \
    "numero,adresse,commune,code_postal,code_insee,longitude,latitude,result_score,result_score_next,result_label," \
    "result_type,result_id,result_city,result_citycode,result_status\n"

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

static struct geocode_query query(const char *adresse, const char *postal, const char *commune, const char *insee)
{
    struct geocode_query q;
    assert_true(geocode_query_make(a, str_from(adresse), str_from(postal), str_from(commune), str_from(insee), &q));
    return q;
}

static bool is(struct str s, const char *wanted)
{
    if (!str_eq(s, str_from(wanted)))
        print_error("\"%.*s\", wanted \"%s\"\n", STR_ARG(s), wanted);
    return str_eq(s, str_from(wanted));
}

static void the_same_address_is_one_question(void **state)
{
    (void)state;
    struct geocode_query q = query("4, Rue de l’Église", "35250", "Saint-Aubin-d'Aubigné", "35251"), none;
    assert_true(str_eq(q.key, query("4 rue de l'eglise", "35250", "SAINT AUBIN D AUBIGNE", "").key));
    assert_false(str_eq(q.key, query("4 rue de l'eglise", "35140", "Saint-Aubin-d'Aubigné", "").key));
    assert_true(is(q.code_insee, "35251"));
    /* Known to the service by their arrondissements; a former commune by the one that it joined. */
    assert_int_equal(query("1 rue Haute", "75011", "Paris", "75056").code_insee.n, 0);
    assert_int_equal(query("1 rue Haute", "69001", "Lyon", "69123").code_insee.n, 0);
    assert_true(is(query("1 rue Haute", "75011", "Paris", "75111").code_insee, "75111"));
    assert_int_equal(query("1 rue Haute", "35000", "Rennes", "99999").code_insee.n, 0);
    assert_false(geocode_query_make(a, STR(" — "), STR("35000"), STR("Rennes"), STR("35238"), &none));
    assert_false(geocode_query_make(a, STR("1 rue Haute"), STR(""), STR(""), STR(""), &none));
}

static void only_addresses_are_sent(void **state)
{
    (void)state;
    const struct geocode_query q[] = {query("4, rue \"Haute\"", "35000", "Rennes", "35238"), query("Le Bourg", "75011", "Paris", "75056")};
    struct buf b;
    buf_init(&b, 4096);
    geocode_write(q, 2, &b);
    assert_true(is(buf_str(&b), "numero,adresse,commune,code_postal,code_insee\n"
                                "0,\"4, rue \"\"Haute\"\"\",Rennes,35000,35238\n1,Le Bourg,Paris,75011,\n"));
    buf_deinit(&b);
}

static struct geocode_answer answer_of(const char *tail)
{
    struct geocode_query q = query("4 rue Haute", "35000", "Saint-Malo", "35288");
    struct geocode_answer answer = {0};
    struct str why = STR_NONE, csv = arena_printf(a, HEAD "0,4 rue Haute,Saint-Malo,35000,35288,%s\n", tail);
    assert_int_equal(geocode_read(a, csv, &q, 1, &answer, &why), OK);
    assert_true(answer.answered);
    return answer;
}

static void the_score_and_the_town_decide(void **state)
{
    (void)state;
    struct geocode_answer got = answer_of("-2.02,48.65,0.97,,4 Rue Haute 35400 Saint-Malo,housenumber,x,Saint-Malo,35288,ok");
    assert_true(got.found);
    assert_true(got.point.lat > 48.64 && got.point.lon < -2.01);
    assert_true(is(got.type, "housenumber"));
    assert_true(is(geocode_words(a, &got), "48.65,-2.02 (housenumber 0.97)"));
    assert_true(answer_of("-2.02,48.65,0.61,,x,street,x,Ailleurs,35288,ok").found);
    assert_true(answer_of("-2.02,48.65,0.41,,x,street,x,SAINT MALO,35288,ok").found);
    static const char *const wrong[] = {
        "-2.02,48.65,0.6,,x,street,x,Ailleurs,35288,ok",   /* not surely */
        "-2.02,48.65,0.4,,x,street,x,Saint-Malo,35288,ok", /* not even rather */
        "-2.02,48.65,0.34,,x,street,x,Saint-Malo,35288,ok", /* its status says ok all the same */
        ",,,,,,,,,not-found",
        ",,,,,,,,,skipped",
        "2.02,8.65,0.97,,x,street,x,Saint-Malo,35288,ok", /* out of France */
        "nan,48.65,0.97,,x,street,x,Saint-Malo,35288,ok",
        "-2.02,48.65,97,,x,street,x,Saint-Malo,35288,ok",
        "-2.02,48.65,-0.97,,x,street,x,Saint-Malo,35288,ok",
        "-2.02,998.65,0.97,,x,street,x,Saint-Malo,35288,ok",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(answer_of(wrong[i]).found);
}

static void nonsense_is_refused_whole(void **state)
{
    static const char row[] = "0,a,b,c,d,-2.02,48.65,0.97,,x,street,x,Saint-Malo,35288,ok\n";
    (void)state;
    const char *const wrong[] = {
        "",
        "<html>Maintenance</html>",
        "{\"error\":\"no\"}",
        "numero,latitude,longitude\n0,48,-2\n",
        arena_printf(a, HEAD "%s%s", row, row).p,                                        /* twice the same */
        arena_printf(a, HEAD "%s0,a\n", row).p,                                          /* cut */
        HEAD "7,a,b,c,d,-2.02,48.65,0.97,,x,street,x,Saint-Malo,35288,ok\n",             /* never asked */
        HEAD "-1,a,b,c,d,-2.02,48.65,0.97,,x,street,x,Saint-Malo,35288,ok\n",
        HEAD "x,a,b,c,d,-2.02,48.65,0.97,,x,street,x,Saint-Malo,35288,ok\n",
        HEAD "0,\"a,b,c,d,-2.02,48.65,0.97,,x,street,x,Saint-Malo,35288,ok\n",           /* a quote left open */
    };
    struct geocode_query q[] = {query("4 rue Haute", "35400", "Saint-Malo", ""), query("5 rue Haute", "35400", "Saint-Malo", "")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct geocode_answer answers[2] = {{0}};
        struct str why = STR_NONE;
        assert_int_equal(geocode_read(a, str_from(wrong[i]), q, 2, answers, &why), ERR_INVALID);
        assert_true(why.n > 20);
    }
    /* Rows that are not there are not answered: asked again another day. */
    struct geocode_answer answers[2] = {{0}};
    struct str why = STR_NONE;
    assert_int_equal(geocode_read(a, arena_printf(a, HEAD "%s", row), q, 2, answers, &why), OK);
    assert_true(answers[0].answered && !answers[1].answered);
}

static void communes_are_compared_as_of_today(void **state)
{
    (void)state;
    assert_true(geocode_same_commune(STR("35238"), STR("35238")));
    assert_false(geocode_same_commune(STR("35238"), STR("35288")));
    assert_true(geocode_same_commune(STR("75056"), STR("75111")));
    assert_true(geocode_same_commune(STR("13201"), STR("13055")));
    assert_true(geocode_same_commune(STR(""), STR("35238")));
    assert_false(geocode_same_commune(STR("35238"), STR("")));
}

static void remarks_are_added(void **state)
{
    (void)state;
    const char one[] = "[\"latitude\",\"coordonnees.adresse\",\"\",\"48,2 (x)\"]";
    assert_true(is(geocode_remark(a, STR_NONE, STR("48,2 (x)")), arena_printf(a, "[%s]", one).p));
    assert_true(is(geocode_remark(a, STR("[]"), STR("48,2 (x)")), arena_printf(a, "[%s]", one).p));
    assert_true(is(geocode_remark(a, STR(" [[\"a\",\"b\",\"\",\"]\"]]\n"), STR("48,2 (x)")),
                   arena_printf(a, "[[\"a\",\"b\",\"\",\"]\"],%s]", one).p));
    assert_true(is(geocode_remark(a, STR("[[\"a\""), STR("48,2 (x)")), arena_printf(a, "[%s]", one).p));
    assert_true(is(geocode_remark(a, STR("{\"a\":1}"), STR("48,2 (x)")), arena_printf(a, "[%s]", one).p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_address_is_one_question), cmocka_unit_test(only_addresses_are_sent),
        cmocka_unit_test(the_score_and_the_town_decide),    cmocka_unit_test(nonsense_is_refused_whole),
        cmocka_unit_test(communes_are_compared_as_of_today), cmocka_unit_test(remarks_are_added),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
