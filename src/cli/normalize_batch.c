#include "cli/normalize_batch.h"

#include "base/json.h"
#include "modules/directory/directory.h"

enum { VALUES_MAX = 200 };

/* A text, a number or null, as a cell would hold it. */
static bool scalar(struct arena *a, const json_t *v, struct str *out)
{
    *out = STR_NONE;
    if (!v || json_is_null(v))
        return true;
    if (json_is_string(v)) {
        *out = (struct str){json_string_value(v), json_string_length(v)};
    } else if (json_is_integer(v)) {
        *out = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    } else if (json_is_real(v)) {
        struct buf b;
        buf_init(&b, 64);
        buf_double(&b, json_real_value(v));
        *out = arena_str(a, buf_str(&b));
        buf_deinit(&b);
    } else {
        return false;
    }
    return true;
}

/* A number that lost its leading zero is a code still: 1000 is 01000, whose cleaner knows. */
static bool read_values(struct arena *a, const json_t *value, struct str *values, size_t *n)
{
    size_t i;
    const json_t *item;
    *n = 0;
    if (!json_is_array(value)) {
        *n = 1;
        return scalar(a, value, &values[0]);
    }
    if (json_array_size(value) > VALUES_MAX)
        return false;
    json_array_foreach(value, i, item)
        if (!scalar(a, item, &values[(*n)++]))
            return false;
    return true;
}

static bool read_context(struct arena *a, const json_t *context, struct directory_value_said *said)
{
    const struct {
        const char *key;
        struct str *to;
    } members[] = {
        {"nom", &said->nom},               {"commune", &said->commune},         {"code_postal", &said->code_postal},
        {"code_insee", &said->code_insee}, {"departement", &said->departement}, {"adresse", &said->adresse},
    };
    if (context && !json_is_null(context) && !json_is_object(context))
        return false;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct str v;
        if (!scalar(a, json_object_get(context, members[i].key), &v))
            return false;
        if (v.n > 0)
            *members[i].to = v;
    }
    if (said->departement.n == 1) /* 1 is 01 */
        said->departement = arena_printf(a, "0%.*s", STR_ARG(said->departement));
    return true;
}

static void write_rules(struct json_writer *w, const struct cleaned *const *all, size_t n)
{
    json_key(w, STR("rules"));
    json_array_begin(w);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < all[k]->n_rules; i++)
            json_str(w, str_from(all[k]->rules[i]));
    json_array_end(w);
}

static void write_items(struct json_writer *w, struct str cell)
{
    struct str item;
    json_array_begin(w);
    while (str_split(&cell, '|', &item))
        json_str(w, item);
    json_array_end(w);
}

static void answer_value(const struct directory_normalized *v, struct buf *out)
{
    struct json_writer w;
    const struct cleaned *one = &v->cleaned;
    json_start(&w, out);
    json_object_begin(&w);
    json_key(&w, STR("value"));
    if (v->is_point) {
        json_object_begin(&w);
        json_key(&w, STR("latitude"));
        json_num(&w, v->point.lat);
        json_key(&w, STR("longitude"));
        json_num(&w, v->point.lon);
        json_object_end(&w);
    } else if (v->list) {
        write_items(&w, v->cleaned.value);
    } else {
        json_str_or_null(&w, v->cleaned.value);
    }
    write_rules(&w, &one, 1);
    if (v->left.n > 0) {
        json_key(&w, STR("left"));
        write_items(&w, v->left);
    }
    json_object_end(&w);
}

static bool is_address(const json_t *value)
{
    return json_object_get(value, "voie") || json_object_get(value, "commune") || json_object_get(value, "code_postal") ||
           json_object_get(value, "code_insee") || json_object_get(value, "adresse");
}

/* An address as an object: its parts together. The first part that cannot be kept is the error. */
static void answer_address(struct arena *a, const json_t *value, struct directory_value_said *said, struct buf *out)
{
    struct directory_normalized_address r;
    struct str voie;
    if (!read_context(a, value, said) || !scalar(a, json_object_get(value, "voie"), &voie)) {
        json_error(out, STR("Les parties d’une adresse sont des textes ou des nombres."));
        return;
    }
    if (voie.n == 0)
        voie = said->adresse;
    said->values = &voie;
    said->n_values = 1;
    directory_normalize_address(a, said, &r);
    const struct cleaned *parts[] = {&r.voie, &r.commune, &r.code_postal, &r.code_insee};
    static const char *const names[] = {"voie", "commune", "code_postal", "code_insee"};
    struct json_writer w;
    for (size_t i = 0; i < 3; i++) /* a code that is wrong is left out: the others say where it is */
        if (parts[i]->refused) {
            json_error(out, str_from(parts[i]->refused));
            return;
        }
    json_start(&w, out);
    json_object_begin(&w);
    json_key(&w, STR("value"));
    json_object_begin(&w);
    for (size_t i = 0; i < 4; i++) {
        json_key(&w, str_from(names[i]));
        json_str_or_null(&w, parts[i]->refused ? STR_NONE : parts[i]->value);
    }
    json_object_end(&w);
    write_rules(&w, parts, 4);
    if (r.code_insee.refused) {
        json_key(&w, STR("left"));
        write_items(&w, said->code_insee);
    }
    json_object_end(&w);
}

static void answer_object(struct arena *a, const json_t *line, struct buf *out)
{
    struct str values[VALUES_MAX];
    struct directory_value_said said = {.field = json_get_str(line, "field"), .values = values};
    const json_t *value = json_object_get(line, "value");
    struct directory_normalized result;
    if (said.field.n == 0) {
        json_error(out, STR("« field » est le nom d’un champ, par exemple « telephone »."));
        return;
    }
    if (!read_context(a, json_object_get(line, "context"), &said)) {
        json_error(out, STR("« context » est un objet dont les valeurs sont des textes ou des nombres."));
        return;
    }
    if (is_address(value) && (str_eq(said.field, STR("adresse")) || str_eq(said.field, STR("voie")))) {
        answer_address(a, value, &said, out);
        return;
    }
    bool read;
    if (json_is_object(value) && str_eq(said.field, STR("localisation"))) {
        said.n_values = 2;
        read = scalar(a, json_object_get(value, "latitude"), &values[0]) && scalar(a, json_object_get(value, "longitude"), &values[1]);
    } else {
        read = read_values(a, value, values, &said.n_values);
    }
    if (!read)
        json_error(out, STR("« value » est un texte, un nombre ou une liste de textes."));
    else if (!directory_normalize(a, &said, &result))
        json_error(out, STR("Ce champ n’existe dans aucun des deux standards."));
    else if (result.cleaned.refused)
        json_error(out, str_from(result.cleaned.refused));
    else
        answer_value(&result, out);
}

void normalize_batch_line(struct arena *a, struct str line, struct buf *out)
{
    json_t *object = NULL;
    struct str why = STR_NONE;
    if (json_parse(a, line, &object, &why) != OK)
        json_error(out, why);
    else if (!json_is_object(object))
        json_error(out, STR("Chaque ligne est un objet JSON."));
    else
        answer_object(a, object, out);
}
