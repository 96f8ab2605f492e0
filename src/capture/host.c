/* What a connector says, written down for the wire's thread and for people. On its threads: short. */
#include "capture/inside.h"

#include "base/clock.h"

void clean_words(char *words)
{
    for (; *words; words++)
        if ((unsigned char)*words < 0x20 || *words == 0x7f)
            *words = ' ';
}

/* Something that pages show has changed. With wire->lock. */
static void note_news(struct wire *wire)
{
    wire->needs_tell = true;
    pthread_cond_broadcast(&wire->changed);
}

static void say_words(struct wire *wire, const char *words)
{
    snprintf(wire->message, sizeof wire->message, "%s", words);
    clean_words(wire->message);
    wire->message_us = clock_now_us();
}

void wire_note(struct wire *wire, enum capture_phase phase, const char *message)
{
    pthread_mutex_lock(&wire->lock);
    wire->phase = phase;
    if (message)
        say_words(wire, message);
    note_news(wire);
    pthread_mutex_unlock(&wire->lock);
}

static struct look *look_named(struct wire *wire, const char *sub)
{
    struct look *look = wire->looks;
    while (look && strcmp(look->sub, sub) != 0)
        look = look->next;
    return look;
}

static void on_batch(void *context, struct source_batch *batch)
{
    struct wire *wire = context;
    pthread_mutex_lock(&wire->lock);
    struct look *look = look_named(wire, batch->sub);
    if (strcmp(batch->sub, MAIN_SUB) == 0 && wire->queue_count < QUEUE_MAX) {
        wire->queue[wire->queue_count++] = batch;
        batch = NULL;
    } else if (look && look->batch_count < QUEUE_MAX) {
        look->batches[look->batch_count++] = batch;
        batch = NULL;
    }
    pthread_cond_broadcast(&wire->changed);
    pthread_mutex_unlock(&wire->lock);
    source_batch_free(batch); /* of a look that nobody waits for any more */
}

static void on_ready(void *context, const struct source_account *account)
{
    struct wire *wire = context;
    pthread_mutex_lock(&wire->lock);
    wire->has_expiry = account->expires_us != 0 && account->expires_us != wire->account.expires_us;
    wire->account = *account;
    clean_words(wire->account.handle);
    clean_words(wire->account.name);
    note_news(wire);
    pthread_mutex_unlock(&wire->lock);
    capture_wake(wire->capture);
}

static void note_gap(struct wire *wire, const struct source_status *status)
{
    if (wire->gap_count == GAPS_MAX) /* the last one takes the rest in */
        wire->gap_count--;
    struct gap_told *gap = &wire->gaps[wire->gap_count++];
    *gap = (struct gap_told){status->from_us, status->until_us, ""};
    snprintf(gap->message, sizeof gap->message, "%.127s", status->message);
    clean_words(gap->message);
}

/* A look ends when the connector has no more for it. */
static void note_look(struct look *look, const struct source_status *status)
{
    look->is_over |= status->phase == SOURCE_IDLE || status->phase == SOURCE_LIVE || status->phase == SOURCE_ERROR || status->phase == SOURCE_AUTH_FAILED;
    look->has_failed |= status->phase == SOURCE_ERROR || status->phase == SOURCE_AUTH_FAILED;
    if (status->message[0])
        memcpy(look->message, status->message, sizeof look->message);
}

static void on_status(void *context, const struct source_status *status)
{
    struct wire *wire = context;
    pthread_mutex_lock(&wire->lock);
    struct look *look = status->sub[0] ? look_named(wire, status->sub) : NULL;
    if (status->remaining >= 0 || status->limit >= 0) {
        wire->rate_remaining = status->remaining;
        wire->rate_limit = status->limit;
    }
    if (look)
        note_look(look, status);
    else if (!status->sub[0] || strcmp(status->sub, MAIN_SUB) == 0) {
        bool is_other = wire->said != status->phase;
        wire->phase = CAPTURE_AT_WORK;
        wire->said = status->phase;
        wire->rate_until_us = status->phase == SOURCE_RATE_LIMITED ? status->until_us : 0;
        wire->has_live_news |= status->phase == SOURCE_LIVE || status->phase == SOURCE_IDLE;
        if (status->phase == SOURCE_GAP)
            note_gap(wire, status);
        if (status->message[0] || is_other)
            say_words(wire, status->message);
        wire->needs_tell |= is_other;
    }
    pthread_cond_broadcast(&wire->changed);
    pthread_mutex_unlock(&wire->lock);
}

/* With wire->lock. Of one that nobody waits for any more nothing is kept. */
static bool take_delivered(struct wire *wire, const struct source_result *result)
{
    if (strncmp(result->id, DELIVERY_PREFIX, sizeof DELIVERY_PREFIX - 1) != 0)
        return false;
    for (struct delivering *one = wire->delivering; one; one = one->next)
        if (strcmp(one->id, result->id) == 0) {
            one->result = *result;
            one->is_done = true;
            pthread_cond_broadcast(&wire->changed);
        }
    return true;
}

static void on_result(void *context, const struct source_result *result)
{
    struct wire *wire = context;
    pthread_mutex_lock(&wire->lock);
    if (take_delivered(wire, result)) {
        pthread_mutex_unlock(&wire->lock);
        return;
    }
    if (wire->result_count < RESULTS_MAX) /* more are not under way; one that were dropped would be asked for again */
        wire->results[wire->result_count++] = *result;
    pthread_mutex_unlock(&wire->lock);
    courier_wake(wire->capture);
}

/* The new one is in the database before the connector hears that it may drop the old one; and in hand, for the next beginning. */
static bool on_secret(void *context, struct str name, struct str value)
{
    struct wire *wire = context;
    struct error error = {0};
    struct str   merged, names;
    if (wire->is_shared)
        return false; /* it has no account whose secret this could be */
    enum error_code code = keep_store_secret(wire->client->given.records, &wire->capture->key, wire->source, name, value, &error);
    if (code) {
        capture_say(wire->capture, "error", "source_secret_not_stored", "%s: %s", wire->client->name, error.message);
        return false;
    }
    struct buf  change = {0};
    struct json json = json_writer(&change);
    char        key[64];
    snprintf(key, sizeof key, "%.*s", STR_ARG(name));
    json_object(&json);
    json_put_str(&json, key, value);
    json_end(&json);
    pthread_mutex_lock(&wire->lock);
    if (!change.has_failed && keep_merge_secrets(wire->secrets, buf_str(&change), &wire->arena, &merged, &names, NULL) == ERROR_NONE)
        wire->secrets = merged;
    pthread_mutex_unlock(&wire->lock);
    buf_fini(&change);
    return true;
}

static void on_refused(void *context, const char *reason, uint64_t count)
{
    struct wire *wire = context;
    size_t       i = 0;
    pthread_mutex_lock(&wire->lock);
    wire->refused += count;
    while (i < wire->refusal_count && strncmp(wire->refusals[i].reason, reason, sizeof wire->refusals[i].reason - 1) != 0)
        i++;
    if (i == wire->refusal_count && i < REFUSALS_MAX) {
        struct capture_refusal *refusal = &wire->refusals[wire->refusal_count++];
        snprintf(refusal->reason, sizeof refusal->reason, "%s", reason);
    }
    if (i < REFUSALS_MAX)
        wire->refusals[i].count += count;
    pthread_mutex_unlock(&wire->lock);
}

static void on_log(void *context, const char *level, struct str words)
{
    struct wire *wire = context;
    char         line[512];
    snprintf(line, sizeof line, "%.*s", (int)(words.len < 500 ? words.len : 500), words.ptr ? words.ptr : "");
    clean_words(line);
    capture_say(wire->capture, level, "source_says", "%.*s: %s", STR_ARG(wire->connector_name), line);
}

static void on_ended(void *context, enum source_end end, const struct error *why)
{
    struct wire *wire = context;
    pthread_mutex_lock(&wire->lock);
    wire->is_ended = true;
    wire->end = end;
    wire->why = *why;
    for (struct look *look = wire->looks; look; look = look->next) {
        look->is_over = look->has_failed = true;
        snprintf(look->message, sizeof look->message, "%.200s", why->message[0] ? why->message : "the connector ended");
    }
    pthread_cond_broadcast(&wire->changed);
    pthread_mutex_unlock(&wire->lock);
    capture_wake(wire->capture);
}

struct source_host wire_host(struct wire *wire)
{
    return (struct source_host){on_batch, on_ready, on_status, on_result, on_secret, on_refused, on_log, on_ended, wire};
}
