#include "api/trends_print.h"

#include "trend/deviance.h"

#include <math.h>

/* 95 of 100 intervals that are made like this hold the true value. */
#define NORMAL_95 1.96
/* The longest window that the engine looks at, see trend/counter.h. */
#define LONGEST_WINDOW_US (INT64_C(4096) * 60 * 1000000)

static void number(struct json *json, const char *key, double value, int decimals)
{
    json_key(json, key);
    json_double(json, value, decimals);
}

static void whole(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_i64(json, value);
}

static void time_or_null(struct json *json, const char *key, int64_t at_us)
{
    json_key(json, key);
    at_us ? json_time(json, at_us) : json_null(json);
}

static void id_or_null(struct json *json, const char *key, int64_t id)
{
    json_key(json, key);
    id ? json_i64(json, id) : json_null(json);
}

static void text(struct json *json, const char *key, struct str value)
{
    json_key(json, key);
    json_str(json, value);
}

bool trend_is_open(const struct chronicle_trend *trend, int64_t now_us)
{
    return !trend->closed_us && trend->last_post_us + CHRONICLE_IDLE_US > now_us;
}

/* One that a killed program left open ended where the engine would have ended it. */
static int64_t closed_us(const struct chronicle_trend *trend, int64_t now_us)
{
    bool is_settled = trend->closed_us || trend_is_open(trend, now_us);
    return is_settled ? trend->closed_us : trend->last_post_us + CHRONICLE_IDLE_US;
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

void trend_print_short(struct json *json, const struct chronicle_trend *trend)
{
    json_object(json);
    whole(json, "id", trend->id);
    text(json, "label", trend->label);
    json_key(json, "detected_at");
    json_time(json, trend->detected_us);
    number(json, "z_peak", trend->z_peak, 2);
    number(json, "voices", trend->voices, 1);
    whole(json, "posts", trend->posts);
    print_flags(json, trend->flags);
    json_end(json);
}

/* The factor an hour with the ends of its interval; null where there is too little to say. */
static void print_growth(struct json *json, double per_h, double se)
{
    json_key(json, "growth");
    if (!isfinite(per_h) || !isfinite(se)) {
        json_null(json);
        return;
    }
    json_object(json);
    number(json, "per_h", per_h, 4);
    number(json, "se", se, 4);
    number(json, "factor", exp(per_h), 4);
    number(json, "low", exp(per_h - NORMAL_95 * se), 4);
    number(json, "high", exp(per_h + NORMAL_95 * se), 4);
    json_end(json);
}

static void print_series(struct json *json, const struct chronicle_trend *trend)
{
    json_key(json, "series");
    json_object(json);
    json_key(json, "start");
    json_time(json, trend->series_start_us);
    number(json, "step_s", (double)trend->series_step_us / 1e6, 3);
    json_key(json, "voices");
    json_array(json);
    for (size_t i = 0; i < TREND_SERIES; i++)
        json_i64(json, trend->series[i]);
    json_end(json);
    json_end(json);
}

/* Posts by their ids, out of the archive as it is now: what was deleted there is told as gone. */
static enum error_code print_posts(struct api_call *call, struct archive_snapshot *snapshot, const char *key,
                                   const struct chronicle_post *posts,
                                   size_t count)
{
    struct json *json = &call->json;
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        struct post     post;
        struct error    error = {0};
        enum error_code code = archive_post(snapshot, posts[i].id, call->arena, &post, &error);
        if (code && code != ERROR_NOT_FOUND) {
            call->error = error;
            return code;
        }
        if (!code)
            api_post(json, &post);
    }
    json_end(json);
    return ERROR_NONE;
}

struct place {
    struct str name;
    int64_t    posts, first_us;
};

/* Sums places of one kind; they come earliest first, and stay so. */
static size_t sum_places(const struct chronicle_place *all, size_t count, bool is_platform, struct place *places)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct str name = is_platform ? all[i].platform : all[i].community;
        size_t     at = 0;
        if (!name.len)
            continue;
        while (at < found && !str_equal(places[at].name, name))
            at++;
        if (at == found)
            places[found++] = (struct place){name, 0, all[i].first_us};
        places[at].posts += all[i].posts;
    }
    return found;
}

enum { PLACES_SHOWN = 20 };

static void print_places(struct json *json, const char *key, const struct place *places, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count && i < PLACES_SHOWN; i++) {
        json_object(json);
        text(json, "name", places[i].name);
        whole(json, "posts", places[i].posts);
        time_or_null(json, "first_at", places[i].first_us);
        number(json, "lag_s", (double)(places[i].first_us - places[0].first_us) / 1e6, 0);
        json_end(json);
    }
    json_end(json);
}

static enum error_code print_spread(struct api_call *call, const struct chronicle_trend *trend)
{
    struct chronicle_place *all;
    size_t                  count;
    enum error_code code = chronicle_spread(call->workspace->records, trend->id, call->arena, &all, &count,
                                            &call->error);
    struct place   *places = code ? NULL : arena_array(call->arena, count, sizeof *places);
    if (!code && !places)
        code = error_set(&call->error, ERROR_MEMORY, "no memory for the places of a trend");
    if (code)
        return code;
    struct json *json = &call->json;
    int64_t      posts = 0;
    for (size_t i = 0; i < count; i++)
        posts += all[i].posts;
    json_key(json, "spread");
    json_object(json);
    whole(json, "of_posts", posts);
    size_t found = sum_places(all, count, true, places);
    whole(json, "platform_count", (int64_t)found);
    print_places(json, "platforms", places, found);
    found = sum_places(all, count, false, places);
    whole(json, "community_count", (int64_t)found);
    print_places(json, "communities", places, found);
    json_end(json);
    return ERROR_NONE;
}

static void print_tone_share(struct json *json, const char *key, const struct tone_share *share)
{
    json_key(json, key);
    json_object(json);
    whole(json, "posts", (int64_t)share->count);
    number(json, "share", share->share, 4);
    number(json, "low", share->low, 4);
    number(json, "high", share->high, 4);
    json_end(json);
}

/* Null where the tone of hardly any post is known: other languages are not guessed. */
enum { TONE_LEAST = 10 };

static enum error_code print_tone(struct api_call *call, const struct chronicle_trend *trend)
{
    struct json       *json = &call->json;
    struct tone_shares shares;
    enum error_code    code = chronicle_tones(call->workspace->records, trend->id, &shares, &call->error);
    if (code)
        return code;
    json_key(json, "tone");
    if (shares.n_known < TONE_LEAST) {
        json_null(json);
        return ERROR_NONE;
    }
    json_object(json);
    whole(json, "known", (int64_t)shares.n_known);
    whole(json, "of_posts", (int64_t)shares.n_all);
    print_tone_share(json, "negative", &shares.negative);
    print_tone_share(json, "neutral", &shares.neutral);
    print_tone_share(json, "positive", &shares.positive);
    json_end(json);
    return ERROR_NONE;
}

static void print_muted(struct json *json, const struct chronicle_trend *trend, int64_t now_us)
{
    json_key(json, "muted");
    if (trend->muted_until_us <= now_us) {
        json_null(json);
        return;
    }
    json_object(json);
    time_or_null(json, "until", trend->muted_until_us == CHRONICLE_FOREVER ? 0 : trend->muted_until_us);
    text(json, "reason", trend->mute_reason);
    text(json, "by", trend->muted_by);
    id_or_null(json, "from", trend->mute_from);
    json_end(json);
}

static void print_numbers(struct json *json, const struct chronicle_trend *trend)
{
    json_key(json, "numbers");
    json_object(json);
    number(json, "dup_share", trend->dup_share, 4);
    number(json, "top_author_share", trend->top_author_share, 4);
    number(json, "effective_voices", trend->effective_voices, 2);
    number(json, "synchrony", trend->synchrony, 4);
    number(json, "site_share", trend->site_share, 4);
    json_end(json);
}

enum error_code trend_print_card(struct api_call *call, struct archive_snapshot *snapshot,
                                 const struct chronicle_trend *trend)
{
    struct json *json = &call->json;
    whole(json, "id", trend->id);
    whole(json, "version", trend->version);
    text(json, "label", trend->label);
    json_key(json, "terms");
    json_array(json);
    for (size_t i = 0; i < trend->term_count; i++)
        json_str(json, trend->terms[i]);
    json_end(json);
    json_key(json, "is_open");
    json_bool(json, trend_is_open(trend, call->now_us));
    json_key(json, "is_found_late");
    json_bool(json, trend->is_found_late);
    const struct { const char *key; int64_t at_us; } times[] = {
        {"started_at", trend->started_us},     {"detected_at", trend->detected_us}, {"peak_at", trend->peak_us},
        {"last_post_at", trend->last_post_us}, {"updated_at", trend->updated_us},
            {"closed_at", closed_us(trend, call->now_us)}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        time_or_null(json, times[i].key, times[i].at_us);
    whole(json, "posts", trend->posts);
    number(json, "voices", trend->voices, 1);
    number(json, "z", trend->z, 2);
    number(json, "z_peak", trend->z_peak, 2);
    print_growth(json, trend->growth_per_h, trend->growth_se);
    print_flags(json, trend->flags);
    print_numbers(json, trend);
    print_series(json, trend);
    print_muted(json, trend, call->now_us);
    id_or_null(json, "merged_into", trend->merged_into);
    id_or_null(json, "joined_to", trend->joined_to);
    whole(json, "note_count", trend->note_count);
    enum error_code code = print_spread(call, trend);
    if (!code)
        code = print_tone(call, trend);
    if (!code)
        code = print_posts(call, snapshot, "first_voices", trend->first_voices, trend->first_voice_count);
    if (!code)
        code = print_posts(call, snapshot, "representatives", trend->representatives, trend->representative_count);
    return code;
}

void trend_print_why(struct json *json, const struct chronicle_trend *trend)
{
    double apart = trend->expected > 0 ? deviance_z(trend->observed, trend->expected, DEVIANCE_SIZE) : 0,
        deviance = apart * apart;
    double price = trend->window_us > 0 ? 2 * log((double)LONGEST_WINDOW_US / (double)trend->window_us) : 0;
    json_key(json, "why");
    json_object(json);
    text(json, "strongest", trend->strongest);
    number(json, "observed", trend->observed, 2);
    number(json, "expected", trend->expected, 4);
    number(json, "window_posts", trend->window_posts, 1);
    number(json, "share", trend->window_posts > 0 ? trend->expected / trend->window_posts : NAN, 8);
    number(json, "window_h", (double)trend->window_us / 3.6e9, 4);
    number(json, "longest_window_h", (double)LONGEST_WINDOW_US / 3.6e9, 4);
    number(json, "size", DEVIANCE_SIZE, 1);
    number(json, "deviance", deviance, 3);
    number(json, "price", price, 3);
    number(json, "z", deviance > price ? sqrt(deviance - price) : 0, 3);
    number(json, "z_told", trend->strongest_z, 3);
    json_end(json);
}

/* ---- What only the page of one trend shows ---- */

static enum error_code print_history(struct api_call *call, const struct chronicle_trend *trend)
{
    struct chronicle_point *points;
    size_t                  count;
    struct json            *json = &call->json;
    enum error_code code = chronicle_points(call->workspace->records, trend->id, call->arena, &points, &count,
                                            &call->error);
    json_key(json, "history");
    json_array(json);
    for (size_t i = 0; i < count && !code; i++) {
        json_object(json);
        json_key(json, "at");
        json_time(json, points[i].at_us);
        whole(json, "posts", points[i].posts);
        number(json, "voices", points[i].voices, 1);
        number(json, "z", points[i].z, 2);
        print_growth(json, points[i].growth_per_h, points[i].growth_se);
        print_flags(json, points[i].flags);
        json_end(json);
    }
    json_end(json);
    return code;
}

static enum error_code print_notes(struct api_call *call, const struct chronicle_trend *trend)
{
    struct chronicle_note *notes;
    size_t                 count;
    struct json           *json = &call->json;
    enum error_code code = chronicle_notes(call->workspace->records, trend->id, call->arena, &notes, &count,
                                           &call->error);
    json_key(json, "notes");
    json_array(json);
    for (size_t i = 0; i < count && !code; i++) {
        json_object(json);
        whole(json, "id", notes[i].id);
        json_key(json, "at");
        json_time(json, notes[i].at_us);
        text(json, "by", notes[i].name);
        text(json, "text", notes[i].text);
        json_key(json, "is_withdrawn");
        json_bool(json, notes[i].is_withdrawn);
        json_key(json, "is_mine");
        json_bool(json, notes[i].member == call->caller.member.id);
        json_end(json);
    }
    json_end(json);
    return code;
}

enum error_code trend_print_rest(struct api_call *call, const struct chronicle_trend *trend)
{
    struct record          *records = call->workspace->records;
    struct json            *json = &call->json;
    struct chronicle_trend *joined;
    struct chronicle_post  *posts;
    size_t                  count;
    enum error_code         code = print_history(call, trend);
    if (!code)
        code = print_notes(call, trend);
    if (!code)
        code = chronicle_joined(records, trend->id, call->arena, &joined, &count, &call->error);
    if (code)
        return code;
    json_key(json, "joined");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        trend_print_short(json, &joined[i]);
    json_end(json);
    code = chronicle_posts(records, trend->id, call->arena, &posts, &count, &call->error);
    if (code)
        return code;
    json_key(json, "post_ids");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_str(json, posts[i].id);
    json_end(json);
    return ERROR_NONE;
}
