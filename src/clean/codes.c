/* Codes: postal, of communes, of organisations. */
#include "clean/private.h"

/* A code without what people put between its characters, in capitals. */
static struct str packed(struct arena *a, struct str v)
{
    struct clean_out out = clean_out_new(a, v.n);
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        if (c == 0xC2 && i + 1 < v.n && (unsigned char)v.p[i + 1] == 0xA0)
            i++; /* no-break space */
        else if (c == 0xE2 && i + 2 < v.n && (unsigned char)v.p[i + 1] == 0x80)
            i += 2; /* thin spaces, dashes, ’ */
        else if (c >= 0x80 || !strchr(" .-_'", v.p[i]))
            clean_out_char(&out, clean_is_letter(v.p[i]) && clean_lower(v.p[i]) == v.p[i] ? (char)(v.p[i] - 'a' + 'A') : v.p[i]);
    }
    return clean_out_str(&out);
}

/* "35000.0", "35000,00": a number of a spreadsheet. */
static struct str without_decimals(struct cleaned *c, struct str v, const char *rule)
{
    size_t whole = 0, zeros;
    while (whole < v.n && clean_is_digit(v.p[whole]))
        whole++;
    if (whole < 4 || whole + 1 >= v.n || (v.p[whole] != '.' && v.p[whole] != ','))
        return v;
    for (zeros = whole + 1; zeros < v.n && v.p[zeros] == '0';)
        zeros++;
    if (zeros < v.n || zeros - whole > 3)
        return v;
    clean_rule(c, rule);
    return str_sub(v, 0, whole);
}

static bool all_zeros(struct str v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] != '0')
            return false;
    return v.n > 0;
}

/* "1300" was 01300 before a spreadsheet took it for a number. */
static struct str with_zero(struct arena *a, struct cleaned *c, struct str v, const char *rule)
{
    if (!clean_digits(v, 4) || v.p[0] == '0')
        return v;
    clean_rule(c, rule);
    return arena_printf(a, "0%.*s", STR_ARG(v));
}

/* -- postal code ------------------------------------------------------------------------------------------------ */

/* The only run of five digits among words ("35000 Rennes", "F-35000"); none when there are two. */
static struct str only_five(struct str v)
{
    struct str found = STR_NONE;
    for (size_t i = 0; i < v.n; i++) {
        size_t start = i;
        while (i < v.n && clean_is_digit(v.p[i]))
            i++;
        if (i - start == 5 && !(i < v.n && clean_is_letter(v.p[i]))) {
            struct str five = str_sub(v, start, 5);
            if (found.n > 0 && !str_eq(found, five))
                return STR_NONE;
            found = five;
        }
    }
    return found;
}

struct cleaned clean_code_postal(struct arena *a, struct str v)
{
    static const char why[] = "Un code postal a 5 chiffres, par exemple 35000.";
    struct cleaned c = {.value = str_trim(v)};
    struct str text, code;
    if (clean_digits(c.value, 5) && !all_zeros(c.value))
        return c;
    if (!clean_cell(a, &c, v, &text))
        return c;
    text = without_decimals(&c, text, "code_postal.nombre");
    code = packed(a, text);
    if (clean_digits(code, 4) || clean_digits(code, 5)) {
        if (code.n != text.n)
            clean_rule(&c, "code_postal.espaces");
        code = with_zero(a, &c, code, "code_postal.zero_initial");
    } else {
        code = only_five(text);
        clean_rule(&c, "code_postal.texte");
    }
    if (code.n != 5 || all_zeros(code)) {
        clean_refuse(&c, why);
        return c;
    }
    return clean_done(c, v, code);
}

/* -- code of a commune -------------------------------------------------------------------------------------------- */

/* ^([013-9]\d|2[AB1-9])\d{3}$ */
static bool insee_right(struct str v)
{
    if (v.n != 5 || !clean_digits(str_sub(v, 2, 3), 3) || all_zeros(v))
        return false;
    if (v.p[0] == '2')
        return v.p[1] == 'A' || v.p[1] == 'B' || (v.p[1] >= '1' && v.p[1] <= '9');
    return clean_is_digit(v.p[0]) && clean_is_digit(v.p[1]);
}

struct cleaned clean_code_insee(struct arena *a, struct str v)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str text, code;
    if (insee_right(c.value))
        return c;
    if (!clean_cell(a, &c, v, &text))
        return c;
    text = without_decimals(&c, text, "code_insee.nombre");
    code = packed(a, text);
    if (code.n != text.n)
        clean_rule(&c, "code_insee.espaces");
    else if (!str_eq(code, text))
        clean_rule(&c, "code_insee.casse");
    code = with_zero(a, &c, code, "code_insee.zero_initial");
    if (!insee_right(code)) {
        clean_refuse(&c, "Un code INSEE de commune a 5 caractères, par exemple 35238 ou 2A004. Ce n’est pas le code postal.");
        return c;
    }
    return clean_done(c, v, code);
}

/* -- organisations -------------------------------------------------------------------------------------------------- */

/* Luhn's key. */
static bool key_right(struct str v)
{
    int sum = 0;
    for (size_t i = 0; i < v.n; i++) {
        int d = v.p[v.n - 1 - i] - '0', twice = 2 * d;
        sum += i % 2 == 0 ? d : twice > 9 ? twice - 9 : twice;
    }
    return sum % 10 == 0;
}

static bool siret_right(struct str v)
{
    int plain = 0;
    if (!clean_digits(v, 14) || all_zeros(v))
        return false;
    for (size_t i = 0; i < v.n; i++)
        plain += v.p[i] - '0';
    /* The establishments of La Poste do not follow the key: their digits add up to a multiple of 5. */
    return key_right(v) || (str_starts(v, STR("356000000")) && plain % 5 == 0);
}

/* RNA: W, a digit, a digit or a letter (9R is La Réunion), seven digits. */
static bool rna_right(struct str v)
{
    return v.n == 10 && v.p[0] == 'W' && clean_is_digit(v.p[1]) &&
           (clean_is_digit(v.p[2]) || (v.p[2] >= 'A' && v.p[2] <= 'Z')) && clean_digits(str_sub(v, 3, 7), 7);
}

/* 3.56E+13: the last digits are gone. */
static bool is_rounded(struct str v)
{
    ptrdiff_t e = str_find_char(v, 'E', 0);
    return e > 0 && (size_t)e + 1 < v.n && (v.p[e + 1] == '+' || clean_is_digit(v.p[e + 1])) && clean_is_digit(v.p[0]);
}

/* "SIRET : 435…", "RNA n° W75…" */
static struct str without_label(struct cleaned *c, struct str v)
{
    static const struct str labels[] = {STR_INIT("siret"), STR_INIT("rna"), STR_INIT("ridet")};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (!str_eq_nocase(str_sub(v, 0, labels[i].n), labels[i]))
            continue;
        v = str_sub(v, labels[i].n, v.n);
        while (v.n > 0 && strchr(" :n.\xC2\xB0", v.p[0]))
            v = str_sub(v, 1, v.n);
        clean_rule(c, "pivot.texte");
        break;
    }
    return v;
}

static struct str siret_of(struct arena *a, struct cleaned *c, struct str text, const char **why)
{
    struct str number = without_decimals(c, text, "siret.nombre"), code;
    code = packed(a, number);
    if (code.n != number.n)
        clean_rule(c, "siret.espaces");
    if (is_rounded(code)) {
        *why = "Un tableur a arrondi ce SIRET : ses derniers chiffres sont perdus. Mettez la colonne au format texte et retapez-le.";
        return STR_NONE;
    }
    /* A spreadsheet lost the 0: both keys must say so, that of the organisation and that of the establishment. */
    if (clean_digits(code, 13) && key_right(code) && key_right(str_sub(code, 0, 8))) {
        clean_rule(c, "siret.zero_initial");
        return arena_printf(a, "0%.*s", STR_ARG(code));
    }
    if (siret_right(code))
        return code;
    *why = clean_digits(code, 14)  ? "Ce SIRET n’existe pas : un de ses 14 chiffres est faux."
           : clean_digits(code, 9) ? "Ceci est un SIREN (9 chiffres). Écrivez le SIRET de l’établissement (14 chiffres)."
                                   : "Un SIRET a 14 chiffres, sans espace.";
    return STR_NONE;
}

static struct cleaned organisation(struct arena *a, struct str v, bool siret_only)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str text, code;
    const char *why = NULL;
    if (siret_right(c.value) || (!siret_only && rna_right(c.value)))
        return c;
    if (c.value.n > 0 && all_zeros(c.value)) /* how LaMednum files say that nobody knows */
        return (struct cleaned){.value = STR_NONE};
    if (!clean_cell(a, &c, v, &text))
        return c;
    text = without_label(&c, text);
    code = packed(a, text);
    if (!siret_only && rna_right(code)) {
        clean_rule(&c, code.n == text.n ? "rna.casse" : "rna.espaces");
        return clean_done(c, v, code);
    }
    /* RIDET of Nouvelle-Calédonie: seven digits of the organisation, three of the establishment. */
    if (!siret_only && clean_digits(code, 10)) {
        clean_rule(&c, "ridet.espaces");
        return clean_done(c, v, code);
    }
    code = siret_of(a, &c, text, &why);
    if (why) {
        clean_refuse(&c, !siret_only && !clean_digits(packed(a, text), 14) && !clean_digits(packed(a, text), 9) && !is_rounded(packed(a, text))
                             ? "Écrivez le numéro SIRET (14 chiffres), RNA ou RIDET, sans espace."
                             : why);
        return c;
    }
    return clean_done(c, v, code);
}

struct cleaned clean_pivot(struct arena *a, struct str v)
{
    return organisation(a, v, false);
}

struct cleaned clean_siret(struct arena *a, struct str v)
{
    return organisation(a, v, true);
}
