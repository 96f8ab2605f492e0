/* What a call asks for, as a tree; and the posts it is asked of. */
#include "api/service.h"

#include "topic/topic.h"

static struct query_node *time_node(struct api_call *call, enum query_field field, int64_t at_us)
{
    struct query_node *node = arena_new(call->arena, struct query_node);
    if (node) {
        node->kind = QUERY_FIELD;
        node->field = field;
        node->number = at_us;
        node->compare = COMPARE_EQUAL;
    }
    return node;
}

/* root AND since: AND until:, without going through text, so that the columns of errors are those of what was typed. */
static enum error_code bound(struct api_call *call, struct query *query, int64_t since_us, int64_t until_us)
{
    if (since_us == INT64_MIN && until_us == INT64_MAX)
        return ERROR_NONE;
    struct query_node  *and = arena_new(call->arena, struct query_node);
    struct query_node **children = arena_array(call->arena, 3, sizeof *children);
    if (!and || !children)
        return error_set(&call->error, ERROR_MEMORY, "no memory for the query");
    if (query->root->height >= QUERY_MAX_DEPTH)
        return error_set(&call->error, ERROR_TOO_LARGE, "the query is nested too deep to be bounded in time");
    and->kind = QUERY_AND;
    and->children = children;
    and->height = query->root->height + 1;
    if (query->root->kind != QUERY_ALL)
        children[and->child_count++] = query->root;
    if (since_us != INT64_MIN)
        children[and->child_count++] = time_node(call, FIELD_SINCE, since_us);
    if (until_us != INT64_MAX)
        children[and->child_count++] = time_node(call, FIELD_UNTIL, until_us);
    for (uint32_t i = 0; i < and->child_count; i++)
        if (!children[i])
            return error_set(&call->error, ERROR_MEMORY, "no memory for the query");
    query->root = and->child_count == 1 ? children[0] : and;
    return ERROR_NONE;
}

enum error_code api_lists(struct api_call *call, struct query_list **lists_out, size_t *count_out)
{
    return topic_lists(call->workspace->records, call->arena, lists_out, count_out, &call->error);
}

enum error_code api_query_text(struct api_call *call, struct str text, struct query *query_out)
{
    struct query_options options = {.now_us = call->now_us};
    struct query_list   *lists = NULL;
    enum error_code      code = ERROR_NONE;
    if (str_contains(text, STR("list:")))
        code = api_lists(call, &lists, &options.list_count);
    options.lists = lists;
    return code ? code : query_parse(text, &options, call->analyser, call->arena, query_out, &call->error);
}

static bool has_parameter(const struct api_call *call, const char *name)
{
    for (const struct api_parameter *row = call->route->parameters; row && row->name; row++)
        if (strcmp(row->name, name) == 0)
            return true;
    return false;
}

enum error_code api_query_bounded(struct api_call *call, struct str text, struct query *query_out)
{
    enum error_code code = api_query_text(call, text, query_out);
    int64_t         since_us = has_parameter(call, "since") ? api_time(call, "since", INT64_MIN) : INT64_MIN;
    int64_t         until_us = has_parameter(call, "until") ? api_time(call, "until", INT64_MAX) : INT64_MAX;
    return code ? code : bound(call, query_out, since_us, until_us);
}

enum error_code api_query(struct api_call *call, const char *parameter, struct query *query_out)
{
    return api_query_bounded(call, api_text(call, parameter), query_out);
}

enum error_code api_snapshot(struct api_call *call, struct archive_snapshot **snapshot_out)
{
    struct api_state *state = (struct api_state *)(void *)call;
    enum error_code   code = ERROR_NONE;
    if (!state->snapshot)
        code = stream_snapshot(call->workspace->stream, &state->snapshot, &call->error);
    *snapshot_out = state->snapshot;
    return code;
}

struct record_actor api_actor(const struct api_call *call)
{
    return (struct record_actor){call->caller.member.id, call->caller.member.name};
}

void api_tell(struct workspace *workspace, const char *kind, struct str data)
{
    hub_tell(workspace->hub, kind, data);
}

void api_put_person(struct json *json, const char *name, int64_t id, struct str called)
{
    json_key(json, name);
    json_object(json);
    json_put_i64(json, "id", id);
    json_put_str(json, "name", called);
    json_end(json);
}

void api_put_owner(struct json *json, const char *name, int64_t id, struct str called)
{
    if (id) {
        api_put_person(json, name, id, called);
        return;
    }
    json_key(json, name);
    json_null(json);
}

void api_list_end(struct api_call *call)
{
    json_end(&call->json);
    json_key(&call->json, "next");
    json_null(&call->json);
    json_end(&call->json);
}

void api_post(struct json *json, const struct post *post)
{
    struct buf line = {0};
    post_print(post, &line);
    if (line.has_failed)
        json->out->has_failed = true;
    json_raw(json, buf_str(&line));
    buf_fini(&line);
}
