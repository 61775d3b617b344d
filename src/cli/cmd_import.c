/* balise import: a file of places, structures or services into the directory. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "modules/directory/directory.h"
#include "modules/territory/territory.h"

struct run {
    struct arena *a;
    const char *report_path;
    struct output report; /* opened by the first line */
    bool reported;
    bool show, terminal;
    int percent;
    int64_t shown_us;
};

/* -- the file ------------------------------------------------------------------------------------- */

static void unmap(void *what)
{
    struct str *s = what;
    if (s->n > 0)
        munmap((void *)(uintptr_t)s->p, s->n);
}

/* The pages are those of the system's cache: the file is not copied. */
static bool map_file(struct arena *a, const char *path, struct str *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *out = STR_NONE;
    if (fd < 0 || fstat(fd, &st) != 0) {
        cli_error("« %s » : %s.", path, errno == ENOENT ? "ce fichier n’existe pas" : strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        cli_error("« %s » n’est pas un fichier.", path);
        close(fd);
        return false;
    }
    if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            cli_error("« %s » : %s.", path, strerror(errno));
            close(fd);
            return false;
        }
        *out = (struct str){p, (size_t)st.st_size};
        struct str *kept = ARENA_NEW(a, struct str);
        *kept = *out;
        arena_defer(a, unmap, kept);
    }
    close(fd);
    return true;
}

/* -- the report ----------------------------------------------------------------------------------- */

static bool write_report(void *ctx, struct str csv)
{
    struct run *r = ctx;
    if (!r->reported && !output_open(r->a, r->report_path, &r->report))
        return false;
    r->reported = true;
    return output_write(r->report.fd, csv);
}

/* -- progress ------------------------------------------------------------------------------------- */

static void show_progress(void *ctx, size_t done, size_t total, int64_t rows)
{
    enum { WIDTH = 30, BAR_US = 50000, LINE_US = 2000000 };
    struct run *r = ctx;
    int64_t now = clock_mono_us();
    int percent = total ? (int)(done * 100 / total) : 100;
    bool last = done >= total;
    if (!r->show || percent == r->percent || (!last && now - r->shown_us < (r->terminal ? BAR_US : LINE_US)))
        return;
    if (r->terminal) {
        char bar[WIDTH + 1];
        memset(bar, ' ', WIDTH);
        memset(bar, '#', (size_t)(percent * WIDTH / 100));
        bar[WIDTH] = 0;
        fprintf(stderr, "\r[%s] %3d %% · %lld fiches%s", bar, percent, (long long)rows, last ? "\n" : "");
    } else if (r->shown_us != 0 && !last) { /* a short import says nothing on the way */
        fprintf(stderr, "%d %% · %lld fiches\n", percent, (long long)rows);
    }
    if (r->terminal || now - r->shown_us >= LINE_US)
        r->shown_us = now;
    r->percent = percent;
}

static void print_summary(const struct run *r, const struct directory_import_result *res, bool reported, int64_t us)
{
    const struct directory_import_counts *n = &res->counts;
    printf("%s : %lld fiches lues en %lld,%02lld s\n", res->format, (long long)n->rows, (long long)(us / 1000000),
           (long long)(us / 10000 % 100));
    printf("  nouvelles     %8lld\n  mises à jour  %8lld\n  inchangées    %8lld\n  refusées      %8lld\n",
           (long long)n->added, (long long)n->updated, (long long)n->unchanged, (long long)n->refused);
    if (n->dropped > 0)
        printf("  %lld valeurs laissées de côté (leur fiche est gardée)\n", (long long)n->dropped);
    if (n->kept_deleted > 0)
        printf("  %lld fiches retirées de l’annuaire par une personne : laissées retirées\n", (long long)n->kept_deleted);
    if (res->ignored_columns.n > 0)
        printf("  Colonnes hors du standard, ignorées : %.*s\n", STR_ARG(res->ignored_columns));
    if (reported)
        printf("  Rapport : %s\n", r->report_path);
}

/* -- the command ---------------------------------------------------------------------------------- */

struct options {
    const char *file, *source, *report;
};

static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--source") == 0   ? &o->source
                             : strcmp(argv[i], "--report") == 0 ? &o->report
                                                                : NULL;
        if (value) {
            if (++i == argc) {
                cli_error("%s attend une valeur.", argv[i - 1]);
                return false;
            }
            *value = argv[i];
        } else if (argv[i][0] == '-' && argv[i][1] != 0) {
            cli_error("option inconnue « %s ».", argv[i]);
            return false;
        } else if (o->file) {
            cli_error("un seul fichier à la fois : « %s » est de trop.", argv[i]);
            return false;
        } else {
            o->file = argv[i];
        }
    }
    if (!o->file)
        cli_error("quel fichier ? Usage : balise import FICHIER [--source NOM] [--report FICHIER]");
    return o->file != NULL;
}

static struct str base_name(const char *path)
{
    struct str name = str_from(path);
    const char *slash = strrchr(path, '/');
    if (slash)
        name = str_from(slash + 1);
    for (size_t i = name.n; i-- > 1;)
        if (name.p[i] == '.')
            return str_sub(name, 0, i);
    return name;
}

static int run(struct cli *cli, const struct options *o, struct str data)
{
    struct arena *a = cli->arena;
    struct str name = text_slug(a, base_name(o->file), 60), why;
    struct run r = {.a = a, .percent = -1, .report = {.fd = -1}, .show = !cli->quiet, .terminal = isatty(STDERR_FILENO) == 1};
    r.report_path = o->report ? o->report
                              : arena_cstr(a, arena_printf(a, "rapport-%.*s.csv", STR_ARG(name.n ? name : STR("import"))));
    struct directory_import in = {
        .data = data,
        .source = o->source ? text_slug(a, str_from(o->source), 60) : STR_NONE,
        .default_source = territory_settings(territory_in(a))->source_slug,
        .actor = arena_printf(a, "import:%.*s", STR_ARG(name)),
        .report = write_report,
        .progress = show_progress,
        .ctx = &r,
    };
    struct directory_import_result res;
    struct db_conn *c;
    int64_t started = clock_mono_us();
    enum err e = db_acquire(cli->app.db, &c);
    if (e == OK) {
        e = directory_import_run(c, a, &in, &res, &why);
        if (e == ERR_INVALID && why.n > 0)
            cli_error("« %s » n’a pas été importé. %.*s", o->file, STR_ARG(why));
        else if (e != OK)
            cli_error("« %s » n’a pas été importé : %s. %.*s", o->file, err_name(e), STR_ARG(db_last_error(c)));
        db_release(c);
    }
    /* The report of an import that did not happen would say nothing true. */
    bool written = output_close(&r.report, e == OK);
    if (e != OK)
        return 1;
    if (!cli->quiet)
        print_summary(&r, &res, r.reported && written, clock_mono_us() - started);
    return res.counts.refused > 0 || !written ? 1 : 0;
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    struct str data;
    if (!parse(argc, argv, &o))
        return 2;
    if (o.source && text_slug(cli->arena, str_from(o.source), 60).n == 0) {
        cli_error("--source attend un nom avec des lettres ou des chiffres.");
        return 2;
    }
    if (!map_file(cli->arena, o.file, &data))
        return 1;
    int status = cli_open(cli) ? run(cli, &o, data) : 1;
    cli_close(cli);
    return status;
}
