/* A record of any cells, one a line, in the order of the fields; the first byte says its kind and the level. Cleaned, then
 * checked as an import does: what cleaning kept is kept by the check, and cleaning again changes nothing. */
#include "fuzz.h"

#include <sodium.h>

#include "modules/directory/tidy/tidy.h"

static const struct civil_date today = {2026, 11, 24};

static void read_cells(struct arena *a, struct raw_record *raw, struct str rest)
{
    const struct field_table *t = field_table(raw->kind);
    struct str cell;
    for (size_t i = 0; i < t->n && str_split(&rest, '\n', &cell); i++)
        raw->cells[i] = str_is_utf8(cell) ? arena_str(a, cell) : STR_NONE; /* readers give UTF-8 only */
    for (size_t i = 0; i < 7 && str_split(&rest, '\n', &cell); i++)
        raw->horaires_jours[i] = str_is_utf8(cell) ? arena_str(a, cell) : STR_NONE;
}

static void check(struct arena *a, enum directory_kind kind, void *record, struct directory_problems *out)
{
    if (kind == DIRECTORY_PLACE)
        directory_check_place(a, record, out);
    else if (kind == DIRECTORY_STRUCTURE)
        directory_check_structure(a, record, today, out);
    else
        directory_check_service(a, record, today, out);
}

/* Bounds that are the check's own business: a date to come, a text too long or too short, hours that nobody reads. */
static bool left_to_the_check(const struct field *f, const struct directory_problem *p)
{
    return f->required || f->kind == FIELD_HOURS || f->min > 0 || f->max > 0 || p->value.n >= 100 || strcmp(f->name, "id") == 0 ||
           strcmp(f->name, "structure_id") == 0 || strcmp(f->name, "date_maj") == 0;
}

static void check_kept(struct arena *a, const struct raw_record *raw)
{
    const struct field_table *t = field_table(raw->kind);
    void *record = arena_zalloc(a, t->size);
    struct directory_problems problems = {0};
    ((struct directory_record *)record)->source = STR("essai");
    for (size_t i = 0; i < t->n; i++)
        field_read_cell(a, &t->fields[i], record, raw->cells[i], &problems);
    check(a, raw->kind, record, &problems);
    for (size_t i = 0; i < problems.n; i++) {
        const struct field *f = field_find(t, str_from(problems.items[i].field));
        if (f && !left_to_the_check(f, &problems.items[i])) {
            (void)fprintf(stderr, "%s: %.*s: %s\n", f->name, STR_ARG(problems.items[i].value), problems.items[i].why);
            expect(false);
        }
    }
}

static void check_reports(const struct directory_problems *p, const struct directory_corrections *c)
{
    for (size_t i = 0; i < p->n; i++)
        expect(p->items[i].field && p->items[i].why && !p->items[i].refuses && !(p->items[i].kept && p->refused));
    for (size_t i = 0; i < c->n; i++)
        expect(c->items[i].field && c->items[i].rule && c->items[i].before.n <= 200 && c->items[i].after.n <= 200);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2 || n > 20000 || sodium_init() < 0)
        return 0;
    struct arena *a = arena_new(SIZE_MAX);
    struct raw_record raw = {.kind = (enum directory_kind)(data[0] % 3)};
    enum tidy_level level = data[0] & 0x40 ? TIDY_STANDARD : TIDY_FULL;
    raw.horaires_par_jour = (data[0] & 0x80) != 0;
    raw.semaines = raw.horaires_par_jour ? data[0] >> 2 & 1 : 0;
    raw.typologie_du_nom = true;
    read_cells(a, &raw, (struct str){(const char *)data + 1, n - 1});
    if (raw.horaires_par_jour && raw.kind == DIRECTORY_PLACE)
        *raw_cell(&raw, "horaires") = STR_NONE; /* a reader gives one or the other */
    else if (raw.horaires_par_jour)
        raw.horaires_par_jour = false;
    struct directory_problems problems = {0}, none = {0};
    struct directory_corrections corrections = {0};
    tidy_record(a, &raw, level, &problems, &corrections);
    check_reports(&problems, &corrections);
    check_kept(a, &raw);
    struct raw_record again = raw;
    again.horaires_par_jour = false;
    again.semaines = 0;
    tidy_record(a, &again, level, &none, NULL);
    for (size_t i = 0; i < field_table(raw.kind)->n; i++)
        if (!str_eq(raw.cells[i], again.cells[i])) {
            (void)fprintf(stderr, "%s: %.*s\n   %.*s\n", field_table(raw.kind)->fields[i].name, STR_ARG(raw.cells[i]), STR_ARG(again.cells[i]));
            expect(false);
        }
    arena_free(a);
    return 0;
}
