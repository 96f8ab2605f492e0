/* What a row or an object of an export says about one post, under our names, and the post that it becomes.
 *
 *     record of a table ──columns.h──▶ values ──assemble──▶ post
 *     object of JSON    ──native.h───▶ values ──┘
 */
#ifndef TABLE_ASSEMBLE_H
#define TABLE_ASSEMBLE_H

#include "table/columns.h"
#include "table/zone.h"

/* Each empty where nothing says it; trimmed; in the caller's memory. */
struct post_values {
    struct str of[COLUMN_COUNT];
    struct str links[POST_LINKS_MAX];
    size_t     link_count;
    struct {
        enum media_type type;
        struct str      url;
    } media[POST_LINKS_MAX];
    size_t media_count;
};

/* What is not sure about a post that was read: bits. Shown in a preview, counted in a report. */
enum post_doubt {
    DOUBT_ZONE = 1,    /* its time names no zone, and nobody said one: taken as UTC */
    DOUBT_ID = 2,      /* no id of the platform: one was made of who said what when */
    DOUBT_ROUNDED = 4, /* a spreadsheet has rounded its id */
    DOUBT_AUTHOR = 8,  /* no author is named: it counts as a voice of its own */
    DOUBT_HANDLE = 16, /* its id holds a handle where the platform's own would hold an account (Bluesky) */
    DOUBT_DATE = 32,   /* a day without a time of day: midnight */
    DOUBT_ELSEWHERE = 64, /* of the fediverse: a post of another server, under the number that the one it was seen through gave it */
};
enum { POST_DOUBTS = 7 };
extern const char *const post_doubt_words[POST_DOUBTS]; /* in the order of the bits: "times without a zone, taken as UTC" */

struct assemble_rules {
    struct str         platform;   /* of every post; may be empty */
    struct str         author;     /* where no value says one; may be empty */
    enum date_order    date_order;
    const struct zone *zone;       /* of times that name none; NULL: nobody knows, UTC is taken */
};

struct assembled {
    struct post post;
    int64_t     seen_us; /* when the tool says that it found the post; 0: not said */
    unsigned    doubts;  /* of enum post_doubt */
};

/* The post, checked as post_check does, in arena. Its id is the platform's own where the address or the id say it (post/address.h), so that the same post has the
 * same id whoever exported it; a page of the web has its canonical address as its id; else an id is made of platform, author, time and text, so that the
 * same record always gets the same. Errors: ERROR_INVALID, ERROR_TOO_LARGE (name the column), ERROR_MEMORY. */
enum error_code assemble_post(const struct post_values *values, const struct assemble_rules *rules, struct arena *arena,
                              struct assembled *assembled_out, struct error *error);

#endif
