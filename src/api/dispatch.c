/* One request, from its path to its answer. The steps are in api.h; each can only refuse. */
#include "api/service.h"

#include "base/clock.h"
#include "page/page.h"

/* ---- Workers share a few analysers: one is costly to make and is used by one call at a time ---- */

static struct text_analyser *borrow_analyser(struct api *api, struct error *error)
{
    struct text_analyser *analyser = NULL;
    pthread_mutex_lock(&api->lock);
    if (api->analyser_count)
        analyser = api->analysers[--api->analyser_count];
    pthread_mutex_unlock(&api->lock);
    if (!analyser)
        text_analyser_new(&analyser, error);
    return analyser;
}

static void give_analyser_back(struct api *api, struct text_analyser *analyser)
{
    pthread_mutex_lock(&api->lock);
    if (api->analyser_count < sizeof api->analysers / sizeof api->analysers[0]) {
        api->analysers[api->analyser_count++] = analyser;
        analyser = NULL;
    }
    pthread_mutex_unlock(&api->lock);
    text_analyser_free(analyser);
}

/* ---- Steps ---- */

enum error_code call_prove(struct api_call *call)
{
    static const char scheme[] = "Bearer ";
    struct str        header = http_header(call->request, "authorization");
    struct str        cookie = http_cookie(call->request, "__Host-bellwether");
    int64_t           now_us = clock_now_us();
    if (call->route->is_signed)
        return ERROR_NONE;
    if (header.len) {
        if (header.len <= sizeof scheme - 1 || !str_equal_ascii_nocase(str_slice(header.ptr, sizeof scheme - 1), STR(scheme)))
            return error_set(&call->error, ERROR_DENIED, "the authorization header is not 'Bearer TOKEN'");
        struct str token = str_trim(str_slice(header.ptr + sizeof scheme - 1, header.len - (sizeof scheme - 1)));
        return team_prove_token(call->server, token, now_us, call->arena, &call->caller, &call->error);
    }
    if (!cookie.len)
        return ERROR_NONE;
    enum error_code code = team_prove_session(call->server, cookie, now_us, call->arena, &call->caller, &call->error);
    if (code == ERROR_DENIED && call->route->least == ROLE_NONE) { /* an old cookie does not keep anybody from signing in */
        call->caller = (struct team_caller){0};
        call->error = (struct error){0};
        code = ERROR_NONE;
    }
    return code;
}

/* The page's own requests carry a header that a form of another site cannot set, and come from this origin. A token in a header was
 * put there by a program on purpose. */
enum error_code call_check_origin(struct api_call *call)
{
    const struct http_request *request = call->request;
    if (request->method == HTTP_GET || request->method == HTTP_HEAD || call->caller.token || call->route->is_signed)
        return ERROR_NONE;
    struct str site = http_header(request, "sec-fetch-site"), origin = http_header(request, "origin"), host = http_header(request, "host");
    struct str rest = origin, scheme_end = STR("://");
    for (size_t i = 0; i + scheme_end.len <= origin.len; i++)
        if (memcmp(origin.ptr + i, scheme_end.ptr, scheme_end.len) == 0)
            rest = str_slice(origin.ptr + i + scheme_end.len, origin.len - i - scheme_end.len);
    bool is_same_site = site.len ? str_equal(site, STR("same-origin")) : false;
    bool is_same_origin = origin.len && host.len && str_equal_ascii_nocase(rest, host);
    if (site.len ? !is_same_site : !is_same_origin)
        return error_set(&call->error, ERROR_FORBIDDEN, "the request comes from another site");
    if (!str_equal(http_header(request, "x-bellwether"), STR("1")))
        return error_set(&call->error, ERROR_FORBIDDEN, "the header X-Bellwether: 1 is missing");
    return ERROR_NONE;
}

static enum error_code admit_to_client(struct api_call *call)
{
    struct str      client = http_param(call->request, "client", 0);
    enum role       role = ROLE_NONE;
    if (!client.len)
        return error_set(&call->error, ERROR_USAGE, "client: missing; it names whose posts are asked for");
    enum error_code code = team_role(call->server, &call->caller, client, &role, &call->error);
    if (code)
        return code;
    struct open_client *open = role == ROLE_NONE ? NULL : api_client(call->api, client);
    if (!open)
        return error_set(&call->error, ERROR_NOT_FOUND, "there is no client '%.*s'", (int)(client.len < 64 ? client.len : 64), client.ptr);
    if (open->error.code) {
        call->error = open->error;
        return open->error.code;
    }
    call->role = role;
    call->workspace = &open->workspace;
    call->now_us = stream_now_us(open->workspace.stream);
    return ERROR_NONE;
}

enum error_code call_admit(struct api_call *call)
{
    const struct api_route *route = call->route;
    if (route->least == ROLE_NONE)
        return ERROR_NONE;
    if (!call->caller.member.id)
        return error_set(&call->error, ERROR_DENIED, "sign in first, or send a token");
    if (route->scope == API_CLIENT) {
        enum error_code code = admit_to_client(call);
        if (code)
            return code;
    } else {
        bool is_admin = call->caller.member.is_server_admin && call->caller.token_most == ROLE_ADMIN && !call->caller.token_client.len;
        call->role = is_admin ? ROLE_ADMIN : ROLE_VIEWER;
    }
    if (call->role < route->least)
        return error_set(&call->error, ERROR_FORBIDDEN, "this needs the role %s%s; yours is %s", role_names[route->least],
                         route->scope == API_SERVER && route->least == ROLE_ADMIN ? " of the whole server" : "", role_names[call->role]);
    return ERROR_NONE;
}

static enum error_code run_steps(struct api_call *call)
{
    static enum error_code (*const steps[])(struct api_call *) = {call_prove, call_check_origin, call_admit, call_check_parameters,
                                                                  call_read_body};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        enum error_code code = steps[i](call);
        if (code)
            return code;
    }
    call->analyser = borrow_analyser(call->api, &call->error);
    return call->analyser ? call->route->handle(call) : call->error.code;
}

/* ---- The whole ---- */

static void finish(struct api_call *call, enum error_code code)
{
    struct http_response *response = call->response;
    if (!code && !response->stream && (response->body.has_failed))
        code = error_set(&call->error, ERROR_MEMORY, "no memory for the answer");
    if (code) {
        call->error.code = code;
        problem_of_error(response, call->request, &call->error);
        if (error_kind(code)->http_status >= 500 && call->api->options.log) {
            char words[ERROR_MESSAGE_BYTES + 40];
            snprintf(words, sizeof words, "request %s: %s", call->request->id, call->error.message);
            call->api->options.log(call->api->options.context, "error", call->route->id, words);
        }
        return;
    }
    if (response->stream)
        return;
    if (response->status == 200 && call->route->status)
        response->status = call->route->status;
    if (!response->body.len) {
        response->status = response->status == 200 ? 204 : response->status;
        return;
    }
    if (!response->content_type)
        response->content_type = "application/json";
    if (call->route->method == HTTP_GET && response->status == 200) {
        http_set_header(response, "Cache-Control", "private, no-cache");
        http_set_etag(call->request, response);
    } else {
        http_set_header(response, "Cache-Control", "no-store");
    }
}

static void answer_route(struct api *api, const struct api_route *route, const struct str places[2], struct http_request *request,
                         struct http_response *response)
{
    struct api_state state = {
        .call = {.route = route, .request = request, .response = response, .api = api, .server = api->server, .arena = request->arena,
                 .now_us = clock_now_us(), .json = json_writer(&response->body)},
        .places = {places[0], places[1]},
    };
    struct api_call *call = &state.call;
    enum error_code  code = run_steps(call);
    finish(call, code);
    if (state.snapshot)
        archive_snapshot_release(state.snapshot);
    if (call->analyser)
        give_analyser_back(api, call->analyser);
    cJSON_Delete(call->body);
    atomic_fetch_add(&api->calls, 1);
    if (response->status >= 500)
        atomic_fetch_add(&api->failures, 1);
}

static void answer_wrong_method(const struct http_request *request, struct http_response *response, struct str path)
{
    char        allowed[64] = "";
    struct str  places[2];
    for (int method = HTTP_GET; method < HTTP_OTHER; method++) {
        bool is_known;
        if (method == HTTP_HEAD || !route_find((enum http_method)method, path, places, &is_known))
            continue;
        size_t used = strlen(allowed);
        snprintf(allowed + used, sizeof allowed - used, "%s%s", used ? ", " : "", http_method_names[method]);
    }
    problem_of_status(response, request, 405, "method not allowed", allowed);
    http_set_header(response, "Allow", allowed);
}

void api_handle(void *context, struct http_request *request, struct http_response *response)
{
    static const struct str prefix = {"/api/v1", 7};
    struct api             *api = context;
    struct str              path = request->path, places[2] = {{0}, {0}};
    bool                    is_known = false;
    page_set_policy(response);
    if (!str_starts_with(path, prefix) || (path.len > prefix.len && path.ptr[prefix.len] != '/')) {
        if (!health_handle(api, request, response))
            page_answer(request, response);
        return;
    }
    path = str_slice(path.ptr + prefix.len, path.len - prefix.len);
    enum http_method        method = request->method == HTTP_HEAD ? HTTP_GET : request->method;
    const struct api_route *route = route_find(method, path, places, &is_known);
    if (route)
        answer_route(api, route, places, request, response);
    else if (is_known)
        answer_wrong_method(request, response, path);
    else
        problem_of_status(response, request, 404, "not found", "the API has no such address; /api/v1/openapi.json lists them");
}
