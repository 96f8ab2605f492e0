#include "listen/feed.h"

#include "table/lines.h"
#include "table/objects.h"

/* One file on its way into batches. */
struct flow {
    struct feed             *feed;
    struct input            *input;
    const struct table_shape *shape;
    struct batch            *batch; /* in hand, or NULL */
};

static enum error_code given_up(struct error *error)
{
    return error_set(error, ERROR_CANCELLED, "the import was given up");
}

static void hand_over(struct flow *flow)
{
    if (!flow->batch)
        return;
    flow->batch->bytes_taken = flow->feed->bytes_before + input_bytes_taken(flow->input);
    batch_ring_filled(flow->feed->ring, flow->batch);
    flow->batch = NULL;
}

/* A batch with room for one more item. */
static enum error_code make_room(struct flow *flow, struct error *error)
{
    if (flow->batch && batch_is_full(flow->batch))
        hand_over(flow);
    if (flow->batch)
        return ERROR_NONE;
    flow->batch = batch_ring_to_fill(flow->feed->ring);
    if (!flow->batch)
        return given_up(error);
    flow->batch->file = flow->feed->file;
    flow->batch->shape = flow->shape;
    return ERROR_NONE;
}

static enum error_code add(struct flow *flow, enum item_kind kind, struct str raw, uint64_t line,
                           struct item **item_out, struct error *error)
{
    enum error_code code = make_room(flow, error);
    if (code)
        return code;
    struct item *item = batch_add(flow->batch, kind, raw, line);
    if (!item)
        return error_set(error, ERROR_MEMORY, "no memory for line %llu", (unsigned long long)line);
    flow->feed->line = line;
    if (item_out)
        *item_out = item;
    return ERROR_NONE;
}

static enum error_code add_bad(struct flow *flow, struct str raw, uint64_t line, enum error_code reason_code,
                               const char *reason, struct error *error)
{
    struct item    *item;
    enum error_code code = add(flow, ITEM_BAD, raw, line, &item, error);
    if (!code) {
        item->code = reason_code;
        item->reason = str_of(reason);
    }
    return code;
}

static enum error_code feed_lines(struct flow *flow, struct error *error)
{
    struct lines    lines = {.source = input_source(flow->input)};
    struct objects  objects = {.source = input_source(flow->input)};
    struct line     line;
    bool            is_array = flow->shape->kind == TABLE_OBJECTS || flow->shape->kind == TABLE_NATIVE_OBJECTS;
    bool            is_ours = flow->shape->kind == TABLE_LINES || flow->shape->kind == TABLE_OBJECTS;
    enum error_code code;
    while (!(code = is_array ? objects_next(&objects, &line, error) : lines_next(&lines, &line, error)) && !line.is_last) {
        if (line.is_too_long)
            code = add_bad(flow, line.text, line.number, ERROR_TOO_LARGE, "the line is longer than 4 MiB", error);
        else if (str_trim(line.text).len)
            code = add(flow, is_ours ? ITEM_JSON : ITEM_NATIVE, line.text, line.number, NULL, error);
        if (code)
            break;
    }
    lines_fini(&lines);
    objects_fini(&objects);
    return code;
}

static enum error_code add_record(struct flow *flow, const struct csv_record *record, struct error *error)
{
    static const char *const reasons[] = {[CSV_TOO_LONG] = "the record is longer than 4 MiB",
                                          [CSV_UNCLOSED] = "a quote is opened and never closed",
                                          [CSV_TOO_MANY_FIELDS] = "the record has more than 1024 fields"};
    if (record->state != CSV_RECORD)
        return add_bad(flow, record->raw, record->line, record->state == CSV_UNCLOSED ? ERROR_SYNTAX : ERROR_TOO_LARGE,
                       reasons[record->state], error);
    struct item    *item;
    enum error_code code = add(flow, ITEM_RECORD, record->raw, record->line, &item, error);
    if (code)
        return code;
    struct buf *bytes = &flow->batch->bytes;
    item->cells_start = bytes->len;
    buf_append_varint(bytes, record->count);
    for (size_t i = 0; i < record->count; i++)
        buf_append_sized(bytes, record->fields[i]);
    item->cells_len = bytes->len - item->cells_start;
    return bytes->has_failed ? error_set(error, ERROR_MEMORY, "no memory for the record at line %llu",
                                         (unsigned long long)record->line)
                             : ERROR_NONE;
}

static enum error_code feed_table(struct flow *flow, struct error *error)
{
    struct csv        csv = {.source = input_source(flow->input), .separator = flow->shape->separator};
    struct csv_record record;
    enum error_code   code;
    for (uint64_t i = 0; !(code = csv_next(&csv, &record, error)) && record.state != CSV_END; i++) {
        if (i <= flow->shape->header_record)
            continue;
        code = add_record(flow, &record, error);
        if (code)
            break;
    }
    csv_fini(&csv);
    return code;
}

static enum error_code feed_file(struct feed *feed, struct error *error)
{
    struct flow         flow = {.feed = feed};
    struct table_shape *shape = arena_new(feed->shapes, struct table_shape);
    struct str          beginning;
    if (!shape)
        return error_set(error, ERROR_MEMORY, "no memory for a file");
    enum error_code   code = input_open(feed->options->paths[feed->file], feed->stop, &flow.input, error);
    if (code)
        return code;
    flow.shape = shape;
    /* A packed file that is broken within its first bytes is told of when they are read as posts. */
    struct error ignored = {0};
    if (input_peek(flow.input, &beginning, &ignored))
        code = ignored.code == ERROR_CORRUPT ? ERROR_NONE : (*error = ignored).code;
    if (!code)
        code = table_look(beginning, input_name(flow.input), feed->options->format, &feed->options->columns, shape,
                         error);
    if (!code)
        code = shape->is_table ? feed_table(&flow, error) : feed_lines(&flow, error);
    hand_over(&flow);
    feed->bytes_before += input_bytes_taken(flow.input);
    input_close(flow.input);
    return code;
}

void *feed_run(void *context)
{
    struct feed    *feed = context;
    enum error_code code = ERROR_NONE;
    for (feed->file = 0; feed->file < feed->options->path_count && !code; feed->file++) {
        feed->line = 0;
        code = feed_file(feed, &feed->error);
        if (code)
            break;
    }
    batch_ring_close(feed->ring);
    return NULL;
}
