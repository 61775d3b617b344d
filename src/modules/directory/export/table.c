/* Everything in one table: places, structures and services, one row each, one column for each field of both standards
 * (a field that two kinds have is one column). For those who work on the data: comma, UTF-8 with the mark that makes
 * Excel read it so, and nothing that a spreadsheet would run. */
#include <stddef.h>

#include "i18n/format.h"
#include "modules/directory/export/export.h"
#include "modules/territory/territory.h"

const struct export_part export_all_places[] = {
    {DIRECTORY_PLACE, "t.source", "t.source_id", " FROM directory_place t WHERE " EXPORT_PLACE_IS_LIVE, NULL}};
const struct export_part export_all_structures[] = {
    {DIRECTORY_STRUCTURE, "t.source", "t.source_id", " FROM directory_structure t WHERE t.deleted_at_ms = 0", NULL}};
/* A service is read on the page of its structure. */
const struct export_part export_all_services[] = {
    {DIRECTORY_SERVICE, "t.source", "t.source_id",
     " FROM directory_service t JOIN directory_structure s ON s.id = t.structure_id"
     " WHERE t.deleted_at_ms = 0 AND s.deleted_at_ms = 0", "s.slug"}};

enum { COLUMNS_MAX = 3 * EXPORT_FIELDS_MAX };
struct table {
    const char *names[COLUMNS_MAX];
    int fields[DIRECTORY_SERVICE + 1][COLUMNS_MAX]; /* which field of the kind the column holds; -1: none */
    size_t n;
    struct csv_writer csv;
};
static const char *const before[] = {"nature", "permalien", "source_des_donnees"};
static const char *const after[] = {"horaires_en_clair", "premiere_saisie", "dernier_changement", "confirmation"};

#define NBSP "\xC2\xA0"

/* -- what people are shown, besides the standards --------------------------------------------------- */

const char *export_nature(enum directory_kind kind)
{
    static const char *const natures[] = {
        [DIRECTORY_PLACE] = "lieu", [DIRECTORY_STRUCTURE] = "structure", [DIRECTORY_SERVICE] = "service"};
    return natures[kind];
}

struct str export_permalink(struct exporter *x, const struct export_row *r)
{
    struct str slug = r->host.n ? r->host : ((const struct directory_record *)r->record)->slug;
    if (!x->site.p)
        x->site = arena_str(x->a, territory_settings(territory_in(x->a))->public_url);
    return ARENA_JOIN(x->row, x->site, STR("/lieux/"), slug);
}

struct str export_day(struct exporter *x, int64_t at_ms)
{
    if (at_ms <= 0)
        return STR_NONE;
    struct civil_date d = zone_local(ZONE_PARIS, at_ms).date;
    return arena_printf(x->row, "%04d-%02d-%02d", d.year, d.month, d.day);
}

struct str export_phone(struct exporter *x, struct str e164)
{
    struct str text = e164.n ? format_phone(x->row, e164) : STR_NONE, rest = text;
    struct buf b;
    if (str_find(text, STR(NBSP), 0) < 0)
        return text;
    buf_init(&b, SIZE_MAX);
    for (ptrdiff_t at; (at = str_find(rest, STR(NBSP), 0)) >= 0; rest = str_sub(rest, (size_t)at + strlen(NBSP), rest.n)) {
        buf_add(&b, str_sub(rest, 0, (size_t)at));
        buf_char(&b, ' ');
    }
    buf_add(&b, rest);
    text = arena_str(x->row, buf_str(&b));
    buf_deinit(&b);
    return text;
}

struct str export_hours_sentence(struct exporter *x, const struct export_row *r)
{
    const struct directory_place *p = r->record;
    const struct directory_structure *s = r->record;
    const struct directory_service *v = r->record;
    struct str osm = r->kind == DIRECTORY_PLACE ? p->horaires : r->kind == DIRECTORY_STRUCTURE ? s->horaires_accueil
                                                                                             : v->horaires_accueil;
    return osm.n ? export_sentence_of(x, osm) : STR_NONE;
}

/* -- the table --------------------------------------------------------------------------------------- */

static void add_kind(struct table *t, enum directory_kind kind)
{
    const struct field_table *fields = field_table(kind);
    for (size_t i = 0; i < fields->n; i++) {
        size_t c = 0;
        while (c < t->n && strcmp(t->names[c], fields->fields[i].name) != 0)
            c++;
        if (c == t->n) {
            t->names[t->n++] = fields->fields[i].name;
            for (int k = 0; k <= DIRECTORY_SERVICE; k++)
                t->fields[k][c] = -1;
        }
        t->fields[kind][c] = (int)i;
    }
}

static void header(struct table *t)
{
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        csv_cell(&t->csv, str_from(before[i]));
    for (size_t i = 0; i < t->n; i++)
        csv_cell(&t->csv, str_from(t->names[i]));
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        csv_cell(&t->csv, str_from(after[i]));
    csv_end_row(&t->csv);
}

static struct str cell_of(struct exporter *x, const struct export_row *r, int i)
{
    const struct field *f = &field_table(r->kind)->fields[i];
    if (f->kind == FIELD_NUMBER || f->kind == FIELD_COUNT)
        return field_cell(x->row, f, r->record);
    /* "+33…" would be guarded, or lose its sign in a spreadsheet. */
    return str_eq(str_from(f->name), STR("telephone")) ? export_phone(x, r->cells[i]) : r->cells[i];
}

static enum err write_row(struct exporter *x, const struct export_row *r)
{
    struct table *t = x->format;
    const struct directory_record *record = r->record;
    csv_cell(&t->csv, str_from(export_nature(r->kind)));
    csv_cell(&t->csv, export_permalink(x, r));
    csv_cell(&t->csv, record->source);
    for (size_t c = 0; c < t->n; c++) {
        int i = t->fields[r->kind][c];
        csv_cell(&t->csv, i < 0 ? STR_NONE : cell_of(x, r, i));
    }
    csv_cell(&t->csv, export_hours_sentence(x, r));
    csv_cell(&t->csv, export_day(x, record->created_at_ms));
    csv_cell(&t->csv, export_day(x, record->updated_at_ms));
    csv_cell(&t->csv, export_day(x, record->confirmed_at_ms));
    csv_end_row(&t->csv);
    return OK;
}

enum err export_table(struct exporter *x)
{
    struct table *t = ARENA_NEW(x->a, struct table);
    x->format = t;
    t->csv = (struct csv_writer){.out = &x->out, .guard = CSV_SPREADSHEET};
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
        add_kind(t, (enum directory_kind)kind);
    buf_lit(&x->out, "\xEF\xBB\xBF");
    header(t);
    unsigned with = EXPORT_WITH_PAGE | EXPORT_WITH_ORIGIN | EXPORT_WITH_HISTORY;
    TRY(export_each(x, export_all_places, 1, with, write_row));
    TRY(export_each(x, export_all_structures, 1, with, write_row));
    return export_each(x, export_all_services, 1, with, write_row);
}
