/* balise duplicates: places that are one and the same, found, merged, parted again. */
#include <getopt.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "modules/directory/directory.h"

enum { OUT_MAX = 1 << 20 };

/* -- pairs given as JSON lines ------------------------------------------------------------------------ */

static void answer(void *ctx, struct arena *a, struct str line, struct buf *out)
{
    const bool *same_source = ctx;
    directory_duplicates_line(a, line, *same_source, out);
}

/* -- the pairs of the directory ----------------------------------------------------------------------- */

static void write_place(struct json_writer *w, const char *key, const struct directory_duplicate_place *p)
{
    const struct {
        const char *name;
        struct str value;
    } members[] = {{"id", p->id}, {"slug", p->slug}, {"source", p->source}, {"source_id", p->source_id}, {"nom", p->nom},
                   {"adresse", p->adresse}, {"code_postal", p->code_postal}, {"commune", p->commune}};
    json_key(w, str_from(key));
    json_object_begin(w);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_key(w, str_from(members[i].name));
        json_str(w, members[i].value);
    }
    json_object_end(w);
}

static int print_json(const struct directory_duplicate *pairs, size_t n)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, OUT_MAX);
    fputs("[", stdout);
    for (size_t i = 0; i < n; i++) {
        buf_clear(&out);
        json_start(&w, &out);
        json_object_begin(&w);
        write_place(&w, "a", &pairs[i].a);
        write_place(&w, "b", &pairs[i].b);
        directory_write_likeness(&w, &pairs[i].likeness);
        json_object_end(&w);
        struct str one = buf_str(&out);
        fputs(i ? ",\n" : "\n", stdout);
        fwrite(one.p, 1, one.n, stdout);
    }
    fputs(n ? "\n]\n" : "]\n", stdout);
    buf_deinit(&out);
    return ferror(stdout) ? 1 : 0;
}

static void print_place(const char *before, const struct directory_duplicate_place *p)
{
    printf("%s%.*s\n      %.*s, %.*s %.*s · %.*s · %.*s\n", before, STR_ARG(p->nom), STR_ARG(p->adresse), STR_ARG(p->code_postal),
           STR_ARG(p->commune), STR_ARG(p->source), STR_ARG(p->id));
}

static void print_pair(const struct directory_duplicate *d)
{
    const struct directory_likeness *l = &d->likeness;
    printf("\n%3d  %s\n", l->score, l->verdict == DIRECTORY_SAME ? "même lieu" : l->verdict == DIRECTORY_DOUBT ? "à vérifier" : "sans doute deux lieux");
    print_place("   A  ", &d->a);
    print_place("   B  ", &d->b);
    for (size_t i = 0; i < l->n_parts; i++)
        printf("      %-10s %3d × %d  %s\n", l->parts[i].name, l->parts[i].score, l->parts[i].weight, l->parts[i].why);
}

static int print_pairs(const struct cli *cli, const struct directory_duplicate *pairs, size_t n)
{
    size_t same = 0;
    for (size_t i = 0; i < n; i++) {
        print_pair(&pairs[i]);
        same += pairs[i].likeness.verdict == DIRECTORY_SAME;
    }
    if (!cli->quiet && n == 0)
        printf("Aucun lieu en double n’a été trouvé.\n");
    else if (!cli->quiet)
        printf("\nPaires : %zu. Sûres : %zu.\n%sPour dire que deux lieux sont différents : balise duplicates --distinct ID ID\n", n, same,
               same ? "Pour réunir les sûres : balise duplicates --apply-above 80\n" : "");
    return ferror(stdout) ? 1 : 0;
}

/* -- changes ------------------------------------------------------------------------------------------ */

enum action { ACTION_LIST, ACTION_APPLY, ACTION_UNDO, ACTION_DISTINCT, ACTION_MERGES, ACTION_BATCH };
struct options {
    enum action action;
    bool json, same_source, all;
    int least;
    struct str first, second; /* ids */
};

struct change {
    struct cli *cli;
    const struct options *o;
    struct directory_apply_result applied;
    struct directory_unmerged unmerged;
};

static enum err make_change(struct db_conn *c, void *ctx)
{
    struct change *ch = ctx;
    const struct options *o = ch->o;
    struct str actor = STR("command");
    if (o->action == ACTION_APPLY)
        TRY(directory_merge_duplicates(c, ch->cli->arena, actor, o->least, o->same_source, &ch->applied));
    else if (o->action == ACTION_UNDO)
        TRY(directory_unmerge(c, ch->cli->arena, actor, o->first, &ch->unmerged));
    else
        TRY(directory_distinct(c, ch->cli->arena, actor, o->first, o->second));
    return directory_changed(c);
}

static const char *refusal(enum action action, enum err e)
{
    if (action == ACTION_UNDO)
        return e == ERR_NOT_FOUND  ? "cette réunion n’existe pas. « balise duplicates --merges » donne la liste."
               : e == ERR_GONE     ? "cette réunion est déjà défaite."
               : e == ERR_CONFLICT ? "ce lieu a été réuni avec un autre depuis : défaites d’abord cette réunion-là."
                                   : NULL;
    if (action == ACTION_DISTINCT)
        return e == ERR_NOT_FOUND  ? "un de ces lieux n’existe pas."
               : e == ERR_INVALID  ? "donnez deux lieux différents."
               : e == ERR_CONFLICT ? "ces deux lieux sont réunis : défaites d’abord leur réunion."
                                   : NULL;
    return NULL;
}

static void print_change(const struct change *ch)
{
    const struct options *o = ch->o;
    if (o->action == ACTION_APPLY) {
        printf("Lieux réunis : %lld, en %lld.\n", (long long)ch->applied.places, (long long)ch->applied.merges);
        if (ch->applied.left > 0)
            printf("Paires laissées, parce qu’un lieu de leur groupe est différent : %lld.\n", (long long)ch->applied.left);
    } else if (o->action == ACTION_UNDO) {
        printf("Réunion défaite : %lld lieux sont de nouveau séparés.\n", (long long)ch->unmerged.places);
        for (size_t i = 0; i < ch->unmerged.kept.n; i++)
            printf("%s%.*s%s", i ? ", " : "Modifiés à la main sur le lieu réuni, à reporter s’il le faut : ",
                   STR_ARG(ch->unmerged.kept.items[i]), i + 1 == ch->unmerged.kept.n ? "\n" : "");
    } else {
        printf("C’est noté : ces deux lieux ne seront plus proposés ensemble.\n");
    }
}

static int run_change(struct cli *cli, struct db_conn *c, const struct options *o)
{
    struct change ch = {.cli = cli, .o = o};
    enum err e = db_transaction(c, DB_WRITE, make_change, &ch);
    const char *why = refusal(o->action, e);
    if (e == OK) {
        if (!cli->quiet)
            print_change(&ch);
        return 0;
    }
    if (why)
        cli_error("%s", why);
    else
        cli_error("rien n’a été changé : %s. %.*s", err_name(e), STR_ARG(db_last_error(c)));
    return 1;
}

static int run_merges(struct cli *cli, struct db_conn *c, bool all)
{
    struct directory_merge_info *merges;
    size_t n;
    if (directory_merges(c, cli->arena, cli_list_most(all), &merges, &n) != OK) {
        cli_error("la liste ne peut pas être lue. %.*s", STR_ARG(db_last_error(c)));
        return 1;
    }
    for (size_t i = 0; i < n && (all || i < CLI_LIST_SHOWN); i++) {
        const struct directory_merge_info *m = &merges[i];
        struct civil_date d = zone_local(ZONE_PARIS, m->at_ms).date;
        printf("%.*s  %02d/%02d/%04d  %lld lieux  %.*s (%.*s)%s\n", STR_ARG(m->id), d.day, d.month, d.year, (long long)m->places,
               STR_ARG(m->nom), STR_ARG(m->commune), m->undone_at_ms ? "  défaite" : "");
    }
    if (n == 0 && !cli->quiet)
        printf("Aucun lieu n’a été réuni.\n");
    cli_list_more(cli, all, n);
    return 0;
}

static int run_list(struct cli *cli, struct db_conn *c, const struct options *o)
{
    struct directory_duplicate *pairs;
    size_t n;
    if (directory_duplicates(c, cli->arena, o->least, o->same_source, &pairs, &n) != OK) {
        cli_error("les lieux ne peuvent pas être lus. %.*s", STR_ARG(db_last_error(c)));
        return 1;
    }
    return o->json ? print_json(pairs, n) : print_pairs(cli, pairs, n);
}

static int run(struct cli *cli, const struct options *o)
{
    struct db_conn *c;
    int status = 1;
    if (!cli_open(cli))
        return 1;
    if (db_acquire(cli->app.db, &c) != OK) {
        cli_error("la base ne répond pas.");
        return 1;
    }
    if (o->action == ACTION_LIST)
        status = run_list(cli, c, o);
    else if (o->action == ACTION_MERGES)
        status = run_merges(cli, c, o->all);
    else
        status = run_change(cli, c, o);
    db_release(c);
    return status;
}

/* -- the command -------------------------------------------------------------------------------------- */

static bool parse_score(const char *text, int *out)
{
    int64_t v;
    if (!str_to_int(str_from(text), &v) || v < 0 || v > 100) {
        cli_error("un score est un nombre entre 0 et 100 : « %s » n’en est pas un.", text);
        return false;
    }
    *out = (int)v;
    return true;
}

static bool set_action(struct options *o, enum action action)
{
    if (o->action != ACTION_LIST && o->action != action) {
        cli_error("une seule chose à la fois : --apply-above, --undo, --distinct, --merges ou --batch.");
        return false;
    }
    o->action = action;
    return true;
}

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},        {"min", required_argument, NULL, 'm'},  {"same-source", no_argument, NULL, 's'},
        {"apply-above", required_argument, NULL, 'a'}, {"undo", required_argument, NULL, 'u'}, {"distinct", required_argument, NULL, 'd'},
        {"merges", no_argument, NULL, 'l'},      {"batch", no_argument, NULL, 'b'},      {"all", no_argument, NULL, 'A'},
        {NULL, 0, NULL, 0},
    };
    optind = 1;
    opterr = 0; /* our own words, in French */
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        bool ok = true;
        if (c == 'j')
            o->json = true;
        else if (c == 's')
            o->same_source = true;
        else if (c == 'A')
            o->all = true;
        else if (c == 'm')
            ok = parse_score(optarg, &o->least);
        else if (c == 'a')
            ok = set_action(o, ACTION_APPLY) && parse_score(optarg, &o->least);
        else if (c == 'u')
            ok = set_action(o, ACTION_UNDO);
        else if (c == 'd')
            ok = set_action(o, ACTION_DISTINCT);
        else if (c == 'l')
            ok = set_action(o, ACTION_MERGES);
        else if (c == 'b')
            ok = set_action(o, ACTION_BATCH);
        else {
            cli_error("option inconnue ou incomplète « %s ». « balise duplicates --help » donne la liste.", argv[optind - 1]);
            return false;
        }
        if (!ok)
            return false;
        if (c == 'u' || c == 'd')
            o->first = str_from(optarg);
    }
    int wanted = o->action == ACTION_DISTINCT ? 1 : 0;
    if (argc - optind != wanted) {
        cli_error(wanted ? "--distinct attend deux identifiants : --distinct ID ID." : "un mot est de trop : « balise duplicates --help » donne la liste.");
        return false;
    }
    if (wanted)
        o->second = str_from(argv[optind]);
    return true;
}

int cmd_duplicates(struct cli *cli, int argc, char **argv)
{
    struct options o = {.least = DIRECTORY_DUPLICATE_LEAST};
    if (!parse(argc, argv, &o))
        return 2;
    if (o.action == ACTION_BATCH)
        return cli_batch(answer, &o.same_source);
    int status = run(cli, &o);
    cli_close(cli);
    return status;
}
