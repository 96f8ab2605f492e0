#include "base/json.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>

struct json json_writer(struct buf *out)
{
    return (struct json){.out = out};
}

static void before_value(struct json *json)
{
    if (json->needs_comma)
        buf_append_char(json->out, ',');
    json->needs_comma = true;
}

static void open(struct json *json, char opener, char closer)
{
    before_value(json);
    require(json->depth < JSON_MAX_DEPTH);
    json->closer[json->depth++] = closer;
    buf_append_char(json->out, opener);
    json->needs_comma = false;
}

void json_object(struct json *json)
{
    open(json, '{', '}');
}

void json_array(struct json *json)
{
    open(json, '[', ']');
}

void json_end(struct json *json)
{
    require(json->depth > 0);
    buf_append_char(json->out, json->closer[--json->depth]);
    json->needs_comma = true;
}

static void quoted(struct buf *out, struct str s)
{
    static const char escapes[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
    buf_append_char(out, '"');
    size_t plain = 0, at = 0;
    while (at < s.len) {
        unsigned char c = (unsigned char)s.ptr[at];
        size_t len = 1;
        if (c >= 0x80) {
            len = utf8_valid_length(s.ptr + at, s.len - at);
            if (len) {
                at += len;
                continue;
            }
        } else if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
            at++;
            continue;
        }
        buf_append(out, s.ptr + plain, at - plain);
        if (c >= 0x80)
            buf_append(out, "\xef\xbf\xbd", 3);
        else if (c < sizeof escapes && escapes[c])
            buf_append(out, (char[]){'\\', escapes[c]}, 2);
        else
            buf_printf(out, "\\u%04x", c);
        plain = ++at;
    }
    if (at > plain)
        buf_append(out, s.ptr + plain, at - plain);
    buf_append_char(out, '"');
}

void json_key(struct json *json, const char *name)
{
    before_value(json);
    quoted(json->out, str_of(name));
    buf_append_char(json->out, ':');
    json->needs_comma = false;
}

void json_str(struct json *json, struct str value)
{
    before_value(json);
    quoted(json->out, value);
}

void json_text(struct json *json, const char *value)
{
    json_str(json, str_of(value));
}

void json_i64(struct json *json, int64_t value)
{
    before_value(json);
    buf_printf(json->out, "%lld", (long long)value);
}

void json_double(struct json *json, double value, int decimals)
{
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    before_value(json);
    char text[400];
    int  len = snprintf(text, sizeof text, "%.*f", decimals, value);
    if (decimals > 0) {
        while (len > 1 && text[len - 1] == '0')
            len--;
        if (text[len - 1] == '.')
            len--;
    }
    if (len == 2 && text[0] == '-' && text[1] == '0')
        text[0] = '0', len = 1;
    buf_append(json->out, text, (size_t)len);
}

void json_bool(struct json *json, bool value)
{
    before_value(json);
    buf_append_str(json->out, value ? STR("true") : STR("false"));
}

void json_null(struct json *json)
{
    before_value(json);
    buf_append_str(json->out, STR("null"));
}

void json_time(struct json *json, int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];
    json_text(json, clock_print(at_us, text));
}

void json_raw(struct json *json, struct str value)
{
    before_value(json);
    buf_append_str(json->out, value);
}

void json_put_i64(struct json *json, const char *name, int64_t value)
{
    json_key(json, name);
    json_i64(json, value);
}

void json_put_str(struct json *json, const char *name, struct str value)
{
    json_key(json, name);
    json_str(json, value);
}

void json_put_time(struct json *json, const char *name, int64_t at_us)
{
    json_key(json, name);
    if (at_us)
        json_time(json, at_us);
    else
        json_null(json);
}

void json_put_bool(struct json *json, const char *name, bool value)
{
    json_key(json, name);
    json_bool(json, value);
}

void json_put_double(struct json *json, const char *name, double value, int decimals)
{
    json_key(json, name);
    json_double(json, value, decimals);
}
