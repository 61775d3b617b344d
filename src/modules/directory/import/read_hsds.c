/* HSDS records → structures and services. What Balise wrote itself comes back exactly: the attributes of its own list of
 * fields say the values that HSDS has no place for. What others wrote is read as far as data·inclusion can say it.
 *
 * The file is cut into its records first, so that memory holds one of them at a time. */
#include "modules/directory/import/read_hsds.h"

#include "modules/directory/hsds/hsds.h"
#include "modules/directory/import/format.h"

#define NO_DATE "2000-01-01" /* what data·inclusion takes for a date that nobody knows */

enum { DEPTH_MAX = 60, PROGRESS_ROWS = 64, CELL_MAX = 1024 * 1024, CHAMPS_MAX = 32 };

/* -- cutting -------------------------------------------------------------------------------------- */

static size_t skip_space(struct str t, size_t at)
{
    while (at < t.n && (t.p[at] == ' ' || t.p[at] == '\t' || t.p[at] == '\r' || t.p[at] == '\n' || t.p[at] == ','))
        at++;
    return at;
}

static size_t skip_string(struct str t, size_t at)
{
    for (at++; at < t.n && t.p[at] != '"'; at++)
        if (t.p[at] == '\\')
            at++;
    return at < t.n ? at + 1 : t.n;
}

/* The end of the value that begins at `at`; at itself when there is none, or when it is cut or too deep. */
static size_t skip_value(struct str t, size_t at)
{
    size_t start = at;
    int depth = 0;
    while (at < t.n) {
        char c = t.p[at];
        if (c == '"') {
            at = skip_string(t, at);
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH_MAX)
                return start;
            at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return at;
            depth--;
            at++;
        } else if (depth == 0 && (c == ',' || c == '\n' || c == ' ' || c == '\r' || c == '\t')) {
            return at;
        } else {
            at++;
        }
        if (depth == 0 && (c == '"' || c == '}' || c == ']'))
            return at;
    }
    return depth == 0 ? at : start;
}

/* The lists of a file, by where their first element may stand. */
enum list_kind { LIST_ORGANIZATIONS, LIST_SERVICES, LIST_CONTENTS, LIST_CONTENT, LIST_COUNT }; /* the last: Open Referral UK 1.0 */
struct lists {
    size_t at[LIST_COUNT]; /* after the "["; 0: none */
    bool single;           /* no list: the object is a record, others may follow line by line */
};

static void find_lists(struct str t, struct lists *out)
{
    static const char *const names[LIST_COUNT] = {"organizations", "services", "contents", "content"};
    bool has_id = false;
    *out = (struct lists){0};
    size_t at = skip_space(t, 0);
    if (at < t.n && t.p[at] == '[') {
        out->at[LIST_CONTENTS] = at + 1;
        return;
    }
    at = at < t.n && t.p[at] == '{' ? skip_space(t, at + 1) : t.n;
    while (at < t.n && t.p[at] == '"') {
        size_t end = skip_string(t, at);
        struct str key = str_sub(t, at + 1, end - at - 2);
        at = skip_space(t, end);
        at = at < t.n && t.p[at] == ':' ? skip_space(t, at + 1) : t.n;
        has_id |= str_eq(key, STR("id"));
        for (int i = 0; i < LIST_COUNT && at < t.n; i++)
            if (str_eq(key, str_from(names[i])) && t.p[at] == '[')
                out->at[i] = at + 1;
        end = skip_value(t, at);
        if (end == at)
            break;
        at = skip_space(t, end);
    }
    if (has_id) /* an organization with its services, not a file of services */
        *out = (struct lists){.single = true};
}

/* The next record; false at the end of the list. */
static bool next_record(struct str t, size_t *at, struct str *out)
{
    *at = skip_space(t, *at);
    if (*at >= t.n || t.p[*at] != '{')
        return false;
    size_t end = skip_value(t, *at);
    *out = str_sub(t, *at, end - *at);
    *at = end;
    return out->n > 0;
}

/* -- what is it? ---------------------------------------------------------------------------------- */

enum record_kind { NOT_HSDS, AN_ORGANIZATION, A_SERVICE, A_SERVICE_AT_LOCATION };

static bool has(const json_t *o, const char *key)
{
    return json_object_get(o, key) != NULL;
}

static enum record_kind kind_of(const json_t *o, bool expected)
{
    if (!json_is_object(o) || !json_get_str(o, "id").n || has(o, "nom"))
        return NOT_HSDS;
    if (json_is_object(json_object_get(o, "service")) && (has(o, "location") || has(o, "location_id")))
        return A_SERVICE_AT_LOCATION;
    if (!json_get_str(o, "name").n)
        return NOT_HSDS;
    if (has(o, "status") || has(o, "organization") || has(o, "organization_id") || has(o, "service_at_locations"))
        return A_SERVICE;
    if (has(o, "services") || has(o, "locations") || has(o, "organization_identifiers") || has(o, "website"))
        return AN_ORGANIZATION;
    return expected ? AN_ORGANIZATION : NOT_HSDS;
}

/* `named`: the list is called so; a name and an id are enough then. */
static bool first_is_hsds(struct arena *a, struct str text, size_t at, bool named)
{
    struct str record;
    json_t *o;
    return next_record(text, &at, &record) && json_parse(a, record, &o, NULL) == OK && kind_of(o, named) != NOT_HSDS;
}

bool hsds_detect(struct arena *a, struct str text)
{
    struct lists lists;
    find_lists(text, &lists);
    bool found = lists.single && first_is_hsds(a, text, 0, false);
    for (int i = 0; i < LIST_COUNT && !found; i++)
        found = lists.at[i] > 0 && first_is_hsds(a, text, lists.at[i], i == LIST_ORGANIZATIONS);
    return found;
}

/* -- reading -------------------------------------------------------------------------------------- */

struct reader {
    struct importer *im;
    struct str text;
    struct marks seen;  /* organizations of this file, by their UUID: the rank of their published id */
    struct organization {
        struct str published;
        bool of_place; /* a place that Balise wrote: it was read as such, its service with it */
    } *organizations;
    size_t n, cap;
    bool ours; /* a record that Balise wrote: what is valid stays letter for letter, whatever the format */
};

/* What the attributes of one record say. */
struct said {
    struct buf terms[HSDS_TAXONOMY_COUNT]; /* cells of our lists */
    struct str champs[CHAMPS_MAX];         /* exact values of fields */
};

static const json_t *first(const json_t *o, const char *key)
{
    return json_array_get(json_object_get(o, key), 0);
}

/* By its UUID, or by its word or label when another list has it too. */
static bool find_term(const json_t *attribute, struct hsds_term *out)
{
    const json_t *term = json_object_get(attribute, "taxonomy_term");
    struct str code = json_get_str(term, "code"), name = json_get_str(term, "name");
    if (hsds_term_find(json_get_str(attribute, "taxonomy_term_id"), out) || hsds_term_find(json_get_str(term, "id"), out))
        return true;
    for (size_t i = 0; i < hsds_terms_count(); i++) {
        *out = hsds_term_at(i);
        if (out->taxonomy == HSDS_CHAMPS || out->category)
            continue;
        if ((code.n > 0 && str_eq(code, hsds_term_code(*out))) || (name.n > 0 && str_eq(name, hsds_term_code(*out))))
            return true;
    }
    return false;
}

static void read_attributes(struct said *said, const json_t *o)
{
    const json_t *attributes = json_object_get(o, "attributes");
    for (int t = 0; t < HSDS_TAXONOMY_COUNT; t++)
        buf_init(&said->terms[t], CELL_MAX);
    for (size_t i = 0; i < json_array_size(attributes); i++) {
        const json_t *attribute = json_array_get(attributes, i);
        struct hsds_term term;
        if (!find_term(attribute, &term) || term.category)
            continue;
        if (term.taxonomy == HSDS_CHAMPS) {
            said->champs[term.row] = json_get_str(attribute, "value");
        } else {
            struct buf *cell = &said->terms[term.taxonomy];
            buf_lit(cell, cell->n > 0 ? "|" : "");
            buf_add(cell, hsds_term_code(term));
        }
    }
}

static void forget_attributes(struct said *said)
{
    for (int t = 0; t < HSDS_TAXONOMY_COUNT; t++)
        buf_deinit(&said->terms[t]);
}

static struct str champ(const struct said *said, const char *field)
{
    int row = hsds_champ(str_from(field));
    return row >= 0 ? said->champs[row] : STR_NONE;
}

static struct str one_of(struct str a, struct str b)
{
    return a.n > 0 ? a : b;
}

static struct str number_text(struct arena *a, const json_t *v)
{
    if (json_is_string(v))
        return (struct str){json_string_value(v), json_string_length(v)};
    return json_is_number(v) ? buf_double_in(a, json_number_value(v)) : STR_NONE;
}

static struct str day_of(struct str date)
{
    return str_sub(date, 0, 10);
}

/* "source--uuid" of a record that is not ours. */
static struct str foreign_id(const struct reader *r, struct str uuid)
{
    struct str source = one_of(r->im->in->source, r->im->in->default_source);
    return arena_printf(r->im->rows, "%.*s--%.*s", STR_ARG(source), STR_ARG(uuid));
}

/* Cells that come from our own attributes, under the same names. */
static void put_champs(struct raw_record *raw, const struct said *said)
{
    const struct field_table *t = field_table(raw->kind);
    for (size_t i = 0; i < t->n; i++) {
        int row = hsds_champ(str_from(t->fields[i].name));
        if (row >= 0 && said->champs[row].n > 0)
            raw->cells[i] = said->champs[row];
    }
}

static void put_terms(struct reader *r, struct raw_record *raw, const char *field, struct said *said, enum hsds_taxonomy t)
{
    *raw_cell(raw, field) = arena_str(r->im->rows, buf_str(&said->terms[t]));
}

static void put_location(struct reader *r, struct raw_record *raw, const json_t *location)
{
    const json_t *address = first(location, "addresses");
    if (!address)
        address = first(location, "physical_addresses"); /* Open Referral UK 1.0 */
    struct str city = json_get_str(address, "city"), street = json_get_str(address, "address_1");
    *raw_cell(raw, "commune") = city;
    *raw_cell(raw, "code_postal") = json_get_str(address, "postal_code");
    *raw_cell(raw, "adresse") = str_eq(street, city) ? STR_NONE : street;
    *raw_cell(raw, "complement_adresse") = json_get_str(address, "address_2");
    *raw_cell(raw, "latitude") = number_text(r->im->rows, json_object_get(location, "latitude"));
    *raw_cell(raw, "longitude") = number_text(r->im->rows, json_object_get(location, "longitude"));
}

static struct str phone_of(const json_t *o)
{
    struct str number = json_get_str(first(o, "phones"), "number");
    return number.n > 0 ? number : json_get_str(first(first(o, "contacts"), "phones"), "number");
}

/* Hours: ours are exact; others' are made from their schedules, the most precise first. */
static struct str hours_of(struct reader *r, const struct said *said, const json_t *const *holders, size_t n)
{
    struct civil_date today = r->im->today;
    struct str hours = champ(said, "horaires_accueil");
    for (size_t i = 0; i < n && hours.n == 0 && !r->ours; i++) {
        const json_t *schedules = json_object_get(holders[i], "schedules");
        if (!schedules)
            schedules = json_object_get(holders[i], "regular_schedules"); /* Open Referral UK 1.0 */
        hours = hsds_read_schedules(r->im->rows, schedules, today);
    }
    return hours;
}

/* -- organizations -------------------------------------------------------------------------------- */

static struct str siret_of(const json_t *o)
{
    const json_t *list = json_object_get(o, "organization_identifiers");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct str type = json_get_str(one, "identifier_type");
        if (str_eq_nocase(type, STR("SIRET")) || str_eq(json_get_str(one, "identifier_scheme"), STR("FR-INSEE")))
            return json_get_str(one, "identifier");
    }
    return STR_NONE;
}

static void fill_structure(struct reader *r, struct raw_record *raw, const json_t *o, struct said *said, struct str date)
{
    const json_t *location = first(o, "locations");
    struct str name = json_get_str(o, "name"), description = json_get_str(o, "description");
    *raw_cell(raw, "id") = foreign_id(r, json_get_str(o, "id"));
    *raw_cell(raw, "nom") = name;
    *raw_cell(raw, "description") = str_eq(description, name) ? STR_NONE : description;
    *raw_cell(raw, "date_maj") = date;
    *raw_cell(raw, "siret") = siret_of(o);
    put_location(r, raw, location);
    *raw_cell(raw, "telephone") = one_of(phone_of(o), r->ours ? STR_NONE : phone_of(location));
    *raw_cell(raw, "courriel") = json_get_str(o, "email");
    *raw_cell(raw, "site_web") = one_of(json_get_str(o, "website"), json_get_str(o, "url"));
    *raw_cell(raw, "accessibilite_lieu") = json_get_str(first(location, "accessibility"), "url");
    put_terms(r, raw, "reseaux_porteurs", said, HSDS_RESEAUX);
    put_champs(raw, said);
    *raw_cell(raw, "horaires_accueil") = hours_of(r, said, &location, location != NULL);
}

/* Keeps what an organization is under its UUID; true the first time. */
static enum err remember(struct reader *r, struct str uuid, struct organization o, bool *is_new)
{
    struct mark *mark = import_marks_get(&r->seen, import_marks_key(&r->seen, STR_NONE, uuid));
    if (!mark)
        return ERR_LIMIT;
    *is_new = mark->line == 0;
    if (*is_new) {
        r->organizations = arena_grow(r->im->a, r->organizations, r->n, &r->cap, r->n + 1, sizeof *r->organizations);
        r->organizations[r->n++] = (struct organization){arena_str(r->im->a, o.published), o.of_place};
        mark->line = (uint32_t)r->n;
    }
    return OK;
}

/* The organization with this UUID: of the file, else as if it had come from the same source. */
static struct organization organization_of(const struct reader *r, struct str uuid)
{
    const struct mark *mark = import_marks_find(&r->seen, import_marks_key(&r->seen, STR_NONE, uuid));
    return mark && mark->line > 0 ? r->organizations[mark->line - 1] : (struct organization){foreign_id(r, uuid), false};
}

/* The place that this organization or service was made from, under "source--id". `structure`: that it belongs to; may be empty. */
static bool fill_place(struct reader *r, struct raw_record *raw, const struct said *said, struct str structure)
{
    *raw = (struct raw_record){.kind = DIRECTORY_PLACE, .date_inconnue = "1970-01-01", .structure = structure};
    if (!hsds_place_cells(r->im->rows, champ(said, "lieu"), raw->cells))
        return false;
    raw->source = format_source_of(r->im, champ(said, "id"), *raw_cell(raw, "id"));
    return true;
}

/* `date`: of one of its services, when the organization says none. */
static enum err read_organization(struct reader *r, const json_t *o, struct str date, size_t line)
{
    struct raw_record raw = {.kind = DIRECTORY_STRUCTURE, .date_inconnue = NO_DATE}, place;
    struct said said = {.champs = {{NULL, 0}}};
    struct directory_problems problems = {0};
    bool is_new, of_place;
    read_attributes(&said, o);
    r->ours = champ(&said, "id").n > 0;
    fill_structure(r, &raw, o, &said, day_of(date));
    of_place = r->ours && fill_place(r, &place, &said, STR_NONE);
    forget_attributes(&said);
    TRY(remember(r, json_get_str(o, "id"), (struct organization){*raw_cell(&raw, "id"), of_place}, &is_new));
    r->im->free_form = !r->ours;
    r->im->ours = r->ours;
    return is_new ? import_raw(r->im, of_place ? &place : &raw, line, &problems) : OK;
}

/* -- services ------------------------------------------------------------------------------------- */

/* Free, or paid for, when every price says so. */
static struct str frais_of(const json_t *o)
{
    const json_t *costs = json_object_get(o, "cost_options");
    bool paid = false, known = false;
    for (size_t i = 0; i < json_array_size(costs); i++) {
        const json_t *amount = json_object_get(json_array_get(costs, i), "amount");
        known |= json_is_number(amount);
        paid |= json_is_number(amount) && json_number_value(amount) > 0;
    }
    return paid ? STR("payant") : known ? STR("gratuit") : STR_NONE;
}

static struct str joined(struct reader *r, const json_t *list, const char *key, const char *between)
{
    struct buf b;
    buf_init(&b, CELL_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str text = str_trim(json_get_str(json_array_get(list, i), key));
        buf_lit(&b, b.n > 0 && text.n > 0 ? between : "");
        buf_add(&b, text);
    }
    struct str out = arena_str(r->im->rows, buf_str(&b));
    buf_deinit(&b);
    return out;
}

/* Codes of zones; names alone are no codes. */
static struct str zones_of(struct reader *r, const json_t *areas)
{
    struct check_context cx = {r->im->rows, 0};
    struct buf b;
    buf_init(&b, CELL_MAX);
    for (size_t i = 0; i < json_array_size(areas); i++) {
        const json_t *area = json_array_get(areas, i);
        struct str code = json_get_str(area, "extent");
        if (!str_eq(json_get_str(area, "extent_type"), STR("text")) || check_zone(&cx, code))
            continue;
        buf_lit(&b, b.n > 0 ? "|" : "");
        buf_add(&b, code);
    }
    struct str out = arena_str(r->im->rows, buf_str(&b));
    buf_deinit(&b);
    return out;
}

/* "De 12 à 25 ans." before what is said of the people it is for. */
static struct str eligibility_of(struct reader *r, const json_t *o)
{
    struct str words = json_get_str(o, "eligibility_description");
    const json_t *least = json_object_get(o, "minimum_age"), *most = json_object_get(o, "maximum_age");
    struct str from = json_is_number(least) ? number_text(r->im->rows, least) : STR_NONE;
    struct str to = json_is_number(most) ? number_text(r->im->rows, most) : STR_NONE;
    if (from.n > 0 && to.n > 0)
        return arena_printf(r->im->rows, "De %.*s à %.*s ans. %.*s", STR_ARG(from), STR_ARG(to), STR_ARG(words));
    if (from.n > 0)
        return arena_printf(r->im->rows, "Dès %.*s ans. %.*s", STR_ARG(from), STR_ARG(words));
    return to.n > 0 ? arena_printf(r->im->rows, "Jusqu’à %.*s ans. %.*s", STR_ARG(to), STR_ARG(words)) : words;
}

/* Words that others wrote, where Balise writes its own from the lists. */
static void put_foreign_words(struct reader *r, struct raw_record *raw, const json_t *o)
{
    *raw_cell(raw, "lien_source") = json_get_str(o, "url");
    *raw_cell(raw, "frais_precisions") = one_of(json_get_str(o, "fees_description"), json_get_str(o, "fees"));
    *raw_cell(raw, "publics_precisions") = str_trim(eligibility_of(r, o));
    *raw_cell(raw, "conditions_acces") = joined(r, json_object_get(o, "required_documents"), "document", ", ");
    *raw_cell(raw, "mobilisation_precisions") = json_get_str(o, "application_process");
}

static void put_lists(struct reader *r, struct raw_record *raw, const json_t *o, struct said *said)
{
    put_terms(r, raw, "thematiques", said, HSDS_THEMATIQUES);
    put_terms(r, raw, "publics", said, HSDS_PUBLICS);
    put_terms(r, raw, "type", said, HSDS_TYPES);
    put_terms(r, raw, "frais", said, HSDS_FRAIS);
    put_terms(r, raw, "modes_accueil", said, HSDS_MODES_ACCUEIL);
    put_terms(r, raw, "modes_mobilisation", said, HSDS_MODES_MOBILISATION);
    put_terms(r, raw, "mobilisable_par", said, HSDS_MOBILISABLE_PAR);
    if (!r->ours && raw_cell(raw, "frais")->n == 0)
        *raw_cell(raw, "frais") = frais_of(o);
}

static void fill_service(struct reader *r, struct raw_record *raw, const json_t *o, const json_t *at_location, struct said *said)
{
    const json_t *location = json_object_get(at_location, "location");
    const json_t *const holders[] = {o, at_location, location};
    struct str date = one_of(json_get_str(o, "last_modified"), json_get_str(o, "assured_date"));
    *raw_cell(raw, "id") = foreign_id(r, json_get_str(o, "id"));
    *raw_cell(raw, "nom") = json_get_str(o, "name");
    *raw_cell(raw, "description") = one_of(json_get_str(o, "description"), json_get_str(o, "name"));
    *raw_cell(raw, "date_maj") = day_of(date);
    if (!r->ours)
        put_foreign_words(r, raw, o);
    put_lists(r, raw, o, said);
    put_location(r, raw, location);
    *raw_cell(raw, "telephone") = one_of(phone_of(o), r->ours ? STR_NONE : one_of(phone_of(at_location), phone_of(location)));
    *raw_cell(raw, "courriel") = json_get_str(o, "email");
    *raw_cell(raw, "contact_nom_prenom") = json_get_str(first(o, "contacts"), "name");
    *raw_cell(raw, "zone_eligibilite") = zones_of(r, json_object_get(o, "service_areas"));
    put_champs(raw, said);
    *raw_cell(raw, "horaires_accueil") = hours_of(r, said, holders, sizeof holders / sizeof *holders);
}

/* A service that is not given now must not be shown as if it were. */
static void check_status(struct reader *r, const json_t *o, struct directory_problems *problems)
{
    struct str status = json_get_str(o, "status");
    if (status.n > 0 && !str_eq_nocase(status, STR("active")))
        field_problem(r->im->rows, problems, "status", status,
                      "Ce service n’est pas actif : il n’est pas repris. Importez le fichier de nouveau quand il le sera.", true);
}

static enum err read_service(struct reader *r, const json_t *o, const json_t *at_location, const json_t *organization, size_t line)
{
    struct raw_record raw = {.kind = DIRECTORY_SERVICE, .date_inconnue = NO_DATE}, place;
    struct said said = {.champs = {{NULL, 0}}};
    struct directory_problems problems = {0};
    struct organization offers = {STR_NONE, false};
    const json_t *nested = json_object_get(o, "organization");
    struct str date = one_of(json_get_str(o, "last_modified"), json_get_str(o, "assured_date"));
    struct str of = json_get_str(o, "organization_id");
    if (json_is_object(nested) && json_get_str(nested, "id").n > 0) {
        TRY(read_organization(r, nested, date, line));
        of = json_get_str(nested, "id");
    } else if (organization) {
        of = json_get_str(organization, "id");
    }
    read_attributes(&said, o);
    r->ours = champ(&said, "id").n > 0;
    fill_service(r, &raw, o, at_location ? at_location : first(o, "service_at_locations"), &said);
    if (of.n > 0)
        offers = organization_of(r, of);
    *raw_cell(&raw, "structure_id") = offers.published;
    bool of_place = r->ours && fill_place(r, &place, &said, str_eq(offers.published, *raw_cell(&raw, "id")) ? STR_NONE : offers.published);
    forget_attributes(&said);
    if (r->ours && offers.of_place && str_eq(offers.published, *raw_cell(&raw, "id")))
        return OK; /* said with its place */
    check_status(r, o, &problems);
    r->im->free_form = !r->ours;
    r->im->ours = r->ours;
    return import_raw(r->im, of_place ? &place : &raw, line, &problems);
}

static enum err read_record(struct reader *r, const json_t *o, size_t line)
{
    switch (kind_of(o, true)) {
    case A_SERVICE:
        return read_service(r, o, NULL, NULL, line);
    case A_SERVICE_AT_LOCATION:
        return read_service(r, json_object_get(o, "service"), o, NULL, line);
    case AN_ORGANIZATION: {
        const json_t *services = json_object_get(o, "services");
        struct str date = json_get_str(json_array_get(services, 0), "last_modified");
        TRY(read_organization(r, o, date, line));
        for (size_t i = 0; i < json_array_size(services); i++)
            TRY(read_service(r, json_array_get(services, i), NULL, o, line));
        return OK;
    }
    default:
        return import_fail(r->im, "La fiche qui commence ligne %zu n’est ni un service ni une organisation HSDS : il lui faut « id » et « name ».",
                           line);
    }
}

/* -- the whole ------------------------------------------------------------------------------------ */

static enum err read_list(struct reader *r, size_t at)
{
    struct str record;
    size_t counted = 0, line = 1, records = 0;
    while (next_record(r->text, &at, &record)) {
        json_t *o;
        struct str why = STR_NONE;
        size_t start = (size_t)(record.p - r->text.p);
        for (; counted < start; counted++)
            line += r->text.p[counted] == '\n';
        if (json_parse(r->im->rows, record, &o, &why) != OK)
            return import_fail(r->im, "La fiche qui commence ligne %zu n’est pas du JSON valide. %.*s", line, STR_ARG(why));
        TRY(read_record(r, o, line));
        arena_reset(r->im->rows);
        if (++records % PROGRESS_ROWS == 0)
            import_progress(r->im, at);
    }
    bool ended = at >= r->text.n || r->text.p[at] == ']';
    return ended ? OK
                 : import_fail(r->im, "Le fichier est coupé, ou ce n’est plus du JSON, après la fiche de la ligne %zu. Téléchargez-le de nouveau.",
                               line);
}

bool format_is_hsds(const struct format_file *f)
{
    return (f->container == FORMAT_JSON || f->container == FORMAT_JSON_LINES) && hsds_detect(f->a, f->text);
}

enum err format_read_hsds(struct importer *im, const struct format_file *f)
{
    struct reader r = {.im = im, .text = f->text};
    struct lists lists;
    buf_clear(&im->ignored); /* counts of a page are no columns */
    find_lists(r.text, &lists);
    import_marks_init(&r.seen);
    enum err e = lists.single ? read_list(&r, 0) : OK;
    for (int i = 0; i < LIST_COUNT && e == OK; i++)
        if (lists.at[i] > 0)
            e = read_list(&r, lists.at[i]);
    import_marks_deinit(&r.seen);
    if (e == OK && im->counts.rows == 0)
        e = import_fail(im, "Le fichier ne contient aucune fiche.");
    import_progress(im, r.text.n);
    return e;
}
