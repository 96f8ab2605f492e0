/* One HTTP request to a platform over libcurl, bounded in every way: time, bytes (before and after decompression), redirects, and where it may
 * lead (no private address unless allowed, looked at on each connect, redirects included).
 *
 * What came of it is told apart as in net/client.h; an answer of any status is an answer: ERROR_NONE, and the caller reads status.
 *     ERROR_IO         nothing was sent whole: to try again is safe
 *     ERROR_UNCERTAIN  all was sent and no (whole) answer came. Never of GET and HEAD, which may always be repeated: theirs is ERROR_IO
 *     ERROR_TOO_LARGE  the answer is over most_bytes; ERROR_INVALID: no address, too many redirects; ERROR_FORBIDDEN: a private address
 *     ERROR_CANCELLED  stop_fd became readable
 * Only gzip and deflate are asked for; an answer in another encoding is ERROR_INVALID. No cookies, no proxy of the environment, HTTP/1.1.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "net/client.h"

/* Connections that are kept open between requests to the same platform (at most 8). One thread. */
struct fetch_pool;
struct fetch_pool *fetch_pool_new(void); /* NULL: no memory */
void               fetch_pool_free(struct fetch_pool *pool); /* legal on NULL */

enum { FETCH_HEADERS_MOST_BYTES = 256 * 1024 /* of all answers on the way, redirects included */ };

struct fetch {
    const char                 *method; /* NULL: GET, or POST with a body */
    const char                 *url;    /* http or https */
    const struct client_header *headers;
    size_t                      header_count;
    struct str                  body;
    const char                 *content_type;
    const char                 *user, *password; /* basic authentication; NULL: none */
    bool                        allows_private;
    unsigned                    timeout_ms;  /* of the whole; 0: 30,000. With on_bytes: of silence (a stream has no end) */
    size_t                      most_bytes;  /* of the answer, decompressed; 0: 8 MiB */
    unsigned                    most_redirects; /* GET alone; 0: none */
    int                         stop_fd;     /* readable (it is not read): the request ends; 0: none */
    /* A stream (server-sent events): pieces as they come instead of body. False ends it (ERROR_CANCELLED). Only for answers of 2xx. */
    bool (*on_bytes)(void *context, struct str bytes);
    void  *context;
    struct fetch_pool *pool; /* NULL: a connection of its own */
};

struct fetch_answer { /* ends with fetch_answer_fini, whatever the code */
    int         status;  /* 0: none came */
    struct buf  body;
    struct buf  headers; /* as they came, of the last answer, lines end with \n */
    char        url[2048]; /* where it came from in the end */
};
enum error_code fetch(const struct fetch *fetch, struct fetch_answer *answer_out, struct error *error);
void            fetch_answer_fini(struct fetch_answer *answer);
/* A header of the answer (any case), trimmed; ptr NULL: there is none. The last of a name. */
struct str fetch_header(const struct fetch_answer *answer, const char *name);
/* How long the platform asks to be left alone, by its own words: Retry-After (seconds or a date), RateLimit-Reset, X-RateLimit-Reset (seconds,
 * since 1970, or RFC 3339). 0: it does not say. At most a day. */
int64_t fetch_retry_after_us(const struct fetch_answer *answer, int64_t now_us);
/* Percent-encodes s for a query or a path segment. */
void fetch_encode(struct str s, struct buf *out);

#endif
