#include "source/bluesky/view.h"

#include "base/clock.h"

static void take_author(struct node *node, struct bluesky_view *view)
{
    struct node_map map;
    struct str      key;
    view->author.followers = POST_COUNT_UNKNOWN;
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("did")))
                node_text(node, &view->did);
            else if (str_equal(key, STR("handle")))
                node_text(node, &view->author.handle);
            else if (str_equal(key, STR("displayName")))
                node_text(node, &view->author.name);
            else
                node_skip(node);
        }
    if (str_equal(view->author.handle, STR("handle.invalid")))
        view->author.handle = (struct str){0};
}

static void take_viewer(struct node *node, struct bluesky_view *view)
{
    struct node_map map;
    struct str      key;
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("replyDisabled")))
                node_flag(node, &view->is_closed);
            else
                node_skip(node);
        }
}

static void take_count(struct node *node, int64_t *count_io)
{
    if (!node_number(node, count_io) || *count_io < 0)
        *count_io = POST_COUNT_UNKNOWN;
}

bool bluesky_view_read(struct node *node, struct bluesky_view *view_out)
{
    struct node_map map;
    struct str      key;
    *view_out = (struct bluesky_view){.metrics = {POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN}};
    if (!node_map(node, &map))
        return false;
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("uri"))) {
            node_text(node, &view_out->uri);
        } else if (str_equal(key, STR("cid"))) {
            node_text(node, &view_out->cid);
        } else if (str_equal(key, STR("author"))) {
            take_author(node, view_out);
        } else if (str_equal(key, STR("record")) || str_equal(key, STR("value"))) { /* value: as getRecord names it */
            view_out->record = *node;
            view_out->has_record = true;
            node_skip(node);
        } else if (str_equal(key, STR("indexedAt"))) {
            node_text(node, &view_out->indexed_at);
        } else if (str_equal(key, STR("likeCount"))) {
            take_count(node, &view_out->metrics.likes);
        } else if (str_equal(key, STR("repostCount"))) {
            take_count(node, &view_out->metrics.reposts);
        } else if (str_equal(key, STR("replyCount"))) {
            take_count(node, &view_out->metrics.replies);
        } else if (str_equal(key, STR("quoteCount"))) {
            take_count(node, &view_out->metrics.quotes);
        } else if (str_equal(key, STR("viewer"))) {
            take_viewer(node, view_out);
        } else {
            node_skip(node);
        }
    }
    return !node->bytes.is_broken && view_out->uri.len > 0;
}

bool bluesky_view_add(struct bluesky_reading *reading, const struct bluesky_view *view, struct source_batch *batch,
                      size_t most_items)
{
    struct bluesky_uri    uri;
    struct node           record = view->record;
    int64_t               seen_us = 0;
    struct source_item   *item;
    struct bluesky_change change = {.operation = BLUESKY_CREATE};
    if (!bluesky_uri_split(view->uri, &uri) || !str_equal(uri.collection, BLUESKY_POST)) {
        reading->refused[BLUESKY_BAD_NAME]++;
        return true;
    }
    if (!view->has_record || !bluesky_record_read(&record, false, &reading->record) ||
        reading->record.text.len > POST_TEXT_MAX_BYTES) {
        reading->refused[BLUESKY_BROKEN_RECORD]++;
        return true;
    }
    clock_parse(view->indexed_at, &seen_us);
    change.did = uri.did;
    change.collection = uri.collection;
    change.rkey = uri.rkey;
    change.at_us = seen_us >= CLOCK_MIN_US && seen_us <= clock_now_us() ? seen_us : clock_now_us();
    if (!bluesky_add_post(reading, &change, &reading->record, view->did.len ? &view->author : NULL, batch, most_items,
                          &item))
        return false;
    item->post.metrics = view->metrics;
    item->reply_why = view->is_closed ? STR("threadgate") : (struct str){0};
    return true;
}
