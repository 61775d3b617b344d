/* Private to src/search: what a builder keeps between build.c (one document at a time) and finish.c (the
 * index made of all of them). */
#ifndef BALISE_SEARCH_BUILDER_H
#define BALISE_SEARCH_BUILDER_H

#include "base/text.h"
#include "search/index.h"

/* Strings numbered as they come. */
struct search_intern {
    char *bytes;
    size_t n_bytes, bytes_cap;
    uint32_t *at; /* n + 1 */
    size_t at_cap;
    uint32_t n;
    uint32_t *slots; /* number + 1; 0 is free; open addressing */
    uint32_t n_slots; /* power of two */
};

struct search_kept {
    struct geo_point point;
    bool has_point;
    uint32_t ref;
    size_t key_at;   /* its order_key in keys */
    uint32_t key_n;
    uint32_t words_at; /* its first entry in words; they end where the next document's begin */
};

/* A term in the document being added. */
struct search_seen {
    uint32_t doc_plus_1, entry;
};

struct search_builder {
    struct search_schema schema;
    struct search_layout layout;
    struct arena *scratch;
    struct text_stemmer *stemmer;
    bool failed;
    struct search_intern terms, stems;
    struct search_intern spellings; /* accented, of a term whose form differs */
    uint32_t *spelling_terms;
    size_t spelling_terms_cap;
    struct search_seen *seen; /* by term */
    size_t seen_cap;
    uint64_t *kin; /* stem << 32 | term, with repeats */
    size_t n_kin, kin_cap;
    struct search_kept *docs;
    uint32_t n_docs;
    size_t docs_cap;
    uint32_t *words; /* of each document in turn: term << SEARCH_FIELD_BITS | fields */
    size_t n_words, words_cap;
    uint32_t *text_terms; /* of the texts analysed beforehand, one after the other */
    size_t n_text_terms, text_terms_cap;
    uint32_t *text_at; /* n_texts + 1 */
    uint32_t n_texts;
    size_t text_at_cap;
    char *keys;
    size_t n_keys, keys_cap;
    uint64_t *rows;
    size_t rows_cap;
};

static inline struct str search_interned(const struct search_intern *t, uint32_t i)
{
    return (struct str){t->bytes + t->at[i], t->at[i + 1] - t->at[i]};
}

void search_intern_deinit(struct search_intern *t);

#endif
