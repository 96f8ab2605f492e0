#include "source/nostr/nostr.h"

#include "source/nostr/inside.h"

#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- Beginning and end ---- */

static enum error_code read_relays(struct nostr *nostr, struct error *error)
{
    struct str url;
    for (size_t i = 0; (url = source_port_nth(nostr->port, "relays", i)).ptr; i++) {
        struct str copy = arena_str(&nostr->arena, str_trim(url));
        if (!str_starts_with(copy, STR("wss://")) && !str_starts_with(copy, STR("ws://")))
            return error_set(error, ERROR_INVALID, "relays: expected addresses like wss://relay.example.org, not '%.100s'", copy.ptr ? copy.ptr : "");
        if (nostr->relay_count == NOSTR_RELAYS_MOST)
            return error_set(error, ERROR_INVALID, "relays: more than %d", NOSTR_RELAYS_MOST);
        bool is_known = false;
        for (size_t k = 0; k < nostr->relay_count; k++)
            is_known = is_known || !strcmp(nostr->urls[k], copy.ptr);
        if (is_known)
            continue;
        nostr->urls[nostr->relay_count] = copy.ptr;
        nostr->relays[nostr->relay_count] = (struct relay){.url = copy.ptr, .nostr = nostr};
        nostr->relay_count++;
    }
    return nostr->relay_count ? ERROR_NONE : error_set(error, ERROR_INVALID, "relays: at least one is needed");
}

static enum error_code begin(struct nostr *nostr, struct error *error)
{
    uint64_t   seed;
    struct str secret = source_port_text(nostr->port, "secret_key");
    nostr->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    nostr->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    nostr->crypto = nostr_crypto_new();
    if (nostr->wake_fd < 0 || nostr->stop_fd < 0 || !nostr->crypto)
        return error_set(error, ERROR_MEMORY, "no memory for a connector");
    randombytes_buf(&seed, sizeof seed);
    rng_seed(&nostr->rng, seed);
    nostr->salts = seed >> 32;
    nostr->viewer = source_port_text(nostr->port, "viewer");
    nostr->scratch.max_bytes = 2 * NOSTR_MESSAGE_MOST_BYTES;
    if (secret.len && nostr_take_secret(nostr->crypto, str_trim(secret), error))
        return ERROR_INVALID;
    return read_relays(nostr, error);
}

static void end(struct nostr *nostr)
{
    relays_end(nostr);
    for (size_t i = 0; i < SUBS_MOST; i++)
        sub_end(&nostr->subs[i]);
    for (size_t i = 0; i < DEEDS_MOST; i++)
        buf_fini(&nostr->deeds[i].event);
    recent_fini(&nostr->seen);
    recent_fini(&nostr->gone);
    profiles_fini(&nostr->profiles);
    nostr_crypto_free(nostr->crypto);
    buf_fini(&nostr->scratch);
    buf_fini(&nostr->line);
    arena_fini(&nostr->arena);
    if (nostr->wake_fd >= 0)
        close(nostr->wake_fd);
    if (nostr->stop_fd >= 0)
        close(nostr->stop_fd);
    free(nostr);
}

/* ---- Orders ---- */

static struct sub *sub_by_name(struct nostr *nostr, const char *name)
{
    for (size_t i = 0; i < SUBS_MOST; i++)
        if (nostr->subs[i].is_there && !strcmp(nostr->subs[i].name, name))
            return &nostr->subs[i];
    return NULL;
}

static void subscribe(struct nostr *nostr, const struct source_order *order)
{
    struct sub *sub = sub_by_name(nostr, order->sub);
    if (sub)
        sub_end(sub);
    for (size_t i = 0; i < SUBS_MOST && !sub; i++)
        if (!nostr->subs[i].is_there)
            sub = &nostr->subs[i];
    if (sub) {
        flow_begin(nostr, sub, order);
        return;
    }
    struct source_status status = {.phase = SOURCE_ERROR, .remaining = -1, .limit = -1, .message = "too many subscriptions"};
    snprintf(status.sub, sizeof status.sub, "%s", order->sub);
    source_port_status(nostr->port, &status);
}

/* Its requests to relays are closed with it. */
static void unsubscribe(struct nostr *nostr, const char *name)
{
    struct sub *sub = sub_by_name(nostr, name);
    if (!sub)
        return;
    for (size_t i = 0; i < nostr->relay_count; i++) {
        struct buf line = {0};
        buf_printf(&line, "[\"CLOSE\",\"l%zu.%llu.0\"]", (size_t)(sub - nostr->subs), (unsigned long long)sub->salt);
        if (sub->tracks[i].phase != TRACK_NEW)
            relay_say(nostr, &nostr->relays[i], buf_str(&line));
        buf_fini(&line);
    }
    sub_end(sub);
}

/* False: it is the last. */
static bool take_order(struct nostr *nostr, const struct source_order *order)
{
    switch (order->kind) {
    case SOURCE_ORDER_CHECK:
        nostr->is_checking = true;
        nostr->check_until_us = clock_monotonic_us() + 15 * CLOCK_SECOND_US;
        break;
    case SOURCE_ORDER_SUBSCRIBE: subscribe(nostr, order); break;
    case SOURCE_ORDER_UNSUBSCRIBE: unsubscribe(nostr, order->sub); break;
    case SOURCE_ORDER_COMMAND: act_begin(nostr, &order->command); break;
    case SOURCE_ORDER_SHUTDOWN: return false;
    }
    return true;
}

/* One relay that answers is enough; none within the time, or one whose address is no good, is an end. */
static enum error_code look_at_check(struct nostr *nostr, struct error *error)
{
    struct source_account account = {0};
    unsigned char         key[32];
    for (size_t i = 0; i < nostr->relay_count && nostr->is_checking; i++) {
        struct relay *relay = &nostr->relays[i];
        if (relay->phase == RELAY_OPEN) {
            nostr->is_checking = false;
            if (nostr_has_secret(nostr->crypto) && nostr_from_hex(str_of(nostr_pubkey(nostr->crypto)), key, 32)) {
                snprintf(account.id, sizeof account.id, "%s", nostr_pubkey(nostr->crypto));
                nostr_name("npub", key, account.handle);
            }
            source_port_ready(nostr->port, &account);
        } else if (relay->phase == RELAY_WAITS && (relay->code == ERROR_INVALID || relay->code == ERROR_FORBIDDEN) && nostr->relay_count == 1) {
            return error_set(error, ERROR_INVALID, "%s: %s", relay->url, relay->error.message);
        }
    }
    if (nostr->is_checking && clock_monotonic_us() > nostr->check_until_us)
        return error_set(error, ERROR_IO, "%s: %s", nostr->relays[0].url, nostr->relays[0].error.message[0] ? nostr->relays[0].error.message : "no answer");
    return ERROR_NONE;
}

/* ---- The loop ---- */

static void wait_for_something(struct nostr *nostr, bool has_more)
{
    struct pollfd fds[NOSTR_RELAYS_MOST + 2] = {{.fd = source_port_fd(nostr->port), .events = POLLIN}, {.fd = nostr->wake_fd, .events = POLLIN}};
    nfds_t        count = 2;
    eventfd_t     woken;
    bool          has_room = take_has_room(nostr);
    for (size_t i = 0; i < nostr->relay_count && has_room; i++)
        if (nostr->relays[i].phase == RELAY_OPEN)
            fds[count++] = (struct pollfd){.fd = websocket_fd(nostr->relays[i].websocket), .events = POLLIN};
    poll(fds, count, has_more ? 0 : 100);
    if (fds[1].revents)
        eventfd_read(nostr->wake_fd, &woken);
}

static enum error_code work(struct nostr *nostr, struct error *error)
{
    enum error_code code = ERROR_NONE;
    bool            goes_on = true;
    while (goes_on && !code) {
        struct source_order *order;
        bool                 has_more = false;
        while (goes_on && (order = source_port_take(nostr->port, 0))) {
            goes_on = take_order(nostr, order);
            source_order_free(order);
        }
        int64_t now_us = clock_monotonic_us();
        relays_connect(nostr, now_us);
        for (size_t i = 0; i < nostr->relay_count; i++) {
            has_more = relay_read(nostr, &nostr->relays[i]) || has_more;
            flow_ask(nostr, &nostr->relays[i]);
        }
        take_ask_names(nostr);
        take_send(nostr, clock_monotonic_us());
        flow_tell(nostr);
        act_look_at_clock(nostr, clock_monotonic_us());
        code = look_at_check(nostr, error);
        if (!code && nostr->has_failed)
            code = error_set(error, ERROR_MEMORY, "no memory for a post");
        if (goes_on && !code)
            wait_for_something(nostr, has_more);
    }
    return code;
}

static enum error_code run(struct source_port *port, struct error *error)
{
    struct nostr *nostr = calloc(1, sizeof *nostr);
    if (!nostr)
        return error_set(error, ERROR_MEMORY, "no memory for a connector");
    nostr->port = port;
    nostr->wake_fd = nostr->stop_fd = -1;
    enum error_code code = begin(nostr, error);
    if (!code)
        code = work(nostr, error);
    end(nostr);
    return code;
}

static const struct connector_field fields[] = {
    {.name = "relays", .label = "Relays", .help = "Where to listen and to speak, at most 16. What several of them have comes once.", .type = CONNECTOR_LIST,
     .is_required = true},
    {.name = "secret_key", .label = "Secret key", .help = "Of the account that speaks: nsec1... or 64 hex digits. To listen alone needs none.", .type = CONNECTOR_TEXT,
     .is_secret = true},
    {.name = "viewer", .label = "Viewer", .help = "What stands before a post's name (note1...) in its link.", .type = CONNECTOR_URL, .fallback = "https://njump.me/"},
    {.name = NULL},
};

const struct connector connector_nostr = {
    .name = "nostr",
    .network = "nostr",
    .title = "Nostr relays",
    .summary = "Notes and comments of any Nostr relay, each checked by its id and its author's signature; several relays are one source. Publishes, replies, "
               "likes, reposts and deletes with a key of your own.",
    .evidence = "a real relay (nostr-relay 0.0.40 on SQLite), one of ours that lies, and the test vectors of BIP-340",
    .modes = SOURCE_STREAM | SOURCE_SEARCH | SOURCE_FILL | SOURCE_THREAD,
    .acts = SOURCE_PUBLISH | SOURCE_REPLY | SOURCE_UNPUBLISH | SOURCE_LIKE | SOURCE_REPOST | SOURCE_FETCH,
    .text_unit = SOURCE_CHARACTERS,
    .is_shareable = true,
    .echoes_key = true,
    .fields = fields,
    .run = run,
};
