/* Are two places one? Names, addresses, verdicts on pairs that are easily taken for one another, candidates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "modules/directory/duplicates/merge.h"

static struct arena *arena;

/* -- similarity -------------------------------------------------------------------------------------- */

static size_t plain_lcs(struct str a, struct str b)
{
    size_t row[DUPLICATE_TEXT_MAX + 1] = {0};
    for (size_t i = 0; i < a.n; i++) {
        size_t before = 0;
        for (size_t k = 0; k < b.n; k++) {
            size_t up = row[k + 1];
            row[k + 1] = a.p[i] == b.p[k] ? before + 1 : up > row[k] ? up : row[k];
            before = up;
        }
    }
    return row[b.n];
}

static void the_longest_subsequence_is_that_of_the_plain_way(void **state)
{
    (void)state;
    uint64_t seed = 42;
    char x[DUPLICATE_TEXT_MAX], y[DUPLICATE_TEXT_MAX];
    static const size_t lengths[] = {0, 1, 7, 63, 64, 65, 100, 128, 129, 200, 255, 256};
    enum { LENGTHS = sizeof lengths / sizeof *lengths };
    for (int round = 0; round < 2000; round++) {
        struct str a = {x, lengths[round % LENGTHS]}, b = {y, lengths[(round / LENGTHS) % LENGTHS]};
        for (size_t i = 0; i < DUPLICATE_TEXT_MAX; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            x[i] = (char)('a' + (seed >> 33) % 5);
            y[i] = (char)('a' + (seed >> 41) % 5);
        }
        assert_int_equal(duplicate_lcs(a, b), plain_lcs(a, b));
        assert_int_equal(duplicate_lcs(b, a), plain_lcs(a, b));
    }
    assert_int_equal(duplicate_ratio(STR("numerinaute"), STR("numerinaute")), 100);
    assert_int_equal(duplicate_ratio(STR(""), STR("")), 100);
    assert_int_equal(duplicate_ratio(STR("abcd"), STR("")), 0);
    assert_int_equal(duplicate_ratio(STR("ab"), STR("b")), 67);
}

/* -- names ------------------------------------------------------------------------------------------- */

static void own_words(const char *nom, const char *commune, const char *expected, const char *kinds)
{
    struct duplicate_name n;
    duplicate_name_read(arena, str_from(nom), str_from(commune), &n);
    if (!str_eq(n.own_text, str_from(expected)))
        fail_msg("« %s » keeps « %.*s », not « %s »", nom, STR_ARG(n.own_text), expected);
    struct str rest = str_from(kinds), code;
    int wanted = 0;
    for (; str_split(&rest, ' ', &code); wanted++)
        if (!directory_set_has(n.kinds, directory_enum_find(ENUM_TYPOLOGIE, code)))
            fail_msg("« %s » is not a %.*s", nom, STR_ARG(code));
    if (directory_set_count(n.kinds) != wanted)
        fail_msg("« %s » has other kinds than %s", nom, kinds);
}

static void names_are_what_is_left_of_kind_and_town(void **state)
{
    (void)state;
    own_words("MFS Val d'Amour", "Ounans", "valamour", "RFS");
    own_words("France services Val d’Amour", "Ounans", "valamour", "RFS");
    own_words("Maison de services au public de Créon", "Créon", "", "MSAP");
    own_words("MFS Maison des Services de Valdahon", "Valdahon", "", "RFS MSAP");
    own_words("Châteauroux St Jean BP", "Châteauroux", "saintjean", "LA_POSTE");
    own_words("BP Sens de Bretagne", "Sens-de-Bretagne", "bp", "");
    own_words("France Services - Agence postale Lussac", "Lussac-les-Églises", "", "RFS LA_POSTE");
    own_words("Médiathèque intercommunale Jean Moulin", "Auray", "jeanmoulin", "BIB");
    own_words("Commune de Barr", "Barr", "", "MUNI");
    own_words("Hôtel de Ville", "Barr", "", "MUNI");
    own_words("CS du Chemillois - France Services", "Chemillé-en-Anjou", "chemilloi", "CS RFS");
    own_words("Centre social et culturel Les Acacias", "Brest", "acacia", "CSC");
    own_words("Centre Communal d'Action Sociale", "Vichy", "", "CCAS");
    own_words("École Jules Ferry", "Nay", "ecolejuleferry", "");
    own_words("Ateliers numériques locaux", "Nay", "ateliernumeriquelocal", "");
}

static void names_that_say_nothing(void **state)
{
    (void)state;
    static const char *const none[] = {"", " - ", "[Non diffusible]", "non communiqué", "Inconnu"};
    struct duplicate_name n;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        duplicate_name_read(arena, str_from(none[i]), STR("Brest"), &n);
        assert_true(n.missing);
    }
    duplicate_name_read(arena, STR("Bus France services itinérant"), STR("Brest"), &n);
    assert_true(n.mobile && !n.branch && !n.missing);
    duplicate_name_read(arena, STR("Mission locale, antenne de Brest"), STR("Brest"), &n);
    assert_true(n.branch && !n.mobile);
}

/* -- addresses --------------------------------------------------------------------------------------- */

static struct duplicate_address address(const char *text)
{
    struct duplicate_address a;
    duplicate_address_read(arena, str_from(text), STR("Saint-Brieuc"), &a);
    return a;
}

static struct duplicate_address_likeness compare_addresses(const char *x, const char *y, double metres)
{
    struct duplicate_address a = address(x), b = address(y);
    struct duplicate_address_likeness l = duplicate_address_compare(&a, &b, metres), r = duplicate_address_compare(&b, &a, metres);
    if (l.score != r.score || l.same != r.same || l.gap != r.gap)
        fail_msg("« %s » and « %s » are not compared alike both ways", x, y);
    return l;
}

static void same(const char *x, const char *y)
{
    if (!compare_addresses(x, y, -1).same)
        fail_msg("« %s » and « %s » are the same address", x, y);
}

static void not_same(const char *x, const char *y)
{
    if (compare_addresses(x, y, -1).same)
        fail_msg("« %s » and « %s » are not the same address", x, y);
}

static void addresses_are_written_in_many_ways(void **state)
{
    (void)state;
    same("14bis rue Henri Régnier", "14 bis Rue Henri Régnier");
    same("14 B rue Haute", "14b, rue Haute");
    same("31 Rue jean Gallart 49650 Allonnes", "31 rue Jean Gallart");
    same("3 Bd du Gal de Gaulle", "3 boulevard de Gaulle");
    same("17 Rue St Nicolas", "17 rue Saint Nicolas");
    same("Place du 8 mai 1945", "place du 8 Mai 1945");
    same("8 rue de la Scierie", "8 Rue de la Scierie - Nods");
    same("Maison des services 2 rue du Parc", "2 rue du Parc");
    same("12 rue Haute Saint-Brieuc", "12 rue Haute");
    same("12 rue Haute CS 12345", "12 rue Haute BP 6");
    same("7 - 9 Rue Pablo Picasso", "9 rue Pablo Picasso");
    same("25 rue Champ Fleury", "25 Rue Champfleury");
    same("0 rue Haute", "rue Haute");
    not_same("1 rue de la République", "11 rue de la République");
    not_same("1 rue de la République", "1 place de la République");
    not_same("14 rue Haute", "14bis rue Haute");
    not_same("Le Bourg", "le bourg"); /* every village has one */
    not_same("", "12 rue Haute");
    assert_int_equal(compare_addresses("", "rue Haute", -1).score, -1);
    assert_int_equal(compare_addresses("non renseigné", "rue Haute", -1).score, -1);
    assert_true(compare_addresses("1 rue Haute", "11 rue Haute", 10).other_number);
    assert_int_equal(compare_addresses("1 rue Haute", "11 rue Haute", 10).gap, 10);
    assert_true(compare_addresses("Le Bourg", "le bourg", 20).same);
    assert_false(compare_addresses("1 Impasse Ylang Ylang", "Impasse Ylang Kaweni", -1).same);
}

/* -- pairs ------------------------------------------------------------------------------------------- */

static struct directory_likeness judge(const char *a, const char *b, bool same_source)
{
    struct directory_likeness l = {.score = -1};
    struct buf out;
    json_t *object;
    struct str why;
    static const struct {
        const char *name;
        enum directory_verdict verdict;
    } verdicts[] = {{"same", DIRECTORY_SAME}, {"doubt", DIRECTORY_DOUBT}, {"different", DIRECTORY_DIFFERENT}};
    buf_init(&out, 1 << 20);
    directory_duplicates_line(arena, arena_printf(arena, "{\"a\":{%s},\"b\":{%s}}", a, b), same_source, &out);
    if (json_parse(arena, arena_str(arena, buf_str(&out)), &object, &why) != OK || json_object_get(object, "error"))
        fail_msg("%s | %s: %.*s", a, b, STR_ARG(buf_str(&out)));
    l.score = (int)json_integer_value(json_object_get(object, "score"));
    l.n_vetoes = json_array_size(json_object_get(object, "vetoes"));
    for (size_t i = 0; i < l.n_vetoes && i < DIRECTORY_VETOES; i++)
        l.vetoes[i] = json_string_value(json_array_get(json_object_get(object, "vetoes"), i));
    for (size_t i = 0; i < 3; i++)
        if (str_eq(json_get_str(object, "verdict"), str_from(verdicts[i].name)))
            l.verdict = verdicts[i].verdict;
    buf_deinit(&out);
    return l;
}

static void verdict(enum directory_verdict wanted, const char *a, const char *b)
{
    static const char *const names[] = {"different", "doubt", "same"};
    struct directory_likeness l = judge(a, b, false), r = judge(b, a, false);
    if (l.score != r.score || l.verdict != r.verdict)
        fail_msg("%s | %s: not judged alike both ways", a, b);
    if (l.verdict != wanted)
        fail_msg("%s | %s: %s (%d), wanted %s", a, b, names[l.verdict], l.score, names[wanted]);
}

#define TOWN "\"commune\":\"Auray\",\"code_postal\":\"56400\",\"code_insee\":\"56007\""
#define HERE ",\"latitude\":47.668,\"longitude\":-2.982"
#define AT_200_M ",\"latitude\":47.6698,\"longitude\":-2.982"
#define AT_2_KM ",\"latitude\":47.686,\"longitude\":-2.982"
#define PLACE(nom, adresse, rest) TOWN ",\"nom\":\"" nom "\",\"adresse\":\"" adresse "\"" rest

static void duplicates_are_found(void **state)
{
    (void)state;
    const enum directory_verdict s = DIRECTORY_SAME;
    verdict(s, PLACE("MFS Auray", "4 rue Haute", HERE), PLACE("France services d’Auray", "4 Rue Haute", HERE));
    verdict(s, PLACE("MFS Pays d’Argoat", "4 rue Haute", HERE), PLACE("France services Auray", "4 rue Haute", HERE));
    verdict(s, PLACE("Centre social de Kerbois", "4 rue Haute", ",\"typologie\":\"CS|RFS\"" HERE),
            PLACE("France services Auray", "4 rue Haute", ",\"typologie\":\"RFS\"" HERE));
    verdict(s, PLACE("Auray BP", "4 place de la Gare", HERE), PLACE("France services d’Auray (La Poste)", "4 place de la gare", HERE));
    verdict(s, PLACE("Espace Kerbois", "4 rue Haute", HERE), PLACE("Espace Kerbois", "4 rue Haute", AT_200_M)); /* moved point */
    verdict(s, PLACE("Espace Kerbois", "14bis rue Haute", ""), PLACE("Kerbois (espace)", "14 bis rue Haute", ""));
    verdict(s, PLACE("Espace Kerbois", "rue Haute", ",\"telephone\":\"02 97 00 00 00\""),
            PLACE("Espace Kerbois", "", ",\"telephone\":\"+33297000000\"" HERE));
    verdict(s, PLACE("Médiathèque Jean Moulin", "4 rue Haute", HERE ",\"telephone\":\"0297000000\""),
            PLACE("Bibliothèque Jean-Moulin", "Place du Port", HERE ",\"telephone\":\"+33297000000\"")); /* at the corner */
    verdict(s, PLACE("Mission locale du Pays d’Argoat", "9 rue Haute", HERE), PLACE("Mission Locale Pays Argoat", "11 rue Haute", HERE));
}

/* Each of these looks like a duplicate, and is not one (or nobody can tell). */
static void what_looks_alike_is_left(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
    } pairs[] = {
        /* two France services in one commune */
        {PLACE("France services Auray Nord", "4 rue Haute", HERE), PLACE("France services Auray Sud", "52 route de Vannes", AT_2_KM)},
        {PLACE("France services Auray", "4 rue Haute", HERE), PLACE("France services Auray", "52 route de Vannes", AT_2_KM)},
        {PLACE("France services Auray", "4 rue Haute", HERE), PLACE("France services Auray", "Place du Port", HERE)},
        {PLACE("MFS Kerbois", "4 rue Haute", ""), PLACE("MFS Kerlann", "4 rue Basse", "")},
        /* a library and a France services under one roof */
        {PLACE("Médiathèque d’Auray", "4 rue Haute", HERE), PLACE("France services d’Auray", "4 rue Haute", HERE)},
        {PLACE("Médiathèque d’Auray", "4 rue Haute", HERE ",\"telephone\":\"0297000000\""),
         PLACE("Médiathèque et France services d’Auray", "4 rue Haute", HERE ",\"telephone\":\"0297000000\"")},
        {PLACE("Espace multimédia", "4 rue Haute", HERE), PLACE("France services d’Auray", "4 rue Haute", HERE)},
        {PLACE("Médiathèque Jean Moulin", "4 rue Haute", HERE), PLACE("Bibliothèque Jean-Moulin", "Place du Port", HERE)},
        {PLACE("Municipalité d’Auray", "4 rue Haute", HERE), PLACE("Bibliothèque municipale", "4 rue Haute", HERE)},
        {PLACE("Espace social Kerbois", "4 rue Haute", HERE), PLACE("France services Kerbois Centre", "4 rue Haute", HERE)},
        {PLACE("Insertion par le numérique des jeunes", "4 rue Haute", HERE), PLACE("Association du numérique", "4 rue Haute", HERE)},
        {PLACE("La Fabbaye", "4 rue Haute", HERE), PLACE("Médiathèque de l’Abbaye Saint-Vaast", "4 rue Haute", HERE)},
        /* an association in a town hall, a CCAS in the same building */
        {PLACE("Mairie d’Auray", "1 place de la Mairie", HERE), PLACE("Association Familles rurales d’Auray", "1 place de la Mairie", HERE)},
        {PLACE("Mairie d’Auray", "1 place de la Mairie", HERE), PLACE("CCAS d’Auray", "1 place de la Mairie", HERE)},
        {PLACE("Familles rurales", "1 place de la Mairie", HERE), PLACE("Secours populaire", "1 place de la Mairie", HERE)},
        {PLACE("Emmaüs Connect", "1 rue Haute", HERE ",\"telephone\":\"0297000000\",\"courriels\":\"contact@kerbois.example\""),
         PLACE("La Fabrique à projets", "1 rue Haute", HERE ",\"telephone\":\"0297000000\",\"courriels\":\"contact@kerbois.example\"")},
        /* several of one kind */
        {PLACE("Espace Kerbois - Site 1", "4 rue Haute", HERE), PLACE("Espace Kerbois - Site 2", "4 rue Haute", HERE)},
        {PLACE("Espace Kerbois", "1 rue Haute", HERE), PLACE("Espace Kerbois", "11 rue Haute", HERE)},
        {PLACE("École Jules Ferry", "4 rue Haute", HERE), PLACE("École Jules Verne", "4 rue Haute", HERE)},
        {PLACE("École Jules Ferry", "4 rue Haute", HERE), PLACE("Collège Jules Ferry", "4 rue Haute", HERE)},
        {PLACE("École Jules Ferry", "4 rue Haute", HERE), PLACE("École Jules Ferry", "52 route de Vannes", AT_2_KM)},
        {PLACE("Maison de quartier Nord", "4 rue Haute", HERE), PLACE("Maison de quartier Sud", "4 rue Haute", HERE)},
        {PLACE("Mairie annexe du 1er", "Le Bourg", ""), PLACE("Mairie annexe du 2e", "Le Bourg", "")},
        {PLACE("Centre social Les Acacias", "4 rue Haute", HERE), PLACE("Centre social Les Peupliers", "4 rue Haute", HERE)},
        {PLACE("Mission locale d’Auray", "4 rue Haute", HERE), PLACE("Mission locale, antenne d’Auray", "9 rue Basse", HERE)},
        {PLACE("Bus France services Kerbois", "4 rue Haute", HERE), PLACE("France services Kerbois", "4 rue Haute", HERE)},
        /* two villages of one commune, each with its square */
        {PLACE("Bibliothèque", "Place de l’Église", HERE), PLACE("Bibliothèque", "Le Bourg", AT_2_KM)},
        {PLACE("Mairie déléguée de Kerbois", "Place", HERE), PLACE("Mairie déléguée de Kerlann", "Place", AT_2_KM)},
        /* a name that lost its letters */
        {PLACE("M\\uFFFDdiath\\uFFFDque", "4 rue Haute", HERE), PLACE("France services Auray", "4 rue Haute", ",\"typologie\":\"RFS\"" HERE)},
        {PLACE("Agence Crédit Agricole Auray", "4 rue Haute", HERE), PLACE("France services Auray", "4 rue Haute", HERE)},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct directory_likeness l = judge(pairs[i].a, pairs[i].b, false), r = judge(pairs[i].b, pairs[i].a, false);
        if (l.verdict == DIRECTORY_SAME)
            fail_msg("%s | %s: taken for one place (%d)", pairs[i].a, pairs[i].b, l.score);
        if (l.verdict != r.verdict || l.score != r.score)
            fail_msg("%s | %s: not judged alike both ways", pairs[i].a, pairs[i].b);
    }
}

static void veto(const char *name, const char *a, const char *b)
{
    struct directory_likeness l = judge(a, b, false);
    if (l.verdict != DIRECTORY_DIFFERENT)
        fail_msg("%s | %s: not parted", a, b);
    for (size_t i = 0; i < l.n_vetoes; i++)
        if (strcmp(l.vetoes[i], name) == 0)
            return;
    fail_msg("%s | %s: no veto %s", a, b, name);
}

#define CITY(insee, cp, commune) "\"nom\":\"Espace Kerbois\",\"adresse\":\"4 rue Haute\",\"code_insee\":\"" insee "\",\"code_postal\":\"" cp "\",\"commune\":\"" commune "\""

static void vetoes_part(void **state)
{
    (void)state;
    veto("sans-identite", PLACE("[Non diffusible]", "4 rue Haute", HERE), PLACE("[Non diffusible]", "4 rue Haute", HERE));
    veto("sans-emplacement", PLACE("Espace Kerbois", "", ""), PLACE("Espace Kerbois", "4 rue Haute", HERE));
    veto("commune-differente", CITY("56007", "56400", "Auray"), CITY("56260", "56000", "Vannes"));
    veto("commune-differente", "\"nom\":\"Espace Kerbois\",\"adresse\":\"4 rue Haute\"", CITY("56260", "56000", "Vannes"));
    veto("typologies-incompatibles", PLACE("Kerbois", "4 rue Haute", ",\"typologie\":\"BIB\""), PLACE("Kerbois", "4 rue Haute", ",\"typologie\":\"CCAS\""));
    veto("meme-source", PLACE("Espace Kerbois", "4 rue Haute", ",\"source\":\"Hinaura\""), PLACE("Espace Kerbois", "4 rue Haute", ",\"source\":\"hinaura\""));
    struct directory_likeness l = judge("\"nom\":\"\"", "\"nom\":\"\"", false);
    assert_true(l.n_vetoes >= 3); /* all are told */
    l = judge(PLACE("Espace Kerbois", "4 rue Haute", ",\"source\":\"x\""), PLACE("Espace Kerbois", "4 rue Haute", ",\"source\":\"x\""), true);
    assert_int_equal(l.verdict, DIRECTORY_SAME);
    /* Arrondissements are one commune; a code that is no more is that of today; what is declared wins over the name. */
    verdict(DIRECTORY_SAME, CITY("75101", "75001", "Paris"), CITY("75056", "75001", "Paris 1er Arrondissement"));
    verdict(DIRECTORY_SAME, CITY("49018", "49150", "Baugé-en-Anjou"), CITY("49372", "49150", "Le Vieil-Baugé"));
    verdict(DIRECTORY_SAME, PLACE("Mairie Kerbois", "4 rue Haute", ",\"typologie\":[\"BIB\",\"MUNI\"]"), PLACE("Bibliothèque Kerbois, mairie", "4 rue Haute", ",\"typologie\":\"BIB\""));
    verdict(DIRECTORY_SAME, PLACE("Pimms Kerbois", "4 rue Haute", ",\"typologie\":\"PIMMS\""), PLACE("France services Kerbois", "4 rue Haute", ",\"typologie\":\"RFS\""));
}

/* -- lines ------------------------------------------------------------------------------------------- */

static void line(const char *text, const char *expected)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    directory_duplicates_line(arena, str_from(text), false, &out);
    if (str_find(buf_str(&out), str_from(expected), 0) != 0)
        fail_msg("%s\n  gives %.*s\n  not   %s", text, STR_ARG(buf_str(&out)), expected);
    buf_deinit(&out);
}

static void lines_are_answered_or_refused(void **state)
{
    (void)state;
    line("{\"a\":{\"nom\":\"Kerbois\",\"adresse\":\"4 rue Haute\",\"commune\":\"Auray\",\"code_postal\":56400,\"latitude\":\"47.668\",\"longitude\":-2.982},"
         "\"b\":{\"nom\":\"kerbois\",\"adresse\":\"4, Rue Haute\",\"commune\":\"AURAY\",\"code_postal\":\"56400\",\"latitude\":47.668,\"longitude\":-2.982,\"courriels\":null}}",
         "{\"score\":100,\"parts\":[{\"name\":\"nom\",\"score\":100,\"weight\":2,\"why\":\"Même nom.\"},"
         "{\"name\":\"adresse\",\"score\":100,\"weight\":1,\"why\":\"Même adresse.\"},"
         "{\"name\":\"distance\",\"score\":100,\"weight\":1,\"why\":\"À moins de 50 mètres.\"}],\"vetoes\":[],\"verdict\":\"same\"}");
    line("nothing", "{\"error\":\"");
    line("[]", "{\"error\":\"Chaque ligne est un objet JSON");
    line("{}", "{\"error\":\"« a » manque");
    line("{\"a\":{}}", "{\"error\":\"« b » manque");
    line("{\"a\":{},\"b\":3}", "{\"error\":\"« b » manque");
    line("{\"a\":{\"nom\":{}},\"b\":{}}", "{\"error\":\"« a.nom » n’est pas de la bonne nature");
    line("{\"a\":{},\"b\":{\"courriels\":[1]}}", "{\"error\":\"« b.courriels »");
    line("{\"a\":{\"latitude\":[]},\"b\":{}}", "{\"error\":\"« a.latitude »");
    line("{\"a\":{},\"b\":{}}", "{\"score\":");
    /* A code that was a number has lost its zero. */
    line("{\"a\":{\"nom\":\"X\",\"adresse\":\"1 rue Y\",\"code_postal\":8130,\"commune\":\"Attigny\",\"code_insee\":8025},"
         "\"b\":{\"nom\":\"X\",\"adresse\":\"1 rue Y\",\"code_postal\":\"08130\",\"commune\":\"Attigny\"}}", "{\"score\":100,");
}

/* -- candidates -------------------------------------------------------------------------------------- */

static struct duplicate_place *random_places(size_t n)
{
    static const char *const names[] = {"France services", "Médiathèque Jean Moulin", "Espace Kerbois", "Mairie", "Centre social Acacias",
                                        "MFS Kerlann", "École Jules Ferry", "Emmaüs Connect", "Kerbois BP", "Espace Kerboi"};
    static const char *const streets[] = {"rue Haute", "place du Port", "avenue de Vannes", "rue Haut", "Le Bourg", ""};
    static const char *const communes[][2] = {{"56007", "Auray"}, {"56260", "Vannes"}, {"75101", "Paris"}, {"75112", "Paris"}};
    struct duplicate_place *all = ARENA_ARRAY(arena, n, struct duplicate_place);
    uint64_t seed = 7;
    for (size_t i = 0; i < n; i++) {
        uint32_t r[8];
        for (int k = 0; k < 8; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            r[k] = (uint32_t)(seed >> 33);
        }
        struct str source = arena_printf(arena, "s%u", r[6] % 3);
        struct duplicate_input in = {
            .id = arena_printf(arena, "%04zu", i), .sources = {&source, 1}, .nom = str_from(names[r[0] % 10]),
            .adresse = arena_printf(arena, "%u %s", r[1] % 4, streets[r[2] % 6]), .code_insee = str_from(communes[r[3] % 4][0]),
            .commune = str_from(communes[r[3] % 4][1]), .code_postal = STR("56400"), .has_point = r[4] % 3 != 0,
            .point = {47.66 + 0.001 * (r[4] % 20), -2.98 + 0.001 * (r[5] % 20)},
            .telephone = r[7] % 5 == 0 ? arena_printf(arena, "02970000%02u", r[7] % 60) : STR_NONE};
        duplicate_prepare(arena, &in, &all[i]);
    }
    return all;
}

/* No pair that matters is lost by the blocks nor by the quick look. */
static void candidates_are_those_of_all_pairs(void **state)
{
    (void)state;
    enum { N = 150 };
    struct duplicate_place *all = random_places(N);
    for (int same_source = 0; same_source < 2; same_source++) {
        struct duplicate_pairs found;
        size_t wanted = 0;
        duplicate_candidates(arena, all, N, same_source, 75, &found);
        for (size_t i = 0; i < N; i++)
            for (size_t k = i + 1; k < N; k++) {
                struct directory_likeness l;
                duplicate_score(&all[i], &all[k], same_source, &l);
                if (l.n_vetoes > 0 || l.score < 75)
                    continue;
                wanted++;
                assert_true(duplicate_may_reach(&all[i], &all[k], same_source, 75));
                bool has = false;
                for (size_t p = 0; p < found.n && !has; p++)
                    has = found.items[p].a == i && found.items[p].b == k;
                if (!has)
                    fail_msg("lost: %.*s %.*s (%d)", STR_ARG(all[i].name.folded), STR_ARG(all[k].name.folded), l.score);
            }
        assert_int_equal(found.n, wanted);
        assert_true(wanted > 20);
        for (size_t p = 1; p < found.n; p++)
            assert_true(found.items[p - 1].likeness.score >= found.items[p].likeness.score);
    }
}

/* Thousands of places of one town: far fewer comparisons than pairs. */
static void a_big_town_is_no_square(void **state)
{
    (void)state;
    enum { N = 4000 };
    struct duplicate_place *all = ARENA_ARRAY(arena, N, struct duplicate_place);
    struct duplicate_pairs found;
    for (size_t i = 0; i < N; i++) {
        struct str source = arena_printf(arena, "s%zu", i % 7);
        struct duplicate_input in = {
            .id = arena_printf(arena, "%05zu", i), .sources = {&source, 1}, .nom = arena_printf(arena, "Espace mot%zu nom%zu", i % 900, i % 37),
            .adresse = arena_printf(arena, "%zu rue numero%zu", i % 80 + 1, i % 700), .code_insee = STR("75056"), .commune = STR("Paris"),
            .code_postal = STR("75011"), .has_point = true, .point = {48.82 + 0.00002 * (double)(i * 7919 % 4000), 2.28 + 0.00003 * (double)(i * 104729 % 4000)}};
        duplicate_prepare(arena, &in, &all[i]);
    }
    duplicate_candidates(arena, all, N, false, 60, &found);
    assert_true(found.compared < (size_t)N * N / 2 / 20);
    duplicate_candidates(arena, all, 0, false, 60, &found);
    assert_int_equal(found.n, 0);
}

/* -- groups ------------------------------------------------------------------------------------------ */

static struct duplicate_place grouped(const char *id, const char *nom, const char *kind, const char *source)
{
    struct duplicate_place p;
    struct directory_set kinds = DIRECTORY_SET_NONE;
    struct str from = str_from(source);
    if (*kind)
        directory_set_add(&kinds, directory_enum_find(ENUM_TYPOLOGIE, str_from(kind)));
    struct duplicate_input in = {.id = str_from(id), .sources = {&from, 1}, .nom = str_from(nom), .adresse = STR("4 rue Haute"),
                                 .code_insee = STR("56007"), .commune = STR("Auray"), .code_postal = STR("56400"), .typologie = kinds};
    duplicate_prepare(arena, &in, &p);
    return p;
}

/* b looks like a and like c; a and c are of two kinds: they never meet in one group. */
static void a_veto_keeps_groups_apart(void **state)
{
    (void)state;
    struct duplicate_place places[] = {grouped("1", "Kerbois", "BIB", "s1"), grouped("2", "Kerbois", "", "s2"),
                                       grouped("3", "Kerbois", "CCAS", "s3"), grouped("4", "Kerbois", "BIB", "s4")};
    struct duplicate_grouping g = {.places = places, .n = 4};
    struct duplicate_pairs pairs;
    uint32_t groups[4];
    duplicate_candidates(arena, places, 4, false, 80, &pairs);
    assert_int_equal(pairs.n, 4);
    assert_true(duplicate_groups(arena, &g, &pairs, groups) > 0);
    assert_int_equal(groups[0], 0);
    assert_int_equal(groups[1], 0);
    assert_int_equal(groups[2], 2);
    assert_int_equal(groups[3], 0);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(SIZE_MAX);
    return arena ? 0 : 1;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_subsequence_is_that_of_the_plain_way),
        cmocka_unit_test(names_are_what_is_left_of_kind_and_town),
        cmocka_unit_test(names_that_say_nothing),
        cmocka_unit_test(addresses_are_written_in_many_ways),
        cmocka_unit_test(duplicates_are_found),
        cmocka_unit_test(what_looks_alike_is_left),
        cmocka_unit_test(vetoes_part),
        cmocka_unit_test(lines_are_answered_or_refused),
        cmocka_unit_test(candidates_are_those_of_all_pairs),
        cmocka_unit_test(a_big_town_is_no_square),
        cmocka_unit_test(a_veto_keeps_groups_apart),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
