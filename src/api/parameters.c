/* Query parameters and members of the body, checked against the route's row. */
#include "api/service.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <math.h>

/* ---- Parameters ---- */

static const struct api_parameter *parameter_named(const struct api_route *route, struct str name)
{
    for (const struct api_parameter *row = route->parameters; row && row->name; row++)
        if (str_equal(str_of(row->name), name))
            return row;
    return NULL;
}

static bool is_one_of(const char *words, struct str given)
{
    struct str rest = str_of(words), word;
    while (str_next_field(&rest, ' ', &word))
        if (str_equal(word, given))
            return true;
    return false;
}

static bool parse_time(struct str s, int64_t now_us, int64_t *at_us_out)
{
    int64_t back_us;
    if (str_equal(s, STR("now")))
        *at_us_out = now_us;
    else if (clock_parse_duration(s, &back_us))
        *at_us_out = now_us - back_us;
    else
        return clock_parse(s, at_us_out);
    return true;
}

static enum error_code check_value(struct api_call *call, const struct api_parameter *row, struct str value)
{
    int64_t number;
    double  real;
    switch (row->type) {
    case API_TEXT:
    case API_QUERY: break;
    case API_INTEGER:
        if (!str_to_i64(value, &number) || number < row->least || number > row->most)
            return error_set(&call->error, ERROR_USAGE, "%s: expected a whole number from %lld to %lld, found '%.*s'", row->name,
                             (long long)row->least, (long long)row->most, (int)(value.len < 60 ? value.len : 60), value.ptr);
        break;
    case API_NUMBER:
        if (!str_to_double(value, &real))
            return error_set(&call->error, ERROR_USAGE, "%s: expected a number, found '%.*s'", row->name,
                             (int)(value.len < 60 ? value.len : 60), value.ptr);
        break;
    case API_BOOLEAN:
        if (!is_one_of("true false", value))
            return error_set(&call->error, ERROR_USAGE, "%s: expected true or false, found '%.*s'", row->name,
                             (int)(value.len < 60 ? value.len : 60), value.ptr);
        break;
    case API_TIME:
        if (!parse_time(value, call->now_us, &number))
            return error_set(&call->error, ERROR_USAGE, "%s: expected a time like 2015-02-20T10:00:00Z, a date, or a span back like 24h, found '%.*s'",
                             row->name, (int)(value.len < 60 ? value.len : 60), value.ptr);
        break;
    case API_WORD:
        if (!is_one_of(row->words, value))
            return error_set(&call->error, ERROR_USAGE, "%s: expected one of '%s', found '%.*s'", row->name, row->words,
                             (int)(value.len < 60 ? value.len : 60), value.ptr);
        break;
    }
    return ERROR_NONE;
}

enum error_code call_check_parameters(struct api_call *call)
{
    struct str name, value;
    for (size_t i = 0; http_param_at(call->request, i, &name, &value); i++) {
        if (call->route->scope == API_CLIENT && str_equal(name, STR("client")))
            continue;
        const struct api_parameter *row = parameter_named(call->route, name);
        if (!row)
            return error_set(&call->error, ERROR_USAGE, "there is no parameter '%.*s' here", (int)(name.len < 60 ? name.len : 60), name.ptr);
        enum error_code code = value.len || row->type <= API_QUERY ? check_value(call, row, value) : ERROR_NONE;
        if (code)
            return code;
    }
    for (const struct api_parameter *row = call->route->parameters; row && row->name; row++)
        if (row->is_required && !http_param(call->request, row->name, 0).ptr)
            return error_set(&call->error, ERROR_USAGE, "%s: missing; it is %s", row->name, row->meaning);
    return ERROR_NONE;
}

/* An empty value counts as not given, except for texts. */
static struct str value_of(struct api_call *call, const char *name, const struct api_parameter **row_out)
{
    const struct api_parameter *row = parameter_named(call->route, str_of(name));
    require(row);
    *row_out = row;
    struct str value = http_param(call->request, name, 0);
    return value.len || row->type <= API_QUERY ? value : (struct str){0};
}

struct str api_text(struct api_call *call, const char *name)
{
    const struct api_parameter *row;
    return value_of(call, name, &row);
}

struct str api_word(struct api_call *call, const char *name)
{
    const struct api_parameter *row;
    struct str                  value = value_of(call, name, &row);
    return value.ptr ? value : str_slice(row->words, strcspn(row->words, " "));
}

int64_t api_integer(struct api_call *call, const char *name, int64_t fallback)
{
    const struct api_parameter *row;
    int64_t                     number;
    return str_to_i64(value_of(call, name, &row), &number) ? number : fallback;
}

double api_number(struct api_call *call, const char *name, double fallback)
{
    const struct api_parameter *row;
    double                      number;
    return str_to_double(value_of(call, name, &row), &number) ? number : fallback;
}

bool api_boolean(struct api_call *call, const char *name)
{
    const struct api_parameter *row;
    return str_equal(value_of(call, name, &row), STR("true"));
}

int64_t api_time(struct api_call *call, const char *name, int64_t fallback_us)
{
    const struct api_parameter *row;
    int64_t                     at_us;
    struct str                  value = value_of(call, name, &row);
    return value.ptr && parse_time(value, call->now_us, &at_us) ? at_us : fallback_us;
}

static struct str place_of(const struct api_call *call, size_t i)
{
    return ((const struct api_state *)(const void *)call)->places[i];
}

int64_t api_id(struct api_call *call)
{
    int64_t id = 0;
    for (size_t i = 0; i < 2; i++)
        if (place_of(call, i).len && str_to_i64(place_of(call, i), &id))
            return id;
    require(!"the route has an {id}");
    return 0;
}

struct str api_name(struct api_call *call)
{
    struct str name = place_of(call, 1).ptr ? place_of(call, 1) : place_of(call, 0);
    require(name.ptr);
    return name;
}

/* ---- The body ---- */

static bool is_type(struct str type, const char *wanted)
{
    size_t len = strlen(wanted);
    return type.len >= len && str_equal_ascii_nocase(str_slice(type.ptr, len), str_of(wanted)) &&
           (type.len == len || type.ptr[len] == ';' || type.ptr[len] == ' ');
}

/* Members that the row's schema does not have are refused: a typo would be lost silently. */
static enum error_code check_members(struct api_call *call)
{
    cJSON       *schema = cJSON_Parse(call->route->takes);
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(schema, "properties"), *member;
    require(known);
    cJSON_ArrayForEach(member, call->body) {
        if (!cJSON_HasObjectItem(known, member->string)) {
            error_set(&call->error, ERROR_INVALID, "there is no member '%.60s' here", member->string);
            break;
        }
    }
    cJSON_Delete(schema);
    return call->error.code;
}

/* A NUL, or its escape: cJSON ends a text there without a word, and half a name would be kept for the whole. */
static bool holds_nul(struct str body)
{
    if (body.len && memchr(body.ptr, '\0', body.len))
        return true;
    for (size_t i = 0; i + 1 < body.len; i++)
        if (body.ptr[i] == '\\') {
            if (str_starts_with(str_slice(body.ptr + i, body.len - i), STR("\\u0000")))
                return true;
            i++; /* what follows is escaped, a backslash too */
        }
    return false;
}

enum error_code call_read_body(struct api_call *call)
{
    const struct http_request *request = call->request;
    struct str                 type = http_header(request, "content-type");
    if (!call->route->takes)
        return request->body.len ? error_set(&call->error, ERROR_USAGE, "this takes no body") : ERROR_NONE;
    if (call->route->is_signed)
        return ERROR_NONE; /* whatever it calls itself: its signature is over its bytes */
    if (str_equal(str_of(call->route->takes), STR("application/octet-stream")))
        return is_type(type, "application/octet-stream")
                   ? ERROR_NONE
                   : error_set(&call->error, ERROR_MEDIA_TYPE, "expected application/octet-stream, found '%.*s'", (int)(type.len < 60 ? type.len : 60), type.ptr ? type.ptr : "");
    bool is_lines = str_equal(str_of(call->route->takes), STR("application/jsonl"));
    if (is_lines)
        return is_type(type, "application/jsonl") || is_type(type, "application/x-ndjson") || is_type(type, "application/json")
                   ? ERROR_NONE
                   : error_set(&call->error, ERROR_MEDIA_TYPE, "expected application/jsonl, found '%.*s'", (int)(type.len < 60 ? type.len : 60), type.ptr ? type.ptr : "");
    if (!is_type(type, "application/json"))
        return error_set(&call->error, ERROR_MEDIA_TYPE, "expected application/json, found '%.*s'", (int)(type.len < 60 ? type.len : 60), type.ptr ? type.ptr : "");
    const char *end = NULL;
    if (!utf8_is_valid(request->body))
        return error_set(&call->error, ERROR_SYNTAX, "the body is not UTF-8");
    if (holds_nul(request->body))
        return error_set(&call->error, ERROR_SYNTAX, "the body holds a NUL character");
    if (request->body.len > API_BODY_MAX_BYTES)
        return error_set(&call->error, ERROR_TOO_LARGE, "the body has %zu bytes, at most %d are taken", request->body.len, API_BODY_MAX_BYTES);
    call->body = request->body.len ? cJSON_ParseWithLengthOpts(request->body.ptr, request->body.len, &end, false) : NULL;
    if (!call->body)
        return error_set(&call->error, ERROR_SYNTAX, "the body is no JSON: it breaks at byte %zu",
                         end ? (size_t)(end - request->body.ptr) : 0);
    struct str rest = str_trim(str_slice(end, (size_t)(request->body.ptr + request->body.len - end)));
    if (rest.len)
        return error_set(&call->error, ERROR_SYNTAX, "the body goes on behind its JSON at byte %zu", (size_t)(end - request->body.ptr));
    if (!cJSON_IsObject(call->body))
        return error_set(&call->error, ERROR_SYNTAX, "the body is no JSON object");
    return check_members(call);
}

bool api_body_has(const struct api_call *call, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(call->body, name);
    return member && !cJSON_IsNull(member);
}

static const cJSON *member_of(struct api_call *call, const char *name, bool is_required, enum error_code *code_out)
{
    const cJSON *member = api_body_has(call, name) ? cJSON_GetObjectItemCaseSensitive(call->body, name) : NULL;
    *code_out = member || !is_required ? ERROR_NONE : error_set(&call->error, ERROR_INVALID, "%s: missing", name);
    return member;
}

enum error_code api_body_str(struct api_call *call, const char *name, size_t most_bytes, bool is_required, struct str *value_out)
{
    enum error_code code;
    const cJSON    *member = member_of(call, name, is_required, &code);
    if (!member)
        return code;
    if (!cJSON_IsString(member))
        return error_set(&call->error, ERROR_INVALID, "%s: expected a text", name);
    struct str value = str_trim(str_of(member->valuestring));
    if (value.len > most_bytes)
        return error_set(&call->error, ERROR_INVALID, "%s: expected a text of at most %zu bytes, found %zu", name, most_bytes, value.len);
    if (is_required && !value.len)
        return error_set(&call->error, ERROR_INVALID, "%s: is empty", name);
    if (!utf8_is_valid(value)) /* a lone surrogate, written as \ud800 */
        return error_set(&call->error, ERROR_INVALID, "%s: holds a broken character", name);
    for (size_t i = 0; i < value.len; i++)
        if (((unsigned char)value.ptr[i] < 0x20 && value.ptr[i] != '\n' && value.ptr[i] != '\t') || value.ptr[i] == 0x7f)
            return error_set(&call->error, ERROR_INVALID, "%s: holds a control character", name);
    *value_out = arena_str(call->arena, value);
    return value_out->ptr ? ERROR_NONE : error_set(&call->error, ERROR_MEMORY, "no memory for %s", name);
}

enum error_code api_body_double(struct api_call *call, const char *name, double least, double most, bool is_required, double *value_io)
{
    enum error_code code;
    const cJSON    *member = member_of(call, name, is_required, &code);
    if (!member)
        return code;
    if (!cJSON_IsNumber(member) || !isfinite(member->valuedouble) || member->valuedouble < least || member->valuedouble > most)
        return error_set(&call->error, ERROR_INVALID, "%s: expected a number from %g to %g", name, least, most);
    *value_io = member->valuedouble;
    return ERROR_NONE;
}

enum error_code api_body_i64(struct api_call *call, const char *name, int64_t least, int64_t most, bool is_required, int64_t *value_io)
{
    enum error_code code;
    const cJSON    *member = member_of(call, name, is_required, &code);
    if (!member)
        return code;
    double value = cJSON_IsNumber(member) ? member->valuedouble : NAN;
    if (!(value >= -9e15 && value <= 9e15) || value != floor(value) || (int64_t)value < least || (int64_t)value > most)
        return error_set(&call->error, ERROR_INVALID, "%s: expected a whole number from %lld to %lld", name, (long long)least, (long long)most);
    *value_io = (int64_t)value;
    return ERROR_NONE;
}

enum error_code api_body_bool(struct api_call *call, const char *name, bool is_required, bool *value_io)
{
    enum error_code code;
    const cJSON    *member = member_of(call, name, is_required, &code);
    if (!member)
        return code;
    if (!cJSON_IsBool(member))
        return error_set(&call->error, ERROR_INVALID, "%s: expected true or false", name);
    *value_io = cJSON_IsTrue(member);
    return ERROR_NONE;
}

enum error_code api_body_time(struct api_call *call, const char *name, bool is_required, int64_t *at_us_io)
{
    enum error_code code;
    const cJSON    *member = member_of(call, name, is_required, &code);
    if (!member)
        return code;
    if (!cJSON_IsString(member) || !clock_parse(str_of(member->valuestring), at_us_io) || *at_us_io < CLOCK_MIN_US || *at_us_io > CLOCK_MAX_US)
        return error_set(&call->error, ERROR_INVALID, "%s: expected a time like 2015-02-20T10:00:00Z", name);
    return ERROR_NONE;
}
