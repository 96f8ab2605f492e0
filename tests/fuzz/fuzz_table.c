/* Tables from strangers: what is read does not depend on how the bytes arrive, and what becomes a post is a sound one. */
#include "fuzz.h"

#include "table/decode.h"
#include "table/look.h"
#include "table/native.h"
#include "table/objects.h"

static void read_all(struct str bytes, char separator, size_t most, struct buf *out)
{
    struct bytes_memory memory = {bytes, most};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = separator};
    struct csv_record   record;
    while (csv_next(&csv, &record, NULL) == ERROR_NONE && record.state != CSV_END) {
        buf_append_varint(out, record.line);
        buf_append_varint(out, (uint64_t)record.state);
        for (size_t i = 0; i < record.count; i++)
            buf_append_sized(out, record.fields[i]);
    }
    csv_fini(&csv);
}

static void read_posts(struct str bytes, const struct table_shape *shape)
{
    struct bytes_memory memory = {bytes, 0};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = shape->separator};
    struct csv_record   record;
    struct arena        arena = {0};
    for (uint64_t i = 0; csv_next(&csv, &record, NULL) == ERROR_NONE && record.state != CSV_END; i++) {
        struct post  post, again;
        struct error error = {0};
        struct buf   line = {0};
        arena_reset(&arena);
        if (i <= shape->header_record || record.state != CSV_RECORD ||
            columns_to_post(&shape->columns, record.fields, record.count, &arena, &post, &error))
            continue;
        /* A post from a table goes through the outer form and stays what it is. */
        post_print(&post, &line);
        fuzz_check(post_parse(buf_str(&line), &arena, &again, &error) == ERROR_NONE, "%s: %.*s", error.message, STR_ARG(buf_str(&line)));
        fuzz_check(post_content_hash(&post) == post_content_hash(&again), "%.*s", STR_ARG(buf_str(&line)));
        buf_fini(&line);
    }
    arena_fini(&arena);
    csv_fini(&csv);
}

/* Whatever a file is taken for, its lines and objects become sound posts or reasons. */
static void read_objects(struct str bytes, const struct table_shape *shape)
{
    struct bytes_memory   memory = {bytes, 0};
    struct objects        objects = {.source = bytes_source_of_memory(&memory)};
    struct lines          lines = {.source = bytes_source_of_memory(&memory)};
    struct assemble_rules rules = {.author = STR("owner")};
    struct arena          arena = {0};
    struct line           line;
    bool                  is_array = shape->kind == TABLE_NATIVE_OBJECTS;
    while (!(is_array ? objects_next(&objects, &line, NULL) : lines_next(&lines, &line, NULL)) && !line.is_last) {
        struct assembled assembled;
        struct error     error = {0};
        struct buf       printed = {0};
        struct post      again;
        arena_reset(&arena);
        if (native_to_post(shape->tool->form, line.text, &rules, &arena, &assembled, &error)) {
            fuzz_check(error.message[0], "a refusal without words");
            continue;
        }
        post_print(&assembled.post, &printed);
        fuzz_check(post_parse(buf_str(&printed), &arena, &again, &error) == ERROR_NONE, "%s: %.*s", error.message, STR_ARG(buf_str(&printed)));
        buf_fini(&printed);
    }
    arena_fini(&arena);
    objects_fini(&objects);
    lines_fini(&lines);
}

static void decode_all(struct str bytes, size_t most, struct buf *out)
{
    struct bytes_memory memory = {bytes, most};
    struct decode       decode = {.source = bytes_source_of_memory(&memory), .encoding = encoding_of(bytes)};
    struct bytes_source source = decode_source(&decode);
    char                piece[97];
    size_t              got;
    while (source.read(source.context, piece, sizeof piece, &got, NULL) == ERROR_NONE && got)
        buf_append(out, piece, got);
}

static void look_as_anything(struct str input)
{
    struct column_options options = {.author = STR("owner")};
    struct table_shape    shape;
    struct error          error = {0};
    struct buf            whole = {0}, bytewise = {0};
    decode_all(input, 0, &whole);
    decode_all(input, 1, &bytewise);
    fuzz_check(str_equal(buf_str(&whole), buf_str(&bytewise)), "%zu bytes, %zu bytes", whole.len, bytewise.len);
    if (table_look(buf_str(&whole), "file", TABLE_FORMAT_AUTO, &options, &shape, &error) == ERROR_NONE) {
        if (shape.is_table)
            read_posts(buf_str(&whole), &shape);
        else if (shape.tool)
            read_objects(buf_str(&whole), &shape);
    } else
        fuzz_check(error.message[0] && error.hint[0], "a refusal without words");
    buf_fini(&whole);
    buf_fini(&bytewise);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str            input = str_slice((const char *)bytes, len);
    struct column_options options = {.platform = STR("fuzz"), .date_order = DATE_ORDER_DAY_FIRST};
    struct table_shape     shape;
    struct buf            whole = {0}, bytewise = {0};
    char                  separator = ',';
    if (table_look(input, "table.csv", TABLE_FORMAT_CSV, &options, &shape, NULL) == ERROR_NONE && shape.is_table) {
        separator = shape.separator;
        read_posts(input, &shape);
    }
    look_as_anything(input);
    read_all(input, separator, 0, &whole);
    read_all(input, separator, 1, &bytewise);
    fuzz_check(str_equal(buf_str(&whole), buf_str(&bytewise)), "%zu bytes, %zu bytes", whole.len, bytewise.len);
    buf_fini(&whole);
    buf_fini(&bytewise);
    return 0;
}
