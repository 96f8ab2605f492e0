#include "source/folder/folder.h"

#include "base/hash.h"
#include "table/input.h"
#include "table/lines.h"
#include "table/native.h"
#include "table/objects.h"

#include <stdlib.h>

struct folder_reading {
    struct folder_rules rules;
    struct table_shape  shape; /* not moved: columns point into it */
    bool                is_plain; /* lines of JSON as they are: followed by bytes */
    struct vfs_file     file;
    uint64_t            read;     /* of a plain file: bytes taken from it so far */
    struct input       *input;    /* of all others */
    struct lines        lines;
    struct objects      objects;
    struct csv          csv;
    uint64_t            record;   /* how many were passed or given out */
    char                path[512];
};

static enum error_code read_plain(void *context, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    struct folder_reading *reading = context;
    enum error_code        code = vfs_read_at(&reading->file, bytes, len, reading->read, got_out, error);
    reading->read += code ? 0 : *got_out;
    return code;
}

/* ---- Open ---- */

/* A hash of its first bytes, at most len of them. */
static enum error_code head_of(struct vfs_file *file, unsigned len, uint64_t *hash_out, unsigned *got_out, struct error *error)
{
    char            bytes[FOLDER_HEAD_BYTES];
    size_t          got = 0;
    enum error_code code = vfs_read_at(file, bytes, len, 0, &got, error);
    *hash_out = hash_bytes(bytes, got);
    *got_out = (unsigned)got;
    return code;
}

/* Whether it is still the file that was left; else it begins anew. */
static enum error_code recognise(struct vfs_file *open, struct folder_file *file, struct error *error)
{
    uint64_t        hash, size = 0;
    unsigned        got;
    enum error_code code = head_of(open, file->head_len, &hash, &got, error);
    if (!code)
        code = vfs_size(open, &size, error);
    if (code)
        return code;
    bool is_same = got == file->head_len && hash == file->head && size >= file->offset;
    if (!is_same)
        *file = (struct folder_file){.id = file->id};
    /* What there is of it now is what it is known by from here on; a head that is short grows with the file. */
    return head_of(open, FOLDER_HEAD_BYTES, &file->head, &file->head_len, error);
}

static enum error_code look(struct folder_reading *reading, struct error *error)
{
    struct str      beginning;
    struct error    ignored = {0};
    enum error_code code = input_open(reading->path, NULL, &reading->input, error);
    if (!code && input_peek(reading->input, &beginning, &ignored))
        code = ignored.code == ERROR_CORRUPT ? ERROR_NONE : (*error = ignored).code;
    if (!code)
        code = table_look(beginning, reading->path, TABLE_FORMAT_AUTO, &reading->rules.columns, &reading->shape, error);
    if (code)
        return code;
    const unsigned char *first = (const unsigned char *)beginning.ptr;
    char                 raw[4];
    size_t               got = 0;
    /* Plain where what was unpacked is what stands in the file. */
    vfs_read_at(&reading->file, raw, sizeof raw, 0, &got, NULL);
    bool is_packed = got >= 2 && (beginning.len < got || memcmp(first, raw, got) != 0);
    reading->is_plain = reading->shape.kind == TABLE_LINES && !is_packed;
    return ERROR_NONE;
}

static void begin(struct folder_reading *reading, const struct folder_file *file)
{
    struct bytes_source source = reading->is_plain ? (struct bytes_source){read_plain, reading} : input_source(reading->input);
    reading->read = file->offset;
    reading->lines = (struct lines){.source = source};
    reading->objects = (struct objects){.source = source};
    reading->csv = (struct csv){.source = source, .separator = reading->shape.separator};
}

enum error_code folder_open(const char *path, const struct folder_rules *rules, struct folder_file *file, struct folder_reading **reading_out,
                            struct error *error)
{
    struct folder_reading *reading = calloc(1, sizeof *reading);
    *reading_out = NULL;
    if (!reading)
        return error_set(error, ERROR_MEMORY, "no memory to read %s", path);
    reading->rules = *rules;
    reading->file = VFS_CLOSED;
    snprintf(reading->path, sizeof reading->path, "%s", path);
    enum error_code code = vfs_open(path, VFS_READ, &reading->file, error);
    if (!code)
        code = recognise(&reading->file, file, error);
    if (!code)
        code = look(reading, error);
    bool waits = !code && !reading->is_plain && !rules->is_quiet;
    if (code || waits) {
        folder_close(reading);
        return !rules->is_quiet ? ERROR_NONE : code; /* of a file that is just being written nothing is known yet */
    }
    begin(reading, file);
    *reading_out = reading;
    return ERROR_NONE;
}

bool folder_is_done(const struct folder_reading *reading, const struct folder_file *file, uint64_t size)
{
    return !reading->is_plain || file->offset >= size;
}

void folder_close(struct folder_reading *reading)
{
    if (!reading)
        return;
    lines_fini(&reading->lines);
    objects_fini(&reading->objects);
    csv_fini(&reading->csv);
    input_close(reading->input);
    vfs_close(&reading->file);
    free(reading);
}

/* ---- One after the other ---- */

/* Where the line that was handed out last ends. */
static uint64_t consumed(const struct folder_reading *reading)
{
    return reading->read - (reading->lines.held.len - reading->lines.at);
}

/* Whether the byte before that is a line break: else the line may still be written at. */
static bool is_whole(struct folder_reading *reading)
{
    char   byte = 0;
    size_t got = 0;
    return consumed(reading) > 0 && !vfs_read_at(&reading->file, &byte, 1, consumed(reading) - 1, &got, NULL) && got == 1 && byte == '\n';
}

static enum folder_found judge(enum error_code code)
{
    return code == ERROR_NONE ? FOLDER_POST : code == ERROR_MEMORY ? FOLDER_FAILED : FOLDER_BAD;
}

static enum folder_found next_plain(struct folder_reading *reading, struct folder_file *file, struct arena *arena, struct post *post, struct error *error)
{
    struct line line;
    for (;;) {
        if (lines_next(&reading->lines, &line, error))
            return FOLDER_FAILED;
        if (line.is_last)
            return FOLDER_END;
        if (!is_whole(reading) && !reading->rules.is_quiet)
            return FOLDER_END; /* it is read again, from its beginning, when there is more */
        file->offset = consumed(reading);
        if (line.is_too_long)
            return error_set(error, ERROR_TOO_LARGE, "a line of more than 4 MiB"), FOLDER_BAD;
        if (str_trim(line.text).len)
            return judge(post_parse(line.text, arena, post, error));
    }
}

/* Of a table, an array, or lines that are packed or of another form. */
static enum folder_found next_record(struct folder_reading *reading, struct arena *arena, struct post *post, struct error *error)
{
    const struct table_shape *shape = &reading->shape;
    struct csv_record         record;
    struct assembled          assembled;
    struct line               line;
    if (shape->kind == TABLE_RECORDS) {
        do {
            if (csv_next(&reading->csv, &record, error))
                return FOLDER_FAILED;
            if (record.state == CSV_END)
                return FOLDER_END;
        } while (reading->record++ <= shape->header_record);
        if (record.state != CSV_RECORD)
            return error_set(error, ERROR_SYNTAX, "a broken record at line %llu", (unsigned long long)record.line), FOLDER_BAD;
        return judge(columns_to_post(&shape->columns, record.fields, record.count, arena, post, error));
    }
    bool is_array = shape->kind == TABLE_OBJECTS || shape->kind == TABLE_NATIVE_OBJECTS;
    do {
        if (is_array ? objects_next(&reading->objects, &line, error) : lines_next(&reading->lines, &line, error))
            return FOLDER_FAILED;
        if (line.is_last)
            return FOLDER_END;
        reading->record++;
    } while (!str_trim(line.text).len);
    if (line.is_too_long)
        return error_set(error, ERROR_TOO_LARGE, "an object of more than 4 MiB"), FOLDER_BAD;
    if (shape->kind == TABLE_LINES || shape->kind == TABLE_OBJECTS)
        return judge(post_parse(line.text, arena, post, error));
    struct assemble_rules rules = {.author = shape->author, .zone = shape->has_zone ? &shape->zone : NULL};
    enum error_code       code = native_to_post(shape->tool->form, line.text, &rules, arena, &assembled, error);
    *post = assembled.post;
    return judge(code);
}

enum folder_found folder_next(struct folder_reading *reading, struct folder_file *file, struct arena *arena, struct post *post_out, struct error *error)
{
    enum folder_found found;
    if (reading->is_plain)
        return next_plain(reading, file, arena, post_out, error);
    struct arena passed = {0}; /* what was delivered before is read and passed over */
    do {
        bool is_passing = reading->record < file->records;
        arena_reset(&passed);
        found = next_record(reading, is_passing ? &passed : arena, post_out, error);
        if (found == FOLDER_END || found == FOLDER_FAILED || !is_passing)
            break;
    } while (true);
    arena_fini(&passed);
    if (reading->record > file->records)
        file->records = reading->record;
    return found;
}
