#include "square.h"

#include "base/clock.h"
#include "source/port.h"

#include <stdlib.h>

struct square square = {.lock = PTHREAD_MUTEX_INITIALIZER};

void square_clear(void)
{
    pthread_mutex_t lock = square.lock;
    square = (struct square){.count = 0};
    square.lock = lock;
}

void square_event(const struct square_event *event)
{
    pthread_mutex_lock(&square.lock);
    square.events[square.count++ % SQUARE_MAX] = *event;
    pthread_mutex_unlock(&square.lock);
}

size_t square_post(const char *id, const char *author, const char *text)
{
    struct square_event event = {.op = SOURCE_UPSERT, .at_us = clock_now_us(), .likes = POST_COUNT_UNKNOWN};
    snprintf(event.id, sizeof event.id, "%s", id);
    snprintf(event.author, sizeof event.author, "%s", author);
    snprintf(event.text, sizeof event.text, "%s", text);
    square_event(&event);
    return square.count;
}

/* ---- The connectors ---- */

static void fill(struct source_batch *batch, const struct square_event *event)
{
    struct source_item *item = source_batch_add(batch, event->op);
    item->post.id = arena_str(&batch->arena, str_of(event->id));
    item->post.author_id = arena_str(&batch->arena, str_of(event->author));
    item->post.author_handle = item->post.author_id;
    item->post.text = arena_str(&batch->arena, str_of(event->text));
    item->post.lang = STR("en");
    item->post.at_us = event->at_us;
    item->post.edited_us = event->edited_us;
    item->post.metrics.likes = event->likes;
    item->visibility = arena_str(&batch->arena, str_of(event->visibility));
}

static size_t send_some(struct source_port *port, const char *sub, size_t at, size_t until)
{
    size_t               most = square.batch ? square.batch : 50;
    struct source_batch *batch = source_batch_new(sub);
    char                 state[32];
    pthread_mutex_lock(&square.lock);
    for (; at < until && batch->count < most; at++)
        fill(batch, &square.events[at]);
    square.given += batch->count;
    snprintf(state, sizeof state, "%zu", at);
    if (!square.is_stateless)
        batch->state = arena_str(&batch->arena, str_of(state));
    pthread_mutex_unlock(&square.lock);
    source_port_send(port, batch);
    return at;
}

static void say(struct source_port *port, const char *sub, enum source_phase phase, int64_t from_us, int64_t until_us, const char *words)
{
    struct source_status status = {.phase = phase, .from_us = from_us, .until_us = until_us, .remaining = -1, .limit = -1};
    snprintf(status.sub, sizeof status.sub, "%s", sub);
    snprintf(status.message, sizeof status.message, "%s", words);
    source_port_status(port, &status);
}

static const struct square_deed *find_deed(const char *key)
{
    for (size_t i = 0; i < square.deed_count; i++)
        if (strcmp(square.deeds[i].key, key) == 0)
            return &square.deeds[i];
    return NULL;
}

static void do_it(const struct source_command *command)
{
    struct square_deed *deed = &square.deeds[square.deed_count++];
    *deed = (struct square_deed){.act = command->act};
    snprintf(deed->key, sizeof deed->key, "%s", command->key);
    snprintf(deed->text, sizeof deed->text, "%.*s", STR_ARG(command->text));
    snprintf(deed->target, sizeof deed->target, "%.*s", STR_ARG(command->target_id));
}

static void act(struct source_port *port, const struct source_command *command, bool keys)
{
    struct source_result result = {0};
    memcpy(result.id, command->id, sizeof result.id);
    pthread_mutex_lock(&square.lock);
    bool            is_fetch = command->act == SOURCE_FETCH, is_there = find_deed(command->key) != NULL;
    enum square_act how = is_fetch || square.act_next == square.act_count ? ACT_WELL : square.acts[square.act_next++];
    square.fetches += is_fetch;
    if (is_fetch)
        result.failure = is_there ? SOURCE_DONE : SOURCE_GONE;
    else if (how == ACT_LIMITED) {
        result.failure = SOURCE_LIMITED;
        result.retry_after_s = 1;
    } else if (how == ACT_TRANSIENT)
        result.failure = SOURCE_TRANSIENT;
    else if (how == ACT_REFUSED)
        result.failure = SOURCE_REFUSED;
    else if (how == ACT_LOSES_REQUEST)
        result.failure = SOURCE_UNKNOWN_OUTCOME;
    else {
        if (!keys || !is_there)
            do_it(command);
        result.failure = how == ACT_LOSES_ANSWER ? SOURCE_UNKNOWN_OUTCOME : SOURCE_DONE;
    }
    snprintf(result.native_id, sizeof result.native_id, "n-%s", command->key);
    pthread_mutex_unlock(&square.lock);
    if (how != ACT_HANGS)
        source_port_result(port, &result);
}

static enum error_code work(struct source_port *port, bool has_account, bool keys, struct error *error)
{
    size_t at = 0, batches = 0;
    bool   is_subscribed = false, is_live = false, goes_on = true;
    pthread_mutex_lock(&square.lock);
    square.runs++;
    square.wants++;
    bool denies = square.denies, says_gap = square.says_gap, rotates = has_account && square.rotates;
    square.says_gap = square.rotates = false;
    pthread_mutex_unlock(&square.lock);
    if (has_account) {
        struct str token = source_port_text(port, "token");
        pthread_mutex_lock(&square.lock);
        snprintf(square.secret, sizeof square.secret, "%.*s", STR_ARG(token));
        pthread_mutex_unlock(&square.lock);
        if (str_equal(token, STR("wrong")))
            denies = true;
    }
    if (rotates) {
        bool is_stored = source_port_store_secret(port, "token", STR("rotated"));
        pthread_mutex_lock(&square.lock);
        square.has_rotated = is_stored;
        pthread_mutex_unlock(&square.lock);
    }
    enum error_code code = denies ? error_set(error, ERROR_DENIED, "who are you?") : ERROR_NONE;
    while (!code && goes_on) {
        struct source_order *order = source_port_take(port, 10);
        if (order)
            switch (order->kind) {
            case SOURCE_ORDER_CHECK:
                source_port_ready(port, &(struct source_account){.id = "1", .handle = "tester", .expires_us = INT64_C(1900000000000000)});
                break;
            case SOURCE_ORDER_SUBSCRIBE:
                if (strcmp(order->sub, "main") != 0) { /* a search: everything, then over */
                    pthread_mutex_lock(&square.lock);
                    size_t until = square.count < 100 ? square.count : 100;
                    pthread_mutex_unlock(&square.lock);
                    for (size_t from = 0; from < until && source_port_has_room(port, order->sub);)
                        from = send_some(port, order->sub, from, until);
                    say(port, order->sub, SOURCE_IDLE, 0, 0, "");
                    break;
                }
                is_subscribed = true;
                pthread_mutex_lock(&square.lock);
                at = square.count; /* without a state: from now on */
                pthread_mutex_unlock(&square.lock);
                if (order->state.len) {
                    int64_t number = 0;
                    str_to_i64(order->state, &number);
                    at = (size_t)number;
                } else if (!square.is_stateless) /* so that a kill before the first post is no loss */
                    send_some(port, "main", at, at);
                if (says_gap)
                    say(port, "main", SOURCE_GAP, clock_now_us() - 10 * CLOCK_MINUTE_US, clock_now_us() - 5 * CLOCK_MINUTE_US, "the platform forgot");
                break;
            case SOURCE_ORDER_COMMAND: act(port, &order->command, keys); break;
            case SOURCE_ORDER_SHUTDOWN: goes_on = false; break;
            default: break;
            }
        source_order_free(order);
        while (goes_on && is_subscribed && !code && source_port_has_room(port, "main")) {
            pthread_mutex_lock(&square.lock);
            size_t until = square.count, fails_after = square.fails_after;
            pthread_mutex_unlock(&square.lock);
            if (at == until)
                break;
            if (fails_after && batches++ == fails_after)
                code = error_set(error, ERROR_IO, "the square is closed");
            else
                at = send_some(port, "main", at, until);
        }
        if (is_subscribed && !is_live) {
            say(port, "main", SOURCE_LIVE, 0, 0, "");
            is_live = true;
        }
    }
    pthread_mutex_lock(&square.lock);
    square.wants--;
    pthread_mutex_unlock(&square.lock);
    return code;
}

static enum error_code run_square(struct source_port *port, struct error *error)
{
    return work(port, false, false, error);
}

static enum error_code run_booth(struct source_port *port, struct error *error)
{
    return work(port, true, false, error);
}

static enum error_code run_kiosk(struct source_port *port, struct error *error)
{
    return work(port, true, true, error);
}

static const struct connector_field square_fields[] = {{.name = "place", .label = "Place", .help = "Which.", .type = CONNECTOR_TEXT, .fallback = "here"}, {0}};
static const struct connector_field booth_fields[] = {
    {.name = "token", .label = "Token", .help = "Whose.", .type = CONNECTOR_TEXT, .is_secret = true, .is_required = true}, {0}};

static const struct connector connector_square = {.name = "square", .network = "sq", .title = "The square", .summary = "Invented.", .evidence = "nothing",
                                                  .modes = SOURCE_STREAM | SOURCE_SEARCH | SOURCE_FILL, .is_shareable = true, .fields = square_fields, .run = run_square};
#define ACTS (SOURCE_PUBLISH | SOURCE_REPLY | SOURCE_LIKE)
/* booth looks for what it sent; kiosk does one key once, and cannot look. */
static const struct connector connector_booth = {.name = "booth", .network = "sq", .title = "The booth", .summary = "Invented.", .evidence = "nothing",
                                                 .modes = SOURCE_STREAM, .acts = ACTS | SOURCE_FETCH, .text_max = 20, .text_unit = SOURCE_CHARACTERS,
                                                 .fields = booth_fields, .run = run_booth};
static const struct connector connector_kiosk = {.name = "kiosk", .network = "sq", .title = "The kiosk", .summary = "Invented.", .evidence = "nothing",
                                                 .modes = SOURCE_STREAM, .acts = ACTS, .echoes_key = true, .fields = booth_fields, .run = run_kiosk};
const struct connector *const connectors[] = {&connector_square, &connector_booth, &connector_kiosk, NULL};
