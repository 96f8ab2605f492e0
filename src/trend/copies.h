/* Near copies: which earlier post does this one repeat?
 *
 * Three looks, cheapest first, each into a small cache that newer posts overwrite (a copy that comes after its slot was overwritten,
 * or after two days, is taken for new):
 *
 *     repost_of  ->  by id hash             what the platform says
 *     form       ->  by hash of its words   exact copies, whatever their links, mentions, numbers, case
 *     shingles   ->  by each word pair, newest post that had it; then exact containment of the pair sets:
 *
 *         |A and B| / min(|A|, |B|) >= 0.7, with at least 4 pairs in the smaller
 *
 * Containment, not likeness, so that a cut repost ("RT @x: the first half of...") and one with a comment before it still meet
 * their original (Broder 1997, "On the resemblance and containment of documents"). Comparing the sets themselves leaves nothing to the
 * chance of a 64-bit sketch, which for posts of ten words is large.
 *
 * A copy that names its source and adds words of its own ("lol why RT @brand: ...") is a comment: it belongs to the cluster but is a full
 * voice. A bare copy is damped: n authors of one text count 1 + log2(n).
 */
#ifndef TREND_COPIES_H
#define TREND_COPIES_H

#include "trend/store.h"

struct copies {
    uint64_t *by_form, *by_id, *by_shingle; /* seq of the newest post with this hash, tagged by re-reading the post */
    uint64_t *forms; /* the form itself, beside by_form */
};

bool copies_init(struct copies *copies);
void copies_fini(struct copies *copies);

/* Sets cluster, is_damped and weight of a post that is about to be pushed (its seq, shingles and is_attributed are set),
 * counts it in its cluster's first post, and remembers it. repost_hash: hash of repost_of, 0 where it is no declared repost. */
void copies_place(struct copies *copies, struct store *store, struct stored_post *post, uint64_t form, uint64_t repost_hash);

#endif
