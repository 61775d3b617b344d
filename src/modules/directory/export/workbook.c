/* The workbook: for people. Headers in French, labels instead of codes, phones as they are dialled, hours in a sentence,
 * dates as dates; codes keep their zeros. Written by hand of its parts (sheet.c): the library for it says that all is well
 * when the disk is full. */
#include <stddef.h>

#include "base/clock.h"
#include "modules/directory/export/sheet.h"

enum how { FIELD, LABELS, LINES, PHONE, DATE, SENTENCE, LINK, FIRST_DAY, LAST_DAY, CONFIRMED, OURS };
struct shown {
    const char *title;
    int width;
    enum how how;
    const char *field; /* of the standard */
};

static const struct shown place_columns[] = {
    {"Nom", 40, FIELD, "nom"},
    {"Adresse", 34, FIELD, "adresse"},
    {"Complément d’adresse", 24, FIELD, "complement_adresse"},
    {"Code postal", 12, FIELD, "code_postal"},
    {"Commune", 24, FIELD, "commune"},
    {"Téléphone", 18, PHONE, "telephone"},
    {"Courriels", 32, LINES, "courriels"},
    {"Sites web", 32, LINES, "site_web"},
    {"Horaires", 40, SENTENCE, "horaires"},
    {"Services", 48, LABELS, "services"},
    {"Type de lieu", 32, LABELS, "typologie"},
    {"Publics accueillis en particulier", 30, LABELS, "publics_specifiquement_adresses"},
    {"Prise en charge de besoins particuliers", 34, LABELS, "prise_en_charge_specifique"},
    {"Tarif", 22, LABELS, "frais_a_charge"},
    {"Comment venir ou contacter", 34, LABELS, "modalites_acces"},
    {"Accompagnement", 30, LABELS, "modalites_accompagnement"},
    {"Fixe ou itinérant", 16, LABELS, "itinerance"},
    {"Programmes nationaux", 28, LABELS, "dispositif_programmes_nationaux"},
    {"Formations et labels", 28, LABELS, "formations_labels"},
    {"Autres formations et labels", 28, LINES, "autres_formations_labels"},
    {"Présentation", 50, FIELD, "presentation_resume"},
    {"Présentation détaillée", 50, FIELD, "presentation_detail"},
    {"Prendre rendez-vous", 32, FIELD, "prise_rdv"},
    {"Accessibilité (acceslibre)", 32, FIELD, "fiche_acces_libre"},
    {"Structure parente", 28, FIELD, "structure_parente"},
    {"SIRET ou autre numéro", 20, FIELD, "pivot"},
    {"Code INSEE", 12, FIELD, "code_insee"},
    {"Latitude", 12, FIELD, "latitude"},
    {"Longitude", 12, FIELD, "longitude"},
    {"Source", 26, FIELD, "source"},
    {"Mise à jour par la source", 22, DATE, "date_maj"},
    {"Première saisie", 16, FIRST_DAY, NULL},
    {"Dernier changement", 18, LAST_DAY, NULL},
    {"Confirmation", 14, CONFIRMED, NULL},
    {"Horaires (OpenStreetMap)", 30, FIELD, "horaires"},
    {"Page", 40, LINK, NULL},
    {"Identifiant de la source", 24, FIELD, "id"},
    {"Identifiant", 38, OURS, NULL},
};
static const struct shown structure_columns[] = {
    {"Nom", 40, FIELD, "nom"},
    {"Adresse", 34, FIELD, "adresse"},
    {"Complément d’adresse", 24, FIELD, "complement_adresse"},
    {"Code postal", 12, FIELD, "code_postal"},
    {"Commune", 24, FIELD, "commune"},
    {"Téléphone", 18, PHONE, "telephone"},
    {"Courriel", 32, FIELD, "courriel"},
    {"Site web", 32, FIELD, "site_web"},
    {"Horaires", 40, SENTENCE, "horaires_accueil"},
    {"Réseaux", 34, LABELS, "reseaux_porteurs"},
    {"Description", 60, FIELD, "description"},
    {"Accessibilité (acceslibre)", 32, FIELD, "accessibilite_lieu"},
    {"SIRET", 18, FIELD, "siret"},
    {"Code INSEE", 12, FIELD, "code_insee"},
    {"Latitude", 12, FIELD, "latitude"},
    {"Longitude", 12, FIELD, "longitude"},
    {"Source", 26, FIELD, "source"},
    {"Fiche chez la source", 32, FIELD, "lien_source"},
    {"Mise à jour par la source", 22, DATE, "date_maj"},
    {"Première saisie", 16, FIRST_DAY, NULL},
    {"Dernier changement", 18, LAST_DAY, NULL},
    {"Confirmation", 14, CONFIRMED, NULL},
    {"Horaires (OpenStreetMap)", 30, FIELD, "horaires_accueil"},
    {"Page", 40, LINK, NULL},
    {"Identifiant de la source", 30, FIELD, "id"},
    {"Identifiant", 38, OURS, NULL},
};
static const struct shown service_columns[] = {
    {"Nom", 40, FIELD, "nom"},
    {"Description", 60, FIELD, "description"},
    {"Type", 20, LABELS, "type"},
    {"Thèmes", 48, LABELS, "thematiques"},
    {"Publics", 34, LABELS, "publics"},
    {"Précisions sur les publics", 30, FIELD, "publics_precisions"},
    {"Conditions d’accès", 30, FIELD, "conditions_acces"},
    {"Tarif", 14, LABELS, "frais"},
    {"Précisions sur le tarif", 26, FIELD, "frais_precisions"},
    {"Adresse", 34, FIELD, "adresse"},
    {"Complément d’adresse", 24, FIELD, "complement_adresse"},
    {"Code postal", 12, FIELD, "code_postal"},
    {"Commune", 24, FIELD, "commune"},
    {"Téléphone", 18, PHONE, "telephone"},
    {"Courriel", 32, FIELD, "courriel"},
    {"Contact", 26, FIELD, "contact_nom_prenom"},
    {"Accueil", 24, LABELS, "modes_accueil"},
    {"Comment faire la demande", 34, LABELS, "modes_mobilisation"},
    {"Lien pour la demande", 32, FIELD, "lien_mobilisation"},
    {"Qui peut faire la demande", 26, LABELS, "mobilisable_par"},
    {"Précisions sur la demande", 30, FIELD, "mobilisation_precisions"},
    {"Territoires", 24, LINES, "zone_eligibilite"},
    {"Heures par semaine", 18, FIELD, "volume_horaire_hebdomadaire"},
    {"Nombre de semaines", 18, FIELD, "nombre_semaines"},
    {"Horaires", 40, SENTENCE, "horaires_accueil"},
    {"Code INSEE", 12, FIELD, "code_insee"},
    {"Latitude", 12, FIELD, "latitude"},
    {"Longitude", 12, FIELD, "longitude"},
    {"Source", 26, FIELD, "source"},
    {"Fiche chez la source", 32, FIELD, "lien_source"},
    {"Mise à jour par la source", 22, DATE, "date_maj"},
    {"Première saisie", 16, FIRST_DAY, NULL},
    {"Dernier changement", 18, LAST_DAY, NULL},
    {"Confirmation", 14, CONFIRMED, NULL},
    {"Horaires (OpenStreetMap)", 30, FIELD, "horaires_accueil"},
    {"Page de la structure", 40, LINK, NULL},
    {"Identifiant de la structure", 30, FIELD, "structure_id"},
    {"Identifiant de la source", 30, FIELD, "id"},
    {"Identifiant", 38, OURS, NULL},
};

#define COLUMNS(list) (list), sizeof(list) / sizeof *(list)
enum { COLUMNS_MAX = 48 };
struct workbook {
    struct export_book book;
    const struct shown *shown;
    size_t n;
    size_t fields[COLUMNS_MAX];
};

/* -- cells ------------------------------------------------------------------------------------------- */

static struct str one_a_line(struct exporter *x, struct str list)
{
    struct str text = arena_str(x->row, list);
    char *p = (char *)(uintptr_t)text.p;
    for (size_t i = 0; i < text.n; i++)
        if (p[i] == '|')
            p[i] = '\n';
    return text;
}

static void write_number(struct export_book *b, const struct field *f, const void *record)
{
    int64_t count = f->kind == FIELD_COUNT ? *(const int64_t *)field_in(f, record) : 0;
    export_sheet_number(b, f->kind == FIELD_COUNT ? (struct directory_number){count != 0, (double)count}
                                                : *(const struct directory_number *)field_in(f, record));
}

static void write_cell(struct exporter *x, const struct export_row *r, size_t c)
{
    struct workbook *w = x->format;
    struct export_book *b = &w->book;
    const struct shown *s = &w->shown[c];
    const struct directory_record *record = r->record;
    const struct field *f = s->field ? &field_table(r->kind)->fields[w->fields[c]] : NULL;
    struct str cell = f ? r->cells[w->fields[c]] : STR_NONE;
    const struct export_set *set = f ? r->sets[w->fields[c]] : NULL;
    switch (s->how) {
    case FIELD:
        if (f->kind == FIELD_NUMBER || f->kind == FIELD_COUNT)
            write_number(b, f, r->record);
        else
            export_sheet_text(b, cell);
        break;
    case LABELS: export_sheet_text(b, set ? set->labels : STR_NONE); break;
    case LINES: export_sheet_text(b, one_a_line(x, cell)); break;
    case PHONE: export_sheet_text(b, export_phone(x, cell)); break;
    case DATE: /* 1970-01-01: nobody knows */
        export_sheet_date(b, str_eq(cell, STR("1970-01-01")) ? STR_NONE : cell);
        break;
    case SENTENCE: export_sheet_text(b, export_hours_sentence(x, r)); break;
    case LINK: export_sheet_text(b, export_permalink(x, r)); break;
    case FIRST_DAY: export_sheet_date(b, export_day(x, record->created_at_ms)); break;
    case LAST_DAY: export_sheet_date(b, export_day(x, record->updated_at_ms)); break;
    case CONFIRMED: export_sheet_date(b, export_day(x, record->confirmed_at_ms)); break;
    case OURS: export_sheet_text(b, record->id); break;
    }
}

static enum err write_row(struct exporter *x, const struct export_row *r)
{
    struct workbook *w = x->format;
    export_sheet_row(&w->book);
    for (size_t c = 0; c < w->n; c++)
        write_cell(x, r, c);
    return export_sheet_row_end(&w->book);
}

/* -- the book ---------------------------------------------------------------------------------------- */

static enum err write_sheet(struct exporter *x, const char *name, const struct shown *shown, size_t n,
                            const struct export_part *part)
{
    struct workbook *w = x->format;
    struct export_sheet_column columns[COLUMNS_MAX];
    const struct field_table *t = field_table(part->kind);
    w->shown = shown;
    w->n = n;
    for (size_t c = 0; c < n; c++) {
        columns[c] = (struct export_sheet_column){shown[c].title, shown[c].width};
        if (shown[c].field)
            w->fields[c] = (size_t)(field_find(t, str_from(shown[c].field)) - t->fields);
    }
    TRY(export_sheet_begin(&w->book, name, columns, n));
    return export_each(x, part, 1, EXPORT_WITH_PAGE | EXPORT_WITH_ORIGIN | EXPORT_WITH_HISTORY, write_row);
}

static enum err write_book(struct exporter *x, struct workbook *w)
{
    TRY(export_book_begin(&w->book, x, clock_now_ms()));
    TRY(write_sheet(x, "Lieux", COLUMNS(place_columns), export_all_places));
    TRY(write_sheet(x, "Structures", COLUMNS(structure_columns), export_all_structures));
    TRY(write_sheet(x, "Services", COLUMNS(service_columns), export_all_services));
    return export_book_end(&w->book);
}

enum err export_workbook(struct exporter *x)
{
    struct workbook *w = ARENA_NEW(x->a, struct workbook);
    x->format = w;
    enum err e = write_book(x, w);
    export_book_free(&w->book);
    return e;
}
