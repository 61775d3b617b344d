/* Opening hours: parsing, evaluation, holidays, words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hours/hours.h"

static struct arena *arena;
static const struct hours_place rennes = {ZONE_PARIS, "35"};
static const struct hours_place strasbourg = {ZONE_PARIS, "67"};
static const struct hours_place nowhere = {ZONE_PARIS, ""};
static const struct hours_place saint_denis = {ZONE_REUNION, "974"};

static int setup(void **state)
{
    (void)state;
    arena = arena_new(64u << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *c(struct str s)
{
    return arena_cstr(arena, s);
}

static struct hours *parse(const char *text)
{
    struct hours *h = NULL;
    struct str why = STR_NONE;
    if (hours_parse(arena, str_from(text), &h, &why) != OK)
        fail_msg("%s: %s", text, c(why));
    return h;
}

static const char *refusal(const char *text)
{
    struct hours *h = NULL;
    struct str why = STR_NONE;
    if (hours_parse(arena, str_from(text), &h, &why) != ERR_INVALID)
        fail_msg("accepted: %s", text);
    assert_null(h);
    return c(why);
}

/* "2026-11-24 10:00" on the place's clocks. */
static int64_t at(const struct hours_place *place, const char *local)
{
    struct civil_time t = {0};
    if (sscanf(local, "%d-%d-%d %d:%d", &t.date.year, &t.date.month, &t.date.day, &t.hour, &t.minute) != 5)
        fail_msg("bad date: %s", local);
    return zone_to_utc_ms(place->zone, t);
}

static const char *local(const struct hours_place *place, int64_t utc_ms)
{
    struct civil_time t = zone_local(place->zone, utc_ms);
    return c(arena_printf(arena, "%04d-%02d-%02d %02d:%02d", t.date.year, t.date.month, t.date.day, t.hour, t.minute));
}

/* "open → 2026-11-24 12:00 closed", in one line. */
static const char *look(const struct hours_place *place, const char *text, const char *when)
{
    static const char *const names[] = {"closed", "open", "unknown"};
    struct hours_now now = hours_at(parse(text), place, at(place, when));
    if (!now.has_next)
        return names[now.state];
    return c(arena_printf(arena, "%s → %s %s", names[now.state], local(place, now.next_ms), names[now.next_state]));
}

static const char *say(const struct hours_place *place, const char *text, const char *when, enum hours_language lang)
{
    int64_t ms = at(place, when);
    struct hours_now now = hours_at(parse(text), place, ms);
    return c(hours_now_words(arena, &now, place, ms, lang));
}

static const char *day(const struct hours_place *place, const char *text, const char *date, enum hours_language lang)
{
    struct civil_date d;
    assert_true(civil_parse(str_from(date), &d));
    struct hours_day day = hours_on(parse(text), place, arena, d);
    return c(hours_day_words(arena, &day, lang));
}

#define IS(actual, expected) assert_string_equal((actual), (expected))

/* ---- evaluation: ordinary values ---- */

static void ordinary_week(void **state)
{
    (void)state;
    const char *h = "Mo-Fr 09:00-12:00,14:00-18:30; Sa 09:00-12:00";
    IS(look(&rennes, h, "2026-11-24 10:00"), "open → 2026-11-24 12:00 closed");
    IS(look(&rennes, h, "2026-11-24 12:00"), "closed → 2026-11-24 14:00 open");
    IS(look(&rennes, h, "2026-11-24 08:59"), "closed → 2026-11-24 09:00 open");
    IS(look(&rennes, h, "2026-11-24 09:00"), "open → 2026-11-24 12:00 closed");
    IS(look(&rennes, h, "2026-11-28 12:30"), "closed → 2026-11-30 09:00 open");
    IS(look(&rennes, "Mo-Fr 08:30-12:00; We off", "2026-11-25 09:00"), "closed → 2026-11-26 08:30 open");
    IS(look(&rennes, "Mo-Fr 10:00-16:00; We 12:00-18:00", "2026-11-25 11:00"), "closed → 2026-11-25 12:00 open");
    IS(look(&rennes, "Fr-Mo 10:00-11:00", "2026-11-24 11:00"), "closed → 2026-11-27 10:00 open");
    IS(look(&rennes, "08:30-11:30; Th 08:30-11:30,14:00-16:30", "2026-11-26 12:00"), "closed → 2026-11-26 14:00 open");
}

static void always_and_never(void **state)
{
    (void)state;
    IS(look(&rennes, "24/7", "2026-11-24 10:00"), "open");
    IS(look(&rennes, "Mo-Su 00:00-24:00", "2026-11-24 10:00"), "open");
    IS(look(&rennes, "off", "2026-11-24 10:00"), "closed");
    IS(look(&rennes, "24/7 closed \"travaux\"", "2026-11-24 10:00"), "closed");
    IS(look(&rennes, "\"sur rendez-vous\"", "2026-11-24 10:00"), "unknown");
    IS(look(&rennes, "24/7; PH off", "2026-11-10 10:00"), "open → 2026-11-11 00:00 closed");
    IS(look(&rennes, "12:00-13:00; 24/7", "2026-11-10 10:00"), "open");
}

static void joins(void **state)
{
    (void)state;
    IS(look(&rennes, "10:00-16:00; 12:00-14:00 off", "2026-11-24 12:30"), "closed → 2026-11-24 14:00 open");
    IS(look(&rennes, "Mo-Fr 08:00-12:00, We 14:00-18:00", "2026-11-25 10:00"), "open → 2026-11-25 12:00 closed");
    IS(look(&rennes, "Mo-Fr 08:00-12:00, We 14:00-18:00", "2026-11-25 13:00"), "closed → 2026-11-25 14:00 open");
    IS(look(&rennes, "Mo 09:00-12:00 || \"sur rendez-vous\"", "2026-11-23 11:00"), "open → 2026-11-23 12:00 unknown");
    IS(look(&rennes, "Mo 09:00-12:00 || Tu 10:00-11:00 unknown", "2026-11-24 10:30"),
       "unknown → 2026-11-24 11:00 closed");
    IS(look(&rennes, "Tu 09:00-12:00 || Mo 10:00-11:00, Tu 11:00-13:00 off", "2026-11-24 11:30"),
       "open → 2026-11-24 12:00 closed"); /* what is added to a fallback is one too */
    /* A rule after a fallback overrides it. */
    IS(look(&rennes, "Mo-Fr 09:00-12:00 || unknown \"à voir\"; We off", "2026-11-25 10:00"),
       "closed → 2026-11-26 00:00 unknown");
    /* A comment goes with its state. */
    struct hours_now now = hours_at(parse("Sa 10:00-12:00 open \"salle 2\""), &rennes, at(&rennes, "2026-11-28 10:00"));
    IS(c(now.comment), "salle 2");
}

static void past_midnight(void **state)
{
    (void)state;
    IS(look(&rennes, "Fr 22:00-02:00", "2026-11-28 01:00"), "open → 2026-11-28 02:00 closed");
    IS(look(&rennes, "Fr 22:00-26:00", "2026-11-28 02:00"), "closed → 2026-12-04 22:00 open");
    IS(look(&rennes, "22:00-22:00", "2026-11-28 01:00"), "open");
    IS(look(&rennes, "Sa-Su 00:00-24:00", "2026-11-28 12:00"), "open → 2026-11-30 00:00 closed");
    /* New Year. */
    IS(look(&rennes, "Th 20:00-03:00", "2026-12-31 23:00"), "open → 2027-01-01 03:00 closed");
    /* The night belongs to the day it began: "We off" ends neither Tuesday's night nor leaves one of its own. */
    IS(look(&rennes, "22:00-02:00; We off", "2026-11-25 01:00"), "open → 2026-11-25 02:00 closed");
    IS(look(&rennes, "22:00-02:00; We off", "2026-11-26 01:00"), "closed → 2026-11-26 22:00 open");
    IS(look(&rennes, "22:00-02:00; We 12:00-14:00", "2026-11-25 01:00"), "open → 2026-11-25 02:00 closed");
    IS(look(&rennes, "22:00-02:00; We 12:00-14:00", "2026-11-26 01:00"), "closed → 2026-11-26 22:00 open");
    /* But hours said closed are closed, whoever opened them. */
    IS(look(&rennes, "22:00-02:00; We 00:00-04:00 off", "2026-11-25 01:00"), "closed → 2026-11-25 22:00 open");
}

static void open_ends(void **state)
{
    (void)state;
    IS(look(&rennes, "Mo 14:00-17:00+", "2026-11-23 15:00"), "open → 2026-11-23 17:00 unknown");
    IS(look(&rennes, "Mo 14:00-17:00+", "2026-11-24 02:59"), "unknown → 2026-11-24 03:00 closed");
    IS(look(&rennes, "Mo 18:00+", "2026-11-23 20:00"), "unknown → 2026-11-24 04:00 closed");
    IS(look(&rennes, "Mo 07:00+,12:00-16:00", "2026-11-23 08:00"), "unknown → 2026-11-23 12:00 open");
    IS(look(&rennes, "Mo 07:00+,12:00-16:00", "2026-11-23 17:00"), "closed → 2026-11-30 07:00 unknown");
}

/* ---- evaluation: dates ---- */

static void weeks_and_ranks(void **state)
{
    (void)state;
    /* 2026-11-24 is in week 48. */
    IS(look(&rennes, "week 2-52/2 Tu 09:30-12:00", "2026-11-24 10:00"), "open → 2026-11-24 12:00 closed");
    IS(look(&rennes, "week 1-53/2 Tu 09:30-12:00", "2026-11-24 10:00"), "closed → 2026-12-01 09:30 open");
    /* 2026 has 53 weeks: 53 and 1 are both odd. */
    IS(look(&rennes, "week 1-53/2 Mo 10:00-11:00", "2026-12-28 11:00"), "closed → 2027-01-04 10:00 open");
    IS(look(&rennes, "week 53 Mo 10:00-11:00", "2027-01-04 10:00"), "closed → 2032-12-27 10:00 open");
    IS(look(&rennes, "Sa[1] 10:00-12:00", "2026-11-24 10:00"), "closed → 2026-12-05 10:00 open");
    IS(look(&rennes, "Sa[1,3] 10:00-12:00", "2026-12-05 12:00"), "closed → 2026-12-19 10:00 open");
    IS(look(&rennes, "Mo[-1] 10:00-12:00", "2026-11-24 10:00"), "closed → 2026-11-30 10:00 open");
    IS(look(&rennes, "Mo[5] 10:00-12:00", "2026-11-24 10:00"), "closed → 2026-11-30 10:00 open");
    IS(look(&rennes, "Su[-1] -1 day 10:00-12:00", "2026-11-24 10:00"), "closed → 2026-11-28 10:00 open");
}

static void months_and_dates(void **state)
{
    (void)state;
    IS(look(&rennes, "Jul-Aug Mo-Fr 09:00-12:00", "2026-11-24 10:00"), "closed → 2027-07-01 09:00 open");
    IS(look(&rennes, "Nov-Feb 10:00-12:00", "2027-02-28 12:00"), "closed → 2027-11-01 10:00 open");
    IS(look(&rennes, "Mo-Fr 09:00-12:00; Dec 24-Jan 02 off", "2026-12-23 12:00"), "closed → 2027-01-04 09:00 open");
    IS(look(&rennes, "Dec 24,31 09:00-12:00", "2026-12-24 12:00"), "closed → 2026-12-31 09:00 open");
    IS(look(&rennes, "2027 Jan 10 09:00-12:00", "2026-12-24 12:00"), "closed → 2027-01-10 09:00 open");
    IS(look(&rennes, "2026 Dec 28-Jan 03 09:00-12:00", "2026-12-31 12:00"), "closed → 2027-01-01 09:00 open");
    IS(look(&rennes, "2026 Dec 28-2027 Jan 03 09:00-12:00", "2027-01-03 12:00"), "closed");
    IS(look(&rennes, "2027-2028 Mo 09:00-12:00", "2026-12-31 12:00"), "closed → 2027-01-04 09:00 open");
    IS(look(&rennes, "easter -2 days 09:00-12:00", "2026-01-01 12:00"), "closed → 2026-04-03 09:00 open");
    IS(look(&rennes, "Jan 01-31/8 10:00-11:00", "2026-01-01 12:00"), "closed → 2026-01-09 10:00 open");
    IS(look(&rennes, "Mar Su[-1]-Oct Su[-1] 10:00-11:00", "2026-10-25 12:00"), "closed → 2027-03-28 10:00 open");
}

static void leap_days(void **state)
{
    (void)state;
    IS(look(&rennes, "Feb 29 10:00-12:00", "2026-01-01 12:00"), "closed → 2028-02-29 10:00 open");
    IS(look(&rennes, "Feb 29 10:00-12:00", "2028-02-29 10:00"), "open → 2028-02-29 12:00 closed");
    IS(look(&rennes, "Feb 29-Mar 02 10:00-12:00", "2027-02-28 10:30"), "closed → 2027-03-01 10:00 open");
    IS(look(&rennes, "Feb 25-29 10:00-12:00", "2027-02-28 10:30"), "open → 2027-02-28 12:00 closed");
    IS(look(&rennes, "Feb 10:00-12:00", "2028-02-29 10:30"), "open → 2028-02-29 12:00 closed");
}

static void clock_changes(void **state)
{
    (void)state;
    /* 29 March 2026, 2:00 becomes 3:00. */
    int64_t spring = at(&rennes, "2026-03-29 00:00");
    struct hours_now now = hours_at(parse("Sa 22:00-05:00"), &rennes, spring);
    assert_int_equal(now.next_ms - spring, 4 * 3600000); /* 5:00 comes after four hours */
    now = hours_at(parse("Su 02:30-06:00"), &rennes, spring);
    assert_int_equal(now.next_ms - spring, 2 * 3600000); /* 2:30 never shows: opens at the change */
    IS(look(&rennes, "Su 00:00-02:30", "2026-03-29 03:15"), "closed → 2026-04-05 00:00 open");
    IS(look(&rennes, "Mar 29 02:10-02:40", "2026-03-29 01:00"), "closed → 2027-03-29 02:10 open");
    /* 25 October 2026, 3:00 becomes 2:00. */
    int64_t autumn = at(&rennes, "2026-10-25 00:00");
    now = hours_at(parse("Sa 22:00-05:00"), &rennes, autumn);
    assert_int_equal(now.next_ms - autumn, 6 * 3600000);
    now = hours_at(parse("Su 00:00-02:30"), &rennes, autumn);
    assert_int_equal(now.next_ms - autumn, 2 * 3600000 + 1800000); /* the first of the two 2:30 */
    now = hours_at(parse("Su 00:00-02:30"), &rennes, autumn + 3 * 3600000 + 900000);
    assert_int_equal(now.state, HOURS_CLOSED); /* the second 2:15 */
}

static void zones_overseas(void **state)
{
    (void)state;
    /* One instant: 8:30 in Rennes in winter, 11:30 in Saint-Denis. */
    int64_t ms = at(&rennes, "2026-11-24 08:30");
    struct hours *h = parse("Mo-Fr 09:00-12:00");
    assert_int_equal(hours_at(h, &rennes, ms).state, HOURS_CLOSED);
    assert_int_equal(hours_at(h, &saint_denis, ms).state, HOURS_OPEN);
    struct hours_place place = hours_place_of_insee(STR("97411"));
    assert_int_equal(place.zone, ZONE_REUNION);
    IS(place.departement, "974");
    IS(hours_place_of_insee(STR("2A004")).departement, "2A");
    IS(hours_place_of_insee(STR("35238")).departement, "35");
    IS(hours_place_of_insee(STR("")).departement, "");
    setenv("TZ", "Pacific/Auckland", 1); /* the zone of the process changes nothing */
    assert_int_equal(hours_at(h, &rennes, ms).state, HOURS_CLOSED);
    unsetenv("TZ");
}

/* ---- holidays ---- */

static const char *holiday(const char *departement, const char *date)
{
    struct civil_date d;
    assert_true(civil_parse(str_from(date), &d));
    const char *name = hours_public_holiday(departement, d);
    return name ? name : "-";
}

static void public_holidays(void **state)
{
    (void)state;
    static const char *const national[] = {"01-01", "04-06", "05-01", "05-08", "05-14", "05-25",
                                           "07-14", "08-15", "11-01", "11-11", "12-25"};
    int count = 0;
    for (int64_t days = civil_to_days((struct civil_date){2026, 1, 1}); days < civil_to_days((struct civil_date){2027, 1, 1}); days++)
        count += hours_public_holiday("", civil_from_days(days)) != NULL;
    assert_int_equal(count, 11);
    for (size_t i = 0; i < sizeof national / sizeof *national; i++)
        assert_string_not_equal(holiday("35", c(arena_printf(arena, "2026-%s", national[i]))), "-");
    IS(holiday("35", "2026-04-03"), "-");
    IS(holiday("57", "2026-04-03"), "Vendredi saint");
    IS(holiday("68", "2026-12-26"), "Saint-Étienne");
    IS(holiday("35", "2026-12-26"), "-");
    IS(holiday("971", "2026-05-27"), "Abolition de l’esclavage");
    IS(holiday("972", "2026-05-22"), "Abolition de l’esclavage");
    IS(holiday("973", "2026-06-10"), "Abolition de l’esclavage");
    IS(holiday("974", "2026-12-20"), "Abolition de l’esclavage");
    IS(holiday("976", "2026-04-27"), "Abolition de l’esclavage");
    IS(holiday("974", "2026-05-27"), "-");
    IS(holiday("987", "2024-06-29"), "Fête de l’autonomie");
    IS(holiday("987", "2026-06-29"), "-");
    IS(holiday("35", "2027-03-29"), "Lundi de Pâques");
    IS(holiday("35", "2027-05-06"), "Ascension");
    IS(holiday("35", "2027-05-17"), "Lundi de Pentecôte");
    IS(look(&rennes, "Mo-Sa 09:00-12:00; PH off", "2026-12-26 10:00"), "open → 2026-12-26 12:00 closed");
    IS(look(&strasbourg, "Mo-Sa 09:00-12:00; PH off", "2026-12-26 10:00"), "closed → 2026-12-28 09:00 open");
    IS(look(&saint_denis, "Mo-Su 09:00-12:00; PH off", "2026-12-20 10:00"), "closed → 2026-12-21 09:00 open");
    IS(look(&rennes, "PH -1 day 09:00-12:00", "2026-12-01 10:00"), "closed → 2026-12-24 09:00 open");
    IS(look(&rennes, "Su,PH 09:00-12:00", "2026-11-11 10:00"), "open → 2026-11-11 12:00 closed");
    IS(look(&rennes, "PH Mo-Fr 09:00-12:00", "2026-10-31 10:00"), "closed → 2026-11-11 09:00 open");
}

static void school_holidays(void **state)
{
    (void)state;
    const char *h = "Mo-Fr 14:00-18:00; SH Mo-Fr 10:00-18:00";
    const struct hours_place paris = {ZONE_PARIS, "75"}, lyon = {ZONE_PARIS, "69"};
    /* Winter holidays: zone C from 21 February 2026, zone A from 7 February. */
    IS(look(&paris, h, "2026-02-24 11:00"), "open → 2026-02-24 18:00 closed");
    IS(look(&lyon, h, "2026-02-24 11:00"), "closed → 2026-02-24 14:00 open");
    IS(look(&lyon, h, "2026-02-10 11:00"), "open → 2026-02-10 18:00 closed");
    /* The last day of classes is not a holiday; the day before the return is. */
    IS(look(&rennes, "SH off; Sa-Mo 10:00-11:00", "2026-10-17 10:30"), "open → 2026-10-17 11:00 closed");
    IS(look(&rennes, "Sa-Su 10:00-11:00; SH off", "2026-10-18 10:30"), "closed → 2026-11-07 10:00 open");
    const struct hours_place ajaccio = {ZONE_PARIS, "2A"}, cayenne = {ZONE_GUYANE, "973"};
    IS(look(&ajaccio, h, "2026-02-24 11:00"), "open → 2026-02-24 18:00 closed");
    IS(look(&saint_denis, h, "2027-01-26 11:00"), "open → 2027-01-26 18:00 closed");
    IS(look(&cayenne, h, "2026-02-24 11:00"), "unknown → 2026-02-24 14:00 open"); /* nothing published */
    /* No département: known when all zones agree. */
    IS(look(&nowhere, h, "2026-12-22 11:00"), "open → 2026-12-22 18:00 closed");
    IS(look(&nowhere, h, "2026-02-10 11:00"), "unknown → 2026-02-10 14:00 open");
    /* A year without data: unknown only where it matters. */
    IS(look(&rennes, h, "2035-02-13 11:00"), "unknown → 2035-02-13 14:00 open");
    IS(look(&rennes, h, "2035-02-13 15:00"), "open → 2035-02-13 18:00 closed");
    IS(look(&rennes, "Mo-Fr 14:00-18:00; SH off", "2035-02-13 15:00"), "unknown → 2035-02-13 18:00 closed");
}

/* ---- refusals ---- */

static void refusals(void **state)
{
    (void)state;
    IS(refusal("Sa 17:00"), "Caractère 4, « 17:00 » : c’est une heure seule, il faut un début et une fin, comme 09:00-12:00.");
    IS(refusal("Tu 12:00-14:00-17:00"),
       "Caractère 4, « 12:00-14:00 » : un deuxième tiret suit une plage, séparez les plages par une virgule, comme "
       "09:00-12:00,14:00-17:00.");
    IS(refusal(":undefined-17:00"), "Caractère 1, « : » : ceci n’est pas compris.");
    IS(refusal("Mo-Fr 9h-12h30"), "Caractère 7, « 9 » : c’est une heure seule, il faut un début et une fin, comme 09:00-12:00.");
    IS(refusal(""), "Aucun horaire n’est écrit.");
    IS(refusal("Mo-Fr 10:00-12:00 Sa 10:00-12:00"), "Caractère 19, « Sa » : il manque un point-virgule avant.");
    IS(refusal("Mo 10:00-"), "À la fin : une heure est attendue ici, comme 09:00.");
    IS(refusal("Mo \"ouvert"), "Caractère 4, « \"ouvert » : le guillemet n’est pas fermé.");
    IS(c(hours_fault(arena, STR("Sa 17:00"), HOURS_EN)),
       "Character 4, “17:00”: this is a single time, give a start and an end, such as 09:00-12:00.");
    IS(c(hours_fault(arena, STR("Mo 10:00-"), HOURS_EN)), "At the end: a time is expected here, such as 09:00.");
    assert_int_equal(hours_fault(arena, STR("Mo 10:00-11:00"), HOURS_EN).n, 0);
    static const char *const bad[] = {
        ";", "||", "Mo,,Th 10:00-12:00", "Mo-", "Mo[0] 10:00-12:00", "Mo[6] 10:00-12:00", "Mo[1. 10:00-12:00",
        "week 40-30", "week 0", "week 54", "week 30-40/27", "21:60-22:59", "26:00-27:00", "23:59-48:01", "24:01-25:00",
        "Feb 30", "Jun 31-Jul 02", "Jan 00", "Jun 30-24", "2014-2012", "2014-", "2014/0", "2012, Jan", "Jan,,Dec",
        "12:00-15:00/60", "sunrise-sunset", "(sunrise+01:00)-20:00", "PH +2 days", "Sun-Mon-Tue 10:00-12:00", "11am",
        "Mo 10:00-12:00 14:00", "Mo 1000-1200", "Mo, 10:00-12:00", "lundi matin", "Mo 10:00-12:00 ||", "Mo é",
        "10:00-12:00\" \"", "\xff", "Mo-Fr 10:00-12:00 \"a\" \"b\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct str why = str_from(refusal(bad[i]));
        assert_true(why.n > 0 && str_is_utf8(why) && str_ends(why, STR(".")));
    }
    struct buf b;
    buf_init(&b, 1u << 20);
    for (int i = 0; i < 500; i++)
        buf_lit(&b, "Mo 10:00-12:00; ");
    (void)refusal(c(buf_str(&b)));
    buf_deinit(&b);
}

static void tolerated(void **state)
{
    (void)state;
    static const char *const same[] = {
        "Mo-Fr 09:00-12:30", "mo-fr 9:00-12:30", "  Mo - Fr   09:00 - 12:30 ;", "Mo–Fr 09:00–12:30", "Mo-Fr 9h00-12h30",
        "Mo-Fr 9.00-12.30", "Monday-Friday 09:00-12:30", "lundi-vendredi 09:00-12:30", "Mo-Fr: 09:00-12:30",
        "Mo-Fr\u00A009:00-12:30", "Mo-Fr 09:00-12:30 open", "Mo,Tu,We,Th,Fr 09:00-12:30",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        IS(look(&rennes, same[i], "2026-11-24 09:30"), "open → 2026-11-24 12:30 closed");
        IS(look(&rennes, same[i], "2026-11-27 12:30"), "closed → 2026-11-30 09:00 open");
    }
}

/* ---- words ---- */

static void now_words(void **state)
{
    (void)state;
    const char *h = "Mo-Fr 09:00-12:00,14:00-18:30; PH off";
    IS(say(&rennes, h, "2026-11-24 15:00", HOURS_FR), "Ouvert jusqu’à 18\u00A0h\u00A030");
    IS(say(&rennes, h, "2026-11-24 12:30", HOURS_FR), "Fermé · ouvre à 14\u00A0h");
    IS(say(&rennes, h, "2026-11-24 19:00", HOURS_FR), "Fermé · ouvre demain à 9\u00A0h");
    IS(say(&rennes, h, "2026-11-27 19:00", HOURS_FR), "Fermé · ouvre lundi à 9\u00A0h");
    IS(say(&rennes, "2026 Dec 08 09:00-12:00", "2026-11-27 19:00", HOURS_FR), "Fermé · ouvre mardi 8 décembre");
    IS(say(&rennes, "2027 Jan 01 09:00-12:00", "2026-11-27 19:00", HOURS_FR), "Fermé · ouvre vendredi 1er janvier 2027");
    IS(say(&rennes, h, "2026-11-24 15:00", HOURS_EN), "Open until 6.30\u00A0pm");
    IS(say(&rennes, h, "2026-11-27 19:00", HOURS_EN), "Closed · opens Monday at 9\u00A0am");
    IS(say(&rennes, h, "2026-11-24 15:00", HOURS_FALC), "C’est ouvert. Ça ferme à 18\u00A0h\u00A030.");
    IS(say(&rennes, h, "2026-11-24 12:30", HOURS_FALC), "C’est fermé. Ça ouvre à 14\u00A0h.");
    IS(say(&rennes, "24/7", "2026-11-24 12:30", HOURS_FR), "Ouvert jour et nuit");
    IS(say(&rennes, "off \"travaux\"", "2026-11-24 12:30", HOURS_FR), "Fermé (travaux)");
    IS(say(&rennes, "\"sur rendez-vous\"", "2026-11-24 12:30", HOURS_FR), "Horaires à vérifier\u00A0: sur rendez-vous");
    IS(say(&rennes, "unknown", "2026-11-24 12:30", HOURS_EN), "Opening hours to be checked");
    IS(say(&rennes, "Mo-Su 18:00-24:00", "2026-11-24 20:00", HOURS_FR), "Ouvert jusqu’à minuit");
    IS(say(&rennes, "Mo-Su 18:00-02:00", "2026-11-24 20:00", HOURS_FR), "Ouvert jusqu’à 2\u00A0h");
    IS(say(&rennes, "Tu-We 00:00-24:00, Th 00:00-10:00", "2026-11-24 20:00", HOURS_FR), "Ouvert jusqu’à jeudi 10\u00A0h");
    IS(say(&rennes, "Tu 14:00-17:00+", "2026-11-24 15:00", HOURS_FR), "Ouvert au moins jusqu’à 17\u00A0h");
    IS(say(&rennes, "We 14:00-17:00 \"à confirmer\"", "2026-11-24 15:00", HOURS_FR), "Fermé · peut-être ouvert demain à 14\u00A0h");
}

static void day_words(void **state)
{
    (void)state;
    const char *h = "Mo-Fr 09:00-12:00,14:00-18:30; PH off";
    IS(day(&rennes, h, "2026-11-24", HOURS_FR), "9\u00A0h\u00A0–\u2060\u00A012\u00A0h · 14\u00A0h\u00A0–\u2060\u00A018\u00A0h\u00A030");
    IS(day(&rennes, h, "2026-11-24", HOURS_EN), "9\u00A0am\u00A0–\u2060\u00A012\u00A0pm · 2\u00A0pm\u00A0–\u2060\u00A06.30\u00A0pm");
    IS(day(&rennes, h, "2026-11-24", HOURS_FALC), "de 9\u00A0h à 12\u00A0h et de 14\u00A0h à 18\u00A0h\u00A030");
    IS(day(&rennes, h, "2026-11-11", HOURS_FR), "fermé");
    IS(day(&rennes, h, "2026-11-11", HOURS_EN), "closed");
    IS(day(&rennes, "24/7", "2026-11-11", HOURS_FR), "24\u00A0h sur 24");
    IS(day(&rennes, "Sa 22:00-02:00", "2026-11-28", HOURS_FR), "22\u00A0h\u00A0–\u2060\u00A02\u00A0h");
    IS(day(&rennes, "Sa 22:00-02:00", "2026-11-29", HOURS_FR), "fermé");
    IS(day(&rennes, "Sa 10:00-12:00 open \"salle 2\"", "2026-11-28", HOURS_FR), "10\u00A0h\u00A0–\u2060\u00A012\u00A0h (salle 2)");
    IS(day(&rennes, "Sa 10:00-12:00 unknown", "2026-11-28", HOURS_FR), "10\u00A0h\u00A0–\u2060\u00A012\u00A0h (à vérifier)");
    IS(day(&rennes, "Sa 17:00+", "2026-11-28", HOURS_FR), "à partir de 17\u00A0h");
    IS(day(&rennes, "Sa 14:00-17:00+", "2026-11-28", HOURS_FR), "14\u00A0h\u00A0–\u2060\u00A017\u00A0h ou plus tard");
    IS(day(&rennes, "Sa 09:00-11:00,11:00-12:00", "2026-11-28", HOURS_FR), "9\u00A0h\u00A0–\u2060\u00A012\u00A0h");
}

static void a_week(void **state)
{
    (void)state;
    struct hours_day week[7];
    hours_week(parse("Mo-Fr 09:00-12:00; PH off; SH Mo off"), &rennes, arena, (struct civil_date){2026, 11, 11}, week);
    assert_int_equal(week[0].date.day, 9);
    assert_int_equal(week[6].date.day, 15);
    assert_int_equal(week[0].n, 1);
    assert_int_equal(week[0].spans[0].start, 540);
    assert_int_equal(week[0].spans[0].end, 720);
    assert_int_equal(week[2].n, 0);
    IS(c(week[2].holiday), "Armistice 1918");
    assert_int_equal(week[3].holiday.n, 0);
    assert_int_equal(week[5].n, 0);
}

static const char *sentence(const char *text, enum hours_language lang)
{
    return c(hours_sentence(arena, parse(text), lang));
}

static void sentences(void **state)
{
    (void)state;
    IS(sentence("Mo-Fr 09:00-12:00,14:00-17:00", HOURS_FR), "Du lundi au vendredi de 9 h à 12 h et de 14 h à 17 h.");
    IS(sentence("Mo 14:00-15:00,09:00-12:00,10:00-13:00,13:00-13:30,11:00-11:30", HOURS_FR),
       "Le lundi de 9 h à 13 h 30 et de 14 h à 15 h.");
    IS(sentence("Mo 10:00-12:00,17:00+,11:00-13:00,22:00-26:00", HOURS_FR),
       "Le lundi de 10 h à 13 h, à partir de 17 h et de 22 h à 2 h.");
    /* A later rule replaces the days that it names: a person must not have to know it. */
    IS(sentence("Mo-Th 09:00-12:00,13:30-17:00; We,Fr 09:00-12:00", HOURS_FR),
       "Le lundi, le mardi et le jeudi de 9 h à 12 h et de 13 h 30 à 17 h. Le mercredi et le vendredi de 9 h à 12 h.");
    IS(sentence("Mo-Fr 09:00-17:00; We off", HOURS_FR),
       "Le lundi, le mardi, le jeudi et le vendredi de 9 h à 17 h. Fermé le mercredi.");
    IS(sentence("09:00-18:00; Su off", HOURS_FR), "Du lundi au samedi de 9 h à 18 h. Fermé le dimanche.");
    IS(sentence("Mo-Fr 09:00-12:00; Mo-Fr 14:00-16:00; PH off", HOURS_FR), "Du lundi au vendredi de 14 h à 16 h. Fermé les jours fériés.");
    /* What adds, closes some hours only, or speaks of dates replaces no weekday. */
    IS(sentence("Mo-Fr 09:00-12:00, We 14:00-16:00", HOURS_FR), "Du lundi au vendredi de 9 h à 12 h. Le mercredi aussi de 14 h à 16 h.");
    IS(sentence("Mo-Fr 09:00-18:00; We 12:00-14:00 off", HOURS_FR), "Du lundi au vendredi de 9 h à 18 h. Fermé le mercredi de 12 h à 14 h.");
    IS(sentence("Mo-Fr 09:00-12:00; Jul We off", HOURS_FR), "Du lundi au vendredi de 9 h à 12 h. Fermé en juillet, le mercredi.");
    IS(sentence("Sa 11:00-11:00,17:00-17:00", HOURS_FR), "Le samedi de 11 h à 11 h et de 17 h à 17 h.");
    IS(sentence("Mo,We 09:00-12:30; Sa[1,3] 10:00-12:00; PH off", HOURS_FR),
       "Le lundi et le mercredi de 9 h à 12 h 30. Le 1er samedi et le 3e samedi du mois de 10 h à 12 h. "
       "Fermé les jours fériés.");
    IS(sentence("week 2-52/2 Tu 09:00-12:00", HOURS_FR), "Les semaines paires, le mardi de 9 h à 12 h.");
    IS(sentence("Jul,Aug Mo-Fr 09:00-12:00; SH Mo off", HOURS_FR),
       "En juillet et en août, du lundi au vendredi de 9 h à 12 h. Fermé pendant les vacances scolaires, le lundi.");
    IS(sentence("10:00-12:00; Dec 24-Jan 01 off", HOURS_FR),
       "Tous les jours de 10 h à 12 h. Fermé du 24 décembre au 1er janvier.");
    IS(sentence("Apr-Oct Sa 10:00-12:00; easter off; Mar Su[-1]-Oct Su[-2] off", HOURS_FR),
       "D’avril à octobre, le samedi de 10 h à 12 h. Fermé à Pâques. Fermé du dernier dimanche de mars à "
       "l’avant-dernier dimanche d’octobre.");
    IS(sentence("24/7", HOURS_FR), "Tous les jours, 24 h sur 24.");
    IS(sentence("Mo 09:00-12:00 || \"sur rendez-vous\"", HOURS_FR),
       "Le lundi de 9 h à 12 h. Le reste du temps : sur rendez-vous.");
    IS(sentence("Sa 10:00-12:00 \"sur rendez-vous\"; \"été : appeler\"", HOURS_FR),
       "Le samedi de 10 h à 12 h : sur rendez-vous. Été : appeler.");
    IS(sentence("2026 Dec 24 10:00-12:00; 2027+ off", HOURS_FR),
       "Le 24 décembre 2026 de 10 h à 12 h. Fermé à partir de 2027.");
    IS(sentence("Mo-Fr 09:00-12:00,14:00-17:00; Sa,Su 10:00-12:00; PH off", HOURS_EN),
       "Monday to Friday from 9 am to 12 pm and from 2 pm to 5 pm. On Saturday and Sunday from 10 am to 12 pm. "
       "Closed on public holidays.");
    IS(sentence("week 1-53/2 Mo[-1] 09:00+; Jun 01-Aug 31 off", HOURS_EN),
       "In odd weeks, on the last Monday of the month from 9 am. Closed from 1 June to 31 August.");
    IS(sentence("Mo-Fr 09:00-12:00; PH off", HOURS_FALC),
       "Du lundi au vendredi, c’est ouvert de 9 h à 12 h. Les jours fériés, c’est fermé.");
}

static void canonical_form(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"mo-fr 9h00-12h30;sa 9-12", "Mo-Fr 09:00-12:30; Sa 09:00-12:00"},
        {"Mo,Tu,We,Fr 9:00-12:00, PH closed", "Mo-We,Fr 09:00-12:00, PH off"},
        {"week 02-52/2 Mo,Tu 08:00-12:00", "week 2-52/2 Mo,Tu 08:00-12:00"},
        {"Fr 22:00-26:00", "Fr 22:00-02:00"},
        {"Fr 22:00-30:00+", "Fr 22:00-06:00+"},
        {"We 10:00-40:00", "We 10:00-40:00"},
        {"Mo 17:00+", "Mo 17:00+"},
        {"Mo 08:00-10:00 open, 12:00-14:00", "Mo 08:00-10:00 open, 12:00-14:00"},
        {"24/7", "24/7"},
        {"24/7 closed \"travaux\"", "off \"travaux\""},
        {"Jul 5: 24/7", "Jul 05 00:00-24:00"},
        {"Mo-Fr", "Mo-Fr open"},
        {"Mo \"  sur rendez-vous \"", "Mo \"sur rendez-vous\""},
        {"Mo 09:00-12:00 unknown \"x\"||off", "Mo 09:00-12:00 \"x\" || off"},
        {"2026 December 24-26,31,2027 Jan 1 off", "2026 Dec 24-26,2026 Dec 31,2027 Jan 01 off"},
        {"2026-2030/2,2040+ week 5,7-9 off", "2026-2030/2,2040+ week 5,7-9 off"},
        {"Jun 05-Aug: Su[1] 10:00-12:00", "Jun 05-Aug: Su[1] 10:00-12:00"},
        {"Jun-Aug Su[1,-1] -2 days 10:00-12:00", "Jun-Aug Su[1,-1] -2 days 10:00-12:00"},
        {"easter -2 days - easter +1 day off", "easter -2 days-easter +1 day off"},
        {"Mar 15+ off; PH -1 day,SH,Mo[2-4] 10:00-11:00; SH Mo-Fr off",
         "Mar 15+ off; PH -1 day,SH,Mo[2,3,4] 10:00-11:00; SH Mo-Fr off"},
        {"Jan 01-31/8 open", "Jan 01-31/8 open"},
        {"10:00-12:00,", "10:00-12:00"},
        {"Mo 10:00-12:00 14:00-16:00", "Mo 10:00-12:00,14:00-16:00"},
        {";; Mo 10:00-12:00", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!cases[i].to) {
            (void)refusal(cases[i].from);
            continue;
        }
        IS(c(hours_format(arena, parse(cases[i].from))), cases[i].to);
        IS(c(hours_format(arena, parse(cases[i].to))), cases[i].to);
    }
}

static bool in_mask(const char *text, int day, int hour, int minute)
{
    uint64_t mask[6];
    hours_week_mask(parse(text), mask);
    int i = day * 48 + hour * 2 + minute / 30;
    return mask[i / 64] >> (i % 64) & 1;
}

static void week_mask(void **state)
{
    (void)state;
    const char *h = "Mo-Fr 09:00-12:15,14:00-18:00; We off; PH off; SH Mo off; Aug off";
    assert_true(in_mask(h, 0, 9, 0));
    assert_false(in_mask(h, 0, 8, 30));
    assert_true(in_mask(h, 0, 12, 0)); /* a quarter of an hour is half of it */
    assert_false(in_mask(h, 0, 13, 30));
    assert_false(in_mask(h, 2, 9, 0));
    assert_true(in_mask(h, 4, 17, 30));
    assert_false(in_mask(h, 5, 9, 0));
    assert_true(in_mask("Su 22:00-02:00", 6, 23, 30));
    assert_true(in_mask("Su 22:00-02:00", 0, 1, 30));
    assert_true(in_mask("Sa[1] 10:00-12:00", 5, 10, 0));
    assert_true(in_mask("Apr-Oct Mo 09:00-12:00; Nov-Mar Mo 10:00-16:00", 0, 9, 0));
    assert_true(in_mask("Apr-Oct Mo 09:00-12:00; Nov-Mar Mo 10:00-16:00", 0, 15, 30));
    assert_false(in_mask("SH Mo 09:00-12:00", 0, 9, 0));
    assert_false(in_mask("Mo 09:00-12:00 \"sur rendez-vous\"", 0, 9, 0));
    assert_true(in_mask("24/7", 6, 23, 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_week),  cmocka_unit_test(always_and_never), cmocka_unit_test(joins),
        cmocka_unit_test(past_midnight),  cmocka_unit_test(open_ends),        cmocka_unit_test(weeks_and_ranks),
        cmocka_unit_test(months_and_dates), cmocka_unit_test(leap_days),      cmocka_unit_test(clock_changes),
        cmocka_unit_test(zones_overseas), cmocka_unit_test(public_holidays),  cmocka_unit_test(school_holidays),
        cmocka_unit_test(refusals),       cmocka_unit_test(tolerated),        cmocka_unit_test(now_words),
        cmocka_unit_test(day_words),      cmocka_unit_test(a_week),
        cmocka_unit_test(sentences),      cmocka_unit_test(canonical_form),   cmocka_unit_test(week_mask),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
