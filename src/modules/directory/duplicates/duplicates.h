/* Are two places one and the same? Score explained part by part, vetoes, candidates by block. Pure but for what is said.
 * Private to the module; what other modules and the commands use is in directory.h. Rules: docs/duplicates.md. */
#ifndef BALISE_MODULES_DIRECTORY_DUPLICATES_H
#define BALISE_MODULES_DIRECTORY_DUPLICATES_H

#include "modules/directory/directory.h"

#endif
