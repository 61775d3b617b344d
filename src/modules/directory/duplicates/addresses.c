/* An address as "14 bis Av. du Gal de Gaulle": number, kind of street, the words of its name. */
#include "base/text.h"
#include "modules/directory/duplicates/duplicates.h"

enum { WORDS_READ = 40, NUMBER_DIGITS = 4, NEIGHBOURS = 4 };
enum { NEAR_M = 100 };

/* Several ways of writing a kind of street have the same number. */
static const struct {
    const char *word;
    int type;
} street_types[] = {
    {"rue", 1},      {"r", 1},         {"avenue", 2},   {"av", 2},      {"ave", 2},       {"boulevard", 3}, {"bd", 3},
    {"bld", 3},      {"blvd", 3},      {"boul", 3},     {"bvd", 3},     {"place", 4},     {"pl", 4},        {"placette", 4},
    {"allee", 5},    {"allees", 5},    {"all", 5},      {"impasse", 6}, {"imp", 6},       {"chemin", 7},    {"che", 7},
    {"chem", 7},     {"ch", 7},        {"route", 8},    {"rte", 8},     {"square", 9},    {"sq", 9},        {"quai", 10},
    {"qu", 10},      {"cours", 11},    {"crs", 11},     {"esplanade", 12}, {"esp", 12},   {"passage", 13},  {"pas", 13},
    {"faubourg", 14}, {"fg", 14},      {"fbg", 14},     {"quartier", 15}, {"qua", 15},    {"promenade", 16}, {"prom", 16},
    {"lotissement", 17}, {"lot", 17},  {"residence", 18}, {"res", 18},  {"rond", 19},     {"rpt", 19},      {"sente", 20},
    {"sentier", 20}, {"villa", 21},    {"cite", 22},    {"parvis", 23}, {"traverse", 24}, {"montee", 25},   {"cote", 26},
    {"hameau", 27},  {"ham", 27},      {"parc", 28},    {"zone", 29},   {"za", 29},       {"zi", 29},       {"zac", 29},
    {"venelle", 30}, {"mail", 31},     {"ruelle", 32},  {"grand", 33},  {"grande", 33},   {"gde", 33},
};

static int street_type(struct str w)
{
    for (size_t i = 0; i < sizeof street_types / sizeof *street_types; i++)
        if (w.n > 0 && street_types[i].word[0] == w.p[0] && str_eq(w, str_from(street_types[i].word)))
            return street_types[i].type;
    return 0;
}

/* Titles come and go from one source to the other. */
static bool is_title(struct str w)
{
    static const char *const titles[] = {"general", "gal", "gen", "marechal", "mal", "docteur", "dr", "doc", "professeur", "pr",
                                         "prof", "president", "pdt", "commandant", "cdt", "colonel", "col", "capitaine",
                                         "cne", "lieutenant", "lt", "abbe", "chanoine", "monseigneur", "mgr", "maitre", "sergent", "adjudant", "amiral"};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (w.n > 0 && titles[i][0] == w.p[0] && str_eq(w, str_from(titles[i])))
            return true;
    return false;
}

static bool is_vague(struct str text)
{
    static const char *const words[] = {"", "bourg", "village", "mairie", "centre", "centrebourg", "centreville", "hotelville", "chefleu", "chef", "ecole", "eglise", "lieudit"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text.n == strlen(words[i]) && str_eq(text, str_from(words[i])))
            return true;
    return false;
}

static bool says_nothing(struct str folded)
{
    static const char *const none[] = {"", "non diffusible", "non communique", "non renseigne", "inconnu", "inconnue", "nc", "null", "sans adresse"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (str_eq(folded, str_from(none[i])))
            return true;
    return false;
}

static bool is_digits(struct str w)
{
    for (size_t i = 0; i < w.n; i++)
        if (w.p[i] < '0' || w.p[i] > '9')
            return false;
    return w.n > 0;
}

/* "14", "14b", "14bis": false when it is no house number. */
static bool read_number(struct str w, int *number, char *suffix)
{
    size_t n = 0;
    while (n < w.n && w.p[n] >= '0' && w.p[n] <= '9')
        n++;
    struct str rest = str_sub(w, n, w.n);
    int64_t value;
    if (n == 0 || n > NUMBER_DIGITS || !str_to_int(str_sub(w, 0, n), &value))
        return false;
    *suffix = rest.n == 1 || str_eq(rest, STR("bis")) || str_eq(rest, STR("ter")) || str_eq(rest, STR("quater")) ? rest.p[0] : 0;
    *number = (int)value;
    return rest.n == 0 || *suffix != 0;
}

/* A letter, bis, ter, quater, alone after a number. "a" and "d" are also words: they need a street after them. */
static bool is_suffix(const struct str *words, size_t n, size_t at)
{
    struct str w = words[at];
    if (str_eq(w, STR("bis")) || str_eq(w, STR("ter")) || str_eq(w, STR("quater")))
        return true;
    return w.n == 1 && w.p[0] >= 'a' && w.p[0] <= 'h' && at + 1 < n && street_type(words[at + 1]) != 0;
}

struct cursor {
    const struct str *words;
    size_t n, at;
};

/* "7 9 rue", "14 bis rue", "3 et 5". */
static void read_numbers(struct cursor *c, struct duplicate_address *out)
{
    int number;
    char suffix;
    for (int i = 0; i < 4 && c->at < c->n && read_number(c->words[c->at], &number, &suffix); i++) {
        c->at++;
        if (suffix == 0 && c->at < c->n && is_suffix(c->words, c->n, c->at))
            suffix = c->words[c->at++].p[0];
        if (number == 0)
            continue;
        if (out->first == 0) {
            out->first = number;
            out->suffix = suffix;
        }
        out->last = number > out->last ? number : out->last;
        if (c->at + 1 < c->n && (str_eq(c->words[c->at], STR("et")) || str_eq(c->words[c->at], STR("a"))) &&
            is_digits(c->words[c->at + 1]))
            c->at++;
    }
    if (out->last < out->first || out->last - out->first > 60)
        out->last = out->first;
}

/* A number that stands before a street, after words that name a building: "Maison des services 2 rue du Parc". */
static size_t find_street(const struct str *words, size_t n)
{
    int number;
    char suffix;
    if (n > 0 && read_number(words[0], &number, &suffix))
        return 0;
    for (size_t i = 1; i + 1 < n; i++) {
        size_t next = i + 1;
        if (!read_number(words[i], &number, &suffix))
            continue;
        if (next + 1 < n && is_suffix(words, n, next))
            next++;
        if (street_type(words[next]) != 0 && words[next].n > 1)
            return i;
    }
    return 0;
}

/* Postal code and town at the end, "cs 12345", "bp 123", "cedex". */
static size_t without_tail(const struct str *words, size_t n, struct str town)
{
    for (size_t i = n; i-- > 1;)
        if (words[i].n == 5 && is_digits(words[i]) && n - i <= 8)
            n = i;
    for (size_t i = 1; i + 1 < n; i++)
        if ((str_eq(words[i], STR("bp")) || str_eq(words[i], STR("cs"))) && is_digits(words[i + 1]))
            n = i;
    while (n > 1 && str_eq(words[n - 1], STR("cedex")))
        n--;
    /* The town's name repeated: "12 rue Haute Rennes". */
    size_t length = 0, i = n;
    while (i > 2 && length < town.n) {
        length += words[--i].n + (length > 0);
        if (length == town.n && str_ends(town, words[n - 1]) && str_starts(town, words[i]))
            return i;
    }
    return n;
}

static void add_word(struct arena *a, struct duplicate_address *out, struct str word)
{
    if (out->words.n == DUPLICATE_WORDS || duplicate_is_small_word(word) || is_title(word))
        return;
    word = str_eq(word, STR("st")) ? STR("saint") : str_eq(word, STR("ste")) ? STR("sainte") : word;
    char *copy = arena_cstr(a, word);
    size_t n = word.n;
    duplicate_singular(copy, &n);
    out->words.items[out->words.n++] = (struct str){copy, n};
}

void duplicate_address_read(struct arena *a, struct str adresse, struct str commune, struct duplicate_address *out)
{
    struct str folded = text_fold(a, adresse), words[WORDS_READ], rest = folded;
    size_t n = 0;
    *out = (struct duplicate_address){.usable = false};
    if (says_nothing(folded))
        return;
    while (n < WORDS_READ && str_split(&rest, ' ', &words[n]))
        n++;
    n = without_tail(words, n, text_fold(a, commune));
    struct cursor c = {words, n, find_street(words, n)};
    read_numbers(&c, out);
    if (c.at < c.n && (out->type = street_type(c.words[c.at])) != 0)
        c.at++;
    if (out->type == 19 && c.at < c.n && str_eq(c.words[c.at], STR("point")))
        c.at++;
    for (; c.at < c.n; c.at++)
        add_word(a, out, c.words[c.at]);
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < out->words.n; i++)
        buf_add(&b, out->words.items[i]);
    out->text = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    out->usable = out->text.n > 0 || out->type != 0;
    out->vague = out->first == 0 && is_vague(out->text) && (out->type == 0 || out->text.n == 0);
}

/* -- comparing --------------------------------------------------------------------------------------- */

/* Letters of the words of `few` that are also in `many`: equal, or nearly. */
static size_t shared_letters(const struct duplicate_words *few, const struct duplicate_words *many, size_t *all)
{
    size_t shared = 0;
    bool taken[DUPLICATE_WORDS] = {false};
    *all = 0;
    for (size_t i = 0; i < few->n; i++) {
        struct str w = few->items[i];
        *all += w.n;
        for (size_t k = 0; k < many->n; k++)
            if (!taken[k] && (str_eq(w, many->items[k]) || (w.n >= 4 && !is_digits(w) && duplicate_ratio(w, many->items[k]) >= 85))) {
                shared += w.n;
                taken[k] = true;
                break;
            }
    }
    return shared;
}

/* How like are the names of the two streets; a name that holds the other counts: villages are added after it. */
static int street_score(const struct duplicate_address *a, const struct duplicate_address *b)
{
    if (str_eq(a->text, b->text))
        return 100;
    if (a->words.n == 0 || b->words.n == 0)
        return 0;
    int ratio = duplicate_ratio(a->text, b->text);
    const struct duplicate_address *few = a->words.n <= b->words.n ? a : b, *many = few == a ? b : a;
    size_t all, shared = shared_letters(&few->words, &many->words, &all);
    return few->words.n < many->words.n && shared == all && all >= 5 && ratio < 90 ? 90 : ratio;
}

struct duplicate_address_likeness duplicate_address_compare(const struct duplicate_address *a,
                                                            const struct duplicate_address *b, double metres)
{
    struct duplicate_address_likeness l = {.score = -1};
    if (!a->usable || !b->usable)
        return l;
    bool near = metres >= 0 && metres <= NEAR_M, close = metres < 0 || near;
    int street = street_score(a, b);
    bool types = a->type && b->type && a->type != b->type;
    bool numbered = a->first && b->first, apart = numbered && (a->first > b->last || b->first > a->last);
    bool halves = numbered && !apart && a->suffix != b->suffix;
    l.same_street = street >= 88 && (!types || near);
    l.gap = !apart ? 0 : a->first > b->last ? a->first - b->last : b->first - a->last;
    l.other_number = apart && street >= 80;
    l.score = types ? street * 3 / 4 : street;
    if (types && l.same_street)
        l.score = street * 9 / 10;
    if (apart)
        l.score = l.score * (l.gap <= NEIGHBOURS ? 3 : 2) / 5;
    else if (halves || (a->first == 0) != (b->first == 0))
        l.score = l.score * 19 / 20;
    if (apart)
        return l;
    if (numbered && !halves)
        l.same = l.same_street || (street >= 70 && !types && near);
    else if (a->vague || b->vague)
        l.same = l.same_street && near;
    else
        l.same = l.same_street && (halves ? near : a->first == b->first || close);
    return l;
}
