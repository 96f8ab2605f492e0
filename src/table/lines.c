#include "table/lines.h"

#include "post/post.h"

enum { READ_BYTES = 128 * 1024, BEGINNING_BYTES = 4096 };

void lines_fini(struct lines *lines)
{
    buf_fini(&lines->held);
}

static enum error_code read_more(struct lines *lines, struct error *error)
{
    if (lines->at) {
        memmove(lines->held.ptr, lines->held.ptr + lines->at, lines->held.len - lines->at);
        lines->held.len -= lines->at;
        lines->seen -= lines->at;
        lines->at = 0;
    }
    if (!buf_reserve(&lines->held, READ_BYTES))
        return error_set(error, ERROR_MEMORY, "no memory for line %llu", (unsigned long long)lines->number + 1);
    size_t          got;
    enum error_code code = lines->source.read(lines->source.context, lines->held.ptr + lines->held.len, READ_BYTES,
                                              &got, error);
    if (code)
        return code;
    lines->held.len += got;
    lines->is_ended = got == 0;
    return ERROR_NONE;
}

/* The newline that ends the held line, or NULL where it is not held yet. */
static const char *find_end(struct lines *lines)
{
    const char *end = lines->seen < lines->held.len
                          ? memchr(lines->held.ptr + lines->seen, '\n', lines->held.len - lines->seen)
                          : NULL;
    if (!end)
        lines->seen = lines->held.len;
    return end;
}

/* Keeps the beginning of an overlong line and passes over the rest. */
static enum error_code skip_rest(struct lines *lines, struct line *line, struct error *error)
{
    line->is_too_long = true;
    const char *end;
    while (!(end = find_end(lines)) && !lines->is_ended) {
        lines->held.len = lines->seen = lines->at + BEGINNING_BYTES;
        enum error_code code = read_more(lines, error);
        if (code)
            return code;
    }
    line->text = str_slice(lines->held.ptr + lines->at, BEGINNING_BYTES);
    lines->at = lines->seen = end ? (size_t)(end - lines->held.ptr) + 1 : lines->held.len;
    return ERROR_NONE;
}

static struct str without_mark(struct str text)
{
    return str_starts_with(text, STR("\xef\xbb\xbf")) ? str_slice(text.ptr + 3, text.len - 3) : text;
}

enum error_code lines_next(struct lines *lines, struct line *line_out, struct error *error)
{
    *line_out = (struct line){.number = lines->number + 1};
    const char *end;
    while (!(end = find_end(lines))) {
        if (lines->held.len - lines->at > POST_LINE_MAX_BYTES)
            break;
        if (lines->is_ended) {
            if (lines->at == lines->held.len) {
                line_out->is_last = true;
                return ERROR_NONE;
            }
            break;
        }
        enum error_code code = read_more(lines, error);
        if (code)
            return code;
    }
    lines->number++;
    size_t len = end ? (size_t)(end - lines->held.ptr) - lines->at : lines->held.len - lines->at;
    if (len > POST_LINE_MAX_BYTES)
        return skip_rest(lines, line_out, error);
    line_out->text = str_slice(lines->held.ptr + lines->at, len);
    lines->at += len + (end != NULL);
    lines->seen = lines->at;
    if (str_ends_with(line_out->text, STR("\r")))
        line_out->text.len--;
    if (line_out->number == 1)
        line_out->text = without_mark(line_out->text);
    return ERROR_NONE;
}
