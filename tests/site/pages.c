/* Every page: who may see it (frozen), that it answers, and that no text of a record comes out raw. */
#include "site.h"

#include <unistd.h>

/* -- the frozen matrix ---------------------------------------------------------------------------- */

static void add_route(const struct route *r, void *ctx)
{
    static const char *const methods[] = {"?", "GET", "POST", "PUT", "DELETE"};
    static const char *const roles[ROLE_COUNT] = {"visitor"};
    struct buf *out = ctx;
    buf_printf(out, "%s %s:", methods[r->method], r->path);
    for (int role = 0; role < ROLE_COUNT; role++)
        if (permission_granted(r->allow, (enum role)role))
            buf_printf(out, " %s", roles[role]);
    buf_lit(out, " reads");
    for (size_t i = 0; i < r->input->n; i++)
        buf_printf(out, " %s", r->input->fields[i].name);
    buf_printf(out, "%s\n", r->csrf == CSRF_FORM ? " csrf" : "");
}

static void matrix_is_frozen(struct store *s)
{
    struct site site;
    struct buf now, frozen;
    char path[512];
    snprintf(path, sizeof path, "%s/routes.txt", getenv("BALISE_TESTS"));
    site_open(&site, s);
    buf_init(&now, 1 << 20);
    buf_init(&frozen, 1 << 20);
    http_each_route(site.app.routes, site.app.n_routes, add_route, &now);
    if (getenv("BALISE_FREEZE")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fwrite(now.p, 1, now.n, f);
        fclose(f);
    }
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *room = buf_reserve(&frozen, 1 << 19);
    buf_commit(&frozen, fread(room, 1, 1 << 19, f));
    fclose(f);
    if (!str_eq(buf_str(&now), buf_str(&frozen)))
        print_error("The routes changed. If that is wanted: BALISE_FREEZE=1, then read the difference.\n%.*s",
                    STR_ARG(buf_str(&now)));
    assert_true(str_eq(buf_str(&now), buf_str(&frozen)));
    buf_deinit(&now);
    buf_deinit(&frozen);
    site_close(&site);
}

/* -- the crawl ------------------------------------------------------------------------------------ */

/* A value for each parameter of a path. */
static const char *sample(struct str name, const char *slug)
{
    if (str_eq(name, STR("slug")))
        return slug;
    if (str_eq(name, STR("liste")))
        return "publics";
    if (str_eq(name, STR("fichier")))
        return "geojson";
    return "essai--v1";
}

static struct str fill_path(struct arena *a, const char *prefix, const char *path, const char *slug)
{
    struct buf out;
    buf_init(&out, 4096);
    buf_lit(&out, prefix);
    for (const char *p = path; *p;) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (end) {
            buf_lit(&out, sample((struct str){p + 1, (size_t)(end - p - 1)}, slug));
            p = end + 1;
        } else {
            buf_char(&out, *p++);
        }
    }
    struct str whole = arena_str(a, buf_str(&out));
    buf_deinit(&out);
    return whole;
}

typedef void (*check_answer)(const char *target, const struct http_test_answer *answer, void *ctx);

static void crawl(struct site *site, const char *slug, const char *query, check_answer check, void *ctx)
{
    static const char *const prefixes[] = {"", "/en"};
    for (size_t t = 0; t < site->app.n_routes; t++)
        for (size_t i = 0; i < site->app.routes[t].n; i++) {
            const struct route *r = &site->app.routes[t].routes[i];
            for (size_t k = 0; r->method == HTTP_GET && k < 2; k++) {
                if (k > 0 && r->style != STYLE_PAGE)
                    continue;
                struct str path = fill_path(site->a, prefixes[k], r->path, slug);
                struct str target = arena_printf(site->a, "%.*s%s", STR_ARG(path), query);
                struct http_test_answer answer = site_get(site, target.p);
                check(target.p, &answer, ctx);
            }
        }
}

static void no_failure(const char *target, const struct http_test_answer *answer, void *ctx)
{
    (void)ctx;
    if (answer->status >= 500)
        print_error("%s: %d\n", target, answer->status);
    assert_true(answer->status < 500);
}

static void every_page_answers(struct store *s)
{
    struct site site;
    site_open(&site, s);
    crawl(&site, "rien", "", no_failure, NULL); /* an empty territory */
    site_fill(s);
    site_refresh(&site);
    crawl(&site, site_place_slug, "", no_failure, NULL);
    crawl(&site, site_place_slug, "?quoi=d%C3%A9marches&ou=Rennes&page=2", no_failure, NULL);
    crawl(&site, "maison-des-voisins-fougeres", "?quoi=%22%27%3C%26&ou=%22%27%3C%26&page=-1", no_failure, NULL);
    site_close(&site);
}

/* -- places that are one -------------------------------------------------------------------------- */

static void a_merged_place_is_found_at_every_address(struct store *s)
{
    struct site site;
    struct directory_place twin = {.record = {.source = STR("autre-source"), .source_id = STR("z1")}, .nom = STR("Embruns"),
                                   .commune = STR("Rennes"), .code_postal = STR("35000"), .adresse = STR("1 rue Haute"), .date_maj = STR("2020-01-01")};
    struct str ids[2], merge_id, place_id;
    site_fill(s);
    struct directory_sheet sheet;
    struct str canonical;
    assert_ok(directory_find_by_slug(s->conn, s->a, str_from(site_place_slug), &sheet, &canonical));
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("test"), &twin));
    ids[0] = sheet.place->record.id;
    ids[1] = twin.record.id;
    assert_ok(directory_merge(s->conn, s->a, STR("test"), (struct str_list){ids, 2}, 0, &merge_id, &place_id));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    site_open(&site, s);
    struct http_test_answer shown = site_get(&site, "/lieux/mediatheque-des-embruns-rennes"), moved = site_get(&site, "/lieux/embruns-rennes"),
                            api = site_get(&site, "/api/v1/structures/autre-source--z1");
    assert_int_equal(shown.status, 200);
    assert_true(str_find(shown.body, STR("small\">Sources"), 0) >= 0);
    assert_true(str_find(shown.body, STR(", autre-source"), 0) >= 0);
    assert_int_equal(moved.status, 301);
    assert_true(str_find(moved.headers, STR("/lieux/mediatheque-des-embruns-rennes"), 0) >= 0);
    assert_int_equal(api.status, 200);
    site_close(&site);
}

/* -- an address that was found --------------------------------------------------------------------- */

static void an_address_that_was_found_says_so(struct store *s)
{
    static const char remarks[] = "[[\"adresse\",\"adresse.point\",\"48.1, -1.6\",\"4 Rue Haute, 35000 Rennes (12 m)\"]]";
    struct site site;
    struct str path = arena_printf(s->a, "/lieux/%s", site_place_slug);
    site_fill(s);
    site_open(&site, s);
    assert_true(str_find(site_get(&site, path.p).body, STR("trouvée sur une carte"), 0) < 0);
    assert_ok(db_exec(s->conn, "UPDATE directory_place SET remarks = $1 WHERE slug = $2",
                      DB_PARAMS(DB_TEXT(str_from(remarks)), DB_TEXT(str_from(site_place_slug))), NULL));
    assert_true(str_find(site_get(&site, path.p).body, STR("trouvée sur une carte"), 0) >= 0);
    site_close(&site);
}

/* -- the canary ----------------------------------------------------------------------------------- */

#define CANARY "\"'<&"

/* Free texts of the three kinds; codes, dates, links and lists of the standards keep their form. */
static const char *const free_texts[] = {
    "UPDATE directory_place SET nom = $1, commune = $1, adresse = $1, complement_adresse = $1, telephone = $1, "
    "courriels = $1, site_web = $1, horaires = NULL, horaires_texte = $1, presentation_resume = $1, "
    "presentation_detail = $1, source_texte = $1, structure_parente = $1, autres_formations_labels = $1, "
    "fiche_acces_libre = $1, prise_rdv = $1, code_postal = $1, confirmed_by = $1, confirmed_at_ms = 1762000000000",
    "UPDATE directory_structure SET nom = $1, description = $1, lien_source = $1, commune = $1, adresse = $1, "
    "complement_adresse = $1, telephone = $1, courriel = $1, site_web = $1, horaires_texte = $1, "
    "accessibilite_lieu = $1, code_postal = $1, confirmed_by = $1, confirmed_at_ms = 1762000000000",
    "UPDATE directory_service SET nom = $1, description = $1, lien_source = $1, frais_precisions = $1, "
    "publics_precisions = $1, conditions_acces = $1, commune = $1, adresse = $1, complement_adresse = $1, "
    "telephone = $1, courriel = $1, contact_nom_prenom = $1, lien_mobilisation = $1, "
    "mobilisation_precisions = $1, zone_eligibilite = $1, horaires_texte = $1, code_postal = $1",
};

static void no_raw_canary(const char *target, const struct http_test_answer *answer, void *ctx)
{
    size_t *escaped = ctx;
    if (str_find(answer->content_type, STR("text/html"), 0) < 0)
        return;
    ptrdiff_t raw = str_find(answer->body, STR(CANARY), 0);
    if (raw >= 0)
        print_error("%s: raw at %td: %.*s\n", target, raw, STR_ARG(str_sub(answer->body, raw > 80 ? (size_t)raw - 80 : 0, 120)));
    assert_true(raw < 0);
    assert_true(str_find(answer->body, STR("\"'<"), 0) < 0);
    if (str_find(answer->body, STR("&lt;&amp;"), 0) >= 0)
        (*escaped)++;
}

static void no_text_comes_out_raw(struct store *s)
{
    struct site site;
    size_t escaped = 0;
    site_fill(s);
    assert_ok(db_begin(s->conn, DB_WRITE));
    for (size_t i = 0; i < sizeof free_texts / sizeof *free_texts; i++)
        assert_ok(db_exec(s->conn, free_texts[i], DB_PARAMS(DB_TEXT(STR(CANARY))), NULL));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    site_open(&site, s);
    crawl(&site, site_place_slug, "", no_raw_canary, &escaped);
    crawl(&site, "maison-des-voisins-fougeres", "", no_raw_canary, &escaped);
    crawl(&site, site_place_slug, "?quoi=%22%27%3C%26&ou=%22%27%3C%26", no_raw_canary, &escaped);
    /* Both sheets and the results, in both languages, show it escaped: the test can fail. */
    assert_true(escaped >= 6);
    site_close(&site);
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(matrix_is_frozen), STORE_TEST(every_page_answers), STORE_TEST(a_merged_place_is_found_at_every_address),
        STORE_TEST(an_address_that_was_found_says_so), STORE_TEST(no_text_comes_out_raw)};
    return site_test_main(tests, sizeof tests / sizeof *tests);
}
