/* An open trend: the keys and pairs that carry it, and its posts.
 *
 * A post is of the trend when what it holds makes that more likely than not: each of the trend's keys in it is by chance there with
 * probability background = mu / x, so with all of them by chance prod(background). At most one half, and one of the keys is of the
 * trend's core (a fifth of its posts hold it) or two of them agree: it belongs. A pair of the trend decides alone.
 *
 *     "haze" x 40, mu 1   -> .025: one is enough         "city" x 12, mu 8 -> .67: not alone, but .67 * .67 = .45 with "school"
 *
 * Without a core, two stories of one night ("fire" is said of both) would run into each other post by post.
 */
#ifndef TREND_LIVE_H
#define TREND_LIVE_H

#include "trend/detect.h"

enum { LIVE_ITEMS_MAX = 48, LIVE_MEMBERS_MAX = 4096 };
#define LIVE_CHANCE_MAX 0.5
#define LIVE_CORE 0.2

struct live_item {
    uint32_t a, b; /* b: KEY_NONE for a single key */
    struct judgement best; /* when it was strongest */
    double   z;            /* at the last look */
    double   coverage;     /* share of the trend's last posts that hold it */
    bool     is_alarm;     /* passed the opening threshold by itself */
    bool     is_recurring;
};

struct live {
    uint64_t id; /* 0: free slot */
    struct live_item items[LIVE_ITEMS_MAX];
    size_t   item_count;
    struct stored_post **members; /* each held by count; in order of joining */
    size_t   member_count, member_capacity;
    uint64_t *set; /* seqs of members, open addressing, 0 free */
    size_t   set_mask;
    uint32_t posts; /* members and those that came after LIVE_MEMBERS_MAX */
    int64_t  started_us, detected_us, peak_us, last_us;
    double   z, z_peak;
    bool     is_dirty; /* a post or a key joined since the last look */
    uint32_t shown_posts;
    unsigned shown_flags;
    int64_t  shown_us;
    double   shown_z;
    struct live_overlap { uint64_t with; unsigned looks; } overlap; /* the older trend it shares posts with, for how many looks */
};

void live_fini(struct live *live);
bool live_has(const struct live *live, uint64_t seq);
/* True when it was added. Without memory, or over the maximum, the post is only counted. */
bool live_add_post(struct live *live, struct stored_post *post);
/* NULL where the pair or key is not an item. */
struct live_item *live_find(struct live *live, uint32_t a, uint32_t b);
/* NULL when full. */
struct live_item *live_add_item(struct live *live, uint32_t a, uint32_t b, struct judgement judgement);
/* Whether a post belongs, see above. slot is the trend's own, as the keys' owner says. */
bool live_wants(struct live *live, uint32_t slot, const struct table *table, const struct stored_post *post);
/* Fills the items' coverage from the last 128 members. */
void live_measure(struct live *live);
/* Whether a post holds a core key of the trend. */
bool live_shares_core(const struct live *live, const struct stored_post *post);
/* The strongest single item by its best z. */
const struct live_item *live_strongest(const struct live *live);

#endif
