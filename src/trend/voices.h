/* How many people speak: distinct authors, with near copies collapsed.
 *
 *     voices = sum over clusters of damped copies (1 + log2(authors in it)) + authors of everything else
 *
 * An author counts once, where first met. Ten people repeating one text are 4.3 voices, a hundred are 7.6.
 * Effective voices are the exponential of the entropy of the posts over authors (Hill 1973, number of order 1):
 * 10 authors with one post each are 10; one author with 91 posts and nine with one are 1.9.
 */
#ifndef TREND_VOICES_H
#define TREND_VOICES_H

#include "trend/store.h"

enum { VOICES_POSTS_MAX = 4096 };

struct voices {
    double   voices;
    double   effective;        /* exp(H) of posts over authors */
    double   top_author_share; /* posts of the busiest author over all */
    double   dup_share;        /* posts that repeat an earlier text of five or more words without naming its source */
    double   synchrony;        /* posts within two seconds of a near copy by somebody else */
    unsigned authors, clusters;
};

/* Over posts in any order; beyond VOICES_POSTS_MAX only the last ones are looked at. All zero for none, or without memory. */
struct voices voices_count(struct stored_post *const *posts, size_t count);

#endif
