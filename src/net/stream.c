/* Answers that go on. A stream's connection is suspended whenever it has nothing to send; a worker pulls, then it is
 * resumed.
 *
 *              ┌──────────── all sent ────────────┐
 *              ▼                                  │
 *   FRESH ─▶ QUEUED ─▶ PULLING ─▶ (MORE) ─▶ SENDING ─▶ (END) ─▶ closed, released by a worker
 *              ▲          │ (WAIT)
 *              └─ wake ── WAITING
 */
#include "net/inside.h"

#include "base/clock.h"

#include <stdlib.h>

enum { PIECE_MOST_BYTES = 1024 * 1024, READ_BYTES = 8 * 1024 /* at once, to a client of HTTP/1.0 */ };

enum stream_state { STREAM_FRESH, STREAM_QUEUED, STREAM_PULLING, STREAM_WAITING, STREAM_SENDING };

struct http_waker {
    pthread_mutex_t           lock;
    struct job                job;
    struct http_stream_source source;
    struct server            *server;
    struct exchange          *exchange;
    struct connection        *connection;
    enum stream_state         state;
    bool                      is_woken;   /* while it was not waiting */
    bool                      has_paused; /* the last pull said WAIT */
    bool                      has_ended, has_failed;
    struct buf                out;
    size_t                    sent;
    int64_t                   waiting_since_us;
};

struct http_waker *http_stream_begin(struct http_response *response, const struct http_stream_source *source)
{
    struct http_waker *stream = calloc(1, sizeof *stream);
    require(stream != NULL && response->stream == NULL); /* a few hundred bytes, at the beginning of an answer */
    *stream = (struct http_waker){.source = *source, .out = {.max_bytes = PIECE_MOST_BYTES}};
    pthread_mutex_init(&stream->lock, NULL);
    response->stream = (struct http_stream *)(void *)stream;
    return stream;
}

static void free_stream(struct http_waker *stream)
{
    if (stream->source.release)
        stream->source.release(stream->source.context);
    /* A waker that is inside http_wake while release runs has ended when its lock can be had. */
    pthread_mutex_lock(&stream->lock);
    pthread_mutex_unlock(&stream->lock);
    pthread_mutex_destroy(&stream->lock);
    buf_fini(&stream->out);
    free(stream);
}

void stream_abandon(struct http_waker *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->has_ended = true;
    pthread_mutex_unlock(&stream->lock);
    free_stream(stream);
}

/* ---- Pulling ---- */

static struct http_waker *stream_of(struct job *job)
{
    return (struct http_waker *)(void *)((char *)job - offsetof(struct http_waker, job));
}

static void queue(struct http_waker *stream)
{
    stream->state = STREAM_QUEUED;
    workers_add(&stream->server->workers, &stream->job);
}

static void resume(struct http_waker *stream)
{
    stream->state = STREAM_SENDING;
    atomic_store(&stream->connection->sending, stream->out.len);
    atomic_store(&stream->connection->since_us, clock_monotonic_us());
    atomic_store(&stream->connection->phase, PHASE_ANSWERING);
    server_resume(stream->server, stream->exchange->mhd);
}

static void wait_for_more(struct http_waker *stream)
{
    stream->state = STREAM_WAITING;
    stream->waiting_since_us = clock_monotonic_us();
}

static void pull(struct job *job, unsigned worker)
{
    (void)worker;
    struct http_waker *stream = stream_of(job);
    enum http_pull     pulled = HTTP_PULL_END;
    pthread_mutex_lock(&stream->lock);
    stream->state = STREAM_PULLING;
    stream->is_woken = false;
    stream->sent = 0;
    buf_clear(&stream->out);
    bool is_over = stream->has_ended || stream->has_failed;
    pthread_mutex_unlock(&stream->lock);
    if (!is_over)
        pulled = stream->source.pull(stream->source.context, &stream->out);
    pthread_mutex_lock(&stream->lock);
    stream->has_paused = pulled == HTTP_PULL_WAIT;
    stream->has_ended |= pulled == HTTP_PULL_END;
    if (pulled == HTTP_PULL_FAILED || stream->out.has_failed) {
        stream->has_failed = true;
        buf_clear(&stream->out);
    }
    if (stream->out.len || stream->has_ended || stream->has_failed)
        resume(stream);
    else if (pulled == HTTP_PULL_MORE || stream->is_woken)
        queue(stream);
    else
        wait_for_more(stream);
    pthread_mutex_unlock(&stream->lock);
}

void http_wake(struct http_waker *stream)
{
    pthread_mutex_lock(&stream->lock);
    if (stream->state == STREAM_WAITING && !stream->has_ended)
        queue(stream);
    else
        stream->is_woken = true;
    pthread_mutex_unlock(&stream->lock);
}

/* ---- Sending, on the event loop ---- */

static ssize_t give(struct http_waker *stream, char *bytes, size_t most)
{
    size_t left = stream->out.len - stream->sent, len = left < most ? left : most;
    memcpy(bytes, stream->out.ptr + stream->sent, len);
    stream->sent += len;
    stream->exchange->bytes_out += len;
    return (ssize_t)len;
}

static ssize_t read_stream(void *context, uint64_t position, char *bytes, size_t most)
{
    (void)position;
    struct http_waker *stream = context;
    struct server     *server = stream->server;
    ssize_t            result = 0;
    pthread_mutex_lock(&stream->lock);
    if (stream->sent < stream->out.len) {
        result = give(stream, bytes, most);
    } else if (stream->has_failed) {
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (stream->has_ended || (stream->has_paused && !stream->is_woken && atomic_load(&server->is_stopping))) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (!server_suspend(server, stream->exchange->mhd)) {
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    } else {
        atomic_store(&stream->connection->phase, PHASE_RUNNING);
        if (stream->out.capacity > PIECE_MOST_BYTES / 16 &&
            stream->has_paused) /* many streams wait: none keeps a large piece meanwhile */
            buf_fini(&stream->out);
        buf_clear(&stream->out);
        stream->sent = 0;
        if (stream->has_paused && !stream->is_woken)
            wait_for_more(stream);
        else
            queue(stream);
    }
    pthread_mutex_unlock(&stream->lock);
    return result;
}

bool stream_tick(struct http_waker *stream, int64_t now_us)
{
    pthread_mutex_lock(&stream->lock);
    if (stream->state == STREAM_WAITING && stream->source.idle_s && !stream->has_ended &&
        now_us - stream->waiting_since_us >= stream->source.idle_s * CLOCK_SECOND_US)
        queue(stream);
    bool is_waiting = stream->state == STREAM_WAITING;
    pthread_mutex_unlock(&stream->lock);
    return is_waiting;
}

void stream_end(struct http_waker *stream, bool only_if_waiting)
{
    pthread_mutex_lock(&stream->lock);
    bool is_waiting = stream->state == STREAM_WAITING;
    if (is_waiting)
        stream->has_ended = true;
    else if (!only_if_waiting && !stream->has_ended)
        stream->has_failed = true;
    if (is_waiting)
        resume(stream);
    pthread_mutex_unlock(&stream->lock);
}

/* ---- Its beginning and end ---- */

static void release(struct job *job, unsigned worker)
{
    (void)worker;
    struct http_waker *stream = stream_of(job);
    struct exchange   *exchange = stream->exchange;
    struct server     *server = stream->server;
    free_stream(stream);
    exchange_release(exchange);
    atomic_fetch_sub(&server->stream_count, 1);
}

static void sent_or_cut(void *context)
{
    struct http_waker *stream = context;
    pthread_mutex_lock(&stream->server->lock);
    stream->connection->stream = NULL;
    pthread_mutex_unlock(&stream->server->lock);
    pthread_mutex_lock(&stream->lock);
    stream->has_ended = true;
    stream->state = STREAM_SENDING;
    stream->job.run = release;
    pthread_mutex_unlock(&stream->lock);
    workers_add(&stream->server->workers, &stream->job);
}

struct MHD_Response *stream_answer(struct http_waker *stream, struct exchange *exchange)
{
    struct MHD_Response *answer =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, READ_BYTES, read_stream, stream, sent_or_cut);
    if (!answer) {
        stream_abandon(stream);
        return NULL;
    }
    stream->server = exchange->server;
    stream->exchange = exchange;
    stream->connection = exchange->connection;
    stream->job.run = pull;
    atomic_fetch_add(&exchange->references, 1);
    atomic_fetch_add(&exchange->server->stream_count, 1);
    pthread_mutex_lock(&exchange->server->lock);
    exchange->connection->stream = stream;
    pthread_mutex_unlock(&exchange->server->lock);
    return answer;
}
