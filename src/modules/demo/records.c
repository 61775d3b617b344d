/* The structure of a seat. */
#include "modules/demo/records.h"

#include "base/text.h"

struct directory_set demo_set(enum directory_enum_id id, const char *names)
{
    struct directory_set set = DIRECTORY_SET_NONE;
    struct str rest = str_from(names), name;
    while (str_split(&rest, '|', &name)) {
        int row = directory_enum_find(id, name);
        if (row < 0) {
            fprintf(stderr, "demo: « %.*s » is no value of its list\n", STR_ARG(name));
            abort();
        }
        directory_set_add(&set, row);
    }
    return set;
}

struct str_list demo_list_of(struct arena *a, struct str one)
{
    if (one.n == 0)
        return (struct str_list){NULL, 0};
    struct str *items = ARENA_ARRAY(a, 1, struct str);
    items[0] = one;
    return (struct str_list){items, 1};
}

struct str demo_day_text(struct arena *a, int64_t day)
{
    struct civil_date d = civil_from_days(day);
    return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* Numbers that no one has: 02 61 91 xx xx and 06 39 98 xx xx are kept for fiction. Every seat has its own. */
static struct str phone(struct arena *a, uint32_t i, bool mobile)
{
    enum { NUMBERS = 10000, STEP = 3677 /* prime to NUMBERS */ };
    uint32_t number = (i + 1) * STEP % NUMBERS;
    return arena_printf(a, mobile ? "+3363998%04u" : "+3326191%04u", number);
}

/* Public bodies share their town's domain; an association has its own. */
static struct str make_domain(struct demo_context *cx)
{
    const struct demo_seat *s = cx->seat;
    struct str town = text_slug(cx->a, s->town->commune.name, 40);
    if (s->kind->source == 't')
        return arena_printf(cx->a, "%.*s.example", STR_ARG(town));
    if (s->kind->source == 'd')
        return STR("ille-et-vilaine.example");
    static const struct str joints[] = {STR_INIT("du "), STR_INIT("de la "), STR_INIT("des "), STR_INIT("de l’"),
                                        STR_INIT("de "), STR_INIT("aux ")};
    struct str own = s->propre.n ? s->propre : str_from(s->kind->key);
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (str_starts(own, joints[i])) {
            own = str_sub(own, joints[i].n, own.n);
            break;
        }
    own = text_slug(cx->a, own, 28);
    return arena_printf(cx->a, "%.*s-%.*s.example", STR_ARG(own), STR_ARG(town));
}

static struct str make_mail(struct demo_context *cx)
{
    const struct demo_seat *s = cx->seat;
    struct str quarter = s->quarter ? text_slug(cx->a, str_from(s->quarter->name), 30) : STR("");
    const char *dot = quarter.n && s->kind->source != 'a' ? "." : "";
    if (*dot == '\0')
        quarter = STR("");
    if (s->kind->source == 'd')
        return arena_printf(cx->a, "%s.%.*s%s%.*s@%.*s", s->kind->mail,
                            STR_ARG(text_slug(cx->a, s->town->commune.name, 40)), dot, STR_ARG(quarter),
                            STR_ARG(cx->domain));
    const char *box = str_starts(s->name, STR("Bibliothèque")) ? "bibliotheque" : s->kind->mail;
    return arena_printf(cx->a, "%s%s%.*s@%.*s", box, dot, STR_ARG(quarter), STR_ARG(cx->domain));
}

static const char practical[] =
    "Accueil de plain-pied.|Stationnement gratuit juste à côté.|L’entrée se fait par la cour.|"
    "Le bâtiment est accessible en fauteuil roulant.|Sonnez, la porte s’ouvre.|Un espace de jeux attend les enfants.|"
    "L’accueil parle aussi anglais.|Les chiens restent dehors, sauf les chiens d’assistance.|"
    "Fermé une semaine à Noël et deux semaines en août.";
static const char practical_in_town[] =
    "Arrêt de bus devant la porte.|À cinq minutes à pied du centre.|Un ascenseur mène à l’étage.|"
    "Parc à vélos devant l’entrée.|Accueil de plain-pied.|Le bâtiment est accessible en fauteuil roulant.|"
    "L’accueil parle aussi anglais.|Sonnez, la porte s’ouvre.";

/* Freshness: two records out of three have been seen in the year, one in eight for years. */
static void draw_dates(struct demo_context *cx, struct demo_defects *defects)
{
    static const struct {
        unsigned percent;
        uint32_t from, days;
    } ages[] = {{34, 0, 60}, {27, 60, 150}, {17, 210, 300}, {10, 510, 260}, {12, 800, 900}};
    unsigned draw = demo_below(&cx->r, 100);
    size_t i = 0;
    while (draw >= ages[i].percent)
        draw -= ages[i++].percent;
    cx->day = cx->maker->base_day - ages[i].from - demo_below(&cx->r, ages[i].days);
    defects->stale = i + 1 == sizeof ages / sizeof *ages;
}

static void confirm(struct demo_context *cx, struct directory_record *record, bool stale)
{
    static const char who[] = "La structure|La structure|L’équipe du territoire|La mairie|Un conseiller numérique";
    if (stale || !demo_chance(&cx->r, 68))
        return;
    int64_t day = cx->day + demo_below(&cx->r, 20);
    if (day > cx->maker->base_day)
        day = cx->maker->base_day;
    record->confirmed_at_ms = day * 86400000 + (int64_t)(8 + demo_below(&cx->r, 8)) * 3600000;
    record->confirmed_by = demo_draw(&cx->r, who);
}

static const char *source_slug(char source)
{
    return source == 't' ? "balise-35" : source == 'd' ? "demo-departement" : "demo-associations";
}

static bool is_kind(const struct demo_context *cx, const char *key)
{
    return strcmp(cx->seat->kind->key, key) == 0;
}

/* The town hall's address depends on the town alone: other services share it. */
static void draw_address(struct demo_context *cx, struct demo_address *at)
{
    const struct demo_town *t = cx->seat->town;
    bool shares = (is_kind(cx, "ccas") && demo_chance(&cx->r, 58)) || (is_kind(cx, "agence-postale") && demo_chance(&cx->r, 45));
    if (is_kind(cx, "mairie") || shares) {
        struct demo_random r = demo_stream(cx->maker->seed ^ 0x4D414952, t->commune.index);
        demo_address_draw(&r, cx->a, t, t->quarters, true, at);
        return;
    }
    bool central = is_kind(cx, "ccas") || is_kind(cx, "agence-postale") || is_kind(cx, "france-services") ||
                   is_kind(cx, "mediatheque");
    demo_address_draw(&cx->r, cx->a, t, cx->seat->quarter, central, at);
    if (is_kind(cx, "pass"))
        at->voie = STR("2 rue de l’Hôpital");
}

static void set_place(struct demo_context *cx, struct directory_structure *s)
{
    struct demo_address at;
    draw_address(cx, &at);
    s->commune = cx->seat->town->commune.name;
    s->code_insee = cx->seat->town->commune.code;
    s->code_postal = at.code_postal;
    s->adresse = at.voie;
    s->complement_adresse = at.complement;
    s->latitude = (struct directory_number){true, at.point.lat};
    s->longitude = (struct directory_number){true, at.point.lon};
}

static void set_contact(struct demo_context *cx, struct directory_structure *s)
{
    const struct demo_kind *k = cx->seat->kind;
    bool informal = k->source == 'a' && (k->hours == 's' || k->hours == 'p' || k->hours == 'n' || k->hours == 'f');
    s->telephone = phone(cx->a, cx->i, informal && demo_chance(&cx->r, 55));
    if (demo_chance(&cx->r, 82))
        s->courriel = make_mail(cx);
    if (demo_chance(&cx->r, informal ? 24 : 58))
        s->site_web = arena_printf(cx->a, "https://www.%.*s", STR_ARG(cx->domain));
    struct str town = text_slug(cx->a, cx->seat->town->commune.name, 40);
    if (s->site_web.n > 0 && k->source == 'd')
        s->site_web = arena_printf(cx->a, "%.*s/%s/%.*s", STR_ARG(s->site_web), k->mail, STR_ARG(town));
    else if (s->site_web.n > 0 && k->source == 't')
        s->site_web = arena_printf(cx->a, "%.*s/%s", STR_ARG(s->site_web), k->mail);
    s->horaires_accueil = demo_hours_draw(&cx->r, k->hours, cx->seat->town->commune.population);
}

static void set_description(struct demo_context *cx, struct directory_structure *s)
{
    s->description = demo_fill(cx->a, demo_draw(&cx->r, cx->seat->kind->says), &cx->words);
    bool town = cx->seat->town->commune.population > 5000;
    struct str more = demo_draw(&cx->r, town ? practical_in_town : practical);
    bool comes_to_you = is_kind(cx, "bus") || is_kind(cx, "transport") || is_kind(cx, "energie");
    if (demo_chance(&cx->r, 38) && !comes_to_you)
        s->description = arena_printf(cx->a, "%.*s %.*s", STR_ARG(s->description), STR_ARG(more));
    if (demo_chance(&cx->r, 4))
        s->description = STR_NONE;
}

/* What real directories lack. */
static void spoil(struct demo_context *cx, struct directory_structure *s, struct demo_defects *defects)
{
    if (demo_chance(&cx->r, 11) || s->horaires_accueil.n == 0) {
        s->horaires_accueil = STR_NONE;
        defects->no_hours = true;
        if (demo_chance(&cx->r, 16))
            s->horaires_texte = demo_hours_words(&cx->r);
    }
    if (demo_chance(&cx->r, 6)) {
        s->telephone = STR_NONE;
        defects->no_phone = true;
    }
    if (demo_chance(&cx->r, 5)) {
        s->latitude = s->longitude = (struct directory_number){false, 0};
        defects->no_point = true;
    }
    if (demo_chance(&cx->r, 3))
        s->complement_adresse = STR_NONE;
}

static void make_structure(struct demo_context *cx, struct demo_batch *b)
{
    const struct demo_kind *k = cx->seat->kind;
    struct directory_structure *s = &b->structure;
    s->record.source = str_from(source_slug(k->source));
    s->record.source_id = arena_printf(cx->a, "%s--%s-%04u", source_slug(k->source), k->key, cx->i + 1);
    s->nom = cx->seat->name;
    s->date_maj = demo_day_text(cx->a, cx->day);
    s->reseaux_porteurs = demo_set(ENUM_RESEAU_PORTEUR, k->networks);
    set_place(cx, s);
    set_contact(cx, s);
    set_description(cx, s);
    spoil(cx, s, &b->defects);
    confirm(cx, &s->record, b->defects.stale);
    if (k->source != 't' && demo_chance(&cx->r, 40))
        s->lien_source = arena_printf(cx->a, "https://%s.example/fiches/%u", source_slug(k->source), cx->i + 1);
}

void demo_make(const struct demo_maker *m, struct arena *a, const struct demo_seat *seat, uint32_t i,
               struct demo_batch *out)
{
    *out = (struct demo_batch){.n_services = 0};
    struct demo_context cx = {
        .maker = m,
        .a = a,
        .seat = seat,
        .i = i,
        .r = demo_stream(m->seed, i + 1),
        .words = {.commune = seat->town->commune.name,
                  .pays = seat->town->pays,
                  .propre = seat->propre,
                  .quartier = seat->quarter ? str_from(seat->quarter->name) : STR("Bourg"),
                  .nom = seat->name,
                  .voisine = seat->town->near[0]},
    };
    cx.domain = make_domain(&cx);
    draw_dates(&cx, &out->defects);
    make_structure(&cx, out);
    demo_make_services(&cx, out);
    if (seat->place)
        demo_make_place(&cx, out);
    if (seat->twin || seat->place_twin)
        demo_make_twins(&cx, out);
}
