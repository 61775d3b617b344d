/* One value of one field. What a field needs is chosen once by its name; what it was given is left letter for letter when
 * it is right already. */
#include "modules/directory/tidy/parts.h"

#include <pthread.h>

#include "base/text.h"
#include "hours/hours.h"

static const struct check_context no_bound = {NULL, INT64_MAX};

/* -- which cleaner ------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum tidy_cleaner cleaner;
} cleaners[] = {
    {"id", TIDY_AS_IS},           {"structure_id", TIDY_AS_IS},    {"pivot", TIDY_PIVOT},
    {"siret", TIDY_SIRET},        {"commune", TIDY_COMMUNE},       {"code_postal", TIDY_COMMUNE},
    {"code_insee", TIDY_COMMUNE}, {"adresse", TIDY_VOIE},          {"latitude", TIDY_DECIMAL},
    {"longitude", TIDY_DECIMAL},  {"telephone", TIDY_TELEPHONE},   {"courriels", TIDY_COURRIELS},
    {"courriel", TIDY_COURRIEL},  {"site_web", TIDY_SITES},        {"fiche_acces_libre", TIDY_SITE},
    {"prise_rdv", TIDY_SITE},     {"lien_source", TIDY_SITE},      {"accessibilite_lieu", TIDY_SITE},
    {"lien_mobilisation", TIDY_SITE}, {"horaires", TIDY_HOURS},    {"horaires_accueil", TIDY_HOURS},
    {"presentation_detail", TIDY_TEXT_LINES}, {"description", TIDY_TEXT_LINES}, {"conditions_acces", TIDY_TEXT_LINES},
    {"frais_precisions", TIDY_TEXT_LINES}, {"publics_precisions", TIDY_TEXT_LINES}, {"mobilisation_precisions", TIDY_TEXT_LINES},
    {"date_maj", TIDY_DATE},      {"zone_eligibilite", TIDY_ZONES}, {"volume_horaire_hebdomadaire", TIDY_AMOUNT},
};

static enum tidy_cleaner cleaner_of(enum directory_kind kind, const struct field *f)
{
    if (f->kind == FIELD_SET || f->kind == FIELD_ONE)
        return TIDY_LIST;
    if (strcmp(f->name, "site_web") == 0 && f->kind == FIELD_TEXT)
        return TIDY_SITE;
    if (strcmp(f->name, "source") == 0 && kind != DIRECTORY_PLACE)
        return TIDY_AS_IS; /* the slug of a source */
    for (size_t i = 0; i < sizeof cleaners / sizeof *cleaners; i++)
        if (strcmp(cleaners[i].name, f->name) == 0)
            return cleaners[i].cleaner;
    return f->kind == FIELD_LIST ? TIDY_FREE_LIST : f->kind == FIELD_COUNT ? TIDY_COUNT : TIDY_TEXT;
}

static struct tidy_plan plans[3];
static pthread_once_t planned = PTHREAD_ONCE_INIT;

static size_t rank(const struct field_table *t, const char *name)
{
    const struct field *f = field_find(t, str_from(name));
    if (!f)
        abort(); /* every kind has an address */
    return (size_t)(f - t->fields);
}

static void make_plans(void)
{
    for (int kind = 0; kind < 3; kind++) {
        const struct field_table *t = field_table((enum directory_kind)kind);
        struct tidy_plan *p = &plans[kind];
        for (size_t i = 0; i < t->n; i++)
            p->cleaner[i] = cleaner_of((enum directory_kind)kind, &t->fields[i]);
        p->nom = rank(t, "nom");
        p->commune = rank(t, "commune");
        p->code_postal = rank(t, "code_postal");
        p->code_insee = rank(t, "code_insee");
        p->adresse = rank(t, "adresse");
        p->latitude = rank(t, "latitude");
        p->longitude = rank(t, "longitude");
    }
}

const struct tidy_plan *tidy_plan(enum directory_kind kind)
{
    (void)pthread_once(&planned, make_plans);
    return &plans[kind];
}

/* -- what is right already ------------------------------------------------------------------------------ */

/* "&eacute;", "&#39;" */
static bool entity_at(struct str v, size_t i)
{
    enum { ENTITY_MAX = 10 };
    size_t n = 1;
    while (n < ENTITY_MAX && i + n < v.n && (v.p[i + n] == '#' || (v.p[i + n] >= '0' && v.p[i + n] <= '9') ||
                                             ((v.p[i + n] | 32) >= 'a' && (v.p[i + n] | 32) <= 'z')))
        n++;
    return n > 2 && i + n < v.n && v.p[i + n] == ';';
}

/* Marks of HTML or of a wrong encoding: worth a closer look. */
static bool looks_dirty(struct str v)
{
    for (size_t i = 0; i + 1 < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i], d = (unsigned char)v.p[i + 1];
        bool tag = c == '<' && (d == '/' || d == '!' || ((d | 32) >= 'a' && (d | 32) <= 'z'));
        if (tag || (c == '&' && entity_at(v, i)) || (c == 0xC3 && (d == 0x83 || d == 0x82 || d == 0xA2)) || (c == 0xEF && d == 0xBF))
            return true;
    }
    return false;
}

bool tidy_is_right(struct arena *a, const struct field *f, struct str v)
{
    struct hours *hours;
    struct str why = STR_NONE, rest = v, item;
    double number;
    switch (f->kind) {
    case FIELD_TEXT:
        return f->check ? !f->check(&no_bound, v) : !looks_dirty(v);
    case FIELD_LIST:
        while (str_split(&rest, '|', &item))
            if (f->check ? f->check(&no_bound, item) != NULL : looks_dirty(item))
                return false;
        return true;
    case FIELD_HOURS:
        return hours_parse(a, v, &hours, &why) == OK;
    case FIELD_NUMBER:
        return str_to_double(v, &number) && !(f->amount && number < 0);
    case FIELD_COUNT:
    case FIELD_SET:
    case FIELD_ONE:
        break;
    }
    return false; /* lists look for themselves */
}

/* -- the cleaners that need more than src/clean ----------------------------------------------------------- */

/* What spreadsheets and forms write for nothing. */
static bool says_nothing(struct arena *a, struct str v)
{
    static const char *const words[] = {"null", "undefined", "nan", "n a", "na", "neant", "non renseigne", "non renseignee",
                                        "non communique", "non communiquee", "inconnu", "inconnue", "a completer", "nc", "nd"};
    enum { NOTHING_MAX = 24 };
    if (v.n == 0 || v.n > NOTHING_MAX)
        return v.n == 0;
    struct str folded = text_fold(a, v);
    if (folded.n == 0) /* "-", "?", "#" */
        return v.n < 4 && (unsigned char)v.p[0] < 0x80;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(folded, str_from(words[i])))
            return true;
    return false;
}

static struct cleaned amount(struct arena *a, struct str v, bool whole)
{
    struct cleaned c = clean_decimal(a, v);
    double n;
    if (!c.refused && c.value.n > 0 && (!str_to_double(c.value, &n) || n < (whole ? 1 : 0) || n > INT32_MAX || (whole && n != (double)(int64_t)n)))
        c.refused = whole ? "Il faut un nombre entier, 1 ou plus." : "Il faut un nombre, 0 ou plus.";
    else if (!c.refused && whole && str_find_char(c.value, '.', 0) > 0)
        c.value = str_sub(c.value, 0, (size_t)str_find_char(c.value, '.', 0)); /* 12.0 of a spreadsheet */
    return c;
}

static struct cleaned first_only(struct cleaned c, const char *rule)
{
    ptrdiff_t bar = str_find_char(c.value, '|', 0);
    if (bar >= 0) {
        c.value = str_sub(c.value, 0, (size_t)bar);
        clean_rule(&c, rule);
    }
    return c;
}

/* Free words: `;` and line ends part them too. */
static struct cleaned free_list(struct arena *a, struct str v)
{
    struct cleaned text = clean_text(a, v, true);
    struct buf out;
    size_t n = 0;
    if (text.refused)
        return text;
    buf_init(&out, text.value.n + 1);
    for (size_t start = 0, i = 0; i <= text.value.n; i++) {
        if (i < text.value.n && !strchr("|;\n", text.value.p[i]))
            continue;
        if (i < text.value.n && text.value.p[i] != '|')
            clean_rule(&text, "liste.separateur");
        struct str item = str_trim(str_sub(text.value, start, i - start));
        start = i + 1;
        if (item.n == 0 || says_nothing(a, item))
            continue;
        if (n++ > 0)
            buf_char(&out, '|');
        buf_add(&out, item);
    }
    text.value = arena_str(a, buf_str(&out));
    buf_deinit(&out);
    return text;
}

/* "Ille-et-Vilaine", "35 - Ille-et-Vilaine", "1053", "France entière" → the codes of zone_eligibilite. */
static struct cleaned zones(struct arena *a, struct str v, struct str *left)
{
    struct cleaned list = free_list(a, v);
    if (list.refused)
        return list;
    struct buf out;
    buf_init(&out, list.value.n + 64);
    struct str rest = list.value, item;
    while (str_split(&rest, '|', &item)) {
        struct territory_departement d;
        struct str folded = text_fold(a, item), code = item, head;
        if (str_eq(folded, STR("france")) || str_eq(folded, STR("france entiere")) || str_eq(folded, STR("toute la france"))) {
            code = STR("france");
        } else if (!check_zone(&no_bound, item)) {
            struct territory_commune c;
            if (item.n == 5 && territory_commune_find(item, &c) && !territory_code_is_current(item))
                code = c.code;
        } else if (territory_departement_named(item, &d)) {
            code = d.code;
        } else {
            struct str words = folded;
            if (str_split(&words, ' ', &head) && territory_departement_find(head, &d))
                code = d.code;
        }
        if (check_zone(&no_bound, code)) {
            *left = left->n ? arena_printf(a, "%.*s|%.*s", STR_ARG(*left), STR_ARG(item)) : item;
            continue;
        }
        if (!str_eq(code, item))
            clean_rule(&list, "zone.code");
        if (out.n > 0)
            buf_char(&out, '|');
        buf_add(&out, code);
    }
    list.value = arena_str(a, buf_str(&out));
    buf_deinit(&out);
    if (list.value.n == 0 && left->n > 0)
        list.refused = check_zone(&no_bound, *left);
    return list;
}

/* "<p>-</p>" says nothing either: only seen once the tags are gone. */
static struct cleaned text_value(struct arena *a, struct str v, bool lines)
{
    struct cleaned c = clean_text(a, v, lines);
    if (!c.refused && c.n_rules > 0 && c.value.n > 0 && says_nothing(a, c.value)) {
        c.value = STR_NONE;
        clean_rule(&c, "valeur.absente");
    }
    return c;
}

struct cleaned tidy_hours(struct arena *a, struct str v)
{
    struct cleaned out = {.value = str_trim(v)};
    struct str expression;
    struct cleaned text = clean_text(a, v, true);
    if (text.refused)
        return out; /* the check keeps the text aside, as it was given */
    if (hours_from_french(a, text.value, &expression) != OK) {
        if (says_nothing(a, text.value))
            out.value = STR_NONE;
        return out;
    }
    if (str_eq(expression, out.value))
        return out;
    struct hours *hours;
    struct str why = STR_NONE;
    out = text;
    out.value = expression;
    clean_rule(&out, hours_parse(a, text.value, &hours, &why) == OK ? "horaires.ecriture" : "horaires.francais");
    return out;
}

struct str tidy_departement(struct arena *a, const struct tidy_context *cx)
{
    struct str code = directory_departement(a, cx->code_insee, cx->code_postal);
    return code.n > 0 ? code : cx->departement;
}

static struct cleaned commune_value(struct arena *a, const struct field *f, struct str v, const struct tidy_context *cx)
{
    struct tidy_context said = *cx;
    struct tidy_commune where;
    bool postal = strcmp(f->name, "code_postal") == 0, insee = strcmp(f->name, "code_insee") == 0;
    *(postal ? &said.code_postal : insee ? &said.code_insee : &said.commune) = v;
    tidy_commune(a, &said, &where);
    return postal ? where.code_postal : insee ? where.code_insee : where.commune;
}

static struct cleaned by_cleaner(struct arena *a, enum tidy_cleaner cleaner, struct str v, const struct tidy_context *cx)
{
    switch (cleaner) {
    case TIDY_PIVOT:
        return clean_pivot(a, v);
    case TIDY_SIRET:
        return clean_siret(a, v);
    case TIDY_VOIE:
        return clean_voie(a, v);
    case TIDY_DECIMAL:
        return clean_decimal(a, v);
    case TIDY_AMOUNT:
    case TIDY_COUNT:
        return amount(a, v, cleaner == TIDY_COUNT);
    case TIDY_TELEPHONE:
        return clean_telephone(a, v, tidy_departement(a, cx));
    case TIDY_COURRIELS:
        return clean_courriels(a, v);
    case TIDY_COURRIEL:
        return first_only(clean_courriels(a, v), "courriel.premier");
    case TIDY_SITES:
        return clean_sites_web(a, v);
    case TIDY_SITE:
        return first_only(clean_sites_web(a, v), "site_web.premier");
    case TIDY_DATE:
        return clean_date(a, v);
    case TIDY_FREE_LIST:
        return free_list(a, v);
    case TIDY_HOURS:
        return tidy_hours(a, v);
    case TIDY_TEXT_LINES:
        return text_value(a, v, true);
    case TIDY_TEXT:
    case TIDY_AS_IS:
    case TIDY_COMMUNE:
    case TIDY_LIST:
    case TIDY_ZONES:
        break;
    }
    return cleaner == TIDY_TEXT ? text_value(a, v, false) : (struct cleaned){.value = str_trim(v)};
}

struct cleaned tidy_field(struct arena *a, enum directory_kind kind, const struct field *f, struct str v,
                          const struct tidy_context *cx, struct str *left)
{
    enum tidy_cleaner cleaner = tidy_plan(kind)->cleaner[f - field_table(kind)->fields];
    *left = STR_NONE;
    if (cleaner == TIDY_LIST)
        return tidy_list(a, f, v, left);
    if (cx->level == TIDY_STANDARD && (v.n == 0 || tidy_is_right(a, f, v)))
        return (struct cleaned){.value = v};
    if (cleaner == TIDY_COMMUNE)
        return commune_value(a, f, v, cx);
    if (v.n > 0 && cleaner != TIDY_HOURS && cleaner != TIDY_AS_IS && says_nothing(a, str_trim(v))) {
        struct cleaned nothing = {.value = STR_NONE};
        clean_rule(&nothing, "valeur.absente");
        return nothing;
    }
    return cleaner == TIDY_ZONES ? zones(a, v, left) : by_cleaner(a, cleaner, v, cx);
}

bool tidy_value(struct arena *a, enum directory_kind kind, const char *field, struct str value,
                const struct tidy_context *cx, struct cleaned *out, struct str *left)
{
    const struct field *f = field_find(field_table(kind), str_from(field));
    struct str aside;
    if (!f)
        return false;
    *out = tidy_field(a, kind, f, value, cx, &aside);
    if (left)
        *left = aside;
    return true;
}
