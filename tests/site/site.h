/* The whole site without sockets: the modules' own tables, routes and pages over one database. */
#ifndef BALISE_TESTS_SITE_H
#define BALISE_TESTS_SITE_H

#include "base/json.h"
#include "modules/directory/directory.h"
#include "modules/modules.h"
#include "store_test.h"

struct site {
    struct app app;
    struct http_server *server;
    struct arena *a;
};
/* The site over the test's database, ready to be asked. */
void site_open(struct site *site, struct store *s);
void site_close(struct site *site);
/* Reads committed changes, as the running program does four times a second. */
void site_refresh(struct site *site);
struct http_test_answer site_get(struct site *site, const char *target);
/* The same, with the status expected; its body as JSON, which lives until the site is closed. */
json_t *site_get_json(struct site *site, const char *target, int status);

/* One place, one structure, two services (the second at a distance), valid and fictional. Ids published:
 * place "lieu-1", structure "essai--s1", services "essai--v1" and "essai--v2". */
void site_fill(struct store *s);
extern const char *const site_place_slug; /* after site_fill */

/* main() of a test over every migration of the program. */
int site_test_main(const struct store_test *tests, size_t n);

#endif
