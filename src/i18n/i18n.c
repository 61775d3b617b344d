#include "i18n/i18n.h"

#include "i18n/format.h"

const char *lang_code(enum lang lang)
{
    return lang == LANG_EN ? "en" : "fr";
}

const char *lang_prefix(enum lang lang)
{
    return lang == LANG_EN ? "/en" : "";
}

uint32_t i18n_hash(struct str msgid)
{
    uint32_t h = 0x811C9DC5u;
    for (size_t i = 0; i < msgid.n; i++)
        h = (h ^ (unsigned char)msgid.p[i]) * 0x01000193u;
    return h;
}

int i18n_form(enum lang lang, int64_t count)
{
    if (lang == LANG_EN)
        return count == 1 ? I18N_ONE : I18N_MANY;
    return count > -2 && count < 2 ? I18N_ONE : I18N_MANY;
}

struct str i18n_find(enum lang lang, uint32_t hash, struct str msgid, int form)
{
    const struct i18n_catalogue *c = &i18n_catalogue;
    for (uint32_t at = hash & (c->n_slots - 1); c->slots[at] != 0; at = (at + 1) & (c->n_slots - 1)) {
        const struct i18n_entry *e = &c->entries[c->slots[at] - 1];
        if (str_eq(e->msgid, msgid))
            return e->text[lang][form];
    }
    return msgid;
}

struct str i18n_text(enum lang lang, const char *msgid)
{
    struct str id = str_from(msgid);
    return i18n_find(lang, i18n_hash(id), id, I18N_ONE);
}

static const struct i18n_arg *arg_named(struct str name, const struct i18n_arg *args, size_t n_args)
{
    for (size_t i = 0; i < n_args; i++) {
        if (str_eq(name, str_from(args[i].name)))
            return &args[i];
    }
    return NULL;
}

void i18n_expand(struct str text, const struct i18n_arg *args, size_t n_args,
                 void (*put)(void *ctx, struct str words, const struct i18n_arg *arg), void *ctx)
{
    size_t from = 0;
    for (;;) {
        ptrdiff_t open = str_find_char(text, '{', from);
        ptrdiff_t close = open < 0 ? -1 : str_find_char(text, '}', (size_t)open);
        if (close < 0)
            break;
        const struct i18n_arg *arg =
            arg_named(str_sub(text, (size_t)open + 1, (size_t)(close - open) - 1), args, n_args);
        put(ctx, str_sub(text, from, (size_t)open - from), NULL);
        if (arg)
            put(ctx, STR_NONE, arg);
        from = (size_t)close + 1;
    }
    put(ctx, str_sub(text, from, text.n - from), NULL);
}

/* -- messages with values --------------------------------------------------------------------------- */
struct expansion {
    struct arena *arena;
    enum lang lang;
    char *p; /* NULL while measuring */
    size_t n;
};

static void expand_piece(void *ctx, struct str words, const struct i18n_arg *arg)
{
    struct expansion *x = ctx;
    if (arg)
        words = arg->type == I18N_INT ? format_number(x->arena, x->lang, arg->i) : arg->s;
    if (x->p && words.n)
        memcpy(x->p + x->n, words.p, words.n);
    x->n += words.n;
}

static struct str expand(struct arena *a, enum lang lang, struct str text, const struct i18n_arg *args,
                         size_t n_args)
{
    struct expansion x = {a, lang, NULL, 0};
    i18n_expand(text, args, n_args, expand_piece, &x);
    x.p = arena_alloc(a, x.n + 1);
    x.n = 0;
    i18n_expand(text, args, n_args, expand_piece, &x);
    x.p[x.n] = '\0';
    return (struct str){x.p, x.n};
}

struct str i18n_format_args(struct arena *a, enum lang lang, const char *msgid,
                            const struct i18n_arg *args, size_t n_args)
{
    return expand(a, lang, i18n_text(lang, msgid), args, n_args);
}

struct str i18n_plural_args(struct arena *a, enum lang lang, const char *one, const char *many,
                            int64_t count, const struct i18n_arg *args, size_t n_args)
{
    struct str id = str_from(one);
    int form = i18n_form(lang, count);
    struct str text = i18n_find(lang, i18n_hash(id), id, form);
    if (text.p == id.p && form == I18N_MANY)
        text = str_from(many);
    return expand(a, lang, text, args, n_args);
}
