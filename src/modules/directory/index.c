/* The published snapshot: when it is rebuilt, and what is asked of its cards. */
#include "modules/directory/index.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/snapshot.h"

static struct snapshot_slot slot = {PTHREAD_MUTEX_INITIALIZER, NULL};

static void drop(void *snapshot)
{
    snapshot_drop(snapshot);
}

const struct snapshot_data *index_current(struct arena *a)
{
    struct snapshot *s = snapshot_take(&slot);
    if (!s)
        return NULL;
    arena_defer(a, drop, s);
    return s->data;
}

void index_data_free(void *data)
{
    struct snapshot_data *d = data;
    if (!d)
        return;
    search_index_free(d->card_index);
    search_index_free(d->service_index);
    pieces_close(&d->pieces);
    arena_free(d->arena);
    free(d);
}

static int64_t today(void)
{
    return civil_to_days(zone_local(ZONE_PARIS, clock_now_ms()).date);
}

/* Is the published snapshot that of this change and this day? */
static bool is_current(int64_t version, int64_t day)
{
    struct snapshot *s = snapshot_take(&slot);
    const struct snapshot_data *d = s ? s->data : NULL;
    bool current = d && d->version == version && d->day == day;
    snapshot_drop(s);
    return current;
}

enum err directory_refresh(struct db *db)
{
    struct db_conn *c;
    int64_t version = 0, day = today(), started = clock_mono_us();
    TRY(db_acquire(db, &c));
    enum err e = db_change_seq(c, "directory", &version);
    db_release(c);
    if (e != OK || is_current(version, day))
        return e;

    struct snapshot_data *data;
    TRY(index_build(db, day, &data));
    log_info("directory.indexed", LOG_I("cards", data->n_cards), LOG_I("services", data->n_services),
             LOG_I("version", data->version), LOG_I("us", clock_mono_us() - started));
    if (snapshot_publish(&slot, data, index_data_free))
        return OK;
    index_data_free(data);
    return ERR_LIMIT;
}

void directory_stop(void)
{
    /* An empty slot stays usable: commands and tests open the directory several times. */
    snapshot_slot_deinit(&slot);
    snapshot_slot_init(&slot);
}

void directory_index_facts(size_t *bytes, size_t *cards, size_t *services)
{
    struct snapshot *s = snapshot_take(&slot);
    const struct snapshot_data *d = s ? s->data : NULL;
    *bytes = d ? arena_used(d->arena) + search_index_bytes(d->card_index) + search_index_bytes(d->service_index) : 0;
    *cards = d ? d->n_cards : 0;
    *services = d ? d->n_services : 0;
    snapshot_drop(s);
}

/* -- cards ---------------------------------------------------------------------------------------- */

enum directory_enum_id directory_facet_enum(enum directory_facet f)
{
    static const enum directory_enum_id ids[FACET_COUNT] = {
        [FACET_BESOIN] = ENUM_BESOIN,
        [FACET_CATEGORIE] = ENUM_CATEGORIE,
        [FACET_THEMATIQUE] = ENUM_THEMATIQUE,
        [FACET_SERVICE] = ENUM_SERVICE_LAMEDNUM,
        [FACET_PUBLIC] = ENUM_PUBLIC,
        [FACET_PRISE_EN_CHARGE] = ENUM_PRISE_EN_CHARGE,
        [FACET_FRAIS] = ENUM_FRAIS_LAMEDNUM,
        [FACET_ACCES] = ENUM_ACCES,
        [FACET_ACCOMPAGNEMENT] = ENUM_ACCOMPAGNEMENT,
        [FACET_FAMILLE] = ENUM_FAMILLE,
    };
    return ids[f];
}

/* Who looks for a public also wants what is for everyone, and what does not say for whom. */
static struct search_filter filter_of(enum directory_facet f, struct directory_set values)
{
    if (f == FACET_PUBLIC)
        directory_set_add(&values, directory_enum_find(ENUM_PUBLIC, STR("tous-publics")));
    return (struct search_filter){.facet = (uint8_t)f, .or_empty = f == FACET_PUBLIC, .any = {values.w[0], values.w[1]}};
}

void directory_search_cards(struct arena *a, const struct directory_query *q, struct directory_answer *out)
{
    *out = (struct directory_answer){0};
    const struct snapshot_data *d = index_current(a);
    if (!d)
        return;
    struct search_filter filters[FACET_COUNT];
    size_t n_filters = 0;
    for (int f = 0; f < FACET_COUNT; f++)
        if (!directory_set_empty(q->filters[f]))
            filters[n_filters++] = filter_of((enum directory_facet)f, q->filters[f]);
    const struct search_query query = {
        .text = q->text,
        .prefix_last = q->prefix_last,
        .has_point = q->has_point,
        .point = q->point,
        .radius_m = q->radius_m,
        .filters = filters,
        .n_filters = n_filters,
        .order = q->by_distance ? SEARCH_BY_DISTANCE : SEARCH_BY_RELEVANCE,
        .offset = q->offset,
        .limit = q->limit,
        .want_facets = q->want_facets,
    };
    struct search_result found;
    search_run(d->card_index, a, &query, &found);
    out->total = found.total;
    out->n_hits = found.n_hits;
    out->facet_counts = found.facet_counts;
    out->partial_words = found.partial_words;
    out->version = d->version;
    out->hits = ARENA_ARRAY(a, found.n_hits, struct directory_hit);
    for (size_t i = 0; i < found.n_hits; i++)
        out->hits[i] = (struct directory_hit){&d->cards[found.hits[i].ref], found.hits[i].score, found.hits[i].distance_m};
}

static const struct directory_card *card_by(const struct snapshot_data *d, const uint32_t *order, bool by_slug,
                                            struct str wanted)
{
    size_t low = 0, high = d->n_cards;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct directory_card *card = &d->cards[order[middle]];
        int c = str_cmp(by_slug ? card->slug : card->id, wanted);
        if (c == 0)
            return card;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct directory_card *directory_card(struct arena *a, struct str slug_or_id)
{
    const struct snapshot_data *d = index_current(a);
    if (!d)
        return NULL;
    const struct directory_card *card = card_by(d, d->cards_by_slug, true, slug_or_id);
    return card ? card : card_by(d, d->cards_by_id, false, slug_or_id);
}

const struct directory_card *directory_cards(struct arena *a, size_t *n)
{
    const struct snapshot_data *d = index_current(a);
    *n = d ? d->n_cards : 0;
    return d ? d->cards : NULL;
}
