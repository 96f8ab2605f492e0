/* A subscription: its channels, its state, and sending. */
#include "base/clock.h"
#include "source/mastodon/mastodon.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { RECENT_OF_ALL = 2000 /* ids that fit into a state */ };

/* ---- Channels ---- */

static struct mastodon_channel *add(struct mastodon_sub *sub, const char *stream, const char *name)
{
    if (sub->channel_count == MASTODON_CHANNELS_MAX)
        return NULL;
    struct mastodon_channel *channel = &sub->channels[sub->channel_count++];
    snprintf(channel->name, sizeof channel->name, "%s", name);
    snprintf(channel->stream, sizeof channel->stream, "%s", stream);
    return channel;
}

static void add_tag(struct mastodon_sub *sub, struct str tag)
{
    char       name[MASTODON_CHANNEL_BYTES];
    struct buf encoded = {.max_bytes = 400};
    if (tag.len && tag.ptr[0] == '#')
        tag = str_slice(tag.ptr + 1, tag.len - 1);
    fetch_encode(tag, &encoded);
    snprintf(name, sizeof name, "tag:%.*s", (int)(tag.len < 255 ? tag.len : 255), tag.ptr ? tag.ptr : "");
    struct mastodon_channel *channel = tag.len && tag.len < sizeof channel->tag && !encoded.has_failed ? add(sub, "hashtag", name) : NULL;
    if (channel) {
        snprintf(channel->tag, sizeof channel->tag, "%.*s", STR_ARG(tag));
        snprintf(channel->path, sizeof channel->path, "/api/v1/timelines/tag/%.*s?", (int)encoded.len, encoded.ptr);
    }
    buf_fini(&encoded);
}

/* Its timeline is found when its thread begins (wire.c): the path holds the account's local id. */
static void add_account(struct mastodon_sub *sub, struct str account)
{
    char name[MASTODON_CHANNEL_BYTES];
    if (account.len && account.ptr[0] == '@')
        account = str_slice(account.ptr + 1, account.len - 1);
    if (account.len == 0 || account.len > 255)
        return;
    snprintf(name, sizeof name, "account:%.*s", STR_ARG(account));
    add(sub, "", name);
}

static void add_channels(struct mastodon_sub *sub)
{
    static const struct {
        const char *feed, *name, *stream, *path;
    } publics[] = {{"public", "public", "public", "/api/v1/timelines/public?"},
                   {"local", "public:local", "public:local", "/api/v1/timelines/public?local=true&"},
                   {"remote", "public:remote", "public:remote", "/api/v1/timelines/public?remote=true&"},
                   {"home", "home", "user", "/api/v1/timelines/home?"}};
    struct str                 feed = source_port_text(sub->mastodon->port, "feed");
    const struct source_query *query = &sub->order->query;
    struct mastodon_channel   *channel;
    for (size_t i = 0; i < sizeof publics / sizeof *publics; i++)
        if (str_equal(feed, str_of(publics[i].feed)) && (channel = add(sub, publics[i].stream, publics[i].name)))
            snprintf(channel->path, sizeof channel->path, "%s", publics[i].path);
    if (str_equal(feed, STR("home")) && (channel = add(sub, "user", "mentions"))) {
        snprintf(channel->path, sizeof channel->path, "/api/v1/notifications?types[]=mention&");
        channel->is_notifications = true;
    }
    if (!str_equal(feed, STR("hashtags")))
        return;
    for (size_t i = 0; i < query->hashtag_count; i++)
        add_tag(sub, query->hashtags[i]);
    for (size_t i = 0; i < query->account_count; i++)
        add_account(sub, query->accounts[i]);
    if (query->hashtag_count + query->account_count > MASTODON_CHANNELS_MAX)
        mastodon_say(sub, SOURCE_ERROR, "%zu hashtags and accounts are wanted, the first %d are read: choose the feed public for more",
                     query->hashtag_count + query->account_count, MASTODON_CHANNELS_MAX);
}

/* ---- Life ---- */

static void *work(void *of)
{
    struct mastodon_worker *worker = of;
    if (worker->sub->order->mode == SOURCE_SEARCH || worker->sub->order->mode == SOURCE_THREAD)
        mastodon_look(worker);
    else
        mastodon_listen(worker);
    return NULL;
}

bool mastodon_worker_start(struct mastodon_sub *sub, size_t first, size_t count)
{
    struct mastodon_worker *worker = &sub->workers[sub->worker_count];
    *worker = (struct mastodon_worker){.sub = sub, .first = first, .count = count};
    sub->worker_count++; /* before it runs: it may start others */
    if (pthread_create(&worker->thread, NULL, work, worker)) {
        sub->worker_count--;
        return false;
    }
    return true;
}

struct mastodon_sub *mastodon_sub_new(struct mastodon *mastodon, struct source_order *order)
{
    struct mastodon_sub *sub = calloc(1, sizeof *sub);
    if (!sub)
        return NULL;
    sub->mastodon = mastodon;
    sub->order = order;
    snprintf(sub->name, sizeof sub->name, "%s", order->sub);
    pthread_mutex_init(&sub->lock, NULL);
    pthread_cond_init(&sub->has_room, NULL);
    sub->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sub->channels = calloc(MASTODON_CHANNELS_MAX, sizeof *sub->channels);
    bool is_ok = sub->stop_fd >= 0 && sub->channels;
    if (is_ok && order->mode != SOURCE_SEARCH && order->mode != SOURCE_THREAD)
        add_channels(sub);
    size_t share = sub->channel_count ? RECENT_OF_ALL / sub->channel_count : 0;
    size_t recheck = (size_t)source_port_number(mastodon->port, "recheck");
    for (size_t i = 0; is_ok && i < sub->channel_count; i++) {
        struct mastodon_channel *channel = &sub->channels[i];
        /* What is said of an id is said by the timeline of posts; notifications have ids of their own. */
        bool   is_again = !channel->is_notifications && order->mode != SOURCE_FILL && recheck > 0;
        size_t most = !is_again ? 0 : share < MASTODON_RECHECK_MAX ? share : MASTODON_RECHECK_MAX;
        size_t keep = recheck < most ? recheck : most;
        is_ok = mastodon_place_init(&channel->now, keep, most) && mastodon_place_init(&channel->told, keep, most);
        if (is_ok && mastodon_place_read(order->state, channel->name, &channel->now))
            mastodon_place_copy(&channel->told, &channel->now);
    }
    if (!is_ok || !mastodon_worker_start(sub, 0, sub->channel_count)) {
        mastodon_sub_free(sub);
        return NULL;
    }
    return sub;
}

void mastodon_sub_wake(struct mastodon_sub *sub)
{
    pthread_mutex_lock(&sub->lock);
    pthread_cond_broadcast(&sub->has_room);
    pthread_mutex_unlock(&sub->lock);
}

void mastodon_sub_stop(struct mastodon_sub *sub)
{
    atomic_store(&sub->is_stopping, true);
    eventfd_write(sub->stop_fd, 1);
    mastodon_sub_wake(sub);
}

void mastodon_sub_free(struct mastodon_sub *sub)
{
    if (!sub)
        return;
    mastodon_sub_stop(sub);
    /* The first may start others until it ends. */
    for (size_t i = 0; i < sub->worker_count; i++)
        pthread_join(sub->workers[i].thread, NULL);
    for (size_t i = 0; i < sub->worker_count; i++)
        source_batch_free(sub->workers[i].batch);
    for (size_t i = 0; sub->channels && i < sub->channel_count; i++) {
        mastodon_place_fini(&sub->channels[i].now);
        mastodon_place_fini(&sub->channels[i].told);
    }
    free(sub->channels);
    if (sub->stop_fd >= 0)
        close(sub->stop_fd);
    pthread_cond_destroy(&sub->has_room);
    pthread_mutex_destroy(&sub->lock);
    source_order_free(sub->order);
    free(sub);
}

/* ---- Sending ---- */

struct source_batch *mastodon_batch(struct mastodon_worker *worker)
{
    if (!worker->batch)
        worker->batch = source_batch_new(worker->sub->name);
    return worker->batch;
}

static void print_state(struct mastodon_sub *sub, struct source_batch *batch)
{
    struct mastodon_named_place places[MASTODON_CHANNELS_MAX];
    struct buf                  state = {.max_bytes = 8 * 1024 * 1024};
    for (size_t i = 0; i < sub->channel_count; i++)
        places[i] = (struct mastodon_named_place){sub->channels[i].name, &sub->channels[i].told};
    mastodon_places_print(places, sub->channel_count, &state);
    if (!state.has_failed && state.len <= SOURCE_STATE_MAX_BYTES)
        batch->state = arena_str(&batch->arena, buf_str(&state));
    buf_fini(&state);
}

bool mastodon_send(struct mastodon_worker *worker, bool is_due)
{
    struct mastodon_sub *sub = worker->sub;
    struct source_port  *port = sub->mastodon->port;
    mastodon_tell_counts(sub->mastodon, &worker->counts);
    if (!is_due && (!worker->batch || worker->batch->count == 0))
        return !atomic_load(&sub->is_stopping);
    if (!mastodon_batch(worker))
        return false;
    pthread_mutex_lock(&sub->lock);
    while (!atomic_load(&sub->is_stopping) && !source_port_has_room(port, sub->name)) {
        struct timespec until;
        clock_deadline(200, &until);
        pthread_cond_timedwait(&sub->has_room, &sub->lock, &until);
    }
    bool is_on = !atomic_load(&sub->is_stopping);
    if (is_on) {
        /* Under the lock from here to the port: of two threads' batches the later one has the later state of both. */
        for (size_t i = worker->first; i < worker->first + worker->count; i++)
            mastodon_place_copy(&sub->channels[i].told, &sub->channels[i].now);
        if (sub->channel_count)
            print_state(sub, worker->batch);
        source_port_send(port, worker->batch);
        worker->batch = NULL;
    }
    pthread_mutex_unlock(&sub->lock);
    return is_on;
}

void mastodon_say(struct mastodon_sub *sub, enum source_phase phase, const char *format, ...)
{
    struct source_status status = {.phase = phase, .remaining = -1, .limit = -1};
    va_list              arguments;
    snprintf(status.sub, sizeof status.sub, "%s", sub->name);
    va_start(arguments, format);
    vsnprintf(status.message, sizeof status.message, format, arguments);
    va_end(arguments);
    source_port_status(sub->mastodon->port, &status);
}

void mastodon_say_live(struct mastodon_sub *sub, const char *how)
{
    struct source_status status = {.phase = SOURCE_LIVE};
    snprintf(status.sub, sizeof status.sub, "%s", sub->name);
    snprintf(status.message, sizeof status.message, "%s", how);
    pthread_mutex_lock(&sub->mastodon->lock);
    status.remaining = sub->mastodon->budget_left;
    status.limit = status.remaining >= 0 ? sub->mastodon->budget_limit : -1;
    pthread_mutex_unlock(&sub->mastodon->lock);
    source_port_status(sub->mastodon->port, &status);
}
