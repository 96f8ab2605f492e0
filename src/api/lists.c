/* Named lists: list:NAME in any query of the client. */
#include "alert/alert.h"
#include "api/topics.h"

/* The alerts that listen with a list: the topic room does not know them. */
static enum error_code find_alerts(struct api_call *call, struct str list, struct alert_kept **alerts_out, size_t *count_out)
{
    struct alert_kept *all;
    size_t             count;
    enum error_code    code = alert_all(call->workspace->records, false, call->arena, &all, &count, &call->error);
    *alerts_out = all;
    *count_out = 0;
    for (size_t i = 0; !code && i < count; i++)
        if (topic_text_uses_list(all[i].rule.query, list))
            all[(*count_out)++] = all[i];
    return code;
}

static void put_alert(struct json *json, struct str name)
{
    struct buf text = {0};
    buf_printf(&text, "alert %.*s", STR_ARG(name));
    json_str(json, buf_str(&text));
    buf_fini(&text);
}

static enum error_code put_list(struct api_call *call, const struct topic_list *list)
{
    struct json       *json = &call->json;
    struct str        *users = NULL;
    struct alert_kept *alerts = NULL;
    size_t             count = 0, alert_count = 0;
    enum error_code    code = topic_list_users(call->workspace->records, list->name, call->arena, &users, &count, &call->error);
    if (!code)
        code = find_alerts(call, list->name, &alerts, &alert_count);
    json_object(json);
    json_put_str(json, "name", list->name);
    json_put_str(json, "text", list->text);
    json_put_i64(json, "version", list->version);
    topics_put_person(json, "by", list->by);
    json_put_time(json, "updated_at", list->updated_us);
    json_key(json, "used_by");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_str(json, users[i]);
    for (size_t i = 0; i < alert_count; i++)
        put_alert(json, alerts[i].rule.name);
    json_end(json);
    json_end(json);
    return code;
}

static enum error_code all(struct api_call *call)
{
    struct topic_list *lists;
    size_t             count;
    enum error_code    code = topic_list_all(call->workspace->records, call->arena, &lists, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "lists");
    json_array(&call->json);
    for (size_t i = 0; !code && i < count; i++)
        code = put_list(call, &lists[i]);
    api_list_end(call);
    return code;
}

static enum error_code one(struct api_call *call)
{
    struct topic_list list;
    enum error_code   code = topic_list_by_name(call->workspace->records, api_name(call), call->arena, &list, &call->error);
    return code ? code : put_list(call, &list);
}

static enum error_code put(struct api_call *call)
{
    struct topic_change change = {.actor = api_actor(call), .now_us = call->now_us};
    struct topic_list   list;
    struct str          text;
    enum error_code     code = api_body_str(call, "text", QUERY_MAX_BYTES, true, &text);
    if (!code)
        code = api_body_i64(call, "version", 0, INT64_MAX, false, &change.version);
    if (!code)
        code = topic_list_put(call->workspace->records, &change, api_name(call), text, call->analyser, call->arena, &list, &call->error);
    if (code)
        return code;
    api_tell(call->workspace, "list", STR("{}"));
    return put_list(call, &list);
}

static enum error_code delete(struct api_call *call)
{
    struct topic_change change = {.actor = api_actor(call), .now_us = call->now_us, .version = api_integer(call, "version", 0)};
    struct alert_kept  *alerts;
    size_t              count;
    struct str          name = api_name(call);
    enum error_code     code = find_alerts(call, name, &alerts, &count);
    if (!code && count)
        code = error_set(&call->error, ERROR_CONFLICT, "list %.*s is used by alert %.*s", (int)(name.len < 80 ? name.len : 80), name.ptr,
                         STR_ARG(alerts[0].rule.name));
    if (!code)
        code = topic_list_delete(call->workspace->records, &change, name, call->arena, &call->error);
    if (!code)
        api_tell(call->workspace, "list", STR("{}"));
    return code;
}

static const struct api_parameter delete_parameters[] = {
    {.name = "version", .type = API_INTEGER, .least = 1, .most = INT64_MAX, .meaning = "the version that was seen; 409 where it moved on"}, {0}};

#define LIST                                                                                                                    \
    "{\"type\":\"object\",\"required\":[\"name\",\"text\",\"version\",\"by\",\"updated_at\",\"used_by\"],\"properties\":{\"name\":{\"type\":\"string\"}," \
    "\"text\":{\"type\":\"string\"},\"version\":" TOPICS_COUNT ",\"by\":" TOPICS_PERSON                                                \
    ",\"used_by\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}"

const struct api_route api_lists_routes[] = {
    {HTTP_GET, "/lists", API_CLIENT, ROLE_VIEWER, "lists", "the client's named lists, and who uses them", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"lists\",\"next\"],\"properties\":{\"lists\":{\"type\":\"array\",\"items\":" LIST "},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, all},
    {HTTP_GET, "/lists/{name}", API_CLIENT, ROLE_VIEWER, "list", "one named list", NULL, NULL, NULL, LIST, NULL, 0, one},
    {HTTP_PUT, "/lists/{name}", API_CLIENT, ROLE_PRACTITIONER, "list_put", "make a named list, or say something else by it",
     "The text is one term a line, or a query. Without version the list must be new; with it, it must not have moved on (409). A list that "
     "would break a topic or another list, or hold itself, is refused with 422.",
     NULL,
     "{\"type\":\"object\",\"required\":[\"text\"],\"properties\":{\"text\":{\"type\":\"string\"},\"version\":" TOPICS_COUNT "}}", LIST, NULL, 0, put},
    {HTTP_DELETE, "/lists/{name}", API_CLIENT, ROLE_PRACTITIONER, "list_delete", "remove a named list that nothing uses",
     "409 names the first topic, list or alert that uses it.", delete_parameters, NULL, NULL, NULL, 0, delete},
    {0}};
