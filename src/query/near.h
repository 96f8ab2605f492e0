/* The runs that NEAR finds. One sweep over the text from left to right, and one from right to left.
 *
 * A chain is a choice of spans for some of the groups, each beginning at most n words behind the end of the one before. What
 * a chain can still become depends only on which groups it has used (its state) and where it ends; of all chains equal in both, the
 * left-to-right sweep needs only the one that began last: it covers the shortest run. So for each state a window of the last n + 1
 * ends is kept with the best beginning in it (a monotonic queue), and each span meets each state once.
 *
 *     text    bag  my  lost  bag  was          lost NEAR/1 bag
 *     state {bag}    0              3           best beginning of a chain that ends at this word
 *     state {lost}             2
 *     state {both}             0    2           runs [0, 2] and [2, 3]
 *
 * In any order a state is a set of groups (2^k, so k is limited by QUERY_MAX_NEAR_GROUPS), in order it is their number (k).
 */
#ifndef QUERY_NEAR_H
#define QUERY_NEAR_H

#include "query/query.h"

/* groups[i] holds the spans of child i, none of them empty. The kept runs (see query_spans), sorted, in scratch. */
struct span_list near_runs(const struct span_list *groups, uint32_t group_count, uint32_t distance, bool is_ordered,
                           struct arena *scratch);

/* Sorts by first, then last, and drops repetitions, in place. */
struct span_list span_list_tidy(struct span_list list);

#endif
