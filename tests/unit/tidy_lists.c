/* Values of closed lists, kinds of place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/tidy/parts.h"

static struct arena *arena;

static const char *text(struct str s)
{
    return arena_cstr(arena, s);
}

static struct cleaned tidied(enum directory_kind kind, const char *field, const char *cell, struct str *left)
{
    struct tidy_context cx = {.level = TIDY_FULL};
    struct cleaned out;
    assert_true(tidy_value(arena, kind, field, str_from(cell), &cx, &out, left));
    return out;
}

static void gives(enum directory_kind kind, const char *field, const char *cell, const char *expected)
{
    struct str left;
    struct cleaned c = tidied(kind, field, cell, &left);
    if (c.refused || left.n > 0 || strcmp(text(c.value), expected) != 0)
        fail_msg("%s: %s\n  gives %s, leaves %s\n  not   %s", field, cell, text(c.value), text(left), expected);
    c = tidied(kind, field, text(c.value), &left);
    assert_int_equal(c.n_rules, 0);
    assert_string_equal(text(c.value), expected);
}

static void leaves(const char *field, const char *cell, const char *expected, const char *aside)
{
    struct str left;
    struct cleaned c = tidied(DIRECTORY_PLACE, field, cell, &left);
    assert_string_equal(text(c.value), expected);
    assert_string_equal(text(left), aside);
    assert_true((c.refused != NULL) == (expected[0] == 0));
}

/* Every value, alias and label of every list leads to its value; the standard's own spelling without a rule. */
static void own_words(void **state)
{
    (void)state;
    for (enum directory_enum_id id = 0; id < ENUM_FAMILLE; id++) {
        const struct directory_enum *e = directory_enum(id);
        for (int i = 0; id != ENUM_CATEGORIE && i < e->n; i++) {
            struct tidy_item item = tidy_list_item(arena, id, str_from(e->values[i].value));
            assert_true(item.known && !item.rule && directory_set_has(item.set, i) && directory_set_count(item.set) == 1);
            char *capitals = arena_cstr(arena, str_from(e->values[i].value));
            for (char *p = capitals; *p; p++)
                *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
            item = tidy_list_item(arena, id, str_from(capitals));
            assert_true(item.known && directory_set_has(item.set, i) && directory_set_count(item.set) == 1);
            if (!e->values[i].label)
                continue;
            item = tidy_list_item(arena, id, str_from(e->values[i].label));
            if (!directory_set_has(item.set, i))
                fail_msg("the label %s does not lead to %s", e->values[i].label, e->values[i].value);
        }
    }
}

static void spellings(void **state)
{
    (void)state;
    const enum directory_kind P = DIRECTORY_PLACE;
    gives(P, "services", "aide aux demarches administratives", "Aide aux démarches administratives");
    gives(P, "services", "Aide aux démarches administrative", "Aide aux démarches administratives");
    gives(P, "services", "Aide aux démraches administratives", "Aide aux démarches administratives");
    gives(P, "services", "<p>Aide aux d&eacute;marches administratives</p>", "Aide aux démarches administratives");
    gives(P, "prise_en_charge_specifique", "handicap moteur", "Handicaps moteurs");
    gives(P, "dispositif_programmes_nationaux", "Point d’accès numérique CAF", "Point d'accès numérique CAF");
    gives(P, "formations_labels", "étapes numériques", "Étapes numériques(La Poste)");
    gives(P, "typologie", "bib", "BIB");
    gives(P, "typologie", "Médiathèque municipale;Centre social", "BIB|CS");
    gives(P, "typologie", "Centres communaux d’action sociale (CCAS)", "CCAS");
    gives(DIRECTORY_SERVICE, "type", "Atelier", "atelier");
    gives(DIRECTORY_SERVICE, "publics", "Demandeurs d'emploi", "demandeurs-emploi");
    gives(DIRECTORY_SERVICE, "publics", "Tous publics|jeunes", "tous-publics");
    gives(DIRECTORY_STRUCTURE, "reseaux_porteurs", "E2C - École de la 2e chance", "ecoles-de-la-deuxieme-chance");
    gives(DIRECTORY_STRUCTURE, "reseaux_porteurs", "Centre social", "fcsf");
}

static void separators(void **state)
{
    (void)state;
    gives(DIRECTORY_PLACE, "services", "Aide aux démarches administratives;Parentalité et éducation avec le numérique",
          "Aide aux démarches administratives|Parentalité et éducation avec le numérique");
    gives(DIRECTORY_PLACE, "frais_a_charge", "gratuit, payant", "Gratuit|Payant");
    gives(DIRECTORY_PLACE, "frais_a_charge", "Gratuit\nPayant", "Gratuit|Payant");
    /* Values that hold a comma. */
    gives(DIRECTORY_SERVICE, "thematiques", "Alimentation, Bien-être, confiance en soi",
          "equipement-et-alimentation--alimentation|remobilisation--bien-etre-confiance-en-soi");
    struct str left;
    struct cleaned c = tidied(DIRECTORY_PLACE, "services", "Aide aux démarches administratives|Parentalité et éducation avec le numérique", &left);
    assert_int_equal(c.n_rules, 0);
}

static void former_words(void **state)
{
    (void)state;
    const enum directory_kind P = DIRECTORY_PLACE, V = DIRECTORY_SERVICE;
    gives(P, "services", "Prendre en main un smartphone ou une tablette;Prendre en main un ordinateur;Accéder à du matériel",
          "Accès internet et matériel informatique|Maîtrise des outils numériques du quotidien");
    gives(P, "services", "numerique--s-equiper-en-materiel-informatique", "Acquisition de matériel informatique à prix solidaire");
    gives(P, "frais_a_charge", "Gratuit : Je peux accéder gratuitement au lieu et à ses services", "Gratuit");
    gives(P, "frais_a_charge", "Gratuit sous condition : La gratuité est conditionnée à des critères (situation familiale, convention avec un organisme social...)", "Gratuit sous condition");
    gives(P, "modalites_accompagnement", "Avec de l'aide : je suis accompagné seul dans l'usage du numérique", "Accompagnement individuel");
    gives(P, "dispositif_programmes_nationaux", "CNFS;France Services", "Conseillers numériques|France Services");
    gives(V, "publics", "sortants-de-detention|seniors-65", "personnes-en-situation-juridique-specifique|seniors");
    gives(V, "frais", "gratuit-sous-conditions", "gratuit");
    gives(V, "frais", "gratuit|payant", "payant");
    gives(V, "type", "information|accueil|atelier", "atelier");
    gives(V, "modes_mobilisation", "envoyer-un-mail|se-presenter", "envoyer-un-courriel|se-presenter");
    gives(V, "thematiques", "numerique--prendre-en-main-un-ordinateur", "numerique--maitriser-les-fondamentaux-du-numerique");
    gives(DIRECTORY_STRUCTURE, "reseaux_porteurs", "CCAS|conseiller-numerique", "ccas-cias|conseillers-numeriques");
}

/* A whole category is all its thématiques, unless one of them is said beside it. */
static void categories(void **state)
{
    (void)state;
    struct str left;
    struct cleaned c = tidied(DIRECTORY_SERVICE, "thematiques", "se-former", &left);
    assert_string_equal(text(c.value), "se-former--monter-son-dossier-de-formation|se-former--trouver-sa-formation");
    gives(DIRECTORY_SERVICE, "thematiques", "numerique|numerique--acceder-a-une-connexion-internet", "numerique--acceder-a-une-connexion-internet");
}

static void unknown_words(void **state)
{
    (void)state;
    leaves("services", "Réparation de vélos", "", "Réparation de vélos");
    leaves("services", "Aide aux démarches administratives;Réparation de vélos", "Aide aux démarches administratives", "Réparation de vélos");
    leaves("publics_specifiquement_adresses", "Adultes", "", "Adultes");
    leaves("frais_a_charge", "Gratuit (sur adhésion à l'association)", "", "Gratuit (sur adhésion à l'association)");
    leaves("itinerance", "À domicile", "", "À domicile");
    leaves("modalites_accompagnement", "Délégation", "", "Délégation");
    struct cleaned c;
    struct tidy_context cx = {.level = TIDY_FULL};
    assert_false(tidy_value(arena, DIRECTORY_PLACE, "couleur", STR("bleu"), &cx, &c, NULL));
}

static void kinds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *kinds;
    } cases[] = {
        {"Médiathèque de Bruz", "BIB"},      {"Médiathqèue", "BIB"},          {"Médiation numérique", ""},
        {"CPAM / CAF du Gers", "CAF|CPAM"},  {"Café des halles", ""},         {"CCAS - Rochefort", "CCAS"},
        {"CTRE SOCIAL ST GILLES", "CS"},     {"CS Capelette", "CS"},          {"Cs capelette", ""},
        {"Point information médiation multi services", "PIMMS"},              {"Point information jeunesse", "PIJ_BIJ"},
        {"La Poste", "LA_POSTE"},            {"Poste de police", ""},         {"Bus France services", "RFS"},
        {"Maison des associations", ""},     {"Association Osez", "ASSO"},    {"Marie de Lugrin", "MUNI"},
        {"Marie de Nullepart", ""},          {"Hôtel de ville", "MUNI"},      {"Épicerie Bar", ""},
        {"Épicerie sociale", "ES"},          {"CHU de Nantes", ""},           {"", ""},
        {"CARCASSONNE AGGLO", "EPCI"},       {"Sous-préfecture de Redon", "PREF"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct directory_place p = {.typologie = tidy_typologie(arena, str_from(cases[i].name))};
        const char *got = text(field_cell(arena, field_find(field_table(DIRECTORY_PLACE), STR("typologie")), &p));
        if (strcmp(got, cases[i].kinds) != 0)
            fail_msg("%s: %s, not %s", cases[i].name, got, cases[i].kinds);
    }
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
        cmocka_unit_test(own_words),    cmocka_unit_test(spellings),  cmocka_unit_test(separators),
        cmocka_unit_test(former_words), cmocka_unit_test(categories), cmocka_unit_test(unknown_words),
        cmocka_unit_test(kinds),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
