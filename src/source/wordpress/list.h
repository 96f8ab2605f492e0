/* Within the connector: comments or posts of a site, read newest first again and again.
 *
 * A reading goes down page by page until a page holds nothing that is new, and ends there; only then its newest things become what is known (marks).
 * Until then the state holds both, so that one that was killed half way goes on where its last committed page ended. Pages are taken by offset, each
 * beginning ten things above the end of the one before: where things were deleted meanwhile the next page would begin too far down, which shows in
 * their dates, and the reading steps back.
 *
 * The API has no list of edits of comments and none of deletions. What is known of the newest 400 is compared with what is there: one page each time,
 * all 400 each twentieth time and whenever the site's count of things is not what it should be. What is missing is asked for by its number, and is
 * gone where the site says so. Posts come by the time of their last change, so an edit of any post is seen.
 */
#ifndef SOURCE_WORDPRESS_LIST_H
#define SOURCE_WORDPRESS_LIST_H

#include "base/json.h"
#include "source/wordpress/items.h"

enum { WP_MARKS = 400, WP_OVERLAP = 10, WP_DEEP_EVERY = 20, WP_STATUS_CACHE = 256 };

struct wp_list {
    enum wp_kind   kind;
    bool           is_on, is_fill;
    int64_t        since_us;
    struct wp_mark marks[WP_MARKS]; /* newest first */
    size_t         mark_count;
    int64_t        total; /* things that the site has; -1: not known */
    unsigned       readings;
    /* The reading under way */
    bool           is_reading, is_deep, wants_deep;
    size_t         offset;
    int64_t        last_us; /* of the last thing of the page before */
    int64_t        first_total;
    struct wp_mark head[WP_MARKS];
    size_t         head_count;
    bool           found[WP_MARKS]; /* marks met in it */
    size_t         added, removed;
    size_t         check; /* the mark that is next to be looked for, once the pages are read; SIZE_MAX: not that far */
};

/* Whether people may comment, by post. */
struct wp_open {
    struct {
        int64_t post, at_us;
        bool    is_open;
    } rows[WP_STATUS_CACHE];
};

void wp_list_begin(struct wp_list *list);
/* Makes the next request of a reading (beginning one where none is under way) and fills batch with what is new. *is_over_out: the reading ended.
 * Errors as wp_ask's; ERROR_BUSY where the site asks for patience, ERROR_DENIED where it does not take us. */
enum error_code wp_list_step(struct wp_site *site, struct wp_list *list, struct wp_open *open, struct source_batch *batch, size_t page, bool *is_over_out,
                             struct error *error);
void            wp_list_print(const struct wp_list *list, struct json *json);
void            wp_list_restore(struct wp_list *list, const cJSON *state);

#endif
