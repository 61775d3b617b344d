/* What is missing, old or doubtful in a sheet, and how the figures are written for programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/quality.h"

static const struct civil_date today = {2026, 8, 31};

static bool has(const struct quality_sheet *s, enum quality_measure m)
{
    return (quality_of(s, today) >> m) & 1;
}

static struct quality_sheet a_sheet(void)
{
    return (struct quality_sheet){
        .kind = DIRECTORY_PLACE, .contact = true, .hours = true, .service = true, .number = true,
        .has_point = true, .has_centre = true, .point = {48.1159, -1.6884}, .centre = {48.1113, -1.68}, .surface_km2 = 50,
        .telephone = STR("+33261910011"), .date_maj = STR("2026-08-01"), .confirmed_at_ms = 1,
    };
}

static void a_full_sheet_lacks_nothing(void **state)
{
    (void)state;
    struct quality_sheet s = a_sheet();
    assert_int_equal(quality_of(&s, today), (1u << QUALITY_HALF_YEAR) | (1u << QUALITY_CONFIRMED));
}

static void an_empty_sheet_lacks_everything(void **state)
{
    (void)state;
    struct quality_sheet s = {.kind = DIRECTORY_STRUCTURE};
    assert_int_equal(quality_of(&s, today), (1u << QUALITY_NO_PHONE) | (1u << QUALITY_NO_CONTACT) | (1u << QUALITY_NO_HOURS) |
                                                (1u << QUALITY_NO_POINT) | (1u << QUALITY_NO_SERVICE) |
                                                (1u << QUALITY_NO_NUMBER) | (1u << QUALITY_NO_DATE) |
                                                (1u << QUALITY_NEVER_CONFIRMED));
    s.hours_text = true;
    assert_true(has(&s, QUALITY_HOURS_TEXT));
    assert_false(has(&s, QUALITY_NO_HOURS));
}

static void ages_follow_the_calendar(void **state)
{
    static const struct {
        const char *date;
        enum quality_measure age;
    } cases[] = {
        {"2026-08-31", QUALITY_HALF_YEAR}, {"2026-02-28", QUALITY_HALF_YEAR}, {"2026-02-27", QUALITY_YEAR},
        {"2025-08-31", QUALITY_YEAR},      {"2025-08-30", QUALITY_TWO_YEARS}, {"2024-08-31", QUALITY_TWO_YEARS},
        {"2024-08-30", QUALITY_OLDER},     {"2000-01-01", QUALITY_OLDER},     {"1970-01-01", QUALITY_NO_DATE},
        {"2026-09-02", QUALITY_NO_DATE},   {"hier", QUALITY_NO_DATE},         {"", QUALITY_NO_DATE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct quality_sheet s = a_sheet();
        s.date_maj = str_from(cases[i].date);
        for (int m = QUALITY_HALF_YEAR; m <= QUALITY_NO_DATE; m++)
            assert_int_equal(has(&s, (enum quality_measure)m), m == (int)cases[i].age);
    }
}

static void remarks_are_told_apart(void **state)
{
    (void)state;
    struct quality_sheet s = a_sheet();
    s.remarks = STR("[[\"telephone\",\"telephone.indicatif\",\"02 61\",\"+33261\"]]");
    assert_true(has(&s, QUALITY_CORRECTED));
    assert_false(has(&s, QUALITY_LEFT_ASIDE));
    s.remarks = STR("[[\"courriels\",\"valeur.ecartee\",\"a@\",\"\"],[\"horaires\",\"garde.valeur\",\"\",\"Mo 09:00-10:00\"]]");
    assert_true(has(&s, QUALITY_LEFT_ASIDE));
    assert_true(has(&s, QUALITY_KEPT));
    assert_false(has(&s, QUALITY_CORRECTED));
    s.remarks = STR("[[\"latitude\",\"coordonnees.adresse\",\"\",\"48.1,-1.6 (housenumber 0.97)\"]]");
    assert_true(has(&s, QUALITY_DEDUCED));
    assert_false(has(&s, QUALITY_CORRECTED));
    static const char *const damaged[] = {"[", "{}", "[1,[],[null],[\"a\",2]]", "\"", "[[[[["};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        s.remarks = str_from(damaged[i]);
        assert_int_equal(quality_of(&s, today), (1u << QUALITY_HALF_YEAR) | (1u << QUALITY_CONFIRMED));
    }
}

static void far_depends_on_how_wide_the_commune_is(void **state)
{
    (void)state;
    struct quality_sheet s = a_sheet();
    s.point = (struct geo_point){48.3113, -1.68}; /* 22 km north */
    assert_true(has(&s, QUALITY_FAR));
    s.surface_km2 = 759; /* Arles: 10 km + twice 15.5 km */
    assert_false(has(&s, QUALITY_FAR));
    s.surface_km2 = 0;
    assert_true(has(&s, QUALITY_FAR));
    s.has_centre = false;
    assert_false(has(&s, QUALITY_FAR));
}

static void examples_do_not_depend_on_the_order(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    struct quality_report *up = ARENA_NEW(a, struct quality_report), *down = ARENA_NEW(a, struct quality_report);
    for (int i = 0; i < 40; i++) {
        struct str x = arena_printf(a, "lieu-%d", i), y = arena_printf(a, "lieu-%d", 39 - i);
        quality_example_add(a, up, QUALITY_NO_PHONE, x, x, STR("Rennes"));
        quality_example_add(a, down, QUALITY_NO_PHONE, y, y, STR("Rennes"));
        quality_example_add(a, up, QUALITY_CONFIRMED, x, x, STR("Rennes"));
    }
    assert_int_equal(up->n_examples[QUALITY_NO_PHONE], QUALITY_EXAMPLES);
    assert_int_equal(up->n_examples[QUALITY_CONFIRMED], 0);
    int first = 0;
    for (size_t i = 0; i < QUALITY_EXAMPLES; i++) {
        assert_true(str_eq(up->examples[QUALITY_NO_PHONE][i].slug, down->examples[QUALITY_NO_PHONE][i].slug));
        first += up->examples[QUALITY_NO_PHONE][i].slug.n == 6; /* lieu-0 … lieu-9 */
    }
    assert_true(first < QUALITY_EXAMPLES); /* not the first of the file */
    arena_free(a);
}

static struct quality_report a_report(struct quality_source *s)
{
    *s = (struct quality_source){.slug = STR("essai"), .nom = STR("=Essai"), .places = 3, .structures = 1, .services = 2,
                                 .score = 0.7251, .imported_ms = 1795500000000, .format = STR("LaMednum 1.0.2 (CSV)")};
    s->counts[QUALITY_NO_PHONE] = 1;
    return (struct quality_report){.day = 20781, .sources = s, .n_sources = 1};
}

static void figures_for_programs(void **state)
{
    (void)state;
    struct quality_source s;
    struct quality_report r = a_report(&s);
    struct buf b;
    buf_init(&b, 1 << 20);
    quality_write_csv(&r, &b);
    assert_true(str_starts(buf_str(&b), STR("source,nom,famille,mesure,valeur,part_des_fiches\n"
                                            "essai,'=Essai,total,lieux,3,\n")));
    assert_true(str_find(buf_str(&b), STR("essai,'=Essai,total,score_qualite_moyen,0.73,\n"), 0) > 0);
    assert_true(str_find(buf_str(&b), STR("essai,'=Essai,manque,sans_telephone,1,0.25\n"), 0) > 0);
    assert_true(str_find(buf_str(&b), STR("essai,'=Essai,doute,telephone_partage,0,0\n"), 0) > 0);
    buf_clear(&b);
    quality_write_json(&r, &b);
    assert_true(str_starts(buf_str(&b), STR("{\"date\":\"2026-11-24\",\"sources\":[{\"source\":\"essai\"")));
    assert_true(str_find(buf_str(&b), STR("\"dernier_import\":{\"date\":\"2026-11-24T"), 0) > 0);
    assert_true(str_find(buf_str(&b), STR("\"manque\":{\"sans_telephone\":1,"), 0) > 0);
    buf_clear(&b);
    s.score = -1;
    s.imported_ms = 0;
    quality_write_json(&r, &b);
    assert_true(str_find(buf_str(&b), STR("\"score_qualite_moyen\":null,\"dernier_import\":null"), 0) > 0);
    buf_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_sheet_lacks_nothing),     cmocka_unit_test(an_empty_sheet_lacks_everything),
        cmocka_unit_test(ages_follow_the_calendar),       cmocka_unit_test(remarks_are_told_apart),
        cmocka_unit_test(far_depends_on_how_wide_the_commune_is), cmocka_unit_test(examples_do_not_depend_on_the_order),
        cmocka_unit_test(figures_for_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
