#include "directory_valid.h"

#include <jansson.h>
#include <math.h>
#include <regex.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"

/* Each pattern is compiled once: there are few of them, and many values. */
static bool matches(const char *pattern, struct str value)
{
    enum { PATTERNS_MAX = 128 };
    static struct {
        char *pattern;
        regex_t re;
    } known[PATTERNS_MAX];
    size_t i = 0;
    while (i < PATTERNS_MAX && known[i].pattern && strcmp(known[i].pattern, pattern) != 0)
        i++;
    assert_true(i < PATTERNS_MAX);
    if (!known[i].pattern) {
        assert_int_equal(regcomp(&known[i].re, pattern, REG_EXTENDED | REG_NOSUB), 0);
        known[i].pattern = strdup(pattern);
        assert_non_null(known[i].pattern);
    }
    char *text = malloc(value.n + 1);
    assert_non_null(text);
    memcpy(text, value.p ? value.p : "", value.n);
    text[value.n] = 0;
    bool yes = regexec(&known[i].re, text, 0, NULL, 0) == 0;
    free(text);
    return yes;
}

#define ANY_OF(list) "^(" list ")(\\|(" list "))*$"
#define URL "^https?://[^/?#[:space:]]+\\.[^[:space:]\"<>|]*$"
#define EMAIL "[^@[:space:]|]+@[^@[:space:]|]+\\.[A-Za-z]{2,}"

/* Table schema of LaMednum 1.0.2, in order. */
static const struct {
    const char *name, *pattern;
    bool required;
    size_t max;
} lamednum[] = {
    {"id", NULL, true, 0},
    {"pivot", "^[a-zA-Z0-9]{9,14}$", true, 0},
    {"nom", NULL, true, 0},
    {"commune", NULL, true, 0},
    {"code_postal", "^[0-9]{5}$", true, 0},
    {"code_insee", "^([013-9][0-9]|2[AB1-9])[0-9]{3}$", false, 0},
    {"adresse", NULL, true, 0},
    {"complement_adresse", NULL, false, 0},
    {"latitude", "^-?[0-9]+(\\.[0-9]+)?(e-?[0-9]+)?$", false, 0},
    {"longitude", "^-?[0-9]+(\\.[0-9]+)?(e-?[0-9]+)?$", false, 0},
    {"typologie", "^[A-Za-z0-9_]+(\\|[A-Za-z0-9_]+)*$", false, 0},
    {"telephone", "^(\\+33|\\+590|\\+594|\\+262|\\+596|\\+269|\\+687|\\+689|\\+508|\\+681)[0-9]{6,9}$", false, 0},
    {"courriels", "^" EMAIL "(\\|" EMAIL ")*$", false, 0},
    {"site_web", "^https?://[^|[:space:]]+(\\|https?://[^|[:space:]]+)*$", false, 0},
    {"horaires", NULL, false, 0},
    {"presentation_resume", NULL, false, 280},
    {"presentation_detail", NULL, false, 0},
    {"source", NULL, false, 0},
    {"itinerance", ANY_OF("Itinérant|Fixe"), false, 0},
    {"structure_parente", NULL, false, 0},
    {"date_maj", "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", true, 0},
    {"services", ANY_OF("Aide aux démarches administratives|Maîtrise des outils numériques du quotidien|Insertion "
                        "professionnelle via le numérique|Utilisation sécurisée du numérique|Parentalité et éducation "
                        "avec le numérique|Loisirs et créations numériques|Compréhension du monde numérique|Accès "
                        "internet et matériel informatique|Acquisition de matériel informatique à prix solidaire"), false, 0},
    {"publics_specifiquement_adresses", ANY_OF("Jeunes|Étudiants|Familles et/ou enfants|Seniors|Femmes"), false, 0},
    {"prise_en_charge_specifique", ANY_OF("Surdité|Handicaps moteurs|Handicaps mentaux|Illettrisme|Langues étrangères "
                                          "\\(anglais\\)|Langues étrangères \\(autres\\)|Déficience visuelle"), false, 0},
    {"frais_a_charge", ANY_OF("Gratuit|Gratuit sous condition|Payant"), false, 0},
    {"dispositif_programmes_nationaux",
     ANY_OF("Aidants Connect|Bibliothèques numérique de référence|Certification PIX|Conseillers numériques|Emmaüs "
            "Connect|France Services|Grande école du numérique|La Croix Rouge|Point d'accès numérique CAF|Promeneurs du "
            "net|Relais numérique \\(Emmaüs Connect\\)"), false, 0},
    {"formations_labels",
     ANY_OF("Formé à « Mon Espace Santé »|Formé à « DUPLEX » \\(illettrisme\\)|Arnia/MedNum BFC "
            "\\(Bourgogne-Franche-Comté\\)|Collectif ressources et acteurs réemploi \\(Normandie\\)|Étapes "
            "numériques\\(La Poste\\)|Fabriques de Territoire|Les Éclaireurs du numérique \\(Drôme\\)|Mes Papiers "
            "\\(Métropole de Lyon\\)|ORDI 3.0|SUD LABS \\(PACA\\)"), false, 0},
    {"autres_formations_labels", NULL, false, 0},
    {"modalites_acces", ANY_OF("Se présenter|Téléphoner|Contacter par mail|Prendre un RDV en ligne|Ce lieu n'accueille pas "
                               "de public|Envoyer un mail avec une fiche de prescription"), false, 0},
    {"modalites_accompagnement",
     ANY_OF("En autonomie|Accompagnement individuel|Dans un atelier collectif|À distance"), false, 0},
    {"fiche_acces_libre", URL, false, 0},
    {"prise_rdv", URL, false, 0},
};
enum { LAMEDNUM_FIELDS = sizeof lamednum / sizeof *lamednum };

/* What 2.0.0 says otherwise. structure_parente is gone. */
static const struct {
    const char *name, *pattern;
    bool required;
} lamednum_2[] = {
    {"pivot", "^[0-9]{14}$", false},
    {"code_insee", "^((0[1-9]|1[0-9]|2[AB]|2[1-9]|[3-8][0-9]|9[0-5])[0-9]{3}|(97[1-8]|98[1-9])[0-9]{2})$", false},
    {"date_maj", "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", false},
    {"formations_labels",
     ANY_OF("Formé à « Mon Espace Santé »|Formé à « DUPLEX » \\(illettrisme\\)|Arnia/MedNum BFC "
            "\\(Bourgogne-Franche-Comté\\)|Collectif ressources et acteurs réemploi \\(Normandie\\)|Étapes "
            "numériques \\(La Poste\\)|Fabriques de Territoire|Les Éclaireurs du numérique \\(Drôme\\)|Mes Papiers "
            "\\(Métropole de Lyon\\)|ORDI 3.0|SUD LABS \\(PACA\\)"), false},
};
static bool gone(size_t i, int version)
{
    return version == 2 && strcmp(lamednum[i].name, "structure_parente") == 0;
}

/* In the order of the alphabet, without doubles: order says nothing, so that two files may be compared. */
static void check_sorted(const char *name, struct str v)
{
    static const char *const texts[] = {"nom", "commune", "adresse", "complement_adresse", "horaires", "presentation_resume",
                                        "presentation_detail", "source", "structure_parente"};
    struct str before = STR_NONE, item;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i]) == 0)
            return;
    for (; str_split(&v, '|', &item); before = item)
        if (before.n > 0 && (str_eq(before, item) || text_compare(before, item) > 0))
            fail_msg("%s: \"%.*s\" before \"%.*s\"", name, STR_ARG(before), STR_ARG(item));
}

static void check_lamednum_cell(struct store *s, size_t i, struct str v, int version)
{
    const char *name = lamednum[i].name, *pattern = lamednum[i].pattern;
    bool required = lamednum[i].required;
    for (size_t k = 0; version == 2 && k < sizeof lamednum_2 / sizeof *lamednum_2; k++)
        if (strcmp(lamednum_2[k].name, name) == 0) {
            pattern = lamednum_2[k].pattern;
            required = lamednum_2[k].required;
        }
    if (v.n == 0) {
        if (required)
            fail_msg("%s is required and empty", name);
        return;
    }
    if (!str_is_utf8(v))
        fail_msg("%s is not UTF-8", name);
    if (pattern && !matches(pattern, v))
        fail_msg("%s: \"%.*s\" breaks the standard", name, STR_ARG(v));
    if (lamednum[i].max > 0 && str_length(v) > lamednum[i].max)
        fail_msg("%s is longer than %zu", name, lamednum[i].max);
    check_sorted(name, v);
    if (strcmp(name, "horaires") == 0) {
        struct hours *h;
        struct str why;
        if (hours_parse(s->a, v, &h, &why) != OK)
            fail_msg("horaires: %.*s", STR_ARG(why));
    }
}

static size_t assert_valid_csv(struct store *s, struct str csv, int version)
{
    struct csv_reader *r = csv_reader_new(s->a, csv, (struct csv_options){',', CSV_UTF8});
    struct csv_row row;
    size_t places = 0, n = LAMEDNUM_FIELDS - (version == 2);
    assert_true(csv_next(r, &row));
    assert_int_equal(row.n, n);
    for (size_t i = 0, c = 0; i < LAMEDNUM_FIELDS; i++)
        if (!gone(i, version))
            assert_true(str_eq(row.cells[c++], str_from(lamednum[i].name)));
    json_t *ids = json_object();
    for (; csv_next(r, &row); places++) {
        struct str point[2] = {STR_NONE, STR_NONE};
        assert_int_equal(row.n, n);
        for (size_t i = 0, c = 0; i < LAMEDNUM_FIELDS; i++) {
            if (gone(i, version))
                continue;
            if (strcmp(lamednum[i].name, "latitude") == 0 || strcmp(lamednum[i].name, "longitude") == 0)
                point[lamednum[i].name[1] == 'o'] = row.cells[c];
            check_lamednum_cell(s, i, row.cells[c++], version);
        }
        double latitude, longitude;
        if ((point[0].n > 0) != (point[1].n > 0))
            fail_msg("half a point");
        if (str_to_double(point[0], &latitude) && str_to_double(point[1], &longitude))
            assert_true(geo_in_france((struct geo_point){latitude, longitude}));
        const char *id = arena_cstr(s->a, row.cells[0]);
        if (json_object_get(ids, id))
            fail_msg("id \"%s\" twice", id);
        json_object_set_new(ids, id, json_true());
    }
    json_decref(ids);
    return places;
}

size_t assert_valid_lamednum_csv(struct store *s, struct str csv)
{
    return assert_valid_csv(s, csv, 1);
}

size_t assert_valid_lamednum_2_csv(struct store *s, struct str csv)
{
    return assert_valid_csv(s, csv, 2);
}

/* -- the standard's JSON schemas, as far as data·inclusion uses JSON Schema ----------------------- */

struct schema {
    struct store *s;
    const json_t *root;
    const char *field;
};

static bool satisfies(const struct schema *sc, const json_t *rule, const json_t *value);

/* \d and \w are not POSIX. */
static const char *posix(struct store *s, const char *pattern)
{
    struct buf b;
    buf_init(&b, 4096);
    for (const char *p = pattern; *p; p++) {
        if (p[0] == '\\' && p[1] == 'd')
            buf_lit(&b, "[0-9]"), p++;
        else if (p[0] == '\\' && p[1] == 'w')
            buf_lit(&b, "[0-9A-Za-z_]"), p++;
        else
            buf_char(&b, *p);
    }
    const char *out = arena_cstr(s->a, buf_str(&b));
    buf_deinit(&b);
    return out;
}

static bool is_type(const char *type, const json_t *v)
{
    return (strcmp(type, "null") == 0 && json_is_null(v)) || (strcmp(type, "string") == 0 && json_is_string(v)) ||
           (strcmp(type, "number") == 0 && json_is_number(v)) || (strcmp(type, "integer") == 0 && json_is_integer(v)) ||
           (strcmp(type, "array") == 0 && json_is_array(v)) || (strcmp(type, "object") == 0 && json_is_object(v));
}

static bool text_satisfies(const struct schema *sc, const json_t *rule, struct str text)
{
    const json_t *min = json_object_get(rule, "minLength"), *max = json_object_get(rule, "maxLength");
    const char *pattern = json_string_value(json_object_get(rule, "pattern"));
    const char *format = json_string_value(json_object_get(rule, "format"));
    size_t n = str_length(text);
    if ((min && n < (size_t)json_integer_value(min)) || (max && n > (size_t)json_integer_value(max)))
        return false;
    if (pattern && !matches(posix(sc->s, pattern), text))
        return false;
    if (format && strcmp(format, "date") == 0)
        return matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", text);
    if (format && strcmp(format, "email") == 0)
        return matches("^" EMAIL "$", text);
    return !format || strcmp(format, "uri") != 0 || matches(URL, text);
}

static bool list_satisfies(const struct schema *sc, const json_t *rule, const json_t *v)
{
    const json_t *items = json_object_get(rule, "items"), *min = json_object_get(rule, "minItems");
    size_t n = json_array_size(v);
    if (min && n < (size_t)json_integer_value(min))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (items && !satisfies(sc, items, json_array_get(v, i)))
            return false;
        for (size_t k = 0; k < i && json_is_true(json_object_get(rule, "uniqueItems")); k++)
            if (json_equal(json_array_get(v, i), json_array_get(v, k)))
                return false;
    }
    return true;
}

static bool satisfies(const struct schema *sc, const json_t *rule, const json_t *v)
{
    const char *ref = json_string_value(json_object_get(rule, "$ref"));
    if (ref) /* "#/$defs/Public" */
        rule = json_object_get(json_object_get(sc->root, "$defs"), strrchr(ref, '/') + 1);
    const json_t *any = json_object_get(rule, "anyOf"), *list = json_object_get(rule, "enum");
    if (any) {
        for (size_t i = 0; i < json_array_size(any); i++)
            if (satisfies(sc, json_array_get(any, i), v))
                return true;
        return false;
    }
    bool listed = !list;
    for (size_t i = 0; i < json_array_size(list) && !listed; i++)
        listed = json_equal(json_array_get(list, i), v);
    const json_t *constant = json_object_get(rule, "const"), *least = json_object_get(rule, "minimum");
    const char *type = json_string_value(json_object_get(rule, "type"));
    if (!listed || (constant && !json_equal(constant, v)) || (type && !is_type(type, v)))
        return false;
    if (least && json_number_value(v) < json_number_value(least))
        return false;
    if (json_is_string(v))
        return text_satisfies(sc, rule, (struct str){json_string_value(v), json_string_length(v)});
    return !json_is_array(v) || list_satisfies(sc, rule, v);
}

static void check_by_schema(struct store *s, const json_t *root, const json_t *object)
{
    const char *name;
    json_t *rule;
    const json_t *properties = json_object_get(root, "properties");
    assert_int_equal(json_object_size(object), json_object_size(properties));
    json_object_foreach((json_t *)(uintptr_t)properties, name, rule) {
        const struct schema sc = {s, root, name};
        const json_t *v = json_object_get(object, name);
        if (!v)
            fail_msg("%s is missing", name);
        if (!satisfies(&sc, rule, v)) {
            char *text = json_dumps(v, JSON_ENCODE_ANY);
            fail_msg("%s: %s breaks the schema", name, text);
        }
    }
}

/* -- what holds with or without the schemas -------------------------------------------------------- */

static const char *const structure_fields[] = {
    "source", "id", "nom", "date_maj", "description", "lien_source", "siret", "commune", "code_postal", "code_insee",
    "adresse", "complement_adresse", "longitude", "latitude", "telephone", "courriel", "site_web", "horaires_accueil",
    "accessibilite_lieu", "reseaux_porteurs"};
static const char *const service_fields[] = {
    "source", "structure_id", "id", "nom", "description", "date_maj", "lien_source", "type", "thematiques", "frais",
    "frais_precisions", "publics", "publics_precisions", "conditions_acces", "commune", "code_postal", "code_insee",
    "adresse", "complement_adresse", "longitude", "latitude", "telephone", "courriel", "contact_nom_prenom",
    "modes_accueil", "modes_mobilisation", "lien_mobilisation", "mobilisable_par", "mobilisation_precisions",
    "zone_eligibilite", "volume_horaire_hebdomadaire", "nombre_semaines", "horaires_accueil"};

static void check_text(const json_t *object, const char *field, const char *pattern, size_t min, size_t max)
{
    struct str v = json_get_str(object, field);
    if (v.n == 0)
        return;
    if ((pattern && !matches(pattern, v)) || str_length(v) < min || (max && str_length(v) > max))
        fail_msg("%s: \"%.*s\"", field, STR_ARG(v));
}

static void check_object(struct store *s, const json_t *o, const char *const *fields, size_t n, bool service)
{
    const char *key;
    json_t *value;
    size_t i = 0;
    json_object_foreach((json_t *)(uintptr_t)o, key, value) {
        assert_true(i < n);
        assert_string_equal(key, fields[i++]);
    }
    assert_int_equal(i, n);
    static const char *const required[] = {"source", "id", "nom", "date_maj", "structure_id", "description"};
    for (size_t k = 0; k < (service ? 6 : 4); k++)
        if (json_get_str(o, required[k]).n == 0)
            fail_msg("%s is required", required[k]);
    check_text(o, "nom", NULL, 3, 150);
    check_text(o, "description", NULL, 5, 10000);
    check_text(o, "date_maj", "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", 10, 10);
    check_text(o, "code_postal", "^[0-9]{5}$", 5, 5);
    check_text(o, "code_insee", "^[0-9A-Za-z_]{5}$", 5, 5);
    check_text(o, "siret", "^[0-9]{14}$", 14, 14);
    check_text(o, "courriel", "^" EMAIL "$", 0, 0);
    static const char *const links[] = {"lien_source", "site_web", "accessibilite_lieu", "lien_mobilisation"};
    for (size_t k = 0; k < 4; k++) {
        check_text(o, links[k], URL, 1, 2083);
        check_text(o, links[k], "^[!-~]*$", 1, 2083);
    }
    struct str hours = json_get_str(o, "horaires_accueil"), why;
    struct hours *h;
    if (hours.n > 0 && hours_parse(s->a, hours, &h, &why) != OK)
        fail_msg("horaires_accueil: %.*s", STR_ARG(hours));
    const json_t *publics = json_object_get(o, "publics");
    for (size_t k = 0; k < json_array_size(publics); k++)
        if (strcmp(json_string_value(json_array_get(publics, k)), "tous-publics") == 0)
            assert_int_equal(json_array_size(publics), 1);
}

static json_t *shared_schema(struct store *s, const char *name)
{
    struct str text = shared_file(s, name), why;
    json_t *schema = NULL;
    if (text.n > 0)
        assert_ok(json_parse(s->a, text, &schema, &why));
    return schema;
}

static json_t *parse(struct store *s, struct str json)
{
    json_error_t error;
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("line %d: %s", error.line, error.text);
    (void)s;
    return root;
}

void assert_valid_inclusion(struct store *s, struct str json, size_t *n_structures, size_t *n_services)
{
    json_t *root = parse(s, json), *ids = json_object();
    const json_t *structures = json_object_get(root, "structures"), *services = json_object_get(root, "services");
    const json_t *structure_schema = shared_schema(s, "schemas/data-inclusion-v1/structure.json");
    const json_t *service_schema = shared_schema(s, "schemas/data-inclusion-v1/service.json");
    assert_true(json_is_array(structures) && json_is_array(services));
    for (size_t i = 0; i < json_array_size(structures); i++) {
        const json_t *o = json_array_get(structures, i);
        check_object(s, o, structure_fields, sizeof structure_fields / sizeof *structure_fields, false);
        if (structure_schema)
            check_by_schema(s, structure_schema, o);
        const char *id = json_string_value(json_object_get(o, "id"));
        assert_null(json_object_get(ids, id));
        json_object_set_new(ids, id, json_true());
    }
    for (size_t i = 0; i < json_array_size(services); i++) {
        const json_t *o = json_array_get(services, i);
        check_object(s, o, service_fields, sizeof service_fields / sizeof *service_fields, true);
        if (service_schema)
            check_by_schema(s, service_schema, o);
        if (!json_object_get(ids, json_string_value(json_object_get(o, "structure_id"))))
            fail_msg("service without its structure");
    }
    *n_structures = json_array_size(structures);
    *n_services = json_array_size(services);
    json_decref(ids);
    json_decref(root);
}

size_t assert_valid_geojson(struct store *s, struct str json)
{
    json_t *root = parse(s, json);
    const json_t *features = json_object_get(root, "features");
    assert_string_equal(json_string_value(json_object_get(root, "type")), "FeatureCollection");
    assert_true(json_is_array(features));
    size_t n = json_array_size(features);
    for (size_t i = 0; i < n; i++) {
        const json_t *f = json_array_get(features, i), *g = json_object_get(f, "geometry");
        const json_t *c = json_object_get(g, "coordinates");
        assert_string_equal(json_string_value(json_object_get(f, "type")), "Feature");
        assert_string_equal(json_string_value(json_object_get(g, "type")), "Point");
        assert_int_equal(json_array_size(c), 2);
        assert_true(fabs(json_number_value(json_array_get(c, 0))) <= 180);
        assert_true(fabs(json_number_value(json_array_get(c, 1))) <= 90);
        assert_true(json_is_object(json_object_get(f, "properties")));
    }
    json_decref(root);
    return n;
}
