/* HSDS 3 and Open Referral UK files and pages of their API. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_IMPORT_READ_HSDS_H
#define BALISE_MODULES_DIRECTORY_IMPORT_READ_HSDS_H

#include "modules/directory/import/import.h"

/* Is the first record of this JSON text an HSDS service, organization or service_at_location? */
bool hsds_detect(struct arena *a, struct str text);
/* An array, a page {"contents": […]}, {"services": […], "organizations": […]}, one object, or one a line. Organizations
 * become structures, services become services; a location gives them its address. */
enum err import_hsds(struct importer *im, const char **format) MUST_USE;

#endif
