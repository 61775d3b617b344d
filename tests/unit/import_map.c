/* Mappings: what each form takes from a row, what is refused and with which words, what is proposed for a file. */
#include "base_check.h"

#include "base/json.h"
#include "modules/directory/import/map.h"

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

/* The first row of a file through a mapping. */
static struct raw_record mapped(const char *mapping, const char *file)
{
    struct map *m;
    struct table *t;
    struct table_row row;
    struct raw_record raw = {.kind = DIRECTORY_PLACE};
    struct str why;
    bool has = false;
    if (map_parse(a, str_from(mapping), &m, &why) != OK || table_open(a, str_from(file), m->reading, &t, &why) != OK ||
        table_next(t, &row, &has, &why) != OK)
        fail_msg("%.*s", STR_ARG(why));
    assert_true(has);
    struct map_bound *b = map_bound_new(a, m);
    map_bind(b, &row);
    map_row(a, b, &row, &raw);
    /* the row is in the table's memory, which lives as long as `a` */
    return raw;
}

#define assert_cell(raw, field, expected) assert_str(*raw_cell((raw), (field)), expected)
#define NOM "\"nom\":{\"colonne\":\"nom\"}"

static void one_value(void **state)
{
    (void)state;
    struct raw_record r = mapped("{" NOM ",\"commune\":{\"colonne\":[\"ville\",\"commune\"]},\"telephone\":{\"colonnes\":[\"tel\",\"vide\"]},"
                                 "\"courriels\":{\"colonne\":\"\"},\"date_maj\":{\"colonne\":\"vide\",\"valeur\":\"2026-01-02\"},"
                                 "\"prise_rdv\":{\"colonne\":\"absente\"}}",
                                 "nom;ville;commune;tel;vide;autre\n Mairie ;;Vitré;02;;secret\n");
    assert_cell(&r, "nom", "Mairie");
    assert_cell(&r, "commune", "Vitré");
    assert_cell(&r, "telephone", "02");
    assert_cell(&r, "courriels", "");
    assert_cell(&r, "date_maj", "2026-01-02");
    assert_cell(&r, "prise_rdv", "");
    assert_true(r.typologie_du_nom);
    /* what is not named is nowhere */
    for (size_t i = 0; i < RAW_CELLS; i++)
        assert_true(str_find(r.cells[i], STR("secret"), 0) < 0);
}

static void joined_and_cut(void **state)
{
    (void)state;
    static const char mapping[] = "{" NOM ",\"adresse\":{\"joindre\":{\"colonnes\":[\"n\",\"rue\",\"absente\"],\"séparateur\":\" \",\"ou\":{\"colonne\":\"adr\"}}},"
                                  "\"latitude\":{\"dissocier\":{\"colonne\":\"point\",\"séparateur\":\",\",\"partie\":0}},"
                                  "\"longitude\":{\"dissocier\":{\"colonne\":\"point\",\"séparateur\":\",\",\"partie\":1}}}";
    struct raw_record r = mapped(mapping, "nom;n;rue;adr;point\nA;5;rue Haute;x;48.1, -1.6\n");
    assert_cell(&r, "adresse", "5 rue Haute");
    assert_cell(&r, "latitude", "48.1");
    assert_cell(&r, "longitude", "-1.6");
    r = mapped(mapping, "nom;n;rue;adr;point\nA;;;24 avenue;48.1\n");
    assert_cell(&r, "adresse", "24 avenue");
    assert_cell(&r, "latitude", "48.1");
    assert_cell(&r, "longitude", "");
    r = mapped(mapping, "[{\"nom\":\"A\",\"point\":[48.9,2.4]}]");
    assert_cell(&r, "longitude", "2.4");
    r = mapped("{" NOM ",\"longitude\":{\"dissocier\":{\"colonne\":\"p\",\"séparateur\":\" \",\"partie\":0}}}", "nom;p\nA;POINT (-0.49 43.89)\n");
    assert_cell(&r, "longitude", "-0.49");
}

static void parts_of_an_address(void **state)
{
    (void)state;
    static const struct {
        const char *address, *street, *code, *town;
    } cases[] = {
        {"8 rue de la Boétie - 33000 Bordeaux", "8 rue de la Boétie", "33000", "Bordeaux"},
        {"9 Avenue du Général de Gaulle 33500 Libourne", "9 Avenue du Général de Gaulle", "33500", "Libourne"},
        {"38 Rue des Dats, 51520, Saint-Martin-sur-le-Pré", "38 Rue des Dats", "51520", "Saint-Martin-sur-le-Pré"},
        {"Pôle culturel - rue Lavergne –BP n°1 –33305 LORMONT", "Pôle culturel - rue Lavergne –BP n°1", "33305", "LORMONT"},
        {"Place de Gaulle BP 40273 33697 Mérignac Cedex", "Place de Gaulle BP 40273", "33697", "Mérignac Cedex"},
        {"Place de Gaulle 33700 Mérignac BP 40273", "Place de Gaulle", "33700", "Mérignac BP 40273"},
        {"2 avenue de Verdun", "2 avenue de Verdun", "", ""},
        {"12345 Ferron", "", "12345", "Ferron"},
        {"0123456789", "0123456789", "", ""},
        {"97419 La Possession", "", "97419", "La Possession"},
        {"A33000", "A33000", "", ""},
        {"", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str s = str_from(cases[i].address);
        assert_str_eq(map_address_part(s, MAP_STREET), str_from(cases[i].street));
        assert_str_eq(map_address_part(s, MAP_POSTAL_CODE), str_from(cases[i].code));
        assert_str_eq(map_address_part(s, MAP_TOWN), str_from(cases[i].town));
    }
}

static void rules_of_lists(void **state)
{
    (void)state;
    static const char mapping[] =
        "{" NOM ",\"typologie\":[{\"colonnes\":[\"genre\"],\"termes\":[\"Bibliotheque\"],\"cible\":\"BIB\"}],"
        "\"frais_a_charge\":[{\"colonnes\":[\"tarif\"],\"termes\":[\"gratuit\"],\"sauf\":[\"sous condition\"],\"cible\":\"Gratuit\"},"
        "{\"colonnes\":[\"tarif\"],\"termes\":[\"gratuit sous condition\"],\"cible\":\"Gratuit sous condition\"},"
        "{\"colonnes\":[\"tarif\"],\"termes\":[\"€\"],\"cible\":\"Payant\"}],"
        "\"services\":[{\"colonnes\":[\"wifi\",\"pc\"],\"cible\":\"Accès internet et matériel informatique\",\"modalitesAccompagnement\":\"En autonomie\"},"
        "{\"cible\":[\"Aide aux démarches administratives\",\"Aide aux démarches administratives\"]}],"
        "\"modalites_accompagnement\":[{\"colonnes\":[\"pc\"],\"termes\":[\"atelier\"],\"cible\":\"Dans un atelier collectif\"}],"
        "\"autres_formations_labels\":[{\"colonnes\":[\"l1\",\"l2\"]},{\"cible\":\"\"}],"
        "\"publics_specifiquement_adresses\":{\"colonne\":\"publics\",\"séparateur\":\" / \"}}";
    struct raw_record r = mapped(mapping, "nom;genre;tarif;wifi;pc;l1;l2;publics\nA;LA BIBLIOTHÈQUE;Gratuit, sous condition;;Un atelier;QPV|FRR| QPV;FRR;Jeunes / Seniors / \n");
    assert_cell(&r, "typologie", "BIB");
    assert_false(r.typologie_du_nom);
    assert_cell(&r, "frais_a_charge", "Gratuit sous condition");
    assert_cell(&r, "services", "Accès internet et matériel informatique|Aide aux démarches administratives");
    assert_cell(&r, "modalites_accompagnement", "En autonomie|Dans un atelier collectif");
    assert_cell(&r, "autres_formations_labels", "QPV|FRR");
    assert_cell(&r, "publics_specifiquement_adresses", "Jeunes|Seniors");
    r = mapped(mapping, "nom;genre;tarif;wifi;pc\nA;Mairie;Gratuit ou 5 €;;\n");
    assert_cell(&r, "typologie", "");
    assert_cell(&r, "frais_a_charge", "Gratuit|Payant");
    assert_cell(&r, "services", "Aide aux démarches administratives");
    assert_cell(&r, "modalites_accompagnement", "");
}

static void opening_hours(void **state)
{
    (void)state;
    static const char mapping[] = "{" NOM ",\"horaires\":{\"jours\":[{\"colonne\":\"lun\",\"osm\":\"Mo\"},{\"colonne\":[\"mar m\",\"mar a\"],\"osm\":\"Tu\"}],"
                                  "\"semaine\":\"texte\",\"osm\":\"osm\"},\"semaine_ouverture\":{\"colonne\":\"sem\"}}";
    struct raw_record r = mapped(mapping, "nom;lun;mar m;mar a;texte;osm;sem\nA;9h-12h;9h-12h;14h-17h;lundi;;Semaine impaire\n");
    assert_true(r.horaires_par_jour);
    assert_str(r.horaires_jours[0], "9h-12h");
    assert_str(r.horaires_jours[1], "9h-12h / 14h-17h");
    assert_cell(&r, "horaires", "");
    assert_int_equal(r.semaines, 1);
    r = mapped(mapping, "nom;lun;mar m;mar a;texte;osm;sem\nA;;Fermé;14h-17h;lundi;;Semaine paire\n");
    assert_str(r.horaires_jours[1], "14h-17h");
    assert_int_equal(r.semaines, 2);
    r = mapped(mapping, "nom;lun;mar m;mar a;texte;osm;sem\nA;-;fermé;fermé;lundi 9h-12h;;\n");
    assert_false(r.horaires_par_jour);
    assert_cell(&r, "horaires", "lundi 9h-12h");
    assert_int_equal(r.semaines, 0);
    r = mapped(mapping, "nom;lun;mar m;mar a;texte;osm;sem\nA;9h-12h;;;lundi 9h-12h;Mo 09:00-12:00;\n");
    assert_false(r.horaires_par_jour);
    assert_cell(&r, "horaires", "Mo 09:00-12:00");
}

static void ids_and_sources(void **state)
{
    (void)state;
    static const char mapping[] = "{\"source\":\"Essai\"," NOM ",\"adresse\":{\"colonne\":\"rue\"},\"commune\":{\"colonne\":\"ville\"}}";
    struct raw_record first = mapped(mapping, "nom;rue;ville\nMairie;1 rue Haute;Vitré\n");
    struct raw_record moved = mapped(mapping, "rue;nom;ville\n\n\n1, Rue HAUTE;mairie ;VITRE\n"), other = mapped(mapping, "nom;rue;ville\nMairie;2 rue Haute;Vitré\n");
    struct str id = *raw_cell(&first, "id");
    assert_true(str_starts(id, STR("ligne-")) && id.n == 22);
    assert_str_eq(*raw_cell(&moved, "id"), id);
    assert_false(str_eq(*raw_cell(&other, "id"), id));
    assert_cell(&first, "source", "Essai");
    assert_cell(&first, "date_maj", "");
    assert_string_equal(first.date_inconnue, "1970-01-01");
    struct raw_record said = mapped("{\"id\":{\"colonne\":\"id\"},\"source\":{\"colonne\":\"src\",\"valeur\":\"Autre\"}," NOM "}", "id;nom;src\n7;A;Hinaura\n");
    assert_cell(&said, "id", "7");
    assert_cell(&said, "source", "Hinaura");
    said = mapped("{\"source\":{\"colonne\":\"src\",\"valeur\":\"Autre\"}," NOM "}", "id;nom;src\n7;A;\n");
    assert_cell(&said, "source", "Autre");
}

/* -- mistakes --------------------------------------------------------------------------------------- */

static struct str mistake_in(const char *mapping)
{
    struct map *m;
    struct str why;
    if (map_parse(a, str_from(mapping), &m, &why) == OK)
        return STR("accepted");
    assert_true(str_is_utf8(why));
    return why;
}

static void mistakes_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *mapping, *why;
    } cases[] = {
        {"[]", "Correspondance, « {} » : il faut un objet JSON : un champ, et d’où il vient."},
        {"{}", "Correspondance, « nom » : il faut dire au moins où est le nom des lieux, par exemple {\"colonne\": \"Nom\"}."},
        {"{\"nom\":\"Lieu\"}", "Correspondance, « nom » : il faut un objet, par exemple {\"colonne\": \"Nom du lieu\"}."},
        {"{\"nom\":{\"colone\":\"Lieu\"}}",
         "Correspondance, « nom.colone » : cette clé n’existe pas ici. Clés possibles : colonne, colonnes, joindre, dissocier, valeur, extraire, séparateur."},
        {"{\"nom\":{\"colonne\":3}}", "Correspondance, « nom.colonne » : il faut un texte, ou une liste de textes."},
        {"{\"nom\":[{\"colonnes\":[\"x\"]}]}",
         "Correspondance, « nom » : ce champ n’est pas une liste : il faut un objet, par exemple {\"colonne\": \"Nom du lieu\"}."},
        {"{" NOM ",\"nom\":{\"colonne\":\"b\"}}", "La correspondance ne peut pas être lue. JSON illisible, ligne 1, colonne 30 : une clé est présente deux fois dans le même objet."},
        {"{" NOM ",\"adresse\":{\"joindre\":{\"séparateur\":\" \"}}}", "Correspondance, « adresse.joindre.colonnes » : il faut la liste des colonnes à joindre."},
        {"{" NOM ",\"latitude\":{\"dissocier\":{\"colonne\":\"p\",\"séparateur\":\",\",\"partie\":\"0\"}}}",
         "Correspondance, « latitude.dissocier.partie » : il faut le numéro de la partie : 0 pour la première."},
        {"{" NOM ",\"adresse\":{\"colonne\":\"a\",\"extraire\":\"pays\"}}",
         "Correspondance, « adresse.extraire » : on peut extraire « voie », « code_postal » ou « commune » d’une adresse écrite sur une ligne."},
        {"{" NOM ",\"services\":[{\"colonnes\":[\"x\"],\"cible\":\"Wifi\"}]}", NULL},
        {"{" NOM ",\"services\":[{\"termes\":[\"x\"],\"cible\":\"Wifi\"}]}", NULL},
        {"{" NOM ",\"itinerance\":[{\"cible\":\"Fixe\"},{\"termes\":[\"x\"],\"cible\":\"Fixe\"}]}",
         "Correspondance, « itinerance[1].colonnes » : dans quelles colonnes regarder ? Sans cette clé, la règle vaut toujours."},
        {"{" NOM ",\"itinerance\":[{\"colonnes\":[\"\"],\"cible\":\"Fixe\"}]}",
         "Correspondance, « itinerance[0].colonnes » : dans quelles colonnes regarder ? Sans cette clé, la règle vaut toujours."},
        {"{" NOM ",\"itinerance\":[{\"colonnes\":[\"x\"]}]}", "Correspondance, « itinerance[0].cible » : il faut la valeur que cette règle donne."},
        {"{" NOM ",\"itinerance\":[{\"cible\":\"Fixe\",\"modalitesAccompagnement\":\"En autonomie\"}]}",
         "Correspondance, « itinerance[0].modalitesAccompagnement » : cette clé ne vaut que dans « services »."},
        {"{" NOM ",\"horaires\":{\"jours\":[{\"colonne\":\"l\",\"osm\":\"Lu\"}]}}",
         "Correspondance, « horaires.jours[0].osm » : il faut le jour : Mo, Tu, We, Th, Fr, Sa ou Su."},
        {"{" NOM ",\"lecture\":{\"séparateur\":\";;\"}}", "Correspondance, « lecture.séparateur » : il faut un seul caractère, par exemple « ; », ou « tabulation »."},
        {"{" NOM ",\"lignes\":[]}", "Correspondance, « lignes » : il faut un objet avec « garder » ou « écarter »."},
        {"{" NOM ",\"lignes\":{\"ecarter\":[]}}", "Correspondance, « lignes.ecarter » : cette clé n’existe pas ici. Clés possibles : garder, écarter."},
        {"{" NOM ",\"lignes\":{\"garder\":{}}}",
         "Correspondance, « lignes.garder » : il faut une liste de règles, par exemple [{\"colonnes\": [\"Statut\"], \"termes\": [\"fermé\"]}]."},
        {"{" NOM ",\"lignes\":{\"garder\":[{\"colonnes\":[\"x\"]},{\"termes\":[\"x\"]}]}}",
         "Correspondance, « lignes.garder[1].colonnes » : dans quelles colonnes regarder ?"},
        {"{" NOM ",\"lignes\":{\"écarter\":[{\"colonnes\":[\"x\"],\"cible\":\"y\"}]}}",
         "Correspondance, « lignes.écarter[0].cible » : cette clé n’existe pas ici. Clés possibles : colonnes, termes, sauf."},
        {"{" NOM ",\"lecture\":{\"titres\":0}}", "Correspondance, « lecture.titres » : il faut le numéro de la ligne des titres : 1 pour la première."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].why)
            assert_str_eq(mistake_in(cases[i].mapping), str_from(cases[i].why));
        else
            assert_true(str_starts(mistake_in(cases[i].mapping), STR("Correspondance, « services[0].")));
    assert_true(str_find(mistake_in("{" NOM ",\"services\":[{\"colonnes\":[\"x\"],\"cible\":\"Wifi\"}]}"),
                         STR("« services[0].cible » : « Wifi » n’est pas une valeur du standard. Valeurs possibles : « A"), 0) >= 0);
    assert_true(str_starts(mistake_in("{" NOM ",\"labels\":{}}"), STR("Correspondance, « labels » : ce champ n’existe pas. Champs possibles : id, pivot, nom")));
    assert_str(mistake_in("{" NOM ",\"lecture\":{\"séparateur\":\"tabulation\",\"feuille\":\"Lieux\",\"enregistrements\":\"a.b\",\"titres\":2,\"encodage\":\"utf-8\"},"
                          "\"$schema\":\"x\",\"description\":\"x\",\"suggestions\":{}}"),
               "accepted");
}

/* -- columns ---------------------------------------------------------------------------------------- */

static struct str checked(const char *mapping, const char *file, bool strict, struct str *missing)
{
    struct map *m;
    struct table *t;
    struct table_row row;
    struct str why;
    bool has;
    assert_int_equal(map_parse(a, str_from(mapping), &m, &why), OK);
    assert_int_equal(table_open(a, str_from(file), m->reading, &t, &why), OK);
    assert_int_equal(table_next(t, &row, &has, &why), OK);
    struct map_bound *b = map_bound_new(a, m);
    map_bind(b, &row);
    enum err e = map_check(b, &row, strict, missing, &why);
    assert_int_equal(e, why.n ? ERR_INVALID : OK);
    return why;
}

static void columns_are_found_by_their_name_or_nearly(void **state)
{
    (void)state;
    static const char mapping[] = "{\"nom\":{\"colonne\":\"nom du lieu\"},\"commune\":{\"colonne\":\"Ville\"}}";
    struct raw_record r = mapped(mapping, "Nom du lieu *;ville;VILLE !\nA;b;c\n");
    assert_cell(&r, "nom", "A");
    assert_cell(&r, "commune", ""); /* two are like it: nothing is guessed */
    r = mapped(mapping, "Nom du lieu *;ville;Ville\nA;b;c\n");
    assert_cell(&r, "commune", "c");
}

static void another_file_is_refused(void **state)
{
    (void)state;
    struct str missing;
    static const char mapping[] = "{\"nom\":{\"colonne\":\"Nom du lieu\"},\"commune\":{\"colonne\":[\"Ville\",\"Commune\"]},\"telephone\":{\"colonne\":\"Tel\"},"
                                  "\"itinerance\":[{\"colonnes\":[\"Bus\"],\"cible\":\"Itinérant\"}]}";
    assert_str(checked(mapping, "Nom du lieu;Commune;Tel\nA;B;C\n", true, &missing), "");
    assert_str(missing, "Bus");
    assert_str(checked(mapping, "Nom d’un lieu;Commune;Bus;Tel\nA;B;C;D\n", true, &missing),
               "Correspondance, « nom » : la colonne « Nom du lieu » n’est pas dans le fichier. Colonnes proches : « Nom d’un lieu ».");
    assert_str(missing, "Nom du lieu");
    assert_str(checked(mapping, "Nom du lieu;Commune;Bus\nA;B;C\n", true, &missing),
               "Correspondance, « telephone » : la colonne « Tel » n’est pas dans le fichier. Colonnes du fichier : « Nom du lieu », « Commune », « Bus ».");
    assert_str(checked(mapping, "[{\"Nom du lieu\":\"A\",\"Commune\":\"B\"}]", false, &missing), "");
    assert_str(missing, "Tel, Bus");
    assert_str(checked(mapping, "x;y\n1;2\n", true, &missing),
               "Aucune des colonnes de la correspondance n’est dans ce fichier : est-ce le bon ? Colonnes du fichier : « x », « y ».");
}

static void rows_of_several_shapes(void **state)
{
    (void)state;
    struct map *m;
    struct table *t;
    struct table_row row;
    struct str why;
    bool has;
    static const char *const names[] = {"A", "", "C"}, *const towns[] = {"x", "y", "z"};
    assert_int_equal(map_parse(a, STR("{" NOM ",\"commune\":{\"colonne\":\"ville\"}}"), &m, &why), OK);
    assert_int_equal(table_open(a, STR("[{\"nom\":\"A\",\"ville\":\"x\"},{\"ville\":\"y\"},{\"ville\":\"z\",\"nom\":\"C\"}]"), m->reading, &t, &why), OK);
    struct map_bound *b = map_bound_new(a, m);
    for (int i = 0; i < 3; i++) {
        struct raw_record raw = {.kind = DIRECTORY_PLACE};
        assert_int_equal(table_next(t, &row, &has, &why), OK);
        map_bind(b, &row);
        map_row(a, b, &row, &raw);
        assert_str_eq(*raw_cell(&raw, "nom"), str_from(names[i]));
        assert_str_eq(*raw_cell(&raw, "commune"), str_from(towns[i]));
    }
}

/* -- proposals -------------------------------------------------------------------------------------- */

static json_t *suggested(const char *file)
{
    struct str json, why;
    struct map *m;
    json_t *document = NULL;
    if (directory_mapping_suggest(a, str_from(file), &json, &why) != OK || map_parse(a, json, &m, &why) != OK ||
        json_parse(a, json, &document, &why) != OK)
        fail_msg("%.*s", STR_ARG(why));
    return document;
}

static void assert_column(const json_t *document, const char *field, const char *column)
{
    const json_t *value = json_object_get(document, field);
    const json_t *note = json_object_get(json_object_get(document, "suggestions"), field);
    double confidence = json_number_value(json_object_get(note, "confiance"));
    assert_str_eq(json_get_str(value, "colonne"), str_from(column));
    assert_true(confidence > 0 && confidence <= 1);
    assert_true(json_get_str(note, "raison").n > 0);
}

static void proposals_from_names_and_values(void **state)
{
    (void)state;
    json_t *d = suggested("N°;Dénomination;Adresse postale;Contact;Coord. X;Coord. Y;Lundi matin;Lundi après-midi;Mardi;Mercredi;Jeudi;MAJ le;Genre;Wifi;Tarif\n"
                          "1;Mairie de Vitré;1 rue Haute - 35500 Vitré;02 61 91 00 01;48.12;-1.21;9h-12h;14h-17h;9h-12h;;9h-12h;24/11/2026;Mairie;Oui;Gratuit\n"
                          "2;Médiathèque;2 place du Marché 35000 Rennes;02 61 91 00 02;48.11;-1.68;;14h-18h;;10h-18h;;2026-11-23;Médiathèque;Non;Payant\n");
    assert_column(d, "nom", "Dénomination");
    assert_column(d, "adresse", "Adresse postale");
    assert_column(d, "code_postal", "Adresse postale");
    assert_column(d, "commune", "Adresse postale");
    assert_str(json_get_str(json_object_get(d, "adresse"), "extraire"), "voie");
    assert_str(json_get_str(json_object_get(d, "commune"), "extraire"), "commune");
    assert_column(d, "telephone", "Contact");
    assert_column(d, "latitude", "Coord. X");
    assert_column(d, "longitude", "Coord. Y");
    assert_column(d, "date_maj", "MAJ le");
    const json_t *days = json_object_get(json_object_get(d, "horaires"), "jours");
    assert_int_equal(json_array_size(days), 4);
    assert_int_equal(json_array_size(json_object_get(json_array_get(days, 0), "colonne")), 2);
    assert_str(json_get_str(json_array_get(days, 3), "colonne"), "Jeudi");
    assert_int_equal(json_array_size(json_object_get(d, "typologie")), 2);
    assert_column(d, "frais_a_charge", "Tarif"); /* the words of the standard: no rule is needed */
    assert_str(json_get_str(json_array_get(json_object_get(d, "services"), 0), "cible"), "Accès internet et matériel informatique");
}

static void proposals_for_other_shapes(void **state)
{
    (void)state;
    json_t *d = suggested("[{\"properties\":{\"name\":\"Library\",\"city\":\"Rennes\",\"zip\":\"35000\",\"housenumber\":\"5\",\"street\":\"rue Haute\","
                          "\"opening_hours\":\"Mo-Fr 09:00-12:00\",\"publics\":\"Jeunes;Seniors\",\"geo\":\"48.11,-1.68\"}}]");
    assert_column(d, "nom", "properties.name");
    assert_column(d, "commune", "properties.city");
    assert_column(d, "code_postal", "properties.zip");
    assert_str(json_get_str(json_object_get(d, "horaires"), "osm"), "properties.opening_hours");
    assert_column(d, "publics_specifiquement_adresses", "properties.publics");
    assert_str(json_get_str(json_object_get(d, "publics_specifiquement_adresses"), "séparateur"), ";");
    assert_non_null(json_object_get(json_object_get(d, "adresse"), "joindre"));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(d, "longitude"), "dissocier"), "partie")), 1);
    struct str json, why;
    assert_int_equal(directory_mapping_suggest(a, STR("%PDF"), &json, &why), ERR_INVALID);
    assert_true(why.n > 0);
    assert_int_equal(directory_mapping_suggest(a, STR("nom;ville\n"), &json, &why), ERR_INVALID);
    assert_str(why, "Le fichier ne contient aucune fiche.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_value, setup, teardown),
        cmocka_unit_test_setup_teardown(joined_and_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_of_an_address, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_of_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(opening_hours, setup, teardown),
        cmocka_unit_test_setup_teardown(ids_and_sources, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_say_where, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_are_found_by_their_name_or_nearly, setup, teardown),
        cmocka_unit_test_setup_teardown(another_file_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_of_several_shapes, setup, teardown),
        cmocka_unit_test_setup_teardown(proposals_from_names_and_values, setup, teardown),
        cmocka_unit_test_setup_teardown(proposals_for_other_shapes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
