/* What the national API asks of the snapshot. */
#include "modules/directory/index.h"

#include <math.h>

#include "base/geo.h"
#include "base/text.h"
#include "modules/directory/words.h"

static bool is_in(struct str_list list, struct str value)
{
    if (list.n == 0)
        return true;
    for (size_t i = 0; i < list.n; i++)
        if (str_eq(list.items[i], value))
            return true;
    return false;
}

/* An arrondissement answers to its own code, and to that of its city. */
static bool same_commune(struct str asked, struct str code)
{
    static const struct {
        const char *city, *first, *last;
    } cities[] = {{"75056", "75101", "75120"}, {"69123", "69381", "69389"}, {"13055", "13201", "13216"}};
    if (asked.n == 0 || str_eq(asked, code))
        return true;
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++)
        if (str_eq(asked, str_from(cities[i].city)))
            return str_cmp(code, str_from(cities[i].first)) >= 0 && str_cmp(code, str_from(cities[i].last)) <= 0;
    return false;
}

/* -- structures ----------------------------------------------------------------------------------- */

static bool structure_is_selected(const struct published_structure *s, const struct directory_selection *sel)
{
    return is_in(sel->sources, s->source) && is_in(sel->departements, s->departement) &&
           same_commune(sel->code_commune, s->code_insee) &&
           (directory_set_empty(sel->reseaux_porteurs) || directory_set_meets(sel->reseaux_porteurs, s->reseaux));
}

static struct directory_published_structure published(const struct snapshot_data *d, const struct published_structure *s)
{
    return (struct directory_published_structure){s->id, pieces_get(&d->pieces, s->json), s->score};
}

static uint32_t room(const struct directory_selection *sel, size_t n)
{
    return sel->limit < n ? sel->limit : (uint32_t)n;
}

void directory_list_structures(struct arena *a, const struct directory_selection *sel, struct directory_structures *out)
{
    *out = (struct directory_structures){0};
    const struct snapshot_data *d = index_current(a);
    if (!d)
        return;
    out->items = ARENA_ARRAY(a, room(sel, d->n_structures), struct directory_published_structure);
    for (size_t i = 0; i < d->n_structures; i++) {
        if (!structure_is_selected(&d->structures[i], sel))
            continue;
        if (out->total++ >= sel->offset && out->n < sel->limit)
            out->items[out->n++] = published(d, &d->structures[i]);
    }
}

/* -- services ------------------------------------------------------------------------------------- */

struct selection_run {
    const struct snapshot_data *d;
    const struct directory_selection *sel;
    struct words_query publics; /* recherche_public */
    bool has_publics;
};

static bool zone_accepts(const struct published_service *s, const struct directory_selection *sel)
{
    if (!sel->around_commune || s->zone.n == 0)
        return true;
    for (size_t i = 0; i < s->zone.n; i++) {
        struct str zone = s->zone.items[i];
        if (str_eq(zone, sel->zone_commune) || str_eq(zone, sel->zone_departement) ||
            (sel->zone_epci.n && str_eq(zone, sel->zone_epci)) || str_eq(zone, STR("99100")) || str_eq(zone, STR("france")))
            return true;
    }
    return false;
}

/* What the masks of the index do not know. */
static bool keep(uint32_t ref, void *ctx)
{
    const struct selection_run *run = ctx;
    const struct directory_selection *sel = run->sel;
    const struct published_service *s = &run->d->services[ref];
    return s->score >= sel->score_minimum && is_in(sel->sources, s->source) && is_in(sel->departements, s->departement) &&
           same_commune(sel->code_commune, s->code_insee) && zone_accepts(s, sel) &&
           (directory_set_empty(sel->reseaux_porteurs) ||
            directory_set_meets(sel->reseaux_porteurs, run->d->structures[s->structure].reseaux)) &&
           (!run->has_publics || words_meet(&run->publics, s->publics_words));
}

static void add_filter(struct search_filter *filters, size_t *n, enum service_facet facet, struct directory_set set)
{
    if (!directory_set_empty(set))
        filters[(*n)++] = (struct search_filter){.facet = (uint8_t)facet, .any = {set.w[0], set.w[1]}};
}

static struct directory_published_service published_service(const struct snapshot_data *d, uint32_t number)
{
    const struct published_service *s = &d->services[number];
    return (struct directory_published_service){.id = s->id,
                                                .json = pieces_get(&d->pieces, s->json),
                                                .structure = pieces_get(&d->pieces, d->structures[s->structure].json)};
}

static struct search_filter only_mode(const char *mode)
{
    struct directory_set set = DIRECTORY_SET_NONE;
    directory_set_add(&set, directory_enum_find(ENUM_MODE_ACCUEIL, str_from(mode)));
    return (struct search_filter){.facet = SF_MODE, .any = {set.w[0], set.w[1]}};
}

static void run_search(struct arena *a, const struct directory_selection *sel, enum search_order order,
                       struct directory_services *out)
{
    *out = (struct directory_services){0};
    struct selection_run run = {.d = index_current(a), .sel = sel, .has_publics = sel->recherche_public.n > 0};
    if (!run.d)
        return;
    if (run.has_publics)
        words_parse(a, sel->recherche_public, &run.publics);
    struct search_filter filters[SF_COUNT];
    size_t n_filters = 0;
    add_filter(filters, &n_filters, SF_THEMATIQUE, sel->thematiques);
    add_filter(filters, &n_filters, SF_FRAIS, sel->frais);
    add_filter(filters, &n_filters, SF_PUBLIC, sel->publics);
    add_filter(filters, &n_filters, SF_MODE, sel->modes_accueil);
    add_filter(filters, &n_filters, SF_TYPE, sel->types);
    /* Beyond the radius only what is offered at a distance; a distance only for what is given on site. */
    const struct search_query query = {
        .text = sel->q,
        .has_point = sel->has_point,
        .point = sel->point,
        .radius_m = sel->has_point ? sel->radius_km * 1000 : 0,
        .has_beyond = sel->remote_beyond,
        .beyond = only_mode("a-distance"),
        .has_located = sel->remote_beyond,
        .located = only_mode("en-presentiel"),
        .step_m = 1000,
        .filters = filters,
        .n_filters = n_filters,
        .keep = keep,
        .keep_ctx = &run,
        .order = order,
        .offset = sel->offset,
        .limit = sel->limit,
    };
    struct search_result found;
    search_run(run.d->service_index, a, &query, &found);
    out->total = found.total;
    out->n = found.n_hits;
    out->items = ARENA_ARRAY(a, found.n_hits, struct directory_published_service);
    for (size_t i = 0; i < found.n_hits; i++) {
        const struct search_hit *hit = &found.hits[i];
        struct directory_published_service *item = &out->items[i];
        *item = published_service(run.d, hit->ref);
        item->score_recherche = (int)lroundf(hit->score * 100);
        item->has_distance = hit->distance_m >= 0;
        item->distance_km = item->has_distance ? (int64_t)nearbyint(hit->distance_m / 1000) : 0;
    }
}

void directory_search_services(struct arena *a, const struct directory_selection *sel, struct directory_services *out)
{
    run_search(a, sel, sel->q.n ? SEARCH_BY_RELEVANCE : SEARCH_BY_DISTANCE, out);
}

void directory_list_services(struct arena *a, const struct directory_selection *sel, struct directory_services *out)
{
    run_search(a, sel, SEARCH_BY_KEY, out);
}

/* -- one ------------------------------------------------------------------------------------------ */

/* The id that is published now: that of the merged place for what one of its parts published. */
static struct str published_now(const struct snapshot_data *d, struct str id)
{
    size_t low = 0, high = d ? d->n_aliases : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(d->aliases[middle].id, id);
        if (order == 0)
            return d->aliases[middle].now;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return id;
}

static const struct published_structure *find_structure(const struct snapshot_data *d, struct str id)
{
    size_t low = 0, high = d ? d->n_structures : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_cmp(d->structures[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return d && low < d->n_structures && str_eq(d->structures[low].id, id) ? &d->structures[low] : NULL;
}

/* Its number in d->services; n_services when there is none. */
static size_t find_service(const struct snapshot_data *d, struct str id)
{
    size_t low = 0, high = d ? d->n_services : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_cmp(d->services[d->services_by_id[middle]].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = d && low < d->n_services && str_eq(d->services[d->services_by_id[low]].id, id);
    return found ? d->services_by_id[low] : d ? d->n_services : 0;
}

enum err directory_published_structure_get(struct arena *a, struct str id, struct directory_published_structure *out,
                                           struct directory_services *services)
{
    const struct snapshot_data *d = index_current(a);
    const struct published_structure *s = find_structure(d, id);
    if (!s)
        s = find_structure(d, published_now(d, id));
    if (!s)
        return ERR_NOT_FOUND;
    *out = published(d, s);
    if (services) {
        *services = (struct directory_services){ARENA_ARRAY(a, s->n_services, struct directory_published_service),
                                                s->n_services, s->n_services};
        for (uint32_t i = 0; i < s->n_services; i++)
            services->items[i] = published_service(d, d->of_structure[s->first_service + i]);
    }
    return OK;
}

enum err directory_published_service_get(struct arena *a, struct str id, struct directory_published_service *out)
{
    const struct snapshot_data *d = index_current(a);
    size_t number = find_service(d, id);
    if (d && number == d->n_services)
        number = find_service(d, published_now(d, id));
    if (!d || number == d->n_services)
        return ERR_NOT_FOUND;
    *out = published_service(d, (uint32_t)number);
    return OK;
}
