/* Communes for a text. The territory's own names (a few hundred, side by side) are all compared; those of
 * the rest of the country are found in sorted positions, best kind first, until there are enough. */
#include "modules/territory/blob.h"
#include "modules/territory/private.h"
#include "modules/territory/query.h"

enum {
    MATCHES_MAX = 200,
    INSIDE_MIN = 3, /* letters, to be looked for inside words */
    NEAR_SCAN_MAX = 3000
};

struct candidate {
    uint64_t key; /* smaller is better */
    uint32_t commune, name;
    enum territory_rank rank;
    bool own;
};

/* The best `max` communes so far, in order, each once. */
struct best {
    struct candidate *items;
    size_t n, max;
    struct territory_names names;
    const uint32_t *populations;
    const struct territory *territory;
    bool second; /* a second reading of the text: what is held already is no reason to stop early */
};

#define NO_NAME UINT32_MAX

/* Order of the answers: what starts a name or a word in the territory, then exact names elsewhere, then the rest. */
static unsigned rank_group(enum territory_rank rank, bool own)
{
    static const unsigned char groups[][2] = {
        [TERRITORY_EXACT] = {3, 0},  [TERRITORY_PREFIX] = {4, 1}, [TERRITORY_WORDS] = {6, 2},
        [TERRITORY_INSIDE] = {7, 5}, [TERRITORY_NEAR] = {9, 8},
    };
    return groups[rank][own];
}

static uint64_t candidate_key(const struct best *b, uint32_t commune, uint32_t name, enum territory_rank rank,
                              bool own)
{
    bool former = name != NO_NAME && b->names.former[name] != 0;
    return (uint64_t)rank_group(rank, own) << 60 | (uint64_t)former << 59 |
           (uint64_t)(0x7FFFFFF - b->populations[commune]) << 16 | commune;
}

static void best_add(struct best *b, uint32_t commune, uint32_t name, enum territory_rank rank)
{
    bool own = territory_is_own(b->territory, commune);
    struct candidate c = {candidate_key(b, commune, name, rank, own), commune, name, rank, own};
    if (b->n == b->max && c.key >= b->items[b->n - 1].key)
        return;
    size_t at = b->n;
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].commune == commune) {
            if (b->items[i].key <= c.key)
                return;
            at = i;
            break;
        }
    if (at == b->n && b->n < b->max)
        b->n++;
    else if (at == b->n)
        at--;
    for (; at > 0 && b->items[at - 1].key > c.key; at--)
        b->items[at] = b->items[at - 1];
    b->items[at] = c;
}

static struct str name_text(const struct territory_names *names, uint32_t e)
{
    return (struct str){names->text + names->offsets[e], names->offsets[e + 1] - names->offsets[e]};
}

/* Length of the leading article of a name, 0 without one: "le" of "lerheu". */
static size_t article_length(struct str text, uint64_t words)
{
    uint64_t others = words & (words - 1);
    if (others == 0)
        return 0;
    size_t n = (size_t)__builtin_ctzll(others);
    bool article = text.p[0] == 'l' && (n == 1 || (n == 2 && (text.p[1] == 'e' || text.p[1] == 'a')) ||
                                        (n == 3 && text.p[1] == 'e' && text.p[2] == 's'));
    return article ? n : 0;
}

static bool starts_at(struct str text, size_t at, struct str what)
{
    return text.p[at] == what.p[0] && text.n - at >= what.n && memcmp(text.p + at, what.p, what.n) == 0;
}

static bool word_starts(struct str text, uint64_t words, struct str what)
{
    for (; words != 0; words &= words - 1)
        if (starts_at(text, (size_t)__builtin_ctzll(words), what))
            return true;
    return false;
}

/* Each of the query's words starts a word of the name, not twice the same. */
static bool every_word_starts(struct str text, uint64_t words, const struct territory_query *q)
{
    for (size_t i = 0; i < q->n_words; i++) {
        uint64_t left = words;
        while (left != 0 && !starts_at(text, (size_t)__builtin_ctzll(left), q->words[i]))
            left &= left - 1;
        if (left == 0)
            return false;
        words &= ~(left & -left);
    }
    return q->n_words > 0;
}

static bool compare_name(const struct territory_names *names, uint32_t e, const struct territory_query *q,
                         enum territory_rank *rank)
{
    struct str text = name_text(names, e);
    uint64_t words = names->words[e];
    if (q->compact.n == 0 || q->compact.n > text.n)
        return false;
    size_t skip = starts_at(text, 0, q->compact) ? 0 : article_length(text, words);
    if (starts_at(text, skip, q->compact))
        *rank = text.n - skip == q->compact.n ? TERRITORY_EXACT : TERRITORY_PREFIX;
    else if (word_starts(text, words, q->compact) || (q->n_words > 1 && every_word_starts(text, words, q)))
        *rank = TERRITORY_WORDS;
    else if (q->compact.n >= INSIDE_MIN && memmem(text.p, text.n, q->compact.p, q->compact.n))
        *rank = TERRITORY_INSIDE;
    else
        return false;
    return true;
}

/* First name of a commune ≥ `commune`: names stand in the order of the communes. */
static uint32_t first_name_of(const struct territory_names *names, uint32_t commune)
{
    uint32_t low = 0, high = names->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (names->communes[mid] < commune)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void scan_communes(struct best *b, const struct territory_query *q, uint32_t first, uint32_t n)
{
    enum territory_rank rank;
    for (uint32_t e = first_name_of(&b->names, first); e < b->names.n && b->names.communes[e] < first + n; e++)
        if (compare_name(&b->names, e, q, &rank))
            best_add(b, b->names.communes[e], e, rank);
}

static struct str position_text(const struct territory_names *names, uint32_t position)
{
    return str_sub(name_text(names, position >> 6), position & 63, 64);
}

/* The positions whose text starts with `what`. */
static void position_range(const struct territory_names *names, const struct territory_positions *at,
                           struct str what, uint32_t *first, uint32_t *end)
{
    uint32_t bounds[2];
    for (int side = 0; side < 2; side++) {
        uint32_t low = 0, high = at->n;
        while (low < high) {
            uint32_t mid = low + (high - low) / 2;
            struct str text = str_sub(position_text(names, territory_position(at, mid)), 0, what.n);
            int order = str_cmp(text, what);
            if (order < 0 || (side == 1 && order == 0))
                low = mid + 1;
            else
                high = mid;
        }
        bounds[side] = low;
    }
    *first = bounds[0];
    *end = bounds[1];
}

static void scan_positions(struct best *b, enum territory_start kind, struct str what, enum territory_rank rank)
{
    struct territory_positions at = territory_blob_positions(kind);
    uint32_t first, end;
    position_range(&b->names, &at, what, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t position = territory_position(&at, i), e = position >> 6;
        bool exact = rank == TERRITORY_PREFIX && position_text(&b->names, position).n == what.n;
        best_add(b, b->names.communes[e], e, exact ? TERRITORY_EXACT : rank);
    }
}

/* Several words that do not follow each other: "chapelle thouarault", "bain bretagne". */
static void scan_words(struct best *b, const struct territory_query *q)
{
    struct str longest = q->words[0];
    for (size_t i = 1; i < q->n_words; i++)
        if (q->words[i].n > longest.n)
            longest = q->words[i];
    for (enum territory_start kind = TERRITORY_START_HEAD; kind <= TERRITORY_START_WORD; kind++) {
        struct territory_positions at = territory_blob_positions(kind);
        uint32_t first, end;
        position_range(&b->names, &at, longest, &first, &end);
        for (uint32_t i = first; i < end; i++) {
            uint32_t e = territory_position(&at, i) >> 6;
            if (every_word_starts(name_text(&b->names, e), b->names.words[e], q))
                best_add(b, b->names.communes[e], e, TERRITORY_WORDS);
        }
    }
}

/* The best kinds of answers fill the places: the others need not be looked for. */
static bool full(const struct best *b)
{
    return b->n == b->max && !b->second;
}

static void scan_everywhere(struct best *b, const struct territory_query *q)
{
    const struct territory_departement *own = b->territory->departements;
    for (size_t i = 0; i < b->territory->n_departements; i++)
        scan_communes(b, q, own[i].first, own[i].n);
    scan_positions(b, TERRITORY_START_HEAD, q->compact, TERRITORY_PREFIX);
    if (!full(b)) {
        scan_positions(b, TERRITORY_START_WORD, q->compact, TERRITORY_WORDS);
        if (q->n_words > 1)
            scan_words(b, q);
    }
    if (!full(b) && q->compact.n >= INSIDE_MIN)
        scan_positions(b, TERRITORY_START_INSIDE, q->compact, TERRITORY_INSIDE);
}

static void scan_postal_start(struct best *b, struct str start)
{
    uint32_t first, end;
    if (!territory_blob_postal_range(start, &first, &end))
        return;
    for (uint32_t i = first; i < end; i++) {
        uint32_t n;
        const uint16_t *members = territory_blob_postal_members(i, &n);
        for (uint32_t k = 0; k < n; k++)
            best_add(b, members[k], NO_NAME, TERRITORY_PREFIX);
    }
}

/* The communes of a postal code that the words name; the end of the words is enough ("12 rue du Pont Rennes"). */
static void scan_postal_names(struct best *b, struct territory_query q, const uint16_t *members, uint32_t n)
{
    while (b->n == 0 && q.n_words > 0) {
        for (uint32_t k = 0; k < n; k++)
            scan_communes(b, &q, members[k], 1);
        territory_query_drop_first(&q);
    }
}

/* A postal code; otherwise, unless the words say another name (CEDEX codes look like them), an INSEE code. */
static void scan_code(struct best *b, const struct territory_query *q)
{
    uint32_t first, end, n;
    if (territory_blob_postal_range(q->code, &first, &end)) {
        const uint16_t *members = territory_blob_postal_members(first, &n);
        scan_postal_names(b, *q, members, n);
        for (uint32_t k = 0, named = (uint32_t)b->n; k < n && named == 0; k++)
            best_add(b, members[k], NO_NAME, TERRITORY_EXACT);
        return;
    }
    struct territory_commune c;
    bool known = territory_commune_find(q->code, &c);
    if (known && q->n_words == 0)
        best_add(b, c.index, NO_NAME, TERRITORY_EXACT);
    else if (known)
        scan_communes(b, q, c.index, 1);
    if (b->n == 0 && q->n_words > 0)
        scan_everywhere(b, q);
}

static void scan_query(struct best *b, const struct territory_query *q)
{
    if (q->code.n > 0)
        scan_code(b, q);
    else if (q->code_start.n > 0)
        scan_postal_start(b, q->code_start);
    else if (q->has_departement && q->n_words > 0)
        scan_communes(b, q, q->departement.first, q->departement.n);
    else if (q->n_words > 0)
        scan_everywhere(b, q);
}

static struct territory_match *give(const struct best *b, struct arena *a)
{
    struct territory_match *out = ARENA_ARRAY(a, b->n ? b->n : 1, struct territory_match);
    for (size_t i = 0; i < b->n; i++) {
        const struct candidate *c = &b->items[i];
        out[i] = (struct territory_match){territory_commune_at(c->commune), c->rank, STR_NONE, c->own};
        if (c->name != NO_NAME && b->names.former[c->name] != 0)
            out[i].former = territory_blob_text(b->names.former[c->name]);
    }
    return out;
}

static struct best best_new(const struct territory *t, struct arena *a, size_t max)
{
    if (max > MATCHES_MAX)
        max = MATCHES_MAX;
    return (struct best){
        .items = ARENA_ARRAY(a, max ? max : 1, struct candidate),
        .max = max,
        .names = territory_blob_names(),
        .populations = territory_blob_populations(),
        .territory = t,
    };
}

/* An address: its last words may be the whole name of a commune. */
static void scan_tail(struct best *b, struct territory_query q)
{
    while (b->n == 0 && q.n_words > 1) {
        territory_query_drop_first(&q);
        scan_query(b, &q);
        while (b->n > 0 && b->items[b->n - 1].rank != TERRITORY_EXACT)
            b->n--;
    }
}

static void search(struct best *b, struct arena *a, struct territory_query *q)
{
    scan_query(b, q);
    if (b->n == 0 && territory_query_take_departement(a, q))
        scan_query(b, q);
    if ((b->n == 0 || b->items[0].rank != TERRITORY_EXACT) && territory_query_drop_article(q)) {
        b->second = true;
        scan_query(b, q);
    }
    if (b->n == 0)
        scan_tail(b, *q);
}

size_t territory_search(const struct territory *t, struct arena *a, struct str text, size_t max,
                        struct territory_match **out)
{
    struct best b = best_new(t, a, max);
    struct territory_query q;
    territory_query_parse(a, text, &q);
    if (b.max > 0)
        search(&b, a, &q);
    *out = give(&b, a);
    return b.n;
}

/* -- one, several or none ---------------------------------------------------------------------- */

/* Letters to add, drop, change or swap to go from one text to the other; more than `limit` is limit + 1. */
static unsigned edit_distance(struct str x, struct str y, unsigned limit)
{
    enum { LENGTH_MAX = 64 };
    unsigned char rows[3][LENGTH_MAX + 1];
    size_t gap = x.n > y.n ? x.n - y.n : y.n - x.n;
    if (gap > limit || y.n > LENGTH_MAX)
        return limit + 1;
    for (size_t j = 0; j <= y.n; j++)
        rows[0][j] = (unsigned char)j;
    for (size_t i = 1; i <= x.n; i++) {
        unsigned char *row = rows[i % 3];
        const unsigned char *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        unsigned least = row[0] = (unsigned char)(i < 255 ? i : 255);
        for (size_t j = 1; j <= y.n; j++) {
            unsigned d = up[j - 1] + (x.p[i - 1] == y.p[j - 1] ? 0u : 1u);
            if (up[j] + 1u < d)
                d = up[j] + 1u;
            if (row[j - 1] + 1u < d)
                d = row[j - 1] + 1u;
            if (i > 1 && j > 1 && x.p[i - 1] == y.p[j - 2] && x.p[i - 2] == y.p[j - 1] && up2[j - 2] + 1u < d)
                d = up2[j - 2] + 1u;
            row[j] = (unsigned char)d;
            if (d < least)
                least = d;
        }
        if (least > limit)
            return limit + 1;
    }
    return rows[x.n % 3][y.n];
}

static void add_if_near(struct best *b, uint32_t e, struct str what)
{
    unsigned limit = what.n < 6 ? 1 : 2;
    struct str text = name_text(&b->names, e);
    struct str bare = str_sub(text, article_length(text, b->names.words[e]), text.n);
    if (edit_distance(what, text, limit) <= limit || edit_distance(what, bare, limit) <= limit)
        best_add(b, b->names.communes[e], e, TERRITORY_NEAR);
}

/* Names that differ by a letter or two; elsewhere than in the territory, only those that begin alike. */
static void scan_typos(struct best *b, const struct territory_query *q)
{
    struct str what = q->compact;
    if (what.n < INSIDE_MIN)
        return;
    const struct territory_departement *own = b->territory->departements;
    for (size_t i = 0; i < b->territory->n_departements; i++)
        for (uint32_t e = first_name_of(&b->names, own[i].first);
             e < b->names.n && b->names.communes[e] < own[i].first + own[i].n; e++)
            add_if_near(b, e, what);
    struct territory_positions at = territory_blob_positions(TERRITORY_START_HEAD);
    uint32_t first, end;
    position_range(&b->names, &at, str_sub(what, 0, INSIDE_MIN), &first, &end);
    for (uint32_t i = first; i < end && i - first < NEAR_SCAN_MAX; i++)
        add_if_near(b, territory_position(&at, i) >> 6, what);
}

/* The names that share the longest beginning. */
static void scan_beginnings(struct best *b, const struct territory_query *q)
{
    struct territory_positions at = territory_blob_positions(TERRITORY_START_HEAD);
    for (size_t n = q->compact.n; b->n == 0 && n >= INSIDE_MIN; n--) {
        uint32_t first, end;
        position_range(&b->names, &at, str_sub(q->compact, 0, n), &first, &end);
        for (uint32_t i = first; i < end; i++) {
            uint32_t e = territory_position(&at, i) >> 6;
            best_add(b, b->names.communes[e], e, TERRITORY_NEAR);
        }
    }
}

/* The first answer may be taken without asking: see territory.h. */
static bool first_is_meant(const struct best *b, const struct territory_query *q)
{
    if (b->n == 1)
        return true;
    size_t exact = 0, own_exact = 0, as_good = 0;
    const struct candidate *first = &b->items[0];
    for (size_t i = 0; i < b->n; i++) {
        exact += b->items[i].rank == TERRITORY_EXACT;
        own_exact += b->items[i].rank == TERRITORY_EXACT && b->items[i].own;
        as_good += b->items[i].own && b->items[i].rank <= first->rank;
    }
    if (own_exact > 0)
        return own_exact == 1;
    if (exact > 0)
        return exact == 1 && !first->own;
    return first->own && as_good == 1 && q->compact.n >= INSIDE_MIN;
}

struct territory_resolution territory_resolve(const struct territory *t, struct arena *a, struct str text)
{
    enum { CHOICES_MAX = 40, NEAR_MAX = 6 };
    struct territory_resolution r = {TERRITORY_NONE, NULL, 0};
    struct best b = best_new(t, a, CHOICES_MAX), near = best_new(t, a, NEAR_MAX);
    struct territory_query q;
    territory_query_parse(a, text, &q);
    search(&b, a, &q);
    /* "Renes" starts a far name: a slip of the finger is likelier. */
    if (b.n == 0 || (!b.items[0].own && b.items[0].rank != TERRITORY_EXACT))
        scan_typos(&near, &q);
    if (b.n == 0 && near.n == 0)
        scan_beginnings(&near, &q);
    if (b.n == 0 || (near.n > 0 && near.items[0].own))
        b = near;
    else
        r.answer = first_is_meant(&b, &q) ? TERRITORY_ONE : TERRITORY_CHOICE;
    if (r.answer == TERRITORY_ONE)
        b.n = 1;
    r.matches = give(&b, a);
    r.n = b.n;
    return r;
}

/* -- the whole name ---------------------------------------------------------------------------- */

/* Names that are `what` from their beginning, or from after their article: they stand before those that go on. */
static void scan_whole(struct best *b, struct str what, enum territory_rank rank)
{
    struct territory_positions at = territory_blob_positions(TERRITORY_START_HEAD);
    uint32_t first, end;
    position_range(&b->names, &at, what, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t position = territory_position(&at, i), e = position >> 6;
        if (position_text(&b->names, position).n > what.n)
            break;
        best_add(b, b->names.communes[e], e, (position & 63) == 0 ? rank : TERRITORY_PREFIX);
    }
}

static void add_if_one_letter(struct best *b, uint32_t e, struct str what)
{
    struct str text = name_text(&b->names, e);
    struct str bare = str_sub(text, article_length(text, b->names.words[e]), text.n);
    if (edit_distance(what, text, 1) <= 1 || edit_distance(what, bare, 1) <= 1)
        best_add(b, b->names.communes[e], e, TERRITORY_NEAR);
}

/* A slip of one letter, or two swapped, leaves one half as it is: the names that share a half are few. */
static void scan_one_letter(struct best *b, struct str what)
{
    enum { NEAR_MIN = 8 };
    if (what.n < NEAR_MIN)
        return;
    struct str head = str_sub(what, 0, (what.n - 1) / 2), tail = str_sub(what, head.n + 1, what.n);
    uint32_t first, end;
    for (enum territory_start kind = TERRITORY_START_HEAD; kind < TERRITORY_START_COUNT; kind++) {
        struct territory_positions at = territory_blob_positions(kind);
        if (kind == TERRITORY_START_HEAD) {
            position_range(&b->names, &at, head, &first, &end);
            for (uint32_t i = first; i < end; i++)
                add_if_one_letter(b, territory_position(&at, i) >> 6, what);
        }
        position_range(&b->names, &at, tail, &first, &end);
        for (uint32_t i = first; i < end && position_text(&b->names, territory_position(&at, i)).n == tail.n; i++)
            add_if_one_letter(b, territory_position(&at, i) >> 6, what);
    }
}

static void keep_departement(struct best *b, const struct territory_departement *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].commune - d->first < d->n)
            b->items[kept++] = b->items[i];
    b->n = kept;
}

size_t territory_named(struct arena *a, struct str name, bool near, struct territory_match **out)
{
    enum { NAMED_MAX = 100 };
    static const struct territory nowhere; /* whose territory it is does not matter */
    struct best b = best_new(&nowhere, a, NAMED_MAX);
    struct territory_query q;
    territory_query_parse(a, name, &q);
    *out = NULL;
    if (q.compact.n == 0)
        return 0;
    struct str whole = q.compact;
    scan_whole(&b, whole, TERRITORY_EXACT);
    if (b.n == 0 && territory_query_drop_article(&q))
        scan_whole(&b, q.compact, TERRITORY_PREFIX);
    if (b.n == 0 && near)
        scan_one_letter(&b, whole);
    if (q.has_departement)
        keep_departement(&b, &q.departement);
    *out = give(&b, a);
    return b.n;
}
