/* The post: the one currency of Bellwether. A source makes it, everything else reads it.
 *
 * Its outer form is JSON Lines, one object a line (only id, platform, at and author.id or author.handle are required):
 *
 *   {"id":"twitter:56758","platform":"twitter","at":"2015-02-17T07:36:05.621Z","author":{"id":"..","handle":"..","name":"..","followers":12},
 *    "text":"..","lang":"en","community":"..","kind":"post","url":"..","links":[".."],"media":[{"type":"image","url":"..","alt":".."}],
 *    "thread":"..","reply_to":"..","repost_of":"..","quote_of":"..","metrics":{"likes":0,"reposts":0,"replies":0,"quotes":0,"views":0},
 *    "edited_at":".."}
 *
 * Times are RFC 3339. Unknown members are ignored. Its inner form (log and segments) is post_encode's.
 */
#ifndef POST_POST_H
#define POST_POST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum { POST_ID_MAX_BYTES = 512, POST_NAME_MAX_BYTES = 512, POST_URL_MAX_BYTES = 32 * 1024, POST_TEXT_MAX_BYTES = 256 * 1024,
       POST_LINKS_MAX = 64, POST_LINE_MAX_BYTES = 4 * 1024 * 1024 };

#define POST_COUNT_UNKNOWN INT64_C(-1)

enum media_type { MEDIA_IMAGE, MEDIA_VIDEO, MEDIA_AUDIO, MEDIA_OTHER };

struct media {
    uint8_t    type; /* enum media_type */
    struct str url, alt;
};

struct post_metrics {
    int64_t likes, reposts, replies, quotes, views; /* POST_COUNT_UNKNOWN or >= 0 */
};

/* Strings belong to the arena or buffer it was read from. Empty strings mean: not said. */
struct post {
    struct str id;       /* unique across platforms, "platform:native"; no control characters */
    struct str platform;
    int64_t    at_us;    /* when it was published */
    int64_t    edited_us; /* 0: never */
    struct str author_id, author_handle, author_name; /* id or handle is there */
    int64_t    author_followers; /* POST_COUNT_UNKNOWN or >= 0 */
    struct str text;
    struct str lang;      /* the author's own claim */
    struct str community; /* subreddit, channel, group */
    struct str kind;      /* "post" where not said; comment, message, article, review */
    struct str url;       /* of the post itself */
    struct str thread;    /* id of the thread's first post */
    struct str reply_to, repost_of, quote_of; /* ids */
    struct str   *links; /* that the platform lists beside the text */
    uint32_t      link_count;
    struct media *media;
    uint32_t      media_count;
    struct post_metrics metrics;
};

/* One line (without its newline) into *post_out. Broken UTF-8 in texts and names is repaired, a text over POST_TEXT_MAX_BYTES is refused.
 * Errors: ERROR_SYNTAX (no JSON: names the byte), ERROR_INVALID (a member is missing, of the wrong type, or absurd: names it),
 * ERROR_TOO_LARGE, ERROR_MEMORY. */
enum error_code post_parse(struct str line, struct arena *arena, struct post *post_out, struct error *error);

/* A line of JSON whose escaped NULs (\u0000) have become U+FFFD, which a text may hold and an id may not: cJSON gives C strings, and would cut a
 * value short there. The line itself where there are none, else a copy in arena. */
struct str post_without_nul(struct str line, struct arena *arena);

/* The same checks for a post that was put together otherwise (from CSV, from a connector), and the same repairs.
 * Fills kind where it is empty. */
enum error_code post_check(struct post *post, struct arena *arena, struct error *error);

/* Its JSON object, without a newline. */
void post_print(const struct post *post, struct buf *out);

/* Inner form: a version byte, then numbers and sized strings in the order of the struct. Decoding does not copy: strings
 * point into bytes, arrays are in the arena. ERROR_CORRUPT where the bytes were not made by post_encode. */
void            post_encode(const struct post *post, struct buf *out);
enum error_code post_decode(struct str bytes, struct arena *arena, struct post *post_out, struct error *error);

/* Who speaks: "platform NUL author id" hashed, the handle where there is no id. One voice has one key. */
uint64_t post_author_key(const struct post *post);
/* What people call the author: the handle, else the id. */
struct str post_author_name(const struct post *post);
/* The thread it stands in: thread, else what it replies to, else its own id. */
struct str post_thread(const struct post *post);
/* Equal for posts that say the same (everything but metrics and the author's follower count). */
uint64_t post_content_hash(const struct post *post);

#endif
