#include "data.h"

#include <math.h>

#include "base/text.h"

enum { LEMMAS = 12000, TOWNS = 1200, PER_PLACE = 5, STOP_WORDS = 12 };

/* The most frequent words, in the order in which they are frequent. */
static const char *const common[] = {
    "numérique", "aide", "accompagnement", "atelier", "ordinateur", "démarche", "accueil", "permanence", "internet",
    "formation", "emploi", "service", "rendez", "informatique", "dossier", "demande", "conseiller", "public", "droit",
    "habitant", "document", "imprimante", "messagerie", "smartphone", "tablette", "connexion", "compte", "personne",
    "famille", "logement", "impôt", "retraite", "santé", "mobilité", "jeune", "parent", "enfant", "langue", "français",
    "inscription", "association", "mairie", "médiathèque", "bibliothèque", "centre", "maison", "espace", "quartier",
    "village", "bureau", "matériel", "prêt", "réparation", "recyclage", "clavier", "souris", "écran", "photographie",
    "vidéo", "courrier", "formulaire", "signature", "banque", "budget", "facture", "surendettement", "allocation",
    "handicap", "autonomie", "vieillesse", "soin", "médecin", "hôpital", "transport", "permis", "voiture", "garage",
    "vélo", "covoiturage", "crèche", "école", "collège", "lycée", "université", "stage", "apprentissage", "métier",
    "orientation", "candidature", "lettre", "entretien", "entreprise", "création", "commerce", "artisan", "agriculture",
    "jardin", "cuisine", "repas", "épicerie", "vêtement", "meuble", "douche", "hébergement", "nuit", "urgence",
    "violence", "écoute", "avocat", "justice", "médiation", "étranger", "séjour", "naturalisation", "asile", "traduction",
    "lecture", "écriture", "calcul", "conversation", "culture", "théâtre", "musique", "cinéma", "musée", "sport",
    "piscine", "gymnastique", "randonnée", "vacance", "loisir", "bénévole", "animateur", "éducateur", "psychologue",
    "infirmier", "orthophoniste", "assistant", "secrétaire", "responsable", "coordinateur", "partenaire", "réseau",
    "territoire", "commune", "département", "région", "préfecture", "tribunal", "caisse", "mutuelle", "assurance",
    "énergie", "chauffage", "rénovation", "électricité", "déchet", "environnement", "climat", "rivière", "forêt",
};
enum { COMMON = sizeof common / sizeof *common };

static const char *const starts[] = {"", "re", "pré", "dé", "inter", "auto", "co", "sur", "sous", "contre", "anti", "micro"};
static const char *const roots[] = {
    "port", "form", "plac", "march", "parl", "cherch", "trouv", "gard", "mont", "tourn", "lanc", "chant", "dans", "peint",
    "sculpt", "grav", "tiss", "coup", "coll", "plant", "cultiv", "récolt", "livr", "charg", "command", "vend", "compt",
    "mesur", "pes", "class", "rang", "nettoy", "lav", "sèch", "chauff", "ventil", "éclair", "brûl", "fond", "soud",
    "viss", "clou", "ponç", "vern", "fabriqu", "install", "répar", "contrôl", "vérifi", "inspect", "analys", "étudi",
    "enseign", "expliqu", "montr", "racont", "publi", "imprim", "dessin", "film", "enregistr", "transmett", "raccord",
    "branch", "câbl", "connect", "navigu", "télécharg", "sauvegard", "protég", "assur", "garant", "financ", "subvent",
    "emprunt", "rembours", "épargn", "investiss", "négoci", "signal", "alert", "secour", "soign", "guér", "opér",
    "vaccin", "dépist", "nourr", "aliment", "cuisin", "servi", "invit", "rencontr", "échang", "partag", "donn", "reçu",
    "voyag", "roul", "condui", "stationn", "circul", "naviguer", "vol", "nag", "cour", "saut", "jou", "gagn", "perd",
};
static const char *const ends[] = {"ation", "ement", "eur", "euse", "age", "able", "iste", "erie", "ance", "ité", "oir", "if", "ive"};
enum {
    STARTS = sizeof starts / sizeof *starts,
    ROOTS = sizeof roots / sizeof *roots,
    ENDS = sizeof ends / sizeof *ends
};
static const char *const stop_words[STOP_WORDS] = {"de", "la", "le", "les", "et", "des", "pour", "un", "une", "en", "du", "à"};

struct form {
    struct str typed, token;
};
struct lemma {
    struct form forms[2]; /* singular, plural */
};
struct town {
    struct geo_point point;
    double spread_deg;
    struct str name, token;
};

struct maker {
    struct data *d;
    uint64_t state;
    struct text_stemmer *stemmer;
    struct lemma *lemmas;
    uint32_t n_lemmas;
    double *lemma_sums; /* cumulated weights */
    struct town *towns;
    double *town_sums;
};

/* -- chance ------------------------------------------------------------------------------------------ */

static uint64_t next(struct maker *m) /* splitmix64 */
{
    uint64_t z = m->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint32_t below(struct maker *m, uint32_t n)
{
    return (uint32_t)((next(m) >> 32) * n >> 32);
}

static double unit(struct maker *m)
{
    return (double)(next(m) >> 11) * 0x1p-53;
}

static double bell(struct maker *m)
{
    return sqrt(-2 * log(1 - unit(m))) * cos(2 * M_PI * unit(m));
}

static uint32_t draw(struct maker *m, const double *sums, uint32_t n)
{
    double x = unit(m) * sums[n - 1];
    uint32_t low = 0, high = n - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sums[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Weight of rank i is 1 / (i + shift)^slope. */
static double *zipf(struct arena *a, uint32_t n, double shift, double slope)
{
    double *sums = ARENA_ARRAY(a, n, double), sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sums[i] = sum += pow(i + shift, -slope);
    return sums;
}

/* -- words ------------------------------------------------------------------------------------------- */

/* Kept only if its stem is the same with and without accents: then "shares a stem" cuts the words into
 * classes, which the other engines get as tokens, and all must give the same answers. */
static bool set_form(struct maker *m, struct form *f, struct str typed)
{
    struct arena *a = m->d->a;
    struct text_word *words;
    if (text_words(a, typed, &words) != 1 || text_is_stop_word(words[0].folded))
        return false;
    struct str stem = text_stem(m->stemmer, a, words[0].word);
    f->typed = arena_str(a, typed);
    f->token = stem;
    return str_eq(stem, text_stem(m->stemmer, a, words[0].folded));
}

static void add_lemma(struct maker *m, struct str singular)
{
    struct lemma l;
    if (!set_form(m, &l.forms[0], singular))
        return;
    if (!set_form(m, &l.forms[1], arena_printf(m->d->a, "%.*ss", STR_ARG(singular))))
        l.forms[1] = l.forms[0];
    m->lemmas[m->n_lemmas++] = l;
}

static void make_words(struct maker *m)
{
    struct arena *a = m->d->a;
    m->lemmas = ARENA_ARRAY(a, LEMMAS, struct lemma);
    for (uint32_t i = 0; i < COMMON; i++)
        add_lemma(m, str_from(common[i]));
    /* every combination once, in an order without pattern: the step is coprime with their number */
    uint32_t all = STARTS * ROOTS * ENDS, step = 7919;
    for (uint32_t i = 0, at = 17; i < all && m->n_lemmas < LEMMAS; i++, at = (at + step) % all)
        add_lemma(m, arena_printf(a, "%s%s%s", starts[at / (ROOTS * ENDS)], roots[at / ENDS % ROOTS], ends[at % ENDS]));
    m->lemma_sums = zipf(a, m->n_lemmas, 10, 1);
}

/* -- places ------------------------------------------------------------------------------------------ */

static struct str town_name(struct maker *m)
{
    static const char *const first[] = {"Mont", "Val", "Bel", "Château", "Pont", "Ville", "Saint", "Roche", "Font", "Champ", "Bourg", "Clair"};
    static const char *const last[] = {"mar", "bert", "loup", "sec", "vert", "lin", "dor", "gny", "lac", "rieu", "zon", "court", "vic", "mont", "ban", "sol"};
    return arena_printf(m->d->a, "%s%s%s", first[below(m, 12)], last[below(m, 16)], last[below(m, 16)]);
}

static void make_towns(struct maker *m)
{
    m->towns = ARENA_ARRAY(m->d->a, TOWNS, struct town);
    for (uint32_t i = 0; i < TOWNS; i++) {
        struct town *t = &m->towns[i];
        struct form f;
        while (!set_form(m, &f, town_name(m))) {
        }
        t->name = f.typed;
        t->token = f.token;
        t->point = (struct geo_point){42.5 + unit(m) * 8.3, -4.5 + unit(m) * 12.3};
        t->spread_deg = i < 20 ? 0.06 : 0.03; /* 6 km for the large ones, else 3 */
    }
    m->town_sums = zipf(m->d->a, TOWNS, 1, 0.8);
}

/* -- services ---------------------------------------------------------------------------------------- */

struct text {
    char typed[2048], tokens[2048];
    size_t typed_n, tokens_n;
};

static void put(struct text *t, struct str typed, struct str token)
{
    if (t->typed_n + typed.n + 1 > sizeof t->typed || t->tokens_n + token.n + 1 > sizeof t->tokens)
        return;
    memcpy(t->typed + t->typed_n, typed.p, typed.n);
    t->typed_n += typed.n;
    t->typed[t->typed_n++] = ' ';
    memcpy(t->tokens + t->tokens_n, token.p, token.n);
    t->tokens_n += token.n;
    t->tokens[t->tokens_n++] = ' ';
}

static const struct form *some_form(struct maker *m)
{
    return &m->lemmas[draw(m, m->lemma_sums, m->n_lemmas)].forms[below(m, 3) == 0];
}

/* `n` words, an article before one in three. */
static void put_words(struct maker *m, struct text *t, uint32_t n, bool articles)
{
    for (; n > 0; n--) {
        if (articles && below(m, 3) == 0) {
            struct str stop = str_from(stop_words[below(m, STOP_WORDS)]);
            put(t, stop, text_fold(m->d->a, stop));
        }
        const struct form *f = some_form(m);
        put(t, f->typed, f->token);
    }
}

static uint64_t some_bits(struct maker *m, uint32_t values, uint32_t most)
{
    uint64_t bits = 0;
    for (uint32_t n = 1 + below(m, most); n > 0; n--)
        bits |= UINT64_C(1) << (uint32_t)(values * unit(m) * unit(m)); /* the first ones more often */
    return bits;
}

static void make_service(struct maker *m, struct data_service *s, const struct town *town, struct geo_point place)
{
    struct text t = {.typed_n = 0};
    size_t ends_at[DATA_FIELDS];
    put_words(m, &t, 3 + below(m, 3), true);
    ends_at[0] = t.typed_n;
    put_words(m, &t, 2 + below(m, 4), false);
    ends_at[1] = t.typed_n;
    put(&t, town->name, town->token);
    put_words(m, &t, 2, false);
    ends_at[2] = t.typed_n;
    put_words(m, &t, 15 + below(m, 30), true);
    ends_at[3] = t.typed_n;
    struct str all = arena_str(m->d->a, (struct str){t.typed, t.typed_n});
    for (size_t f = 0, from = 0; f < DATA_FIELDS; from = ends_at[f++])
        s->fields[f] = str_sub(all, from, ends_at[f] - from);
    s->tokens = arena_str(m->d->a, (struct str){t.tokens, t.tokens_n});
    s->has_point = below(m, 33) != 0;
    s->point = (struct geo_point){place.lat + unit(m) * 1e-3, place.lon + unit(m) * 1e-3};
    s->themes = some_bits(m, DATA_THEMES, 3);
    s->publics = some_bits(m, DATA_PUBLICS, 4);
    s->fees = (uint32_t)some_bits(m, DATA_FEES, 2);
    s->modes = (uint32_t)some_bits(m, DATA_MODES, 2);
}

static void make_services(struct maker *m)
{
    const struct town *town = NULL;
    struct geo_point place = {0, 0};
    m->d->services = ARENA_ARRAY(m->d->a, m->d->n_services, struct data_service);
    for (uint32_t i = 0; i < m->d->n_services; i++) {
        if (i % PER_PLACE == 0) {
            town = &m->towns[draw(m, m->town_sums, TOWNS)];
            place.lat = town->point.lat + bell(m) * town->spread_deg;
            place.lon = town->point.lon + bell(m) * town->spread_deg * 1.4;
        }
        make_service(m, &m->d->services[i], town, place);
    }
}

/* -- queries ----------------------------------------------------------------------------------------- */

static uint32_t some_theme(struct maker *m, uint64_t themes)
{
    uint32_t skip = below(m, (uint32_t)__builtin_popcountll(themes));
    for (; skip > 0; skip--)
        themes &= themes - 1;
    return (uint32_t)__builtin_ctzll(themes);
}

/* Word number `at` of the tokens, or none. */
static struct str token_at(struct str tokens, uint32_t at)
{
    struct str token = STR_NONE;
    for (uint32_t i = 0; i <= at; i++)
        if (!str_split(&tokens, ' ', &token))
            return STR_NONE;
    return token;
}

static void make_query(struct maker *m, struct data_query *q)
{
    const struct data_service *s;
    do
        s = &m->d->services[below(m, m->d->n_services)];
    while (!s->has_point);
    q->typed = q->tokens = STR("");
    for (uint32_t left = 1 + below(m, 2); left > 0;) {
        uint32_t at = below(m, 40);
        struct str token = token_at(s->tokens, at), all = STR_NONE;
        struct text_word *words;
        for (uint32_t f = 0; f < DATA_FIELDS; f++)
            all = arena_printf(m->d->a, "%.*s %.*s", STR_ARG(all), STR_ARG(s->fields[f]));
        if (token.n == 0 || text_words(m->d->a, all, &words) <= at || text_is_stop_word(words[at].folded))
            continue;
        q->typed = arena_printf(m->d->a, "%.*s%s%.*s", STR_ARG(q->typed), q->typed.n ? " " : "", STR_ARG(words[at].word));
        q->tokens = arena_printf(m->d->a, "%.*s%s%.*s", STR_ARG(q->tokens), q->tokens.n ? " " : "", STR_ARG(token));
        left--;
    }
    q->point = (struct geo_point){s->point.lat + bell(m) * 0.02, s->point.lon + bell(m) * 0.03};
    q->theme = some_theme(m, s->themes);
}

struct data *data_new(uint64_t seed, uint32_t n_services, uint32_t n_queries)
{
    struct arena *a = arena_new(SIZE_MAX);
    if (!a)
        abort();
    struct data *d = ARENA_NEW(a, struct data);
    *d = (struct data){.a = a, .n_services = n_services, .n_queries = n_queries};
    struct maker m = {.d = d, .state = seed, .stemmer = text_stemmer_new()};
    if (!m.stemmer)
        abort();
    make_words(&m);
    make_towns(&m);
    make_services(&m);
    d->queries = ARENA_ARRAY(a, n_queries, struct data_query);
    for (uint32_t i = 0; i < n_queries; i++)
        make_query(&m, &d->queries[i]);
    text_stemmer_free(m.stemmer);
    return d;
}

void data_free(struct data *d)
{
    if (d)
        arena_free(d->a);
}
