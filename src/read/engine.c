/* What the engine thinks of a claim: volume by forecast.h, tone and spill by how often such a thing happened in the
 * query's own past. */
#include "read/measure.h"

#include "base/clock.h"

#include <math.h>

enum { MOST_WINDOWS = 120, MOST_TONE_POSTS = 40000, MOST_SPILL_WINDOWS = 40, LEAST_POSTS = 200 };
#define NEAR_HISTORY_US (60 * CLOCK_DAY_US)  /* for leads up to a day */
#define FAR_HISTORY_US  (400 * CLOCK_DAY_US) /* for longer ones, which compare weeks */
#define TONE_HISTORY_US (28 * CLOCK_DAY_US)
#define YOUNG_US        (10 * CLOCK_DAY_US)

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for a forecast");
}

static bool say(struct read_engine *engine, struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool say(struct read_engine *engine, struct arena *arena, const char *format, ...)
{
    char    words[300];
    va_list values;
    va_start(values, format);
    vsnprintf(words, sizeof words, format, values);
    va_end(values);
    engine->basis = arena_str(arena, str_of(words));
    return engine->basis.ptr != NULL;
}

/* ---- Volume ---- */

static int64_t series_step(int64_t window_us)
{
    static const int64_t minutes[] = {60, 15, 5, 1};
    for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++)
        if (minutes[i] * CLOCK_MINUTE_US * 12 <= window_us)
            return minutes[i] * CLOCK_MINUTE_US;
    return CLOCK_MINUTE_US;
}

/* The query's counts from the archive's first post (at most history_us ago) to made_us. is_young: it has hardly a past
 * of its own; then the series begins with its first post. */
static enum error_code load_series(struct archive_snapshot *snapshot, struct query_node *root, int64_t made_us,
                                   int64_t history_us, int64_t step_us, struct arena *arena,
                                   struct forecast_series *series_out, bool *is_young_out, struct error *error)
{
    struct archive_stats   stats = {0};
    struct archive_bucket *buckets = NULL;
    struct query_node     *within = NULL;
    size_t                 bucket_count = 0;
    double                 total = 0;
    enum error_code        code = archive_stats(snapshot, &stats, error);
    int64_t start_us = clock_floor(stats.first_us > made_us - history_us ? stats.first_us : made_us - history_us,
                                   step_us);
    if (start_us > made_us - step_us)
        start_us = clock_floor(made_us - step_us, step_us);
    if (!code)
        code = measure_within(root, start_us, made_us, arena, &within, error);
    if (!code)
        code = archive_timeline(snapshot, within, step_us, arena, &buckets, &bucket_count, error);
    if (code)
        return code;
    for (size_t i = 0; i < bucket_count; i++)
        total += (double)buckets[i].count;
    *is_young_out = bucket_count == 0 || total < LEAST_POSTS || made_us - buckets[0].at_us < YOUNG_US;
    if (*is_young_out && bucket_count)
        start_us = buckets[0].at_us;
    size_t  count = (size_t)((made_us - start_us) / step_us) + 1;
    double *before = arena_array(arena, count + 1, sizeof *before);
    if (!before)
        return no_memory(error);
    for (size_t i = 0; i < bucket_count; i++)
        before[(buckets[i].at_us - start_us) / step_us + 1] = (double)buckets[i].count;
    for (size_t i = 0; i < count; i++)
        before[i + 1] += before[i];
    *series_out = (struct forecast_series){start_us, step_us, before, count};
    return ERROR_NONE;
}

static enum error_code forecast_volume(struct archive_snapshot *snapshot, const struct read_claim *claim,
                                       struct query_node *root, int64_t made_us, struct arena *arena,
                                       struct read_engine *engine, struct error *error)
{
    struct forecast_span   span = {claim->window_us, claim->due_us - made_us};
    struct forecast_series series;
    struct forecast_model  model = {0};
    double                 features[FORECAST_FEATURES];
    bool                   is_young;
    int64_t                history_us = span.lead_us <= CLOCK_DAY_US ? NEAR_HISTORY_US : FAR_HISTORY_US;
    enum error_code        code = load_series(snapshot, root, made_us, history_us, series_step(claim->window_us), arena,
                                              &series, &is_young, error);
    if (!code && !is_young)
        code = forecast_fit(&series, span, made_us, arena, &model, error);
    if (code)
        return code;
    bool is_said;
    if (model.is_fitted && forecast_features(&series, span, made_us, features)) {
        forecast_predict(&model, features, engine->three);
        is_said = say(
            engine, arena,
            "A regression on %zu moments of this query's own past; on the last quarter of them %.0f %% better than plain "
            "frequencies.",
            model.anchors, 100 * model.held_out_skill);
    } else {
        forecast_young(&series, span, made_us, engine->three);
        is_said =
            is_young
                ? say(engine, arena,
                      "Base rates by how far it stands above what is usual: this query has less than ten days, or fewer than "
                      "%d posts, behind it.",
                      LEAST_POSTS)
                : say(engine, arena,
                      "Base rates by how far it stands above what is usual: a regression on %zu moments of its past found "
                      "nothing better.",
                      model.anchors);
    }
    static const double prior[FORECAST_DIRECTIONS] = {.33, .35, .32};
    engine->p = engine->three[claim->way];
    engine->base_rate = model.anchors >= FORECAST_LEAST_ANCHORS
                            ? model.climatology[claim->way]
                            : forecast_rate(model.climatology[claim->way] * (double)model.anchors,
                                            (double)model.anchors, prior[claim->way], 8);
    return is_said ? ERROR_NONE : no_memory(error);
}

/* ---- Tone ---- */

struct tone_windows {
    const struct read_tools *tools;
    int64_t                  first_us, width_us;
    size_t                   count;
    struct read_counts       counts[MOST_WINDOWS];
};

static bool count_window(void *context, const struct post *post, const struct text_facts *facts)
{
    struct tone_windows *windows = context;
    int64_t              place = (post->at_us - windows->first_us) / windows->width_us;
    if (place >= 0 && (size_t)place < windows->count)
        measure_tone(windows->tools, post, facts, &windows->counts[place]);
    return true;
}

/* Windows side by side, back from made_us. So many posts are looked at that saving a read stays quick. */
static enum error_code forecast_tone(struct archive_snapshot *snapshot, const struct read_claim *claim,
                                     struct query_node *root, int64_t made_us, const struct read_tools *tools,
                                     struct arena *arena, struct read_engine *engine, struct error *error)
{
    struct tone_windows *windows = arena_new(arena, struct tone_windows);
    struct query_node   *within = NULL;
    uint64_t             posts = 0;
    int64_t              history_us = TONE_HISTORY_US;
    if (!windows)
        return no_memory(error);
    enum error_code code = measure_within(root, made_us - history_us, made_us, arena, &within, error);
    if (!code)
        code = archive_count(snapshot, within, arena, &posts, error);
    if (posts > MOST_TONE_POSTS)
        history_us = (int64_t)((double)history_us * MOST_TONE_POSTS / (double)posts);
    windows->count = (size_t)(history_us / claim->window_us);
    windows->count = windows->count < 1 ? 1 : windows->count > MOST_WINDOWS ? MOST_WINDOWS : windows->count;
    windows->width_us = claim->window_us;
    windows->first_us = made_us - (int64_t)windows->count * claim->window_us;
    windows->tools = tools;
    if (!code)
        code = archive_scan(snapshot, root, windows->first_us, made_us, TEXT_WANT_LANGUAGE, count_window, windows,
                            error);
    if (code)
        return code;
    double hits = 0, tries = 0;
    for (size_t i = 0; i < windows->count; i++) {
        bool is_decided;
        bool holds = read_claim_holds(claim, &windows->counts[i], &windows->counts[i], &is_decided);
        tries += is_decided;
        hits += is_decided && holds;
    }
    engine->p = engine->base_rate = forecast_rate(hits, tries, 0.5, 2);
    return say(engine, arena,
               "So it was in %.0f of the %.0f windows of this width before; nothing cleverer is known of tone.", hits,
               tries)
               ? ERROR_NONE
               : no_memory(error);
}

/* ---- Spill ---- */

static enum error_code forecast_spill(struct archive_snapshot *snapshot, const struct read_claim *claim,
                                      struct query_node *root, int64_t made_us, const struct read_tools *tools,
                                      struct arena *arena, struct read_engine *engine, struct error *error)
{
    struct archive_stats stats = {0};
    struct arena         scratch = {0};
    struct read_counts   later = {0}, counts = {0};
    double               hits = 0, tries = 0;
    enum error_code      code = archive_stats(snapshot, &stats, error);
    for (int i = 0; !code && i < MOST_SPILL_WINDOWS; i++) {
        int64_t until_us = made_us - i * claim->window_us, from_us = until_us - claim->window_us;
        if (from_us < stats.first_us)
            break;
        code = measure_counts(snapshot, READ_SPILL, root, from_us, until_us, tools, &scratch, &counts, error);
        if (i > 0 && counts.voices < (double)claim->voices_before) {
            tries++;
            hits += later.voices >= (double)claim->voices_least;
        }
        later = counts;
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    if (code)
        return code;
    engine->p = engine->base_rate = forecast_rate(hits, tries, 0.1, 4);
    return say(engine, arena,
               "Of %.0f earlier windows as quiet as this one, %.0f were followed by one that reached it; drawn to one in ten.",
               tries, hits)
               ? ERROR_NONE
               : no_memory(error);
}

enum error_code read_forecast(struct archive_snapshot *snapshot, const struct read_claim *claim, int64_t made_us,
                              const struct read_tools *tools, struct arena *arena, struct read_engine *engine_out,
                              struct error *error)
{
    struct query_node *root = NULL;
    *engine_out = (struct read_engine){.three = {NAN, NAN, NAN}};
    enum error_code code = measure_tree(claim, tools, arena, &root, error);
    if (code)
        return code;
    switch (claim->kind) {
    case READ_VOLUME: return forecast_volume(snapshot, claim, root, made_us, arena, engine_out, error);
    case READ_TONE: return forecast_tone(snapshot, claim, root, made_us, tools, arena, engine_out, error);
    default: return forecast_spill(snapshot, claim, root, made_us, tools, arena, engine_out, error);
    }
}
