#include "trend/engine.h"

enum { PARTNERS_MAX = STORE_KEYS_MAX, WARM_POSTS = 64, TOGETHER_MIN = 3 };
#define Z_WARM 1.0

static void raise_alarm(struct trend_engine *engine, uint32_t a, uint32_t b, struct judgement judgement)
{
    if (a > b) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    for (size_t i = 0; i < engine->alarm_count; i++)
        if (engine->alarms[i].a == a && engine->alarms[i].b == b)
            return;
    if (engine->alarm_count < ALARMS_MAX)
        engine->alarms[engine->alarm_count++] = (struct alarm){a, b, judgement};
}

/* Both keys are of one live trend already: their pair would say nothing new. */
static bool is_known_pair(const struct trend_engine *engine, uint32_t a, uint32_t b)
{
    return (engine->table.keys[a].trends & engine->table.keys[b].trends) != 0;
}

/* Looks for keys of post that stand together with a warm key of it more often than ever before. */
static void judge_pairs(struct trend_engine *engine, const struct stored_post *post, uint32_t warm, const struct moment *moment)
{
    struct stored_post *posts[WARM_POSTS];
    size_t count = detect_posts(&engine->store, &engine->table, warm, KEY_NONE, moment_window_start_us(moment, moment->lag), posts, WARM_POSTS);
    for (unsigned k = 0; k < post->key_count; k++) {
        uint32_t other = post->keys[k].key;
        unsigned together = 0;
        for (size_t i = 0; other != warm && i < count; i++)
            together += stored_post_find(posts[i], other) != NULL;
        if (together < TOGETHER_MIN || is_known_pair(engine, warm, other))
            continue;
        uint32_t         spent = engine->table.keys[warm].spent, other_spent = engine->table.keys[other].spent;
        struct judgement pair = detect_pair(&engine->store, &engine->table, warm, other, moment, spent > other_spent ? spent : other_spent,
                                            engine->options.z_open);
        if (pair.z >= engine->options.z_open)
            raise_alarm(engine, warm, other, pair);
    }
}

void engine_settle(struct trend_engine *engine)
{
    struct moment moment = engine_moment(engine);
    uint64_t      first = engine->tick_first > engine->store.oldest_seq ? engine->tick_first : engine->store.oldest_seq;
    engine->tick_first = engine->store.next_seq;
    engine->alarm_count = 0;
    if (moment.lag < 0)
        return;
    counter_roll(&engine->volume, engine->minute);
    for (uint64_t seq = first; seq < engine->store.next_seq; seq++) {
        const struct stored_post *post = store_at(&engine->store, seq);
        for (unsigned k = 0; k < post->key_count; k++) {
            uint32_t    number = post->keys[k].key;
            struct key *key = &engine->table.keys[number];
            if (key->touched == engine->tick)
                continue;
            key->touched = engine->tick;
            struct judgement judgement = detect_key(key, &moment, key->spent);
            if (judgement.x > 0)
                key->background = (float)(judgement.mu / judgement.x);
            if (!key->trends && judgement.z >= engine->options.z_open)
                raise_alarm(engine, number, KEY_NONE, judgement);
            if (judgement.z >= Z_WARM)
                judge_pairs(engine, post, number, &moment);
        }
    }
    engine->tick++;
    engine_group(engine);
    engine_tend(engine, false);
}
