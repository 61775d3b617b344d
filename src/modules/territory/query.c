#include "modules/territory/query.h"

#include "base/text.h"
#include "modules/territory/blob.h"

enum { TEXT_MAX = 200 }; /* nobody types a longer commune */

static struct str full_word(struct str word)
{
    static const struct {
        struct str is, full;
    } forms[] = {
        {STR_INIT("st"), STR_INIT("saint")},
        {STR_INIT("ste"), STR_INIT("sainte")},
        {STR_INIT("sts"), STR_INIT("saints")},
        {STR_INIT("stes"), STR_INIT("saintes")},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (str_eq(word, forms[i].is))
            return forms[i].full;
    return word;
}

static struct str join(struct arena *a, const struct str *words, size_t n, const char *between)
{
    size_t total = 0, gap = strlen(between);
    for (size_t i = 0; i < n; i++)
        total += words[i].n + gap;
    char *p = arena_alloc(a, total + 1);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            memcpy(p + at, between, gap);
            at += gap;
        }
        memcpy(p + at, words[i].p, words[i].n);
        at += words[i].n;
    }
    return (struct str){p, at};
}

static void join_words(struct arena *a, struct territory_query *q)
{
    q->compact = join(a, q->words, q->n_words, "");
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Five digits, or 2A/2B and three: folding made it lower case, codes are upper case. */
static bool take_code(struct arena *a, struct str word, struct str *code)
{
    if (word.n != 5)
        return false;
    bool corsica = word.p[0] == '2' && (word.p[1] == 'a' || word.p[1] == 'b');
    if (!all_digits(corsica ? str_sub(word, 2, 3) : word))
        return false;
    char *p = arena_cstr(a, word);
    if (corsica)
        p[1] = (char)(p[1] - 'a' + 'A');
    *code = (struct str){p, 5};
    return true;
}

static void split_words(struct arena *a, struct str folded, struct territory_query *q)
{
    struct str word;
    bool after_cedex = false;
    while (q->n_words < TERRITORY_WORDS_MAX && str_split(&folded, ' ', &word)) {
        if (str_eq(word, STR("cedex"))) {
            after_cedex = true;
        } else if (after_cedex && word.n <= 2 && all_digits(word)) {
            after_cedex = false;
        } else if (q->code.n == 0 && take_code(a, word, &q->code)) {
            continue;
        } else if (word.n > 0) {
            q->words[q->n_words++] = full_word(word);
        }
    }
}

/* After the last comma or between brackets: a département, by code or name, or "France". */
static struct str take_place_name(struct arena *a, struct str text, struct territory_query *q)
{
    struct str head = text, tail = STR_NONE;
    ptrdiff_t open = str_find_char(text, '(', 0);
    if (open > 0 && str_ends(text, STR(")"))) {
        head = str_sub(text, 0, (size_t)open);
        tail = str_sub(text, (size_t)open + 1, text.n - (size_t)open - 2);
    } else {
        for (size_t i = text.n; i-- > 1;)
            if (text.p[i] == ',') {
                head = str_sub(text, 0, i);
                tail = str_sub(text, i + 1, text.n);
                break;
            }
    }
    if (tail.p == NULL)
        return text;
    struct territory_query part = {.n_words = 0};
    split_words(a, text_fold(a, tail), &part);
    struct str name = join(a, part.words, part.n_words, " ");
    if (str_eq(name, STR("france")))
        return head;
    char *code = arena_cstr(a, name);
    for (size_t i = 0; i < name.n; i++)
        if (code[i] == 'a' || code[i] == 'b')
            code[i] = (char)(code[i] - 'a' + 'A');
    if (territory_departement_find((struct str){code, name.n}, &q->departement) ||
        territory_departement_folded(name, &q->departement)) {
        q->has_departement = true;
        return head;
    }
    return text;
}

void territory_query_parse(struct arena *a, struct str text, struct territory_query *out)
{
    *out = (struct territory_query){.n_words = 0};
    text = take_place_name(a, str_trim(str_sub(text, 0, TEXT_MAX)), out);
    split_words(a, text_fold(a, text), out);
    if (out->n_words == 1 && out->code.n == 0 && out->words[0].n >= 2 && out->words[0].n <= 4 &&
        all_digits(out->words[0])) {
        out->code_start = out->words[0];
        out->n_words = 0;
    }
    join_words(a, out);
}

void territory_query_drop_first(struct territory_query *q)
{
    if (q->n_words == 0)
        return;
    /* The words stand one after the other in `compact`. */
    q->compact = str_sub(q->compact, q->words[0].n, q->compact.n);
    memmove(q->words, q->words + 1, --q->n_words * sizeof *q->words);
}

bool territory_query_drop_article(struct territory_query *q)
{
    static const struct str articles[] = {STR_INIT("le"), STR_INIT("la"), STR_INIT("les"), STR_INIT("l")};
    for (size_t i = 0; q->n_words > 1 && i < sizeof articles / sizeof *articles; i++)
        if (str_eq(q->words[0], articles[i])) {
            territory_query_drop_first(q);
            return true;
        }
    return false;
}

bool territory_query_take_departement(struct arena *a, struct territory_query *q)
{
    if (q->n_words < 2 || q->has_departement)
        return false;
    char *code = arena_cstr(a, q->words[q->n_words - 1]);
    if (strcmp(code, "2a") == 0 || strcmp(code, "2b") == 0)
        code[1] = (char)(code[1] - 'a' + 'A');
    if (!territory_departement_find(str_from(code), &q->departement))
        return false;
    q->has_departement = true;
    q->n_words--;
    join_words(a, q);
    return true;
}

bool territory_departement_named(struct str name, struct territory_departement *out)
{
    struct arena *a = arena_new(16 * 1024);
    if (!a)
        return false;
    struct territory_query q = {.n_words = 0};
    split_words(a, text_fold(a, str_sub(name, 0, TEXT_MAX)), &q);
    bool found = territory_departement_folded(join(a, q.words, q.n_words, " "), out);
    arena_free(a);
    return found;
}
