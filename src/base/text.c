#include "base/text.h"

struct text_stemmer {
    char unused;
};

struct str text_fold(struct arena *a, struct str s)
{
    char *p = arena_cstr(a, s);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c & 0x80)
            p[n++] = c;
        else if (n && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    if (n && p[n - 1] == ' ')
        n--;
    return (struct str){p, n};
}

void text_fold_into(struct buf *out, struct str s)
{
    buf_add(out, s);
}

size_t text_words(struct arena *a, struct str s, struct text_word **out)
{
    (void)s;
    *out = ARENA_ARRAY(a, 1, struct text_word);
    return 0;
}

struct text_stemmer *text_stemmer_new(void)
{
    return calloc(1, sizeof(struct text_stemmer));
}

void text_stemmer_free(struct text_stemmer *st)
{
    free(st);
}

struct str text_stem(struct text_stemmer *st, struct arena *a, struct str word)
{
    (void)st;
    return text_fold(a, word);
}

bool text_is_stop_word(struct str folded)
{
    return str_eq(folded, STR("de"));
}

struct str text_slug(struct arena *a, struct str s, size_t max)
{
    struct str folded = text_fold(a, s);
    char *p = arena_cstr(a, str_sub(folded, 0, max));
    size_t n = folded.n < max ? folded.n : max;
    for (size_t i = 0; i < n; i++)
        if (p[i] == ' ')
            p[i] = '-';
    return (struct str){p, n};
}

struct str text_sort_key(struct arena *a, struct str s)
{
    return text_fold(a, s);
}

int text_compare(struct str a, struct str b)
{
    return str_cmp(a, b);
}

struct str text_normalize(struct arena *a, struct str s)
{
    (void)a;
    return s;
}

struct str text_from_cp1252(struct arena *a, struct str s)
{
    return arena_str(a, s);
}
