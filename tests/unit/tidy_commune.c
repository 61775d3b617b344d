/* Commune, postal code and INSEE code read together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/tidy/commune.h"

static struct arena *arena;

static const char *text(struct str s)
{
    return arena_cstr(arena, s);
}

static struct tidy_commune tidied(const char *commune, const char *postal, const char *insee)
{
    struct tidy_context cx = {.commune = str_from(commune), .code_postal = str_from(postal), .code_insee = str_from(insee), .level = TIDY_FULL};
    struct tidy_commune out;
    tidy_commune(arena, &cx, &out);
    return out;
}

static void gives(const char *commune, const char *postal, const char *insee, const char *name, const char *code, const char *number)
{
    struct tidy_commune t = tidied(commune, postal, insee);
    const char *got = text(arena_printf(arena, "%s|%s|%s", text(t.commune.value), text(t.code_postal.value),
                                        t.code_insee.refused ? "refused" : text(t.code_insee.value)));
    const char *expected = text(arena_printf(arena, "%s|%s|%s", name, code, number));
    if (strcmp(got, expected) != 0)
        fail_msg("%s %s %s\n  gives %s\n  not   %s", commune, postal, insee, got, expected);
    /* Once more: nothing is left to do. */
    struct tidy_commune again = tidied(text(t.commune.value), text(t.code_postal.value), t.code_insee.refused ? "" : text(t.code_insee.value));
    assert_string_equal(text(again.commune.value), text(t.commune.value));
    assert_string_equal(text(again.code_postal.value), text(t.code_postal.value));
    assert_int_equal(again.commune.n_rules + again.code_postal.n_rules + again.code_insee.n_rules, 0);
}

static void has_rule(const struct cleaned *c, const char *rule)
{
    for (size_t i = 0; i < c->n_rules; i++)
        if (strcmp(c->rules[i], rule) == 0)
            return;
    fail_msg("no rule %s", rule);
}

static void names(void **state)
{
    (void)state;
    gives("ROUBAIX", "59100", "", "Roubaix", "59100", "59512");
    gives("St Jorioz", "74410", "", "Saint-Jorioz", "74410", "74242");
    gives("Bournoncle St Pierre", "", "", "Bournoncle-Saint-Pierre", "43360", "43038");
    gives("L' Arbresle", "69210", "", "L'Arbresle", "69210", "69010");
    gives("Amplepuis 69550", "69550", "", "Amplepuis", "69550", "69006");
    gives("Douai CEDEX BP 80809", "59508", "59178", "Douai", "59500", "59178");
    gives("Etreux (Le Gard)", "02510", "", "Étreux", "02510", "02298");
    gives("Jugon-les-Lacs - Commune nouvelle", "22270", "22084", "Jugon-les-Lacs", "22270", "22084");
    gives("Commune de Rennes", "35000", "35238", "Rennes", "35000", "35238");
    gives("Pont-de-Claix", "38800", "", "Le Pont-de-Claix", "38800", "38317");
    gives("Berck-sur-Mer", "62600", "", "Berck", "62600", "62108");
    gives("SAINT AMAND", "59230", "", "Saint-Amand-les-Eaux", "59230", "59526");
    /* A letter or two, where no other name is near. */
    gives("Ayre-sur-la-Lys", "62120", "", "Aire-sur-la-Lys", "62120", "62014");
    gives("SAINT PAUL TROIS CH\xE2\x95\xA2TEAUX", "26130", "", "Saint-Paul-Trois-Châteaux", "26130", "26324");
    gives("VILLENEUCE D'ASCQ", "59650", "", "Villeneuve-d'Ascq", "59650", "59009");
    /* Not in the register: only its letters are put in order. */
    gives("LES TROIS CLOCHERS DE NULLEPART", "", "", "Les Trois Clochers de Nullepart", "", "");
    gives("MARCQ-EN-BARŒUL", "99999", "", "Marcq-en-Barœul", "99999", "");
}

/* Two communes are called Pacé, in Ille-et-Vilaine and in the Orne; without a code, the point tells. */
static void the_point_tells_namesakes_apart(void **state)
{
    static const struct {
        const char *commune, *postal;
        bool has_point;
        struct geo_point point;
        const char *insee;
    } cases[] = {
        {"Pacé", "", true, {48.15, -1.79}, "35210"},
        {"PACE", "", true, {48.44, 0.0}, "61321"},
        {"Pacé", "", false, {0, 0}, ""},
        {"Pacé", "", true, {43.6, 1.44}, ""},          /* near neither */
        {"Pacé", "61250", true, {48.15, -1.79}, "61321"}, /* the code goes before */
        {"Rennes", "", true, {48.11, -1.68}, "35238"}, /* there is a Rennes-le-Château, which is another name */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tidy_context cx = {.commune = str_from(cases[i].commune), .code_postal = str_from(cases[i].postal), .level = TIDY_FULL,
                                  .has_point = cases[i].has_point, .point = cases[i].point};
        struct tidy_commune out;
        tidy_commune(arena, &cx, &out);
        if (!str_eq(out.code_insee.value, str_from(cases[i].insee)))
            fail_msg("case %zu: \"%s\"", i, text(out.code_insee.value));
    }
}

static void codes(void **state)
{
    (void)state;
    gives("Bourg-en-Bresse", "1000", "1053", "Bourg-en-Bresse", "01000", "01053");
    gives("Rennes", "35031", "35238", "Rennes", "35000", "35238");
    /* The INSEE code in the postal code's cell: Bruz has one code, Rennes several, an arrondissement its own. */
    gives("Bruz", "35047", "", "Bruz", "35170", "35047");
    gives("Rennes", "35238", "", "Rennes", "35238", "35238");
    gives("Lyon", "69383", "", "Lyon", "69003", "69123");
    gives("Paris 75011 43911", "75111", "", "Paris", "75011", "75056");
    gives("Anor", "59012", "", "Anor", "59186", "59012");
    gives("Grenoble", "38000", "38110", "Grenoble", "38000", "38185");
    gives("Bron", "69008", "69029", "Bron", "69500", "69029");
    gives("Vernon", "27220", "", "Vernon", "27200", "27681");
    gives("", "35000", "35238", "Rennes", "35000", "35238");
    gives("", "", "01053", "Bourg-en-Bresse", "01000", "01053");
    gives("Rennes", "", "", "Rennes", "", "35238");
    gives("35000@", "", "01053", "Bourg-en-Bresse", "01000", "01053"); /* no letter, no name */
    struct tidy_commune t = tidied("Rennes", "35031", "35238");
    has_rule(&t.code_postal, "code_postal.cedex");
    t = tidied("Grenoble", "38000", "");
    has_rule(&t.code_insee, "code_insee.deduit");
    /* A code that no commune has is not kept, nor is a postal code in its place. */
    gives("Nullepart", "", "96001", "Nullepart", "", "refused");
    gives("Nullepart", "", "20000", "Nullepart", "", "refused");
    gives("Rennes", "35000", "35000", "Rennes", "35000", "35238");
}

static void corsica(void **state)
{
    (void)state;
    gives("AJACCIO", "20000", "2a004", "Ajaccio", "20000", "2A004");
    gives("Ajaccio", "20000", "20000", "Ajaccio", "20000", "2A004");
    gives("Propriano", "20100", "2A249", "Propriano", "20110", "2A249");
    gives("Bastia", "20200", "", "Bastia", "20200", "2B033");
}

static void cities(void **state)
{
    (void)state;
    gives("Lyon 2e", "69002", "69382", "Lyon", "69002", "69123");
    gives("PARIS 11EME ARRONDISSEMENT", "75011", "", "Paris", "75011", "75056");
    gives("Marseille 08", "", "", "Marseille", "13008", "13055");
    gives("Paris CEDEX 07", "75327", "", "Paris", "75007", "75056");
    gives("7e Arrondissement", "13007", "", "Marseille", "13007", "13055");
    assert_string_equal(text(tidy_commune_code(STR("75111"))), "75056");
    assert_string_equal(text(tidy_commune_code(STR("35238"))), "35238");
    assert_string_equal(text(tidy_commune_code(STR("00000"))), "00000");
}

static void former_communes(void **state)
{
    (void)state;
    /* Merged in 2019: the name that people know stays, the code is today's. */
    struct tidy_commune t = tidied("Piré-sur-Seiche", "35150", "35220");
    assert_string_equal(text(t.commune.value), "Piré-sur-Seiche");
    assert_string_equal(text(t.code_insee.value), "35220");
    t = tidied("Orée d'Anjou", "49530", "49069");
    assert_string_equal(text(t.code_insee.value), "49126");
    has_rule(&t.code_insee, "code_insee.commune_nouvelle");
    t = tidied("Pierrefitte-sur-Seine", "93380", "93059");
    assert_string_equal(text(t.commune.value), "Pierrefitte-sur-Seine");
    assert_string_equal(text(t.code_insee.value), "93066");
    assert_true(t.known && !t.doubt);
}

static void doubts(void **state)
{
    (void)state;
    /* Several communes of that name, nothing to choose with. */
    struct tidy_commune t = tidied("Saint-Denis", "", "");
    assert_false(t.known);
    assert_int_equal(t.code_insee.value.n, 0);
    /* The name of one, the codes of another. */
    t = tidied("Blois", "42000", "42218");
    assert_true(t.doubt && !t.known);
    assert_string_equal(text(t.code_postal.value), "42000");
    assert_string_equal(text(t.code_insee.value), "42218");
    /* Each of the three says another commune. */
    t = tidied("Metz", "57100", "57236");
    assert_true(t.doubt && !t.known);
    assert_string_equal(text(t.code_insee.value), "57236");
    /* A hamlet that bears a name borne elsewhere many times: the codes are believed. */
    t = tidied("Saint-Martin", "35000", "35238");
    assert_true(t.known && !t.doubt);
    assert_string_equal(text(t.code_insee.value), "35238");
}

static void addresses(void **state)
{
    (void)state;
    struct tidy_context cx = {.commune = STR("Bordeaux"), .adresse = STR("8 rue de la Boétie - 33000 Bordeaux"), .level = TIDY_FULL};
    struct tidy_commune t;
    tidy_commune(arena, &cx, &t);
    assert_string_equal(text(t.code_postal.value), "33000");
    assert_string_equal(text(t.code_insee.value), "33063");
    cx = (struct tidy_context){.adresse = STR("38 Rue des Dats, 51520, Saint-Martin-sur-le-Pré, Marne, Grand Est"), .level = TIDY_FULL};
    tidy_commune(arena, &cx, &t);
    assert_string_equal(text(t.commune.value), "Saint-Martin-sur-le-Pré");
    assert_string_equal(text(t.code_postal.value), "51520");
    cx = (struct tidy_context){.commune = STR("Mérignac"), .adresse = STR("BP 40273 33697 Mérignac Cedex"), .level = TIDY_FULL};
    tidy_commune(arena, &cx, &t);
    assert_string_equal(text(t.code_postal.value), "33700");
    struct str code, town;
    assert_false(tidy_address_code(arena, STR("12 rue du 99999 quelque part"), &code, &town));
    assert_false(tidy_address_code(arena, STR("1 rue A, BP 35000"), &code, &town));
    assert_true(tidy_address_code(arena, STR("1 rue A, 35000 Rennes"), &code, &town));
    assert_string_equal(text(town), "Rennes");
}

static int make(void **state)
{
    (void)state;
    arena = arena_new(SIZE_MAX);
    return arena ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),  cmocka_unit_test(the_point_tells_namesakes_apart),
        cmocka_unit_test(codes),           cmocka_unit_test(corsica),
        cmocka_unit_test(cities), cmocka_unit_test(former_communes), cmocka_unit_test(doubts),
        cmocka_unit_test(addresses),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
