/* A post as the network's AppView shows it (app.bsky.feed.defs#postView), in searches and threads. */
#ifndef SOURCE_BLUESKY_VIEW_H
#define SOURCE_BLUESKY_VIEW_H

#include "source/bluesky/reading.h"

struct bluesky_view { /* slices of the answer, or in the node's scratch */
    struct str          uri, cid, indexed_at;
    struct str          did;
    struct handle_entry author;
    struct node         record;
    bool                has_record, is_closed; /* is_closed: the account that asks may not reply */
    struct post_metrics metrics;
};
/* False where it does not parse or has no uri. */
bool bluesky_view_read(struct node *node, struct bluesky_view *view_out);
/* As an item. False: the batch is full. What cannot be read is counted, and is no reason to stop. */
bool bluesky_view_add(struct bluesky_reading *reading, const struct bluesky_view *view, struct source_batch *batch,
                      size_t most_items);

#endif
