#include "trend/engine.h"

#include "base/clock.h"
#include "trend/cusum.h"
#include "trend/deviance.h"
#include "trend/voices.h"

#include <stdlib.h>

enum { ALARM_POSTS = 512, AUTHORS_MIN = 3, POSTS_MIN = 4, START_POSTS = 512 };
#define START_LOOKBACK_US (3 * CLOCK_DAY_US)
#define LIKE_HOME 0.2

static int by_z(const void *a, const void *b)
{
    const struct alarm *x = a, *y = b;
    if (x->judgement.z != y->judgement.z)
        return x->judgement.z < y->judgement.z ? 1 : -1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

void engine_measure(struct trend_engine *engine, struct live *live)
{
    struct moment moment = engine_moment(engine);
    live_measure(live);
    profile_make(&live->profile, live->members, live->member_count, &engine->table, &moment);
}

/* The live trend that the alarm's posts are most like, or NULL. */
static struct live *find_home(struct trend_engine *engine, struct stored_post *const *posts, size_t count, const struct moment *moment)
{
    struct live   *best = NULL;
    double         best_likeness = LIKE_HOME;
    struct profile profile;
    profile_make(&profile, posts, count, &engine->table, moment);
    for (int i = 0; i < LIVES_MAX; i++) {
        double likeness = engine->lives[i].id ? profile_likeness(&profile, &engine->lives[i].profile) : 0;
        if (likeness >= best_likeness) {
            best = &engine->lives[i];
            best_likeness = likeness;
        }
    }
    return best;
}

struct live_item *engine_attach(struct trend_engine *engine, struct live *live, const struct alarm *alarm)
{
    struct live_item *item = live_find(live, alarm->a, alarm->b) ? NULL : live_add_item(live, alarm->a, alarm->b, alarm->judgement);
    if (!item)
        return NULL;
    uint64_t    bit = UINT64_C(1) << (live - engine->lives);
    struct key *a = &engine->table.keys[alarm->a];
    a->trends |= bit;
    if (alarm->b != KEY_NONE)
        engine->table.keys[alarm->b].trends |= bit;
    else
        a->background = (float)(alarm->judgement.mu / alarm->judgement.x);
    return item;
}

/* Takes posts over from trends that they fit less. */
static void take_posts(struct trend_engine *engine, struct live *live, struct stored_post **posts, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        double fit = live_fit(live, posts[i]);
        bool   is_better = fit >= LIVE_FIT;
        for (int j = 0; j < LIVES_MAX && is_better; j++) {
            struct live *other = &engine->lives[j];
            if (!other->id || other == live || !live_has(other, posts[i]->seq))
                continue;
            is_better = live_fit(other, posts[i]) < fit;
            if (is_better)
                live_remove_post(other, posts[i]->seq);
        }
        if (is_better)
            live_add_post(live, posts[i]);
    }
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

static bool is_recurring(struct trend_engine *engine, uint32_t number, int64_t start_us)
{
    uint64_t hash = engine->table.keys[number].hash;
    bool     is_known = peaks_is_recurring(&engine->peaks, hash, start_us);
    peaks_add(&engine->peaks, hash, start_us);
    return is_known;
}

void engine_remember(struct trend_engine *engine, const struct live *live, struct live_item *item)
{
    item->is_recurring = is_recurring(engine, item->a, live->started_us);
    if (item->b != KEY_NONE)
        item->is_recurring |= is_recurring(engine, item->b, live->started_us);
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
    struct live_item *item = engine_attach(engine, live, alarm);
    item->coverage = live->mean_fit = 1; /* until there are posts to measure by */
    take_posts(engine, live, n > count ? earlier : posts, n > count ? n : count);
    engine_measure(engine, live);
    engine_remember(engine, live, item);
    live->z = live->z_peak = alarm->judgement.z;
}

void engine_group(struct trend_engine *engine)
{
    struct moment moment = engine_moment(engine);
    qsort(engine->alarms, engine->alarm_count, sizeof *engine->alarms, by_z);
    for (size_t i = 0; i < engine->alarm_count; i++) {
        struct alarm       *alarm = &engine->alarms[i];
        struct stored_post *posts[ALARM_POSTS];
        if (alarm->b == KEY_NONE ? engine->table.keys[alarm->a].trends : engine->table.keys[alarm->a].trends & engine->table.keys[alarm->b].trends)
            continue;
        size_t count = detect_posts(&engine->store, &engine->table, alarm->a, alarm->b, moment_window_start_us(&moment, alarm->judgement.level),
                                    posts, ALARM_POSTS);
        /* The counters took each post by itself; now that the posts are at hand, count their voices together. */
        struct voices voices = voices_count(posts, count);
        if (count < ALARM_POSTS && voices.voices < alarm->judgement.x) {
            alarm->judgement.x = voices.voices;
            alarm->judgement.z = detect_paid(deviance_z(voices.voices, alarm->judgement.mu, DEVIANCE_SIZE), alarm->judgement.level);
        }
        if (alarm->judgement.z < engine->options.z_open || voices.authors < AUTHORS_MIN || count < POSTS_MIN)
            continue;
        struct live *home = find_home(engine, posts, count, &moment);
        if (!home) {
            open_trend(engine, alarm, &moment, posts, count);
            continue;
        }
        struct live_item *item = engine_attach(engine, home, alarm);
        if (item) {
            engine_remember(engine, home, item);
            engine_measure(engine, home);
            take_posts(engine, home, posts, count);
        }
    }
    engine->alarm_count = 0;
}
