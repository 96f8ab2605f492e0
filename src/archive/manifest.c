#include "archive/manifest.h"

#include "base/hash.h"

static const char magic[8] = "BWMANI1\n";

void manifest_write(const struct manifest *manifest, struct buf *out)
{
    size_t start = out->len;
    buf_append(out, magic, sizeof magic);
    buf_append_varint(out, manifest->next_number);
    buf_append_varint(out, manifest->log_number);
    buf_append_varint(out, manifest->segment_count);
    for (size_t i = 0; i < manifest->segment_count; i++) {
        const struct manifest_segment *segment = &manifest->segments[i];
        buf_append_varint(out, segment->number);
        buf_append_varint(out, segment->side_generation);
        buf_append_varint(out, segment->documents);
        buf_append_varint(out, segment->bytes);
        buf_append_varint(out, segment->side_bytes);
        buf_append_varint(out, zigzag(segment->first_us));
        buf_append_varint(out, zigzag(segment->last_us));
    }
    buf_append_varint(out, manifest->deletion_count);
    for (size_t i = 0; i < manifest->deletion_count; i++) {
        buf_append_u8(out, manifest->deletions[i].kind);
        buf_append_u64(out, manifest->deletions[i].hash);
        buf_append_varint(out, zigzag(manifest->deletions[i].at_us));
    }
    buf_append_varint(out, manifest->value_count);
    for (size_t i = 0; i < manifest->value_count; i++) {
        buf_append_sized(out, manifest->values[i].name);
        buf_append_sized(out, manifest->values[i].value);
    }
    if (!out->has_failed)
        buf_append_u64(out, hash_bytes(out->ptr + start, out->len - start));
}

/* A count of things that take at least so many bytes each, with room for them; NULL where that cannot be. */
static void *read_list(struct reader *reader, size_t least_bytes, size_t size, struct arena *arena, size_t *count_out)
{
    uint64_t count = reader_varint(reader);
    *count_out = count;
    if (reader->has_failed || count > reader_left(reader) / least_bytes)
        return NULL;
    return arena_array(arena, count, size);
}

static bool read_lists(struct reader *reader, struct arena *arena, struct manifest *manifest)
{
    manifest->segments = read_list(reader, 7, sizeof *manifest->segments, arena, &manifest->segment_count);
    for (size_t i = 0; manifest->segments && i < manifest->segment_count; i++) {
        struct manifest_segment *segment = &manifest->segments[i];
        segment->number = reader_varint(reader);
        segment->side_generation = reader_varint(reader);
        segment->documents = reader_varint(reader);
        segment->bytes = reader_varint(reader);
        segment->side_bytes = reader_varint(reader);
        segment->first_us = unzigzag(reader_varint(reader));
        segment->last_us = unzigzag(reader_varint(reader));
    }
    if (!manifest->segments)
        return false;
    manifest->deletions = read_list(reader, 10, sizeof *manifest->deletions, arena, &manifest->deletion_count);
    for (size_t i = 0; manifest->deletions && i < manifest->deletion_count; i++) {
        manifest->deletions[i].kind = reader_u8(reader);
        manifest->deletions[i].hash = reader_u64(reader);
        manifest->deletions[i].at_us = unzigzag(reader_varint(reader));
    }
    if (!manifest->deletions)
        return false;
    manifest->values = read_list(reader, 2, sizeof *manifest->values, arena, &manifest->value_count);
    for (size_t i = 0; manifest->values && i < manifest->value_count; i++) {
        manifest->values[i].name = reader_sized(reader);
        manifest->values[i].value = reader_sized(reader);
    }
    return manifest->values && !reader->has_failed && reader_left(reader) == 0;
}

enum error_code manifest_read(struct str bytes, const char *path, struct arena *arena, struct manifest *manifest_out, struct error *error)
{
    *manifest_out = (struct manifest){0};
    if (bytes.len < 16 || memcmp(bytes.ptr, magic, sizeof magic) != 0)
        return error_set(error, ERROR_CORRUPT, "%s: offset 0: not a manifest that this program reads", path);
    struct reader end = reader_of(str_slice(bytes.ptr + bytes.len - 8, 8));
    if (reader_u64(&end) != hash_bytes(bytes.ptr, bytes.len - 8))
        return error_set(error, ERROR_CORRUPT, "%s: offset %zu: the checksum does not fit", path, bytes.len - 8);
    struct reader reader = reader_of(str_slice(bytes.ptr + 8, bytes.len - 16));
    manifest_out->next_number = reader_varint(&reader);
    manifest_out->log_number = reader_varint(&reader);
    if (!read_lists(&reader, arena, manifest_out))
        return error_set(error, ERROR_CORRUPT, "%s: offset %zu: a list that is not whole", path,
                         (size_t)((const char *)reader.at - bytes.ptr));
    return ERROR_NONE;
}
