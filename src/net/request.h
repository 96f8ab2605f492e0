/* Reading what stands before a request's body: the target, its parameters, headers and cookies. Pure: text in, pairs or
 * a refusal out. */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include "net/server.h"

enum { PARAMETERS_MOST = 256, HEADERS_MOST = 100, TARGET_MOST_BYTES = 16 * 1024 };

struct http_pair {
    struct str name, value;
};

struct http_pairs {
    struct http_pair *parameters, *headers;
    size_t            parameter_count, header_count;
};

/* Why a request is refused: an HTTP status and a sentence. Status 0: it is not. */
struct refusal {
    int         status;
    const char *detail; /* static */
};

/* Fills request->target, path and pairs->parameters (in the arena). host is the Host header, which the absolute form
 * must agree with. */
struct refusal request_read_target(struct http_request *request, struct str target, struct str host,
                                   struct arena *arena);
/* Checks names and values of the headers as a whole, and fills pairs->headers with a copy in the arena. */
struct refusal request_read_headers(struct http_request *request, const struct http_pair *headers, size_t count,
                                    struct arena *arena);
/* How long the body is: *is_chunked_out, or *length_out (0 where there is none). Two ways to say it are refused. */
struct refusal request_body_length(const struct http_request *request, uint64_t *length_out, bool *is_chunked_out);

enum http_method request_method(const char *name);

#endif
