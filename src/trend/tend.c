#include "trend/engine.h"

#include "base/clock.h"
#include "trend/snapshot.h"

#define IDLE_MAX_US (12 * CLOCK_HOUR_US)
#define LIKE_MERGE 0.15
#define GROWN 1.25
#define SOFT_Z 2.5
enum { SOFT_POSTS = 48, OVERLAP_LOOKS = 2, SOFT_TOGETHER_MIN = 3 };

void engine_report(struct trend_engine *engine, struct live *live, enum trend_event_kind kind, uint64_t merged_into)
{
    struct trend trend;
    arena_reset(&engine->arena);
    if (!engine_snapshot(engine, live, &engine->arena, &trend))
        return;
    trend.merged_into = merged_into;
    live->shown_posts = live->posts;
    live->shown_us = engine->newest_us;
    if (engine->options.on_event)
        engine->options.on_event(engine->options.context, kind, engine->newest_us, &trend);
}

static void close_trend(struct trend_engine *engine, struct live *live, uint64_t merged_into)
{
    uint32_t slot = (uint32_t)(live - engine->lives);
    engine_report(engine, live, TREND_CLOSE, merged_into);
    for (size_t i = 0; i < live->item_count; i++)
        for (int j = 0; j < 2; j++) {
            uint32_t number = j == 0 ? live->items[i].a : live->items[i].b;
            if (number == KEY_NONE)
                continue;
            engine->table.keys[number].trends &= ~(UINT64_C(1) << slot);
            engine->table.keys[number].spent = engine->minute;
        }
    live_fini(live);
}

/* Pairs cost a walk each, so they are judged again only at a full look. */
static void judge(struct trend_engine *engine, struct live *live, const struct moment *moment, bool is_full)
{
    live->z = 0;
    for (size_t i = 0; i < live->item_count; i++) {
        struct live_item *item = &live->items[i];
        if (item->b == KEY_NONE || is_full) {
            struct judgement now = item->b == KEY_NONE ? detect_key(&engine->table.keys[item->a], moment, 0)
                                                       : detect_pair(&engine->store, &engine->table, item->a, item->b, moment, 0, 0);
            item->z = now.z;
            if (now.z > item->best.z)
                item->best = now;
        }
        if (item->z > live->z)
            live->z = item->z;
    }
    if (live->z > live->z_peak) {
        live->z_peak = live->z;
        live->peak_us = engine->newest_us;
    }
}

/* Keys that rise with the trend, too weakly to alarm alone: most of their recent posts are the trend's. */
static void adopt_soft_keys(struct trend_engine *engine, struct live *live, const struct moment *moment)
{
    size_t from = live->member_count > SOFT_POSTS ? live->member_count - SOFT_POSTS : 0;
    for (size_t i = from; i < live->member_count && live->item_count < LIVE_ITEMS_MAX; i++) {
        const struct stored_post *post = live->members[i];
        for (unsigned k = 0; k < post->key_count; k++) {
            uint32_t    number = post->keys[k].key;
            struct key *key = &engine->table.keys[number];
            if (key->touched == engine->tick || live_find(live, number, KEY_NONE))
                continue;
            key->touched = engine->tick;
            unsigned together = 0;
            for (size_t j = from; j < live->member_count; j++)
                together += stored_post_find(live->members[j], number) != NULL;
            if (together < SOFT_TOGETHER_MIN)
                continue;
            struct judgement judgement = detect_key(key, moment, 0);
            if (judgement.z < SOFT_Z)
                continue;
            struct stored_post *posts[SOFT_POSTS];
            size_t count = detect_posts(&engine->store, &engine->table, number, KEY_NONE, moment_window_start_us(moment, judgement.level),
                                        posts, SOFT_POSTS), inside = 0;
            for (size_t j = 0; j < count; j++)
                inside += live_has(live, posts[j]->seq);
            bool is_mostly = inside * 2 >= count, is_common = together * 10 >= 3 * (live->member_count - from) && inside * 5 >= count;
            struct live_item *item = is_mostly || is_common ? engine_attach(engine, live, &(struct alarm){number, KEY_NONE, judgement}) : NULL;
            if (item)
                engine_remember(engine, live, item);
        }
    }
}

/* Two trends whose posts are alike at two looks in a row are one: the older takes over. */
static void merge_alike(struct trend_engine *engine)
{
    for (int i = 0; i < LIVES_MAX; i++) {
        struct live *young = &engine->lives[i], *home = NULL;
        double       best_likeness = LIKE_MERGE;
        for (int j = 0; young->id && j < LIVES_MAX; j++) {
            struct live *old = &engine->lives[j];
            if (!old->id || old->id >= young->id)
                continue;
            double likeness = profile_likeness(&young->profile, &old->profile);
            if (likeness >= best_likeness) {
                home = old;
                best_likeness = likeness;
            }
        }
        if (!home) {
            young->overlap.looks = 0;
            continue;
        }
        young->overlap.looks = young->overlap.with == home->id ? young->overlap.looks + 1 : 1;
        young->overlap.with = home->id;
        if (young->overlap.looks < OVERLAP_LOOKS)
            continue;
        for (size_t m = 0; m < young->member_count; m++)
            live_add_post(home, young->members[m]);
        struct live_item items[LIVE_ITEMS_MAX];
        size_t           count = young->item_count;
        memcpy(items, young->items, count * sizeof *items);
        close_trend(engine, young, home->id);
        for (size_t k = 0; k < count; k++) {
            struct live_item *item = engine_attach(engine, home, &(struct alarm){items[k].a, items[k].b, items[k].best});
            if (item)
                item->is_recurring = items[k].is_recurring;
        }
        engine_measure(engine, home);
    }
}

static void show(struct trend_engine *engine, struct live *live)
{
    if (live->shown_us == 0)
        engine_report(engine, live, TREND_OPEN, 0);
    else if (live->posts >= GROWN * live->shown_posts)
        engine_report(engine, live, TREND_UPDATE, 0);
}

void engine_tend(struct trend_engine *engine, bool is_full)
{
    struct moment moment = engine_moment(engine);
    if (moment.lag < 0)
        return;
    for (int i = 0; i < LIVES_MAX; i++) {
        struct live *live = &engine->lives[i];
        if (!live->id || (!is_full && !live->is_dirty))
            continue;
        judge(engine, live, &moment, is_full);
        if (live->is_dirty) {
            engine_measure(engine, live);
            engine->tick++;
            adopt_soft_keys(engine, live, &moment);
        }
        live->is_dirty = false;
        show(engine, live);
        if (live->z < engine->options.z_keep || engine->newest_us - live->last_us > IDLE_MAX_US)
            close_trend(engine, live, 0);
    }
    engine->tick++;
    if (is_full)
        merge_alike(engine);
}
