/* What fired, what people made of it, and how it was delivered. */
#include "api/alerts.h"

enum { PAGE_DEFAULT = 50, PAGE_MOST = 200 };

enum error_code alerts_print_posts(struct api_call *call, struct archive_snapshot *snapshot, struct str ids)
{
    struct str id, rest = ids;
    json_key(&call->json, "posts");
    json_array(&call->json);
    while (str_next_field(&rest, '\n', &id)) {
        struct post  post;
        struct error missing = {0};
        if (!archive_post(snapshot, id, call->arena, &post, &missing)) /* deleted since: it is not shown */
            api_post(&call->json, &post);
        else if (missing.code != ERROR_NOT_FOUND)
            call->error = missing;
    }
    json_end(&call->json);
    return call->error.code;
}

enum error_code alerts_print_firing(struct api_call *call, struct archive_snapshot *snapshot, const struct alert_firing *firing)
{
    struct json *json = &call->json;
    json_object(json);
    json_put_i64(json, "id", firing->id);
    json_put_i64(json, "alert", firing->rule);
    json_put_i64(json, "alert_version", firing->rule_version);
    json_put_str(json, "name", firing->rule_name);
    json_put_time(json, "at", firing->at_us);
    json_put_time(json, "decided_at", firing->seen_us);
    json_put_str(json, "title", firing->title);
    json_put_str(json, "words", firing->words);
    json_put_i64(json, "value", firing->value);
    json_put_i64(json, "known", firing->known);
    json_key(json, "expected");
    json_double(json, firing->expected, 2);
    json_key(json, "z");
    json_double(json, firing->z, 2);
    json_put_str(json, "basis", str_of(firing->basis));
    json_put_i64(json, "voices", firing->voices);
    json_put_i64(json, "window_s", firing->window_us / CLOCK_SECOND_US);
    json_key(json, "trend");
    firing->trend ? json_i64(json, firing->trend) : json_null(json);
    json_key(json, "is_quiet");
    json_bool(json, firing->held_until_us != 0);
    json_put_time(json, "held_until", firing->held_until_us);
    json_key(json, "outcome");
    firing->outcome ? json_text(json, alert_outcome_names[firing->outcome]) : json_null(json);
    json_put_str(json, "note", firing->note);
    json_put_str(json, "outcome_by", firing->outcome_by);
    json_put_time(json, "outcome_at", firing->outcome_us);
    enum error_code code = alerts_print_posts(call, snapshot, firing->post_ids);
    json_end(json);
    return code;
}

static enum error_code cursor_of(struct api_call *call, int64_t *before_out)
{
    struct str cursor = api_text(call, "cursor");
    *before_out = 0;
    if (cursor.len && (!str_to_i64(cursor, before_out) || *before_out < 1))
        return error_set(&call->error, ERROR_USAGE, "cursor: '%.*s' is none of ours", (int)(cursor.len < 60 ? cursor.len : 60), cursor.ptr);
    return ERROR_NONE;
}

static void put_next(struct json *json, bool has_more, int64_t last)
{
    char text[24];
    json_key(json, "next");
    if (!has_more) {
        json_null(json);
        return;
    }
    snprintf(text, sizeof text, "%lld", (long long)last);
    json_text(json, text);
}

static enum error_code list(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct alert_firing     *firings;
    size_t                   count, limit = (size_t)api_integer(call, "limit", PAGE_DEFAULT);
    struct alert_firing_ask  ask = {.rule = api_integer(call, "alert", 0), .only_unjudged = api_boolean(call, "unjudged"), .limit = limit + 1};
    enum error_code          code = cursor_of(call, &ask.before);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = alert_firings(call->workspace->records, &ask, call->arena, &firings, &count, &call->error);
    if (code)
        return code;
    bool has_more = count > limit;
    count = has_more ? limit : count;
    json_object(&call->json);
    json_key(&call->json, "firings");
    json_array(&call->json);
    for (size_t i = 0; i < count && !code; i++)
        code = alerts_print_firing(call, snapshot, &firings[i]);
    json_end(&call->json);
    put_next(&call->json, has_more, count ? firings[count - 1].id : 0);
    json_end(&call->json);
    return code;
}

static enum error_code judge(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct alert_firing      firing;
    struct alert_change      change = alerts_change(call);
    struct str               word = STR(""), note = STR("");
    int                      outcome = 0;
    const cJSON             *item = cJSON_GetObjectItemCaseSensitive(call->body, "outcome");
    enum error_code          code = cJSON_IsNull(item) ? ERROR_NONE : api_body_str(call, "outcome", 20, true, &word);
    if (!code)
        code = api_body_str(call, "note", ALERT_NOTE_MAX_BYTES, false, &note);
    while (!code && outcome < 5 && !str_equal(word, str_of(alert_outcome_names[outcome])))
        outcome++;
    if (!code && outcome == 5)
        code = error_set(&call->error, ERROR_INVALID, "outcome: expected useful, not_useful, too_late, acted or null, found '%.*s'", STR_ARG(word));
    if (!code)
        code = alert_judge_firing(call->workspace->records, api_id(call), &change, (enum alert_outcome)outcome, note, call->arena, &firing,
                                  &call->error);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    char data[80];
    snprintf(data, sizeof data, "{\"alert\":%lld,\"what\":\"outcome\"}", (long long)firing.rule);
    api_tell(call->workspace, "alert_rule", str_of(data));
    return alerts_print_firing(call, snapshot, &firing);
}

/* Who may not work with alerts sees that a mail was sent, not to whom. */
static void put_target(struct api_call *call, const struct alert_delivery *delivery)
{
    json_key(&call->json, "target");
    call->role >= ROLE_PRACTITIONER ? json_str(&call->json, delivery->target) : json_null(&call->json);
}

static enum error_code deliveries(struct api_call *call)
{
    struct alert_delivery    *rows;
    struct json              *json = &call->json;
    size_t                    count, limit = (size_t)api_integer(call, "limit", PAGE_DEFAULT);
    struct alert_delivery_ask ask = {.rule = api_integer(call, "alert", 0), .only_troubled = api_boolean(call, "troubled"), .limit = limit + 1};
    enum error_code           code = cursor_of(call, &ask.before);
    if (!code)
        code = alert_deliveries(call->workspace->records, &ask, call->arena, &rows, &count, &call->error);
    if (code)
        return code;
    bool has_more = count > limit;
    count = has_more ? limit : count;
    json_object(json);
    json_key(json, "deliveries");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        const struct alert_delivery *row = &rows[i];
        json_object(json);
        json_put_i64(json, "id", row->id);
        json_put_i64(json, "alert", row->rule);
        json_put_str(json, "name", row->rule_name);
        json_key(json, "firing");
        row->firing ? json_i64(json, row->firing) : json_null(json);
        json_put_str(json, "kind", row->is_test ? STR("test") : row->is_digest ? STR("digest") : STR("firing"));
        json_put_str(json, "channel", str_of(alert_channel_names[row->channel]));
        put_target(call, row);
        json_put_str(json, "fate", str_of(alert_fate_names[row->fate]));
        json_put_i64(json, "attempts", row->attempts);
        json_put_time(json, "created_at", row->created_us);
        json_put_time(json, "next_at", row->fate == ALERT_WAITING ? row->next_us : 0);
        json_put_time(json, "settled_at", row->settled_us);
        json_put_str(json, "said", row->said);
        json_end(json);
    }
    json_end(json);
    put_next(json, has_more, count ? rows[count - 1].id : 0);
    json_end(json);
    return ERROR_NONE;
}

#define PAGE_PARAMETERS                                                                                                         \
    {.name = "alert", .type = API_INTEGER, .least = 1, .most = INT64_C(1) << 53, .meaning = "of this rule alone"},              \
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = PAGE_MOST, .meaning = "at most so many; 50 where it is not said"}, \
    {.name = "cursor", .type = API_TEXT, .meaning = "next of the page before"}

static const struct api_parameter firing_parameters[] = {
    PAGE_PARAMETERS, {.name = "unjudged", .type = API_BOOLEAN, .meaning = "those without an outcome alone"}, {0}};
static const struct api_parameter delivery_parameters[] = {
    PAGE_PARAMETERS,
    {.name = "troubled", .type = API_BOOLEAN, .meaning = "those that failed, whose outcome is uncertain, or that are tried again alone"}, {0}};

const struct api_route api_alerts_firings_routes[] = {
    {HTTP_GET, "/alerts/firings", API_CLIENT, ROLE_VIEWER, "alert_firings", "what fired, newest first",
     "basis: same_hour, just_before, no_usual: what it was compared with. Posts that were deleted since are not shown.", firing_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"firings\",\"next\"],\"properties\":{\"firings\":{\"type\":\"array\",\"items\":" ALERTS_FIRING
     "},\"next\":" ALERTS_NEXT "}}",
     NULL, 0, list},
    {HTTP_POST, "/alerts/firings/{id}/outcome", API_CLIENT, ROLE_LEARNER, "alert_outcome", "say what a firing was good for",
     "outcome null takes it back. The last word counts; each is in the audit trail.", NULL,
     "{\"type\":\"object\",\"required\":[\"outcome\"],\"properties\":{\"outcome\":{\"enum\":[null,\"useful\",\"not_useful\",\"too_late\",\"acted\"]},"
     "\"note\":{\"type\":\"string\",\"maxLength\":2000}}}",
     ALERTS_FIRING, NULL, 0, judge},
    {HTTP_GET, "/alerts/deliveries", API_CLIENT, ROLE_VIEWER, "alert_deliveries", "mails and webhooks of alerts, newest first",
     "fate: waiting, sending, sent, uncertain (it may have arrived; mails are never repeated then), dead (given up), cancelled. Targets are shown "
     "to those who may change alerts. Kept for 90 days.",
     delivery_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"deliveries\",\"next\"],\"properties\":{\"deliveries\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
     "\"required\":[\"id\",\"alert\",\"kind\",\"channel\",\"target\",\"fate\",\"attempts\",\"created_at\",\"said\"]}},\"next\":" ALERTS_NEXT "}}",
     NULL, 0, deliveries},
    {0}};
