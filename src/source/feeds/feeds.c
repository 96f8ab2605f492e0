/* Feeds: any number of addresses in one source, read one after the other, politely. */
#include "base/clock.h"
#include "base/hash.h"
#include "source/feeds/connector.h"
#include "source/feeds/follow.h"
#include "text/html.h"

#include <cjson/cJSON.h>
#include <poll.h>
#include <stdlib.h>

enum { SUBS_MAX = 8, FOLLOWS_MAX = 4000, COMMENT_FOLLOWS_MAX = 100, PAGES_MAX = 10, FILL_PAGES_MAX = 100, HOSTS_MAX = 512, CHECKED_MAX = 5 };
#define STATE_EVERY_US (10 * CLOCK_MINUTE_US)

/* An answer that is being given to the host, as fast as it takes it. */
struct reading {
    struct follow       *follow;
    struct follow_answer answer;
    size_t               at; /* next entry */
    struct feed_mark    *marks; /* of what was seen of the feed itself, for follow->marks */
    size_t               mark_count, news;
    unsigned             pages; /* of older entries, read for this */
    bool                 met_known; /* an entry that was known before */
    bool                 wants_page; /* what is read is given; a page of older entries is next */
    uint64_t             ahead;
};

struct sub {
    char                name[SOURCE_SUB_BYTES];
    bool                is_fill; /* one reading of all, with the older pages, back to since_us */
    int64_t             since_us;
    struct follow     **follows;
    size_t              count, capacity, comment_count;
    struct cJSON       *state; /* as it was given: for addresses that a list names later */
    struct reading     *reading;
    uint64_t            sent;     /* batches */
    int64_t             state_us; /* when it was sent last */
    bool                is_live, is_limited;
    unsigned            failing; /* as it was said last */
};

struct feeder {
    struct source_port  *port;
    struct fetch_pool   *pool;
    struct follow_bounds bounds;
    int64_t              pause_us, comments_us;
    bool                 wants_comments;
    struct sub           subs[SUBS_MAX];
    size_t               sub_count;
    struct {
        uint64_t host;
        int64_t  asked_us;
    } hosts[HOSTS_MAX]; /* by hash, the slot's last host: a collision costs a pause or spares one */
};

/* ---- Follows ---- */

static struct follow *find(const struct sub *sub, struct str address)
{
    for (size_t i = 0; i < sub->count; i++)
        if (str_equal(str_of(sub->follows[i]->address), address))
            return sub->follows[i];
    return NULL;
}

static bool add(struct sub *sub, struct follow *follow)
{
    if (!follow)
        return false;
    if (sub->count == sub->capacity) {
        size_t          capacity = sub->capacity ? sub->capacity * 2 : 32;
        struct follow **grown = sub->count < FOLLOWS_MAX ? realloc(sub->follows, capacity * sizeof(struct follow *)) : NULL;
        if (!grown) {
            follow_free(follow);
            return false;
        }
        sub->follows = grown;
        sub->capacity = capacity;
    }
    sub->follows[sub->count++] = follow;
    sub->comment_count += follow->parent_id != NULL;
    return true;
}

static void drop(struct sub *sub, size_t i)
{
    sub->comment_count -= sub->follows[i]->parent_id != NULL;
    follow_free(sub->follows[i]);
    sub->follows[i] = sub->follows[--sub->count];
}

static struct follow *add_address(struct sub *sub, struct str address)
{
    struct follow *follow = find(sub, address);
    if (follow)
        return follow;
    follow = follow_new(address, (struct str){0}, (struct str){0});
    if (follow && !sub->is_fill)
        follow_restore(follow, sub->state);
    return add(sub, follow) ? follow : NULL;
}

static bool add_configured(struct feeder *feeder, struct sub *sub)
{
    struct arena arena = {0};
    struct str   given;
    bool         has_memory = true;
    for (size_t i = 0; has_memory && (given = source_port_nth(feeder->port, "feeds", i)).ptr; i++) {
        struct str address = html_resolve(&arena, (struct str){0}, given);
        has_memory = add_address(sub, address) != NULL;
    }
    struct follow *comments;
    for (size_t i = 0; !sub->is_fill && feeder->wants_comments && (comments = follow_restore_comments(sub->state, i)); i++)
        add(sub, comments);
    arena_fini(&arena);
    return has_memory;
}

static void free_reading(struct sub *sub)
{
    if (!sub->reading)
        return;
    arena_fini(&sub->reading->answer.arena);
    free(sub->reading->marks);
    free(sub->reading);
    sub->reading = NULL;
}

static void sub_fini(struct sub *sub)
{
    free_reading(sub);
    while (sub->count > 0)
        drop(sub, sub->count - 1);
    free(sub->follows);
    cJSON_Delete(sub->state);
    *sub = (struct sub){0};
}

/* ---- What is said of it ---- */

static void status(struct feeder *feeder, const struct sub *sub, enum source_phase phase, int64_t from_us, int64_t until_us, const char *message)
{
    struct source_status said = {.phase = phase, .from_us = from_us, .until_us = until_us, .remaining = -1, .limit = -1};
    memcpy(said.sub, sub->name, sizeof said.sub);
    snprintf(said.message, sizeof said.message, "%s", message);
    source_port_status(feeder->port, &said);
}

/* How it stands with all feeds together, when that changed. */
static void say_how_it_is(struct feeder *feeder, struct sub *sub)
{
    unsigned             failing = 0, unread = 0;
    const struct follow *first = NULL;
    char                 message[SOURCE_SAID_BYTES] = "";
    for (size_t i = 0; i < sub->count; i++) {
        const struct follow *follow = sub->follows[i];
        unread += !follow->was_read && !follow->fails && !follow->is_gone;
        if (follow->fails || follow->is_gone) {
            failing++;
            first = first ? first : follow;
        }
    }
    if (unread || sub->is_limited || (sub->is_live && failing == sub->failing))
        return;
    if (first)
        snprintf(message, sizeof message, "%u of %zu feeds cannot be read; %.120s: %.80s", failing, sub->count, first->address,
                 first->said[0] ? first->said : "gone for good");
    sub->is_live = true;
    sub->failing = failing;
    status(feeder, sub, failing == sub->count && failing > 0 ? SOURCE_ERROR : sub->is_fill ? SOURCE_IDLE : SOURCE_LIVE, 0, 0, message);
}

/* ---- Giving what was read ---- */

static void put_mark(struct reading *reading, struct feed_mark mark)
{
    if (reading->pages == 0 && reading->mark_count < FEED_ENTRIES_MAX)
        reading->marks[reading->mark_count++] = mark;
}

static void follow_comments(struct feeder *feeder, struct sub *sub, const struct follow *follow, const struct feed_entry *entry, struct str id)
{
    struct arena arena = {0};
    int64_t      now_us = clock_now_us(), at_us = entry->published_us ? entry->published_us : entry->updated_us ? entry->updated_us : now_us;
    /* On the same site alone: else any feed could send us anywhere. */
    bool is_own = str_equal(feed_host(&arena, entry->comments_feed), str_of(follow->host));
    bool is_wanted = feeder->wants_comments && !sub->is_fill && !follow->parent_id && entry->comments_feed.len && is_own;
    if (is_wanted && at_us + feeder->comments_us > now_us && sub->comment_count < COMMENT_FOLLOWS_MAX && !find(sub, entry->comments_feed)) {
        struct follow *comments = follow_new(entry->comments_feed, str_of(follow->host), id);
        if (comments)
            comments->until_us = at_us + feeder->comments_us;
        add(sub, comments);
    }
    arena_fini(&arena);
}

/* One entry as an item of batch, where it says anything new. */
static enum error_code take_entry(struct feeder *feeder, struct sub *sub, const struct feed_entry *entry, struct source_batch *batch, struct error *error)
{
    struct reading         *reading = sub->reading;
    const struct follow    *follow = reading->follow;
    int64_t                 now_us = clock_now_us();
    struct str              id = feed_native_id(&batch->arena, str_of(follow->host), entry);
    struct feed_mark        mark = feed_mark_of(id, entry);
    const struct feed_mark *before = follow_mark(follow, mark.id);
    bool                    is_same, was_ahead = false;
    if (!id.ptr)
        return error_set(error, ERROR_MEMORY, "no memory for an entry");
    if (entry->is_deleted)
        mark.content = 1; /* a tombstone is one however often it stands there */
    is_same = before && before->content == mark.content;
    put_mark(reading, mark);
    reading->met_known = reading->met_known || before;
    if (entry->is_deleted && is_same)
        return ERROR_NONE;
    if (entry->is_deleted && !entry->guid.len)
        return ERROR_NONE;
    if (!entry->is_deleted)
        follow_comments(feeder, sub, follow, entry, id);
    bool has_count = is_same && entry->replies >= 0 && before->replies >= 0 && before->replies != mark.replies;
    if (is_same && !has_count)
        return ERROR_NONE;
    struct source_item *item = source_batch_add(batch, entry->is_deleted ? SOURCE_DELETE : has_count ? SOURCE_METRICS : SOURCE_UPSERT);
    if (!item)
        return error_set(error, ERROR_MEMORY, "no memory for an entry");
    item->post.id = id;
    if (has_count)
        item->post.metrics.replies = entry->replies;
    if (item->op != SOURCE_UPSERT)
        return ERROR_NONE;
    reading->news++;
    struct feed_scope scope = {.host = str_of(follow->host), .parent_id = str_of(follow->parent_id), .is_comments = follow->parent_id != NULL, .now_us = now_us,
                               .seen_us = reading->answer.dated_us && reading->answer.dated_us < now_us ? reading->answer.dated_us : now_us};
    enum error_code code = feed_fill(item, &reading->answer.feed, entry, &scope, before != NULL, &batch->arena, &was_ahead, error);
    reading->ahead += was_ahead;
    return code;
}

static void put_state(struct sub *sub, struct source_batch *batch)
{
    struct buf state = {.max_bytes = SOURCE_STATE_MAX_BYTES};
    if (sub->is_fill)
        return;
    follow_print_state(sub->follows, sub->count, &state);
    if (!state.has_failed)
        batch->state = arena_str(&batch->arena, buf_str(&state));
    sub->state_us = clock_now_us();
    buf_fini(&state);
}

static void report(struct feeder *feeder, const struct reading *reading)
{
    const struct feed *feed = &reading->answer.feed;
    if (reading->ahead)
        source_port_refused(feeder->port, "a date in the future, taken as now", reading->ahead);
    if (feed->over)
        source_port_refused(feeder->port, "entries over a feed's maximum", feed->over);
    if (feed->entities)
        source_port_refused(feeder->port, "entities that a feed declares", feed->entities);
    if (feed->errors)
        source_port_log(feeder->port, "debug", "%s is no well-formed XML in %u places; read all the same", reading->follow->address, feed->errors);
}

/* Are older entries wanted, and is there a page of them? */
static bool wants_older(const struct sub *sub, const struct reading *reading)
{
    const struct feed *feed = &reading->answer.feed;
    int64_t            oldest_us = INT64_MAX;
    for (size_t i = 0; i < feed->count; i++) {
        int64_t at_us = feed->entries[i].published_us ? feed->entries[i].published_us : feed->entries[i].updated_us;
        oldest_us = at_us && at_us < oldest_us ? at_us : oldest_us;
    }
    bool is_behind = sub->is_fill || (!reading->follow->was_read && sub->since_us) /* back to since */
                         ? oldest_us > sub->since_us
                         : reading->follow->was_read && !reading->met_known; /* back to what is known */
    return feed->next.len && feed->count && is_behind && reading->pages < (sub->is_fill ? FILL_PAGES_MAX : PAGES_MAX);
}

/* Goes on with the next page of older entries, or without where there is none to be had. */
static void read_older(struct feeder *feeder, struct reading *reading)
{
    struct follow_answer older;
    struct feed         *feed = &reading->answer.feed;
    enum follow_outcome  outcome = follow_ask(reading->follow, feed->next, feeder->port, feeder->pool, &older);
    reading->wants_page = outcome == FOLLOW_CANCELLED && !source_port_is_ending(feeder->port);
    if (outcome != FOLLOW_READ || older.feed.count == 0) {
        arena_fini(&older.arena);
        if (!reading->wants_page)
            feed->next = (struct str){0};
        return;
    }
    memcpy(older.etag, reading->answer.etag, sizeof older.etag); /* the feed's own stay */
    memcpy(older.modified, reading->answer.modified, sizeof older.modified);
    older.max_age_us = reading->answer.max_age_us;
    older.feed.is_whole = older.feed.is_whole && reading->answer.feed.is_whole;
    arena_fini(&reading->answer.arena);
    reading->answer = older;
    reading->pages++;
    reading->at = 0;
}

/* All of it was given: what it means for the next time. */
static void finish(struct feeder *feeder, struct sub *sub)
{
    struct reading *reading = sub->reading;
    struct follow  *follow = reading->follow;
    int64_t         now_us = clock_now_us();
    bool            is_whole = reading->answer.feed.is_whole;
    if (follow->was_read && follow->read_us && follow->mark_count && reading->mark_count && !reading->met_known && !follow->parent_id && !sub->is_fill)
        status(feeder, sub, SOURCE_GAP, follow->read_us, now_us, "a feed has only entries that are new: some may have come and gone unseen");
    /* A feed that was cut is asked for whole the next time. */
    snprintf(follow->etag, sizeof follow->etag, "%s", is_whole ? reading->answer.etag : "");
    snprintf(follow->modified, sizeof follow->modified, "%s", is_whole ? reading->answer.modified : "");
    free(follow->marks);
    follow->marks = reading->marks;
    follow->mark_count = reading->mark_count;
    reading->marks = NULL;
    follow_plan(follow, FOLLOW_READ, reading->news > 0, &reading->answer, feeder->bounds, now_us);
    if (sub->is_fill)
        follow->next_us = INT64_MAX;
    follow->was_read = true;
}

/* False where nothing could be done: no room, or a page of older entries is to be read first. */
static bool give(struct feeder *feeder, struct sub *sub, enum error_code *code_out, struct error *error)
{
    struct reading *reading = sub->reading;
    struct feed    *feed = &reading->answer.feed;
    if (reading->wants_page || !source_port_has_room(feeder->port, sub->name))
        return false;
    struct source_batch *batch = source_batch_new(sub->name);
    if (!batch) {
        *code_out = error_set(error, ERROR_MEMORY, "no memory for a batch");
        return true;
    }
    while (!*code_out && reading->at < feed->count && batch->count < source_port_max_items(feeder->port))
        *code_out = take_entry(feeder, sub, &feed->entries[reading->at++], batch, error);
    bool is_all = reading->at >= feed->count;
    if (is_all && !*code_out) {
        report(feeder, reading);
        if (wants_older(sub, reading)) {
            reading->wants_page = true;
            is_all = false;
        } else {
            finish(feeder, sub);
            free_reading(sub);
        }
    }
    if (is_all && !*code_out && (batch->count || clock_now_us() > sub->state_us + STATE_EVERY_US))
        put_state(sub, batch);
    if (!*code_out && (batch->count || batch->state.len)) {
        sub->sent++;
        source_port_send(feeder->port, batch);
    } else {
        source_batch_free(batch);
    }
    return true;
}

/* ---- Reading ---- */

static struct feed_mark *room_for_marks(const struct follow_answer *answer)
{
    return calloc(answer->feed.count ? answer->feed.count : 1, sizeof(struct feed_mark));
}

static void begin_reading(struct sub *sub, struct follow *follow, struct follow_answer *answer)
{
    struct reading *reading = calloc(1, sizeof *reading);
    if (reading)
        *reading = (struct reading){.follow = follow, .answer = *answer, .marks = room_for_marks(answer)};
    if (reading && reading->marks) {
        sub->reading = reading;
        return;
    }
    free(reading);
    arena_fini(&answer->arena);
}

static void take_list(struct feeder *feeder, struct sub *sub, struct follow *follow, const struct follow_answer *answer)
{
    const struct feed *list = &answer->feed;
    bool               is_own = !follow->is_listed; /* lists of lists end here */
    for (size_t i = 0; is_own && i < list->outline_count; i++) {
        struct follow *listed = find(sub, list->outlines[i]) ? NULL : add_address(sub, list->outlines[i]);
        if (listed)
            listed->is_listed = true;
    }
    if (list->over)
        source_port_refused(feeder->port, "addresses over a list's maximum", list->over);
    follow_plan(follow, FOLLOW_READ, false, answer, (struct follow_bounds){CLOCK_DAY_US, CLOCK_DAY_US}, clock_now_us());
    follow->was_read = true;
    if (sub->is_fill)
        follow->next_us = INT64_MAX;
}

static void tell_of_move(struct feeder *feeder, const struct sub *sub, struct follow *follow, const struct follow_answer *answer)
{
    char message[SOURCE_SAID_BYTES];
    if (follow->has_said_moved || (!answer->moved[0] && !answer->feed.moved.len))
        return;
    follow->has_said_moved = true;
    snprintf(message, sizeof message, "%.100s has moved for good to %.100s: please change it", follow->address,
             answer->moved[0] ? answer->moved : answer->feed.moved.len < 110 ? answer->feed.moved.ptr : "another address");
    source_port_log(feeder->port, "warning", "%s", message);
    status(feeder, sub, SOURCE_LIVE, 0, 0, message);
}

static void ask(struct feeder *feeder, struct sub *sub, struct follow *follow)
{
    struct follow_answer answer;
    enum follow_outcome  outcome = follow_ask(follow, (struct str){0}, feeder->port, feeder->pool, &answer);
    int64_t              now_us = clock_now_us();
    uint64_t             host = hash_str(str_of(follow->host));
    feeder->hosts[host % HOSTS_MAX].host = host;
    feeder->hosts[host % HOSTS_MAX].asked_us = now_us;
    if (outcome != FOLLOW_CANCELLED)
        tell_of_move(feeder, sub, follow, &answer);
    if (outcome == FOLLOW_READ && answer.feed.kind == FEED_OPML) {
        take_list(feeder, sub, follow, &answer);
    } else if (outcome == FOLLOW_READ) {
        begin_reading(sub, follow, &answer);
        return; /* planned when all of it was given */
    } else {
        follow_plan(follow, outcome, false, &answer, feeder->bounds, now_us);
    }
    switch (outcome) {
    case FOLLOW_SAME: source_port_log(feeder->port, "debug", "304 not modified: %s", follow->address); break;
    case FOLLOW_LIMITED:
        sub->is_limited = true;
        status(feeder, sub, SOURCE_RATE_LIMITED, 0, follow->next_us, follow->said);
        break;
    case FOLLOW_REFUSED: source_port_refused(feeder->port, "an answer that is no feed, or hostile", 1); /* fall through */
    case FOLLOW_FAILED:
    case FOLLOW_GONE: source_port_log(feeder->port, "warning", "%s: %s", follow->address, follow->said); break;
    default: break;
    }
    if (outcome == FOLLOW_SAME)
        follow->was_read = true;
    if (sub->is_fill && outcome != FOLLOW_LIMITED && outcome != FOLLOW_AGAIN && outcome != FOLLOW_CANCELLED)
        follow->next_us = INT64_MAX;
    arena_fini(&answer.arena);
}

/* ---- Whose turn it is ---- */

static int64_t due_us(const struct feeder *feeder, const struct follow *follow)
{
    uint64_t host = hash_str(str_of(follow->host));
    bool     was_asked = feeder->hosts[host % HOSTS_MAX].host == host;
    int64_t  free_us = was_asked ? feeder->hosts[host % HOSTS_MAX].asked_us + feeder->pause_us : 0;
    return follow->next_us > free_us ? follow->next_us : free_us;
}

/* Nothing is asked before all that was given is committed: an ack would wake the port, and what wakes the port ends a request. */
static bool is_all_acked(const struct feeder *feeder)
{
    for (size_t i = 0; i < feeder->sub_count; i++)
        if (source_port_acked(feeder->port, feeder->subs[i].name) < feeder->subs[i].sent)
            return false;
    return true;
}

/* The follow of sub that is due first, and when; NULL: none ever. Feeds of comments whose time is over go. */
static struct follow *first_due(const struct feeder *feeder, struct sub *sub, int64_t *at_us_out)
{
    struct follow *first = NULL;
    int64_t        now_us = clock_now_us();
    *at_us_out = INT64_MAX;
    for (size_t i = 0; i < sub->count;) {
        struct follow *follow = sub->follows[i];
        if (follow->until_us && follow->until_us < now_us) {
            drop(sub, i);
            continue;
        }
        int64_t at_us = due_us(feeder, follow);
        /* Of those that wait for the same site, the one whose turn came first. */
        if (at_us < *at_us_out || (first && at_us == *at_us_out && follow->next_us < first->next_us)) {
            *at_us_out = at_us;
            first = follow;
        }
        i++;
    }
    return first;
}

/* Does what can be done now. How long to wait then, in milliseconds. */
static int64_t work(struct feeder *feeder, enum error_code *code_out, struct error *error)
{
    int64_t now_us = clock_now_us(), until_us = now_us + CLOCK_MINUTE_US;
    for (size_t i = 0; i < feeder->sub_count && !*code_out; i++) {
        struct sub *sub = &feeder->subs[i];
        int64_t     at_us;
        while (sub->reading && !*code_out && give(feeder, sub, code_out, error)) {}
        bool is_woken = poll(&(struct pollfd){.fd = source_port_fd(feeder->port), .events = POLLIN}, 1, 0) > 0;
        bool may_ask = is_all_acked(feeder) && !is_woken && !source_port_is_ending(feeder->port);
        if (is_woken)
            until_us = now_us; /* to take what waits first */
        if (sub->reading && sub->reading->wants_page && may_ask) {
            read_older(feeder, sub->reading);
            until_us = now_us;
        }
        if (sub->reading || *code_out)
            continue;
        struct follow *follow = first_due(feeder, sub, &at_us);
        if (follow && at_us <= now_us && !may_ask) {
            continue; /* an ack wakes us */
        } else if (follow && at_us <= now_us) {
            if (sub->is_limited) {
                sub->is_limited = false;
                sub->is_live = false; /* says that it goes on */
            }
            ask(feeder, sub, follow);
            while (sub->reading && !*code_out && give(feeder, sub, code_out, error)) {}
            until_us = now_us;
        } else if (at_us < until_us) {
            until_us = at_us;
        }
        if (!sub->reading)
            say_how_it_is(feeder, sub);
    }
    return until_us > now_us ? (until_us - now_us) / 1000 + 1 : 0;
}

/* ---- Orders ---- */

static void subscribe(struct feeder *feeder, const struct source_order *order, enum error_code *code_out, struct error *error)
{
    struct sub *sub = NULL;
    for (size_t i = 0; i < feeder->sub_count; i++)
        if (strcmp(feeder->subs[i].name, order->sub) == 0)
            sub = &feeder->subs[i];
    if (!sub && feeder->sub_count == SUBS_MAX) {
        source_port_log(feeder->port, "error", "more than %d subscriptions of feeds", SUBS_MAX);
        return;
    }
    if (sub)
        sub_fini(sub);
    else
        sub = &feeder->subs[feeder->sub_count++];
    memcpy(sub->name, order->sub, sizeof sub->name);
    sub->is_fill = order->mode == SOURCE_FILL;
    sub->since_us = order->query.since_us;
    sub->state = follow_parse_state(order->state);
    if (order->state.len && !sub->state)
        source_port_log(feeder->port, "warning", "what was remembered cannot be read: all feeds are read anew");
    if (!add_configured(feeder, sub))
        *code_out = error_set(error, ERROR_MEMORY, "no memory for feeds");
    status(feeder, sub, SOURCE_BACKFILL, 0, 0, "");
}

static void unsubscribe(struct feeder *feeder, const char *name)
{
    for (size_t i = 0; i < feeder->sub_count; i++)
        if (strcmp(feeder->subs[i].name, name) == 0) {
            sub_fini(&feeder->subs[i]);
            feeder->subs[i] = feeder->subs[--feeder->sub_count];
            return;
        }
}

/* Reads the first few of them; the first that cannot be read is the answer. */
static enum error_code check(struct feeder *feeder, struct error *error)
{
    struct source_account account = {0};
    struct arena          arena = {0};
    size_t                count = 0;
    enum error_code       code = ERROR_NONE;
    for (struct str given; (given = source_port_nth(feeder->port, "feeds", count)).ptr; count++) {
        struct follow *follow = count < CHECKED_MAX && !code ? follow_new(html_resolve(&arena, (struct str){0}, given), (struct str){0}, (struct str){0}) : NULL;
        enum follow_outcome outcome = FOLLOW_AGAIN;
        for (int tries = 0; follow && tries < 3 && outcome == FOLLOW_AGAIN && !source_port_is_ending(feeder->port); tries++) {
            struct follow_answer answer;
            follow->is_patient = true;
            outcome = follow_ask(follow, (struct str){0}, feeder->port, feeder->pool, &answer);
            if (outcome == FOLLOW_READ && !account.name[0])
                snprintf(account.name, sizeof account.name, "%.*s", STR_ARG(answer.feed.title));
            arena_fini(&answer.arena);
        }
        if (follow && outcome != FOLLOW_READ && outcome != FOLLOW_SAME)
            code = error_set(error, outcome == FOLLOW_REFUSED || outcome == FOLLOW_GONE ? ERROR_INVALID : ERROR_IO, "%.300s: %s", follow->address,
                             follow->said[0] ? follow->said : "it was not read in time");
        follow_free(follow);
    }
    snprintf(account.id, sizeof account.id, "%.*s", STR_ARG(source_port_nth(feeder->port, "feeds", 0)));
    snprintf(account.handle, sizeof account.handle, "%zu address%s", count, count == 1 ? "" : "es");
    if (!code)
        source_port_ready(feeder->port, &account);
    arena_fini(&arena);
    return code;
}

static void refuse_command(struct source_port *port, const struct source_command *command)
{
    struct source_result result = {.failure = SOURCE_UNSUPPORTED, .message = "a feed can only be read"};
    memcpy(result.id, command->id, sizeof result.id);
    source_port_result(port, &result);
}

static enum error_code check_config(struct source_port *port, struct error *error)
{
    struct arena    arena = {0};
    enum error_code code = ERROR_NONE;
    struct str      given = source_port_nth(port, "feeds", 0);
    if (!given.ptr)
        code = error_set(error, ERROR_INVALID, "feeds: expected at least one address");
    for (size_t i = 0; !code && (given = source_port_nth(port, "feeds", i)).ptr; i++)
        if (!html_resolve(&arena, (struct str){0}, given).len)
            code = error_set(error, ERROR_INVALID, "feeds: '%.*s' is no address like https://example.org/feed", (int)(given.len < 200 ? given.len : 200), given.ptr);
    if (!code && source_port_number(port, "least_minutes") > source_port_number(port, "most_minutes"))
        code = error_set(error, ERROR_INVALID, "least_minutes: %lld is more than most_minutes", (long long)source_port_number(port, "least_minutes"));
    arena_fini(&arena);
    return code;
}

static enum error_code run(struct source_port *port, struct error *error)
{
    enum error_code code = check_config(port, error);
    bool            is_over = false;
    struct feeder  *feeder = code ? NULL : calloc(1, sizeof *feeder);
    if (code)
        return code;
    if (!feeder || !(feeder->pool = fetch_pool_new())) {
        free(feeder);
        return error_set(error, ERROR_MEMORY, "no memory for feeds");
    }
    feeder->port = port;
    feeder->bounds = (struct follow_bounds){source_port_number(port, "least_minutes") * CLOCK_MINUTE_US, source_port_number(port, "most_minutes") * CLOCK_MINUTE_US};
    feeder->pause_us = source_port_number(port, "pause_ms") * 1000;
    feeder->wants_comments = source_port_boolean(port, "comments");
    feeder->comments_us = source_port_number(port, "comment_days") * CLOCK_DAY_US;
    if (feeder->bounds.least_us == 0)
        feeder->bounds.least_us = CLOCK_SECOND_US; /* for trying it out */
    while (!is_over && !code) {
        int64_t              wait_ms = work(feeder, &code, error);
        struct source_order *order = code ? NULL : source_port_take(port, wait_ms);
        if (!order)
            continue;
        switch (order->kind) {
        case SOURCE_ORDER_CHECK: code = check(feeder, error); break;
        case SOURCE_ORDER_SUBSCRIBE: subscribe(feeder, order, &code, error); break;
        case SOURCE_ORDER_UNSUBSCRIBE: unsubscribe(feeder, order->sub); break;
        case SOURCE_ORDER_COMMAND: refuse_command(port, &order->command); break;
        case SOURCE_ORDER_SHUTDOWN: is_over = true; break;
        }
        source_order_free(order);
    }
    for (size_t i = 0; i < feeder->sub_count; i++)
        sub_fini(&feeder->subs[i]);
    fetch_pool_free(feeder->pool);
    free(feeder);
    return code;
}

static const struct connector_field fields[] = {
    {"feeds", "Addresses", "of feeds (RSS, Atom, JSON Feed), of pages that name their feed, or of a list of feeds (OPML)", CONNECTOR_LIST, .is_required = true},
    {"comments", "Comments too", "follow the feed of comments of each new entry, where the site has one", CONNECTOR_BOOLEAN, .fallback = "false"},
    {"comment_days", "Days of comments", "how long after it appeared the comments of an entry are followed", CONNECTOR_NUMBER, .fallback = "7", .least = 1, .most = 60},
    {"least_minutes", "Least minutes between readings", "a lively feed is read as often as this; 0: each second, for trying it out", CONNECTOR_NUMBER, .fallback = "5", .least = 0, .most = 1440},
    {"most_minutes", "Most minutes between readings", "a quiet feed is read at least as often as this", CONNECTOR_NUMBER, .fallback = "120", .least = 0, .most = 1440},
    {"pause_ms", "Pause", "milliseconds between two requests to one site", CONNECTOR_NUMBER, .fallback = "1000", .least = 0, .most = 60000},
    {.name = NULL},
};

const struct connector connector_feeds = {
    .name = "feeds",
    .network = "feed",
    .title = "Feeds",
    .summary = "Articles and comments from RSS, Atom and JSON feeds, each read as often as it has news.",
    .evidence = "the feeds of a real WordPress 6.1.9; feedparser 6.0 reads our corpus of odd feeds the same",
    .modes = SOURCE_POLL | SOURCE_FILL,
    .is_shareable = true,
    .fields = fields,
    .run = run,
};
