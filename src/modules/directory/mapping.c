/* From LaMednum to data·inclusion: the table of the national pipeline. One difference, on purpose: its publics
 * are joined on the wrong column and rarely map; here each value maps. */
#include <pthread.h>

#include "modules/directory/enums.h"

#define THEME_FUNDAMENTALS "numerique--maitriser-les-fondamentaux-du-numerique"
#define THEME_ONLINE "numerique--acceder-a-des-services-en-ligne"
#define THEME_EQUIPMENT "numerique--acquerir-un-equipement"

enum { TARGETS_MAX = 2 };
struct pair {
    const char *from;
    const char *to[TARGETS_MAX];
};

static const struct pair themes[] = {
    {"Accès internet et matériel informatique", {"numerique--acceder-a-une-connexion-internet", THEME_EQUIPMENT}},
    {"Acquisition de matériel informatique à prix solidaire", {THEME_EQUIPMENT}},
    {"Aide aux démarches administratives",
     {"difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives", THEME_ONLINE}},
    {"Compréhension du monde numérique", {THEME_FUNDAMENTALS}},
    {"Insertion professionnelle via le numérique",
     {"preparer-sa-candidature--organiser-ses-demarches-de-recherche-demploi", THEME_FUNDAMENTALS}},
    {"Loisirs et créations numériques", {"remobilisation--activites-sportives-et-culturelles", THEME_FUNDAMENTALS}},
    {"Maîtrise des outils numériques du quotidien", {THEME_FUNDAMENTALS, THEME_ONLINE}},
    {"Parentalité et éducation avec le numérique", {"famille--soutien-a-la-parentalite-et-a-leducation", THEME_FUNDAMENTALS}},
    {"Utilisation sécurisée du numérique", {THEME_FUNDAMENTALS}},
};
static const struct pair publics[] = {
    {"Étudiants", {"etudiants"}}, {"Familles et/ou enfants", {"familles"}}, {"Femmes", {"femmes"}},
    {"Jeunes", {"jeunes"}},       {"Seniors", {"seniors"}},
};
/* Illettrisme has no counterpart. */
static const struct pair care[] = {
    {"Déficience visuelle", {"personnes-en-situation-de-handicap"}},
    {"Handicaps mentaux", {"personnes-en-situation-de-handicap"}},
    {"Handicaps moteurs", {"personnes-en-situation-de-handicap"}},
    {"Langues étrangères (anglais)", {"personnes-exilees"}},
    {"Langues étrangères (autres)", {"personnes-exilees"}},
    {"Surdité", {"personnes-en-situation-de-handicap"}},
};
static const struct pair fees[] = {{"Gratuit", {"gratuit"}}, {"Gratuit sous condition", {"gratuit"}}, {"Payant", {"payant"}}};
static const struct pair access_modes[] = {
    {"Contacter par mail", {"envoyer-un-courriel"}},
    {"Envoyer un mail avec une fiche de prescription", {"envoyer-un-courriel"}},
    {"Prendre un RDV en ligne", {"utiliser-lien-mobilisation"}},
    {"Se présenter", {"se-presenter"}},
    {"Téléphoner", {"telephoner"}},
};
static const struct pair networks[] = {
    {"Aidants Connect", {"aidants-connect"}},
    {"Conseillers numériques", {"conseillers-numeriques"}},
    {"France Services", {"france-service"}},
    {"Grande école du numérique", {"grandes-ecoles-du-numerique"}},
    {"La Croix Rouge", {"croix-rouge"}},
};

enum { MAP_THEMES, MAP_PUBLICS, MAP_CARE, MAP_FEES, MAP_ACCESS, MAP_NETWORKS, MAP_COUNT };
#define PAIRS(rows) (rows), sizeof(rows) / sizeof *(rows)
static const struct {
    const struct pair *pairs;
    size_t n;
    enum directory_enum_id from, to;
} maps[MAP_COUNT] = {
    [MAP_THEMES] = {PAIRS(themes), ENUM_SERVICE_LAMEDNUM, ENUM_THEMATIQUE},
    [MAP_PUBLICS] = {PAIRS(publics), ENUM_PUBLIC_ADRESSE, ENUM_PUBLIC},
    [MAP_CARE] = {PAIRS(care), ENUM_PRISE_EN_CHARGE, ENUM_PUBLIC},
    [MAP_FEES] = {PAIRS(fees), ENUM_FRAIS_LAMEDNUM, ENUM_FRAIS},
    [MAP_ACCESS] = {PAIRS(access_modes), ENUM_ACCES, ENUM_MODE_MOBILISATION},
    [MAP_NETWORKS] = {PAIRS(networks), ENUM_DISPOSITIF, ENUM_RESEAU_PORTEUR},
};

enum { ROWS_MAX = 16 }; /* of the lists that map */
static struct directory_set targets[MAP_COUNT][ROWS_MAX];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void resolve_names(void)
{
    for (int m = 0; m < MAP_COUNT; m++)
        for (size_t i = 0; i < maps[m].n; i++) {
            int from = directory_enum_find(maps[m].from, str_from(maps[m].pairs[i].from));
            for (int k = 0; k < TARGETS_MAX && from >= 0 && from < ROWS_MAX && maps[m].pairs[i].to[k]; k++)
                directory_set_add(&targets[m][from],
                                  directory_enum_find(maps[m].to, str_from(maps[m].pairs[i].to[k])));
        }
}

static struct directory_set mapped(int map, struct directory_set from)
{
    pthread_once(&once, resolve_names);
    struct directory_set out = DIRECTORY_SET_NONE;
    for (int i = directory_set_next(from, 0); i >= 0 && i < ROWS_MAX; i = directory_set_next(from, i + 1))
        out = directory_set_union(out, targets[map][i]);
    return out;
}

static struct directory_set one(enum directory_enum_id id, const char *value)
{
    struct directory_set s = DIRECTORY_SET_NONE;
    directory_set_add(&s, directory_enum_find(id, str_from(value)));
    return s;
}

static bool has(enum directory_enum_id id, struct directory_set s, const char *value)
{
    return directory_set_has(s, directory_enum_find(id, str_from(value)));
}

struct directory_set directory_themes_of_services(struct directory_set services_lamednum)
{
    return mapped(MAP_THEMES, services_lamednum);
}

struct directory_set directory_publics_of_place(const struct directory_place *p)
{
    struct directory_set s = directory_set_union(mapped(MAP_PUBLICS, p->publics_specifiquement_adresses),
                                                 mapped(MAP_CARE, p->prise_en_charge_specifique));
    return directory_set_empty(s) ? one(ENUM_PUBLIC, "tous-publics") : s;
}

/* A place may be both free and paid for; a service says one thing: the paid part must not surprise. */
struct directory_set directory_frais_of_place(struct directory_set frais_lamednum)
{
    struct directory_set s = mapped(MAP_FEES, frais_lamednum);
    return has(ENUM_FRAIS, s, "payant") ? one(ENUM_FRAIS, "payant") : s;
}

struct directory_set directory_mobilisation_of_place(const struct directory_place *p)
{
    struct directory_set s = mapped(MAP_ACCESS, p->modalites_acces);
    if (!directory_set_empty(s))
        return s;
    if (p->telephone.n > 0)
        s = directory_set_union(s, one(ENUM_MODE_MOBILISATION, "telephoner"));
    if (p->courriels.n > 0)
        s = directory_set_union(s, one(ENUM_MODE_MOBILISATION, "envoyer-un-courriel"));
    if (p->prise_rdv.n > 0)
        s = directory_set_union(s, one(ENUM_MODE_MOBILISATION, "utiliser-lien-mobilisation"));
    return s;
}

struct directory_set directory_modes_accueil_of_place(const struct directory_place *p)
{
    struct directory_set s = one(ENUM_MODE_ACCUEIL, "en-presentiel");
    if (has(ENUM_ACCOMPAGNEMENT, p->modalites_accompagnement, "À distance"))
        s = directory_set_union(s, one(ENUM_MODE_ACCUEIL, "a-distance"));
    return s;
}

struct directory_set directory_type_of_place(const struct directory_place *p)
{
    struct directory_set a = p->modalites_accompagnement;
    if (has(ENUM_ACCOMPAGNEMENT, a, "En autonomie"))
        return one(ENUM_TYPE_SERVICE, "aide-materielle");
    if (has(ENUM_ACCOMPAGNEMENT, a, "Dans un atelier collectif"))
        return one(ENUM_TYPE_SERVICE, "atelier");
    return directory_set_empty(a) ? DIRECTORY_SET_NONE : one(ENUM_TYPE_SERVICE, "accompagnement");
}

struct directory_set directory_reseaux_of_place(const struct directory_place *p)
{
    return mapped(MAP_NETWORKS, p->dispositif_programmes_nationaux);
}
