/* Lieux de médiation numérique, versions 1.0.2 and 2.0.0, CSV and JSON. What changed from one to the other:
 * structure_parente is gone; pivot is a SIRET or nothing; date_maj may be unknown; code_insee is a code of the official
 * geographic list; a label got the space that it lacked. Everything else is the same, letter for letter. */
#include <stddef.h>

#include "modules/directory/export/export.h"

/* The order is made of what is published, so that an import in an empty directory exports the same again. Where two
 * sources gave the same id, both are told apart by their source. As an expression, the list of these ids is made once; as
 * a condition, PostgreSQL without statistics walks through it for each row. */
#define IS_TWICE                                                                                             \
    "CASE WHEN t.source_id IN (SELECT o.source_id FROM directory_place o WHERE o.deleted_at_ms = 0"          \
    " AND COALESCE(o.merged_into, '') = '' GROUP BY o.source_id HAVING COUNT(*) > 1) THEN 1 ELSE 0 END"
#define WORDS "COALESCE(t.source_texte, '')"
static const struct export_part simple[] = {
    {DIRECTORY_PLACE, WORDS, "t.source_id", " FROM directory_place t WHERE " EXPORT_PLACE_IS_LIVE, NULL}};
static const struct export_part told_apart[] = {
    {DIRECTORY_PLACE, WORDS, "t.source_id",
     " FROM directory_place t WHERE " EXPORT_PLACE_IS_LIVE " AND " IS_TWICE " = 0", NULL},
    {DIRECTORY_PLACE, WORDS, "t.source || '--' || t.source_id",
     " FROM directory_place t WHERE " EXPORT_PLACE_IS_LIVE " AND " IS_TWICE " = 1", NULL},
};

/* How each field of a place is written. */
enum how { AS_IT_IS, NUMBER, ID, PIVOT, LEFT_OUT, SIRET, COG, KNOWN_DATE, LABELS };
struct lamednum {
    enum how how[EXPORT_FIELDS_MAX];
    struct csv_writer csv;
    int spaced; /* row of the label that 2.0.0 spells otherwise */
};

static void plan(struct exporter *x, bool version_2)
{
    static const struct {
        size_t offset;
        enum how first, second; /* in 1.0.2, in 2.0.0 */
    } ways[] = {
        {offsetof(struct directory_place, record.source_id), ID, ID},
        {offsetof(struct directory_place, latitude), NUMBER, NUMBER},
        {offsetof(struct directory_place, longitude), NUMBER, NUMBER},
        {offsetof(struct directory_place, pivot), PIVOT, SIRET},
        {offsetof(struct directory_place, code_insee), AS_IT_IS, COG},
        {offsetof(struct directory_place, structure_parente), AS_IT_IS, LEFT_OUT},
        {offsetof(struct directory_place, date_maj), AS_IT_IS, KNOWN_DATE},
        {offsetof(struct directory_place, formations_labels), AS_IT_IS, LABELS},
    };
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct lamednum *l = ARENA_NEW(x->a, struct lamednum);
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < sizeof ways / sizeof *ways; k++)
            if (ways[k].offset == t->fields[i].offset)
                l->how[i] = version_2 ? ways[k].second : ways[k].first;
    l->csv = (struct csv_writer){.out = &x->out, .guard = CSV_EXACT};
    l->spaced = directory_enum_find(ENUM_FORMATION_LABEL, STR("Étapes numériques (La Poste)"));
    x->format = l;
}

/* The label as 2.0.0 writes it is the spelling that is also read. */
static struct str labels_of_version_2(struct exporter *x, const struct export_set *s)
{
    const struct lamednum *l = x->format;
    if (!s || !directory_set_has(s->set, l->spaced))
        return s ? s->cell : STR_NONE;
    struct str cells[2] = {s->cell, STR_NONE};
    const struct directory_value *v = directory_enum_value(ENUM_FORMATION_LABEL, l->spaced);
    ptrdiff_t at = str_find(cells[0], str_from(v->value), 0);
    cells[1] = str_sub(cells[0], (size_t)at + strlen(v->value), cells[0].n);
    return arena_printf(x->row, "%.*s%s%.*s", (int)at, cells[0].p, v->alias, STR_ARG(cells[1]));
}

/* Of anything but a number. Empty: nothing is said. */
static struct str cell_of(struct exporter *x, const struct export_row *r, size_t i)
{
    const struct lamednum *l = x->format;
    struct str cell = r->cells[i];
    switch (l->how[i]) {
    case ID:
        return r->part ? r->second : cell;
    case PIVOT: /* required, and this is how the standard says "unknown" */
        return cell.n ? cell : STR("00000000000000");
    case SIRET:
        return check_siret_key(cell) ? cell : STR_NONE;
    case COG:
        return check_code_insee_cog(cell) ? cell : STR_NONE;
    case KNOWN_DATE: /* the day that stands for "unknown" where a date is required */
        return str_eq(cell, STR("1970-01-01")) ? STR_NONE : cell;
    case LABELS:
        return labels_of_version_2(x, r->sets[i]);
    case AS_IT_IS:
    case NUMBER:
    case LEFT_OUT:
        break;
    }
    return cell;
}

static const struct directory_number *number_of(const struct export_row *r, size_t i)
{
    return field_in(&field_table(DIRECTORY_PLACE)->fields[i], r->record);
}

static enum err write_csv_place(struct exporter *x, const struct export_row *r)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct lamednum *l = x->format;
    for (size_t i = 0; i < t->n; i++) {
        if (l->how[i] == LEFT_OUT)
            continue;
        if (l->how[i] != NUMBER) {
            csv_cell(&l->csv, l->how[i] == AS_IT_IS ? r->cells[i] : cell_of(x, r, i));
            continue;
        }
        const struct directory_number *v = number_of(r, i);
        csv_cell(&l->csv, STR_NONE);
        if (v->known)
            buf_double(&x->out, v->value);
    }
    csv_end_row(&l->csv);
    return OK;
}

static enum err write_json_place(struct exporter *x, const struct export_row *r)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    const struct lamednum *l = x->format;
    struct json_writer *w = &x->json;
    json_object_begin(w);
    for (size_t i = 0; i < t->n; i++) {
        if (l->how[i] == LEFT_OUT)
            continue;
        const struct directory_number *v = l->how[i] == NUMBER ? number_of(r, i) : NULL;
        struct str cell = v ? STR_NONE : cell_of(x, r, i);
        if (v ? !v->known : cell.n == 0)
            continue;
        json_raw_key(w, x->keys[DIRECTORY_PLACE][i]);
        if (v)
            json_num(w, v->value);
        else
            json_str(w, cell);
    }
    json_object_end(w);
    return OK;
}

static enum err each_place(struct exporter *x, enum err (*write)(struct exporter *, const struct export_row *))
{
    int64_t twice = 0; /* removed ones too: an index alone says it */
    TRY(db_query_int(x->c, "SELECT COUNT(*) FROM (SELECT source_id FROM directory_place GROUP BY source_id"
                           " HAVING COUNT(*) > 1) ids", DB_NO_PARAMS, &twice));
    return twice ? export_each(x, told_apart, 2, 0, write) : export_each(x, simple, 1, 0, write);
}

static enum err export_csv(struct exporter *x, bool version_2)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    plan(x, version_2);
    struct lamednum *l = x->format;
    for (size_t i = 0; i < t->n; i++)
        if (l->how[i] != LEFT_OUT)
            csv_cell(&l->csv, str_from(t->fields[i].name));
    csv_end_row(&l->csv);
    return each_place(x, write_csv_place);
}

static enum err export_json(struct exporter *x, bool version_2)
{
    plan(x, version_2);
    json_array_begin(&x->json);
    TRY(each_place(x, write_json_place));
    json_array_end(&x->json);
    buf_char(&x->out, '\n');
    return OK;
}

enum err export_lamednum_csv(struct exporter *x)
{
    return export_csv(x, false);
}

enum err export_lamednum_json(struct exporter *x)
{
    return export_json(x, false);
}

enum err export_lamednum_2_csv(struct exporter *x)
{
    return export_csv(x, true);
}

enum err export_lamednum_2_json(struct exporter *x)
{
    return export_json(x, true);
}
