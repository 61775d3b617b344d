/* A first mapping: list fields. The values of a column that has few are looked for among the words of the standard, and
 * among those that files use; each one found is a term of a rule. */
#include "base/text.h"
#include "modules/directory/import/map_suggest.h"

/* Folded words that speak of a value. Those of the standard itself are looked for too. */
struct hint {
    const char *field, *target, *words; /* words: alternatives between | */
};
static const struct hint hints[] = {
    {"typologie", "BIB", "bibliotheque|mediatheque"},
    {"typologie", "MUNI", "mairie|hotel de ville|municipalite"},
    {"typologie", "CCAS", "ccas"},
    {"typologie", "CIAS", "cias"},
    {"typologie", "CS", "centre social"},
    {"typologie", "CSC", "centre socioculturel|centre socio culturel"},
    {"typologie", "ML", "mission locale"},
    {"typologie", "MQ", "maison de quartier"},
    {"typologie", "MJC", "mjc"},
    {"typologie", "ASSO", "association"},
    {"typologie", "RFS", "france services|france service"},
    {"typologie", "FT", "pole emploi|france travail"},
    {"typologie", "CAF", "caf"},
    {"typologie", "CPAM", "cpam"},
    {"typologie", "MSA", "msa"},
    {"typologie", "LA_POSTE", "la poste|bureau de poste"},
    {"typologie", "TIERS_LIEUX", "tiers lieu|tiers lieux|coworking"},
    {"typologie", "FABLAB", "fablab|fab lab"},
    {"typologie", "EPN", "espace public numerique|epn"},
    {"typologie", "PIJ_BIJ", "information jeunesse|pij|bij"},
    {"typologie", "EVS", "espace de vie sociale"},
    {"services", "Aide aux démarches administratives", "demarche administrative|demarches administratives|demarches en ligne|demarches dematerialisees|acces aux droits"},
    {"services", "Maîtrise des outils numériques du quotidien", "outils numeriques|initiation informatique|initiation numerique|prise en main|formation de base"},
    {"services", "Insertion professionnelle via le numérique", "insertion professionnelle|recherche d emploi|recherche emploi"},
    {"services", "Utilisation sécurisée du numérique", "securite numerique|risques d internet|arnaques|utilisation securisee"},
    {"services", "Parentalité et éducation avec le numérique", "parentalite"},
    {"services", "Loisirs et créations numériques", "recreatives numeriques|loisirs numeriques|creation numerique|jeux video"},
    {"services", "Compréhension du monde numérique", "culture numerique|cultures numeriques|comprehension du monde numerique"},
    {"services", "Accès internet et matériel informatique",
     "acces internet|acces a internet|wifi|wi fi|ordinateur|ordinateurs|imprimante|scanner|photocopieuse|tablette|materiel informatique|equipement informatique"},
    {"services", "Acquisition de matériel informatique à prix solidaire", "prix solidaire|pret de materiel|reparation de materiel|don de materiel|reconditionne"},
    {"publics_specifiquement_adresses", "Jeunes", "jeune|jeunes|adolescents"},
    {"publics_specifiquement_adresses", "Étudiants", "etudiant|etudiants"},
    {"publics_specifiquement_adresses", "Familles et/ou enfants", "famille|familles|enfants|parents"},
    {"publics_specifiquement_adresses", "Seniors", "senior|seniors|personnes agees|retraites"},
    {"publics_specifiquement_adresses", "Femmes", "femmes"},
    {"prise_en_charge_specifique", "Surdité", "surdite|lsf|langue des signes|malentendants"},
    {"prise_en_charge_specifique", "Handicaps moteurs", "handicap moteur|handicaps moteurs|fauteuil roulant"},
    {"prise_en_charge_specifique", "Handicaps mentaux", "handicap mental|handicaps mentaux"},
    {"prise_en_charge_specifique", "Illettrisme", "illettrisme|analphabetisme"},
    {"prise_en_charge_specifique", "Langues étrangères (anglais)", "anglais"},
    {"prise_en_charge_specifique", "Langues étrangères (autres)", "langues etrangeres|allophones"},
    {"prise_en_charge_specifique", "Déficience visuelle", "deficience visuelle|cecite|malvoyants"},
    {"frais_a_charge", "Gratuit", "gratuit|gratuite"},
    {"frais_a_charge", "Gratuit sous condition", "gratuit sous condition|gratuit sous conditions"},
    {"frais_a_charge", "Payant", "payant|payante"},
    {"itinerance", "Itinérant", "itinerant|itinerante|itinerance|bus"},
    {"itinerance", "Fixe", "fixe"},
    {"dispositif_programmes_nationaux", "Aidants Connect", "aidants connect"},
    {"dispositif_programmes_nationaux", "Conseillers numériques", "conseiller numerique|conseillers numeriques|cnfs"},
    {"dispositif_programmes_nationaux", "France Services", "france services|france service"},
    {"dispositif_programmes_nationaux", "Promeneurs du net", "promeneurs du net"},
    {"formations_labels", "Fabriques de Territoire", "fabriques de territoire|fabrique de territoire"},
    {"modalites_acces", "Se présenter", "se presenter|sur place|acces libre|sans rendez vous"},
    {"modalites_acces", "Téléphoner", "telephoner|par telephone"},
    {"modalites_acces", "Contacter par mail", "par mail|par courriel"},
    {"modalites_acces", "Prendre un RDV en ligne", "rendez vous en ligne|rdv en ligne"},
    {"modalites_accompagnement", "En autonomie", "autonomie"},
    {"modalites_accompagnement", "Accompagnement individuel", "accompagnement individuel|mediateur|individuel"},
    {"modalites_accompagnement", "Dans un atelier collectif", "atelier|ateliers|collectif"},
    {"modalites_accompagnement", "À distance", "a distance|visio|en ligne"},
};
enum { HINTS = sizeof hints / sizeof *hints };

/* -- one column ----------------------------------------------------------------------------------- */

enum { DISTINCT_MAX = 60, ITEM_MAX = 90 };

struct distinct {
    struct str items[DISTINCT_MAX], folded[DISTINCT_MAX];
    size_t n, all;
    bool too_many;
    const char *separator; /* between items of one cell; NULL: none */
};

/* The sign that cuts many cells. A slash without spaces is "et/ou". */
static const char *separator_of(const struct map_column *c)
{
    static const char *const signs[] = {"|", ";", "\n", " / ", ","};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        size_t with = 0;
        for (size_t i = 0; i < c->n; i++)
            with += str_find(c->values[i], str_from(signs[k]), 0) > 0;
        if (with * 10 > c->n)
            return signs[k];
    }
    return NULL;
}

static void add_distinct(struct arena *a, struct distinct *d, struct str item)
{
    item = str_trim(item);
    if (item.n == 0)
        return;
    d->all++;
    struct str folded = text_fold(a, item);
    for (size_t i = 0; i < d->n; i++)
        if (str_eq(d->folded[i], folded))
            return;
    d->too_many |= d->n == DISTINCT_MAX || item.n > ITEM_MAX;
    if (d->too_many)
        return;
    d->items[d->n] = item;
    d->folded[d->n++] = folded;
}

static void take_distinct(struct arena *a, const struct map_column *c, struct distinct *d)
{
    *d = (struct distinct){.separator = separator_of(c)};
    for (size_t i = 0; i < c->n && !d->too_many; i++) {
        struct str s = c->values[i];
        for (size_t start = 0;;) {
            ptrdiff_t end = d->separator ? str_find(s, str_from(d->separator), start) : -1;
            add_distinct(a, d, end < 0 ? str_sub(s, start, s.n) : str_sub(s, start, (size_t)end - start));
            if (end < 0)
                break;
            start = (size_t)end + strlen(d->separator);
        }
    }
}

static bool is_yes(struct str folded)
{
    static const char *const words[] = {"oui", "o", "yes", "y", "true", "vrai", "1", "x"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(folded, str_from(words[i])))
            return true;
    return false;
}

static bool is_no(struct str folded)
{
    static const char *const words[] = {"non", "n", "no", "false", "faux", "0"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(folded, str_from(words[i])))
            return true;
    return false;
}

/* Every value is yes or no: the name of the column says what. */
static bool is_question(const struct distinct *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (!is_yes(d->folded[i]) && !is_no(d->folded[i]))
            return false;
    return d->n > 0;
}

static bool speaks_of(struct str folded, const struct hint *h)
{
    struct str words = str_from(h->words), one;
    while (str_split(&words, '|', &one))
        if (map_holds_words(folded, one))
            return true;
    return false;
}

/* -- rules ---------------------------------------------------------------------------------------- */

static void add_once(json_t *list, struct str text)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (str_eq((struct str){json_string_value(item), json_string_length(item)}, text))
            return;
    json_array_append_new(list, json_stringn(text.p, text.n));
}

/* The rule of this target, or a new one: a field has one a target, with every column and term that speak of it. */
static json_t *rule_of(json_t *mapping, const char *field, const char *target)
{
    json_t *rules = json_object_get(mapping, field), *rule;
    size_t i;
    if (!rules) {
        rules = json_array();
        json_object_set_new(mapping, field, rules);
    }
    json_array_foreach(rules, i, rule)
        if (strcmp(json_string_value(json_object_get(rule, "cible")), target) == 0)
            return rule;
    rule = json_object();
    json_object_set_new(rule, "colonnes", json_array());
    json_object_set_new(rule, "termes", json_array());
    json_object_set_new(rule, "cible", json_string(target));
    json_array_append_new(rules, rule);
    return rule;
}

static void add_term(json_t *mapping, const char *field, const char *target, struct str column, struct str term)
{
    if (json_is_object(json_object_get(mapping, field)))
        return; /* a column gives the words of the standard already */
    json_t *rule = rule_of(mapping, field, target);
    add_once(json_object_get(rule, "colonnes"), column);
    add_once(json_object_get(rule, "termes"), term);
}

/* "gratuit" is in "gratuit sous condition": the longer one wins there. */
static void keep_free_apart(json_t *mapping)
{
    json_t *rules = json_object_get(mapping, "frais_a_charge"), *rule;
    size_t i;
    json_array_foreach(rules, i, rule)
        if (strcmp(json_string_value(json_object_get(rule, "cible")), "Gratuit") == 0)
            json_object_set_new(rule, "sauf", json_pack("[s]", "sous condition"));
}

static void read_question(const struct map_column *c, const struct distinct *d, json_t *mapping, json_t *notes)
{
    for (size_t h = 0; h < HINTS; h++) {
        if (!speaks_of(c->folded, &hints[h]))
            continue;
        for (size_t i = 0; i < d->n; i++)
            if (is_yes(d->folded[i]))
                add_term(mapping, hints[h].field, hints[h].target, c->name, d->items[i]);
        map_note(notes, hints[h].field, 0.6, "le titre « %.*s » en parle, ses valeurs sont oui ou non", STR_ARG(c->name));
    }
}

/* The standard's own words, when most of the items are such words. */
static bool read_standard_words(const struct map_column *c, const struct distinct *d, json_t *mapping, json_t *notes)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    for (size_t f = 0; f < t->n; f++) {
        size_t known = 0;
        if (t->fields[f].kind != FIELD_SET || json_object_get(mapping, t->fields[f].name))
            continue;
        for (size_t i = 0; i < d->n; i++)
            known += directory_enum_find(t->fields[f].values, d->items[i]) >= 0;
        if (known == 0 || known * 5 < d->n * 4)
            continue;
        json_t *value = json_pack("{s:s#}", "colonne", c->name.p, c->name.n);
        if (d->separator && strcmp(d->separator, "|") != 0)
            json_object_set_new(value, "séparateur", json_string(d->separator));
        json_object_set_new(mapping, t->fields[f].name, value);
        map_note(notes, t->fields[f].name, 0.95, "les valeurs de « %.*s » sont celles du standard", STR_ARG(c->name));
        return true;
    }
    return false;
}

/* How many of the items speak of one of the values of a field. */
static size_t items_about(const struct distinct *d, const char *field)
{
    size_t about = 0;
    for (size_t i = 0; i < d->n; i++)
        for (size_t h = 0; h < HINTS; h++)
            if (strcmp(hints[h].field, field) == 0 && speaks_of(d->folded[i], &hints[h])) {
                about++;
                break;
            }
    return about;
}

/* A column speaks of a field when a quarter of its items do: one word among many is by chance. */
static void read_items(const struct map_column *c, const struct distinct *d, json_t *mapping, json_t *notes)
{
    for (size_t h = 0; h < HINTS; h++) {
        size_t about = items_about(d, hints[h].field);
        if (about * 4 < d->n)
            continue;
        for (size_t i = 0; i < d->n; i++)
            if (speaks_of(d->folded[i], &hints[h]))
                add_term(mapping, hints[h].field, hints[h].target, c->name, d->items[i]);
        if (about > 0 && d->n == 1)
            map_note(notes, hints[h].field, 0.7, "la seule valeur de « %.*s » en parle", STR_ARG(c->name));
        else if (about > 0)
            map_note(notes, hints[h].field, about * 2 > d->n ? 0.7 : 0.5, "%zu des %zu valeurs de « %.*s » en parlent", about, d->n,
                     STR_ARG(c->name));
    }
}

void map_suggest_lists(struct map_sample *s, json_t *mapping, json_t *notes)
{
    struct distinct *d = ARENA_NEW(s->a, struct distinct);
    for (size_t i = 0; i < s->n; i++) {
        const struct map_column *c = &s->columns[i];
        if (c->used || c->n == 0)
            continue;
        take_distinct(s->a, c, d);
        /* few values, many times: words of a list. In a sentence the words mean too many things */
        if (d->too_many || d->n == 0 || (d->n > 6 && d->n * 2 > d->all))
            continue;
        if (is_question(d))
            read_question(c, d, mapping, notes);
        else if (!read_standard_words(c, d, mapping, notes))
            read_items(c, d, mapping, notes);
    }
    keep_free_apart(mapping);
}
