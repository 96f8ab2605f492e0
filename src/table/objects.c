#include "table/objects.h"

#include "post/post.h"

enum { READ_BYTES = 128 * 1024, BEGINNING_BYTES = 4096 };

void objects_fini(struct objects *objects)
{
    buf_fini(&objects->held);
}

static enum error_code read_more(struct objects *objects, struct error *error)
{
    if (objects->at) {
        memmove(objects->held.ptr, objects->held.ptr + objects->at, objects->held.len - objects->at);
        objects->held.len -= objects->at;
        objects->seen -= objects->at;
        objects->at = 0;
    }
    if (!buf_reserve(&objects->held, READ_BYTES))
        return error_set(error, ERROR_MEMORY, "no memory for the object at line %llu", (unsigned long long)objects->line);
    size_t          got;
    enum error_code code = objects->source.read(objects->source.context, objects->held.ptr + objects->held.len, READ_BYTES, &got, error);
    if (code)
        return code;
    objects->held.len += got;
    objects->is_ended = got == 0;
    return ERROR_NONE;
}

/* One byte on; true where it closes the object. */
static bool follow(struct objects *objects, char c)
{
    objects->line += c == '\n';
    if (objects->is_in_string) {
        if (objects->is_escaped)
            objects->is_escaped = false;
        else if (c == '\\')
            objects->is_escaped = true;
        else if (c == '"')
            objects->is_in_string = false;
        return false;
    }
    if (c == '"')
        objects->is_in_string = true;
    else if (c == '{' || c == '[')
        objects->depth++;
    else if (c == '}' || c == ']')
        return --objects->depth == 0;
    return false;
}

/* Moves at and seen to the { of the next object; false at the end of what is held. */
static bool find_begin(struct objects *objects)
{
    for (; objects->seen < objects->held.len; objects->seen++) {
        char c = objects->held.ptr[objects->seen];
        if (!objects->is_begun) {
            objects->is_begun = c == '[';
            objects->line += c == '\n';
        } else if (c == '{') {
            objects->at = objects->seen;
            return true;
        } else
            objects->line += c == '\n';
    }
    objects->at = objects->seen;
    return false;
}

enum error_code objects_next(struct objects *objects, struct line *line_out, struct error *error)
{
    *line_out = (struct line){0};
    if (!objects->line)
        objects->line = 1;
    while (!find_begin(objects)) {
        if (objects->is_ended) {
            line_out->is_last = true;
            return ERROR_NONE;
        }
        enum error_code code = read_more(objects, error);
        if (code)
            return code;
    }
    line_out->number = objects->line;
    objects->depth = 0;
    objects->is_in_string = objects->is_escaped = false;
    for (;;) {
        while (objects->seen < objects->held.len) {
            bool is_closed = follow(objects, objects->held.ptr[objects->seen++]);
            if (is_closed || objects->seen - objects->at > POST_LINE_MAX_BYTES) {
                line_out->is_too_long |= !is_closed;
                if (!is_closed) /* keeps the beginning, and goes on reading to where it closes */
                    memmove(objects->held.ptr + objects->at + BEGINNING_BYTES, objects->held.ptr + objects->seen, objects->held.len - objects->seen),
                        objects->held.len -= objects->seen - objects->at - BEGINNING_BYTES, objects->seen = objects->at + BEGINNING_BYTES;
                else
                    goto closed;
            }
        }
        if (objects->is_ended)
            goto closed; /* cut short: whoever parses it says so */
        enum error_code code = read_more(objects, error);
        if (code)
            return code;
    }
closed:
    line_out->text = str_slice(objects->held.ptr + objects->at, objects->seen - objects->at);
    if (line_out->is_too_long && line_out->text.len > BEGINNING_BYTES)
        line_out->text.len = BEGINNING_BYTES;
    objects->at = objects->seen;
    return ERROR_NONE;
}
