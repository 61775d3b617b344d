/* Which structures there are, and where: towns have more, centres have what villages do not. */
#include "base/text.h"
#include "modules/demo/records.h"

enum { SEATS_MAX = 4096, NAME_SLOTS = 16384 };

struct planning {
    struct arena *a;
    struct demo_random r;
    const struct demo_towns *towns;
    struct demo_seat *seats;
    size_t n;
    uint64_t *names;  /* set of the hashes of names already given */
    unsigned *counts; /* seats of the current kind, by town */
};

static uint64_t hash(struct str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h | 1;
}

/* False when the name is taken. */
static bool take_name(struct planning *p, struct str name)
{
    uint64_t h = hash(text_fold(p->a, name));
    size_t at = h % NAME_SLOTS;
    while (p->names[at] != 0) {
        if (p->names[at] == h)
            return false;
        at = (at + 1) % NAME_SLOTS;
    }
    p->names[at] = h;
    return true;
}

static bool one_only(const struct demo_kind *k)
{
    return strcmp(k->key, "mairie") == 0 || strcmp(k->key, "ccas") == 0 || strcmp(k->key, "mdph") == 0;
}

static bool has(struct str text, const char *what)
{
    return str_find(text, str_from(what), 0) >= 0;
}

/* `suffix`: the district is added to the name, "Médiathèque de Rennes – Villejean", unless a proper name says which
 * and is free. */
static void name_seat(struct planning *p, struct demo_seat *seat, size_t order, bool suffix)
{
    enum { TRIES = 40 };
    const struct demo_kind *k = seat->kind;
    for (unsigned i = 0; i < TRIES; i++) {
        struct str variant = demo_draw(&p->r, k->name);
        if (!seat->quarter && has(variant, "{quartier}"))
            continue;
        struct demo_words w = {.commune = seat->town->commune.name, .pays = seat->town->pays};
        if (seat->quarter)
            w.quartier = str_from(seat->quarter->name);
        seat->propre = STR_NONE;
        if (has(variant, "{propre}")) {
            /* In turn: a name comes back only when all were used. */
            size_t variants = demo_variants(k->own);
            seat->propre = w.propre = demo_variant(k->own, (order * 7 + i) % variants);
        }
        seat->name = demo_fill(p->a, variant, &w);
        bool says_which = has(variant, "{propre}") || has(variant, "{quartier}") || has(variant, "{pays}");
        if (seat->quarter && ((suffix && !says_which) || i >= TRIES / 2))
            seat->name = arena_printf(p->a, "%.*s – %s", STR_ARG(seat->name), seat->quarter->name);
        if (take_name(p, seat->name))
            return;
    }
}

static void add_seat(struct planning *p, const struct demo_kind *k, const struct demo_town *t)
{
    if (p->n == SEATS_MAX)
        return;
    p->counts[t - p->towns->all]++;
    p->seats[p->n++] = (struct demo_seat){.kind = k, .town = t};
}

/* Once the seats of a kind are known: a public service that is alone in its town is in the centre. */
static void name_seats(struct planning *p, size_t first)
{
    unsigned *before = ARENA_ARRAY(p->a, p->towns->n, unsigned);
    for (size_t i = first; i < p->n; i++) {
        struct demo_seat *seat = &p->seats[i];
        const struct demo_town *t = seat->town;
        size_t at = (size_t)(t - p->towns->all);
        bool alone = p->counts[at] == 1;
        if (t->n_quarters > 0 && alone && seat->kind->source != 'a')
            seat->quarter = &t->quarters[0];
        else if (t->n_quarters > 0)
            seat->quarter = &t->quarters[(before[at] * 5 + seat->kind->count) % t->n_quarters];
        before[at]++;
        name_seat(p, seat, i - first, !alone);
    }
}

static bool allowed(const struct demo_kind *k, const struct demo_town *t)
{
    enum { VILLAGE_MAX = 3000 };
    return t->commune.population >= k->min_population &&
           (k->spread != DEMO_VILLAGES || t->commune.population <= VILLAGE_MAX);
}

/* One in each; several where there are districts. */
static void spread_each(struct planning *p, const struct demo_kind *k)
{
    unsigned left = k->count;
    for (size_t i = 0; i < p->towns->n && left > 0; i++) {
        const struct demo_town *t = &p->towns->all[i];
        size_t wanted = one_only(k) || t->n_quarters < 4 ? 1 : t->n_quarters > 10 ? t->n_quarters * 3 / 4 : t->n_quarters / 2;
        for (size_t q = 0; q < wanted && left > 0 && allowed(k, t); q++, left--)
            add_seat(p, k, t);
    }
}

static void spread_drawn(struct planning *p, const struct demo_kind *k)
{
    enum { PEOPLE_EACH = 7000 };
    uint64_t total = 0;
    for (size_t i = 0; i < p->towns->n; i++)
        total += allowed(k, &p->towns->all[i]) ? p->towns->all[i].commune.population : 0;
    for (unsigned left = k->count; left > 0;) {
        uint64_t at = (uint64_t)(demo_real(&p->r) * (double)total);
        size_t i = 0;
        while (i + 1 < p->towns->n && (!allowed(k, &p->towns->all[i]) || at >= p->towns->all[i].commune.population)) {
            at -= allowed(k, &p->towns->all[i]) ? p->towns->all[i].commune.population : 0;
            i++;
        }
        if (!allowed(k, &p->towns->all[i]) || p->counts[i] > p->towns->all[i].commune.population / PEOPLE_EACH)
            continue;
        add_seat(p, k, &p->towns->all[i]);
        left--;
    }
}

/* Each seat goes where one more is the most needed. */
static void spread_poles(struct planning *p, const struct demo_kind *k)
{
    for (unsigned left = k->count; left > 0; left--) {
        const struct demo_town *best = NULL;
        double most = 0;
        for (size_t i = 0; i < p->towns->n; i++) {
            const struct demo_town *t = &p->towns->all[i];
            double need = allowed(k, t) ? t->pole / (2 * p->counts[i] + 1) : 0;
            if (need > most) {
                most = need;
                best = t;
            }
        }
        if (best)
            add_seat(p, k, best);
    }
}

static void spread_epci(struct planning *p, const struct demo_kind *k)
{
    unsigned left = k->count;
    for (unsigned round = 0; left > 0 && round < 3; round++)
        for (size_t i = 0; i < p->towns->n && left > 0; i++) {
            const struct demo_town *t = &p->towns->all[i];
            size_t before = 0;
            for (size_t j = 0; j < i; j++)
                before += str_eq(p->towns->all[j].commune.epci, t->commune.epci);
            if (before == round && allowed(k, t)) {
                add_seat(p, k, t);
                left--;
            }
        }
}

/* The larger towns of a kind get the places first, then chance decides. */
static void choose_places(struct planning *p, size_t first, const struct demo_kind *k)
{
    size_t n = p->n - first, left = k->places;
    for (size_t i = 0; i < n && left > 0; i++) {
        /* Reservoir in order: exactly `places` of the n seats. */
        bool chosen = demo_below(&p->r, (uint32_t)(n - i)) < left;
        p->seats[first + i].place = chosen;
        left -= chosen;
    }
}

static void choose_twins(struct planning *p)
{
    size_t structures = DEMO_STRUCTURE_TWINS, places = DEMO_PLACE_TWINS;
    while (structures > 0) {
        struct demo_seat *s = &p->seats[demo_below(&p->r, (uint32_t)p->n)];
        if (s->twin || s->place || s->kind->source != 'a')
            continue;
        s->twin = true;
        structures--;
    }
    while (places > 0) {
        struct demo_seat *s = &p->seats[demo_below(&p->r, (uint32_t)p->n)];
        if (!s->place || s->place_twin)
            continue;
        s->place_twin = true;
        places--;
    }
}

enum err demo_plan(struct arena *a, uint64_t seed, const struct demo_towns *towns, struct demo_seat **out, size_t *n)
{
    const struct demo_kinds *lists[] = {&demo_kinds_public, &demo_kinds_local, &demo_kinds_social, &demo_kinds_work};
    struct planning p = {
        .a = a,
        .r = demo_stream(seed, 0),
        .towns = towns,
        .seats = ARENA_ARRAY(a, SEATS_MAX, struct demo_seat),
        .names = ARENA_ARRAY(a, NAME_SLOTS, uint64_t),
        .counts = ARENA_ARRAY(a, towns->n, unsigned),
    };
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (size_t i = 0; i < lists[l]->n; i++) {
            const struct demo_kind *k = &lists[l]->all[i];
            size_t first = p.n;
            memset(p.counts, 0, towns->n * sizeof *p.counts);
            if (k->spread == DEMO_EACH || k->spread == DEMO_VILLAGES)
                spread_each(&p, k);
            else if (k->spread == DEMO_DRAWN)
                spread_drawn(&p, k);
            else if (k->spread == DEMO_POLES)
                spread_poles(&p, k);
            else
                spread_epci(&p, k);
            name_seats(&p, first);
            choose_places(&p, first, k);
        }
    choose_twins(&p);
    *out = p.seats;
    *n = p.n;
    return p.n < SEATS_MAX ? OK : ERR_BUG;
}
