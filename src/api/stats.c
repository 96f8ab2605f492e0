/* What a client holds, and how its stream is. */
#include "api/service.h"

static void count_member(struct json *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_i64(json, (int64_t)value);
}

static void time_member(struct json *json, const char *key, int64_t at_us)
{
    json_key(json, key);
    at_us ? json_time(json, at_us) : json_null(json);
}

static enum error_code stats(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct archive_stats     stats;
    struct stream_health     health;
    struct json             *json = &call->json;
    enum error_code          code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_stats(snapshot, &stats, &call->error);
    if (code)
        return code;
    stream_health(call->workspace->stream, &health);
    json_object(json);
    count_member(json, "posts", stats.posts);
    count_member(json, "deleted", stats.deleted);
    count_member(json, "bytes", stats.bytes);
    count_member(json, "segments", stats.segments);
    count_member(json, "pending", stats.pending);
    time_member(json, "first", stats.first_us);
    time_member(json, "last", stats.last_us);
    time_member(json, "now", call->now_us);
    json_key(json, "speed");
    json_double(json, call->workspace->clock_speed, 3);
    time_member(json, "trends_at", health.trends_at_us);
    json_key(json, "is_replaying");
    json_bool(json, health.is_replaying);
    count_member(json, "trends_behind", health.trends_behind);
    json_end(json);
    return ERROR_NONE;
}

static enum error_code openapi(struct api_call *call)
{
    openapi_print(&call->response->body);
    return ERROR_NONE;
}

#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define TIME "{\"type\":[\"string\",\"null\"]}"

const struct api_route api_stats_routes[] = {
    {HTTP_GET, "/stats", API_CLIENT, ROLE_VIEWER, "stats", "what a client's archive holds, and its clock",
     "now is the client's clock; speed is 1 but for an invented town, whose clock runs faster.", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"posts\",\"first\",\"last\",\"now\",\"speed\"],\"properties\":{\"posts\":" COUNT ",\"deleted\":" COUNT ",\"bytes\":" COUNT
     ",\"segments\":" COUNT ",\"pending\":" COUNT ",\"first\":" TIME ",\"last\":" TIME ",\"now\":" TIME
     ",\"speed\":{\"type\":\"number\"},\"trends_at\":" TIME ",\"is_replaying\":{\"type\":\"boolean\"},\"trends_behind\":" COUNT "},\"additionalProperties\":false}",
     NULL, 0, stats},
    {HTTP_GET, "/openapi.json", API_SERVER, ROLE_NONE, "openapi", "this document", NULL, NULL, NULL, "{\"type\":\"object\"}", NULL, 0, openapi},
    {0}};
