#include "intake/look.h"

#include "table/input.h"
#include "table/lines.h"
#include "table/native.h"
#include "table/objects.h"

static void note(struct intake_look *look, struct arena *arena, enum error_code code, const struct error *why, uint64_t line, const struct post *post,
                 unsigned doubts)
{
    look->read++;
    if (code) {
        look->rejected++;
        if (look->reject_count < LOOK_POSTS)
            look->rejects[look->reject_count++] = (struct look_reject){line, arena_str(arena, str_of(why->message))};
        return;
    }
    for (size_t i = 0; i < POST_DOUBTS; i++)
        look->doubts[i] += doubts >> i & 1;
    if (look->post_count < LOOK_POSTS)
        look->posts[look->post_count++] = *post;
}

static void read_records(struct intake_look *look, struct str beginning, struct arena *arena)
{
    struct bytes_memory memory = {.left = beginning};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = look->shape->separator};
    struct csv_record   record;
    for (uint64_t i = 0; look->read < LOOK_ROWS && !csv_next(&csv, &record, NULL) && record.state != CSV_END; i++) {
        struct assembled assembled = {0};
        struct error     why = {0};
        if (i <= look->shape->header_record)
            continue;
        enum error_code code = record.state == CSV_RECORD
                                   ? columns_assemble(&look->shape->columns, record.fields, record.count, arena, &assembled, &why)
                                   : error_set(&why, ERROR_SYNTAX, "the record cannot be read: a quote is not closed, or it is too long");
        note(look, arena, code, &why, record.line, &assembled.post, assembled.doubts);
    }
    csv_fini(&csv);
}

static void read_objects(struct intake_look *look, struct str beginning, struct arena *arena)
{
    struct bytes_memory   memory = {.left = beginning};
    struct lines          lines = {.source = bytes_source_of_memory(&memory)};
    struct objects        objects = {.source = bytes_source_of_memory(&memory)};
    enum table_kind       kind = look->shape->kind;
    bool                  is_array = kind == TABLE_OBJECTS || kind == TABLE_NATIVE_OBJECTS, is_ours = kind == TABLE_LINES || kind == TABLE_OBJECTS;
    struct assemble_rules rules = {.author = look->shape->author, .zone = look->shape->has_zone ? &look->shape->zone : NULL};
    struct line           line;
    while (look->read < LOOK_ROWS && !(is_array ? objects_next(&objects, &line, NULL) : lines_next(&lines, &line, NULL)) && !line.is_last) {
        struct assembled assembled = {0};
        struct error     why = {0};
        if (!str_trim(line.text).len)
            continue;
        enum error_code code = is_ours ? post_parse(line.text, arena, &assembled.post, &why)
                                       : native_to_post(look->shape->tool->form, line.text, &rules, arena, &assembled, &why);
        note(look, arena, code, &why, line.number, &assembled.post, assembled.doubts);
    }
    lines_fini(&lines);
    objects_fini(&objects);
}

/* Headers with values below them, and what each is read as. */
static void read_headers(struct intake_look *look, struct str beginning, bool is_whole, struct arena *arena)
{
    struct table_sample sample;
    uint64_t            header = look->is_readable ? look->shape->header_record : UINT64_MAX;
    if (!table_sample(beginning, is_whole, look->is_readable ? look->shape->separator : '\0', header, 50, arena, &sample))
        return;
    look->headers = arena_array(arena, sample.header_count, sizeof *look->headers);
    look->header_count = look->headers ? sample.header_count : 0;
    look->separator = sample.separator;
    for (size_t i = 0; i < look->header_count; i++) {
        size_t samples = 0;
        look->headers[i].name = sample.headers[i];
        for (size_t row = 0; row < sample.row_count && samples < LOOK_SAMPLES; row++) {
            struct str value = sample.rows[row][i];
            if (value.len)
                look->headers[i].samples[samples++] = str_slice(value.ptr, value.len < 200 ? value.len : 200);
        }
    }
    struct header_row *row = arena_new(arena, struct header_row);
    if (row) {
        header_row_init(row, sample.headers, sample.header_count);
        header_row_key(row, look->key);
    }
    for (int column = 0; look->is_readable && column < COLUMN_COUNT; column++) {
        int at = look->shape->columns.of[column];
        for (size_t choice = 0; at != COLUMN_NONE; choice++) {
            if ((size_t)at < look->header_count && !look->headers[at].field)
                look->headers[at].field = column_rows[column].name;
            at = choice < COLUMN_CHOICES ? look->shape->columns.also[column][choice] : COLUMN_NONE;
        }
    }
}

static void read_both_ways(struct intake_look *look)
{
    struct times_rules rules = {DATE_ORDER_DAY_FIRST, look->shape->has_zone ? &look->shape->zone : NULL};
    struct times_read  read;
    if (!look->shape->order_example[0])
        return;
    if (times_parse_by(str_of(look->shape->order_example), &rules, &read) == TIMES_OK)
        look->day_first_us = read.at_us;
    rules.order = DATE_ORDER_MONTH_FIRST;
    if (times_parse_by(str_of(look->shape->order_example), &rules, &read) == TIMES_OK)
        look->month_first_us = read.at_us;
}

/* What was cut off behind the last whole line would look like a broken record. */
static struct str whole_lines(struct str beginning, bool is_whole)
{
    size_t end = beginning.len;
    while (!is_whole && end && beginning.ptr[end - 1] != '\n')
        end--;
    return end ? str_slice(beginning.ptr, end) : beginning;
}

static void look_inside(struct intake_look *look, struct str beginning, bool is_whole, struct str name, const struct column_options *options,
                        struct arena *arena)
{
    struct str words = arena_str(arena, name);
    look->is_readable = table_look(beginning, words.ptr ? words.ptr : "", TABLE_FORMAT_AUTO, options, look->shape, &look->problem) == ERROR_NONE;
    bool is_table = look->shape->is_table;
    /* Text that is nobody's JSON is a table that nobody knows, whatever the file is called. */
    bool is_unknown = look->is_readable && look->shape->kind == TABLE_LINES && beginning.len && !str_starts_with(str_trim(beginning), STR("{"));
    if (is_unknown) {
        look->is_readable = false;
        error_set(&look->problem, ERROR_SYNTAX, "no column of it is known as a time and a text");
        error_hint(&look->problem, "say which column is what");
    }
    if (is_table || !look->is_readable)
        read_headers(look, beginning, is_whole, arena);
    if (!look->is_readable)
        return;
    if (is_table) {
        read_both_ways(look);
        read_records(look, whole_lines(beginning, is_whole), arena);
    } else
        read_objects(look, whole_lines(beginning, is_whole), arena);
}

enum error_code intake_look(const char *path, struct str name, const struct intake_reading *reading, struct arena *arena, struct intake_look *look_out,
                            struct error *error)
{
    struct zone          *zone = arena_new(arena, struct zone);
    struct column_options options;
    struct input         *input;
    struct str            beginning;
    struct error          ignored = {0};
    *look_out = (struct intake_look){.shape = arena_new(arena, struct table_shape), .posts = arena_array(arena, LOOK_POSTS, sizeof(struct post)),
                                     .rejects = arena_array(arena, LOOK_POSTS, sizeof(struct look_reject))};
    if (!zone || !look_out->shape || !look_out->posts || !look_out->rejects)
        return error_set(error, ERROR_MEMORY, "no memory to look at a file");
    enum error_code code = intake_read_reading(reading, arena, zone, &options, error);
    if (!code)
        code = input_open(path, NULL, &input, error);
    if (code)
        return code;
    if (input_peek(input, &beginning, &ignored) && !beginning.len)
        look_out->problem = ignored;
    else {
        struct str kept = arena_str(arena, beginning); /* posts of ours point into what they were read from */
        look_out->encoding = input_encoding(input);
        look_inside(look_out, kept, kept.len < INPUT_PEEK_BYTES, name, &options, arena);
    }
    input_close(input);
    return ERROR_NONE;
}
