/* The pages about the site itself: accessibility, legal notice, map, API. */
#ifndef BALISE_MODULES_SITE_SITE_PAGES_H
#define BALISE_MODULES_SITE_SITE_PAGES_H

#include "http/http.h"
#include "view/view.h"

enum err site_show_accessibility(struct request *rq, struct response *rs);
enum err site_show_legal(struct request *rq, struct response *rs);
enum err site_show_map(struct request *rq, struct response *rs);
enum err site_show_api(struct request *rq, struct response *rs);

/* The territory's name, phone and hours, for every page (view_site_source). */
void site_describe(struct request *rq, struct view_site *out);

#endif
