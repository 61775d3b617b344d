/* kill9 WRITER [--rounds N]: kills a writing program again and again, at any moment, and checks after each
 * death that every row it had acknowledged is there, whole, and that the next start is normal.
 *
 * A killed process keeps what the system had taken: this tests our commits, the WAL's recovery and the
 * start, not the disk. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "modules/journal/journal.h"

/* It dies a random moment after a random number of rows, however slow the disk. */
enum { THREADS = 3, ROWS_MAX = 12, MOMENT_MAX_US = 6000, PATIENCE_US = 20000000, LINE_MAX_ = 64 };

struct kill9 {
    const char *writer;
    char dir[64], url[128];
    int64_t acknowledged[THREADS];
    int64_t rows, starts_us, slowest_us;
    unsigned seed;
};

static _Noreturn void fail(const char *what, int64_t wanted, int64_t got)
{
    fprintf(stderr, "kill9: %s (%lld, %lld)\n", what, (long long)wanted, (long long)got);
    _exit(1);
}

static pid_t spawn(const struct kill9 *k, int *out)
{
    int fds[2];
    if (pipe(fds) != 0)
        fail("pipe", 0, 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], 1);
        close(fds[0]);
        close(fds[1]);
        execl(k->writer, k->writer, k->url, (char *)NULL);
        _exit(127);
    }
    close(fds[1]);
    *out = fds[0];
    return pid;
}

static void note(struct kill9 *k, const char *line)
{
    int thread;
    long long i;
    if (sscanf(line, "%d %lld", &thread, &i) != 2 || thread < 0 || thread >= THREADS)
        fail("unreadable line", 0, 0);
    if (i != k->acknowledged[thread] + 1 && i != k->acknowledged[thread] + 2)
        fail("rows out of order", k->acknowledged[thread] + 1, i); /* one may have been committed, not told */
    k->acknowledged[thread] = i;
}

struct listener {
    int fd;
    char line[LINE_MAX_];
    size_t n;
    bool ready;
    int rows;
};

/* Reads one line; false when the time is over or the writer is dead. */
static bool listen_line(struct kill9 *k, struct listener *l, int64_t until_us)
{
    while (true) {
        int64_t left = until_us - clock_mono_us();
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        if (left <= 0 || poll(&p, 1, (int)(left / 1000) + 1) <= 0)
            return false;
        char c;
        if (read(l->fd, &c, 1) != 1)
            return false;
        if (c != '\n' && l->n < LINE_MAX_ - 1) {
            l->line[l->n++] = c;
            continue;
        }
        l->line[l->n] = '\0';
        l->n = 0;
        if (strcmp(l->line, "ready") == 0) {
            l->ready = true;
        } else {
            note(k, l->line);
            l->rows++;
        }
        return true;
    }
}

static int64_t one(struct db_conn *c, const char *sql, int thread)
{
    int64_t n = -1;
    if (db_query_int(c, sql, DB_PARAMS(DB_INT(thread)), &n) != OK)
        fail("a query failed", thread, 0);
    return n;
}

static void check(struct kill9 *k, bool thoroughly)
{
    struct arena *a = arena_new(SIZE_MAX);
    struct db *db;
    struct db_conn *c;
    struct str why;
    if (db_open(a, k->url, (struct db_options){.pool_max = 1}, &db, &why) != OK || db_acquire(db, &c) != OK)
        fail("the database does not open", 0, 0);
    k->rows = 0;
    for (int t = 0; t < THREADS; t++) {
        int64_t rows = one(c, "SELECT count(*) FROM t_left WHERE thread = $1", t);
        int64_t last = one(c, "SELECT coalesce(max(i), 0) FROM t_left WHERE thread = $1", t);
        int64_t right = one(c, "SELECT count(*) FROM t_right WHERE thread = $1", t);
        if (last < k->acknowledged[t])
            fail("an acknowledged row is lost", k->acknowledged[t], last);
        if (last > k->acknowledged[t] + 1)
            fail("more than one row was not told", k->acknowledged[t], last);
        if (rows != last || right != last)
            fail("half a transaction", last, rows == last ? right : rows);
        k->acknowledged[t] = last;
        k->rows += rows;
    }
    struct journal_report r = {0};
    if (thoroughly && (journal_verify(c, &r) != OK || r.broken || r.entries != k->rows))
        fail("the journal is broken", k->rows, r.entries);
    struct db_rows *rows;
    bool has;
    if (thoroughly && (db_query(c, "PRAGMA integrity_check", DB_NO_PARAMS, &rows) != OK || db_next(rows, &has) != OK ||
                       !has || !str_eq(db_col_text(rows, 0), STR("ok"))))
        fail("the file is damaged", 0, 0);
    db_release(c);
    db_close(db);
    arena_free(a);
}

static void round_of(struct kill9 *k, bool thoroughly)
{
    struct listener l = {0};
    int64_t started = clock_mono_us();
    pid_t pid = spawn(k, &l.fd);
    if (!listen_line(k, &l, started + PATIENCE_US) || !l.ready)
        fail("the program does not start", 0, 0);
    int64_t took = clock_mono_us() - started;
    k->starts_us += took;
    k->slowest_us = took > k->slowest_us ? took : k->slowest_us;

    int rows = (int)(rand_r(&k->seed) % ROWS_MAX);
    while (l.rows < rows && listen_line(k, &l, clock_mono_us() + PATIENCE_US))
        ;
    if (l.rows < rows)
        fail("the program is stuck", rows, l.rows);
    int64_t moment = clock_mono_us() + rand_r(&k->seed) % MOMENT_MAX_US;
    while (listen_line(k, &l, moment))
        ;
    kill(pid, SIGKILL);
    int status;
    waitpid(pid, &status, 0);
    if (!WIFSIGNALED(status))
        fail("the program ended by itself", 0, WEXITSTATUS(status));
    while (listen_line(k, &l, clock_mono_us() + PATIENCE_US)) /* what it had told before it died */
        ;
    close(l.fd);
    check(k, thoroughly);
}

int main(int argc, char **argv)
{
    int64_t rounds = 50;
    if (argc < 2 || (argc == 4 && (strcmp(argv[2], "--rounds") != 0 || !str_to_int(str_from(argv[3]), &rounds))))
        return 2;
    struct kill9 k = {.writer = argv[1], .seed = (unsigned)getpid()};
    snprintf(k.dir, sizeof k.dir, "%s/balise-kill9-XXXXXX", access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp");
    if (!mkdtemp(k.dir))
        return 1;
    snprintf(k.url, sizeof k.url, "sqlite:%s/db.sqlite", k.dir);
    for (int64_t i = 1; i <= rounds; i++)
        round_of(&k, i % 50 == 0 || i == rounds);
    printf("%lld kills, %lld rows acknowledged or whole, none lost; start: %.1f ms on average, %.1f ms at worst\n",
           (long long)rounds, (long long)k.rows, (double)k.starts_us / (double)rounds / 1000, (double)k.slowest_us / 1000);
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", k.dir);
    return system(command) == 0 && k.rows > 2 * rounds ? 0 : 1;
}
