#include "modules/directory/fields.h"

#include <sodium.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/text.h"

#define P(member) offsetof(struct directory_place, member)
#define S(member) offsetof(struct directory_structure, member)
#define V(member) offsetof(struct directory_service, member)
/* The offset, then what else there is to say. */
#define TEXT(name_, column_, ...) {.name = name_, .column = column_, .kind = FIELD_TEXT, .values = ENUM_COUNT, .offset = __VA_ARGS__}
#define SET(name, at, list) {name, name, at, FIELD_SET, .values = list}
#define ONE(name, at, list) {name, name, at, FIELD_ONE, .values = list}
#define LIST(name_, ...) {.name = name_, .column = name_, .kind = FIELD_LIST, .values = ENUM_COUNT, .offset = __VA_ARGS__}
#define NUMBER(name, at) {name, name, at, FIELD_NUMBER, .values = ENUM_COUNT}
#define HOURS(name, at) {name, name, at, FIELD_HOURS, .values = ENUM_COUNT}

/* LaMednum 1.0.2. `id` and `source` name other things in the database. */
static const struct field place_fields[] = {
    TEXT("id", "source_id", P(record.source_id), .required = true, .max = 200),
    TEXT("pivot", "pivot", P(pivot), .check = check_pivot),
    TEXT("nom", "nom", P(nom), .required = true),
    TEXT("commune", "commune", P(commune), .required = true),
    TEXT("code_postal", "code_postal", P(code_postal), .required = true, .check = check_code_postal),
    TEXT("code_insee", "code_insee", P(code_insee), .check = check_code_insee_lamednum),
    TEXT("adresse", "adresse", P(adresse), .required = true),
    TEXT("complement_adresse", "complement_adresse", P(complement_adresse)),
    NUMBER("latitude", P(latitude)),
    NUMBER("longitude", P(longitude)),
    SET("typologie", P(typologie), ENUM_TYPOLOGIE),
    TEXT("telephone", "telephone", P(telephone), .check = check_telephone_e164),
    LIST("courriels", P(courriels), .check = check_courriel),
    LIST("site_web", P(site_web), .check = check_url),
    HOURS("horaires", P(horaires)),
    TEXT("presentation_resume", "presentation_resume", P(presentation_resume), .max = 280),
    TEXT("presentation_detail", "presentation_detail", P(presentation_detail)),
    TEXT("source", "source_texte", P(source_texte)),
    SET("itinerance", P(itinerance), ENUM_ITINERANCE),
    TEXT("structure_parente", "structure_parente", P(structure_parente)),
    TEXT("date_maj", "date_maj", P(date_maj), .required = true, .check = check_date),
    SET("services", P(services), ENUM_SERVICE_LAMEDNUM),
    SET("publics_specifiquement_adresses", P(publics_specifiquement_adresses), ENUM_PUBLIC_ADRESSE),
    SET("prise_en_charge_specifique", P(prise_en_charge_specifique), ENUM_PRISE_EN_CHARGE),
    SET("frais_a_charge", P(frais_a_charge), ENUM_FRAIS_LAMEDNUM),
    SET("dispositif_programmes_nationaux", P(dispositif_programmes_nationaux), ENUM_DISPOSITIF),
    SET("formations_labels", P(formations_labels), ENUM_FORMATION_LABEL),
    LIST("autres_formations_labels", P(autres_formations_labels)),
    SET("modalites_acces", P(modalites_acces), ENUM_ACCES),
    SET("modalites_accompagnement", P(modalites_accompagnement), ENUM_ACCOMPAGNEMENT),
    TEXT("fiche_acces_libre", "fiche_acces_libre", P(fiche_acces_libre), .check = check_url),
    TEXT("prise_rdv", "prise_rdv", P(prise_rdv), .check = check_url),
};

/* data·inclusion v1. */
#define ADDRESS_FIELDS(M)                                                                                    \
    TEXT("commune", "commune", M(commune)),                                                                  \
        TEXT("code_postal", "code_postal", M(code_postal), .check = check_code_postal),                      \
        TEXT("code_insee", "code_insee", M(code_insee), .check = check_code_insee),                          \
        TEXT("adresse", "adresse", M(adresse)),                                                              \
        TEXT("complement_adresse", "complement_adresse", M(complement_adresse)),                             \
        NUMBER("longitude", M(longitude)), NUMBER("latitude", M(latitude)),                                  \
        TEXT("telephone", "telephone", M(telephone), .check = check_telephone),                              \
        TEXT("courriel", "courriel", M(courriel), .check = check_courriel)

static const struct field structure_fields[] = {
    TEXT("source", "source", S(record.source), .required = true, .max = 200),
    TEXT("id", "source_id", S(record.source_id), .required = true, .max = 300),
    TEXT("nom", "nom", S(nom), .required = true, .min = 3, .max = 150),
    TEXT("date_maj", "date_maj", S(date_maj), .required = true, .check = check_date_inclusion),
    TEXT("description", "description", S(description), .min = 5, .max = 10000),
    TEXT("lien_source", "lien_source", S(lien_source), .check = check_uri),
    TEXT("siret", "siret", S(siret), .check = check_siret),
    ADDRESS_FIELDS(S),
    TEXT("site_web", "site_web", S(site_web), .check = check_uri),
    HOURS("horaires_accueil", S(horaires_accueil)),
    TEXT("accessibilite_lieu", "accessibilite_lieu", S(accessibilite_lieu), .check = check_uri),
    SET("reseaux_porteurs", S(reseaux_porteurs), ENUM_RESEAU_PORTEUR),
};

static const struct field service_fields[] = {
    TEXT("source", "source", V(record.source), .required = true, .max = 200),
    TEXT("structure_id", NULL, V(structure_source_id), .required = true, .max = 300),
    TEXT("id", "source_id", V(record.source_id), .required = true, .max = 300),
    TEXT("nom", "nom", V(nom), .required = true, .min = 3, .max = 150),
    TEXT("description", "description", V(description), .required = true, .min = 5, .max = 10000),
    TEXT("date_maj", "date_maj", V(date_maj), .required = true, .check = check_date_inclusion),
    TEXT("lien_source", "lien_source", V(lien_source), .check = check_uri),
    ONE("type", V(type), ENUM_TYPE_SERVICE),
    SET("thematiques", V(thematiques), ENUM_THEMATIQUE),
    ONE("frais", V(frais), ENUM_FRAIS),
    TEXT("frais_precisions", "frais_precisions", V(frais_precisions)),
    SET("publics", V(publics), ENUM_PUBLIC),
    TEXT("publics_precisions", "publics_precisions", V(publics_precisions)),
    TEXT("conditions_acces", "conditions_acces", V(conditions_acces)),
    ADDRESS_FIELDS(V),
    TEXT("contact_nom_prenom", "contact_nom_prenom", V(contact_nom_prenom)),
    SET("modes_accueil", V(modes_accueil), ENUM_MODE_ACCUEIL),
    SET("modes_mobilisation", V(modes_mobilisation), ENUM_MODE_MOBILISATION),
    TEXT("lien_mobilisation", "lien_mobilisation", V(lien_mobilisation), .check = check_uri),
    SET("mobilisable_par", V(mobilisable_par), ENUM_PERSONNE_MOBILISATRICE),
    TEXT("mobilisation_precisions", "mobilisation_precisions", V(mobilisation_precisions)),
    LIST("zone_eligibilite", V(zone_eligibilite), .check = check_zone),
    {"volume_horaire_hebdomadaire", "volume_horaire_hebdomadaire", V(volume_horaire_hebdomadaire), FIELD_NUMBER,
     .values = ENUM_COUNT, .amount = true},
    {"nombre_semaines", "nombre_semaines", V(nombre_semaines), FIELD_COUNT, .values = ENUM_COUNT},
    HOURS("horaires_accueil", V(horaires_accueil)),
};

#define TABLE(kind_, table_, rows, type)                                                                     \
    [kind_] = {kind_, table_, rows, sizeof(rows) / sizeof *(rows), sizeof(type), offsetof(type, horaires_texte)}
static const struct field_table tables[] = {
    TABLE(DIRECTORY_PLACE, "directory_place", place_fields, struct directory_place),
    TABLE(DIRECTORY_STRUCTURE, "directory_structure", structure_fields, struct directory_structure),
    TABLE(DIRECTORY_SERVICE, "directory_service", service_fields, struct directory_service),
};

const struct field_table *field_table(enum directory_kind kind)
{
    return &tables[kind];
}

const struct field *field_find(const struct field_table *t, struct str name)
{
    if (name.n == 0)
        return NULL;
    for (size_t i = 0; i < t->n; i++) {
        const char *own = t->fields[i].name;
        if (own[0] == name.p[0] && strncmp(own, name.p, name.n) == 0 && own[name.n] == 0)
            return &t->fields[i];
    }
    return NULL;
}

bool field_empty(const struct field *f, const void *record)
{
    const void *at = field_in(f, record);
    switch (f->kind) {
    case FIELD_LIST:
        return ((const struct str_list *)at)->n == 0;
    case FIELD_SET:
    case FIELD_ONE:
        return directory_set_empty(*(const struct directory_set *)at);
    case FIELD_NUMBER:
        return !((const struct directory_number *)at)->known;
    case FIELD_COUNT:
        return *(const int64_t *)at == 0;
    case FIELD_TEXT:
    case FIELD_HOURS:
        break;
    }
    return ((const struct str *)at)->n == 0;
}

void field_clear(const struct field *f, void *record)
{
    void *at = field_at(f, record);
    switch (f->kind) {
    case FIELD_LIST:
        *(struct str_list *)at = (struct str_list){NULL, 0};
        break;
    case FIELD_SET:
    case FIELD_ONE:
        *(struct directory_set *)at = DIRECTORY_SET_NONE;
        break;
    case FIELD_NUMBER:
        *(struct directory_number *)at = (struct directory_number){false, 0};
        break;
    case FIELD_COUNT:
        *(int64_t *)at = 0;
        break;
    case FIELD_TEXT:
    case FIELD_HOURS:
        *(struct str *)at = STR_NONE;
        break;
    }
}

/* -- as one cell ---------------------------------------------------------------------------------- */

static struct str join(struct arena *a, const struct str *items, size_t n)
{
    size_t total = n ? n - 1 : 0, at = 0;
    for (size_t i = 0; i < n; i++)
        total += items[i].n;
    char *p = arena_alloc(a, total + 1);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            p[at++] = '|';
        if (items[i].n > 0)
            memcpy(p + at, items[i].p, items[i].n);
        at += items[i].n;
    }
    p[at] = 0;
    return (struct str){p, at};
}

static struct str set_cell(struct arena *a, enum directory_enum_id id, struct directory_set s)
{
    struct str items[128];
    size_t n = 0;
    for (int i = directory_set_next(s, 0); i >= 0 && n < 128; i = directory_set_next(s, i + 1))
        items[n++] = str_from(directory_enum_value(id, i)->value);
    return n == 1 ? items[0] : n == 0 ? STR_NONE : join(a, items, n);
}

static struct str number_cell(struct arena *a, struct directory_number v)
{
    return v.known ? buf_double_in(a, v.value) : STR_NONE;
}

struct str field_cell(struct arena *a, const struct field *f, const void *record)
{
    const void *at = field_in(f, record);
    switch (f->kind) {
    case FIELD_LIST: {
        const struct str_list *l = at;
        return l->n == 0 ? STR_NONE : l->n == 1 ? l->items[0] : join(a, l->items, l->n);
    }
    case FIELD_SET:
    case FIELD_ONE:
        return set_cell(a, f->values, *(const struct directory_set *)at);
    case FIELD_NUMBER:
        return number_cell(a, *(const struct directory_number *)at);
    case FIELD_COUNT:
        return *(const int64_t *)at ? arena_printf(a, "%lld", (long long)*(const int64_t *)at) : STR_NONE;
    case FIELD_TEXT:
    case FIELD_HOURS:
        break;
    }
    return *(const struct str *)at;
}

struct str field_cut(struct str s, size_t n)
{
    if (n >= s.n)
        return s;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

void field_problem(struct arena *a, struct directory_problems *out, const char *field, struct str value,
                 const char *why, bool refuses)
{
    if (!out)
        return;
    enum { VALUE_MAX = 200 };
    out->items = arena_grow(a, out->items, out->n, &out->cap, out->n + 1, sizeof *out->items);
    out->items[out->n++] = (struct directory_problem){field, arena_str(a, field_cut(value, VALUE_MAX)), why, refuses, false};
    out->refused |= refuses;
}

void field_doubt(struct arena *a, struct directory_problems *out, const char *field, struct str value, const char *why)
{
    field_problem(a, out, field, value, why, false);
    if (out)
        out->items[out->n - 1].kept = true;
}

static void read_set(struct arena *a, const struct field *f, struct directory_set *set, struct str cell,
                     struct directory_problems *out)
{
    struct str piece;
    *set = DIRECTORY_SET_NONE;
    while (str_split(&cell, '|', &piece)) {
        piece = str_trim(piece);
        if (piece.n == 0)
            continue;
        int row = directory_enum_find(f->values, piece);
        if (row < 0 && out) {
            piece = text_normalize(a, piece);
            row = directory_enum_find(f->values, piece);
        }
        if (row < 0)
            field_problem(a, out, f->name, piece, "Cette valeur n’est pas dans la liste du standard : vérifiez "
                                                "l’orthographe, les accents et les majuscules.", false);
        else if (f->kind == FIELD_ONE && !directory_set_empty(*set) && !directory_set_has(*set, row))
            field_problem(a, out, f->name, piece, "Une seule valeur est possible : la première est gardée.", false);
        else
            directory_set_add(set, row);
    }
}

static void read_list(struct arena *a, struct str_list *list, struct str cell)
{
    struct str piece, rest = cell;
    size_t n = 0, cap = 0;
    struct str *items = NULL;
    while (str_split(&rest, '|', &piece)) {
        items = arena_grow(a, items, n, &cap, n + 1, sizeof *items);
        items[n++] = piece;
    }
    *list = (struct str_list){items, n};
}

static void read_number(struct arena *a, const struct field *f, void *at, struct str cell,
                        struct directory_problems *out)
{
    double v;
    if (!str_to_double(cell, &v)) {
        field_problem(a, out, f->name, cell, "Ce n’est pas un nombre : écrivez-le avec un point, par exemple 48.11.", false);
        return;
    }
    *(struct directory_number *)at = (struct directory_number){true, v + 0.0}; /* −0 is 0 */
}

static void read_count(struct arena *a, const struct field *f, void *at, struct str cell,
                       struct directory_problems *out)
{
    int64_t v;
    if (!str_to_int(cell, &v) || v < 1 || v > INT32_MAX)
        field_problem(a, out, f->name, cell, "Il faut un nombre entier, 1 ou plus.", false);
    else
        *(int64_t *)at = v;
}

static void set_from_cell(struct arena *a, const struct field *f, void *record, struct str cell,
                          struct directory_problems *out)
{
    void *at = field_at(f, record);
    field_clear(f, record);
    switch (f->kind) {
    case FIELD_LIST:
        read_list(a, at, cell);
        break;
    case FIELD_SET:
    case FIELD_ONE:
        read_set(a, f, at, cell, out);
        break;
    case FIELD_NUMBER:
        if (cell.n > 0)
            read_number(a, f, at, cell, out);
        break;
    case FIELD_COUNT:
        if (cell.n > 0)
            read_count(a, f, at, cell, out);
        break;
    case FIELD_TEXT:
    case FIELD_HOURS:
        *(struct str *)at = cell;
        break;
    }
}

void field_read_cell(struct arena *a, const struct field *f, void *record, struct str cell,
                     struct directory_problems *out)
{
    set_from_cell(a, f, record, str_trim(cell), out);
}

void field_load_cell(struct arena *a, const struct field *f, void *record, struct str cell)
{
    set_from_cell(a, f, record, cell, NULL);
}

/* -- comparing ------------------------------------------------------------------------------------ */

static bool lists_equal(const struct str_list *x, const struct str_list *y)
{
    if (x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (!str_eq(x->items[i], y->items[i]))
            return false;
    return true;
}

static bool values_equal(const struct field *f, const void *x, const void *y)
{
    switch (f->kind) {
    case FIELD_LIST:
        return lists_equal(x, y);
    case FIELD_SET:
    case FIELD_ONE:
        return memcmp(x, y, sizeof(struct directory_set)) == 0;
    case FIELD_NUMBER: {
        const struct directory_number *n = x, *m = y;
        return n->known == m->known && (!n->known || memcmp(&n->value, &m->value, sizeof n->value) == 0);
    }
    case FIELD_COUNT:
        return *(const int64_t *)x == *(const int64_t *)y;
    case FIELD_TEXT:
    case FIELD_HOURS:
        break;
    }
    return str_eq(*(const struct str *)x, *(const struct str *)y);
}

bool field_equal(const struct field *f, const void *a, const void *b)
{
    return values_equal(f, field_in(f, a), field_in(f, b));
}

static void hash_text(crypto_generichash_state *h, struct str s)
{
    uint64_t n = s.n;
    crypto_generichash_update(h, (const unsigned char *)&n, sizeof n);
    if (s.n > 0)
        crypto_generichash_update(h, (const unsigned char *)s.p, s.n);
}

/* By the words of a set, not by its bits: rows may move in a later version. */
static void hash_value(crypto_generichash_state *h, const struct field *f, const void *record)
{
    const void *at = field_in(f, record);
    switch (f->kind) {
    case FIELD_LIST: {
        const struct str_list *l = at;
        for (size_t i = 0; i < l->n; i++)
            hash_text(h, l->items[i]);
        break;
    }
    case FIELD_SET:
    case FIELD_ONE: {
        struct directory_set s = *(const struct directory_set *)at;
        for (int i = directory_set_next(s, 0); i >= 0; i = directory_set_next(s, i + 1))
            hash_text(h, str_from(directory_enum_value(f->values, i)->value));
        break;
    }
    case FIELD_NUMBER: {
        const struct directory_number *v = at;
        hash_text(h, v->known ? (struct str){(const char *)&v->value, sizeof v->value} : STR_NONE);
        break;
    }
    case FIELD_COUNT:
        hash_text(h, (struct str){at, sizeof(int64_t)});
        break;
    case FIELD_TEXT:
    case FIELD_HOURS:
        hash_text(h, *(const struct str *)at);
        break;
    }
    hash_text(h, STR_NONE); /* ends the field: lists of different lengths differ */
}

void fields_fingerprint(const struct field_table *t, const void *record, char out[33])
{
    crypto_generichash_state h;
    unsigned char sum[16];
    crypto_generichash_init(&h, NULL, 0, sizeof sum);
    for (size_t i = 0; i < t->n; i++)
        hash_value(&h, &t->fields[i], record);
    hash_text(&h, *(const struct str *)((const char *)record + t->hours_text));
    crypto_generichash_final(&h, sum, sizeof sum);
    sodium_bin2hex(out, 33, sum, sizeof sum);
}
