/* Mappings: a document and a file, separated by a NUL. Whatever both are, what comes out is text, the same twice; what is
 * proposed for a file is a mapping that reads it. */
#include "fuzz.h"

#include "modules/directory/import/map.h"

static void check_row(struct arena *a, const struct map_bound *b, const struct table_row *row)
{
    struct raw_record raw = {.kind = DIRECTORY_PLACE}, again = {.kind = DIRECTORY_PLACE};
    map_row(a, b, row, &raw);
    map_row(a, b, row, &again);
    expect(raw_cell(&raw, "id")->n > 0);
    for (size_t i = 0; i < RAW_CELLS; i++)
        expect(str_is_utf8(raw.cells[i]) && str_eq(raw.cells[i], again.cells[i]));
    for (size_t i = 0; i < MAP_DAYS; i++)
        expect(str_is_utf8(raw.horaires_jours[i]));
    expect(raw.semaines >= 0 && raw.semaines <= 2);
}

static void read_file(struct arena *a, struct map *m, struct str file)
{
    enum { ROWS = 300 };
    struct table *t;
    struct table_row row;
    struct str why, missing;
    bool has = true;
    struct map_bound *b = map_bound_new(a, m);
    if (table_open(a, file, m->reading, &t, &why) != OK)
        return;
    for (int i = 0; i < ROWS && table_next(t, &row, &has, &why) == OK && has; i++) {
        map_bind(b, &row);
        if (i == 0 && map_check(b, &row, true, &missing, &why) != OK)
            expect(why.n > 0 && str_is_utf8(why));
        check_row(a, b, &row);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str rest = {(const char *)data, n}, mapping = STR_NONE, why, proposed;
    struct arena *a = arena_new(SIZE_MAX);
    struct map *m;
    (void)str_split(&rest, 0, &mapping);
    if (map_parse(a, mapping, &m, &why) == OK)
        read_file(a, m, rest);
    else
        expect(why.n > 0 && str_is_utf8(why));
    if (directory_mapping_suggest(a, rest, &proposed, &why) == OK) {
        enum err e = map_parse(a, proposed, &m, &why);
        /* a mapping must say where names are: no column may look like one */
        expect(e == OK || str_find(why, STR("« nom »"), 0) >= 0);
        if (e == OK)
            read_file(a, m, rest);
    } else {
        expect(why.n > 0 && str_is_utf8(why));
    }
    arena_free(a);
    return 0;
}
