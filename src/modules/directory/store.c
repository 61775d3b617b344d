/* Reading and writing rows. The statements are made once, from the tables of fields: one column per field. */
#include "modules/directory/record.h"

#include <pthread.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"

enum { KINDS = 3, COLUMNS_MAX = 64, STATEMENT_MAX = 8192 };

/* Columns that are not fields of a standard, in the order of reading. */
enum { COL_ID, COL_SLUG, COL_SOURCE, COL_SOURCE_ID, COL_CREATED, COL_UPDATED, COL_CONFIRMED, COL_CONFIRMED_BY,
       COL_DELETED, COL_GONE, COL_FEED, COL_REMARKS, COL_HOURS_TEXT, COL_LINK_1, COL_LINK_2, COL_LINK_3, COL_FIELDS };

static struct {
    char *select[SELECT_COUNT], *insert, *update;
} statements[KINDS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *const common[KINDS] = {
    [DIRECTORY_PLACE] = "t.id, t.slug, t.source, t.source_id, t.created_at_ms, t.updated_at_ms, t.confirmed_at_ms,"
                        " t.confirmed_by, t.deleted_at_ms, t.gone_at_ms, t.feed, t.remarks, t.horaires_texte, t.structure_id,"
                        " t.merged_into, NULL",
    [DIRECTORY_STRUCTURE] = "t.id, t.slug, t.source, t.source_id, t.created_at_ms, t.updated_at_ms, t.confirmed_at_ms,"
                            " t.confirmed_by, t.deleted_at_ms, t.gone_at_ms, t.feed, t.remarks, t.horaires_texte, NULL, NULL, NULL",
    [DIRECTORY_SERVICE] = "t.id, NULL, t.source, t.source_id, t.created_at_ms, t.updated_at_ms, t.confirmed_at_ms,"
                          " t.confirmed_by, t.deleted_at_ms, t.gone_at_ms, t.feed, t.remarks, t.horaires_texte, t.structure_id, t.place_id, s.source_id",
};
/* Of a service that is read to be shown: given at the place that stands for its own. */
static const char *const common_service_shown =
    "t.id, NULL, t.source, t.source_id, t.created_at_ms, t.updated_at_ms, t.confirmed_at_ms, t.confirmed_by, t.deleted_at_ms,"
    " t.gone_at_ms, t.feed, t.remarks, t.horaires_texte, t.structure_id, COALESCE(m.merged_into, t.place_id), s.source_id";
#define FROM_SERVICE_SHOWN " LEFT JOIN directory_place m ON m.id = t.place_id"
static const char *const from[KINDS] = {
    [DIRECTORY_PLACE] = " FROM directory_place t",
    [DIRECTORY_STRUCTURE] = " FROM directory_structure t",
    [DIRECTORY_SERVICE] = " FROM directory_service t JOIN directory_structure s ON s.id = t.structure_id",
};
/* A live service of a removed structure is not shown, nor a place that is seen through another. */
static const char *const live[KINDS] = {
    [DIRECTORY_PLACE] = " WHERE t.deleted_at_ms = 0 AND t.merged_into IS NULL",
    [DIRECTORY_STRUCTURE] = " WHERE t.deleted_at_ms = 0",
    [DIRECTORY_SERVICE] = " WHERE t.deleted_at_ms = 0 AND s.deleted_at_ms = 0",
};

/* Is this field a column of its own, beside the common ones? */
static bool is_column(const struct field *f)
{
    return f->column && strcmp(f->column, "source") != 0 && strcmp(f->column, "source_id") != 0;
}

static char *keep(struct buf *b)
{
    struct str s = buf_str(b);
    char *text = b->failed ? NULL : malloc(s.n + 1);
    if (!text)
        abort();
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    buf_clear(b);
    return text;
}

static void make_selects(struct buf *b, enum directory_kind kind)
{
    const struct field_table *t = field_table(kind);
    for (int which = 0; which < SELECT_COUNT; which++) {
        if (which == SELECT_BY_STRUCTURE && kind == DIRECTORY_STRUCTURE)
            continue;
        bool shown = kind == DIRECTORY_SERVICE && (which == SELECT_BY_STRUCTURE || which == SELECT_ALL_LIVE);
        buf_printf(b, "SELECT %s", shown ? common_service_shown : common[kind]);
        for (size_t i = 0; i < t->n; i++)
            if (is_column(&t->fields[i]))
                buf_printf(b, ", t.%s", t->fields[i].column);
        buf_printf(b, "%s%s", from[kind], shown ? FROM_SERVICE_SHOWN : "");
        if (which == SELECT_BY_ID)
            buf_lit(b, " WHERE t.id = $1");
        else if (which == SELECT_BY_KEY)
            buf_lit(b, " WHERE t.source = $1 AND t.source_id = $2");
        else if (which == SELECT_BY_STRUCTURE)
            buf_printf(b, "%s AND t.structure_id = $1 ORDER BY t.nom, t.id", live[kind]);
        else if (which == SELECT_ALL_LIVE)
            buf_lit(b, live[kind]);
        else if (which == SELECT_SOME)
            for (int i = 1; i <= SOME_MAX; i++)
                buf_printf(b, i == 1 ? " WHERE t.id IN ($%d" : i == SOME_MAX ? ", $%d)" : ", $%d", i);
        statements[kind].select[which] = keep(b);
    }
}

static const char *const written[KINDS][4] = {
    [DIRECTORY_PLACE] = {"slug", "structure_id"},
    [DIRECTORY_STRUCTURE] = {"slug"},
    [DIRECTORY_SERVICE] = {"structure_id", "place_id"},
};
static const char *const rows_common[] = {"source",          "source_id",    "created_at_ms", "updated_at_ms",
                                          "confirmed_at_ms", "confirmed_by", "deleted_at_ms", "gone_at_ms",
                                          "feed",            "remarks",      "horaires_texte", "fingerprint"};

/* Every column but the id, in the order of record_values. */
static size_t columns_of(enum directory_kind kind, const char *out[COLUMNS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof rows_common / sizeof *rows_common; i++)
        out[n++] = rows_common[i];
    for (size_t i = 0; written[kind][i]; i++)
        out[n++] = written[kind][i];
    const struct field_table *t = field_table(kind);
    for (size_t i = 0; i < t->n; i++)
        if (is_column(&t->fields[i]))
            out[n++] = t->fields[i].column;
    return n;
}

static void make_writes(struct buf *b, enum directory_kind kind)
{
    const char *columns[COLUMNS_MAX];
    size_t n = columns_of(kind, columns);
    const char *table = field_table(kind)->name;
    buf_printf(b, "INSERT INTO %s (id", table);
    for (size_t i = 0; i < n; i++)
        buf_printf(b, ", %s", columns[i]);
    buf_lit(b, ", added_by) VALUES ($1");
    for (size_t i = 0; i <= n; i++)
        buf_printf(b, ", $%zu", i + 2);
    buf_lit(b, ") ON CONFLICT DO NOTHING");
    statements[kind].insert = keep(b);
    buf_printf(b, "UPDATE %s SET ", table);
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s%s = $%zu", i ? ", " : "", columns[i], i + 1);
    buf_printf(b, " WHERE id = $%zu", n + 1);
    statements[kind].update = keep(b);
}

static void make_statements(void)
{
    struct buf b;
    buf_init(&b, STATEMENT_MAX);
    for (int kind = 0; kind < KINDS; kind++) {
        make_selects(&b, (enum directory_kind)kind);
        make_writes(&b, (enum directory_kind)kind);
    }
    buf_deinit(&b);
}

/* -- reading -------------------------------------------------------------------------------------- */

struct directory_record *record_of(void *record)
{
    return record; /* the first member of all three */
}

enum err record_open(struct db_conn *c, enum directory_kind kind, enum record_select which, struct db_params params,
                    struct db_rows **out)
{
    pthread_once(&once, make_statements);
    return db_query(c, statements[kind].select[which], params, out);
}

static void read_field(const struct db_rows *r, int col, const struct field *f, struct arena *a, void *record)
{
    if (db_is_null(r, col))
        return;
    if (f->kind == FIELD_NUMBER)
        *(struct directory_number *)field_at(f, record) = (struct directory_number){true, db_col_real(r, col)};
    else if (f->kind == FIELD_COUNT)
        *(int64_t *)field_at(f, record) = db_col_int(r, col);
    else if (f->kind == FIELD_SET || f->kind == FIELD_ONE)
        field_load_cell(a, f, record, db_col_text(r, col));
    else
        field_load_cell(a, f, record, db_col_text_in(r, col, a));
}

static void read_links(const struct db_rows *r, enum directory_kind kind, struct arena *a, void *record)
{
    if (kind == DIRECTORY_PLACE) {
        ((struct directory_place *)record)->structure_id = db_col_text_in(r, COL_LINK_1, a);
        ((struct directory_place *)record)->merged_into = db_col_text_in(r, COL_LINK_2, a);
    } else if (kind == DIRECTORY_SERVICE) {
        struct directory_service *s = record;
        s->structure_id = db_col_text_in(r, COL_LINK_1, a);
        s->place_id = db_col_text_in(r, COL_LINK_2, a);
        s->structure_source_id = db_col_text_in(r, COL_LINK_3, a);
    }
}

void record_read(const struct db_rows *r, enum directory_kind kind, struct arena *a, void *record)
{
    const struct field_table *t = field_table(kind);
    struct directory_record *common_part = record_of(record);
    common_part->id = db_col_text_in(r, COL_ID, a);
    common_part->slug = db_col_text_in(r, COL_SLUG, a);
    common_part->source = db_col_text_in(r, COL_SOURCE, a);
    common_part->source_id = db_col_text_in(r, COL_SOURCE_ID, a);
    common_part->created_at_ms = db_col_int(r, COL_CREATED);
    common_part->updated_at_ms = db_col_int(r, COL_UPDATED);
    common_part->confirmed_at_ms = db_col_int(r, COL_CONFIRMED);
    common_part->confirmed_by = db_col_text_in(r, COL_CONFIRMED_BY, a);
    common_part->deleted_at_ms = db_col_int(r, COL_DELETED);
    common_part->gone_at_ms = db_col_int(r, COL_GONE);
    common_part->feed = db_col_text_in(r, COL_FEED, a);
    common_part->remarks = db_col_text_in(r, COL_REMARKS, a);
    *(struct str *)((char *)record + t->hours_text) = db_col_text_in(r, COL_HOURS_TEXT, a);
    read_links(r, kind, a, record);
    int col = COL_FIELDS;
    for (size_t i = 0; i < t->n; i++)
        if (is_column(&t->fields[i]))
            read_field(r, col++, &t->fields[i], a, record);
}

enum err record_get(struct db_conn *c, struct arena *a, enum directory_kind kind, enum record_select which,
                   struct db_params params, void *record)
{
    struct db_rows *r;
    bool has = false;
    TRY(record_open(c, kind, which, params, &r));
    enum err e = db_next(r, &has);
    memset(record, 0, field_table(kind)->size);
    if (e == OK && has)
        record_read(r, kind, a, record);
    db_rows_end(r);
    return e != OK ? e : has ? OK : ERR_NOT_FOUND;
}

enum err record_list(struct db_conn *c, struct arena *a, enum directory_kind kind, enum record_select which,
                    struct db_params params, void **records, size_t *n)
{
    struct db_rows *r;
    size_t cap = 0, size = field_table(kind)->size;
    *records = NULL;
    *n = 0;
    TRY(record_open(c, kind, which, params, &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        *records = arena_grow(a, *records, *n, &cap, *n + 1, size);
        void *record = (char *)*records + *n * size;
        memset(record, 0, size);
        record_read(r, kind, a, record);
        ++*n;
    }
}

enum err record_each_mark(struct db_conn *c, enum directory_kind kind, void (*each)(void *ctx, const struct record_mark *),
                         void *ctx)
{
    static const char *const sql[KINDS] = {
        [DIRECTORY_PLACE] = "SELECT id, source, source_id, fingerprint, deleted_at_ms, gone_at_ms, feed FROM directory_place",
        [DIRECTORY_STRUCTURE] = "SELECT id, source, source_id, fingerprint, deleted_at_ms, gone_at_ms, feed FROM directory_structure",
        [DIRECTORY_SERVICE] = "SELECT id, source, source_id, fingerprint, deleted_at_ms, gone_at_ms, feed FROM directory_service",
    };
    struct db_rows *r;
    TRY(db_query(c, sql[kind], DB_NO_PARAMS, &r));
    for (;;) {
        bool has = false;
        enum err e = db_next(r, &has);
        if (e != OK || !has) {
            db_rows_end(r);
            return e;
        }
        struct record_mark m = {db_col_text(r, 0), db_col_text(r, 1), db_col_text(r, 2), db_col_text(r, 3),
                               db_col_int(r, 4) != 0, db_col_int(r, 5) != 0, db_col_text(r, 6)};
        each(ctx, &m);
    }
}

/* -- writing -------------------------------------------------------------------------------------- */

static struct db_value field_value(struct arena *a, const struct field *f, const void *record)
{
    if (field_empty(f, record))
        return DB_NULL;
    if (f->kind == FIELD_NUMBER)
        return DB_REAL(((const struct directory_number *)field_in(f, record))->value);
    if (f->kind == FIELD_COUNT)
        return DB_INT(*(const int64_t *)field_in(f, record));
    return DB_TEXT(field_cell(a, f, record));
}

/* Values in the order of columns_of. */
static size_t record_values(struct arena *a, enum directory_kind kind, void *record, char fingerprint[33],
                           struct db_value out[COLUMNS_MAX])
{
    const struct directory_record *r = record_of(record);
    const struct field_table *t = field_table(kind);
    size_t n = 0;
    if (r->fingerprint.n == 32)
        memcpy(fingerprint, r->fingerprint.p, 32), fingerprint[32] = 0;
    else
        fields_fingerprint(t, record, fingerprint);
    out[n++] = DB_TEXT(r->source);
    out[n++] = DB_TEXT(r->source_id);
    out[n++] = DB_INT(r->created_at_ms);
    out[n++] = DB_INT(r->updated_at_ms);
    out[n++] = DB_INT(r->confirmed_at_ms);
    out[n++] = DB_TEXT_OR_NULL(r->confirmed_by);
    out[n++] = DB_INT(r->deleted_at_ms);
    out[n++] = DB_INT(r->gone_at_ms);
    out[n++] = DB_TEXT_OR_NULL(r->feed);
    out[n++] = DB_TEXT_OR_NULL(r->remarks);
    out[n++] = DB_TEXT_OR_NULL(*(struct str *)((char *)record + t->hours_text));
    out[n++] = DB_TEXT(str_from(fingerprint));
    if (kind != DIRECTORY_SERVICE)
        out[n++] = DB_TEXT(r->slug);
    if (kind == DIRECTORY_PLACE)
        out[n++] = DB_TEXT_OR_NULL(((struct directory_place *)record)->structure_id);
    if (kind == DIRECTORY_SERVICE) {
        out[n++] = DB_TEXT(((struct directory_service *)record)->structure_id);
        out[n++] = DB_TEXT_OR_NULL(((struct directory_service *)record)->place_id);
    }
    for (size_t i = 0; i < t->n; i++)
        if (is_column(&t->fields[i]))
            out[n++] = field_value(a, &t->fields[i], record);
    return n;
}

enum err record_insert(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record, bool *added)
{
    struct db_value values[COLUMNS_MAX + 2];
    char fingerprint[33];
    int64_t changed = 0;
    pthread_once(&once, make_statements);
    values[0] = DB_TEXT(record_of(record)->id);
    size_t n = 1 + record_values(a, kind, record, fingerprint, values + 1);
    values[n++] = DB_TEXT_OR_NULL(record_of(record)->added_by);
    TRY(db_exec(c, statements[kind].insert, (struct db_params){values, n}, &changed));
    *added = changed == 1;
    return OK;
}

enum err record_update(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record)
{
    struct db_value values[COLUMNS_MAX + 1];
    char fingerprint[33];
    int64_t changed = 0;
    pthread_once(&once, make_statements);
    size_t n = record_values(a, kind, record, fingerprint, values);
    values[n++] = DB_TEXT(record_of(record)->id);
    TRY(db_exec(c, statements[kind].update, (struct db_params){values, n}, &changed));
    return changed == 1 ? OK : ERR_NOT_FOUND;
}

/* -- permalinks ----------------------------------------------------------------------------------- */

enum { SLUG_MAX = 80, SLUG_TAKEN_MAX = SLUG_MAX + 10 }; /* with the number that tells it from others */

static struct str slug_base(struct arena *a, enum directory_kind kind, const void *record)
{
    const struct directory_place *p = record;
    const struct directory_structure *s = record;
    struct str nom = kind == DIRECTORY_PLACE ? p->nom : s->nom;
    struct str commune = kind == DIRECTORY_PLACE ? p->commune : s->commune;
    struct str name = text_slug(a, nom, SLUG_MAX), town = text_slug(a, commune, SLUG_MAX / 2);
    if (name.n == 0)
        name = kind == DIRECTORY_PLACE ? STR("lieu") : STR("structure");
    if (town.n == 0 || str_find(name, town, 0) >= 0 || name.n + 1 + town.n > SLUG_MAX)
        return name;
    return arena_printf(a, "%.*s-%.*s", STR_ARG(name), STR_ARG(town));
}

static enum err claim(struct db_conn *c, struct str slug, enum directory_kind kind, struct str id, bool *ours)
{
    int64_t changed = 0;
    TRY(db_exec(c, "INSERT INTO directory_slug (slug, kind, record_id) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING",
                DB_PARAMS(DB_TEXT(slug), DB_INT(kind), DB_TEXT(id)), &changed));
    *ours = changed == 1;
    if (*ours)
        return OK;
    int64_t already = 0; /* a former name of the same record */
    TRY(db_query_int(c, "SELECT COUNT(*) FROM directory_slug WHERE slug = $1 AND record_id = $2",
                     DB_PARAMS(DB_TEXT(slug), DB_TEXT(id)), &already));
    *ours = already == 1;
    return OK;
}

enum err record_claim_slug(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record, bool *taken)
{
    const struct directory_record *r = record_of(record);
    *taken = false;
    return r->slug.n > 0 && str_eq(text_slug(a, r->slug, SLUG_TAKEN_MAX), r->slug) ? claim(c, r->slug, kind, r->id, taken) : OK;
}

/* "mairie-de-x", then -2 … -9, then some digits of the id: a file with ten thousand equal names stays fast. */
enum err record_take_slug(struct db_conn *c, struct arena *a, enum directory_kind kind, void *record)
{
    enum { NUMBERED = 9, DIGITS = 8 };
    struct directory_record *r = record_of(record);
    struct str base = slug_base(a, kind, record), candidate = base;
    bool ours = false;
    for (int i = 2; i <= NUMBERED + 1; i++) {
        TRY(claim(c, candidate, kind, r->id, &ours));
        if (ours)
            break;
        candidate = i <= NUMBERED ? arena_printf(a, "%.*s-%d", STR_ARG(base), i)
                                  : arena_printf(a, "%.*s-%.*s", STR_ARG(base),
                                                 STR_ARG(str_sub(r->id, ID_LEN - DIGITS, DIGITS)));
    }
    if (!ours)
        TRY(claim(c, candidate, kind, r->id, &ours));
    if (!ours)
        return ERR_CONFLICT;
    r->slug = candidate;
    return OK;
}
