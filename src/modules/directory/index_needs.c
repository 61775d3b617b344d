/* From what the standards say, and from the words of the record, to what people come for. */
#include <pthread.h>

#include "modules/directory/enums.h"
#include "modules/directory/index.h"

/* A need is met by any of these. `words`: for what no list of the standards says, in lower case, found at the
 * beginning of a word; capitals of the text count as small ones. */
enum { WORDS_MAX = 6 };
struct need {
    const char *themes[4], *services[4], *accompagnement;
    const char *words[WORDS_MAX];
};

static const struct need needs[BESOIN_COUNT] = {
    [BESOIN_DEMARCHES] = {.themes = {"numerique--acceder-a-des-services-en-ligne",
                                     "difficultes-administratives-ou-juridiques--"
                                     "accompagnement-aux-demarches-administratives"},
                          .services = {"Aide aux démarches administratives"}},
    [BESOIN_ORDINATEUR] = {.themes = {"numerique--maitriser-les-fondamentaux-du-numerique"},
                           .services = {"Maîtrise des outils numériques du quotidien"},
                           .words = {"ordinateur", "clavier"}},
    [BESOIN_TELEPHONE] = {.services = {"Maîtrise des outils numériques du quotidien"},
                          .words = {"smartphone", "tablette", "téléphone portable", "son téléphone"}},
    [BESOIN_COURRIEL] = {.services = {"Maîtrise des outils numériques du quotidien"},
                         .words = {"e-mail", "messagerie", "boîte mail", "adresse mail"}},
    [BESOIN_IMPRIMER] = {.words = {"imprim", "scanner", "numérisation", "photocop"}},
    [BESOIN_INTERNET] = {.themes = {"numerique--acceder-a-une-connexion-internet"},
                         .services = {"Accès internet et matériel informatique"},
                         .words = {"wifi", "wi-fi", "accès internet"}},
    [BESOIN_ARNAQUES] = {.services = {"Utilisation sécurisée du numérique"},
                         .words = {"arnaque", "hameçonnage", "fraude"}},
    [BESOIN_GROUPE] = {.accompagnement = "Dans un atelier collectif",
                       .words = {"atelier collectif", "ateliers collectifs", "atelier numérique", "en petit groupe",
                                 "initiation"}},
};

static bool has_value(enum directory_enum_id id, struct directory_set set, const char *const *values, size_t n)
{
    for (size_t i = 0; i < n && values[i]; i++)
        if (directory_set_has(set, directory_enum_find(id, str_from(values[i]))))
            return true;
    return false;
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static bool begins(const char *at, size_t left, const char *word)
{
    size_t i = 0;
    while (i < left && word[i] && small(at[i]) == word[i])
        i++;
    return word[i] == 0;
}

/* The two bytes with which a word begins: nearly every place of a text is left at once. */
static bool beginnings[256][256];
static pthread_once_t beginnings_made = PTHREAD_ONCE_INIT;

static void make_beginnings(void)
{
    for (int i = 0; i < BESOIN_COUNT; i++)
        for (size_t k = 0; k < WORDS_MAX && needs[i].words[k]; k++)
            beginnings[(unsigned char)needs[i].words[k][0]][(unsigned char)needs[i].words[k][1]] = true;
}

/* The needs that one of their words in the text meets; one pass. */
static struct directory_set needs_in(struct str text)
{
    struct directory_set met = DIRECTORY_SET_NONE;
    for (size_t at = 0; at + 1 < text.n; at++) {
        if (!beginnings[(unsigned char)small(text.p[at])][(unsigned char)small(text.p[at + 1])] ||
            (at > 0 && is_letter(small(text.p[at - 1]))))
            continue;
        for (int i = 0; i < BESOIN_COUNT; i++)
            for (size_t k = 0; k < WORDS_MAX && needs[i].words[k]; k++)
                if (begins(text.p + at, text.n - at, needs[i].words[k]))
                    directory_set_add(&met, i);
    }
    return met;
}

struct directory_set index_needs(struct directory_set themes, struct directory_set services_lamednum,
                                 struct directory_set accompagnement, const struct str *texts, size_t n_texts)
{
    struct directory_set met = DIRECTORY_SET_NONE;
    pthread_once(&beginnings_made, make_beginnings);
    for (size_t i = 0; i < n_texts; i++)
        met = directory_set_union(met, needs_in(texts[i]));
    for (int i = 0; i < BESOIN_COUNT; i++) {
        const struct need *n = &needs[i];
        if (has_value(ENUM_THEMATIQUE, themes, n->themes, 4) ||
            has_value(ENUM_SERVICE_LAMEDNUM, services_lamednum, n->services, 4) ||
            has_value(ENUM_ACCOMPAGNEMENT, accompagnement, &n->accompagnement, 1))
            directory_set_add(&met, i);
    }
    return met;
}
