#include "trend/engine.h"

#include "base/clock.h"
#include "base/hash.h"
#include "trend/keys.h"
#include "trend/snapshot.h"

#include <stdlib.h>

#define WATERMARK_US (2 * CLOCK_MINUTE_US)
#define Z_OPEN_DEFAULT 5.0
#define Z_KEEP_DEFAULT 2.0
enum { TEND_MINUTES = 10 };

const char *const trend_flag_names[3] = {"coordinated", "recurring", "low_evidence"};

enum error_code trend_engine_new(const struct trend_options *options, struct trend_engine **engine_out, struct error *error)
{
    struct trend_engine *engine = calloc(1, sizeof *engine);
    *engine_out = NULL;
    if (!engine)
        return error_set(error, ERROR_MEMORY, "no memory for the trend engine");
    if (options)
        engine->options = *options;
    if (!(engine->options.z_open > 0))
        engine->options.z_open = Z_OPEN_DEFAULT;
    if (!(engine->options.z_keep > 0))
        engine->options.z_keep = Z_KEEP_DEFAULT;
    engine->next_id = 1;
    engine->tick = 1;
    engine->tick_first = 1;
    engine->lives = calloc(LIVES_MAX, sizeof *engine->lives);
    if (!engine->lives || !store_init(&engine->store, STORE_POSTS) || !copies_init(&engine->copies) || !table_init(&engine->table) ||
        !peaks_init(&engine->peaks)) {
        trend_engine_free(engine);
        return error_set(error, ERROR_MEMORY, "no memory for the trend engine");
    }
    *engine_out = engine;
    return ERROR_NONE;
}

void trend_engine_free(struct trend_engine *engine)
{
    if (!engine)
        return;
    for (int i = 0; engine->lives && i < LIVES_MAX; i++)
        live_fini(&engine->lives[i]);
    free(engine->lives);
    store_fini(&engine->store);
    copies_fini(&engine->copies);
    table_fini(&engine->table);
    peaks_fini(&engine->peaks);
    arena_fini(&engine->arena);
    free(engine);
}

struct moment engine_moment(const struct trend_engine *engine)
{
    return (struct moment){&engine->volume, engine->minute, detect_lag(engine->first_minute, engine->minute)};
}

static void hold_member_keys(struct trend_engine *engine, bool is_held)
{
    for (int i = 0; i < LIVES_MAX; i++)
        for (size_t m = 0; m < engine->lives[i].member_count; m++)
            for (unsigned k = 0; k < engine->lives[i].members[m]->key_count; k++)
                engine->table.keys[engine->lives[i].members[m]->keys[k].key].is_held = is_held;
}

/* Frees room in the key table: first the cold keys, then old posts with the keys that only they mention. */
static void make_room_for_keys(struct trend_engine *engine)
{
    struct store *store = &engine->store;
    uint32_t      wanted = engine->table.count / 4;
    hold_member_keys(engine, true);
    uint32_t gone = table_evict(&engine->table, store->oldest_seq, engine->minute, 1.5);
    while (gone < wanted && store->next_seq - store->oldest_seq > 64) {
        for (uint64_t drop = (store->next_seq - store->oldest_seq) / 2; drop > 0; drop--)
            store_drop_oldest(store);
        gone += table_evict(&engine->table, store->oldest_seq, engine->minute, 1e30);
    }
    hold_member_keys(engine, false);
}

/* An author who said it a moment ago, or a day ago in the last few posts with this key, is no new voice. */
static bool has_spoken(const struct trend_engine *engine, const struct stored_post *post, const struct key *key, uint32_t number)
{
    struct stored_post *other = store_at(&engine->store, key->newest);
    for (int steps = 0; other && steps < 16 && post->at_us - other->at_us <= CLOCK_DAY_US; steps++) {
        if (other->author == post->author)
            return true;
        other = store_previous(&engine->store, other, number);
    }
    return false;
}

static void count_keys(struct trend_engine *engine, struct stored_post *post)
{
    for (unsigned i = 0; i < post->key_count; i++) {
        struct occurrence *occurrence = &post->keys[i];
        struct key        *key = &engine->table.keys[occurrence->key];
        if (has_spoken(engine, post, key, occurrence->key))
            counter_roll(&key->counter, engine->minute);
        else
            counter_add(&key->counter, engine->minute, (double)post->weight);
        uint64_t back = key->newest ? post->seq - key->newest : 0;
        occurrence->back = back < UINT32_MAX ? (uint32_t)back : 0;
        key->newest = post->seq;
    }
}

void engine_offer(struct trend_engine *engine, struct stored_post *post)
{
    uint64_t     slots = 0;
    struct live *best = NULL;
    double       best_fit = LIVE_FIT;
    for (unsigned i = 0; i < post->key_count; i++)
        slots |= engine->table.keys[post->keys[i].key].trends;
    for (; slots; slots &= slots - 1) {
        struct live *live = &engine->lives[__builtin_ctzll(slots)];
        double       fit = live_fit(live, post);
        if (fit >= best_fit && live_chance(live, &engine->table, post) <= LIVE_CHANCE_MAX) {
            best = live;
            best_fit = fit;
        }
    }
    if (best)
        live_add_post(best, post);
}

static void pass_time(struct trend_engine *engine, uint32_t minute)
{
    if (engine->first_minute == 0)
        engine->first_minute = engine->minute = engine->tended = minute;
    if (minute <= engine->minute)
        return;
    engine_settle(engine);
    /* Through a gap the live trends are looked at every ten minutes until none is left, then it is leapt over. */
    while (engine->minute < minute) {
        bool is_any = false;
        for (int i = 0; i < LIVES_MAX && !is_any; i++)
            is_any = engine->lives[i].id != 0;
        uint32_t next = is_any ? engine->tended + TEND_MINUTES : minute;
        engine->minute = next < minute ? next : minute;
        counter_roll(&engine->volume, engine->minute);
        if (engine->minute >= engine->tended + TEND_MINUTES) {
            engine->newest_us = (int64_t)engine->minute * CLOCK_MINUTE_US;
            engine->tended = engine->minute;
            engine_tend(engine, true);
        }
    }
}

enum error_code trend_engine_advance(struct trend_engine *engine, int64_t at_us, struct error *error)
{
    if (at_us < CLOCK_MIN_US || at_us > CLOCK_MAX_US)
        return error_set(error, ERROR_INVALID, "time %lld is outside 1990 to 2199", (long long)at_us);
    if (engine->first_minute != 0) {
        pass_time(engine, (uint32_t)(at_us / CLOCK_MINUTE_US));
        if (at_us > engine->newest_us)
            engine->newest_us = at_us;
    }
    return ERROR_NONE;
}

enum error_code trend_engine_add(struct trend_engine *engine, const struct post *post, const struct text_facts *facts, struct error *error)
{
    if (post->at_us < CLOCK_MIN_US || post->at_us > CLOCK_MAX_US)
        return error_set(error, ERROR_INVALID, "post %.*s: time %lld is outside 1990 to 2199", STR_ARG(post->id), (long long)post->at_us);
    int64_t at_us = post->at_us < engine->newest_us - WATERMARK_US ? engine->newest_us - WATERMARK_US : post->at_us;
    pass_time(engine, (uint32_t)(at_us / CLOCK_MINUTE_US));
    if (at_us > engine->newest_us)
        engine->newest_us = at_us;

    struct post_key keys[STORE_KEYS_MAX];
    uint32_t        numbers[STORE_KEYS_MAX], shingles[STORE_SHINGLES_MAX];
    size_t          key_count = keys_of_post(post, facts, keys), kept = 0;
    uint64_t        form;
    unsigned        words;
    size_t          shingle_count = keys_shingles(facts, shingles, &form, &words);
    /* Before, not between: a key of this post must not go to make room for the next. */
    if (engine->table.count - engine->table.free_count + STORE_KEYS_MAX > KEYS_MAX)
        make_room_for_keys(engine);
    for (size_t i = 0; i < key_count; i++) {
        numbers[kept] = table_add(&engine->table, keys[i].hash, keys[i].name, keys[i].kind);
        if (numbers[kept] != KEY_NONE)
            keys[kept++] = keys[i];
    }
    struct stored_post *stored = store_post_new(post, facts->text, kept, shingle_count);
    if (!stored)
        return error_set(error, ERROR_MEMORY, "no memory for post %.*s", STR_ARG(post->id));
    stored->at_us = at_us;
    stored->seq = engine->store.next_seq;
    stored->word_count = (uint16_t)(words < UINT16_MAX ? words : UINT16_MAX);
    stored->is_attributed = post->repost_of.len > 0 || keys_is_attributed(facts);
    if (shingle_count)
        memcpy(stored->shingles, shingles, shingle_count * sizeof *shingles);
    for (size_t i = 0; i < kept; i++) {
        bool is_in = (size_t)keys[i].start + keys[i].len <= stored->text.len;
        stored->keys[i] = (struct occurrence){numbers[i], 0, (uint16_t)(is_in ? keys[i].start : 0), (uint16_t)(is_in ? keys[i].len : 0)};
    }
    copies_place(&engine->copies, &engine->store, stored, form, post->repost_of.len ? hash_str(post->repost_of) : 0);
    count_keys(engine, stored);
    counter_add(&engine->volume, engine->minute, (double)stored->weight);
    store_push(&engine->store, stored);
    engine_offer(engine, stored);
    for (struct stored_post *oldest = store_at(&engine->store, engine->store.oldest_seq);
         oldest && oldest != stored && at_us - oldest->at_us > STORE_AGE_US; oldest = store_at(&engine->store, engine->store.oldest_seq))
        store_drop_oldest(&engine->store);
    return ERROR_NONE;
}

static uint64_t forget(struct stored_post *post, bool (*is_gone)(void *context, struct str id, struct str author), void *context)
{
    if (post->is_wiped || !is_gone(context, post->id, post->author_name))
        return 0;
    store_post_wipe(post);
    return 1;
}

uint64_t trend_engine_forget(struct trend_engine *engine, bool (*is_gone)(void *context, struct str id, struct str author), void *context)
{
    uint64_t count = 0;
    for (uint64_t seq = engine->store.oldest_seq; seq < engine->store.next_seq; seq++)
        count += forget(store_at(&engine->store, seq), is_gone, context);
    for (int i = 0; i < LIVES_MAX; i++) /* a trend holds its posts longer than the store does */
        for (size_t m = 0; engine->lives[i].id && m < engine->lives[i].member_count; m++)
            count += forget(engine->lives[i].members[m], is_gone, context);
    return count;
}

bool engine_snapshot(const struct trend_engine *engine, const struct live *live, struct arena *arena, struct trend *trend_out)
{
    struct snapshot_context context = {&engine->table, (double)engine->volume.total, engine->newest_us, engine->options.z_open,
                                       engine->minute < engine->first_minute + 24 * 60};
    return snapshot_make(live, &context, arena, trend_out);
}

static int by_z(const void *a, const void *b)
{
    const struct trend *x = a, *y = b;
    if (x->z != y->z)
        return x->z < y->z ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

enum error_code trend_engine_open_trends(struct trend_engine *engine, struct arena *arena, struct trend **trends_out, size_t *count_out,
                                         struct error *error)
{
    struct trend *trends = arena_array(arena, LIVES_MAX, sizeof *trends);
    size_t        count = 0;
    for (int i = 0; trends && i < LIVES_MAX; i++)
        if (engine->lives[i].id && !engine_snapshot(engine, &engine->lives[i], arena, &trends[count++]))
            trends = NULL;
    if (!trends)
        return error_set(error, ERROR_MEMORY, "no memory for the open trends");
    qsort(trends, count, sizeof *trends, by_z);
    *trends_out = trends;
    *count_out = count;
    return ERROR_NONE;
}
