/* balise: one program, one command a task. */
#include <locale.h>
#include <sodium.h>
#include <stdarg.h>

#include "base/log.h"
#include "cli/cli.h"

static const struct cli_command commands[] = {
    {"serve", cmd_serve, "serve [--listen 127.0.0.1:8080] [--threads N]",
     "ouvre le site et l’API"},
    {"import", cmd_import,
     "import FICHIER [--mapping CORRESPONDANCE] [--source NOM] [--departement CODES] [--report FICHIER] [--dry-run] [--partial | --complete] | --suggest FICHIER "
     "| list [--all] | undo IMPORT",
     "charge des lieux, des structures et des services ; montre ou annule un import",
     "Sans --mapping, le fichier doit être dans un format connu : LaMednum (v0, 1.0.2, 2.0.0), data·inclusion (v0, v1), HSDS 3,\n"
     "OpenStreetMap, ou un fichier que Balise a écrit (carte, tableau, classeur). Les autres tableaux se lisent avec une correspondance.\n"
     "Si « balise territory set geocoding » le permet, l’adresse des fiches qui n’ont qu’un point est demandée avant.\n\n"
     "  --suggest FICHIER      propose une correspondance, à relire\n"
     "  --mapping FICHIER      lit le tableau avec cette correspondance (JSON)\n"
     "  --source NOM           nomme la source ; sinon, c’est ce que dit le fichier\n"
     "  --dry-run              montre ce qui changerait, champ par champ ; n’écrit rien\n"
     "  --report FICHIER       où écrire le rapport (sinon rapport-NOM.csv) : valeurs corrigées, écartées, fiches refusées\n"
     "  --departement CODES    d’une liste plus grande, ne prend que ce qui est là (35, ou 35,56) ; ce que l’annuaire a déjà\n"
     "                         reste suivi\n"
     "  --partial              le fichier n’est qu’une partie : rien n’est retiré\n"
     "  --complete             le fichier est entier, même s’il lui manque plus de la moitié des fiches d’avant\n"
     "  list                   les imports faits, les 50 derniers ; avec --all, tous\n"
     "  undo IMPORT            annule un import\n"},
    {"export", cmd_export,
     "export --format FORMAT [-o FICHIER]",
     "rend toutes les données publiables",
     "  --format FORMAT        lamednum-csv, lamednum-json (1.0.2), lamednum-2-csv, lamednum-2-json (2.0.0), data-inclusion,\n"
     "                         geojson, hsds, xlsx, csv-tout\n"
     "  -o, --output FICHIER   où l’écrire ; sinon à l’écran, ou vers le programme suivant\n\n"
     "Chaque fichier peut être importé de nouveau.\n"},
    {"territory", cmd_territory, "territory import FICHIER | search TEXTE | get [CLÉ] | set CLÉ VALEUR",
     "communes, coordonnées et réglages du territoire"},
    {"geocode", cmd_geocode, "geocode [--dry-run] [--limit N] [--url ADRESSE]",
     "cherche la position des lieux d’après leur adresse"},
    {"demo", cmd_demo, "demo [--if-empty]", "remplit une base vide avec un territoire fictif"},
    {"duplicates", cmd_duplicates,
     "duplicates [--json] [--min N] [--same-source] | --apply-above N | --undo ID | --distinct ID ID | --merges [--all] | --batch",
     "trouve les lieux en double et les réunit",
     "Sans option, montre les paires qui se ressemblent, de 0 à 100, et pourquoi.\n\n"
     "  --min N                ne montre que les paires à N ou plus (60)\n"
     "  --same-source          compare aussi les lieux d’une même source\n"
     "  --json                 la même liste, pour un programme\n"
     "  --apply-above N        réunit les paires à N ou plus où tout concorde ; chaque source garde ce qu’elle dit\n"
     "  --merges               ce qui a été réuni, les 50 dernières fois ; avec --all, toutes\n"
     "  --undo ID              sépare de nouveau\n"
     "  --distinct ID ID       ces deux lieux ne sont pas les mêmes : ne plus les proposer\n"
     "  --batch                note des paires données ligne par ligne : {\"a\": {…}, \"b\": {…}}\n"},
    {"hours", cmd_hours, "hours EXPRESSION --at 2026-11-22T10:00 [--departement 35] | --batch",
     "dit si c’est ouvert"},
    {"normalize", cmd_normalize, "normalize --batch",
     "nettoie des valeurs, une par ligne JSON : {\"field\", \"value\", \"context\"}. courriel et site_web répondent un "
     "texte (plusieurs adresses séparées par |), les champs de liste un tableau"},
    {"check", cmd_check, "check", "relit la base et le journal, et dit ce qui ne va pas"},
    {"backup", cmd_backup, "backup FICHIER", "copie la base SQLite pendant que le site tourne"},
    {"doctor", cmd_doctor, "doctor [--listen ADRESSE]", "vérifie que tout est prêt pour servir"},
};

size_t cli_list_most(bool all)
{
    return all ? INT32_MAX : CLI_LIST_SHOWN + 1;
}

void cli_list_more(const struct cli *cli, bool all, size_t found)
{
    if (!all && found > CLI_LIST_SHOWN && !cli->quiet)
        puts("La liste s’arrête là : avec --all, elle est entière.");
}

void cli_error(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("balise: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

static void print_help(FILE *out)
{
    fputs("Balise, la plateforme d’un territoire pour l’inclusion numérique.\n\n"
          "Usage : balise COMMANDE … [--db ADRESSE] [--quiet]\n\nCommandes :\n",
          out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  balise %s\n      %s\n", commands[i].usage, commands[i].summary);
    fputs("\nOptions communes :\n"
          "  --db sqlite:CHEMIN | postgresql://…   la base (sinon BALISE_DB, sinon sqlite:balise.sqlite)\n"
          "  --quiet                               ni progression ni résumé\n"
          "  --help, --version\n",
          out);
}

/* Takes the global options out of argv wherever they stand. False on wrong usage. */
static bool take_global_options(struct cli *cli, int *argc, char **argv, bool *help, bool *version)
{
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--db") == 0) {
            if (++i == *argc) {
                cli_error("--db attend une adresse : sqlite:CHEMIN ou postgresql://…");
                return false;
            }
            cli->db_url = argv[i];
        } else if (strncmp(argv[i], "--db=", 5) == 0) {
            cli->db_url = argv[i] + 5;
        } else if (strcmp(argv[i], "--quiet") == 0) {
            cli->quiet = true;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *help = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            *version = true;
        } else {
            argv[kept++] = argv[i];
        }
    }
    argv[kept] = NULL;
    *argc = kept;
    return true;
}

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    bool help = false, version = false;
    if (!take_global_options(cli, &argc, argv, &help, &version))
        return 2;
    if (version) {
        puts("balise " BALISE_VERSION);
        return 0;
    }
    if (argc < 2) {
        print_help(help ? stdout : stderr);
        return help ? 0 : 2;
    }
    const struct cli_command *command = find_command(argv[1]);
    if (!command) {
        cli_error("commande inconnue « %s ». « balise --help » donne la liste.", argv[1]);
        return 2;
    }
    if (help) {
        printf("Usage : balise %s\n\n%s.\n", command->usage, command->summary);
        if (command->details)
            printf("\n%s", command->details);
        return 0;
    }
    return command->run(cli, argc - 1, argv + 1);
}

/* BALISE_LOG_LEVEL: debug, info (the default), warn or error. */
static void set_log_level(void)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    const char *wanted = getenv("BALISE_LOG_LEVEL");
    for (int i = 0; wanted && i < 4; i++)
        if (strcmp(wanted, names[i]) == 0)
            log_set_level((enum log_level)i);
}

int main(int argc, char **argv)
{
    /* Only the character type: numbers and dates never depend on the machine's language. */
    setlocale(LC_CTYPE, "C.UTF-8");
    if (sodium_init() < 0) {
        cli_error("la source d’aléa du système ne répond pas.");
        return 1;
    }
    set_log_level();
    const char *env_db = getenv("BALISE_DB");
    struct cli cli = {.db_url = env_db && *env_db ? env_db : "sqlite:balise.sqlite", .cache_kib = 12 * 1024, .map_kib = 32 * 1024};
    cli.arena = arena_new(SIZE_MAX);
    if (!cli.arena) {
        cli_error("il n’y a plus de mémoire.");
        return 1;
    }
    int status = run_command(&cli, argc, argv);
    arena_free(cli.arena);
    return status;
}
