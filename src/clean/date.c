/* Dates: day before month, in any form, also in the middle of a sentence when it is the only one. */
#include "base/clock.h"
#include "base/text.h"
#include "clean/private.h"

enum { YEAR_MIN = 1900, YEAR_MAX = 2100, SHEET_YEAR_MIN = 2000, SHEET_YEAR_MAX = 2060 };

static bool plausible(struct civil_date d)
{
    return d.year >= YEAR_MIN && d.year <= YEAR_MAX && civil_valid(d);
}

enum reading { READ_NOTHING, READ_DATE, READ_IMPOSSIBLE, READ_AMBIGUOUS };

/* One date found in a text. */
struct found {
    enum reading kind;
    struct civil_date date;
    size_t end;
    const char *rule;
};

/* -- times ------------------------------------------------------------------------------------------------------------ */

static struct civil_date paris_day(int64_t ms)
{
    return zone_local(ZONE_PARIS, ms).date;
}

static bool two_digits(struct str v, size_t i, int *out)
{
    if (i + 1 >= v.n || !clean_is_digit(v.p[i]) || !clean_is_digit(v.p[i + 1]))
        return false;
    *out = (v.p[i] - '0') * 10 + v.p[i + 1] - '0';
    return true;
}

/* "T10:04:59.524+01:00", " 20:31:20", "T19:31:20Z" after a date: with a zone, the day is the one of Paris. */
static void take_time(struct str v, struct found *f)
{
    struct civil_time t = {.date = f->date};
    size_t i = f->end;
    int hours, minutes = 0;
    while (i < v.n && (v.p[i] == 'T' || v.p[i] == ' ' || v.p[i] == 't'))
        i++;
    if (i == f->end || !two_digits(v, i, &t.hour) || i + 2 >= v.n || v.p[i + 2] != ':' || !two_digits(v, i + 3, &t.minute) ||
        t.hour > 23 || t.minute > 59)
        return;
    i += 5;
    if (i < v.n && v.p[i] == ':' && two_digits(v, i + 1, &t.second))
        i += 3;
    if (i + 1 < v.n && (v.p[i] == '.' || v.p[i] == ',') && clean_is_digit(v.p[i + 1]))
        for (i++; i < v.n && clean_is_digit(v.p[i]);)
            i++;
    f->end = i;
    f->rule = "date.heure";
    bool utc = i < v.n && v.p[i] == 'Z';
    if (!utc && !(i + 2 < v.n && (v.p[i] == '+' || v.p[i] == '-') && two_digits(v, i + 1, &hours)))
        return;
    int64_t ms = civil_to_days(t.date) * 86400000 + ((t.hour * 60 + t.minute) * 60 + t.second) * INT64_C(1000);
    if (!utc) {
        int sign = v.p[i] == '-' ? -1 : 1;
        i += 3;
        i += i < v.n && v.p[i] == ':';
        if (two_digits(v, i, &minutes))
            i += 2;
        ms -= sign * (hours * 60 + minutes) * INT64_C(60000);
    } else {
        i++;
    }
    f->end = i;
    f->date = paris_day(ms);
}

/* -- numbers and months --------------------------------------------------------------------------------------------------- */

static size_t digits_at(struct str v, size_t i, int *value)
{
    size_t start = i;
    *value = 0;
    for (; i < v.n && clean_is_digit(v.p[i]) && i - start < 9; i++)
        *value = *value * 10 + v.p[i] - '0';
    return i - start;
}

static bool is_separator(char c)
{
    return c == '/' || c == '-' || c == '.';
}

/* Two figures of a year: of this century, but for what is not yet. */
static int full_year(int year)
{
    enum { NOT_YET = 80 };
    return year < NOT_YET ? 2000 + year : 1900 + year;
}

static struct found dated(int year, int month, int day, size_t end, const char *rule)
{
    struct civil_date d = {year, month, day};
    return (struct found){plausible(d) ? READ_DATE : READ_IMPOSSIBLE, d, end, rule};
}

/* 2022-03-25, 25/03/2022, 25.3.22 at i. */
static struct found numbers(struct str v, size_t i)
{
    struct found none = {READ_NOTHING};
    int n[3];
    size_t digits[3], at = i;
    char separator = 0;
    for (int k = 0; k < 3; k++) {
        digits[k] = digits_at(v, at, &n[k]);
        at += digits[k];
        if (digits[k] == 0 || digits[k] > 4 || digits[k] == 3)
            return none;
        if (k == 2)
            break;
        size_t spaces = at < v.n && v.p[at] == ' ';
        if (at + spaces >= v.n || !is_separator(v.p[at + spaces]) || (separator && v.p[at + spaces] != separator))
            return none;
        separator = v.p[at + spaces];
        at += spaces + 1;
        at += spaces > 0 && at < v.n && v.p[at] == ' ';
    }
    if (at < v.n && (clean_is_digit(v.p[at]) || (is_separator(v.p[at]) && at + 1 < v.n && clean_is_digit(v.p[at + 1]))))
        return none;
    if (digits[0] == 4)
        return digits[1] > 2 || digits[2] > 2 ? none
               : separator == '-' && digits[1] == 2 && digits[2] == 2 ? dated(n[0], n[1], n[2], at, NULL)
                                                                       : dated(n[0], n[1], n[2], at, "date.format");
    if (digits[0] > 2 || digits[1] > 2)
        return none;
    if (digits[2] == 4)
        return dated(n[2], n[1], n[0], at, "date.format");
    if (digits[2] != 2)
        return none;
    /* 22-03-25 is read in two ways; with / or . it starts with the day in France. */
    struct civil_date year_first = {full_year(n[0]), n[1], n[2]};
    struct found f = dated(full_year(n[2]), n[1], n[0], at, "date.annee_courte");
    if (separator == '-' && digits[0] == 2 && plausible(year_first) && f.kind == READ_DATE && n[0] != n[2])
        f.kind = READ_AMBIGUOUS;
    return f;
}

static const char *const months[12][4] = {
    {"janvier", "janv", "jan", "january"},      {"fevrier", "fevr", "fev", "february"}, {"mars", "mar", "march", "mars"},
    {"avril", "avr", "apr", "april"},           {"mai", "may", "mai", "mai"},           {"juin", "jun", "june", "juin"},
    {"juillet", "juil", "jul", "july"},         {"aout", "aou", "aug", "august"},       {"septembre", "sept", "sep", "september"},
    {"octobre", "oct", "october", "octobre"},   {"novembre", "nov", "november", "nov"}, {"decembre", "dec", "december", "dec"},
};

static int month_of(struct str word)
{
    for (int m = 0; m < 12; m++)
        for (int k = 0; k < 4; k++)
            if (str_eq(word, str_from(months[m][k])))
                return m + 1;
    return str_eq(word, STR("feb")) ? 2 : 0;
}

/* Words of a folded text ("25 mars 2022", "1er janvier 2020", "mar 25 2022 10 00 00"). */
struct words {
    struct str word[64];
    size_t n;
};

static void cut_words(struct str folded, struct words *w)
{
    struct str piece;
    w->n = 0;
    while (w->n < sizeof w->word / sizeof *w->word && str_split(&folded, ' ', &piece))
        if (piece.n > 0)
            w->word[w->n++] = piece;
}

static bool day_of(struct str word, int *day)
{
    size_t n = digits_at(word, 0, day);
    return (n == 1 || n == 2) && *day <= 31 && (n == word.n || str_eq(str_sub(word, n, word.n), STR("er")));
}

static bool year_of(struct str word, int *year)
{
    return word.n == 4 && digits_at(word, 0, year) == 4;
}

/* The dates whose month is a word: how many different ones; *half for a month and a year without a day. */
static size_t spelled(struct arena *a, struct str text, struct civil_date *date, bool *half, bool *impossible)
{
    struct words w;
    size_t found = 0;
    cut_words(text_fold(a, text), &w);
    for (size_t i = 0; i < w.n; i++) {
        int month = month_of(w.word[i]), day, year;
        if (month == 0 || i + 1 >= w.n)
            continue;
        bool day_before = i > 0 && day_of(w.word[i - 1], &day) && year_of(w.word[i + 1], &year);
        bool day_after = !day_before && i + 2 < w.n && day_of(w.word[i + 1], &day) && year_of(w.word[i + 2], &year);
        if (!day_before && !day_after) {
            *half |= year_of(w.word[i + 1], &year);
            continue;
        }
        struct civil_date d = {year, month, day};
        if (!plausible(d)) {
            *impossible = true;
        } else if (found == 0 || civil_to_days(d) != civil_to_days(*date)) {
            *date = d;
            found++;
        }
    }
    return found;
}

/* -- numbers that stand alone ---------------------------------------------------------------------------------------------- */

/* Seconds or milliseconds since 1970, days of a spreadsheet, 20220325, 25032022. */
static struct found lonely_number(struct str v)
{
    struct found none = {READ_NOTHING};
    size_t whole = 0;
    int64_t n;
    while (whole < v.n && clean_is_digit(v.p[whole]))
        whole++;
    struct str decimals = str_sub(v, whole, v.n);
    if (whole == 0 || whole > 13 || !str_to_int(str_sub(v, 0, whole), &n))
        return none;
    if (decimals.n > 0 && (decimals.n < 2 || !strchr(".,", decimals.p[0]) || !clean_digits(str_sub(decimals, 1, decimals.n), decimals.n - 1)))
        return none;
    struct found f = {READ_DATE, {0}, v.n, NULL};
    if ((whole == 10 || whole == 13) && v.p[0] != '0') { /* not a telephone */
        f.date = paris_day(whole == 10 ? n * 1000 : n);
        f.rule = "date.horodatage";
    } else if (whole == 5) { /* 1899-12-30 is day 0 of spreadsheets */
        f.date = civil_from_days(n + civil_to_days((struct civil_date){1899, 12, 30}));
        f.rule = "date.tableur";
        if (f.date.year < SHEET_YEAR_MIN || f.date.year > SHEET_YEAR_MAX)
            return none; /* 35000 is a postal code */
    } else if (whole == 8 && decimals.n == 0) {
        struct found year_first = dated((int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100), v.n, "date.format");
        return year_first.kind == READ_DATE ? year_first
                                            : dated((int)(n % 10000), (int)(n / 10000 % 100), (int)(n / 1000000), v.n, "date.format");
    } else {
        return none;
    }
    if (!plausible(f.date))
        f.kind = READ_IMPOSSIBLE;
    return f;
}

/* -- one value ---------------------------------------------------------------------------------------------------------------- */

static struct found in_text(struct str v, bool *several)
{
    struct found best = {READ_NOTHING};
    for (size_t i = 0; i < v.n;) {
        if (!clean_is_digit(v.p[i])) {
            i++;
            continue;
        }
        struct found f = numbers(v, i);
        if (f.kind == READ_NOTHING) { /* on to the next number */
            while (i < v.n && clean_is_digit(v.p[i]))
                i++;
            continue;
        }
        if (f.kind == READ_DATE)
            take_time(v, &f);
        bool whole = i == 0 && f.end == v.n;
        i = f.end;
        if (!whole)
            f.rule = f.rule && strcmp(f.rule, "date.heure") == 0 ? f.rule : "date.texte";
        if (best.kind == READ_DATE && f.kind == READ_DATE)
            *several |= civil_to_days(best.date) != civil_to_days(f.date);
        else if (best.kind != READ_DATE)
            best = f;
    }
    return best;
}

static const char *sentence(enum reading kind, bool several, bool half)
{
    if (several)
        return "Il y a plusieurs dates ici. Écrivez-en une seule, par exemple 2026-11-24.";
    if (kind == READ_IMPOSSIBLE)
        return "Cette date n’existe pas. Écrivez l’année, le mois et le jour, par exemple 2026-11-24.";
    if (kind == READ_AMBIGUOUS)
        return "Cette date peut se lire de deux façons. Écrivez l’année avec quatre chiffres, par exemple 2026-11-24.";
    return half ? "Il manque le jour. Écrivez l’année, le mois et le jour, par exemple 2026-11-24."
                : "Ceci n’est pas une date. Écrivez l’année, le mois et le jour, par exemple 2026-11-24.";
}

struct cleaned clean_date(struct arena *a, struct str v)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str text;
    struct found f;
    bool several = false, half = false, impossible = false;
    if (c.value.n == 10 && civil_parse(c.value, &f.date) && plausible(f.date))
        return c;
    if (!clean_cell(a, &c, v, &text))
        return c;
    f = lonely_number(text);
    if (f.kind == READ_NOTHING)
        f = in_text(text, &several);
    if (f.kind == READ_NOTHING) {
        size_t n = spelled(a, text, &f.date, &half, &impossible);
        several = n > 1;
        f.kind = n > 0 ? READ_DATE : impossible ? READ_IMPOSSIBLE : READ_NOTHING;
        f.rule = "date.lettres";
    }
    if (f.kind != READ_DATE || several) {
        clean_refuse(&c, sentence(f.kind, several, half));
        return c;
    }
    clean_rule(&c, f.rule ? f.rule : "date.format");
    return clean_done(c, v, arena_printf(a, "%04d-%02d-%02d", f.date.year, f.date.month, f.date.day));
}
