/* The place of a structure, as the national map of digital mediation knows it; and the records that exist twice. */
#include "modules/demo/records.h"

#include "base/text.h"

static const struct {
    char letter;
    const char *value;
} mednum[] = {
    {'A', "Aide aux démarches administratives"},
    {'M', "Maîtrise des outils numériques du quotidien"},
    {'I', "Insertion professionnelle via le numérique"},
    {'S', "Utilisation sécurisée du numérique"},
    {'P', "Parentalité et éducation avec le numérique"},
    {'L', "Loisirs et créations numériques"},
    {'C', "Compréhension du monde numérique"},
    {'W', "Accès internet et matériel informatique"},
    {'Q', "Acquisition de matériel informatique à prix solidaire"},
}, programmes[] = {
    {'F', "France Services"},
    {'A', "Aidants Connect"},
    {'C', "Conseillers numériques"},
    {'K', "Point d'accès numérique CAF"},
    {'P', "Certification PIX"},
    {'N', "Promeneurs du net"},
    {'B', "Bibliothèques numérique de référence"},
};

static void set_services(struct demo_context *cx, const struct demo_batch *b, struct directory_place *p)
{
    for (size_t i = 0; i < b->n_services; i++)
        for (size_t k = 0; k < sizeof mednum / sizeof *mednum; k++)
            if (strchr(b->offers[i]->mednum, mednum[k].letter))
                p->services = directory_set_union(p->services, demo_set(ENUM_SERVICE_LAMEDNUM, mednum[k].value));
    if (directory_set_empty(p->services))
        p->services = demo_set(ENUM_SERVICE_LAMEDNUM, demo_chance(&cx->r, 50) ? mednum[7].value : mednum[0].value);
}

static void set_who(struct demo_context *cx, struct directory_place *p)
{
    static const struct {
        unsigned percent;
        const char *value;
    } cares[] = {{36, "Handicaps moteurs"}, {18, "Illettrisme"}, {15, "Langues étrangères (anglais)"},
                 {9, "Langues étrangères (autres)"}, {7, "Handicaps mentaux"}, {6, "Déficience visuelle"}, {5, "Surdité"}};
    static const char *const people[] = {"Seniors", "Jeunes", "Familles et/ou enfants", "Femmes", "Étudiants"};
    for (size_t i = 0; i < sizeof cares / sizeof *cares; i++)
        if (demo_chance(&cx->r, cares[i].percent))
            p->prise_en_charge_specifique =
                directory_set_union(p->prise_en_charge_specifique, demo_set(ENUM_PRISE_EN_CHARGE, cares[i].value));
    if (cx->seat->kind->hours == 'y')
        p->publics_specifiquement_adresses = demo_set(ENUM_PUBLIC_ADRESSE, "Jeunes");
    else if (demo_chance(&cx->r, 30))
        for (size_t i = 0; i < 3; i++)
            if (demo_chance(&cx->r, 45))
                p->publics_specifiquement_adresses = directory_set_union(
                    p->publics_specifiquement_adresses, demo_set(ENUM_PUBLIC_ADRESSE, people[demo_below(&cx->r, 5)]));
}

static void set_how(struct demo_context *cx, struct directory_place *p)
{
    bool association = cx->seat->kind->source == 'a';
    p->frais_a_charge = demo_set(ENUM_FRAIS_LAMEDNUM, demo_chance(&cx->r, association ? 58 : 88) ? "Gratuit"
                                                      : demo_chance(&cx->r, 50)                  ? "Gratuit sous condition"
                                                                                                 : "Payant");
    if (demo_chance(&cx->r, 66))
        p->modalites_acces = demo_set(ENUM_ACCES, "Se présenter");
    if (p->telephone.n > 0 && demo_chance(&cx->r, 78))
        p->modalites_acces = directory_set_union(p->modalites_acces, demo_set(ENUM_ACCES, "Téléphoner"));
    if (p->courriels.n > 0 && demo_chance(&cx->r, 40))
        p->modalites_acces = directory_set_union(p->modalites_acces, demo_set(ENUM_ACCES, "Contacter par mail"));
    if (demo_chance(&cx->r, 14)) {
        p->prise_rdv = arena_printf(cx->a, "https://%.*s/rendez-vous", STR_ARG(cx->domain));
        p->modalites_acces = directory_set_union(p->modalites_acces, demo_set(ENUM_ACCES, "Prendre un RDV en ligne"));
    }
    p->modalites_accompagnement = demo_set(ENUM_ACCOMPAGNEMENT, "Accompagnement individuel");
    if (demo_chance(&cx->r, 56))
        p->modalites_accompagnement =
            directory_set_union(p->modalites_accompagnement, demo_set(ENUM_ACCOMPAGNEMENT, "Dans un atelier collectif"));
    if (directory_set_has(p->services, directory_enum_find(ENUM_SERVICE_LAMEDNUM, str_from(mednum[7].value))))
        p->modalites_accompagnement =
            directory_set_union(p->modalites_accompagnement, demo_set(ENUM_ACCOMPAGNEMENT, "En autonomie"));
    if (demo_chance(&cx->r, 9))
        p->modalites_accompagnement =
            directory_set_union(p->modalites_accompagnement, demo_set(ENUM_ACCOMPAGNEMENT, "À distance"));
    p->itinerance = demo_set(ENUM_ITINERANCE, strcmp(cx->seat->kind->key, "bus") == 0 ? "Itinérant" : "Fixe");
}

static void set_labels(struct demo_context *cx, struct directory_place *p)
{
    const char *letters = cx->seat->kind->programmes;
    for (size_t i = 0; i < sizeof programmes / sizeof *programmes; i++) {
        bool sure = programmes[i].letter == 'F' || strcmp(cx->seat->kind->key, "bus") == 0;
        if (strchr(letters, programmes[i].letter) && demo_chance(&cx->r, sure ? 100 : programmes[i].letter == 'B' ? 8 : 38))
            p->dispositif_programmes_nationaux = directory_set_union(
                p->dispositif_programmes_nationaux, demo_set(ENUM_DISPOSITIF, programmes[i].value));
    }
    if (demo_chance(&cx->r, 11))
        p->formations_labels = demo_set(ENUM_FORMATION_LABEL, "Formé à « Mon Espace Santé »");
    if (strcmp(cx->seat->kind->key, "tiers-lieu") == 0 && demo_chance(&cx->r, 24))
        p->formations_labels = directory_set_union(p->formations_labels, demo_set(ENUM_FORMATION_LABEL, "Fabriques de Territoire"));
    if (strcmp(cx->seat->kind->key, "recycleur") == 0)
        p->formations_labels = directory_set_union(p->formations_labels, demo_set(ENUM_FORMATION_LABEL, "ORDI 3.0"));
}

/* The summary in 280 characters, and what the digital services say of themselves. */
static void set_presentation(struct demo_context *cx, const struct demo_batch *b, struct directory_place *p)
{
    enum { SUMMARY_MAX = 280 };
    if (str_length(b->structure.description) <= SUMMARY_MAX)
        p->presentation_resume = b->structure.description;
    struct str detail = STR("");
    for (size_t i = 0; i < b->n_services; i++)
        if (*b->offers[i]->mednum) {
            ptrdiff_t cut = str_find(b->services[i].description, STR("\n\n"), 0);
            struct str opening = cut > 0 ? str_sub(b->services[i].description, 0, (size_t)cut) : b->services[i].description;
            detail = arena_printf(cx->a, "%.*s%s%.*s", STR_ARG(detail), detail.n ? "\n\n" : "", STR_ARG(opening));
        }
    p->presentation_detail = detail;
}

void demo_make_place(struct demo_context *cx, struct demo_batch *b)
{
    struct directory_place *p = &b->place;
    const struct directory_structure *s = &b->structure;
    p->record = s->record;
    p->record.source = STR("demo-mediation");
    p->record.source_id = arena_printf(cx->a, "demo-mediation-%04u", cx->i + 1);
    p->nom = s->nom;
    p->commune = s->commune;
    p->code_postal = s->code_postal;
    p->code_insee = s->code_insee;
    p->adresse = s->adresse;
    p->complement_adresse = s->complement_adresse;
    p->latitude = s->latitude;
    p->longitude = s->longitude;
    p->typologie = demo_set(ENUM_TYPOLOGIE, cx->seat->kind->typologie);
    p->telephone = s->telephone;
    p->courriels = demo_list_of(cx->a, s->courriel);
    p->site_web = demo_list_of(cx->a, s->site_web);
    p->horaires = s->horaires_accueil;
    p->horaires_texte = s->horaires_texte;
    p->source_texte = STR("Réseau de médiation numérique (exemple)");
    p->date_maj = s->date_maj;
    if (cx->seat->kind->source == 't' && strcmp(cx->seat->kind->typologie, "BIB") == 0 && demo_chance(&cx->r, 40))
        p->structure_parente = arena_printf(cx->a, "Mairie %.*s", STR_ARG(demo_of(cx->a, s->commune)));
    set_services(cx, b, p);
    set_who(cx, p);
    set_how(cx, p);
    set_labels(cx, p);
    set_presentation(cx, b, p);
}

/* -- the same thing, seen by another source -- */

static struct str upper_plain(struct arena *a, struct str s)
{
    char *p = arena_cstr(a, text_fold(a, s));
    for (char *c = p; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return str_from(p);
}

static struct str other_name(struct demo_context *cx, struct str name)
{
    struct str commune = cx->seat->town->commune.name;
    switch (demo_below(&cx->r, 3)) {
    case 0:
        return upper_plain(cx->a, name);
    case 1:
        return arena_printf(cx->a, "%.*s (%.*s)", STR_ARG(name), STR_ARG(commune));
    default:
        return arena_printf(cx->a, "%.*s - %.*s", STR_ARG(upper_plain(cx->a, commune)), STR_ARG(name));
    }
}

static struct str replaced(struct arena *a, struct str s, const char *what, const char *by)
{
    ptrdiff_t at = str_find(s, str_from(what), 0);
    if (at < 0)
        return s;
    return arena_printf(a, "%.*s%s%.*s", STR_ARG(str_sub(s, 0, (size_t)at)), by,
                        STR_ARG(str_sub(s, (size_t)at + strlen(what), s.n)));
}

static struct str other_street(struct demo_context *cx, struct str street)
{
    struct str s = replaced(cx->a, street, "boulevard ", "bd ");
    s = replaced(cx->a, s, "avenue ", "av. ");
    s = replaced(cx->a, s, "place ", "pl. ");
    return demo_chance(&cx->r, 50) ? replaced(cx->a, s, " rue ", ", rue ") : s;
}

static void move(struct demo_context *cx, struct directory_number *latitude, struct directory_number *longitude)
{
    if (!latitude->known)
        return;
    latitude->value = round((latitude->value + demo_bell(&cx->r) * 0.0004) * 1e6) / 1e6;
    longitude->value = round((longitude->value + demo_bell(&cx->r) * 0.0006) * 1e6) / 1e6;
}

static void make_structure_twin(struct demo_context *cx, struct demo_batch *b)
{
    struct directory_structure *t = &b->structure_twin;
    *t = b->structure;
    t->record = (struct directory_record){.source = STR("demo-departement")};
    t->record.source_id = arena_printf(cx->a, "demo-departement--reprise-%04u", cx->i + 1);
    t->nom = other_name(cx, t->nom);
    t->adresse = other_street(cx, t->adresse);
    t->date_maj = demo_day_text(cx->a, cx->day - 400);
    t->courriel = t->lien_source = t->complement_adresse = STR_NONE;
    move(cx, &t->latitude, &t->longitude);
    b->twin_service = b->services[0];
    b->twin_service.record = (struct directory_record){.source = t->record.source};
    b->twin_service.record.source_id = arena_printf(cx->a, "%.*s-1", STR_ARG(t->record.source_id));
    b->twin_service.structure_source_id = t->record.source_id;
    b->twin_service.date_maj = t->date_maj;
    b->twin_service.adresse = t->adresse;
}

static void make_place_twin(struct demo_context *cx, struct demo_batch *b)
{
    struct directory_place *t = &b->place_twin;
    *t = b->place;
    t->record = (struct directory_record){.source = STR("demo-departement")};
    t->record.source_id = arena_printf(cx->a, "demo-departement-lieu-%04u", cx->i + 1);
    t->nom = other_name(cx, t->nom);
    t->adresse = other_street(cx, t->adresse);
    t->date_maj = demo_day_text(cx->a, cx->day - 300);
    t->source_texte = STR("Annuaire du Département (exemple)");
    t->horaires = t->horaires_texte = t->presentation_detail = STR_NONE;
    move(cx, &t->latitude, &t->longitude);
}

void demo_make_twins(struct demo_context *cx, struct demo_batch *b)
{
    if (cx->seat->twin)
        make_structure_twin(cx, b);
    if (cx->seat->place_twin)
        make_place_twin(cx, b);
}
