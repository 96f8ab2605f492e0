/* What the files of the server share. One request's way through them:
 *
 *   target_arrived ─▶ headers, pieces of the body ─▶ whole: suspend ─▶ handle ─▶ resume ─▶ answer queued ─▶ completed
 *   server.c          exchange.c                                       a worker            exchange.c
 *
 * Who may touch an exchange: the event loop, but from suspending to resuming the worker. The watcher (watch.c) reads
 * the phase of a connection and may shut its socket down, which the event loop then meets as an end of file.
 *
 * Locks, in the order in which they may be held together: server->lock, a stream's lock, then libmicrohttpd's and the
 * queue's own.
 */
#ifndef NET_INSIDE_H
#define NET_INSIDE_H

#include "net/address.h"
#include "net/limits.h"
#include "net/request.h"
#include "net/server.h"
#include "net/workers.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum phase {
    PHASE_WAITING,   /* nothing of a request was seen yet, or not its first line */
    PHASE_READING,   /* first line to last byte */
    PHASE_RUNNING,   /* a worker has it */
    PHASE_ANSWERING, /* on its way out */
};

struct exchange;

struct connection {
    struct connection     *next, **back; /* in server->connections; both under server->lock */
    struct server         *server;
    struct MHD_Connection *mhd;
    int                    fd;
    struct address         address;
    bool                   is_counted;  /* among its peer's */
    bool                   is_lingering; /* answered before its body was read: see watch_linger */
    struct exchange       *exchange;    /* of the event loop */
    struct http_waker     *stream;      /* under server->lock */
    _Atomic enum phase     phase;
    _Atomic int64_t        since_us;    /* of the phase; of a stream: when its piece was ready */
    _Atomic uint64_t       sending;     /* bytes of the answer or the piece */
    atomic_bool            is_cut;      /* the watcher was tired of it */
};

enum exchange_state {
    EXCHANGE_NEW,
    EXCHANGE_READING,
    EXCHANGE_DROPPING /* reads the rest of a body that is too large */,
    EXCHANGE_RUNNING,
    EXCHANGE_ANSWERED,
    EXCHANGE_QUEUED
};

struct exchange {
    struct job            job;
    struct server        *server;
    struct connection    *connection;
    struct MHD_Connection *mhd;
    struct http_request   request;
    struct http_response  response;
    struct http_pairs     pairs;
    struct arena          head;  /* target, headers, parameters: until the answer was sent */
    struct arena          arena; /* the handler's: until it returned, or its stream was released */
    struct buf            body;
    uint64_t              body_counted; /* bytes of server->bodies_now */
    size_t                target_len;
    const char           *target_at; /* libmicrohttpd's own copy; see exchange_headers */
    enum exchange_state   state;
    struct refusal        refusal;
    bool                  must_close, is_unanswered;
    _Atomic unsigned      references; /* the event loop's, and its stream's */
    struct MHD_Response  *answer;
    int                   status;
    uint64_t              bytes_in, bytes_out;
    int64_t               started_us;
};

struct server {
    struct server_options options;
    struct server_limits  limits;
    struct trusted        trusted;
    struct MHD_Daemon    *daemon;
    int                   listen_fd, port;
    char                  unix_path[108];
    struct workers        workers;
    struct peers          peers;
    pthread_mutex_t       lock;
    struct connection    *connections;
    struct lingering     *lingering;
    pthread_t             watcher;
    pthread_cond_t        watcher_end;
    bool                  is_watching, is_watcher_ending;
    atomic_bool           is_stopping, is_grace_over;
    _Atomic unsigned      connection_count, stream_count;
    _Atomic unsigned      suspended;   /* connections; libmicrohttpd must not be stopped while there are any */
    _Atomic unsigned      unanswered;  /* whole requests until their answers are sent */
    _Atomic uint64_t      bodies_now;
    _Atomic uint64_t      requests, refused, bytes_in, bytes_out, by_status[6];
    _Atomic uint64_t      next_id;
    uint64_t              id_seed;
    _Atomic int64_t       refused_logged_us; /* at most one line in 50 ms says that a connection was refused */
};

/* exchange.c */
struct exchange *exchange_new(struct connection *connection, const char *target);
void             exchange_release(struct exchange *exchange);
enum MHD_Result  exchange_step(struct exchange *exchange, const char *method, const char *version, const char *bytes,
                               size_t *size_io);
void             exchange_completed(struct exchange *exchange, enum MHD_RequestTerminationCode why);

/* response.c */
struct MHD_Response *response_build(struct exchange *exchange);
void                 response_refuse(struct exchange *exchange, const struct refusal *refusal);

/* stream.c */
struct MHD_Response *stream_answer(struct http_waker *stream, struct exchange *exchange);
void stream_abandon(struct http_waker *stream); /* never begun: releases it */
/* Pulls where idle_s have passed; true: it waits for http_wake. */
bool stream_tick(struct http_waker *stream, int64_t now_us);
void stream_end(struct http_waker *stream, bool only_if_waiting); /* no more pulls; one that did not wait is cut */

/* watch.c */
enum error_code watch_start(struct server *server, struct error *error);
void            watch_end(struct server *server);
/* A socket closed while bytes are still coming in is reset, and the client never sees our answer: a copy of it stays
 * open for a moment and is read until its end. */
void            watch_linger(struct connection *connection);

/* server.c */
void server_resume(struct server *server, struct MHD_Connection *mhd);
/* False while the server stops: then nothing may be suspended any more. */
bool server_suspend(struct server *server, struct MHD_Connection *mhd);
void server_log_line(struct server *server, const struct http_log *line);

#endif
