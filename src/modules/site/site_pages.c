#include "modules/site/site_pages.h"

#include "hours/hours.h"
#include "modules/directory/directory.h"
#include "modules/module.h"
#include "modules/site/pages/templates.h"
#include "modules/territory/territory.h"

void site_describe(struct request *rq, struct view_site *out)
{
    const struct territory_settings *t = territory_settings(territory_in(rq->arena));
    *out = (struct view_site){.territory = t->name, .help_phone = t->contact_phone, .demo = t->demo, .source_url = t->source_url};
    struct hours *h;
    struct str why;
    if (t->contact_hours.n && hours_parse(rq->arena, t->contact_hours, &h, &why) == OK)
        out->help_hours = hours_sentence(rq->arena, h, rq->lang == LANG_EN ? HOURS_EN : HOURS_FR);
}

enum err site_show_accessibility(struct request *rq, struct response *rs)
{
    struct view v;
    view_begin(&v, rq, rs);
    site_page_accessibility(&v);
    return view_end(&v);
}

enum err site_show_legal(struct request *rq, struct response *rs)
{
    struct view v;
    view_begin(&v, rq, rs);
    site_page_legal(&v);
    return view_end(&v);
}

enum err site_show_map(struct request *rq, struct response *rs)
{
    struct view v;
    view_begin(&v, rq, rs);
    const struct directory_enum *needs = directory_enum(ENUM_BESOIN);
    struct view_map_link *links = ARENA_ARRAY(rq->arena, (size_t)needs->n, struct view_map_link);
    for (int i = 0; i < needs->n; i++)
        links[i] = (struct view_map_link){
            .words = str_from(v.lang == LANG_EN ? needs->values[i].en : needs->values[i].fr),
            .url = arena_printf(rq->arena, "%s/recherche?besoin=%s", v.prefix, needs->values[i].value)};
    struct view_map p = {.needs = links, .n_needs = (size_t)needs->n};
    site_page_map(&v, &p);
    return view_end(&v);
}

/* -- the API, from the rows of its routes --------------------------------------------------------- */
static const char *type_words(enum input_type type)
{
    switch (type) {
    case INPUT_INT:
        return "integer";
    case INPUT_NUMBER:
        return "number";
    case INPUT_BOOL:
        return "boolean";
    case INPUT_DATE:
        return "date";
    default:
        return "string";
    }
}

struct api_rows {
    struct arena *a;
    struct view_api_route *items;
    size_t n, cap;
};

static void add_row(const struct route *r, void *ctx)
{
    struct api_rows *rows = ctx;
    if (r->style != STYLE_API)
        return;
    struct view_api_parameter *ps = ARENA_ARRAY(rows->a, r->input->n, struct view_api_parameter);
    for (size_t i = 0; i < r->input->n; i++) {
        const struct input_field *f = &r->input->fields[i];
        ps[i] = (struct view_api_parameter){
            .name = f->name, .place = f->source == IN_PATH ? "path" : "query", .type = type_words(f->type),
            .doc = f->doc, .required = f->required,
            .repeated = f->type == INPUT_LIST || f->type == INPUT_ENUM_LIST};
    }
    rows->items = arena_grow(rows->a, rows->items, rows->n, &rows->cap, rows->n + 1, sizeof *rows->items);
    rows->items[rows->n++] = (struct view_api_route){.method = "GET", .path = r->path, .summary = r->summary,
                                                     .parameters = ps, .n_parameters = r->input->n};
}

enum err site_show_api(struct request *rq, struct response *rs)
{
    const struct app *app = rq->app;
    struct view v;
    view_begin(&v, rq, rs);
    v.section = SECTION_DATA;
    struct api_rows rows = {.a = rq->arena};
    http_each_route(app->routes, app->n_routes, add_row, &rows);
    struct view_api p = {.routes = rows.items, .n_routes = rows.n};
    site_page_api(&v, &p);
    return view_end(&v);
}
