/* What the pages of the directory say: which commune is meant, what was found, when a place closes, how old a
 * page is — and what is said when nothing is known. */
#include "site.h"

#include "base/clock.h"
#include "modules/territory/territory.h"

#define NBSP "\u00a0"

static int64_t fixed_now(void)
{
    int64_t ms = 0;
    assert_true(clock_parse_utc(STR("2026-11-24T09:30:00Z"), &ms)); /* a Tuesday, 10:30 in Paris */
    return ms;
}

static void assert_says(struct site *site, const char *target, const char *what)
{
    struct http_test_answer answer = site_get(site, target);
    if (str_find(answer.body, str_from(what), 0) < 0)
        fail_msg("%s (%d) does not say “%s”:\n%.*s", target, answer.status, what, STR_ARG(answer.body));
}

static void assert_silent(struct site *site, const char *target, const char *what)
{
    struct http_test_answer answer = site_get(site, target);
    assert_int_equal(answer.status, 200);
    if (str_find(answer.body, str_from(what), 0) >= 0)
        fail_msg("%s says “%s”", target, what);
}

static void change(struct store *s, const char *sql, const char *value)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(db_exec(s->conn, sql, DB_PARAMS(DB_TEXT(str_from(value))), NULL));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
}

static void open_filled(struct site *site, struct store *s)
{
    clock_set_source(fixed_now);
    site_fill(s);
    site_open(site, s);
}

static void around_a_commune(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    assert_says(&site, "/recherche?ou=Rennes", "<h1>1 lieu d’aide autour de Rennes</h1>");
    assert_says(&site, "/recherche?ou=Le+Rheu", "autour du Rheu</h1>");
    assert_says(&site, "/recherche?ou=Acign%C3%A9", "autour d’Acigné</h1>");
    assert_says(&site, "/recherche?ou=Les+Iffs", "autour des Iffs</h1>");
    assert_says(&site, "/en/recherche?ou=Le+Rheu", "1 place that helps around Le Rheu</h1>");
    assert_says(&site, "/recherche?quoi=d%C3%A9marches&ou=35000",
                "<h1>1 lieu pour «" NBSP "démarches" NBSP "» autour de Rennes</h1>");
    assert_says(&site, "/recherche?ou=Pir%C3%A9-sur-Seiche", "Piré-sur-Seiche fait maintenant partie de Piré-Chancé.");
    /* A name that was written over the one that the code stands for wins. */
    assert_says(&site, "/recherche?ou=rennes&commune=35238", "autour de Rennes</h1>");
    assert_says(&site, "/recherche?ou=Foug%C3%A8res&commune=35238", "autour de Fougères</h1>");
    assert_says(&site, "/recherche?commune=35238", "autour de Rennes</h1>");
    assert_says(&site, "/recherche?commune=99999", "<h1>2 lieux d’aide</h1>");
    assert_says(&site, "/recherche?lat=48.117&lon=-1.678", "autour de vous</h1>");
    assert_says(&site, "/recherche?lat=48.117", "<h1>2 lieux d’aide</h1>");
    site_close(&site);
}

static void which_commune(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    const char *target = "/recherche?quoi=imp%C3%B4ts&besoin=demarches&ou=Saint-Aubin";
    assert_says(&site, target, "Quel «" NBSP "Saint-Aubin" NBSP "»" NBSP "?</h1>");
    assert_says(&site, target, "/recherche?quoi=imp%C3%B4ts&amp;ou=Saint-Aubin");
    assert_says(&site, target, "&amp;besoin=demarches\"");
    assert_says(&site, "/recherche?ou=zzzzzz", "Nous ne connaissons pas «" NBSP "zzzzzz" NBSP "»</h1>");
    assert_says(&site, "/recherche?ou=zzzzzz", "aria-invalid=\"true\"");
    site_close(&site);
}

static void filters_and_pages(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    assert_says(&site, "/recherche?besoin=demarches", "lieux pour «" NBSP "Faire une démarche en ligne");
    assert_says(&site, "/recherche?besoin=demarches", "value=\"demarches\" checked");
    assert_says(&site, "/recherche?besoin=demarches", "<ul class=\"chips\"");
    assert_silent(&site, "/recherche?besoin=nimportequoi", "<ul class=\"chips\"");
    /* A page that does not exist any more shows the last one. */
    assert_says(&site, "/recherche?page=50", "<li class=\"card sheet\">");
    assert_says(&site, "/recherche?quoi=zeppelin&ou=Rennes", "<h1>0 lieu pour «" NBSP "zeppelin");
    assert_says(&site, "/recherche?quoi=zeppelin&ou=Rennes", "href=\"/recherche?quoi=zeppelin&amp;ou=Rennes&amp;commune=35238&amp;rayon=50\"");
    assert_says(&site, "/recherche?quoi=zeppelin&ou=Rennes", "href=\"/recherche?ou=Rennes&amp;commune=35238\"");
    assert_says(&site, "/recherche?quoi=zeppelin&ou=Rennes", "href=\"/recherche?quoi=zeppelin\"");
    assert_says(&site, "/recherche?ou=Rennes&rayon=50", "2 lieux d’aide autour de Rennes");
    assert_says(&site, "/recherche?ou=Rennes&rayon=7", "<option value=\"7\" selected>");
    site_close(&site);
}

static void open_and_closed(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    assert_says(&site, "/lieux/mediatheque-des-embruns-rennes", "<strong class=\"open\">Ouvert</strong> jusqu’à 12" NBSP "h" NBSP "30");
    assert_says(&site, "/en/lieux/mediatheque-des-embruns-rennes", "<strong class=\"open\">Open</strong>");
    assert_says(&site, "/lieux/mediatheque-des-embruns-rennes", "<tr class=\"today\">\n<th scope=\"row\">mardi<");
    change(s, "UPDATE directory_place SET horaires = $1", "Mo-Fr 09:00-17:00; PH off; 2026 Dec 07-2026 Dec 18 off");
    site_refresh(&site);
    assert_says(&site, "/lieux/mediatheque-des-embruns-rennes",
                "du lundi 7" NBSP "décembre 2026 au vendredi 18" NBSP "décembre 2026");
    assert_says(&site, "/lieux/mediatheque-des-embruns-rennes", "vendredi 25" NBSP "décembre 2026 (Noël)");
    assert_says(&site, "/en/lieux/mediatheque-des-embruns-rennes", "from Monday 7" NBSP "December 2026 to Friday 18");
    change(s, "UPDATE directory_place SET horaires = NULL, horaires_texte = $1", "Le mardi, selon les bénévoles");
    site_refresh(&site);
    assert_says(&site, "/lieux/mediatheque-des-embruns-rennes", "Le mardi, selon les bénévoles");
    assert_silent(&site, "/lieux/mediatheque-des-embruns-rennes", "<table");
    change(s, "UPDATE directory_place SET horaires_texte = NULL, telephone = NULL, nom = $1", "Sans rien");
    site_refresh(&site);
    assert_says(&site, "/lieux/mediatheque-des-embruns-rennes", "Nous ne connaissons pas les horaires.");
    assert_silent(&site, "/lieux/mediatheque-des-embruns-rennes", "Téléphonez");
    site_close(&site);
    clock_set_source(NULL);
}

static void how_sure(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    const char *target = "/lieux/mediatheque-des-embruns-rennes";
    assert_says(&site, target, "Fiche mise à jour le 3" NBSP "novembre 2026.");
    assert_silent(&site, target, "depuis plus d’un an");
    change(s, "UPDATE directory_place SET date_maj = $1", "2025-11-01");
    site_refresh(&site);
    assert_says(&site, target, "depuis plus d’un an");
    change(s, "UPDATE directory_place SET confirmed_at_ms = 1793000000000, confirmed_by = $1", "la médiathèque");
    site_refresh(&site);
    assert_says(&site, target, "Fiche vérifiée le 26" NBSP "octobre 2026 (la médiathèque).");
    assert_silent(&site, target, "depuis plus d’un an");
    site_close(&site);
}

static void moved_and_gone(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    struct directory_sheet sheet;
    struct str canonical;
    assert_ok(directory_find_by_slug(s->conn, s->a, str_from(site_place_slug), &sheet, &canonical));
    sheet.place->nom = STR("Médiathèque des Goélands");
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("essai"), sheet.place));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    site_refresh(&site);
    struct http_test_answer moved = site_get(&site, "/en/lieux/mediatheque-des-embruns-rennes");
    assert_int_equal(moved.status, 301);
    assert_true(str_find(moved.headers, STR("/en/lieux/mediatheque-des-goelands-rennes"), 0) >= 0);

    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_delete(s->conn, s->a, STR("essai"), DIRECTORY_PLACE, sheet.place->record.id));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    site_refresh(&site);
    assert_int_equal(site_get(&site, "/lieux/mediatheque-des-goelands-rennes").status, 410);
    assert_int_equal(site_get(&site, "/lieux/jamais-vu").status, 404);
    assert_says(&site, "/lieux/jamais-vu", "Cette page n’existe pas</h1>");
    assert_says(&site, "/en/lieux/jamais-vu", "This page does not exist</h1>");
    site_close(&site);
}

static void downloads(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    assert_says(&site, "/donnees-ouvertes", "1 lieu · 1 structure · 2 services");
    assert_says(&site, "/donnees-ouvertes", "href=\"/donnees-ouvertes/geojson\"");
    struct http_test_answer answer = site_get(&site, "/donnees-ouvertes/lamednum-csv");
    assert_int_equal(answer.status, 200);
    assert_true(str_find(answer.headers, STR("rel=\"license\""), 0) >= 0);
    assert_true(str_find(answer.headers, STR("Last-Modified: "), 0) >= 0);
    assert_true(str_find(answer.headers, STR("ETag: "), 0) >= 0);
    assert_true(str_find(answer.headers, STR("-lamednum-csv.csv\""), 0) >= 0);
    assert_int_equal(site_get(&site, "/donnees-ouvertes/zip").status, 404);
    site_close(&site);
}

/* Without a point, a place is found from where its commune is; nothing else takes that for where it is. */
static void approximate_positions(struct store *s)
{
    struct site site;
    open_filled(&site, s);
    const char *found = "/recherche?ou=Cesson-S%C3%A9vign%C3%A9", *sheet = "/lieux/mediatheque-des-embruns-rennes";
    assert_silent(&site, found, "position approximative");
    assert_says(&site, sheet, "openstreetmap.org/directions");
    change(s, "UPDATE directory_place SET latitude = NULL, longitude = NULL, code_insee = $1", "35238");
    site_refresh(&site);
    assert_says(&site, found, "km</span> · 4 rue des Goélands, Rennes (position approximative" NBSP ": centre de la commune)</p>");
    assert_says(&site, "/recherche?ou=Rennes", "<p class=\"quiet\">4 rue des Goélands, Rennes (position"); /* not “0 m” */
    assert_says(&site, "/en/recherche?ou=Cesson-S%C3%A9vign%C3%A9", "(approximate position: centre of the town)");
    assert_silent(&site, found, "openstreetmap.org/directions");
    assert_silent(&site, "/recherche", "position approximative"); /* no distance is said there */
    assert_says(&site, sheet, "position approximative" NBSP ": centre de la commune");
    assert_silent(&site, sheet, "openstreetmap.org/directions");
    assert_silent(&site, "/lieux/maison-des-voisins-fougeres", "position approximative");
    assert_says(&site, "/donnees-ouvertes/geojson", "\"features\":");
    static const char *const files[] = {"/donnees-ouvertes/geojson", "/donnees-ouvertes/lamednum-csv",
                                        "/donnees-ouvertes/lamednum-json", "/donnees-ouvertes/data-inclusion",
                                        "/api/v1/services", "/api/v1/structures"};
    struct territory_commune rennes;
    assert_true(territory_commune_find(STR("35238"), &rennes));
    struct str latitude = arena_printf(s->a, "%.6f", territory_point(NULL, &rennes).point.lat);
    latitude = arena_str(s->a, str_sub(latitude, 0, 6)); /* "48.111", however many digits follow */
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_silent(&site, files[i], latitude.p);
    /* Of a small commune only its neighbours are known; without a code, its postal code and name tell it. */
    change(s, "UPDATE directory_place SET code_insee = NULL, code_postal = '35500', commune = $1", "Saint-Aubin-des-Landes");
    site_refresh(&site);
    assert_says(&site, "/recherche?ou=Vitr%C3%A9", "(position approximative" NBSP ": alentours de la commune)");
    change(s, "UPDATE directory_place SET code_postal = '99999', commune = $1", "Nulle part");
    site_refresh(&site);
    assert_silent(&site, sheet, "position approximative");
    site_close(&site);
    clock_set_source(NULL);
}

static void quality(struct store *s)
{
    struct site site;
    clock_set_source(fixed_now);
    site_open(&site, s);
    assert_says(&site, "/qualite-des-donnees", "L’annuaire est encore vide.");
    site_fill(s);
    site_refresh(&site);
    assert_says(&site, "/qualite-des-donnees", "1 lieu · 1 structure · 3 services");
    assert_says(&site, "/qualite-des-donnees", "Pas d’horaires");
    assert_says(&site, "/qualite-des-donnees", "<td>1 fiche <span class=\"quiet\">(50" NBSP "%)</span>");
    assert_says(&site, "/qualite-des-donnees", "<rect width=\"50\"");
    assert_says(&site, "/qualite-des-donnees", "<a href=\"/lieux/maison-des-voisins-fougeres\">Maison des Voisins</a>, Fougères");
    assert_says(&site, "/en/qualite-des-donnees", "<td>1 sheet <span class=\"quiet\">(50%)</span>");
    assert_says(&site, "/en/qualite-des-donnees", "href=\"/en/lieux/maison-des-voisins-fougeres\"");
    assert_says(&site, "/donnees-ouvertes", "href=\"/qualite-des-donnees\"");
    assert_says(&site, "/plan-du-site", "href=\"/qualite-des-donnees\"");
    assert_says(&site, "/qualite-des-donnees/csv", "essai,essai,manque,sans_horaires,1,0.5\n");
    assert_says(&site, "/qualite-des-donnees/json", "\"lieux\":1,\"structures\":1,\"services\":3,");
    struct http_test_answer csv = site_get(&site, "/qualite-des-donnees/csv");
    assert_true(str_find(csv.headers, STR("-qualite.csv\""), 0) >= 0);
    assert_true(str_find(csv.headers, STR("rel=\"license\""), 0) >= 0);
    assert_int_equal(site_get(&site, "/qualite-des-donnees/xml").status, 404);
    site_close(&site);
    clock_set_source(NULL);
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(around_a_commune), STORE_TEST(which_commune), STORE_TEST(filters_and_pages),
        STORE_TEST(open_and_closed),  STORE_TEST(how_sure),      STORE_TEST(moved_and_gone),
        STORE_TEST(downloads),        STORE_TEST(quality),
        STORE_TEST(approximate_positions)};
    return site_test_main(tests, sizeof tests / sizeof *tests);
}
