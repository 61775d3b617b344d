/* balise check: reads the database and the journal again, and says what is wrong. */
#include "cli/cli.h"
#include "modules/journal/journal.h"

/* SQLite only: PostgreSQL has its own tools for its files. */
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

static bool journal_sound(struct db_conn *c)
{
    static const char *const faults[] = {"", "une entrée a été modifiée", "une entrée manque",
                                         "une entrée a été ajoutée après coup"};
    struct journal_report r;
    if (journal_verify(c, &r) != OK) {
        cli_error("le journal ne peut pas être relu.");
        return false;
    }
    if (r.fault != JOURNAL_RIGHT) {
        cli_error("journal : %s, au numéro %lld (%lld entrées sont justes avant).", faults[r.fault], (long long)r.broken,
                  (long long)r.entries);
        return false;
    }
    printf("journal : %lld entrées, chaîne intacte, empreinte %s\n", (long long)r.entries, r.head_hash);
    return true;
}

int cmd_check(struct cli *cli, int argc, char **argv)
{
    if (argc != 1) {
        cli_error("« %s » est de trop : balise check ne prend pas d’argument.", argv[1]);
        return 2;
    }
    int status = 1;
    struct db_conn *c;
    if (cli_open(cli) && db_acquire(cli->app.db, &c) == OK) {
        bool sound = db_engine(cli->app.db) != DB_SQLITE || database_sound(c);
        if (sound)
            puts("base : saine");
        sound &= journal_sound(c);
        status = sound ? 0 : 1;
        db_release(c);
    }
    cli_close(cli);
    return status;
}
