/* French public holidays: Code du travail L3133-1 (the eleven national ones), L3134-13 (Bas-Rhin, Haut-Rhin,
 * Moselle), L3422-2 (commemoration of the abolition of slavery overseas), local law and custom where said. */
#include "hours/ast.h"

struct fixed_holiday {
    int month, day;
    const char *departements; /* NULL: everywhere; else separated by spaces */
    const char *name;
    int since, until; /* years; 0: no limit */
};

static const struct fixed_holiday fixed[] = {
    {1, 1, NULL, "Jour de l’An"},
    {5, 1, NULL, "Fête du Travail"},
    {5, 8, NULL, "Victoire 1945"},
    {7, 14, NULL, "Fête nationale"},
    {8, 15, NULL, "Assomption"},
    {11, 1, NULL, "Toussaint"},
    {11, 11, NULL, "Armistice 1918"},
    {12, 25, NULL, "Noël"},
    {12, 26, "57 67 68", "Saint-Étienne"},
    {4, 27, "976", "Abolition de l’esclavage"},
    {5, 22, "972", "Abolition de l’esclavage"},
    {5, 27, "971", "Abolition de l’esclavage"},
    {5, 28, "978", "Abolition de l’esclavage"},
    {6, 10, "973", "Abolition de l’esclavage"},
    {7, 21, "971 972", "Fête Victor Schœlcher"},
    {10, 9, "977", "Abolition de l’esclavage"},
    {12, 20, "974", "Abolition de l’esclavage"},
    {4, 28, "986", "Saint-Pierre-Chanel"},
    {7, 29, "986", "Fête du Territoire"},
    {3, 5, "987", "Arrivée de l’Évangile"},
    {6, 29, "987", "Fête de l’autonomie", .until = 2024},
    {11, 20, "987", "Matari’i i ni’a", .since = 2025},
    {9, 24, "988", "Fête de la citoyenneté"},
};

static bool listed(const char *departements, const char *departement)
{
    struct str rest = str_from(departements), piece;
    while (str_split(&rest, ' ', &piece))
        if (str_eq(piece, str_from(departement)))
            return true;
    return false;
}

const char *hours_public_holiday(const char *departement, struct civil_date date)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        const struct fixed_holiday *f = &fixed[i];
        if (f->month == date.month && f->day == date.day && date.year >= f->since &&
            (f->until == 0 || date.year <= f->until) &&
            (!f->departements || listed(f->departements, departement)))
            return f->name;
    }
    if (date.month < 3 || date.month > 6)
        return NULL;
    switch (civil_to_days(date) - civil_to_days(civil_easter(date.year))) {
    case -2:
        return listed("57 67 68 971 972 987", departement) ? "Vendredi saint" : NULL;
    case 1:
        return "Lundi de Pâques";
    case 39:
        return "Ascension";
    case 50:
        return "Lundi de Pentecôte";
    default:
        return NULL;
    }
}

struct hours_place hours_place_of_insee(struct str code_insee)
{
    struct hours_place place = {.zone = zone_of_insee(code_insee)};
    size_t n = str_starts(code_insee, STR("97")) || str_starts(code_insee, STR("98")) ? 3 : 2;
    if (code_insee.n >= n)
        memcpy(place.departement, code_insee.p, n);
    return place;
}
