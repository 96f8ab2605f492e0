/* Errors as application/problem+json (RFC 9457). */
#include "api/service.h"

static void print(struct http_response *response, const struct http_request *request, int status, const char *type, const char *title,
                  const char *detail, const char *hint)
{
    buf_clear(&response->body);
    struct json json = json_writer(&response->body);
    json_object(&json);
    json_key(&json, "type");
    json_text(&json, type);
    json_key(&json, "title");
    json_text(&json, title);
    json_key(&json, "status");
    json_i64(&json, status);
    json_key(&json, "detail");
    json_text(&json, detail);
    if (hint[0]) {
        json_key(&json, "hint");
        json_text(&json, hint);
    }
    json_key(&json, "request");
    json_text(&json, request->id);
    json_end(&json);
    response->status = status;
    response->content_type = "application/problem+json";
    http_set_header(response, "Cache-Control", "no-store");
}

void problem_of_error(struct http_response *response, const struct http_request *request, const struct error *error)
{
    const struct error_kind *kind = error_kind(error->code);
    char                     type[80];
    snprintf(type, sizeof type, "urn:bellwether:%s", kind->name);
    /* What the system said about files is for the log, not for whoever asks. */
    bool is_ours = kind->http_status >= 500 && error->code != ERROR_NO_SPACE;
    print(response, request, kind->http_status, type, kind->meaning,
          is_ours || !error->message[0] ? kind->meaning : error->message, is_ours ? "" : error->hint);
    if (kind->http_status == 429 || kind->http_status == 503)
        http_set_header(response, "Retry-After", "5");
    if (kind->http_status == 401)
        http_set_header(response, "WWW-Authenticate", "Bearer realm=\"bellwether\"");
}

void problem_of_status(struct http_response *response, const struct http_request *request, int status, const char *title, const char *detail)
{
    print(response, request, status, "about:blank", title, detail, "");
}
