/* The door for other programs: a webhook source takes posts of strangers who know its secret. What proves them is in source/webhook/webhook.h; here they
 * are only let in as far as the connector, which is the one that knows the secret. */
#include "api/sources.h"

#include "source/webhook/webhook.h"

/* What no client has and what is not signed are told alike, so that nobody learns here which clients there are. */
static enum error_code not_theirs(struct api_call *call)
{
    return error_set(&call->error, ERROR_DENIED, "the signature does not fit");
}

/* Set up, and not read by those who begin wires yet (the first moment of a server). */
static bool begins_soon(struct api_call *call, struct workspace *workspace, int64_t id)
{
    struct capture_source source;
    struct error          none = {0};
    if (capture_source_by_id(workspace->records, id, call->arena, &source, &none))
        return false;
    const struct connector *connector = connector_by_name(source.connector);
    return connector && connector->acts & SOURCE_DELIVER;
}

static enum error_code answer(struct api_call *call, const struct source_result *result)
{
    struct json *json = &call->json;
    switch (result->failure) {
    case SOURCE_DONE:
    case SOURCE_DUPLICATE: break;
    case SOURCE_AUTH: return error_set(&call->error, ERROR_DENIED, "%s", result->message);
    case SOURCE_REFUSED: return error_set(&call->error, ERROR_INVALID, "%s", result->message);
    default: return error_set(&call->error, ERROR_BUSY, "not taken: %s; send it again later, signed anew", result->message);
    }
    json_object(json);
    json_put_i64(json, "taken", (int64_t)result->count);
    json_key(json, "is_duplicate");
    json_bool(json, result->failure == SOURCE_DUPLICATE);
    json_key(json, "refused_because");
    result->message[0] && result->failure == SOURCE_DONE ? json_text(json, result->message) : json_null(json);
    json_end(json);
    return ERROR_NONE;
}

static enum error_code deliver(struct api_call *call)
{
    const struct api_state *state = (const struct api_state *)(const void *)call;
    struct str              name = state->places[0];
    int64_t                 id = 0;
    struct source_result    result = {0};
    struct capture_delivery delivery = {.name = http_header(call->request, "x-bellwether-id"),
                                        .timestamp = http_header(call->request, "x-bellwether-timestamp"),
                                        .signature = http_header(call->request, "x-bellwether-signature"),
                                        .body = call->request->body};
    if (delivery.body.len > WEBHOOK_MAX_BYTES)
        return error_set(&call->error, ERROR_TOO_LARGE, "a delivery has at most %d bytes, this one has %zu", WEBHOOK_MAX_BYTES, delivery.body.len);
    if (delivery.name.len >= SOURCE_KEY_BYTES)
        return error_set(&call->error, ERROR_USAGE, "X-Bellwether-Id: at most %d bytes", SOURCE_KEY_BYTES - 1);
    struct open_client *open = api_client(call->api, name);
    if (!open || open->error.code || !str_to_i64(state->places[1], &id) || !delivery.signature.len || !delivery.timestamp.len)
        return not_theirs(call);
    enum error_code code = capture_deliver(call->api->capture, open->workspace.name, id, &delivery, &result, &call->error);
    if (code == ERROR_NOT_FOUND && begins_soon(call, &open->workspace, id))
        return error_set(&call->error, ERROR_BUSY, "nobody listens here just yet; send it again later, signed anew");
    if (code == ERROR_NOT_FOUND)
        return not_theirs(call);
    return code ? code : answer(call, &result);
}

const struct api_route api_hooks_routes[] = {
    {.method = HTTP_POST,
     .path = "/hooks/{name}/{id}",
     .scope = API_SERVER,
     .least = ROLE_NONE,
     .id = "hook_deliver",
     .summary = "bring posts to a webhook source, signed with its secret",
     .details = "The path names the client and the source's number. X-Bellwether-Timestamp: seconds since 1970, at most five minutes from this server's clock. "
                "X-Bellwether-Signature: v1= and the hex HMAC-SHA256, under the secret, of the timestamp, a full stop and the body. X-Bellwether-Id (may be left "
                "out): a name for this delivery; the same again within ten minutes is taken once. Body: posts as JSON Lines or as an array, at most 1 MiB: id, at, "
                "author {id, handle, name}, text, and what else docs/sources.md says; {\"op\":\"delete\",\"id\"} takes one out. 202 when all of it is on disk.",
     .takes = "application/jsonl",
     .gives = "{\"type\":\"object\",\"required\":[\"taken\",\"is_duplicate\",\"refused_because\"],\"properties\":{\"taken\":" SOURCES_COUNT
              ",\"is_duplicate\":{\"type\":\"boolean\"},\"refused_because\":{\"type\":[\"string\",\"null\"]}}}",
     .status = 202,
     .handle = deliver,
     .is_signed = true},
    {0}};
