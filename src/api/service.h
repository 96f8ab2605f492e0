/* The service: server.db, the clients that are open, and the handler that the HTTP server calls.
 *
 *     api_open ─▶ server.db migrated ─▶ every client opened (archive, records.db, hub) ─▶ ticker ─▶ api_handle for each request
 *
 * A client that cannot be opened (its archive is held by another program) does not keep the others out: asking for it says why.
 * Lock order: api->opening (while a client is opened), api->lock (the list of clients), a workspace's hub; none is held while a handler
 * works, but for opening, which the one that makes a client waits for.
 */
#ifndef API_SERVICE_H
#define API_SERVICE_H

#include "api/api.h"
#include "api/hub.h"
#include "chronicle/chronicle.h"

#include <pthread.h>
#include <stdatomic.h>

enum { API_CLIENTS_MAX = 256 };

struct api_options {
    const char     *data_folder;
    const char     *metrics_token; /* NULL: /metrics answers to loopback alone */
    const struct settings *settings; /* may be NULL */
    /* Reports what happens outside of requests: "client opened", "alert evaluated late" ... level as in net/log.h. */
    void (*log)(void *context, const char *level, const char *event, const char *words);
    void (*print_metrics)(void *context, struct buf *out); /* the HTTP server's own; may be NULL */
    void  *context;
    /* The client whose clock runs faster, for the invented town; NULL: none. */
    const char *fast_client;
    int64_t     fast_starts_us;
    double      fast_speed;
};

struct open_client {
    struct workspace  workspace;
    struct error      error; /* why it is not open; code 0: it is */
    int64_t           ticked_us; /* client time of the last tick */
    struct sources_watch {       /* see workspace_sources.h */
        int64_t  audited;   /* newest row of the audit trail that was looked at; 0: none yet */
        int64_t  told_us;   /* when pages were told of figures; monotonic */
        int64_t  written_us; /* when their state was written for the command line; monotonic */
        int64_t  warned_us; /* when owners were told of tokens that end soon; wall */
        uint64_t figures;   /* what was told, hashed */
    } sources;
};

struct capture;
struct programs;

struct api {
    struct api_options  options;
    char                data_folder[512];
    struct record      *server;
    struct capture     *capture;  /* all clients' sources at work */
    struct programs    *programs; /* connectors of others, as they said of themselves */
    pthread_mutex_t     lock, opening; /* opening is taken first: one client is opened at a time */
    struct open_client *clients[API_CLIENTS_MAX];
    size_t              client_count;
    struct text_analyser *analysers[64]; /* those not in use */
    size_t              analyser_count;
    pthread_t           ticker;
    bool                has_ticker;
    pthread_cond_t      wake_ticker;
    bool                is_stopping;
    int64_t             started_us; /* wall */
    atomic_ullong       calls, failures;
};

enum error_code api_open(const struct api_options *options, struct api **api_out, struct error *error);
/* Every stream is committed and sealed. The HTTP server has stopped. */
void            api_close(struct api *api);
void            api_handle(void *api, struct http_request *request, struct http_response *response);
/* Opens a client that was made while the server runs; one that is open stays as it is. ERROR_NOT_FOUND: server.db has none of this name. */
enum error_code api_open_client(struct api *api, struct str name, struct error *error);
/* The client by name, or NULL; its error says whether it can be used. */
struct open_client *api_client(struct api *api, struct str name);

/* ---- A client's own life (workspace.c) ---- */

extern const struct record_domain *const api_server_domains[];

struct workspace_options {
    const char            *data_folder;
    const struct settings *settings;
    int64_t                clock_starts_us; /* see stream.h; 0 and 0: the wall clock */
    double                 clock_speed;
    void                 (*complain)(void *context, const char *client, const char *words);
    void                  *context;
};
/* workspace->name is set, the rest zero. What was opened before an error is closed by workspace_close in any case. */
enum error_code workspace_open(struct workspace *workspace, const struct workspace_options *options, struct error *error);
void            workspace_close(struct workspace *workspace);
/* Once a minute of the client's clock, on the ticker's thread. An error is logged, and the next minute tries again. */
enum error_code workspace_tick(struct workspace *workspace, int64_t now_us, struct error *error);

/* ---- Pieces of the dispatcher ---- */

/* dispatch.c fills the call; these do its steps. Each returns ERROR_NONE or sets call->error. */
enum error_code call_prove(struct api_call *call);       /* who asks */
enum error_code call_check_origin(struct api_call *call); /* CSRF */
enum error_code call_admit(struct api_call *call);       /* role and client */
enum error_code call_check_parameters(struct api_call *call);
enum error_code call_read_body(struct api_call *call);

struct api_state { /* behind a call */
    struct api_call          call;
    struct str               places[2]; /* {..} of the path */
    struct archive_snapshot *snapshot;  /* taken by api_snapshot */
};

/* The route for a method and a path below /api/v1; NULL and is_known_out where the path exists with other methods. */
const struct api_route *route_find(enum http_method method, struct str path, struct str places[2], bool *is_known_out);
/* ith route of all tables, NULL behind the last. */
const struct api_route *route_at(size_t i);

/* application/problem+json (RFC 9457) for an error, or for a status of HTTP's own. */
void problem_of_error(struct http_response *response, const struct http_request *request, const struct error *error);
void problem_of_status(struct http_response *response, const struct http_request *request, int status, const char *title, const char *detail);

/* The document at /api/v1/openapi.json. */
void openapi_print(struct buf *out);

/* /healthz, /readyz and /metrics. False: the path is none of theirs. */
bool health_handle(struct api *api, const struct http_request *request, struct http_response *response);
enum { API_LEAST_FREE_BYTES = 64 * 1024 * 1024 }; /* less on the data folder's disk: not ready */
void metrics_print(struct api *api, struct buf *out);

#endif
