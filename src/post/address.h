/* Which post a web address names: so that the same post from two tools, from an archive and from our own capture is one post.
 *
 *     http://mobile.twitter.com/Ann/status/56758?s=20   twitter    56758                              https://x.com/Ann/status/56758
 *     https://bsky.app/profile/did:plc:x/post/3k        bluesky    at://did:plc:x/app.bsky.feed.post/3k
 *     https://toot.example/@ann/112233445566778899      mastodon   toot.example/112233445566778899
 *     https://youtu.be/dQw4w9WgXcQ?t=3                  youtube    dQw4w9WgXcQ
 *     https://www.reddit.com/r/a/comments/vv114/b/      reddit     vv114    (a comment: t1_c4xyz)
 *     https://www.instagram.com/reel/C1hWCZLPQ9T/       instagram  C1hWCZLPQ9T
 *
 * The platform's own id is what a connector for that platform gives as the native id of the same post, so "platform:native" is the id in
 * the archive. Where the address of a post does not hold its id (short links, a Bluesky address by handle, a Mastodon post seen through
 * another server) nothing is guessed: those are told of below.
 */
#ifndef POST_ADDRESS_H
#define POST_ADDRESS_H

#include "base/arena.h"

struct post_address {
    struct str platform;
    struct str native; /* empty: the platform is known by its host, the post is not */
    struct str handle; /* of the author where the address says it, without @; else empty */
    struct str thread; /* native id of the post that it is a comment on, where the address says it */
    struct str url;    /* one spelling for all addresses of that post; empty where native is */
    bool       is_comment;
    bool       is_seen_elsewhere; /* of the fediverse: a post of another server, under the number that this one gave it */
    bool       is_by_handle; /* native holds a handle where the platform would have an id (Bluesky): a renamed account has others */
};

/* False: no address of a platform known here; a page of the web at large. Strings are in arena, or constants. */
bool post_address_of(struct str url, struct arena *arena, struct post_address *out);

/* A platform's own id as tools write it, in the form that post_address_of gives: "t3_vv114" is vv114, "123_456" of Facebook is 456, Instagram's
 * number is its short code, "1234.0" of a spreadsheet is 1234. Empty where it cannot be the id of a post there: a spreadsheet has rounded it (1.78235E+18,
 * or sixteen digits and zeros behind them). For platforms not known here it is what was given. */
struct str post_native_of(struct str platform, struct str said, struct arena *arena);

/* What tools call a platform, in our word: "X", "Twitter", "SOCIALMEDIA_TWITTER", "twitter.com" are twitter. Empty where it is no platform but
 * a kind of page (blog, news, forum); what is not known comes back folded ("Hacker News Daily" is hacker-news-daily). In arena. */
struct str post_platform_of(struct str said, struct arena *arena);

/* "article" for news and blogs, "comment", "review", "message", "post": the kind of page that a tool names, or empty. */
struct str post_kind_of(struct str said);

/* Equal for what is surely the same post though its ids differ: of Bluesky the record's key is taken without the account. Else the id's hash. */
uint64_t post_twin_key(struct str id);

#endif
