/* What every command of the program shares. A command is `int cmd_x(struct cli *, int argc, char **argv)`:
 * argv[0] is the command's name, global options are already taken out; it returns the exit status:
 * 0 done · 1 done but something was refused, or failed · 2 wrong usage. */
#ifndef BALISE_CLI_CLI_H
#define BALISE_CLI_CLI_H

#include "base/arena.h"
#include "modules/module.h"

struct cli {
    struct arena *arena;
    const char *db_url; /* --db, else BALISE_DB, else sqlite:balise.sqlite */
    bool quiet;         /* --quiet: no progress, no summary */
    /* As in struct db_options: a command has one connection and ends soon, the site has many and stays. */
    int cache_kib, map_kib;
    struct app app;     /* filled by cli_open */
};

struct cli_command {
    const char *name;
    int (*run)(struct cli *cli, int argc, char **argv);
    const char *usage;   /* French, after "balise " */
    const char *summary; /* French, one line */
    const char *details; /* French, for the command's own --help: what its words do; NULL: nothing more */
};

/* Opens the database (creating an SQLite file), applies migrations, reads the territory's settings into
 * cli->app. False when it failed: the reason is on standard error already. */
bool cli_open(struct cli *cli) MUST_USE;
/* Closes what cli_open opened; safe when it failed. */
void cli_close(struct cli *cli);

/* A message on standard error, "balise: …", with a line end. */
void cli_error(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Lists of what was done, newest first: the last ones, unless all are asked for. How many to ask the database for; then, at the
 * end of the list, the line that says there are others. */
enum { CLI_LIST_SHOWN = 50 };
size_t cli_list_most(bool all);
void cli_list_more(const struct cli *cli, bool all, size_t found);

/* Answers each line of standard input at once, as one line; `out` is empty, `a` is emptied after the line. */
typedef void cli_answer(void *ctx, struct arena *a, struct str line, struct buf *out);
int cli_batch(cli_answer *answer, void *ctx);

int cmd_serve(struct cli *cli, int argc, char **argv);
int cmd_doctor(struct cli *cli, int argc, char **argv);
int cmd_backup(struct cli *cli, int argc, char **argv);
int cmd_check(struct cli *cli, int argc, char **argv);
int cmd_import(struct cli *cli, int argc, char **argv);
int cmd_export(struct cli *cli, int argc, char **argv);
int cmd_territory(struct cli *cli, int argc, char **argv);
int cmd_demo(struct cli *cli, int argc, char **argv);
int cmd_geocode(struct cli *cli, int argc, char **argv);
int cmd_hours(struct cli *cli, int argc, char **argv);
int cmd_normalize(struct cli *cli, int argc, char **argv);
int cmd_duplicates(struct cli *cli, int argc, char **argv);

#endif
