#include "source/bluesky/jetstream.h"

#include "base/clock.h"

struct event { /* what a frame says, of either wire */
    struct bluesky_reading *reading;
    struct str    did, kind, operation, handle, status, name, message;
    struct bluesky_change change;
    int64_t       seq, time_us, shown_us, witnessed_us;
    bool          is_active, is_error;
};

/* "network.bsky.jetstream.subscribeEvents#commit" and "#commit" are a commit. */
static struct str kind_of(struct str type)
{
    const char *hash = type.len ? memrchr(type.ptr, '#', type.len) : NULL;
    return hash ? str_slice(hash + 1, (size_t)(type.ptr + type.len - hash) - 1) : type;
}

/* {did, handle} of an identity, {did, active, status} of an account. Their seq and time are another server's. */
static void take_upstream(struct node *node, struct event *event)
{
    struct node_map map;
    struct str      key;
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("handle")))
                node_text(node, &event->handle);
            else if (str_equal(key, STR("status")))
                node_text(node, &event->status);
            else if (str_equal(key, STR("active")))
                node_flag(node, &event->is_active);
            else
                node_skip(node);
        }
}

static void take_time(struct node *node, int64_t *at_us)
{
    struct str text;
    if (node_text(node, &text))
        clock_parse(text, at_us);
}

/* A member that v1 keeps in commit and v2 in the payload itself. */
static bool take_commit_member(struct node *node, struct str key, struct event *event)
{
    struct bluesky_change *change = &event->change;
    if (str_equal(key, STR("collection"))) {
        node_text(node, &change->collection);
    } else if (str_equal(key, STR("rkey"))) {
        node_text(node, &change->rkey);
    } else if (str_equal(key, STR("operation"))) {
        node_text(node, &event->operation);
    } else if (str_equal(key, STR("record")) && bluesky_wants(event->reading, change->collection)) {
        /* both wires name the collection first, so this is the way of nearly all */
        change->is_good = bluesky_record_read(node, str_equal(change->collection, BLUESKY_REPOST),
                                              &event->reading->record);
        change->is_read = true;
    } else if (str_equal(key, STR("record"))) { /* read later, when it is known what it is */
        change->record = *node;
        change->has_record = true;
        node_skip(node);
    } else {
        return false;
    }
    return true;
}

static void take_commit(struct node *node, struct event *event)
{
    struct node_map map;
    struct str      key;
    if (node_map(node, &map))
        while (node_key(node, &map, &key))
            if (!take_commit_member(node, key, event))
                node_skip(node);
}

static void take_members(struct node *node, struct event *event, bool is_inner)
{
    struct node_map map;
    struct str      key, type = {0};
    if (!node_map(node, &map)) {
        node->bytes.is_broken = true;
        return;
    }
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("did")))
            node_text(node, &event->did);
        else if (str_equal(key, STR("time_us")))
            node_number(node, &event->time_us);
        else if (str_equal(key, STR("seq")))
            node_number(node, &event->seq);
        else if (str_equal(key, STR("time")))
            take_time(node, &event->shown_us);
        else if (str_equal(key, STR("witnessedAt")))
            take_time(node, &event->witnessed_us);
        else if (str_equal(key, STR("kind")))
            node_text(node, &event->kind);
        else if (str_equal(key, STR("$type")))
            node_text(node, &type);
        else if (str_equal(key, STR("commit")))
            take_commit(node, event);
        else if (str_equal(key, STR("identity")) || str_equal(key, STR("account")))
            take_upstream(node, event);
        else if (str_equal(key, STR("payload")) && !is_inner)
            take_members(node, event, true);
        else if (str_equal(key, STR("error")))
            event->is_error = node_text(node, &event->name);
        else if (str_equal(key, STR("name")))
            node_text(node, &event->name);
        else if (str_equal(key, STR("message")))
            node_text(node, &event->message);
        else if (!take_commit_member(node, key, event))
            node_skip(node);
    }
    if (type.len && (is_inner || event->kind.len == 0))
        event->kind = kind_of(type);
}

static enum bluesky_frame take_notice(const struct event *event, struct bluesky_notice *notice)
{
    *notice = (struct bluesky_notice){.is_error = event->is_error};
    snprintf(notice->name, sizeof notice->name, "%.*s", STR_ARG(event->name));
    snprintf(notice->message, sizeof notice->message, "%.*s", STR_ARG(event->message));
    return BLUESKY_SAID;
}

static bool take_operation(struct event *event)
{
    if (str_equal(event->operation, STR("create")))
        event->change.operation = BLUESKY_CREATE;
    else if (str_equal(event->operation, STR("update")))
        event->change.operation = BLUESKY_UPDATE;
    else if (str_equal(event->operation, STR("delete")))
        event->change.operation = BLUESKY_DELETE;
    else
        return false;
    return true;
}

static enum bluesky_frame refuse(struct bluesky_reading *reading, enum bluesky_refusal why)
{
    reading->refused[why]++;
    return BLUESKY_REFUSED;
}

enum bluesky_frame bluesky_jetstream(struct bluesky_reading *reading, struct str frame, struct source_batch *batch,
                                     size_t most_items,
                                     struct bluesky_place *place_io, struct bluesky_notice *notice_out)
{
    arena_reset(&reading->scratch);
    struct event event = {.reading = reading};
    struct node  node = node_json(frame, &reading->scratch);
    take_members(&node, &event, false);
    if (!node_is_at_end(&node))
        return refuse(reading, BLUESKY_BROKEN_FRAME);
    if (event.is_error || str_equal(event.kind, STR("info")))
        return take_notice(&event, notice_out);
    int64_t seen_us = event.time_us ? event.time_us : event.witnessed_us ? event.witnessed_us : event.shown_us;
    if (seen_us < CLOCK_MIN_US || seen_us > CLOCK_MAX_US || event.did.len == 0 || event.seq < 0)
        return refuse(reading, BLUESKY_BROKEN_FRAME);
    bool fits = true;
    if (str_equal(event.kind, STR("commit"))) {
        if (!take_operation(&event))
            return refuse(reading, BLUESKY_BROKEN_FRAME);
        event.change.did = event.did;
        event.change.at_us = event.shown_us ? event.shown_us : seen_us;
        fits = bluesky_take_change(reading, &event.change, batch, most_items);
    } else if (str_equal(event.kind, STR("account"))) {
        fits = bluesky_take_account(reading, event.did, event.is_active, event.status, batch, most_items);
    } else if (str_equal(event.kind, STR("identity"))) {
        fits = bluesky_take_identity(reading, event.did, event.handle, seen_us, batch, most_items);
    }
    if (!fits)
        return BLUESKY_FULL;
    reading->events++;
    *place_io = (struct bluesky_place){event.seq, seen_us};
    return BLUESKY_TAKEN;
}
