/* One address that is followed: when it is asked, with what, and what is remembered of its last answer. */
#ifndef SOURCE_FEEDS_FOLLOW_H
#define SOURCE_FEEDS_FOLLOW_H

#include "base/json.h"
#include "net/fetch.h"
#include "source/feeds/items.h"
#include "source/port.h"

struct cJSON;

enum { FOLLOW_ETAG_BYTES = 160, FOLLOW_DATE_BYTES = 40, FOLLOW_SAID_BYTES = 200, FOLLOW_REDIRECTS_MAX = 5 };

struct follow {
    char   *address; /* as a person, a list or an entry gave it: what it is known by */
    char   *target;  /* where its feed lies: a page's feed; NULL: the address itself */
    char   *host;    /* that its ids belong to */
    char   *parent_id; /* a feed of comments: what they are about; NULL: not one */
    bool    is_listed; /* by a list of feeds (OPML), not by a person */
    bool    is_gone;   /* 410: never asked again */
    bool    was_read, has_said_moved;
    bool    is_patient; /* no order ends a request: for a check */
    int64_t until_us;  /* a feed of comments is followed that long; 0: always */
    char    etag[FOLLOW_ETAG_BYTES], modified[FOLLOW_DATE_BYTES]; /* as the server said them; empty: nothing */
    int64_t next_us, interval_us, read_us /* last time it answered; 0: never */;
    unsigned fails;    /* in a row */
    char    said[FOLLOW_SAID_BYTES]; /* why it failed last; empty: it did not */
    struct feed_mark *marks; /* of the entries of its last answer */
    size_t  mark_count;
};

/* NULL without memory. host empty: the address's own. */
struct follow *follow_new(struct str address, struct str host, struct str parent_id);
void           follow_free(struct follow *follow); /* legal on NULL */
void           follow_set_target(struct follow *follow, struct str target); /* empty: none */
/* The mark of that id in its last answer, or NULL. */
const struct feed_mark *follow_mark(const struct follow *follow, uint32_t id);

/* ---- Asking (follow.c) ---- */

enum follow_outcome {
    FOLLOW_READ,      /* feed is filled */
    FOLLOW_SAME,      /* 304 */
    FOLLOW_AGAIN,     /* it led elsewhere (a page's feed): ask again at once */
    FOLLOW_LIMITED,   /* it asks to be left alone until until_us */
    FOLLOW_GONE,
    FOLLOW_FAILED,    /* said holds why */
    FOLLOW_REFUSED,   /* an answer that is not taken: oversize, hostile, no feed; said holds why */
    FOLLOW_CANCELLED
};
struct follow_answer {
    struct arena arena; /* holds feed */
    struct feed  feed;
    int64_t      until_us;   /* LIMITED */
    int64_t      max_age_us; /* Cache-Control; 0: not said */
    int64_t      dated_us;   /* Last-Modified, for entries without a date; 0: not said */
    char         etag[FOLLOW_ETAG_BYTES], modified[FOLLOW_DATE_BYTES];
    char         moved[512]; /* where it moved to for good (301, 308); empty: it did not */
};
/* page: an address to read instead (older entries), unconditionally; empty: the feed itself. The answer ends with arena_fini. */
enum follow_outcome follow_ask(struct follow *follow, struct str page, struct source_port *port, struct fetch_pool *pool,
                               struct follow_answer *answer_out);

/* ---- When next (policy.c) ---- */

struct follow_bounds {
    int64_t least_us, most_us; /* between two readings, as a person wants it */
};
/* Sets interval_us and next_us. Half the time after news, half more after none, within the bounds; never before the server's max-age or the feed's
 * ttl (a day at most); after failures twice the time for each, a day at most. */
void follow_plan(struct follow *follow, enum follow_outcome outcome, bool has_news, const struct follow_answer *answer, struct follow_bounds bounds,
                 int64_t now_us);

/* ---- Over restarts (state.c) ----
 *
 * {"v":1,"f":[{"a":"<16 hex digits of the address's hash>","n":next_s,"i":interval_s,"e":etag,"m":modified,"t":target,"s":"<marks>","g":1}, ..
 *             {"u":"<address>","h":host,"p":"<parent id>","x":until_s, ..} for feeds of comments]}
 *
 * Marks are 10 letters of base64 an entry (32 bits of its id's hash, 28 of its words'). 64 KiB hold about 120 feeds of 40 entries with their marks;
 * of more feeds the marks of some are left out, beyond about 500 feeds some are left out whole. Nothing is lost by that: what is not remembered is
 * given to the host again, which knows what it has. */
void follow_print_state(struct follow *const *follows, size_t count, struct buf *out);
/* The parsed state, or NULL; the caller's to free with cJSON_Delete. */
struct cJSON  *follow_parse_state(struct str state);
/* What state remembers of follow's address. */
void           follow_restore(struct follow *follow, const struct cJSON *state);
/* The nth remembered feed of comments; NULL behind the last. */
struct follow *follow_restore_comments(const struct cJSON *state, size_t nth);

#endif
