/* An open trend: the keys and pairs that carry it, and its posts.
 *
 * Its profile is the share of its last posts that hold each item (coverage). How well a post fits is the sum of the coverage of the
 * items it holds, over the mean of that sum for the trend's own posts:
 *
 *     profile   maryland .8   flood .6   ellicott .5        mean over its posts  .8*.8 + .6*.6 + .5*.5 = 1.25
 *     "flash flood in maryland"    (.8 + .6) / 1.25 = 1.1   its own
 *     "flood in sri lanka"               .6  / 1.25 = 0.5   hardly: another story of the same kind
 *
 * A post joins the live trend that it fits best, if the fit is at least LIVE_FIT and its items are more likely than not there
 * because of the trend: an item stands in a post by chance with probability mu / x, all of them with prod(mu / x) <= 1/2.
 */
#ifndef TREND_LIVE_H
#define TREND_LIVE_H

#include "trend/profile.h"

enum { LIVE_ITEMS_MAX = 48, LIVE_MEMBERS_MAX = 4096 };
#define LIVE_CHANCE_MAX 0.5
#define LIVE_FIT 0.4

struct live_item {
    uint32_t a, b; /* b: KEY_NONE for a single key */
    struct judgement best; /* when it was strongest */
    double   z;            /* at the last look */
    double   coverage;     /* share of the trend's last posts that hold it */
    bool     is_recurring; /* it, or one of the pair, was in a spell at this hour before */
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
    struct profile profile; /* of its last posts */
    double   mean_fit; /* of its last posts, before division */
    bool     is_dirty; /* a post or a key joined since the last look */
    uint32_t shown_posts;
    int64_t  shown_us;
    struct live_overlap { uint64_t with; unsigned looks; } overlap; /* the older trend that is like it, for how many looks */
};

void live_fini(struct live *live);
bool live_has(const struct live *live, uint64_t seq);
/* True when it was added. Without memory, or over the maximum, the post is only counted. */
bool live_add_post(struct live *live, struct stored_post *post);
/* NULL where the pair or key is not an item. */
struct live_item *live_find(struct live *live, uint32_t a, uint32_t b);
/* NULL when full. */
struct live_item *live_add_item(struct live *live, uint32_t a, uint32_t b, struct judgement judgement);
/* Fills the items' coverage and mean_fit from the last 128 members. */
void live_measure(struct live *live);
/* How well a post fits, see above; 1 is like the trend's own posts. */
double live_fit(const struct live *live, const struct stored_post *post);
/* The chance that a post holds the trend's items without being of it. */
double live_chance(const struct live *live, const struct table *table, const struct stored_post *post);
/* Lets go of a member that another trend took over. */
void live_remove_post(struct live *live, uint64_t seq);
/* Share of the trend's last posts that hold a recurring item. */
double live_recurring_share(const struct live *live);
/* The strongest item by its best z. */
const struct live_item *live_strongest(const struct live *live);

#endif
