#include "source/hackernews/connector.h"

#include "base/clock.h"
#include "base/hash.h"
#include "source/hackernews/hackernews.h"

#include <stdlib.h>

enum { SUBS_MAX = 16, ROOTS_MAX = 32768, HOPS_MAX = 64, UPDATES_MAX = 500 + HN_OWED_MAX, SAID_MAX = 1024, FAILURES_MAX = 6, SITE_BYTES = 256 };

/* Which story an id belongs to: a table that forgets by overwriting. */
struct root { int64_t id, root; };

/* What was said last about an id, so that what updates.json names again and again is not sent again and again. */
struct said { int64_t id; uint64_t content; };

struct sub {
    char            name[SOURCE_SUB_BYTES];
    enum source_mode mode;
    struct hn_state state;
    int64_t         until_us;  /* of the query; 0: open */
    int64_t         since_us;  /* until it is begun */
    int64_t         thread;    /* THREAD: the id */
    int64_t         polled_us; /* monotonic */
    bool            is_said;   /* its phase */
    enum source_phase said;
    int64_t         changed[UPDATES_MAX]; /* ids that are to be read again */
    size_t          changed_count;
    struct said     said_of[SAID_MAX];
    uint64_t        sent_state; /* hash of it */
    size_t          kept, late; /* of the chunk in hand: within until, behind it */
};

struct hackernews {
    struct source_port *port;
    struct hn_place     place;
    char                site[SITE_BYTES];
    int64_t             poll_us;
    struct sub          subs[SUBS_MAX];
    size_t              sub_count;
    struct root        *roots;
    int64_t             head;     /* maxitem when it was last read */
    int64_t             resume_us; /* monotonic: nothing is asked before */
    unsigned            failures; /* one after the other */
};

/* ---- Words ---- */

static void say_phase(struct hackernews *hn, struct sub *sub, enum source_phase phase)
{
    struct source_status status = {.phase = phase, .remaining = -1, .limit = -1};
    if (sub->is_said && sub->said == phase)
        return;
    sub->is_said = true;
    sub->said = phase;
    memcpy(status.sub, sub->name, sizeof status.sub);
    source_port_status(hn->port, &status);
}

/* Something was not answered: waits longer each time, and gives up after a while, for the host to start it again. */
static enum error_code wait_out(struct hackernews *hn, const struct hn_answer *answer, struct error *error)
{
    struct source_status status = {.phase = answer->code == ERROR_BUSY ? SOURCE_RATE_LIMITED : SOURCE_ERROR, .remaining = -1, .limit = -1};
    int64_t              wait_us = answer->retry_after_us ? answer->retry_after_us : (CLOCK_SECOND_US << hn->failures);
    if (answer->code != ERROR_BUSY && answer->code != ERROR_IO && answer->code != ERROR_UNCERTAIN) {
        *error = answer->error;
        return answer->code == ERROR_FORBIDDEN ? ERROR_INVALID : answer->code; /* a private address, or nothing of ours at that address */
    }
    if (++hn->failures > FAILURES_MAX) {
        *error = answer->error;
        return answer->code;
    }
    hn->resume_us = clock_monotonic_us() + wait_us;
    status.until_us = clock_now_us() + wait_us;
    snprintf(status.message, sizeof status.message, "%.200s", answer->error.message);
    source_port_status(hn->port, &status);
    for (size_t i = 0; i < hn->sub_count; i++)
        hn->subs[i].is_said = false;
    return ERROR_NONE;
}

/* ---- Which story ---- */

static int64_t known_root(const struct hackernews *hn, int64_t id)
{
    const struct root *root = &hn->roots[(uint64_t)id % ROOTS_MAX];
    return root->id == id ? root->root : 0;
}

static void remember_root(struct hackernews *hn, int64_t id, int64_t root)
{
    hn->roots[(uint64_t)id % ROOTS_MAX] = (struct root){id, root};
}

/* Up from parent until a story, or one whose story is known. 0: it cannot be told; the post then stands in its parent's thread. */
static int64_t find_root(struct hackernews *hn, int64_t parent)
{
    int64_t chain[HOPS_MAX], root = 0;
    size_t  count = 0;
    for (int64_t id = parent; id && count < HOPS_MAX && !root && !source_port_is_ending(hn->port);) {
        root = known_root(hn, id);
        if (root)
            break;
        struct hn_answer answer;
        struct hn_item   facts;
        struct post      post;
        struct arena     arena = {0};
        char             path[48];
        snprintf(path, sizeof path, "item/%lld.json", (long long)id);
        hn_get(&hn->place, 0, path, &answer);
        enum hn_found found = answer.code ? HN_BROKEN : hn_item_read(buf_str(&answer.body), id, str_of(hn->site), &arena, &facts, &post, NULL);
        buf_fini(&answer.body);
        arena_fini(&arena);
        if (found == HN_BROKEN || found == HN_NULL)
            return 0;
        chain[count++] = id;
        if (!facts.parent)
            root = id;
        id = facts.parent;
    }
    for (size_t i = 0; i < count && root; i++)
        remember_root(hn, chain[i], root);
    return root;
}

static bool set_root(struct hackernews *hn, const struct hn_item *facts, struct arena *arena, struct post *post)
{
    char    text[24];
    int64_t root = facts->parent ? find_root(hn, facts->parent) : facts->id;
    if (root)
        remember_root(hn, facts->id, root);
    if (!root || !facts->parent)
        return true;
    snprintf(text, sizeof text, "%lld", (long long)root);
    post->thread = arena_str(arena, str_of(text));
    return post->thread.ptr != NULL;
}

/* ---- Items into a batch ---- */

static void owe(struct sub *sub, int64_t id)
{
    for (size_t i = 0; i < sub->state.owed_count; i++)
        if (sub->state.owed[i].id == id)
            return;
    if (id < sub->state.next) /* it was there once: nothing is owed of it */
        return;
    require(sub->state.owed_count < HN_OWED_MAX); /* see choose */
    sub->state.owed[sub->state.owed_count++] = (struct hn_owed){id, clock_now_us() / CLOCK_SECOND_US};
}

static void owe_no_more(struct sub *sub, int64_t id)
{
    int64_t now_s = clock_now_us() / CLOCK_SECOND_US;
    size_t  kept = 0;
    for (size_t i = 0; i < sub->state.owed_count; i++)
        if (sub->state.owed[i].id != id && now_s - sub->state.owed[i].since_s < HN_OWED_S)
            sub->state.owed[kept++] = sub->state.owed[i];
    sub->state.owed_count = kept;
}

/* True where it was sent before as it is now; post NULL: as deleted. */
static bool is_said_again(struct sub *sub, int64_t id, const struct post *post)
{
    struct said *said = &sub->said_of[(uint64_t)id % SAID_MAX];
    uint64_t     content = post ? hash_mix(post_content_hash(post), hash_bytes(&post->metrics, sizeof post->metrics)) : 1;
    if (said->id == id && said->content == content)
        return true;
    *said = (struct said){id, content};
    return false;
}

/* Which of them are kids to be read, for a thread. */
struct kids { int64_t ids[HN_KIDS_MAX]; size_t count; };

static void add_one(struct hackernews *hn, struct sub *sub, int64_t id, const struct hn_answer *answer, struct source_batch *batch, struct kids *kids)
{
    struct error   error = {0};
    struct hn_item facts;
    struct post    post;
    enum hn_found  found = answer->code == ERROR_TOO_LARGE ? HN_BROKEN : hn_item_read(buf_str(&answer->body), id, str_of(hn->site), &batch->arena, &facts, &post, &error);
    if (found == HN_NULL && sub->mode == SOURCE_POLL) {
        owe(sub, id);
        return;
    }
    owe_no_more(sub, id);
    if (found == HN_BROKEN)
        source_port_refused(hn->port, answer->code ? "an item over 1 MiB" : "an item that is not of the API", 1);
    if (found != HN_ITEM && found != HN_DELETED)
        return;
    bool is_late = found == HN_ITEM && sub->until_us && post.at_us > sub->until_us;
    sub->late += is_late;
    sub->kept += !is_late;
    if (is_late || is_said_again(sub, id, found == HN_ITEM ? &post : NULL) || (found == HN_ITEM && !set_root(hn, &facts, &batch->arena, &post)))
        return;
    struct source_item *item = source_batch_add(batch, found == HN_ITEM ? SOURCE_UPSERT : SOURCE_DELETE);
    if (!item)
        return;
    if (found == HN_DELETED) {
        char text[24];
        snprintf(text, sizeof text, "%lld", (long long)id);
        item->post.id = arena_str(&batch->arena, str_of(text));
        return;
    }
    item->post = post;
    item->reply_why = STR("unsupported");
    for (size_t i = 0; kids && i < facts.kid_count && kids->count < HN_KIDS_MAX; i++)
        kids->ids[kids->count++] = facts.kids[i];
}

/* Reads ids and puts them into batch. False: an answer failed, and nothing of it counts; failed_out says how. */
static bool read_items(struct hackernews *hn, struct sub *sub, const int64_t *ids, size_t count, struct source_batch *batch, struct kids *kids,
                       struct hn_answer *failed_out)
{
    struct hn_answer answers[HN_CHUNK];
    size_t           failed = count;
    hn_gather(&hn->place, ids, count, answers);
    for (size_t i = 0; i < count; i++) /* one that says why, before those that were not asked for because of it */
        if (answers[i].code && answers[i].code != ERROR_TOO_LARGE && (failed == count || answers[failed].code == ERROR_CANCELLED))
            failed = i;
    for (size_t i = 0; i < count && failed == count; i++)
        add_one(hn, sub, ids[i], &answers[i], batch, kids);
    if (failed < count)
        *failed_out = answers[failed];
    for (size_t i = 0; i < count; i++)
        buf_fini(&answers[i].body);
    return failed == count;
}

static void send_state(struct hackernews *hn, struct sub *sub, struct source_batch *batch)
{
    struct buf text = {0};
    hn_state_print(&sub->state, &text);
    uint64_t hash = hash_str(buf_str(&text));
    bool     is_news = batch->count || hash != sub->sent_state;
    batch->state = arena_str(&batch->arena, buf_str(&text));
    sub->sent_state = hash;
    buf_fini(&text);
    if (is_news)
        source_port_send(hn->port, batch);
    else
        source_batch_free(batch);
}

/* ---- Where to begin ---- */

/* When the item at id or the next that is there was written; 0: none up to limit. */
static bool time_at(struct hackernews *hn, int64_t id, int64_t limit, int64_t *at_us_out, struct hn_answer *failed_out)
{
    *at_us_out = 0;
    for (int64_t i = id; i < limit && i < id + HN_CHUNK && !source_port_is_ending(hn->port); i++) {
        struct arena   arena = {0};
        struct hn_item facts = {0};
        struct post    post;
        char           path[48];
        snprintf(path, sizeof path, "item/%lld.json", (long long)i);
        hn_get(&hn->place, 0, path, failed_out);
        if (failed_out->code && failed_out->code != ERROR_TOO_LARGE)
            return false;
        if (!failed_out->code)
            hn_item_read(buf_str(&failed_out->body), i, str_of(hn->site), &arena, &facts, &post, NULL);
        buf_fini(&failed_out->body);
        arena_fini(&arena);
        *at_us_out = facts.time_s * CLOCK_SECOND_US;
        if (*at_us_out)
            return true;
    }
    return true;
}

/* The first id at or after since: ids and times rise together. False: an answer failed. */
static bool find_begin(struct hackernews *hn, struct sub *sub, struct hn_answer *failed_out)
{
    int64_t low = 1, high = hn->head + 1, at_us;
    while (low < high && !source_port_is_ending(hn->port)) {
        int64_t middle = low + (high - low) / 2;
        if (!time_at(hn, middle, high, &at_us, failed_out))
            return false;
        bool is_hole = !at_us && middle + HN_CHUNK < hn->head; /* only at the end are ids not there yet */
        if (is_hole || (at_us && at_us < sub->since_us))
            low = is_hole ? middle + HN_CHUNK : middle + 1;
        else
            high = middle;
    }
    sub->state.next = low;
    return true;
}

/* ---- One turn of a subscription ---- */

static void note_changed(struct sub *sub, int64_t id)
{
    for (size_t i = 0; i < sub->changed_count; i++)
        if (sub->changed[i] == id)
            return;
    if (sub->changed_count < UPDATES_MAX)
        sub->changed[sub->changed_count++] = id;
}

/* maxitem and what changed. False: an answer failed. */
static bool poll_platform(struct hackernews *hn, struct sub *sub, struct hn_answer *failed_out)
{
    int64_t head, changed[UPDATES_MAX];
    hn_get(&hn->place, 0, "maxitem.json", failed_out);
    if (failed_out->code)
        return false;
    bool is_number = hn_number_read(buf_str(&failed_out->body), &head);
    buf_fini(&failed_out->body);
    bool is_leap = is_number && sub->state.next && head - sub->state.next > HN_LEAP_MAX;
    if (!is_number || is_leap) {
        failed_out->code = error_set(&failed_out->error, ERROR_IO, is_leap ? "maxitem leapt from %lld to %lld" : "maxitem is no number", (long long)sub->state.next, (long long)head);
        return false;
    }
    hn->head = head;
    if (sub->mode != SOURCE_POLL)
        return true;
    hn_get(&hn->place, 0, "updates.json", failed_out);
    if (failed_out->code)
        return false;
    size_t count = hn_updates_read(buf_str(&failed_out->body), changed, UPDATES_MAX);
    buf_fini(&failed_out->body);
    for (size_t i = 0; i < count; i++)
        if (changed[i] < sub->state.next)
            note_changed(sub, changed[i]);
    for (size_t i = 0; i < sub->state.owed_count; i++)
        note_changed(sub, sub->state.owed[i].id);
    return true;
}

/* What is to be read now: what changed, then what is new. */
static size_t choose(struct hackernews *hn, struct sub *sub, int64_t *ids, int64_t *next_out)
{
    size_t most = source_port_max_items(hn->port) < HN_CHUNK ? source_port_max_items(hn->port) : HN_CHUNK, count = 0;
    *next_out = sub->state.next;
    while (sub->changed_count && count < most)
        ids[count++] = sub->changed[--sub->changed_count];
    /* Each new one may turn out to be owed. */
    for (size_t room = HN_OWED_MAX - sub->state.owed_count; *next_out <= hn->head && count < most && room > 0; room--)
        ids[count++] = (*next_out)++;
    return count;
}

static void finish(struct hackernews *hn, struct sub *sub)
{
    say_phase(hn, sub, SOURCE_IDLE);
    *sub = hn->subs[--hn->sub_count];
}

static enum error_code walk(struct hackernews *hn, struct sub *sub, struct error *error)
{
    struct hn_answer failed = {0};
    int64_t          ids[HN_CHUNK], next, now_us = clock_monotonic_us();
    bool             is_due = !sub->polled_us || (sub->mode == SOURCE_POLL && now_us - sub->polled_us >= hn->poll_us);
    if (is_due) {
        if (!poll_platform(hn, sub, &failed))
            return wait_out(hn, &failed, error);
        sub->polled_us = now_us;
    }
    if (!sub->state.next && sub->since_us && !find_begin(hn, sub, &failed))
        return wait_out(hn, &failed, error);
    if (!sub->state.next)
        sub->state.next = hn->head + 1;
    size_t count = choose(hn, sub, ids, &next);
    if (!count) {
        if (sub->mode == SOURCE_FILL)
            finish(hn, sub);
        else
            say_phase(hn, sub, SOURCE_LIVE);
        return ERROR_NONE;
    }
    say_phase(hn, sub, hn->head - next > HN_CHUNK || sub->mode == SOURCE_FILL ? SOURCE_BACKFILL : SOURCE_LIVE);
    struct source_batch *batch = source_batch_new(sub->name);
    if (!batch)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    sub->kept = sub->late = 0;
    if (!read_items(hn, sub, ids, count, batch, NULL, &failed)) {
        source_batch_free(batch);
        for (size_t i = 0; i < count; i++) /* those that changed are not known from the state */
            if (ids[i] < sub->state.next)
                note_changed(sub, ids[i]);
        return failed.code == ERROR_CANCELLED ? ERROR_NONE : wait_out(hn, &failed, error);
    }
    hn->failures = 0;
    sub->state.next = sub->late && !sub->kept ? hn->head + 1 : next; /* behind the end of what was asked for nothing is owed */
    send_state(hn, sub, batch);
    return ERROR_NONE;
}

/* A story or comment and what stands below it, level by level. */
static enum error_code read_thread(struct hackernews *hn, struct sub *sub, struct error *error)
{
    struct kids     *kids = calloc(1, sizeof *kids);
    struct hn_answer failed = {0};
    enum error_code  code = ERROR_NONE;
    size_t           at = 0;
    if (!kids)
        return error_set(error, ERROR_MEMORY, "no memory for a thread");
    kids->ids[kids->count++] = sub->thread;
    while (at < kids->count && !code && !source_port_is_ending(hn->port)) {
        size_t most = source_port_max_items(hn->port) < HN_CHUNK ? source_port_max_items(hn->port) : HN_CHUNK;
        size_t count = kids->count - at < most ? kids->count - at : most;
        if (!source_port_has_room(hn->port, sub->name)) {
            clock_sleep(20);
            continue;
        }
        struct source_batch *batch = source_batch_new(sub->name);
        if (!batch || !read_items(hn, sub, kids->ids + at, count, batch, kids, &failed)) {
            source_batch_free(batch);
            code = batch ? failed.code : ERROR_MEMORY;
            *error = failed.error;
            break;
        }
        at += count;
        source_port_send(hn->port, batch);
    }
    free(kids);
    finish(hn, sub);
    if (code) /* of one look; the others go on */
        source_port_log(hn->port, "warning", "a thread could not be read to its end: %s", error->message);
    return ERROR_NONE;
}

/* ---- Orders ---- */

static void subscribe(struct hackernews *hn, const struct source_order *order)
{
    size_t i = 0;
    while (i < hn->sub_count && strcmp(hn->subs[i].name, order->sub) != 0)
        i++;
    if (i == SUBS_MAX) {
        source_port_log(hn->port, "error", "more than %d subscriptions", SUBS_MAX);
        return;
    }
    struct sub *sub = &hn->subs[i];
    hn->sub_count += i == hn->sub_count;
    *sub = (struct sub){.mode = order->mode == SOURCE_FILL || order->mode == SOURCE_THREAD ? order->mode : SOURCE_POLL, .since_us = order->query.since_us,
                        .until_us = order->mode == SOURCE_FILL ? order->query.until_us : 0};
    memcpy(sub->name, order->sub, sizeof sub->name);
    if (order->state.len && !hn_state_read(order->state, &sub->state))
        source_port_log(hn->port, "warning", "a state that is not ours was passed over");
    if (sub->mode == SOURCE_THREAD && (!order->query.url_count || !str_to_i64(order->query.urls[0], &sub->thread) || sub->thread <= 0)) {
        source_port_log(hn->port, "warning", "a thread without the number of its post");
        finish(hn, sub);
    }
}

static void unsubscribe(struct hackernews *hn, const char *name)
{
    for (size_t i = 0; i < hn->sub_count; i++)
        if (strcmp(hn->subs[i].name, name) == 0) {
            hn->subs[i] = hn->subs[--hn->sub_count];
            return;
        }
}

static void refuse(struct hackernews *hn, const struct source_command *command)
{
    struct source_result result = {.failure = SOURCE_UNSUPPORTED, .message = "Hacker News takes nothing over its API"};
    memcpy(result.id, command->id, sizeof result.id);
    source_port_result(hn->port, &result);
}

static enum error_code check(struct hackernews *hn, struct error *error)
{
    struct hn_answer answer;
    int64_t          head;
    hn_get(&hn->place, 0, "maxitem.json", &answer);
    bool is_number = !answer.code && hn_number_read(buf_str(&answer.body), &head);
    buf_fini(&answer.body);
    if (answer.code) {
        *error = answer.error;
        return answer.code == ERROR_FORBIDDEN ? ERROR_INVALID : answer.code;
    }
    if (!is_number)
        return error_set(error, ERROR_INVALID, "%s does not speak the Hacker News API: maxitem.json is no number", hn->place.base);
    source_port_ready(hn->port, &(struct source_account){.name = "without an account"});
    return ERROR_NONE;
}

/* How long nothing is to be done; 0: there is something. */
static int64_t idle_ms(struct hackernews *hn)
{
    int64_t now_us = clock_monotonic_us(), wait_us = 3600 * CLOCK_SECOND_US;
    for (size_t i = 0; i < hn->sub_count; i++) {
        const struct sub *sub = &hn->subs[i];
        int64_t           due_us = sub->polled_us + hn->poll_us - now_us;
        bool              can_walk = sub->state.next <= hn->head && sub->state.owed_count < HN_OWED_MAX;
        bool              has_work = !sub->polled_us || sub->mode != SOURCE_POLL || sub->changed_count || can_walk;
        if (!source_port_has_room(hn->port, sub->name))
            continue; /* an ack wakes */
        if (has_work || due_us < 0)
            due_us = 0;
        wait_us = due_us < wait_us ? due_us : wait_us;
    }
    if (hn->resume_us > now_us && wait_us < hn->resume_us - now_us)
        wait_us = hn->resume_us - now_us;
    return (wait_us + 999) / 1000;
}

static enum error_code obey(struct hackernews *hn, struct source_order *order, bool *is_over, struct error *error)
{
    enum error_code code = ERROR_NONE;
    switch (order->kind) {
    case SOURCE_ORDER_CHECK: code = check(hn, error); break;
    case SOURCE_ORDER_SUBSCRIBE: subscribe(hn, order); break;
    case SOURCE_ORDER_UNSUBSCRIBE: unsubscribe(hn, order->sub); break;
    case SOURCE_ORDER_COMMAND: refuse(hn, &order->command); break;
    case SOURCE_ORDER_SHUTDOWN: *is_over = true; break;
    }
    return code;
}

static enum error_code live(struct hackernews *hn, struct error *error)
{
    enum error_code code = ERROR_NONE;
    bool            is_over = false;
    while (!code && !is_over) {
        struct source_order *order = source_port_take(hn->port, idle_ms(hn));
        if (order) {
            code = obey(hn, order, &is_over, error);
            source_order_free(order);
            continue;
        }
        for (size_t i = hn->sub_count; i-- > 0 && !code && clock_monotonic_us() >= hn->resume_us;) /* backwards: one may end */
            if (source_port_has_room(hn->port, hn->subs[i].name))
                code = hn->subs[i].mode == SOURCE_THREAD ? read_thread(hn, &hn->subs[i], error) : walk(hn, &hn->subs[i], error);
    }
    return code;
}

static enum error_code run(struct source_port *port, struct error *error)
{
    struct hackernews *hn = calloc(1, sizeof *hn);
    enum error_code    code = ERROR_NONE;
    if (hn)
        hn->roots = calloc(ROOTS_MAX, sizeof *hn->roots);
    if (!hn || !hn->roots) {
        free(hn);
        return error_set(error, ERROR_MEMORY, "no memory for Hacker News");
    }
    hn->port = port;
    hn->poll_us = source_port_number(port, "poll_s") * CLOCK_SECOND_US;
    struct str site = source_port_text(port, "site");
    snprintf(hn->site, sizeof hn->site, "%.*s", STR_ARG(site));
    hn_place_init(&hn->place, port);
    code = live(hn, error);
    hn_place_fini(&hn->place);
    free(hn->roots);
    free(hn);
    return code;
}

static const struct connector_field fields[] = {
    {.name = "poll_s", .label = "Look every (seconds)", .help = "How often it is asked what is new and what has changed.", .type = CONNECTOR_NUMBER, .fallback = "15",
     .least = 1, .most = 3600},
    {.name = "at_once", .label = "Requests at once", .help = "Each story and comment is a request of its own.", .type = CONNECTOR_NUMBER, .fallback = "8", .least = 1,
     .most = HN_AT_ONCE_MAX},
    {.name = "base", .label = "Address of the API", .help = "Another one only where the API is read through a mirror.", .type = CONNECTOR_URL,
     .fallback = "https://hacker-news.firebaseio.com/v0"},
    {.name = "site", .label = "Address of the site", .help = "Where people read it: links to posts begin with it.", .type = CONNECTOR_URL,
     .fallback = "https://news.ycombinator.com"},
    {0},
};

const struct connector connector_hackernews = {
    .name = "hackernews",
    .network = "hackernews",
    .title = "Hacker News",
    .summary = "Stories and comments as they are written, changed and taken back. No account is needed; nothing can be answered.",
    .evidence = "a server of our own that gives answers of the shapes that the API documents; not yet the API itself. Changes are known from "
                "updates.json alone: what changed while this was off is not seen.",
    .modes = SOURCE_POLL | SOURCE_FILL | SOURCE_THREAD,
    .is_shareable = true,
    .fields = fields,
    .run = run,
};
