/* An entry of a feed becomes an item of the contract.
 *
 * Ids. A guid is unique in its feed, in practice on its site; anybody can write any guid into his own feed. So a native id belongs to a host, the one
 * of the address that a person gave: "example.org:<guid>"; a guid that itself names that host (https://example.org/?p=1, tag:example.org,2026:1)
 * stands as it is. No feed can overwrite or delete what another host's feed said, and a site's feeds (all posts, one category) share their ids. */
#ifndef SOURCE_FEEDS_ITEMS_H
#define SOURCE_FEEDS_ITEMS_H

#include "source/feeds/feed.h"
#include "source/source.h"

struct feed_scope {
    struct str host;      /* see above */
    struct str parent_id; /* of a feed of comments: the native id of what they are about; empty: not known */
    bool       is_comments;
    int64_t    seen_us;   /* for entries without a date */
    int64_t    now_us;
};

/* What is kept of an entry to know it again: enough that both together are never equal by chance within one feed. */
enum { FEED_MARK_BITS = 28 };
struct feed_mark {
    uint32_t id, content; /* content: FEED_MARK_BITS of its hash */
    int32_t  replies; /* not kept over a restart */
};
struct feed_mark feed_mark_of(struct str native_id, const struct feed_entry *entry);

/* The host of an address, lower case, without www.; in arena, empty where there is none. */
struct str feed_host(struct arena *arena, struct str address);
/* ptr NULL without memory. */
struct str feed_native_id(struct arena *arena, struct str host, const struct feed_entry *entry);
/* Fills item (op UPSERT), all of it copied into arena. was_changed: it was seen before and says something else now. *was_ahead_out: its date lies in the future and was
 * taken as now. */
enum error_code feed_fill(struct source_item *item, const struct feed *feed, const struct feed_entry *entry, const struct feed_scope *scope,
                          bool was_changed, struct arena *arena, bool *was_ahead_out, struct error *error);

#endif
