/* The pages of the directory inside the module: their routes (pages_routes.h), what they read, what they share. */
#ifndef BALISE_MODULES_DIRECTORY_PAGES_H
#define BALISE_MODULES_DIRECTORY_PAGES_H

#include "modules/directory/directory.h"
#include "modules/directory/views.h"

enum { PAGES_PER_PAGE = 20, PAGES_RADIUS_KM = 20, PAGES_FILTERS = 8 };

/* A group of checkboxes of the results page, and its parameter. */
struct pages_filter {
    const char *name; /* "besoin" */
    enum directory_facet facet;
    const char *words; /* message: "Ce que je cherche" */
};
extern const struct pages_filter directory_pages_filters[PAGES_FILTERS];

struct pages_search {
    struct str quoi, ou, commune;
    double lat, lon;
    bool has_lat, has_lon;
    int64_t rayon; /* km; 0: no limit */
    bool has_rayon;
    int64_t page;
    struct str_list filters[PAGES_FILTERS]; /* in the order of directory_pages_filters */
};
struct pages_slug {
    struct str slug;
};
extern const struct input directory_pages_search_input, directory_pages_slug_input, directory_pages_format_input;

enum err directory_show_home(struct request *rq, struct response *rs);
enum err directory_show_results(struct request *rq, struct response *rs);
enum err directory_show_place(struct request *rq, struct response *rs);
enum err directory_show_report(struct request *rq, struct response *rs);
enum err directory_show_data(struct request *rq, struct response *rs);
enum err directory_download(struct request *rq, struct response *rs);
enum err directory_show_quality(struct request *rq, struct response *rs);
enum err directory_download_quality(struct request *rq, struct response *rs);

/* -- shared by the pages -------------------------------------------------------------------------- */
/* Short words of a value, in the language of the page. */
struct str directory_label(const struct view *v, enum directory_enum_id id, int i);
/* The words of every value of a set, in order. */
struct str *directory_labels(struct view *v, enum directory_enum_id id, struct directory_set set, size_t *n);
/* How a value stands in an address: "aide-aux-demarches-administratives". Valid for ever. */
struct str directory_value_slug(enum directory_enum_id id, int i);
int directory_value_of_slug(enum directory_enum_id id, struct str slug);

/* Open or closed now; with `phone`, a place without known hours says to call. */
struct view_open directory_open_now(struct view *v, const struct hours *h, const struct hours_place *where, bool phone);
/* "position approximative : centre de la commune"; empty when the card has a point, or nothing stands for it. */
struct str directory_approximate_words(const struct view *v, const struct directory_card *card);
/* A route to the point, on a map that tracks nobody. */
struct str directory_way(struct view *v, struct geo_point point);
enum hours_language directory_hours_language(enum lang lang);

#endif
