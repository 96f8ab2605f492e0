/* A request's first line and headers, checked before anything believes them. */
#include "net/inside.h"

#include "base/hash.h"
#include "base/utf8.h"

const char *const http_method_names[7] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OTHER"};

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-decoding (RFC 3986, section 2.1), + as a blank in queries. ptr NULL: broken, no UTF-8, or a NUL in it. */
static struct str decode(struct arena *arena, struct str s, bool is_query)
{
    char  *text = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; text && i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            int high = i + 2 < s.len ? hex(s.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex(s.ptr[i + 2]) : -1;
            if (low < 0)
                return (struct str){0};
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && is_query) {
            c = ' ';
        }
        if (c == '\0')
            return (struct str){0};
        text[len++] = c;
    }
    struct str decoded = {text, len};
    return text && utf8_is_valid(decoded) ? decoded : (struct str){0};
}

/* No segment that leads elsewhere, no control byte, no back slash (some take it for a slash). */
static bool is_plain_path(struct str path)
{
    if (path.len == 0 || path.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (c < 0x20 || c == 0x7f || c == '\\')
            return false;
    }
    struct str rest = str_slice(path.ptr + 1, path.len - 1), segment;
    while (str_next_field(&rest, '/', &segment))
        if (str_equal(segment, STR(".")) || str_equal(segment, STR("..")))
            return false;
    return !str_contains(path, STR("//"));
}

static bool read_parameters(struct exchange *exchange, struct str query)
{
    struct http_pairs *pairs = &exchange->pairs;
    struct str         pair;
    while (str_next_field(&query, '&', &pair)) {
        if (pair.len == 0)
            continue;
        struct str value = pair, name;
        if (!str_next_field(&value, '=', &name))
            name = (struct str){pair.ptr, 0};
        name = decode(&exchange->arena, name, true);
        value = decode(&exchange->arena, value, true);
        if (!name.ptr || !value.ptr || pairs->parameter_count == PAIRS_MAX)
            return false;
        pairs->parameters[pairs->parameter_count++] = (struct http_pair){name, value};
    }
    return true;
}

struct collecting {
    struct exchange *exchange;
    bool             is_too_many;
    unsigned         lengths, codings, hosts;
};

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct collecting *collecting = context;
    struct http_pairs *pairs = &collecting->exchange->pairs;
    (void)kind;
    if (pairs->header_count == PAIRS_MAX) {
        collecting->is_too_many = true;
        return MHD_NO;
    }
    struct arena *arena = &collecting->exchange->arena;
    struct str    kept_name = arena_str(arena, str_of(name)), kept_value = arena_str(arena, str_trim(str_of(value ? value : "")));
    if (!kept_name.ptr || !kept_value.ptr) {
        collecting->is_too_many = true;
        return MHD_NO;
    }
    collecting->lengths += str_equal_ascii_nocase(kept_name, STR("content-length"));
    collecting->codings += str_equal_ascii_nocase(kept_name, STR("transfer-encoding"));
    collecting->hosts += str_equal_ascii_nocase(kept_name, STR("host"));
    pairs->headers[pairs->header_count++] = (struct http_pair){kept_name, kept_value};
    return MHD_YES;
}

static enum http_method method_of(const char *name)
{
    for (int i = 0; i < HTTP_OTHER; i++)
        if (strcmp(http_method_names[i], name) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

bool request_read(struct exchange *exchange, const char *raw_target, const char *method, int *status_out)
{
    struct http_request *request = &exchange->request;
    struct collecting    collecting = {.exchange = exchange};
    request->arena = &exchange->arena;
    request->pairs = &exchange->pairs;
    request->method = method_of(method);
    request->target = arena_str(&exchange->arena, str_of(raw_target));
    *status_out = 400;
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, collect, &collecting);
    if (collecting.is_too_many)
        *status_out = 431;
    /* Two lengths, or a length and a coding, are how one request is smuggled behind another (RFC 9112, section 6.3). */
    if (collecting.is_too_many || collecting.lengths + collecting.codings > 1 || collecting.hosts > 1 || !request->target.ptr)
        return false;
    struct str query = request->target, path;
    if (!str_next_field(&query, '?', &path))
        return false;
    request->path = decode(&exchange->arena, path, false);
    return request->path.ptr && is_plain_path(request->path) && read_parameters(exchange, query);
}

struct str http_param(const struct http_request *request, const char *name, size_t nth)
{
    for (size_t i = 0; i < request->pairs->parameter_count; i++)
        if (str_equal(request->pairs->parameters[i].name, str_of(name)) && nth-- == 0)
            return request->pairs->parameters[i].value;
    return (struct str){0};
}

bool http_param_at(const struct http_request *request, size_t i, struct str *name_out, struct str *value_out)
{
    if (i >= request->pairs->parameter_count)
        return false;
    *name_out = request->pairs->parameters[i].name;
    *value_out = request->pairs->parameters[i].value;
    return true;
}

struct str http_header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->pairs->header_count; i++)
        if (str_equal_ascii_nocase(request->pairs->headers[i].name, str_of(name)))
            return request->pairs->headers[i].value;
    return (struct str){0};
}

struct str http_cookie(const struct http_request *request, const char *name)
{
    struct str rest = http_header(request, "cookie"), pair, key;
    while (str_next_field(&rest, ';', &pair)) {
        struct str value = str_trim(pair);
        if (str_next_field(&value, '=', &key) && str_equal(key, str_of(name)))
            return value;
    }
    return (struct str){0};
}
