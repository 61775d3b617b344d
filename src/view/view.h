/* What a template needs to draw a page: where to write, in which language, on which site. Templates
 * (*.html) are compiled to C functions by tools/templates.py; docs/templates.md tells how to write them. */
#ifndef BALISE_VIEW_VIEW_H
#define BALISE_VIEW_VIEW_H

#include "base/arena.h"
#include "base/buf.h"
#include "http/http.h"
#include "i18n/format.h"
#include "i18n/i18n.h"
#include "view/icons.h"

/* The same for every page of a program. */
struct view_site {
    struct str territory;  /* "Ille-et-Vilaine" */
    struct str help_phone; /* the human door, E.164; empty: the box is not shown */
    struct str help_hours; /* in words of the page's language: "du lundi au vendredi, 9 h – 17 h"; may be empty */
    struct str source_url; /* of the program; empty: no link */
    bool demo;             /* the data are fictional: every page says so */
};

enum view_section { SECTION_NONE, SECTION_PLACES, SECTION_DATA };

struct view {
    struct buf *out;
    struct arena *arena;
    enum lang lang;
    const char *prefix;   /* lang_prefix(lang): "" or "/en" */
    struct view_site site;
    struct str base_url;  /* "https://balise.example" */
    struct str path;      /* without language prefix and query: "/lieux" */
    struct str query;     /* as sent, without "?"; what the language switch keeps */
    struct str canonical; /* path and query of the one address of this content; path when empty */
    bool no_index;        /* search engines stay away: refined results, errors */
    enum view_section section;
};

/* Who tells what the site is, in the language of the request: set once, before the server starts. Must not
 * fail. Until then the site has no name. */
void view_site_source(void (*fill)(struct request *rq, struct view_site *out));
/* Prepares a page in answer to rq; a handler then calls its template and returns view_end. */
void view_begin(struct view *v, struct request *rq, struct response *rs);
/* ERR_LIMIT when the page did not fit. */
enum err view_end(const struct view *v) MUST_USE;

/* For http_config.error_page: the error in words, what to do, and the human door. */
void view_error_page(struct request *rq, struct response *rs, int status, enum err why);

/* An address of ours in the page's language: view_link(v, "/lieux") → /lieux or /en/lieux. */
struct str view_link(struct view *v, const char *path);
/* "/lieux/" and a slug, percent-encoded. */
struct str view_link_to(struct view *v, const char *path, struct str segment);
/* The same page in another language: path and query. */
struct str view_in_lang(struct view *v, enum lang lang);
/* Address for search engines, absolute, in that language. */
struct str view_canonical(struct view *v, enum lang lang);

/* Starts with http:, https:, mailto: or tel:, or is relative — and can be a link. */
bool url_is_safe(struct str url);
/* "https://www.exemple.fr/aide" → "www.exemple.fr": what a person reads of a link. */
struct str url_host(struct str url);
/* Bytes kept as they are: letters, digits, - . _ ~ and those of `also`. */
void url_encode(struct buf *out, struct str s, const char *also);

/* Formats in the page's language. */
struct str view_number(struct view *v, int64_t n);
struct str view_distance(struct view *v, double metres);
struct str view_date(struct view *v, struct civil_date d);
struct str view_date_short(struct view *v, struct civil_date d);
struct str view_phone(struct view *v, struct str e164);
struct str view_bytes(struct view *v, int64_t bytes);
/* "4 rue de l’Église, Rennes", or what is known of it. */
struct str view_address(struct view *v, struct str street, struct str town);
/* "2026-12-08", for <time datetime="…"> and data. */
struct str view_iso_date(struct view *v, struct civil_date d);

/* -- called by compiled templates ------------------------------------------------------------------- */
/* HTML that needs no escaping; made by view/ only (icons, charts). */
struct html {
    const char *p;
    size_t n;
};

void view_raw(struct view *v, const char *p, size_t n);
void view_put_str_(struct view *v, struct str s);
void view_put_cstr_(struct view *v, const char *s);
void view_put_int_(struct view *v, int64_t n);
void view_put_uint_(struct view *v, uint64_t n);
void view_put_html_(struct view *v, struct html h);
void view_put_url_str_(struct view *v, struct str s);
void view_put_url_cstr_(struct view *v, const char *s);
void view_put_path_str_(struct view *v, struct str s);
void view_put_path_cstr_(struct view *v, const char *s);
void view_put_query_str_(struct view *v, struct str s);
void view_put_query_cstr_(struct view *v, const char *s);

#define VIEW_INTEGERS_(sfx_int, sfx_uint)                                                          \
    signed char: sfx_int, short: sfx_int, int: sfx_int, long: sfx_int, long long: sfx_int,         \
    unsigned char: sfx_uint, unsigned short: sfx_uint, unsigned: sfx_uint,                         \
    unsigned long: sfx_uint, unsigned long long: sfx_uint
/* A bool, a double or a pointer to a record has no obvious text: the compiler refuses it. */
#define view_put_text(v, x)                                                                        \
    _Generic((x), struct str: view_put_str_, const char *: view_put_cstr_, char *: view_put_cstr_, \
             struct html: view_put_html_, VIEW_INTEGERS_(view_put_int_, view_put_uint_))((v), (x))
#define view_put_attr(v, x)                                                                        \
    _Generic((x), struct str: view_put_str_, const char *: view_put_cstr_, char *: view_put_cstr_, \
             VIEW_INTEGERS_(view_put_int_, view_put_uint_))((v), (x))
#define view_put_url(v, x)                                                                         \
    _Generic((x), struct str: view_put_url_str_, const char *: view_put_url_cstr_,                 \
             char *: view_put_url_cstr_)((v), (x))
#define view_put_path(v, x)                                                                        \
    _Generic((x), struct str: view_put_path_str_, const char *: view_put_path_cstr_,               \
             char *: view_put_path_cstr_, VIEW_INTEGERS_(view_put_int_, view_put_uint_))((v), (x))
#define view_put_query(v, x)                                                                       \
    _Generic((x), struct str: view_put_query_str_, const char *: view_put_query_cstr_,             \
             char *: view_put_query_cstr_, VIEW_INTEGERS_(view_put_int_, view_put_uint_))((v), (x))

bool view_true_str_(struct str s);
bool view_true_cstr_(const char *s);
bool view_true_int_(int64_t n);
bool view_true_uint_(uint64_t n);
bool view_true_bool_(bool b);
bool view_true_html_(struct html h);
#define view_true(x)                                                                               \
    _Generic((x), struct str: view_true_str_, const char *: view_true_cstr_, char *: view_true_cstr_, \
             bool: view_true_bool_, struct html: view_true_html_,                                  \
             VIEW_INTEGERS_(view_true_int_, view_true_uint_))(x)

struct i18n_arg view_arg_str_(const char *name, struct str s);
struct i18n_arg view_arg_cstr_(const char *name, const char *s);
struct i18n_arg view_arg_int_(const char *name, int64_t n);
struct i18n_arg view_arg_uint_(const char *name, uint64_t n);
struct i18n_arg view_arg_html_(const char *name, struct html h);
#define view_arg(name, x)                                                                          \
    _Generic((x), struct str: view_arg_str_, const char *: view_arg_cstr_, char *: view_arg_cstr_, \
             VIEW_INTEGERS_(view_arg_int_, view_arg_uint_))((name), (x))
#define view_arg_html(name, x)                                                                     \
    _Generic((x), struct str: view_arg_str_, const char *: view_arg_cstr_, char *: view_arg_cstr_, \
             struct html: view_arg_html_, VIEW_INTEGERS_(view_arg_int_, view_arg_uint_))((name), (x))

/* The message in the page's language; in templates, _("…") inside an expression. */
struct str view_tr(const struct view *v, const char *msgid);
void view_put_message(struct view *v, uint32_t hash, const char *msgid);
void view_put_format(struct view *v, uint32_t hash, const char *msgid, const struct i18n_arg *args, size_t n);
void view_put_plural(struct view *v, uint32_t hash, const char *one, const char *many, int64_t count,
                     const struct i18n_arg *args, size_t n);

/* A pictogram, hidden from screen readers: words always stand beside it. */
struct html icon(enum icon which);
/* By the name in the icon set ("file-text"), for those that data name; nothing when it is unknown. */
struct html icon_named(const char *name);

#endif
