#include "modules/directory/import/notes.h"

#include "base/csv.h"
#include "base/json.h"

enum { REPORT_PIECE = 16 * 1024, REPORT_MAX = 1024 * 1024, CHANGES_MAX = 4 * 1024 * 1024 };

void import_notes_init(struct import_notes *n, const struct directory_import *in)
{
    *n = (struct import_notes){.in = in};
    buf_init(&n->report, REPORT_MAX);
}

void import_notes_deinit(struct import_notes *n)
{
    buf_deinit(&n->report);
}

static enum err flush(struct import_notes *n, size_t least)
{
    if (n->report.n < least || n->report.n == 0)
        return OK;
    bool taken = n->in->report(n->in->ctx, buf_str(&n->report));
    buf_clear(&n->report);
    return taken ? OK : ERR_IO;
}

enum err import_notes_flush(struct import_notes *n)
{
    return flush(n, 0);
}

/* The report is read in a spreadsheet by people: nothing in it may run there. */
enum err import_notes_line(struct import_notes *n, struct arena *a, size_t line, struct str name, const char *field,
                           struct str before, struct str after, const char *rule, struct str why)
{
    if (!n->in->report)
        return OK;
    struct csv_writer w = {.out = &n->report, .guard = CSV_SPREADSHEET};
    if (!n->started)
        buf_lit(&n->report, "ligne,fiche,champ,avant,apres,regle,motif\n");
    n->started = true;
    csv_cell(&w, line > 0 ? arena_printf(a, "%zu", line) : STR_NONE);
    csv_cell(&w, name);
    csv_cell(&w, str_from(field));
    csv_cell(&w, before);
    csv_cell(&w, after);
    csv_cell(&w, str_from(rule));
    csv_cell(&w, why);
    csv_end_row(&w);
    return flush(n, REPORT_PIECE);
}

enum err import_notes_problems(struct import_notes *n, struct arena *a, size_t line, struct str name,
                               const struct directory_problems *problems)
{
    for (size_t i = 0; i < problems->n && n->in->report; i++) {
        const struct directory_problem *p = &problems->items[i];
        const char *rule = p->refuses ? "fiche.refusee" : p->kept ? "valeur.douteuse" : "valeur.ecartee";
        const char *words = p->refuses ? "Fiche refusée." : p->kept ? "Valeur gardée, à vérifier." : "Valeur laissée de côté.";
        TRY(import_notes_line(n, a, line, name, p->field, p->value, p->kept ? p->value : STR_NONE, rule, arena_printf(a, "%s %s", words, p->why)));
    }
    return OK;
}

enum err import_notes_corrections(struct import_notes *n, struct arena *a, size_t line, struct str name,
                                  const struct directory_corrections *corrections)
{
    for (size_t i = 0; i < corrections->n && n->in->report; i++) {
        const struct directory_correction *c = &corrections->items[i];
        TRY(import_notes_line(n, a, line, name, c->field, c->before, c->after, c->rule,
                              c->before.n == 0 ? STR("Valeur déduite.") : STR("Valeur corrigée.")));
    }
    return OK;
}

/* -- kept against the file ------------------------------------------------------------------------ */

static const struct {
    const char *rule, *why;
} kept_words[] = {
    [POLICY_KEPT_CHOICE] = {"garde.choix", "Une personne a choisi la valeur de l’annuaire : elle est gardée."},
    [POLICY_KEPT_VALUE] = {"garde.valeur", "Le fichier ne dit plus cette valeur : elle est gardée, à vérifier."},
    [POLICY_KEPT_FRESHER] = {"garde.recente", "La valeur de l’annuaire est plus récente que le fichier : elle est gardée."},
    [POLICY_KEPT_SINCE] = {"garde.depuis", "La valeur de l’annuaire a changé après la sortie de ce classeur : elle est gardée. Pour la"
                                           " corriger, exportez de nouveau le classeur."},
};

static struct str cell_of(struct arena *a, const struct field_table *t, const struct field *f, const void *record)
{
    struct str cell = field_cell(a, f, record);
    return cell.n == 0 && f->kind == FIELD_HOURS ? *(const struct str *)((const char *)record + t->hours_text) : cell;
}

enum err import_notes_kept(struct import_notes *n, struct arena *a, size_t line, struct str name, const struct field_table *t,
                           const struct policy *p, const void *before, const void *says)
{
    for (size_t i = 0; i < t->n && n->in->report; i++) {
        const struct field *f = &t->fields[i];
        if (p->fates[i] < POLICY_KEPT_CHOICE)
            continue;
        TRY(import_notes_line(n, a, line, name, f->name, cell_of(a, t, f, says), cell_of(a, t, f, before),
                              kept_words[p->fates[i]].rule, str_from(kept_words[p->fates[i]].why)));
    }
    return OK;
}

/* -- kept with the record ------------------------------------------------------------------------- */

static void remark(struct json_writer *w, const char *field, const char *rule, struct str before, struct str after)
{
    enum { VALUE_MAX = 120 };
    json_array_begin(w);
    json_str(w, str_from(field));
    json_str(w, str_from(rule));
    json_str(w, field_cut(before, VALUE_MAX));
    json_str(w, field_cut(after, VALUE_MAX));
    json_array_end(w);
}

struct str import_notes_remarks(struct arena *a, const struct field_table *t, const struct directory_problems *problems,
                                const struct directory_corrections *corrections, const struct policy *p, const void *record)
{
    enum { CORRECTION_MAX = 200 }; /* corrections are cut there */
    struct buf b;
    struct json_writer w;
    struct str s = STR("");
    size_t said = 0;
    buf_init(&b, CHANGES_MAX);
    json_start(&w, &b);
    json_array_begin(&w);
    for (size_t i = 0; i < corrections->n; i++, said++) {
        const struct directory_correction *c = &corrections->items[i];
        const struct field *f = field_find(t, str_from(c->field));
        bool stored = f && c->after.n > 0 && str_eq(c->after, field_cut(field_cell(a, f, record), CORRECTION_MAX));
        remark(&w, c->field, c->rule, c->before, stored ? STR("=") : c->after);
    }
    for (size_t i = 0; i < problems->n; i++, said++)
        remark(&w, problems->items[i].field, problems->items[i].kept ? "valeur.douteuse" : "valeur.ecartee",
               problems->items[i].value, STR_NONE);
    for (size_t i = 0; p && i < t->n; i++)
        if (p->fates[i] == POLICY_KEPT_VALUE) {
            remark(&w, t->fields[i].name, kept_words[POLICY_KEPT_VALUE].rule, STR_NONE, cell_of(a, t, &t->fields[i], record));
            said++;
        }
    json_array_end(&w);
    if (said > 0 && !b.failed)
        s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

/* Those about what this row says, or those about the rest. */
static void copy_remarks(struct json_writer *w, struct arena *a, struct str remarks, const struct field_table *t, const struct policy *p,
                         bool of_row)
{
    json_t *all = NULL, *one;
    size_t i;
    if (str_trim(remarks).n == 0 || json_parse(a, remarks, &all, NULL) != OK)
        return;
    json_array_foreach(all, i, one) {
        struct str v[4];
        for (size_t k = 0; k < sizeof v / sizeof *v; k++)
            v[k] = str_from(json_string_value(json_array_get(one, k)));
        const struct field *f = field_find(t, v[0]);
        enum policy_fate fate = f ? p->fates[f - t->fields] : POLICY_SAME;
        if (of_row != (fate == POLICY_TAKEN || fate == POLICY_KEPT_VALUE))
            continue;
        json_array_begin(w);
        for (size_t k = 0; k < sizeof v / sizeof *v; k++)
            json_str(w, v[k]);
        json_array_end(w);
    }
}

struct str import_notes_remarks_left(struct arena *a, const struct field_table *t, struct str old, struct str made, const struct policy *p)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, CHANGES_MAX);
    json_start(&w, &b);
    json_array_begin(&w);
    copy_remarks(&w, a, old, t, p, false);
    copy_remarks(&w, a, made, t, p, true);
    json_array_end(&w);
    struct str s = b.n > 2 && !b.failed ? arena_str(a, buf_str(&b)) : STR("");
    buf_deinit(&b);
    return s;
}

struct str import_notes_changes(struct arena *a, const struct field_table *t, const void *before, const void *after)
{
    struct buf b;
    struct json_writer w;
    struct str s = STR_NONE;
    buf_init(&b, CHANGES_MAX);
    json_start(&w, &b);
    json_object_begin(&w);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        if (!f->column || field_equal(f, before, after))
            continue;
        json_key(&w, str_from(f->name));
        json_array_begin(&w);
        json_str(&w, field_cell(a, f, before));
        json_str(&w, field_cell(a, f, after));
        json_array_end(&w);
    }
    const struct str *was = (const struct str *)((const char *)before + t->hours_text);
    const struct str *is = (const struct str *)((const char *)after + t->hours_text);
    if (!str_eq(*was, *is)) {
        json_key(&w, STR("horaires_texte"));
        json_array_begin(&w);
        json_str(&w, *was);
        json_str(&w, *is);
        json_array_end(&w);
    }
    json_object_end(&w);
    if (b.n > 2 && !b.failed)
        s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}
