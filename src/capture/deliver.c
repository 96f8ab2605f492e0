/* What somebody brings to a source's door goes to its connector as a command, and whoever brought it waits for the result. */
#include "capture/inside.h"

#include "base/clock.h"

static bool begin(struct wire *wire, struct delivering *delivering, const struct capture_delivery *delivery)
{
    struct source_command command = {.act = SOURCE_DELIVER, .text = delivery->body, .proof = {delivery->timestamp, delivery->signature},
                                     .deadline_us = clock_now_us() + LOOK_MS * INT64_C(1000)};
    char                  random[33];
    keep_random_name(random);
    snprintf(delivering->id, sizeof delivering->id, DELIVERY_PREFIX "%.32s", random);
    memcpy(command.id, delivering->id, sizeof command.id);
    snprintf(command.key, sizeof command.key, "%.*s", STR_ARG(delivery->name));
    pthread_mutex_lock(&wire->lock);
    delivering->next = wire->delivering;
    wire->delivering = delivering;
    pthread_mutex_unlock(&wire->lock);
    pthread_mutex_lock(&wire->run_lock);
    bool is_taken = wire->run && source_run_command(wire->run, &command);
    pthread_mutex_unlock(&wire->run_lock);
    return is_taken;
}

static void await(struct wire *wire, struct delivering *delivering)
{
    struct timespec until;
    int             waited = 0;
    clock_deadline(LOOK_MS, &until);
    pthread_mutex_lock(&wire->lock);
    while (!delivering->is_done && !waited)
        waited = pthread_cond_timedwait(&wire->changed, &wire->lock, &until);
    pthread_mutex_unlock(&wire->lock);
}

static void end(struct wire *wire, struct delivering *delivering)
{
    pthread_mutex_lock(&wire->lock);
    struct delivering **at = &wire->delivering;
    while (*at != delivering)
        at = &(*at)->next;
    *at = delivering->next;
    pthread_mutex_unlock(&wire->lock);
}

static enum error_code deliver(struct wire *wire, const struct capture_delivery *delivery, struct source_result *result_out, struct error *error)
{
    struct delivering delivering = {0};
    if (!(wire->acts & SOURCE_DELIVER))
        return error_set(error, ERROR_NOT_FOUND, "%.*s takes no deliveries", STR_ARG(wire->connector_name));
    bool is_begun = begin(wire, &delivering, delivery);
    if (is_begun)
        await(wire, &delivering);
    end(wire, &delivering);
    *result_out = delivering.result;
    return delivering.is_done ? ERROR_NONE : error_set(error, ERROR_BUSY, is_begun ? "it could not be stored in time; send it again" : "too much at once; send it again");
}

/* Paused, or between two runs: it is there, and will hear again. */
static enum error_code not_at_work(struct capture *capture, const char *name, int64_t source, struct error *error)
{
    bool is_known = false;
    pthread_mutex_lock(&capture->lock);
    struct client *client = client_named(capture, name);
    for (size_t i = 0; client && i < client->known_count; i++)
        is_known |= client->known[i].id == source;
    pthread_mutex_unlock(&capture->lock);
    return is_known ? error_set(error, ERROR_BUSY, "nobody listens here just now; send it again later") : error_set(error, ERROR_NOT_FOUND, "there is no such source");
}

enum error_code capture_deliver(struct capture *capture, const char *client, int64_t source, const struct capture_delivery *delivery,
                                struct source_result *result_out, struct error *error)
{
    struct pinned pinned;
    *result_out = (struct source_result){0};
    if (!capture_pin(capture, client, source, &pinned))
        return not_at_work(capture, client, source, error);
    enum error_code code = deliver(pinned.wire, delivery, result_out, error);
    capture_unpin(capture, pinned);
    return code;
}
