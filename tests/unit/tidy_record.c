/* A whole record, cleaned in place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/tidy/tidy.h"

static struct arena *arena;
static struct directory_problems problems;
static struct directory_corrections corrections;

static const char *text(struct str s)
{
    return arena_cstr(arena, s);
}

static struct raw_record a_place(void)
{
    struct raw_record r = {.kind = DIRECTORY_PLACE};
    *raw_cell(&r, "id") = STR("lieu-1");
    *raw_cell(&r, "nom") = STR("M\xC3\x83\xC2\xA9" "diath\xC3\x83\xC2\xA8que de <b>Bruz</b>");
    *raw_cell(&r, "commune") = STR("BRUZ");
    *raw_cell(&r, "code_postal") = STR("35170");
    *raw_cell(&r, "adresse") = STR("12, Av de la Gare");
    *raw_cell(&r, "date_maj") = STR("25/03/2022");
    return r;
}

static void tidied(struct raw_record *r, enum tidy_level level)
{
    problems = (struct directory_problems){0};
    corrections = (struct directory_corrections){0};
    tidy_record(arena, r, level, &problems, &corrections);
}

static bool corrected(const char *field, const char *rule)
{
    for (size_t i = 0; i < corrections.n; i++)
        if (strcmp(corrections.items[i].field, field) == 0 && strcmp(corrections.items[i].rule, rule) == 0)
            return true;
    return false;
}

static const struct directory_problem *problem(const char *field)
{
    for (size_t i = 0; i < problems.n; i++)
        if (strcmp(problems.items[i].field, field) == 0)
            return &problems.items[i];
    return NULL;
}

#define cell_is(r, field, expected) assert_string_equal(text(*raw_cell((r), (field))), (expected))

static void whole(void **state)
{
    (void)state;
    struct raw_record r = a_place();
    *raw_cell(&r, "telephone") = STR("02 99 00 00 00");
    *raw_cell(&r, "courriels") = STR("Accueil@Ville.example et b@ville.example");
    *raw_cell(&r, "horaires") = STR("lundi au vendredi 9h-12h30 / 14h-18h");
    *raw_cell(&r, "services") = STR("Devenir autonome dans les démarches administratives;Réparation de vélos");
    *raw_cell(&r, "latitude") = STR("48,0247");
    *raw_cell(&r, "longitude") = STR("-1,7456");
    r.typologie_du_nom = true;
    tidied(&r, TIDY_FULL);
    cell_is(&r, "nom", "Médiathèque de Bruz");
    cell_is(&r, "commune", "Bruz");
    cell_is(&r, "code_insee", "35047");
    cell_is(&r, "adresse", "12 Avenue de la Gare");
    cell_is(&r, "date_maj", "2022-03-25");
    cell_is(&r, "telephone", "+33299000000");
    cell_is(&r, "courriels", "accueil@ville.example|b@ville.example");
    cell_is(&r, "horaires", "Mo-Fr 09:00-12:30,14:00-18:00");
    cell_is(&r, "services", "Aide aux démarches administratives");
    cell_is(&r, "latitude", "48.0247");
    cell_is(&r, "typologie", "BIB");
    assert_true(corrected("typologie", "typologie.nom"));
    assert_true(corrected("services", "liste.ancien_vocabulaire"));
    assert_int_equal(problems.n, 1);
    assert_string_equal(text(problem("services")->value), "Réparation de vélos");
    assert_false(problems.refused);
    struct raw_record again = r;
    tidied(&again, TIDY_FULL);
    assert_int_equal(corrections.n, 0);
    assert_int_equal(problems.n, 0);
}

/* What is valid in a file of the standard stays letter for letter; what is not is cleaned. */
static void standard_files(void **state)
{
    (void)state;
    struct raw_record r = a_place();
    *raw_cell(&r, "nom") = STR("  Lieu &  place ");
    *raw_cell(&r, "adresse") = STR("12, Av de la Gare");
    *raw_cell(&r, "telephone") = STR("+33299000000");
    *raw_cell(&r, "site_web") = STR("http://www.ville.example");
    *raw_cell(&r, "horaires") = STR("Mo-Fr 09:00-12:00; PH off");
    *raw_cell(&r, "services") = STR("Parentalité et éducation avec le numérique|Aide aux démarches administratives");
    *raw_cell(&r, "courriels") = STR("Accueil [at] ville.example");
    tidied(&r, TIDY_STANDARD);
    cell_is(&r, "nom", "  Lieu &  place ");
    cell_is(&r, "commune", "BRUZ");
    cell_is(&r, "code_insee", "");
    cell_is(&r, "adresse", "12, Av de la Gare");
    cell_is(&r, "site_web", "http://www.ville.example");
    cell_is(&r, "horaires", "Mo-Fr 09:00-12:00; PH off");
    cell_is(&r, "services", "Parentalité et éducation avec le numérique|Aide aux démarches administratives");
    cell_is(&r, "date_maj", "2022-03-25");
    cell_is(&r, "courriels", "accueil@ville.example");
    r = a_place();
    *raw_cell(&r, "code_postal") = STR("1000");
    *raw_cell(&r, "commune") = STR("Bourg-en-Bresse");
    tidied(&r, TIDY_STANDARD);
    cell_is(&r, "code_postal", "01000");
}

/* Lists that version 0 held in one. */
static void neighbour_lists(void **state)
{
    (void)state;
    struct raw_record r = a_place();
    *raw_cell(&r, "publics_specifiquement_adresses") = STR("Adultes;Jeunes (16-26 ans);Surdité;Public langues étrangères");
    *raw_cell(&r, "dispositif_programmes_nationaux") = STR("CNFS;Fabriques de Territoire;French Tech");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "publics_specifiquement_adresses", "Jeunes");
    cell_is(&r, "prise_en_charge_specifique", "Surdité|Langues étrangères (autres)");
    cell_is(&r, "dispositif_programmes_nationaux", "Conseillers numériques");
    cell_is(&r, "formations_labels", "Fabriques de Territoire");
    cell_is(&r, "autres_formations_labels", "French Tech");
    assert_true(corrected("prise_en_charge_specifique", "liste.autre_champ"));
    assert_true(corrected("publics_specifiquement_adresses", "liste.sans_equivalent"));
    assert_int_equal(problems.n, 0);
}

static void hours_by_day(void **state)
{
    (void)state;
    struct raw_record r = a_place();
    r.horaires_par_jour = true;
    for (size_t i = 0; i < 5; i++)
        r.horaires_jours[i] = STR("9h-12h / 14h-17h");
    r.horaires_jours[5] = STR("fermé");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "horaires", "Mo-Fr 09:00-12:00,14:00-17:00");
    assert_true(corrected("horaires", "horaires.par_jour"));
    r.semaines = 2;
    *raw_cell(&r, "horaires") = STR_NONE;
    tidied(&r, TIDY_FULL);
    cell_is(&r, "horaires", "week 2-52/2 Mo-Fr 09:00-12:00,14:00-17:00");
    /* Not understood: people read what was written. */
    r.semaines = 0;
    r.horaires_jours[1] = STR("demander à la gardienne");
    *raw_cell(&r, "horaires") = STR_NONE;
    tidied(&r, TIDY_FULL);
    assert_non_null(strstr(text(*raw_cell(&r, "horaires")), "mardi : demander à la gardienne"));
    /* A stray sign does not leave "semaines impaires" to the last day alone. */
    r = a_place();
    r.horaires_par_jour = true;
    r.semaines = 1;
    r.horaires_jours[5] = STR("9h-12h&");
    r.horaires_jours[6] = STR("14h-17h");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "horaires", "week 1-53/2 Sa 09:00-12:00; week 1-53/2 Su 14:00-17:00");
    r = a_place();
    r.horaires_par_jour = true;
    tidied(&r, TIDY_FULL);
    cell_is(&r, "horaires", "");
}

static void points(void **state)
{
    (void)state;
    struct raw_record r = a_place();
    *raw_cell(&r, "latitude") = STR("43.3");
    *raw_cell(&r, "longitude") = STR("5.4");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "latitude", "43.3"); /* Marseille, for a place in Bruz: kept, and said */
    assert_non_null(problem("latitude"));
    assert_true(problem("latitude")->kept);
    *raw_cell(&r, "latitude") = STR("0");
    *raw_cell(&r, "longitude") = STR("0");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "latitude", "");
    *raw_cell(&r, "latitude") = STR("-1.7456");
    *raw_cell(&r, "longitude") = STR("48.0247");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "latitude", "48.0247");
    cell_is(&r, "longitude", "-1.7456");
}

static void doubts(void **state)
{
    (void)state;
    struct raw_record r = a_place();
    *raw_cell(&r, "commune") = STR("Blois");
    *raw_cell(&r, "code_postal") = STR("42000");
    *raw_cell(&r, "code_insee") = STR("42218");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "code_postal", "42000");
    assert_non_null(problem("commune"));
    assert_true(problem("commune")->kept);
}

static void inclusion(void **state)
{
    (void)state;
    struct raw_record r = {.kind = DIRECTORY_SERVICE};
    *raw_cell(&r, "source") = STR("Dora & Cie");
    *raw_cell(&r, "nom") = STR("Atelier &amp; permanence");
    *raw_cell(&r, "commune") = STR("Bruz");
    *raw_cell(&r, "code_postal") = STR("35170");
    *raw_cell(&r, "courriel") = STR("a@x.example;b@x.example");
    *raw_cell(&r, "description") = STR("<p>Un</p><p>Deux</p>");
    *raw_cell(&r, "zone_eligibilite") = STR("Ille-et-Vilaine;France entière;35220");
    tidied(&r, TIDY_FULL);
    cell_is(&r, "source", "Dora & Cie"); /* an identifier */
    cell_is(&r, "nom", "Atelier & permanence");
    cell_is(&r, "code_insee", "35047");
    cell_is(&r, "courriel", "a@x.example");
    cell_is(&r, "description", "Un\nDeux");
    cell_is(&r, "zone_eligibilite", "35|france|35220");
    assert_true(corrected("courriel", "courriel.premier"));
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
        cmocka_unit_test(whole),  cmocka_unit_test(standard_files), cmocka_unit_test(neighbour_lists),
        cmocka_unit_test(points), cmocka_unit_test(hours_by_day),   cmocka_unit_test(doubts),
        cmocka_unit_test(inclusion),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
