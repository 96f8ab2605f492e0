#include "source_fixture.h"

#include "base/clock.h"

void heard_init(struct heard *heard)
{
    *heard = (struct heard){.ids = calloc(HEARD_MAX, sizeof *heard->ids)};
    pthread_mutex_init(&heard->lock, NULL);
    pthread_cond_init(&heard->changed, NULL);
}

void heard_fini(struct heard *heard)
{
    pthread_cond_destroy(&heard->changed);
    pthread_mutex_destroy(&heard->lock);
    arena_fini(&heard->arena);
    free(heard->ids);
}

static void enter(struct heard *heard)
{
    pthread_mutex_lock(&heard->lock);
    heard->at_once += heard->is_inside; /* the host is never told two things at once */
    heard->is_inside = true;
    check(!heard->has_ended, "nothing after ended");
}

static void leave(struct heard *heard)
{
    heard->is_inside = false;
    pthread_cond_broadcast(&heard->changed);
    pthread_mutex_unlock(&heard->lock);
}

static void on_batch(void *context, struct source_batch *batch)
{
    struct heard *heard = context;
    enter(heard);
    check(batch->seq == heard->last_seq + 1, "seq %llu after %llu", (unsigned long long)batch->seq, (unsigned long long)heard->last_seq);
    heard->last_seq = batch->seq;
    heard->batches++;
    for (size_t i = 0; i < batch->count; i++) {
        check(heard->id_count < HEARD_MAX, "room");
        heard->ids[heard->id_count++] = arena_str(&heard->arena, batch->items[i].post.id);
    }
    if (batch->state.len)
        heard->state = arena_str(&heard->arena, batch->state);
    bool acks = heard->acks;
    leave(heard);
    if (acks)
        source_run_ack(heard->run, batch->sub, batch->seq);
    source_batch_free(batch);
}

static void on_ready(void *context, const struct source_account *account)
{
    struct heard *heard = context;
    enter(heard);
    heard->ready++;
    heard->account = *account;
    leave(heard);
}

static void on_status(void *context, const struct source_status *status)
{
    struct heard *heard = context;
    enter(heard);
    heard->statuses++;
    heard->status = *status;
    leave(heard);
}

static void on_result(void *context, const struct source_result *result)
{
    struct heard *heard = context;
    enter(heard);
    check(heard->results < 64, "room");
    heard->result[heard->results++] = *result;
    leave(heard);
}

static bool on_secret(void *context, struct str name, struct str value)
{
    struct heard *heard = context;
    enter(heard);
    heard->secrets++;
    snprintf(heard->secret, sizeof heard->secret, "%.*s=%.*s", STR_ARG(name), STR_ARG(value));
    leave(heard);
    return true;
}

static void on_refused(void *context, const char *reason, uint64_t count)
{
    (void)reason;
    struct heard *heard = context;
    enter(heard);
    heard->refused += count;
    leave(heard);
}

static void on_log(void *context, const char *level, struct str words)
{
    struct heard *heard = context;
    enter(heard);
    heard->logs++;
    snprintf(heard->log, sizeof heard->log, "%s %.*s", level, STR_ARG(words));
    leave(heard);
}

static void on_ended(void *context, enum source_end end, const struct error *why)
{
    struct heard *heard = context;
    enter(heard);
    heard->has_ended = true;
    heard->end = end;
    heard->why = *why;
    leave(heard);
}

struct source_host heard_host(struct heard *heard)
{
    return (struct source_host){on_batch, on_ready, on_status, on_result, on_secret, on_refused, on_log, on_ended, heard};
}

void heard_wait(struct heard *heard, const size_t *number, size_t wanted, const char *words)
{
    struct timespec until;
    clock_deadline(10000, &until);
    pthread_mutex_lock(&heard->lock);
    int waited = 0;
    while (*number < wanted && !heard->has_ended && !waited)
        waited = pthread_cond_timedwait(&heard->changed, &heard->lock, &until);
    bool is_there = *number >= wanted;
    pthread_mutex_unlock(&heard->lock);
    check(is_there, "%s: %zu of %zu (%s)", words, *number, wanted, heard->why.message);
}

void heard_wait_end(struct heard *heard)
{
    struct timespec until;
    clock_deadline(10000, &until);
    pthread_mutex_lock(&heard->lock);
    int waited = 0;
    while (!heard->has_ended && !waited)
        waited = pthread_cond_timedwait(&heard->changed, &heard->lock, &until);
    pthread_mutex_unlock(&heard->lock);
    check(heard->has_ended, "it ends");
}

/* ---- The scripted connector ---- */

static const struct connector_field scripted_fields[] = {
    {.name = "total", .label = "Posts", .type = CONNECTOR_NUMBER, .fallback = "20", .least = 0, .most = 2000},
    {.name = "each", .label = "Posts a batch", .type = CONNECTOR_NUMBER, .fallback = "3", .least = 1, .most = 500},
    {.name = "end", .label = "How it ends", .type = CONNECTOR_WORD, .fallback = "shutdown", .words = "shutdown invalid denied io"},
    {.name = "url", .label = "Address", .type = CONNECTOR_URL},
    {.name = "loud", .label = "Says something", .type = CONNECTOR_BOOLEAN, .fallback = "false"},
    {.name = "tags", .label = "Tags", .type = CONNECTOR_LIST, .fallback = "a b"},
    {.name = "token", .label = "Token", .type = CONNECTOR_TEXT, .is_secret = true},
    {0},
};

struct script {
    char    sub[SOURCE_SUB_BYTES];
    int64_t next, total, each;
};

static void send_more(struct source_port *port, struct script *script)
{
    while (script->sub[0] && script->next <= script->total && source_port_has_room(port, script->sub)) {
        struct source_batch *batch = source_batch_new(script->sub);
        char                 text[64];
        for (int64_t i = 0; i < script->each && script->next <= script->total; i++, script->next++) {
            struct source_item *item = source_batch_add(batch, SOURCE_UPSERT);
            snprintf(text, sizeof text, "p%lld", (long long)script->next);
            item->post.id = arena_str(&batch->arena, str_of(text));
            item->post.at_us = CLOCK_MIN_US + script->next;
            item->post.author_id = STR("a");
            item->post.text = STR("words");
        }
        snprintf(text, sizeof text, "%lld", (long long)script->next - 1);
        batch->state = arena_str(&batch->arena, str_of(text));
        source_port_send(port, batch);
    }
}

static bool answer(struct source_port *port, const struct source_command *command)
{
    struct source_result result = {0};
    if (str_equal(command->text, STR("slow")))
        return true;
    if (str_equal(command->text, STR("lost")))
        return false;
    memcpy(result.id, command->id, sizeof result.id);
    snprintf(result.native_id, sizeof result.native_id, "n-%s", command->key);
    source_port_result(port, &result);
    source_port_result(port, &result); /* the second is one too many */
    return true;
}

static enum error_code scripted_run(struct source_port *port, struct error *error)
{
    struct script script = {.next = 1, .total = source_port_number(port, "total"), .each = source_port_number(port, "each")};
    struct str    end = source_port_text(port, "end");
    script.each = script.each < (int64_t)source_port_max_items(port) ? script.each : (int64_t)source_port_max_items(port);
    if (source_port_boolean(port, "loud"))
        source_port_log(port, "warning", "tags %.*s%.*s, %d", STR_ARG(source_port_nth(port, "tags", 0)), STR_ARG(source_port_nth(port, "tags", 1)),
                        source_port_nth(port, "tags", 2).ptr != NULL);
    if (str_equal(end, STR("invalid")))
        return error_set(error, ERROR_INVALID, "no such platform");
    if (str_equal(end, STR("denied")))
        return error_set(error, ERROR_DENIED, "the token is not taken");
    if (str_equal(end, STR("io")))
        return error_set(error, ERROR_IO, "the platform is away");
    for (;;) {
        struct source_order  *order = source_port_take(port, -1);
        enum source_order_kind kind = order ? order->kind : SOURCE_ORDER_CHECK;
        bool                   goes_on = true;
        if (order && kind == SOURCE_ORDER_CHECK)
            source_port_ready(port, &(struct source_account){.handle = "ann", .expires_us = 77});
        if (order && kind == SOURCE_ORDER_SUBSCRIBE) {
            memcpy(script.sub, order->sub, sizeof script.sub);
            str_to_i64(order->state, &script.next);
            script.next += order->state.len > 0;
            if (source_port_text(port, "token").len && source_port_store_secret(port, "token", STR("rotated")))
                source_port_log(port, "info", "token %.*s", STR_ARG(source_port_text(port, "token")));
        }
        if (order && kind == SOURCE_ORDER_UNSUBSCRIBE)
            script.sub[0] = '\0';
        if (order && kind == SOURCE_ORDER_COMMAND)
            goes_on = answer(port, &order->command);
        bool is_over = order && kind == SOURCE_ORDER_SHUTDOWN;
        source_order_free(order);
        if (is_over)
            return ERROR_NONE;
        if (!goes_on)
            return error_set(error, ERROR_IO, "the platform went away");
        send_more(port, &script);
    }
}

const struct connector scripted = {
    .name = "scripted",
    .network = "script",
    .title = "Scripted",
    .summary = "Posts from a script",
    .evidence = "itself",
    .modes = SOURCE_STREAM,
    .acts = SOURCE_PUBLISH,
    .fields = scripted_fields,
    .run = scripted_run,
};
