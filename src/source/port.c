#include "source/port_inside.h"

#include "base/clock.h"
#include "source/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- Life ---- */

enum error_code port_init(struct source_port *port, const struct source_setup *setup, const struct source_host *host, struct error *error)
{
    *port = (struct source_port){.setup = *setup, .host = *host, .event_fd = -1};
    pthread_mutex_init(&port->speaking, NULL);
    pthread_mutex_init(&port->lock, NULL);
    pthread_cond_init(&port->changed, NULL);
    port->commands.end = &port->commands.first;
    port->orders.end = &port->orders.first;
    port->setup.max_inflight = setup->max_inflight ? setup->max_inflight : SOURCE_INFLIGHT;
    port->setup.max_items = setup->max_items && setup->max_items < SOURCE_ITEMS_MAX ? setup->max_items : SOURCE_ITEMS_MAX;
    enum error_code code = source_values_read(setup->connector->fields, setup->config, setup->secrets, &port->values, error);
    port->setup.config = port->setup.secrets = (struct str){0};
    if (code)
        return code;
    port->in_hand = calloc(SOURCE_COMMANDS_MAX, sizeof *port->in_hand);
    if (!port->in_hand)
        return error_set(error, ERROR_MEMORY, "no memory for a connector");
    port->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return port->event_fd < 0 ? error_set_os(error, "cannot make an event") : ERROR_NONE;
}

static struct port_order *pop(struct port_list *list)
{
    struct port_order *order = list->first;
    if (!order)
        return NULL;
    list->first = order->next;
    if (!list->first)
        list->end = &list->first;
    list->count--;
    return order;
}

void port_fini(struct source_port *port)
{
    struct port_order *order;
    while ((order = pop(&port->commands)) || (order = pop(&port->orders)))
        source_order_free(&order->order);
    if (port->event_fd >= 0)
        close(port->event_fd);
    free(port->in_hand);
    source_values_fini(&port->values);
    pthread_cond_destroy(&port->changed);
    pthread_mutex_destroy(&port->lock);
    pthread_mutex_destroy(&port->speaking);
}

void source_order_free(struct source_order *order)
{
    if (!order)
        return;
    arena_fini(&order->arena);
    free(order); /* first member of its struct port_order */
}

/* ---- What it was given ---- */

struct str source_port_text(struct source_port *port, const char *name)
{
    struct source_value *value = source_values_at(&port->values, name);
    pthread_mutex_lock(&port->lock); /* a secret may have been rotated */
    struct str text = value->text;
    pthread_mutex_unlock(&port->lock);
    return text;
}

int64_t source_port_number(struct source_port *port, const char *name)
{
    return source_values_at(&port->values, name)->number;
}

bool source_port_boolean(struct source_port *port, const char *name)
{
    return source_values_at(&port->values, name)->boolean;
}

struct str source_port_nth(struct source_port *port, const char *name, size_t nth)
{
    const struct source_value *value = source_values_at(&port->values, name);
    return nth < value->count ? value->list[nth] : (struct str){0};
}

bool source_port_allows_private(struct source_port *port)
{
    return port->setup.allows_private;
}

unsigned source_port_max_items(struct source_port *port)
{
    return port->setup.max_items;
}

/* ---- Orders in ---- */

/* Under lock. */
static void wake(struct source_port *port)
{
    uint64_t one = 1;
    pthread_cond_broadcast(&port->changed);
    while (write(port->event_fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

static struct port_order *new_order(enum source_order_kind kind, const char *sub)
{
    struct port_order *order = calloc(1, sizeof *order);
    if (!order)
        return NULL;
    order->order.kind = kind;
    snprintf(order->order.sub, sizeof order->order.sub, "%s", sub);
    return order;
}

/* Takes the order over, also where it cannot. */
static bool push(struct source_port *port, struct port_list *list, size_t most, struct port_order *order)
{
    pthread_mutex_lock(&port->lock);
    bool has_room = list->count < most;
    if (has_room) {
        *list->end = order;
        list->end = &order->next;
        list->count++;
        wake(port);
    }
    pthread_mutex_unlock(&port->lock);
    if (!has_room)
        source_order_free(&order->order);
    return has_room;
}

bool port_push(struct source_port *port, enum source_order_kind kind, const char *sub)
{
    struct port_order *order = new_order(kind, sub);
    return order && push(port, &port->orders, SOURCE_ORDERS_MAX, order);
}

bool port_push_subscribe(struct source_port *port, const char *sub, enum source_mode mode, const struct source_query *query, struct str state)
{
    struct port_order  *order = new_order(SOURCE_ORDER_SUBSCRIBE, sub);
    struct source_order *inner = order ? &order->order : NULL;
    if (!order)
        return false;
    inner->mode = mode;
    inner->state = state.len ? arena_str(&inner->arena, state) : (struct str){0};
    if ((state.len && !inner->state.ptr) || !source_query_copy(query, &inner->arena, &inner->query)) {
        source_order_free(inner);
        return false;
    }
    return push(port, &port->orders, SOURCE_ORDERS_MAX, order);
}

bool port_push_command(struct source_port *port, const struct source_command *command)
{
    struct port_order *order = new_order(SOURCE_ORDER_COMMAND, "");
    if (!order)
        return false;
    if (!source_command_copy(command, &order->order.arena, &order->order.command)) {
        source_order_free(&order->order);
        return false;
    }
    return push(port, &port->commands, SOURCE_COMMANDS_MAX, order);
}

void port_push_shutdown(struct source_port *port, unsigned grace_s)
{
    atomic_store(&port->is_ending, true);
    struct port_order *order = new_order(SOURCE_ORDER_SHUTDOWN, "");
    pthread_mutex_lock(&port->lock);
    if (order) { /* in front: what was not begun is not begun any more */
        order->order.grace_s = grace_s;
        order->next = port->orders.first;
        if (!order->next)
            port->orders.end = &order->next;
        port->orders.first = order;
        port->orders.count++;
    }
    wake(port);
    pthread_mutex_unlock(&port->lock);
}

static struct port_sub *sub_named(struct source_port *port, const char *name)
{
    for (size_t i = 0; i < port->sub_count; i++)
        if (strcmp(port->subs[i].name, name) == 0)
            return &port->subs[i];
    return NULL;
}

void port_push_ack(struct source_port *port, const char *sub, uint64_t seq)
{
    pthread_mutex_lock(&port->lock);
    struct port_sub *at = sub_named(port, sub);
    if (at && seq > at->acked) { /* an ack of what was never sent counts for what was */
        at->acked = seq < at->sent ? seq : at->sent;
        port->has_news = true;
        wake(port);
    }
    pthread_mutex_unlock(&port->lock);
}

/* ---- Orders out ---- */

/* Under lock: what taking an order means for the port itself. */
static void note_taken(struct source_port *port, const struct source_order *order)
{
    struct port_sub *sub = sub_named(port, order->sub);
    switch (order->kind) {
    case SOURCE_ORDER_SUBSCRIBE:
        if (!sub && port->sub_count < SOURCE_SUBS_MAX)
            sub = &port->subs[port->sub_count++];
        if (sub) {
            *sub = (struct port_sub){0};
            memcpy(sub->name, order->sub, sizeof sub->name);
        }
        break;
    case SOURCE_ORDER_UNSUBSCRIBE:
        if (sub)
            *sub = port->subs[--port->sub_count];
        break;
    case SOURCE_ORDER_COMMAND:
        memcpy(port->in_hand[port->in_hand_count++], order->command.id, SOURCE_KEY_BYTES);
        break;
    default:
        break;
    }
}

/* Under lock. Commands first, as long as there is room for them in hand. */
static struct port_order *next_order(struct source_port *port)
{
    struct port_order *order = port->in_hand_count < SOURCE_COMMANDS_MAX ? pop(&port->commands) : NULL;
    if (!order)
        order = pop(&port->orders);
    if (order)
        note_taken(port, &order->order);
    return order;
}

/* Under lock. Commands that must wait for room in hand are no reason to look. */
static void stop_being_readable(struct source_port *port)
{
    uint64_t count;
    bool     has_command = port->commands.first && port->in_hand_count < SOURCE_COMMANDS_MAX;
    if (!port->has_news && !has_command && !port->orders.first)
        while (read(port->event_fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

/* True where the order is a command that came too late: then it was answered. */
static bool is_late(struct source_port *port, struct source_order *order)
{
    if (order->kind != SOURCE_ORDER_COMMAND || order->command.deadline_us == 0 || clock_now_us() <= order->command.deadline_us)
        return false;
    struct source_result result = {.failure = SOURCE_TRANSIENT, .message = "not begun before its deadline"};
    memcpy(result.id, order->command.id, sizeof result.id);
    source_port_result(port, &result);
    source_order_free(order);
    return true;
}

struct source_order *source_port_take(struct source_port *port, int64_t wait_ms)
{
    struct timespec    until;
    struct port_order *order;
    if (wait_ms > 0)
        clock_deadline(wait_ms, &until);
    for (;;) {
        bool is_over = wait_ms == 0;
        pthread_mutex_lock(&port->lock);
        while (!(order = next_order(port)) && !port->has_news && !is_over)
            is_over = wait_ms > 0 ? pthread_cond_timedwait(&port->changed, &port->lock, &until) == ETIMEDOUT
                                  : (pthread_cond_wait(&port->changed, &port->lock), false);
        if (!order)
            port->has_news = false;
        stop_being_readable(port);
        pthread_mutex_unlock(&port->lock);
        if (!order || !is_late(port, &order->order))
            return order ? &order->order : NULL;
    }
}

int source_port_fd(struct source_port *port)
{
    return port->event_fd;
}

bool source_port_is_ending(struct source_port *port)
{
    return atomic_load(&port->is_ending);
}

/* ---- Words back ---- */

bool source_port_has_room(struct source_port *port, const char *sub)
{
    pthread_mutex_lock(&port->lock);
    const struct port_sub *at = sub_named(port, sub);
    bool                   has_room = at && at->sent - at->acked < port->setup.max_inflight;
    pthread_mutex_unlock(&port->lock);
    return has_room;
}

uint64_t source_port_acked(struct source_port *port, const char *sub)
{
    pthread_mutex_lock(&port->lock);
    const struct port_sub *at = sub_named(port, sub);
    uint64_t               acked = at ? at->acked : 0;
    pthread_mutex_unlock(&port->lock);
    return acked;
}

/* True, with speaking held, while the host listens. */
static bool speak(struct source_port *port)
{
    pthread_mutex_lock(&port->speaking);
    if (!port->has_ended)
        return true;
    pthread_mutex_unlock(&port->speaking);
    return false;
}

static void be_silent(struct source_port *port)
{
    pthread_mutex_unlock(&port->speaking);
}

void source_port_send(struct source_port *port, struct source_batch *batch)
{
    require(batch->state.len <= SOURCE_STATE_MAX_BYTES && batch->count <= SOURCE_ITEMS_MAX);
    bool is_heard = speak(port);
    pthread_mutex_lock(&port->lock);
    struct port_sub *sub = sub_named(port, batch->sub);
    if (sub) { /* else another thread has just unsubscribed */
        require(sub->sent - sub->acked < port->setup.max_inflight);
        batch->seq = ++sub->sent;
    }
    pthread_mutex_unlock(&port->lock);
    if (is_heard && sub && port->host.batch)
        port->host.batch(port->host.context, batch);
    else
        source_batch_free(batch);
    if (is_heard)
        be_silent(port);
}

void source_port_ready(struct source_port *port, const struct source_account *account)
{
    if (!speak(port))
        return;
    if (port->host.ready)
        port->host.ready(port->host.context, account);
    be_silent(port);
}

void source_port_status(struct source_port *port, const struct source_status *status)
{
    if (!speak(port))
        return;
    if (port->host.status)
        port->host.status(port->host.context, status);
    be_silent(port);
}

void source_port_result(struct source_port *port, const struct source_result *result)
{
    pthread_mutex_lock(&port->lock);
    size_t i = 0;
    while (i < port->in_hand_count && strcmp(port->in_hand[i], result->id) != 0)
        i++;
    bool is_known = i < port->in_hand_count; /* one result each: a second is dropped */
    if (is_known)
        memcpy(port->in_hand[i], port->in_hand[--port->in_hand_count], SOURCE_KEY_BYTES);
    if (is_known && port->commands.first)
        wake(port);
    pthread_mutex_unlock(&port->lock);
    if (!is_known || !speak(port))
        return;
    if (port->host.result)
        port->host.result(port->host.context, result);
    be_silent(port);
}

bool source_port_store_secret(struct source_port *port, const char *name, struct str value)
{
    struct source_value *row = source_values_at(&port->values, name);
    if (!speak(port))
        return false;
    bool is_stored = port->host.secret && port->host.secret(port->host.context, str_of(name), value);
    be_silent(port);
    if (!is_stored)
        return false;
    /* The old one stays where it is: who asked for it before may still hold it. */
    pthread_mutex_lock(&port->lock);
    struct str copy = arena_str(&port->values.arena, value);
    if (copy.ptr)
        row->text = copy;
    pthread_mutex_unlock(&port->lock);
    return copy.ptr != NULL;
}

void source_port_log(struct source_port *port, const char *level, const char *format, ...)
{
    char    words[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    if (!speak(port))
        return;
    if (port->host.log)
        port->host.log(port->host.context, level, str_of(words));
    be_silent(port);
}

void source_port_refused(struct source_port *port, const char *reason, uint64_t count)
{
    if (!count || !speak(port))
        return;
    if (port->host.refused)
        port->host.refused(port->host.context, reason, count);
    be_silent(port);
}

/* ---- The end ---- */

static void answer_in_hand(struct source_port *port)
{
    pthread_mutex_lock(&port->lock);
    size_t count = port->in_hand_count;
    port->in_hand_count = 0;
    pthread_mutex_unlock(&port->lock);
    for (size_t i = 0; i < count && port->host.result; i++) {
        struct source_result result = {.failure = SOURCE_UNKNOWN_OUTCOME, .message = "the connector ended before it gave a result"};
        memcpy(result.id, port->in_hand[i], sizeof result.id);
        port->host.result(port->host.context, &result);
    }
}

static void answer_waiting(struct source_port *port)
{
    struct port_order *order;
    do {
        pthread_mutex_lock(&port->lock);
        order = pop(&port->commands);
        pthread_mutex_unlock(&port->lock);
        if (!order)
            return;
        struct source_result result = {.failure = SOURCE_TRANSIENT, .message = "the connector ended before it was begun"};
        memcpy(result.id, order->order.command.id, sizeof result.id);
        if (port->host.result)
            port->host.result(port->host.context, &result);
        source_order_free(&order->order);
    } while (true);
}

void port_end(struct source_port *port, enum error_code code, const struct error *why)
{
    enum source_end end = code == ERROR_NONE      ? SOURCE_END_DONE
                          : code == ERROR_INVALID ? SOURCE_END_CONFIG
                          : code == ERROR_DENIED  ? SOURCE_END_AUTH
                                                  : SOURCE_END_FAULT;
    pthread_mutex_lock(&port->speaking);
    answer_in_hand(port);
    answer_waiting(port);
    port->has_ended = true;
    pthread_mutex_unlock(&port->speaking);
    if (port->host.ended)
        port->host.ended(port->host.context, end, why);
}
