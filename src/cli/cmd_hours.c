/* balise hours: is it open? One expression in words, or many as JSON lines. */
#include <getopt.h>

#include "cli/cli.h"
#include "cli/hours_batch.h"

static void answer(void *ctx, struct arena *a, struct str line, struct buf *out)
{
    (void)ctx;
    hours_batch_line(a, line, clock_now_ms(), out);
}

static void print_str(const char *before, struct str s)
{
    printf("%s%.*s\n", before, STR_ARG(s));
}

static int run_one(struct arena *a, struct str expression, const struct hours_place *place, int64_t utc_ms,
                   enum hours_language lang)
{
    static const char *const fr[] = {"lundi   ", "mardi   ", "mercredi", "jeudi   ", "vendredi", "samedi  ", "dimanche"};
    static const char *const en[] = {"Monday   ", "Tuesday  ", "Wednesday", "Thursday ", "Friday   ", "Saturday ", "Sunday   "};
    struct hours *h = NULL;
    struct str why = STR_NONE;
    if (hours_parse(a, expression, &h, &why) != OK) {
        cli_error("%.*s", STR_ARG(why));
        return 1;
    }
    struct hours_now now = hours_at(h, place, utc_ms);
    print_str("", hours_now_words(a, &now, place, utc_ms, lang));
    print_str("", hours_sentence(a, h, lang));
    struct hours_day week[7];
    hours_week(h, place, a, zone_local(place->zone, utc_ms).date, week);
    for (int i = 0; i < 7; i++) {
        printf("  %s  %02d/%02d  %.*s", lang == HOURS_EN ? en[i] : fr[i], week[i].date.day, week[i].date.month,
               STR_ARG(hours_day_words(a, &week[i], lang)));
        if (week[i].holiday.n > 0)
            printf("  (%.*s)", STR_ARG(week[i].holiday));
        putchar('\n');
    }
    print_str("OSM : ", hours_format(a, h));
    return 0;
}

static bool parse_language(const char *s, enum hours_language *out)
{
    if (strcmp(s, "fr") == 0)
        *out = HOURS_FR;
    else if (strcmp(s, "en") == 0)
        *out = HOURS_EN;
    else if (strcmp(s, "falc") == 0)
        *out = HOURS_FALC;
    else
        return false;
    return true;
}

static int wrong_usage(const char *message)
{
    cli_error("%s", message);
    return 2;
}

int cmd_hours(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"at", required_argument, NULL, 'a'},   {"departement", required_argument, NULL, 'd'},
        {"lang", required_argument, NULL, 'l'}, {"batch", no_argument, NULL, 'b'},
        {NULL, 0, NULL, 0},
    };
    const char *at = NULL, *departement = "";
    enum hours_language lang = HOURS_FR;
    bool batch = false;
    optind = 1;
    opterr = 0; /* our own words, in French */
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'a')
            at = optarg;
        else if (c == 'd')
            departement = optarg;
        else if (c == 'b')
            batch = true;
        else if (c != 'l' || !parse_language(optarg, &lang))
            return wrong_usage("hours EXPRESSION --at 2026-11-22T10:00 [--departement 35] [--lang fr|en|falc] | --batch");
    }
    if (batch)
        return optind == argc ? cli_batch(answer, NULL) : wrong_usage("--batch lit des lignes JSON sur l’entrée standard, sans autre argument.");
    if (optind + 1 != argc)
        return wrong_usage("donnez une expression, entre guillemets : balise hours \"Mo-Fr 09:00-12:00\"");
    struct hours_place place;
    if (!hours_place_parse(str_from(departement), &place))
        return wrong_usage("ce département n’existe pas.");
    struct hours_moment moment = {.utc_ms = clock_now_ms()};
    if (at && !hours_moment_parse(str_from(at), &place, &moment))
        return wrong_usage("--at attend une date comme 2026-11-22T10:00.");
    return run_one(cli->arena, str_from(argv[optind]), &place, moment.utc_ms, lang);
}
