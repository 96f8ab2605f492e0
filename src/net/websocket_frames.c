/* Frames by libwslay, unbuffered: it would keep a list node for each fragment, so that a message in fragments of one byte takes fifty times
 * its size. Here content is one buffer. */
#include "net/websocket_inside.h"

#include "base/clock.h"

#include <sodium.h>

static ssize_t on_recv(wslay_event_context_ptr wslay, uint8_t *bytes, size_t len, int flags, void *context)
{
    struct frames *frames = context;
    (void)flags;
    if (frames->in.len == 0) {
        wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    len = len < frames->in.len ? len : frames->in.len;
    memcpy(bytes, frames->in.ptr, len);
    frames->in = str_slice(frames->in.ptr + len, frames->in.len - len);
    return (ssize_t)len;
}

static ssize_t on_send(wslay_event_context_ptr wslay, const uint8_t *bytes, size_t len, int flags, void *context)
{
    struct frames *frames = context;
    (void)flags;
    ssize_t written = frames->write(frames->context, bytes, len);
    if (written <= 0)
        wslay_event_set_error(wslay, written ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
    return written > 0 ? written : -1;
}

static int on_mask(wslay_event_context_ptr wslay, uint8_t *bytes, size_t len, void *context)
{
    (void)wslay;
    (void)context;
    randombytes_buf(bytes, len);
    return 0;
}

static void refuse_oversize(struct frames *frames)
{
    frames->is_oversize = true;
    wslay_event_shutdown_read(frames->wslay);
    wslay_event_queue_close(frames->wslay, WSLAY_CODE_MESSAGE_TOO_BIG, NULL, 0);
}

/* By the length that a frame declares, before any of it is taken. */
static void on_start(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_start_arg *frame, void *context)
{
    struct frames *frames = context;
    (void)wslay;
    frames->is_control = wslay_is_ctrl_frame(frame->opcode);
    if (frames->is_control)
        return;
    if (frames->part_since_us == 0)
        frames->part_since_us = frames->now_us;
    if (frame->payload_length > frames->most_bytes - (frames->content.len - frames->part_start))
        refuse_oversize(frames);
}

static void on_chunk(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *context)
{
    struct frames *frames = context;
    (void)wslay;
    if (!frames->is_control && !frames->is_oversize && !buf_append(&frames->content, chunk->data, chunk->data_length))
        refuse_oversize(frames);
}

static void note_ping(struct frames *frames)
{
    if (frames->now_us - frames->pings_since_us > CLOCK_SECOND_US) {
        frames->pings_since_us = frames->now_us;
        frames->pings = 0;
    }
    if (++frames->pings > FRAMES_PINGS_MOST)
        frames->is_flood = true;
}

static void note_farewell(struct frames *frames, struct str said)
{
    size_t len = 0;
    for (size_t i = 2; i < said.len && len + 1 < sizeof frames->farewell; i++)
        frames->farewell[len++] = said.ptr[i] >= 0x20 && said.ptr[i] < 0x7f ? said.ptr[i] : ' ';
    frames->farewell[len] = '\0';
}

static void on_message(wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *message, void *context)
{
    struct frames *frames = context;
    if (message->opcode == WSLAY_CONNECTION_CLOSE) {
        note_farewell(frames, str_slice((const char *)message->msg, message->msg_length));
    } else if (wslay_is_ctrl_frame(message->opcode)) {
        note_ping(frames);
    } else if (frames->waiting_count == FRAMES_WAITING_MOST) {
        frames->is_flood = true;
    } else if (!frames->is_oversize) {
        struct frames_message *waiting = &frames->waiting[frames->waiting_count++];
        *waiting = (struct frames_message){frames->part_start, frames->content.len - frames->part_start, message->opcode == WSLAY_BINARY_FRAME};
        frames->part_start = frames->content.len;
        frames->part_since_us = 0;
    }
    if (frames->is_flood) {
        wslay_event_shutdown_read(wslay);
        wslay_event_queue_close(wslay, WSLAY_CODE_POLICY_VIOLATION, NULL, 0);
    }
}

enum error_code frames_init(struct frames *frames, size_t most_bytes, ssize_t (*write)(void *, const uint8_t *, size_t), void *context,
                            struct error *error)
{
    static const struct wslay_event_callbacks callbacks = {.recv_callback = on_recv, .send_callback = on_send, .genmask_callback = on_mask,
                                                           .on_frame_recv_start_callback = on_start, .on_frame_recv_chunk_callback = on_chunk,
                                                           .on_msg_recv_callback = on_message};
    *frames = (struct frames){.most_bytes = most_bytes, .write = write, .context = context};
    require(sodium_init() >= 0);
    if (wslay_event_context_client_init(&frames->wslay, &callbacks, frames))
        return error_set(error, ERROR_MEMORY, "no memory for a WebSocket");
    wslay_event_config_set_no_buffering(frames->wslay, 1);
    /* Its own limit knows frames alone; on_start's knows the message they belong to, and is lower. */
    wslay_event_config_set_max_recv_msg_length(frames->wslay, INT64_MAX);
    return ERROR_NONE;
}

void frames_fini(struct frames *frames)
{
    if (frames->wslay)
        wslay_event_context_free(frames->wslay);
    buf_fini(&frames->content);
}

bool frames_next(struct frames *frames, struct websocket_message *message_out)
{
    if (frames->waiting_taken == frames->waiting_count)
        return false;
    const struct frames_message *next = &frames->waiting[frames->waiting_taken++];
    *message_out = (struct websocket_message){str_slice(next->len ? frames->content.ptr + next->start : "", next->len), next->is_binary};
    return true;
}

/* What was given out makes place; the memory of a great message is given back. */
static void make_place(struct frames *frames)
{
    size_t part = frames->content.len - frames->part_start;
    frames->waiting_taken = frames->waiting_count = 0;
    if (part == 0 && frames->content.capacity > 1024 * 1024)
        buf_fini(&frames->content);
    else if (part && frames->part_start)
        memmove(frames->content.ptr, frames->content.ptr + frames->part_start, part);
    frames->content.len = part;
    frames->part_start = 0;
}

bool frames_read(struct frames *frames, struct str bytes, int64_t now_us)
{
    require(frames->waiting_taken == frames->waiting_count);
    make_place(frames);
    frames->now_us = now_us;
    frames->in = bytes;
    bool is_read = wslay_event_recv(frames->wslay) == 0;
    frames->in = (struct str){0};
    return is_read && !frames_is_over(frames);
}

bool frames_write(struct frames *frames)
{
    return wslay_event_send(frames->wslay) == 0;
}

bool frames_wants_write(const struct frames *frames)
{
    return wslay_event_want_write(frames->wslay);
}

bool frames_is_over(const struct frames *frames)
{
    return !wslay_event_want_read(frames->wslay) || wslay_event_get_close_received(frames->wslay) ||
           wslay_event_get_queued_msg_count(frames->wslay) > FRAMES_OWED_MOST;
}

enum error_code frames_why(const struct frames *frames, struct error *error)
{
    unsigned received = wslay_event_get_status_code_received(frames->wslay), sent = wslay_event_get_status_code_sent(frames->wslay);
    if (frames->is_oversize)
        return error_set(error, ERROR_TOO_LARGE, "a message is over %zu bytes", frames->most_bytes);
    if (frames->is_flood || wslay_event_get_queued_msg_count(frames->wslay) > FRAMES_OWED_MOST)
        return error_set(error, ERROR_IO, "the platform floods the connection with pings or empty messages");
    if (wslay_event_get_close_received(frames->wslay))
        return error_set(error, ERROR_IO, "the platform closed the connection with %u%s%s", received, frames->farewell[0] ? ": " : "", frames->farewell);
    if (sent == WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA)
        return error_set(error, ERROR_IO, "a text message is not UTF-8");
    return error_set(error, ERROR_IO, "the platform broke the WebSocket protocol");
}

bool frames_queue(struct frames *frames, uint8_t opcode, struct str bytes)
{
    struct wslay_event_msg message = {.opcode = opcode, .msg = (const uint8_t *)bytes.ptr, .msg_length = bytes.len};
    return wslay_event_queue_msg(frames->wslay, &message) == 0;
}

void frames_queue_close(struct frames *frames, unsigned code)
{
    wslay_event_queue_close(frames->wslay, (uint16_t)code, NULL, 0);
}
