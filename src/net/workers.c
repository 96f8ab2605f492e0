#include "net/workers.h"

#include <signal.h>
#include <stdlib.h>

struct worker {
    struct workers *workers;
    unsigned        number;
};

static void *work(void *context)
{
    struct worker  *worker = context;
    struct workers *workers = worker->workers;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->first && !workers->is_ending) {
            workers->idle++;
            pthread_cond_wait(&workers->has_job, &workers->lock);
            workers->idle--;
        }
        struct job *job = workers->first;
        if (!job)
            break;
        workers->first = job->next;
        if (!workers->first)
            workers->last = &workers->first;
        job->next = NULL;
        workers->queued--;
        pthread_mutex_unlock(&workers->lock);
        job->run(job, worker->number);
        pthread_mutex_lock(&workers->lock);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

enum error_code workers_start(struct workers *workers, unsigned count, struct error *error)
{
    *workers =
        (struct workers){.threads = calloc(count, sizeof(pthread_t)), .each = calloc(count, sizeof(struct worker))};
    workers->last = &workers->first;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->has_job, NULL);
    if (!workers->threads || !workers->each) {
        workers_end(workers);
        return error_set(error, ERROR_MEMORY, "no memory for %u workers", count);
    }
    /* Signals are the main thread's. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = 0;
    while (!failed && workers->count < count) {
        workers->each[workers->count] = (struct worker){workers, workers->count};
        failed = pthread_create(&workers->threads[workers->count], NULL, work, &workers->each[workers->count]);
        workers->count += !failed;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        return ERROR_NONE;
    unsigned started = workers->count;
    workers_end(workers);
    return error_set_at(error, ERROR_MEMORY, failed, __FILE__, __LINE__,
                        "only %u of %u worker threads could be started", started, count);
}

void workers_add(struct workers *workers, struct job *job)
{
    pthread_mutex_lock(&workers->lock);
    job->next = NULL;
    *workers->last = job;
    workers->last = &job->next;
    workers->queued++;
    bool has_idle = workers->idle > 0;
    pthread_mutex_unlock(&workers->lock);
    if (has_idle) /* after the lock, so that who wakes does not meet it; nobody is called who works already and will
                     look again */
        pthread_cond_signal(&workers->has_job);
}

unsigned workers_queued(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    unsigned queued = workers->queued;
    pthread_mutex_unlock(&workers->lock);
    return queued;
}

void workers_end(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->is_ending = true;
    pthread_cond_broadcast(&workers->has_job);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    free(workers->threads);
    free(workers->each);
    pthread_cond_destroy(&workers->has_job);
    pthread_mutex_destroy(&workers->lock);
    *workers = (struct workers){0};
}
