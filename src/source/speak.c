#include "source/speak.h"

#include "base/clock.h"
#include "source/message.h"
#include "table/lines.h"

#include <pthread.h>
#include <stdlib.h>

enum { SUBS_MAX = 256, WINDOW_MAX = 64, GRACE_MS = 5000 };

/* A subscription as the other side counts it: a batch whose line would be too long goes out as several. */
struct wire {
    char     sub[SOURCE_SUB_BYTES];
    uint64_t sent, acked;
    struct {
        uint64_t last, seq; /* of the wire, of the port */
    } parts[WINDOW_MAX];
    size_t part_count;
};

struct speaker {
    const struct speak *speak;
    struct source_run  *run;
    unsigned            max_inflight;

    pthread_mutex_t writing; /* the output, a line at a time */
    atomic_bool     is_deaf; /* nobody reads it any more */

    pthread_mutex_t lock; /* everything below */
    pthread_cond_t  changed;
    struct wire     wires[SUBS_MAX];
    size_t          wire_count;
    bool            is_stored, was_answered; /* the last secret */
    bool            is_closing, has_ended;
    enum source_end end;
    struct error    why;

    struct buf line; /* of the connector's thread */
};

/* ---- Words out ---- */

static void write_line(struct speaker *speaker, struct buf *line)
{
    pthread_mutex_lock(&speaker->writing);
    if (!line->has_failed && !atomic_load(&speaker->is_deaf) && vfs_write(speaker->speak->out, line->ptr, line->len, NULL)) {
        atomic_store(&speaker->is_deaf, true);
        atomic_store(speaker->speak->stop, true);
    }
    pthread_mutex_unlock(&speaker->writing);
    buf_clear(line);
}

/* "E! words" in one write, on one line. */
static void write_log(struct speaker *speaker, const char *level, struct str words)
{
    char line[1200];
    int  len = snprintf(line, sizeof line - 1, "%c! %.*s", level[0] == 'e' ? 'E' : level[0] == 'w' ? 'W' : level[0] == 'd' ? 'D' : 'I', STR_ARG(words));
    len = len < 0 ? 0 : len > (int)sizeof line - 2 ? (int)sizeof line - 2 : len;
    for (int i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ')
            line[i] = ' ';
    line[len] = '\n';
    vfs_write(speaker->speak->log, line, (size_t)len + 1, NULL);
}

/* Under lock. Where the table is full, one that waits for nothing makes room. */
static struct wire *wire_named(struct speaker *speaker, const char *sub)
{
    size_t i = 0, idle = 0;
    for (; i < speaker->wire_count; i++) {
        if (strcmp(speaker->wires[i].sub, sub) == 0)
            return &speaker->wires[i];
        if (speaker->wires[i].acked == speaker->wires[i].sent)
            idle = i;
    }
    i = i < SUBS_MAX ? speaker->wire_count++ : idle;
    speaker->wires[i] = (struct wire){0};
    snprintf(speaker->wires[i].sub, sizeof speaker->wires[i].sub, "%s", sub);
    return &speaker->wires[i];
}

/* The number for the next line of sub, once the window has room for it; 0: the end came first. */
static uint64_t next_number(struct speaker *speaker, const char *sub)
{
    uint64_t number = 0;
    pthread_mutex_lock(&speaker->lock);
    while (!speaker->is_closing) {
        struct wire *wire = wire_named(speaker, sub);
        if (wire->sent - wire->acked < speaker->max_inflight) {
            number = ++wire->sent;
            break;
        }
        pthread_cond_wait(&speaker->changed, &speaker->lock);
    }
    pthread_mutex_unlock(&speaker->lock);
    return number;
}

static bool fits(struct speaker *speaker, const struct source_batch *batch, size_t from, size_t until, bool is_last)
{
    buf_clear(&speaker->line);
    speaker->line.has_failed = false;
    message_print_batch(batch, UINT32_MAX, from, until, is_last, false, &speaker->line);
    return !speaker->line.has_failed && speaker->line.len <= SOURCE_LINE_MAX_BYTES;
}

static void send_items(struct speaker *speaker, const struct source_batch *batch, size_t from, size_t until, bool is_last)
{
    if (!fits(speaker, batch, from, until, is_last)) {
        if (until - from > 1) {
            size_t half = from + (until - from) / 2;
            send_items(speaker, batch, from, half, false);
            send_items(speaker, batch, half, until, is_last);
            return;
        }
        buf_clear(&speaker->line);
        speaker->line.has_failed = false;
        message_print_refused("an item over a line of the contract", 1, &speaker->line);
        write_line(speaker, &speaker->line);
        from = until;
    }
    uint64_t number = next_number(speaker, batch->sub);
    if (!number)
        return;
    buf_clear(&speaker->line);
    message_print_batch(batch, number, from, until, is_last, false, &speaker->line);
    write_line(speaker, &speaker->line);
}

static void on_batch(void *context, struct source_batch *batch)
{
    struct speaker *speaker = context;
    pthread_mutex_lock(&speaker->lock);
    struct wire *wire = wire_named(speaker, batch->sub);
    if (batch->seq == 1) { /* a new subscription */
        wire->sent = wire->acked = 0;
        wire->part_count = 0;
    }
    pthread_mutex_unlock(&speaker->lock);
    send_items(speaker, batch, 0, batch->count, true);
    pthread_mutex_lock(&speaker->lock);
    wire = wire_named(speaker, batch->sub);
    if (wire->acked >= wire->sent && !speaker->is_closing) /* its last ack was quicker than we are */
        source_run_ack(speaker->run, batch->sub, batch->seq);
    else if (wire->part_count < WINDOW_MAX) {
        wire->parts[wire->part_count].last = wire->sent;
        wire->parts[wire->part_count++].seq = batch->seq;
    }
    pthread_mutex_unlock(&speaker->lock);
    source_batch_free(batch);
}

static void on_ready(void *context, const struct source_account *account)
{
    struct speaker *speaker = context;
    message_print_ready(account, &speaker->line);
    write_line(speaker, &speaker->line);
}

static void on_status(void *context, const struct source_status *status)
{
    struct speaker *speaker = context;
    message_print_status(status, &speaker->line);
    write_line(speaker, &speaker->line);
}

static void on_result(void *context, const struct source_result *result)
{
    struct speaker *speaker = context;
    message_print_result(result, &speaker->line);
    write_line(speaker, &speaker->line);
}

/* Waits for {"t":"stored"}. */
static bool on_secret(void *context, struct str name, struct str value)
{
    struct speaker *speaker = context;
    pthread_mutex_lock(&speaker->lock);
    speaker->was_answered = false;
    pthread_mutex_unlock(&speaker->lock);
    message_print_secret(name, value, &speaker->line);
    write_line(speaker, &speaker->line);
    pthread_mutex_lock(&speaker->lock);
    while (!speaker->was_answered && !speaker->is_closing)
        pthread_cond_wait(&speaker->changed, &speaker->lock);
    bool is_stored = speaker->was_answered && speaker->is_stored;
    pthread_mutex_unlock(&speaker->lock);
    return is_stored;
}

static void on_refused(void *context, const char *reason, uint64_t count)
{
    struct speaker *speaker = context;
    message_print_refused(reason, count, &speaker->line);
    write_line(speaker, &speaker->line);
}

static void on_log(void *context, const char *level, struct str words)
{
    write_log(context, level, words);
}

static void on_ended(void *context, enum source_end end, const struct error *why)
{
    struct speaker *speaker = context;
    if (end != SOURCE_END_DONE)
        write_log(speaker, "error", str_of(why->message[0] ? why->message : error_kind(why->code)->meaning));
    pthread_mutex_lock(&speaker->lock);
    speaker->has_ended = true;
    speaker->end = end;
    pthread_mutex_unlock(&speaker->lock);
    atomic_store(speaker->speak->stop, true);
}

/* ---- Words in ---- */

static void take_ack(struct speaker *speaker, const struct message *message)
{
    uint64_t seq = 0;
    pthread_mutex_lock(&speaker->lock);
    struct wire *wire = wire_named(speaker, message->sub);
    uint64_t     acked = (uint64_t)message->seq < wire->sent ? (uint64_t)message->seq : wire->sent;
    wire->acked = acked > wire->acked ? acked : wire->acked;
    size_t done = 0;
    while (done < wire->part_count && wire->parts[done].last <= wire->acked)
        seq = wire->parts[done++].seq;
    memmove(wire->parts, wire->parts + done, (wire->part_count - done) * sizeof *wire->parts);
    wire->part_count -= done;
    pthread_cond_broadcast(&speaker->changed);
    pthread_mutex_unlock(&speaker->lock);
    if (seq)
        source_run_ack(speaker->run, message->sub, seq);
}

static int start(struct speaker *speaker, const struct message *init)
{
    struct source_host  host = {on_batch, on_ready, on_status, on_result, on_secret, on_refused, on_log, on_ended, speaker};
    struct source_setup setup = {.connector = speaker->speak->connector, .config = init->config, .secrets = init->secret_object,
                                 .max_items = (unsigned)init->max_items, .allows_private = init->allows_private};
    struct error        error = {0};
    setup.max_inflight = init->max_inflight > WINDOW_MAX ? WINDOW_MAX : init->max_inflight ? (unsigned)init->max_inflight : SOURCE_INFLIGHT;
    speaker->max_inflight = setup.max_inflight;
    if (init->protocol != SOURCE_PROTOCOL) {
        error_set(&error, ERROR_INVALID, "init: protocol %lld, this connector speaks %d", (long long)init->protocol, SOURCE_PROTOCOL);
        write_log(speaker, "error", str_of(error.message));
        return SPEAK_EXIT_CONFIG;
    }
    pthread_mutex_lock(&speaker->lock); /* who ends at once finds run set */
    enum error_code code = source_run_start(&setup, &host, &speaker->run, &error);
    pthread_mutex_unlock(&speaker->lock);
    if (!code)
        return SPEAK_EXIT_DONE;
    write_log(speaker, "error", str_of(error.message));
    return code == ERROR_INVALID ? SPEAK_EXIT_CONFIG : SPEAK_EXIT_FAULT;
}

static void answer_bare(struct speaker *speaker, enum message_kind kind)
{
    struct buf line = {0};
    message_print_bare(kind, &line);
    write_line(speaker, &line);
    buf_fini(&line);
}

/* A queue that is full is told at once: nothing was begun. */
static void give_command(struct speaker *speaker, const struct source_command *command)
{
    struct buf           line = {0};
    struct source_result result = {.failure = SOURCE_LIMITED, .retry_after_s = 5, .message = "too many commands wait"};
    if (source_run_command(speaker->run, command))
        return;
    memcpy(result.id, command->id, sizeof result.id);
    message_print_result(&result, &line);
    write_line(speaker, &line);
    buf_fini(&line);
}

static void take_stored(struct speaker *speaker, bool is_stored)
{
    pthread_mutex_lock(&speaker->lock);
    speaker->was_answered = true;
    speaker->is_stored = is_stored;
    pthread_cond_broadcast(&speaker->changed);
    pthread_mutex_unlock(&speaker->lock);
}

static void act_on(struct speaker *speaker, struct message *message)
{
    switch (message->kind) {
    case MESSAGE_CHECK: source_run_check(speaker->run); break;
    case MESSAGE_SUBSCRIBE: source_run_subscribe(speaker->run, message->sub, message->mode, &message->query, message->state); break;
    case MESSAGE_UNSUBSCRIBE: source_run_unsubscribe(speaker->run, message->sub); break;
    case MESSAGE_ACK: take_ack(speaker, message); break;
    case MESSAGE_COMMAND: give_command(speaker, &message->command); break;
    case MESSAGE_STORED: take_stored(speaker, message->is_stored); break;
    default: write_log(speaker, "warning", STR("a message that belongs to the other side, or a second init")); break;
    }
}

/* True while it goes on. A line that cannot be read is passed over, and said. */
static bool take_line(struct speaker *speaker, const struct line *line, int *status, unsigned *grace_ms)
{
    struct message  message;
    struct error    error = {0};
    bool            goes_on = true;
    char            words[ERROR_MESSAGE_BYTES];
    if (!line->is_too_long && !str_trim(line->text).len)
        return true;
    enum error_code code = message_read(line->text, &message, &error);
    if (line->is_too_long || code) {
        snprintf(words, sizeof words, "a line that was passed over: %.400s", line->is_too_long ? "more than 1 MiB" : error.message);
        write_log(speaker, "warning", str_of(words));
    } else if (message.kind == MESSAGE_UNKNOWN) {
        snprintf(words, sizeof words, "a message of an unknown kind: %s", message.name);
        write_log(speaker, "warning", str_of(words));
    } else if (message.kind == MESSAGE_PING) {
        answer_bare(speaker, MESSAGE_PONG);
    } else if (message.kind == MESSAGE_SHUTDOWN) {
        *grace_ms = (unsigned)message.grace_s * 1000;
        goes_on = false;
    } else if (!speaker->run && message.kind != MESSAGE_INIT) {
        write_log(speaker, "warning", STR("a message before init was passed over"));
    } else if (!speaker->run) {
        *status = start(speaker, &message);
        goes_on = *status == SPEAK_EXIT_DONE;
    } else {
        act_on(speaker, &message);
    }
    message_fini(&message);
    return goes_on;
}

static enum error_code read_input(void *context, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    struct speaker *speaker = context;
    return vfs_read_next(speaker->speak->in, bytes, len, speaker->speak->stop, got_out, error);
}

static int listen(struct speaker *speaker)
{
    struct lines lines = {.source = {read_input, speaker}};
    struct line  line;
    int          status = SPEAK_EXIT_DONE;
    unsigned     grace_ms = GRACE_MS;
    while (!lines_next(&lines, &line, NULL) && !line.is_last && take_line(speaker, &line, &status, &grace_ms)) {}
    lines_fini(&lines);
    pthread_mutex_lock(&speaker->lock);
    speaker->is_closing = true; /* who waits for an ack or for stored waits no longer */
    pthread_cond_broadcast(&speaker->changed);
    pthread_mutex_unlock(&speaker->lock);
    source_run_stop(speaker->run, grace_ms);
    return status;
}

int source_speak(const struct speak *speak)
{
    static const int exits[] = {[SOURCE_END_DONE] = SPEAK_EXIT_DONE, [SOURCE_END_CONFIG] = SPEAK_EXIT_CONFIG, [SOURCE_END_AUTH] = SPEAK_EXIT_AUTH,
                                [SOURCE_END_FAULT] = SPEAK_EXIT_FAULT};
    struct speaker *speaker = calloc(1, sizeof *speaker);
    if (!speaker)
        return SPEAK_EXIT_FAULT;
    speaker->speak = speak;
    speaker->line.max_bytes = 4 * SOURCE_LINE_MAX_BYTES;
    pthread_mutex_init(&speaker->writing, NULL);
    pthread_mutex_init(&speaker->lock, NULL);
    pthread_cond_init(&speaker->changed, NULL);
    message_print_hello(speak->connector, speak->version, &speaker->line);
    write_line(speaker, &speaker->line);
    int status = listen(speaker);
    if (speaker->has_ended)
        status = exits[speaker->end];
    pthread_cond_destroy(&speaker->changed);
    pthread_mutex_destroy(&speaker->lock);
    pthread_mutex_destroy(&speaker->writing);
    buf_fini(&speaker->line);
    free(speaker);
    return status;
}
