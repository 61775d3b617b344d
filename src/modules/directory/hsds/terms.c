/* Our closed lists as HSDS taxonomies, and a list of our own for the fields that HSDS has no place for. */
#include <pthread.h>

#include "base/text.h"
#include "modules/directory/hsds/hsds.h"

enum { VALUES_MAX = 128 };

static const struct taxonomy {
    const char *code, *name, *description;
    const char *link; /* link_type of its attributes */
    enum directory_enum_id values;
} taxonomies[HSDS_TAXONOMY_COUNT] = {
    [HSDS_THEMATIQUES] = {"thematiques", "Thématiques (data·inclusion v1)",
                          "Ce que le service aide à faire : 16 catégories, et les thématiques de chacune.", "topic", ENUM_THEMATIQUE},
    [HSDS_PUBLICS] = {"publics", "Publics (data·inclusion v1)", "Les personnes à qui le service s’adresse.", "eligibility", ENUM_PUBLIC},
    [HSDS_TYPES] = {"types-services", "Types de services (data·inclusion v1)", "La forme que prend le service.", "service_type",
                    ENUM_TYPE_SERVICE},
    [HSDS_FRAIS] = {"frais", "Frais (data·inclusion v1)", "Le service est-il gratuit ?", "cost_type", ENUM_FRAIS},
    [HSDS_MODES_ACCUEIL] = {"modes-accueil", "Modes d’accueil (data·inclusion v1)", "Sur place ou à distance.", "delivery_mode",
                            ENUM_MODE_ACCUEIL},
    [HSDS_MODES_MOBILISATION] = {"modes-mobilisation", "Modes de mobilisation (data·inclusion v1)",
                                 "Les façons de demander le service.", "referral_mode", ENUM_MODE_MOBILISATION},
    [HSDS_MOBILISABLE_PAR] = {"personnes-mobilisatrices", "Personnes mobilisatrices (data·inclusion v1)",
                              "Qui peut demander le service.", "referrer", ENUM_PERSONNE_MOBILISATRICE},
    [HSDS_RESEAUX] = {"reseaux-porteurs", "Réseaux porteurs (data·inclusion v1)", "Le réseau national auquel la structure appartient.",
                      "network", ENUM_RESEAU_PORTEUR},
    [HSDS_SERVICES_MEDNUM] = {"services-lamednum", "Services de médiation numérique (LaMednum 1.0.2)",
                              "Les services d’un lieu de médiation numérique.", "service_type", ENUM_SERVICE_LAMEDNUM},
    [HSDS_CHAMPS] = {"champs", "Champs data·inclusion v1 sans place dans HSDS",
                     "La valeur de l’attribut est celle du champ qui porte ce nom dans data·inclusion.", "field", ENUM_COUNT},
};

static const struct champ {
    const char *field, *description;
} champs[] = {
    {"source", "Source de la fiche."},
    {"id", "Identifiant publié de la fiche, unique : source--identifiant."},
    {"date_maj", "Date à laquelle la source a mis la fiche à jour."},
    {"lien_source", "Adresse de la fiche chez sa source."},
    {"code_insee", "Code INSEE de la commune."},
    {"horaires_accueil", "Horaires au format OpenStreetMap (opening_hours)."},
    {"frais_precisions", "Précisions sur les frais."},
    {"publics_precisions", "Précisions sur les publics."},
    {"conditions_acces", "Conditions d’accès et justificatifs."},
    {"lien_mobilisation", "Adresse pour demander le service."},
    {"mobilisation_precisions", "Précisions sur la façon de demander le service."},
    {"volume_horaire_hebdomadaire", "Nombre d’heures par semaine."},
    {"nombre_semaines", "Nombre de semaines."},
    {"description", "Description, quand la description HSDS en est une autre."},
    {"commune", "Commune, quand l’adresse est incomplète."},
    {"code_postal", "Code postal, quand l’adresse est incomplète."},
    {"adresse", "Voie, quand l’adresse HSDS ne la dit pas exactement."},
    {"complement_adresse", "Complément d’adresse, quand l’adresse est incomplète."},
    {"accessibilite_lieu", "Fiche acceslibre, quand la structure n’a pas d’adresse."},
    {"lieu", "Fiche du lieu de médiation numérique (LaMednum 1.0.2), en JSON : ce que ni l’organisation ni le service ne disent."},
};
enum { CHAMPS = sizeof champs / sizeof *champs };

enum { TERMS_MAX = 512 };
static struct hsds_id taxonomy_ids[HSDS_TAXONOMY_COUNT], term_ids[HSDS_TAXONOMY_COUNT][VALUES_MAX], category_ids[VALUES_MAX];
static struct hsds_term sorted[TERMS_MAX]; /* by identifier */
static size_t n_sorted;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int rows_of(enum hsds_taxonomy t)
{
    return t == HSDS_CHAMPS ? CHAMPS : directory_enum(taxonomies[t].values)->n;
}

static struct hsds_id make_term_id(enum hsds_taxonomy t, struct str code)
{
    char key[256];
    int n = snprintf(key, sizeof key, "%s:%.*s", taxonomies[t].code, STR_ARG(code));
    return hsds_id_make("taxonomy_term", (struct str){key, n < (int)sizeof key ? (size_t)n : sizeof key - 1});
}

static struct hsds_id id_of(struct hsds_term t)
{
    return t.category ? category_ids[t.row] : term_ids[t.taxonomy][t.row];
}

static int compare_terms(const void *a, const void *b)
{
    const struct hsds_term *x = a, *y = b;
    return hsds_id_compare(id_of(*x), id_of(*y));
}

static void make_ids(void)
{
    for (int t = 0; t < HSDS_TAXONOMY_COUNT; t++) {
        taxonomy_ids[t] = hsds_id_make("taxonomy", str_from(taxonomies[t].code));
        for (int row = 0; row < rows_of((enum hsds_taxonomy)t); row++) {
            struct hsds_term term = {(enum hsds_taxonomy)t, row, false};
            term_ids[t][row] = make_term_id(term.taxonomy, hsds_term_code(term));
        }
    }
    for (int row = 0; row < directory_enum(ENUM_CATEGORIE)->n; row++)
        category_ids[row] = make_term_id(HSDS_THEMATIQUES, str_from(directory_enum_value(ENUM_CATEGORIE, row)->value));
    for (n_sorted = 0; n_sorted < hsds_terms_count() && n_sorted < TERMS_MAX; n_sorted++)
        sorted[n_sorted] = hsds_term_at(n_sorted);
    qsort(sorted, n_sorted, sizeof *sorted, compare_terms);
}

static struct hsds_id taxonomy_id(enum hsds_taxonomy t)
{
    pthread_once(&once, make_ids);
    return taxonomy_ids[t];
}

struct hsds_id hsds_term_id(struct hsds_term t)
{
    pthread_once(&once, make_ids);
    return id_of(t);
}

enum directory_enum_id hsds_taxonomy_values(enum hsds_taxonomy t)
{
    return taxonomies[t].values;
}

size_t hsds_terms_count(void)
{
    size_t n = (size_t)directory_enum(ENUM_CATEGORIE)->n;
    for (int t = 0; t < HSDS_TAXONOMY_COUNT; t++)
        n += (size_t)rows_of((enum hsds_taxonomy)t);
    return n;
}

struct hsds_term hsds_term_at(size_t i)
{
    size_t categories = (size_t)directory_enum(ENUM_CATEGORIE)->n;
    if (i < categories)
        return (struct hsds_term){HSDS_THEMATIQUES, (int)i, true};
    i -= categories;
    int t = 0;
    while (i >= (size_t)rows_of((enum hsds_taxonomy)t))
        i -= (size_t)rows_of((enum hsds_taxonomy)t++);
    return (struct hsds_term){(enum hsds_taxonomy)t, (int)i, false};
}

bool hsds_term_find(struct str uuid, struct hsds_term *out)
{
    struct hsds_id id;
    if (!hsds_id_parse(uuid, &id))
        return false;
    pthread_once(&once, make_ids);
    size_t low = 0, high = n_sorted;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = hsds_id_compare(id_of(sorted[middle]), id);
        *out = sorted[middle];
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool hsds_taxonomy_find(struct str uuid, enum hsds_taxonomy *out)
{
    struct hsds_id id;
    if (!hsds_id_parse(uuid, &id))
        return false;
    for (int t = 0; t < HSDS_TAXONOMY_COUNT; t++)
        if (hsds_id_compare(taxonomy_id((enum hsds_taxonomy)t), id) == 0) {
            *out = (enum hsds_taxonomy)t;
            return true;
        }
    return false;
}

static const struct directory_value *value_of(struct hsds_term t)
{
    return directory_enum_value(t.category ? ENUM_CATEGORIE : taxonomies[t.taxonomy].values, t.row);
}

struct str hsds_term_code(struct hsds_term t)
{
    return str_from(t.taxonomy == HSDS_CHAMPS ? champs[t.row].field : value_of(t)->value);
}

struct str hsds_term_name(struct hsds_term t)
{
    if (t.taxonomy == HSDS_CHAMPS)
        return str_from(champs[t.row].field);
    const struct directory_value *v = value_of(t);
    return str_from(v->label ? v->label : v->value);
}

static struct str description_of(struct hsds_term t)
{
    if (t.taxonomy == HSDS_CHAMPS)
        return str_from(champs[t.row].description);
    const struct directory_value *v = value_of(t);
    return v->description ? str_from(v->description) : hsds_term_name(t);
}

bool hsds_term_parent(struct hsds_term t, struct hsds_term *out)
{
    if (t.taxonomy != HSDS_THEMATIQUES || t.category)
        return false;
    *out = (struct hsds_term){HSDS_THEMATIQUES, value_of(t)->parent, true};
    return out->row >= 0;
}

int hsds_champ(struct str field)
{
    for (int i = 0; i < CHAMPS; i++)
        if (str_eq(field, str_from(champs[i].field)))
            return i;
    return -1;
}

/* -- writing -------------------------------------------------------------------------------------- */

void hsds_write_taxonomy(struct json_writer *w, enum hsds_taxonomy t)
{
    json_object_begin(w);
    hsds_put_id(w, "id", taxonomy_id(t));
    hsds_put(w, "name", str_from(taxonomies[t].name));
    hsds_put(w, "description", str_from(taxonomies[t].description));
    json_object_end(w);
}

void hsds_write_term(struct json_writer *w, struct hsds_term t)
{
    struct hsds_term parent;
    json_object_begin(w);
    hsds_put_id(w, "id", hsds_term_id(t));
    hsds_put(w, "code", hsds_term_code(t));
    hsds_put(w, "name", hsds_term_name(t));
    hsds_put(w, "description", description_of(t));
    if (hsds_term_parent(t, &parent))
        hsds_put_id(w, "parent_id", hsds_term_id(parent));
    hsds_put(w, "taxonomy", str_from(taxonomies[t.taxonomy].name));
    hsds_put(w, "language", STR("fr"));
    hsds_put_id(w, "taxonomy_id", taxonomy_id(t.taxonomy));
    json_object_end(w);
}

void hsds_write_attribute(struct json_writer *w, struct hsds_id of, const char *entity, struct hsds_term t, struct str value)
{
    struct hsds_id term = hsds_term_id(t);
    json_object_begin(w);
    hsds_put_id(w, "id", hsds_id_pair(of, term));
    hsds_put_id(w, "link_id", of);
    hsds_put_id(w, "taxonomy_term_id", term);
    hsds_put(w, "link_type", str_from(taxonomies[t.taxonomy].link));
    hsds_put(w, "link_entity", str_from(entity));
    if (value.n > 0)
        hsds_put(w, "value", value);
    json_key(w, STR("taxonomy_term"));
    hsds_write_term(w, t);
    json_object_end(w);
}

struct str hsds_taxonomy_text(struct arena *a, enum hsds_taxonomy t)
{
    return text_fold(a, arena_printf(a, "%s %s", taxonomies[t].name, taxonomies[t].description));
}

struct str hsds_term_text(struct arena *a, struct hsds_term t)
{
    return text_fold(a, arena_printf(a, "%.*s %.*s", STR_ARG(hsds_term_name(t)), STR_ARG(description_of(t))));
}
