/* Webhooks, and the feed with its private addresses. */
#include "api/alerts.h"
#include "api/service.h"

static void end_list(struct json *json)
{
    json_end(json);
    json_key(json, "next");
    json_null(json);
    json_end(json);
}

/* ---- Webhooks ---- */

static void print_hook(struct json *json, const struct alert_hook *hook)
{
    json_put_i64(json, "id", hook->id);
    json_put_str(json, "url", hook->url);
    json_put_time(json, "created_at", hook->created_us);
    json_put_str(json, "created_by", hook->created_by);
}

static enum error_code hooks(struct api_call *call)
{
    struct alert_hook *rows;
    size_t             count;
    enum error_code    code = alert_hooks(call->workspace->records, call->arena, &rows, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "webhooks");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++) {
        json_object(&call->json);
        print_hook(&call->json, &rows[i]);
        json_end(&call->json);
    }
    end_list(&call->json);
    return ERROR_NONE;
}

static enum error_code hook_add(struct api_call *call)
{
    struct alert_change change = alerts_change(call);
    struct alert_hook   hook;
    struct str          url, secret;
    enum error_code     code = api_body_str(call, "url", ALERT_URL_MAX_BYTES, true, &url);
    if (!code)
        code = alert_hook_add(call->workspace->records, &change, url, call->arena, &hook, &secret, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    print_hook(&call->json, &hook);
    json_put_str(&call->json, "secret", secret);
    json_end(&call->json);
    return ERROR_NONE;
}

static enum error_code hook_remove(struct api_call *call)
{
    struct alert_change change = alerts_change(call);
    return alert_hook_remove(call->workspace->records, api_id(call), &change, &call->error);
}

/* ---- The feed ---- */

static void print_feed(struct json *json, const struct alert_feed *feed)
{
    json_put_i64(json, "id", feed->id);
    json_put_time(json, "created_at", feed->created_us);
    json_put_str(json, "created_by", feed->created_by);
    json_put_time(json, "used_at", feed->used_us);
}

static enum error_code feeds(struct api_call *call)
{
    struct alert_feed *rows;
    size_t             count;
    enum error_code    code = alert_feeds(call->workspace->records, call->arena, &rows, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "feeds");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++) {
        json_object(&call->json);
        print_feed(&call->json, &rows[i]);
        json_end(&call->json);
    }
    end_list(&call->json);
    return ERROR_NONE;
}

static enum error_code feed_add(struct api_call *call)
{
    struct alert_change change = alerts_change(call);
    struct alert_feed   feed;
    struct str          token;
    struct buf          path = {.max_bytes = 1024};
    enum error_code     code = alert_feed_add(call->workspace->records, &change, call->arena, &feed, &token, &call->error);
    if (code)
        return code;
    buf_printf(&path, "/api/v1/alerts/feed.atom?client=%s&token=%.*s", call->workspace->name, STR_ARG(token));
    json_object(&call->json);
    print_feed(&call->json, &feed);
    json_put_str(&call->json, "path", buf_str(&path));
    json_end(&call->json);
    buf_fini(&path);
    return ERROR_NONE;
}

static enum error_code feed_remove(struct api_call *call)
{
    struct alert_change change = alerts_change(call);
    return alert_feed_remove(call->workspace->records, api_id(call), &change, &call->error);
}

/* Feed readers have no session: the token in the address is the key, for this feed of this client and nothing else. A client that does not
 * exist and a token that does not fit are told alike. */
static enum error_code feed_atom(struct api_call *call)
{
    struct open_client *open = api_client(call->api, api_text(call, "client"));
    struct buf          self = {.max_bytes = 4096};
    if (!open || open->error.code)
        return error_set(&call->error, ERROR_DENIED, "this feed's address is not in force");
    struct workspace *workspace = &open->workspace;
    const char       *public_url = workspace_public_url(workspace);
    enum error_code   code = alert_feed_prove(workspace->records, api_text(call, "token"), call->now_us, &call->error);
    if (code)
        return code;
    if (public_url && public_url[0]) {
        size_t len = strlen(public_url);
        while (len && public_url[len - 1] == '/')
            len--;
        buf_printf(&self, "%.*s%.*s", (int)len, public_url, STR_ARG(call->request->target));
    }
    code = alert_feed_print(workspace->records, workspace->name, public_url, buf_str(&self), stream_now_us(workspace->stream), call->arena,
                            &call->response->body, &call->error);
    call->response->content_type = "application/atom+xml; charset=utf-8";
    buf_fini(&self);
    return code;
}

static const struct api_parameter atom_parameters[] = {
    {.name = "client", .type = API_TEXT, .meaning = "whose alerts", .is_required = true},
    {.name = "token", .type = API_TEXT, .meaning = "of a private address, made by POST /alerts/feeds", .is_required = true},
    {0}};

#define HOOK                                                                                                                    \
    "{\"type\":\"object\",\"required\":[\"id\",\"url\",\"created_at\",\"created_by\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"url\":{\"type\":"  \
    "\"string\"},\"secret\":{\"type\":\"string\"}}}"
#define FEED                                                                                                                    \
    "{\"type\":\"object\",\"required\":[\"id\",\"created_at\",\"created_by\",\"used_at\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"path\":"  \
    "{\"type\":\"string\"}}}"

const struct api_route api_alerts_outside_routes[] = {
    {HTTP_GET, "/alerts/webhooks", API_CLIENT, ROLE_PRACTITIONER, "alert_webhooks", "receivers of alerts", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"webhooks\",\"next\"],\"properties\":{\"webhooks\":{\"type\":\"array\",\"items\":" HOOK "},\"next\":" ALERTS_NEXT
     "}}",
     NULL, 0, hooks},
    {HTTP_POST, "/alerts/webhooks", API_CLIENT, ROLE_PRACTITIONER, "alert_webhook_add", "add a receiver; its secret is shown this once",
     "Each POST carries X-Bellwether-Id (the same for every attempt), X-Bellwether-Timestamp (seconds since 1970), and X-Bellwether-Signature: "
     "v1= and the hex of HMAC-SHA256 over timestamp, a dot and the body, keyed with the whole secret. Redirects are not followed.",
     NULL, "{\"type\":\"object\",\"required\":[\"url\"],\"properties\":{\"url\":{\"type\":\"string\",\"maxLength\":1000}}}", HOOK, NULL, 201, hook_add},
    {HTTP_DELETE, "/alerts/webhooks/{id}", API_CLIENT, ROLE_PRACTITIONER, "alert_webhook_remove", "remove a receiver and its secret",
     "What waits for it is cancelled; rules that name it go on without it.", NULL, NULL, NULL, NULL, 0, hook_remove},
    {HTTP_GET, "/alerts/feeds", API_CLIENT, ROLE_PRACTITIONER, "alert_feeds", "private addresses of the feed, without their tokens", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"feeds\",\"next\"],\"properties\":{\"feeds\":{\"type\":\"array\",\"items\":" FEED "},\"next\":" ALERTS_NEXT "}}",
     NULL, 0, feeds},
    {HTTP_POST, "/alerts/feeds", API_CLIENT, ROLE_PRACTITIONER, "alert_feed_add", "make a private address of the feed; it is shown this once", NULL,
     NULL, NULL, FEED, NULL, 201, feed_add},
    {HTTP_DELETE, "/alerts/feeds/{id}", API_CLIENT, ROLE_PRACTITIONER, "alert_feed_remove", "revoke a private address", NULL, NULL, NULL, NULL, NULL, 0,
     feed_remove},
    {HTTP_GET, "/alerts/feed.atom", API_SERVER, ROLE_NONE, "alert_feed", "alerts as an Atom feed, for feed readers",
     "The token in the address is its key: anybody who has it reads this feed and nothing else, until it is revoked.", atom_parameters, NULL,
     "{\"type\":\"string\"}", "application/atom+xml", 0, feed_atom},
    {0}};
