/* From what the standards say, and from the words of the record, to what people come for. */
#include "modules/directory/enums.h"
#include "modules/directory/index.h"

/* A need is met by any of these. `words`: folded, for what no list of the standards says. */
struct need {
    const char *themes[4], *services[4], *accompagnement;
    const char *words[6];
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
                          .words = {"smartphone", "tablette", "telephone portable", "son telephone"}},
    [BESOIN_COURRIEL] = {.services = {"Maîtrise des outils numériques du quotidien"},
                         .words = {"e mail", "messagerie", "boite mail", "adresse mail"}},
    [BESOIN_IMPRIMER] = {.words = {"imprim", "scanner", "numerisation", "photocop"}},
    [BESOIN_INTERNET] = {.themes = {"numerique--acceder-a-une-connexion-internet"},
                         .services = {"Accès internet et matériel informatique"},
                         .words = {"wifi", "wi fi", "acces internet"}},
    [BESOIN_ARNAQUES] = {.services = {"Utilisation sécurisée du numérique"},
                         .words = {"arnaque", "hameconnage", "fraude"}},
    [BESOIN_GROUPE] = {.accompagnement = "Dans un atelier collectif",
                       .words = {"atelier collectif", "ateliers collectifs", "atelier numerique", "en petit groupe",
                                 "initiation"}},
};

static bool has_value(enum directory_enum_id id, struct directory_set set, const char *const *values, size_t n)
{
    for (size_t i = 0; i < n && values[i]; i++)
        if (directory_set_has(set, directory_enum_find(id, str_from(values[i]))))
            return true;
    return false;
}

static bool has_words(struct str folded_text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n && words[i]; i++)
        if (str_find(folded_text, str_from(words[i]), 0) >= 0)
            return true;
    return false;
}

struct directory_set index_needs(struct directory_set themes, struct directory_set services_lamednum,
                                 struct directory_set accompagnement, struct str folded_text)
{
    struct directory_set met = DIRECTORY_SET_NONE;
    for (int i = 0; i < BESOIN_COUNT; i++) {
        const struct need *n = &needs[i];
        if (has_value(ENUM_THEMATIQUE, themes, n->themes, 4) ||
            has_value(ENUM_SERVICE_LAMEDNUM, services_lamednum, n->services, 4) ||
            has_value(ENUM_ACCOMPAGNEMENT, accompagnement, &n->accompagnement, 1) ||
            has_words(folded_text, n->words, 6))
            directory_set_add(&met, i);
    }
    return met;
}
