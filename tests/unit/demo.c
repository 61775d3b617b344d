#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "modules/demo/words.h"

static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(SIZE_MAX);
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static void expect(struct str got, const char *wanted)
{
    if (!str_eq(got, str_from(wanted)))
        fail_msg("« %.*s », wanted « %s »", STR_ARG(got), wanted);
}

static void test_names_in_french(void **state)
{
    (void)state;
    expect(demo_of(a, STR("Vitré")), "de Vitré");
    expect(demo_of(a, STR("Acigné")), "d’Acigné");
    expect(demo_of(a, STR("Étrelles")), "d’Étrelles");
    expect(demo_of(a, STR("Hirel")), "d’Hirel");
    expect(demo_of(a, STR("Le Rheu")), "du Rheu");
    expect(demo_of(a, STR("Les Iffs")), "des Iffs");
    expect(demo_of(a, STR("La Mézière")), "de La Mézière");
    expect(demo_of(a, STR("L'Hermitage")), "de L'Hermitage");
    expect(demo_of(a, STR("Lecousse")), "de Lecousse");
    expect(demo_at(a, STR("Le Rheu")), "au Rheu");
    expect(demo_at(a, STR("Les Iffs")), "aux Iffs");
    expect(demo_at(a, STR("Acigné")), "à Acigné");
}

static void test_templates(void **state)
{
    (void)state;
    struct demo_words w = {.commune = STR("Le Rheu"), .propre = STR("L’Escale"), .quartier = STR("Villejean"),
                           .pays = STR("Rennes Métropole"), .nom = STR("Mairie"), .voisine = STR("Orgères")};
    expect(demo_fill(a, STR("Mairie {de}"), &w), "Mairie du Rheu");
    expect(demo_fill(a, STR("{propre}, {commune} ({pays})"), &w), "L’Escale, Le Rheu (Rennes Métropole)");
    expect(demo_fill(a, STR("rue {dev} {a}{quartier}"), &w), "rue d’Orgères au RheuVillejean");
    expect(demo_fill(a, STR("rien"), &w), "rien");
    expect(demo_fill(a, STR("{de"), &w), "{de");
    expect(demo_fill(a, STR("{nom}{"), &w), "Mairie{");
}

static void test_variants(void **state)
{
    (void)state;
    assert_int_equal(demo_variants("a|b|c"), 3);
    assert_int_equal(demo_variants("seul"), 1);
    expect(demo_variant("a|b|c", 0), "a");
    expect(demo_variant("a|b|c", 2), "c");
    struct demo_random r = demo_stream(1, 2);
    unsigned seen = 0;
    for (int i = 0; i < 100; i++)
        seen |= 1u << (demo_draw(&r, "a|b|c").p[0] - 'a');
    assert_int_equal(seen, 7);
}

static void test_random_is_fixed_and_even(void **state)
{
    (void)state;
    struct demo_random x = demo_stream(35, 1), y = demo_stream(35, 1), z = demo_stream(35, 2);
    assert_true(demo_next(&x) == demo_next(&y));
    assert_true(demo_next(&x) != demo_next(&z));
    unsigned counts[10] = {0};
    for (int i = 0; i < 10000; i++)
        counts[demo_below(&x, 10)]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(counts[i], 850, 1150);
    for (int i = 0; i < 1000; i++) {
        double real = demo_real(&x), bell = demo_bell(&x);
        assert_true(real >= 0 && real < 1);
        assert_true(bell > -2.2 && bell < 2.2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_in_french),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_random_is_fixed_and_even),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
