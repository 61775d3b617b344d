/* Makes a snapshot: reads every live record once, writes the JSON of what is published, feeds the two indexes. */
#include "modules/directory/index_build.h"

#include <malloc.h>
#include <pthread.h>

#include "base/json.h"
#include "base/text.h"
#include "modules/directory/inclusion.h"
#include "modules/directory/record.h"
#include "modules/territory/territory.h"

enum { JSON_MOST = 1 << 20, SEEN_START = 1024 };

struct str build_keep(struct build *b, struct str s)
{
    return s.n ? arena_str(b->d->arena, s) : STR_NONE;
}

/* A source is said by thousands of records: one copy each. */
static struct str keep_source(struct build *b, struct str source)
{
    for (size_t i = 0; i < b->n_sources; i++)
        if (str_eq(b->sources[i], source))
            return b->sources[i];
    struct str kept = build_keep(b, source);
    if (b->n_sources < sizeof b->sources / sizeof *b->sources)
        b->sources[b->n_sources++] = kept;
    return kept;
}

static uint64_t hash_of(struct str s)
{
    uint64_t h = 1469598103934665603U;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211U;
    return h;
}

static struct hours_seen *seen_place(struct hours_seen *table, size_t cap, struct str text)
{
    size_t i = hash_of(text) & (cap - 1);
    while (table[i].text.n > 0 && !str_eq(table[i].text, text))
        i = (i + 1) & (cap - 1);
    return &table[i];
}

static void grow_seen(struct build *b)
{
    size_t cap = b->cap_seen ? b->cap_seen * 2 : SEEN_START;
    struct hours_seen *table = ARENA_ARRAY(b->scratch, cap, struct hours_seen);
    for (size_t i = 0; i < b->cap_seen; i++)
        if (b->seen[i].text.n > 0)
            *seen_place(table, cap, b->seen[i].text) = b->seen[i];
    b->seen = table;
    b->cap_seen = cap;
}

const struct hours *build_hours(struct build *b, struct str text)
{
    if (text.n == 0)
        return NULL;
    if (b->n_seen * 2 >= b->cap_seen)
        grow_seen(b);
    struct hours_seen *seen = seen_place(b->seen, b->cap_seen, text);
    if (seen->text.n == 0) {
        struct hours *hours;
        struct str why, kept = build_keep(b, text);
        *seen = (struct hours_seen){kept, hours_parse(b->d->arena, kept, &hours, &why) == OK ? hours : NULL};
        b->n_seen++;
    }
    return seen->hours;
}

/* -- what is published ---------------------------------------------------------------------------- */

/* The object without its braces. */
static struct piece add_json(struct build *b)
{
    struct str whole = buf_str(&b->json);
    return pieces_add(&b->d->pieces, str_sub(whole, 1, whole.n - 2));
}

static void write_certified(struct json_writer *w)
{
    /* Addresses are certified by a geocoder only; none is used yet. */
    json_key(w, STR("adresse_certifiee"));
    json_bool(w, false);
}

static uint32_t publish_structure(struct build *b, const struct directory_structure *s)
{
    struct snapshot_data *d = b->d;
    struct json_writer w;
    buf_clear(&b->json);
    json_start(&w, &b->json);
    json_object_begin(&w);
    directory_write_structure(&w, s);
    write_certified(&w);
    json_object_end(&w);
    d->structures =
        arena_grow(b->scratch, d->structures, d->n_structures, &b->cap_structures, d->n_structures + 1, sizeof *d->structures);
    d->structures[d->n_structures] = (struct published_structure){
        .id = build_keep(b, s->record.source_id),
        .source = keep_source(b, s->record.source),
        .json = add_json(b),
        .reseaux = s->reseaux_porteurs,
        .departement = build_keep(b, directory_departement(b->row, s->code_insee, s->code_postal)),
        .code_insee = build_keep(b, s->code_insee),
    };
    return (uint32_t)d->n_structures++;
}

static struct str fold_publics(struct build *b, const struct directory_service *v)
{
    struct buf text;
    buf_init(&text, JSON_MOST);
    for (int i = directory_set_next(v->publics, 0); i >= 0; i = directory_set_next(v->publics, i + 1)) {
        const struct directory_value *value = directory_enum_value(ENUM_PUBLIC, i);
        buf_lit(&text, value->value);
        buf_char(&text, ' ');
        buf_lit(&text, value->label ? value->label : "");
        buf_char(&text, ' ');
    }
    buf_add(&text, v->publics_precisions);
    struct str folded = build_keep(b, text_fold(b->row, buf_str(&text)));
    buf_deinit(&text);
    return folded;
}

/* Most services say nothing more than a few of the fourteen values: each group is folded once. */
static struct str publics_words(struct build *b, const struct directory_service *v)
{
    if (v->publics_precisions.n > 0)
        return fold_publics(b, v);
    uint64_t set = v->publics.w[0];
    for (size_t i = 0; i < b->n_publics; i++)
        if (b->publics[i].set == set)
            return b->publics[i].words;
    struct str words = fold_publics(b, v);
    if (b->n_publics < sizeof b->publics / sizeof *b->publics)
        b->publics[b->n_publics++] = (struct publics_seen){set, words};
    return words;
}

static struct str_list keep_list(struct build *b, struct str_list list)
{
    struct str_list kept = {ARENA_ARRAY(b->d->arena, list.n, struct str), list.n};
    for (size_t i = 0; i < list.n; i++)
        kept.items[i] = build_keep(b, list.items[i]);
    return list.n ? kept : (struct str_list){0};
}

static void keep_words(struct build *b, const struct directory_service *v, struct str structure_name)
{
    size_t n = b->d->n_services;
    b->service_words = arena_grow(b->scratch, b->service_words, n, &b->cap_service_words, n + 1, sizeof *b->service_words);
    b->service_words[n] = (struct service_words){
        .nom = arena_str(b->scratch, v->nom),
        .structure = arena_str(b->scratch, structure_name),
        .place = arena_printf(b->scratch, "%.*s %.*s", STR_ARG(v->commune), STR_ARG(v->code_postal)),
        .description = arena_str(b->scratch, v->description),
    };
}

static void publish_service(struct build *b, const struct directory_service *v, uint32_t structure,
                                struct str structure_name)
{
    struct snapshot_data *d = b->d;
    struct json_writer w;
    double score = directory_quality(v, b->today);
    buf_clear(&b->json);
    json_start(&w, &b->json);
    json_object_begin(&w);
    directory_write_service(&w, v);
    write_certified(&w);
    json_key(&w, STR("score_qualite"));
    json_num(&w, score);
    json_object_end(&w);
    keep_words(b, v, structure_name);
    d->services = arena_grow(b->scratch, d->services, d->n_services, &b->cap_services, d->n_services + 1, sizeof *d->services);
    struct published_service *p = &d->services[d->n_services];
    *p = (struct published_service){
        .id = build_keep(b, v->record.source_id),
        .json = add_json(b),
        .structure = structure,
        .thematiques = v->thematiques,
        .publics = v->publics,
        .frais = v->frais,
        .modes_accueil = v->modes_accueil,
        .types = v->type,
        .source = keep_source(b, v->record.source),
        .departement = build_keep(b, directory_departement(b->row, v->code_insee, v->code_postal)),
        .code_insee = build_keep(b, v->code_insee),
        .zone = keep_list(b, v->zone_eligibilite),
        .publics_words = publics_words(b, v),
        .score = score,
    };
    p->has_point = directory_point(v->latitude, v->longitude, &p->point);
    d->structures[structure].score += score;
    d->structures[structure].n_services++;
    d->n_services++;
}

/* -- reading the tables --------------------------------------------------------------------------- */

typedef enum err (*each_record)(struct build *b, void *record);

static enum err read_all(struct build *b, enum directory_kind kind, void *record, size_t size, each_record each)
{
    struct db_rows *rows;
    TRY(record_open(b->c, kind, SELECT_ALL_LIVE, DB_NO_PARAMS, &rows));
    enum err e;
    for (bool has;;) {
        e = db_next(rows, &has);
        if (e != OK || !has)
            break;
        memset(record, 0, size);
        record_read(rows, kind, b->row, record);
        e = each(b, record);
        arena_reset(b->row);
        if (e != OK)
            break;
    }
    db_rows_end(rows);
    return e;
}

static enum err read_structure(struct build *b, void *record)
{
    const struct directory_structure *s = record;
    b->hosts = arena_grow(b->scratch, b->hosts, b->n_hosts, &b->cap_hosts, b->n_hosts + 1, sizeof *b->hosts);
    struct host *h = &b->hosts[b->n_hosts++];
    *h = (struct host){.uuid = arena_str(b->scratch, s->record.id), .published = publish_structure(b, s)};
    cards_start_host(b, h, s);
    return OK;
}

static int compare_hosts(const void *a, const void *b)
{
    return str_cmp(((const struct host *)a)->uuid, ((const struct host *)b)->uuid);
}

static struct host *find_host(struct build *b, struct str uuid)
{
    struct host key = {.uuid = uuid};
    return uuid.n && b->n_hosts ? bsearch(&key, b->hosts, b->n_hosts, sizeof *b->hosts, compare_hosts) : NULL;
}

static enum err read_service(struct build *b, void *record)
{
    const struct directory_service *v = record;
    struct host *h = find_host(b, v->structure_id);
    if (!h)
        return OK; /* its structure was removed */
    cards_add_service(b, h, v);
    publish_service(b, v, h->published, h->card.nom);
    return OK;
}

static int compare_natives(const void *a, const void *b)
{
    return str_cmp(((const struct native *)a)->id, ((const struct native *)b)->id);
}

/* Once the native records are read, before what is derived from places. */
static void sort_natives(struct build *b)
{
    const struct snapshot_data *d = b->d;
    for (int services = 0; services < 2; services++) {
        size_t n = services ? d->n_services : d->n_structures;
        struct native *all = ARENA_ARRAY(b->scratch, n + 1, struct native);
        for (uint32_t i = 0; i < n; i++)
            all[i] = (struct native){services ? d->services[i].id : d->structures[i].id, i};
        qsort(all, n, sizeof *all, compare_natives);
        b->natives[services] = all;
        b->n_natives[services] = n;
    }
}

static const struct native *find_native(const struct build *b, bool service, struct str id)
{
    const struct native key = {.id = id};
    return bsearch(&key, b->natives[service], b->n_natives[service], sizeof key, compare_natives);
}

/* A native record may stand already under the id that would be derived: it is the one that is published. */
static uint32_t structure_of_place(struct build *b, const struct directory_place *p)
{
    struct directory_structure derived = {0};
    inclusion_structure_of_place(b->row, p, &derived);
    const struct native *native = find_native(b, false, derived.record.source_id);
    return native ? native->number : publish_structure(b, &derived);
}

/* Places come last: whether one is published by itself depends on its structure and services. */
static enum err read_place(struct build *b, void *record)
{
    const struct directory_place *p = record;
    struct host *h = find_host(b, p->structure_id);
    if (h)
        h->has_place = true;
    cards_add_place(b, p, h);
    if (h && h->services)
        return OK;
    uint32_t structure = h ? h->published : structure_of_place(b, p);
    if (directory_set_empty(p->services))
        return OK;
    struct directory_service service = {0};
    inclusion_service_of_place(b->row, p, b->d->structures[structure].id, &service);
    if (!find_native(b, true, service.record.source_id))
        publish_service(b, &service, structure, p->nom);
    return OK;
}

static int compare_aliases(const void *a, const void *b)
{
    return str_cmp(((const struct published_alias *)a)->id, ((const struct published_alias *)b)->id);
}

/* The ids that merged places published lead to the place that stands for them. */
static enum err read_aliases(struct build *b)
{
    struct snapshot_data *d = b->d;
    struct db_rows *rows;
    size_t cap = 0;
    bool has = true;
    enum err e;
    TRY(db_query(b->c,
                 "SELECT p.source, p.source_id, m.source, m.source_id FROM directory_place p JOIN directory_place m ON m.id = p.merged_into"
                 " WHERE m.deleted_at_ms = 0",
                 DB_NO_PARAMS, &rows));
    while ((e = db_next(rows, &has)) == OK && has) {
        const struct directory_record part = {.source = db_col_text(rows, 0), .source_id = db_col_text(rows, 1)};
        const struct directory_record now = {.source = db_col_text(rows, 2), .source_id = db_col_text(rows, 3)};
        d->aliases = arena_grow(d->arena, d->aliases, d->n_aliases, &cap, d->n_aliases + 1, sizeof *d->aliases);
        d->aliases[d->n_aliases++] = (struct published_alias){build_keep(b, inclusion_id_of_place(b->row, &part)),
                                                              build_keep(b, inclusion_id_of_place(b->row, &now))};
        arena_reset(b->row);
    }
    db_rows_end(rows);
    if (d->n_aliases > 0)
        qsort(d->aliases, d->n_aliases, sizeof *d->aliases, compare_aliases);
    return e;
}

static enum err read_directory(struct build *b)
{
    union {
        struct directory_structure structure;
        struct directory_service service;
        struct directory_place place;
    } *r = arena_alloc(b->scratch, sizeof *r);
    TRY(read_all(b, DIRECTORY_STRUCTURE, &r->structure, sizeof r->structure, read_structure));
    if (b->n_hosts)
        qsort(b->hosts, b->n_hosts, sizeof *b->hosts, compare_hosts);
    TRY(read_all(b, DIRECTORY_SERVICE, &r->service, sizeof r->service, read_service));
    sort_natives(b);
    TRY(read_all(b, DIRECTORY_PLACE, &r->place, sizeof r->place, read_place));
    TRY(read_aliases(b));
    for (size_t i = 0; i < b->n_hosts; i++)
        if (b->hosts[i].services && !b->hosts[i].has_place)
            cards_add_host(b, &b->hosts[i]);
    return OK;
}

/* -- putting it in order -------------------------------------------------------------------------- */

static int compare_structure_ids(const void *a, const void *b, void *ctx)
{
    const struct published_structure *all = ctx;
    return str_cmp(all[*(const uint32_t *)a].id, all[*(const uint32_t *)b].id);
}

/* Sorted by id; services learn the new number of their structure. */
static void sort_structures(struct build *b)
{
    struct snapshot_data *d = b->d;
    uint32_t *order = ARENA_ARRAY(b->scratch, d->n_structures + 1, uint32_t);
    uint32_t *moved = ARENA_ARRAY(b->scratch, d->n_structures + 1, uint32_t);
    for (uint32_t i = 0; i < d->n_structures; i++)
        order[i] = i;
    qsort_r(order, d->n_structures, sizeof *order, compare_structure_ids, d->structures);
    struct published_structure *sorted = ARENA_ARRAY(d->arena, d->n_structures + 1, struct published_structure);
    for (uint32_t i = 0; i < d->n_structures; i++) {
        sorted[i] = d->structures[order[i]];
        if (sorted[i].n_services > 0)
            sorted[i].score /= sorted[i].n_services;
        moved[order[i]] = i;
    }
    d->structures = sorted;
    for (size_t i = 0; i < d->n_services; i++)
        d->services[i].structure = moved[d->services[i].structure];
}

static int compare_services(const void *a, const void *b, void *ctx)
{
    const struct published_service *all = ctx;
    return str_cmp(all[*(const uint32_t *)a].id, all[*(const uint32_t *)b].id);
}

/* Services keep their number (the index refers to it); their order by id is a list of numbers. */
static void sort_services(struct build *b)
{
    struct snapshot_data *d = b->d;
    struct published_service *kept = ARENA_ARRAY(d->arena, d->n_services + 1, struct published_service);
    if (d->n_services)
        memcpy(kept, d->services, d->n_services * sizeof *kept);
    d->services = kept;
    d->services_by_id = ARENA_ARRAY(d->arena, d->n_services + 1, uint32_t);
    for (uint32_t i = 0; i < d->n_services; i++)
        d->services_by_id[i] = i;
    qsort_r(d->services_by_id, d->n_services, sizeof *d->services_by_id, compare_services, d->services);
    d->of_structure = ARENA_ARRAY(d->arena, d->n_services + 1, uint32_t);
    uint32_t at = 0;
    for (size_t i = 0; i < d->n_structures; i++) {
        d->structures[i].first_service = at;
        at += d->structures[i].n_services;
        d->structures[i].n_services = 0;
    }
    for (size_t i = 0; i < d->n_services; i++) {
        uint32_t number = d->services_by_id[i];
        struct published_structure *s = &d->structures[d->services[number].structure];
        d->of_structure[s->first_service + s->n_services++] = number;
    }
}

/* -- the two indexes, side by side ---------------------------------------------------------------- */

static enum err add_service(struct build *b, struct labels *l, struct arena *row, uint32_t i)
{
    const struct published_service *p = &b->d->services[i];
    const struct service_words *w = &b->service_words[i];
    l->n = 0;
    TRY(labels_add(l, row, ENUM_THEMATIQUE, p->thematiques));
    struct search_document doc = {
        .ref = i,
        .order_key = p->id,
        .fields = {w->nom, w->structure, w->place, w->description},
        .texts = l->list,
        .n_texts = l->n,
        .texts_field = 1,
        .has_point = p->has_point,
        .point = p->point,
        .facets = {[SF_THEMATIQUE] = {p->thematiques.w[0], p->thematiques.w[1]},
                   [SF_FRAIS] = {p->frais.w[0]},
                   [SF_PUBLIC] = {p->publics.w[0]},
                   [SF_MODE] = {p->modes_accueil.w[0]},
                   [SF_TYPE] = {p->types.w[0]}},
    };
    return search_builder_add(l->builder, &doc);
}

static enum err services_index(struct build *b, struct arena *row)
{
    static const enum directory_enum_id facets[SF_COUNT] = {[SF_THEMATIQUE] = ENUM_THEMATIQUE,
                                                            [SF_FRAIS] = ENUM_FRAIS,
                                                            [SF_PUBLIC] = ENUM_PUBLIC,
                                                            [SF_MODE] = ENUM_MODE_ACCUEIL,
                                                            [SF_TYPE] = ENUM_TYPE_SERVICE};
    struct search_schema schema = {0};
    for (int f = 0; f < SF_COUNT; f++)
        schema.facet_values[f] = (uint16_t)directory_enum(facets[f])->n;
    struct labels labels = {.builder = search_builder_new(&schema)};
    if (!labels.builder)
        return ERR_LIMIT;
    for (uint32_t i = 0; i < b->d->n_services; i++) {
        enum err e = add_service(b, &labels, row, i);
        arena_reset(row);
        if (e != OK) {
            search_builder_free(labels.builder);
            return e;
        }
    }
    return search_builder_finish(labels.builder, &b->d->service_index);
}

struct side {
    struct build *b;
    struct arena *row;
    enum err result;
};

static void *run_services_index(void *ctx)
{
    struct side *side = ctx;
    side->result = services_index(side->b, side->row);
    return NULL;
}

/* A second core, when there is one, halves the wait before the site answers. */
static enum err make_indexes(struct build *b)
{
    pthread_t thread;
    struct side side = {.b = b, .row = arena_new(SIZE_MAX)};
    if (!side.row)
        return ERR_LIMIT;
    bool beside = pthread_create(&thread, NULL, run_services_index, &side) == 0;
    enum err cards = cards_index(b, b->row);
    if (beside)
        pthread_join(thread, NULL);
    else
        run_services_index(&side);
    arena_free(side.row);
    return cards != OK ? cards : side.result;
}

static enum err fill(struct build *b)
{
    TRY(pieces_open(&b->d->pieces));
    TRY(db_change_seq(b->c, "directory", &b->d->version));
    TRY(read_directory(b));
    sort_structures(b);
    sort_services(b);
    TRY(make_indexes(b));
    return pieces_map(&b->d->pieces);
}

enum err index_build(struct db *db, int64_t day, struct snapshot_data **out)
{
    struct build b = {.d = calloc(1, sizeof *b.d), .today = civil_from_days(day)};
    if (!b.d)
        return ERR_LIMIT;
    b.d->day = day;
    b.d->pieces.fd = -1;
    b.d->arena = arena_new(SIZE_MAX);
    b.scratch = arena_new(SIZE_MAX);
    b.row = arena_new(SIZE_MAX);
    b.territory = b.scratch ? territory_in(b.scratch) : NULL;
    buf_init(&b.json, JSON_MOST);
    enum err e = b.d->arena && b.scratch && b.row ? db_acquire(db, &b.c) : ERR_LIMIT;
    if (e == OK) {
        e = db_begin(b.c, DB_READ);
        if (e == OK)
            e = fill(&b);
        db_rollback(b.c);
        db_release(b.c);
    }
    buf_deinit(&b.json);
    arena_free(b.row);
    arena_free(b.scratch);
    malloc_trim(0); /* what the build used goes back: the program stays small between changes */
    if (e == OK)
        *out = b.d;
    else
        index_data_free(b.d);
    return e;
}
