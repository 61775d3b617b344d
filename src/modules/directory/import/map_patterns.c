/* What a text looks like: hints for a first mapping, never a check. */
#include "base/text.h"
#include "modules/directory/import/map_suggest.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_of(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += is_digit(s.p[i]);
    return n;
}

static bool only(struct str s, const char *others)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && !strchr(others, s.p[i]))
            return false;
    return true;
}

static bool holds_nocase(struct str s, const char *what)
{
    struct str w = str_from(what);
    for (size_t i = 0; i + w.n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, w.n), w))
            return true;
    return false;
}

bool map_looks_like_phone(struct str v)
{
    size_t n = digits_of(v);
    return only(v, " .-/+()") && (n == 9 || n == 10 || n == 11 || n == 12 || n == 13) &&
           (v.p[0] == '0' || v.p[0] == '+' || v.p[0] == '(' || n == 9 || n == 11 || n == 12);
}

bool map_looks_like_mail(struct str v)
{
    ptrdiff_t at = str_find_char(v, '@', 0);
    return at > 0 && str_find_char(v, '.', (size_t)at) > at;
}

bool map_looks_like_url(struct str v)
{
    if (str_find_char(v, '@', 0) >= 0 || str_find_char(v, ' ', 0) >= 0)
        return false;
    return holds_nocase(str_sub(v, 0, 8), "http") || holds_nocase(str_sub(v, 0, 4), "www.");
}

bool map_looks_like_booking(struct str v)
{
    static const char *const words[] = {"rdv", "rendez-vous", "doctolib", "booking", "reservation", "calendly"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (map_looks_like_url(v) && holds_nocase(v, words[i]))
            return true;
    return false;
}

bool map_looks_like_accessibility(struct str v)
{
    return map_looks_like_url(v) && holds_nocase(v, "acceslibre");
}

/* A number with a dot or a comma, and at least two decimals: 48 alone is not a place. */
static bool decimal(struct str v, double *out)
{
    char text[32];
    size_t decimals = 0;
    bool dot = false;
    v = str_trim(v);
    if (v.n == 0 || v.n >= sizeof text)
        return false;
    for (size_t i = 0; i < v.n; i++) {
        text[i] = v.p[i] == ',' ? '.' : v.p[i];
        decimals += dot && is_digit(text[i]);
        dot |= text[i] == '.';
    }
    return decimals >= 2 && str_to_double((struct str){text, v.n}, out);
}

bool map_looks_like_latitude(struct str v)
{
    double d;
    return decimal(v, &d) && ((d > 41 && d < 51.6) || (d > 14 && d < 18.6) || (d > 2 && d < 6) || (d > -23 && d < -12));
}

bool map_looks_like_longitude(struct str v)
{
    double d;
    return decimal(v, &d) && ((d > -5.6 && d < 9.8) || (d > -63.5 && d < -51) || (d > 44.9 && d < 56) || d > 157 || d < -130);
}

bool map_looks_like_point(struct str v)
{
    static const char separators[] = {'|', ';', ' ', ','};
    for (size_t i = 0; i < sizeof separators; i++) {
        ptrdiff_t at = str_find_char(v, separators[i], 0);
        if (at <= 0)
            continue;
        struct str a = str_sub(v, 0, (size_t)at), b = str_sub(v, (size_t)at + 1, v.n);
        if ((map_looks_like_latitude(a) && map_looks_like_longitude(b)) || (map_looks_like_longitude(a) && map_looks_like_latitude(b)))
            return true;
    }
    return false;
}

/* 2026-11-24…, 24/11/2026, 24/11/26. */
bool map_looks_like_date(struct str v)
{
    for (size_t i = 0; i + 8 <= v.n; i++) {
        struct str s = str_sub(v, i, 10);
        if (s.n == 10 && is_digit(s.p[0]) && is_digit(s.p[3]) && (s.p[4] == '-' || s.p[4] == '/') && s.p[7] == s.p[4] && is_digit(s.p[9]))
            return true;
        if (is_digit(s.p[0]) && is_digit(s.p[1]) && (s.p[2] == '/' || s.p[2] == '-' || s.p[2] == '.') && s.p[5] == s.p[2] && is_digit(s.p[7]))
            return v.n - i < 20;
    }
    return false;
}

bool map_looks_like_postal_code(struct str v)
{
    return only(v, "") && (v.n == 5 || v.n == 4);
}

bool map_looks_like_siret(struct str v)
{
    return only(v, " .") && digits_of(v) == 14;
}

bool map_looks_like_street(struct str v)
{
    static const char *const words[] = {"rue", "avenue", "av", "place", "pl", "boulevard", "bd", "chemin", "route", "allee", "allees", "impasse",
                                        "quai", "cours", "square", "esplanade", "mail", "lieu dit", "le bourg", "passage", "espace"};
    char folded[256];
    struct buf b;
    buf_init(&b, sizeof folded);
    text_fold_into(&b, str_sub(v, 0, 100));
    bool found = false;
    for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++)
        found = map_holds_words(buf_str(&b), str_from(words[i]));
    buf_deinit(&b);
    return found && v.n < 200;
}

bool map_looks_like_hours(struct str v)
{
    size_t times = 0;
    for (size_t i = 1; i < v.n; i++)
        times += is_digit(v.p[i - 1]) && ((v.p[i] | 0x20) == 'h' || (v.p[i] == ':' && i + 1 < v.n && is_digit(v.p[i + 1])));
    return times >= 2 && !map_looks_like_date(v);
}

bool map_looks_like_osm(struct str v)
{
    static const char *const days[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "24/7"};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (str_starts(v, str_from(days[i])))
            return i == 7 || (v.n > 4 && (strchr("-,; ", v.p[2]) != NULL));
    return false;
}

bool map_looks_like_long_text(struct str v)
{
    return v.n > 80;
}

bool map_looks_like_name(struct str v)
{
    size_t letters = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '\n' || v.p[i] == '@')
            return false;
        letters += (unsigned char)v.p[i] >= 'A';
    }
    return v.n < 120 && letters * 2 > v.n;
}

double map_share(const struct map_column *c, map_pattern looks)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += looks(c->values[i]);
    return c->n ? (double)n / (double)c->n : 0;
}

bool map_holds_words(struct str folded, struct str words)
{
    for (ptrdiff_t at = 0; words.n > 0 && (at = str_find(folded, words, (size_t)at)) >= 0; at++) {
        size_t end = (size_t)at + words.n;
        if ((at == 0 || folded.p[at - 1] == ' ') && (end == folded.n || folded.p[end] == ' '))
            return true;
    }
    return false;
}

int map_day_of(struct str folded, int *half)
{
    static const char *const days[MAP_DAYS][4] = {
        {"lundi", "lun", "monday", "mon"},   {"mardi", "mar", "tuesday", "tue"}, {"mercredi", "mer", "wednesday", "wed"},
        {"jeudi", "jeu", "thursday", "thu"}, {"vendredi", "ven", "friday", "fri"}, {"samedi", "sam", "saturday", "sat"},
        {"dimanche", "dim", "sunday", "sun"}};
    static const char *const mornings[] = {"matin", "am", "morning"}, *const afternoons[] = {"apres midi", "aprem", "pm", "afternoon", "soir"};
    *half = 0;
    for (size_t i = 0; i < sizeof mornings / sizeof *mornings; i++)
        if (map_holds_words(folded, str_from(mornings[i])))
            *half = 1;
    for (size_t i = 0; i < sizeof afternoons / sizeof *afternoons; i++)
        if (map_holds_words(folded, str_from(afternoons[i])))
            *half = 2;
    for (int d = 0; d < MAP_DAYS; d++)
        for (size_t i = 0; i < 4; i++)
            if (map_holds_words(folded, str_from(days[d][i])))
                return d;
    return -1;
}
