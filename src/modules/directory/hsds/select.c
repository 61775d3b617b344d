#include "modules/directory/hsds/select.h"

#include "base/geo.h"
#include "base/text.h"
#include "modules/directory/words.h"

/* -- by identifier -------------------------------------------------------------------------------- */

struct numbered {
    struct hsds_id id;
    uint32_t number;
};

static int compare_numbered(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    return hsds_id_compare(x->id, y->id);
}

static uint32_t *sorted_numbers(struct arena *keep, struct numbered *all, size_t n)
{
    uint32_t *out = ARENA_ARRAY(keep, n + 1, uint32_t);
    qsort(all, n, sizeof *all, compare_numbered);
    for (size_t i = 0; i < n; i++)
        out[i] = all[i].number;
    return out;
}

void hsds_sort(struct snapshot_data *d, struct arena *scratch)
{
    struct numbered *all = ARENA_ARRAY(scratch, d->n_structures + 1, struct numbered);
    for (uint32_t i = 0; i < d->n_structures; i++)
        all[i] = (struct numbered){hsds_organization_id(d->structures[i].id), i};
    d->structures_by_hsds = sorted_numbers(d->arena, all, d->n_structures);
    all = ARENA_ARRAY(scratch, d->n_services + 1, struct numbered);
    for (uint32_t i = 0; i < d->n_services; i++)
        all[i] = (struct numbered){hsds_service_id(d->services[i].id), i};
    d->services_by_hsds = sorted_numbers(d->arena, all, d->n_services);
}

static struct hsds_id service_at(const struct snapshot_data *d, uint32_t number)
{
    return hsds_service_id(d->services[number].id);
}

static struct hsds_id organization_at(const struct snapshot_data *d, uint32_t number)
{
    return hsds_organization_id(d->structures[number].id);
}

/* Among n numbers sorted by the identifiers of what they stand for. */
static bool find_number(const struct snapshot_data *d, const uint32_t *sorted, size_t n,
                        struct hsds_id (*id_at)(const struct snapshot_data *, uint32_t), struct hsds_id id, uint32_t *number)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        *number = sorted[middle];
        int order = hsds_id_compare(id_at(d, *number), id);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool hsds_find_service(const struct snapshot_data *d, struct hsds_id id, uint32_t *number)
{
    return find_number(d, d->services_by_hsds, d->n_services, service_at, id, number);
}

bool hsds_find_organization(const struct snapshot_data *d, struct hsds_id id, uint32_t *number)
{
    return find_number(d, d->structures_by_hsds, d->n_structures, organization_at, id, number);
}

int64_t hsds_last_change(const struct snapshot_data *d, uint32_t service)
{
    int64_t own = d->services[service].row.updated_ms, of = d->structures[d->services[service].structure].row.updated_ms;
    return own > of ? own : of;
}

static void put_row(char out[HSDS_ID_LEN + 1], const struct published_row *row)
{
    struct hsds_id id;
    memcpy(id.bytes, row->id, sizeof id.bytes);
    hsds_id_text(id, out);
}

struct hsds_ref hsds_organization_ref(const struct snapshot_data *d, uint32_t structure)
{
    const struct published_row *row = &d->structures[structure].row;
    struct hsds_ref ref = {.organization_of_place = row->of_place};
    put_row(ref.organization_row, row);
    return ref;
}

struct hsds_ref hsds_service_ref(const struct snapshot_data *d, uint32_t service)
{
    const struct published_service *s = &d->services[service];
    struct hsds_ref ref = hsds_organization_ref(d, s->structure);
    ref.of_place = s->row.of_place;
    put_row(ref.row, &s->row);
    return ref;
}

/* -- conditions ----------------------------------------------------------------------------------- */

struct run {
    const struct snapshot_data *d;
    const struct hsds_selection *q;
};

static struct directory_set small_set(uint64_t bits)
{
    return (struct directory_set){{bits, 0}};
}

static struct directory_set values_of(const struct snapshot_data *d, const struct published_service *s, enum hsds_taxonomy t)
{
    switch (t) {
    case HSDS_THEMATIQUES: return s->thematiques;
    case HSDS_PUBLICS: return s->publics;
    case HSDS_TYPES: return s->types;
    case HSDS_FRAIS: return s->frais;
    case HSDS_MODES_ACCUEIL: return s->modes_accueil;
    case HSDS_MODES_MOBILISATION: return small_set(s->modes_mobilisation);
    case HSDS_MOBILISABLE_PAR: return small_set(s->mobilisable_par);
    case HSDS_RESEAUX: return d->structures[s->structure].reseaux;
    case HSDS_SERVICES_MEDNUM: return small_set(s->services_lamednum);
    default: return small_set(1); /* every service has a source, an id and a date */
    }
}

static bool has_term(const struct snapshot_data *d, const struct published_service *s, struct hsds_term t)
{
    struct directory_set set = values_of(d, s, t.taxonomy);
    if (!t.category)
        return directory_set_has(set, t.row);
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1))
        if (directory_enum_value(ENUM_THEMATIQUE, i)->parent == t.row)
            return true;
    return false;
}

static bool zone_accepts(const struct published_service *s, const struct hsds_selection *q)
{
    if (q->n_communes == 0 || s->zone.n == 0)
        return true;
    for (size_t i = 0; i < s->zone.n; i++) {
        struct str zone = s->zone.items[i];
        if (str_eq(zone, STR("france")) || str_eq(zone, STR("99100")))
            return true;
        for (size_t k = 0; k < q->n_communes; k++) {
            const struct territory_commune *c = &q->communes[k];
            if (str_eq(zone, c->code) || str_eq(zone, c->departement) || (c->epci.n > 0 && str_eq(zone, c->epci)) ||
                (c->parent.n > 0 && str_eq(zone, c->parent)))
                return true;
        }
    }
    return false;
}

static bool keep(uint32_t number, void *ctx)
{
    const struct run *run = ctx;
    const struct hsds_selection *q = run->q;
    const struct published_service *s = &run->d->services[number];
    return (!q->located || s->located) && (!q->has_organization || s->structure == q->organization) &&
           hsds_last_change(run->d, number) >= q->modified_after_ms && (!q->has_term || has_term(run->d, s, q->term)) &&
           (!q->has_taxonomy || !directory_set_empty(values_of(run->d, s, q->taxonomy))) &&
           (!q->has_point || (s->has_point && geo_distance_m(s->point, q->point) <= q->radius_m)) && zone_accepts(s, q);
}

/* Adds one that passes, if it is on the page. */
static void add(const struct hsds_selection *q, struct hsds_numbers *out, uint32_t number)
{
    uint64_t rank = (uint64_t)out->total++;
    if (rank >= q->offset && out->n < q->limit)
        out->items[out->n++] = number;
}

static size_t room(const struct hsds_selection *q, size_t n)
{
    return q->limit < n ? (size_t)q->limit : n;
}

static void find_words(struct arena *a, struct run *run, uint64_t offset, uint64_t limit, struct search_result *found)
{
    const struct search_query query = {
        .text = run->q->search,
        .keep = keep,
        .keep_ctx = run,
        .order = SEARCH_BY_RELEVANCE,
        .offset = offset > SEARCH_LIMIT_MAX ? SEARCH_LIMIT_MAX : (uint32_t)offset,
        .limit = limit > SEARCH_LIMIT_MAX ? SEARCH_LIMIT_MAX : (uint32_t)limit,
    };
    search_run(run->d->service_index, a, &query, found);
}

void hsds_select_services(struct arena *a, const struct snapshot_data *d, const struct hsds_selection *q, struct hsds_numbers *out)
{
    struct run run = {d, q};
    *out = (struct hsds_numbers){.items = ARENA_ARRAY(a, room(q, d->n_services) + 1, uint32_t)};
    if (q->search.n == 0) {
        for (size_t i = 0; i < d->n_services; i++)
            if (keep(d->services_by_id[i], &run))
                add(q, out, d->services_by_id[i]);
        return;
    }
    struct search_result found;
    find_words(a, &run, q->offset, q->limit, &found);
    out->total = found.total;
    for (size_t i = 0; i < found.n_hits && out->n < room(q, d->n_services); i++)
        out->items[out->n++] = found.hits[i].ref;
}

/* -- organizations -------------------------------------------------------------------------------- */

/* The name, out of the JSON that is ready. */
static struct str name_of(struct arena *a, const struct snapshot_data *d, const struct published_structure *s)
{
    struct str json = pieces_get(&d->pieces, s->json);
    ptrdiff_t at = str_find(json, STR("\"nom\":\""), 0);
    size_t end = at < 0 ? 0 : (size_t)at + 7;
    while (at >= 0 && end < json.n && json.p[end] != '"')
        end += json.p[end] == '\\' ? 2 : 1;
    return at < 0 ? STR_NONE : text_fold(a, str_sub(json, (size_t)at + 7, end - (size_t)at - 7));
}

static void find_organizations(struct arena *a, const struct snapshot_data *d, const struct hsds_selection *q,
                               struct hsds_numbers *out)
{
    const struct hsds_selection everything = {.search = q->search};
    struct run run = {d, &everything};
    struct search_result found;
    struct words_query words;
    bool *seen = ARENA_ARRAY(a, d->n_structures + 1, bool);
    find_words(a, &run, 0, SEARCH_LIMIT_MAX, &found);
    for (size_t i = 0; i < found.n_hits; i++) {
        uint32_t number = d->services[found.hits[i].ref].structure;
        if (!seen[number] && d->structures[number].row.updated_ms >= q->modified_after_ms)
            add(q, out, number);
        seen[number] = true;
    }
    words_parse(a, q->search, &words);
    for (uint32_t i = 0; i < d->n_structures; i++)
        if (d->structures[i].n_services == 0 && d->structures[i].row.updated_ms >= q->modified_after_ms &&
            words_meet(&words, name_of(a, d, &d->structures[i])))
            add(q, out, i);
}

void hsds_select_organizations(struct arena *a, const struct snapshot_data *d, const struct hsds_selection *q,
                               struct hsds_numbers *out)
{
    *out = (struct hsds_numbers){.items = ARENA_ARRAY(a, room(q, d->n_structures) + 1, uint32_t)};
    if (q->search.n > 0) {
        find_organizations(a, d, q, out);
        return;
    }
    for (uint32_t i = 0; i < d->n_structures; i++)
        if (d->structures[i].row.updated_ms >= q->modified_after_ms)
            add(q, out, i);
}
