#include "source/nostr/inside.h"

#include "net/fetch.h"

#include <sys/eventfd.h>
#include <unistd.h>

enum { PAUSE_LEAST_S = 1, PAUSE_MOST_S = 300, HEALTHY_S = 60, CONNECT_MS = 10000, ABOUT_MS = 5000 };

/* ---- Connecting, aside ---- */

static bool supports(const cJSON *nips, int nip)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, nips) if (cJSON_IsNumber(one) && one->valueint == nip) return true;
    return false;
}

/* What the relay says of itself (NIP-11). Many say nothing, which is fine. */
static void read_about(struct relay *relay, bool allows_private, int stop_fd)
{
    char                       url[2048];
    struct fetch_answer        answer;
    struct error               error = {0};
    const struct client_header accept = {"Accept", STR("application/nostr+json")};
    snprintf(url, sizeof url, "http%s", relay->url + 2);
    enum error_code code = fetch(&(struct fetch){.url = url, .headers = &accept, .header_count = 1, .allows_private = allows_private, .timeout_ms = ABOUT_MS,
                                                 .most_bytes = 64 * 1024, .most_redirects = 3, .stop_fd = stop_fd}, &answer, &error);
    if (!code && answer.status == 200) {
        cJSON       *about = cJSON_ParseWithLength(answer.body.ptr ? answer.body.ptr : "", answer.body.len);
        const cJSON *limits = cJSON_GetObjectItemCaseSensitive(about, "limitation");
        const cJSON *most = cJSON_GetObjectItemCaseSensitive(limits, "max_limit");
        relay->page_most = cJSON_IsNumber(most) && most->valuedouble >= 1 && most->valuedouble < 1e9 ? (int64_t)most->valuedouble : 0;
        relay->has_search = supports(cJSON_GetObjectItemCaseSensitive(about, "supported_nips"), 50);
        relay->wants_money = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(limits, "payment_required"));
        cJSON_Delete(about);
    }
    fetch_answer_fini(&answer);
}

static void *connect_aside(void *context)
{
    struct relay *relay = context;
    bool          allows_private = source_port_allows_private(relay->nostr->port);
    relay->code = websocket_open(&(struct websocket_options){.url = relay->url, .allows_private = allows_private, .timeout_ms = CONNECT_MS,
                                                             .most_bytes = NOSTR_MESSAGE_MOST_BYTES, .stop_fd = relay->nostr->stop_fd},
                                 &relay->made, &relay->retry_after_us, &relay->error);
    if (!relay->code)
        read_about(relay, allows_private, relay->nostr->stop_fd);
    atomic_store(&relay->is_done, true);
    eventfd_write(relay->nostr->wake_fd, 1);
    return NULL;
}

static void opened(struct nostr *nostr, struct relay *relay)
{
    relay->phase = RELAY_OPEN;
    relay->websocket = relay->made;
    relay->made = NULL;
    relay->opened_us = clock_monotonic_us();
    relay->refused_in_row = 0;
    relay->names_us = 0;
    relay->challenge[0] = '\0';
    source_port_log(nostr->port, "info", "%s is connected", relay->url);
    flow_ask(nostr, relay);
    act_relay_open(nostr, relay);
}

void relays_connect(struct nostr *nostr, int64_t now_us)
{
    for (size_t i = 0; i < nostr->relay_count; i++) {
        struct relay *relay = &nostr->relays[i];
        if (relay->phase == RELAY_CONNECTS && atomic_load(&relay->is_done)) {
            pthread_join(relay->thread, NULL);
            if (relay->code)
                relay_lose(nostr, relay, relay->code, relay->error.message, relay->retry_after_us);
            else
                opened(nostr, relay);
        } else if (relay->phase == RELAY_WAITS && now_us >= relay->again_us) {
            atomic_store(&relay->is_done, false);
            relay->made = NULL;
            relay->phase = RELAY_CONNECTS;
            if (pthread_create(&relay->thread, NULL, connect_aside, relay) != 0) {
                relay->phase = RELAY_WAITS;
                relay->again_us = now_us + CLOCK_SECOND_US;
            }
        }
    }
}

void relays_end(struct nostr *nostr)
{
    eventfd_write(nostr->stop_fd, 1);
    for (size_t i = 0; i < nostr->relay_count; i++) {
        struct relay *relay = &nostr->relays[i];
        if (relay->phase == RELAY_CONNECTS)
            pthread_join(relay->thread, NULL);
        websocket_close(relay->phase == RELAY_CONNECTS ? relay->made : relay->websocket, 1000);
        relay->websocket = relay->made = NULL;
        relay->phase = RELAY_WAITS;
    }
}

/* Later and later, with chance in it so that not everybody comes back at once. */
void relay_lose(struct nostr *nostr, struct relay *relay, enum error_code code, const char *why, int64_t retry_after_us)
{
    int64_t now_us = clock_monotonic_us();
    if (relay->phase == RELAY_OPEN && now_us - relay->opened_us > HEALTHY_S * CLOCK_SECOND_US)
        relay->pause_s = 0;
    relay->pause_s = relay->pause_s ? relay->pause_s * 2 : PAUSE_LEAST_S;
    relay->pause_s = relay->pause_s < PAUSE_MOST_S ? relay->pause_s : PAUSE_MOST_S;
    int64_t pause_us = relay->pause_s * CLOCK_SECOND_US / 2 + (int64_t)rng_below(&nostr->rng, (uint64_t)relay->pause_s * CLOCK_SECOND_US / 2 + 1);
    relay->again_us = now_us + (retry_after_us > pause_us ? retry_after_us : pause_us);
    relay->code = code;
    if (why != relay->error.message)
        snprintf(relay->error.message, sizeof relay->error.message, "%s", why);
    source_port_log(nostr->port, "warning", "%s: %s; again in %lld s", relay->url, why, (long long)((relay->again_us - now_us) / CLOCK_SECOND_US));
    if (code == ERROR_BUSY) {
        struct source_status status = {.phase = SOURCE_RATE_LIMITED, .until_us = clock_now_us() + relay->again_us - now_us, .remaining = -1, .limit = -1};
        snprintf(status.message, sizeof status.message, "%.100s: %.150s", relay->url, why);
        source_port_status(nostr->port, &status);
    }
    websocket_close(relay->websocket, 1000);
    relay->websocket = NULL;
    relay->phase = RELAY_WAITS;
    flow_lost(nostr, relay);
}

/* ---- Talking ---- */

bool relay_say(struct nostr *nostr, struct relay *relay, struct str text)
{
    struct error error = {0};
    if (relay->phase != RELAY_OPEN)
        return false;
    enum error_code code = websocket_send(relay->websocket, text, false, &error);
    if (code)
        relay_lose(nostr, relay, code, error.message, 0);
    return !code;
}

void relay_refused(struct nostr *nostr, struct relay *relay, const char *reason)
{
    source_port_refused(nostr->port, reason, 1);
    if (++relay->refused_in_row < REFUSED_MOST)
        return;
    relay->pause_s = PAUSE_MOST_S;
    relay_lose(nostr, relay, ERROR_INVALID, "it sends nothing but what has to be refused", 0);
}

static struct str word_of(const cJSON *list, int at)
{
    const cJSON *word = cJSON_GetArrayItem(list, at);
    return cJSON_IsString(word) ? str_of(word->valuestring) : STR("");
}

static void take_event_message(struct nostr *nostr, struct relay *relay, const cJSON *message)
{
    struct nostr_event event;
    struct str         request = word_of(message, 1);
    const char        *why = nostr_event_read(cJSON_GetArrayItem(message, 2), &event);
    if (why)
        relay_refused(nostr, relay, why);
    else if (str_starts_with(request, STR("f")))
        act_found(nostr, relay, request, &event);
    else
        flow_event(nostr, relay, request, &event);
}

static void take_message(struct nostr *nostr, struct relay *relay, struct str bytes)
{
    cJSON     *message = cJSON_ParseWithLength(bytes.ptr, bytes.len);
    struct str kind = word_of(message, 0);
    if (!cJSON_IsArray(message) || !kind.len) {
        relay_refused(nostr, relay, "a message that is no list of Nostr");
    } else if (str_equal(kind, STR("EVENT"))) {
        take_event_message(nostr, relay, message);
    } else if (str_equal(kind, STR("EOSE"))) {
        flow_end_of_stored(nostr, relay, word_of(message, 1));
        act_end_of_stored(nostr, relay, word_of(message, 1));
    } else if (str_equal(kind, STR("OK"))) {
        act_ok(nostr, relay, word_of(message, 1), cJSON_IsTrue(cJSON_GetArrayItem(message, 2)), word_of(message, 3));
    } else if (str_equal(kind, STR("CLOSED"))) {
        flow_closed(nostr, relay, word_of(message, 1), word_of(message, 2));
        act_end_of_stored(nostr, relay, word_of(message, 1));
    } else if (str_equal(kind, STR("AUTH"))) {
        snprintf(relay->challenge, sizeof relay->challenge, "%.*s", STR_ARG(word_of(message, 1)));
        act_auth(nostr, relay);
    } else if (str_equal(kind, STR("NOTICE"))) {
        struct str words = word_of(message, 1);
        source_port_log(nostr->port, "info", "%s says: %.*s", relay->url, (int)(words.len < 200 ? words.len : 200), words.ptr);
    }
    cJSON_Delete(message);
}

bool relay_read(struct nostr *nostr, struct relay *relay)
{
    for (int i = 0; i < ROUND_MOST && relay->phase == RELAY_OPEN && take_has_room(nostr); i++) {
        struct websocket_message message;
        struct error             error = {0};
        switch (websocket_receive(relay->websocket, 0, 0, &message, &error)) {
        case WEBSOCKET_MESSAGE:
            take_message(nostr, relay, message.bytes);
            break;
        case WEBSOCKET_NOTHING: return false;
        case WEBSOCKET_OVERSIZE:
            source_port_refused(nostr->port, "a message over 512 KiB", 1);
            relay->pause_s = relay->pause_s < 32 ? 32 : relay->pause_s; /* it would come again */
            relay_lose(nostr, relay, ERROR_TOO_LARGE, error.message, 0);
            break;
        case WEBSOCKET_CLOSED:
            relay_lose(nostr, relay, ERROR_IO, error.message, 0);
            break;
        }
    }
    return relay->phase == RELAY_OPEN && take_has_room(nostr);
}
