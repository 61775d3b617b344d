/* Codes, dates, numbers and coordinates. */
#include <math.h>

#include "clean_check.h"

static void postal_codes(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"35000", "35000", ""},
        {"1300", "01300", "code_postal.zero_initial"},
        {"1300.0", "01300", "code_postal.nombre code_postal.zero_initial"},
        {"35 000", "35000", "code_postal.espaces"},
        {"35000,00", "35000", "code_postal.nombre"},
        {"F-35000", "35000", "code_postal.texte"},
        {"35000 Rennes Cedex 7", "35000", "code_postal.texte"},
        {"00000", "", "valeur.absente"},
        {"35000 35200", NULL, NULL},
        {"350000", NULL, NULL},
        {"350", NULL, NULL},
        {"2A004", NULL, NULL},
    };
    CHECK(clean_code_postal, cases);
}

static void commune_codes(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"35238", "35238", ""},
        {"2A004", "2A004", ""},
        {"2a004", "2A004", "code_insee.casse"},
        {"2 B 033", "2B033", "code_insee.espaces"},
        {"1053", "01053", "code_insee.zero_initial"},
        {"97411", "97411", ""},
        {"20004", NULL, NULL}, /* Corsica since 1976: 2A or 2B */
        {"2C004", NULL, NULL},
        {"5723687", NULL, NULL},
        {"0null", NULL, NULL},
    };
    CHECK(clean_code_insee, cases);
}

static void organisations(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"43575434300018", "43575434300018", ""},
        {"435 754 343 00018", "43575434300018", "siret.espaces"},
        {"435.754.343.00018", "43575434300018", NULL},
        {"SIRET : 435 754 343 00018", "43575434300018", NULL},
        {"43575434300018.0", "43575434300018", "siret.nombre"},
        {"35600000063516", "35600000063516", ""}, /* La Poste: no Luhn key */
        {"5578000100016", "05578000100016", "siret.zero_initial"},
        {"W9R2003255", "W9R2003255", ""},
        {"w 9r2 003255", "W9R2003255", "rna.espaces"},
        {"RNA n° W751234567", "W751234567", NULL},
        {"1 234 567.001", "1234567001", "ridet.espaces"},
        {"00000000000000", "", ""}, /* how LaMednum files say that nobody knows: nothing was corrected */
        {"0", "", ""},
        {"néant", "", "valeur.absente"},
        {"12345678910111", NULL, NULL},
        {"3.56E+13", NULL, NULL},
        {"435754343", NULL, NULL}, /* a SIREN says no place */
        {"42", NULL, NULL},
    };
    static const struct clean_case siret[] = {{"W9R2003255", NULL, NULL}, {"435 754 343 00018", "43575434300018", NULL}, {"42", NULL, NULL}};
    CHECK(clean_pivot, cases);
    CHECK(clean_siret, siret);
}

static void dates(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"2022-03-25", "2022-03-25", ""},
        {"25/03/2022", "2022-03-25", "date.format"},
        {"1.3.2022", "2022-03-01", "date.format"},
        {"2022/03/25", "2022-03-25", "date.format"},
        {"25/03/22", "2022-03-25", "date.annee_courte"},
        {"2022-03-25 10:00:00", "2022-03-25", "date.heure"},
        {"2022-03-25T23:30:00Z", "2022-03-26", "date.heure"}, /* on the clocks of Paris */
        {"2022-03-25T00:30:00+03:00", "2022-03-24", "date.heure"},
        {"2022/06/10 10:04:59.524", "2022-06-10", "date.heure"},
        {"1648202400", "2022-03-25", "date.horodatage"},
        {"1648202400000", "2022-03-25", "date.horodatage"},
        {"44645", "2022-03-25", "date.tableur"},
        {"44645.75", "2022-03-25", "date.tableur"},
        {"20220325", "2022-03-25", "date.format"},
        {"25032022", "2022-03-25", "date.format"},
        {"25 mars 2022", "2022-03-25", "date.lettres"},
        {"vendredi 1er août 2025", "2025-08-01", "date.lettres"},
        {"Fri Mar 25 2022 10:00:00 GMT+0100", "2022-03-25", "date.lettres"},
        {"Espace labellisé 01/01/2020", "2020-01-01", "date.texte"},
        {"Ouvert le 01/01/2020, confirmé le 01/01/2020", "2020-01-01", "date.texte"},
        {"31/02/2022", NULL, NULL},
        {"03/25/2022", NULL, NULL}, /* month before day: the rest of the file would be read wrongly */
        {"22-03-25", NULL, NULL},
        {"mars 2022", NULL, NULL},
        {"2022", NULL, NULL},
        {"35000", NULL, NULL},
        {"0261910011", NULL, NULL},
        {"du 01/01/2020 au 31/12/2020", NULL, NULL},
        {"30 février 2022", NULL, NULL},
        {"0000-00-00", "", "valeur.absente"},
        {"hier", NULL, NULL},
    };
    CHECK(clean_date, cases);
}

static void decimals(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"48.1173", "48.1173", ""},      {"-8.5e-05", "-8.5e-05", ""},
        {"48,1173", "48.1173", "nombre.virgule"}, {"−0,55", "-0.55", "nombre.virgule"},
        {"+48.1", "48.1", "nombre.format"},       {"48.1173°", "48.1173", "nombre.format"},
        {"6 789 123,5", "6789123.5", "nombre.virgule"}, {"48.117.300", NULL, NULL},
        {"48 07 02", NULL, NULL},                 {"3.06 39 98 47 67", NULL, NULL},
        {"1,2,3", NULL, NULL},                    {"abc", NULL, NULL},
    };
    CHECK(clean_decimal, cases);
}

struct point_case {
    const char *latitude, *longitude;
    double lat, lon; /* NAN: refused; 1000: nothing was said */
    const char *rules;
};

static void points(void **state)
{
    (void)state;
    static const struct point_case cases[] = {
        {"48.1173", "-1.6778", 48.1173, -1.6778, ""},
        {"48,1173", "−1,6778", 48.1173, -1.6778, "nombre.virgule"},
        {"-1.6778", "48.1173", 48.1173, -1.6778, "point.inverse"},
        {"48.1173, -1.6778", "", 48.1173, -1.6778, "point.une_case"},
        {"48.1173,-1.6778", "", 48.1173, -1.6778, "point.une_case"},
        {"48,1173,-1,6778", "", 48.1173, -1.6778, "point.une_case nombre.virgule"},
        {"48,1173 ; -1,6778", "", 48.1173, -1.6778, "point.une_case nombre.virgule"},
        {"48.1173 -1.6778", "", 48.1173, -1.6778, "point.une_case"},
        {"", "[-1.6778, 48.1173]", 48.1173, -1.6778, "point.une_case point.inverse"},
        {"POINT (-1.6778 48.1173)", "", 48.1173, -1.6778, "point.une_case"},
        {"48.1173,-1.6778", "48.1173,-1.6778", 48.1173, -1.6778, "point.une_case"},
        {"48°07'02\"N", "1°40'40\"O", 48 + 7 / 60.0 + 2 / 3600.0, -(1 + 40 / 60.0 + 40 / 3600.0), "point.degres_minutes"},
        {"48° 7′ 2,5″ N", "W 1 40", 48 + 7 / 60.0 + 2.5 / 3600.0, -(1 + 40 / 60.0), "point.degres_minutes"},
        {"1.6778 W", "48.1173 N", 48.1173, -1.6778, NULL},
        /* projected in both directions by the formulas of IGN, as written in NTG 71 and 76 */
        {"6789966.542", "352107.380", 48.1173, -1.6778, "point.projection"},
        {"352107.380", "6789966.542", 48.1173, -1.6778, "point.projection point.inverse"},
        {"6600000", "700000", 46.5, 3, "point.projection"},
        {"6 108 273,283", "1 176 667,561", 41.9192, 8.7386, NULL},
        {"1796154.422", "656674.774", 16.241, -61.534, "point.projection"},
        {"1997699.696", "491301.427", 18.0679, -63.0822, "point.projection"},
        {"1616759.733", "709096.316", 14.6161, -61.0588, "point.projection"},
        {"544262.952", "354363.221", 4.9227, -52.3135, "point.projection"},
        {"7690475.437", "338568.315", -20.8789, 55.4481, "point.projection"},
        {"8587115.821", "524724.521", -12.7806, 45.2278, "point.projection"},
        {"-20.8789", "55.4481", -20.8789, 55.4481, ""},
        {"", "", 1000, 1000, ""},
        {"néant", "-", 1000, 1000, ""},
        {"0", "0", NAN, NAN, NULL},
        {"52.52", "13.405", NAN, NAN, NULL}, /* Berlin */
        {"48.1173", "", NAN, NAN, NULL},
        {"48,117", "", NAN, NAN, NULL},
        {"abc", "-1.6", NAN, NAN, NULL},
        {"48.1 N", "1.6 N", NAN, NAN, NULL},
        {"-48.1 S", "1.6 W", NAN, NAN, NULL},
        {"48°70'00\"N", "1°40'W", NAN, NAN, NULL},
        {"3.06 39 98 47 67", "50.6", NAN, NAN, NULL},
        {"5000000", "5000000", NAN, NAN, NULL},
    };
    struct arena *a = arena_new(SIZE_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct point_case *k = &cases[i];
        struct cleaned_point p = clean_point(a, str_from(k->latitude), str_from(k->longitude));
        struct cleaned rules = {.n_rules = p.n_rules};
        memcpy(rules.rules, p.rules, sizeof p.rules);
        if (isnan(k->lat) != (p.refused != NULL) || p.known != (!isnan(k->lat) && k->lat < 1000))
            fail_msg("[%s][%s] %s", k->latitude, k->longitude, p.refused ? p.refused : p.known ? "known" : "nothing");
        if (p.known && (fabs(p.point.lat - k->lat) > 1e-7 || fabs(p.point.lon - k->lon) > 1e-7))
            fail_msg("[%s][%s] gives %.9f %.9f", k->latitude, k->longitude, p.point.lat, p.point.lon);
        if (p.known && k->rules)
            check_rules(k->latitude, &rules, k->rules);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(postal_codes), cmocka_unit_test(commune_codes), cmocka_unit_test(organisations),
                                       cmocka_unit_test(dates),        cmocka_unit_test(decimals),      cmocka_unit_test(points)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
