/* A connector of ours as a program: the contract as JSON Lines on standard input and output. What `bellwether source run NAME` does.
 *
 *     standard input ─▶ this thread ─▶ source_run ─▶ the connector's thread ─▶ standard output
 *
 * A pipe that nobody reads stops the connector's thread, and with it the platform's socket. Log lines go to standard error ("E! words").
 */
#ifndef SOURCE_SPEAK_H
#define SOURCE_SPEAK_H

#include "base/vfs.h"
#include "source/run.h"

enum { SPEAK_EXIT_DONE = 0, SPEAK_EXIT_FAULT = 1, SPEAK_EXIT_CONFIG = 2, SPEAK_EXIT_AUTH = 3 };

struct speak {
    const struct connector *connector;
    const char             *version;
    struct vfs_file        *in, *out, *log;
    atomic_bool            *stop; /* set from outside: end soon; set here when the connector ended */
};
/* Speaks until SHUTDOWN, the end of its input, or the connector's own end. Returns the exit status (above). */
int source_speak(const struct speak *speak);

#endif
