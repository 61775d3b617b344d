#include "modules/demo/words.h"

#include "base/text.h"

/* Starts with a vowel or a silent h: the h of place names in Brittany is silent. */
static bool elides(struct arena *a, struct str name)
{
    struct str folded = text_fold(a, name);
    return folded.n > 0 && strchr("aeiouyh", folded.p[0]) && !str_starts(folded, STR("l "));
}

static struct str join(struct arena *a, const char *before, struct str name)
{
    return arena_printf(a, "%s%.*s", before, STR_ARG(name));
}

struct str demo_of(struct arena *a, struct str commune)
{
    if (str_starts(commune, STR("Le ")))
        return join(a, "du ", str_sub(commune, 3, commune.n));
    if (str_starts(commune, STR("Les ")))
        return join(a, "des ", str_sub(commune, 4, commune.n));
    return join(a, elides(a, commune) ? "d’" : "de ", commune);
}

struct str demo_at(struct arena *a, struct str commune)
{
    if (str_starts(commune, STR("Le ")))
        return join(a, "au ", str_sub(commune, 3, commune.n));
    if (str_starts(commune, STR("Les ")))
        return join(a, "aux ", str_sub(commune, 4, commune.n));
    return join(a, "à ", commune);
}

size_t demo_variants(const char *variants)
{
    size_t n = 1;
    for (; *variants; variants++)
        n += *variants == '|';
    return n;
}

struct str demo_variant(const char *variants, size_t i)
{
    struct str rest = str_from(variants), piece = STR("");
    while (str_split(&rest, '|', &piece) && i-- > 0)
        ;
    return piece;
}

struct str demo_draw(struct demo_random *r, const char *variants)
{
    return demo_variant(variants, demo_below(r, (uint32_t)demo_variants(variants)));
}

static struct str value_of(struct arena *a, struct str key, const struct demo_words *w)
{
    if (str_eq(key, STR("commune")))
        return w->commune;
    if (str_eq(key, STR("de")))
        return demo_of(a, w->commune);
    if (str_eq(key, STR("a")))
        return demo_at(a, w->commune);
    if (str_eq(key, STR("pays")))
        return w->pays;
    if (str_eq(key, STR("propre")))
        return w->propre;
    if (str_eq(key, STR("quartier")))
        return w->quartier;
    if (str_eq(key, STR("nom")))
        return w->nom;
    return demo_of(a, w->voisine); /* {dev} */
}

struct str demo_fill(struct arena *a, struct str text, const struct demo_words *w)
{
    struct str out = STR("");
    for (size_t at = 0; at < text.n;) {
        ptrdiff_t open = str_find_char(text, '{', at);
        ptrdiff_t close = open < 0 ? -1 : str_find_char(text, '}', (size_t)open);
        if (close < 0)
            return at == 0 ? text : arena_printf(a, "%.*s%.*s", STR_ARG(out), STR_ARG(str_sub(text, at, text.n)));
        struct str key = str_sub(text, (size_t)open + 1, (size_t)(close - open) - 1);
        struct str before = str_sub(text, at, (size_t)open - at);
        out = arena_printf(a, "%.*s%.*s%.*s", STR_ARG(out), STR_ARG(before), STR_ARG(value_of(a, key, w)));
        at = (size_t)close + 1;
    }
    return out;
}
