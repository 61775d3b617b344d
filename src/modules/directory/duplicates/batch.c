/* Pairs given as JSON lines: {"a": {…}, "b": {…}}, fields of LaMednum. */
#include "base/json.h"
#include "modules/directory/duplicates/duplicates.h"

static const char *verdict_name(enum directory_verdict v)
{
    return v == DIRECTORY_SAME ? "same" : v == DIRECTORY_DOUBT ? "doubt" : "different";
}

void directory_write_likeness(struct json_writer *w, const struct directory_likeness *l)
{
    json_key(w, STR("score"));
    json_int(w, l->score);
    json_key(w, STR("parts"));
    json_array_begin(w);
    for (size_t i = 0; i < l->n_parts; i++) {
        json_object_begin(w);
        json_key(w, STR("name"));
        json_str(w, str_from(l->parts[i].name));
        json_key(w, STR("score"));
        json_int(w, l->parts[i].score);
        json_key(w, STR("weight"));
        json_int(w, l->parts[i].weight);
        json_key(w, STR("why"));
        json_str(w, str_from(l->parts[i].why));
        json_object_end(w);
    }
    json_array_end(w);
    json_key(w, STR("vetoes"));
    json_array_begin(w);
    for (size_t i = 0; i < l->n_vetoes; i++)
        json_str(w, str_from(l->vetoes[i]));
    json_array_end(w);
    json_key(w, STR("verdict"));
    json_str(w, str_from(verdict_name(l->verdict)));
}

/* -- reading ----------------------------------------------------------------------------------------- */

struct reading {
    struct arena *a;
    const json_t *place;
    const char *wrong; /* the first field that is not of its kind */
};

/* Codes lose their leading zero when they are numbers. */
static struct str number_text(struct arena *a, json_int_t v, int digits)
{
    return arena_printf(a, "%0*" JSON_INTEGER_FORMAT, digits, v);
}

/* A text, or a number of at least so many digits. */
static struct str get_text(struct reading *r, const char *field, int digits)
{
    const json_t *v = json_object_get(r->place, field);
    if (json_is_string(v))
        return str_trim((struct str){json_string_value(v), json_string_length(v)});
    if (json_is_integer(v) && json_integer_value(v) >= 0)
        return number_text(r->a, json_integer_value(v), digits);
    if (v && !json_is_null(v) && !r->wrong)
        r->wrong = field;
    return STR_NONE;
}

static struct directory_number get_number(struct reading *r, const char *field)
{
    const json_t *v = json_object_get(r->place, field);
    struct directory_number n = {false, 0};
    if (json_is_number(v)) {
        n = (struct directory_number){true, json_number_value(v)};
    } else if (json_is_string(v)) {
        struct str s = str_trim((struct str){json_string_value(v), json_string_length(v)});
        n.known = str_to_double(s, &n.value);
    } else if (v && !json_is_null(v) && !r->wrong) {
        r->wrong = field;
    }
    return n;
}

/* The items of an array, or of a text with `|` (`,` and `;` too where values have none). */
static struct str_list get_list(struct reading *r, const char *field, bool codes)
{
    enum { ITEMS_MAX = 64 };
    const json_t *v = json_object_get(r->place, field);
    struct str_list l = {ARENA_ARRAY(r->a, ITEMS_MAX, struct str), 0};
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    for (size_t i = 0; v && !json_is_null(v) && i < n; i++) {
        const json_t *item = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_is_string(item)) {
            r->wrong = r->wrong ? r->wrong : field;
            break;
        }
        char *text = arena_cstr(r->a, (struct str){json_string_value(item), json_string_length(item)});
        for (char *p = text; codes && *p; p++)
            if (*p == ',' || *p == ';')
                *p = '|';
        struct str rest = str_from(text), piece;
        while (l.n < ITEMS_MAX && str_split(&rest, '|', &piece))
            if (str_trim(piece).n > 0)
                l.items[l.n++] = str_trim(piece);
    }
    return l;
}

static struct directory_set set_of(enum directory_enum_id id, struct str_list values)
{
    struct directory_set s = DIRECTORY_SET_NONE;
    for (size_t i = 0; i < values.n; i++)
        directory_set_add(&s, directory_enum_find(id, values.items[i]));
    return s;
}

/* False: *why says what is wrong. */
static bool read_place(struct arena *a, const json_t *object, const char *name, struct duplicate_place *out, struct str *why)
{
    struct reading r = {a, json_object_get(object, name), NULL};
    if (!json_is_object(r.place)) {
        *why = arena_printf(a, "« %s » manque, ou n’est pas un objet : donnez les champs d’un lieu.", name);
        return false;
    }
    struct str source = get_text(&r, "source", 1);
    struct duplicate_input in = {
        .sources = {&source, 1},
        .id = get_text(&r, "id", 1),
        .nom = get_text(&r, "nom", 1),
        .adresse = get_text(&r, "adresse", 1),
        .commune = get_text(&r, "commune", 1),
        .code_postal = get_text(&r, "code_postal", 5),
        .code_insee = get_text(&r, "code_insee", 5),
        .telephone = get_text(&r, "telephone", 10),
        .pivot = get_text(&r, "pivot", 14),
        .courriels = get_list(&r, "courriels", true),
        .typologie = set_of(ENUM_TYPOLOGIE, get_list(&r, "typologie", true)),
        .dispositifs = set_of(ENUM_DISPOSITIF, get_list(&r, "dispositif_programmes_nationaux", false)),
    };
    in.has_point = directory_point(get_number(&r, "latitude"), get_number(&r, "longitude"), &in.point);
    if (r.wrong) {
        *why = arena_printf(a, "« %s.%s » n’est pas de la bonne nature : un texte, un nombre ou une liste de textes.", name, r.wrong);
        return false;
    }
    duplicate_prepare(a, &in, out);
    return true;
}

void directory_duplicates_line(struct arena *a, struct str line, bool same_source, struct buf *out)
{
    json_t *object = NULL;
    struct str why = STR_NONE;
    struct duplicate_place *places = ARENA_ARRAY(a, 2, struct duplicate_place);
    struct directory_likeness l;
    if (json_parse(a, line, &object, &why) != OK) {
        json_error(out, why);
    } else if (!json_is_object(object)) {
        json_error(out, STR("Chaque ligne est un objet JSON : {\"a\": {…}, \"b\": {…}}."));
    } else if (!read_place(a, object, "a", &places[0], &why) || !read_place(a, object, "b", &places[1], &why)) {
        json_error(out, why);
    } else {
        struct json_writer w;
        duplicate_score(&places[0], &places[1], same_source, &l);
        json_start(&w, out);
        json_object_begin(&w);
        directory_write_likeness(&w, &l);
        json_object_end(&w);
    }
}
