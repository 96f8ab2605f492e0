#include "trend/engine.h"

#include "base/clock.h"
#include "trend/cusum.h"
#include "trend/deviance.h"
#include "trend/voices.h"

#include <stdlib.h>

enum { ALARM_POSTS = 512, AUTHORS_MIN = 3, POSTS_MIN = 4, START_POSTS = 512 };
#define START_LOOKBACK_US (3 * CLOCK_DAY_US)
#define SHARED_OF_ALARM 0.5
#define SHARED_OF_TREND 0.6

static int by_z(const void *a, const void *b)
{
    const struct alarm *x = a, *y = b;
    if (x->judgement.z != y->judgement.z)
        return x->judgement.z < y->judgement.z ? 1 : -1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* The live trend that shares most of the alarm's posts, or NULL. */
static struct live *find_home(struct trend_engine *engine, struct stored_post *const *posts, size_t count)
{
    struct live *best = NULL;
    double       best_share = 0;
    for (int i = 0; i < LIVES_MAX; i++) {
        struct live *live = &engine->lives[i];
        size_t       shared = 0;
        for (size_t j = 0; live->id && j < count; j++)
            shared += live_has(live, posts[j]->seq) && live_shares_core(live, posts[j]);
        if (!shared)
            continue;
        double of_alarm = (double)shared / (double)count, of_trend = (double)shared / (double)live->member_count;
        bool   is_home = of_alarm >= SHARED_OF_ALARM || (of_trend >= SHARED_OF_TREND && of_alarm >= SHARED_OF_ALARM / 2);
        if (is_home && of_alarm > best_share) {
            best = live;
            best_share = of_alarm;
        }
    }
    return best;
}

bool engine_attach(struct trend_engine *engine, struct live *live, const struct alarm *alarm, struct stored_post **posts, size_t count)
{
    uint32_t    slot = (uint32_t)(live - engine->lives);
    struct key *a = &engine->table.keys[alarm->a];
    if (alarm->b == KEY_NONE && a->owner)
        return false;
    struct live_item *item = live_add_item(live, alarm->a, alarm->b, alarm->judgement);
    if (!item)
        return false;
    item->is_alarm = alarm->judgement.z >= engine->options.z_open;
    if (alarm->b == KEY_NONE) {
        a->owner = slot + 1;
        a->background = (float)(alarm->judgement.mu / alarm->judgement.x);
    } else {
        a->pair_owner = slot + 1;
        engine->table.keys[alarm->b].pair_owner = slot + 1;
    }
    /* The first key of a trend is its core until there are posts to measure by. */
    item->coverage = live->item_count == 1 ? 1 : 0;
    for (size_t i = count; i-- > 0;)
        if (live->member_count == 0 || live_wants(live, slot, &engine->table, posts[i]))
            live_add_post(live, posts[i]);
    live_measure(live);
    return true;
}

/* The start of what the alarm found: the sum over the key's own posts, back to three days before. */
static int64_t find_start(struct trend_engine *engine, const struct alarm *alarm, const struct moment *moment)
{
    struct stored_post *posts[START_POSTS];
    int64_t             at_us[START_POSTS];
    double              weights[START_POSTS];
    int64_t             since_us = moment_window_start_us(moment, alarm->judgement.level);
    double              window_us = (double)((int64_t)engine->minute * CLOCK_MINUTE_US + CLOCK_MINUTE_US - since_us);
    size_t count = detect_posts(&engine->store, &engine->table, alarm->a, alarm->b, since_us - START_LOOKBACK_US, posts, START_POSTS);
    for (size_t i = 0; i < count; i++) {
        at_us[i] = posts[count - 1 - i]->at_us;
        weights[i] = (double)posts[count - 1 - i]->weight;
    }
    if (count == 0)
        return engine->newest_us;
    double mean = alarm->judgement.mu / window_us, rho = alarm->judgement.x / alarm->judgement.mu;
    return at_us[cusum_start(at_us, weights, count, mean, rho)];
}

static void mark_recurring(struct trend_engine *engine, const struct live *live, struct live_item *item)
{
    if (item->b != KEY_NONE)
        return;
    uint64_t hash = engine->table.keys[item->a].hash;
    item->is_recurring = peaks_is_recurring(&engine->peaks, hash, live->started_us);
    peaks_add(&engine->peaks, hash, live->started_us);
}

static void open_trend(struct trend_engine *engine, const struct alarm *alarm, const struct moment *moment, struct stored_post **posts,
                       size_t count)
{
    int slot = 0;
    while (slot < LIVES_MAX && engine->lives[slot].id)
        slot++;
    if (slot == LIVES_MAX)
        return;
    struct live *live = &engine->lives[slot];
    *live = (struct live){.id = engine->next_id++, .detected_us = engine->newest_us, .peak_us = engine->newest_us};
    live->started_us = find_start(engine, alarm, moment);
    /* What the same talk said before the window began belongs to it too. */
    struct stored_post *earlier[ALARM_POSTS];
    size_t n = detect_posts(&engine->store, &engine->table, alarm->a, alarm->b, live->started_us, earlier, ALARM_POSTS);
    engine_attach(engine, live, alarm, n > count ? earlier : posts, n > count ? n : count);
    mark_recurring(engine, live, &live->items[0]);
    live->z = live->z_peak = alarm->judgement.z;
}

void engine_group(struct trend_engine *engine)
{
    struct moment moment = engine_moment(engine);
    qsort(engine->alarms, engine->alarm_count, sizeof *engine->alarms, by_z);
    for (size_t i = 0; i < engine->alarm_count; i++) {
        struct alarm       *alarm = &engine->alarms[i];
        struct stored_post *posts[ALARM_POSTS];
        if (alarm->b == KEY_NONE && engine->table.keys[alarm->a].owner)
            continue;
        size_t count = detect_posts(&engine->store, &engine->table, alarm->a, alarm->b, moment_window_start_us(&moment, alarm->judgement.level),
                                    posts, ALARM_POSTS);
        /* The counters took each post by itself; now that the posts are at hand, count their voices together. */
        struct voices voices = voices_count(posts, count);
        if (count < ALARM_POSTS && voices.voices < alarm->judgement.x) {
            alarm->judgement.x = voices.voices;
            alarm->judgement.z = deviance_z(voices.voices, alarm->judgement.mu, DEVIANCE_SIZE);
        }
        if (alarm->judgement.z < engine->options.z_open || voices.authors < AUTHORS_MIN || count < POSTS_MIN)
            continue;
        struct live *home = find_home(engine, posts, count);
        if (!home) {
            open_trend(engine, alarm, &moment, posts, count);
        } else if (!live_find(home, alarm->a, alarm->b) && engine_attach(engine, home, alarm, posts, count)) {
            mark_recurring(engine, home, &home->items[home->item_count - 1]);
        }
    }
    engine->alarm_count = 0;
}
