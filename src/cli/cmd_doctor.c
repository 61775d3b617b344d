/* balise doctor: is everything ready to serve? One line a check, exit status 1 when one fails. */
#include <arpa/inet.h>
#include <getopt.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "modules/territory/territory.h"

enum { DISK_MIN_MIB = 200 };

static bool say(bool good, const char *what, const char *advice)
{
    printf("%s  %s%s%s\n", good ? "bien " : "À VOIR", what, good || !advice ? "" : " : ", good || !advice ? "" : advice);
    return good;
}

static bool check_clock(void)
{
    /* A clock before the program's own year would date every record wrongly. */
    return say(clock_now_ms() > 1767225600000, "horloge", "la date de la machine est fausse");
}

static bool check_disk(const char *db_url)
{
    if (strncmp(db_url, "sqlite:", 7) != 0)
        return true;
    char dir[4096];
    snprintf(dir, sizeof dir, "%s", db_url + 7);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    else
        snprintf(dir, sizeof dir, ".");
    struct statvfs fs;
    bool known = statvfs(*dir ? dir : "/", &fs) == 0;
    unsigned long long free_mib = known ? (unsigned long long)fs.f_bavail * fs.f_frsize >> 20 : 0;
    return say(free_mib >= DISK_MIN_MIB, "place sur le disque", "il reste moins de 200 Mo pour la base");
}

static bool check_memory(void)
{
    long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return say(pages * (size >> 10) > 64L * 1024, "mémoire libre", "moins de 64 Mo : le site peut s’arrêter");
}

static bool check_port(const char *listen_at)
{
    const char *colon = strrchr(listen_at, ':');
    struct sockaddr_in at = {.sin_family = AF_INET};
    int64_t port = 0;
    if (!colon || !str_to_int(str_from(colon + 1), &port) || port < 1 || port > 65535)
        return say(false, "adresse d’écoute", "écrivez par exemple 127.0.0.1:8080");
    at.sin_port = htons((uint16_t)port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bool open = s >= 0 && bind(s, (struct sockaddr *)&at, sizeof at) == 0;
    if (s >= 0)
        close(s);
    return say(open, "port libre", "un autre programme l’occupe (ou Balise tourne déjà)");
}

static bool check_database(struct cli *cli)
{
    if (!say(cli_open(cli), "base de données", "voir le message au-dessus"))
        return false;
    struct db_conn *c;
    if (db_acquire(cli->app.db, &c) != OK)
        return say(false, "connexion à la base", "la base est occupée");
    bool good = true;
    if (db_engine(cli->app.db) == DB_SQLITE) {
        struct db_rows *rows;
        bool has = false;
        bool sound = db_query(c, "PRAGMA quick_check(1)", DB_NO_PARAMS, &rows) == OK;
        if (sound) {
            sound = db_next(rows, &has) == OK && has && str_eq(db_col_text(rows, 0), STR("ok"));
            db_rows_end(rows);
        }
        good = say(sound, "fichier de la base sain", "restaurez une copie, puis « balise check »");
    }
    db_release(c);
    const struct territory_settings *settings = territory_settings(territory_in(cli->arena));
    good &= say(settings->name.n > 0, "nom du territoire",
                "balise territory set name \"Mon territoire\"");
    good &= say(settings->contact_phone.n > 0, "téléphone d’aide affiché",
                "balise territory set contact_phone +33…");
    return good;
}

int cmd_doctor(struct cli *cli, int argc, char **argv)
{
    static const struct option known[] = {{"listen", required_argument, NULL, 'l'}, {0}};
    const char *listen_at = "127.0.0.1:8080";
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c != 'l')
            return 2;
        listen_at = optarg;
    }
    bool good = check_clock();
    good &= check_memory();
    good &= check_disk(cli->db_url);
    good &= check_database(cli);
    good &= check_port(listen_at);
    cli_close(cli);
    puts(good ? "Tout est prêt." : "Il y a quelque chose à voir.");
    return good ? 0 : 1;
}
