/* Before saving: what a query would keep, win and lose, and what the linter thinks of it. */
#include "api/topics.h"

static void put_remarks(struct json *json, const struct query_remark *remarks, size_t count)
{
    json_key(json, "remarks");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_put_i64(json, "column", remarks[i].column);
        json_put_bool(json, "is_costly", remarks[i].is_costly);
        json_put_str(json, "message", remarks[i].message);
        json_put_str(json, "suggestion", remarks[i].suggestion);
        json_end(json);
    }
    json_end(json);
}

static enum error_code preview_against(struct api_call *call, struct str before)
{
    struct archive_snapshot *snapshot;
    struct query             old = {0}, new;
    struct query_remark     *remarks = NULL;
    size_t                   remark_count = 0;
    struct topic_weighed     weighed;
    struct str               text;
    enum error_code          code = api_body_str(call, "query", QUERY_MAX_BYTES, true, &text);
    if (!code)
        code = api_query_text(call, text, &new);
    if (code)
        return code;
    if (before.ptr && api_query_text(call, before, &old)) {
        call->error = (struct error){0};
        old.root = NULL;
    }
    code = query_lint(&new, call->arena, &remarks, &remark_count, &call->error);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code) /* the same query shows the same examples */
        code = topic_weigh(snapshot, old.root, new.root, text.len, call->arena, &weighed, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_put_i64(&call->json, "mentions", weighed.kept + weighed.won);
    json_put_i64(&call->json, "kept", weighed.kept);
    json_put_bool(&call->json, "is_same", old.root && query_equal(old.root, new.root));
    code = topics_put_examples(call, "won", weighed.won, weighed.won_ids, weighed.won_shown);
    if (!code)
        code = topics_put_examples(call, "lost", weighed.lost, weighed.lost_ids, weighed.lost_shown);
    put_remarks(&call->json, remarks, remark_count);
    json_end(&call->json);
    return code;
}

static enum error_code preview(struct api_call *call)
{
    struct topic    topic;
    enum error_code code = topics_find(call, &topic);
    return code ? code : preview_against(call, topic.text.query);
}

static enum error_code preview_new(struct api_call *call)
{
    return preview_against(call, (struct str){0});
}

#define TAKES "{\"type\":\"object\",\"required\":[\"query\"],\"properties\":{\"query\":{\"type\":\"string\"}}}"
#define GIVES                                                                                                                   \
    "{\"type\":\"object\",\"required\":[\"mentions\",\"kept\",\"is_same\",\"won\",\"lost\",\"remarks\"],\"properties\":{\"mentions\":" TOPICS_COUNT \
    ",\"kept\":" TOPICS_COUNT ",\"is_same\":{\"type\":\"boolean\"},\"won\":" TOPICS_EXAMPLES ",\"lost\":" TOPICS_EXAMPLES                      \
    ",\"remarks\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"column\",\"is_costly\",\"message\",\"suggestion\"]}}}}"

const struct api_route api_topics_preview_routes[] = {
    {HTTP_POST, "/topics/preview", API_CLIENT, ROLE_VIEWER, "topic_preview_new", "what a topic with this query would take",
     "Nothing is saved. Everything that it takes is won; up to 20 examples, chosen by lot.", NULL, TAKES, GIVES, NULL, 0, preview_new},
    {HTTP_POST, "/topics/{id}/preview", API_CLIENT, ROLE_VIEWER, "topic_preview", "what a topic would win and lose with this query",
     "Nothing is saved. A query that does not parse is refused with 422; the problem's hint draws the place.", NULL, TAKES, GIVES, NULL, 0, preview},
    {0}};
