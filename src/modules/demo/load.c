/* Writes the demonstration: settings, coordinates, then each seat's records. */
#include "modules/demo/demo.h"
#include "modules/demo/records.h"

extern const char demo_communes_start[];
extern const size_t demo_communes_size;

struct loading {
    struct db_conn *c;
    struct arena *a; /* of one seat */
    struct civil_date today;
    struct demo_counts *counts;
};

static enum err save_settings(struct db_conn *c, struct arena *a)
{
    static const struct {
        const char *key, *value;
    } settings[] = {
        {"name", "Ille-et-Vilaine"},
        {"departements", "35"},
        {"source_slug", "balise-35"},
        {"contact_phone", "+33261910000"},
        {"contact_hours", "Mo-Fr 09:00-17:00"},
        {"demo", "1"},
    };
    struct str why;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        TRY(territory_setting_save(c, a, str_from(settings[i].key), str_from(settings[i].value), &why));
    return OK;
}

static enum err save_sources(struct db_conn *c)
{
    static const struct {
        const char *slug, *name, *description;
    } sources[] = {
        {"balise-35", "Équipe du territoire", "Fiches tenues par les communes et par l’équipe du territoire (données fictives)."},
        {"demo-departement", "Annuaire du Département (exemple)", "Services de l’État, du Département et des caisses (données fictives)."},
        {"demo-associations", "Annuaire des associations (exemple)", "Associations et structures privées (données fictives)."},
        {"demo-mediation", "Réseau de médiation numérique (exemple)", "Lieux de médiation numérique (données fictives)."},
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        TRY(directory_source_save(c, str_from(sources[i].slug), str_from(sources[i].name),
                                  str_from(sources[i].description)));
    return OK;
}

static const struct str actor = STR_INIT("demo");

/* A record of the demonstration that its own checks refuse, or mend, is a mistake here. */
static enum err accept(const struct directory_problems *problems, struct str id)
{
    for (size_t i = 0; i < problems->n; i++)
        fprintf(stderr, "demo: %.*s: %s: « %.*s »: %s\n", STR_ARG(id), problems->items[i].field,
                STR_ARG(problems->items[i].value), problems->items[i].why);
    return problems->n == 0 ? OK : ERR_BUG;
}

static enum err save_structure(struct loading *l, struct directory_structure *s)
{
    struct directory_problems problems = {.n = 0};
    directory_check_structure(l->a, s, l->today, &problems);
    TRY(accept(&problems, s->record.source_id));
    l->counts->structures++;
    return directory_structure_save(l->c, l->a, actor, s);
}

static enum err save_service(struct loading *l, struct directory_service *v, struct str structure_id, struct str place_id)
{
    struct directory_problems problems = {.n = 0};
    v->structure_id = structure_id;
    v->place_id = place_id;
    directory_check_service(l->a, v, l->today, &problems);
    TRY(accept(&problems, v->record.source_id));
    l->counts->services++;
    return directory_service_save(l->c, l->a, actor, v);
}

static enum err save_place(struct loading *l, struct directory_place *p)
{
    struct directory_problems problems = {.n = 0};
    directory_check_place(l->a, p, &problems);
    TRY(accept(&problems, p->record.source_id));
    l->counts->places++;
    return directory_place_save(l->c, l->a, actor, p);
}

static void count_defects(struct loading *l, const struct demo_seat *seat, const struct demo_defects *d)
{
    int64_t records = seat->place ? 2 : 1;
    l->counts->stale += d->stale ? records : 0;
    l->counts->without_hours += d->no_hours ? records : 0;
    l->counts->without_phone += d->no_phone ? records : 0;
    l->counts->without_point += d->no_point ? records : 0;
    l->counts->duplicates += seat->twin + seat->place_twin;
}

static enum err save_seat(struct loading *l, const struct demo_seat *seat, struct demo_batch *b)
{
    TRY(save_structure(l, &b->structure));
    if (seat->place) {
        b->place.structure_id = b->structure.record.id;
        TRY(save_place(l, &b->place));
    }
    for (size_t i = 0; i < b->n_services; i++)
        TRY(save_service(l, &b->services[i], b->structure.record.id,
                         *b->offers[i]->mednum ? b->place.record.id : STR_NONE));
    if (seat->twin) {
        TRY(save_structure(l, &b->structure_twin));
        TRY(save_service(l, &b->twin_service, b->structure_twin.record.id, STR_NONE));
    }
    if (seat->place_twin)
        TRY(save_place(l, &b->place_twin));
    count_defects(l, seat, &b->defects);
    return OK;
}

static enum err save_all(struct loading *l, uint64_t seed, const struct demo_seat *seats, size_t n)
{
    struct demo_maker maker = {
        .seed = seed,
        .base_day = civil_to_days((struct civil_date){l->today.year, l->today.month, 1}),
    };
    struct demo_batch *b = malloc(sizeof *b);
    if (!b)
        return ERR_LIMIT;
    enum err e = OK;
    for (uint32_t i = 0; i < n && e == OK; i++) {
        demo_make(&maker, l->a, &seats[i], i, b);
        e = save_seat(l, &seats[i], b);
        arena_reset(l->a);
    }
    free(b);
    return e;
}

enum err demo_load(struct db_conn *c, struct arena *a, uint64_t seed, struct civil_date today,
                   struct demo_counts *out)
{
    struct directory_counts before;
    struct territory_import_report report;
    struct demo_towns towns;
    struct demo_seat *seats;
    struct str why = STR_NONE, communes = {demo_communes_start, demo_communes_size};
    size_t n;
    *out = (struct demo_counts){0};
    TRY(directory_count(c, &before));
    if (before.places + before.structures + before.services > 0)
        return ERR_CONFLICT;
    TRY(demo_towns_read(a, communes, &towns));
    TRY(demo_plan(a, seed, &towns, &seats, &n));
    TRY(save_settings(c, a));
    TRY(save_sources(c));
    TRY(territory_import(c, a, communes, &report, &why));
    struct loading l = {.c = c, .a = arena_new(SIZE_MAX), .today = today, .counts = out};
    if (!l.a)
        return ERR_LIMIT;
    enum err e = save_all(&l, seed, seats, n);
    arena_free(l.a);
    return e == OK ? directory_changed(c) : e;
}
