/* data·inclusion v0, field by field: docs/formats.md. What v1 says no more in a field goes where people read it; nothing
 * is guessed. */
#include "modules/directory/import/format.h"
#include "modules/territory/territory.h"

#define RULE "format.data-inclusion-v0"
#define NO_DATE "2000-01-01"

enum { NAME_MAX_CHARS = 150, DESCRIPTION_MIN = 5, DESCRIPTION_MAX = 10000 };

/* -- recognising ---------------------------------------------------------------------------------- */

bool format_is_inclusion_0(const struct format_file *f)
{
    static const char *const of_service[] = {"types", "profils", "profils_precisions", "frais_autres", "presentation_resume",
                                             "presentation_detail", "prise_rdv", "page_web", "formulaire_en_ligne", "pre_requis",
                                             "justificatifs", "recurrence", "cumulable", "contact_public", "zone_diffusion_type",
                                             "zone_diffusion_code", "modes_orientation_beneficiaire",
                                             "modes_orientation_accompagnateur"};
    static const char *const of_structure[] = {"horaires_ouverture", "rna", "antenne", "labels_nationaux", "labels_autres",
                                               "presentation_resume", "presentation_detail", "typologie", "thematiques"};
    static const char *const of_place[] = {"pivot", "horaires", "publics_accueillis", "conditions_acces", "courriels", "cle_ban",
                                           "modalites_accompagnement", "modalites_acces", "frais_a_charge", "services"};
    if (f->container == FORMAT_CSV || !format_has(f, "source") || !format_has(f, "id") || !format_has(f, "nom"))
        return false;
    if (format_has(f, "structure_id"))
        return FORMAT_HAS_ANY(f, of_service);
    return FORMAT_HAS_ANY(f, of_structure) && !FORMAT_HAS_ANY(f, of_place) && !format_is_plain_place(f);
}

/* -- names ---------------------------------------------------------------------------------------- */

struct name {
    const char *from;
    const char *to; /* NULL: read apart, with others */
};
static const struct name structure_names[] = {
    {"source", NULL},
    {"id", NULL},
    {"presentation_resume", NULL},
    {"presentation_detail", NULL},
    {"typologie", "reseaux_porteurs"},
    {"labels_nationaux", "reseaux_porteurs"},
    {"horaires_ouverture", "horaires_accueil"},
    {"accessibilite", "accessibilite_lieu"},
};
static const struct name service_names[] = {
    {"source", NULL},
    {"id", NULL},
    {"structure_id", NULL},
    {"presentation_resume", NULL},
    {"presentation_detail", NULL},
    {"types", "type"},
    {"frais", NULL},
    {"frais_autres", NULL},
    {"profils", NULL},
    {"profils_precisions", "publics_precisions"},
    {"prise_rdv", NULL},
    {"formulaire_en_ligne", NULL},
    {"page_web", NULL},
    {"pre_requis", NULL},
    {"justificatifs", NULL},
    {"modes_orientation_beneficiaire", NULL},
    {"modes_orientation_beneficiaire_autres", NULL},
    {"modes_orientation_accompagnateur", NULL},
    {"modes_orientation_accompagnateur_autres", NULL},
    {"zone_diffusion_type", NULL},
    {"zone_diffusion_code", NULL},
    {"zone_diffusion_nom", NULL},
    {"contact_public", NULL},
    {"date_suspension", NULL},
    {"recurrence", "horaires_accueil"},
};

static void read_cells(struct importer *im, const struct format_row *row, struct raw_record *raw,
                       struct directory_problems *problems)
{
    bool service = raw->kind == DIRECTORY_SERVICE;
    const struct name *names = service ? service_names : structure_names;
    size_t n = service ? sizeof service_names / sizeof *service_names : sizeof structure_names / sizeof *structure_names;
    for (size_t i = 0; i < row->n; i++) {
        size_t k = 0;
        while (k < n && !str_eq(row->names[i], str_from(names[k].from)))
            k++;
        if (k == n)
            format_inclusion_cell(im, row, i, raw, problems);
        else if (names[k].to)
            format_join(im->rows, raw_cell(raw, names[k].to), "|", row->values[i]);
    }
}

/* Ids were unique in their source only. */
static struct str published_id(struct importer *im, struct str source, struct str id)
{
    if (source.n == 0 || id.n == 0 || (str_starts(id, source) && str_starts(str_sub(id, source.n, id.n), STR("--"))))
        return id;
    return arena_printf(im->rows, "%.*s--%.*s", STR_ARG(source), STR_ARG(id));
}

/* -- texts ---------------------------------------------------------------------------------------- */

/* At most n characters; what is cut ends with `…`. */
static struct str shortened(struct importer *im, struct str text, size_t n)
{
    size_t at = 0, chars = 0;
    if (str_length(text) <= n)
        return text;
    while (at < text.n && (chars < n - 1 || ((unsigned char)text.p[at] & 0xC0) == 0x80)) {
        at++;
        chars += at < text.n && ((unsigned char)text.p[at] & 0xC0) != 0x80;
    }
    return arena_printf(im->rows, "%.*s…", STR_ARG(str_sub(text, 0, at)));
}

static struct str presentation(struct importer *im, const struct format_row *row)
{
    struct str text = format_value(row, "presentation_resume"), detail = format_value(row, "presentation_detail");
    if (text.n == 0 || str_find(detail, text, 0) >= 0)
        text = detail;
    else
        format_join(im->rows, &text, "\n\n", detail);
    return shortened(im, text, DESCRIPTION_MAX);
}

static void add_labels(struct importer *im, struct str *words, enum directory_enum_id id, struct str values)
{
    struct str piece;
    while (str_split(&values, '|', &piece)) {
        const struct directory_value *v = directory_enum_value(id, directory_enum_find(id, str_trim(piece)));
        if (v)
            format_join(im->rows, words, ", ", str_from(v->label ? v->label : v->fr));
    }
}

/* A service without a presentation says what it is by its name, its types and its themes. */
static struct str described_by_lists(struct importer *im, struct str given, struct str nom, const struct format_row *row)
{
    struct str types = STR_NONE, themes = STR_NONE;
    add_labels(im, &types, ENUM_TYPE_SERVICE, format_value(row, "types"));
    add_labels(im, &themes, ENUM_CATEGORIE, format_value(row, "thematiques"));
    add_labels(im, &themes, ENUM_THEMATIQUE, format_value(row, "thematiques"));
    if (given.n == 0 && types.n == 0 && themes.n == 0)
        return STR_NONE;
    struct str text = arena_printf(im->rows, "%.*s.", STR_ARG(nom));
    if (given.n > 0)
        text = arena_printf(im->rows, "%.*s %.*s.", STR_ARG(text), STR_ARG(given));
    if (types.n > 0)
        text = arena_printf(im->rows, "%.*s Type : %.*s.", STR_ARG(text), STR_ARG(types));
    if (themes.n > 0)
        text = arena_printf(im->rows, "%.*s Thème : %.*s.", STR_ARG(text), STR_ARG(themes));
    return text;
}

static void set_texts(struct importer *im, const struct format_row *row, struct raw_record *raw)
{
    struct str *nom = raw_cell(raw, "nom"), *description = raw_cell(raw, "description");
    struct str whole = str_trim(*nom);
    *description = presentation(im, row);
    if (raw->kind == DIRECTORY_SERVICE && str_length(*description) < DESCRIPTION_MIN) {
        struct str given = *description;
        *description = described_by_lists(im, given, whole, row);
        format_corrected(im, raw, "description", RULE, given, *description);
    }
    *nom = shortened(im, whole, NAME_MAX_CHARS);
    if (nom->n == whole.n)
        return;
    format_corrected(im, raw, "nom", RULE, whole, *nom);
    if (str_find(*description, whole, 0) < 0)
        *description = shortened(im, description->n ? arena_printf(im->rows, "%.*s\n\n%.*s", STR_ARG(whole), STR_ARG(*description))
                                                    : whole, DESCRIPTION_MAX);
}

/* -- lists ---------------------------------------------------------------------------------------- */

/* What no public of today says is kept in words. */
static void set_publics(struct importer *im, struct str profils, struct raw_record *raw)
{
    static const struct {
        const char *from, *words;
    } in_words[] = {{"adultes", "Adultes"},
                    {"locataires", "Locataires"},
                    {"proprietaires", "Propriétaires"},
                    {"personnes-en-situation-illettrisme", "Personnes en situation d’illettrisme"}};
    struct str piece, words = STR_NONE, *cell = raw_cell(raw, "publics"), *precisions = raw_cell(raw, "publics_precisions");
    while (str_split(&profils, '|', &piece)) {
        size_t i = 0;
        piece = str_trim(piece);
        while (i < sizeof in_words / sizeof *in_words && !str_eq(piece, str_from(in_words[i].from)))
            i++;
        if (i < sizeof in_words / sizeof *in_words)
            format_join(im->rows, &words, ", ", str_from(in_words[i].words));
        else
            format_add(im, cell, piece);
    }
    if (words.n == 0)
        return;
    format_corrected(im, raw, "publics_precisions", RULE, STR_NONE, words);
    words = arena_printf(im->rows, "%.*s.", STR_ARG(words));
    format_join(im->rows, &words, "\n", *precisions);
    *precisions = words;
}

/* Free and paid for is paid for; the nuance is kept in words. */
static void set_frais(struct importer *im, const struct format_row *row, struct raw_record *raw)
{
    static const struct {
        const char *from, *to, *words;
        bool nuance;
    } known[] = {
        {"gratuit", "gratuit", "Gratuit", false},
        {"gratuit-sous-conditions", "gratuit", "Gratuit sous conditions", true},
        {"payant", "payant", "Payant", false},
        {"adhesion", "payant", "Adhésion demandée", true},
        {"pass-numerique", NULL, "Pass numérique accepté", true},
    };
    struct str given = format_value(row, "frais"), rest = given, piece, words = STR_NONE, unknown = STR_NONE;
    struct str *cell = raw_cell(raw, "frais"), *precisions = raw_cell(raw, "frais_precisions");
    bool nuance = false;
    while (str_split(&rest, '|', &piece)) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && !str_eq(str_trim(piece), str_from(known[i].from)))
            i++;
        if (i == sizeof known / sizeof *known) {
            format_add(im, &unknown, str_trim(piece));
            continue;
        }
        nuance |= known[i].nuance || words.n > 0;
        format_join(im->rows, &words, ", ", str_from(known[i].words));
        if (known[i].to && !str_eq(*cell, STR("payant")))
            *cell = str_from(known[i].to);
    }
    format_join(im->rows, cell, "|", unknown);
    if (nuance) {
        *precisions = arena_printf(im->rows, "%.*s.", STR_ARG(words));
        format_corrected(im, raw, "frais", RULE, given, *cell);
    }
    format_join(im->rows, precisions, "\n", format_value(row, "frais_autres"));
}

static struct str as_lines(struct importer *im, struct str list)
{
    struct str lines = STR_NONE, piece;
    while (str_split(&list, '|', &piece))
        format_join(im->rows, &lines, "\n", str_trim(piece));
    return lines;
}

/* -- how to get it -------------------------------------------------------------------------------- */

static void set_orientation(struct importer *im, const struct format_row *row, struct raw_record *raw, const char *name,
                            const char *others, const char *who)
{
    static const struct {
        const char *from, *to, *words; /* said in words when v1 has no mode, or when there is no link */
        bool link;
    } known[] = {
        {"telephoner", "telephoner", NULL, false},
        {"se-presenter", "se-presenter", NULL, false},
        {"envoyer-un-mail", "envoyer-un-courriel", NULL, false},
        {"envoyer-un-mail-avec-une-fiche-de-prescription", "envoyer-un-courriel",
         "Envoyer un courriel avec une fiche de prescription.", false},
        {"prendre-rdv", "utiliser-lien-mobilisation", "Prendre rendez-vous.", true},
        {"completer-le-formulaire-dadhesion", "utiliser-lien-mobilisation", "Compléter le formulaire d’adhésion.", true},
        {"autre", NULL, NULL, false},
    };
    struct str *modes = raw_cell(raw, "modes_mobilisation"), *words = raw_cell(raw, "mobilisation_precisions");
    struct str rest = format_value(row, name), piece;
    bool has_link = raw_cell(raw, "lien_mobilisation")->n > 0, any = false;
    while (str_split(&rest, '|', &piece)) {
        size_t i = 0;
        piece = str_trim(piece);
        while (i < sizeof known / sizeof *known && !str_eq(piece, str_from(known[i].from)))
            i++;
        any |= piece.n > 0;
        if (i == sizeof known / sizeof *known)
            format_add(im, modes, piece);
        else if (known[i].to && (!known[i].link || has_link))
            format_add(im, modes, str_from(known[i].to));
        if (i < sizeof known / sizeof *known && known[i].words && str_find(*words, str_from(known[i].words), 0) < 0)
            format_join(im->rows, words, "\n", str_from(known[i].words));
    }
    if (any)
        format_add(im, raw_cell(raw, "mobilisable_par"), str_from(who));
    struct str said = format_value(row, others);
    if (str_find(*words, said, 0) < 0)
        format_join(im->rows, words, "\n", said);
}

static void set_mobilisation(struct importer *im, const struct format_row *row, struct raw_record *raw)
{
    static const char *const links[] = {"prise_rdv", "formulaire_en_ligne", "page_web"};
    struct str *link = raw_cell(raw, "lien_mobilisation");
    for (size_t i = 0; i < sizeof links / sizeof *links && link->n == 0; i++) {
        *link = format_value(row, links[i]);
        if (link->n > 0 && i < 2) /* a page tells, it does not take requests */
            format_add(im, raw_cell(raw, "modes_mobilisation"), STR("utiliser-lien-mobilisation"));
    }
    set_orientation(im, row, raw, "modes_orientation_beneficiaire", "modes_orientation_beneficiaire_autres", "usagers");
    set_orientation(im, row, raw, "modes_orientation_accompagnateur", "modes_orientation_accompagnateur_autres", "professionnels");
}

static void set_zone(struct importer *im, const struct format_row *row, struct raw_record *raw, struct directory_problems *problems)
{
    struct str type = format_value(row, "zone_diffusion_type"), code = format_value(row, "zone_diffusion_code");
    struct str name = format_value(row, "zone_diffusion_nom"), *cell = raw_cell(raw, "zone_eligibilite");
    if (str_eq(type, STR("pays"))) {
        *cell = str_starts(code, STR("99")) && !str_eq(code, STR("99100")) ? code : STR("france");
    } else if (str_eq(type, STR("region"))) {
        for (uint32_t i = 0; i < territory_departement_count(); i++) {
            struct territory_departement d = territory_departement_at(i);
            if (code.n > 0 && str_eq(d.region, code))
                format_add(im, cell, d.code);
        }
    } else {
        *cell = code;
    }
    if (cell->n == 0 && (name.n > 0 || code.n > 0))
        field_problem(im->rows, problems, "zone_eligibilite", code.n ? code : name,
                      "Cette zone n’a pas de code connu : écrivez celui de la commune, du département ou de l’intercommunalité.", false);
}

/* -- the records ---------------------------------------------------------------------------------- */

static struct raw_record *start(struct importer *im, const struct format_row *row, enum directory_kind kind)
{
    struct raw_record *raw = format_raw(im, kind);
    struct str source = format_value(row, "source");
    raw->date_inconnue = NO_DATE;
    *raw_cell(raw, "source") = source;
    *raw_cell(raw, "id") = published_id(im, source, format_value(row, "id"));
    return raw;
}

static enum err read_structure(struct importer *im, const struct format_row *row, struct directory_problems *problems)
{
    struct raw_record *raw = start(im, row, DIRECTORY_STRUCTURE);
    read_cells(im, row, raw, problems);
    set_texts(im, row, raw);
    return import_raw(im, raw, row->line, problems);
}

/* A file of services alone names structures that nobody describes: what is known of them is their id. */
static enum err name_structure(struct importer *im, struct str source, struct str id, size_t line)
{
    bool known;
    TRY(import_knows_structure(im, id, &known));
    if (known || import_left_structure(im, id))
        return OK;
    struct directory_problems problems = {0};
    struct raw_record *raw = format_raw(im, DIRECTORY_STRUCTURE);
    raw->date_inconnue = NO_DATE;
    *raw_cell(raw, "source") = source;
    *raw_cell(raw, "id") = id;
    *raw_cell(raw, "nom") = shortened(im, arena_printf(im->rows, "Structure non précisée (%.*s)", STR_ARG(id)), NAME_MAX_CHARS);
    field_problem(im->rows, &problems, "nom", id,
                  "Le fichier donne des services de cette structure sans la décrire (ou sa fiche a été refusée) : seul son identifiant est connu. "
                  "Importez aussi le fichier des structures.", false);
    return import_raw(im, raw, line, &problems);
}

/* What was not meant for everyone stays where it is. */
static void hide_contact(struct importer *im, struct raw_record *raw, struct directory_problems *problems)
{
    static const char *const fields[] = {"telephone", "courriel", "contact_nom_prenom"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct str *cell = raw_cell(raw, fields[i]);
        if (cell->n > 0)
            field_problem(im->rows, problems, fields[i], STR_NONE, "Le fichier dit que ce contact n’est pas public.", false);
        *cell = STR_NONE;
    }
}

static void check_suspension(struct importer *im, struct str date, struct directory_problems *problems)
{
    struct civil_date d;
    if (civil_parse(date, &d) && civil_to_days(d) < civil_to_days(im->today))
        field_problem(im->rows, problems, "date_suspension", date, "Ce service n’est plus proposé depuis cette date.", true);
}

static enum err read_service(struct importer *im, const struct format_row *row, struct directory_problems *problems)
{
    struct raw_record *raw = start(im, row, DIRECTORY_SERVICE);
    struct str source = *raw_cell(raw, "source");
    struct str *structure = raw_cell(raw, "structure_id"), *conditions = raw_cell(raw, "conditions_acces");
    *structure = published_id(im, source, format_value(row, "structure_id"));
    read_cells(im, row, raw, problems);
    set_texts(im, row, raw);
    set_publics(im, format_value(row, "profils"), raw);
    set_frais(im, row, raw);
    *conditions = as_lines(im, format_value(row, "pre_requis"));
    format_join(im->rows, conditions, "\n", as_lines(im, format_value(row, "justificatifs")));
    set_mobilisation(im, row, raw);
    set_zone(im, row, raw, problems);
    if (str_eq(format_value(row, "contact_public"), STR("false")))
        hide_contact(im, raw, problems);
    check_suspension(im, format_value(row, "date_suspension"), problems);
    if (!problems->refused && structure->n > 0)
        TRY(name_structure(im, source, *structure, row->line));
    return import_raw(im, raw, row->line, problems);
}

static enum err read_row(struct importer *im, void *ctx, const struct format_row *row, struct directory_problems *problems)
{
    (void)ctx;
    return format_inclusion_kind(row) == DIRECTORY_SERVICE ? read_service(im, row, problems) : read_structure(im, row, problems);
}

enum err format_read_inclusion_0(struct importer *im, const struct format_file *f)
{
    return format_each_inclusion(im, f, read_row);
}
