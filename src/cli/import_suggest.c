#include "cli/import_suggest.h"

#include <stdio.h>

#include "modules/directory/directory.h"

int import_suggest(struct arena *a, const char *file, struct str data)
{
    struct str json, why;
    enum err e = directory_mapping_suggest(a, data, &json, &why);
    if (e != OK) {
        cli_error("« %s » ne peut pas être lu. %.*s", file, STR_ARG(why.n ? why : str_from(err_name(e))));
        return 1;
    }
    printf("%.*s\n", STR_ARG(json));
    return 0;
}
