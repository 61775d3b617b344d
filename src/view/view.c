#include "view/view.h"

#include "http/error_words.h"
#include "view/templates.h"

static void (*site_source)(struct request *rq, struct view_site *out);

void view_site_source(void (*fill)(struct request *rq, struct view_site *out))
{
    site_source = fill;
}

void view_begin(struct view *v, struct request *rq, struct response *rs)
{
    *v = (struct view){
        .out = &rs->body,
        .arena = rq->arena,
        .lang = rq->lang,
        .prefix = lang_prefix(rq->lang),
        .base_url = rq->base_url,
        .path = rq->path,
        .query = rq->method == HTTP_GET ? rq->raw_query : STR_NONE,
    };
    if (site_source)
        site_source(rq, &v->site);
}

void view_error_page(struct request *rq, struct response *rs, int status, enum err why)
{
    (void)why;
    struct view v;
    view_begin(&v, rq, rs);
    v.no_index = true;
    const struct error_words *words = error_words(rq->lang, status);
    view_page_error(&v, status, str_from(words->title), str_from(words->detail), rq->id);
}

enum err view_end(const struct view *v)
{
    return v->out->failed ? ERR_LIMIT : OK;
}

/* -- addresses -------------------------------------------------------------------------------------- */
struct str view_link(struct view *v, const char *path)
{
    return arena_printf(v->arena, "%s%s", v->prefix, path);
}

void url_encode(struct buf *out, struct str s, const char *also)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool keep = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                    c == '.' || c == '_' || c == '~' || (c != 0 && strchr(also, c) != NULL);
        if (keep) {
            buf_char(out, (char)c);
        } else {
            buf_char(out, '%');
            buf_char(out, hex[c >> 4]);
            buf_char(out, hex[c & 15]);
        }
    }
}

struct str view_link_to(struct view *v, const char *path, struct str segment)
{
    struct buf b;
    buf_init(&b, 8192);
    buf_lit(&b, v->prefix);
    buf_lit(&b, path);
    url_encode(&b, segment, "");
    struct str link = arena_str(v->arena, buf_str(&b));
    buf_deinit(&b);
    return link;
}

static struct str address(struct view *v, struct str base, enum lang lang, struct str path, struct str query)
{
    /* "/en/" is written "/en": one page, one address. */
    if (lang != LANG_FR && str_eq(path, STR("/")))
        path = STR_NONE;
    return arena_printf(v->arena, "%.*s%s%.*s%s%.*s", STR_ARG(base), lang_prefix(lang), STR_ARG(path),
                        query.n ? "?" : "", STR_ARG(query));
}

/* Decoded paths hold spaces and accents: encoded again, slashes kept. */
static struct str encoded_path(struct view *v)
{
    struct buf b;
    buf_init(&b, 32768);
    url_encode(&b, v->path, "/");
    struct str path = arena_str(v->arena, buf_str(&b));
    buf_deinit(&b);
    return path;
}

struct str view_in_lang(struct view *v, enum lang lang)
{
    return address(v, STR_NONE, lang, encoded_path(v), v->query);
}

struct str view_canonical(struct view *v, enum lang lang)
{
    if (v->canonical.n)
        return address(v, v->base_url, lang, v->canonical, STR_NONE);
    return address(v, v->base_url, lang, encoded_path(v), STR_NONE);
}

/* The scheme ends at the first ":" that stands before any "/", "?" or "#". */
static struct str url_scheme(struct str url)
{
    for (size_t i = 0; i < url.n; i++) {
        if (url.p[i] == ':')
            return str_sub(url, 0, i);
        if (strchr("/?#", url.p[i]) != NULL)
            break;
    }
    return STR_NONE;
}

bool url_is_safe(struct str url)
{
    /* Browsers drop tabs and line ends inside an address, and leading controls: "java\nscript:". */
    for (size_t i = 0; i < url.n; i++) {
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f || url.p[i] == '\\')
            return false;
    }
    struct str scheme = url_scheme(url);
    if (url.n == 0 || url.p[0] == ':')
        return false;
    return scheme.n == 0 || str_eq_nocase(scheme, STR("https")) || str_eq_nocase(scheme, STR("http")) ||
           str_eq_nocase(scheme, STR("mailto")) || str_eq_nocase(scheme, STR("tel"));
}

struct str url_host(struct str url)
{
    ptrdiff_t start = str_find(url, STR("://"), 0);
    if (start < 0)
        return url;
    struct str host = str_sub(url, (size_t)start + 3, url.n);
    size_t end = 0;
    while (end < host.n && strchr("/?#", host.p[end]) == NULL)
        end++;
    return str_sub(host, 0, end);
}

/* -- formats ---------------------------------------------------------------------------------------- */
struct str view_number(struct view *v, int64_t n)
{
    return format_number(v->arena, v->lang, n);
}

struct str view_distance(struct view *v, double metres)
{
    return format_distance(v->arena, v->lang, metres);
}

struct str view_date(struct view *v, struct civil_date d)
{
    return format_date(v->arena, v->lang, d);
}

struct str view_date_short(struct view *v, struct civil_date d)
{
    return format_date_short(v->arena, v->lang, d);
}

struct str view_phone(struct view *v, struct str e164)
{
    return format_phone(v->arena, e164);
}

struct str view_bytes(struct view *v, int64_t bytes)
{
    return format_bytes(v->arena, v->lang, bytes);
}

struct str view_address(struct view *v, struct str street, struct str town)
{
    if (!street.n || !town.n)
        return street.n ? street : town;
    return arena_printf(v->arena, "%.*s, %.*s", STR_ARG(street), STR_ARG(town));
}

struct str view_iso_date(struct view *v, struct civil_date d)
{
    return civil_valid(d) ? arena_printf(v->arena, "%04d-%02d-%02d", d.year, d.month, d.day) : STR_NONE;
}

/* -- values ----------------------------------------------------------------------------------------- */
void view_raw(struct view *v, const char *p, size_t n)
{
    buf_add(v->out, (struct str){p, n});
}

/* One escaping for text and quoted attributes: the five characters that matter in either. */
static const char *const entities[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&#34;", ['\''] = "&#39;",
};

void view_put_str_(struct view *v, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *entity = entities[(unsigned char)s.p[i]];
        if (!entity)
            continue;
        view_raw(v, s.p + from, i - from);
        buf_lit(v->out, entity);
        from = i + 1;
    }
    if (s.n > from)
        view_raw(v, s.p + from, s.n - from);
}

void view_put_cstr_(struct view *v, const char *s)
{
    view_put_str_(v, str_from(s));
}

void view_put_int_(struct view *v, int64_t n)
{
    buf_int(v->out, n);
}

void view_put_uint_(struct view *v, uint64_t n)
{
    buf_printf(v->out, "%llu", (unsigned long long)n);
}

void view_put_html_(struct view *v, struct html h)
{
    view_raw(v, h.p, h.n);
}

void view_put_url_str_(struct view *v, struct str s)
{
    view_put_str_(v, url_is_safe(s) ? s : STR("#"));
}

void view_put_url_cstr_(struct view *v, const char *s)
{
    view_put_url_str_(v, str_from(s));
}

/* "+" is kept for tel:+33…; ":" is not, so that a value never makes a scheme. */
void view_put_path_str_(struct view *v, struct str s)
{
    url_encode(v->out, s, "+@,!");
}

void view_put_path_cstr_(struct view *v, const char *s)
{
    view_put_path_str_(v, str_from(s));
}

void view_put_query_str_(struct view *v, struct str s)
{
    url_encode(v->out, s, "");
}

void view_put_query_cstr_(struct view *v, const char *s)
{
    view_put_query_str_(v, str_from(s));
}

bool view_true_str_(struct str s)
{
    return s.n > 0;
}

bool view_true_cstr_(const char *s)
{
    return s != NULL && s[0] != '\0';
}

bool view_true_int_(int64_t n)
{
    return n != 0;
}

bool view_true_uint_(uint64_t n)
{
    return n != 0;
}

bool view_true_bool_(bool b)
{
    return b;
}

bool view_true_html_(struct html h)
{
    return h.n > 0;
}

/* -- messages --------------------------------------------------------------------------------------- */
struct i18n_arg view_arg_str_(const char *name, struct str s)
{
    return ARG_S(name, s);
}

struct i18n_arg view_arg_cstr_(const char *name, const char *s)
{
    return ARG_S(name, str_from(s));
}

struct i18n_arg view_arg_int_(const char *name, int64_t n)
{
    return ARG_I(name, n);
}

struct i18n_arg view_arg_uint_(const char *name, uint64_t n)
{
    return ARG_I(name, n > INT64_MAX ? INT64_MAX : n);
}

struct i18n_arg view_arg_html_(const char *name, struct html h)
{
    return (struct i18n_arg){name, I18N_HTML, {h.p, h.n}, 0};
}

struct str view_tr(const struct view *v, const char *msgid)
{
    return i18n_text(v->lang, msgid);
}

static void put_piece(void *ctx, struct str words, const struct i18n_arg *arg)
{
    struct view *v = ctx;
    if (!arg)
        view_put_str_(v, words);
    else if (arg->type == I18N_HTML)
        view_raw(v, arg->s.p, arg->s.n);
    else
        view_put_str_(v, arg->type == I18N_INT ? view_number(v, arg->i) : arg->s);
}

void view_put_message(struct view *v, uint32_t hash, const char *msgid)
{
    view_put_str_(v, i18n_find(v->lang, hash, str_from(msgid), I18N_ONE));
}

void view_put_format(struct view *v, uint32_t hash, const char *msgid, const struct i18n_arg *args, size_t n)
{
    i18n_expand(i18n_find(v->lang, hash, str_from(msgid), I18N_ONE), args, n, put_piece, v);
}

void view_put_plural(struct view *v, uint32_t hash, const char *one, const char *many, int64_t count,
                     const struct i18n_arg *args, size_t n)
{
    struct str id = str_from(one);
    int form = i18n_form(v->lang, count);
    struct str text = i18n_find(v->lang, hash, id, form);
    if (text.p == id.p && form == I18N_MANY)
        text = str_from(many);
    i18n_expand(text, args, n, put_piece, v);
}
