/* Records one by one: saving, permalinks, removing, confirming, the journal. */
#include "directory_test.h"

#include "base/clock.h"

static int64_t fixed_now;

static int64_t now_fixed(void)
{
    return fixed_now;
}

static struct directory_place a_place(const char *id, const char *nom)
{
    return (struct directory_place){
        .record = {.source = STR("essai"), .source_id = str_from(id)},
        .nom = str_from(nom), .commune = STR("Rennes"), .code_postal = STR("35000"), .adresse = STR("1 rue Haute"),
        .date_maj = STR("2026-01-01"),
    };
}

static enum err save(struct store *s, struct directory_place *p)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    enum err e = directory_place_save(s->conn, s->a, STR("test"), p);
    if (e != OK) {
        db_rollback(s->conn);
        return e;
    }
    return db_commit(s->conn);
}

static void assert_slug(struct store *s, const char *asked, const char *wanted)
{
    struct directory_sheet sheet;
    struct str canonical;
    assert_ok(directory_find_by_slug(s->conn, s->a, str_from(asked), &sheet, &canonical));
    assert_str(wanted, canonical);
}

static void a_saved_record_comes_back_whole(struct store *s)
{
    struct directory_place p = a_place("p1", "Espace numérique \"Ñ\" 🙂");
    struct directory_sheet sheet;
    p.latitude = (struct directory_number){true, 48.1};
    p.longitude = (struct directory_number){true, -0.0 + 1e-7};
    p.horaires_texte = STR("sur rendez-vous");
    for (int i = 0; i < 92; i++)
        directory_set_add(&p.typologie, i);
    struct str mails[] = {STR("a@x.example"), STR("b@x.example")};
    p.courriels = (struct str_list){mails, 2};
    assert_ok(save(s, &p));
    assert_true(p.record.id.n == 36 && p.record.created_at_ms > 0);
    assert_str("espace-numerique-n-rennes", p.record.slug);
    assert_ok(directory_find_by_id(s->conn, s->a, p.record.id, &sheet));
    const struct directory_place *back = sheet.place;
    assert_true(str_eq(back->nom, p.nom));
    assert_true(back->latitude.known && back->latitude.value == 48.1);
    assert_true(back->longitude.value == 1e-7);
    assert_int_equal(directory_set_count(back->typologie), 92);
    assert_int_equal(back->courriels.n, 2);
    assert_str("b@x.example", back->courriels.items[1]);
    assert_str("sur rendez-vous", back->horaires_texte);
    assert_int_equal(back->horaires.n, 0);
    assert_false(back->structure_id.n > 0);
    assert_null(sheet.structure);
}

static void a_renamed_place_keeps_its_old_addresses(struct store *s)
{
    struct directory_place p = a_place("p1", "Ancien nom");
    assert_ok(save(s, &p));
    p.nom = STR("Nouveau nom");
    assert_ok(save(s, &p));
    assert_slug(s, "nouveau-nom-rennes", "nouveau-nom-rennes");
    assert_slug(s, "ancien-nom-rennes", "nouveau-nom-rennes");
    /* Nobody else may take the old address; the place itself may have it again. */
    struct directory_place other = a_place("p2", "Ancien nom");
    assert_ok(save(s, &other));
    assert_str("ancien-nom-rennes-2", other.record.slug);
    p.nom = STR("Ancien nom");
    assert_ok(save(s, &p));
    assert_slug(s, "nouveau-nom-rennes", "ancien-nom-rennes");
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_slug"), 3);
}

static void the_row_changes_only_when_something_does(struct store *s)
{
    struct directory_place p = a_place("p1", "Lieu");
    struct directory_sheet sheet;
    fixed_now = 1000000;
    clock_set_source(now_fixed);
    assert_ok(save(s, &p));
    fixed_now = 2000000;
    assert_ok(save(s, &p));
    assert_ok(directory_find_by_id(s->conn, s->a, p.record.id, &sheet));
    assert_int_equal(sheet.place->record.updated_at_ms, 1000000);
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_confirm(s->conn, s->a, STR("test"), DIRECTORY_PLACE, p.record.id, STR("l’équipe")));
    assert_ok(db_commit(s->conn));
    assert_ok(directory_find_by_id(s->conn, s->a, p.record.id, &sheet));
    assert_int_equal(sheet.place->record.confirmed_at_ms, 2000000); /* confirmed is not changed */
    assert_int_equal(sheet.place->record.updated_at_ms, 1000000);
    fixed_now = 3000000;
    p.telephone = STR("+33261910011");
    assert_ok(save(s, &p));
    assert_ok(directory_find_by_id(s->conn, s->a, p.record.id, &sheet));
    assert_int_equal(sheet.place->record.updated_at_ms, 3000000);
    assert_int_equal(sheet.place->record.created_at_ms, 1000000);
    assert_int_equal(sheet.place->record.confirmed_at_ms, 2000000); /* changed is not unconfirmed */
    clock_set_source(NULL);
}

static void a_removed_record_is_gone_not_lost(struct store *s)
{
    struct directory_place p = a_place("p1", "Lieu");
    struct directory_sheet sheet;
    struct directory_counts counts;
    struct str canonical;
    assert_ok(save(s, &p));
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_delete(s->conn, s->a, STR("test"), DIRECTORY_PLACE, p.record.id));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    assert_err(ERR_GONE, directory_find_by_slug(s->conn, s->a, STR("lieu-rennes"), &sheet, &canonical));
    assert_err(ERR_NOT_FOUND, directory_find_by_slug(s->conn, s->a, STR("jamais-vu"), &sheet, &canonical));
    assert_ok(directory_count(s->conn, &counts));
    assert_int_equal(counts.places, 0);
    assert_true(counts.last_change_ms > 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place"), 1);
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_err(ERR_NOT_FOUND, directory_delete(s->conn, s->a, STR("test"), DIRECTORY_PLACE, p.record.id));
    db_rollback(s->conn);
}

static void one_record_per_source_and_id(struct store *s)
{
    struct directory_place p = a_place("p1", "Lieu"), twin = a_place("p1", "Autre lieu");
    assert_ok(save(s, &p));
    assert_err(ERR_CONFLICT, save(s, &twin));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_slug"), 1); /* rolled back with the rest */
    twin = a_place("p1", "Autre lieu");
    twin.record.source = STR("autre");
    assert_ok(save(s, &twin));
}

static void a_service_needs_its_structure(struct store *s)
{
    struct directory_service v = {.record = {.source = STR("essai"), .source_id = STR("essai--v1")}, .nom = STR("Aide"),
                                  .description = STR("Une aide."), .date_maj = STR("2026-01-01"),
                                  .structure_id = STR("01900000-0000-7000-8000-000000000000")};
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_err(ERR_INVALID, directory_service_save(s->conn, s->a, STR("test"), &v));
    db_rollback(s->conn);
}

static void services_here_come_first(struct store *s)
{
    struct directory_structure host = {.record = {.source = STR("essai"), .source_id = STR("essai--s1")},
                                       .nom = STR("Maison"), .date_maj = STR("2026-01-01")};
    struct directory_place p = a_place("p1", "Lieu");
    struct directory_sheet sheet;
    struct str slug;
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_structure_save(s->conn, s->a, STR("test"), &host));
    p.structure_id = host.record.id;
    assert_ok(directory_place_save(s->conn, s->a, STR("test"), &p));
    static const char *const names[] = {"Atelier", "Bureau", "Cours"};
    for (int i = 0; i < 3; i++) {
        struct directory_service v = {
            .record = {.source = STR("essai"), .source_id = arena_printf(s->a, "essai--v%d", i)},
            .nom = str_from(names[i]), .description = STR("Une aide."), .date_maj = STR("2026-01-01"),
            .structure_id = host.record.id, .place_id = i == 1 ? p.record.id : STR_NONE};
        assert_ok(directory_service_save(s->conn, s->a, STR("test"), &v));
    }
    assert_ok(db_commit(s->conn));
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("lieu-rennes"), &sheet, &slug));
    assert_int_equal(sheet.n_services, 3);
    assert_str("Bureau", sheet.services[0].nom);
    assert_str("Atelier", sheet.services[1].nom);
    assert_str("essai--s1", sheet.services[0].structure_source_id);
    assert_ok(directory_find_by_slug(s->conn, s->a, STR("maison"), &sheet, &slug));
    assert_int_equal(sheet.n_places, 1);
}

static void the_journal_names_fields_and_never_values(struct store *s)
{
    struct directory_place p = a_place("p1", "Lieu");
    assert_ok(save(s, &p));
    p.telephone = STR("+33261910011");
    p.adresse = STR("3 impasse du Secret");
    assert_ok(save(s, &p));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry"), 2);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry WHERE action = 'place.update' AND actor = 'test'"
                                  " AND detail LIKE '%adresse%' AND detail LIKE '%telephone%'"), 1);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry WHERE detail LIKE '%impasse%' OR detail LIKE '%3326%'"), 0);
    struct journal_report report;
    assert_ok(journal_verify(s->conn, &report));
    assert_int_equal(report.broken, 0);
}

static void sources_are_named_once(struct store *s)
{
    struct directory_place p = a_place("p1", "Lieu");
    struct directory_source *sources;
    size_t n;
    assert_ok(save(s, &p));
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_source_save(s->conn, STR("essai"), STR("Essai"), STR_NONE));
    assert_ok(directory_source_save(s->conn, STR("essai"), STR_NONE, STR("Une source d’essai.")));
    assert_ok(directory_source_save(s->conn, STR("vide"), STR("Sans fiche"), STR_NONE));
    assert_ok(db_commit(s->conn));
    assert_ok(directory_sources(s->conn, s->a, &sources, &n));
    assert_int_equal(n, 1);
    assert_str("Essai", sources[0].nom);
    assert_str("Une source d’essai.", sources[0].description);
}

static const struct store_test tests[] = {
    STORE_TEST(a_saved_record_comes_back_whole),
    STORE_TEST(a_renamed_place_keeps_its_old_addresses),
    STORE_TEST(the_row_changes_only_when_something_does),
    STORE_TEST(a_removed_record_is_gone_not_lost),
    STORE_TEST(one_record_per_source_and_id),
    STORE_TEST(a_service_needs_its_structure),
    STORE_TEST(services_here_come_first),
    STORE_TEST(the_journal_names_fields_and_never_values),
    STORE_TEST(sources_are_named_once),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
