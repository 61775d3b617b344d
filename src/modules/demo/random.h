/* The demonstration's own random numbers (splitmix64): the same everywhere and for ever. Private. */
#ifndef BALISE_MODULES_DEMO_RANDOM_H
#define BALISE_MODULES_DEMO_RANDOM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct demo_random {
    uint64_t state;
};

static inline uint64_t demo_next(struct demo_random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* A stream of its own for the i-th thing: adding a kind does not change the others. */
static inline struct demo_random demo_stream(uint64_t seed, uint64_t i)
{
    struct demo_random r = {seed ^ (i + 1) * 0xD1342543DE82EF95u};
    (void)demo_next(&r);
    return r;
}

/* 0 … n − 1; n > 0. */
static inline uint32_t demo_below(struct demo_random *r, uint32_t n)
{
    return (uint32_t)((demo_next(r) >> 32) * n >> 32);
}

static inline bool demo_chance(struct demo_random *r, unsigned percent)
{
    return demo_below(r, 100) < percent;
}

/* 0 ≤ x < 1 */
static inline double demo_real(struct demo_random *r)
{
    return (double)(demo_next(r) >> 11) * 0x1p-53;
}

/* Around 0, mostly within ±1 (sum of three uniforms): no libm, so the same on every machine. */
static inline double demo_bell(struct demo_random *r)
{
    double sum = 0;
    for (int i = 0; i < 3; i++)
        sum += demo_real(r);
    return (sum - 1.5) * 1.4;
}

#endif
