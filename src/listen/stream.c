#include "listen/stream.h"

#include "base/clock.h"
#include "listen/stream_parts.h"

#include <stdlib.h>
#include <time.h>

/* The keeper seals; the archive by itself only where the keeper cannot follow. */
static const struct archive_options archive_options = {.seal_posts = 8 * SEAL_POSTS, .merge_posts = MERGE_POSTS};

/* ---- Its life ---- */

enum error_code stream_open(const struct stream_options *options, struct stream **stream_out, struct error *error)
{
    *stream_out = NULL;
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return error_set(error, ERROR_MEMORY, "no memory to open %s", options->archive_folder);
    stream->options = *options;
    stream->opened_us = clock_monotonic_us();
    stream->last = &stream->first;
    pthread_mutex_init(&stream->queue_lock, NULL);
    pthread_cond_init(&stream->queue_changed, NULL);
    pthread_mutex_init(&stream->renew_lock, NULL);
    pthread_mutex_init(&stream->snapshot_lock, NULL);
    pthread_mutex_init(&stream->listeners_lock, NULL);
    pthread_mutex_init(&stream->listening.lock, NULL);
    pthread_mutex_init(&stream->keeper.lock, NULL);
    pthread_cond_init(&stream->keeper.changed, NULL);
    pthread_mutex_init(&stream->trends.lock, NULL);
    pthread_cond_init(&stream->trends.changed, NULL);
    enum error_code code = ERROR_NONE;
    if (strlen(options->archive_folder) >= sizeof stream->folder)
        code = error_set(error, ERROR_INVALID, "path of more than %zu bytes: %.60s...", sizeof stream->folder - 1, options->archive_folder);
    else
        strcpy(stream->folder, options->archive_folder);
    if (!ring_init(&stream->ring, STREAM_RING_POSTS, STREAM_RING_BYTES) && !code)
        code = error_set(error, ERROR_MEMORY, "no memory for the newest %d posts", STREAM_RING_POSTS);
    if (!code)
        code = archive_open(stream->folder, ARCHIVE_WRITE, &archive_options, &stream->archive, error);
    if (!code)
        code = coverage_start(stream, error);
    if (!code)
        code = keeper_start(stream, error);
    if (!code)
        code = trends_start(stream, error);
    if (code)
        stream_close(stream);
    else
        *stream_out = stream;
    return code;
}

static void forget_listeners(struct stream *stream)
{
    while (stream->listeners) {
        struct stream_listener *next = stream->listeners->next;
        free(stream->listeners);
        stream->listeners = next;
    }
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    trends_stop(stream);
    keeper_stop(stream);
    if (stream->archive)
        coverage_beat(stream, true);
    coverage_fini(&stream->listening.coverage);
    forget_listeners(stream);
    archive_snapshot_release(stream->shared);
    archive_close(stream->archive);
    ring_fini(&stream->ring);
    for (size_t i = 0; i < stream->analyser_count; i++)
        text_analyser_free(stream->analysers[i]);
    pthread_mutex_destroy(&stream->listening.lock);
    pthread_mutex_destroy(&stream->listeners_lock);
    pthread_mutex_destroy(&stream->snapshot_lock);
    pthread_mutex_destroy(&stream->renew_lock);
    pthread_cond_destroy(&stream->queue_changed);
    pthread_mutex_destroy(&stream->queue_lock);
    free(stream);
}

int64_t stream_now_us(const struct stream *stream)
{
    if (!(stream->options.clock_speed > 0))
        return clock_now_us();
    return stream->options.clock_starts_us + (int64_t)((double)(clock_monotonic_us() - stream->opened_us) * stream->options.clock_speed);
}

/* ---- The writer's role ---- */

void stream_role_take(struct stream *stream)
{
    pthread_mutex_lock(&stream->queue_lock);
    while (stream->is_writing)
        pthread_cond_wait(&stream->queue_changed, &stream->queue_lock);
    stream->is_writing = true;
    pthread_mutex_unlock(&stream->queue_lock);
}

void stream_role_give(struct stream *stream)
{
    pthread_mutex_lock(&stream->queue_lock);
    stream->is_writing = false;
    pthread_cond_broadcast(&stream->queue_changed);
    pthread_mutex_unlock(&stream->queue_lock);
}

enum error_code stream_archive(struct stream *stream, struct archive **archive_out, struct error *error)
{
    enum error_code code = ERROR_NONE;
    if (!stream->archive || archive_is_broken(stream->archive)) {
        pthread_mutex_lock(&stream->renew_lock);
        archive_close(stream->archive); /* first: it holds the lock on the folder */
        stream->archive = NULL;
        code = archive_open(stream->folder, ARCHIVE_WRITE, &archive_options, &stream->archive, error);
        pthread_mutex_unlock(&stream->renew_lock);
    }
    *archive_out = stream->archive;
    return code;
}

void stream_committed(struct stream *stream, uint64_t skipped, struct ring_post **posts, size_t count)
{
    atomic_fetch_add(&stream->commits, 1);
    atomic_store(&stream->last_commit_us, clock_now_us());
    ring_push(&stream->ring, skipped, posts, count);
    trends_wake(stream);
    if (stream->options.on_commit)
        stream->options.on_commit(stream->options.context);
    pthread_mutex_lock(&stream->listeners_lock);
    for (struct stream_listener *listener = stream->listeners; listener; listener = listener->next)
        listener->wake(listener->context);
    pthread_mutex_unlock(&stream->listeners_lock);
}

/* ---- Out ---- */

/* The shared one, where it is at least as new as commit; else NULL. */
static struct archive_snapshot *shared_since(struct stream *stream, uint64_t commit)
{
    pthread_mutex_lock(&stream->snapshot_lock);
    bool is_new = stream->shared && stream->shared_commit >= commit;
    struct archive_snapshot *snapshot = is_new ? archive_snapshot_keep(stream->shared) : NULL;
    pthread_mutex_unlock(&stream->snapshot_lock);
    return snapshot;
}

/* With renew_lock. A snapshot of posts that are not sealed costs some milliseconds. Where commits and questions both come fast, those who ask
 * wait a little and then share one. */
static enum error_code renew(struct stream *stream, struct error *error)
{
    struct archive_snapshot *fresh = NULL;
    int64_t wait_us = stream->renewed_us + 3 * stream->renewal_us - clock_monotonic_us();
    wait_us = wait_us > RENEW_WAIT_MS * 1000 ? RENEW_WAIT_MS * 1000 : wait_us;
    if (wait_us > 0)
        nanosleep(&(struct timespec){.tv_nsec = wait_us * 1000}, NULL);
    if (!stream->archive)
        return error_set(error, ERROR_IO, "%s could not be opened again after a failed write", stream->folder);
    int64_t         begun_us = clock_monotonic_us();
    uint64_t        commit = atomic_load(&stream->commits);
    enum error_code code = archive_snapshot(stream->archive, &fresh, error);
    stream->renewed_us = clock_monotonic_us();
    stream->renewal_us = stream->renewed_us - begun_us;
    if (code)
        return code;
    pthread_mutex_lock(&stream->snapshot_lock);
    struct archive_snapshot *old = stream->shared;
    stream->shared = fresh;
    stream->shared_commit = commit;
    pthread_mutex_unlock(&stream->snapshot_lock);
    archive_snapshot_release(old);
    return ERROR_NONE;
}

enum error_code stream_snapshot(struct stream *stream, struct archive_snapshot **snapshot_out, struct error *error)
{
    uint64_t        commit = atomic_load(&stream->commits); /* what was acknowledged when this call began is seen */
    enum error_code code = ERROR_NONE;
    *snapshot_out = shared_since(stream, commit);
    if (*snapshot_out)
        return ERROR_NONE;
    pthread_mutex_lock(&stream->renew_lock);
    *snapshot_out = shared_since(stream, commit); /* somebody was before us */
    if (!*snapshot_out)
        code = renew(stream, error);
    if (!code && !*snapshot_out)
        *snapshot_out = shared_since(stream, commit);
    pthread_mutex_unlock(&stream->renew_lock);
    return code;
}

uint64_t stream_newest_seq(struct stream *stream)
{
    return ring_newest(&stream->ring);
}

uint64_t stream_tail_read(struct stream *stream, struct stream_tail *tail, size_t most,
                          void (*visit)(void *context, const struct stream_heard *heard), void *context)
{
    enum { AT_ONCE = 64 };
    struct ring_post *posts[AT_ONCE];
    uint64_t          overrun = 0;
    while (most > 0) {
        size_t count;
        overrun += ring_take(&stream->ring, &tail->next, most < AT_ONCE ? most : AT_ONCE, posts, &count);
        for (size_t i = 0; i < count; i++) {
            if (!atomic_load(&posts[i]->is_gone)) {
                struct stream_heard heard = {posts[i]->seq, posts[i]->is_edit, &posts[i]->post, &posts[i]->facts};
                visit(context, &heard);
            }
            ring_post_release(posts[i]);
        }
        most -= count;
        if (count == 0)
            break;
    }
    return overrun;
}

struct stream_listener *stream_listen(struct stream *stream, void (*wake)(void *context), void *context)
{
    struct stream_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return NULL;
    *listener = (struct stream_listener){NULL, wake, context};
    pthread_mutex_lock(&stream->listeners_lock);
    listener->next = stream->listeners;
    stream->listeners = listener;
    pthread_mutex_unlock(&stream->listeners_lock);
    return listener;
}

void stream_unlisten(struct stream *stream, struct stream_listener *listener)
{
    if (!listener)
        return;
    pthread_mutex_lock(&stream->listeners_lock);
    struct stream_listener **at = &stream->listeners;
    while (*at && *at != listener)
        at = &(*at)->next;
    require(*at == listener);
    *at = listener->next;
    pthread_mutex_unlock(&stream->listeners_lock);
    free(listener);
}

void stream_health(struct stream *stream, struct stream_health *health_out)
{
    pthread_mutex_lock(&stream->trends.lock);
    *health_out = stream->trends.health;
    uint64_t taken = health_out->trends_behind; /* there: the seq it has taken last */
    pthread_mutex_unlock(&stream->trends.lock);
    pthread_mutex_lock(&stream->ring.lock);
    health_out->trends_behind = stream->options.has_no_trends ? 0 : stream->ring.next - 1 - taken;
    health_out->ring_posts = stream->ring.next - stream->ring.oldest;
    health_out->ring_bytes = stream->ring.bytes;
    pthread_mutex_unlock(&stream->ring.lock);
    health_out->pushed = atomic_load(&stream->pushed);
    health_out->rejected = atomic_load(&stream->rejected);
    health_out->commits = atomic_load(&stream->commits);
    health_out->last_commit_us = atomic_load(&stream->last_commit_us);
}
