#include "trend/trend_json.h"

#include "base/json.h"

static void print_strings(struct json *json, const char *name, const struct str *strings, size_t count)
{
    json_key(json, name);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_str(json, strings[i]);
    json_end(json);
}

static void print_flags(struct json *json, unsigned flags)
{
    json_key(json, "flags");
    json_array(json);
    for (unsigned i = 0; i < 3; i++)
        if (flags & (1u << i))
            json_text(json, trend_flag_names[i]);
    json_end(json);
}

static void print_number(struct json *json, const char *name, double value)
{
    json_key(json, name);
    json_double(json, value, 3);
}

/* What a line of a replay and a row of the trends command share. */
static void print_core(struct json *json, const struct trend *trend)
{
    json_key(json, "label");
    json_str(json, trend->label);
    print_strings(json, "terms", trend->terms, trend->term_count);
    json_put_time(json, "started_at", trend->started_at_us);
    json_put_time(json, "detected_at", trend->detected_at_us);
    print_number(json, "voices", trend->voices);
    print_number(json, "z", trend->z);
    print_number(json, "growth_per_h", trend->growth_per_h);
    print_number(json, "growth_se", trend->growth_se);
    print_flags(json, trend->flags);
    print_strings(json, "post_ids", trend->post_ids, trend->post_id_count);
}

void trend_print_event_json(const struct trend *trend, enum trend_event_kind kind, int64_t at_us, struct buf *out)
{
    static const char *const names[] = {"open", "update", "close"};
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "trend");
    json_i64(&json, (int64_t)trend->id);
    json_key(&json, "event");
    json_text(&json, names[kind]);
    json_put_time(&json, "at", at_us);
    print_core(&json, trend);
    if (trend->merged_into) {
        json_key(&json, "merged_into");
        json_i64(&json, (int64_t)trend->merged_into);
    }
    json_end(&json);
}

static void print_posts(struct json *json, const char *name, const struct trend_post *posts, size_t count)
{
    json_key(json, name);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_key(json, "id");
        json_str(json, posts[i].id);
        json_put_time(json, "at", posts[i].at_us);
        json_key(json, "author");
        json_str(json, posts[i].author);
        json_key(json, "text");
        json_str(json, posts[i].text);
        json_end(json);
    }
    json_end(json);
}

static void print_series(struct json *json, const struct trend *trend)
{
    json_key(json, "series");
    json_object(json);
    json_put_time(json, "start", trend->series_start_us);
    print_number(json, "step_s", (double)trend->series_step_us / 1e6);
    json_key(json, "voices");
    json_array(json);
    for (int i = 0; i < TREND_SERIES; i++)
        json_i64(json, trend->series[i]);
    json_end(json);
    json_end(json);
}

void trend_print_json(const struct trend *trend, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "trend");
    json_i64(&json, (int64_t)trend->id);
    print_core(&json, trend);
    json_key(&json, "posts");
    json_i64(&json, trend->posts);
    json_put_time(&json, "peak_at", trend->peak_at_us);
    json_put_time(&json, "last_post_at", trend->last_post_us);
    json_key(&json, "evidence");
    json_object(&json);
    print_number(&json, "z_peak", trend->z_peak);
    json_key(&json, "strongest");
    json_str(&json, trend->strongest);
    print_number(&json, "observed", trend->observed);
    print_number(&json, "expected", trend->expected);
    print_number(&json, "window_h", (double)trend->window_us / 3.6e9);
    print_number(&json, "dup_share", trend->dup_share);
    print_number(&json, "top_author_share", trend->top_author_share);
    print_number(&json, "effective_voices", trend->effective_voices);
    print_number(&json, "synchrony", trend->synchrony);
    print_number(&json, "site_share", trend->site_share);
    json_end(&json);
    print_posts(&json, "first_voices", trend->first_voices, trend->first_voice_count);
    print_posts(&json, "representatives", trend->representatives, trend->representative_count);
    print_series(&json, trend);
    json_end(&json);
}
