/* balise territory: official coordinates, settings, search of a commune. */
#include <errno.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "modules/territory/territory.h"

enum { FILE_MAX_BYTES = 256 << 20 };

static int usage(void)
{
    cli_error("territory import FICHIER | search TEXTE | get [CLÉ] | set CLÉ VALEUR");
    return 2;
}

static bool read_file(struct arena *a, const char *path, struct str *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        cli_error("« %s » ne s’ouvre pas : %s.", path, strerror(errno));
        return false;
    }
    char *p = NULL;
    size_t n = 0, cap = 0, got;
    do {
        p = arena_grow(a, p, n, &cap, n + 65536, 1);
        got = fread(p + n, 1, cap - n, f);
        n += got;
    } while (got > 0 && n <= FILE_MAX_BYTES);
    bool good = !ferror(f) && n <= FILE_MAX_BYTES;
    fclose(f);
    if (!good)
        cli_error("« %s » ne se lit pas en entier, ou dépasse 256 Mo.", path);
    *out = (struct str){p, n};
    return good;
}

/* Runs one change in a transaction; the reason is on standard error when it fails. */
static bool change(struct cli *cli, enum err (*work)(struct db_conn *c, void *ctx), void *ctx, struct str *why)
{
    struct db_conn *c;
    enum err e = db_acquire(cli->app.db, &c);
    if (e == OK) {
        e = db_transaction(c, DB_WRITE, work, ctx);
        db_release(c);
    }
    if (e != OK && why->n == 0)
        *why = arena_printf(cli->arena, "la base refuse : %s.", err_name(e));
    if (e != OK)
        cli_error("%.*s", STR_ARG(*why));
    return e == OK;
}

struct import_work {
    struct arena *a;
    struct str file, why;
    struct territory_import_report report;
};

static enum err run_import(struct db_conn *c, void *ctx)
{
    struct import_work *w = ctx;
    return territory_import(c, w->a, w->file, &w->report, &w->why);
}

static int import(struct cli *cli, const char *path)
{
    struct import_work w = {.a = cli->arena};
    int64_t started = clock_mono_us();
    if (!read_file(cli->arena, path, &w.file) || !cli_open(cli) || !change(cli, run_import, &w, &w.why))
        return 1;
    const struct territory_import_report *r = &w.report;
    for (size_t i = 0; i < r->n_refusals; i++)
        fprintf(stderr, "ligne %zu : « %.*s » : %.*s\n", r->refusals[i].line, STR_ARG(r->refusals[i].value),
                STR_ARG(r->refusals[i].why));
    if (r->refused > r->n_refusals)
        fprintf(stderr, "… et %zu autres lignes refusées.\n", r->refused - r->n_refusals);
    if (!cli->quiet)
        printf("%zu communes lues : %zu nouvelles, %zu changées, %zu inchangées, %zu sans point, %zu refusées "
               "(%lld ms).\n",
               r->read, r->added, r->changed, r->unchanged, r->without_point, r->refused,
               (long long)(clock_mono_us() - started) / 1000);
    return r->refused > 0 ? 1 : 0;
}

static const char *precision_words(enum territory_precision precision)
{
    static const char *const words[] = {
        [TERRITORY_POINT_UNKNOWN] = "inconnu",
        [TERRITORY_POINT_DEPARTEMENT] = "approché : département",
        [TERRITORY_POINT_AROUND] = "approché : communes voisines",
        [TERRITORY_POINT_GEONAMES] = "GeoNames",
        [TERRITORY_POINT_OFFICIAL] = "officiel",
    };
    return words[precision];
}

static void print_commune(const struct territory *t, const struct territory_match *m)
{
    const struct territory_commune *c = &m->commune;
    struct territory_point p = territory_point(t, c);
    struct territory_departement d;
    struct str departement = territory_departement_find(c->departement, &d) ? d.name : c->departement;
    printf("%.*s  %.*s (%.*s)", STR_ARG(c->code), STR_ARG(c->name), STR_ARG(departement));
    if (m->former.n > 0)
        printf(", avant %.*s", STR_ARG(m->former));
    printf("  %u hab. ", c->population);
    for (uint32_t i = 0; i < c->n_postal_codes && i < 4; i++)
        printf(" %.*s", STR_ARG(territory_postal_code(c, i)));
    if (p.precision != TERRITORY_POINT_UNKNOWN)
        printf("  %.4f %.4f", p.point.lat, p.point.lon);
    printf(" [%s]\n", precision_words(p.precision));
}

static int search(struct cli *cli, int argc, char **argv)
{
    struct str text = STR("");
    for (int i = 0; i < argc; i++)
        text = arena_printf(cli->arena, "%.*s%s%s", STR_ARG(text), i ? " " : "", argv[i]);
    if (!cli_open(cli))
        return 1;
    const struct territory *t = territory_in(cli->arena);
    struct territory_resolution r = territory_resolve(t, cli->arena, text);
    static const char *const words[] = {
        [TERRITORY_NONE] = "Aucune commune. Peut-être :",
        [TERRITORY_ONE] = "Une commune :",
        [TERRITORY_CHOICE] = "Plusieurs communes :",
    };
    if (r.answer == TERRITORY_NONE && r.n == 0)
        puts("Aucune commune.");
    else if (!cli->quiet)
        puts(words[r.answer]);
    for (size_t i = 0; i < r.n; i++)
        print_commune(t, &r.matches[i]);
    return r.answer == TERRITORY_NONE ? 1 : 0;
}

static struct str setting_value(struct arena *a, const struct territory_settings *s, struct str key)
{
    if (str_eq(key, STR("name")))
        return s->name;
    if (str_eq(key, STR("source_slug")))
        return s->source_slug;
    if (str_eq(key, STR("contact_phone")))
        return s->contact_phone;
    if (str_eq(key, STR("contact_hours")))
        return s->contact_hours;
    if (str_eq(key, STR("public_url")))
        return s->public_url;
    if (str_eq(key, STR("source_url")))
        return s->source_url;
    if (str_eq(key, STR("demo")))
        return s->demo ? STR("1") : STR("0");
    if (str_eq(key, STR("geocoding")))
        return s->geocoding;
    struct str list = STR("");
    for (size_t i = 0; i < s->n_departements; i++)
        list = arena_printf(a, "%.*s%s%.*s", STR_ARG(list), i ? "," : "", STR_ARG(s->departements[i]));
    return list;
}

static int get(struct cli *cli, const char *wanted)
{
    bool known = false;
    if (!cli_open(cli))
        return 1;
    const struct territory_settings *s = territory_settings(territory_in(cli->arena));
    for (size_t i = 0; territory_setting_key(i); i++) {
        const char *key = territory_setting_key(i);
        struct str value = setting_value(cli->arena, s, str_from(key));
        if (wanted && strcmp(wanted, key) != 0)
            continue;
        known = true;
        if (!wanted)
            printf("%s = ", key);
        printf("%.*s\n", STR_ARG(value));
    }
    if (!known)
        cli_error("le réglage « %s » n’existe pas ; « balise territory get » les montre tous.", wanted);
    return known ? 0 : 1;
}

struct set_work {
    struct arena *a;
    struct str key, value, why;
};

static enum err run_set(struct db_conn *c, void *ctx)
{
    struct set_work *w = ctx;
    return territory_setting_save(c, w->a, w->key, w->value, &w->why);
}

static int set(struct cli *cli, const char *key, const char *value)
{
    struct set_work w = {.a = cli->arena, .key = str_from(key), .value = str_from(value)};
    return cli_open(cli) && change(cli, run_set, &w, &w.why) ? 0 : 1;
}

int cmd_territory(struct cli *cli, int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int status;
    if (strcmp(what, "import") == 0 && argc == 3)
        status = import(cli, argv[2]);
    else if (strcmp(what, "search") == 0 && argc >= 3)
        status = search(cli, argc - 2, argv + 2);
    else if (strcmp(what, "get") == 0 && argc <= 3)
        status = get(cli, argc == 3 ? argv[2] : NULL);
    else if (strcmp(what, "set") == 0 && argc == 4)
        status = set(cli, argv[2], argv[3]);
    else
        return usage();
    cli_close(cli);
    return status;
}
