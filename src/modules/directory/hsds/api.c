/* The HSDS 3.0.1 API, with what its UK profile asks: which records are answered is decided in the snapshot, what they say
 * is read again by the hundred. What it reads is declared in api_input.c. */
#include "modules/directory/hsds/api.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/tempfile.h"
#include "base/text.h"
#include "modules/directory/hsds/select.h"
#include "modules/directory/words.h"
#include "modules/module.h"

#define PROFILE "https://docs.openreferral.org/en/3.0/hsds/"

enum { LINES_PIECE = 64 * 1024, LINES_MAX = 16 * 1024 * 1024 };

static enum err refuse(struct response *rs, struct str detail)
{
    response_detail(rs, 422, detail);
    return OK;
}

static struct civil_date today(void)
{
    return civil_from_days(clock_now_ms() / 86400000);
}

/* -- an answer: one object, a page, or lines ------------------------------------------------------ */

struct answer {
    struct request *rq;
    struct response *rs;
    const struct hsds_query *q;
    const struct snapshot_data *d; /* NULL: before the first one, everything is empty */
    struct db_conn *c;             /* opened when records are read */
    struct arena *rows;            /* of a hundred records */
    struct json_writer w;
    struct buf lines; /* ndjson: what is not in the file yet */
    int fd;
    uint64_t size;
};

static void close_fd(void *fd)
{
    close((int)(intptr_t)fd);
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

static void free_buf(void *b)
{
    buf_deinit(b);
}

static bool as_lines(const struct answer *x)
{
    return x->q->format == HSDS_NDJSON;
}

/* Lines may be many: they go through a file without a name, never through the memory of the request. */
static enum err begin(struct answer *x, struct request *rq, struct response *rs)
{
    *x = (struct answer){.rq = rq, .rs = rs, .q = rq->input, .d = index_current(rq->arena), .fd = -1};
    x->rows = arena_new(SIZE_MAX);
    if (!x->rows)
        return ERR_LIMIT;
    arena_defer(rq->arena, free_arena, x->rows);
    rs->content_type = as_lines(x) ? "application/x-ndjson; charset=utf-8" : "application/json; charset=utf-8";
    json_start(&x->w, &rs->body);
    if (!as_lines(x))
        return OK;
    TRY(tempfile_open(&x->fd));
    arena_defer(rq->arena, close_fd, (void *)(intptr_t)x->fd);
    buf_init(&x->lines, LINES_MAX);
    arena_defer(rq->arena, free_buf, &x->lines);
    return OK;
}

static enum err flush_lines(struct answer *x, size_t least)
{
    if (x->lines.failed)
        return ERR_LIMIT;
    if (x->lines.n < least || x->lines.n == 0)
        return OK;
    x->size += x->lines.n;
    TRY(tempfile_write(x->fd, buf_str(&x->lines)));
    buf_clear(&x->lines);
    return OK;
}

/* Before and after each object of a list. */
static void begin_item(struct answer *x)
{
    if (as_lines(x))
        json_start(&x->w, &x->lines);
}

static enum err end_item(struct answer *x)
{
    if (!as_lines(x))
        return OK;
    buf_char(&x->lines, '\n');
    return flush_lines(x, LINES_PIECE);
}

static void put_count(struct answer *x, const char *key, int64_t n)
{
    json_key(&x->w, str_from(key));
    json_int(&x->w, n);
}

static void put_flag(struct answer *x, const char *key, bool value)
{
    json_key(&x->w, str_from(key));
    json_bool(&x->w, value);
}

/* `per_page`: 0 when everything is on one page. */
static void begin_list(struct answer *x, int64_t total, size_t n, int64_t per_page)
{
    if (as_lines(x))
        return;
    int64_t page = per_page > 0 ? x->q->page : 1;
    int64_t pages = per_page > 0 ? (total + per_page - 1) / per_page : total > 0;
    json_object_begin(&x->w);
    put_count(x, "total_items", total);
    put_count(x, "total_pages", pages);
    put_count(x, "page_number", page);
    put_count(x, "size", (int64_t)n);
    put_flag(x, "first_page", page == 1);
    put_flag(x, "last_page", page >= pages);
    put_flag(x, "empty", n == 0);
    json_key(&x->w, STR("contents"));
    json_array_begin(&x->w);
}

static enum err end_list(struct answer *x)
{
    if (!as_lines(x)) {
        json_array_end(&x->w);
        json_object_end(&x->w);
        return OK;
    }
    TRY(flush_lines(x, 0));
    response_file(x->rs, x->fd, x->size, NULL);
    return OK;
}

/* Where the page begins and how long it is; everything as lines. */
static void set_page(const struct answer *x, struct hsds_selection *sel)
{
    sel->offset = as_lines(x) ? 0 : (uint64_t)(x->q->page - 1) * (uint64_t)x->q->per_page;
    sel->limit = as_lines(x) ? UINT64_MAX : (uint64_t)x->q->per_page;
}

/* -- reading records ------------------------------------------------------------------------------ */

static enum err connect(struct answer *x)
{
    const struct app *app = x->rq->app;
    return x->c ? OK : db_acquire_in(app->db, x->rq->arena, &x->c);
}

typedef void (*write_service)(struct answer *x, const struct hsds_out *o, const struct hsds_service *v);

static struct hsds_out out_of(struct answer *x)
{
    return (struct hsds_out){&x->w, x->rows, today(), true};
}

static enum err write_services(struct answer *x, const uint32_t *numbers, size_t n, write_service write)
{
    struct hsds_ref refs[HSDS_LOAD_MAX];
    struct hsds_service services[HSDS_LOAD_MAX];
    for (size_t at = 0; at < n; at += HSDS_LOAD_MAX) {
        size_t wanted = n - at < HSDS_LOAD_MAX ? n - at : HSDS_LOAD_MAX, loaded;
        for (size_t i = 0; i < wanted; i++)
            refs[i] = hsds_service_ref(x->d, numbers[at + i]);
        TRY(connect(x));
        TRY(hsds_load_services(x->c, x->rows, refs, wanted, services, &loaded));
        const struct hsds_out o = out_of(x);
        for (size_t i = 0; i < loaded; i++) {
            begin_item(x);
            write(x, &o, &services[i]);
            TRY(end_item(x));
        }
        arena_reset(x->rows);
    }
    return OK;
}

/* -- conditions ----------------------------------------------------------------------------------- */

/* A UUID that is not ours finds nothing: `none`. */
static bool resolve_ids(const struct answer *x, struct hsds_selection *sel, bool *none, struct str *why)
{
    const struct hsds_query *q = x->q;
    struct hsds_id id;
    sel->has_term = q->taxonomy_term_id.n > 0;
    sel->has_taxonomy = q->taxonomy_id.n > 0;
    sel->has_organization = q->organization_id.n > 0;
    if (sel->has_term && !hsds_term_find(q->taxonomy_term_id, &sel->term))
        *none = true;
    if (sel->has_taxonomy && !hsds_taxonomy_find(q->taxonomy_id, &sel->taxonomy))
        *none = true;
    if (sel->has_organization &&
        (!hsds_id_parse(q->organization_id, &id) || !x->d || !hsds_find_organization(x->d, id, &sel->organization)))
        *none = true;
    if (!*none && sel->has_term && sel->term.taxonomy == HSDS_CHAMPS) {
        *why = STR("taxonomy_term_id: fields are no condition; take a term of another taxonomy.");
        return false;
    }
    return true;
}

static bool resolve_date(const struct answer *x, struct hsds_selection *sel, struct str *why)
{
    if (x->q->modified_after.n == 0 || clock_parse_utc(x->q->modified_after, &sel->modified_after_ms))
        return true;
    *why = STR("modified_after: a date (2026-11-24) or a date-time (2026-11-24T10:00:00Z).");
    return false;
}

/* The centre of a postal code: the middle of its communes. */
static bool centre_of(const struct answer *x, const struct territory_commune *communes, size_t n, struct geo_point *out)
{
    const struct territory *t = territory_in(x->rq->arena);
    double lat = 0, lon = 0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        struct territory_point p = territory_point(t, &communes[i]);
        if (p.precision == TERRITORY_POINT_UNKNOWN)
            continue;
        lat += p.point.lat;
        lon += p.point.lon;
        known++;
    }
    if (known > 0)
        *out = (struct geo_point){lat / (double)known, lon / (double)known};
    return known > 0;
}

static bool resolve_postcode(const struct answer *x, struct hsds_selection *sel, struct str *why)
{
    const struct hsds_query *q = x->q;
    struct territory_commune *communes = NULL;
    sel->located = true;
    if (q->postcode.n == 0 && q->has_proximity)
        *why = STR("proximity: give the postcode that it is counted from.");
    if (q->postcode.n == 0)
        return !q->has_proximity;
    size_t n = territory_communes_of_postal_code(x->rq->arena, q->postcode, &communes);
    if (n == 0) {
        *why = arena_printf(x->rq->arena, "postcode: unknown \"%.*s\".", STR_ARG(q->postcode));
        return false;
    }
    sel->communes = communes;
    sel->n_communes = n;
    sel->has_point = q->has_proximity;
    sel->radius_m = q->proximity;
    if (q->has_proximity && !centre_of(x, communes, n, &sel->point)) {
        *why = arena_printf(x->rq->arena, "proximity: nobody knows where %.*s is.", STR_ARG(q->postcode));
        return false;
    }
    return true;
}

/* -- services ------------------------------------------------------------------------------------- */

static void write_listed(struct answer *x, const struct hsds_out *o, const struct hsds_service *v)
{
    hsds_write_service(o, v, x->q->full ? HSDS_FULL : HSDS_LIST);
}

static void write_full(struct answer *x, const struct hsds_out *o, const struct hsds_service *v)
{
    (void)x;
    hsds_write_service(o, v, HSDS_FULL);
}

static void write_listed_at_location(struct answer *x, const struct hsds_out *o, const struct hsds_service *v)
{
    hsds_write_service_at_location(o, v, x->q->full ? HSDS_FULL : HSDS_LIST);
}

static void write_full_at_location(struct answer *x, const struct hsds_out *o, const struct hsds_service *v)
{
    (void)x;
    hsds_write_service_at_location(o, v, HSDS_FULL);
}

static struct hsds_numbers nothing(void)
{
    return (struct hsds_numbers){NULL, 0, 0};
}

/* From the snapshot alone: what a client that keeps a copy asks often. `modified_date` is the name in the API document,
 * `last_modified` the one in the schema. */
static enum err write_minimal(struct answer *x, const struct hsds_numbers *found)
{
    for (size_t i = 0; i < found->n; i++) {
        struct buf date;
        buf_init(&date, 64);
        clock_format_utc(&date, hsds_last_change(x->d, found->items[i]));
        begin_item(x);
        json_object_begin(&x->w);
        hsds_put_id(&x->w, "id", hsds_service_id(x->d->services[found->items[i]].id));
        hsds_put(&x->w, "modified_date", buf_str(&date));
        hsds_put(&x->w, "last_modified", buf_str(&date));
        json_object_end(&x->w);
        buf_deinit(&date);
        TRY(end_item(x));
    }
    return OK;
}

enum err hsds_api_services(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    struct hsds_selection sel = {0};
    struct hsds_numbers found = nothing();
    struct str why;
    bool none = false;
    TRY(begin(x, rq, rs));
    if (!resolve_ids(x, &sel, &none, &why) || !resolve_date(x, &sel, &why))
        return refuse(rs, why);
    sel.search = x->q->search;
    set_page(x, &sel);
    if (x->q->minimal) {
        sel.offset = 0;
        sel.limit = UINT64_MAX;
    }
    if (x->d && !none)
        hsds_select_services(rq->arena, x->d, &sel, &found);
    begin_list(x, found.total, found.n, x->q->minimal ? 0 : x->q->per_page);
    TRY(x->q->minimal ? write_minimal(x, &found) : write_services(x, found.items, found.n, write_listed));
    return end_list(x);
}

enum err hsds_api_service_at_locations(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    struct hsds_selection sel = {0};
    struct hsds_numbers found = nothing();
    struct str why;
    bool none = false;
    TRY(begin(x, rq, rs));
    if (!resolve_ids(x, &sel, &none, &why) || !resolve_date(x, &sel, &why) || !resolve_postcode(x, &sel, &why))
        return refuse(rs, why);
    sel.search = x->q->search;
    set_page(x, &sel);
    if (x->d && !none)
        hsds_select_services(rq->arena, x->d, &sel, &found);
    begin_list(x, found.total, found.n, x->q->per_page);
    TRY(write_services(x, found.items, found.n, write_listed_at_location));
    return end_list(x);
}

/* One service; what was removed a moment ago is not found. */
static enum err write_one(struct answer *x, uint32_t number, write_service write)
{
    TRY(write_services(x, &number, 1, write));
    return x->rs->body.n > 0 ? OK : ERR_NOT_FOUND;
}

enum err hsds_api_service(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    struct hsds_id id;
    uint32_t number;
    TRY(begin(x, rq, rs));
    if (!x->d || !hsds_id_parse(x->q->id, &id) || !hsds_find_service(x->d, id, &number))
        return ERR_NOT_FOUND;
    return write_one(x, number, write_full);
}

enum err hsds_api_service_at_location(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    struct hsds_id id;
    uint32_t number;
    TRY(begin(x, rq, rs));
    if (!x->d || !hsds_id_parse(x->q->id, &id) || !hsds_find_service(x->d, hsds_service_at_location_id(id), &number) ||
        !x->d->services[number].located)
        return ERR_NOT_FOUND;
    return write_one(x, number, write_full_at_location);
}

/* -- organizations -------------------------------------------------------------------------------- */

/* The services of a structure, in the arena of the rows. */
static enum err load_services_of(struct answer *x, uint32_t structure, struct hsds_service **out, size_t *n)
{
    const struct published_structure *s = &x->d->structures[structure];
    struct hsds_ref refs[HSDS_LOAD_MAX];
    *out = ARENA_ARRAY(x->rows, s->n_services + 1, struct hsds_service);
    *n = 0;
    for (uint32_t at = 0; at < s->n_services; at += HSDS_LOAD_MAX) {
        uint32_t wanted = s->n_services - at < HSDS_LOAD_MAX ? s->n_services - at : HSDS_LOAD_MAX;
        size_t loaded;
        for (uint32_t i = 0; i < wanted; i++)
            refs[i] = hsds_service_ref(x->d, x->d->of_structure[s->first_service + at + i]);
        TRY(hsds_load_services(x->c, x->rows, refs, wanted, *out + *n, &loaded));
        *n += loaded;
    }
    return OK;
}

/* `full`: with its services, one query more for each organization. */
static enum err write_organization(struct answer *x, uint32_t structure, const struct hsds_organization *g, bool full)
{
    struct hsds_service *services = NULL;
    size_t n = 0;
    if (full)
        TRY(load_services_of(x, structure, &services, &n));
    const struct hsds_out o = out_of(x);
    begin_item(x);
    hsds_write_organization(&o, g, services, n, full ? HSDS_FULL : HSDS_LIST, x->q->full_service ? HSDS_FULL : HSDS_LIST);
    return end_item(x);
}

static enum err write_organizations(struct answer *x, const uint32_t *numbers, size_t n, bool full)
{
    struct hsds_ref refs[HSDS_LOAD_MAX];
    struct hsds_organization organizations[HSDS_LOAD_MAX];
    for (size_t at = 0; at < n; at += HSDS_LOAD_MAX) {
        size_t wanted = n - at < HSDS_LOAD_MAX ? n - at : HSDS_LOAD_MAX, loaded;
        for (size_t i = 0; i < wanted; i++)
            refs[i] = hsds_organization_ref(x->d, numbers[at + i]);
        TRY(connect(x));
        TRY(hsds_load_organizations(x->c, x->rows, refs, wanted, organizations, &loaded));
        for (size_t i = 0; i < loaded; i++) {
            uint32_t number;
            if (hsds_find_organization(x->d, hsds_organization_id(organizations[i].s->record.source_id), &number))
                TRY(write_organization(x, number, &organizations[i], full));
        }
        arena_reset(x->rows);
    }
    return OK;
}

enum err hsds_api_organizations(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    struct hsds_selection sel = {0};
    struct hsds_numbers found = nothing();
    struct str why;
    TRY(begin(x, rq, rs));
    if (!resolve_date(x, &sel, &why))
        return refuse(rs, why);
    sel.search = x->q->search;
    set_page(x, &sel);
    if (x->d)
        hsds_select_organizations(rq->arena, x->d, &sel, &found);
    begin_list(x, found.total, found.n, x->q->per_page);
    TRY(write_organizations(x, found.items, found.n, x->q->full));
    return end_list(x);
}

enum err hsds_api_organization(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    struct hsds_id id;
    uint32_t number;
    TRY(begin(x, rq, rs));
    if (!x->d || !hsds_id_parse(x->q->id, &id) || !hsds_find_organization(x->d, id, &number))
        return ERR_NOT_FOUND;
    TRY(write_organizations(x, &number, 1, true));
    return rs->body.n > 0 ? OK : ERR_NOT_FOUND;
}

/* -- taxonomies ----------------------------------------------------------------------------------- */

/* What is kept of a short list: counted first, then written. */
typedef bool (*keep_item)(struct answer *x, const struct words_query *words, size_t i);
typedef void (*write_item)(struct answer *x, size_t i);

static enum err write_short_list(struct answer *x, size_t n, keep_item keep, write_item write)
{
    struct hsds_selection sel = {0};
    struct words_query words;
    uint64_t total = 0, shown = 0;
    set_page(x, &sel);
    words_parse(x->rq->arena, x->q->search, &words);
    bool *kept = ARENA_ARRAY(x->rq->arena, n + 1, bool);
    for (size_t i = 0; i < n; i++) {
        kept[i] = keep(x, &words, i);
        shown += kept[i] && total >= sel.offset && shown < sel.limit;
        total += kept[i];
    }
    begin_list(x, (int64_t)total, shown, x->q->per_page);
    uint64_t rank = 0;
    for (size_t i = 0; i < n; i++) {
        if (!kept[i])
            continue;
        uint64_t here = rank++;
        if (here < sel.offset || here - sel.offset >= shown)
            continue;
        begin_item(x);
        write(x, i);
        TRY(end_item(x));
    }
    return end_list(x);
}

static bool keep_taxonomy(struct answer *x, const struct words_query *words, size_t i)
{
    return x->q->search.n == 0 || words_meet(words, hsds_taxonomy_text(x->rq->arena, (enum hsds_taxonomy)i));
}

static void write_taxonomy(struct answer *x, size_t i)
{
    hsds_write_taxonomy(&x->w, (enum hsds_taxonomy)i);
}

enum err hsds_api_taxonomies(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    TRY(begin(x, rq, rs));
    return write_short_list(x, HSDS_TAXONOMY_COUNT, keep_taxonomy, write_taxonomy);
}

enum err hsds_api_taxonomy(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    enum hsds_taxonomy t;
    TRY(begin(x, rq, rs));
    if (!hsds_taxonomy_find(x->q->id, &t))
        return ERR_NOT_FOUND;
    hsds_write_taxonomy(&x->w, t);
    return OK;
}

static bool keep_term(struct answer *x, const struct words_query *words, size_t i)
{
    const struct hsds_query *q = x->q;
    struct hsds_term t = hsds_term_at(i), parent, wanted;
    enum hsds_taxonomy taxonomy;
    bool has_parent = hsds_term_parent(t, &parent);
    if (q->taxonomy_id.n > 0 && (!hsds_taxonomy_find(q->taxonomy_id, &taxonomy) || t.taxonomy != taxonomy))
        return false;
    if (q->top_only && has_parent)
        return false;
    if (q->parent_id.n > 0 && (!has_parent || !hsds_term_find(q->parent_id, &wanted) || !wanted.category || wanted.row != parent.row))
        return false;
    return q->search.n == 0 || words_meet(words, hsds_term_text(x->rq->arena, t));
}

static void write_term(struct answer *x, size_t i)
{
    hsds_write_term(&x->w, hsds_term_at(i));
}

enum err hsds_api_terms(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    TRY(begin(x, rq, rs));
    return write_short_list(x, hsds_terms_count(), keep_term, write_term);
}

enum err hsds_api_term(struct request *rq, struct response *rs)
{
    struct answer *x = ARENA_NEW(rq->arena, struct answer);
    struct hsds_term t;
    TRY(begin(x, rq, rs));
    if (!hsds_term_find(x->q->id, &t))
        return ERR_NOT_FOUND;
    hsds_write_term(&x->w, t);
    return OK;
}

/* -- about ---------------------------------------------------------------------------------------- */

enum err hsds_api_about(struct request *rq, struct response *rs)
{
    struct json_writer w;
    rs->content_type = "application/json; charset=utf-8";
    json_start(&w, &rs->body);
    json_object_begin(&w);
    hsds_put(&w, "version", STR(HSDS_VERSION));
    hsds_put(&w, "profile", STR(PROFILE));
    hsds_put(&w, "openapi_url", arena_printf(rq->arena, "%.*s/api/v1/openapi.json", STR_ARG(rq->base_url)));
    json_object_end(&w);
    return OK;
}
