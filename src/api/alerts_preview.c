/* What a rule would have told. */
#include "api/alerts.h"

#include "alert/history.h"

enum { WEEKS_DEFAULT = 4, WEEKS_MOST = 12, HITS_WITH_POSTS = 5 };

enum error_code alerts_preview(struct api_call *call);

static void print_words(struct json *json, const struct alert_rule *rule, const struct alert_preview *preview)
{
    json_key(json, "words");
    json_array(json);
    for (int word = 0; word < 3; word++) {
        struct alert_rate rate = alert_rate_of(preview->per_word[word], preview->weeks);
        struct alert_rule own = *rule;
        own.sensitivity = (enum alert_sensitivity)word;
        json_object(json);
        json_key(json, "sensitivity");
        json_text(json, alert_sensitivity_names[word]);
        json_key(json, "words");
        json_text(json, alert_sensitivity_words[word]);
        json_put_double(json, "z", rule->on == ALERT_TREND ? alert_trend_strength(&own) : alert_threshold((enum alert_sensitivity)word), 2);
        json_put_i64(json, "fired", preview->per_word[word]);
        json_put_double(json, "a_week", rate.a_week, 2);
        json_put_double(json, "low", rate.low, 2);
        json_put_double(json, "high", rate.high, 2);
        json_end(json);
    }
    json_end(json);
}

static enum error_code print_samples(struct api_call *call, const struct alert_world *world, const struct query_node *root,
                                     const struct alert_rule *rule, const struct alert_preview_hit *hit)
{
    struct post    *posts;
    size_t          count;
    enum error_code code = history_samples(world, root, hit->at_us - rule->window_us, hit->at_us, call->arena, &posts, &count, &call->error);
    json_key(&call->json, "posts");
    json_array(&call->json);
    for (size_t i = 0; i < count && !code; i++)
        api_post(&call->json, &posts[i]);
    json_end(&call->json);
    return code;
}

static enum error_code print_hits(struct api_call *call, const struct alert_world *world, const struct alert_rule *rule,
                                  const struct alert_preview *preview)
{
    struct json             *json = &call->json;
    const struct query_node *root;
    enum error_code          code = alert_rule_query(world, rule, call->arena, &root, &call->error);
    json_key(json, "hits");
    json_array(json);
    for (size_t i = 0; i < preview->hit_count && !code; i++) {
        const struct alert_preview_hit *hit = &preview->hits[i];
        json_object(json);
        json_put_time(json, "at", hit->at_us);
        json_put_i64(json, "value", hit->value);
        json_put_i64(json, "known", hit->known);
        json_put_i64(json, "voices", hit->voices);
        json_put_double(json, "expected", hit->expected, 2);
        json_put_double(json, "z", hit->z, 2);
        json_key(json, "trend");
        hit->trend ? json_i64(json, hit->trend) : json_null(json);
        json_key(json, "label");
        json_str(json, hit->label);
        json_key(json, "is_quiet");
        json_bool(json, hit->is_quiet);
        if (i < HITS_WITH_POSTS && !hit->trend)
            code = print_samples(call, world, root, rule, hit);
        json_end(json);
    }
    json_end(json);
    return code;
}

/* In the shape of GET /timeline, so that one picture draws both. */
static void print_timeline(struct json *json, const struct alert_preview *preview)
{
    uint64_t total = 0;
    json_key(json, "timeline");
    if (!preview->bar_count) {
        json_null(json);
        return;
    }
    json_object(json);
    json_key(json, "by_s");
    json_i64(json, preview->bar_us / CLOCK_SECOND_US);
    json_put_time(json, "from", preview->bars_from_us);
    json_put_time(json, "since", preview->bars_from_us);
    json_put_time(json, "until", preview->until_us);
    json_key(json, "counts");
    json_array(json);
    for (size_t i = 0; i < preview->bar_count; i++) {
        json_i64(json, (int64_t)preview->bars[i]);
        total += preview->bars[i];
    }
    json_end(json);
    json_put_i64(json, "total", total);
    json_key(json, "arriving_from");
    json_null(json);
    json_end(json);
}

enum error_code alerts_preview(struct api_call *call)
{
    struct alert_rule    rule;
    struct alert_world   world;
    struct alert_preview preview;
    struct alert_trend  *trends = NULL;
    size_t               trend_count = 0;
    int64_t              weeks = WEEKS_DEFAULT;
    struct json         *json = &call->json;
    enum error_code      code = api_body_i64(call, "weeks", 1, WEEKS_MOST, false, &weeks);
    if (!code)
        code = alerts_body_rule(call, "not saved yet", &rule);
    if (!code)
        code = alerts_world(call, &world);
    if (!code && rule.on == ALERT_TREND)
        code = workspace_alert_trends(call->workspace, false, INT64_MIN, INT64_MAX, call->now_us, call->arena, &trends, &trend_count,
                                      &call->error);
    if (!code)
        code = alert_preview(&world, &rule, weeks * 7 * CLOCK_DAY_US, trends, trend_count, call->arena, &preview, &call->error);
    if (code)
        return code;
    json_object(json);
    json_put_time(json, "from", preview.from_us);
    json_put_time(json, "until", preview.until_us);
    json_put_time(json, "first_post_at", preview.first_us);
    json_put_time(json, "judged_from", preview.judged_from_us < preview.until_us ? preview.judged_from_us : 0);
    json_put_double(json, "weeks", preview.weeks, 2);
    json_put_i64(json, "fired", preview.fired);
    json_key(json, "is_partial");
    json_bool(json, preview.is_partial);
    print_words(json, &rule, &preview);
    code = print_hits(call, &world, &rule, &preview);
    print_timeline(json, &preview);
    json_end(json);
    return code;
}
