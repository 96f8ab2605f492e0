#include "base/clock.h"
#include "source/wordpress/act.h"
#include "source/wordpress/connector.h"
#include "source/wordpress/list.h"

#include <poll.h>
#include <stdlib.h>

enum { SUBS_MAX = 4 };

struct sub {
    char           name[SOURCE_SUB_BYTES];
    struct wp_list lists[2];
    uint64_t       sent;
    int64_t        next_us;
    bool           is_live, is_fill;
};

struct wordpress {
    struct wp_site site;
    struct wp_open open;
    struct sub    *subs[SUBS_MAX];
    size_t         sub_count;
    bool           is_open;   /* the site was found */
    int64_t        retry_us;  /* after a failure: not before */
    unsigned       fails;
    int64_t        every_us;
    bool           said_limited;
};

static void status(struct wordpress *wp, const struct sub *sub, enum source_phase phase, int64_t until_us, const char *message)
{
    struct source_status said = {.phase = phase, .until_us = until_us, .remaining = -1, .limit = -1};
    if (sub)
        memcpy(said.sub, sub->name, sizeof said.sub);
    snprintf(said.message, sizeof said.message, "%s", message);
    source_port_status(wp->site.port, &said);
}

/* ---- Failures ---- */

/* False: it is the end. */
static bool survive(struct wordpress *wp, enum error_code code, const struct error *error)
{
    int64_t now_us = clock_now_us();
    switch (code) {
    case ERROR_CANCELLED: return true;
    case ERROR_DENIED: status(wp, NULL, SOURCE_AUTH_FAILED, 0, error->message); return false;
    case ERROR_MEMORY: return false;
    case ERROR_INVALID:
        if (!wp->is_open)
            return false; /* the config is wrong; later it is an answer that is none */
        source_port_refused(wp->site.port, "an answer that is no list of comments", 1);
        break;
    case ERROR_TOO_LARGE: source_port_refused(wp->site.port, "an answer over 16 MiB", 1); break;
    default: break;
    }
    for (size_t i = 0; i < wp->sub_count; i++)
        wp->subs[i]->is_live = false;
    if (code == ERROR_BUSY && wp->site.limited_us > now_us) {
        wp->retry_us = wp->site.limited_us;
        for (size_t i = 0; i < wp->sub_count; i++)
            status(wp, wp->subs[i], SOURCE_RATE_LIMITED, wp->retry_us, error->message);
        return true;
    }
    wp->retry_us = now_us + ((int64_t)2 << (wp->fails < 7 ? wp->fails : 7)) * CLOCK_SECOND_US;
    wp->fails++;
    source_port_log(wp->site.port, "warning", "%s", error->message);
    for (size_t i = 0; i < wp->sub_count; i++)
        status(wp, wp->subs[i], SOURCE_ERROR, wp->retry_us, error->message);
    return true;
}

/* ---- Reading ---- */

static void put_state(struct sub *sub, struct source_batch *batch)
{
    struct buf  out = {.max_bytes = SOURCE_STATE_MAX_BYTES};
    struct json json = json_writer(&out);
    json_object(&json);
    json_put_i64(&json, "v", 1);
    for (int kind = 0; kind < 2; kind++) {
        json_key(&json, wp_words[kind]);
        wp_list_print(&sub->lists[kind], &json);
    }
    json_end(&json);
    if (!out.has_failed)
        batch->state = arena_str(&batch->arena, buf_str(&out));
    buf_fini(&out);
}

static struct wp_list *list_at_work(struct sub *sub)
{
    for (int kind = 0; kind < 2; kind++)
        if (sub->lists[kind].is_on && sub->lists[kind].is_reading)
            return &sub->lists[kind];
    return NULL;
}

/* An ack would wake the port, and what wakes the port ends a request: so that is only allowed while none is due. */
static bool is_all_acked(const struct wordpress *wp)
{
    for (size_t i = 0; i < wp->sub_count; i++)
        if (source_port_acked(wp->site.port, wp->subs[i]->name) < wp->subs[i]->sent)
            return false;
    return true;
}

static bool is_woken(const struct wordpress *wp)
{
    struct pollfd woken = {.fd = source_port_fd(wp->site.port), .events = POLLIN};
    return poll(&woken, 1, 0) > 0 || source_port_is_ending(wp->site.port);
}

/* Goes on with what is being read, or begins with the list that is next. */
static enum error_code step(struct wordpress *wp, struct sub *sub, struct error *error)
{
    struct wp_list      *list = list_at_work(sub);
    struct source_batch *batch = source_batch_new(sub->name);
    unsigned             most = source_port_max_items(wp->site.port);
    bool                 is_over = false;
    if (!batch)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    if (!list)
        list = sub->lists[WP_POSTS].is_on ? &sub->lists[WP_POSTS] : &sub->lists[WP_COMMENTS];
    struct wp_list *before = malloc(sizeof *before); /* a request that fails changes nothing */
    enum error_code code = before ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a list");
    if (before)
        *before = *list;
    if (!code)
        code = wp_list_step(&wp->site, list, &wp->open, batch, most < WP_PAGE ? most : WP_PAGE, &is_over, error);
    if (code && before)
        *list = *before;
    free(before);
    if (code) {
        source_batch_free(batch);
        return code;
    }
    wp->fails = 0;
    if (is_over && list == &sub->lists[WP_POSTS] && sub->lists[WP_COMMENTS].is_on) {
        list = &sub->lists[WP_COMMENTS];
        wp_list_begin(list);
        is_over = false;
    }
    if (batch->count) {
        put_state(sub, batch);
        sub->sent++;
        source_port_send(wp->site.port, batch);
    } else {
        source_batch_free(batch);
    }
    if (is_over) {
        sub->next_us = sub->is_fill ? INT64_MAX : sub->lists[WP_POSTS].wants_deep || sub->lists[WP_COMMENTS].wants_deep ? 0 : clock_now_us() + wp->every_us;
        if (!sub->is_live)
            status(wp, sub, sub->is_fill ? SOURCE_IDLE : SOURCE_LIVE, 0, "");
        sub->is_live = true;
    }
    return ERROR_NONE;
}

/* Does what is due; *wait_ms_out: until something is. */
static enum error_code work(struct wordpress *wp, int64_t *wait_ms_out, struct error *error)
{
    int64_t         now_us = clock_now_us(), until_us = now_us + CLOCK_MINUTE_US;
    enum error_code code = ERROR_NONE;
    *wait_ms_out = -1;
    if (wp->sub_count == 0)
        return ERROR_NONE;
    if (wp->retry_us > now_us) {
        *wait_ms_out = (wp->retry_us - now_us) / 1000 + 1;
        return ERROR_NONE;
    }
    if (is_woken(wp)) {
        *wait_ms_out = 0; /* what waits is taken first */
        return ERROR_NONE;
    }
    wp->site.may_stop = is_all_acked(wp);
    if (!wp->is_open) {
        code = wp_open(&wp->site, error);
        wp->is_open = !code;
        *wait_ms_out = 0;
        return code;
    }
    for (size_t i = 0; i < wp->sub_count && !code; i++) {
        struct sub *sub = wp->subs[i];
        bool        is_due = list_at_work(sub) || sub->next_us <= now_us;
        if (is_due && source_port_has_room(wp->site.port, sub->name)) {
            code = step(wp, sub, error);
            until_us = now_us;
            break; /* orders first */
        } else if (sub->next_us < until_us && !is_due) {
            until_us = sub->next_us;
        }
    }
    *wait_ms_out = until_us > now_us ? (until_us - now_us) / 1000 + 1 : 0;
    return code;
}

/* ---- Orders ---- */

static void unsubscribe(struct wordpress *wp, const char *name)
{
    for (size_t i = 0; i < wp->sub_count; i++)
        if (strcmp(wp->subs[i]->name, name) == 0) {
            free(wp->subs[i]);
            wp->subs[i] = wp->subs[--wp->sub_count];
            return;
        }
}

static enum error_code subscribe(struct wordpress *wp, const struct source_order *order, struct error *error)
{
    unsubscribe(wp, order->sub);
    struct sub *sub = wp->sub_count < SUBS_MAX ? calloc(1, sizeof *sub) : NULL;
    if (!sub)
        return error_set(error, ERROR_MEMORY, "no room for more than %d subscriptions", SUBS_MAX);
    wp->subs[wp->sub_count++] = sub;
    memcpy(sub->name, order->sub, sizeof sub->name);
    sub->is_fill = order->mode == SOURCE_FILL;
    cJSON *state = order->state.len && !sub->is_fill ? cJSON_ParseWithLength(order->state.ptr, order->state.len) : NULL;
    for (int kind = 0; kind < 2; kind++) {
        struct wp_list *list = &sub->lists[kind];
        *list = (struct wp_list){.kind = (enum wp_kind)kind, .is_fill = sub->is_fill, .since_us = order->query.since_us, .total = -1, .check = SIZE_MAX,
                                 .is_on = source_port_boolean(wp->site.port, kind == WP_POSTS ? "posts" : "comments")};
        const cJSON *kept = cJSON_GetObjectItemCaseSensitive(state, wp_words[kind]);
        if (cJSON_IsObject(kept) && wp_number(state, "v") == 1)
            wp_list_restore(list, kept);
    }
    cJSON_Delete(state);
    status(wp, sub, SOURCE_BACKFILL, 0, "");
    return ERROR_NONE;
}

static enum error_code check(struct wordpress *wp, struct error *error)
{
    struct source_account account = {0};
    wp->site.root[0] = '\0'; /* whoever tests wants the site asked */
    enum error_code       code = wp_open(&wp->site, error);
    wp->is_open = !code;
    if (code)
        return code;
    snprintf(account.id, sizeof account.id, "%.400s", wp->site.name);
    if (wp->site.me)
        snprintf(account.id, sizeof account.id, "%.400s:user:%lld", wp->site.name, (long long)wp->site.me);
    snprintf(account.handle, sizeof account.handle, "%s", wp->site.user);
    snprintf(account.name, sizeof account.name, "%.200s", wp->site.name);
    source_port_ready(wp->site.port, &account);
    return ERROR_NONE;
}

static void command(struct wordpress *wp, const struct source_command *given)
{
    struct source_result result;
    struct error         error = {0};
    enum error_code      code = wp->is_open ? ERROR_NONE : wp_open(&wp->site, &error);
    wp->is_open = !code;
    if (!code) {
        wp_act(&wp->site, given, &result);
    } else {
        result = (struct source_result){.failure = code == ERROR_DENIED ? SOURCE_AUTH : SOURCE_TRANSIENT};
        memcpy(result.id, given->id, sizeof result.id);
        snprintf(result.message, sizeof result.message, "%.250s", error.message);
    }
    source_port_result(wp->site.port, &result);
}

static enum error_code run(struct source_port *port, struct error *error)
{
    enum error_code   code = ERROR_NONE;
    bool              is_over = false;
    struct wordpress *wp = calloc(1, sizeof *wp);
    if (!wp || !(wp->site.pool = fetch_pool_new())) {
        free(wp);
        return error_set(error, ERROR_MEMORY, "no memory for a site");
    }
    wp->site.port = port;
    wp->every_us = source_port_number(port, "poll_seconds") * CLOCK_SECOND_US;
    while (!is_over && !code) {
        int64_t wait_ms;
        code = work(wp, &wait_ms, error);
        if (code) {
            if (!survive(wp, code, error))
                break;
            *error = (struct error){0};
            code = ERROR_NONE;
        }
        struct source_order *order = source_port_take(port, wait_ms);
        if (!order)
            continue;
        switch (order->kind) {
        case SOURCE_ORDER_CHECK: code = check(wp, error); break;
        case SOURCE_ORDER_SUBSCRIBE: code = subscribe(wp, order, error); break;
        case SOURCE_ORDER_UNSUBSCRIBE: unsubscribe(wp, order->sub); break;
        case SOURCE_ORDER_COMMAND: command(wp, &order->command); break;
        case SOURCE_ORDER_SHUTDOWN: is_over = true; break;
        }
        source_order_free(order);
    }
    for (size_t i = 0; i < wp->sub_count; i++)
        free(wp->subs[i]);
    fetch_pool_free(wp->site.pool);
    memset(wp->site.password, 0, sizeof wp->site.password);
    free(wp);
    return code;
}

static const struct connector_field fields[] = {
    {"site", "Site", "address of the site, as a reader opens it", CONNECTOR_URL, .is_required = true},
    {"user", "User", "whose account answers; empty: read only", CONNECTOR_TEXT},
    {"password", "Application password", "made on the site under Users, Profile, Application Passwords; not the one to sign in with", CONNECTOR_TEXT, .is_secret = true},
    {"comments", "Comments", "listen to comments", CONNECTOR_BOOLEAN, .fallback = "true"},
    {"posts", "Posts", "listen to posts", CONNECTOR_BOOLEAN, .fallback = "true"},
    {"poll_seconds", "Seconds between readings", "how often the site is asked", CONNECTOR_NUMBER, .fallback = "60", .least = 1, .most = 86400},
    {.name = NULL},
};

const struct connector connector_wordpress = {
    .name = "wordpress",
    .network = "wordpress",
    .title = "WordPress",
    .summary = "Posts and comments of a WordPress site, and answers as comments.",
    .evidence = "a real WordPress 6.1.9 with MariaDB",
    .modes = SOURCE_POLL | SOURCE_FILL,
    .acts = SOURCE_REPLY | SOURCE_UNPUBLISH | SOURCE_FETCH,
    .text_max = 65525,
    .text_unit = SOURCE_BYTES,
    .is_shareable = true,
    .fields = fields,
    .run = run,
};
