/* The host's side of the wire: a connector at work, whether a thread of ours or a program.
 *
 *     source_run_start ─▶ subscribe, command ... ◀─ host's functions: batch, status, result ...  ─▶ source_run_stop
 */
#ifndef SOURCE_RUN_H
#define SOURCE_RUN_H

#include "source/source.h"

struct source_run;

enum source_end { SOURCE_END_DONE, SOURCE_END_CONFIG, SOURCE_END_AUTH, SOURCE_END_FAULT /* crashed, broke the contract, or failed: start it again later */ };

/* Called on the connector's threads, never two at once for one run; each returns soon: a batch is put into a queue, not committed. None is called
 * after ended. Any may be NULL. Before ended each command has had its result: what the connector left open is SOURCE_UNKNOWN_OUTCOME, what it never
 * took is SOURCE_TRANSIENT. */
struct source_host {
    void (*batch)(void *context, struct source_batch *batch); /* given away */
    void (*ready)(void *context, const struct source_account *account);
    void (*status)(void *context, const struct source_status *status);
    void (*result)(void *context, const struct source_result *result);
    bool (*secret)(void *context, struct str name, struct str value); /* true when it is durable */
    void (*refused)(void *context, const char *reason, uint64_t count);
    void (*log)(void *context, const char *level, struct str words);
    void (*ended)(void *context, enum source_end end, const struct error *why);
    void  *context;
};

struct source_setup {
    const struct connector *connector; /* built in; or NULL and */
    const char *const      *argv;      /* a program, ends with NULL; run without a shell, in a process group of its own, in scratch */
    const char             *scratch;   /* an empty folder, for programs; NULL: a temporary one */
    struct str config, secrets;        /* JSON objects as text; copied. Secrets never reach argv, the environment or a log */
    unsigned   max_inflight;           /* 0: SOURCE_INFLIGHT */
    unsigned   max_items;              /* 0: SOURCE_ITEMS_MAX */
    bool       allows_private;
};

/* Checks config and secrets against the connector's rows (built in; a program checks its own), then starts. ERROR_INVALID names the member;
 * ERROR_NOT_FOUND: no such program. For a program this returns once it said hello (10 s at most) or failed to. */
enum error_code source_run_start(const struct source_setup *setup, const struct source_host *host, struct source_run **run_out, struct error *error);
/* What it said in hello; for built-in ones the row itself. Lives as long as the run. */
const struct connector *source_run_connector(const struct source_run *run);

/* Copied. */
void source_run_check(struct source_run *run);
void source_run_subscribe(struct source_run *run, const char *sub, enum source_mode mode, const struct source_query *query, struct str state);
void source_run_unsubscribe(struct source_run *run, const char *sub);
void source_run_ack(struct source_run *run, const char *sub, uint64_t seq); /* cumulative */
/* False: too many (256) wait already, or no memory; then no result will come. */
bool source_run_command(struct source_run *run, const struct source_command *command);
/* SHUTDOWN, waits up to grace_ms (a program then gets TERM, and KILL after 10 s; a thread is waited for), frees. Legal on NULL. Not from a
 * host function. */
void source_run_stop(struct source_run *run, unsigned grace_ms);

#endif
