/* Sets and hours: a directory has thousands of places, and few different lists of services or publics, few different weeks. Each
 * one met is read and written once; the table has an end, past which they are made again for each row. */
#include "modules/directory/export/export.h"

enum { BUCKETS = 1024, KEPT_MAX = 2048, TEXT_MAX = 2048 };

struct known_text {
    struct known_text *next;
    const struct field *field; /* NULL: hours, whatever the field */
    struct str text;
    const struct export_set *words;
    struct str sentence; /* of hours */
};
struct known_set {
    struct known_set *next;
    enum directory_enum_id list;
    struct export_set words;
};
struct export_words {
    struct known_text *texts[BUCKETS];
    struct known_set *sets[BUCKETS];
    size_t n_texts, n_sets;
};

struct export_words *export_words_new(struct arena *a)
{
    return ARENA_NEW(a, struct export_words);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15U;
    return h ^ h >> 29;
}

static size_t text_bucket(const struct field *f, struct str s)
{
    uint64_t h = mix((uintptr_t)f, s.n), v;
    for (; s.n >= sizeof v; s = (struct str){s.p + sizeof v, s.n - sizeof v}) {
        memcpy(&v, s.p, sizeof v);
        h = mix(h, v);
    }
    for (v = 0; s.n > 0; s = (struct str){s.p + 1, s.n - 1})
        v = v << 8 | (unsigned char)*s.p;
    return (size_t)(mix(h, v) >> 32) % BUCKETS;
}

/* Labels of the values; a code that has none is its own. */
static void add_label(struct buf *labels, const struct directory_value *v)
{
    buf_lit(labels, labels->n ? " ; " : "");
    buf_lit(labels, v->label ? v->label : v->value);
}

static void make_words(struct arena *a, enum directory_enum_id list, struct directory_set set, struct export_set *out)
{
    struct buf cell, json, labels;
    struct json_writer w;
    buf_init(&cell, SIZE_MAX);
    buf_init(&json, SIZE_MAX);
    buf_init(&labels, SIZE_MAX);
    json_start(&w, &json);
    json_array_begin(&w);
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1)) {
        const struct directory_value *v = directory_enum_value(list, i);
        buf_lit(&cell, cell.n ? "|" : "");
        buf_lit(&cell, v->value);
        json_str(&w, str_from(v->value));
        add_label(&labels, v);
    }
    json_array_end(&w);
    *out = (struct export_set){set, arena_str(a, buf_str(&cell)), arena_str(a, buf_str(&json)), arena_str(a, buf_str(&labels))};
    buf_deinit(&labels);
    buf_deinit(&cell);
    buf_deinit(&json);
}

const struct export_set *export_set_of(struct exporter *x, enum directory_enum_id list, struct directory_set set)
{
    struct export_words *k = x->words;
    struct known_set **bucket = &k->sets[(size_t)(mix(mix((uint64_t)list, set.w[0]), set.w[1]) >> 32) % BUCKETS];
    for (struct known_set *s = *bucket; s; s = s->next)
        if (s->list == list && memcmp(&s->words.set, &set, sizeof set) == 0)
            return &s->words;
    bool keep = k->n_sets < KEPT_MAX;
    struct known_set *s = ARENA_NEW(keep ? x->a : x->row, struct known_set);
    s->list = list;
    make_words(keep ? x->a : x->row, list, set, &s->words);
    if (keep) {
        s->next = *bucket;
        *bucket = s;
        k->n_sets++;
    }
    return &s->words;
}

static const struct known_text *find_text(const struct export_words *k, const struct field *f, struct str text)
{
    for (const struct known_text *t = k->texts[text_bucket(f, text)]; t; t = t->next)
        if (t->field == f && t->text.n == text.n && memcmp(t->text.p, text.p, text.n) == 0)
            return t;
    return NULL;
}

/* NULL when there is no room: what is made for this text lives in the row's arena then. */
static struct known_text *keep_text(struct exporter *x, const struct field *f, struct str text)
{
    struct export_words *k = x->words;
    struct known_text **bucket = &k->texts[text_bucket(f, text)];
    if (k->n_texts == KEPT_MAX || text.n > TEXT_MAX)
        return NULL;
    struct known_text *t = ARENA_NEW(x->a, struct known_text);
    *t = (struct known_text){.next = *bucket, .field = f, .text = arena_str(x->a, text)};
    *bucket = t;
    k->n_texts++;
    return t;
}

const struct export_set *export_set_of_text(struct exporter *x, const struct field *f, struct str text)
{
    const struct known_text *known = find_text(x->words, f, text);
    if (known)
        return known->words;
    union {
        struct directory_place place;
        struct directory_structure structure;
        struct directory_service service;
    } record;
    field_load_cell(x->row, f, &record, text);
    const struct export_set *words = export_set_of(x, f->values, *(const struct directory_set *)field_in(f, &record));
    /* The set itself must last as long as what leads to it. */
    struct known_text *kept = x->words->n_sets < KEPT_MAX ? keep_text(x, f, text) : NULL;
    if (kept)
        kept->words = words;
    return words;
}

struct str export_sentence_of(struct exporter *x, struct str osm)
{
    const struct known_text *known = find_text(x->words, NULL, osm);
    if (known)
        return known->sentence;
    struct known_text *kept = keep_text(x, NULL, osm);
    struct str why, sentence = STR_NONE;
    struct hours *h;
    if (hours_parse(x->row, osm, &h, &why) == OK)
        sentence = hours_sentence(x->row, h, HOURS_FR);
    if (kept)
        kept->sentence = sentence = arena_str(x->a, sentence);
    return sentence;
}
