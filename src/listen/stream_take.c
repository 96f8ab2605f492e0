/* What sources bring, and the small values that are kept with it. */
#include "listen/stream.h"

#include "listen/stream_parts.h"

enum { POST_BYTES = 512 /* of a post in hand, besides its text */ };

static size_t bytes_of(const struct stream_intake *intake)
{
    size_t bytes = intake->state.len;
    for (size_t i = 0; i < intake->count; i++)
        bytes += intake->posts[i].text.len + POST_BYTES;
    return bytes;
}

enum error_code stream_take(struct stream *stream, const struct stream_intake *intake, struct arena *arena, struct stream_pushed *pushed_out,
                            struct error *error)
{
    struct push push = {.arena = arena, .pushed = pushed_out, .intake = intake, .bytes = bytes_of(intake)};
    *pushed_out = (struct stream_pushed){.read = intake->count};
    push.items = arena_array(arena, intake->count, sizeof *push.items);
    if (!push.items)
        return error_set(error, ERROR_MEMORY, "no memory for %zu posts", intake->count);
    for (; push.count < intake->count; push.count++)
        push.items[push.count] = (struct push_item){intake->posts[push.count], intake->facts[push.count], push.count + 1};
    push_wait_for_room(stream, push.bytes);
    push_commit(stream, &push);
    push_leave_room(stream, push.bytes);
    return push_end(stream, &push, error);
}

enum error_code stream_state(struct stream *stream, struct str name, struct arena *arena, struct str *value_out, struct error *error)
{
    struct archive *archive;
    *value_out = (struct str){0};
    stream_role_take(stream); /* so that nothing is uncommitted */
    enum error_code code = stream_archive(stream, &archive, error);
    if (!code)
        code = archive_get_state(archive, name, arena, value_out, error);
    stream_role_give(stream);
    return code;
}

enum error_code stream_gone(struct stream *stream, struct str name, struct arena *arena, struct str **ids_out, size_t *count_out, struct error *error)
{
    struct str      list;
    size_t          capacity = 0;
    enum error_code code = stream_state(stream, name, arena, &list, error);
    struct reader   reader = reader_of(list);
    *ids_out = NULL;
    *count_out = 0;
    while (!code && reader_left(&reader)) {
        struct str id = reader_sized(&reader);
        if (reader.has_failed)
            return error_set(error, ERROR_CORRUPT, "the list %.*s does not read", STR_ARG(name));
        if (!arena_grow(arena, (void **)ids_out, sizeof **ids_out, *count_out, &capacity))
            return error_set(error, ERROR_MEMORY, "no memory for %zu deletions", *count_out);
        (*ids_out)[(*count_out)++] = id;
    }
    return code;
}
