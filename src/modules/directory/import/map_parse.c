/* The document of a mapping → struct map, or a sentence that says where it is wrong. */
#include <stdarg.h>

#include "base/json.h"
#include "base/text.h"
#include "modules/directory/import/map.h"

struct parser {
    struct arena *a;
    struct map *m;
    size_t columns_cap;
    struct str why;
};

static enum err mistake(struct parser *p, struct str path, const char *fmt, ...) PRINTF_LIKE(3, 4);
static enum err mistake(struct parser *p, struct str path, const char *fmt, ...)
{
    char text[900];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    p->why = arena_printf(p->a, "Correspondance, « %.*s » : %.*s", STR_ARG(path), STR_ARG(field_cut(str_from(text), sizeof text - 4)));
    return ERR_INVALID;
}

static struct str under(struct parser *p, struct str path, const char *key)
{
    return path.n ? arena_printf(p->a, "%.*s.%s", STR_ARG(path), key) : arena_str(p->a, str_from(key));
}

static struct str item_of(struct parser *p, struct str path, size_t i)
{
    return arena_printf(p->a, "%.*s[%zu]", STR_ARG(path), i);
}

/* -- small pieces --------------------------------------------------------------------------------- */

static struct str text_of(struct parser *p, const json_t *v)
{
    return arena_str(p->a, (struct str){json_string_value(v), json_string_length(v)});
}

/* A text, or several. */
static enum err read_texts(struct parser *p, struct str path, const json_t *v, struct str **out, size_t *n)
{
    size_t count = json_is_array(v) ? json_array_size(v) : 1;
    *out = ARENA_ARRAY(p->a, count, struct str);
    *n = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_is_string(item))
            return mistake(p, path, "il faut un texte, ou une liste de textes.");
        (*out)[(*n)++] = text_of(p, item);
    }
    return OK;
}

static enum err column_number(struct parser *p, struct str path, struct str name, uint16_t *out)
{
    struct map *m = p->m;
    for (size_t i = 0; i < m->n_columns; i++)
        if (str_eq(m->columns[i], name)) {
            *out = (uint16_t)i;
            return OK;
        }
    if (m->n_columns == MAP_COLUMNS_MAX)
        return mistake(p, path, "trop de colonnes (%d au plus).", MAP_COLUMNS_MAX);
    *out = (uint16_t)m->n_columns;
    m->columns = arena_grow(p->a, m->columns, m->n_columns, &p->columns_cap, m->n_columns + 1, sizeof *m->columns);
    m->columns[m->n_columns++] = name;
    return OK;
}

/* Names of columns; an empty one means none. */
static enum err read_columns(struct parser *p, struct str path, const json_t *v, struct map_columns *out)
{
    struct str *names;
    size_t n;
    TRY(read_texts(p, path, v, &names, &n));
    out->items = ARENA_ARRAY(p->a, n, uint16_t);
    out->n = 0;
    for (size_t i = 0; i < n; i++)
        if (str_trim(names[i]).n > 0)
            TRY(column_number(p, path, str_trim(names[i]), &out->items[out->n++]));
    return OK;
}

static enum err read_text(struct parser *p, struct str path, const json_t *v, struct str *out)
{
    if (!json_is_string(v))
        return mistake(p, path, "il faut un texte.");
    *out = text_of(p, v);
    return OK;
}

/* Which of these keys; an unknown one is refused: a word badly typed must not be a rule silently lost. */
static enum err find_key(struct parser *p, struct str path, const char *key, const char *const *keys, size_t n, int *out)
{
    struct buf list;
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, keys[i]) == 0) {
            *out = (int)i;
            return OK;
        }
    buf_init(&list, 4096);
    for (size_t i = 0; i < n; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", keys[i]);
    enum err e = mistake(p, under(p, path, key), "cette clé n’existe pas ici. Clés possibles : %.*s.", STR_ARG(buf_str(&list)));
    buf_deinit(&list);
    return e;
}
#define FIND_KEY(p, path, key, keys, out) find_key((p), (path), (key), (keys), sizeof(keys) / sizeof *(keys), (out))

/* -- one value ------------------------------------------------------------------------------------ */

static enum err read_value(struct parser *p, struct str path, const json_t *v, const struct map_value **out);

static enum err read_join(struct parser *p, struct str path, const json_t *v, struct map_value *out)
{
    static const char *const keys[] = {"colonnes", "séparateur", "ou"};
    const char *key;
    json_t *member;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut un objet, par exemple {\"colonnes\": [\"Numéro\", \"Rue\"], \"séparateur\": \" \"}.");
    out->glue = STR(" ");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        struct str at = under(p, path, key);
        if (which == 0)
            TRY(read_columns(p, at, member, &out->joined));
        else if (which == 1)
            TRY(read_text(p, at, member, &out->glue));
        else
            TRY(read_value(p, at, member, &out->otherwise));
    }
    return out->joined.n ? OK : mistake(p, under(p, path, "colonnes"), "il faut la liste des colonnes à joindre.");
}

static enum err read_cut(struct parser *p, struct str path, const json_t *v, struct map_value *out)
{
    static const char *const keys[] = {"colonne", "séparateur", "partie"};
    const char *key;
    json_t *member;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut un objet, par exemple {\"colonne\": \"Coordonnées\", \"séparateur\": \",\", \"partie\": 0}.");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        struct str at = under(p, path, key);
        if (which == 0) {
            TRY(read_columns(p, at, member, &out->cut));
        } else if (which == 1) {
            TRY(read_text(p, at, member, &out->cut_at));
        } else if (!json_is_integer(member) || json_integer_value(member) < 0 || json_integer_value(member) > 99) {
            return mistake(p, at, "il faut le numéro de la partie : 0 pour la première.");
        } else {
            out->piece = (size_t)json_integer_value(member);
        }
    }
    if (out->cut.n != 1)
        return mistake(p, under(p, path, "colonne"), "il faut une colonne, une seule.");
    return out->cut_at.n ? OK : mistake(p, under(p, path, "séparateur"), "il faut ce qui sépare les parties.");
}

static enum err read_part(struct parser *p, struct str path, const json_t *v, struct map_value *out)
{
    static const char *const words[] = {"voie", "code_postal", "commune"};
    for (size_t i = 0; i < sizeof words / sizeof *words && json_is_string(v); i++)
        if (strcmp(json_string_value(v), words[i]) == 0) {
            out->part = (enum map_part)(MAP_STREET + i);
            return OK;
        }
    return mistake(p, path, "on peut extraire « voie », « code_postal » ou « commune » d’une adresse écrite sur une ligne.");
}

/* A constant may be written as a number: 2022, true have no other meaning here. */
static enum err read_constant(struct parser *p, struct str path, const json_t *v, struct map_value *out)
{
    if (json_is_integer(v)) {
        out->constant = arena_printf(p->a, "%lld", (long long)json_integer_value(v));
        return OK;
    }
    return read_text(p, path, v, &out->constant);
}

static enum err read_value(struct parser *p, struct str path, const json_t *v, const struct map_value **out)
{
    static const char *const keys[] = {"colonne", "colonnes", "joindre", "dissocier", "valeur", "extraire", "séparateur"};
    struct map_value *value = ARENA_NEW(p->a, struct map_value);
    const char *key;
    json_t *member;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut un objet, par exemple {\"colonne\": \"Nom du lieu\"}.");
    if (json_object_get(v, "colonne") && json_object_get(v, "colonnes"))
        return mistake(p, path, "« colonne » ou « colonnes », pas les deux.");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        struct str at = under(p, path, key);
        switch (which) {
        case 0:
        case 1:
            TRY(read_columns(p, at, member, &value->columns));
            break;
        case 2:
            TRY(read_join(p, at, member, value));
            break;
        case 3:
            TRY(read_cut(p, at, member, value));
            break;
        case 4:
            TRY(read_constant(p, at, member, value));
            break;
        case 5:
            TRY(read_part(p, at, member, value));
            break;
        default:
            TRY(read_text(p, at, member, &value->items_at));
        }
    }
    *out = value;
    return OK;
}

/* -- rules ---------------------------------------------------------------------------------------- */

static enum err read_terms(struct parser *p, struct str path, const json_t *v, struct map_term **out, size_t *n)
{
    struct str *words;
    TRY(read_texts(p, path, v, &words, n));
    *out = ARENA_ARRAY(p->a, *n, struct map_term);
    for (size_t i = 0; i < *n; i++) {
        if (str_trim(words[i]).n == 0)
            return mistake(p, path, "un terme est vide.");
        (*out)[i] = (struct map_term){text_fold(p->a, words[i]), words[i]};
    }
    return OK;
}

static enum err unknown_target(struct parser *p, struct str path, enum directory_enum_id id, struct str target)
{
    enum { LISTED = 12 };
    const struct directory_enum *list = directory_enum(id);
    struct buf words;
    buf_init(&words, 16 * 1024);
    for (int i = 0; i < list->n && i < LISTED; i++)
        buf_printf(&words, "%s« %s »", i ? ", " : "", list->values[i].value);
    enum err e = mistake(p, path, "« %.*s » n’est pas une valeur du standard. Valeurs possibles : %.*s%s.", STR_ARG(field_cut(target, 100)),
                         STR_ARG(buf_str(&words)), list->n > LISTED ? "…" : "");
    buf_deinit(&words);
    return e;
}

/* The words of the standard; any word when the list is free. An empty target means none. */
static enum err read_targets(struct parser *p, struct str path, const json_t *v, enum directory_enum_id id, struct str **out, size_t *n)
{
    struct str *words;
    size_t all;
    TRY(read_texts(p, path, v, &words, &all));
    *out = words;
    *n = 0;
    for (size_t i = 0; i < all; i++) {
        struct str word = str_trim(words[i]);
        int row = id == ENUM_COUNT ? -1 : directory_enum_find(id, word);
        if (word.n == 0)
            continue;
        if (id != ENUM_COUNT && row < 0)
            return unknown_target(p, path, id, word);
        (*out)[(*n)++] = row < 0 ? word : str_from(directory_enum_value(id, row)->value);
    }
    return OK;
}

/* `which`: colonnes, termes, sauf. */
static enum err read_condition(struct parser *p, struct str path, int which, const json_t *v, struct map_rule *out)
{
    if (which == 0)
        return read_columns(p, path, v, &out->columns);
    return which == 1 ? read_terms(p, path, v, &out->terms, &out->n_terms) : read_terms(p, path, v, &out->except, &out->n_except);
}

static enum err read_rule(struct parser *p, struct str path, const json_t *v, const struct field *f, struct map_rule *out)
{
    static const char *const keys[] = {"colonnes", "termes", "sauf", "cible", "modalitesAccompagnement"};
    const char *key;
    json_t *member;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut une règle, par exemple {\"colonnes\": [\"Type\"], \"termes\": [\"mairie\"], \"cible\": \"…\"}.");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        struct str at = under(p, path, key);
        if (which < 3)
            TRY(read_condition(p, at, which, member, out));
        else if (which == 3)
            TRY(read_targets(p, at, member, f->values, &out->targets, &out->n_targets));
        else if (strcmp(f->name, "services") != 0)
            return mistake(p, at, "cette clé ne vaut que dans « services ».");
        else
            TRY(read_targets(p, at, member, ENUM_ACCOMPAGNEMENT, &out->accompaniments, &out->n_accompaniments));
    }
    if (out->columns.n == 0 && (out->n_terms || out->n_except || json_object_get(v, "colonnes")))
        return mistake(p, under(p, path, "colonnes"), "dans quelles colonnes regarder ? Sans cette clé, la règle vaut toujours.");
    if (f->kind != FIELD_LIST && !json_object_get(v, "cible"))
        return mistake(p, under(p, path, "cible"), "il faut la valeur que cette règle donne.");
    return OK;
}

/* A rule that chooses rows has conditions only. */
static enum err read_row_rule(struct parser *p, struct str path, const json_t *v, struct map_rule *out)
{
    static const char *const keys[] = {"colonnes", "termes", "sauf"};
    const char *key;
    json_t *member;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut une règle, par exemple {\"colonnes\": [\"Statut\"], \"termes\": [\"fermé\"]}.");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        TRY(read_condition(p, under(p, path, key), which, member, out));
    }
    return out->columns.n ? OK : mistake(p, under(p, path, "colonnes"), "dans quelles colonnes regarder ?");
}

static enum err read_rows(struct parser *p, struct str path, const json_t *v)
{
    static const char *const keys[] = {"garder", "écarter"};
    const char *key;
    json_t *member;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut un objet avec « garder » ou « écarter ».");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        struct str at = under(p, path, key);
        if (!json_is_array(member))
            return mistake(p, at, "il faut une liste de règles, par exemple [{\"colonnes\": [\"Statut\"], \"termes\": [\"fermé\"]}].");
        size_t n = json_array_size(member);
        struct map_rule *rules = ARENA_ARRAY(p->a, n, struct map_rule);
        for (size_t i = 0; i < n; i++)
            TRY(read_row_rule(p, item_of(p, at, i), json_array_get(member, i), &rules[i]));
        *(which == 0 ? &p->m->rows.keep : &p->m->rows.leave) = rules;
        *(which == 0 ? &p->m->rows.n_keep : &p->m->rows.n_leave) = n;
    }
    return OK;
}

static bool takes_rules(const struct field *f)
{
    return f->kind == FIELD_SET || strcmp(f->name, "autres_formations_labels") == 0;
}

static enum err read_rules(struct parser *p, struct str path, const json_t *v, struct map_field *out)
{
    if (!takes_rules(out->field))
        return mistake(p, path, "ce champ n’est pas une liste : il faut un objet, par exemple {\"colonne\": \"Nom du lieu\"}.");
    out->n_rules = json_array_size(v);
    out->rules = ARENA_ARRAY(p->a, out->n_rules, struct map_rule);
    for (size_t i = 0; i < out->n_rules; i++)
        TRY(read_rule(p, item_of(p, path, i), json_array_get(v, i), out->field, &out->rules[i]));
    return OK;
}

/* -- hours ---------------------------------------------------------------------------------------- */

static enum err read_day(struct parser *p, struct str path, const json_t *v, struct map_hours *out)
{
    static const char *const days[MAP_DAYS] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    static const char *const keys[] = {"colonne", "colonnes", "osm"};
    const char *key, *day = json_string_value(json_object_get(v, "osm"));
    json_t *member;
    int which = 0;
    for (int i = 0; i < MAP_DAYS && json_is_object(v); i++) {
        if (!day || strcmp(day, days[i]) != 0)
            continue;
        json_object_foreach((json_t *)(uintptr_t)v, key, member) {
            TRY(FIND_KEY(p, path, key, keys, &which));
            if (which < 2)
                TRY(read_columns(p, under(p, path, key), member, &out->days[i]));
        }
        out->by_day |= out->days[i].n > 0;
        return OK;
    }
    return mistake(p, under(p, path, "osm"), "il faut le jour : Mo, Tu, We, Th, Fr, Sa ou Su.");
}

/* A name of column, several, or a value as anywhere else. */
static enum err read_hours_text(struct parser *p, struct str path, const json_t *v, const struct map_value **out)
{
    if (json_is_object(v))
        return read_value(p, path, v, out);
    struct map_value *value = ARENA_NEW(p->a, struct map_value);
    *out = value;
    return read_columns(p, path, v, &value->columns);
}

static enum err read_hours(struct parser *p, struct str path, const json_t *v)
{
    static const char *const keys[] = {"jours", "semaine", "osm", "colonne", "colonnes"};
    struct map_hours *h = &p->m->hours;
    const char *key;
    json_t *member;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut un objet avec « jours », « semaine » ou « osm ».");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        struct str at = under(p, path, key);
        if (which == 0 && !json_is_array(member))
            return mistake(p, at, "il faut la liste des jours, par exemple [{\"colonne\": \"Lundi\", \"osm\": \"Mo\"}].");
        if (which == 0) {
            for (size_t i = 0; i < json_array_size(member); i++)
                TRY(read_day(p, item_of(p, at, i), json_array_get(member, i), h));
        } else if (which == 2) {
            TRY(read_hours_text(p, at, member, &h->osm));
        } else {
            TRY(read_hours_text(p, at, member, &h->week));
        }
    }
    return OK;
}

/* -- the document --------------------------------------------------------------------------------- */

static enum err read_delimiter(struct parser *p, struct str path, const json_t *v, char *out)
{
    struct str s;
    TRY(read_text(p, path, v, &s));
    if (str_eq(s, STR("\\t")) || str_eq(s, STR("tabulation")))
        s = STR("\t");
    if (s.n != 1 || s.p[0] == '"' || s.p[0] == '\n' || s.p[0] == '\r' || (unsigned char)s.p[0] >= 0x80)
        return mistake(p, path, "il faut un seul caractère, par exemple « ; », ou « tabulation ».");
    *out = s.p[0];
    return OK;
}

static enum err read_reading(struct parser *p, struct str path, const json_t *v)
{
    static const char *const keys[] = {"séparateur", "encodage", "feuille", "enregistrements", "titres"};
    struct table_options *o = &p->m->reading;
    const char *key;
    json_t *member;
    struct str text;
    int which = 0;
    if (!json_is_object(v))
        return mistake(p, path, "il faut un objet, par exemple {\"séparateur\": \";\"}.");
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        TRY(FIND_KEY(p, path, key, keys, &which));
        struct str at = under(p, path, key);
        if (which == 0) {
            TRY(read_delimiter(p, at, member, &o->delimiter));
        } else if (which == 1) {
            TRY(read_text(p, at, member, &text));
            o->encoding = arena_cstr(p->a, text);
        } else if (which < 4) {
            TRY(read_text(p, at, member, which == 2 ? &o->sheet : &o->records));
        } else if (!json_is_integer(member) || json_integer_value(member) < 1 || json_integer_value(member) > 1000000) {
            return mistake(p, at, "il faut le numéro de la ligne des titres : 1 pour la première.");
        } else {
            o->header = (size_t)json_integer_value(member);
        }
    }
    return OK;
}

static enum err unknown_field(struct parser *p, const char *key)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    struct buf list;
    buf_init(&list, 4096);
    for (size_t i = 0; i < t->n; i++)
        buf_printf(&list, "%s, ", t->fields[i].name);
    enum err e = mistake(p, str_from(key), "ce champ n’existe pas. Champs possibles : %.*ssemaine_ouverture, lignes, lecture, description.",
                         STR_ARG(buf_str(&list)));
    buf_deinit(&list);
    return e;
}

static enum err read_field(struct parser *p, const char *key, const json_t *v)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    const struct field *f = field_find(t, str_from(key));
    struct str path = str_from(key);
    if (strcmp(key, "source") == 0 && json_is_string(v)) {
        p->m->source = str_trim(text_of(p, v));
        return OK;
    }
    if (strcmp(key, "horaires") == 0)
        return read_hours(p, path, v);
    if (strcmp(key, "semaine_ouverture") == 0)
        return read_value(p, path, v, &p->m->weeks);
    if (strcmp(key, "lignes") == 0)
        return read_rows(p, path, v);
    if (strcmp(key, "lecture") == 0)
        return read_reading(p, path, v);
    /* words for people; what `--suggest` says of its choices */
    if (strcmp(key, "description") == 0 || strcmp(key, "$schema") == 0 || strcmp(key, "suggestions") == 0)
        return OK;
    if (!f)
        return unknown_field(p, key);
    struct map_field *field = &p->m->fields[p->m->n_fields++];
    *field = (struct map_field){.field = f, .cell = (size_t)(f - t->fields)};
    return json_is_array(v) ? read_rules(p, path, v, field) : read_value(p, path, v, &field->value);
}

static enum err check_enough(struct parser *p)
{
    for (size_t i = 0; i < p->m->n_fields; i++)
        if (strcmp(p->m->fields[i].field->name, "nom") == 0)
            return OK;
    return mistake(p, STR("nom"), "il faut dire au moins où est le nom des lieux, par exemple {\"colonne\": \"Nom\"}.");
}

static void find_known(struct map *m)
{
    static const char *const names[MAP_KNOWN_COUNT] = {
        [MAP_ID] = "id", [MAP_NOM] = "nom", [MAP_ADRESSE] = "adresse", [MAP_CODE_POSTAL] = "code_postal",
        [MAP_COMMUNE] = "commune", [MAP_SOURCE] = "source", [MAP_TYPOLOGIE] = "typologie",
        [MAP_HORAIRES] = "horaires", [MAP_ACCOMPAGNEMENT] = "modalites_accompagnement"};
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    for (size_t i = 0; i < MAP_KNOWN_COUNT; i++)
        m->known[i] = (size_t)(field_find(t, str_from(names[i])) - t->fields);
}

enum err map_parse(struct arena *a, struct str json, struct map **out, struct str *why)
{
    struct map *m = ARENA_NEW(a, struct map);
    struct parser p = {.a = a, .m = m};
    json_t *document;
    const char *key;
    json_t *member;
    *out = NULL;
    *why = STR_NONE;
    if (json_parse(a, json, &document, &p.why) != OK) {
        *why = arena_printf(a, "La correspondance ne peut pas être lue. %.*s", STR_ARG(p.why));
        return ERR_INVALID;
    }
    enum err e = json_is_object(document) ? OK : mistake(&p, STR("{}"), "il faut un objet JSON : un champ, et d’où il vient.");
    json_object_foreach(document, key, member)
        if (e == OK)
            e = read_field(&p, key, member);
    if (e == OK)
        e = check_enough(&p);
    *why = p.why;
    if (e != OK)
        return e;
    find_known(m);
    m->folded = ARENA_ARRAY(a, m->n_columns, struct str);
    for (size_t i = 0; i < m->n_columns; i++)
        m->folded[i] = text_fold(a, m->columns[i]);
    *out = m;
    return OK;
}
