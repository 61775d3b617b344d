/* balise export: the whole directory in one of the open formats. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"
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

static bool write_all(void *ctx, struct str piece)
{
    int fd = *(int *)ctx;
    while (piece.n > 0) {
        ssize_t n = write(fd, piece.p, piece.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        piece.p += n;
        piece.n -= (size_t)n;
    }
    return true;
}

static bool export_to(struct cli *cli, enum directory_format f, int fd)
{
    struct db_conn *c;
    if (db_acquire(cli->app.db, &c) != OK) {
        cli_error("la base ne répond pas.");
        return false;
    }
    errno = 0;
    enum err e = directory_export(c, f, write_all, &fd);
    if (e == ERR_IO && errno != 0)
        cli_error("l’export n’a pas pu être écrit : %s.", strerror(errno));
    else if (e != OK)
        cli_error("l’export a échoué : %s. %.*s", err_name(e), STR_ARG(db_last_error(c)));
    db_release(c);
    return e == OK;
}

/* The file appears whole, or not at all. */
static bool export_file(struct cli *cli, enum directory_format f, const char *path)
{
    const char *part = arena_cstr(cli->arena, arena_printf(cli->arena, "%s.part", path));
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        cli_error("« %s » ne peut pas être écrit : %s.", path, strerror(errno));
        return false;
    }
    bool done = export_to(cli, f, fd);
    if (close(fd) != 0 && done) {
        cli_error("« %s » ne peut pas être écrit : %s.", path, strerror(errno));
        done = false;
    }
    if (done && rename(part, path) == 0)
        return true;
    unlink(part);
    return false;
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
