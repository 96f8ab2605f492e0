/* Worker threads over one queue of jobs. A job is a member of what it is about, so that queueing never needs memory. */
#ifndef NET_WORKERS_H
#define NET_WORKERS_H

#include "base/error.h"

#include <pthread.h>

struct job {
    struct job *next;
    void (*run)(struct job *job, unsigned worker);
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t  has_job;
    struct job     *first, **last;
    unsigned        queued, idle;
    bool            is_ending;
    pthread_t      *threads;
    struct worker  *each;
    unsigned        count;
};

enum error_code workers_start(struct workers *workers, unsigned count, struct error *error);
/* A job that is in the queue is not added again before it has begun to run. Callable under any lock of the caller. */
void     workers_add(struct workers *workers, struct job *job);
unsigned workers_queued(struct workers *workers);
/* Runs what is queued, then ends the threads. */
void     workers_end(struct workers *workers);

#endif
