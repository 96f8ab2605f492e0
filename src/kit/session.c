#include "kit/inside.h"

#include "base/clock.h"

#include <cjson/cJSON.h>

enum { HELLO_MS = 10000, WRITE_MS = 30000, LOOK_MS = 50 };

/* ---- To it ---- */

static void read_words(struct session *session)
{
    char   bytes[4096];
    size_t got;
    while (process_read(&session->process.err, bytes, sizeof bytes, &got) && got) {
        size_t room = sizeof session->words - 1;
        if (got >= room) {
            memcpy(session->words, bytes + got - room, room);
            session->words_len = room;
        } else {
            size_t kept = session->words_len + got <= room ? session->words_len : room - got;
            memmove(session->words, session->words + session->words_len - kept, kept);
            memcpy(session->words + kept, bytes, got);
            session->words_len = kept + got;
        }
        session->words[session->words_len] = '\0';
    }
}

static void read_out(struct session *session)
{
    char   bytes[64 * 1024];
    size_t got;
    while (session->heard.len < 4 * SOURCE_LINE_MAX_BYTES && process_read(&session->process.out, bytes, sizeof bytes, &got) && got)
        buf_append(&session->heard, bytes, got);
}

/* What it says meanwhile is kept: two that write to each other and do not read stand still. */
void session_say(struct session *session, struct buf *line)
{
    size_t  at = 0, written;
    int64_t until_us = clock_monotonic_us() + WRITE_MS * INT64_C(1000);
    while (at < line->len && clock_monotonic_us() < until_us && process_write(&session->process, line->ptr + at, line->len - at, &written)) {
        at += written;
        if (at < line->len) {
            process_poll(&session->process, true, true, -1, LOOK_MS);
            read_out(session);
            read_words(session);
        }
    }
    buf_clear(line);
}

void session_say_text(struct session *session, const char *text)
{
    struct buf line = {0};
    buf_printf(&line, "%s\n", text);
    session_say(session, &line);
    buf_fini(&line);
}

void session_subscribe(struct kit *kit, struct session *session, const char *sub, struct str state)
{
    struct buf line = {0};
    message_print_subscribe(sub, kit->mode, &kit->parsed, state, &line);
    session->seq = 0;
    session->unacked = 0;
    session_say(session, &line);
    buf_fini(&line);
}

void session_ack(struct session *session, const char *sub)
{
    struct buf line = {0};
    message_print_ack(sub, session->seq, &line);
    session->unacked = 0;
    session_say(session, &line);
    buf_fini(&line);
}

/* ---- From it ---- */

/* The next line that is there; false: none yet. */
static bool next_line(struct session *session, struct buf *line)
{
    const char *end = session->heard.len > session->seen ? memchr(session->heard.ptr + session->seen, '\n', session->heard.len - session->seen) : NULL;
    if (!end) {
        session->seen = session->heard.len;
        return false;
    }
    size_t len = (size_t)(end - session->heard.ptr);
    buf_clear(line);
    buf_append(line, session->heard.ptr, len);
    memmove(session->heard.ptr, end + 1, session->heard.len - len - 1);
    session->heard.len -= len + 1;
    session->seen = 0;
    return true;
}

static enum heard hear(struct session *session, int64_t wait_ms, struct message *message)
{
    struct buf   line = {0};
    struct error error = {0};
    int64_t      until_us = clock_monotonic_us() + wait_ms * 1000;
    for (;;) {
        bool is_there = next_line(session, &line);
        if (!is_there && session->heard.len >= SOURCE_LINE_MAX_BYTES) {
            snprintf(session->broken, sizeof session->broken, "a line of 1 MiB or more");
            buf_fini(&line);
            return HEARD_BROKEN;
        }
        if (is_there && line.len)
            break;
        if (is_there)
            continue;
        int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;
        if (session->process.out < 0 || left_ms < 0) {
            buf_fini(&line);
            return session->process.out < 0 ? HEARD_END : HEARD_NOTHING;
        }
        process_poll(&session->process, false, true, -1, left_ms < LOOK_MS ? left_ms : LOOK_MS);
        read_words(session);
        read_out(session);
    }
    enum error_code code = message_read(buf_str(&line), message, &error);
    if (code) {
        snprintf(session->broken, sizeof session->broken, "%.200s: %.80s", error.message, line.len < 80 ? "" : "(a long line)");
        if (line.len < 80)
            snprintf(session->broken, sizeof session->broken, "%.200s: %.*s", error.message, (int)line.len, line.ptr);
        message_fini(message);
    }
    buf_fini(&line);
    return code ? HEARD_BROKEN : HEARD_MESSAGE;
}

/* A rotated secret is kept, as a host would: the next session needs it. */
static void store(struct kit *kit, struct session *session, const struct message *message)
{
    struct buf line = {0};
    cJSON     *secrets = cJSON_ParseWithLength(kit->secrets.ptr, kit->secrets.len);
    for (size_t i = 0; secrets && i < message->secret_count; i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(secrets, message->secrets[i].name.ptr);
        cJSON_AddStringToObject(secrets, message->secrets[i].name.ptr, message->secrets[i].value.ptr);
    }
    char *text = cJSON_PrintUnformatted(secrets);
    if (text)
        kit->secrets = arena_str(&kit->arena, str_of(text));
    cJSON_free(text);
    cJSON_Delete(secrets);
    message_print_stored(text != NULL, &line);
    session_say(session, &line);
    buf_fini(&line);
}

static bool take_batch(struct session *session, struct message *message, struct shelf *shelf, enum acking acking)
{
    const struct source_batch *batch = message->batch;
    if (batch->seq != session->seq + 1) {
        snprintf(session->broken, sizeof session->broken, "batch %llu after %llu", (unsigned long long)batch->seq, (unsigned long long)session->seq);
        return false;
    }
    if (batch->count + message->refused > session->max_items) {
        snprintf(session->broken, sizeof session->broken, "a batch of %zu items, where max_items was %u", batch->count, session->max_items);
        return false;
    }
    session->seq = batch->seq;
    session->batches++;
    session->unacked++;
    session->items += batch->count + message->refused;
    session->refused += message->refused;
    if (message->refused && !session->reason[0])
        memcpy(session->reason, message->reason, sizeof session->reason);
    if (shelf && !shelf_commit(shelf, batch)) {
        snprintf(session->broken, sizeof session->broken, "no memory for what it sent");
        return false;
    }
    if (acking == ACK_AT_ONCE)
        session_ack(session, batch->sub);
    return true;
}

enum heard session_step(struct kit *kit, struct session *session, struct shelf *shelf, enum acking acking, int64_t wait_ms)
{
    struct message message;
    bool           is_good = true;
    enum heard     heard = hear(session, wait_ms, &message);
    if (heard != HEARD_MESSAGE)
        return heard;
    switch (message.kind) {
    case MESSAGE_READY: session->ready++; break;
    case MESSAGE_PONG: session->pongs++; break;
    case MESSAGE_STATUS: session->phases |= 1u << message.status.phase; break;
    case MESSAGE_SECRETS: store(kit, session, &message); break;
    case MESSAGE_LOG: session->logs++; break;
    case MESSAGE_RESULT:
        if (session->result_count < RESULTS_MAX)
            session->results[session->result_count++] = message.result;
        break;
    case MESSAGE_BATCH: is_good = take_batch(session, &message, shelf, acking); break;
    default: break;
    }
    message_fini(&message);
    return is_good ? HEARD_MESSAGE : HEARD_BROKEN;
}

/* ---- Its life ---- */

static bool take_hello(struct kit *kit, struct session *session)
{
    enum heard heard = hear(session, HELLO_MS, &session->hello);
    if (heard == HEARD_NOTHING)
        kit_fail(kit, "no hello within 10 s");
    else if (heard != HEARD_MESSAGE)
        kit_fail_session(kit, session, "before hello");
    else if (session->hello.kind != MESSAGE_HELLO)
        kit_fail(kit, "%s came before hello", session->hello.name);
    else if (session->hello.protocol != SOURCE_PROTOCOL)
        kit_fail(kit, "it speaks protocol %lld, not %d", (long long)session->hello.protocol, SOURCE_PROTOCOL);
    else
        return true;
    return false;
}

bool session_start(struct kit *kit, struct session *session, struct str secrets, unsigned max_inflight, unsigned max_items)
{
    struct process_setup setup = {.argv = kit->setup->argv, .folder = kit->folder};
    struct error         error = {0};
    struct buf           line = {0};
    *session = (struct session){.heard = {.max_bytes = 8 * SOURCE_LINE_MAX_BYTES}, .max_items = max_items};
    if (process_start(&setup, &session->process, &error)) {
        kit_fail(kit, "%s", error.message);
        return false;
    }
    if (!take_hello(kit, session))
        return false;
    if (secrets.ptr) {
        message_print_init(kit->config, secrets, max_inflight, max_items, true, &line);
        session_say(session, &line);
    }
    buf_fini(&line);
    return true;
}

int session_wait(struct session *session, int64_t wait_ms)
{
    char    bytes[64 * 1024];
    size_t  got;
    int64_t until_us = clock_monotonic_us() + wait_ms * 1000;
    while (!process_has_ended(&session->process) && clock_monotonic_us() < until_us) {
        process_poll(&session->process, false, session->process.out >= 0, -1, 20);
        while (process_read(&session->process.out, bytes, sizeof bytes, &got) && got) {}
        read_words(session);
        if (session->process.out < 0)
            clock_sleep(5);
    }
    read_words(session);
    return process_has_ended(&session->process) ? session->process.status : -1;
}

void session_fini(struct session *session)
{
    if (session->process.pid)
        process_fini(&session->process);
    message_fini(&session->hello);
    buf_fini(&session->heard);
}
