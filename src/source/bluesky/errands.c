#include "source/bluesky/errands.h"

#include "base/clock.h"
#include "net/websocket.h"
#include "source/bluesky/acts.h"
#include "source/bluesky/place.h"
#include "source/bluesky/searches.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ERRANDS_MAX = 256 };

struct errands {
    struct source_port  *port;
    struct xrpc          xrpc;
    pthread_t            thread;
    pthread_mutex_t      lock;
    pthread_cond_t       changed;
    struct source_order *waiting[ERRANDS_MAX]; /* in the order they came */
    size_t               count;
    char                 sub[SOURCE_SUB_BYTES]; /* of the search in hand; empty: none */
    atomic_bool          is_unwanted;
    bool                 is_ending, is_ended;
    int                  stop_fd;
    enum error_code      verdict;
    struct error         why;
};

/* ---- Each errand, on their thread ---- */

static void judge(struct errands *errands, enum error_code code, const char *words)
{
    pthread_mutex_lock(&errands->lock);
    if (!errands->verdict)
        errands->verdict = error_set(&errands->why, code, "%s", words);
    pthread_mutex_unlock(&errands->lock);
}

/* Is the first of the hosts one that gives a stream? */
static bool check_host(struct errands *errands, struct error *error)
{
    struct str           host = str_trim(source_port_nth(errands->port, "hosts", 0));
    struct bluesky_claim claim = {0};
    struct websocket    *socket = NULL;
    struct buf           url = {0};
    char                 name[BLUESKY_HOST_BYTES];
    bool                 is_from_start, is_gap;
    snprintf(name, sizeof name, "%.*s", STR_ARG(host));
    enum bluesky_wire wire = bluesky_wire_named(source_port_text(errands->port, "wire"));
    bluesky_address(&(struct bluesky_asking){.wire = wire, .host = name, .claim = &claim, .is_live = true}, &url,
                    &is_from_start, &is_gap);
    buf_append_char(&url, '\0');
    struct websocket_options options = {.url = url.ptr, .subprotocol = wire == BLUESKY_V2 ? "xrpc.v1.json" : NULL,
                                        .allows_private = source_port_allows_private(errands->port),
                                        .timeout_ms = 10000, .stop_fd = errands->stop_fd};
    bool is_open = websocket_open(&options, &socket, NULL, error) == ERROR_NONE;
    websocket_close(socket, 1000);
    buf_fini(&url);
    return is_open;
}

static void do_check(struct errands *errands)
{
    struct source_account account = {0};
    struct error          error = {0};
    struct xrpc_answer    answer = {0};
    if (!check_host(errands, &error)) {
        judge(errands, error.code == ERROR_INVALID ? ERROR_INVALID : ERROR_IO, error.message);
        return;
    }
    if (errands->xrpc.has_account) {
        enum source_failure failure = xrpc_sign_in(&errands->xrpc, &answer);
        if (failure)
            judge(errands, failure == SOURCE_AUTH ? ERROR_DENIED : failure == SOURCE_LIMITED ? ERROR_BUSY : ERROR_IO,
                  answer.message);
        xrpc_answer_fini(&answer);
        if (failure)
            return;
        snprintf(account.id, sizeof account.id, "%s", errands->xrpc.did);
        snprintf(account.handle, sizeof account.handle, "%s", errands->xrpc.handle);
    }
    source_port_ready(errands->port, &account);
}

static void do_one(struct errands *errands, struct source_order *order)
{
    struct source_result result;
    switch (order->kind) {
    case SOURCE_ORDER_CHECK:
        do_check(errands);
        break;
    case SOURCE_ORDER_COMMAND:
        acts_do(&errands->xrpc, &order->command, &result);
        source_port_result(errands->port, &result);
        break;
    default:
        searches_do(&errands->xrpc, order, &errands->is_unwanted);
        break;
    }
    source_order_free(order);
}

static bool is_command(const struct source_order *order)
{
    return order->kind == SOURCE_ORDER_COMMAND;
}

/* Under lock. Commands first, else what came first. */
static struct source_order *next(struct errands *errands)
{
    size_t at = 0;
    for (size_t i = 0; i < errands->count; i++)
        if (is_command(errands->waiting[i])) {
            at = i;
            break;
        }
    struct source_order *order = errands->waiting[at];
    memmove(errands->waiting + at, errands->waiting + at + 1, (--errands->count - at) * sizeof *errands->waiting);
    return order;
}

static void *work(void *context)
{
    struct errands *errands = context;
    pthread_mutex_lock(&errands->lock);
    for (;;) {
        while (errands->count == 0 && !errands->is_ending)
            pthread_cond_wait(&errands->changed, &errands->lock);
        if (errands->is_ending)
            break;
        struct source_order *order = next(errands);
        memcpy(errands->sub, order->sub, sizeof errands->sub);
        errands->is_unwanted = false;
        pthread_mutex_unlock(&errands->lock);
        do_one(errands, order);
        pthread_mutex_lock(&errands->lock);
        errands->sub[0] = '\0';
    }
    errands->is_ended = true;
    pthread_cond_broadcast(&errands->changed);
    pthread_mutex_unlock(&errands->lock);
    return NULL;
}

/* ---- From the connector's thread ---- */

enum error_code errands_new(struct source_port *port, struct errands **errands_out, struct error *error)
{
    struct errands *errands = calloc(1, sizeof *errands);
    *errands_out = NULL;
    if (!errands)
        return error_set(error, ERROR_MEMORY, "no memory for an account");
    errands->port = port;
    errands->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&errands->lock, NULL);
    pthread_cond_init(&errands->changed, NULL);
    enum error_code code = errands->stop_fd < 0 ? error_set_os(error, "cannot make an event")
                           : xrpc_init(&errands->xrpc, port, errands->stop_fd, error);
    if (!code && pthread_create(&errands->thread, NULL, work, errands))
        code = error_set(error, ERROR_MEMORY, "cannot make a thread");
    if (code) {
        xrpc_fini(&errands->xrpc);
        if (errands->stop_fd >= 0)
            close(errands->stop_fd);
        free(errands);
        return code;
    }
    *errands_out = errands;
    return ERROR_NONE;
}

/* What is not begun: a command surely was not done. */
static void turn_away(struct errands *errands, struct source_order *order)
{
    struct source_result result = {.failure = SOURCE_TRANSIENT,
                                   .message = "not begun: the connector ends, or has too much to do"};
    if (is_command(order)) {
        memcpy(result.id, order->command.id, sizeof result.id);
        source_port_result(errands->port, &result);
    }
    source_order_free(order);
}

void errands_add(struct errands *errands, struct source_order *order)
{
    pthread_mutex_lock(&errands->lock);
    bool has_room = errands->count < ERRANDS_MAX && !errands->is_ending;
    if (has_room) {
        errands->waiting[errands->count++] = order;
        pthread_cond_broadcast(&errands->changed);
    }
    pthread_mutex_unlock(&errands->lock);
    if (!has_room)
        turn_away(errands, order);
}

void errands_forget(struct errands *errands, const char *sub)
{
    pthread_mutex_lock(&errands->lock);
    if (strcmp(errands->sub, sub) == 0)
        errands->is_unwanted = true;
    for (size_t i = errands->count; i-- > 0;)
        if (errands->waiting[i]->kind == SOURCE_ORDER_SUBSCRIBE && strcmp(errands->waiting[i]->sub, sub) == 0) {
            source_order_free(errands->waiting[i]);
            memmove(errands->waiting + i, errands->waiting + i + 1, (--errands->count - i) * sizeof *errands->waiting);
        }
    pthread_mutex_unlock(&errands->lock);
}

enum error_code errands_verdict(struct errands *errands, struct error *error)
{
    pthread_mutex_lock(&errands->lock);
    enum error_code code = errands->verdict;
    if (code)
        *error = errands->why;
    pthread_mutex_unlock(&errands->lock);
    return code;
}

void errands_free(struct errands *errands, unsigned grace_ms)
{
    struct timespec until;
    uint64_t        one = 1;
    bool            is_late = false;
    if (!errands)
        return;
    clock_deadline(grace_ms, &until);
    pthread_mutex_lock(&errands->lock);
    errands->is_ending = true;
    errands->is_unwanted = true;
    pthread_cond_broadcast(&errands->changed);
    while (!errands->is_ended && !is_late)
        is_late = pthread_cond_timedwait(&errands->changed, &errands->lock, &until) != 0;
    pthread_mutex_unlock(&errands->lock);
    if (is_late && write(errands->stop_fd, &one, sizeof one) < 0)
        source_port_log(errands->port, "warning", "a request could not be stopped");
    pthread_join(errands->thread, NULL);
    while (errands->count)
        turn_away(errands, errands->waiting[--errands->count]);
    xrpc_fini(&errands->xrpc);
    close(errands->stop_fd);
    pthread_mutex_destroy(&errands->lock);
    pthread_cond_destroy(&errands->changed);
    free(errands);
}
