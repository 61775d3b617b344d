/* Values of closed lists: what a cell says → the standard's exact words. Every spelling that is known is in one table,
 * hashed once; a cell whose items are all the standard's own is left as it is, letter for letter. */
#include "modules/directory/tidy/lists.h"

#include <pthread.h>

#include "base/text.h"

enum {
    SLOTS = 4096,      /* a power of two; about 1,200 words */
    WORDS_MAX = 2048,
    KEY_MAX = 160,  /* longer texts are sentences */
    TYPO_MIN = 7,   /* letters of a word that may hold a slip */
    TYPO_TWO_MIN = 18, /* … two slips */
    LENGTHS = KEY_MAX + 1
};

/* From the surest to the least: a spelling keeps its first meaning. */
enum source { SOURCE_VALUE, SOURCE_LABEL, SOURCE_FORMER, SOURCE_CATEGORY };

struct word {
    struct str key;
    uint8_t list, source;
    bool twice; /* two meanings of the same rank: none */
    struct directory_set set;
    uint16_t next_length; /* next word of this list and length, + 1 */
};

static struct {
    struct word words[WORDS_MAX];
    size_t n;
    uint16_t slots[SLOTS]; /* index + 1 */
    struct arena *keys; /* for ever */
    uint16_t by_length[ENUM_COUNT][LENGTHS];
    struct { uint16_t row; uint8_t list; bool used; } exact[2048]; /* the standard's own spellings, by their bytes */
} table;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static uint64_t hash_bytes(unsigned list, struct str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ list;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

/* Folded, without final s and x nor spaces: "Handicap moteur" is "Handicaps moteurs", "d'emploi" is "demploi" of the slugs. */
static struct str key_of(struct arena *a, struct str s)
{
    struct str folded = text_fold(a, s), word;
    char *p = arena_alloc(a, folded.n + 1);
    size_t n = 0;
    while (str_split(&folded, ' ', &word)) {
        size_t keep = word.n;
        if (keep > 3 && (word.p[keep - 1] == 's' || word.p[keep - 1] == 'x'))
            keep--;
        memcpy(p + n, word.p, keep);
        n += keep;
    }
    return (struct str){p, n};
}

static uint16_t *slot_of(unsigned list, struct str key)
{
    size_t i = (size_t)hash_bytes(list, key) & (SLOTS - 1);
    while (table.slots[i] != 0) {
        const struct word *w = &table.words[table.slots[i] - 1];
        if (w->list == list && str_eq(w->key, key))
            break;
        i = (i + 1) & (SLOTS - 1);
    }
    return &table.slots[i];
}

static void add_word(struct arena *a, enum directory_enum_id list, const char *said, struct directory_set set, enum source source)
{
    struct str key = key_of(a, str_from(said));
    if (key.n == 0 || key.n > KEY_MAX || table.n == WORDS_MAX)
        abort(); /* a mistake of a table */
    uint16_t *slot = slot_of(list, key);
    if (*slot != 0) {
        struct word *w = &table.words[*slot - 1];
        if (w->source == source && memcmp(&w->set, &set, sizeof set) != 0)
            w->twice = true;
        return;
    }
    table.words[table.n] = (struct word){key, (uint8_t)list, (uint8_t)source, false, set, table.by_length[list][key.n]};
    *slot = (uint16_t)++table.n;
    table.by_length[list][key.n] = *slot;
}

static void add_exact(enum directory_enum_id list, const char *value, int row)
{
    size_t size = sizeof table.exact / sizeof *table.exact;
    size_t i = (size_t)hash_bytes(list, str_from(value)) & (size - 1);
    while (table.exact[i].used)
        i = (i + 1) & (size - 1);
    table.exact[i].row = (uint16_t)row;
    table.exact[i].list = (uint8_t)list;
    table.exact[i].used = true;
}

/* Row of a value written exactly as the standard writes it, or -1. */
static int exact_row(enum directory_enum_id list, struct str value)
{
    size_t size = sizeof table.exact / sizeof *table.exact;
    for (size_t i = (size_t)hash_bytes(list, value) & (size - 1); table.exact[i].used; i = (i + 1) & (size - 1)) {
        if (table.exact[i].list != list)
            continue;
        const struct directory_value *v = directory_enum_value(list, table.exact[i].row);
        if (str_eq(str_from(v->value), value) || (v->alias && str_eq(str_from(v->alias), value)))
            return table.exact[i].row;
    }
    return -1;
}

static struct directory_set set_of(enum directory_enum_id list, const char *means)
{
    struct directory_set set = DIRECTORY_SET_NONE;
    struct str rest = str_from(means), value;
    while (str_split(&rest, '|', &value)) {
        int row = directory_enum_find(list, value);
        if (row < 0) {
            (void)fprintf(stderr, "vocabulary: no such value: %.*s\n", STR_ARG(value));
            abort(); /* a mistake of a table, found by the first test that runs */
        }
        directory_set_add(&set, row);
    }
    return set;
}

static void add_list(struct arena *a, enum directory_enum_id list)
{
    const struct directory_enum *e = directory_enum(list);
    for (int i = 0; i < e->n; i++) {
        struct directory_set one = DIRECTORY_SET_NONE;
        directory_set_add(&one, i);
        add_exact(list, e->values[i].value, i);
        add_word(a, list, e->values[i].value, one, SOURCE_VALUE);
        if (e->values[i].alias) {
            add_exact(list, e->values[i].alias, i);
            add_word(a, list, e->values[i].alias, one, SOURCE_VALUE);
        }
    }
    for (int i = 0; i < e->n; i++) {
        struct directory_set one = DIRECTORY_SET_NONE;
        directory_set_add(&one, i);
        if (e->values[i].label)
            add_word(a, list, e->values[i].label, one, SOURCE_LABEL);
    }
}

/* "mobilite", "Mobilité": all that it holds. */
static void add_categories(struct arena *a)
{
    const struct directory_enum *themes = directory_enum(ENUM_THEMATIQUE), *categories = directory_enum(ENUM_CATEGORIE);
    for (int c = 0; c < categories->n; c++) {
        struct directory_set set = DIRECTORY_SET_NONE;
        for (int i = 0; i < themes->n; i++)
            if (themes->values[i].parent == c)
                directory_set_add(&set, i);
        add_word(a, ENUM_THEMATIQUE, categories->values[c].value, set, SOURCE_CATEGORY);
        add_word(a, ENUM_THEMATIQUE, categories->values[c].label, set, SOURCE_CATEGORY);
    }
}

static void make_table(void)
{
    struct arena *a = table.keys = arena_new(SIZE_MAX);
    if (!a)
        abort();
    for (enum directory_enum_id list = 0; list < ENUM_FAMILLE; list++)
        if (list != ENUM_CATEGORIE)
            add_list(a, list);
    for (const struct tidy_words *w = tidy_words_lamednum; w->said; w++)
        add_word(a, w->list, w->said, set_of(w->list, w->means), SOURCE_FORMER);
    for (const struct tidy_words *w = tidy_words_inclusion; w->said; w++)
        add_word(a, w->list, w->said, set_of(w->list, w->means), SOURCE_FORMER);
    for (const struct tidy_theme *t = tidy_former_themes; t->value; t++) {
        enum source source = strstr(t->value, "--") ? SOURCE_FORMER : SOURCE_CATEGORY;
        add_word(a, ENUM_THEMATIQUE, t->value, set_of(ENUM_THEMATIQUE, t->means), source);
        add_word(a, ENUM_THEMATIQUE, t->label, set_of(ENUM_THEMATIQUE, t->means), source);
    }
    add_categories(a);
}

/* -- one item --------------------------------------------------------------------------------------- */

/* Letters to add, drop, change or swap; more than `limit` is limit + 1. */
static unsigned slips(struct str x, struct str y, unsigned limit)
{
    unsigned char rows[3][KEY_MAX + 1];
    for (size_t j = 0; j <= y.n; j++)
        rows[0][j] = (unsigned char)j;
    for (size_t i = 1; i <= x.n; i++) {
        unsigned char *row = rows[i % 3];
        const unsigned char *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        unsigned least = row[0] = (unsigned char)i;
        for (size_t j = 1; j <= y.n; j++) {
            unsigned d = up[j - 1] + (x.p[i - 1] == y.p[j - 1] ? 0u : 1u);
            d = up[j] + 1u < d ? up[j] + 1u : d;
            d = row[j - 1] + 1u < d ? row[j - 1] + 1u : d;
            if (i > 1 && j > 1 && x.p[i - 1] == y.p[j - 2] && x.p[i - 2] == y.p[j - 1] && up2[j - 2] + 1u < d)
                d = up2[j - 2] + 1u;
            row[j] = (unsigned char)d;
            least = d < least ? d : least;
        }
        if (least > limit)
            return limit + 1;
    }
    return rows[x.n % 3][y.n];
}

/* The only word near this one; NULL when there is none, or two that do not mean the same. */
static const struct word *near_word(enum directory_enum_id list, struct str key)
{
    if (key.n < TYPO_MIN || key.n > KEY_MAX)
        return NULL;
    unsigned limit = key.n < TYPO_TWO_MIN ? 1 : 2, best = limit + 1;
    const struct word *found = NULL;
    bool twice = false;
    for (size_t n = key.n - limit; n <= key.n + limit && n <= KEY_MAX; n++)
        for (uint16_t i = table.by_length[list][n]; i != 0; i = table.words[i - 1].next_length) {
            const struct word *w = &table.words[i - 1];
            unsigned d = slips(key, w->key, limit);
            if (d > limit || d > best)
                continue;
            if (d < best)
                twice = false;
            else
                twice |= found && memcmp(&found->set, &w->set, sizeof w->set) != 0;
            if (d < best)
                found = w;
            best = d;
        }
    return twice ? NULL : found;
}

static const struct word *word_of(struct arena *a, enum directory_enum_id list, struct str item)
{
    struct str key = key_of(a, item);
    uint16_t at = key.n > 0 && key.n <= KEY_MAX ? *slot_of(list, key) : 0;
    return at != 0 ? &table.words[at - 1] : NULL;
}

/* "Centres communaux d'action sociale (CCAS)", "E2C - École de la 2e chance": what stands before the brackets or the dash,
 * else what follows. Not of a price or a public: "Gratuit (sur adhésion)" is not free. */
static const struct word *bracketed(struct arena *a, enum directory_enum_id list, struct str item)
{
    if (list != ENUM_TYPOLOGIE && list != ENUM_RESEAU_PORTEUR && list != ENUM_DISPOSITIF && list != ENUM_THEMATIQUE)
        return NULL;
    ptrdiff_t open = str_find_char(item, '(', 0), close = str_find_char(item, ')', 0);
    size_t skip = 1;
    if (open < 1 || close < open) {
        skip = 3;
        close = (ptrdiff_t)item.n;
        open = str_find(item, STR(" - "), 0);
    }
    if (open < 1)
        return NULL;
    const struct word *before = word_of(a, list, str_sub(item, 0, (size_t)open));
    return before ? before : word_of(a, list, str_sub(item, (size_t)open + skip, (size_t)close - (size_t)open - skip));
}

/* A kind of place in words ("Centre social"): the network that its code stands for. */
static const struct word *network_of_kind(struct arena *a, struct str item)
{
    const struct word *kind = word_of(a, ENUM_TYPOLOGIE, item);
    if (!kind)
        kind = bracketed(a, ENUM_TYPOLOGIE, item);
    if (!kind || kind->twice || directory_set_count(kind->set) != 1)
        return NULL;
    const struct directory_value *code = directory_enum_value(ENUM_TYPOLOGIE, directory_set_next(kind->set, 0));
    return word_of(a, ENUM_RESEAU_PORTEUR, str_from(code->value));
}

static struct tidy_item item_of(const struct word *w, const char *rule)
{
    if (!w || w->twice)
        return (struct tidy_item){DIRECTORY_SET_NONE, false, NULL};
    return (struct tidy_item){w->set, true, rule};
}

static struct tidy_item find_item(struct arena *a, enum directory_enum_id list, struct str item)
{
    static const char *const rules[] = {
        [SOURCE_VALUE] = "liste.ecriture",
        [SOURCE_LABEL] = "liste.libelle",
        [SOURCE_FORMER] = "liste.ancien_vocabulaire",
        [SOURCE_CATEGORY] = "liste.categorie",
    };
    struct str key = key_of(a, item);
    if (key.n == 0 || key.n > KEY_MAX)
        return item_of(NULL, NULL);
    uint16_t at = *slot_of(list, key);
    if (at != 0)
        return item_of(&table.words[at - 1], rules[table.words[at - 1].source]);
    const struct word *w = bracketed(a, list, item);
    if (!w && list == ENUM_RESEAU_PORTEUR)
        w = network_of_kind(a, item);
    if (w)
        return item_of(w, rules[SOURCE_LABEL]);
    w = near_word(list, key);
    if (w)
        return item_of(w, "liste.faute");
    if (list == ENUM_TYPOLOGIE) {
        struct directory_set kinds = tidy_typologie(a, item);
        return (struct tidy_item){kinds, !directory_set_empty(kinds), "typologie.nom"};
    }
    return item_of(NULL, NULL);
}

struct tidy_item tidy_list_item(struct arena *a, enum directory_enum_id list, struct str item)
{
    (void)pthread_once(&made, make_table);
    item = str_trim(item);
    struct tidy_item out = {DIRECTORY_SET_NONE, true, NULL};
    int row = exact_row(list, item);
    if (row < 0)
        return find_item(a, list, item);
    directory_set_add(&out.set, row);
    return out;
}

/* -- a cell ------------------------------------------------------------------------------------------- */

struct reading {
    struct arena *a;
    const struct field *f;
    struct cleaned *out;
    struct directory_set set;
    struct buf left;
    bool unknown;    /* something is in no vocabulary */
    struct str cell; /* whole, to see whether a category is said in detail too */
};

/* "numerique" next to "numerique--prendre-en-main-un-ordinateur" says nothing more. */
static bool told_in_detail(const struct reading *r, struct str item)
{
    struct str prefix = arena_printf(r->a, "%.*s--", STR_ARG(item));
    return str_find(r->cell, prefix, 0) >= 0;
}

static void keep_item(struct reading *r, struct str item, const struct tidy_item *found)
{
    if (found->rule)
        clean_rule(r->out, found->rule);
    if (found->rule && strcmp(found->rule, "liste.categorie") == 0 && told_in_detail(r, item))
        return;
    r->set = directory_set_union(r->set, found->set);
    r->unknown |= !found->known;
    if (directory_set_empty(found->set)) {
        if (r->left.n > 0)
            buf_char(&r->left, '|');
        buf_add(&r->left, item);
    }
}

static void leave_item(struct reading *r, struct str item)
{
    struct tidy_item none = {DIRECTORY_SET_NONE, false, "liste.inconnu"};
    keep_item(r, item, &none);
}

/* "a, b, c" where a value may hold a comma itself: the longest run that is one value, from each place. False when not one
 * is known: then the sentence is left whole. */
static bool read_commas(struct reading *r, struct str text, bool keep)
{
    enum { PARTS_MAX = 64, RUN_MAX = 4 };
    struct str parts[PARTS_MAX], rest = text;
    size_t n = 0;
    bool any = false;
    while (n < PARTS_MAX && str_split(&rest, ',', &parts[n]))
        n++;
    if (n < 2 || rest.n > 0)
        return false;
    for (size_t i = 0; i < n;) {
        size_t run = n - i < RUN_MAX ? n - i : RUN_MAX;
        struct tidy_item found = {DIRECTORY_SET_NONE, false, NULL};
        struct str item = STR_NONE;
        for (; run > 0; run--) {
            item = str_trim((struct str){parts[i].p, (size_t)(parts[i + run - 1].p + parts[i + run - 1].n - parts[i].p)});
            found = tidy_list_item(r->a, r->f->values, item);
            if (found.known || run == 1)
                break;
        }
        any |= found.known;
        if (keep && found.known)
            keep_item(r, item, &found);
        else if (keep && item.n > 0)
            leave_item(r, item);
        i += run;
    }
    return any;
}

static void read_item(struct reading *r, struct str item)
{
    item = str_trim(item);
    if (item.n == 0)
        return;
    struct tidy_item found = tidy_list_item(r->a, r->f->values, item);
    if (found.known) {
        keep_item(r, item, &found);
    } else if (read_commas(r, item, false)) {
        clean_rule(r->out, "liste.separateur");
        (void)read_commas(r, item, true);
    } else {
        leave_item(r, item);
    }
}

/* `;` and line ends always part; `|` did already. */
static void read_piece(struct reading *r, struct str piece)
{
    struct str item = str_trim(piece);
    if (item.n == 0)
        return;
    bool parted = str_find_char(item, ';', 0) >= 0 || str_find_char(item, '\n', 0) >= 0;
    if (!parted) {
        read_item(r, item);
        return;
    }
    clean_rule(r->out, "liste.separateur");
    for (size_t start = 0, i = 0; i <= item.n; i++)
        if (i == item.n || item.p[i] == ';' || item.p[i] == '\n') {
            read_item(r, str_sub(item, start, i - start));
            start = i + 1;
        }
}

/* Is every item the standard's own? Then nothing is to be done. */
static bool all_exact(const struct field *f, struct str cell)
{
    struct str rest = cell, piece;
    size_t n = 0;
    while (str_split(&rest, '|', &piece)) {
        n++;
        if (exact_row(f->values, piece) < 0)
            return false;
    }
    return f->kind == FIELD_SET || n <= 1;
}

/* Of several types, the one that binds the service most, as the national service does; a price that is there
 * and not there is there; everybody holds all the others. */
static void keep_one(struct reading *r)
{
    static const struct {
        enum directory_enum_id list;
        const char *value;
    } first[] = {
        {ENUM_TYPE_SERVICE, "aide-financiere"}, {ENUM_TYPE_SERVICE, "aide-materielle"}, {ENUM_TYPE_SERVICE, "formation"},
        {ENUM_TYPE_SERVICE, "atelier"},         {ENUM_TYPE_SERVICE, "accompagnement"},  {ENUM_TYPE_SERVICE, "information"},
        {ENUM_FRAIS, "payant"},                 {ENUM_FRAIS, "gratuit"},        {ENUM_PUBLIC, "tous-publics"},
    };
    if (directory_set_count(r->set) < 2)
        return;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        int row = first[i].list == r->f->values ? directory_enum_find(first[i].list, str_from(first[i].value)) : -1;
        if (directory_set_has(r->set, row)) {
            r->set = DIRECTORY_SET_NONE;
            directory_set_add(&r->set, row);
            clean_rule(r->out, "liste.une_seule_valeur");
            return;
        }
    }
}

struct cleaned tidy_list(struct arena *a, const struct field *f, struct str cell, struct str *left)
{
    enum { LEFT_MAX = 4096 };
    struct cleaned out = {.value = cell};
    (void)pthread_once(&made, make_table);
    *left = STR_NONE;
    if (cell.n == 0 || all_exact(f, cell))
        return out;
    struct cleaned text = clean_text(a, cell, true);
    if (text.refused)
        return text;
    out = text;
    struct reading r = {.a = a, .f = f, .out = &out, .cell = text.value};
    buf_init(&r.left, LEFT_MAX);
    struct str rest = text.value, piece;
    while (str_split(&rest, '|', &piece))
        read_piece(&r, piece);
    if (f->kind == FIELD_ONE || f->values == ENUM_PUBLIC)
        keep_one(&r);
    *left = arena_str(a, buf_str(&r.left));
    buf_deinit(&r.left);
    void *record = arena_zalloc(a, f->offset + sizeof(struct directory_set));
    *(struct directory_set *)field_at(f, record) = r.set;
    out.value = field_cell(a, f, record);
    if (out.value.n == 0 && left->n > 0)
        out.refused = r.unknown ? "Cette valeur n’est pas dans la liste du standard, et rien d’approchant n’y est : choisissez-en une de la liste."
                                : "Cette valeur d’un ancien vocabulaire n’a plus d’équivalent : choisissez-en une de la liste, ou ne dites rien.";
    return out;
}
