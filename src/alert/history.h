/* What rules ask of the archive: their query as a tree, its posts by minute, the voices of a window, posts to show. */
#ifndef ALERT_HISTORY_H
#define ALERT_HISTORY_H

#include "alert/judge.h"

/* root AND since: AND until:, in arena; NULL without memory. */
const struct query_node *history_between(const struct query_node *root, int64_t from_us, int64_t until_us, struct arena *arena);

/* Running sums of the query's posts by minute in [from_us, until_us), whole minutes; no tone. */
enum error_code history_series(const struct alert_world *world, const struct query_node *root, int64_t from_us, int64_t until_us,
                               struct arena *arena, struct alert_series *series_out, struct error *error);

/* Looks at the tone of each post in [from_us, until_us) and adds it to counts by minute from series->start_us on (not sums yet). Cost: about
 * 20 us a post, so callers bound their number by history_since_for. */
enum { TONE_LOOK_MOST = 200000 /* once, when a rule begins */, TONE_PREVIEW_MOST = 50000 };
enum error_code history_tone(const struct alert_world *world, const struct query_node *root, int64_t from_us, int64_t until_us,
                             struct alert_series *series, struct error *error);
/* Arrays for tone counts; and counts into running sums, once. */
enum error_code history_tone_room(struct alert_series *series, struct arena *arena, struct error *error);
void            history_tone_sum(struct alert_series *series);

/* The earliest whole minute from which on, up to until_us, the series holds at most `most` posts. Cost: the log of the minutes. */
int64_t history_since_for(const struct alert_series *series, int64_t until_us, uint64_t most);

/* alert_voices_fn: distinct authors of the newest HISTORY_VOICE_POSTS posts of the window. */
enum { HISTORY_VOICE_POSTS = 2000 };
struct history_voices {
    const struct alert_world *world;
    const struct query_node  *root;
};
enum error_code history_voices(void *context, int64_t from_us, int64_t until_us, uint64_t *voices_out, struct error *error);

/* The posts of a window that were met with most, for people to see. */
enum error_code history_samples(const struct alert_world *world, const struct query_node *root, int64_t from_us, int64_t until_us,
                                struct arena *arena, struct post **posts_out, size_t *count_out, struct error *error);

/* How much of a trend the rule's query covers: 1 where it has none. Of its newest 60 posts. */
enum error_code history_covers(const struct alert_world *world, const struct query_node *root, const struct alert_trend *trend,
                               struct arena *arena, double *share_out, struct error *error);

#endif
