/* Commune, postal code and INSEE code: two that agree decide of the third; alone or against each other, they stay as they
 * are. */
#include "modules/directory/tidy/commune.h"

#include "base/text.h"

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_digits(struct str s, size_t n)
{
    for (size_t i = 0; i < s.n; i++)
        if (!digit(s.p[i]))
            return false;
    return s.n == n;
}

/* Letters of other alphabets count. */
static bool has_letter(struct str folded)
{
    for (size_t i = 0; i < folded.n; i++)
        if ((folded.p[i] >= 'a' && folded.p[i] <= 'z') || (unsigned char)folded.p[i] >= 0x80)
            return true;
    return false;
}

struct clues {
    struct arena *a;
    struct str typed;    /* the name, cleaned as a text */
    struct str name;     /* without what is no name: CEDEX, brackets, arrondissement */
    int arrondissement;  /* of Paris, Lyon or Marseille; 0: not said */
    struct territory_match *named;
    size_t n_named;
    struct str postal;   /* five digits, or empty */
    struct territory_commune *posted;
    size_t n_posted;
    bool coded, code_is_former;
    struct str code;
    struct territory_commune by_code;
    struct territory_departement departement; /* of the postal code, else of the INSEE code, else of the context */
    bool has_departement;
    const struct tidy_context *said;
};

struct str tidy_commune_code(struct str code_insee)
{
    struct territory_commune c;
    if (!territory_commune_find(code_insee, &c))
        return code_insee;
    return c.parent.n > 0 ? c.parent : c.code;
}

/* An arrondissement is its city. */
static struct str city_code(const struct territory_commune *c)
{
    return c->parent.n > 0 ? c->parent : c->code;
}

static bool same_city(const struct territory_commune *x, const struct territory_commune *y)
{
    return str_eq(city_code(x), city_code(y));
}

static bool is_posted(const struct clues *q, const struct territory_commune *c)
{
    for (size_t i = 0; i < q->n_posted; i++)
        if (same_city(&q->posted[i], c))
            return true;
    return false;
}

/* -- the name ----------------------------------------------------------------------------------------- */

/* Takes "1er", "2e", "3ème", "04", "XI"… after the name of one of the three cities. */
static int arrondissement_of(struct str folded, struct str *city)
{
    static const struct {
        struct str name;
        int most;
    } cities[] = {{STR_INIT("paris"), 20}, {STR_INIT("lyon"), 9}, {STR_INIT("marseille"), 16}};
    struct str rest = folded, first, word;
    if (!str_split(&rest, ' ', &first))
        return 0;
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++) {
        if (!str_eq(first, cities[i].name))
            continue;
        *city = cities[i].name;
        while (str_split(&rest, ' ', &word)) {
            size_t n = 0;
            int number = 0;
            while (n < word.n && n < 2 && digit(word.p[n]))
                number = number * 10 + (word.p[n++] - '0');
            struct str suffix = str_sub(word, n, word.n);
            bool ordinal = suffix.n == 0 || str_eq(suffix, STR("e")) || str_eq(suffix, STR("er")) ||
                           str_eq(suffix, STR("eme")) || str_eq(suffix, STR("ieme"));
            if (n > 0 && ordinal && number >= 1 && number <= cities[i].most)
                return number;
            if (!str_eq(word, STR("cedex")) && !str_starts(word, STR("arr")) && !all_digits(word, 5))
                return 0;
        }
        return 0;
    }
    return 0;
}

static bool find_name(struct clues *q, struct str name)
{
    q->n_named = territory_named(q->a, name, false, &q->named);
    if (q->n_named > 0)
        q->name = name;
    return q->n_named > 0;
}

/* "Douai CEDEX BP 80809", "Calais CS 90001": what follows is the post office's. */
static struct str without_post_office(struct arena *a, struct str name)
{
    struct text_word *words;
    size_t n = text_words(a, name, &words);
    for (size_t i = 1; i < n; i++) {
        struct str w = words[i].folded;
        bool box = (str_eq(w, STR("bp")) || str_eq(w, STR("cs"))) && i + 1 < n && all_digits(words[i + 1].folded, words[i + 1].folded.n);
        if (str_eq(w, STR("cedex")) || box)
            return str_sub(name, 0, words[i - 1].end);
    }
    return name;
}

static struct str plain_name(struct arena *a, struct str typed);

/* What may stand around a name: "Commune de X", "X (Le Gard)", "X - Y", "X, Y", "X / Y". */
static void look_up_name(struct clues *q)
{
    static const char *const heads[] = {"commune de ", "commune d'", "ville de ", "ville d'", "mairie de ", "mairie d'"};
    if (q->name.n == 0 || find_name(q, q->name))
        return;
    struct str name = q->typed;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct str head = str_from(heads[i]);
        if (name.n > head.n && str_eq_nocase(str_sub(name, 0, head.n), head) && find_name(q, str_sub(name, head.n, name.n)))
            return;
    }
    for (size_t i = 1; i < name.n; i++) {
        bool dash = name.p[i] == '-' && name.p[i - 1] == ' ' && i + 1 < name.n && name.p[i + 1] == ' ';
        if ((dash || name.p[i] == '(' || name.p[i] == ',' || name.p[i] == '/') && find_name(q, str_trim(str_sub(name, 0, i))))
            return;
    }
    (void)find_name(q, plain_name(q->a, name)); /* as it would be written: "Paris 75011 43911" */
}

static void read_name(struct clues *q, struct str value, struct cleaned *out)
{
    *out = clean_text(q->a, value, false);
    q->typed = out->refused ? STR_NONE : out->value;
    struct str city = STR_NONE, folded = text_fold(q->a, q->typed);
    q->name = out->refused ? str_trim(value) : q->typed; /* lost letters: the codes may tell which */
    q->arrondissement = arrondissement_of(folded, &city);
    if (q->arrondissement > 0)
        q->name = city;
    else if (!has_letter(text_fold(q->a, q->name)) ||
             (digit(q->name.p[0]) && str_ends(folded, STR("arrondissement"))))
        q->name = STR_NONE; /* "06370", "2000@", "7e arrondissement" */
    else
        q->name = without_post_office(q->a, q->name);
    look_up_name(q);
}

/* -- case and hyphens of a name that the register does not hold ------------------------------------------ */

static bool small_word(struct str w)
{
    static const char words[] = " a au aux d de des du en et l la le les lès lez sous sur ";
    char spaced[10] = " ";
    if (w.n > 5)
        return false;
    memcpy(spaced + 1, w.p, w.n);
    spaced[w.n + 1] = ' ';
    return strstr(words, spaced) != NULL;
}

/* In small letters, accents and ligatures kept: "BARŒUL" → "barœul". French has no capital beyond U+017F. */
static void lower(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i], before = i > 0 ? (unsigned char)p[i - 1] : 0;
        if (c >= 'A' && c <= 'Z')
            p[i] = (char)(c + 32);
        else if (before == 0xC3 && c >= 0x80 && c <= 0x9E && c != 0x97)
            p[i] = (char)(c + 32); /* À … Þ */
        else if (before == 0xC5 && c == 0x92)
            p[i] = (char)0x93; /* Œ */
    }
}

/* Bytes of the first character. */
static size_t utf8_first(struct str s)
{
    size_t n = s.n > 0;
    while (n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n++;
    return n;
}

static bool has_lower(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            return true;
    return false;
}

/* "LA PIERRE STE MARIE" → "La Pierre Sainte-Marie"; a name in small letters keeps its own. */
static struct str written_plainly(struct arena *a, struct str typed)
{
    typed = without_post_office(a, typed);
    struct text_word *words;
    size_t n = text_words(a, typed, &words), at = 0;
    bool shout = !has_lower(typed);
    char *p = arena_alloc(a, typed.n * 2 + 8 * n + 16);
    for (size_t i = 0; i < n; i++) {
        struct str w = words[i].word, folded = words[i].folded;
        struct str as_typed = str_sub(typed, words[i].start, words[i].end - words[i].start);
        if (all_digits(w, 5) || str_eq(folded, STR("cedex")) || (i > 0 && words[i].start < words[i - 1].end)) /* "½" is two words */
            continue;
        const char *full = str_eq(folded, STR("st")) ? "Saint" : str_eq(folded, STR("ste")) ? "Sainte" : NULL;
        struct str out = full ? str_from(full) : as_typed;
        if (at > 0) { /* what stood between; apostrophes are straight, none is followed by a space */
            size_t gap_at = words[i - 1].end;
            struct str gap = str_sub(typed, gap_at, words[i].start - gap_at);
            bool apostrophe = str_find_char(gap, '\'', 0) >= 0 || str_find(gap, STR("’"), 0) >= 0;
            bool hyphen = str_find_char(gap, '-', 0) >= 0;
            bool after_saint = at >= 5 && (str_ends((struct str){p, at}, STR("Saint")) || str_ends((struct str){p, at}, STR("Sainte")));
            p[at++] = apostrophe ? '\'' : hyphen || after_saint ? '-' : ' ';
        }
        memcpy(p + at, out.p, out.n);
        size_t capital = at == 0 || !small_word(w) ? utf8_first(out) : 0;
        if (shout && !full && out.n > capital)
            lower(p + at + capital, out.n - capital);
        at += out.n;
    }
    return (struct str){p, at};
}

/* A sign between two words may have hidden a damaged letter ("Ã>a"): once it is gone, the letter is mended too. */
static struct str plain_name(struct arena *a, struct str typed)
{
    enum { PASSES = 4 };
    struct str name = written_plainly(a, typed);
    for (int i = 0; i < PASSES; i++) {
        struct cleaned mended = clean_text(a, name, false);
        if (mended.refused || str_eq(mended.value, name))
            break;
        name = written_plainly(a, mended.value);
    }
    return name;
}

/* -- which commune ------------------------------------------------------------------------------------- */

enum fit { FIT_POSTED, FIT_CODED, FIT_DEPARTEMENT, FIT_AROUND, FIT_ANY };

/* The centre of a commune is seldom 20 km from its places; two of one name are seldom less than 60 km apart. */
enum { NEAR_M = 20000, AROUND_M = 60000 };

static bool is_within(const struct clues *q, const struct territory_commune *c, double most_m)
{
    struct territory_point centre = territory_point(NULL, c);
    return centre.precision >= TERRITORY_POINT_AROUND && geo_distance_m(q->said->point, centre.point) <= most_m;
}

static bool fits(const struct clues *q, const struct territory_commune *c, enum fit fit)
{
    switch (fit) {
    case FIT_POSTED:
        return is_posted(q, c);
    case FIT_CODED:
        return q->coded && same_city(&q->by_code, c);
    case FIT_DEPARTEMENT:
        return q->has_departement && str_eq(c->departement, q->departement.code);
    case FIT_AROUND: /* a namesake that is not far either forbids to choose */
        return q->said->has_point && is_within(q, c, AROUND_M);
    case FIT_ANY:
        break;
    }
    return true;
}

/* The only one of the best kind that fits: a name of today goes before a former one, the whole before one that
 * differs by its article. */
static const struct territory_match *only_match(const struct clues *q, enum fit fit)
{
    const struct territory_match *found = NULL;
    for (size_t i = 0; i < q->n_named; i++) {
        const struct territory_match *m = &q->named[i];
        if (!fits(q, &m->commune, fit))
            continue;
        if (!found)
            found = m;
        else if (found->rank == m->rank && (found->former.n > 0) == (m->former.n > 0) && !same_city(&found->commune, &m->commune))
            return NULL;
    }
    return found;
}

/* The commune of a short list whose name is the one typed but for a letter or two. */
static const struct territory_commune *near_posted(const struct clues *q)
{
    enum { NEAR_LIST_MAX = 200 };
    struct territory_match *near;
    size_t n = territory_named(q->a, q->name, true, &near);
    const struct territory_commune *found = NULL;
    for (size_t i = 0; i < n && i < NEAR_LIST_MAX; i++) {
        bool fit = q->n_posted > 0 ? is_posted(q, &near[i].commune)
                   : q->has_departement ? str_eq(near[i].commune.departement, q->departement.code) : true;
        if (!fit || (found && same_city(found, &near[i].commune)))
            continue;
        if (found)
            return NULL;
        found = &near[i].commune;
    }
    return found;
}

/* Does one name, folded, begin with all the words of the other? */
static bool begins(struct str longer, struct str shorter)
{
    return shorter.n > 0 && str_starts(longer, shorter) && (longer.n == shorter.n || longer.p[shorter.n] == ' ');
}

/* "Berck-sur-Mer" for Berck, "Saint-Amand" for Saint-Amand-les-Eaux: when one commune only of the postal code begins so. */
static const struct territory_commune *begun_posted(const struct clues *q)
{
    enum { BEGINNING_MIN = 4 };
    struct str typed = text_fold(q->a, plain_name(q->a, q->name));
    const struct territory_commune *found = NULL;
    for (size_t i = 0; i < q->n_posted; i++) {
        struct str name = text_fold(q->a, q->posted[i].name);
        bool near = name.n >= BEGINNING_MIN && typed.n >= BEGINNING_MIN && (begins(name, typed) || begins(typed, name));
        if (near && found && !same_city(found, &q->posted[i]))
            return NULL;
        if (near)
            found = &q->posted[i];
    }
    return found;
}

/* The only commune of the postal code; NULL when there are several, or none. */
static const struct territory_commune *only_posted(const struct clues *q)
{
    for (size_t i = 1; i < q->n_posted; i++)
        if (!same_city(&q->posted[0], &q->posted[i]))
            return NULL;
    return q->n_posted > 0 ? &q->posted[0] : NULL;
}

struct decision {
    const struct territory_commune *commune; /* NULL: not known */
    struct str former;  /* the former name that was typed */
    bool keep_name;     /* a hamlet, a name that the register does not hold */
    bool slip;
    bool doubt;
};

static struct decision by_match(const struct territory_match *m)
{
    return (struct decision){.commune = &m->commune, .former = m->former};
}

/* The register does not hold the name. */
static struct decision unknown_name(struct clues *q)
{
    struct decision none = {.commune = NULL};
    bool agree = q->coded && is_posted(q, &q->by_code);
    if (q->name.n > 0) {
        const struct territory_commune *near = near_posted(q);
        if (near && (!q->coded || same_city(near, &q->by_code)))
            return (struct decision){.commune = near, .slip = true};
    }
    if (agree || (q->coded && q->n_posted == 0))
        return (struct decision){.commune = &q->by_code, .keep_name = q->name.n > 0};
    if (q->coded) {
        none.doubt = true;
        return none;
    }
    const struct territory_commune *begun = q->name.n > 0 ? begun_posted(q) : NULL;
    if (begun)
        return (struct decision){.commune = begun};
    return (struct decision){.commune = only_posted(q), .keep_name = q->name.n > 0};
}

static struct decision decide(struct clues *q)
{
    if (q->n_named == 0)
        return unknown_name(q);
    const struct territory_match *m = only_match(q, FIT_POSTED);
    if (m)
        return by_match(m);
    if ((m = only_match(q, FIT_CODED)) != NULL)
        return by_match(m);
    if (q->coded && is_posted(q, &q->by_code)) {
        /* Both codes agree against a name that exists elsewhere: a hamlet of that name, or two wrong codes. */
        bool unique = only_match(q, FIT_ANY) != NULL;
        return (struct decision){.doubt = unique, .commune = unique ? NULL : &q->by_code, .keep_name = !unique};
    }
    const struct territory_commune *begun = q->coded ? NULL : begun_posted(q);
    if (begun)
        return (struct decision){.commune = begun};
    if ((m = only_match(q, FIT_DEPARTEMENT)) != NULL) {
        /* The name against a code that is another's: the name is believed when it then says the code. */
        bool certain = q->n_posted == 0 || (!q->coded && m->commune.n_postal_codes == 1);
        return certain ? by_match(m) : (struct decision){.doubt = true};
    }
    if (q->postal.n == 0 && !q->coded && (m = only_match(q, FIT_AROUND)) != NULL && m->former.n == 0 && is_within(q, &m->commune, NEAR_M))
        return by_match(m);
    if (q->postal.n == 0 && !q->coded && !q->has_departement && (m = only_match(q, FIT_ANY)) != NULL && m->former.n == 0)
        return by_match(m);
    return (struct decision){.doubt = q->n_posted > 0 || q->coded};
}

/* Which commune it is cannot be said: how it is spelled can, when all those of that name are spelled alike. */
static struct str spelling(struct clues *q)
{
    const struct territory_match *first = q->n_named > 0 && q->arrondissement == 0 ? &q->named[0] : NULL;
    for (size_t i = 1; first && i < q->n_named; i++)
        if (q->named[i].rank == first->rank && !str_eq(q->named[i].commune.name, first->commune.name))
            first = NULL;
    return first && first->former.n == 0 && first->rank == TERRITORY_EXACT ? first->commune.name : plain_name(q->a, q->typed);
}

/* -- what is written ----------------------------------------------------------------------------------- */

static const char *name_rule(const struct clues *q, const struct decision *d)
{
    struct str folded = text_fold(q->a, q->typed);
    if (q->typed.n == 0)
        return "commune.deduite";
    if (str_find(folded, STR("cedex"), 0) >= 0)
        return "commune.cedex";
    if (q->arrondissement > 0)
        return "commune.arrondissement";
    return d->slip ? "commune.faute" : "commune.nom_officiel";
}

static void write_name(struct clues *q, const struct decision *d, const struct territory_commune *city, struct cleaned *out)
{
    struct str name = d->keep_name && !out->refused ? plain_name(q->a, q->typed) : d->former.n > 0 ? d->former : city->name;
    out->refused = NULL;
    if (!str_eq(name, q->typed)) {
        clean_rule(out, d->keep_name && q->typed.n > 0 ? "commune.ecriture" : name_rule(q, d));
        out->value = name;
    }
}

static void write_code(struct clues *q, const struct territory_commune *city, struct cleaned *out)
{
    out->refused = NULL;
    if (str_eq(out->value, city->code))
        return;
    clean_rule(out, q->code.n == 0           ? "code_insee.deduit"
                    : !q->coded              ? "code_insee.de_la_commune"
                    : q->code_is_former      ? "code_insee.commune_nouvelle"
                    : same_city(&q->by_code, city) ? "code_insee.arrondissement"
                                             : "code_insee.nom_et_code_postal");
    out->value = city->code;
}

static bool owns(const struct territory_commune *c, struct str postal)
{
    for (uint32_t i = 0; i < c->n_postal_codes; i++)
        if (str_eq(territory_postal_code(c, i), postal))
            return true;
    return false;
}

/* The commune's code that begins most like a CEDEX code, when one only does: 35031 → 35000 of Rennes. */
static struct str nearest_code(const struct territory_commune *c, struct str postal)
{
    struct str best = STR_NONE;
    size_t longest = 2;
    bool twice = false;
    for (uint32_t i = 0; i < c->n_postal_codes; i++) {
        struct str code = territory_postal_code(c, i);
        size_t n = 0;
        while (n < 5 && n < postal.n && code.p[n] == postal.p[n])
            n++;
        if (n < longest || n < 3)
            continue;
        twice = n == longest && best.n > 0;
        longest = n;
        best = code;
    }
    return twice ? STR_NONE : best;
}

/* The INSEE code in the cell of the postal code: no CEDEX to be brought near another. */
static bool is_own_insee(struct str postal, const struct territory_commune *city, struct territory_commune *part)
{
    return territory_commune_find(postal, part) && (str_eq(part->code, city->code) || str_eq(part->parent, city->code));
}

static void write_postal(struct clues *q, const struct territory_commune *city, struct cleaned *out)
{
    struct territory_commune part;
    bool own = q->postal.n > 0 && (owns(city, q->postal) || is_posted(q, city));
    if (own)
        return;
    struct str code = STR_NONE;
    bool insee = q->postal.n > 0 && q->n_posted == 0 && is_own_insee(q->postal, city, &part);
    if (insee && part.n_postal_codes == 1)
        code = territory_postal_code(&part, 0);
    else if (city->n_postal_codes == 1)
        code = territory_postal_code(city, 0);
    else if (q->arrondissement > 0) {
        int base = str_eq(city->code, STR("75056")) ? 75100 : str_eq(city->code, STR("69123")) ? 69380 : 13200;
        struct str parts = arena_printf(q->a, "%d", base + q->arrondissement);
        if (territory_commune_find(parts, &part) && part.n_postal_codes > 0)
            code = territory_postal_code(&part, 0);
    } else if (q->postal.n > 0 && q->n_posted == 0 && !insee) {
        code = nearest_code(city, q->postal);
    }
    if (code.n == 0)
        return;
    clean_rule(out, q->postal.n == 0 ? "code_postal.deduit" : insee ? "code_postal.code_insee" : q->n_posted == 0 ? "code_postal.cedex" : "code_postal.de_la_commune");
    out->value = code;
    out->refused = NULL;
}

/* -- reading the three --------------------------------------------------------------------------------- */

static void read_postal(struct clues *q, const struct tidy_context *said, struct cleaned *out)
{
    *out = clean_code_postal(q->a, said->code_postal);
    q->postal = out->refused ? STR_NONE : out->value;
    struct str town = STR_NONE, found = STR_NONE;
    if (q->postal.n == 0 && tidy_address_code(q->a, said->adresse, &found, &town)) {
        out->value = q->postal = found;
        out->refused = NULL;
        clean_rule(out, "code_postal.de_l_adresse");
    }
    if (q->postal.n > 0)
        q->n_posted = territory_communes_of_postal_code(q->a, q->postal, &q->posted);
    if (q->typed.n == 0 && town.n > 0 && q->n_posted > 0)
        q->name = town;
}

static void read_code(struct clues *q, const struct tidy_context *said, struct cleaned *out)
{
    *out = clean_code_insee(q->a, said->code_insee);
    q->code = out->refused ? str_trim(said->code_insee) : out->value;
    if (out->refused || out->value.n == 0)
        return;
    q->coded = territory_commune_find(out->value, &q->by_code);
    q->code_is_former = q->coded && !territory_code_is_current(out->value);
    if (!q->coded)
        out->refused = "Ce code INSEE n’est celui d’aucune commune. Vérifiez qu’il ne s’agit pas d’un code postal.";
}

static void read_departement(struct clues *q, struct str context)
{
    struct str code = directory_departement(q->a, STR_NONE, q->postal);
    q->has_departement = territory_departement_find(code, &q->departement);
    if (!q->has_departement && q->coded)
        q->has_departement = territory_departement_find(q->by_code.departement, &q->departement);
    if (!q->has_departement && context.n > 0)
        q->has_departement = territory_departement_find(context, &q->departement);
}

/* The name that follows the code in the address, when the commune's own cell is empty: as many words as make a
 * commune of that code. */
static void read_town_of_address(struct clues *q)
{
    struct str town = q->name;
    if (q->typed.n > 0 || town.n == 0)
        return;
    for (size_t end = town.n; end > 0; end--) {
        bool cut = end == town.n || town.p[end] == ' ' || town.p[end] == ',' || town.p[end] == '-' || town.p[end] == '\n';
        if (!cut || !find_name(q, str_trim(str_sub(town, 0, end))))
            continue;
        if (only_match(q, FIT_POSTED))
            return;
    }
    q->n_named = 0;
    q->name = STR_NONE;
}

/* What most rows are: a commune of today by its own name, with its code and one of its postal codes. */
static bool all_agree(const struct tidy_context *said, struct territory_commune *c)
{
    if (said->code_insee.n != 5 || said->code_postal.n != 5 || !territory_commune_find(said->code_insee, c) ||
        !str_eq(c->code, said->code_insee) || !str_eq(c->name, said->commune) || c->parent.n > 0)
        return false;
    for (uint32_t i = 0; i < c->n_postal_codes; i++)
        if (str_eq(territory_postal_code(c, i), said->code_postal))
            return true;
    return false;
}

void tidy_commune(struct arena *a, const struct tidy_context *said, struct tidy_commune *out)
{
    struct clues q = {.a = a, .said = said};
    *out = (struct tidy_commune){.known = false};
    if (all_agree(said, &out->found)) {
        out->known = true;
        out->commune.value = said->commune;
        out->code_insee.value = said->code_insee;
        out->code_postal.value = said->code_postal;
        return;
    }
    read_name(&q, said->commune, &out->commune);
    read_postal(&q, said, &out->code_postal);
    read_code(&q, said, &out->code_insee);
    read_departement(&q, said->departement);
    read_town_of_address(&q);
    struct decision d = decide(&q);
    out->doubt = d.doubt;
    if (!d.commune) {
        struct str plain = spelling(&q);
        if (q.typed.n > 0 && !str_eq(plain, q.typed)) {
            clean_rule(&out->commune, "commune.ecriture");
            out->commune.value = plain;
        }
        return;
    }
    struct territory_commune city = *d.commune;
    if (city.parent.n > 0)
        (void)territory_commune_find(city.parent, &city);
    out->known = true;
    out->found = *d.commune;
    write_name(&q, &d, &city, &out->commune);
    write_code(&q, &city, &out->code_insee);
    write_postal(&q, &city, &out->code_postal);
}

/* "BP 40273" is no postal code. */
static bool after_box(struct str adresse, size_t at)
{
    while (at > 0 && (adresse.p[at - 1] == ' ' || adresse.p[at - 1] == '.'))
        at--;
    struct str word = at >= 2 ? str_sub(adresse, at - 2, 2) : STR_NONE;
    return str_eq_nocase(word, STR("BP")) || str_eq_nocase(word, STR("CS"));
}

/* "33697 Mérignac Cedex": no commune has this code, but it says the département. */
static bool is_cedex(struct arena *a, struct str rest)
{
    enum { TOWN_MAX = 60 };
    struct str folded = text_fold(a, field_cut(rest, TOWN_MAX)), word;
    while (str_split(&folded, ' ', &word)) {
        if (str_eq(word, STR("cedex")))
            return true;
        if (all_digits(word, 5))
            return false;
    }
    return false;
}

bool tidy_address_code(struct arena *a, struct str adresse, struct str *code_postal, struct str *town)
{
    for (size_t i = 0; i + 5 <= adresse.n; i++) {
        bool starts = i == 0 || !(digit(adresse.p[i - 1]) || letter(adresse.p[i - 1]));
        if (!starts || !all_digits(str_sub(adresse, i, 5), 5) || (i + 5 < adresse.n && digit(adresse.p[i + 5])) || after_box(adresse, i))
            continue;
        struct territory_commune *communes;
        struct str code = str_sub(adresse, i, 5), rest = str_trim(str_sub(adresse, i + 5, adresse.n));
        if (territory_communes_of_postal_code(a, code, &communes) == 0 && !is_cedex(a, rest))
            continue;
        while (rest.n > 0 && (rest.p[0] == ',' || rest.p[0] == '-' || rest.p[0] == ' '))
            rest = str_sub(rest, 1, rest.n);
        *code_postal = code;
        *town = rest;
        return true;
    }
    return false;
}
