/* balise backup FILE: a copy of the SQLite database while the site runs. */
#include <unistd.h>

#include "cli/cli.h"

int cmd_backup(struct cli *cli, int argc, char **argv)
{
    if (argc != 2) {
        cli_error("usage : balise backup FICHIER");
        return 2;
    }
    if (access(argv[1], F_OK) == 0) {
        cli_error("%s existe déjà : donnez un autre nom, rien n’est remplacé.", argv[1]);
        return 1;
    }
    int status = 1;
    struct db_conn *c;
    if (!cli_open(cli))
        goto out;
    if (db_engine(cli->app.db) != DB_SQLITE) {
        cli_error("avec PostgreSQL, utilisez pg_dump.");
        goto out;
    }
    if (db_acquire(cli->app.db, &c) != OK) {
        cli_error("la base est occupée : réessayez.");
        goto out;
    }
    if (db_exec(c, "VACUUM INTO $1", DB_PARAMS(DB_TEXT(str_from(argv[1]))), NULL) == OK) {
        status = 0;
        if (!cli->quiet)
            printf("Copie faite : %s\n", argv[1]);
    } else {
        struct str why = db_last_error(c);
        cli_error("la copie a échoué : %.*s", STR_ARG(why));
        unlink(argv[1]);
    }
    db_release(c);
out:
    cli_close(cli);
    return status;
}
