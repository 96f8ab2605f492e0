/* Saved views: a state of Explore under a name. Everybody sees them; who saved one changes it. */
#include "api/topics.h"

static void put_view(struct json *json, const struct topic_view *view)
{
    json_object(json);
    json_put_i64(json, "id", view->id);
    json_put_str(json, "name", view->name);
    json_put_str(json, "state", view->state);
    json_put_bool(json, "has_time", view->has_time);
    json_put_i64(json, "version", view->version);
    topics_put_person(json, "owner", view->owner);
    json_put_time(json, "updated_at", view->updated_us);
    json_end(json);
}

static enum error_code list(struct api_call *call)
{
    struct topic_view *views;
    size_t             count;
    enum error_code    code = topic_views(call->workspace->records, call->arena, &views, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "views");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put_view(&call->json, &views[i]);
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code save(struct api_call *call, struct topic_view *view, bool is_new)
{
    struct topic_change change = {.actor = api_actor(call), .now_us = call->now_us};
    struct topic_view   saved;
    enum error_code     code = is_new ? ERROR_NONE : api_body_i64(call, "version", 1, INT64_MAX, true, &change.version);
    if (!code && (is_new || api_body_has(call, "name")))
        code = api_body_str(call, "name", TOPIC_VIEW_NAME_MAX_BYTES, true, &view->name);
    if (!code && (is_new || api_body_has(call, "state"))) {
        view->state = (struct str){0};
        code = api_body_str(call, "state", TOPIC_VIEW_STATE_MAX_BYTES, false, &view->state);
    }
    if (!code)
        code = api_body_bool(call, "has_time", false, &view->has_time);
    if (!code)
        code = topic_view_put(call->workspace->records, &change, view, call->role >= ROLE_ADMIN, call->arena, &saved, &call->error);
    if (code)
        return code;
    put_view(&call->json, &saved);
    return ERROR_NONE;
}

static enum error_code create(struct api_call *call)
{
    struct topic_view view = {0};
    return save(call, &view, true);
}

static enum error_code edit(struct api_call *call)
{
    struct topic_view view;
    enum error_code   code = topic_view_by_id(call->workspace->records, api_id(call), call->arena, &view, &call->error);
    return code ? code : save(call, &view, false);
}

static enum error_code delete(struct api_call *call)
{
    struct topic_change change = {.actor = api_actor(call), .now_us = call->now_us};
    return topic_view_delete(call->workspace->records, &change, api_id(call), call->role >= ROLE_ADMIN, call->arena, &call->error);
}

#define MEMBERS                                                                                                                 \
    "\"name\":{\"type\":\"string\",\"maxLength\":120},\"state\":{\"type\":\"string\",\"maxLength\":8192},\"has_time\":{\"type\":\"boolean\"}"
#define VIEW                                                                                                                    \
    "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"state\",\"has_time\",\"version\",\"owner\",\"updated_at\"],\"properties\":{\"id\":{\"type\":"  \
    "\"integer\"}," MEMBERS ",\"version\":" TOPICS_COUNT ",\"owner\":" TOPICS_PERSON "}}"

const struct api_route api_views_routes[] = {
    {HTTP_GET, "/views", API_CLIENT, ROLE_VIEWER, "views", "saved views, by name",
     "state is the query part of the page's address; has_time says whether the time range is part of it.", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"views\",\"next\"],\"properties\":{\"views\":{\"type\":\"array\",\"items\":" VIEW "},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, list},
    {HTTP_POST, "/views", API_CLIENT, ROLE_LEARNER, "view_create", "save a view", "Names are unique for each owner (409).", NULL,
     "{\"type\":\"object\",\"required\":[\"name\",\"state\"],\"properties\":{" MEMBERS "}}", VIEW, NULL, 201, create},
    {HTTP_PATCH, "/views/{id}", API_CLIENT, ROLE_LEARNER, "view_edit", "rename a view, or save another state under it",
     "Only its owner, or an admin. 409 where `version` is not the newest.", NULL,
     "{\"type\":\"object\",\"required\":[\"version\"],\"properties\":{\"version\":{\"type\":\"integer\",\"minimum\":1}," MEMBERS "}}", VIEW, NULL, 0, edit},
    {HTTP_DELETE, "/views/{id}", API_CLIENT, ROLE_LEARNER, "view_delete", "remove a view", "Only its owner, or an admin.", NULL, NULL, NULL, NULL, 0,
     delete},
    {0}};
