/* Lines from a connector that nobody knows: whatever they are, what was understood says the same when it is said again. */
#include "fuzz.h"

#include "source/message.h"

static void check_batch(const struct source_batch *batch)
{
    struct message again;
    struct buf     line = {0};
    struct error   error = {0};
    message_print_batch(batch, batch->seq, 0, batch->count, true, true, &line);
    fuzz_check(line.len && memchr(line.ptr, '\n', line.len) == line.ptr + line.len - 1, "one line: %.*s", STR_ARG(buf_str(&line)));
    enum error_code code = message_read(str_slice(line.ptr, line.len - 1), &again, &error);
    fuzz_check(code == ERROR_NONE, "%s: %.*s", error.message, STR_ARG(buf_str(&line)));
    fuzz_check(again.batch->count == batch->count && again.refused == 0, "%zu and %zu", again.batch->count, batch->count);
    fuzz_check(str_equal(again.batch->state, batch->state), "%.*s", STR_ARG(buf_str(&line)));
    for (size_t i = 0; i < batch->count; i++)
        fuzz_check(batch->items[i].op == again.batch->items[i].op &&
                       post_content_hash(&batch->items[i].post) == post_content_hash(&again.batch->items[i].post), "item %zu", i);
    message_fini(&again);
    buf_fini(&line);
}

static void check_subscribe(const struct message *message)
{
    struct message again;
    struct buf     line = {0};
    struct error   error = {0};
    message_print_subscribe(message->sub, message->mode, &message->query, message->state, &line);
    enum error_code code = message_read(str_slice(line.ptr, line.len - 1), &again, &error);
    fuzz_check(code == ERROR_NONE || code == ERROR_TOO_LARGE, "%s: %.*s", error.message, STR_ARG(buf_str(&line)));
    fuzz_check(code || (again.mode == message->mode && again.query.any_count == message->query.any_count), "%.*s", STR_ARG(buf_str(&line)));
    message_fini(&again);
    buf_fini(&line);
}

static void check_hello(const struct message *message)
{
    struct message again;
    struct buf     line = {0};
    struct error   error = {0};
    message_print_hello(&message->connector, "1", &line);
    enum error_code code = message_read(str_slice(line.ptr, line.len - 1), &again, &error);
    fuzz_check(code == ERROR_NONE || code == ERROR_TOO_LARGE, "%s: %.*s", error.message, STR_ARG(buf_str(&line)));
    fuzz_check(code || (again.connector.modes == message->connector.modes && again.connector.acts == message->connector.acts), "%.*s", STR_ARG(buf_str(&line)));
    message_fini(&again);
    buf_fini(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str     line = str_slice((const char *)bytes, len);
    struct message message;
    message_slice(line, "state");
    if (message_read(line, &message, NULL) == ERROR_NONE) {
        if (message.kind == MESSAGE_BATCH)
            check_batch(message.batch);
        if (message.kind == MESSAGE_SUBSCRIBE)
            check_subscribe(&message);
        if (message.kind == MESSAGE_HELLO)
            check_hello(&message);
    }
    message_fini(&message);
    return 0;
}
