/* JSON files: LaMednum places (one array), data·inclusion structures and services (one array, or an object of two).
 * The file is cut into its records first, so that memory holds one record at a time, whatever the size. */
#include "base/json.h"

#include "base/text.h"
#include "modules/directory/import/import.h"
#include "modules/directory/import/read_hsds.h"

enum { DEPTH_MAX = 24, PROGRESS_ROWS = 64 };

struct cursor {
    struct str text;
    size_t at, line;
};

static bool at_end(const struct cursor *k)
{
    return k->at >= k->text.n;
}

static char here(const struct cursor *k)
{
    return at_end(k) ? 0 : k->text.p[k->at];
}

static void skip_space(struct cursor *k)
{
    while (!at_end(k) && strchr(" \t\r\n", here(k)) && here(k)) {
        k->line += here(k) == '\n';
        k->at++;
    }
}

static enum err truncated(struct importer *im, const struct cursor *k)
{
    return import_fail(im, "Le fichier est coupé : il s’arrête ligne %zu avant la fin du JSON. Téléchargez-le de nouveau.", k->line);
}

static enum err unexpected(struct importer *im, const struct cursor *k)
{
    if (at_end(k))
        return truncated(im, k);
    size_t n = 1; /* a whole character */
    while (k->at + n < k->text.n && ((unsigned char)k->text.p[k->at + n] & 0xC0) == 0x80)
        n++;
    return import_fail(im, "Ligne %zu : ce n’est pas du JSON (près de « %.*s »).", k->line,
                       STR_ARG(str_sub(k->text, k->at, n)));
}

static enum err skip_string(struct importer *im, struct cursor *k)
{
    k->at++;
    while (!at_end(k) && here(k) != '"') {
        k->line += here(k) == '\n';
        k->at += here(k) == '\\' ? 2 : 1;
    }
    if (at_end(k))
        return truncated(im, k);
    k->at++;
    return OK;
}

/* One value, of any kind; what is inside is checked when it is parsed. */
static enum err skip_value(struct importer *im, struct cursor *k)
{
    int depth = 0;
    do {
        skip_space(k);
        if (at_end(k))
            return truncated(im, k);
        char c = here(k);
        if (c == '"') {
            TRY(skip_string(im, k));
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH_MAX)
                return import_fail(im, "Ligne %zu : des données trop imbriquées pour ce format.", k->line);
            k->at++;
        } else if (c == '}' || c == ']') {
            if (--depth < 0)
                return unexpected(im, k);
            k->at++;
        } else if (depth > 0 && (c == ',' || c == ':')) {
            k->at++;
        } else {
            size_t start = k->at;
            while (!at_end(k) && here(k) && strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", here(k)))
                k->at++;
            if (k->at == start)
                return unexpected(im, k);
        }
    } while (depth > 0);
    return OK;
}

/* -- one object → one record ---------------------------------------------------------------------- */

static struct str number_text(struct arena *a, const json_t *v)
{
    if (json_is_integer(v))
        return arena_printf(a, "%lld", (long long)json_integer_value(v));
    struct buf b;
    buf_init(&b, 64);
    buf_double(&b, json_real_value(v));
    struct str s = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

static struct str scalar_text(struct arena *a, const json_t *v)
{
    if (json_is_string(v))
        return (struct str){json_string_value(v), json_string_length(v)};
    if (json_is_number(v))
        return number_text(a, v);
    return json_is_true(v) ? STR("true") : json_is_false(v) ? STR("false") : STR_NONE;
}

/* A value as one cell: lists are joined as in the CSV. False for an object. */
static bool cell_of(struct arena *a, const json_t *v, struct str *out)
{
    struct buf b;
    *out = STR_NONE;
    if (!json_is_array(v)) {
        *out = scalar_text(a, v);
        return !json_is_object(v);
    }
    bool flat = true;
    buf_init(&b, 1024 * 1024);
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *item = json_array_get(v, i);
        flat &= !json_is_object(item) && !json_is_array(item);
        buf_lit(&b, i ? "|" : "");
        buf_add(&b, scalar_text(a, item));
    }
    *out = arena_str(a, buf_str(&b));
    flat &= !b.failed;
    buf_deinit(&b);
    return flat;
}

/* Beside the standard: what the national API and ours add. */
static bool is_api_extra(struct str key)
{
    static const char *const extras[] = {"adresse_certifiee", "score_qualite", "doublons", "structure", "services",
                                         "distance", "score_recherche"};
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++)
        if (str_eq(key, str_from(extras[i])))
            return true;
    return false;
}

static void read_members(struct importer *im, const json_t *object, enum directory_kind kind, void *record,
                         struct directory_problems *problems)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        const struct field *f = field_find(field_table(kind), str_from(key));
        struct str cell;
        if (!f) {
            if (kind == DIRECTORY_PLACE || !is_api_extra(str_from(key)))
                import_ignore(im, str_from(key));
        } else if (f->kind == FIELD_NUMBER && json_is_number(value)) {
            *(struct directory_number *)field_at(f, record) = (struct directory_number){true, json_number_value(value) + 0.0};
        } else if (!cell_of(im->rows, value, &cell)) {
            field_problem(im->rows, problems, f->name, STR_NONE, "Il faut un texte, un nombre ou une liste simple.", f->required);
        } else {
            field_read_cell(im->rows, f, record, cell, problems);
        }
    }
}

/* Keys that only a LaMednum place has, against those of data·inclusion. */
static bool looks_like_place(const json_t *object)
{
    static const char *const place_only[] = {"pivot", "courriels", "horaires", "typologie", "presentation_resume",
                                             "presentation_detail", "frais_a_charge", "modalites_acces",
                                             "dispositif_programmes_nationaux", "fiche_acces_libre", "prise_rdv",
                                             "modalites_accompagnement", "itinerance"};
    if (json_object_get(object, "structure_id"))
        return false;
    for (size_t i = 0; i < sizeof place_only / sizeof *place_only; i++)
        if (json_object_get(object, place_only[i]))
            return true;
    return json_is_string(json_object_get(object, "services"));
}

struct list {
    const char *name; /* "structures" or "services" of the two-list form; NULL: one array */
    bool decided, places;
};

/* The first record tells what the file is. One missing key is a mistake of that record; most of them missing, and it is
 * another kind of file. */
static enum err check_first(struct importer *im, const json_t *object, enum directory_kind kind)
{
    static const char *const names[] = {"un lieu (LaMednum 1.0.2)", "une structure (data·inclusion v1)",
                                        "un service (data·inclusion v1)"};
    enum { LIST_MAX = 400 };
    const struct field_table *t = field_table(kind);
    struct buf missing, found;
    size_t required = 0, absent = 0;
    const char *key;
    json_t *value;
    buf_init(&missing, 4096);
    buf_init(&found, 64 * 1024);
    for (size_t i = 0; i < t->n; i++) {
        required += t->fields[i].required;
        if (t->fields[i].required && !json_object_get(object, t->fields[i].name)) {
            buf_printf(&missing, "%s%s", absent ? ", " : "", t->fields[i].name);
            absent++;
        }
    }
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
        if (found.n < LIST_MAX)
            buf_printf(&found, "%s%.*s", found.n ? ", " : "", STR_ARG(field_cut(str_from(key), 40)));
    enum err e = absent * 2 < required ? OK
                                       : import_fail(im, "La première fiche n’est pas %s. Il manque : %.*s. Elle dit : %.*s.",
                                                     names[kind], STR_ARG(buf_str(&missing)), STR_ARG(buf_str(&found)));
    buf_deinit(&found);
    buf_deinit(&missing);
    return e;
}

static enum directory_kind kind_of(const struct list *l, const json_t *object)
{
    if (l->places)
        return DIRECTORY_PLACE;
    bool service = l->name ? strcmp(l->name, "services") == 0 : json_object_get(object, "structure_id") != NULL;
    return service ? DIRECTORY_SERVICE : DIRECTORY_STRUCTURE;
}

static enum err read_object(struct importer *im, struct list *l, struct str text, size_t line)
{
    json_t *object;
    struct str why = STR_NONE;
    if (json_parse(im->rows, text, &object, &why) != OK)
        return import_fail(im, "La fiche qui commence ligne %zu n’est pas du JSON valide. %.*s", line, STR_ARG(why));
    if (!json_is_object(object))
        return import_fail(im, "Ligne %zu : on attend une fiche entre accolades { }.", line);
    if (!l->decided)
        l->places = !l->name && looks_like_place(object);
    enum directory_kind kind = kind_of(l, object);
    if (!l->decided)
        TRY(check_first(im, object, kind));
    l->decided = true;
    struct directory_problems problems = {0};
    void *record = arena_zalloc(im->rows, field_table(kind)->size);
    read_members(im, object, kind, record, &problems);
    return import_record(im, kind, record, line, &problems);
}

/* Runs over an array; the cursor is at its `[`. With `wanted` (one array of both kinds) only the services, or all but
 * the services, are read in this pass. */
enum pass { EVERYTHING, NOT_SERVICES, SERVICES };

static bool is_service(struct str text)
{
    return str_find(text, STR("\"structure_id\""), 0) >= 0;
}

static enum err read_array(struct importer *im, struct cursor *k, struct list *l, enum pass pass)
{
    k->at++;
    for (bool first = true;; first = false) {
        skip_space(k);
        if (here(k) == ']') {
            k->at++;
            return OK;
        }
        if (!first) {
            if (here(k) != ',')
                return unexpected(im, k);
            k->at++;
            skip_space(k);
        }
        size_t start = k->at, line = k->line;
        TRY(skip_value(im, k));
        struct str text = str_sub(k->text, start, k->at - start);
        if (pass == EVERYTHING || is_service(text) == (pass == SERVICES)) {
            TRY(read_object(im, l, text, line));
            arena_reset(im->rows);
            if (im->counts.rows % PROGRESS_ROWS == 0)
                import_progress(im, k->at);
        }
    }
}

static enum err nothing_after(struct importer *im, struct cursor *k)
{
    skip_space(k);
    return at_end(k) ? OK : unexpected(im, k);
}

/* Structures first: services point to them. */
static enum err read_one_array(struct importer *im, struct cursor start, const char **format)
{
    struct list l = {0};
    struct cursor whole = start;
    TRY(skip_value(im, &whole));
    TRY(nothing_after(im, &whole));
    if (is_service(start.text)) {
        for (int pass = NOT_SERVICES; pass <= SERVICES; pass++) {
            struct cursor k = start;
            TRY(read_array(im, &k, &l, (enum pass)pass));
        }
    } else {
        struct cursor k = start;
        TRY(read_array(im, &k, &l, EVERYTHING));
    }
    *format = l.places ? "LaMednum 1.0.2 (JSON)" : "data·inclusion v1 (JSON)";
    return im->counts.rows > 0 ? OK : import_fail(im, "Le fichier ne contient aucune fiche.");
}

static enum err find_lists(struct importer *im, struct cursor k, struct cursor lists[2], bool found[2])
{
    k.at++;
    for (bool first = true;; first = false) {
        skip_space(&k);
        if (here(&k) == '}') {
            k.at++;
            return nothing_after(im, &k);
        }
        if (!first) {
            if (here(&k) != ',')
                return unexpected(im, &k);
            k.at++;
            skip_space(&k);
        }
        if (here(&k) != '"')
            return unexpected(im, &k);
        size_t start = k.at + 1;
        TRY(skip_string(im, &k));
        struct str key = str_sub(k.text, start, k.at - start - 1);
        skip_space(&k);
        if (here(&k) != ':')
            return unexpected(im, &k);
        k.at++;
        skip_space(&k);
        int which = str_eq(key, STR("structures")) ? 0 : str_eq(key, STR("services")) ? 1 : -1;
        if (which >= 0 && here(&k) == '[') {
            lists[which] = k;
            found[which] = true;
        } else if (which < 0) {
            import_ignore(im, key);
        }
        TRY(skip_value(im, &k));
    }
}

static enum err read_two_lists(struct importer *im, struct cursor start, const char **format)
{
    static const char *const names[2] = {"structures", "services"};
    struct cursor lists[2];
    bool found[2] = {false, false};
    TRY(find_lists(im, start, lists, found));
    if (!found[0] && !found[1])
        return import_fail(im, "Ce JSON n’a ni « structures » ni « services ». Clés trouvées : %.*s.",
                           STR_ARG(buf_str(&im->ignored)));
    *format = "data·inclusion v1 (JSON)";
    for (int i = 0; i < 2; i++) {
        struct list l = {.name = names[i]};
        if (found[i])
            TRY(read_array(im, &lists[i], &l, EVERYTHING));
    }
    return OK;
}

enum err import_json(struct importer *im, const char **format)
{
    struct cursor k = {.text = im->in->data, .line = 1};
    *format = "JSON";
    if (!str_is_utf8(k.text))
        return import_fail(im, "Ce JSON n’est pas en UTF-8. Enregistrez-le de nouveau en UTF-8.");
    if (str_starts(k.text, STR("\xEF\xBB\xBF")))
        k.at = 3;
    skip_space(&k);
    if (hsds_detect(im->other, str_sub(k.text, k.at, k.text.n)))
        return import_hsds(im, format);
    arena_reset(im->other);
    TRY(here(&k) == '[' ? read_one_array(im, k, format) : read_two_lists(im, k, format));
    import_progress(im, k.text.n);
    return OK;
}
