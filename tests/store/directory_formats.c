/* The formats that need no mapping: recognised, read field by field, nothing lost in silence. */
#include "directory_test.h"

#define COUNT(table, condition) store_int(s, "SELECT COUNT(*) FROM directory_" table " WHERE " condition)

static void lamednum_2(struct store *s)
{
    struct imported got = import_ok(s, fixture(s, "lamednum-2.csv"));
    assert_string_equal(got.result.format, "LaMednum 2.0.0 (CSV)");
    assert_counts(&got, 3, 0, 0, 0);
    assert_int_equal(got.result.ignored_columns.n, 0);
    /* No date, and one that cannot be read: both unknown, the second is told. */
    assert_int_equal(COUNT("place", "date_maj = '1970-01-01'"), 2);
    assert_true(has_text(got.report, "bientôt"));
    assert_int_equal(COUNT("place", "source_id = 'lieu-1' AND formations_labels LIKE '%Étapes numériques%'"), 1);
    got = import_ok(s, fixture(s, "lamednum-2.csv"));
    assert_counts(&got, 0, 0, 3, 0);
}

/* The same records as 1.0.2: there, a date is required. */
/* 1.0.2 requires one; a place is not refused because nobody knows. */
static void a_date_that_nobody_knows(struct store *s)
{
    struct imported got = import_ok(s, STR("id,nom,commune,code_postal,adresse,date_maj,structure_parente\nx,Lieu,Rennes,35000,1 rue,,\n"));
    assert_string_equal(got.result.format, "LaMednum 1.0.2 (CSV)");
    assert_counts(&got, 1, 0, 0, 0);
    assert_int_equal(COUNT("place", "date_maj = '1970-01-01'"), 1);
    got = import_ok(s, STR("id,nom,commune,code_postal,adresse\ny,Lieu,Rennes,35000,1 rue\n"));
    assert_string_equal(got.result.format, "LaMednum 2.0.0 (CSV)");
    assert_counts(&got, 1, 0, 0, 0);
}

static void lamednum_0(struct store *s)
{
    struct imported got = import_ok(s, fixture(s, "lamednum-0.geojson"));
    assert_string_equal(got.result.format, "LaMednum v0 (GeoJSON)");
    assert_counts(&got, 2, 0, 0, 0);
    assert_str("cle_ban", got.result.ignored_columns);
    assert_int_equal(COUNT("place", "source_id = 'v0-1' AND services = 'Accès internet et matériel informatique|Utilisation sécurisée du numérique'"
                           " AND courriels = 'accueil@tilleuls.example' AND fiche_acces_libre = 'https://acceslibre.example/app/tilleuls/'"
                           " AND frais_a_charge = 'Gratuit' AND modalites_accompagnement = 'En autonomie'"), 1);
    /* Who is welcome is not to whom the place is addressed, but what it can take care of stays. */
    assert_int_equal(COUNT("place", "source_id = 'v0-1' AND publics_specifiquement_adresses IS NULL"
                           " AND prise_en_charge_specifique = 'Illettrisme|Surdité'"), 1);
    assert_int_equal(COUNT("place", "source_id = 'v0-2' AND publics_specifiquement_adresses = 'Jeunes'"), 1);
    assert_int_equal(COUNT("place", "source_id = 'v0-1' AND dispositif_programmes_nationaux = 'Aidants Connect|France Services'"
                           " AND autres_formations_labels = 'Label d’ici|Label d’une autre époque|SudLabs'"), 1);
    assert_int_equal(COUNT("place", "source_id = 'v0-2' AND formations_labels = 'Fabriques de Territoire' AND date_maj = '1970-01-01'"), 1);
    /* The properties when they can be read, the geometry otherwise. */
    assert_int_equal(COUNT("place", "source_id = 'v0-1' AND latitude = 48.10870001 AND longitude = -1.28350001"), 1);
    assert_int_equal(COUNT("place", "source_id = 'v0-2' AND latitude = 48.12 AND longitude = -1.21"), 1);
}

/* The long labels of 2022, and what became of them. */
static void words_of_v0(struct store *s)
{
    struct imported got = import_ok(s, STR("[{\"id\":\"a\",\"nom\":\"Lieu\",\"commune\":\"Rennes\",\"code_postal\":\"35000\",\"adresse\":\"1 rue Haute\",\"pivot\":\"\","
        "\"services\":\"Devenir autonome dans les démarches administratives;Accéder à du matériel;Créer avec le numérique\","
        "\"publics_accueillis\":\"Jeunes (16-26 ans);Handicaps mentaux : déficiences limitant les activités d'une personne;Public langues étrangères\","
        "\"conditions_acces\":\"Gratuit : Je peux accéder gratuitement au lieu et à ses services\",\"labels_nationaux\":\"CNFS\","
        "\"modalites_accompagnement\":\"Dans un atelier : j'apprends collectivement à utiliser le numérique;Seul : j'ai accès à du matériel et une connexion\"}]"));
    assert_counts(&got, 1, 0, 0, 0);
    assert_int_equal(got.result.counts.dropped, 0);
    assert_int_equal(COUNT("place", "services = 'Accès internet et matériel informatique|Aide aux démarches administratives|Loisirs et créations numériques'"
                           " AND publics_specifiquement_adresses = 'Jeunes'"
                           " AND prise_en_charge_specifique = 'Handicaps mentaux|Langues étrangères (autres)' AND frais_a_charge = 'Gratuit'"
                           " AND dispositif_programmes_nationaux = 'Conseillers numériques'"
                           " AND modalites_accompagnement = 'Dans un atelier collectif|En autonomie'"), 1);
}

static void lamednum_0_in_other_containers(struct store *s)
{
    struct imported got = import_ok(s, STR("id;nom;commune;code_postal;adresse;pivot;services;publics_accueillis;conditions_acces\n"
                                           "a;Lieu;Rennes;35000;1 rue Haute;;\"Utilisation sécurisée du numérique;Compréhension du monde numérique\";"
                                           "Femmes;Payant\n"));
    assert_string_equal(got.result.format, "LaMednum v0 (CSV)");
    assert_counts(&got, 1, 0, 0, 0);
    assert_int_equal(COUNT("place", "services = 'Compréhension du monde numérique|Utilisation sécurisée du numérique'"
                           " AND publics_specifiquement_adresses = 'Femmes' AND frais_a_charge = 'Payant'"), 1);
    got = import_ok(s, STR("{\"id\":\"b\",\"nom\":\"Lieu\",\"commune\":\"Rennes\",\"code_postal\":\"35000\",\"adresse\":\"2 rue Haute\",\"pivot\":\"\","
                           "\"services\":\"Compréhension du monde numérique\"}\n"
                           "{\"id\":\"c\",\"nom\":\"Lieu\",\"commune\":\"Rennes\",\"code_postal\":\"35000\",\"adresse\":\"3 rue Haute\",\"courriel\":\"a@b.example\"}\n"));
    assert_string_equal(got.result.format, "LaMednum v0 (JSON Lines)");
    assert_counts(&got, 2, 0, 0, 0);
    assert_int_equal(COUNT("place", "source_id = 'c' AND courriels = 'a@b.example'"), 1);
}

static void a_list_under_a_key(struct store *s)
{
    struct imported got = import_ok(s, STR("{\"total\":1,\"page\":1,\"mystère\":{\"a\":[1]},\"items\":[{\"source\":\"d\",\"id\":\"d--1\",\"nom\":\"Maison\","
                                           "\"date_maj\":\"2026-01-01\",\"siret\":null,\"adresse_certifiee\":true}]}"));
    assert_string_equal(got.result.format, "data·inclusion v1 (JSON)");
    assert_counts(&got, 1, 0, 0, 0);
    assert_str("mystère", got.result.ignored_columns);
}

static void inclusion_0(struct store *s)
{
    struct imported got = import_ok(s, fixture(s, "inclusion-0.json"));
    assert_string_equal(got.result.format, "data·inclusion v0 (JSON)");
    assert_counts(&got, 2, 0, 0, 1);
    assert_true(has_text(got.report, "date_suspension"));
    assert_int_equal(COUNT("structure", "source_id = 'demo--ccas-1' AND source = 'demo' AND horaires_accueil = 'Mo-Fr 09:00-12:00'"
                           " AND accessibilite_lieu = 'https://acceslibre.example/app/ccas/' AND latitude = 48.1087"
                           " AND description = 'Le centre communal. Il reçoit tous les habitants.'"), 1);
    assert_int_equal(COUNT("structure", "reseaux_porteurs LIKE '%croix-rouge%'"), 1);
    assert_int_equal(COUNT("service", "source_id = 'demo--s-1' AND type = 'accompagnement' AND horaires_accueil = 'Mo 09:00-12:00'"
                           " AND description = 'Un agent vous aide à remplir vos dossiers.\n\nSur place ou par téléphone.'"
                           " AND conditions_acces = 'Habiter la commune\nPièce d’identité\nAvis d’impôt'"
                           " AND frais = 'gratuit' AND frais_precisions = 'Gratuit sous conditions.\nSur justificatif.'"
                           " AND publics = 'jeunes' AND publics_precisions = 'Adultes.\nHabitants de la commune.'"), 1);
    assert_int_equal(COUNT("service", "lien_mobilisation = 'https://saint-aubin.example/formulaire'"
                           " AND modes_mobilisation = 'envoyer-un-courriel|telephoner|utiliser-lien-mobilisation'"
                           " AND mobilisable_par = 'professionnels|usagers' AND zone_eligibilite = '22|29|35|56'"
                           " AND mobilisation_precisions LIKE '%fiche de prescription%Joindre le dossier.'"), 1);
    /* The file says that this contact is not public. */
    assert_int_equal(COUNT("service", "telephone IS NULL AND courriel IS NULL AND contact_nom_prenom IS NULL"), 1);
    assert_false(has_text(got.report, "Camille"));
    assert_false(has_text(got.report, "agent@saint-aubin.example"));
    got = import_ok(s, fixture(s, "inclusion-0.json"));
    assert_counts(&got, 0, 0, 2, 1);
}

/* The structure is named by its services only; it is described later by its own file. */
static void services_alone(struct store *s)
{
    struct directory_import in = {.feed = STR("mobilite")};
    struct imported got = import_with(s, fixture(s, "inclusion-0-services.json"), in);
    assert_ok(got.err);
    assert_string_equal(got.result.format, "data·inclusion v0 (JSON)");
    assert_counts(&got, 4, 0, 0, 1); /* two services, two structures; one service says nothing */
    assert_true(has_text(got.report, "description"));
    assert_true(has_text(got.report, "Importez aussi le fichier des structures."));
    assert_int_equal(COUNT("structure", "source_id = 'mobilite-demo--garage' AND nom = 'Structure non précisée (mobilite-demo--garage)'"
                           " AND date_maj = '2000-01-01'"), 1);
    assert_int_equal(COUNT("service", "source_id = 'mobilite-demo--réparation-1' AND date_maj = '2000-01-01'"
                           " AND description = 'Réparation. Type : Aide matérielle. Thème : Mobilité.'"), 1);
    assert_int_equal(COUNT("service", "source_id = 'mobilite-demo--achat-1' AND frais = 'payant' AND modes_mobilisation = 'utiliser-lien-mobilisation'"
                           " AND frais_precisions = 'Payant, Adhésion demandée.\nAdhésion'"), 1);
    got = import_with(s, fixture(s, "inclusion-0-services.json"), in);
    assert_counts(&got, 0, 0, 2, 1);
    assert_int_equal(got.result.counts.gone, 0);
    got = import_ok(s, STR("[{\"source\":\"mobilite-demo\",\"id\":\"mobilite-demo--garage\",\"nom\":\"Garage solidaire\",\"date_maj\":\"2026-01-01\"}]"));
    assert_counts(&got, 0, 1, 0, 0);
    got = import_with(s, fixture(s, "inclusion-0-services.json"), in);
    assert_counts(&got, 0, 0, 2, 1);
    assert_int_equal(COUNT("structure", "source_id = 'mobilite-demo--garage' AND nom = 'Garage solidaire' AND deleted_at_ms = 0"), 1);
}

static void check_osm(struct store *s)
{
    assert_int_equal(COUNT("place", "source = 'openstreetmap' AND source_texte LIKE '%OpenStreetMap%ODbL%'"), 2);
    assert_int_equal(COUNT("place", "source_id = 'node/101' AND nom = 'Médiathèque des Tilleuls' AND adresse = '4 Rue de l’Église'"
                           " AND commune = 'Saint-Aubin-des-Landes' AND code_postal = '35500' AND pivot = '55210055400013'"
                           " AND typologie = 'BIB' AND horaires = 'Tu-Fr 09:00-12:00; PH off' AND telephone = '+33261910011'"
                           " AND courriels = 'accueil@tilleuls.example|contact@tilleuls.example' AND date_maj = '2026-02-03'"
                           " AND services = 'Accès internet et matériel informatique' AND frais_a_charge = 'Gratuit'"
                           " AND latitude = 48.1087 AND longitude = -1.2835 AND structure_parente = 'Commune de Saint-Aubin'"
                           " AND presentation_detail = 'Accessible en partie en fauteuil roulant.'"), 1);
    assert_int_equal(COUNT("place", "source_id = 'way/202' AND typologie = 'MUNI|RFS' AND services IS NULL AND date_maj = '2025-05-06'"
                           " AND dispositif_programmes_nationaux = 'France Services' AND latitude = 48.13 AND longitude = -1.21"), 1);
}

static void openstreetmap(struct store *s)
{
    struct imported got = import_ok(s, fixture(s, "osm.geojson"));
    assert_string_equal(got.result.format, "OpenStreetMap (GeoJSON)");
    assert_counts(&got, 2, 0, 0, 1); /* a bench has no name */
    assert_str("couleur", got.result.ignored_columns);
    check_osm(s);
    forget_all(s);
    got = import_ok(s, fixture(s, "overpass.json"));
    assert_string_equal(got.result.format, "OpenStreetMap (Overpass)");
    assert_counts(&got, 2, 0, 0, 0); /* the corner of a way is no record */
    check_osm(s);
}

/* What the map says comes back: the places and structures that have a point, with every value and permalink. */
static void our_own_map(struct store *s)
{
    import_ok(s, fixture(s, "places.csv"));
    import_ok(s, fixture(s, "inclusion.json"));
    struct str map = export_text(s, EXPORT_GEOJSON);
    struct str before = export_text(s, EXPORT_LAMEDNUM_CSV);
    int64_t located = COUNT("place", "latitude IS NOT NULL") + COUNT("structure", "latitude IS NOT NULL");
    struct imported got = import_ok(s, map);
    assert_string_equal(got.result.format, "Balise (GeoJSON)");
    assert_counts(&got, 0, 0, located, 0);
    assert_str(arena_cstr(s->a, before), export_text(s, EXPORT_LAMEDNUM_CSV));
    forget_all(s);
    got = import_ok(s, map);
    assert_counts(&got, located, 0, 0, 0);
    assert_int_equal(got.report.n, 0);
}

/* Any other table needs a mapping, and the message says so. */
static void other_tables(struct store *s)
{
    static const char *const files[] = {
        "Nom du lieu;Ville\nMairie;Rennes\n",
        "[{\"titre\":\"Mairie\"}]",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"titre\":\"Mairie\"},\"geometry\":null}]}",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct imported got = import_text(s, str_from(files[i]));
        assert_int_equal(got.err, ERR_INVALID);
        if (!has_text(got.why, "import --suggest") || !has_text(got.why, "--mapping"))
            fail_msg("%zu: %.*s", i, STR_ARG(got.why));
    }
    struct imported cut = import_text(s, STR("PK\003\004 classeur"));
    assert_int_equal(cut.err, ERR_INVALID);
    assert_true(has_text(cut.why, "Ce classeur est abîmé"));
}

/* Without a database: the same reading, the same refusals, nothing written. */
static void without_a_database(struct store *s)
{
    struct directory_import_result out;
    struct str why;
    struct directory_import in = {.data = fixture(s, "inclusion-0-services.json"), .default_source = STR("balise"), .actor = STR("test")};
    assert_ok(directory_import_run(NULL, s->a, &in, &out, &why));
    assert_string_equal(out.format, "data·inclusion v0 (JSON)");
    assert_int_equal(out.counts.rows, 5);
    assert_int_equal(out.counts.added, 4);
    assert_int_equal(out.counts.refused, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_service"), 0);
}

/* Real files, when they are there: every record is there, or refused for what the standard requires. */
static void real_files(struct store *s)
{
    static const struct {
        const char *name, *format;
        int64_t rows, refused;
    } files[] = {
        {"lieux/assembleurs-hauts-de-france.geojson", "LaMednum v0 (GeoJSON)", 1741, 4}, /* four addresses are "-----" */
        {"lieux/publie-v0-paca-hub-du-sud-2023-05-16.json", "LaMednum v0 (JSON)", 792, 0},
        /* 4,261 services of 1,303 structures; two services have a name of two letters */
        {"lieux/data-inclusion-v0-services-2022-12.json", "data·inclusion v0 (JSON)", 4261 + 1303, 2},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct str text = shared_file(s, files[i].name);
        if (text.n == 0)
            return;
        struct imported got = import_ok(s, text);
        assert_string_equal(got.result.format, files[i].format);
        assert_int_equal(got.result.counts.rows, files[i].rows);
        assert_int_equal(got.result.counts.added + got.result.counts.refused, files[i].rows);
        assert_int_equal(got.result.counts.refused, files[i].refused);
        got = import_ok(s, text);
        assert_int_equal(got.result.counts.added, 0);
        assert_int_equal(got.result.counts.updated, 0);
    }
    assert_int_equal(COUNT("place", "latitude IS NULL"), 4);
}

static const struct store_test tests[] = {
    STORE_TEST(lamednum_2),
    STORE_TEST(a_date_that_nobody_knows),
    STORE_TEST(lamednum_0),
    STORE_TEST(words_of_v0),
    STORE_TEST(lamednum_0_in_other_containers),
    STORE_TEST(a_list_under_a_key),
    STORE_TEST(inclusion_0),
    STORE_TEST(services_alone),
    STORE_TEST(openstreetmap),
    STORE_TEST(our_own_map),
    STORE_TEST(other_tables),
    STORE_TEST(without_a_database),
    STORE_TEST(real_files),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
