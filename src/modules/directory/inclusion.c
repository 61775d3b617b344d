#include "modules/directory/inclusion.h"

#include "base/buf.h"
#include "base/text.h"

enum { NAME_MIN = 3, NAME_MOST = 150, DESCRIPTION_MIN = 5, DESCRIPTION_MOST = 10000 };

#define SHARED_FIELDS                                                                                                  \
    "id", "date_maj", "presentation_resume", "presentation_detail", "commune", "code_postal", "code_insee", "adresse", \
        "complement_adresse", "latitude", "longitude", "telephone", "courriels", "horaires"
static const char *const structure_fields[] = {SHARED_FIELDS, "nom", "pivot", "site_web", "fiche_acces_libre",
                                               "dispositif_programmes_nationaux", NULL};
static const char *const service_fields[] = {SHARED_FIELDS, "services", "frais_a_charge", "publics_specifiquement_adresses",
                                             "prise_en_charge_specifique", "modalites_acces", "modalites_accompagnement", "prise_rdv", NULL};

static uint64_t bits_of(const char *const *names)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    uint64_t bits = 0;
    for (; *names; names++)
        bits |= field_bit(t, field_find(t, str_from(*names)));
    return bits;
}

uint64_t inclusion_structure_fields(void)
{
    return bits_of(structure_fields);
}

uint64_t inclusion_service_fields(void)
{
    return bits_of(service_fields);
}

struct str inclusion_id_of_place(struct arena *a, const struct directory_record *place)
{
    struct str source = place->source, id = place->source_id;
    char *p = arena_alloc(a, source.n + 2 + id.n + 1);
    /* By hand: twice a place, it was a tenth of the time of an export. */
    memcpy(p, source.n ? source.p : "", source.n);
    memcpy(p + source.n, "--", 2);
    memcpy(p + source.n + 2, id.n ? id.p : "", id.n);
    return (struct str){p, source.n + 2 + id.n};
}

/* At most `most` code points; an ellipsis says that something was cut. */
static struct str cut(struct arena *a, struct str s, size_t most)
{
    if (s.n <= most || str_length(s) <= most)
        return s;
    size_t end = 0;
    for (size_t points = 0; end < s.n; end++)
        if (((unsigned char)s.p[end] & 0xC0) != 0x80 && ++points == most)
            break;
    while (end > s.n / 2 && s.p[end - 1] != ' ') /* between two words, when there are words */
        end--;
    return arena_printf(a, "%.*s…", STR_ARG(str_trim(str_sub(s, 0, end))));
}

/* A code point has at most four bytes: most texts need not be counted. */
static bool shorter(struct str s, size_t least)
{
    return s.n < 4 * least && str_length(s) < least;
}

static struct str name_of(struct arena *a, const struct directory_place *p)
{
    if (shorter(p->nom, NAME_MIN))
        return cut(a, arena_printf(a, "%.*s (%.*s)", STR_ARG(p->nom), STR_ARG(p->commune)), NAME_MOST);
    return cut(a, p->nom, NAME_MOST);
}

static struct str presentation(struct arena *a, const struct directory_place *p)
{
    struct str text = p->presentation_detail.n ? p->presentation_detail : p->presentation_resume;
    return shorter(text, DESCRIPTION_MIN) ? STR_NONE : cut(a, text, DESCRIPTION_MOST);
}

/* A date before 2000 (1970-01-01: unknown) or to come breaks the schema: the day we got the record is true. */
static struct str date_of(struct arena *a, const struct directory_place *p)
{
    struct civil_date d;
    int64_t known = p->record.updated_at_ms / 86400000;
    if (civil_parse(p->date_maj, &d) && d.year >= 2000 && civil_to_days(d) <= known + 1)
        return p->date_maj;
    struct buf b;
    buf_init(&b, 32);
    civil_format(&b, civil_from_days(known));
    struct str s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

/* The schema wants ASCII: accents of the path are percent-encoded. */
static struct str uri(struct arena *a, struct str url)
{
    struct check_context cx = {a, 0};
    if (url.n == 0 || !check_uri(&cx, url))
        return url;
    struct buf b;
    buf_init(&b, 3 * url.n + 1);
    for (size_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];
        if (c < 0x80)
            buf_char(&b, (char)c);
        else
            buf_printf(&b, "%%%02X", c);
    }
    struct str s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return check_uri(&cx, s) ? STR_NONE : s;
}

static struct str first_uri(struct arena *a, struct str_list urls)
{
    for (size_t i = 0; i < urls.n; i++) {
        struct str u = uri(a, urls.items[i]);
        if (u.n > 0)
            return u;
    }
    return STR_NONE;
}

void inclusion_structure_of_place(struct arena *a, const struct directory_place *p, struct directory_structure *out)
{
    *out = (struct directory_structure){
        .record = p->record,
        .nom = name_of(a, p),
        .date_maj = date_of(a, p),
        .description = presentation(a, p),
        .siret = check_siret_key(p->pivot) ? p->pivot : STR_NONE,
        .commune = p->commune,
        .code_postal = p->code_postal,
        .code_insee = p->code_insee,
        .adresse = p->adresse,
        .complement_adresse = p->complement_adresse,
        .longitude = p->longitude,
        .latitude = p->latitude,
        .telephone = p->telephone,
        .courriel = p->courriels.n ? p->courriels.items[0] : STR_NONE,
        .site_web = first_uri(a, p->site_web),
        .horaires_accueil = p->horaires,
        .accessibilite_lieu = uri(a, p->fiche_acces_libre),
        .reseaux_porteurs = directory_reseaux_of_place(p),
    };
    out->record.source_id = inclusion_id_of_place(a, &p->record);
}

/* Without a presentation, what the place does describes it. */
static struct str service_description(struct arena *a, const struct directory_place *p)
{
    struct str text = presentation(a, p);
    if (text.n > 0)
        return text;
    struct buf b;
    buf_init(&b, 4096);
    for (int i = directory_set_next(p->services, 0); i >= 0; i = directory_set_next(p->services, i + 1)) {
        buf_lit(&b, b.n ? ", " : "");
        buf_lit(&b, directory_enum_value(ENUM_SERVICE_LAMEDNUM, i)->value);
    }
    text = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return text.n ? text : STR("Accompagnement au numérique");
}

void inclusion_service_of_place(struct arena *a, const struct directory_place *p, struct str host, struct directory_service *out)
{
    struct str departement = directory_departement(a, p->code_insee, p->code_postal);
    *out = (struct directory_service){
        .record = p->record,
        .structure_id = p->structure_id,
        .place_id = p->record.id,
        .structure_source_id = host.n ? host : inclusion_id_of_place(a, &p->record),
        .nom = STR("Service d'accompagnement au numérique"),
        .description = service_description(a, p),
        .date_maj = date_of(a, p),
        .type = directory_type_of_place(p),
        .thematiques = directory_themes_of_services(p->services),
        .frais = directory_frais_of_place(p->frais_a_charge),
        .publics = directory_publics_of_place(p),
        .commune = p->commune,
        .code_postal = p->code_postal,
        .code_insee = p->code_insee,
        .adresse = p->adresse,
        .complement_adresse = p->complement_adresse,
        .longitude = p->longitude,
        .latitude = p->latitude,
        .telephone = p->telephone,
        .courriel = p->courriels.n ? p->courriels.items[0] : STR_NONE,
        .modes_accueil = directory_modes_accueil_of_place(p),
        .modes_mobilisation = directory_mobilisation_of_place(p),
        .lien_mobilisation = uri(a, p->prise_rdv),
        .horaires_accueil = p->horaires,
    };
    out->record.source_id = inclusion_id_of_place(a, &p->record);
    if (departement.n > 0) {
        struct str *zone = ARENA_ARRAY(a, 1, struct str);
        zone[0] = departement;
        out->zone_eligibilite = (struct str_list){zone, 1};
    }
    for (int i = 0; i < directory_enum(ENUM_PERSONNE_MOBILISATRICE)->n; i++)
        directory_set_add(&out->mobilisable_par, i);
}
