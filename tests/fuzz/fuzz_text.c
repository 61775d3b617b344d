/* Text: what must hold of folding, words, stems, slugs, order and normalisation, whatever the
 * bytes. */
#include "fuzz.h"

#include "base/text.h"

static void check_words(struct arena *a, struct str s, struct str folded)
{
    static struct text_stemmer *stemmer; /* for the life of the program */
    struct text_word *words;
    struct buf joined;
    size_t n = text_words(a, s, &words), end = 0;
    if (!stemmer)
        stemmer = text_stemmer_new();
    buf_init(&joined, SIZE_MAX);
    for (size_t i = 0; i < n; i++) {
        expect(words[i].start < words[i].end && words[i].end <= s.n);
        expect(words[i].end >= end);
        end = words[i].end;
        expect(words[i].word.n && words[i].folded.n);
        expect(str_is_utf8(words[i].word));
        if (i)
            buf_char(&joined, ' ');
        buf_add(&joined, words[i].folded);
        text_is_stop_word(words[i].folded);
        expect(str_is_utf8(text_stem(stemmer, a, words[i].word)));
    }
    expect(str_eq(buf_str(&joined), folded));
    buf_deinit(&joined);
}

static void check_slug(struct arena *a, struct str s, size_t max)
{
    struct str slug = text_slug(a, s, max);
    expect(slug.n <= max);
    for (size_t i = 0; i < slug.n; i++) {
        char c = slug.p[i];
        expect((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    }
    expect(!str_starts(slug, STR("-")) && !str_ends(slug, STR("-")));
    expect(str_eq(text_slug(a, slug, max), slug));
}

static int sign(int c)
{
    return (c > 0) - (c < 0);
}

static void check_order(struct arena *a, struct str s)
{
    struct str x = str_sub(s, 0, s.n / 2), y = str_sub(s, s.n / 2, s.n);
    struct str key_x = text_sort_key(a, x), key_y = text_sort_key(a, y);
    expect(str_is_utf8(key_x) && str_is_utf8(key_y));
    expect(text_compare(x, x) == 0);
    expect(sign(text_compare(x, y)) == -sign(text_compare(y, x)));
    if (!str_eq(x, y))
        expect(sign(text_compare(x, y)) == sign(str_cmp(key_x, key_y)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str s = {(const char *)data, n};
    struct arena *a = arena_new(SIZE_MAX);
    struct str folded = text_fold(a, s);
    struct buf out;
    expect(str_is_utf8(folded));
    expect(str_eq(text_fold(a, folded), folded));
    buf_init(&out, SIZE_MAX);
    text_fold_into(&out, s);
    expect(str_eq(buf_str(&out), folded));
    buf_deinit(&out);
    check_words(a, s, folded);
    check_slug(a, s, n ? data[0] : 0);
    check_order(a, s);
    struct str normal = text_normalize(a, s);
    expect(str_is_utf8(normal));
    expect(str_eq(text_normalize(a, normal), normal));
    struct str converted = text_from_cp1252(a, s);
    expect(str_find_char(s, '\0', 0) >= 0 || str_is_utf8(converted));
    expect(str_length(converted) == n);
    arena_free(a);
    return 0;
}
