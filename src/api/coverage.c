/* What was not captured: the gaps that every chart hatches, and from when on posts are still arriving. */
#include "api/service.h"

#include "listen/coverage.h"

static void put_gap(struct json *json, const struct coverage_gap *gap)
{
    json_object(json);
    json_key(json, "from");
    json_time(json, gap->from_us);
    json_key(json, "until");
    json_time(json, gap->until_us);
    json_key(json, "reason");
    json_text(json, gap->reason);
    json_key(json, "source");
    json_text(json, gap->source);
    json_end(json);
}

static enum error_code show(struct api_call *call)
{
    struct coverage_gap *gaps;
    size_t               count;
    int64_t              arriving_from_us;
    int64_t              since_us = api_time(call, "since", INT64_MIN), until_us = api_time(call, "until", INT64_MAX);
    struct json         *json = &call->json;
    enum error_code code = stream_coverage(call->workspace->stream, since_us, until_us, call->arena, &gaps, &count, &arriving_from_us, &call->error);
    if (code)
        return code;
    json_object(json);
    json_key(json, "gaps");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        put_gap(json, &gaps[i]);
    json_end(json);
    json_key(json, "arriving_from");
    arriving_from_us ? json_time(json, arriving_from_us) : json_null(json);
    json_end(json);
    return ERROR_NONE;
}

/* A text of the body into a place of fixed size, which it fits: api_body_str has held it to that. */
static enum error_code take_text(struct api_call *call, const char *name, bool is_required, char text[COVERAGE_TEXT_BYTES])
{
    struct str      value = {0};
    enum error_code code = api_body_str(call, name, COVERAGE_TEXT_BYTES - 1, is_required, &value);
    if (!code && value.len)
        memcpy(text, value.ptr, value.len);
    return code;
}

static enum error_code add(struct api_call *call)
{
    struct coverage_gap gap = {0};
    bool                is_filled = false;
    enum error_code     code = api_body_time(call, "from", true, &gap.from_us);
    if (!code)
        code = api_body_time(call, "until", true, &gap.until_us);
    if (!code)
        code = api_body_bool(call, "is_filled", false, &is_filled);
    if (!code)
        code = take_text(call, "reason", !is_filled, gap.reason);
    if (!code)
        code = take_text(call, "source", false, gap.source);
    if (!code)
        code = is_filled ? stream_coverage_fill(call->workspace->stream, gap.from_us, gap.until_us, gap.source, &call->error)
                         : stream_coverage_add(call->workspace->stream, &gap, &call->error);
    if (code)
        return code;
    api_tell(call->workspace, "coverage", STR("{}"));
    put_gap(&call->json, &gap);
    return ERROR_NONE;
}

static const struct api_parameter window[] = {{.name = "since", .type = API_TIME, .meaning = "gaps that end later; cut to it"},
                                              {.name = "until", .type = API_TIME, .meaning = "gaps that begin earlier; cut to it"},
                                              {0}};

#define GAP \
    "{\"type\":\"object\",\"required\":[\"from\",\"until\",\"reason\",\"source\"],\"properties\":{\"from\":{\"type\":\"string\",\"format\":\"date-time\"}," \
    "\"until\":{\"type\":\"string\",\"format\":\"date-time\"},\"reason\":{\"type\":\"string\"},\"source\":{\"type\":\"string\"}},\"additionalProperties\":false}"

const struct api_route api_coverage_routes[] = {
    {HTTP_GET, "/coverage", API_CLIENT, ROLE_VIEWER, "coverage", "what was not captured",
     "Gaps by their beginning: times at which the server was not running, pushes were refused, or a source said that it missed something "
     "(source is empty where it concerns all). Posts later than arriving_from may still be on their way: it is now less the lag that nine in ten of "
     "the newest thousand posts kept; null where too few posts came live.",
     window, NULL,
     "{\"type\":\"object\",\"required\":[\"gaps\",\"arriving_from\"],\"properties\":{\"gaps\":{\"type\":\"array\",\"items\":" GAP
     "},\"arriving_from\":{\"type\":[\"string\",\"null\"]}},\"additionalProperties\":false}",
     NULL, 0, show},
    {HTTP_POST, "/coverage", API_CLIENT, ROLE_PRACTITIONER, "coverage_add", "say what a source missed, or that it came after all",
     "Gaps of one source and reason that touch become one. With is_filled the time is taken out of the gaps of that source (without source: of all).",
     NULL,
     "{\"type\":\"object\",\"required\":[\"from\",\"until\"],\"properties\":{\"from\":{\"type\":\"string\",\"format\":\"date-time\"},\"until\":{\"type\":"
     "\"string\",\"format\":\"date-time\"},\"reason\":{\"type\":\"string\",\"maxLength\":127},\"source\":{\"type\":\"string\",\"maxLength\":127},"
     "\"is_filled\":{\"type\":\"boolean\"}},\"additionalProperties\":false}",
     GAP, NULL, 201, add},
    {0}};
