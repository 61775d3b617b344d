/* The JSON lines of `balise hours --batch`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/hours_batch.h"

static void answers(const char *line, const char *expected)
{
    struct arena *a = arena_new(1u << 20);
    struct buf out;
    buf_init(&out, 1u << 20);
    hours_batch_line(a, str_from(line), INT64_C(1795510800000), &out); /* 2026-11-24 10:00 in Paris */
    struct str got = buf_str(&out);
    if (!str_eq(got, str_from(expected)))
        fail_msg("%s\n  gives %.*s\n  not   %s", line, STR_ARG(got), expected);
    buf_deinit(&out);
    arena_free(a);
}

static void states(void **state)
{
    (void)state;
    answers("{\"expression\":\"Mo-Fr 09:00-12:00\",\"at\":\"2026-11-24T10:00\",\"departement\":\"35\"}",
            "{\"state\":\"open\",\"comment\":null,\"next_change\":\"2026-11-24T12:00\"}");
    answers("{\"expression\":\"Sa 10:00-12:00 \\\"sur rendez-vous\\\"\",\"at\":\"2026-11-28T10:00:00\"}",
            "{\"state\":\"unknown\",\"comment\":\"sur rendez-vous\",\"next_change\":\"2026-11-28T12:00:00\"}");
    answers("{\"expression\":\"24/7\",\"departement\":null}", "{\"state\":\"open\",\"comment\":null,\"next_change\":null}");
    answers("{\"expression\":\"Mo-Sa 09:00-12:00; PH off\",\"at\":\"2026-12-26T10:00\",\"departement\":\"67\"}",
            "{\"state\":\"closed\",\"comment\":null,\"next_change\":\"2026-12-28T09:00\"}");
    answers("{\"expression\":\"24/7\",\"departement\":1}", "{\"state\":\"open\",\"comment\":null,\"next_change\":null}");
    answers("{\"expression\":\"24/7\",\"departement\":\"2b\"}", "{\"state\":\"open\",\"comment\":null,\"next_change\":null}");
    answers("{\"expression\":\"Mo-Fr 09:00-12:00\"}", "{\"state\":\"open\",\"comment\":null,\"next_change\":\"2026-11-24T12:00\"}");
    /* With a zone in, with a zone out; 10:00 in Paris is 13:00 in La Réunion. */
    answers("{\"expression\":\"Mo-Fr 09:00-14:00\",\"at\":\"2026-11-24T09:00:00Z\",\"departement\":\"974\"}",
            "{\"state\":\"open\",\"comment\":null,\"next_change\":\"2026-11-24T14:00:00+04:00\"}");
    answers("{\"expression\":\"Tu 09:00-14:00\",\"at\":\"2026-11-24T10:00:00+01:00\"}",
            "{\"state\":\"open\",\"comment\":null,\"next_change\":\"2026-11-24T14:00:00+01:00\"}");
    answers("{\"expression\":\"Tu 09:00-14:00\",\"at\":\"2026-11-24\",\"departement\":\"2A004\"}",
            "{\"state\":\"closed\",\"comment\":null,\"next_change\":\"2026-11-24T09:00\"}");
}

static void refusals(void **state)
{
    (void)state;
    answers("{\"expression\":\"Sa 17:00\"}",
            "{\"error\":\"Caractère 4, « 17:00 » : c’est une heure seule, il faut un début et une fin, comme "
            "09:00-12:00.\"}");
    answers("{\"expression\":\"Mo \\\"x\",\"at\":\"2026-11-24T10:00\"}",
            "{\"error\":\"Caractère 4, « \\\"x » : le guillemet n’est pas fermé.\"}");
    answers("{}", "{\"error\":\"Aucun horaire n’est écrit.\"}");
    answers("[]", "{\"error\":\"Chaque ligne est un objet JSON.\"}");
    answers("{\"expression\":12}", "{\"error\":\"« expression », « at » et « departement » sont des textes.\"}");
    answers("{\"expression\":\"24/7\",\"departement\":\"96\"}", "{\"error\":\"Ce département n’existe pas.\"}");
    answers("{\"expression\":\"24/7\",\"departement\":\"979\"}", "{\"error\":\"Ce département n’existe pas.\"}");
    answers("{\"expression\":\"24/7\",\"departement\":\"é\"}", "{\"error\":\"Ce département n’existe pas.\"}");
    static const char *const dates[] = {"2026-02-30T10:00", "2026-11-24T25:00", "2026-11-24T10", "10:00",
                                        "2026-11-24x10:00", "2026-11-24T10:00:00:00", "2026-11-24T10:00 demain"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char line[200];
        (void)snprintf(line, sizeof line, "{\"expression\":\"24/7\",\"at\":\"%s\"}", dates[i]);
        answers(line, "{\"error\":\"La date « at » s’écrit comme 2026-11-22T10:00.\"}");
    }
}

static void broken_json(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 20);
    struct buf out;
    buf_init(&out, 1u << 20);
    hours_batch_line(a, STR("{\"expression\":"), 0, &out);
    assert_true(str_starts(buf_str(&out), STR("{\"error\":\"")));
    buf_deinit(&out);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states),
        cmocka_unit_test(refusals),
        cmocka_unit_test(broken_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
