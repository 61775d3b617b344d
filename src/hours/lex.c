#include "hours/lex.h"

static const struct {
    const char word[12]; /* lower case */
    enum hours_token_kind kind;
    int value;
} words[] = {
    {"mo", TOK_WEEKDAY, 0}, {"tu", TOK_WEEKDAY, 1}, {"we", TOK_WEEKDAY, 2}, {"th", TOK_WEEKDAY, 3},
    {"fr", TOK_WEEKDAY, 4}, {"sa", TOK_WEEKDAY, 5}, {"su", TOK_WEEKDAY, 6},
    {"mon", TOK_WEEKDAY, 0}, {"tue", TOK_WEEKDAY, 1}, {"wed", TOK_WEEKDAY, 2}, {"thu", TOK_WEEKDAY, 3},
    {"fri", TOK_WEEKDAY, 4}, {"sat", TOK_WEEKDAY, 5}, {"sun", TOK_WEEKDAY, 6},
    {"monday", TOK_WEEKDAY, 0}, {"tuesday", TOK_WEEKDAY, 1}, {"wednesday", TOK_WEEKDAY, 2},
    {"thursday", TOK_WEEKDAY, 3}, {"friday", TOK_WEEKDAY, 4}, {"saturday", TOK_WEEKDAY, 5},
    {"sunday", TOK_WEEKDAY, 6},
    {"lundi", TOK_WEEKDAY, 0}, {"mardi", TOK_WEEKDAY, 1}, {"mercredi", TOK_WEEKDAY, 2},
    {"jeudi", TOK_WEEKDAY, 3}, {"vendredi", TOK_WEEKDAY, 4}, {"samedi", TOK_WEEKDAY, 5},
    {"dimanche", TOK_WEEKDAY, 6},
    {"jan", TOK_MONTH, 1}, {"feb", TOK_MONTH, 2}, {"mar", TOK_MONTH, 3}, {"apr", TOK_MONTH, 4},
    {"may", TOK_MONTH, 5}, {"jun", TOK_MONTH, 6}, {"jul", TOK_MONTH, 7}, {"aug", TOK_MONTH, 8},
    {"sep", TOK_MONTH, 9}, {"oct", TOK_MONTH, 10}, {"nov", TOK_MONTH, 11}, {"dec", TOK_MONTH, 12},
    {"january", TOK_MONTH, 1}, {"february", TOK_MONTH, 2}, {"march", TOK_MONTH, 3}, {"april", TOK_MONTH, 4},
    {"june", TOK_MONTH, 6}, {"july", TOK_MONTH, 7}, {"august", TOK_MONTH, 8}, {"september", TOK_MONTH, 9},
    {"october", TOK_MONTH, 10}, {"november", TOK_MONTH, 11}, {"december", TOK_MONTH, 12},
    {"ph", TOK_PH, 0}, {"sh", TOK_SH, 0}, {"week", TOK_WEEK, 0}, {"easter", TOK_EASTER, 0},
    {"day", TOK_DAY, 0}, {"days", TOK_DAY, 0},
    {"open", TOK_OPEN, 0}, {"off", TOK_OFF, 0}, {"closed", TOK_OFF, 0}, {"unknown", TOK_UNKNOWN, 0},
    {"sunrise", TOK_SUN, 0}, {"sunset", TOK_SUN, 0}, {"dawn", TOK_SUN, 0}, {"dusk", TOK_SUN, 0},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool keyword(struct str s, struct hours_token *tok)
{
    char low[sizeof words[0].word] = {0};
    if (s.n >= sizeof low)
        return false;
    for (size_t i = 0; i < s.n; i++)
        low[i] = (char)(s.p[i] | 0x20);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (low[0] == words[i].word[0] && memcmp(low, words[i].word, sizeof low) == 0) {
            tok->kind = words[i].kind;
            tok->value = words[i].value;
            tok->text = s;
            return true;
        }
    }
    return false;
}

/* Bytes of white space at i: ASCII, no-break space, narrow no-break space. */
static size_t space_at(struct str s, size_t i)
{
    char c = s.p[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return 1;
    if ((unsigned char)c < 0x80)
        return 0;
    if (str_starts(str_sub(s, i, 2), STR("\xC2\xA0")))
        return 2;
    return str_starts(str_sub(s, i, 3), STR("\xE2\x80\xAF")) ? 3 : 0;
}

/* Bytes of a dash that is not the ASCII one: U+2010…U+2014, U+2212. */
static size_t dash_at(struct str s, size_t i)
{
    if ((unsigned char)s.p[i] < 0x80)
        return 0;
    struct str d = str_sub(s, i, 3);
    if (d.n == 3 && str_starts(d, STR("\xE2\x80")) && (unsigned char)d.p[2] >= 0x90 &&
        (unsigned char)d.p[2] <= 0x94)
        return 3;
    return str_starts(d, STR("\xE2\x88\x92")) ? 3 : 0;
}

static size_t utf8_len(struct str s, size_t i)
{
    size_t n = 1;
    while (i + n < s.n && ((unsigned char)s.p[i + n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* Letters that follow each other: one keyword, or PH/SH stuck to a weekday ("SHWe"). */
static size_t lex_word(struct str s, size_t i, struct hours_token *tok)
{
    size_t n = 1;
    while (i + n < s.n && is_letter(s.p[i + n]))
        n++;
    struct str word = str_sub(s, i, n);
    if (keyword(word, tok))
        return n;
    struct str head = str_sub(word, 0, 2);
    struct hours_token rest = {0};
    if (n > 2 && (str_eq(head, STR("PH")) || str_eq(head, STR("SH"))) &&
        keyword(str_sub(word, 2, n), &rest) && rest.kind == TOK_WEEKDAY) {
        (void)keyword(head, tok);
        return 2;
    }
    tok->kind = TOK_BAD;
    tok->text = word;
    return n;
}

static size_t lex_number(struct str s, size_t i, struct hours_token *tok)
{
    size_t n = 0;
    int value = 0;
    while (i + n < s.n && is_digit(s.p[i + n])) {
        if (value < 100000)
            value = value * 10 + (s.p[i + n] - '0');
        n++;
    }
    *tok = (struct hours_token){TOK_NUMBER, value, str_sub(s, i, n), tok->space_before};
    return n;
}

static size_t lex_comment(struct str s, size_t i, struct hours_token *tok)
{
    ptrdiff_t end = str_find_char(s, '"', i + 1);
    if (end < 0) {
        tok->kind = TOK_BAD;
        tok->value = '"';
        tok->text = str_sub(s, i, s.n);
        return s.n - i;
    }
    tok->kind = TOK_COMMENT;
    tok->text = str_sub(s, i + 1, (size_t)end - i - 1);
    return (size_t)end + 1 - i;
}

static size_t lex_sign(struct str s, size_t i, struct hours_token *tok)
{
    size_t dash = dash_at(s, i);
    if (dash > 0) {
        tok->kind = TOK_SIGN;
        tok->value = '-';
        tok->text = str_sub(s, i, dash);
        return dash;
    }
    if (str_starts(str_sub(s, i, 2), STR("||"))) {
        tok->kind = TOK_FALLBACK;
        tok->text = str_sub(s, i, 2);
        return 2;
    }
    size_t n = utf8_len(s, i);
    tok->text = str_sub(s, i, n);
    tok->value = (unsigned char)s.p[i];
    tok->kind = n == 1 && s.p[i] != '\0' && strchr("-,;:/[]()+.", s.p[i]) ? TOK_SIGN : TOK_BAD;
    return n;
}

void hours_lexer_next(struct hours_lexer *l)
{
    struct str s = l->text;
    bool after_number = l->tok.kind == TOK_NUMBER;
    struct hours_token tok = {.text = {s.p + s.n, 0}};
    for (size_t n; l->at < s.n && (n = space_at(s, l->at)) > 0; l->at += n)
        tok.space_before = true;
    size_t i = l->at;
    if (i >= s.n) {
        l->tok = tok;
        return;
    }
    char c = s.p[i];
    if (is_digit(c)) {
        l->at += lex_number(s, i, &tok);
    } else if ((c == 'h' || c == 'H') && after_number && !tok.space_before && i + 1 < s.n && is_digit(s.p[i + 1])) {
        tok.kind = TOK_SIGN; /* 10h30 */
        tok.value = 'h';
        tok.text = str_sub(s, i, 1);
        l->at++;
    } else if (is_letter(c)) {
        l->at += lex_word(s, i, &tok);
    } else if (c == '"') {
        l->at += lex_comment(s, i, &tok);
    } else {
        l->at += lex_sign(s, i, &tok);
    }
    l->tok = tok;
}

void hours_lexer_init(struct hours_lexer *l, struct str text)
{
    *l = (struct hours_lexer){.text = text};
    hours_lexer_next(l);
}
