/* The server's life, and what libmicrohttpd calls. See inside.h for who locks what. */
#include "net/inside.h"

#include "base/clock.h"
#include "base/hash.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- One request ---- */

/* The first thing that is known of a request: its target as it came. What is returned is the request's context. */
static void *begin_exchange(void *context, const char *target, struct MHD_Connection *connection)
{
    struct server   *server = context;
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return NULL;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const struct connection        *row = info ? info->socket_context : NULL;
    arena_init(&exchange->arena, 256 << 20);
    exchange->server = server;
    exchange->connection = connection;
    exchange->started_us = clock_monotonic_us();
    exchange->response = (struct http_response){.status = 200, .headers = &exchange->headers};
    exchange->response.body.max_bytes = 256 << 20;
    exchange->body.max_bytes = server->limits.body_bytes;
    snprintf(exchange->request.peer, sizeof exchange->request.peer, "%s", row ? row->peer : "unknown");
    snprintf(exchange->request.id, sizeof exchange->request.id, "%016llx",
             (unsigned long long)hash_mix(server->seed, atomic_fetch_add(&server->number, 1)));
    exchange->request.target = arena_str(&exchange->arena, str_of(target));
    return exchange;
}

static enum MHD_Result refuse(struct exchange *exchange, int status)
{
    struct MHD_Response *made = response_refusal(status);
    if (!made)
        return MHD_NO;
    MHD_add_response_header(made, "X-Request-Id", exchange->request.id);
    if (status == 400 || status == 413 || status == 431)
        MHD_add_response_header(made, "Connection", "close"); /* what follows may not be what it seems */
    exchange->state = EXCHANGE_ANSWERED;
    exchange->response.status = status;
    atomic_fetch_add(&exchange->server->refused, 1);
    enum MHD_Result result = MHD_queue_response(exchange->connection, (unsigned)status, made);
    MHD_destroy_response(made);
    return result;
}

/* On a worker. The connection sleeps until resumed, then libmicrohttpd asks again and gets the answer. */
static void handle(void *context)
{
    struct exchange *exchange = context;
    struct server   *server = exchange->server;
    exchange->request.body = buf_str(&exchange->body);
    server->options.handle(server->options.context, &exchange->request, &exchange->response);
    __atomic_store_n(&exchange->state, EXCHANGE_ANSWERED, __ATOMIC_RELEASE);
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result answer(struct exchange *exchange)
{
    unsigned             status;
    struct MHD_Response *made = response_make(exchange, &status);
    if (!made)
        return MHD_NO;
    exchange->response.status = (int)status;
    enum MHD_Result result = MHD_queue_response(exchange->connection, status, made);
    MHD_destroy_response(made);
    return result;
}

/* The head is here. MHD_NO cuts the connection. */
static enum MHD_Result look_at_head(struct exchange *exchange, const char *method)
{
    struct server *server = exchange->server;
    int            status = 400;
    char          *target = (char *)(uintptr_t)exchange->request.target.ptr;
    exchange->is_looked_at = true;
    if (!target)
        return MHD_NO;
    if (!request_read(exchange, target, method, &status))
        return refuse(exchange, status);
    if (__atomic_load_n(&server->is_stopping, __ATOMIC_ACQUIRE))
        return refuse(exchange, 503);
    if (!limits_admit(server, exchange->request.peer, exchange->started_us))
        return refuse(exchange, 429);
    struct str length = http_header(&exchange->request, "content-length");
    int64_t    bytes = 0;
    if (length.len && (!str_to_i64(length, &bytes) || bytes < 0))
        return refuse(exchange, 400);
    if ((uint64_t)bytes > server->limits.body_bytes)
        return refuse(exchange, 413);
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_bytes, void **request_context)
{
    struct exchange *exchange = *request_context;
    (void)context, (void)url, (void)version, (void)connection;
    if (!exchange)
        return MHD_NO;
    if (!exchange->is_looked_at)
        return look_at_head(exchange, method);
    if (exchange->state == EXCHANGE_ANSWERED && *upload_bytes == 0)
        return answer(exchange);
    if (*upload_bytes) {
        if (!buf_append(&exchange->body, upload, *upload_bytes)) /* a chunked body over the bound: no answer can be given here */
            return MHD_NO;
        atomic_fetch_add(&exchange->server->bytes_in, *upload_bytes);
        *upload_bytes = 0;
        return MHD_YES;
    }
    connection_busy(exchange->server, exchange->connection, true);
    exchange->state = EXCHANGE_RUNNING;
    exchange->job = (struct job){.run = handle, .context = exchange};
    MHD_suspend_connection(exchange->connection);
    if (workers_add(exchange->server, &exchange->job, true))
        return MHD_YES;
    exchange->response.status = 503;
    exchange->state = EXCHANGE_ANSWERED;
    exchange->response.content_type = "application/problem+json";
    buf_append_str(&exchange->response.body, STR("{\"type\":\"about:blank\",\"title\":\"busy\",\"status\":503,\"detail\":\"too many requests wait "
                                                 "already\",\"request\":\"\"}"));
    http_set_header(&exchange->response, "Retry-After", "1");
    atomic_fetch_add(&exchange->server->refused, 1);
    MHD_resume_connection(exchange->connection);
    return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context, enum MHD_RequestTerminationCode how)
{
    struct server   *server = context;
    struct exchange *exchange = *request_context;
    if (!exchange)
        return;
    int status = exchange->response.status;
    connection_busy(server, connection, false);
    atomic_fetch_add(&server->requests, 1);
    if (status >= 100 && status < 600)
        atomic_fetch_add(&server->by_status[status / 100], 1);
    if (server->options.log) {
        struct http_log line = {.request = &exchange->request, .event = how == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED ? "timeout" : "request",
                                .status = status, .bytes_in = exchange->body.len, .elapsed_us = clock_monotonic_us() - exchange->started_us,
                                .peer = exchange->request.peer};
        server->options.log(server->options.context, &line);
    }
    response_fini(exchange);
    buf_fini(&exchange->body);
    arena_fini(&exchange->arena);
    free(exchange);
    *request_context = NULL;
}

/* ---- Its life ---- */

static struct server_limits fill_limits(struct server_limits limits)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned workers = cores > 1 ? 2 * (unsigned)cores : 4;
#define OR(member, value) limits.member = limits.member ? limits.member : (value)
    OR(connections, 1024);
    OR(connections_per_peer, 128);
    OR(workers, workers < 4 ? 4 : workers);
    OR(queued, 256);
    OR(body_bytes, 32 << 20);
    OR(header_bytes, 32 << 10);
    OR(idle_s, 30);
    OR(request_s, 60);
    OR(requests_per_peer_s, 500);
#undef OR
    limits.workers = limits.workers > 64 ? 64 : limits.workers;
    return limits;
}

static enum error_code no_address(const char *listen, struct error *error)
{
    error_set(error, ERROR_INVALID, "'%.100s' is no address to listen on", listen);
    return error_hint(error, "host:port as in 127.0.0.1:8600 or [::1]:8600, or unix:/path/of/a/socket");
}

static enum error_code bind_and_listen(int fd, const struct sockaddr *address, socklen_t len, const char *listen_words, struct error *error)
{
    if (bind(fd, address, len) == 0 && listen(fd, 1024) == 0)
        return ERROR_NONE;
    if (errno == EADDRINUSE)
        return error_set(error, ERROR_CONFLICT, "%s is in use by another program", listen_words);
    return error_set_os(error, "cannot listen on %s", listen_words);
}

static enum error_code listen_on_unix(struct server *server, const char *path, int *fd_out, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return error_set(error, ERROR_INVALID, "the socket's path is too long: %.60s...", path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    snprintf(server->unix_path, sizeof server->unix_path, "%s", path);
    *fd_out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd_out < 0)
        return error_set_os(error, "no socket");
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0 && connect(probe, (struct sockaddr *)&address, sizeof address) != 0 && errno == ECONNREFUSED)
        unlink(path); /* left behind by one that was killed */
    if (probe >= 0)
        close(probe);
    return bind_and_listen(*fd_out, (struct sockaddr *)&address, sizeof address, path, error);
}

static enum error_code listen_on_port(struct server *server, const char *words, int *fd_out, struct error *error)
{
    char             host[256], *colon;
    struct addrinfo *found = NULL, hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    snprintf(host, sizeof host, "%s", words);
    colon = strrchr(host, ':');
    if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return no_address(words, error);
    *colon = '\0';
    const char *name = host;
    if (host[0] == '[' && colon > host + 1 && colon[-1] == ']') {
        colon[-1] = '\0';
        name = host + 1;
    }
    if (getaddrinfo(name[0] ? name : NULL, colon + 1, &hints, &found) || !found)
        return no_address(words, error);
    int on = 1;
    *fd_out = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    enum error_code code = *fd_out < 0 ? error_set_os(error, "no socket") : ERROR_NONE;
    if (!code) {
        setsockopt(*fd_out, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        code = bind_and_listen(*fd_out, found->ai_addr, found->ai_addrlen, words, error);
    }
    freeaddrinfo(found);
    struct sockaddr_storage bound;
    socklen_t               len = sizeof bound;
    char                    port[16];
    if (!code && getsockname(*fd_out, (struct sockaddr *)&bound, &len) == 0 &&
        getnameinfo((struct sockaddr *)&bound, len, NULL, 0, port, sizeof port, NI_NUMERICSERV) == 0)
        server->port = atoi(port);
    return code;
}

static enum error_code start_daemon(struct server *server, int fd, struct error *error)
{
    long     cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned loops = cores > 1 ? (cores > 4 ? 4 : (unsigned)cores) : 1;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, loops, MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, connections_notify, server, MHD_OPTION_CONNECTION_LIMIT,
        server->limits.connections < loops ? loops : server->limits.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        server->unix_path[0] ? 0u : server->limits.connections_per_peer, MHD_OPTION_CONNECTION_TIMEOUT, server->limits.idle_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)server->limits.header_bytes + 16384, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (server->daemon)
        return ERROR_NONE;
    close(fd);
    return error_set(error, ERROR_IO, "the HTTP server could not be started");
}

enum error_code server_start(const struct server_options *options, struct server **server_out, struct error *error)
{
    struct server *server = calloc(1, sizeof *server);
    int            fd = -1;
    *server_out = NULL;
    if (!server)
        return error_set(error, ERROR_MEMORY, "no memory for the server");
    server->options = *options;
    server->limits = fill_limits(options->limits);
    server->seed = hash_mix((uint64_t)clock_now_us(), (uint64_t)(uintptr_t)server);
    pthread_mutex_init(&server->lock, NULL);
    pthread_mutex_init(&server->queue_lock, NULL);
    pthread_mutex_init(&server->stream_lock, NULL);
    pthread_cond_init(&server->queue_changed, NULL);
    enum error_code code = strncmp(options->listen, "unix:", 5) == 0 ? listen_on_unix(server, options->listen + 5, &fd, error)
                                                                     : listen_on_port(server, options->listen, &fd, error);
    if (code && fd >= 0)
        close(fd);
    if (!code && !workers_start(server)) {
        close(fd);
        code = error_set(error, ERROR_MEMORY, "no threads for the server");
    }
    if (!code)
        code = start_daemon(server, fd, error);
    if (!code)
        server->has_sweeper = pthread_create(&server->sweeper, NULL, sweeper_run, server) == 0;
    if (code)
        server_stop(server, 0);
    else
        *server_out = server;
    return code;
}

int server_port(const struct server *server)
{
    return server->port;
}

void server_counters(const struct server *server, struct server_counters *counters_out)
{
    *counters_out = (struct server_counters){.requests = atomic_load(&server->requests), .refused = atomic_load(&server->refused),
                                             .bytes_in = atomic_load(&server->bytes_in), .bytes_out = atomic_load(&server->bytes_out),
                                             .connections_now = atomic_load(&server->connections_now),
                                             .streams_now = atomic_load(&server->streams_now), .queued_now = server->queued};
    for (size_t i = 0; i < 6; i++)
        counters_out->by_status[i] = atomic_load(&server->by_status[i]);
}

void server_stop(struct server *server, unsigned grace_ms)
{
    if (!server)
        return;
    __atomic_store_n(&server->is_stopping, true, __ATOMIC_RELEASE);
    int fd = server->daemon ? MHD_quiesce_daemon(server->daemon) : -1;
    streams_end(server);
    workers_wait(server, grace_ms);
    streams_end(server); /* begun by what was running */
    /* Answers that are on their way leave within moments; after that whatever is left is cut. */
    for (int64_t until_us = clock_monotonic_us() + 500000; server->daemon && clock_monotonic_us() < until_us;) {
        bool is_busy = false;
        pthread_mutex_lock(&server->lock);
        for (struct connection *row = server->connections; row; row = row->next)
            is_busy = is_busy || row->is_busy;
        pthread_mutex_unlock(&server->lock);
        if (!is_busy)
            break;
        clock_sleep(5);
    }
    if (server->has_sweeper) {
        __atomic_store_n(&server->is_over, true, __ATOMIC_RELEASE);
        pthread_join(server->sweeper, NULL);
    }
    workers_stop(server); /* jobs still running are waited for: they hold what is freed below */
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    if (fd >= 0)
        close(fd);
    if (server->unix_path[0])
        unlink(server->unix_path);
    pthread_cond_destroy(&server->queue_changed);
    pthread_mutex_destroy(&server->stream_lock);
    pthread_mutex_destroy(&server->queue_lock);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
