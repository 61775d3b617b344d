/* What a setting may hold. Pure. */
#include "base/text.h"
#include "hours/hours.h"
#include "modules/territory/private.h"

enum { VALUE_MAX = 300 };

static bool refuse(struct str *why, const char *french)
{
    *why = str_from(french);
    return false;
}

static bool check_name(struct arena *a, struct str *value, struct str *why)
{
    (void)a;
    if (str_find_char(*value, '\n', 0) >= 0 || str_find_char(*value, '\t', 0) >= 0)
        return refuse(why, "Le nom tient sur une ligne.");
    return true;
}

static int compare_texts(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

bool territory_departements_read(struct arena *a, struct str text, struct str_list *codes, struct str *why)
{
    enum { MAX = 128 };
    struct str *found = ARENA_ARRAY(a, MAX, struct str), rest = text, piece;
    size_t n = 0, kept = 0;
    while (str_split(&rest, ',', &piece)) {
        struct territory_departement d;
        piece = str_trim(piece);
        if (piece.n == 0)
            continue;
        if (!territory_departement_find(piece, &d) && !territory_departement_named(piece, &d)) {
            *why = arena_printf(a, "« %.*s » n’est pas un département. Donnez son code, par exemple 35 ou 2A, ou plusieurs : 22,35.",
                                STR_ARG(piece));
            return false;
        }
        if (n == MAX)
            return refuse(why, "Il y a trop de départements.");
        found[n++] = d.code;
    }
    qsort(found, n, sizeof *found, compare_texts);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !str_eq(found[i], found[kept - 1]))
            found[kept++] = found[i];
    *codes = (struct str_list){found, kept};
    return true;
}

/* "35, 22" → "22,35". */
static bool check_departements(struct arena *a, struct str *value, struct str *why)
{
    struct str_list codes;
    if (!territory_departements_read(a, *value, &codes, why))
        return false;
    *value = STR("");
    for (size_t i = 0; i < codes.n; i++)
        *value = arena_printf(a, "%.*s%s%.*s", STR_ARG(*value), i ? "," : "", STR_ARG(codes.items[i]));
    return true;
}

static bool check_slug(struct arena *a, struct str *value, struct str *why)
{
    struct str slug = text_slug(a, *value, 60);
    if (!str_eq(slug, *value))
        return refuse(why, "Ce nom court n’a que des lettres minuscules sans accent, des chiffres et des "
                           "tirets, 60 signes au plus. Exemple : balise-35.");
    return true;
}

/* "02 61 91 00 00" → "+33261910000"; E.164 as it is. */
static bool check_phone(struct arena *a, struct str *value, struct str *why)
{
    char digits[20];
    size_t n = 0;
    for (size_t i = 0; i < value->n; i++) {
        char c = value->p[i];
        if (c == ' ' || c == '.' || c == '-')
            continue;
        if (n == sizeof digits || !((c >= '0' && c <= '9') || (c == '+' && n == 0)))
            return refuse(why, "Un téléphone s’écrit comme 02 61 91 00 00 ou +33261910000.");
        digits[n++] = c;
    }
    if (n == 10 && digits[0] == '0' && digits[1] != '0')
        *value = arena_printf(a, "+33%.*s", (int)n - 1, digits + 1);
    else if (n >= 9 && n <= 16 && digits[0] == '+' && digits[1] != '0')
        *value = arena_str(a, (struct str){digits, n});
    else
        return refuse(why, "Un téléphone s’écrit comme 02 61 91 00 00 ou +33261910000.");
    return true;
}

static bool check_hours(struct arena *a, struct str *value, struct str *why)
{
    struct hours *hours;
    return hours_parse(a, *value, &hours, why) == OK;
}

static bool check_url(struct arena *a, struct str *value, struct str *why)
{
    (void)a;
    struct str url = *value;
    while (str_ends(url, STR("/")))
        url.n--;
    size_t scheme = str_starts(url, STR("https://")) ? 8 : str_starts(url, STR("http://")) ? 7 : 0;
    bool plain = scheme > 0 && url.n > scheme;
    for (size_t i = scheme; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];
        plain = plain && c > ' ' && c < 127 && !strchr("\"'<>\\^`{|}?#@", c);
    }
    if (!plain)
        return refuse(why, "L’adresse du site s’écrit comme https://balise.example, sans ? ni #.");
    *value = url;
    return true;
}

static bool is_this_machine(struct str url)
{
    static const char *const names[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str name = str_from(names[i]);
        if (str_starts(url, name) && (url.n == name.n || url.p[name.n] == ':' || url.p[name.n] == '/'))
            return true;
    }
    return false;
}

/* "geoplateforme", or the address of a service with the same contract; http only on this machine. */
static bool check_geocoding(struct arena *a, struct str *value, struct str *why)
{
    if (str_eq(*value, STR("geoplateforme")))
        return true;
    if (!check_url(a, value, why) || !(str_starts(*value, STR("https://")) || is_this_machine(*value)))
        return refuse(why, "Écrivez geoplateforme, ou l’adresse d’un service d’adresses, qui commence par https://.");
    return true;
}

static bool check_switch(struct arena *a, struct str *value, struct str *why)
{
    (void)a;
    if (!str_eq(*value, STR("0")) && !str_eq(*value, STR("1")))
        return refuse(why, "La valeur est 0 (non) ou 1 (oui).");
    return true;
}

static const struct {
    const char *key;
    bool (*check)(struct arena *a, struct str *value, struct str *why);
} settings[] = {
    {"name", check_name},
    {"departements", check_departements},
    {"source_slug", check_slug},
    {"contact_phone", check_phone},
    {"contact_hours", check_hours},
    {"public_url", check_url},
    {"source_url", check_url},
    {"demo", check_switch},
    {"geocoding", check_geocoding},
};

const char *territory_setting_key(size_t i)
{
    return i < sizeof settings / sizeof *settings ? settings[i].key : NULL;
}

bool territory_setting_known(struct str key)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (str_eq(key, str_from(settings[i].key)))
            return true;
    return false;
}

bool territory_setting_check(struct arena *a, struct str key, struct str *value, struct str *why)
{
    if (!str_is_utf8(*value) || value->n > VALUE_MAX)
        return refuse(why, "La valeur est trop longue ou n’est pas du texte.");
    *value = str_trim(text_normalize(a, *value));
    if (value->n == 0)
        return true;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (str_eq(key, str_from(settings[i].key)))
            return settings[i].check(a, value, why);
    return refuse(why, "Ce réglage n’existe pas.");
}
