/* The JSON lines of `balise normalize --batch`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/normalize_batch.h"

static void answers(const char *line, const char *expected)
{
    struct arena *a = arena_new(1u << 20);
    struct buf out;
    buf_init(&out, 1u << 20);
    normalize_batch_line(a, str_from(line), &out);
    struct str got = buf_str(&out);
    if (!str_eq(got, str_from(expected)))
        fail_msg("%s\n  gives %.*s\n  not   %s", line, STR_ARG(got), expected);
    buf_deinit(&out);
    arena_free(a);
}

static void values(void **state)
{
    (void)state;
    answers("{\"field\":\"telephone\",\"value\":\"+33299000000\"}", "{\"value\":\"+33299000000\",\"rules\":[]}");
    answers("{\"field\":\"code_postal\",\"value\":1000}", "{\"value\":\"01000\",\"rules\":[\"code_postal.zero_initial\"]}");
    answers("{\"field\":\"commune\",\"value\":\"ROUBAIX\",\"context\":{\"code_postal\":59100}}",
            "{\"value\":\"Roubaix\",\"rules\":[\"commune.nom_officiel\"]}");
    answers("{\"field\":\"code_insee\",\"value\":null,\"context\":{\"commune\":\"Roubaix\",\"code_postal\":\"59100\"}}",
            "{\"value\":\"59512\",\"rules\":[\"code_insee.deduit\"]}");
    answers("{\"field\":\"voie\",\"value\":null}", "{\"value\":null,\"rules\":[]}");
    answers("{\"field\":\"localisation\",\"value\":{\"latitude\":48.1173,\"longitude\":-1.6778}}",
            "{\"value\":{\"latitude\":48.1173,\"longitude\":-1.6778},\"rules\":[]}");
    answers("{\"field\":\"frais\",\"value\":\"gratuit-sous-conditions\"}",
            "{\"value\":\"gratuit\",\"rules\":[\"liste.ancien_vocabulaire\"]}");
    answers("{\"field\":\"horaires\",\"value\":\"du lundi au vendredi de 9h à 12h\"}",
            "{\"value\":\"Mo-Fr 09:00-12:00\",\"rules\":[\"horaires.francais\"]}");
    answers("{\"field\":\"horaires\",\"value\":[\"9h-12h\",\"\",\"\",\"\",\"\",\"\",\"\"]}",
            "{\"value\":\"Mo 09:00-12:00\",\"rules\":[\"horaires.par_jour\"]}");
}

/* Several values: an array for a list, one text for addresses. */
static void several(void **state)
{
    (void)state;
    answers("{\"field\":\"frais_a_charge\",\"value\":\"payant, gratuit\"}",
            "{\"value\":[\"Gratuit\",\"Payant\"],\"rules\":[\"liste.separateur\",\"liste.ecriture\"]}");
    answers("{\"field\":\"frais_a_charge\",\"value\":[\"payant\",\"troc\"]}",
            "{\"value\":[\"Payant\"],\"rules\":[\"liste.ecriture\",\"liste.inconnu\"],\"left\":[\"troc\"]}");
    answers("{\"field\":\"services\",\"value\":[]}", "{\"value\":[],\"rules\":[]}");
    answers("{\"field\":\"courriels\",\"value\":\"a@x.example|b@x.example\"}",
            "{\"value\":[\"a@x.example\",\"b@x.example\"],\"rules\":[]}");
    answers("{\"field\":\"courriel\",\"value\":\"a@x.example|b@x.example\"}",
            "{\"value\":\"a@x.example|b@x.example\",\"rules\":[]}");
    answers("{\"field\":\"typologie\",\"value\":\"\",\"context\":{\"nom\":\"CCAS de Bruz\"}}",
            "{\"value\":[\"CCAS\"],\"rules\":[\"typologie.nom\"]}");
}

static void addresses(void **state)
{
    (void)state;
    answers("{\"field\":\"adresse\",\"value\":{\"voie\":\"8 rue de la Boétie - 33000 Bordeaux\",\"commune\":\"Bordeaux\"}}",
            "{\"value\":{\"voie\":\"8 rue de la Boétie\",\"commune\":\"Bordeaux\",\"code_postal\":\"33000\",\"code_insee\":\"33063\"},"
            "\"rules\":[\"voie.code_postal\",\"code_postal.de_l_adresse\",\"code_insee.deduit\"]}");
    answers("{\"field\":\"adresse\",\"value\":{\"voie\":\"1 rue Haute\",\"commune\":\"Nullepart\",\"code_insee\":\"96001\"}}",
            "{\"value\":{\"voie\":\"1 rue Haute\",\"commune\":\"Nullepart\",\"code_postal\":null,\"code_insee\":null},"
            "\"rules\":[],\"left\":[\"96001\"]}");
    answers("{\"field\":\"adresse\",\"value\":{\"voie\":[1]}}",
            "{\"error\":\"Les parties d’une adresse sont des textes ou des nombres.\"}");
}

static void refusals(void **state)
{
    (void)state;
    answers("[]", "{\"error\":\"Chaque ligne est un objet JSON.\"}");
    answers("{\"value\":1}", "{\"error\":\"« field » est le nom d’un champ, par exemple « telephone ».\"}");
    answers("{\"field\":\"couleur\",\"value\":\"bleu\"}", "{\"error\":\"Ce champ n’existe dans aucun des deux standards.\"}");
    answers("{\"field\":\"voie\",\"value\":{\"a\":1}}", "{\"error\":\"« value » est un texte, un nombre ou une liste de textes.\"}");
    answers("{\"field\":\"services\",\"value\":[{}]}", "{\"error\":\"« value » est un texte, un nombre ou une liste de textes.\"}");
    answers("{\"field\":\"voie\",\"value\":\"1 rue Haute\",\"context\":3}",
            "{\"error\":\"« context » est un objet dont les valeurs sont des textes ou des nombres.\"}");
    answers("{\"field\":\"publics\",\"value\":\"adultes\"}",
            "{\"error\":\"Cette valeur d’un ancien vocabulaire n’a plus d’équivalent : choisissez-en une de la liste, ou ne dites rien.\"}");
    answers("{\"field\":\"horaires\",\"value\":\"demander à la gardienne\"}",
            "{\"error\":\"Ces horaires ne se comprennent pas sans deviner : écrivez les jours et les heures, par exemple « lundi au "
            "vendredi 9h-12h / 14h-17h ».\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values), cmocka_unit_test(several), cmocka_unit_test(addresses), cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
