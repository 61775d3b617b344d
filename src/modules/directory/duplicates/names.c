/* What a name says: the kind of place, the town, and what is left, which tells a place from another. */
#include <pthread.h>

#include "base/text.h"
#include "modules/directory/duplicates/duplicates.h"

enum { WORDS_READ = 40, PHRASE_WORDS = 6 };

/* Words after folding, singular, without small words: "maison service public" is "Maison de services au public". */
struct phrase {
    const char *words;
    const char *typologie; /* code of LaMednum; NULL: says nothing of the kind */
    enum { ANYWHERE, FIRST, LAST } where;
    enum { PLAIN, BRANCH, MOBILE } says;
};
/* The longest of those that begin with the same word comes first. */
static const struct phrase phrases[] = {
    {"maison france service", "RFS", ANYWHERE, PLAIN},
    {"espace france service", "RFS", ANYWHERE, PLAIN},
    {"france service", "RFS", ANYWHERE, PLAIN},
    {"franceservice", "RFS", ANYWHERE, PLAIN},
    {"mfs", "RFS", ANYWHERE, PLAIN},
    {"efs", "RFS", FIRST, PLAIN},
    {"fs", "RFS", FIRST, PLAIN},
    {"maison service public", "MSAP", ANYWHERE, PLAIN},
    {"maison service", "MSAP", ANYWHERE, PLAIN},
    {"relais service public", "MSAP", ANYWHERE, PLAIN},
    {"plateforme service public", "MSAP", ANYWHERE, PLAIN},
    {"msap", "MSAP", ANYWHERE, PLAIN},
    {"point information mediation multi service", "PIMMS", ANYWHERE, PLAIN},
    {"pimms mediation", "PIMMS", ANYWHERE, PLAIN},
    {"pimms", "PIMMS", ANYWHERE, PLAIN},
    {"bureau poste", "LA_POSTE", ANYWHERE, PLAIN},
    {"agence postale communale", "LA_POSTE", ANYWHERE, PLAIN},
    {"agence postale intercommunale", "LA_POSTE", ANYWHERE, PLAIN},
    {"agence postale", "LA_POSTE", ANYWHERE, PLAIN},
    {"relais poste", "LA_POSTE", ANYWHERE, PLAIN},
    {"poste", "LA_POSTE", ANYWHERE, PLAIN},
    {"bp", "LA_POSTE", LAST, PLAIN},
    {"centre communal action sociale", "CCAS", ANYWHERE, PLAIN},
    {"ccas", "CCAS", ANYWHERE, PLAIN},
    {"centre intercommunal action sociale", "CIAS", ANYWHERE, PLAIN},
    {"cias", "CIAS", ANYWHERE, PLAIN},
    {"mediatheque", "BIB", ANYWHERE, PLAIN},
    {"bibliotheque", "BIB", ANYWHERE, PLAIN},
    {"relais lecture", "RELAIS_LECTURE", ANYWHERE, PLAIN},
    {"hotel ville", "MUNI", ANYWHERE, PLAIN},
    {"mairie", "MUNI", ANYWHERE, PLAIN},
    {"commune", "MUNI", FIRST, PLAIN},
    {"ville", "MUNI", FIRST, PLAIN},
    {"centre socio culturel", "CSC", ANYWHERE, PLAIN},
    {"centre socioculturel", "CSC", ANYWHERE, PLAIN},
    {"centre social culturel", "CSC", ANYWHERE, PLAIN},
    {"espace socio culturel", "CSC", ANYWHERE, PLAIN},
    {"espace socioculturel", "CSC", ANYWHERE, PLAIN},
    {"csci", "CSC", FIRST, PLAIN},
    {"csc", "CSC", FIRST, PLAIN},
    {"centre social intercommunal", "CS", ANYWHERE, PLAIN},
    {"centre social", "CS", ANYWHERE, PLAIN},
    {"cs", "CS", FIRST, PLAIN},
    {"espace vie sociale", "EVS", ANYWHERE, PLAIN},
    {"evs", "EVS", FIRST, PLAIN},
    {"maison jeune culture", "MJC", ANYWHERE, PLAIN},
    {"mjc", "MJC", ANYWHERE, PLAIN},
    {"maison quartier", "MQ", ANYWHERE, PLAIN},
    {"maison habitant es", "MDH", ANYWHERE, PLAIN},
    {"maison habitant", "MDH", ANYWHERE, PLAIN},
    {"caisse allocation familiale", "CAF", ANYWHERE, PLAIN},
    {"caf", "CAF", ANYWHERE, PLAIN},
    {"caisse primaire assurance maladie", "CPAM", ANYWHERE, PLAIN},
    {"cpam", "CPAM", ANYWHERE, PLAIN},
    {"mutualite sociale agricole", "MSA", ANYWHERE, PLAIN},
    {"msa", "MSA", ANYWHERE, PLAIN},
    {"mission locale", "ML", ANYWHERE, PLAIN},
    {"france travail", "FT", ANYWHERE, PLAIN},
    {"pole emploi", "FT", ANYWHERE, PLAIN},
    {"cap emploi", "CAP_EMPLOI", ANYWHERE, PLAIN},
    {"maison emploi formation", "MDEF", ANYWHERE, PLAIN},
    {"maison emploi", "MDE", ANYWHERE, PLAIN},
    {"ecole deuxieme chance", "E2C", ANYWHERE, PLAIN},
    {"e2c", "E2C", ANYWHERE, PLAIN},
    {"plie", "PLIE", ANYWHERE, PLAIN},
    {"prefecture", "PREF", ANYWHERE, PLAIN},
    {"sous prefecture", "PREF", ANYWHERE, PLAIN},
    {"maison departementale solidarite", "MDS", ANYWHERE, PLAIN},
    {"maison solidarite", "MDS", ANYWHERE, PLAIN},
    {"mds", "MDS", ANYWHERE, PLAIN},
    {"centre departemental action sociale", "CDAS", ANYWHERE, PLAIN},
    {"cdas", "CDAS", ANYWHERE, PLAIN},
    {"centre medico social", "CMS", ANYWHERE, PLAIN},
    {"cms", "CMS", ANYWHERE, PLAIN},
    {"maison departementale personne handicapee", "MDPH", ANYWHERE, PLAIN},
    {"mdph", "MDPH", ANYWHERE, PLAIN},
    {"conseil departemental", "CD", ANYWHERE, PLAIN},
    {"departement", "CD", FIRST, PLAIN},
    {"communaute commune", "CC", ANYWHERE, PLAIN},
    {"communaute agglomeration", "EPCI", ANYWHERE, PLAIN},
    {"espace public numerique", "EPN", ANYWHERE, PLAIN},
    {"epn", "EPN", ANYWHERE, PLAIN},
    {"cyber base", "EPN", ANYWHERE, PLAIN},
    {"cyberbase", "EPN", ANYWHERE, PLAIN},
    {"espace public internet", "EPI", ANYWHERE, PLAIN},
    {"fab lab", "FABLAB", ANYWHERE, PLAIN},
    {"fablab", "FABLAB", ANYWHERE, PLAIN},
    {"tiers lieu", "TIERS_LIEUX", ANYWHERE, PLAIN},
    {"point information jeunesse", "PIJ_BIJ", ANYWHERE, PLAIN},
    {"bureau information jeunesse", "PIJ_BIJ", ANYWHERE, PLAIN},
    {"information jeunesse", "PIJ_BIJ", ANYWHERE, PLAIN},
    {"info jeune", "PIJ_BIJ", ANYWHERE, PLAIN},
    {"pij", "PIJ_BIJ", ANYWHERE, PLAIN},
    {"bij", "PIJ_BIJ", ANYWHERE, PLAIN},
    {"point acces droit", "PAD", ANYWHERE, PLAIN},
    {"cidff", "CIDFF", ANYWHERE, PLAIN},
    {"udaf", "UDAF", ANYWHERE, PLAIN},
    {"afpa", "AFPA", ANYWHERE, PLAIN},
    {"epicerie sociale solidaire", "ES", ANYWHERE, PLAIN},
    {"epicerie solidaire", "ES", ANYWHERE, PLAIN},
    {"epicerie sociale", "ES", ANYWHERE, PLAIN},
    {"ressourcerie", "RESSOURCERIE", ANYWHERE, PLAIN},
    {"association", "ASSO", FIRST, PLAIN},
    {"municipalite", "MUNI", ANYWHERE, PLAIN},
    {"municipal", NULL, ANYWHERE, PLAIN},
    {"municipale", NULL, ANYWHERE, PLAIN},
    {"communal", NULL, ANYWHERE, PLAIN},
    {"communale", NULL, ANYWHERE, PLAIN},
    {"intercommunal", NULL, ANYWHERE, PLAIN},
    {"intercommunale", NULL, ANYWHERE, PLAIN},
    {"antenne", NULL, ANYWHERE, BRANCH},
    {"annexe", NULL, ANYWHERE, BRANCH},
    {"permanence", NULL, ANYWHERE, BRANCH},
    {"itinerant", NULL, ANYWHERE, MOBILE},
    {"itinerante", NULL, ANYWHERE, MOBILE},
    {"itinerance", NULL, ANYWHERE, MOBILE},
    {"mobile", NULL, ANYWHERE, MOBILE},
    {"bus", NULL, ANYWHERE, MOBILE},
};
enum { PHRASES = sizeof phrases / sizeof *phrases };

/* The same, cut in words once. */
static struct {
    struct str words[PHRASE_WORDS];
    size_t n;
    int typologie; /* row, -1: none */
} cut[PHRASES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void cut_phrases(void)
{
    for (size_t i = 0; i < PHRASES; i++) {
        struct str rest = str_from(phrases[i].words), word;
        while (str_split(&rest, ' ', &word))
            cut[i].words[cut[i].n++] = word;
        cut[i].typologie = phrases[i].typologie ? directory_enum_find(ENUM_TYPOLOGIE, str_from(phrases[i].typologie)) : -1;
    }
}

bool duplicate_is_small_word(struct str w)
{
    static const struct str small[] = {STR_INIT("de"), STR_INIT("du"), STR_INIT("des"), STR_INIT("d"),   STR_INIT("la"),
                                       STR_INIT("le"), STR_INIT("les"), STR_INIT("l"),  STR_INIT("a"),   STR_INIT("au"),
                                       STR_INIT("aux"), STR_INIT("et"), STR_INIT("en"), STR_INIT("un"),  STR_INIT("une"),
                                       STR_INIT("sur"), STR_INIT("sous"), STR_INIT("pour"), STR_INIT("par")};
    for (size_t i = 0; w.n <= 4 && i < sizeof small / sizeof *small; i++)
        if (str_eq(w, small[i]))
            return true;
    return false;
}

void duplicate_singular(char *word, size_t *n)
{
    static const struct {
        const char *from, *to;
    } endings[] = {{"iaux", "ial"}, {"aux", "al"}, {"ales", "al"}, {"elles", "el"}, {"ale", "al"}, {"elle", "el"}, {"s", ""}};
    if (*n < 5)
        return;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t from = strlen(endings[i].from), to = strlen(endings[i].to);
        if (memcmp(word + *n - from, endings[i].from, from) != 0)
            continue;
        memcpy(word + *n - from, endings[i].to, to);
        *n = *n - from + to;
        return;
    }
}

static struct str whole_word(struct str w)
{
    static const struct {
        struct str from, to;
    } words[] = {{STR_INIT("st"), STR_INIT("saint")},     {STR_INIT("ste"), STR_INIT("sainte")},
                 {STR_INIT("sts"), STR_INIT("saints")},   {STR_INIT("ctre"), STR_INIT("centre")},
                 {STR_INIT("ass"), STR_INIT("association")}, {STR_INIT("asso"), STR_INIT("association")}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(w, words[i].from))
            return words[i].to;
    return w;
}

/* A word of the name: as it is compared, and as phrases are found. */
struct read_word {
    struct str text, singular;
    bool small, taken;
};

/* "sociale" and "social" are one for the key; phrases are written with the feminine that they have. */
static bool is_phrase_word(const struct read_word *w, struct str wanted)
{
    return str_eq(w->text, wanted) || (w->text.n == wanted.n + 1 && w->text.p[wanted.n] == 's' && str_starts(w->text, wanted));
}

static size_t read_words(struct arena *a, struct str folded, struct read_word out[WORDS_READ])
{
    size_t n = 0;
    struct str word;
    while (n < WORDS_READ && str_split(&folded, ' ', &word)) {
        word = whole_word(word);
        char *copy = arena_cstr(a, word);
        size_t length = word.n;
        duplicate_singular(copy, &length);
        out[n++] = (struct read_word){word, {copy, length}, duplicate_is_small_word(word), false};
    }
    return n;
}

/* Takes the phrase that begins at this word, if there is one. */
static bool take_phrase(struct read_word *words, size_t n, size_t at, size_t nth, struct duplicate_name *out)
{
    for (size_t i = 0; i < PHRASES; i++) {
        size_t w = at, k = 0, end = at;
        if (cut[i].words[0].p[0] != words[at].text.p[0] || (phrases[i].where == FIRST && nth > 0))
            continue;
        for (; w < n && k < cut[i].n; w++) {
            if (words[w].small)
                continue;
            if (words[w].taken || !is_phrase_word(&words[w], cut[i].words[k]))
                break;
            k++;
            end = w;
        }
        if (k < cut[i].n || (phrases[i].where == LAST && end + 1 < n))
            continue;
        for (w = at; w <= end; w++)
            words[w].taken = true;
        if (cut[i].typologie >= 0)
            directory_set_add(&out->kinds, cut[i].typologie);
        out->branch |= phrases[i].says == BRANCH;
        out->mobile |= phrases[i].says == MOBILE;
        return true;
    }
    return false;
}

static void take_phrases(struct read_word *words, size_t n, struct duplicate_name *out)
{
    size_t nth = 0;
    for (size_t i = 0; i < n; i++) {
        if (words[i].small || words[i].taken)
            continue;
        take_phrase(words, n, i, nth, out);
        nth++;
    }
}

static struct str joined(struct arena *a, const struct duplicate_words *words, const char *between)
{
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < words->n; i++) {
        buf_lit(&b, i ? between : "");
        buf_add(&b, words->items[i]);
    }
    struct str s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

static bool has_word(const struct duplicate_words *words, struct str w)
{
    for (size_t i = 0; i < words->n; i++)
        if (str_eq(words->items[i], w))
            return true;
    return false;
}

static void town_words(struct arena *a, struct str commune, struct duplicate_words *out)
{
    struct str folded = text_fold(a, commune), word;
    out->n = 0;
    while (out->n < DUPLICATE_WORDS && str_split(&folded, ' ', &word)) {
        if (str_eq(word, STR("cedex")))
            break;
        word = whole_word(word);
        if (duplicate_is_small_word(word))
            continue;
        char *copy = arena_cstr(a, word);
        size_t n = word.n;
        duplicate_singular(copy, &n);
        out->items[out->n++] = (struct str){copy, n};
    }
}

struct str duplicate_town(struct arena *a, struct str commune)
{
    struct duplicate_words words;
    town_words(a, commune, &words);
    return joined(a, &words, " ");
}

static bool says_nothing(struct str folded)
{
    static const struct str none[] = {STR_INIT("non diffusible"), STR_INIT("non communique"), STR_INIT("non renseigne"),
                                      STR_INIT("inconnu"), STR_INIT("nc"), STR_INIT("null"), STR_INIT("sans nom")};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (str_eq(folded, none[i]))
            return true;
    return folded.n == 0;
}

void duplicate_name_read(struct arena *a, struct str nom, struct str commune, struct duplicate_name *out)
{
    struct read_word words[WORDS_READ];
    struct duplicate_words key = {.n = 0}, town;
    pthread_once(&once, cut_phrases);
    *out = (struct duplicate_name){.folded = text_fold(a, nom)};
    out->missing = says_nothing(out->folded);
    size_t n = read_words(a, out->folded, words);
    take_phrases(words, n, out);
    town_words(a, commune, &town);
    for (size_t i = 0; i < n; i++) {
        if (words[i].small || words[i].taken)
            continue;
        if (key.n < DUPLICATE_WORDS)
            key.items[key.n++] = words[i].singular;
        if (!has_word(&town, words[i].singular) && out->own.n < DUPLICATE_WORDS)
            out->own.items[out->own.n++] = words[i].singular;
    }
    out->key = joined(a, &key, " ");
    out->own_text = joined(a, &out->own, "");
}
