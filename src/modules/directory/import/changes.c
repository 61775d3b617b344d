/* The run and what it changed, so that it can be undone: rows go in many at a time. */
#include <pthread.h>

#include "base/clock.h"
#include "base/id.h"
#include "modules/directory/import/import.h"

static char batch_sql[4096];

#define INSERT_SQL "INSERT INTO directory_import_change (import_id, number, kind, record_id, action, changes) VALUES "

static void make_batch_sql(void)
{
    struct buf b;
    buf_init(&b, sizeof batch_sql - 1);
    buf_lit(&b, INSERT_SQL);
    for (int row = 0; row < CHANGES_BATCH; row++)
        for (int col = 0; col < CHANGES_COLUMNS; col++)
            buf_printf(&b, "%s$%d%s", col ? ", " : row ? ", (" : "(", row * CHANGES_COLUMNS + col + 1,
                       col + 1 == CHANGES_COLUMNS ? ")" : "");
    memcpy(batch_sql, b.p, b.n);
    buf_deinit(&b);
}

enum err import_changes_begin(struct importer *im)
{
    const struct directory_import *in = im->in;
    id_new(im->changes.id);
    return db_exec(im->c,
                   "INSERT INTO directory_import (id, feed, file_name, format, actor, at_ms, rows_read, added, updated, unchanged,"
                   " refused, gone, kept_deleted, dropped, corrected) VALUES ($1, $2, $3, '', $4, $5, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                   DB_PARAMS(DB_TEXT(str_from(im->changes.id)), DB_TEXT(in->feed), DB_TEXT(in->file_name), DB_TEXT(in->actor),
                             DB_INT(clock_now_ms())),
                   NULL);
}

static enum err flush(struct importer *im)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct import_changes *ch = &im->changes;
    pthread_once(&once, make_batch_sql);
    if (ch->n == CHANGES_BATCH)
        TRY(db_exec(im->c, batch_sql, (struct db_params){ch->values, CHANGES_BATCH * CHANGES_COLUMNS}, NULL));
    else
        for (size_t i = 0; i < ch->n; i++)
            TRY(db_exec(im->c, INSERT_SQL "($1, $2, $3, $4, $5, $6)",
                        (struct db_params){ch->values + i * CHANGES_COLUMNS, CHANGES_COLUMNS}, NULL));
    ch->n = 0;
    arena_reset(ch->a);
    return OK;
}

enum err import_changes_add(struct importer *im, enum directory_import_action action, enum directory_kind kind, struct str record_id,
                            struct str changes)
{
    static const char *const names[] = {
        [DIRECTORY_IMPORT_UPDATE] = "update", [DIRECTORY_IMPORT_GONE] = "gone", [DIRECTORY_IMPORT_BACK] = "back"};
    struct import_changes *ch = &im->changes;
    if (im->in->dry_run)
        return OK;
    if (ch->n == CHANGES_BATCH)
        TRY(flush(im));
    struct db_value *v = ch->values + ch->n++ * CHANGES_COLUMNS;
    v[0] = DB_TEXT(str_from(ch->id));
    v[1] = DB_INT(++ch->number);
    v[2] = DB_INT(kind);
    v[3] = DB_TEXT(arena_str(ch->a, record_id));
    v[4] = DB_TEXT(str_from(names[action]));
    v[5] = DB_TEXT_OR_NULL(changes.n ? arena_str(ch->a, changes) : STR_NONE);
    return OK;
}

enum err import_changes_end(struct importer *im, const char *format)
{
    const struct directory_import_counts *n = &im->counts;
    TRY(flush(im));
    return db_exec(im->c,
                   "UPDATE directory_import SET format = $1, rows_read = $2, added = $3, updated = $4, unchanged = $5, refused = $6,"
                   " gone = $7, kept_deleted = $8, dropped = $9, corrected = $10, left_out = $11 WHERE id = $12",
                   DB_PARAMS(DB_TEXT(str_from(format)), DB_INT(n->rows), DB_INT(n->added), DB_INT(n->updated + n->back),
                             DB_INT(n->unchanged), DB_INT(n->refused), DB_INT(n->gone), DB_INT(n->kept_deleted),
                             DB_INT(n->dropped), DB_INT(n->corrected), DB_INT(n->left_out), DB_TEXT(str_from(im->changes.id))),
                   NULL);
}
