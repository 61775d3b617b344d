/* Quality of the data: the page that says it to anyone, and the same figures for programs. */
#include <math.h>

#include "modules/directory/pages.h"
#include "modules/directory/pages/templates.h"
#include "modules/directory/quality.h"
#include "modules/module.h"
#include "modules/territory/territory.h"

/* -- figures in words ----------------------------------------------------------------------------- */

/* A few are never none, nearly all are never all. */
static struct str share_words(struct view *v, int64_t count, int64_t of, int percent)
{
    if (count > 0 && percent == 0)
        return view_tr(v, "moins de 1 %");
    if (count < of && percent == 100)
        return view_tr(v, "plus de 99 %");
    return i18n_format(v->arena, v->lang, "{n} %", ARG_I("n", percent));
}

static struct view_figure figure(struct view *v, const struct quality_source *s, enum quality_measure m)
{
    const struct quality_words *w = &quality_words[m];
    int64_t sheets = quality_sheets(s), n = s->counts[m];
    int percent = sheets ? (int)lround((double)n * 100 / (double)sheets) : 0;
    return (struct view_figure){.words = view_tr(v, w->words),
                                .why = w->why ? view_tr(v, w->why) : STR_NONE,
                                .count = n,
                                .share = share_words(v, n, sheets, percent),
                                .percent = percent};
}

static void add_examples(struct view *v, const struct quality_report *r, enum quality_measure m, struct view_figure *f)
{
    struct view_item *items = ARENA_ARRAY(v->arena, r->n_examples[m], struct view_item);
    for (size_t i = 0; i < r->n_examples[m]; i++) {
        const struct quality_example *e = &r->examples[m][i];
        bool said = str_find(e->nom, e->commune, 0) >= 0; /* "Mairie de Gosné" */
        items[i] = (struct view_item){.words = e->nom, .detail = said ? STR_NONE : e->commune,
                                      .url = view_link_to(v, "/lieux/", e->slug)};
    }
    f->examples = items;
    f->n_examples = r->n_examples[m];
}

static const struct {
    const char *anchor, *title, *lead, *mend;
} families[QUALITY_FAMILIES] = {
    [QUALITY_MISSING] = {"manque", N_("Ce qui manque"), N_("Une information que personne ne nous a donnée."),
                         N_("Qui peut corriger : le lieu lui-même, ou la personne qui prépare le fichier de la source.")},
    [QUALITY_AGE] = {"age", N_("Ce qui vieillit"),
                     N_("La date que donne la source pour chaque fiche. À part : les fiches qu’une personne a relues ici."),
                     N_("Qui peut corriger : le lieu, en confirmant que sa fiche est juste.")},
    [QUALITY_DOUBT] = {"doute", N_("Ce qui est douteux"),
                       N_("Ce que le dernier import a remarqué, et ce qui s’accorde mal avec le reste."),
                       N_("Qui peut corriger : la personne qui prépare le fichier, ou toute personne qui connaît le lieu, en "
                          "signalant l’erreur sur sa page.")},
};

static struct view_figures *make_families(struct view *v, const struct quality_report *r, const struct quality_source *s)
{
    struct view_figures *all = ARENA_ARRAY(v->arena, QUALITY_FAMILIES, struct view_figures);
    for (int f = 0; f < QUALITY_FAMILIES; f++) {
        struct view_figure *figures = ARENA_ARRAY(v->arena, QUALITY_COUNT, struct view_figure);
        all[f] = (struct view_figures){.title = view_tr(v, families[f].title), .anchor = str_from(families[f].anchor),
                                       .lead = view_tr(v, families[f].lead), .mend = view_tr(v, families[f].mend),
                                       .figures = figures};
        for (int m = 0; m < QUALITY_COUNT; m++)
            if ((int)quality_words[m].family == f) {
                struct view_figure *one = &figures[all[f].n_figures++];
                *one = figure(v, s, (enum quality_measure)m);
                if (s == &r->all)
                    add_examples(v, r, (enum quality_measure)m, one);
            }
    }
    return all;
}

static struct view_quality_source make_source(struct view *v, const struct quality_report *r, const struct quality_source *s)
{
    struct view_quality_source out = {
        .name = s->nom,
        .anchor = arena_printf(v->arena, "source-%.*s", STR_ARG(s->slug)),
        .sheets = quality_sheets(s),
        .places = s->places,
        .structures = s->structures,
        .services = s->services,
        .format = s->format,
        .families = make_families(v, r, s),
        .n_families = QUALITY_FAMILIES,
    };
    if (s->imported_ms > 0)
        out.imported = view_date_short(v, zone_local(ZONE_PARIS, s->imported_ms).date);
    if (s->score >= 0)
        out.score = i18n_format(v->arena, v->lang, "{n} sur 100", ARG_I("n", lround(s->score * 100)));
    return out;
}

enum err directory_show_quality(struct request *rq, struct response *rs)
{
    const struct app *app = rq->app;
    const struct quality_report *r;
    struct view v;
    TRY(quality_report(app->db, rq->arena, &r));
    view_begin(&v, rq, rs);
    v.section = SECTION_DATA;
    struct view_quality_source *sources = ARENA_ARRAY(rq->arena, r->n_sources, struct view_quality_source);
    for (size_t i = 0; i < r->n_sources; i++)
        sources[i] = make_source(&v, r, &r->sources[i]);
    struct view_quality p = {.all = make_source(&v, r, &r->all), .sources = sources, .n_sources = r->n_sources};
    directory_page_quality(&v, &p);
    return view_end(&v);
}

/* -- for programs --------------------------------------------------------------------------------- */

static const struct quality_file {
    const char *name, *content_type;
    void (*write)(const struct quality_report *r, struct buf *out);
} files[] = {
    {"csv", "text/csv; charset=utf-8", quality_write_csv},
    {"json", "application/json", quality_write_json},
};

static const struct quality_file *find_file(struct str name)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (str_eq(name, str_from(files[i].name)))
            return &files[i];
    return NULL;
}

enum err directory_download_quality(struct request *rq, struct response *rs)
{
    const struct pages_slug *in = rq->input;
    const struct app *app = rq->app;
    const struct quality_file *file = find_file(in->slug);
    const struct quality_report *r;
    if (!file)
        return ERR_NOT_FOUND;
    TRY(quality_report(app->db, rq->arena, &r));
    struct civil_date day = civil_from_days(r->day);
    struct str slug = territory_settings(territory_in(rq->arena))->source_slug;
    response_header(rs, "Link", STR("<https://www.etalab.gouv.fr/licence-ouverte-open-licence/>; rel=\"license\""));
    struct str etag = arena_printf(rq->arena, "quality-%s-%lld-%lld-%lld", file->name, (long long)r->version,
                                   (long long)r->imports, (long long)r->day);
    if (response_cached(rq, rs, etag, 0, "public, max-age=0, must-revalidate"))
        return OK;
    rs->content_type = file->content_type;
    response_header(rs, "Content-Disposition",
                    arena_printf(rq->arena, "attachment; filename=\"%04d%02d%02d-%.*s-qualite.%s\"", day.year, day.month,
                                 day.day, STR_ARG(slug), file->name));
    file->write(r, &rs->body);
    return rs->body.failed ? ERR_LIMIT : OK;
}
