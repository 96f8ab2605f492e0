/* The parts of a program's run: program.c starts and stops it, program_thread.c is its life, program_hear.c what it says. */
#ifndef SOURCE_PROGRAM_INSIDE_H
#define SOURCE_PROGRAM_INSIDE_H

#include "base/process.h"
#include "source/message.h"
#include "source/program.h"

enum { PROGRAM_WAITING_MAX_BYTES = 8 * 1024 * 1024, PROGRAM_WORDS_MAX = 1000, PROGRAM_LOG_LINES = 200 /* of ten seconds */ };

struct program_sub {
    char     name[SOURCE_SUB_BYTES];
    uint64_t seq, acked;
    bool     is_gone; /* unsubscribed: what is still on its way is dropped */
};

struct program_command { /* in hand */
    char     id[SOURCE_KEY_BYTES];
    uint64_t from; /* where its line begins among all bytes that were ever to be written */
};

struct program {
    struct source_run    run; /* first */
    struct process       process;
    struct program_times times;
    struct source_host   host;
    unsigned             max_inflight;
    char                 scratch[512]; /* ours, to be removed; empty: the caller's */
    char                 name[256];    /* argv[0], for messages */
    pthread_t            thread;
    struct message       hello; /* run.connector points into it */

    /* The thread's own. */
    struct buf           heard;      /* of its output: [0, heard_seen) has no line break */
    size_t               heard_seen;
    char                 words[PROGRAM_WORDS_MAX]; /* of its standard error, up to the next line break */
    size_t               words_len;
    char                 last_error[ERROR_MESSAGE_BYTES]; /* its last E! line */
    unsigned             log_lines, log_lost;
    int64_t              log_since_us;
    int64_t              ping_us;    /* when the one without a pong was sent; 0: none is out */
    int64_t              next_ping_us;
    enum error_code      fault;      /* what the host ended it for, or its own failed check; with the words in why */
    struct error         why;

    pthread_mutex_t        lock; /* everything below */
    pthread_cond_t         changed;
    int                    wake_fd;
    struct buf             waiting; /* to be written; [waiting_at, len) */
    size_t                 waiting_at;
    uint64_t               written; /* of all bytes so far */
    bool                   is_clogged; /* it did not read PROGRAM_WAITING_MAX_BYTES */
    struct program_sub     subs[SOURCE_SUBS_MAX];
    size_t                 sub_count;
    struct program_command commands[SOURCE_COMMANDS_MAX];
    size_t                 command_count;
    bool                   has_hello, has_ended, is_stopping, is_refused /* ended before hello */;
    int64_t                stop_until_us;
};

/* pthread_create's function. */
void *program_live(void *program);

/* Takes what stands in program->heard apart; false: it is to be ended, with the reason in fault and why. */
bool program_hear(struct program *program);
/* A piece of its standard error. */
void program_hear_words(struct program *program, struct str bytes);
/* "E! words" -> error, without the prefix. */
const char *program_level(struct str *line);

/* Appends a line for it and wakes the thread. Under lock. */
void program_say(struct program *program, struct buf *line);

struct program_sub *program_sub_named(struct program *program, const char *name); /* under lock */

/* Remembers the first reason; returns false. */
__attribute__((format(printf, 3, 4))) bool program_fault(struct program *program, enum error_code code, const char *format, ...);

#endif
