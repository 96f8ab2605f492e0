/* How the program is, for those who run it: alive, ready, and in numbers. */
#include "api/service.h"

#include "base/vfs.h"

static void say(struct http_response *response, int status, const char *words)
{
    response->status = status;
    response->content_type = "text/plain; charset=utf-8";
    buf_append_str(&response->body, str_of(words));
    http_set_header(response, "Cache-Control", "no-store");
}

/* ---- Health ---- */

static void answer_ready(struct api *api, struct http_response *response)
{
    struct error error = {0};
    bool         is_open = record_begin(api->server, &error) == ERROR_NONE;
    if (is_open)
        is_open = record_end(api->server, ERROR_NONE, &error) == ERROR_NONE;
    bool has_space = vfs_free_bytes(api->data_folder) >= API_LEAST_FREE_BYTES;
    bool is_ready = is_open && has_space && !api->is_stopping;
    say(response, is_ready ? 200 : 503, is_ready ? "ready\n" : "not ready\n");
}

/* ---- Metrics ---- */

static bool is_loopback(const char *peer)
{
    return strncmp(peer, "127.", 4) == 0 || strcmp(peer, "::1") == 0 || strcmp(peer, "unix") == 0;
}

static bool may_see_metrics(const struct api *api, const struct http_request *request)
{
    static const struct str scheme = {"Bearer ", 7};
    struct str              header = http_header(request, "authorization");
    if (!api->options.metrics_token)
        return is_loopback(request->peer);
    return str_starts_with(header, scheme) && str_equal(str_slice(header.ptr + scheme.len, header.len - scheme.len), str_of(api->options.metrics_token));
}

static void answer_metrics(struct api *api, const struct http_request *request, struct http_response *response)
{
    if (!may_see_metrics(api, request)) {
        problem_of_status(response, request, 403, "forbidden", "metrics are for this machine, or for the bearer of metrics.token");
        return;
    }
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    http_set_header(response, "Cache-Control", "no-store");
    metrics_print(api, &response->body);
}

bool health_handle(struct api *api, const struct http_request *request, struct http_response *response)
{
    bool is_read = request->method == HTTP_GET || request->method == HTTP_HEAD;
    if (!is_read)
        return false;
    if (str_equal(request->path, STR("/healthz"))) {
        say(response, 200, "ok\n");
        return true;
    }
    if (str_equal(request->path, STR("/readyz"))) {
        answer_ready(api, response);
        return true;
    }
    if (str_equal(request->path, STR("/metrics"))) {
        answer_metrics(api, request, response);
        return true;
    }
    return false;
}
