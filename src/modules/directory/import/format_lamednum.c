/* LaMednum: 1.0.2 and 2.0.0 have the names of our fields; v0 had others, and put together what is apart now. */
#include "modules/directory/import/format.h"

#include "base/text.h"

/* -- recognising ---------------------------------------------------------------------------------- */

/* What a place has in every version, but for its date: 2.0.0 does not require it. */
static const char *const place_names[] = {"id", "nom", "commune", "code_postal", "adresse"};

/* Of a JSON, one or two may be forgotten: the records say which. */
static bool is_place(const struct format_file *f)
{
    enum { FORGOTTEN_MAX = 2 };
    size_t missing = 0;
    for (size_t i = 0; i < sizeof place_names / sizeof *place_names; i++)
        missing += !format_has(f, place_names[i]);
    return f->container == FORMAT_CSV ? missing == 0
                                      : missing <= FORGOTTEN_MAX && !f->lists[0].name && !format_has(f, "structure_id");
}

bool format_is_plain_place(const struct format_file *f)
{
    static const char *const others[] = {"siret", "rna", "courriel", "lien_source", "description", "horaires_accueil", "horaires_ouverture",
                                         "accessibilite", "accessibilite_lieu", "reseaux_porteurs", "thematiques", "antenne",
                                         "labels_nationaux", "labels_autres", "structure_id"};
    bool all = true;
    for (size_t i = 0; i < sizeof place_names / sizeof *place_names; i++)
        all = all && format_has(f, place_names[i]);
    return all && !FORMAT_HAS_ANY(f, others);
}

/* That data·inclusion does not have. */
static bool has_place_names(const struct format_file *f)
{
    static const char *const names[] = {"pivot", "courriels", "horaires", "typologie", "presentation_resume",
                                        "presentation_detail", "frais_a_charge", "modalites_acces", "services",
                                        "dispositif_programmes_nationaux", "fiche_acces_libre", "prise_rdv",
                                        "modalites_accompagnement", "itinerance"};
    return f->container == FORMAT_CSV || FORMAT_HAS_ANY(f, names) || format_is_plain_place(f);
}

bool format_is_lamednum_0(const struct format_file *f)
{
    static const char *const old[] = {"publics_accueillis", "conditions_acces", "labels_nationaux", "labels_autres", "cle_ban",
                                      "accessibilite", "courriel"};
    static const char *const recent[] = {"courriels", "frais_a_charge", "modalites_acces", "publics_specifiquement_adresses",
                                         "prise_en_charge_specifique", "dispositif_programmes_nationaux", "formations_labels",
                                         "autres_formations_labels", "fiche_acces_libre", "itinerance"};
    static const char *const place[] = {"pivot", "services", "horaires", "cle_ban", "publics_accueillis"};
    return is_place(f) && FORMAT_HAS_ANY(f, old) && FORMAT_HAS_ANY(f, place) && !FORMAT_HAS_ANY(f, recent);
}

/* All but `structure_parente`, no date, or a JSON (which leaves out what is empty) without a number: what 1.0.2 does not allow. */
bool format_is_lamednum_2(const struct format_file *f)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    bool complete = true;
    if (!is_place(f) || !has_place_names(f))
        return false;
    for (size_t i = 0; i < t->n; i++)
        complete &= format_has(f, t->fields[i].name) != str_eq(str_from(t->fields[i].name), STR("structure_parente"));
    return complete || !format_has(f, "date_maj") || (f->container != FORMAT_CSV && !format_has(f, "pivot"));
}

bool format_is_lamednum_1(const struct format_file *f)
{
    return is_place(f) && has_place_names(f);
}

#define SPECIFIC "publics_specifiquement_adresses"
#define CARE "prise_en_charge_specifique"
#define PROGRAMMES "dispositif_programmes_nationaux"

/* -- names → fields ------------------------------------------------------------------------------- */

enum how { HOW_CELL, HOW_PUBLICS, HOW_LABELS, HOW_FREE_LIST };

struct former_name {
    const char *from;
    const char *to; /* NULL: several fields, or none */
    enum how how;
};
/* Of v0, and of the drafts before it. */
static const struct former_name former_names[] = {
    {"courriel", "courriels", HOW_FREE_LIST},
    {"publics_accueillis", NULL, HOW_PUBLICS},
    {"publics", NULL, HOW_PUBLICS},
    {"labels_nationaux", NULL, HOW_LABELS},
    {"labels_autres", "autres_formations_labels", HOW_FREE_LIST},
    {"conditions_acces", "frais_a_charge", HOW_CELL},
    {"conditions_access", "frais_a_charge", HOW_CELL},
    {"modalites_access", "frais_a_charge", HOW_CELL},
    {"types_accompagnement", "modalites_accompagnement", HOW_CELL},
    {"accessibilite", "fiche_acces_libre", HOW_CELL},
};

/* Where a name goes. */
struct target {
    const char *name; /* as in the file; NULL: not looked for yet */
    const struct field *field;
    const struct former_name *former;
};
enum version { V0, V1, V2 };
struct plan {
    enum version version;
    struct target targets[FORMAT_NAMES_MAX]; /* by place in the row: names come in the same order, record after record */
};

static const struct target no_target = {NULL, NULL, NULL};

static struct target find_target(const struct plan *plan, struct str name)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    for (size_t i = 0; plan->version == V0 && i < sizeof former_names / sizeof *former_names; i++) {
        const struct former_name *o = &former_names[i];
        if (str_eq(name, str_from(o->from)))
            return (struct target){o->from, o->to ? field_find(t, str_from(o->to)) : NULL, o};
    }
    const struct field *f = field_find(t, name);
    return f ? (struct target){f->name, f, NULL} : no_target;
}

static struct target target_of(struct plan *plan, size_t i, struct str name)
{
    if (i >= FORMAT_NAMES_MAX)
        return find_target(plan, name);
    struct target *t = &plan->targets[i];
    if (!t->name || !str_eq(name, str_from(t->name)))
        *t = find_target(plan, name);
    return *t;
}

/* What GeoJSON adds. */
static bool is_extra(struct str name)
{
    return str_starts(name, STR("@")) || str_starts(name, STR("geometry."));
}

/* A title there twice: which one is right? */
static enum err check_titles(struct importer *im, const struct plan *plan, const struct format_file *f)
{
    for (size_t i = 0; i < f->n_names; i++) {
        struct target t = find_target(plan, f->names[i]);
        for (size_t k = 0; k < i && t.field; k++)
            if (find_target(plan, f->names[k]).field == t.field)
                return import_fail(im, "La colonne « %s » est là deux fois : gardez la bonne.", t.field->name);
        if (!t.field && !t.former)
            import_ignore(im, f->names[i]);
    }
    return OK;
}

/* -- one record ----------------------------------------------------------------------------------- */

/* v0 separated values with `;`, and its drafts with `,`: no value of a closed list has one inside. */
static struct str with_bars(struct importer *im, struct str cell, const char *separators)
{
    char *p = arena_cstr(im->rows, cell);
    for (size_t i = 0; i < cell.n; i++)
        if (strchr(separators, p[i]))
            p[i] = '|';
    return (struct str){p, cell.n};
}

static struct str list_cell(struct importer *im, const struct plan *plan, const struct field *f, struct str cell)
{
    bool closed = f->kind == FIELD_SET;
    if (f->kind != FIELD_SET && f->kind != FIELD_LIST)
        return cell;
    if (str_find_char(cell, ';', 0) < 0 && (plan->version != V0 || !closed || str_find_char(cell, ',', 0) < 0))
        return cell;
    return with_bars(im, cell, closed && plan->version == V0 ? ";," : closed ? ";" : plan->version == V0 ? ";" : "");
}

/* What v0 put in one list, and where it is today. The words themselves are those of v0: cleaning knows them. */
struct route {
    const char *value; /* folded; of a long label, what comes before " : " */
    const char *field;
};
static const struct route publics_routes[] = {
    {"jeunes", SPECIFIC},
    {"jeunes 16 26 ans", SPECIFIC},
    {"etudiants", SPECIFIC},
    {"familles enfants", SPECIFIC},
    {"seniors", SPECIFIC},
    {"seniors 65 ans", SPECIFIC},
    {"femmes", SPECIFIC},
    {"uniquement femmes", SPECIFIC},
    {"surdite", CARE},
    {"deficience visuelle", CARE},
    {"handicaps moteurs", CARE},
    {"handicaps mentaux", CARE},
    {"handicaps psychiques", CARE},
    {"illettrisme", CARE},
    {"personnes en situation d illettrisme", CARE},
    {"langues etrangeres", CARE},
    {"public langues etrangeres", CARE},
};
static const struct route labels_routes[] = {
    {"cnfs", PROGRAMMES},
    {"conseillers numeriques", PROGRAMMES},
    {"conseiller numerique france services", PROGRAMMES},
    {"conseillers numeriques france services", PROGRAMMES},
    {"france services", PROGRAMMES},
    {"aidants connect", PROGRAMMES},
    {"point numerique caf", PROGRAMMES},
    {"grande ecole du numerique", PROGRAMMES},
    {"grandes ecoles du numerique", PROGRAMMES},
    {"fabriques de territoire", "formations_labels"},
    {"fabrique de territoire", "formations_labels"},
};

static struct str folded_label(struct importer *im, struct str value)
{
    ptrdiff_t at = str_find(value, STR(" : "), 0);
    return text_fold(im->rows, at > 0 ? str_sub(value, 0, (size_t)at) : value);
}

static const char *route_of(struct importer *im, const struct route *routes, size_t n, struct str value)
{
    struct str folded = folded_label(im, value);
    for (size_t i = 0; i < n; i++)
        if (str_eq(folded, str_from(routes[i].value)))
            return routes[i].field;
    return NULL;
}

static bool is_everyone(struct importer *im, struct str value)
{
    struct str folded = folded_label(im, value);
    return str_eq(folded, STR("adultes")) || str_eq(folded, STR("tous publics")) || str_eq(folded, STR("tout public"));
}

/* v0 listed who is welcome; today's field says to whom the place is addressed in particular. A place that welcomes adults
 * is addressed to nobody in particular, whoever else is named beside them. */
static void split_publics(struct importer *im, struct str list, struct raw_record *raw)
{
    struct str rest = list, piece, *specific = raw_cell(raw, SPECIFIC), *care = raw_cell(raw, CARE);
    bool everyone = false;
    while (str_split(&rest, '|', &piece))
        everyone |= is_everyone(im, piece);
    rest = list;
    while (str_split(&rest, '|', &piece)) {
        const char *field = route_of(im, publics_routes, sizeof publics_routes / sizeof *publics_routes, piece);
        if (field && strcmp(field, CARE) == 0)
            format_add(im, care, str_trim(piece));
        else if (field ? !everyone : !is_everyone(im, piece))
            format_add(im, specific, str_trim(piece));
    }
    if (everyone)
        format_corrected(im, raw, SPECIFIC, "format.publics-accueillis", list, *specific);
}

/* A label that is no national programme of today is a label all the same. */
static void split_labels(struct importer *im, struct str list, struct raw_record *raw)
{
    struct str piece;
    while (str_split(&list, '|', &piece)) {
        const char *field = route_of(im, labels_routes, sizeof labels_routes / sizeof *labels_routes, piece);
        format_add(im, raw_cell(raw, field ? field : "autres_formations_labels"), str_trim(piece));
    }
}

static void read_value(struct importer *im, const struct plan *plan, const struct target *t, struct str value,
                       struct raw_record *raw)
{
    if (t->former && t->former->how == HOW_PUBLICS) {
        split_publics(im, with_bars(im, value, ";,"), raw);
    } else if (t->former && t->former->how == HOW_LABELS) {
        split_labels(im, with_bars(im, value, ";,"), raw);
    } else {
        struct str *cell = &raw->cells[t->field - field_table(DIRECTORY_PLACE)->fields];
        value = list_cell(im, plan, t->field, value);
        if (t->field->kind == FIELD_SET || t->field->kind == FIELD_LIST)
            format_join(im->rows, cell, "|", value); /* both old names may be there */
        else
            *cell = value;
    }
}

/* The geometry says where a feature is; properties that say it too may have more decimals. */
static void set_point(struct importer *im, const struct format_row *row, struct raw_record *raw)
{
    struct str latitude = format_value(row, "geometry.latitude"), longitude = format_value(row, "geometry.longitude");
    struct str *said_latitude = raw_cell(raw, "latitude"), *said_longitude = raw_cell(raw, "longitude");
    double ignored;
    if (latitude.n == 0 || (str_to_double(*said_latitude, &ignored) && str_to_double(*said_longitude, &ignored)))
        return;
    if (said_latitude->n > 0 && !str_eq(*said_latitude, latitude))
        format_corrected(im, raw, "latitude", "format.geometrie", *said_latitude, latitude);
    if (said_longitude->n > 0 && !str_eq(*said_longitude, longitude))
        format_corrected(im, raw, "longitude", "format.geometrie", *said_longitude, longitude);
    *said_latitude = latitude;
    *said_longitude = longitude;
}

static enum err read_place(struct importer *im, void *ctx, const struct format_row *row, struct directory_problems *problems)
{
    struct plan *plan = ctx;
    struct raw_record *raw = format_raw(im, DIRECTORY_PLACE);
    raw->date_inconnue = "1970-01-01"; /* 1.0.2 requires one: a place is not refused because nobody knows */
    for (size_t i = 0; i < row->n; i++) {
        struct target t = target_of(plan, i, row->names[i]);
        struct str value = str_trim(row->values[i]);
        if (!t.name) {
            if (!is_extra(row->names[i]))
                import_ignore(im, row->names[i]);
        } else if (row->nested[i]) {
            if (t.field)
                format_nested(im, t.field, problems);
        } else if (value.n > 0) {
            read_value(im, plan, &t, value, raw);
        }
    }
    set_point(im, row, raw);
    return import_raw(im, raw, row->line, problems);
}

static enum err read_places(struct importer *im, const struct format_file *f, enum version version)
{
    struct plan *plan = ARENA_NEW(im->a, struct plan);
    plan->version = version;
    if (f->container == FORMAT_CSV)
        TRY(check_titles(im, plan, f));
    return format_each(im, f, &(struct format_reader){.row = read_place, .ctx = plan});
}

enum err format_read_lamednum_0(struct importer *im, const struct format_file *f)
{
    return read_places(im, f, V0);
}

enum err format_read_lamednum_1(struct importer *im, const struct format_file *f)
{
    return read_places(im, f, V1);
}

enum err format_read_lamednum_2(struct importer *im, const struct format_file *f)
{
    return read_places(im, f, V2);
}
