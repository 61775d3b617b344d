/* The OpenAPI 3.1 document, from the same rows as the router: it cannot say anything else than what is. */
#include <math.h>

#include "base/json.h"
#include "http/input_words.h"

static void member(struct json_writer *w, const char *key, struct str value)
{
    json_key(w, str_from(key));
    json_str(w, value);
}

static void object(struct json_writer *w, const char *key)
{
    json_key(w, str_from(key));
    json_object_begin(w);
}

static void list(struct json_writer *w, const char *key)
{
    json_key(w, str_from(key));
    json_array_begin(w);
}

static void limit(struct json_writer *w, const char *key, double v)
{
    if (!isfinite(v))
        return;
    json_key(w, str_from(key));
    json_num(w, v);
}

static void choices(struct json_writer *w, const struct input_field *f)
{
    member(w, "type", STR("string"));
    list(w, "enum");
    for (size_t i = 0; f->values[i]; i++)
        json_str(w, str_from(f->values[i]));
    json_array_end(w);
}

static void text_schema(struct json_writer *w, const struct input_field *f)
{
    struct bounds b = input_bounds(f);
    member(w, "type", STR("string"));
    if (f->type == INPUT_TEXT && b.low > 0)
        limit(w, "minLength", b.low);
    limit(w, "maxLength", f->type == INPUT_TEXT ? b.high : INPUT_TEXT_MAX);
}

static void fallback(struct json_writer *w, const struct input_field *f)
{
    struct str s = str_from(f->fallback);
    if (!s.n || f->type == INPUT_LIST || f->type == INPUT_ENUM_LIST)
        return;
    json_key(w, STR("default"));
    if (f->type == INPUT_INT || f->type == INPUT_NUMBER)
        json_raw(w, s);
    else if (f->type == INPUT_BOOL)
        json_bool(w, strchr("1toy", s.p[0]) != NULL && !str_eq(s, STR("off")));
    else
        json_str(w, s);
}

static void field_schema(struct json_writer *w, const struct input_field *f)
{
    struct bounds b = input_bounds(f);
    json_object_begin(w);
    switch (f->type) {
    case INPUT_TEXT:
        text_schema(w, f);
        break;
    case INPUT_INT:
    case INPUT_NUMBER:
        member(w, "type", f->type == INPUT_INT ? STR("integer") : STR("number"));
        limit(w, "minimum", b.low);
        limit(w, "maximum", b.high);
        break;
    case INPUT_BOOL:
        member(w, "type", STR("boolean"));
        break;
    case INPUT_DATE:
        member(w, "type", STR("string"));
        member(w, "format", STR("date"));
        break;
    case INPUT_ENUM:
        choices(w, f);
        break;
    case INPUT_LIST:
    case INPUT_ENUM_LIST:
        member(w, "type", STR("array"));
        object(w, "items");
        if (f->type == INPUT_LIST)
            text_schema(w, f);
        else
            choices(w, f);
        json_object_end(w);
        limit(w, "maxItems", b.high);
        break;
    }
    fallback(w, f);
    json_object_end(w);
}

static void parameters(struct json_writer *w, const struct input *in)
{
    list(w, "parameters");
    for (size_t i = 0; i < in->n; i++) {
        const struct input_field *f = &in->fields[i];
        if (f->source != IN_PATH && f->source != IN_QUERY)
            continue;
        json_object_begin(w);
        member(w, "name", str_from(f->name));
        member(w, "in", f->source == IN_PATH ? STR("path") : STR("query"));
        json_key(w, STR("required"));
        json_bool(w, f->source == IN_PATH || f->required);
        if (f->doc)
            member(w, "description", str_from(f->doc));
        json_key(w, STR("schema"));
        field_schema(w, f);
        json_object_end(w);
    }
    json_array_end(w);
}

static bool from_body(const struct input_field *f)
{
    return f->source == IN_FORM || f->source == IN_JSON;
}

static void body(struct json_writer *w, const struct input *in)
{
    size_t first = 0;
    while (first < in->n && !from_body(&in->fields[first]))
        first++;
    if (first == in->n)
        return;
    object(w, "requestBody");
    object(w, "content");
    object(w, in->fields[first].source == IN_JSON ? "application/json" : "application/x-www-form-urlencoded");
    object(w, "schema");
    member(w, "type", STR("object"));
    object(w, "properties");
    for (size_t i = first; i < in->n; i++)
        if (from_body(&in->fields[i])) {
            json_key(w, str_from(in->fields[i].name));
            field_schema(w, &in->fields[i]);
        }
    json_object_end(w);
    list(w, "required");
    for (size_t i = first; i < in->n; i++)
        if (from_body(&in->fields[i]) && in->fields[i].required)
            json_str(w, str_from(in->fields[i].name));
    json_array_end(w);
    for (int i = 0; i < 4; i++)
        json_object_end(w);
}

static void reference(struct json_writer *w, struct str name)
{
    struct buf path;
    buf_init(&path, 256);
    buf_lit(&path, "#/components/schemas/");
    buf_add(&path, name);
    json_object_begin(w);
    member(w, "$ref", buf_str(&path));
    json_object_end(w);
    buf_deinit(&path);
}

/* "service", "list:source", "page:service"; nothing: any JSON. */
static void answer_schema(struct json_writer *w, struct str answer)
{
    static const char *const counts[] = {"total", "page", "size", "pages"};
    bool page = str_starts(answer, STR("page:")), array = str_starts(answer, STR("list:"));
    struct str name = page || array ? str_sub(answer, 5, answer.n) : answer;
    if (!name.n) {
        json_object_begin(w);
        json_object_end(w);
        return;
    }
    if (!page && !array) {
        reference(w, name);
        return;
    }
    json_object_begin(w);
    if (page) {
        member(w, "type", STR("object"));
        list(w, "required");
        json_str(w, STR("items"));
        for (size_t i = 0; i < 4; i++)
            json_str(w, str_from(counts[i]));
        json_array_end(w);
        object(w, "properties");
        for (size_t i = 0; i < 4; i++) {
            object(w, counts[i]);
            member(w, "type", STR("integer"));
            json_object_end(w);
        }
        object(w, "items");
    }
    member(w, "type", STR("array"));
    json_key(w, STR("items"));
    reference(w, name);
    if (page) {
        json_object_end(w);
        json_object_end(w);
    }
    json_object_end(w);
}

static void response(struct json_writer *w, const char *status, const char *description, struct str schema)
{
    object(w, status);
    member(w, "description", str_from(description));
    object(w, "content");
    object(w, "application/json");
    json_key(w, STR("schema"));
    answer_schema(w, schema);
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
}

static void operation_id(struct json_writer *w, const char *method, const char *path)
{
    struct buf id;
    buf_init(&id, 512);
    buf_lit(&id, method);
    for (const char *p = path; *p; p++)
        if (*p == '/' || *p == '-' || *p == '.')
            buf_char(&id, '_');
        else if (*p != '{' && *p != '}')
            buf_char(&id, *p);
    member(w, "operationId", buf_str(&id));
    buf_deinit(&id);
}

static void operation(struct json_writer *w, const struct route *r)
{
    static const char *const names[] = {"?", "get", "post", "put", "delete"};
    bool in_path = strchr(r->path, '{') != NULL;
    object(w, names[r->method]);
    operation_id(w, names[r->method], r->path);
    member(w, "summary", str_from(r->summary));
    parameters(w, r->input);
    body(w, r->input);
    object(w, "responses");
    response(w, "200", "Done", str_from(r->answer));
    if (in_path)
        response(w, "404", "No such record", STR("ErrorDetail"));
    if (r->input->n)
        response(w, "422", "A parameter is not valid", STR("ErrorDetail"));
    response(w, "429", "Too many requests; see Retry-After", STR("ErrorDetail"));
    json_object_end(w);
    json_object_end(w);
}

struct rows {
    const struct route_table *tables;
    size_t n;
};

/* The API row of that rank, NULL after the last. */
static const struct route *api_row(const struct rows *rows, size_t index)
{
    for (size_t t = 0; t < rows->n; t++)
        for (size_t i = 0; i < rows->tables[t].n; i++)
            if (rows->tables[t].routes[i].style == STYLE_API && index-- == 0)
                return &rows->tables[t].routes[i];
    return NULL;
}

static void paths(struct json_writer *w, const struct rows *rows)
{
    const struct route *r, *other;
    object(w, "paths");
    for (size_t i = 0; (r = api_row(rows, i)); i++) {
        bool done = false;
        for (size_t k = 0; k < i && !done; k++)
            done = strcmp(api_row(rows, k)->path, r->path) == 0;
        if (done)
            continue;
        object(w, r->path);
        for (size_t k = i; (other = api_row(rows, k)); k++)
            if (strcmp(other->path, r->path) == 0)
                operation(w, other);
        json_object_end(w);
    }
    json_object_end(w);
}

static const char error_schema[] =
    "{\"type\":\"object\",\"required\":[\"detail\"],\"properties\":{\"detail\":{\"anyOf\":[{\"type\":\"string\"},"
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},"
    "\"loc\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"msg\":{\"type\":\"string\"},"
    "\"input\":{\"type\":\"string\"}}}}]}}}";

static void components(struct json_writer *w, struct str schemas)
{
    struct str inner = str_trim(schemas);
    object(w, "components");
    object(w, "securitySchemes");
    object(w, "bearer");
    member(w, "type", STR("http"));
    member(w, "scheme", STR("bearer"));
    json_object_end(w);
    json_object_end(w);
    object(w, "schemas");
    json_key(w, STR("ErrorDetail"));
    json_raw(w, str_from(error_schema));
    /* The members of the caller's object, put after ours. */
    inner = inner.n > 2 ? str_trim(str_sub(inner, 1, inner.n - 2)) : STR("");
    if (inner.n) {
        buf_char(w->out, ',');
        buf_add(w->out, inner);
    }
    json_object_end(w);
    json_object_end(w);
}

void http_openapi(const struct route_table *tables, size_t n_tables, struct str title, struct str version,
                  struct str schemas, struct buf *out)
{
    struct json_writer w;
    struct rows rows = {tables, n_tables};
    json_start(&w, out);
    json_object_begin(&w);
    member(&w, "openapi", STR("3.1.0"));
    object(&w, "info");
    member(&w, "title", title);
    member(&w, "version", version);
    json_object_end(&w);
    /* Reading is open; clients of the national API send a token all the same. */
    list(&w, "security");
    json_object_begin(&w);
    json_object_end(&w);
    json_object_begin(&w);
    list(&w, "bearer");
    json_array_end(&w);
    json_object_end(&w);
    json_array_end(&w);
    paths(&w, &rows);
    components(&w, schemas);
    json_object_end(&w);
}
