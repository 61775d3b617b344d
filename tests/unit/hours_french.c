/* Hours written by people in French, into expressions; and what must stay a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hours/hours.h"

struct pair {
    const char *text, *expression; /* NULL: must be refused */
};

static void check_all(const struct pair *pairs, size_t n)
{
    struct arena *a = arena_new(SIZE_MAX);
    for (size_t i = 0; i < n; i++) {
        struct str got = STR_NONE, again = STR_NONE;
        enum err e = hours_from_french(a, str_from(pairs[i].text), &got);
        if (e != OK && pairs[i].expression)
            fail_msg("%s\n  refused, wanted %s", pairs[i].text, pairs[i].expression);
        if (e == OK && (!pairs[i].expression || !str_eq(got, str_from(pairs[i].expression))))
            fail_msg("%s\n  gives  %.*s\n  wanted %s", pairs[i].text, STR_ARG(got),
                     pairs[i].expression ? pairs[i].expression : "a refusal");
        if (e == OK) { /* what is written is valid, and already in its only form */
            struct hours *h = NULL;
            struct str why;
            assert_int_equal(hours_parse(a, got, &h, &why), OK);
            again = hours_format(a, h);
            assert_true(str_eq(again, got));
        }
    }
    arena_free(a);
}
#define CHECK(pairs) check_all((pairs), sizeof(pairs) / sizeof *(pairs))

static void spans(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"9h-12h30 / 14h-18h", "09:00-12:30,14:00-18:00"},
        {"9:00 - 12:00 / 14:00 - 18:00", "09:00-12:00,14:00-18:00"},
        {"9-12/14-18", "09:00-12:00,14:00-18:00"},
        {"de 9h à 12h et de 14h à 17h", "09:00-12:00,14:00-17:00"},
        {"9h/17h", "09:00-17:00"},
        {"09H00-17H00", "09:00-17:00"},
        {"8 h 30 - 12 h -  et 13 h 30 -17 h", "08:30-12:00,13:30-17:00"},
        {"9h12h 14h18h", "09:00-12:00,14:00-18:00"},
        {"8h30 12h / 14h 17h30", "08:30-12:00,14:00-17:30"},
        {"8h30-12 / 13h30 17h30", "08:30-12:00,13:30-17:30"},
        {"10 à 12h", "10:00-12:00"},
        {"entre 9 heures et midi", "09:00-12:00"},
        {"8:30 -12:00 /14: - 17:30", "08:30-12:00,14:00-17:30"},
        {"13h30-1730", "13:30-17:30"},
        {"08:30:00 - 12:00:00", "08:30-12:00"},
        {"9\xC2\xA0h\xC2\xA0– 12\xC2\xA0h", "09:00-12:00"},
        {"8h à 12h &amp; 13h30 à 17h30", "08:00-12:00,13:30-17:30"},
        {"18h-minuit", "18:00-24:00"},
        {"20h-2h", "20:00-02:00"},
        /* Keys beside the right one on a French keyboard. */
        {"de 9h 0 12h", "09:00-12:00"},
        {"08:30 - 12:30 / 13/30 - 16:30", "08:30-12:30,13:30-16:30"},
        /* Said twice, or one within the other. */
        {"7-0,7-14", "07:00-24:00"},
        {"09:00 - 12:30 / 09:00 - 12:30 / 13:30 - 16:30", "09:00-12:30,13:30-16:30"},
        {"09:00 - 16:30 / 09:00 - 11:30", "09:00-16:30"},
        {"00:00 - 00:00 / 09:00 - 12:00", "09:00-12:00"},
        /* Slips that could mean two things, moments without an end. */
        {"14h-7h", NULL},
        {"9h, 14h", NULL},
        {"9h30-12h et 13h,17h", NULL},
        {"13h30 à 16h3", NULL},
        {"09:00-13:00-/3:00-16:00", NULL},
        {"07:30:12:30", NULL},
        {"9h-25h", NULL},
        {"9h-12h75", NULL},
        {"9-12-14", NULL},
        {"le 12/14", NULL},
        {"02 61 91 00 00", NULL},
    };
    CHECK(pairs);
}

static void days(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"du lundi au vendredi de 9h à 12h", "Mo-Fr 09:00-12:00"},
        {"Lundi-vendredi : 9h-12h", "Mo-Fr 09:00-12:00"},
        {"Lu-Ve 9h-12h", "Mo-Fr 09:00-12:00"},
        {"lundi / et mardi 9h-12h", "Mo,Tu 09:00-12:00"},
        {"les lundi, mardi et jeudi de 16h30 à 18h.", "Mo,Tu,Th 16:30-18:00"},
        {"9h-19h du lundi au samedi", "Mo-Sa 09:00-19:00"},
        {"9h-12h le lundi, 14h-17h le mardi", "Mo 09:00-12:00; Tu 14:00-17:00"},
        {"Tous les jours 9h-20h", "Mo-Su 09:00-20:00"},
        {"7j/7 de 8h à 20h", "Mo-Su 08:00-20:00"},
        {"Tous les lundis de 9h à midi", "Mo 09:00-12:00"},
        {"Le week-end de 10h à 18h", "Sa,Su 10:00-18:00"},
        {"Mar : 14h-19hMer :14h-18hJeu : 14h-18h", "Tu 14:00-19:00; We,Th 14:00-18:00"},
        {"lundi 14h-18h, mardi au vendredi : 8h30-12h/14h-17h30", "Mo 14:00-18:00; Tu-Fr 08:30-12:00,14:00-17:30"},
        {"Mardi : 9h - 12h / 14h - 18h\nVendredi : 9h - 13h", "Tu 09:00-12:00,14:00-18:00; Fr 09:00-13:00"},
        {"lundi matin 9h-12h, lundi après-midi 14h-17h", "Mo 09:00-12:00,14:00-17:00"},
        {"vendredi 20h-2h", "Fr 20:00-02:00"},
        {"Mo-Fr 14h00-19h00;Sa 14h00-18h00", "Mo-Fr 14:00-19:00; Sa 14:00-18:00"},
        {"Mo-Fr 09:00-17 :00", "Mo-Fr 09:00-17:00"},
        /* Thursday has two different hours; half of a day is closed; some hours have no end, some days no hours. */
        {"Mercredi au samedi : 10:00-12:00 et 14:00-18:00 / Jeudi : 14:00-18:00", NULL},
        {"Lundi au vendredi : 9h à 18h (lundi et jeudi matin fermé)", NULL},
        {"lundi 9h, mardi 10h", NULL},
        {"mardi 9h-12h et vendredi", NULL},
        {"lundi après-midi 9h-12h", NULL},
        {"lundi au vendredi, 10h à 19h (sauf jeudi, 18h30)", NULL},
        {"lundi 9h-12h à la mairie", NULL},
        {"lundi au vendredi 9h-17h (17h30 le mercredi)", NULL},
        {"", NULL},
        {"-----", NULL},
        {"lundi", NULL},
    };
    CHECK(pairs);
}

static void closures(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"Du lundi au vendredi 9h-12h, sauf le mercredi", "Mo,Tu,Th,Fr 09:00-12:00"},
        {"Lundi au samedi 9h-18h, sauf jours fériés", "Mo-Sa 09:00-18:00; PH off"},
        {"Lundi au samedi 9h-18h. Fermé le dimanche et les jours fériés.", "Mo-Sa 09:00-18:00; PH off"},
        {"Lundi au samedi 9h-18h. Fermé le mercredi", "Mo,Tu,Th-Sa 09:00-18:00"},
        {"lundi au vendredi 9h-12h, samedi et dimanche fermé", "Mo-Fr 09:00-12:00"},
        {"Fermé le matin - 13h30 à 18h", "13:30-18:00"},
        {"lundi au vendredi 9h-12h, fermeture en août", "Mo-Fr 09:00-12:00; Aug off"},
        {"lundi 9h-12h fermé du 1er au 15 août", "Mo 09:00-12:00; Aug 01-15 off"},
        {"lundi 9h-12h. Fermé pendant les vacances scolaires.", "Mo 09:00-12:00; SH off"},
        {"lundi 9h-12h. Fermé pendant les vacances de Noël.", "Mo 09:00-12:00; Dec 14-Jan 12 SH off"},
        {"9h à 12h hors vacances scolaires", "09:00-12:00; SH \"hors vacances scolaires\""},
        {"lundi matin fermé, mardi 9h-12h", NULL},
        {"Fermé les 3ème jeudi après-midi de chaque mois", NULL},
        {"fermé", NULL},
    };
    CHECK(pairs);
}

static void some_weeks(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"1er samedi du mois de 9h à 12h", "Sa[1] 09:00-12:00"},
        {"1er et 3e jeudi du mois, 14h-17h", "Th[1,3] 14:00-17:00"},
        {"Dernier vendredi de chaque mois 9h30-12h", "Fr[-1] 09:30-12:00"},
        {"Semaines paires : lundi 9h-12h. Semaines impaires : mardi 9h-12h",
         "week 2-52/2 Mo 09:00-12:00; week 1-53/2 Tu 09:00-12:00"},
        {"lundi 9h-12h (semaines paires)", "week 2-52/2 Mo 09:00-12:00"},
        {"juillet-août : lundi 10h-12h", "Jul-Aug Mo 10:00-12:00"},
        {"lundi au vendredi 9h-17h, juillet et août : lundi au vendredi 9h-12h",
         "Mo-Fr 09:00-17:00; Jul,Aug Mo-Fr 09:00-12:00"},
        {"du 1er juillet au 31 août : lundi 9h-12h", "Jul 01-Aug 31 Mo 09:00-12:00"},
        {"pendant les vacances scolaires : lundi 9h-12h", "SH Mo 09:00-12:00"},
        /* Which week is not said. */
        {"un lundi sur deux", "Mo \"un lundi sur deux\""},
        {"1 samedi sur 2 : 9:00 - 12:30", "Sa 09:00-12:30 \"un samedi sur deux\""},
        {"Le mardi de 14h à 17h, une semaine sur deux", "Tu 14:00-17:00 \"une semaine sur deux\""},
        /* What happens on the other days of July? */
        {"Lundi au vendredi 9h-17h, juillet : mardi 9h-12h", NULL},
        {"lundi 9h-12h, 1er lundi du mois 14h-17h", NULL},
        {"vendredi après-midi et samedi matin : uniquement les semaines impaires", NULL},
        {"9h30-12h30 / 1er samedi du moi", "Sa[1] 09:30-12:30"},
        {"Permanence de 13h30 à 16h30 1 Semaine /2", "13:30-16:30 \"une semaine sur deux\""},
        {"1x par mois de 10h à 12h", NULL},
        {"9h30-12h (jusqu'en juin 2022)", NULL},
    };
    CHECK(pairs);
}

static void appointments(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"lundi et jeudi matin", "Mo,Th \"matin\""},
        {"sur rendez-vous le samedi", "Sa \"sur rendez-vous\""},
        {"Sur rendez-vous", "\"sur rendez-vous\""},
        {"Mardi matin sur RDV", "Tu \"matin, sur rendez-vous\""},
        {"lundi de 8h30 à 17h, sur rendez-vous uniquement", "Mo 08:30-17:00 open \"sur rendez-vous\""},
        {"Sans rendez-vous de 9h30 à 12h", "09:30-12:00"},
        {"Sur rendez-vous le lundi 13h-17h et le vendredi 8h-12h. Mardi 9h-12h",
         "Mo 13:00-17:00 open \"sur rendez-vous\"; Tu 09:00-12:00; Fr 08:00-12:00 open \"sur rendez-vous\""},
        {"lundi au vendredi : de 9h à 12h sans rendez-vous et de 14h à 17h sur rendez-vous",
         "Mo-Fr 09:00-12:00, Mo-Fr 14:00-17:00 open \"sur rendez-vous\""},
        {"SANS RENDEZ-VOUS du lundi au vendredi : 08h30 - 12h30 / AVEC RENDEZ-VOUS du lundi au jeudi : 12h30 - 16h15",
         "Mo-Th 08:30-12:30, Mo-Th 12:30-16:15 open \"sur rendez-vous\"; Fr 08:30-12:30"},
        {"Lundi : 9h à 12h Mercredi : (sur rendez-vous) Jeudi : 14h à 17h",
         "Mo 09:00-12:00; We \"sur rendez-vous\"; Th 14:00-17:00"},
        {"lundi matin et mardi après-midi sur rendez-vous", NULL},
        {"rendez-vous", NULL},
        {"lundi sur rendez vous au 02.61.91.00.00", NULL},
        {"Prise de rendez-vous conseillée", NULL},
    };
    CHECK(pairs);
}

static const char *week(struct arena *a, const char *const cells[7])
{
    struct str list[7], out;
    for (int i = 0; i < 7; i++)
        list[i] = str_from(cells[i]);
    enum err e = hours_from_french_week(a, list, &out);
    return e == OK ? arena_cstr(a, out) : err_name(e);
}

static void seven_cells(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    assert_string_equal(week(a, (const char *const[7]){"09:00 - 12:00 / 13:30 - 17:00", "09:00 - 12:00 / 13:30 - 17:00",
                                                       "", "-", "9h-12h", NULL, "Fermé"}),
                        "Mo,Tu 09:00-12:00,13:30-17:00; Fr 09:00-12:00");
    assert_string_equal(week(a, (const char *const[7]){"lundi : 9h-12h", "sur rendez-vous", "matin", "", "", "1er samedi", ""}),
                        err_name(ERR_INVALID));
    assert_string_equal(week(a, (const char *const[7]){"lundi : 9h-12h", "sur rendez-vous", "semaines paires 9h-12h", "", "", "", ""}),
                        "Mo 09:00-12:00; Tu \"sur rendez-vous\"; week 2-52/2 We 09:00-12:00");
    assert_string_equal(week(a, (const char *const[7]){"mardi : 9h-12h", "", "", "", "", "", ""}), err_name(ERR_INVALID));
    assert_string_equal(week(a, (const char *const[7]){"", "-", "", "fermé", "", " ", "00:00 - 00:00"}), err_name(ERR_NOT_FOUND));
    arena_free(a);
}

/* Whatever the week, what comes out is what the expression becomes when it is written again. */
static void weeks_are_canonical(void **state)
{
    static const char *const cells[] = {"", "9h-12h", "9h-12h / 14h-18h", "14h-18h / 9h-12h", "9h-12h / 12h-14h", "0h-24h", "22h-2h", "9h-12h30",
                                        "fermé", "sur rendez-vous", "matin", "10h00 - 18h00", "8h-10h, 11h-12h, 13h-19h"};
    uint32_t seed = 20261126;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct arena *a = arena_new(SIZE_MAX);
        struct str list[7], out, why;
        struct hours *h;
        for (int i = 0; i < 7; i++) {
            seed = seed * 1664525u + 1013904223u;
            list[i] = i > 0 && seed >> 30 == 0 ? list[i - 1] : str_from(cells[(seed >> 16) % (sizeof cells / sizeof *cells)]);
        }
        if (hours_from_french_week(a, list, &out) == OK) {
            assert_int_equal(hours_parse(a, out, &h, &why), OK);
            struct str again = hours_format(a, h);
            if (!str_eq(out, again))
                fail_msg("%.*s\n%.*s", STR_ARG(out), STR_ARG(again));
        }
        arena_free(a);
    }
}

static void every_other_week(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    struct str out;
    assert_int_equal(hours_every_other_week(a, STR("Mo 09:30-12:30,13:30-15:30; PH off"), true, &out), OK);
    assert_true(str_eq(out, STR("week 2-52/2 Mo 09:30-12:30,13:30-15:30; PH off")));
    assert_int_equal(hours_every_other_week(a, STR("Mo 09:30-12:30"), false, &out), OK);
    assert_true(str_eq(out, STR("week 1-53/2 Mo 09:30-12:30")));
    assert_int_equal(hours_every_other_week(a, STR("week 3 Mo 09:30-12:30"), false, &out), ERR_INVALID);
    assert_int_equal(hours_every_other_week(a, STR("un lundi"), false, &out), ERR_INVALID);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans),        cmocka_unit_test(days),         cmocka_unit_test(closures),
        cmocka_unit_test(some_weeks),   cmocka_unit_test(appointments), cmocka_unit_test(seven_cells),
        cmocka_unit_test(every_other_week), cmocka_unit_test(weeks_are_canonical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
