/* Is a record right by its standard, and what becomes of what is not. Pure. */
#include <math.h>

#include "base/text.h"
#include "modules/directory/fields.h"

static int by_french_order(const void *x, const void *y)
{
    const struct str *a = x, *b = y;
    int order = text_compare(*a, *b);
    return order ? order : str_cmp(*a, *b);
}

struct str_list field_list_normal(struct arena *a, const struct str *items, size_t n)
{
    struct str *kept = ARENA_ARRAY(a, n ? n : 1, struct str);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        struct str v = str_trim(text_normalize(a, items[i]));
        if (v.n > 0)
            kept[k++] = v;
    }
    if (k > 1)
        qsort(kept, k, sizeof *kept, by_french_order);
    size_t unique = 0;
    for (size_t i = 0; i < k; i++)
        if (unique == 0 || !str_eq(kept[unique - 1], kept[i]))
            kept[unique++] = kept[i];
    return (struct str_list){kept, unique};
}

/* Where the standards set no bound: one that no honest text meets. */
enum { ANY_TEXT_MAX = 50000 };

static const char *check_length(const struct field *f, struct str v)
{
    size_t most = f->max ? f->max : ANY_TEXT_MAX;
    size_t n = v.n > most || f->min > 0 ? str_length(v) : 0;
    if (f->min > 0 && n < f->min)
        return f->min == 3 ? "Ce nom est trop court : il faut 3 caractères au moins." : "Ce texte est trop court : il faut 5 caractères au moins.";
    if (f->max == 150 && n > f->max)
        return "Ce nom est trop long : 150 caractères au plus.";
    if (f->max == 280 && n > f->max)
        return "Ce résumé dépasse 280 caractères : il est mis au début de presentation_detail.";
    return n > most ? "Ce texte est trop long." : NULL;
}

static void check_text(const struct check_context *cx, const struct field *f, void *record,
                       struct directory_problems *out)
{
    struct str *v = field_at(f, record);
    *v = str_trim(text_normalize(cx->a, *v));
    if (v->n == 0) {
        if (f->required)
            field_problem(cx->a, out, f->name, STR_NONE, "Cette information est obligatoire.", true);
        return;
    }
    const char *why = check_length(f, *v);
    if (!why && f->check)
        why = f->check(cx, *v);
    if (why) {
        field_problem(cx->a, out, f->name, *v, why, f->required);
        *v = STR_NONE;
    }
}

static void check_list(const struct check_context *cx, const struct field *f, void *record,
                       struct directory_problems *out)
{
    struct str_list *l = field_at(f, record);
    *l = field_list_normal(cx->a, l->items, l->n);
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        const char *why = f->check ? f->check(cx, l->items[i]) : NULL;
        if (why)
            field_problem(cx->a, out, f->name, l->items[i], why, false);
        else
            l->items[kept++] = l->items[i];
    }
    l->n = kept;
}

/* Valid hours stay as they are written; those that are only understood are written again in the standard's
 * form; the rest is kept apart and never published. */
static void check_hours(const struct check_context *cx, const struct field *f, void *record, size_t aside,
                        struct directory_problems *out)
{
    struct str *v = field_at(f, record);
    struct str *text = (struct str *)((char *)record + aside);
    struct hours *h;
    struct str why = STR_NONE;
    *text = str_trim(text_normalize(cx->a, *text));
    *v = str_trim(text_normalize(cx->a, *v));
    if (v->n == 0)
        return;
    if (hours_parse(cx->a, *v, &h, &why) == OK) {
        if (!check_hours_strict(*v))
            *v = hours_format(cx->a, h);
        *text = STR_NONE;
        return;
    }
    field_problem(cx->a, out, f->name, *v,
                why.n ? arena_cstr(cx->a, why) : "Ces horaires ne suivent pas la forme « Mo-Fr 09:00-12:00 ».", false);
    *text = *v;
    *v = STR_NONE;
}

static void check_number(const struct check_context *cx, const struct field *f, void *record,
                         struct directory_problems *out)
{
    struct directory_number *v = field_at(f, record);
    if (v->known && (!isfinite(v->value) || (f->amount && v->value < 0))) {
        field_problem(cx->a, out, f->name, field_cell(cx->a, f, record), "Il faut un nombre, 0 ou plus.", false);
        field_clear(f, record);
    }
}

static void check_fields(const struct check_context *cx, enum directory_kind kind, void *record,
                         struct directory_problems *out)
{
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        if (f->kind == FIELD_TEXT)
            check_text(cx, f, record, out);
        else if (f->kind == FIELD_LIST)
            check_list(cx, f, record, out);
        else if (f->kind == FIELD_HOURS)
            check_hours(cx, f, record, t->hours_text, out);
        else if (f->kind == FIELD_NUMBER)
            check_number(cx, f, record, out);
    }
}

bool directory_point(struct directory_number latitude, struct directory_number longitude, struct geo_point *out)
{
    *out = (struct geo_point){latitude.value, longitude.value};
    return latitude.known && longitude.known && geo_valid(*out);
}

static void check_coordinates(const struct check_context *cx, struct directory_number *latitude,
                              struct directory_number *longitude, struct directory_problems *out)
{
    struct geo_point p;
    if (!latitude->known && !longitude->known)
        return;
    const char *why = NULL;
    if (latitude->known != longitude->known)
        why = "Il faut la latitude et la longitude : une seule ne situe rien.";
    else if (!directory_point(*latitude, *longitude, &p))
        why = "Ce ne sont pas des coordonnées : la latitude va de -90 à 90, la longitude de -180 à 180.";
    else if (!geo_in_france(p))
        why = "Ce point n’est pas en France : vérifiez que latitude et longitude ne sont pas échangées.";
    if (!why)
        return;
    struct buf b;
    buf_init(&b, 200);
    if (latitude->known)
        buf_double(&b, latitude->value);
    buf_lit(&b, " ; ");
    if (longitude->known)
        buf_double(&b, longitude->value);
    field_problem(cx->a, out, latitude->known ? "latitude" : "longitude", buf_str(&b), why, false);
    buf_deinit(&b);
    *latitude = *longitude = (struct directory_number){false, 0};
}

/* A summary that is too long for its field is not lost: it opens the detailed presentation. */
static void keep_long_summary(struct arena *a, struct directory_place *p, struct str given)
{
    struct str detail = p->presentation_detail;
    if (p->presentation_resume.n > 0 || given.n == 0 || str_find(detail, given, 0) >= 0)
        return;
    if (detail.n > 0)
        given = arena_printf(a, "%.*s\n\n%.*s", STR_ARG(given), STR_ARG(detail));
    if (str_length(given) <= ANY_TEXT_MAX)
        p->presentation_detail = given;
}

void directory_check_place(struct arena *a, struct directory_place *p, struct directory_problems *out)
{
    struct check_context cx = {a, INT64_MAX};
    struct str summary = str_trim(text_normalize(a, p->presentation_resume));
    check_fields(&cx, DIRECTORY_PLACE, p, out);
    keep_long_summary(a, p, summary);
    if (str_eq(p->pivot, STR("00000000000000")))
        p->pivot = STR_NONE;
    check_coordinates(&cx, &p->latitude, &p->longitude, out);
    if (!out->refused && p->record.source.n == 0)
        field_problem(a, out, "source", STR_NONE, "Il faut dire d’où vient cette fiche.", true);
}

void directory_check_structure(struct arena *a, struct directory_structure *s, struct civil_date today,
                               struct directory_problems *out)
{
    /* A day more: overseas it may be tomorrow already. */
    struct check_context cx = {a, civil_to_days(today) + 1};
    check_fields(&cx, DIRECTORY_STRUCTURE, s, out);
    check_coordinates(&cx, &s->latitude, &s->longitude, out);
}

void directory_check_service(struct arena *a, struct directory_service *s, struct civil_date today,
                             struct directory_problems *out)
{
    struct check_context cx = {a, civil_to_days(today) + 1};
    check_fields(&cx, DIRECTORY_SERVICE, s, out);
    check_coordinates(&cx, &s->latitude, &s->longitude, out);
    int everyone = directory_enum_find(ENUM_PUBLIC, STR("tous-publics"));
    if (directory_set_has(s->publics, everyone) && directory_set_count(s->publics) > 1) {
        const struct field *f = field_find(field_table(DIRECTORY_SERVICE), STR("publics"));
        field_problem(a, out, "publics", field_cell(a, f, s),
                    "« tous-publics » ne se combine pas avec d’autres publics : lui seul est gardé.", false);
        s->publics = DIRECTORY_SET_NONE;
        directory_set_add(&s->publics, everyone);
    }
}

/* -- the quality score ---------------------------------------------------------------------------- */

/* Two decimals, as the national service rounds: to the nearest of the exact value, and to the even one of two. */
static double two_decimals(double v)
{
    double hundredths = v * 100, whole = floor(hundredths);
    enum { FAR_FROM_HALF = 1000000 }; /* the product itself is not exact: near a half the digits decide */
    if (fabs(hundredths - whole - 0.5) * FAR_FROM_HALF > 1)
        return (hundredths - whole < 0.5 ? whole : whole + 1) / 100;
    char text[32];
    snprintf(text, sizeof text, "%.2f", v);
    return strtod(text, NULL);
}

/* All criteria but one are worth 0, a half or 1: their sum is exact, and the order does not matter. */
struct score {
    int halves;
    int n;
};

static void criterion(struct score *s, int halves)
{
    s->halves += halves;
    s->n++;
}

/* A month has 30 days and a year 365; on the 180th day itself the national service gives nothing, for that day is
 * neither before the limit nor after it. */
static double freshness(struct str date_maj, struct civil_date today)
{
    struct civil_date d;
    if (!civil_parse(date_maj, &d))
        return 0;
    enum { SIX_MONTHS = 180, TWO_YEARS = 730 };
    int64_t age = civil_to_days(today) - civil_to_days(d);
    if (age < 0)
        age = -age;
    if (age < SIX_MONTHS)
        return 1;
    return age > SIX_MONTHS && age < TWO_YEARS ? two_decimals((double)(TWO_YEARS - age) / (TWO_YEARS - SIX_MONTHS)) : 0;
}

static int description_halves(struct str description)
{
    enum { SHORT = 50, GOOD = 200, LONG = 2000, MOST = 10000 };
    size_t n = str_length(description);
    if (n < SHORT || n > MOST)
        return 0;
    return n < GOOD || n >= LONG ? 1 : 2;
}

static bool has_value(enum directory_enum_id id, struct directory_set set, const char *value)
{
    return directory_set_has(set, directory_enum_find(id, str_from(value)));
}

static int frais_halves(const struct directory_service *s)
{
    if (directory_set_empty(s->frais))
        return 0;
    return has_value(ENUM_FRAIS, s->frais, "payant") && s->frais_precisions.n == 0 ? 1 : 2;
}

double directory_quality(const struct directory_service *s, struct civil_date today)
{
    struct score sc = {0, 0};
    double fresh = 0;
    if (has_value(ENUM_MODE_ACCUEIL, s->modes_accueil, "en-presentiel") ||
        has_value(ENUM_MODE_MOBILISATION, s->modes_mobilisation, "se-presenter"))
        criterion(&sc, 2 * (s->adresse.n > 0));
    if (has_value(ENUM_MODE_MOBILISATION, s->modes_mobilisation, "telephoner"))
        criterion(&sc, 2 * (s->telephone.n > 0));
    if (has_value(ENUM_MODE_MOBILISATION, s->modes_mobilisation, "envoyer-un-courriel"))
        criterion(&sc, 2 * (s->courriel.n > 0));
    criterion(&sc, !directory_set_empty(s->modes_mobilisation) + !directory_set_empty(s->mobilisable_par));
    criterion(&sc, 2 * (s->courriel.n > 0 || s->lien_mobilisation.n > 0 || s->telephone.n > 0));
    criterion(&sc, 2 * !directory_set_empty(s->publics));
    criterion(&sc, 2 * !directory_set_empty(s->thematiques));
    /* Both keep their own dates: the national service leaves the criterion out for them. */
    if (!str_eq(s->record.source, STR("agefiph")) && !str_eq(s->record.source, STR("france-travail"))) {
        fresh = freshness(s->date_maj, today);
        sc.n++;
    }
    criterion(&sc, frais_halves(s));
    criterion(&sc, description_halves(s->description));
    return two_decimals((0.5 * sc.halves + fresh) / sc.n);
}

/* -- where ---------------------------------------------------------------------------------------- */

struct str directory_departement(struct arena *a, struct str code_insee, struct str code_postal)
{
    struct str code = code_insee.n >= 5 ? code_insee : STR_NONE;
    if (code.n > 0)
        return arena_str(a, str_sub(code, 0, str_starts(code, STR("97")) || str_starts(code, STR("98")) ? 3 : 2));
    if (code_postal.n != 5)
        return STR_NONE;
    if (str_starts(code_postal, STR("97")) || str_starts(code_postal, STR("98")))
        return arena_str(a, str_sub(code_postal, 0, 3));
    if (str_starts(code_postal, STR("20"))) /* Corse: 200 and 201 south, 202 and 206 north */
        return code_postal.p[2] <= '1' ? STR("2A") : STR("2B");
    return arena_str(a, str_sub(code_postal, 0, 2));
}
