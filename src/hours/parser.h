/* What the two halves of the parser share. Private to src/hours. */
#ifndef BALISE_HOURS_PARSER_H
#define BALISE_HOURS_PARSER_H

#include "hours/ast.h"
#include "hours/lex.h"

enum { LIST_MAX = 64 };

/* What is wrong, after "Caractère 4, « Sa » : ". */
struct fault {
    const char *fr, *en;
};
#define FAULT(french, english) ((struct fault){(french), (english)})

struct parser {
    struct arena *a;
    struct hours_lexer l;
    size_t n_spans;
    /* The first mistake: what is wrong, and the bytes it is about. */
    struct fault fault;
    struct str culprit;
};

static inline struct hours_token *tok(struct parser *p)
{
    return &p->l.tok;
}

static inline void next(struct parser *p)
{
    hours_lexer_next(&p->l);
}

static inline bool is_sign(struct parser *p, char c)
{
    return tok(p)->kind == TOK_SIGN && tok(p)->value == c;
}

static inline bool accept(struct parser *p, char c)
{
    if (!is_sign(p, c))
        return false;
    next(p);
    return true;
}

/* Only the first mistake counts. Always false. */
static inline bool fail_at(struct parser *p, struct fault fault, struct str culprit)
{
    if (!p->fault.fr) {
        p->fault = fault;
        p->culprit = culprit;
    }
    return false;
}

static inline bool fail(struct parser *p, struct fault fault)
{
    return fail_at(p, fault, tok(p)->text);
}

/* The bytes from `start` up to the current token, without the space between. */
static inline struct str since(struct parser *p, const char *start)
{
    return str_trim((struct str){start, (size_t)(tok(p)->text.p - start)});
}

static inline void *keep(struct parser *p, const void *items, size_t n, size_t size)
{
    if (n == 0)
        return NULL;
    void *out = arena_array(p->a, n, size);
    memcpy(out, items, n * size);
    return out;
}

#define TOO_LONG FAULT("la liste est trop longue", "the list is too long")

static inline bool starts_date(const struct hours_token *t)
{
    return t->kind == TOK_MONTH || t->kind == TOK_EASTER;
}

/* Is the current number the start of a time, "9:00" or "9h00"? */
bool hours_number_is_time(struct parser *p);
/* "+2 days", "-1 day": accepted only when the word follows; otherwise nothing is consumed. */
bool hours_parse_day_offset(struct parser *p, int *offset);
/* 1…5 or −1…−5, between brackets. */
bool hours_parse_nth(struct parser *p, int *out);
/* Years, dates and weeks at the start of a rule, and the colon after them (parse_dates.c). */
bool hours_parse_wide(struct parser *p, struct hours_rule *r);

#endif
