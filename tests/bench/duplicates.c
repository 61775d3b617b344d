/* Finding duplicates among thousands of places: the time of reading them from SQLite and of comparing them, and a JSON file of
 * the same places for the reference (duplicates_reference.mjs). bench_duplicates [PLACES] [FILE.json] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "modules/directory/directory.h"
#include "modules/modules.h"
#include "modules/territory/territory.h"

enum { ROUNDS = 5, FILE_MAX_BYTES = 64 << 20 };

static uint64_t seed = 2026;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((seed >> 33) % below);
}

static const char *const kinds[] = {"France services", "Médiathèque", "Mairie", "CCAS", "Centre social", "Espace numérique", "Mission locale",
                                    "Maison de quartier", "Association", "Bibliothèque", "MFS", "Maison France services", "Atelier", "Cyber-base",
                                    "Tiers-lieu", "Emmaüs Connect", "Point information jeunesse", "Bureau de poste"};
static const char *const codes[] = {"RFS", "BIB", "MUNI", "CCAS", "CS", "EPN", "ML", "MQ", "ASSO", "BIB", "RFS", "RFS", NULL, "EPN",
                                    "TIERS_LIEUX", NULL, "PIJ_BIJ", "LA_POSTE"};
static const char *const first[] = {"Jean", "Louise", "Simone", "Pierre", "Marie", "Albert", "Rosa", "Émile", "Jules", "Lucie", "Victor", "Aimé"};
static const char *const last[] = {"Moulin", "Michel", "Veil", "Curie", "Camus", "Parks", "Zola", "Ferry", "Aubrac", "Hugo", "Césaire",
                                   "Jaurès", "Mermoz", "Pasteur", "Verne", "Sand", "Rostand", "Brassens", "Prévert", "Colette"};
static const char *const streets[] = {"rue", "avenue", "place", "boulevard", "allée", "chemin", "impasse", "route"};

struct one {
    struct directory_place place;
    struct geo_point point;
};


/* Half of the places are in a hundred towns, Paris alone has one in twelve. */
static struct territory_commune some_commune(void)
{
    uint32_t r = draw(100);
    struct territory_commune c;
    if (r < 8 && territory_commune_find(STR("75056"), &c))
        return c;
    return territory_commune_at(r < 50 ? draw(100) * 347 % territory_count() : draw(territory_count()));
}

static void make_place(struct arena *a, size_t i, struct one *o)
{
    uint32_t k = draw(sizeof kinds / sizeof *kinds);
    struct territory_commune c = some_commune();
    struct territory_point centre = territory_point(NULL, &c);
    const char *f = first[draw(12)], *l = last[draw(20)];
    *o = (struct one){.place = {.record = {.source = arena_printf(a, "source-%u", draw(23)), .source_id = arena_printf(a, "lieu-%zu", i)}}};
    struct directory_place *p = &o->place;
    p->nom = draw(3) ? arena_printf(a, "%s %s %s", kinds[k], f, l) : arena_printf(a, "%s de %.*s", kinds[k], STR_ARG(c.name));
    p->commune = c.name;
    p->code_insee = c.code;
    p->code_postal = c.n_postal_codes ? territory_postal_code(&c, draw(c.n_postal_codes)) : STR("75001");
    p->adresse = arena_printf(a, "%u %s %s %s", draw(90) + 1, streets[draw(8)], first[draw(12)], last[draw(20)]);
    p->date_maj = STR("2026-01-01");
    p->latitude = (struct directory_number){true, centre.point.lat + (draw(2000) - 1000.0) / 25000};
    p->longitude = (struct directory_number){true, centre.point.lon + (draw(2000) - 1000.0) / 17000};
    if (draw(3))
        p->telephone = arena_printf(a, "+332%08u", draw(90000000));
    if (codes[k] && draw(5))
        directory_set_add(&p->typologie, directory_enum_find(ENUM_TYPOLOGIE, str_from(codes[k])));
}

/* One in twelve is a place that is there already, as another source writes it. */
static void make_twin(struct arena *a, const struct one *of, size_t i, struct one *o)
{
    *o = *of;
    struct directory_place *p = &o->place;
    p->record = (struct directory_record){.source = arena_printf(a, "source-%u", draw(23)), .source_id = arena_printf(a, "lieu-%zu", i)};
    if (draw(2))
        p->adresse = arena_printf(a, "%.*s bis", STR_ARG(p->adresse));
    if (draw(2))
        p->nom = arena_printf(a, "%.*s (antenne)", STR_ARG(p->nom));
    p->latitude.value += (draw(200) - 100.0) / 100000;
}

static void write_place(struct json_writer *w, const struct directory_place *p)
{
    const struct {
        const char *name;
        struct str value;
    } members[] = {{"id", p->record.source_id}, {"source", p->record.source}, {"nom", p->nom}, {"adresse", p->adresse}, {"code_postal", p->code_postal},
                   {"commune", p->commune}, {"code_insee", p->code_insee}};
    json_object_begin(w);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_key(w, str_from(members[i].name));
        json_str(w, members[i].value);
    }
    int kind = directory_set_next(p->typologie, 0);
    json_key(w, STR("typologie"));
    json_str_or_null(w, kind < 0 ? STR_NONE : str_from(directory_enum_value(ENUM_TYPOLOGIE, kind)->value));
    json_key(w, STR("latitude"));
    json_num(w, p->latitude.value);
    json_key(w, STR("longitude"));
    json_num(w, p->longitude.value);
    json_object_end(w);
}

static void check(enum err e, const char *what)
{
    if (e == OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err_name(e));
    exit(1);
}

static void fill(struct arena *a, struct db_conn *c, struct one *all, size_t n, struct buf *json)
{
    struct json_writer w;
    json_start(&w, json);
    json_array_begin(&w);
    check(db_begin(c, DB_WRITE), "begin");
    for (size_t i = 0; i < n; i++) {
        if (i > 100 && draw(12) == 0)
            make_twin(a, &all[draw((uint32_t)i)], i, &all[i]);
        else
            make_place(a, i, &all[i]);
        write_place(&w, &all[i].place);
        check(directory_place_save(c, a, STR("bench"), &all[i].place), "save");
    }
    json_array_end(&w);
    check(directory_changed(c), "changed");
    check(db_commit(c), "commit");
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 20000, pairs = 0;
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db;
    struct db_conn *c;
    struct db_migrate_report report;
    struct str why;
    struct buf json;
    size_t migrations;
    if (!a)
        return 1;
    const struct db_migration *all = modules_migrations(a, &migrations);
    check(db_open(a, "sqlite::memory:", (struct db_options){.create = true}, &db, &why), "open");
    check(db_migrate(db, a, all, migrations, &report, &why), "migrate");
    check(db_acquire(db, &c), "acquire");
    buf_init(&json, FILE_MAX_BYTES);
    fill(a, c, ARENA_ARRAY(a, n, struct one), n, &json);
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena *own = arena_new(SIZE_MAX);
        struct directory_duplicate *found;
        if (!own)
            return 1;
        clock_t started = clock();
        check(directory_duplicates(c, own, 60, false, &found, &pairs), "duplicates");
        int64_t us = (int64_t)((double)(clock() - started) * 1e6 / CLOCKS_PER_SEC);
        best = us < best ? us : best;
        (void)printf("%zu places read and compared: %.3f s of one core, %zu pairs of 60 and more, %.1f MB\n", n, (double)us / 1e6, pairs, (double)arena_used(own) / 1e6);
        arena_free(own);
    }
    (void)printf("best: %.3f s\n", (double)best / 1e6);
    if (argc > 2) {
        FILE *f = fopen(argv[2], "w");
        if (!f || fwrite(json.p, 1, json.n, f) != json.n || fclose(f) != 0)
            return 1;
    }
    buf_deinit(&json);
    db_release(c);
    db_close(db);
    arena_free(a);
    return 0;
}
