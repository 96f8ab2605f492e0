/* Comparisons of tools on one topic and period. */
#include "api/tools.h"
#include "topic/topic.h"

#include "base/clock.h"
#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

/* ---- Posts of a comparison ---- */

struct gathered {
    struct tool_find *finds;
    struct str       *ids; /* of the finds, in arena */
    size_t            count, capacity;
    struct arena     *arena;
    bool              is_too_many, has_memory;
};

static bool gather(void *context, const struct post *post, const struct text_facts *facts)
{
    struct gathered *all = context;
    size_t           finds = all->capacity, ids = all->capacity;
    if (all->count == TOOL_COMPARED_POSTS_MAX) {
        all->is_too_many = true;
        return false;
    }
    void *find_rows = all->finds, *id_rows = all->ids;
    all->has_memory = arena_grow(all->arena, &find_rows, sizeof *all->finds, all->count, &finds) &&
                      arena_grow(all->arena, &id_rows, sizeof *all->ids, all->count, &ids);
    if (!all->has_memory)
        return false;
    all->finds = find_rows;
    all->ids = id_rows;
    all->capacity = finds;
    all->ids[all->count] = arena_str(all->arena, post->id);
    all->finds[all->count] = (struct tool_find){.post = tool_post_key(post->id), .copy_hash = facts->copy_hash, .at_us = post->at_us};
    all->has_memory = all->ids[all->count++].ptr != NULL;
    return all->has_memory;
}

/* The matching posts, with who saw them. */
static enum error_code find_all(struct api_call *call, const struct tool_comparison *comparison, struct gathered *all)
{
    struct archive_snapshot *snapshot;
    struct query             query;
    *all = (struct gathered){.arena = call->arena, .has_memory = true};
    enum error_code code = api_query_text(call, comparison->query, &query);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_scan(snapshot, query.root, comparison->since_us, comparison->until_us, TEXT_WANT_COPIES, gather, all, &call->error);
    if (!code && !all->has_memory)
        code = error_set(&call->error, ERROR_MEMORY, "no memory for a comparison");
    if (!code && all->is_too_many) {
        error_set(&call->error, ERROR_TOO_LARGE, "more than %d posts match", TOOL_COMPARED_POSTS_MAX);
        code = error_hint(&call->error, "compare a shorter period, or a narrower topic");
    }
    return code ? code
                : tool_find_sightings(call->workspace->sightings, comparison->sides, comparison->side_count, all->finds, all->count, &call->error);
}

static enum error_code find(struct api_call *call, struct tool_comparison *comparison_out)
{
    return tool_comparison_by_id(call->workspace->records, api_id(call), call->arena, comparison_out, &call->error);
}

/* ---- Told ---- */

static void put_head(struct json *json, const struct tool_comparison *comparison)
{
    json_put_i64(json, "id", comparison->id);
    json_put_str(json, "name", comparison->name);
    json_put_str(json, "q", comparison->query);
    json_key(json, "topic");
    comparison->topic ? json_i64(json, comparison->topic) : json_null(json);
    json_put_time(json, "since", comparison->since_us);
    json_put_time(json, "until", comparison->until_us);
    api_put_person(json, "by", comparison->by.id, comparison->by.name);
    json_put_time(json, "created_at", comparison->created_us);
    json_put_i64(json, "sample", (int64_t)comparison->sample);
    json_put_i64(json, "labelled", (int64_t)comparison->labelled);
}

static void put_side(struct json *json, const struct tool_side *side)
{
    struct str rest = side->labels, label;
    json_put_str(json, "name", side->name);
    json_key(json, "tool");
    side->tool ? json_i64(json, side->tool) : json_null(json);
    json_key(json, "labels");
    json_array(json);
    while (str_next_field(&rest, '\n', &label))
        json_str(json, label);
    json_end(json);
    json_put_str(json, "currency", side->currency);
}

static void put_share(struct json *json, const char *name, const struct tool_share *share)
{
    json_key(json, name);
    json_object(json);
    json_put_i64(json, "k", (int64_t)share->k);
    json_put_i64(json, "n", (int64_t)share->n);
    bool is_enough = share->n >= TOOL_LEAST_SURE; /* small numbers are shown as small numbers, not as a share */
    json_key(json, "value");
    json_double(json, is_enough ? share->value : NAN, 4);
    json_key(json, "low");
    json_double(json, is_enough ? share->low : NAN, 4);
    json_key(json, "high");
    json_double(json, is_enough ? share->high : NAN, 4);
    json_end(json);
}

static void put_range(struct json *json, const char *name, double value, double low, double high, int decimals)
{
    json_key(json, name);
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    json_object(json);
    json_key(json, "value");
    json_double(json, value, decimals);
    json_key(json, "low");
    json_double(json, low, decimals);
    json_key(json, "high");
    json_double(json, high, decimals); /* null: there is no upper end */
    json_end(json);
}

static void put_side_result(struct json *json, const struct tool_side_result *side)
{
    static const struct { const char *name; size_t offset; } counts[] = {
        {"finds", offsetof(struct tool_side_result, finds)},   {"unique", offsetof(struct tool_side_result, unique)},
        {"duplicates", offsetof(struct tool_side_result, duplicates)}, {"copies", offsetof(struct tool_side_result, copies)},
        {"timed", offsetof(struct tool_side_result, timed)},   {"first", offsetof(struct tool_side_result, first)},
        {"raced", offsetof(struct tool_side_result, raced)}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_put_i64(json, counts[i].name, (int64_t) * (const uint64_t *)((const char *)side + counts[i].offset));
    json_key(json, "lag_s");
    json_double(json, side->lag_us < 0 ? NAN : (double)side->lag_us / CLOCK_SECOND_US, 3);
    json_key(json, "lag_90_s");
    json_double(json, side->lag_90_us < 0 ? NAN : (double)side->lag_90_us / CLOCK_SECOND_US, 3);
    put_share(json, "precision", &side->precision);
    put_share(json, "unique_precision", &side->unique_precision);
    put_range(json, "useful", side->useful, side->useful_low, side->useful_high, 1);
    tools_put_cents(json, "cost_cents", side->cost_cents);
    put_range(json, "cost_each_cents", side->cost_each, side->cost_each_low, side->cost_each_high, 2);
}

static void put_result(struct json *json, const struct tool_comparison *comparison, const struct tool_result *result)
{
    json_object(json);
    put_head(json, comparison);
    json_put_i64(json, "matched", (int64_t)result->matched);
    json_put_i64(json, "found", (int64_t)result->found);
    json_key(json, "sides");
    json_array(json);
    for (size_t i = 0; i < comparison->side_count; i++) {
        json_object(json);
        put_side(json, &comparison->sides[i]);
        put_side_result(json, &result->sides[i]);
        json_end(json);
    }
    json_end(json);
    json_key(json, "both");
    json_array(json);
    for (size_t i = 0; i < comparison->side_count; i++) {
        json_array(json);
        for (size_t k = 0; k < comparison->side_count; k++)
            json_i64(json, (int64_t)result->both[i][k]);
        json_end(json);
    }
    json_end(json);
    put_range(json, "out_there", result->out_there, result->out_there_low, result->out_there_high, 0);
    json_end(json);
}

static enum error_code answer(struct api_call *call, const struct tool_comparison *comparison)
{
    struct gathered      all;
    struct tool_sampled *sample;
    struct tool_result   result;
    size_t               count;
    enum error_code      code = find_all(call, comparison, &all);
    if (!code)
        code = tool_sample(call->workspace->records, comparison->id, 0, call->arena, &sample, &count, &call->error);
    if (!code)
        code = tool_compare(comparison, all.finds, all.count, sample, count, &result, &call->error);
    if (!code)
        put_result(&call->json, comparison, &result);
    return code;
}

static enum error_code one(struct api_call *call)
{
    struct tool_comparison comparison;
    enum error_code        code = find(call, &comparison);
    return code ? code : answer(call, &comparison);
}

static enum error_code list(struct api_call *call)
{
    struct tool_comparison *all;
    size_t                  count;
    enum error_code         code = tool_comparisons(call->workspace->records, call->arena, &all, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "comparisons");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++) {
        json_object(&call->json);
        put_head(&call->json, &all[i]);
        json_key(&call->json, "sides");
        json_array(&call->json);
        for (size_t k = 0; k < all[i].side_count; k++)
            json_str(&call->json, all[i].sides[k].name);
        json_end(&call->json);
        json_end(&call->json);
    }
    api_list_end(call);
    return ERROR_NONE;
}

/* ---- Making one ---- */

static enum error_code side_of_tool(struct api_call *call, int64_t id, struct tool_side *side)
{
    struct tool     tool;
    struct buf      labels = {0};
    enum error_code code = tool_by_id(call->workspace->records, id, call->arena, &tool, &call->error);
    if (code)
        return code == ERROR_NOT_FOUND ? error_set(&call->error, ERROR_INVALID, "sides: there is no tool %lld", (long long)id) : code;
    for (size_t i = 0; i < tool.label_count; i++) {
        buf_append_str(&labels, tool.labels[i]);
        buf_append_char(&labels, '\n');
    }
    *side = (struct tool_side){tool.name, tool.id, arena_str(call->arena, str_trim(buf_str(&labels))), tool.cost_cents, tool.currency};
    buf_fini(&labels);
    return side->labels.ptr ? ERROR_NONE : error_set(&call->error, ERROR_MEMORY, "no memory for a comparison");
}

static enum error_code read_side(struct api_call *call, const cJSON *given, const struct tool_finder *finders, size_t finder_count,
                                 struct tool_side *side)
{
    const cJSON *tool = cJSON_GetObjectItemCaseSensitive(given, "tool"), *finder = cJSON_GetObjectItemCaseSensitive(given, "finder");
    if (cJSON_IsNumber(tool) && !finder && tool->valuedouble >= 1 && tool->valuedouble < 9e15)
        return side_of_tool(call, (int64_t)tool->valuedouble, side);
    if (!cJSON_IsString(finder) || tool)
        return error_set(&call->error, ERROR_INVALID, "sides: expected {\"tool\": number} or {\"finder\": label}");
    const struct tool_finder *found = tools_finder(finders, finder_count, str_of(finder->valuestring));
    if (!found)
        return error_set(&call->error, ERROR_INVALID, "sides: nothing came through '%.100s'", finder->valuestring);
    *side = (struct tool_side){found->title, 0, found->label, -1, STR("")};
    return ERROR_NONE;
}

/* No post may be counted for two sides because a finder stands on both. */
static enum error_code check_apart(struct api_call *call, const struct tool_comparison *comparison)
{
    for (size_t i = 0; i < comparison->side_count; i++) {
        struct str rest = comparison->sides[i].labels, label;
        while (str_next_field(&rest, '\n', &label))
            for (size_t k = i + 1; k < comparison->side_count; k++) {
                struct str others = comparison->sides[k].labels, other;
                while (str_next_field(&others, '\n', &other))
                    if (str_equal(label, other))
                        return error_set(&call->error, ERROR_INVALID, "sides: '%.*s' stands on two of them", STR_ARG(label));
            }
    }
    return ERROR_NONE;
}

static enum error_code read_sides(struct api_call *call, struct tool_comparison *comparison)
{
    const cJSON        *sides = cJSON_GetObjectItemCaseSensitive(call->body, "sides"), *side;
    struct tool_finder *finders;
    size_t              finder_count;
    if (!cJSON_IsArray(sides) || cJSON_GetArraySize(sides) < 2 || cJSON_GetArraySize(sides) > TOOL_COMPARED_MAX)
        return error_set(&call->error, ERROR_INVALID, "sides: expected a list of 2 to %d", TOOL_COMPARED_MAX);
    enum error_code code = tool_finders(call->workspace->sightings, false, call->arena, &finders, &finder_count, &call->error);
    cJSON_ArrayForEach(side, sides)
        if (!code)
            code = read_side(call, side, finders, finder_count, &comparison->sides[comparison->side_count++]);
    return code ? code : check_apart(call, comparison);
}

/* The topic's query as it is now, or one of its own. */
static enum error_code read_query(struct api_call *call, struct tool_comparison *comparison)
{
    struct topic    topic;
    struct query    query;
    struct str      text = {0};
    enum error_code code = api_body_i64(call, "topic", 1, INT64_MAX, false, &comparison->topic);
    if (!code && api_body_has(call, "q"))
        code = api_body_str(call, "q", QUERY_MAX_BYTES, false, &text);
    if (!code && comparison->topic && text.len)
        code = error_set(&call->error, ERROR_INVALID, "q: either a topic or a query, not both");
    if (!code && comparison->topic) {
        code = topic_by_id(call->workspace->records, comparison->topic, call->arena, &topic, &call->error);
        text = code ? text : topic.text.query;
    }
    comparison->query = text.ptr ? text : STR("");
    return code ? code : api_query_text(call, comparison->query, &query);
}

static enum error_code create(struct api_call *call)
{
    struct tool_comparison comparison = {.since_us = call->now_us - 30 * CLOCK_DAY_US, .until_us = call->now_us};
    int64_t                id;
    enum error_code        code = api_body_str(call, "name", TOOL_NAME_MAX_BYTES, true, &comparison.name);
    if (!code)
        code = api_body_time(call, "since", false, &comparison.since_us);
    if (!code)
        code = api_body_time(call, "until", false, &comparison.until_us);
    if (!code)
        code = read_query(call, &comparison);
    if (!code)
        code = read_sides(call, &comparison);
    if (!code)
        code = tool_comparison_add(call->workspace->records, api_actor(call), &comparison, call->now_us, &id, &call->error);
    if (!code)
        code = tool_comparison_by_id(call->workspace->records, id, call->arena, &comparison, &call->error);
    if (code)
        return code;
    tools_tell(call, "comparison", id);
    return answer(call, &comparison);
}

static enum error_code delete(struct api_call *call)
{
    enum error_code code = tool_comparison_remove(call->workspace->records, api_actor(call), api_id(call), &call->error);
    if (!code)
        tools_tell(call, "comparison", api_id(call));
    return code;
}

/* ---- The blind sample ---- */

static const char *const label_words[4] = {"", "relevant", "not", "unsure"};

static uint32_t sides_of(const struct tool_find *find, size_t side_count)
{
    uint32_t sides = 0;
    for (size_t i = 0; i < side_count; i++)
        sides |= find->by[i].seen_us != INT64_MAX ? 1u << i : 0;
    return sides;
}

/* What was said, where and by whom: not who found it. A post that was deleted meanwhile is not shown. */
static void put_sampled(struct api_call *call, struct archive_snapshot *snapshot, const struct tool_sampled *sampled)
{
    struct post  post;
    struct error none = {0};
    if (archive_post(snapshot, sampled->post_id, call->arena, &post, &none))
        return;
    json_object(&call->json);
    json_put_str(&call->json, "label", str_of(label_words[sampled->label]));
    json_key(&call->json, "post");
    post.metrics = (struct post_metrics){POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN};
    post.author_followers = POST_COUNT_UNKNOWN;
    api_post(&call->json, &post);
    json_end(&call->json);
}

static enum error_code answer_sample(struct api_call *call, int64_t comparison)
{
    struct archive_snapshot *snapshot;
    struct tool_sampled     *sample;
    size_t                   count;
    enum error_code code = tool_sample(call->workspace->records, comparison, call->caller.member.id, call->arena, &sample, &count, &call->error);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "posts");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put_sampled(call, snapshot, &sample[i]);
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code draw(struct api_call *call, const struct tool_comparison *comparison)
{
    struct gathered      all;
    struct tool_sampled *posts = NULL;
    size_t              *indexes, count = 0;
    uint32_t            *drawn;
    uint64_t             seed = hash_mix((uint64_t)clock_now_us(), hash_str(str_of(call->request->id)));
    enum error_code      code = find_all(call, comparison, &all);
    if (!code)
        code = tool_draw(all.finds, all.count, comparison->side_count, seed, call->arena, &indexes, &drawn, &count, &call->error);
    if (!code && count == 0)
        code = error_set(&call->error, ERROR_INVALID, "none of them found a matching post in this period");
    if (!code && !(posts = arena_array(call->arena, count, sizeof *posts)))
        code = error_set(&call->error, ERROR_MEMORY, "no memory for a sample");
    for (size_t i = 0; i < count && !code; i++)
        posts[i] = (struct tool_sampled){.post_id = all.ids[indexes[i]], .drawn = drawn[i],
                                         .sides = sides_of(&all.finds[indexes[i]], comparison->side_count)};
    return code ? code : tool_sample_put(call->workspace->records, api_actor(call), comparison->id, posts, count, &call->error);
}

static enum error_code sample_new(struct api_call *call)
{
    struct tool_comparison comparison;
    bool                   is_again = false;
    enum error_code        code = find(call, &comparison);
    if (!code)
        code = api_body_bool(call, "again", false, &is_again);
    if (!code && (comparison.sample == 0 || is_again)) /* two people who begin together label the same posts */
        code = draw(call, &comparison);
    if (code)
        return code;
    tools_tell(call, "comparison", comparison.id);
    return answer_sample(call, comparison.id);
}

static enum error_code sample(struct api_call *call)
{
    struct tool_comparison comparison;
    enum error_code        code = find(call, &comparison);
    return code ? code : answer_sample(call, comparison.id);
}

static enum error_code label(struct api_call *call)
{
    struct str      post, word = {0};
    int             label_now = -1, before = 0;
    enum error_code code = api_body_str(call, "post", POST_ID_MAX_BYTES, true, &post);
    if (!code)
        code = api_body_str(call, "label", 20, false, &word);
    for (int i = 0; i < 4; i++)
        if (str_equal(word, str_of(label_words[i])))
            label_now = i;
    if (!code && label_now < 0)
        code = error_set(&call->error, ERROR_INVALID, "label: expected relevant, not, unsure or nothing, found '%.*s'", STR_ARG(word));
    if (!code)
        code = tool_label(call->workspace->records, api_actor(call), api_id(call), post, label_now, &before, call->now_us, &call->error);
    if (code)
        return code;
    tools_tell(call, "comparison", api_id(call));
    json_object(&call->json);
    json_put_str(&call->json, "label", str_of(label_words[label_now]));
    json_put_str(&call->json, "before", str_of(label_words[before]));
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- What one side found ---- */

static enum error_code finds(struct api_call *call)
{
    struct tool_comparison   comparison;
    struct gathered          all;
    struct archive_snapshot *snapshot;
    size_t                   side = (size_t)api_integer(call, "side", 0), shown = 0, limit = (size_t)api_integer(call, "limit", 20);
    uint64_t                 count = 0;
    bool                     is_unique = str_equal(api_word(call, "only"), STR("unique"));
    enum error_code          code = find(call, &comparison);
    if (!code && side >= comparison.side_count)
        code = error_set(&call->error, ERROR_INVALID, "side: this comparison has %zu sides, counted from 0", comparison.side_count);
    if (!code)
        code = find_all(call, &comparison, &all);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "posts");
    json_array(&call->json);
    for (size_t i = all.count; i-- > 0;) { /* the newest first */
        struct post  post;
        struct error none = {0};
        uint32_t     sides = sides_of(&all.finds[i], comparison.side_count);
        if (!(sides >> side & 1) || (is_unique && sides != 1u << side))
            continue;
        count++;
        if (shown < limit && !archive_post(snapshot, all.ids[i], call->arena, &post, &none)) {
            api_post(&call->json, &post);
            shown++;
        }
    }
    json_end(&call->json);
    json_put_i64(&call->json, "count", (int64_t)count);
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- Rows ---- */

#define HEAD                                                                                                                           \
    "\"id\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},\"q\":{\"type\":\"string\"},\"topic\":{\"type\":[\"integer\",\"null\"]}," \
    "\"since\":" TOOLS_TIME ",\"until\":" TOOLS_TIME ",\"by\":" TOOLS_PERSON ",\"created_at\":" TOOLS_TIME ",\"sample\":" TOOLS_COUNT         \
    ",\"labelled\":" TOOLS_COUNT
#define HEAD_REQUIRED "\"id\",\"name\",\"q\",\"topic\",\"since\",\"until\",\"by\",\"created_at\",\"sample\",\"labelled\",\"sides\""
#define SHARE                                                                                                                          \
    "{\"type\":\"object\",\"required\":[\"k\",\"n\",\"value\",\"low\",\"high\"],\"properties\":{\"k\":" TOOLS_COUNT ",\"n\":" TOOLS_COUNT     \
    ",\"value\":" TOOLS_NUMBER ",\"low\":" TOOLS_NUMBER ",\"high\":" TOOLS_NUMBER "}}"
#define RANGE                                                                                                                          \
    "{\"type\":[\"object\",\"null\"],\"required\":[\"value\",\"low\",\"high\"],\"properties\":{\"value\":{\"type\":\"number\"},\"low\":"    \
    TOOLS_NUMBER ",\"high\":" TOOLS_NUMBER "}}"
#define SIDE                                                                                                                           \
    "{\"type\":\"object\",\"required\":[\"name\",\"tool\",\"labels\",\"currency\",\"finds\",\"unique\",\"duplicates\",\"copies\",\"timed\"," \
    "\"first\",\"raced\",\"lag_s\",\"lag_90_s\",\"precision\",\"unique_precision\",\"useful\",\"cost_cents\",\"cost_each_cents\"],"         \
    "\"properties\":{\"name\":{\"type\":\"string\"},\"tool\":{\"type\":[\"integer\",\"null\"]},\"labels\":{\"type\":\"array\",\"items\":"    \
    "{\"type\":\"string\"}},\"currency\":{\"type\":\"string\"},\"finds\":" TOOLS_COUNT ",\"unique\":" TOOLS_COUNT ",\"duplicates\":"         \
    TOOLS_COUNT ",\"copies\":" TOOLS_COUNT ",\"timed\":" TOOLS_COUNT ",\"first\":" TOOLS_COUNT ",\"raced\":" TOOLS_COUNT ",\"lag_s\":"       \
    TOOLS_NUMBER ",\"lag_90_s\":" TOOLS_NUMBER ",\"precision\":" SHARE ",\"unique_precision\":" SHARE ",\"useful\":" RANGE                    \
    ",\"cost_cents\":" TOOLS_NUMBER ",\"cost_each_cents\":" RANGE "}}"
#define COMPARISON                                                                                                                     \
    "{\"type\":\"object\",\"required\":[" HEAD_REQUIRED ",\"matched\",\"found\",\"both\",\"out_there\"],\"properties\":{" HEAD                \
    ",\"matched\":" TOOLS_COUNT ",\"found\":" TOOLS_COUNT ",\"sides\":{\"type\":\"array\",\"items\":" SIDE "},\"both\":{\"type\":\"array\","   \
    "\"items\":{\"type\":\"array\",\"items\":" TOOLS_COUNT "}},\"out_there\":" RANGE "}}"
#define POST "{\"$ref\":\"#/components/schemas/Post\"}"
#define SAMPLE                                                                                                                         \
    "{\"type\":\"object\",\"required\":[\"posts\",\"next\"],\"properties\":{\"posts\":{\"type\":\"array\",\"items\":{\"type\":\"object\","   \
    "\"required\":[\"label\",\"post\"],\"properties\":{\"label\":{\"type\":\"string\"},\"post\":" POST "}}},\"next\":{\"type\":\"null\"}}}"

static const struct api_parameter finds_parameters[] = {
    {.name = "side", .type = API_INTEGER, .least = 0, .most = TOOL_COMPARED_MAX - 1, .meaning = "which side, counted from 0"},
    {.name = "only", .type = API_WORD, .words = "all unique", .meaning = "unique: those that no other side found"},
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = 200, .meaning = "posts to give; 20 where not given"},
    {0}};

const struct api_route api_comparisons_routes[] = {
    {HTTP_GET, "/comparisons", API_CLIENT, ROLE_VIEWER, "comparisons", "comparisons of tools, the newest first", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"comparisons\",\"next\"],\"properties\":{\"comparisons\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":["
     HEAD_REQUIRED "],\"properties\":{" HEAD ",\"sides\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, list},
    {HTTP_GET, "/comparisons/{id}", API_CLIENT, ROLE_VIEWER, "comparison", "one comparison with its numbers",
     "matched: posts of the archive that match in the period; found: of them seen by any side. copies: finds that say word for word what another find of "
     "that side says. first of raced: found before every other, of those that two sides with known times found. useful is finds times precision; "
     "cost_cents that of the period. out_there (two sides): Chapman's estimate of how many there would be, were the sides independent. Shares are null "
     "below 20 sure labels.",
     NULL, NULL, COMPARISON, NULL, 0, one},
    {HTTP_POST, "/comparisons", API_CLIENT, ROLE_PRACTITIONER, "comparison_create", "compare tools on one topic and period",
     "sides are {\"tool\": id} (all finders of it) or {\"finder\": label}; no finder may stand on two sides. Costs are kept as they are now.", NULL,
     "{\"type\":\"object\",\"required\":[\"name\",\"sides\"],\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":80},\"q\":{\"type\":\"string\"},"
     "\"topic\":{\"type\":\"integer\",\"minimum\":1},\"since\":{\"type\":\"string\"},\"until\":{\"type\":\"string\"},\"sides\":{\"type\":\"array\","
     "\"minItems\":2,\"maxItems\":8,\"items\":{\"type\":\"object\",\"properties\":{\"tool\":{\"type\":\"integer\"},\"finder\":{\"type\":\"string\"}}}}}}",
     COMPARISON, NULL, 201, create},
    {HTTP_DELETE, "/comparisons/{id}", API_CLIENT, ROLE_REVIEWER, "comparison_delete", "remove a comparison with its labels", NULL, NULL, NULL, NULL, NULL,
     0, delete},
    {HTTP_GET, "/comparisons/{id}/sample", API_CLIENT, ROLE_VIEWER, "comparison_sample", "the posts to label, without a word of who found them", NULL,
     NULL, NULL, SAMPLE, NULL, 0, sample},
    {HTTP_POST, "/comparisons/{id}/sample", API_CLIENT, ROLE_PRACTITIONER, "comparison_draw", "draw the sample to label, 50 finds of each side by lot",
     "Where one was drawn it is given, unless again is true: then a new one takes its place, and its labels are gone.", NULL,
     "{\"type\":\"object\",\"properties\":{\"again\":{\"type\":\"boolean\"}}}", SAMPLE, NULL, 200, sample_new},
    {HTTP_PUT, "/comparisons/{id}/labels", API_CLIENT, ROLE_LEARNER, "comparison_label", "say whether a post of the sample is relevant",
     "label: relevant, not, unsure, or nothing to take it back. before is what you had said, for undo.", NULL,
     "{\"type\":\"object\",\"required\":[\"post\"],\"properties\":{\"post\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"}}}",
     "{\"type\":\"object\",\"required\":[\"label\",\"before\"],\"properties\":{\"label\":{\"type\":\"string\"},\"before\":{\"type\":\"string\"}}}", NULL, 0,
     label},
    {HTTP_GET, "/comparisons/{id}/finds", API_CLIENT, ROLE_VIEWER, "comparison_finds", "posts that one side found, the newest first",
     "Look at them after labelling: they tell who found what.", finds_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"posts\",\"count\"],\"properties\":{\"posts\":{\"type\":\"array\",\"items\":" POST "},\"count\":" TOOLS_COUNT "}}",
     NULL, 0, finds},
    {0}};
