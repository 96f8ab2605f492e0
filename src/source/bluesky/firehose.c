#include "source/bluesky/firehose.h"

#include "base/clock.h"
#include "source/bluesky/car.h"

struct message {
    int64_t     op, seq, at_us;
    struct str  type, did, handle, status, name, message, blocks;
    struct node ops;
    bool        has_ops, is_active, is_error;
};

static bool take_header(struct node *node, struct message *message)
{
    struct node_map map;
    struct str      key;
    if (!node_map(node, &map))
        return false;
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("op")))
            node_number(node, &message->op);
        else if (str_equal(key, STR("t")))
            node_text(node, &message->type);
        else
            node_skip(node);
    }
    return !node->bytes.is_broken && (message->op == 1 || message->op == -1);
}

static void take_body(struct node *node, struct message *message)
{
    struct node_map map;
    struct str      key, time = {0};
    if (!node_map(node, &map)) {
        node->bytes.is_broken = true;
        return;
    }
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("seq"))) {
            node_number(node, &message->seq);
        } else if (str_equal(key, STR("time"))) {
            if (node_text(node, &time))
                clock_parse(time, &message->at_us);
        } else if (str_equal(key, STR("repo")) || str_equal(key, STR("did"))) {
            node_text(node, &message->did);
        } else if (str_equal(key, STR("handle"))) {
            node_text(node, &message->handle);
        } else if (str_equal(key, STR("active"))) {
            node_flag(node, &message->is_active);
        } else if (str_equal(key, STR("status"))) {
            node_text(node, &message->status);
        } else if (str_equal(key, STR("name")) || str_equal(key, STR("error"))) {
            node_text(node, &message->name);
        } else if (str_equal(key, STR("message"))) {
            node_text(node, &message->message);
        } else if (str_equal(key, STR("blocks"))) {
            node_bytes(node, &message->blocks);
        } else if (str_equal(key, STR("ops"))) {
            message->ops = *node;
            message->has_ops = true;
            node_skip(node);
        } else {
            node_skip(node);
        }
    }
}

struct op {
    struct str action, path, cid;
};

static struct op take_op(struct node *node)
{
    struct node_map map;
    struct str      key;
    struct op       op = {0};
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("action")))
                node_text(node, &op.action);
            else if (str_equal(key, STR("path")))
                node_text(node, &op.path);
            else if (str_equal(key, STR("cid")))
                node_link(node, &op.cid);
            else
                node_skip(node);
        }
    return op;
}

/* False: the batch is full. What is wrong with an op costs this op alone. */
static bool take_change(struct bluesky_reading *reading, const struct message *message, const struct op *op,
                        const struct car *car, bool has_car,
                        struct source_batch *batch, size_t most_items)
{
    struct str            path = op->path;
    struct bluesky_change change = {.did = message->did, .at_us = message->at_us};
    if (!str_next_field(&path, '/', &change.collection) || !str_next_field(&path, '/', &change.rkey) || path.ptr) {
        reading->refused[BLUESKY_BAD_NAME]++;
        return true;
    }
    if (!bluesky_wants(reading, change.collection))
        return true;
    if (str_equal(op->action, STR("delete"))) {
        change.operation = BLUESKY_DELETE;
        return bluesky_take_change(reading, &change, batch, most_items);
    }
    change.operation = str_equal(op->action, STR("update")) ? BLUESKY_UPDATE : BLUESKY_CREATE;
    if (batch->count >= most_items)
        return false;
    bool       is_false = false;
    struct str block = has_car ? car_find(car, op->cid, &is_false) : (struct str){0};
    if (!block.ptr) {
        reading->refused[is_false ? BLUESKY_FALSE_BLOCK : BLUESKY_MISSING_BLOCK]++;
        return true;
    }
    change.record = node_cbor(block);
    change.has_record = true;
    return bluesky_take_change(reading, &change, batch, most_items);
}

static enum bluesky_frame take_commit(struct bluesky_reading *reading, const struct message *message,
                                      struct source_batch *batch, size_t most_items,
                                      size_t *from_io)
{
    struct car      car;
    struct node     ops = message->ops;
    struct node_map list;
    size_t          number = 0;
    bool            has_car = message->blocks.len > 0 && car_open(message->blocks, &reading->scratch, &car);
    if (message->blocks.len > 0 && !has_car)
        reading->refused[BLUESKY_BROKEN_FRAME]++; /* its deletes are taken all the same */
    if (!message->has_ops || !node_list(&ops, &list))
        return BLUESKY_TAKEN;
    if (list.left > FIREHOSE_OPS_MAX) {
        reading->refused[BLUESKY_TOO_BIG]++;
        return BLUESKY_TAKEN;
    }
    for (; node_item(&ops, &list); number++) {
        struct op op = take_op(&ops);
        if (number < *from_io)
            continue;
        if (!take_change(reading, message, &op, &car, has_car, batch, most_items)) {
            *from_io = number;
            return BLUESKY_FULL;
        }
    }
    return BLUESKY_TAKEN;
}

static enum bluesky_frame refuse(struct bluesky_reading *reading)
{
    reading->refused[BLUESKY_BROKEN_FRAME]++;
    return BLUESKY_REFUSED;
}

enum bluesky_frame bluesky_firehose(struct bluesky_reading *reading, struct str frame, struct source_batch *batch,
                                    size_t most_items, size_t *from_io,
                                    struct bluesky_place *place_io, struct bluesky_notice *notice_out)
{
    arena_reset(&reading->scratch);
    struct message message = {0};
    struct node    node = node_cbor(frame);
    if (!take_header(&node, &message))
        return refuse(reading);
    take_body(&node, &message);
    if (!node_is_at_end(&node))
        return refuse(reading);
    if (message.op == -1 || str_equal(message.type, STR("#info"))) {
        *notice_out = (struct bluesky_notice){.is_error = message.op == -1};
        snprintf(notice_out->name, sizeof notice_out->name, "%.*s", STR_ARG(message.name));
        snprintf(notice_out->message, sizeof notice_out->message, "%.*s", STR_ARG(message.message));
        return BLUESKY_SAID;
    }
    if (message.seq <= 0 || message.at_us < CLOCK_MIN_US || message.at_us > CLOCK_MAX_US || message.did.len == 0)
        return refuse(reading);
    enum bluesky_frame what = BLUESKY_TAKEN;
    bool               fits = true;
    if (str_equal(message.type, STR("#commit")))
        what = take_commit(reading, &message, batch, most_items, from_io);
    else if (str_equal(message.type, STR("#account")))
        fits = bluesky_take_account(reading, message.did, message.is_active, message.status, batch, most_items);
    else if (str_equal(message.type, STR("#identity")))
        fits = bluesky_take_identity(reading, message.did, message.handle, message.at_us, batch, most_items);
    if (!fits || what == BLUESKY_FULL)
        return BLUESKY_FULL;
    reading->events++;
    *from_io = 0;
    *place_io = (struct bluesky_place){message.seq, message.at_us};
    return BLUESKY_TAKEN;
}
