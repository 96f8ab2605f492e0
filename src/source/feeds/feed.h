/* A feed as it is read: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.x, a list of feeds (OPML), or a page that names its feeds.
 * Pure: bytes in, entries out. What the bytes say is not trusted: every list, text and depth has a maximum, and what is over it is counted. */
#ifndef SOURCE_FEEDS_FEED_H
#define SOURCE_FEEDS_FEED_H

#include "base/arena.h"
#include "base/error.h"

enum {
    FEED_MAX_BYTES = 16 * 1024 * 1024,
    FEED_ENTRIES_MAX = 2000,
    FEED_WORDS_MAX_BYTES = 1024 * 1024, /* of one text, with its markup; cut */
    FEED_SHORT_MAX_BYTES = 4096,        /* of a name, an address, a date; dropped */
    FEED_PARTS_MAX = 32,                /* categories, authors, media of an entry */
    FEED_OUTLINES_MAX = 2000
};

enum feed_kind { FEED_UNKNOWN, FEED_RSS, FEED_ATOM, FEED_JSON, FEED_OPML, FEED_PAGE };
extern const char *const feed_kind_names[6];

/* A text that may be markup. */
struct feed_words {
    struct str bytes;
    struct str base; /* what its addresses stand on */
    bool       is_html;
};

struct feed_person {
    struct str name, uri, email;
};

struct feed_media {
    uint8_t    type; /* enum media_type */
    struct str url, alt;
};

struct feed_entry { /* what is not said is empty or 0 */
    bool               is_deleted; /* a tombstone (RFC 6721): guid and updated_us alone */
    struct str         guid;       /* guid, atom:id, id */
    struct str         link;       /* absolute */
    struct feed_words  title, summary, content;
    int64_t            published_us, updated_us;
    struct feed_person author;     /* the first */
    struct str         categories[FEED_PARTS_MAX];
    size_t             category_count;
    struct feed_media  media[FEED_PARTS_MAX];
    size_t             media_count;
    struct str         lang;
    struct str         comments_feed;
    struct str         reply_ref;  /* thr:in-reply-to: the guid of what it answers */
    int64_t            replies;    /* -1: not said */
};

struct feed {
    enum feed_kind     kind;
    struct str         title, link, lang;
    struct feed_person author;
    struct str         next;       /* address of the page of older entries (RFC 5005, JSON Feed's next_url) */
    struct str         moved;      /* itunes:new-feed-url */
    int64_t            updated_us;
    int64_t            ttl_us;     /* asks not to be read more often; 0: does not say */
    struct feed_entry *entries;    /* as they stand */
    size_t             count, capacity;
    struct str        *outlines;   /* OPML: addresses of feeds; a page: its feeds, best first */
    size_t             outline_count;
    bool               is_whole;   /* its end was there */
    unsigned           errors;     /* places that are no well-formed XML, read all the same */
    unsigned           entities;   /* declarations of entities; none is followed */
    unsigned           over;       /* entries and outlines over the maximum */
};

/* address: where it came from. content_type: the header's, may be empty. All in arena (whose maximum ends the reading).
 * ERROR_INVALID: it is none of these, or hostile (deeper than 100, a tag of over 500 attributes, a document type of over 64 KiB): the message says
 * which. ERROR_TOO_LARGE over FEED_MAX_BYTES. ERROR_MEMORY. A page without feeds is FEED_PAGE with no outlines. */
enum error_code feed_read(struct str body, struct str content_type, struct str address, struct arena *arena, struct feed *feed_out,
                          struct error *error);

/* A date in any of the forms in which feeds write dates: RFC 822 and its broken cousins, RFC 3339 and ISO 8601, asctime, month names in English,
 * German, French, Spanish, Italian, Portuguese and Dutch, seconds or milliseconds since 1970. Without a zone it is UTC. False where it is none, or
 * outside of CLOCK_MIN_US and CLOCK_MAX_US. */
bool feed_date(struct str s, int64_t *at_us_out);

#endif
