/* Which keys, and which pairs of keys, are said by more people than expected?
 *
 *     share  = voices of the key in the baseline / posts in the baseline + prior + 1 / posts in the baseline
 *     mu_w   = share * posts in window w
 *     z^2    = max over windows w of deviance_z(voices of the key in w, mu_w)^2 - 2 ln(longest window / w)
 *
 * The last term pays for looking: there are 2^k times as many short windows as windows 2^k times as long, so as many more chances for
 * an accident (the penalty of multi-scale scan statistics; Duembgen and Spokoiny 2001, Annals of Statistics 29).
 *
 * For a pair mu_w also takes in what its two keys would share by chance: the greater of x_a,w * share_b and x_b,w * share_a, with the
 * shares of the baseline. When a word bursts, its pair with every common word is new, but no news.
 *
 * Pairs have no counters. A pair is looked at when a post brings it and one of its keys is warm (z >= 1); its history is
 * then counted exactly by walking the chain of the rarer key. (Fifty pairs a post, of which one in twenty is ever met five times: counting
 * all of them would cost more than everything else.)
 */
#ifndef TREND_DETECT_H
#define TREND_DETECT_H

#include "trend/store.h"
#include "trend/table.h"

/* The share that a key is granted before it was ever seen: one post in ten thousand; a pair one in fifty thousand. Chosen on shuffled
 * backgrounds, where nothing trends; docs/trends.md has the figures. */
#define PRIOR_KEY 1e-4
#define PRIOR_PAIR 2e-5

struct judgement {
    double z;  /* 0 where nothing is above expectation */
    double x, mu;
    double n;  /* posts in the window, of which x were expected to be mu */
    int    level; /* of the window it was found in */
};

/* What all judgements of one moment share. */
struct moment {
    const struct counter *volume; /* of posts, rolled to minute */
    uint32_t minute;
    int      lag; /* level whose window the baseline stays behind; -1: too young to judge */
};

/* The longest lag that leaves at least three times its window as baseline. */
int detect_lag(uint32_t first_minute, uint32_t minute);

/* z after the price of its window's shortness. */
double detect_paid(double z, int level);

/* Only windows that begin at minute `since` or later are looked at. */
struct judgement detect_counter(const struct counter *counter, const struct moment *moment, double prior, uint32_t since);

/* A key: rolls its counter to the moment. */
struct judgement detect_key(struct key *key, const struct moment *moment, uint32_t since);

/* A pair by its posts in the ring. z_least: stop early where even no history would not reach it. */
struct judgement detect_pair(const struct store *store, struct table *table, uint32_t a, uint32_t b, const struct moment *moment,
                             uint32_t since, double z_least);

/* The newest posts, newest first, that hold key a (and b, unless KEY_NONE) from since_us on; at most `most`. */
size_t detect_posts(const struct store *store, const struct table *table, uint32_t a, uint32_t b, int64_t since_us,
                    struct stored_post **posts, size_t most);

static inline int64_t moment_window_start_us(const struct moment *moment, int level)
{
    return (int64_t)counter_window_start(moment->minute, level) * 60 * 1000000;
}

#endif
