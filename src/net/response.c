#include "net/inside.h"

#include "base/hash.h"

#include <stdlib.h>

void http_set_header(struct http_response *response, const char *name, const char *value)
{
    struct http_headers *headers = response->headers;
    for (const char *c = value; *c; c++)
        require((unsigned char)*c >= 0x20 && *c != 0x7f);
    size_t i = 0;
    while (i < headers->count && strcasecmp(headers->set[i].name, name) != 0)
        i++;
    if (strcasecmp(name, "set-cookie") == 0)
        i = headers->count; /* the one header that may come twice */
    require(i < HEADERS_SET_MAX);
    if (i < headers->count) {
        free(headers->set[i].name);
        free(headers->set[i].value);
    } else {
        headers->count++;
    }
    headers->set[i].name = strdup(name);
    headers->set[i].value = strdup(value);
    require(headers->set[i].name && headers->set[i].value);
}

static bool has_etag(struct str list, const char *etag)
{
    struct str each;
    while (str_next_field(&list, ',', &each)) {
        each = str_trim(each);
        if (str_starts_with(each, STR("W/")))
            each = str_slice(each.ptr + 2, each.len - 2);
        if (str_equal(each, str_of(etag)) || str_equal(each, STR("*")))
            return true;
    }
    return false;
}

void http_set_etag(const struct http_request *request, struct http_response *response)
{
    char etag[24];
    snprintf(etag, sizeof etag, "\"%016llx\"", (unsigned long long)hash_bytes(response->body.ptr, response->body.len));
    http_set_header(response, "ETag", etag);
    if (!has_etag(http_header(request, "if-none-match"), etag))
        return;
    response->status = 304;
    buf_clear(&response->body);
}

/* Whether a coding is accepted: named, and not with q=0 (RFC 9110, section 12.5.3). */
static bool accepts(struct str list, struct str coding)
{
    struct str each, name;
    while (str_next_field(&list, ',', &each)) {
        struct str rest = str_trim(each);
        if (!str_next_field(&rest, ';', &name) || !str_equal_ascii_nocase(str_trim(name), coding))
            continue;
        rest = str_trim(rest);
        return !(str_starts_with(rest, STR("q=0")) && !str_contains(rest, STR("1")) && rest.len <= 7 &&
                 strspn(rest.ptr + 2, "0.") >= rest.len - 2);
    }
    return false;
}

static struct MHD_Response *make_asset(struct exchange *exchange, unsigned *status_out)
{
    const struct http_asset *asset = exchange->response.asset;
    struct str               accepted = http_header(&exchange->request, "accept-encoding"), bytes = asset->identity;
    const char              *coding = NULL;
    char                     etag[80];
    if (asset->br.len && accepts(accepted, STR("br")))
        bytes = asset->br, coding = "br";
    else if (asset->gz.len && accepts(accepted, STR("gzip")))
        bytes = asset->gz, coding = "gzip";
    /* A coding is a representation of its own, with an ETag of its own. */
    size_t len = strlen(asset->etag);
    snprintf(etag, sizeof etag, "%.*s%s%s\"", (int)(len ? len - 1 : 0), asset->etag, coding ? "-" : "", coding ? coding : "");
    bool is_same = has_etag(http_header(&exchange->request, "if-none-match"), etag);
    struct MHD_Response *made = MHD_create_response_from_buffer(is_same ? 0 : bytes.len, (void *)(uintptr_t)bytes.ptr, MHD_RESPMEM_PERSISTENT);
    if (!made)
        return NULL;
    *status_out = is_same ? 304 : (unsigned)exchange->response.status;
    MHD_add_response_header(made, "ETag", etag);
    MHD_add_response_header(made, "Content-Type", asset->type);
    MHD_add_response_header(made, "Cache-Control", asset->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (coding)
        MHD_add_response_header(made, "Content-Encoding", coding);
    MHD_add_response_header(made, "Vary", "Accept-Encoding, Cookie");
    return made;
}

struct MHD_Response *response_make(struct exchange *exchange, unsigned *status_out)
{
    struct http_response *response = &exchange->response;
    struct MHD_Response  *made;
    *status_out = (unsigned)response->status;
    if (response->stream) {
        made = stream_response(response->stream, exchange->server, exchange->connection);
        response->stream = NULL;
    } else if (response->asset) {
        made = make_asset(exchange, status_out);
    } else if (response->body.len) {
        made = MHD_create_response_from_buffer(response->body.len, response->body.ptr, MHD_RESPMEM_MUST_FREE);
        if (made)
            response->body = (struct buf){0};
    } else {
        made = MHD_create_response_from_buffer(0, (void *)(uintptr_t)"", MHD_RESPMEM_PERSISTENT);
    }
    if (!made)
        return NULL;
    if (response->content_type && !response->asset)
        MHD_add_response_header(made, "Content-Type", response->content_type);
    for (size_t i = 0; i < exchange->headers.count; i++) {
        bool is_told = response->asset && strcasecmp(exchange->headers.set[i].name, "vary") == 0;
        if (!is_told)
            MHD_add_response_header(made, exchange->headers.set[i].name, exchange->headers.set[i].value);
    }
    MHD_add_response_header(made, "X-Request-Id", exchange->request.id);
    return made;
}

void response_fini(struct exchange *exchange)
{
    if (exchange->response.stream)
        stream_drop(exchange->response.stream);
    buf_fini(&exchange->response.body);
    for (size_t i = 0; i < exchange->headers.count; i++) {
        free(exchange->headers.set[i].name);
        free(exchange->headers.set[i].value);
    }
}

struct MHD_Response *response_refusal(int status)
{
    static const struct { int status; const char *title, *detail; } rows[] = {
        {400, "bad request", "the address or the headers are not well formed"},
        {413, "too large", "the body is larger than this server takes"},
        {429, "too many requests", "slow down a little"},
        {431, "headers too large", "too many or too long headers"},
        {503, "busy", "too many requests wait already"}};
    size_t i = 0;
    char   text[256];
    while (i + 1 < sizeof rows / sizeof rows[0] && rows[i].status != status)
        i++;
    int len = snprintf(text, sizeof text, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\",\"request\":\"\"}", rows[i].title,
                       rows[i].status, rows[i].detail);
    struct MHD_Response *made = MHD_create_response_from_buffer((size_t)len, text, MHD_RESPMEM_MUST_COPY);
    if (!made)
        return NULL;
    MHD_add_response_header(made, "Content-Type", "application/problem+json");
    MHD_add_response_header(made, "Cache-Control", "no-store");
    if (status == 429 || status == 503)
        MHD_add_response_header(made, "Retry-After", "1");
    return made;
}
