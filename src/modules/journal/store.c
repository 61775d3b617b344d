/* Every statement of the journal. Entries of a transaction are chained in memory and written many at a
 * time; the head is read at the first and written at the commit. One writing transaction runs at a time on
 * both engines (db.h), so the head cannot move meanwhile; if it did, nothing would be committed. */
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "modules/journal/chain.h"
#include "modules/journal/journal.h"

enum { BATCH = 32, COLUMNS = 8, TEXT_MAX = 32 * 1024, BATCH_SQL_MAX = 4096 };

/* -- the entries of the current transaction -------------------------------------------------------- */
struct pending {
    bool loaded;
    int64_t seq, seq_at_start;
    char hash[JOURNAL_HASH_LEN + 1];
    size_t n;                          /* rows waiting */
    struct db_value values[BATCH * COLUMNS];
    size_t text_n;                     /* their texts */
    char text[TEXT_MAX];
};

static const char pending_key;

#define INSERT_SQL                                                                                           \
    "INSERT INTO journal_entry (seq, at_ms, actor, action, object_kind, object_id, detail, hash) VALUES "

static char batch_sql[BATCH_SQL_MAX];

static void make_batch_sql(void)
{
    size_t n = (size_t)snprintf(batch_sql, sizeof batch_sql, "%s", INSERT_SQL);
    for (int row = 0; row < BATCH; row++) {
        for (int col = 0; col < COLUMNS; col++) {
            const char *before = col ? ", " : row ? ", (" : "(";
            n += (size_t)snprintf(batch_sql + n, sizeof batch_sql - n, "%s$%d", before, row * COLUMNS + col + 1);
        }
        n += (size_t)snprintf(batch_sql + n, sizeof batch_sql - n, ")");
    }
}

static enum err flush(struct db_conn *c, struct pending *p)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_batch_sql);
    if (p->n == BATCH)
        TRY(db_exec(c, batch_sql, (struct db_params){p->values, BATCH * COLUMNS}, NULL));
    else
        for (size_t i = 0; i < p->n; i++)
            TRY(db_exec(c, INSERT_SQL "($1, $2, $3, $4, $5, $6, $7, $8)",
                        (struct db_params){p->values + i * COLUMNS, COLUMNS}, NULL));
    p->n = p->text_n = 0;
    return OK;
}

static enum err write_pending(struct db_conn *c, void *state)
{
    struct pending *p = state;
    if (p->seq == p->seq_at_start)
        return OK;
    TRY(flush(c, p));
    int64_t changed;
    TRY(db_exec(c, "UPDATE journal_head SET seq = $1, hash = $2 WHERE id = 1 AND seq = $3",
                DB_PARAMS(DB_INT(p->seq), DB_TEXT(str_from(p->hash)), DB_INT(p->seq_at_start)), &changed));
    return changed == 1 ? OK : ERR_CONFLICT;
}

static enum err load_head(struct db_conn *c, struct pending *p)
{
    struct db_rows *r;
    TRY(db_query(c, "SELECT seq, hash FROM journal_head WHERE id = 1", DB_NO_PARAMS, &r));
    bool has;
    enum err e = db_next(r, &has);
    if (e == OK && !has)
        e = ERR_DB;
    if (e == OK) {
        p->seq = p->seq_at_start = db_col_int(r, 0);
        snprintf(p->hash, sizeof p->hash, "%.*s", STR_ARG(db_col_text(r, 1)));
        p->loaded = true;
    }
    db_rows_end(r);
    return e;
}

static enum err pending_of(struct db_conn *c, struct pending **out)
{
    struct pending *p = db_tx_state(c, &pending_key, sizeof *p, write_pending);
    if (!p)
        return ERR_BUG;
    if (!p->loaded)
        TRY(load_head(c, p));
    *out = p;
    return OK;
}

/* -- appending ------------------------------------------------------------------------------------- */
static bool name_valid(struct str s)
{
    return s.n > 0 && s.n <= JOURNAL_NAME_MAX && str_is_utf8(s);
}

static bool field_valid(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                    c == '.' || c == '-';
        if (!good)
            return false;
    }
    return s.n > 0 && s.n <= 64;
}

static bool entry_valid(const struct journal_entry *e)
{
    if (!name_valid(e->actor) || !name_valid(e->action) || !name_valid(e->object_kind) ||
        !name_valid(e->object_id) || e->n_fields > JOURNAL_FIELDS_MAX)
        return false;
    for (size_t i = 0; i < e->n_fields; i++) {
        if (!field_valid(e->fields[i]))
            return false;
    }
    return true;
}

static char *put_text(char *at, struct str s, struct str *out)
{
    if (s.n)
        memcpy(at, s.p, s.n);
    *out = (struct str){at, s.n};
    return at + s.n;
}

/* ["nom","horaires"]: the names hold nothing that JSON would escape. */
static char *put_detail(char *at, const struct journal_entry *e, struct str *out)
{
    char *start = at;
    struct str ignored;
    *at++ = '[';
    for (size_t i = 0; i < e->n_fields; i++) {
        at = put_text(at, i ? STR(",\"") : STR("\""), &ignored);
        at = put_text(at, e->fields[i], &ignored);
        *at++ = '"';
    }
    *at++ = ']';
    *out = (struct str){start, (size_t)(at - start)};
    return at;
}

static size_t entry_bytes(const struct journal_entry *e)
{
    size_t n = e->actor.n + e->action.n + e->object_kind.n + e->object_id.n + JOURNAL_HASH_LEN + 2;
    for (size_t i = 0; i < e->n_fields; i++)
        n += e->fields[i].n + 3;
    return n;
}

enum err journal_append(struct db_conn *c, const struct journal_entry *e)
{
    struct pending *p;
    TRY(pending_of(c, &p));
    if (!entry_valid(e))
        return ERR_INVALID;
    if (p->n == BATCH || p->text_n + entry_bytes(e) > TEXT_MAX)
        TRY(flush(c, p));

    struct journal_row row = {.seq = p->seq + 1, .at_ms = clock_now_ms()};
    char *at = p->text + p->text_n;
    at = put_text(at, e->actor, &row.actor);
    at = put_text(at, e->action, &row.action);
    at = put_text(at, e->object_kind, &row.object_kind);
    at = put_text(at, e->object_id, &row.object_id);
    at = put_detail(at, e, &row.detail);
    char hash[JOURNAL_HASH_LEN + 1];
    TRY(journal_hash(str_from(p->hash), &row, hash));
    struct str hash_text;
    at = put_text(at, str_from(hash), &hash_text);
    memcpy(p->hash, hash, sizeof hash);

    struct db_value *v = p->values + p->n * COLUMNS;
    v[0] = DB_INT(row.seq);
    v[1] = DB_INT(row.at_ms);
    v[2] = DB_TEXT(row.actor);
    v[3] = DB_TEXT(row.action);
    v[4] = DB_TEXT(row.object_kind);
    v[5] = DB_TEXT(row.object_id);
    v[6] = DB_TEXT(row.detail);
    v[7] = DB_TEXT(hash_text);
    p->n++;
    p->seq++;
    p->text_n = (size_t)(at - p->text);
    return OK;
}

/* -- reading --------------------------------------------------------------------------------------- */

/* Of put_detail. */
static void add_names(struct arena *a, struct str detail, struct str_list *out, size_t *cap)
{
    struct str piece;
    for (bool name = false; str_split(&detail, '"', &piece); name = !name) {
        size_t i = 0;
        while (i < out->n && !str_eq(out->items[i], piece))
            i++;
        if (!name || i < out->n)
            continue;
        out->items = arena_grow(a, out->items, out->n, cap, out->n + 1, sizeof *out->items);
        out->items[out->n++] = arena_str(a, piece);
    }
}

enum err journal_fields_since(struct db_conn *c, struct arena *a, struct str object_kind, struct str object_id, int64_t after_ms,
                              struct str_list *out)
{
    struct db_rows *r;
    size_t cap = 0;
    *out = (struct str_list){NULL, 0};
    TRY(db_query(c, "SELECT detail FROM journal_entry WHERE object_kind = $1 AND object_id = $2 AND at_ms > $3 ORDER BY seq",
                 DB_PARAMS(DB_TEXT(object_kind), DB_TEXT(object_id), DB_INT(after_ms)), &r));
    bool has;
    enum err e;
    while ((e = db_next(r, &has)) == OK && has)
        add_names(a, db_col_text(r, 0), out, &cap);
    db_rows_end(r);
    return e;
}

/* -- verifying ------------------------------------------------------------------------------------- */
struct walk {
    struct journal_report *report;
    int64_t expected; /* next seq */
    char prev[JOURNAL_HASH_LEN + 1];
};

static void broken(struct journal_report *r, int64_t seq, enum journal_fault fault)
{
    r->broken = seq;
    r->fault = fault;
}

static enum err check_row(struct walk *w, const struct db_rows *r)
{
    struct journal_row row = {
        .seq = db_col_int(r, 0),
        .at_ms = db_col_int(r, 1),
        .actor = db_col_text(r, 2),
        .action = db_col_text(r, 3),
        .object_kind = db_col_text(r, 4),
        .object_id = db_col_text(r, 5),
        .detail = db_col_text(r, 6),
    };
    char hash[JOURNAL_HASH_LEN + 1] = "";
    if (row.seq > w->report->head_seq)
        broken(w->report, row.seq, JOURNAL_ADDED);
    else if (row.seq != w->expected)
        broken(w->report, w->expected, JOURNAL_MISSING);
    else if (journal_hash(str_from(w->prev), &row, hash) != OK || !str_eq(str_from(hash), db_col_text(r, 7)))
        broken(w->report, row.seq, JOURNAL_ALTERED);
    else
        w->report->entries++;
    memcpy(w->prev, hash, sizeof hash);
    w->expected++;
    return OK;
}

static enum err walk_rows(struct db_conn *c, struct walk *w, int64_t first_seq)
{
    struct db_rows *r;
    TRY(db_query(c,
                 "SELECT seq, at_ms, actor, action, object_kind, object_id, detail, hash FROM journal_entry "
                 "WHERE seq >= $1 ORDER BY seq",
                 DB_PARAMS(DB_INT(first_seq)), &r));
    bool has;
    enum err e;
    while ((e = db_next(r, &has)) == OK && has && !w->report->broken)
        e = check_row(w, r);
    db_rows_end(r);
    return e;
}

static enum err read_start(struct db_conn *c, struct walk *w)
{
    struct db_rows *r;
    TRY(db_query(c, "SELECT seq, hash, first_seq, first_prev FROM journal_head WHERE id = 1", DB_NO_PARAMS, &r));
    bool has;
    enum err e = db_next(r, &has);
    if (e == OK && !has)
        e = ERR_DB;
    if (e == OK) {
        struct journal_report *rep = w->report;
        rep->head_seq = db_col_int(r, 0);
        snprintf(rep->head_hash, sizeof rep->head_hash, "%.*s", STR_ARG(db_col_text(r, 1)));
        w->expected = db_col_int(r, 2);
        snprintf(w->prev, sizeof w->prev, "%.*s", STR_ARG(db_col_text(r, 3)));
    }
    db_rows_end(r);
    return e;
}

static enum err verify_in_transaction(struct db_conn *c, struct journal_report *out)
{
    struct walk w = {.report = out};
    TRY(read_start(c, &w));
    TRY(walk_rows(c, &w, w.expected));
    if (out->broken)
        return OK;
    if (w.expected <= out->head_seq)
        broken(out, w.expected, JOURNAL_MISSING);
    else if (!str_eq(str_from(w.prev), str_from(out->head_hash)))
        broken(out, out->head_seq, JOURNAL_ALTERED);
    return OK;
}

enum err journal_verify(struct db_conn *c, struct journal_report *out)
{
    *out = (struct journal_report){0};
    TRY(db_begin(c, DB_READ));
    enum err e = verify_in_transaction(c, out);
    db_rollback(c); /* it has only read */
    return e;
}

/* -- purging --------------------------------------------------------------------------------------- */
static enum err note_purge(struct db_conn *c, int64_t last, struct str actor)
{
    char id[24];
    int n = snprintf(id, sizeof id, "%lld", (long long)last);
    return journal_append(c, &(struct journal_entry){.actor = actor,
                                                     .action = STR("journal.purge"),
                                                     .object_kind = STR("journal"),
                                                     .object_id = {id, (size_t)n}});
}

enum err journal_purge(struct db_conn *c, int64_t before_ms, struct str actor, int64_t *purged)
{
    int64_t last, first;
    *purged = 0;
    struct pending *p;
    TRY(pending_of(c, &p));
    if (p->seq != p->seq_at_start)
        return ERR_BUG;
    TRY(db_query_int(c, "SELECT first_seq FROM journal_head WHERE id = 1", DB_NO_PARAMS, &first));
    TRY(db_query_int(c,
                     "SELECT coalesce((SELECT min(seq) FROM journal_entry WHERE at_ms >= $1),"
                     " (SELECT seq + 1 FROM journal_head WHERE id = 1)) - 1",
                     DB_PARAMS(DB_INT(before_ms)), &last));
    if (last < first)
        return OK;
    /* The start of the chain first: it is what allows the deletion. */
    TRY(db_exec(c,
                "UPDATE journal_head SET first_seq = $1 + 1,"
                " first_prev = (SELECT hash FROM journal_entry WHERE seq = $1) WHERE id = 1",
                DB_PARAMS(DB_INT(last)), NULL));
    TRY(db_exec(c, "DELETE FROM journal_entry WHERE seq <= $1", DB_PARAMS(DB_INT(last)), purged));
    return note_purge(c, last, actor);
}
