#include "source/mastodon/sse.h"

#include <stdio.h>

void sse_fini(struct sse *sse)
{
    buf_fini(&sse->line);
    buf_fini(&sse->data);
}

bool sse_is_endless(const struct sse *sse)
{
    return sse->line_bytes > SSE_ENDLESS_BYTES;
}

static void field(struct sse *sse, struct str line)
{
    const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
    struct str  name = colon ? str_slice(line.ptr, (size_t)(colon - line.ptr)) : line;
    struct str  value = colon ? str_slice(colon + 1, line.len - name.len - 1) : (struct str){0};
    if (value.len && value.ptr[0] == ' ')
        value = str_slice(value.ptr + 1, value.len - 1);
    if (str_equal(name, STR("event"))) {
        if (value.len < sizeof sse->event && !(value.len && memchr(value.ptr, '\0', value.len)))
            snprintf(sse->event, sizeof sse->event, "%.*s", STR_ARG(value));
        else
            sse->is_oversize = true;
    } else if (str_equal(name, STR("data"))) {
        if (sse->is_oversize || value.len + 1 > sse->most_bytes - sse->data.len) {
            sse->is_oversize = true;
            return;
        }
        buf_append_str(&sse->data, value);
        buf_append_char(&sse->data, '\n');
        sse->has_data = true;
    }
}

static bool end_of_event(struct sse *sse, sse_on_event on_event, void *context)
{
    bool is_on = true;
    if (sse->is_oversize || sse->data.has_failed)
        sse->oversize++;
    else if (sse->has_data)
        is_on = on_event(context, sse->event[0] ? str_of(sse->event) : STR("message"), str_slice(sse->data.ptr, sse->data.len - 1));
    buf_clear(&sse->data);
    sse->data.has_failed = false;
    sse->has_data = sse->is_oversize = false;
    sse->event[0] = '\0';
    return is_on;
}

static bool end_of_line(struct sse *sse, sse_on_event on_event, void *context)
{
    struct str line = buf_str(&sse->line);
    bool       is_on = true;
    if (!sse->is_past_start && str_starts_with(line, STR("\xEF\xBB\xBF")))
        line = str_slice(line.ptr + 3, line.len - 3);
    sse->is_past_start = true;
    if (sse->is_long_line)
        sse->is_oversize = true; /* what it was cannot be known: the event is left out */
    else if (line.len == 0)
        is_on = end_of_event(sse, on_event, context);
    else
        field(sse, line);
    buf_clear(&sse->line);
    sse->line.has_failed = false;
    sse->is_long_line = false;
    sse->line_bytes = 0;
    return is_on;
}

bool sse_feed(struct sse *sse, struct str bytes, sse_on_event on_event, void *context)
{
    size_t at = 0;
    sse->line.max_bytes = sse->most_bytes + 16;
    while (at < bytes.len) {
        if (sse->had_cr && bytes.ptr[at] == '\n') { /* the second half of \r\n */
            sse->had_cr = false;
            at++;
            continue;
        }
        sse->had_cr = false;
        size_t end = at;
        while (end < bytes.len && bytes.ptr[end] != '\n' && bytes.ptr[end] != '\r')
            end++;
        sse->line_bytes += end - at;
        if (!sse->is_long_line && end > at && !buf_append(&sse->line, bytes.ptr + at, end - at)) {
            sse->is_long_line = true;
            buf_fini(&sse->line);
            sse->line = (struct buf){.max_bytes = sse->most_bytes + 16};
        }
        at = end;
        if (at == bytes.len)
            break;
        sse->had_cr = bytes.ptr[at++] == '\r';
        if (!end_of_line(sse, on_event, context))
            return false;
    }
    return !sse_is_endless(sse);
}
