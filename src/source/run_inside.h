/* What a thread of ours and a program have in common. */
#ifndef SOURCE_RUN_INSIDE_H
#define SOURCE_RUN_INSIDE_H

#include "source/port_inside.h"
#include "source/run.h"

struct run_kind {
    void (*check)(struct source_run *run);
    void (*subscribe)(struct source_run *run, const char *sub, enum source_mode mode, const struct source_query *query, struct str state);
    void (*unsubscribe)(struct source_run *run, const char *sub);
    void (*ack)(struct source_run *run, const char *sub, uint64_t seq);
    bool (*command)(struct source_run *run, const struct source_command *command);
    void (*stop)(struct source_run *run, unsigned grace_ms);
};

struct source_run {
    const struct run_kind  *kind;
    const struct connector *connector;
};

#endif
