/* balise check: reads the database and the journal again, and says what is wrong. */
#include "cli/cli.h"
#include "modules/journal/journal.h"

static bool database_sound(struct db_conn *c)
{
    struct db_rows *rows;
    bool has = false, sound = true;
    if (db_query(c, "PRAGMA integrity_check", DB_NO_PARAMS, &rows) != OK)
        return false;
    while (sound && db_next(rows, &has) == OK && has) {
        sound = str_eq(db_col_text(rows, 0), STR("ok"));
        if (!sound)
            cli_error("base : %.*s", STR_ARG(db_col_text(rows, 0)));
    }
    db_rows_end(rows);
    return sound;
}
