#include "net/request.h"

#include "base/utf8.h"

const char *const http_method_names[7] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OTHER"};

enum http_method request_method(const char *name)
{
    for (int i = 0; i < HTTP_OTHER; i++)
        if (strcmp(name, http_method_names[i]) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

static struct refusal refuse(int status, const char *detail)
{
    return (struct refusal){status, detail};
}

static const struct refusal no_memory = {503, "no memory for the request"};

/* ---- The target ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decodes %XX (and + where asked) into the arena; ptr NULL where an escape is broken, or without memory. */
static struct str decode(struct str s, bool plus_is_blank, struct arena *arena, bool *is_broken_out)
{
    char *text = arena_alloc(arena, s.len + 1);
    *is_broken_out = false;
    if (!text)
        return (struct str){0};
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            int high = i + 2 < s.len ? hex(s.ptr[i + 1]) : -1, low = i + 2 < s.len ? hex(s.ptr[i + 2]) : -1;
            *is_broken_out = high < 0 || low < 0;
            if (*is_broken_out)
                return (struct str){0};
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        text[len++] = c;
    }
    text[len] = '\0';
    return str_slice(text, len);
}

/* The path of "http://host:port/path": what a client sends that takes us for a proxy. */
static struct refusal origin_form(struct str *target_io, struct str host)
{
    static const struct str schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < 2; i++) {
        if (target_io->len < schemes[i].len ||
            !str_equal_ascii_nocase(str_slice(target_io->ptr, schemes[i].len), schemes[i]))
            continue;
        struct str  rest = str_slice(target_io->ptr + schemes[i].len, target_io->len - schemes[i].len);
        const char *slash = memchr(rest.ptr, '/', rest.len);
        size_t      len = slash ? (size_t)(slash - rest.ptr) : rest.len;
        if (!str_equal_ascii_nocase(str_slice(rest.ptr, len), host))
            return refuse(400, "the target names another host than the Host header");
        *target_io = slash ? str_slice(slash, rest.len - len) : STR("/");
        return refuse(0, NULL);
    }
    return target_io->len && target_io->ptr[0] == '/' ? refuse(0, NULL)
                                                      : refuse(400, "the target does not begin with /");
}

static struct refusal check_path(struct str *path_io)
{
    struct str path = *path_io;
    if (!utf8_is_valid(path))
        return refuse(400, "the path is not UTF-8");
    if (path.len > 2 && path.ptr[path.len - 1] == '/') /* /explore/ is what a person types for /explore */
        path.len--;
    if (path.len == 1) {
        *path_io = path;
        return refuse(0, NULL);
    }
    for (size_t at = 1; at <= path.len;) {
        size_t end = at;
        while (end < path.len && path.ptr[end] != '/') {
            if ((unsigned char)path.ptr[end] < 0x20 || path.ptr[end] == 0x7f)
                return refuse(400, "the path holds a control byte");
            end++;
        }
        struct str segment = str_slice(path.ptr + at, end - at);
        if (segment.len == 0 || str_equal(segment, STR(".")) || str_equal(segment, STR("..")))
            return refuse(400, "the path holds an empty, . or .. segment");
        at = end + 1;
    }
    *path_io = path;
    return refuse(0, NULL);
}

static struct refusal read_path(struct http_request *request, struct str raw, struct arena *arena)
{
    bool is_broken;
    for (size_t i = 0; i + 2 < raw.len; i++)
        if (raw.ptr[i] == '%' && raw.ptr[i + 1] == '2' && (raw.ptr[i + 2] == 'f' || raw.ptr[i + 2] == 'F'))
            return refuse(400, "the path holds an escaped /");
    request->path = decode(raw, false, arena, &is_broken);
    if (is_broken)
        return refuse(400, "the path holds a broken % escape");
    return request->path.ptr ? check_path(&request->path) : no_memory;
}

static struct refusal read_parameters(struct http_request *request, struct str query, struct arena *arena)
{
    size_t most = query.len ? 1 : 0;
    for (size_t i = 0; i < query.len; i++)
        most += query.ptr[i] == '&';
    if (most > PARAMETERS_MOST)
        return refuse(400, "more than 256 parameters");
    struct http_pairs *pairs = request->pairs;
    pairs->parameters = arena_array(arena, most, sizeof *pairs->parameters);
    if (!pairs->parameters)
        return no_memory;
    for (struct str field; str_next_field(&query, '&', &field);) {
        if (field.len == 0)
            continue;
        bool              is_name_broken, is_value_broken = false;
        const char       *equals = memchr(field.ptr, '=', field.len);
        size_t            name_len = equals ? (size_t)(equals - field.ptr) : field.len;
        struct http_pair *pair = &pairs->parameters[pairs->parameter_count];
        pair->name = decode(str_slice(field.ptr, name_len), true, arena, &is_name_broken);
        pair->value =
            equals ? decode(str_slice(equals + 1, field.len - name_len - 1), true, arena, &is_value_broken) : STR("");
        if (is_name_broken || is_value_broken)
            return refuse(400, "a parameter holds a broken % escape");
        if (!pair->name.ptr || !pair->value.ptr)
            return no_memory;
        if (!utf8_is_valid(pair->name) || !utf8_is_valid(pair->value))
            return refuse(400, "a parameter is not UTF-8");
        if (memchr(pair->name.ptr, '\0', pair->name.len) || memchr(pair->value.ptr, '\0', pair->value.len))
            return refuse(400, "a parameter holds a NUL byte");
        pairs->parameter_count++;
    }
    return refuse(0, NULL);
}

struct refusal request_read_target(struct http_request *request, struct str target, struct str host,
                                   struct arena *arena)
{
    if (target.len > TARGET_MOST_BYTES)
        return refuse(414, "the target is longer than 16 KiB");
    for (size_t i = 0; i < target.len; i++)
        if ((unsigned char)target.ptr[i] <= 0x20 || target.ptr[i] == 0x7f)
            return refuse(400, "the target holds a blank or a control byte");
    request->target = arena_str(arena, target);
    if (!request->target.ptr)
        return no_memory;
    struct str     rest = request->target;
    struct refusal refusal = origin_form(&rest, host);
    if (refusal.status)
        return refusal;
    const char *hash = memchr(rest.ptr, '#', rest.len);
    if (hash)
        return refuse(400, "the target holds a #");
    const char *mark = memchr(rest.ptr, '?', rest.len);
    size_t      path_len = mark ? (size_t)(mark - rest.ptr) : rest.len;
    refusal = read_path(request, str_slice(rest.ptr, path_len), arena);
    if (!refusal.status && mark)
        refusal = read_parameters(request, str_slice(mark + 1, rest.len - path_len - 1), arena);
    return refusal;
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

/* ---- Headers ---- */

/* RFC 9110, 5.6.2. A blank before the colon is what lets two servers see two different headers. */
static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
            return false;
    }
    return s.len > 0;
}

static bool is_field_value(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static size_t count_of(const struct http_request *request, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->pairs->header_count; i++)
        count += str_equal_ascii_nocase(request->pairs->headers[i].name, str_of(name));
    return count;
}

struct refusal request_read_headers(struct http_request *request, const struct http_pair *headers, size_t count,
                                    struct arena *arena)
{
    struct http_pairs *pairs = request->pairs;
    if (count > HEADERS_MOST)
        return refuse(431, "more than 100 headers");
    pairs->headers = arena_array(arena, count, sizeof *pairs->headers);
    if (!pairs->headers)
        return no_memory;
    for (size_t i = 0; i < count; i++) {
        if (!is_token(headers[i].name))
            return refuse(400, "the name of a header holds what it may not");
        if (!is_field_value(headers[i].value))
            return refuse(400, "a header holds a control byte");
        struct http_pair *pair = &pairs->headers[pairs->header_count];
        pair->name = arena_str(arena, headers[i].name);
        pair->value = arena_str(arena, str_trim(headers[i].value));
        if (!pair->name.ptr || !pair->value.ptr)
            return no_memory;
        pairs->header_count++;
    }
    if (count_of(request, "Host") > 1)
        return refuse(400, "two Host headers");
    return refuse(0, NULL);
}

struct refusal request_body_length(const struct http_request *request, uint64_t *length_out, bool *is_chunked_out)
{
    struct str length = http_header(request, "Content-Length"), coding = http_header(request, "Transfer-Encoding");
    int64_t    bytes = 0;
    *length_out = 0;
    *is_chunked_out = coding.ptr != NULL;
    if (coding.ptr && length.ptr)
        return refuse(400, "Content-Length and Transfer-Encoding together");
    if (count_of(request, "Content-Length") > 1 || count_of(request, "Transfer-Encoding") > 1)
        return refuse(400, "the length of the body is said twice");
    if (coding.ptr && !str_equal_ascii_nocase(coding, STR("chunked")))
        return refuse(501, "a Transfer-Encoding that is not chunked");
    if (!length.ptr)
        return refuse(0, NULL);
    for (size_t i = 0; i < length.len; i++)
        if (length.ptr[i] < '0' || length.ptr[i] > '9')
            return refuse(400, "Content-Length is no number");
    if (length.len == 0)
        return refuse(400, "Content-Length is no number");
    if (!str_to_i64(length, &bytes))
        return refuse(413, "Content-Length is over every bound");
    *length_out = (uint64_t)bytes;
    return refuse(0, NULL);
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
    for (size_t i = 0; i < request->pairs->header_count; i++) {
        if (!str_equal_ascii_nocase(request->pairs->headers[i].name, STR("Cookie")))
            continue;
        struct str rest = request->pairs->headers[i].value;
        for (struct str crumb; str_next_field(&rest, ';', &crumb);) {
            crumb = str_trim(crumb);
            const char *equals = crumb.len ? memchr(crumb.ptr, '=', crumb.len) : NULL;
            if (equals && str_equal(str_slice(crumb.ptr, (size_t)(equals - crumb.ptr)), str_of(name)))
                return str_trim(str_slice(equals + 1, crumb.len - (size_t)(equals + 1 - crumb.ptr)));
        }
    }
    return (struct str){0};
}
