/* The address service's answer: any bytes. What is kept is a point of France for an address that was asked, or an address that is near
 * for a point; the remarks that a record has stay a list. And any text as the address of a service. */
#include "fuzz.h"

#include "base/json.h"
#include "modules/directory/geocoding/addresses.h"
#include "modules/directory/geocoding/points.h"
#include "outgoing/outgoing.h"

enum { QUERIES = 4 };

static void check_remarks(struct arena *a, struct str remarks)
{
    json_t *all = NULL;
    remarks = str_trim(remarks); /* spaces that are none for JSON */
    size_t before = json_parse(a, remarks, &all, NULL) == OK ? json_array_size(all) : 0;
    struct str after = geocode_remark(a, remarks, STR("48.2,-1.5"));
    if (json_parse(a, after, &all, NULL) == OK)
        expect(json_is_array(all) && json_array_size(all) == before + 1);
    else
        expect(remarks.n > 0);
}

static void check_near(struct arena *a, struct str text)
{
    struct geocode_near points[QUERIES] = {{{0, 0}, .answered = false}};
    struct str why = STR_NONE;
    enum err e = geocode_near_read(a, text, points, QUERIES, &why);
    expect(e == OK || (e == ERR_INVALID && why.n > 0));
    for (size_t i = 0; e == OK && i < QUERIES; i++) {
        struct geocode_said said = {.adresse = STR_NONE};
        expect(points[i].answered || !points[i].found);
        if (!points[i].found)
            continue;
        expect(points[i].distance_m >= 0 && points[i].distance_m <= GEOCODE_TOWN_M);
        expect(points[i].code_postal.n == 5 && points[i].code_insee.n == 5 && points[i].commune.n > 0);
        expect(str_is_utf8(points[i].adresse) && str_is_utf8(points[i].commune));
        expect(geocode_complete(a, &points[i], &said) && said.commune.n > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n}, why = STR_NONE;
    struct arena *a = arena_new(SIZE_MAX);
    struct geocode_query queries[QUERIES];
    struct geocode_answer answers[QUERIES] = {{0}};
    for (size_t i = 0; i < QUERIES; i++)
        expect(geocode_query_make(a, arena_printf(a, "%zu rue Haute", i), STR("35340"), STR("Liffré"), STR("35152"), &queries[i]));
    enum err e = geocode_read(a, text, queries, QUERIES, answers, &why);
    expect(e == OK || (e == ERR_INVALID && why.n > 0));
    for (size_t i = 0; e == OK && i < QUERIES; i++) {
        expect(answers[i].answered || !answers[i].found);
        if (!answers[i].found)
            continue;
        expect(geo_in_france(answers[i].point));
        expect(answers[i].score > 0.4 && answers[i].score <= 1);
        expect(str_is_utf8(answers[i].label) && str_is_utf8(answers[i].type) && str_is_utf8(answers[i].code_insee));
        expect(geocode_words(a, &answers[i]).n > 0);
    }
    check_near(a, text);
    check_remarks(a, text);
    if (outgoing_address_check(text, true, &why) == OK)
        expect(str_starts(text, STR("https://")) || str_starts(text, STR("http://")));
    outgoing_retry_after(text, 0);
    arena_free(a);
    return 0;
}
