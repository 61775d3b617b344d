/* Web addresses. The cell is cut where one address ends and another begins, the scheme of each is read whatever it became,
 * the host is checked, the rest is written with the characters that an address may hold. */
#include "clean/private.h"

static const char *const refusal =
    "Ceci n’est pas une adresse web. Écrivez-la en entier, par exemple https://www.ville.example.";

/* -- right already ------------------------------------------------------------------------------------------------- */

static bool unreserved(char c)
{
    /* brackets are written with %: those of a sentence would be taken for them */
    return clean_is_digit(c) || clean_is_letter(c) || (c > 0 && strchr("-._~:/?#@!$&'*+=[]%,;", c));
}

static size_t scheme_length(struct str v)
{
    return str_starts(v, STR("https://")) ? 8 : str_starts(v, STR("http://")) ? 7 : 0;
}

static bool hex(char c)
{
    return clean_is_digit(c) || (clean_lower(c) >= 'a' && clean_lower(c) <= 'f');
}

static size_t host_end(struct str v, size_t start)
{
    while (start < v.n && v.p[start] != '/' && v.p[start] != '?' && v.p[start] != '#')
        start++;
    return start;
}

static bool ipv4_valid(struct str host)
{
    struct str part;
    int parts = 0;
    int64_t v;
    while (str_split(&host, '.', &part))
        if (++parts > 4 || part.n > 3 || !clean_digits(part, part.n) || !str_to_int(part, &v) || v > 255)
            return false;
    return parts == 4;
}

/* "www.ville" lost its ending. */
static bool host_cut(struct str host)
{
    return str_starts(host, STR("www.")) && str_find_char(host, '.', 4) < 0;
}

static bool host_and_port(struct str host)
{
    ptrdiff_t colon = str_find_char(host, ':', 0);
    int64_t port;
    if (colon >= 0) {
        struct str digits = str_sub(host, (size_t)colon + 1, host.n);
        if (!clean_digits(digits, digits.n) || !str_to_int(digits, &port) || port < 1 || port > 65535)
            return false;
        host.n = (size_t)colon;
    }
    return (clean_host_valid(host) && !host_cut(host)) || ipv4_valid(host);
}

/* Does an address start inside another one at i? Not in a parameter, nor in the archives of the web. */
static bool starts_inside(struct str v, size_t i)
{
    struct str rest = str_sub(v, i, v.n);
    return (str_starts(rest, STR("http://")) || str_starts(rest, STR("https://"))) && i > 0 && v.p[i - 1] != '=' && v.p[i - 1] != '&' &&
           str_find(str_sub(v, 0, i), STR("archive"), 0) < 0 && str_find_char(str_sub(v, 0, i), '?', 0) < 0;
}

static bool starts_address(struct str v);

static bool is_right(struct str v)
{
    enum { URL_MAX = 2083 };
    size_t start = scheme_length(v), end = host_end(v, start);
    if (start == 0 || v.n > URL_MAX || !host_and_port(str_sub(v, start, end - start)))
        return false;
    for (size_t i = end; i < v.n; i++) {
        if (clean_is_letter(v.p[i]) && v.p[i] != 'h')
            continue;
        if (!unreserved(v.p[i]) || (v.p[i] == '%' && !(i + 2 < v.n && hex(v.p[i + 1]) && hex(v.p[i + 2]))) ||
            (v.p[i] == 'h' && starts_inside(v, i)) ||
            ((v.p[i] == ',' || v.p[i] == ';') && starts_address(str_sub(v, i + 1, v.n))))
            return false;
        if (v.p[i] == '&' && str_starts(str_sub(v, i, 5), STR("&amp;")))
            return false;
    }
    return !strchr(".,;:!'*", v.p[v.n - 1]);
}

/* -- the scheme ------------------------------------------------------------------------------------------------------ */

/* Letters of a scheme, whatever is missing or doubled: http, https, htpps, htttp, ttps, hhttp. */
static size_t scheme_letters(struct str v, bool *secure)
{
    size_t n = 0, t = 0, p = 0;
    while (n < v.n && n < 8 && clean_is_letter(v.p[n])) {
        char c = clean_lower(v.p[n]);
        if (!strchr("htps", c))
            return 0;
        t += c == 't';
        p += c == 'p';
        n++;
    }
    *secure = n > 0 && (clean_lower(v.p[n - 1]) == 's' || (n > 3 && clean_lower(v.p[n - 2]) == 's'));
    bool marked = str_starts(str_sub(v, n, 3), STR("://")); /* "htt://": then a letter more may be missing */
    return n >= 3 && t > 0 && (p > 0 || marked) ? n : 0;
}

/* The scheme and its punctuation, however damaged: "https//:", "http:/", "https/www.", "http.://". 0: there is none. */
static size_t damaged_scheme(struct str v, bool *secure)
{
    size_t letters = scheme_letters(v, secure), i = letters;
    if (letters == 0)
        return 0;
    while (i < v.n && strchr(":;/\\., ", v.p[i]) && v.p[i])
        i++;
    struct str marks = str_sub(v, letters, i - letters);
    bool only_dots = str_find_char(marks, ':', 0) < 0 && str_find_char(marks, '/', 0) < 0 && str_find_char(marks, ';', 0) < 0 &&
                     str_find_char(marks, '\\', 0) < 0;
    return marks.n > 0 && !only_dots ? i : 0;
}

/* Takes the scheme off; what to write instead. NULL: another scheme (ftp:). */
static const char *take_scheme(struct cleaned *c, struct str *v)
{
    const char *scheme = NULL;
    bool secure, plain_twice = false;
    for (size_t used; (used = damaged_scheme(*v, &secure)) > 0; *v = str_sub(*v, used, v->n)) {
        bool right = used == scheme_length(*v), capitals = str_eq_nocase(str_sub(*v, 0, used), secure ? STR("https://") : STR("http://"));
        if (scheme) {
            /* The one that was pasted tells; "http://http://" is a form's own beginning, and leaves the choice. */
            clean_rule(c, "site.protocole");
            plain_twice = !secure && strcmp(scheme, "http://") == 0;
        } else if (!right) {
            clean_rule(c, capitals ? "site.casse" : "site.protocole");
        }
        scheme = secure || plain_twice ? "https://" : "http://";
    }
    if (scheme)
        return scheme;
    clean_rule(c, "site.protocole_ajoute");
    return "http://";
}

/* -- one address ------------------------------------------------------------------------------------------------------ */

static void add_path(struct cleaned *c, struct clean_out *out, struct str path)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < path.n; i++) {
        unsigned char b = (unsigned char)path.p[i];
        bool escape = b == '%' && i + 2 < path.n && hex(path.p[i + 1]) && hex(path.p[i + 2]);
        if (b == '\\') {
            clean_rule(c, "site.caracteres");
            clean_out_char(out, '/');
        } else if (unreserved(path.p[i]) && (b != '%' || escape)) {
            clean_out_char(out, path.p[i]);
        } else {
            clean_rule(c, "site.caracteres");
            clean_out_add(out, (struct str){(char[]){'%', digits[b >> 4], digits[b & 15]}, 3});
        }
    }
}

/* Punctuation of the sentence around; a bracket that was opened inside stays. */
static struct str trimmed(struct str v)
{
    while (v.n > 0 && strchr("<([{\"'.,;:-*/", v.p[0]))
        v = str_sub(v, 1, v.n);
    while (v.n > 0) {
        char last = v.p[v.n - 1];
        if (!strchr(">)]}\"'.,;:!*", last) || (last == ')' && str_find_char(v, '(', 0) >= 0))
            break;
        v.n--;
    }
    return v;
}

/* Endings that people may write without http:// in a sentence: two letters, and the best known long ones. */
static bool known_ending(struct str host)
{
    static const char endings[] = " com org net info biz bzh paris alsace corsica coop asso gouv online site app dev page tech school pro name "
                                  "mobi blog news city social center solutions services agency digital network space cloud link ovh "
                                  "eus cat media museum education immo shop store xyz club team support health green bio life world ";
    size_t dot = host.n;
    while (dot > 0 && host.p[dot - 1] != '.')
        dot--;
    struct str ending = str_sub(host, dot, host.n);
    return ending.n == 2 || clean_word_in(endings, ending);
}

enum word_kind { WORD_ADDRESS, WORD_TEXT, WORD_BROKEN };

/* One word of the cell. `sentence`: there are words around that are no addresses. */
static enum word_kind address(struct arena *a, struct cleaned *c, struct str word, bool sentence, struct str *url)
{
    struct cleaned own = {0};
    bool secure, explicit_start;
    size_t whole = word.n;
    bool dots = str_ends(word, STR("..."));
    word = trimmed(word);
    if (word.n != whole)
        clean_rule(&own, "site.ponctuation");
    size_t damaged = damaged_scheme(word, &secure);
    explicit_start = damaged > 0 || str_eq_nocase(str_sub(word, 0, 4), STR("www."));
    bool shortened = dots || str_ends(word, STR("…")); /* "ville.fr/pag…" */
    const char *scheme = take_scheme(&own, &word);
    size_t end = host_end(word, 0);
    ptrdiff_t back = str_find_char(word, '\\', 0);
    if (back >= 0 && (size_t)back < end)
        end = (size_t)back;
    struct clean_out out = clean_out_new(a, word.n + 8);
    clean_out_add(&out, str_from(scheme));
    for (size_t i = 0; i < end; i++) {
        char lower = clean_lower(word.p[i]);
        if (i == 3 && lower == ',' && str_eq_nocase(str_sub(word, 0, 3), STR("www")))
            lower = '.';
        if (lower != word.p[i])
            clean_rule(&own, "site.casse");
        clean_out_char(&out, lower);
    }
    struct str host = str_sub(clean_out_str(&out), strlen(scheme), out.n);
    bool known = known_ending(host);
    add_path(&own, &out, str_sub(word, end, word.n));
    *url = clean_out_str(&out);
    if (shortened || !is_right(*url) || (!explicit_start && !known) || (sentence && !known))
        return explicit_start ? WORD_BROKEN : WORD_TEXT;
    for (size_t i = 0; i < own.n_rules; i++)
        clean_rule(c, own.rules[i]);
    return WORD_ADDRESS;
}

/* -- the cell ------------------------------------------------------------------------------------------------------------ */

static bool starts_address(struct str v)
{
    bool secure;
    return str_eq_nocase(str_sub(v, 0, 4), STR("www.")) || damaged_scheme(v, &secure) > 0;
}

/* Does the word end before i? */
static bool word_ends(struct str v, size_t start, size_t i)
{
    char c = v.p[i];
    if (c == ' ' || c == '|' || c == '<' || c == '>' || c == '"')
        return true;
    if (c == ';' || c == ',') {
        struct str rest = str_sub(v, i + 1, v.n);
        /* www,ville.fr and https;//ville.fr; a list glued by its commas; a comma of the address itself */
        return !(i - start == 3 && str_eq_nocase(str_sub(v, start, 3), STR("www"))) && !(rest.n > 1 && rest.p[0] == '/' && rest.p[1] == '/') &&
               (rest.n == 0 || rest.p[0] == ' ' || starts_address(rest) || scheme_length(str_sub(v, start, i)) == 0);
    }
    return c == 'h' && i > start && scheme_length(str_sub(v, i, v.n)) > 0 && starts_inside(str_sub(v, start, v.n), i - start) &&
           strchr("/;,)", v.p[i - 1]) && i - start > 8;
}

/* Links of a page: what they lead to, between spaces. The same text when there is none. */
static struct str without_links(struct arena *a, struct cleaned *c, struct str v)
{
    static const struct str mark = STR_INIT("href=");
    struct clean_out out = {0};
    for (ptrdiff_t at = 0; (at = str_find(v, mark, (size_t)at)) >= 0;) {
        size_t start = (size_t)at + mark.n;
        char quote = (char)(start < v.n ? v.p[start] : 0);
        ptrdiff_t end = quote == '"' || quote == '\'' ? str_find_char(v, quote, start + 1) : -1;
        if (end < 0)
            return v;
        if (!out.p)
            out = clean_out_new(a, v.n);
        clean_out_add(&out, str_sub(v, start + 1, (size_t)end - start - 1));
        clean_out_char(&out, ' ');
        at = end;
    }
    if (!out.p)
        return v;
    clean_rule(c, "site.html");
    return str_trim(clean_out_str(&out));
}

/* Spaces that stand inside an address: after the scheme, after "www.". */
static struct str closed_up(struct arena *a, struct cleaned *c, struct str v)
{
    struct clean_out out = clean_out_new(a, v.n);
    for (size_t i = 0; i < v.n; i++) {
        struct str before = clean_out_str(&out);
        if (v.p[i] == ' ' && (str_ends(before, STR("://")) || str_ends(before, STR("www.")) ||
                              (str_ends(before, STR("http")) && i + 1 < v.n && v.p[i + 1] == ':') ||
                              (str_ends(before, STR("https")) && i + 1 < v.n && v.p[i + 1] == ':'))) {
            clean_rule(c, "site.espace");
        } else if (str_eq(str_sub(v, i, 5), STR("&amp;"))) {
            clean_rule(c, "texte.entites");
            clean_out_char(&out, '&');
            i += 4;
        } else {
            clean_out_char(&out, v.p[i]);
        }
    }
    return clean_out_str(&out);
}

struct words {
    struct clean_out list;
    size_t texts, broken;
    bool cut; /* the address before ends where it cannot: the word after a space was a part of it */
};

static void each_word(struct arena *a, struct cleaned *c, struct str text, bool sentence, struct words *w)
{
    *w = (struct words){.list = clean_out_new(a, text.n)};
    for (size_t i = 0; i < text.n;) {
        size_t start = i;
        struct str word, url;
        while (i < text.n && !word_ends(text, start, i))
            i++;
        word = str_sub(text, start, i - start);
        if (i < text.n && text.p[i] != 'h')
            i++;
        if (i < text.n && i == start)
            i++;
        if (word.n == 0 || clean_word_in(" et ou and or - : / & ", word))
            continue;
        enum word_kind kind = address(a, c, word, sentence, &url);
        w->texts += kind == WORD_TEXT;
        w->broken += kind == WORD_BROKEN || (kind == WORD_TEXT && w->cut);
        w->cut = kind == WORD_ADDRESS && strchr("-_=&?%+,", url.p[url.n - 1]);
        if (kind == WORD_ADDRESS && !clean_join(&w->list, url))
            clean_rule(c, "site.double");
    }
}

struct cleaned clean_sites_web(struct arena *a, struct str v)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str text, page = v;
    struct words w;
    if (clean_items_right(c.value, is_right))
        return c;
    if (str_find_char(v, '<', 0) >= 0)
        page = without_links(a, &c, v);
    struct cleaned links = c;
    bool says = clean_cell(a, &c, page, &text);
    for (size_t i = 0; !c.refused && i < links.n_rules; i++)
        clean_rule(&c, links.rules[i]);
    if (!says)
        return c;
    text = closed_up(a, &c, text);
    struct cleaned before = c;
    each_word(a, &c, text, false, &w);
    if (w.texts > 0 && w.list.n > 0) { /* again, with more care: words around */
        c = before;
        each_word(a, &c, text, true, &w);
        clean_rule(&c, "site.texte");
    }
    if (w.list.n == 0 || w.broken > 0) {
        clean_refuse(&c, str_find_char(text, '@', 0) > 0 && w.broken == 0
                             ? "Ceci est une adresse électronique, pas un site. Mettez-la dans les courriels."
                             : refusal);
        return c;
    }
    if (c.n_rules == 0)
        clean_rule(&c, "site.separateur");
    return clean_done(c, v, clean_out_str(&w.list));
}
