/* Home, report of an error, and what the pages of the directory share. */
#include "modules/directory/pages.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/text.h"
#include "modules/directory/pages/templates.h"

/* -- what the pages read -------------------------------------------------------------------------- */
const struct pages_filter directory_pages_filters[PAGES_FILTERS] = {
    {"besoin", FACET_BESOIN, N_("Ce que je cherche")},
    {"sujet", FACET_CATEGORIE, N_("Autres sujets")},
    {"public", FACET_PUBLIC, N_("Pour qui")},
    {"frais", FACET_FRAIS, N_("Prix")},
    {"accueil", FACET_ACCES, N_("Comment venir")},
    {"adapte", FACET_PRISE_EN_CHARGE, N_("Accueil adapté, langues")},
    {"aide", FACET_ACCOMPAGNEMENT, N_("Seul ou accompagné")},
    {"lieu", FACET_FAMILLE, N_("Type de lieu")},
};

#define S(member) offsetof(struct pages_search, member)
#define FILTER(i, name_, doc_)                                                                               \
    {.name = name_, .source = IN_QUERY, .type = INPUT_LIST, .offset = S(filters) + (i) * sizeof(struct str_list), .doc = doc_}
static const struct input_field search_fields[] = {
    {.name = "quoi", .source = IN_QUERY, .type = INPUT_TEXT, .offset = S(quoi), .min = 0, .max = 200,
     .label = N_("De quoi avez-vous besoin ?"), .doc = "words"},
    {.name = "ou", .source = IN_QUERY, .type = INPUT_TEXT, .offset = S(ou), .min = 0, .max = 100, .label = N_("Où ?"),
     .doc = "commune or postal code"},
    {.name = "commune", .source = IN_QUERY, .type = INPUT_TEXT, .offset = S(commune), .min = 0, .max = 5,
     .doc = "INSEE code that ou stands for"},
    {.name = "lat", .source = IN_QUERY, .type = INPUT_NUMBER, .offset = S(lat), .present_offset = S(has_lat),
     .min = -90, .max = 90, .doc = "latitude, with lon"},
    {.name = "lon", .source = IN_QUERY, .type = INPUT_NUMBER, .offset = S(lon), .present_offset = S(has_lon),
     .min = -180, .max = 180, .doc = "longitude, with lat"},
    {.name = "rayon", .source = IN_QUERY, .type = INPUT_INT, .offset = S(rayon), .present_offset = S(has_rayon),
     .min = 0, .max = 1000, .label = N_("Distance"), .doc = "kilometres; 0: no limit"},
    {.name = "page", .source = IN_QUERY, .type = INPUT_INT, .offset = S(page), .min = 1, .max = 10000,
     .fallback = "1", .doc = "from 1"},
    FILTER(0, "besoin", "frequent needs"),
    FILTER(1, "sujet", "categories of themes"),
    FILTER(2, "public", "publics"),
    FILTER(3, "frais", "prices"),
    FILTER(4, "accueil", "ways to come in"),
    FILTER(5, "adapte", "disabilities and languages"),
    FILTER(6, "aide", "alone, accompanied, in a group"),
    FILTER(7, "lieu", "kinds of place"),
};
const struct input directory_pages_search_input = {
    .size = sizeof(struct pages_search), .fields = search_fields,
    .n = sizeof search_fields / sizeof *search_fields, .lenient = true};

static const struct input_field slug_fields[] = {
    {.name = "slug", .source = IN_PATH, .type = INPUT_TEXT, .offset = offsetof(struct pages_slug, slug),
     .required = true, .doc = "of a place or a structure"},
};
const struct input directory_pages_slug_input = {.size = sizeof(struct pages_slug), .fields = slug_fields, .n = 1};

static const struct input_field format_fields[] = {
    {.name = "fichier", .source = IN_PATH, .type = INPUT_TEXT, .offset = offsetof(struct pages_slug, slug),
     .required = true, .doc = "name of an export format"},
};
const struct input directory_pages_format_input = {.size = sizeof(struct pages_slug), .fields = format_fields, .n = 1};

/* -- words of the enumerations -------------------------------------------------------------------- */
struct str directory_label(const struct view *v, enum directory_enum_id id, int i)
{
    const struct directory_value *value = directory_enum_value(id, i);
    if (!value)
        return STR_NONE;
    const char *words = v->lang == LANG_EN ? value->en : value->fr;
    return str_from(words ? words : value->label ? value->label : value->value);
}

struct str *directory_labels(struct view *v, enum directory_enum_id id, struct directory_set set, size_t *n)
{
    struct str *out = ARENA_ARRAY(v->arena, (size_t)directory_set_count(set), struct str);
    *n = 0;
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1)) {
        struct str words = directory_label(v, id, i);
        if (words.n)
            out[(*n)++] = words;
    }
    return out;
}

/* The slugs never change while the program runs: made once. */
static struct arena *slugs_in;
static struct str *slugs[ENUM_COUNT];
static pthread_once_t slugs_made = PTHREAD_ONCE_INIT;

static void make_slugs(void)
{
    struct arena *a = slugs_in = arena_new(SIZE_MAX);
    for (int id = 0; a && id < ENUM_COUNT; id++) {
        const struct directory_enum *e = directory_enum((enum directory_enum_id)id);
        struct str *of = ARENA_ARRAY(a, (size_t)e->n, struct str);
        for (int i = 0; i < e->n; i++)
            of[i] = text_slug(a, str_from(e->values[i].value), 120);
        slugs[id] = of;
    }
}

struct str directory_value_slug(enum directory_enum_id id, int i)
{
    pthread_once(&slugs_made, make_slugs);
    return slugs[id] && i >= 0 && i < directory_enum(id)->n ? slugs[id][i] : STR_NONE;
}

int directory_value_of_slug(enum directory_enum_id id, struct str slug)
{
    for (int i = 0; slug.n && i < directory_enum(id)->n; i++)
        if (str_eq(directory_value_slug(id, i), slug))
            return i;
    return -1;
}

/* -- shared parts --------------------------------------------------------------------------------- */
enum hours_language directory_hours_language(enum lang lang)
{
    return lang == LANG_EN ? HOURS_EN : HOURS_FR;
}

struct str directory_approximate_words(const struct view *v, const struct directory_card *card)
{
    if (card->approximate == APPROXIMATE_COMMUNE)
        return view_tr(v, "position approximative : centre de la commune");
    return card->approximate == APPROXIMATE_AROUND ? view_tr(v, "position approximative : alentours de la commune") : STR_NONE;
}

struct view_open directory_open_now(struct view *v, const struct hours *h, const struct hours_place *where, bool phone)
{
    struct view_open out = {.state = HOURS_UNKNOWN};
    if (!h) {
        out.word = phone ? view_tr(v, "Horaires à vérifier par téléphone") : STR_NONE;
        return out;
    }
    int64_t now_ms = clock_now_ms();
    struct hours_now now = hours_at(h, where, now_ms);
    struct str words = hours_now_words(v->arena, &now, where, now_ms, directory_hours_language(v->lang));
    ptrdiff_t space = now.state == HOURS_UNKNOWN ? -1 : str_find_char(words, ' ', 0);
    out.state = now.state;
    out.word = space < 0 ? words : str_sub(words, 0, (size_t)space);
    out.rest = space < 0 ? STR_NONE : str_sub(words, (size_t)space + 1, words.n);
    return out;
}

struct str directory_way(struct view *v, struct geo_point point)
{
    return arena_printf(v->arena, "https://www.openstreetmap.org/directions?to=%.5f%%2C%.5f", point.lat, point.lon);
}

/* -- home ----------------------------------------------------------------------------------------- */
enum err directory_show_home(struct request *rq, struct response *rs)
{
    struct view v;
    view_begin(&v, rq, rs);
    v.section = SECTION_PLACES;
    const struct directory_enum *needs = directory_enum(ENUM_BESOIN);
    struct view_item *items = ARENA_ARRAY(rq->arena, (size_t)needs->n, struct view_item);
    for (int i = 0; i < needs->n; i++) {
        items[i].icon = icon_named(needs->values[i].icon);
        items[i].words = directory_label(&v, ENUM_BESOIN, i);
        items[i].url = arena_printf(rq->arena, "%s/recherche?besoin=%.*s", v.prefix,
                                    STR_ARG(directory_value_slug(ENUM_BESOIN, i)));
    }
    size_t n_places = 0;
    (void)directory_cards(rq->arena, &n_places);
    struct view_home p = {.needs = items, .n_needs = (size_t)needs->n, .n_places = (int64_t)n_places};
    directory_page_home(&v, &p);
    return view_end(&v);
}

/* -- report of an error --------------------------------------------------------------------------- */
enum err directory_show_report(struct request *rq, struct response *rs)
{
    const struct pages_slug *in = rq->input;
    const struct directory_card *card = directory_card(rq->arena, in->slug);
    if (!card)
        return ERR_NOT_FOUND;
    struct view v;
    view_begin(&v, rq, rs);
    v.section = SECTION_PLACES;
    v.no_index = true;
    struct view_report p = {.name = card->nom, .url = view_link_to(&v, "/lieux/", card->slug),
                            .phone = v.site.help_phone, .place_phone = card->telephone};
    directory_page_report(&v, &p);
    return view_end(&v);
}
