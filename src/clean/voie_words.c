/* Words of streets that people shorten. Pure tables. */
#include "clean/voie.h"

/* Kinds of streets: at the beginning of the street, or after its number. */
static const struct voie_word kinds[] = {
    {"av", "Avenue"},     {"ave", "Avenue"},     {"aven", "Avenue"},    {"bd", "Boulevard"},   {"bld", "Boulevard"},
    {"blvd", "Boulevard"}, {"boul", "Boulevard"}, {"pl", "Place"},       {"plc", "Place"},      {"all", "Allée"},
    {"esp", "Esplanade"}, {"chs", "Chaussée"},   {"rpt", "Rond-point"}, {"prom", "Promenade"}, {"pro", "Promenade"},
    {"qua", "Quartier"},  {"qu", "Quartier"},    {"pas", "Passage"},    {"imp", "Impasse"},    {"rte", "Route"},
    {"che", "Chemin"},    {"chem", "Chemin"},    {"ch", "Chemin"},      {"sq", "Square"},      {"fg", "Faubourg"},
    {"fbg", "Faubourg"},  {"crs", "Cours"},      {"r", "Rue"},          {"res", "Résidence"},  {"rés", "Résidence"},
    {"gde", "Grande"},    {"mte", "Montée"},     {"ham", "Hameau"},
};

/* Titles of those whom streets are named after: between the kind of street and a name. */
static const struct voie_word titles[] = {
    {"gen", "Général"}, {"gén", "Général"},  {"gal", "Général"},      {"cdt", "Commandant"}, {"doc", "Docteur"},
    {"dr", "Docteur"},  {"pr", "Professeur"}, {"prof", "Professeur"}, {"mal", "Maréchal"},   {"pdt", "Président"},
    {"gde", "Grande"},  {"cne", "Capitaine"}, {"lt", "Lieutenant"},   {"sgt", "Sergent"},
};

/* What a street may be, written in full, without accents. */
static const char full_kinds[] =
    " allee allees avenue boulevard bourg calle carrefour centre chaussee chemin cite clos corniche cote cour cours domaine "
    "ecluse esplanade faubourg galerie grande grand hameau impasse jardin jardins lieu-dit lieudit lotissement mail montee mas "
    "parc parvis passage passerelle place placette pont porte pourtour promenade quai quartier residence route rue ruelle "
    "rond-point rocade sente sentier square traverse venelle villa village voie zac za zi zone ";

/* Compares letter by letter, whatever the case; É of the text counts as é of the table. */
static bool same_word(struct str word, const char *short_form)
{
    size_t i = 0;
    for (; i < word.n && short_form[i]; i++) {
        char c = clean_lower(word.p[i]);
        bool capital = i > 0 && (unsigned char)word.p[i - 1] == 0xC3 && (unsigned char)c >= 0x80 && (unsigned char)c <= 0x9E;
        if (capital)
            c = (char)((unsigned char)c + 0x20);
        if (c != short_form[i])
            return false;
    }
    return i == word.n && short_form[i] == '\0';
}

static const char *among(const struct voie_word *words, size_t n, struct str word)
{
    char first = (char)(word.n > 0 ? clean_lower(word.p[0]) : 0);
    for (size_t i = 0; i < n; i++)
        if (words[i].short_form[0] == first && same_word(word, words[i].short_form))
            return words[i].full;
    return NULL;
}

const char *clean_voie_kind(struct str word)
{
    return among(kinds, sizeof kinds / sizeof *kinds, word);
}

const char *clean_voie_title(struct str word)
{
    return among(titles, sizeof titles / sizeof *titles, word);
}

bool clean_voie_is_marshal(struct str word)
{
    return clean_word_in(" foch joffre leclerc de juin lyautey koenig gallieni fayolle maunoury franchet ney lannes davout murat "
                         "soult bugeaud mac moncey mortier kellermann suchet exelmans canrobert niel clauzel oudinot brune ",
                         word);
}

bool clean_voie_is_kind(struct str word)
{
    enum { WORD_MAX = 24 };
    char plain[WORD_MAX];
    size_t n = 0;
    for (size_t i = 0; i < word.n; i++) {
        unsigned char c = (unsigned char)word.p[i];
        if (n == sizeof plain)
            return false;
        if (c == 0xC3 && i + 1 < word.n) { /* accents of the French words above */
            unsigned char second = (unsigned char)word.p[++i];
            plain[n++] = second == 0xA9 || second == 0x89 || second == 0xA8 || second == 0x88 ? 'e' : second == 0xB4 || second == 0x94 ? 'o' : '?';
        } else {
            plain[n++] = word.p[i];
        }
    }
    return clean_word_in(full_kinds, (struct str){plain, n});
}
