#include "archive/side.h"

#include "base/hash.h"

#include <stdlib.h>

static const char magic[8] = "BWSIDE1\n";

struct side_figures side_figures_of(const struct post *post)
{
    const struct post_metrics *m = &post->metrics;
    return (struct side_figures){{m->likes, m->reposts, m->replies, m->quotes, m->views, post->author_followers}};
}

void side_figures_apply(const struct side_figures *figures, struct post *post)
{
    const int64_t *v = figures->values;
    post->metrics = (struct post_metrics){.likes = v[0], .reposts = v[1], .replies = v[2], .quotes = v[3], .views = v[4]};
    post->author_followers = v[5];
}

struct side *side_new(void)
{
    struct side *side = calloc(1, sizeof *side);
    if (side)
        atomic_init(&side->references, 1);
    return side;
}

struct side *side_copy(const struct side *side)
{
    struct side *copy = side_new();
    if (!copy)
        return NULL;
    if (side->deleted && !(copy->deleted = roaring_bitmap_copy(side->deleted)))
        goto failed;
    if (!side_refresh(copy, side->docs, side->figures, side->count))
        goto failed;
    return copy;
failed:
    side_release(copy);
    return NULL;
}

struct side *side_keep(struct side *side)
{
    if (side)
        atomic_fetch_add(&side->references, 1);
    return side;
}

void side_release(struct side *side)
{
    if (!side || atomic_fetch_sub(&side->references, 1) != 1)
        return;
    if (side->deleted)
        roaring_bitmap_free(side->deleted);
    free(side->docs);
    free(side->figures);
    free(side);
}

bool side_is_empty(const struct side *side)
{
    return !side || (side->count == 0 && (!side->deleted || roaring_bitmap_is_empty(side->deleted)));
}

bool side_delete(struct side *side, uint32_t doc)
{
    if (!side->deleted)
        side->deleted = roaring_bitmap_create();
    if (side->deleted)
        roaring_bitmap_add(side->deleted, doc);
    return side->deleted;
}

static bool reserve(struct side *side, uint32_t capacity)
{
    if (capacity <= side->capacity)
        return true;
    uint32_t *docs = realloc(side->docs, capacity * sizeof *docs);
    if (!docs)
        return false;
    side->docs = docs;
    struct side_figures *figures = realloc(side->figures, capacity * sizeof *figures);
    if (!figures)
        return false;
    side->figures = figures;
    side->capacity = capacity;
    return true;
}

bool side_refresh(struct side *side, const uint32_t *docs, const struct side_figures *figures, uint32_t count)
{
    if (side->count + count > side->capacity && !reserve(side, side->count / 2 + side->count + count))
        return false;
    /* Merge from the back into the room behind; equal documents meet and the new row stays. */
    uint32_t old = side->count, fresh = count, at = side->count + count, total = at;
    while (old || fresh) {
        bool takes_fresh = fresh && (!old || docs[fresh - 1] >= side->docs[old - 1]);
        at--;
        if (takes_fresh) {
            if (old && docs[fresh - 1] == side->docs[old - 1])
                old--;
            fresh--;
            side->docs[at] = docs[fresh];
            side->figures[at] = figures[fresh];
        } else {
            old--;
            side->docs[at] = side->docs[old];
            side->figures[at] = side->figures[old];
        }
    }
    side->count = total - at;
    if (at && side->count) {
        memmove(side->docs, side->docs + at, side->count * sizeof *side->docs);
        memmove(side->figures, side->figures + at, side->count * sizeof *side->figures);
    }
    return true;
}

void side_write(const struct side *side, uint64_t segment_number, struct buf *out)
{
    size_t start = out->len, bitmap = side->deleted ? roaring_bitmap_portable_size_in_bytes(side->deleted) : 0;
    buf_append(out, magic, sizeof magic);
    buf_append_u32(out, (uint32_t)bitmap);
    buf_append_u32(out, side->count);
    buf_append_u64(out, segment_number);
    if (bitmap && buf_reserve(out, bitmap))
        out->len += roaring_bitmap_portable_serialize(side->deleted, out->ptr + out->len);
    uint32_t before = 0;
    for (uint32_t i = 0; i < side->count; before = side->docs[i++]) {
        buf_append_varint(out, side->docs[i] - before);
        for (int k = 0; k < 6; k++)
            buf_append_varint(out, zigzag(side->figures[i].values[k]));
    }
    if (!out->has_failed)
        buf_append_u64(out, hash_bytes(out->ptr + start, out->len - start));
}

static bool read_rows(struct reader *reader, uint32_t rows, uint32_t doc_count, struct side *side)
{
    uint64_t doc = 0;
    for (uint32_t i = 0; i < rows; i++) {
        uint64_t step = reader_varint(reader);
        if (step > doc_count || (i && step == 0) || (doc += step) >= doc_count)
            return false;
        side->docs[i] = (uint32_t)doc;
        for (int k = 0; k < 6; k++)
            side->figures[i].values[k] = unzigzag(reader_varint(reader));
        side->count = i + 1;
    }
    return !reader->has_failed && reader_left(reader) == 0;
}

enum error_code side_read(struct str bytes, uint64_t segment_number, uint32_t doc_count, const char *path, struct side **side_out,
                          struct error *error)
{
    *side_out = NULL;
    if (bytes.len < 32 || memcmp(bytes.ptr, magic, sizeof magic) != 0)
        return error_set(error, ERROR_CORRUPT, "%s: offset 0: not a list of deleted and refreshed posts", path);
    struct reader end = reader_of(str_slice(bytes.ptr + bytes.len - 8, 8));
    if (reader_u64(&end) != hash_bytes(bytes.ptr, bytes.len - 8))
        return error_set(error, ERROR_CORRUPT, "%s: offset %zu: the checksum does not fit", path, bytes.len - 8);
    struct reader reader = reader_of(str_slice(bytes.ptr + 8, bytes.len - 16));
    uint32_t      bitmap = reader_u32(&reader), rows = reader_u32(&reader);
    uint64_t      number = reader_u64(&reader);
    struct str    deleted = reader_bytes(&reader, bitmap);
    if (reader.has_failed || number != segment_number || rows > reader_left(&reader) / 7 || rows > doc_count)
        return error_set(error, ERROR_CORRUPT, "%s: offset 8: made for segment %llu, not %llu, or broken", path,
                         (unsigned long long)number, (unsigned long long)segment_number);
    struct side *side = side_new();
    if (!side || !reserve(side, rows)) {
        side_release(side);
        return error_set(error, ERROR_MEMORY, "no memory to read %s", path);
    }
    if (deleted.len)
        side->deleted = roaring_bitmap_portable_deserialize_safe(deleted.ptr, deleted.len);
    if ((deleted.len && !side->deleted) || (side->deleted && !roaring_bitmap_is_empty(side->deleted) &&
        roaring_bitmap_maximum(side->deleted) >= doc_count) || !read_rows(&reader, rows, doc_count, side)) {
        side_release(side);
        return error_set(error, ERROR_CORRUPT, "%s: offset 24: names documents that are not there", path);
    }
    *side_out = side;
    return ERROR_NONE;
}
