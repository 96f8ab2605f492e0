/* Chance that can be repeated: xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64. Not for secrets. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state[4];
};

void     rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t limit); /* 0 .. limit-1, without bias; limit > 0 */
double   rng_unit(struct rng *rng);                  /* [0, 1) */
double   rng_exponential(struct rng *rng, double mean);
unsigned rng_poisson(struct rng *rng, double mean); /* mean up to a few hundred */

#endif
