#include "archive/dictionary.h"

#include <stdlib.h>

static enum error_code broken(const struct dictionary *dictionary, uint32_t block, struct error *error)
{
    return error_set(error, ERROR_CORRUPT, "a dictionary of %u values is broken in block %u", dictionary->count, block);
}

static bool open_block(const struct dictionary *dictionary, uint32_t block, struct reader *reader_out)
{
    if (block + 1 >= dictionary->block_at.count)
        return false;
    uint64_t from = column_get(&dictionary->block_at, block), to = column_get(&dictionary->block_at, block + 1);
    if (from > to || to > dictionary->bytes.len)
        return false;
    *reader_out = reader_of(str_slice(dictionary->bytes.ptr + from, to - from));
    return true;
}

/* Reads the next string of a block over the one before. */
static bool step(struct reader *reader, bool is_first, struct buf *value)
{
    uint64_t   shared = is_first ? 0 : reader_varint(reader);
    struct str rest = reader_sized(reader);
    if (reader->has_failed || shared > value->len)
        return false;
    value->len = shared;
    return buf_append_str(value, rest);
}

enum error_code dictionary_value(const struct dictionary *dictionary, uint32_t i, struct buf *scratch, struct str *value_out,
                                 struct error *error)
{
    struct reader reader;
    uint32_t      block = i / DICTIONARY_BLOCK;
    if (i >= dictionary->count || !open_block(dictionary, block, &reader))
        return broken(dictionary, block, error);
    buf_clear(scratch);
    for (uint32_t k = 0; k <= i % DICTIONARY_BLOCK; k++)
        if (!step(&reader, k == 0, scratch))
            return scratch->has_failed ? error_set(error, ERROR_MEMORY, "no memory for a value of a dictionary")
                                       : broken(dictionary, block, error);
    *value_out = buf_str(scratch);
    return ERROR_NONE;
}

/* The last block whose first string is not greater than key; 0 where none is. */
static enum error_code find_block(const struct dictionary *dictionary, struct str key, uint32_t *block_out, struct error *error)
{
    uint32_t low = 0, high = (dictionary->count + DICTIONARY_BLOCK - 1) / DICTIONARY_BLOCK;
    while (low + 1 < high) {
        uint32_t      middle = low + (high - low) / 2;
        struct reader reader;
        if (!open_block(dictionary, middle, &reader))
            return broken(dictionary, middle, error);
        struct str first = reader_sized(&reader);
        if (reader.has_failed)
            return broken(dictionary, middle, error);
        if (str_compare(first, key) <= 0)
            low = middle;
        else
            high = middle;
    }
    *block_out = low;
    return ERROR_NONE;
}

static enum error_code lower_bound(const struct dictionary *dictionary, struct str key, uint32_t *i_out, bool *is_equal_out,
                                   struct error *error)
{
    uint32_t block = 0;
    *i_out = 0;
    *is_equal_out = false;
    if (dictionary->count == 0)
        return ERROR_NONE;
    enum error_code code = find_block(dictionary, key, &block, error);
    struct reader   reader;
    if (code)
        return code;
    if (!open_block(dictionary, block, &reader))
        return broken(dictionary, block, error);
    struct buf value = {0};
    uint32_t   i = block * DICTIONARY_BLOCK, end = i + DICTIONARY_BLOCK < dictionary->count ? i + DICTIONARY_BLOCK : dictionary->count;
    int        order = -1;
    for (uint32_t first = i; i < end; i++) {
        if (!step(&reader, i == first, &value)) {
            code = value.has_failed ? error_set(error, ERROR_MEMORY, "no memory for a value of a dictionary")
                                    : broken(dictionary, block, error);
            break;
        }
        order = str_compare(buf_str(&value), key);
        if (order >= 0)
            break;
    }
    buf_fini(&value);
    *i_out = i;
    *is_equal_out = order == 0;
    return code;
}

enum error_code dictionary_lower_bound(const struct dictionary *dictionary, struct str key, uint32_t *i_out, struct error *error)
{
    bool is_equal;
    return lower_bound(dictionary, key, i_out, &is_equal, error);
}

enum error_code dictionary_find(const struct dictionary *dictionary, struct str key, uint32_t *i_out, struct error *error)
{
    bool            is_equal;
    enum error_code code = lower_bound(dictionary, key, i_out, &is_equal, error);
    if (!is_equal)
        *i_out = DICTIONARY_NONE;
    return code;
}

enum error_code dictionary_range(const struct dictionary *dictionary, struct str prefix, uint32_t *first_out, uint32_t *end_out,
                                 struct error *error)
{
    *end_out = dictionary->count;
    enum error_code code = dictionary_lower_bound(dictionary, prefix, first_out, error);
    if (code)
        return code;
    /* The end is the first string behind everything that begins so: the prefix with its last byte one higher. */
    while (prefix.len && (uint8_t)prefix.ptr[prefix.len - 1] == 0xff)
        prefix.len--;
    if (prefix.len == 0)
        return ERROR_NONE;
    struct buf after = {0};
    if (!buf_append_str(&after, prefix))
        return error_set(error, ERROR_MEMORY, "no memory for a prefix of %zu bytes", prefix.len);
    after.ptr[after.len - 1]++;
    code = dictionary_lower_bound(dictionary, buf_str(&after), end_out, error);
    buf_fini(&after);
    return code;
}

struct dictionary_cursor dictionary_cursor_at(const struct dictionary *dictionary, uint32_t first)
{
    return (struct dictionary_cursor){.dictionary = dictionary, .i = first};
}

bool dictionary_next(struct dictionary_cursor *cursor, struct str *value_out)
{
    const struct dictionary *dictionary = cursor->dictionary;
    if (cursor->has_failed || cursor->i >= dictionary->count)
        return false;
    bool     is_first = cursor->i % DICTIONARY_BLOCK == 0;
    uint32_t skipped = 0;
    if (is_first || !cursor->is_placed) {
        if (!open_block(dictionary, cursor->i / DICTIONARY_BLOCK, &cursor->reader))
            goto failed;
        skipped = cursor->i % DICTIONARY_BLOCK;
        is_first = true;
        cursor->is_placed = true;
    }
    for (uint32_t k = 0; k <= skipped; k++)
        if (!step(&cursor->reader, is_first && k == 0, &cursor->value))
            goto failed;
    cursor->i++;
    *value_out = buf_str(&cursor->value);
    return true;
failed:
    cursor->has_failed = true;
    return false;
}

void dictionary_cursor_fini(struct dictionary_cursor *cursor)
{
    buf_fini(&cursor->value);
}

static bool note_block(struct dictionary_writer *writer)
{
    if (writer->block_count + 1 >= writer->block_capacity) {
        uint32_t capacity = writer->block_capacity ? writer->block_capacity * 2 : 64;
        int64_t *grown = realloc(writer->block_at, capacity * sizeof *grown);
        if (!grown)
            return false;
        writer->block_at = grown;
        writer->block_capacity = capacity;
    }
    writer->block_at[writer->block_count++] = (int64_t)writer->bytes.len;
    return true;
}

void dictionary_write(struct dictionary_writer *writer, struct str value)
{
    size_t shared = 0;
    if (writer->count % DICTIONARY_BLOCK == 0)
        writer->has_failed |= !note_block(writer);
    else {
        size_t most = writer->last.len < value.len ? writer->last.len : value.len;
        while (shared < most && writer->last.ptr[shared] == value.ptr[shared])
            shared++;
        buf_append_varint(&writer->bytes, shared);
    }
    buf_append_sized(&writer->bytes, str_slice(value.ptr + shared, value.len - shared));
    writer->last.len = shared;
    buf_append_str(&writer->last, str_slice(value.ptr + shared, value.len - shared));
    writer->count++;
    writer->has_failed |= writer->bytes.has_failed || writer->last.has_failed;
}

void dictionary_writer_end(struct dictionary_writer *writer)
{
    writer->has_failed |= !note_block(writer);
    if (!writer->has_failed)
        writer->block_count--; /* the end is not a block */
}

void dictionary_writer_fini(struct dictionary_writer *writer)
{
    buf_fini(&writer->bytes);
    buf_fini(&writer->last);
    free(writer->block_at);
    *writer = (struct dictionary_writer){0};
}
