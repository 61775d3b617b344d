#include "base/text.h"
#include "base/utf8.h"
#include "clean/private.h"

void clean_rule(struct cleaned *c, const char *rule)
{
    for (size_t i = 0; i < c->n_rules; i++)
        if (strcmp(c->rules[i], rule) == 0)
            return;
    if (c->n_rules < CLEAN_RULES_MAX)
        c->rules[c->n_rules++] = rule;
}

void clean_refuse(struct cleaned *c, const char *why)
{
    c->value = STR_NONE;
    c->n_rules = 0;
    c->refused = why;
}

struct clean_out clean_out_new(struct arena *a, size_t room)
{
    size_t cap = room + 16;
    return (struct clean_out){a, arena_alloc(a, cap), 0, cap};
}

void clean_out_add(struct clean_out *o, struct str s)
{
    if (s.n == 0)
        return;
    if (o->cap - o->n < s.n)
        o->p = arena_grow(o->a, o->p, o->n, &o->cap, o->n + s.n, 1);
    memcpy(o->p + o->n, s.p, s.n);
    o->n += s.n;
}

void clean_out_char(struct clean_out *o, char c)
{
    clean_out_add(o, (struct str){&c, 1});
}

void clean_out_cp(struct clean_out *o, uint32_t cp)
{
    char bytes[4];
    clean_out_add(o, (struct str){bytes, utf8_encode(cp, bytes)});
}

bool clean_digits(struct str v, size_t n)
{
    for (size_t i = 0; i < v.n; i++)
        if (!clean_is_digit(v.p[i]))
            return false;
    return v.n == n;
}

bool clean_word_in(const char *list, struct str word)
{
    enum { WORD_MAX = 30 };
    char with_spaces[WORD_MAX + 3] = " ";
    if (word.n == 0 || word.n > WORD_MAX || memchr(word.p, 0, word.n) || memchr(word.p, ' ', word.n))
        return false;
    for (size_t i = 0; i < word.n; i++)
        with_spaces[i + 1] = clean_lower(word.p[i]);
    with_spaces[word.n + 1] = ' ';
    return strstr(list, with_spaces) != NULL;
}

bool clean_says_nothing(struct str v)
{
    static const struct str words[] = {
        STR_INIT("na"),              STR_INIT("n/a"),             STR_INIT("n.a"),          STR_INIT("n.a."),
        STR_INIT("nc"),              STR_INIT("n.c"),             STR_INIT("n.c."),         STR_INIT("nr"),
        STR_INIT("nd"),              STR_INIT("neant"),           STR_INIT("néant"),        STR_INIT("aucun"),
        STR_INIT("aucune"),          STR_INIT("null"),            STR_INIT("none"),         STR_INIT("undefined"),
        STR_INIT("nan"),             STR_INIT("non"),             STR_INIT("non communiqué"), STR_INIT("non communique"),
        STR_INIT("non renseigné"),   STR_INIT("non renseigne"),   STR_INIT("non disponible"), STR_INIT("non défini"),
        STR_INIT("inconnu"),         STR_INIT("inconnue"),        STR_INIT("pas de téléphone"), STR_INIT("pas de telephone"),
        STR_INIT("pas de site"),     STR_INIT("pas de mail"),     STR_INIT("pas de site internet"), STR_INIT("pas de site web"),
        STR_INIT("sans"),            STR_INIT("sans objet"),      STR_INIT("[non diffusible]"), STR_INIT("à venir"),
        STR_INIT("a venir"),         STR_INIT("à compléter"),     STR_INIT("a completer"),  STR_INIT("à préciser"),
        STR_INIT("à définir"),       STR_INIT("en cours"),        STR_INIT("en construction"), STR_INIT("non communiquée"),
        STR_INIT("non renseignée"),  STR_INIT("pas d'adresse"),   STR_INIT("sans adresse"),
    };
    enum { LONGEST = 24 };
    bool any = false;
    if (v.n > LONGEST)
        return false;
    for (size_t i = 0; !any && i < v.n; i++)
        any = !(v.p[i] > 0 && strchr("-_./\\ ?*#'\"xX0", v.p[i]));
    if (!any)
        return true; /* "-", "...", "xxx", "00000", also nothing at all */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (v.n == words[i].n && str_eq_nocase(v, words[i]))
            return true;
    return false;
}

bool clean_cell(struct arena *a, struct cleaned *c, struct str v, struct str *out)
{
    *c = clean_text(a, v, false);
    *out = c->value;
    if (c->refused || c->value.n == 0)
        return false;
    if (clean_says_nothing(c->value)) {
        c->value = STR_NONE;
        clean_rule(c, "valeur.absente");
        return false;
    }
    return true;
}

struct cleaned clean_done(struct cleaned c, struct str given, struct str value)
{
    c.value = value;
    if (str_eq(str_trim(given), value))
        c.n_rules = 0;
    return c;
}

bool clean_join(struct clean_out *list, struct str value)
{
    struct str rest = clean_out_str(list), piece;
    while (str_split(&rest, '|', &piece))
        if (str_eq(piece, value))
            return false;
    if (list->n > 0)
        clean_out_char(list, '|');
    clean_out_add(list, value);
    return true;
}

bool clean_host_valid(struct str host)
{
    size_t labels = 0, length = 0;
    bool name = false; /* the last label holds a letter */
    if (host.n > 253)
        return false;
    for (size_t i = 0; i <= host.n; i++) {
        char c = i < host.n ? host.p[i] : '.';
        if (c == '.') {
            if (length == 0 || length > 63 || host.p[i - 1] == '-' || host.p[i - length] == '-')
                return false;
            labels++;
            if (i < host.n) {
                length = 0;
                name = false;
            }
        } else if ((c >= 'a' && c <= 'z') || clean_is_digit(c) || c == '-') {
            length++;
            name |= !clean_is_digit(c);
        } else {
            return false;
        }
    }
    return labels >= 2 && length >= 2 && name;
}

bool clean_items_right(struct str v, bool (*is_right)(struct str item))
{
    struct str rest = v, piece, earlier, other;
    if (v.n == 0 || v.p[v.n - 1] == '|')
        return false;
    while (str_split(&rest, '|', &piece)) {
        if (!is_right(piece))
            return false;
        earlier = (struct str){v.p, (size_t)(piece.p - v.p)};
        while (str_split(&earlier, '|', &other))
            if (str_eq(other, piece))
                return false;
    }
    return true;
}
