#include "capture/inside.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdlib.h>

/* ---- Words ---- */

void capture_say(struct capture *capture, const char *level, const char *event, const char *format, ...)
{
    char    words[768];
    va_list list;
    if (!capture->options.log)
        return;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    clean_words(words);
    capture->options.log(capture->options.context, level, event, words);
}

void capture_wake(struct capture *capture)
{
    pthread_mutex_lock(&capture->lock);
    capture->has_news = true;
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
}

/* ---- Its life ---- */

enum error_code capture_open(const struct capture_options *options, struct capture **capture_out, struct error *error)
{
    struct capture *capture = calloc(1, sizeof *capture);
    *capture_out = NULL;
    if (!capture)
        return error_set(error, ERROR_MEMORY, "no memory for sources");
    pthread_mutex_init(&capture->lock, NULL);
    pthread_cond_init(&capture->changed, NULL);
    pthread_cond_init(&capture->courier_changed, NULL);
    capture->options = *options;
    snprintf(capture->programs_folder, sizeof capture->programs_folder, "%s", options->programs_folder ? options->programs_folder : "");
    rng_seed(&capture->rng, (uint64_t)clock_now_us());
    enum error_code code = capture_key_open(options->data_folder, &capture->key, error);
    if (!code) {
        capture->has_manager = pthread_create(&capture->manager, NULL, manager_run, capture) == 0;
        capture->has_courier = capture->has_manager && pthread_create(&capture->courier, NULL, courier_run, capture) == 0;
        if (!capture->has_courier)
            code = error_set(error, ERROR_MEMORY, "no threads for sources");
    }
    if (code)
        capture_close(capture);
    else
        *capture_out = capture;
    return code;
}

void capture_close(struct capture *capture)
{
    if (!capture)
        return;
    while (capture->clients) /* the caller has detached them; if not, their streams are still there */
        capture_detach(capture, capture->clients->name);
    pthread_mutex_lock(&capture->lock);
    capture->is_stopping = true;
    pthread_cond_broadcast(&capture->changed);
    pthread_cond_broadcast(&capture->courier_changed);
    pthread_mutex_unlock(&capture->lock);
    if (capture->has_manager)
        pthread_join(capture->manager, NULL);
    if (capture->has_courier)
        pthread_join(capture->courier, NULL);
    pthread_cond_destroy(&capture->courier_changed);
    pthread_cond_destroy(&capture->changed);
    pthread_mutex_destroy(&capture->lock);
    volatile unsigned char *key = capture->key.bytes;
    for (size_t i = 0; i < sizeof capture->key.bytes; i++)
        key[i] = 0;
    free(capture);
}

const struct capture_key *capture_key_of(const struct capture *capture)
{
    return &capture->key;
}

/* ---- Clients ---- */

struct client *client_named(struct capture *capture, const char *name)
{
    struct client *client = capture->clients;
    while (client && strcmp(client->name, name) != 0)
        client = client->next;
    return client;
}

enum error_code capture_attach(struct capture *capture, const struct capture_client *given, struct error *error)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client || strlen(given->name) >= sizeof client->name) {
        free(client);
        return error_set(error, ERROR_INVALID, "no room for the sources of '%.60s'", given->name);
    }
    client->given = *given;
    snprintf(client->name, sizeof client->name, "%s", given->name);
    client->given.name = client->name;
    client->needs_rows = client->needs_topics = true;
    pthread_mutex_init(&client->lock, NULL);
    cover_open(client);
    pthread_mutex_lock(&capture->lock);
    bool is_taken = client_named(capture, given->name) != NULL;
    if (!is_taken) {
        capture->attached_ms = clock_monotonic_us() / 1000;
        client->next = capture->clients;
        capture->clients = client;
        capture->has_news = true;
        pthread_cond_broadcast(&capture->changed);
    }
    pthread_mutex_unlock(&capture->lock);
    if (!is_taken)
        return ERROR_NONE;
    pthread_mutex_destroy(&client->lock);
    free(client);
    return error_set(error, ERROR_CONFLICT, "the sources of '%s' are at work already", given->name);
}

void capture_detach(struct capture *capture, const char *name)
{
    char kept[128];
    if (!capture)
        return;
    snprintf(kept, sizeof kept, "%s", name);
    pthread_mutex_lock(&capture->lock);
    struct client *client = client_named(capture, kept);
    if (client)
        client->is_leaving = capture->has_news = true;
    pthread_cond_broadcast(&capture->changed);
    while (client_named(capture, kept))
        pthread_cond_wait(&capture->changed, &capture->lock);
    pthread_mutex_unlock(&capture->lock);
}

static void ask(struct capture *capture, const char *name, bool rows, bool topics)
{
    pthread_mutex_lock(&capture->lock);
    struct client *client = client_named(capture, name);
    if (client) {
        client->needs_rows |= rows;
        client->needs_topics |= topics;
        capture->has_news = true;
    }
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
}

void capture_sources_changed(struct capture *capture, const char *client)
{
    ask(capture, client, true, false);
}

void capture_topics_changed(struct capture *capture, const char *client)
{
    ask(capture, client, false, true);
}

/* ---- A source at work ---- */

/* With capture->lock; the wire's lock is held when it returns one. */
static struct wire *find_tap(struct capture *capture, const struct client *client, int64_t source, struct tap **tap_out)
{
    for (struct wire *wire = capture->wires; wire; wire = wire->next) {
        pthread_mutex_lock(&wire->lock);
        for (struct tap *tap = wire->taps; tap; tap = tap->next)
            if (tap->client == client && tap->source == source) {
                *tap_out = tap;
                return wire;
            }
        pthread_mutex_unlock(&wire->lock);
    }
    return NULL;
}

bool capture_pin(struct capture *capture, const char *name, int64_t source, struct pinned *pinned_out)
{
    struct tap *tap;
    *pinned_out = (struct pinned){0};
    pthread_mutex_lock(&capture->lock);
    struct client *client = client_named(capture, name);
    struct wire   *wire = client && !client->is_leaving ? find_tap(capture, client, source, &tap) : NULL;
    if (wire) {
        pthread_mutex_unlock(&wire->lock);
        wire->pins++;
        client->pins++;
        *pinned_out = (struct pinned){wire, client};
    }
    pthread_mutex_unlock(&capture->lock);
    return wire != NULL;
}

void capture_unpin(struct capture *capture, struct pinned pinned)
{
    pthread_mutex_lock(&capture->lock);
    pinned.wire->pins--;
    pinned.client->pins--;
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
}

/* ---- Health ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median_lag(const struct wire *wire)
{
    int64_t lags_us[LAGS];
    size_t  count = wire->lag_count < LAGS ? wire->lag_count : LAGS;
    if (!count)
        return -1;
    memcpy(lags_us, wire->lags_us, count * sizeof *lags_us);
    qsort(lags_us, count, sizeof *lags_us, by_size);
    return lags_us[count / 2];
}

static double rate(const struct wire *wire)
{
    int64_t  now_ms = clock_monotonic_us() / 1000, at = now_ms / 5000, lived_ms = now_ms - wire->started_ms;
    uint64_t sum = 0;
    for (int64_t slot = at - MINUTES_SLOTS + 1; slot <= at; slot++)
        if (slot <= wire->slot_at && slot > wire->slot_at - MINUTES_SLOTS && slot >= 0)
            sum += wire->slots[slot % MINUTES_SLOTS];
    double minutes = (double)(lived_ms < 300000 ? lived_ms : 300000) / 60000;
    return (double)sum / (minutes > 1 ? minutes : 1); /* three posts in the first second are not 180 a minute */
}

static int by_count(const void *a, const void *b)
{
    const struct capture_refusal *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->reason, y->reason);
}

/* With wire->lock. */
static void print_health(const struct wire *wire, const struct tap *tap, struct capture_health *health)
{
    struct capture_refusal refusals[REFUSALS_MAX];
    *health = (struct capture_health){.phase = wire->phase, .said = wire->said, .message_us = wire->message_us, .rate_until_us = wire->rate_until_us,
                                      .retry_us = wire->phase == CAPTURE_WAITING ? wire->retry_us : 0, .rate_remaining = wire->rate_remaining,
                                      .rate_limit = wire->rate_limit, .account = wire->account, .seen = wire->seen, .kept = tap->kept,
                                      .deleted = tap->deleted, .refused = wire->refused, .duplicate = tap->duplicate,
                                      .private_ones = wire->private_ones, .restarts = wire->restarts, .per_minute = rate(wire),
                                      .last_post_us = wire->last_post_us, .last_commit_us = wire->last_commit_us, .lag_us = median_lag(wire)};
    memcpy(health->message, wire->message, sizeof health->message);
    for (const struct tap *other = wire->taps; other; other = other->next)
        health->shared_by++;
    memcpy(refusals, wire->refusals, wire->refusal_count * sizeof *refusals);
    qsort(refusals, wire->refusal_count, sizeof *refusals, by_count);
    size_t shown = sizeof health->refusals / sizeof *health->refusals;
    memcpy(health->refusals, refusals, (wire->refusal_count < shown ? wire->refusal_count : shown) * sizeof *refusals);
    if (tap->is_behind) {
        health->said = SOURCE_ERROR;
        snprintf(health->message, sizeof health->message, "left behind: %s", tap->behind_why);
    }
}

static void print_unknown(const struct client *client, int64_t source, struct capture_health *health)
{
    *health = (struct capture_health){.phase = CAPTURE_STARTING, .rate_remaining = -1, .rate_limit = -1, .lag_us = -1};
    for (size_t i = 0; i < client->known_count; i++)
        if (client->known[i].id == source) {
            health->phase = client->known[i].is_paused ? CAPTURE_PAUSED : client->known[i].problem[0] ? CAPTURE_NEEDS_PERSON : CAPTURE_STARTING;
            memcpy(health->message, client->known[i].problem, sizeof health->message);
        }
}

enum error_code capture_health(struct capture *capture, const char *name, int64_t source, struct capture_health *health_out, struct error *error)
{
    struct tap *tap;
    pthread_mutex_lock(&capture->lock);
    struct client *client = client_named(capture, name);
    struct wire   *wire = client ? find_tap(capture, client, source, &tap) : NULL;
    if (wire) {
        print_health(wire, tap, health_out);
        pthread_mutex_unlock(&wire->lock);
    } else if (client)
        print_unknown(client, source, health_out);
    pthread_mutex_unlock(&capture->lock);
    return client ? ERROR_NONE : error_set(error, ERROR_NOT_FOUND, "the sources of '%s' are not at work", name);
}
