/* balise export: the whole directory in one of the open formats. */
#include <errno.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "modules/directory/directory.h"

struct options {
    const char *format, *out;
};

static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--format") == 0                              ? &o->format
                             : strcmp(argv[i], "-o") == 0 || strcmp(argv[i], "--output") == 0 ? &o->out
                                                                                            : NULL;
        if (!value) {
            cli_error("argument inconnu « %s ».", argv[i]);
            return false;
        }
        if (++i == argc) {
            cli_error("%s attend une valeur.", argv[i - 1]);
            return false;
        }
        *value = argv[i];
    }
    return true;
}

static bool find_format(const char *name, enum directory_format *out)
{
    if (name && directory_format_find(str_from(name), out))
        return true;
    if (name)
        cli_error("format inconnu « %s ».", name);
    fputs("Formats :\n", stderr);
    for (int f = 0; f < EXPORT_COUNT; f++) {
        const struct directory_format_info *info = directory_format_info((enum directory_format)f);
        fprintf(stderr, "  --format %-16s %s\n", info->name, info->fr);
    }
    return false;
}

static bool write_piece(void *ctx, struct str piece)
{
    return output_write(*(int *)ctx, piece);
}

static bool export_to(struct cli *cli, enum directory_format f, int fd)
{
    struct db_conn *c;
    if (db_acquire(cli->app.db, &c) != OK) {
        cli_error("la base ne répond pas.");
        return false;
    }
    errno = 0;
    enum err e = directory_export(c, f, write_piece, &fd);
    if (e == ERR_IO && errno != 0)
        cli_error("l’export n’a pas pu être écrit : %s.", strerror(errno));
    else if (e != OK)
        cli_error("l’export a échoué : %s. %.*s", err_name(e), STR_ARG(db_last_error(c)));
    db_release(c);
    return e == OK;
}

static bool export_file(struct cli *cli, enum directory_format f, const char *path)
{
    struct output out;
    if (!output_open(cli->arena, path, &out))
        return false;
    bool done = export_to(cli, f, out.fd);
    return output_close(&out, done) && done;
}

int cmd_export(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    enum directory_format f;
    if (!parse(argc, argv, &o) || !find_format(o.format, &f))
        return 2;
    bool done = cli_open(cli) && (o.out ? export_file(cli, f, o.out) : export_to(cli, f, STDOUT_FILENO));
    cli_close(cli);
    return done ? 0 : 1;
}
