/* How a subscription hears: by WebSocket, or by server-sent events, or by polling; in this order, as the server lets.
 *
 * Each stream has a connection and a thread of its own. Mastodon can carry many streams over one WebSocket, but a server that does not know of that
 * says nothing and leaves all but the first silent. */
#include "base/clock.h"
#include "net/websocket.h"
#include "source/mastodon/mastodon.h"
#include "source/mastodon/sse.h"

enum {
    GATHER_MOST = 100, /* events in a batch */
    GATHER_BYTES = 512 * 1024,
    RECHECK_POLLS = 10,   /* of so many polls one looks at recent posts again */
    STREAM_AGAIN_S = 600, /* who has no stream is asked for one after so long */
    SILENCE_S = 60,       /* a stream that says nothing for so long is lost */
    STABLE_S = 30,        /* one that lived for so long is opened again at once */
    SETTLED_S = 2,        /* and hears, surely, after so long */
};

enum outcome {
    STOPPED,
    LOST,    /* it was open: again, soon */
    FAILED,  /* it was not: again, later and later; error and retry_after_us say why */
    REFUSED, /* the server has no such thing, or not for us */
};

struct hearing {
    struct mastodon_worker *worker;
    struct error            error;
    int64_t                 retry_after_us;
    int64_t                 polled_us; /* when the channels without a stream were read */
    int64_t                 again_us;  /* when the timelines are looked at once more; 0: they were */
    /* SSE */
    struct sse sse;
    bool       is_filled, is_stopped;
};

static bool is_full(const struct mastodon_worker *worker)
{
    const struct source_batch *batch = worker->batch;
    return batch && batch->count && (batch->count >= GATHER_MOST || batch->arena.used_bytes > GATHER_BYTES ||
                                     batch->count + 2 > source_port_max_items(worker->sub->mastodon->port));
}

static bool is_stopping(const struct mastodon_worker *worker)
{
    return atomic_load(&worker->sub->is_stopping) || atomic_load(&worker->sub->mastodon->end_code);
}

/* ---- Timelines ---- */

/* The channels with a stream, those without, or both. False: stopped. */
enum { WITH_STREAM = 1, WITHOUT_STREAM = 2 };
static bool fill(struct mastodon_worker *worker, unsigned which, bool is_recheck)
{
    struct mastodon_sub *sub = worker->sub;
    for (size_t i = worker->first; i < worker->first + worker->count; i++) {
        struct mastodon_channel *channel = &sub->channels[i];
        if (!(which & (channel->stream[0] ? WITH_STREAM : WITHOUT_STREAM)) || channel->path[0] == '\0')
            continue;
        for (unsigned tries = 0;; tries++) {
            struct error    error = {0};
            int64_t         retry_after_us = 0;
            enum error_code code = mastodon_fill(worker, channel, is_recheck, &retry_after_us, &error);
            if (!code)
                break;
            if (!mastodon_wait_out(sub->mastodon, sub->name, code, &error, retry_after_us, tries, sub->stop_fd))
                return false;
        }
    }
    return !is_stopping(worker);
}

static void settle(struct mastodon_worker *worker, bool is_hearing)
{
    for (size_t i = worker->first; i < worker->first + worker->count; i++)
        mastodon_place_settle(&worker->sub->channels[i].now, is_hearing);
}

/* Of a stream that is lost, or not yet there: what changes is not told. */
static void unsettle(struct mastodon_worker *worker)
{
    for (size_t i = worker->first; i < worker->first + worker->count; i++)
        worker->sub->channels[i].now.is_settled = false;
}

/* Accounts have no stream; their timelines are read now and then. */
static bool poll_accounts(struct hearing *hearing)
{
    int64_t every_us = source_port_number(hearing->worker->sub->mastodon->port, "poll_s") * CLOCK_SECOND_US, now_us = clock_monotonic_us();
    if (hearing->polled_us && now_us - hearing->polled_us < every_us)
        return true;
    hearing->polled_us = now_us;
    return fill(hearing->worker, WITHOUT_STREAM, false);
}

/* A stream is open before it hears: servers answer first and listen to themselves a moment later, without a word. So what
 * came meanwhile is read at once, and what may have changed, until that moment too, is looked at a little later. */
static bool look_again(struct hearing *hearing)
{
    if (hearing->again_us == 0 || clock_monotonic_us() < hearing->again_us)
        return true;
    hearing->again_us = 0;
    if (!fill(hearing->worker, WITH_STREAM, true))
        return false;
    settle(hearing->worker, true);
    return true;
}

/* ---- WebSocket ---- */

static const struct mastodon_channel *first_stream(const struct mastodon_worker *worker)
{
    for (size_t i = worker->first; i < worker->first + worker->count; i++)
        if (worker->sub->channels[i].stream[0])
            return &worker->sub->channels[i];
    return NULL;
}

static void put_query(const struct mastodon_channel *channel, struct buf *url)
{
    buf_printf(url, "?stream=%s", channel->stream);
    if (channel->tag[0]) {
        buf_append_str(url, STR("&tag="));
        fetch_encode(str_of(channel->tag), url);
    }
}

static enum outcome hear_websocket(struct hearing *hearing, struct websocket *websocket)
{
    struct mastodon_worker *worker = hearing->worker;
    for (;;) {
        struct websocket_message message;
        if (!look_again(hearing))
            return STOPPED;
        int64_t              wait_ms = worker->batch && worker->batch->count ? 0 : 1000;
        enum websocket_event event = WEBSOCKET_NOTHING;
        if (!is_full(worker))
            event = websocket_receive(websocket, wait_ms, worker->sub->stop_fd, &message, &hearing->error);
        if (is_stopping(worker))
            return STOPPED;
        switch (event) {
        case WEBSOCKET_MESSAGE:
            if (message.bytes.len > MASTODON_EVENT_MAX_BYTES)
                worker->counts.oversize++;
            else if (!message.is_binary)
                mastodon_message(worker, message.bytes);
            break;
        case WEBSOCKET_NOTHING:
            if (!mastodon_send(worker, false) || !poll_accounts(hearing))
                return STOPPED;
            break;
        case WEBSOCKET_OVERSIZE:
            worker->counts.oversize++;
            return mastodon_send(worker, false) ? LOST : STOPPED;
        case WEBSOCKET_CLOSED:
            return mastodon_send(worker, false) ? LOST : STOPPED;
        }
    }
}

static enum outcome by_websocket(struct hearing *hearing)
{
    struct mastodon_worker        *worker = hearing->worker;
    struct mastodon               *mastodon = worker->sub->mastodon;
    const struct mastodon_channel *first = first_stream(worker);
    struct websocket              *websocket = NULL;
    struct buf                     url = {.max_bytes = MASTODON_URL_BYTES};
    char                           bearer[1100];
    struct client_header           header = {"Authorization", {bearer, 0}};
    if (!first)
        return REFUSED;
    if (mastodon->streaming[0])
        buf_printf(&url, "%s", mastodon->streaming);
    else
        buf_printf(&url, "ws%s", mastodon->base + 4); /* http: ws, https: wss */
    buf_append_str(&url, STR("/api/v1/streaming"));
    put_query(first, &url);
    buf_append_char(&url, '\0');
    header.value.len = (size_t)snprintf(bearer, sizeof bearer, "Bearer %.*s", STR_ARG(mastodon->token));
    enum error_code code = websocket_open(&(struct websocket_options){.url = url.ptr, .headers = &header, .header_count = mastodon->token.len ? 1 : 0,
                                          .allows_private = source_port_allows_private(mastodon->port), .most_bytes = 2 * MASTODON_EVENT_MAX_BYTES,
                                          .idle_s = SILENCE_S, .stop_fd = worker->sub->stop_fd},
                                          &websocket, &hearing->retry_after_us, &hearing->error);
    buf_fini(&url);
    if (code)
        return code == ERROR_CANCELLED ? STOPPED : code == ERROR_IO || code == ERROR_BUSY ? FAILED : REFUSED;
    /* Now that it is open nothing is missed any more: what came before is read, while the stream waits in its socket. */
    enum outcome outcome = STOPPED;
    if (fill(worker, WITH_STREAM | WITHOUT_STREAM, false)) {
        mastodon_say_live(worker->sub, "by WebSocket");
        hearing->again_us = clock_monotonic_us() + SETTLED_S * CLOCK_SECOND_US;
        outcome = hear_websocket(hearing, websocket);
    }
    websocket_close(websocket, 1000);
    return outcome;
}

/* ---- Server-sent events ---- */

static bool on_event(void *context, struct str event, struct str data)
{
    struct hearing         *hearing = context;
    struct mastodon_worker *worker = hearing->worker;
    if (is_full(worker))
        hearing->is_stopped = hearing->is_stopped || !mastodon_send(worker, false);
    if (!hearing->is_stopped)
        mastodon_event(worker, &worker->sub->channels[worker->first], event, data);
    return !hearing->is_stopped;
}

/* The first bytes (every server greets, or thumps within seconds) mean that it is open: then what came before is read. */
static bool on_bytes(void *context, struct str bytes)
{
    struct hearing         *hearing = context;
    struct mastodon_worker *worker = hearing->worker;
    if (!hearing->is_filled) {
        hearing->is_filled = true;
        hearing->is_stopped = !fill(worker, WITH_STREAM | WITHOUT_STREAM, false);
        if (!hearing->is_stopped)
            mastodon_say_live(worker->sub, "by server-sent events");
        hearing->again_us = clock_monotonic_us() + SETTLED_S * CLOCK_SECOND_US;
    }
    bool is_on = !hearing->is_stopped && sse_feed(&hearing->sse, bytes, on_event, hearing);
    worker->counts.oversize += hearing->sse.oversize + (sse_is_endless(&hearing->sse) ? 1 : 0);
    hearing->sse.oversize = 0;
    hearing->is_stopped = hearing->is_stopped || !look_again(hearing) || !mastodon_send(worker, false) || is_stopping(worker);
    return is_on && !hearing->is_stopped;
}

static enum outcome by_sse(struct hearing *hearing)
{
    struct mastodon_worker        *worker = hearing->worker;
    struct mastodon               *mastodon = worker->sub->mastodon;
    const struct mastodon_channel *first = first_stream(worker);
    struct buf                     url = {.max_bytes = MASTODON_URL_BYTES};
    char                           bearer[1100];
    struct client_header           header = {"Authorization", {bearer, 0}};
    struct fetch_answer            answer;
    if (!first)
        return REFUSED;
    /* The stream's host may be another one: http instead of ws. */
    if (mastodon->streaming[0])
        buf_printf(&url, "http%s", mastodon->streaming + 2);
    else
        buf_printf(&url, "%s", mastodon->base);
    buf_append_str(&url, STR("/api/v1/streaming/"));
    for (const char *c = first->stream; *c; c++)
        buf_append_char(&url, *c == ':' ? '/' : *c); /* public:local is public/local */
    if (first->tag[0]) {
        buf_append_str(&url, STR("?tag="));
        fetch_encode(str_of(first->tag), &url);
    }
    buf_append_char(&url, '\0');
    header.value.len = (size_t)snprintf(bearer, sizeof bearer, "Bearer %.*s", STR_ARG(mastodon->token));
    hearing->sse = (struct sse){.most_bytes = MASTODON_EVENT_MAX_BYTES};
    hearing->is_filled = hearing->is_stopped = false;
    struct fetch stream = {.url = url.ptr, .headers = &header, .header_count = mastodon->token.len ? 1 : 0,
                           .allows_private = source_port_allows_private(mastodon->port), .timeout_ms = SILENCE_S * 1000,
                           .stop_fd = worker->sub->stop_fd, .on_bytes = on_bytes, .context = hearing};
    enum error_code code = fetch(&stream, &answer, &hearing->error);
    int status = answer.status;
    hearing->retry_after_us = status == 429 || status == 503 ? fetch_retry_after_us(&answer, clock_now_us()) : 0;
    fetch_answer_fini(&answer);
    sse_fini(&hearing->sse);
    buf_fini(&url);
    if (is_stopping(worker) || hearing->is_stopped)
        return STOPPED;
    if (hearing->is_filled)
        return LOST;
    if (!code && status >= 400 && status != 429 && status < 500)
        return REFUSED;
    if (!code)
        error_set(&hearing->error, status == 429 || status == 503 ? ERROR_BUSY : ERROR_IO, "%s answers %d to a stream", mastodon->host, status);
    return FAILED;
}

/* ---- Polling ---- */

/* For a while; then a stream may be to be had. False: stopped. */
static bool by_polling(struct mastodon_worker *worker, int64_t span_us)
{
    int64_t every_us = source_port_number(worker->sub->mastodon->port, "poll_s") * CLOCK_SECOND_US, end_us = clock_monotonic_us() + span_us;
    for (unsigned polls = 0; span_us == 0 || clock_monotonic_us() < end_us; polls++) {
        if (!fill(worker, WITH_STREAM | WITHOUT_STREAM, polls % RECHECK_POLLS == 0))
            return false;
        if (polls % RECHECK_POLLS == 0)
            settle(worker, false);
        if (polls == 0) {
            char how[64];
            snprintf(how, sizeof how, "by polling each %lld s", (long long)(every_us / CLOCK_SECOND_US));
            mastodon_say_live(worker->sub, how);
        }
        if (!mastodon_sleep(worker->sub->mastodon, worker->sub->stop_fd, every_us))
            return false;
    }
    return true;
}

/* ---- A worker's life ---- */

static bool find_accounts(struct mastodon_worker *worker)
{
    struct mastodon_sub *sub = worker->sub;
    for (size_t i = worker->first; i < worker->first + worker->count; i++) {
        struct mastodon_channel *channel = &sub->channels[i];
        if (!str_starts_with(str_of(channel->name), STR("account:")) || channel->path[0])
            continue;
        struct buf path = {.max_bytes = 1024};
        struct str account = str_of(channel->name + 8), domain = str_of(sub->mastodon->domain);
        if (account.len > domain.len + 1 && str_ends_with(account, domain) && account.ptr[account.len - domain.len - 1] == '@')
            account.len -= domain.len + 1; /* its own are known by their name alone */
        buf_append_str(&path, STR("/api/v1/accounts/lookup?acct="));
        fetch_encode(account, &path);
        buf_append_char(&path, '\0');
        for (unsigned tries = 0; !path.has_failed; tries++) {
            struct mastodon_answer answer;
            struct error           error = {0};
            enum error_code        code = mastodon_read(sub, path.ptr, &answer, &error);
            struct str             id = mastodon_text(answer.json, "id");
            int64_t                retry_after_us = answer.retry_after_us;
            if (!code && mastodon_id_is_sound(id))
                snprintf(channel->path, sizeof channel->path, "/api/v1/accounts/%.*s/statuses?", STR_ARG(id));
            mastodon_answer_fini(&answer);
            if (code == ERROR_NOT_FOUND || code == ERROR_INVALID)
                mastodon_say(sub, SOURCE_ERROR, "%s knows no account %.150s", sub->mastodon->host, channel->name + 8);
            if (!code || code == ERROR_NOT_FOUND || code == ERROR_INVALID)
                break;
            if (!mastodon_wait_out(sub->mastodon, sub->name, code, &error, retry_after_us, tries, sub->stop_fd)) {
                buf_fini(&path);
                return false;
            }
        }
        buf_fini(&path);
    }
    return true;
}

/* Each stream but the first goes to a thread of its own. (Home and mentions share one; so do all accounts, which have none.) */
static void split(struct mastodon_worker *worker)
{
    struct mastodon_sub           *sub = worker->sub;
    const struct mastodon_channel *channels = sub->channels;
    size_t                         end = worker->first + worker->count, mine = 0;
    for (size_t first = worker->first; first < end;) {
        size_t last = first + 1;
        while (last < end && strcmp(channels[last].stream, channels[first].stream) == 0 && strcmp(channels[last].tag, channels[first].tag) == 0)
            last++;
        if (first == worker->first)
            mine = last - first;
        else if (sub->worker_count == MASTODON_CHANNELS_MAX || !mastodon_worker_start(sub, first, last - first))
            mastodon_say(sub, SOURCE_ERROR, "%.200s is not read: no thread to be had", channels[first].name);
        first = last;
    }
    worker->count = mine;
}

static bool probe(struct mastodon_worker *worker)
{
    struct mastodon_sub *sub = worker->sub;
    for (unsigned tries = 0;; tries++) {
        struct error    error = {0};
        enum error_code code = mastodon_probe(sub->mastodon, sub->stop_fd, &error);
        if (!code)
            return true;
        if (code == ERROR_INVALID) {
            mastodon_end(sub->mastodon, code, &error);
            return false;
        }
        if (!mastodon_wait_out(sub->mastodon, sub->name, code, &error, 0, tries, sub->stop_fd))
            return false;
    }
}

void mastodon_listen(struct mastodon_worker *worker)
{
    struct mastodon_sub *sub = worker->sub;
    struct hearing       hearing = {.worker = worker};
    struct str           wanted = source_port_text(sub->mastodon->port, "transport");
    bool                 may_websocket = str_equal(wanted, STR("auto")) || str_equal(wanted, STR("websocket"));
    bool                 may_sse = str_equal(wanted, STR("auto")) || str_equal(wanted, STR("sse"));
    bool                 is_first = worker == &sub->workers[0];
    if (is_first && !probe(worker))
        return;
    if (sub->channel_count == 0) {
        mastodon_say(sub, SOURCE_IDLE, "nothing to listen to: the feed hashtags needs hashtags or accounts");
        return;
    }
    if (!find_accounts(worker))
        return;
    if (sub->order->mode == SOURCE_FILL) {
        if (fill(worker, WITH_STREAM | WITHOUT_STREAM, false))
            mastodon_say(sub, SOURCE_IDLE, "all of the span was read");
        return;
    }
    if (sub->order->mode == SOURCE_POLL)
        may_websocket = may_sse = false;
    if (is_first && (may_sse || may_websocket))
        split(worker);
    /* What came since the last time may be much: before a stream waits for it. */
    if (!fill(worker, WITH_STREAM | WITHOUT_STREAM, true))
        return;
    bool is_websocket = may_websocket, is_sse = may_sse;
    for (unsigned tries = 0; !is_stopping(worker);) {
        int64_t      began_us = clock_monotonic_us();
        enum outcome outcome = REFUSED;
        unsettle(worker);
        if (is_websocket) {
            outcome = by_websocket(&hearing);
            if (outcome == REFUSED) {
                is_websocket = false;
                source_port_log(sub->mastodon->port, "info", "no WebSocket: %s", hearing.error.message);
            }
        }
        if (outcome == REFUSED && is_sse) {
            outcome = by_sse(&hearing);
            is_sse = outcome != REFUSED;
        }
        if (outcome == STOPPED)
            return;
        if (outcome == REFUSED) {
            if (!by_polling(worker, may_websocket || may_sse ? STREAM_AGAIN_S * CLOCK_SECOND_US : 0))
                return;
            is_websocket = may_websocket;
            is_sse = may_sse;
            continue;
        }
        if (outcome == LOST && clock_monotonic_us() - began_us > STABLE_S * CLOCK_SECOND_US)
            tries = 0;
        if (outcome == LOST && hearing.error.code == ERROR_NONE)
            error_set(&hearing.error, ERROR_IO, "%s ended the stream", sub->mastodon->host);
        enum error_code code = hearing.error.code == ERROR_BUSY ? ERROR_BUSY : ERROR_IO;
        if (!mastodon_wait_out(sub->mastodon, sub->name, code, &hearing.error, hearing.retry_after_us, tries++, sub->stop_fd))
            return;
        hearing.error = (struct error){0};
    }
}
