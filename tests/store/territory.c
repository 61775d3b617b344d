#include <math.h>

#include "base/clock.h"
#include "modules/territory/territory.h"
#include "store_test.h"

extern const struct db_migration territory_migrations[];
extern const size_t territory_migrations_count;

static struct territory_commune commune(const char *code)
{
    struct territory_commune c;
    assert_true(territory_commune_find(str_from(code), &c));
    return c;
}

static enum err save(struct store *s, const char *key, const char *value, struct str *why)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    enum err e = territory_setting_save(s->conn, s->a, str_from(key), str_from(value), why);
    if (e != OK) {
        db_rollback(s->conn);
        return e;
    }
    return db_commit(s->conn);
}

static struct territory_import_report import(struct store *s, const char *file)
{
    struct territory_import_report r;
    struct str why = STR_NONE;
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(territory_import(s->conn, s->a, str_from(file), &r, &why));
    assert_ok(db_commit(s->conn));
    assert_int_equal(r.read, r.added + r.changed + r.unchanged + r.refused + r.without_point);
    return r;
}

static void start(struct store *s)
{
    territory_stop(); /* the other engine's snapshot */
    assert_ok(territory_refresh(s->db));
}

static void settings_are_empty_at_first(struct store *s)
{
    start(s);
    const struct territory_settings *t = territory_settings(territory_in(s->a));
    assert_int_equal(t->name.n, 0);
    assert_int_equal(t->n_departements, 0);
    assert_str("balise", t->source_slug);
    assert_false(t->demo);
}

static void settings_are_kept_in_one_form(struct store *s)
{
    struct str why;
    start(s);
    assert_ok(save(s, "name", "  Ille-et-Vilaine ", &why));
    assert_ok(save(s, "departements", "35, 22 ,35", &why));
    assert_ok(save(s, "source_slug", "balise-35", &why));
    assert_ok(save(s, "contact_phone", "02 61 91 00 00", &why));
    assert_ok(save(s, "contact_hours", "Mo-Fr 09:00-17:00", &why));
    assert_ok(save(s, "public_url", "https://balise.example/", &why));
    assert_ok(save(s, "source_url", "https://code.example/balise", &why));
    assert_ok(save(s, "demo", "1", &why));
    assert_ok(save(s, "geocoding", "http://127.0.0.1:8181/", &why));
    const struct territory *before = territory_in(s->a);
    assert_ok(territory_refresh(s->db));
    const struct territory_settings *t = territory_settings(territory_in(s->a));
    assert_str("Ille-et-Vilaine", t->name);
    assert_int_equal(t->n_departements, 2);
    assert_str("22", t->departements[0]);
    assert_str("35", t->departements[1]);
    assert_str("balise-35", t->source_slug);
    assert_str("+33261910000", t->contact_phone);
    assert_str("Mo-Fr 09:00-17:00", t->contact_hours);
    assert_str("https://balise.example", t->public_url);
    assert_str("https://code.example/balise", t->source_url);
    assert_true(t->demo);
    assert_str("http://127.0.0.1:8181", t->geocoding);
    assert_ok(save(s, "geocoding", "geoplateforme", &why));
    assert_ok(save(s, "geocoding", "https://adresses.example/geocodage", &why));
    /* A reader keeps what it took. */
    assert_int_equal(territory_settings(before)->name.n, 0);
    assert_ok(save(s, "demo", "", &why));
    assert_ok(territory_refresh(s->db));
    assert_false(territory_settings(territory_in(s->a))->demo);
}

static void wrong_settings_are_refused_in_french(struct store *s)
{
    static const char *const wrong[][2] = {
        {"departements", "35,99"}, {"source_slug", "Balise 35"},   {"contact_phone", "0261"},
        {"contact_phone", "02 61 91 00 0x"}, {"contact_hours", "lundi matin"}, {"public_url", "balise.example"},
        {"public_url", "https://a b"}, {"public_url", "javascript:alert(1)"}, {"public_url", "https://"}, {"demo", "oui"},
        {"name", "a\nb"},     {"geocoding", "oui"}, {"geocoding", "http://adresses.example"},
        {"geocoding", "http://127.0.0.1.example"}, {"geocoding", "https://a?b"},
    };
    struct str why;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        why = STR_NONE;
        assert_err(ERR_INVALID, save(s, wrong[i][0], wrong[i][1], &why));
        assert_true(why.n > 10);
    }
    assert_err(ERR_NOT_FOUND, save(s, "couleur", "bleu", &why));
    assert_int_equal(store_int(s, "SELECT count(*) FROM territory_setting"), 0);
}

static void own_departements_rank_first(struct store *s)
{
    struct str why;
    struct territory_match *m;
    start(s);
    assert_true(territory_search(territory_in(s->a), s->a, STR("aubin du c"), 5, &m) > 0);
    assert_false(m[0].own);
    assert_ok(save(s, "departements", "35", &why));
    assert_ok(territory_refresh(s->db));
    assert_true(territory_search(territory_in(s->a), s->a, STR("aubin du c"), 5, &m) > 0);
    assert_true(m[0].own);
    assert_str("35253", m[0].commune.code);
}

static const char small_file[] = "code,nom,lat,lon,surface_km2\n"
                                 "35238,Rennes,48.1113,-1.6743,50.39\n"
                                 "35288,Saint-Malo,48.6493,-2.0257,36.58\n"
                                 "35115,Fougères,48.3525,-1.1986,\n";

static void coordinates_replace_the_embedded_ones(struct store *s)
{
    start(s);
    struct territory_commune rennes = commune("35238"), fougeres = commune("35115");
    assert_int_equal(territory_point(territory_in(s->a), &rennes).precision, TERRITORY_POINT_GEONAMES);
    struct territory_import_report r = import(s, small_file);
    assert_int_equal(r.read, 3);
    assert_int_equal(r.added, 3);
    assert_ok(territory_refresh(s->db));
    const struct territory *t = territory_in(s->a);
    struct territory_point p = territory_point(t, &rennes);
    assert_int_equal(p.precision, TERRITORY_POINT_OFFICIAL);
    assert_true(fabs(p.point.lat - 48.1113) < 1e-9 && fabs(p.point.lon + 1.6743) < 1e-9);
    assert_true(fabs(p.surface_km2 - 50.39) < 1e-9);
    p = territory_point(t, &fougeres);
    assert_int_equal(p.precision, TERRITORY_POINT_OFFICIAL);
    assert_true(p.surface_km2 == 0);
    struct territory_commune vitre = commune("35360");
    assert_int_equal(territory_point(t, &vitre).precision, TERRITORY_POINT_GEONAMES);
}

static void same_file_again_changes_nothing(struct store *s)
{
    import(s, small_file);
    int64_t seq, after;
    assert_ok(db_change_seq(s->conn, "territory", &seq));
    struct territory_import_report r = import(s, small_file);
    assert_int_equal(r.unchanged, 3);
    assert_int_equal(r.added + r.changed, 0);
    assert_ok(db_change_seq(s->conn, "territory", &after));
    assert_int_equal(after, seq);
    r = import(s, "code;lat;lon\n35238;48.2;-1.6743\n35115;48.3525;-1.1986\n");
    assert_int_equal(r.changed, 1);
    assert_int_equal(r.unchanged, 1);
    assert_int_equal(store_int(s, "SELECT surface_ha FROM territory_coordinate WHERE code = '35238'"), 5039);
}

static void bad_rows_are_refused_one_by_one(struct store *s)
{
    struct territory_import_report r = import(s, "code,lat,lon,surface_km2\n"
                                                 "35999,48.1,-1.6,1\n"
                                                 "35129,47.8,-1.8,1\n"  /* Guipry, merged */
                                                 "35238,-1.67,48.11,1\n" /* swapped */
                                                 "35288,40.71,-74.0,1\n" /* New York */
                                                 "35115,quarante-huit,-1.2,1\n"
                                                 "35360,48.12,-1.21,-4\n"
                                                 ",48.12,-1.21,4\n"
                                                 "35001,,,\n"
                                                 "35002,48.02,-1.6,12\n"
                                                 "35002,48.03,-1.6,12\n");
    assert_int_equal(r.read, 10);
    assert_int_equal(r.added, 1);
    assert_int_equal(r.without_point, 1);
    assert_int_equal(r.refused, 8);
    assert_int_equal(r.n_refusals, 8);
    assert_int_equal(r.refusals[0].line, 2);
    assert_true(str_find(r.refusals[1].why, STR("Guipry-Messac"), 0) > 0);
    assert_true(str_find(r.refusals[2].why, STR("inversées"), 0) > 0);
    assert_true(str_find(r.refusals[7].why, STR("ligne 10"), 0) > 0);
    assert_int_equal(store_int(s, "SELECT count(*) FROM territory_coordinate"), 1);
}

static void geo_api_json_is_read(struct store *s)
{
    struct territory_import_report r = import(
        s, "[{\"code\":\"35238\",\"nom\":\"Rennes\",\"surface\":5039.29,"
           "\"centre\":{\"type\":\"Point\",\"coordinates\":[-1.6835,48.1117]}},"
           "{\"code\":\"35288\",\"centre\":null},{\"code\":\"35115\",\"centre\":{\"coordinates\":[\"x\",2]}},"
           "{\"nom\":\"sans code\"}, 12,"
           "{\"code\":\"35360\",\"centre\":{\"coordinates\":[-1.2,48.1]},\"mairie\":{\"coordinates\":[-1.21,48.12]}}]");
    assert_int_equal(store_int(s, "SELECT latitude_e6 FROM territory_coordinate WHERE code = '35360'"), 48120000);
    assert_int_equal(r.read, 6);
    assert_int_equal(r.added, 2);
    assert_int_equal(r.without_point, 1);
    assert_int_equal(r.refused, 3);
    assert_int_equal(store_int(s, "SELECT latitude_e6 FROM territory_coordinate WHERE code = '35238'"), 48111700);
    assert_int_equal(store_int(s, "SELECT longitude_e6 FROM territory_coordinate WHERE code = '35238'"), -1683500);
    assert_int_equal(store_int(s, "SELECT surface_ha FROM territory_coordinate WHERE code = '35238'"), 5039);
}

static void other_files_are_refused_whole(struct store *s)
{
    static const char *const files[] = {"", "nom,prenom\na,b\n", "{\"type\":\"FeatureCollection\"}", "[{]", "\"code\""};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct territory_import_report r;
        struct str why = STR_NONE;
        assert_ok(db_begin(s->conn, DB_WRITE));
        assert_err(ERR_INVALID, territory_import(s->conn, s->a, str_from(files[i]), &r, &why));
        db_rollback(s->conn);
        assert_true(why.n > 0);
    }
}

/* A whole département at once goes through the batches, and every value is right. */
static void many_rows_land_as_they_are(struct store *s)
{
    struct territory_departement d;
    assert_true(territory_departement_find(STR("35"), &d));
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_lit(&b, "code,lat,lon,surface_km2\n");
    for (uint32_t i = 0; i < d.n; i++) {
        struct territory_commune c = territory_commune_at(d.first + i);
        buf_printf(&b, "%.*s,48.%04u,-1.%04u,%u\n", STR_ARG(c.code), i, 1000 + i, i + 1);
    }
    buf_char(&b, '\0');
    struct territory_import_report r = import(s, buf_str(&b).p);
    buf_deinit(&b);
    assert_int_equal(r.added, d.n);
    start(s);
    const struct territory *t = territory_in(s->a);
    for (uint32_t i = 0; i < d.n; i++) {
        struct territory_commune c = territory_commune_at(d.first + i);
        struct territory_point p = territory_point(t, &c);
        assert_int_equal(p.precision, TERRITORY_POINT_OFFICIAL);
        assert_true(fabs(p.point.lat - (48 + i / 1e4)) < 1e-9);
        assert_true(fabs(p.point.lon + (1 + (1000 + i) / 1e4)) < 1e-9);
        assert_true(fabs(p.surface_km2 - (i + 1)) < 1e-9);
    }
}

/* The real file of the whole country, when it is beside the project. */
static void whole_country(struct store *s)
{
    const char *shared = getenv("BALISE_SHARED");
    FILE *f = fopen(arena_printf(s->a, "%s/data/territory/communes-2026.csv", shared ? shared : "../shared").p, "rb");
    if (!f)
        return;
    enum { MAX = 4 << 20 };
    char *p = arena_alloc(s->a, MAX);
    size_t n = fread(p, 1, MAX - 1, f);
    fclose(f);
    p[n] = '\0';
    int64_t from = clock_mono_us();
    struct territory_import_report r = import(s, p);
    int64_t first = clock_mono_us();
    assert_int_equal(r.read, 34969);
    assert_int_equal(r.refused, 0);
    assert_true(r.added > 34800);
    r = import(s, p);
    assert_int_equal(r.added + r.changed, 0);
    print_message("# whole country: %lld ms, again %lld ms\n", (long long)(first - from) / 1000,
                  (long long)(clock_mono_us() - first) / 1000);
}

static const struct store_test tests[] = {
    STORE_TEST(settings_are_empty_at_first),
    STORE_TEST(settings_are_kept_in_one_form),
    STORE_TEST(wrong_settings_are_refused_in_french),
    STORE_TEST(own_departements_rank_first),
    STORE_TEST(coordinates_replace_the_embedded_ones),
    STORE_TEST(same_file_again_changes_nothing),
    STORE_TEST(bad_rows_are_refused_one_by_one),
    STORE_TEST(geo_api_json_is_read),
    STORE_TEST(other_files_are_refused_whole),
    STORE_TEST(many_rows_land_as_they_are),
    STORE_TEST(whole_country),
};

STORE_TEST_MAIN(tests, {territory_migrations, territory_migrations_count})
