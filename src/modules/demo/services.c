/* The services of a structure: each offer of its kind, said in its own words. */
#include "modules/demo/records.h"

static const struct {
    char letter;
    const char *value;
} publics[] = {
    {'s', "seniors"},
    {'j', "jeunes"},
    {'f', "familles"},
    {'e', "demandeurs-emploi"},
    {'m', "beneficiaires-des-minimas-sociaux"},
    {'h', "personnes-en-situation-de-handicap"},
    {'x', "personnes-exilees"},
    {'u', "personnes-en-situation-durgence"},
    {'w', "femmes"},
    {'d', "etudiants"},
    {'a', "actifs"},
    {'r', "personnes-en-situation-juridique-specifique"},
};
static const struct {
    char letter;
    const char *value;
} types[] = {{'A', "accompagnement"}, {'F', "aide-financiere"}, {'M', "aide-materielle"},
             {'T', "atelier"},        {'O', "formation"},       {'I', "information"}};

static const char by_phone[] =
    "Appelez avant de venir.|Le plus simple est de téléphoner.|Laissez un message : on vous rappelle dans les deux jours.|"
    "Prenez rendez-vous par téléphone.|Vous pouvez demander à être rappelé.|Un proche peut appeler pour vous.";
static const char by_walk[] =
    "Vous pouvez venir sans rendez-vous.|Poussez la porte, on vous accueille.|Venez comme vous êtes, pendant les heures d’ouverture.|"
    "Sans rendez-vous, dans la limite des places.|Présentez-vous à l’accueil.";
static const char by_professional[] =
    "Sur orientation d’un travailleur social.|Un professionnel fait la demande avec vous.|"
    "La demande passe par la mission locale, France Travail ou un service social.|Fiche d’orientation à envoyer par courriel.";
static const char contacts[] =
    "L’accueil|Le secrétariat|L’équipe d’accueil|La coordinatrice|Le pôle social|L’animateur du lieu|La conseillère numérique";

const struct demo_offer *demo_offer_find(const char *key)
{
    const struct demo_offers *lists[] = {&demo_offers_rights, &demo_offers_digital, &demo_offers_life,
                                         &demo_offers_family, &demo_offers_housing, &demo_offers_work};
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (size_t i = 0; i < lists[l]->n; i++)
            if (strcmp(lists[l]->all[i].key, key) == 0)
                return &lists[l]->all[i];
    return NULL;
}

/* The thématique of this end, whatever its category. */
static void add_theme(struct directory_set *set, struct str end)
{
    const struct directory_enum *themes = directory_enum(ENUM_THEMATIQUE);
    for (int i = 0; i < themes->n; i++) {
        struct str value = str_from(themes->values[i].value);
        ptrdiff_t cut = str_find(value, STR("--"), 0);
        if (cut >= 0 && str_eq(str_sub(value, (size_t)cut + 2, value.n), end)) {
            directory_set_add(set, i);
            return;
        }
    }
    fprintf(stderr, "demo: no thématique ends with « %.*s »\n", STR_ARG(end));
    abort();
}

/* One sentence about how to come is enough, and two might disagree. */
static bool says_how(struct str text)
{
    static const char *const signs[] = {"rendez-vous", "inscri", "réserv", "ppel", "téléphon", "orientation", "demande"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (str_find(text, str_from(signs[i]), 0) >= 0)
            return true;
    return false;
}

static void set_words(struct demo_context *cx, const struct demo_offer *o, struct directory_service *v)
{
    struct arena *a = cx->a;
    v->nom = demo_fill(a, demo_draw(&cx->r, o->names), &cx->words);
    struct str opening = demo_fill(a, demo_draw(&cx->r, o->opening), &cx->words);
    struct str detail = demo_fill(a, demo_draw(&cx->r, o->detail), &cx->words);
    v->description = arena_printf(a, "%.*s\n\n%.*s", STR_ARG(opening), STR_ARG(detail));
    const char *ways = strchr(o->ways, 'u') == NULL ? by_professional : *o->ways == 'V' ? by_walk : by_phone;
    struct str way = demo_draw(&cx->r, ways);
    if (demo_chance(&cx->r, 44) && !says_how(v->description))
        v->description = arena_printf(a, "%.*s %.*s", STR_ARG(v->description), STR_ARG(way));
    if (demo_chance(&cx->r, 5)) /* written in haste */
        v->description = opening;
}

static void set_kind(struct demo_context *cx, const struct demo_offer *o, struct directory_service *v)
{
    struct str rest = str_from(o->themes), end;
    while (str_split(&rest, '|', &end))
        add_theme(&v->thematiques, end);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].letter == o->type)
            v->type = demo_set(ENUM_TYPE_SERVICE, types[i].value);
    for (size_t i = 0; i < sizeof publics / sizeof *publics; i++)
        if (strchr(o->publics, publics[i].letter))
            v->publics = directory_set_union(v->publics, demo_set(ENUM_PUBLIC, publics[i].value));
    if (*o->publics == '\0')
        v->publics = demo_set(ENUM_PUBLIC, "tous-publics");
    if (o->cost != '?')
        v->frais = demo_set(ENUM_FRAIS, o->cost == 'g' ? "gratuit" : "payant");
    if (*o->price)
        v->frais_precisions = demo_draw(&cx->r, o->price);
}

static void set_ways(struct demo_context *cx, const struct demo_offer *o, const struct directory_structure *s,
                     struct directory_service *v)
{
    const char *w = o->ways;
    bool remote_only = strchr(w, 'X') != NULL;
    v->modes_accueil = demo_set(ENUM_MODE_ACCUEIL, remote_only ? "a-distance" : "en-presentiel");
    if (strchr(w, 'D') && demo_chance(&cx->r, 70))
        directory_set_add(&v->modes_accueil, directory_enum_find(ENUM_MODE_ACCUEIL, STR("a-distance")));
    struct directory_set modes = DIRECTORY_SET_NONE;
    if (strchr(w, 'V') && s->adresse.n > 0)
        modes = directory_set_union(modes, demo_set(ENUM_MODE_MOBILISATION, "se-presenter"));
    if (strchr(w, 'P') && s->telephone.n > 0)
        modes = directory_set_union(modes, demo_set(ENUM_MODE_MOBILISATION, "telephoner"));
    if (strchr(w, 'M') && s->courriel.n > 0)
        modes = directory_set_union(modes, demo_set(ENUM_MODE_MOBILISATION, "envoyer-un-courriel"));
    if (strchr(w, 'L') && s->site_web.n > 0) {
        modes = directory_set_union(modes, demo_set(ENUM_MODE_MOBILISATION, "utiliser-lien-mobilisation"));
        v->lien_mobilisation = arena_printf(cx->a, "https://%.*s/rendez-vous", STR_ARG(cx->domain));
    }
    v->modes_mobilisation = modes;
    if (strchr(w, 'u'))
        v->mobilisable_par = demo_set(ENUM_PERSONNE_MOBILISATRICE, "usagers");
    if (strchr(w, 'p'))
        v->mobilisable_par = directory_set_union(v->mobilisable_par, demo_set(ENUM_PERSONNE_MOBILISATRICE, "professionnels"));
    if (!strchr(w, 'u'))
        v->mobilisation_precisions = demo_draw(&cx->r, by_professional);
    if (demo_chance(&cx->r, 22))
        v->contact_nom_prenom = demo_draw(&cx->r, contacts);
}

/* Who may come: the commune, the intercommunalité, the département; often nobody said. */
static void set_zone(struct demo_context *cx, struct directory_service *v)
{
    const struct demo_seat *seat = cx->seat;
    char source = seat->kind->source;
    bool narrow = source == 't' && seat->kind->spread != DEMO_POLES && seat->kind->spread != DEMO_EPCI;
    struct str zone = source == 'd' ? STR("35") : narrow ? seat->town->commune.code : seat->town->commune.epci;
    if (demo_chance(&cx->r, source == 'a' ? 46 : 84))
        v->zone_eligibilite = demo_list_of(cx->a, zone);
    if (narrow && (strcmp(seat->kind->key, "ccas") == 0 || demo_chance(&cx->r, 9)))
        v->conditions_acces = demo_fill(cx->a, STR("Habiter {commune}."), &cx->words);
}

static void set_place(struct demo_context *cx, const struct directory_structure *s, struct directory_service *v)
{
    v->commune = s->commune;
    v->code_insee = s->code_insee;
    v->code_postal = s->code_postal;
    v->adresse = s->adresse;
    v->complement_adresse = s->complement_adresse;
    v->latitude = s->latitude;
    v->longitude = s->longitude;
    if (demo_chance(&cx->r, 84))
        v->telephone = s->telephone;
    if (demo_chance(&cx->r, 70))
        v->courriel = s->courriel;
}

static void set_time(struct demo_context *cx, const struct demo_offer *o, const struct directory_structure *s,
                     struct directory_service *v)
{
    unsigned draw = demo_below(&cx->r, 100);
    char kind = cx->seat->kind->hours;
    bool office = strchr("otak", kind) != NULL, desk = kind == 'm';
    if (draw < 30)
        v->horaires_accueil = s->horaires_accueil;
    else if (draw < 56 && !desk)
        v->horaires_accueil = demo_hours_draw(&cx->r, office && o->type != 'T' && *o->ways != 'V' ? 'a' : 'p',
                                              cx->seat->town->commune.population);
    if ((o->type == 'T' || o->type == 'O') && demo_chance(&cx->r, 34)) {
        v->volume_horaire_hebdomadaire = (struct directory_number){true, o->type == 'O' ? 14 : 1.5 + demo_below(&cx->r, 3)};
        v->nombre_semaines = o->type == 'O' ? 8 + demo_below(&cx->r, 20) : 4 + demo_below(&cx->r, 8);
    }
    int64_t day = cx->day - (demo_chance(&cx->r, 70) ? 0 : demo_below(&cx->r, 90));
    v->date_maj = demo_day_text(cx->a, day);
}

static void add_service(struct demo_context *cx, struct demo_batch *b, const struct demo_offer *o)
{
    struct directory_service *v = &b->services[b->n_services];
    v->record.source = b->structure.record.source;
    v->record.source_id = arena_printf(cx->a, "%.*s-%zu", STR_ARG(b->structure.record.source_id), b->n_services + 1);
    v->record.confirmed_at_ms = b->structure.record.confirmed_at_ms;
    v->record.confirmed_by = b->structure.record.confirmed_by;
    v->structure_source_id = b->structure.record.source_id;
    set_words(cx, o, v);
    set_kind(cx, o, v);
    set_ways(cx, o, &b->structure, v);
    set_place(cx, &b->structure, v);
    set_time(cx, o, &b->structure, v);
    set_zone(cx, v);
    b->offers[b->n_services++] = o;
}

void demo_make_services(struct demo_context *cx, struct demo_batch *b)
{
    struct str rest = str_from(cx->seat->kind->offers), item;
    while (str_split(&rest, ' ', &item) && b->n_services < DEMO_SERVICES_MAX) {
        ptrdiff_t colon = str_find_char(item, ':', 0);
        int64_t percent = 0;
        const struct demo_offer *o = demo_offer_find(arena_cstr(cx->a, str_sub(item, 0, (size_t)colon)));
        if (!o || !str_to_int(str_sub(item, (size_t)colon + 1, item.n), &percent)) {
            fprintf(stderr, "demo: no offer « %.*s »\n", STR_ARG(item));
            abort();
        }
        if (demo_chance(&cx->r, (unsigned)percent))
            add_service(cx, b, o);
    }
}
