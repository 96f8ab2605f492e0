/* The one thread of a program's run: it moves bytes, watches the time, and sees the program out. */
#include "source/program_inside.h"

#include "base/clock.h"

#include <errno.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024, LOOK_MS = 100 };

/* ---- Bytes ---- */

static bool has_words(struct program *program)
{
    pthread_mutex_lock(&program->lock);
    bool has = program->waiting.len > program->waiting_at;
    pthread_mutex_unlock(&program->lock);
    return has;
}

static void write_some(struct program *program)
{
    size_t written;
    pthread_mutex_lock(&program->lock);
    if (program->process.in >= 0 && program->waiting.len > program->waiting_at) {
        process_write(&program->process, program->waiting.ptr + program->waiting_at, program->waiting.len - program->waiting_at, &written);
        program->waiting_at += written;
        program->written += written;
    }
    if (program->waiting_at > PIECE_BYTES && program->waiting_at > program->waiting.len / 2) {
        memmove(program->waiting.ptr, program->waiting.ptr + program->waiting_at, program->waiting.len - program->waiting_at);
        program->waiting.len -= program->waiting_at;
        program->waiting_at = 0;
    }
    bool is_clogged = program->is_clogged;
    pthread_mutex_unlock(&program->lock);
    if (is_clogged)
        program_fault(program, ERROR_IO, "%s does not read what it is told", program->name);
}

/* False where it is to be ended. */
static bool read_some(struct program *program)
{
    char   bytes[PIECE_BYTES];
    size_t got;
    for (int i = 0; i < 16 && process_read(&program->process.out, bytes, sizeof bytes, &got) && got; i++) {
        if (!buf_append(&program->heard, bytes, got))
            return program_fault(program, ERROR_MEMORY, "no memory for a line of %s", program->name);
        if (!program_hear(program))
            return false;
    }
    return true;
}

/* A host that takes its time is no fault of the program: its pong may lie in the pipe. */
static bool read_in_time(struct program *program)
{
    int64_t began_us = clock_monotonic_us();
    bool    goes_on = read_some(program);
    if (program->ping_us)
        program->ping_us += clock_monotonic_us() - began_us;
    return goes_on;
}

static void read_words(struct program *program)
{
    char   bytes[4096];
    size_t got;
    for (int i = 0; i < 16 && process_read(&program->process.err, bytes, sizeof bytes, &got) && got; i++)
        program_hear_words(program, str_slice(bytes, got));
}

static void drain_wake(struct program *program)
{
    uint64_t count;
    while (read(program->wake_fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

/* ---- Time ---- */

static void send_ping(struct program *program, int64_t now_us)
{
    struct buf line = {0};
    message_print_bare(MESSAGE_PING, &line);
    pthread_mutex_lock(&program->lock);
    program_say(program, &line);
    pthread_mutex_unlock(&program->lock);
    buf_fini(&line);
    program->ping_us = now_us;
    program->next_ping_us = now_us + program->times.ping * 1000;
}

static bool watch_time(struct program *program, int64_t began_us)
{
    int64_t now_us = clock_monotonic_us();
    if (!program->has_hello)
        return now_us - began_us < program->times.hello * 1000 ||
               program_fault(program, ERROR_IO, "%s said no hello within %lld s", program->name, (long long)program->times.hello / 1000);
    if (program->ping_us && now_us - program->ping_us > program->times.pong * 1000)
        return program_fault(program, ERROR_IO, "%s did not answer a ping within %lld s", program->name, (long long)program->times.pong / 1000);
    if (!program->next_ping_us)
        program->next_ping_us = now_us + program->times.ping * 1000;
    if (!program->ping_us && now_us >= program->next_ping_us)
        send_ping(program, now_us);
    return true;
}

/* ---- The end ---- */

/* What it still says is read and dropped, but for its last words: it must not hang in a full pipe while it ends. */
static void see_out(struct program *program, int64_t until_us)
{
    char   bytes[PIECE_BYTES];
    size_t got;
    while (!process_has_ended(&program->process) && clock_monotonic_us() < until_us) {
        process_poll(&program->process, false, true, -1, LOOK_MS / 5);
        while (process_read(&program->process.out, bytes, sizeof bytes, &got) && got) {}
        read_words(program);
    }
    read_words(program);
}

static void end_it(struct program *program)
{
    process_terminate(&program->process);
    see_out(program, clock_monotonic_us() + program->times.term * 1000);
    process_kill(&program->process);
    see_out(program, clock_monotonic_us() + program->times.term * 1000);
}

static void answer_commands(struct program *program)
{
    for (size_t i = 0; i < program->command_count && program->host.result; i++) {
        /* Of a command of which no byte was read nothing was done. What stands in the pipe may have been read. */
        bool                 was_sent = program->commands[i].from < program->written;
        struct source_result result = {.failure = was_sent ? SOURCE_UNKNOWN_OUTCOME : SOURCE_TRANSIENT, .message = "the connector ended before it gave a result"};
        memcpy(result.id, program->commands[i].id, sizeof result.id);
        program->host.result(program->host.context, &result);
    }
}

/* What its end means, by the host's reason, else by its own exit status. */
static enum source_end meaning(struct program *program, bool was_asked)
{
    int status = program->process.status;
    if (program->fault)
        return program->fault == ERROR_DENIED ? SOURCE_END_AUTH : program->fault == ERROR_INVALID ? SOURCE_END_CONFIG : SOURCE_END_FAULT;
    if (status == 0 || (was_asked && status >= 128))
        return SOURCE_END_DONE;
    enum error_code code = status == 2 ? ERROR_INVALID : status == 3 ? ERROR_DENIED : ERROR_IO;
    if (program->last_error[0])
        error_set(&program->why, code, "%s", program->last_error);
    else
        error_set(&program->why, code, status < 128 ? "%s ended with %d" : "%s was ended by signal %d", program->name, status < 128 ? status : status - 128);
    return status == 2 ? SOURCE_END_CONFIG : status == 3 ? SOURCE_END_AUTH : SOURCE_END_FAULT;
}

static void tell_end(struct program *program, bool was_asked)
{
    enum source_end end = meaning(program, was_asked);
    pthread_mutex_lock(&program->lock);
    program->has_ended = true; /* no command comes any more */
    pthread_mutex_unlock(&program->lock);
    if (!program->has_hello && !program->why.code)
        error_set(&program->why, ERROR_IO, "%s ended before it said hello", program->name);
    if (program->has_hello) {
        answer_commands(program);
        if (program->host.ended)
            program->host.ended(program->host.context, end, &program->why);
    }
    pthread_mutex_lock(&program->lock);
    pthread_cond_broadcast(&program->changed);
    pthread_mutex_unlock(&program->lock);
}

/* True while it is at work. */
static bool goes_on(struct program *program, int64_t began_us)
{
    pthread_mutex_lock(&program->lock);
    bool is_over = program->is_stopping && clock_monotonic_us() >= program->stop_until_us;
    pthread_mutex_unlock(&program->lock);
    return !is_over && !program->fault && program->process.out >= 0 && watch_time(program, began_us) && !process_has_ended(&program->process);
}

void *program_live(void *context)
{
    struct program *program = context;
    int64_t         began_us = clock_monotonic_us();
    while (goes_on(program, began_us)) {
        process_poll(&program->process, has_words(program), true, program->wake_fd, LOOK_MS);
        drain_wake(program);
        write_some(program);
        read_words(program);
        if (!read_in_time(program))
            break;
    }
    /* What it said before it ended counts: as much as a pipe holds. */
    if (!program->fault && process_has_ended(&program->process))
        read_some(program);
    pthread_mutex_lock(&program->lock);
    bool was_asked = program->is_stopping;
    pthread_mutex_unlock(&program->lock);
    if (!program->fault && program->process.out < 0)
        see_out(program, clock_monotonic_us() + CLOCK_SECOND_US);
    end_it(program);
    tell_end(program, was_asked);
    return NULL;
}
