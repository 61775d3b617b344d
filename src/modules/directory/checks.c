/* Is this one value right? Pure. Each sentence tells a person who prepares the file what to write. */
#include "modules/directory/fields.h"

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_digits(struct str v, size_t n)
{
    for (size_t i = 0; i < v.n; i++)
        if (!digit(v.p[i]))
            return false;
    return v.n == n;
}

/* \w of the JSON schema: ASCII. */
static bool all_word(struct str v)
{
    for (size_t i = 0; i < v.n; i++)
        if (!digit(v.p[i]) && !letter(v.p[i]) && v.p[i] != '_')
            return false;
    return true;
}

const char *check_pivot(const struct check_context *cx, struct str v)
{
    (void)cx;
    bool ok = v.n >= 9 && v.n <= 14;
    for (size_t i = 0; ok && i < v.n; i++)
        ok = digit(v.p[i]) || letter(v.p[i]);
    return ok ? NULL : "Écrivez le numéro SIRET (14 chiffres), RNA ou RIDET, sans espace ; 00000000000000 s’il est inconnu.";
}

const char *check_siret(const struct check_context *cx, struct str v)
{
    (void)cx;
    return all_digits(v, 14) ? NULL : "Un SIRET a 14 chiffres, sans espace.";
}

const char *check_code_postal(const struct check_context *cx, struct str v)
{
    (void)cx;
    return all_digits(v, 5) ? NULL : "Un code postal a 5 chiffres, par exemple 35000.";
}

/* ^([013-9]\d|2[AB1-9])\d{3}$ */
const char *check_code_insee_lamednum(const struct check_context *cx, struct str v)
{
    (void)cx;
    bool ok = v.n == 5 && all_digits(str_sub(v, 2, 3), 3);
    if (ok && v.p[0] == '2')
        ok = v.p[1] == 'A' || v.p[1] == 'B' || (v.p[1] >= '1' && v.p[1] <= '9');
    else if (ok)
        ok = digit(v.p[0]) && digit(v.p[1]);
    return ok ? NULL : "Un code INSEE de commune a 5 caractères, par exemple 35238 ou 2A004. Ce n’est pas le code postal.";
}

/* ^(?:(?:0[1-9]|1\d|2[AB]|2[1-9]|[3-8]\d|9[0-5])\d{3}|(?:97[1-8]|98[1-9])\d{2})$ */
bool check_code_insee_cog(struct str v)
{
    if (v.n != 5 || !all_digits(str_sub(v, 2, 3), 3) || !digit(v.p[0]))
        return false;
    if (v.p[0] == '2' && (v.p[1] == 'A' || v.p[1] == 'B'))
        return true;
    if (!digit(v.p[1]))
        return false;
    if (v.p[0] == '0' || v.p[0] == '2')
        return v.p[1] != '0';
    if (v.p[0] != '9' || v.p[1] <= '5')
        return true;
    return (v.p[1] == '7' && v.p[2] >= '1' && v.p[2] <= '8') || (v.p[1] == '8' && v.p[2] >= '1');
}

const char *check_code_insee(const struct check_context *cx, struct str v)
{
    (void)cx;
    return v.n == 5 && all_word(v) ? NULL : "Un code INSEE de commune a 5 caractères, par exemple 35238 ou 2A004.";
}

const char *check_telephone_e164(const struct check_context *cx, struct str v)
{
    static const char *const prefixes[] = {"+33",  "+590", "+594", "+262", "+596",
                                           "+269", "+687", "+689", "+508", "+681"};
    (void)cx;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct str prefix = str_from(prefixes[i]);
        if (!str_starts(v, prefix))
            continue;
        size_t n = v.n - prefix.n;
        if (n >= 6 && n <= 9 && all_digits(str_sub(v, prefix.n, n), n))
            return NULL;
    }
    return "Écrivez un seul numéro, sous la forme +33261910011.";
}

/* The schema takes any text: one number, in a form that can be dialled. */
const char *check_telephone(const struct check_context *cx, struct str v)
{
    enum { TELEPHONE_MAX = 100 };
    size_t digits = 0;
    (void)cx;
    for (size_t i = 0; i < v.n; i++)
        digits += digit(v.p[i]);
    return digits >= 2 && v.n <= TELEPHONE_MAX ? NULL : "Écrivez un seul numéro de téléphone, par exemple +33261910011.";
}

static bool ipv4_valid(struct str host)
{
    struct str part;
    int parts = 0;
    int64_t v;
    while (str_split(&host, '.', &part))
        if (++parts > 4 || part.n > 3 || !str_to_int(part, &v) || v < 0 || v > 255)
            return false;
    return parts == 4;
}

static bool host_valid(struct str host, bool ascii_only)
{
    struct str label;
    size_t labels = 0;
    if (host.n == 0 || host.n > 253 || host.p[host.n - 1] == '.')
        return false;
    while (str_split(&host, '.', &label)) {
        labels++;
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!digit(label.p[i]) && !letter(label.p[i]) && label.p[i] != '-' && label.p[i] != '_' &&
                (ascii_only || (unsigned char)label.p[i] < 0x80))
                return false;
    }
    /* A name ends with a label that holds a letter: "site.2" is none. */
    bool name = false;
    for (size_t i = 0; i < label.n; i++)
        name |= !digit(label.p[i]);
    return labels >= 2 && label.n >= 2 && name;
}

const char *check_courriel(const struct check_context *cx, struct str v)
{
    static const char why[] = "Écrivez une seule adresse, par exemple accueil@ville.example.";
    (void)cx;
    ptrdiff_t at = str_find_char(v, '@', 0);
    if (at <= 0 || at > 64 || v.n > 254 || v.p[0] == '.' || v.p[at - 1] == '.')
        return why;
    for (ptrdiff_t i = 0; i < at; i++) {
        char c = v.p[i];
        if (!digit(c) && !letter(c) && !(c > 0 && strchr("!#$%&'*+-/=?^_`{}~.", c)))
            return why;
        if (c == '.' && v.p[i + 1] == '.')
            return why;
    }
    struct str host = str_sub(v, (size_t)at + 1, v.n);
    return host_valid(host, true) && str_find_char(host, '_', 0) < 0 ? NULL : why;
}

static bool url_valid(struct str v, bool ascii_only)
{
    size_t start = str_starts(v, STR("https://")) ? 8 : str_starts(v, STR("http://")) ? 7 : 0;
    size_t end = start;
    if (start == 0 || !str_is_utf8(v))
        return false;
    while (end < v.n && !strchr("/?#", v.p[end]))
        end++;
    struct str host = str_sub(v, start, end - start);
    ptrdiff_t colon = str_find_char(host, ':', 0);
    if (colon >= 0) {
        int64_t port;
        if (!str_to_int(str_sub(host, (size_t)colon + 1, host.n), &port) || port < 1 || port > 65535)
            return false;
        host.n = (size_t)colon;
    }
    for (size_t i = end; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        if (c <= 0x20 || c == 0x7F || (c >= 0x80 && ascii_only) || strchr("\"<>\\^`{|}", c))
            return false;
        if (c == '%' && !(i + 2 < v.n && strspn((char[]){v.p[i + 1], v.p[i + 2], 0}, "0123456789abcdefABCDEF") == 2))
            return false;
    }
    return host_valid(host, ascii_only) || ipv4_valid(host);
}

const char *check_url(const struct check_context *cx, struct str v)
{
    (void)cx;
    return url_valid(v, false) ? NULL : "Écrivez une adresse web complète, qui commence par https:// et ne contient pas d’espace.";
}

const char *check_uri(const struct check_context *cx, struct str v)
{
    enum { URI_MAX = 2083 };
    (void)cx;
    return v.n <= URI_MAX && url_valid(v, true)
               ? NULL
               : "Écrivez une adresse web complète, qui commence par https://, sans espace ni accent (2 083 caractères au plus).";
}

const char *check_date(const struct check_context *cx, struct str v)
{
    struct civil_date d;
    (void)cx;
    return civil_parse(v, &d) ? NULL : "Écrivez la date sous la forme année-mois-jour, par exemple 2026-11-24.";
}

const char *check_date_inclusion(const struct check_context *cx, struct str v)
{
    struct civil_date d;
    if (!civil_parse(v, &d))
        return check_date(cx, v);
    if (d.year < 2000)
        return "La date doit être en 2000 ou après.";
    return civil_to_days(d) <= cx->last_day ? NULL : "La date est dans le futur.";
}

const char *check_zone(const struct check_context *cx, struct str v)
{
    (void)cx;
    bool ok = str_eq(v, STR("france")) || ((v.n == 5 || v.n == 2 || v.n == 3) && all_word(v)) || all_digits(v, 9);
    return ok ? NULL : "Écrivez un code de commune (35238), de département (35), d’intercommunalité (9 chiffres), de pays (99100) ou « france ».";
}

bool check_siret_key(struct str v)
{
    if (!all_digits(v, 14))
        return false;
    int sum = 0, plain = 0;
    for (size_t i = 0; i < 14; i++) {
        int d = v.p[i] - '0', twice = 2 * d;
        plain += d;
        sum += i % 2 ? d : twice > 9 ? twice - 9 : twice;
    }
    /* The establishments of La Poste do not follow Luhn's key: their digits add up to a multiple of 5. */
    return plain > 0 && (sum % 10 == 0 || (str_starts(v, STR("356000000")) && plain % 5 == 0));
}

/* -- opening hours written as the standard writes them --------------------------------------------- */

static bool known_word(struct str w)
{
    static const char words[] = " Mo Tu We Th Fr Sa Su PH SH Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec "
                                "week easter off closed open unknown day days ";
    enum { WORD_MAX = 7 };
    if (w.n == 0 || w.n > WORD_MAX)
        return false;
    char with_spaces[WORD_MAX + 3] = " ";
    memcpy(with_spaces + 1, w.p, w.n);
    with_spaces[w.n + 1] = ' ';
    return strstr(words, with_spaces) != NULL;
}

/* After the digits of an hour comes ':', two digits, no more; an hour has two digits. */
static bool number_strict(struct str v, size_t *i)
{
    size_t start = *i;
    while (*i < v.n && digit(v.p[*i]))
        ++*i;
    if (*i + 1 < v.n && v.p[*i] == ':' && digit(v.p[*i + 1])) { /* not the colon after a date */
        bool ok = *i - start == 2 && *i + 2 < v.n && digit(v.p[*i + 1]) && digit(v.p[*i + 2]) &&
                  !(*i + 3 < v.n && digit(v.p[*i + 3]));
        *i += 3;
        return ok;
    }
    return true;
}

bool check_hours_strict(struct str v)
{
    size_t i = 0;
    while (i < v.n) {
        char c = v.p[i];
        if (letter(c)) {
            size_t start = i;
            while (i < v.n && letter(v.p[i]))
                i++;
            if (!known_word(str_sub(v, start, i - start)))
                return false;
        } else if (digit(c)) {
            if (!number_strict(v, &i))
                return false;
        } else if (c == '"') {
            ptrdiff_t end = str_find_char(v, '"', i + 1);
            if (end < 0)
                return false;
            i = (size_t)end + 1;
        } else if (c > 0 && strchr(" ,;-+/[]|:", c)) {
            i++;
        } else {
            return false;
        }
    }
    return v.n > 0;
}
