#include "modules/directory/words.h"

#include "base/text.h"

/* French endings cut the same way on both sides, on folded words: plural, then feminine. Enough for the fourteen
 * labels and the short sentences that are searched here. */
static struct str stem(struct str word)
{
    if (word.n > 4 && (word.p[word.n - 1] == 's' || word.p[word.n - 1] == 'x'))
        word.n--;
    if (word.n > 4 && word.p[word.n - 1] == 'e')
        word.n--;
    return word;
}

static void add_term(struct arena *a, struct words_query *q, bool new_group, bool negated, struct str folded)
{
    struct words_term term = {.negated = negated};
    size_t cap = 0;
    for (struct str word; str_split(&folded, ' ', &word);) {
        if (word.n == 0 || text_is_stop_word(word))
            continue;
        term.stems = arena_grow(a, term.stems, term.n, &cap, term.n + 1, sizeof *term.stems);
        term.stems[term.n++] = stem(word);
    }
    if (term.n == 0)
        return;
    if (new_group || q->n == 0) {
        q->groups = arena_grow(a, q->groups, q->n, &q->cap, q->n + 1, sizeof *q->groups);
        q->groups[q->n++] = (struct words_group){0};
    }
    struct words_group *g = &q->groups[q->n - 1];
    g->terms = arena_grow(a, g->terms, g->n, &g->cap, g->n + 1, sizeof *g->terms);
    g->terms[g->n++] = term;
}

void words_parse(struct arena *a, struct str text, struct words_query *out)
{
    *out = (struct words_query){0};
    bool or_before = false;
    for (size_t at = 0; at < text.n;) {
        if (text.p[at] == ' ') {
            at++;
            continue;
        }
        bool negated = text.p[at] == '-';
        at += negated;
        bool phrase = at < text.n && text.p[at] == '"';
        at += phrase;
        ptrdiff_t found = str_find_char(text, phrase ? '"' : ' ', at);
        size_t end = found < 0 ? text.n : (size_t)found;
        struct str piece = str_sub(text, at, end - at);
        at = end + phrase;
        if (!phrase && !negated && str_eq(piece, STR("OR"))) {
            or_before = true;
            continue;
        }
        add_term(a, out, or_before, negated, text_fold(a, piece));
        or_before = false;
    }
}

/* The stems one after the other, somewhere in the text. */
static bool has_phrase(const struct words_term *t, struct str folded)
{
    size_t matched = 0;
    struct str rest = folded;
    struct str after_first = STR_NONE;
    for (struct str word; str_split(&rest, ' ', &word);) {
        if (text_is_stop_word(word))
            continue;
        if (str_eq(stem(word), t->stems[matched])) {
            if (matched++ == 0)
                after_first = rest;
            if (matched == t->n)
                return true;
        } else if (matched > 0) {
            matched = 0;
            rest = after_first;
        }
    }
    return false;
}

bool words_meet(const struct words_query *q, struct str folded)
{
    for (size_t g = 0; g < q->n; g++) {
        bool met = true;
        for (size_t i = 0; met && i < q->groups[g].n; i++)
            met = has_phrase(&q->groups[g].terms[i], folded) != q->groups[g].terms[i].negated;
        if (met)
            return true;
    }
    return false;
}
