/* balise import --suggest: a first mapping for a file, on standard output. */
#ifndef BALISE_CLI_IMPORT_SUGGEST_H
#define BALISE_CLI_IMPORT_SUGGEST_H

#include "cli/cli.h"

/* Exit status of the command. */
int import_suggest(struct arena *a, const char *file, struct str data);

#endif
