#include "archive/records.h"

#include "archive/segment_format.h"

#include <stdlib.h>
#include <zdict.h>

enum { HOW_PLAIN, HOW_ZSTD };

/* ---- Writing ---- */

bool records_writer_init(struct records_writer *writer, struct buf *out, bool is_packed, struct str dictionary)
{
    *writer = (struct records_writer){.out = out, .start = out->len};
    if (is_packed) {
        writer->packer = ZSTD_createCCtx();
        if (dictionary.len)
            writer->dictionary = ZSTD_createCDict(dictionary.ptr, dictionary.len, RECORDS_LEVEL);
        writer->has_failed = !writer->packer || (dictionary.len && !writer->dictionary);
    }
    return !writer->has_failed;
}

static void note_block(struct records_writer *writer)
{
    if (writer->block_count + 1 >= writer->block_capacity) {
        uint32_t capacity = writer->block_capacity ? writer->block_capacity * 2 : 64;
        int64_t *at = realloc(writer->block_at, capacity * sizeof *at);
        if (at)
            writer->block_at = at;
        int64_t *first = realloc(writer->block_first, capacity * sizeof *first);
        if (first)
            writer->block_first = first;
        if (!at || !first) {
            writer->has_failed = true;
            return;
        }
        writer->block_capacity = capacity;
    }
    writer->block_at[writer->block_count] = (int64_t)(writer->out->len - writer->start);
    writer->block_first[writer->block_count++] = writer->doc - writer->open_count;
}

static void close_block(struct records_writer *writer)
{
    if (writer->open_count == 0 || writer->has_failed)
        return;
    note_block(writer);
    struct buf *out = writer->out, payload = {0};
    buf_append_varint(&payload, writer->open_count);
    buf_append_str(&payload, buf_str(&writer->lens));
    buf_append_str(&payload, buf_str(&writer->bytes));
    buf_append_u8(out, writer->packer ? HOW_ZSTD : HOW_PLAIN);
    if (!writer->packer)
        buf_append_str(out, buf_str(&payload));
    else if (!payload.has_failed && buf_reserve(out, ZSTD_compressBound(payload.len))) {
        size_t room = ZSTD_compressBound(payload.len);
        size_t used = writer->dictionary
            ? ZSTD_compress_usingCDict(writer->packer, out->ptr + out->len, room, payload.ptr, payload.len, writer->dictionary)
            : ZSTD_compressCCtx(writer->packer, out->ptr + out->len, room, payload.ptr, payload.len, RECORDS_LEVEL);
        if (ZSTD_isError(used))
            writer->has_failed = true;
        else
            out->len += used;
    }
    writer->has_failed |= out->has_failed || payload.has_failed || writer->lens.has_failed || writer->bytes.has_failed;
    buf_fini(&payload);
    buf_clear(&writer->lens);
    buf_clear(&writer->bytes);
    writer->open_count = 0;
}

void records_write(struct records_writer *writer, struct str record)
{
    buf_append_varint(&writer->lens, record.len);
    buf_append_str(&writer->bytes, record);
    writer->open_count++;
    writer->doc++;
    if (writer->bytes.len >= BLOCK_BYTES)
        close_block(writer);
}

void records_writer_end(struct records_writer *writer)
{
    close_block(writer);
    note_block(writer);
    if (!writer->has_failed)
        writer->block_count--; /* the end is not a block */
}

void records_writer_fini(struct records_writer *writer)
{
    ZSTD_freeCCtx(writer->packer);
    ZSTD_freeCDict(writer->dictionary);
    buf_fini(&writer->lens);
    buf_fini(&writer->bytes);
    free(writer->block_at);
    free(writer->block_first);
    *writer = (struct records_writer){0};
}

void records_train(const char *samples, const size_t *lens, uint32_t count, struct buf *out)
{
    if (count < 256 || !buf_reserve(out, RECORDS_DICTIONARY_BYTES))
        return;
    size_t len = ZDICT_trainFromBuffer(out->ptr, RECORDS_DICTIONARY_BYTES, samples, lens, count);
    out->len = ZDICT_isError(len) ? 0 : len; /* it says so of samples that have nothing in common: then none is used */
}

/* ---- Reading ---- */

enum { CACHE_BLOCKS = 16 };

struct cached_block {
    struct segment *segment; /* held; NULL: empty */
    uint32_t        block, first, count;
    uint32_t       *at;      /* count + 1 offsets in bytes */
    uint32_t        at_capacity;
    struct str      records;
    struct buf      unpacked;
};

struct record_reader {
    ZSTD_DCtx          *unpacker;
    struct cached_block blocks[CACHE_BLOCKS];
    struct cached_block *last; /* the one used last: neighbours are often asked for together */
};

enum error_code record_reader_new(struct record_reader **reader_out, struct error *error)
{
    struct record_reader *reader = calloc(1, sizeof *reader);
    if (reader)
        reader->unpacker = ZSTD_createDCtx();
    *reader_out = reader && reader->unpacker ? reader : NULL;
    if (*reader_out)
        return ERROR_NONE;
    free(reader);
    return error_set(error, ERROR_MEMORY, "no memory to read posts");
}

static void forget(struct cached_block *cached)
{
    segment_release(cached->segment);
    cached->segment = NULL;
}

void record_reader_free(struct record_reader *reader)
{
    if (!reader)
        return;
    for (int i = 0; i < CACHE_BLOCKS; i++) {
        forget(&reader->blocks[i]);
        buf_fini(&reader->blocks[i].unpacked);
        free(reader->blocks[i].at);
    }
    ZSTD_freeDCtx(reader->unpacker);
    free(reader);
}

/* The dictionary, prepared once for all readers of the segment. */
static enum error_code unpacker_of(struct segment *segment, ZSTD_DDict **dictionary_out, struct error *error)
{
    uint64_t len = segment->sections[SECTION_ZSTD_DICTIONARY].bytes;
    *dictionary_out = atomic_load(&segment->unpacker);
    if (len == 0 || *dictionary_out)
        return ERROR_NONE;
    const uint8_t  *bytes;
    enum error_code code = segment_bytes_of(segment, SECTION_ZSTD_DICTIONARY, 0, len, &bytes, error);
    if (code)
        return code;
    ZSTD_DDict *made = ZSTD_createDDict(bytes, len), *none = NULL;
    if (!made)
        return error_set(error, ERROR_MEMORY, "no memory for the dictionary of %s", segment->name);
    if (!atomic_compare_exchange_strong(&segment->unpacker, &none, made)) {
        ZSTD_freeDDict(made); /* another reader was faster */
        made = none;
    }
    *dictionary_out = made;
    return ERROR_NONE;
}

static enum error_code unpack(struct record_reader *reader, struct segment *segment, uint64_t at, struct str frame, struct buf *out,
                              struct error *error)
{
    ZSTD_DDict     *dictionary;
    enum error_code code = unpacker_of(segment, &dictionary, error);
    if (code)
        return code;
    unsigned long long len = ZSTD_getFrameContentSize(frame.ptr, frame.len);
    if (len == ZSTD_CONTENTSIZE_UNKNOWN || len == ZSTD_CONTENTSIZE_ERROR || len > BLOCK_MAX_BYTES)
        return segment_broken(segment, SECTION_BLOCKS, at, "a block of posts that does not unpack", error);
    buf_clear(out);
    if (!buf_reserve(out, len))
        return error_set(error, ERROR_MEMORY, "no memory to unpack %llu bytes", len);
    size_t got = dictionary ? ZSTD_decompress_usingDDict(reader->unpacker, out->ptr, len, frame.ptr, frame.len, dictionary)
                            : ZSTD_decompressDCtx(reader->unpacker, out->ptr, len, frame.ptr, frame.len);
    if (ZSTD_isError(got) || got != len)
        return segment_broken(segment, SECTION_BLOCKS, at, "a block of posts that does not unpack", error);
    out->len = len;
    return ERROR_NONE;
}

/* Finds where each record of a payload stands. */
static bool index_block(struct cached_block *cached, struct str payload, uint32_t count)
{
    struct reader reader = reader_of(payload);
    uint64_t      at = 0;
    if (reader_varint(&reader) != count || reader.has_failed)
        return false;
    if (cached->at_capacity < count + 1) {
        uint32_t *grown = realloc(cached->at, (count + 1) * sizeof *grown);
        if (!grown)
            return false;
        cached->at = grown;
        cached->at_capacity = count + 1;
    }
    for (uint32_t i = 0; i < count; i++) {
        cached->at[i] = (uint32_t)at;
        at += reader_varint(&reader);
        if (at > BLOCK_MAX_BYTES)
            return false;
    }
    cached->at[count] = (uint32_t)at;
    cached->records = str_slice((const char *)reader.at, reader_left(&reader));
    return !reader.has_failed && at == cached->records.len;
}

static enum error_code load_block(struct record_reader *reader, struct segment *segment, struct cached_block *cached, uint32_t block,
                                  uint32_t first, uint32_t count, struct error *error)
{
    struct column   block_at;
    enum error_code code = segment_column_of(segment, SECTION_BLOCK_AT, &block_at, error);
    if (code)
        return code;
    uint64_t from = column_get(&block_at, block), to = column_get(&block_at, block + 1);
    if (to <= from)
        return segment_broken(segment, SECTION_BLOCK_AT, 0, "offsets that fall", error);
    const uint8_t *bytes;
    code = segment_bytes_of(segment, SECTION_BLOCKS, from, to - from, &bytes, error);
    if (code)
        return code;
    forget(cached);
    struct str payload = str_slice((const char *)bytes + 1, to - from - 1);
    if (bytes[0] == HOW_ZSTD) {
        code = unpack(reader, segment, from, payload, &cached->unpacked, error);
        payload = buf_str(&cached->unpacked);
    } else if (bytes[0] != HOW_PLAIN)
        code = segment_broken(segment, SECTION_BLOCKS, from, "packed in a way this program does not know", error);
    if (!code && !index_block(cached, payload, count))
        code = segment_broken(segment, SECTION_BLOCKS, from, "a block of posts that does not hold what it should", error);
    if (code)
        return code;
    cached->segment = segment_keep(segment);
    cached->block = block;
    cached->first = first;
    cached->count = count;
    return ERROR_NONE;
}

enum error_code segment_record(struct segment *segment, uint32_t doc, struct record_reader *reader, struct str *bytes_out,
                               struct error *error)
{
    struct cached_block *cached = reader->last;
    if (!cached || cached->segment != segment || doc - cached->first >= cached->count) {
        struct column   firsts;
        enum error_code code = segment_column_of(segment, SECTION_BLOCK_FIRST, &firsts, error);
        if (code)
            return code;
        uint32_t behind = column_lower_bound(&firsts, (int64_t)doc + 1); /* the first block that begins behind doc */
        if (doc >= segment->docs || behind == 0 || behind >= firsts.count)
            return segment_broken(segment, SECTION_BLOCK_FIRST, 0, "no block holds the post", error);
        uint32_t block = behind - 1;
        uint64_t first = column_get(&firsts, block), count = column_get(&firsts, behind) - first;
        cached = &reader->blocks[block % CACHE_BLOCKS];
        if (first > doc || count > segment->docs)
            return segment_broken(segment, SECTION_BLOCK_FIRST, 0, "first documents that fall", error);
        if (cached->segment != segment || cached->block != block)
            code = load_block(reader, segment, cached, block, (uint32_t)first, (uint32_t)count, error);
        if (code)
            return code;
        reader->last = cached;
    }
    uint32_t i = doc - cached->first;
    *bytes_out = str_slice(cached->records.ptr + cached->at[i], cached->at[i + 1] - cached->at[i]);
    return ERROR_NONE;
}
