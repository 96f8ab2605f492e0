/* Reading what is kept. */
#include "chronicle/keep.h"

/* ---- One row ---- */

static enum error_code read_row(struct record_statement *row, struct arena *arena, struct chronicle_trend *trend,
                                struct error *error)
{
    *trend = (struct chronicle_trend){
        .id = record_i64(row, "id"),
        .version = record_i64(row, "version"),
        .label = record_str(row, "label", arena),
        .started_us = record_i64(row, "started_us"),
        .detected_us = record_i64(row, "detected_us"),
        .peak_us = record_i64(row, "peak_us"),
        .last_post_us = record_i64(row, "last_post_us"),
        .updated_us = record_i64(row, "updated_us"),
        .closed_us = record_i64(row, "closed_us"),
        .posts = record_i64(row, "posts"),
        .voices = record_double(row, "voices"),
        .z = record_double(row, "z"),
        .z_peak = record_double(row, "z_peak"),
        .growth_per_h = record_double(row, "growth_per_h"),
        .growth_se = record_double(row, "growth_se"),
        .observed = record_double(row, "observed"),
        .expected = record_double(row, "expected"),
        .window_posts = record_double(row, "window_posts"),
        .window_us = record_i64(row, "window_us"),
        .strongest_z = record_double(row, "strongest_z"),
        .flags = (unsigned)record_i64(row, "flags"),
        .dup_share = record_double(row, "dup_share"),
        .top_author_share = record_double(row, "top_author_share"),
        .effective_voices = record_double(row, "effective_voices"),
        .synchrony = record_double(row, "synchrony"),
        .site_share = record_double(row, "site_share"),
        .merged_into = record_i64(row, "merged_into"),
        .joined_to = record_i64(row, "joined_to"),
        .is_found_late = record_i64(row, "is_found_late") != 0,
        .muted_until_us = record_i64(row, "muted_until_us"),
        .mute_reason = record_str(row, "mute_reason", arena),
        .muted_by = record_str(row, "muted_by", arena),
        .mute_from = record_i64(row, "mute_from"),
        .note_count = record_i64(row, "note_count"),
    };
    return state_read(record_str(row, "state", arena), arena, trend, error);
}

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for trends");
}

/* A growing array in an arena: room for one more element at *count; NULL without memory. */
static void *grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t more = *capacity ? 2 * *capacity : 32;
    void  *grown = arena_array(arena, more, size);
    if (grown && count)
        memcpy(grown, items, count * size);
    *capacity = more;
    return grown;
}

static enum error_code read_rows(struct record_statement *rows, struct arena *arena,
                                 struct chronicle_trend **trends_out, size_t *count_out,
                                 struct error *error)
{
    struct chronicle_trend *trends = NULL;
    size_t                  count = 0, capacity = 0;
    enum error_code         code = ERROR_NONE;
    while (!code && record_step(rows)) {
        trends = grow(arena, trends, count, &capacity, sizeof *trends);
        code = trends ? read_row(rows, arena, &trends[count], error) : no_memory(error);
        count++;
    }
    enum error_code finished = record_finish(rows, code ? NULL : error);
    *trends_out = trends;
    *count_out = code || finished ? 0 : count;
    return code ? code : finished;
}

/* ---- Trends ---- */

enum error_code chronicle_list(struct record *records, const struct chronicle_ask *ask, struct arena *arena,
                               struct chronicle_trend **trends_out,
                               size_t *count_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *list = record_statement(records, "chronicle_list");
    record_bind_bool(list, ":is_open", ask->is_open);
    record_bind_i64(list, ":now_us", ask->now_us);
    record_bind_i64(list, ":idle_us", CHRONICLE_IDLE_US);
    record_bind_i64(list, ":since_us", ask->since_us);
    record_bind_i64(list, ":until_us", ask->until_us);
    record_bind_i64(list, ":muted", (int64_t)ask->muted);
    record_bind_double(list, ":after_strength", ask->after_strength);
    record_bind_i64(list, ":after_id", ask->after_id);
    record_bind_i64(list, ":limit", (int64_t)ask->limit);
    return record_end(records, read_rows(list, arena, trends_out, count_out, error), error);
}

enum error_code chronicle_find(struct record *records, int64_t id, struct arena *arena,
                               struct chronicle_trend *trend_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *find = record_statement(records, "chronicle_by_id");
    record_bind_i64(find, ":id", id);
    code = record_step(find) ? read_row(find, arena, trend_out, error)
                             : error_set(error, ERROR_NOT_FOUND, "there is no trend %lld", (long long)id);
    enum error_code finished = record_finish(find, code ? NULL : error);
    return record_end(records, code ? code : finished, error);
}

enum error_code chronicle_joined(struct record *records, int64_t id, struct arena *arena,
                                 struct chronicle_trend **trends_out, size_t *count_out,
                                 struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *list = record_statement(records, "chronicle_joined");
    record_bind_i64(list, ":id", id);
    return record_end(records, read_rows(list, arena, trends_out, count_out, error), error);
}

enum error_code chronicle_extent(struct record *records, struct chronicle_extent *extent_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *ask = record_statement(records, "chronicle_extent");
    *extent_out = (struct chronicle_extent){0};
    if (record_step(ask))
        *extent_out = (struct chronicle_extent){record_i64(ask, "trends"), record_i64(ask, "first_us"),
                                                record_i64(ask, "last_us")};
    return record_end(records, record_finish(ask, error), error);
}

/* ---- What belongs to one ---- */

enum error_code chronicle_points(struct record *records, int64_t id, struct arena *arena,
                                 struct chronicle_point **points_out, size_t *count_out,
                                 struct error *error)
{
    struct chronicle_point *points = NULL;
    size_t                  count = 0, capacity = 0;
    enum error_code         code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *rows = record_statement(records, "chronicle_points");
    record_bind_i64(rows, ":trend", id);
    while (!code && record_step(rows)) {
        points = grow(arena, points, count, &capacity, sizeof *points);
        if (!points)
            code = no_memory(error);
        else
            points[count++] = (struct chronicle_point){record_i64(rows, "at_us"), record_i64(rows, "posts"),
                                                       record_double(rows, "voices"),
                                                       record_double(rows, "z"), record_double(rows, "growth_per_h"),
                                                       record_double(rows, "growth_se"),
                                                           (unsigned)record_i64(rows, "flags")};
    }
    enum error_code finished = record_finish(rows, code ? NULL : error);
    *points_out = points;
    *count_out = count;
    return record_end(records, code ? code : finished, error);
}

enum error_code chronicle_spread(struct record *records, int64_t id, struct arena *arena,
                                 struct chronicle_place **places_out, size_t *count_out,
                                 struct error *error)
{
    struct chronicle_place *places = NULL;
    size_t                  count = 0, capacity = 0;
    enum error_code         code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *rows = record_statement(records, "chronicle_spread");
    record_bind_i64(rows, ":trend", id);
    while (!code && record_step(rows)) {
        places = grow(arena, places, count, &capacity, sizeof *places);
        if (!places)
            code = no_memory(error);
        else
            places[count++] = (struct chronicle_place){record_str(rows, "platform", arena),
                                                       record_str(rows, "community", arena),
                                                       record_i64(rows, "posts"), record_i64(rows, "first_us")};
    }
    enum error_code finished = record_finish(rows, code ? NULL : error);
    *places_out = places;
    *count_out = count;
    return record_end(records, code ? code : finished, error);
}

enum error_code chronicle_tones(struct record *records, int64_t id, struct tone_shares *shares_out, struct error *error)
{
    *shares_out = (struct tone_shares){0};
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *rows = record_statement(records, "chronicle_tones");
    record_bind_i64(rows, ":trend", id);
    while (record_step(rows)) /* at most CHRONICLE_POSTS_MAX in all */
        for (int64_t i = record_i64(rows, "posts"); i > 0; i--)
            tone_shares_add(shares_out, (enum tone)record_i64(rows, "tone"));
    code = record_finish(rows, error);
    tone_shares_finish(shares_out);
    return record_end(records, code, error);
}

enum error_code chronicle_posts(struct record *records, int64_t id, struct arena *arena,
                                struct chronicle_post **posts_out, size_t *count_out,
                                struct error *error)
{
    struct chronicle_post *posts = NULL;
    size_t                 count = 0, capacity = 0;
    enum error_code        code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *rows = record_statement(records, "chronicle_posts");
    record_bind_i64(rows, ":trend", id);
    while (!code && record_step(rows)) {
        posts = grow(arena, posts, count, &capacity, sizeof *posts);
        if (!posts)
            code = no_memory(error);
        else
            posts[count++] = (struct chronicle_post){record_str(rows, "post", arena), record_i64(rows, "at_us")};
    }
    enum error_code finished = record_finish(rows, code ? NULL : error);
    *posts_out = posts;
    *count_out = count;
    return record_end(records, code ? code : finished, error);
}

enum error_code chronicle_notes(struct record *records, int64_t trend, struct arena *arena,
                                struct chronicle_note **notes_out, size_t *count_out,
                                struct error *error)
{
    struct chronicle_note *notes = NULL;
    size_t                 count = 0, capacity = 0;
    enum error_code        code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *rows = record_statement(records, "chronicle_notes");
    record_bind_i64(rows, ":trend", trend);
    while (!code && record_step(rows)) {
        notes = grow(arena, notes, count, &capacity, sizeof *notes);
        if (!notes)
            code = no_memory(error);
        else
            notes[count++] = (struct chronicle_note){record_i64(rows, "id"), record_i64(rows, "at_us"),
                                                     record_i64(rows, "member"),
                                                     record_str(rows, "name", arena), record_str(rows, "text", arena),
                                                     record_i64(rows, "is_withdrawn") != 0};
    }
    enum error_code finished = record_finish(rows, code ? NULL : error);
    *notes_out = notes;
    *count_out = count;
    return record_end(records, code ? code : finished, error);
}
