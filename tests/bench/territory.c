/* Time of a commune's search, in processor time of this thread: other programs do not count. */
#include <sys/resource.h>
#include <time.h>

#include "modules/territory/private.h"

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static long faults(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_minflt + u.ru_majflt;
}

int main(void)
{
    static const char *const texts[] = {"rennes", "Renn", "s",     "saint", "saint aubin",     "de",    "bain bretagne",
                                        "35500",  "35",   "35238", "ougère", "12 rue du Pont Rennes", "Renes"};
    enum { ROUNDS = 2000 };
    struct arena *a = arena_new(SIZE_MAX);
    struct territory_departement d;
    if (!a || !territory_departement_find(STR("35"), &d))
        return 1;
    struct territory t = {.departements = &d, .n_departements = 1};
    long before = faults();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n = 0;
        double from = cpu_us();
        for (int k = 0; k < ROUNDS; k++) {
            n = territory_resolve(&t, a, str_from(texts[i])).n;
            arena_reset(a);
        }
        printf("%-24s %6.1f us  %2zu answers\n", texts[i], (cpu_us() - from) / ROUNDS, n);
    }
    printf("pages touched by all of it: about %ld KB\n", (faults() - before) * 4);
    arena_free(a);
    return 0;
}
