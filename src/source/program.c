#include "source/program_inside.h"

#include "base/clock.h"
#include "base/vfs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

const struct program_times program_times_usual = {.hello = 10000, .ping = 10000, .pong = 30000, .term = 10000};

static struct program *program_of(struct source_run *run)
{
    return (struct program *)run;
}

bool program_fault(struct program *program, enum error_code code, const char *format, ...)
{
    char    words[ERROR_MESSAGE_BYTES];
    va_list list;
    if (program->fault)
        return false;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    program->fault = error_set(&program->why, code, "%s", words);
    return false;
}

/* ---- Words to it ---- */

static void wake(struct program *program)
{
    uint64_t one = 1;
    while (write(program->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

void program_say(struct program *program, struct buf *line)
{
    if (program->waiting_at == program->waiting.len) {
        buf_clear(&program->waiting);
        program->waiting_at = 0;
    }
    if (line->has_failed || !buf_append(&program->waiting, line->ptr, line->len))
        program->is_clogged = true;
    wake(program);
}

static void say(struct program *program, struct buf *line)
{
    pthread_mutex_lock(&program->lock);
    if (!program->has_ended)
        program_say(program, line);
    pthread_mutex_unlock(&program->lock);
    buf_fini(line);
}

struct program_sub *program_sub_named(struct program *program, const char *name)
{
    for (size_t i = 0; i < program->sub_count; i++)
        if (strcmp(program->subs[i].name, name) == 0)
            return &program->subs[i];
    return NULL;
}

static void program_check(struct source_run *run)
{
    struct buf line = {0};
    message_print_bare(MESSAGE_CHECK, &line);
    say(program_of(run), &line);
}

static void program_subscribe(struct source_run *run, const char *name, enum source_mode mode, const struct source_query *query, struct str state)
{
    struct program *program = program_of(run);
    struct buf      line = {0};
    message_print_subscribe(name, mode, query, state, &line);
    pthread_mutex_lock(&program->lock);
    struct program_sub *sub = program_sub_named(program, name);
    for (size_t i = 0; !sub && program->sub_count == SOURCE_SUBS_MAX && i < SOURCE_SUBS_MAX; i++) /* one that is gone makes room */
        if (program->subs[i].is_gone)
            sub = &program->subs[i];
    if (!sub && program->sub_count < SOURCE_SUBS_MAX)
        sub = &program->subs[program->sub_count++];
    if (sub && !program->has_ended) {
        *sub = (struct program_sub){0};
        snprintf(sub->name, sizeof sub->name, "%s", name);
        program_say(program, &line);
    }
    pthread_mutex_unlock(&program->lock);
    buf_fini(&line);
}

static void program_unsubscribe(struct source_run *run, const char *name)
{
    struct program *program = program_of(run);
    struct buf      line = {0};
    message_print_sub(MESSAGE_UNSUBSCRIBE, name, &line);
    pthread_mutex_lock(&program->lock);
    struct program_sub *sub = program_sub_named(program, name);
    if (sub && !sub->is_gone && !program->has_ended) {
        sub->is_gone = true;
        program_say(program, &line);
    }
    pthread_mutex_unlock(&program->lock);
    buf_fini(&line);
}

static void program_ack(struct source_run *run, const char *name, uint64_t seq)
{
    struct program *program = program_of(run);
    struct buf      line = {0};
    message_print_ack(name, seq, &line);
    pthread_mutex_lock(&program->lock);
    struct program_sub *sub = program_sub_named(program, name);
    if (sub && !sub->is_gone && seq > sub->acked && seq <= sub->seq && !program->has_ended) {
        sub->acked = seq;
        program_say(program, &line);
    }
    pthread_mutex_unlock(&program->lock);
    buf_fini(&line);
}

static bool program_command(struct source_run *run, const struct source_command *command)
{
    struct program *program = program_of(run);
    struct buf      line = {.max_bytes = SOURCE_LINE_MAX_BYTES};
    message_print_command(command, &line);
    pthread_mutex_lock(&program->lock);
    bool is_taken = !program->has_ended && !program->is_stopping && program->command_count < SOURCE_COMMANDS_MAX && !line.has_failed;
    if (is_taken) {
        struct program_command *in_hand = &program->commands[program->command_count++];
        memcpy(in_hand->id, command->id, sizeof in_hand->id);
        in_hand->from = program->written + (program->waiting.len - program->waiting_at);
        program_say(program, &line);
    }
    pthread_mutex_unlock(&program->lock);
    buf_fini(&line);
    return is_taken;
}

/* ---- Start and stop ---- */

static void free_program(struct program *program)
{
    process_fini(&program->process);
    if (program->scratch[0])
        vfs_remove_folder(program->scratch);
    if (program->wake_fd >= 0)
        close(program->wake_fd);
    message_fini(&program->hello);
    buf_fini(&program->heard);
    if (program->waiting.ptr) /* it held the secrets */
        explicit_bzero(program->waiting.ptr, program->waiting.capacity);
    buf_fini(&program->waiting);
    pthread_cond_destroy(&program->changed);
    pthread_mutex_destroy(&program->lock);
    free(program);
}

static void program_stop(struct source_run *run, unsigned grace_ms)
{
    struct program *program = program_of(run);
    struct buf      line = {0};
    message_print_shutdown((grace_ms + 999) / 1000, &line);
    pthread_mutex_lock(&program->lock);
    program->is_stopping = true;
    program->stop_until_us = clock_monotonic_us() + (int64_t)grace_ms * 1000;
    if (!program->has_ended)
        program_say(program, &line);
    pthread_mutex_unlock(&program->lock);
    buf_fini(&line);
    pthread_join(program->thread, NULL);
    free_program(program);
}

static const struct run_kind program_kind = {program_check, program_subscribe, program_unsubscribe, program_ack, program_command, program_stop};

static enum error_code launch(struct program *program, const struct source_setup *setup, struct error *error)
{
    const char     *folder = setup->scratch;
    enum error_code code = ERROR_NONE;
    if (!folder) {
        code = vfs_make_temporary(program->scratch, error);
        if (code) {
            program->scratch[0] = '\0';
            return code;
        }
        folder = program->scratch;
    }
    program->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (program->wake_fd < 0)
        return error_set_os(error, "cannot make an event");
    struct process_setup setup_process = {.argv = setup->argv, .folder = folder};
    code = process_start(&setup_process, &program->process, error);
    if (!code && pthread_create(&program->thread, NULL, program_live, program))
        code = error_set(error, ERROR_MEMORY, "cannot start a thread for %s", program->name);
    return code;
}

/* Until hello or its end; the thread watches the time. */
static enum error_code wait_for_hello(struct program *program, struct error *error)
{
    pthread_mutex_lock(&program->lock);
    while (!program->has_hello && !program->has_ended)
        pthread_cond_wait(&program->changed, &program->lock);
    bool is_there = program->has_hello;
    pthread_mutex_unlock(&program->lock);
    if (is_there)
        return ERROR_NONE;
    pthread_join(program->thread, NULL);
    if (error)
        *error = program->why;
    return program->why.code;
}

enum error_code program_start(const struct source_setup *setup, const struct source_host *host, const struct program_times *times,
                              struct source_run **run_out, struct error *error)
{
    struct program *program = calloc(1, sizeof *program);
    *run_out = NULL;
    if (!program)
        return error_set(error, ERROR_MEMORY, "no memory for a connector");
    *program = (struct program){.run = {&program_kind, NULL}, .process = {.in = -1, .out = -1, .err = -1}, .times = *times, .host = *host, .wake_fd = -1,
                                .heard = {.max_bytes = 2 * SOURCE_LINE_MAX_BYTES}, .waiting = {.max_bytes = PROGRAM_WAITING_MAX_BYTES}};
    pthread_mutex_init(&program->lock, NULL);
    pthread_cond_init(&program->changed, NULL);
    snprintf(program->name, sizeof program->name, "%s", setup->argv[0]);
    program->max_inflight = setup->max_inflight ? setup->max_inflight : SOURCE_INFLIGHT;
    unsigned   max_items = setup->max_items && setup->max_items < SOURCE_ITEMS_MAX ? setup->max_items : SOURCE_ITEMS_MAX;
    struct buf line = {.max_bytes = SOURCE_LINE_MAX_BYTES};
    message_print_init(setup->config, setup->secrets, program->max_inflight, max_items, setup->allows_private, &line);
    enum error_code code = line.has_failed ? error_set(error, ERROR_INVALID, "config and secrets are larger than a line of the contract") : ERROR_NONE;
    if (!code)
        code = launch(program, setup, error);
    if (!code)
        code = wait_for_hello(program, error);
    if (!code) { /* the first it hears */
        pthread_mutex_lock(&program->lock);
        program_say(program, &line);
        pthread_mutex_unlock(&program->lock);
    }
    if (line.ptr)
        explicit_bzero(line.ptr, line.capacity);
    buf_fini(&line);
    if (code) {
        free_program(program);
        return code;
    }
    program->run.connector = &program->hello.connector;
    *run_out = &program->run;
    return ERROR_NONE;
}
