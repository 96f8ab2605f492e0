#include "table/csv.h"

#include "post/post.h"

#include <stdlib.h>

enum { READ_BYTES = 128 * 1024, BEGINNING_BYTES = 4096 };

void csv_fini(struct csv *csv)
{
    buf_fini(&csv->held);
    buf_fini(&csv->cells);
    free(csv->cell_ends);
    free(csv->fields);
    csv->cell_ends = NULL;
    csv->fields = NULL;
}

static enum error_code read_more(struct csv *csv, struct error *error)
{
    if (csv->at) {
        memmove(csv->held.ptr, csv->held.ptr + csv->at, csv->held.len - csv->at);
        csv->held.len -= csv->at;
        csv->seen -= csv->at;
        csv->at = 0;
    }
    if (!buf_reserve(&csv->held, READ_BYTES))
        return error_set(error, ERROR_MEMORY, "no memory for the record at line %llu", (unsigned long long)csv->line);
    size_t          got;
    enum error_code code = csv->source.read(csv->source.context, csv->held.ptr + csv->held.len, READ_BYTES, &got,
                                            error);
    if (code)
        return code;
    csv->held.len += got;
    csv->is_ended = got == 0;
    return ERROR_NONE;
}

/* Moves seen to the newline that ends the record; false where that is not held yet. */
static bool find_end(struct csv *csv)
{
    const char *bytes = csv->held.ptr;
    size_t      at = csv->seen;
    for (; at < csv->held.len; at++) {
        char c = bytes[at];
        if (csv->state == CSV_QUOTED) {
            if (c == '"')
                csv->state = CSV_QUOTE_IN_QUOTED;
        } else if (c == '\n')
            break;
        else if (c == '"' && csv->state == CSV_FIELD_START)
            csv->state = CSV_QUOTED;
        else if (c == '"' && csv->state == CSV_QUOTE_IN_QUOTED)
            csv->state = CSV_QUOTED;
        else
            csv->state = c == csv->separator ? CSV_FIELD_START : CSV_BARE;
    }
    csv->seen = at;
    return at < csv->held.len;
}

static uint64_t count_newlines(struct str s)
{
    uint64_t count = 0;
    for (const char *at = s.ptr, *end = s.ptr + s.len; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    return count;
}

/* Hands out [at, end) and goes on at next. */
static void take(struct csv *csv, struct csv_record *record, size_t end, size_t next)
{
    record->raw = str_slice(csv->held.ptr + csv->at, end - csv->at);
    record->line = csv->line;
    csv->line += count_newlines(str_slice(csv->held.ptr + csv->at, next - csv->at));
    csv->at = csv->seen = next;
    csv->state = CSV_FIELD_START;
}

/* A line that is too long: keeps its beginning and passes over the rest. */
static enum error_code take_too_long(struct csv *csv, struct csv_record *record, bool is_whole, struct error *error)
{
    uint64_t line = csv->line, newlines = 0;
    while (!is_whole && !csv->is_ended) {
        struct str dropped = str_slice(csv->held.ptr + csv->at + BEGINNING_BYTES,
                                       csv->held.len - csv->at - BEGINNING_BYTES);
        newlines += count_newlines(dropped);
        csv->held.len = csv->seen = csv->at + BEGINNING_BYTES;
        enum error_code code = read_more(csv, error);
        if (code)
            return code;
        is_whole = find_end(csv);
    }
    record->state = CSV_TOO_LONG;
    take(csv, record, csv->at + BEGINNING_BYTES, is_whole ? csv->seen + 1 : csv->held.len);
    record->line = line;
    csv->line += newlines;
    return ERROR_NONE;
}

/* The quote was opened in the first line of what is held, or in a later one that it swallowed: one line is given up. */
static enum error_code take_unclosed(struct csv *csv, struct csv_record *record, struct error *error)
{
    const char     *newline = memchr(csv->held.ptr + csv->at, '\n', csv->held.len - csv->at);
    enum error_code code = ERROR_NONE;
    csv->state = CSV_BARE;
    if (newline || csv->is_ended) {
        size_t end = newline ? (size_t)(newline - csv->held.ptr) : csv->held.len;
        take(csv, record, end, newline ? end + 1 : end);
    } else
        code = take_too_long(csv, record, false, error);
    record->state = CSV_UNCLOSED;
    return code;
}

/* Copies one field without its quotes, from *at to the separator or the end; true where another follows. */
static bool copy_field(struct csv *csv, struct str raw, size_t *at)
{
    bool is_quoted = false;
    if (*at < raw.len && raw.ptr[*at] == '"') {
        is_quoted = true;
        ++*at;
    }
    while (*at < raw.len) {
        char c = raw.ptr[(*at)++];
        if (is_quoted && c == '"') {
            if (*at < raw.len && raw.ptr[*at] == '"')
                ++*at;
            else {
                is_quoted = false;
                continue;
            }
        } else if (!is_quoted && c == csv->separator)
            return true;
        buf_append_char(&csv->cells, c);
    }
    return false;
}

static enum error_code split(struct csv *csv, struct csv_record *record, struct error *error)
{
    if (!csv->fields) {
        csv->fields = calloc(CSV_MAX_FIELDS, sizeof *csv->fields);
        csv->cell_ends = calloc(CSV_MAX_FIELDS, sizeof *csv->cell_ends);
    }
    buf_clear(&csv->cells);
    if (!csv->fields || !csv->cell_ends || !buf_reserve(&csv->cells, record->raw.len + 1))
        return error_set(error, ERROR_MEMORY, "no memory for the record at line %llu",
                         (unsigned long long)record->line);
    size_t at = 0, count = 0;
    for (bool follows = true; follows; count++) {
        if (count == CSV_MAX_FIELDS) {
            record->state = CSV_TOO_MANY_FIELDS;
            return ERROR_NONE;
        }
        follows = copy_field(csv, record->raw, &at);
        csv->cell_ends[count] = csv->cells.len;
    }
    for (size_t i = 0, start = 0; i < count; start = csv->cell_ends[i++])
        csv->fields[i] = str_slice(csv->cells.ptr + start, csv->cell_ends[i] - start);
    record->fields = csv->fields;
    record->count = count;
    return ERROR_NONE;
}

static void skip_mark(struct csv *csv)
{
    if (!csv->is_begun && str_starts_with(str_slice(csv->held.ptr + csv->at, csv->held.len - csv->at), STR("\xef\xbb"
                                                                                                           "\xbf"))) {
        csv->at += 3;
        csv->seen = csv->at;
        csv->state = CSV_FIELD_START;
    }
    csv->is_begun = true;
}

/* Finds the next record, blank or not, and leaves its bytes in record->raw. */
static enum error_code next_raw(struct csv *csv, struct csv_record *record, struct error *error)
{
    for (;;) {
        if (!csv->is_begun && (csv->held.len - csv->at >= 3 || csv->is_ended))
            skip_mark(csv);
        bool   is_whole = csv->is_begun && find_end(csv);
        size_t len = csv->seen - csv->at;
        if (len > POST_LINE_MAX_BYTES && csv->state != CSV_QUOTED)
            return take_too_long(csv, record, is_whole, error);
        if (is_whole) {
            take(csv, record, csv->seen, csv->seen + 1);
            return ERROR_NONE;
        }
        if (csv->is_begun && csv->state == CSV_QUOTED && (csv->is_ended || len > POST_LINE_MAX_BYTES))
            return take_unclosed(csv, record, error);
        if (csv->is_ended && csv->is_begun) {
            record->state = len ? CSV_RECORD : CSV_END;
            take(csv, record, csv->held.len, csv->held.len);
            return ERROR_NONE;
        }
        enum error_code code = read_more(csv, error);
        if (code)
            return code;
    }
}

enum error_code csv_next(struct csv *csv, struct csv_record *record_out, struct error *error)
{
    if (csv->line == 0)
        csv->line = 1;
    do {
        *record_out = (struct csv_record){.state = CSV_RECORD};
        enum error_code code = next_raw(csv, record_out, error);
        if (code)
            return code;
        if (str_ends_with(record_out->raw, STR("\r")))
            record_out->raw.len--;
    } while (record_out->state == CSV_RECORD && record_out->raw.len == 0);
    return record_out->state == CSV_RECORD ? split(csv, record_out, error) : ERROR_NONE;
}
