/* E-mail addresses. Spaces that stand inside an address are closed, then the cell is cut in words: those that hold an @ are
 * addresses or refused, the others are left out. */
#include "base/text.h"
#include "base/utf8.h"
#include "clean/private.h"

static const char *const refusal =
    "Ceci n’est pas une adresse électronique. Écrivez-la sous la forme accueil@ville.example.";

static bool local_char(char c)
{
    return clean_is_digit(c) || (c >= 'a' && c <= 'z') || (c > 0 && strchr("!#$%&'*+-=?^_`{}~.", c));
}

/* As checks.c of the directory says, in lower case, and without what stands between two addresses. */
static bool is_right(struct str v)
{
    ptrdiff_t at = str_find_char(v, '@', 0);
    if (at <= 0 || at > 64 || v.n > 254 || v.p[0] == '.' || v.p[at - 1] == '.')
        return false;
    for (ptrdiff_t i = 0; i < at; i++)
        if (!local_char(v.p[i]) || (v.p[i] == '.' && v.p[i + 1] == '.'))
            return false;
    return clean_host_valid(str_sub(v, (size_t)at + 1, v.n));
}

/* -- one form for what people write in many ways ------------------------------------------------------------- */

struct variant {
    const char *written, *meant, *rule;
};

static const struct variant variants[] = {
    {"mailto:", " ", "courriel.mailto"}, {"(at)", "@", "courriel.arobase"},      {"[at]", "@", "courriel.arobase"},
    {"(a)", "@", "courriel.arobase"},    {"[a]", "@", "courriel.arobase"},       {"{at}", "@", "courriel.arobase"},
    {" at ", "@", "courriel.arobase"},   {"(arobase)", "@", "courriel.arobase"}, {"[arobase]", "@", "courriel.arobase"},
    {" arobase ", "@", "courriel.arobase"}, {"(dot)", ".", "courriel.point"},    {"[dot]", ".", "courriel.point"},
    {"(point)", ".", "courriel.point"},  {"[point]", ".", "courriel.point"},     {" dot ", ".", "courriel.point"},
    {"%20", " ", "courriel.espace"},     {"\xEF\xBC\xA0", "@", "courriel.arobase"}, {"‐", "-", "courriel.tiret"},
    {"‑", "-", "courriel.tiret"},        {"–", "-", "courriel.tiret"},           {"—", "-", "courriel.tiret"},
    {"’", "'", "courriel.apostrophe"},
};

static const struct variant *variant_at(struct str v)
{
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        size_t n = strlen(variants[i].written);
        if (str_eq_nocase(str_sub(v, 0, n), (struct str){variants[i].written, n}))
            return &variants[i];
    }
    return NULL;
}

/* No accents, one form for @ and dots. */
static struct str flatten(struct arena *a, struct cleaned *c, struct str v)
{
    struct clean_out out = clean_out_new(a, v.n);
    for (size_t i = 0; i < v.n;) {
        uint32_t cp = 0;
        const struct variant *known = strchr("m([{ a%", clean_lower(v.p[i])) || (unsigned char)v.p[i] >= 0x80
                                          ? variant_at(str_sub(v, i, v.n)) : NULL;
        if (known) {
            bool glued = strchr("@.", known->meant[0]) != NULL; /* " (at) ": the spaces go with it */
            clean_rule(c, known->rule);
            i += strlen(known->written);
            while (glued && out.n > 0 && out.p[out.n - 1] == ' ')
                out.n--;
            while (glued && i < v.n && v.p[i] == ' ')
                i++;
            clean_out_add(&out, str_from(known->meant));
            continue;
        }
        size_t used = utf8_decode(v.p + i, v.n - i, &cp);
        if (cp >= 0x80) {
            struct str letter = text_fold(a, str_sub(v, i, used));
            clean_rule(c, letter.n > 0 ? "courriel.accents" : "courriel.ponctuation");
            clean_out_add(&out, letter.n > 0 ? letter : STR(" "));
        } else {
            clean_out_char(&out, v.p[i]);
        }
        i += used;
    }
    return clean_out_str(&out);
}

static bool word_char(char c)
{
    return clean_is_digit(c) || clean_is_letter(c) || c == '_' || c == '-';
}

/* Is the space at i inside an address? Around @ ("accueil @ ville.fr"), before the dot of a name ("mediatheque .numerique@"). */
static bool space_inside(struct str v, size_t i)
{
    size_t next = i + 1;
    if (next >= v.n || i == 0)
        return false;
    if (v.p[next] == '@' || v.p[i - 1] == '@')
        return true;
    return v.p[next] == '.' && next + 1 < v.n && word_char(v.p[next + 1]) && word_char(v.p[i - 1]);
}

/* Is the comma at i the dot of a host ("accueil@mairie,fr")? The word before has an @ and no dot behind it; what follows is
 * two to four letters, and no address. */
static bool comma_is_dot(struct str v, size_t i)
{
    size_t start = i, end = i + 1;
    while (start > 0 && (word_char(v.p[start - 1])))
        start--;
    if (start == 0 || v.p[start - 1] != '@' || start == i)
        return false;
    while (end < v.n && clean_is_letter(v.p[end]))
        end++;
    return end - i - 1 >= 2 && end - i - 1 <= 4 && (end == v.n || !(word_char(v.p[end]) || strchr("@.", v.p[end])));
}

static struct str closed_up(struct arena *a, struct cleaned *c, struct str v)
{
    struct clean_out out = clean_out_new(a, v.n);
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == ' ' && space_inside(v, i)) {
            clean_rule(c, "courriel.espace");
        } else if (v.p[i] == ',' && comma_is_dot(v, i)) {
            clean_rule(c, "courriel.virgule");
            clean_out_char(&out, '.');
        } else if ((v.p[i] == '@' || v.p[i] == '.') && out.n > 0 && out.p[out.n - 1] == v.p[i] &&
                   (v.p[i] == '@' || memchr(out.p, '@', out.n))) {
            clean_rule(c, "courriel.ponctuation"); /* contact@@, ville..fr */
        } else {
            clean_out_char(&out, v.p[i]);
        }
    }
    return clean_out_str(&out);
}

/* -- words ------------------------------------------------------------------------------------------------------ */

static bool is_separator(char c)
{
    return c <= ' ' || strchr("|;,/<>()[]\"", c);
}

/* An address without the punctuation around it, "?subject=" and the label glued before it. */
static struct str trimmed(struct str word)
{
    ptrdiff_t at = str_find_char(word, '@', 0), colon = str_find_char(word, ':', 0), query = str_find_char(word, '?', at < 0 ? 0 : (size_t)at);
    if (query > at)
        word.n = (size_t)query;
    if (colon >= 0 && colon < at)
        word = str_sub(word, (size_t)colon + 1, word.n);
    while (word.n > 0 && strchr(".:-'*", word.p[0]))
        word = str_sub(word, 1, word.n);
    while (word.n > 0 && strchr(".:-'*", word.p[word.n - 1]))
        word.n--;
    return word;
}

static struct str lowered(struct arena *a, struct str v)
{
    struct str copy = arena_str(a, v);
    char *p = (char *)(uintptr_t)copy.p;
    for (size_t i = 0; i < copy.n; i++)
        p[i] = clean_lower(p[i]);
    return copy;
}

/* May the word be the lost beginning of the address that follows it after a space ("maison services@ville.fr")? A capital
 * or a colon says that it is a label. */
static bool may_begin(struct str word)
{
    for (size_t i = 0; i < word.n; i++)
        if (!word_char(word.p[i]) && word.p[i] != '.')
            return false;
    return word.n > 0 && clean_lower(word.p[0]) == word.p[0];
}

struct reading {
    struct clean_out list;
    bool wrong;       /* a word that holds an @ is no address */
    bool may_begin; /* the word before may belong to the next one */
};

static void add_word(struct arena *a, struct cleaned *c, struct reading *r, struct str word)
{
    static const char silent[] = " et ou and or mail email e-mail courriel mel : - ";
    struct str address = lowered(a, trimmed(word));
    bool begun = r->may_begin;
    r->may_begin = false;
    if (is_right(address)) {
        r->wrong |= begun;
        if (address.n != word.n)
            clean_rule(c, "courriel.ponctuation");
        else if (!str_eq(address, word))
            clean_rule(c, "courriel.casse");
        if (!clean_join(&r->list, address))
            clean_rule(c, "courriel.double");
    } else if (!clean_word_in(silent, word)) {
        bool at = str_find_char(word, '@', 0) >= 0;
        r->wrong |= at;
        r->may_begin = !at && may_begin(word);
        clean_rule(c, "courriel.ecarte");
    }
}

struct cleaned clean_courriels(struct arena *a, struct str v)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str text;
    if (clean_items_right(c.value, is_right) || !clean_cell(a, &c, v, &text))
        return c;
    text = closed_up(a, &c, flatten(a, &c, text));
    struct reading r = {.list = clean_out_new(a, text.n)};
    for (size_t i = 0; i < text.n; i++) {
        size_t start = i;
        while (i < text.n && !is_separator(text.p[i]))
            i++;
        if (i > start)
            add_word(a, &c, &r, str_sub(text, start, i - start));
        if (i < text.n && text.p[i] != ' ')
            r.may_begin = false;
    }
    if (r.list.n == 0 || r.wrong) {
        clean_refuse(&c, r.wrong ? "Une de ces adresses électroniques est fausse. Écrivez-la sous la forme accueil@ville.example."
                                 : refusal);
        return c;
    }
    if (c.n_rules == 0)
        clean_rule(&c, "courriel.separateur");
    return clean_done(c, v, clean_out_str(&r.list));
}
