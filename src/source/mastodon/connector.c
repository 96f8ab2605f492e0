/* Orders in, threads of subscriptions out. */
#include "base/clock.h"
#include "source/mastodon/connector.h"
#include "source/mastodon/mastodon.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct connector_field fields[] = {
    {"instance", "Instance",
     "The server you have an account on, like mastodon.example. It shows what it knows of the whole network.",
     CONNECTOR_TEXT, false, true},
    {"token", "Access token",
     "Of your account, with the scope read; write:statuses and write:favourites to answer. bellwether source login mastodon "
     "gets one. Without: public timelines by polling, where the instance lets strangers read.",
     CONNECTOR_TEXT, true, false},
    {"feed", "What is heard",
     "public: all public posts that the instance sees; local: those written on it; remote: those written elsewhere; hashtags: "
     "those of the hashtags and accounts that are asked for; home: what the account follows, and what mentions it.",
     CONNECTOR_WORD, false, false, "public", "public local remote hashtags home"},
    {"transport", "How", "auto: a WebSocket, else server-sent events, else polling.",
     CONNECTOR_WORD, false, false, "auto", "auto websocket sse poll"},
    {"poll_s", "Seconds between polls", "Where there is no stream, and for accounts.",
     CONNECTOR_NUMBER, false, false, "60", NULL, 5, 86400},
    {"recheck", "Posts to look at again",
     "How many of the newest are read again whenever a stream was opened anew, to see what was edited or deleted meanwhile.",
     CONNECTOR_NUMBER, false, false, "200", NULL, 0, MASTODON_RECHECK_MAX},
    {"consent", "Whose posts",
     "unless_refused: not those of people who said no (their setting against search engines, or #nobot, #noindex and the like in "
     "their profile); if_offered: those alone who said yes to being found by their posts; anybody. What is written to you is "
     "always kept.",
     CONNECTOR_WORD, false, false, "unless_refused", "unless_refused if_offered anybody"},
    {NULL},
};

void mastodon_end(struct mastodon *mastodon, enum error_code code, const struct error *why)
{
    pthread_mutex_lock(&mastodon->lock);
    if (!atomic_load(&mastodon->end_code)) {
        mastodon->end_error = *why;
        atomic_store(&mastodon->end_code, (int)code);
    }
    pthread_mutex_unlock(&mastodon->lock);
}

struct mastodon_words mastodon_words(struct mastodon *mastodon)
{
    struct str consent = source_port_text(mastodon->port, "consent");
    return (struct mastodon_words){.host = mastodon->host, .domain = mastodon->domain, .own_id = mastodon->own_id,
                                   .consent = str_equal(consent, STR("anybody"))      ? MASTODON_ANYBODY
                                              : str_equal(consent, STR("if_offered")) ? MASTODON_IF_OFFERED
                                                                                      : MASTODON_UNLESS_REFUSED};
}

void mastodon_tell_counts(struct mastodon *mastodon, struct mastodon_counts *counts)
{
    if (counts->broken)
        source_port_refused(mastodon->port, "not understood", counts->broken);
    if (counts->oversize)
        source_port_refused(mastodon->port, "too large", counts->oversize);
    if (counts->unasked)
        source_port_refused(mastodon->port, "the author does not wish it", counts->unasked);
    *counts = (struct mastodon_counts){0};
}

static void command(struct mastodon *mastodon, const struct source_command *command)
{
    struct source_result result = {.failure = SOURCE_DONE};
    snprintf(result.id, sizeof result.id, "%s", command->id);
    mastodon_act(mastodon, command, &result);
    source_port_result(mastodon->port, &result);
}

/* Watches for the end while the connector's own thread is in a call. */
static void *watch(void *of)
{
    struct mastodon *mastodon = of;
    while (!source_port_is_ending(mastodon->port) && !atomic_load(&mastodon->is_over))
        clock_sleep(100);
    eventfd_write(mastodon->ending_fd, 1);
    return NULL;
}

static enum error_code check(struct mastodon *mastodon, struct error *error)
{
    enum error_code code = mastodon_probe(mastodon, 0, error);
    if (!code) {
        if (mastodon->account.handle[0] == '\0') /* without a token: a reader of this server */
            snprintf(mastodon->account.name, sizeof mastodon->account.name, "%s", mastodon->title);
        source_port_ready(mastodon->port, &mastodon->account);
    }
    return code;
}

static void remove_sub(struct mastodon_sub **subs, const char *name)
{
    for (struct mastodon_sub **at = subs; *at; at = &(*at)->next)
        if (strcmp((*at)->name, name) == 0) {
            struct mastodon_sub *sub = *at;
            *at = sub->next;
            mastodon_sub_free(sub);
            return;
        }
}

static enum error_code run(struct source_port *port, struct error *error)
{
    struct mastodon      mastodon = {.port = port, .ending_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    pthread_t            watcher;
    struct mastodon_sub *subs = NULL, *sub;
    bool                 is_ended = false;
    pthread_mutex_init(&mastodon.lock, NULL);
    enum error_code code = mastodon.ending_fd < 0 ? error_set_os(error, "cannot make an event") : mastodon_begin(&mastodon, error);
    bool            is_watched = !code && pthread_create(&watcher, NULL, watch, &mastodon) == 0;
    while (!code && !is_ended) {
        struct source_order *order = source_port_take(port, 500);
        if (!order) { /* nothing, or an ack made room */
            for (sub = subs; sub; sub = sub->next)
                mastodon_sub_wake(sub);
        } else if (order->kind == SOURCE_ORDER_SUBSCRIBE) {
            remove_sub(&subs, order->sub);
            sub = mastodon_sub_new(&mastodon, order);
            if (sub) {
                sub->next = subs;
                subs = sub;
                order = NULL;
            } else {
                order = NULL; /* freed with what there was of it */
                code = error_set(error, ERROR_MEMORY, "no memory for a subscription");
            }
        } else if (order->kind == SOURCE_ORDER_UNSUBSCRIBE) {
            remove_sub(&subs, order->sub);
        } else if (order->kind == SOURCE_ORDER_COMMAND) {
            command(&mastodon, &order->command);
        } else if (order->kind == SOURCE_ORDER_CHECK) {
            code = check(&mastodon, error);
        } else {
            is_ended = true;
        }
        source_order_free(order);
        if (!code && atomic_load(&mastodon.end_code)) {
            pthread_mutex_lock(&mastodon.lock);
            code = (enum error_code)atomic_load(&mastodon.end_code);
            *error = mastodon.end_error;
            pthread_mutex_unlock(&mastodon.lock);
        }
    }
    for (sub = subs; sub; sub = sub->next)
        mastodon_sub_stop(sub);
    while (subs) {
        sub = subs;
        subs = sub->next;
        mastodon_sub_free(sub);
    }
    atomic_store(&mastodon.is_over, true);
    if (is_watched)
        pthread_join(watcher, NULL);
    if (mastodon.ending_fd >= 0)
        close(mastodon.ending_fd);
    pthread_mutex_destroy(&mastodon.lock);
    return code;
}

const struct connector connector_mastodon = {
    .name = "mastodon",
    .network = "mastodon",
    .title = "Mastodon",
    .summary = "Public posts that a Mastodon server sees, hashtags, your own timeline and mentions, and answers from your account. "
               "Speaks to servers with the same API, too.",
    .evidence = "GoToSocial 0.7.1 on this machine, and a server of Mastodon's API by others (mastodon_mock 0.6.1); not yet a public instance",
    .modes = SOURCE_STREAM | SOURCE_POLL | SOURCE_SEARCH | SOURCE_FILL | SOURCE_THREAD,
    .acts = SOURCE_PUBLISH | SOURCE_REPLY | SOURCE_UNPUBLISH | SOURCE_LIKE | SOURCE_UNLIKE | SOURCE_REPOST | SOURCE_FETCH,
    .text_max = 500,
    .text_unit = SOURCE_GRAPHEMES,
    .is_shareable = true,
    .echoes_key = true,
    .fields = fields,
    .run = run,
};
