/* The inside of the server, for its own files.
 *
 * Locks, in the order in which they may be taken: a stream's lock, then server->queue_lock. server->lock (lists of connections and
 * exchanges, peers) is taken alone. libmicrohttpd's own locks are taken inside MHD_suspend_connection and MHD_resume_connection, and it
 * calls us back with none of them held that those need.
 */
#ifndef NET_INSIDE_H
#define NET_INSIDE_H

#include "net/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum { PAIRS_MAX = 256, HEADERS_SET_MAX = 32, PEERS = 4096, PIECE_BYTES = 64 * 1024 };

struct http_pair {
    struct str name, value;
};

struct http_pairs {
    struct http_pair parameters[PAIRS_MAX], headers[PAIRS_MAX];
    size_t           parameter_count, header_count;
};

struct http_headers {
    struct { char *name, *value; } set[HEADERS_SET_MAX];
    size_t count;
};

/* A piece of work for a worker. */
struct job {
    void (*run)(void *context);
    void       *context;
    struct job *next;
    bool        is_queued; /* under queue_lock */
};

struct http_stream {
    pthread_mutex_t           lock;
    struct http_stream_source source;
    struct server            *server;
    struct MHD_Connection    *connection; /* NULL until its answer is on its way */
    struct job                job;
    struct buf                piece;    /* what was pulled, from sent on not yet taken */
    size_t                    sent;
    int64_t                   quiet_since_us; /* monotonic: nothing to say since */
    bool is_pulling, is_suspended, is_woken, is_waiting /* the last pull had nothing */, is_over, has_failed, is_closed /* the connection went */;
    struct http_stream       *next, **slot; /* in server->streams */
};

struct http_waker { /* a stream by another name */
    struct http_stream stream;
};

enum exchange_state { EXCHANGE_READING, EXCHANGE_RUNNING, EXCHANGE_ANSWERED };

struct exchange {
    struct server         *server;
    struct MHD_Connection *connection;
    struct http_request    request;
    struct http_response   response;
    struct http_headers    headers;
    struct http_pairs      pairs;
    struct arena           arena;
    struct buf             body;
    struct job             job;
    enum exchange_state    state;
    int64_t                started_us; /* monotonic */
    uint64_t               bytes_out;
    bool                   is_looked_at; /* its head was checked */
};

/* One socket; is_busy from the first line of a request until its answer is sent. */
struct connection {
    int                fd;
    char               peer[64];
    int64_t            waiting_since_us; /* monotonic: accepted, or the last answer sent */
    bool               is_busy, is_cut;
    struct connection *next, **slot;
};

struct peer {
    uint64_t key;
    double   tokens;
    int64_t  at_us;
};

struct server {
    struct server_options options;
    struct server_limits  limits; /* filled in */
    struct MHD_Daemon    *daemon;
    char                  unix_path[256];
    int                   port;
    pthread_mutex_t       lock;
    struct connection    *connections;
    struct peer           peers[PEERS];
    pthread_mutex_t       queue_lock;
    pthread_cond_t        queue_changed;
    struct job           *first, *last;
    unsigned              queued, running;
    pthread_mutex_t       stream_lock; /* of the list of streams; before a stream's lock */
    struct http_stream   *streams;
    pthread_t             workers[64], sweeper;
    unsigned              worker_count;
    bool                  has_sweeper, is_stopping /* no new requests */, is_over /* workers end */;
    atomic_ullong         requests, refused, bytes_in, bytes_out, by_status[6], number;
    atomic_ullong         connections_now, streams_now;
    uint64_t              seed;
};

/* request.c: fills path, target, parameters and headers. False: nothing that should be answered but by `status` (400, 414, 431). */
bool request_read(struct exchange *exchange, const char *raw_target, const char *method, int *status_out);

/* response.c: what the handler left, as libmicrohttpd wants it. NULL without memory. */
struct MHD_Response *response_make(struct exchange *exchange, unsigned *status_out);
void                 response_fini(struct exchange *exchange); /* a response that was not made */
struct MHD_Response *response_refusal(int status); /* a few words as problem+json */

/* stream.c */
/* NULL without memory; then it was dropped. */
struct MHD_Response *stream_response(struct http_stream *stream, struct server *server, struct MHD_Connection *connection);
void                 stream_drop(struct http_stream *stream); /* it never came to an answer */
void                 streams_end(struct server *server); /* every one ends with its next piece */
void                 streams_look(struct server *server, int64_t now_us); /* wakes those that are quiet for too long */

/* workers.c */
bool workers_start(struct server *server);
/* False: too many wait already. Jobs of streams always find room: there is at most one for each connection. */
bool workers_add(struct server *server, struct job *job, bool is_bounded);
void workers_wait(struct server *server, unsigned grace_ms); /* until nothing is queued or running */
void workers_stop(struct server *server);

/* limits.c */
bool  limits_admit(struct server *server, const char *peer, int64_t now_us); /* a request of this peer now */
void  connections_notify(void *server, struct MHD_Connection *connection, void **socket_context, enum MHD_ConnectionNotificationCode code);
void  connection_busy(struct server *server, struct MHD_Connection *connection, bool is_busy);
void *sweeper_run(void *server);

#endif
