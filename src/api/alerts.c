/* Alerts: rules with their record. What would fire is in alerts_preview.c, what fired in alerts_firings.c, where it goes in alerts_outside.c. */
#include "api/alerts.h"

enum error_code alerts_preview(struct api_call *call); /* alerts_preview.c */

/* ---- Shared ---- */

enum error_code alerts_world(struct api_call *call, struct alert_world *world_out)
{
    struct query_list *lists = NULL;
    *world_out = (struct alert_world){.client = call->workspace->name, .public_url = workspace_public_url(call->workspace),
                                      .records = call->workspace->records, .analyser = call->analyser, .now_us = call->now_us,
                                      .topic_query = workspace_topic_query, .context = call->workspace};
    enum error_code code = api_lists(call, &lists, &world_out->list_count);
    world_out->lists = lists;
    return code ? code : api_snapshot(call, &world_out->snapshot);
}

struct alert_change alerts_change(const struct api_call *call)
{
    return (struct alert_change){.actor = api_actor(call), .now_us = call->now_us};
}

enum error_code alerts_body_rule(struct api_call *call, const char *fallback, struct alert_rule *rule_out)
{
    cJSON                   *object = cJSON_GetObjectItemCaseSensitive(call->body, "rule");
    struct alert_world       world;
    const struct query_node *root;
    if (!cJSON_IsObject(object))
        return error_set(&call->error, ERROR_INVALID, "rule: expected an object");
    cJSON *name = cJSON_GetObjectItemCaseSensitive(object, "name");
    if (fallback && (!name || cJSON_IsNull(name) || (cJSON_IsString(name) && !name->valuestring[0]))) {
        cJSON_DeleteItemFromObjectCaseSensitive(object, "name");
        cJSON_AddStringToObject(object, "name", fallback);
    }
    enum error_code code = alert_rule_read(object, call->arena, rule_out, &call->error);
    if (!code)
        code = alerts_world(call, &world);
    return code ? code : alert_rule_query(&world, rule_out, call->arena, &root, &call->error);
}

/* ---- Rules ---- */

static enum error_code tell(struct api_call *call, int64_t id, const char *what)
{
    char data[100];
    snprintf(data, sizeof data, "{\"alert\":%lld,\"what\":\"%s\"}", (long long)id, what);
    api_tell(call->workspace, "alert_rule", str_of(data));
    return ERROR_NONE;
}

static enum error_code show(struct api_call *call, enum error_code code, const struct alert_kept *kept, const char *what)
{
    if (code)
        return code;
    alert_kept_print(kept, &call->json);
    return what ? tell(call, kept->id, what) : ERROR_NONE;
}

static enum error_code list(struct api_call *call)
{
    struct alert_kept *kept;
    size_t             count;
    int64_t            unjudged;
    struct json       *json = &call->json;
    enum error_code    code = alert_all(call->workspace->records, api_boolean(call, "retired"), call->arena, &kept, &count, &call->error);
    if (!code)
        code = alert_count_unjudged(call->workspace->records, call->now_us, &unjudged, &call->error);
    if (code)
        return code;
    json_object(json);
    json_key(json, "alerts");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        alert_kept_print(&kept[i], json);
    json_end(json);
    json_key(json, "next");
    json_null(json);
    json_key(json, "unjudged");
    json_i64(json, unjudged);
    json_key(json, "can_mail");
    json_bool(json, workspace_can_mail(call->workspace));
    json_end(json);
    return ERROR_NONE;
}

static enum error_code one(struct api_call *call)
{
    struct alert_kept kept;
    return show(call, alert_by_id(call->workspace->records, api_id(call), call->arena, &kept, &call->error), &kept, NULL);
}

static enum error_code create(struct api_call *call)
{
    struct alert_rule   rule;
    struct alert_kept   kept;
    struct alert_change change = alerts_change(call);
    enum error_code     code = alerts_body_rule(call, NULL, &rule);
    if (!code)
        code = alert_create(call->workspace->records, &change, &rule, call->arena, &kept, &call->error);
    return show(call, code, &kept, "create");
}

static enum error_code edit(struct api_call *call)
{
    struct alert_rule   rule;
    struct alert_kept   kept;
    struct alert_change change = alerts_change(call);
    bool                takes_over = false;
    enum error_code     code = api_body_i64(call, "version", 1, INT64_C(1) << 53, true, &change.version);
    if (!code)
        code = api_body_bool(call, "takes_over", false, &takes_over);
    if (!code)
        code = alerts_body_rule(call, NULL, &rule);
    if (!code)
        code = alert_edit(call->workspace->records, api_id(call), &change, &rule, takes_over ? change.actor.member : 0, change.actor.name,
                          call->arena, &kept, &call->error);
    return show(call, code, &kept, "edit");
}

static enum error_code set_state(struct api_call *call)
{
    struct alert_kept   kept;
    struct alert_change change = alerts_change(call);
    struct str          word;
    int                 state = 0;
    enum error_code     code = api_body_i64(call, "version", 1, INT64_C(1) << 53, true, &change.version);
    if (!code)
        code = api_body_str(call, "state", 20, true, &word);
    while (!code && state < 3 && !str_equal(word, str_of(alert_state_names[state])))
        state++;
    if (!code && state == 3)
        code = error_set(&call->error, ERROR_INVALID, "state: expected on, paused or retired, found '%.*s'", STR_ARG(word));
    if (!code)
        code = alert_set_state(call->workspace->records, api_id(call), &change, (enum alert_state)state, call->arena, &kept, &call->error);
    return show(call, code, &kept, "state");
}

static enum error_code versions(struct api_call *call)
{
    struct alert_kept kept;
    enum error_code   code = alert_by_id(call->workspace->records, api_id(call), call->arena, &kept, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "versions");
    json_array(&call->json);
    code = alert_versions(call->workspace->records, kept.id, &call->json, call->arena, &call->error);
    api_list_end(call);
    return code;
}

static enum error_code test(struct api_call *call)
{
    struct alert_world  world;
    struct alert_change change = alerts_change(call);
    int64_t             rule = 0, queued = 0;
    enum error_code     code = api_body_i64(call, "alert", 1, INT64_C(1) << 53, true, &rule);
    if (!code)
        code = alerts_world(call, &world);
    if (!code)
        code = alert_test(&world, rule, &change, &queued, &call->error);
    if (code)
        return code;
    alert_courier_wake(call->workspace->courier);
    json_object(&call->json);
    json_key(&call->json, "queued");
    json_i64(&call->json, queued);
    json_end(&call->json);
    return ERROR_NONE;
}

static const struct api_parameter list_parameters[] = {
    {.name = "retired", .type = API_BOOLEAN, .meaning = "retired ones too"}, {0}};

#define WORD                                                                                                                    \
    "{\"type\":\"object\",\"required\":[\"sensitivity\",\"words\",\"z\",\"fired\",\"a_week\",\"low\",\"high\"]}"
#define PREVIEW                                                                                                                 \
    "{\"type\":\"object\",\"required\":[\"from\",\"until\",\"first_post_at\",\"judged_from\",\"weeks\",\"fired\",\"is_partial\",\"words\",\"hits\"," \
    "\"timeline\"],\"properties\":{\"from\":" ALERTS_TIME ",\"until\":" ALERTS_TIME ",\"fired\":" ALERTS_COUNT ",\"words\":{\"type\":\"array\"," \
    "\"items\":" WORD "},\"hits\":{\"type\":\"array\"},\"timeline\":{\"type\":[\"object\",\"null\"]}}}"

const struct api_route api_alerts_routes[] = {
    {HTTP_GET, "/alerts", API_CLIENT, ROLE_VIEWER, "alerts", "rules with their record, newest first",
     "record counts what fired and what people made of it; advice is a sentence, or null; problem says why a rule could not be judged. unjudged "
     "counts those of the last 30 days that wait for a word. can_mail: the server's settings name a mail server.",
     list_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"alerts\",\"next\",\"unjudged\",\"can_mail\"],\"properties\":{\"alerts\":{\"type\":\"array\",\"items\":"
     ALERTS_ONE "},\"next\":" ALERTS_NEXT ",\"unjudged\":" ALERTS_COUNT "}}",
     NULL, 0, list},
    {HTTP_POST, "/alerts", API_CLIENT, ROLE_PRACTITIONER, "alert_create", "make a rule; it is on from now",
     "on: volume (posts of a query or topic), tone (negative ones of those with a known tone), trend, author. sensitivity: very_unusual z >= 6, "
     "unusual z >= 4, above_usual z >= 2.5, of a negative-binomial deviance against the same hour of 1 to 7, 14, 21 and 28 days ago. quiet: "
     "what fires then comes as one summary after. Whoever makes it owns it.",
     NULL, "{\"type\":\"object\",\"required\":[\"rule\"],\"properties\":{\"rule\":" ALERTS_RULE "}}", ALERTS_ONE, NULL, 201, create},
    {HTTP_POST, "/alerts/preview", API_CLIENT, ROLE_VIEWER, "alert_preview", "what a rule would have told in the past, before it is saved",
     "Replays it minute by minute over the archive with the evaluator that runs live. words: for each sensitivity, how many fired and how many "
     "a week to expect, with a 95 % interval. hits: newest first, at most 200; the newest five with posts.",
     NULL,
     "{\"type\":\"object\",\"required\":[\"rule\"],\"properties\":{\"rule\":" ALERTS_RULE
     ",\"weeks\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":12}}}",
     PREVIEW, NULL, 0, alerts_preview},
    {HTTP_POST, "/alerts/test", API_CLIENT, ROLE_PRACTITIONER, "alert_test", "send a test to every address and webhook of a rule",
     "How each went is in /alerts/deliveries.", NULL,
     "{\"type\":\"object\",\"required\":[\"alert\"],\"properties\":{\"alert\":{\"type\":\"integer\"}}}",
     "{\"type\":\"object\",\"required\":[\"queued\"],\"properties\":{\"queued\":" ALERTS_COUNT "}}", NULL, 0, test},
    {HTTP_GET, "/alerts/{id}", API_CLIENT, ROLE_VIEWER, "alert", "one rule with its record", NULL, NULL, NULL, ALERTS_ONE, NULL, 0, one},
    {HTTP_PATCH, "/alerts/{id}", API_CLIENT, ROLE_PRACTITIONER, "alert_edit", "save a rule anew, as its next version",
     "rule is the whole rule. takes_over: whoever saves becomes its owner. 409 where `version` is not the newest.", NULL,
     "{\"type\":\"object\",\"required\":[\"version\",\"rule\"],\"properties\":{\"version\":{\"type\":\"integer\",\"minimum\":1},\"rule\":" ALERTS_RULE
     ",\"takes_over\":{\"type\":\"boolean\"}}}",
     ALERTS_ONE, NULL, 0, edit},
    {HTTP_POST, "/alerts/{id}/state", API_CLIENT, ROLE_PRACTITIONER, "alert_state", "pause a rule, let it go on, or retire it",
     "A rule that goes on is judged from now on, not for the time it slept.", NULL,
     "{\"type\":\"object\",\"required\":[\"version\",\"state\"],\"properties\":{\"version\":{\"type\":\"integer\",\"minimum\":1},\"state\":{\"enum\":"
     "[\"on\",\"paused\",\"retired\"]}}}",
     ALERTS_ONE, NULL, 0, set_state},
    {HTTP_GET, "/alerts/{id}/versions", API_CLIENT, ROLE_VIEWER, "alert_versions", "what a rule was, newest first", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"versions\",\"next\"],\"properties\":{\"versions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":"
     "[\"version\",\"at\",\"by\",\"what\",\"rule\"]}},\"next\":" ALERTS_NEXT "}}",
     NULL, 0, versions},
    {0}};
