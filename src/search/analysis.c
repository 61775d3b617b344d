/* From what a person typed to the terms of the index that answer it. */
#include <pthread.h>

#include "base/text.h"
#include "search/index.h"

/* One stemmer per thread, made the first time a word is not in the index. */
static pthread_key_t stemmer_key;
static pthread_once_t stemmer_once = PTHREAD_ONCE_INIT;
static bool stemmer_key_made;

static void stemmer_drop(void *st)
{
    text_stemmer_free(st);
}

static void stemmer_key_make(void)
{
    stemmer_key_made = pthread_key_create(&stemmer_key, stemmer_drop) == 0;
}

/* NULL when memory is refused: the word is then searched without its stem. */
static struct text_stemmer *thread_stemmer(void)
{
    pthread_once(&stemmer_once, stemmer_key_make);
    if (!stemmer_key_made)
        return NULL;
    struct text_stemmer *st = pthread_getspecific(stemmer_key);
    if (st)
        return st;
    st = text_stemmer_new();
    if (st && pthread_setspecific(stemmer_key, st) != 0) {
        text_stemmer_free(st);
        st = NULL;
    }
    return st;
}

uint32_t search_lower_bound(const struct search_strings *t, struct str s)
{
    uint32_t low = 0, high = t->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_cmp(search_string(t, middle), s) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool find(const struct search_strings *t, struct str s, uint32_t *out)
{
    *out = search_lower_bound(t, s);
    return *out < t->n && str_eq(search_string(t, *out), s);
}

static void add_probe(struct arena *a, struct search_word *w, uint32_t term, enum search_way way)
{
    w->probes = arena_grow(a, w->probes, w->n, &w->cap, w->n + 1, sizeof *w->probes);
    w->probes[w->n++] = (struct search_probe){term, way};
}

/* A term reached by two stems is kept once: families are small. */
static void add_family(const struct search_index *ix, struct arena *a, struct search_word *w, uint32_t stem)
{
    size_t before = w->n;
    for (uint32_t i = ix->family.at[stem]; i < ix->family.at[stem + 1]; i++) {
        uint32_t term = ix->family.items[i];
        size_t k = 0;
        while (k < before && w->probes[k].term != term)
            k++;
        if (k == before)
            add_probe(a, w, term, SEARCH_STEM);
    }
}

static void add_stems(const struct search_index *ix, struct arena *a, struct search_word *w,
                      const struct text_word *word)
{
    struct text_stemmer *st = thread_stemmer();
    uint32_t stem;
    if (!st)
        return;
    if (find(&ix->stems, text_stem(st, a, word->word), &stem))
        add_family(ix, a, w, stem);
    if (!str_eq(word->word, word->folded) && find(&ix->stems, text_stem(st, a, word->folded), &stem))
        add_family(ix, a, w, stem);
}

static void expand(const struct search_index *ix, struct arena *a, const struct text_word *word, bool prefix,
                   struct search_word *w)
{
    uint32_t term;
    *w = (struct search_word){0};
    bool known = find(&ix->terms, word->folded, &term);
    if (known) {
        add_probe(a, w, term, SEARCH_EXACT);
        for (uint32_t i = ix->stems_of.at[term]; i < ix->stems_of.at[term + 1]; i++)
            add_family(ix, a, w, ix->stems_of.items[i]);
    } else {
        add_stems(ix, a, w, word);
    }
    if (!prefix)
        return;
    /* the word itself sorts before everything it begins */
    for (term += known; term < ix->terms.n && str_starts(search_string(&ix->terms, term), word->folded); term++)
        add_probe(a, w, term, SEARCH_PREFIX);
}

size_t search_analyse(const struct search_index *ix, struct arena *a, const struct search_query *q,
                      struct search_word **out)
{
    struct text_word *words;
    size_t n = text_words(a, q->text, &words), kept = 0;
    bool all_stop = true;
    for (size_t i = 0; i < n && all_stop; i++)
        all_stop = text_is_stop_word(words[i].folded);
    *out = ARENA_ARRAY(a, n < SEARCH_WORDS_MAX ? n : SEARCH_WORDS_MAX, struct search_word);
    for (size_t i = 0; i < n && kept < SEARCH_WORDS_MAX; i++) {
        if (all_stop || !text_is_stop_word(words[i].folded))
            expand(ix, a, &words[i], q->prefix_last && i + 1 == n, &(*out)[kept++]);
    }
    return kept;
}
