/* The words of the site. French is the source: a message is its French text, and the catalogues of
 * locale/ give it in the other languages (compiled into the program by tools/po.py; a message without
 * translation comes out in French). Every message given to these functions as a literal is found by
 * tools/messages.py, which the tests run: none may lack a translation.
 *
 * French spaces that must not break (before : ; ? ! » % €, after «) are set when the catalogue is
 * compiled: the sources have ordinary spaces. */
#ifndef BALISE_I18N_I18N_H
#define BALISE_I18N_I18N_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum lang { LANG_FR, LANG_EN, LANG_COUNT };

/* "fr", "en": for lang="…" and hreflang. */
const char *lang_code(enum lang lang);
/* "" for French, "/en": what an address begins with. */
const char *lang_prefix(enum lang lang);

/* Marks a message that is translated later (tables, labels of declared inputs). */
#define N_(text) text

/* A value for a {name} of a message. Numbers come out as the language writes them: 1 234. */
struct i18n_arg {
    const char *name;
    enum { I18N_STR, I18N_INT, I18N_HTML /* in templates only */ } type;
    struct str s;
    int64_t i;
};
#define ARG_S(name, value) ((struct i18n_arg){(name), I18N_STR, (value), 0})
#define ARG_I(name, value) ((struct i18n_arg){(name), I18N_INT, STR_NONE, (int64_t)(value)})

struct str i18n_text(enum lang lang, const char *msgid);
/* i18n_format(a, lang, "Plus de {n} km", ARG_I("n", 12)): at least one value. */
#define i18n_format(a, lang, msgid, ...)                                                           \
    i18n_format_args((a), (lang), (msgid), (const struct i18n_arg[]){__VA_ARGS__},                 \
                     sizeof((const struct i18n_arg[]){__VA_ARGS__}) / sizeof(struct i18n_arg))
struct str i18n_format_args(struct arena *a, enum lang lang, const char *msgid,
                            const struct i18n_arg *args, size_t n_args);
/* i18n_plural(a, lang, "{n} lieu", "{n} lieux", count): {n} is the count. With other values, call
 * i18n_plural_args and give it "n" among them. */
#define i18n_plural(a, lang, one, many, count)                                                     \
    i18n_plural_args((a), (lang), (one), (many), (int64_t)(count),                                 \
                     (const struct i18n_arg[]){ARG_I("n", (count))}, 1)
struct str i18n_plural_args(struct arena *a, enum lang lang, const char *one, const char *many,
                            int64_t count, const struct i18n_arg *args, size_t n_args);

/* -- what templates use ----------------------------------------------------------------------------- */
enum { I18N_ONE, I18N_MANY };
struct i18n_entry {
    struct str msgid;
    struct str text[LANG_COUNT][2]; /* I18N_ONE, I18N_MANY; the same twice without plural */
};
struct i18n_catalogue {
    const struct i18n_entry *entries;
    const unsigned short *slots; /* entry + 1 by hash; 0: empty */
    uint32_t n_slots;            /* a power of two */
};
extern const struct i18n_catalogue i18n_catalogue;

/* `hash` is i18n_hash(msgid), known at build time. */
struct str i18n_find(enum lang lang, uint32_t hash, struct str msgid, int form);
uint32_t i18n_hash(struct str msgid);
/* Which form the language uses for this count: French 0 and 1, English 1. */
int i18n_form(enum lang lang, int64_t count);
/* Writes text with its {names} replaced; `put` gets each piece: the message's own words (arg NULL),
 * then the value. */
void i18n_expand(struct str text, const struct i18n_arg *args, size_t n_args,
                 void (*put)(void *ctx, struct str words, const struct i18n_arg *arg), void *ctx);

#endif
