/* What a tap keeps in its client's archive, in the commit of its posts: u8 version 1, varint position, then the connector's state as it is. */
#include "capture/inside.h"

enum { STATE_VERSION = 1 };

bool tap_state_write(const struct tap_state *state, struct buf *out)
{
    buf_append_u8(out, STATE_VERSION);
    buf_append_varint(out, (uint64_t)state->position_us);
    buf_append_str(out, state->state);
    return !out->has_failed;
}

enum error_code tap_state_read(struct stream *stream, const char *cursor_name, struct arena *arena, struct tap_state *state_out, struct error *error)
{
    struct str      value;
    enum error_code code = stream_state(stream, str_of(cursor_name), arena, &value, error);
    *state_out = (struct tap_state){0};
    if (code || value.len == 0)
        return code;
    struct reader reader = reader_of(value);
    uint8_t       version = reader_u8(&reader);
    state_out->position_us = (int64_t)reader_varint(&reader);
    state_out->state = reader_bytes(&reader, reader_left(&reader));
    if (version == STATE_VERSION && !reader.has_failed)
        return ERROR_NONE;
    return error_set(error, ERROR_CORRUPT, "the cursor %s does not read", cursor_name);
}
