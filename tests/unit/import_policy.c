/* Who wins, field by field: the table of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/directory/import/policy.h"

static const struct civil_date today = {2026, 11, 25};

static enum policy_fate fate(const struct policy *p, const char *field)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    return p->fates[field_find(t, str_from(field)) - t->fields];
}

static struct policy decide(const struct directory_place *before, struct directory_place *record, const char *chosen)
{
    struct policy p;
    struct str name = str_from(chosen);
    import_policy(DIRECTORY_PLACE, before, record, (struct str_list){&name, chosen ? 1 : 0}, today, &p);
    return p;
}

static struct directory_place dated(const char *date, const char *telephone)
{
    return (struct directory_place){.nom = STR("Lieu"), .date_maj = str_from(date), .telephone = str_from(telephone)};
}

static void one_value(void **state)
{
    static const struct {
        const char *had, *had_date, *says, *says_date, *chosen;
        enum policy_fate fate;
        const char *becomes;
    } cases[] = {
        {"+331", "2026-01-01", "+331", "2026-01-01", NULL, POLICY_SAME, "+331"},
        {"+331", "2026-01-01", "+332", "2026-02-01", NULL, POLICY_TAKEN, "+332"},
        {"+331", "2026-01-01", "+332", "2026-01-01", NULL, POLICY_TAKEN, "+332"},        /* the same day: the file is the last word */
        {"+331", "2026-01-01", "+332", "2025-12-31", NULL, POLICY_KEPT_FRESHER, "+331"},
        {NULL, "2026-01-01", "+332", "2025-12-31", NULL, POLICY_TAKEN, "+332"},          /* a value beats empty, even older */
        {"+331", "2026-01-01", NULL, "2026-02-01", NULL, POLICY_KEPT_VALUE, "+331"},
        {"+331", "2026-01-01", "+332", "1970-01-01", NULL, POLICY_TAKEN, "+332"},        /* nobody knows when: no proof of age */
        {"+331", "1970-01-01", "+332", "2020-01-01", NULL, POLICY_TAKEN, "+332"},
        {"+331", "2031-01-01", "+332", "2026-01-01", NULL, POLICY_TAKEN, "+332"},        /* a day to come proves nothing */
        {"+331", "2026-01-01", "+332", "2026-02-01", "telephone", POLICY_KEPT_CHOICE, "+331"},
        {NULL, "2026-01-01", "+332", "2026-02-01", "telephone", POLICY_KEPT_CHOICE, NULL}, /* emptied by a person */
        {"+331", "2026-01-01", "+332", "2026-02-01", "nom", POLICY_TAKEN, "+332"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct directory_place before = dated(cases[i].had_date, cases[i].had), record = dated(cases[i].says_date, cases[i].says);
        struct policy p = decide(&before, &record, cases[i].chosen);
        if (fate(&p, "telephone") != cases[i].fate || !str_eq(record.telephone, str_from(cases[i].becomes)))
            fail_msg("case %zu: fate %d, becomes \"%.*s\"", i, fate(&p, "telephone"), STR_ARG(record.telephone));
    }
}

static void hours_and_their_text_are_one(void **state)
{
    (void)state;
    struct directory_place before = dated("2026-01-01", NULL), record = before;
    before.horaires = STR("Mo-Fr 09:00-12:00");
    record.horaires_texte = STR("le matin, sauf exception");
    struct policy p = decide(&before, &record, NULL);
    assert_int_equal(fate(&p, "horaires"), POLICY_TAKEN); /* the old hours are not true any more */
    assert_int_equal(record.horaires.n, 0);
    record.horaires_texte = STR("le matin, sauf exception");
    p = decide(&before, &record, "horaires");
    assert_int_equal(fate(&p, "horaires"), POLICY_KEPT_CHOICE);
    assert_true(str_eq(record.horaires, STR("Mo-Fr 09:00-12:00")));
    assert_int_equal(record.horaires_texte.n, 0);
}

static void a_point_is_never_halved(void **state)
{
    (void)state;
    struct directory_place before = dated("2026-01-01", NULL), record = before;
    before.latitude = (struct directory_number){true, 48.1};
    before.longitude = (struct directory_number){true, -1.6};
    record.latitude = (struct directory_number){true, 47.2};
    record.longitude = (struct directory_number){true, -1.5};
    struct policy p = decide(&before, &record, "longitude");
    assert_int_equal(fate(&p, "latitude"), POLICY_KEPT_CHOICE);
    assert_true(record.latitude.value > 48 && record.longitude.value < -1.55);
}

/* A row of a workbook: `back` is what comes back when nobody touches it. */
static void a_row_that_a_person_corrected(void **state)
{
    enum { SAID = 1, SINCE = 2, UNDATED = 4, CHOSEN = 8 };
    static const struct {
        const char *had, *back, *says;
        unsigned with;
        enum policy_fate fate;
        const char *becomes;
    } cases[] = {
        {"+331", "+331", "+332", SAID, POLICY_TAKEN, "+332"},
        {"+331", "+331", NULL, SAID, POLICY_TAKEN, NULL},                       /* emptied */
        {"+331", "+331", "+332", SAID | CHOSEN, POLICY_TAKEN, "+332"},          /* the last person wins */
        {"+331", "+331", NULL, 0, POLICY_SAME, "+331"},                         /* no column */
        {"01 23", "+331", "+331", SAID, POLICY_SAME, "01 23"},                  /* untouched: as it is */
        {"01 23", "+331", "01 23", SAID | SINCE, POLICY_SAME, "01 23"},
        {"+331", "+331", "+332", SAID | SINCE, POLICY_KEPT_SINCE, "+331"},
        {"+331", "+331", NULL, SAID | SINCE, POLICY_KEPT_SINCE, "+331"},
        {"+331", "+331", "+332", SAID | UNDATED, POLICY_TAKEN, "+332"},
        {"+331", "+331", "+332", SAID | UNDATED | CHOSEN, POLICY_KEPT_CHOICE, "+331"},
        {"+331", "+331", NULL, SAID | UNDATED, POLICY_KEPT_VALUE, "+331"},
        {"01 23", "+331", "+331", SAID | UNDATED, POLICY_SAME, "01 23"},
    };
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    uint64_t phone = field_bit(t, field_find(t, STR("telephone")));
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct directory_place before = dated("2026-01-01", cases[i].had), back = dated("2026-01-01", cases[i].back);
        struct directory_place record = dated("2026-01-01", cases[i].says);
        struct policy_copy copy = {.said = cases[i].with & SAID ? phone : 0, .since = cases[i].with & SINCE ? phone : 0,
                                   .back = &back, .dated = !(cases[i].with & UNDATED)};
        struct str name = STR("telephone");
        struct policy p;
        import_policy_of_copy(DIRECTORY_PLACE, &before, &record, &copy, (struct str_list){&name, cases[i].with & CHOSEN ? 1 : 0}, today, &p);
        if (fate(&p, "telephone") != cases[i].fate || !str_eq(record.telephone, str_from(cases[i].becomes)))
            fail_msg("case %zu: fate %d, becomes \"%.*s\"", i, fate(&p, "telephone"), STR_ARG(record.telephone));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value),
        cmocka_unit_test(hours_and_their_text_are_one),
        cmocka_unit_test(a_point_is_never_halved),
        cmocka_unit_test(a_row_that_a_person_corrected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
