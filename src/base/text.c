#include <libstemmer.h>
#include <pthread.h>
#include <utf8proc.h>

#include "base/text_private.h"
#include "base/utf8.h"

/* Bytes being put together: on the stack while they are few, then in the arena; or handed to a buf
 * whenever the stack part is full. */
struct sink {
    char *p;
    size_t n, cap;
    struct arena *a;
    struct buf *buf;
    bool moved; /* in the arena already */
};

/* One code point never writes more than this. */
enum { STEP = PIECES_MAX * 4 };

static void sink_room(struct sink *k)
{
    if (k->cap - k->n >= STEP)
        return;
    if (k->buf) {
        buf_add(k->buf, (struct str){k->p, k->n});
        k->n = 0;
    } else if (k->moved) {
        k->p = arena_grow(k->a, k->p, k->n, &k->cap, k->n + STEP, 1);
    } else {
        char *p = arena_alloc(k->a, k->cap * 2);
        memcpy(p, k->p, k->n);
        k->p = p;
        k->cap *= 2;
        k->moved = true;
    }
}

static struct str sink_str(struct sink *k)
{
    return k->moved ? (struct str){k->p, k->n} : arena_str(k->a, (struct str){k->p, k->n});
}

/* Nearly all French text is below U+0180: what each of these code points becomes is worked out
 * once, by the general way below. */
enum { SMALL_COUNT = 0x180 };
enum small_kind { SMALL_LETTER, SMALL_SEPARATOR, SMALL_GENERAL };
struct small {
    uint8_t kind, folded_n, lower_n;
    char folded[3], lower[3]; /* lower keeps its accent */
};
static struct small smalls[SMALL_COUNT];
static pthread_once_t smalls_once = PTHREAD_ONCE_INIT;

static struct small small_of(uint32_t cp)
{
    struct small s = {.kind = SMALL_GENERAL};
    uint32_t pieces[PIECES_MAX];
    utf8proc_int32_t composed[PIECES_MAX];
    size_t n = text_pieces(cp, pieces), folded_n = 0;
    char bytes[PIECES_MAX * 4], lower[PIECES_MAX * 4];
    if (n == 1 && text_piece_kind(pieces[0]) == PIECE_SEPARATOR)
        s.kind = SMALL_SEPARATOR;
    for (size_t i = 0; i < n; i++) {
        enum piece_kind kind = text_piece_kind(pieces[i]);
        composed[i] = (utf8proc_int32_t)pieces[i];
        if (kind == PIECE_SEPARATOR || kind == PIECE_IGNORED || (kind == PIECE_MARK && i == 0))
            return s;
        if (kind == PIECE_LETTER)
            folded_n += utf8_encode(text_base_letter(pieces[i]), bytes + folded_n);
    }
    utf8proc_ssize_t len =
        utf8proc_normalize_utf32(composed, (utf8proc_ssize_t)n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    size_t lower_n = 0;
    for (utf8proc_ssize_t i = 0; i < len; i++)
        lower_n += utf8_encode((uint32_t)composed[i], lower + lower_n);
    if (folded_n == 0 || folded_n > sizeof s.folded || lower_n == 0 || lower_n > sizeof s.lower)
        return s;
    s = (struct small){
        .kind = SMALL_LETTER, .folded_n = (uint8_t)folded_n, .lower_n = (uint8_t)lower_n};
    memcpy(s.folded, bytes, folded_n);
    memcpy(s.lower, lower, lower_n);
    return s;
}

static void smalls_fill(void)
{
    for (uint32_t cp = 0; cp < SMALL_COUNT; cp++)
        smalls[cp] = small_of(cp);
}

/* The entry of a code point, or NULL when it needs the general way. */
static inline const struct small *small_at(uint32_t cp)
{
    return cp < SMALL_COUNT && smalls[cp].kind != SMALL_GENERAL ? &smalls[cp] : NULL;
}

struct folding {
    struct sink out;
    bool any, gap; /* gap: a separator was met since the last letter */
};

static inline void fold_put(struct folding *f, const char *p, size_t n)
{
    if (f->gap && f->any)
        f->out.p[f->out.n++] = ' ';
    f->gap = false;
    f->any = true;
    for (size_t i = 0; i < n; i++)
        f->out.p[f->out.n++] = p[i];
}

static void fold_general(struct folding *f, uint32_t cp)
{
    uint32_t pieces[PIECES_MAX];
    char bytes[4];
    size_t n = text_pieces(cp, pieces);
    for (size_t i = 0; i < n; i++) {
        enum piece_kind kind = text_piece_kind(pieces[i]);
        if (kind == PIECE_SEPARATOR)
            f->gap = true;
        else if (kind == PIECE_LETTER)
            fold_put(f, bytes, utf8_encode(text_base_letter(pieces[i]), bytes));
    }
}

static void fold(struct folding *f, struct str s)
{
    pthread_once(&smalls_once, smalls_fill);
    for (size_t i = 0; i < s.n;) {
        sink_room(&f->out);
        uint32_t cp = text_next(s, &i, ' ');
        const struct small *small = small_at(cp);
        if (!small)
            fold_general(f, cp);
        else if (small->kind == SMALL_SEPARATOR)
            f->gap = true;
        else
            fold_put(f, small->folded, small->folded_n);
    }
}

struct str text_fold(struct arena *a, struct str s)
{
    char local[1024];
    struct folding f = {.out = {.p = local, .cap = sizeof local, .a = a}};
    fold(&f, s);
    return sink_str(&f.out);
}

void text_fold_into(struct buf *out, struct str s)
{
    char local[1024];
    struct folding f = {.out = {.p = local, .cap = sizeof local, .buf = out}};
    fold(&f, s);
    buf_add(out, (struct str){f.out.p, f.out.n});
}

/* The words of one text. Their bytes follow one another in two sinks; views are made at the end,
 * once the sinks no longer move. */
struct wording {
    struct arena *a;
    struct str text;
    struct sink lower, folded;
    struct text_word *words;
    size_t n, cap;
    /* the general way: the pieces of the present word */
    utf8proc_int32_t *pieces;
    size_t pieces_n, pieces_cap, marks;
    size_t start, end;
};

static void word_end(struct wording *w, size_t lower_n, size_t folded_n, size_t start, size_t end)
{
    w->words = arena_grow(w->a, w->words, w->n, &w->cap, w->n + 1, sizeof *w->words);
    w->words[w->n++] = (struct text_word){{NULL, lower_n}, {NULL, folded_n}, start, end};
}

/* Canonical order of marks: by class, stable. Runs are short (MARKS_MAX). */
static void order_marks(utf8proc_int32_t *cps, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        utf8proc_int32_t cp = cps[i];
        int class = utf8proc_get_property(cp)->combining_class;
        size_t k = i;
        for (; class && k > 0 && utf8proc_get_property(cps[k - 1])->combining_class > class; k--)
            cps[k] = cps[k - 1];
        cps[k] = cp;
    }
}

static void general_word_end(struct wording *w)
{
    size_t lower = w->lower.n, folded = w->folded.n;
    if (w->pieces_n == 0)
        return;
    for (size_t i = 0; i < w->pieces_n; i++) {
        sink_room(&w->folded);
        uint32_t cp = (uint32_t)w->pieces[i];
        if (text_piece_kind(cp) == PIECE_LETTER)
            w->folded.n += utf8_encode(text_base_letter(cp), w->folded.p + w->folded.n);
    }
    order_marks(w->pieces, w->pieces_n);
    utf8proc_ssize_t n = utf8proc_normalize_utf32(w->pieces, (utf8proc_ssize_t)w->pieces_n,
                                                  UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        sink_room(&w->lower);
        w->lower.n += utf8_encode((uint32_t)w->pieces[i], w->lower.p + w->lower.n);
    }
    word_end(w, w->lower.n - lower, w->folded.n - folded, w->start, w->end);
    w->pieces_n = 0;
}

/* Reads words from `at` until one ends with a separator; returns where it stopped. */
static size_t general_words(struct wording *w, size_t at)
{
    uint32_t pieces[PIECES_MAX];
    bool separated = false;
    w->pieces_n = 0;
    w->marks = 0;
    while (at < w->text.n && !separated) {
        size_t start = at;
        size_t n = text_pieces(text_next(w->text, &at, ' '), pieces);
        for (size_t i = 0; i < n; i++) {
            enum piece_kind kind = text_piece_kind(pieces[i]);
            separated = kind == PIECE_SEPARATOR;
            if (separated)
                general_word_end(w);
            if (kind == PIECE_LETTER && w->pieces_n == 0)
                w->start = start;
            w->marks = kind == PIECE_MARK ? w->marks + 1 : 0;
            if (kind == PIECE_LETTER ||
                (kind == PIECE_MARK && w->pieces_n && w->marks <= MARKS_MAX)) {
                w->pieces = arena_grow(w->a, w->pieces, w->pieces_n, &w->pieces_cap,
                                       w->pieces_n + 1, sizeof *w->pieces);
                w->pieces[w->pieces_n++] = (utf8proc_int32_t)pieces[i];
                w->end = at;
            }
        }
    }
    general_word_end(w);
    return at;
}

/* A run of small letters; returns where it stopped, or start if a code point needs the general way,
 * which then reads the whole word again. */
static size_t small_word(struct wording *w, size_t start)
{
    size_t at = start, lower = w->lower.n, folded = w->folded.n;
    while (at < w->text.n) {
        size_t next = at;
        const struct small *small = small_at(text_next(w->text, &next, ' '));
        if (!small) {
            w->lower.n = lower;
            w->folded.n = folded;
            return start;
        }
        if (small->kind == SMALL_SEPARATOR)
            break;
        sink_room(&w->lower);
        sink_room(&w->folded);
        for (size_t i = 0; i < small->lower_n; i++)
            w->lower.p[w->lower.n++] = small->lower[i];
        for (size_t i = 0; i < small->folded_n; i++)
            w->folded.p[w->folded.n++] = small->folded[i];
        at = next;
    }
    word_end(w, w->lower.n - lower, w->folded.n - folded, start, at);
    return at;
}

size_t text_words(struct arena *a, struct str s, struct text_word **out)
{
    char lower[1024], folded[1024];
    struct wording w = {.a = a,
                        .text = s,
                        .lower = {.p = lower, .cap = sizeof lower, .a = a},
                        .folded = {.p = folded, .cap = sizeof folded, .a = a}};
    pthread_once(&smalls_once, smalls_fill);
    for (size_t i = 0; i < s.n;) {
        size_t next = i;
        const struct small *small = small_at(text_next(s, &next, ' '));
        if (small && small->kind == SMALL_SEPARATOR) {
            i = next;
            continue;
        }
        size_t end = small ? small_word(&w, i) : i;
        i = end > i ? end : general_words(&w, i);
    }
    const char *p = sink_str(&w.lower).p, *q = sink_str(&w.folded).p;
    for (size_t k = 0; k < w.n; k++) {
        w.words[k].word.p = p;
        w.words[k].folded.p = q;
        p += w.words[k].word.n;
        q += w.words[k].folded.n;
    }
    *out = w.words ? w.words : ARENA_NEW(a, struct text_word);
    return w.n;
}

struct text_stemmer {
    struct sb_stemmer *french;
};

struct text_stemmer *text_stemmer_new(void)
{
    struct text_stemmer *st = malloc(sizeof *st);
    if (!st)
        return NULL;
    st->french = sb_stemmer_new("french", "UTF_8");
    if (!st->french) {
        free(st);
        return NULL;
    }
    return st;
}

void text_stemmer_free(struct text_stemmer *st)
{
    if (!st)
        return;
    sb_stemmer_delete(st->french);
    free(st);
}

struct str text_stem(struct text_stemmer *st, struct arena *a, struct str word)
{
    enum { LONGEST = 64 }; /* no French word is longer; other things need no stem */
    if (word.n > LONGEST || str_length(word) < 3)
        return text_fold(a, word);
    const sb_symbol *stem = sb_stemmer_stem(st->french, (const sb_symbol *)word.p, (int)word.n);
    if (!stem)
        return text_fold(a, word);
    return text_fold(a, (struct str){(const char *)stem, (size_t)sb_stemmer_length(st->french)});
}

bool text_is_stop_word(struct str folded)
{
    /* sorted; articles, pronouns, prepositions, and the letters left by elision */
    static const char *const words[] = {
        "a",     "ai",    "as",   "au",  "aux",  "avec", "c",    "ce",    "ces",   "cet",  "cette",
        "chez",  "d",     "dans", "de",  "des",  "du",   "elle", "elles", "en",    "es",   "est",
        "et",    "eux",   "il",   "ils", "j",    "je",   "l",    "la",    "le",    "les",  "leur",
        "leurs", "lui",   "m",    "ma",  "mais", "me",   "mes",  "moi",   "mon",   "n",    "ne",
        "nos",   "notre", "nous", "on",  "ont",  "ou",   "par",  "pas",   "pour",  "qu",   "que",
        "qui",   "s",     "sa",   "se",  "ses",  "si",   "son",  "sont",  "sur",   "t",    "ta",
        "te",    "tes",   "toi",  "ton", "tu",   "un",   "une",  "vos",   "votre", "vous", "y",
    };
    size_t low = 0, high = sizeof words / sizeof *words;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = str_cmp(folded, str_from(words[mid]));
        if (c == 0)
            return true;
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

struct str text_slug(struct arena *a, struct str s, size_t max)
{
    struct str folded = text_fold(a, s), word;
    char *out = arena_alloc(a, folded.n + 1);
    size_t n = 0;
    while (str_split(&folded, ' ', &word)) {
        size_t start = n;
        if (n)
            out[n++] = '-';
        size_t first = n;
        for (size_t i = 0; i < word.n; i++)
            if (!(word.p[i] & 0x80)) /* an address is easier to copy in ASCII */
                out[n++] = word.p[i];
        if (n == first)
            n = start;
        if (n > max) {
            n = start ? start : max;
            break;
        }
    }
    out[n] = '\0';
    return (struct str){out, n};
}
