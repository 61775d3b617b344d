/* The national data·inclusion API, as its clients use it: a program written for the national service works
 * here by changing its base URL. What it reads is declared in api_input.c. */
#include "base/json.h"
#include "base/text.h"
#include "modules/directory/api.h"
#include "modules/module.h"
#include "modules/territory/territory.h"

static enum err refuse(struct response *rs, int status, struct str detail)
{
    response_detail(rs, status, detail);
    return OK;
}

/* -- the declared input, resolved ----------------------------------------------------------------- */

/* Values of a list parameter as a set; the first unknown one is told with what is accepted. */
static bool resolve_set(struct arena *a, enum directory_enum_id id, const char *name, struct str_list given,
                        struct directory_set *out, struct str *why)
{
    for (size_t i = 0; i < given.n; i++) {
        int row = directory_enum_find(id, given.items[i]);
        if (row < 0) {
            *why = arena_printf(a, "%s: unknown value \"%.*s\". See /api/v1/doc/.", name, STR_ARG(given.items[i]));
            return false;
        }
        directory_set_add(out, row);
    }
    return true;
}

/* A thématique, or a whole category of them. */
static bool resolve_themes(struct arena *a, struct str_list given, struct directory_set *out, struct str *why)
{
    const struct directory_enum *themes = directory_enum(ENUM_THEMATIQUE);
    for (size_t i = 0; i < given.n; i++) {
        int category = directory_enum_find(ENUM_CATEGORIE, given.items[i]);
        if (category < 0) {
            struct str_list one = {&given.items[i], 1};
            if (!resolve_set(a, ENUM_THEMATIQUE, "thematiques", one, out, why))
                return false;
            continue;
        }
        for (int row = 0; row < themes->n; row++)
            if (themes->values[row].parent == category)
                directory_set_add(out, row);
    }
    return true;
}

/* Asking for tous-publics filters nothing; any other public also keeps what is for everyone. */
static bool resolve_publics(struct arena *a, struct str_list given, struct directory_set *out, struct str *why)
{
    struct directory_set asked = DIRECTORY_SET_NONE;
    if (!resolve_set(a, ENUM_PUBLIC, "publics", given, &asked, why))
        return false;
    int everyone = directory_enum_find(ENUM_PUBLIC, STR("tous-publics"));
    if (directory_set_empty(asked) || directory_set_has(asked, everyone))
        return true;
    directory_set_add(&asked, everyone);
    *out = asked;
    return true;
}

static bool resolve_filters(struct arena *a, const struct api_query *q, struct directory_selection *sel,
                            struct str *why)
{
    sel->sources = q->sources;
    sel->recherche_public = q->recherche_public;
    sel->score_minimum = q->score_qualite_minimum;
    return resolve_set(a, ENUM_RESEAU_PORTEUR, "reseaux_porteurs", q->reseaux_porteurs, &sel->reseaux_porteurs,
                       why) &&
           resolve_themes(a, q->thematiques, &sel->thematiques, why) &&
           resolve_set(a, ENUM_FRAIS, "frais", q->frais, &sel->frais, why) &&
           resolve_publics(a, q->publics, &sel->publics, why) &&
           resolve_set(a, ENUM_MODE_ACCUEIL, "modes_accueil", q->modes_accueil, &sel->modes_accueil, why) &&
           resolve_set(a, ENUM_TYPE_SERVICE, "types", q->types, &sel->types, why);
}

static void paginate(const struct api_query *q, struct directory_selection *sel)
{
    int64_t offset = (q->page - 1) * q->size;
    sel->offset = offset > UINT32_MAX ? UINT32_MAX : (uint32_t)offset;
    sel->limit = (uint32_t)q->size;
}

/* -- writing the answers -------------------------------------------------------------------------- */

static struct json_writer start_json(struct response *rs)
{
    struct json_writer w;
    rs->content_type = "application/json; charset=utf-8";
    json_start(&w, &rs->body);
    return w;
}

static void write_key_str(struct json_writer *w, const char *key, struct str value)
{
    json_key(w, str_from(key));
    json_str_or_null(w, value);
}

/* Pieces of JSON that are ready: an object is opened as one raw value, its members follow, "}" ends it. */
static void open_pieces(struct json_writer *w, struct str members)
{
    json_raw(w, STR("{"));
    buf_add(w->out, members);
}

static void write_service_with_structure(struct json_writer *w, const struct directory_published_service *s)
{
    open_pieces(w, s->json);
    buf_lit(w->out, ",\"structure\":{");
    buf_add(w->out, s->structure);
    buf_lit(w->out, "}}");
}

static void write_structure_score(struct json_writer *w, const struct directory_published_structure *s)
{
    buf_lit(w->out, ",\"score_qualite\":");
    buf_double(w->out, s->score_qualite);
    buf_lit(w->out, ",\"doublons\":[]");
}

static void write_list_of_services(struct json_writer *w, const struct directory_services *services)
{
    for (size_t i = 0; i < services->n; i++) {
        open_pieces(w, services->items[i].json);
        buf_char(w->out, '}');
    }
}

static void begin_page(struct json_writer *w)
{
    json_object_begin(w);
    json_key(w, STR("items"));
    json_array_begin(w);
}

static void end_page(struct json_writer *w, const struct api_query *q, int64_t total, size_t returned)
{
    json_array_end(w);
    json_key(w, STR("total"));
    json_int(w, total);
    json_key(w, STR("page"));
    json_int(w, q->page);
    json_key(w, STR("size"));
    json_int(w, (int64_t)returned);
    json_key(w, STR("pages"));
    json_int(w, (total + q->size - 1) / q->size);
    json_object_end(w);
}

/* -- territories ---------------------------------------------------------------------------------- */

static void add_departement(struct arena *a, struct directory_selection *sel, struct str code)
{
    struct str *items = ARENA_ARRAY(a, sel->departements.n + 1, struct str);
    if (sel->departements.n > 0)
        memcpy(items, sel->departements.items, sel->departements.n * sizeof *items);
    items[sel->departements.n] = code;
    sel->departements = (struct str_list){items, sel->departements.n + 1};
}

static bool resolve_departement(struct arena *a, const struct api_query *q, struct directory_selection *sel,
                                struct str *why)
{
    struct territory_departement d;
    if (q->code_departement.n > 0) {
        if (!territory_departement_find(q->code_departement, &d)) {
            *why = arena_printf(a, "code_departement: unknown \"%.*s\".", STR_ARG(q->code_departement));
            return false;
        }
        add_departement(a, sel, d.code);
    } else if (q->slug_departement.n > 0) {
        if (!territory_departement_named(q->slug_departement, &d)) {
            *why = arena_printf(a, "slug_departement: unknown \"%.*s\".", STR_ARG(q->slug_departement));
            return false;
        }
        add_departement(a, sel, d.code);
    }
    return true;
}

/* A région is the list of its départements. */
static bool resolve_region(struct arena *a, const struct api_query *q, struct directory_selection *sel,
                           struct str *why)
{
    if (q->code_region.n == 0 && q->slug_region.n == 0)
        return true;
    struct directory_selection found = {0};
    for (uint32_t i = 0; i < territory_departement_count(); i++) {
        struct territory_departement d = territory_departement_at(i);
        struct str slug = text_slug(a, territory_region_name(d.region), 80);
        if (q->code_region.n > 0 ? str_eq(d.region, q->code_region) : str_eq(slug, q->slug_region))
            add_departement(a, &found, d.code);
    }
    if (found.departements.n == 0) {
        *why = arena_printf(a, "%s: unknown région \"%.*s\".", q->code_region.n ? "code_region" : "slug_region",
                            STR_ARG(q->code_region.n ? q->code_region : q->slug_region));
        return false;
    }
    if (sel->departements.n == 0)
        sel->departements = found.departements;
    return true;
}

static bool resolve_commune(struct arena *a, const struct api_query *q, struct territory_commune *out, struct str *why)
{
    if (territory_commune_find(q->code_commune, out))
        return true;
    *why = arena_printf(a, "code_commune: unknown \"%.*s\".", STR_ARG(q->code_commune));
    return false;
}

static bool resolve_territory(struct arena *a, const struct api_query *q, struct directory_selection *sel,
                              struct str *why)
{
    if (!resolve_departement(a, q, sel, why) || !resolve_region(a, q, sel, why))
        return false;
    struct territory_commune commune;
    if (q->code_commune.n > 0) {
        if (!resolve_commune(a, q, &commune, why))
            return false;
        sel->code_commune = commune.code;
    }
    return true;
}

/* Both or none; the national service answers exactly this sentence. */
static bool resolve_point(const struct api_query *q, struct directory_selection *sel, struct str *why)
{
    if (q->has_lat != q->has_lon) {
        *why = STR("The `lat` and `lon` must be simultaneously filled.");
        return false;
    }
    if (q->has_lat) {
        sel->has_point = true;
        sel->point = (struct geo_point){q->lat, q->lon};
    }
    return true;
}

/* -- handlers ------------------------------------------------------------------------------------- */

static struct app *app_of(const struct request *rq)
{
    return rq->app;
}

enum err api_structures(struct request *rq, struct response *rs)
{
    const struct api_query *q = rq->input;
    struct directory_selection sel = {0};
    struct directory_structures found;
    struct str why;
    if (!resolve_filters(rq->arena, q, &sel, &why) || !resolve_territory(rq->arena, q, &sel, &why))
        return refuse(rs, 422, why);
    paginate(q, &sel);
    directory_list_structures(rq->arena, &sel, &found);
    struct json_writer w = start_json(rs);
    begin_page(&w);
    for (size_t i = 0; i < found.n; i++) {
        open_pieces(&w, found.items[i].json);
        write_structure_score(&w, &found.items[i]);
        buf_char(w.out, '}');
    }
    end_page(&w, q, found.total, found.n);
    return OK;
}

enum err api_structure(struct request *rq, struct response *rs)
{
    const struct api_id *in = rq->input;
    struct directory_published_structure s;
    struct directory_services services;
    TRY(directory_published_structure_get(rq->arena, in->id, &s, &services));
    struct json_writer w = start_json(rs);
    open_pieces(&w, s.json);
    write_structure_score(&w, &s);
    buf_lit(w.out, ",\"services\":");
    struct json_writer list;
    json_start(&list, w.out);
    json_array_begin(&list);
    write_list_of_services(&list, &services);
    json_array_end(&list);
    buf_char(w.out, '}');
    return OK;
}

enum err api_services(struct request *rq, struct response *rs)
{
    const struct api_query *q = rq->input;
    struct directory_selection sel = {0};
    struct directory_services found;
    struct str why;
    if (!resolve_filters(rq->arena, q, &sel, &why) || !resolve_territory(rq->arena, q, &sel, &why))
        return refuse(rs, 422, why);
    paginate(q, &sel);
    directory_list_services(rq->arena, &sel, &found);
    struct json_writer w = start_json(rs);
    begin_page(&w);
    write_list_of_services(&w, &found);
    end_page(&w, q, found.total, found.n);
    return OK;
}

enum err api_service(struct request *rq, struct response *rs)
{
    const struct api_id *in = rq->input;
    struct directory_published_service s;
    TRY(directory_published_service_get(rq->arena, in->id, &s));
    struct json_writer w = start_json(rs);
    write_service_with_structure(&w, &s);
    return OK;
}

enum { SEARCH_RADIUS_KM = 50 }; /* of the national service */

/* /search/services: around a point, else around the centre of the commune, within its zone of eligibility. */
static bool resolve_around(struct arena *a, const struct api_query *q, struct directory_selection *sel,
                           struct str *why)
{
    if (!resolve_point(q, sel, why))
        return false;
    sel->radius_km = SEARCH_RADIUS_KM;
    sel->remote_beyond = true;
    if (q->code_commune.n == 0)
        return true;
    struct territory_commune commune;
    if (!resolve_commune(a, q, &commune, why))
        return false;
    sel->around_commune = true;
    sel->zone_commune = commune.code;
    sel->zone_departement = commune.departement;
    sel->zone_epci = commune.epci;
    if (!sel->has_point) {
        struct territory_point centre = territory_point(territory_in(a), &commune);
        sel->has_point = centre.precision != TERRITORY_POINT_UNKNOWN;
        sel->point = centre.point;
    }
    return true;
}

static void write_distance(struct json_writer *w, const struct directory_published_service *s)
{
    json_key(w, STR("distance"));
    if (s->has_distance)
        json_int(w, s->distance_km);
    else
        json_null_value(w);
}

/* Hundredths, written by hand: a double printed in full costs more than finding the service. */
static void write_score_recherche(struct json_writer *w, bool known, int hundredths)
{
    char text[8];
    if (!known) {
        json_null_value(w);
        return;
    }
    int n = snprintf(text, sizeof text, "%d.%02d", hundredths / 100, hundredths % 100);
    json_raw(w, (struct str){text, (size_t)n});
}

static void write_found_services(struct response *rs, const struct api_query *q,
                                 const struct directory_services *found, bool with_score)
{
    struct json_writer w = start_json(rs);
    begin_page(&w);
    for (size_t i = 0; i < found->n; i++) {
        json_object_begin(&w);
        json_key(&w, STR("service"));
        write_service_with_structure(&w, &found->items[i]);
        write_distance(&w, &found->items[i]);
        if (with_score) {
            json_key(&w, STR("score_recherche"));
            write_score_recherche(&w, q->q.n > 0, found->items[i].score_recherche);
        }
        json_object_end(&w);
    }
    end_page(&w, q, found->total, found->n);
}

enum err api_search_services(struct request *rq, struct response *rs)
{
    const struct api_query *q = rq->input;
    struct directory_selection sel = {0};
    struct str why;
    if (!resolve_filters(rq->arena, q, &sel, &why) || !resolve_around(rq->arena, q, &sel, &why))
        return refuse(rs, 422, why);
    paginate(q, &sel);
    struct directory_services found;
    directory_search_services(rq->arena, &sel, &found);
    write_found_services(rs, q, &found, false);
    return OK;
}

enum err api_search(struct request *rq, struct response *rs)
{
    const struct api_query *q = rq->input;
    struct directory_selection sel = {.q = q->q, .radius_km = q->distance};
    struct str why;
    if (!resolve_filters(rq->arena, q, &sel, &why) || !resolve_territory(rq->arena, q, &sel, &why) ||
        !resolve_point(q, &sel, &why))
        return refuse(rs, 422, why);
    paginate(q, &sel);
    struct directory_services found;
    directory_search_services(rq->arena, &sel, &found);
    write_found_services(rs, q, &found, true);
    return OK;
}

enum err api_sources(struct request *rq, struct response *rs)
{
    struct db_conn *c;
    struct directory_source *sources;
    size_t n;
    TRY(db_acquire_in(app_of(rq)->db, rq->arena, &c));
    TRY(directory_sources(c, rq->arena, &sources, &n));
    struct json_writer w = start_json(rs);
    json_array_begin(&w);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&w);
        write_key_str(&w, "slug", sources[i].slug);
        write_key_str(&w, "nom", sources[i].nom.n ? sources[i].nom : sources[i].slug);
        write_key_str(&w, "description", sources[i].description);
        json_object_end(&w);
    }
    json_array_end(&w);
    return OK;
}

/* The reference lists, by the last segment of the path: /api/v1/doc/frais. */
static const struct {
    const char *path;
    enum directory_enum_id id;
} docs[] = {
    {"frais", ENUM_FRAIS},
    {"modes-accueil", ENUM_MODE_ACCUEIL},
    {"modes-mobilisation", ENUM_MODE_MOBILISATION},
    {"personnes-mobilisatrices", ENUM_PERSONNE_MOBILISATRICE},
    {"publics", ENUM_PUBLIC},
    {"reseaux-porteurs", ENUM_RESEAU_PORTEUR},
    {"thematiques", ENUM_THEMATIQUE},
    {"types-services", ENUM_TYPE_SERVICE},
};

static void write_doc(struct response *rs, enum directory_enum_id id)
{
    const struct directory_enum *e = directory_enum(id);
    struct json_writer w = start_json(rs);
    json_array_begin(&w);
    for (int i = 0; i < e->n; i++) {
        const struct directory_value *v = &e->values[i];
        json_object_begin(&w);
        write_key_str(&w, "value", str_from(v->value));
        write_key_str(&w, "label", str_from(v->label ? v->label : v->value));
        write_key_str(&w, "description", str_from(v->description));
        json_object_end(&w);
    }
    json_array_end(&w);
}

enum err api_doc(struct request *rq, struct response *rs)
{
    const struct api_id *in = rq->input;
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++)
        if (str_eq(in->id, str_from(docs[i].path))) {
            write_doc(rs, docs[i].id);
            return OK;
        }
    return ERR_NOT_FOUND;
}
