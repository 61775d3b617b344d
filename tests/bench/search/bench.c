/* The same questions to each engine: first the answers are compared, then the time is taken. */
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"

enum { SAMPLED = 500, THREADS_MAX = 64 };

struct lap {
    double per_s, p50_us, p99_us;
};
struct row {
    struct engine *engine;
    void *opened;
    struct lap one, all;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void fail(const char *engine, const char *what)
{
    fprintf(stderr, "bench_search: %s: %s\n", engine, what);
    exit(1);
}

static void *session_of(const struct row *row)
{
    void *s = row->engine->session(row->opened);
    if (!s)
        fail(row->engine->name, "no session");
    return s;
}

/* -- the same answers -------------------------------------------------------------------------------- */

static void show(const char *name, const struct answer *a)
{
    fprintf(stderr, "%-11s total %u, fees", name, a->total);
    for (int i = 0; i < DATA_FEES; i++)
        fprintf(stderr, " %u", a->fees[i]);
    fprintf(stderr, ", ids");
    for (uint32_t i = 0; i < a->n; i++)
        fprintf(stderr, " %u", a->ids[i]);
    fputc('\n', stderr);
}

static bool same(const struct answer *a, const struct answer *b)
{
    return a->total == b->total && a->n == b->n && memcmp(a->ids, b->ids, a->n * sizeof *a->ids) == 0 &&
           memcmp(a->fees, b->fees, sizeof a->fees) == 0;
}

/* Returns the mean total. */
static double compare_answers(struct row *rows, size_t n_rows, const struct data *d)
{
    uint32_t n = d->n_queries < SAMPLED ? d->n_queries : SAMPLED;
    double found = 0;
    void *sessions[8];
    for (size_t e = 0; e < n_rows; e++)
        sessions[e] = session_of(&rows[e]);
    for (uint32_t i = 0; i < n; i++) {
        struct answer first, other;
        if (!rows[0].engine->run(sessions[0], &d->queries[i], &first))
            fail(rows[0].engine->name, "query failed");
        found += first.total;
        for (size_t e = 1; e < n_rows; e++) {
            if (!rows[e].engine->run(sessions[e], &d->queries[i], &other))
                fail(rows[e].engine->name, "query failed");
            if (same(&first, &other))
                continue;
            fprintf(stderr, "query %u \"%.*s\" (%.*s, t%u) at %.6f %.6f\n", i, STR_ARG(d->queries[i].typed),
                    STR_ARG(d->queries[i].tokens), d->queries[i].theme, d->queries[i].point.lat, d->queries[i].point.lon);
            show(rows[0].engine->name, &first);
            show(rows[e].engine->name, &other);
            fail(rows[e].engine->name, "another answer");
        }
    }
    for (size_t e = 0; e < n_rows; e++)
        rows[e].engine->session_end(sessions[e]);
    return found / n;
}

/* -- time -------------------------------------------------------------------------------------------- */

struct runner {
    const struct row *row;
    const struct data *d;
    uint32_t first, count;
    double *took; /* count */
    pthread_barrier_t *start;
    double started, ended;
};

static void *run_queries(void *arg)
{
    struct runner *r = arg;
    void *session = session_of(r->row);
    struct answer a;
    for (uint32_t i = 0; i < r->count / 10; i++) /* warm */
        if (!r->row->engine->run(session, &r->d->queries[(r->first + i) % r->d->n_queries], &a))
            fail(r->row->engine->name, "query failed");
    pthread_barrier_wait(r->start);
    r->started = now();
    for (uint32_t i = 0; i < r->count; i++) {
        double from = now();
        if (!r->row->engine->run(session, &r->d->queries[(r->first + i) % r->d->n_queries], &a))
            fail(r->row->engine->name, "query failed");
        r->took[i] = now() - from;
    }
    r->ended = now();
    r->row->engine->session_end(session);
    return NULL;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static struct lap lap_of(double *took, uint32_t n, double elapsed)
{
    qsort(took, n, sizeof *took, compare_doubles);
    return (struct lap){n / elapsed, took[n / 2] * 1e6, took[(size_t)n * 99 / 100] * 1e6};
}

/* `count` queries by each of the threads, all at once. */
static struct lap run_lap(const struct row *row, const struct data *d, uint32_t threads, uint32_t count)
{
    struct runner runners[THREADS_MAX];
    pthread_t ids[THREADS_MAX];
    pthread_barrier_t start;
    double *took = malloc((size_t)threads * count * sizeof *took);
    if (!took || pthread_barrier_init(&start, NULL, threads) != 0)
        fail(row->engine->name, "no memory");
    for (uint32_t t = 0; t < threads; t++) {
        runners[t] = (struct runner){row, d, t * d->n_queries / threads, count, took + (size_t)t * count, &start, 0, 0};
        if (pthread_create(&ids[t], NULL, run_queries, &runners[t]) != 0)
            fail(row->engine->name, "no thread");
    }
    double started = 0, ended = 0;
    for (uint32_t t = 0; t < threads; t++) {
        pthread_join(ids[t], NULL);
        started = t == 0 || runners[t].started < started ? runners[t].started : started;
        ended = runners[t].ended > ended ? runners[t].ended : ended;
    }
    struct lap lap = lap_of(took, threads * count, ended - started);
    pthread_barrier_destroy(&start);
    free(took);
    return lap;
}

/* Long enough to be measured, short enough to be waited for: about two seconds. */
static void time_row(struct row *row, const struct data *d, uint32_t threads)
{
    struct lap hint = run_lap(row, d, 1, 200);
    uint32_t count = (uint32_t)(hint.per_s * 2);
    count = count < 200 ? 200 : count > 500000 ? 500000 : count;
    row->one = run_lap(row, d, 1, count);
    row->all = run_lap(row, d, threads, count);
}

/* -- results ----------------------------------------------------------------------------------------- */

static void print_table(const struct row *rows, size_t n, uint32_t threads)
{
    printf("\n%-11s %9s %9s %11s %8s %8s %8s %11s %8s %8s %8s\n", "", "build", "size", "1 thread", "p50", "p99", "ratio",
           "all cores", "p50", "p99", "ratio");
    printf("%-11s %9s %9s %11s %8s %8s %8s %8s %2u %8s %8s %8s\n", "", "s", "MB", "queries/s", "us", "us", "", "threads",
           threads, "us", "us", "");
    for (size_t e = 0; e < n; e++) {
        const struct row *r = &rows[e];
        printf("%-11s %9.2f %9.1f %11.0f %8.1f %8.1f %7.1fx %11.0f %8.1f %8.1f %7.1fx\n", r->engine->name, r->engine->build_s,
               r->engine->bytes / 1e6, r->one.per_s, r->one.p50_us, r->one.p99_us, rows[0].one.per_s / r->one.per_s,
               r->all.per_s, r->all.p50_us, r->all.p99_us, rows[0].all.per_s / r->all.per_s);
    }
    for (size_t e = 0; e < n; e++)
        printf("\n%s: %s", rows[e].engine->name, rows[e].engine->how);
    printf("\nratio: queries/s of %s over those of the line\n", rows[0].engine->name);
}

static void write_lap(FILE *f, const char *name, const struct lap *lap, double ratio)
{
    fprintf(f, ", \"%s\": {\"per_s\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"ratio\": %.2f}", name, lap->per_s,
            lap->p50_us, lap->p99_us, ratio);
}

static void write_json(const char *where, const struct row *rows, size_t n, const struct data *d, uint32_t threads, double found)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/bench-search.json", where);
    FILE *f = fopen(path, "w");
    if (!f)
        fail(path, strerror(errno));
    fprintf(f, "{\"services\": %u, \"queries\": %u, \"compared\": %u, \"mean_total\": %.1f, \"threads\": %u, \"engines\": [",
            d->n_services, d->n_queries, d->n_queries < SAMPLED ? d->n_queries : SAMPLED, found, threads);
    for (size_t e = 0; e < n; e++) {
        fprintf(f, "%s\n  {\"name\": \"%s\", \"build_s\": %.3f, \"bytes\": %.0f", e ? "," : "", rows[e].engine->name,
                rows[e].engine->build_s, rows[e].engine->bytes);
        write_lap(f, "one_thread", &rows[e].one, rows[0].one.per_s / rows[e].one.per_s);
        write_lap(f, "all_cores", &rows[e].all, rows[0].all.per_s / rows[e].all.per_s);
        fputs("}", f);
    }
    fputs("\n]}\n", f);
    if (fclose(f) != 0)
        fail(path, strerror(errno));
    printf("written: %s\n", path);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "bench_search FOLDER [SERVICES [ENGINES]]   ENGINES: letters of b (Balise), s (SQLite), p (PostgreSQL)\n");
        return 2;
    }
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : 200000, cores = sysconf(_SC_NPROCESSORS_ONLN);
    const char *which = argc > 3 ? argv[3] : "bsp";
    uint32_t threads = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (uint32_t)cores;
    struct row rows[3] = {{0}};
    size_t n_rows = 0;
    double from = now();
    struct data *d = data_new(20260901, n < 100 ? 100 : (uint32_t)n, 20000);
    printf("%u services, %u queries made in %.1f s\n", d->n_services, d->n_queries, now() - from);
    struct engine *const engines[] = {&engine_balise, &engine_sqlite, &engine_postgres};
    for (size_t e = 0; e < 3; e++) {
        if (!strchr(which, "bsp"[e]))
            continue;
        struct row *row = &rows[n_rows++];
        row->engine = engines[e];
        from = now();
        row->opened = row->engine->open(d, argv[1]);
        row->engine->build_s = now() - from;
        if (!row->opened)
            fail(row->engine->name, "not loaded");
    }
    double found = compare_answers(rows, n_rows, d);
    printf("answers compared on %d queries (ids, totals, counts): the same; %.1f services found on average\n", SAMPLED, found);
    for (size_t e = 0; e < n_rows; e++)
        time_row(&rows[e], d, threads);
    print_table(rows, n_rows, threads);
    write_json(argv[1], rows, n_rows, d, threads, found);
    for (size_t e = 0; e < n_rows; e++)
        rows[e].engine->close(rows[e].opened);
    data_free(d);
    return 0;
}
