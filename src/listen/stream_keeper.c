/* The keeper thread of a stream: what has to be done now and then, by nobody who waits. */
#include "listen/stream.h"

#include "base/clock.h"
#include "listen/stream_parts.h"

#include <time.h>

/* Sealing takes a second or more, and pushes wait for it. Questions do not: a snapshot of the very last commit is made first, and while we
 * have the role no commit follows, so it stays the newest. Where sealing fails (a full disk) the log has the posts, and the next commits tell. */
static void seal(struct stream *stream)
{
    struct archive_snapshot *newest = NULL;
    struct archive          *archive;
    stream_role_take(stream);
    if (stream_archive(stream, &archive, NULL) == ERROR_NONE) {
        stream_snapshot(stream, &newest, NULL);
        archive_snapshot_release(newest);
        archive_seal(archive, NULL);
    }
    stream_role_give(stream);
}

static bool is_due(const struct keeper *keeper)
{
    return keeper->unsealed_posts >= SEAL_POSTS || keeper->unsealed_bytes >= SEAL_BYTES;
}

/* True where it is time to seal; false after a second, or when it is to end. */
static bool wait_for_work(struct keeper *keeper, bool *is_stopping_out)
{
    int64_t         until_us = clock_monotonic_us() + CLOCK_SECOND_US;
    struct timespec until = {until_us / CLOCK_SECOND_US, until_us % CLOCK_SECOND_US * 1000};
    pthread_mutex_lock(&keeper->lock);
    while (!keeper->is_stopping && !is_due(keeper) && pthread_cond_timedwait(&keeper->changed, &keeper->lock, &until) == 0)
        ;
    bool seals = is_due(keeper) && !keeper->is_stopping;
    if (seals)
        keeper->unsealed_posts = keeper->unsealed_bytes = 0;
    *is_stopping_out = keeper->is_stopping;
    pthread_mutex_unlock(&keeper->lock);
    return seals;
}

static void *run(void *context)
{
    struct stream *stream = context;
    bool           is_stopping = false;
    while (!is_stopping) {
        if (wait_for_work(&stream->keeper, &is_stopping))
            seal(stream);
        if (!is_stopping)
            coverage_beat(stream, false);
    }
    return NULL;
}

void keeper_committed(struct stream *stream, uint64_t posts, uint64_t bytes)
{
    struct keeper *keeper = &stream->keeper;
    pthread_mutex_lock(&keeper->lock);
    keeper->unsealed_posts += posts;
    keeper->unsealed_bytes += bytes;
    if (is_due(keeper))
        pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
}

enum error_code keeper_start(struct stream *stream, struct error *error)
{
    struct keeper           *keeper = &stream->keeper;
    struct archive_snapshot *snapshot;
    struct archive_stats     stats;
    pthread_condattr_t       monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_destroy(&keeper->changed);
    pthread_cond_init(&keeper->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    enum error_code code = stream_snapshot(stream, &snapshot, error);
    if (code)
        return code;
    code = archive_stats(snapshot, &stats, error);
    archive_snapshot_release(snapshot);
    keeper->unsealed_posts = code ? 0 : stats.pending;
    if (!code && pthread_create(&keeper->thread, NULL, run, stream))
        code = error_set(error, ERROR_MEMORY, "cannot start the keeper thread");
    keeper->has_thread = !code;
    return code;
}

void keeper_stop(struct stream *stream)
{
    struct keeper *keeper = &stream->keeper;
    pthread_mutex_lock(&keeper->lock);
    keeper->is_stopping = true;
    pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    if (keeper->has_thread)
        pthread_join(keeper->thread, NULL);
    keeper->has_thread = false;
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
}
