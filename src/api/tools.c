/* The register of tools, and what came through each: sources and imports as finders. */
#include "api/tools.h"

#include "base/clock.h"

#include <math.h>

const struct tool_finder *tools_finder(const struct tool_finder *finders, size_t count, struct str label)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(finders[i].label, label))
            return &finders[i];
    return NULL;
}

struct str tools_kind(struct str label)
{
    const char *colon = memchr(label.ptr, ':', label.len);
    return colon ? str_slice(label.ptr, (size_t)(colon - label.ptr)) : label;
}

void tools_put_cents(struct json *json, const char *name, double cents)
{
    json_key(json, name);
    json_double(json, cents, 2);
}

void tools_tell(struct api_call *call, const char *what, int64_t id)
{
    char data[80];
    snprintf(data, sizeof data, "{\"what\":\"%s\",\"id\":%lld}", what, (long long)id);
    api_tell(call->workspace, "tool", str_of(data));
}

/* ---- One tool, told ---- */

static void put_tool(struct json *json, const struct tool *tool)
{
    json_object(json);
    json_put_i64(json, "id", tool->id);
    json_put_i64(json, "version", tool->version);
    json_put_str(json, "name", tool->name);
    json_put_str(json, "vendor", tool->vendor);
    json_put_str(json, "purpose", tool->purpose);
    json_put_str(json, "verdict", tool->verdict);
    json_put_str(json, "state", str_of(tool_states[tool->state]));
    api_put_owner(json, "owner", tool->owner.id, tool->owner.name);
    json_key(json, "cost_cents");
    tool->cost_cents < 0 ? json_null(json) : json_i64(json, tool->cost_cents);
    json_put_str(json, "currency", tool->currency);
    json_put_time(json, "renews_at", tool->renews_us);
    json_put_time(json, "notice_by", tool_notice_us(tool));
    json_put_i64(json, "notice_days", tool->notice_days);
    json_key(json, "labels");
    json_array(json);
    for (size_t i = 0; i < tool->label_count; i++)
        json_str(json, tool->labels[i]);
    json_end(json);
    json_put_time(json, "updated_at", tool->updated_us);
    json_end(json);
}

static enum error_code answer(struct api_call *call, int64_t id)
{
    struct tool     tool;
    enum error_code code = tool_by_id(call->workspace->records, id, call->arena, &tool, &call->error);
    if (!code)
        put_tool(&call->json, &tool);
    return code;
}

static enum error_code list(struct api_call *call)
{
    struct tool    *all;
    size_t          count;
    enum error_code code = tools(call->workspace->records, call->arena, &all, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "tools");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put_tool(&call->json, &all[i]);
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code one(struct api_call *call)
{
    return answer(call, api_id(call));
}

/* ---- Changing ---- */

static enum error_code read_text(struct api_call *call, const char *name, size_t most, bool is_required, struct str *value_io)
{
    struct str      value;
    bool            is_given = api_body_has(call, name);
    enum error_code code = is_given || is_required ? api_body_str(call, name, most, is_required, &value) : ERROR_NONE;
    if (!code && is_given)
        *value_io = value.ptr ? value : STR("");
    return code;
}

static bool is_null(struct api_call *call, const char *name)
{
    return cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(call->body, name));
}

static enum error_code read_owner(struct api_call *call, struct tool *tool)
{
    struct team_member member;
    if (!api_body_has(call, "owner"))
        return ERROR_NONE;
    tool->owner = (struct tool_person){0, STR("")};
    if (is_null(call, "owner"))
        return ERROR_NONE;
    enum error_code code = api_body_i64(call, "owner", 1, INT64_MAX, true, &tool->owner.id);
    if (!code)
        code = team_member_by_id(call->server, tool->owner.id, call->arena, &member, &call->error);
    if (!code)
        tool->owner.name = member.name;
    return code == ERROR_NOT_FOUND ? error_set(&call->error, ERROR_INVALID, "owner: there is no member %lld", (long long)tool->owner.id) : code;
}

static enum error_code read_labels(struct api_call *call, struct tool *tool)
{
    const cJSON *labels = cJSON_GetObjectItemCaseSensitive(call->body, "labels"), *label;
    if (!labels)
        return ERROR_NONE;
    int count = cJSON_IsArray(labels) ? cJSON_GetArraySize(labels) : -1;
    if (count < 0 || count > TOOL_LABELS_MAX)
        return error_set(&call->error, ERROR_INVALID, "labels: expected a list of at most %d texts", TOOL_LABELS_MAX);
    tool->labels = arena_array(call->arena, (size_t)count + 1, sizeof *tool->labels);
    tool->label_count = 0;
    if (!tool->labels)
        return error_set(&call->error, ERROR_MEMORY, "no memory for labels");
    cJSON_ArrayForEach(label, labels) {
        if (!cJSON_IsString(label))
            return error_set(&call->error, ERROR_INVALID, "labels: expected texts");
        tool->labels[tool->label_count++] = str_of(label->valuestring);
    }
    return ERROR_NONE;
}

static enum error_code read_money(struct api_call *call, struct tool *tool)
{
    enum error_code code = ERROR_NONE;
    if (is_null(call, "cost_cents"))
        tool->cost_cents = -1;
    else
        code = api_body_i64(call, "cost_cents", 0, INT64_C(100000000000), false, &tool->cost_cents);
    if (!code)
        code = read_text(call, "currency", 3, false, &tool->currency);
    return code;
}

static enum error_code read_renewal(struct api_call *call, struct tool *tool)
{
    enum error_code code = ERROR_NONE;
    if (is_null(call, "renews_at"))
        tool->renews_us = 0;
    else
        code = api_body_time(call, "renews_at", false, &tool->renews_us);
    tool->renews_us = clock_floor(tool->renews_us, CLOCK_DAY_US);
    return code ? code : api_body_i64(call, "notice_days", 0, 3660, false, &tool->notice_days);
}

static enum error_code read_tool(struct api_call *call, struct tool *tool, bool is_new)
{
    struct str      state = {0};
    enum error_code code = read_text(call, "name", TOOL_NAME_MAX_BYTES, is_new, &tool->name);
    if (!code)
        code = read_text(call, "vendor", TOOL_NAME_MAX_BYTES, false, &tool->vendor);
    if (!code)
        code = read_text(call, "purpose", TOOL_WORDS_MAX_BYTES, false, &tool->purpose);
    if (!code)
        code = read_text(call, "verdict", TOOL_WORDS_MAX_BYTES, false, &tool->verdict);
    if (!code)
        code = read_text(call, "state", 20, false, &state);
    if (!code && state.ptr && !tool_state_parse(state, &tool->state))
        code = error_set(&call->error, ERROR_INVALID, "state: expected trial, in_use, leaving or gone, found '%.*s'", STR_ARG(state));
    if (!code)
        code = read_money(call, tool);
    if (!code)
        code = read_renewal(call, tool);
    if (!code)
        code = read_owner(call, tool);
    return code ? code : read_labels(call, tool);
}

static enum error_code create(struct api_call *call)
{
    struct tool tool = {.state = TOOL_TRIAL, .cost_cents = -1, .owner = {call->caller.member.id, call->caller.member.name}};
    int64_t     id;
    enum error_code code = read_tool(call, &tool, true);
    if (!code)
        code = tool_add(call->workspace->records, api_actor(call), &tool, call->now_us, &id, &call->error);
    if (code)
        return code;
    tools_tell(call, "tool", id);
    return answer(call, id);
}

static enum error_code edit(struct api_call *call)
{
    struct tool     tool;
    int64_t         version;
    enum error_code code = tool_by_id(call->workspace->records, api_id(call), call->arena, &tool, &call->error);
    if (!code)
        code = api_body_i64(call, "version", 1, INT64_MAX, true, &version);
    if (!code)
        code = read_tool(call, &tool, false);
    if (code)
        return code;
    tool.version = version;
    code = tool_edit(call->workspace->records, api_actor(call), &tool, call->now_us, &call->error);
    if (code)
        return code;
    tools_tell(call, "tool", tool.id);
    return answer(call, tool.id);
}

static enum error_code delete(struct api_call *call)
{
    enum error_code code = tool_remove(call->workspace->records, api_actor(call), api_id(call), &call->error);
    if (!code)
        tools_tell(call, "tool", api_id(call));
    return code;
}

/* ---- Finders ---- */

static const struct tool *tool_of(const struct tool *all, size_t count, struct str label)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < all[i].label_count; k++)
            if (str_equal(all[i].labels[k], label))
                return &all[i];
    return NULL;
}

static void put_finder(struct json *json, const struct tool_finder *finder, const struct tool *tool, const struct tool_first *first)
{
    json_object(json);
    json_put_str(json, "label", finder->label);
    json_put_str(json, "title", finder->title);
    json_put_str(json, "kind", tools_kind(finder->label));
    json_key(json, "knows_when");
    json_bool(json, finder->knows_when);
    json_put_i64(json, "posts", (int64_t)finder->posts);
    json_put_time(json, "first_at", finder->first_us);
    json_put_time(json, "last_at", finder->last_us);
    json_key(json, "tool");
    tool ? json_i64(json, tool->id) : json_null(json);
    json_put_i64(json, "first", first ? (int64_t)first->first : 0);
    json_put_i64(json, "shared", first ? (int64_t)first->shared : 0);
    json_put_i64(json, "alone", first ? (int64_t)first->alone : 0);
    json_end(json);
}

static enum error_code finders(struct api_call *call)
{
    struct tool_finder *all;
    struct tool_first  *firsts;
    struct tool        *registered;
    size_t              count, first_count, tool_count;
    int64_t             since_us = api_time(call, "since", clock_floor(call->now_us, CLOCK_DAY_US) - 30 * CLOCK_DAY_US);
    enum error_code     code = tool_finders(call->workspace->sightings, true, call->arena, &all, &count, &call->error);
    if (!code)
        code = tool_firsts(call->workspace->sightings, since_us, call->arena, &firsts, &first_count, &call->error);
    if (!code)
        code = tools(call->workspace->records, call->arena, &registered, &tool_count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_put_time(&call->json, "since", since_us);
    json_key(&call->json, "finders");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++) {
        const struct tool_first *first = NULL;
        for (size_t k = 0; k < first_count && !first; k++)
            first = firsts[k].finder == all[i].id ? &firsts[k] : NULL;
        put_finder(&call->json, &all[i], tool_of(registered, tool_count, all[i].label), first);
    }
    api_list_end(call);
    return ERROR_NONE;
}

/* ---- Rows ---- */

#define MEMBERS                                                                                                                        \
    "\"name\":{\"type\":\"string\",\"maxLength\":80},\"vendor\":{\"type\":\"string\",\"maxLength\":80},"                               \
    "\"purpose\":{\"type\":\"string\",\"maxLength\":2000},\"verdict\":{\"type\":\"string\",\"maxLength\":2000},"                       \
    "\"state\":{\"type\":\"string\",\"enum\":[\"trial\",\"in_use\",\"leaving\",\"gone\"]},"                                            \
    "\"cost_cents\":{\"type\":[\"integer\",\"null\"],\"minimum\":0},\"currency\":{\"type\":\"string\",\"maxLength\":3},"               \
    "\"renews_at\":" TOOLS_TIME ",\"notice_days\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":3660},"                              \
    "\"labels\":{\"type\":\"array\",\"maxItems\":50,\"items\":{\"type\":\"string\",\"maxLength\":120}}"
#define OWNER_ID "\"owner\":{\"type\":[\"integer\",\"null\"],\"minimum\":1}"
#define TOOL                                                                                                                           \
    "{\"type\":\"object\",\"required\":[\"id\",\"version\",\"name\",\"vendor\",\"purpose\",\"verdict\",\"state\",\"owner\",\"cost_cents\"," \
    "\"currency\",\"renews_at\",\"notice_by\",\"notice_days\",\"labels\",\"updated_at\"],\"properties\":{\"id\":{\"type\":\"integer\"},"   \
    "\"version\":{\"type\":\"integer\"},\"owner\":{\"oneOf\":[{\"type\":\"null\"}," TOOLS_PERSON "]},\"notice_by\":" TOOLS_TIME "," MEMBERS "}}"
#define FINDER                                                                                                                         \
    "{\"type\":\"object\",\"required\":[\"label\",\"title\",\"kind\",\"knows_when\",\"posts\",\"first_at\",\"last_at\",\"tool\",\"first\"," \
    "\"shared\",\"alone\"],\"properties\":{\"label\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"kind\":{\"type\":\"string\"}," \
    "\"knows_when\":{\"type\":\"boolean\"},\"posts\":" TOOLS_COUNT ",\"first_at\":" TOOLS_TIME ",\"last_at\":" TOOLS_TIME                  \
    ",\"tool\":{\"type\":[\"integer\",\"null\"]},\"first\":" TOOLS_COUNT ",\"shared\":" TOOLS_COUNT ",\"alone\":" TOOLS_COUNT "}}"

static const struct api_parameter finder_parameters[] = {
    {.name = "since", .type = API_TIME, .meaning = "who was first is counted over posts seen since then; a month where not given"}, {0}};

const struct api_route api_tools_routes[] = {
    {HTTP_GET, "/tools", API_CLIENT, ROLE_VIEWER, "tools", "the register of tools, what renews next first",
     "cost_cents is for a month, in hundredths of currency. notice_by is the last day on which it can be ended before it renews.", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"tools\",\"next\"],\"properties\":{\"tools\":{\"type\":\"array\",\"items\":" TOOL "},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, list},
    {HTTP_GET, "/tools/{id}", API_CLIENT, ROLE_VIEWER, "tool", "one tool", NULL, NULL, NULL, TOOL, NULL, 0, one},
    {HTTP_POST, "/tools", API_CLIENT, ROLE_PRACTITIONER, "tool_create", "write a tool into the register",
     "Names are unique. Labels name finders, and a finder belongs to one tool (409). Who makes it owns it, until owner says otherwise.", NULL,
     "{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{" MEMBERS "," OWNER_ID "}}", TOOL, NULL, 201, create},
    {HTTP_PATCH, "/tools/{id}", API_CLIENT, ROLE_PRACTITIONER, "tool_edit", "change what is written of a tool",
     "Members that are not given stay. 409 where `version` is not the newest.", NULL,
     "{\"type\":\"object\",\"required\":[\"version\"],\"properties\":{\"version\":{\"type\":\"integer\",\"minimum\":1}," MEMBERS "," OWNER_ID "}}", TOOL,
     NULL, 0, edit},
    {HTTP_DELETE, "/tools/{id}", API_CLIENT, ROLE_REVIEWER, "tool_delete", "take a tool out of the register",
     "Posts and sightings that came through it stay, and so do comparisons that it was in.", NULL, NULL, NULL, NULL, 0, delete},
    {HTTP_GET, "/finders", API_CLIENT, ROLE_VIEWER, "finders", "what posts came through: live sources and labels of imports",
     "first: posts that it saw before every other finder, of `shared`, which it and others saw; alone: those that no other saw. Only finders that know "
     "when they saw a post (knows_when) are counted: an import of last month's file was not slow, it was later.",
     finder_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"since\",\"finders\",\"next\"],\"properties\":{\"since\":" TOOLS_TIME ",\"finders\":{\"type\":\"array\",\"items\":" FINDER
     "},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, finders},
    {0}};
