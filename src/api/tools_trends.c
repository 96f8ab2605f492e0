/* What each tool caught first: for the trends of a time, the finder that saw the first of their posts, and how long before the next. */
#include "api/tools.h"
#include "chronicle/chronicle.h"

#include "base/clock.h"

#include <math.h>

enum { TRENDS_MOST = 50, POSTS_LOOKED_AT = 200 };

/* The earliest sighting of each finder among a trend's posts. */
struct earliest {
    struct tool_seen *seen;
    size_t            count, capacity;
};

static bool note(struct earliest *all, struct arena *arena, const struct tool_seen *seen)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->seen[i].finder == seen->finder) {
            all->seen[i].seen_us = seen->seen_us < all->seen[i].seen_us ? seen->seen_us : all->seen[i].seen_us;
            return true;
        }
    void *rows = all->seen;
    if (!arena_grow(arena, &rows, sizeof *all->seen, all->count, &all->capacity))
        return false;
    all->seen = rows;
    all->seen[all->count++] = *seen;
    return true;
}

static enum error_code look(struct api_call *call, int64_t trend, struct earliest *all)
{
    struct chronicle_post *posts;
    struct tool_seen      *seen;
    size_t                 count, seen_count;
    enum error_code        code = chronicle_posts(call->workspace->records, trend, call->arena, &posts, &count, &call->error);
    for (size_t i = 0; !code && i < count && i < POSTS_LOOKED_AT; i++) {
        code = tool_seen_by(call->workspace->sightings, posts[i].id, call->arena, &seen, &seen_count, &call->error);
        for (size_t k = 0; !code && k < seen_count; k++)
            if (!note(all, call->arena, &seen[k]))
                code = error_set(&call->error, ERROR_MEMORY, "no memory for sightings");
    }
    return code;
}

static const struct tool_finder *finder_by_id(const struct tool_finder *finders, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (finders[i].id == id)
            return &finders[i];
    return NULL;
}

static void put_trend(struct json *json, const struct chronicle_trend *trend, const struct earliest *all, const struct tool_finder *finders, size_t count)
{
    size_t                    first = 0;
    int64_t                   next_us = INT64_MAX;
    for (size_t i = 1; i < all->count; i++)
        first = all->seen[i].seen_us < all->seen[first].seen_us ? i : first;
    for (size_t i = 0; i < all->count; i++)
        if (i != first && all->seen[i].seen_us < next_us)
            next_us = all->seen[i].seen_us;
    const struct tool_finder *finder = finder_by_id(finders, count, all->seen[first].finder);
    if (!finder) /* removed between two questions */
        return;
    json_object(json);
    json_put_i64(json, "id", trend->id);
    json_put_str(json, "trend", trend->label);
    json_put_time(json, "started_at", trend->started_us);
    json_put_str(json, "label", finder->label);
    json_put_str(json, "title", finder->title);
    json_put_time(json, "seen_at", all->seen[first].seen_us);
    json_put_i64(json, "finders", (int64_t)all->count);
    json_key(json, "lead_s");
    json_double(json, next_us == INT64_MAX ? NAN : (double)(next_us - all->seen[first].seen_us) / CLOCK_SECOND_US, 3);
    json_end(json);
}

static enum error_code trends(struct api_call *call)
{
    int64_t                 since_us = api_time(call, "since", clock_floor(call->now_us, CLOCK_DAY_US) - 30 * CLOCK_DAY_US);
    struct chronicle_ask    ask = {.now_us = call->now_us, .since_us = since_us, .until_us = INT64_MAX, .limit = TRENDS_MOST};
    struct chronicle_trend *found;
    struct tool_finder     *finders;
    size_t                  count, finder_count;
    enum error_code         code = chronicle_list(call->workspace->records, &ask, call->arena, &found, &count, &call->error);
    if (!code)
        code = tool_finders(call->workspace->sightings, false, call->arena, &finders, &finder_count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_put_time(&call->json, "since", since_us);
    json_key(&call->json, "trends");
    json_array(&call->json);
    for (size_t i = 0; !code && i < count; i++) {
        struct earliest all = {0};
        code = look(call, found[i].id, &all);
        if (!code && all.count)
            put_trend(&call->json, &found[i], &all, finders, finder_count);
    }
    api_list_end(call);
    return code;
}

static const struct api_parameter parameters[] = {
    {.name = "since", .type = API_TIME, .meaning = "trends found since then; a month where not given"}, {0}};

const struct api_route api_tools_trends_routes[] = {
    {HTTP_GET, "/finders/trends", API_CLIENT, ROLE_VIEWER, "finders_trends", "which finder saw each trend first",
     "Of the 50 strongest trends since then, those with a post that a finder saw which knows when. lead_s: how long before the next finder saw any of its "
     "posts; null where no other did.",
     parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"since\",\"trends\",\"next\"],\"properties\":{\"since\":" TOOLS_TIME ",\"trends\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"id\",\"trend\",\"started_at\",\"label\",\"title\",\"seen_at\",\"finders\",\"lead_s\"],\"properties\":{\"id\":"
     "{\"type\":\"integer\"},\"trend\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"finders\":" TOOLS_COUNT
     ",\"lead_s\":" TOOLS_NUMBER "}}},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, trends},
    {0}};
