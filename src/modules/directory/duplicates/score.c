/* How much two places look like one. Vetoes first, then a weighted mean of what can be measured, then a verdict that needs
 * both a sure name and a sure place: a duplicate that is left can be merged later, two places merged wrongly mislead people.
 * The base is the rule of the national library (September 2026); what is added is in docs/duplicates.md. */
#include <math.h>

#include "modules/directory/duplicates/duplicates.h"

enum { HERE_M = 50, NEIGHBOUR_M = 60, CLOSE_M = 100, MOVED_M = 500 };
enum { SCORE_SAME = 75, SCORE_DOUBT = 55, NAME_SURE = 75, NAME_ALIKE = 90, NAME_OTHER = 30, NEXT_DOORS = 4 };

/* What was found out of a pair. */
struct pair {
    const struct duplicate_place *a, *b;
    double metres; /* < 0: unknown */
    int name;
    const char *name_why;
    bool bare;     /* a name says nothing of its own */
    bool numbers;  /* numbers in the names differ: Site 1, Site 2 */
    bool network;  /* both of the network that has one place at an address */
    struct duplicate_address_likeness address;
    bool telephone, mail, siret;
};

/* -- names ------------------------------------------------------------------------------------------- */

/* "2", "11e", "ii": what tells one of several from the others. */
static bool is_numeral(struct str w)
{
    static const char *const romans[] = {"i", "ii", "iii", "iv", "v", "vi"};
    if (w.n > 0 && w.p[0] >= '0' && w.p[0] <= '9')
        return true;
    for (size_t i = 0; i < sizeof romans / sizeof *romans; i++)
        if (w.n <= 3 && str_eq(w, str_from(romans[i])))
            return true;
    return false;
}

static bool words_match(struct str a, struct str b)
{
    if (a.n == b.n && memcmp(a.p, b.p, a.n) == 0)
        return true;
    return a.n >= 4 && b.n >= 4 && !is_numeral(a) && !is_numeral(b) && duplicate_ratio(a, b) >= 84;
}

/* Words that half of the places have: sharing them alone proves nothing. */
static bool is_common(struct str w)
{
    static const struct str common[] = {
        STR_INIT("espace"), STR_INIT("maison"), STR_INIT("centre"), STR_INIT("pole"), STR_INIT("point"), STR_INIT("service"),
        STR_INIT("numerique"), STR_INIT("informatique"), STR_INIT("social"), STR_INIT("culturel"), STR_INIT("accueil"),
        STR_INIT("atelier"), STR_INIT("public"), STR_INIT("local"), STR_INIT("jeune"), STR_INIT("emploi"), STR_INIT("insertion"),
        STR_INIT("formation"), STR_INIT("association"), STR_INIT("collectif"), STR_INIT("club"), STR_INIT("foyer"), STR_INIT("multimedia"),
        STR_INIT("internet"), STR_INIT("mediation"), STR_INIT("ecole"), STR_INIT("college"), STR_INIT("lycee"), STR_INIT("quartier"),
        STR_INIT("solidarite"), STR_INIT("territoire"), STR_INIT("departement"), STR_INIT("pays")};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (str_eq(w, common[i]))
            return true;
    return false;
}

struct matching {
    size_t matched, left_a, left_b; /* letters */
    size_t proper;                  /* of those matched, in words that are the very same and not common */
    bool numbers;                   /* numerals left on both sides */
};

static struct matching match_words(const struct duplicate_words *a, const struct duplicate_words *b)
{
    struct matching m = {0};
    bool taken[DUPLICATE_WORDS] = {false}, numeral_a = false, numeral_b = false;
    for (size_t i = 0; i < a->n; i++) {
        size_t k = 0;
        while (k < b->n && (taken[k] || !words_match(a->items[i], b->items[k])))
            k++;
        if (k < b->n) {
            taken[k] = true;
            m.matched += a->items[i].n;
            m.proper += str_eq(a->items[i], b->items[k]) && !is_common(a->items[i]) ? a->items[i].n : 0;
        } else {
            m.left_a += a->items[i].n;
            numeral_a |= is_numeral(a->items[i]);
        }
    }
    for (size_t k = 0; k < b->n; k++)
        if (!taken[k]) {
            m.left_b += b->items[k].n;
            numeral_b |= is_numeral(b->items[k]);
        }
    m.numbers = numeral_a && numeral_b;
    return m;
}

static bool kinds_clash(const struct duplicate_name *a, const struct duplicate_name *b)
{
    return !directory_set_empty(a->kinds) && !directory_set_empty(b->kinds) && !directory_set_meets(a->kinds, b->kinds);
}

static int at_most(int value, int most)
{
    return value < most ? value : most;
}

/* Both names have words of their own. */
static int own_words_score(const struct duplicate_name *a, const struct duplicate_name *b, struct pair *p)
{
    enum { ENOUGH = 5 };
    struct matching m = match_words(&a->own, &b->own);
    size_t all = 2 * m.matched + m.left_a + m.left_b;
    int shared = (int)((200 * m.matched + all / 2) / (all ? all : 1)), ratio = duplicate_ratio(a->own_text, b->own_text);
    int best = shared > ratio ? shared : ratio;
    p->numbers = m.numbers;
    if (str_eq(a->own_text, b->own_text) || (m.left_a == 0 && m.left_b == 0)) {
        p->name_why = "Mêmes noms propres.";
        return 100;
    }
    if (m.left_a > 0 && m.left_b > 0) {
        bool typed = ratio >= 92 && !m.numbers; /* a misspelling, not another word */
        p->name_why = typed ? "Noms presque pareils." : "Chaque nom a un mot que l’autre n’a pas.";
        return typed ? best : at_most(best, 70);
    }
    p->name_why = "Un des noms est contenu dans l’autre.";
    if (m.proper < ENOUGH)
        return at_most(best, 70);
    return best < 80 ? 80 : best;
}

static void compare_names(struct pair *p)
{
    const struct duplicate_name *a = &p->a->name, *b = &p->b->name;
    bool clash = kinds_clash(a, b);
    p->bare = a->own.n == 0 || b->own.n == 0;
    if (str_eq(a->folded, b->folded)) {
        p->name = 100;
        p->name_why = "Même nom.";
    } else if (a->own.n == 0 && b->own.n == 0) {
        p->name = clash ? 40 : 100;
        p->name_why = clash ? "Deux genres de lieux." : "Les noms ne disent que le genre de lieu et la commune.";
    } else if (p->bare && p->network) {
        p->name = 60;
        p->name_why = "Un des noms ne dit que le réseau et la commune.";
    } else if (p->bare) {
        p->name = at_most(duplicate_ratio(a->key, b->key), 60);
        p->name_why = "Un des noms ne dit que le genre de lieu et la commune.";
    } else {
        p->name = own_words_score(a, b, p);
        if (clash)
            p->name = at_most(p->name, 70);
    }
}

/* -- where ------------------------------------------------------------------------------------------- */

static double distance(const struct duplicate_place *a, const struct duplicate_place *b)
{
    return a->has_point && b->has_point ? geo_distance_m(a->point, b->point) : -1;
}

static int distance_score(double metres)
{
    return metres <= HERE_M ? 100 : (int)lround(100.0 * HERE_M / metres);
}

static bool same_town(const struct duplicate_place *a, const struct duplicate_place *b)
{
    if (a->insee.n && b->insee.n)
        return str_eq(a->insee, b->insee);
    return a->town.n && str_eq(a->town, b->town) &&
           (!a->code_postal.n || !b->code_postal.n || str_eq(a->code_postal, b->code_postal));
}

static bool known_town(const struct duplicate_place *p)
{
    return p->insee.n || p->town.n;
}

static bool share_mail(const struct duplicate_place *a, const struct duplicate_place *b)
{
    for (size_t i = 0; i < a->n_mails; i++)
        for (size_t k = 0; k < b->n_mails; k++)
            if (a->mails[i] == b->mails[k])
                return true;
    return false;
}

static bool same_postal_code(const struct duplicate_place *a, const struct duplicate_place *b)
{
    return a->code_postal.n && str_eq(a->code_postal, b->code_postal);
}

/* Two communes of one postal code are told apart only by mistake when all the rest is the same, on the spot; a place
 * without any commune is known by its point alone. */
static bool town_may_differ(const struct pair *p)
{
    if (!known_town(p->a) && !known_town(p->b))
        return p->metres >= 0 && p->metres <= MOVED_M;
    return same_postal_code(p->a, p->b) && p->metres >= 0 && p->metres <= CLOSE_M && p->address.same && p->name >= NAME_SURE;
}

/* -- vetoes ------------------------------------------------------------------------------------------ */

static bool placeless(const struct duplicate_place *p)
{
    return !p->address.usable && !p->has_point;
}

static bool same_source_veto(const struct duplicate_place *a, const struct duplicate_place *b, bool same_source)
{
    for (size_t i = 0; !same_source && i < a->sources.n; i++)
        for (size_t k = 0; k < b->sources.n; k++)
            if (a->sources.items[i].n > 0 && str_eq(a->sources.items[i], b->sources.items[k]))
                return true;
    return false;
}

static bool kinds_veto(const struct duplicate_place *a, const struct duplicate_place *b)
{
    return !directory_set_empty(a->kinds) && !directory_set_empty(b->kinds) && !directory_set_meets(a->kinds, b->kinds);
}

static void add_vetoes(const struct pair *p, bool same_source, struct directory_likeness *out)
{
    if (p->a->name.missing || p->b->name.missing)
        out->vetoes[out->n_vetoes++] = "sans-identite";
    if (placeless(p->a) || placeless(p->b))
        out->vetoes[out->n_vetoes++] = "sans-emplacement";
    if (!same_town(p->a, p->b) && !town_may_differ(p))
        out->vetoes[out->n_vetoes++] = "commune-differente";
    if (kinds_veto(p->a, p->b))
        out->vetoes[out->n_vetoes++] = "typologies-incompatibles";
    if (same_source_veto(p->a, p->b, same_source))
        out->vetoes[out->n_vetoes++] = "meme-source";
}

/* -- the parts --------------------------------------------------------------------------------------- */

static void add_part(struct directory_likeness *out, const char *name, int score, int weight, const char *why)
{
    out->parts[out->n_parts++] = (struct directory_likeness_part){name, score, weight, why};
}

static const char *address_why(const struct duplicate_address_likeness *l)
{
    if (l->same)
        return "Même adresse.";
    if (l->other_number)
        return "Même voie, numéros différents.";
    if (l->same_street)
        return "Même voie.";
    return l->score >= 60 ? "Adresses proches." : "Adresses différentes.";
}

/* A point may be that of the street, of the town hall: at one same address, up to 500 m say nothing. */
static bool point_moved(const struct pair *p)
{
    return p->address.same && p->metres > HERE_M && p->metres <= MOVED_M;
}

static const char *distance_why(const struct pair *p)
{
    if (point_moved(p))
        return "Même adresse : un écart de moins de 500 mètres ne compte pas.";
    if (p->metres <= HERE_M)
        return "À moins de 50 mètres.";
    if (p->metres <= MOVED_M)
        return "Entre 50 et 500 mètres.";
    return "À plus de 500 mètres.";
}

static void add_parts(const struct pair *p, struct directory_likeness *out)
{
    add_part(out, "nom", p->name, 2, p->name_why);
    if (p->address.score >= 0)
        add_part(out, "adresse", p->address.score, 1, address_why(&p->address));
    if (p->metres >= 0)
        add_part(out, "distance", distance_score(p->metres), point_moved(p) ? 0 : 1, distance_why(p));
    if (p->network && p->address.same)
        add_part(out, "reseau", 100, 1, "Même réseau à la même adresse : France services, La Poste.");
    if (p->telephone)
        add_part(out, "telephone", 100, 1, "Même téléphone.");
    if (p->mail)
        add_part(out, "courriel", 100, 1, "Même courriel.");
    if (p->siret)
        add_part(out, "siret", 100, 1, "Même SIRET.");
}

static int mean(const struct directory_likeness *l)
{
    int sum = 0, weights = 0;
    for (size_t i = 0; i < l->n_parts; i++) {
        sum += l->parts[i].score * l->parts[i].weight;
        weights += l->parts[i].weight;
    }
    return weights ? (2 * sum + weights) / (2 * weights) : 0;
}

/* -- the verdict ------------------------------------------------------------------------------------- */

static bool within(const struct pair *p, double metres)
{
    return p->metres >= 0 && p->metres <= metres;
}

/* An address that no other village of the commune is likely to have. */
static bool precise(const struct duplicate_address *x)
{
    return !x->vague && (x->first > 0 || x->text.n >= 8);
}

static bool place_is_sure(const struct pair *p)
{
    const struct duplicate_address_likeness *l = &p->address;
    bool proof = p->telephone || p->mail;
    if (l->other_number)
        return l->gap <= NEXT_DOORS && within(p, NEIGHBOUR_M);
    if (l->same && (p->metres < 0 || p->metres <= MOVED_M))
        return true;
    if (l->same && p->name >= NAME_ALIKE && precise(&p->a->address) && precise(&p->b->address))
        return true;
    if (l->score < 0)
        return within(p, HERE_M) || (proof && (p->metres < 0 || p->metres <= MOVED_M));
    if (within(p, HERE_M) && l->score >= 60)
        return true;
    if (l->same_street && within(p, CLOSE_M))
        return true;
    /* Two streets, one building: the point may be the town hall's, only a same phone or e-mail tells it. */
    return p->name >= NAME_ALIKE && proof && within(p, CLOSE_M);
}

static bool name_is_sure(const struct pair *p)
{
    if (p->name >= NAME_SURE)
        return true;
    bool fixed = !p->a->name.mobile && !p->b->name.mobile; /* several buses have one garage */
    return p->network && fixed && p->bare && p->address.same && (p->metres < 0 || p->metres <= MOVED_M);
}

/* Something tells them apart, whatever the score. */
static bool something_parts(const struct pair *p)
{
    const struct duplicate_place *a = p->a, *b = p->b;
    if (p->numbers || a->name.mobile != b->name.mobile)
        return true;
    if (a->name.branch != b->name.branch && !p->address.same)
        return true;
    /* Who gives room to a France services is not it. */
    const struct duplicate_place *outside = a->network ? b : a;
    return a->network != b->network && (p->name < 95 || !directory_set_empty(outside->kinds));
}

static enum directory_verdict verdict(const struct pair *p, const struct directory_likeness *l)
{
    if (l->n_vetoes > 0 || l->score < SCORE_DOUBT || (p->name < NAME_OTHER && !p->telephone && !p->mail))
        return DIRECTORY_DIFFERENT;
    bool same = l->score >= SCORE_SAME && name_is_sure(p) && place_is_sure(p) && !something_parts(p);
    return same ? DIRECTORY_SAME : DIRECTORY_DOUBT;
}

/* -- the whole --------------------------------------------------------------------------------------- */

/* Always in the same order: a pair has one score, whichever is said first. */
static void look_at_names(const struct duplicate_place *a, const struct duplicate_place *b, struct pair *p)
{
    int order = str_cmp(a->name.folded, b->name.folded);
    if (order > 0 || (order == 0 && str_cmp(a->address.text, b->address.text) > 0)) {
        const struct duplicate_place *other = a;
        a = b;
        b = other;
    }
    *p = (struct pair){.a = a, .b = b, .metres = distance(a, b), .network = a->network && b->network, .address = {.score = -1}};
    p->telephone = a->telephone != 0 && a->telephone == b->telephone;
    p->siret = a->siret != 0 && a->siret == b->siret;
    p->mail = share_mail(a, b);
    compare_names(p);
}

void duplicate_score(const struct duplicate_place *a, const struct duplicate_place *b, bool same_source,
                     struct directory_likeness *out)
{
    struct pair p;
    *out = (struct directory_likeness){.score = 0};
    look_at_names(a, b, &p);
    p.address = duplicate_address_compare(&p.a->address, &p.b->address, p.metres);
    add_vetoes(&p, same_source, out);
    add_parts(&p, out);
    out->score = mean(out);
    out->verdict = verdict(&p, out);
}

bool duplicate_may_reach(const struct duplicate_place *a, const struct duplicate_place *b, bool same_source, int least)
{
    struct pair p;
    if (same_source_veto(a, b, same_source) || kinds_veto(a, b) || a->name.missing || b->name.missing)
        return false;
    if (!same_town(a, b) && (known_town(a) || known_town(b)) && !same_postal_code(a, b))
        return false;
    look_at_names(a, b, &p);
    int proofs = p.telephone + p.mail + p.siret + p.network, sum = 2 * p.name + 100 * proofs, weights = 2 + proofs;
    if (a->address.usable && b->address.usable) {
        sum += 100;
        weights++;
    }
    /* Between 50 and 500 m it counts or not: what is best for the pair. */
    if (p.metres > MOVED_M || (p.metres >= 0 && distance_score(p.metres) * weights > sum)) {
        sum += distance_score(p.metres);
        weights++;
    }
    return 2 * sum + weights >= 2 * least * weights;
}
