/* A file that speaks of more than the territory: what is taken, what is left out, and that each row is accounted for. */
#include "directory_test.h"

static const struct str rennes[] = {STR_INIT("35")}, both[] = {STR_INIT("35"), STR_INIT("75")}, corsica[] = {STR_INIT("2A")};

static struct imported take(struct store *s, struct str data, const struct str *departements, size_t n)
{
    struct imported got = import_with(s, data, (struct directory_import){.departements = departements, .n_departements = n, .feed = STR("liste")});
    if (got.err != OK)
        fail_msg("%s: %.*s %.*s", err_name(got.err), STR_ARG(got.why), STR_ARG(db_last_error(s->conn)));
    return got;
}

static void assert_taken(const struct imported *got, int64_t added, int64_t updated, int64_t unchanged, int64_t refused, int64_t left_out)
{
    assert_int_equal(got->result.counts.left_out, left_out);
    assert_counts(got, added, updated, unchanged, refused);
}

#define HEAD "id,nom,commune,code_postal,code_insee,adresse,date_maj,source\n"
#define ROW(id, commune, postal, insee) id ",Lieu " id "," commune "," postal "," insee ",1 rue Haute,2026-01-01,Liste\n"
static const char list[] = HEAD ROW("1", "Rennes", "35000", "35238") ROW("2", "Paris", "75011", "") ROW("3", "Vitré", "35500", "")
    ROW("4", "Ajaccio", "20000", "2A004") ROW("5", "Bastia", "20200", "2B033") "6,,Rennes,35000,35238,,2026-01-01,Liste\n"
    "7,,Paris,75011,,,2026-01-01,Liste\n" "8,Nulle part,,,,,2026-01-01,Liste\n";

static void only_what_is_there_is_taken(struct store *s)
{
    struct imported got = take(s, str_from(list), rennes, 1);
    assert_taken(&got, 2, 0, 0, 2, 4); /* 6 and 8 are refused and told; 7 is Paris's */
    assert_true(has_text(got.report, "Nulle part"));
    assert_int_equal(store_int(s, "SELECT rows_read * 100 + left_out FROM directory_import"), 804);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id IN ('1', '3')"), 2);
    got = take(s, str_from(list), corsica, 1);
    assert_taken(&got, 1, 0, 2, 1, 4); /* what is here already is followed */
    got = take(s, str_from(list), both, 2);
    assert_taken(&got, 1, 0, 3, 3, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms > 0"), 0);
}

static void what_the_directory_has_is_followed(struct store *s)
{
    (void)take(s, str_from(list), rennes, 1);
    struct imported got = take(s, STR(HEAD ROW("1", "Paris", "75011", "75111") ROW("2", "Paris", "75011", "")), rennes, 1);
    assert_taken(&got, 0, 1, 0, 0, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = '1' AND commune = 'Paris' AND deleted_at_ms = 0"), 1);
    /* the file no longer has it: gone, though nothing of the file is taken */
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = '3' AND deleted_at_ms > 0"), 1);
}

/* The whole list by mistake, undone, then what was meant. */
static void what_was_undone_is_not_followed(struct store *s)
{
    struct directory_undo_result undone;
    struct imported got = take(s, str_from(list), NULL, 0);
    assert_taken(&got, 5, 0, 0, 3, 0);
    assert_ok(directory_import_undo(s->conn, s->a, got.result.id, STR("essai"), &undone));
    got = take(s, str_from(list), rennes, 1);
    assert_int_equal(got.result.counts.back, 2); /* the two of Rennes */
    assert_int_equal(got.result.counts.refused, 2);
    assert_int_equal(got.result.counts.left_out, 4);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0"), 2);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0 AND source_id IN ('1', '3')"), 2);
}

#define STRUCTURE(id, commune, postal) \
    "{\"source\":\"x\",\"id\":\"x--" id "\",\"nom\":\"Structure " id "\",\"date_maj\":\"2026-01-01\",\"commune\":\"" commune "\",\"code_postal\":\"" postal "\"}"
#define SERVICE(id, structure, commune, postal)                                                                                       \
    "{\"source\":\"x\",\"id\":\"x--" id "\",\"structure_id\":\"x--" structure "\",\"nom\":\"Service " id "\",\"description\":\"Aide.\"," \
    "\"date_maj\":\"2026-01-01\",\"commune\":\"" commune "\",\"code_postal\":\"" postal "\"}"
static const char inclusion[] = "{\"structures\":[" STRUCTURE("ici", "Rennes", "35000") "," STRUCTURE("siege", "Paris", "75011") ","
    STRUCTURE("ailleurs", "Paris", "75011") "," STRUCTURE("sans", "", "") "],\"services\":["
    SERVICE("1", "ici", "Rennes", "35000") "," SERVICE("2", "siege", "Vitré", "35500") "," SERVICE("3", "siege", "Paris", "75011") ","
    SERVICE("4", "ailleurs", "Paris", "75011") "," SERVICE("5", "siege", "", "") "," SERVICE("6", "sans", "", "") "]}";

static void a_structure_comes_with_its_services_here(struct store *s)
{
    struct imported got = take(s, str_from(inclusion), rennes, 1);
    assert_taken(&got, 5, 0, 0, 0, 5);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_structure WHERE source_id IN ('x--ici', 'x--siege')"), 2);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_structure"), 2);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_service WHERE source_id IN ('x--1', 'x--2', 'x--5')"), 3);
    got = take(s, str_from(inclusion), rennes, 1);
    assert_taken(&got, 0, 0, 5, 0, 5);
}

static void the_same_is_taken_of_every_format(struct store *s)
{
    static const enum directory_format formats[] = {EXPORT_DATA_INCLUSION, EXPORT_HSDS, EXPORT_TABLE, EXPORT_XLSX};
    import_ok(s, str_from(inclusion));
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct str file = export_text(s, formats[i]);
        forget_all(s);
        struct imported got = take(s, file, rennes, 1);
        assert_taken(&got, 5, 0, 0, 0, 5);
        assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_structure WHERE source_id IN ('x--ici', 'x--siege')"), 2);
        import_ok(s, str_from(inclusion));
    }
}

#define MAPPING(rows)                                                                                                             \
    "{\"source\":\"Liste\",\"id\":{\"colonne\":\"id\"},\"nom\":{\"colonne\":\"nom\"},\"commune\":{\"colonne\":\"commune\"},"          \
    "\"code_postal\":{\"colonne\":\"cp\"},\"adresse\":{\"colonne\":\"adresse\"},\"date_maj\":{\"valeur\":\"2026-01-01\"},\"lignes\":" rows "}"
static const char table[] = "id;nom;commune;cp;adresse;statut;type\n1;A;Rennes;35000;1 rue Haute;Ouvert;Médiathèque\n"
                            "2;B;Rennes;35000;2 rue Haute;FERME définitivement;Médiathèque\n3;C;Paris;75011;3 rue Haute;ouvert;mediatheque\n"
                            "4;;Rennes;35000;4 rue Haute;ouvert;Crèche\n";

static struct imported chosen(struct store *s, const char *mapping, const struct str *departements, size_t n)
{
    return import_with(s, str_from(table), (struct directory_import){.mapping = str_from(mapping), .departements = departements,
                                                                    .n_departements = n, .feed = STR("liste")});
}

static void a_mapping_chooses_rows(struct store *s)
{
    static const char all[] = MAPPING("{\"garder\":[{\"colonnes\":[\"type\"],\"termes\":[\"médiathèque\"]}]}");
    static const char open[] = MAPPING("{\"garder\":[{\"colonnes\":[\"type\"],\"termes\":[\"médiathèque\"]}],"
                                       "\"écarter\":[{\"colonnes\":[\"statut\"],\"termes\":[\"fermé\"]}]}");
    struct imported got = chosen(s, all, NULL, 0);
    assert_int_equal(got.err, OK);
    assert_taken(&got, 3, 0, 0, 0, 1);
    /* closed since: what the mapping no longer wants is gone */
    got = chosen(s, open, NULL, 0);
    assert_taken(&got, 0, 0, 2, 0, 2);
    assert_int_equal(got.result.counts.gone, 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE source_id = '2' AND deleted_at_ms > 0"), 1);
    forget_all(s);
    got = chosen(s, open, rennes, 1);
    assert_taken(&got, 1, 0, 0, 0, 3);
}

static void rows_are_not_chosen_by_a_column_that_is_not_there(struct store *s)
{
    struct imported got = chosen(s, MAPPING("{\"écarter\":[{\"colonnes\":[\"etat\"],\"termes\":[\"fermé\"]}]}"), NULL, 0);
    assert_err(ERR_INVALID, got.err);
    assert_true(has_text(got.why, "« lignes » : la colonne « etat » n’est pas dans le fichier. Colonnes proches : « statut »"));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place"), 0);
}

static const struct store_test tests[] = {
    STORE_TEST(only_what_is_there_is_taken),
    STORE_TEST(what_the_directory_has_is_followed),
    STORE_TEST(what_was_undone_is_not_followed),
    STORE_TEST(a_structure_comes_with_its_services_here),
    STORE_TEST(the_same_is_taken_of_every_format),
    STORE_TEST(a_mapping_chooses_rows),
    STORE_TEST(rows_are_not_chosen_by_a_column_that_is_not_there),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
