#include "trend/detect.h"

#include "base/clock.h"
#include "trend/deviance.h"

#include <math.h>

enum { VOICES_MIN = 3, PAIR_STEPS_MAX = 1024, PAIR_POSTS_MAX = 256 };

int detect_lag(uint32_t first_minute, uint32_t minute)
{
    uint32_t age = minute > first_minute ? minute - first_minute : 0;
    int      lag = -1;
    while (lag + 1 < COUNTER_LEVELS && age >= 4 * (UINT32_C(2) << (lag + 1)))
        lag++;
    return lag;
}

double detect_paid(double z, int level)
{
    double squared = z * z - 2 * M_LN2 * (COUNTER_LEVELS - 1 - level);
    return squared > 0 ? sqrt(squared) : 0;
}

static double past_share(const struct counter *counter, const struct moment *moment)
{
    double exposure = counter_baseline(moment->volume, moment->lag);
    return exposure > 0 ? counter_baseline(counter, moment->lag) / exposure : 0;
}

struct judgement detect_counter(const struct counter *counter, const struct moment *moment, double prior, uint32_t since)
{
    struct judgement best = {0};
    if (moment->lag < 0 || counter_recent(counter, moment->lag) < VOICES_MIN)
        return best;
    double exposure = counter_baseline(moment->volume, moment->lag);
    double share = prior + deviance_unseen_share(exposure) + past_share(counter, moment);
    for (int level = moment->lag; level >= 0; level--) {
        double x = counter_recent(counter, level);
        if (x < VOICES_MIN)
            break; /* shorter windows hold no more */
        double mu = share * counter_recent(moment->volume, level);
        if (x <= mu || counter_window_start(moment->minute, level) < since)
            continue;
        double z = detect_paid(deviance_z(x, mu, DEVIANCE_SIZE), level);
        if (z > best.z)
            best = (struct judgement){z, x, mu, counter_recent(moment->volume, level), level};
    }
    return best;
}

struct judgement detect_key(struct key *key, const struct moment *moment, uint32_t since)
{
    counter_roll(&key->counter, moment->minute);
    return detect_counter(&key->counter, moment, PRIOR_KEY, since);
}

size_t detect_posts(const struct store *store, const struct table *table, uint32_t a, uint32_t b, int64_t since_us,
                    struct stored_post **posts, size_t most)
{
    size_t count = 0;
    for (struct stored_post *post = store_at(store, table->keys[a].newest); post && post->at_us >= since_us && count < most;
         post = store_previous(store, post, a))
        if (b == KEY_NONE || stored_post_find(post, b))
            posts[count++] = post;
    return count;
}

/* What two keys would share by chance in a window: the one as often as it is said there now, the other as often as it ever is. */
static double chance_together(const struct counter *a, const struct counter *b, const struct moment *moment, int level)
{
    return fmax(counter_recent(a, level) * past_share(b, moment), counter_recent(b, level) * past_share(a, moment));
}

static struct judgement best_window(const struct counter *a, const struct counter *b, const double recent[COUNTER_LEVELS], double share,
                                    const struct moment *moment, uint32_t since)
{
    struct judgement best = {0};
    for (int level = moment->lag; level >= 0 && recent[level] >= VOICES_MIN; level--) {
        double mu = share * counter_recent(moment->volume, level) + chance_together(a, b, moment, level);
        if (recent[level] <= mu || counter_window_start(moment->minute, level) < since)
            continue;
        double z = detect_paid(deviance_z(recent[level], mu, DEVIANCE_SIZE), level);
        if (z > best.z)
            best = (struct judgement){z, recent[level], mu, counter_recent(moment->volume, level), level};
    }
    return best;
}

struct judgement detect_pair(const struct store *store, struct table *table, uint32_t a, uint32_t b, const struct moment *moment,
                             uint32_t since, double z_least)
{
    struct judgement best = {0};
    if (moment->lag < 0)
        return best;
    counter_roll(&table->keys[a].counter, moment->minute);
    counter_roll(&table->keys[b].counter, moment->minute);
    const struct counter *x_counter = &table->keys[a].counter, *y_counter = &table->keys[b].counter;
    if (table->keys[b].counter.total < table->keys[a].counter.total) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    double              recent[COUNTER_LEVELS] = {0}, x = 0;
    uint64_t            authors[PAIR_POSTS_MAX];
    unsigned            steps = 0, author_count = 0;
    int                 level = 0;
    struct stored_post *post = store_at(store, table->keys[a].newest);
    for (; post && steps < PAIR_STEPS_MAX; post = store_previous(store, post, a), steps++) {
        while (level <= moment->lag && post->at_us < moment_window_start_us(moment, level))
            recent[level++] = x;
        if (level > moment->lag)
            break;
        if (!stored_post_find(post, b) || author_count == PAIR_POSTS_MAX)
            continue;
        bool is_known = false;
        for (unsigned i = 0; i < author_count && !is_known; i++)
            is_known = authors[i] == post->author;
        authors[author_count++] = post->author;
        x += is_known ? 0 : (double)post->weight;
    }
    while (level <= moment->lag)
        recent[level++] = x;

    best = best_window(x_counter, y_counter, recent, PRIOR_PAIR, moment, since);
    if (best.z < z_least)
        return (struct judgement){0};

    /* It would be news without a history: now look for one. */
    double   before = 0;
    uint64_t last = post ? post->seq : store->oldest_seq, newest_before = last;
    for (; post && steps < PAIR_STEPS_MAX; post = store_previous(store, post, a), steps++) {
        before += stored_post_find(post, b) != NULL;
        last = post->seq;
    }
    double exposure = steps < PAIR_STEPS_MAX ? (double)(newest_before - store->oldest_seq) : (double)(newest_before - last);
    double share = PRIOR_PAIR + deviance_unseen_share(exposure) + (exposure > 0 ? before / exposure : 0);
    return best_window(x_counter, y_counter, recent, share, moment, since);
}
