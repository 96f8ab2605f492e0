/* A connector that is built in, on a thread of its own; and which of the two kinds a run is. */
#include "source/program.h"
#include "source/run_inside.h"

#include <stdlib.h>

/* ---- Of this process ---- */

struct inner {
    struct source_run  run; /* first */
    struct source_port port;
    pthread_t          thread;
};

static struct inner *inner_of(struct source_run *run)
{
    return (struct inner *)run;
}

static void inner_check(struct source_run *run)
{
    port_push(&inner_of(run)->port, SOURCE_ORDER_CHECK, "");
}

static void inner_subscribe(struct source_run *run, const char *sub, enum source_mode mode, const struct source_query *query, struct str state)
{
    port_push_subscribe(&inner_of(run)->port, sub, mode, query, state);
}

static void inner_unsubscribe(struct source_run *run, const char *sub)
{
    port_push(&inner_of(run)->port, SOURCE_ORDER_UNSUBSCRIBE, sub);
}

static void inner_ack(struct source_run *run, const char *sub, uint64_t seq)
{
    port_push_ack(&inner_of(run)->port, sub, seq);
}

static bool inner_command(struct source_run *run, const struct source_command *command)
{
    return port_push_command(&inner_of(run)->port, command);
}

static void inner_stop(struct source_run *run, unsigned grace_ms)
{
    struct inner *inner = inner_of(run);
    port_push_shutdown(&inner->port, (grace_ms + 999) / 1000);
    pthread_join(inner->thread, NULL);
    port_fini(&inner->port);
    free(inner);
}

static const struct run_kind inner_kind = {inner_check, inner_subscribe, inner_unsubscribe, inner_ack, inner_command, inner_stop};

static void *live(void *context)
{
    struct inner   *inner = context;
    struct error    error = {0};
    enum error_code code = inner->run.connector->run(&inner->port, &error);
    error.code = code;
    port_end(&inner->port, code, &error);
    return NULL;
}

static enum error_code start_inner(const struct source_setup *setup, const struct source_host *host, struct source_run **run_out, struct error *error)
{
    struct inner *inner = calloc(1, sizeof *inner);
    if (!inner)
        return error_set(error, ERROR_MEMORY, "no memory for a connector");
    inner->run = (struct source_run){&inner_kind, setup->connector};
    enum error_code code = port_init(&inner->port, setup, host, error);
    if (!code && pthread_create(&inner->thread, NULL, live, inner))
        code = error_set(error, ERROR_MEMORY, "cannot start a thread for %s", setup->connector->name);
    if (code) {
        port_fini(&inner->port);
        free(inner);
        return code;
    }
    *run_out = &inner->run;
    return ERROR_NONE;
}

/* ---- Of either kind ---- */

enum error_code source_run_start(const struct source_setup *setup, const struct source_host *host, struct source_run **run_out, struct error *error)
{
    *run_out = NULL;
    if (setup->connector)
        return start_inner(setup, host, run_out, error);
    return program_start(setup, host, &program_times_usual, run_out, error);
}

const struct connector *source_run_connector(const struct source_run *run)
{
    return run->connector;
}

void source_run_check(struct source_run *run)
{
    run->kind->check(run);
}

void source_run_subscribe(struct source_run *run, const char *sub, enum source_mode mode, const struct source_query *query, struct str state)
{
    run->kind->subscribe(run, sub, mode, query, state);
}

void source_run_unsubscribe(struct source_run *run, const char *sub)
{
    run->kind->unsubscribe(run, sub);
}

void source_run_ack(struct source_run *run, const char *sub, uint64_t seq)
{
    run->kind->ack(run, sub, seq);
}

bool source_run_command(struct source_run *run, const struct source_command *command)
{
    return run->kind->command(run, command);
}

void source_run_stop(struct source_run *run, unsigned grace_ms)
{
    if (run)
        run->kind->stop(run, grace_ms);
}
