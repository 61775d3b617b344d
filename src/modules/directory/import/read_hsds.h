/* HSDS 3 and Open Referral UK files and pages of their API. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_IMPORT_READ_HSDS_H
#define BALISE_MODULES_DIRECTORY_IMPORT_READ_HSDS_H

#include "base/arena.h"

/* Is the first record of this JSON text an HSDS service, organization or service_at_location? */
bool hsds_detect(struct arena *a, struct str text);
#endif
