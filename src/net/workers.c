#include "net/inside.h"

#include "base/clock.h"

static void *work(void *context)
{
    struct server *server = context;
    pthread_mutex_lock(&server->queue_lock);
    for (;;) {
        while (!server->first && !server->is_over)
            pthread_cond_wait(&server->queue_changed, &server->queue_lock);
        if (!server->first)
            break;
        struct job *job = server->first;
        server->first = job->next;
        if (!server->first)
            server->last = NULL;
        job->is_queued = false;
        server->queued--;
        server->running++;
        pthread_mutex_unlock(&server->queue_lock);
        job->run(job->context); /* may free the job */
        pthread_mutex_lock(&server->queue_lock);
        server->running--;
        if (!server->running && !server->queued)
            pthread_cond_broadcast(&server->queue_changed); /* whoever waits for the end */
    }
    pthread_mutex_unlock(&server->queue_lock);
    return NULL;
}

bool workers_start(struct server *server)
{
    for (unsigned i = 0; i < server->limits.workers; i++) {
        if (pthread_create(&server->workers[i], NULL, work, server))
            break;
        server->worker_count++;
    }
    return server->worker_count > 0;
}

bool workers_add(struct server *server, struct job *job, bool is_bounded)
{
    pthread_mutex_lock(&server->queue_lock);
    bool has_room = !is_bounded || server->queued < server->limits.queued;
    if (has_room && !job->is_queued) {
        job->is_queued = true;
        job->next = NULL;
        *(server->last ? &server->last->next : &server->first) = job;
        server->last = job;
        server->queued++;
        pthread_cond_signal(&server->queue_changed);
    }
    pthread_mutex_unlock(&server->queue_lock);
    return has_room;
}

void workers_wait(struct server *server, unsigned grace_ms)
{
    struct timespec until;
    clock_deadline(grace_ms, &until);
    pthread_mutex_lock(&server->queue_lock);
    while (server->running || server->queued)
        if (pthread_cond_timedwait(&server->queue_changed, &server->queue_lock, &until))
            break;
    pthread_mutex_unlock(&server->queue_lock);
}

void workers_stop(struct server *server)
{
    pthread_mutex_lock(&server->queue_lock);
    server->is_over = true;
    pthread_cond_broadcast(&server->queue_changed);
    pthread_mutex_unlock(&server->queue_lock);
    for (unsigned i = 0; i < server->worker_count; i++)
        pthread_join(server->workers[i], NULL);
    server->worker_count = 0;
}
