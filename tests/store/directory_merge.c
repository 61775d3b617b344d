/* Merging places, seeing them as one, parting them again. */
#include "directory_test.h"

#include <pthread.h>

#include "base/clock.h"
#include "modules/directory/duplicates/merge.h"
#include "modules/directory/record.h"

static struct directory_place a_place(const char *source, const char *id, const char *nom, const char *date)
{
    return (struct directory_place){
        .record = {.source = str_from(source), .source_id = str_from(id)},
        .nom = str_from(nom), .commune = STR("Rennes"), .code_postal = STR("35000"), .code_insee = STR("35238"),
        .adresse = STR("12 rue Haute"), .date_maj = str_from(date),
    };
}

static void save(struct store *s, struct directory_place *p)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_place_save(s->conn, s->a, STR("test"), p));
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
}

struct merged {
    struct str id, place;
};

static enum err try_merge(struct store *s, const struct str *ids, size_t n, struct merged *out)
{
    struct str items[8];
    memcpy(items, ids, n * sizeof *ids);
    assert_ok(db_begin(s->conn, DB_WRITE));
    enum err e = directory_merge(s->conn, s->a, STR("test"), (struct str_list){items, n}, 90, &out->id, &out->place);
    if (e == OK)
        e = directory_changed(s->conn);
    if (e != OK) {
        db_rollback(s->conn);
        return e;
    }
    return db_commit(s->conn);
}

static struct merged merge(struct store *s, struct str x, struct str y)
{
    struct merged m;
    const struct str ids[] = {x, y};
    assert_ok(try_merge(s, ids, 2, &m));
    return m;
}

static enum err try_unmerge(struct store *s, struct str id, struct directory_unmerged *out)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    enum err e = directory_unmerge(s->conn, s->a, STR("test"), id, out);
    if (e != OK) {
        db_rollback(s->conn);
        return e;
    }
    return db_commit(s->conn);
}

static void refresh(struct store *s, struct str place)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(merge_refresh(s->conn, s->a, STR("import:test"), place));
    assert_ok(db_commit(s->conn));
}

static struct directory_place *found(struct store *s, struct str id)
{
    struct directory_sheet sheet;
    assert_ok(directory_find_by_id(s->conn, s->a, id, &sheet));
    return sheet.place;
}

static struct str canonical_of(struct store *s, const char *slug)
{
    struct directory_sheet sheet;
    struct str canonical;
    assert_ok(directory_find_by_slug(s->conn, s->a, str_from(slug), &sheet, &canonical));
    return canonical;
}

/* Everything that the tables of places, permalinks and services say, as one text. */
static struct str everything(struct store *s)
{
    static const char *const sql[] = {
        "SELECT id || '|' || slug || '|' || source || '|' || source_id || '|' || nom || '|' || COALESCE(telephone, '-') || '|' ||"
        " COALESCE(merged_into, '-') || '|' || updated_at_ms || '|' || fingerprint FROM directory_place"
        " WHERE source_id NOT LIKE '%~%' ORDER BY id",
        "SELECT slug || '|' || record_id FROM directory_slug ORDER BY slug",
        "SELECT source_id || '|' || COALESCE(place_id, '-') FROM directory_service ORDER BY source_id",
    };
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        struct db_rows *r;
        bool has = true;
        assert_ok(db_query(s->conn, sql[i], DB_NO_PARAMS, &r));
        for (;;) {
            assert_ok(db_next(r, &has));
            if (!has)
                break;
            buf_add(&b, db_col_text(r, 0));
            buf_char(&b, '\n');
        }
        db_rows_end(r);
    }
    struct str text = arena_str(s->a, buf_str(&b));
    buf_deinit(&b);
    return text;
}

/* Two sources: the first says more, the second is fresher. */
struct two {
    struct directory_place a, b;
};
static struct two two_places(struct store *s)
{
    struct two t = {a_place("alpha", "a1", "Espace des Tilleuls", "2025-01-01"), a_place("beta", "b1", "Espace Tilleuls", "2026-02-01")};
    static struct str mails_a[] = {STR_INIT("b@x.example")}, mails_b[] = {STR_INIT("a@x.example")};
    t.a.telephone = STR("+33299000001");
    t.a.horaires = STR("Mo-Fr 09:00-12:00");
    t.a.presentation_resume = STR("Un espace.");
    t.a.pivot = STR("43575434300018");
    t.a.courriels = (struct str_list){mails_a, 1};
    t.a.latitude = (struct directory_number){true, 48.1};
    t.a.longitude = (struct directory_number){true, -1.6};
    t.a.source_texte = STR("Alpha");
    t.b.telephone = STR("+33299000002");
    t.b.horaires_texte = STR("le matin");
    t.b.courriels = (struct str_list){mails_b, 1};
    t.b.source_texte = STR("Beta");
    directory_set_add(&t.a.services, 1);
    directory_set_add(&t.b.services, 2);
    save(s, &t.a);
    save(s, &t.b);
    return t;
}

static void values_are_folded(struct store *s)
{
    struct two t = two_places(s);
    struct merged m = merge(s, t.a.record.id, t.b.record.id);
    const struct directory_place *p = found(s, m.place);
    assert_true(str_eq(p->record.id, m.place));
    assert_str("Espace Tilleuls", p->nom);               /* the freshest */
    assert_str("+33299000002", p->telephone);
    assert_str("43575434300018", p->pivot);              /* a value beats none */
    assert_str("Un espace.", p->presentation_resume);
    assert_str("le matin", p->horaires_texte);           /* hours and their text are one value */
    assert_int_equal(p->horaires.n, 0);
    assert_true(p->latitude.known && p->latitude.value == 48.1);
    assert_int_equal(p->courriels.n, 2);                 /* lists are put together, sorted */
    assert_str("a@x.example", p->courriels.items[0]);
    assert_int_equal(directory_set_count(p->services), 2);
    assert_str("2026-02-01", p->date_maj);
    assert_str("Beta", p->source_texte);
    assert_str("alpha", p->record.source);               /* of the one that says most */
    assert_str("a1__b1", p->record.source_id);
}

static void every_address_and_id_leads_to_it(struct store *s)
{
    struct two t = two_places(s);
    struct merged m = merge(s, t.a.record.id, t.b.record.id);
    assert_str("espace-des-tilleuls-rennes", canonical_of(s, "espace-des-tilleuls-rennes"));
    assert_str("espace-des-tilleuls-rennes", canonical_of(s, "espace-tilleuls-rennes"));
    assert_true(str_eq(found(s, t.a.record.id)->record.id, m.place));
    assert_true(str_eq(found(s, t.b.record.id)->record.id, m.place));
    assert_ok(directory_refresh(s->db));
    struct directory_published_structure st;
    struct directory_published_service sv;
    assert_ok(directory_published_structure_get(s->a, STR("alpha--a1__b1"), &st, NULL));
    assert_ok(directory_published_structure_get(s->a, STR("alpha--a1"), &st, NULL));
    assert_str("alpha--a1__b1", st.id);
    assert_ok(directory_published_service_get(s->a, STR("beta--b1"), &sv));
    assert_str("alpha--a1__b1", sv.id);
    assert_err(ERR_NOT_FOUND, directory_published_structure_get(s->a, STR("beta--b2"), &st, NULL));
    directory_stop();
}

static void only_one_is_listed(struct store *s)
{
    struct two t = two_places(s);
    struct directory_counts counts;
    struct directory_source *sources;
    size_t n;
    merge(s, t.a.record.id, t.b.record.id);
    assert_ok(directory_count(s->conn, &counts));
    assert_int_equal(counts.places, 1);
    assert_ok(directory_sources(s->conn, s->a, &sources, &n));
    assert_int_equal(n, 1);
    assert_ok(directory_refresh(s->db));
    directory_cards(s->a, &n);
    assert_int_equal(n, 1);
    directory_stop();
    for (int f = 0; f < EXPORT_COUNT; f++) {
        if (f == EXPORT_XLSX || f == EXPORT_HSDS) /* packed; under identifiers of its own */
            continue;
        struct str text = export_text(s, (enum directory_format)f);
        assert_true(has_text(text, "a1__b1"));
        assert_false(has_text(text, "\"a1\"") || has_text(text, "\na1,") || has_text(text, "--b1\""));
    }
    struct directory_duplicate *pairs;
    assert_ok(directory_duplicates(s->conn, s->a, 0, true, &pairs, &n));
    assert_int_equal(n, 0);
}

static void undoing_gives_everything_back(struct store *s)
{
    struct two t = two_places(s);
    struct directory_structure host = {.record = {.source = STR("alpha"), .source_id = STR("alpha--s1")}, .nom = STR("Maison"),
                                       .date_maj = STR("2026-01-01")};
    struct directory_unmerged u;
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_structure_save(s->conn, s->a, STR("test"), &host));
    struct directory_service v = {.record = {.source = STR("alpha"), .source_id = STR("alpha--v1")}, .nom = STR("Aide"),
                                  .description = STR("Une aide."), .date_maj = STR("2026-01-01"), .structure_id = host.record.id,
                                  .place_id = t.b.record.id};
    assert_ok(directory_service_save(s->conn, s->a, STR("test"), &v));
    assert_ok(db_commit(s->conn));
    t.a.structure_id = host.record.id;
    save(s, &t.a);
    struct str before = everything(s), csv = export_text(s, EXPORT_LAMEDNUM_CSV);

    struct merged m = merge(s, t.a.record.id, t.b.record.id);
    struct directory_sheet sheet;
    assert_ok(directory_find_by_id(s->conn, s->a, m.place, &sheet));
    assert_int_equal(sheet.n_services, 1); /* given at one of its parts: given here */
    assert_true(str_eq(sheet.services[0].place_id, m.place));
    assert_false(str_eq(before, everything(s)));

    assert_ok(try_unmerge(s, m.id, &u));
    assert_int_equal(u.places, 2);
    assert_int_equal(u.kept.n, 0);
    assert_true(str_eq(before, everything(s)));
    assert_true(str_eq(csv, export_text(s, EXPORT_LAMEDNUM_CSV)));
    assert_err(ERR_GONE, directory_find_by_id(s->conn, s->a, m.place, &sheet));
    assert_err(ERR_GONE, try_unmerge(s, m.id, &u));
    assert_err(ERR_NOT_FOUND, try_unmerge(s, STR("rien"), &u));
    /* Merged again: the key that was theirs is free. */
    merge(s, t.a.record.id, t.b.record.id);
    assert_str("a1__b1", found(s, t.a.record.id)->record.source_id);
}

static void merging_again_flattens(struct store *s)
{
    struct two t = two_places(s);
    struct directory_place c = a_place("gamma", "c1", "Espace des Tilleuls (antenne)", "2026-03-01"), d = a_place("delta", "d1", "Tilleuls", "2024-01-01");
    struct directory_unmerged u;
    save(s, &c);
    save(s, &d);
    struct merged first = merge(s, t.a.record.id, t.b.record.id), other = merge(s, c.record.id, d.record.id);
    struct str before = everything(s);
    struct merged both = merge(s, first.place, d.record.id); /* d stands for c and d */
    const struct directory_place *p = found(s, c.record.id);
    assert_true(str_eq(p->record.id, both.place));
    assert_str("a1__b1__c1__d1", p->record.source_id);
    assert_str("Espace des Tilleuls (antenne)", p->nom);
    assert_str("43575434300018", p->pivot);
    assert_true(str_eq(found(s, first.place)->record.id, both.place));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE merged_into IS NULL"), 1);
    assert_err(ERR_CONFLICT, try_unmerge(s, first.id, &u)); /* the last one first */
    assert_ok(try_unmerge(s, both.id, &u));
    assert_true(str_eq(before, everything(s)));
    assert_ok(try_unmerge(s, other.id, &u));
    assert_true(str_eq(found(s, c.record.id)->record.id, c.record.id));
    assert_true(str_eq(found(s, t.b.record.id)->record.id, first.place));
}

static void what_cannot_be_merged(struct store *s)
{
    struct two t = two_places(s);
    struct merged m;
    const struct str same[] = {t.a.record.id, t.a.record.id}, unknown[] = {t.a.record.id, STR("01900000-0000-7000-8000-000000000000")},
                     both[] = {t.a.record.id, t.b.record.id};
    assert_err(ERR_CONFLICT, try_merge(s, same, 2, &m));
    assert_err(ERR_CONFLICT, try_merge(s, same, 1, &m));
    assert_err(ERR_NOT_FOUND, try_merge(s, unknown, 2, &m));
    assert_ok(try_merge(s, both, 2, &m));
    assert_err(ERR_CONFLICT, try_merge(s, both, 2, &m)); /* they are one already */
    store_run(s, "UPDATE directory_place SET deleted_at_ms = 5 WHERE source_id = 'a1__b1'");
    assert_err(ERR_GONE, try_merge(s, both, 2, &m));
}

/* A part that a file changes is seen through the place; so is one that is gone, and one that comes back. */
static void values_follow_the_parts(struct store *s)
{
    struct two t = two_places(s);
    struct merged m = merge(s, t.a.record.id, t.b.record.id);
    struct str of;
    assert_ok(merge_of_part(s->conn, s->a, t.a.record.id, &of));
    assert_true(str_eq(of, m.place));
    assert_ok(merge_of_part(s->conn, s->a, m.place, &of));
    assert_int_equal(of.n, 0);
    assert_err(ERR_NOT_FOUND, merge_of_part(s->conn, s->a, STR("rien"), &of));

    int64_t updated = found(s, m.place)->record.updated_at_ms, entries = store_int(s, "SELECT COUNT(*) FROM journal_entry");
    refresh(s, m.place);
    assert_int_equal(found(s, m.place)->record.updated_at_ms, updated);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry"), entries);

    store_run(s, "UPDATE directory_place SET telephone = '+33299000003' WHERE source_id = 'b1'");
    refresh(s, m.place);
    assert_str("+33299000003", found(s, m.place)->telephone);
    store_run(s, "UPDATE directory_place SET deleted_at_ms = 7, gone_at_ms = 7 WHERE source_id = 'b1'");
    refresh(s, m.place);
    assert_str("+33299000001", found(s, m.place)->telephone);
    assert_str("Mo-Fr 09:00-12:00", found(s, m.place)->horaires);
    store_run(s, "UPDATE directory_place SET deleted_at_ms = 7, gone_at_ms = 7 WHERE source_id = 'a1'");
    refresh(s, m.place);
    struct directory_sheet sheet;
    assert_err(ERR_GONE, directory_find_by_id(s->conn, s->a, m.place, &sheet));
    store_run(s, "UPDATE directory_place SET deleted_at_ms = 0, gone_at_ms = 0 WHERE source_id = 'b1'");
    refresh(s, m.place);
    assert_str("+33299000003", found(s, m.place)->telephone);

    /* Removed by a person: it does not come back by itself. */
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_delete(s->conn, s->a, STR("test"), DIRECTORY_PLACE, m.place));
    assert_ok(db_commit(s->conn));
    refresh(s, m.place);
    assert_err(ERR_GONE, directory_find_by_id(s->conn, s->a, m.place, &sheet));
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_err(ERR_NOT_FOUND, merge_refresh(s->conn, s->a, STR("test"), STR("rien")));
    db_rollback(s->conn);
}

static void an_import_of_a_part_goes_on(struct store *s)
{
    struct directory_unmerged u;
    import_ok(s, fixture(s, "places.csv"));
    struct str csv = fixture(s, "places.csv");
    struct directory_duplicate *pairs;
    size_t n;
    assert_ok(directory_duplicates(s->conn, s->a, 0, true, &pairs, &n));
    struct db_rows *r;
    bool has;
    struct str ids[2];
    assert_ok(db_query(s->conn, "SELECT id FROM directory_place ORDER BY source_id LIMIT 2", DB_NO_PARAMS, &r));
    for (int i = 0; i < 2; i++) {
        assert_ok(db_next(r, &has));
        ids[i] = db_col_text_in(r, 0, s->a);
    }
    db_rows_end(r);
    struct merged m;
    assert_ok(try_merge(s, ids, 2, &m));
    struct imported again = import_ok(s, csv);
    assert_counts(&again, 0, 0, 5, 0); /* the parts are found again, nothing is added */
    struct imported changed = import_ok(s, replaced(s, csv, "Médiathèque des Tilleuls", "Médiathèque des Platanes"));
    assert_int_equal(changed.result.counts.updated, 1);
    refresh(s, m.place);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE nom = 'Médiathèque des Platanes'"), 2);
    assert_ok(try_unmerge(s, m.id, &u));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0 AND merged_into IS NULL"), 5);
}

/* What a person wrote wins over the sources, on the place and on a part, emptied or not. */
static void choices_win(struct store *s)
{
    struct two t = two_places(s);
    struct directory_unmerged u;
    t.a.telephone = STR("+33299000009");
    t.a.presentation_resume = STR_NONE;
    save(s, &t.a); /* choices on a part: the phone, and no summary */
    struct merged m = merge(s, t.a.record.id, t.b.record.id);
    assert_str("+33299000009", found(s, m.place)->telephone);
    struct directory_place p = *found(s, m.place);
    p.telephone = STR_NONE;
    p.nom = STR("Les Tilleuls");
    save(s, &p);
    assert_str("les-tilleuls-rennes", canonical_of(s, "espace-tilleuls-rennes"));
    store_run(s, "UPDATE directory_place SET telephone = '+33299000004', nom = 'Autre' WHERE source_id = 'b1'");
    refresh(s, m.place);
    assert_int_equal(found(s, m.place)->telephone.n, 0);
    assert_str("Les Tilleuls", found(s, m.place)->nom);
    assert_ok(try_unmerge(s, m.id, &u));
    assert_int_equal(u.kept.n, 2);
    assert_str("nom", u.kept.items[0]);
    assert_str("telephone", u.kept.items[1]);
    /* The address that was given to it leads somewhere for ever. */
    assert_str("espace-des-tilleuls-rennes", canonical_of(s, "les-tilleuls-rennes"));
}

/* A file renames the main part: one new address, not two. */
static void a_renamed_part_renames_the_place(struct store *s)
{
    struct two t = two_places(s);
    struct merged m = merge(s, t.a.record.id, t.b.record.id);
    struct directory_place *before = ARENA_NEW(s->a, struct directory_place), after;
    struct directory_unmerged u;
    bool changed;
    assert_ok(db_begin(s->conn, DB_WRITE));
    *before = t.b;
    after = t.b;
    after.nom = STR("Espace des Érables");
    assert_ok(record_save_update(s->conn, s->a, STR("import:test"), DIRECTORY_PLACE, before, &after, &changed));
    assert_ok(merge_refresh(s->conn, s->a, STR("import:test"), m.place));
    assert_ok(db_commit(s->conn));
    assert_str("espace-des-erables-rennes", found(s, m.place)->record.slug);
    assert_str("espace-des-erables-rennes", canonical_of(s, "espace-des-tilleuls-rennes"));
    assert_ok(try_unmerge(s, m.id, &u));
    assert_str("espace-des-tilleuls-rennes", canonical_of(s, "espace-des-tilleuls-rennes"));
}

static void distinct_places_are_not_proposed(struct store *s)
{
    struct two t = two_places(s);
    struct directory_place c = a_place("gamma", "c1", "Espace des Tilleuls", "2026-03-01");
    struct directory_duplicate *pairs;
    struct directory_apply_result applied;
    size_t n;
    save(s, &c);
    assert_ok(directory_duplicates(s->conn, s->a, 60, false, &pairs, &n));
    assert_int_equal(n, 3);
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_distinct(s->conn, s->a, STR("test"), c.record.id, t.a.record.id));
    assert_ok(directory_distinct(s->conn, s->a, STR("test"), t.a.record.id, c.record.id)); /* once */
    assert_ok(db_commit(s->conn));
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_distinct"), 1);
    assert_ok(directory_duplicates(s->conn, s->a, 60, false, &pairs, &n));
    assert_int_equal(n, 2);
    /* Merged by itself: a and b, or b and c, never all three. */
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(directory_merge_duplicates(s->conn, s->a, STR("test"), 80, false, &applied));
    assert_ok(db_commit(s->conn));
    assert_int_equal(applied.merges, 1);
    assert_int_equal(applied.places, 2);
    assert_int_equal(applied.left, 1);
    /* What was said of a part holds for the place. */
    assert_ok(directory_duplicates(s->conn, s->a, 60, true, &pairs, &n));
    assert_int_equal(n, 0);
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_err(ERR_INVALID, directory_distinct(s->conn, s->a, STR("test"), c.record.id, c.record.id));
    assert_err(ERR_NOT_FOUND, directory_distinct(s->conn, s->a, STR("test"), c.record.id, STR("rien")));
    db_rollback(s->conn);
}

static void the_journal_and_the_list_tell(struct store *s)
{
    struct two t = two_places(s);
    struct directory_merge_info *merges;
    struct directory_unmerged u;
    struct journal_report report;
    size_t n;
    struct merged m = merge(s, t.a.record.id, t.b.record.id);
    assert_ok(directory_merges(s->conn, s->a, 10, &merges, &n));
    assert_int_equal(n, 1);
    assert_true(str_eq(merges[0].id, m.id) && merges[0].places == 2 && merges[0].score == 90 && merges[0].undone_at_ms == 0);
    assert_ok(try_unmerge(s, m.id, &u));
    assert_ok(directory_merges(s->conn, s->a, 10, &merges, &n));
    assert_true(merges[0].undone_at_ms > 0);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry WHERE action IN ('place.merge', 'place.unmerge')"), 2);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry WHERE action IN ('place.merged', 'place.unmerged')"), 4);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM journal_entry WHERE detail LIKE '%Tilleuls%'"), 0);
    assert_ok(journal_verify(s->conn, &report));
    assert_int_equal(report.broken, 0);
}

/* -- several people at once --------------------------------------------------------------------------- */

struct person {
    struct db *db;
    struct str ids[2];
    enum err err;
};

static enum err merge_work(struct db_conn *c, void *ctx)
{
    struct person *p = ctx;
    struct arena *a = arena_new(SIZE_MAX);
    struct str merge_id, place_id;
    enum err e = directory_merge(c, a, STR("test"), (struct str_list){p->ids, 2}, 0, &merge_id, &place_id);
    if (e == OK)
        e = directory_changed(c);
    arena_free(a);
    return e;
}

static void *merge_alone(void *ctx)
{
    struct person *p = ctx;
    struct db_conn *c;
    p->err = db_acquire(p->db, &c);
    if (p->err != OK)
        return NULL;
    p->err = db_transaction(c, DB_WRITE, merge_work, p);
    db_release(c);
    return NULL;
}

static void several_people_at_once(struct store *s)
{
    enum { PEOPLE = 4 };
    struct directory_place places[PEOPLE + 1];
    struct person people[PEOPLE];
    pthread_t threads[PEOPLE];
    for (int i = 0; i <= PEOPLE; i++) {
        places[i] = a_place("alpha", arena_cstr(s->a, arena_printf(s->a, "p%d", i)), "Espace des Tilleuls", "2026-01-01");
        save(s, &places[i]);
    }
    /* A chain: each merges the first with another; whatever the order, all end as one. */
    for (int i = 0; i < PEOPLE; i++)
        people[i] = (struct person){.db = s->db, .ids = {places[0].record.id, places[i + 1].record.id}};
    for (int i = 0; i < PEOPLE; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, merge_alone, &people[i]), 0);
    for (int i = 0; i < PEOPLE; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < PEOPLE; i++)
        assert_err(OK, people[i].err);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE merged_into IS NULL"), 1);
    assert_str("p0__p1__p2__p3__p4", found(s, places[3].record.id)->record.source_id);
    /* The same two at once: one of them is told that it is done. */
    store_run(s, "DELETE FROM directory_merge_part");
    store_run(s, "DELETE FROM directory_merge");
    store_run(s, "DELETE FROM directory_place WHERE source_id LIKE '%\\_\\_%' ESCAPE '\\'");
    store_run(s, "UPDATE directory_place SET merged_into = NULL");
    for (int i = 0; i < 2; i++) {
        people[i].ids[1] = places[1].record.id;
        assert_int_equal(pthread_create(&threads[i], NULL, merge_alone, &people[i]), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_true((people[0].err == OK) != (people[1].err == OK));
    assert_true(people[0].err == ERR_CONFLICT || people[1].err == ERR_CONFLICT);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_merge"), 1);
}

/* The import makes the merged place again by itself, and so does its undo; the place is gone with the last of its parts. */
static void imports_and_their_undo_are_followed(struct store *s)
{
    static const char header[] = "id,nom,commune,code_postal,adresse,date_maj,telephone,source\n";
    const struct directory_import alpha = {.feed = STR("alpha")}, beta = {.feed = STR("beta")};
    struct directory_undo_result undone;
    const char *sql = "SELECT id FROM directory_place WHERE source_id = $1";
    struct str ids[2];
    assert_ok(import_with(s, arena_printf(s->a, "%sa1,Maison,Rennes,35000,12 rue Haute,2026-01-01,,Alpha\n", header), alpha).err);
    assert_ok(import_with(s, arena_printf(s->a, "%sb1,Maison,Rennes,35000,12 rue Haute,2026-02-01,+33261910001,Beta\n", header), beta).err);
    for (int i = 0; i < 2; i++) {
        struct db_rows *r;
        bool has;
        assert_ok(db_query(s->conn, sql, DB_PARAMS(DB_TEXT(i ? STR("b1") : STR("a1"))), &r));
        assert_ok(db_next(r, &has));
        assert_true(has);
        ids[i] = db_col_text_in(r, 0, s->a);
        db_rows_end(r);
    }
    struct merged m = merge(s, ids[0], ids[1]);
    assert_str("+33261910001", found(s, m.place)->telephone);
    struct imported got =
        import_with(s, arena_printf(s->a, "%sb1,Maison,Rennes,35000,12 rue Haute,2026-03-01,+33261910002,Beta\n", header), beta);
    assert_int_equal(got.result.counts.updated, 1);
    assert_str("+33261910002", found(s, m.place)->telephone);
    assert_ok(directory_import_undo(s->conn, s->a, got.result.id, STR("command"), &undone));
    assert_str("+33261910001", found(s, m.place)->telephone);
    /* One of its two sources has it no more, then neither. */
    assert_ok(import_with(s, arena_printf(s->a, "%sz,Autre,Rennes,35000,9 rue Basse,2026-03-01,,Beta\n", header), beta).err);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0 AND merged_into IS NULL AND nom = 'Maison'"), 1);
    assert_int_equal(found(s, m.place)->telephone.n, 0);
    assert_ok(import_with(s, arena_printf(s->a, "%sy,Autre,Rennes,35000,9 rue Basse,2026-03-01,,Alpha\n", header), alpha).err);
    assert_int_equal(store_int(s, "SELECT COUNT(*) FROM directory_place WHERE deleted_at_ms = 0 AND merged_into IS NULL AND nom = 'Maison'"), 0);
}

static const struct store_test tests[] = {
    STORE_TEST(values_are_folded),
    STORE_TEST(every_address_and_id_leads_to_it),
    STORE_TEST(only_one_is_listed),
    STORE_TEST(undoing_gives_everything_back),
    STORE_TEST(merging_again_flattens),
    STORE_TEST(what_cannot_be_merged),
    STORE_TEST(values_follow_the_parts),
    STORE_TEST(an_import_of_a_part_goes_on),
    STORE_TEST(choices_win),
    STORE_TEST(a_renamed_part_renames_the_place),
    STORE_TEST(distinct_places_are_not_proposed),
    STORE_TEST(the_journal_and_the_list_tell),
    STORE_TEST(several_people_at_once),
    STORE_TEST(imports_and_their_undo_are_followed),
};
STORE_TEST_MAIN(tests, DIRECTORY_STORE)
