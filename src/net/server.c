#include "net/inside.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/vfs.h"
#include "net/listen.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LOOPS_MOST = 4, REFUSED_LOGGED_EVERY_US = 50 * 1000, STOP_TICK_MS = 5, SPARE_HANDLES = 128 };

/* ---- Suspending ---- */

bool server_suspend(struct server *server, struct MHD_Connection *mhd)
{
    /* Counted before the flag is read: server_stop sets the flag before it reads the count, so one of the two sees the
     * other. */
    atomic_fetch_add(&server->suspended, 1);
    if (atomic_load(&server->is_grace_over)) {
        atomic_fetch_sub(&server->suspended, 1);
        return false;
    }
    MHD_suspend_connection(mhd);
    return true;
}

void server_resume(struct server *server, struct MHD_Connection *mhd)
{
    MHD_resume_connection(mhd);
    atomic_fetch_sub(&server->suspended, 1);
}

/* ---- What libmicrohttpd tells ---- */

void server_log_line(struct server *server, const struct http_log *line)
{
    atomic_fetch_add(&server->requests, line->request != NULL);
    atomic_fetch_add(&server->bytes_in, line->bytes_in);
    atomic_fetch_add(&server->bytes_out, line->bytes_out);
    if (line->request && line->status >= 100 && line->status < 600)
        atomic_fetch_add(&server->by_status[line->status / 100], 1);
    if (server->options.log)
        server->options.log(server->options.context, line);
}

/* A flood must not become a flood of lines. */
static void refuse_connection(struct server *server, const struct address *address)
{
    int64_t now_us = clock_monotonic_us(), last_us = atomic_load(&server->refused_logged_us);
    char    peer[ADDRESS_TEXT_BYTES];
    atomic_fetch_add(&server->refused, 1);
    if (now_us - last_us < REFUSED_LOGGED_EVERY_US ||
        !atomic_compare_exchange_strong(&server->refused_logged_us, &last_us, now_us))
        return;
    address_print(address, peer);
    server_log_line(server, &(struct http_log){.event = "refused", .status = 429, .peer = peer});
}

static bool is_bounded(const struct server *server, const struct address *address)
{
    return !address->is_unix && !trusted_has(&server->trusted, address);
}

static enum MHD_Result may_connect(void *context, const struct sockaddr *from, socklen_t len)
{
    struct server *server = context;
    struct address address = address_of(len ? from : NULL);
    if (!is_bounded(server, &address) || peers_may_connect(&server->peers, &address))
        return MHD_YES;
    refuse_connection(server, &address);
    return MHD_NO;
}

static void opened(struct server *server, struct MHD_Connection *mhd, void **socket_context)
{
    struct connection *connection = calloc(1, sizeof *connection);
    *socket_context = connection;
    if (!connection)
        return;
    const union MHD_ConnectionInfo *from = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    connection->server = server;
    connection->mhd = mhd;
    connection->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    connection->address = address_of(from ? from->client_addr : NULL);
    connection->is_counted = is_bounded(server, &connection->address);
    connection->since_us = clock_monotonic_us();
    if (connection->is_counted)
        peers_connect(&server->peers, &connection->address, connection->since_us);
    atomic_fetch_add(&server->connection_count, 1);
    pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    connection->back = &server->connections;
    if (connection->next)
        connection->next->back = &connection->next;
    server->connections = connection;
    pthread_mutex_unlock(&server->lock);
}

static void closed(struct connection *connection)
{
    struct server *server = connection->server;
    pthread_mutex_lock(&server->lock);
    *connection->back = connection->next;
    if (connection->next)
        connection->next->back = connection->back;
    pthread_mutex_unlock(&server->lock);
    if (connection->is_counted)
        peers_disconnect(&server->peers, &connection->address, clock_monotonic_us());
    atomic_fetch_sub(&server->connection_count, 1);
    if (connection->exchange) /* its first line came, and never was told as completed */
        exchange_completed(connection->exchange, MHD_REQUEST_TERMINATED_WITH_ERROR);
    free(connection);
}

static void connection_event(void *context, struct MHD_Connection *mhd, void **socket_context,
                             enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        opened(context, mhd, socket_context);
    else if (*socket_context)
        closed(*socket_context);
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void *target_arrived(void *context, const char *target, struct MHD_Connection *mhd)
{
    (void)context;
    struct connection *connection = connection_of(mhd);
    if (!connection)
        return NULL;
    if (connection->exchange)
        exchange_completed(connection->exchange, MHD_REQUEST_TERMINATED_WITH_ERROR);
    connection->exchange = exchange_new(connection, target);
    atomic_store(&connection->since_us, clock_monotonic_us());
    atomic_store(&connection->phase, PHASE_READING);
    return connection->exchange;
}

static enum MHD_Result step(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                            const char *version, const char *bytes, size_t *size_io, void **exchange_io)
{
    (void)context, (void)mhd, (void)url;
    return *exchange_io ? exchange_step(*exchange_io, method, version, bytes, size_io) : MHD_NO;
}

static void completed(void *context, struct MHD_Connection *mhd, void **exchange_io,
                      enum MHD_RequestTerminationCode why)
{
    (void)context;
    struct connection *connection = connection_of(mhd);
    if (connection && connection->is_lingering)
        watch_linger(connection);
    if (*exchange_io)
        exchange_completed(*exchange_io, why);
    *exchange_io = NULL;
}

/* Escapes are ours to decode: libmicrohttpd would let %00 end a text, and would decode without looking. */
static size_t leave_escapes(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context, (void)mhd;
    return strlen(text);
}

/* ---- Starting ---- */

static unsigned or_default(unsigned value, unsigned fallback)
{
    return value ? value : fallback;
}

static void fill_limits(struct server_limits *limits)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    limits->connections = or_default(limits->connections, 1024);
    limits->connections_per_peer = or_default(limits->connections_per_peer, 128);
    limits->workers = or_default(limits->workers, cores > 2 ? (unsigned)cores * 2 : 4);
    limits->queued = or_default(limits->queued, 256);
    limits->header_bytes = or_default(limits->header_bytes, 32 * 1024);
    limits->idle_s = or_default(limits->idle_s, 30);
    limits->request_s = or_default(limits->request_s, 60);
    limits->requests_per_peer_s = or_default(limits->requests_per_peer_s, 500);
    if (!limits->body_bytes)
        limits->body_bytes = 32 * 1024 * 1024;
    if (!limits->bodies_bytes)
        limits->bodies_bytes = 8 * limits->body_bytes;
}

/* Every connection is a file handle, and the soft bound of most systems is 1,024 for all of them. */
static enum error_code allow_handles(unsigned connections, struct error *error)
{
    struct rlimit bound;
    rlim_t        wanted = (rlim_t)connections + SPARE_HANDLES;
    if (getrlimit(RLIMIT_NOFILE, &bound))
        return error_set_os(error, "cannot ask how many files may be open");
    if (bound.rlim_cur >= wanted)
        return ERROR_NONE;
    if (bound.rlim_max < wanted)
        return error_set(error, ERROR_INVALID, "%u connections need %llu open files; this system allows %llu",
                         connections, (unsigned long long)wanted, (unsigned long long)bound.rlim_max);
    bound.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &bound)
               ? error_set_os(error, "cannot allow %llu open files", (unsigned long long)wanted)
               : ERROR_NONE;
}

static enum error_code start_daemon(struct server *server, struct error *error)
{
    long     cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned loops = cores / 2 < 1 ? 1 : cores / 2 > LOOPS_MOST ? LOOPS_MOST : (unsigned)(cores / 2);
    struct MHD_OptionItem pool[] = {{MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)loops, NULL}, {MHD_OPTION_END, 0, NULL}};
    /* So much that headers may grow to their bound and are refused by us rather than cut off; no more, since it is
     * cleared for each request. */
    size_t memory = (size_t)server->limits.header_bytes + 16 * 1024;
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, may_connect, server,
                         step, server, MHD_OPTION_LISTEN_SOCKET, server->listen_fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         memory, MHD_OPTION_CONNECTION_LIMIT, server->limits.connections, MHD_OPTION_CONNECTION_TIMEOUT,
                         server->limits.idle_s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
                         target_arrived, server, MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL,
                         MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_NOTIFY_CONNECTION, connection_event,
                         server, MHD_OPTION_ARRAY, loops > 1 ? pool : pool + 1, MHD_OPTION_END);
    return server->daemon ? ERROR_NONE
                          : error_set(error, ERROR_IO, "cannot start the HTTP server on %s", server->options.listen);
}

static void free_server(struct server *server)
{
    if (server->workers.threads)
        workers_end(&server->workers);
    watch_end(server);
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    if (server->unix_path[0])
        vfs_remove(server->unix_path, NULL);
    if (server->peers.others)
        peers_fini(&server->peers);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

enum error_code server_start(const struct server_options *options, struct server **server_out, struct error *error)
{
    struct listening listening = {.fd = -1};
    struct server   *server = calloc(1, sizeof *server);
    *server_out = NULL;
    if (!server)
        return error_set(error, ERROR_MEMORY, "no memory for the server");
    *server = (struct server){.options = *options, .limits = options->limits, .listen_fd = -1};
    fill_limits(&server->limits);
    pthread_mutex_init(&server->lock, NULL);
    server->id_seed = hash_mix((uint64_t)clock_now_us(), (uint64_t)getpid());
    enum error_code code = trusted_parse(str_of(options->trusted_proxies), &server->trusted, error);
    if (!code)
        code = allow_handles(server->limits.connections, error);
    if (!code && !peers_init(&server->peers, server->limits.connections_per_peer, server->limits.requests_per_peer_s))
        code = error_set(error, ERROR_MEMORY, "no memory for the server");
    if (!code)
        code = listen_open(options->listen, &listening, error);
    server->listen_fd = listening.fd;
    server->port = listening.port;
    memcpy(server->unix_path, listening.unix_path, sizeof server->unix_path);
    if (!code)
        code = workers_start(&server->workers, server->limits.workers, error);
    if (!code)
        code = watch_start(server, error);
    if (!code)
        code = start_daemon(server, error);
    if (code)
        free_server(server);
    else
        *server_out = server;
    return code;
}

int server_port(const struct server *server)
{
    return server->port;
}

unsigned server_workers(const struct server *server)
{
    return server->limits.workers;
}

void server_counters(const struct server *server, struct server_counters *counters_out)
{
    struct server *counted = (struct server *)(uintptr_t)server;
    *counters_out = (struct server_counters){
        .requests = atomic_load(&counted->requests),
        .refused = atomic_load(&counted->refused),
        .bytes_in = atomic_load(&counted->bytes_in),
        .bytes_out = atomic_load(&counted->bytes_out),
        .connections_now = atomic_load(&counted->connection_count),
        .streams_now = atomic_load(&counted->stream_count),
        .queued_now = workers_queued(&counted->workers),
    };
    for (size_t i = 0; i < 6; i++)
        counters_out->by_status[i] = atomic_load(&counted->by_status[i]);
}

/* ---- Stopping ---- */

static void end_streams(struct server *server, bool only_if_waiting)
{
    pthread_mutex_lock(&server->lock);
    for (struct connection *connection = server->connections; connection; connection = connection->next)
        if (connection->stream)
            stream_end(connection->stream, only_if_waiting);
    pthread_mutex_unlock(&server->lock);
}

void server_stop(struct server *server, unsigned grace_ms)
{
    if (!server)
        return;
    int64_t until_us = clock_monotonic_us() + (int64_t)grace_ms * 1000;
    atomic_store(&server->is_stopping, true);
    int fd = MHD_quiesce_daemon(server->daemon);
    do {
        end_streams(server, true);
        if (atomic_load(&server->unanswered) == 0)
            break;
        clock_sleep(STOP_TICK_MS);
    } while (clock_monotonic_us() < until_us);
    atomic_store(&server->is_grace_over, true);
    while (atomic_load(&server->suspended)) { /* libmicrohttpd gives up where anything is suspended */
        end_streams(server, false);
        clock_sleep(STOP_TICK_MS);
    }
    MHD_stop_daemon(server->daemon);
    server->listen_fd = fd == MHD_INVALID_SOCKET ? -1 : fd;
    free_server(server);
}
