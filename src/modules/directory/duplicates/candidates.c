/* Which pairs are worth a comparison: those that share a block. Every place is entered under a few keys; the keys are sorted,
 * and a place meets only the others of its keys. A key that hundreds of places share tells nothing: it is left out, and
 * the pairs that it would have given are found by another. */
#include <math.h>
#include <stdlib.h>

#include "modules/directory/duplicates/duplicates.h"

enum { SMALL_TOWN = 48, COMMON_WORD = 200, COMMON_STREET = 400, COMMON_CONTACT = 64, CROWDED_CELL = 400 };
enum { KEYS_MAX = DUPLICATE_WORDS + DUPLICATE_MAILS + 7, WORD_LETTERS = 3 };

/* 500 m of latitude, in degrees. */
#define CELL_DEGREES 0.0045

enum key_kind { KEY_TOWN, KEY_WORD, KEY_BARE, KEY_STREET, KEY_TELEPHONE, KEY_SIRET, KEY_MAIL, KEY_CELL };
static const size_t crowd[] = {[KEY_TOWN] = SMALL_TOWN,           [KEY_WORD] = COMMON_WORD,
                               [KEY_BARE] = COMMON_WORD,          [KEY_STREET] = COMMON_STREET,
                               [KEY_TELEPHONE] = COMMON_CONTACT,  [KEY_SIRET] = COMMON_CONTACT,
                               [KEY_MAIL] = COMMON_CONTACT,       [KEY_CELL] = CROWDED_CELL};

struct entry {
    uint64_t key; /* its three low bits: enum key_kind */
    uint32_t place;
};

static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

static uint64_t mix_text(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return mix(h, s.n);
}

static uint64_t town_of(const struct duplicate_place *p)
{
    return p->insee.n ? mix_text(1, p->insee) : p->town.n ? mix_text(mix_text(2, p->town), p->code_postal) : 0;
}

static struct entry entry_of(enum key_kind kind, uint64_t value, uint32_t place)
{
    return (struct entry){(mix(value, UINT64_C(0xD6E8FEB86659FD93)) & ~(uint64_t)7) | (uint64_t)kind, place};
}

struct cell {
    int64_t row, column;
};

/* The cell of a point in a row of cells that may be another than its own: cells are as wide as they are high. */
static int64_t column_in(int64_t row, double lon)
{
    double middle = ((double)row + 0.5) * CELL_DEGREES * 3.14159265358979323846 / 180;
    double wide = cos(middle);
    return (int64_t)floor(lon / (CELL_DEGREES / (wide > 0.01 ? wide : 0.01)));
}

static struct cell cell_of(struct geo_point p)
{
    int64_t row = (int64_t)floor(p.lat / CELL_DEGREES);
    return (struct cell){row, column_in(row, p.lon)};
}

static uint64_t cell_value(int64_t row, int64_t column)
{
    return mix(mix(3, (uint64_t)row), (uint64_t)column);
}

static size_t keys_of(const struct duplicate_place *p, uint32_t place, struct entry out[KEYS_MAX])
{
    size_t n = 0;
    uint64_t town = town_of(p);
    if (town) {
        out[n++] = entry_of(KEY_TOWN, town, place);
        for (size_t i = 0; i < p->name.own.n; i++)
            if (p->name.own.items[i].n >= WORD_LETTERS)
                out[n++] = entry_of(KEY_WORD, mix_text(town, p->name.own.items[i]), place);
        if (p->name.own.n == 0)
            out[n++] = entry_of(KEY_BARE, mix(town, 1), place);
        if (p->network)
            out[n++] = entry_of(KEY_BARE, mix(town, 3), place);
        if (p->address.text.n > 0)
            out[n++] = entry_of(KEY_STREET, mix_text(mix(town, 2), p->address.text), place);
    }
    if (p->telephone)
        out[n++] = entry_of(KEY_TELEPHONE, p->telephone, place);
    if (p->siret)
        out[n++] = entry_of(KEY_SIRET, p->siret, place);
    for (size_t i = 0; i < p->n_mails; i++)
        out[n++] = entry_of(KEY_MAIL, p->mails[i], place);
    if (p->has_point) {
        struct cell c = cell_of(p->point);
        out[n++] = entry_of(KEY_CELL, cell_value(c.row, c.column), place);
    }
    return n;
}

static int by_key(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

struct blocks {
    const struct duplicate_place *places;
    size_t n;
    struct entry *entries; /* sorted */
    size_t n_entries;
    uint32_t *ends;        /* of the block of each entry */
    uint32_t *of_place;    /* numbers of entries, place after place */
    uint32_t *first;       /* n + 1: where those of a place begin */
};

static void make_blocks(struct arena *a, struct blocks *b)
{
    struct entry keys[KEYS_MAX];
    size_t cap = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t n = keys_of(&b->places[i], (uint32_t)i, keys);
        b->entries = arena_grow(a, b->entries, b->n_entries, &cap, b->n_entries + n, sizeof *b->entries);
        memcpy(b->entries + b->n_entries, keys, n * sizeof *keys);
        b->n_entries += n;
    }
    if (b->n_entries > 0)
        qsort(b->entries, b->n_entries, sizeof *b->entries, by_key);
    b->ends = ARENA_ARRAY(a, b->n_entries + 1, uint32_t);
    b->of_place = ARENA_ARRAY(a, b->n_entries + 1, uint32_t);
    b->first = ARENA_ARRAY(a, b->n + 2, uint32_t);
    for (size_t i = b->n_entries; i-- > 0;)
        b->ends[i] = i + 1 < b->n_entries && b->entries[i + 1].key == b->entries[i].key ? b->ends[i + 1] : (uint32_t)(i + 1);
    for (size_t i = 0; i < b->n_entries; i++)
        b->first[b->entries[i].place + 2]++;
    for (size_t i = 2; i < b->n + 2; i++)
        b->first[i] += b->first[i - 1];
    for (size_t i = 0; i < b->n_entries; i++)
        b->of_place[b->first[b->entries[i].place + 1]++] = (uint32_t)i;
}

/* What parts most pairs, close together in memory. */
struct glance {
    uint64_t kinds[2];
    uint64_t source; /* 0: several */
};

struct search {
    struct arena *a;
    struct blocks b;
    struct glance *glances;
    uint32_t *met; /* by place: the last one it was compared with, + 1 */
    bool same_source;
    int least;
    struct duplicate_pairs *out;
    size_t cap;
};

static void make_glances(struct search *s)
{
    s->glances = ARENA_ARRAY(s->a, s->b.n + 1, struct glance);
    for (size_t i = 0; i < s->b.n; i++) {
        const struct duplicate_place *p = &s->b.places[i];
        bool one = p->sources.n == 1 && p->sources.items[0].n > 0;
        s->glances[i] = (struct glance){{p->kinds.w[0], p->kinds.w[1]}, one ? mix_text(4, p->sources.items[0]) | 1 : 0};
    }
}

static bool parted(const struct search *s, const struct glance *x, const struct glance *y)
{
    if (!s->same_source && x->source && x->source == y->source)
        return true;
    return (x->kinds[0] | x->kinds[1]) && (y->kinds[0] | y->kinds[1]) && !((x->kinds[0] & y->kinds[0]) | (x->kinds[1] & y->kinds[1]));
}

static void compare(struct search *s, uint32_t i, uint32_t k)
{
    struct directory_likeness l;
    const struct duplicate_place *a = &s->b.places[i], *b = &s->b.places[k];
    if (s->met[k] == i + 1)
        return;
    s->met[k] = i + 1;
    if (parted(s, &s->glances[i], &s->glances[k]))
        return;
    s->out->compared++;
    if (!duplicate_may_reach(a, b, s->same_source, s->least))
        return;
    duplicate_score(a, b, s->same_source, &l);
    if (l.n_vetoes > 0 || l.score < s->least)
        return;
    s->out->items = arena_grow(s->a, s->out->items, s->out->n, &s->cap, s->out->n + 1, sizeof *s->out->items);
    s->out->items[s->out->n++] = (struct duplicate_pair){i, k, l};
}

/* The first entry of a key. */
static size_t find_key(const struct blocks *b, uint64_t key)
{
    size_t low = 0, high = b->n_entries;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (b->entries[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void compare_near(struct search *s, uint32_t i)
{
    const struct duplicate_place *p = &s->b.places[i];
    struct cell c = cell_of(p->point);
    for (int64_t row = c.row - 1; row <= c.row + 1; row++) {
        int64_t column = row == c.row ? c.column : column_in(row, p->point.lon);
        for (int64_t k = column - 1; k <= column + 1; k++) {
            uint64_t key = entry_of(KEY_CELL, cell_value(row, k), 0).key;
            size_t at = find_key(&s->b, key);
            if (at == s->b.n_entries || s->b.entries[at].key != key || s->b.ends[at] - at > crowd[KEY_CELL])
                continue;
            for (size_t e = at; e < s->b.ends[at]; e++)
                if (s->b.entries[e].place > i)
                    compare(s, i, s->b.entries[e].place);
        }
    }
}

static void compare_blocks(struct search *s, uint32_t i)
{
    struct blocks *b = &s->b;
    for (uint32_t k = b->first[i]; k < b->first[i + 1]; k++) {
        size_t at = b->of_place[k], end = b->ends[at], start = at;
        enum key_kind kind = (enum key_kind)(b->entries[at].key & 7);
        if (kind == KEY_CELL)
            continue;
        while (start > 0 && end - start <= crowd[kind] && b->entries[start - 1].key == b->entries[at].key)
            start--;
        if (end - start > crowd[kind])
            continue;
        for (size_t e = at + 1; e < end; e++)
            compare(s, i, b->entries[e].place);
    }
    if (b->places[i].has_point)
        compare_near(s, i);
}

static int best_first(const void *x, const void *y)
{
    const struct duplicate_pair *a = x, *b = y;
    if (a->likeness.score != b->likeness.score)
        return b->likeness.score - a->likeness.score;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

void duplicate_candidates(struct arena *a, const struct duplicate_place *places, size_t n, bool same_source, int least,
                          struct duplicate_pairs *out)
{
    struct search s = {.a = a, .b = {.places = places, .n = n}, .same_source = same_source, .least = least, .out = out};
    *out = (struct duplicate_pairs){.items = NULL};
    make_blocks(a, &s.b);
    make_glances(&s);
    s.met = ARENA_ARRAY(a, n + 1, uint32_t);
    for (size_t i = 0; i < n; i++)
        compare_blocks(&s, (uint32_t)i);
    if (out->n > 0)
        qsort(out->items, out->n, sizeof *out->items, best_first);
}
