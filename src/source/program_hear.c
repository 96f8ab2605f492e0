/* What a program says: lines of its output into the host's functions, lines of its standard error into the log. */
#include "source/program_inside.h"

#include "base/clock.h"

/* ---- Standard error ---- */

const char *program_level(struct str *line)
{
    static const struct {
        char        letter;
        const char *level;
    } levels[] = {{'E', "error"}, {'W', "warning"}, {'I', "info"}, {'D', "debug"}, {'T', "debug"}};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (line->len >= 2 && line->ptr[0] == levels[i].letter && line->ptr[1] == '!') {
            *line = str_trim(str_slice(line->ptr + 2, line->len - 2));
            return levels[i].level;
        }
    return "info";
}

static void log_words(struct program *program, const char *level, struct str words)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - program->log_since_us > 10 * CLOCK_SECOND_US) {
        char text[80];
        int  len = snprintf(text, sizeof text, "%u more lines of its standard error were passed over", program->log_lost);
        if (program->log_lost && program->host.log)
            program->host.log(program->host.context, "warning", str_slice(text, (size_t)len));
        program->log_since_us = now_us;
        program->log_lines = program->log_lost = 0;
    }
    if (program->log_lines == PROGRAM_LOG_LINES) {
        program->log_lost++;
        return;
    }
    program->log_lines++;
    if (program->host.log)
        program->host.log(program->host.context, level, words);
}

static void end_words(struct program *program)
{
    struct str  line = str_trim(str_slice(program->words, program->words_len));
    const char *level = program_level(&line);
    program->words_len = 0;
    if (!line.len)
        return;
    if (strcmp(level, "error") == 0)
        snprintf(program->last_error, sizeof program->last_error, "%.*s", (int)(line.len < 500 ? line.len : 500), line.ptr);
    log_words(program, level, line);
}

/* A line that is too long is cut; nothing is kept of its rest. */
void program_hear_words(struct program *program, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] == '\n')
            end_words(program);
        else if (program->words_len < sizeof program->words)
            program->words[program->words_len++] = bytes.ptr[i] ? bytes.ptr[i] : ' ';
    }
}

/* ---- Messages ---- */

static bool take_hello(struct program *program, struct message *message)
{
    if (message->kind != MESSAGE_HELLO)
        return program_fault(program, ERROR_IO, "%s said %.30s before hello", program->name, message->name);
    if (message->protocol != SOURCE_PROTOCOL)
        return program_fault(program, ERROR_INVALID, "%s speaks protocol %lld, not %d", program->name, (long long)message->protocol, SOURCE_PROTOCOL);
    pthread_mutex_lock(&program->lock);
    program->hello = *message;
    program->has_hello = true;
    pthread_cond_broadcast(&program->changed);
    pthread_mutex_unlock(&program->lock);
    *message = (struct message){0};
    return true;
}

/* Whether the batch is one that may come now; a reason against it ends the program. */
static bool may_come(struct program *program, const struct source_batch *batch, bool *is_dropped)
{
    bool is_good = true;
    pthread_mutex_lock(&program->lock);
    struct program_sub *sub = program_sub_named(program, batch->sub);
    *is_dropped = sub && sub->is_gone;
    if (!sub)
        is_good = program_fault(program, ERROR_IO, "%s sent a batch of '%s', to which nobody subscribed", program->name, batch->sub);
    else if (!sub->is_gone && batch->seq != sub->seq + 1)
        is_good = program_fault(program, ERROR_IO, "%s sent batch %llu of '%s' after %llu", program->name, (unsigned long long)batch->seq, batch->sub,
                                (unsigned long long)sub->seq);
    else if (!sub->is_gone && sub->seq - sub->acked >= program->max_inflight)
        is_good = program_fault(program, ERROR_IO, "%s sent more than %u batches of '%s' without an ack", program->name, program->max_inflight, batch->sub);
    else
        sub->seq = batch->seq;
    pthread_mutex_unlock(&program->lock);
    return is_good;
}

static bool take_batch(struct program *program, struct message *message)
{
    bool is_dropped;
    if (!may_come(program, message->batch, &is_dropped))
        return false;
    if (message->refused && program->host.refused)
        program->host.refused(program->host.context, message->reason, message->refused);
    if (!is_dropped && program->host.batch)
        program->host.batch(program->host.context, message_take_batch(message));
    return true;
}

/* A check that failed is the end of the run, as it is for a connector of ours. */
static bool take_failed_check(struct program *program, const struct source_result *result)
{
    enum error_code code = result->failure == SOURCE_AUTH ? ERROR_DENIED : result->failure == SOURCE_REFUSED ? ERROR_INVALID : ERROR_IO;
    return program_fault(program, code, "%s", result->message[0] ? result->message : source_failures[result->failure]);
}

static bool take_result(struct program *program, const struct source_result *result)
{
    size_t i = 0;
    pthread_mutex_lock(&program->lock);
    while (i < program->command_count && strcmp(program->commands[i].id, result->id) != 0)
        i++;
    bool is_known = i < program->command_count;
    if (is_known)
        program->commands[i] = program->commands[--program->command_count];
    pthread_mutex_unlock(&program->lock);
    if (is_known && program->host.result)
        program->host.result(program->host.context, result);
    if (!is_known && strcmp(result->id, "check") == 0 && result->failure != SOURCE_DONE)
        return take_failed_check(program, result);
    if (!is_known && program->host.log)
        program->host.log(program->host.context, "warning", STR("a result for a command that was not given, or a second one"));
    return true;
}

static void take_secrets(struct program *program, const struct message *message)
{
    struct buf line = {0};
    bool       is_stored = program->host.secret != NULL;
    for (size_t i = 0; i < message->secret_count && is_stored; i++)
        is_stored = program->host.secret(program->host.context, message->secrets[i].name, message->secrets[i].value);
    message_print_stored(is_stored, &line);
    pthread_mutex_lock(&program->lock);
    program_say(program, &line);
    pthread_mutex_unlock(&program->lock);
    buf_fini(&line);
}

static void take_log(struct program *program, const struct message *message)
{
    char letter = message->level[0];
    log_words(program, letter == 'e' ? "error" : letter == 'w' ? "warning" : letter == 'd' || letter == 't' ? "debug" : "info", message->words);
}

static void take_unknown(struct program *program, const struct message *message)
{
    char words[80];
    int  len = snprintf(words, sizeof words, "a message of an unknown kind: %.30s", message->name);
    log_words(program, "warning", str_slice(words, (size_t)len));
}

static bool take_message(struct program *program, struct message *message)
{
    const struct source_host *host = &program->host;
    if (!program->has_hello)
        return take_hello(program, message);
    switch (message->kind) {
    case MESSAGE_BATCH: return take_batch(program, message);
    case MESSAGE_RESULT: return take_result(program, &message->result);
    case MESSAGE_READY:
        if (host->ready)
            host->ready(host->context, &message->account);
        break;
    case MESSAGE_STATUS:
        if (host->status)
            host->status(host->context, &message->status);
        break;
    case MESSAGE_REFUSED:
        if (host->refused)
            host->refused(host->context, message->reason, message->refused);
        break;
    case MESSAGE_SECRETS: take_secrets(program, message); break;
    case MESSAGE_LOG: take_log(program, message); break;
    case MESSAGE_PONG: program->ping_us = 0; break;
    default: take_unknown(program, message); break; /* of a later version, or of the other side */
    }
    return true;
}

static bool take_line(struct program *program, struct str line)
{
    struct message message;
    struct error   error = {0};
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (!line.len)
        return true;
    bool goes_on = message_read(line, &message, &error) ? program_fault(program, ERROR_IO, "%s broke the contract: %.300s", program->name, error.message)
                                                         : take_message(program, &message);
    message_fini(&message);
    return goes_on;
}

bool program_hear(struct program *program)
{
    struct buf *heard = &program->heard;
    size_t      begun = 0;
    bool        goes_on = true;
    while (goes_on) {
        const char *end = heard->len > program->heard_seen ? memchr(heard->ptr + program->heard_seen, '\n', heard->len - program->heard_seen) : NULL;
        if (!end)
            break;
        size_t at = (size_t)(end - heard->ptr);
        goes_on = take_line(program, str_slice(heard->ptr + begun, at - begun));
        begun = program->heard_seen = at + 1;
    }
    if (begun) {
        memmove(heard->ptr, heard->ptr + begun, heard->len - begun);
        heard->len -= begun;
    }
    program->heard_seen = heard->len;
    if (goes_on && heard->len >= SOURCE_LINE_MAX_BYTES)
        goes_on = program_fault(program, ERROR_IO, "%s broke the contract: a line of 1 MiB or more", program->name);
    return goes_on;
}
