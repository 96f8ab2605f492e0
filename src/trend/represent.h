/* Posts to read: central to the trend and unlike each other.
 *
 * Maximal marginal relevance (Carbonell and Goldstein 1998): take again and again the post with the greatest
 *
 *     0.7 cos(post, centroid) - 0.3 max over chosen cos(post, chosen)
 *
 * over tf-idf vectors of keys (idf from how often the engine met a key), at most one post of an author and of a cluster of near copies.
 */
#ifndef TREND_REPRESENT_H
#define TREND_REPRESENT_H

#include "trend/live.h"

enum { REPRESENT_MAX = 5, FIRST_VOICES_MAX = 5 };

/* Indexes into live->members. Looks at the last 64 members; needs the volume's forgetting total for idf. */
size_t represent_choose(const struct live *live, const struct table *table, double volume, size_t chosen[REPRESENT_MAX]);
/* The earliest distinct authors that are no mere copies, by time. */
size_t represent_first_voices(const struct live *live, size_t chosen[FIRST_VOICES_MAX]);

#endif
