/* The journal: nothing is lost, nothing is changed unseen. */
#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "modules/journal/chain.h"
#include "modules/journal/jobs.h"
#include "modules/journal/journal.h"
#include "store_test.h"

static enum err append(struct db_conn *c, int i)
{
    char id[24];
    int n = snprintf(id, sizeof id, "place-%d", i);
    const struct str fields[] = {STR_INIT("nom"), STR_INIT("horaires.lundi"), STR_INIT("itinerance-x_2")};
    return journal_append(c, &(struct journal_entry){.actor = STR("import:étapes"),
                                                     .action = STR("place.update"),
                                                     .object_kind = STR("place"),
                                                     .object_id = {id, (size_t)n},
                                                     .fields = fields,
                                                     .n_fields = (size_t)(i % 4)});
}

static void append_many(struct store *s, int from, int n)
{
    assert_ok(db_begin(s->conn, DB_WRITE));
    for (int i = from; i < from + n; i++)
        assert_ok(append(s->conn, i));
    assert_ok(db_commit(s->conn));
}

static struct journal_report verify(struct store *s)
{
    struct journal_report r;
    assert_ok(journal_verify(s->conn, &r));
    return r;
}

static void assert_right(struct store *s, int64_t entries)
{
    struct journal_report r = verify(s);
    assert_int_equal(r.broken, 0);
    assert_int_equal(r.entries, entries);
}

static void assert_broken(struct store *s, int64_t seq, enum journal_fault fault)
{
    struct journal_report r = verify(s);
    assert_int_equal(r.broken, seq);
    assert_int_equal(r.fault, fault);
}

static void entries_are_chained(struct store *s)
{
    assert_right(s, 0);
    const int sizes[] = {1, 31, 32, 33, 64, 5}; /* around the size of a batch */
    int total = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        append_many(s, total, sizes[i]);
        total += sizes[i];
        assert_right(s, total);
    }
    assert_int_equal(verify(s).head_seq, total);
    struct db_rows *r;
    bool has;
    assert_ok(db_query(s->conn, "SELECT actor, action, object_id, detail, hash FROM journal_entry WHERE seq = 4",
                       DB_NO_PARAMS, &r));
    assert_ok(db_next(r, &has));
    assert_true(has);
    assert_str("import:étapes", db_col_text(r, 0));
    assert_str("place.update", db_col_text(r, 1));
    assert_str("place-3", db_col_text(r, 2));
    assert_str("[\"nom\",\"horaires.lundi\",\"itinerance-x_2\"]", db_col_text(r, 3));
    assert_int_equal(db_col_text(r, 4).n, JOURNAL_HASH_LEN);
    db_rows_end(r);
    append_many(s, 0, 0); /* a transaction without an entry */
    assert_right(s, total);
}

static int64_t fields_since(struct store *s, const char *id, int64_t after_ms, struct str_list *names)
{
    assert_ok(journal_fields_since(s->conn, s->a, STR("place"), str_from(id), after_ms, names));
    return (int64_t)names->n;
}

static void the_fields_of_one_object_since(struct store *s)
{
    struct str_list names;
    append_many(s, 1, 3);
    append_many(s, 2, 1);
    int64_t first = store_int(s, "SELECT MIN(at_ms) FROM journal_entry"), last = store_int(s, "SELECT MAX(at_ms) FROM journal_entry");
    assert_int_equal(fields_since(s, "place-2", first - 1, &names), 2); /* each once */
    assert_str("nom", names.items[0]);
    assert_str("horaires.lundi", names.items[1]);
    assert_int_equal(fields_since(s, "place-1", first - 1, &names), 1);
    assert_int_equal(fields_since(s, "place-2", last, &names), 0);
    assert_int_equal(fields_since(s, "place-9", first - 1, &names), 0);
}

static void the_hash_never_changes(struct store *s)
{
    (void)s;
    /* Made apart, with another implementation: python3 hashlib.blake2b(…, digest_size=32). */
    const struct journal_row row = {.seq = 1,
                                    .at_ms = 1795514400000,
                                    .actor = STR("visitor"),
                                    .action = STR("place.update"),
                                    .object_kind = STR("place"),
                                    .object_id = STR("é,1"),
                                    .detail = STR("[\"nom\"]")};
    char hash[JOURNAL_HASH_LEN + 1];
    assert_ok(journal_hash(STR(""), &row, hash));
    assert_string_equal(hash, "93903d14d85ccd4980491cca9e5fdc911d4c5e8fb991e77ffa4645171e8eaef6");
    struct str prev = str_from(hash);
    char second[JOURNAL_HASH_LEN + 1];
    assert_ok(journal_hash(prev, &row, second));
    assert_string_equal(second, "0fca1b68b346118ade945fa3268c11d2f9f598f350bdccc0e471ca2e31db825c");
}

static void a_rollback_leaves_no_hole(struct store *s)
{
    append_many(s, 0, 3);
    assert_ok(db_begin(s->conn, DB_WRITE));
    for (int i = 0; i < 100; i++)
        assert_ok(append(s->conn, i));
    db_rollback(s->conn);
    assert_right(s, 3);
    append_many(s, 3, 40);
    assert_right(s, 43);
}

static void what_is_not_an_entry_is_refused(struct store *s)
{
    const struct journal_entry good = {.actor = STR("a"), .action = STR("b"), .object_kind = STR("c"), .object_id = STR("d")};
    assert_err(ERR_BUG, journal_append(s->conn, &good));
    assert_ok(db_begin(s->conn, DB_READ));
    assert_err(ERR_BUG, journal_append(s->conn, &good));
    db_rollback(s->conn);
    assert_ok(db_begin(s->conn, DB_WRITE));
    const struct str wrong[] = {STR_INIT("Jeanne Martin"), STR_INIT(""), STR_INIT("06 39 98 00 00"), STR_INIT("a@b"), STR_INIT("\"")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct journal_entry e = good;
        e.fields = &wrong[i];
        e.n_fields = 1;
        assert_err(ERR_INVALID, journal_append(s->conn, &e));
    }
    struct journal_entry e = good;
    e.actor = STR_NONE;
    assert_err(ERR_INVALID, journal_append(s->conn, &e));
    char longer[JOURNAL_NAME_MAX + 1];
    memset(longer, 'x', sizeof longer);
    e.actor = (struct str){longer, sizeof longer};
    assert_err(ERR_INVALID, journal_append(s->conn, &e));
    /* the longest there is, many times: several flushes by size */
    char name[64];
    memset(name, 'n', sizeof name);
    struct str fields[JOURNAL_FIELDS_MAX];
    for (size_t i = 0; i < JOURNAL_FIELDS_MAX; i++)
        fields[i] = (struct str){name, sizeof name};
    e.actor = e.action = e.object_kind = e.object_id = (struct str){longer, JOURNAL_NAME_MAX};
    e.fields = fields;
    e.n_fields = JOURNAL_FIELDS_MAX;
    for (int i = 0; i < 50; i++)
        assert_ok(journal_append(s->conn, &e));
    assert_ok(db_commit(s->conn));
    assert_right(s, 50);
}

static void entries_cannot_be_changed(struct store *s)
{
    append_many(s, 0, 5);
    static const char *const refused[] = {
        "UPDATE journal_entry SET actor = 'x' WHERE seq = 2",
        "UPDATE journal_entry SET seq = 9 WHERE seq = 5",
        "DELETE FROM journal_entry WHERE seq = 5",
        "DELETE FROM journal_entry",
        "DELETE FROM journal_head",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_err(ERR_DENIED, db_exec(s->conn, refused[i], DB_NO_PARAMS, NULL));
    if (s->engine == DB_POSTGRES)
        assert_err(ERR_DENIED, db_exec(s->conn, "TRUNCATE journal_entry", DB_NO_PARAMS, NULL));
    assert_right(s, 5);
}

/* Somebody with every right on the database takes the guards away. */
static void drop_guards(struct store *s)
{
    const char *on = s->engine == DB_POSTGRES ? " ON journal_entry" : "";
    store_run(s, arena_printf(s->a, "DROP TRIGGER journal_entry_kept_update%s", on).p);
    store_run(s, arena_printf(s->a, "DROP TRIGGER journal_entry_kept_delete%s", on).p);
}

static void whatever_is_altered_is_seen(struct store *s)
{
    append_many(s, 0, 20);
    drop_guards(s);
    static const char *const columns[] = {"at_ms = at_ms + 1", "actor = 'someone'", "action = 'place.read'",
                                          "object_kind = 'x'", "object_id = 'place-0'", "detail = '[]'", "hash = 'x'"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        store_run(s, "CREATE TABLE t_kept AS SELECT * FROM journal_entry WHERE seq = 7");
        store_run(s, arena_printf(s->a, "UPDATE journal_entry SET %s WHERE seq = 7", columns[i]).p);
        assert_broken(s, 7, JOURNAL_ALTERED);
        assert_int_equal(verify(s).entries, 6);
        store_run(s, "DELETE FROM journal_entry WHERE seq = 7");
        assert_broken(s, 7, JOURNAL_MISSING);
        store_run(s, "INSERT INTO journal_entry SELECT * FROM t_kept");
        store_run(s, "DROP TABLE t_kept");
        assert_right(s, 20);
    }
    /* altered with a new hash: the next link does not hold */
    store_run(s, "UPDATE journal_entry SET hash = (SELECT hash FROM journal_entry WHERE seq = 3) WHERE seq = 20");
    assert_broken(s, 20, JOURNAL_ALTERED);
}

static void a_cut_or_grown_tail_is_seen(struct store *s)
{
    append_many(s, 0, 10);
    store_run(s, "INSERT INTO journal_entry VALUES (11, 1, 'a', 'b', 'c', 'd', '[]', 'e')");
    assert_broken(s, 11, JOURNAL_ADDED);
    drop_guards(s);
    store_run(s, "DELETE FROM journal_entry WHERE seq >= 9");
    assert_broken(s, 9, JOURNAL_MISSING);
    /* and appending on a head that somebody moved is no way to hide it */
    store_run(s, "UPDATE journal_head SET seq = 8");
    assert_broken(s, 8, JOURNAL_ALTERED);
}

static int64_t told_ms;
static int64_t told_clock(void)
{
    return told_ms;
}

static void old_entries_can_be_forgotten(struct store *s)
{
    clock_set_source(told_clock);
    for (int day = 0; day < 10; day++) {
        told_ms = 1795514400000 + day * 86400000LL;
        append_many(s, day * 10, 10);
    }
    int64_t purged;
    for (int round = 0; round < 2; round++) { /* the second time there is nothing left to forget */
        assert_ok(db_begin(s->conn, DB_WRITE));
        assert_ok(journal_purge(s->conn, 1795514400000 + 4 * 86400000LL, STR("command"), &purged));
        assert_ok(db_commit(s->conn));
        assert_int_equal(purged, round ? 0 : 40);
        assert_right(s, 61);
    }
    assert_int_equal(store_int(s, "SELECT min(seq) FROM journal_entry"), 41);
    assert_err(ERR_DENIED, db_exec(s->conn, "DELETE FROM journal_entry WHERE seq = 41", DB_NO_PARAMS, NULL));
    append_many(s, 0, 3);
    assert_right(s, 64);
    /* all of it */
    assert_ok(db_begin(s->conn, DB_WRITE));
    assert_ok(journal_purge(s->conn, INT64_MAX, STR("command"), &purged));
    assert_ok(db_commit(s->conn));
    assert_int_equal(purged, 64);
    assert_right(s, 1);
    drop_guards(s);
    store_run(s, "DELETE FROM journal_entry");
    assert_broken(s, 105, JOURNAL_MISSING);
    clock_set_source(NULL);
}

enum { THREADS = 6, ROUNDS = 12, EACH = 7 };

static enum err append_each(struct db_conn *c, void *ctx)
{
    (void)ctx;
    for (int i = 0; i < EACH; i++)
        TRY(append(c, i));
    return db_touch(c, "journal");
}

static void *append_rounds(void *ctx)
{
    struct store *s = ctx;
    struct db_conn *c;
    if (db_acquire(s->db, &c) != OK)
        return s;
    enum err e = OK;
    for (int i = 0; i < ROUNDS && e == OK; i++)
        e = db_transaction(c, DB_WRITE, append_each, NULL);
    db_release(c);
    return e == OK ? NULL : s;
}

static void many_writers_make_one_chain(struct store *s)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, append_rounds, s), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_right(s, THREADS * ROUNDS * EACH);
    int64_t seq;
    assert_ok(db_change_seq(s->conn, "journal", &seq));
    assert_int_equal(seq, THREADS * ROUNDS);
}

static void the_nightly_walk_fails_on_a_broken_chain(struct store *s)
{
    append_many(s, 0, 5);
    struct job job = {.db = s->db, .a = arena_new(SIZE_MAX)};
    assert_ok(journal_jobs[0].run(&job));
    drop_guards(s);
    store_run(s, "DELETE FROM journal_entry WHERE seq = 2");
    arena_reset(job.a);
    assert_err(ERR_BUG, journal_jobs[0].run(&job));
    arena_free(job.a);
}

static const struct store_test tests[] = {
    STORE_TEST(entries_are_chained),
    STORE_TEST(the_fields_of_one_object_since),
    STORE_TEST(the_hash_never_changes),
    STORE_TEST(a_rollback_leaves_no_hole),
    STORE_TEST(what_is_not_an_entry_is_refused),
    STORE_TEST(entries_cannot_be_changed),
    STORE_TEST(whatever_is_altered_is_seen),
    STORE_TEST(a_cut_or_grown_tail_is_seen),
    STORE_TEST(old_entries_can_be_forgotten),
    STORE_TEST(many_writers_make_one_chain),
    STORE_TEST(the_nightly_walk_fails_on_a_broken_chain),
};

STORE_TEST_MAIN(tests, {journal_migrations, journal_migrations_count})
