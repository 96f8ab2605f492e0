/* An HTTP/1.1 server over libmicrohttpd: requests in, answers out, no routes and no product words.
 *
 *   event loops (epoll)      read and write sockets, never wait for anything else
 *        │ a whole request         ▲ an answer, or the next piece of a stream
 *        ▼                         │
 *   worker threads           run the handler and the pulls of streams; the connection is suspended meanwhile
 *
 * Everything is bounded (struct server_limits): what is over a bound is answered (413, 414, 431, 429, 503) or, where a
 * client is too slow to be answered, closed. A request has an id (X-Request-Id, made here) that every log line of it
 * carries.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct server;
struct http_request;
struct http_response;
struct http_log;

struct server_limits { /* 0: the default that is named */
    unsigned connections;         /* in all: 1,024 */
    unsigned connections_per_peer; /* 128 */
    unsigned workers;             /* 2 for each core, at least 4 */
    unsigned queued;              /* requests that wait for a worker: 256; more: 503 with Retry-After */
    uint64_t body_bytes;          /* 32 MiB */
    unsigned header_bytes;        /* 32 KiB */
    unsigned idle_s;              /* a connection that sends or takes nothing: 30 */
    unsigned request_s;           /* from the first byte of a request to its last: 60 (a slow loris ends here) */
    unsigned requests_per_peer_s; /* 500 in a second and peer, bursts of twice that; more: 429 */
    uint64_t bodies_bytes;        /* of all requests at once: 8 times body_bytes; more: 503 */
};

struct server_options {
    const char          *listen; /* "127.0.0.1:8600", "[::1]:8600", "127.0.0.1:0" (any free port), "unix:/path" */
    /* Addresses and nets ("127.0.0.1, 10.0.0.0/8, unix") whose X-Forwarded-For is believed: it is walked from its right
     * end past these alone. NULL: nobody's. A peer is an address; of IPv6 the first 64 bits count as one peer. */
    const char          *trusted_proxies;
    struct server_limits limits;
    /* On a worker thread. */
    void (*handle)(void *context, struct http_request *request, struct http_response *response);
    /* After each answer, and for refused connections (at most one in 50 ms); any thread. */
    void (*log)(void *context, const struct http_log *line);
    void  *context;
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };
extern const char *const http_method_names[7];

/* A request, read whole. Lives until the handler returned (for a stream: until release). Refused before the handler
 * sees it: a path that is not as below, a broken escape, two Content-Length or Host headers, Transfer-Encoding that is
 * not "chunked" alone, blanks in header names. */
struct http_request {
    enum http_method method;
    struct str       path;   /* decoded; begins with /, valid UTF-8, no control bytes, no empty, "." or ".." segments */
    struct str       target; /* as it came, with its query */
    struct str       body;
    char             id[20];
    char             peer[64]; /* address without port; behind a trusted proxy the client's; "unix" */
    unsigned         worker;   /* which thread runs the handler: 0 .. server_workers() - 1 */
    struct arena    *arena;
    struct http_pairs *pairs; /* parameters and headers; see below */
};

/* The nth value (0 first) of a query parameter, decoded (UTF-8, no NUL); ptr NULL where there is none. */
struct str http_param(const struct http_request *request, const char *name, size_t nth);
/* Name and value of the ith parameter of all; false behind the last: to refuse unknown ones. */
bool       http_param_at(const struct http_request *request, size_t i, struct str *name_out, struct str *value_out);
struct str http_header(const struct http_request *request, const char *name); /* any case; ptr NULL: there is none */
struct str http_cookie(const struct http_request *request, const char *name);

/* ---- Answers ---- */

/* Bytes that live as long as the program, in three codings; br and gz may be empty. */
struct http_asset {
    const char *path, *type, *etag; /* "/assets/index-3f2a.js", "text/javascript; charset=utf-8", "\"..\"" */
    struct str  identity, br, gz;
    bool        is_immutable; /* its name holds its hash */
};

/* Set by the handler. The body is given away; nothing is sent before the handler returned. */
struct http_response {
    int         status;       /* 200 at first */
    const char *content_type; /* static text; NULL with an empty body */
    struct buf  body;
    const struct http_asset *asset; /* instead of body; answers If-None-Match, Accept-Encoding and HEAD by itself */
    struct http_headers *headers; /* see http_set_header */
    struct http_stream  *stream;  /* see http_stream_begin */
};
/* Copies; a second one of a name replaces the first, but for Set-Cookie. A value with a control byte in it is a defect
 * of ours. */
void http_set_header(struct http_response *response, const char *name, const char *value);
void http_response_fini(struct http_response *response); /* for tests that call a handler without a server */
/* Quotes the hash of the body as ETag and turns a GET answer into 304 where If-None-Match holds it. */
void http_set_etag(const struct http_request *request, struct http_response *response);

/* ---- Answers that go on: exports and server-sent events ---- */

enum http_pull {
    HTTP_PULL_MORE,   /* out holds the next piece */
    HTTP_PULL_WAIT,   /* nothing now: pull again after http_wake */
    HTTP_PULL_END,
    HTTP_PULL_FAILED, /* cut the connection, so that nobody takes a part for the whole */
};

struct http_stream_source {
    /* Fills out (empty, at most 1 MiB). On a worker, never two at once for one stream; not called before what it gave
     * last is on its way: a slow reader is not read for ahead. What is in out is sent whatever pull returns, except for
     * HTTP_PULL_FAILED. */
    enum http_pull (*pull)(void *context, struct buf *out);
    /* Once, on a worker, when the stream has ended for whatever reason; no pull runs or follows. */
    void (*release)(void *context);
    void  *context;
    unsigned idle_s; /* with nothing to say for so long pull is called all the same (for a comment line); 0: never */
};
/* The answer becomes a stream (chunked). The waker may be used by any thread, under any lock, until release
 * returned. */
struct http_waker *http_stream_begin(struct http_response *response, const struct http_stream_source *source);
void               http_wake(struct http_waker *waker);

/* ---- Its life ---- */

struct http_log {
    const struct http_request *request; /* NULL: refused before it was read */
    const char *event;  /* "request", "refused", "timeout", "cut" (the client went away, or a stream failed) */
    int         status;
    uint64_t    bytes_in, bytes_out;
    int64_t     elapsed_us;
    const char *peer;
};

struct server_counters {
    uint64_t requests, refused, bytes_in, bytes_out, by_status[6]; /* 1xx .. 5xx by first digit */
    uint64_t connections_now, streams_now, queued_now;
};

/* Listens when it returns. ERROR_CONFLICT: the address is in use (named); ERROR_INVALID: no address. */
enum error_code server_start(const struct server_options *options, struct server **server_out, struct error *error);
int             server_port(const struct server *server); /* 0 for a Unix socket */
unsigned        server_workers(const struct server *server);
void            server_counters(const struct server *server, struct server_counters *counters_out);
/* Takes no new connections, ends streams, lets requests that are running be answered (their clients have grace_ms to
 * take the answers; a handler is waited for as long as it runs), closes. NULL is legal. */
void            server_stop(struct server *server, unsigned grace_ms);

#endif
