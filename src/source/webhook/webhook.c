/* The connector: deliveries come as commands, and are answered once they are acknowledged. One at a time: the window of batches is theirs in turn. */
#include "source/webhook/webhook.h"

#include "base/clock.h"
#include "source/port.h"

#include <stdlib.h>

enum { WAIT_MS = 1000, ACK_LOOK_MS = 2 };

struct work {
    struct source_port  *port;
    char                 sub[SOURCE_SUB_BYTES]; /* empty: nothing is listened to yet */
    uint64_t             sent;                  /* seq of the last batch */
    struct webhook_names names;
    bool                 is_ending;
};

static void answer(struct work *work, const struct source_command *command, enum source_failure failure, const char *message, uint64_t count)
{
    struct source_result result = {.failure = failure, .count = count};
    snprintf(result.id, sizeof result.id, "%s", command->id);
    snprintf(result.message, sizeof result.message, "%.*s", (int)sizeof result.message - 1, message);
    source_port_result(work->port, &result);
}

/* Subscriptions and the end are heard while a delivery waits for its acknowledgement; other deliveries wait in the port. */
static void subscribe(struct work *work, const struct source_order *order)
{
    struct source_status status = {.phase = SOURCE_LIVE, .remaining = -1, .limit = -1};
    snprintf(work->sub, sizeof work->sub, "%s", order->sub);
    snprintf(status.sub, sizeof status.sub, "%s", order->sub);
    snprintf(status.message, sizeof status.message, "waiting for deliveries");
    work->sent = 0;
    webhook_names_read(order->state, &work->names);
    source_port_status(work->port, &status);
}

static bool wait_for_acks(struct work *work, uint64_t until)
{
    while (!source_port_is_ending(work->port) && source_port_acked(work->port, work->sub) < until)
        clock_sleep(ACK_LOOK_MS);
    return source_port_acked(work->port, work->sub) >= until;
}

static bool send(struct work *work, struct source_batch *batch)
{
    while (!source_port_has_room(work->port, work->sub))
        if (!wait_for_acks(work, source_port_acked(work->port, work->sub) + 1))
            return false;
    source_port_send(work->port, batch);
    work->sent++;
    return true;
}

/* The name of the delivery is part of the state behind its last post. */
static bool send_all(struct work *work, struct source_batch **batches, size_t count, struct str name, int64_t now_s, uint64_t *taken_out)
{
    struct buf state = {.max_bytes = SOURCE_STATE_MAX_BYTES};
    webhook_names_add(&work->names, name, now_s);
    webhook_names_print(&work->names, &state);
    for (size_t i = 0; i < count; i++) {
        *taken_out += batches[i]->count;
        if (i + 1 == count)
            batches[i]->state = arena_str(&batches[i]->arena, buf_str(&state));
        if (!send(work, batches[i])) {
            for (; i < count; i++)
                source_batch_free(batches[i]), batches[i] = NULL;
            buf_fini(&state);
            return false;
        }
        batches[i] = NULL;
    }
    buf_fini(&state);
    return wait_for_acks(work, work->sent);
}

static void deliver(struct work *work, const struct source_command *command)
{
    struct source_batch *batches[WEBHOOK_BATCHES_MAX];
    struct error         error = {0};
    size_t               count = 0;
    uint64_t             refused = 0, taken = 0;
    int64_t              now_us = clock_now_us();
    struct str           name = command->key[0] ? str_of(command->key) : command->proof.signature;
    if (!work->sub[0]) {
        answer(work, command, SOURCE_TRANSIENT, "not listening yet", 0);
        return;
    }
    if (webhook_prove(source_port_text(work->port, "secret"), command->proof.timestamp, command->proof.signature, command->text, now_us, &error)) {
        source_port_refused(work->port, "a signature that does not fit, or a clock that is wrong", 1);
        answer(work, command, SOURCE_AUTH, error.message, 0);
        return;
    }
    if (webhook_names_have(&work->names, name)) {
        answer(work, command, SOURCE_DUPLICATE, "taken before", 0);
        return;
    }
    enum error_code code = webhook_read(command->text, source_port_text(work->port, "from"), work->sub, source_port_max_items(work->port), batches, &count, &refused,
                                        &error);
    if (refused)
        source_port_refused(work->port, "a post that is none", refused);
    if (code || !count) {
        answer(work, command, SOURCE_REFUSED, error.message, 0);
        return;
    }
    bool is_kept = send_all(work, batches, count, name, now_us / CLOCK_SECOND_US, &taken);
    answer(work, command, is_kept ? SOURCE_DONE : SOURCE_TRANSIENT, refused ? error.message : "", is_kept ? taken : 0);
}

static void obey(struct work *work, struct source_order *order)
{
    static const struct source_account nobody = {0};
    switch (order->kind) {
    case SOURCE_ORDER_CHECK: source_port_ready(work->port, &nobody); break;
    case SOURCE_ORDER_SUBSCRIBE: subscribe(work, order); break;
    case SOURCE_ORDER_UNSUBSCRIBE: work->sub[0] = '\0'; break;
    case SOURCE_ORDER_COMMAND:
        if (order->command.act == SOURCE_DELIVER)
            deliver(work, &order->command);
        else
            answer(work, &order->command, SOURCE_UNSUPPORTED, "nothing goes out through a webhook", 0);
        break;
    case SOURCE_ORDER_SHUTDOWN: work->is_ending = true; break;
    }
}

static enum error_code run(struct source_port *port, struct error *error)
{
    struct work *work = calloc(1, sizeof *work);
    if (!work)
        return error_set(error, ERROR_MEMORY, "no memory for a webhook");
    work->port = port;
    while (!work->is_ending) {
        struct source_order *order = source_port_take(port, WAIT_MS);
        if (!order)
            continue;
        obey(work, order);
        source_order_free(order);
    }
    free(work);
    return ERROR_NONE;
}

static const struct connector_field fields[] = {
    {.name = "from", .label = "Where it comes from", .type = CONNECTOR_TEXT, .is_required = true,
     .help = "A word such as forum or shop-reviews. Ids of its posts begin with it, so that two senders cannot take each other's posts."},
    {.name = "secret", .label = "Secret", .type = CONNECTOR_TEXT, .is_secret = true, .is_required = true,
     .help = "What deliveries are signed with. Leave it to Bellwether to make one: it is shown this once."},
    {0}};

const struct connector connector_webhook = {
    .name = "webhook",
    .network = "webhook",
    .title = "Webhook",
    .summary = "Other programs bring posts to our door: signed, one post a line or an array.",
    .evidence = "curl and Python as the manual shows them, replayed, with a wrong clock, a wrong signature and too much at once",
    .modes = SOURCE_STREAM,
    .acts = SOURCE_DELIVER,
    .made_secret = "secret",
    .fields = fields,
    .run = run,
};
