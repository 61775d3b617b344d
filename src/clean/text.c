/* Any text. One pass mends what it can see; passes are repeated until one changes nothing, because mending shows other
 * damage ("&amp;eacute;", UTF-8 misread twice). */
#include "base/text.h"
#include "base/utf8.h"
#include "clean/private.h"

enum { PASSES_MAX = 8 };

struct pass {
    struct str in;
    size_t i;
    struct clean_out out;
    struct cleaned *c;
    bool lines;
    bool lost;     /* bytes are missing */
    bool no_close, no_comment, no_block; /* the end of a tag, of a comment, of a script is not there: looked for once */
    bool space;    /* white space met since the last visible character… */
    int ends;      /* …and line ends in it */
    uint32_t last; /* last visible character written */
};

/* -- UTF-8 that was read as Windows-1252 or Latin-1 ------------------------------------------------- */

/* The byte that a program took for this character; 0 when none could be. */
static unsigned char byte_of(uint32_t cp)
{
    if (cp >= 0x80 && cp <= 0xFF)
        return (unsigned char)cp;
    for (unsigned b = 0x80; cp >= 0x152 && b < 0xA0; b++)
        if (clean_cp1252((unsigned char)b) == cp)
            return (unsigned char)b;
    return 0;
}

/* What French texts hold. Others would be found by chance: "à" + no-break space + "«" are bytes of a letter of Samaria. */
static bool plausible(uint32_t cp)
{
    return (cp >= 0x80 && cp < 0x180) || cp == 0x192 || cp == 0x2C6 || cp == 0x2DC || (cp >= 0x300 && cp < 0x370) ||
           (cp >= 0x2000 && cp < 0x2C00) || cp == 0xFE0F || cp == 0xFEFF || cp == 0xFFFD || (cp >= 0x1F000 && cp < 0x1FB00);
}

/* Characters from `i` whose bytes are one character: its bytes read, 0 if there is none. */
static size_t misread(struct str in, size_t i, uint32_t *cp)
{
    char bytes[4];
    size_t n = 0, wanted = 1, at = i;
    while (n < wanted && at < in.n) {
        uint32_t c;
        size_t used = utf8_decode(in.p + at, in.n - at, &c);
        unsigned char byte = used > 0 ? byte_of(c) : 0;
        if (n == 0) {
            if (byte < 0xC2 || byte > 0xF4 || c > 0xFF)
                return 0;
            wanted = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        } else if (byte < 0x80 || byte > 0xBF) {
            return 0;
        }
        bytes[n++] = (char)byte;
        at += used;
    }
    return n == wanted && utf8_decode(bytes, n, cp) == n && plausible(*cp) ? at - i : 0;
}

/* Two characters lose their last byte on the way: "à", whose second byte reads as a no-break space, and ”, whose third
 * one is nothing in Windows-1252. */
static size_t misread_cut(struct str in, size_t i, uint32_t *cp)
{
    struct str rest = str_sub(in, i, in.n);
    if (str_starts(rest, STR("Ã")) && (rest.n == 2 || rest.p[2] == ' ' || rest.p[2] == '\n')) {
        *cp = 0xE0;
        return 2;
    }
    if (str_starts(rest, STR("â€"))) {
        *cp = 0x201D;
        return 5;
    }
    return 0;
}

/* -- one pass ----------------------------------------------------------------------------------------- */

static bool is_space(uint32_t cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
           cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static bool is_invisible(uint32_t cp, uint32_t last)
{
    if (cp == 0x200C || cp == 0x200D)
        return last < 0x600; /* they join letters of other scripts, and pictures */
    return cp < 0x20 || cp == 0x7F || cp == 0xAD || cp == 0x200B || cp == 0x200E || cp == 0x200F ||
           (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF || (cp >= 0xFFF9 && cp <= 0xFFFB) ||
           (cp & 0xFFFE) == 0xFFFE;
}

static void put(struct pass *p, uint32_t cp)
{
    if (p->out.n > 0 && p->lines && p->ends > 0)
        clean_out_add(&p->out, p->ends > 1 ? STR("\n\n") : STR("\n"));
    else if (p->out.n > 0 && (p->space || p->ends > 0))
        clean_out_char(&p->out, ' ');
    p->space = false;
    p->ends = 0;
    p->last = cp;
    clean_out_cp(&p->out, cp);
}

/* A no-break space where French wants one stays: before : ; ! ? » % €, after «, inside a number. */
static bool wanted_no_break(const struct pass *p, size_t after)
{
    uint32_t next = 0;
    if (p->space || p->ends > 0 || p->out.n == 0 || after >= p->in.n || !utf8_decode(p->in.p + after, p->in.n - after, &next))
        return false;
    bool digits = p->last >= '0' && p->last <= '9' && next >= '0' && next <= '9';
    return digits || next == ':' || next == ';' || next == '!' || next == '?' || next == '%' || next == 0xBB || next == 0x20AC ||
           (p->last == 0xAB && !is_space(next));
}

static void white(struct pass *p, uint32_t cp, size_t used)
{
    if ((cp == 0xA0 || cp == 0x202F) && wanted_no_break(p, p->i + used)) {
        put(p, cp);
    } else if (cp == '\n' || cp == 0x2028 || cp == 0x2029 || (cp == '\r' && !(p->i + 1 < p->in.n && p->in.p[p->i + 1] == '\n'))) {
        p->ends++;
    } else {
        p->space = true;
    }
    p->i += used;
}

/* What a script or a style holds is no text. */
static void skip_block(struct pass *p, struct str name)
{
    for (size_t i = p->i; !p->no_block && i + name.n + 2 < p->in.n; i++) {
        if (p->in.p[i] == '<' && p->in.p[i + 1] == '/' && str_eq_nocase(str_sub(p->in, i + 2, name.n), name)) {
            p->i = i;
            return;
        }
    }
    p->no_block = true;
}

/* A tag goes; what it does to the lines stays. */
static bool tag(struct pass *p)
{
    struct str rest = str_sub(p->in, p->i, p->in.n);
    bool closing;
    if (p->no_close || rest.n < 3)
        return false;
    if (!p->no_comment && str_starts(rest, STR("<!--"))) {
        ptrdiff_t end = str_find(rest, STR("-->"), 4);
        p->no_comment = end < 0;
        p->i += end < 0 ? 0 : (size_t)end + 3;
        return end >= 0;
    }
    struct str name = clean_tag_name(rest, &closing);
    if (name.n == 0)
        return false;
    ptrdiff_t end = str_find_char(rest, '>', 1);
    p->no_close = end < 0;
    if (end < 0)
        return false;
    p->i += (size_t)end + 1;
    if (!closing && clean_word_in(" script style ", name))
        skip_block(p, name);
    if (clean_word_in(" br p div li ul ol tr table h1 h2 h3 h4 h5 h6 hr blockquote section article header footer ", name)) {
        p->ends += p->ends == 0;
        if (!closing && p->lines && clean_word_in(" li ", name)) {
            put(p, '-');
            p->space = true;
        }
    } else if (clean_word_in(" td th dd dt option ", name)) {
        p->space = true;
    }
    return true;
}

/* A character that is not ASCII. */
static void beyond_ascii(struct pass *p)
{
    uint32_t cp = 0, mended;
    size_t used = utf8_decode(p->in.p + p->i, p->in.n - p->i, &cp), all;
    if (used > 0 && ((all = misread(p->in, p->i, &mended)) > 0 || (all = misread_cut(p->in, p->i, &mended)) > 0)) {
        clean_rule(p->c, "texte.encodage");
        p->lost |= mended == 0xFFFD;
        put(p, mended);
        p->i += all;
        return;
    }
    if (used == 0 || (cp >= 0x80 && cp < 0xA0)) { /* a byte of Windows among UTF-8 */
        unsigned char byte = used == 0 ? (unsigned char)p->in.p[p->i] : (unsigned char)cp;
        uint32_t meant = clean_cp1252(byte);
        clean_rule(p->c, "texte.encodage");
        p->lost |= meant == 0;
        put(p, meant > 0 ? meant : 0xFFFD);
        p->i += used > 0 ? used : 1;
        return;
    }
    if (is_space(cp)) {
        white(p, cp, used);
        return;
    }
    p->i += used;
    if (is_invisible(cp, p->last)) {
        clean_rule(p->c, "texte.invisibles");
    } else if (cp == 0xF0A7 || cp == 0xF0B7 || cp == 0xF0D8 || cp == 0xF0FC) { /* bullets of a word processor's own font */
        clean_rule(p->c, "texte.encodage");
        put(p, 0x2022);
    } else {
        p->lost |= cp == 0xFFFD;
        put(p, cp);
    }
}

static struct str one_pass(struct arena *a, struct str in, struct cleaned *c, bool lines, bool *lost)
{
    struct pass p = {.in = in, .c = c, .lines = lines, .out = clean_out_new(a, in.n)};
    while (p.i < in.n && !p.lost) {
        unsigned char byte = (unsigned char)in.p[p.i];
        uint32_t cp;
        size_t used;
        if (byte >= 0x80) {
            beyond_ascii(&p);
        } else if (is_space(byte)) {
            white(&p, byte, 1);
        } else if (byte < 0x20 || byte == 0x7F) {
            clean_rule(c, "texte.invisibles");
            p.i++;
        } else if (byte == '&' && (used = clean_entity(str_sub(in, p.i, in.n), &cp)) > 0) {
            clean_rule(c, "texte.entites");
            put(&p, cp);
            p.i += used;
        } else if (byte == '<' && tag(&p)) {
            clean_rule(c, "texte.html");
        } else {
            put(&p, byte);
            p.i++;
        }
    }
    *lost = p.lost;
    return clean_out_str(&p.out);
}

/* Letters followed by their accent as a character of its own, as some computers name files. */
static struct str composed(struct arena *a, struct str v, struct cleaned *c)
{
    bool marks = false;
    for (size_t i = 0; !marks && i + 1 < v.n; i++)
        marks = (unsigned char)v.p[i] == 0xCC || (unsigned char)v.p[i] == 0xCD;
    if (!marks || !str_is_utf8(v))
        return v;
    struct str n = text_normalize(a, v);
    if (!str_eq(n, v))
        clean_rule(c, "texte.accents");
    return n;
}

/* -- texts that are right already ----------------------------------------------------------------------- */

/* Length of a character that needs no second look, 0 for the others. */
static size_t plain_beyond_ascii(const unsigned char *p, size_t n)
{
    if (n < 2)
        return 0;
    if (p[0] == 0xC3 && utf8_is_cont(p[1])) {
        bool may_lead = p[1] < 0x87 || p[1] == 0x8B || p[1] == 0x8C || p[1] == 0x8D || p[1] == 0xA2 || p[1] >= 0xAE;
        return p[1] == 0x83 || (may_lead && n > 2 && p[2] >= 0x80) ? 0 : 2;
    }
    if (p[0] == 0xC5)
        return p[1] == 0x92 || p[1] == 0x93 ? 2 : 0;
    if (p[0] == 0xC2)
        return p[1] == 0xAB || p[1] == 0xBB || p[1] == 0xB0 || p[1] == 0xB7 ? 2 : 0;
    if (p[0] == 0xE2 && n > 2 && p[1] == 0x80)
        return (p[2] >= 0x93 && p[2] <= 0x9D) || p[2] == 0xA2 || p[2] == 0xA6 ? 3 : 0;
    return p[0] == 0xE2 && n > 2 && p[1] == 0x82 && p[2] == 0xAC ? 3 : 0;
}

static bool plain(struct str v, bool lines)
{
    const unsigned char *p = (const unsigned char *)v.p;
    for (size_t i = 0; i < v.n;) {
        unsigned char c = p[i], next = i + 1 < v.n ? p[i + 1] : 0;
        if (c >= 0x80) {
            size_t used = plain_beyond_ascii(p + i, v.n - i);
            if (used == 0)
                return false;
            i += used;
            continue;
        }
        if ((c == ' ' && (next == ' ' || next == '\n')) || (c == '\n' && (!lines || next == ' ' || next == '\n')) ||
            (c < ' ' && c != '\n') || c == 0x7F ||
            ((c == '&' || c == '<') && (next > ' ')))
            return false;
        i++;
    }
    return true;
}

struct cleaned clean_text(struct arena *a, struct str v, bool lines)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str given = c.value;
    if (plain(given, lines))
        return c;
    for (int i = 0; i < PASSES_MAX; i++) {
        size_t rules = c.n_rules;
        bool lost;
        struct str before = c.value, out = one_pass(a, composed(a, before, &c), &c, lines, &lost);
        if (lost) {
            clean_refuse(&c, "Des lettres de ce texte ont été perdues (« � »). Reprenez-le dans le fichier d’origine.");
            return c;
        }
        if (str_eq(out, before)) {
            c.value = before;
            return clean_done(c, v, before);
        }
        if (c.n_rules == rules && i == 0)
            clean_rule(&c, "texte.espaces");
        c.value = out;
    }
    clean_refuse(&c, "Ce texte est rempli de codes de page web. Écrivez-le sans balises ni codes.");
    return c;
}
