/* Voices in windows of many lengths at once, and a baseline older than all of them, in fixed memory.
 *
 * Each level l has blocks of 2^l minutes, aligned to the clock, and keeps two: the one that runs and the one before.
 * Their sum is the count in a window that is between one and two blocks long:
 *
 *     minute          ...  88  89  90  91  92  93  94  95  96  97=now
 *     level 0 (1 min)                                     [before][now]
 *     level 1 (2 min)                             [ before ][   now
 *     level 2 (4 min)                     [     before     ][   now
 *     level 3 (8 min)     [           before              ][   now
 *
 * The volume of all posts is counted in a counter of the same shape, so a key's count and the posts it was drawn from always
 * cover exactly the same minutes: mu needs no other book-keeping, and the hours of the day cancel out.
 *
 * `total` is an exponentially forgetting sum of everything (half-life 7 days). The baseline for a lag level is total less what
 * stands in that level's window, so a burst never raises the expectation that it is measured against. A young archive
 * can take a short lag, an old one the longest.
 *
 *     level        0    3     6      7     8     9     10    11
 *     window up to 2m   16m   2h08   4h16  8h32  17h   34h   68h
 *     at least     1m   8m    1h04   2h08  4h16  8h32  17h   34h
 */
#ifndef TREND_COUNTER_H
#define TREND_COUNTER_H

#include <stdint.h>

enum { COUNTER_LEVELS = 12 };
#define COUNTER_HALF_LIFE_MINUTES (7.0 * 24 * 60)

/* {0} is empty. Minutes are absolute (since 1970) and never go back. */
struct counter {
    float    now[COUNTER_LEVELS], before[COUNTER_LEVELS];
    float    total;  /* forgotten up to `minute` */
    uint32_t minute; /* last rolled to */
};

/* Lets time pass: blocks that ended move on. */
void counter_roll(struct counter *counter, uint32_t minute);
/* Rolls to minute and adds weight voices. */
void counter_add(struct counter *counter, uint32_t minute, double weight);

/* Voices in a level's window. */
static inline double counter_recent(const struct counter *counter, int level)
{
    return (double)counter->now[level] + (double)counter->before[level];
}

/* Forgetting sum of what is older than a level's window. */
static inline double counter_baseline(const struct counter *counter, int lag_level)
{
    double older = (double)counter->total - counter_recent(counter, lag_level);
    return older > 0 ? older : 0;
}

/* First minute of a level's window, and how many minutes it has at minute (that minute whole). */
static inline uint32_t counter_window_start(uint32_t minute, int level)
{
    uint32_t block = minute >> level;
    return (block > 0 ? block - 1 : 0) << level;
}

#endif
