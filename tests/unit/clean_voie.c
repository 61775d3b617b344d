/* Streets: what is right stays, the rest is mended or refused. */
#include "clean_check.h"

static void right_streets_stay(void **state)
{
    (void)state;
    static const char *const streets[] = {
        "8 rue des Lilas", "12 bis rue des Lilas", "12bis Rue des Lilas", "2 Rue de l'Ave Maria", "Allée des Petits Pas",
        "Cours de l'Yser", "1er étage, 3 place Hoche", "5-9 Rue des Papetiers", "7 - 9 Rue Pablo Picasso", "12/14 rue Haute",
        "Le Bourg", "128 grande rue", "114 Grand'Rue", "Rue de l’Église", "Rue du Col de la Croix", "Lieu-dit Chez Mal",
        "Rue du Pas de Calais", "LOT Le Clos d Achille", "12 LOT des Mimosas", "POLE - QU LES OLIVIERS 30 AVENUE DE ZELZATE",
        "Rond-Point Ibrahim Ali (1978-1995)", "Place du 8 Mai 1945", "Rd 820 ZI Robert Lavigne", "12 av.de la Gare",
        "Place de Verdun BP 40111", "12 Route de Paris CS 12345", "2067 chemin ST Claude – Nova Antipolis", "Piazza al Forno",
        "10000 Route de la Plage", "3 rue R. Dubois", "3 place St Jean", "Bât. A, 3 rue Haute", "Chemin Che Guevara",
        "Place Jean-Baptiste de la Salle", "1 Esplanade des Arts", "CH de Valence", "Pas de Calais Habitat", "Chemin du Mal Pas", "Pro BTP, 3 rue Haute", "Ham Nord",
        "Che Guevara", "53 Avenue de l'Europe; 1er étage bureau 09", "Rue de Ch. Péguy",
    };
    struct arena *a = arena_new(SIZE_MAX);
    for (size_t i = 0; i < sizeof streets / sizeof *streets; i++) {
        struct cleaned c = clean_voie(a, str_from(streets[i]));
        if (c.refused || c.n_rules > 0 || !str_eq(c.value, str_from(streets[i])))
            fail_msg("[%s] gives %.*s%s", streets[i], STR_ARG(c.value), c.refused ? c.refused : "");
    }
    arena_free(a);
}

static void abbreviations(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"12 Av de la Gare", "12 Avenue de la Gare", "voie.abreviation"},
        {"12 av. Foch", "12 Avenue Foch", "voie.abreviation"},
        {"12 B AVE FOCH", "12 B Avenue FOCH", "voie.abreviation"},
        {"12 bis, bd. du Gén. Leclerc", "12 bis Boulevard du Général Leclerc", "voie.virgule voie.abreviation"},
        {"ALL DES ROSES", "Allée DES ROSES", "voie.abreviation"},
        {"25 Avenue Cdt Dumont", "25 Avenue Commandant Dumont", "voie.abreviation"},
        {"Avenue du Dr.Monmont", "Avenue du Docteur Monmont", "voie.abreviation"},
        {"5 Rue du Mal de Lattre de Tassigny", "5 Rue du Maréchal de Lattre de Tassigny", "voie.abreviation"},
        {"QU. DARBOUSSON 201 CHEMIN", "Quartier DARBOUSSON 201 CHEMIN", "voie.abreviation"},
        {"12 R VICTOR HUGO", "12 Rue VICTOR HUGO", "voie.abreviation"},
        {"12 R RUE VICTOR HUGO", "12 R RUE VICTOR HUGO", ""},
        {"Ch. des Lilas", "Chemin des Lilas", "voie.abreviation"},
        {"54 PRO DES LICES", "54 Promenade DES LICES", "voie.abreviation"},
    };
    CHECK(clean_voie, cases);
}

static void around(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"5, rue Haute", "5 rue Haute", "voie.virgule"},
        {"29, bis rue Haute", "29 bis rue Haute", "voie.virgule"},
        {"10-12, place Haute", "10-12 place Haute", "voie.virgule"},
        {"0 Rue de la Paix", "Rue de la Paix", "voie.numero_zero"},
        {"00 Rue de la Paix", "Rue de la Paix", "voie.numero_zero"},
        {"02 Place Haute", "2 Place Haute", "voie.numero_zero"},
        {"null 12 avenue des Fleurs", "12 avenue des Fleurs", "voie.vide"},
        {"12 rue de la Gare 75009 Paris", "12 rue de la Gare", "voie.code_postal"},
        {"8 rue Haute - 33000 Bordeaux", "8 rue Haute", "voie.code_postal"},
        {"38 Rue des Dats, 51520, Saint-Martin-sur-le-Pré, Marne", "38 Rue des Dats", "voie.code_postal"},
        {"3 Rue Razon 33600 - Pessac", "3 Rue Razon", "voie.code_postal"},
        {"2 rue Haute CS 12345 35000 Rennes Cedex", "2 rue Haute CS 12345", "voie.code_postal"},
        {"6 Rue du 14 Juillet -", "6 Rue du 14 Juillet", "voie.ponctuation"},
        {"12 rue \"des\" Marronniers", "12 rue des Marronniers", "voie.caracteres"},
        {"8 grand ‘rue", "8 grand 'rue", "voie.caracteres"},
        {"43 Rue de la RÃ©publique", "43 Rue de la République", "texte.encodage"},
        {"52 Route d\xC2\x92" "Anjou", "52 Route d'Anjou", "texte.encodage"},
        {"5, rue Haute,\n38000 Grenoble \n\n-\n\\n29, bis rue Basse, 38100 Grenoble", "5 rue Haute", NULL},
        {"4 Rue du 11 Novembre\n\nCastel de la Cour", "4 Rue du 11 Novembre, Castel de la Cour", NULL},
        {"12 rue\nde la Gare", "12 rue de la Gare", NULL},
        {"-----", "", "valeur.absente"},
        {"12 rue Haute, Rennes (35000)", "12 rue Haute, Rennes", "voie.code_postal"},
        {"12 rue Haute F-35000 Rennes", "12 rue Haute", "voie.code_postal"},
        {"12 rue", NULL, NULL},
        {"12 A", NULL, NULL},
        {"F-35000 Rennes", NULL, NULL},
        {"75001 Paris", NULL, NULL},
        {"81600 TECOU", NULL, NULL},
        {"1 - 3", NULL, NULL},
        {"12", NULL, NULL},
        {"Rue de la R?publique", NULL, NULL},
        {"SAINT PAUL CH╢TEAUX", NULL, NULL},
        {"mairie@ville.example", NULL, NULL},
        {"«null»", "", NULL},
    };
    CHECK(clean_voie, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(right_streets_stay), cmocka_unit_test(abbreviations), cmocka_unit_test(around)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
