/* Declared input: the only way from what a client sent to a handler. */
#include <math.h>
#include <stdalign.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "http/exchange.h"
#include "http/input_words.h"

const struct input input_none = {0};

enum { LIST_MAX = 100, SHOWN_MAX = 1000, INPUT_SIZE_MAX = 4096, ENUM_LIST_VALUES_MAX = 64 };

static const struct {
    size_t size, align;
} types[] = {
    [INPUT_TEXT] = {sizeof(struct str), alignof(struct str)},
    [INPUT_INT] = {sizeof(int64_t), alignof(int64_t)},
    [INPUT_NUMBER] = {sizeof(double), alignof(double)},
    [INPUT_BOOL] = {sizeof(bool), alignof(bool)},
    [INPUT_DATE] = {sizeof(struct civil_date), alignof(struct civil_date)},
    [INPUT_ENUM] = {sizeof(int), alignof(int)},
    [INPUT_LIST] = {sizeof(struct str_list), alignof(struct str_list)},
    [INPUT_ENUM_LIST] = {sizeof(uint64_t), alignof(uint64_t)},
};

static bool is_list(const struct input_field *f)
{
    return f->type == INPUT_LIST || f->type == INPUT_ENUM_LIST;
}

/* -- bounds: see input_field.min in http.h ---------------------------------------------------------- */
static double bound_low(const struct input_field *f)
{
    return f->min == 0 && f->max == 0 && (f->type == INPUT_INT || f->type == INPUT_NUMBER) ? -INFINITY : f->min;
}

static double bound_high(const struct input_field *f)
{
    if (f->max > f->min || (f->max == f->min && f->max != 0))
        return f->max;
    return f->type == INPUT_INT || f->type == INPUT_NUMBER ? INFINITY : f->type == INPUT_TEXT ? INPUT_TEXT_MAX : LIST_MAX;
}

struct bounds input_bounds(const struct input_field *f)
{
    return (struct bounds){bound_low(f), bound_high(f)};
}

/* -- one value --------------------------------------------------------------------------------------- */
/* What a field is filled with: only the member of its type counts. */
struct value {
    struct str text;
    int64_t integer;
    double number;
    bool yes;
    struct civil_date date;
    int choice;
};

static bool faulty(enum fault *out, enum fault f)
{
    *out = f;
    return false;
}

static bool in_bounds(const struct input_field *f, double v, enum fault *fault)
{
    if (v < bound_low(f))
        return faulty(fault, FAULT_LOW);
    if (v > bound_high(f))
        return faulty(fault, FAULT_HIGH);
    return true;
}

static bool parse_text(struct arena *a, const struct input_field *f, struct str s, struct value *v,
                       enum fault *fault)
{
    v->text = str_trim(text_normalize(a, s));
    double length = (double)str_length(v->text);
    double high = f->type == INPUT_TEXT ? bound_high(f) : INPUT_TEXT_MAX;
    if (length > high)
        return faulty(fault, FAULT_HIGH);
    if (f->type == INPUT_TEXT && v->text.n && length < f->min)
        return faulty(fault, FAULT_LOW);
    return true;
}

static bool parse_number(struct arena *a, const struct input_field *f, struct str s, struct value *v,
                         enum fault *fault)
{
    char *dotted = arena_cstr(a, s); /* "48,1" is how people here write it */
    char *comma = strchr(dotted, ',');
    if (comma && !strchr(dotted, '.'))
        *comma = '.';
    if (!str_to_double((struct str){dotted, s.n}, &v->number) || !isfinite(v->number))
        return faulty(fault, FAULT_FORMAT);
    return in_bounds(f, v->number, fault);
}

static bool parse_bool(struct str s, bool *out)
{
    static const char *const yes[] = {"1", "true", "on", "oui", "yes"}, *const no[] = {"0", "false", "off", "non", "no"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        *out = str_eq_nocase(s, str_from(yes[i]));
        if (*out || str_eq_nocase(s, str_from(no[i])))
            return true;
    }
    return false;
}

/* 2026-02-28, or 28/02/2026 as people write it. */
static bool parse_date(struct str s, struct civil_date *out)
{
    char iso[10];
    if (s.n == 10 && s.p[2] == '/' && s.p[5] == '/') {
        memcpy(iso, s.p + 6, 4);
        memcpy(iso + 5, s.p + 3, 2);
        memcpy(iso + 8, s.p, 2);
        iso[4] = iso[7] = '-';
        s = (struct str){iso, sizeof iso};
    }
    return civil_parse(s, out);
}

static bool parse_choice(const struct input_field *f, struct str s, int *out)
{
    for (int i = 0; f->values[i]; i++)
        if (str_eq(s, str_from(f->values[i]))) {
            *out = i;
            return true;
        }
    return false;
}

static bool parse_value(struct arena *a, const struct input_field *f, struct str raw, struct value *v,
                        enum fault *fault)
{
    struct str s = str_trim(raw);
    switch (f->type) {
    case INPUT_TEXT:
    case INPUT_LIST:
        return parse_text(a, f, raw, v, fault);
    case INPUT_INT:
        if (!str_to_int(s, &v->integer))
            return faulty(fault, FAULT_FORMAT);
        return in_bounds(f, (double)v->integer, fault);
    case INPUT_NUMBER:
        return parse_number(a, f, s, v, fault);
    case INPUT_BOOL:
        return parse_bool(s, &v->yes) || faulty(fault, FAULT_FORMAT);
    case INPUT_DATE:
        return parse_date(s, &v->date) || faulty(fault, FAULT_FORMAT);
    case INPUT_ENUM:
    case INPUT_ENUM_LIST:
        return parse_choice(f, s, &v->choice) || faulty(fault, FAULT_CHOICE);
    }
    return faulty(fault, FAULT_FORMAT);
}

static void put(const struct input_field *f, char *at, const struct value *v)
{
    switch (f->type) {
    case INPUT_TEXT:
        memcpy(at, &v->text, sizeof v->text);
        break;
    case INPUT_INT:
        memcpy(at, &v->integer, sizeof v->integer);
        break;
    case INPUT_NUMBER:
        memcpy(at, &v->number, sizeof v->number);
        break;
    case INPUT_BOOL:
        memcpy(at, &v->yes, sizeof v->yes);
        break;
    case INPUT_DATE:
        memcpy(at, &v->date, sizeof v->date);
        break;
    case INPUT_ENUM:
        memcpy(at, &v->choice, sizeof v->choice);
        break;
    case INPUT_LIST:
    case INPUT_ENUM_LIST:
        break; /* read_list */
    }
}

/* -- where values come from -------------------------------------------------------------------------- */
struct reading {
    struct http_exchange *ex;
    struct arena *arena;
    const json_t *json; /* NULL when the body is no JSON */
    char *into;
    struct field_error *errors;
    struct input_fault *faults;
    size_t n_errors, errors_cap, faults_cap;
};

static bool name_matches(const struct input_field *f, struct str sent)
{
    struct str name = str_from(f->name);
    if (is_list(f) && sent.n == name.n + 2 && str_ends(sent, STR("[]")))
        sent.n -= 2;
    return str_eq(sent, name);
}

/* Nothing to read, once control characters and spaces are taken away. */
static bool is_blank(struct arena *a, struct str s)
{
    return str_trim(text_normalize(a, s)).n == 0;
}

/* The texts given for a field, without the empty ones (a form sends its empty boxes too). */
static size_t from_pairs(struct arena *a, const struct input_field *f, const struct http_pair *pairs, size_t n,
                         struct str **out)
{
    size_t found = 0, cap = 0;
    for (size_t i = 0; i < n; i++) {
        if (!name_matches(f, pairs[i].name) || is_blank(a, pairs[i].value))
            continue;
        *out = arena_grow(a, *out, found, &cap, found + 1, sizeof **out);
        (*out)[found++] = pairs[i].value;
    }
    return found;
}

static size_t from_path(const struct reading *r, const struct input_field *f, struct str **out)
{
    struct str names[HTTP_CAPTURES_MAX];
    size_t n;
    if (!route_captures(r->ex->route->path, names, &n))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], str_from(f->name))) {
            *out = &r->ex->match.captures[i];
            return !is_blank(r->arena, **out);
        }
    return 0;
}

/* The JSON value as the text that parse_value reads; false when its type is another one. */
static bool json_as_text(struct arena *a, enum input_type type, const json_t *v, struct str *out)
{
    switch (type) {
    case INPUT_INT:
        if (!json_is_integer(v))
            return false;
        *out = arena_printf(a, "%lld", (long long)json_integer_value(v));
        return true;
    case INPUT_NUMBER:
        if (!json_is_number(v))
            return false;
        *out = arena_printf(a, "%.17g", json_number_value(v));
        return true;
    case INPUT_BOOL:
        if (!json_is_boolean(v))
            return false;
        *out = json_is_true(v) ? STR("true") : STR("false");
        return true;
    case INPUT_TEXT:
    case INPUT_DATE:
    case INPUT_ENUM:
    case INPUT_LIST:
    case INPUT_ENUM_LIST:
        break;
    }
    if (!json_is_string(v))
        return false;
    *out = (struct str){json_string_value(v), json_string_length(v)};
    return true;
}

static bool from_json(const struct reading *r, const struct input_field *f, struct str **out, size_t *n)
{
    const json_t *v = json_object_get(r->json, f->name);
    *n = 0;
    if (!v || json_is_null(v))
        return true;
    size_t items = is_list(f) ? json_array_size(v) : 1;
    if (is_list(f) && !json_is_array(v))
        return false;
    *out = ARENA_ARRAY(r->arena, items + 1, struct str);
    for (size_t i = 0; i < items; i++) {
        struct str s;
        if (!json_as_text(r->arena, f->type, is_list(f) ? json_array_get(v, i) : v, &s))
            return false;
        if (!is_blank(r->arena, s))
            (*out)[(*n)++] = s;
    }
    return true;
}

static bool texts_of(const struct reading *r, const struct input_field *f, struct str **out, size_t *n)
{
    switch (f->source) {
    case IN_PATH:
        *n = from_path(r, f, out);
        return true;
    case IN_QUERY:
        *n = from_pairs(r->arena, f, r->ex->query, r->ex->n_query, out);
        return true;
    case IN_FORM:
        *n = from_pairs(r->arena, f, r->ex->form, r->ex->n_form, out);
        return true;
    case IN_JSON:
        return from_json(r, f, out, n);
    }
    return true;
}

/* -- fields ------------------------------------------------------------------------------------------ */
static void add_error(struct reading *r, const struct input_field *f, enum fault fault, struct str sent)
{
    struct http_exchange *ex = r->ex;
    /* The national API answers in English; people are answered in the page's language. */
    enum lang lang = ex->route->style == STYLE_API ? LANG_EN : ex->rq.lang;
    size_t cut = sent.n > SHOWN_MAX ? SHOWN_MAX : sent.n;
    while (cut < sent.n && cut > 0 && ((unsigned char)sent.p[cut] & 0xC0) == 0x80)
        cut--;
    r->errors = arena_grow(r->arena, r->errors, r->n_errors, &r->errors_cap, r->n_errors + 1, sizeof *r->errors);
    r->faults = arena_grow(r->arena, r->faults, r->n_errors, &r->faults_cap, r->n_errors + 1, sizeof *r->faults);
    r->errors[r->n_errors] = (struct field_error){
        .name = str_from(f->name),
        .message = input_message(r->arena, lang, f, fault),
        .value = str_sub(sent, 0, cut),
    };
    r->faults[r->n_errors++] = (struct input_fault){f, fault};
}

static bool put_list(struct reading *r, const struct input_field *f, const struct str *texts, size_t n,
                     enum fault *fault)
{
    struct str_list list = {ARENA_ARRAY(r->arena, n + 1, struct str), 0};
    uint64_t mask = 0;
    if ((double)n > bound_high(f))
        return faulty(fault, FAULT_TOO_MANY);
    for (size_t i = 0; i < n; i++) {
        struct value v = {0};
        if (!parse_value(r->arena, f, texts[i], &v, fault))
            return false;
        if (f->type == INPUT_ENUM_LIST)
            mask |= UINT64_C(1) << v.choice;
        else if (v.text.n)
            list.items[list.n++] = v.text;
    }
    if (f->type == INPUT_ENUM_LIST)
        memcpy(r->into + f->offset, &mask, sizeof mask);
    else
        memcpy(r->into + f->offset, &list, sizeof list);
    return true;
}

/* Of a lenient list the wrong items are dropped, the others stay. */
static void put_list_leniently(struct reading *r, const struct input_field *f, struct str *texts, size_t n)
{
    size_t kept = 0;
    enum fault fault;
    for (size_t i = 0; i < n && (double)kept < bound_high(f); i++) {
        struct value v = {0};
        if (parse_value(r->arena, f, texts[i], &v, &fault))
            texts[kept++] = texts[i];
    }
    if (kept && put_list(r, f, texts, kept, &fault) && f->present_offset)
        r->into[f->present_offset] = true;
}

static void put_fallback(struct reading *r, const struct input_field *f)
{
    if (!f->fallback)
        return;
    struct str text = str_from(f->fallback);
    struct value v = {0};
    enum fault fault;
    if (is_list(f)) {
        (void)put_list(r, f, &text, 1, &fault);
    } else if (parse_value(r->arena, f, text, &v, &fault)) {
        put(f, r->into + f->offset, &v);
    }
}

static void read_field(struct reading *r, const struct input_field *f)
{
    struct str *texts = NULL;
    size_t n = 0;
    enum fault fault = FAULT_FORMAT;
    if (f->type == INPUT_ENUM)
        memcpy(r->into + f->offset, &(int){-1}, sizeof(int));
    bool understood = texts_of(r, f, &texts, &n);
    if (understood && n == 0) {
        put_fallback(r, f);
        if (f->required || f->source == IN_PATH)
            add_error(r, f, FAULT_MISSING, STR(""));
        return;
    }
    struct value v = {0};
    /* The last one counts: a hidden box before a check box gives its "no". */
    struct str sent = understood ? texts[n - 1] : STR("");
    bool good = understood &&
                (is_list(f) ? put_list(r, f, texts, n, &fault) : parse_value(r->arena, f, sent, &v, &fault));
    if (!good) {
        add_error(r, f, fault, sent);
        put_fallback(r, f);
        if (understood && is_list(f) && r->ex->route->input->lenient)
            put_list_leniently(r, f, texts, n);
        return;
    }
    if (!is_list(f))
        put(f, r->into + f->offset, &v);
    if (f->present_offset)
        r->into[f->present_offset] = true;
}

enum err input_read(struct http_exchange *ex)
{
    const struct input *in = ex->route->input;
    struct reading r = {.ex = ex, .arena = ex->worker->front, .json = ex->json};
    r.into = arena_zalloc(r.arena, in->size ? in->size : 1);
    ex->rq.input = r.into;
    for (size_t i = 0; i < in->n; i++)
        read_field(&r, &in->fields[i]);
    for (size_t i = 0; i < r.n_errors; i++)
        if (r.faults[i].field->source == IN_PATH) /* nobody's form: there is no such address */
            return ERR_NOT_FOUND;
    ex->rq.field_errors = r.errors;
    ex->rq.n_field_errors = r.n_errors;
    ex->faults = r.faults;
    return r.n_errors && !in->lenient ? ERR_INVALID : OK;
}

/* -- the body ---------------------------------------------------------------------------------------- */
static bool media_type_is(const struct http_exchange *ex, const char *type)
{
    struct str sent = wire_header(&ex->wire, "Content-Type");
    ptrdiff_t semicolon = str_find_char(sent, ';', 0);
    return str_eq_nocase(str_trim(semicolon < 0 ? sent : str_sub(sent, 0, (size_t)semicolon)), str_from(type));
}

int input_body(struct http_exchange *ex)
{
    struct str body = buf_str(&ex->body);
    if (body.n == 0)
        return 0;
    const struct input *in = ex->route->input;
    bool json = false;
    for (size_t i = 0; i < in->n; i++)
        json = json || in->fields[i].source == IN_JSON;
    if (!media_type_is(ex, json ? "application/json" : "application/x-www-form-urlencoded"))
        return 415;
    if (!json) {
        struct http_pair *form;
        if (!pairs_parse(ex->worker->front, body, &form, &ex->n_form))
            return 400;
        ex->form = form;
        return 0;
    }
    json_t *tree;
    if (json_parse(ex->worker->front, body, &tree, NULL) != OK || !json_is_object(tree))
        return 400;
    ex->json = tree;
    return 0;
}

/* -- at start-up ------------------------------------------------------------------------------------- */
static const char *field_mistake(const struct route *r, const struct input_field *f, struct arena *a)
{
    if (!f->name || !*f->name)
        return "has no name";
    if (f->source < IN_PATH || f->source > IN_JSON)
        return "has no source";
    if (f->type < INPUT_TEXT || f->type > INPUT_ENUM_LIST)
        return "has no type";
    if (f->offset % types[f->type].align || f->offset + types[f->type].size > r->input->size)
        return "does not lie in the input struct (offset, size)";
    if (f->present_offset >= r->input->size)
        return "has a present_offset outside the input struct";
    if ((f->source == IN_FORM || f->source == IN_JSON) && (r->method == HTTP_GET || r->body_max == 0))
        return "comes from a body that the route does not accept";
    if (f->type == INPUT_ENUM || f->type == INPUT_ENUM_LIST) {
        size_t n = 0;
        while (f->values && f->values[n])
            n++;
        if (n == 0)
            return "has no list of values";
        if (f->type == INPUT_ENUM_LIST && n > ENUM_LIST_VALUES_MAX)
            return "has more than 64 values";
    }
    struct value v = {0};
    enum fault fault;
    if (f->fallback && !parse_value(a, f, str_from(f->fallback), &v, &fault))
        return "has a fallback that is not valid";
    return NULL;
}

static bool declares_path(const struct input *in, struct str name)
{
    for (size_t i = 0; i < in->n; i++)
        if (in->fields[i].source == IN_PATH && str_eq(name, str_from(in->fields[i].name)))
            return true;
    return false;
}

struct str input_check(const struct route *r, struct arena *a)
{
    const struct input *in = r->input;
    struct str names[HTTP_CAPTURES_MAX];
    size_t n = 0, in_path = 0;
    bool form = false, json = false;
    if (in->size > INPUT_SIZE_MAX)
        return STR("the input struct is larger than 4 KiB");
    for (size_t i = 0; i < in->n; i++) {
        const struct input_field *f = &in->fields[i];
        const char *mistake = field_mistake(r, f, a);
        if (mistake)
            return arena_printf(a, "input field \"%s\" %s", f->name ? f->name : "", mistake);
        for (size_t k = 0; k < i; k++)
            if (in->fields[k].source == f->source && strcmp(in->fields[k].name, f->name) == 0)
                return arena_printf(a, "input field \"%s\" is declared twice", f->name);
        in_path += f->source == IN_PATH;
        form = form || f->source == IN_FORM;
        json = json || f->source == IN_JSON;
    }
    if (form && json)
        return STR("a body is a form or JSON, not both");
    if (!route_captures(r->path, names, &n))
        return STR("bad path");
    for (size_t i = 0; i < n; i++)
        if (!declares_path(in, names[i]))
            return arena_printf(a, "{%.*s} is not declared as IN_PATH", STR_ARG(names[i]));
    if (in_path != n)
        return STR("an IN_PATH field is not in the path");
    return STR_NONE;
}
