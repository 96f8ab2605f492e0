/* The records that are posts here, read from either wire: app.bsky.feed.post and, where wanted, app.bsky.feed.repost. */
#ifndef SOURCE_BLUESKY_RECORD_H
#define SOURCE_BLUESKY_RECORD_H

#include "source/bluesky/node.h"
#include "source/source.h"

#define BLUESKY_POST   STR("app.bsky.feed.post")
#define BLUESKY_REPOST STR("app.bsky.feed.repost")
#define BLUESKY_LIKE   STR("app.bsky.feed.like")

enum { RECORD_MEDIA_MAX = 12, RECORD_TAGS_MAX = 32, RECORD_MENTIONS_MAX = 64 };

struct record_media {
    enum media_type type;
    struct str      cid; /* 36 bytes or text */
    struct str      alt;
};

struct bluesky_record { /* strings are slices of the record, or in the node's scratch */
    struct str          text, lang, created_at;
    struct str          reply_root, reply_parent, quote, subject; /* at-uris */
    struct str          links[POST_LINKS_MAX];
    struct record_media media[RECORD_MEDIA_MAX];
    struct str          tags[RECORD_TAGS_MAX], mentions[RECORD_MENTIONS_MAX]; /* without #; DIDs */
    size_t              link_count, media_count, tag_count, mention_count;
};

/* False where it does not parse, or has no text (a post) or no subject (a repost). What is beyond the counts above is left out. */
bool bluesky_record_read(struct node *node, bool is_repost, struct bluesky_record *record_out);

/* ---- at-uris: at://did:plc:abc/app.bsky.feed.post/3k... ---- */
struct bluesky_uri {
    struct str did, collection, rkey;
};
bool bluesky_uri_split(struct str uri, struct bluesky_uri *parts_out);
/* "https://bsky.app/profile/DID/post/RKEY" */
struct str bluesky_uri_page(struct bluesky_uri uri, struct arena *arena);
bool bluesky_did_is_good(struct str did);
bool bluesky_rkey_is_good(struct str rkey);

#endif
