/* A connector that is a program: what the host holds it to.
 *
 *     start ─▶ hello (10 s) ─▶ init ─▶ at work: a ping every 10 s, its pong within 30 s ─▶ its end, or shutdown, TERM, KILL
 *
 * It is ended for: a line of 1 MiB or more, a line that is no message, a seq that does not follow, more than max_inflight batches without an
 * ack, no pong, an input that it does not read. One thread moves all bytes; what waits to be written to it has a maximum, and nothing is read
 * from it that would have to be kept: its pipe fills, and it waits.
 */
#ifndef SOURCE_PROGRAM_H
#define SOURCE_PROGRAM_H

#include "source/run_inside.h"

struct program_times { /* milliseconds; shorter in tests */
    int64_t hello, ping, pong, term;
};
extern const struct program_times program_times_usual;

/* setup->argv is there. As source_run_start. */
enum error_code program_start(const struct source_setup *setup, const struct source_host *host, const struct program_times *times,
                              struct source_run **run_out, struct error *error);

#endif
