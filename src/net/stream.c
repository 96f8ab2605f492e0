/* Answers that go on. One piece is pulled on a worker while the connection is suspended; libmicrohttpd takes it and asks for the next.
 *
 *     take ──nothing left──▶ suspended, pull queued ──piece──▶ resumed ──▶ take ...
 *                                    └─nothing to say──▶ waits for http_wake (or idle_s) ──▶ pull queued
 */
#include "net/inside.h"

#include "base/clock.h"

#include <stdlib.h>

static void resume(struct http_stream *stream) /* its lock is held */
{
    if (!stream->is_suspended)
        return;
    stream->is_suspended = false;
    MHD_resume_connection(stream->connection);
}

static void ask_for_piece(struct http_stream *stream) /* its lock is held */
{
    if (stream->is_pulling)
        return;
    stream->is_pulling = true;
    stream->is_waiting = false;
    stream->is_woken = false;
    workers_add(stream->server, &stream->job, false);
}

static void end(struct http_stream *stream) /* nobody else knows it any longer, but for its waker's users */
{
    struct server *server = stream->server;
    pthread_mutex_lock(&server->stream_lock);
    *stream->slot = stream->next;
    if (stream->next)
        stream->next->slot = stream->slot;
    pthread_mutex_unlock(&server->stream_lock);
    stream->source.release(stream->source.context); /* wakes may come until it returns */
    pthread_mutex_destroy(&stream->lock);
    buf_fini(&stream->piece);
    free(stream);
    atomic_fetch_sub(&server->streams_now, 1);
}

static void pull(void *context)
{
    struct http_stream *stream = context;
    buf_clear(&stream->piece);
    stream->sent = 0;
    enum http_pull found = stream->source.pull(stream->source.context, &stream->piece);
    pthread_mutex_lock(&stream->lock);
    stream->is_pulling = false;
    stream->has_failed = found == HTTP_PULL_FAILED || stream->piece.has_failed;
    stream->is_over = stream->is_over || found == HTTP_PULL_END;
    if (stream->is_closed) {
        pthread_mutex_unlock(&stream->lock);
        end(stream);
        return;
    }
    bool has_nothing = found == HTTP_PULL_WAIT && stream->piece.len == 0 && !stream->is_over && !stream->has_failed;
    if (has_nothing && stream->is_woken) {
        ask_for_piece(stream);
    } else if (has_nothing) {
        stream->is_waiting = true;
        stream->quiet_since_us = clock_monotonic_us();
    } else {
        resume(stream);
    }
    pthread_mutex_unlock(&stream->lock);
}

struct http_waker *http_stream_begin(struct http_response *response, const struct http_stream_source *source)
{
    struct http_waker *waker = calloc(1, sizeof *waker);
    require(waker);
    struct http_stream *stream = &waker->stream;
    stream->source = *source;
    stream->piece.max_bytes = 4 << 20;
    stream->job = (struct job){.run = pull, .context = stream};
    pthread_mutex_init(&stream->lock, NULL);
    response->stream = stream;
    return waker;
}

void http_wake(struct http_waker *waker)
{
    struct http_stream *stream = &waker->stream;
    pthread_mutex_lock(&stream->lock);
    stream->is_woken = true;
    if (stream->is_waiting && !stream->is_closed)
        ask_for_piece(stream);
    pthread_mutex_unlock(&stream->lock);
}

/* libmicrohttpd wants bytes. */
static ssize_t take(void *context, uint64_t offset, char *bytes, size_t most)
{
    struct http_stream *stream = context;
    ssize_t             given = 0;
    (void)offset;
    pthread_mutex_lock(&stream->lock);
    size_t left = stream->is_pulling ? 0 : stream->piece.len - stream->sent;
    if (left) {
        given = (ssize_t)(left < most ? left : most);
        memcpy(bytes, stream->piece.ptr + stream->sent, (size_t)given);
        stream->sent += (size_t)given;
    } else if (stream->has_failed) {
        given = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (stream->is_over) {
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        stream->is_suspended = true;
        MHD_suspend_connection(stream->connection);
        if (!stream->is_waiting)
            ask_for_piece(stream);
    }
    pthread_mutex_unlock(&stream->lock);
    return given;
}

/* libmicrohttpd lets go of it. */
static void close_stream(void *context)
{
    struct http_stream *stream = context;
    pthread_mutex_lock(&stream->lock);
    stream->is_closed = true;
    bool is_free = !stream->is_pulling;
    pthread_mutex_unlock(&stream->lock);
    if (is_free)
        end(stream);
}

struct MHD_Response *stream_response(struct http_stream *stream, struct server *server, struct MHD_Connection *connection)
{
    pthread_mutex_lock(&stream->lock); /* it may be woken already */
    stream->server = server;
    stream->connection = connection;
    pthread_mutex_unlock(&stream->lock);
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, take, stream, close_stream);
    if (!response) {
        stream_drop(stream);
        return NULL;
    }
    pthread_mutex_lock(&server->stream_lock);
    stream->next = server->streams;
    stream->slot = &server->streams;
    if (stream->next)
        stream->next->slot = &stream->next;
    server->streams = stream;
    pthread_mutex_unlock(&server->stream_lock);
    atomic_fetch_add(&server->streams_now, 1);
    return response;
}

void stream_drop(struct http_stream *stream)
{
    stream->source.release(stream->source.context);
    pthread_mutex_destroy(&stream->lock);
    buf_fini(&stream->piece);
    free(stream);
}

void streams_end(struct server *server)
{
    pthread_mutex_lock(&server->stream_lock);
    for (struct http_stream *stream = server->streams; stream; stream = stream->next) {
        pthread_mutex_lock(&stream->lock);
        stream->is_over = true;
        stream->is_waiting = false;
        resume(stream);
        pthread_mutex_unlock(&stream->lock);
    }
    pthread_mutex_unlock(&server->stream_lock);
}

void streams_look(struct server *server, int64_t now_us)
{
    pthread_mutex_lock(&server->stream_lock);
    for (struct http_stream *stream = server->streams; stream; stream = stream->next) {
        pthread_mutex_lock(&stream->lock);
        int64_t quiet_us = (int64_t)stream->source.idle_s * CLOCK_SECOND_US;
        if (stream->is_waiting && !stream->is_closed && quiet_us && now_us - stream->quiet_since_us >= quiet_us)
            ask_for_piece(stream);
        pthread_mutex_unlock(&stream->lock);
    }
    pthread_mutex_unlock(&server->stream_lock);
}
