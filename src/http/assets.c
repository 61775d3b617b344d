/* Styles, scripts, fonts and icons embedded in the program, under names that hold their hash. */
#include "http/exchange.h"

static struct asset_table table;
static const struct asset **by_path, **by_name;

static int path_order(const void *a, const void *b)
{
    return strcmp((*(const struct asset *const *)a)->path, (*(const struct asset *const *)b)->path);
}

static int name_order(const void *a, const void *b)
{
    return strcmp((*(const struct asset *const *)a)->name, (*(const struct asset *const *)b)->name);
}

void http_set_assets(const struct asset_table *assets)
{
    free(by_path);
    free(by_name);
    by_path = by_name = NULL;
    table = assets ? *assets : (struct asset_table){0};
    if (table.n == 0)
        return;
    by_path = calloc(table.n, sizeof *by_path);
    by_name = calloc(table.n, sizeof *by_name);
    if (!by_path || !by_name) {
        fputs("balise: no memory for the asset table\n", stderr);
        abort();
    }
    for (size_t i = 0; i < table.n; i++)
        by_path[i] = by_name[i] = &table.assets[i];
    qsort(by_path, table.n, sizeof *by_path, path_order);
    qsort(by_name, table.n, sizeof *by_name, name_order);
}

static const struct asset *by_asked_name(const char *name)
{
    const struct asset key = {.name = name}, *wanted = &key;
    const struct asset **found =
        table.n ? bsearch(&wanted, by_name, table.n, sizeof *by_name, name_order) : NULL;
    if (!found) {
        fprintf(stderr, "balise: no asset named \"%s\"\n", name);
        abort();
    }
    return *found;
}

const char *asset_url(const char *name)
{
    return by_asked_name(name)->path;
}

struct str asset_text(const char *name)
{
    return by_asked_name(name)->raw;
}

const struct asset *asset_find(struct str path)
{
    size_t low = 0, high = table.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(str_from(by_path[mid]->path), path);
        if (order == 0)
            return by_path[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
