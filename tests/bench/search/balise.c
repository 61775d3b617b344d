#include "engine.h"
#include "search/search.h"

static void *balise_open(const struct data *d, const char *where)
{
    struct search_schema schema = {{DATA_THEMES, DATA_FEES, DATA_PUBLICS, DATA_MODES}};
    struct search_builder *b = search_builder_new(&schema);
    struct search_index *ix = NULL;
    (void)where;
    if (!b)
        return NULL;
    for (uint32_t i = 0; i < d->n_services; i++) {
        const struct data_service *s = &d->services[i];
        char key[16];
        int n = snprintf(key, sizeof key, "%08u", i);
        struct search_document doc = {.ref = i,
                                      .order_key = {key, (size_t)n},
                                      .has_point = s->has_point,
                                      .point = s->point,
                                      .facets = {{s->themes}, {s->fees}, {s->publics}, {s->modes}}};
        for (int f = 0; f < DATA_FIELDS; f++)
            doc.fields[f] = s->fields[f];
        if (search_builder_add(b, &doc) != OK) {
            search_builder_free(b);
            return NULL;
        }
    }
    if (search_builder_finish(b, &ix) != OK)
        return NULL;
    engine_balise.bytes = (double)search_index_bytes(ix);
    return ix;
}

static void balise_close(void *engine)
{
    search_index_free(engine);
}

struct session {
    const struct search_index *ix;
    struct arena *a;
};

static void *balise_session(void *engine)
{
    struct session *s = malloc(sizeof *s);
    if (s)
        *s = (struct session){engine, arena_new(SIZE_MAX)};
    return s;
}

static void balise_session_end(void *session)
{
    struct session *s = session;
    arena_free(s->a);
    free(s);
}

static bool balise_run(void *session, const struct data_query *q, struct answer *out)
{
    struct session *s = session;
    struct search_filter theme = {.facet = 0, .any = {UINT64_C(1) << q->theme}};
    struct search_query query = {.text = q->typed,
                                 .has_point = true,
                                 .point = q->point,
                                 .radius_m = DATA_RADIUS_M,
                                 .filters = &theme,
                                 .n_filters = 1,
                                 .order = SEARCH_BY_DISTANCE,
                                 .limit = DATA_TOP,
                                 .want_facets = true};
    struct search_result r;
    arena_reset(s->a); /* the answer of the query before */
    search_run(s->ix, s->a, &query, &r);
    *out = (struct answer){0};
    if (r.partial_words) /* the others have no such thing: nothing is found */
        return true;
    out->total = r.total;
    out->n = (uint32_t)r.n_hits;
    for (size_t i = 0; i < r.n_hits; i++)
        out->ids[i] = r.hits[i].ref;
    memcpy(out->fees, r.facet_counts[1], sizeof out->fees);
    return true;
}

struct engine engine_balise = {
    .name = "Balise",
    .how = "src/search, the words as typed, all four facets counted",
    .open = balise_open,
    .close = balise_close,
    .session = balise_session,
    .session_end = balise_session_end,
    .run = balise_run,
};
