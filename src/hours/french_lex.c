#include "hours/french_lex.h"

#include "base/buf.h"

/* ---- folding ---- */

static const struct {
    const char *from, *to;
} folds[] = {
    {"à", "a"}, {"â", "a"}, {"ä", "a"}, {"ç", "c"}, {"é", "e"}, {"è", "e"}, {"ê", "e"}, {"ë", "e"}, {"î", "i"},
    {"ï", "i"}, {"ô", "o"}, {"ö", "o"}, {"ù", "u"}, {"û", "u"}, {"ü", "u"}, {"À", "a"}, {"Â", "a"}, {"Ç", "c"},
    {"É", "e"}, {"È", "e"}, {"Ê", "e"}, {"Î", "i"}, {"Ô", "o"}, {"Ù", "u"}, {"Û", "u"}, {"œ", "oe"}, {"°", "e"},
    {"è", "e"}, {"é", "e"}, {"ê", "e"}, {"û", "u"}, /* letter and combining accent */
    {"’", "'"}, {"‘", "'"}, {"–", "-"}, {"—", "-"}, {"‑", "-"}, {"‐", "-"}, {"−", "-"}, {"→", "-"}, {"•", "\n"},
    {"·", "\n"}, {"\xC2\xA0", " "}, {"\xE2\x80\xAF", " "}, {"\xE2\x80\x89", " "}, {"…", " "},
    {"&nbsp;", " "}, {"&amp;", " et "}, {"&eacute;", "e"}, {"&agrave;", "a"}, {"&egrave;", "e"}, {"&ecirc;", "e"},
    {"&ucirc;", "u"}, {"&#039;", "'"}, {"&#39;", "'"}, {"&rsquo;", "'"}, {"&ndash;", "-"}, {"&", " et "},
    {"<br>", "\n"}, {"<br/>", "\n"}, {"<br />", "\n"}, {"<p>", "\n"}, {"</p>", "\n"},
};

struct str french_fold(struct arena *a, struct str text)
{
    struct buf b;
    bool bad = false;
    buf_init(&b, 16 * 1024);
    for (size_t i = 0; i < text.n && !bad;) {
        char c = text.p[i];
        size_t k = 0, known = sizeof folds / sizeof *folds;
        if ((unsigned char)c >= 0x80 || c == '&' || c == '<')
            while (k < known && !str_starts(str_sub(text, i, 8), str_from(folds[k].from)))
                k++;
        else
            k = known;
        if (k < known) {
            buf_lit(&b, folds[k].to);
            i += strlen(folds[k].from);
            continue;
        }
        bad = (unsigned char)c >= 0x80 || c == '<' || (c < ' ' && c != '\n' && c != '\t' && c != '\r');
        buf_char(&b, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
        i++;
    }
    struct str folded = bad || b.failed ? STR_NONE : arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return folded;
}

/* ---- words ---- */

static const struct {
    const char *word;
    enum french_kind kind;
    int value;
} words[] = {
    {"lundi", F_DAY, 0}, {"lundis", F_DAY, 0}, {"lun", F_DAY, 0}, {"lu", F_DAY, 0},
    {"mardi", F_DAY, 1}, {"mardis", F_DAY, 1}, {"mar", F_DAY, 1}, {"ma", F_DAY, 1},
    {"mercredi", F_DAY, 2}, {"mercredis", F_DAY, 2}, {"mer", F_DAY, 2}, {"me", F_DAY, 2},
    {"jeudi", F_DAY, 3}, {"jeudis", F_DAY, 3}, {"jeu", F_DAY, 3}, {"je", F_DAY, 3},
    {"vendredi", F_DAY, 4}, {"vendredis", F_DAY, 4}, {"ven", F_DAY, 4}, {"ve", F_DAY, 4},
    {"samedi", F_DAY, 5}, {"samedis", F_DAY, 5}, {"sam", F_DAY, 5}, {"sa", F_DAY, 5},
    {"dimanche", F_DAY, 6}, {"dimanches", F_DAY, 6}, {"dim", F_DAY, 6}, {"di", F_DAY, 6},
    {"janvier", F_MONTH, 1}, {"fevrier", F_MONTH, 2}, {"mars", F_MONTH, 3}, {"avril", F_MONTH, 4}, {"mai", F_MONTH, 5},
    {"juin", F_MONTH, 6}, {"juillet", F_MONTH, 7}, {"aout", F_MONTH, 8}, {"septembre", F_MONTH, 9},
    {"octobre", F_MONTH, 10}, {"novembre", F_MONTH, 11}, {"decembre", F_MONTH, 12},
    {"premier", F_RANK, 1}, {"premiers", F_RANK, 1}, {"deuxieme", F_RANK, 2}, {"second", F_RANK, 2},
    {"troisieme", F_RANK, 3}, {"quatrieme", F_RANK, 4}, {"dernier", F_RANK, -1}, {"derniers", F_RANK, -1},
    {"a", F_A, 0}, {"au", F_AU, 0}, {"aux", F_LE, 0}, {"du", F_DU, 0}, {"de", F_DE, 0}, {"des", F_DE, 0}, {"d", F_DE, 0},
    {"le", F_LE, 0}, {"la", F_LE, 0}, {"les", F_LE, 0}, {"l", F_LE, 0}, {"et", F_ET, 0}, {"puis", F_ET, 0},
    {"en", F_EN, 0}, {"sur", F_SUR, 0}, {"sans", F_SANS, 0}, {"avec", F_AVEC, 0}, {"un", F_UN, 0}, {"une", F_UN, 0},
    {"deux", F_TWO, 0}, {"entre", F_ENTRE, 0}, {"tous", F_TOUS, 0}, {"toutes", F_TOUS, 0}, {"chaque", F_CHAQUE, 0},
    {"matin", F_MORNING, 0}, {"matins", F_MORNING, 0}, {"matinee", F_MORNING, 0}, {"aprem", F_AFTERNOON, 0},
    {"soir", F_EVENING, 0}, {"soirs", F_EVENING, 0}, {"jour", F_WORD_DAY, 0}, {"jours", F_WORD_DAY, 0},
    {"weekend", F_WEEKEND, 0}, {"semaine", F_WEEK, 0}, {"semaines", F_WEEK, 0}, {"paire", F_EVEN, 0},
    {"paires", F_EVEN, 0}, {"impaire", F_ODD, 0}, {"impaires", F_ODD, 0}, {"mois", F_MONTH_WORD, 0}, {"moi", F_MONTH_WORD, 0},
    {"rdv", F_APPOINTMENT, 0}, {"rv", F_APPOINTMENT, 0},
    {"ferme", F_CLOSED, 0}, {"fermee", F_CLOSED, 0}, {"fermes", F_CLOSED, 0}, {"fermeture", F_CLOSED, 0},
    {"ferie", F_HOLIDAY, 0}, {"feries", F_HOLIDAY, 0}, {"vacances", F_VACATION, 0},
    {"pendant", F_DURING, 0}, {"durant", F_DURING, 0}, {"sauf", F_EXCEPT, 0},
    {"hors", F_OUTSIDE, 0},
    {"noel", F_SEASON, 0}, {"toussaint", F_SEASON, 1}, {"hiver", F_SEASON, 2}, {"printemps", F_SEASON, 3},
    {"paques", F_SEASON, 3}, {"ete", F_SEASON, 4},
    {"midi", F_TIME, 12 * 60}, {"minuit", F_TIME, 24 * 60},
    {"h", F_NEUTRAL, 0}, {"ouvert", F_NEUTRAL, 0}, {"ouverte", F_NEUTRAL, 0}, {"ouverture", F_NEUTRAL, 0},
    {"horaire", F_NEUTRAL, 0}, {"horaires", F_NEUTRAL, 0}, {"accueil", F_NEUTRAL, 0}, {"public", F_NEUTRAL, 0},
    {"scolaire", F_NEUTRAL, 0}, {"scolaires", F_NEUTRAL, 0}, {"uniquement", F_NEUTRAL, 0}, {"seulement", F_NEUTRAL, 0},
    {"permanence", F_NEUTRAL, 0}, {"permanences", F_NEUTRAL, 0},
    {"il", F_NEUTRAL, 0}, {"y", F_NEUTRAL, 0}, {"creneau", F_NEUTRAL, 0}, {"creneaux", F_NEUTRAL, 0},
    {"acces", F_NEUTRAL, 0}, {"libre", F_NEUTRAL, 0},
};

/* Several words that count as one; longest first. */
static const struct {
    const char *text;
    enum french_kind kind;
    int value;
} phrases[] = {
    {"toute la journee", F_WHOLE_DAY, 0}, {"rendez vous", F_APPOINTMENT, 0}, {"rendez-vous", F_APPOINTMENT, 0},
    {"apres-midi", F_AFTERNOON, 0}, {"apres midi", F_AFTERNOON, 0}, {"week-end", F_WEEKEND, 0},
    {"week end", F_WEEKEND, 0}, {"7j/7", F_WORD_DAY, 7}, {"7 j/7", F_WORD_DAY, 7}, {"7j sur 7", F_WORD_DAY, 7},
    {"7 jours sur 7", F_WORD_DAY, 7}, {"7/7", F_WORD_DAY, 7},
};

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char at(struct str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static size_t letters(struct str s, size_t i)
{
    size_t n = 0;
    while (is_letter(at(s, i + n)))
        n++;
    return n;
}

static size_t digits(struct str s, size_t i)
{
    size_t n = 0;
    while (is_digit(at(s, i + n)))
        n++;
    return n;
}

static size_t spaces(struct str s, size_t i)
{
    size_t n = 0;
    while (at(s, i + n) == ' ' || at(s, i + n) == '\t')
        n++;
    return n;
}

static bool find_word(struct str s, struct french_token *t)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(s, str_from(words[i].word))) {
            *t = (struct french_token){words[i].kind, words[i].value};
            return true;
        }
    }
    return false;
}

static size_t find_phrase(struct str s, size_t i, struct french_token *t)
{
    for (size_t k = 0; k < sizeof phrases / sizeof *phrases; k++) {
        if (phrases[k].text[0] != s.p[i])
            continue;
        struct str p = str_from(phrases[k].text);
        if (str_starts(str_sub(s, i, s.n), p) && !is_letter(at(s, i + p.n)) && !is_digit(at(s, i + p.n))) {
            *t = (struct french_token){phrases[k].kind, phrases[k].value};
            return p.n;
        }
    }
    return 0;
}

/* ---- numbers ---- */

static int number(struct str s, size_t i, size_t n)
{
    int v = 0;
    for (size_t k = 0; k < n && v < 100000; k++)
        v = v * 10 + (s.p[i + k] - '0');
    return v;
}

/* "h", "heures" after a number: its length, 0 if there is none. "19hmer" is 19 h then mercredi. */
static size_t hour_unit(struct str s, size_t i)
{
    static const char *const units[] = {"h", "hr", "hrs", "heure", "heures"};
    size_t n = letters(s, i);
    struct str run = str_sub(s, i, n);
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
        if (str_eq(run, str_from(units[k])))
            return n;
    struct french_token t;
    return n > 1 && run.p[0] == 'h' && find_word(str_sub(run, 1, n), &t) && t.kind == F_DAY ? 1 : 0;
}

static struct french_token time_token(int hour, int minute)
{
    int value = hour * 60 + minute;
    if (hour > 24 || minute > 59 || value > 24 * 60)
        return (struct french_token){F_BAD, 0};
    return (struct french_token){F_TIME, value};
}

/* The minutes after "9h": how many bytes they take, spaces included. Two digits that are an hour of their own are
 * left alone ("9h12h", "9h 14:00"); one digit, or a detached number that is not a quarter, is doubtful. */
static size_t minutes_after(struct str s, size_t i, bool detached, int *minute, bool *bad)
{
    size_t gap = spaces(s, i), n = digits(s, i + gap), end = i + gap + n;
    int value = number(s, i + gap, n);
    if (n == 0)
        return 0;
    bool hour_follows = hour_unit(s, end + spaces(s, end)) > 0 && value <= 24;
    if (n <= 2 && (hour_follows || (gap > 0 && at(s, end) == ':')))
        return 0;
    bool doubtful = n != 2 || (gap > 0 && !detached && value % 15 != 0);
    if (gap > 0 && doubtful)
        return 0; /* a bare number: what follows decides */
    *bad = doubtful;
    *minute = value;
    return gap + n;
}

/* 1er, 2e, 2eme, 3eme: the length of the ending, 0 if there is none. */
static size_t rank_ending(struct str s, size_t i)
{
    static const char *const endings[] = {"er", "ere", "e", "eme", "nd", "ieme"};
    size_t n = letters(s, i);
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
        if (str_eq(str_sub(s, i, n), str_from(endings[k])))
            return n;
    return 0;
}

static size_t lex_number(struct str s, size_t i, struct french_token *t)
{
    size_t n = digits(s, i), used = n;
    int value = number(s, i, n), minute = 0;
    bool bad = false;
    if (n == 4) {
        *t = (struct french_token){F_DIGITS4, value};
        return n;
    }
    if (n > 2) {
        *t = (struct french_token){F_BAD, 0};
        return n;
    }
    size_t gap = spaces(s, i + n), unit = hour_unit(s, i + n + gap), rank = rank_ending(s, i + n);
    char sign = at(s, i + n + gap);
    bool colon = sign == ':' && (gap == 0 || digits(s, i + n + gap + 1) == 2);
    bool dot = sign == '.' && gap == 0 && digits(s, i + n + 1) == 2 && at(s, i + n + 3) != '.';
    if (unit > 0) {
        used += gap + unit;
        used += minutes_after(s, i + used, gap > 0, &minute, &bad);
    } else if (colon || dot) {
        used += gap + 1;
        size_t two = digits(s, i + used);
        bad = two != 2 && two != 0;
        minute = two == 2 ? number(s, i + used, 2) : 0;
        used += two;
        if (str_starts(str_sub(s, i + used, 3), STR(":00")))
            used += 3; /* seconds of a spreadsheet */
    } else if (rank > 0 && value >= 1 && value <= 31) {
        *t = (struct french_token){F_RANK, value};
        return n + rank;
    } else {
        *t = (struct french_token){F_NUMBER, value};
        return n;
    }
    *t = bad ? (struct french_token){F_BAD, 0} : time_token(value, minute);
    return used;
}

struct french_token *french_lex(struct arena *a, struct str s)
{
    struct french_token *out = ARENA_ARRAY(a, s.n + 1, struct french_token);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        struct french_token t = {F_BAD, 0};
        size_t used = find_phrase(s, i, &t);
        if (used > 0) {
            i += used;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\'' || c == '_' || c == '=' || c == '|') {
            i++;
            continue;
        } else if (is_digit(c)) {
            i += lex_number(s, i, &t);
        } else if (is_letter(c)) {
            size_t len = letters(s, i);
            (void)find_word(str_sub(s, i, len), &t);
            i += len;
        } else {
            if (strchr("-/,;:.()+\n", c))
                t = (struct french_token){F_SIGN, c};
            i++;
        }
        out[n++] = t;
    }
    out[n] = (struct french_token){F_END, 0};
    return out;
}
