/* From what a handler filled in to what libmicrohttpd sends. */
#include "net/inside.h"

#include "base/hash.h"
#include "base/json.h"

#include <stdlib.h>
#include <strings.h>

enum { HEADERS_SET_MOST = 32 };

struct http_headers {
    struct {
        char *name, *value;
    } each[HEADERS_SET_MOST];
    size_t count;
};

void http_set_header(struct http_response *response, const char *name, const char *value)
{
    for (const char *c = value; *c; c++)
        require((unsigned char)*c >= 0x20 && *c != 0x7f);
    if (!response->headers)
        response->headers = calloc(1, sizeof *response->headers);
    struct http_headers *headers = response->headers;
    require(headers != NULL);
    bool   may_repeat = strcasecmp(name, "Set-Cookie") == 0;
    size_t i = may_repeat ? headers->count : 0;
    while (i < headers->count && strcasecmp(headers->each[i].name, name) != 0)
        i++;
    require(i < HEADERS_SET_MOST);
    if (i == headers->count)
        headers->count++;
    free(headers->each[i].name);
    free(headers->each[i].value);
    headers->each[i].name = strdup(name);
    headers->each[i].value = strdup(value);
    require(headers->each[i].name && headers->each[i].value);
}

void http_response_fini(struct http_response *response)
{
    if (response->stream)
        stream_abandon((struct http_waker *)(void *)response->stream);
    for (size_t i = 0; response->headers && i < response->headers->count; i++) {
        free(response->headers->each[i].name);
        free(response->headers->each[i].value);
    }
    free(response->headers);
    buf_fini(&response->body);
    *response = (struct http_response){0};
}

/* ---- ETag ---- */

/* Is the tag, or any tag, in the list? Weak and strong ones are the same here (RFC 9110, 13.1.2); `len` bytes of each
 * are compared, so that "abc-gz" and "abc-br" are found as "abc. */
static bool list_has(struct str list, struct str tag, bool is_beginning)
{
    for (struct str one; str_next_field(&list, ',', &one);) {
        one = str_trim(one);
        if (str_starts_with(one, STR("W/")))
            one = str_slice(one.ptr + 2, one.len - 2);
        if (str_equal(one, STR("*")) || str_equal(one, tag) ||
            (is_beginning && one.len > tag.len && str_starts_with(one, tag)))
            return true;
    }
    return false;
}

void http_set_etag(const struct http_request *request, struct http_response *response)
{
    char       tag[24];
    struct str held = http_header(request, "If-None-Match");
    snprintf(tag, sizeof tag, "\"%016llx\"", (unsigned long long)hash_str(buf_str(&response->body)));
    http_set_header(response, "ETag", tag);
    if ((request->method == HTTP_GET || request->method == HTTP_HEAD) && response->status == 200 && held.ptr &&
        list_has(held, str_of(tag), false)) {
        response->status = 304;
        response->content_type = NULL;
        buf_fini(&response->body);
    }
}

/* ---- Assets ---- */

/* Does Accept-Encoding take the coding? "gzip, br;q=0" does not take br. */
static bool accepts(struct str list, const char *coding)
{
    for (struct str one; str_next_field(&list, ',', &one);) {
        struct str name;
        str_next_field(&one, ';', &name);
        if (!str_equal_ascii_nocase(str_trim(name), str_of(coding)))
            continue;
        struct str weight = one.ptr ? str_trim(one) : STR("");
        double     quality = 1;
        if (weight.len > 2 && (weight.ptr[0] | 0x20) == 'q' && weight.ptr[1] == '=' &&
            !str_to_double(str_slice(weight.ptr + 2, weight.len - 2), &quality))
            quality = 0;
        return quality > 0;
    }
    return false;
}

static struct MHD_Response *asset_answer(struct exchange *exchange)
{
    struct http_response    *response = &exchange->response;
    const struct http_asset *asset = response->asset;
    struct str               codings = http_header(&exchange->request, "Accept-Encoding");
    struct str               bytes = asset->identity, held = http_header(&exchange->request, "If-None-Match");
    const char              *coding = NULL, *suffix = "";
    char                     tag[128];
    if (asset->br.len && accepts(codings, "br"))
        bytes = asset->br, coding = "br", suffix = "-br";
    else if (asset->gz.len && accepts(codings, "gzip"))
        bytes = asset->gz, coding = "gzip", suffix = "-gz";
    struct str bare = str_of(asset->etag); /* with its quotes */
    require(bare.len >= 2 && bare.len < sizeof tag - 4);
    bare.len--;
    snprintf(tag, sizeof tag, "%.*s%s\"", STR_ARG(bare), suffix);
    http_set_header(response, "ETag", tag);
    http_set_header(response, "Vary", "Accept-Encoding");
    http_set_header(response, "Cache-Control",
                    asset->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
    response->content_type = asset->type;
    if (response->status == 200 && held.ptr && list_has(held, bare, true)) {
        response->status = 304;
        response->content_type = NULL;
        bytes = (struct str){0};
    } else if (coding) {
        http_set_header(response, "Content-Encoding", coding);
    }
    exchange->bytes_out = exchange->request.method == HTTP_HEAD ? 0 : bytes.len;
    return MHD_create_response_from_buffer(bytes.len, bytes.len ? (void *)(uintptr_t)bytes.ptr : (void *)"",
                                           MHD_RESPMEM_PERSISTENT);
}

/* ---- All of them ---- */

static struct MHD_Response *body_answer(struct exchange *exchange)
{
    struct buf *body = &exchange->response.body;
    if (body->has_failed) {
        buf_fini(body);
        response_refuse(exchange, &(struct refusal){503, "no memory for the answer"});
    }
    exchange->bytes_out = exchange->request.method == HTTP_HEAD ? 0 : body->len;
    if (!body->len)
        return MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *answer = MHD_create_response_from_buffer(body->len, body->ptr, MHD_RESPMEM_MUST_FREE);
    if (answer)
        *body = (struct buf){0};
    return answer;
}

struct MHD_Response *response_build(struct exchange *exchange)
{
    struct http_response *response = &exchange->response;
    struct http_waker    *stream = (struct http_waker *)(void *)response->stream;
    struct MHD_Response  *answer;
    response->stream = NULL;
    if (stream && exchange->request.method == HTTP_HEAD) {
        stream_abandon(stream);
        stream = NULL;
    }
    if (stream)
        answer = stream_answer(stream, exchange);
    else
        answer = response->asset ? asset_answer(exchange) : body_answer(exchange);
    exchange->status = response->status;
    if (!answer)
        return NULL;
    if (response->content_type)
        MHD_add_response_header(answer, "Content-Type", response->content_type);
    MHD_add_response_header(answer, "X-Request-Id", exchange->request.id);
    if (exchange->must_close)
        MHD_add_response_header(answer, "Connection", "close");
    for (size_t i = 0; response->headers && i < response->headers->count; i++)
        MHD_add_response_header(answer, response->headers->each[i].name, response->headers->each[i].value);
    return answer;
}

void response_refuse(struct exchange *exchange, const struct refusal *refusal)
{
    struct http_response *response = &exchange->response;
    struct json           json = json_writer(&response->body);
    buf_clear(&response->body);
    response->status = refusal->status;
    response->content_type = "application/problem+json";
    json_object(&json);
    json_key(&json, "type");
    json_text(&json, "about:blank");
    json_key(&json, "title");
    json_text(&json, MHD_get_reason_phrase_for((unsigned)refusal->status));
    json_key(&json, "status");
    json_i64(&json, refusal->status);
    json_key(&json, "detail");
    json_text(&json, refusal->detail);
    json_key(&json, "request"); /* as in the problems of the API */
    json_text(&json, exchange->request.id);
    json_end(&json);
    http_set_header(response, "Cache-Control", "no-store");
    http_set_header(response, "X-Content-Type-Options", "nosniff");
    if (refusal->status == 429 || refusal->status == 503)
        http_set_header(response, "Retry-After", "1");
    atomic_fetch_add(&exchange->server->refused, 1);
}
