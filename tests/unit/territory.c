#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "modules/territory/private.h"

static struct arena *arena;
static struct territory nowhere, bretagne, paris;
static struct territory_departement ille_et_vilaine, la_seine;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(SIZE_MAX);
    bool known = territory_departement_find(STR("35"), &ille_et_vilaine) &&
                 territory_departement_find(STR("75"), &la_seine);
    bretagne = (struct territory){.departements = &ille_et_vilaine, .n_departements = 1};
    paris = (struct territory){.departements = &la_seine, .n_departements = 1};
    return arena && known ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define assert_str(s, lit)                                                                         \
    do {                                                                                           \
        struct str s_ = (s);                                                                       \
        if (!str_eq(s_, STR(lit)))                                                                 \
            fail_msg("got \"%.*s\", expected \"%s\"", STR_ARG(s_), lit);                           \
    } while (0)

static struct territory_commune commune(const char *code)
{
    struct territory_commune c;
    if (!territory_commune_find(str_from(code), &c))
        fail_msg("%s is not known", code);
    return c;
}

/* -- reference data */

static void test_commune_by_code(void **state)
{
    (void)state;
    struct territory_commune c = commune("35238");
    assert_str(c.name, "Rennes");
    assert_str(c.departement, "35");
    assert_str(c.region, "53");
    assert_str(c.epci, "243500139");
    assert_int_equal(c.kind, TERRITORY_COMMUNE);
    assert_in_range(c.population, 200000, 300000);
    assert_int_equal(c.n_postal_codes, 3);
    assert_str(territory_postal_code(&c, 0), "35000");
    assert_str(territory_postal_code(&c, 2), "35700");
    assert_str(commune("2A004").name, "Ajaccio");
    assert_str(commune("97411").departement, "974");
    struct territory_commune none;
    assert_false(territory_commune_find(STR("35999"), &none));
    assert_false(territory_commune_find(STR(""), &none));
    assert_false(territory_commune_find(STR("352380"), &none));
}

static void test_every_commune_reads_back(void **state)
{
    (void)state;
    assert_true(territory_count() > 34900);
    assert_int_equal(territory_year(), 2026);
    struct str before = STR("");
    for (uint32_t i = 0; i < territory_count(); i++) {
        struct territory_commune c = territory_commune_at(i), found;
        assert_true(str_cmp(before, c.code) < 0);
        before = c.code;
        assert_true(territory_commune_find(c.code, &found) && found.index == i);
        assert_true(territory_code_is_current(c.code));
        assert_true(c.name.n > 0 && str_is_utf8(c.name));
        struct territory_departement d;
        assert_true(territory_departement_find(c.departement, &d));
        assert_true(i >= d.first && i < d.first + d.n);
        assert_true(territory_region_name(c.region).n > 0);
        struct territory_epci e;
        assert_true(c.epci.n == 0 || territory_epci_find(c.epci, &e));
    }
}

static void test_merged_commune_gives_todays(void **state)
{
    (void)state;
    assert_str(commune("35053").name, "Piré-Chancé"); /* Chancé */
    assert_false(territory_code_is_current(STR("35129")));
    assert_str(commune("35129").name, "Guipry-Messac");
}

static void test_arrondissement_knows_its_city(void **state)
{
    (void)state;
    struct territory_commune c = commune("75111");
    assert_int_equal(c.kind, TERRITORY_ARRONDISSEMENT);
    assert_str(c.parent, "75056");
    assert_str(c.epci, "200054781");
    assert_true(commune("75056").parent.n == 0);
}

static void test_departements_and_regions(void **state)
{
    (void)state;
    struct territory_departement d;
    assert_true(territory_departement_find(STR("35"), &d));
    assert_str(d.name, "Ille-et-Vilaine");
    assert_str(d.region, "53");
    assert_int_equal(d.n, 332);
    assert_str(territory_region_name(STR("53")), "Bretagne");
    assert_true(territory_departement_named(STR("ille et vilaine"), &d));
    assert_str(d.code, "35");
    assert_true(territory_departement_named(STR("Côtes-d’Armor"), &d));
    assert_str(d.code, "22");
    assert_false(territory_departement_named(STR("Poitou"), &d));
    assert_true(territory_departement_of_code(STR("2B033"), &d));
    assert_str(d.name, "Haute-Corse");
    assert_true(territory_departement_of_code(STR("35129"), &d));
    assert_str(d.code, "35");
    assert_false(territory_departement_find(STR("20"), &d));
    assert_int_equal(territory_region_name(STR("99")).n, 0);
}

static void test_epci_members(void **state)
{
    (void)state;
    struct territory_epci e;
    assert_true(territory_epci_find(STR("243500139"), &e));
    assert_str(e.name, "Rennes Métropole");
    assert_str(e.type, "METRO");
    assert_int_equal(e.n_members, 43);
    bool rennes = false;
    for (uint32_t i = 0; i < e.n_members; i++) {
        struct territory_commune c = territory_epci_member(&e, i);
        assert_str(c.epci, "243500139");
        rennes |= str_eq(c.code, STR("35238"));
    }
    assert_true(rennes);
    assert_false(territory_epci_find(STR("123456789"), &e));
}

static void test_postal_code_lists_communes_by_population(void **state)
{
    (void)state;
    struct territory_commune *c;
    size_t n = territory_communes_of_postal_code(arena, STR("35500"), &c);
    assert_true(n > 5);
    assert_str(c[0].name, "Vitré");
    for (size_t i = 1; i < n; i++)
        assert_true(c[i].population <= c[i - 1].population);
    assert_int_equal(territory_communes_of_postal_code(arena, STR("75011"), &c), 1);
    assert_str(c[0].code, "75111");
    assert_int_equal(territory_communes_of_postal_code(arena, STR("35999"), &c), 0);
    assert_int_equal(territory_communes_of_postal_code(arena, STR("355"), &c), 0);
}

/* -- what people type */

static struct str codes_for(const struct territory *t, const char *text, size_t max)
{
    struct territory_match *m;
    size_t n = territory_search(t, arena, str_from(text), max, &m);
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_char(&b, ' ');
        buf_add(&b, m[i].commune.code);
    }
    struct str out = arena_str(arena, buf_str(&b));
    buf_deinit(&b);
    return out;
}

static void expect_first(const struct territory *t, const char *text, const char *name,
                         enum territory_rank rank)
{
    struct territory_match *m;
    size_t n = territory_search(t, arena, str_from(text), 10, &m);
    if (n == 0)
        fail_msg("« %s » gives nothing", text);
    if (!str_eq(m[0].commune.name, str_from(name)) || m[0].rank != rank)
        fail_msg("« %s » gives « %.*s » with rank %d, expected « %s » with %d", text,
                 STR_ARG(m[0].commune.name), m[0].rank, name, rank);
}

static void test_names_however_written(void **state)
{
    (void)state;
    static const char *const ways[][2] = {
        {"Rennes", "Rennes"},
        {"  RENNES ", "Rennes"},
        {"Fougeres", "Fougères"},
        {"fougères", "Fougères"},
        {"St Malo", "Saint-Malo"},
        {"SAINT-MALO", "Saint-Malo"},
        {"st-malo", "Saint-Malo"},
        {"rheu", "Le Rheu"},
        {"Le Rheu", "Le Rheu"},
        {"les fougeres", "Fougères"},
        {"guerche de bretagne", "La Guerche-de-Bretagne"},
        {"La Guerche de Bretagne", "La Guerche-de-Bretagne"},
        {"St M'Hervé", "Saint-M'Hervé"},
        {"saint mherve", "Saint-M'Hervé"},
        {"SAINT M HERVE", "Saint-M'Hervé"},
        {"Cesson Sévigné", "Cesson-Sévigné"},
        {"Rennes (35)", "Rennes"},
        {"Rennes, Ille-et-Vilaine", "Rennes"},
        {"Rennes, France", "Rennes"},
        {"rennes 35", "Rennes"},
        {"35000 Rennes", "Rennes"},
        {"35000 RENNES CEDEX 7", "Rennes"},
        {"35042 Rennes cedex", "Rennes"},
        {"12 rue du Pont, 35400 Saint-Malo", "Saint-Malo"},
        {"12 rue de la Paix Rennes", "Rennes"},
        {"Ste Anne sur Vilaine", "Sainte-Anne-sur-Vilaine"},
        {"35238", "Rennes"},
        {"2a004", "Ajaccio"},
        {"Paris 11e", "Paris 11e Arrondissement"},
        {"paris 11", "Paris 11e Arrondissement"},
        {"Paris 11ème", "Paris 11e Arrondissement"},
        {"Paris 1er", "Paris 1er Arrondissement"},
        {"Lyon 3", "Lyon 3e Arrondissement"},
        {"Paris", "Paris"},
        {"Mans", "Le Mans"},
        {"L'Haÿ-les-Roses", "L'Haÿ-les-Roses"},
        {"lhay les roses", "L'Haÿ-les-Roses"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        expect_first(&bretagne, ways[i][0], ways[i][1], TERRITORY_EXACT);
}

static void test_part_of_a_name(void **state)
{
    (void)state;
    expect_first(&bretagne, "Foug", "Fougères", TERRITORY_PREFIX);
    expect_first(&bretagne, "malo", "Saint-Malo", TERRITORY_WORDS);
    expect_first(&bretagne, "aubin du corm", "Saint-Aubin-du-Cormier", TERRITORY_WORDS);
    expect_first(&bretagne, "bain bretagne", "Bain-de-Bretagne", TERRITORY_WORDS);
    expect_first(&bretagne, "ougère", "Fougères", TERRITORY_INSIDE);
    expect_first(&nowhere, "arseill", "Marseille", TERRITORY_INSIDE);
    expect_first(&nowhere, "boulogne mer", "Boulogne-sur-Mer", TERRITORY_WORDS);
    expect_first(&nowhere, "étienne", "Saint-Étienne", TERRITORY_WORDS);
    expect_first(&bretagne, "354", "Saint-Malo", TERRITORY_PREFIX);
}

static void test_former_names(void **state)
{
    (void)state;
    struct territory_match *m;
    assert_true(territory_search(&bretagne, arena, STR("Piré sur Seiche"), 5, &m) >= 1);
    assert_str(m[0].commune.name, "Piré-Chancé");
    assert_str(m[0].former, "Piré-sur-Seiche");
    assert_int_equal(m[0].rank, TERRITORY_EXACT);
    assert_true(m[0].own);
    /* The name of today is given rather than a former one. */
    assert_true(territory_search(&bretagne, arena, STR("Châteaugiron"), 5, &m) >= 1);
    assert_str(m[0].commune.code, "35069");
    assert_int_equal(m[0].former.n, 0);
}

static void test_own_communes_come_first(void **state)
{
    (void)state;
    struct territory_match *m;
    size_t n = territory_search(&bretagne, arena, STR("saint aubin"), 40, &m);
    assert_true(n > 10);
    size_t own = 0;
    while (own < n && m[own].own)
        own++;
    assert_true(own >= 3);
    assert_int_equal(m[own].rank, TERRITORY_EXACT);
    assert_str(m[own].commune.name, "Saint-Aubin");
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(m[i].commune.index != m[k].commune.index);
}

static void test_max_is_kept_and_more_changes_nothing(void **state)
{
    (void)state;
    struct str few = codes_for(&bretagne, "saint", 5), many = codes_for(&bretagne, "saint", 150);
    assert_int_equal(few.n, 5 * 6 - 1);
    assert_true(str_starts(many, few));
    assert_int_equal(codes_for(&bretagne, "saint", 0).n, 0);
    assert_int_equal(codes_for(&bretagne, "", 10).n, 0);
    assert_int_equal(codes_for(&bretagne, "  -- ", 10).n, 0);
    assert_int_equal(codes_for(&bretagne, "xqzw", 10).n, 0);
}

static void expect_answer(const struct territory *t, const char *text, enum territory_answer answer,
                          const char *first)
{
    struct territory_resolution r = territory_resolve(t, arena, str_from(text));
    if (r.answer != answer)
        fail_msg("« %s »: answer %d, expected %d", text, r.answer, answer);
    if (first && (r.n == 0 || !str_eq(r.matches[0].commune.name, str_from(first))))
        fail_msg("« %s » gives « %.*s », expected « %s »", text,
                 STR_ARG(r.n ? r.matches[0].commune.name : STR_NONE), first);
}

static void test_resolve(void **state)
{
    (void)state;
    expect_answer(&bretagne, "Rennes", TERRITORY_ONE, "Rennes");
    expect_answer(&nowhere, "Rennes", TERRITORY_ONE, "Rennes");
    expect_answer(&bretagne, "Renn", TERRITORY_ONE, "Rennes");
    expect_answer(&bretagne, "35400", TERRITORY_ONE, "Saint-Malo");
    expect_answer(&bretagne, "35500", TERRITORY_CHOICE, "Vitré");
    expect_answer(&bretagne, "35500 Balazé", TERRITORY_ONE, "Balazé");
    expect_answer(&bretagne, "35500 nulle part", TERRITORY_CHOICE, "Vitré");
    expect_answer(&bretagne, "Saint-Aubin", TERRITORY_CHOICE, NULL);
    expect_answer(&bretagne, "Saint-Malo", TERRITORY_ONE, "Saint-Malo");
    expect_answer(&bretagne, "malo", TERRITORY_CHOICE, "Saint-Malo");
    expect_answer(&nowhere, "Saint-Denis", TERRITORY_CHOICE, "Saint-Denis");
    expect_answer(&nowhere, "Saint-Denis (93)", TERRITORY_ONE, "Saint-Denis");
    expect_answer(&bretagne, "Brest", TERRITORY_ONE, "Brest");
    expect_answer(&bretagne, "Paris", TERRITORY_ONE, "Paris");
    expect_answer(&paris, "Paris 12", TERRITORY_ONE, "Paris 12e Arrondissement");
    expect_answer(&bretagne, "75011", TERRITORY_ONE, "Paris 11e Arrondissement");
    expect_answer(&bretagne, "Fougere", TERRITORY_CHOICE, "Fougères");
    expect_answer(&bretagne, "Foujères", TERRITORY_NONE, "Fougères");
    expect_answer(&bretagne, "Messac", TERRITORY_CHOICE, "Guipry-Messac");
    expect_answer(&bretagne, "vitrée", TERRITORY_NONE, "Vitré");
    expect_answer(&bretagne, "Renes", TERRITORY_NONE, "Rennes");
    expect_answer(&nowhere, "Marseile", TERRITORY_NONE, "Marseille");
    expect_answer(&bretagne, "Fougerkwz", TERRITORY_NONE, "Fougères");
    expect_answer(&bretagne, "", TERRITORY_NONE, NULL);
    expect_answer(&bretagne, "zz", TERRITORY_NONE, NULL);
}

/* Every name of every commune finds it, typed as it is written. */
static void test_every_name_is_found(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    for (uint32_t i = 0; i < territory_count(); i += 7) {
        struct territory_commune c = territory_commune_at(i);
        struct territory_match *m;
        size_t n = territory_search(&nowhere, a, c.name, 60, &m);
        bool found = false;
        for (size_t k = 0; k < n; k++)
            found |= m[k].commune.index == i && m[k].rank == TERRITORY_EXACT;
        if (!found)
            fail_msg("%.*s is not found by its name", STR_ARG(c.name));
        arena_reset(a);
    }
    arena_free(a);
}

/* The sorted positions (names from elsewhere) and the plain comparison (the territory's own names) must agree: with
 * every département its own, nothing is left to the positions but what was found already. */
static void test_positions_agree_with_comparing_every_name(void **state)
{
    enum { ROUNDS = 400, MAX = 15 };
    (void)state;
    uint32_t n = territory_departement_count();
    struct territory_departement *all = ARENA_ARRAY(arena, n, struct territory_departement);
    for (uint32_t i = 0; i < n; i++)
        all[i] = territory_departement_at(i);
    struct territory everywhere = {.departements = all, .n_departements = n};
    struct arena *a = arena_new(SIZE_MAX);
    uint64_t seed = 7;
    for (int round = 0; round < ROUNDS; round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        struct str name = territory_commune_at((uint32_t)(seed >> 33) % territory_count()).name;
        size_t from = round % 3 ? 0 : (seed >> 20) % name.n, length = 1 + (seed >> 8) % 14;
        struct str text = str_sub(name, from, length);
        if (round % 7 == 0) /* first and last letters of words */
            text = arena_printf(a, "%.*s %.*s", STR_ARG(str_sub(name, 0, 3)),
                                STR_ARG(str_sub(name, (size_t)(str_find_char(name, '-', 0) + 1), 4)));
        struct territory_match *x, *y;
        size_t nx = territory_search(&nowhere, a, text, MAX, &x), ny = territory_search(&everywhere, a, text, MAX, &y);
        if (nx != ny)
            fail_msg("« %.*s » gives %zu and %zu", STR_ARG(text), nx, ny);
        for (size_t i = 0; i < nx; i++)
            if (x[i].commune.index != y[i].commune.index || x[i].rank != y[i].rank)
                fail_msg("« %.*s »: %.*s (%d) and %.*s (%d)", STR_ARG(text), STR_ARG(x[i].commune.name), x[i].rank,
                         STR_ARG(y[i].commune.name), y[i].rank);
        arena_reset(a);
    }
    arena_free(a);
}

/* Nothing that may be typed reads out of bounds (sanitizers) or loops. */
static void test_any_text(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    uint64_t seed = 42;
    for (int round = 0; round < 3000; round++) {
        char text[40];
        size_t n = 0;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t length = seed >> 33 & 31;
        while (n < length) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            unsigned draw = (unsigned)(seed >> 40);
            static const char letters[] = "aeiounrstlmdcpv st'-,()0123456789";
            text[n++] = draw % 16 == 0 ? (char)(draw >> 8) : letters[draw % (sizeof letters - 1)];
        }
        struct territory_resolution r = territory_resolve(&bretagne, a, (struct str){text, n});
        for (size_t i = 0; i < r.n; i++)
            assert_true(r.matches[i].commune.index < territory_count());
        arena_reset(a);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commune_by_code),
        cmocka_unit_test(test_every_commune_reads_back),
        cmocka_unit_test(test_merged_commune_gives_todays),
        cmocka_unit_test(test_arrondissement_knows_its_city),
        cmocka_unit_test(test_departements_and_regions),
        cmocka_unit_test(test_epci_members),
        cmocka_unit_test(test_postal_code_lists_communes_by_population),
        cmocka_unit_test(test_names_however_written),
        cmocka_unit_test(test_part_of_a_name),
        cmocka_unit_test(test_former_names),
        cmocka_unit_test(test_own_communes_come_first),
        cmocka_unit_test(test_max_is_kept_and_more_changes_nothing),
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_every_name_is_found),
        cmocka_unit_test(test_positions_agree_with_comparing_every_name),
        cmocka_unit_test(test_any_text),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
