/* One value, for who has no record: the fields of both standards under the names that people give them. */
#include "modules/directory/tidy/parts.h"

static struct tidy_context context_of(const struct directory_value_said *said)
{
    return (struct tidy_context){said->nom, said->code_postal, said->commune, said->code_insee,
                                 said->departement, said->adresse, TIDY_FULL};
}

static struct str joined(struct arena *a, const struct directory_value_said *said)
{
    if (said->n_values <= 1)
        return said->n_values ? said->values[0] : STR_NONE;
    struct directory_place all = {.courriels = {(struct str *)said->values, said->n_values}};
    return field_cell(a, field_find(field_table(DIRECTORY_PLACE), STR("courriels")), &all);
}

/* Places first: data·inclusion's own fields are looked for after. */
static const struct field *find_field(struct str name, enum directory_kind *kind)
{
    static const struct {
        const char *said, *field;
    } others[] = {{"voie", "adresse"}, {"rna", "pivot"}, {"date", "date_maj"}, {"typologies", "typologie"},
                  {"code_commune", "code_insee"}};
    static const enum directory_kind kinds[] = {DIRECTORY_PLACE, DIRECTORY_SERVICE, DIRECTORY_STRUCTURE};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_eq(name, str_from(others[i].said)))
            name = str_from(others[i].field);
    for (size_t i = 0; i < 3; i++) {
        const struct field *f = field_find(field_table(kinds[i]), name);
        *kind = kinds[i];
        if (f)
            return f;
    }
    return NULL;
}

static void normalize_point(struct arena *a, const struct directory_value_said *said, struct directory_normalized *out)
{
    struct cleaned_point p = clean_point(a, said->n_values > 0 ? said->values[0] : STR_NONE,
                                         said->n_values > 1 ? said->values[1] : STR_NONE);
    out->is_point = p.known;
    out->point = p.point;
    out->cleaned.refused = p.refused;
    for (size_t i = 0; i < p.n_rules; i++)
        clean_rule(&out->cleaned, p.rules[i]);
}

static void normalize_week(struct arena *a, const struct directory_value_said *said, struct directory_normalized *out)
{
    if (hours_from_french_week(a, said->values, &out->cleaned.value) == OK)
        clean_rule(&out->cleaned, "horaires.par_jour");
    else
        out->cleaned.refused = "Ces horaires ne se comprennent pas sans deviner : écrivez-les jour par jour, par exemple « 9h-12h / 14h-17h ».";
}

/* What an import keeps apart for people to read is refused here: it is no value of the field. */
static void refuse_unread_hours(struct arena *a, struct directory_normalized *out)
{
    struct hours *hours;
    struct str why = STR_NONE;
    if (out->cleaned.value.n > 0 && hours_parse(a, out->cleaned.value, &hours, &why) != OK)
        out->cleaned.refused = "Ces horaires ne se comprennent pas sans deviner : écrivez les jours et les heures, par exemple « lundi au vendredi 9h-12h / 14h-17h ».";
}

bool directory_normalize(struct arena *a, const struct directory_value_said *said, struct directory_normalized *out)
{
    struct tidy_context cx = context_of(said);
    enum directory_kind kind;
    *out = (struct directory_normalized){.list = false};
    if (str_eq(said->field, STR("localisation"))) {
        normalize_point(a, said, out);
        return true;
    }
    const struct field *f = find_field(said->field, &kind);
    if (!f)
        return false;
    /* Web addresses are answered as one cell, as LaMednum writes them. */
    out->list = f->kind == FIELD_SET || (f->kind == FIELD_LIST && strcmp(f->name, "site_web") != 0);
    if (f->kind == FIELD_HOURS && said->n_values == 7) {
        normalize_week(a, said, out);
        return true;
    }
    struct str value = joined(a, said);
    if (strcmp(f->name, "courriel") == 0) { /* every address of the cell, as one cell: who asks chooses */
        kind = DIRECTORY_PLACE;
        f = field_find(field_table(kind), STR("courriels"));
    }
    if (value.n == 0 && strcmp(f->name, "typologie") == 0 && cx.nom.n > 0) {
        struct directory_place p = {.typologie = tidy_typologie(a, cx.nom)};
        out->cleaned.value = field_cell(a, f, &p);
        clean_rule(&out->cleaned, "typologie.nom");
        return true;
    }
    out->cleaned = tidy_field(a, kind, f, value, &cx, &out->left);
    if (f->kind == FIELD_HOURS)
        refuse_unread_hours(a, out);
    return true;
}

void directory_normalize_address(struct arena *a, const struct directory_value_said *said,
                                 struct directory_normalized_address *out)
{
    struct tidy_context cx = context_of(said);
    struct tidy_commune where;
    cx.adresse = said->n_values ? said->values[0] : said->adresse;
    tidy_commune(a, &cx, &where);
    *out = (struct directory_normalized_address){clean_voie(a, cx.adresse), where.commune, where.code_postal, where.code_insee,
                                                 where.doubt};
}
