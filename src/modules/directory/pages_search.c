/* The results of a search: which commune is meant, what is found, how to refine it, what to try when there is
 * nothing. */
#include "base/text.h"
#include "modules/directory/pages.h"
#include "modules/directory/pages/templates.h"
#include "modules/territory/territory.h"

static const int64_t radii_km[] = {5, 10, 20, 50, 0};
enum { RADII = sizeof radii_km / sizeof *radii_km, APPROXIMATE_LEAST_M = 1000 };

/* Everything of one search. */
struct search {
    struct view *v;
    const struct pages_search *in;
    struct directory_set checked[PAGES_FILTERS];
    bool has_commune;
    struct territory_commune commune;
    bool around_me;
    int64_t radius_km; /* 0: no limit */
    int64_t number;    /* of the page shown */
    struct directory_query query;
    struct directory_answer answer;
    struct view_results page;
};

/* -- addresses ------------------------------------------------------------------------------------ */
/* The same search with something changed. */
struct change {
    bool no_words, no_place, no_filters;
    int64_t radius_km; /* −1: as it is */
    int64_t page;      /* 0: the first */
    int filter, value; /* this value taken away; filter −1: none */
};
#define NO_CHANGE ((struct change){.radius_km = -1, .filter = -1})

static void add_text(struct buf *b, bool *first, const char *name, struct str value)
{
    if (!value.n)
        return;
    buf_char(b, *first ? '?' : '&');
    *first = false;
    buf_lit(b, name);
    buf_char(b, '=');
    url_encode(b, value, "");
}

static void add_number(struct buf *b, bool *first, const char *name, int64_t value)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)value);
    add_text(b, first, name, (struct str){text, (size_t)n});
}

static void add_place(struct buf *b, bool *first, const struct search *s, struct change c)
{
    if (c.no_place)
        return;
    if (s->around_me) {
        add_text(b, first, "lat", s->page.lat);
        add_text(b, first, "lon", s->page.lon);
    } else {
        add_text(b, first, "ou", s->page.search.where);
        add_text(b, first, "commune", s->page.search.commune);
    }
    int64_t radius = c.radius_km >= 0 ? c.radius_km : s->radius_km;
    if (s->page.has_point && radius != PAGES_RADIUS_KM)
        add_number(b, first, "rayon", radius);
}

static struct str search_url(const struct search *s, struct change c)
{
    struct buf b;
    bool first = true;
    buf_init(&b, 64 * 1024);
    buf_lit(&b, s->v->prefix);
    buf_lit(&b, "/recherche");
    if (!c.no_words)
        add_text(&b, &first, "quoi", s->in->quoi);
    add_place(&b, &first, s, c);
    for (int f = 0; f < PAGES_FILTERS && !c.no_filters; f++) {
        enum directory_enum_id id = directory_facet_enum(directory_pages_filters[f].facet);
        for (int i = directory_set_next(s->checked[f], 0); i >= 0; i = directory_set_next(s->checked[f], i + 1))
            if (c.filter != f || c.value != i)
                add_text(&b, &first, directory_pages_filters[f].name, directory_value_slug(id, i));
    }
    if (c.page > 1)
        add_number(&b, &first, "page", c.page);
    struct str url = arena_str(s->v->arena, buf_str(&b));
    buf_deinit(&b);
    return url;
}

/* -- where ---------------------------------------------------------------------------------------- */
static bool same_words(struct arena *a, struct str x, struct str y)
{
    return str_eq(text_fold(a, x), text_fold(a, y));
}

static struct view_commune commune_choice(const struct search *s, const struct territory_match *m)
{
    struct arena *a = s->v->arena;
    const struct territory_commune *c = &m->commune;
    struct search there = *s;
    there.page.search.where = c->name;
    there.page.search.commune = c->code;
    struct territory_departement d;
    struct str postal = c->n_postal_codes ? territory_postal_code(c, 0) : c->code;
    struct view_commune out = {.name = c->name, .url = search_url(&there, NO_CHANGE)};
    out.detail = territory_departement_find(c->departement, &d)
                     ? arena_printf(a, "%.*s · %.*s", STR_ARG(postal), STR_ARG(d.name))
                     : postal;
    if (m->former.n)
        out.detail = arena_printf(a, "%.*s · %.*s", STR_ARG(m->former), STR_ARG(out.detail));
    return out;
}

static enum err show_communes(struct search *s, const struct territory_resolution *r)
{
    struct view *v = s->v;
    struct view_commune *communes = ARENA_ARRAY(v->arena, r->n, struct view_commune);
    for (size_t i = 0; i < r->n; i++)
        communes[i] = commune_choice(s, &r->matches[i]);
    struct view_communes p = {.search = s->page.search, .typed = s->in->ou, .communes = communes, .n_communes = r->n,
                              .near = r->answer == TERRITORY_NONE};
    if (r->n == 0)
        p.search.error = view_tr(v, "Écrivez une ville ou un code postal.");
    directory_page_communes(v, &p);
    return view_end(v);
}

/* The territory itself is not a point: "Ille-et-Vilaine" searches all of it. */
static bool is_own_territory(struct arena *a, const struct territory_settings *t, struct str where)
{
    struct territory_departement d;
    if (t->name.n && same_words(a, t->name, where))
        return true;
    if (!territory_departement_named(where, &d))
        return false;
    for (size_t i = 0; i < t->n_departements; i++)
        if (str_eq(t->departements[i], d.code))
            return true;
    return false;
}

static void use_commune(struct search *s, const struct territory *t, const struct territory_match *m)
{
    s->has_commune = true;
    s->commune = m->commune;
    s->page.search.where = m->commune.name;
    s->page.search.commune = m->commune.code;
    struct territory_point at = territory_point(t, &m->commune);
    s->page.has_point = at.precision != TERRITORY_POINT_UNKNOWN;
    s->query.has_point = s->page.has_point;
    s->query.point = at.point;
    if (m->former.n)
        s->page.corrected = i18n_format(s->v->arena, s->v->lang, "{former} fait maintenant partie de {commune}.",
                                        ARG_S("former", m->former), ARG_S("commune", m->commune.name));
}

/* True when the search may go on; otherwise the page that asks which commune is meant was drawn. */
static bool find_place(struct search *s, enum err *result)
{
    struct arena *a = s->v->arena;
    const struct pages_search *in = s->in;
    const struct territory *t = territory_in(a);
    if (in->has_lat && in->has_lon && !in->ou.n) {
        s->around_me = s->page.has_point = s->query.has_point = true;
        s->query.point = (struct geo_point){in->lat, in->lon};
        s->page.lat = arena_printf(a, "%.3f", in->lat);
        s->page.lon = arena_printf(a, "%.3f", in->lon);
        return true;
    }
    /* The code of the commune stands as long as its name was not written over. */
    struct territory_match by_code = {0};
    if (in->commune.n && territory_commune_find(in->commune, &by_code.commune) &&
        (!in->ou.n || same_words(a, in->ou, by_code.commune.name))) {
        use_commune(s, t, &by_code);
        return true;
    }
    if (!in->ou.n || is_own_territory(a, territory_settings(t), in->ou))
        return true;
    struct territory_resolution r = territory_resolve(t, a, in->ou);
    if (r.answer == TERRITORY_ONE) {
        use_commune(s, t, &r.matches[0]);
        return true;
    }
    *result = show_communes(s, &r);
    return false;
}

/* -- words ---------------------------------------------------------------------------------------- */
/* French contracts: autour de Rennes, d’Amanlis, du Rheu, des Iffs. */
static struct str around_words(struct arena *a, enum lang lang, struct str name)
{
    if (lang != LANG_FR)
        return name;
    if (str_starts(name, STR("Le ")))
        return arena_printf(a, "du %.*s", STR_ARG(str_sub(name, 3, name.n)));
    if (str_starts(name, STR("Les ")))
        return arena_printf(a, "des %.*s", STR_ARG(str_sub(name, 4, name.n)));
    struct str folded = text_fold(a, name);
    bool vowel = folded.n && strchr("aeiouy", folded.p[0]) != NULL;
    return arena_printf(a, vowel ? "d’%.*s" : "de %.*s", STR_ARG(name));
}

/* What was asked, in a few words: those typed, or the one choice made. */
static struct str asked_words(const struct search *s)
{
    if (s->in->quoi.n)
        return s->in->quoi;
    int found = -1, count = 0;
    for (int f = 0; f < PAGES_FILTERS; f++) {
        count += directory_set_count(s->checked[f]);
        if (!directory_set_empty(s->checked[f]))
            found = f;
    }
    if (count != 1)
        return STR_NONE;
    return directory_label(s->v, directory_facet_enum(directory_pages_filters[found].facet),
                           directory_set_next(s->checked[found], 0));
}

static struct str title_words(const struct search *s)
{
    struct arena *a = s->v->arena;
    enum lang lang = s->v->lang;
    struct str asked = asked_words(s);
    struct str where = s->around_me     ? view_tr(s->v, "de vous")
                       : s->has_commune ? around_words(a, lang, s->commune.name)
                                        : STR_NONE;
    const struct i18n_arg args[] = {ARG_I("n", s->answer.total), ARG_S("what", asked), ARG_S("where", where)};
    int64_t n = s->answer.total;
    if (asked.n && where.n)
        return i18n_plural_args(a, lang, "{n} lieu pour « {what} » autour {where}",
                                "{n} lieux pour « {what} » autour {where}", n, args, 3);
    if (asked.n)
        return i18n_plural_args(a, lang, "{n} lieu pour « {what} »", "{n} lieux pour « {what} »", n, args, 3);
    if (where.n)
        return i18n_plural_args(a, lang, "{n} lieu d’aide autour {where}", "{n} lieux d’aide autour {where}", n, args, 3);
    return i18n_plural_args(a, lang, "{n} lieu d’aide", "{n} lieux d’aide", n, args, 3);
}

/* -- cards ---------------------------------------------------------------------------------------- */
/* Four words at most: what they help with, then that it costs nothing. */
static void card_helps(struct view *v, const struct directory_card *c, struct view_card *out)
{
    enum { MOST = 4 };
    struct str *helps = ARENA_ARRAY(v->arena, MOST + 1, struct str);
    size_t n = 0;
    for (int i = directory_set_next(c->besoins, 0); i >= 0 && n < MOST; i = directory_set_next(c->besoins, i + 1))
        helps[n++] = directory_label(v, ENUM_BESOIN, i);
    struct directory_set categories = DIRECTORY_SET_NONE;
    for (int i = directory_set_next(c->thematiques, 0); i >= 0; i = directory_set_next(c->thematiques, i + 1))
        directory_set_add(&categories, directory_enum_value(ENUM_THEMATIQUE, i)->parent);
    if (n == 0)
        for (int i = directory_set_next(categories, 0); i >= 0 && n < MOST; i = directory_set_next(categories, i + 1))
            helps[n++] = directory_label(v, ENUM_CATEGORIE, i);
    int free_of_charge = directory_enum_find(ENUM_FRAIS_LAMEDNUM, STR("Gratuit"));
    if (directory_set_count(c->frais) == 1 && directory_set_has(c->frais, free_of_charge))
        helps[n++] = directory_label(v, ENUM_FRAIS_LAMEDNUM, free_of_charge);
    out->helps = helps;
    out->n_helps = n;
}

static void make_card(struct view *v, const struct directory_hit *hit, struct view_card *out)
{
    const struct directory_card *c = hit->card;
    out->name = c->nom;
    out->url = view_link_to(v, "/lieux/", c->slug);
    out->distance_m = hit->distance_m;
    out->address = view_address(v, c->adresse, c->commune);
    out->open = directory_open_now(v, c->hours, &c->hours_place, c->telephone.n > 0);
    out->phone = c->telephone;
    out->approximate = hit->distance_m >= 0 ? directory_approximate_words(v, c) : STR_NONE;
    if (out->approximate.n && hit->distance_m < APPROXIMATE_LEAST_M)
        out->distance_m = -1; /* "0 m" would be a promise */
    out->way = c->has_point ? directory_way(v, c->point) : STR_NONE;
    out->booking = url_is_safe(c->prise_rdv) ? c->prise_rdv : STR_NONE;
    card_helps(v, c, out);
}

static void make_cards(struct search *s)
{
    struct view_card *cards = ARENA_ARRAY(s->v->arena, s->answer.n_hits, struct view_card);
    for (size_t i = 0; i < s->answer.n_hits; i++)
        make_card(s->v, &s->answer.hits[i], &cards[i]);
    s->page.cards = cards;
    s->page.n_cards = s->answer.n_hits;

    int64_t page = s->number, total = s->answer.total;
    struct view_pages *p = &s->page.pages;
    p->total = total;
    p->first = (page - 1) * PAGES_PER_PAGE + 1;
    p->last = p->first + (int64_t)s->answer.n_hits - 1;
    struct change to = NO_CHANGE;
    if (page > 1) {
        to.page = page - 1;
        p->previous = search_url(s, to);
    }
    if (p->last < total) {
        to.page = page + 1;
        p->next = search_url(s, to);
    }
}

/* -- how to refine -------------------------------------------------------------------------------- */
static void make_filters(struct search *s)
{
    struct view *v = s->v;
    struct view_filter *groups = ARENA_ARRAY(v->arena, PAGES_FILTERS, struct view_filter);
    size_t n_groups = 0;
    for (int f = 0; f < PAGES_FILTERS && s->answer.facet_counts; f++) {
        enum directory_enum_id id = directory_facet_enum(directory_pages_filters[f].facet);
        const struct directory_enum *values = directory_enum(id);
        const uint32_t *counts = s->answer.facet_counts[directory_pages_filters[f].facet];
        struct view_filter g = {.name = directory_pages_filters[f].name, .words = view_tr(v, directory_pages_filters[f].words)};
        struct view_choice *choices = ARENA_ARRAY(v->arena, (size_t)values->n, struct view_choice);
        for (int i = 0; i < values->n; i++) {
            bool checked = directory_set_has(s->checked[f], i);
            if (counts[i] == 0 && !checked)
                continue;
            choices[g.n_choices++] = (struct view_choice){directory_value_slug(id, i), directory_label(v, id, i),
                                                          counts[i], checked};
            g.n_checked += checked;
        }
        g.choices = choices;
        /* One choice that is not made narrows nothing. */
        if (g.n_choices > 1 || g.n_checked > 0)
            groups[n_groups++] = g;
    }
    s->page.filters = groups;
    s->page.n_filters = n_groups;
}

static void make_chips(struct search *s)
{
    size_t n = 0, count = 0;
    for (int f = 0; f < PAGES_FILTERS; f++)
        count += (size_t)directory_set_count(s->checked[f]);
    struct view_chip *chips = ARENA_ARRAY(s->v->arena, count, struct view_chip);
    struct change without = NO_CHANGE;
    for (int f = 0; f < PAGES_FILTERS; f++) {
        enum directory_enum_id id = directory_facet_enum(directory_pages_filters[f].facet);
        without.filter = f;
        for (int i = directory_set_next(s->checked[f], 0); i >= 0; i = directory_set_next(s->checked[f], i + 1)) {
            without.value = i;
            chips[n++] = (struct view_chip){directory_label(s->v, id, i), search_url(s, without)};
        }
    }
    s->page.chips = chips;
    s->page.n_chips = n;
}

static void make_radii(struct search *s)
{
    if (!s->page.has_point)
        return;
    struct view_radius *radii = ARENA_ARRAY(s->v->arena, RADII + 1, struct view_radius);
    size_t n = 0;
    bool listed = false;
    for (size_t i = 0; i < RADII; i++) {
        radii[n++] = (struct view_radius){radii_km[i], radii_km[i] == s->radius_km};
        listed |= radii_km[i] == s->radius_km;
    }
    if (!listed)
        radii[n++] = (struct view_radius){s->radius_km, true};
    s->page.radii = radii;
    s->page.n_radii = n;
}

/* Ways out of an empty page; only those that change something. */
static void make_ways_out(struct search *s)
{
    if (s->answer.total > 0)
        return;
    struct change c = NO_CHANGE;
    if (s->page.has_point && s->radius_km > 0) {
        for (size_t i = 0; i < RADII && !s->page.wider_km; i++)
            if (radii_km[i] > s->radius_km)
                s->page.wider_km = radii_km[i];
        c.radius_km = s->page.wider_km;
        if (s->page.wider_km)
            s->page.wider_url = search_url(s, c);
    }
    c = NO_CHANGE;
    c.no_filters = true;
    if (s->page.n_chips > 0)
        s->page.no_filter_url = search_url(s, c);
    c = NO_CHANGE;
    c.no_words = true;
    if (s->in->quoi.n)
        s->page.no_words_url = search_url(s, c);
    c = NO_CHANGE;
    c.no_place = true;
    if (s->page.has_point && (s->in->quoi.n || s->page.n_chips > 0))
        s->page.any_place_url = search_url(s, c);
}

/* -- the page ------------------------------------------------------------------------------------- */
static void read_choices(struct search *s)
{
    for (int f = 0; f < PAGES_FILTERS; f++) {
        enum directory_enum_id id = directory_facet_enum(directory_pages_filters[f].facet);
        for (size_t i = 0; i < s->in->filters[f].n; i++)
            directory_set_add(&s->checked[f], directory_value_of_slug(id, s->in->filters[f].items[i]));
        s->query.filters[directory_pages_filters[f].facet] = s->checked[f];
    }
}

static void ask(struct search *s)
{
    s->query.offset = (uint32_t)((s->number - 1) * PAGES_PER_PAGE);
    directory_search_cards(s->v->arena, &s->query, &s->answer);
}

static void run(struct search *s)
{
    s->radius_km = !s->page.has_point ? 0 : s->in->has_rayon ? s->in->rayon : PAGES_RADIUS_KM;
    s->query.text = s->in->quoi;
    s->query.radius_m = (double)s->radius_km * 1000;
    s->number = s->in->page;
    s->query.limit = PAGES_PER_PAGE;
    s->query.want_facets = true;
    s->query.by_distance = s->query.has_point;
    ask(s);
    /* When no place has every word, the best match matters more than the nearest. */
    if (s->answer.partial_words && s->query.by_distance) {
        s->query.by_distance = false;
        ask(s);
    }
    /* An old link may point beyond what is left: the last page then. */
    if (s->answer.n_hits == 0 && s->answer.total > 0) {
        s->number = (s->answer.total + PAGES_PER_PAGE - 1) / PAGES_PER_PAGE;
        ask(s);
    }
}

enum err directory_show_results(struct request *rq, struct response *rs)
{
    struct view v;
    view_begin(&v, rq, rs);
    v.section = SECTION_PLACES;
    v.no_index = true;
    struct search s = {.v = &v, .in = rq->input};
    s.page.search = (struct view_search){.what = s.in->quoi, .where = s.in->ou};
    read_choices(&s);
    enum err result = OK;
    if (!find_place(&s, &result))
        return result;
    run(&s);
    s.page.total = s.answer.total;
    s.page.radius_km = s.radius_km;
    s.page.partial_words = s.answer.partial_words;
    s.page.title = title_words(&s);
    make_cards(&s);
    make_filters(&s);
    make_chips(&s);
    make_radii(&s);
    make_ways_out(&s);
    directory_page_results(&v, &s.page);
    return view_end(&v);
}
