/* The page of a place or of a structure: everything known, in the order a person needs it. */
#include "base/clock.h"
#include "modules/directory/geocoding/addresses.h"
#include "modules/directory/geocoding/points.h"
#include "modules/directory/pages.h"
#include "modules/directory/pages/templates.h"
#include "modules/module.h"
#include "modules/territory/territory.h"

enum { STALE_DAYS = 365, CLOSURES_AHEAD_DAYS = 60, CLOSURES_MAX = 3 };

static struct civil_date date_of_ms(int64_t ms)
{
    return ms > 0 ? zone_local(ZONE_PARIS, ms).date : (struct civil_date){0};
}

static struct civil_date date_of(struct str text)
{
    struct civil_date d = {0};
    return civil_parse(text, &d) ? d : (struct civil_date){0};
}

static struct civil_date today_at(const struct hours_place *where)
{
    return zone_local(where->zone, clock_now_ms()).date;
}

/* -- when ----------------------------------------------------------------------------------------- */
/* Open some time on this weekday in an ordinary week (Monday = 0)? */
static bool usually_open(const uint64_t mask[6], int weekday)
{
    for (int slot = weekday * 48; slot < (weekday + 1) * 48; slot++)
        if ((mask[slot / 64] >> (slot % 64)) & 1)
            return true;
    return false;
}

static struct str closure_words(struct view *v, struct civil_date first, struct civil_date last)
{
    if (civil_to_days(first) == civil_to_days(last))
        return view_date(v, first);
    return i18n_format(v->arena, v->lang, "du {first} au {last}", ARG_S("first", view_date(v, first)),
                       ARG_S("last", view_date(v, last)));
}

/* Runs of days that are closed although they are open in an ordinary week. */
static void make_closures(struct view *v, const struct hours *h, const struct hours_place *where, struct view_place *out)
{
    struct view_closure *closures = ARENA_ARRAY(v->arena, CLOSURES_MAX, struct view_closure);
    uint64_t mask[6];
    hours_week_mask(h, mask);
    int64_t today = civil_to_days(today_at(where)), first = 0, last = 0;
    struct str why = STR_NONE;
    for (int64_t d = today; d <= today + CLOSURES_AHEAD_DAYS && out->n_closures < CLOSURES_MAX; d++) {
        struct civil_date date = civil_from_days(d);
        bool usual = usually_open(mask, civil_weekday(date) - 1);
        struct hours_day day = hours_on(h, where, v->arena, date);
        bool closed = usual && day.n == 0;
        if (closed) {
            first = first ? first : d;
            last = d;
            why = why.n ? why : day.holiday;
        }
        /* Days that are never open do not end a run. */
        if (first && ((usual && !closed) || d == today + CLOSURES_AHEAD_DAYS)) {
            struct str when = closure_words(v, civil_from_days(first), civil_from_days(last));
            closures[out->n_closures++] = (struct view_closure){when, first == last ? why : STR_NONE};
            first = 0;
            why = STR_NONE;
        }
    }
    out->closures = closures;
}

static void make_hours(struct view *v, struct str osm, struct str as_written, struct str code_insee, bool phone,
                       struct view_place *out)
{
    struct hours *h = NULL;
    struct str why;
    struct hours_place where = hours_place_of_insee(code_insee);
    out->hours_source = as_written;
    if (!osm.n || hours_parse(v->arena, osm, &h, &why) != OK) {
        out->open = as_written.n ? (struct view_open){.state = HOURS_UNKNOWN} : directory_open_now(v, NULL, NULL, phone);
        return;
    }
    out->open = directory_open_now(v, h, &where, phone);
    out->has_week = true;
    struct civil_date today = today_at(&where);
    struct hours_day week[7];
    hours_week(h, &where, v->arena, today, week);
    for (int d = 0; d < 7; d++) {
        struct str words = hours_day_words(v->arena, &week[d], directory_hours_language(v->lang));
        out->week[d] = (struct view_day){.name = format_weekday(v->lang, d + 1),
                                         .words = words,
                                         .holiday = week[d].holiday,
                                         .today = civil_to_days(week[d].date) == civil_to_days(today),
                                         .closed = week[d].n == 0};
    }
    make_closures(v, h, &where, out);
}

/* -- lists ---------------------------------------------------------------------------------------- */
struct lists {
    struct view_list *items;
    size_t n;
};

static void add_list(struct view *v, struct lists *l, const char *words, struct html pictogram, struct str *items, size_t n)
{
    if (n > 0)
        l->items[l->n++] = (struct view_list){view_tr(v, words), pictogram, items, n};
}

static void add_set(struct view *v, struct lists *l, const char *words, struct html pictogram,
                    enum directory_enum_id id, struct directory_set set)
{
    size_t n;
    struct str *items = directory_labels(v, id, set, &n);
    add_list(v, l, words, pictogram, items, n);
}

static struct view_item *items_of_set(struct view *v, enum directory_enum_id id, struct directory_set set, size_t *n)
{
    struct view_item *items = ARENA_ARRAY(v->arena, (size_t)directory_set_count(set), struct view_item);
    *n = 0;
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1))
        items[(*n)++] = (struct view_item){.icon = icon_named(directory_enum_value(id, i)->icon),
                                           .words = directory_label(v, id, i)};
    return items;
}

static struct str *only_one(struct arena *a, struct str value, size_t *n)
{
    struct str *one = ARENA_NEW(a, struct str);
    *one = value;
    *n = value.n ? 1 : 0;
    return one;
}

/* -- services ------------------------------------------------------------------------------------- */
static struct str joined(struct arena *a, const struct str *items, size_t n)
{
    struct str out = STR_NONE;
    for (size_t i = 0; i < n; i++)
        out = out.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(out), STR_ARG(items[i])) : items[i];
    return out;
}

/* Codes in words: a commune, a département, an intercommunalité, the whole country. */
static struct str zone_words(struct view *v, struct str code)
{
    struct territory_commune commune;
    struct territory_departement d;
    struct territory_epci e;
    if (str_eq(code, STR("france")) || str_eq(code, STR("99100")))
        return view_tr(v, "toute la France");
    if (code.n == 9 && territory_epci_find(code, &e))
        return e.name;
    if (code.n == 5 && territory_commune_find(code, &commune))
        return commune.name;
    return territory_departement_find(code, &d) ? d.name : code;
}

static struct str zones(struct view *v, struct str_list codes)
{
    enum { MOST = 6 };
    struct str names[MOST];
    size_t n = 0;
    for (; n < codes.n && n < MOST; n++)
        names[n] = zone_words(v, codes.items[n]);
    struct str out = joined(v->arena, names, n);
    return codes.n > MOST ? arena_printf(v->arena, "%.*s…", STR_ARG(out)) : out;
}

static struct str cost_words(struct view *v, const struct directory_service *s)
{
    size_t n;
    struct str *labels = directory_labels(v, ENUM_FRAIS, s->frais, &n);
    struct str label = joined(v->arena, labels, n);
    if (!s->frais_precisions.n || !label.n)
        return label.n ? label : s->frais_precisions;
    return arena_printf(v->arena, "%.*s (%.*s)", STR_ARG(label), STR_ARG(s->frais_precisions));
}

static void make_service(struct view *v, const struct directory_service *s, struct view_service *out)
{
    size_t n;
    struct str *how = directory_labels(v, ENUM_MODE_MOBILISATION, s->modes_mobilisation, &n);
    *out = (struct view_service){.name = s->nom, .description = s->description, .conditions = s->conditions_acces,
                                 .cost = cost_words(v, s), .zone = zones(v, s->zone_eligibilite),
                                 .how = joined(v->arena, how, n), .phone = s->telephone};
    out->link = url_is_safe(s->lien_mobilisation) ? s->lien_mobilisation : STR_NONE;
    out->themes = directory_labels(v, ENUM_THEMATIQUE, s->thematiques, &out->n_themes);
}

static void make_services(struct view *v, const struct directory_sheet *sheet, struct view_place *out)
{
    struct view_service *services = ARENA_ARRAY(v->arena, sheet->n_services, struct view_service);
    for (size_t i = 0; i < sheet->n_services; i++)
        make_service(v, &sheet->services[i], &services[i]);
    out->services = services;
    out->n_services = sheet->n_services;
}

/* -- a place -------------------------------------------------------------------------------------- */
static void place_access(struct view *v, const struct directory_place *p, struct view_place *out)
{
    struct view_item *items = items_of_set(v, ENUM_ACCES, p->modalites_acces, &out->n_access);
    int booking = directory_enum_find(ENUM_ACCES, STR("Prendre un RDV en ligne"));
    size_t at = 0;
    for (int i = directory_set_next(p->modalites_acces, 0); i >= 0; i = directory_set_next(p->modalites_acces, i + 1), at++)
        if (i == booking)
            items[at].url = out->booking;
    out->access = items;
    out->costs = directory_labels(v, ENUM_FRAIS_LAMEDNUM, p->frais_a_charge, &out->n_costs);
    out->free_of_charge = out->n_costs == 1 && directory_set_has(p->frais_a_charge,
                                                                 directory_enum_find(ENUM_FRAIS_LAMEDNUM, STR("Gratuit")));
}

static void place_lists(struct view *v, const struct directory_place *p, struct view_place *out)
{
    struct lists who = {.items = ARENA_ARRAY(v->arena, 3, struct view_list)};
    add_set(v, &who, N_("Pour qui"), icon(ICON_PEOPLE), ENUM_PUBLIC_ADRESSE, p->publics_specifiquement_adresses);
    add_set(v, &who, N_("Accueil adapté, langues"), icon(ICON_ENTRANCE), ENUM_PRISE_EN_CHARGE, p->prise_en_charge_specifique);
    add_set(v, &who, N_("Comment on vous aide"), icon(ICON_INFO), ENUM_ACCOMPAGNEMENT, p->modalites_accompagnement);
    out->publics = who.items;
    out->n_publics = who.n;

    struct lists labels = {.items = ARENA_ARRAY(v->arena, 3, struct view_list)};
    add_set(v, &labels, N_("Programmes"), icon(ICON_LABEL), ENUM_DISPOSITIF, p->dispositif_programmes_nationaux);
    add_set(v, &labels, N_("Formations et labels"), icon(ICON_LABEL), ENUM_FORMATION_LABEL, p->formations_labels);
    add_list(v, &labels, N_("Autres labels"), icon(ICON_LABEL), p->autres_formations_labels.items,
             p->autres_formations_labels.n);
    out->labels = labels.items;
    out->n_labels = labels.n;
}

static void show_place(struct view *v, const struct directory_sheet *sheet, struct view_place *out)
{
    const struct directory_place *p = sheet->place;
    struct geo_point point;
    out->name = p->nom;
    out->summary = p->presentation_resume;
    out->description = str_eq(p->presentation_detail, p->presentation_resume) ? STR_NONE : p->presentation_detail;
    out->helps = items_of_set(v, ENUM_SERVICE_LAMEDNUM, p->services, &out->n_helps);
    out->street = p->adresse;
    out->nearest = geocode_remarked(v->arena, p->record.remarks, GEOCODE_STREET_RULE).n > 0;
    out->complement = p->complement_adresse;
    out->town = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(p->code_postal), p->code_postal.n ? " " : "", STR_ARG(p->commune));
    out->way = directory_point(p->latitude, p->longitude, &point) ? directory_way(v, point) : STR_NONE;
    out->itinerant = directory_set_has(p->itinerance, directory_enum_find(ENUM_ITINERANCE, STR("Itinérant")));
    out->access_url = url_is_safe(p->fiche_acces_libre) ? p->fiche_acces_libre : STR_NONE;
    out->booking = url_is_safe(p->prise_rdv) ? p->prise_rdv : STR_NONE;
    out->phone = p->telephone;
    out->mails = p->courriels.items;
    out->n_mails = p->courriels.n;
    out->sites = p->site_web.items;
    out->n_sites = p->site_web.n;
    out->updated = date_of(p->date_maj);
    make_hours(v, p->horaires, p->horaires_texte, p->code_insee, p->telephone.n > 0, out);
    place_access(v, p, out);
    place_lists(v, p, out);
    if (sheet->structure) {
        out->structure = sheet->structure->nom;
        out->structure_url = view_link_to(v, "/lieux/", sheet->structure->record.slug);
    } else {
        out->structure = p->structure_parente;
    }
}

/* -- a structure ---------------------------------------------------------------------------------- */
static void structure_helps(struct view *v, const struct directory_sheet *sheet, struct view_place *out)
{
    struct directory_set categories = DIRECTORY_SET_NONE, publics = DIRECTORY_SET_NONE;
    for (size_t k = 0; k < sheet->n_services; k++) {
        const struct directory_service *s = &sheet->services[k];
        publics = directory_set_union(publics, s->publics);
        for (int i = directory_set_next(s->thematiques, 0); i >= 0; i = directory_set_next(s->thematiques, i + 1))
            directory_set_add(&categories, directory_enum_value(ENUM_THEMATIQUE, i)->parent);
    }
    out->helps = items_of_set(v, ENUM_CATEGORIE, categories, &out->n_helps);
    struct lists who = {.items = ARENA_ARRAY(v->arena, 1, struct view_list)};
    add_set(v, &who, N_("Pour qui"), icon(ICON_PEOPLE), ENUM_PUBLIC, publics);
    out->publics = who.items;
    out->n_publics = who.n;
}

static void structure_places(struct view *v, const struct directory_sheet *sheet, struct view_place *out)
{
    struct view_item *places = ARENA_ARRAY(v->arena, sheet->n_places, struct view_item);
    for (size_t i = 0; i < sheet->n_places; i++)
        places[i] = (struct view_item){.words = sheet->places[i].nom, .detail = sheet->places[i].commune,
                                       .url = view_link_to(v, "/lieux/", sheet->places[i].record.slug)};
    out->places = places;
    out->n_places = sheet->n_places;
}

static void show_structure(struct view *v, const struct directory_sheet *sheet, struct view_place *out)
{
    const struct directory_structure *s = sheet->structure;
    struct geo_point point;
    out->name = s->nom;
    out->description = s->description;
    out->street = s->adresse;
    out->complement = s->complement_adresse;
    out->town = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(s->code_postal), s->code_postal.n ? " " : "", STR_ARG(s->commune));
    out->way = directory_point(s->latitude, s->longitude, &point) ? directory_way(v, point) : STR_NONE;
    out->access_url = url_is_safe(s->accessibilite_lieu) ? s->accessibilite_lieu : STR_NONE;
    out->phone = s->telephone;
    out->mails = only_one(v->arena, s->courriel, &out->n_mails);
    out->sites = only_one(v->arena, s->site_web, &out->n_sites);
    out->updated = date_of(s->date_maj);
    out->source_url = s->lien_source;
    make_hours(v, s->horaires_accueil, s->horaires_texte, s->code_insee, s->telephone.n > 0, out);
    struct lists labels = {.items = ARENA_ARRAY(v->arena, 1, struct view_list)};
    add_set(v, &labels, N_("Réseaux"), icon(ICON_LABEL), ENUM_RESEAU_PORTEUR, s->reseaux_porteurs);
    out->labels = labels.items;
    out->n_labels = labels.n;
    structure_helps(v, sheet, out);
    structure_places(v, sheet, out);
}

/* -- how sure ------------------------------------------------------------------------------------- */
/* A place that stands for several says all those who know it. */
static enum err add_part_sources(struct view *v, struct db_conn *c, const struct directory_record *r, struct view_place *out)
{
    struct str_list sources;
    TRY(directory_part_sources(c, v->arena, r->id, &sources));
    for (size_t i = 0; i < sources.n; i++) {
        struct str name;
        if (str_eq(sources.items[i], r->source))
            continue;
        TRY(directory_source_name(c, v->arena, sources.items[i], &name));
        out->source = arena_printf(v->arena, "%.*s, %.*s", STR_ARG(out->source), STR_ARG(name));
        out->many_sources = true;
    }
    return OK;
}

static enum err make_trust(struct view *v, struct db_conn *c, const struct directory_record *r, struct view_place *out)
{
    out->confirmed = date_of_ms(r->confirmed_at_ms);
    out->confirmed_by = r->confirmed_by;
    int64_t known = out->confirmed.year ? civil_to_days(out->confirmed) : 0;
    int64_t updated = out->updated.year ? civil_to_days(out->updated) : 0;
    int64_t last = known > updated ? known : updated;
    out->stale = last > 0 && civil_to_days(date_of_ms(clock_now_ms())) - last > STALE_DAYS;
    TRY(directory_source_name(c, v->arena, r->source, &out->source));
    return add_part_sources(v, c, r, out);
}

enum err directory_show_place(struct request *rq, struct response *rs)
{
    const struct pages_slug *in = rq->input;
    const struct app *app = rq->app;
    struct db_conn *c;
    struct directory_sheet sheet;
    struct str canonical;
    TRY(db_acquire_in(app->db, rq->arena, &c));
    TRY(directory_find_by_slug(c, rq->arena, in->slug, &sheet, &canonical));
    if (!str_eq(canonical, in->slug)) {
        response_redirect(rs, 301, arena_printf(rq->arena, "/lieux/%.*s", STR_ARG(canonical)));
        return OK;
    }
    struct view v;
    view_begin(&v, rq, rs);
    v.section = SECTION_PLACES;
    struct view_place p = {.slug = canonical};
    const struct directory_card *card = directory_card(rq->arena, canonical);
    p.kind = card ? directory_label(&v, ENUM_FAMILLE, card->famille) : STR_NONE;
    p.approximate = card ? directory_approximate_words(&v, card) : STR_NONE;
    make_services(&v, &sheet, &p);
    if (sheet.kind == DIRECTORY_PLACE)
        show_place(&v, &sheet, &p);
    else
        show_structure(&v, &sheet, &p);
    TRY(make_trust(&v, c, sheet.kind == DIRECTORY_PLACE ? &sheet.place->record : &sheet.structure->record, &p));
    p.report_url = arena_printf(rq->arena, "%.*s/signaler", STR_ARG(view_link_to(&v, "/lieux/", canonical)));
    directory_page_place(&v, &p);
    return view_end(&v);
}
