/* A number in a street and its name. Rules are applied one after the other until nothing changes; each leaves alone what is
 * right already. */
#include "base/text.h"
#include "base/utf8.h"
#include "clean/voie.h"

enum { ROUNDS_MAX = 6, NAMELESS_MAX = 24 };

static const char *const refusal = "Il n’y a pas de rue ici. Écrivez le numéro et le nom de la voie, par exemple 8 rue des Lilas.";

/* -- characters ---------------------------------------------------------------------------------------------------------- */

/* ^[0-9A-Za-zÀ-ÖØ-öø-ÿœ-ŸŒ\-,()°.&:+–|;'’/\s]+$ of the standard's library. */
static bool allowed(uint32_t cp)
{
    if (cp < 0x80)
        return clean_is_digit((char)cp) || clean_is_letter((char)cp) || (cp >= ' ' && strchr("-,().&:+|;'/ ", (int)cp));
    return (cp >= 0xC0 && cp <= 0xFF && cp != 0xD7 && cp != 0xF7) || (cp >= 0x152 && cp <= 0x178) || cp == 0xB0 || cp == 0x2013 ||
           cp == 0x2019;
}

/* What stands for a character that streets do not have; NULL: no street holds it. */
static const char *instead(uint32_t cp)
{
    switch (cp) {
    case '"': case '*': case '!': case '#': case 0xAB: case 0xBB: case 0x201C: case 0x201D: case 0x201E: case 0x2022: case 0xB7:
    case '_': case '\\': case '=': case '<': case '>': case '~': case '^': case 0x2028:
        return " ";
    case '[': case '{': return "(";
    case ']': case '}': return ")";
    case '`': case 0xB4: case 0x2018: case 0x2BC: case 0x2032: return "'";
    case 0x2010: case 0x2011: return "-";
    case 0x2014: case 0x2212: return "–";
    case 0xBA: return "°";
    case 0xAA: return "a";
    case 0xB2: return "2";
    case 0xB3: return "3";
    case 0x2026: return "...";
    case 0xA0: case 0x202F: return " ";
    default: return NULL;
    }
}

/* Was the text read with the wrong alphabet? Then its apostrophes are as the rest of the country writes them in addresses. */
static bool was_misread(const struct cleaned *c)
{
    for (size_t i = 0; i < c->n_rules; i++)
        if (strcmp(c->rules[i], "texte.encodage") == 0)
            return true;
    return false;
}

static struct str with_allowed(struct arena *a, struct cleaned *c, struct str v, bool *lost)
{
    bool misread = was_misread(c);
    struct clean_out out = clean_out_new(a, v.n);
    for (size_t i = 0; i < v.n;) {
        uint32_t cp = 0;
        size_t used = utf8_decode(v.p + i, v.n - i, &cp);
        used += used == 0;
        if (cp == 0x2019 && misread) {
            clean_out_char(&out, '\'');
        } else if (allowed(cp)) {
            clean_out_add(&out, str_sub(v, i, used));
        } else {
            const char *other = instead(cp);
            bool inside = i > 0 && i + used < v.n && v.p[i - 1] != ' ' && v.p[i + used] != ' ';
            if (!other && cp == '?' && !inside) /* "R?publique" lost a letter; "rue X ?" did not */
                other = " ";
            *lost |= !other;
            clean_rule(c, "voie.caracteres");
            clean_out_add(&out, str_from(other));
        }
        i += used;
    }
    return clean_out_str(&out);
}

/* -- pieces ---------------------------------------------------------------------------------------------------------------- */

static bool ends_word(struct str v, size_t i)
{
    return i >= v.n || !(clean_is_digit(v.p[i]) || clean_is_letter(v.p[i]) || (unsigned char)v.p[i] >= 0x80);
}

static size_t word_end(struct str v, size_t i)
{
    while (!ends_word(v, i))
        i++;
    return i;
}

/* A dot after a word that is no abbreviation. */
static bool ends_sentence(struct str v)
{
    enum { FULL_WORD = 4 };
    size_t start = v.n > 0 ? v.n - 1 : 0;
    if (v.n == 0 || v.p[v.n - 1] != '.')
        return false;
    while (start > 0 && !ends_word(v, start - 1))
        start--;
    return v.n - 1 - start >= FULL_WORD;
}

/* Punctuation around a street. */
static struct str trimmed(struct str v)
{
    for (;;) {
        if (v.n > 0 && strchr(" ,;-/|:.&+", v.p[0]))
            v = str_sub(v, 1, v.n);
        else if (str_starts(v, STR("–")))
            v = str_sub(v, 3, v.n);
        else if (v.n > 0 && strchr(" ,;-/|:&+(", v.p[v.n - 1]))
            v.n--;
        else if (str_ends(v, STR("–")))
            v.n -= 3;
        else if (ends_sentence(v))
            v.n--;
        else
            return v;
    }
}

/* Doubled spaces, spaces before a comma, doubled commas. */
static struct str spaced(struct arena *a, struct str v)
{
    struct clean_out out = clean_out_new(a, v.n);
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i], last = (char)(out.n > 0 ? out.p[out.n - 1] : ' ');
        if (c == ' ' && last == ' ')
            continue;
        if (c == ',' && last == ' ' && out.n > 0)
            out.n--;
        if (c == ',' && out.n > 0 && out.p[out.n - 1] == ',')
            continue;
        clean_out_char(&out, c);
    }
    return clean_out_str(&out);
}

/* Lines of a cell: what begins with a capital or a number on a line of its own is another part of the address. */
static struct str on_one_line(struct arena *a, struct cleaned *c, struct str v)
{
    struct clean_out out = clean_out_new(a, v.n + 8);
    struct str rest = v, line;
    while (str_split(&rest, '\n', &line)) {
        struct str before = trimmed(clean_out_str(&out));
        size_t last = before.n;
        line = str_trim(line);
        if (line.n == 0)
            continue;
        while (last > 0 && before.p[last - 1] != ' ')
            last--;
        struct str word = str_sub(before, last, before.n);
        bool goes_on = (clean_lower(line.p[0]) == line.p[0] && !clean_is_digit(line.p[0])) || clean_voie_is_kind(word) ||
                       clean_word_in(" de du des la le les et ", word) || clean_digits(word, word.n);
        if (out.n > 0) {
            out.n = before.n;
            clean_rule(c, "voie.lignes");
            clean_out_add(&out, goes_on ? STR(" ") : STR(", "));
        }
        clean_out_add(&out, line);
    }
    return clean_out_str(&out);
}

/* "null 12 avenue": what a program writes where there is nothing. */
static struct str without_null(struct cleaned *c, struct str v)
{
    size_t end = word_end(v, 0), last = v.n;
    if (clean_word_in(" null undefined none nan ", str_sub(v, 0, end)) && end < v.n && v.p[end] == ' ') {
        clean_rule(c, "voie.vide");
        v = trimmed(str_sub(v, end, v.n));
        last = v.n;
    }
    while (last > 0 && v.p[last - 1] != ' ')
        last--;
    if (last > 0 && clean_word_in(" null undefined nan ", str_sub(v, last, v.n))) {
        clean_rule(c, "voie.vide");
        v = trimmed(str_sub(v, 0, last));
    }
    return v;
}

/* Number 0 is no number ("0 Rue de la Paix", "00, rue"), and 02 is 2. */
static struct str without_zero(struct cleaned *c, struct str v)
{
    size_t i = 0;
    while (i < v.n && v.p[i] == '0')
        i++;
    size_t end = i;
    while (end < v.n && clean_is_digit(v.p[end]))
        end++;
    if (i > 0 && i < 4 && end > i && end - i < 5) { /* five digits may be a postal code */
        clean_rule(c, "voie.numero_zero");
        return str_sub(v, i, v.n);
    }
    if (i == 0 || i + 1 >= v.n || (v.p[i] != ' ' && v.p[i] != ','))
        return v;
    struct str rest = trimmed(str_sub(v, i, v.n));
    if (rest.n == 0 || clean_is_digit(rest.p[0]))
        return v;
    clean_rule(c, "voie.numero_zero");
    return rest;
}

/* -- the tail with the postal code and the town --------------------------------------------------------------------------- */

/* Are the five digits at i a postal code? Not after BP or CS, not the number of a house. */
static bool is_postal(struct str v, size_t i)
{
    size_t before = i, word = i + 5;
    if (!clean_digits(str_sub(v, i, 5), 5) || !ends_word(v, i + 5) || (i > 0 && !ends_word(v, i - 1)) || (v.p[i] == '0' && v.p[i + 1] == '0'))
        return false;
    if (v.n > i + 5 && (v.p[i + 5] == '/' || v.p[i + 5] == '\''))
        return false;
    while (before > 0 && (v.p[before - 1] == ' ' || v.p[before - 1] == '.' || v.p[before - 1] == ':'))
        before--;
    size_t start = before;
    while (start > 0 && !ends_word(v, start - 1))
        start--;
    if (clean_word_in(" bp cs tsa n no rd d rn cidex ", str_sub(v, start, before - start)) || str_eq(str_sub(v, start, before - start), STR("n°")))
        return false;
    if (i > 0)
        return true;
    while (word < v.n && (v.p[word] == ' ' || v.p[word] == ','))
        word++;
    struct str next = str_sub(v, word, word_end(v, word) - word);
    return !clean_voie_is_kind(next) && !clean_voie_kind(next);
}

/* "F-35000", "FR 35000". */
static struct str without_country(struct str head)
{
    size_t end = head.n, start;
    while (end > 0 && (head.p[end - 1] == ' ' || head.p[end - 1] == '-'))
        end--;
    start = end;
    while (start > 0 && !ends_word(head, start - 1))
        start--;
    struct str word = str_sub(head, start, end - start);
    bool glued = end + 1 == head.n && head.p[end] == '-';
    return str_eq(word, STR("FR")) || (str_eq(word, STR("F")) && glued) ? str_sub(head, 0, start) : head;
}

static struct str without_tail(struct cleaned *c, struct str v, bool *only_town)
{
    for (size_t i = 0; i + 5 <= v.n; i++) {
        if (!clean_is_digit(v.p[i]) || !is_postal(v, i))
            continue;
        struct str head = trimmed(without_country(str_sub(v, 0, i)));
        bool letters = false;
        for (size_t k = 0; k < head.n; k++)
            letters |= clean_is_letter(head.p[k]) || (unsigned char)head.p[k] >= 0x80;
        *only_town = !letters;
        clean_rule(c, "voie.code_postal");
        return head;
    }
    return v;
}

/* -- the number --------------------------------------------------------------------------------------------------------------- */

static bool is_repeat(struct str word)
{
    return clean_word_in(" bis ter quater quinquies ", word) || (word.n == 1 && clean_is_letter(word.p[0]));
}

/* Where the number ends ("12", "5-9", "12 bis", "38 bis", "12B", "7 - 9"): 0 without a number. */
static size_t number_end(struct str v)
{
    size_t i = 0, end = 0;
    while (i < v.n && clean_is_digit(v.p[i])) {
        while (i < v.n && clean_is_digit(v.p[i]))
            i++;
        if (i - end > 9)
            return 0;
        end = i;
        size_t word = i + (i < v.n && (v.p[i] == ' ' || v.p[i] == ',')), after;
        word += word > i && word < v.n && v.p[word] == ' ' && v.p[i] == ',';
        after = word_end(v, word);
        struct str repeat = str_sub(v, word, after - word);
        if (is_repeat(repeat) && after < v.n && (v.p[after] == ' ' || v.p[after] == ','))
            end = i = after;
        while (i < v.n && strchr(" -/&", v.p[i]))
            i++;
        if (i == end)
            break;
    }
    return end;
}

/* "5, rue Malakoff" and "29, bis rue" have no comma after the number. */
static struct str without_comma(struct arena *a, struct cleaned *c, struct str v)
{
    size_t end = number_end(v), comma = 0;
    while (comma <= end && comma < v.n && v.p[comma] != ',')
        comma++;
    if (end == 0 || comma > end || comma >= v.n || v.p[comma] != ',')
        return v;
    size_t next = comma + 1;
    while (next < v.n && v.p[next] == ' ')
        next++;
    if (next == v.n || clean_is_digit(v.p[next]))
        return v; /* "12, 14 rue" */
    clean_rule(c, "voie.virgule");
    return arena_printf(a, "%.*s %.*s", (int)comma, v.p, (int)(v.n - next), v.p + next);
}

/* -- abbreviations -------------------------------------------------------------------------------------------------------------- */

/* The word at i, without its dot, followed by a space (or, for titles, glued to a name by its dot): where what follows starts; 0. */
static size_t abbreviation(struct str v, size_t i, bool glued, struct str *word)
{
    size_t end = word_end(v, i), next = end;
    *word = str_sub(v, i, end - i);
    bool dot = next < v.n && v.p[next] == '.';
    next += dot;
    size_t start = next;
    while (next < v.n && v.p[next] == ' ')
        next++;
    bool name = next < v.n && (clean_is_letter(v.p[next]) || clean_is_digit(v.p[next]) || (unsigned char)v.p[next] >= 0x80);
    return end > i && name && (next > start || (glued && dot)) ? next : 0;
}

static struct str replaced(struct arena *a, struct str v, size_t from, size_t to, const char *word)
{
    return arena_printf(a, "%.*s%s %.*s", (int)from, v.p, word, (int)(v.n - to), v.p + to);
}

/* "R" is a letter of the number in "12 R Rue X". Some abbreviations are other words where no number stands before: "CH de
 * Valence" (a hospital), "Pas de Calais", "Che Guevara", "Ham" (a town), "Pro BTP". */
static bool short_kind_right(struct str v, struct str word, size_t number, size_t next)
{
    bool dot = word.p[word.n] == '.';
    struct str following = str_sub(v, next, word_end(v, next) - next);
    if (clean_word_in(" pas ", word) && clean_word_in(" des du ", following))
        return true;
    if (clean_word_in(" ch che chem pas pro esp ham ", word))
        return number > 0 || dot;
    return word.n > 1 || (number > 0 && following.n > 1 && !clean_voie_is_kind(following) && !clean_voie_kind(following));
}

static struct str with_kind(struct arena *a, struct cleaned *c, struct str v)
{
    size_t number = number_end(v), start = number, next;
    struct str word;
    /* "12 R HUGO": the letter was taken for a part of the number */
    if (number >= 2 && clean_lower(v.p[number - 1]) == 'r' && v.p[number - 2] == ' ')
        start = number - 1;
    while (start < v.n && v.p[start] == ' ')
        start++;
    next = abbreviation(v, start, false, &word);
    const char *full = next > 0 ? clean_voie_kind(word) : NULL;
    if (!full || !short_kind_right(v, word, number, next))
        return v;
    clean_rule(c, "voie.abreviation");
    return replaced(a, v, start, next, full);
}

/* A title stands after a kind of street or "du", and before a name: "25 Avenue Cdt Dumont", "rue du Gén. Leclerc". */
static struct str with_title(struct arena *a, struct cleaned *c, struct str v)
{
    size_t before = 0; /* start of the word before */
    for (size_t i = 0; i < v.n;) {
        struct str word, previous;
        size_t end = word_end(v, i), next;
        if (end == i) {
            i++;
            continue;
        }
        if (i > 0 && v.p[i - 1] == ' ') {
            previous = str_sub(v, before, word_end(v, before) - before);
            next = abbreviation(v, i, true, &word);
            const char *full = next > 0 ? clean_voie_title(word) : NULL;
            if (full && clean_word_in(" mal ", word) && !clean_voie_is_marshal(str_sub(v, next, word_end(v, next) - next)))
                full = NULL; /* "Chemin du Mal Pas" */
            if (full && (clean_word_in(" du de ", previous) || clean_voie_is_kind(previous))) {
                clean_rule(c, "voie.abreviation");
                return replaced(a, v, i, next, full);
            }
        }
        before = i;
        i = end;
    }
    return v;
}

/* -- one value ------------------------------------------------------------------------------------------------------------------- */

/* Bytes of a character that streets are made of, 0 for those that need a second look: punctuation, damage of encodings. */
static size_t plain_char(struct str v, size_t i)
{
    unsigned char c = (unsigned char)v.p[i];
    if (c < 0x80)
        return clean_is_letter(v.p[i]) || clean_is_digit(v.p[i]) || c == '\'' || c == '-' ? 1 : 0;
    struct str rest = str_sub(v, i, 4);
    unsigned char second = (unsigned char)(rest.n > 1 ? rest.p[1] : 0), third = (unsigned char)(rest.n > 2 ? rest.p[2] : 0);
    if (c == 0xC3 && second >= 0x80 && second <= 0xBF && second != 0x83 && second != 0x97 && second != 0xB7)
        return third < 0x80 ? 2 : 0; /* two in a row may be one that was misread */
    return c == 0xE2 && second == 0x80 && third == 0x99 ? 3 : 0;
}

/* "12 rue", "12 A": a number and a kind of street, without a name. */
static bool nameless(struct str v)
{
    struct str rest = trimmed(str_sub(v, number_end(v), v.n));
    return rest.n < 2 || clean_word_in(" rue avenue boulevard route chemin impasse cours rd bd av ", rest) || str_eq_nocase(rest, STR("allée"));
}

/* Words that are shortened, and those that programs leave. */
static bool suspect(struct str word)
{
    enum { LONGEST = 9 };
    if (word.n == 0 || word.n > LONGEST || clean_is_digit(word.p[0]))
        return false;
    return clean_voie_kind(word) || clean_voie_title(word) || (word.n == LONGEST && str_eq_nocase(word, STR("undefined"))) ||
           str_eq_nocase(word, STR("null")) || str_eq_nocase(word, STR("none")) || str_eq_nocase(word, STR("nan"));
}

/* Only characters of streets, no abbreviation nor tail to look for: nothing to do. */
static bool is_right(struct str v)
{
    size_t number = 0, word = 0;
    bool letters = false;
    if (v.n == 0 || v.p[0] == '0' || v.p[0] == '-' || v.p[0] == '\'' || v.p[v.n - 1] == '-' || v.n < 5)
        return false;
    for (size_t i = 0; i < v.n;) {
        size_t used = plain_char(v, i);
        if (used == 0) {
            if (v.p[i] != ' ' || i + 1 >= v.n || v.p[i + 1] == ' ' || suspect(str_sub(v, word, i - word)))
                return false;
            used = 1;
            word = i + 1;
        } else if (v.p[i] == '\'' || v.p[i] == '-' || (unsigned char)v.p[i] == 0xE2) {
            if (suspect(str_sub(v, word, i - word)))
                return false;
            word = i + used;
        }
        number = clean_is_digit(v.p[i]) ? number + 1 : 0;
        letters |= clean_is_letter(v.p[i]) || (unsigned char)v.p[i] == 0xC3;
        if (number > 4)
            return false;
        i += used;
    }
    return letters && !suspect(str_sub(v, word, v.n - word)) && !clean_says_nothing(v) && (v.n > NAMELESS_MAX || !nameless(v));
}

static struct str one_round(struct arena *a, struct cleaned *c, struct str v, bool *lost, bool *only_town)
{
    v = without_tail(c, v, only_town);
    v = trimmed(spaced(a, with_allowed(a, c, v, lost)));
    v = without_zero(c, without_null(c, v));
    v = without_comma(a, c, v);
    return with_title(a, c, with_kind(a, c, v));
}

static struct cleaned clean_once(struct arena *a, struct str given)
{
    struct str v = str_trim(given), text;
    struct cleaned c = {.value = v};
    bool lost = false, only_town = false, letters = false;
    if (is_right(v))
        return c;
    if (str_find_char(v, '\n', 0) >= 0 && !(c = clean_text(a, v, true)).refused)
        v = on_one_line(a, &c, c.value);
    struct cleaned lines = c;
    bool says = clean_cell(a, &c, v, &text);
    for (size_t i = 0; !c.refused && i < lines.n_rules; i++)
        clean_rule(&c, lines.rules[i]);
    if (!says)
        return c;
    if (str_find_char(text, '@', 0) > 0) {
        clean_refuse(&c, "Ceci est une adresse électronique, pas une rue.");
        return c;
    }
    for (int i = 0; i < ROUNDS_MAX; i++) {
        struct str next = one_round(a, &c, text, &lost, &only_town);
        bool same = str_eq(next, text);
        text = next;
        if (same || lost || only_town)
            break;
    }
    for (size_t i = 0; i < text.n; i++)
        letters |= clean_is_letter(text.p[i]) || (unsigned char)text.p[i] >= 0x80;
    if (lost) {
        clean_refuse(&c, "Il y a dans cette rue un caractère qui n’est d’aucune écriture des rues, ou une lettre perdue (?). Retapez-la.");
        return c;
    }
    if (!letters || only_town || nameless(text)) {
        clean_refuse(&c, only_town ? "Il n’y a ici que le code postal et la commune. Écrivez le numéro et le nom de la voie, par exemple 8 rue des Lilas." : refusal);
        return c;
    }
    if (c.n_rules == 0)
        clean_rule(&c, "voie.ponctuation");
    return clean_done(c, given, text);
}

/* Mending shows other damage (a quote taken away leaves "null"): until nothing changes. */
struct cleaned clean_voie(struct arena *a, struct str given)
{
    struct cleaned c = clean_once(a, given);
    for (int i = 0; i < ROUNDS_MAX; i++) {
        if (c.n_rules == 0 || c.value.n == 0)
            return c;
        struct cleaned next = clean_once(a, c.value);
        if (next.refused)
            return next;
        if (next.n_rules == 0)
            return c;
        for (size_t k = 0; k < next.n_rules; k++)
            clean_rule(&c, next.rules[k]);
        c = clean_done(c, given, next.value);
    }
    clean_refuse(&c, refusal);
    return c;
}
