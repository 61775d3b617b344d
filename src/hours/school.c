/* School holidays, from src/hours/school_holidays.csv: dates published by the ministry of education
 * (data.education.gouv.fr, "calendrier scolaire", Licence Ouverte 2.0) in its own terms: the last day with
 * classes, the first day with classes again; the days between are holidays. Overseas, only the calendars that two
 * sources agree on are there (rectorats of La Réunion, Martinique, Guadeloupe); elsewhere the answer is "maybe". */
#include "hours/ast.h"

struct school_break {
    int32_t first, last; /* days since 1970-01-01, inclusive */
};
struct school_zone {
    const char *name;
    int from, to; /* in breaks[] */
};

#include "school_holidays.inc.h"

/* Académies of the three zones (arrêté of 16 April 2015 and its changes), by département. */
static const struct {
    const char *zone;
    const char *departements;
} zone_lists[] = {
    {"A", "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 74 79 86 87 89 90"},
    {"B", "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 56 57 59 60 61 62 67 68 72 "
          "76 80 83 84 85 88"},
    {"C", "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95"},
};

static enum hours_maybe in_zone(const struct school_zone *z, int32_t day)
{
    if (z->from == z->to || day < breaks[z->from].first)
        return HOURS_MAYBE;
    for (int i = z->from; i < z->to; i++)
        if (day <= breaks[i].last)
            return day >= breaks[i].first ? HOURS_YES : HOURS_NO;
    return HOURS_MAYBE;
}

static enum hours_maybe in_zone_named(struct str name, int32_t day)
{
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (str_eq(name, str_from(zones[i].name)))
            return in_zone(&zones[i], day);
    return HOURS_MAYBE;
}

enum hours_maybe hours_school_holiday(const char *departement, struct civil_date date)
{
    int32_t day = (int32_t)civil_to_days(date);
    struct str dep = str_from(departement);
    if (dep.n == 0) { /* anywhere: known when the three zones agree */
        enum hours_maybe a = in_zone_named(STR("A"), day);
        return a == in_zone_named(STR("B"), day) && a == in_zone_named(STR("C"), day) ? a : HOURS_MAYBE;
    }
    if (dep.p[0] == '2' && dep.n == 2 && (dep.p[1] == 'A' || dep.p[1] == 'B'))
        return in_zone_named(STR("2"), day);
    for (size_t i = 0; i < sizeof zone_lists / sizeof *zone_lists; i++)
        if (str_find(str_from(zone_lists[i].departements), dep, 0) >= 0)
            return in_zone_named(str_from(zone_lists[i].zone), day);
    return in_zone_named(dep, day);
}
