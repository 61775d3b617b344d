/* Rules of the records: pure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/directory.h"
#include "modules/directory/fields.h"
#include "modules/directory/inclusion.h"

static struct arena *a;
static const struct civil_date today = {2026, 11, 24};

static int set_up(void **state)
{
    (void)state;
    a = arena_new(SIZE_MAX);
    return a ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static struct directory_place a_place(void)
{
    return (struct directory_place){
        .record = {.source = STR("essai"), .source_id = STR("p1")},
        .nom = STR("Lieu"), .commune = STR("Rennes"), .code_postal = STR("35000"), .adresse = STR("1 rue Haute"),
        .date_maj = STR("2026-01-01"),
    };
}

static struct directory_service a_service(void)
{
    return (struct directory_service){
        .record = {.source = STR("essai"), .source_id = STR("essai--v1")}, .structure_source_id = STR("essai--s1"),
        .nom = STR("Aide"), .description = STR("Une aide pour tous."), .date_maj = STR("2026-01-01")};
}

/* The only problem, about this field. */
static const struct directory_problem *only(const struct directory_problems *out, const char *field)
{
    for (size_t i = 0; i < out->n; i++)
        print_message("%s: %s\n", out->items[i].field, out->items[i].why);
    assert_int_equal(out->n, 1);
    assert_string_equal(out->items[0].field, field);
    return &out->items[0];
}

static const struct {
    const char *field, *value;
    bool right;
} values[] = {
    {"pivot", "55210055400013", true},     {"pivot", "W123456789", true},       {"pivot", "123456789", true},
    {"pivot", "12345678", false},          {"pivot", "123456789012345", false}, {"pivot", "552 100 554 00013", false},
    {"code_postal", "35000", true},        {"code_postal", "3500", false},      {"code_postal", "2A004", false},
    {"code_postal", "35 000", false},      {"code_insee", "35238", true},       {"code_insee", "2A004", true},
    {"code_insee", "20004", false},        {"code_insee", "2C004", false},      {"code_insee", "3523", false},
    {"code_insee", "97411", true},         {"telephone", "+33261910011", true}, {"telephone", "+262639980102", true},
    {"telephone", "0261910011", false},    {"telephone", "+3326191", false},    {"telephone", "+44261910011", false},
    {"telephone", "+33261910011|+33261910012", false},
    {"courriels", "a@x.example", true},    {"courriels", "a.b+c@x-y.example", true}, {"courriels", "a@x", false},
    {"courriels", "a b@x.example", false}, {"courriels", ".a@x.example", false},     {"courriels", "a..b@x.example", false},
    {"courriels", "é@x.example", false},   {"courriels", "a@-x.example", false},     {"courriels", "@x.example", false},
    {"site_web", "https://x.example/é?q=1#a", true}, {"site_web", "http://192.0.2.1:8080/x", true},
    {"site_web", "www.x.example", false},  {"site_web", "https://x", false},        {"site_web", "https://", false},
    {"site_web", "javascript:alert(1)", false}, {"site_web", "https://x.example/a b", false},
    {"site_web", "https://user@x.example", false}, {"site_web", "https://x.example/%zz", false},
    {"site_web", "https://x.example/\"><script>", false},
    {"prise_rdv", "https://rdv.example/x", true},  {"fiche_acces_libre", "non", false},
    {"horaires", "Mo-Fr 09:00-12:00; PH off", true}, {"horaires", "24/7", true},
    {"horaires", ":undefined-17:00", false},       {"horaires", "fermé le lundi matin sauf août", false},
};

static void one_value(void **state)
{
    (void)state;
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct directory_place p = a_place();
        struct directory_problems out = {0};
        const struct field *f = field_find(t, str_from(values[i].field));
        assert_non_null(f);
        field_read_cell(a, f, &p, str_from(values[i].value), &out);
        directory_check_place(a, &p, &out);
        bool kept = !field_empty(f, &p);
        if (kept != (values[i].right && !out.refused) || (out.n == 0) != values[i].right)
            fail_msg("%s \"%s\": %s, %zu problems", values[i].field, values[i].value, kept ? "kept" : "dropped", out.n);
    }
}

static void every_problem_in_one_pass(void **state)
{
    (void)state;
    struct directory_place p = {.record = {.source = STR("essai")}, .telephone = STR("x")};
    struct directory_problems out = {0};
    directory_check_place(a, &p, &out);
    assert_true(out.refused);
    assert_int_equal(out.n, 7); /* id nom commune code_postal adresse date_maj; and the telephone */
    for (size_t i = 0; i < out.n; i++) {
        assert_true(strlen(out.items[i].why) > 10);
        assert_int_equal(out.items[i].refuses, strcmp(out.items[i].field, "telephone") != 0);
    }
}

static void texts_are_normalised(void **state)
{
    (void)state;
    struct directory_place p = a_place();
    struct directory_problems out = {0};
    p.nom = STR("  Me\xCC\x81" "diathe\xCC\x80que\x01 \xC2\xA0");
    p.presentation_detail = STR("un\r\ndeux");
    p.horaires = STR(" mo-fr 9h00-12h00 ");
    directory_check_place(a, &p, &out);
    for (size_t i = 0; i < out.n; i++)
        print_message("%s: %s\n", out.items[i].field, out.items[i].why);
    assert_int_equal(out.n, 0);
    assert_true(str_eq(p.nom, STR("Médiathèque")));
    assert_true(str_eq(p.presentation_detail, STR("un\ndeux")));
    assert_true(str_eq(p.horaires, STR("Mo-Fr 09:00-12:00")));
}

static void lists_are_sorted_without_doubles(void **state)
{
    (void)state;
    struct directory_place p = a_place();
    struct directory_problems out = {0};
    const struct field *f = field_find(field_table(DIRECTORY_PLACE), STR("autres_formations_labels"));
    field_read_cell(a, f, &p, STR("zèbre|Été||âne| été |zèbre|Ane"), &out);
    directory_check_place(a, &p, &out);
    assert_int_equal(out.n, 0);
    assert_true(str_eq(field_cell(a, f, &p), STR("Ane|âne|été|Été|zèbre")));
    f = field_find(field_table(DIRECTORY_PLACE), STR("services"));
    field_read_cell(a, f, &p, STR("Utilisation sécurisée du numérique|Inconnu|Aide aux démarches administratives"), &out);
    assert_true(str_eq(only(&out, "services")->value, STR("Inconnu")));
    assert_true(str_eq(field_cell(a, f, &p), STR("Aide aux démarches administratives|Utilisation sécurisée du numérique")));
}

static void check_point(double lat, bool has_lat, double lon, bool has_lon, bool kept)
{
    struct directory_place p = a_place();
    struct directory_problems out = {0};
    struct geo_point point;
    p.latitude = (struct directory_number){has_lat, lat};
    p.longitude = (struct directory_number){has_lon, lon};
    directory_check_place(a, &p, &out);
    assert_int_equal(directory_point(p.latitude, p.longitude, &point), kept);
    assert_int_equal(out.n, kept || (!has_lat && !has_lon) ? 0 : 1);
    assert_int_equal(p.latitude.known, p.longitude.known);
    assert_false(out.refused);
}

static void a_point_is_whole_and_in_france(void **state)
{
    (void)state;
    check_point(48.1, true, -1.6, true, true);
    check_point(-21.1, true, 55.5, true, true); /* La Réunion */
    check_point(48.1, true, 0, false, false);
    check_point(0, true, 0, true, false);
    check_point(-1.6, true, 48.1, true, false); /* exchanged */
    check_point(91, true, 0, true, false);
    check_point(0, false, 0, false, false);
}

static void a_long_summary_opens_the_presentation(void **state)
{
    (void)state;
    struct directory_place p = a_place();
    struct directory_problems out = {0};
    char text[600];
    memset(text, 'a', sizeof text);
    p.presentation_resume = (struct str){text, 281};
    p.presentation_detail = STR("Détail.");
    directory_check_place(a, &p, &out);
    only(&out, "presentation_resume");
    assert_int_equal(p.presentation_resume.n, 0);
    assert_int_equal(p.presentation_detail.n, 281 + 2 + strlen("Détail."));
    out = (struct directory_problems){0};
    p.presentation_resume = (struct str){text, 280};
    directory_check_place(a, &p, &out);
    assert_int_equal(out.n, 0);
}

static void unknown_pivot_is_fourteen_zeros(void **state)
{
    (void)state;
    struct directory_place p = a_place();
    struct directory_problems out = {0};
    p.pivot = STR("00000000000000");
    directory_check_place(a, &p, &out);
    assert_int_equal(p.pivot.n + out.n, 0);
}

static void strict_hours(void **state)
{
    (void)state;
    static const char *const strict[] = {"Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00", "24/7", "PH,SH off",
                                         "week 2-52/2 We 14:00-17:00 \"sur rendez-vous\"", "Jan 01-Mar 15: Mo 09:00+"};
    static const char *const loose[] = {"mo-fr 09:00-12:00", "Mo-Fr 9:00-12:00", "Lu 09:00-12:00", "Mo 9h-12h",
                                        "Mo 09:00–12:00", "Mo 09:000-12:00", "Mo 09:00-12:00 \"sans fin", ""};
    for (size_t i = 0; i < sizeof strict / sizeof *strict; i++)
        assert_true(check_hours_strict(str_from(strict[i])));
    for (size_t i = 0; i < sizeof loose / sizeof *loose; i++)
        assert_false(check_hours_strict(str_from(loose[i])));
}

static void siret_key(void **state)
{
    (void)state;
    assert_true(check_siret_key(STR("43575434300018")));
    assert_false(check_siret_key(STR("12345678910111")));
    assert_true(check_siret_key(STR("35600000000048"))); /* La Poste, head office */
    assert_false(check_siret_key(STR("00000000000000")));
    assert_false(check_siret_key(STR("4357543430001")));
}

static void inclusion_dates_and_publics(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        bool right;
    } dates[] = {{"2026-11-24", true}, {"2026-11-25", true}, {"2026-11-26", false}, {"2000-01-01", true},
                 {"1999-12-31", false}, {"2026-02-29", false}};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct directory_service v = a_service();
        struct directory_problems out = {0};
        v.date_maj = str_from(dates[i].date);
        directory_check_service(a, &v, today, &out);
        assert_int_equal(out.refused, !dates[i].right);
    }
    struct directory_service v = a_service();
    struct directory_problems out = {0};
    directory_set_add(&v.publics, directory_enum_find(ENUM_PUBLIC, STR("jeunes")));
    directory_set_add(&v.publics, directory_enum_find(ENUM_PUBLIC, STR("tous-publics")));
    directory_check_service(a, &v, today, &out);
    only(&out, "publics");
    assert_int_equal(directory_set_count(v.publics), 1);
}

static void zones(void **state)
{
    (void)state;
    struct directory_service v = a_service();
    struct directory_problems out = {0};
    const struct field *f = field_find(field_table(DIRECTORY_SERVICE), STR("zone_eligibilite"));
    field_read_cell(a, f, &v, STR("35|2A|974|35238|243500139|99100|france|Bretagne|1234"), &out);
    directory_check_service(a, &v, today, &out);
    assert_int_equal(v.zone_eligibilite.n, 7);
    assert_int_equal(out.n, 2);
}

/* As the national service counts: mean of what applies, rounded. */
static void quality(void **state)
{
    (void)state;
    struct directory_service v = a_service();
    v.date_maj = STR("2020-01-01");
    v.description = STR("Court.");
    assert_true(directory_quality(&v, today) == 0);
    char text[200];
    memset(text, 'a', sizeof text);
    v.description = (struct str){text, 200};
    v.date_maj = STR("2026-11-01");
    v.telephone = STR("+33261910011");
    v.adresse = STR("1 rue");
    directory_set_add(&v.frais, directory_enum_find(ENUM_FRAIS, STR("gratuit")));
    directory_set_add(&v.publics, 0);
    directory_set_add(&v.thematiques, 0);
    directory_set_add(&v.modes_accueil, directory_enum_find(ENUM_MODE_ACCUEIL, STR("en-presentiel")));
    directory_set_add(&v.modes_mobilisation, directory_enum_find(ENUM_MODE_MOBILISATION, STR("telephoner")));
    directory_set_add(&v.mobilisable_par, 0);
    assert_true(directory_quality(&v, today) == 1);
    v.telephone = STR_NONE; /* two of nine criteria */
    assert_true(directory_quality(&v, today) == 0.78);
    v.mobilisable_par = DIRECTORY_SET_NONE;
    assert_true(directory_quality(&v, today) == 0.72);
}

/* Worth 1 in all but what is tried: date and description, each one of nine criteria. */
static struct directory_service good_service(char *description, size_t length)
{
    struct directory_service v = a_service();
    memset(description, 'a', length);
    v.description = (struct str){description, length};
    v.date_maj = STR("2026-11-24");
    v.telephone = STR("+33261910011");
    v.adresse = STR("1 rue");
    directory_set_add(&v.frais, directory_enum_find(ENUM_FRAIS, STR("gratuit")));
    directory_set_add(&v.publics, 0);
    directory_set_add(&v.thematiques, 0);
    directory_set_add(&v.modes_accueil, directory_enum_find(ENUM_MODE_ACCUEIL, STR("en-presentiel")));
    directory_set_add(&v.modes_mobilisation, directory_enum_find(ENUM_MODE_MOBILISATION, STR("telephoner")));
    directory_set_add(&v.mobilisable_par, 0);
    return v;
}

/* Expected values: round(sum of round(criterion, 2) / 9, 2) with the national service's own arithmetic. `today` is
 * 2026-11-24. */
static void quality_of_dates(void **state)
{
    (void)state;
    static char text[300];
    static const struct {
        const char *date;
        double score;
    } cases[] = {
        {"2026-11-24", 1},    {"2026-11-25", 1},    /* tomorrow, overseas */
        {"2026-05-29", 1},    /* 179 days */
        {"2026-05-28", 0.89}, /* 180 days: neither before the limit nor after it */
        {"2026-05-27", 1},    /* 181 days: 549/550 is 1.00 */
        {"2026-05-24", 1},    /* 184 days: 0.99 */
        {"2026-02-01", 0.98}, /* 296 days: 0.79 */
        {"2025-08-23", 0.94}, /* 458 days: 0.49 */
        {"2024-11-25", 0.89}, /* 729 days: 1/550 is 0.00 */
        {"2024-11-24", 0.89}, /* 730 days */
        {"2001-01-01", 0.89},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct directory_service v = good_service(text, sizeof text);
        v.date_maj = str_from(cases[i].date);
        double got = directory_quality(&v, today);
        if (got != cases[i].score)
            fail_msg("%s: %.17g, not %.17g", cases[i].date, got, cases[i].score);
    }
    struct directory_service v = good_service(text, sizeof text);
    v.date_maj = STR("2001-01-01");
    v.record.source = STR("france-travail"); /* keeps its own dates: the criterion is left out */
    assert_true(directory_quality(&v, today) == 1);
}

static void quality_of_descriptions(void **state)
{
    (void)state;
    static char text[10001];
    static const struct {
        size_t length;
        double score;
    } cases[] = {{49, 0.89},  {50, 0.94},  {199, 0.94},  {200, 1},     {1999, 1},
                 {2000, 0.94}, {10000, 0.94}, {10001, 0.89}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct directory_service v = good_service(text, cases[i].length);
        if (directory_quality(&v, today) != cases[i].score)
            fail_msg("%zu: %.17g", cases[i].length, directory_quality(&v, today));
    }
}

/* Two decimals of the exact value; of two as near, the even one. Eight criteria make halves of hundredths. */
static void quality_is_rounded_to_the_even(void **state)
{
    (void)state;
    static char text[300];
    struct directory_service v = good_service(text, sizeof text);
    v.modes_accueil = DIRECTORY_SET_NONE; /* the address does not count any more: eight criteria */
    v.publics = DIRECTORY_SET_NONE;
    assert_true(directory_quality(&v, today) == 0.88); /* 7 of 8: 0.875 */
    v.thematiques = v.frais = DIRECTORY_SET_NONE;
    assert_true(directory_quality(&v, today) == 0.62); /* 5 of 8: 0.625 */
}

static void quality_of_fees_and_contacts(void **state)
{
    (void)state;
    static char text[300];
    struct directory_service v = good_service(text, sizeof text);
    v.frais = DIRECTORY_SET_NONE;
    directory_set_add(&v.frais, directory_enum_find(ENUM_FRAIS, STR("payant")));
    assert_true(directory_quality(&v, today) == 0.94); /* how much is not said */
    v.frais_precisions = STR("10 €");
    assert_true(directory_quality(&v, today) == 1);
    directory_set_add(&v.modes_mobilisation, directory_enum_find(ENUM_MODE_MOBILISATION, STR("envoyer-un-courriel")));
    assert_true(directory_quality(&v, today) == 0.9); /* ten criteria, no address to write to */
    v.courriel = STR("a@b.example");
    assert_true(directory_quality(&v, today) == 1);
    v.adresse = STR_NONE;
    assert_true(directory_quality(&v, today) == 0.9);
}

static void codes_of_the_official_list(void **state)
{
    (void)state;
    static const char *const right[] = {"01001", "19272", "2A004", "2B033", "21001", "35238", "75101", "69381", "13201",
                                        "95680", "97101", "97701", "97801", "98735", "98818", "98901"};
    static const char *const wrong[] = {"", "00100", "20004", "2C001", "96001", "97001", "97901", "98001", "99123", "3523",
                                        "352380", "3523A", "A5238", "2a004"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (!check_code_insee_cog(str_from(right[i])))
            fail_msg("%s", right[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (check_code_insee_cog(str_from(wrong[i])))
            fail_msg("%s", wrong[i]);
}

static void departements(void **state)
{
    (void)state;
    static const char *const cases[][3] = {{"35238", "", "35"},  {"2A004", "", "2A"}, {"97411", "", "974"},
                                           {"", "35000", "35"},  {"", "20200", "2B"}, {"", "20000", "2A"},
                                           {"", "97200", "972"}, {"", "", ""},        {"", "9720", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(str_eq(directory_departement(a, str_from(cases[i][0]), str_from(cases[i][1])), str_from(cases[i][2])));
}

static void fields_are_those_of_the_standards(void **state)
{
    (void)state;
    assert_int_equal(field_table(DIRECTORY_PLACE)->n, 32);
    assert_int_equal(field_table(DIRECTORY_STRUCTURE)->n, 20);
    assert_int_equal(field_table(DIRECTORY_SERVICE)->n, 33);
    for (int kind = 0; kind < 3; kind++) {
        const struct field_table *t = field_table((enum directory_kind)kind);
        for (size_t i = 0; i < t->n; i++) {
            assert_ptr_equal(field_find(t, str_from(t->fields[i].name)), &t->fields[i]);
            for (size_t k = 0; k < i; k++)
                assert_int_not_equal(t->fields[i].offset, t->fields[k].offset);
        }
    }
}

/* Any one field that changes changes the fingerprint; the rest of the record does not. */
static void fingerprints(void **state)
{
    (void)state;
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct directory_place p = a_place(), other;
    char first[33], second[33];
    fields_fingerprint(t, &p, first);
    other = a_place();
    other.record.id = STR("x");
    other.record.updated_at_ms = 5;
    other.structure_id = STR("y");
    fields_fingerprint(t, &other, second);
    assert_string_equal(first, second);
    for (size_t i = 0; i < t->n; i++) {
        static const char *const samples[] = {"1", "Gratuit", "Fixe", "Jeunes", "Surdité", "ASSO", "Se présenter", "À distance",
                                              "Aidants Connect", "ORDI 3.0", "Loisirs et créations numériques"};
        bool changed = false;
        for (size_t k = 0; k < sizeof samples / sizeof *samples && !changed; k++) {
            struct directory_problems out = {0};
            other = a_place();
            field_read_cell(a, &t->fields[i], &other, str_from(samples[k]), &out);
            if (out.n > 0)
                continue;
            fields_fingerprint(t, &other, second);
            changed = strcmp(first, second) != 0;
            assert_int_equal(changed, !field_equal(&t->fields[i], &p, &other));
        }
        if (!changed)
            fail_msg("%s never changes the fingerprint", t->fields[i].name);
    }
}

/* -- what is derived from a place: an export reads nothing else of it ------------------------------ */

static void fill(const struct field *f, struct directory_place *p)
{
    static const struct {
        const char *field, *value;
    } valid[] = {{"pivot", "55210055400013"}, {"date_maj", "2026-01-01"}, {"code_insee", "35238"}, {"code_postal", "35000"},
                 {"site_web", "https://lieu.example/"}, {"prise_rdv", "https://lieu.example/rdv"},
                 {"fiche_acces_libre", "https://acces.example/1"}};
    const char *value = f->name;
    if (f->kind == FIELD_SET || f->kind == FIELD_ONE)
        for (int i = 0; i < (f->kind == FIELD_ONE ? 1 : directory_enum(f->values)->n); i++)
            directory_set_add(field_at(f, p), i);
    else if (f->kind == FIELD_NUMBER)
        *(struct directory_number *)field_at(f, p) = (struct directory_number){true, 48};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        if (strcmp(f->name, valid[i].field) == 0)
            value = valid[i].value;
    if (f->kind != FIELD_SET && f->kind != FIELD_ONE && f->kind != FIELD_NUMBER)
        field_load_cell(a, f, p, str_from(value));
}

/* Without the field, is something else made? Then the field is read. */
static void assert_reads(const struct directory_place *full, const struct field *f)
{
    uint64_t bit = field_bit(field_table(DIRECTORY_PLACE), f);
    struct directory_place without = *full;
    const struct directory_place *of[] = {full, &without};
    char structures[2][33], services[2][33];
    field_clear(f, &without);
    for (int i = 0; i < 2; i++) {
        struct directory_structure s;
        struct directory_service v;
        inclusion_structure_of_place(a, of[i], &s);
        inclusion_service_of_place(a, of[i], STR_NONE, &v);
        fields_fingerprint(field_table(DIRECTORY_STRUCTURE), &s, structures[i]);
        fields_fingerprint(field_table(DIRECTORY_SERVICE), &v, services[i]);
    }
    if (strcmp(structures[0], structures[1]) != 0 && !(inclusion_structure_fields() & bit))
        fail_msg("a structure is made of %s too", f->name);
    if (strcmp(services[0], services[1]) != 0 && !(inclusion_service_fields() & bit))
        fail_msg("a service is made of %s too", f->name);
}

static void what_is_made_of_a_place_is_read(void **state)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct directory_place full = a_place();
    (void)state;
    full.record.updated_at_ms = INT64_C(1795680000000);
    for (size_t i = 0; i < t->n; i++)
        fill(&t->fields[i], &full);
    struct directory_place short_one = full; /* the summary counts when there is nothing longer */
    short_one.presentation_detail = STR_NONE;
    for (size_t i = 0; i < t->n; i++) {
        assert_reads(&full, &t->fields[i]);
        assert_reads(&short_one, &t->fields[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value),
        cmocka_unit_test(every_problem_in_one_pass),
        cmocka_unit_test(texts_are_normalised),
        cmocka_unit_test(lists_are_sorted_without_doubles),
        cmocka_unit_test(a_point_is_whole_and_in_france),
        cmocka_unit_test(a_long_summary_opens_the_presentation),
        cmocka_unit_test(unknown_pivot_is_fourteen_zeros),
        cmocka_unit_test(strict_hours),
        cmocka_unit_test(siret_key),
        cmocka_unit_test(inclusion_dates_and_publics),
        cmocka_unit_test(zones),
        cmocka_unit_test(quality),
        cmocka_unit_test(quality_of_dates),
        cmocka_unit_test(quality_of_descriptions),
        cmocka_unit_test(quality_is_rounded_to_the_even),
        cmocka_unit_test(quality_of_fees_and_contacts),
        cmocka_unit_test(codes_of_the_official_list),
        cmocka_unit_test(departements),
        cmocka_unit_test(fields_are_those_of_the_standards),
        cmocka_unit_test(fingerprints),
        cmocka_unit_test(what_is_made_of_a_place_is_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
