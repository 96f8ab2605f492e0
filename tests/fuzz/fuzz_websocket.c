/* What a WebSocket server answers, and the frames behind it: messages within their maximum, the same however the bytes arrive, and never more memory
 * than a message may have. The first byte says how the frames are cut. */
#include "fuzz.h"

#include "net/websocket_answer.h"
#include "net/websocket_inside.h"

enum { MOST_BYTES = 1000 };

static ssize_t swallow(void *context, const uint8_t *bytes, size_t len)
{
    (void)context;
    /* A client's frames are masked. */
    fuzz_check(len == 0 || bytes, "no bytes");
    return (ssize_t)len;
}

static struct buf receive(struct str bytes, size_t step)
{
    struct frames            frames;
    struct websocket_message message;
    struct error             error = {0};
    struct buf               got = {0};
    fuzz_check(!frames_init(&frames, MOST_BYTES, swallow, NULL, &error), "setup");
    for (size_t at = 0; at < bytes.len && !frames_is_over(&frames); at += step) {
        size_t len = bytes.len - at < step ? bytes.len - at : step;
        frames_read(&frames, str_slice(bytes.ptr + at, len), 1);
        while (frames_next(&frames, &message)) {
            fuzz_check(message.bytes.len <= MOST_BYTES, "a message of %zu bytes", message.bytes.len);
            buf_append_char(&got, message.is_binary ? 'b' : 't');
            buf_append_sized(&got, message.bytes);
        }
        fuzz_check(frames.content.len - frames.part_start <= MOST_BYTES, "a part of %zu bytes", frames.content.len - frames.part_start);
        frames_write(&frames);
    }
    if (frames_is_over(&frames))
        fuzz_check(frames_why(&frames, &error) && error.message[0], "it ended without a word");
    frames_fini(&frames);
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str   bytes = {(const char *)data, size};
    struct error error = {0};
    int          status;
    size_t       head = websocket_head_length(bytes);
    if (!websocket_read_head(str_slice(bytes.ptr, head ? head : size), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", data && size % 2 ? "chat" : NULL, &status, &error))
        fuzz_check(status == 101, "a switch with status %d", status);
    else
        fuzz_check(error.message[0], "a refusal without a word");
    if (!size)
        return 0;
    struct str frames = {bytes.ptr + 1, size - 1};
    struct buf whole = receive(frames, frames.len ? frames.len : 1), cut = receive(frames, 1u + data[0] % 16);
    fuzz_check(str_equal(buf_str(&whole), buf_str(&cut)), "cut in pieces of %u it is another", 1u + data[0] % 16);
    buf_fini(&whole);
    buf_fini(&cut);
    return 0;
}
