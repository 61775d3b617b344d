/* HSDS, the pure parts: identifiers, lists of terms, schedules from OSM hours and back. */
#include "base_check.h"

#include "base/json.h"
#include "modules/directory/hsds/hsds.h"

static struct arena *a;
static const struct civil_date today = {2026, 11, 24};

static void fresh(void)
{
    arena_free(a);
    a = arena_new(SIZE_MAX);
}

/* -- identifiers ---------------------------------------------------------------------------------- */

static const char *text_of(struct hsds_id id)
{
    char *text = arena_alloc(a, HSDS_ID_LEN + 1);
    hsds_id_text(id, text);
    return text;
}

static void identifiers_are_stable(void **state)
{
    (void)state;
    fresh();
    /* Written down once and for all: who keeps a copy must find it again tomorrow. */
    assert_string_equal(text_of(hsds_service_id(STR("essai--v1"))), "91f78861-16e0-5352-9930-1c2e729f4af4");
    assert_string_equal(text_of(hsds_organization_id(STR("essai--v1"))), "f20509a9-fae6-5c86-bac5-f595b43156be");
    struct hsds_term free_of_charge = {HSDS_FRAIS, directory_enum_find(ENUM_FRAIS, STR("gratuit")), false};
    assert_string_equal(text_of(hsds_term_id(free_of_charge)), "7b2a9dd9-b3c7-5198-8328-d3a86cdc7303");
}

static void identifiers_are_uuids_and_differ(void **state)
{
    (void)state;
    fresh();
    struct hsds_id service = hsds_service_id(STR("essai--v1")), back;
    struct hsds_id all[] = {service, hsds_service_id(STR("essai--v2")), hsds_organization_id(STR("essai--v1")),
                            hsds_service_at_location_id(service), hsds_id_child(service, "phone", 0),
                            hsds_id_child(service, "schedule", 0), hsds_id_child(service, "schedule", 1),
                            hsds_id_pair(service, hsds_term_id(hsds_term_at(0)))};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *text = text_of(all[i]);
        assert_int_equal(text[14], '5');
        assert_non_null(strchr("89ab", text[19]));
        assert_true(hsds_id_parse(str_from(text), &back) && hsds_id_compare(back, all[i]) == 0);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(hsds_id_compare(all[i], all[k]), 0);
    }
    assert_int_equal(hsds_id_compare(hsds_service_at_location_id(all[3]), service), 0);
    assert_false(hsds_id_parse(STR("6c4ad6b8-e63e-5490-8c9a-a9ac50681d5"), &back));
    assert_false(hsds_id_parse(STR("6c4ad6b8+e63e-5490-8c9a-a9ac50681d5c"), &back));
    assert_false(hsds_id_parse(STR("6c4ad6b8-e63e-5490-8c9a-a9ac50681dxc"), &back));
}

/* -- terms ---------------------------------------------------------------------------------------- */

static void terms_are_found_by_their_uuid(void **state)
{
    (void)state;
    fresh();
    size_t n = hsds_terms_count(), categories = 0;
    assert_true(n > 200);
    for (size_t i = 0; i < n; i++) {
        struct hsds_term t = hsds_term_at(i), found, parent;
        assert_true(hsds_term_find(str_from(text_of(hsds_term_id(t))), &found));
        assert_int_equal(found.taxonomy, t.taxonomy);
        assert_int_equal(found.row, t.row);
        assert_int_equal(found.category, t.category);
        categories += t.category;
        assert_int_equal(hsds_term_parent(t, &parent), t.taxonomy == HSDS_THEMATIQUES && !t.category);
        for (size_t k = 0; k < i; k++) /* `code` is unique in its table */
            assert_false(str_eq(hsds_term_code(t), hsds_term_code(hsds_term_at(k))));
    }
    assert_int_equal(categories, directory_enum(ENUM_CATEGORIE)->n);
    struct hsds_term none;
    assert_false(hsds_term_find(STR("00000000-0000-5000-8000-000000000000"), &none));
    assert_false(hsds_term_find(STR("gratuit"), &none));
}

/* -- schedules ------------------------------------------------------------------------------------ */

static const json_t *schedules_of(const char *osm, const char *code_insee)
{
    struct buf b;
    struct json_writer w;
    json_t *tree;
    buf_init(&b, SIZE_MAX);
    json_start(&w, &b);
    json_object_begin(&w);
    hsds_write_schedules(&w, a, "service", hsds_service_id(STR("essai--v1")), str_from(osm), str_from(code_insee), today);
    json_object_end(&w);
    assert_int_equal(json_parse(a, buf_str(&b), &tree, NULL), OK);
    buf_deinit(&b);
    return json_object_get(tree, "schedules");
}

/* "WEEKLY 1 MO,TU 09:00:00-12:00:00", one line each. */
static const char *rules_of(const json_t *schedules)
{
    struct str out = STR("");
    for (size_t i = 0; i < json_array_size(schedules); i++) {
        const json_t *o = json_array_get(schedules, i);
        struct str freq = json_get_str(o, "freq"), from = json_get_str(o, "dtstart"), to = json_get_str(o, "until");
        assert_true(json_get_str(o, "description").n > 0);
        if (freq.n > 0)
            out = arena_printf(a, "%.*s%.*s %lld %.*s %.*s-%.*s%s%.*s%s%.*s\n", STR_ARG(out), STR_ARG(freq),
                               (long long)json_integer_value(json_object_get(o, "interval")), STR_ARG(json_get_str(o, "byday")),
                               STR_ARG(json_get_str(o, "opens_at")), STR_ARG(json_get_str(o, "closes_at")), from.n ? " " : "",
                               STR_ARG(from), to.n ? "/" : "", STR_ARG(to));
    }
    return arena_cstr(a, out);
}

static void hours_become_rules(void **state)
{
    (void)state;
    static const struct {
        const char *osm, *rules;
    } cases[] = {
        {"Mo-Fr 09:00-12:00,14:00-17:00", "WEEKLY 1 MO,TU,WE,TH,FR 09:00:00-12:00:00\nWEEKLY 1 MO,TU,WE,TH,FR 14:00:00-17:00:00\n"},
        {"Mo-Fr 09:00-12:00; We off", "WEEKLY 1 MO,TU,TH,FR 09:00:00-12:00:00\n"},
        {"Mo-Fr 09:00-12:00; Fr 10:00-11:00", "WEEKLY 1 MO,TU,WE,TH 09:00:00-12:00:00\nWEEKLY 1 FR 10:00:00-11:00:00\n"},
        {"Sa[1] 10:00-12:00", "MONTHLY 1 1SA 10:00:00-12:00:00\n"},
        {"Sa[1,-1] 10:00-12:00", "MONTHLY 1 -1SA 10:00:00-12:00:00\nMONTHLY 1 1SA 10:00:00-12:00:00\n"},
        /* The ordinary Saturday is told; the first of the month is an exception, for the sentence. */
        {"Sa 09:00-12:00; Sa[1] off", "WEEKLY 1 SA 09:00:00-12:00:00\n"},
        {"Fr 22:00-02:00", "WEEKLY 1 FR 22:00:00-02:00:00\n"},
        {"24/7", "WEEKLY 1 MO,TU,WE,TH,FR,SA,SU 00:00:00-00:00:00\n"},
        {"Tu 17:00+", "WEEKLY 1 TU 17:00:00-\n"},
        {"Mo-Fr 09:00-12:00; PH off", "WEEKLY 1 MO,TU,WE,TH,FR 09:00:00-12:00:00\n"},
        {"Apr-Sep Mo-Fr 09:00-12:00", ""},
        {"Mo \"sur rendez-vous\"", ""},
        /* 2026 has a week 53: the alternation begins again after it. */
        {"week 1-53/2 Mo 09:00-12:00",
         "WEEKLY 2 MO 09:00:00-12:00:00 2021-01-04/2026-12-28\nWEEKLY 2 MO 09:00:00-12:00:00 2027-01-04/2032-12-27\n"},
        {"week 2-52/2 Tu,Th 14:00-17:00",
         "WEEKLY 2 TU,TH 14:00:00-17:00:00 2021-01-12/2026-12-24\nWEEKLY 2 TU,TH 14:00:00-17:00:00 2027-01-12/2032-12-23\n"},
        {"Mo 09:00-12:00; week 2-52/2 Mo off",
         "WEEKLY 2 MO 09:00:00-12:00:00 2021-01-04/2026-12-28\nWEEKLY 2 MO 09:00:00-12:00:00 2027-01-04/2032-12-27\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fresh();
        const json_t *schedules = schedules_of(cases[i].osm, "35238");
        const char *rules = rules_of(schedules);
        if (strcmp(rules, cases[i].rules) != 0)
            fail_msg("%s:\n%swanted:\n%s", cases[i].osm, rules, cases[i].rules);
        assert_true(json_array_size(schedules) > 0);
    }
    assert_null(schedules_of("", "35238"));
    assert_null(schedules_of("lundi matin ?", "35238"));
}

static void holidays_and_clocks_are_said(void **state)
{
    (void)state;
    fresh();
    const json_t *o = json_array_get(schedules_of("Mo-Fr 08:00-12:00; PH off", "97411"), 0);
    assert_true(str_find(json_get_str(o, "description"), STR("jours fériés"), 0) >= 0);
    assert_int_equal(json_integer_value(json_object_get(o, "timezone")), 4); /* La Réunion */
}

/* Each start of a series falls on one of its days, in a week of its parity. */
static void series_begin_on_their_days(void **state)
{
    (void)state;
    fresh();
    const json_t *schedules = schedules_of("week 2-52/2 We 09:00-12:00; week 1-53/2 Fr 14:00-17:00", "35238");
    assert_int_equal(json_array_size(schedules), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *o = json_array_get(schedules, i);
        bool wednesday = str_eq(json_get_str(o, "byday"), STR("WE"));
        struct civil_date start, end;
        assert_true(civil_parse(json_get_str(o, "dtstart"), &start));
        assert_true(civil_parse(json_get_str(o, "until"), &end));
        assert_int_equal(civil_weekday(start), wednesday ? 3 : 5);
        assert_int_equal(civil_iso_week(start) % 2, wednesday ? 0 : 1);
        for (int64_t d = civil_to_days(start); d <= civil_to_days(end); d += 14)
            assert_int_equal(civil_iso_week(civil_from_days(d)) % 2, wednesday ? 0 : 1);
    }
}

/* -- against the evaluation ----------------------------------------------------------------------- */

static bool happens(const struct hours_recurrence *r, struct civil_date d)
{
    int weekday = civil_weekday(d) - 1, from_start = (d.day - 1) / 7 + 1;
    struct civil_date next_month = {d.month == 12 ? d.year + 1 : d.year, d.month == 12 ? 1 : d.month + 1, 1};
    int from_end = (int)((civil_to_days(next_month) - 1 - civil_to_days(d)) / 7) + 1;
    if (!(r->days & 1u << weekday) || (r->nth > 0 && r->nth != from_start) || (r->nth < 0 && -r->nth != from_end))
        return false;
    return r->parity == 0 || civil_iso_week(d) % 2 == r->parity % 2;
}

/* Every span of the day, and no other. */
static bool same_day(const struct hours_recurrences *all, const struct hours_day *day)
{
    size_t found = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (!happens(&all->items[i], day->date))
            continue;
        bool there = false;
        for (size_t k = 0; k < day->n; k++)
            there |= day->spans[k].start == all->items[i].start && (day->spans[k].end == all->items[i].end || day->spans[k].open_end);
        if (!there)
            return false;
        found++;
    }
    return found == day->n;
}

/* When the rules say all of it, they say what is open on each day of two years. */
static bool rules_agree(struct str osm, bool *whole)
{
    struct hours *h;
    struct str why;
    struct hours_recurrences all;
    const struct hours_place rennes = hours_place_of_insee(STR("35238"));
    int64_t first = civil_to_days((struct civil_date){2026, 6, 1});
    *whole = false;
    if (hours_parse(a, osm, &h, &why) != OK)
        return true;
    hours_recur(a, h, &all);
    *whole = all.whole;
    for (int64_t d = first; d < first + 730 && all.whole; d++) {
        struct hours_day day = hours_on(h, &rennes, a, civil_from_days(d));
        if (!same_day(&all, &day)) {
            print_error("%.*s on %04d-%02d-%02d\n", STR_ARG(osm), day.date.year, day.date.month, day.date.day);
            return false;
        }
    }
    return true;
}

static void rules_say_what_is_open(void **state)
{
    (void)state;
    static const char *const osm[] = {"Mo-Fr 09:00-12:00,14:00-17:00", "Mo-Fr 09:00-12:00; We off", "Mo-Sa 09:00-18:00; Sa 09:00-12:00",
                                      "Sa[1,-1] 10:00-12:00", "week 1-53/2 Mo 09:00-12:00; week 2-52/2 Mo 14:00-17:00",
                                      "Mo 09:00-12:00; week 2-52/2 Mo off", "Fr 22:00-02:00", "Mo 09:00-12:00, Mo 14:00-17:00",
                                      "We 09:00-12:00; Sa[3] 10:00-12:00", "Mo-Su 10:00-18:00; Tu off; We 12:00-14:00"};
    bool whole;
    for (size_t i = 0; i < sizeof osm / sizeof *osm; i++) {
        fresh();
        assert_true(rules_agree(str_from(osm[i]), &whole));
        assert_true(whole);
    }
    /* Real values too, when they are there. */
    const char *shared = getenv("BALISE_SHARED");
    char path[512];
    (void)snprintf(path, sizeof path, "%s/data/hours/real-values.json", shared ? shared : "../shared");
    json_t *values = json_load_file(path, 0, NULL);
    size_t agreed = 0;
    for (size_t i = 0; i < json_array_size(values); i++) {
        fresh();
        assert_true(rules_agree(json_get_str(json_array_get(values, i), "h"), &whole));
        agreed += whole;
    }
    assert_true(!values || agreed > 500);
    json_decref(values);
}

static const char *read_back(const char *schedules)
{
    json_t *tree;
    assert_int_equal(json_parse(a, str_from(schedules), &tree, NULL), OK);
    return arena_cstr(a, hsds_read_schedules(a, tree, today));
}

static void rules_become_hours(void **state)
{
    (void)state;
    static const struct {
        const char *schedules, *osm;
    } cases[] = {
        {"[{\"freq\":\"WEEKLY\",\"byday\":\"MO,TU,WE\",\"opens_at\":\"09:00Z\",\"closes_at\":\"12:00Z\"},"
         "{\"byday\":\"MO,TU,WE\",\"opens_at\":\"14:00:00+01:00\",\"closes_at\":\"17:00:00\"}]",
         "Mo-We 09:00-12:00,14:00-17:00"},
        {"[{\"freq\":\"WEEKLY\",\"byday\":\"FR\",\"opens_at\":\"22:00\",\"closes_at\":\"02:00\"}]", "Fr 22:00-02:00"},
        {"[{\"freq\":\"WEEKLY\",\"byday\":\"FR\",\"opens_at\":\"17:00\"}]", "Fr 17:00+"},
        {"[{\"freq\":\"MONTHLY\",\"byday\":\"1SA,-1SA\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"}]", "Sa[1] 10:00-12:00, Sa[-1] 10:00-12:00"},
        {"[{\"freq\":\"WEEKLY\",\"interval\":2,\"dtstart\":\"2026-11-23\",\"byday\":\"MO\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"}]",
         "week 2-52/2 Mo 10:00-12:00"},
        {"[{\"byday\":\"MO\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\",\"valid_to\":\"2020-01-01\"},"
         "{\"byday\":\"TU\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"}]",
         "Tu 10:00-12:00"},
        {"[{\"byday\":\"MO\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\",\"valid_from\":\"2026-01-05\",\"valid_to\":\"2026-12-14\"}]",
         "2026 Jan 05-2026 Dec 14 Mo 10:00-12:00"},
        /* No rule of ours: the words, which are no hours. */
        {"[{\"freq\":\"MONTHLY\",\"bymonthday\":\"15\",\"opens_at\":\"10:00\",\"description\":\"Le 15 du mois\"}]", "Le 15 du mois"},
        {"[{\"description\":\"Sur rendez-vous\"},{\"description\":\"Sur rendez-vous\"}]", "Sur rendez-vous"},
        {"[{\"byday\":\"XX\",\"opens_at\":\"10:00\"}]", ""},
        {"[{\"byday\":\"MO\",\"opens_at\":\"25:00\"}, 3, null, []]", ""},
        {"[]", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fresh();
        const char *got = read_back(cases[i].schedules);
        if (strcmp(got, cases[i].osm) != 0)
            fail_msg("%s: %s, wanted %s", cases[i].schedules, got, cases[i].osm);
    }
}

/* What is only made of rules comes back as it was. */
static void rules_come_back(void **state)
{
    (void)state;
    static const char *const osm[] = {"Mo-Fr 09:00-12:00,14:00-17:00", "Mo,Th 09:00-12:00; Tu,We 14:00-18:30; Sa 10:00-12:00",
                                      "Sa[1] 10:00-12:00", "week 1-53/2 Mo 09:00-12:00", "Fr 22:00-02:00", "Tu 17:00+",
                                      "We 09:00-12:00; Sa[3] 10:00-12:00"};
    for (size_t i = 0; i < sizeof osm / sizeof *osm; i++) {
        fresh();
        struct str back = hsds_read_schedules(a, schedules_of(osm[i], "35238"), today);
        if (!str_eq(back, str_from(osm[i])))
            fail_msg("%s came back as %.*s", osm[i], STR_ARG(back));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identifiers_are_stable),        cmocka_unit_test(identifiers_are_uuids_and_differ),
        cmocka_unit_test(terms_are_found_by_their_uuid), cmocka_unit_test(hours_become_rules),
        cmocka_unit_test(holidays_and_clocks_are_said),  cmocka_unit_test(series_begin_on_their_days),
        cmocka_unit_test(rules_say_what_is_open),
        cmocka_unit_test(rules_become_hours),            cmocka_unit_test(rules_come_back),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
