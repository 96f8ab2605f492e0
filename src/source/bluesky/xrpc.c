#include "source/bluesky/xrpc.h"

#include "base/clock.h"
#include "base/json.h"

enum { TIMEOUT_MS = 20000, MOST_BYTES = 8 * 1024 * 1024, LIMIT_UNKNOWN_US = 60 * 1000 * 1000 };

enum error_code xrpc_init(struct xrpc *xrpc, struct source_port *port, int stop_fd, struct error *error)
{
    *xrpc = (struct xrpc){.port = port, .stop_fd = stop_fd, .pool = fetch_pool_new()};
    struct str service = source_port_text(port, "service"), directory = source_port_text(port, "directory"),
                         session = source_port_text(port, "session");
    while (service.len && service.ptr[service.len - 1] == '/')
        service.len--;
    snprintf(xrpc->service, sizeof xrpc->service, "%.*s", STR_ARG(service));
    snprintf(xrpc->directory, sizeof xrpc->directory, "%.*s", STR_ARG(directory));
    xrpc->has_account = source_port_text(port, "identifier").len > 0 &&
                        (source_port_text(port, "app_password").len > 0 || session.len > 0);
    buf_append_str(&xrpc->refresh, session);
    return xrpc->pool && !xrpc->refresh.has_failed ? ERROR_NONE : error_set(error, ERROR_MEMORY,
                                                                            "no memory for an account");
}

void xrpc_fini(struct xrpc *xrpc)
{
    fetch_pool_free(xrpc->pool);
    buf_fini(&xrpc->access);
    buf_fini(&xrpc->refresh);
}

void xrpc_answer_fini(struct xrpc_answer *answer)
{
    fetch_answer_fini(&answer->http);
}

/* ---- What an answer means ---- */

/* {"error": "InvalidSwap", "message": "..."} */
static void take_words(struct xrpc_answer *answer)
{
    struct arena    arena = {0};
    struct node     node = node_json(buf_str(&answer->http.body), &arena);
    struct node_map map;
    struct str      key, name = {0}, message = {0};
    if (answer->http.body.len && node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (str_equal(key, STR("error")))
                node_text(&node, &name);
            else if (str_equal(key, STR("message")))
                node_text(&node, &message);
            else
                node_skip(&node);
        }
    snprintf(answer->name, sizeof answer->name, "%.*s", STR_ARG(name));
    if (message.len || name.len)
        snprintf(answer->message, sizeof answer->message, "%.*s%s%.*s", STR_ARG(name), message.len ? ": " : "",
                 STR_ARG(message));
    else
        snprintf(answer->message, sizeof answer->message, "status %d", answer->status);
    arena_fini(&arena);
}

static bool is_named(const struct xrpc_answer *answer, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(answer->name, *names) == 0)
            return true;
    return false;
}

static enum source_failure meaning_of(const struct xrpc_answer *answer, bool is_write)
{
    static const char *const token[] = {"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired",
                                        "AccountTakedown", "AccountDeactivated", NULL};
    static const char *const gone[] = {"RecordNotFound", "NotFound", "RepoNotFound", "RepoTakendown", "RepoDeactivated",
                                       NULL};
    if (answer->status >= 200 && answer->status < 300)
        return SOURCE_DONE;
    if (answer->status == 429)
        return SOURCE_LIMITED;
    if (answer->status == 401 || is_named(answer, token))
        return SOURCE_AUTH;
    if (answer->status == 404 || is_named(answer, gone) || strstr(answer->message, "Could not locate record") ||
        strstr(answer->message, "Could not find repo"))
        return SOURCE_GONE;
    if (answer->status == 403)
        return SOURCE_NOT_PERMITTED;
    if (answer->status >= 500) /* it may have been done before it went wrong */
        return is_write ? SOURCE_UNKNOWN_OUTCOME : SOURCE_TRANSIENT;
    return SOURCE_REFUSED;
}

static int64_t header_number(const struct fetch_answer *answer, const char *name)
{
    struct str value = fetch_header(answer, name);
    int64_t    number;
    return value.ptr && str_to_i64(value, &number) ? number : -1;
}

/* What is left of the platform's patience, and how long a 429 lasts. */
static void take_limits(struct xrpc *xrpc, struct xrpc_answer *answer)
{
    int64_t now_us = clock_now_us();
    if (answer->status != 429)
        return;
    int64_t wait_us = fetch_retry_after_us(&answer->http, now_us), until_us = now_us + (wait_us ? wait_us
                                                                                        : LIMIT_UNKNOWN_US);
    xrpc->limited_until_us = until_us;
    answer->retry_after_s = (until_us - now_us) / CLOCK_SECOND_US + 1;
    struct source_status status = {.phase = SOURCE_RATE_LIMITED, .until_us = until_us,
                                   .remaining = header_number(&answer->http, "RateLimit-Remaining"),
                                   .limit = header_number(&answer->http, "RateLimit-Limit")};
    snprintf(status.message, sizeof status.message, "%.200s asks to be left alone", xrpc->service);
    source_port_status(xrpc->port, &status);
}

/* ---- One request ---- */

static bool send(struct xrpc *xrpc, const struct fetch *fetch_io, struct xrpc_answer *answer)
{
    struct error error = {0};
    struct fetch request = *fetch_io;
    bool         is_write = request.method != NULL && strcmp(request.method, "POST") == 0;
    int64_t      now_us = clock_now_us();
    *answer = (struct xrpc_answer){0};
    if (xrpc->limited_until_us > now_us) {
        answer->failure = SOURCE_LIMITED;
        answer->retry_after_s = (xrpc->limited_until_us - now_us) / CLOCK_SECOND_US + 1;
        snprintf(answer->message, sizeof answer->message, "%.200s asked to be left alone", xrpc->service);
        return false;
    }
    request.allows_private = source_port_allows_private(xrpc->port);
    request.timeout_ms = TIMEOUT_MS;
    request.most_bytes = MOST_BYTES;
    request.stop_fd = xrpc->stop_fd;
    request.pool = is_write ? NULL
                   : xrpc->pool; /* on a kept connection that turns out to be dead libcurl sends by itself again */
    enum error_code code = fetch(&request, &answer->http, &error);
    answer->status = code ? 0 : answer->http.status;
    if (code) {
        snprintf(answer->message, sizeof answer->message, "%.200s", error.message);
        answer->failure = code == ERROR_UNCERTAIN || (code == ERROR_CANCELLED && is_write) ? SOURCE_UNKNOWN_OUTCOME
                          : code == ERROR_INVALID || code == ERROR_FORBIDDEN || code == ERROR_TOO_LARGE ? SOURCE_REFUSED
                              : SOURCE_TRANSIENT;
        return false;
    }
    if (answer->status >= 300)
        take_words(answer);
    take_limits(xrpc, answer);
    answer->failure = meaning_of(answer, is_write);
    return answer->failure == SOURCE_DONE;
}

static bool call(struct xrpc *xrpc, bool is_post, const char *name, struct str query, struct str body, struct str token,
                 struct xrpc_answer *answer)
{
    struct buf url = {0}, bearer = {0};
    buf_printf(&url, "%s/xrpc/%s%s%.*s", xrpc->service, name, query.len ? "?" : "", STR_ARG(query));
    buf_append_char(&url, '\0');
    buf_printf(&bearer, "Bearer %.*s", STR_ARG(token));
    struct client_header header = {"Authorization", buf_str(&bearer)};
    bool is_done = send(xrpc, &(struct fetch){.method = is_post ? "POST" : "GET", .url = url.ptr, .headers = &header,
                                              .header_count = token.len > 0,
                                              .body = body, .content_type = body.len ? "application/json" : NULL},
                                                      answer);
    buf_fini(&url);
    buf_fini(&bearer);
    return is_done;
}

/* ---- Session ---- */

/* {"accessJwt", "refreshJwt", "did", "handle"}. The refresh token is stored before the old one is let go. */
static bool take_session(struct xrpc *xrpc, const struct xrpc_answer *answer)
{
    struct arena    arena = {0};
    struct node     node = node_json(buf_str(&answer->http.body), &arena);
    struct node_map map;
    struct str      key, access = {0}, refresh = {0}, did = {0}, handle = {0};
    if (node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (str_equal(key, STR("accessJwt")))
                node_text(&node, &access);
            else if (str_equal(key, STR("refreshJwt")))
                node_text(&node, &refresh);
            else if (str_equal(key, STR("did")))
                node_text(&node, &did);
            else if (str_equal(key, STR("handle")))
                node_text(&node, &handle);
            else
                node_skip(&node);
        }
    bool is_good = !node.bytes.is_broken && access.len && refresh.len && did.len && did.len < sizeof xrpc->did;
    if (is_good) {
        buf_clear(&xrpc->access);
        buf_append_str(&xrpc->access, access);
        snprintf(xrpc->did, sizeof xrpc->did, "%.*s", STR_ARG(did));
        snprintf(xrpc->handle, sizeof xrpc->handle, "%.*s", STR_ARG(handle));
        if (!source_port_store_secret(xrpc->port, "session", refresh))
            source_port_log(xrpc->port, "warning", "the session could not be kept: the next start begins another one");
        buf_clear(&xrpc->refresh);
        buf_append_str(&xrpc->refresh, refresh);
    }
    arena_fini(&arena);
    return is_good && !xrpc->access.has_failed && !xrpc->refresh.has_failed;
}

static bool begin_session(struct xrpc *xrpc, struct xrpc_answer *answer)
{
    struct buf  body = {0};
    struct json json = json_writer(&body);
    json_object(&json);
    json_put_str(&json, "identifier", source_port_text(xrpc->port, "identifier"));
    json_put_str(&json, "password", source_port_text(xrpc->port, "app_password"));
    json_end(&json);
    bool is_done = call(xrpc, true, "com.atproto.server.createSession", (struct str){0}, buf_str(&body), (struct str){0},
                        answer);
    buf_fini(&body);
    return is_done;
}

/* A kept session may be another account's: somebody has typed a new one since. (An e-mail address cannot be compared.) */
static bool is_another_account(struct xrpc *xrpc)
{
    struct str identifier = source_port_text(xrpc->port, "identifier");
    return !memchr(identifier.ptr, '@', identifier.len) && !str_equal_ascii_nocase(identifier, str_of(xrpc->handle)) &&
           !str_equal(identifier, str_of(xrpc->did));
}

/* By the refresh token, else by the app password. */
static enum source_failure renew(struct xrpc *xrpc, struct xrpc_answer *answer)
{
    bool is_done = xrpc->refresh.len > 0 &&
                   call(xrpc, true, "com.atproto.server.refreshSession", (struct str){0}, (struct str){0},
                        buf_str(&xrpc->refresh), answer);
    if (is_done && take_session(xrpc, answer) && !is_another_account(xrpc))
        return SOURCE_DONE;
    bool is_refused = is_done || xrpc->refresh.len == 0 || answer->failure == SOURCE_AUTH ||
                      answer->failure == SOURCE_REFUSED || answer->failure == SOURCE_GONE;
    if (is_refused && source_port_text(xrpc->port, "app_password").len) {
        if (xrpc->refresh.len)
            xrpc_answer_fini(answer);
        is_done = begin_session(xrpc, answer);
    }
    if (!is_done)
        return answer->failure == SOURCE_UNKNOWN_OUTCOME ? SOURCE_TRANSIENT : answer->failure == SOURCE_REFUSED
               ? SOURCE_AUTH : answer->failure;
    if (take_session(xrpc, answer))
        return SOURCE_DONE;
    snprintf(answer->message, sizeof answer->message, "%.200s gave a session that cannot be read", xrpc->service);
    return SOURCE_TRANSIENT;
}

enum source_failure xrpc_sign_in(struct xrpc *xrpc, struct xrpc_answer *answer_out)
{
    *answer_out = (struct xrpc_answer){0};
    if (xrpc->access.len)
        return SOURCE_DONE;
    if (!xrpc->has_account) {
        snprintf(answer_out->message, sizeof answer_out->message, "no account is given: identifier and app_password");
        return answer_out->failure = SOURCE_AUTH;
    }
    return answer_out->failure = renew(xrpc, answer_out);
}

/* With the session where there is an account; once more with a new one where the server says that it has run out. */
static bool with_session(struct xrpc *xrpc, bool is_post, const char *name, struct str query, struct str body,
                         struct xrpc_answer *answer)
{
    if (!xrpc->has_account)
        return call(xrpc, is_post, name, query, body, (struct str){0}, answer);
    if (xrpc_sign_in(xrpc, answer))
        return false;
    xrpc_answer_fini(answer);
    if (call(xrpc, is_post, name, query, body, buf_str(&xrpc->access), answer) || answer->failure != SOURCE_AUTH)
        return answer->failure == SOURCE_DONE;
    xrpc_answer_fini(answer);
    buf_clear(&xrpc->access);
    if (xrpc_sign_in(xrpc, answer))
        return false;
    xrpc_answer_fini(answer);
    return call(xrpc, is_post, name, query, body, buf_str(&xrpc->access), answer);
}

bool xrpc_get(struct xrpc *xrpc, const char *name, struct str query, struct xrpc_answer *answer_out)
{
    return with_session(xrpc, false, name, query, (struct str){0}, answer_out);
}

bool xrpc_post(struct xrpc *xrpc, const char *name, struct str body, struct xrpc_answer *answer_out)
{
    return with_session(xrpc, true, name, (struct str){0}, body, answer_out);
}

bool xrpc_get_at(struct xrpc *xrpc, const char *url, struct xrpc_answer *answer_out)
{
    return send(xrpc, &(struct fetch){.method = "GET", .url = url}, answer_out);
}
