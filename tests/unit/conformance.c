/* Compares the cleaning of communes, addresses, lists and kinds of place with calls recorded in the libraries that the
 * country uses. Where we choose otherwise is listed below and argued in docs/conformance.md; any other difference fails, and so
 * does a difference of the list that is no more. The data is not part of the project: without it the test is skipped. */
#include <stdio.h>

#include "base/json.h"
#include "base/text.h"
#include "modules/directory/directory.h"

static struct arena *arena;
static int failures;

/* A call that we answer otherwise: its function, and a text that its arguments hold. */
static struct difference {
    const char *fn, *holds;
    bool met;
} differences[] = {
    {"processTypologies", "EI Girard Hervé", false},
    {"processTypologies", "Epicerie Bar", false},
    {"processTypologies", "Agglomération du Choletais", false},
    {"processTypologies", "CARCASSONNE AGGLO", false},
    {"processTypologies", "CORNOUAILLE AGGLOMERATION", false},
    {"processTypologies", "point information mediation multi services", false},
    {"processAdresse", "C/O A.THEVENIER", false},
    {"processAdresse", "Médiathèque de Champagney", false},
    {"processAdresse", "11 place René Coty 42000 Blois", false},
    {"PrisesEnChargeSpecifiques", "[[\"Handicape psychique\"]]", false},
    {"PrisesEnChargeSpecifiques", "[[\"Illettrisme\",\"Handicape psychique\"]]", false},
    {"Typologies", "MAIRIE", false},
    {"Adresse", "\"code_insee\":\"09890\"", false},
    {"Adresse", "Metz$", false},
};

static const char *path_of(const char *name)
{
    const char *shared = getenv("BALISE_SHARED");
    return arena_cstr(arena, arena_printf(arena, "%s/data/conformance/%s", shared ? shared : "../shared", name));
}

/* -- scores ----------------------------------------------------------------------------------------- */

struct score {
    const char *fn;
    int good, all;
};
static struct score scores[40];
static size_t n_scores;

static struct score *score_of(const char *fn)
{
    for (size_t i = 0; i < n_scores; i++)
        if (strcmp(scores[i].fn, fn) == 0)
            return &scores[i];
    scores[n_scores] = (struct score){arena_cstr(arena, str_from(fn)), 0, 0};
    return &scores[n_scores++];
}

static void count(const char *fn, const json_t *args, bool agrees, const char *ours, const char *theirs)
{
    char *text = json_dumps(args, JSON_COMPACT | JSON_ENCODE_ANY);
    struct score *s = score_of(fn);
    bool expected = false;
    s->all++;
    s->good += agrees;
    for (size_t i = 0; !agrees && i < sizeof differences / sizeof *differences; i++)
        if (strcmp(differences[i].fn, fn) == 0 && strstr(text, differences[i].holds))
            expected = differences[i].met = true;
    if (!agrees && !expected) {
        failures++;
        (void)printf("  differs: %s(%s): %s, they say %s\n", fn, text, ours, theirs);
    }
    free(text);
}

/* -- values as text --------------------------------------------------------------------------------- */

static struct str text_of(const json_t *v)
{
    if (json_is_integer(v))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

static const char *shown(struct str s)
{
    return arena_cstr(arena, s);
}

static int by_bytes(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

/* Items sorted: a list has no order. */
static const char *sorted(struct str cell)
{
    struct str items[64], item;
    size_t n = 0;
    while (n < 64 && str_split(&cell, '|', &item))
        items[n++] = item;
    qsort(items, n, sizeof *items, by_bytes);
    struct str out = STR_NONE;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(items[i], items[i - 1]))
            out = arena_printf(arena, "%.*s%s%.*s", STR_ARG(out), i ? "|" : "", STR_ARG(items[i]));
    return shown(out);
}

static struct str cell_of(const json_t *list)
{
    struct str out = STR_NONE;
    size_t i;
    const json_t *v;
    if (!json_is_array(list))
        return text_of(list);
    json_array_foreach(list, i, v)
        out = arena_printf(arena, "%.*s%s%.*s", STR_ARG(out), i ? "|" : "", STR_ARG(text_of(v)));
    return out;
}

static struct directory_normalized normalized(const char *field, struct str value, struct str nom)
{
    struct directory_value_said said = {.field = str_from(field), .values = &value, .n_values = 1, .nom = nom};
    struct directory_normalized out;
    if (!directory_normalize(arena, &said, &out)) {
        (void)fprintf(stderr, "no field %s\n", field);
        exit(1);
    }
    return out;
}

/* Capitals, hyphens and apostrophes do not count: theirs is a step before the register, ours the register's name. */
static bool same_name(struct str x, struct str y)
{
    return str_eq(text_fold(arena, x), text_fold(arena, y));
}

/* -- the functions ---------------------------------------------------------------------------------- */

/* What a field of their configuration takes in a row: a column, the first of several that is filled, or columns joined. */
static struct str column(const json_t *row, const json_t *field)
{
    const json_t *name = json_object_get(field, "colonne"), *joined = json_object_get(field, "joindre"), *c;
    size_t i;
    struct str out = STR_NONE;
    if (json_is_array(name)) {
        json_array_foreach(name, i, c)
            if (out.n == 0)
                out = text_of(json_object_get(row, json_string_value(c)));
    } else if (name) {
        out = text_of(json_object_get(row, json_string_value(name)));
    }
    json_array_foreach(json_object_get(joined, "colonnes"), i, c) {
        struct str v = text_of(json_object_get(row, json_string_value(c)));
        if (v.n > 0)
            out = out.n ? arena_printf(arena, "%.*s %.*s", STR_ARG(out), STR_ARG(v)) : v;
    }
    if (joined && out.n == 0)
        out = column(row, json_object_get(joined, "ou"));
    return out;
}

static struct directory_normalized_address address_of(struct str voie, struct str commune, struct str postal, struct str insee)
{
    struct directory_value_said said = {.values = &voie, .n_values = 1, .commune = commune, .code_postal = postal, .code_insee = insee};
    struct directory_normalized_address out;
    directory_normalize_address(arena, &said, &out);
    return out;
}

static struct str kept(const struct cleaned *c)
{
    return c->refused ? STR_NONE : c->value;
}

static const char *show_address(const struct directory_normalized_address *a)
{
    return shown(arena_printf(arena, "%.*s / %.*s / %.*s / %.*s", STR_ARG(kept(&a->voie)), STR_ARG(kept(&a->commune)),
                              STR_ARG(kept(&a->code_postal)), STR_ARG(kept(&a->code_insee))));
}

static void process_address(const json_t *call, const json_t *args)
{
    const json_t *row = json_array_get(json_array_get(args, 1), 0), *config = json_array_get(json_array_get(args, 1), 1);
    const json_t *result = json_object_get(call, "result");
    struct str voie = column(row, json_object_get(config, "adresse"));
    struct directory_normalized_address a =
        address_of(voie, column(row, json_object_get(config, "commune")), column(row, json_object_get(config, "code_postal")),
                   column(row, json_object_get(config, "code_insee")));
    /* A refused street is an error there; here the record is refused for it later. */
    bool agrees = !result && kept(&a.voie).n == 0;
    if (result)
        agrees = same_name(kept(&a.voie), text_of(json_object_get(result, "voie"))) &&
                 str_eq(kept(&a.commune), text_of(json_object_get(result, "commune"))) &&
                 str_eq(kept(&a.code_postal), text_of(json_object_get(result, "code_postal"))) &&
                 str_eq(kept(&a.code_insee), text_of(json_object_get(result, "code_insee")));
    char *theirs = result ? json_dumps(result, JSON_COMPACT) : NULL;
    count("processAdresse", args, agrees, show_address(&a), theirs ? theirs : "an error");
    free(theirs);
}

static void process_kinds(const json_t *call, const json_t *args)
{
    const json_t *name = json_object_get(json_array_get(json_array_get(args, 0), 0), "name");
    if (!name)
        return; /* only a mapping: tests of the mappings */
    struct directory_normalized n = normalized("typologie", STR_NONE, text_of(name));
    const char *ours = sorted(n.cleaned.value), *theirs = sorted(cell_of(json_object_get(call, "result")));
    count("processTypologies", args, strcmp(ours, theirs) == 0, ours, theirs);
}

/* A validator of a list: its own values pass as they are, what it refuses is left out. */
static void list_validator(const json_t *call, const json_t *args, const char *fn, const char *field)
{
    struct directory_normalized n = normalized(field, cell_of(json_array_get(json_array_get(args, 0), 0)), STR_NONE);
    const json_t *result = json_object_get(call, "result");
    const char *ours = sorted(kept(&n.cleaned)), *theirs = result ? sorted(cell_of(result)) : "an error";
    bool agrees = result ? n.left.n == 0 && strcmp(ours, theirs) == 0 : n.left.n > 0 || kept(&n.cleaned).n == 0;
    count(fn, args, agrees, ours, theirs);
}

static void text_validator(const json_t *call, const json_t *args, const char *fn, const char *field)
{
    struct directory_normalized n = normalized(field, text_of(json_array_get(json_array_get(args, 0), 0)), STR_NONE);
    const json_t *result = json_object_get(call, "result");
    count(fn, args, str_eq(kept(&n.cleaned), text_of(result)), shown(kept(&n.cleaned)), result ? shown(text_of(result)) : "an error");
}

/* The validator of an address takes any commune for any code: compared are the values that are left. */
static void address_validator(const json_t *call, const json_t *args)
{
    const json_t *given = json_array_get(json_array_get(args, 0), 0), *result = json_object_get(call, "result");
    struct directory_normalized_address a =
        address_of(text_of(json_object_get(given, "voie")), text_of(json_object_get(given, "commune")),
                   text_of(json_object_get(given, "code_postal")), text_of(json_object_get(given, "code_insee")));
    struct str insee = text_of(json_object_get(given, "code_insee"));
    bool agrees = !result;
    if (result)
        agrees = same_name(kept(&a.commune), text_of(json_object_get(result, "commune"))) &&
                 str_eq(kept(&a.code_postal), text_of(json_object_get(result, "code_postal"))) &&
                 (insee.n == 0 || str_eq(kept(&a.code_insee), insee));
    else /* the value they refuse is not kept */
        agrees = !str_eq(kept(&a.code_insee), insee) ||
                 !str_eq(kept(&a.code_postal), text_of(json_object_get(given, "code_postal")));
    count("Adresse", args, agrees, show_address(&a), result ? "the same as given" : "an error");
}

/* data·inclusion v0 → LaMednum: what each list of the services of a structure becomes. */
static void from_inclusion(const json_t *call, const json_t *args)
{
    static const char *const fields[][2] = {
        {"thematiques", "services"}, {"frais", "frais_a_charge"}, {"profils", "publics_specifiquement_adresses"},
        {"profils", "prise_en_charge_specifique"},
    };
    const json_t *services = json_array_get(json_array_get(args, 0), 0), *result = json_object_get(call, "result"), *s;
    size_t k;
    for (size_t i = 0; result && i < sizeof fields / sizeof *fields; i++) {
        struct str all = STR_NONE;
        json_array_foreach(services, k, s) {
            struct directory_normalized n = normalized(fields[i][1], cell_of(json_object_get(s, fields[i][0])), STR_NONE);
            struct str cell = kept(&n.cleaned);
            if (cell.n > 0)
                all = all.n ? arena_printf(arena, "%.*s|%.*s", STR_ARG(all), STR_ARG(cell)) : cell;
        }
        const char *ours = sorted(all), *theirs = sorted(cell_of(json_object_get(result, fields[i][1])));
        count("fromSchemaDataInclusion", args, strcmp(ours, theirs) == 0, ours, theirs);
    }
}

static void one_call(const json_t *call)
{
    static const char *const lists[][2] = {
        {"Services", "services"}, {"ModalitesAcces", "modalites_acces"}, {"ModalitesAccompagnement", "modalites_accompagnement"},
        {"PublicsSpecifiquementAdresses", "publics_specifiquement_adresses"}, {"FraisACharge", "frais_a_charge"},
        {"FormationsLabels", "formations_labels"}, {"PrisesEnChargeSpecifiques", "prise_en_charge_specifique"},
        {"Typologies", "typologie"}, {"DispositifProgrammesNationaux", "dispositif_programmes_nationaux"},
        {"Itinerances", "itinerance"},
    };
    const char *fn = json_string_value(json_object_get(call, "fn"));
    const json_t *args = json_object_get(call, "args");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(fn, lists[i][0]) == 0)
            list_validator(call, args, fn, lists[i][1]);
    if (strcmp(fn, "processTypologies") == 0)
        process_kinds(call, args);
    else if (strcmp(fn, "processAdresse") == 0)
        process_address(call, args);
    else if (strcmp(fn, "Adresse") == 0)
        address_validator(call, args);
    else if (strcmp(fn, "Nom") == 0)
        text_validator(call, args, fn, "nom");
    else if (strcmp(fn, "Id") == 0)
        text_validator(call, args, fn, "id");
    else if (strcmp(fn, "fromSchemaDataInclusion") == 0)
        from_inclusion(call, args);
    else if (strcmp(fn, "normaliserCodeInsee") == 0) {
        struct directory_normalized n = normalized("code_insee", text_of(json_object_get(call, "entree")), STR_NONE);
        struct str theirs = text_of(json_object_get(call, "attendu"));
        count(fn, json_object_get(call, "entree"), str_eq(kept(&n.cleaned), theirs), shown(kept(&n.cleaned)), shown(theirs));
    }
}

static bool lines(const char *name)
{
    FILE *f = fopen(path_of(name), "r");
    char *line = NULL;
    size_t cap = 0;
    if (!f)
        return false;
    while (getline(&line, &cap, f) >= 0) {
        json_t *call = json_loads(line, 0, NULL);
        if (call)
            one_call(call);
        json_decref(call);
    }
    free(line);
    (void)fclose(f);
    return true;
}

static bool communes(const char *name)
{
    json_t *all = json_load_file(path_of(name), 0, NULL);
    size_t i;
    const json_t *call;
    json_array_foreach(all, i, call) {
        struct directory_normalized n = normalized("commune", text_of(json_array_get(json_object_get(call, "args"), 1)), STR_NONE);
        struct str theirs = text_of(json_object_get(call, "result"));
        count("cleanCommune", json_object_get(call, "args"), same_name(kept(&n.cleaned), theirs), shown(kept(&n.cleaned)), shown(theirs));
    }
    json_decref(all);
    return all != NULL;
}

int main(void)
{
    arena = arena_new(SIZE_MAX);
    if (!arena)
        return 1;
    bool there = lines("mednum-cli-cas.jsonl") && lines("lmn-2.3.0-cas.jsonl") && lines("lmn-2026-nettoyage-cas.jsonl") &&
                 communes("nettoyage-commune.json");
    if (!there) {
        (void)printf("skipped: ../shared/data/conformance is not there\n");
        arena_free(arena);
        return 77;
    }
    int good = 0, all = 0;
    for (size_t i = 0; i < n_scores; i++) {
        (void)printf("%-32s %3d of %3d\n", scores[i].fn, scores[i].good, scores[i].all);
        good += scores[i].good;
        all += scores[i].all;
    }
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        if (!differences[i].met) {
            failures++;
            (void)printf("  no more a difference: %s %s\n", differences[i].fn, differences[i].holds);
        }
    double rate = all > 0 ? 100.0 * good / all : 0;
    (void)printf("all: %d of %d, %.2f %% (at least 95 %%)\n", good, all, rate);
    arena_free(arena);
    return failures > 0 || rate < 95 ? 1 : 0;
}
