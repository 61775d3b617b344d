/* Records: cells of any bytes, one a line, in the order of the fields. What is kept is valid text, keeps its place in
 * a file, and is kept again as it is: checking twice changes nothing and finds nothing. */
#include "fuzz.h"

#include <sodium.h>

#include "modules/directory/fields.h"

static const struct civil_date today = {2026, 11, 24};

static void check(struct arena *a, enum directory_kind kind, void *record, struct directory_problems *out)
{
    if (kind == DIRECTORY_PLACE)
        directory_check_place(a, record, out);
    else if (kind == DIRECTORY_STRUCTURE)
        directory_check_structure(a, record, today, out);
    else
        directory_check_service(a, record, today, out);
}

static void check_problems(const struct directory_problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        expect(p->items[i].field && p->items[i].why && p->items[i].why[0]);
        expect(p->items[i].value.n <= 200);
        expect(!p->items[i].refuses || p->refused);
    }
}

static void check_again(struct arena *a, enum directory_kind kind, const void *record)
{
    const struct field_table *t = field_table(kind);
    void *again = arena_zalloc(a, t->size);
    struct directory_record *r = again;
    struct directory_problems none = {0};
    r->source = STR("essai");
    for (size_t i = 0; i < t->n; i++) {
        struct str cell = field_cell(a, &t->fields[i], record);
        expect(str_is_utf8(cell));
        field_read_cell(a, &t->fields[i], again, cell, &none);
    }
    expect(none.n == 0);
    check(a, kind, again, &none);
    expect(none.n == 0);
    for (size_t i = 0; i < t->n; i++)
        expect(field_equal(&t->fields[i], record, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2 || sodium_init() < 0)
        return 0;
    struct arena *a = arena_new(SIZE_MAX);
    enum directory_kind kind = (enum directory_kind)(data[0] % 3);
    struct str rest = {(const char *)data + 1, n - 1}, cell;
    const struct field_table *t = field_table(kind);
    void *record = arena_zalloc(a, t->size);
    struct directory_problems problems = {0};
    ((struct directory_record *)record)->source = STR("essai");
    for (size_t i = 0; i < t->n && str_split(&rest, '\n', &cell); i++)
        if (str_is_utf8(cell)) /* both readers give UTF-8 only */
            field_read_cell(a, &t->fields[i], record, cell, &problems);
    check(a, kind, record, &problems);
    check_problems(&problems);
    if (!problems.refused)
        check_again(a, kind, record);
    arena_free(a);
    return 0;
}
