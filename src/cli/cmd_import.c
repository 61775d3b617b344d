/* balise import: a file of places, structures or services into the directory. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/import_show.h"
#include "cli/import_suggest.h"
#include "cli/output.h"
#include "modules/directory/directory.h"
#include "modules/territory/territory.h"

struct run {
    struct arena *a;
    const char *report_path;
    struct output report; /* opened by the first line */
    bool reported;
    struct import_show show;
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

static void progress(void *ctx, size_t done, size_t total, int64_t rows)
{
    struct run *r = ctx;
    import_show_progress(&r->show, done, total, rows);
}

static bool tell_change(void *ctx, const struct directory_import_change *change)
{
    struct run *r = ctx;
    return import_show_change(&r->show, change);
}

/* -- the command ---------------------------------------------------------------------------------- */

struct options {
    const char *file, *source, *report, *mapping, *departement;
    bool dry_run, partial, complete, suggest;
};

static const char usage[] = "balise import FICHIER [--mapping CORRESPONDANCE] [--source NOM] [--departement CODES] [--report FICHIER] [--dry-run] "
                            "[--partial | --complete], ou balise import --suggest FICHIER";

static bool take_flag(struct options *o, const char *arg)
{
    bool *flag = strcmp(arg, "--dry-run") == 0    ? &o->dry_run
                 : strcmp(arg, "--partial") == 0  ? &o->partial
                 : strcmp(arg, "--complete") == 0 ? &o->complete
                 : strcmp(arg, "--suggest") == 0  ? &o->suggest
                                                  : NULL;
    if (flag)
        *flag = true;
    return flag != NULL;
}

static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--source") == 0    ? &o->source
                             : strcmp(argv[i], "--report") == 0  ? &o->report
                             : strcmp(argv[i], "--mapping") == 0 ? &o->mapping
                             : strcmp(argv[i], "--departement") == 0 ? &o->departement
                                                                     : NULL;
        if (value) {
            if (++i == argc) {
                cli_error("%s attend une valeur.", argv[i - 1]);
                return false;
            }
            *value = argv[i];
        } else if (take_flag(o, argv[i])) {
            continue;
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
        cli_error("quel fichier ? Usage : %s", usage);
    else if (o->partial && o->complete)
        cli_error("--partial et --complete se contredisent : gardez l’un des deux.");
    return o->file && !(o->partial && o->complete);
}

static bool parse_departements(struct arena *a, const char *text, struct directory_import *in)
{
    struct str_list codes;
    struct str why;
    if (!text)
        return true;
    if (!territory_departements_read(a, str_from(text), &codes, &why)) {
        cli_error("%.*s", STR_ARG(why));
        return false;
    }
    if (codes.n == 0)
        cli_error("--departement attend un code, par exemple 35, ou plusieurs : 35,56.");
    in->departements = codes.items;
    in->n_departements = codes.n;
    return codes.n > 0;
}

/* "35,56" */
static struct str own_departements(struct arena *a)
{
    const struct territory_settings *t = territory_settings(territory_in(a));
    struct str out = STR_NONE;
    for (size_t i = 0; i < t->n_departements; i++)
        out = i == 0 ? t->departements[i] : ARENA_JOIN(a, out, STR(","), t->departements[i]);
    return out;
}

static struct str file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from(slash ? slash + 1 : path);
}

static struct str base_name(const char *path)
{
    struct str name = file_name(path);
    for (size_t i = name.n; i-- > 1;)
        if (name.p[i] == '.')
            return str_sub(name, 0, i);
    return name;
}

/* The same file of another day has another date in its name: "liste-fs-20221201" → "liste-fs". */
static struct str without_date(struct str slug)
{
    size_t n = slug.n;
    while (n > 0 && (slug.p[n - 1] == '-' || (slug.p[n - 1] >= '0' && slug.p[n - 1] <= '9')))
        n--;
    return n > 0 ? str_sub(slug, 0, n) : slug;
}

static int finish(struct cli *cli, struct run *r, const struct directory_import_result *res, enum err e, int64_t us)
{
    /* The report of an import that did not happen would say nothing true. */
    bool written = output_close(&r->report, e == OK);
    if (e != OK)
        return 1;
    r->show.report_path = r->reported && written ? r->report_path : NULL;
    if (!cli->quiet)
        import_show_summary(&r->show, res, us);
    return res->counts.refused > 0 || res->gone_withheld > 0 || !written ? 1 : 0;
}

/* What is next to points that come without an address, when the territory lets it be asked. A service that fails is no import
 * that fails. */
static void locate(struct cli *cli, struct run *r, const struct directory_import *in)
{
    struct str service = territory_settings(territory_in(cli->arena))->geocoding, why;
    struct directory_locating_result done;
    if (service.n == 0)
        return;
    const struct directory_geocoding how = {.service = service, .dry_run = in->dry_run, .actor = in->actor};
    enum err e = directory_locate(cli->app.db, cli->arena, in, &how, &done, &why);
    if (e != OK)
        cli_error("des fiches ont un point sans adresse, et elle n’a pas pu être demandée. %.*s L’import continue.", STR_ARG(why));
    r->show.addresses = e != OK                            ? IMPORT_SHOW_UNREACHED
                        : in->dry_run && done.to_ask > 0 ? IMPORT_SHOW_TO_ASK
                                                           : IMPORT_SHOW_ASKED;
    if (!cli->quiet && done.asked > 0)
        printf("Points sans adresse : %lld ; demandés au service d’adresses : %lld ; adresses trouvées : %lld.\n",
               (long long)done.without_address, (long long)done.asked, (long long)done.found);
}

static int run(struct cli *cli, const struct options *o, struct str data, struct str mapping)
{
    struct arena *a = cli->arena;
    struct str name = text_slug(a, base_name(o->file), 60), why;
    struct run r = {.a = a, .report = {.fd = -1}};
    r.show = (struct import_show){.rows = arena_new(SIZE_MAX), .percent = -1, .show = !cli->quiet, .terminal = isatty(STDERR_FILENO) == 1};
    r.report_path = o->report ? o->report
                              : arena_cstr(a, arena_printf(a, "rapport-%.*s.csv", STR_ARG(name.n ? name : STR("import"))));
    struct directory_import in = {
        .data = data,
        .mapping = mapping,
        .file_name = file_name(o->file),
        .source = o->source ? text_slug(a, str_from(o->source), 60) : STR_NONE,
        .default_source = territory_settings(territory_in(a))->source_slug,
        .actor = arena_printf(a, "import:%.*s", STR_ARG(name)),
        .partial = o->partial,
        .complete = o->complete,
        .dry_run = o->dry_run,
        .report = write_report,
        .change = o->dry_run ? tell_change : NULL,
        .progress = progress,
        .ctx = &r,
    };
    if (!o->departement)
        r.show.departements = own_departements(a);
    if (!parse_departements(a, o->departement, &in)) {
        arena_free(r.show.rows);
        return 2;
    }
    in.feed = in.source.n ? in.source : without_date(name);
    struct directory_import_result res;
    struct db_conn *c;
    locate(cli, &r, &in);
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
    int status = finish(cli, &r, &res, e, clock_mono_us() - started);
    arena_free(r.show.rows);
    return status;
}

/* -- list and undo -------------------------------------------------------------------------------- */

static int list(struct cli *cli, struct db_conn *c, bool all)
{
    struct directory_import_run_info *runs;
    size_t n;
    if (directory_import_list(c, cli->arena, cli_list_most(all), &runs, &n) != OK) {
        cli_error("la liste ne peut pas être lue. %.*s", STR_ARG(db_last_error(c)));
        return 1;
    }
    for (size_t i = 0; i < n && (all || i < CLI_LIST_SHOWN); i++) {
        const struct directory_import_run_info *run = &runs[i];
        struct civil_time t = zone_local(ZONE_PARIS, run->at_ms);
        printf("%.*s  %02d/%02d/%04d %02d:%02d  %.*s (%.*s)%s\n", STR_ARG(run->id), t.date.day, t.date.month, t.date.year, t.hour,
               t.minute, STR_ARG(run->file_name), STR_ARG(run->format), run->undone_at_ms ? " — annulé" : "");
        printf("    lues %lld, nouvelles %lld, mises à jour %lld, inchangées %lld, refusées %lld, disparues %lld", (long long)run->rows,
               (long long)run->added, (long long)run->updated, (long long)run->unchanged, (long long)run->refused, (long long)run->gone);
        if (run->left_out > 0)
            printf(", non demandées %lld", (long long)run->left_out);
        putchar('\n');
    }
    if (n == 0)
        puts("Aucun import pour le moment.");
    cli_list_more(cli, all, n);
    return 0;
}

static int undo(struct cli *cli, struct db_conn *c, const char *id)
{
    struct directory_undo_result res;
    enum err e = directory_import_undo(c, cli->arena, str_from(id), STR("command"), &res);
    if (e == ERR_NOT_FOUND)
        cli_error("aucun import ne s’appelle « %s ». « balise import list » donne la liste.", id);
    else if (e == ERR_CONFLICT)
        cli_error("cet import est déjà annulé.");
    else if (e == ERR_GONE)
        cli_error("cet import a plus d’un an : ce qu’il avait remplacé n’est plus gardé.");
    else if (e != OK)
        cli_error("l’import n’a pas été annulé : %s. %.*s", err_name(e), STR_ARG(db_last_error(c)));
    if (e != OK)
        return 1;
    if (cli->quiet)
        return 0;
    printf("Import annulé.\n  fiches retirées  %6lld\n  remises comme avant %3lld\n  de retour        %6lld\n", (long long)res.removed,
           (long long)res.restored, (long long)res.returned);
    if (res.left > 0)
        printf("  Valeurs changées depuis, qui restent : %lld\n", (long long)res.left);
    if (res.kept > 0)
        printf("  Fiches confirmées ou corrigées par une personne, qui restent : %lld\n", (long long)res.kept);
    return 0;
}

static int manage(struct cli *cli, const char *id, bool all)
{
    struct db_conn *c;
    int status = 1;
    if (cli_open(cli) && db_acquire(cli->app.db, &c) == OK) {
        status = id ? undo(cli, c, id) : list(cli, c, all);
        db_release(c);
    }
    cli_close(cli);
    return status;
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    struct str data, mapping = STR_NONE;
    bool all = argc == 3 && strcmp(argv[2], "--all") == 0;
    if (argc == 3 && strcmp(argv[1], "undo") == 0)
        return manage(cli, argv[2], false);
    if ((argc == 2 || all) && strcmp(argv[1], "list") == 0)
        return manage(cli, NULL, all);
    if (!parse(argc, argv, &o))
        return 2;
    if (o.source && text_slug(cli->arena, str_from(o.source), 60).n == 0) {
        cli_error("--source attend un nom avec des lettres ou des chiffres.");
        return 2;
    }
    if (!map_file(cli->arena, o.file, &data))
        return 1;
    if (o.suggest)
        return import_suggest(cli->arena, o.file, data);
    if (o.mapping && !map_file(cli->arena, o.mapping, &mapping))
        return 1;
    if (o.mapping && mapping.n == 0) {
        cli_error("« %s » est vide : il faut une correspondance.", o.mapping);
        return 1;
    }
    int status = cli_open(cli) ? run(cli, &o, data, mapping) : 1;
    cli_close(cli);
    return status;
}
