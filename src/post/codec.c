/* The inner form:
 *
 *   byte 0     version, 1
 *   varint     at_us, zigzag
 *   varint     edited_us, zigzag
 *   varint     followers + 1, then each metric + 1 in the order of the table (0: unknown)
 *   sized      each text field in the order of the table
 *   varint n   then n sized links
 *   varint n   then n times: byte type, sized url, sized alt
 *
 * Nothing follows. A reader refuses another version: a changed layout gets the next number and its own branch here.
 */
#include "post/post_fields.h"

enum { POST_CODEC_VERSION = 1 };

void post_encode(const struct post *post, struct buf *out)
{
    buf_append_u8(out, POST_CODEC_VERSION);
    buf_append_varint(out, zigzag(post->at_us));
    buf_append_varint(out, zigzag(post->edited_us));
    buf_append_varint(out, (uint64_t)(post->author_followers + 1));
    for (size_t i = 0; i < POST_METRIC_COUNT; i++)
        buf_append_varint(out, (uint64_t)(post_metric_value(&post->metrics, &post_metric_fields[i]) + 1));
    for (size_t i = 0; i < POST_FIELD_COUNT; i++)
        buf_append_sized(out, post_field_value(post, &post_fields[i]));
    buf_append_varint(out, post->link_count);
    for (uint32_t i = 0; i < post->link_count; i++)
        buf_append_sized(out, post->links[i]);
    buf_append_varint(out, post->media_count);
    for (uint32_t i = 0; i < post->media_count; i++) {
        buf_append_u8(out, post->media[i].type);
        buf_append_sized(out, post->media[i].url);
        buf_append_sized(out, post->media[i].alt);
    }
}

static int64_t read_count(struct reader *reader)
{
    uint64_t value = reader_varint(reader);
    if (value > INT64_MAX)
        reader->has_failed = true;
    return (int64_t)(value & INT64_MAX) - 1;
}

/* A count of things that take at least one byte each: more than the bytes left is a lie. */
static uint32_t read_array_size(struct reader *reader)
{
    uint64_t count = reader_varint(reader);
    if (count > POST_LINKS_MAX || count > reader_left(reader)) {
        reader->has_failed = true;
        return 0;
    }
    return (uint32_t)count;
}

enum error_code post_decode(struct str bytes, struct arena *arena, struct post *post_out, struct error *error)
{
    struct reader reader = reader_of(bytes);
    *post_out = post_empty();
    if (reader_u8(&reader) != POST_CODEC_VERSION)
        return error_set(error, ERROR_CORRUPT, "a stored post of an unknown version");
    post_out->at_us = unzigzag(reader_varint(&reader));
    post_out->edited_us = unzigzag(reader_varint(&reader));
    post_out->author_followers = read_count(&reader);
    for (size_t i = 0; i < POST_METRIC_COUNT; i++)
        *post_metric_of(&post_out->metrics, &post_metric_fields[i]) = read_count(&reader);
    for (size_t i = 0; i < POST_FIELD_COUNT; i++)
        *post_field_of(post_out, &post_fields[i]) = reader_sized(&reader);
    post_out->link_count = read_array_size(&reader);
    post_out->links = arena_array(arena, post_out->link_count, sizeof *post_out->links);
    for (uint32_t i = 0; post_out->links && i < post_out->link_count; i++)
        post_out->links[i] = reader_sized(&reader);
    post_out->media_count = read_array_size(&reader);
    post_out->media = arena_array(arena, post_out->media_count, sizeof *post_out->media);
    for (uint32_t i = 0; post_out->media && i < post_out->media_count; i++) {
        struct media *media = &post_out->media[i];
        media->type = reader_u8(&reader);
        if (media->type > MEDIA_OTHER)
            reader.has_failed = true;
        media->url = reader_sized(&reader);
        media->alt = reader_sized(&reader);
    }
    if (!post_out->links || !post_out->media)
        return error_set(error, ERROR_MEMORY, "no memory for a post");
    if (reader.has_failed || reader_left(&reader))
        return error_set(error, ERROR_CORRUPT, "a stored post is broken");
    return ERROR_NONE;
}
