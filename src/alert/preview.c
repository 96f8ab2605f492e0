/* What would have fired: the live evaluator over the archive's past, before a rule is saved. */
#include "alert/history.h"
#include "alert/keep.h"

enum { LOOKS_MOST = 3000 };

struct replay {
    const struct alert_world *world;
    const struct alert_rule  *rule;
    const struct query_node  *root;
    struct alert_series       series;
    struct arena             *arena;
};

/* From when on there is a past to compare with: the first minute that is judged, looked for by halving (a past does not end). */
static int64_t judged_from(const struct replay *replay, int64_t from_us, int64_t until_us)
{
    struct alert_judgement judgement;
    int64_t                low = from_us / CLOCK_MINUTE_US, high = until_us / CLOCK_MINUTE_US;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        alert_judge(replay->rule, &replay->series, middle * CLOCK_MINUTE_US, 0, &judgement);
        if (judgement.basis == ALERT_LEARNING)
            low = middle + 1;
        else
            high = middle;
    }
    return low * CLOCK_MINUTE_US;
}

static enum error_code load(struct replay *replay, int64_t from_us, int64_t until_us, bool *is_partial_out, struct error *error)
{
    int64_t         start_us = clock_floor(from_us - ALERT_REACH_US, CLOCK_MINUTE_US), since_us;
    enum error_code code = history_series(replay->world, replay->root, start_us, until_us, replay->arena, &replay->series, error);
    if (code || replay->rule->on != ALERT_TONE)
        return code;
    code = history_tone_room(&replay->series, replay->arena, error);
    since_us = history_since_for(&replay->series, until_us, TONE_PREVIEW_MOST);
    if (!code)
        code = history_tone(replay->world, replay->root, since_us, until_us, &replay->series, error);
    if (!code && since_us > start_us && since_us > replay->series.first_us) { /* too many posts to look at each: the newest tell */
        replay->series.first_us = since_us;
        *is_partial_out = true;
    }
    if (!code)
        history_tone_sum(&replay->series);
    return code;
}

static enum error_code replay_word(struct replay *replay, enum alert_sensitivity word, int64_t from_us, int64_t until_us, struct alert_hits *hits,
                                   struct error *error)
{
    struct alert_rule     rule = *replay->rule;
    struct alert_memory   memory = {.is_calm = true};
    struct history_voices voices = {replay->world, replay->root};
    rule.sensitivity = word;
    hits->looks_most = LOOKS_MOST;
    return alert_replay(&rule, &replay->series, from_us, until_us, history_voices, &voices, &memory, hits, error);
}

static enum error_code make_bars(const struct replay *replay, struct alert_preview *preview, struct error *error)
{
    static const int64_t widths_us[] = {5 * CLOCK_MINUTE_US, 15 * CLOCK_MINUTE_US, CLOCK_HOUR_US,     3 * CLOCK_HOUR_US,
                                        6 * CLOCK_HOUR_US,   12 * CLOCK_HOUR_US,   CLOCK_DAY_US};
    const uint64_t      *sums = replay->rule->on == ALERT_TONE ? replay->series.negative : replay->series.posts;
    size_t               i = 0;
    int64_t              from_us = preview->from_us > preview->first_us ? preview->from_us : preview->first_us;
    if (from_us >= preview->until_us)
        return ERROR_NONE;
    while (i + 1 < sizeof widths_us / sizeof widths_us[0] && (preview->until_us - from_us) / widths_us[i] >= ALERT_PREVIEW_BARS - 1)
        i++;
    preview->bar_us = widths_us[i];
    preview->bars_from_us = clock_floor(from_us, preview->bar_us);
    preview->bar_count = (size_t)((preview->until_us - 1 - preview->bars_from_us) / preview->bar_us) + 1;
    preview->bars = arena_array(replay->arena, preview->bar_count, sizeof *preview->bars);
    if (!preview->bars)
        return keep_no_memory(error);
    for (size_t bar = 0; bar < preview->bar_count; bar++) {
        int64_t at_us = preview->bars_from_us + (int64_t)bar * preview->bar_us;
        preview->bars[bar] = alert_series_sum(&replay->series, sums, at_us, at_us + preview->bar_us);
    }
    return ERROR_NONE;
}

static enum error_code keep_hits(const struct replay *replay, const struct alert_hits *hits, struct alert_preview *preview, struct error *error)
{
    size_t kept = hits->count < hits->most ? hits->count : hits->most;
    size_t shown = kept < ALERT_PREVIEW_HITS ? kept : ALERT_PREVIEW_HITS;
    preview->hits = arena_array(replay->arena, shown, sizeof *preview->hits);
    if (!preview->hits)
        return keep_no_memory(error);
    for (size_t i = 0; i < shown; i++) {
        const struct alert_hit *hit = &hits->hits[kept - 1 - i];
        preview->hits[i] = (struct alert_preview_hit){
            .at_us = hit->at_us, .value = hit->judgement.value, .known = hit->judgement.known, .voices = hit->voices,
            .expected = hit->judgement.expected, .z = hit->judgement.z, .label = STR(""),
            .is_quiet = alert_quiet_ends(&replay->rule->quiet, hit->at_us) != 0};
    }
    preview->hit_count = shown;
    preview->fired = hits->count;
    return ERROR_NONE;
}

static enum error_code preview_counts(struct replay *replay, struct alert_preview *preview, struct error *error)
{
    enum { KEPT_MOST = 10000 };
    struct alert_hits hits = {.most = KEPT_MOST, .hits = arena_array(replay->arena, KEPT_MOST, sizeof(struct alert_hit))};
    enum error_code   code = hits.hits ? load(replay, preview->from_us, preview->until_us, &preview->is_partial, error) : keep_no_memory(error);
    if (code)
        return code;
    preview->first_us = replay->series.first_us == INT64_MAX ? 0 : replay->series.first_us;
    preview->judged_from_us = judged_from(replay, preview->from_us, preview->until_us);
    if (preview->judged_from_us < preview->first_us) /* an author's rule needs no past, but there is nothing before the first post */
        preview->judged_from_us = preview->first_us < preview->until_us ? preview->first_us : preview->until_us;
    if ((code = replay_word(replay, replay->rule->sensitivity, preview->from_us, preview->until_us, &hits, error)))
        return code;
    if (hits.ended_us < preview->until_us) {
        preview->is_partial = true;
        preview->until_us = hits.ended_us;
    }
    preview->weeks = (double)(preview->until_us - preview->judged_from_us) / (7.0 * (double)CLOCK_DAY_US);
    for (int word = 0; word < 3 && !code; word++) {
        struct alert_hits counted = {0};
        if (replay->rule->on == ALERT_AUTHOR || word == (int)replay->rule->sensitivity)
            counted.count = hits.count;
        else
            code = replay_word(replay, (enum alert_sensitivity)word, preview->from_us, preview->until_us, &counted, error);
        preview->per_word[word] = counted.count;
    }
    if (!code)
        code = make_bars(replay, preview, error);
    return code ? code : keep_hits(replay, &hits, preview, error);
}

/* ---- Trends: those that were kept, in their order ---- */

static enum error_code replay_trends(struct replay *replay, const struct alert_trend *trends, const double *shares, size_t count,
                                     enum alert_sensitivity word, struct alert_preview *preview, struct alert_preview_hit *hits, size_t *hit_count)
{
    struct alert_rule rule = *replay->rule;
    int64_t           fired_us = 0;
    *hit_count = 0;
    rule.sensitivity = word;
    for (size_t i = 0; i < count; i++) {
        const struct alert_trend *trend = &trends[i];
        if (trend->at_us < preview->from_us || trend->at_us >= preview->until_us || !alert_trend_fits(&rule, trend) ||
            shares[i] < ALERT_TREND_SHARE)
            continue;
        /* Within the cooldown it waits, and fires at its end if it still grows; that it does is taken for granted. */
        int64_t at_us = fired_us && trend->at_us < fired_us + rule.cooldown_us ? fired_us + rule.cooldown_us : trend->at_us;
        fired_us = at_us;
        if (hits)
            hits[*hit_count] = (struct alert_preview_hit){.at_us = at_us, .value = (uint64_t)trend->posts, .voices = (uint64_t)(trend->voices + 0.5),
                                                          .z = trend->strength, .trend = trend->id, .label = trend->label,
                                                          .is_quiet = alert_quiet_ends(&rule.quiet, at_us) != 0};
        ++*hit_count;
    }
    return ERROR_NONE;
}

static enum error_code preview_trends(struct replay *replay, const struct alert_trend *trends, size_t count, struct alert_preview *preview,
                                      struct error *error)
{
    double                   *shares = arena_array(replay->arena, count, sizeof *shares);
    struct alert_preview_hit *hits = arena_array(replay->arena, count, sizeof *hits);
    size_t                    fired;
    enum error_code           code = shares && hits ? ERROR_NONE : keep_no_memory(error);
    for (size_t i = 0; i < count && !code; i++)
        if (trends[i].at_us >= preview->from_us && trends[i].posts >= (int64_t)replay->rule->least_posts)
            code = history_covers(replay->world, replay->root, &trends[i], replay->arena, &shares[i], error);
    if (!code)
        code = history_series(replay->world, replay->root, clock_floor(preview->from_us, CLOCK_MINUTE_US), preview->until_us, replay->arena,
                              &replay->series, error);
    if (code)
        return code;
    preview->first_us = replay->series.first_us == INT64_MAX ? 0 : replay->series.first_us;
    preview->judged_from_us = preview->first_us > preview->from_us ? preview->first_us : preview->from_us;
    if (!preview->first_us || preview->judged_from_us > preview->until_us)
        preview->judged_from_us = preview->until_us;
    preview->weeks = (double)(preview->until_us - preview->judged_from_us) / (7.0 * (double)CLOCK_DAY_US);
    for (int word = 0; word < 3; word++) {
        replay_trends(replay, trends, shares, count, (enum alert_sensitivity)word, preview, NULL, &fired);
        preview->per_word[word] = fired;
    }
    replay_trends(replay, trends, shares, count, replay->rule->sensitivity, preview, hits, &fired);
    preview->fired = fired;
    preview->hit_count = fired < ALERT_PREVIEW_HITS ? fired : ALERT_PREVIEW_HITS;
    preview->hits = arena_array(replay->arena, preview->hit_count, sizeof *hits);
    if (!preview->hits)
        return keep_no_memory(error);
    for (size_t i = 0; i < preview->hit_count; i++)
        preview->hits[i] = hits[fired - 1 - i];
    return make_bars(replay, preview, error);
}

enum error_code alert_preview(const struct alert_world *world, const struct alert_rule *rule, int64_t span_us, const struct alert_trend *trends,
                              size_t trend_count, struct arena *arena, struct alert_preview *preview_out, struct error *error)
{
    struct replay        replay = {.world = world, .rule = rule, .arena = arena};
    struct alert_preview preview = {.until_us = clock_floor(world->now_us, CLOCK_MINUTE_US)};
    struct archive_stats stats;
    enum error_code      code = alert_rule_query(world, rule, arena, &replay.root, error);
    if (!code)
        code = archive_stats(world->snapshot, &stats, error);
    /* Nothing came for a day or more (an import of old posts): the past that there is ends with the last post. */
    if (!code && stats.posts && stats.last_us < preview.until_us - CLOCK_DAY_US)
        preview.until_us = clock_floor(stats.last_us, CLOCK_MINUTE_US) + CLOCK_MINUTE_US;
    preview.from_us = preview.until_us - clock_floor(span_us, CLOCK_MINUTE_US);
    if (!code)
        code = rule->on == ALERT_TREND ? preview_trends(&replay, trends, trend_count, &preview, error) : preview_counts(&replay, &preview, error);
    *preview_out = preview;
    return code;
}
