/* Who may ask, how often, and how long a connection may take over it. */
#include "net/inside.h"

#include "base/clock.h"
#include "base/hash.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

/* A bucket of tokens for each peer (as in RFC 2697), filled with requests_per_peer_s a second up to twice that. The table is of fixed
 * size: where two peers meet in one place, the newcomer begins with a full bucket, which errs on the side of answering. */
bool limits_admit(struct server *server, const char *peer, int64_t now_us)
{
    double   rate = server->limits.requests_per_peer_s, most = rate * 2;
    uint64_t key = hash_mix(hash_bytes(peer, strlen(peer)), server->seed) | 1;
    pthread_mutex_lock(&server->lock);
    struct peer *row = &server->peers[key % PEERS];
    if (row->key != key)
        *row = (struct peer){key, most, now_us};
    row->tokens += (double)(now_us - row->at_us) / 1e6 * rate;
    row->tokens = row->tokens > most ? most : row->tokens;
    row->at_us = now_us;
    bool is_admitted = row->tokens >= 1;
    if (is_admitted)
        row->tokens -= 1;
    pthread_mutex_unlock(&server->lock);
    return is_admitted;
}

static void print_peer(const struct sockaddr *address, char peer[64])
{
    snprintf(peer, 64, "unix");
    if (address && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, peer, 64);
    else if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, peer, 64);
}

void connections_notify(void *context, struct MHD_Connection *connection, void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct connection *row = calloc(1, sizeof *row);
        *socket_context = row;
        if (!row)
            return;
        row->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        print_peer(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, row->peer);
        row->waiting_since_us = clock_monotonic_us();
        pthread_mutex_lock(&server->lock);
        row->next = server->connections;
        row->slot = &server->connections;
        if (row->next)
            row->next->slot = &row->next;
        server->connections = row;
        pthread_mutex_unlock(&server->lock);
        atomic_fetch_add(&server->connections_now, 1);
        return;
    }
    struct connection *row = *socket_context;
    if (!row)
        return;
    pthread_mutex_lock(&server->lock); /* the socket is still open: see sweeper_run */
    *row->slot = row->next;
    if (row->next)
        row->next->slot = row->slot;
    pthread_mutex_unlock(&server->lock);
    free(row);
    *socket_context = NULL;
    atomic_fetch_sub(&server->connections_now, 1);
}

void connection_busy(struct server *server, struct MHD_Connection *connection, bool is_busy)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection              *row = info ? info->socket_context : NULL;
    if (!row)
        return;
    pthread_mutex_lock(&server->lock);
    row->is_busy = is_busy;
    row->waiting_since_us = clock_monotonic_us();
    pthread_mutex_unlock(&server->lock);
}

/* libmicrohttpd ends connections on which nothing moves. One that sends a byte now and then would live for ever: it is cut when a
 * request has not come in whole within request_s. Only the socket is shut down here; its own thread sees that and cleans up. */
void *sweeper_run(void *context)
{
    struct server *server = context;
    while (!__atomic_load_n(&server->is_over, __ATOMIC_ACQUIRE)) {
        clock_sleep(250);
        int64_t now_us = clock_monotonic_us(), most_us = (int64_t)server->limits.request_s * CLOCK_SECOND_US;
        pthread_mutex_lock(&server->lock);
        for (struct connection *row = server->connections; row; row = row->next) {
            if (row->is_busy || row->is_cut || now_us - row->waiting_since_us < most_us)
                continue;
            row->is_cut = true;
            shutdown(row->fd, SHUT_RDWR);
            atomic_fetch_add(&server->refused, 1);
            if (server->options.log)
                server->options.log(server->options.context, &(struct http_log){.event = "timeout", .peer = row->peer});
        }
        pthread_mutex_unlock(&server->lock);
        streams_look(server, now_us);
    }
    return NULL;
}
