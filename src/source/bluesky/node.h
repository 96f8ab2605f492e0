/* A record as it came over the wire, pulled member by member, never built: the same calls read JSON (Jetstream, XRPC) and DAG-CBOR (the firehose).
 *
 *     struct node_map map = {0};
 *     if (node_map(&node, &map))
 *         while (node_key(&node, &map, &key))
 *             if (str_equal(key, STR("text")))  node_text(&node, &text);
 *             else                              node_skip(&node);
 *
 * Every value is taken once, by one of these calls: of another kind than asked for it is skipped, and the call says false. What does not parse
 * marks the reader, and everything is false from then on. DAG-CBOR is held to its rules (cbor.h); JSON is read leniently where nothing depends on it
 * (control characters in strings, what stands in members that nobody asks for), but never past its end and never deeper than 64 levels.
 */
#ifndef SOURCE_BLUESKY_NODE_H
#define SOURCE_BLUESKY_NODE_H

#include "base/arena.h"
#include "source/bluesky/cbor.h"

struct node {
    struct cbor   bytes;   /* both kinds: where it stands, its end, whether it is broken */
    struct arena *scratch; /* for JSON strings with escapes; the others are slices of the bytes */
    bool          is_cbor;
};

static inline struct node node_json(struct str bytes, struct arena *scratch)
{
    return (struct node){cbor_of(bytes), scratch, false};
}

static inline struct node node_cbor(struct str bytes)
{
    return (struct node){cbor_of(bytes), NULL, true};
}

struct node_map { /* {0}; of a list too */
    uint64_t   left; /* CBOR */
    struct str last; /* CBOR: the key before */
    bool       is_begun; /* JSON */
};

bool node_map(struct node *node, struct node_map *map_out);
/* False behind the last; its value is to be taken next. */
bool node_key(struct node *node, struct node_map *map, struct str *key_out);
bool node_list(struct node *node, struct node_map *list_out);
bool node_item(struct node *node, struct node_map *list); /* there is one more, to be taken next */
bool node_text(struct node *node, struct str *text_out);
bool node_number(struct node *node, int64_t *number_out);  /* whole numbers; JSON 1.0 and 1e3 are none */
bool node_flag(struct node *node, bool *flag_out);
/* A CID: CBOR's link, as its 36 bytes; JSON's {"$link": "bafy..."} as its text. */
bool node_link(struct node *node, struct str *cid_out);
bool node_bytes(struct node *node, struct str *bytes_out); /* CBOR alone */
void node_skip(struct node *node);
/* The whole value, unread: to come back to with another node. */
struct str node_whole(struct node *node);
/* A value's rest: nothing but white space (JSON) or nothing at all (CBOR) stands behind it. */
bool node_is_at_end(const struct node *node);

#endif
