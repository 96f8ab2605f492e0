#include "trend/snapshot.h"

#include "base/clock.h"
#include "trend/flags.h"
#include "trend/growth.h"
#include "trend/keys.h"
#include "trend/label.h"
#include "trend/represent.h"

#include <stdlib.h>

enum { GROWTH_STEPS = 8 };

static int by_time(const void *a, const void *b)
{
    const struct stored_post *x = *(struct stored_post *const *)a, *y = *(struct stored_post *const *)b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static struct trend_post shown(const struct stored_post *post)
{
    return (struct trend_post){post->id, post->at_us, post->author_name, post->text};
}

/* Series of TREND_SERIES equal steps from the start to now; a repeated author within a step is one voice only by weight. */
static void fill_series(struct stored_post *const *posts, size_t count, int64_t start_us, int64_t now_us, struct trend *trend)
{
    int64_t span = now_us - start_us + 1, step = span / TREND_SERIES + 1;
    if (step < CLOCK_MINUTE_US)
        step = CLOCK_MINUTE_US;
    trend->series_step_us = step;
    trend->series_start_us = now_us + 1 - step * TREND_SERIES;
    double sums[TREND_SERIES] = {0};
    for (size_t i = 0; i < count; i++) {
        int64_t slot = (posts[i]->at_us - trend->series_start_us) / step;
        if (posts[i]->at_us >= trend->series_start_us && slot >= 0 && slot < TREND_SERIES)
            sums[slot] += (double)posts[i]->weight;
    }
    for (int i = 0; i < TREND_SERIES; i++)
        trend->series[i] = (uint32_t)(sums[i] + 0.5);
}

/* Growth over the last GROWTH_STEPS equal steps of the trend's life, at most of its window. */
static void fill_growth(struct stored_post *const *posts, size_t count, int64_t now_us, struct trend *trend)
{
    int64_t span = now_us - trend->started_at_us;
    if (span > trend->window_us)
        span = trend->window_us;
    int64_t step = span / GROWTH_STEPS + 1, from = now_us + 1 - step * GROWTH_STEPS;
    double  counts[GROWTH_STEPS] = {0};
    for (size_t i = 0; i < count; i++)
        if (posts[i]->at_us >= from && posts[i]->at_us <= now_us)
            counts[(posts[i]->at_us - from) / step] += (double)posts[i]->weight;
    struct growth growth = growth_fit(counts, GROWTH_STEPS, (double)step / (double)CLOCK_HOUR_US);
    trend->growth_per_h = growth.per_h;
    trend->growth_se = growth.se;
}

/* Share of the posts that carry the most frequent host among their links. */
static double site_share(struct stored_post *const *posts, size_t count, const struct table *table)
{
    struct { struct str host; uint32_t posts; } hosts[32];
    size_t   host_count = 0;
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < posts[i]->key_count; k++) {
            const struct key *key = &table->keys[posts[i]->keys[k].key];
            if (key->kind != KEY_LINK)
                continue;
            struct str host = text_link_host(key_name(key));
            size_t     h = 0;
            while (h < host_count && !str_equal(hosts[h].host, host))
                h++;
            if (h == host_count && host_count < 32) {
                hosts[host_count].host = host;
                hosts[host_count++].posts = 0;
            }
            if (h < host_count && ++hosts[h].posts > most)
                most = hosts[h].posts;
            break;
        }
    return count ? (double)most / (double)count : 0;
}

static struct str item_name(const struct live_item *item, const struct table *table, struct arena *arena)
{
    struct buf name = {0};
    buf_append_str(&name, key_name(&table->keys[item->a]));
    if (item->b != KEY_NONE) {
        buf_append_str(&name, STR(" + "));
        buf_append_str(&name, key_name(&table->keys[item->b]));
    }
    struct str kept = arena_str(arena, buf_str(&name));
    buf_fini(&name);
    return kept.ptr ? kept : (struct str){0};
}

bool snapshot_make(const struct live *live, const struct snapshot_context *context, struct arena *arena, struct trend *trend)
{
    size_t               count = live->member_count;
    struct stored_post **posts = arena_array(arena, count + 1, sizeof *posts);
    struct term          terms[TERMS_MAX];
    size_t               term_count = label_terms(live, context->table, terms);
    *trend = (struct trend){.id = live->id, .term_count = term_count, .started_at_us = live->started_us, .detected_at_us = live->detected_us,
                            .peak_at_us = live->peak_us, .last_post_us = live->last_us, .posts = live->posts, .z = live->z,
                            .z_peak = live->z_peak};
    trend->terms = arena_array(arena, term_count + 1, sizeof *trend->terms);
    trend->post_ids = arena_array(arena, (count < TREND_POST_IDS_MAX ? count : TREND_POST_IDS_MAX) + 1, sizeof *trend->post_ids);
    trend->first_voices = arena_array(arena, FIRST_VOICES_MAX, sizeof *trend->first_voices);
    trend->representatives = arena_array(arena, REPRESENT_MAX, sizeof *trend->representatives);
    if (!posts || !trend->terms || !trend->post_ids || !trend->first_voices || !trend->representatives)
        return false;

    if (count)
        memcpy(posts, live->members, count * sizeof *posts);
    qsort(posts, count, sizeof *posts, by_time);
    for (size_t i = 0; i < count && trend->post_id_count < TREND_POST_IDS_MAX; i++)
        if (!posts[i]->is_wiped)
            trend->post_ids[trend->post_id_count++] = posts[i]->id;
    for (size_t i = 0; i < term_count; i++)
        trend->terms[i] = key_name(&context->table->keys[terms[i].key]);
    trend->label = label_make(live, context->table, terms, term_count, arena);

    const struct live_item *strongest = live_strongest(live);
    if (strongest) {
        trend->strongest = item_name(strongest, context->table, arena);
        trend->observed = strongest->best.x;
        trend->expected = strongest->best.mu;
        trend->window_posts = strongest->best.n;
        trend->strongest_z = strongest->best.z;
        trend->window_us = (INT64_C(2) << strongest->best.level) * CLOCK_MINUTE_US;
    }
    struct voices voices = voices_count(posts, count);
    trend->voices = voices.voices;
    trend->dup_share = voices.dup_share;
    trend->top_author_share = voices.top_author_share;
    trend->effective_voices = voices.effective;
    trend->synchrony = voices.synchrony;
    trend->site_share = site_share(posts, count, context->table);
    trend->flags = flags_of(live, &voices, context->z_open, context->is_young);
    fill_series(posts, count, live->started_us, context->now_us, trend);
    fill_growth(posts, count, context->now_us, trend);

    size_t chosen[REPRESENT_MAX], firsts[FIRST_VOICES_MAX];
    trend->representative_count = represent_choose(live, context->table, context->volume, chosen);
    for (size_t i = 0; i < trend->representative_count; i++)
        trend->representatives[i] = shown(live->members[chosen[i]]);
    trend->first_voice_count = represent_first_voices(live, firsts);
    for (size_t i = 0; i < trend->first_voice_count; i++)
        trend->first_voices[i] = shown(live->members[firsts[i]]);
    return true;
}
