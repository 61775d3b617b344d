#include <setjmp.h>

#include "search/builder.h"

static bool grow(void **items, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return true;
    size_t want = *cap + *cap / 2 + 64, bytes;
    if (want < need)
        want = need;
    if (__builtin_mul_overflow(want, size, &bytes))
        return false;
    void *moved = realloc(*items, bytes);
    if (!moved)
        return false;
    *items = moved;
    *cap = want;
    return true;
}
#define GROW(items, cap, need) grow((void **)&(items), &(cap), (need), sizeof *(items))

/* -- strings ----------------------------------------------------------------------------------------- */

static uint32_t hash(struct str s)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, then mixed: its low bits alone are weak */
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    return (uint32_t)(h >> 32);
}

static bool rehash(struct search_intern *t)
{
    uint32_t n_slots = t->n_slots ? t->n_slots * 2 : 1024;
    uint32_t *slots = n_slots ? calloc(n_slots, sizeof *slots) : NULL;
    if (!slots)
        return false;
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t at = hash(search_interned(t, i)) & (n_slots - 1);
        while (slots[at])
            at = (at + 1) & (n_slots - 1);
        slots[at] = i + 1;
    }
    free(t->slots);
    t->slots = slots;
    t->n_slots = n_slots;
    return true;
}

static bool append(struct search_intern *t, struct str s)
{
    if (s.n > UINT32_MAX - t->n_bytes || !GROW(t->bytes, t->bytes_cap, t->n_bytes + s.n) ||
        !GROW(t->at, t->at_cap, (size_t)t->n + 2))
        return false;
    if (s.n)
        memcpy(t->bytes + t->n_bytes, s.p, s.n);
    t->at[t->n] = (uint32_t)t->n_bytes;
    t->n_bytes += s.n;
    t->at[++t->n] = (uint32_t)t->n_bytes;
    return true;
}

/* Gives the number of s, a new one if needed. False when memory is refused. */
static bool intern(struct search_intern *t, struct str s, uint32_t *out, bool *is_new)
{
    if (t->n >= t->n_slots / 2 && !rehash(t))
        return false;
    uint32_t at = hash(s) & (t->n_slots - 1);
    while (t->slots[at]) {
        *out = t->slots[at] - 1;
        *is_new = false;
        if (str_eq(search_interned(t, *out), s))
            return true;
        at = (at + 1) & (t->n_slots - 1);
    }
    *out = t->n;
    *is_new = true;
    if (!append(t, s))
        return false;
    t->slots[at] = t->n;
    return true;
}

void search_intern_deinit(struct search_intern *t)
{
    free(t->bytes);
    free(t->at);
    free(t->slots);
    *t = (struct search_intern){0};
}

/* -- words ------------------------------------------------------------------------------------------- */

/* Joins the term to the family of the spelling's stem. */
static bool add_stem(struct search_builder *b, struct str spelling, uint32_t term)
{
    uint32_t stem;
    bool is_new;
    if (!intern(&b->stems, text_stem(b->stemmer, b->scratch, spelling), &stem, &is_new) ||
        !GROW(b->kin, b->kin_cap, b->n_kin + 1))
        return false;
    b->kin[b->n_kin++] = (uint64_t)stem << 32 | term;
    return true;
}

static bool add_term(struct search_builder *b, struct str folded, uint32_t *out)
{
    bool is_new;
    if (!intern(&b->terms, folded, out, &is_new))
        return false;
    if (!is_new)
        return true;
    if (*out > UINT32_MAX >> SEARCH_FIELD_BITS || !GROW(b->seen, b->seen_cap, (size_t)*out + 1))
        return false;
    b->seen[*out] = (struct search_seen){0};
    return add_stem(b, folded, *out);
}

/* Each distinct spelling is stemmed once. */
static bool term_of(struct search_builder *b, const struct text_word *w, uint32_t *out)
{
    if (str_eq(w->word, w->folded))
        return add_term(b, w->folded, out);
    uint32_t spelling;
    bool is_new;
    if (!intern(&b->spellings, w->word, &spelling, &is_new))
        return false;
    if (!is_new) {
        *out = b->spelling_terms[spelling];
        return true;
    }
    if (!GROW(b->spelling_terms, b->spelling_terms_cap, (size_t)spelling + 1) || !add_term(b, w->folded, out))
        return false;
    b->spelling_terms[spelling] = *out;
    return add_stem(b, w->word, *out);
}

/* The document being added holds this term in this field. */
static bool mark(struct search_builder *b, uint32_t term, uint32_t field_bit)
{
    struct search_seen *seen = &b->seen[term];
    if (seen->doc_plus_1 != b->n_docs + 1) {
        if (b->n_words == UINT32_MAX || !GROW(b->words, b->words_cap, b->n_words + 1))
            return false;
        *seen = (struct search_seen){b->n_docs + 1, (uint32_t)b->n_words};
        b->words[b->n_words++] = term << SEARCH_FIELD_BITS;
    }
    b->words[seen->entry] |= field_bit;
    return true;
}

static bool add_field(struct search_builder *b, struct str text, uint32_t field_bit)
{
    struct text_word *words;
    size_t n = text_words(b->scratch, text, &words);
    for (size_t i = 0; i < n; i++) {
        uint32_t term;
        if (!term_of(b, &words[i], &term) || !mark(b, term, field_bit))
            return false;
    }
    return true;
}

static bool add_shared_texts(struct search_builder *b, const struct search_document *doc)
{
    for (size_t i = 0; i < doc->n_texts; i++) {
        uint32_t text = doc->texts[i];
        for (uint32_t at = b->text_at[text]; at < b->text_at[text + 1]; at++)
            if (!mark(b, b->text_terms[at], 1U << doc->texts_field))
                return false;
    }
    return true;
}

static bool add_text(struct search_builder *b, struct str text, uint32_t *out)
{
    struct text_word *words;
    size_t n = text_words(b->scratch, text, &words);
    if (b->n_text_terms + n > UINT32_MAX || !GROW(b->text_terms, b->text_terms_cap, b->n_text_terms + n) ||
        !GROW(b->text_at, b->text_at_cap, (size_t)b->n_texts + 2))
        return false;
    b->text_at[b->n_texts] = (uint32_t)b->n_text_terms;
    for (size_t i = 0; i < n; i++)
        if (!term_of(b, &words[i], &b->text_terms[b->n_text_terms++]))
            return false;
    *out = b->n_texts++;
    b->text_at[b->n_texts] = (uint32_t)b->n_text_terms;
    return true;
}

/* -- documents --------------------------------------------------------------------------------------- */

static void lay_out(const struct search_schema *schema, struct search_layout *layout)
{
    uint32_t bit = 0; /* first free */
    for (uint32_t f = 0; f < SEARCH_FACETS_MAX; f++) {
        uint32_t values = schema->facet_values[f];
        if (values > SEARCH_FACET_VALUES_MAX)
            values = SEARCH_FACET_VALUES_MAX;
        if (values > 64 - bit % 64 && bit % 64 != 0)
            bit = (bit / 64 + 1) * 64;
        layout->place[f] = (struct search_facet_place){(uint8_t)(bit / 64), (uint8_t)(bit % 64), (uint16_t)values};
        bit += values;
    }
    layout->words = (bit + 63) / 64;
}

static void set_row(const struct search_layout *layout, const struct search_document *doc, uint64_t *row)
{
    memset(row, 0, layout->words * sizeof *row);
    for (uint32_t f = 0; f < SEARCH_FACETS_MAX; f++) {
        const struct search_facet_place *p = &layout->place[f];
        for (uint32_t v = 0; v < p->values; v += 64) {
            uint64_t known = p->values - v >= 64 ? UINT64_MAX : (UINT64_C(1) << (p->values - v)) - 1;
            row[p->word + v / 64] |= (doc->facets[f][v / 64] & known) << p->shift;
        }
    }
}

static bool add_document(struct search_builder *b, const struct search_document *doc)
{
    uint32_t words = b->layout.words;
    if (b->n_docs >= SEARCH_DOCS_MAX || doc->order_key.n > UINT32_MAX ||
        !GROW(b->docs, b->docs_cap, (size_t)b->n_docs + 1) ||
        !GROW(b->rows, b->rows_cap, ((size_t)b->n_docs + 1) * words) ||
        !GROW(b->keys, b->keys_cap, b->n_keys + doc->order_key.n))
        return false;
    struct search_kept *d = &b->docs[b->n_docs];
    *d = (struct search_kept){
        .point = doc->point,
        .has_point = doc->has_point && geo_valid(doc->point),
        .ref = doc->ref,
        .key_at = b->n_keys,
        .key_n = (uint32_t)doc->order_key.n,
        .words_at = (uint32_t)b->n_words,
    };
    if (doc->order_key.n)
        memcpy(b->keys + b->n_keys, doc->order_key.p, doc->order_key.n);
    b->n_keys += doc->order_key.n;
    if (words)
        set_row(&b->layout, doc, b->rows + (size_t)b->n_docs * words);
    for (uint32_t f = 0; f < SEARCH_FIELDS_MAX; f++)
        if (!add_field(b, doc->fields[f], 1U << f))
            return false;
    if (!add_shared_texts(b, doc))
        return false;
    b->n_docs++;
    return true;
}

enum err search_builder_add(struct search_builder *b, const struct search_document *doc)
{
    jmp_buf refused;
    if (b->failed)
        return ERR_LIMIT;
    b->failed = true; /* and stays so if the arena jumps */
    if (setjmp(refused) == 0) {
        arena_boundary(b->scratch, &refused);
        b->failed = !add_document(b, doc);
    }
    arena_boundary(b->scratch, NULL);
    arena_reset(b->scratch);
    return b->failed ? ERR_LIMIT : OK;
}

enum err search_builder_text(struct search_builder *b, struct str text, uint32_t *out)
{
    jmp_buf refused;
    if (b->failed)
        return ERR_LIMIT;
    b->failed = true;
    if (setjmp(refused) == 0) {
        arena_boundary(b->scratch, &refused);
        b->failed = !add_text(b, text, out);
    }
    arena_boundary(b->scratch, NULL);
    arena_reset(b->scratch);
    return b->failed ? ERR_LIMIT : OK;
}

struct search_builder *search_builder_new(const struct search_schema *schema)
{
    struct search_builder *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->schema = *schema;
    lay_out(schema, &b->layout);
    b->scratch = arena_new(SIZE_MAX);
    b->stemmer = text_stemmer_new();
    if (!b->scratch || !b->stemmer) {
        search_builder_free(b);
        return NULL;
    }
    return b;
}

void search_builder_free(struct search_builder *b)
{
    if (!b)
        return;
    arena_free(b->scratch);
    if (b->stemmer)
        text_stemmer_free(b->stemmer);
    search_intern_deinit(&b->terms);
    search_intern_deinit(&b->stems);
    search_intern_deinit(&b->spellings);
    free(b->spelling_terms);
    free(b->seen);
    free(b->kin);
    free(b->docs);
    free(b->words);
    free(b->text_terms);
    free(b->text_at);
    free(b->keys);
    free(b->rows);
    free(b);
}
