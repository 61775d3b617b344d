/* Where something is: the address of an organization, of a place, or of a service alone. The same address is the same
 * location. */
#include "modules/directory/hsds/hsds.h"
#include "modules/directory/inclusion.h"
#include "modules/territory/territory.h"

static bool is_said(const struct hsds_location *l)
{
    return l->commune.n + l->code_postal.n + l->adresse.n > 0 || (l->latitude.known && l->longitude.known);
}

bool hsds_is_located(const struct directory_service *s)
{
    return s->commune.n + s->code_postal.n + s->adresse.n > 0 || (s->latitude.known && s->longitude.known);
}

bool hsds_location_of_organization(const struct hsds_organization *g, struct hsds_location *out)
{
    const struct directory_structure *s = g->s;
    *out = (struct hsds_location){
        .id = g->place ? hsds_id_make("location", s->record.source_id)
                       : hsds_id_child(hsds_organization_id(s->record.source_id), "location", 0),
        .name = s->nom,
        .commune = s->commune,
        .code_postal = s->code_postal,
        .code_insee = s->code_insee,
        .adresse = s->adresse,
        .complement_adresse = s->complement_adresse,
        .hours = s->horaires_accueil,
        .acces_url = s->accessibilite_lieu,
        .latitude = s->latitude,
        .longitude = s->longitude,
        .place = g->place,
    };
    return is_said(out);
}

static bool same_number(struct directory_number x, struct directory_number y)
{
    return x.known == y.known && (!x.known || (x.value >= y.value && x.value <= y.value));
}

static bool same_address(const struct directory_service *s, const struct hsds_location *l)
{
    return str_eq(s->commune, l->commune) && str_eq(s->code_postal, l->code_postal) && str_eq(s->code_insee, l->code_insee) &&
           str_eq(s->adresse, l->adresse) && str_eq(s->complement_adresse, l->complement_adresse) &&
           same_number(s->latitude, l->latitude) && same_number(s->longitude, l->longitude);
}

bool hsds_location_of_service(struct arena *a, const struct hsds_service *v, struct hsds_location *out)
{
    const struct directory_service *s = v->s;
    if (!hsds_is_located(s))
        return false;
    if (v->place) {
        struct directory_structure derived;
        inclusion_structure_of_place(a, v->place, &derived);
        struct hsds_organization place = {&derived, v->place};
        if (hsds_location_of_organization(&place, out) && same_address(s, out))
            return true;
    }
    if (hsds_location_of_organization(&v->organization, out) && same_address(s, out))
        return true;
    *out = (struct hsds_location){
        .id = hsds_id_child(hsds_service_id(s->record.source_id), "location", 0),
        .commune = s->commune,
        .code_postal = s->code_postal,
        .code_insee = s->code_insee,
        .adresse = s->adresse,
        .complement_adresse = s->complement_adresse,
        .latitude = s->latitude,
        .longitude = s->longitude,
    };
    return true;
}

/* -- writing -------------------------------------------------------------------------------------- */

static bool departement_of(struct arena *a, const struct hsds_location *l, struct territory_departement *out)
{
    return territory_departement_find(directory_departement(a, l->code_insee, l->code_postal), out);
}

bool hsds_has_address(struct arena *a, const struct hsds_location *l)
{
    struct territory_departement d;
    return l->commune.n > 0 && l->code_postal.n > 0 && departement_of(a, l, &d);
}

static void write_addresses(const struct hsds_out *o, const struct hsds_location *l)
{
    struct json_writer *w = o->w;
    struct territory_departement d;
    if (!hsds_has_address(o->a, l) || !departement_of(o->a, l, &d))
        return;
    json_key(w, STR("addresses"));
    json_array_begin(w);
    json_object_begin(w);
    hsds_put_id(w, "id", hsds_id_child(l->id, "address", 0));
    hsds_put_id(w, "location_id", l->id);
    hsds_put(w, "address_1", l->adresse.n > 0 ? l->adresse : l->commune); /* required: small places have no street */
    hsds_put(w, "address_2", l->complement_adresse);
    hsds_put(w, "city", l->commune);
    hsds_put(w, "region", territory_region_name(d.region));
    hsds_put(w, "state_province", d.name);
    hsds_put(w, "postal_code", l->code_postal);
    hsds_put(w, "country", STR("FR"));
    hsds_put(w, "address_type", STR("physical"));
    json_object_end(w);
    json_array_end(w);
}

/* What a place says it can do for people with a disability. */
static struct str care_of(struct arena *a, const struct directory_place *p)
{
    static const char *const disabilities[] = {"Déficience visuelle", "Handicaps mentaux", "Handicaps moteurs", "Surdité"};
    struct str words = STR_NONE;
    for (size_t i = 0; p && i < sizeof disabilities / sizeof *disabilities; i++)
        if (directory_set_has(p->prise_en_charge_specifique, directory_enum_find(ENUM_PRISE_EN_CHARGE, str_from(disabilities[i]))))
            words = words.n ? arena_printf(a, "%.*s, %s", STR_ARG(words), disabilities[i])
                            : arena_printf(a, "Prise en charge spécifique : %s", disabilities[i]);
    return words;
}

static void write_accessibility(const struct hsds_out *o, const struct hsds_location *l)
{
    struct json_writer *w = o->w;
    struct str care = care_of(o->a, l->place);
    if (l->acces_url.n + care.n == 0)
        return;
    json_key(w, STR("accessibility"));
    json_array_begin(w);
    json_object_begin(w);
    hsds_put_id(w, "id", hsds_id_child(l->id, "accessibility", 0));
    hsds_put_id(w, "location_id", l->id);
    hsds_put(w, "description", care);
    hsds_put(w, "url", l->acces_url);
    json_object_end(w);
    json_array_end(w);
}

void hsds_write_location(const struct hsds_out *o, const struct hsds_location *l, enum hsds_detail detail)
{
    struct json_writer *w = o->w;
    json_object_begin(w);
    hsds_put_id(w, "id", l->id);
    hsds_put(w, "location_type", STR("physical"));
    hsds_put(w, "name", l->name);
    if (l->latitude.known && l->longitude.known) {
        json_key(w, STR("latitude"));
        json_num(w, l->latitude.value);
        json_key(w, STR("longitude"));
        json_num(w, l->longitude.value);
    }
    if (detail == HSDS_FULL) {
        write_addresses(o, l);
        write_accessibility(o, l);
        hsds_write_schedules(w, o->a, "location", l->id, l->hours, l->code_insee, o->today);
    }
    json_object_end(w);
}
