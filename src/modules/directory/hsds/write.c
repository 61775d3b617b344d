/* Organizations, services and what belongs to them, as HSDS 3.0.1 nests them. Keys that point to the parent are written
 * too, though nesting says them: each object is then valid by itself as a row of its table. */
#include "base/clock.h"
#include "modules/directory/hsds/hsds.h"
#include "modules/territory/territory.h"

enum { WORDS_MAX = 64 * 1024, DAY_MS = 86400000 };

static void open_list(struct json_writer *w, const char *key)
{
    json_key(w, str_from(key));
    json_array_begin(w);
}

static void put_time(struct json_writer *w, const char *key, int64_t ms)
{
    struct buf b;
    buf_init(&b, 64);
    clock_format_utc(&b, ms);
    hsds_put(w, key, buf_str(&b));
    buf_deinit(&b);
}

/* -- words ---------------------------------------------------------------------------------------- */

static void add_labels(struct buf *b, enum directory_enum_id id, struct directory_set set)
{
    size_t start = b->n;
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1)) {
        const struct directory_value *v = directory_enum_value(id, i);
        buf_lit(b, b->n > start ? ", " : "");
        buf_lit(b, v->label ? v->label : v->value);
    }
}

/* A text of its own after what is there already. */
static void add_sentence(struct buf *b, struct str text)
{
    if (text.n == 0)
        return;
    if (b->n > 0)
        buf_lit(b, b->p[b->n - 1] == '.' ? " " : ". ");
    buf_add(b, text);
}

static void put_words(struct json_writer *w, const char *key, struct buf *b)
{
    if (!b->failed)
        hsds_put(w, key, buf_str(b));
    buf_clear(b);
}

/* "Gratuit sous condition. Adhésion de 5 €." A place says more than free or paid. */
static void add_fees(struct buf *b, const struct hsds_service *v)
{
    if (v->of_place)
        add_labels(b, ENUM_FRAIS_LAMEDNUM, v->place->frais_a_charge);
    else
        add_labels(b, ENUM_FRAIS, v->s->frais);
    add_sentence(b, v->s->frais_precisions);
}

static void put_descriptions(struct json_writer *w, const struct hsds_service *v)
{
    const struct directory_service *s = v->s;
    struct buf b;
    buf_init(&b, WORDS_MAX);
    add_labels(&b, ENUM_MODE_MOBILISATION, s->modes_mobilisation);
    add_sentence(&b, s->mobilisation_precisions);
    put_words(w, "application_process", &b);
    add_fees(&b, v);
    put_words(w, "fees_description", &b);
    add_labels(&b, ENUM_PUBLIC, s->publics);
    add_sentence(&b, s->publics_precisions);
    add_sentence(&b, s->conditions_acces);
    put_words(w, "eligibility_description", &b);
    buf_deinit(&b);
}

/* -- attributes ----------------------------------------------------------------------------------- */

struct attributes {
    struct json_writer *w;
    struct hsds_id of;
    const char *entity;
    const struct field_table *fields;
    struct arena *a;
};

static void put_set(const struct attributes *at, enum hsds_taxonomy t, struct directory_set set)
{
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1))
        hsds_write_attribute(at->w, at->of, at->entity, (struct hsds_term){t, i, false}, STR_NONE);
}

static void put_champ_value(const struct attributes *at, const char *name, struct str value)
{
    int row = hsds_champ(str_from(name));
    if (value.n > 0 && row >= 0)
        hsds_write_attribute(at->w, at->of, at->entity, (struct hsds_term){HSDS_CHAMPS, row, false}, value);
}

static void put_champ(const struct attributes *at, const void *record, const char *name)
{
    const struct field *f = field_find(at->fields, str_from(name));
    put_champ_value(at, name, f ? field_cell(at->a, f, record) : STR_NONE);
}

/* What of an address the HSDS address does not say, or not exactly. */
static void put_address_champs(const struct attributes *at, const void *record, bool has_address, struct str adresse,
                               struct str commune)
{
    put_champ(at, record, "code_insee");
    if (!has_address) {
        put_champ(at, record, "commune");
        put_champ(at, record, "code_postal");
        put_champ(at, record, "complement_adresse");
    }
    if (!has_address || str_eq(adresse, commune)) /* the town stands for an unknown street */
        put_champ(at, record, "adresse");
}

static void write_service_attributes(const struct hsds_out *o, const struct hsds_service *v, struct hsds_id id, bool has_address)
{
    static const char *const names[] = {"source", "id", "date_maj", "lien_source", "horaires_accueil", "frais_precisions",
                                        "publics_precisions", "conditions_acces", "lien_mobilisation", "mobilisation_precisions",
                                        "volume_horaire_hebdomadaire", "nombre_semaines"};
    const struct directory_service *s = v->s;
    struct attributes at = {o->w, id, "service", field_table(DIRECTORY_SERVICE), o->a};
    open_list(o->w, "attributes");
    put_set(&at, HSDS_THEMATIQUES, s->thematiques);
    put_set(&at, HSDS_PUBLICS, s->publics);
    put_set(&at, HSDS_TYPES, s->type);
    put_set(&at, HSDS_FRAIS, s->frais);
    put_set(&at, HSDS_MODES_ACCUEIL, s->modes_accueil);
    put_set(&at, HSDS_MODES_MOBILISATION, s->modes_mobilisation);
    put_set(&at, HSDS_MOBILISABLE_PAR, s->mobilisable_par);
    if (v->of_place)
        put_set(&at, HSDS_SERVICES_MEDNUM, v->place->services);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put_champ(&at, s, names[i]);
    put_address_champs(&at, s, has_address, s->adresse, s->commune);
    if (v->of_place && !v->organization.place) /* else its organization says it */
        put_champ_value(&at, "lieu", hsds_place_text(o->a, v->place));
    json_array_end(o->w);
}

static void write_organization_attributes(const struct hsds_out *o, const struct hsds_organization *g, struct hsds_id id,
                                          const struct hsds_location *location)
{
    static const char *const names[] = {"source", "id", "date_maj", "lien_source", "horaires_accueil"};
    const struct directory_structure *s = g->s;
    struct attributes at = {o->w, id, "organization", field_table(DIRECTORY_STRUCTURE), o->a};
    open_list(o->w, "attributes");
    put_set(&at, HSDS_RESEAUX, s->reseaux_porteurs);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put_champ(&at, s, names[i]);
    put_address_champs(&at, s, location && hsds_has_address(o->a, location), s->adresse, s->commune);
    if (str_eq(s->description, s->nom)) /* the name stands for an unknown description */
        put_champ(&at, s, "description");
    if (!location)
        put_champ(&at, s, "accessibilite_lieu");
    if (g->place)
        put_champ_value(&at, "lieu", hsds_place_text(o->a, g->place));
    json_array_end(o->w);
}

/* -- organizations -------------------------------------------------------------------------------- */

static void put_organization(const struct hsds_out *o, const struct directory_structure *s, struct hsds_id id)
{
    hsds_put_id(o->w, "id", id);
    hsds_put(o->w, "name", s->nom);
    hsds_put(o->w, "description", s->description.n > 0 ? s->description : s->nom); /* required */
    hsds_put(o->w, "email", s->courriel);
    hsds_put(o->w, "website", s->site_web);
}

static void write_phones(struct json_writer *w, const char *parent_key, struct hsds_id parent, struct str number)
{
    if (number.n == 0)
        return;
    open_list(w, "phones");
    json_object_begin(w);
    hsds_put_id(w, "id", hsds_id_child(parent, "phone", 0));
    hsds_put_id(w, parent_key, parent);
    hsds_put(w, "number", number);
    hsds_put(w, "type", STR("voice"));
    json_object_end(w);
    json_array_end(w);
}

static void write_siret(struct json_writer *w, struct hsds_id id, struct str siret)
{
    if (siret.n == 0)
        return;
    open_list(w, "organization_identifiers");
    json_object_begin(w);
    hsds_put_id(w, "id", hsds_id_child(id, "organization_identifier", 0));
    hsds_put_id(w, "organization_id", id);
    hsds_put(w, "identifier_scheme", STR("FR-INSEE"));
    hsds_put(w, "identifier_type", STR("SIRET"));
    hsds_put(w, "identifier", siret);
    json_object_end(w);
    json_array_end(w);
}

static void write_service_in(const struct hsds_out *o, const struct hsds_service *v, enum hsds_detail detail,
                             enum hsds_detail organization);

static void put_organization_parts(const struct hsds_out *o, const struct hsds_organization *g, struct hsds_id id)
{
    struct hsds_location location;
    bool located = hsds_location_of_organization(g, &location);
    write_phones(o->w, "organization_id", id, g->s->telephone);
    if (located) {
        open_list(o->w, "locations");
        hsds_write_location(o, &location, HSDS_FULL);
        json_array_end(o->w);
    }
    write_siret(o->w, id, g->s->siret);
    write_organization_attributes(o, g, id, located ? &location : NULL);
}

void hsds_write_organization(const struct hsds_out *o, const struct hsds_organization *g, const struct hsds_service *services,
                             size_t n, enum hsds_detail detail, enum hsds_detail service_detail)
{
    struct hsds_id id = hsds_organization_id(g->s->record.source_id);
    json_object_begin(o->w);
    put_organization(o, g->s, id);
    if (detail == HSDS_FULL)
        put_organization_parts(o, g, id);
    if (services) {
        open_list(o->w, "services");
        for (size_t i = 0; i < n; i++)
            write_service_in(o, &services[i], service_detail, HSDS_MINIMAL);
        json_array_end(o->w);
    }
    json_object_end(o->w);
}

/* -- services ------------------------------------------------------------------------------------- */

static int64_t last_change(const struct hsds_service *v)
{
    int64_t service = v->s->record.updated_at_ms, organization = v->organization.s->record.updated_at_ms;
    return service > organization ? service : organization;
}

static struct str url_of(const struct hsds_service *v)
{
    struct str own = v->s->lien_mobilisation.n > 0 ? v->s->lien_mobilisation : v->s->lien_source;
    return own.n > 0 ? own : v->organization.s->site_web; /* the UK profile wants one */
}

static void put_assured(struct json_writer *w, const struct directory_service *s)
{
    if (s->record.confirmed_at_ms > 0) /* by whom is a person's name, not an address: it is not published */
        hsds_put_date(w, "assured_date", civil_to_days(zone_local(zone_of_insee(s->code_insee), s->record.confirmed_at_ms).date));
}

static void put_service(const struct hsds_out *o, const struct hsds_service *v, struct hsds_id id)
{
    const struct directory_service *s = v->s;
    struct json_writer *w = o->w;
    hsds_put_id(w, "id", id);
    hsds_put_id(w, "organization_id", hsds_organization_id(v->organization.s->record.source_id));
    hsds_put(w, "name", s->nom);
    hsds_put(w, "description", s->description);
    hsds_put(w, "url", url_of(v));
    hsds_put(w, "email", s->courriel);
    hsds_put(w, "status", STR("active"));
    put_descriptions(w, v);
    put_assured(w, s);
    if (o->row_times)
        put_time(w, "last_modified", last_change(v));
}

/* "France", "Ille-et-Vilaine", "Rennes Métropole"; what kind of zone it is. */
static struct str zone_name(struct str code, const char **kind)
{
    struct territory_commune commune;
    struct territory_departement d;
    struct territory_epci e;
    *kind = "Pays";
    if (str_eq(code, STR("france")) || str_eq(code, STR("99100")))
        return STR("France");
    if (code.n == 9) {
        *kind = "Intercommunalité";
        return territory_epci_find(code, &e) ? e.name : code;
    }
    if (code.n == 5 && !str_starts(code, STR("99"))) {
        *kind = "Commune";
        return territory_commune_find(code, &commune) ? commune.name : code;
    }
    if (code.n < 4)
        *kind = "Département";
    return territory_departement_find(code, &d) ? d.name : code;
}

static void write_areas(const struct hsds_out *o, struct hsds_id id, struct str_list zones)
{
    if (zones.n == 0)
        return;
    open_list(o->w, "service_areas");
    for (size_t i = 0; i < zones.n; i++) {
        const char *kind;
        struct str name = zone_name(zones.items[i], &kind);
        json_object_begin(o->w);
        hsds_put_id(o->w, "id", hsds_id_child(id, "service_area", i));
        hsds_put_id(o->w, "service_id", id);
        hsds_put(o->w, "name", name);
        hsds_put(o->w, "description", arena_printf(o->a, "%s : %.*s", kind, STR_ARG(name)));
        hsds_put(o->w, "extent", zones.items[i]);
        hsds_put(o->w, "extent_type", STR("text"));
        json_object_end(o->w);
    }
    json_array_end(o->w);
}

/* Only what is free has an amount: what is paid for is said in words. */
static void write_costs(const struct hsds_out *o, struct hsds_id id, const struct hsds_service *v)
{
    if (!directory_set_has(v->s->frais, directory_enum_find(ENUM_FRAIS, STR("gratuit"))))
        return;
    struct buf b;
    buf_init(&b, WORDS_MAX);
    add_fees(&b, v);
    open_list(o->w, "cost_options");
    json_object_begin(o->w);
    hsds_put_id(o->w, "id", hsds_id_child(id, "cost_option", 0));
    hsds_put_id(o->w, "service_id", id);
    put_words(o->w, "option", &b);
    hsds_put(o->w, "currency", STR("EUR"));
    json_key(o->w, STR("amount"));
    json_int(o->w, 0);
    json_object_end(o->w);
    json_array_end(o->w);
    buf_deinit(&b);
}

static void write_languages(const struct hsds_out *o, struct hsds_id id, const struct hsds_service *v)
{
    static const struct {
        const char *value, *name, *code;
    } languages[] = {{"Langues étrangères (anglais)", "anglais", "en"}, {"Langues étrangères (autres)", "autres langues", NULL}};
    bool open = false;
    for (size_t i = 0; v->of_place && i < 2; i++) {
        if (!directory_set_has(v->place->prise_en_charge_specifique,
                               directory_enum_find(ENUM_PRISE_EN_CHARGE, str_from(languages[i].value))))
            continue;
        if (!open)
            open_list(o->w, "languages");
        open = true;
        json_object_begin(o->w);
        hsds_put_id(o->w, "id", hsds_id_child(id, "language", i));
        hsds_put_id(o->w, "service_id", id);
        hsds_put(o->w, "name", str_from(languages[i].name));
        hsds_put(o->w, "code", str_from(languages[i].code));
        json_object_end(o->w);
    }
    if (open)
        json_array_end(o->w);
}

static void write_contact(const struct hsds_out *o, struct hsds_id id, struct str name)
{
    if (name.n == 0)
        return;
    open_list(o->w, "contacts");
    json_object_begin(o->w);
    hsds_put_id(o->w, "id", hsds_id_child(id, "contact", 0));
    hsds_put_id(o->w, "service_id", id);
    hsds_put(o->w, "name", name);
    json_object_end(o->w);
    json_array_end(o->w);
}

static void put_at_location(const struct hsds_out *o, struct hsds_id service, const struct hsds_location *l, enum hsds_detail detail)
{
    hsds_put_id(o->w, "id", hsds_service_at_location_id(service));
    hsds_put_id(o->w, "service_id", service);
    hsds_put_id(o->w, "location_id", l->id);
    json_key(o->w, STR("location"));
    hsds_write_location(o, l, detail);
}

static void put_service_parts(const struct hsds_out *o, const struct hsds_service *v, struct hsds_id id, bool at_location)
{
    const struct directory_service *s = v->s;
    struct hsds_location location;
    bool located = hsds_location_of_service(o->a, v, &location);
    write_phones(o->w, "service_id", id, s->telephone);
    hsds_write_schedules(o->w, o->a, "service", id, s->horaires_accueil, s->code_insee, o->today);
    write_areas(o, id, s->zone_eligibilite);
    if (located && at_location) {
        open_list(o->w, "service_at_locations");
        json_object_begin(o->w);
        put_at_location(o, id, &location, HSDS_FULL);
        json_object_end(o->w);
        json_array_end(o->w);
    }
    write_languages(o, id, v);
    write_costs(o, id, v);
    write_contact(o, id, s->contact_nom_prenom);
    write_service_attributes(o, v, id, located && hsds_has_address(o->a, &location));
}

static void put_organization_of(const struct hsds_out *o, const struct hsds_service *v, enum hsds_detail detail)
{
    if (detail == HSDS_MINIMAL)
        return;
    json_key(o->w, STR("organization"));
    hsds_write_organization(o, &v->organization, NULL, 0, detail, HSDS_MINIMAL);
}

/* `organization`: MINIMAL leaves it out (the service stands inside it). */
static void write_service_in(const struct hsds_out *o, const struct hsds_service *v, enum hsds_detail detail,
                             enum hsds_detail organization)
{
    struct hsds_id id = hsds_service_id(v->s->record.source_id);
    json_object_begin(o->w);
    if (detail == HSDS_MINIMAL) {
        hsds_put_id(o->w, "id", id);
        if (o->row_times)
            put_time(o->w, "last_modified", last_change(v));
    } else {
        put_service(o, v, id);
        if (detail == HSDS_FULL)
            put_service_parts(o, v, id, true);
        put_organization_of(o, v, organization);
    }
    json_object_end(o->w);
}

void hsds_write_service(const struct hsds_out *o, const struct hsds_service *v, enum hsds_detail detail)
{
    write_service_in(o, v, detail, detail);
}

void hsds_write_service_at_location(const struct hsds_out *o, const struct hsds_service *v, enum hsds_detail detail)
{
    struct hsds_id id = hsds_service_id(v->s->record.source_id);
    struct hsds_location location;
    json_object_begin(o->w);
    if (hsds_location_of_service(o->a, v, &location))
        put_at_location(o, id, &location, detail);
    json_key(o->w, STR("service"));
    json_object_begin(o->w);
    put_service(o, v, id);
    if (detail == HSDS_FULL)
        put_service_parts(o, v, id, false);
    put_organization_of(o, v, detail);
    json_object_end(o->w);
    json_object_end(o->w);
}
