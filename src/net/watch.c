/* The watcher: what a clock must end. libmicrohttpd closes connections that move nothing; one that moves a byte now and
 * then is ours. */
#include "net/inside.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TICK_MS = 250, LINGER_MOST = 64, SLOWEST_BYTES_S = 4096 };
static const int64_t linger_us = 2 * CLOCK_SECOND_US;

struct lingering {
    struct {
        int     fd;
        int64_t until_us;
    } each[LINGER_MOST];
    size_t count;
};

void watch_linger(struct connection *connection)
{
    struct server *server = connection->server;
    int            fd = dup(connection->fd);
    if (fd < 0)
        return;
    pthread_mutex_lock(&server->lock);
    struct lingering *linger = server->lingering;
    bool           has_room = linger && linger->count < LINGER_MOST;
    if (has_room) {
        linger->each[linger->count].fd = fd;
        linger->each[linger->count].until_us = clock_monotonic_us() + linger_us;
        linger->count++;
    }
    pthread_mutex_unlock(&server->lock);
    if (!has_room)
        close(fd);
}

/* At most 1 MiB in a tick of each: a sender of 100 MiB is not waited for. */
static bool is_drained(int fd)
{
    char bytes[16 * 1024];
    for (int i = 0; i < 64; i++) {
        ssize_t len = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
            return true;
        if (len < 0)
            return false;
    }
    return false;
}

static void drain_lingering(struct lingering *linger, int64_t now_us)
{
    for (size_t i = 0; i < linger->count;) {
        if (now_us < linger->each[i].until_us && !is_drained(linger->each[i].fd)) {
            i++;
            continue;
        }
        close(linger->each[i].fd);
        linger->each[i] = linger->each[--linger->count];
    }
}

static int64_t allowed_us(const struct server *server, enum phase phase, uint64_t sending)
{
    const struct server_limits *limits = &server->limits;
    switch (phase) {
    case PHASE_WAITING:
        return ((int64_t)limits->idle_s + limits->request_s) *
               CLOCK_SECOND_US; /* the first byte may come at the last moment */
    case PHASE_READING: return limits->request_s * CLOCK_SECOND_US;
    case PHASE_RUNNING: return INT64_MAX;
    case PHASE_ANSWERING: return (limits->request_s + (int64_t)(sending / SLOWEST_BYTES_S)) * CLOCK_SECOND_US;
    }
    return INT64_MAX;
}

static bool has_hung_up(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLRDHUP};
    return poll(&one, 1, 0) == 1 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* A client that sent half a request and hung up before anybody looked: libmicrohttpd reads the half, takes the short
 * read for "nothing more yet", and as its events come once for an edge, never hears of the end. Shutting down makes
 * another edge. */
static void end_half_request(const struct connection *connection, enum phase phase, int64_t waited_us)
{
    int unread = 0;
    if (phase > PHASE_READING || waited_us < CLOCK_SECOND_US || !has_hung_up(connection->fd))
        return;
    if (ioctl(connection->fd, FIONREAD, &unread) == 0 && unread == 0)
        shutdown(connection->fd, SHUT_RDWR);
}

static void look_at(struct server *server, struct connection *connection, int64_t now_us)
{
    if (atomic_load(&connection->is_cut))
        return;
    enum phase phase = atomic_load(&connection->phase);
    int64_t    since_us = atomic_load(&connection->since_us);
    if (now_us - since_us > allowed_us(server, phase, atomic_load(&connection->sending)) &&
        phase == atomic_load(&connection->phase)) {
        atomic_store(&connection->is_cut, true);
        shutdown(connection->fd, SHUT_RDWR);
    } else {
        end_half_request(connection, phase, now_us - since_us);
    }
    if (connection->stream && stream_tick(connection->stream, now_us) && has_hung_up(connection->fd))
        stream_end(connection->stream, true);
}

static void *watch(void *context)
{
    struct server *server = context;
    pthread_mutex_lock(&server->lock);
    while (!server->is_watcher_ending) {
        int64_t         now_us = clock_monotonic_us(), next_us = now_us + TICK_MS * 1000;
        struct timespec next = {.tv_sec = next_us / CLOCK_SECOND_US, .tv_nsec = next_us % CLOCK_SECOND_US * 1000};
        for (struct connection *connection = server->connections; connection; connection = connection->next)
            look_at(server, connection, now_us);
        drain_lingering(server->lingering, now_us);
        pthread_cond_timedwait(&server->watcher_end, &server->lock, &next);
    }
    drain_lingering(server->lingering, INT64_MAX);
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

enum error_code watch_start(struct server *server, struct error *error)
{
    pthread_condattr_t monotonic;
    server->lingering = calloc(1, sizeof *server->lingering);
    if (!server->lingering)
        return error_set(error, ERROR_MEMORY, "no memory for the server");
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->watcher_end, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int failed = pthread_create(&server->watcher, NULL, watch, server);
    server->is_watching = !failed;
    return failed ? error_set_at(error, ERROR_MEMORY, failed, __FILE__, __LINE__, "no thread for the server")
                  : ERROR_NONE;
}

void watch_end(struct server *server)
{
    if (server->is_watching) {
        pthread_mutex_lock(&server->lock);
        server->is_watcher_ending = true;
        pthread_cond_signal(&server->watcher_end);
        pthread_mutex_unlock(&server->lock);
        pthread_join(server->watcher, NULL);
        pthread_cond_destroy(&server->watcher_end);
    }
    server->is_watching = false;
    free(server->lingering);
    server->lingering = NULL;
}
