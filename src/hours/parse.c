#include "hours/parser.h"

/* ---- times ---- */

bool hours_number_is_time(struct parser *p)
{
    struct hours_lexer ahead = p->l;
    hours_lexer_next(&ahead);
    struct hours_token sep = ahead.tok;
    hours_lexer_next(&ahead);
    bool minutes = ahead.tok.kind == TOK_NUMBER && ahead.tok.text.n == 2 && !ahead.tok.space_before;
    if (sep.kind != TOK_SIGN || !minutes)
        return false;
    return sep.value == ':' || (!sep.space_before && (sep.value == 'h' || sep.value == '.')); /* "17 :00" too */
}

/* hh:mm, hh.mm, hhhmm, or hh alone; minutes from midnight. */
static bool parse_clock(struct parser *p, int *minutes, bool *bare)
{
    struct hours_token hour = *tok(p);
    if (hour.kind == TOK_SUN)
        return fail(p, FAULT("les heures du soleil ne sont pas acceptées, écrivez une heure comme 18:30", "sunrise and sunset are not accepted, write a time such as 18:30"));
    if (hour.kind != TOK_NUMBER)
        return fail(p, FAULT("une heure est attendue ici, comme 09:00", "a time is expected here, such as 09:00"));
    const char *start = hour.text.p;
    bool has_minutes = hours_number_is_time(p);
    *bare = !has_minutes;
    next(p);
    int minute = 0;
    if (has_minutes) {
        next(p);
        minute = tok(p)->value;
        next(p);
    } else if (tok(p)->kind == TOK_SIGN && (tok(p)->value == ':' || tok(p)->value == '.') && !tok(p)->space_before) {
        return fail_at(p, FAULT("les minutes manquent, écrivez une heure comme 09:00", "the minutes are missing, write a time such as 09:00"), since(p, start));
    }
    if (hour.text.n > 2 || hour.value > 48 || minute > 59 || hour.value * 60 + minute > 2 * DAY_MIN)
        return fail_at(p, FAULT("cette heure n’existe pas", "this time does not exist"), since(p, start));
    *minutes = hour.value * 60 + minute;
    return true;
}

/* "+" after a span: nobody knows when it closes; held unknown for a while. */
static int open_end_guess(int from)
{
    int guess = DAY_MIN;
    if (from >= 22 * 60)
        guess = from + 8 * 60;
    else if (from >= 17 * 60)
        guess = from + 10 * 60;
    return guess < 2 * DAY_MIN ? guess : 2 * DAY_MIN;
}

static bool parse_span(struct parser *p, struct hours_time *out)
{
    const char *first = tok(p)->text.p;
    int start = 0, end = 0;
    bool bare_start = false, bare_end = false;
    if (!parse_clock(p, &start, &bare_start))
        return false;
    if (start >= DAY_MIN)
        return fail_at(p, FAULT("le début doit être avant 24:00", "the start must be before 24:00"), since(p, first));
    if (accept(p, '+')) {
        *out = (struct hours_time){(int16_t)start, (int16_t)start, (int16_t)open_end_guess(start), true};
        return true;
    }
    if (!is_sign(p, '-'))
        return fail_at(p, FAULT("c’est une heure seule, il faut un début et une fin, comme 09:00-12:00", "this is a single time, give a start and an end, such as 09:00-12:00"), since(p, first));
    next(p);
    if (!parse_clock(p, &end, &bare_end))
        return false;
    if (is_sign(p, '-'))
        return fail_at(p, FAULT("un deuxième tiret suit une plage, séparez les plages par une virgule, comme 09:00-12:00,14:00-17:00", "a second dash follows, separate hours with a comma, such as 09:00-12:00,14:00-17:00"),
                       since(p, first));
    if (is_sign(p, '/'))
        return fail_at(p, FAULT("les heures répétées ne sont pas acceptées", "repeated times are not accepted"), since(p, first));
    if (end <= start)
        end += DAY_MIN;
    if (end > 2 * DAY_MIN)
        return fail_at(p, FAULT("la fin est trop loin après minuit", "the end is too long after midnight"), since(p, first));
    *out = (struct hours_time){(int16_t)start, (int16_t)end, 0, false};
    if (accept(p, '+')) {
        out->open_end = true;
        out->guess_end = (int16_t)open_end_guess(end);
    }
    return true;
}

/* Reads "24/7", or nothing. */
static bool skip_always(struct parser *p)
{
    struct parser ahead = *p;
    bool is_24 = tok(&ahead)->kind == TOK_NUMBER && tok(&ahead)->value == 24;
    next(&ahead);
    if (!is_24 || !accept(&ahead, '/') || tok(&ahead)->kind != TOK_NUMBER || tok(&ahead)->value != 7)
        return false;
    next(&ahead);
    p->l = ahead.l;
    return true;
}

/* Another span of the same list, after its comma (consumed) or without it ("10:00-12:00 14:00-16:00"). */
static bool another_span(struct parser *p)
{
    struct parser ahead = *p;
    bool comma = accept(&ahead, ',');
    bool number = tok(&ahead)->kind == TOK_NUMBER && tok(&ahead)->text.n <= 2;
    struct parser always = ahead;
    if (skip_always(&always) || (!number && !(comma && tok(&ahead)->kind == TOK_SUN)))
        return false;
    *p = ahead;
    return true;
}

static bool parse_times(struct parser *p, struct hours_rule *r)
{
    struct hours_time list[LIST_MAX];
    size_t n = 0;
    do {
        if (n == LIST_MAX || ++p->n_spans > HOURS_SPANS_MAX)
            return fail(p, TOO_LONG);
        if (!parse_span(p, &list[n++]))
            return false;
    } while (another_span(p));
    /* An open end lasts no longer than the next span of the list. */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; list[i].open_end && j < n; j++)
            if (list[j].start >= list[i].end && j != i && list[j].start < list[i].guess_end)
                list[i].guess_end = list[j].start;
    r->times = keep(p, list, n, sizeof *list);
    r->n_times = n;
    return true;
}

/* ---- weekdays and holidays ---- */

bool hours_parse_day_offset(struct parser *p, int *offset)
{
    if (!is_sign(p, '+') && !is_sign(p, '-'))
        return false;
    struct hours_lexer ahead = p->l;
    int sign = tok(p)->value == '-' ? -1 : 1;
    hours_lexer_next(&ahead);
    struct hours_token number = ahead.tok;
    hours_lexer_next(&ahead);
    if (number.kind != TOK_NUMBER || number.value > 366 || ahead.tok.kind != TOK_DAY)
        return false;
    *offset = sign * number.value;
    hours_lexer_next(&ahead);
    p->l = ahead;
    return true;
}

bool hours_parse_nth(struct parser *p, int *out)
{
    int sign = accept(p, '-') ? -1 : 1;
    if (tok(p)->kind != TOK_NUMBER || tok(p)->value < 1 || tok(p)->value > 5)
        return fail(p, FAULT("entre crochets, un rang de 1 à 5 ou de -1 à -5 est attendu", "between brackets, a rank from 1 to 5 or from -1 to -5 is expected"));
    *out = sign * tok(p)->value;
    next(p);
    return true;
}

static uint16_t nth_bit(int nth)
{
    return (uint16_t)(1u << (nth > 0 ? nth : 8 - nth));
}

/* After "[": 1  -1  1,3  1-2 */
static bool parse_nth_list(struct parser *p, uint16_t *mask)
{
    *mask = 0;
    do {
        int from = 0, to = 0;
        if (!hours_parse_nth(p, &from))
            return false;
        to = from;
        if (from > 0 && accept(p, '-') && (!hours_parse_nth(p, &to) || to < from))
            return fail(p, FAULT("entre crochets, la fin doit suivre le début", "between brackets, the end must come after the start"));
        for (int i = from; i <= to; i++)
            *mask |= nth_bit(i);
    } while (accept(p, ','));
    return accept(p, ']') || fail(p, FAULT("le crochet n’est pas fermé", "the bracket is not closed"));
}

static bool starts_days(enum hours_token_kind kind)
{
    return kind == TOK_WEEKDAY || kind == TOK_PH || kind == TOK_SH;
}

static bool parse_days_item(struct parser *p, struct hours_days *out)
{
    struct hours_token first = *tok(p);
    next(p);
    *out = (struct hours_days){0};
    if (first.kind != TOK_WEEKDAY) {
        out->kind = first.kind == TOK_PH ? DAYS_PH : DAYS_SH;
        const char *start = tok(p)->text.p;
        if (hours_parse_day_offset(p, &out->offset_days) &&
            (out->kind == DAYS_SH || out->offset_days < -1 || out->offset_days > 1))
            return fail_at(p, FAULT("seuls « PH -1 day » et « PH +1 day » sont acceptés", "only “PH -1 day” and “PH +1 day” are accepted"), since(p, start));
        return true;
    }
    out->mask = (uint8_t)(1u << first.value);
    if (accept(p, '[')) {
        out->kind = DAYS_NTH;
        if (!parse_nth_list(p, &out->nth_mask))
            return false;
        (void)hours_parse_day_offset(p, &out->offset_days);
        return true;
    }
    if (!is_sign(p, '-'))
        return true;
    next(p);
    if (tok(p)->kind != TOK_WEEKDAY)
        return fail(p, FAULT("un jour est attendu après le tiret, comme Mo-Fr", "a day is expected after the dash, such as Mo-Fr"));
    for (int d = first.value; d != tok(p)->value; d = (d + 1) % 7)
        out->mask |= (uint8_t)(1u << ((d + 1) % 7));
    next(p);
    return true;
}

/* One group: elements joined by commas. */
static bool parse_group(struct parser *p, struct hours_group *out)
{
    struct hours_days list[LIST_MAX];
    size_t n = 0;
    for (;;) {
        if (n == LIST_MAX)
            return fail(p, TOO_LONG);
        if (!parse_days_item(p, &list[n]))
            return false;
        /* Plain weekdays gather in one mask. */
        if (n > 0 && list[n].kind == DAYS_MASK && list[n - 1].kind == DAYS_MASK)
            list[n - 1].mask |= list[n].mask;
        else
            n++;
        if (!is_sign(p, ','))
            break;
        next(p);
        if (!starts_days(tok(p)->kind))
            return fail(p, FAULT("un jour est attendu après la virgule, comme Mo,We", "a day is expected after the comma, such as Mo,We"));
    }
    *out = (struct hours_group){keep(p, list, n, sizeof *list), n};
    return true;
}

static bool parse_groups(struct parser *p, struct hours_rule *r)
{
    struct hours_group list[8];
    size_t n = 0;
    while (starts_days(tok(p)->kind)) {
        if (n == sizeof list / sizeof *list)
            return fail(p, TOO_LONG);
        if (!parse_group(p, &list[n++]))
            return false;
        struct hours_lexer ahead = p->l; /* "PH: We,Fr" */
        if (accept(p, ':') && tok(p)->kind == TOK_END)
            p->l = ahead;
    }
    r->groups = keep(p, list, n, sizeof *list);
    r->n_groups = n;
    return true;
}

/* ---- rules ---- */

/* 24/7, before or after days ("Mo,We 24/7"). */
static bool parse_always(struct parser *p, struct hours_rule *r)
{
    if (!skip_always(p))
        return false;
    r->always = true;
    (void)accept(p, ':');
    return true;
}

static bool parse_comment(struct parser *p, struct hours_rule *r)
{
    if (tok(p)->kind != TOK_COMMENT)
        return true;
    r->comment = str_trim(tok(p)->text);
    if (r->comment.n == 0)
        return fail(p, FAULT("le commentaire est vide", "the comment is empty"));
    next(p);
    return true;
}

static bool parse_modifier(struct parser *p, struct hours_rule *r)
{
    r->state = HOURS_OPEN;
    switch (tok(p)->kind) {
    case TOK_OPEN:
        break;
    case TOK_OFF:
        r->state = HOURS_CLOSED;
        break;
    case TOK_UNKNOWN:
        r->state = HOURS_UNKNOWN;
        break;
    default:
        if (tok(p)->kind == TOK_COMMENT)
            r->state = HOURS_UNKNOWN; /* a comment alone: nobody can tell */
        return parse_comment(p, r);
    }
    r->modifier = true;
    next(p);
    (void)accept(p, ':');
    return parse_comment(p, r);
}

static bool parse_rule(struct parser *p, struct hours_rule *r)
{
    const char *start = tok(p)->text.p;
    struct parser ahead = *p; /* "a comment": before the dates */
    if (tok(p)->kind == TOK_COMMENT) {
        next(&ahead);
        if (accept(&ahead, ':'))
            *p = ahead;
    }
    if (!parse_always(p, r)) {
        if (!hours_parse_wide(p, r) || !parse_groups(p, r))
            return false;
        if (!parse_always(p, r) && (tok(p)->kind == TOK_NUMBER || tok(p)->kind == TOK_SUN) && !parse_times(p, r))
            return false;
    }
    if (!parse_modifier(p, r))
        return false;
    return tok(p)->text.p != start || fail(p, FAULT("ceci n’est pas compris", "this is not understood"));
}

/* The end of a rule: ";" "||" or "," after a time or a state. False at the end of the text. */
static bool parse_join(struct parser *p, const struct hours_rule *before, enum hours_join *join)
{
    if (tok(p)->kind == TOK_FALLBACK) {
        *join = JOIN_FALLBACK;
    } else if (is_sign(p, ';')) {
        *join = JOIN_OVERRIDE;
    } else if (is_sign(p, ',') && (before->n_times > 0 || before->modifier || before->always || before->comment.n > 0)) {
        *join = JOIN_ADD;
    } else if (tok(p)->kind == TOK_BAD && tok(p)->value == '"') {
        return fail(p, FAULT("le guillemet n’est pas fermé", "the quotation mark is not closed"));
    } else if (tok(p)->kind != TOK_END) {
        return fail(p, starts_days(tok(p)->kind) || starts_date(tok(p))
                           ? FAULT("il manque un point-virgule avant", "a semicolon is missing before this")
                           : FAULT("ceci n’est pas compris", "this is not understood"));
    } else {
        return false;
    }
    bool fallback = *join == JOIN_FALLBACK;
    next(p);
    while (is_sign(p, ';')) /* ";;" and a last ";" change nothing */
        next(p);
    if (tok(p)->kind == TOK_END && fallback)
        return fail(p, FAULT("une règle est attendue après « || »", "a rule is expected after “||”"));
    return tok(p)->kind != TOK_END;
}

static bool weekly_rule(const struct hours_rule *r)
{
    for (size_t g = 0; g < r->n_groups; g++)
        for (size_t i = 0; i < r->groups[g].n; i++)
            if (r->groups[g].items[i].kind != DAYS_MASK)
                return false;
    return r->n_years + r->n_dates + r->n_weeks == 0;
}

static void summarise(struct hours *h)
{
    h->weekly = h->never_opens = true;
    for (size_t i = 0; i < h->n; i++) {
        const struct hours_rule *r = &h->rules[i];
        h->weekly = h->weekly && weekly_rule(r);
        h->never_opens = h->never_opens && r->state == HOURS_CLOSED;
        h->uses_years = h->uses_years || r->n_years > 0;
        for (size_t k = 0; k < r->n_dates; k++)
            h->uses_years = h->uses_years || r->dates[k].from.year != NO_YEAR;
    }
}

static bool parse_rules(struct parser *p, struct hours *h)
{
    struct hours_rule *rules = NULL;
    size_t n = 0, cap = 0;
    enum hours_join join = JOIN_OVERRIDE;
    do {
        rules = arena_grow(p->a, rules, n, &cap, n + 1, sizeof *rules);
        rules[n] = (struct hours_rule){.join = join};
        rules[n].fallback = join == JOIN_FALLBACK || (join == JOIN_ADD && rules[n - 1].fallback);
        if (!parse_rule(p, &rules[n]))
            return false;
        n++;
    } while (parse_join(p, &rules[n - 1], &join));
    h->rules = rules;
    h->n = n;
    return p->fault.fr == NULL;
}

static struct str explain(struct parser *p, struct str text, enum hours_language lang)
{
    struct str c = p->culprit;
    bool en = lang == HOURS_EN;
    if (c.n == 0)
        return en ? arena_printf(p->a, "At the end: %s.", p->fault.en) : arena_printf(p->a, "À la fin : %s.", p->fault.fr);
    /* Quote little: a mistake can be as long as the text. */
    size_t n = c.n;
    if (n > 40)
        for (n = 40; n > 0 && ((unsigned char)c.p[n] & 0xC0) == 0x80;)
            n--;
    const char *more = n < c.n ? "…" : "";
    size_t position = str_length((struct str){text.p, (size_t)(c.p - text.p)}) + 1;
    return en ? arena_printf(p->a, "Character %zu, “%.*s%s”: %s.", position, (int)n, c.p, more, p->fault.en)
              : arena_printf(p->a, "Caractère %zu, « %.*s%s » : %s.", position, (int)n, c.p, more, p->fault.fr);
}

/* What no reading can mend; STR_NONE when the text may be read. */
static struct str unreadable(struct arena *a, struct str text, enum hours_language lang)
{
    bool en = lang == HOURS_EN;
    if (text.n == 0)
        return en ? STR("No opening hours are written.") : STR("Aucun horaire n’est écrit.");
    if (text.n > HOURS_TEXT_MAX)
        return en ? arena_printf(a, "These hours are too long (over %d characters).", HOURS_TEXT_MAX)
                  : arena_printf(a, "Ces horaires sont trop longs (plus de %d caractères).", HOURS_TEXT_MAX);
    if (!str_is_utf8(text))
        return en ? STR("These hours hold characters that cannot be read.")
                  : STR("Ces horaires contiennent des caractères illisibles.");
    return STR_NONE;
}

static enum err parse_text(struct arena *a, struct str text, enum hours_language lang, struct hours **out,
                           struct str *why)
{
    *out = NULL;
    text = str_trim(text);
    *why = unreadable(a, text, lang);
    if (why->n > 0)
        return ERR_INVALID;
    struct hours *h = ARENA_NEW(a, struct hours);
    h->text = arena_str(a, text);
    struct parser p = {.a = a};
    hours_lexer_init(&p.l, h->text);
    if (!parse_rules(&p, h)) {
        *why = explain(&p, h->text, lang);
        return ERR_INVALID;
    }
    summarise(h);
    *out = h;
    return OK;
}

enum err hours_parse(struct arena *a, struct str text, struct hours **out, struct str *why)
{
    return parse_text(a, text, HOURS_FR, out, why);
}

struct str hours_fault(struct arena *a, struct str text, enum hours_language lang)
{
    struct hours *h = NULL;
    struct str why = STR_NONE;
    return parse_text(a, text, lang, &h, &why) == OK ? STR_NONE : why;
}
