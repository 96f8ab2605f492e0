/* XRPC: calls to the account's server, with its session and within its rate limits.
 *
 * A session is begun with an app password once and kept by its refresh token (the secret `session`), as few may be begun a day; an access token that
 * has run out is renewed and the call made again. A 429 is never answered by trying: until its time every call says SOURCE_LIMITED at once.
 * One thread.
 */
#ifndef SOURCE_BLUESKY_XRPC_H
#define SOURCE_BLUESKY_XRPC_H

#include "net/fetch.h"
#include "source/bluesky/node.h"
#include "source/port.h"

struct xrpc {
    struct source_port *port;
    struct fetch_pool  *pool;
    char                service[512], directory[512];
    bool                has_account; /* identifier and app password are given */
    struct buf          access, refresh;
    char                did[256], handle[256];
    int64_t             limited_until_us; /* wall time */
    int                 stop_fd;
};

enum error_code xrpc_init(struct xrpc *xrpc, struct source_port *port, int stop_fd, struct error *error);
void            xrpc_fini(struct xrpc *xrpc);

struct xrpc_answer { /* ends with xrpc_answer_fini */
    enum source_failure failure; /* SOURCE_DONE: body is the answer */
    int                 status;  /* 0: none came */
    char                name[64],
         message[SOURCE_SAID_BYTES]; /* the error's own name (InvalidSwap ...), and words for people */
    int64_t             retry_after_s;
    struct fetch_answer http;
};
void xrpc_answer_fini(struct xrpc_answer *answer);

/* A session: SOURCE_DONE, or why there is none (SOURCE_AUTH: a person must renew the app password). At once where there is one. */
enum source_failure xrpc_sign_in(struct xrpc *xrpc, struct xrpc_answer *answer_out);
/* query: "a=b&c=d", encoded, may be empty. With the session where the account has one. True: SOURCE_DONE. */
bool xrpc_get(struct xrpc *xrpc, const char *name, struct str query, struct xrpc_answer *answer_out);
bool xrpc_post(struct xrpc *xrpc, const char *name, struct str body, struct xrpc_answer *answer_out);
/* GET of another server, without the session. */
bool xrpc_get_at(struct xrpc *xrpc, const char *url, struct xrpc_answer *answer_out);

#endif
