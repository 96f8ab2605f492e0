/* A program of somebody else at work: started without a shell, in a process group of its own, with three pipes.
 *
 * Its environment is PATH, HOME, TZ and LANG, as far as we have them. It inherits no descriptor but its three streams: whatever a library has
 * open in this process stays here. Only a child of ours is ever waited for or ended.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/buf.h"
#include "base/error.h"

struct process_setup {
    const char *const *argv;   /* ends with NULL; argv[0] is looked for in PATH where it has no slash, else it is a path from here */
    const char        *folder; /* where it works; NULL: here */
    const char *const *more_environment; /* "NAME=value", ends with NULL; NULL: none. For tests: never a secret */
    bool               shares_err; /* its standard error is ours, and err is -1 */
};

struct process {
    int  pid;          /* 0: none */
    int  in, out, err; /* our ends of its streams, non-blocking, closed on exec; -1: closed */
    int  status;       /* once it has ended: its exit status, or 128 and the signal's number */
    bool has_ended;
};

/* ERROR_NOT_FOUND: no such program, or it may not be run; ERROR_IO. */
enum error_code process_start(const struct process_setup *setup, struct process *process_out, struct error *error);

/* Up to len bytes that are there now. *got_out 0 with true: none at the moment. False: the stream has ended (and was closed). */
bool process_read(int *fd, void *bytes, size_t len, size_t *got_out);
/* As many bytes as it takes now. False: it does not read any more (in was closed). */
bool process_write(struct process *process, const void *bytes, size_t len, size_t *written_out);
void process_close(int *fd); /* legal on -1 */

/* Waits so long (0: not at all) for one of its streams: out or err have bytes or an end, in takes some (where wants_in), or wake_fd is readable. */
void process_poll(const struct process *process, bool wants_in, bool wants_out, int wake_fd, int64_t wait_ms);

/* True once it has ended; status is filled then. What is left of its group is killed first. */
bool process_has_ended(struct process *process);
/* To its whole group: asks to end, or ends. Nothing where it has ended. */
void process_terminate(struct process *process);
void process_kill(struct process *process);
/* Kills what runs, waits for it, closes all. Legal on {0} with streams of -1, and twice. */
void process_fini(struct process *process);

/* Of this process, for who watches leaks: open descriptors and resident bytes of pid; -1 where nobody knows. */
int64_t process_descriptors(int pid);
int64_t process_memory_bytes(int pid);

#endif
