/* The tables of values: complete, without doubles, in the published order, all labelled, all mapped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "modules/directory/model.h"

static const struct {
    enum directory_enum_id id;
    int n;
} sizes[] = {
    {ENUM_SERVICE_LAMEDNUM, 9}, {ENUM_PUBLIC_ADRESSE, 5}, {ENUM_PRISE_EN_CHARGE, 7}, {ENUM_FRAIS_LAMEDNUM, 3},
    {ENUM_ITINERANCE, 2},       {ENUM_DISPOSITIF, 11},    {ENUM_FORMATION_LABEL, 10}, {ENUM_ACCES, 6},
    {ENUM_ACCOMPAGNEMENT, 4},   {ENUM_TYPOLOGIE, 92},     {ENUM_THEMATIQUE, 69},      {ENUM_CATEGORIE, 16},
    {ENUM_FRAIS, 2},            {ENUM_PUBLIC, 14},        {ENUM_MODE_ACCUEIL, 2},     {ENUM_MODE_MOBILISATION, 4},
    {ENUM_PERSONNE_MOBILISATRICE, 2}, {ENUM_TYPE_SERVICE, 6}, {ENUM_RESEAU_PORTEUR, 108}, {ENUM_FAMILLE, 16},
    {ENUM_BESOIN, 8},
};

static void sizes_are_those_of_the_standards(void **state)
{
    (void)state;
    assert_int_equal(sizeof sizes / sizeof *sizes, ENUM_COUNT);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_int_equal(directory_enum(sizes[i].id)->n, sizes[i].n);
}

static void no_value_twice_and_found_by_its_word(void **state)
{
    (void)state;
    for (int id = 0; id < ENUM_COUNT; id++) {
        const struct directory_enum *e = directory_enum((enum directory_enum_id)id);
        for (int i = 0; i < e->n; i++)
            assert_int_equal(directory_enum_find((enum directory_enum_id)id, str_from(e->values[i].value)), i);
        assert_int_equal(directory_enum_find((enum directory_enum_id)id, STR("pas une valeur")), -1);
        assert_int_equal(directory_enum_find((enum directory_enum_id)id, STR_NONE), -1);
    }
}

/* Words in French order, slugs in the order of their bytes. */
static void rows_are_in_the_published_order(void **state)
{
    (void)state;
    for (int id = 0; id < ENUM_FAMILLE; id++) {
        const struct directory_enum *e = directory_enum((enum directory_enum_id)id);
        int (*compare)(struct str, struct str) = id < ENUM_THEMATIQUE ? text_compare : str_cmp;
        for (int i = 1; i < e->n; i++)
            if (compare(str_from(e->values[i - 1].value), str_from(e->values[i].value)) >= 0)
                fail_msg("%s: \"%s\" comes before \"%s\"", e->name, e->values[i].value, e->values[i - 1].value);
    }
}

static void every_value_is_labelled(void **state)
{
    (void)state;
    for (int id = 0; id < ENUM_COUNT; id++) {
        const struct directory_enum *e = directory_enum((enum directory_enum_id)id);
        for (int i = 0; i < e->n; i++) {
            const struct directory_value *v = &e->values[i];
            const char *const texts[] = {v->fr, v->en, v->falc};
            for (int k = 0; k < 3; k++) {
                assert_non_null(texts[k]);
                struct str t = str_from(texts[k]);
                assert_true(t.n > 0 && t.n == str_trim(t).n && str_is_utf8(t));
                assert_true(str_length(t) <= 90);
                assert_int_equal(str_find_char(t, '\'', 0), -1); /* typographic apostrophes on screen */
            }
            assert_true(str_find_char(str_from(v->value), '|', 0) < 0);
        }
    }
}

static void parents_exist(void **state)
{
    (void)state;
    const struct directory_enum *themes = directory_enum(ENUM_THEMATIQUE);
    for (int i = 0; i < themes->n; i++) {
        struct str value = str_from(themes->values[i].value);
        struct str category = str_sub(value, 0, (size_t)str_find(value, STR("--"), 0));
        assert_int_equal(themes->values[i].parent, directory_enum_find(ENUM_CATEGORIE, category));
        assert_true(themes->values[i].parent >= 0);
    }
    static const enum directory_enum_id grouped[] = {ENUM_TYPOLOGIE, ENUM_RESEAU_PORTEUR};
    for (int g = 0; g < 2; g++)
        for (int i = 0; i < directory_enum(grouped[g])->n; i++) {
            int parent = directory_enum_value(grouped[g], i)->parent;
            assert_true(parent >= 0 && parent < directory_enum(ENUM_FAMILLE)->n);
        }
}

static struct directory_set one(enum directory_enum_id id, int i)
{
    (void)id;
    struct directory_set s = DIRECTORY_SET_NONE;
    directory_set_add(&s, i);
    return s;
}

static bool has(enum directory_enum_id id, struct directory_set s, const char *value)
{
    int row = directory_enum_find(id, str_from(value));
    assert_true(row >= 0);
    return directory_set_has(s, row);
}

static void mapping_is_total(void **state)
{
    (void)state;
    for (int i = 0; i < 9; i++)
        assert_false(directory_set_empty(directory_themes_of_services(one(ENUM_SERVICE_LAMEDNUM, i))));
    for (int i = 0; i < 3; i++)
        assert_int_equal(directory_set_count(directory_frais_of_place(one(ENUM_FRAIS_LAMEDNUM, i))), 1);
    for (int i = 0; i < 5; i++) {
        struct directory_place p = {.publics_specifiquement_adresses = one(ENUM_PUBLIC_ADRESSE, i)};
        assert_int_equal(directory_set_count(directory_publics_of_place(&p)), 1);
        assert_false(has(ENUM_PUBLIC, directory_publics_of_place(&p), "tous-publics"));
    }
    for (int i = 0; i < 4; i++) {
        struct directory_place p = {.modalites_accompagnement = one(ENUM_ACCOMPAGNEMENT, i)};
        assert_int_equal(directory_set_count(directory_type_of_place(&p)), 1);
    }
}

static void mapping_is_the_national_one(void **state)
{
    (void)state;
    struct directory_place p = {0};
    assert_true(has(ENUM_PUBLIC, directory_publics_of_place(&p), "tous-publics"));
    directory_set_add(&p.services, directory_enum_find(ENUM_SERVICE_LAMEDNUM, STR("Aide aux démarches administratives")));
    struct directory_set themes = directory_themes_of_services(p.services);
    assert_int_equal(directory_set_count(themes), 2);
    assert_true(has(ENUM_THEMATIQUE, themes, "numerique--acceder-a-des-services-en-ligne"));
    assert_true(has(ENUM_THEMATIQUE, themes,
                    "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives"));
    directory_set_add(&p.prise_en_charge_specifique, directory_enum_find(ENUM_PRISE_EN_CHARGE, STR("Surdité")));
    directory_set_add(&p.prise_en_charge_specifique, directory_enum_find(ENUM_PRISE_EN_CHARGE, STR("Illettrisme")));
    assert_int_equal(directory_set_count(directory_publics_of_place(&p)), 1);
    assert_true(has(ENUM_PUBLIC, directory_publics_of_place(&p), "personnes-en-situation-de-handicap"));
    p.telephone = STR("+33261910011");
    p.prise_rdv = STR("https://rdv.example.org/");
    assert_true(has(ENUM_MODE_MOBILISATION, directory_mobilisation_of_place(&p), "telephoner"));
    assert_true(has(ENUM_MODE_MOBILISATION, directory_mobilisation_of_place(&p), "utiliser-lien-mobilisation"));
    directory_set_add(&p.modalites_acces, directory_enum_find(ENUM_ACCES, STR("Se présenter")));
    assert_int_equal(directory_set_count(directory_mobilisation_of_place(&p)), 1);
    directory_set_add(&p.modalites_accompagnement, directory_enum_find(ENUM_ACCOMPAGNEMENT, STR("À distance")));
    assert_int_equal(directory_set_count(directory_modes_accueil_of_place(&p)), 2);
    assert_true(has(ENUM_TYPE_SERVICE, directory_type_of_place(&p), "accompagnement"));
    directory_set_add(&p.modalites_accompagnement, directory_enum_find(ENUM_ACCOMPAGNEMENT, STR("En autonomie")));
    assert_true(has(ENUM_TYPE_SERVICE, directory_type_of_place(&p), "aide-materielle"));
    directory_set_add(&p.dispositif_programmes_nationaux, directory_enum_find(ENUM_DISPOSITIF, STR("France Services")));
    assert_true(has(ENUM_RESEAU_PORTEUR, directory_reseaux_of_place(&p), "france-service"));
}

static void both_spellings_of_la_poste(void **state)
{
    (void)state;
    int row = directory_enum_find(ENUM_FORMATION_LABEL, STR("Étapes numériques (La Poste)"));
    assert_true(row >= 0);
    assert_int_equal(row, directory_enum_find(ENUM_FORMATION_LABEL, STR("Étapes numériques(La Poste)")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_those_of_the_standards), cmocka_unit_test(no_value_twice_and_found_by_its_word),
        cmocka_unit_test(rows_are_in_the_published_order), cmocka_unit_test(every_value_is_labelled),
        cmocka_unit_test(parents_exist),                    cmocka_unit_test(mapping_is_total),
        cmocka_unit_test(mapping_is_the_national_one),      cmocka_unit_test(both_spellings_of_la_poste),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
