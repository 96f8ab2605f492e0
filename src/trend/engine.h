/* Inside the engine: what its files share. Callers use trend.h.
 *
 *     add(post) ──▶ keys, copies, counters, chain ──▶ live trends that want it
 *     minute ends ──▶ settle: judge touched keys and warm pairs ──▶ alarms ──▶ join a live trend or open one
 *                     tend: judge live trends, merge, close, report
 */
#ifndef TREND_ENGINE_H
#define TREND_ENGINE_H

#include "trend/copies.h"
#include "trend/detect.h"
#include "trend/live.h"
#include "trend/peaks.h"
#include "trend/store.h"
#include "trend/table.h"
#include "trend/trend.h"

enum { LIVES_MAX = 64 /* bits of key.trends */, STORE_POSTS = 1 << 17, ALARMS_MAX = 512 };
#define STORE_AGE_US (10 * CLOCK_DAY_US)

struct alarm {
    uint32_t a, b;
    struct judgement judgement;
};

struct trend_engine {
    struct trend_options options;
    struct store   store;
    struct copies  copies;
    struct table   table;
    struct peaks   peaks;
    struct counter volume;
    struct live   *lives; /* LIVES_MAX slots */
    uint64_t  next_id;
    uint32_t  minute, first_minute; /* 0: nothing seen yet */
    int64_t   newest_us;
    uint32_t  tick;       /* number of settlements, to judge each key once */
    uint64_t  tick_first; /* seq of the first post since the last settlement */
    uint32_t  tended;     /* minute of the last full look at all live trends */
    struct alarm alarms[ALARMS_MAX];
    size_t    alarm_count;
    struct arena arena;   /* of one report */
};

struct moment engine_moment(const struct trend_engine *engine);
/* Judges what the posts since the last settlement touched. */
void engine_settle(struct trend_engine *engine);
/* Brings alarms to trends, strongest first. */
void engine_group(struct trend_engine *engine);
/* Looks after live trends: all of them, or those that changed. */
void engine_tend(struct trend_engine *engine, bool is_full);
void engine_report(struct trend_engine *engine, struct live *live, enum trend_event_kind kind, uint64_t merged_into);
bool engine_snapshot(const struct trend_engine *engine, const struct live *live, struct arena *arena, struct trend *trend_out);
/* Makes the alarm's key or pair an item of the trend. NULL when it is one already, or the trend is full. */
struct live_item *engine_attach(struct trend_engine *engine, struct live *live, const struct alarm *alarm);
/* Asks whether the item's keys were in a spell at this hour before, and remembers this one. */
void engine_remember(struct trend_engine *engine, const struct live *live, struct live_item *item);
/* Coverage, fit and profile after posts or items have changed. */
void engine_measure(struct trend_engine *engine, struct live *live);
/* Puts the post into the live trend that it fits best, if it fits any. */
void engine_offer(struct trend_engine *engine, struct stored_post *post);

#endif
