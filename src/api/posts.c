/* Posts: pushed in, read in pages, exported whole, deleted. */
#include "api/posts.h"
#include "api/sightings.h"
#include "api/workspace_sources.h"

#include "base/clock.h"

#include <stdlib.h>

/* ---- Pages ---- */

static enum archive_order order_of(struct api_call *call)
{
    struct str word = api_word(call, "order");
    return str_equal(word, STR("oldest")) ? ARCHIVE_OLDEST : str_equal(word, STR("top")) ? ARCHIVE_TOP : ARCHIVE_NEWEST;
}

void posts_print(struct json *json, const struct post *posts, size_t count)
{
    json_key(json, "posts");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        api_post(json, &posts[i]);
    json_end(json);
}

static enum error_code page(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct query             query;
    struct archive_page      page;
    uint64_t                 total = 0;
    enum table_format        format = table_format(call);
    enum error_code          code = api_query(call, "q", &query);
    if (!code && format != TABLE_JSON)
        return posts_export(call, &query, order_of(call), format);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_posts(snapshot, query.root, order_of(call), (size_t)api_integer(call, "limit", 50), api_text(call, "cursor"), call->arena,
                             &page, &call->error);
    if (!code)
        code = archive_count(snapshot, query.root, call->arena, &total, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    posts_print(&call->json, page.posts, page.count);
    json_key(&call->json, "next");
    page.next_cursor.len ? json_str(&call->json, page.next_cursor) : json_null(&call->json);
    json_key(&call->json, "total");
    json_i64(&call->json, (int64_t)total);
    json_end(&call->json);
    return ERROR_NONE;
}

static enum error_code one(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct post              post;
    enum error_code          code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_post(snapshot, api_text(call, "id"), call->arena, &post, &call->error);
    if (!code)
        api_post(&call->json, &post);
    return code;
}

static enum error_code thread(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct post             *posts;
    size_t                   count;
    enum error_code          code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_thread(snapshot, api_text(call, "id"), call->arena, &posts, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    posts_print(&call->json, posts, count);
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- In ---- */

static void print_pushed(struct json *json, const struct stream_pushed *pushed)
{
    const struct { const char *name; uint64_t count; } counts[] = {
        {"read", pushed->read}, {"added", pushed->added}, {"duplicate", pushed->duplicate}, {"refreshed", pushed->refreshed},
        {"edited", pushed->edited}, {"withheld", pushed->withheld}, {"rejected", pushed->rejected}};
    json_object(json);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        json_key(json, counts[i].name);
        json_i64(json, (int64_t)counts[i].count);
    }
    json_key(json, "rejects");
    json_array(json);
    for (size_t i = 0; i < pushed->reject_count; i++) {
        json_object(json);
        json_key(json, "line");
        json_i64(json, (int64_t)pushed->rejects[i].line);
        json_key(json, "reason");
        json_str(json, pushed->rejects[i].reason);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static enum error_code push(struct api_call *call)
{
    struct stream_pushed pushed;
    struct str           label = api_text(call, "label");
    enum error_code      code = ERROR_NONE;
    if (label.len > SIGHTINGS_LABEL_MAX_BYTES)
        return error_set(&call->error, ERROR_INVALID, "label: %zu bytes, more than %d", label.len, SIGHTINGS_LABEL_MAX_BYTES);
    code = stream_push(call->workspace->stream, call->request->body, call->arena, &pushed, &call->error);
    if (!code && label.len)
        code = sightings_of_lines(call, label, call->request->body);
    if (!code)
        print_pushed(&call->json, &pushed);
    return code;
}

static enum error_code delete(struct api_call *call)
{
    bool            was_there = false;
    struct str      id = api_text(call, "id");
    enum error_code code = stream_delete_post(call->workspace->stream, id, &was_there, &call->error);
    if (!code && !was_there)
        return error_set(&call->error, ERROR_NOT_FOUND, "there is no post '%.*s'", (int)(id.len < 200 ? id.len : 200), id.ptr);
    if (!code)
        code = workspace_forget_posts(call->workspace, &id, 1, &call->error);
    if (!code)
        code = record_begin(call->workspace->records, &call->error);
    if (!code) {
        code = record_audit(call->workspace->records, api_actor(call), "delete", "post", 0, id, (struct str){0}, &call->error);
        code = record_end(call->workspace->records, code, &call->error);
    }
    return code;
}

/* ---- Rows ---- */

static const struct api_parameter page_parameters[] = {
    API_QUERY_PARAMETERS,
    {.name = "order", .type = API_WORD, .words = "newest oldest top", .meaning = "top: by likes, reposts and replies together"},
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = 500, .meaning = "posts of a page; 50 where it is not said"},
    {.name = "cursor", .type = API_TEXT, .meaning = "`next` of the page before"},
    TABLE_FORMAT_PARAMETER,
    {.name = "bom", .type = API_BOOLEAN, .meaning = "CSV begins with a byte order mark, for Excel"},
    {0}};

static const struct api_parameter id_parameters[] = {
    {.name = "id", .type = API_TEXT, .is_required = true, .meaning = "the post's id, as in twitter:1234"}, {0}};

static const struct api_parameter push_parameters[] = {
    {.name = "label", .type = API_TEXT, .meaning = "what the posts came through, such as the name of a tool: it is compared with others under that name"},
    {0}};

#define POST_REF "{\"$ref\":\"#/components/schemas/Post\"}"
#define COUNT "{\"type\":\"integer\",\"minimum\":0}"

const struct api_route api_posts_routes[] = {
    {HTTP_GET, "/posts", API_CLIENT, ROLE_VIEWER, "posts", "a page of the posts that a query takes",
     "Pages go on exactly behind the last post, also while posts arrive. With format=csv or jsonl every matching post is streamed, never cut; "
     "an export that breaks off ends without its last chunk, so that a client knows.",
     page_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"posts\",\"next\",\"total\"],\"properties\":{\"posts\":{\"type\":\"array\",\"items\":" POST_REF
     "},\"next\":{\"type\":[\"string\",\"null\"]},\"total\":" COUNT "}}",
     "text/csv application/jsonl", 0, page},
    {HTTP_POST, "/posts", API_CLIENT, ROLE_PRACTITIONER, "posts_push", "push posts in, as JSON Lines",
     "The answer comes when the posts are durable. A line that is no post is rejected with its reason, the others are kept. Pushing a post again adds nothing.",
     push_parameters, "application/jsonl",
     "{\"type\":\"object\",\"required\":[\"read\",\"added\",\"duplicate\",\"refreshed\",\"edited\",\"withheld\",\"rejected\",\"rejects\"],\"properties\":{"
     "\"read\":" COUNT ",\"added\":" COUNT ",\"duplicate\":" COUNT ",\"refreshed\":" COUNT ",\"edited\":" COUNT ",\"withheld\":" COUNT
     ",\"rejected\":" COUNT ",\"rejects\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"line\",\"reason\"]}}}}",
     NULL, 0, push},
    {HTTP_GET, "/post", API_CLIENT, ROLE_VIEWER, "post", "one post", NULL, id_parameters, NULL, POST_REF, NULL, 0, one},
    {HTTP_DELETE, "/post", API_CLIENT, ROLE_REVIEWER, "post_delete", "delete a post here, as its platform did",
     "It is gone from every answer at once, and from the bytes when its segment is next merged.", id_parameters, NULL, NULL, NULL, 0, delete},
    {HTTP_GET, "/thread", API_CLIENT, ROLE_VIEWER, "thread", "the conversation that a post stands in, oldest first", NULL, id_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"posts\"],\"properties\":{\"posts\":{\"type\":\"array\",\"items\":" POST_REF "}}}", NULL, 0, thread},
    {0}};
