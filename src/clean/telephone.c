/* Telephone numbers. The text is cut in chunks: groups of digits that only a separator of groups stands between. A chunk is
 * one or several whole numbers, or nothing. */
#include "base/utf8.h"
#include "clean/private.h"

enum { DIGITS_MAX = 40, GROUPS_MAX = 40 };

/* Digits of a chunk, and where its groups end. */
struct chunk {
    bool plus;
    char digits[DIGITS_MAX];
    size_t n;
    bool group_end[DIGITS_MAX + 1]; /* a group ends before digit i */
    bool too_long;
    size_t start, end; /* in the text */
};

/* How a number was read. */
struct reading {
    char e164[20];
    size_t n, used; /* used: digits of the chunk */
    const char *rule;
};

/* -- the plan of numbers ----------------------------------------------------------------------------------- */

/* The overseas indicative of a département, or "33". */
static const char *indicative_of_place(struct str departement)
{
    static const char table[][2][4] = {
        {"971", "590"}, {"977", "590"}, {"978", "590"}, {"972", "596"}, {"973", "594"}, {"974", "262"}, {"976", "262"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq(departement, str_from(table[i][0])))
            return table[i][1];
    return "33";
}

/* The indicative of a national number ("692123456", without its 0). The place decides for those that all of overseas shares
 * (0709, 0947, 0976), and for the mobiles that are kept for fiction (0639 98: no other 0639 is out of Mayotte). */
static const char *indicative(const char *national, struct str departement)
{
    static const char table[][2][4] = {
        {"262", "262"}, {"263", "262"}, {"269", "262"}, {"639", "262"}, {"692", "262"}, {"693", "262"}, {"590", "590"},
        {"690", "590"}, {"691", "590"}, {"594", "594"}, {"694", "594"}, {"596", "596"}, {"696", "596"}, {"697", "596"},
    };
    static const char *const shared[] = {"709", "947", "976", "63998"};
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (memcmp(national, shared[i], strlen(shared[i])) == 0)
            return indicative_of_place(departement);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (memcmp(national, table[i][0], 3) == 0)
            return table[i][1];
    return "33";
}

static bool is_overseas(const char *code)
{
    return code[0] == '2' || code[0] == '5';
}

static bool made(struct reading *r, const char *code, const char *digits, size_t n, size_t used, const char *rule)
{
    size_t prefix = strlen(code);
    r->e164[0] = '+';
    memcpy(r->e164 + 1, code, prefix);
    memcpy(r->e164 + 1 + prefix, digits, n);
    r->n = 1 + prefix + n;
    r->used = used;
    r->rule = rule;
    return true;
}

/* Nine digits that follow the 0: 1…9 first. 0508 is Saint-Pierre-et-Miquelon, whose own numbers have six digits. */
static bool national(struct reading *r, const char *nine, size_t used, struct str departement, const char *rule)
{
    if (nine[0] == '0')
        return false;
    if (memcmp(nine, "508", 3) == 0)
        return made(r, "508", nine + 3, 6, used, rule);
    const char *code = indicative(nine, departement);
    return made(r, code, nine, 9, used, rule ? rule : is_overseas(code) ? "telephone.outre_mer" : NULL);
}

/* Digits that follow a + or 00. */
static bool international(struct reading *r, const char *d, size_t n, size_t skipped)
{
    static const struct {
        const char *code;
        size_t length; /* of the number that follows */
    } codes[] = {{"33", 9}, {"590", 9}, {"594", 9}, {"262", 9}, {"596", 9}, {"269", 7}, {"687", 6}, {"689", 8}, {"508", 6}, {"681", 6}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        size_t prefix = strlen(codes[i].code), length = codes[i].length;
        if (n < prefix + length || memcmp(d, codes[i].code, prefix) != 0)
            continue;
        const char *rest = d + prefix;
        bool zero = length == 9 && rest[0] == '0' && n > prefix + length; /* +33 (0)1 */
        rest += zero;
        if (length != 9)
            return made(r, codes[i].code, rest, length, skipped + prefix + length, NULL);
        if (rest[0] == '0')
            return false;
        const char *code = i == 0 ? indicative(rest, STR_NONE) : codes[i].code;
        return made(r, code, rest, 9, skipped + prefix + zero + 9, zero || code != codes[i].code ? "telephone.indicatif" : NULL);
    }
    return false;
}

/* One number at digit `from` of the chunk, that ends where a group ends. */
static bool read_number(const struct chunk *k, size_t from, struct str departement, struct reading *r)
{
    const char *d = k->digits + from;
    size_t n = k->n - from;
    bool ok = false;
    if (k->plus && from == 0) {
        if (n >= 10 && d[0] == '0' && d[1] != '0') /* +0102030405 */
            ok = national(r, d + 1, 10, departement, "telephone.indicatif");
        else
            ok = international(r, d, n, 0);
    } else if (n >= 12 && d[0] == '0' && d[1] == '0') {
        ok = international(r, d + 2, n - 2, 2);
        if (ok && !r->rule)
            r->rule = "telephone.indicatif";
    } else if (n >= 10 && d[0] == '0') {
        ok = national(r, d + 1, 10, departement, NULL);
    } else if (n >= 11 && (memcmp(d, "33", 2) == 0 || is_overseas(d))) { /* the + was lost */
        ok = international(r, d, n, 0);
        if (ok)
            r->rule = "telephone.indicatif";
    }
    return ok && k->group_end[from + r->used];
}

/* Numbers of six or eight digits: only where the département says which. */
static bool read_pacific(const struct chunk *k, struct str departement, struct reading *r)
{
    static const struct {
        const char *departement, *code;
        size_t length;
    } places[] = {{"975", "508", 6}, {"986", "681", 6}, {"987", "689", 8}, {"988", "687", 6}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (str_eq(departement, str_from(places[i].departement)) && k->n == places[i].length && !k->plus && k->digits[0] != '0')
            return made(r, places[i].code, k->digits, k->n, k->n, "telephone.outre_mer");
    return false;
}

/* -- chunks ------------------------------------------------------------------------------------------------ */

/* Bytes of a separator of groups at `i`: a space, dot, dash… 0 for what ends a number. */
static size_t separator(struct str v, size_t i)
{
    static const char *const separators[] = {" ", ".", "-", "_", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x93", "\xC2\xB7"};
    if (i < v.n && (clean_is_digit(v.p[i]) || clean_is_letter(v.p[i])))
        return 0;
    for (size_t k = 0; k < sizeof separators / sizeof *separators; k++)
        if (str_starts(str_sub(v, i, v.n), str_from(separators[k])))
            return strlen(separators[k]);
    return 0;
}

/* Where the next group of the same number starts, or 0. */
static size_t next_group(struct str v, size_t i, bool opened)
{
    enum { SEPARATORS_MAX = 4 };
    size_t start = i, used;
    if (i + 1 < v.n && (v.p[i] == '/' || v.p[i] == ',') && clean_is_digit(v.p[i + 1]))
        return i + 1;
    for (int k = 0; k < SEPARATORS_MAX && i < v.n; k++) {
        if (opened && v.p[i] == ')')
            used = 1;
        else if ((used = separator(v, i)) == 0)
            break;
        i += used;
    }
    return i > start && i < v.n && clean_is_digit(v.p[i]) ? i : 0;
}

/* The chunk that starts at or after `from`. */
static bool next_chunk(struct str v, size_t from, struct chunk *k)
{
    size_t i = from;
    memset(k, 0, sizeof *k);
    while (i < v.n && !clean_is_digit(v.p[i]))
        i++;
    if (i == v.n)
        return false;
    bool opened = i > from && (v.p[i - 1] == '(' || (i > from + 1 && v.p[i - 1] == '+' && v.p[i - 2] == '('));
    k->plus = i > from && v.p[i - 1] == '+';
    k->start = i;
    while (i < v.n) {
        if (clean_is_digit(v.p[i])) {
            if (k->n < DIGITS_MAX)
                k->digits[k->n++] = v.p[i];
            else
                k->too_long = true;
            i++;
            continue;
        }
        k->group_end[k->n] = true;
        bool abroad = k->plus || (k->n >= 4 && k->digits[0] == '0' && k->digits[1] == '0');
        size_t zero = i + (v.p[i] == ' ');
        if (abroad && str_starts(str_sub(v, zero, v.n), STR("(0)"))) { /* +33 (0)1: the 0 is not dialled */
            i = zero + 3;
            while (i < v.n && separator(v, i) > 0)
                i += separator(v, i);
            continue;
        }
        size_t next = next_group(v, i, opened);
        if (next == 0)
            break;
        i = next;
    }
    k->group_end[k->n] = true;
    k->end = i;
    return true;
}

/* Whole numbers, one after the other: the first is given. */
static bool read_chunk(const struct chunk *k, struct str departement, struct reading *first, bool *several)
{
    size_t from = 0;
    bool ok = !k->too_long;
    while (ok && from < k->n) {
        struct reading r;
        ok = read_number(k, from, departement, &r);
        if (ok && from == 0)
            *first = r;
        *several |= from > 0;
        from += ok ? r.used : 0;
    }
    return ok;
}

static const char *short_number(const struct chunk *k)
{
    if (k->n == 4 && memcmp(k->digits, "3230", 4) == 0)
        return "+33969322121";
    return k->n == 4 && memcmp(k->digits, "3960", 4) == 0 ? "+33971103960" : NULL;
}

/* -- one value ----------------------------------------------------------------------------------------------- */

static bool is_right(struct str v)
{
    if (v.n < 10 || v.n > 13 || v.p[0] != '+')
        return false;
    for (size_t i = 1; i < v.n; i++)
        if (!clean_is_digit(v.p[i]))
            return false;
    if (v.p[1] == '3' && v.p[2] == '3' && v.n == 12 && strchr("1348", v.p[3]))
        return true; /* no number of overseas begins so */
    if (v.p[1] == '3')
        return v.n == 12 && v.p[2] == '3' && v.p[3] != '0' && indicative(v.p + 3, STR_NONE)[0] == '3' && memcmp(v.p + 3, "508", 3) != 0;
    struct str code = str_sub(v, 1, 3);
    if (v.n == 13)
        return v.p[4] != '0' && clean_word_in(" 262 590 594 596 ", code);
    return (v.n == 10 && clean_word_in(" 508 681 687 ", code)) || (v.n == 12 && str_eq(code, STR("689"))) ||
           (v.n == 11 && str_eq(code, STR("269")));
}

static const char *refusal(struct str v, size_t digits)
{
    if (v.n > 1 && ((v.p[0] == '+' && v.p[1] != '0') || str_starts(v, STR("00"))) && digits > 6)
        return "Ce numéro n’est pas un numéro français complet. Écrivez un numéro de 10 chiffres, par exemple 02 61 91 00 11.";
    if (digits == 4)
        return "Ce numéro court ne marche pas depuis tous les téléphones. Écrivez le numéro à 10 chiffres du lieu.";
    if (digits == 0)
        return "Il n’y a pas de numéro de téléphone ici. Écrivez 10 chiffres, par exemple 02 61 91 00 11.";
    return digits < 10 ? "Il manque des chiffres à ce numéro de téléphone. Écrivez 10 chiffres, par exemple 02 61 91 00 11."
                       : "Ce numéro de téléphone a trop de chiffres. Écrivez-en un seul, de 10 chiffres, par exemple 02 61 91 00 11.";
}

/* A number of a spreadsheet: nine digits, the 0 is lost; or with ".0" behind. */
static bool read_cell(struct str v, const struct chunk *k, struct str departement, struct reading *r)
{
    bool whole = k->start == 0 && k->end == v.n && !k->plus;
    if (!whole)
        return false;
    size_t n = k->n;
    if ((n == 10 || n == 12) && str_ends(v, STR(".0")) && clean_digits(str_sub(v, 0, v.n - 2), v.n - 2))
        n--;
    if (n == 11 && v.n == 13) {
        struct chunk cut = *k;
        cut.n = n;
        cut.group_end[n] = true;
        return read_number(&cut, 0, departement, r) && r->used == n;
    }
    return n == 9 && k->digits[0] != '0' && national(r, k->digits, 9, departement, "telephone.zero_initial");
}

/* Most numbers: ten digits, with nothing or one separator between them. */
static bool read_plain(struct str v, struct str departement, struct reading *r)
{
    char digits[10];
    size_t n = 0;
    if (v.n < 10 || v.n > 19 || v.p[0] != '0')
        return false;
    for (size_t i = 0; i < v.n; i++) {
        bool digit = clean_is_digit(v.p[i]);
        if (digit && n == 10)
            return false;
        if (digit)
            digits[n++] = v.p[i];
        else if ((v.p[i] != ' ' && v.p[i] != '.' && v.p[i] != '-') || i + 1 == v.n || !clean_is_digit(v.p[i + 1]))
            return false;
    }
    return n == 10 && national(r, digits + 1, 10, departement, NULL);
}

static struct cleaned found(struct arena *a, struct cleaned c, struct str given, const struct reading *r)
{
    struct str value = arena_str(a, (struct str){r->e164, r->n});
    if (r->rule)
        clean_rule(&c, r->rule);
    else if (c.n_rules == 0 || given.p[0] != '+')
        clean_rule(&c, "telephone.format");
    return clean_done(c, given, value);
}

struct cleaned clean_telephone(struct arena *a, struct str v, struct str departement)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str text;
    struct chunk k;
    struct reading r;
    size_t chunks = 0, from = 0, digits = 0;
    const char *alone = NULL;
    if (is_right(c.value))
        return c;
    if (read_plain(c.value, departement, &r))
        return found(a, c, v, &r);
    c = clean_text(a, v, true); /* a line end stands between two numbers */
    text = c.value;
    if (c.refused || text.n == 0)
        return c;
    if (clean_says_nothing(text)) {
        c.value = STR_NONE;
        clean_rule(&c, "valeur.absente");
        return c;
    }
    while (next_chunk(text, from, &k)) {
        bool several = false;
        chunks++;
        from = k.end;
        if (read_chunk(&k, departement, &r, &several) ||
            (chunks == 1 && (read_cell(text, &k, departement, &r) || read_pacific(&k, departement, &r)))) {
            struct chunk other;
            while (!several && next_chunk(text, from, &other)) {
                several = other.n >= 9;
                from = other.end;
            }
            if (several)
                clean_rule(&c, "telephone.plusieurs");
            else if (k.start > 1 || k.end < text.n)
                clean_rule(&c, "telephone.texte");
            return found(a, c, v, &r);
        }
        if (k.n > digits || chunks == 1)
            digits = k.n;
        if (chunks == 1)
            alone = short_number(&k);
    }
    if (alone && digits == 4) {
        clean_rule(&c, "telephone.court");
        return clean_done(c, v, str_from(alone));
    }
    clean_refuse(&c, refusal(text, digits));
    return c;
}
