/* Files of any bytes: recognised or refused with a reason, and every record accounted for. Reading, cleaning and checking
 * run as in an import, without a database. */
#include "fuzz.h"

#include <sodium.h>

#include "base/csv.h"
#include "modules/directory/directory.h"

struct told {
    bool header, refused;
};

static bool report(void *ctx, struct str csv)
{
    struct told *t = ctx;
    expect(str_is_utf8(csv));
    expect(t->header || str_starts(csv, STR("ligne,")));
    t->header = true;
    t->refused |= str_find(csv, STR("Fiche refusée"), 0) >= 0;
    return true;
}

/* Each row of a CSV is a record; what a JSON holds is counted by its reader alone. */
static void check_rows(struct arena *a, struct str data, const struct directory_import_result *result)
{
    const struct directory_import_counts *n = &result->counts;
    struct csv_row row;
    int64_t rows = -1; /* the titles */
    expect(n->rows == n->added + n->updated + n->unchanged + n->refused + n->left_out + n->kept_deleted);
    if (!str_ends(str_from(result->format), STR("(CSV)")))
        return;
    struct csv_reader *r = csv_reader_new(a, data, (struct csv_options){0});
    while (csv_next(r, &row))
        rows++;
    expect(n->rows == rows);
}

/* Some of it only: the same records are met. */
static void read_a_part(struct arena *a, struct directory_import in, int64_t rows)
{
    static const struct str departements[] = {STR_INIT("35")};
    struct directory_import_result result;
    struct str why;
    in.departements = departements;
    in.n_departements = 1;
    in.report = NULL;
    expect(directory_import_run(NULL, a, &in, &result, &why) == OK);
    expect(result.counts.rows == rows);
    check_rows(a, in.data, &result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (sodium_init() < 0)
        return 0;
    struct arena *a = arena_new(SIZE_MAX);
    struct told told = {false, false};
    struct directory_import in = {.data = {(const char *)data, n}, .default_source = STR("essai"), .actor = STR("essai"),
                                  .report = report, .ctx = &told};
    struct directory_import_result result;
    struct str why;
    enum err e = directory_import_run(NULL, a, &in, &result, &why);
    expect(e == OK || e == ERR_INVALID);
    expect(e == OK || why.n > 0);
    expect(str_is_utf8(why) && str_is_utf8(result.ignored_columns));
    if (e == OK) {
        expect((result.counts.refused > 0) == told.refused);
        check_rows(a, in.data, &result);
        read_a_part(a, in, result.counts.rows);
    }
    arena_free(a);
    return 0;
}
